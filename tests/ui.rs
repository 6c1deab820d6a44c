//! The window's controls, found by role and label as accessibility tools find them. No window system, no graphics
//! device: egui_kittest runs the app's own frames.
#![cfg(feature = "gui")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{Key, Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use scumble::scene::axis::Size;
use scumble::scene::style::{Background, Category, Norm};
use scumble::ui::app::ScumbleApp;
use scumble::ui::document::Document;
use scumble::workbench::brief::Brief;
use scumble::workbench::figure::FigureRequest;
use scumble::workbench::frame::Theme;
use scumble::workbench::sources::Sources;
use scumble::workbench::{EngineChoice, FigureText, Progress, RawSpec};

mod ui {
    mod fields;
    mod keeping;
    mod legends;
    mod live;
    mod movies;
    mod readout;
    mod steps;
    mod trouble;
}

type Window<'a> = Harness<'a, ScumbleApp>;

fn window<'a>(files: Vec<PathBuf>, raw: RawSpec) -> Window<'a> {
    let wake: scumble::workbench::session::Wake = Arc::new(|| {});
    let mut app = ScumbleApp::new(EngineChoice::Cpu, Some(2), &wake, None).unwrap();
    app.open(files, raw);
    let frame = |ui: &mut egui::Ui, app: &mut ScumbleApp| app.ui(ui);
    Harness::builder().with_size(vec2(1100.0, 1300.0)).build_ui_state(frame, app)
}

/// Frames until the picture is at rest and something holds.
fn until(window: &mut Window<'_>, what: &str, holds: impl Fn(&ScumbleApp) -> bool) {
    let started = Instant::now();
    loop {
        window.step();
        if window.state().model().is_at_rest() && holds(window.state()) {
            window.step();
            return;
        }
        assert!(started.elapsed() < Duration::from_secs(60), "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn document(window: &Window<'_>) -> Document {
    window.state().model().document().unwrap().clone()
}

/// 30,000 rows of x, y and a weight, as raw f32.
fn points(folder: &Path) -> PathBuf {
    let path = folder.join("points.f32");
    let rows = (0..30_000_u16).flat_map(|i| {
        let t = f32::from(i) * 0.001;
        [t.sin() * 3.0, (t * 1.7).cos(), t]
    });
    std::fs::write(&path, rows.flat_map(f32::to_le_bytes).collect::<Vec<u8>>()).unwrap();
    path
}

fn opened<'a>(folder: &tempfile::TempDir) -> Window<'a> {
    let raw = RawSpec { dtype: Some("<f4".to_owned()), columns: Some(3), ..RawSpec::default() };
    let mut window = window(vec![points(folder.path())], raw);
    until(&mut window, "the file is drawn", |app| app.model().painted().is_some());
    window
}

/// Chooses to count by category.
fn by_category(window: &mut Window<'_>) {
    window.get_by_role_and_label(egui::accesskit::Role::ComboBox, "show").click();
    window.run_steps(3);
    window.get_by_label("by category").click();
}

/// Types a text into a field, and leaves it by a key.
fn type_in(window: &mut Window<'_>, label: &str, text: &str, key: Key) {
    window.get_by_role_and_label(egui::accesskit::Role::TextInput, label).focus();
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.step();
    window.event(egui::Event::Text(text.to_owned()));
    window.step();
    window.key_press(key);
    window.run_steps(2);
}

#[test]
fn a_figure_that_is_asked_for_in_words_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let raw = RawSpec { dtype: Some("<f4".to_owned()), columns: Some(3), ..RawSpec::default() };
    let sources =
        Sources { inputs: vec![points(folder.path())], raw, filter: Some("$2 > 0".to_owned()), ..Sources::default() };
    let brief = Brief::new(sources, None, Some("mean:2".parse().unwrap())).dressed(|layer| FigureRequest {
        text: FigureText { title: Some("Mine".to_owned()), ..FigureText::default() },
        theme: Theme::Light,
        ..FigureRequest::new(layer, Size { width: 1, height: 1 })
    });
    let wanted = brief.figure(&Progress::default());
    let mut window = window(Vec::new(), RawSpec::default());
    window.state_mut().begin(brief);
    until(&mut window, "the figure is drawn", |app| app.model().painted().is_some());
    assert_eq!(window.state().model().document().unwrap().figure, wanted);
    assert_eq!(window.state().model().undo_labels(), (None, None));
}

#[test]
fn the_welcome_view_offers_ways_to_begin() {
    let mut window = window(Vec::new(), RawSpec::default());
    window.step();
    window.get_by_label_contains("Open a file");
    window.get_by_label_contains("20 million points");
}

#[test]
fn the_plot_and_the_accounting_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let window = opened(&folder);
    window.get_by_label("Plot");
    window.get_by_label_contains("rows:");
    let accounting = window.state().model().painted().unwrap().shown.layers[0].aggregate.accounting;
    assert_eq!((accounting.rows, accounting.in_view, accounting.not_finite), (30_000, 30_000, 0));
}

