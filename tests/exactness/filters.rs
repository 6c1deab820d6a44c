//! A table with a filter gives what a file with only the rows that pass gives: on both engines, in stages, in bands, and where
//! ranges are fitted. Derived columns give what a file with their values gives.

use std::path::Path;

use scumble::aggregate::cpu::{self, CpuOptions, Progressive};
use scumble::aggregate::{Accounting, Aggregate};
use scumble::data::raw::RawSpec;
use scumble::data::stats::{ColumnStats, column_stats};
use scumble::data::{Progress, Table};
use scumble::scene::axis::Size;
use scumble::scene::layer::{AxisRequest, Layer};
use scumble::scene::mark::Mark;
use scumble::scene::spread::Spread;
use scumble::scene::style::Style;
use scumble::workbench::sources::Sources;
use scumble::workbench::{EngineChoice, Values, Workbench, WorkbenchError};

use super::engines::{on_both, on_cpu, on_gpu, on_gpu_from_tiles, plan, random_cpu, random_gpu};
use super::values::Random;

/// x, y, value and a whole number.
type Row = (f32, f64, f64, i32);

fn rows(n: i32) -> Vec<Row> {
    let mut state = 5_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from((state >> 32) as u32) / f64::from(u32::MAX)
    };
    let row = |i: i32| {
        let (x, y, v) = (uniform() as f32 * 4.0 - 2.0, uniform() * 3.0, uniform() * 10.0 - 5.0);
        match i % 50 {
            // What is left out may be anything, and far beyond all that is kept.
            0 => (1e30, y, 1e300, -1),
            1 => (f32::NAN, f64::INFINITY, f64::NAN, -2),
            2 => (x, -1e250, -1e300, -3),
            3 => (f32::NAN, y, v, i),
            4 => (x, y, f64::NAN, i),
            _ => (x, y, v, if i % 7 == 0 { -i } else { i }),
        }
    };
    (1..=n).map(row).collect()
}

fn write(path: &Path, rows: &[Row]) {
    let bytes: Vec<u8> = rows
        .iter()
        .flat_map(|(x, y, v, n)| [&x.to_le_bytes()[..], &y.to_le_bytes(), &v.to_le_bytes(), &n.to_le_bytes()].concat())
        .collect();
    std::fs::write(path, bytes).unwrap();
}

fn open(path: &Path, names: [&str; 3], filter: Option<&str>) -> Table {
    let dtype = "[('x','<f4'),('y','<f8'),('v','<f8'),('n','<i4')]".to_owned();
    let raw = RawSpec { dtype: Some(dtype), ..RawSpec::default() };
    let [x, y, value] = names.map(|name| Some(name.to_owned()));
    let filter = filter.map(str::to_owned);
    let sources = Sources { inputs: vec![path.to_owned()], x, y, value, filter, raw, ..Sources::default() };
    sources.open(&Progress::default()).unwrap().table
}

fn fitted(reduction: &str) -> Layer {
    Layer {
        x: AxisRequest::default(),
        y: AxisRequest::default(),
        aspect: scumble::scene::aspect::Aspect::AUTO,
        size: Size { width: 37, height: 23 },
        mark: Mark::Points,
        step: 0,
        reduction: reduction.parse().unwrap(),
        style: Style::default(),
    }
}

/// The same bits in every pixel, the same accounting but for the rows left out.
fn compare(got: &Aggregate, wanted: &Aggregate, filtered: u64, what: &str) {
    let bits = |values: &Values| match values {
        Values::Count(counts) => counts.clone(),
        Values::Real(reals) => reals.iter().map(|v| v.to_bits()).collect(),
        Values::Categories(by) => by.to_counts(),
    };
    assert_eq!(bits(&got.values), bits(&wanted.values), "{what}");
    let accounting = Accounting { rows: wanted.accounting.rows + filtered, filtered, ..wanted.accounting };
    assert_eq!(got.accounting, accounting, "{what}");
    assert!(got.accounting.adds_up(), "{what}");
}

const REDUCTIONS: [&str; 7] = ["count", "any", "sum:v", "mean:v", "std:v", "min:v", "max:v"];

