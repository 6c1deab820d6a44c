//! Lines against a reference that asks of every pixel and every segment whether one passes the other.

use scumble::aggregate::cpu::{self, CpuOptions, Progressive};
use scumble::aggregate::gpu::GpuOptions;
use scumble::aggregate::{Accounting, Aggregate, Values};
use scumble::data::raw::RawSpec;
use scumble::data::{Progress, Table};
use scumble::plan::FramePlan;
use scumble::scene::axis::Scale;
use scumble::scene::layer::Layer;
use scumble::scene::spread::Spread;
use scumble::workbench::sources::Sources;
use scumble::workbench::{EngineChoice, Workbench, WorkbenchError};

use super::axes::{integers, linear, reals};
use super::engines::{gpu, layer, on_cpu, plan, random_cpu};
use super::files::{Arrangement, Column, Kind, Num, open, open_parts};
use super::reference::{Place, Ruler, compare_bits, compare_counts, sort};
use super::values::Random;

/// Where a segment crosses the border k of two columns: from the end that is nearer to the corner.
fn crossing(left: [f64; 2], right: [f64; 2], k: f64) -> f64 {
    let far = |end: [f64; 2]| end[0].abs() + end[1].abs();
    let [x, y] = if far(left) <= far(right) { left } else { right };
    let y = y + (k - x) / (right[0] - left[0]) * (right[1] - left[1]);
    y.max(left[1].min(right[1])).min(left[1].max(right[1]))
}

/// Whether a point of a segment lies in pixel (i, j), which is half-open.
fn passes(a: [f64; 2], b: [f64; 2], i: f64, j: f64) -> bool {
    let (left, right) = if a[0] <= b[0] { (a, b) } else { (b, a) };
    if right[0] < i || left[0] >= i + 1.0 {
        return false;
    }
    let from = if left[0] >= i { left[1] } else { crossing(left, right, i) };
    // Where the segment leaves to the right, its last point belongs to the next column.
    let (to, is_open) = if right[0] < i + 1.0 { (right[1], false) } else { (crossing(left, right, i + 1.0), true) };
    if from == to {
        return (j..j + 1.0).contains(&from);
    }
    if right[1] >= left[1] {
        from < j + 1.0 && if is_open { to > j } else { to >= j }
    } else {
        from >= j && to < j + 1.0
    }
}

/// What breaks a line: rows that are no vertices, and other series.
struct Breaks<'a> {
    kept: &'a dyn Fn(usize) -> bool,
    series: Option<&'a [Num]>,
    /// First rows of files.
    files: &'a [usize],
}

fn reference(columns: &[Column], x: &Ruler, y: &Ruler, breaks: &Breaks<'_>) -> (Vec<u64>, Accounting) {
    let n = columns[0].values.len();
    let mut counts = vec![0; (x.pixels * y.pixels) as usize];
    let mut accounting = Accounting { rows: n as u64, ..Accounting::default() };
    let mut before: Option<(usize, [f64; 2])> = None;
    for row in 0..n {
        let (kinds, values) = ([columns[0].kind, columns[1].kind], [columns[0].values[row], columns[1].values[row]]);
        let places = [x.place(kinds[0], values[0]), y.place(kinds[1], values[1])];
        let at = [x.position(values[0]), y.position(values[1])];
        let mut is_vertex = at.iter().all(|v| !v.is_nan());
        match places {
            _ if !(breaks.kept)(row) => {
                accounting.filtered += 1;
                is_vertex = false;
            }
            [Place::NotFinite, _] | [_, Place::NotFinite] => {
                accounting.not_finite += 1;
                is_vertex = false;
            }
            [Place::Pixel(i), Place::Pixel(j)] => {
                accounting.in_view += 1;
                counts[(j * x.pixels + i) as usize] += 1;
            }
            _ => accounting.outside += 1,
        }
        let is_joined = |other: usize| {
            breaks.series.is_none_or(|series| series[other] == series[row]) && !breaks.files.contains(&row)
        };
        if let Some((other, from)) = before.filter(|(other, _)| is_vertex && is_joined(*other)) {
            assert_eq!(other + 1, row);
            let ends = [from, at].map(|[x, y]| [x.floor(), y.floor()]);
            for (cell, count) in counts.iter_mut().enumerate() {
                let (i, j) = (f64::from(cell as u32 % x.pixels), f64::from(cell as u32 / x.pixels));
                *count += u64::from(!ends.contains(&[i, j]) && passes(from, at, i, j));
            }
        }
        before = is_vertex.then_some((row, at));
    }
    (counts, accounting)
}

