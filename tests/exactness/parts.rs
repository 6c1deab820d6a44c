//! Tables of several files, row numbers, and where every row went.

use scumble::data::Dataset;
use scumble::data::raw::RawSpec;

use super::axes::{integers, linear, reals};
use super::engines::{layer, on_both, on_cpu, on_gpu, plan, random_cpu, random_gpu};
use super::files::{Arrangement, Column, Kind, Num, open_parts, open_parts_by, open_sources};
use super::reference::{Ruler, sort};
use super::values::{Random, column_of_values, column_on_axis};

/// All rows of the parts, one after another.
fn joined(parts: &[Vec<Column>]) -> Vec<Column> {
    let mut all = parts[0].clone();
    for part in &parts[1..] {
        all.iter_mut().zip(part).for_each(|(a, b)| a.values.extend(&b.values));
    }
    all
}

fn axes() -> (Ruler, Ruler) {
    (linear(reals(-3.0, 3.0), 7), linear(integers(-100, 100), 5))
}

fn random_parts(sizes: &[usize], random: &mut Random) -> Vec<Vec<Column>> {
    let (x, y) = axes();
    let part = |rows: &usize| {
        vec![
            column_on_axis(Kind::F4, &x, *rows, random),
            column_on_axis(Kind::I2, &y, *rows, random),
            column_of_values(Kind::F8, *rows, random),
        ]
    };
    sizes.iter().map(part).collect()
}

#[test]
fn several_files_are_one_table() {
    let mut random = Random(21);
    let (x, y) = axes();
    for sizes in [&[1, 1, 1][..], &[2048, 1, 5000], &[3000, 2047, 4096, 17]] {
        // Byte orders differ from file to file; types may not.
        let parts = random_parts(sizes, &mut random);
        let views: Vec<&[Column]> = parts.iter().map(Vec::as_slice).collect();
        let columns = joined(&parts);
        for arrangement in [Arrangement::Npy, Arrangement::Packed] {
            if arrangement == Arrangement::Packed && parts.iter().any(|p| !same_order(p, &parts[0])) {
                // One description fits all raw files.
                continue;
            }
            let opened = open_parts(&views, arrangement, 5);
            assert_eq!(opened.table.rows(), sizes.iter().sum::<usize>() as u64);
            for reduction in ["count", "max:v"] {
                let plan = plan(&opened.table, &layer(&x, &y, reduction)).unwrap();
                let sorted = sort(&columns, &x, &y, reduction != "count");
                for got in [
                    on_cpu(&opened.table, &plan, random_cpu(&mut random)),
                    on_gpu(&opened.table, &plan, random_gpu(&mut random)),
                ] {
                    let largest = |rows: &[Num]| {
                        let real = |v: &Num| if let Num::Real(v) = v { *v } else { f64::NAN };
                        (rows.iter().map(real).fold(f64::NEG_INFINITY, f64::max), 0.0)
                    };
                    let checked = match reduction {
                        "count" => sorted.check_counts(&got),
                        _ => sorted.check_reals(&got, largest),
                    };
                    checked.unwrap_or_else(|e| panic!("{sizes:?} as {arrangement:?}, {reduction}: {e}"));
                }
            }
        }
    }
}

fn same_order(a: &[Column], b: &[Column]) -> bool {
    a.iter().zip(b).all(|(a, b)| a.big == b.big)
}