#[test]
fn a_filter_is_as_good_as_a_file_without_the_rows() {
    let folder = tempfile::tempdir().unwrap();
    let (all, some) = (folder.path().join("all.bin"), folder.path().join("some.bin"));
    let rows = rows(9_000);
    let kept: Vec<Row> = rows.iter().copied().filter(|row| row.3 > 0).collect();
    let filtered = (rows.len() - kept.len()) as u64;
    assert!(filtered > 1500 && kept.len() > 5000);
    write(&all, &rows);
    write(&some, &kept);
    let (all, some) = (open(&all, ["x", "y", "v"], Some("n > 0")), open(&some, ["x", "y", "v"], None));
    let of = |table: &Table| column_stats(table, CpuOptions::default().reading, &Progress::default()).unwrap();
    let told: Vec<_> = of(&some).into_iter().map(|stats| ColumnStats { filtered, ..stats }).collect();
    assert_eq!(of(&all), told);
    let mut random = Random(7);
    for reduction in REDUCTIONS {
        let layer = fitted(reduction);
        let frame = plan(&some, &layer).unwrap();
        assert_eq!(plan(&all, &layer).unwrap(), frame, "{reduction}");
        let wanted = on_cpu(&some, &frame, CpuOptions::default());
        assert!(wanted.accounting.in_view > 5000 && wanted.accounting.not_finite > 100);
        for (engine, got) in on_both(&all, &frame) {
            compare(&got, &wanted, filtered, &format!("{reduction} on the {engine}"));
        }
        for _ in 0..3 {
            compare(&on_cpu(&all, &frame, random_cpu(&mut random)), &wanted, filtered, reduction);
            let options = random_gpu(&mut random);
            compare(&on_gpu(&all, &frame, options), &wanted, filtered, &format!("{reduction}, {options:?}"));
        }
        let options = random_gpu(&mut random);
        compare(&on_gpu_from_tiles(&all, &frame, options), &wanted, filtered, &format!("{reduction}, {options:?}"));
        let options = CpuOptions { reading: random_cpu(&mut random).reading, ..CpuOptions::default() };
        let mut pass = Progressive::new(&all, &frame, options);
        while !pass.is_done() {
            pass.advance(2, &Progress::default()).unwrap();
            assert!(pass.aggregate().accounting.adds_up());
        }
        compare(&pass.aggregate(), &wanted, filtered, reduction);
    }
}

#[test]
fn bands_leave_out_the_same_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.bin");
    write(&path, &rows(5_000));
    let table = open(&path, ["x", "y", "v"], Some("(n > 0) & (v < 4)"));
    let mut layer = fitted("count");
    layer.size = Size { width: 500, height: 400 };
    let count = |bytes: u64| {
        let workbench = Workbench::new(EngineChoice::Cpu, Some(2), false).unwrap().with_picture_bytes(bytes);
        let mut numbers: Vec<u64> = Vec::new();
        let take = |values: Values| -> Result<(), WorkbenchError> {
            if let Values::Count(counts) = values {
                numbers.extend(counts);
            }
            Ok(())
        };
        let summed = workbench.aggregate_to(&table, &layer, Spread::default(), &Progress::default(), take).unwrap();
        (numbers, summed.accounting)
    };
    let (whole, bands) = (count(1 << 30), count(1 << 20));
    assert_eq!(whole, bands);
    assert!(whole.1.filtered > 500 && whole.1.adds_up());
}

#[test]
fn a_derived_column_is_as_good_as_a_file_with_its_values() {
    let folder = tempfile::tempdir().unwrap();
    let (plain, made) = (folder.path().join("plain.bin"), folder.path().join("made.bin"));
    let rows: Vec<Row> = rows(9_000).into_iter().filter(|row| row.3 > 0).collect();
    write(&plain, &rows);
    let derived: Vec<f64> = rows
        .iter()
        .flat_map(|(x, y, v, n)| [f64::from(*x) * 2.0 + 1.0, y.sqrt() - f64::from(*x), v * v / f64::from(*n)])
        .collect();
    std::fs::write(&made, derived.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>()).unwrap();
    let plain = open(&plain, ["x*2 + 1", "sqrt(y) - x", "v*v / n"], None);
    let raw = RawSpec { dtype: Some("<f8".to_owned()), columns: Some(3), ..RawSpec::default() };
    let sources = Sources { inputs: vec![made], value: Some("2".to_owned()), raw, ..Sources::default() };
    let made = sources.open(&Progress::default()).unwrap().table;
    let mut random = Random(11);
    for reduction in REDUCTIONS {
        let layer = fitted(reduction);
        let frame = plan(&made, &layer).unwrap();
        assert_eq!(plan(&plain, &layer).unwrap(), frame, "{reduction}");
        let wanted = cpu::aggregate(&made, &frame, CpuOptions::default(), &Progress::default()).unwrap();
        for (engine, got) in on_both(&plain, &frame) {
            compare(&got, &wanted, 0, &format!("{reduction} on the {engine}"));
        }
        compare(&on_cpu(&plain, &frame, random_cpu(&mut random)), &wanted, 0, reduction);
        compare(&on_gpu(&plain, &frame, random_gpu(&mut random)), &wanted, 0, reduction);
    }
}
