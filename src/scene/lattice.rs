//! The lattice of hexagons: which of them owns a place. The only place where it is written.
//!
//! As matplotlib's `Axes.hexbin`, operation by operation in f64. Places are measured in steps of the lattice, u = (T(x) −
//! start) / step along x and likewise v along y. The extent has `count` steps along each axis; hexagons have their centers at
//! its corners (i, j) and in its middles (i + 1/2, j + 1/2), and a place belongs to the nearer corner or middle by (Δu)² +
//! 3 (Δv)², where both are as near to the middle.

use super::axis::{Axis, Coordinate, Range, Scale, ViewError};
use super::edge::EdgeRule;

/// By how much of its width an extent is widened to both sides along x, against rounding: matplotlib does so along x only.
const PADDING: f64 = 1e-9;
/// How far an extent of a single value reaches to both sides: this share of the value, or if it is zero this.
const SINGLE: f64 = 0.1;
/// Extents narrower than this share of their values are those of a single one.
const TINY: f64 = 1e-15;
/// The largest number up to which f64 holds every integer.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A lattice of hexagons over an extent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lattice {
    /// Along x.
    pub x: LatticeAxis,
    /// Along y.
    pub y: LatticeAxis,
}

/// A lattice along one axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LatticeAxis {
    count: u32,
    scale: Scale,
    /// What is subtracted from integers before they become f64.
    whole: i128,
    /// Where the extent begins, on the scale and less the whole.
    start: f64,
    step: f64,
}

/// A place along one axis: the corner and the middle that are next to it, and the squares of how far it is from them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    corner: f64,
    middle: f64,
    from_corner: f64,
    from_middle: f64,
}

impl Place {
    /// The place at a position in steps; NaN is in no hexagon.
    #[inline(always)]
    pub fn at(position: f64) -> Self {
        let (corner, middle) = (position.round_ties_even(), position.floor());
        let (apart, off) = (position - corner, position - middle - 0.5);
        Self { corner, middle, from_corner: apart * apart, from_middle: off * off }
    }
}

impl Lattice {
    /// Columns and lines of a grid with a cell for each hexagon: line 2j holds the corners (i, j), line 2j + 1 the middles
    /// (i + 1/2, j + 1/2); the last cell of these is of no hexagon.
    #[must_use]
    pub fn grid(&self) -> (u32, u32) {
        (self.x.count + 1, 2 * self.y.count + 1)
    }

    /// The cell, as column and line, of the hexagon that owns a place, if one does.
    #[inline(always)]
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the grid")]
    pub fn cell(&self, x: Place, y: Place) -> Option<(u32, u32)> {
        let is_corner = x.from_corner + 3.0 * y.from_corner < x.from_middle + 3.0 * y.from_middle;
        let further = f64::from(u8::from(is_corner));
        let (i, j) = if is_corner { (x.corner, y.corner) } else { (x.middle, y.middle) };
        let is_inside =
            (i >= 0.0) & (i < f64::from(self.x.count) + further) & (j >= 0.0) & (j < f64::from(self.y.count) + further);
        is_inside.then(|| (i as u32, 2 * j as u32 + u32::from(!is_corner)))
    }

    /// The area of a hexagon, in units of the data, decades on logarithmic axes.
    #[must_use]
    pub fn area(&self) -> f64 {
        // Two hexagons for each corner.
        self.x.step * self.y.step / 2.0
    }
}

#[expect(clippy::cast_precision_loss, reason = "exact differences are rounded to f64")]
impl LatticeAxis {
    /// So many steps over an extent that was asked for. `is_integer` says what the column holds.
    ///
    /// # Errors
    /// Extents that no axis can have.
    pub fn over(
        name: &'static str,
        range: Range,
        scale: Scale,
        is_integer: bool,
        count: u32,
    ) -> Result<Self, ViewError> {
        EdgeRule::new(name, &Axis { range, scale, pixels: count, reversed: false }, is_integer)?;
        Self::new(name, range, scale, is_integer, count, false)
    }

    /// So many steps from the least to the greatest of all values.
    ///
    /// # Errors
    /// Values too far apart.
    pub fn fitted(
        name: &'static str,
        ends: Range,
        scale: Scale,
        is_integer: bool,
        count: u32,
    ) -> Result<Self, ViewError> {
        Self::new(name, ends, scale, is_integer, count, true)
    }

    fn new(
        name: &'static str,
        range: Range,
        scale: Scale,
        is_integer: bool,
        count: u32,
        is_fitted: bool,
    ) -> Result<Self, ViewError> {
        let Range { start, end } = range;
        let largest = start.to_f64().abs().max(end.to_f64().abs());
        // Times in nanoseconds are subtracted exactly; what f64 holds is as matplotlib has it.
        let is_exact = is_integer && scale == Scale::Linear && (EXACT..1e38).contains(&largest) && start != end;
        let whole = if is_exact { start.split().0 } else { 0 };
        let along = |end: Coordinate| match end.split() {
            (i, part) if is_exact => i.saturating_sub(whole) as f64 + part,
            _ => along(scale, end.to_f64()),
        };
        let (mut low, mut high) = (along(start), along(end));
        if is_fitted && !is_exact {
            (low, high) = nonsingular(low, high);
        }
        let padding = if name == "x" { PADDING * (high - low) } else { 0.0 };
        (low, high) = (low - padding, high + padding);
        let step = (high - low) / f64::from(count);
        if !(step.is_finite() && step > 0.0) {
            let (start, end) = (start.to_string(), end.to_string());
            return Err(match step.is_finite() {
                true => ViewError::TooNarrow { axis: name, start, end },
                false => ViewError::TooWide { axis: name, start, end, pixels: count },
            });
        }
        Ok(Self { count, scale, whole, start: low, step })
    }

