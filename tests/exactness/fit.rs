//! Ranges that fit the data hold all of it, the maximum inside the last pixel.

use scumble::scene::axis::{Scale, Size, ViewError};
use scumble::scene::layer::{AxisRequest, Layer};
use scumble::scene::mark::Mark;
use scumble::scene::style::Style;

use super::axes::random_axis;
use super::engines::{on_both, plan};
use super::files::{Arrangement, Column, Kind, Num, Opened, open};
use super::properties::check_seeds;
use super::values::{Random, column_of_values, column_on_axis};

const SCALES: [Scale; 3] = [Scale::Linear, Scale::Log, Scale::SymLog { linthresh: 0.5 }];

/// The values along x, fitted, on so many pixels.
fn fitted(values: &Column, scale: Scale, pixels: u32) -> (Opened, Layer) {
    let y = Column::integers(Kind::U1, (0..values.values.len()).map(|i| i as i128 % 3));
    let layer = Layer {
        x: AxisRequest { range: None, scale, reversed: None },
        y: AxisRequest::default(),
        aspect: scumble::scene::aspect::Aspect::AUTO,
        size: Size { width: pixels, height: 2 },
        mark: Mark::Points,
        step: 0,
        reduction: "count".parse().unwrap(),
        style: Style::default(),
    };
    (open(&[values.clone(), y], Arrangement::Packed, 0), layer)
}

/// All rows that the scale has a place for are in the view; the least in the first pixel, the greatest in the last.
fn check(values: &Column, scale: Scale, pixels: u32) -> Result<(), String> {
    let shown = |v: &&Num| {
        let positive = match v {
            Num::Int(v) => *v > 0,
            Num::Real(v) => *v > 0.0,
        };
        values.kind.is_number(**v) && (scale != Scale::Log || positive)
    };
    let shown = values.values.iter().filter(shown).count() as u64;
    let finite = values.values.iter().filter(|v| values.kind.is_number(**v)).count() as u64;
    let (opened, layer) = fitted(values, scale, pixels);
    let plan = match plan(&opened.table, &layer) {
        Ok(plan) => plan,
        Err(ViewError::NothingToFit { .. }) if shown == 0 => return Ok(()),
        Err(e) => return Err(e.to_string()),
    };
    for (engine, got) in on_both(&opened.table, &plan) {
        let a = got.accounting;
        if (a.rows, a.in_view, a.not_finite) != (values.values.len() as u64, shown, a.rows - finite) {
            let range = plan.view.x.range;
            return Err(format!("{a:?} instead of {shown} in view on the {engine}; range {range}"));
        }
    }
    Ok(())
}

fn check_all(values: &Column) {
    for scale in SCALES {
        for pixels in [1, 4096] {
            check(values, scale, pixels)
                .unwrap_or_else(|e| panic!("{:?} on {scale:?}, {pixels} pixels: {e}", values.kind));
        }
    }
}

#[test]
fn random_columns_are_held() {
    check_seeds(130, 77, 200, |seed, rows| {
        let mut random = Random(seed);
        let kind = random.pick(&Kind::ALL);
        let (scale, pixels) = (random.pick(&SCALES), random.pick(&[1, 3, 333, 4096]));
        let axis = random_axis(kind, scale, &mut random);
        let mut values = if random.coin() {
            column_on_axis(kind, &axis, rows, &mut random)
        } else {
            column_of_values(kind, rows, &mut random)
        };
        // Wider than f64 can divide is another test's.
        let too_wide = |v: &Num| matches!(v, Num::Real(v) if v.is_finite() && v.abs() > 1e300);
        values.values.iter_mut().filter(|v| too_wide(v)).for_each(|v| *v = Num::Real(1e300));
        check(&values, scale, pixels).map_err(|e| format!("{} on {scale:?}, {pixels} pixels: {e}", values.dtype()))
    });
}

#[test]
fn constant_columns_are_held() {
    for kind in Kind::ALL {
        let values = [0.0, 1.0, -1.0, 100.0, 6e4, -6e4, 1e18, 1e38, 1e300, 1e-7, 1e-310].map(|v| kind.of_real(v));
        for (i, v) in values.into_iter().enumerate() {
            // Small types have less of them.
            if kind.is_number(v) && !values[..i].contains(&v) {
                check_all(&Column::new(kind, [v; 5]));
            }
        }
    }
}

