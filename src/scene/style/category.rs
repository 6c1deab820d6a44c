//! Categories as a person names them, and their colors.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Rgba, StyleError};
use crate::scene::written::Written;

/// What all categories are called that are not told apart.
pub const OTHER: &str = "other";

/// What stands around a text that would be read as something else.
const QUOTE: char = '\'';

/// A category: a value of its column, or all that are not told apart. As text: `3`, `2.5`, `2024-03-01`, `other`, `spiral`;
/// in quotes, `'other'`, where it would be read as something else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Category {
    /// A whole value.
    Integer(i128),
    /// A value that is not written as a whole number; finite.
    Real(f64),
    /// A time.
    Moment(Written),
    /// A text.
    Text(String),
    /// All that are not told apart.
    Other,
}

impl Category {
    /// Whether another is this one, however they are written.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        match other {
            Self::Integer(value) => self.is_integer(*value),
            Self::Real(value) => self.is_real(*value),
            Self::Moment(_) | Self::Text(_) | Self::Other => self == other,
        }
    }

    /// Whether it is this whole value.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "compared with what was written as a real number")]
    pub fn is_integer(&self, value: i128) -> bool {
        match self {
            Self::Integer(named) => *named == value,
            Self::Real(named) => *named == value as f64,
            Self::Moment(_) | Self::Text(_) | Self::Other => false,
        }
    }

    /// Whether it is this value.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "the value that was meant is the nearest there is")]
    pub fn is_real(&self, value: f64) -> bool {
        match self {
            Self::Integer(named) => *named as f64 == value,
            Self::Real(named) => *named == value,
            Self::Moment(_) | Self::Text(_) | Self::Other => false,
        }
    }
}

impl FromStr for Category {
    type Err = StyleError;

    fn from_str(text: &str) -> Result<Self, StyleError> {
        let text = text.trim();
        if let Some(quoted) = text.strip_prefix(QUOTE).and_then(|rest| rest.strip_suffix(QUOTE)) {
            return Ok(Self::Text(quoted.to_owned()));
        }
        if text.is_empty() {
            return Err(StyleError::NoCategory);
        }
        if text == OTHER {
            return Ok(Self::Other);
        }
        let plain = untypeset(text);
        if let Ok(value) = plain.parse() {
            return Ok(Self::Integer(value));
        }
        let value = plain.parse().ok().filter(|v: &f64| v.is_finite()).map(Self::Real);
        let moment = || Written::new(text).or_else(|| Written::of_legend(text)).map(Self::Moment);
        Ok(value.or_else(moment).unwrap_or_else(|| Self::Text(text.to_owned())))
    }
}

/// A number as legends write it, `−2.5×10⁻⁷`, in plain figures; what is plain stays as it is.
fn untypeset(text: &str) -> String {
    const RAISED: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    let (mantissa, power) = text.split_once("×10").unwrap_or((text, ""));
    let figures = |c: char| match c {
        '\u{2212}' | '⁻' => Some('-'),
        '\u{2009}' => None,
        _ => RAISED.chars().position(|raised| raised == c).and_then(|i| "0123456789".chars().nth(i)).or(Some(c)),
    };
    let mantissa: String = mantissa.chars().filter_map(figures).collect();
    if power.is_empty() { mantissa } else { mantissa + "e" + &power.chars().filter_map(figures).collect::<String>() }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(value) => write!(f, "{value}"),
            // With a point or an exponent, so that it is read as it was.
            Self::Real(value) => write!(f, "{value:?}"),
            Self::Moment(written) => write!(f, "{written}"),
            Self::Text(text) if text.parse().as_ref() == Ok(self) => f.write_str(text),
            Self::Text(text) => write!(f, "{QUOTE}{text}{QUOTE}"),
            Self::Other => f.write_str(OTHER),
        }
    }
}

impl TryFrom<String> for Category {
    type Error = StyleError;

    fn try_from(text: String) -> Result<Self, StyleError> {
        text.parse()
    }
}

impl From<Category> for String {
    fn from(category: Category) -> Self {
        category.to_string()
    }
}

/// A category with its color. As text: `3=#ff0000`, `other=gray`, `spiral=red`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CategoryColor {
    /// The category.
    pub category: Category,
    /// Its color; its opacity is not looked at.
    pub color: Rgba,
}

impl FromStr for CategoryColor {
    type Err = StyleError;

    fn from_str(text: &str) -> Result<Self, StyleError> {
        let (category, color) = text.rsplit_once('=').ok_or_else(|| StyleError::NoCategoryColor(text.to_owned()))?;
        Ok(Self { category: category.parse()?, color: color.parse()? })
    }
}

impl fmt::Display for CategoryColor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.category, self.color)
    }
}

impl TryFrom<String> for CategoryColor {
    type Error = StyleError;

    fn try_from(text: String) -> Result<Self, StyleError> {
        text.parse()
    }
}

impl From<CategoryColor> for String {
    fn from(color: CategoryColor) -> Self {
        color.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn any_text_is_read_as_it_was_written(text in ".{0,12}") {
            let category = Category::Text(text);
            proptest::prop_assert_eq!(category.to_string().parse(), Ok(category.clone()));
        }
    }

    #[test]
    fn colors_of_categories_read_as_they_are_written() {
        for (text, category) in [
            ("3=#ff0000", Category::Integer(3)),
            ("-2.5 = red", Category::Real(-2.5)),
            ("18446744073709551615=#ff0000", Category::Integer(u64::MAX.into())),
            ("1e300=red", Category::Real(1e300)),
            ("other=red", Category::Other),
            ("−2=red", Category::Integer(-2)),
            ("−2.5×10⁻⁷=red", Category::Real(-2.5e-7)),
            ("10\u{2009}000=red", Category::Integer(10_000)),
            ("1×10²⁰=red", Category::Real(1e20)),
            ("2024-03-01=red", Category::Moment(Written::new("2024-03-01").unwrap())),
            ("1 Mar 2024 06:30=red", Category::Moment(Written::new("2024-03-01T06:30").unwrap())),
            ("spiral=red", Category::Text("spiral".to_owned())),
            (" NGC 224 = red", Category::Text("NGC 224".to_owned())),
            ("'other'=red", Category::Text("other".to_owned())),
            ("'3'=red", Category::Text("3".to_owned())),
            ("''=red", Category::Text(String::new())),
            ("a=b=red", Category::Text("a=b".to_owned())),
            ("1 Mrz 2024=red", Category::Text("1 Mrz 2024".to_owned())),
            ("Mar 2024=red", Category::Moment(Written::new("2024-03").unwrap())),
        ] {
            let read: CategoryColor = text.parse().unwrap();
            assert_eq!((&read.category, read.color), (&category, Rgba([255, 0, 0, 255])));
            assert_eq!(read.to_string().parse(), Ok(read));
        }
        for (text, part) in [("3", "no `=`"), ("=red", "there is none"), ("1=rde", "`rde`")] {
            let message = text.parse::<CategoryColor>().unwrap_err().to_string();
            assert!(message.contains(part), "{text}: {message}");
        }
        assert!(
            Category::Integer(3).is_real(3.0) && Category::Real(3.0).is_integer(3) && !Category::Other.is_real(0.0)
        );
    }
}
