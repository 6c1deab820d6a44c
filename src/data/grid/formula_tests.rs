use super::*;
use crate::data::dtype::{TimeUnit, Unit};
use crate::data::grid::smooth::smooth;
use crate::data::grid::{Coordinates, Dimension, Kind};

/// A store whose cell (i, j, k, …) has the value i·10^(n−1) + … + k, times a factor.
#[derive(Debug)]
struct Digits(f64);

impl Store for Digits {
    fn read(&self, window: &Window, out: &mut [f64]) -> Result<u64, DataError> {
        let mut values = vec![0.0];
        for range in window {
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            let wider = values.iter().flat_map(|value| range.clone().map(move |i| value * 10.0 + i as f64));
            values = wider.collect();
        }
        out.iter_mut().zip(values).for_each(|(out, value)| *out = value * self.0);
        Ok(0)
    }

    fn chunk(&self) -> Vec<u64> {
        vec![1]
    }
}

fn variable(name: &str, dimensions: &[usize], factor: f64) -> Variable {
    Variable {
        name: name.to_owned(),
        dimensions: dimensions.to_vec(),
        dtype: "f64".to_owned(),
        attributes: Vec::new(),
        packing: Packing::default(),
        store: Arc::new(Digits(factor)),
        placed: None,
    }
}

/// t (3), y (5), x (6): `a` and `b` over all of them, `h` over y and x.
fn grids() -> Grids {
    let time = Kind::Time(TimeUnit { multiplier: 1, unit: Unit::Hour });
    let dimension = |name: &str, len: u64, kind: Kind| Dimension {
        name: name.to_owned(),
        len,
        is_unlimited: false,
        coordinates: Some(Arc::new(Coordinates { kind, ..Coordinates::counted(len).unwrap() })),
    };
    Grids {
        format: "test".to_owned(),
        dimensions: vec![dimension("t", 3, time), dimension("y", 5, Kind::Y), dimension("x", 6, Kind::X)],
        variables: vec![variable("a", &[0, 1, 2], 1.0), variable("2b", &[0, 1, 2], 2.0), variable("h", &[1, 2], 1.0)],
        notes: Vec::new(),
        mappings: Vec::new(),
        folders: Vec::new(),
    }
}

fn read(text: &str, window: &Window) -> Vec<f64> {
    let variable = grids().evaluate(text).unwrap();
    let mut out = vec![f64::NAN; usize::try_from(cells(window).unwrap()).unwrap()];
    variable.read(window, &mut out).unwrap();
    out
}

const WINDOW: [Range<u64>; 3] = [1..2, 2..4, 3..5];

#[test]
fn variables_are_calculated_cell_by_cell() {
    assert_eq!(read("a", &WINDOW), [123.0, 124.0, 133.0, 134.0]);
    assert_eq!(read("a - 100", &WINDOW), [23.0, 24.0, 33.0, 34.0]);
    assert_eq!(read("hypot(3 * a, 2 * `2b`) / 5", &WINDOW), [123.0, 124.0, 133.0, 134.0]);
    assert_eq!(read("(a)", &WINDOW), [123.0, 124.0, 133.0, 134.0]);
    // What has no steps is the same at each.
    assert_eq!(read("a - h", &WINDOW), [100.0; 4]);
    assert_eq!(read("h - a", &[0..3, 0..1, 0..1]), [0.0, -100.0, -200.0]);
}

#[test]
fn units_are_those_of_what_is_made() {
    let mut grids = grids();
    grids.variables.iter_mut().for_each(|variable| variable.attributes = vec![("units".to_owned(), "K".to_owned())]);
    for (text, units) in [
        ("a - 273.15", Some("°C")),
        ("a - `2b`", Some("K")),
        ("$0 - h", Some("K")),
        ("step(a, 0) - 1", Some("K")),
        ("a - step(0)", Some("K")),
        ("a * 2", None),
    ] {
        assert_eq!(grids.evaluate(text).unwrap().units(), units, "{text}");
    }
}

#[test]
fn other_steps_can_be_looked_at() {
    assert_eq!(read("a - step(a, 0)", &WINDOW), [100.0; 4]);
    assert_eq!(read("a - step(0)", &WINDOW), [100.0; 4]);
    assert_eq!(read("step(2)", &WINDOW), [223.0, 224.0, 233.0, 234.0]);
    assert_eq!(read("diff(a + 1)", &WINDOW), [100.0; 4]);
    assert_eq!(read("step(diff(`2b`), 1) / 2 + 0 * a", &[0..1, 0..1, 0..1]), [100.0]);
    let all = read("diff(a)", &[0..3, 1..2, 1..3]);
    assert!(all[..2].iter().all(|value| value.is_nan()) && all[2..] == [100.0; 4], "{all:?}");
}

#[test]
fn a_plane_stays_itself_when_it_is_smoothed() {
    // What changes evenly has no curvature to be smoothed away, whatever part is read.
    for text in ["smooth9(a, 1)", "smooth9(a, 7)", "smooth9(smooth9(a, 1), 1)"] {
        for window in [[1..2, 2..4, 3..5], [0..3, 0..5, 0..6], [2..3, 4..5, 5..6]] {
            let (smoothed, plain) = (read(text, &window), read("a", &window));
            assert!(smoothed.iter().zip(&plain).all(|(a, b)| (a - b).abs() < 1e-9), "{text} {window:?}");
        }
    }
    // Smoothing a part is smoothing the whole.
    let whole = read("smooth9(a * a % 7, 3)", &[1..2, 0..5, 0..6]);
    assert_eq!(read("smooth9(a * a % 7, 3)", &[1..2, 2..3, 1..4]), whole[13..16]);
    assert_ne!(whole, read("a * a % 7", &[1..2, 0..5, 0..6]));
}

#[test]
fn the_weights_are_ncls() {
    let mut values = vec![0.0; 25];
    values[12] = 16.0;
    smooth(&mut values, 5);
    let wanted = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 1.0, 0.0, 0.0, 2.0, 4.0, 2.0, 0.0];
    assert_eq!(values[..15], wanted);
    values[12] = f64::NAN;
    let before = values.clone();
    smooth(&mut values, 5);
    assert!(values.iter().zip(&before).all(|(a, b)| a == b || a.is_nan()));
}

#[test]
fn what_cannot_be_calculated_says_why() {
    for (text, part) in [
        ("c", "a, 2b, h"),
        ("c + 1", "no column \"c\""),
        ("a +", "a +"),
        ("step(a, 3)", "3 steps"),
        ("step(a, -1)", "step(variable, 0)"),
        ("diff(a, 2)", "diff(variable)"),
        ("diff(h)", "no steps"),
        ("smooth9(a)", "smooth9(variable, 10)"),
        ("smooth9(a, 1001)", "1000 times"),
        ("diff(a", "not closed"),
        ("1 + 2", "no variable"),
    ] {
        let message = grids().evaluate(text).unwrap_err().to_string();
        assert!(message.contains(part), "{text}: {message}");
    }
}
