//! Views: exact ranges, scales, and requests that cannot be drawn.

use crate::kit::{Desk, accounting, array, cloud, column, counted, npy, number, pairs};

fn integers(dtype: &str, values: &[i64]) -> Vec<u8> {
    let data: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    array(dtype, &format!("({},)", values.len()), &data)
}

#[test]
fn a_millisecond_of_unix_nanoseconds_keeps_every_digit() {
    let desk = Desk::new();
    let start = 1_672_531_200_000_000_001_i64;
    // At each edge of 1000 pixels the last nanosecond before it and the first after it, the latter k % 7 times.
    let mut times = Vec::new();
    let mut want = vec![0_u64; 1000];
    for k in 0..=1000_i64 {
        let edge = start + k * 1000;
        let times_after = k.rem_euclid(7);
        times.push(edge - 1);
        times.extend((0..times_after).map(|_| edge));
        if let Some(pixel) = want.get_mut(k as usize) {
            *pixel += times_after as u64;
        }
        if k > 0 {
            want[k as usize - 1] += 1;
        }
    }
    let range = "--x-range=1672531200000000001..1672531200001000001 --size 1000x1";
    for dtype in ["'<i8'", "'<u8'", "'<M8[ns]'"] {
        desk.write("t.npy", integers(dtype, &times)).write("v.npy", column(times.iter().map(|_| 1.0)));
        let grid = desk.aggregate(&format!("--x t.npy --y v.npy {range}"));
        assert_eq!(grid.counts(), want, "{dtype}");
        let json = desk.json(&format!("render --x t.npy --y v.npy {range} -o t.png"));
        let inside = want.iter().sum::<u64>();
        assert_eq!(accounting(&json), (inside, times.len() as u64 - inside, 0));
        assert_eq!(json["x_range"], "1672531200000000001..1672531200001000001");
        // As y it is the same.
        let size = "--y-range=1672531200000000001..1672531200001000001 --size 1x1000";
        assert_eq!(desk.aggregate(&format!("--y t.npy --x v.npy {size}")).counts(), want, "{dtype}");
    }
}

#[test]
fn integers_at_the_ends_of_their_types() {
    let desk = Desk::new();
    desk.write("y.npy", column([0.0, 0.0, 0.0]));
    desk.write("u.npy", integers("'<u8'", &[-1, -2, -256]));
    let grid = desk.aggregate("--x u.npy --y y.npy --size 256x1 --x-range=18446744073709551360..18446744073709551616");
    assert_eq!((grid.counts()[255], grid.counts()[254], grid.counts()[0]), (1, 1, 1));
    desk.write("i.npy", integers("'<i8'", &[i64::MIN, i64::MIN + 1, i64::MAX]));
    let grid = desk.aggregate("--x i.npy --y y.npy --size 2x1 --x-range=-9223372036854775808..-9223372036854775806");
    assert_eq!(grid.counts(), [1, 1]);
    // Not a time is not finite.
    desk.write("m.npy", integers("'<M8[ns]'", &[i64::MIN, 0, 10]));
    assert_eq!(accounting(&desk.json("render --x m.npy --y y.npy -o m.png")), (2, 0, 1));
}

#[test]
fn ranges_fit_the_data_unless_given() {
    let desk = Desk::new();
    let points = cloud(2000, 1);
    desk.write("a.npy", pairs(&points));
    let json = desk.json("render a.npy -o a.png");
    assert_eq!(accounting(&json), (2000, 0, 0));
    let low = points.iter().map(|p| p.0).fold(f64::INFINITY, f64::min);
    let range = json["x_range"].as_str().unwrap();
    assert_eq!(range.split_once("..").unwrap().0.parse::<f64>().unwrap().to_bits(), low.to_bits());
    // The range told is the range drawn.
    let (x, y) = (range.to_owned(), json["y_range"].as_str().unwrap().to_owned());
    let again = desk.aggregate(&format!("a.npy --size 50x40 --x-range={x} --y-range={y}"));
    assert_eq!(again.counts(), desk.aggregate("a.npy --size 50x40").counts());
    // Negative numbers need no equals sign.
    let grid = desk.aggregate("a.npy --size 5x4 --x-range -1..1.5 --y-range -1e0..+1");
    assert_eq!(grid.counts(), counted(&points, (-1.0, 1.5), (-1.0, 1.0), (5, 4)));
}

