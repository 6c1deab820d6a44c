//! Columns from several files, standard input, and the accounting of them all.

use std::fs::File;
use std::io::Write;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crate::kit::{Desk, Grid, Ran, accounting, array, cloud, column, counted, number, pairs};

const VIEW: &str = "--size 16x9 --x-range=-2..2 --y-range=-1.5..1.5";

fn expected(points: &[(f64, f64)]) -> Vec<u64> {
    counted(points, (-2.0, 2.0), (-1.5, 1.5), (16, 9))
}

#[test]
fn x_and_y_from_files_of_their_own() {
    let (desk, points) = (Desk::new(), cloud(2000, 1));
    desk.write("a.npy", column(points.iter().map(|p| p.0))).write("b.npy", column(points.iter().map(|p| p.1)));
    let ran = desk.run(&format!("aggregate --x a.npy --y b.npy {VIEW} -o grid.npy"));
    ran.silent();
    assert_eq!(Grid::parse(&desk.read("grid.npy")).counts(), expected(&points));
    let swapped: Vec<_> = points.iter().map(|(x, y)| (*y, *x)).collect();
    let grid = desk.aggregate(&format!("--x b.npy --y a.npy {VIEW}"));
    assert_eq!(grid.counts(), expected(&swapped));
    // A float against the row number, and one column against itself.
    assert_eq!(desk.aggregate("--y b.npy --size 20x30").counts().iter().sum::<u64>(), 2000);
    let diagonal = desk.aggregate("--x a.npy --y a.npy --size 9x9");
    assert!(diagonal.counts().iter().enumerate().all(|(i, n)| *n == 0 || i % 10 == 0));
    // Types need not agree, and a value may come from a third file.
    let ids: Vec<u8> = (0..2000_u16).flat_map(u16::to_le_bytes).collect();
    desk.write("c.npy", array("'<u2'", "(2000,)", &ids));
    let max = desk.aggregate("--x a.npy --y b.npy --reduction max:c.npy --size 1x1").reals();
    assert_eq!(max, [1999.0]);
}

#[test]
fn the_row_number_is_that_of_the_other_columns_file() {
    let desk = Desk::new();
    desk.write("v.npy", column([5.0, 6.0, 7.0])).write("t.npy", pairs(&[(1.0, 5.0), (2.0, 6.0)]));
    let size = "--size 3x3";
    let alone = desk.aggregate(&format!("v.npy {size}"));
    assert_eq!(desk.aggregate(&format!("--x row --y v.npy {size}")).counts(), alone.counts());
    let turned = desk.aggregate(&format!("--x v.npy --y row {size}"));
    assert_eq!(turned.counts(), [1, 0, 0, 0, 1, 0, 0, 0, 1]);
    assert_eq!(desk.aggregate("--x v.npy --y v.npy --reduction max:row --size 1x1").reals(), [2.0]);
    desk.run("render --x row --y row -o no.png").refused(&["row counts the rows of a file"]);
    let table = array("[('ra', '<f8'), ('dec', '<f8')]", "(1,)", &[0; 16]);
    desk.write("gaia.npy", table).run("render gaia.npy --x RA -o no.png").failed(&["did you mean \"ra\"?"]);
}

#[test]
fn several_inputs_follow_each_other() {
    let (desk, points) = (Desk::new(), cloud(3000, 2));
    desk.write("a.npy", pairs(&points[..1000])).write("b.npy", pairs(&points[1000..1001]));
    desk.write("c.npy", pairs(&points[1001..]));
    let grid = desk.aggregate(&format!("a.npy b.npy c.npy {VIEW}"));
    assert_eq!(grid.counts(), expected(&points));
    desk.write("all.npy", pairs(&points));
    // Without a range too: the range is that of all files.
    let (parts, whole) = (desk.aggregate("c.npy b.npy a.npy --size 30x20"), desk.aggregate("all.npy --size 30x20"));
    assert_eq!(parts.counts(), whole.counts());
    assert_eq!(number(&desk.json("render a.npy b.npy c.npy a.npy -o a.png"), "rows"), 4000);
    desk.write("f.npy", array("'<f4'", "(1, 2)", &[0; 8]));
    desk.run("render a.npy f.npy -o no.png").failed(&["<f8", "<f4"]);
    assert!(!desk.path("no.png").exists());
}

