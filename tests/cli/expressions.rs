//! Expressions for x, y, value and filter.

use crate::kit::{Desk, Grid, Ran, array, cloud, column, counted, number, pairs};

const VIEW: [&str; 4] = ["--size", "16x9", "--x-range=-2..2", "--y-range=-1.5..1.5"];

/// Runs the binary with arguments that may hold blanks.
fn run(desk: &Desk, args: &[&str]) -> Ran {
    Ran::of(&args.join(" "), &desk.command("").args(args).output().unwrap())
}

fn aggregate(desk: &Desk, args: &[&str]) -> (Grid, serde_json::Value) {
    let ran = run(desk, &[&["aggregate"], args, &["-o", "grid.npy", "--json"]].concat());
    ran.done();
    (Grid::parse(&desk.read("grid.npy")), ran.json())
}

#[test]
fn counts_are_those_of_points_made_and_chosen_by_hand() {
    let (desk, points) = (Desk::new(), cloud(5000, 3));
    desk.write("a.npy", pairs(&points));
    let made: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x * x - 0.5, x + y)).collect();
    let (x, y) = ("$0**2 - 0.5", "`0` + `1`");
    let (grid, json) = aggregate(&desk, &[&["a.npy", "--x", x, "--y", y], &VIEW[..]].concat());
    assert_eq!(grid.counts(), counted(&made, (-2.0, 2.0), (-1.5, 1.5), (16, 9)));
    assert_eq!(number(&json, "filtered"), 0);
    // Only some rows, of the columns as they are and of others.
    let kept: Vec<(f64, f64)> = points.iter().copied().filter(|(x, y)| *y > 0.25 && x * y < 0.5).collect();
    let filter = ["--filter", "(`1` > 0.25) & (`0` * `1` < 0.5)"];
    for engine in ["cpu", "gpu"] {
        let args = [&["a.npy", "--engine", engine], &filter[..], &VIEW[..]].concat();
        let (grid, json) = aggregate(&desk, &args);
        assert_eq!(grid.counts(), counted(&kept, (-2.0, 2.0), (-1.5, 1.5), (16, 9)), "{engine}");
        assert_eq!(number(&json, "filtered"), (points.len() - kept.len()) as u64);
        let sum: u64 = ["in_view", "outside", "not_finite", "filtered"].iter().map(|key| number(&json, key)).sum();
        assert_eq!((sum, number(&json, "rows")), (5000, 5000));
    }
    // Ranges fit what is kept.
    let (grid, _) = aggregate(&desk, &[&["a.npy", "--size", "5x5"], &filter[..]].concat());
    assert_eq!(grid.counts().iter().sum::<u64>(), kept.len() as u64);
    let lowest = grid.counts()[..5].iter().sum::<u64>();
    assert!(lowest > 0 && lowest < kept.len() as u64);
}

#[test]
fn values_files_and_times() {
    let desk = Desk::new();
    desk.write("a.npy", column([1.0, 2.0, 3.0, 4.0])).write("b.npy", column([10.0, 20.0, 30.0, 40.0]));
    let value = "--reduction=max:`a.npy`*`b.npy`";
    let args = ["--x", "`a.npy` - `b.npy`", "--y", "b.npy", value, "--size", "1x1", "--filter", "`a.npy:0` < 4"];
    let (grid, json) = aggregate(&desk, &args);
    assert_eq!(grid.reals(), [90.0]);
    assert_eq!((number(&json, "in_view"), number(&json, "filtered")), (3, 1));
    let days: Vec<u8> = [19_722_i64, 19_723, 19_724, i64::MIN].iter().flat_map(|d| d.to_le_bytes()).collect();
    desk.write("t.npy", array("[('t', '<M8[D]')]", "(4,)", &days));
    let (grid, json) = aggregate(&desk, &["t.npy", "--size", "2x2", "--filter", "t >= '2024-01-01'"]);
    assert_eq!(grid.counts().iter().sum::<u64>(), 2);
    assert_eq!(number(&json, "filtered"), 2);
    let (_, json) = aggregate(&desk, &["t.npy", "--y", "t - '2024-01-01T12:00'", "--size", "1x1"]);
    assert_eq!(json["y_range"].as_str().map(|r| r.starts_with("-129600.0..")), Some(true), "{json}");
    assert_eq!(number(&json, "not_finite"), 1);
}

