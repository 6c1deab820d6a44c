//! The naive reference: the definitions, row by row, and the comparer.

use scumble::aggregate::{Accounting, Aggregate, Values};
use scumble::scene::axis::{Coordinate, Range, Scale};

use super::files::{Column, Kind, Num};

/// An axis as the reference understands it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ruler {
    pub range: Range,
    pub scale: Scale,
    pub pixels: u32,
}

/// Where a value lies on an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Pixel(u32),
    Outside,
    NotFinite,
}

/// T(v): matplotlib's `SymmetricalLogTransform` for symlog, the natural logarithm for log.
fn scaled(scale: Scale, v: f64) -> f64 {
    match scale {
        Scale::Linear => v,
        Scale::Log if v > 0.0 => libm::log(v),
        Scale::Log => f64::NAN,
        Scale::SymLog { linthresh } if v.abs() <= linthresh => v * (1.0 / (1.0 - 1.0 / 10.0)),
        Scale::SymLog { linthresh } => {
            v.signum() * (linthresh * (1.0 / (1.0 - 1.0 / 10.0) + libm::log10(v.abs() / linthresh)))
        }
    }
}

/// How far an integer lies from a coordinate: the exact difference, or as near to it as two roundings bring it.
fn distance(v: i128, from: Coordinate) -> f64 {
    match from {
        Coordinate::Integer(from) => (v - from) as f64,
        Coordinate::Real(from) if from.abs() > 1e38 => v as f64 - from,
        Coordinate::Real(from) => (v - from.floor() as i128) as f64 - (from - from.floor()),
        Coordinate::Moment(_) => f64::NAN,
    }
}

fn real(at: Coordinate) -> f64 {
    match at {
        Coordinate::Integer(v) => v as f64,
        Coordinate::Real(v) => v,
        Coordinate::Moment(_) => f64::NAN,
    }
}

impl Ruler {
    /// The pixel: the position, floored.
    pub fn place(&self, kind: Kind, v: Num) -> Place {
        if !kind.is_number(v) {
            return Place::NotFinite;
        }
        let (pixel, n) = (self.position(v).floor(), f64::from(self.pixels));
        if pixel >= 0.0 && pixel < n { Place::Pixel(pixel as u32) } else { Place::Outside }
    }

    /// (T(v) − T(start)) · n / (T(end) − T(start)) of a number.
    pub fn position(&self, v: Num) -> f64 {
        let Range { start, end } = self.range;
        let n = f64::from(self.pixels);
        match (v, self.scale) {
            (Num::Int(v), Scale::Linear) => {
                let width = match (start, end) {
                    (Coordinate::Integer(start), end) => -distance(start, end),
                    (start, Coordinate::Integer(end)) => distance(end, start),
                    (Coordinate::Real(start), Coordinate::Real(end)) if start.abs().max(end.abs()) > 1e38 => {
                        end - start
                    }
                    (Coordinate::Moment(_), _) | (_, Coordinate::Moment(_)) => f64::NAN,
                    (Coordinate::Real(start), Coordinate::Real(end)) => {
                        let whole = end.floor() as i128 - start.floor() as i128;
                        whole as f64 + ((end - end.floor()) - (start - start.floor()))
                    }
                };
                distance(v, start) * n / width
            }
            (v, scale) => {
                let v = match v {
                    Num::Int(v) => v as f64,
                    Num::Real(v) => v,
                };
                let from = scaled(scale, real(start));
                (scaled(scale, v) - from) * n / (scaled(scale, real(end)) - from)
            }
        }
    }
}

/// Rows sorted into pixels.
#[derive(Debug, Clone)]
pub struct Sorted {
    pub width: u32,
    pub height: u32,
    /// The values of each pixel's rows; for a table without values, zeros.
    pub pixels: Vec<Vec<Num>>,
    pub accounting: Accounting,
}

