//! Hexagons against matplotlib's counts, and against a reference that asks each row and each pixel which center is nearest.

use scumble::aggregate::cpu::{self, CpuOptions, Progressive};
use scumble::aggregate::{Accounting, Aggregate, Values};
use scumble::data::Progress;
use scumble::scene::axis::Scale;
use scumble::scene::layer::Layer;

use super::axes::{linear, reals};
use super::engines::{layer, on_cpu, plan, random_cpu};
use super::files::{Arrangement, Column, Kind, Num, open};
use super::reference::{Ruler, compare_bits};
use super::values::Random;

/// Centers of hexagons: those at the corners of an extent, then those in the middles.
struct Centers {
    start: [f64; 2],
    step: [f64; 2],
    across: u32,
    up: u32,
}

impl Centers {
    /// Of an extent that is on the axes' scale already, which matplotlib widens a little along x.
    fn over([x0, x1, y0, y1]: [f64; 4], across: u32, up: u32) -> Self {
        let start = [x0 - 1e-9 * (x1 - x0), y0];
        let step = [(x1 - x0) * (1.0 + 2e-9) / f64::from(across), (y1 - y0) / f64::from(up)];
        Self { start, step, across, up }
    }

    fn len(&self) -> usize {
        ((self.across + 1) * (self.up + 1) + self.across * self.up) as usize
    }

    /// The hexagon whose center is nearest, 1 up being as far as the root of 3 across; none where no center is near.
    fn nearest(&self, x: f64, y: f64) -> Option<usize> {
        let (u, v) = ((x - self.start[0]) / self.step[0], (y - self.start[1]) / self.step[1]);
        let mut best = (f64::INFINITY, None);
        let mut number = 0;
        for (half, columns, lines) in [(0.0, self.across + 1, self.up + 1), (0.5, self.across, self.up)] {
            for i in 0..columns {
                for j in 0..lines {
                    let (du, dv) = (u - f64::from(i) - half, v - f64::from(j) - half);
                    // Hexagons are the places that are nearer to their center than to any of six around it.
                    let is_in = du.abs() <= 0.5 && dv.abs() * 3.0 + du.abs() <= 1.0 + 1e-12;
                    let far = du * du + 3.0 * dv * dv;
                    if is_in && far < best.0 {
                        best = (far, Some(number));
                    }
                    number += 1;
                }
            }
        }
        best.1
    }
}

fn hexagons(x: &Ruler, y: &Ruler, mark: &str, reduction: &str) -> Layer {
    Layer { mark: mark.parse().unwrap(), ..layer(x, y, reduction) }
}

/// The columns of a fixture: x, y and a value.
fn points(kind: &str, n: usize) -> [Column; 3] {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / 2_f64.powi(53)
    };
    let pairs: Vec<[f64; 2]> = (0..n).map(|_| [next(), next()]).collect();
    let of = |[u, v]: [f64; 2]| match kind {
        "plain" => [u, v * v],
        "cubes" => [u * u * u + 0.001, v * v + 0.001],
        "whole" => [(u * 101.0).floor(), (v * 61.0).floor()],
        _ => [3.0, -v],
    };
    let column = |i: usize| match kind {
        "whole" => Column::new(Kind::I4, pairs.iter().map(|pair| Num::Int(of(*pair)[i] as i128))),
        _ => Column::reals(Kind::F8, pairs.iter().map(|pair| of(*pair)[i])),
    };
    [column(0), column(1), Column::reals(Kind::F8, pairs.iter().map(|[u, v]| u - v))]
}

fn ends(column: &Column) -> (f64, f64) {
    let values = column.values.iter().map(|v| match v {
        Num::Int(v) => *v as f64,
        Num::Real(v) => *v,
    });
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
}

