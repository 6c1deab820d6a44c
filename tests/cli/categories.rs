//! Layers by category: numbers, colors, legends, and what is refused.

use serde_json::json;

use crate::kit::{Desk, Picture, cloud, npy};

/// Points in the same places as those of `cloud`, row i in category `of(i)`.
fn desk(rows: usize, of: impl Fn(usize) -> u8) -> Desk {
    let desk = Desk::new();
    let points = cloud(rows, 4);
    let row = |(i, (x, y)): (usize, &(f64, f64))| {
        let mut bytes = [x.to_le_bytes(), y.to_le_bytes()].concat();
        bytes.push(of(i));
        bytes
    };
    let data: Vec<u8> = points.iter().enumerate().flat_map(row).collect();
    let dtype = "[('x', '<f8'), ('y', '<f8'), ('kind', '|u1')]";
    let header = format!("{{'descr': {dtype}, 'fortran_order': False, 'shape': ({rows},), }}");
    desk.write("a.npy", npy(1, &header, &data));
    desk
}

const VIEW: &str = "a.npy --size 60x40 --x-range=-2..2 --y-range=-2..2";

/// Shape and counts of `grid.npy`.
fn grid(desk: &Desk) -> (String, Vec<u64>) {
    let bytes = desk.read("grid.npy");
    let end = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = std::str::from_utf8(&bytes[10..end]).unwrap();
    assert!(header.contains("'<u8'"), "{header}");
    let shape = header.split_once("'shape': ").unwrap().1.split_once(')').unwrap().0;
    let counts = bytes[end..].as_chunks::<8>().0.iter().map(|b| u64::from_le_bytes(*b)).collect();
    (format!("{shape})"), counts)
}

#[test]
fn numbers_by_category_add_up() {
    let desk = desk(6000, |i| [200, 3, 3, 7, 0, 3][i % 6]);
    let plain = desk.aggregate(VIEW);
    let facts = desk.json(&format!("aggregate {VIEW} --reduction by:kind:2 -o grid.npy"));
    let (shape, counts) = grid(&desk);
    assert_eq!((shape.as_str(), counts.len()), ("(40, 60, 3)", 40 * 60 * 3));
    let sums: Vec<u64> = counts.as_chunks::<3>().0.iter().map(|counts| counts.iter().sum()).collect();
    assert_eq!(sums, plain.counts());
    let in_view = |plane: usize| counts.as_chunks::<3>().0.iter().map(|counts| counts[plane]).sum::<u64>();
    // Of the values with equally many rows the smallest has a plane.
    let wanted = json!([
        { "value": "0", "rows": 1000, "in_view": in_view(0) },
        { "value": "3", "rows": 3000, "in_view": in_view(1) },
        { "value": "other", "rows": 2000, "in_view": in_view(2) },
    ]);
    assert_eq!(facts["categories"], wanted);
    assert_eq!(facts["in_view"], json!(counts.iter().sum::<u64>()));
    let gpu = desk.run(&format!("aggregate {VIEW} --reduction by:kind --json --engine cpu -o grid.npy"));
    assert_eq!(gpu.done().json()["engine"], "cpu");
}

#[test]
fn a_condition_is_a_category() {
    let desk = desk(6000, |i| [200, 3, 3, 7, 0, 3][i % 6]);
    let facts = desk.json(&format!("aggregate {VIEW} --reduction by:(kind>3)&(x<9) -o grid.npy"));
    let rows = |i: usize| (facts["categories"][i]["value"].clone(), facts["categories"][i]["rows"].clone());
    assert_eq!((rows(0), rows(1)), ((json!("0.0"), json!(4000)), (json!("1.0"), json!(2000))));
    let share = desk.aggregate(&format!("{VIEW} --reduction mean:kind>3"));
    let number = desk.aggregate(&format!("{VIEW} --reduction mean:where(kind>3,1,0)"));
    assert!(share.reals().iter().zip(number.reals()).all(|(a, b)| a.to_bits() == b.to_bits()));
}

#[test]
fn pixels_have_the_colors_of_their_categories() {
    let desk = desk(3000, |i| u8::try_from(i % 3).unwrap());
    desk.json(&format!("aggregate {VIEW} --reduction by:kind -o grid.npy"));
    let (_, counts) = grid(&desk);
    let key = "--color-key 0=#ff0000 --color-key 1=#00ff00 --color-key 2=#0000ff";
    let look = "--norm linear --background none";
    for (hide, shown, faintest) in
        [("", [1, 1, 1], 40.0), ("--hide 1", [1, 0, 1], 40.0), ("--min-alpha 200", [1, 1, 1], 200.0)]
    {
        let picture = desk.render(&format!("{VIEW} --reduction by:kind {key} {look} {hide}"));
        let totals: Vec<u64> =
            counts.as_chunks::<3>().0.iter().map(|c| c.iter().zip(shown).map(|(n, shown)| n * shown).sum()).collect();
        let most = totals.iter().copied().max().unwrap();
        let least = totals.iter().copied().filter(|n| *n > 0).min().unwrap();
        for (i, (c, total)) in counts.as_chunks::<3>().0.iter().zip(&totals).enumerate() {
            let pixel = picture.at(i % 60, i / 60);
            if *total == 0 {
                assert_eq!(pixel, [0; 4]);
                continue;
            }
            let share = |k: usize| (c[k] * shown[k]) as f64 / *total as f64 * 255.0;
            let alpha = faintest + (255.0 - faintest) * (total - least) as f64 / (most - least) as f64;
            let wanted = [share(0), share(1), share(2), alpha];
            for (got, wanted) in pixel.iter().zip(wanted) {
                assert!((f64::from(*got) - wanted).abs() <= 1.5, "{i} {hide}: {pixel:?} for {wanted:?}");
            }
        }
    }
}

