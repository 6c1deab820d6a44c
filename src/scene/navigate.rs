//! How a view moves: pan, zoom, box zoom and resize of one axis, without drift and without leaving what can be drawn.
//!
//! All of it happens in scaled coordinates t = T(v), on a grid: once a view has been zoomed, a pixel is m · 2^e wide with
//! m of at most 20 bits, and the start is a multiple of 2^e. Sums of such numbers are exact, so
//!
//! - a pan by whole pixels on a linear axis moves every pixel edge by exactly that many pixels, and no row changes its
//!   bin; the one exception are values nearer to an edge than half a unit in the last place of their distance from the
//!   start, which the edge rule itself rounds;
//! - movements to and fro come back to where they began, however often.
//!
//! A range as typed or fitted is on no such grid. A pan keeps its width and moves its ends by whole units in the last
//! place, so that only values nearer to an edge than a few of these may change their bins. The least and the greatest value
//! of a fitted range, which lie at its very ends, stay in theirs. Pans to and fro come back if they are counted from where they
//! began ([`Lattice`]). A resize brings such a range onto the grid, by less than 0.01 pixels.
//!
//! Every function gives back the axis' own range where the movement would make one that the edge rule refuses (or
//! where its own range already is one): the least zoom is one representable number for each pixel.

mod lattice;
mod line;

#[cfg(test)]
mod tests;

use super::axis::{Axis, Coordinate, Range, Scale};
use super::edge::EdgeRule;
pub use lattice::Lattice;
use line::{Line, Ruler};

/// Positions and distances, in pixels, beyond which nothing is told apart.
const FAR: f64 = 16_777_216.0;
/// The greatest factor of one zoom.
const MOST: f64 = 16_777_216.0;
/// The largest ends that a movement makes: 2^1008, so that its width times any number of pixels stays finite.
const LARGEST: f64 = f64::from_bits((1008 + 1023) << 52);
/// The largest whole ends that a movement makes, far beyond those of any column.
const LARGEST_INTEGER: f64 = (1_u128 << 80) as f64;
/// The least start that a movement makes on a log axis: above the numbers that lack digits.
const LEAST_POSITIVE: f64 = 1e-307;

/// Data coordinate at a position in pixels from the start of the axis (fractions allowed, outside the view too).
///
/// Where an end of the range is an integer, the result is exact; it is rounded down to an integer only from 2^52 on,
/// where f64 has no fractions left. NaN on an axis that cannot be drawn.
#[expect(clippy::cast_possible_truncation, reason = "floored and bounded")]
pub fn value_at(axis: &Axis, position: f64) -> Coordinate {
    let Range { start, end } = axis.range;
    let pixels = f64::from(axis.pixels);
    let Ok(rule) = EdgeRule::new("x", axis, is_integer(axis.range)) else {
        return Coordinate::Real(f64::NAN);
    };
    let position = axis.mirrored(position.clamp(-FAR, FAR));
    if position == 0.0 {
        return start;
    }
    if position == pixels {
        return end;
    }
    let (origin, width) = rule.span();
    if axis.scale == Scale::Linear && is_integer(axis.range) {
        // In 2^-20 of a pixel, so that the product with any column's width fits i128.
        let ((first, part), (last, _)) = (start.split(), end.split());
        let at = (position * 1_048_576.0).floor() as i128;
        let whole = last.checked_sub(first).and_then(|width| width.checked_mul(at));
        if let Some(product) = whole
            && start.split().1 == 0.0
            && end.split().1 == 0.0
        {
            let per = i128::from(axis.pixels) << 20;
            let rest = product.rem_euclid(per) as f64 / per as f64;
            return exact(first.saturating_add(product.div_euclid(per)), rest + part);
        }
    }
    let along = position * width / pixels;
    let t = origin + if along.is_finite() { along } else { position / pixels * width };
    let v = line::inverse(axis.scale, t);
    // Rounding must not carry what lies inside beyond an end, nor what lies outside into the view.
    let (least, most) = (start.to_f64(), end.to_f64());
    Coordinate::Real(match () {
        () if position < 0.0 => v.min(least),
        () if position > pixels => v.max(most),
        () => v.clamp(least, most),
    })
}

