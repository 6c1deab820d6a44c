//! What the CPU engine does in a second, on a file that the system holds in memory: points by data type, layout, scale,
//! reduction and picture size; values for column statistics; pixels for colouring.
//!
//!     cargo bench --no-default-features --bench kernels -- [FILTER]
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on stops")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "random data may be rounded"
)]
#![allow(missing_docs, reason = "criterion's macros make public functions")]

use std::f64::consts::TAU;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use scumble::aggregate::cpu::{self, CpuOptions};
use scumble::aggregate::{Aggregate, CellsInView, NodesInView, Values};
use scumble::data::parallel::Reading;
use scumble::data::raw::RawSpec;
use scumble::data::stats::column_stats;
use scumble::data::table::Part;
use scumble::data::{Dataset, Progress, Table};
use scumble::figure::axes::Theme;
use scumble::figure::colorbar::ColorBar;
use scumble::figure::colormap::colormap;
use scumble::figure::composite::{Joining, Sheet, composite};
use scumble::figure::contours::{HatchSheet, Inks, Laid, LineSheet, filled_style};
use scumble::figure::shading::{Setting, shading_with};
use scumble::figure::{shade, shading};
use scumble::plan::{self, ColumnFacts, FramePlan};
use scumble::scene::axis::{Coordinate, Range, Scale, Size};
use scumble::scene::blend::Blend;
use scumble::scene::contour::ContourStyle;
use scumble::scene::layer::{AxisRequest, Layer};
use scumble::scene::mark::Mark;
use scumble::scene::style::{Background, Norm, Style};
use tempfile::TempDir;

const ROWS: usize = 1 << 22;

// ---- Data ----

/// Knuth's linear congruential generator; the upper half is random enough for pictures.
struct Lcg(u64);

impl Lcg {
    /// From 0 to 1, neither included.
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 32) as f64 + 0.5) / 4_294_967_296.0
    }

    /// Two numbers of a normal distribution (Box and Muller).
    fn normal(&mut self) -> (f64, f64) {
        let (radius, angle) = ((-2.0 * self.share().ln()).sqrt(), TAU * self.share());
        (radius * angle.cos(), radius * angle.sin())
    }
}

/// x, y and a value for each row: five clouds of different sizes, nearly all of it within ±8.
fn mixture() -> Vec<[f64; 3]> {
    const CLOUDS: [(f64, f64, f64); 5] =
        [(0.0, 0.0, 1.5), (-3.0, 2.0, 0.4), (4.0, 3.0, 0.1), (2.0, -4.0, 0.8), (-5.0, -5.0, 0.02)];
    let mut random = Lcg(1);
    let row = |_| {
        let (x, y, size) = CLOUDS[(random.share() * 5.0) as usize];
        let ((dx, dy), (value, _)) = (random.normal(), random.normal());
        [x + size * dx, y + size * dy, 20.0 + 5.0 * value]
    };
    (0..ROWS).map(row).collect()
}

/// A type that a file holds: its name in NumPy's notation, what 1 becomes in it, and its bytes.
#[derive(Clone, Copy)]
struct Type {
    dtype: &'static str,
    scale: f64,
    push: fn(f64, &mut Vec<u8>),
}

const F32: Type = Type { dtype: "<f4", scale: 1.0, push: |v, out| out.extend((v as f32).to_le_bytes()) };
const F32_BIG: Type = Type { dtype: ">f4", scale: 1.0, push: |v, out| out.extend((v as f32).to_be_bytes()) };
const F64: Type = Type { dtype: "<f8", scale: 1.0, push: |v, out| out.extend(v.to_le_bytes()) };
const I16: Type = Type { dtype: "<i2", scale: 1000.0, push: |v, out| out.extend((v as i16).to_le_bytes()) };
const I64: Type = Type { dtype: "<i8", scale: 1e15, push: |v, out| out.extend((v as i64).to_le_bytes()) };

