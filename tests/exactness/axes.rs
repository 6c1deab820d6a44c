//! Axes worth trying for a column, and about where on them a position lies.

use scumble::scene::axis::{Coordinate, Range, Scale};

use super::files::{Kind, Num};
use super::reference::Ruler;
use super::values::Random;

pub fn reals(start: f64, end: f64) -> Range {
    Range { start: Coordinate::Real(start), end: Coordinate::Real(end) }
}

pub fn integers(start: i128, end: i128) -> Range {
    Range { start: Coordinate::Integer(start), end: Coordinate::Integer(end) }
}

/// A linear axis.
pub fn linear(range: Range, pixels: u32) -> Ruler {
    Ruler { range, scale: Scale::Linear, pixels }
}

/// An axis for values of a kind.
pub fn random_axis(kind: Kind, scale: Scale, random: &mut Random) -> Ruler {
    let pixels = match random.below(8) {
        0 => 1,
        1 => 200 + random.below(100) as u32,
        _ => 1 + random.below(40) as u32,
    };
    let range = match (scale, kind.domain()) {
        (Scale::Linear, Some(domain)) => integer_range(domain, random),
        (Scale::Linear, None) => real_range(kind, random),
        (Scale::Log, _) => {
            let low = random.pick(&[0.5, 1.0, 3.7, 1e-15, 1e-3, 250.0, 1e9]);
            reals(low, low * random.pick(&[1.0 + 1e-12, 1.001, 2.0, 100.0, 1e30]))
        }
        (Scale::SymLog { .. }, _) => {
            let low = random.pick(&[-1e6, -3.3, -0.01, 0.0, 0.7, 250.0]);
            reals(low, low.max(0.0) + random.pick(&[0.5, 3.0, 1e4, 1e18]))
        }
    };
    Ruler { range, scale, pixels }
}

fn real_range(kind: Kind, random: &mut Random) -> Range {
    let step = |v: f64, random: &mut Random| {
        let Num::Real(start) = kind.of_real(v) else { panic!("a real kind") };
        let mut end = Num::Real(start);
        for _ in 0..=random.below(3) {
            end = kind.next(end, true);
        }
        let Num::Real(end) = end else { panic!("a real kind") };
        reals(start, end)
    };
    match random.below(9) {
        0 => reals(-8.0, 8.0),
        1 => reals(0.1, 0.7),
        2 => reals(5.7e6, 5.7e6 + 1e-3),
        3 => reals(-1e-6, 1e-6),
        4 => reals(0.0, 1e-310),
        5 => reals(-6e4, 6e4),
        6 => reals(-3.5e38, 3.5e38),
        7 => reals(-1e305, 2e305),
        _ => {
            let at: f64 = random.pick(&[1.0, -0.1, 13.4, 5.7e6, 1e-40, 0.0]);
            step(if kind == Kind::F2 { at.min(6e4) } else { at }, random)
        }
    }
}

fn integer_range((low, high): (i128, i128), random: &mut Random) -> Range {
    let inside = low + (high - low) / 1000 * i128::from(random.below(1001));
    match random.below(8) {
        0 => integers(low, high + 1),
        1 => Range { start: Coordinate::Real(-0.5), end: Coordinate::Real(1.5 + random.below(300) as f64) },
        2 => integers(inside, inside + 1 + i128::from(random.below(5))),
        3 => integers(inside - 500, inside + 500),
        4 => integers(1_672_531_200_000_000_001, 1_672_531_200_001_000_001),
        5 => integers(low - 1_000_000, high + 1_000_000),
        6 => Range { start: Coordinate::Integer(-3), end: Coordinate::Real(4.75) },
        _ => reals(low as f64 + 0.25, high as f64 + 7.5),
    }
}

/// About the value at a share of an axis, as a value of the column's type.
pub fn inverse(ruler: &Ruler, kind: Kind, share: f64) -> Num {
    let real = |at: Coordinate| match at {
        Coordinate::Integer(v) => v as f64,
        Coordinate::Real(v) => v,
        Coordinate::Moment(_) => f64::NAN,
    };
    let (start, end) = (real(ruler.range.start), real(ruler.range.end));
    match ruler.scale {
        Scale::Linear => match (ruler.range.start, ruler.range.end) {
            (Coordinate::Integer(start), Coordinate::Integer(end)) => {
                kind.of_integer(start + (share * (end - start) as f64) as i128)
            }
            _ => kind.of_real(start + share * (end - start)),
        },
        Scale::Log => kind.of_real(start * (end / start).powf(share)),
        Scale::SymLog { linthresh } => {
            let adjust = 1.0 / 0.9;
            let forth = |v: f64| {
                if v.abs() <= linthresh {
                    v * adjust
                } else {
                    v.signum() * linthresh * (adjust + (v.abs() / linthresh).log10())
                }
            };
            let at = forth(start) + share * (forth(end) - forth(start));
            let back = if at.abs() <= linthresh * adjust {
                at / adjust
            } else {
                at.signum() * linthresh * 10_f64.powf(at.abs() / linthresh - adjust)
            };
            kind.of_real(back)
        }
    }
}
