//! The range of values that the colormap covers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::StyleError;

/// One end of the range of values that the colormap covers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Limit {
    /// This value, in the units of the aggregate.
    Value(f64),
    /// This percentile (0 to 100) of the pixels on which anything fell.
    Percentile(f64),
    /// The least or greatest value of the pixels on which anything falls where all of the data is in view: the same while
    /// the view moves.
    Data,
    /// The least or greatest value of the pixels on which anything fell.
    #[default]
    Auto,
}

impl FromStr for Limit {
    type Err = StyleError;

    fn from_str(text: &str) -> Result<Self, StyleError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self::Auto);
        }
        if text == "data" {
            return Ok(Self::Data);
        }
        let (percent, number) = match text.strip_prefix(['p', 'P']) {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let bad = || StyleError::BadLimit(text.to_owned());
        let number: f64 = number.parse().map_err(|_| bad())?;
        if !number.is_finite() {
            return Err(bad());
        }
        match percent {
            true if (0.0..=100.0).contains(&number) => Ok(Self::Percentile(number)),
            true => Err(StyleError::BadPercentile(number)),
            false => Ok(Self::Value(number)),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => write!(f, "{value}"),
            Self::Percentile(percent) => write!(f, "p{percent}"),
            Self::Data => f.write_str("data"),
            Self::Auto => Ok(()),
        }
    }
}

/// The range of values that the colormap covers; values beyond it get the end colours.
///
/// As text: `MIN..MAX`, `p1..p99`, `MIN..`, `..MAX`, mixed (`0..p99.5`), `data..data` or `data` for those of the whole
/// data, and `..` or `auto` for both ends automatic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Limits {
    /// Where the colormap begins.
    pub low: Limit,
    /// Where the colormap ends.
    pub high: Limit,
}

impl Limits {
    /// Those of the whole data.
    pub const DATA: Self = Self { low: Limit::Data, high: Limit::Data };

    /// Whether an end is that of the whole data.
    #[must_use]
    pub fn has_data(self) -> bool {
        self.low == Limit::Data || self.high == Limit::Data
    }

    /// Whether what is in view decides neither end.
    #[must_use]
    pub fn are_fixed(self) -> bool {
        [self.low, self.high].iter().all(|end| matches!(end, Limit::Value(_) | Limit::Data))
    }

    /// The same, with values in the place of the ends of the whole data.
    #[must_use]
    pub fn with_data(self, (low, high): (f64, f64)) -> Self {
        let end = |limit, value| if limit == Limit::Data { Limit::Value(value) } else { limit };
        Self { low: end(self.low, low), high: end(self.high, high) }
    }
}

impl FromStr for Limits {
    type Err = StyleError;

    fn from_str(text: &str) -> Result<Self, StyleError> {
        if text.trim() == "auto" {
            return Ok(Self::default());
        }
        if text.trim() == "data" {
            return Ok(Self::DATA);
        }
        let (low, high) = text.split_once("..").ok_or_else(|| StyleError::NoRange(text.to_owned()))?;
        let (low, high) = (low.parse()?, high.parse()?);
        let inverted = match (low, high) {
            (Limit::Value(a), Limit::Value(b)) | (Limit::Percentile(a), Limit::Percentile(b)) => a > b,
            _ => false,
        };
        if inverted {
            return Err(StyleError::Inverted { low, high });
        }
        Ok(Self { low, high })
    }
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.low, self.high)
    }
}

impl TryFrom<String> for Limits {
    type Error = StyleError;

    fn try_from(text: String) -> Result<Self, StyleError> {
        text.parse()
    }
}

impl From<Limits> for String {
    fn from(limits: Limits) -> Self {
        limits.to_string()
    }
}
