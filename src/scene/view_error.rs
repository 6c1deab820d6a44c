//! What may be wrong with a view, or with what is to be seen in it.

use super::axis::MAX_PIXELS;

/// What is wrong with an axis or a view.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ViewError {
    /// Categories are to be counted and nobody has looked for them.
    #[error("the categories are not known; name their column: by:COLUMN")]
    NoCategories,
    /// Texts are to be drawn or reduced as if they were numbers.
    #[error("the values are text, which is no number; they may be categories: by:COLUMN")]
    Text,
    /// An aspect of axes that have no equal units.
    #[error("the aspect is {0}, which is of linear axes only; leave it out, or the scale")]
    Aspect(String),
    /// An aspect of times that are counted in different units.
    #[error(
        "the aspect is {0}, and the axes count time in different units; leave it out, or convert one of the columns"
    )]
    AspectOfTimes(String),
    /// An aspect that no ranges have.
    #[error("the aspect is {0}, and the numbers on the axes are too unlike for that; leave it out, or give another")]
    AspectTooFar(String),
    /// A bound that is not a number.
    #[error("`{0}` is not a number")]
    NotANumber(String),
    /// What looks like a moment and is none; says what is wrong.
    #[error("{0}")]
    NotAMoment(String),
    /// A moment on an axis of numbers.
    #[error("the {axis} axis counts no time, so {text} has no place on it; give numbers: --{axis}-range=MIN..MAX")]
    NotATime {
        /// `x` or `y`.
        axis: &'static str,
        /// The moment as given.
        text: String,
    },
    /// Layers of times and of plain numbers.
    #[error(
        "the layers share the {axis} axis, but one has times along it and another plain numbers; choose other columns, or make \
         seconds of the times: t - '2024-01-01'"
    )]
    TimesAndNumbers {
        /// `x` or `y`.
        axis: &'static str,
    },
    /// Layers whose times cannot be brought onto one axis.
    #[error(
        "the layers share the {axis} axis, but one counts time in {one} and another in {other}; choose other columns"
    )]
    Units {
        /// `x` or `y`.
        axis: &'static str,
        /// The unit of the first.
        one: String,
        /// That of another.
        other: String,
    },
    /// A range without the two dots.
    #[error("`{0}` is not a range; write MIN..MAX, for example -8..8")]
    NotARange(String),
    /// An unknown scale name.
    #[error("`{0}` is not a scale; use linear, log, symlog or symlog:THRESHOLD")]
    NotAScale(String),
    /// A range with a bound that is NaN or infinite.
    #[error("the {axis} range {start}..{end} has a bound that is not finite; give two finite numbers")]
    NotFinite {
        /// `x` or `y`.
        axis: &'static str,
        /// Start as given.
        start: String,
        /// End as given.
        end: String,
    },
    /// A range whose end is not above its start.
    #[error("the {axis} range {start}..{end} is empty or inverted; its end must be above its start")]
    Inverted {
        /// `x` or `y`.
        axis: &'static str,
        /// Start as given.
        start: String,
        /// End as given.
        end: String,
    },
    /// A range that reaches zero or below on a log axis.
    #[error(
        "the {axis} range {start}..{end} reaches zero or below, where a log scale has no place; raise its start or use symlog"
    )]
    NotPositive {
        /// `x` or `y`.
        axis: &'static str,
        /// Start as given.
        start: String,
        /// End as given.
        end: String,
    },
    /// A range whose width leaves the range of f64.
    #[error(
        "the {axis} range {start}..{end} is too wide to divide into {pixels} pixels in double precision; give a narrower --{axis}-range=MIN..MAX"
    )]
    TooWide {
        /// `x` or `y`.
        axis: &'static str,
        /// Start as given.
        start: String,
        /// End as given.
        end: String,
        /// Pixels along the axis.
        pixels: u32,
    },
    /// A range whose ends are too near each other.
    #[error(
        "the {axis} range {start}..{end} is too narrow to tell its ends apart in double precision on this scale; give a wider \
         --{axis}-range=MIN..MAX"
    )]
    TooNarrow {
        /// `x` or `y`.
        axis: &'static str,
        /// Start as given.
        start: String,
        /// End as given.
        end: String,
    },
    /// The extent of hexagons is none that an axis can have.
    #[error("the mark {mark}: {problem}")]
    Extent {
        /// The mark.
        mark: String,
        /// What is wrong with it.
        problem: Box<ViewError>,
    },
    /// A reduction that a mark has no numbers for.
    #[error("the mark {mark} does not go with the reduction {reduction}: {instead}")]
    Mark {
        /// The mark.
        mark: String,
        /// The reduction.
        reduction: String,
        /// Why, and what to do.
        instead: &'static str,
    },
    /// No pixels, or more than one picture may have.
    #[error("a picture of {width}x{height} pixels cannot be drawn; each side must be 1 to {MAX_PIXELS}")]
    Size {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// A filter that nothing passes, and so nothing to fit a range to.
    #[error(
        "the filter leaves none of the {rows} rows, so no {axis} range fits them; change the filter, or give --{axis}-range=MIN..MAX"
    )]
    NothingLeft {
        /// `x` or `y`.
        axis: &'static str,
        /// Rows that there are.
        rows: u64,
    },
    /// A column with nothing that the axis can show.
    #[error("the {axis} column has no {wanted} value, so no range fits it; give --{axis}-range=MIN..MAX")]
    NothingToFit {
        /// `x` or `y`.
        axis: &'static str,
        /// `finite` or `positive`.
        wanted: &'static str,
    },
}
