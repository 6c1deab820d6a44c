//! Columns of text as categories.

use crate::kit::{Desk, Picture, npy, number};

const NAMES: [&str; 7] = ["", "barred", "elliptical", "irregular, peculiar", "spiral", "spiral b", "été"];

/// A row: x, y, which name.
fn rows(count: u32) -> Vec<(f64, f64, usize)> {
    let hash = |i: u32, salt: u32| (i.wrapping_mul(2_654_435_761) ^ salt).wrapping_mul(0x9E37_79B1) >> 12;
    (0..count)
        .map(|i| {
            let name = (hash(i, 7) % 100) as usize;
            (f64::from(hash(i, 1) % 1000) / 100.0, f64::from(hash(i, 2) % 1000) / 100.0, (name * name / 1500).min(6))
        })
        .collect()
}

/// A text of `length` characters, as NumPy stores it.
fn stored(text: &str, kind: char, length: usize, big: bool) -> Vec<u8> {
    if kind == 'S' {
        let mut bytes = text.as_bytes().to_vec();
        bytes.resize(length, 0);
        return bytes;
    }
    let codes = text.chars().map(u32::from).chain(std::iter::repeat(0)).take(length);
    codes.flat_map(|code| if big { code.to_be_bytes() } else { code.to_le_bytes() }).collect()
}

/// Records of x, a name, the name's place in the order of names, and y.
fn records(rows: &[(f64, f64, usize)], kind: char, length: usize, big: bool) -> Vec<u8> {
    let order = match (kind, big) {
        ('S', _) => '|',
        (_, true) => '>',
        (_, false) => '<',
    };
    let descr = format!("[('x', '<f8'), ('name', '{order}{kind}{length}'), ('place', '|u1'), ('y', '<f8')]");
    let header = format!("{{'descr': {descr}, 'fortran_order': False, 'shape': ({},), }}", rows.len());
    let bytes = rows.iter().flat_map(|(x, y, name)| {
        let mut row = x.to_le_bytes().to_vec();
        row.extend(stored(NAMES[*name], kind, length, big));
        row.push(u8::try_from(*name).unwrap());
        row.extend(y.to_le_bytes());
        row
    });
    npy(1, &header, &bytes.collect::<Vec<u8>>())
}

const VIEW: &str = "--x x --y y --x-range=0..10 --y-range=0..10 --size 20x20";

#[test]
fn texts_are_counted_as_the_numbers_of_their_places_are() {
    let desk = Desk::new();
    let rows = rows(20_000);
    for (kind, length, big) in [('S', 20, false), ('U', 20, false), ('U', 24, true)] {
        desk.write("a.npy", records(&rows, kind, length, big));
        for (most, filter) in [(10, ""), (3, ""), (3, " --filter x>5")] {
            let count = |column: &str| {
                let json =
                    desk.json(&format!("aggregate a.npy {VIEW} --reduction by:{column}:{most}{filter} -o g.npy"));
                (number(&json, "in_view"), desk.read("g.npy"))
            };
            assert!(count("name") == count("place"), "{kind}{length} {most} {filter}");
        }
    }
}

#[test]
fn texts_are_hidden_and_colored_by_name() {
    let desk = Desk::new();
    desk.write("a.npy", records(&rows(20_000), 'U', 20, false));
    let picture = |column: &str, look: [&str; 4]| {
        let mut command = desk.command(&format!("render a.npy {VIEW} --bare -o {column}.png --reduction by:{column}"));
        command.args(look);
        assert!(command.output().unwrap().status.success(), "{look:?}");
        Picture::decode(&desk.read(&format!("{column}.png"))).pixels().flatten().copied().collect::<Vec<u8>>()
    };
    let plain = picture("place", ["--min-alpha", "40", "--norm", "eq_hist"]);
    for (name, place) in [("spiral", "4"), ("spiral b", "5"), ("'irregular, peculiar'", "3"), ("''", "0"), ("été", "6")]
    {
        let key = |category: &str| format!("{category}=#ff0000");
        let by_name = picture("name", ["--hide", name, "--color-key", "barred=#123456"]);
        assert!(by_name == picture("place", ["--hide", place, "--color-key", "1=#123456"]), "{name}");
        assert!(by_name != plain, "{name}");
        let colored = picture("name", ["--color-key", &key(name), "--hide", "barred"]);
        assert!(colored == picture("place", ["--color-key", &key(place), "--hide", "1"]), "{name}");
    }
    let note = desk.run(&format!("render a.npy {VIEW} --reduction by:name --hide sprial -o a.png"));
    assert!(note.done().stderr.contains("there is no category sprial to hide"), "{note:?}");
}

#[test]
fn texts_of_several_files_are_one_column() {
    let desk = Desk::new();
    let rows = rows(5000);
    let (first, second) = rows.split_at(2000);
    desk.write("a.npy", records(first, 'U', 19, false)).write("b.npy", records(second, 'U', 30, true));
    desk.write("all.npy", records(&rows, 'S', 22, false));
    let count = |inputs: &str| {
        desk.json(&format!("aggregate {inputs} {VIEW} --reduction by:name -o g.npy"));
        desk.read("g.npy")
    };
    assert!(count("a.npy b.npy") == count("all.npy"));
    // A file of nothing else.
    let names = rows.iter().flat_map(|(.., name)| stored(NAMES[*name], 'S', 20, false)).collect::<Vec<u8>>();
    let header = format!("{{'descr': '|S20', 'fortran_order': False, 'shape': ({},), }}", rows.len());
    desk.write("names.npy", npy(1, &header, &names));
    desk.json(&format!("aggregate all.npy {VIEW} --reduction by:names.npy -o n.npy"));
    assert!(desk.read("n.npy") == count("all.npy"));
    desk.run(&format!("aggregate a.npy all.npy {VIEW} --reduction by:name -o g.npy")).failed(&["U19", "S22"]);
}

#[test]
fn text_is_no_number() {
    let desk = Desk::new();
    desk.write("a.npy", records(&rows(100), 'S', 20, false));
    let is_text = &["\"name\" is text", "by:name"][..];
    for (args, words) in [
        ("--x name", is_text),
        ("--y name", is_text),
        ("--reduction mean:name", &["the values are text", "by:COLUMN"]),
        ("--reduction std:name", &["the values are text"]),
        ("--mark line:name --x x --y y", &["the values are text"]),
        ("--filter name>3", is_text),
        ("--reduction by:nam", &["\"nam\"", "did you mean \"name\""]),
    ] {
        desk.run(&format!("render a.npy {args} -o no.png")).failed(words);
    }
    let info = desk.run("info a.npy");
    info.done();
    assert!(
        info.text().contains("name") && info.text().contains("|S20") && !info.stderr.contains("skipped"),
        "{info:?}"
    );
    let json = desk.json("info a.npy");
    assert_eq!(json["texts"][0]["name"], "name");
    let header = "{'descr': '|S3', 'fortran_order': False, 'shape': (4,), }";
    desk.write("t.npy", npy(1, header, b"abcdefghijkl"));
    desk.run("render t.npy -o no.png").failed(&["no columns of numbers"]);
    // So many names are no categories.
    let many: Vec<u8> = (0..70_000).flat_map(|i| format!("{i:08}").into_bytes()).collect();
    let header = "{'descr': '|S8', 'fortran_order': False, 'shape': (70000,), }";
    desk.write("many.npy", npy(1, header, &many));
    desk.write("row.npy", npy(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (70000,), }", &[0; 8 * 70_000]));
    desk.run("render --x row.npy --y row.npy --reduction by:many.npy -o no.png").failed(&["65536"]);
}
