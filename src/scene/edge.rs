//! The edge rule: which pixel of an axis owns a value. The only place where it is written in Rust.
//!
//! Pixel k owns the half-open interval [e(k), e(k+1)), where e(k) is the smallest value of the column's own type whose
//! scaled position `(T(v) − T(start)) · n / (T(end) − T(start))`, computed in f64, is at least k. As the position never
//! falls when v grows, that is the pixel `floor(position)`. Integers are subtracted exactly before they become f64.

use super::axis::{Axis, Coordinate, Range, Scale, ViewError};

/// The edge rule of one axis for columns of real numbers (f32, f64) or of integers and times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EdgeRule {
    scale: Scale,
    /// Origin for integers on a linear axis: whole part and fraction.
    whole: i128,
    part: f64,
    /// T(start).
    origin: f64,
    /// Number of pixels.
    pixels: f64,
    /// T(end) − T(start).
    width: f64,
    integer: bool,
}

/// The numbers of a linear rule, for kernels that evaluate it in a loop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearRule {
    /// Whole part of the start (integers only, else 0).
    pub whole: i128,
    /// What is subtracted as f64: the start, or for integers the start's fraction.
    pub origin: f64,
    /// Number of pixels.
    pub pixels: f64,
    /// Width of the range.
    pub width: f64,
}

impl LinearRule {
    /// Scaled position of a difference already taken from the whole part.
    #[inline(always)]
    pub fn position(&self, v: f64) -> f64 {
        (v - self.origin) * self.pixels / self.width
    }
}

#[expect(clippy::cast_precision_loss, reason = "the rule rounds exact integer differences to f64")]
impl EdgeRule {
    /// The rule for `axis`, whose name is `x` or `y` in messages. `integer` says what the column holds.
    ///
    /// # Errors
    /// Inverted or empty ranges, log ranges that reach zero, ranges too wide for f64, no pixels.
    pub fn new(name: &'static str, axis: &Axis, integer: bool) -> Result<Self, ViewError> {
        let Range { start, end } = axis.range;
        let text = || (start.to_string(), end.to_string());
        let pixels = f64::from(axis.pixels);
        if !start.to_f64().is_finite() || !end.to_f64().is_finite() {
            let (start, end) = text();
            return Err(ViewError::NotFinite { axis: name, start, end });
        }
        let ((whole, part), (end_whole, end_part)) = (start.split(), end.split());
        let integer = integer && start.to_f64().abs() < 1e38 && end.to_f64().abs() < 1e38;
        let exact = integer && axis.scale == Scale::Linear;
        let origin = axis.scale.transform(start.to_f64());
        let width = if exact {
            end_whole.saturating_sub(whole) as f64 + (end_part - part)
        } else {
            axis.scale.transform(end.to_f64()) - origin
        };
        if axis.scale == Scale::Log && (start.to_f64() <= 0.0 || end.to_f64() <= 0.0) {
            let (start, end) = text();
            return Err(ViewError::NotPositive { axis: name, start, end });
        }
        if width <= 0.0 || width.is_nan() || axis.pixels == 0 {
            let is_rising = (whole, part) < (end_whole, end_part);
            let (start, end) = text();
            if is_rising && axis.pixels > 0 {
                return Err(ViewError::TooNarrow { axis: name, start, end });
            }
            return Err(ViewError::Inverted { axis: name, start, end });
        }
        if !(width * pixels).is_finite() {
            let (start, end) = text();
            return Err(ViewError::TooWide { axis: name, start, end, pixels: axis.pixels });
        }
        Ok(Self { scale: axis.scale, whole, part, origin, pixels, width, integer })
    }

    /// Scaled position of a real number; NaN where the scale has no place for it.
    pub fn position(&self, v: f64) -> f64 {
        (self.scale.transform(v) - self.origin) * self.pixels / self.width
    }

    /// Scaled position of an integer or a time.
    pub fn position_of_integer(&self, v: i128) -> f64 {
        if self.scale == Scale::Linear && self.integer {
            (v.saturating_sub(self.whole) as f64 - self.part) * self.pixels / self.width
        } else {
            self.position(v as f64)
        }
    }

    /// The rule's numbers when the scale is linear.
    pub fn linear(&self) -> Option<LinearRule> {
        (self.scale == Scale::Linear).then_some(LinearRule {
            whole: if self.integer { self.whole } else { 0 },
            origin: if self.integer { self.part } else { self.origin },
            pixels: self.pixels,
            width: self.width,
        })
    }

    /// The scale.
    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// Number of pixels.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "made from a u32")]
    pub fn pixels(&self) -> u32 {
        self.pixels as u32
    }

    /// T(start) and T(end) − T(start), for guesses.
    pub fn span(&self) -> (f64, f64) {
        (self.origin, self.width)
    }
}

