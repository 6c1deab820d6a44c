//! `info`, `demo`, `completions`, help and exit codes.

use std::fs;

use crate::kit::{Desk, Picture, array, cloud, number, pairs};

#[test]
fn wrong_usage_is_code_2() {
    let desk = Desk::new();
    desk.write("a.npy", pairs(&cloud(10, 1)));
    desk.write("f.toml", b"scumble = 2\n[[layers]]\nfile = \"a.npy\"\n");
    for (args, word) in [
        ("render a.npy -o a.png --no-such-option", "--no-such-option"),
        ("render a.npy", "--output"),
        ("aggregate a.npy", "--output"),
        ("render a.npy -o a.png --norm cubic", "eq_hist"),
        ("render a.npy -o a.png --limits=9", "p1..p99"),
        ("render a.npy -o a.png --limits=9..1", "lower one first"),
        ("render a.npy -o a.png --background mauve", "mauve"),
        ("render a.npy -o a.png --size 640", "WIDTHxHEIGHT"),
        ("render a.npy -o a.png --size -4x4", "-4"),
        ("render a.npy -o a.png --x-range=5", "MIN..MAX"),
        ("render a.npy -o a.png --x-range=a..b", "not a number"),
        ("render a.npy -o a.png --x-scale cubic", "symlog"),
        ("render a.npy -o a.png --y-scale symlog:-1", "symlog"),
        ("render a.npy -o a.png --reduction median:0", "median:0"),
        ("render a.npy -o a.png --reduction sum", "sum:COLUMN"),
        ("render a.npy -o a.png --engine tpu", "gpu"),
        ("render a.npy -o a.png --threads many", "many"),
        ("render a.npy -o a.png --dtype <f4 --columns many", "many"),
        ("render -o a.png", "--x"),
        ("render --x a.npy:0 -o a.png", "--y"),
        ("info", "INPUT"),
        ("a.npy --colormap nope", "--colormap"),
        ("a.npy --alpha 3", "--alpha"),
        ("a.npy --bare", "--bare"),
        ("f.toml --norm log", "--norm does not go with a figure file"),
        ("f.toml --x-range 0..1", "--x-range does not go with a figure file"),
        ("--title alone", "--x"),
        ("paint a.npy", "paint"),
        ("completions sushi", "fish"),
    ] {
        desk.run(args).refused(&[word]);
    }
    // That one wants a window, and there is none here.
    desk.run("").failed(&["window"]);
    desk.run("a.npy --x 1 --filter 0>3 --norm log --title Mine").failed(&["window"]);
    assert_eq!(desk.list("."), ["a.npy", "f.toml"]);
}

#[test]
fn help_and_version_are_no_errors() {
    let desk = Desk::new();
    let text = desk.run("--help").silent().text();
    assert!(text.contains("Examples:") && text.contains("scumble render"), "{text}");
    let version = desk.run("--version").silent().text();
    assert_eq!(version, format!("scumble {}\n", env!("CARGO_PKG_VERSION")));
    for option in ["--dtype", "--columns", "--offset", "--layout", "--x-range", "--norm", "--limits", "--engine"] {
        assert!(desk.run("render --help").silent().text().contains(option), "{option}");
    }
}

#[test]
fn the_help_of_each_command_has_an_example() {
    let desk = Desk::new();
    let lacking: Vec<&str> = ["render", "aggregate", "info", "demo", "completions"]
        .into_iter()
        .filter(|command| {
            let text = desk.run(&format!("{command} --help")).silent().text();
            let example = text.split_once("Example").map_or("", |(_, after)| after);
            !example.contains(&format!("scumble {command}"))
        })
        .collect();
    assert!(lacking.is_empty(), "no example in the help of {lacking:?}");
}

#[test]
fn completions_for_every_shell() {
    let desk = Desk::new();
    for (shell, mark) in [
        ("bash", "complete -F"),
        ("zsh", "#compdef scumble"),
        ("fish", "complete -c scumble"),
        ("powershell", "Register-ArgumentCompleter"),
    ] {
        let text = desk.run(&format!("completions {shell}")).silent().text();
        assert!(text.contains(mark) && text.contains("colormap"), "{shell}");
    }
}