#[test]
fn figure_files_have_categories_too() {
    let desk = desk(3000, |i| u8::try_from(i % 14).unwrap());
    desk.write(
        "figure.toml",
        "scumble = 2\nsize = \"700x500\"\n[[layers]]\nfile = \"a.npy\"\nreduction = \"by:kind:5\"\n\
         color_key = [\"3=#00ff00\", \"other=#222222\"]\nhide = [\"4\"]\nmin_alpha = 90\n",
    );
    desk.run("render figure.toml -o file.png").done();
    let flags = "a.npy --size 700x500 --reduction by:kind:5 --color-key 3=lime --color-key other=#222222";
    desk.run(&format!("render {flags} --hide 4 --min-alpha 90 -o flags.png")).done();
    assert!(desk.read("file.png") == desk.read("flags.png"));
    desk.run(&format!("render {flags} -o shown.png")).done();
    assert!(desk.read("shown.png") != desk.read("flags.png"));
}

#[test]
fn what_has_no_categories_is_refused() {
    let desk = desk(100_000, |i| u8::try_from(i % 9).unwrap());
    for (args, words) in [
        ("--reduction by:x", ["more than 65536 different values", "floor(x / 100)"]),
        ("--reduction by:sort", ["no column \"sort\"", "kind"]),
        ("--reduction by:kind --mark line", ["by:kind", "use count or any"]),
        ("--reduction by:kind --color-key 3", ["no `=`", "VALUE=COLOR"]),
    ] {
        let ran = desk.run(&format!("render a.npy {args} -o view.png"));
        assert!(ran.code.is_some_and(|code| code != 0), "{args}");
        assert!(words.iter().all(|word| ran.stderr.contains(word)), "{args}: {}", ran.stderr);
    }
}

/// Reals of every kind, each in two of its rows.
fn reals(values: &[f64]) -> Desk {
    let desk = Desk::new();
    let rows = values.len() * 2;
    let row = |i: usize| {
        let at = i as f64 / rows as f64;
        [at.to_le_bytes(), at.to_le_bytes(), values[i / 2].to_le_bytes()].concat()
    };
    let data: Vec<u8> = (0..rows).flat_map(row).collect();
    let dtype = "[('x', '<f8'), ('y', '<f8'), ('kind', '<f8')]";
    let header = format!("{{'descr': {dtype}, 'fortran_order': False, 'shape': ({rows},), }}");
    desk.write("a.npy", npy(1, &header, &data));
    desk
}

#[test]
fn values_of_categories_are_data_that_can_be_given_again() {
    let values = [-0.3, 1e-7, 0.1_f32.into(), 1.0, 1.0 + 1e-9, 1e20];
    let desk = reals(&values);
    let facts = desk.json(&format!("aggregate {VIEW} --reduction by:kind -o grid.npy"));
    let found = facts["categories"].as_array().unwrap();
    let read: Vec<f64> = found.iter().map(|fact| fact["value"].as_str().unwrap().parse().unwrap()).collect();
    assert_eq!(read, values);
    // With and without what is hidden: each way to name a category hides the same.
    let picture = |hide: &str| desk.figure(&format!("a.npy --size 500x300 --reduction by:kind {hide}")).bytes;
    let all = picture("");
    let mut seen = vec![all];
    for names in
        [&["-0.3", "\u{2212}0.3"][..], &["1e-7", "1×10⁻⁷"], &["0.1", "0.10000000149011612"], &["1"], &["1.000000001"]]
    {
        let hidden: Vec<_> = names.iter().map(|name| picture(&format!("--hide={name}"))).collect();
        assert!(hidden.windows(2).all(|pair| pair[0] == pair[1]), "{names:?}");
        assert!(!seen.contains(&hidden[0]), "{names:?}");
        seen.push(hidden[0].clone());
    }
}

