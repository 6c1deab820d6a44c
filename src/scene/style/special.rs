//! Values with a color of their own.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Rgba, StyleError};

/// Most special values of a layer.
pub const MAX_SPECIAL: usize = 64;

/// An exact value that has a color of its own, such as the -1 that stands for "no measurement". As text: `-1=#00ff00`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Special {
    /// The value, in the units of the aggregate; finite.
    pub value: f64,
    /// Its color.
    pub color: Rgba,
}

impl FromStr for Special {
    type Err = StyleError;

    fn from_str(text: &str) -> Result<Self, StyleError> {
        let (value, color) = text.split_once('=').ok_or_else(|| StyleError::NoSpecial(text.to_owned()))?;
        let number: Option<f64> = value.trim().parse().ok().filter(|v: &f64| v.is_finite());
        let value = number.ok_or_else(|| StyleError::BadSpecial(value.trim().to_owned()))?;
        Ok(Self { value, color: color.parse()? })
    }
}

impl fmt::Display for Special {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.value, self.color)
    }
}

/// The special values of a field's cells, whatever their colors.
#[derive(Clone, Copy, PartialEq)]
pub struct SpecialValues {
    /// In rising order.
    values: [f64; MAX_SPECIAL],
    len: usize,
    is_shown: bool,
}

impl SpecialValues {
    /// Of no field.
    pub const NONE: Self = Self { values: [0.0; MAX_SPECIAL], len: 0, is_shown: true };

    /// Those of a style; whether pixels show them or lack a value where they are.
    #[must_use]
    pub fn of(special: &[Special], is_shown: bool) -> Self {
        let mut found: Vec<f64> = special.iter().map(|special| special.value).collect();
        found.sort_by(f64::total_cmp);
        found.dedup();
        found.truncate(MAX_SPECIAL);
        let mut made = Self { len: found.len(), is_shown: is_shown || found.is_empty(), ..Self::NONE };
        made.values[..found.len()].copy_from_slice(&found);
        made
    }

    /// The values, in rising order.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values[..self.len]
    }

    /// Whether pixels show them; else they lack a value there.
    #[must_use]
    pub fn are_shown(&self) -> bool {
        self.is_shown
    }
}

impl fmt::Debug for SpecialValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.values().fmt(f)
    }
}

impl TryFrom<String> for Special {
    type Error = StyleError;

    fn try_from(text: String) -> Result<Self, StyleError> {
        text.parse()
    }
}

impl From<Special> for String {
    fn from(special: Special) -> Self {
        special.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_values_read_as_they_are_written() {
        for (text, value, color) in
            [("-1=#00ff00", -1.0, [0, 255, 0, 255]), ("1e30 = red", 1e30, [255, 0, 0, 255]), ("0=none", 0.0, [0; 4])]
        {
            let special: Special = text.parse().unwrap();
            assert_eq!((special.value, special.color), (value, Rgba(color)));
            assert_eq!(special.to_string().parse(), Ok(special));
        }
        for (text, part) in
            [("-1", "no `=`"), ("x=red", "`x` is no finite"), ("nan=red", "`nan` is no finite"), ("1=rde", "`rde`")]
        {
            let message = text.parse::<Special>().unwrap_err().to_string();
            assert!(message.contains(part), "{text}: {message}");
        }
    }
}
