//! The steps of fields: what plays them, and what is read of them.

use egui_kittest::kittest::NodeT as _;

use super::super::*;

fn opened<'a>() -> Window<'a> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/grids/classic.nc");
    let mut window = window(vec![path], RawSpec::default());
    until(&mut window, "the field is drawn", |app| app.model().painted().is_some());
    window
}

#[test]
fn variables_of_figure_files_are_named() {
    let grids = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/grids/classic.nc");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("figure.toml");
    std::fs::write(&path, format!("scumble = 2\n[[layers]]\nfile = '{}'\n", grids.display())).unwrap();
    let mut window = window(vec![path], RawSpec::default());
    until(&mut window, "the field is drawn", |app| app.model().painted().is_some());
    window.run_steps(3);
    let of = window.get_by_role_and_label(egui::accesskit::Role::ComboBox, "of");
    assert_eq!(of.accesskit_node().value().as_deref(), Some("t2m"));
}

fn step(app: &ScumbleApp) -> u64 {
    app.model().document().unwrap().figure.step
}

#[test]
fn values_are_read_with_names_and_units() {
    let mut window = opened();
    let name = window.state().model().data().unwrap().table.field().unwrap().variable().name.clone();
    assert_eq!(name, "t2m");
    let plot = window.state().stage().unwrap().plot;
    window.hover_at(plot.center());
    window.run_steps(3);
    let readout = window.get_by_label_contains("t2m 2");
    let text = readout.accesskit_node().value().or(readout.accesskit_node().label()).unwrap();
    let words: Vec<&str> = text.split_whitespace().collect();
    assert!(text.starts_with("longitude ") && text.contains("°E   latitude ") && text.contains("°N   t2m "), "{text}");
    assert_eq!(*words.last().unwrap(), "K", "{text}");
    // A section has its own axes.
    window.get_by_role_and_label(egui::accesskit::Role::ComboBox, "x").click();
    window.run_steps(3);
    window.get_by_label("time").click();
    until(&mut window, "a section over time", |app| app.model().data().unwrap().axis_names()[0] == "time");
    let plot = window.state().stage().unwrap().plot;
    window.hover_at(plot.center());
    window.run_steps(3);
    let readout = window.get_by_label_contains("t2m 2");
    let text = readout.accesskit_node().value().or(readout.accesskit_node().label()).unwrap();
    assert!(text.starts_with("time ") && text.contains("°N   t2m ") && text.ends_with(" K"), "{text}");
}

#[test]
fn steps_play_and_stop_and_go_by_key() {
    let mut window = opened();
    let last = window.state().model().timeline().steps - 1;
    assert!(last >= 2);
    window.key_press(Key::Period);
    until(&mut window, "step 1", |app| step(app) == 1);
    window.key_press(Key::Comma);
    window.step();
    window.key_press(Key::Comma);
    until(&mut window, "around the end", |app| step(app) == last);
    let name = |window: &Window<'_>, label: &str| window.query_by_label(label).is_some();
    assert!(name(&window, "Play") && !name(&window, "Pause"));
    window.get_by_label("Play").click();
    until(&mut window, "it plays on", |app| step(app) == 1);
    window.get_by_label("Pause").click();
    window.run_steps(2);
    let stands = step(window.state());
    std::thread::sleep(Duration::from_millis(250));
    window.run_steps(3);
    assert!(name(&window, "Play"));
    assert_eq!(step(window.state()), stands);
}
