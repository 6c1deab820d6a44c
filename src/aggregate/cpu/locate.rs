//! From decoded values to pixel numbers along one axis.

use std::ops::Range;

use crate::aggregate::edges::EdgeTable;
use crate::aggregate::ordered::{f32_key, f64_key, i64_key};
use crate::data::column::LaneKind;
use crate::data::decode::Lane;
use crate::scene::edge::{EdgeRule, LinearRule};

use super::lines::bounded;

/// Pixel number of a finite value outside the view.
pub const OUTSIDE: u32 = u32::MAX - 2;
/// Pixel number of a value that is not finite.
pub const NOT_FINITE: u32 = u32::MAX - 1;
/// Pixel number of a row that the filter leaves out, whatever its values.
pub const FILTERED: u32 = u32::MAX;

/// Finds the pixels of values along one axis.
pub enum Locator {
    /// Linear scale, real values: the edge rule itself, point by point.
    Real(LinearRule),
    /// Linear scale, integers: the same after an exact subtraction.
    Integer { rule: LinearRule, whole: i64, missing: Option<i64> },
    /// Any other scale: a search in the table of edges.
    Search(EdgeSearch),
}

impl Locator {
    pub fn new(rule: &EdgeRule, kind: LaneKind) -> Self {
        match (rule.linear(), kind) {
            (Some(linear), LaneKind::F32 | LaneKind::F64) => Self::Real(linear),
            // Differences must fit i64 wherever they matter; saturation takes care of the rest.
            (Some(linear), LaneKind::I64 { bias, missing, .. }) if linear.width < 4e18 => {
                match i64::try_from(linear.whole - bias) {
                    Ok(whole) => Self::Integer { rule: linear, whole, missing },
                    Err(_) => Self::Search(EdgeSearch::new(rule, kind)),
                }
            }
            _ => Self::Search(EdgeSearch::new(rule, kind)),
        }
    }

    /// Writes each value's pixel number, [`OUTSIDE`] or [`NOT_FINITE`].
    #[inline(always)]
    pub fn locate(&self, lane: Lane<'_>, out: &mut [u32]) {
        match (self, lane) {
            (Self::Real(rule), Lane::F32(v)) => {
                each(v, out, |v| pixel(rule, rule.position(f64::from(*v)), v.abs() < f32::INFINITY));
            }
            (Self::Real(rule), Lane::F64(v)) => {
                each(v, out, |v| pixel(rule, rule.position(*v), v.abs() < f64::INFINITY));
            }
            (Self::Integer { rule, whole, missing }, Lane::I64(v)) => {
                let (any_missing, missing) = (missing.is_some(), missing.unwrap_or(0));
                each(v, out, |v| {
                    let position = rule.position(to_real(v.saturating_sub(*whole)));
                    pixel(rule, position, !(any_missing & (*v == missing)))
                });
            }
            (Self::Search(search), lane) => search.locate(lane, out),
            // A locator is made for its column's kind.
            (Self::Real(_), Lane::I64(_)) | (Self::Integer { .. }, Lane::F32(_) | Lane::F64(_)) => out.fill(OUTSIDE),
        }
    }
}

/// Writes each value's position in pixels by a rule whose locator this is, NaN where it has no place.
#[inline(always)]
pub fn positions(locator: &Locator, edges: &EdgeRule, kind: LaneKind, lane: Lane<'_>, out: &mut [f64]) {
    match (locator, lane) {
        (Locator::Real(rule), Lane::F32(v)) => put(v, out, |v| rule.position(f64::from(*v))),
        (Locator::Real(rule), Lane::F64(v)) => put(v, out, |v| rule.position(*v)),
        (Locator::Integer { rule, whole, .. }, Lane::I64(v)) => {
            put(v, out, |v| rule.position(to_real(v.saturating_sub(*whole))));
        }
        (_, Lane::F32(v)) => put(v, out, |v| edges.position(f64::from(*v))),
        (_, Lane::F64(v)) => put(v, out, |v| edges.position(*v)),
        (_, Lane::I64(v)) => {
            let bias = if let LaneKind::I64 { bias, .. } = kind { bias } else { 0 };
            put(v, out, |v| edges.position_of_integer(i128::from(*v) + bias));
        }
    }
}

