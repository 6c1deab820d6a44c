//! Nothing that is worth keeping is lost: data, figures in files and those that were never saved.

use std::path::{Path, PathBuf};
use std::time::Duration;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use scumble::scene::axis::Size;
use scumble::ui::app::ScumbleApp;
use scumble::ui::status;
use scumble::workbench::RawSpec;
use scumble::workbench::brief::Brief;
use scumble::workbench::figure::FigureRequest;
use scumble::workbench::sources::Sources;

use super::super::{Window, document, opened, type_in, until, window};

fn errors(app: &ScumbleApp) -> usize {
    app.model().notices.log().iter().filter(|notice| notice.is_error).count()
}

fn layers(app: &ScumbleApp) -> usize {
    app.model().document().map_or(0, |document| document.figure.layers.len())
}

fn duplicated(folder: &tempfile::TempDir) -> Window<'static> {
    let mut window = opened(folder);
    window.get_by_label("Duplicate").click();
    until(&mut window, "there are two layers", |app| layers(app) == 2);
    window
}

fn save(window: &mut Window<'_>, path: &Path) {
    window.state_mut().save_figure(path.to_owned());
    until(window, "it is saved", |app| app.model().saved() == Some(path));
}

#[test]
fn a_figure_replaces_no_data_and_another_figure_only_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    let data = folder.path().join("points.f32");
    let before = std::fs::read(&data).unwrap();
    window.state_mut().save_figure(data.clone());
    until(&mut window, "the data is not replaced", |app| errors(app) == 1);
    assert!(std::fs::read(&data).unwrap() == before && window.state().model().saved().is_none());
    let other = folder.path().join("other.toml");
    std::fs::write(&other, "scumble = 2\n").unwrap();
    for (answer, is_replaced) in [("Cancel", false), ("Replace", true)] {
        window.state_mut().save_figure(other.clone());
        until(&mut window, "the person is asked", |app| app.model().standing().is_some());
        window.get_by_label(answer).click();
        until(&mut window, "the answer is taken", |app| {
            app.model().standing().is_none() && app.model().saved().is_some() == is_replaced
        });
        let text = std::fs::read_to_string(&other).unwrap();
        assert_eq!(text.contains("points.f32"), is_replaced, "{text}");
    }
    // A name alone becomes that of a figure file.
    window.state_mut().save_figure(folder.path().join("fig.v2"));
    let named = folder.path().join("fig.v2.toml");
    until(&mut window, "it is saved", |app| app.model().saved() == Some(named.as_path()));
}

#[test]
fn a_picture_replaces_pictures_only() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    let other = folder.path().join("other.npy");
    std::fs::write(&other, "no picture").unwrap();
    window.key_press_modifiers(Modifiers::COMMAND, Key::E);
    window.run_steps(3);
    window.get_by_role_and_label(Role::TextInput, "File").focus();
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.step();
    window.event(egui::Event::Text(other.display().to_string()));
    window.run_steps(2);
    window.get_by_label("Export").click();
    until(&mut window, "the file stays", |app| errors(app) == 1);
    assert_eq!(std::fs::read(&other).unwrap(), b"no picture");
}

#[test]
fn a_picture_that_is_there_is_replaced_when_that_is_meant() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    window.key_press_modifiers(Modifiers::COMMAND, Key::E);
    window.run_steps(3);
    window.get_by_label("Export").click();
    let picture = folder.path().join("points.png");
    until(&mut window, "a picture is written", |app| {
        app.model().notices.log().iter().any(|n| n.text.contains("wrote"))
    });
    let first = std::fs::read(&picture).unwrap();
    window.get_by_label("with axes, words and color bar").click();
    window.run_steps(3);
    window.get_by_label("Export").click();
    let asked = |window: &mut Window<'_>| {
        for _ in 0..200 {
            window.step();
            if window.query_by_label("points.png is there already.").is_some() {
                // What is clicked shall lie where it is drawn.
                return window.run_steps(3);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("nothing is asked");
    };
    asked(&mut window);
    window.get_by_label("Keep it").click();
    window.run_steps(4);
    assert_eq!(std::fs::read(&picture).unwrap(), first);
    window.get_by_label("Export").click();
    asked(&mut window);
    window.get_by_label("Replace it").click();
    until(&mut window, "it is replaced", |_| std::fs::read(&picture).is_ok_and(|bytes| bytes != first));
}