#[test]
fn hexagons_count_what_matplotlibs_do() {
    let path = format!("{}/tests/fixtures/hexbin.txt", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    assert_eq!(text.lines().count(), 9);
    for line in text.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let [kind, n, across, up, scale, extent, what] = words[..7].try_into().unwrap();
        let wanted: Vec<f64> = words[7..].iter().map(|word| word.parse().unwrap()).collect();
        let columns = points(kind, n.parse().unwrap());
        let [[x0, x1], [y0, y1]] = match extent {
            // An extent of a single value has room.
            "-" if kind == "one" => [[2.7, 3.3], ends(&columns[1]).into()],
            "-" => [ends(&columns[0]).into(), ends(&columns[1]).into()],
            _ => {
                let ends: Vec<f64> = extent.split(',').map(|end| end.parse().unwrap()).collect();
                [[ends[0], ends[1]], [ends[2], ends[3]]]
            }
        };
        // Nearly all hexagons in view, at an odd size; the view's log axes are straight in decades, too.
        let scale: Scale = scale.parse().unwrap();
        let along = |v: f64| if scale == Scale::Log { v.log10() } else { v };
        let ruler = |a: f64, b: f64, pixels| match scale {
            Scale::Log => Ruler { scale, ..linear(reals(a / 1.1, b * 1.1), pixels) },
            _ => linear(reals(a - (b - a) / 7.0, b + (b - a) / 9.0), pixels),
        };
        let (x, y) = (ruler(x0, x1, 431), ruler(y0, y1, 317));
        let (across, up): (u32, u32) = (across.parse().unwrap(), up.parse().unwrap());
        let centers = Centers::over([x0, x1, y0, y1].map(along), across, up);
        assert_eq!(centers.len(), wanted.len());
        let with_extent = if extent == "-" { String::new() } else { format!(":{x0}..{x1}:{y0}..{y1}") };
        let reduction = if what == "mean" { "mean:v" } else { "count" };
        let opened = open(&columns[..if what == "mean" { 3 } else { 2 }], Arrangement::Packed, 0);
        let mark = format!("hexbin:{across}x{up}{with_extent}");
        let frame = plan(&opened.table, &hexagons(&x, &y, &mark, reduction)).unwrap();
        let got = on_cpu(&opened.table, &frame, CpuOptions::default());
        let center = |ruler: &Ruler, k: usize| {
            let [a, b] = [ruler.range.start.to_f64(), ruler.range.end.to_f64()].map(along);
            a + (k as f64 + 0.5) * (b - a) / f64::from(ruler.pixels)
        };
        let mut seen = vec![false; wanted.len()];
        for at in 0..431 * 317 {
            let hexagon = centers.nearest(center(&x, at % 431), center(&y, at / 431));
            let is_right = match (&got.values, hexagon) {
                (Values::Count(counts), Some(i)) => counts[at] as f64 == wanted[i],
                (Values::Count(counts), None) => counts[at] == 0,
                (Values::Real(means), Some(i)) if wanted[i] != -9.0 => (means[at] - wanted[i]).abs() < 1e-14,
                (Values::Real(means), _) => means[at].is_nan(),
                (Values::Categories(_), _) => false,
            };
            assert!(is_right, "{mark} of {kind}: pixel {at}, hexagon {hexagon:?}");
            if let Some(i) = hexagon {
                seen[i] = true;
            }
        }
        let all: f64 = wanted.iter().zip(&seen).filter(|(_, seen)| **seen).map(|(n, _)| n).sum();
        assert!(seen.iter().filter(|seen| **seen).count() > wanted.len() / 2, "{mark} of {kind}");
        assert!(got.accounting.adds_up());
        if what == "count" {
            assert_eq!(got.accounting.in_view as f64, all, "{mark} of {kind}");
        }
    }
}

/// The numbers of each pixel of a view: those of its hexagon's rows.
fn reference(columns: &[Column; 3], centers: &Centers, x: &Ruler, y: &Ruler, reduction: &str) -> Aggregate {
    let has_value = reduction != "count";
    let real = |v: Num| if let Num::Real(v) = v { v } else { panic!() };
    let mut rows: Vec<Vec<f64>> = vec![Vec::new(); centers.len()];
    let mut accounting = Accounting { rows: columns[0].values.len() as u64, ..Accounting::default() };
    for i in 0..columns[0].values.len() {
        let [a, b, v] = [0, 1, 2].map(|column: usize| real(columns[column].values[i]));
        if !a.is_finite() || !b.is_finite() || (has_value && !v.is_finite()) {
            accounting.not_finite += 1;
        } else if let Some(hexagon) = centers.nearest(a, b) {
            rows[hexagon].push(v);
        }
    }
    let center = |ruler: &Ruler, k: u32| {
        let (a, b) = (ruler.range.start.to_f64(), ruler.range.end.to_f64());
        a + (f64::from(k) + 0.5) * (b - a) / f64::from(ruler.pixels)
    };
    let mut seen = vec![false; centers.len()];
    let (mut counts, mut values) = (Vec::new(), Vec::new());
    for j in 0..y.pixels {
        for i in 0..x.pixels {
            let hexagon = centers.nearest(center(x, i), center(y, j));
            let of: &[f64] = hexagon.map_or(&[], |hexagon| {
                seen[hexagon] = true;
                &rows[hexagon]
            });
            counts.push(of.len() as u64);
            values.push(match reduction {
                _ if of.is_empty() => f64::NAN,
                "min:v" => of.iter().copied().fold(f64::INFINITY, f64::min),
                "max:v" => of.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                // Values are eighths: sums have no rounding.
                _ => of.iter().sum(),
            });
        }
    }
    accounting.in_view = rows.iter().zip(&seen).filter(|(_, seen)| **seen).map(|(rows, _)| rows.len() as u64).sum();
    accounting.outside = accounting.rows - accounting.in_view - accounting.not_finite;
    let values = if has_value { Values::Real(values) } else { Values::Count(counts) };
    Aggregate { width: x.pixels, height: y.pixels, values, accounting }
}

