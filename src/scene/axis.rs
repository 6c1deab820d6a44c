//! One axis of a view: an exact range, a scale and a number of pixels.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use super::view_error::ViewError;
use super::written::{Written, is_year};

/// The most pixels an axis may have in one picture.
pub const MAX_PIXELS: u32 = 30_000;

/// A position on an axis, kept exactly as it was given.
///
/// Integers stay integers, so that a range of unix nanoseconds loses no digit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Coordinate {
    /// A whole number.
    Integer(i128),
    /// A real number.
    Real(f64),
    /// A moment as it was written. In a view there is none: plans put in their place what the column counts.
    Moment(Written),
}

impl Coordinate {
    /// The nearest f64; NaN for what is no number yet.
    #[expect(clippy::cast_precision_loss, reason = "the nearest f64 is what is asked for")]
    pub fn to_f64(self) -> f64 {
        match self {
            Self::Integer(i) => i as f64,
            Self::Real(r) => r,
            Self::Moment(written) => written.number().map_or(f64::NAN, |i| i as f64),
        }
    }

    /// Whether it is a whole number without a fraction lost.
    pub fn is_whole(self) -> bool {
        match self {
            Self::Integer(_) => true,
            Self::Real(_) => false,
            Self::Moment(written) => written.number().is_some(),
        }
    }

    /// Whole part (rounded down) and the remaining fraction in `[0, 1)`; the whole part saturates at the ends of i128.
    #[expect(clippy::cast_possible_truncation, reason = "float to integer casts saturate, as documented")]
    pub fn split(self) -> (i128, f64) {
        match self {
            Self::Integer(i) => (i, 0.0),
            // A tiny negative number is nearer to zero than any f64 below 1 is to 1.
            Self::Real(r) => (r.floor() as i128, (r - r.floor()).min(1.0 - f64::EPSILON / 2.0)),
            Self::Moment(written) => (written.number().unwrap_or(0), 0.0),
        }
    }
}

impl fmt::Display for Coordinate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(i) => write!(f, "{i}"),
            Self::Real(r) => write!(f, "{r:?}"),
            Self::Moment(written) => write!(f, "{written}"),
        }
    }
}

impl FromStr for Coordinate {
    type Err = ViewError;

    fn from_str(text: &str) -> Result<Self, ViewError> {
        let text = text.trim();
        if let Ok(i) = text.parse::<i128>() {
            return Ok(Self::Integer(i));
        }
        // NaN and infinity are numbers as far as notation goes; the edge rule refuses them.
        let moment = || Written::new(text).map(Self::Moment);
        text.parse().map(Self::Real).ok().or_else(moment).ok_or_else(|| ViewError::NotANumber(text.to_owned()))
    }
}

/// The data range of an axis: from `start` at the left or bottom edge to `end` at the right or top edge.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Range {
    /// Left or bottom edge.
    pub start: Coordinate,
    /// Right or top edge.
    pub end: Coordinate,
}

impl Range {
    /// Whether an end is a moment, or may be one.
    pub fn has_moments(self) -> bool {
        [self.start, self.end].iter().any(|end| matches!(end, Coordinate::Moment(_)))
    }

