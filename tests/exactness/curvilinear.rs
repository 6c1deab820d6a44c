//! Fields of cells that lie anywhere in longitude and latitude against the definition: every cell is clipped against every
//! pixel, every middle of a pixel looked for in every cell.

use std::ops::Range as Cells;
use std::sync::Arc;

use proptest::prelude::*;
use scumble::aggregate::{Accounting, Values};
use scumble::data::grid::{Field, FieldRequest, Grids, Packing, Placed, Store, Variable, Window};
use scumble::data::{DataError, Progress, Table};
use scumble::figure::contours::{self, Nodes, trace};
use scumble::scene::axis::{Coordinate, Range, Scale};
use scumble::scene::layer::Layer;
use scumble::scene::mark::{Mark, Sampling};
use scumble::workbench::fields::Moment;
use scumble::workbench::words::{measures, words};
use scumble::workbench::{EngineChoice, FigureText, Workbench};

use super::engines;
use super::files::Num;
use super::reference::Ruler;

/// Shares of a pixel and of a cell that are rounding.
const SLIVER: f64 = 1.0 / 1_048_576.0;

type Place = [f64; 2];

/// A grid as a file has it.
#[derive(Debug, Clone)]
struct Grid {
    width: usize,
    height: usize,
    /// Longitudes and latitudes, row by row.
    centers: Vec<Place>,
    /// Corners of each cell.
    corners: Vec<[Place; 4]>,
    /// Whether the file gives the corners.
    has_bounds: bool,
    values: Vec<f64>,
}

#[derive(Debug)]
struct Memory(Vec<u64>, Vec<f64>);

impl Store for Memory {
    fn read(&self, window: &Window, out: &mut [f64]) -> Result<u64, DataError> {
        let mut at = 0;
        self.copy(window, 0, 0, out, &mut at);
        Ok(0)
    }

    fn chunk(&self) -> Vec<u64> {
        vec![1; self.0.len()]
    }
}

impl Memory {
    fn copy(&self, window: &[Cells<u64>], axis: usize, base: usize, out: &mut [f64], at: &mut usize) {
        for i in window[axis].clone() {
            let place = base * self.0[axis] as usize + i as usize;
            if axis + 1 == window.len() {
                out[*at] = self.1[place];
                *at += 1;
            } else {
                self.copy(window, axis + 1, place, out, at);
            }
        }
    }
}

fn variable(name: &str, dimensions: &[usize], lens: &[usize], values: Vec<f64>) -> Variable {
    let lens = lens.iter().map(|len| *len as u64).collect();
    Variable {
        name: name.to_owned(),
        dimensions: dimensions.to_vec(),
        dtype: "f64".to_owned(),
        attributes: Vec::new(),
        packing: Packing::default(),
        store: Arc::new(Memory(lens, values)),
        placed: None,
    }
}

fn table(grid: &Grid) -> Table {
    let (width, height) = (grid.width, grid.height);
    let plane = |axis: usize| grid.centers.iter().map(|place| place[axis]).collect::<Vec<_>>();
    let vertices = |axis: usize| grid.corners.iter().flatten().map(|place| place[axis]).collect::<Vec<_>>();
    let placed = |name, values| Box::new(variable(name, &[1, 2], &[height, width], values));
    let bound = |name, axis| variable(name, &[1, 2, 3], &[height, width, 4], vertices(axis));
    let mut steps = vec![3.0; width * height];
    steps.extend(&grid.values);
    let mut field = variable("v", &[0, 1, 2], &[2, height, width], steps);
    field.placed = Some(Placed::Curvilinear {
        longitude: placed("lon", plane(0)),
        latitude: placed("lat", plane(1)),
        bounds: grid.has_bounds.then(|| Box::new([bound("lon_bnds", 0), bound("lat_bnds", 1)])),
    });
    let dimensions = [("time", 2), ("y", height), ("x", width), ("v", 4)].map(|(name, len)| {
        scumble::data::grid::Dimension { name: name.into(), len: len as u64, is_unlimited: false, coordinates: None }
    });
    let grids = Grids {
        format: "test".into(),
        dimensions: dimensions.to_vec(),
        variables: vec![field],
        notes: Vec::new(),
        mappings: Vec::new(),
        folders: Vec::new(),
    };
    let field = Field::new(&Arc::new(grids), &FieldRequest::default()).unwrap();
    assert!(field.mesh().is_some(), "{:?}", field.notes());
    Table::of_field(field)
}

