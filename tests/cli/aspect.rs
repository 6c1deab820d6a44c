//! Units as long on both axes.

use crate::kit::{Desk, array, cloud};

const ROWS: usize = 2000;

fn desk() -> Desk {
    let desk = Desk::new();
    let bytes = cloud(ROWS, 3).into_iter().flat_map(|(x, y)| [3.0 * x, y]).flat_map(f64::to_le_bytes);
    desk.write("a.npy", array("'<f8'", &format!("({ROWS}, 2)"), &bytes.collect::<Vec<u8>>()));
    desk
}

/// Units of the data that a pixel of a range is wide.
fn per_pixel(range: &serde_json::Value, pixels: f64) -> f64 {
    let (from, to) = range.as_str().unwrap().split_once("..").unwrap();
    (to.parse::<f64>().unwrap() - from.parse::<f64>().unwrap()) / pixels
}

#[test]
fn one_range_gets_wider_and_nothing_is_lost() {
    let desk = desk();
    for (aspect, ratio) in [("equal", 1.0), ("1.6", 1.6), ("0.2", 0.2)] {
        let args = format!("a.npy --size 300x200 --aspect {aspect}");
        let facts = desk.json(&format!("aggregate {args} -o a1.npy"));
        let (x, y) = (per_pixel(&facts["x_range"], 300.0), per_pixel(&facts["y_range"], 200.0));
        assert!((x / y / ratio - 1.0).abs() < 1e-12, "{aspect} {x} {y}");
        assert_eq!(facts["in_view"], ROWS);
        // The same numbers as with these ranges.
        let ranges = format!("--x-range={} --y-range={}", facts["x_range"], facts["y_range"]).replace('"', "");
        desk.json(&format!("aggregate a.npy --size 300x200 {ranges} -o a2.npy"));
        assert_eq!(desk.read("a1.npy"), desk.read("a2.npy"));
        // One of the ranges is the fitted one.
        let fitted = desk.json("aggregate a.npy --size 300x200 -o a3.npy");
        let is_same = |axis: &str| fitted[axis] == facts[axis];
        assert_ne!(is_same("x_range"), is_same("y_range"), "{aspect}");
    }
}

#[test]
fn a_range_that_is_given_alone_is_kept() {
    let desk = desk();
    let facts = desk.json("aggregate a.npy --size 300x200 --aspect equal --x-range=-3..3 -o a.npy1");
    assert_eq!(facts["x_range"], "-3..3");
    assert!((per_pixel(&facts["y_range"], 200.0) - 0.02).abs() < 1e-14);
    // With both, one gets wider.
    let facts = desk.json("aggregate a.npy --size 300x200 --aspect equal --x-range=-3..3 --y-range=4..4.1 -o a.npy1");
    let y: Vec<f64> = facts["y_range"].as_str().unwrap().split("..").map(|end| end.parse().unwrap()).collect();
    assert!(facts["x_range"] == "-3..3" && (y[0] - 2.05).abs() < 1e-12 && (y[1] - 6.05).abs() < 1e-12, "{y:?}");
}

#[test]
fn figures_of_any_size_have_it_from_options_and_files() {
    let desk = desk();
    desk.write("f.toml", "scumble = 2\naspect = \"equal\"\n[[layers]]\nfile = \"a.npy\"\n");
    desk.write("n.toml", "scumble = 2\naspect = 1.6\n[[layers]]\nfile = \"a.npy\"\n");
    for size in ["300x200", "500x900"] {
        for (file, option) in [("f.toml", "equal"), ("n.toml", "1.6")] {
            desk.run(&format!("render {file} --size {size} -o file.png")).done();
            desk.run(&format!("render a.npy --aspect {option} --size {size} -o option.png")).done();
            let pictures = ["file.png", "option.png"].map(|name| crate::kit::Picture::decode(&desk.read(name)).bytes);
            assert!(pictures[0] == pictures[1], "{file} {size}");
        }
        let plain = desk.run(&format!("render a.npy --size {size} -o plain.png"));
        plain.done();
        assert!(desk.read("plain.png") != desk.read("option.png"));
    }
    // An option comes before the file.
    desk.run("render f.toml --aspect 1.6 -o file.png").done();
    desk.run("render n.toml -o option.png").done();
    let pictures = ["file.png", "option.png"].map(|name| crate::kit::Picture::decode(&desk.read(name)).bytes);
    assert!(pictures[0] == pictures[1]);
    // A figure that is saved keeps it.
    desk.run("render a.npy --aspect 0.5 -o a.png --save saved.toml").done();
    assert!(String::from_utf8(desk.read("saved.toml")).unwrap().contains("aspect = \"0.5\""));
}

#[test]
fn what_is_no_aspect_is_refused() {
    let desk = desk();
    for wrong in ["0", "-1", "wide", "NaN"] {
        desk.run(&format!("render a.npy -o a.png --aspect={wrong}")).refused(&["aspect", "equal"]);
    }
    desk.run("render a.npy -o a.png --aspect equal --x-scale log").failed(&["linear"]);
    desk.run("render a.npy -o a.png --aspect equal --x $0*1e-200 --y $1*1e150").failed(&["too unlike"]);
    desk.write("f.toml", "scumble = 2\naspect = 0\n[[layers]]\nfile = \"a.npy\"\n");
    desk.run("render f.toml -o a.png").refused(&["aspect", "equal", "line 2"]);
}