#[test]
fn inputs_that_differ_are_named() {
    let desk = Desk::new();
    desk.write("a.npy", pairs(&cloud(10, 1))).write("f.npy", array("'<f4'", "(1, 2)", &[0; 8]));
    desk.run("render a.npy a.npy f.npy -o no.png").failed(&["<f8", "<f4", "f.npy"]);
}

#[test]
fn inputs_are_joined_by_columns_that_all_have() {
    let desk = Desk::new();
    let table = |names: [&str; 2]| {
        let bytes: Vec<u8> = [1.0_f64, 2.0, 3.0, 4.0].into_iter().flat_map(f64::to_le_bytes).collect();
        array(&format!("[('{}', '<f8'), ('{}', '<f8')]", names[0], names[1]), "(2,)", &bytes)
    };
    desk.write("xy.npy", pairs(&[(1.0, 2.0)])).write("gaia.npy", table(["ra", "dec"]));
    desk.write("more.npy", table(["ra", "dec"])).write("other.npy", table(["dec", "ra"]));
    desk.write("three.npy", array("'<f8'", "(1, 3)", &[0; 24])).write("lone.npy", column([7.0]));
    desk.write("raw.f64", 5.0_f64.to_le_bytes());
    for (inputs, words) in [
        ("xy.npy gaia.npy", ["0, 1 in xy.npy", "ra, dec in gaia.npy"]),
        ("gaia.npy more.npy xy.npy", ["ra, dec in gaia.npy", "0, 1 in xy.npy"]),
        ("xy.npy three.npy", ["0, 1 in xy.npy", "0, 1, 2 in three.npy"]),
        ("xy.npy gaia.npy --x 0", ["xy.npy", "--x, --y"]),
        ("lone.npy gaia.npy", ["value in lone.npy", "ra, dec in gaia.npy"]),
    ] {
        desk.run(&format!("render {inputs} -o no.png")).failed(&words);
    }
    let rows = |args: &str| number(&desk.json(&format!("render {args} -o a.png")), "rows");
    assert_eq!(rows("gaia.npy more.npy"), 4);
    // By their names, which stand elsewhere; and by their places, which a person named.
    assert_eq!(rows("gaia.npy other.npy"), 4);
    assert_eq!(rows("xy.npy gaia.npy --x 0 --y 1"), 3);
    assert_eq!(rows("lone.npy lone.npy"), 2);
    let one = "--dtype <f8 --columns 1";
    assert_eq!(rows(&format!("raw.f64 raw.f64 {one}")), 2);
    desk.run("render xy.npy gaia.npy --x ra --y dec -o no.png").failed(&["\"ra\"", "xy.npy"]);
}

#[test]
#[cfg(unix)]
fn a_pipe_by_its_path_is_read_or_said_to_be_one() {
    // As the shell's <(command) gives.
    let (desk, points) = (Desk::new(), cloud(1000, 5));
    let args = format!("aggregate /dev/stdin {VIEW} -o grid.npy");
    let mut command = desk.command(&args);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that refuses the pipe closes it.
    let _ = child.stdin.take().unwrap().write_all(&pairs(&points));
    let ran = Ran::of(&args, &child.wait_with_output().unwrap());
    if ran.code == Some(0) {
        assert_eq!(Grid::parse(&desk.read("grid.npy")).counts(), expected(&points));
    } else {
        ran.failed(&["pipe", "/dev/stdin"]);
    }
}

#[test]
fn standard_input_from_a_file_and_from_a_slow_writer() {
    let (desk, points) = (Desk::new(), cloud(3000, 3));
    let bytes = pairs(&points);
    desk.write("a.npy", &bytes).write("a.raw", &bytes[bytes.len() - 48_000..]);
    let args = format!("aggregate - {VIEW} -o grid.npy --json");
    let output = desk.command(&args).stdin(File::open(desk.path("a.npy")).unwrap()).output().unwrap();
    assert_eq!(number(&Ran::of(&args, &output).silent().json(), "rows"), 3000);
    assert_eq!(Grid::parse(&desk.read("grid.npy")).counts(), expected(&points));

    for (name, raw) in [("a.npy", ""), ("a.raw", "--dtype <f8 --columns 2")] {
        let bytes = desk.read(name);
        let args = format!("aggregate - {raw} {VIEW} -o slow.npy");
        let mut command = desk.command(&args);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut pipe = child.stdin.take().unwrap();
        let writer = thread::spawn(move || {
            // Cuts within numbers and within the header.
            for piece in bytes.chunks(9001).chain([&[][..]]) {
                thread::sleep(Duration::from_millis(25));
                pipe.write_all(piece).unwrap();
            }
        });
        Ran::of(&args, &child.wait_with_output().unwrap()).silent();
        writer.join().unwrap();
        assert_eq!(Grid::parse(&desk.read("slow.npy")).counts(), expected(&points), "{name}");
    }
}