fn ruler(start: f64, end: f64, pixels: u32) -> Ruler {
    let range = Range { start: Coordinate::Real(start), end: Coordinate::Real(end) };
    Ruler { range, scale: Scale::Linear, pixels }
}

fn area(polygon: &[Place]) -> f64 {
    let n = polygon.len();
    (0..n).map(|i| polygon[i][0] * polygon[(i + 1) % n][1] - polygon[(i + 1) % n][0] * polygon[i][1]).sum::<f64>() / 2.0
}

/// The part of a polygon in a box, by Sutherland and Hodgman.
fn clipped(polygon: &[Place], low: Place, high: Place) -> Vec<Place> {
    let mut kept = polygon.to_vec();
    for (axis, at, sign) in [(0, low[0], 1.0), (0, high[0], -1.0), (1, low[1], 1.0), (1, high[1], -1.0)] {
        let inside = |p: &Place| (p[axis] - at) * sign >= 0.0;
        let mut next = Vec::new();
        for i in 0..kept.len() {
            let (a, b) = (kept[i], kept[(i + 1) % kept.len()]);
            if inside(&a) {
                next.push(a);
            }
            if inside(&a) != inside(&b) {
                let t = (at - a[axis]) / (b[axis] - a[axis]);
                next.push([a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]);
            }
        }
        kept = next;
    }
    kept
}

/// Whether a place lies in a polygon; on its left and lower sides it does.
fn is_in(polygon: &[Place], place: Place) -> bool {
    let n = polygon.len();
    let crossings = (0..n).filter(|i| {
        let (a, b) = (polygon[*i], polygon[(i + 1) % n]);
        let (a, b) = if a[1] < b[1] { (a, b) } else { (b, a) };
        a[1] <= place[1] && place[1] < b[1] && a[0] + (b[0] - a[0]) * ((place[1] - a[1]) / (b[1] - a[1])) <= place[0]
    });
    crossings.count() % 2 == 1
}

/// A quadrilateral in pixels, its longitudes unwound and some turns further on.
fn in_pixels(corners: &[Place; 4], turns: i32, x: &Ruler, y: &Ruler) -> Vec<Place> {
    let mut before = corners[0][0];
    corners
        .iter()
        .map(|place| {
            before = place[0] + 360.0 * ((before - place[0]) / 360.0).round();
            let turned = place[0] + 360.0 * (((before - place[0]) / 360.0).round() + f64::from(turns));
            [x.position(Num::Real(turned)), y.position(Num::Real(place[1]))]
        })
        .collect()
}

fn is_wide(polygon: &[Place]) -> bool {
    let n = polygon.len();
    let side = |i: usize| {
        let (a, b) = (polygon[i], polygon[(i + 1) % n]);
        (b[0] - a[0]).abs() + (b[1] - a[1]).abs()
    };
    area(polygon).abs() >= (1.0 - SLIVER) * (0..n).map(side).fold(0.0, f64::max)
}

