//! What counts and sums are counted per.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::StyleError;

/// What the colors of counts and sums stand for. Other reductions do not depend on the pixel's size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// Numbers of a pixel: a picture with larger pixels has larger ones.
    #[default]
    Pixel,
    /// Numbers of a pixel divided by its area in units of the data (on logarithmic axes: in decades), which do not depend on
    /// the picture's size.
    Area,
}

impl Per {
    /// All of them with their names.
    pub const ALL: [(&'static str, Self); 2] = [("pixel", Self::Pixel), ("area", Self::Area)];
}

impl FromStr for Per {
    type Err = StyleError;

    fn from_str(text: &str) -> Result<Self, StyleError> {
        let found = Self::ALL.iter().find(|(name, _)| *name == text.trim());
        found.map(|(_, per)| *per).ok_or_else(|| StyleError::UnknownPer(text.to_owned()))
    }
}

impl fmt::Display for Per {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pixel => "pixel",
            Self::Area => "area",
        })
    }
}
