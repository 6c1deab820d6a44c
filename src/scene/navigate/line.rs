//! An axis in scaled coordinates, as whole multiples of a power of two: what makes movements exact.

use crate::scene::axis::{Axis, Coordinate, Range, Scale};

/// Bits that the width of a pixel has.
const STEP_BITS: i32 = 20;
/// How far, in pixels, an end may move when a range first comes onto the grid.
const UNSEEN: f64 = 0.0099;
/// Bits kept below the grid while sums are made.
const GUARD: i32 = 20;

/// How coordinates become multiples of powers of two.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ruler {
    pub(super) scale: Scale,
    /// Whether whole numbers are kept whatever their size.
    pub(super) integer: bool,
}

impl Ruler {
    /// The least exponent e for which multiples of 2^e up to `magnitude` can be told apart as coordinates.
    fn finest(self, magnitude: f64) -> i32 {
        // A power of two itself has the neighbours of the numbers below it.
        let bits = exponent(magnitude.next_down());
        match self.scale {
            Scale::Linear if self.integer => (bits - 52).clamp(-1074, 0),
            Scale::Linear => (bits - 52).max(-1074),
            // Two bits more, so that the way to the coordinate and back ends where it began.
            Scale::Log => (bits - 50).max(-50),
            Scale::SymLog { .. } => (bits - 50).max(-1074),
        }
    }

    /// A coordinate in units of 2^`exponent`, rounded.
    fn units(self, value: Coordinate, exponent: i32) -> Option<i128> {
        match (self.scale, value) {
            (Scale::Linear, Coordinate::Integer(i)) => shifted(i, -exponent),
            (scale, value) => {
                let (mantissa, power) = parts(scale.transform(value.to_f64()))?;
                shifted(mantissa, power - exponent)
            }
        }
    }

    /// The coordinate of a number of units of 2^`exponent`.
    fn coordinate(self, units: i128, exponent: i32) -> Option<Coordinate> {
        if self.integer && self.scale == Scale::Linear {
            let whole = shifted(units, exponent)?;
            if exponent >= 0 || shifted(whole, -exponent) == Some(units) {
                return Some(Coordinate::Integer(whole));
            }
        }
        let v = inverse(self.scale, libm::ldexp(units as f64, exponent));
        v.is_finite().then_some(Coordinate::Real(v))
    }
}

/// An axis in units of 2^`exponent` of its scaled coordinate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    exponent: i32,
    start: i128,
    /// Above 0.
    width: i128,
    /// Above 0.
    pixels: u32,
}

impl Line {
    /// The axis with all the digits that it can have; none if it cannot be drawn.
    pub(super) fn new(axis: &Axis) -> Option<(Ruler, Self)> {
        let Range { start, end } = axis.range;
        let integer = super::is_integer(axis.range);
        let ruler = Ruler { scale: axis.scale, integer };
        let [from, to] = [start, end].map(|c| axis.scale.transform(c.to_f64()).abs());
        if !(from.is_finite() && to.is_finite()) || axis.pixels == 0 {
            return None;
        }
        let exponent = ruler.finest(from.max(to));
        let (start, end) = (ruler.units(start, exponent)?, ruler.units(end, exponent)?);
        // Beyond any column; sums below then fit.
        if start.unsigned_abs().max(end.unsigned_abs()) >= 1 << 100 {
            return None;
        }
        let width = Some(end - start).filter(|width| *width > 0)?;
        Some((ruler, Self { exponent, start, width, pixels: axis.pixels }))
    }

    /// The range again.
    pub(super) fn range(self, ruler: Ruler) -> Option<Range> {
        let end = self.start.checked_add(self.width)?;
        Some(Range { start: ruler.coordinate(self.start, self.exponent)?, end: ruler.coordinate(end, self.exponent)? })
    }

    /// The width of a pixel, in units.
    fn step(self) -> f64 {
        self.width as f64 / f64::from(self.pixels)
    }

    /// The finest exponent for this line, wherever it has been moved to.
    fn finest(self, ruler: Ruler) -> i32 {
        let end = self.start.saturating_add(self.width);
        ruler.finest(libm::ldexp(self.start.unsigned_abs().max(end.unsigned_abs()) as f64, self.exponent))
    }

    /// In coarser (or finer) units.
    fn in_units(self, exponent: i32) -> Option<Self> {
        let by = self.exponent - exponent;
        let width = shifted(self.width, by)?.max(1);
        Some(Self { exponent, start: shifted(self.start, by)?, width, ..self })
    }

    /// The same width from some units above.
    pub(super) fn shifted(self, units: i128) -> Self {
        Self { start: self.start + units, ..self }
    }

    /// Whether its ends are on no grid, and units far smaller than pixels.
    pub(super) fn is_rounded(self) -> bool {
        self.step() >= 4096.0 && self.snapped(true).is_none()
    }

    /// On the grid, about the same middle; none if that could be seen. With `still`, only what is on the grid already.
    fn snapped(self, still: bool) -> Option<Self> {
        let pixels = i128::from(self.pixels);
        let bits = i32::try_from((self.width / pixels).checked_ilog2()?).ok()?;
        let by = (bits + 1 - STEP_BITS).max(0);
        let (exponent, per) = (self.exponent + by, pixels << by);
        if self.width % per == 0 && self.start % (1 << by) == 0 {
            return Some(Self { exponent, start: self.start >> by, width: self.width >> by, ..self });
        }
        if still {
            return None;
        }
        let width = divided(self.width, per) * per;
        let excess = (width - self.width) as f64;
        if excess.abs() / 2.0 > UNSEEN * self.step() || (1_i128 << by) as f64 > 0.001 * self.step() {
            return None;
        }
        // Twice the start, so that half the excess is whole.
        let start = shifted(self.start * 2 - (width - self.width), -by - 1)?;
        Some(Self { exponent, start, width: width >> by, ..self })
    }