/// Sorts the rows of columns x, y and perhaps a value into pixels.
pub fn sort(columns: &[Column], x: &Ruler, y: &Ruler, with_value: bool) -> Sorted {
    let mut pixels = vec![Vec::new(); (x.pixels * y.pixels) as usize];
    let mut accounting = Accounting { rows: columns[0].values.len() as u64, ..Accounting::default() };
    for row in 0..columns[0].values.len() {
        let place = |i: usize, ruler: &Ruler| ruler.place(columns[i].kind, columns[i].values[row]);
        let value = if with_value { columns[2].values[row] } else { Num::Int(0) };
        let valid = !with_value || columns[2].kind.is_number(value);
        match (place(0, x), place(1, y)) {
            (Place::NotFinite, _) | (_, Place::NotFinite) => accounting.not_finite += 1,
            _ if !valid => accounting.not_finite += 1,
            (Place::Pixel(i), Place::Pixel(j)) => {
                accounting.in_view += 1;
                pixels[(j * x.pixels + i) as usize].push(value);
            }
            _ => accounting.outside += 1,
        }
    }
    Sorted { width: x.pixels, height: y.pixels, pixels, accounting }
}

impl Sorted {
    pub fn counts(&self) -> Vec<u64> {
        self.pixels.iter().map(|rows| rows.len() as u64).collect()
    }

    /// Checks counts and accounting for equality.
    pub fn check_counts(&self, got: &Aggregate) -> Result<(), String> {
        compare_counts(got, (self.width, self.height), &self.counts())?;
        compare_accounting(got, self.accounting)
    }

    /// Checks real values, each of which `wanted` makes of a pixel's rows as a number and how far off it may be.
    pub fn check_reals(&self, got: &Aggregate, wanted: impl Fn(&[Num]) -> (f64, f64)) -> Result<(), String> {
        let pixels = self.pixels.iter().map(|rows| if rows.is_empty() { (f64::NAN, 0.0) } else { wanted(rows) });
        compare_reals(got, (self.width, self.height), &pixels.collect::<Vec<_>>())?;
        compare_accounting(got, self.accounting)
    }
}

fn compare_size(got: &Aggregate, (width, height): (u32, u32), len: usize) -> Result<(), String> {
    let cells = width as usize * height as usize;
    if (got.width, got.height) != (width, height) || len != cells {
        return Err(format!("{}x{} with {len} values instead of {width}x{height}", got.width, got.height));
    }
    Ok(())
}

/// Every count is equal.
pub fn compare_counts(got: &Aggregate, size: (u32, u32), wanted: &[u64]) -> Result<(), String> {
    let Values::Count(counts) = &got.values else { return Err("values instead of counts".to_owned()) };
    compare_size(got, size, counts.len())?;
    match counts.iter().zip(wanted).position(|(a, b)| a != b) {
        _ if counts.len() != wanted.len() => Err(format!("{} counts instead of {}", counts.len(), wanted.len())),
        Some(i) => {
            let (x, y) = (i as u32 % size.0, i as u32 / size.0);
            let all = counts.iter().zip(wanted).filter(|(a, b)| a != b).count();
            Err(format!("pixel ({x}, {y}): {} rows instead of {}; {all} pixels differ", counts[i], wanted[i]))
        }
        None => Ok(()),
    }
}

/// Every value is as near as allowed (0: the same bits, but for the sign of zero); NaN only where NaN is wanted.
pub fn compare_reals(got: &Aggregate, size: (u32, u32), wanted: &[(f64, f64)]) -> Result<(), String> {
    let Values::Real(values) = &got.values else { return Err("counts instead of values".to_owned()) };
    compare_size(got, size, values.len())?;
    let near = |a: f64, (b, by): (f64, f64)| a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= by;
    match values.iter().zip(wanted).position(|(a, b)| !near(*a, *b)) {
        _ if values.len() != wanted.len() => Err(format!("{} values instead of {}", values.len(), wanted.len())),
        Some(i) => {
            let (x, y, (value, by)) = (i as u32 % size.0, i as u32 / size.0, wanted[i]);
            Err(format!("pixel ({x}, {y}): {:?} instead of {value:?}, which may be off by {by:e}", values[i]))
        }
        None => Ok(()),
    }
}

pub fn compare_accounting(got: &Aggregate, wanted: Accounting) -> Result<(), String> {
    let sum = wanted.in_view + wanted.outside + wanted.not_finite;
    if got.accounting != wanted || !got.accounting.adds_up() || sum != wanted.rows {
        return Err(format!("{:?} instead of {wanted:?}", got.accounting));
    }
    Ok(())
}