#[test]
fn info_says_what_is_in_a_file() {
    let desk = Desk::new();
    let record = |i: u64| {
        let x = if i.is_multiple_of(4) { f64::NAN } else { i as f64 / 4.0 };
        let y = if i == 3 { f32::INFINITY } else { -(i as f32) };
        [&x.to_le_bytes()[..], &y.to_be_bytes(), &(u64::MAX - i).to_le_bytes()].concat()
    };
    let data: Vec<u8> = (0..1000).flat_map(record).collect();
    let bytes = array("[('x', '<f8'), ('y', '>f4'), ('id', '<u8')]", "(1000,)", &data);
    desk.write("a.npy", &bytes);
    let info = desk.json("info a.npy");
    assert_eq!((number(&info, "rows"), number(&info, "bytes")), (1000, bytes.len() as u64));
    assert_eq!((&info["path"], &info["format"]), (&"a.npy".into(), &"npy 1.0".into()));
    let column = |i: usize| &info["columns"][i];
    let dtypes: Vec<_> = (0..3).map(|i| (column(i)["name"].as_str(), column(i)["dtype"].as_str())).collect();
    assert_eq!(dtypes, [("x", "<f8"), ("y", ">f4"), ("id", "<u8")].map(|(n, d)| (Some(n), Some(d))));
    assert_eq!((column(0)["min"].as_f64(), column(0)["max"].as_f64()), (Some(0.25), Some(249.75)));
    assert_eq!((column(0)["nan_share"].as_f64(), number(column(0), "nan")), (Some(0.25), 250));
    assert_eq!((column(1)["min"].as_f64(), column(1)["max"].as_f64()), (Some(-999.0), Some(0.0)));
    assert_eq!((number(column(1), "infinite"), number(column(1), "nan")), (1, 0));
    assert_eq!((number(column(2), "min"), number(column(2), "max")), (u64::MAX - 999, u64::MAX));
    assert!(info["guess"].is_null());

    let text = desk.run("info a.npy").silent().text();
    let id = text.lines().find(|line| line.trim_start().starts_with("id")).unwrap();
    assert_eq!(
        id.split_whitespace().collect::<Vec<_>>()[1..4],
        ["<u8", "18446744073709550616", "18446744073709551615"]
    );
    for word in ["npy 1.0", "1,000 rows", "3 columns", "25.000 %", "249.75", "-999.0"] {
        assert!(text.contains(word), "{word}: {text}");
    }
}

#[test]
fn info_reads_standard_input_and_all_nan_columns() {
    let desk = Desk::new();
    desk.write("a.npy", pairs(&[(f64::NAN, 1.0); 3]));
    let args = "info - --json";
    let output = desk.command(args).stdin(fs::File::open(desk.path("a.npy")).unwrap()).output().unwrap();
    let info = crate::kit::Ran::of(args, &output).silent().json();
    assert_eq!(number(&info, "rows"), 3);
    assert!(info["columns"][0]["min"].is_null() && info["columns"][0]["nan_share"] == 1.0, "{info}");
    assert_eq!(info["columns"][1]["min"], 1.0);
}

#[test]
fn demo_makes_its_data_once() {
    let desk = Desk::new();
    let text = desk.run("demo --points 250001 -o demo.png").silent().text();
    assert!(text.contains("250001") && text.contains("250,001 in view") && text.contains("demo.png"), "{text}");
    let data = "scumble/clifford-250001.npy";
    assert_eq!(desk.list("."), ["demo.png", "scumble"]);
    assert_eq!(desk.list("scumble"), ["clifford-250001.npy"]);
    let picture = Picture::decode(&desk.read("demo.png"));
    assert_eq!((picture.width, picture.height), (1920, 1080));
    let (bytes, made) = (desk.read(data), fs::metadata(desk.path(data)).unwrap().modified().unwrap());
    assert_eq!(number(&desk.json(&format!("info {data}")), "rows"), 250_001);

    // The second time it only draws, by default beside the data, the same picture.
    let text = desk.run("demo --points 250001").silent().text();
    assert!(!text.contains("making") && text.contains("demo.png"), "{text}");
    assert_eq!(fs::metadata(desk.path(data)).unwrap().modified().unwrap(), made);
    assert_eq!(desk.read("scumble/demo.png"), desk.read("demo.png"));

    // A file cut short by an earlier accident is made anew, the same to the last bit.
    desk.write(data, &bytes[..1000]);
    desk.run("demo --points 250001").silent();
    assert!(desk.read(data) == bytes);
}

#[test]
fn demo_of_no_points_is_an_error() {
    let desk = Desk::new();
    let ran = desk.run("demo --points 0");
    assert!(ran.code == Some(1) && ran.stderr.starts_with("scumble: ") && !ran.stderr.contains("panicked"), "{ran:?}");
}

#[test]
fn demo_of_more_points_than_fit_64_bits_is_an_error() {
    // 2^61 points of 8 bytes.
    let desk = Desk::new();
    let ran = desk.run("demo --points 2305843009213693952");
    assert!(ran.code == Some(1) && ran.stderr.starts_with("scumble: ") && !ran.stderr.contains("panicked"), "{ran:?}");
}
