//! Fields on pixels against the definition, pixel by pixel and cell by cell: what lies under a pixel, how much of it, and
//! what is missing. Cells come in any order, of any type and arrangement, with holes.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use scumble::aggregate::{Accounting, Values};
use scumble::data::grid::{Coordinates, Field, FieldRequest, plain};
use scumble::data::mapping::Mapping;
use scumble::data::{Progress, Table};
use scumble::export::output::Output;
use scumble::export::picture::{Notes, write_png};
use scumble::scene::axis::{Coordinate, Range, Scale, Size};
use scumble::scene::layer::Layer;
use scumble::scene::mark::{Mark, Sampling};
use scumble::scene::style::{Background, Limit, Limits, Norm, Rgba, Special, Style};
use scumble::workbench::figure::{FigureLayer, FigureRequest};
use scumble::workbench::sources::Sources;
use scumble::workbench::{EngineChoice, Strips as _, Workbench};

use super::engines;
use super::files::Num;
use super::reference::Ruler;

const SAMPLINGS: [Sampling; 3] = [Sampling::Cells, Sampling::Nearest, Sampling::Bilinear];
/// Shares of a pixel and of a cell that are rounding.
const SLIVER: f64 = 1.0 / 1_048_576.0;

/// Cells of two dimensions with where they are.
struct Cells {
    /// Edges along x and along y, rising or falling.
    edges: [Vec<f64>; 2],
    centers: [Vec<f64>; 2],
    /// Row by row of y.
    values: Vec<f64>,
}

impl Cells {
    fn at(&self, i: usize, j: usize) -> f64 {
        self.values[j * self.centers[0].len() + i]
    }
}

/// How an array lies in its file.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Order {
    /// (step, y, x) in C order.
    C,
    /// (step, y, x) in Fortran order.
    Fortran,
    /// (step, x, y) in C order.
    Turned,
}

/// Small whole numbers, which all types hold; those of one residue are missing where there is a NaN.
fn values(count: usize, has_nan: bool) -> Vec<f64> {
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let value = |word: u64| match word % 11 {
        0 if has_nan => f64::NAN,
        1 if has_nan => f64::INFINITY,
        _ => f64::from((word % 120) as u8),
    };
    (0..count).map(|_| value(next())).collect()
}

/// Edges of cells of uneven widths from 1 on, with centers halfway.
fn places(count: usize, is_uneven: bool, is_down: bool) -> [Vec<f64>; 2] {
    let mut edges = vec![1.0];
    for i in 0..count {
        let width = if is_uneven { [1.0, 0.25, 3.0, 0.5][i % 4] } else { 1.0 };
        edges.push(edges[i] + width);
    }
    let mut centers: Vec<f64> = edges.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0).collect();
    if is_down {
        edges.reverse();
        centers.reverse();
    }
    [edges, centers]
}

fn encode(dtype: &str, value: f64) -> Vec<u8> {
    match dtype {
        "<f8" => value.to_le_bytes().to_vec(),
        ">f4" => (value as f32).to_be_bytes().to_vec(),
        "<i2" => (value as i16).to_le_bytes().to_vec(),
        "|u1" => vec![value as u8],
        ">i8" => (value as i64).to_be_bytes().to_vec(),
        other => panic!("{other}"),
    }
}

