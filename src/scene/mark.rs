//! Marks: what is drawn for the rows of a table.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::axis::{Range, ViewError};
use super::reduction::{Reduction, Statistic};

/// Sizes that markers may have, in CSS pixels.
pub const MARKER_SIZES: std::ops::RangeInclusive<f64> = 0.1..=200.0;

/// How many hexagons may stand side by side, and one upon another.
pub const HEXAGONS: std::ops::RangeInclusive<u32> = 2..=1000;

/// The shape of a marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MarkerShape {
    /// A disk; its size is the diameter.
    Circle,
    /// An upright square; its size is the side.
    Square,
    /// An upright and a level bar, of a fifth of the size but at least a pixel.
    Cross,
}

impl MarkerShape {
    /// All shapes with their names.
    pub const ALL: [(&'static str, Self); 3] =
        [("circle", Self::Circle), ("square", Self::Square), ("cross", Self::Cross)];
}

impl fmt::Display for MarkerShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::ALL.iter().find(|(_, shape)| shape == self).map_or("circle", |(name, _)| name))
    }
}

/// How a field is seen between the centers of its cells, where these are larger than pixels. Where they are smaller, a pixel
/// has the mean (or least, or greatest) value over its area in any case but [`Sampling::Nearest`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sampling {
    /// Each cell fills its bounds.
    #[default]
    Cells,
    /// Each pixel has the value of the cell that its center lies in, whatever the size of cells.
    Nearest,
    /// Values change evenly from center to center.
    Bilinear,
}

/// What is drawn for the rows of a table, or of a field.
///
/// As text: `points`, `line`, `line:COLUMN`, `circle:SIZE`, `square:SIZE`, `cross:SIZE`, `hexbin:COUNT`, `hexbin:COUNTxCOUNT`,
/// and either of these with an extent, `hexbin:COUNT:MIN..MAX:MIN..MAX`; of fields `image`, `image:nearest`, `image:bilinear`,
/// `filled`, `contours` and `hatching`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[expect(clippy::large_enum_variant, reason = "ranges may hold moments as text, and a figure has few marks")]
pub enum Mark {
    /// Each row counts in the pixel that it falls into.
    #[default]
    Points,
    /// Straight lines from each row to the next.
    ///
    /// Each row, a vertex, counts once in its pixel; each segment between two vertices counts once in every further pixel
    /// that it passes. So a joint counts once, and a pixel's count is how many vertices lie in it and how many segments
    /// pass it without a vertex of theirs in it. A segment passes a pixel if one of its points lies in it, pixels being
    /// half-open as in the edge rule; lines are straight on the axes' scales.
    ///
    /// A line breaks at a row that is not finite, that has no place on a log axis or that the filter leaves out, where
    /// the column that names the series changes, and at the end of a file.
    Lines {
        /// Column that says which series a row belongs to.
        series: Option<String>,
    },
    /// A shape around each row, which covers the row's own pixel and those whose centers lie in it.
    Markers {
        /// The shape.
        shape: MarkerShape,
        /// Its size, in CSS pixels: at [`Mark::scaled`] in pixels of the figure.
        size: f64,
        /// Whether it is asked how much of each pixel any marker covers (antialiased: in layers of one color), not how
        /// many cover it. No part of the text.
        is_solid: bool,
    },
    /// Hexagons over an extent: each pixel shows the number of the hexagon that its center lies in. They belong to the data,
    /// not to the view: a part of it shows the same hexagons, larger.
    Hexagons {
        /// How many side by side.
        across: u32,
        /// How many one upon another (and as many between them).
        up: u32,
        /// The extent along x and y; if there is none, from the least to the greatest finite value of each column, on
        /// logarithmic axes of its positive ones.
        extent: Option<[Range; 2]>,
    },
    /// The values of a field in colors.
    Image {
        /// Between the centers of cells.
        sampling: Sampling,
    },
    /// The areas between the levels of a field, each in one color.
    Filled,
    /// Lines of equal value of a field.
    Contours,
    /// Patterns of lines and dots where the values of a field meet conditions.
    Hatching,
}

/// Why a text is no mark.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "reading the mark: `{text}`: {why}; use points, line, line:COLUMN, circle:SIZE, square:SIZE, cross:SIZE (in pixels) or hexbin:COUNT, \
     or of fields image, image:nearest, image:bilinear, filled, contours or hatching"
)]
pub struct MarkError {
    text: String,
    why: String,
}