#[test]
fn a_plot_without_anything_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    let mut said = |field: &str, text: &str, what: Option<&str>| {
        type_in(&mut window, field, text, Key::Enter);
        until(&mut window, text, |app| app.model().is_at_rest() && status::emptiness(app.model()) == what);
    };
    said("only rows", "`0` > 1e30", Some("The filter leaves nothing to show"));
    said("only rows", "`0` < 1e30", None);
    said("x range", "1e6..2e6", Some("Nothing of the data lies in this view. F shows all of it"));
}

#[test]
fn work_that_was_not_saved_is_asked_about_and_a_look_at_a_file_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    window.key_press(Key::Plus);
    window.get_by_label("grid lines").click();
    until(&mut window, "there is a grid", |app| app.model().document().unwrap().figure.grid);
    assert!(window.state_mut().may_close());
    window.get_by_label("Duplicate").click();
    until(&mut window, "there are two layers", |app| layers(app) == 2);
    assert!(!window.state_mut().may_close());
    window.run_steps(2);
    window.get_by_label("The figure was not saved");
    window.get_by_label("Cancel").click();
    window.run_steps(2);
    assert!(window.query_by_label("The figure was not saved").is_none());
    let path = folder.path().join("figure.toml");
    save(&mut window, &path);
    window.key_press(Key::Plus);
    window.run_steps(3);
    assert!(window.state_mut().may_close(), "looking around is no work");
    window.get_by_label("grid lines").click();
    until(&mut window, "there is no grid", |app| !app.model().document().unwrap().figure.grid);
    assert!(!window.state_mut().may_close());
    window.run_steps(2);
    window.get_by_label("The figure was changed since it was saved");
    window.get_by_label("Save").click();
    until(&mut window, "it is saved", |app| !app.model().has_unsaved_work());
    window.run_steps(2);
    assert!(window.state_mut().may_close());
    assert!(!std::fs::read_to_string(&path).unwrap().contains("grid"));
}

#[test]
fn what_is_discarded_lets_the_window_close() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = duplicated(&folder);
    assert!(!window.state_mut().may_close());
    window.run_steps(2);
    window.get_by_label("Discard").click();
    window.run_steps(2);
    assert!(window.state_mut().may_close());
}

#[test]
fn a_command_that_needs_the_figures_file_says_what_that_lacks() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = duplicated(&folder);
    window.key_press_modifiers(Modifiers::COMMAND, Key::E);
    window.run_steps(3);
    window.get_by_label_contains("Several layers need a figure file");
    save(&mut window, &folder.path().join("figure.toml"));
    window.get_by_label_contains("The same, from a terminal");
    window.get_by_label("grid lines").click();
    until(&mut window, "there is a grid", |app| app.model().document().unwrap().figure.grid);
    window.get_by_label_contains("lacks the latest changes");
    window.get_by_label("Save figure").click();
    until(&mut window, "it is saved", |app| !app.model().differs_from_file());
    window.step();
    window.get_by_label_contains("The same, from a terminal");
}

#[test]
fn a_figure_keeps_its_file_when_another_becomes_a_layer_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    let path = folder.path().join("figure.toml");
    save(&mut window, &path);
    let other = folder.path().join("other.f32");
    std::fs::copy(folder.path().join("points.f32"), &other).unwrap();
    let raw = RawSpec { dtype: Some("<f4".to_owned()), columns: Some(3), ..RawSpec::default() };
    window.state_mut().open(vec![other.clone()], raw);
    until(&mut window, "the other is open", |app| {
        app.model().document().unwrap().layer().sources.inputs == [other.clone()] && app.model().painted().is_some()
    });
    assert_eq!(window.state().model().saved(), None);
    window.get_by_label("Overlay instead").click();
    until(&mut window, "it is a layer", |app| layers(app) == 2);
    assert_eq!(window.state().model().saved(), Some(path.as_path()));
}

