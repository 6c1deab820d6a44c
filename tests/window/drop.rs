//! Files dropped by another program.

use std::path::Path;

use super::app::Window;
use super::drag::{Outcome, Source};
use super::points::cloud;
use super::screen::Screen;

/// Where the other program's window is: beside Scumble's.
const SOURCE: (i16, i16) = (1350, 100);

/// Drags files by mouse from another program onto a place, and drops them there.
pub fn drop_files(screen: &Screen, window: &mut Window, files: &[&Path], onto: (i32, i32)) {
    let (x, y) = SOURCE;
    let source = Source::open(screen.display(), x, y, files.iter().map(|file| (*file).to_owned()).collect());
    let from = (i32::from(x) + 100, i32::from(y) + 100);
    let before = screen.shot();
    screen.point(from);
    screen.input("mousedown 1");
    for step in 1..=10 {
        screen.point((from.0 + (onto.0 - from.0) * step / 10, from.1 + (onto.1 - from.1) * step / 10));
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    // The middle of the window goes dark and says that the files may be dropped.
    let middle = before.figure().unwrap();
    window.differs("the place to drop files", middle, &before.crop(middle));
    screen.input("mouseup 1");
    let expected = Outcome { is_accepted: true, is_given: true, is_finished: true };
    assert_eq!(source.outcome(), expected);
    screen.point(Screen::NOWHERE);
}

#[test]
fn a_file_that_another_program_drops_is_shown() {
    let screen = Screen::new();
    // A name that must be escaped on its way.
    let name = "dropped 100% ü.npy";
    screen.write("a.npy", cloud(20_000, 0.0)).write(name, cloud(9_000, 40.0)).write("b.npy", cloud(9_000, 40.0));
    let mut window = Window::open(&screen, "drop", &["a.npy"]);
    let figure = window.shows("a.npy");
    drop_files(&screen, &mut window, &[&screen.path(name)], figure.at(0.4, 0.5));
    window.shows("b.npy");
    drop_files(&screen, &mut window, &[&screen.path("a.npy"), &screen.path("b.npy")], figure.at(0.4, 0.5));
    window.shows("a.npy b.npy");
    window.close();
}
