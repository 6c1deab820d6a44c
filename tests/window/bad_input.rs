//! Files that cannot be shown: the window says so and lives on.

use std::fs;
use std::path::Path;

use super::app::Window;
use super::drop::drop_files;
use super::picture::{Area, Picture, Pixel};
use super::points::{cloud, npy};
use super::screen::Screen;

/// The color of words that tell of an error.
const ERROR: Pixel = [255, 0, 0];

/// Pixels of that color where the picture was another before: the strokes of a sentence, not a point of the plot.
const SENTENCE: usize = 40;

/// Waits for words that tell of an error over the figure.
pub fn complains(window: &mut Window, what: &str, figure: Area, shown: &Picture) {
    let before = shown.count(|pixel| pixel == ERROR);
    let is_there = |shot: &Picture| shot.crop(figure).count(|pixel| pixel == ERROR) >= before + SENTENCE;
    window.wait(&format!("a complaint about {what}"), |shot| is_there(shot).then_some(()));
}

/// Writes files that cannot be shown.
fn bad_files(screen: &Screen) -> Vec<&'static str> {
    let good = cloud(1_000, 0.0);
    let garbage: Vec<u8> = (0..5_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    screen.write("empty.npy", []).write("short.npy", &good[..good.len() / 2]).write("stub.npy", &good[..40]);
    screen.write("garbage.npy", [b"\x93NUMPY\x01\x00", garbage.as_slice()].concat());
    screen.write("text.npy", "no columns, only words\n".repeat(40));
    let names = "{'descr': '<U8', 'fortran_order': False, 'shape': (100, ), }";
    screen.write("names.npy", npy(names, &[0; 3200]));
    fs::create_dir(screen.path("folder.npy")).unwrap();
    vec!["empty.npy", "short.npy", "stub.npy", "garbage.npy", "text.npy", "names.npy", "folder.npy", "nothing.npy"]
}

#[test]
fn each_bad_file_is_complained_about_and_the_picture_stays() {
    let screen = Screen::new();
    screen.write("a.npy", cloud(20_000, 0.0)).write("b.npy", cloud(9_000, 40.0));
    let bad = bad_files(&screen);
    let mut window = Window::open(&screen, "bad_input", &["a.npy"]);
    let figure = window.shows("a.npy");
    let shown = screen.shot().crop(figure);
    for (i, name) in bad.iter().enumerate() {
        let path = screen.path(name);
        // What is not there cannot be dragged.
        if i % 2 == 0 && path.exists() {
            drop_files(&screen, &mut window, &[&path], figure.at(0.4, 0.5));
        } else {
            window.open_path(&path);
        }
        complains(&mut window, name, figure, &shown);
        window.key("Escape");
        window.equals("the earlier picture", figure, &shown);
    }
    window.open_path(&screen.path("b.npy"));
    window.shows("b.npy");
    window.close();
}

#[test]
fn ten_files_are_one_table_and_so_are_the_sound_ones_of_ten() {
    let screen = Screen::new();
    let names: Vec<String> = (0..10).map(|i| format!("part{i}.npy")).collect();
    for (i, name) in (0_u8..).zip(&names) {
        screen.write(name, cloud(2_000, 3.0 * f32::from(i)));
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut window = Window::open(&screen, "ten_files", &names);
    let figure = window.shows(&names.join(" "));
    let shown = screen.shot().crop(figure);
    screen.write("empty.npy", []);
    let mut paths: Vec<_> = names[..9].iter().map(|name| screen.path(name)).collect();
    paths.insert(4, screen.path("empty.npy"));
    let paths: Vec<&Path> = paths.iter().map(AsRef::as_ref).collect();
    drop_files(&screen, &mut window, &paths, figure.at(0.4, 0.5));
    complains(&mut window, "ten files of which one is empty", figure, &shown);
    window.key("Escape");
    window.shows(&names[..9].join(" "));
    window.close();
}
