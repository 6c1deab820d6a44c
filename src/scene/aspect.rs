//! How long a unit of y is beside one of x: matplotlib's `set_aspect`, with adjustable limits.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::axis::{Axis, Coordinate, Range, Scale, View};
use super::navigate::zoom;

/// Aspects beyond these are no pictures.
const MOST: f64 = 1e6;
/// How far, as a share, a view's aspect may be off and still be the one that was asked for: zooms keep it to 2^-20.
const NEAR: f64 = 1e-5;
/// Zooms that bring any two ranges to one scale.
const MOST_ZOOMS: usize = 16;

/// How long a unit of y is on the picture beside one of x; as text `auto`, `equal` (1) or a number above 0.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Aspect(Option<f64>);

/// Why a text is no aspect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "reading the aspect: `{0}` is not auto, equal, or the length of a unit of y in units of x, as 1.6 (from 1e-6 to 1e6)"
)]
pub struct AspectError(String);

impl Aspect {
    /// The ranges fill the plot, whatever their lengths.
    pub const AUTO: Self = Self(None);
    /// Units are as long on both axes.
    pub const EQUAL: Self = Self(Some(1.0));

    /// The ratio, if there is one.
    #[must_use]
    pub fn ratio(self) -> Option<f64> {
        self.0
    }

    /// An aspect of some ratio; none if no picture can have that.
    #[must_use]
    pub fn of(ratio: f64) -> Option<Self> {
        (1.0 / MOST..=MOST).contains(&ratio).then_some(Self(Some(ratio)))
    }

    /// The view with this aspect: about the same middle, and one of its ranges wider where that has to be. On axes that are not
    /// linear, and where no range is that wide, the view as it is.
    #[must_use]
    pub fn applied(self, view: View) -> View {
        self.brought_to(view, |excess| excess > 1.0)
    }

    /// The view with this aspect, about the same middle: the range of one axis is kept, and the other one follows.
    #[must_use]
    pub fn keeping(self, view: View, is_x: bool) -> View {
        self.brought_to(view, |_| is_x)
    }

    /// Zooms one axis until the view has the aspect: y where that is to be for how much too long a unit of y is, else x.
    fn brought_to(self, mut view: View, is_y: impl Fn(f64) -> bool) -> View {
        let is_linear = view.x.scale == Scale::Linear && view.y.scale == Scale::Linear;
        let Some(ratio) = self.0.filter(|_| is_linear) else { return view };
        // A zoom has its limit; several have that of numbers.
        for _ in 0..MOST_ZOOMS {
            let excess = per_pixel(&view.x) / (per_pixel(&view.y) * ratio);
            if !excess.is_finite() || (excess - 1.0).abs() < NEAR {
                break;
            }
            let (axis, factor) = if is_y(excess) { (&mut view.y, 1.0 / excess) } else { (&mut view.x, excess) };
            axis.range = zoom(axis, f64::from(axis.pixels) / 2.0, factor);
        }
        view
    }
}

/// Units of the data that a pixel is wide.
fn per_pixel(axis: &Axis) -> f64 {
    let Range { start, end } = axis.range;
    #[expect(clippy::cast_precision_loss, reason = "exact integers are subtracted first")]
    let width = match (start, end) {
        (Coordinate::Integer(start), Coordinate::Integer(end)) => end.saturating_sub(start) as f64,
        _ => end.to_f64() - start.to_f64(),
    };
    width / f64::from(axis.pixels.max(1))
}

impl fmt::Display for Aspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => f.write_str("auto"),
            Some(1.0) => f.write_str("equal"),
            Some(ratio) => write!(f, "{ratio}"),
        }
    }
}

impl FromStr for Aspect {
    type Err = AspectError;

    fn from_str(text: &str) -> Result<Self, AspectError> {
        match text.trim() {
            "auto" => Ok(Self::AUTO),
            "equal" => Ok(Self::EQUAL),
            number => number.parse().ok().and_then(Self::of).ok_or_else(|| AspectError(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn axis(start: f64, end: f64, pixels: u32) -> Axis {
        let range = Range { start: Coordinate::Real(start), end: Coordinate::Real(end) };
        Axis { range, scale: Scale::Linear, pixels, reversed: false }
    }

    fn aspect_of(view: &View) -> f64 {
        per_pixel(&view.x) / per_pixel(&view.y)
    }

    #[test]
    fn texts_are_read_as_they_are_written() {
        for text in ["auto", "equal", "1.6", "0.25", "2"] {
            assert_eq!(text.parse::<Aspect>().unwrap().to_string(), text);
        }
        assert_eq!("1".parse(), Ok(Aspect::EQUAL));
        for text in ["", "0", "-1", "NaN", "inf", "1e9", "same"] {
            assert!(text.parse::<Aspect>().unwrap_err().to_string().contains("equal"), "{text}");
        }
    }

    #[test]
    fn only_one_range_gets_wider() {
        let view = View { x: axis(0.0, 10.0, 100), y: axis(0.0, 1.0, 100) };
        let equal = Aspect::EQUAL.applied(view);
        assert_eq!(equal.x, view.x);
        assert!((equal.y.range.start.to_f64() + 4.5).abs() < 1e-4 && (equal.y.range.end.to_f64() - 5.5).abs() < 1e-4);
        let flat = Aspect::of(20.0).unwrap().applied(view);
        assert_eq!(flat.y, view.y);
        assert!((per_pixel(&flat.x) - 0.2).abs() < 1e-6);
        assert_eq!(Aspect::AUTO.applied(view), view);
        let log = View { x: Axis { scale: Scale::Log, ..axis(1.0, 10.0, 100) }, y: view.y };
        assert_eq!(Aspect::EQUAL.applied(log), log);
    }

    proptest! {
        #[test]
        fn views_have_it_and_then_stay(
            (x, width, nx) in (-1e6..1e6, 1e-3..1e6, 1_u32..3000),
            (y, height, ny) in (-1e6..1e6, 1e-3..1e6, 1_u32..3000),
            ratio in 0.01..100.0,
        ) {
            let view = View { x: axis(x, x + width, nx), y: axis(y, y + height, ny) };
            let aspect = Aspect::of(ratio).unwrap();
            let made = aspect.applied(view);
            prop_assert!((aspect_of(&made) / ratio - 1.0).abs() < NEAR, "{made:?}");
            prop_assert_eq!(aspect.applied(made), made);
            for is_x in [false, true] {
                let kept = aspect.keeping(view, is_x);
                prop_assert!((aspect_of(&kept) / ratio - 1.0).abs() < NEAR, "{kept:?}");
                let is_kept = if is_x { kept.x == view.x } else { kept.y == view.y };
                prop_assert!(is_kept);
            }
            for (old, new) in [(view.x, made.x), (view.y, made.y)] {
                let near = 1e-6 * per_pixel(&new) * f64::from(new.pixels);
                prop_assert!(new.range.start.to_f64() <= old.range.start.to_f64() + near);
                prop_assert!(new.range.end.to_f64() >= old.range.end.to_f64() - near);
            }
        }
    }
}