impl Mark {
    /// The column that a mark reads besides x and y.
    #[must_use]
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::Lines { series } => series.as_deref(),
            _ => None,
        }
    }

    /// How a field is seen between the centers of its cells, if the mark is one of fields.
    #[must_use]
    pub fn sampling(&self) -> Option<Sampling> {
        match self {
            Self::Image { sampling } => Some(*sampling),
            Self::Filled | Self::Contours | Self::Hatching => Some(Sampling::Bilinear),
            Self::Points | Self::Lines { .. } | Self::Markers { .. } | Self::Hexagons { .. } => None,
        }
    }

    /// Whether it is drawn of fields, not of rows.
    #[must_use]
    pub fn is_of_fields(&self) -> bool {
        self.sampling().is_some()
    }

    /// The mark in a figure of so many pixels to a CSS pixel, in one color or not.
    #[must_use]
    pub fn scaled(&self, scale: f64, is_solid: bool) -> Self {
        match self {
            Self::Markers { shape, size, .. } => Self::Markers { shape: *shape, size: size * scale, is_solid },
            _ => self.clone(),
        }
    }

    /// Checks that the numbers of a reduction can be made of it.
    ///
    /// # Errors
    /// [`ViewError::Mark`].
    pub fn check(&self, reduction: &Reduction) -> Result<(), ViewError> {
        match (self, reduction) {
            (
                Self::Image { .. } | Self::Filled | Self::Contours | Self::Hatching,
                Reduction::Of(Statistic::Mean | Statistic::Min | Statistic::Max, _),
            ) => Ok(()),
            (Self::Image { .. } | Self::Filled | Self::Contours | Self::Hatching, _) => Err(ViewError::Mark {
                mark: self.to_string(),
                reduction: reduction.to_string(),
                instead: "of a field, pixels have the mean, min or max of a variable; use mean:VARIABLE",
            }),
            (Self::Points, _) | (_, Reduction::Count | Reduction::Any) | (Self::Hexagons { .. }, Reduction::Of(..)) => {
                Ok(())
            }
            (Self::Hexagons { .. }, Reduction::By { .. }) => Err(ViewError::Mark {
                mark: self.to_string(),
                reduction: reduction.to_string(),
                instead: "categories are counted of points; use points, or another reduction",
            }),
            // Without the size, which is that of the picture by now.
            (Self::Markers { shape, .. }, Reduction::Of(..) | Reduction::By { .. }) => Err(ViewError::Mark {
                mark: shape.to_string(),
                reduction: reduction.to_string(),
                instead: "markers are counted where they lie; use count or any",
            }),
            (Self::Lines { .. }, Reduction::Of(..) | Reduction::By { .. }) => Err(ViewError::Mark {
                mark: self.to_string(),
                reduction: reduction.to_string(),
                instead: "lines are counted where they pass; use count or any",
            }),
        }
    }
}

impl FromStr for Mark {
    type Err = MarkError;

    fn from_str(text: &str) -> Result<Self, MarkError> {
        let wrong = |why: &str| Err(MarkError { text: text.to_owned(), why: why.to_owned() });
        match text.split_once(':').map_or((text.trim(), None), |(name, rest)| (name.trim(), Some(rest))) {
            ("points", None) => Ok(Self::Points),
            ("line", None) => Ok(Self::Lines { series: None }),
            ("line", Some(column)) if !column.trim().is_empty() => Ok(Self::Lines { series: Some(column.to_owned()) }),
            ("line", Some(_)) => wrong("the column of the series is missing"),
            ("image", None) => Ok(Self::Image { sampling: Sampling::Cells }),
            ("image", Some("nearest")) => Ok(Self::Image { sampling: Sampling::Nearest }),
            ("image", Some("bilinear")) => Ok(Self::Image { sampling: Sampling::Bilinear }),
            ("image", Some(_)) => wrong("an image is `nearest`, `bilinear`, or neither"),
            ("filled", None) => Ok(Self::Filled),
            ("contours", None) => Ok(Self::Contours),
            ("hatching", None) => Ok(Self::Hatching),
            ("hexbin", rest) => hexagons(rest.unwrap_or_default()).or_else(|why| wrong(&why)),
            (name, size) => {
                let Some((_, shape)) = MarkerShape::ALL.iter().find(|(known, _)| *known == name) else {
                    return wrong("it is not known");
                };
                match size.map(|size| size.trim().parse::<f64>()) {
                    Some(Ok(size)) if MARKER_SIZES.contains(&size) => {
                        Ok(Self::Markers { shape: *shape, size, is_solid: false })
                    }
                    _ => wrong("its size is a number of pixels from 0.1 to 200"),
                }
            }
        }
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Points => f.write_str("points"),
            Self::Lines { series: None } => f.write_str("line"),
            Self::Lines { series: Some(column) } => write!(f, "line:{column}"),
            Self::Markers { shape, size, .. } => write!(f, "{shape}:{size}"),
            Self::Hexagons { across, up, extent } => {
                write!(f, "hexbin:{across}")?;
                if *up != up_for(*across) {
                    write!(f, "x{up}")?;
                }
                extent.map_or(Ok(()), |[x, y]| write!(f, ":{x}:{y}"))
            }
            Self::Image { sampling: Sampling::Cells } => f.write_str("image"),
            Self::Image { sampling: Sampling::Nearest } => f.write_str("image:nearest"),
            Self::Image { sampling: Sampling::Bilinear } => f.write_str("image:bilinear"),
            Self::Filled => f.write_str("filled"),
            Self::Contours => f.write_str("contours"),
            Self::Hatching => f.write_str("hatching"),
        }
    }
}

