//! How a layer's numbers become colours: norm, limits, colormap, alpha, background.
//!
//! Plain values that are saved in figure files; they only know how to be read from and written as text. What
//! they mean in numbers is `crate::figure::norm`'s affair. Limits, colours and backgrounds are saved as the same
//! short text that the command line takes.

mod category;
mod color;
mod limits;
mod norm;
mod per;
mod special;

use serde::{Deserialize, Serialize};

pub use category::{Category, CategoryColor, OTHER};
pub use color::{Background, Rgba};
pub use limits::{Limit, Limits};
pub use norm::{Extend, Levels, MAX_LEVELS, Norm};
pub use per::Per;
pub use special::{MAX_SPECIAL, Special, SpecialValues};

/// Why a piece of style text was refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum StyleError {
    /// The norm's name is not one of ours.
    #[error(
        "reading the norm: `{0}` is not known; use linear, log, sqrt, cbrt, eq_hist, power:GAMMA, symlog:LINTHRESH, twoslope:CENTER, centered:CENTER or boundary:LEVEL,LEVEL,…"
    )]
    UnknownNorm(String),
    /// A norm's numbers cannot be used.
    #[error(
        "reading the norm `{text}`: {why}; write it like power:0.3, symlog:1, twoslope:0, centered:0 or boundary:0,1,2,5,10"
    )]
    BadNorm {
        /// The norm, or its beginning.
        text: String,
        /// What is wrong.
        why: &'static str,
    },
    /// Numbers are per pixel or per area.
    #[error("reading what numbers are counted per: `{0}` is not known; use pixel or area")]
    UnknownPer(String),
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
    #[error(
        "reading the color: `{0}` is not known; use none, #rgb, #rrggbb, #rrggbbaa or a name of CSS or matplotlib, such as steelblue or tab:blue"
    )]
    UnknownColor(String),
    /// A category's color has no `=` in it.
    #[error("reading the color of a category: `{0}` has no `=`; write VALUE=COLOR, such as 3=#00ff00 or other=gray")]
    NoCategoryColor(String),
    /// Nothing says which category.
    #[error("reading a category: there is none; write a value, a date such as 2024-03-01T06:30, a text, or `other`")]
    NoCategory,
    /// A special value has no `=` in it.
    #[error("reading the special value: `{0}` has no `=`; write VALUE=COLOR, such as -1=#00ff00")]
    NoSpecial(String),
    /// A special value is not a finite number.
    #[error("reading the special value: `{0}` is no finite number; write VALUE=COLOR, such as -1=#00ff00")]
    BadSpecial(String),
}

/// How one layer is coloured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Style {
    /// How values are spread between the limits.
    pub norm: Norm,
    /// What counts and sums are counted per; limits and colors are those of the result.
    pub per: Per,
    /// The range of values that the colormap covers.
    pub limits: Limits,
    /// A colormap's name, see `crate::figure::colormap::names`; `_r` at its end reverses it.
    pub colormap: String,
    /// The layer's opacity, 0 (invisible) to 1 (opaque).
    pub alpha: f32,
    /// The color of values below the low limit, if they have one of their own (else the first).
    pub under: Option<Rgba>,
    /// The color of values above the high limit, if they have one of their own (else the last).
    pub over: Option<Rgba>,
    /// The color of values for which the norm is not defined, if they have one of their own (else the first).
    pub bad: Option<Rgba>,
    /// Values that have a color of their own and take no part in limits: at most [`MAX_SPECIAL`].
    pub special: Vec<Special>,
    /// Colors of categories, where these are counted; others have colors by themselves. The last of several for one counts.
    pub color_key: Vec<CategoryColor>,
    /// Categories that are left out.
    pub hide: Vec<Category>,
    /// Where categories are counted: the opacity of pixels with the fewest rows, 0 to 255; of more it is more.
    pub min_alpha: u8,
    /// What the layer is composed over.
    pub background: Background,
}

impl Style {
    /// Opacity of the pixels with the fewest rows, where nobody says otherwise: datashader's.
    pub const MIN_ALPHA: u8 = 40;
    /// The colormap where nobody says otherwise: so much of colorcet's `bmy` that its first color, which single points have,
    /// stands out from black, and its last one from white.
    pub const COLORMAP: &str = "bmy:0.2..0.9";
}

impl Default for Style {
    fn default() -> Self {
        Self {
            norm: Norm::EqHist,
            per: Per::Pixel,
            limits: Limits::default(),
            colormap: Self::COLORMAP.to_owned(),
            alpha: 1.0,
            under: None,
            over: None,
            bad: None,
            special: Vec::new(),
            color_key: Vec::new(),
            hide: Vec::new(),
            min_alpha: Self::MIN_ALPHA,
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
        for (name, norm) in Norm::PLAIN {
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
            assert!(message.contains(&format!("`{text}`")) && message.contains("steelblue"), "{message}");
        }
    }

    #[test]
    fn the_default_is_what_the_docs_say() {
        let style = Style::default();
        assert_eq!((&style.norm, style.limits.to_string().as_str()), (&Norm::EqHist, ".."));
        assert_eq!((style.colormap.as_str(), style.alpha.to_bits()), (Style::COLORMAP, 1f32.to_bits()));
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