/// The range that just holds all values from `min` to `max`, the maximum inside the last pixel.
///
/// A single value gets a range around it, so that it lands in the middle.
///
/// # Errors
/// [`ViewError::TooWide`] when max − min leaves the range of f64.
pub fn fit_real(name: &'static str, min: f64, max: f64, scale: Scale, pixels: u32) -> Result<Range, ViewError> {
    let range = |start: f64, end: f64| Range { start: Coordinate::Real(start), end: Coordinate::Real(end) };
    if min == max {
        if scale == Scale::Log {
            let start = if min / 2.0 > 0.0 { min / 2.0 } else { min };
            if max * 2.0 == f64::INFINITY {
                let (start, end) = (min.to_string(), max.to_string());
                return Err(ViewError::TooWide { axis: name, start, end, pixels });
            }
            return Ok(range(start, max * 2.0));
        }
        let reach = (min.abs() * 1e-3).max(0.5);
        return Ok(range(min - reach, max + reach));
    }
    if scale == Scale::Linear && !((max - min) * f64::from(pixels)).is_finite() {
        let (start, end) = (format!("{min:?}"), format!("{max:?}"));
        return Err(ViewError::TooWide { axis: name, start, end, pixels });
    }
    // Widen the end by single steps of the last bit, then by doubling, until the maximum lies inside the last pixel.
    let mut step = max.abs().max(min.abs()) * f64::EPSILON / 2.0;
    let mut end = max.next_up();
    for _ in 0..64 {
        let axis = Axis { range: range(min, end), scale, pixels, reversed: false };
        match EdgeRule::new(name, &axis, false) {
            Ok(rule) if rule.position(max) < f64::from(pixels) => return Ok(axis.range),
            Ok(_) | Err(ViewError::Inverted { .. } | ViewError::TooNarrow { .. }) => {}
            Err(ViewError::NotFinite { .. }) => break,
            Err(other) => return Err(other),
        }
        end = max + step;
        step *= 2.0;
    }
    let (start, end) = (format!("{min:?}"), format!("{max:?}"));
    // The least numbers that there are cannot be divided further.
    if (max + step).is_finite() {
        return Err(ViewError::TooNarrow { axis: name, start, end });
    }
    Err(ViewError::TooWide { axis: name, start, end, pixels })
}

/// The range that just holds the integers from `min` to `max`, each of them on equal room.
///
/// # Errors
/// See [`fit_real`], which serves the scales that are not linear.
#[expect(clippy::cast_precision_loss, reason = "other scales work on the nearest f64")]
pub fn fit_integer(name: &'static str, min: i128, max: i128, scale: Scale, pixels: u32) -> Result<Range, ViewError> {
    if scale == Scale::Linear {
        let mut step = 1_i128;
        loop {
            let range = Range { start: Coordinate::Integer(min), end: Coordinate::Integer(max.saturating_add(step)) };
            let rule = EdgeRule::new(name, &Axis { range, scale, pixels, reversed: false }, true)?;
            if rule.position_of_integer(max) < f64::from(pixels) {
                return Ok(range);
            }
            step = step.saturating_mul(2);
        }
    }
    fit_real(name, min as f64, max as f64, scale, pixels)
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, reason = "tests know their numbers")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn axis(start: f64, end: f64, pixels: u32) -> Axis {
        Axis {
            range: Range { start: Coordinate::Real(start), end: Coordinate::Real(end) },
            scale: Scale::Linear,
            pixels,
            reversed: false,
        }
    }

    #[test]
    fn nanoseconds_are_subtracted_exactly() {
        let t = 1_672_531_200_000_000_001_i128;
        let a = Axis {
            range: Range { start: Coordinate::Integer(t), end: Coordinate::Integer(t + 1_000_000) },
            scale: Scale::Linear,
            pixels: 1000,
            reversed: false,
        };
        let rule = EdgeRule::new("x", &a, true).unwrap();
        for k in 0..1000_i128 {
            assert_eq!(rule.position_of_integer(t + k * 1000).floor() as i128, k);
            assert_eq!(rule.position_of_integer(t + k * 1000 - 1).floor() as i128, k - 1);
        }
    }

    #[test]
    fn bad_axes_are_refused() {
        for (start, end) in [(1.0, 1.0), (2.0, 1.0)] {
            let made = EdgeRule::new("x", &axis(start, end, 10), false);
            assert!(matches!(made, Err(ViewError::Inverted { .. })), "{start}..{end}");
        }
        let wide = EdgeRule::new("x", &axis(-1e308, 1e308, 10), false);
        assert!(matches!(wide, Err(ViewError::TooWide { .. })));
        let log = Axis { scale: Scale::Log, ..axis(-1.0, 1.0, 10) };
        assert!(matches!(EdgeRule::new("x", &log, false), Err(ViewError::NotPositive { .. })));
    }

    proptest! {
        #[test]
        fn fit_holds_both_ends(a in -1e12_f64..1e12, b in -1e12_f64..1e12, pixels in 1_u32..5000) {
            let (min, max) = (a.min(b), a.max(b));
            let range = fit_real("x", min, max, Scale::Linear, pixels).unwrap();
            let rule = EdgeRule::new("x", &Axis { range, scale: Scale::Linear, pixels, reversed: false }, false).unwrap();
            prop_assert!(rule.position(min) >= 0.0);
            prop_assert!(rule.position(max) < f64::from(pixels));
            prop_assert!(min == max || rule.position(max) >= f64::from(pixels) - 1.0);
        }

        #[test]
        fn fit_on_log_holds_both_ends(a in -30_f64..30.0, b in -30_f64..30.0, pixels in 1_u32..5000) {
            let (min, max) = (10_f64.powf(a.min(b)), 10_f64.powf(a.max(b)));
            let range = fit_real("x", min, max, Scale::Log, pixels).unwrap();
            let rule = EdgeRule::new("x", &Axis { range, scale: Scale::Log, pixels, reversed: false }, false).unwrap();
            prop_assert!(rule.position(min) >= 0.0 && rule.position(max) < f64::from(pixels));
        }
    }
}
