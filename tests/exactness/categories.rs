//! Counts by category against a reference that sorts rows one by one.

use std::collections::BTreeMap;

use scumble::aggregate::cpu::{self, Progressive};
use scumble::aggregate::{Aggregate, ByCategory, Values};
use scumble::data::categories::Value;
use scumble::data::expression::Expression;
use scumble::data::parallel::Reading;
use scumble::data::stats::Number;
use scumble::data::{DataError, Progress, Table};
use scumble::plan::{self, ColumnFacts, FramePlan, Reduce};

use super::axes::{linear, reals};
use super::engines::{layer, on_cpu, random_cpu};
use super::files::{Arrangement, Column, Kind, Num, open};
use super::reference::{Ruler, compare_bits, sort};
use super::values::Random;

/// The plan of a layer, its categories found.
fn plan(table: &Table, x: &Ruler, y: &Ruler, reduction: &str, reading: Reading) -> FramePlan {
    let found = table.find_categories(reading, &Progress::default()).unwrap().stats();
    let facts = |i: usize, stats| ColumnFacts { kind: table.kind(i).unwrap(), stats, time: None, is_text: false };
    plan::frame(&layer(x, y, reduction), &facts(0, None), &facts(1, None), Some(&facts(2, Some(found)))).unwrap()
}

/// A value as something with an order; the two zeros are one.
fn key(v: Num) -> (i128, i64) {
    match v {
        Num::Int(v) => (v, 0),
        Num::Real(v) => {
            let bits = (v + 0.0).to_bits().cast_signed();
            (0, bits ^ ((bits >> 63) & i64::MAX))
        }
    }
}

fn number(v: Num) -> Number {
    match v {
        Num::Int(v) => Number::Integer(v),
        Num::Real(v) => Number::Real(v + 0.0),
    }
}

/// All values with their rows, and the counts of the `most` frequent ones and of all others.
fn reference(columns: &[Column], x: &Ruler, y: &Ruler, most: usize) -> (Vec<(Value, u64)>, Aggregate) {
    let mut rows: BTreeMap<(i128, i64), (Num, u64)> = BTreeMap::new();
    for v in columns[2].values.iter().filter(|v| columns[2].kind.is_number(**v)) {
        rows.entry(key(*v)).or_insert((*v, 0)).1 += 1;
    }
    let mut by_rows: Vec<((i128, i64), u64)> = rows.iter().map(|(key, (_, n))| (*key, *n)).collect();
    by_rows.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    by_rows.truncate(most);
    let mut named: Vec<(i128, i64)> = by_rows.into_iter().map(|(key, _)| key).collect();
    named.sort_unstable();
    let planes = (named.len() + usize::from(rows.len() > most)).max(1);
    let sorted = sort(columns, x, y, true);
    let mut counts = vec![0; sorted.pixels.len() * planes];
    for (i, values) in sorted.pixels.iter().enumerate() {
        for v in values {
            let plane = named.iter().position(|named| *named == key(*v)).unwrap_or(named.len());
            counts[i * planes + plane] += 1;
        }
    }
    let values = Values::Categories(ByCategory::new(planes, &counts));
    let all = rows.into_values().map(|(v, n)| (Value::Number(number(v)), n)).collect();
    (all, Aggregate { width: sorted.width, height: sorted.height, values, accounting: sorted.accounting })
}

/// Columns of which x is crowded into a few pixels, and the third has some values of any size.
fn columns(kind: Kind, different: usize, rows: usize, random: &mut Random) -> Vec<Column> {
    let value = |random: &mut Random| match (kind.domain(), random.below(4)) {
        (None, 0) => random.pick(&[Num::Real(0.0), Num::Real(-0.0), Num::Real(f64::NAN), Num::Real(f64::INFINITY)]),
        (None, _) => kind.of_real((random.unit() - 0.5) * 1e6),
        (Some(_), 0) => kind.of_integer(i128::from(random.word() as i64)),
        (Some(_), _) => kind.of_integer(i128::from(random.below(300)) - 20),
    };
    let known: Vec<Num> = (0..different).map(|_| value(random)).collect();
    let at = |random: &mut Random| match random.below(9) {
        0 => f64::NAN,
        1 => 3.0,
        _ => random.unit() * random.unit() * random.unit(),
    };
    let mut place = || Column::reals(Kind::F4, (0..rows).map(|_| at(random)).collect::<Vec<_>>());
    let (x, y) = (place(), place());
    let values = (0..rows).map(|_| known[(random.unit() * random.unit() * different as f64) as usize]).collect();
    vec![x, y, Column { kind, big: random.coin(), values }]
}

