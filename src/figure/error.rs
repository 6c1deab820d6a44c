//! What can go wrong on the way from numbers to pixels.

/// Why no colours came out.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FigureError {
    /// A list of colors is no colormap.
    #[error("reading the colors `{list}`: {why}")]
    BadColors {
        /// The list, or its beginning.
        list: String,
        /// What is wrong with it.
        why: String,
    },
    /// What follows a colormap's name is no part of it.
    #[error("reading the part `{text}` of a colormap: {why}")]
    BadPart {
        /// The part.
        text: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A file's colour table cannot be used.
    #[error("reading the color table: {}{why} ({name})", line_of(*.line))]
    BadTable {
        /// The file.
        name: String,
        /// The line, counted from 1; 0 for the whole of it.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// There is no colormap of that name.
    #[error("choosing the colormap: `{name}` is not known{}; the colormaps are {known} (add _r to reverse one)", did_you_mean(.nearest))]
    UnknownColormap {
        /// The name asked for.
        name: String,
        /// Known names that look like it, nearest first; may be empty.
        nearest: Vec<String>,
        /// All known names, separated by commas.
        known: String,
    },
    /// A limit is not a finite number, or a percentile is outside 0 to 100.
    #[error("normalising: the limit `{0}` is not usable; use a finite number or a percentile from p0 to p100")]
    BadLimit(String),
    /// The low limit lies above the high one.
    #[error("normalising: the low limit {low} is above the high limit {high}; swap them")]
    InvertedLimits {
        /// The low limit, in the units of the aggregate.
        low: f64,
        /// The high limit, in the units of the aggregate.
        high: f64,
    },
    /// A logarithmic norm was given a limit of zero or less.
    #[error(
        "normalising: the log norm needs limits above 0, not {0}; give a positive limit, leave it open, or use another norm"
    )]
    LogLimit(f64),
    /// The layer's alpha is not between 0 and 1.
    #[error("coloring: alpha is {0}; use a number from 0 (invisible) to 1 (opaque)")]
    BadAlpha(f32),
    /// More special values than there may be.
    #[error("coloring: {0} special values are too many; a layer has at most {most}", most = crate::scene::style::MAX_SPECIAL)]
    TooManySpecial(usize),
    /// Numbers cannot be put aside in a temporary file, or not be read again.
    #[error("keeping the numbers of the picture in a temporary file failed: {0} (set TMPDIR to a roomier disk)")]
    Kept(String),
    /// Contour lines of counts.
    #[error("tracing contour lines: the numbers are no field; draw lines of an image's variable")]
    NoField,
    /// Contour lines that cannot be traced.
    #[error(transparent)]
    Trace(#[from] super::contours::TraceError),
    /// Levels that contour lines cannot have.
    #[error(transparent)]
    Levels(#[from] super::contours::LevelError),
    /// Lines and words around the plot.
    #[error(transparent)]
    Paint(#[from] super::painter::PaintError),
    /// Two images that should be compared differ in size.
    #[error("comparing images: {}×{} and {}×{} pixels differ in size", .first.0, .first.1, .second.0, .second.1)]
    SizesDiffer {
        /// Width and height of the first, in pixels.
        first: (u32, u32),
        /// Width and height of the second, in pixels.
        second: (u32, u32),
    },
    /// An image's buffer does not hold four bytes for each pixel.
    #[error("an image of {width}×{height} pixels needs 4 bytes for each, but its buffer holds {bytes} bytes")]
    WrongBuffer {
        /// Width, in pixels.
        width: u32,
        /// Height, in pixels.
        height: u32,
        /// Length of the buffer, in bytes.
        bytes: usize,
    },
}

impl FigureError {
    /// Whether the request itself was wrong, rather than a file or the data.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        use FigureError::{BadAlpha, BadColors, BadPart, TooManySpecial, UnknownColormap};
        matches!(self, BadAlpha(_) | BadColors { .. } | BadPart { .. } | TooManySpecial(_) | UnknownColormap { .. })
    }
}

fn line_of(line: usize) -> String {
    if line == 0 { String::new() } else { format!("line {line}: ") }
}

fn did_you_mean(nearest: &[String]) -> String {
    if nearest.is_empty() { String::new() } else { format!(" (did you mean {}?)", nearest.join(" or ")) }
}