#[test]
fn controls_of_the_side_panel_change_the_figure() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    window.get_by_label("transparent").click();
    until(&mut window, "the background is gone", |app| {
        app.model().document().unwrap().figure.background == Background::None
    });
    window.get_by_label("light").click();
    until(&mut window, "the theme is light", |app| app.model().document().unwrap().figure.theme == Theme::Light);
    window.get_by_label("grid lines").click();
    until(&mut window, "there is a grid", |app| app.model().document().unwrap().figure.grid);
    window.get_by_label("Swap x and y").click();
    until(&mut window, "x is column 1", |app| {
        app.model().document().unwrap().layer().sources.x.as_deref() == Some("1")
            && app.model().data().unwrap().axis_names()[0] == "1"
    });
    window.get_by_label("pinned").click();
    until(&mut window, "limits are pinned", |app| {
        app.model().document().unwrap().layer().style.limits.to_string() != ".."
    });
    window.get_by_label("one color").click();
    until(&mut window, "the layer has one color", |app| app.model().document().unwrap().layer().color.is_some());
    // Lists open in the next frame.
    for (list, choice, mark) in [
        ("draw", "circles", "circle:5"),
        ("draw", "lines", "line"),
        ("draw", "hexagons", "hexbin:40"),
        ("over", "this view", "hexbin:40:"),
        ("over", "whole data", "hexbin:40"),
    ] {
        window.get_by_role_and_label(egui::accesskit::Role::ComboBox, list).click();
        window.run_steps(3);
        window.get_by_label(choice).click();
        until(&mut window, choice, |app| {
            let now = app.model().document().unwrap().layer().mark.to_string();
            if mark.ends_with(':') { now.starts_with(mark) } else { now == mark }
        });
    }
}

#[test]
fn categories_come_and_go_without_a_pass() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    by_category(&mut window);
    let layer = |app: &ScumbleApp| app.model().painted().and_then(|painted| painted.layers.first().cloned());
    // Ten values of the weight, and all others.
    until(&mut window, "categories are counted", |app| layer(app).is_some_and(|layer| layer.hues.len() == 11));
    let counted = Arc::clone(&window.state().model().painted().unwrap().shown);
    let before = window.state().model().painted().unwrap().picture.clone();
    window.get_by_role_and_label(egui::accesskit::Role::CheckBox, "other").click();
    until(&mut window, "others are hidden", |app| layer(app).is_some_and(|layer| layer.hues[10].1.is_hidden));
    let painted = window.state().model().painted().unwrap();
    assert_eq!(document(&window).layer().style.hide, [Category::Other]);
    assert!(Arc::ptr_eq(&painted.shown, &counted) && painted.picture != before);
    window.get_by_role_and_label(egui::accesskit::Role::CheckBox, "other").click();
    until(&mut window, "others are back", |app| layer(app).is_some_and(|layer| !layer.hues[10].1.is_hidden));
    assert!(document(&window).layer().style.hide.is_empty());
    assert!(window.state().model().painted().unwrap().picture == before);
}

#[test]
fn undo_and_redo_by_key_bring_back_styles_and_data() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    let before = document(&window);
    window.get_by_label("Swap x and y").click();
    until(&mut window, "columns are swapped", |app| app.model().data().unwrap().axis_names()[0] == "1");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    until(&mut window, "columns are as before", |app| app.model().data().unwrap().axis_names()[0] == "0");
    assert_eq!(document(&window), before);
    window.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    until(&mut window, "columns are swapped again", |app| app.model().data().unwrap().axis_names()[0] == "1");
}