    /// The same range for those who write it: numbers that would be read as years, `1000..2000`, get a point.
    #[must_use]
    pub fn unmistakable(self) -> Self {
        let is_year = |at| matches!(at, Coordinate::Integer(1000..=9999));
        if is_year(self.start) && is_year(self.end) {
            return Self { start: Coordinate::Real(self.start.to_f64()), end: Coordinate::Real(self.end.to_f64()) };
        }
        self
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

impl FromStr for Range {
    type Err = ViewError;

    fn from_str(text: &str) -> Result<Self, ViewError> {
        let (start, end) = text.split_once("..").ok_or_else(|| ViewError::NotARange(text.to_owned()))?;
        if start.trim().is_empty() || end.trim().is_empty() {
            return Err(ViewError::NotARange(text.to_owned()));
        }
        let ends = [start.trim(), end.trim()];
        let [start, end]: [Coordinate; 2] = [ends[0].parse()?, ends[1].parse()?];
        // Four figures beside a moment or four others may be a year: the axis decides.
        let may_be = |at: Coordinate, text: &str| matches!(at, Coordinate::Moment(_)) || is_year(text);
        if may_be(start, ends[0]) && may_be(end, ends[1]) {
            let read = |text: &str, at| Written::new(text).map_or(at, Coordinate::Moment);
            return Ok(Self { start: read(ends[0], start), end: read(ends[1], end) });
        }
        Ok(Self { start, end })
    }
}

/// How data values are spread along an axis: the function T of the edge rule.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scale {
    /// T(v) = v.
    #[default]
    Linear,
    /// T(v) = ln v; values of zero and below lie outside.
    Log,
    /// matplotlib's symmetrical log: linear within `linthresh` of zero, logarithmic beyond.
    SymLog {
        /// Half-width of the linear part, in data units, above zero.
        linthresh: f64,
    },
}

impl Scale {
    /// T(v), in f64. NaN where the scale has no place for `v`.
    ///
    /// Symlog is matplotlib's `SymmetricalLogTransform` with base 10 and `linscale` 1.
    /// The logarithm is `libm`'s, so that pictures agree between platforms.
    pub fn transform(self, v: f64) -> f64 {
        match self {
            Self::Linear => v,
            Self::Log => {
                if v > 0.0 {
                    libm::log(v)
                } else {
                    f64::NAN
                }
            }
            Self::SymLog { linthresh } => {
                const LINSCALE_ADJ: f64 = 1.0 / (1.0 - 1.0 / 10.0);
                let size = v.abs();
                if size <= linthresh {
                    v * LINSCALE_ADJ
                } else {
                    (linthresh * (LINSCALE_ADJ + libm::log10(size / linthresh))).copysign(v)
                }
            }
        }
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Linear => f.write_str("linear"),
            Self::Log => f.write_str("log"),
            Self::SymLog { linthresh } => write!(f, "symlog:{linthresh}"),
        }
    }
}

impl FromStr for Scale {
    type Err = ViewError;

    fn from_str(text: &str) -> Result<Self, ViewError> {
        match text {
            "linear" => Ok(Self::Linear),
            "log" => Ok(Self::Log),
            "symlog" => Ok(Self::SymLog { linthresh: 1.0 }),
            _ => text
                .strip_prefix("symlog:")
                .and_then(|t| t.parse().ok())
                .filter(|t: &f64| t.is_finite() && *t > 0.0)
                .map(|linthresh| Self::SymLog { linthresh })
                .ok_or_else(|| ViewError::NotAScale(text.to_owned())),
        }
    }
}

/// One axis of a view.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// Data range.
    pub range: Range,
    /// Scale between the ends of the range.
    pub scale: Scale,
    /// Number of pixels along the axis.
    pub pixels: u32,
    /// Whether the start of the range is at the right or upper edge: pressure grows downwards. Pixels are counted from the
    /// left and from the bottom in any case.
    #[serde(default)]
    pub reversed: bool,
}

impl Axis {
    /// A position in pixels, counted from the other end if the axis is reversed: from the start of its range to the place in
    /// the picture, and back.
    #[must_use]
    pub fn mirrored(&self, position: f64) -> f64 {
        if self.reversed { f64::from(self.pixels) - position } else { position }
    }
}

/// What part of the data plane is shown, and on how many pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// Horizontal axis; pixel 0 is at the left.
    pub x: Axis,
    /// Vertical axis; pixel 0 is at the bottom.
    pub y: Axis,
}

impl View {
    /// Number of pixels in the view.
    pub fn cells(&self) -> usize {
        self.x.pixels as usize * self.y.pixels as usize
    }
}

