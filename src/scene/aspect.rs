//! How long a unit of y is beside one of x: matplotlib's `set_aspect`, with adjustable limits.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::axis::{Axis, Coordinate, Range, Scale, View};

/// Aspects beyond these, and their inverses, are no pictures: nanoseconds beside decades.
const MOST: f64 = 1e18;
/// Ends of ranges beyond these leave no room for further movements.
const LARGEST: f64 = 1e300;
/// How far, as a share, a view's aspect may be off and still be the one that was asked for: zooms keep it to 2^-20.
const NEAR: f64 = 1e-5;

/// How long a unit of y is on the picture beside one of x; as text `auto`, `equal` (1) or a number above 0.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Aspect(Option<f64>);

/// Why a text is no aspect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("reading the aspect: `{0}` is not auto, equal, or the length of a unit of y in units of x, as 1.6")]
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

    /// The view with this aspect, about the same middle. Where the range of one axis is given, which `given` says of x and y, and
    /// that of the other is not, the other one follows; else one of them gets wider. On axes that are not linear, and where no
    /// range is that wide, the view as it is.
    #[must_use]
    pub fn applied(self, mut view: View, given: [bool; 2]) -> View {
        let Some(excess) = self.excess(&view).filter(|excess| (excess - 1.0).abs() >= NEAR) else { return view };
        let is_y = match given {
            [true, false] => true,
            [false, true] => false,
            _ => excess > 1.0,
        };
        let axis = if is_y { &mut view.y } else { &mut view.x };
        axis.range = widened(axis.range, if is_y { excess } else { 1.0 / excess });
        view
    }

    /// Whether a view has this aspect.
    #[must_use]
    pub fn is_of(self, view: &View) -> bool {
        self == Self::AUTO || self.excess(view).is_some_and(|excess| (excess - 1.0).abs() < NEAR)
    }

    /// How many times as long as it should be a unit of y is; none where that is no matter, or cannot be said.
    fn excess(self, view: &View) -> Option<f64> {
        let is_linear = view.x.scale == Scale::Linear && view.y.scale == Scale::Linear;
        let ratio = self.0.filter(|_| is_linear)?;
        let excess = per_pixel(&view.x) / per_pixel(&view.y) / ratio;
        (excess.is_finite() && excess > 0.0).then_some(excess)
    }
}

/// A range so many times as wide, about the same middle; itself where numbers end before that.
#[expect(clippy::cast_possible_truncation, reason = "floats to integers saturate")]
fn widened(range: Range, times: f64) -> Range {
    let more = width(range) * (times - 1.0) / 2.0;
    let wider = match (range.start, range.end) {
        // Whole ends stay so where that is exact, or where f64 has no fractions anyway.
        (Coordinate::Integer(start), Coordinate::Integer(end))
            if more.fract() == 0.0 || start.unsigned_abs().max(end.unsigned_abs()) >= 1 << 52 =>
        {
            let more = more.round() as i128;
            let (start, end) = (start.saturating_sub(more), end.saturating_add(more));
            Range { start: Coordinate::Integer(start), end: Coordinate::Integer(end) }
        }
        (start, end) => {
            Range { start: Coordinate::Real(start.to_f64() - more), end: Coordinate::Real(end.to_f64() + more) }
        }
    };
    let is_sound = wider.start.to_f64().abs() < LARGEST && wider.end.to_f64().abs() < LARGEST && width(wider) > 0.0;
    if is_sound { wider } else { range }
}

#[expect(clippy::cast_precision_loss, reason = "exact integers are subtracted first")]
fn width(Range { start, end }: Range) -> f64 {
    match (start, end) {
        (Coordinate::Integer(start), Coordinate::Integer(end)) => end.saturating_sub(start) as f64,
        _ => end.to_f64() - start.to_f64(),
    }
}

