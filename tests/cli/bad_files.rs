//! Files that are damaged, lie or are something else: one clear message, no output, little memory.

use std::fs;
use std::process::Command;

use crate::kit::{Desk, Ran, array, cloud, column, npy, pairs};

/// Both commands fail on `bad` with a message that names it and holds `words`, within 4 GB of address space, and leave
/// nothing in the output folder.
fn fails(desk: &Desk, options: &str, words: &[&str]) {
    let _ = fs::create_dir(desk.path("out"));
    let input = options.split_whitespace().next().unwrap();
    let words = [words, &[input]].concat();
    for args in [format!("render {options} -o out/view.png --json"), format!("info {options}")] {
        let ran = bounded(desk, &args);
        ran.failed(&words);
        assert!(desk.list("out").is_empty(), "{ran:?}");
    }
}

/// Runs the binary in 4 GB of address space, where the system can bound it.
fn bounded(desk: &Desk, args: &str) -> Ran {
    if !cfg!(target_os = "linux") {
        return desk.run(args);
    }
    let mut shell = Command::new("sh");
    let script = r#"ulimit -v 4000000 && exec "$0" "$@""#;
    desk.dress(&mut shell).args(["-c", script, env!("CARGO_BIN_EXE_scumble")]).args(args.split_whitespace());
    Ran::of(args, &shell.output().unwrap())
}

#[test]
fn empty_and_missing_files() {
    let desk = Desk::new();
    desk.write("empty.npy", "").write("empty.f32", "");
    fails(&desk, "empty.npy", &[]);
    fails(&desk, "empty.f32", &[]);
    fails(&desk, "empty.f32 --dtype <f4", &[]);
    fails(&desk, "no/such/file.npy", &["opening the file", "No such file"]);
    fails(&desk, "missing.npy", &["No such file"]);
    desk.write("zero.npy", array("'<f4'", "(0, 2)", &[]));
    fails(&desk, "zero.npy", &["no rows"]);
    fs::create_dir(desk.path("folder.npy")).unwrap();
    fails(&desk, "folder.npy", &["directory"]);
    fails(&desk, "folder.npy --dtype <f4", &["directory"]);
}

#[test]
fn truncated_npy_files() {
    let desk = Desk::new();
    let whole = array("'<f4'", "(1000, 2)", &[1; 8000]);
    desk.write("cut.npy", &whole[..whole.len() - 7199]);
    fails(&desk, "cut.npy", &["8128", "929", "100 whole rows", "--offset 128"]);
    // The way out that the message offers works.
    desk.write("cut.npy", &whole[..928]);
    let json = desk.json("render cut.npy -o a.png --dtype <f4 --columns 2 --offset 128");
    assert_eq!(json["rows"], 100);
    for length in [1, 5, 6, 7, 9, 10, 11, 64, 127, 128] {
        desk.write("cut.npy", &whole[..length]);
        fails(&desk, "cut.npy", &[]);
    }
    let planes = npy(1, "{'descr': '<f4', 'fortran_order': True, 'shape': (1000, 2), }", &[1; 7999]);
    desk.write("cut.npy", planes);
    fails(&desk, "cut.npy", &["999 whole rows"]);
}

#[test]
fn headers_that_lie_or_make_no_sense() {
    let desk = Desk::new();
    let good = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }";
    let swap = |from: &str, to: &str| npy(1, &good.replace(from, to), &[0; 32]);
    let cases: [(&str, Vec<u8>, &[&str]); 21] = [
        ("product", swap("(2, 2)", "(1099511627776, 1099511627776)"), &["shape"]),
        ("rows", swap("(2, 2)", "(1152921504606846976, 2)"), &[]),
        ("line", swap("(2, 2)", "(1152921504606846976,)"), &[]),
        ("bytes", swap("(2, 2)", "(288230376151711744,)"), &["promises", "160", "4 whole rows"]),
        ("i128", swap("(2, 2)", "(170141183460469231731687303715884105728, 2)"), &[]),
        ("negative", swap("(2, 2)", "(-2, 2)"), &["shape"]),
        ("wide", swap("(2, 2)", "(1, 4294967296)"), &[]),
        ("scalar", swap("(2, 2)", "()"), &["single value"]),
        ("text shape", swap("(2, 2)", "'ab'"), &["shape"]),
        ("unknown", swap("<f8", "<q9"), &["q9"]),
        ("object", swap("<f8", "|O"), &["object"]),
        ("bytes without meaning", swap("<f8", "|V8"), &["no number"]),
        ("huge string", swap("<f8", "|V18446744073709551615"), &[]),
        ("order", swap("False", "Maybe"), &[]),
        ("no descr", swap("descr", "dtype"), &["descr"]),
        ("list", npy(1, "[1, 2, 3]", &[0; 32]), &[]),
        ("prose", npy(1, "It was a dark and stormy night.", &[0; 32]), &[]),
        ("version", npy(9, good, &[0; 32]), &["9.0", "numpy.save"]),
        ("utf-8", npy(3, good, &[0; 32]).iter().map(|b| if *b == b'f' { 0xff } else { *b }).collect(), &["UTF-8"]),
        ("brackets", npy(2, &"(".repeat(1 << 19), &[0; 32]), &[]),
        ("digits", npy(2, &good.replace("(2, 2)", &"9".repeat(1 << 19)), &[0; 32]), &[]),
    ];
    for (name, bytes, words) in cases {
        let file = format!("{}.npy", name.replace(' ', "-"));
        desk.write(&file, bytes);
        fails(&desk, &file, words);
    }
    let mut long = npy(2, good, &[0; 32]);
    long[8..12].fill(0xff);
    desk.write("long.npy", long);
    fails(&desk, "long.npy", &["header", "4294967307"]);
    let mut long = npy(1, good, &[0; 32]);
    long[8..10].fill(0xff);
    desk.write("long.npy", long);
    fails(&desk, "long.npy", &["header"]);
}