/// A picture's size in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

impl Size {
    /// Whether a picture can have this size.
    ///
    /// # Errors
    /// [`ViewError::Size`] when a side is zero or beyond [`MAX_PIXELS`].
    pub fn check(self) -> Result<(), ViewError> {
        let fits = |side: u32| (1..=MAX_PIXELS).contains(&side);
        if fits(self.width) && fits(self.height) {
            Ok(())
        } else {
            Err(ViewError::Size { width: self.width, height: self.height })
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("`{text}` is not a size; write WIDTHxHEIGHT, for example 1920x1080");
        let (w, h) = text.split_once(['x', 'X', '×']).ok_or_else(bad)?;
        let side = |t: &str| t.trim().parse::<u32>().map_err(|_| bad());
        Ok(Self { width: side(w)?, height: side(h)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_keep_every_digit_of_an_integer() {
        let r: Range = "1672531200000000001..1672531200001000001".parse().unwrap();
        assert_eq!(r.start, Coordinate::Integer(1_672_531_200_000_000_001));
        assert_eq!(r.to_string(), "1672531200000000001..1672531200001000001");
        assert_eq!("-8..8.5".parse::<Range>().unwrap().end, Coordinate::Real(8.5));
    }

    #[test]
    fn moments_stay_as_they_were_written() {
        for text in ["2024-03-01..2024-04", "2024..2025", "2024-03-01T12:30:00.5..2025", "-0044-03-15..0"] {
            let range: Range = text.parse().unwrap();
            assert!(range.has_moments(), "{text}");
            assert_eq!(range.to_string(), text);
            assert_eq!(range.to_string().parse(), Ok(range));
        }
        let years: Range = "1000..2000".parse().unwrap();
        assert_eq!((years.start.to_f64(), years.end.split()), (1000.0, (2000, 0.0)));
        let counted = Range { start: Coordinate::Integer(8192), end: Coordinate::Integer(9216) };
        let read: Range = counted.unmistakable().to_string().parse().unwrap();
        assert!(!read.has_moments() && read.start.split() == counted.start.split(), "{read}");
        for numbers in ["100..2000", "1000..20000", "1000.0..2000.0", "-1..2024"] {
            assert!(!numbers.parse::<Range>().unwrap().has_moments(), "{numbers}");
        }
        // No longer than any moment is.
        assert!(format!("{}-01..2", "2".repeat(60)).parse::<Range>().is_err());
    }

    #[test]
    fn bad_ranges_are_refused() {
        for bad in ["", "1", "1..", "..2", "a..b", "12:30..13:30", "2024-03-01..now"] {
            assert!(bad.parse::<Range>().is_err(), "{bad}");
        }
    }

    #[test]
    fn sizes_are_bounded() {
        assert_eq!("1920x1080".parse(), Ok(Size { width: 1920, height: 1080 }));
        for bad in ["1920", "axb", "-1x5", "1x"] {
            assert!(bad.parse::<Size>().is_err(), "{bad}");
        }
        for bad in ["0x0", "0x5", "200000x200000"] {
            assert!(bad.parse::<Size>().unwrap().check().is_err(), "{bad}");
        }
    }

    #[test]
    fn symlog_is_matplotlibs() {
        // matplotlib.scale.SymmetricalLogTransform(10, 2, 1).transform([-100, -2, 0, 1, 2, 50])
        let s = Scale::SymLog { linthresh: 2.0 };
        let expected = [
            (-100.0, -5.620_162_230_894_26),
            (-2.0, -2.222_222_222_222_222_3),
            (0.0, 0.0),
            (1.0, 1.111_111_111_111_111_2),
            (50.0, 5.018_102_239_566_297),
        ];
        for (v, t) in expected {
            assert!((s.transform(v) - t).abs() < 1e-14, "{v}: {} {t}", s.transform(v));
        }
    }
}