/// Units of the data that a pixel is wide.
fn per_pixel(axis: &Axis) -> f64 {
    width(axis.range) / f64::from(axis.pixels.max(1))
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
        for text in ["", "0", "-1", "NaN", "inf", "1e19", "same"] {
            assert!(text.parse::<Aspect>().unwrap_err().to_string().contains("equal"), "{text}");
        }
    }

    const FITTED: [bool; 2] = [false; 2];

    #[test]
    fn only_one_range_gets_wider() {
        let view = View { x: axis(0.0, 10.0, 100), y: axis(0.0, 1.0, 100) };
        let equal = Aspect::EQUAL.applied(view, FITTED);
        assert_eq!((equal.x, equal.y), (view.x, axis(-4.5, 5.5, 100)));
        let flat = Aspect::of(20.0).unwrap().applied(view, FITTED);
        assert_eq!((flat.x, flat.y), (axis(-5.0, 15.0, 100), view.y));
        assert_eq!(Aspect::AUTO.applied(view, FITTED), view);
        let log = View { x: Axis { scale: Scale::Log, ..axis(1.0, 10.0, 100) }, y: view.y };
        assert_eq!(Aspect::EQUAL.applied(log, FITTED), log);
        let whole = |start, end| Range { start: Coordinate::Integer(start), end: Coordinate::Integer(end) };
        // Ends that were typed as whole numbers may get fractions.
        let typed = View { x: Axis { range: whole(-3, 4), ..view.x }, y: Axis { range: whole(0, 7), ..view.y } };
        let wider = Aspect::of(1.25).unwrap().applied(typed, [true, true]);
        assert_eq!((wider.x, wider.y.range), (axis(-3.875, 4.875, 100), whole(0, 7)));
        let times = View {
            x: view.x,
            y: Axis { range: whole(1_700_000_000_000_000_000, 1_700_000_000_000_000_002), ..view.y },
        };
        let range = Aspect::EQUAL.applied(times, FITTED).y.range;
        assert_eq!(range, whole(1_699_999_999_999_999_996, 1_700_000_000_000_000_006));
    }

    #[test]
    fn what_is_given_alone_is_kept() {
        let view = View { x: axis(0.0, 1.0, 100), y: axis(0.0, 10.0, 100) };
        assert_eq!(Aspect::EQUAL.applied(view, [true, false]), View { x: view.x, y: axis(4.5, 5.5, 100) });
        assert_eq!(Aspect::EQUAL.applied(view, [false, true]), View { x: axis(-4.5, 5.5, 100), y: view.y });
        assert_eq!(Aspect::EQUAL.applied(view, [true, true]), View { x: axis(-4.5, 5.5, 100), y: view.y });
    }

    #[test]
    fn what_no_view_has_is_not_taken_for_it() {
        let view = View { x: axis(-1e-200, 1e-200, 100), y: axis(-1e150, 1e150, 100) };
        assert!(!Aspect::EQUAL.is_of(&Aspect::EQUAL.applied(view, FITTED)));
        let view = View { x: axis(-1e-300, 1e-300, 100), y: axis(-1.0, 1.0, 100) };
        assert!(Aspect::EQUAL.is_of(&Aspect::EQUAL.applied(view, FITTED)));
        assert!(Aspect::AUTO.is_of(&view));
    }

    proptest! {
        #[test]
        fn views_have_it_and_then_stay(
            (x, width, nx) in (-1e6..1e6, 1e-3..1e6, 1_u32..3000),
            (y, height, ny) in (-1e6..1e6, 1e-3..1e6, 1_u32..3000),
            ratio in 0.01..100.0,
            given in any::<[bool; 2]>(),
        ) {
            let view = View { x: axis(x, x + width, nx), y: axis(y, y + height, ny) };
            let aspect = Aspect::of(ratio).unwrap();
            let made = aspect.applied(view, given);
            // Narrower ranges far from zero have few digits.
            let unit = |axis: &Axis| axis.range.start.to_f64().abs().max(axis.range.end.to_f64().abs()) * f64::EPSILON;
            prop_assume!([made.x, made.y].iter().all(|axis| super::width(axis.range) > unit(axis) * 1e6));
            prop_assert!(aspect.is_of(&made) && (aspect_of(&made) / ratio - 1.0).abs() < NEAR, "{made:?}");
            prop_assert_eq!(aspect.applied(made, given), made);
            prop_assert!(made.x == view.x || made.y == view.y);
            if given == [true, false] {
                prop_assert_eq!(made.x, view.x);
            } else if given == [false, true] {
                prop_assert_eq!(made.y, view.y);
            } else {
                for (old, new) in [(view.x.range, made.x.range), (view.y.range, made.y.range)] {
                    prop_assert!(new.start.to_f64() <= old.start.to_f64() && new.end.to_f64() >= old.end.to_f64());
                }
            }
        }
    }
}