#[test]
fn a_picture_can_be_drawn_again_by_its_comment_and_says_what_it_shows() {
    let desk = Desk::new();
    desk.write("a.npy", pairs(&cloud(1000, 5)));
    let args = ["render", "a.npy", "--x", "-`0`", "--y", "where(`1` > 0, `1`, -1)", "--filter", "~(`0` < 0)"];
    run(&desk, &[&args[..], &["-o", "a.png", "--size", "400x300"]].concat()).silent();
    let png = desk.read("a.png");
    let text = String::from_utf8_lossy(&png);
    let wanted = "--x='-`0`' --y 'where(`1` > 0, `1`, -1)' --filter '~(`0` < 0)'";
    assert!(text.contains(wanted) || text.contains(&wanted.replace("--x='", "'--x=")), "{text:.600}");
    // The label of an axis is the expression: another text, another picture.
    let label = ["--x-label", "-`0`", "--y-label", "where(`1` > 0, `1`, -1)"];
    run(&desk, &[&args[..], &["-o", "b.png", "--size", "400x300"], &label[..]].concat()).silent();
    let pixels = |name: &str| crate::kit::Picture::decode(&desk.read(name)).bytes;
    assert_eq!(pixels("a.png"), pixels("b.png"));
}

#[test]
fn what_is_wrong_is_shown_in_the_text() {
    let desk = Desk::new();
    desk.write("table.npy", array("[('lon', '<f4'), ('lat', '<f4')]", "(2,)", &[0; 16]));
    for (option, text, words) in [
        (
            "--x",
            "log10(lonn)",
            "column 7: there is no column \"lonn\"; did you mean \"lon\"?\n  log10(lonn)\n        ^\n",
        ),
        ("--y", "lat +", "column 6: something is missing at the end"),
        ("--y", "1 + (lat > 1)", "column 10: a condition is used as a number"),
        ("--filter", "lat > 3 & lon < 2", "write (a > 3) & (b < 2)"),
        ("--filter", "lat", "column 1: a condition is wanted"),
        ("--filter", "", "there is nothing in it"),
        ("--reduction", "mean:lat*(", "missing at the end"),
    ] {
        let ran = run(&desk, &["render", "table.npy", option, text, "-o", "no.png"]);
        ran.refused(&[words]);
        assert!(!ran.stderr.contains("panicked"), "{ran:?}");
    }
    run(&desk, &["render", "--x", "`table.npy:lon` + lat", "--y", "table.npy:lat", "-o", "no.png"])
        .refused(&["backticks"]);
    assert_eq!(desk.list("."), ["table.npy"]);
    // Columns of different lengths name their files.
    desk.write("long.npy", column([1.0; 3]));
    let ran = run(&desk, &["render", "table.npy", "--x", "lon + `long.npy`", "-o", "no.png"]);
    ran.failed(&["table.npy", "long.npy", "2 rows", "3"]);
    let ran = run(&desk, &["render", "table.npy", "--filter", "`long.npy` > 0", "-o", "no.png"]);
    ran.failed(&["the filter (long.npy) has 3"]);
}

#[test]
fn a_filter_that_nothing_passes_is_said_to_be_one() {
    let desk = Desk::new();
    desk.write("a.npy", pairs(&cloud(5000, 3)));
    let args = ["render", "a.npy", "--filter", "$0 > 100", "-o", "no.png"];
    run(&desk, &args).failed(&["the filter leaves none of the 5000 rows", "--x-range"]);
    run(&desk, &[&args[..], &["--x-range=0..1"]].concat()).failed(&["none of the 5000 rows", "--y-range"]);
    let (_, json) = aggregate(&desk, &[&["a.npy", "--filter", "$0 > 100"], &VIEW[..]].concat());
    assert_eq!(number(&json, "filtered"), 5000);
}

#[test]
fn expressions_have_columns() {
    let desk = Desk::new();
    desk.write("a.npy", pairs(&cloud(100, 3)));
    for (option, text, words) in [
        ("--filter", "2 > 1", "column 1: there is no column in it; the column in place 2 is written $2 or `2`"),
        ("--x", "0*2", "written $0 or `0`"),
        ("--y", "pi * 1", "column 6: there is no column"),
        ("--reduction", "sum:1*1e17", "written $1 or `1`"),
        ("--reduction", "by:sqrt(nan)", "written $0 or `0`"),
    ] {
        run(&desk, &["render", "a.npy", option, text, "-o", "no.png"]).refused(&[words]);
    }
    let sum = |column: &str| aggregate(&desk, &["a.npy", "--reduction", &format!("sum:{column}"), "--size", "1x1"]).0;
    assert_eq!(sum("1").reals(), sum("$1 * 1").reals());
    assert_eq!(sum("1").reals(), sum("`1` + 0").reals());
}
