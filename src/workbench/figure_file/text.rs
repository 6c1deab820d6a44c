//! Values that are saved as the text that the command line has for them.

use std::fmt::{self, Display};
use std::str::FromStr;

use serde::de::{Error as _, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::scene::aspect::Aspect;

/// A value that reads and writes as its text.
pub(super) struct Text<T>(pub(super) T);

impl<T: Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de, T: FromStr<Err: Display>> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(D::Error::custom)
    }
}

/// A text for people, or a column; one that is a whole number needs no quotes.
pub(super) fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    deserializer.deserialize_any(Unquoted { expected: "a text in quotes", may_be_real: false }).map(Some)
}

/// An aspect: a word, or a number without quotes.
pub(super) fn aspect<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Text<Aspect>>, D::Error> {
    let text = deserializer.deserialize_any(Unquoted { expected: "auto, equal or a number", may_be_real: true })?;
    text.parse().map(|aspect| Some(Text(aspect))).map_err(D::Error::custom)
}

/// Reads a text that may be a number without quotes.
struct Unquoted {
    expected: &'static str,
    /// Whether it may be one with a fraction.
    may_be_real: bool,
}

impl Visitor<'_> for Unquoted {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<E>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_i64<E>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<String, E> {
        match self.may_be_real {
            true => Ok(number.to_string()),
            false => Err(E::invalid_type(Unexpected::Float(number), &self)),
        }
    }
}