#[test]
fn constant_columns_at_the_ends_of_their_type_are_held() {
    for kind in Kind::ALL {
        if let Some((low, high)) = kind.domain() {
            let low = if kind == Kind::Time { low + 1 } else { low };
            check_all(&Column::integers(kind, [low; 3]));
            check_all(&Column::integers(kind, [high; 3]));
        }
    }
    check_all(&Column::reals(Kind::F4, [f64::from(f32::MAX); 3]));
    check_all(&Column::reals(Kind::F4, [f64::from(f32::MIN); 3]));
}

#[test]
fn the_smallest_positive_number_has_a_place_on_a_log_axis() {
    check_all(&Column::reals(Kind::F8, [5e-324; 3]));
    check_all(&Column::reals(Kind::F8, [0.0, 5e-324]));
}

#[test]
fn all_values_of_a_small_type_are_held() {
    for kind in [Kind::I1, Kind::U1, Kind::I2, Kind::U2, Kind::Bool] {
        let (low, high) = kind.domain().unwrap();
        check_all(&Column::integers(kind, low..=high));
    }
}

#[test]
fn long_spans_of_integers_are_held() {
    // A year, a decade and all of nanoseconds: 2^53 of them are 104 days.
    let year = 365 * 86_400 * 1_000_000_000_i128;
    let begin = 1_640_995_200_000_000_000_i128;
    for kind in [Kind::Time, Kind::I8, Kind::U8] {
        for span in [year, year + 1, 10 * year, 1 << 53, (1 << 53) + 1, (1 << 60) - 1] {
            let values = [begin, begin + span / 3, begin + span - 1, begin + span];
            check_all(&Column::integers(kind, values));
        }
        let (low, high) = kind.domain().unwrap();
        check_all(&Column::integers(kind, [low + 1, high]));
    }
}

#[test]
fn neighbours_and_denormals_are_held() {
    for kind in [Kind::F2, Kind::F4, Kind::F8] {
        for v in [1.0, -1.0, 1000.1, 1e-40, 1e-323, 6e4] {
            let v = kind.of_real(v);
            check_all(&Column::new(kind, [v, kind.next(v, true)]));
            check_all(&Column::new(kind, [v, kind.next(v, true), kind.next(kind.next(v, true), true)]));
        }
    }
    check_all(&Column::reals(Kind::F8, [5e-324, 1e-320, 3e-310]));
    check_all(&Column::reals(Kind::F4, [1e-45, 1e-40]));
    check_all(&Column::reals(Kind::F8, [-1e-323, 0.0, 1e-323]));
    check_all(&Column::reals(Kind::F8, [-1e300, 1.0]));
    check_all(&Column::reals(Kind::F8, [-1.0, 1e300]));
    check_all(&Column::reals(Kind::F4, [f64::from(f32::MIN), f64::from(f32::MAX)]));
}

#[test]
fn nothing_to_fit_is_said() {
    let (nan, infinite) = (f64::NAN, f64::INFINITY);
    let missing = Column::integers(Kind::Time, [i64::MIN.into(); 4]);
    for values in [Column::reals(Kind::F4, [nan; 4]), Column::reals(Kind::F8, [infinite, -infinite, nan]), missing] {
        for scale in SCALES {
            let (opened, layer) = fitted(&values, scale, 10);
            let said = plan(&opened.table, &layer).unwrap_err();
            assert!(matches!(said, ViewError::NothingToFit { axis: "x", .. }), "{said}");
        }
    }
    let (opened, layer) = fitted(&Column::reals(Kind::F4, [-1.0, 0.0, nan]), Scale::Log, 10);
    assert!(matches!(plan(&opened.table, &layer), Err(ViewError::NothingToFit { wanted: "positive", .. })));
}

#[test]
fn what_is_too_wide_is_said() {
    for ends in [[-1e308, 1e308], [f64::MIN, f64::MAX], [0.0, f64::MAX]] {
        let (opened, layer) = fitted(&Column::reals(Kind::F8, ends), Scale::Linear, 1000);
        let said = plan(&opened.table, &layer).unwrap_err();
        assert!(matches!(said, ViewError::TooWide { axis: "x", .. }), "{ends:?}: {said:?}");
    }
}

#[test]
fn where_no_range_has_room_there_is_an_error_and_no_panic() {
    for v in [1.7e308, f64::MAX, f64::MIN] {
        for scale in SCALES {
            let (opened, layer) = fitted(&Column::reals(Kind::F8, [v; 3]), scale, 1000);
            if let Ok(plan) = plan(&opened.table, &layer) {
                for (engine, got) in on_both(&opened.table, &plan) {
                    let range = plan.view.x.range;
                    assert_eq!(got.accounting.in_view, 3, "{v:e} on {scale:?} on the {engine}, range {range}");
                }
            }
        }
    }
}
