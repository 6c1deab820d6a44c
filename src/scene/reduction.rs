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
}

impl Reduction {
    /// The value column, if the reduction has one.
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::Of(_, column) => Some(column),
            Self::Count | Self::Any => None,
        }
    }

    /// Whether the number of a region is the sum of those of its parts.
    pub fn is_additive(&self) -> bool {
        matches!(self, Self::Count | Self::Of(Statistic::Sum, _))
    }

    /// The statistic over the value column, if the reduction has one.
    pub fn statistic(&self) -> Option<Statistic> {
        match self {
            Self::Of(statistic, _) => Some(*statistic),
            Self::Count | Self::Any => None,
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
        }
    }
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
            ("sum", _) => Statistic::Sum,
            ("mean", _) => Statistic::Mean,
            ("min", _) => Statistic::Min,
            ("max", _) => Statistic::Max,
            ("std", _) => Statistic::Std,
            _ => {
                return Err(format!(
                    "`{text}` is not a reduction; use count, any, sum:COL, mean:COL, min:COL, max:COL or std:COL"
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
        for text in ["count", "any", "sum:0", "mean:flux", "min:a:b", "max:x", "std:q"] {
            assert_eq!(text.parse::<Reduction>().unwrap().to_string(), text);
        }
        for bad in ["", "median:x", "sum", "mean:", "count:x"] {
            assert!(bad.parse::<Reduction>().is_err(), "{bad}");
        }
    }
}
