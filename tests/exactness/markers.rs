//! Markers against a reference that asks of every pixel, and of every point in it, which markers cover it.

use scumble::aggregate::cpu::{self, CpuOptions, Progressive};
use scumble::aggregate::{Accounting, Aggregate, Values};
use scumble::data::Progress;
use scumble::scene::layer::Layer;
use scumble::scene::mark::Mark;

use super::axes::{linear, reals};
use super::engines::{layer, on_cpu, plan, random_cpu};
use super::files::{Arrangement, Column, Kind, Num, open};
use super::reference::{Ruler, compare_bits, sort};
use super::values::Random;

/// Whether a point lies in a marker around another.
fn lies_in(shape: &str, size: f64, [dx, dy]: [f64; 2]) -> bool {
    let (radius, x, y) = (size / 2.0, dx.abs(), dy.abs());
    let bar = (size / 10.0).max(0.5).min(radius);
    match shape {
        "circle" => x <= radius && y <= radius && x * x + y * y <= radius * radius,
        "square" => x <= radius && y <= radius,
        _ => (x <= bar && y <= radius) || (x <= radius && y <= bar),
    }
}

/// Positions of the rows that are numbers, in pixels.
fn positions(columns: &[Column; 2], x: &Ruler, y: &Ruler) -> Vec<[f64; 2]> {
    let rows = columns[0].values.iter().zip(&columns[1].values);
    let rows = rows.filter(|(a, b)| columns[0].kind.is_number(**a) && columns[1].kind.is_number(**b));
    rows.map(|(a, b)| [x.position(*a), y.position(*b)]).collect()
}

fn markers(x: &Ruler, y: &Ruler, mark: &str, is_solid: bool) -> Layer {
    let mark: Mark = mark.parse().unwrap();
    Layer { mark: mark.scaled(1.0, is_solid), ..layer(x, y, "count") }
}

/// Each pixel with each marker: how many cover it, and how much of it any covers.
fn reference(at: &[[f64; 2]], shape: &str, size: f64, (width, height): (u32, u32)) -> (Vec<u64>, Vec<f64>) {
    let mut pixels = (Vec::new(), Vec::new());
    for j in 0..height {
        for i in 0..width {
            let (i, j) = (f64::from(i), f64::from(j));
            let near = at.iter().filter(|[x, y]| (x - i).abs() < size + 2.0 && (y - j).abs() < size + 2.0);
            let near: Vec<[f64; 2]> = near.copied().collect();
            let is_covered = |x: f64, y: f64, at: &[f64; 2]| lies_in(shape, size, [x - at[0], y - at[1]]);
            let is_own = |at: &[f64; 2]| at[0].floor() == i && at[1].floor() == j;
            let count = near.iter().filter(|at| is_own(at) || is_covered(i + 0.5, j + 0.5, at)).count();
            let points = (0..64).filter(|k| {
                let (x, y) = (i + (f64::from(k % 8) + 0.5) / 8.0, j + (f64::from(k / 8) + 0.5) / 8.0);
                near.iter().any(|at| is_covered(x, y, at))
            });
            let share = points.count() as f64 / 64.0;
            pixels.0.push(count as u64);
            pixels.1.push(if share > 0.0 { share } else { f64::NAN });
        }
    }
    pixels
}