    /// The same scale on `pixels` pixels, what is at position `anchor` brought to position `target`.
    pub(super) fn moved(self, ruler: Ruler, pixels: u32, anchor: f64, target: f64) -> Option<Self> {
        let by = |line: Self| {
            let step = line.step();
            let way = whole((anchor * step - target * step).round_ties_even())?;
            let width = divided(line.width.checked_mul(i128::from(pixels))?, i128::from(line.pixels)).max(1);
            Some(Self { start: line.start.checked_add(way)?, width, pixels, ..line })
        };
        if let Some(line) = self.snapped(pixels == self.pixels).and_then(by)
            && line.finest(ruler) <= line.exponent
        {
            return Some(line);
        }
        let line = by(self)?;
        // Where numbers are farther apart than they were; finer units would change nothing.
        line.in_units(line.finest(ruler).max(line.exponent))
    }

    /// What is at position `anchor` brought to position `target`, at `factor` times the scale; none if there is no
    /// such scale.
    pub(super) fn scaled(self, ruler: Ruler, anchor: f64, target: f64, factor: f64) -> Option<Self> {
        let (pixels, step) = (f64::from(self.pixels), self.step());
        let wanted = step / factor;
        let from = self.start as f64 + anchor * step - target * wanted;
        let magnitude = from.abs().max((from + pixels * wanted).abs());
        // A little more, as the ends will be rounded.
        let finest = ruler.finest(libm::ldexp(magnitude * (1.0 + 1e-9), self.exponent));
        let (exponent, width) = self.new_width(finest, factor)?;
        // In the new units.
        let old_step = libm::ldexp(step, self.exponent - exponent);
        let new_step = width as f64 / pixels;
        let way = anchor * (old_step - new_step) + (anchor - target) * new_step;
        let way = whole(libm::ldexp(way, GUARD).round_ties_even())?;
        let start = shifted(self.start, self.exponent - exponent + GUARD)?.checked_add(way)?;
        Some(Self { exponent, start: shifted(start, -GUARD)?, width, ..self })
    }

    /// The width at another scale, on the grid, and the exponent of its unit, at least `finest`. It is narrower for
    /// factors above 1 and wider for others, by one unit a pixel if need be.
    fn new_width(self, finest: i32, factor: f64) -> Option<(i32, i128)> {
        let pixels = i128::from(self.pixels);
        // The old width of a pixel and the new one, in units of 2^finest.
        let old = libm::ldexp(self.step(), self.exponent - finest);
        let wanted = old / factor;
        if wanted < 1.0 && factor < 1.0 {
            // There already is less than one number for each pixel: widen by whole numbers.
            let (before, after) = (old * f64::from(self.pixels), wanted * f64::from(self.pixels));
            let width = whole(after.round_ties_even().max(before.floor() + 1.0))?;
            return Some((finest, width.min(pixels)));
        }
        let by = (exponent(wanted) + 1 - STEP_BITS).max(0);
        let step = libm::ldexp(wanted, -by).round_ties_even().max(1.0);
        let old = libm::ldexp(old, -by);
        let step = match () {
            () if factor > 1.0 && step >= old && by == 0 => step - 1.0,
            () if factor < 1.0 && step <= old && by == 0 => step + 1.0,
            () => step,
        };
        let right_way = if factor > 1.0 { step < old } else { step > old };
        (right_way && step >= 1.0).then_some(())?;
        Some((finest + by, whole(step)?.checked_mul(pixels)?))
    }
}

/// T⁻¹: the value whose scaled coordinate is `t`.
pub(super) fn inverse(scale: Scale, t: f64) -> f64 {
    match scale {
        Scale::Linear => t,
        Scale::Log => libm::exp(t),
        Scale::SymLog { linthresh } => {
            const ADJUST: f64 = 1.0 / (1.0 - 1.0 / 10.0);
            let share = t.abs() / linthresh;
            if share <= ADJUST { t / ADJUST } else { (linthresh * libm::exp10(share - ADJUST)).copysign(t) }
        }
    }
}

/// floor(log2 |v|); that of the least number for zero.
fn exponent(v: f64) -> i32 {
    if v == 0.0 { -1074 } else { libm::frexp(v).1 - 1 }
}

/// A number as an integer times a power of two; none if it is not finite.
fn parts(v: f64) -> Option<(i128, i32)> {
    let (mantissa, power) = libm::frexp(v);
    Some((whole(mantissa * 9_007_199_254_740_992.0)?, power - 53))
}

/// A whole number as an integer; none beyond 2^126.
#[expect(clippy::cast_possible_truncation, reason = "checked")]
fn whole(v: f64) -> Option<i128> {
    (v.abs() < 8.5e37).then_some(v as i128)
}

/// `value` · 2^`by`, halves rounded to even; none if it does not fit.
fn shifted(value: i128, by: i32) -> Option<i128> {
    if by >= 0 {
        return if value == 0 { Some(0) } else { value.checked_mul(1_i128.checked_shl(by.unsigned_abs())?) };
    }
    let by = by.unsigned_abs();
    if by > 126 { Some(0) } else { Some(divided(value, 1 << by)) }
}

/// `value` / `by` (above 0), halves rounded to even.
fn divided(value: i128, by: i128) -> i128 {
    let (below, rest) = (value.div_euclid(by), value.rem_euclid(by));
    let up = rest > by - rest || (rest == by - rest && below % 2 != 0);
    below + i128::from(up)
}