/// A table of a field of two steps, the second of which has the cells.
fn table(cells: &Cells, dtype: &str, order: Order, folder: &Path) -> Table {
    let [width, height] = [cells.centers[0].len(), cells.centers[1].len()];
    let is_fortran = order == Order::Fortran;
    let (rows, columns) = if order == Order::Turned { (width, height) } else { (height, width) };
    let is = if is_fortran { "True" } else { "False" };
    let mut header = format!("{{'descr': '{dtype}', 'fortran_order': {is}, 'shape': (2, {rows}, {columns}), }}");
    while !(header.len() + 11).is_multiple_of(64) {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(u16::try_from(header.len()).unwrap().to_le_bytes());
    bytes.extend(header.as_bytes());
    let mut put = |step: usize, i: usize, j: usize| {
        bytes.extend(encode(dtype, if step == 1 { cells.at(i, j) } else { 3.0 }));
    };
    match order {
        Order::C => (0..2 * height * width).for_each(|n| put(n / height / width, n % width, n / width % height)),
        Order::Turned => (0..2 * height * width).for_each(|n| put(n / height / width, n / height % width, n % height)),
        Order::Fortran => (0..2 * height * width).for_each(|n| put(n % 2, n / 2 / height, n / 2 % height)),
    }
    let path = folder.join("a.npy");
    std::fs::write(&path, bytes).unwrap();
    let mut grids = plain::of_npy(&Mapping::open(&path).unwrap()).unwrap();
    let names = if order == Order::Turned { ["y", "x"] } else { ["x", "y"] };
    for (axis, name) in names.iter().enumerate() {
        let edges = &cells.edges[axis];
        let bounds: Vec<[f64; 2]> = edges.windows(2).map(|pair| [pair[0], pair[1]]).collect();
        let coordinates = Coordinates::of_centers(cells.centers[axis].clone()).unwrap().with_bounds(&bounds);
        let dimension = grids.dimensions.iter_mut().find(|dimension| dimension.name == *name).unwrap();
        dimension.coordinates = Some(Arc::new(coordinates));
    }
    let [x, y] = names.map(|name| Some(name.to_owned()));
    Table::of_field(Field::new(&Arc::new(grids), &FieldRequest { x, y, ..FieldRequest::default() }).unwrap())
}

/// Where cells and their centers lie along an axis, in pixels.
struct Positions {
    ends: Vec<(f64, f64)>,
    centers: Vec<f64>,
}

impl Positions {
    fn new(edges: &[f64], centers: &[f64], ruler: &Ruler) -> Self {
        // What has no place on a log axis lies before its start.
        let at = |v: f64| {
            let position = ruler.position(Num::Real(v));
            if position.is_nan() { f64::NEG_INFINITY } else { position }
        };
        let ends = |pair: &[f64]| (at(pair[0]).min(at(pair[1])), at(pair[0]).max(at(pair[1])));
        Self { ends: edges.windows(2).map(ends).collect(), centers: centers.iter().map(|v| at(*v)).collect() }
    }
}

/// Cells with their weights.
type Weights = Vec<(usize, f64)>;

/// The cells that a pixel of an axis sees with their weights, and those that it lies in: by the definition.
fn seen(Positions { ends, centers }: &Positions, pixel: u32, sampling: Sampling) -> (Weights, Vec<usize>) {
    let (left, right, middle) = (f64::from(pixel), f64::from(pixel) + 1.0, f64::from(pixel) + 0.5);
    let own = ends.iter().position(|(low, high)| *low <= middle && middle < *high);
    let is_wide = |i: usize| ends[i].1 - ends[i].0 >= 1.0 - SLIVER;
    if sampling == Sampling::Nearest {
        return own.map_or_else(Default::default, |own| (vec![(own, 1.0)], vec![own]));
    }
    if let Some(own) = own.filter(|own| is_wide(*own)) {
        let before = (0..ends.len()).filter(|i| centers[*i] <= middle);
        let before = before.max_by(|a, b| centers[*a].total_cmp(&centers[*b]));
        let after = (0..ends.len()).filter(|i| centers[*i] > middle);
        let after = after.min_by(|a, b| centers[*a].total_cmp(&centers[*b]));
        return match (sampling, before, after) {
            (Sampling::Bilinear, Some(a), Some(b)) => {
                let share = (middle - centers[a]) / (centers[b] - centers[a]);
                match share.is_finite() && share > 0.0 {
                    true => (vec![(a, 1.0 - share), (b, share)], vec![own]),
                    false => (vec![(own, 1.0)], vec![own]),
                }
            }
            _ => (vec![(own, 1.0)], vec![own]),
        };
    }
    let touching: Vec<usize> = (0..ends.len()).filter(|i| ends[*i].0 < right && ends[*i].1 > left).collect();
    if own.is_none() && touching.iter().all(|i| is_wide(*i)) {
        return Default::default();
    }
    let part = |i: usize| ends[i].1.min(right) - ends[i].0.max(left);
    let is_real = |(i, part): &(usize, f64)| *part >= SLIVER * (ends[*i].1 - ends[*i].0).min(1.0);
    let parts: Vec<(usize, f64)> = touching.iter().map(|i| (*i, part(*i))).filter(is_real).collect();
    let all = parts.iter().map(|(i, _)| *i).collect();
    (parts, all)
}

/// What every pixel should show, and where every cell should go.
fn expected(cells: &Cells, x: &Ruler, y: &Ruler, sampling: Sampling, statistic: &str) -> (Vec<f64>, Accounting) {
    let all = |axis: usize, ruler: &Ruler| -> Vec<_> {
        let positions = Positions::new(&cells.edges[axis], &cells.centers[axis], ruler);
        (0..ruler.pixels).map(|k| seen(&positions, k, sampling)).collect()
    };
    let (across, up) = (all(0, x), all(1, y));
    let [width, height] = [cells.centers[0].len(), cells.centers[1].len()];
    let mut is_seen = vec![false; width * height];
    let mut pixels = Vec::new();
    for (weights_y, own_y) in &up {
        for (weights_x, own_x) in &across {
            let (mut sum, mut total) = (0.0, 0.0);
            let (mut least, mut greatest) = (f64::INFINITY, f64::NEG_INFINITY);
            for (j, weight_y) in weights_y {
                for (i, weight_x) in weights_x {
                    is_seen[j * width + i] = true;
                    let value = cells.at(*i, *j);
                    if value.is_finite() {
                        sum += value * weight_x * weight_y;
                        total += weight_x * weight_y;
                        (least, greatest) = (least.min(value), greatest.max(value));
                    }
                }
            }
            let has_own = own_y.iter().any(|j| own_x.iter().any(|i| cells.at(*i, *j).is_finite()));
            pixels.push(match statistic {
                _ if !has_own => f64::NAN,
                "mean" => sum / total,
                "min" => least,
                _ => greatest,
            });
        }
    }
    let count = |is: &dyn Fn(usize) -> bool| (0..width * height).filter(|n| is(*n)).count() as u64;
    let accounting = Accounting {
        rows: (width * height) as u64,
        in_view: count(&|n| is_seen[n] && cells.values[n].is_finite()),
        outside: count(&|n| !is_seen[n]),
        not_finite: count(&|n| is_seen[n] && !cells.values[n].is_finite()),
        filtered: 0,
    };
    (pixels, accounting)
}

fn workbench(threads: usize) -> Workbench {
    Workbench::new(EngineChoice::Cpu, Some(threads), false).unwrap()
}

fn layer(x: &Ruler, y: &Ruler, sampling: Sampling, statistic: &str) -> Layer {
    let mark = Mark::Image { sampling };
    Layer { mark, step: 1, ..engines::layer(x, y, &format!("{statistic}:a")) }
}

fn numbers(table: &Table, layer: &Layer, threads: usize) -> (Vec<f64>, Accounting) {
    let drawn = workbench(threads).aggregate(table, layer, &Progress::default()).unwrap();
    assert!(drawn.aggregate.accounting.adds_up());
    let Values::Real(values) = drawn.aggregate.values else { panic!("values of fields are real") };
    (values, drawn.aggregate.accounting)
}

fn ruler(start: f64, end: f64, scale: Scale, pixels: u32) -> Ruler {
    Ruler { range: Range { start: Coordinate::Real(start), end: Coordinate::Real(end) }, scale, pixels }
}

/// The first pixel that differs: none of a value where there is one, or one that is further off than roundings bring it.
fn difference(got: &[f64], wanted: &[f64], width: u32, tolerance: f64) -> Option<String> {
    assert_eq!(got.len(), wanted.len());
    let differs = |(a, b): (&f64, &f64)| a.is_nan() != b.is_nan() || (a - b).abs() > tolerance;
    let at = got.iter().zip(wanted).position(differs)?;
    let (column, row) = (at % width as usize, at / width as usize);
    Some(format!("column {column}, row {row}: {} instead of {}", got[at], wanted[at]))
}

fn check(cells: &Cells, table: &Table, [x, y]: [&Ruler; 2], what: &str) {
    for sampling in SAMPLINGS {
        for statistic in ["mean", "min", "max"] {
            let (wanted, accounting) = expected(cells, x, y, sampling, statistic);
            let layer = layer(x, y, sampling, statistic);
            let (got, counted) = numbers(table, &layer, 2);
            let tolerance = if statistic == "mean" && sampling != Sampling::Nearest { 1e-10 } else { 0.0 };
            let mut words = format!("{what}, {sampling:?}, {statistic}");
            write!(words, ", {:?} by {:?}", x.range, y.range).unwrap();
            if let Some(difference) = difference(&got, &wanted, x.pixels, tolerance) {
                panic!("{words}: {difference}");
            }
            assert_eq!(counted, accounting, "{words}");
        }
    }
}

/// Views of 13 by 9 cells from 1 on: all, parts, cells much larger and much smaller than pixels, and nothing.
fn views(scale: Scale) -> Vec<[Ruler; 2]> {
    let view =
        |x: (f64, f64, u32), y: (f64, f64, u32)| [ruler(x.0, x.1, scale, x.2), ruler(y.0, y.1, Scale::Linear, y.2)];
    vec![
        view((1.0, 14.0, 13), (1.0, 10.0, 9)),
        view((1.0, 14.0, 5), (1.0, 10.0, 4)),
        view((0.5, 30.0, 97), (-3.0, 20.0, 41)),
        view((3.3, 3.9, 8), (2.0, 2.5, 6)),
        view((2.1, 9.7, 3), (0.0, 11.0, 50)),
        view((0.7, 12.9, 60), (2.0, 9.0, 1)),
        view((100.0, 200.0, 5), (1.0, 9.0, 5)),
        view((1.0, 1e6, 40), (1.0, 1e6, 3)),
    ]
}

#[test]
fn cells_of_every_order_type_and_arrangement() {
    let folder = tempfile::tempdir().unwrap();
    for (is_uneven, down) in
        [(false, [false, false]), (true, [false, true]), (true, [true, false]), (false, [true, true])]
    {
        let [x, y] = [places(13, is_uneven, down[0]), places(9, is_uneven, down[1])];
        let [[edges_x, centers_x], [edges_y, centers_y]] = [x, y];
        for (dtype, order) in [
            ("<f8", Order::C),
            (">f4", Order::Turned),
            ("<i2", Order::Fortran),
            ("|u1", Order::Turned),
            (">i8", Order::C),
        ] {
            let values = values(13 * 9, dtype.contains('f'));
            let (edges, centers) = ([edges_x.clone(), edges_y.clone()], [centers_x.clone(), centers_y.clone()]);
            let cells = Cells { edges, centers, values };
            let table = table(&cells, dtype, order, folder.path());
            for scale in [Scale::Linear, Scale::Log] {
                for [x, y] in views(scale) {
                    check(&cells, &table, [&x, &y], &format!("{dtype} {order:?} {scale:?} {is_uneven} {down:?}"));
                }
            }
        }
    }
}

#[test]
fn the_comparison_sees_a_cell_that_is_a_little_off() {
    let folder = tempfile::tempdir().unwrap();
    let [[edges_x, centers_x], [edges_y, centers_y]] = [places(13, true, false), places(9, true, false)];
    let mut cells = Cells { edges: [edges_x, edges_y], centers: [centers_x, centers_y], values: values(13 * 9, false) };
    let table = table(&cells, "<f8", Order::C, folder.path());
    let [x, y] = [ruler(1.0, 14.0, Scale::Linear, 5), ruler(1.0, 10.0, Scale::Linear, 4)];
    let (got, accounting) = numbers(&table, &layer(&x, &y, Sampling::Cells, "mean"), 1);
    let wanted = |cells: &Cells| expected(cells, &x, &y, Sampling::Cells, "mean");
    assert_eq!(difference(&got, &wanted(&cells).0, 5, 1e-10), None);
    cells.values[15] += 1e-6;
    assert!(difference(&got, &wanted(&cells).0, 5, 1e-10).is_some());
    cells.values[15] = f64::NAN;
    assert!(difference(&got, &wanted(&cells).0, 5, 1e-10).is_some());
    assert_ne!(wanted(&cells).1, accounting);
}

/// A single cell, one row, one column, and cells of which none has a value.
#[test]
fn the_smallest_and_the_emptiest_fields() {
    let folder = tempfile::tempdir().unwrap();
    for (width, height, is_empty) in [(1, 1, false), (1, 1, true), (7, 1, false), (1, 7, false), (5, 4, true)] {
        let [[edges_x, centers_x], [edges_y, centers_y]] = [places(width, false, false), places(height, false, true)];
        let values = if is_empty { vec![f64::NAN; width * height] } else { values(width * height, false) };
        let cells = Cells { edges: [edges_x, edges_y], centers: [centers_x, centers_y], values };
        let table = table(&cells, "<f8", Order::C, folder.path());
        for scale in [Scale::Linear, Scale::Log] {
            for [x, y] in views(scale) {
                check(&cells, &table, [&x, &y], &format!("{width} x {height}, {is_empty}"));
            }
        }
    }
}

/// A field that takes many reads, more rows of pixels than are handed on together, and more cells of a row than are held.
#[test]
fn threads_and_strips_make_no_difference() {
    let folder = tempfile::tempdir().unwrap();
    for (width, height, order) in [(1500, 1100, Order::Turned), (1500, 1100, Order::C), (1_200_000, 3, Order::C)] {
        let [[edges_x, centers_x], [edges_y, centers_y]] = [places(width, true, true), places(height, false, false)];
        let (first, last) = (edges_x[width], edges_x[0]);
        let edges = [edges_x, edges_y];
        let cells = Cells { edges, centers: [centers_x, centers_y], values: values(width * height, true) };
        let table = table(&cells, "<f8", order, folder.path());
        for sampling in SAMPLINGS {
            let x = ruler(first, last, Scale::Linear, 30);
            let y = ruler(-5.0, height as f64 + 7.0, Scale::Linear, if height > 100 { 97 } else { 9 });
            let layer = layer(&x, &y, sampling, "mean");
            let (one, accounting) = numbers(&table, &layer, 1);
            let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            for threads in [2, 3, 16] {
                let (several, others) = numbers(&table, &layer, threads);
                assert_eq!(accounting, others);
                assert!(bits(&one) == bits(&several), "{sampling:?} {threads}");
            }
            let (wanted, counted) = expected(&cells, &x, &y, sampling, "mean");
            assert_eq!((difference(&one, &wanted, 30, 1e-8), accounting), (None, counted), "{sampling:?} {order:?}");
        }
    }
}

fn figure(layer: Layer, style: Style, size: (u32, u32), axes: bool) -> FigureRequest {
    let Layer { x, y, mark, reduction, step, .. } = layer;
    let layer = FigureLayer { mark, reduction, style, ..FigureLayer::new(Sources::default()) };
    let size = Size { width: size.0, height: size.1 };
    FigureRequest { x, y, step, axes, background: Background::None, ..FigureRequest::new(layer, size) }
}

/// With the nearest cells a special value has its color and no other, whatever is around it; one cell in view fills it.
#[test]
fn special_values_keep_their_color() {
    let folder = tempfile::tempdir().unwrap();
    let [[edges_x, centers_x], [edges_y, centers_y]] = [places(13, false, false), places(9, false, false)];
    let mut values = values(13 * 9, false);
    (0..values.len()).step_by(3).for_each(|n| values[n] = -1.0);
    let cells = Cells { edges: [edges_x, edges_y], centers: [centers_x, centers_y], values };
    let table = table(&cells, "<f8", Order::C, folder.path());
    let special = vec![Special { value: -1.0, color: Rgba([0, 255, 0, 255]) }];
    let limits = Limits { low: Limit::Value(0.0), high: Limit::Value(120.0) };
    let style = Style { special, limits, norm: Norm::Linear, colormap: "Reds".to_owned(), ..Style::default() };
    let draw = |x: Ruler, y: Ruler, sampling: Sampling| {
        let size = (x.pixels, y.pixels);
        let request = figure(layer(&x, &y, sampling, "mean"), style.clone(), size, false);
        let drawn = workbench(2).figure(&[&table], &request, &Progress::default()).unwrap();
        drawn.strip(0..size.1).unwrap().pixels
    };
    for sampling in [Sampling::Nearest, Sampling::Cells] {
        let [x, y] = [ruler(1.0, 14.0, Scale::Linear, 13 * 7), ruler(1.0, 10.0, Scale::Linear, 9 * 5)];
        let pixels = draw(x, y, sampling);
        for (n, pixel) in pixels.chunks(4).enumerate() {
            let (i, j) = (n % (13 * 7) / 7, 8 - n / (13 * 7) / 5);
            assert_eq!(pixel == [0, 255, 0, 255], cells.at(i, j) < 0.0, "{sampling:?} {i} {j}");
        }
    }
    // A cell alone fills exactly its bounds, to the pixel; nothing is around it.
    let [x, y] = [ruler(0.0, 15.0, Scale::Linear, 150), ruler(0.0, 11.0, Scale::Linear, 110)];
    let pixels = draw(x, y, Sampling::Cells);
    for (n, pixel) in pixels.chunks(4).enumerate() {
        let (column, row) = (n % 150, 109 - n / 150);
        let is_in = (10..140).contains(&column) && (10..100).contains(&row);
        assert_eq!(pixel[3] == 255, is_in, "{column} {row}");
    }
}

#[test]
fn banded_pictures_are_those_made_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let [[edges_x, centers_x], [edges_y, centers_y]] = [places(200, true, false), places(150, false, true)];
    let cells = Cells { edges: [edges_x, edges_y], centers: [centers_x, centers_y], values: values(200 * 150, true) };
    let table = table(&cells, "<f8", Order::C, folder.path());
    for (sampling, norm) in [(Sampling::Cells, "eq_hist"), (Sampling::Bilinear, "log"), (Sampling::Nearest, "linear")] {
        let [x, y] = [ruler(-3.0, 260.0, Scale::Linear, 1), ruler(10.0, 160.0, Scale::Linear, 1)];
        let style = Style { norm: norm.parse().unwrap(), limits: "p2..p98".parse().unwrap(), ..Style::default() };
        let request = figure(layer(&x, &y, sampling, "mean"), style, (500, 400), true);
        let image = request.layers[0].mark.clone();
        for mark in [image, Mark::Filled, Mark::Contours, Mark::Hatching] {
            let hatch = vec![">=50:x/".parse().unwrap(), "<30:*:red:1.5:9".parse().unwrap()];
            let layers = vec![FigureLayer { mark: mark.clone(), hatch, ..request.layers[0].clone() }];
            let request = FigureRequest { layers, ..request.clone() };
            let file = |bytes: Option<u64>| {
                let workbench = workbench(2);
                let workbench = bytes.into_iter().fold(workbench, Workbench::with_picture_bytes);
                let drawn = workbench.figure(&[&table], &request, &Progress::default()).unwrap();
                let path = folder.path().join("a.png");
                let mut out = Output::create(&path, &|| false).unwrap();
                write_png(&drawn, &Notes::default(), &mut out).unwrap();
                out.finish().unwrap();
                (std::fs::read(path).unwrap(), drawn.accountings().to_vec(), drawn.strip_rows())
            };
            let (whole, accountings, _) = file(None);
            let (banded, others, rows) = file(Some(300_000));
            assert!(rows < 400, "{rows} rows at a time are not a few");
            assert!(whole == banded, "{norm} {mark}");
            assert_eq!(accountings, others);
        }
    }
}
