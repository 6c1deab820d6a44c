//! Every way to lay the same points out in a file gives the same numbers.

use crate::kit::{Desk, Grid, accounting, array, cloud, counted, npy};

const VIEW: &str = "--size 16x9 --x-range=-2..2 --y-range=-1.5..1.5";

fn expected(points: &[(f64, f64)]) -> Vec<u64> {
    counted(points, (-2.0, 2.0), (-1.5, 1.5), (16, 9))
}

fn f4(values: impl IntoIterator<Item = f64>) -> Vec<u8> {
    values.into_iter().flat_map(|v| (v as f32).to_le_bytes()).collect()
}

fn rows(points: &[(f64, f64)]) -> impl Iterator<Item = f64> + '_ {
    points.iter().flat_map(|(x, y)| [*x, *y])
}

fn planes(points: &[(f64, f64)]) -> impl Iterator<Item = f64> + '_ {
    points.iter().map(|p| p.0).chain(points.iter().map(|p| p.1))
}

fn check(desk: &Desk, args: &str, expected: &[u64]) -> Grid {
    let grid = desk.aggregate(&format!("{args} {VIEW}"));
    assert_eq!((grid.width, grid.height), (16, 9));
    assert_eq!(grid.counts(), expected, "{args}");
    grid
}

#[test]
fn every_version_order_and_shape_of_npy() {
    let (desk, points) = (Desk::new(), cloud(3000, 1));
    let want = expected(&points);
    assert!(want.iter().filter(|n| **n > 0).count() > 100 && want.iter().sum::<u64>() < 3000);
    for version in [1, 2, 3] {
        for (fortran, shape, data) in [
            ("False", "(3000, 2)", f4(rows(&points))),
            ("True", "(3000, 2)", f4(planes(&points))),
            ("False", "(2, 3000)", f4(planes(&points))),
            ("True", "(2, 3000)", f4(rows(&points))),
        ] {
            let header = format!("{{'descr': '<f4', 'fortran_order': {fortran}, 'shape': {shape}, }}");
            desk.write("a.npy", npy(version, &header, &data));
            check(&desk, "a.npy", &want);
            let info = desk.json("info a.npy");
            assert_eq!(info["format"], format!("npy {version}.0"), "{shape}");
            assert_eq!((info["rows"].as_u64(), info["columns"].as_array().unwrap().len()), (Some(3000), 2));
        }
    }
}

#[test]
fn the_comparison_can_fail() {
    let (desk, mut points) = (Desk::new(), cloud(3000, 1));
    desk.write("a.npy", array("'<f4'", "(3000, 2)", &f4(rows(&points))));
    points[7] = (0.01, 0.01);
    let grid = desk.aggregate(&format!("a.npy {VIEW}"));
    assert_ne!(grid.counts(), expected(&points));
}

#[test]
fn real_dtypes_of_both_byte_orders_and_more_columns() {
    let (desk, points) = (Desk::new(), cloud(3000, 2));
    let want = expected(&points);
    let swapped: Vec<u8> = rows(&points).flat_map(|v| (v as f32).to_be_bytes()).collect();
    check(desk.write("a.npy", array("'>f4'", "(3000, 2)", &swapped)), "a.npy", &want);
    let wide: Vec<u8> = rows(&points).flat_map(f64::to_le_bytes).collect();
    check(desk.write("a.npy", array("'<f8'", "(3000, 2)", &wide)), "a.npy", &want);
    let swapped: Vec<u8> = rows(&points).flat_map(f64::to_be_bytes).collect();
    check(desk.write("a.npy", array("'>f8'", "(3000, 2)", &swapped)), "a.npy", &want);
    let five = points.iter().flat_map(|(x, y)| [9.0, *y, 8.0, *x, 7.0]);
    desk.write("a.npy", array("'<f4'", "(3000, 5)", &f4(five)));
    check(&desk, "a.npy --x 3 --y 1", &want);
    check(&desk, "--x a.npy:3 --y a.npy:1", &want);

    let halves: Vec<half::f16> = rows(&points).map(half::f16::from_f64).collect();
    let rounded: Vec<(f64, f64)> = halves.chunks(2).map(|p| (p[0].to_f64(), p[1].to_f64())).collect();
    let data: Vec<u8> = halves.iter().flat_map(|h| h.to_le_bytes()).collect();
    check(desk.write("a.npy", array("'<f2'", "(3000, 2)", &data)), "a.npy", &expected(&rounded));
}

