//! Views so narrow, or so wide, that a step of rounding would show.

use scumble::scene::axis::{Coordinate, Range, Scale};

use super::axes::{integers, linear, reals};
use super::engines::{layer, on_both, plan};
use super::files::{Arrangement, Column, Kind, Num, open};
use super::reference::{Ruler, compare_counts, sort};
use super::values::Random;

const ONE: Ruler = Ruler {
    range: Range { start: Coordinate::Real(-0.5), end: Coordinate::Real(0.5) },
    scale: Scale::Linear,
    pixels: 1,
};

/// Counts values along x on both engines, against `wanted` or the reference.
fn check(values: Column, x: &Ruler, wanted: Option<&[u64]>) {
    let rows = values.values.len();
    let kind = values.kind;
    let columns = [values, Column::integers(Kind::U1, (0..rows).map(|_| 0))];
    let sorted = sort(&columns, x, &ONE, false);
    let wanted = wanted.map_or_else(|| sorted.counts(), <[u64]>::to_vec);
    let opened = open(&columns, Arrangement::Packed, 0);
    let plan = plan(&opened.table, &layer(x, &ONE, "count")).unwrap();
    for (engine, got) in on_both(&opened.table, &plan) {
        compare_counts(&got, (x.pixels, 1), &wanted)
            .and_then(|()| sorted.check_counts(&got))
            .unwrap_or_else(|e| panic!("{kind:?} on {x:?} on the {engine}: {e}"));
    }
}

const NOW: i128 = 1_672_531_200_000_000_001;

#[test]
fn a_millisecond_of_nanoseconds_in_microseconds() {
    let x = linear(integers(NOW, NOW + 1_000_000), 1000);
    for kind in [Kind::I8, Kind::U8, Kind::Time] {
        // Every third nanosecond, with some on both sides.
        let values = (NOW - 3000..NOW + 1_003_000).step_by(3);
        let wanted: Vec<u64> = (0..1000)
            .map(|k| {
                (NOW - 3000..NOW + 1_003_000).step_by(3).filter(|t| (t - NOW).div_euclid(1000) == k).count() as u64
            })
            .take(3)
            .collect();
        // Bins of 1000 ns hold 333 or 334 thirds; the pattern comes again every three bins.
        let wanted: Vec<u64> = wanted.iter().copied().cycle().take(1000).collect();
        check(Column::integers(kind, values), &x, Some(&wanted));
    }
}

#[test]
fn a_microsecond_of_nanoseconds_in_nanoseconds() {
    let x = linear(integers(NOW, NOW + 1000), 1000);
    for kind in [Kind::I8, Kind::U8, Kind::Time] {
        // Nanosecond k comes k % 7 times.
        let values = (0..1000_i128).flat_map(|k| (0..k % 7).map(move |_| NOW + k));
        let beside = [NOW - 1, NOW + 1000, i64::MAX.into(), i64::MIN.into(), 0];
        let wanted: Vec<u64> = (0..1000).map(|k| k % 7).collect();
        check(Column::integers(kind, values.chain(beside)), &x, Some(&wanted));
    }
}

#[test]
fn the_ends_of_the_integers() {
    for (kind, low, high) in [
        (Kind::I8, i64::MIN.into(), i64::MAX.into()),
        (Kind::U8, 0, u64::MAX.into()),
        (Kind::Time, i128::from(i64::MIN) + 1, i64::MAX.into()),
        (Kind::U4, 0, u32::MAX.into()),
        (Kind::I4, i32::MIN.into(), i32::MAX.into()),
    ] {
        let values = || Column::integers(kind, (0..10).flat_map(|i| [low + i, high - i, 0, low]));
        check(values(), &linear(integers(low, low + 10), 10), None);
        check(values(), &linear(integers(high - 9, high + 1), 10), Some(&[1; 10]));
        check(values(), &linear(integers(low - 5, low + 5), 20), None);
        check(values(), &linear(integers(high - 4, high + 6), 20), None);
        check(values(), &linear(integers(low, high), 1000), None);
        check(values(), &linear(integers(low - 1_000_000_000_000_000_000_000, high + 1), 1000), None);
    }
}

#[test]
fn ranges_beyond_all_integers() {
    // The values lie in the middle of the range, wherever exactly.
    for reach in [1e20, 1e37, 1e39, 1e300] {
        for kind in [Kind::U1, Kind::I4, Kind::I8, Kind::U8] {
            check(Column::integers(kind, [0, 1, 100]), &linear(reals(-reach, reach), 2), Some(&[0, 3]));
        }
    }
}

/// So many values from one on, each the next of its type.
fn steps(kind: Kind, from: f64, count: usize) -> Column {
    let next = |v: &Num| Some(kind.next(*v, true));
    Column::new(kind, std::iter::successors(Some(kind.of_real(from)), next).take(count))
}

