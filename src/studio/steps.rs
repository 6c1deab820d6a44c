//! Which steps of a figure become frames.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::workbench::WorkbenchError;

/// Some steps, as a person writes them: `0..350`, the last one left out; either end may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Steps {
    /// The first, from 0.
    pub first: u64,
    /// The first one after them; none: to the end.
    pub end: Option<u64>,
}

impl FromStr for Steps {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` names no steps; write FIRST..END, for example 0..350");
        let (first, end) = text.split_once("..").ok_or_else(wrong)?;
        let number = |text: &str| match text.trim() {
            "" => Ok(None),
            text => text.parse::<u64>().map(Some).map_err(|_| wrong()),
        };
        Ok(Self { first: number(first)?.unwrap_or(0), end: number(end)? })
    }
}

impl fmt::Display for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first > 0 {
            write!(f, "{}", self.first)?;
        }
        f.write_str("..")?;
        self.end.map_or(Ok(()), |end| write!(f, "{end}"))
    }
}

impl Steps {
    /// Those of a figure of so many steps.
    ///
    /// # Errors
    /// [`WorkbenchError::Request`] if there is none among them.
    pub fn of(self, count: u64) -> Result<Range<u64>, WorkbenchError> {
        let end = self.end.unwrap_or(count);
        if end > count || self.first >= end {
            let first = self.first;
            return Err(WorkbenchError::Request(format!(
                "the figure has the steps 0..{count}, of which {first}..{end} are none; give other --steps"
            )));
        }
        Ok(self.first..end)
    }

    /// Those of a figure whose steps still come.
    #[must_use]
    pub fn as_they_come(self) -> Range<u64> {
        self.first..self.end.unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_ranges() {
        let steps = |text: &str, count| text.parse::<Steps>().unwrap().of(count);
        assert_eq!(steps("..", 5).unwrap(), 0..5);
        assert_eq!(steps("2..4", 5).unwrap(), 2..4);
        assert_eq!(steps("3..", 5).unwrap(), 3..5);
        assert_eq!(steps(" 0 .. 1 ", 5).unwrap(), 0..1);
        for wrong in ["0..6", "3..3", "5..", "4..2"] {
            assert!(steps(wrong, 5).unwrap_err().to_string().contains("0..5"), "{wrong}");
        }
        for wrong in ["", "3", "a..b", "-1..2"] {
            assert!(wrong.parse::<Steps>().is_err(), "{wrong}");
        }
        for text in ["..", "2..", "..7", "2..7"] {
            assert_eq!(text.parse::<Steps>().unwrap().to_string(), text);
        }
    }
}