#[test]
fn categories_of_times_are_named_by_their_time() {
    for (unit, [first, second], names) in [
        ("D", [19_783, 19_784], &["19783", "2024-03-01", "2024-03-01T00:00", "1 Mar 2024"][..]),
        ("ms", [1_709_274_600_500, 1_709_274_600_501], &["2024-03-01T06:30:00.5", "1709274600500"]),
        ("M", [650, 651], &["2024-03", "Mar 2024", "650"]),
        ("Y", [54, 55], &["2024", "54"]),
    ] {
        let desk = Desk::new();
        let row = |(i, (x, y)): (usize, &(f64, f64))| {
            let time: i64 = [first, second, first][i % 3];
            [x.to_le_bytes(), y.to_le_bytes(), time.to_le_bytes()].concat()
        };
        let data: Vec<u8> = cloud(3000, 5).iter().enumerate().flat_map(row).collect();
        let dtype = format!("[('x', '<f8'), ('y', '<f8'), ('t', '<M8[{unit}]')]");
        let header = format!("{{'descr': {dtype}, 'fortran_order': False, 'shape': (3000,), }}");
        desk.write("a.npy", npy(1, &header, &data));
        let picture = |options: &[&str]| {
            let mut command = desk.command("render a.npy --size 400x200 --reduction by:t -o t.png");
            let output = command.args(options).output().unwrap();
            assert!(output.status.success() && output.stderr.is_empty(), "{unit}, {options:?}: {output:?}");
            Picture::decode(&desk.read("t.png")).bytes
        };
        let all = picture(&[]);
        for option in ["--hide", "--color-key"] {
            let value = |name: &str| if option == "--hide" { name.to_owned() } else { format!("{name}=red") };
            let pictures: Vec<Vec<u8>> = names.iter().map(|name| picture(&[option, &value(name)])).collect();
            assert!(pictures.iter().all(|one| *one == pictures[0] && *one != all), "{unit}, {option}");
        }
    }
    // One that nobody has, and one that is among the others.
    let desk = Desk::new();
    let days = [0_i64, 0, 0, 1, 1, 2];
    let data: Vec<u8> = cloud(600, 5)
        .iter()
        .zip(days.iter().cycle())
        .flat_map(|((x, y), t)| [x.to_le_bytes(), y.to_le_bytes(), t.to_le_bytes()].concat())
        .collect();
    let dtype = "[('x', '<f8'), ('y', '<f8'), ('t', '<M8[D]')]";
    desk.write("a.npy", npy(1, &format!("{{'descr': {dtype}, 'fortran_order': False, 'shape': (600,), }}"), &data));
    let notes =
        |day: &str| desk.run(&format!("render {VIEW} --reduction by:t:1 --hide {day} -o a.png")).done().stderr.clone();
    assert_eq!(notes("1970-01-01"), "");
    assert!(notes("1970-01-02").contains("the category 1970-01-02 to hide is among the others"));
    for day in ["1970-01-04", "1970-01-02T06"] {
        assert!(notes(day).contains(&format!("there is no category {day} to hide: no row has that value")));
    }
}

#[test]
fn what_is_hidden_counts_for_limits_of_the_whole_data() {
    let desk = desk(6000, |i| [1, 1, 1, 2][i % 4]);
    let whole = "a.npy --size 12x8";
    let most = *desk.aggregate(whole).counts().iter().max().unwrap();
    for view in [whole, &format!("{whole} --x-range=-1..1 --y-range=-1..1")] {
        let picture = |limits: &str| {
            desk.render(&format!("{view} --reduction by:kind --norm log --hide 1 --limits {limits}")).bytes
        };
        assert!(picture("data") == picture(&format!("1..{most}")), "{view}");
        assert!(picture("data") != picture("1..p100"), "{view}");
    }
}

#[test]
fn no_row_left_is_no_category() {
    let desk = desk(60, |_| 1);
    let view = format!("aggregate {VIEW} -o grid.npy --filter x>99");
    assert_eq!(desk.json(&format!("{view} --reduction by:kind"))["categories"], json!([]));
    assert!(desk.json(&view).get("categories").is_none());
}

#[test]
fn a_legend_that_has_no_room_is_told_of() {
    let desk = desk(6000, |i| u8::try_from(i % 3).unwrap());
    let render = |size: &str| desk.run(&format!("render a.npy --reduction by:kind --size {size} -o view.png"));
    render("320x240").silent();
    let ran = render("200x150");
    assert!(ran.done().stderr.contains("no room for the legend"), "{ran:?}");
}

#[test]
fn categories_that_are_not_there_are_said() {
    let desk = desk(3000, |i| [1, 1, 1, 2, 2, 3][i % 6]);
    let notes = |args: &str| {
        let ran = desk.run(&format!("render {VIEW} --reduction by:kind:2 {args} -o a.png"));
        ran.done().stderr.clone()
    };
    assert_eq!(notes("--hide 1 --color-key 2=red --color-key other=blue --hide 2.0"), "");
    assert!(notes("--hide 99").contains("there is no category 99 to hide: no row has that value"));
    assert!(notes("--color-key 99=red").contains("there is no category 99 to color"));
    assert!(notes("--hide 3").contains("the category 3 to hide is among the others; have more of them told apart"));
    let all = desk.run(&format!("render {VIEW} --reduction by:kind --hide other -o a.png"));
    assert!(all.done().stderr.contains("there is no other category to hide"), "{all:?}");
    let plain = desk.run(&format!("render {VIEW} --hide 1 -o a.png"));
    assert!(plain.done().stderr.contains("use --reduction by:COLUMN"), "{plain:?}");
}