#[test]
fn a_millimetre_on_the_map() {
    // 2^-30 m apart: one value in about 1074 is 1 µm on.
    let northing = 5.7e6;
    let x = linear(reals(northing, northing + 1e-3), 1000);
    check(steps(Kind::F8, northing - 1e-6, 1_100_000), &x, None);
    check(steps(Kind::F4, northing - 2.0, 10), &x, Some(&[&[1][..], &[0; 999]].concat()));
    let metre = linear(reals(northing, northing + 1.0), 10);
    check(steps(Kind::F4, northing - 2.0, 10), &metre, Some(&[1, 0, 0, 0, 0, 1, 0, 0, 0, 0]));
}

#[test]
fn a_millionth_of_a_degree() {
    let mut random = Random(3);
    for (at, kind) in [(13.404_954, Kind::F8), (-122.4194, Kind::F8), (1e-7, Kind::F8), (13.404_954, Kind::F4)] {
        let x = linear(reals(at, at + 1e-6), 1920);
        let values = (0..20_000).map(|_| at - 1e-8 + 1.02e-6 * random.unit());
        let mut values = Column::reals(kind, values);
        for k in 0..=1920 {
            let edge = kind.of_real(at + 1e-6 * f64::from(k) / 1920.0);
            values.values.extend([kind.next(edge, false), edge, kind.next(edge, true)]);
        }
        check(values, &x, None);
    }
}

#[test]
fn thirty_decades() {
    for kind in [Kind::F2, Kind::F4, Kind::F8, Kind::I8, Kind::U8, Kind::U1] {
        let mut values = Column::new(kind, []);
        for k in -160..=200 {
            let near = kind.of_real(10_f64.powf(f64::from(k) / 10.0));
            values.values.extend([kind.next(near, false), near, kind.next(near, true)]);
            values.values.push(kind.of_real(-10_f64.powf(f64::from(k) / 10.0)));
        }
        for scale in [Scale::Log, Scale::SymLog { linthresh: 1e-15 }] {
            check(values.clone(), &Ruler { range: reals(1e-15, 1e15), scale, pixels: 300 }, None);
        }
        check(
            values,
            &Ruler { range: reals(-1e15, 1e15), scale: Scale::SymLog { linthresh: 1e-3 }, pixels: 301 },
            None,
        );
    }
}

#[test]
fn decades_lie_where_they_belong() {
    // The middle of each decade, where no rounding matters.
    let values = (-15..15).flat_map(|k| (0..k + 16).map(move |_| 3.0 * 10_f64.powi(k)));
    let wanted: Vec<u64> = (1..31).collect();
    let x = Ruler { range: reals(1e-15, 1e15), scale: Scale::Log, pixels: 30 };
    check(Column::reals(Kind::F8, values.clone()), &x, Some(&wanted));
    check(Column::reals(Kind::F4, values), &x, Some(&wanted));
}

#[test]
fn one_step_of_the_last_bit() {
    for at in [1.0, -1.0, 13.404_954, 5.7e6, -5.7e6, 1e-40, 0.0, 1e30] {
        for kind in [Kind::F4, Kind::F8] {
            let (Num::Real(start), before) = (kind.of_real(at), kind.next(kind.of_real(at), false)) else { panic!() };
            let Num::Real(end) = kind.next(Num::Real(start), true) else { panic!() };
            let values = [before, Num::Real(start), Num::Real(start), Num::Real(end), Num::Real(f64::NAN)];
            for pixels in [1_u32, 3, 1000] {
                let wanted: Vec<u64> = (0..pixels).map(|k| if k == 0 { 2 } else { 0 }).collect();
                check(Column::new(kind, values), &linear(reals(start, end), pixels), Some(&wanted));
            }
        }
    }
    for at in [0, -5, NOW, i128::from(i64::MAX) - 1] {
        let x = linear(integers(at, at + 1), 4);
        check(Column::integers(Kind::I8, [at - 1, at, at, at + 1]), &x, Some(&[2, 0, 0, 0]));
    }
}

#[test]
fn log_axes_zoomed_to_the_last_bits() {
    for at in [1.0, 2.5, 1e10, 1e-20, 1e300] {
        let x = Ruler { range: reals(at, at * (1.0 + 1e-12)), scale: Scale::Log, pixels: 100 };
        check(steps(Kind::F8, at * (1.0 - 1e-13), 6000), &x, None);
        let x = Ruler { scale: Scale::SymLog { linthresh: 1.0 }, ..x };
        if (1.0..1e100).contains(&at) {
            check(steps(Kind::F8, at * (1.0 - 1e-13), 6000), &x, None);
        }
    }
}
