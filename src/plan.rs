//! From what was asked and what is known of the data to one frame's description. Pure: no files, no threads.

mod units;

use crate::data::column::LaneKind;
use crate::data::dtype::TimeUnit;
use crate::data::expression::{Moment, Place, Step};
use crate::data::stats::{ColumnStats, Number};
use crate::scene::aspect::Aspect;
use crate::scene::axis::{Axis, Coordinate, Range, Scale, View, ViewError};
use crate::scene::edge::{EdgeRule, fit_integer, fit_real};
use crate::scene::lattice::{Lattice, LatticeAxis};
use crate::scene::layer::{AxisRequest, Layer};
use crate::scene::mark::{Mark, MarkerShape, Sampling};
use crate::scene::reduction::{Reduction, Statistic};
use crate::scene::style::{Per, SpecialValues};

pub use units::range_in_unit_of;

/// Column numbers in a frame's table.
pub const X: usize = 0;
/// See [`X`].
pub const Y: usize = 1;
/// See [`X`].
pub const VALUE: usize = 2;

/// What must be known of a column to plan a frame.
#[derive(Debug, Clone, Copy)]
pub struct ColumnFacts {
    /// How its values are held.
    pub kind: LaneKind,
    /// Exact statistics of all its rows, where [`stats_needed`] asked for them.
    pub stats: Option<ColumnStats>,
    /// What it counts, if it counts time.
    pub time: Option<TimeUnit>,
    /// Whether it is of text, which is no number.
    pub is_text: bool,
}

/// How values become integers, whose sums depend on no order.
///
/// A real value v becomes floor(v · 2^shift), with the shift chosen so that the largest absolute value of the whole
/// column takes [`SUM_BITS`] bits: each value is off by less than 2^-60 of that largest value, and the sum of these
/// integers is exact. f32 values down to 2^-37 of the largest lose nothing at all.
///
/// For std, which no origin changes, the least value is subtracted first and the column's whole range takes
/// [`SQUARE_BITS`] bits: each value is off by less than 2^-41 of that range.
///
/// (A value less than about 2^-28 steps below a whole number of steps counts as that number; the bounds allow for it.)
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FixedPoint {
    /// Real values: (v − origin) · 2^shift.
    Real {
        /// The power of two.
        shift: i32,
        /// What [`FixedPoint::split`] multiplies with.
        factors: Factors,
    },
    /// Integers as they are (less the kind's bias).
    Integer,
    /// Integers above an origin, the last `shift` bits dropped: for std, which no origin changes.
    Offset {
        /// Least lane value.
        origin: i64,
        /// Bits dropped.
        shift: u32,
    },
}

/// What is subtracted from a value, and two powers of two whose product is 2^(shift − [`LOW_BITS`]); one alone may leave
/// the range of f64.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Factors {
    origin: f64,
    powers: (f64, f64),
}

/// Bits that the largest absolute value takes in sums and means.
pub const SUM_BITS: i32 = 61;
/// Bits that the largest absolute value takes in std, so that squares of 2^40 rows fit 128 bits.
pub const SQUARE_BITS: i32 = 42;
/// Bits of the lower part of a fixed-point value. The upper part then has 39 in sums: f32 values down to 2^-15 of the
/// largest have no lower part, and adding them up need not look at it.
pub const LOW_BITS: i32 = 22;

impl FixedPoint {
    /// For real values that differ from `origin` by at most `max_abs`.
    pub fn real(origin: f64, max_abs: f64, bits: i32) -> Self {
        // frexp: max_abs = m · 2^e with m in [0.5, 1), so that max_abs < 2^e.
        let (_, exponent) = libm::frexp(max_abs);
        let shift = if max_abs > 0.0 { bits - exponent } else { 0 };
        let half = (shift - LOW_BITS) / 2;
        let powers = (libm::ldexp(1.0, half), libm::ldexp(1.0, shift - LOW_BITS - half));
        let factors = Factors { origin, powers };
        Self::Real { shift, factors }
    }

