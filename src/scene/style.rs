//! How a layer's numbers become colours: norm, limits, colormap, alpha, background.
//!
//! Plain values that are saved in figure files; they only know how to be read from and written as text. What
//! they mean in numbers is `crate::figure::norm`'s affair. Limits, colours and backgrounds are saved as the same
//! short text that the command line takes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a piece of style text was refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum StyleError {
    /// The norm's name is not one of ours.
    #[error("reading the norm: `{0}` is not known; use linear, log, sqrt, cbrt or eq_hist")]
    UnknownNorm(String),
    /// The limits have no `..` in them.
    #[error("reading the limits: `{0}` has no `..`; write MIN..MAX, p1..p99, MIN.., ..MAX or data")]
    NoRange(String),
    /// A limit is not a finite number or a percentile.
    #[error("reading the limits: `{0}` is neither a finite number nor a percentile such as p99.5")]
    BadLimit(String),
    /// A percentile lies outside 0 to 100.
    #[error("reading the limits: percentile p{0} is outside p0 to p100")]
    BadPercentile(f64),
    /// The low limit lies above the high one.
    #[error("reading the limits: `{low}` is above `{high}`; write the lower one first")]
    Inverted {
        /// The limit before the dots.
        low: Limit,
        /// The limit after the dots.
        high: Limit,
    },
    /// A colour is neither hexadecimal nor a known name.
    #[error("reading the colour: `{0}` is not known; use none, #rgb, #rrggbb, #rrggbbaa or a name: {names}", names = color_names())]
    UnknownColor(String),
}

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

fn color_names() -> String {
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

/// How one layer is coloured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Style {
    /// How values are spread between the limits.
    pub norm: Norm,
    /// The range of values that the colormap covers.
    pub limits: Limits,
    /// A colormap's name, see `crate::figure::colormap::names`; `_r` at its end reverses it.
    pub colormap: String,
    /// The layer's opacity, 0 (invisible) to 1 (opaque).
    pub alpha: f32,
    /// What the layer is composed over.
    pub background: Background,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            norm: Norm::EqHist,
            limits: Limits::default(),
            colormap: "bmy".to_owned(),
            alpha: 1.0,
            background: Background::Color(Rgba([0, 0, 0, 255])),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error, StrDeserializer};

    use super::*;

    fn limits(text: &str) -> Result<Limits, StyleError> {
        text.parse()
    }

    #[test]
    fn norms_read_as_they_are_written() {
        for (name, norm) in Norm::ALL {
            assert_eq!(name.parse::<Norm>().unwrap(), norm);
            assert_eq!(norm.to_string(), name);
            let text: StrDeserializer<'_, Error> = name.into_deserializer();
            assert_eq!(Norm::deserialize(text).unwrap(), norm);
        }
        let error = "cubic".parse::<Norm>().unwrap_err();
        assert!(error.to_string().contains("eq_hist"), "{error}");
    }

    #[test]
    fn limits_of_every_form() {
        use Limit::{Auto, Data, Percentile, Value};
        for (text, low, high) in [
            ("1..5", Value(1.0), Value(5.0)),
            ("-2.5..1e3", Value(-2.5), Value(1000.0)),
            (".5...75", Value(0.5), Value(0.75)),
            ("p1..p99", Percentile(1.0), Percentile(99.0)),
            ("..7", Auto, Value(7.0)),
            ("7..", Value(7.0), Auto),
            ("0..p99.5", Value(0.0), Percentile(99.5)),
            (" p2 .. ", Percentile(2.0), Auto),
            ("3..3", Value(3.0), Value(3.0)),
            ("..", Auto, Auto),
            ("auto", Auto, Auto),
            ("data", Data, Data),
            ("data..5", Data, Value(5.0)),
        ] {
            assert_eq!(limits(text), Ok(Limits { low, high }), "{text}");
        }
    }

    #[test]
    fn wrong_limits_say_what_is_wrong() {
        for (text, part) in [
            ("5", "no `..`"),
            ("", "no `..`"),
            ("a..b", "`a` is neither"),
            ("NaN..1", "`NaN` is neither"),
            ("0..inf", "`inf` is neither"),
            ("p..5", "`p` is neither"),
            ("pnan..5", "neither"),
            ("p-1..p5", "p-1 is outside"),
            ("..p100.5", "p100.5 is outside"),
            ("5..1", "`5` is above `1`"),
            ("p99..p1", "`p99` is above `p1`"),
            ("1..2..3", "neither"),
        ] {
            let message = limits(text).unwrap_err().to_string();
            assert!(message.contains(part), "{text}: {message}");
        }
    }

    #[test]
    fn colors_of_every_form() {
        for (text, rgba) in [
            ("#fff", [255, 255, 255, 255]),
            ("#1a2B3c", [0x1a, 0x2b, 0x3c, 255]),
            ("#01020304", [1, 2, 3, 4]),
            ("Navy", [0, 0, 128, 255]),
            ("grey", [128, 128, 128, 255]),
            ("gray", [128, 128, 128, 255]),
            ("green", [0, 128, 0, 255]),
        ] {
            assert_eq!(text.parse(), Ok(Background::Color(Rgba(rgba))), "{text}");
        }
        for text in ["none", "None", "transparent"] {
            assert_eq!(text.parse(), Ok(Background::None));
        }
        for text in ["", "#", "#12", "#12345", "#ggg", "#1234567", "#+12", "mauve?", "#ééé"] {
            let message = text.parse::<Background>().unwrap_err().to_string();
            assert!(message.contains(&format!("`{text}`")) && message.contains("navy"), "{message}");
        }
    }

    #[test]
    fn the_default_is_what_the_docs_say() {
        let style = Style::default();
        assert_eq!((style.norm, style.limits.to_string().as_str()), (Norm::EqHist, ".."));
        assert_eq!((style.colormap.as_str(), style.alpha.to_bits()), ("bmy", 1f32.to_bits()));
        assert_eq!(style.background.to_string(), "#000000");
        assert_eq!(Norm::default(), style.norm);
    }

    fn any_limit() -> impl Strategy<Value = Limit> {
        prop_oneof![
            any::<f64>().prop_filter("finite", |v| v.is_finite()).prop_map(Limit::Value),
            (0.0..=100.0).prop_map(Limit::Percentile),
            Just(Limit::Auto),
            Just(Limit::Data),
        ]
    }

    proptest! {
        #[test]
        fn limits_survive_text(low in any_limit(), high in any_limit()) {
            let limits = Limits { low, high };
            match String::from(limits).parse::<Limits>() {
                Ok(read) => prop_assert_eq!(read, limits),
                Err(error) => prop_assert!(matches!(error, StyleError::Inverted { .. }), "{}", error),
            }
        }

        #[test]
        fn backgrounds_survive_text(rgba in any::<[u8; 4]>()) {
            let background = Background::Color(Rgba(rgba));
            prop_assert_eq!(Background::try_from(String::from(background)), Ok(background));
        }

        #[test]
        fn no_text_panics(text in ".{0,12}") {
            let _ = (limits(&text), text.parse::<Background>(), text.parse::<Norm>());
        }
    }
}