#[test]
fn scales_place_the_values() {
    let desk = Desk::new();
    let values = [-10.0, 0.0, 0.5, 5.0, 50.0, 500.0];
    desk.write("x.npy", column(values)).write("y.npy", column(values.map(|_| 0.0)));
    let grid = |args: &str| desk.aggregate(&format!("--x x.npy --y y.npy --size {args}")).counts().to_vec();
    assert_eq!(grid("4x1 --x-range=0.1..1000 --x-scale log"), [1, 1, 1, 1]);
    let json = desk.json("render --x x.npy --y y.npy -o a.png --x-range=0.1..1000 --x-scale log");
    assert_eq!(accounting(&json), (4, 2, 0));
    // Fitted: the positive values only.
    let json = desk.json("render --x x.npy --y y.npy -o a.png --x-scale log");
    assert_eq!(accounting(&json), (4, 2, 0));
    assert_eq!(grid("2x1 --x-range=-1000..1000 --x-scale symlog"), [1, 5]);
    assert_eq!(grid("2x1 --x-range=-1000..1000 --x-scale symlog:0.1"), [1, 5]);
    assert_eq!(grid("2x1 --x-range=-1000..1000 --x-scale linear"), [1, 5]);
    desk.run("render --x x.npy --y x.npy -o no.png --y-scale log --y-range=0..10").failed(&["y range 0..10", "symlog"]);
}

#[test]
fn constant_columns_work() {
    let desk = Desk::new();
    for value in [0.0, -3.5, 1e300, 1e-300, -0.0] {
        desk.write("a.npy", pairs(&[(value, value); 100]));
        let grid = desk.aggregate("a.npy --size 9x9");
        assert_eq!((grid.counts()[40], grid.counts().iter().sum::<u64>()), (100, 100), "{value:e}");
    }
    desk.write("a.npy", array("'|u1'", "(100, 2)", &[7; 200]));
    assert_eq!(desk.aggregate("a.npy --size 9x9").counts().iter().sum::<u64>(), 100);
    // One row, and the widest floats there are.
    desk.write("a.npy", pairs(&[(1.0, 2.0)]));
    assert_eq!(desk.aggregate("a.npy --size 1x1").counts(), [1]);
    desk.write("a.npy", pairs(&[(-1e300, -1e300), (1e300, 1e300)]));
    assert_eq!(desk.aggregate("a.npy --size 2x2").counts(), [1, 0, 0, 1]);
}

#[test]
fn the_widest_floats_need_a_range() {
    let desk = Desk::new();
    desk.write("a.npy", pairs(&[(f64::MIN, 0.0), (f64::MAX, 0.0)]));
    let json = desk.json("render a.npy -o a.png --x-range=-1e300..1e300");
    assert_eq!(accounting(&json), (0, 2, 0));
    // The person gave no range: that "it has a bound that is not finite" helps nobody.
    desk.run("render a.npy -o no.png").failed(&["too wide", "x range"]);
}

#[test]
fn columns_of_nothing_but_nan() {
    let desk = Desk::new();
    desk.write("a.npy", pairs(&[(f64::NAN, 1.0); 50])).write("b.npy", pairs(&[(1.0, f64::NEG_INFINITY); 50]));
    desk.run("render a.npy -o no.png").failed(&["--x-range"]);
    desk.run("render b.npy -o no.png").failed(&["--y-range"]);
    desk.run("render a.npy -o no.png --y-range=0..1").failed(&["--x-range"]);
    assert!(!desk.path("no.png").exists());
    for name in ["a.npy", "b.npy"] {
        let json = desk
            .json(&format!("render {name} -o a.png --x-range=0..1 --y-range=0..1 --size 8x8 --bare --background navy"));
        assert_eq!(accounting(&json), (0, 0, 50));
        let picture = crate::kit::Picture::decode(&desk.read("a.png"));
        assert!(picture.pixels().all(|p| p == [0, 0, 128]));
    }
    // No positive value on a log axis.
    desk.write("a.npy", pairs(&[(-1.0, 1.0); 50]));
    desk.run("render a.npy -o no.png --x-scale log").failed(&["positive", "--x-range"]);
}