    /// The integer of a real value as two: floor((v − origin) · 2^shift) = high · 2^22 + low, 0 ≤ low < 2^22.
    ///
    /// Values that are NaN or beyond the largest give some pair, the same one on every engine.
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "the low word is what is wanted")]
    pub fn split(factors: Factors, v: f64) -> (i64, i32) {
        // The sum with 1.5 · 2^52 holds a whole number in its low bits; unlike a cast this is one vector instruction
        // after another.
        const SHIFTER: f64 = 6_755_399_441_055_744.0;
        const LOW: f64 = (1 << LOW_BITS) as f64;
        let scaled = (v - factors.origin) * factors.powers.0 * factors.powers.1;
        let high = scaled.floor();
        let low = ((scaled - high) * LOW).floor();
        let whole = (high + SHIFTER).to_bits().wrapping_sub(SHIFTER.to_bits()).cast_signed();
        (whole, (low + SHIFTER).to_bits() as i32)
    }

    /// The integer of a real value, whole.
    #[inline(always)]
    pub fn of_real(factors: Factors, v: f64) -> i64 {
        let (high, low) = Self::split(factors, v);
        high.wrapping_shl(LOW_BITS.unsigned_abs()).wrapping_add(i64::from(low))
    }

    /// The integer of a lane value above an origin.
    #[inline(always)]
    #[expect(clippy::cast_sign_loss, clippy::cast_possible_wrap, reason = "the difference of i64 is taken modulo 2^64")]
    pub fn of_offset(origin: i64, shift: u32, lane: i64) -> i64 {
        ((lane.wrapping_sub(origin) as u64) >> shift) as i64
    }
}

/// The work of a reduction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reduce {
    /// Count rows.
    Count,
    /// Whether there are rows.
    Any,
    /// The share of each pixel that any marker covers.
    Coverage,
    /// Sum, mean or std of fixed-point values.
    Total(Statistic, FixedPoint),
    /// The largest (true) or smallest (false) value.
    Extreme(bool),
    /// The mean (or the least, or greatest) value of a field's cells over the area of each pixel.
    Over(Statistic),
    /// Count rows of each category: a plane of counts for each of the most frequent ones, and one for all others.
    CountBy {
        /// Categories with a plane of their own.
        named: u8,
        /// Whether there are others.
        has_other: bool,
    },
}

impl Reduce {
    /// Whether a value column is read.
    pub fn has_value(self) -> bool {
        matches!(self, Self::Total(..) | Self::Extreme(_) | Self::CountBy { .. })
    }

    /// Numbers of each pixel: more than one where categories are counted.
    pub fn planes(self) -> usize {
        match self {
            Self::CountBy { named, has_other } => (usize::from(named) + usize::from(has_other)).max(1),
            _ => 1,
        }
    }
}

/// What an engine draws for the rows.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Draw {
    /// Each row in its pixel.
    #[default]
    Points,
    /// Lines from row to row.
    Lines {
        /// Whether the value column says which series a row belongs to.
        by_series: bool,
    },
    /// A shape around each row.
    Markers {
        /// The shape.
        shape: MarkerShape,
        /// Its size, in pixels.
        size: f64,
    },
    /// Hexagons, of which each pixel shows the one that its center lies in.
    Hexagons(Lattice),
    /// The cells of a field.
    Field {
        /// Which of its steps.
        step: u64,
        /// What is between the centers of cells.
        sampling: Sampling,
    },
}

/// Pure description of one frame's numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FramePlan {
    /// The view, all ranges known.
    pub view: View,
    /// Edge rule of the x axis.
    pub x: EdgeRule,
    /// Edge rule of the y axis.
    pub y: EdgeRule,
    /// What is drawn.
    pub draw: Draw,
    /// What is computed.
    pub reduce: Reduce,
    /// Values of a field's cells that stand for something else, and have no part in means.
    pub special: SpecialValues,
}

