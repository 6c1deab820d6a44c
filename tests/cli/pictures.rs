//! What is in the PNG: size, colours, background, and that it is the same every time.

use std::collections::HashSet;

use crate::kit::{Desk, Grid, Picture, cloud, npy, pairs};

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("a.npy", pairs(&cloud(5000, 1)));
    desk
}

#[test]
fn pictures_have_the_size_asked_for() {
    let desk = desk();
    for (size, wanted) in [
        ("--size 1x1", (1, 1)),
        ("--size 640x480", (640, 480)),
        ("--size 3X700", (3, 700)),
        ("--size 30000x2", (30000, 2)),
        ("", (1920, 1080)),
    ] {
        let picture = desk.render(&format!("a.npy {size}"));
        assert_eq!((picture.width, picture.height), wanted);
        let grid = desk.aggregate(&format!("a.npy {size}"));
        assert_eq!((grid.width, grid.height), wanted);
        assert_eq!(grid.counts().iter().sum::<u64>(), 5000);
    }
}

#[test]
fn empty_pixels_have_the_background_and_others_do_not() {
    let desk = desk();
    let view = "a.npy --size 97x61 --x-range=-2..3 --y-range=-2..2";
    let grid = desk.aggregate(view);
    let check = |background: &str, empty: &[u8]| {
        let picture = desk.render(&format!("{view} --background {background}"));
        assert_eq!((picture.width, picture.height, picture.channels), (97, 61, empty.len()));
        let (mut bare, mut full) = (0, 0);
        for y in 0..61 {
            for x in 0..97 {
                let (pixel, count) = (picture.at(x, y), grid.counts()[y * 97 + x]);
                if count == 0 {
                    assert_eq!(pixel, empty, "{background} {x} {y}");
                    bare += 1;
                } else {
                    assert_ne!(pixel, empty, "{background} {x} {y}");
                    assert_eq!(pixel.get(3).unwrap_or(&255), &255, "{background} {x} {y}");
                    full += 1;
                }
            }
        }
        assert!(bare > 500 && full > 500, "{bare} {full}");
    };
    check("#123456", &[0x12, 0x34, 0x56]);
    check("white", &[255, 255, 255]);
    check("#fedcba80", &[0xfe, 0xdc, 0xba, 0x80]);
    check("none", &[0, 0, 0, 0]);
}

#[test]
fn rgb_where_all_is_opaque() {
    let desk = desk();
    assert_eq!(desk.render("a.npy --size 64x64").channels, 3);
    assert_eq!(desk.render("a.npy --size 64x64 --background none").channels, 4);
    // Not one pixel is empty: nothing is transparent.
    assert_eq!(desk.render("a.npy --size 2x2 --background none").channels, 3);
}

#[test]
fn norms_limits_and_colormaps_change_the_colors_only() {
    let desk = desk();
    let mut seen = HashSet::new();
    for style in [
        "--norm linear",
        "--norm log",
        "--norm sqrt",
        "--norm cbrt",
        "--norm eq_hist",
        "--norm linear --limits=0..100",
        "--norm linear --limits=p1..p90",
        "--norm linear --limits=-5..p50",
        "--norm linear --colormap viridis",
        "--norm linear --colormap viridis_r",
        "--norm linear --colormap Blues --background white",
    ] {
        let picture = desk.render(&format!("a.npy --size 40x40 {style}"));
        assert!(picture.pixels().collect::<HashSet<_>>().len() > 2, "{style}");
        assert!(seen.insert(picture.bytes), "{style}");
    }
    let same = |a: &str, b: &str| {
        let picture = |style: &str| desk.render(&format!("a.npy --size 40x40 {style}")).bytes;
        assert_eq!(picture(a), picture(b), "{a} / {b}");
    };
    same("", "--norm eq_hist --colormap bmy:0.2..0.9 --background black --limits=..");
    same("--norm linear --limits=p0..p100", "--norm linear");
    same("--colormap GRAY", "--colormap grey");
}