/// Writes the first `columns` of the rows as a `.npy` file and opens it.
fn file(folder: &TempDir, rows: &[[f64; 3]], columns: usize, of: Type, planar: bool) -> Table {
    let path = folder.path().join(format!("{}{columns}{planar}.npy", &of.dtype[1..]));
    let order = if planar { "True" } else { "False" };
    let header =
        format!("{{'descr': '{}', 'fortran_order': {order}, 'shape': ({}, {columns}), }}", of.dtype, rows.len());
    let mut bytes = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
    bytes.extend(format!("{header:<117}\n").as_bytes());
    let mut push = |v: f64| (of.push)(v * of.scale, &mut bytes);
    if planar {
        (0..columns).for_each(|c| rows.iter().for_each(|row| push(row[c])));
    } else {
        rows.iter().for_each(|row| row[..columns].iter().for_each(|v| push(*v)));
    }
    fs::write(&path, bytes).unwrap();
    open(&path)
}

fn open(path: &Path) -> Table {
    let dataset = Dataset::open(path, &RawSpec::default()).unwrap();
    Table::new(vec![Part::new(dataset.columns()).unwrap()]).unwrap()
}

// ---- Plans ----

/// The plan of a square picture from `low` to `high` on both axes.
fn plan_of(table: &Table, reduction: &str, pixels: u32, scale: Scale, (low, high): (f64, f64)) -> FramePlan {
    let range = Range { start: Coordinate::Real(low), end: Coordinate::Real(high) };
    let axis = AxisRequest { range: Some(range), scale, reversed: None };
    let layer = Layer {
        x: axis,
        y: axis,
        aspect: scumble::scene::aspect::Aspect::AUTO,
        size: Size { width: pixels, height: pixels },
        mark: Mark::Points,
        step: 0,
        reduction: reduction.parse().unwrap(),
        style: Style::default(),
    };
    let stats = column_stats(table, Reading::default(), &Progress::default()).unwrap();
    let facts =
        |i: usize| Some(ColumnFacts { kind: table.kind(i)?, stats: Some(*stats.get(i)?), time: None, is_text: false });
    plan::frame(&layer, &facts(0).unwrap(), &facts(1).unwrap(), facts(2).as_ref()).unwrap()
}

fn aggregate(table: &Table, plan: &FramePlan, options: CpuOptions) -> Aggregate {
    cpu::aggregate(table, plan, options, &Progress::default()).unwrap()
}

const WHOLE: (f64, f64) = (-8.0, 8.0);

// ---- Benches ----

fn group<'a>(c: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
    let mut group = c.benchmark_group(name);
    group
        .sampling_mode(SamplingMode::Flat)
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(800))
        .nresamples(2000)
        .throughput(Throughput::Elements(ROWS as u64));
    group
}

/// One bench of the engine with its usual settings.
fn points(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, table: &Table, plan: &FramePlan) {
    group.bench_function(name, |b| b.iter(|| black_box(aggregate(table, plan, CpuOptions::default()))));
}

fn counting(c: &mut Criterion) {
    let (folder, rows) = (TempDir::new().unwrap(), mixture());
    let mut group = group(c, "count 1000x1000");
    let kinds = [
        ("f32", F32, false),
        ("f32 planar", F32, true),
        ("f32 big-endian", F32_BIG, false),
        ("f64", F64, false),
        ("i16", I16, false),
        ("i64", I64, false),
    ];
    for (name, of, planar) in kinds {
        let table = file(&folder, &rows, 2, of, planar);
        let plan = plan_of(&table, "count", 1000, Scale::Linear, (WHOLE.0 * of.scale, WHOLE.1 * of.scale));
        points(&mut group, name, &table, &plan);
        if name == "f32" {
            let reading = Reading { threads: 1, ..Reading::default() };
            let options = CpuOptions { reading, ..CpuOptions::default() };
            group.bench_function("f32, 1 thread", |b| b.iter(|| black_box(aggregate(&table, &plan, options))));
        }
        if of.dtype == F32.dtype && planar || of.dtype == I64.dtype {
            let range = (1e-3 * of.scale, 8.0 * of.scale);
            let plan = plan_of(&table, "count", 1000, Scale::Log, range);
            points(&mut group, &format!("{name}, log"), &table, &plan);
        }
    }
    group.finish();
    let mut group = self::group(c, "count 4096x4096");
    for (name, of, planar) in &kinds[..2] {
        let table = file(&folder, &rows, 2, *of, *planar);
        points(&mut group, name, &table, &plan_of(&table, "count", 4096, Scale::Linear, WHOLE));
    }
    group.finish();
}

