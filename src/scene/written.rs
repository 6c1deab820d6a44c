//! Moments as a person writes them, kept as text: what they mean on an axis is known where its column is.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::axis::ViewError;

/// Months as axes and legends say them.
pub const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Most bytes of a moment: `-999999-12-31T23:59:59.123456789012345678Z`, and a little.
const MOST: usize = 44;

/// A moment as it was written: `2024-03-01T12:30`; or a year, `2024`, which on an axis of numbers is a number.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Written {
    bytes: [u8; MOST],
    len: usize,
}

impl Written {
    /// A text that looks like a moment; whether it is one is found out by those who read it.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let looks = text.strip_prefix('-').unwrap_or(text).starts_with(|c: char| c.is_ascii_digit())
            && text.bytes().all(|byte| byte.is_ascii_digit() || b"-:T .Z".contains(&byte))
            && (is_year(text) || text.get(1..).is_some_and(|rest| rest.contains('-')));
        let mut bytes = [0; MOST];
        bytes.get_mut(..text.len()).filter(|_| looks)?.copy_from_slice(text.as_bytes());
        Some(Self { bytes, len: text.len() })
    }

    /// A moment as axes and legends say it: `1 Mar 2024 12:30`, `Mar 2024`.
    #[must_use]
    pub fn of_legend(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        let (day, name, year, clock) = match words.as_slice() {
            [name, year] => (None, name, year, None),
            [day, name, year] => (Some(day), name, year, None),
            [day, name, year, clock] => (Some(day), name, year, Some(clock)),
            _ => return None,
        };
        let month = 1 + MONTHS.iter().position(|month| month == name)?;
        let day = day.map(|day| format!("-{day:0>2}")).unwrap_or_default();
        let clock = clock.map(|clock| format!("T{clock}")).unwrap_or_default();
        Self::new(&format!("{year:0>4}-{month:02}{day}{clock}"))
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        self.bytes.get(..self.len).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or("")
    }

    /// What it is as a whole number, if it is one.
    #[must_use]
    pub fn number(&self) -> Option<i128> {
        self.text().parse().ok()
    }
}

/// Whether a text can be a year as well as a number: four figures.
#[must_use]
pub fn is_year(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.text())
    }
}

impl TryFrom<String> for Written {
    type Error = ViewError;

    fn try_from(text: String) -> Result<Self, ViewError> {
        Self::new(&text).ok_or(ViewError::NotANumber(text))
    }
}

impl From<Written> for String {
    fn from(written: Written) -> Self {
        written.text().to_owned()
    }
}