#[inline(always)]
fn put<T>(values: &[T], out: &mut [f64], position: impl Fn(&T) -> f64) {
    for (v, out) in values.iter().zip(out) {
        *out = bounded(position(v));
    }
}

/// Makes pixel numbers along y relative to a band of them; those beyond it are [`OUTSIDE`].
#[inline(always)]
pub fn keep_band(band: &Range<u32>, lines: &mut [u32]) {
    let height = band.end - band.start;
    for line in lines {
        let inside = line.wrapping_sub(band.start);
        let kept = if inside < height { inside } else { OUTSIDE };
        *line = if *line < OUTSIDE { kept } else { *line };
    }
}

/// Makes the pixel numbers of rows that are not to be kept [`FILTERED`].
#[inline(always)]
pub fn leave_out(keep: &[bool], found: &mut [u32]) {
    for (found, keep) in found.iter_mut().zip(keep) {
        *found = if *keep { *found } else { FILTERED };
    }
}

#[inline(always)]
#[expect(clippy::cast_precision_loss, reason = "the edge rule rounds exact differences to f64")]
fn to_real(v: i64) -> f64 {
    v as f64
}

#[inline(always)]
fn each<T>(values: &[T], out: &mut [u32], find: impl Fn(&T) -> u32) {
    for (v, out) in values.iter().zip(out) {
        *out = find(v);
    }
}

#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "the low word is what is wanted")]
pub fn pixel(rule: &LinearRule, position: f64, finite: bool) -> u32 {
    // A whole number below 2^52 stands in the lowest bits of its sum with 2^52. Unlike a cast, which must care for NaN,
    // this is one vector instruction after another; what is outside the view is replaced.
    const SHIFTER: f64 = 4_503_599_627_370_496.0;
    let inside = (position >= 0.0) & (position < rule.pixels);
    let k = (position.floor() + SHIFTER).to_bits() as u32;
    let beyond = if finite { OUTSIDE } else { NOT_FINITE };
    if inside { k } else { beyond }
}

/// A search in the table of edges, started from a bucket of nearby keys.
pub struct EdgeSearch {
    edges: EdgeTable,
    first: u64,
    last: u64,
    shift: u32,
    /// For each bucket of 2^shift keys from `first` on: number of edges at or below its first key.
    starts: Vec<u32>,
    missing: Option<i64>,
}

const BUCKETS: u64 = 1 << 14;

impl EdgeSearch {
    fn new(rule: &EdgeRule, kind: LaneKind) -> Self {
        let edges = EdgeTable::new(rule, kind);
        let first = edges.keys.first().copied().unwrap_or(0);
        let last = edges.keys.last().copied().unwrap_or(0);
        let mut shift = 0;
        while (last - first) >> shift >= BUCKETS {
            shift += 1;
        }
        let buckets = ((last - first) >> shift) + 2;
        let at_or_below = |key: u64| edges.keys.partition_point(|e| *e <= key);
        let starts = (0..buckets)
            .map(|b| u32::try_from(at_or_below(first.saturating_add(b << shift))).unwrap_or(u32::MAX))
            .collect();
        let missing = match kind {
            LaneKind::I64 { missing, .. } => missing,
            LaneKind::F32 | LaneKind::F64 => None,
        };
        Self { edges, first, last, shift, starts, missing }
    }

    #[inline(always)]
    fn locate(&self, lane: Lane<'_>, out: &mut [u32]) {
        match lane {
            Lane::F32(v) => {
                each(v, out, |v| if v.is_finite() { self.find(u64::from(f32_key(*v))) } else { NOT_FINITE });
            }
            Lane::F64(v) => each(v, out, |v| if v.is_finite() { self.find(f64_key(*v)) } else { NOT_FINITE }),
            Lane::I64(v) => {
                each(v, out, |v| if self.missing == Some(*v) { NOT_FINITE } else { self.find(i64_key(*v)) });
            }
        }
    }