    /// Position of a real number in steps; NaN where the scale has no place for it.
    #[inline(always)]
    #[must_use]
    pub fn position(&self, v: f64) -> f64 {
        (along(self.scale, v) - self.start) / self.step
    }

    /// Position of an integer or a time in steps.
    #[inline(always)]
    #[must_use]
    pub fn position_of_integer(&self, v: i128) -> f64 {
        // (Only linear axes have a whole.)
        self.position(v.saturating_sub(self.whole) as f64)
    }

    /// Where the centers of an axis' pixels are.
    #[must_use]
    pub fn centers(&self, axis: &Axis) -> Vec<Place> {
        let (whole, part) = axis.range.start.split();
        let origin = match axis.range.start {
            _ if self.whole != 0 => whole.saturating_sub(self.whole) as f64 + part,
            start => along(self.scale, start.to_f64()),
        };
        let end = match axis.range.end.split() {
            (whole, part) if self.whole != 0 => whole.saturating_sub(self.whole) as f64 + part,
            _ => along(self.scale, axis.range.end.to_f64()),
        };
        let (width, pixels) = (end - origin, f64::from(axis.pixels));
        let center = |k| origin + (f64::from(k) + 0.5) * width / pixels;
        (0..axis.pixels).map(|k| Place::at((center(k) - self.start) / self.step)).collect()
    }
}

/// T(v), in decades on logarithmic axes.
#[inline(always)]
fn along(scale: Scale, v: f64) -> f64 {
    match scale {
        Scale::Linear => v,
        Scale::Log if v > 0.0 => libm::log10(v),
        Scale::Log => f64::NAN,
        Scale::SymLog { .. } => scale.transform(v),
    }
}

/// matplotlib's way to make room around a single value.
fn nonsingular(low: f64, high: f64) -> (f64, f64) {
    let largest = low.abs().max(high.abs());
    if largest < 1e6 / TINY * f64::MIN_POSITIVE {
        (-SINGLE, SINGLE)
    } else if high - low <= largest * TINY {
        (low - SINGLE * low.abs(), high + SINGLE * high.abs())
    } else {
        (low, high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reals(start: f64, end: f64) -> Range {
        Range { start: Coordinate::Real(start), end: Coordinate::Real(end) }
    }

    fn axis(start: f64, end: f64, count: u32) -> LatticeAxis {
        LatticeAxis::fitted("x", reals(start, end), Scale::Linear, false, count).unwrap()
    }

    #[test]
    fn corners_and_middles_have_cells_of_their_own() {
        let lattice = Lattice { x: axis(0.0, 6.0, 6), y: axis(0.0, 30.0, 3) };
        assert_eq!(lattice.grid(), (7, 7));
        let cell = |x: f64, y: f64| lattice.cell(Place::at(lattice.x.position(x)), Place::at(lattice.y.position(y)));
        for (x, y, wanted) in [
            (0.0, 0.0, Some((0, 0))),
            (6.0, 30.0, Some((6, 6))),
            (2.5, 15.0, Some((2, 3))),
            (5.5, 25.0, Some((5, 5))),
            // Half a step beyond the extent.
            (-0.49, 0.0, Some((0, 0))),
            (-0.51, 0.0, None),
            (6.2, 32.6, Some((6, 6))),
            (6.2, 32.7, None),
            (3.0, -4.0, None),
            (f64::NAN, 0.0, None),
            (0.0, f64::NAN, None),
            (f64::INFINITY, 1.0, None),
            (1e300, -1e300, None),
        ] {
            assert_eq!(cell(x, y), wanted, "{x}, {y}");
        }
        assert!((lattice.area() - 5.0).abs() < 1e-6);
    }

    #[test]
    fn nanoseconds_are_told_apart() {
        let t = 1_672_531_200_000_000_000_i128;
        let ends = Range { start: Coordinate::Integer(t), end: Coordinate::Integer(t + 100) };
        let axis = LatticeAxis::fitted("x", ends, Scale::Linear, true, 10).unwrap();
        for (after, wanted) in [(0, 0.0), (37, 3.7), (100, 10.0), (-5, -0.5)] {
            let got = axis.position_of_integer(t + after);
            assert!((got - wanted).abs() < 1e-6, "{after}: {got}");
        }
        let view = Axis { range: ends, scale: Scale::Linear, pixels: 100, reversed: false };
        let center = axis.centers(&view)[36];
        assert_eq!((center.corner.to_bits(), center.middle.to_bits()), (4_f64.to_bits(), 3_f64.to_bits()));
    }

    #[test]
    fn a_single_value_has_room() {
        for value in [0.0, -3.0, 1e-310, 7e15, 1e300] {
            let axis = axis(value, value, 4);
            assert!((axis.position(value) - 2.0).abs() < 1e-6, "{value}");
        }
    }

    #[test]
    fn bad_extents_are_refused() {
        let over = |start, end, scale| LatticeAxis::over("y", reals(start, end), scale, false, 9);
        assert!(matches!(over(1.0, 1.0, Scale::Linear), Err(ViewError::Inverted { axis: "y", .. })));
        assert!(matches!(over(0.0, 1.0, Scale::Log), Err(ViewError::NotPositive { .. })));
        assert!(matches!(over(-1e308, 1e308, Scale::Linear), Err(ViewError::TooWide { .. })));
        let far = LatticeAxis::fitted("x", reals(-1e308, 1e308), Scale::Linear, false, 9);
        assert!(matches!(far, Err(ViewError::TooWide { .. })));
        assert!(over(0.1, 1.0, Scale::Log).is_ok());
    }
}