fn lines(x: &Ruler, y: &Ruler, reduction: &str, mark: &str) -> Layer {
    Layer { mark: mark.parse().unwrap(), ..layer(x, y, reduction) }
}

/// The counts for any threads, blocks, order and bands, equal to `wanted`.
fn check(table: &Table, plan: &FramePlan, wanted: &(Vec<u64>, Accounting), random: &mut Random, what: &str) {
    let size = (plan.view.x.pixels, plan.view.y.pixels);
    let same = |got: &Aggregate| {
        compare_counts(got, size, &wanted.0).unwrap_or_else(|e| panic!("{what}: {e}"));
        assert_eq!(got.accounting, wanted.1, "{what}");
        assert!(got.accounting.adds_up());
    };
    for _ in 0..3 {
        let options = random_cpu(random);
        same(&on_cpu(table, plan, options));
        let mut pass = Progressive::new(table, plan, options);
        while !pass.is_done() {
            pass.advance(1 + random.below(3), &Progress::default()).unwrap();
            assert!(pass.aggregate().accounting.adds_up());
        }
        same(&pass.aggregate());
        let mut banded = Vec::new();
        let mut line = 0;
        while line < size.1 {
            let end = (line + 1 + random.below(9) as u32).min(size.1);
            let mut take = |values: Values| match values {
                Values::Count(counts) => banded.extend(counts),
                Values::Real(_) | Values::Categories(_) => panic!("counts"),
            };
            cpu::aggregate_lines(table, plan, options, line..end, &Progress::default(), &mut take).unwrap();
            line = end;
        }
        assert!(banded == wanted.0, "{what}: in bands");
    }
}

/// A series of steps of all sizes, some on pixel borders, with rows that are nothing.
fn series(kind: Kind, ruler: &Ruler, rows: usize, step: f64, random: &mut Random) -> Column {
    let (start, end) = (ruler.range.start.to_f64(), ruler.range.end.to_f64());
    let mut at = 0.5;
    let values = (0..rows).map(|_| {
        at += match random.below(12) {
            0 => (random.unit() - 0.5) * 6.0,
            1 => (random.unit() - 0.5) * 1e9,
            _ => (random.unit() - 0.5) * step,
        };
        if !(-2.0..3.0).contains(&at) && random.coin() {
            at = random.unit();
        }
        // Often right on the border of pixels.
        let on_border = (at * f64::from(ruler.pixels)).round() / f64::from(ruler.pixels);
        let share = if random.below(3) == 0 { on_border } else { at };
        match (random.below(60), ruler.scale) {
            (0, _) if !kind.is_integer() => Num::Real(f64::NAN),
            (1, _) if !kind.is_integer() => Num::Real(f64::INFINITY),
            (2, Scale::Log) => kind.of_real(-1.0),
            (_, Scale::Log) => kind.of_real(start * (end / start).powf(share.clamp(-20.0, 20.0))),
            _ => kind.of_real(start + (end - start) * share),
        }
    });
    let values: Vec<Num> = values.collect();
    Column::new(kind, values)
}

#[test]
fn every_pixel_a_segment_passes_counts_once() {
    let mut random = Random(3);
    let scaled = |range, scale: &str, pixels| Ruler { scale: scale.parse().unwrap(), ..linear(range, pixels) };
    let axes = [
        (Kind::F4, linear(reals(-1.0, 1.0), 31), Kind::F8, linear(reals(0.0, 5.0), 23)),
        (Kind::F8, linear(reals(0.0, 16.0), 16), Kind::F4, linear(reals(0.0, 8.0), 8)),
        (Kind::I4, linear(integers(-500, 700), 29), Kind::F8, linear(reals(0.0, 1e-3), 17)),
        (
            Kind::Time,
            linear(integers(1_672_531_200_000_000_000, 1_672_531_200_000_009_000), 40),
            Kind::I2,
            linear(integers(0, 300), 13),
        ),
        (Kind::F8, scaled(reals(0.5, 900.0), "log", 25), Kind::F8, scaled(reals(-4.0, 90.0), "symlog:0.5", 19)),
        (Kind::U8, linear(integers(0, 90), 9), Kind::F8, linear(reals(0.0, 1.0), 60)),
    ];
    for (x_kind, x, y_kind, y) in axes {
        for step in [0.02, 0.3, 2.0] {
            let rows = 2500;
            let columns = [series(x_kind, &x, rows, step, &mut random), series(y_kind, &y, rows, step, &mut random)];
            let opened = open(&columns, Arrangement::Packed, 0);
            let plan = plan(&opened.table, &lines(&x, &y, "count", "line")).unwrap();
            let wanted = reference(&columns, &x, &y, &Breaks { kept: &|_| true, series: None, files: &[] });
            let between = wanted.0.iter().sum::<u64>() - wanted.1.in_view;
            assert!(wanted.1.in_view > 150 && between > 300, "{between} {:?}", wanted.1);
            check(&opened.table, &plan, &wanted, &mut random, &format!("{x:?} {y:?} {step}"));
        }
    }
}

