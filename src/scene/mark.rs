//! Marks: what is drawn for the rows of a table.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::axis::ViewError;
use super::reduction::Reduction;

/// What is drawn for the rows of a table.
///
/// As text: `points`, `line`, `line:COLUMN`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
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
}

/// Why a text is no mark.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("reading the mark: `{text}`: {why}; use points, line or line:COLUMN")]
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
            Self::Points => None,
        }
    }

    /// Checks that the numbers of a reduction can be made of it.
    ///
    /// # Errors
    /// [`ViewError::Mark`].
    pub fn check(&self, reduction: &Reduction) -> Result<(), ViewError> {
        match (self, reduction) {
            (Self::Points, _) | (Self::Lines { .. }, Reduction::Count | Reduction::Any) => Ok(()),
            (Self::Lines { .. }, Reduction::Of(..)) => Err(ViewError::Mark {
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
            _ => wrong("it is not known"),
        }
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Points => f.write_str("points"),
            Self::Lines { series: None } => f.write_str("line"),
            Self::Lines { series: Some(column) } => write!(f, "line:{column}"),
        }
    }
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
        for text in ["points", "line", "line:id", "line:a:b", "line: x + 1"] {
            assert_eq!(text.parse::<Mark>().unwrap().to_string(), text);
        }
        for (text, why) in [("", "not known"), ("dots", "not known"), ("line:", "missing"), ("points:3", "not known")] {
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