fn reducing(c: &mut Criterion) {
    let (folder, rows) = (TempDir::new().unwrap(), mixture());
    let table = file(&folder, &rows, 3, F32, false);
    for (pixels, reductions) in [(1000, &["mean", "std", "min"][..]), (4096, &["mean"])] {
        let mut group = group(c, &format!("f32 values {pixels}x{pixels}"));
        for reduction in reductions {
            let plan = plan_of(&table, &format!("{reduction}:2"), pixels, Scale::Linear, WHOLE);
            points(&mut group, reduction, &table, &plan);
        }
        group.finish();
    }
    let table = file(&folder, &rows, 3, I16, false);
    let mut group = group(c, "i16 values 1000x1000");
    let range = (WHOLE.0 * I16.scale, WHOLE.1 * I16.scale);
    points(&mut group, "mean", &table, &plan_of(&table, "mean:2", 1000, Scale::Linear, range));
    group.finish();
}

/// Values, not rows: two columns.
fn statistics(c: &mut Criterion) {
    let (folder, rows) = (TempDir::new().unwrap(), mixture());
    let mut group = group(c, "statistics");
    group.throughput(Throughput::Elements(2 * ROWS as u64));
    for (name, of, planar) in [("f32", F32, false), ("f32 planar", F32, true), ("f64", F64, false), ("i16", I16, false)]
    {
        let table = file(&folder, &rows, 2, of, planar);
        let all = || column_stats(&table, Reading::default(), &Progress::default()).unwrap();
        group.bench_function(name, |b| b.iter(|| black_box(all())));
    }
    group.finish();
}

/// Pixels: thresholds and picture of counts under each norm, and of means under one.
fn colouring(c: &mut Criterion) {
    const SIZE: Size = Size { width: 1920, height: 1080 };
    let (folder, rows) = (TempDir::new().unwrap(), mixture());
    let table = file(&folder, &rows, 3, F32, false);
    let made = |reduction: &str| {
        let mut plan = plan_of(&table, reduction, SIZE.width, Scale::Linear, WHOLE);
        let tall = plan_of(&table, reduction, SIZE.height, Scale::Linear, WHOLE);
        (plan.view.y, plan.y) = (tall.view.y, tall.y);
        aggregate(&table, &plan, CpuOptions::default()).values
    };
    let (counts, means, threads) = (made("count"), made("mean:2"), Reading::default().threads);
    let map = colormap(&Style::default().colormap).unwrap();
    let setting = Setting { threads, ..Setting::default() };
    let colored = |values: &Values, style: &Style| shading_with(values, style, &map, setting).unwrap();
    let mut group = group(c, "shade 1920x1080");
    group.throughput(Throughput::Elements(u64::from(SIZE.width) * u64::from(SIZE.height)));
    let mut bench = |name: &str, values: &Values, norm: Norm| {
        let style = Style { norm, ..Style::default() };
        let paint = || shade(values, SIZE.width, SIZE.height, &colored(values, &style), threads);
        group.bench_function(name, |b| b.iter(|| black_box(paint())));
    };
    for (name, norm) in Norm::PLAIN {
        bench(&format!("count, {name}"), &counts, norm);
    }
    bench("mean, linear", &means, Norm::Linear);
    bench("mean, eq_hist", &means, Norm::EqHist);
    group.finish();
}