#[test]
fn keys_move_the_view_and_bring_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    let fitted = window.state().stage().unwrap().view;
    window.key_press(Key::Plus);
    until(&mut window, "the view is smaller", |app| app.stage().unwrap().view != fitted);
    let zoomed = window.state().stage().unwrap().view;
    window.key_press(Key::ArrowLeft);
    until(&mut window, "the view has moved", |app| app.stage().unwrap().view != zoomed);
    window.key_press_modifiers(Modifiers::ALT, Key::ArrowLeft);
    until(&mut window, "the earlier view is back", |app| app.stage().unwrap().view == zoomed);
    window.key_press(Key::F);
    until(&mut window, "all data is shown", |app| app.stage().unwrap().view == fitted);
}

#[test]
fn the_palette_finds_commands_and_colormaps() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.run_steps(2);
    window.event(egui::Event::Text("viridis".to_owned()));
    window.run_steps(2);
    window.key_press(Key::Enter);
    until(&mut window, "the colormap is viridis", |app| {
        app.model().document().unwrap().layer().style.colormap == "viridis"
    });
}

#[test]
fn a_color_table_that_is_opened_is_the_colormap_of_the_active_layer() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    let before = document(&window);
    let table = folder.path().join("two.cpt");
    std::fs::write(&table, "0 navy 1 white\nF red\n").unwrap();
    window.state_mut().open(vec![table.clone()], RawSpec::default());
    until(&mut window, "the table is the colormap", |app| {
        let first = app.model().painted_layer().map(|painted| painted.map.table[0]);
        first == Some([0, 0, 128, 255])
    });
    let after = document(&window);
    assert_eq!(after.layer().sources, before.layer().sources);
    assert_eq!(after.layer().style.colormap, table.display().to_string());
    let broken = folder.path().join("broken.cpt");
    std::fs::write(&broken, "0 navy 1\n").unwrap();
    let told = window.state().model().notices.log().len();
    window.state_mut().open(vec![broken], RawSpec::default());
    until(&mut window, "the table is refused", |app| app.model().notices.log().len() > told);
    let notice = window.state().model().notices.log().last().unwrap().clone();
    assert!(notice.is_error && notice.text.contains("line 1") && notice.text.contains("broken.cpt"), "{}", notice.text);
}

#[test]
fn numbers_per_area_and_special_values_are_a_click_away() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    let limits = |app: &ScumbleApp| app.model().painted_layer().and_then(|painted| painted.limits);
    let per_pixel = limits(window.state()).unwrap();
    window.get_by_label("per area").click();
    until(&mut window, "limits are over an area", |app| limits(app).is_some_and(|found| found != per_pixel));
    let area = window.state().model().painted_layer().unwrap().area.unwrap();
    assert_eq!(limits(window.state()), Some((per_pixel.0 / area, per_pixel.1 / area)));
    window.get_by_label("Special values").click();
    window.run_steps(20);
    window.get_by_role_and_label(egui::accesskit::Role::CheckBox, "over").click();
    until(&mut window, "values above have a color", |app| app.model().document().unwrap().layer().style.over.is_some());
    let painted = window.state().model().painted_layer().unwrap().clone();
    assert_eq!(painted.bar.extends, [false, true]);
}

#[test]
fn help_log_information_and_export_open_by_key_and_close() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    for (key, modifiers, label) in [
        (Key::Questionmark, Modifiers::NONE, "Drag in the histogram"),
        (Key::L, Modifiers::NONE, "Nothing has happened"),
        (Key::I, Modifiers::NONE, "File information"),
        (Key::E, Modifiers::COMMAND, "Copy command"),
    ] {
        assert!(window.query_by_label_contains(label).is_none(), "{label} is there too soon");
        window.key_press_modifiers(modifiers, key);
        window.run_steps(3);
        assert!(window.query_by_label_contains(label).is_some(), "{label} is not there");
        window.key_press(Key::Escape);
        window.run_steps(3);
        assert!(window.query_by_label_contains(label).is_none(), "{label} stays");
    }
}