#[test]
fn every_category_is_counted() {
    let mut random = Random(77);
    for kind in Kind::ALL {
        for (different, most) in [(1, 1), (3, 10), (12, 4), (40, 32)] {
            let columns = columns(kind, different, 30_000, &mut random);
            let (x, y) = (linear(reals(0.0, 1.0), 9), linear(reals(0.0, 1.0), 7));
            let (all, wanted) = reference(&columns, &x, &y, most);
            assert!(wanted.accounting.outside + wanted.accounting.not_finite > 5000);
            for arrangement in [Arrangement::Packed, Arrangement::Npy] {
                let opened = open(&columns, arrangement, 0);
                let options = random_cpu(&mut random);
                let frame = plan(&opened.table, &x, &y, &format!("by:v:{most}"), options.reading);
                let found = opened.table.categories().unwrap();
                let found: Vec<_> = (0..found.len()).filter_map(|i| found.get(i)).collect();
                assert_eq!(found, all, "{kind:?}");
                let same = |got: &Aggregate| compare_bits(got, &wanted).unwrap_or_else(|e| panic!("{kind:?}: {e}"));
                same(&on_cpu(&opened.table, &frame, options));
                // Words of carries that are full at once.
                same(&on_cpu(&opened.table, &frame, cpu::CpuOptions { spill_rows: 1, ..options }));
                let mut pass = Progressive::new(&opened.table, &frame, options);
                while !pass.is_done() {
                    pass.advance(3, &Progress::default()).unwrap();
                }
                same(&pass.aggregate());
                let mut bands = Aggregate { values: wanted.values.lines(0..0, 9), ..wanted.clone() };
                for first in 0..7 {
                    let (lines, progress) = (first..first + 1, Progress::default());
                    let mut take = |values: Values| bands.values.append(values);
                    cpu::aggregate_lines(&opened.table, &frame, options, lines, &progress, &mut take).unwrap();
                }
                same(&bands);
                // Together they are what is counted without categories.
                let plain = on_cpu(&opened.table, &FramePlan { reduce: Reduce::Count, ..frame }, options);
                let Values::Categories(by) = &wanted.values else { panic!() };
                let Values::Count(counts) = plain.values else { panic!() };
                let lost = lost(&columns, &x, &y);
                assert!(by.totals().iter().zip(&counts).all(|(by, count)| by <= count));
                assert_eq!(by.totals().iter().sum::<u64>(), plain.accounting.in_view - lost);
                assert!(lost > 0 || by.totals() == counts);
            }
        }
    }
}

/// Rows in view whose category is not finite.
fn lost(columns: &[Column], x: &Ruler, y: &Ruler) -> u64 {
    sort(columns, x, y, false).accounting.in_view - sort(columns, x, y, true).accounting.in_view
}

#[test]
fn rows_that_are_filtered_out_are_of_no_category() {
    let mut random = Random(5);
    let mut columns = columns(Kind::F8, 6, 5000, &mut random);
    columns[2].values.iter_mut().for_each(|v| *v = Num::Real(random.below(6) as f64));
    let opened = open(&columns, Arrangement::Packed, 0);
    let mut parts = opened.table.parts().to_vec();
    let names = ["x", "y", "v"].map(ToOwned::to_owned);
    let bound =
        Expression::parse("v < 4").unwrap().bind(&names, |_| Ok::<_, DataError>(Some(parts[0].columns()[2].clone())));
    let filter = bound.unwrap().filter(parts[0].rows()).unwrap();
    parts[0] = parts[0].clone().with_filter(Some(filter)).unwrap();
    let table = Table::new(parts).unwrap();
    let (x, y) = (linear(reals(0.0, 1.0), 9), linear(reals(0.0, 1.0), 7));
    let frame = plan(&table, &x, &y, "by:v", Reading::default());
    assert_eq!(frame.reduce, Reduce::CountBy { named: 4, has_other: false });
    let got = on_cpu(&table, &frame, cpu::CpuOptions::default());
    let kept = |v: &Num| matches!(v, Num::Real(v) if *v < 4.0);
    let rows: Vec<usize> = (0..5000).filter(|i| kept(&columns[2].values[*i])).collect();
    let only = |column: &Column| Column { values: rows.iter().map(|i| column.values[*i]).collect(), ..column.clone() };
    let columns: Vec<Column> = columns.iter().map(only).collect();
    let (_, wanted) = reference(&columns, &x, &y, 10);
    assert_eq!(got.values, wanted.values);
    assert_eq!(
        (got.accounting.filtered, got.accounting.in_view),
        (5000 - rows.len() as u64, wanted.accounting.in_view)
    );
    assert!(got.accounting.adds_up());
}

#[test]
fn too_many_categories_are_refused() {
    let place = || Column::reals(Kind::F4, (0..70_000).map(|_| 0.5));
    let values = |n: i128| vec![place(), place(), Column::integers(Kind::I4, (0..70_000).map(move |i| i % n * 1000))];
    let find = |n: i128, threads: usize| {
        let opened = open(&values(n), Arrangement::Packed, 0);
        let reading = Reading { threads, block_bytes: 100_000 };
        opened.table.find_categories(reading, &Progress::default()).map(|found| found.len())
    };
    for threads in [1, 3] {
        assert_eq!(find(65_536, threads).unwrap(), 65_536);
        let error = find(65_537, threads).unwrap_err();
        assert!(matches!(error, DataError::TooManyCategories(_)) && error.to_string().contains("65536"), "{error}");
    }
}