/// The quadrilaterals of nodes: centers, and around them the middles of the outermost sides and the outermost corners.
fn between(grid: &Grid) -> Vec<([Place; 4], [usize; 4])> {
    let (width, height) = (grid.width, grid.height);
    let middle = |a: Place, b: Place| {
        let mut way = b[0] - a[0];
        way -= 360.0 * (way / 360.0).round();
        [a[0] + way / 2.0, (a[1] + b[1]) / 2.0]
    };
    let node = |row: usize, column: usize| {
        let (j, i) = (row.clamp(1, height) - 1, column.clamp(1, width) - 1);
        let corners = grid.corners[j * width + i];
        let down = if row == 0 { Some(true) } else { (row > height).then_some(false) };
        let left = if column == 0 { Some(true) } else { (column > width).then_some(false) };
        let place = match (down, left) {
            (None, None) => grid.centers[j * width + i],
            (Some(true), None) => middle(corners[0], corners[1]),
            (Some(false), None) => middle(corners[3], corners[2]),
            (None, Some(true)) => middle(corners[0], corners[3]),
            (None, Some(false)) => middle(corners[1], corners[2]),
            (Some(true), Some(true)) => corners[0],
            (Some(true), Some(false)) => corners[1],
            (Some(false), Some(false)) => corners[2],
            (Some(false), Some(true)) => corners[3],
        };
        (place, j * width + i)
    };
    let quad = |row: usize, column: usize| {
        let four = [node(row, column), node(row, column + 1), node(row + 1, column + 1), node(row + 1, column)];
        (four.map(|node| node.0), four.map(|node| node.1))
    };
    (0..=height).flat_map(|row| (0..=width).map(move |column| quad(row, column))).collect()
}

/// Shares of the corners of a quadrilateral at a place, by Newton's method.
fn shares(q: &[Place], place: Place) -> [f64; 4] {
    let (mut u, mut v) = (0.5, 0.5);
    for _ in 0..60 {
        let f = |i: usize| {
            q[0][i] * (1.0 - u) * (1.0 - v) + q[1][i] * u * (1.0 - v) + q[2][i] * u * v + q[3][i] * (1.0 - u) * v
                - place[i]
        };
        let along_u = |i: usize| (q[1][i] - q[0][i]) * (1.0 - v) + (q[2][i] - q[3][i]) * v;
        let along_v = |i: usize| (q[3][i] - q[0][i]) * (1.0 - u) + (q[2][i] - q[1][i]) * u;
        let det = along_u(0) * along_v(1) - along_v(0) * along_u(1);
        let (du, dv) = ((f(0) * along_v(1) - along_v(0) * f(1)) / det, (along_u(0) * f(1) - f(0) * along_u(1)) / det);
        (u, v) = (u - du, v - dv);
    }
    [(1.0 - u) * (1.0 - v), u * (1.0 - v), u * v, (1.0 - u) * v]
}

fn is_there(value: f64) -> bool {
    value.is_finite()
}