/// A whole number and a fraction in 0..=1 as one coordinate.
fn exact(whole: i128, fraction: f64) -> Coordinate {
    if whole.unsigned_abs() >= 1 << 52 {
        return Coordinate::Integer(whole + i128::from(fraction >= 1.0));
    }
    if fraction == 0.0 { Coordinate::Integer(whole) } else { Coordinate::Real(whole as f64 + fraction) }
}

/// Position in pixels of a coordinate, as the edge rule has it; NaN where the scale has no place for it and on an axis
/// that cannot be drawn.
pub fn position_of(axis: &Axis, value: Coordinate) -> f64 {
    let integer = is_integer(axis.range);
    let Ok(rule) = EdgeRule::new("x", axis, integer) else {
        return f64::NAN;
    };
    axis.mirrored(match value {
        Coordinate::Integer(i) if integer => rule.position_of_integer(i),
        Coordinate::Real(r) if integer && axis.scale == Scale::Linear && r.abs() < 1e38 => {
            let (whole, part) = value.split();
            rule.position_of_integer(whole) + part * f64::from(axis.pixels) / rule.linear().map_or(1.0, |l| l.width)
        }
        _ => rule.position(value.to_f64()),
    })
}

/// The range after the content has moved by `pixels` towards the end (the start decreases).
///
/// Whole pixels keep every bin; drags should round to them, and all start from the view at their beginning
/// ([`Lattice`]).
pub fn pan(axis: &Axis, pixels: f64) -> Range {
    if pixels == 0.0 {
        return axis.range;
    }
    moved(axis, axis.pixels, 0.0, if axis.reversed { -pixels } else { pixels })
}

/// The range `factor` times as near; the coordinate at position `about` in pixels stays where it is.
///
/// Factors below 1 zoom out. One call zooms by at most 2^24.
pub fn zoom(axis: &Axis, about: f64, factor: f64) -> Range {
    let about = axis.mirrored(about);
    scaled(axis, about, about, factor)
}

/// The range between two positions in pixels, in either order.
pub fn span(axis: &Axis, from: f64, to: f64) -> Range {
    let (from, to) = (axis.mirrored(from), axis.mirrored(to));
    let (from, to) = (from.min(to), from.max(to));
    let pixels = f64::from(axis.pixels);
    let whole = from == 0.0 && to == pixels;
    if whole || to.is_nan() || from >= to {
        return axis.range;
    }
    let (middle, factor) = (f64::midpoint(from, to), pixels / (to - from));
    if factor == 1.0 { moved(axis, axis.pixels, 0.0, -from) } else { scaled(axis, middle, pixels / 2.0, factor) }
}

/// The range of the same axis on another number of pixels, each as wide as before; the middle stays where it is, to
/// within half a pixel, so that no pixel edge moves.
pub fn resize(axis: &Axis, pixels: u32) -> Range {
    if pixels == axis.pixels || pixels == 0 {
        return axis.range;
    }
    // Half of each, not half of the difference: however often the size changes, the way back is the way there.
    moved(axis, pixels, f64::from(axis.pixels / 2), f64::from(pixels / 2))
}

/// Where the left (or lower) and the right end of an axis `shown` lie on another, `now`, in pixels from its start: how a picture that
/// is already there can be moved at once. Bounded to ±2^24 pixels; zero and below lie at −2^24 on a log axis.
pub fn pixel_placement(shown: &Axis, now: &Axis) -> (f64, f64) {
    let place = |value: Coordinate| {
        let at = position_of(now, value);
        if at.is_nan() { -FAR } else { at.clamp(-FAR, FAR) }
    };
    let Range { start, end } = shown.range;
    if shown.reversed { (place(end), place(start)) } else { (place(start), place(end)) }
}

/// A range, moved to from the axis `before`, as a column wants it.
///
/// Columns of integers and times get whole ends as integers, so that no digit is lost later on, and no pixel narrower
/// than 2^-20 units, between which integers have nothing; other columns get real ends, which zoom in further than
/// integers beyond 2^53 do.
pub fn for_column(before: &Axis, range: Range, integer: bool) -> Range {
    let width = range.end.to_f64() - range.start.to_f64();
    // Of integers that f64 does not tell apart, none lie between pixels anyway.
    let narrow = width < f64::from(before.pixels) / 1_048_576.0 && !matches!(range.start, Coordinate::Integer(_));
    if integer && narrow && before.scale == Scale::Linear {
        return before.range;
    }
    let suit = |c: Coordinate| match c {
        Coordinate::Integer(_) if !integer => Coordinate::Real(c.to_f64()),
        Coordinate::Real(r) if integer && r.fract() == 0.0 && r.abs() < LARGEST_INTEGER => {
            Coordinate::Integer(c.split().0)
        }
        other => other,
    };
    Range { start: suit(range.start), end: suit(range.end) }
}