/// How many hexagons one upon another make them about regular in a square: matplotlib's rule.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "less than the number across")]
pub fn up_for(across: u32) -> u32 {
    (f64::from(across) / 3_f64.sqrt()) as u32
}

/// Hexagons from what stands behind `hexbin:`.
fn hexagons(text: &str) -> Result<Mark, String> {
    let mut parts = text.split(':');
    let counts = parts.next().unwrap_or_default();
    let count = |text: &str| text.trim().parse::<u32>().ok();
    let counts = match counts.split_once('x') {
        Some((across, up)) => count(across).zip(count(up)),
        None => count(counts).map(|across| (across, up_for(across))),
    };
    let fits = |(across, up): &(u32, u32)| HEXAGONS.contains(across) && (1..=*HEXAGONS.end()).contains(up);
    let Some((across, up)) = counts.filter(fits) else {
        return Err(format!(
            "hexbin is followed by how many hexagons stand side by side, {} to {}: hexbin:40, or hexbin:40x20",
            HEXAGONS.start(),
            HEXAGONS.end()
        ));
    };
    let extent = match (parts.next(), parts.next(), parts.next()) {
        (None, ..) => None,
        (Some(x), Some(y), None) => {
            let range = |text: &str| text.parse::<Range>().map_err(|error| error.to_string());
            Some([range(x)?, range(y)?])
        }
        _ => return Err("an extent has a range along x and one along y: hexbin:40:0..1:0..1".to_owned()),
    };
    Ok(Mark::Hexagons { across, up, extent })
}

impl TryFrom<String> for Mark {
    type Error = MarkError;

    fn try_from(text: String) -> Result<Self, MarkError> {
        text.parse()
    }
}

impl From<Mark> for String {
    fn from(mark: Mark) -> Self {
        mark.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_read_as_they_are_written() {
        for text in [
            "points",
            "line",
            "line:id",
            "line:a:b",
            "line: x + 1",
            "circle:5",
            "square:0.5",
            "cross:12.25",
            "hexbin:40",
            "hexbin:2x1000",
            "hexbin:9:-0.5..1:0..1e-7",
            "hexbin:9x4:0..10:5..6",
            "image",
            "image:nearest",
            "image:bilinear",
            "filled",
            "contours",
            "hatching",
        ] {
            assert_eq!(text.parse::<Mark>().unwrap().to_string(), text);
        }
        for (text, why) in [
            ("", "not known"),
            ("dots", "not known"),
            ("line:", "missing"),
            ("points:3", "not known"),
            ("circle", "0.1 to 200"),
            ("cross:0", "0.1 to 200"),
            ("square:nan", "0.1 to 200"),
            ("hexbin", "2 to 1000"),
            ("hexbin:1", "2 to 1000"),
            ("hexbin:1001", "2 to 1000"),
            ("hexbin:5x0", "hexbin:40x20"),
            ("hexbin:5:0..1", "0..1:0..1"),
            ("hexbin:5:0..1:0..1:2", "0..1:0..1"),
            ("hexbin:5:0..1:2", "not a range"),
        ] {
            let message = text.parse::<Mark>().unwrap_err().to_string();
            assert!(message.contains(why) && message.contains("line:COLUMN"), "{message}");
        }
    }

    #[test]
    fn lines_have_no_values_to_sum() {
        let line: Mark = "line".parse().unwrap();
        let error = line.check(&"mean:v".parse().unwrap()).unwrap_err().to_string();
        assert!(error.contains("mean:v") && error.contains("use count or any"), "{error}");
        assert_eq!(line.check(&Reduction::Any), Ok(()));
        assert_eq!(Mark::Points.check(&"mean:v".parse().unwrap()), Ok(()));
    }
}