#[test]
fn a_change_of_series_a_filter_and_the_end_of_a_file_break_the_line() {
    let mut random = Random(5);
    let (x, y) = (linear(reals(0.0, 1.0), 21), linear(reals(0.0, 1.0), 14));
    let column = |random: &mut Random, ruler: &Ruler| series(Kind::F8, ruler, 1500, 0.3, random);
    let (xs, ys) = (column(&mut random, &x), column(&mut random, &y));
    for kind in [Kind::F4, Kind::F8, Kind::I2, Kind::U8] {
        let mut id = 0;
        let ids = (0..1500).map(|_| {
            id = if random.below(5) == 0 { random.below(4) } else { id };
            // Zero is zero whatever its sign.
            if kind.is_integer() {
                Num::Int(id.into())
            } else {
                Num::Real(if id == 0 && random.coin() { -0.0 } else { id as f64 })
            }
        });
        let ids: Vec<Num> = ids.collect();
        let columns = [xs.clone(), ys.clone(), Column::new(kind, ids.clone())];
        let opened = open(&columns, Arrangement::Packed, 0);
        let plan = plan(&opened.table, &lines(&x, &y, "count", "line:v")).unwrap();
        let wanted = reference(&columns, &x, &y, &Breaks { kept: &|_| true, series: Some(&ids), files: &[] });
        let joined = reference(&columns, &x, &y, &Breaks { kept: &|_| true, series: None, files: &[] });
        assert_ne!(wanted.0, joined.0);
        check(&opened.table, &plan, &wanted, &mut random, &format!("series of {kind:?}"));
    }
    let parts: Vec<[Column; 2]> = [0..400, 400..401, 401..1500]
        .map(|rows: std::ops::Range<usize>| {
            [&xs, &ys].map(|column| Column::new(column.kind, column.values[rows.clone()].to_vec()))
        })
        .to_vec();
    let parts: Vec<&[Column]> = parts.iter().map(|part| &part[..]).collect();
    let opened = open_parts(&parts, Arrangement::Packed, 0);
    let frame = plan(&opened.table, &lines(&x, &y, "count", "line")).unwrap();
    let both = [xs.clone(), ys.clone()];
    let wanted = reference(&both, &x, &y, &Breaks { kept: &|_| true, series: None, files: &[400, 401] });
    check(&opened.table, &frame, &wanted, &mut random, "files");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.f64");
    let real = |v: &Num| if let Num::Real(v) = v { v.to_le_bytes() } else { panic!() };
    let bytes: Vec<u8> = xs.values.iter().zip(&ys.values).flat_map(|(x, y)| [real(x), real(y)].concat()).collect();
    std::fs::write(&path, bytes).unwrap();
    let raw = RawSpec { dtype: Some("<f8".to_owned()), ..RawSpec::default() };
    let filter = Some("(row % 11 != 3) & (row % 64 != 0)".to_owned());
    let sources = Sources { inputs: vec![path], filter, raw, ..Sources::default() };
    let table = sources.open(&Progress::default()).unwrap().table;
    let frame = plan(&table, &lines(&x, &y, "count", "line")).unwrap();
    let kept = |row: usize| row % 11 != 3 && !row.is_multiple_of(64);
    let wanted = reference(&both, &x, &y, &Breaks { kept: &kept, series: None, files: &[] });
    assert!(wanted.1.filtered > 100);
    check(&table, &frame, &wanted, &mut random, "a filter");
}