impl FramePlan {
    /// Why the GPU engine cannot do it, if it cannot.
    pub fn not_for_gpu(&self) -> Option<&'static str> {
        match (self.draw, self.reduce) {
            (Draw::Points, _) if self.mirrored() != [false; 2] => Some("reversed axes are the CPU engine's work"),
            (Draw::Points, Reduce::CountBy { .. }) => Some("categories are counted by the CPU engine"),
            (Draw::Points, _) => None,
            (Draw::Field { .. }, _) => Some("fields are the CPU engine's work"),
            _ => Some("lines, markers and hexagons are the CPU engine's work"),
        }
    }

    /// Whether what is counted along x and y is turned around afterwards. Fields know by themselves which way axes run.
    pub fn mirrored(&self) -> [bool; 2] {
        match self.draw {
            Draw::Field { .. } => [false; 2],
            _ => [self.view.x.reversed, self.view.y.reversed],
        }
    }

    /// Whether one pass over the same columns does for both: they differ in the reduction alone, and each row is in one pixel.
    pub fn shares_pass_with(&self, other: &Self) -> bool {
        self.draw == Draw::Points && Self { reduce: self.reduce, ..*other } == *self
    }

    /// The area of a pixel, or hexagon, in units of the data, decades on logarithmic axes, by which its number is divided:
    /// none if it is not to be, or if the number does not grow with the area.
    pub fn area(&self, per: Per) -> Option<f64> {
        let is_additive =
            matches!(self.reduce, Reduce::Count | Reduce::CountBy { .. } | Reduce::Total(Statistic::Sum, _));
        let length = |axis: &Axis, rule: &EdgeRule| match (rule.linear(), axis.scale) {
            // Integers are subtracted exactly.
            (Some(linear), _) => linear.width / linear.pixels,
            (None, scale) => {
                let unit = if scale == Scale::Log { std::f64::consts::LN_10 } else { 1.0 };
                let [start, end] = [axis.range.start, axis.range.end].map(|end| scale.transform(end.to_f64()) / unit);
                (end - start) / f64::from(axis.pixels)
            }
        };
        let area = match self.draw {
            Draw::Hexagons(lattice) => lattice.area(),
            _ => length(&self.view.x, &self.x) * length(&self.view.y, &self.y),
        };
        // What is no number to divide by leaves the counts as they are.
        (per == Per::Area && is_additive && area.is_normal() && area > 0.0).then_some(area)
    }
}

/// Whether statistics of the x, y and value columns are needed before [`frame`] can plan.
pub fn stats_needed(layer: &Layer, kinds: [Option<LaneKind>; 3]) -> [bool; 3] {
    let value = match (layer.reduction.statistic(), kinds[VALUE]) {
        _ if layer.mark.is_of_fields() => false,
        (Some(Statistic::Sum | Statistic::Mean | Statistic::Std), Some(LaneKind::F32 | LaneKind::F64)) => true,
        (Some(Statistic::Std), Some(LaneKind::I64 { bits, .. })) => bits > 32,
        _ => false,
    };
    // Hexagons lie over all of the data, whatever part is shown.
    let is_over_all = matches!(layer.mark, Mark::Hexagons { extent: None, .. });
    [layer.x.range.is_none() || is_over_all, layer.y.range.is_none() || is_over_all, value]
}

/// Plans the frame of `layer`.
///
/// # Errors
/// Ranges that cannot be drawn, columns with nothing to fit.
pub fn frame(
    layer: &Layer,
    x: &ColumnFacts,
    y: &ColumnFacts,
    value: Option<&ColumnFacts>,
) -> Result<FramePlan, ViewError> {
    layer.check()?;
    let view = View { x: axis("x", &layer.x, x, layer.size.width)?, y: axis("y", &layer.y, y, layer.size.height)? };
    if layer.aspect != Aspect::AUTO && x.time != y.time && x.time.is_some() && y.time.is_some() {
        return Err(ViewError::AspectOfTimes(layer.aspect.to_string()));
    }
    let view = layer.aspect.applied(view, [layer.x.range.is_some(), layer.y.range.is_some()]);
    if !layer.aspect.is_of(&view) {
        return Err(ViewError::AspectTooFar(layer.aspect.to_string()));
    }
    let is_solid = matches!(layer.mark, Mark::Markers { is_solid: true, .. });
    let reduce = match (&layer.reduction, value) {
        (reduction, Some(facts)) if facts.is_text && !matches!(reduction, Reduction::By { .. }) => {
            return Err(ViewError::Text);
        }
        _ if is_solid => Reduce::Coverage,
        (Reduction::Of(statistic, _), _) if layer.mark.is_of_fields() => Reduce::Over(*statistic),
        (Reduction::Any, _) => Reduce::Any,
        (Reduction::By { most, .. }, Some(facts)) => count_by(*most, facts)?,
        (Reduction::Of(Statistic::Min, _), Some(_)) => Reduce::Extreme(false),
        (Reduction::Of(Statistic::Max, _), Some(_)) => Reduce::Extreme(true),
        (Reduction::Of(statistic, _), Some(facts)) => Reduce::Total(*statistic, fixed_point(*statistic, facts)),
        (Reduction::By { .. }, None) => return Err(ViewError::NoCategories),
        (Reduction::Count | Reduction::Of(..), _) => Reduce::Count,
    };
    let draw = match &layer.mark {
        Mark::Points => Draw::Points,
        Mark::Lines { series } => Draw::Lines { by_series: series.is_some() },
        Mark::Markers { shape, size, .. } => Draw::Markers { shape: *shape, size: *size },
        Mark::Hexagons { across, up, extent } => Draw::Hexagons(Lattice {
            x: lattice("x", layer.x.scale, x, *across, extent.map(|[x, _]| x))?,
            y: lattice("y", layer.y.scale, y, *up, extent.map(|[_, y]| y))?,
        }),
        mark @ (Mark::Image { .. } | Mark::Filled | Mark::Contours | Mark::Hatching) => {
            Draw::Field { step: layer.step, sampling: mark.sampling().unwrap_or_default() }
        }
    };
    Ok(FramePlan {
        view,
        draw,
        x: EdgeRule::new("x", &view.x, x.kind.is_integer())?,
        y: EdgeRule::new("y", &view.y, y.kind.is_integer())?,
        reduce,
        special: match layer.mark {
            Mark::Contours | Mark::Hatching => SpecialValues::of(&layer.style.special, false),
            Mark::Image { .. } | Mark::Filled => SpecialValues::of(&layer.style.special, true),
            _ => SpecialValues::NONE,
        },
    })
}