    #[inline(always)]
    fn find(&self, key: u64) -> u32 {
        if key < self.first || self.edges.keys.is_empty() {
            return OUTSIDE;
        }
        let at_or_below = if key >= self.last {
            self.edges.keys.len()
        } else {
            let bucket = usize::try_from((key - self.first) >> self.shift).unwrap_or(0);
            let (mut low, mut high) = (self.starts[bucket] as usize, self.starts[bucket + 1] as usize);
            while low < high {
                let middle = low.midpoint(high);
                if self.edges.keys[middle] <= key { low = middle + 1 } else { high = middle }
            }
            low
        };
        let pixel = u32::try_from(at_or_below).unwrap_or(0).wrapping_sub(1);
        if pixel < self.edges.pixels { pixel } else { OUTSIDE }
    }
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "tests know their numbers")]
mod tests {
    use super::*;
    use crate::scene::axis::{Axis, Coordinate, Range, Scale};

    fn rule(start: f64, end: f64, scale: Scale, integer: bool) -> EdgeRule {
        let range = Range { start: Coordinate::Real(start), end: Coordinate::Real(end) };
        EdgeRule::new("x", &Axis { range, scale, pixels: 997, reversed: false }, integer).unwrap()
    }

    /// The search and the direct evaluation must agree, above all on the edges themselves.
    #[test]
    fn search_agrees_with_the_rule_on_and_beside_every_edge() {
        for (start, end) in [(-8.0, 8.0), (5.7e6, 5.7e6 + 1e-3), (0.0, 1e-310), (-1e-6, 1e-6), (1e30, 3e30)] {
            for kind in [LaneKind::F32, LaneKind::F64] {
                let rule = rule(start, end, Scale::Linear, false);
                let (direct, search) = (Locator::new(&rule, kind), Locator::Search(EdgeSearch::new(&rule, kind)));
                let Locator::Search(s) = &search else { panic!() };
                let keys = s.edges.keys.iter().flat_map(|k| [k.saturating_sub(1), *k, k + 1]);
                let (mut a, mut b) = ([0], [0]);
                for key in keys {
                    if kind == LaneKind::F32 {
                        let v = [crate::aggregate::ordered::f32_from_key(crate::aggregate::edges::narrow(key))];
                        direct.locate(Lane::F32(&v), &mut a);
                        search.locate(Lane::F32(&v), &mut b);
                    } else {
                        let v = [crate::aggregate::ordered::f64_from_key(key)];
                        direct.locate(Lane::F64(&v), &mut a);
                        search.locate(Lane::F64(&v), &mut b);
                    }
                    assert_eq!(a, b, "{kind:?} {start}..{end} key {key}");
                }
            }
        }
    }

    #[test]
    fn integers_agree_with_the_rule() {
        let kind = LaneKind::I64 { bias: 0, missing: None, bits: 64 };
        for (start, end) in [(0.0, 256.0), (-0.5, 9.5), (-3.0, 1e18), (0.25, 0.75)] {
            let rule = rule(start, end, Scale::Linear, true);
            let (direct, search) = (Locator::new(&rule, kind), Locator::Search(EdgeSearch::new(&rule, kind)));
            assert!(matches!(direct, Locator::Integer { .. }));
            let (mut a, mut b) = ([0; 1], [0; 1]);
            for v in (-5..300).chain([i64::MIN, i64::MAX, 999_999_999_999_999_999, 500_000_000_000_000_000]) {
                direct.locate(Lane::I64(&[v]), &mut a);
                search.locate(Lane::I64(&[v]), &mut b);
                assert_eq!(a, b, "{start}..{end} {v}");
                let position = rule.position_of_integer(v.into());
                let wanted = if (0.0..997.0).contains(&position) { position as u32 } else { OUTSIDE };
                assert_eq!(a[0], wanted);
            }
        }
    }
}