#[test]
fn lines_by_hand() {
    let (x, y) = (linear(reals(0.0, 6.0), 6), linear(reals(0.0, 4.0), 4));
    for (points, rows) in [
        // Through the corners of pixels: nothing beside the diagonal.
        (&[(0.5, 0.5), (3.5, 3.5)][..], ["...1..", "..1...", ".1....", "1....."]),
        (&[(3.5, 3.5), (0.5, 0.5)], ["...1..", "..1...", ".1....", "1....."]),
        // Downwards the corner belongs to the pixel above it and to the right.
        (&[(0.5, 3.5), (3.5, 0.5)], ["11....", ".11...", "..11..", "...1.."]),
        // Along a border of rows, and back: joints count once.
        (&[(0.0, 2.0), (5.0, 2.0), (0.0, 2.0)], ["......", "222221", "......", "......"]),
        // Out of the view and in again, far away.
        (&[(1.5, 1.5), (1.5, 1e9), (4.5, 1e9), (4.5, 2.5)], [".1..1.", ".1..1.", ".1....", "......"]),
        // A lone row, then nothing, then one that does not move.
        (&[(2.5, 0.5), (f64::NAN, 0.5), (4.5, 0.5), (4.6, 0.6), (4.7, 0.5)], ["......", "......", "......", "..1.3."]),
        // All of it outside, but passing through.
        (&[(-1e6, -1e6 + 0.5), (1e6, 1e6 + 0.5)], ["..11..", ".11...", "11....", "1....."]),
    ] {
        let columns =
            [Column::reals(Kind::F8, points.iter().map(|p| p.0)), Column::reals(Kind::F8, points.iter().map(|p| p.1))];
        let opened = open(&columns, Arrangement::Packed, 0);
        let plan = plan(&opened.table, &lines(&x, &y, "count", "line")).unwrap();
        let wanted: Vec<u64> =
            rows.iter().rev().flat_map(|row| row.chars().map(|c| u64::from(c.to_digit(10).unwrap_or(0)))).collect();
        let got = on_cpu(&opened.table, &plan, CpuOptions::default());
        compare_counts(&got, (6, 4), &wanted).unwrap_or_else(|e| panic!("{points:?}: {e}"));
    }
}

#[test]
fn engines_bands_and_reductions_of_lines() {
    let mut random = Random(9);
    let (x, y) = (linear(reals(0.0, 1.0), 500), linear(reals(0.0, 1.0), 400));
    let columns = [series(Kind::F8, &x, 3000, 0.2, &mut random), series(Kind::F8, &y, 3000, 0.2, &mut random)];
    let opened = open(&columns, Arrangement::Packed, 0);
    let layer_of = |reduction| lines(&x, &y, reduction, "line");
    let frame = plan(&opened.table, &layer_of("count")).unwrap();
    let counts = on_cpu(&opened.table, &frame, CpuOptions::default());
    sort(&columns, &x, &y, false).check_counts(&counts).unwrap_err();
    // The GPU engine draws points only, and says so; the workbench takes the CPU engine for it.
    let refused = gpu().aggregate(&opened.table, &frame, GpuOptions::default(), &Progress::default());
    assert!(refused.unwrap_err().to_string().contains("--engine cpu"));
    for (engine, bytes) in [(EngineChoice::Gpu, 1 << 30), (EngineChoice::Cpu, 1 << 20)] {
        let workbench = Workbench::new(engine, Some(2), false).unwrap().with_picture_bytes(bytes);
        let mut numbers: Vec<u64> = Vec::new();
        let take = |values: Values| -> Result<(), WorkbenchError> {
            if let Values::Count(counts) = values {
                numbers.extend(counts);
            }
            Ok(())
        };
        let layer = layer_of("count");
        let summed =
            workbench.aggregate_to(&opened.table, &layer, Spread::default(), &Progress::default(), take).unwrap();
        assert_eq!(summed.engine.name, "cpu");
        assert!(Values::Count(numbers) == counts.values && summed.accounting == counts.accounting);
    }
    let any = plan(&opened.table, &layer_of("any")).unwrap();
    let got = on_cpu(&opened.table, &any, CpuOptions::default());
    let Values::Count(passed) = &counts.values else { panic!() };
    let wanted = passed.iter().map(|n| if *n > 0 { 1.0 } else { f64::NAN }).collect();
    compare_bits(&got, &Aggregate { values: Values::Real(wanted), ..counts }).unwrap();
    assert!(plan(&opened.table, &layer_of("mean:v")).unwrap_err().to_string().contains("use count or any"));
}
