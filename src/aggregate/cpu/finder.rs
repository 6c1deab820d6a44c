//! From the rows of a column to pixel numbers along one axis.

use std::ops::Range;

use crate::data::column::{Column, LaneKind};
use crate::data::decode::LaneBuffer;
use crate::data::expression::Tolerance;
use crate::data::table::Table;
use crate::scene::edge::{EdgeRule, LinearRule};
use crate::scene::lattice::LatticeAxis;

use super::hexagons;
use super::locate::{self, Locator, pixel};

/// Pixel number of a value that is not known well enough.
const IN_DOUBT: u32 = u32::MAX - 3;
/// More rows of a batch than these are not looked at one by one.
const MOST_IN_DOUBT: u32 = 16;

/// What finds pixels along one axis.
pub struct Finder<'a> {
    rule: &'a EdgeRule,
    locator: Locator,
    /// Where values that are nearly known mostly suffice.
    near: Option<NearRule>,
}

impl<'a> Finder<'a> {
    /// Of a column of a table.
    pub fn new(rule: &'a EdgeRule, kind: LaneKind, table: &Table, column: usize) -> Self {
        // Of all parts, if of each.
        let columns = table.parts().iter().map(|part| part.columns().get(column));
        let each = columns.map(|column| column.and_then(Column::nearness));
        let greater = |a: Tolerance, b: Tolerance| Tolerance { off: a.off.max(b.off), share: a.share.max(b.share) };
        let all = each.reduce(|a, b| a.zip(b).map(|(a, b)| greater(a, b))).flatten();
        let near = all.and_then(|tolerance| NearRule::new(rule, tolerance));
        Self { rule, locator: Locator::new(rule, kind), near }
    }

    /// Finds the pixels of a batch, and where asked for the positions, of a lattice if there is one.
    #[inline(always)]
    pub fn find(
        &self,
        buffer: &mut LaneBuffer,
        column: &Column,
        lattice: Option<&LatticeAxis>,
        rows: &Range<u64>,
        (found, positions): (&mut [u32], Option<&mut [f64]>),
    ) {
        let Some(positions) = positions else {
            if !self.find_nearly(buffer, column, rows, found) {
                self.locator.locate(buffer.decode(column, rows), found);
            }
            return;
        };
        let lane = buffer.decode(column, rows);
        self.locator.locate(lane, found);
        match lattice {
            Some(axis) => hexagons::positions(axis, column.kind(), lane, positions),
            None => locate::positions(&self.locator, self.rule, column.kind(), lane, positions),
        }
    }

    /// Finds the pixels of a batch by values that are nearly known, and exact ones of rows that are in doubt, if that is cheaper.
    #[inline(always)]
    fn find_nearly(&self, buffer: &mut LaneBuffer, column: &Column, rows: &Range<u64>, found: &mut [u32]) -> bool {
        let Some(near) = &self.near else { return false };
        let Some(values) = buffer.decode_nearly(column, rows) else { return false };
        let in_doubt = near.locate(values, found);
        buffer.note_nearly(in_doubt <= MOST_IN_DOUBT);
        if in_doubt > 0 && in_doubt <= MOST_IN_DOUBT {
            self.settle(buffer, column, rows.start, found);
        }
        in_doubt <= MOST_IN_DOUBT
    }

    /// Finds the pixels of rows that are in doubt, from a first one on.
    #[inline(never)]
    fn settle(&self, buffer: &mut LaneBuffer, column: &Column, first: u64, found: &mut [u32]) {
        for (row, found) in (first..).zip(found).filter(|(_, found)| **found == IN_DOUBT) {
            self.locator.locate(buffer.decode(column, &(row..row + 1)), std::slice::from_mut(found));
        }
    }
}

/// Finds the pixels of values that are nearly known, on a linear scale.
struct NearRule {
    rule: LinearRule,
    per_unit: f64,
    /// How far positions are off at most: so much,
    off: f64,
    /// so much for each unit of the value,
    by_value: f64,
    /// and so much for each pixel, as positions are rounded thrice, here and by the rule.
    by_position: f64,
}

impl NearRule {
    /// Of values that are off by no more than a tolerance; none where that is too much.
    fn new(rule: &EdgeRule, tolerance: Tolerance) -> Option<Self> {
        /// More, and there would be too many in doubt.
        const MOST_DOUBT: f64 = 1e-3;
        let rule = rule.linear()?;
        let per_unit = rule.pixels / rule.width;
        let (off, by_value) = (tolerance.off * per_unit, tolerance.share * per_unit);
        let by_position = 8.0 * f64::EPSILON;
        // What is in the view, and what might be.
        let most = 1.001 * rule.origin.abs().max((rule.origin + rule.width).abs());
        let doubt = off + by_value * most + by_position * (rule.pixels + 1.0);
        (doubt <= MOST_DOUBT).then_some(Self { rule, per_unit, off, by_value: 1.001 * by_value, by_position })
    }

