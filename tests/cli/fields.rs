//! Fields: arrays of numbers as images, by step and by place, and what is said of wrong ones.

use std::fs::File;

use crate::kit::{Desk, Grid, accounting, array, npy};

const WIDTH: usize = 50;
const HEIGHT: usize = 40;

/// The value of a cell: all differ.
fn value(level: usize, step: usize, y: usize, x: usize) -> f64 {
    (((level * 3 + step) * HEIGHT + y) * WIDTH + x) as f64
}

/// All cells of so many levels and steps, the fastest dimension last.
fn cells(levels: usize, steps: usize) -> Vec<f64> {
    let cell = |n: usize| {
        let (x, y, plane) = (n % WIDTH, n / WIDTH % HEIGHT, n / WIDTH / HEIGHT);
        value(plane / steps, plane % steps, y, x)
    };
    (0..levels * steps * HEIGHT * WIDTH).map(cell).collect()
}

fn bytes(values: &[f64]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

/// A field of three steps, one of two levels of them, and raw numbers behind ten bytes.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("a.npy", array("'<f8'", "(3, 40, 50)", &bytes(&cells(1, 3))));
    desk.write("levels.npy", array("'<f8'", "(2, 3, 40, 50)", &bytes(&cells(2, 3))));
    let single: Vec<u8> = cells(1, 3).iter().flat_map(|v| (*v as f32).to_be_bytes()).collect();
    desk.write("a.raw", [vec![9; 10], single, vec![1; 7]].concat());
    desk
}

/// Whether a grid of as many pixels as cells has the numbers of a plane.
fn shows(grid: &Grid, level: usize, step: usize) -> bool {
    let wanted = (0..WIDTH * HEIGHT).map(|n| value(level, step, n / WIDTH, n % WIDTH));
    (grid.width, grid.height) == (WIDTH, HEIGHT) && grid.reals().into_iter().eq(wanted)
}

#[test]
fn each_step_has_its_numbers() {
    let desk = desk();
    for (args, level, step) in [
        ("a.npy", 0, 0),
        ("a.npy --step 2", 0, 2),
        ("a.raw --shape 40x50 --dtype >f4 --offset 10 --step 1", 0, 1),
        ("a.raw --shape 3x40x50 --dtype >f4 --offset 10 --step 2", 0, 2),
        ("levels.npy --step 1", 0, 1),
        ("levels.npy --at level=#1 --step 2", 1, 2),
        ("levels.npy --at level=#-1", 1, 0),
        ("levels.npy --at level=1 --step 1", 1, 1),
        ("levels.npy --at level=#1 --at step=#2", 1, 2),
    ] {
        let grid = desk.aggregate(&format!("{args} --size 50x40"));
        assert!(shows(&grid, level, step), "{args}");
    }
    // The comparison sees another step.
    assert!(!shows(&desk.aggregate("a.npy --step 1 --size 50x40"), 0, 0));
    let json = desk.json("aggregate a.npy --size 50x40 -o grid.npy");
    assert_eq!(accounting(&json), (2000, 0, 0));
    assert_eq!((json["x_range"].as_str(), json["y_range"].as_str()), (Some("-0.5..49.5"), Some("-0.5..39.5")));
}

#[test]
fn any_two_dimensions_are_the_axes() {
    let desk = desk();
    let grid = desk.aggregate("a.npy --x y --y step --step 7 --size 40x3");
    let wanted = (0..3).flat_map(|step| (0..HEIGHT).map(move |y| value(0, step, y, 7)));
    assert!(grid.reals().into_iter().eq(wanted));
    // The order in the file is none of the picture's business.
    let turned = npy(1, "{'descr': '<f8', 'fortran_order': True, 'shape': (50, 40, 3), }", &bytes(&cells(1, 3)));
    desk.write("turned.npy", &turned);
    assert!(shows(&desk.aggregate("turned.npy --x step --y y --step 2 --size 50x40"), 0, 2));
}

