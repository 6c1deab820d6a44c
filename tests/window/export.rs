//! Export from the window, the command in the file, and the pixels on the screen.

use std::process::Command;

use super::app::Window;
use super::picture::{Area, Picture, Pixel};
use super::points::cloud;
use super::screen::Screen;

/// The face of a button of the dark theme that nobody points at.
const BUTTON: Pixel = [50, 50, 50];

/// Buttons in the lowest row of a dialog, from the left: runs of one color at the height of a button's upper padding,
/// where no word interrupts it.
fn lowest_buttons(shot: &Picture, dialog: Area) -> Vec<Area> {
    let runs = |y: usize| {
        let mut runs: Vec<Area> = Vec::new();
        for x in (dialog.x..dialog.x + dialog.width).filter(|x| shot.at(*x, y) == BUTTON) {
            match runs.last_mut() {
                Some(run) if run.x + run.width == x => run.width += 1,
                _ => runs.push(Area { x, y, width: 1, height: 1 }),
            }
        }
        runs.retain(|run| run.width > 30);
        runs
    };
    let rows = (dialog.y..dialog.y + dialog.height).rev().map(runs);
    rows.skip_while(Vec::is_empty).take_while(|runs| !runs.is_empty()).find(|runs| runs.len() == 2).unwrap_or_default()
}

#[test]
fn an_export_has_the_pixels_of_the_screen_and_its_command_makes_the_same_file() {
    let screen = Screen::new();
    screen.write("a.npy", cloud(20_000, 0.0));
    let mut window = Window::open(&screen, "export", &["a.npy"]);
    let figure = window.shows("a.npy");
    let fitted = screen.shot().crop(figure);
    screen.point(figure.at(0.3, 0.4));
    screen.input("click 4 click 4");
    let zoomed = window.rests("a picture that was zoomed by the wheel", figure, &fitted);
    screen.point(Screen::NOWHERE);

    window.key("ctrl+e");
    let export = window.wait("the dialog with Copy command and Export", |shot| {
        let now = shot.crop(figure);
        let buttons = lowest_buttons(&now, now.difference(&zoomed)?);
        (buttons.len() == 2).then(|| buttons[1].at(0.5, 0.0))
    });
    screen.point((export.0 + figure.x as i32, export.1 + figure.y as i32));
    screen.input("click 1");
    let exported = screen.path("a.png");
    window.wait("the exported file", |_| exported.exists().then_some(()));
    let (picture, texts) = Picture::read(&exported);

    // The first puts the dialog away, the second the news that the file was written.
    screen.point(Screen::NOWHERE);
    window.key("Escape");
    window.key("Escape");
    assert_eq!((picture.width, picture.height), (figure.width, figure.height));
    window.equals("the exported picture on the screen", figure, &picture);

    let (_, line) = texts.iter().find(|(keyword, _)| keyword == "Comment").expect("no comment in the PNG");
    let args = line.strip_prefix("scumble render ").and_then(|rest| rest.strip_suffix(" -o figure.png"));
    let args = args.unwrap_or_else(|| panic!("not the expected command: {line}"));
    assert!(args.contains("--x-range") && args.contains("--y-range"), "{line}");
    let mut shell = Command::new("sh");
    shell.current_dir(screen.path("")).arg("-c");
    shell.arg(format!("exec '{}' render {args} -o again.png", env!("CARGO_BIN_EXE_scumble")));
    let ran = shell.output().unwrap();
    assert!(ran.status.success(), "{line}: {}", String::from_utf8_lossy(&ran.stderr));
    let again = std::fs::read(screen.path("again.png")).unwrap();
    assert!(again == std::fs::read(&exported).unwrap(), "the command makes other bytes: {line}");
    window.close();
}

/// Four steps of 40 × 30 f32, as `.npy`.
fn steps() -> Vec<u8> {
    let header = format!("{:<117}\n", "{'descr': '<f4', 'fortran_order': False, 'shape': (4, 30, 40), }");
    let values = (0..4 * 30 * 40_u16).map(|i| f32::from(i % 1200) * (f32::from(i / 1200) + 1.0));
    [b"\x93NUMPY\x01\x00\x76\x00", header.as_bytes(), &values.flat_map(f32::to_le_bytes).collect::<Vec<_>>()].concat()
}

#[test]
fn a_movie_of_the_window_is_that_of_the_command() {
    let screen = Screen::new();
    screen.write("w.npy", steps());
    let mut window = Window::open(&screen, "movie", &["w.npy"]);
    let figure = window.shows("w.npy");
    let before = screen.shot().crop(figure);
    window.key("ctrl+shift+e");
    let film = window.wait("the dialog with Copy command and Film", |shot| {
        let now = shot.crop(figure);
        let buttons = lowest_buttons(&now, now.difference(&before)?);
        (buttons.len() == 2).then(|| buttons[1].at(0.5, 0.0))
    });
    screen.point((film.0 + figure.x as i32, film.1 + figure.y as i32));
    screen.input("click 1");
    // The index comes last.
    let movie = screen.path("w.mp4");
    let frames = || {
        let mut probe = Command::new("ffprobe");
        probe.args(["-v", "error", "-count_frames", "-show_entries", "stream=nb_read_frames,width,height"]);
        String::from_utf8(probe.args(["-of", "csv=p=0"]).arg(&movie).output().unwrap().stdout).unwrap()
    };
    let even = |n: usize| n.next_multiple_of(2);
    let wanted = format!("{},{},4", even(figure.width), even(figure.height));
    window.wait("a movie of four frames", |_| (frames().trim().trim_end_matches(',') == wanted).then_some(()));
    window.close();
}