#[test]
fn row_numbers_run_on_through_the_files() {
    let mut random = Random(22);
    let sizes = [2500, 1, 4096, 700];
    let total: usize = sizes.iter().sum();
    let mut parts = random_parts(&sizes, &mut random);
    parts.iter_mut().flatten().for_each(|c| c.big = false);
    let views: Vec<&[Column]> = parts.iter().map(Vec::as_slice).collect();
    let mut columns = joined(&parts);
    columns[0] = Column::integers(Kind::I8, (0..total).map(|i| i as i128));
    let opened = open_parts_by(&views, Arrangement::Packed, 0, [Some("row"), None, None]);
    let (_, y) = axes();
    for x in [linear(integers(0, total as i128), 64), linear(reals(2499.5, 2502.5), 3), linear(integers(-10, 9000), 9)]
    {
        let plan = plan(&opened.table, &layer(&x, &y, "count")).unwrap();
        let sorted = sort(&columns, &x, &y, false);
        for _ in 0..4 {
            let (cpu, gpu) = (random_cpu(&mut random), random_gpu(&mut random));
            sorted.check_counts(&on_cpu(&opened.table, &plan, cpu)).unwrap_or_else(|e| panic!("{e}; {cpu:?}"));
            sorted.check_counts(&on_gpu(&opened.table, &plan, gpu)).unwrap_or_else(|e| panic!("{e}; {gpu:?}"));
        }
    }
}

#[test]
fn columns_may_come_from_files_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: Vec<u8>| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let x = write("x.bin", (0..1000).flat_map(|i: u16| (i % 10).to_le_bytes()).collect());
    let y = write("y.bin", (0..1000).flat_map(|i: u16| (i % 4).to_le_bytes()).collect());
    let raw = RawSpec { dtype: Some("<u2".to_owned()), columns: Some(1), ..RawSpec::default() };
    assert_eq!(Dataset::open(&x, &raw).unwrap().rows(), 1000);
    let name = |path: &std::path::Path| Some(path.to_str().unwrap().to_owned());
    let opened = open_sources(folder, vec![], [name(&x), name(&y), None], raw);
    let columns =
        [Column::integers(Kind::U2, (0..1000).map(|i| i % 10)), Column::integers(Kind::U2, (0..1000).map(|i| i % 4))];
    let (x, y) = (linear(integers(0, 8), 8), linear(reals(-0.5, 3.5), 4));
    let plan = plan(&opened.table, &layer(&x, &y, "count")).unwrap();
    for (engine, got) in on_both(&opened.table, &plan) {
        sort(&columns, &x, &y, false).check_counts(&got).unwrap_or_else(|e| panic!("{engine}: {e}"));
    }
}

#[test]
fn a_value_that_is_no_number_counts_as_not_finite_wherever_it_lies() {
    let nan = f64::NAN;
    let rows = [(0.5, 0.5, nan), (9.0, 0.5, nan), (nan, 0.5, nan), (nan, 9.0, 1.0), (0.5, 0.5, f64::INFINITY)];
    let more = [(0.5, f64::NEG_INFINITY, 1.0), (9.0, 0.5, 1.0), (0.5, 0.5, 1.0), (0.5, 9.0, f64::NEG_INFINITY)];
    let rows: Vec<_> = rows.into_iter().chain(more).collect();
    let columns = [
        Column::reals(Kind::F4, rows.iter().map(|r| r.0)),
        Column::reals(Kind::F8, rows.iter().map(|r| r.1)),
        Column::reals(Kind::F4, rows.iter().map(|r| r.2)),
    ];
    let axis = linear(reals(0.0, 1.0), 1);
    let opened = open_parts(&[&columns], Arrangement::Packed, 0);
    for reduction in ["sum:v", "mean:v", "min:v", "max:v", "std:v"] {
        let plan = plan(&opened.table, &layer(&axis, &axis, reduction)).unwrap();
        for (engine, got) in on_both(&opened.table, &plan) {
            let a = got.accounting;
            assert_eq!((a.rows, a.in_view, a.outside, a.not_finite), (9, 1, 1, 7), "{reduction} on the {engine}");
        }
    }
    for reduction in ["count", "any"] {
        let plan = plan(&opened.table, &layer(&axis, &axis, reduction)).unwrap();
        for (engine, got) in on_both(&opened.table, &plan) {
            let a = got.accounting;
            assert_eq!((a.rows, a.in_view, a.outside, a.not_finite), (9, 3, 3, 3), "{reduction} on the {engine}");
        }
    }
}