#[test]
fn colors_of_cells_of_special_ones_and_of_holes() {
    let desk = Desk::new();
    let mut values: Vec<f64> = (0..WIDTH * HEIGHT).map(|n| (n % 256) as f64).collect();
    (values[0], values[1], values[WIDTH]) = (-1.0, f64::NAN, f64::INFINITY);
    desk.write("a.npy", array("'<f8'", "(1, 40, 50)", &bytes(&values)));
    let colors = "--norm linear --limits 0..255 --colormap black,white --special=-1=#00ff00 --background #123456";
    for mark in ["image", "image:nearest"] {
        let picture = desk.render(&format!("a.npy --size 150x120 {colors} --mark {mark}"));
        for y in 0..120 {
            for x in 0..150 {
                // The first row of an array is on top.
                let (i, j) = (x / 3, HEIGHT - 1 - y / 3);
                let value = values[j * WIDTH + i];
                let wanted = match value {
                    _ if !value.is_finite() => [0x12, 0x34, 0x56],
                    -1.0 => [0, 255, 0],
                    gray => [gray as u8; 3],
                };
                let near = picture.at(x, y).iter().zip(wanted).all(|(a, b)| a.abs_diff(b) <= 1);
                assert!(near && (value >= 0.0 || picture.at(x, y) == wanted), "{mark} {i} {j}: {:?}", picture.at(x, y));
            }
        }
    }
    let json = desk.json("render a.npy --bare --size 50x40 -o view.png");
    assert_eq!(accounting(&json), (1998, 0, 2));
}

#[test]
fn cells_that_are_equal_have_their_value_at_any_size() {
    let desk = Desk::new();
    for value in ["10.0", "0.1", "-9999.0"] {
        let number: f64 = value.parse().unwrap();
        desk.write("level.npy", array("'<f8'", "(1, 120, 150)", &bytes(&vec![number; 120 * 150])));
        let grid = desk.aggregate("level.npy --size 67x43");
        assert!(grid.reals().iter().all(|v| v.to_bits() == number.to_bits()), "{value}");
    }
}

#[test]
fn special_cells_are_never_mixed_with_others() {
    let desk = Desk::new();
    // Left 10, right 20, with a block of special cells in the left, and one that is half of some pixels.
    let value = |x: usize, y: usize| match (x, y) {
        (40..80, 40..80) => -9999.0,
        (..150, _) => 10.0,
        _ => 20.0,
    };
    let values: Vec<f64> = (0..200 * 300).map(|n| value(n % 300, n / 300)).collect();
    desk.write("a.npy", array("'<f8'", "(1, 200, 300)", &bytes(&values)));
    let colors = "--norm linear --colormap black,white --special=-9999=#00ff00";
    for (mark, size) in [("image", "150x100"), ("image", "97x61"), ("image:bilinear", "97x61"), ("filled", "97x61")] {
        let picture = desk.render(&format!("a.npy --size {size} {colors} --limits 10..20 --mark {mark}"));
        let (width, height) = size.split_once('x').unwrap();
        let (width, height): (usize, usize) = (width.parse().unwrap(), height.parse().unwrap());
        let mut special = 0;
        for y in 0..height {
            for x in 0..width {
                let color = picture.at(x, y);
                let is_special = color == [0, 255, 0];
                special += usize::from(is_special);
                let is_gray = color[0] == color[1] && color[1] == color[2];
                assert!(is_special || is_gray, "{mark} {x} {y}: {color:?}");
                // On either side of the border.
                let place = (x as f64 + 0.5) / width as f64 * 300.0;
                if !is_special && mark != "filled" && (place - 150.0).abs() > 4.0 {
                    assert_eq!(color[0], if place < 150.0 { 0 } else { 255 }, "{mark} {x} {y}");
                }
            }
        }
        let wanted = (40 * 40 * width * height) as f64 / 60_000.0;
        assert!((special as f64 - wanted).abs() < 0.15 * wanted, "{mark}: {special}, not {wanted}");
    }
    // They take no part in limits, and are no cells that are missing.
    let [of_view, given] =
        ["", "--limits 10..20"].map(|limits| desk.render(&format!("a.npy --size 97x61 {colors} {limits}")).bytes);
    assert!(of_view == given);
    let json = desk.json("render a.npy --bare --size 97x61 --special=-9999=#00ff00 -o view.png");
    assert_eq!(accounting(&json), (60_000, 0, 0));
}

