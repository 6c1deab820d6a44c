//! Formulas whose pixels are found by results that are nearly known give, bin by bin, what a file with the exact results gives:
//! where many lie beside edges and asymptotes, where some are NaN and infinite, fitted and zoomed far in.

use scumble::aggregate::cpu::CpuOptions;
use scumble::aggregate::{Accounting, Values};
use scumble::data::raw::RawSpec;
use scumble::data::{Progress, Table};
use scumble::scene::axis::{Range, Size};
use scumble::scene::layer::{AxisRequest, Layer};
use scumble::scene::mark::Mark;
use scumble::scene::style::Style;
use scumble::workbench::sources::Sources;

use super::engines::{on_cpu, plan, random_cpu};
use super::values::Random;

const ROWS: usize = 20_000;

type Function = fn(f64, f64) -> f64;

/// What is written and what it means, function by function.
const FORMULAS: [(&str, Function); 30] = [
    ("log(x)", |x, _| libm::log(x)),
    ("log2(x)", |x, _| libm::log2(x)),
    ("log10(x)", |x, _| libm::log10(x)),
    ("-2.5*log10(abs(x)) + 5", |x, _| -2.5 * libm::log10(x.abs()) + 5.0),
    ("log1p(x)", |x, _| libm::log1p(x)),
    ("exp(x)", |x, _| libm::exp(x)),
    ("exp2(x)", |x, _| libm::exp2(x)),
    ("expm1(x)", |x, _| libm::expm1(x)),
    ("1 - exp(-abs(x))", |x, _| 1.0 - libm::exp(-x.abs())),
    ("sin(x)", |x, _| libm::sin(x)),
    ("3 - 2*sin(x)", |x, _| 3.0 - 2.0 * libm::sin(x)),
    ("cos(x)", |x, _| libm::cos(x)),
    ("sin(1000*x)", |x, _| libm::sin(1000.0 * x)),
    ("sinh(x)", |x, _| libm::sinh(x)),
    ("cosh(x)", |x, _| libm::cosh(x)),
    ("tanh(x)", |x, _| libm::tanh(x)),
    ("arcsinh(x)", |x, _| libm::asinh(x)),
    ("arccosh(abs(x) + 1)", |x, _| libm::acosh(x.abs() + 1.0)),
    ("arctanh(x / 20)", |x, _| libm::atanh(x / 20.0)),
    ("arctan(x)", |x, _| libm::atan(x)),
    ("arcsin(x / 8)", |x, _| libm::asin(x / 8.0)),
    ("arccos(x / 8)", |x, _| libm::acos(x / 8.0)),
    ("degrees(arctan2(y, x))", |x, y| libm::atan2(y, x) * (180.0 / std::f64::consts::PI)),
    ("hypot(x, y)", |x, y| libm::hypot(x, y)),
    ("cbrt(x)", |x, _| libm::cbrt(x)),
    ("x**3", |x, _| libm::pow(x, 3.0)),
    ("x**4 - 1", |x, _| libm::pow(x, 4.0) - 1.0),
    ("abs(x)**1.5", |x, _| libm::pow(x.abs(), 1.5)),
    ("x**-1", |x, _| libm::pow(x, -1.0)),
    ("10**x", |x, _| libm::pow(10.0, x)),
];

fn rows() -> Vec<(f32, f32)> {
    let mut random = Random(3);
    let row = |i: usize| {
        let (x, y) = ((random.unit() as f32 - 0.5) * 16.0, (random.unit() as f32 - 0.5) * 9.0);
        match i % 101 {
            0 => (f32::NAN, y),
            1 => (f32::INFINITY, y),
            2 => (f32::NEG_INFINITY, f32::NAN),
            3 => (0.0, 0.0),
            4 => (-0.0, -1.0),
            5 => (1e-42, 1e30),
            6 => (x * 1e6, y),
            7 => (3e38, -3e38),
            // Results that are edges, or beside them.
            8..=30 => ((x * 4.0).round() / 4.0, y.round()),
            31..=33 => (x * 3.0, 0.0),
            _ => (x, y),
        }
    };
    (0..ROWS).map(row).collect()
}

fn table(bytes: &[u8], dtype: &str, [x, y]: [&str; 2]) -> (tempfile::TempDir, Table) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.bin");
    std::fs::write(&path, bytes).unwrap();
    let raw = RawSpec { dtype: Some(dtype.to_owned()), ..RawSpec::default() };
    let (x, y) = (Some(x.to_owned()), Some(y.to_owned()));
    let table =
        Sources { inputs: vec![path], x, y, raw, ..Sources::default() }.open(&Progress::default()).unwrap().table;
    (folder, table)
}

fn layer(range: Option<Range>) -> Layer {
    Layer {
        x: AxisRequest { range: Some("-8..8".parse().unwrap()), ..AxisRequest::default() },
        y: AxisRequest { range, ..AxisRequest::default() },
        aspect: scumble::scene::aspect::Aspect::AUTO,
        size: Size { width: 50, height: 400 },
        mark: Mark::Points,
        step: 0,
        reduction: "count".parse().unwrap(),
        style: Style::default(),
    }
}

fn counted(table: &Table, layer: &Layer, options: CpuOptions) -> (Vec<u64>, Accounting) {
    let got = on_cpu(table, &plan(table, layer).unwrap(), options);
    match got.values {
        Values::Count(counts) => (counts, got.accounting),
        other => panic!("{other:?}"),
    }
}

#[test]
fn formulas_give_the_bins_of_their_exact_results() {
    let rows = rows();
    let plain: Vec<u8> = rows.iter().flat_map(|(x, y)| [x.to_le_bytes(), y.to_le_bytes()].concat()).collect();
    let mut random = Random(23);
    for (text, function) in FORMULAS {
        let results = rows.iter().map(|(x, y)| function(f64::from(*x), f64::from(*y)));
        let made: Vec<u8> = rows
            .iter()
            .zip(results.clone())
            .flat_map(|((x, _), v)| [&x.to_le_bytes()[..], &v.to_le_bytes()].concat())
            .collect();
        let (_plain, formula) = table(&plain, "[('x','<f4'),('y','<f4')]", ["x", text]);
        let (_made, made) = table(&made, "[('x','<f4'),('v','<f8')]", ["x", "v"]);
        assert_eq!(plan(&formula, &layer(None)).unwrap(), plan(&made, &layer(None)).unwrap(), "{text}");
        let some: Vec<f64> = results.filter(|v| v.abs() < 1e6).collect();
        let zoomed = |width: f64, random: &mut Random| {
            let middle = some[random.below(some.len() as u64) as usize];
            format!("{:?}..{:?}", middle - width * random.unit(), middle + width * random.unit())
        };
        let mut ranges = vec![None];
        ranges.extend(["-8..8", "0..1", "-1..1", "0..100", "-1e300..1e300"].map(|range| Some(range.to_owned())));
        ranges.extend([3.0, 1e-2, 1e-4, 1e-6, 1e-9].map(|width| Some(zoomed(width, &mut random))));
        for range in ranges {
            let layer = layer(range.as_deref().map(|range| range.parse().unwrap()));
            let wanted = counted(&made, &layer, CpuOptions::default());
            assert!(wanted.1.adds_up());
            for options in [CpuOptions::default(), random_cpu(&mut random)] {
                assert!(counted(&formula, &layer, options) == wanted, "{text} in {range:?}, {options:?}");
            }
        }
    }
}