#[test]
fn a_header_damaged_in_any_byte_never_crashes() {
    let desk = Desk::new();
    let good = array("[('x', '<f4'), ('y', '<f4')]", "(4,)", &[0; 32]);
    let text = good.iter().position(|b| *b == b'{').unwrap();
    for at in (0..text + 75).step_by(2) {
        let mut bytes = good.clone();
        bytes[at] = [b'9', b'(', b'\'', 0, 0xff][at % 5];
        desk.write("a.npy", bytes);
        let ran = desk.run("aggregate a.npy -o a --size 4x4");
        assert!(matches!(ran.code, Some(0 | 1)) && !ran.stderr.contains("panicked"), "byte {at}: {ran:?}");
    }
}

#[test]
fn files_that_are_something_else() {
    let desk = Desk::new();
    let csv = "x,y\n".to_owned() + &"1.5,2.5\n".repeat(500);
    desk.write("text.npy", &csv).write("table.csv", &csv);
    fails(&desk, "text.npy", &["does not start like a npy file", "--dtype"]);
    fails(&desk, "table.csv", &["text"]);
    desk.write("a.npy", pairs(&cloud(100, 1)));
    desk.run("render a.npy -o picture.bin --size 90x60").silent();
    fails(&desk, "picture.bin", &["PNG"]);
    desk.write("a.npz", b"PK\x03\x04 and so on, an archive");
    fails(&desk, "a.npz", &[]);
    // One to seven bytes are too few to be sure of anything, but no reason to fall over.
    for n in 1..8 {
        desk.write("tiny.bin", vec![200; n]);
        let ran = desk.run("render tiny.bin -o tiny.png");
        assert!(matches!(ran.code, Some(0 | 1)) && !ran.stderr.contains("panicked"), "{ran:?}");
    }
}

#[test]
fn raw_files_that_do_not_fit_their_description() {
    let desk = Desk::new();
    desk.write("a.raw", vec![0; 4 * 9 + 2]);
    fails(&desk, "a.raw --dtype <f4", &["do not divide", "6 are left over", "--offset 6"]);
    fails(&desk, "a.raw --dtype <f4 --columns 0", &["--columns 0"]);
    fails(&desk, "a.raw --dtype <f4 --columns 4294967295", &["--columns 4294967295"]);
    fails(&desk, "a.raw --dtype <f4 --offset 39", &["--offset 39"]);
    fails(&desk, "a.raw --dtype <f4 --offset 38", &[]);
    fails(&desk, "a.raw --dtype <f4 --offset 18446744073709551615", &["--offset"]);
    fails(&desk, "a.raw --dtype <q9", &["q9"]);
    fails(&desk, "a.raw --dtype O", &["object"]);
    fails(&desk, "a.raw --dtype [('x','<f4'", &[]);
    fails(&desk, "a.raw --dtype f4,f4 --columns 2", &["leave out --columns"]);
}

#[test]
fn columns_that_do_not_exist_or_go_together() {
    let desk = Desk::new();
    desk.write("table.npy", array("[('lon', '<f4'), ('lat', '<f4'), ('speed', '<f4')]", "(2,)", &[0; 24]));
    desk.write("pair.npy", pairs(&cloud(10, 1)));
    for args in [
        "table.npy --x nope",
        "table.npy --y table.npy:nope",
        "--x table.npy:nope --y table.npy:lat",
        "table.npy --reduction mean:nope",
    ] {
        desk.run(&format!("render {args} -o no.png")).failed(&["\"nope\"", "lon, lat, speed", "table.npy"]);
    }
    desk.run("render pair.npy --x 0 --y 2 -o no.png").failed(&["\"2\"", "0, 1", "pair.npy"]);
    desk.run("render --x nope.npy --y pair.npy:0 -o no.png").failed(&["No such file", "nope.npy"]);
    assert_eq!(desk.list("."), ["pair.npy", "table.npy"]);
}

#[test]
fn a_file_of_several_columns_must_be_told_which() {
    let desk = Desk::new();
    desk.write("pair.npy", pairs(&cloud(10, 1)));
    let ran = desk.run("render --x pair.npy --y pair.npy:1 -o no.png");
    ran.refused(&["2 columns", "pair.npy:0"]);
    assert_eq!(desk.list("."), ["pair.npy"]);
}

#[test]
fn x_and_y_of_different_length() {
    let desk = Desk::new();
    desk.write("a.npy", column([1.0; 10])).write("b.npy", column([1.0; 11]));
    let ran = desk.run("render --x a.npy --y b.npy -o no.png");
    ran.failed(&["x (a.npy) has 10 rows", "y (b.npy) has 11"]);
    assert_eq!(desk.list("."), ["a.npy", "b.npy"]);
}

#[test]
fn a_difference_in_length_names_the_files() {
    let desk = Desk::new();
    desk.write("a.npy", column([1.0; 10])).write("b.npy", column([1.0; 11]));
    let ran = desk.run("render --x a.npy --y b.npy -o no.png");
    assert!(ran.stderr.contains("a.npy") && ran.stderr.contains("b.npy"), "the message names no file: {ran:?}");
}

#[test]
fn a_value_column_of_another_length_is_not_called_y() {
    let desk = Desk::new();
    desk.write("a.npy", column([1.0; 10])).write("v.npy", column([1.0; 11]));
    let ran = desk.run("render --x a.npy --y a.npy --reduction mean:v.npy -o no.png");
    ran.failed(&["10", "11"]);
    assert!(!ran.stderr.contains("y has 11"), "y has 10 rows, the value has 11: {ran:?}");
}