#[test]
fn missing_cells_may_have_a_color_of_their_own() {
    let desk = Desk::new();
    let mut values: Vec<f64> = (0..WIDTH * HEIGHT).map(|n| (n % 256) as f64).collect();
    (values[0], values[WIDTH + 3]) = (f64::NAN, f64::INFINITY);
    desk.write("a.npy", array("'<f8'", "(1, 40, 50)", &bytes(&values)));
    let colors = "--norm log --limits 1..255 --colormap black,white --bad #ff8000 --background #123456";
    // A margin of the width of the grid around it.
    let view = "--x-range=-50.5..99.5 --y-range=-40.5..79.5";
    for mark in ["image", "image:nearest", "image:bilinear", "filled"] {
        let picture = desk.render(&format!("a.npy --size 150x120 {view} {colors} --mark {mark}"));
        for y in 0..120_usize {
            for x in 0..150_usize {
                // The first row of an array is on top.
                let cell = x.checked_sub(50).zip((119 - y).checked_sub(40)).filter(|(i, j)| *i < WIDTH && *j < HEIGHT);
                let value = cell.map(|(i, j)| values[j * WIDTH + i]);
                let color = picture.at(x, y);
                let (is_ground, is_bad) = (color == [0x12, 0x34, 0x56], color == [0xff, 0x80, 0]);
                let is_missing = value.is_some_and(|v| !v.is_finite() || v == 0.0);
                // Zero has no logarithm; a filled region and what lies between centers have more neighbors than one.
                if value.is_none_or(|v| v != 0.0) {
                    assert_eq!((is_ground, is_bad), (value.is_none(), is_missing), "{mark} {x} {y}: {color:?}");
                }
            }
        }
    }
}

#[test]
fn wrong_fields_are_told_what_is_wrong() {
    let desk = desk();
    File::create(desk.path("long.raw")).unwrap().set_len(1 << 33).unwrap();
    let raw = "a.raw --dtype >f4";
    for (args, words) in [
        (format!("{raw} --shape 400x500"), &["400 x 500", "does not fit"][..]),
        (format!("{raw} --shape 1099511627776x1099511627776"), &["1099511627776", "larger than any"]),
        (format!("{raw} --shape 1048576x1048576"), &["does not fit"]),
        (format!("{raw} --shape 4294967296x4294967295"), &["larger than any"]),
        ("long.raw --dtype |u1 --shape 2x4294967296".to_owned(), &["4294967296 cells", "too long"]),
        ("a.raw --shape 40x50".to_owned(), &["--dtype"]),
        ("a.raw --shape 40x50 --dtype [('a','<f4'),('b','<f4')]".to_owned(), &["record"]),
        ("a.npy --at level=0".to_owned(), &["no dimension \"level\"", "step, y, x"]),
        ("a.npy --y y --at y=0".to_owned(), &["\"y\" is an axis"]),
        ("levels.npy --at level=#2".to_owned(), &["has 2 cells", "no number 2"]),
        ("levels.npy --at level=0.5".to_owned(), &["no coordinates", "level=#0"]),
        ("a.npy --x y --y y".to_owned(), &["both \"y\""]),
        ("a.npy --x lon".to_owned(), &["no dimension \"lon\""]),
        ("a.npy --reduction mean:b".to_owned(), &["\"b\"", "a"]),
        ("a.npy --mark image --reduction sum:a".to_owned(), &["mean:VARIABLE"]),
        ("a.npy --mark image --reduction count".to_owned(), &["mean:VARIABLE"]),
    ] {
        let ran = desk.run(&format!("render {args} -o view.png"));
        assert!(ran.code == Some(1) || ran.code == Some(2), "{ran:?}");
        assert!(ran.stderr.lines().count() == 1 && !ran.stderr.contains("panicked"), "{ran:?}");
        for word in words {
            assert!(ran.stderr.contains(word), "{word:?} missing: {ran:?}");
        }
        assert!(!desk.path("view.png").exists(), "{args}");
    }
    for (args, words) in [
        ("a.npy --step 3", &["step 3", "0..3"][..]),
        ("a.npy --step 18446744073709551615", &["0..3"]),
        ("a.npy --filter x>1", &["filter"]),
        ("a.npy --shape 5", &["350x800x800"]),
        ("a.npy --shape 0x5", &["350x800x800"]),
        ("a.npy --at level", &["level=500"]),
        ("a.npy --step=-1", &["--step"]),
        ("a.npy --mark image:cubic", &["bilinear"]),
    ] {
        desk.run(&format!("render {args} -o view.png")).refused(words);
        assert!(!desk.path("view.png").exists(), "{args}");
    }
}

