//! How values between the limits are spread over the colormap.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::StyleError;

/// How values between the limits are spread over the colormap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Norm {
    /// Proportional to the value.
    Linear,
    /// Proportional to the logarithm; values of zero and less get the lowest colour.
    Log,
    /// Proportional to the square root of the linear norm.
    Sqrt,
    /// Proportional to the cube root of the linear norm.
    Cbrt,
    /// Histogram equalisation as datashader defines it: every colour gets about the same number of pixels.
    #[default]
    EqHist,
}

impl Norm {
    /// All norms with the names they have on the command line and in figure files.
    pub const ALL: [(&'static str, Self); 5] = [
        ("linear", Self::Linear),
        ("log", Self::Log),
        ("sqrt", Self::Sqrt),
        ("cbrt", Self::Cbrt),
        ("eq_hist", Self::EqHist),
    ];
}

impl FromStr for Norm {
    type Err = StyleError;

    fn from_str(text: &str) -> Result<Self, StyleError> {
        let found = Self::ALL.iter().find(|(name, _)| *name == text.trim());
        found.map(|(_, norm)| *norm).ok_or_else(|| StyleError::UnknownNorm(text.to_owned()))
    }
}

impl fmt::Display for Norm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Linear => "linear",
            Self::Log => "log",
            Self::Sqrt => "sqrt",
            Self::Cbrt => "cbrt",
            Self::EqHist => "eq_hist",
        })
    }
}