#[test]
fn a_figure_that_was_left_behind_is_offered_beside_a_file_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    let place = folder.path().join("recovery-1.toml");
    let text = "scumble = 2\ntitle = \"mine\"\n[[layers]]\nfile = \"points.f32\"\ndtype = \"<f4\"\ncolumns = 3\n";
    std::fs::write(&place, text).unwrap();
    window.state_mut().offer_recovery(vec![place]);
    window.run_steps(2);
    window.get_by_label("Recover its figure").click();
    until(&mut window, "it is recovered", |app| {
        app.model().document().unwrap().figure.text.title.as_deref() == Some("mine")
    });
    window.step();
    assert!(window.query_by_label("Recover its figure").is_none());
    assert!(window.state().model().has_unsaved_work());
}

#[test]
fn a_filter_is_work_and_a_colormap_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    window.step();
    assert_eq!(
        (window.state().model().has_unsaved_work(), window.state().model().title().as_str()),
        (false, "points.f32 \u{2013} Scumble")
    );
    window.get_by_label("reversed").click();
    until(&mut window, "the colors are reversed", |app| {
        app.model().document().unwrap().layer().style.colormap.contains("_r:")
    });
    assert!(!window.state().model().has_unsaved_work());
    // Who goes on by Tab means what was typed.
    type_in(&mut window, "only rows", "$2 > 0", Key::Tab);
    until(&mut window, "rows are left out", |app| {
        app.model().document().unwrap().layer().sources.filter.as_deref() == Some("$2 > 0")
    });
    assert!(window.state().model().has_unsaved_work() && window.state().model().title().starts_with('*'));
    assert!(!window.state_mut().may_close());
}

#[test]
fn a_text_that_is_refused_keeps_the_keys() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    let before = document(&window).figure.clone();
    type_in(&mut window, "x range", "5..1", Key::Enter);
    window.run_steps(3);
    assert_eq!(errors(window.state()), 1);
    // These would fit, open the log and jump to the field of ranges.
    for key in [Key::F, Key::L, Key::R] {
        window.key_press(key);
    }
    window.run_steps(3);
    assert!(window.get_by_role_and_label(Role::TextInput, "x range").is_focused());
    window.key_press(Key::Escape);
    window.run_steps(3);
    assert_eq!(document(&window).figure, before);
    assert_eq!(
        window.get_by_role_and_label(Role::TextInput, "x range").value().as_deref().map(|text| text.contains("5..1")),
        Some(false)
    );
    // What was left as it was refused is not refused again.
    type_in(&mut window, "x range", "5..1", Key::Tab);
    type_in(&mut window, "y range", "7..1", Key::Tab);
    window.run_steps(3);
    assert_eq!(errors(window.state()), 2);
}

#[test]
fn a_column_that_cannot_be_drawn_leaves_words_and_picture_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("many.npy");
    let header = "{'descr': [('x', '<f4'), ('k', '<u4')], 'fortran_order': False, 'shape': (100000,), }";
    let text = format!("{header:<117}\n");
    let rows = (0..100_000_u32).flat_map(|i| [((i % 100) as f32).to_le_bytes(), i.to_le_bytes()].concat());
    let bytes = [b"\x93NUMPY\x01\x00".as_slice(), &118_u16.to_le_bytes(), text.as_bytes(), &rows.collect::<Vec<u8>>()];
    std::fs::write(&path, bytes.concat()).unwrap();
    let sources = Sources { inputs: vec![path], ..Sources::default() };
    let brief = Brief::new(sources, None, Some("by:floor(x / 10)".parse().unwrap()))
        .dressed(|layer| FigureRequest::new(layer, Size { width: 1, height: 1 }));
    let mut window = window(Vec::new(), RawSpec::default());
    window.state_mut().begin(brief);
    until(&mut window, "ten categories are drawn", |app| app.model().painted().is_some());
    let before = document(&window).figure.clone();
    type_in(&mut window, "categories", "k", Key::Enter);
    until(&mut window, "too many are refused", |app| errors(app) == 1);
    assert_eq!(document(&window).figure, before);
    assert_eq!(window.get_by_role_and_label(Role::TextInput, "categories").value().as_deref(), Some("floor(x / 10)"));
    type_in(&mut window, "categories", "floor(k / 20000)", Key::Enter);
    until(&mut window, "five categories are drawn", |app| {
        app.model().painted_layer().is_some_and(|painted| painted.hues.len() == 5)
    });
}