/// Hatching is where filled contours have the colors beyond the same level, whatever the size of pixels; nowhere where cells
/// are missing.
#[test]
fn hatching_has_the_edges_of_filled_contours() {
    let desk = Desk::new();
    let mut values: Vec<f64> = (0..WIDTH * HEIGHT)
        .map(|n| {
            let (x, y) = ((n % WIDTH) as f64, (n / WIDTH) as f64);
            50.0 + 40.0 * (x * 0.21 + y * 0.05).sin() * (y * 0.17 - x * 0.03).cos()
        })
        .collect();
    (values[77], values[901]) = (f64::NAN, f64::NAN);
    desk.write("a.npy", array("'<f8'", "(1, 40, 50)", &bytes(&values)));
    // Lines so wide and close that they cover all.
    let all = |condition: &str| format!("--mark hatching --hatch {condition}:-:red:20:2");
    for size in ["150x120", "37x31", "401x333"] {
        let view = format!("a.npy --size {size} --background white");
        let filled = desk.render(&format!("{view} --mark filled --levels 20,40,60,80 --colormap black,#00f"));
        for (condition, regions) in [(">=60", 3..5), ("<40", 0..2), ("40..60", 2..3)] {
            let hatched = desk.render(&format!("{view} {}", all(condition)));
            let (mut inside, mut holes) = (0, 0);
            for y in 0..filled.height {
                for x in 0..filled.width {
                    // Five regions over 256 colors.
                    let color = filled.at(x, y);
                    let wanted = (color != [255; 3]).then(|| usize::from(color[2]).div_ceil(64));
                    let is_hatched = hatched.at(x, y) == [255, 0, 0];
                    assert_eq!(
                        is_hatched,
                        wanted.is_some_and(|region| regions.contains(&region)),
                        "{condition} {x} {y}"
                    );
                    (inside, holes) = (inside + usize::from(is_hatched), holes + usize::from(wanted.is_none()));
                }
            }
            // Pixels larger than cells have the mean of those that are there.
            let has_holes = size != "37x31";
            assert!(inside * 20 > filled.width * filled.height, "{size} {condition}: {inside}");
            assert_eq!(holes > 0, has_holes, "{size} {condition}");
        }
    }
    desk.json("render a.npy --size 500x400 --mark hatching --hatch >=60:// --hatch <30:.:tab:red:1:8 -o view.png");
    let picture = desk.read("view.png");
    let said = b"--hatch '>=60://' --hatch '<30:.:#d62728:1:8'";
    assert!(picture.windows(said.len()).any(|part| part == said), "the picture says how it was made");
}

#[test]
fn wrong_hatching_is_told_what_is_wrong() {
    let desk = desk();
    for (args, words) in [
        ("--mark hatching", &["no condition", "--hatch"][..]),
        ("--mark hatching --hatch 30:/", &["no condition", ">30://"]),
        ("--mark hatching --hatch >30:z", &["`z`"]),
        ("--mark hatching --reduction count --hatch >30:/", &["mean:VARIABLE"]),
    ] {
        let ran = desk.run(&format!("render a.npy {args} -o view.png"));
        assert!(ran.code == Some(1) || ran.code == Some(2), "{ran:?}");
        assert!(words.iter().all(|word| ran.stderr.contains(word)) && !ran.stderr.contains("panicked"), "{ran:?}");
        assert!(!desk.path("view.png").exists(), "{args}");
    }
    let many = "--hatch >1:/ ".repeat(17);
    desk.run(&format!("render a.npy --mark hatching {many} -o view.png")).refused(&["17 conditions", "at most 16"]);
}

/// Rows of numbers are drawn as points where that is asked for, and the picture says so.
#[test]
fn points_of_an_array_that_may_be_an_image() {
    let desk = Desk::new();
    let points: Vec<f64> = (0..40 * 40).map(|n| f64::from(n % 97)).collect();
    desk.write("a.npy", array("'<f8'", "(40, 40)", &bytes(&points)));
    assert_eq!(accounting(&desk.json("render a.npy --bare -o view.png")).0, 1600);
    assert_eq!(accounting(&desk.json("render a.npy --bare --mark points -o view.png")).0, 40);
    assert_eq!(accounting(&desk.json("render a.npy --bare --reduction count -o view.png")).0, 40);
    let picture = desk.read("view.png");
    let words = b"scumble render a.npy --mark points";
    assert!(picture.windows(words.len()).any(|part| part == words));
}
