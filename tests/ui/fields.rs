//! Fields of the side panel: what is typed, what is refused, what Escape closes, and what stays in sight.

use std::path::{Path, PathBuf};

use egui::accesskit::Role;
use egui::{Key, Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use scumble::ui::app::ScumbleApp;
use scumble::workbench::RawSpec;

use super::super::{Window, document, opened, type_in, until, window};

/// Types into a field what is to stand in it, and enters it.
fn enter(window: &mut Window<'_>, label: &str, text: &str) {
    type_in(window, label, text, Key::Enter);
}

fn shown(window: &Window<'_>, label: &str) -> String {
    window.get_by_role_and_label(Role::TextInput, label).accesskit_node().value().unwrap_or_default()
}

fn complaints(app: &ScumbleApp) -> usize {
    app.model().notices.toasts().into_iter().filter(|i| app.model().notices.log()[*i].is_error).count()
}

fn filter(app: &ScumbleApp) -> Option<String> {
    app.model().document().unwrap().layer().sources.filter.clone()
}

fn choose(window: &mut Window<'_>, list: &str, choice: &str) {
    window.get_by_role_and_label(Role::ComboBox, list).click();
    window.run_steps(3);
    window.get_by_label(choice).click();
    window.run_steps(2);
}

/// 70,000 rows of x, y, a real value and one of three kinds, with names.
fn named(folder: &Path, kind: &str) -> PathBuf {
    let path = folder.join("named.npy");
    let descr = format!("[('lon', '<f4'), ('lat', '<f4'), ('flux', '<f8'), ('{kind}', '<i2')]");
    let text = format!("{:<245}\n", format!("{{'descr': {descr}, 'fortran_order': False, 'shape': (70000,), }}"));
    let mut bytes = [b"\x93NUMPY\x01\x00".as_slice(), &246_u16.to_le_bytes(), text.as_bytes()].concat();
    for i in 0..70_000_u32 {
        let t = i as f32 * 1e-3;
        bytes.extend([t.sin().to_le_bytes(), t.cos().to_le_bytes()].concat());
        bytes.extend([&f64::from(i).to_le_bytes()[..], &(i % 3).to_le_bytes()[..2]].concat());
    }
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn a_filter_that_leaves_nothing_leaves_the_view() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    let before = window.state().stage().unwrap().view;
    enter(&mut window, "only rows", "`2` > 1000");
    until(&mut window, "all rows are filtered out", |app| {
        app.model().painted().unwrap().shown.layers[0].aggregate.accounting.filtered == 30_000
    });
    let stage = window.state().stage().unwrap();
    assert!(stage.is_known && stage.view.x.range == before.x.range && stage.view.y.range == before.y.range);
    assert_eq!(complaints(window.state()), 0);
    window.get_by_label_contains("0 in view");
    window.get_by_label_contains("30\u{202f}000 filtered out");
}

#[test]
fn what_is_refused_stays_as_it_was_typed_until_it_is_right() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    for (label, wrong, right) in [
        ("only rows", "`2` >> 3", "`2` > 3"),
        ("x", "log10(`0`", "abs(`0`)"),
        ("x range", "1..", "0..2"),
        ("limits", "p1..x", "p1..p99"),
    ] {
        enter(&mut window, label, wrong);
        until(&mut window, label, |app| complaints(app) == 1);
        window.run_steps(2);
        assert_eq!(shown(&window, label), wrong);
        enter(&mut window, label, right);
        until(&mut window, label, |app| complaints(app) == 0);
    }
    assert_eq!(filter(window.state()).as_deref(), Some("`2` > 3"));
    assert_eq!(document(&window).layer().sources.x.as_deref(), Some("abs(`0`)"));
    // Escape gives it up.
    enter(&mut window, "limits", "p1..x");
    until(&mut window, "another typing error", |app| complaints(app) == 1);
    window.get_by_role_and_label(Role::TextInput, "limits").focus();
    window.run_steps(2);
    window.key_press(Key::Escape);
    window.run_steps(3);
    assert_eq!(shown(&window, "limits"), "p1..p99");
    assert_eq!(complaints(window.state()), 0);
}