#[test]
fn a_figure_that_comes_back_by_redo_is_at_its_own_step() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("field.f32");
    std::fs::write(&place, (0..240_u16).flat_map(|i| f32::from(i).to_le_bytes()).collect::<Vec<u8>>()).unwrap();
    let figure = folder.path().join("figure.toml");
    let text = "scumble = 2\nstep = 2\n[[layers]]\nfile = \"field.f32\"\ndtype = \"<f4\"\nshape = \"3x8x10\"\nmark = \"image\"\nreduction = \"mean:field\"\n";
    std::fs::write(&figure, text).unwrap();
    let mut window = opened(&folder);
    window.state_mut().open(vec![figure], RawSpec::default());
    let is_third =
        |app: &ScumbleApp| app.model().document().unwrap().figure.step == 2 && app.model().timeline().steps == 3;
    until(&mut window, "the third step is shown", is_third);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    until(&mut window, "the points are back", |app| app.model().timeline().steps < 3);
    window.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    until(&mut window, "the third step is back", is_third);
}

#[test]
fn files_of_different_columns_become_layers() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    let npy = |name: &str, dtype: &str, bytes: Vec<u8>| {
        let path = folder.path().join(name);
        let header = format!("{{'descr': '{dtype}', 'fortran_order': False, 'shape': (50, 2), }}");
        let text = format!("{header:<117}\n");
        let start = [b"\x93NUMPY\x01\x00".as_slice(), &118_u16.to_le_bytes(), text.as_bytes()].concat();
        std::fs::write(&path, [start, bytes].concat()).unwrap();
        path
    };
    let files: Vec<PathBuf> = vec![
        npy("a.npy", "<f8", (0..100_u16).flat_map(|i| f64::from(i).to_le_bytes()).collect()),
        npy("b.npy", "<f4", (0..100_u16).flat_map(|i| f32::from(i).to_le_bytes()).collect()),
    ];
    window.state_mut().open(files.clone(), RawSpec::default());
    until(&mut window, "each is a layer", |app| layers(app) == 2 && app.model().all_data().len() == 2);
    let inputs: Vec<_> = document(&window).figure.layers.iter().flat_map(|l| l.sources.inputs.clone()).collect();
    assert_eq!((inputs, errors(window.state())), (files, 0));
}

#[test]
fn a_new_file_takes_over_the_colormap_and_nothing_that_is_about_values() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    window.get_by_label("pinned").click();
    until(&mut window, "limits are pinned", |app| {
        app.model().document().unwrap().layer().style.limits.to_string() != ".."
    });
    window.get_by_label("light").click();
    window.run_steps(3);
    let other = folder.path().join("other.f32");
    std::fs::copy(folder.path().join("points.f32"), &other).unwrap();
    let before = document(&window);
    window.state_mut().open(vec![other.clone()], RawSpec::default());
    until(&mut window, "the other is open", |app| {
        app.model().document().unwrap().layer().sources.inputs == [other.clone()]
    });
    let (figure, before) = (document(&window).figure, before.figure);
    assert_eq!(figure.theme, before.theme);
    assert_eq!(figure.layers[0].style.colormap, before.layers[0].style.colormap);
    assert_eq!(figure.layers[0].style.limits, Default::default());
}

#[test]
fn the_dialog_for_a_path_can_be_left() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    window.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::O);
    window.run_steps(3);
    window.get_by_label("Open a file by its path");
    window.get_by_label("Cancel").click();
    window.run_steps(3);
    assert!(window.query_by_label("Open a file by its path").is_none());
}

