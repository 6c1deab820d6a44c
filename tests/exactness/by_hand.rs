//! Grids of 4 × 4 pixels, worked out by hand. The first line of each is the lowest y.

use super::axes::{linear, reals};
use super::engines::{layer, on_both, plan};
use super::files::{Arrangement, Column, Kind, Num, open};
use super::reference::{compare_accounting, compare_counts, compare_reals};
use scumble::aggregate::Accounting;

/// No row fell there.
const E: f64 = f64::NAN;

/// x, y and value. The last value is missing.
const ROWS: [(f64, f64, f64); 15] = [
    (0.0, 0.0, 1.0),
    (0.5, 0.9, 3.0),
    (3.9, 0.0, -2.0),
    (1.0, 1.0, 5.0),
    (1.0, 1.5, 5.0),
    (1.9, 1.9, 8.0),
    (0.0, 3.0, 6.0),
    (3.0, 3.9, 10.0),
    (3.5, 3.5, 20.0),
    (3.5, 3.0, 30.0),
    (3.1, 3.1, 40.0),
    // On the upper edge, below the lower one, nowhere.
    (4.0, 0.0, 100.0),
    (-0.1, 0.0, 100.0),
    (f64::NAN, 0.0, 100.0),
    (2.5, 2.5, f64::NAN),
];

fn columns(place: Kind, value: Kind) -> [Column; 3] {
    let missing = |v: f64| if v.is_nan() { Num::Int(i64::MIN.into()) } else { value.of_real(v) };
    let value_of = |v: f64| if value.is_integer() { missing(v) } else { Num::Real(v) };
    [
        Column::reals(place, ROWS.map(|r| r.0)),
        Column::reals(place, ROWS.map(|r| r.1)),
        Column::new(value, ROWS.map(|r| value_of(r.2))),
    ]
}

fn check(reduction: &str, wanted: [[f64; 4]; 4]) {
    let axis = linear(reals(0.0, 4.0), 4);
    let root = if reduction == "std:v" { 1e-12 } else { 0.0 };
    for place in [Kind::F2, Kind::F4, Kind::F8] {
        for value in [Kind::F2, Kind::F4, Kind::F8, Kind::Time] {
            let opened = open(&columns(place, value), Arrangement::Packed, 0);
            let plan = plan(&opened.table, &layer(&axis, &axis, reduction)).unwrap();
            for (engine, got) in on_both(&opened.table, &plan) {
                let accounting = if reduction == "any" {
                    Accounting { rows: 15, in_view: 12, outside: 2, not_finite: 1, filtered: 0 }
                } else {
                    Accounting { rows: 15, in_view: 11, outside: 2, not_finite: 2, filtered: 0 }
                };
                let wanted = wanted.as_flattened().iter().map(|v| (*v, root)).collect::<Vec<_>>();
                compare_reals(&got, (4, 4), &wanted)
                    .and_then(|()| compare_accounting(&got, accounting))
                    .unwrap_or_else(|e| panic!("{reduction} of {value:?} at {place:?} on the {engine}: {e}"));
            }
        }
    }
}

#[test]
fn count() {
    let wanted = [[2, 0, 0, 1], [0, 3, 0, 0], [0, 0, 1, 0], [1, 0, 0, 4]];
    let axis = linear(reals(0.0, 4.0), 4);
    for place in [Kind::F2, Kind::F4, Kind::F8] {
        let opened = open(&columns(place, Kind::F4), Arrangement::Npy, 0);
        let plan = plan(&opened.table, &layer(&axis, &axis, "count")).unwrap();
        for (engine, got) in on_both(&opened.table, &plan) {
            compare_counts(&got, (4, 4), wanted.as_flattened())
                .and_then(|()| {
                    compare_accounting(
                        &got,
                        Accounting { rows: 15, in_view: 12, outside: 2, not_finite: 1, filtered: 0 },
                    )
                })
                .unwrap_or_else(|e| panic!("{place:?} on the {engine}: {e}"));
        }
    }
}

#[test]
fn any() {
    check("any", [[1.0, E, E, 1.0], [E, 1.0, E, E], [E, E, 1.0, E], [1.0, E, E, 1.0]]);
}

#[test]
fn sum() {
    check("sum:v", [[4.0, E, E, -2.0], [E, 18.0, E, E], [E, E, E, E], [6.0, E, E, 100.0]]);
}

#[test]
fn mean() {
    check("mean:v", [[2.0, E, E, -2.0], [E, 6.0, E, E], [E, E, E, E], [6.0, E, E, 25.0]]);
}

#[test]
fn min() {
    check("min:v", [[1.0, E, E, -2.0], [E, 5.0, E, E], [E, E, E, E], [6.0, E, E, 10.0]]);
}

#[test]
fn max() {
    check("max:v", [[3.0, E, E, -2.0], [E, 8.0, E, E], [E, E, E, E], [6.0, E, E, 40.0]]);
}

#[test]
fn std() {
    // 5, 5, 8: variance 2. 10, 20, 30, 40: variance 125.
    let (two, many) = (2_f64.sqrt(), 125_f64.sqrt());
    check("std:v", [[1.0, E, E, 0.0], [E, two, E, E], [E, E, E, E], [0.0, E, E, many]]);
}