#[test]
fn integers_of_every_width() {
    let desk = Desk::new();
    // Each of 100 x 100 once, and (7, 3) three times more.
    let cells = (0..100_i64).flat_map(|y| (0..100).map(move |x| (x, y))).chain([(7, 3); 3]);
    let flat: Vec<i64> = cells.flat_map(|(x, y)| [x, y]).collect();
    for (dtype, size) in
        [("|i1", 1), ("|u1", 1), ("<i2", 2), ("<u2", 2), ("<i4", 4), ("<u4", 4), ("<i8", 8), ("<u8", 8)]
    {
        let data: Vec<u8> = flat.iter().flat_map(|v| v.to_le_bytes().into_iter().take(size)).collect();
        desk.write("a.npy", array(&format!("'{dtype}'"), "(10003, 2)", &data));
        // One pixel for each integer, without a range too: integers share the room evenly.
        for ranges in ["--x-range=0..100 --y-range=0..100", ""] {
            let grid = desk.aggregate(&format!("a.npy --size 100x100 {ranges}"));
            let want: Vec<u64> = (0..10_000).map(|i| if i == 307 { 4 } else { 1 }).collect();
            assert_eq!(grid.counts(), want, "{dtype} {ranges}");
        }
    }
}

#[test]
fn structured_arrays_by_name() {
    let (desk, points) = (Desk::new(), cloud(3000, 3));
    let record = |(i, (x, y)): (usize, &(f64, f64))| {
        let mut bytes = (i as u64).to_le_bytes().to_vec();
        bytes.extend(y.to_le_bytes());
        bytes.extend(b"name");
        bytes.extend((*x as f32).to_be_bytes());
        bytes
    };
    let data: Vec<u8> = points.iter().enumerate().flat_map(record).collect();
    let descr = "[('id', '<u8'), ('lat', '<f8'), ('tag', '|S4'), ('lon', '>f4')]";
    desk.write("table.npy", array(descr, "(3000,)", &data));
    let want = expected(&points);
    check(&desk, "table.npy --x lon --y lat", &want);
    check(&desk, "--x table.npy:lon --y table.npy:lat", &want);
    // Longitude and latitude are x and y unless told otherwise.
    check(&desk, "table.npy", &want);
    let info = desk.json("info table.npy");
    let names: Vec<_> = info["columns"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["id", "lat", "lon"]);
    assert_eq!((info["texts"][0]["name"].as_str(), info["texts"][0]["dtype"].as_str()), (Some("tag"), Some("|S4")));
    desk.run("aggregate table.npy -o grid.npy").silent();
    // What is neither a number nor text is skipped, and said to be.
    desk.write("table.npy", array(&descr.replace("|S4", "|V4"), "(3000,)", &data));
    assert!(desk.json("info table.npy")["notes"].to_string().contains("tag"));
    let ran = desk.run("aggregate table.npy -o grid.npy");
    assert!(ran.done().stderr.contains("tag") && ran.stderr.contains("table.npy"), "{ran:?}");
}

#[test]
fn one_column_is_drawn_against_the_row_number() {
    let desk = Desk::new();
    let data: Vec<u8> = (0..1000_i32).flat_map(|i| (i % 10).to_le_bytes()).collect();
    desk.write("a.npy", array("'<i4'", "(1000,)", &data)).write("a.raw", &data);
    for args in ["a.npy", "a.raw --dtype <i4 --columns 1", "--y a.npy", "a.npy --x row --y value"] {
        let grid = desk.aggregate(&format!("{args} --size 100x10"));
        // Ten rows in each pixel column, one in each of its ten pixels.
        assert_eq!(grid.counts(), vec![1; 1000], "{args}");
    }
    // The rows of a second file run on from the first.
    let grid = desk.aggregate("a.npy a.npy --size 200x10");
    assert_eq!(grid.counts(), vec![1; 2000]);
    let json = desk.json("render a.npy -o a.png --x-range=0..500");
    assert_eq!(accounting(&json), (500, 500, 0));
}

