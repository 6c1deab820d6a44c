//! Files that change while they are shown.

use std::fs::OpenOptions;
use std::io::Write as _;

use super::app::Window;
use super::bad_input::complains;
use super::points::cloud;
use super::screen::Screen;

/// What a change of the file does to the figure: a banner at the top of the plot, and nothing else.
fn banner(window: &mut Window, screen: &Screen, change: impl FnOnce()) {
    let figure = window.wait("a figure", super::picture::Picture::figure);
    let shown = screen.shot().crop(figure);
    change();
    let place = window.wait("the banner", |shot| {
        let place = shot.crop(figure).difference(&shown)?;
        (place.width > 150 && place.height > 20).then_some(place)
    });
    assert!(place.y + place.height < figure.height / 5, "more than a banner: {place:?}");
}

#[test]
fn a_file_that_grows_is_told_of_and_read_anew_when_asked() {
    let screen = Screen::new();
    screen.write("a.npy", cloud(20_000, 0.0));
    let mut window = Window::open(&screen, "grows", &["a.npy"]);
    window.shows("a.npy");
    banner(&mut window, &screen, || {
        // In place, as a program does that goes on writing.
        let mut file = OpenOptions::new().write(true).open(screen.path("a.npy")).unwrap();
        file.write_all(&cloud(30_000, 2.0)).unwrap();
    });
    window.key("F5");
    window.shows("a.npy");
    window.close();
}

#[test]
fn a_file_that_is_truncated_while_it_is_shown_does_not_end_the_program() {
    let screen = Screen::new();
    screen.write("a.npy", cloud(400_000, 0.0)).write("b.npy", cloud(9_000, 40.0));
    let mut window = Window::open(&screen, "truncated", &["a.npy"]);
    let figure = window.shows("a.npy");
    let length = std::fs::metadata(screen.path("a.npy")).unwrap().len();
    banner(&mut window, &screen, || {
        OpenOptions::new().write(true).open(screen.path("a.npy")).unwrap().set_len(length / 3).unwrap();
    });
    // Another view reads the file again, of which most is gone: once, so that there is one complaint.
    let shown = screen.shot().crop(figure);
    screen.point(figure.at(0.4, 0.6));
    screen.input("click 4");
    complains(&mut window, "the truncated file", figure, &shown);
    screen.point(Screen::NOWHERE);
    // The wheel's zoom comes in small steps, each of which fails; the complaint is put away after the last.
    std::thread::sleep(std::time::Duration::from_secs(1));
    window.key("Escape");
    window.open_path(&screen.path("b.npy"));
    window.shows("b.npy");
    window.close();
}
