//! How a layer's colors join with what lies beneath.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How a layer's colors join with what lies beneath: the separable blend modes of the W3C's *Compositing and Blending*,
/// on color values as they are stored (sRGB, as matplotlib and browsers do).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blend {
    /// The layer covers what is beneath, as far as it is opaque.
    #[default]
    Normal,
    /// The sum of both.
    Add,
    /// The product of both: never lighter.
    Multiply,
    /// The complement of the complements' product: never darker.
    Screen,
    /// The lighter of both, channel by channel.
    Lighten,
    /// The darker of both, channel by channel.
    Darken,
}

/// Why a blend mode's name was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("reading the blend mode: `{0}` is not known; use normal, add, multiply, screen, lighten or darken")]
pub struct UnknownBlend(String);

impl Blend {
    /// All modes with their names.
    pub const ALL: [(&'static str, Self); 6] = [
        ("normal", Self::Normal),
        ("add", Self::Add),
        ("multiply", Self::Multiply),
        ("screen", Self::Screen),
        ("lighten", Self::Lighten),
        ("darken", Self::Darken),
    ];
}

impl FromStr for Blend {
    type Err = UnknownBlend;

    fn from_str(text: &str) -> Result<Self, UnknownBlend> {
        let found = Self::ALL.iter().find(|(name, _)| *name == text.trim());
        found.map(|(_, blend)| *blend).ok_or_else(|| UnknownBlend(text.to_owned()))
    }
}

impl fmt::Display for Blend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|(_, blend)| blend == self).map_or("normal", |(name, _)| name);
        f.write_str(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_as_they_are_written() {
        for (name, blend) in Blend::ALL {
            assert_eq!(name.parse::<Blend>().unwrap(), blend);
            assert_eq!(blend.to_string(), name);
        }
        assert!("plus".parse::<Blend>().unwrap_err().to_string().contains("screen"));
    }
}