/// What every pixel should show, how much of it is covered by cells that have a say, and where every cell should go.
fn expected(grid: &Grid, [x, y]: [&Ruler; 2], sampling: Sampling, statistic: &str) -> (Vec<f64>, Vec<f64>, Accounting) {
    let has_place = |i: usize| grid.centers[i][0].is_finite();
    let cells: Vec<(usize, Vec<Place>)> = (0..grid.values.len())
        .filter(|i| has_place(*i))
        .flat_map(|i| (-3..4).map(move |turns| (i, turns)))
        .map(|(i, turns)| (i, in_pixels(&grid.corners[i], turns, x, y)))
        .collect();
    let quads: Vec<([usize; 4], Vec<Place>)> = between(grid)
        .into_iter()
        .filter(|(places, _)| places.iter().all(|place| place[0].is_finite()))
        .flat_map(|(places, cells)| (-3..4).map(move |turns| (places, cells, turns)))
        .map(|(places, cells, turns)| (cells, in_pixels(&places, turns, x, y)))
        .collect();
    let (mut pixels, mut covered) = (Vec::new(), Vec::new());
    for row in 0..y.pixels {
        for column in 0..x.pixels {
            let low = [f64::from(column), f64::from(row)];
            let middle = low.map(|v| v + 0.5);
            let own = cells.iter().rfind(|(_, polygon)| is_in(polygon, middle));
            let mut weights: Vec<(usize, f64)> = Vec::new();
            let mut needed = None;
            match own {
                Some((i, _)) if sampling == Sampling::Nearest => weights.push((*i, 1.0)),
                None if sampling == Sampling::Nearest => {}
                Some((own, polygon)) if is_wide(polygon) => {
                    let around = |(four, quad): &&([usize; 4], Vec<Place>)| four.contains(own) && is_in(quad, middle);
                    match quads.iter().rfind(around).filter(|_| sampling == Sampling::Bilinear) {
                        Some((four, quad)) => {
                            weights.extend(four.iter().copied().zip(shares(quad, middle)));
                            needed = Some(*own);
                        }
                        None => weights.push((*own, 1.0)),
                    }
                }
                own => {
                    for (i, polygon) in cells.iter().filter(|(_, polygon)| own.is_some() || !is_wide(polygon)) {
                        let part = area(&clipped(polygon, low, low.map(|v| v + 1.0))).abs();
                        if part >= SLIVER * area(polygon).abs().min(1.0) && part > 0.0 {
                            weights.push((*i, part));
                        }
                    }
                }
            }
            let there = || weights.iter().filter(|(i, weight)| is_there(grid.values[*i]) && *weight > 1e-12);
            let all = || there().map(|(i, _)| grid.values[*i]);
            covered.push(there().map(|(_, weight)| weight).sum());
            pixels.push(match statistic {
                _ if needed.is_some_and(|own| !is_there(grid.values[own])) => f64::NAN,
                "mean" => there().map(|(i, w)| grid.values[*i] * w).sum::<f64>() / there().map(|(_, w)| w).sum::<f64>(),
                "min" => all().fold(f64::NAN, f64::min),
                _ => all().fold(f64::NAN, f64::max),
            });
        }
    }
    let (width, height) = (f64::from(x.pixels), f64::from(y.pixels));
    let is_seen = |i: usize| {
        cells.iter().filter(|(cell, _)| *cell == i).any(|(_, polygon)| {
            let whole = area(polygon).abs();
            let part = area(&clipped(polygon, [0.0; 2], [width, height])).abs();
            part > 0.0 && part >= SLIVER * whole.min(1.0)
        })
    };
    let count = |is: &dyn Fn(usize) -> bool| (0..grid.values.len()).filter(|i| is(*i)).count() as u64;
    let accounting = Accounting {
        rows: grid.values.len() as u64,
        in_view: count(&|i| is_seen(i) && is_there(grid.values[i])),
        outside: count(&|i| has_place(i) && !is_seen(i)),
        not_finite: count(&|i| !has_place(i) || (is_seen(i) && !is_there(grid.values[i]))),
        filtered: 0,
    };
    (pixels, covered, accounting)
}

fn numbers(table: &Table, layer: &Layer, threads: usize) -> (Vec<f64>, Accounting) {
    let workbench = Workbench::new(EngineChoice::Cpu, Some(threads), false).unwrap();
    let drawn = workbench.aggregate(table, layer, &Progress::default()).unwrap();
    assert!(drawn.aggregate.accounting.adds_up());
    let Values::Real(values) = drawn.aggregate.values else { panic!("values of fields are real") };
    (values, drawn.aggregate.accounting)
}

fn layer([x, y]: [&Ruler; 2], sampling: Sampling, statistic: &str) -> Layer {
    Layer { mark: Mark::Image { sampling }, step: 1, ..engines::layer(x, y, &format!("{statistic}:v")) }
}