#[test]
fn categories_are_those_of_a_column_that_has_few_values() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window(vec![named(folder.path(), "kind")], RawSpec::default());
    until(&mut window, "the file is drawn", |app| app.model().painted().is_some());
    let before = window.state().stage().unwrap().view;
    choose(&mut window, "show", "by category");
    until(&mut window, "three kinds are told apart", |app| {
        app.model().painted_layer().is_some_and(|layer| layer.hues.len() == 3)
    });
    assert_eq!(document(&window).layer().reduction.to_string(), "by:kind");
    window.get_by_role_and_label(Role::SpinButton, "most");
    // What has too many leaves the view and the picture.
    enter(&mut window, "categories", "flux");
    let started = std::time::Instant::now();
    while complaints(window.state()) == 0 {
        assert!(started.elapsed().as_secs() < 60, "nobody complains");
        window.step();
    }
    window.run_steps(3);
    let stage = window.state().stage().unwrap();
    assert!(stage.is_known && stage.view.x.range == before.x.range && stage.view.y.range == before.y.range);
}

#[test]
fn values_may_be_expressions() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    choose(&mut window, "show", "mean");
    until(&mut window, "means are shown", |app| app.model().document().unwrap().layer().reduction.column().is_some());
    enter(&mut window, "of", "log10(`2` + 1)");
    until(&mut window, "means of an expression are shown", |app| {
        app.model().document().unwrap().layer().reduction.to_string() == "mean:log10(`2` + 1)"
    });
    assert_eq!(shown(&window, "of"), "log10(`2` + 1)");
    enter(&mut window, "of", "log10(`2` + ");
    until(&mut window, "a typing error", |app| complaints(app) == 1);
    window.run_steps(2);
    assert_eq!(shown(&window, "of"), "log10(`2` + ");
}

#[test]
fn escape_closes_what_is_open_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    enter(&mut window, "limits", "p1..x");
    until(&mut window, "a typing error", |app| complaints(app) == 1);
    let closes = |window: &mut Window<'_>, label: &str| {
        assert!(window.query_by_label_contains(label).is_some(), "{label} is not there");
        window.key_press(Key::Escape);
        window.run_steps(4);
        assert!(window.query_by_label_contains(label).is_none(), "{label} stays");
        assert_eq!(complaints(window.state()), 1, "closing {label}");
    };
    window.get_by_label("File").click();
    window.run_steps(4);
    closes(&mut window, "Save figure as");
    window.get_by_role_and_label(Role::ComboBox, "norm").click();
    window.run_steps(4);
    closes(&mut window, "twoslope");
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.run_steps(4);
    closes(&mut window, "File: Open path");
    window.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::O);
    window.run_steps(4);
    closes(&mut window, "Open a file by its path");
    window.key_press(Key::Escape);
    window.run_steps(4);
    assert_eq!(complaints(window.state()), 0, "with nothing open it puts toasts away");
}

#[test]
fn the_panel_is_as_wide_as_it_was_whatever_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    let before = window.state().stage().unwrap().rect;
    choose(&mut window, "draw", "lines");
    window.get_by_label("Duplicate").click();
    until(&mut window, "there are two layers", |app| app.model().document().unwrap().figure.layers.len() == 2);
    assert_eq!(window.state().stage().unwrap().rect, before);
}

#[test]
fn what_gets_the_focus_comes_into_sight() {
    let folder = tempfile::tempdir().unwrap();
    let path = super::super::points(folder.path());
    let wake: scumble::workbench::session::Wake = std::sync::Arc::new(|| {});
    let mut app = ScumbleApp::new(scumble::workbench::EngineChoice::Cpu, Some(2), &wake, None).unwrap();
    app.open(vec![path], RawSpec { dtype: Some("<f4".to_owned()), columns: Some(3), ..RawSpec::default() });
    let frame = |ui: &mut egui::Ui, app: &mut ScumbleApp| app.ui(ui);
    let mut window: Window<'_> = Harness::builder().with_size(vec2(900.0, 420.0)).build_ui_state(frame, app);
    until(&mut window, "the file is drawn", |app| app.model().painted().is_some());
    let bottom = |window: &Window<'_>| window.get_by_role_and_label(Role::TextInput, "title").rect().bottom();
    assert!(bottom(&window) > 420.0);
    window.get_by_role_and_label(Role::TextInput, "title").focus();
    window.run_steps(60);
    assert!(bottom(&window) < 420.0, "{}", bottom(&window));
}