#[test]
fn linear_limits_reach_both_ends_of_the_colormap() {
    let desk = Desk::new();
    // Four pixels: 0, 1, 2 and 11 points.
    let columns = [(1, 1), (2, 2), (3, 11)];
    let points: Vec<_> = columns.iter().flat_map(|(x, n)| vec![(f64::from(*x) + 0.5, 0.5); *n]).collect();
    desk.write("a.npy", pairs(&points));
    let view = "a.npy --size 4x1 --x-range=0..4 --y-range=0..1 --colormap grey --background red --norm linear";
    let picture = desk.render(view);
    assert_eq!((picture.at(1, 0), picture.at(3, 0)), (&[0, 0, 0][..], &[255, 255, 255][..]));
    let clipped = desk.render(&format!("{view} --limits=2..3"));
    assert_eq!(clipped.bytes, [255, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255]);
}

#[test]
fn the_top_of_the_picture_is_the_highest_y() {
    let desk = Desk::new();
    desk.write("a.npy", pairs(&[(0.5, 1.5)]));
    let view = "a.npy --size 3x2 --x-range=0..3 --y-range=0..2";
    assert_eq!(desk.aggregate(view).counts(), [0, 0, 0, 1, 0, 0]);
    let picture = desk.render(&format!("{view} --background white"));
    let inked: Vec<bool> = picture.pixels().map(|p| p != [255, 255, 255]).collect();
    assert_eq!(inked, [true, false, false, false, false, false]);
}

#[test]
fn the_same_bytes_in_every_run_and_with_any_number_of_threads() {
    let desk = Desk::new();
    // Some blocks of 4 MiB, so that there is work to share.
    desk.write("a.npy", pairs(&cloud(600_000, 9)));
    let mut outputs = HashSet::new();
    for threads in ["", "", "--threads 1", "--threads 2", "--threads 7"] {
        let ran = desk.run(&format!("render a.npy -o a.png --size 300x200 {threads}"));
        ran.silent();
        let ran = desk.run(&format!("aggregate a.npy -o std.npy --reduction std:1 --size 300x200 {threads}"));
        ran.silent();
        let ran = desk.run(&format!("aggregate a.npy -o sum.npy --reduction sum:0 --size 300x200 {threads}"));
        ran.silent();
        outputs.insert(["a.png", "std.npy", "sum.npy"].map(|name| desk.read(name)));
    }
    assert_eq!(outputs.len(), 1);
    // And other data give another picture.
    desk.write("a.npy", pairs(&cloud(600_000, 10)));
    desk.run("render a.npy -o b.png --size 300x200").silent();
    assert_ne!(desk.read("a.png"), desk.read("b.png"));
}

#[test]
fn dash_writes_to_standard_output() {
    let desk = desk();
    desk.run("render a.npy -o a.png --size 50x40").silent();
    let ran = desk.run("render a.npy -o - --size 50x40");
    assert_eq!(ran.silent().stdout, desk.read("a.png"));
    assert_eq!(Picture::decode(&ran.stdout).width, 50);
    let ran = desk.run("aggregate a.npy -o - --size 50x40");
    assert_eq!(Grid::parse(&ran.silent().stdout).counts().iter().sum::<u64>(), 5000);
}

#[test]
fn json_beside_data_on_standard_output_is_refused() {
    // Either alone is promised; together they would spoil each other.
    let ran = desk().run("render a.npy -o - --size 50x40 --json");
    assert_ne!(ran.code, Some(0), "{} bytes of PNG and JSON in one stream", ran.stdout.len());
    assert!(ran.stdout.is_empty());
}

#[test]
fn points_that_few_will_see_are_told_of() {
    let desk = Desk::new();
    let few: Vec<u8> = [1.0_f64, 2.0, 1.5, 3.0].iter().flat_map(|v| v.to_le_bytes()).collect();
    desk.write("few.npy", npy(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }", &few));
    let note = "2 points light 2 pixels; --dynspread makes them larger, --mark=circle:5 draws each";
    let ran = desk.run("render few.npy -o few.png");
    assert!(ran.done().stderr.contains(note), "{ran:?}");
    for fine in ["--json", "--dynspread", "--mark circle:5", "--size 20x15"] {
        let ran = desk.run(&format!("render few.npy -o few.png {fine}"));
        assert!(!ran.done().stderr.contains("light"), "{ran:?}");
    }
}
