//! Colours and backgrounds as text.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::StyleError;

/// A colour: red, green, blue, alpha, 0 to 255 each, sRGB, straight (not premultiplied) alpha.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Rgba(pub [u8; 4]);

/// matplotlib's qualitative colours, besides CSS's named ones.
const TABLEAU: [(&str, [u8; 3]); 10] = [
    ("tab:blue", [31, 119, 180]),
    ("tab:orange", [255, 127, 14]),
    ("tab:green", [44, 160, 44]),
    ("tab:red", [214, 39, 40]),
    ("tab:purple", [148, 103, 189]),
    ("tab:brown", [140, 86, 75]),
    ("tab:pink", [227, 119, 194]),
    ("tab:gray", [127, 127, 127]),
    ("tab:olive", [188, 189, 34]),
    ("tab:cyan", [23, 190, 207]),
];

/// A colour in CSS's notation, `#` and its digits, a name, `rgb(…)` or `hsl(…)`; or one of matplotlib's `tab:` colours.
fn from_words(text: &str) -> Option<[u8; 4]> {
    let tableau = TABLEAU.iter().find(|(known, _)| *known == text).map(|(_, [r, g, b])| [*r, *g, *b, 255]);
    let is_hex_alone = !text.starts_with('#') && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let css = || csscolorparser::parse(text).ok().filter(|_| !is_hex_alone).map(|color| color.to_rgba8());
    tableau.or_else(css)
}

impl FromStr for Rgba {
    type Err = StyleError;

    fn from_str(text: &str) -> Result<Self, StyleError> {
        let name = text.trim().to_ascii_lowercase();
        if matches!(name.as_str(), "none" | "transparent") {
            return Ok(Self([0; 4]));
        }
        from_words(&name).map(Self).ok_or_else(|| StyleError::UnknownColor(text.to_owned()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_have_the_names_of_css_and_matplotlib() {
        for (text, wanted) in [
            ("SteelBlue", "#4682b4"),
            ("rebeccapurple", "#663399"),
            ("green", "#008000"),
            ("tab:blue", "#1f77b4"),
            ("#08f", "#0088ff"),
            ("#0088ff80", "#0088ff80"),
            ("rgb(1, 2, 3)", "#010203"),
            ("transparent", "#00000000"),
        ] {
            assert_eq!(text.parse::<Rgba>().unwrap().to_string(), wanted, "{text}");
        }
        for text in ["", "blurple", "#12345", "#ggg", "abc", "tab:mauve", "rgb(1,2)"] {
            let error = text.parse::<Rgba>().unwrap_err().to_string();
            assert!(error.contains(text) && error.contains("steelblue"), "{error}");
        }
    }
}