#[test]
fn axes_are_called_after_the_lowest_layer_that_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    window.state_mut().open(Vec::new(), RawSpec::default());
    let labels = |app: &ScumbleApp| {
        let words = app.model().words().0;
        (words.x_label, words.y_label)
    };
    enter(&mut window, "x", "log10(abs(`0`) + 1)");
    until(&mut window, "x is an expression", |app| app.model().data().unwrap().axis_names()[0].starts_with("log10"));
    let (x, y) = labels(window.state());
    assert!(x.is_some_and(|x| x.starts_with("log10")));
    assert_eq!(y.as_deref(), Some("column 1"), "not the name of the file");
    window.get_by_label("Duplicate").click();
    until(&mut window, "there are two layers", |app| app.model().all_data().len() == 2);
    enter(&mut window, "x", "`2`");
    until(&mut window, "the upper one is of another column", |app| app.model().data().unwrap().axis_names()[0] == "2");
    assert!(labels(window.state()).0.is_some_and(|x| x.starts_with("log10")));
    window.get_by_label("show points").click();
    until(&mut window, "the lower one is hidden", |app| !app.model().document().unwrap().figure.layers[0].visible);
    assert_eq!(labels(window.state()).0.as_deref(), Some("column 2"));
}

#[test]
fn times_are_typed_as_dates() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("days.npy");
    let descr = "[('t', '<M8[D]'), ('y', '<f8'), ('day', '<M8[D]')]";
    let text = format!("{:<117}\n", format!("{{'descr': {descr}, 'fortran_order': False, 'shape': (60000,), }}"));
    let mut bytes = [b"\x93NUMPY\x01\x00".as_slice(), &118_u16.to_le_bytes(), text.as_bytes()].concat();
    for i in 0..60_000_i64 {
        // From 2024-03-01 on.
        bytes.extend([19_783 + i % 100, 0, 19_783 + i % 3].map(i64::to_le_bytes).concat());
    }
    std::fs::write(&path, bytes).unwrap();
    let mut window = window(vec![path], RawSpec::default());
    until(&mut window, "the file is drawn", |app| app.model().painted().is_some());
    enter(&mut window, "x range", "2024-03-11..2024-04-10");
    let days =
        |app: &ScumbleApp| app.stage().is_some_and(|stage| stage.view.x.range == "19793..19823".parse().unwrap());
    until(&mut window, "the view is of these days", days);
    enter(&mut window, "x range", "2024-13-01..2024-04-10");
    until(&mut window, "there is no such month", |app| complaints(app) == 1);
    enter(&mut window, "x range", "2024-03-11..2024-04-10");
    enter(&mut window, "only rows", "day < '2024-03-03'");
    until(&mut window, "two days are left", |app| filter(app).is_some());
    choose(&mut window, "show", "by category");
    until(&mut window, "categories are chosen", |app| {
        app.model().painted_layer().is_some_and(|layer| !layer.hues.is_empty())
    });
    enter(&mut window, "categories", "day");
    until(&mut window, "two days are told apart", |app| {
        app.model().painted_layer().is_some_and(|layer| layer.hues.len() == 2)
    });
    window.get_by_role_and_label(Role::CheckBox, "2 Mar 2024").click();
    until(&mut window, "the second is hidden", |app| {
        app.model().painted_layer().is_some_and(|layer| layer.hues[1].1.is_hidden)
    });
    assert_eq!(document(&window).layer().style.hide, ["2024-03-02".parse().unwrap()]);
}