#[test]
fn a_new_layout_of_the_bytes_is_drawn_as_it_is_typed() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    window.get_by_label("Swap byte order").click();
    until(&mut window, "bytes are read the other way round", |app| {
        app.model().document().unwrap().layer().sources.raw.dtype.as_deref() == Some(">f4")
    });
    let painted = window.state().model().painted().unwrap().clone();
    assert_eq!(painted.shown.wishes[0].data.sources.raw.dtype.as_deref(), Some(">f4"));
}

#[test]
fn bad_files_give_a_message_and_leave_the_window_usable() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    let before = document(&window);
    let bad = [
        ("empty.npy", Vec::new()),
        (
            "cut.npy",
            b"\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (1000000, 2), }".to_vec(),
        ),
        ("lies.npy", b"\x93NUMPY\x09\x00\x10\x00".to_vec()),
    ];
    for (name, bytes) in bad {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let told = window.state().model().notices.log().len();
        window.state_mut().open(vec![path], RawSpec::default());
        until(&mut window, name, |app| app.model().notices.log().len() > told);
        let notice = window.state().model().notices.log().last().unwrap().clone();
        assert!(notice.is_error && notice.text.contains(name), "{}", notice.text);
        assert_eq!(document(&window), before);
    }
    window.state_mut().open(vec![folder.path().to_owned()], RawSpec::default());
    until(&mut window, "the folder is refused", |app| app.model().notices.log().len() == bad_count());
    // Still usable.
    window.get_by_label("grid lines").click();
    until(&mut window, "there is a grid", |app| app.model().document().unwrap().figure.grid);
    assert_eq!(document(&window).layer().style.norm, Norm::EqHist);
}

/// The three files and the folder.
fn bad_count() -> usize {
    4
}

#[test]
fn a_file_that_grows_is_noticed_and_read_anew_on_request() {
    use std::io::Write as _;
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    let path = folder.path().join("points.f32");
    std::fs::OpenOptions::new().append(true).open(path).unwrap().write_all(&[0; 12]).unwrap();
    until(&mut window, "the change is noticed", |app| app.model().changed().is_some());
    window.step();
    window.get_by_label_contains("has grown by 12 bytes");
    window.get_by_label("Reload").click();
    until(&mut window, "the new row is drawn", |app| {
        app.model().painted().unwrap().shown.layers[0].aggregate.accounting.rows == 30_001
    });
}

#[test]
fn layers_are_added_hidden_moved_and_taken_away_by_their_controls() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    let layers = |app: &ScumbleApp| app.model().document().unwrap().figure.layers.len();
    window.get_by_label("Duplicate").click();
    until(&mut window, "there are two layers", |app| layers(app) == 2);
    let counted = window.state().model().painted().unwrap().shown.layers.clone();
    assert!(Arc::ptr_eq(&counted[0].aggregate, &counted[1].aggregate), "the same numbers");
    window.get_by_label("name").focus();
    window.step();
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.step();
    window.event(egui::Event::Text("upper".to_owned()));
    until(&mut window, "the upper one has a name", |app| app.model().document().unwrap().layer().title() == "upper");
    window.get_by_label("show upper").click();
    until(&mut window, "it is hidden", |app| !app.model().document().unwrap().figure.layers[1].visible);
    window.get_by_label("Down").click();
    until(&mut window, "it is the lower one", |app| {
        let document = app.model().document().unwrap();
        document.figure.layers[0].title() == "upper" && document.active == 0
    });
    window.get_by_label("Remove").click();
    until(&mut window, "it is gone", |app| layers(app) == 1);
    for _ in 0..2 {
        window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    }
    until(&mut window, "it is back where it was", |app| {
        layers(app) == 2 && app.model().document().unwrap().figure.layers[1].title() == "upper"
    });
}

#[test]
fn a_figure_is_saved_and_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    window.get_by_label("Duplicate").click();
    until(&mut window, "there are two layers", |app| app.model().document().unwrap().figure.layers.len() == 2);
    let saved = document(&window);
    let path = folder.path().join("figure.toml");
    window.state_mut().save_figure(path.clone());
    until(&mut window, "it is saved", |app| app.model().saved() == Some(path.as_path()));
    window.get_by_label("Remove").click();
    until(&mut window, "one layer is left", |app| app.model().document().unwrap().figure.layers.len() == 1);
    window.state_mut().open(vec![path.clone()], RawSpec::default());
    until(&mut window, "it is open again", |app| app.model().document().unwrap().figure.layers.len() == 2);
    assert_eq!(document(&window).figure.layers, saved.figure.layers);
}