    /// Writes each value's pixel number, [`OUTSIDE`], [`NOT_FINITE`], or [`IN_DOUBT`]; gives the number of those in doubt.
    #[inline(always)]
    fn locate(&self, values: &[f64], out: &mut [u32]) -> u32 {
        /// Greater values may be infinite.
        const MOST: f64 = 1e290;
        let mut doubts = 0_u32;
        for (v, out) in values.iter().zip(out) {
            let position = (v - self.rule.origin) * self.per_unit;
            let is_near_view = (position > -1.0) & (position < self.rule.pixels + 1.0);
            let doubt = position.abs().mul_add(self.by_position, v.abs().mul_add(self.by_value, self.off));
            let is_near_edge = (position - position.floor() - 0.5).abs() + doubt > 0.5;
            let in_doubt = (is_near_view & is_near_edge) | (v.abs() >= MOST);
            doubts += u32::from(in_doubt);
            let pixel = pixel(&self.rule, position, !v.is_nan());
            *out = if in_doubt { IN_DOUBT } else { pixel };
        }
        doubts
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::scene::axis::{Axis, Coordinate, Range, Scale};

    proptest! {
        /// Wherever values are beyond doubt, they are where the exact ones are.
        #[test]
        fn what_is_beyond_doubt_is_exact(
            start in -1e3..1e3,
            width in 1e-2..1e4,
            pixels in 1_u32..5000,
            (off, share) in (1e-12..1e-7, 0.0..1e-7),
            at in prop::collection::vec((-2_i32..5002, -3.0..3.0, -1.0..1.0), 100),
        ) {
            let range = Range { start: Coordinate::Real(start), end: Coordinate::Real(start + width) };
            let rule = EdgeRule::new("x", &Axis { range, scale: Scale::Linear, pixels, reversed: false }, false).unwrap();
            let locator = Locator::new(&rule, LaneKind::F64);
            let nearness = |size: f64| off + share * size;
            let Some(near) = NearRule::new(&rule, Tolerance { off, share }) else { return Ok(()) };
            // Beside edges, in units of what values may be off.
            let edge = |k: i32| -> f64 { start + width * f64::from(k) / f64::from(pixels) };
            let exact: Vec<f64> = at.iter().map(|(k, beside, _)| edge(*k) + beside * nearness(edge(*k).abs())).collect();
            let nearly: Vec<f64> = exact.iter().zip(&at).map(|(v, (_, _, by))| v + by * nearness(v.abs())).collect();
            let (mut wanted, mut got) = (vec![0; 100], vec![0; 100]);
            locator.locate(crate::data::decode::Lane::F64(&exact), &mut wanted);
            let in_doubt = near.locate(&nearly, &mut got);
            prop_assert_eq!(in_doubt as usize, got.iter().filter(|got| **got == IN_DOUBT).count());
            for ((wanted, got), v) in wanted.iter().zip(&got).zip(&exact) {
                prop_assert!(*got == IN_DOUBT || got == wanted, "{v:e}: {got}, not {wanted}");
            }
            // They lie at most three and one times as far from an edge as they are off; further, none is in doubt.
            let far: Vec<f64> = at.iter().map(|(k, ..)| edge(*k) + 0.5 * width / f64::from(pixels)).collect();
            prop_assert_eq!(near.locate(&far, &mut got), 0);
            prop_assert_eq!(near.locate(&[f64::NAN, f64::INFINITY, 1e300], &mut got[..3]), 2);
        }
    }

    #[test]
    fn what_is_in_doubt_mostly_is_not_tried() {
        let range = Range { start: Coordinate::Real(0.0), end: Coordinate::Real(1.0) };
        let rule =
            EdgeRule::new("x", &Axis { range, scale: Scale::Linear, pixels: 1000, reversed: false }, false).unwrap();
        let is_tried = |off, share| NearRule::new(&rule, Tolerance { off, share }).is_some();
        assert!(is_tried(1e-7, 0.0) && is_tried(0.0, 1e-7));
        for off in [1e-5, f64::INFINITY, f64::NAN] {
            assert!(!is_tried(off, 0.0) && !is_tried(0.0, off));
        }
    }
}