fn check(grid: &Grid, table: &Table, rulers: [&Ruler; 2], what: &str) {
    for sampling in [Sampling::Cells, Sampling::Nearest, Sampling::Bilinear] {
        for statistic in ["mean", "min", "max"] {
            let (wanted, covered, accounting) = expected(grid, rulers, sampling, statistic);
            let (got, counted) = numbers(table, &layer(rulers, sampling, statistic), 2);
            let words = format!("{what}, {sampling:?}, {statistic}, {rulers:?}");
            // Corners are known to about 1e-13 of a pixel's size, and so are areas: shares of a sliver, to that over its own.
            let near = |covered: f64| 1e-9_f64.max(1e-12 / covered);
            let differs =
                |((a, b), covered): ((&f64, &f64), &f64)| a.is_nan() != b.is_nan() || (a - b).abs() > near(*covered);
            if let Some(at) = got.iter().zip(&wanted).zip(&covered).position(differs) {
                let width = rulers[0].pixels as usize;
                let (column, row) = (at % width, at / width);
                panic!(
                    "{words}: column {column}, row {row}: {} instead of {}, covered {}",
                    got[at], wanted[at], covered[at]
                );
            }
            assert_eq!(counted, accounting, "{words}");
        }
    }
}

/// Corners halfway between centers, as matplotlib's shading "nearest" has them: first along rows, then along columns.
fn halfway(width: usize, height: usize, centers: &[Place]) -> Vec<[Place; 4]> {
    let along = |places: &[Place]| -> Vec<Place> {
        let n = places.len();
        let between = |a: Place, b: Place| [0, 1].map(|i| (a[i] + b[i]) / 2.0);
        let beyond = |own: Place, next: Place| [0, 1].map(|i| own[i] - (next[i] - own[i]) / 2.0);
        let mut edges = vec![beyond(places[0], places[1])];
        edges.extend(places.windows(2).map(|pair| between(pair[0], pair[1])));
        edges.push(beyond(places[n - 1], places[n - 2]));
        edges
    };
    let rows: Vec<Vec<Place>> = centers.chunks(width).map(along).collect();
    let columns: Vec<Vec<Place>> =
        (0..=width).map(|i| along(&rows.iter().map(|row| row[i]).collect::<Vec<_>>())).collect();
    let corner = |row: usize, column: usize| columns[column][row];
    let cell = |n: usize| {
        let (row, column) = (n / width, n % width);
        [corner(row, column), corner(row, column + 1), corner(row + 1, column + 1), corner(row + 1, column)]
    };
    (0..width * height).map(cell).collect()
}

/// A grid that is turned, sheared and shaken, of cells of about `size` degrees, in longitudes from -180 on.
fn grid(size: f64, turn: f64, shake: &[f64], has_bounds: bool, holes: bool) -> Grid {
    let (width, height) = (9, 7);
    let (sin, cos) = libm::sincos(turn);
    let mut shaken = shake.iter().cycle();
    let mut off = || shaken.next().unwrap() * size * 0.2;
    let mut places = |width: usize, height: usize, start: f64| -> Vec<Place> {
        let place = |n: usize| {
            let (i, j) = ((n % width) as f64 + start - 4.5, (n / width) as f64 + start - 3.5);
            [178.0 + size * (cos * i - sin * j) + off(), 10.0 + size * (sin * i + cos * j) + off()]
        };
        (0..width * height).map(place).collect()
    };
    let (centers, corners);
    if has_bounds {
        let all = places(width + 1, height + 1, 0.0);
        let corner = |row: usize, column: usize| all[row * (width + 1) + column];
        let cell = |n: usize| {
            let (row, column) = (n / width, n % width);
            [corner(row, column), corner(row, column + 1), corner(row + 1, column + 1), corner(row + 1, column)]
        };
        corners = (0..width * height).map(cell).collect::<Vec<_>>();
        let mean = |cell: &[Place; 4]| [0, 1].map(|i| cell.iter().map(|place| place[i]).sum::<f64>() / 4.0);
        centers = corners.iter().map(mean).collect::<Vec<_>>();
    } else {
        centers = places(width, height, 0.5);
        corners = halfway(width, height, &centers);
    }
    let value = |n: usize| match n * 7 % 11 {
        0 if holes => f64::NAN,
        5 if holes => f64::INFINITY,
        v => v as f64 * 1.25 - 3.0,
    };
    let values = (0..width * height).map(value).collect();
    let mut grid = Grid { width, height, centers, corners, has_bounds, values };
    let wrap = |place: &mut Place| place[0] = (place[0] + 180.0).rem_euclid(360.0) - 180.0;
    grid.centers.iter_mut().for_each(wrap);
    grid
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn turned_and_shaken_grids(
        size in 0.05..3.0_f64,
        turn in -3.2..3.2_f64,
        shake in proptest::collection::vec(-1.0..1.0_f64, 97),
        has_bounds in proptest::bool::ANY,
        holes in proptest::bool::ANY,
        zoom in 0.2..1.6_f64,
        off in -1.0..1.0_f64,
        pixels in (3_u32..24, 3_u32..24),
        turns in -1..2_i32,
    ) {
        let grid = grid(size, turn, &shake, has_bounds, holes);
        let table = table(&grid);
        let middle = [178.0 + off * size * 4.0 + 360.0 * f64::from(turns), 10.0 - off * size * 2.0];
        let reach = size * 6.0 * zoom;
        let (x, y) = (
            ruler(middle[0] - reach, middle[0] + reach, pixels.0),
            ruler(middle[1] - reach, middle[1] + reach, pixels.1),
        );
        check(&grid, &table, [&x, &y], "shaken");
    }
}