#[test]
fn every_marker_covers_what_lies_in_it() {
    let mut random = Random(21);
    let (x, y) = (linear(reals(0.0, 1.0), 40), linear(reals(-1.0, 1.0), 31));
    for (shape, size) in
        [("circle", 5.0), ("circle", 0.3), ("circle", 13.7), ("square", 4.2), ("cross", 9.0), ("cross", 1.7)]
    {
        let mut reals = |low: f64, width: f64| {
            let value = |random: &mut Random| match random.below(40) {
                0 => f64::NAN,
                1 => 1e30,
                _ => low + width * (random.unit() * 1.5 - 0.25),
            };
            Column::reals(Kind::F8, (0..300).map(|_| value(&mut random)))
        };
        let columns = [reals(0.0, 1.0), reals(-1.0, 2.0)];
        let wanted = reference(&positions(&columns, &x, &y), shape, size, (40, 31));
        let accounting = sort(&columns, &x, &y, false).accounting;
        assert!(accounting.outside > 50 && accounting.not_finite > 5);
        let opened = open(&columns, Arrangement::Packed, 0);
        for is_solid in [false, true] {
            let frame = plan(&opened.table, &markers(&x, &y, &format!("{shape}:{size}"), is_solid)).unwrap();
            let values = if is_solid { Values::Real(wanted.1.clone()) } else { Values::Count(wanted.0.clone()) };
            let wanted = Aggregate { width: 40, height: 31, values, accounting };
            let same = |got: &Aggregate| compare_bits(got, &wanted).unwrap_or_else(|e| panic!("{shape} {size}: {e}"));
            for _ in 0..3 {
                let options = random_cpu(&mut random);
                same(&on_cpu(&opened.table, &frame, options));
                let mut pass = Progressive::new(&opened.table, &frame, options);
                while !pass.is_done() {
                    pass.advance(1, &Progress::default()).unwrap();
                }
                same(&pass.aggregate());
                let mut bands = Aggregate { values: cut(&wanted, 0..0), ..wanted.clone() };
                for first in (0..31).step_by(5) {
                    let lines = first..(first + 5).min(31);
                    let mut take = |values: Values| bands.values.append(values);
                    cpu::aggregate_lines(&opened.table, &frame, options, lines, &Progress::default(), &mut take)
                        .unwrap();
                }
                same(&bands);
            }
        }
    }
}

fn cut(aggregate: &Aggregate, lines: std::ops::Range<u32>) -> Values {
    aggregate.values.lines(lines, aggregate.width as usize)
}

#[test]
fn markers_cover_the_area_of_matplotlibs() {
    let path = format!("{}/tests/fixtures/markers.txt", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    assert_eq!(text.lines().count(), 4);
    for line in text.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let number = |i: usize| words[i].parse::<f64>().unwrap();
        let (x, y) = (linear(reals(0.0, 1.0), number(3) as u32), linear(reals(0.0, 1.0), number(4) as u32));
        let mut state = 1_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / 2_f64.powi(53)
        };
        let points: Vec<[f64; 2]> = (0..number(2) as u32).map(|_| [next(), next()]).collect();
        let column = |i: usize| Column::reals(Kind::F8, points.iter().map(|point| point[i]));
        let opened = open(&[column(0), column(1)], Arrangement::Packed, 0);
        let frame = plan(&opened.table, &markers(&x, &y, &format!("{}:{}", words[0], words[1]), true)).unwrap();
        let got = on_cpu(&opened.table, &frame, CpuOptions::default());
        let Values::Real(shares) = &got.values else { panic!() };
        let area: f64 = shares.iter().filter(|v| !v.is_nan()).sum();
        let off = area / number(5) - 1.0;
        assert!(off.abs() < 0.005, "{line}: {area}, off by {off:+.4}");
        // Markers that are a little larger would be found.
        let larger = markers(&x, &y, &format!("{}:{}", words[0], number(1) * 1.04), true);
        let frame = plan(&opened.table, &larger).unwrap();
        let got = on_cpu(&opened.table, &frame, CpuOptions::default());
        let Values::Real(shares) = &got.values else { panic!() };
        let area: f64 = shares.iter().filter(|v| !v.is_nan()).sum();
        assert!(area / number(5) - 1.0 > off + 0.008, "{line}");
    }
}

#[test]
fn rows_are_accounted_for_as_points() {
    let columns = [
        Column::new(Kind::F8, [0.5, -0.001, 2.0, f64::NAN].map(Num::Real)),
        Column::new(Kind::F8, [0.5, 0.5, 0.5, 0.5].map(Num::Real)),
    ];
    let (x, y) = (linear(reals(0.0, 1.0), 10), linear(reals(0.0, 1.0), 10));
    let opened = open(&columns, Arrangement::Packed, 0);
    let frame = plan(&opened.table, &markers(&x, &y, "circle:3", false)).unwrap();
    let got = on_cpu(&opened.table, &frame, CpuOptions::default());
    let wanted = Accounting { rows: 4, in_view: 1, outside: 2, not_finite: 1, filtered: 0 };
    assert_eq!(got.accounting, wanted);
    let Values::Count(counts) = &got.values else { panic!() };
    // The row just outside reaches in.
    assert_eq!((counts[50], counts[40]), (1, 1));
}
