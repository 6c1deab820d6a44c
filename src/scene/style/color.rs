//! Colours and backgrounds as text.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::StyleError;

/// A colour: red, green, blue, alpha, 0 to 255 each, sRGB, straight (not premultiplied) alpha.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Rgba(pub [u8; 4]);

/// The colours that have names: CSS's and matplotlib's common ground.
const COLORS: [(&str, [u8; 3]); 22] = [
    ("aqua", [0, 255, 255]),
    ("black", [0, 0, 0]),
    ("blue", [0, 0, 255]),
    ("brown", [165, 42, 42]),
    ("cyan", [0, 255, 255]),
    ("fuchsia", [255, 0, 255]),
    ("gray", [128, 128, 128]),
    ("green", [0, 128, 0]),
    ("grey", [128, 128, 128]),
    ("lime", [0, 255, 0]),
    ("magenta", [255, 0, 255]),
    ("maroon", [128, 0, 0]),
    ("navy", [0, 0, 128]),
    ("olive", [128, 128, 0]),
    ("orange", [255, 165, 0]),
    ("pink", [255, 192, 203]),
    ("purple", [128, 0, 128]),
    ("red", [255, 0, 0]),
    ("silver", [192, 192, 192]),
    ("teal", [0, 128, 128]),
    ("white", [255, 255, 255]),
    ("yellow", [255, 255, 0]),
];

pub(super) fn color_names() -> String {
    COLORS.map(|(name, _)| name).join(", ")
}

/// The value of a `#` colour's digits: 3 (each doubled), 6, or 8 with alpha.
fn from_hex(digits: &str) -> Option<[u8; 4]> {
    let nibbles: Vec<u8> =
        digits.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect::<Option<_>>()?;
    match nibbles[..] {
        [r, g, b] => Some([r * 17, g * 17, b * 17, 255]),
        [a, b, c, d, e, f] => Some([a * 16 + b, c * 16 + d, e * 16 + f, 255]),
        [a, b, c, d, e, f, g, h] => Some([a * 16 + b, c * 16 + d, e * 16 + f, g * 16 + h]),
        _ => None,
    }
}

impl FromStr for Rgba {
    type Err = StyleError;

    fn from_str(text: &str) -> Result<Self, StyleError> {
        let name = text.trim().to_ascii_lowercase();
        if matches!(name.as_str(), "none" | "transparent") {
            return Ok(Self([0; 4]));
        }
        let named = || COLORS.iter().find(|(known, _)| *known == name).map(|(_, [r, g, b])| [*r, *g, *b, 255]);
        let value = name.strip_prefix('#').map_or_else(named, from_hex);
        value.map(Self).ok_or_else(|| StyleError::UnknownColor(text.to_owned()))
    }
}

impl fmt::Display for Rgba {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b, a] = self.0;
        write!(f, "#{r:02x}{g:02x}{b:02x}")?;
        if a == 255 { Ok(()) } else { write!(f, "{a:02x}") }
    }
}

impl TryFrom<String> for Rgba {
    type Error = StyleError;

    fn try_from(text: String) -> Result<Self, StyleError> {
        text.parse()
    }
}

impl From<Rgba> for String {
    fn from(color: Rgba) -> Self {
        color.to_string()
    }
}

/// What lies beneath the lowest layer.
///
/// As text: `none` or `transparent`, a `#` colour, or a colour's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Background {
    /// Nothing: empty pixels are transparent.
    None,
    /// A colour over which the layer is composed.
    Color(Rgba),
}

impl FromStr for Background {
    type Err = StyleError;

    fn from_str(text: &str) -> Result<Self, StyleError> {
        match text.trim().to_ascii_lowercase().as_str() {
            "none" | "transparent" => Ok(Self::None),
            _ => text.parse().map(Self::Color),
        }
    }
}

impl fmt::Display for Background {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Color(color) => color.fmt(f),
        }
    }
}

impl TryFrom<String> for Background {
    type Error = StyleError;

    fn try_from(text: String) -> Result<Self, StyleError> {
        text.parse()
    }
}

impl From<Background> for String {
    fn from(background: Background) -> Self {
        background.to_string()
    }
}