/// Whether a range is taken for one of integers.
fn is_integer(range: Range) -> bool {
    matches!(range.start, Coordinate::Integer(_)) || matches!(range.end, Coordinate::Integer(_))
}

/// The same scale on `pixels` pixels, what is at position `anchor` brought to position `target`.
fn moved(axis: &Axis, pixels: u32, anchor: f64, target: f64) -> Range {
    let attempt = || {
        let (ruler, line) = Line::new(axis)?;
        let moved = line.moved(ruler, pixels, near(anchor)?, near(target)?)?;
        let range = moved.range(ruler)?;
        let range = if axis.scale == Scale::Linear && moved.is_rounded() {
            kept_inside(axis, ruler, moved, target - anchor)?
        } else {
            range
        };
        allowed(axis, ruler, pixels, range)
    };
    attempt().unwrap_or(axis.range)
}

/// The range of a line that was moved by `pixels` and rounded, moved by a few units more where the rounding has put the
/// first value of the old range, or the last below its end, beside its bin.
fn kept_inside(axis: &Axis, ruler: Ruler, mut line: Line, pixels: f64) -> Option<Range> {
    let first = axis.range.start;
    let unit = first.to_f64().abs().max(axis.range.end.to_f64().abs()) * f64::EPSILON / 2.0;
    let below = |steps: i32| match axis.range.end {
        Coordinate::Integer(end) => Coordinate::Integer(end - 1),
        end if steps == 0 => Coordinate::Real(end.to_f64().next_down()),
        end => Coordinate::Real(end.to_f64() - unit * f64::from(steps)),
    };
    let is_inside = |last: &Coordinate| position_of(&Axis { reversed: false, ..*axis }, *last) < f64::from(axis.pixels);
    // Of the two, only one stays in view.
    let last = if pixels < 0.0 { (0..4).map(below).find(is_inside) } else { None };
    let end = f64::from(axis.pixels) + pixels;
    for _ in 0..8 {
        let at = Axis { range: line.range(ruler)?, reversed: false, ..*axis };
        line = match () {
            () if pixels > 0.0 && position_of(&at, first) < pixels => line.shifted(-1),
            () if last.is_some_and(|last| position_of(&at, last) >= end) => line.shifted(1),
            () => break,
        };
    }
    line.range(ruler)
}

/// What is at position `anchor` brought to position `target`, at another scale.
fn scaled(axis: &Axis, anchor: f64, target: f64, factor: f64) -> Range {
    let attempt = || {
        if factor.is_nan() || factor <= 0.0 || factor == 1.0 {
            return None;
        }
        let (ruler, line) = Line::new(axis)?;
        let line = line.scaled(ruler, near(anchor)?, near(target)?, factor.clamp(1.0 / MOST, MOST))?;
        allowed(axis, ruler, axis.pixels, line.range(ruler)?)
    };
    attempt().unwrap_or(axis.range)
}

fn near(position: f64) -> Option<f64> {
    position.is_finite().then(|| position.clamp(-FAR, FAR))
}

/// The range, if the edge rule takes it and its ends are within bounds (or not beyond those of the old range).
fn allowed(axis: &Axis, ruler: Ruler, pixels: u32, range: Range) -> Option<Range> {
    let (start, end) = (range.start.to_f64(), range.end.to_f64());
    let largest = if ruler.integer { LARGEST_INTEGER } else { LARGEST };
    let least = if ruler.scale == Scale::Log { LEAST_POSITIVE } else { -largest };
    let inside = start >= axis.range.start.to_f64().min(least) && end <= axis.range.end.to_f64().max(largest);
    let new = Axis { range, pixels, ..*axis };
    (inside && EdgeRule::new("x", &new, ruler.integer).is_ok()).then_some(range)
}