#[test]
fn any_threads_blocks_stages_and_bands_make_the_same_hexagons() {
    let mut random = Random(33);
    let mut column = |low: f64, width: f64, is_rough: bool| {
        let value = |random: &mut Random| match random.below(50) {
            0 => f64::NAN,
            1 => f64::INFINITY,
            _ if is_rough => (random.unit() * 400.0).floor() / 8.0 - 20.0,
            _ => low + width * random.unit(),
        };
        Column::reals(Kind::F8, (0..4000).map(|_| value(&mut random)).collect::<Vec<_>>())
    };
    let columns = [column(-1.0, 3.0, false), column(5.0, 2.0, false), column(0.0, 0.0, true)];
    let finite = |column: &Column| {
        let values = column.values.iter().filter(|v| matches!(v, Num::Real(v) if v.is_finite()));
        ends(&Column::new(Kind::F8, values.copied().collect::<Vec<_>>()))
    };
    let ((x0, x1), (y0, y1)) = (finite(&columns[0]), finite(&columns[1]));
    let opened = open(&columns, Arrangement::Packed, 0);
    for (mark, extent, view) in [
        ("hexbin:11x6", [x0, x1, y0, y1], [-1.3, 2.2, 4.7, 7.4]),
        // A part of the same hexagons.
        ("hexbin:11x6", [x0, x1, y0, y1], [0.1, 0.6, 5.5, 6.1]),
        ("hexbin:4x3:0.0..1.0:5.5..6.5", [0.0, 1.0, 5.5, 6.5], [-1.0, 2.0, 5.0, 7.0]),
    ] {
        let (x, y) = (linear(reals(view[0], view[1]), 53), linear(reals(view[2], view[3]), 41));
        let words: Vec<u32> =
            mark["hexbin:".len()..].split([':', 'x']).take(2).map(|word| word.parse().unwrap()).collect();
        let centers = Centers::over(extent, words[0], words[1]);
        for reduction in ["count", "sum:v", "min:v", "max:v"] {
            let wanted = reference(&columns, &centers, &x, &y, reduction);
            assert!(wanted.accounting.in_view > 100 && wanted.accounting.not_finite > 50);
            let frame = plan(&opened.table, &hexagons(&x, &y, mark, reduction)).unwrap();
            let same =
                |got: &Aggregate| compare_bits(got, &wanted).unwrap_or_else(|e| panic!("{mark} {reduction}: {e}"));
            for _ in 0..3 {
                let options = random_cpu(&mut Random(random.below(1 << 40)));
                same(&on_cpu(&opened.table, &frame, options));
                let mut pass = Progressive::new(&opened.table, &frame, options);
                while !pass.is_done() {
                    pass.advance(1, &Progress::default()).unwrap();
                }
                same(&pass.aggregate());
                let mut bands = Aggregate { values: wanted.values.lines(0..0, 53), ..wanted.clone() };
                for first in (0..41).step_by(17) {
                    let lines = first..(first + 17).min(41);
                    let mut take = |values: Values| bands.values.append(values);
                    let progress = Progress::default();
                    let part =
                        cpu::aggregate_lines(&opened.table, &frame, options, lines, &progress, &mut take).unwrap();
                    assert!(part.adds_up() && part.rows == 4000);
                }
                same(&bands);
            }
        }
    }
}

#[test]
fn numbers_per_area_are_those_of_a_hexagon() {
    let opened = open(&points("plain", 500)[..2], Arrangement::Packed, 0);
    let (x, y) = (linear(reals(0.0, 0.5), 30), linear(reals(0.0, 1.0), 20));
    let frame = plan(&opened.table, &hexagons(&x, &y, "hexbin:10x5:0..1:0..2", "count")).unwrap();
    let area = frame.area(scumble::scene::style::Per::Area).unwrap();
    assert!((area - 0.1 * 0.4 / 2.0).abs() < 1e-9, "{area}");
}