/// The same numbers to the last bit, everywhere.
pub fn compare_bits(a: &Aggregate, b: &Aggregate) -> Result<(), String> {
    compare_size(a, (b.width, b.height), (a.width * a.height) as usize)?;
    compare_accounting(a, b.accounting)?;
    match (&a.values, &b.values) {
        (Values::Count(_), Values::Count(counts)) => compare_counts(a, (b.width, b.height), counts),
        (Values::Real(a), Values::Real(b)) => match a.iter().zip(b).position(|(a, b)| a.to_bits() != b.to_bits()) {
            _ if a.len() != b.len() => Err("different numbers of values".to_owned()),
            Some(i) => Err(format!("value {i}: {:?} and {:?} differ in their bits", a[i], b[i])),
            None => Ok(()),
        },
        (Values::Categories(a), Values::Categories(b)) if a.planes() == b.planes() => {
            let (a, b) = (a.to_counts(), b.to_counts());
            match a.iter().zip(&b).position(|(a, b)| a != b) {
                _ if a.len() != b.len() => Err("different numbers of counts".to_owned()),
                Some(i) => Err(format!("count {i}: {} instead of {}", a[i], b[i])),
                None => Ok(()),
            }
        }
        _ => Err("numbers of different kinds".to_owned()),
    }
}

mod tests {
    use super::*;

    fn aggregate(values: Values) -> Aggregate {
        let accounting = Accounting { rows: 10, in_view: 6, outside: 3, not_finite: 1, filtered: 0 };
        Aggregate { width: 3, height: 2, values, accounting }
    }

    #[test]
    fn the_comparer_sees_one_count_off() {
        let wanted = [1, 2, 3, 0, 0, 0];
        let good = aggregate(Values::Count(wanted.to_vec()));
        assert_eq!(compare_counts(&good, (3, 2), &wanted), Ok(()));
        for i in 0..6 {
            let mut counts = wanted.to_vec();
            counts[i] += 1;
            let bad = aggregate(Values::Count(counts));
            assert!(compare_counts(&bad, (3, 2), &wanted).is_err(), "{i}");
            assert!(compare_bits(&bad, &good).is_err(), "{i}");
        }
        assert!(compare_counts(&good, (2, 3), &wanted).is_err(), "turned");
        assert!(compare_counts(&good, (3, 2), &wanted[..5]).is_err(), "short");
        let flipped = [0, 0, 0, 1, 2, 3];
        assert!(compare_counts(&good, (3, 2), &flipped).is_err(), "upside down");
        assert!(compare_counts(&aggregate(Values::Real(vec![0.0; 6])), (3, 2), &wanted).is_err());
    }

    #[test]
    fn the_comparer_sees_one_bit_off() {
        let wanted = [1.0, f64::NAN, 3.0, 0.0, f64::INFINITY, -1e300].map(|v| (v, 0.0));
        let good = aggregate(Values::Real(wanted.iter().map(|w| w.0).collect()));
        assert_eq!(compare_reals(&good, (3, 2), &wanted), Ok(()));
        for (i, off) in [(0, 1.0_f64.next_up()), (1, 0.0), (3, f64::NAN), (4, f64::MAX), (5, 1e300)] {
            let Values::Real(mut values) = good.values.clone() else { panic!() };
            values[i] = off;
            let bad = aggregate(Values::Real(values));
            assert!(compare_reals(&bad, (3, 2), &wanted).is_err(), "{i}");
            assert!(compare_bits(&bad, &good).is_err(), "{i}");
        }
        let minus = aggregate(Values::Real(vec![1.0, f64::NAN, 3.0, -0.0, f64::INFINITY, -1e300]));
        assert!(compare_bits(&minus, &good).is_err(), "the sign of zero is a bit");
    }

    #[test]
    fn the_comparer_sees_a_lost_row() {
        let good = aggregate(Values::Count(vec![1; 6]));
        assert_eq!(compare_accounting(&good, good.accounting), Ok(()));
        for (rows, outside) in [(11, 4), (10, 4), (11, 3)] {
            let wanted = Accounting { rows, outside, ..good.accounting };
            assert!(compare_accounting(&good, wanted).is_err());
        }
        let lossy = Aggregate { accounting: Accounting { rows: 11, ..good.accounting }, ..good };
        assert!(compare_accounting(&lossy, lossy.accounting).is_err());
    }
}