/// Facts that stand for all columns along one axis, in the unit of the first, so that a range fitted to them shows the values of
/// each. With one column they are its own.
///
/// # Errors
/// Times in units that cannot be converted into each other.
pub fn together(name: &'static str, columns: &[ColumnFacts]) -> Result<Option<ColumnFacts>, ViewError> {
    let Some((first, rest)) = columns.split_first() else { return Ok(None) };
    let mut all = *first;
    for column in rest {
        let column = units::in_unit_of(name, column, first)?;
        if all.kind.is_integer() != column.kind.is_integer() {
            all.kind = LaneKind::F64;
        }
        all.stats = match (all.stats, column.stats) {
            (Some(a), Some(b)) => Some(a.with(&b)),
            (a, b) => a.or(b),
        };
    }
    Ok(Some(all))
}

fn axis(name: &'static str, request: &AxisRequest, facts: &ColumnFacts, pixels: u32) -> Result<Axis, ViewError> {
    let range = match request.range {
        Some(range) => in_numbers(name, range, facts.time, facts.kind)?,
        None => fit(name, request.scale, facts, pixels)?,
    };
    let wants = facts.stats.is_some_and(|stats| stats.is_reversed);
    Ok(Axis { range, scale: request.scale, pixels, reversed: request.reversed.unwrap_or(wants) })
}

/// A range whose ends are numbers of the column: moments become what it counts, in units of `time`, and years the numbers
/// that they are where it counts no time.
///
/// # Errors
/// Moments on an axis that counts no time; what is no moment.
pub fn in_numbers(
    name: &'static str,
    range: Range,
    time: Option<TimeUnit>,
    kind: LaneKind,
) -> Result<Range, ViewError> {
    let number = |at: Coordinate| {
        let Coordinate::Moment(written) = at else { return Ok(at) };
        let Some(step) = time.map(Step::of) else {
            let not = || ViewError::NotATime { axis: name, text: written.to_string() };
            return written.number().map(Coordinate::Integer).ok_or_else(not);
        };
        let moment = Moment::parse(written.text()).map_err(ViewError::NotAMoment)?;
        let Place { floor, rest } =
            moment.among(step).ok_or_else(|| ViewError::NotATime { axis: name, text: written.to_string() })?;
        Ok(match step {
            _ if rest == 0 => Coordinate::Integer(floor),
            Step::Attoseconds(step) if !kind.is_integer() || floor.unsigned_abs() < 1 << 40 => {
                Coordinate::Real(floor as f64 + rest as f64 / step as f64)
            }
            // The first whole one that is not before it: the same rows are in view.
            _ => Coordinate::Integer(floor + 1),
        })
    };
    Ok(Range { start: number(range.start)?, end: number(range.end)? })
}

/// Checks moments as far as they can be before it is known what columns hold.
///
/// # Errors
/// What is neither a moment nor a number.
pub fn check_moments(range: Range) -> Result<(), ViewError> {
    [range.start, range.end].into_iter().try_for_each(|end| match end {
        Coordinate::Moment(written) if written.number().is_none() => {
            Moment::parse(written.text()).map(drop).map_err(ViewError::NotAMoment)
        }
        _ => Ok(()),
    })
}