/// Cells that have no place are in no view and not finite; a grid that is seen at several turns is the same at each.
#[test]
fn cells_without_a_place_and_many_turns() {
    let mut grid = grid(6.0, 0.3, &[0.2, -0.4, 0.9, -0.7, 0.1], true, true);
    for i in [0, 13, 30] {
        grid.centers[i] = [f64::NAN; 2];
        grid.corners[i] = [[f64::NAN; 2]; 4];
    }
    let table = table(&grid);
    for (start, end, pixels) in [(-600.0, 840.0, 71), (-180.0, 180.0, 90), (150.0, 190.0, 7)] {
        let (x, y) = (ruler(start, end, pixels), ruler(-70.0, 90.0, 19));
        for sampling in [Sampling::Cells, Sampling::Nearest] {
            let (wanted, _, accounting) = expected(&grid, [&x, &y], sampling, "mean");
            let (got, counted) = numbers(&table, &layer([&x, &y], sampling, "mean"), 2);
            let differs = |(a, b): (&f64, &f64)| a.is_nan() != b.is_nan() || (a - b).abs() > 1e-9;
            assert_eq!(got.iter().zip(&wanted).position(differs), None, "{sampling:?} {start}");
            assert_eq!(counted, accounting);
            assert!(counted.not_finite >= 3);
        }
    }
    // Wider still, and it is shown once.
    let (x, y) = (ruler(-36_000.0, 36_000.0, 4000), ruler(-70.0, 90.0, 19));
    let (got, _) = numbers(&table, &layer([&x, &y], Sampling::Cells, "mean"), 1);
    assert!((1..200).contains(&got.iter().filter(|value| !value.is_nan()).count()));
}