#[test]
fn a_figure_whose_file_has_moved_asks_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let moved = points(folder.path());
    let figure = folder.path().join("figure.toml");
    let text = "scumble = 2\n[[layers]]\nfile = \"gone.f32\"\ndtype = \"<f4\"\ncolumns = 3\n";
    std::fs::write(&figure, text).unwrap();
    let mut window = window(vec![figure], RawSpec::default());
    let started = Instant::now();
    while window.query_by_label("Open figure").is_none() {
        assert!(started.elapsed() < Duration::from_secs(60), "nobody asks");
        window.step();
    }
    window.get_by_label("A file of this figure is not there");
    window.run_steps(3);
    // What is not there either is asked for again, and said to be wrong. The field has the keys from the beginning.
    for answer in [folder.path().join("nowhere.f32"), moved.clone()] {
        assert!(window.get_by_role(egui::accesskit::Role::TextInput).is_focused());
        window.key_press_modifiers(Modifiers::COMMAND, Key::A);
        window.step();
        window.event(egui::Event::Text(answer.display().to_string()));
        window.step();
        window.key_press(Key::Enter);
        let started = Instant::now();
        window.step();
        while window.state().model().unlinked().is_none() && window.state().model().document().is_none() {
            assert!(started.elapsed() < Duration::from_secs(60), "no answer to {}", answer.display());
            window.step();
        }
        window.run_steps(3);
        if answer != moved {
            assert!(window.query_by_label_contains("there is no file").is_some());
            assert!(window.query_all_by_label_contains("gone.f32").count() > 0, "the missing file is named as before");
            window.get_by_role(egui::accesskit::Role::TextInput).focus();
            window.run_steps(2);
        }
    }
    until(&mut window, "the figure is drawn", |app| app.model().painted().is_some());
    assert_eq!(document(&window).layer().sources.inputs, [moved]);
}

#[test]
fn a_range_over_a_histogram_filters_rows_in_one_step() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    let filter = |app: &ScumbleApp| app.model().document().unwrap().layer().sources.filter.clone();
    let filtered = |app: &ScumbleApp| app.model().painted().unwrap().shown.layers[0].aggregate.accounting.filtered;
    let slider = |window: &Window<'_>, end: &str| {
        window.query_by_role_and_label(egui::accesskit::Role::Slider, end).map(|node| node.rect())
    };
    window.get_by_label("+ range").click();
    window.run_steps(3);
    window.get_by_role_and_label(egui::accesskit::Role::Button, "2").click();
    let started = Instant::now();
    while slider(&window, "2 least").is_none() {
        assert!(started.elapsed() < Duration::from_secs(60), "the column is not sampled");
        window.step();
        std::thread::sleep(Duration::from_millis(5));
    }
    // By keys: ten hundredths of 0 to 29.999.
    window.get_by_role_and_label(egui::accesskit::Role::Slider, "2 least").focus();
    window.run_steps(3);
    for _ in 0..10 {
        window.key_press(Key::ArrowRight);
        window.step();
    }
    until(&mut window, "a tenth is left out", |app| filter(app).as_deref() == Some("`2` >= 3.0"));
    // The weight is t = i * 0.001 in f32.
    let below = (0..30_000_u16).filter(|i| f32::from(*i) * 0.001 < 3.0).count() as u64;
    assert_eq!(filtered(window.state()), below);
    // By pointer: rows are filtered as it goes, in one step.
    let handle = slider(&window, "2 greatest").unwrap().center();
    let away = handle - vec2(60.0, 0.0);
    window.drag_at(handle);
    window.step();
    window.hover_at(handle - vec2(20.0, 0.0));
    window.step();
    window.hover_at(away);
    window.step();
    assert!(window.query_by_label_contains("of 30\u{202f}000 rows, ").is_some());
    until(&mut window, "the upper end follows", |app| filter(app).is_some_and(|text| text.contains("(`2` <= ")));
    let before = filtered(window.state());
    assert!(before > below);
    window.hover_at(away - vec2(20.0, 0.0));
    until(&mut window, "it follows further", |app| filtered(app) > before);
    window.drop_at(away - vec2(20.0, 0.0));
    window.run_steps(5);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    until(&mut window, "the drag is undone", |app| filter(app).as_deref() == Some("`2` >= 3.0"));
    assert_eq!(filtered(window.state()), below);
    // Typed, and taken away.
    window.get_by_label("2 to").focus();
    window.step();
    window.event(egui::Event::Text("20.5".to_owned()));
    window.step();
    window.key_press(Key::Enter);
    until(&mut window, "the end is typed", |app| filter(app).as_deref() == Some("(`2` >= 3.0) & (`2` <= 20.5)"));
    window.get_by_label("no range of 2").click();
    until(&mut window, "all rows are back", |app| filter(app).is_none());
    assert_eq!(filtered(window.state()), 0);
    assert!(slider(&window, "2 least").is_none());
}