/// Ten layers at the size of a screen, as a change of order, sight or alpha joins them anew.
fn compositing(c: &mut Criterion) {
    let (width, height) = (1920, 1080);
    let mut state = 1_u32;
    let mut sheet = || -> Vec<u8> {
        let mut pixel = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [r, g, b, share] = state.to_be_bytes();
            // A third of the pixels is empty.
            if share < 85 { [0; 4] } else { [r, g, b, 128] }
        };
        (0..width * height).flat_map(|_| pixel()).collect()
    };
    let pixels: Vec<Vec<u8>> = (0..10).map(|_| sheet()).collect();
    let mut group = group(c, "compositing 10 layers of 1920x1080");
    group.throughput(Throughput::Elements(u64::from(width * height) * 10));
    for (name, blend) in [("normal", Blend::Normal), ("multiply", Blend::Multiply)] {
        let joining = Joining::new(0.7, blend).unwrap();
        let sheets: Vec<Sheet<'_>> = pixels.iter().map(|pixels| Sheet { pixels, joining }).collect();
        let threads = Reading::default().threads;
        group.bench_function(name, |b| b.iter(|| composite(&sheets, [255; 4], width, height, threads)));
    }
}

/// What dragging a level of a field of 4000x4000 cells costs in a plot of 1000x700: no file is read, all else is made anew.
fn levels(c: &mut Criterion) {
    const SIZE: (u32, u32) = (1000, 700);
    let value = |x: f64, y: f64| {
        10.0 * (9.0 * x + 2.0 * y).sin() * (7.0 * y - x).cos()
            + 3.0 * (31.0 * x - 17.0 * y).sin()
            + (90.0 * x * y).cos()
    };
    let cells = |width: u32, height: u32| -> Vec<f64> {
        let at = |i: u32, n: u32| f64::from(i) / f64::from(n);
        (0..height).flat_map(|j| (0..width).map(move |i| value(at(i, width), at(j, height)))).collect()
    };
    let values = Values::Real(cells(SIZE.0, SIZE.1));
    // As many cells as lines go along before they go along pixels.
    let places = |n: u32, pixels: u32| (0..n).map(|i| f64::from(i) * f64::from(pixels) / f64::from(n)).collect();
    let (x, y) = (places(1200, SIZE.0), places(850, SIZE.1));
    let dense = NodesInView { width: 1200, is_rectilinear: true, x, y, values: cells(1200, 850) };
    let dense = CellsInView { parts: vec![dense] };
    let style = Style { norm: Norm::Linear, ..Style::default() };
    let (inks, threads) = (Inks::on(Background::None, Theme::Dark), Reading::default().threads);
    let laid = Laid { size: SIZE, scale: 1.0, alpha: 1.0, ground: None, inks, threads };
    let mut group = group(c, "a level is dragged, 1000x700");
    for (name, text) in [("20", "step:1.5"), ("300", "step:0.1")] {
        let contour = ContourStyle { levels: text.parse().unwrap(), ..ContourStyle::default() };
        let map = colormap("viridis").unwrap();
        group.bench_function(format!("{name} levels filled"), |b| {
            b.iter(|| {
                let mut setting = Setting { threads, ..Setting::default() };
                let style = filled_style(&values, &style, &contour.levels, &mut setting).unwrap();
                let colors = shading_with(&values, &style, &map, setting).unwrap();
                black_box((
                    ColorBar::of(&values, &style, &colors).unwrap(),
                    shade(&values, SIZE.0, SIZE.1, &colors, threads),
                ))
            });
        });
        let colors = shading(&values, &style).unwrap();
        for (along, cells) in [("pixels", None), ("1200x850 cells", Some(&dense))] {
            group.bench_function(format!("{name} levels as lines along {along}"), |b| {
                b.iter(|| {
                    let lines = LineSheet::new(&values, cells, &contour, &colors, laid).unwrap();
                    black_box(lines.rows(0..SIZE.1).unwrap())
                });
            });
        }
    }
    let hatching = HatchSheet::new(&[">0:x".parse().unwrap()], laid);
    group.bench_function("a threshold of hatching", |b| {
        b.iter(|| black_box(hatching.rows(&values, 0..SIZE.1).unwrap()));
    });
    group.finish();
}

criterion_group!(benches, counting, reducing, statistics, colouring, compositing, levels);
criterion_main!(benches);