/// On cells of a plain grid all is as on its axes, also where sides lie on the middles of pixels.
#[test]
fn plain_grids_are_as_on_axes() {
    let (width, height) = (9, 7);
    let centers: Vec<Place> =
        (0..width * height).map(|n| [(n % width) as f64 + 0.5, (n / width) as f64 + 0.5]).collect();
    let corners = halfway(width, height, &centers);
    let values = (0..width * height).map(|n| (n * n % 17) as f64).collect::<Vec<_>>();
    let grid = Grid { width, height, centers, corners, has_bounds: false, values: values.clone() };
    let curvilinear = table(&grid);
    let mut plain = variable("v", &[0, 1, 2], &[2, height, width], [vec![3.0; width * height], values].concat());
    plain.placed = None;
    let along = |len: usize| {
        let centers = (0..len).map(|i| i as f64 + 0.5).collect();
        Some(Arc::new(scumble::data::grid::Coordinates::of_centers(centers).unwrap()))
    };
    let dimension = |name: &str, len: usize, coordinates| scumble::data::grid::Dimension {
        name: name.into(),
        len: len as u64,
        is_unlimited: false,
        coordinates,
    };
    let grids = Grids {
        format: "test".into(),
        dimensions: vec![
            dimension("time", 2, None),
            dimension("y", height, along(height)),
            dimension("x", width, along(width)),
        ],
        variables: vec![plain],
        notes: Vec::new(),
        mappings: Vec::new(),
        folders: Vec::new(),
    };
    let request = FieldRequest { x: Some("x".into()), y: Some("y".into()), ..FieldRequest::default() };
    let rectilinear = Table::of_field(Field::new(&Arc::new(grids), &request).unwrap());
    for (x, y) in [
        (ruler(0.0, 9.0, 9), ruler(0.0, 7.0, 7)),
        (ruler(0.5, 9.5, 9), ruler(-0.5, 7.5, 8)),
        (ruler(0.5, 9.5, 18), ruler(-0.5, 7.5, 24)),
        (ruler(0.0, 9.0, 4), ruler(0.0, 7.0, 3)),
        (ruler(-2.0, 12.0, 61), ruler(-1.0, 9.0, 47)),
        (ruler(2.25, 3.75, 60), ruler(2.0, 4.0, 33)),
    ] {
        for sampling in [Sampling::Cells, Sampling::Nearest, Sampling::Bilinear] {
            for statistic in ["mean", "min", "max"] {
                let layer = layer([&x, &y], sampling, statistic);
                let (got, _) = numbers(&curvilinear, &layer, 1);
                let (wanted, _) = numbers(&rectilinear, &layer, 1);
                let differs = |(a, b): (&f64, &f64)| a.is_nan() != b.is_nan() || (a - b).abs() > 1e-9;
                let at = got.iter().zip(&wanted).position(differs);
                assert_eq!(at.map(|i| (i, got[i], wanted[i])), None, "{sampling:?} {statistic} {x:?} {y:?}");
            }
        }
    }
}

