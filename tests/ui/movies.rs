//! Movies from the window: the dialog, frames that are those of the command it shows, and how a movie ends.

use std::process::Command;

use egui::accesskit::Role;
use egui_kittest::kittest::NodeT as _;

use super::super::*;

/// Steps of 30 × 40 f32.
fn field(folder: &Path, steps: usize) -> PathBuf {
    let path = folder.join("waves.npy");
    let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({steps}, 40, 50), }}");
    let values = (0..steps * 2000).map(|i| (((i % 50) as f32 * 0.2) + (i / 2000) as f32).sin() * (i % 2000) as f32);
    let bytes: Vec<u8> = values.flat_map(f32::to_le_bytes).collect();
    std::fs::write(&path, [b"\x93NUMPY\x01\x00\x76\x00", format!("{header:<117}\n").as_bytes(), &bytes].concat())
        .unwrap();
    path
}

/// A window on a field, with the dialog for movies.
fn dialog<'a>(folder: &tempfile::TempDir, steps: usize) -> Window<'a> {
    let mut window = window(vec![field(folder.path(), steps)], RawSpec::default());
    until(&mut window, "the field is drawn", |app| app.model().painted().is_some());
    window.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::E);
    window.run_steps(4);
    window
}

fn choose(window: &mut Window<'_>, kind: &str) {
    // What was said last may have moved everything; a click is for where it lies then.
    window.run_steps(4);
    window.get_by_role_and_label(Role::ComboBox, "Kind").click();
    window.run_steps(3);
    window.get_by_label(kind).click();
    window.run_steps(3);
}

/// The command line that the dialog shows.
fn command(window: &Window<'_>) -> String {
    let node = window.get_by_label_contains("scumble movie");
    node.accesskit_node().value().or(node.accesskit_node().label()).unwrap()
}

fn wait_for_the_end(window: &mut Window<'_>) -> String {
    let told = window.state().model().notices.log().len();
    until(window, "the movie has ended", |app| {
        app.model().filming().is_none() && app.model().notices.log().len() > told
    });
    window.state().model().notices.log().last().unwrap().text.clone()
}

#[test]
fn a_movie_has_the_frames_of_the_command_that_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = dialog(&folder, 6);
    window.get_by_label("Export movie");
    // All steps, at the pace of the command line.
    window.get_by_label_contains("6 frames, 0.6 s");
    assert!(command(&window).ends_with("waves.mp4"), "{}", command(&window));
    choose(&mut window, "numbered PNG files");
    window.get_by_role_and_label(Role::SpinButton, "First step").focus();
    window.run_steps(2);
    window.event(egui::Event::Text("2".to_owned()));
    window.step();
    window.key_press(Key::Enter);
    window.run_steps(3);
    let line = command(&window);
    assert!(line.contains("--steps 1.. ") && line.ends_with("waves/%05d.png"), "{line}");
    window.get_by_role_and_label(Role::Button, "Film").click();
    let said = wait_for_the_end(&mut window);
    assert!(said.contains("filmed 5 frames"), "{said}");
    assert!(window.query_by_label("Export movie").is_none(), "the dialog stays");

    let again = line.replace("waves/%05d.png", "again/%05d.png");
    let again = again.strip_prefix("scumble").unwrap();
    let run = Command::new("sh")
        .arg("-c")
        .arg(format!("exec '{}'{again}", env!("CARGO_BIN_EXE_scumble")))
        .env_remove("DISPLAY")
        .output()
        .unwrap();
    assert!(run.status.success(), "{line}: {}", String::from_utf8_lossy(&run.stderr));
    let frame = |run: &str, step: u64| std::fs::read(folder.path().join(format!("{run}/{step:05}.png"))).unwrap();
    for step in 1..6 {
        assert!(frame("waves", step) == frame("again", step), "step {step}");
    }
    assert!(frame("waves", 1) != frame("waves", 2));
    assert!(!folder.path().join("waves/00000.png").exists());
}

#[test]
fn what_is_no_movie_is_said_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = dialog(&folder, 3);
    window.get_by_role_and_label(Role::TextInput, "File").focus();
    window.step();
    window.key_press(Key::End);
    window.step();
    window.event(egui::Event::Text("x".to_owned()));
    window.run_steps(3);
    window.get_by_label_contains("\".mp4x\" is no movie that can be written");
    assert!(window.get_by_role_and_label(Role::Button, "Film").accesskit_node().is_disabled());
}

/// What a test says to itself when it is started once more.
const ALONE: &str = "SCUMBLE_TEST_WITHOUT_FFMPEG";

#[test]
fn without_ffmpeg_the_dialog_says_what_to_do() {
    if std::env::var_os(ALONE).is_none() {
        let name = "ui::movies::without_ffmpeg_the_dialog_says_what_to_do";
        let mut command = Command::new(std::env::current_exe().unwrap());
        let run = command.args(["--exact", name]).env(ALONE, "1").env("PATH", "").output().unwrap();
        let said = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
        assert!(run.status.success() && said.contains("1 passed"), "{said}");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut window = dialog(&folder, 3);
    let started = Instant::now();
    while window.query_by_label_contains("there is none on the PATH; install it").is_none() {
        assert!(started.elapsed() < Duration::from_secs(30), "it is not said");
        window.step();
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(window.get_by_role_and_label(Role::Button, "Film").accesskit_node().is_disabled());
    // What needs none can be made.
    choose(&mut window, "animated PNG");
    assert!(window.query_by_label_contains("none on the PATH").is_none());
    window.get_by_role_and_label(Role::Button, "Film").click();
    let said = wait_for_the_end(&mut window);
    assert!(said.contains("filmed 3 frames"), "{said}");
    assert!(folder.path().join("waves.apng").exists());
}

#[test]
fn a_movie_is_cancelled_and_the_window_asks_before_it_closes() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = dialog(&folder, 5000);
    choose(&mut window, "numbered PNG files");
    assert!(window.state_mut().may_close());
    window.get_by_role_and_label(Role::Button, "Film").click();
    let goes_on = |app: &ScumbleApp| app.model().filming().is_some_and(|filming| filming.frames().done() > 2);
    until(&mut window, "some frames", goes_on);
    window.get_by_label_contains("of 5\u{202f}000 frames, ");
    assert!(!window.state_mut().may_close());
    window.run_steps(3);
    window.get_by_label("A movie is being made");
    window.get_by_label("Keep filming").click();
    window.run_steps(3);
    assert!(window.query_by_label("A movie is being made").is_none() && goes_on(window.state()));
    // The figure can be used meanwhile.
    window.key_press(Key::Period);
    until(&mut window, "the next step", |app| app.model().document().unwrap().figure.step == 1);
    window.get_by_label("Cancel").click();
    let said = wait_for_the_end(&mut window);
    assert!(said.contains("stopped after ") && said.contains("they are kept"), "{said}");
    assert!(window.state_mut().may_close());
    // The next run takes the frames up; this time the window is closed.
    window.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::E);
    window.run_steps(4);
    window.get_by_role_and_label(Role::Button, "Film").click();
    until(&mut window, "it goes on", goes_on);
    assert!(!window.state_mut().may_close());
    window.run_steps(3);
    window.get_by_label("Stop and close").click();
    let closes = |window: &Window<'_>| {
        let viewport = &window.output().viewport_output[&egui::ViewportId::ROOT];
        viewport.commands.contains(&egui::ViewportCommand::Close)
    };
    let started = Instant::now();
    while !closes(&window) {
        assert!(started.elapsed() < Duration::from_secs(60), "it does not close");
        window.step();
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(window.state_mut().may_close());
}