#[test]
fn raw_files_as_described() {
    let (desk, points) = (Desk::new(), cloud(3000, 4));
    let want = expected(&points);
    desk.write("a.raw", f4(rows(&points)));
    check(&desk, "a.raw --dtype <f4", &want);
    check(&desk, "a.raw --dtype float32 --columns 2 --layout interleaved --offset 0", &want);
    desk.write("a.raw", f4(planes(&points)));
    check(&desk, "a.raw --dtype <f4 --layout planar", &want);
    let head = [b"seventeen bytes..".to_vec(), f4(rows(&points))].concat();
    desk.write("a.raw", head);
    check(&desk, "a.raw --dtype <f4 --offset 17", &want);
    desk.write("a.raw", f4(points.iter().flat_map(|(x, y)| [5.0, *x, *y])));
    check(&desk, "a.raw --dtype <f4 --columns 3 --x 1 --y 2", &want);
    let records: Vec<u8> = points
        .iter()
        .flat_map(|(x, y)| [&(*x as f32).to_le_bytes()[..], &7_u16.to_le_bytes(), &y.to_le_bytes()].concat())
        .collect();
    desk.write("a.raw", records);
    check(&desk, "a.raw --dtype [('x','<f4'),('id','<u2'),('y','<f8')]", &want);
    let info = desk.json("info a.raw --dtype [('x','<f4'),('id','<u2'),('y','<f8')]");
    assert_eq!((info["format"].as_str(), info["guess"].is_null()), (Some("raw"), true));
}

#[test]
fn undescribed_files_are_guessed_and_the_guess_is_told() {
    let (desk, points) = (Desk::new(), cloud(5000, 5));
    let want = expected(&points);
    let short = b"# made by a simulation\n".to_vec();
    let wide: Vec<u8> = rows(&points).flat_map(|v| (v + 1e-11).to_le_bytes()).collect();
    for (dtype, head, data) in [
        ("<f4", vec![], f4(rows(&points))),
        ("<f4", short.clone(), f4(rows(&points))),
        ("<f8", vec![], wide.clone()),
        ("<f8", short, wide),
    ] {
        let offset = head.len();
        desk.write("a.bin", [head, data].concat());
        let note = format!("--dtype '{dtype}' --columns 2 --offset {offset} --layout interleaved");
        let ran = desk.run(&format!("aggregate a.bin {VIEW} -o grid.npy"));
        ran.done();
        assert_eq!(ran.stderr.lines().count(), 1, "{ran:?}");
        assert!(ran.stderr.contains(&note) && ran.stderr.contains("a.bin"), "{note}: {ran:?}");
        assert_eq!(Grid::parse(&desk.read("grid.npy")).counts(), want, "{note}");
        // What was told, given back, is taken without a word.
        let told = format!("render a.bin -o a.png --size 200x150 --dtype {dtype} --columns 2 --offset {offset}");
        desk.run(&told).silent();
        let info = desk.json("info a.bin");
        assert_eq!((&info["guess"]["dtype"], &info["guess"]["columns"]), (&dtype.into(), &2.into()));
        assert_eq!(info["guess"]["offset"], offset);
        let text = desk.run("info a.bin").silent().text();
        assert!(text.contains(&note), "{text}");
    }
}

#[test]
fn what_the_person_says_overrules_the_guess() {
    let (desk, points) = (Desk::new(), cloud(20_000, 6));
    // Columns so different that they are seen to follow each other.
    let shifted: Vec<_> = points.iter().map(|(x, y)| (x + 5.0, 200.0 * y - 1000.0)).collect();
    desk.write("a.bin", f4(planes(&shifted)));
    let info = desk.json("info a.bin");
    assert_eq!((&info["guess"]["layout"], &info["guess"]["columns"]), (&"planar".into(), &2.into()));
    let range = |args: &str| desk.json(&format!("info a.bin {args}"))["columns"][1]["max"].as_f64().unwrap();
    assert!(range("") < 0.0);
    // Interleaved, each column holds numbers of both kinds.
    assert!(range("--dtype <f4") > 0.0);
    assert!(range("--layout interleaved") > 0.0, "--layout interleaved was overruled by the guess");
}

#[test]
fn the_note_tells_the_layout_that_is_used() {
    let desk = Desk::new();
    desk.write("a.bin", f4(rows(&cloud(5000, 5))));
    let ran = desk.run("aggregate a.bin --columns 4 -o grid.npy");
    assert!(ran.done().stderr.contains("--columns 4"), "{ran:?}");
}