#[test]
fn what_a_file_says_besides_the_figure_is_kept_when_it_is_saved() {
    let folder = tempfile::tempdir().unwrap();
    super::super::points(folder.path());
    let layer = "[[layers]]\nfile = 'points.f32'\ndtype = '<f4'\ncolumns = 3\n";
    let outputs = "[[outputs]]\nfile = 'a.png'\n[[outputs]]\nfile = 'b.png'\nsize = '300x200'\ndpi = 200\n";
    let text = format!("scumble = 2\nsize = '700x500'\ndpi = 120\n{layer}{outputs}");
    let path = folder.path().join("two.toml");
    std::fs::write(&path, &text).unwrap();
    let read = |path: &Path| scumble::workbench::figure_file::read(path, &[]).unwrap().figure;
    let before = read(&path);
    let mut window = window(vec![path.clone()], RawSpec::default());
    until(&mut window, "the figure is drawn", |app| app.model().painted().is_some());
    window.get_by_label("Duplicate").click();
    until(&mut window, "there are two layers", |app| layers(app) == 2);
    window.key_press_modifiers(Modifiers::COMMAND, Key::S);
    until(&mut window, "it is saved", |app| !app.model().has_unsaved_work() && !app.model().has_paperwork());
    let after = read(&path);
    assert_eq!((after.layers.len(), after.size, after.dpi), (2, before.size, before.dpi));
    assert!(after.outputs.len() == 2 && after.outputs == before.outputs);
}

#[test]
fn a_figure_that_was_left_behind_belongs_to_its_file() {
    let folder = tempfile::tempdir().unwrap();
    super::super::points(folder.path());
    let figure = "scumble = 2\n[[layers]]\nfile = 'points.f32'\ndtype = '<f4'\ncolumns = 3\n";
    let (file, left) = (folder.path().join("mine.toml"), folder.path().join("recovery-1.toml"));
    std::fs::write(&file, figure).unwrap();
    std::fs::write(&left, format!("# The figure of {}\n{figure}", file.display())).unwrap();
    let mut window = window(vec![left.clone()], RawSpec::default());
    until(&mut window, "the figure is drawn", |app| app.model().painted().is_some());
    let model = window.state().model();
    assert!(model.saved() == Some(file.as_path()) && model.has_unsaved_work() && !left.exists());
    window.key_press_modifiers(Modifiers::COMMAND, Key::S);
    until(&mut window, "it is saved", |app| !app.model().has_unsaved_work());
    assert!(std::fs::read_to_string(&file).unwrap().contains("fingerprints"));
}

#[test]
fn a_figure_that_is_only_looked_at_stays_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    super::super::points(folder.path());
    let plane: Vec<u8> = (0_u16..64 * 48).flat_map(|i| f32::from(i % 64 + i / 64).to_le_bytes()).collect();
    std::fs::write(folder.path().join("plane.f32"), plane).unwrap();
    // What no hand would set by the panel's fields.
    for (name, layer) in [
        (
            "points.f32",
            "columns = 3\ncolormap = \"fire:0.2..0.2000001\"\nspread = \"dynamic:0.123456:0\"\nalpha = 0.123456",
        ),
        ("points.f32", "columns = 3\nmark = \"circle:7.123\"\ncolormap = \"white,red:0.123..1\""),
        (
            "plane.f32",
            "shape = \"48x64\"\nmark = \"contours\"\nreduction = \"mean:0\"\n[layers.contour]\nwidth = 17.25\nemphasis = 31",
        ),
    ] {
        let path = folder.path().join("fine.toml");
        let text =
            format!("scumble = 2\naspect = 0.00123456\n[[layers]]\nfile = \"{name}\"\ndtype = \"<f4\"\n{layer}\n");
        std::fs::write(&path, text).unwrap();
        let asked = scumble::workbench::figure_file::read(&path, &[]).unwrap().complete(&path).unwrap().figure;
        let mut window = window(vec![path], RawSpec::default());
        until(&mut window, "the figure is drawn", |app| app.model().painted().is_some());
        window.run_steps(10);
        let shown = &document(&window).figure;
        assert_eq!((shown.aspect, &shown.layers), (asked.aspect, &asked.layers));
        assert!(!window.state().model().has_unsaved_work());
    }
}