#[test]
fn views_that_cannot_be_drawn_are_refused() {
    let desk = Desk::new();
    desk.write("a.npy", pairs(&cloud(100, 1)));
    for (args, words) in [
        ("--size 0x0", ["0x0", "30000"]),
        ("--size 10x0", ["10x0", "30000"]),
        ("--size 200000x200000", ["200000x200000", "30000"]),
        ("--size 30001x1", ["30001x1", "30000"]),
        ("--x-range=5..1", ["x range 5..1", "inverted"]),
        ("--y-range=3..3", ["y range 3..3", "empty"]),
        ("--x-range=NaN..1", ["x range NaN..1", "finite"]),
        ("--y-range=0..nan", ["y range 0..NaN", "finite"]),
        ("--x-range=-inf..inf", ["x range -inf..inf", "finite"]),
        ("--x-range=0..1e999", ["x range", "finite"]),
        ("--x-range=-1e308..1e308", ["x range", "too wide"]),
        ("--x-scale log --x-range=0..1", ["x range 0..1", "log"]),
        ("--x-scale symlog --x-range=1e15..1000000000000000.2", ["x range", "too narrow"]),
        ("--x-scale symlog --mark hexbin:9:1e15..1000000000000000.2:0..1", ["hexbin:9:", "too narrow"]),
        ("--norm log --limits=0..5", ["log norm", "0"]),
    ] {
        desk.run(&format!("render a.npy {args} -o no.png")).failed(&words);
        if !args.contains("norm") {
            desk.run(&format!("aggregate a.npy {args} -o no.npy")).failed(&words);
        }
        assert_eq!(desk.list("."), ["a.npy"], "{args}");
    }
    // With an integer column as well, where ranges are exact.
    desk.write("a.npy", array("'<i4'", "(4, 2)", &[0; 32]));
    for args in ["--x-range=5..1", "--x-range=NaN..1", "--x-range=0..inf", "--x-range=7..7"] {
        desk.run(&format!("render a.npy {args} -o no.png")).failed(&["x range"]);
    }
}

#[test]
fn what_needs_no_data_is_refused_before_any_is_read() {
    let desk = Desk::new();
    // The file is missing: only a message on the request itself shows that it was checked first.
    let args = "render missing.npy -o no.png";
    desk.run(&format!("{args} --colormap virdis")).refused(&["`virdis`", "did you mean viridis?"]);
    desk.run(&format!("{args} --colormap mag")).refused(&["magma"]);
    desk.run(&format!("{args} --colormap zzzzzzzz")).refused(&["viridis", "bmy"]);
    assert!(desk.list(".").is_empty());
}

#[test]
fn sizes_and_ranges_are_checked_before_a_pass_over_the_data() {
    let desk = Desk::new();
    for args in ["--size 0x0", "--size 200000x200000", "--x-range=5..1", "--y-range=NaN..1"] {
        let ran = desk.run(&format!("render missing.npy -o no.png {args}"));
        assert!(!ran.stderr.contains("missing.npy"), "{args} was not checked before the data: {ran:?}");
    }
}

#[test]
fn axes_of_times_take_times() {
    let desk = Desk::new();
    let nanoseconds = |day: i64| (19_723 + day) * 86_400_000_000_000;
    let row = |day: i64| [nanoseconds(day).to_le_bytes(), (day as f64).to_le_bytes()].concat();
    let data: Vec<u8> = (0..366).flat_map(row).collect();
    let header = "{'descr': [('t', '<M8[ns]'), ('v', '<f8')], 'fortran_order': False, 'shape': (366,), }";
    desk.write("t.npy", npy(1, header, &data));
    let in_view = |range: &str| {
        let facts = desk.json(&format!("render t.npy --x t --y v --x-range={range} -o t.png"));
        (number(&facts, "in_view"), facts["x_range"].as_str().unwrap().to_owned())
    };
    assert_eq!(in_view("2024-03-01..2024-04-01"), (31, "1709251200000000000..1711929600000000000".to_owned()));
    assert_eq!(in_view("2024..2025").0, 366);
    assert_eq!(in_view("2024-03..2025").0, 306);
    assert_eq!(in_view("2024-03-01T12:30..2024-03-02T00:00:00.000000001").0, 1);
    assert_eq!(in_view("1709251200000000000..1711929600000000000").0, 31);
    let figure =
        "scumble = 2\n[x]\nrange = \"2024-03-01..2024-04-01\"\n[[layers]]\nfile = \"t.npy\"\nx = \"t\"\ny = \"v\"\n";
    desk.write("figure.toml", figure);
    assert_eq!(number(&desk.json("render figure.toml -o t.png"), "in_view"), 31);
    assert_eq!(number(&desk.json("render figure.toml --set x.range=2024..2025 -o t.png"), "in_view"), 366);
    // A picture says how it was asked for.
    desk.run("render t.npy --x t --y v --x-range=2024-03-01..2024-04-01 -o t.png").done();
    assert!(String::from_utf8_lossy(&desk.read("t.png")).contains("--x-range 2024-03-01..2024-04-01"));
    desk.run("render t.npy --x t --y v --y-range=2024-03-01..2025 -o t.png")
        .failed(&["the y axis counts no time", "2024-03-01"]);
    desk.run("render t.npy --x t --y v --x-range=2024-13..2025 -o t.png").refused(&["'2024-13' is no moment"]);
    desk.run("render t.npy --x t --y v --x-range=2024-03-01..now -o t.png").refused(&["`now` is not a number"]);
}