#[test]
fn levels_and_thresholds_are_dragged_without_a_pass() {
    use scumble::scene::contour::LevelChoice;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("field.f32");
    let cells = (0..60 * 80_u16).map(|n| f32::from(n % 80) + f32::from(n / 80) * 0.5);
    std::fs::write(&path, cells.flat_map(f32::to_le_bytes).collect::<Vec<u8>>()).unwrap();
    let shape = "60x80".parse().ok();
    let mut window = window(vec![path], RawSpec { dtype: Some("<f4".to_owned()), shape, ..RawSpec::default() });
    until(&mut window, "the field is shown", |app| app.model().painted().is_some());
    let choose = |window: &mut Window<'_>, choice: &str, mark: &str| {
        window.get_by_role_and_label(egui::accesskit::Role::ComboBox, "draw").click();
        window.run_steps(3);
        window.get_by_label(choice).click();
        until(window, choice, |app| {
            app.model().document().unwrap().layer().mark.to_string() == mark && app.model().painted_layer().is_some()
        });
    };
    choose(&mut window, "filled contours", "filled");
    let numbers = |app: &ScumbleApp| Arc::clone(&app.model().painted().unwrap().shown.layers[0].aggregate);
    let before = numbers(window.state());
    let levels = window.state().model().painted_layer().unwrap().levels.clone();
    assert!(levels.len() > 5, "{levels:?}");
    let handle = window.get_by_role_and_label(egui::accesskit::Role::Slider, "level 4").rect().center();
    window.drag_at(handle);
    window.step();
    window.hover_at(handle + vec2(8.0, 0.0));
    window.step();
    window.hover_at(handle + vec2(14.0, 0.0));
    window.step();
    window.drop_at(handle + vec2(14.0, 0.0));
    let list = |app: &ScumbleApp| match &app.model().document().unwrap().layer().contour.levels {
        LevelChoice::List(levels) => levels.clone(),
        _ => Vec::new(),
    };
    until(&mut window, "a level was dragged", |app| {
        let now = list(app);
        now.len() == levels.len() && app.model().painted_layer().unwrap().levels == now
    });
    let now = list(window.state());
    assert!(levels[3] < now[3] && now[3] < levels[4], "{now:?}");
    assert!((0..levels.len()).filter(|i| *i != 3).all(|i| now[i].to_bits() == levels[i].to_bits()), "{now:?}");
    assert!(Arc::ptr_eq(&before, &numbers(window.state())), "the numbers are those from before");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    until(&mut window, "the drag is undone in one step", |app| list(app).is_empty());
    choose(&mut window, "hatching", "hatching");
    // A legend takes less room than a color bar: the plot has become wider.
    let before = numbers(window.state());
    let threshold = |app: &ScumbleApp| app.model().document().unwrap().layer().hatch[0].to_string();
    let first = threshold(window.state());
    window.get_by_role_and_label(egui::accesskit::Role::Slider, "threshold 1").focus();
    window.run_steps(3);
    window.key_press(Key::ArrowRight);
    until(&mut window, "a threshold was moved", |app| threshold(app) != first);
    assert!(threshold(window.state()).starts_with('>'), "{}", threshold(window.state()));
    assert!(Arc::ptr_eq(&before, &numbers(window.state())), "the numbers are those from before");
}