/// Contour lines are traced along cells wherever these are: they are contourpy's, also where longitudes jump by a turn.
#[test]
fn contour_lines_are_those_of_contourpy() {
    let path = format!("{}/tests/fixtures/contours/geographic.txt", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let numbers = |line: &str| line.split_whitespace().map(|word| word.parse().unwrap()).collect::<Vec<f64>>();
    let (head, lines) = text.split_once("\n= ").unwrap();
    let of = |key: &str| numbers(head.lines().find_map(|line| line.strip_prefix(key)).unwrap());
    let (longitude, latitude, values, levels) = (of("x "), of("y "), of("z "), of("levels "));
    let wrapped = |longitude: &f64| (longitude + 180.0).rem_euclid(360.0) - 180.0;
    let centers = longitude.iter().zip(&latitude).map(|(x, y)| [wrapped(x), *y]).collect();
    let grid = Grid { width: 14, height: 11, centers, corners: Vec::new(), has_bounds: false, values };
    let table = table(&grid);
    let (x, y) = (ruler(140.0, 240.0, 1000), ruler(-20.0, 60.0, 800));
    let layer = Layer { mark: Mark::Contours, ..layer([&x, &y], Sampling::Cells, "mean") };
    let plan = Workbench::new(EngineChoice::Cpu, Some(1), false).unwrap();
    let plan = plan.aggregate(&table, &layer, &Progress::default()).unwrap().plan;
    let cells = scumble::aggregate::cpu::field_cells(&table, &plan).unwrap().unwrap();
    let [part] = cells.parts.as_slice() else { panic!("{} parts", cells.parts.len()) };
    let nodes = Nodes::Curvilinear { x: &part.x, y: &part.y };
    let field = contours::Field { values: &part.values, width: part.width, height: 11, nodes };
    let traced = trace(&field, &levels).unwrap().map(|[x, y]| [x / 10.0 + 140.0, y / 10.0 - 20.0]);
    let mut count = 0;
    for (level, block) in lines.split("\n= ").enumerate() {
        let wanted: Vec<Vec<f64>> = block.lines().skip(1).map(numbers).collect();
        let got: Vec<_> = traced.lines().filter(|line| line.level == level).collect();
        assert_eq!(got.len(), wanted.len(), "level {level}");
        let theirs: Vec<&[f64]> = wanted.iter().flat_map(|line| line.chunks_exact(2)).collect();
        let near = |a: &[f64], b: &[f64]| (a[0] - b[0]).abs().max((a[1] - b[1]).abs()) < 1e-9;
        let ours: Vec<&[f64]> = got.iter().flat_map(|line| line.points).map(<[f64; 2]>::as_slice).collect();
        assert_eq!(ours.len(), theirs.len(), "level {level}");
        for (these, those) in [(&ours, &theirs), (&theirs, &ours)] {
            let lost = these.iter().find(|point| !those.iter().any(|other| near(point, other)));
            assert_eq!(lost, None, "level {level}");
        }
        count += ours.len();
    }
    assert!(count > 100, "{count} points");
}

/// The axes and what is under the pointer are named by what they are, not by the dimensions.
#[test]
fn axes_are_longitude_and_latitude() {
    let table = table(&grid(2.0, 0.4, &[0.1], false, false));
    let words = words(&FigureText::default(), &table, &Moment::default());
    assert_eq!([words.x_label.as_deref(), words.y_label.as_deref()], [Some("longitude (°E)"), Some("latitude (°N)")]);
    let [x, y] = measures(&FigureText::default(), &table).map(|measure| measure.of("7"));
    assert_eq!([x.as_str(), y.as_str()], ["longitude 7 °E", "latitude 7 °N"]);
}

/// Neither threads nor the steps before change a bit, and no pixel within a grid is left out.
#[test]
fn threads_and_earlier_steps_make_no_difference() {
    let (width, height) = (700, 500);
    let place = |n: usize| {
        let (i, j) = ((n % width) as f64 / width as f64, (n / width) as f64 / height as f64);
        [-170.0 + 300.0 * i + 20.0 * j * j, -70.0 + 130.0 * j + 15.0 * libm::sin(5.0 * i)]
    };
    let centers: Vec<Place> = (0..width * height).map(place).collect();
    let values = (0..width * height).map(|n| if n % 97 == 0 { f64::NAN } else { (n % 1009) as f64 * 0.37 }).collect();
    let grid = Grid { width, height, centers, corners: Vec::new(), has_bounds: false, values };
    for (x, y) in [
        (ruler(-180.0, 180.0, 90), ruler(-90.0, 90.0, 60)),
        (ruler(-40.0, 20.0, 640), ruler(-30.0, 10.0, 480)),
        (ruler(-180.0, 180.0, 900), ruler(-90.0, 90.0, 500)),
    ] {
        for sampling in [Sampling::Cells, Sampling::Nearest, Sampling::Bilinear] {
            let layer = layer([&x, &y], sampling, "mean");
            let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            let (one, accounting) = numbers(&table(&grid), &layer, 1);
            for threads in [2, 5] {
                let table = table(&grid);
                for _ in 0..2 {
                    let (several, others) = numbers(&table, &layer, threads);
                    assert!(bits(&one) == bits(&several) && accounting == others, "{sampling:?} {threads}");
                }
            }
            let holes = one.iter().filter(|value| value.is_nan()).count();
            let is_zoomed = x.pixels == 640;
            assert!(!is_zoomed || holes < one.len() / 50, "{holes} of {} pixels are empty", one.len());
        }
    }
}