/// The lattice of hexagons along an axis: over its extent, or over all finite (on log axes: all positive) values.
fn lattice(
    name: &'static str,
    scale: Scale,
    facts: &ColumnFacts,
    count: u32,
    extent: Option<Range>,
) -> Result<LatticeAxis, ViewError> {
    let is_integer = facts.kind.is_integer();
    if let Some(range) = extent {
        let range = in_numbers(name, range, facts.time, facts.kind)?;
        return LatticeAxis::over(name, range, scale, is_integer, count);
    }
    let stats = facts.stats.ok_or(ViewError::NothingToFit { axis: name, wanted: "known" })?;
    let low = if scale == Scale::Log { stats.min_positive } else { stats.range.map(|(low, _)| low) };
    let coordinate = |number| match number {
        Number::Integer(v) => Coordinate::Integer(v),
        Number::Real(v) => Coordinate::Real(v),
    };
    // Where there is nothing to count, some lattice does.
    let (start, end) = match (low, stats.range) {
        (Some(low), Some((_, high))) => (coordinate(low), coordinate(high)),
        _ => (Coordinate::Integer(1), Coordinate::Integer(2)),
    };
    LatticeAxis::fitted(name, Range { start, end }, scale, is_integer, count)
}

/// The range that just shows all finite (on log axes: all positive) values of a column.
fn fit(name: &'static str, scale: Scale, facts: &ColumnFacts, pixels: u32) -> Result<Range, ViewError> {
    let nothing = |wanted| ViewError::NothingToFit { axis: name, wanted };
    let stats = facts.stats.ok_or_else(|| nothing("known"))?;
    if stats.rows == 0 && stats.filtered > 0 {
        return Err(ViewError::NothingLeft { axis: name, rows: stats.filtered });
    }
    let (mut low, high) = stats.range.ok_or_else(|| nothing("finite"))?;
    if scale == Scale::Log {
        low = stats.min_positive.ok_or_else(|| nothing("positive"))?;
    }
    match (low, high) {
        (Number::Real(low), Number::Real(high)) if stats.is_extent && low < high => {
            Ok(Range { start: Coordinate::Real(low), end: Coordinate::Real(high) })
        }
        (Number::Integer(low), Number::Integer(high)) => fit_integer(name, low, high, scale, pixels),
        _ => fit_real(name, low.to_f64(), high.to_f64(), scale, pixels),
    }
}

/// Counts of as many categories as there are, `most` of them told apart.
fn count_by(most: u8, facts: &ColumnFacts) -> Result<Reduce, ViewError> {
    let found = facts.stats.and_then(|stats| stats.categories).ok_or(ViewError::NoCategories)?;
    Ok(Reduce::CountBy { named: u8::try_from(found).unwrap_or(u8::MAX).min(most), has_other: found > u32::from(most) })
}

fn fixed_point(statistic: Statistic, facts: &ColumnFacts) -> FixedPoint {
    match facts.kind {
        LaneKind::F32 | LaneKind::F64 => {
            let (low, high) = facts.stats.and_then(|s| s.range).map_or((0.0, 0.0), |r| (r.0.to_f64(), r.1.to_f64()));
            let largest = low.abs().max(high.abs());
            match statistic {
                Statistic::Std if (high - low).is_finite() => FixedPoint::real(low, high - low, SQUARE_BITS),
                Statistic::Std => FixedPoint::real(0.0, largest, SQUARE_BITS),
                _ => FixedPoint::real(0.0, largest, SUM_BITS),
            }
        }
        LaneKind::I64 { bias, bits: 64, .. } if statistic == Statistic::Std => {
            let Some((Number::Integer(low), Number::Integer(high))) = facts.stats.and_then(|s| s.range) else {
                return FixedPoint::Integer;
            };
            let used = 128 - (high - low).leading_zeros();
            let origin = i64::try_from(low - bias).unwrap_or(i64::MIN);
            FixedPoint::Offset { origin, shift: used.saturating_sub(SQUARE_BITS.unsigned_abs()) }
        }
        LaneKind::I64 { .. } => FixedPoint::Integer,
    }
}

#[cfg(test)]
mod tests;
