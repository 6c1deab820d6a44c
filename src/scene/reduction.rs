//! Reductions: how the rows that fall into one pixel become one number (datashader's names).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What is computed from the values in a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Statistic {
    /// Sum of the values.
    Sum,
    /// Arithmetic mean.
    Mean,
    /// Smallest value.
    Min,
    /// Largest value.
    Max,
    /// Population standard deviation (divisor n), as datashader's `std`.
    Std,
}

/// A reduction over the rows of a pixel.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reduction {
    /// Number of rows.
    #[default]
    Count,
    /// 1 where any row fell.
    Any,
    /// A statistic of a value column.
    Of(Statistic, String),
    /// Number of rows of each category (datashader's `count_cat`).
    By {
        /// The column whose different values are the categories.
        column: String,
        /// So many categories, the most frequent, are told apart; all others are one. 1 to [`MAX_NAMED`].
        most: u8,
    },
}

/// Most categories that are told apart.
pub const MAX_NAMED: u8 = 32;

/// Categories that are told apart where nothing is said.
pub const NAMED: u8 = 10;

impl Reduction {
    /// The value column, if the reduction has one.
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::Of(_, column) | Self::By { column, .. } => Some(column),
            Self::Count | Self::Any => None,
        }
    }

    /// The same of another column, if it is of one.
    #[must_use]
    pub fn of_column(&self, column: &str) -> Self {
        match self {
            Self::Count => Self::Count,
            Self::Any => Self::Any,
            Self::Of(statistic, _) => Self::Of(*statistic, column.to_owned()),
            Self::By { most, .. } => Self::By { column: column.to_owned(), most: *most },
        }
    }

    /// Whether the number of a region is the sum of those of its parts.
    pub fn is_additive(&self) -> bool {
        matches!(self, Self::Count | Self::By { .. } | Self::Of(Statistic::Sum, _))
    }

    /// The statistic over the value column, if the reduction has one.
    pub fn statistic(&self) -> Option<Statistic> {
        match self {
            Self::Of(statistic, _) => Some(*statistic),
            Self::Count | Self::Any | Self::By { .. } => None,
        }
    }
}

impl fmt::Display for Reduction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count => f.write_str("count"),
            Self::Any => f.write_str("any"),
            Self::Of(statistic, column) => {
                let name = match statistic {
                    Statistic::Sum => "sum",
                    Statistic::Mean => "mean",
                    Statistic::Min => "min",
                    Statistic::Max => "max",
                    Statistic::Std => "std",
                };
                write!(f, "{name}:{column}")
            }
            // What could be taken for the number is not left to be.
            Self::By { column, most } if *most == NAMED && split_number(column).is_none() => write!(f, "by:{column}"),
            Self::By { column, most } => write!(f, "by:{column}:{most}"),
        }
    }
}

/// A text that ends in a colon and a number.
fn split_number(text: &str) -> Option<(&str, &str)> {
    text.rsplit_once(':').filter(|(_, number)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `by:COLUMN` or `by:COLUMN:TOP`.
fn by(column: &str) -> Result<Reduction, String> {
    let (column, most) = match split_number(column) {
        None => (column, NAMED),
        Some((rest, number)) => {
            let most = number.parse().ok().filter(|most| (1..=MAX_NAMED).contains(most));
            let most = most.ok_or_else(|| {
                format!(
                    "`by:{column}` tells {number} categories apart; write by:COLUMN:TOP with a number from 1 to \
                     {MAX_NAMED} (by:FILE:COLUMN:TOP for a file's column)"
                )
            })?;
            (rest, most)
        }
    };
    if column.is_empty() {
        return Err("`by` needs a column of categories: write by:COLUMN".to_owned());
    }
    Ok(Reduction::By { column: column.to_owned(), most })
}

impl FromStr for Reduction {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, column) = match text.split_once(':') {
            Some((name, column)) => (name, Some(column)),
            None => (text, None),
        };
        let statistic = match (name, column) {
            ("count", None) => return Ok(Self::Count),
            ("any", None) => return Ok(Self::Any),
            ("by", column) => return by(column.unwrap_or_default()),
            ("sum", _) => Statistic::Sum,
            ("mean", _) => Statistic::Mean,
            ("min", _) => Statistic::Min,
            ("max", _) => Statistic::Max,
            ("std", _) => Statistic::Std,
            _ => {
                return Err(format!(
                    "`{text}` is not a reduction; use count, any, sum:COL, mean:COL, min:COL, max:COL, std:COL or by:COL"
                ));
            }
        };
        match column {
            Some(column) if !column.is_empty() => Ok(Self::Of(statistic, column.to_owned())),
            _ => Err(format!("`{text}` needs a value column: write {name}:COLUMN")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trips() {
        for text in
            ["count", "any", "sum:0", "mean:flux", "min:a:b", "max:x", "std:q", "by:kind", "by:kind:3", "by:a.npy:0:10"]
        {
            assert_eq!(text.parse::<Reduction>().unwrap().to_string(), text);
        }
        for bad in ["", "median:x", "sum", "mean:", "count:x", "by", "by:", "by::3", "by:kind:0", "by:kind:33"] {
            assert!(bad.parse::<Reduction>().is_err(), "{bad}");
        }
    }
}