#[test]
fn an_empty_or_nonsensical_standard_input_is_an_error() {
    let desk = Desk::new();
    desk.run("render - -o no.png").failed(&["(-)"]);
    let args = "render - -o no.png --dtype <f8";
    let mut child = desk.command(args).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"123").unwrap();
    Ran::of(args, &child.wait_with_output().unwrap()).failed(&["3 are left over", "(-)"]);
    assert!(desk.list(".").is_empty());
}

#[test]
fn values_of_every_reduction() {
    let desk = Desk::new();
    // x, y and value: pixel (0, 0) gets 1, 2, 6; (2, 1) gets -4; (1, 0) and (1, 1) stay empty; (0, 1) gets 5 and NaN.
    let rows =
        [[0.5, 0.5, 1.0], [0.5, 0.25, 2.0], [0.25, 0.5, 6.0], [2.5, 1.5, -4.0], [0.5, 1.5, 5.0], [0.5, 1.5, f64::NAN]];
    let data: Vec<u8> = rows.iter().flatten().flat_map(|v| v.to_le_bytes()).collect();
    desk.write("a.npy", array("'<f8'", "(6, 3)", &data));
    let nan = f64::NAN;
    for (reduction, want) in [
        ("sum:2", [9.0, nan, nan, 5.0, nan, -4.0]),
        ("mean:2", [3.0, nan, nan, 5.0, nan, -4.0]),
        ("min:2", [1.0, nan, nan, 5.0, nan, -4.0]),
        ("max:a.npy:2", [6.0, nan, nan, 5.0, nan, -4.0]),
        ("std:2", [(14.0_f64 / 3.0).sqrt(), nan, nan, 0.0, nan, 0.0]),
        ("any", [1.0, nan, nan, 1.0, nan, 1.0]),
    ] {
        let args =
            format!("aggregate a.npy --size 3x2 --x-range=0..3 --y-range=0..2 --reduction {reduction} -o grid.npy");
        let json = desk.json(&args);
        let found = Grid::parse(&desk.read("grid.npy")).reals();
        for (k, (a, b)) in found.iter().zip(want).enumerate() {
            assert!(a.is_nan() == b.is_nan() && (b.is_nan() || (a - b).abs() < 1e-9), "{reduction} {k}: {found:?}");
        }
        // A row whose value is NaN counts as not finite only where the value is read.
        assert_eq!(accounting(&json), if reduction == "any" { (6, 0, 0) } else { (5, 0, 1) }, "{reduction}");
        assert_eq!(json["reduction"], reduction);
    }
    assert_eq!(desk.aggregate("a.npy --size 3x2 --x-range=0..3 --y-range=0..2").counts(), [3, 0, 0, 2, 0, 1]);
}

#[test]
fn the_accounting_adds_up_and_the_object_is_whole() {
    let desk = Desk::new();
    let mut points = cloud(1000, 4);
    points.extend([(f64::NAN, 0.0), (0.0, f64::INFINITY), (f64::NEG_INFINITY, f64::NAN), (50.0, 0.0), (0.0, -50.0)]);
    desk.write("a.npy", pairs(&points));
    for command in ["render", "aggregate"] {
        let json = desk.json(&format!("{command} a.npy -o out --x-range=-10..10 --y-range=-10..10 --size 70x50"));
        assert_eq!(accounting(&json), (1000, 2, 3), "{command}");
        assert_eq!(number(&json, "rows"), 1005);
        assert!(json["seconds"].as_f64().is_some_and(|s| s > 0.0 && s < 100.0), "{json}");
        assert_eq!((json["engine"].as_str(), json["output"].as_str()), (Some("cpu"), Some("out")));
        assert!(json["adapter"].as_str().is_some_and(|a| a.contains("thread")), "{json}");
        assert_eq!((number(&json, "width"), number(&json, "height")), (70, 50));
        assert_eq!(json["x_range"], "-10..10");
        if cfg!(target_os = "linux") {
            let peak = number(&json, "peak_private_bytes");
            assert!((100_000..500_000_000).contains(&peak), "{json}");
        }
    }
    // Without a range all finite points are in view.
    assert_eq!(accounting(&desk.json("render a.npy -o out")), (1002, 0, 3));
}
