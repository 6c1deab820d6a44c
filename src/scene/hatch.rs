//! Hatching: patterns of lines and dots where the numbers of a layer meet a condition.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::contour::LINE_WIDTHS;
use super::style::Rgba;

/// How often a sign may be repeated in a pattern.
pub const MAX_REPEATS: u8 = 6;

/// Most conditions of a layer.
pub const MAX_HATCHES: usize = 16;

/// From one line, or row of signs, to the next where a sign is there once, in CSS pixels.
pub const HATCH_SPACINGS: std::ops::RangeInclusive<f64> = 2.0..=200.0;

/// The width and the spacing, in CSS pixels, where nothing else is said: matplotlib's.
const USUAL: (f64, f64) = (1.0, 16.0);

/// The word for the color that is readable on what lies beneath.
const AUTO: &str = "auto";

/// Why a text is no hatching.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "reading the hatching: `{text}`: {why}; write CONDITION:PATTERN[:COLOR[:WIDTH[:SPACING]]], as >30:// or 10..20:x:tab:blue:1.5; \
     conditions are >N, >=N, <N, <=N and N..N (without the upper end), patterns are made of / \\ | - + x . o O *, repeated to be denser"
)]
pub struct HatchError {
    text: String,
    why: String,
}

/// What numbers are hatched.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Condition {
    /// Greater ones than this.
    Above(f64),
    /// This and greater ones.
    AtLeast(f64),
    /// Less ones than this.
    Below(f64),
    /// This and less ones.
    AtMost(f64),
    /// From the first on, less than the second.
    Within(f64, f64),
}

impl Condition {
    /// Whether a number is hatched; what is no number never is.
    #[must_use]
    pub fn holds(self, value: f64) -> bool {
        match self {
            Self::Above(bound) => value > bound,
            Self::AtLeast(bound) => value >= bound,
            Self::Below(bound) => value < bound,
            Self::AtMost(bound) => value <= bound,
            Self::Within(low, high) => low <= value && value < high,
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Above(bound) => write!(f, ">{bound}"),
            Self::AtLeast(bound) => write!(f, ">={bound}"),
            Self::Below(bound) => write!(f, "<{bound}"),
            Self::AtMost(bound) => write!(f, "<={bound}"),
            Self::Within(low, high) => write!(f, "{low}..{high}"),
        }
    }
}

/// Signs as in matplotlib, each with how often it is there: the more, the denser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pattern {
    /// Of each of [`Pattern::SIGNS`], 0 to [`MAX_REPEATS`].
    counts: [u8; 10],
}

impl Default for Pattern {
    /// Rising lines.
    fn default() -> Self {
        Self { counts: [1, 0, 0, 0, 0, 0, 0, 0, 0, 0] }
    }
}

impl FromStr for Pattern {
    type Err = HatchError;

    fn from_str(text: &str) -> Result<Self, HatchError> {
        pattern(text).map_err(|why| HatchError { text: text.chars().take(60).collect(), why })
    }
}

impl Pattern {
    /// Rising, falling, upright and level lines, both of these, both of the first, dots, circles, large circles, stars.
    pub const SIGNS: [char; 10] = ['/', '\\', '|', '-', '+', 'x', '.', 'o', 'O', '*'];

    /// How dense each kind is.
    #[must_use]
    pub fn densities(self) -> Densities {
        let [rising, falling, upright, level, plus, cross, dots, circles, rings, stars] = self.counts;
        Densities {
            rising: rising + cross,
            falling: falling + cross,
            upright: upright + plus,
            level: level + plus,
            dots,
            circles,
            rings,
            stars,
        }
    }
}

/// How dense the parts of a pattern are; 0 is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Densities {
    /// Lines up to the right.
    pub rising: u8,
    /// Lines down to the right.
    pub falling: u8,
    /// Upright lines.
    pub upright: u8,
    /// Level lines.
    pub level: u8,
    /// Disks.
    pub dots: u8,
    /// Circles.
    pub circles: u8,
    /// Large circles.
    pub rings: u8,
    /// Stars.
    pub stars: u8,
}

impl Densities {
    /// How dense the densest part is.
    #[must_use]
    pub fn greatest(self) -> u8 {
        let Self { rising, falling, upright, level, dots, circles, rings, stars } = self;
        [rising, falling, upright, level, dots, circles, rings, stars].into_iter().max().unwrap_or(0)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (sign, count) in Self::SIGNS.iter().zip(self.counts) {
            (0..count).try_for_each(|_| write!(f, "{sign}"))?;
        }
        Ok(())
    }
}

/// Hatching of what meets a condition.
///
/// As text: `>30://`, `<=0:x:red`, `10..20:..:tab:blue:1.5`, `>0:/:auto:1:8`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hatch {
    /// What is hatched.
    pub condition: Condition,
    /// With what.
    pub pattern: Pattern,
    /// In which color; if none is given, in one that is readable on what lies beneath.
    pub color: Option<Rgba>,
    /// How wide lines are, in CSS pixels: [`LINE_WIDTHS`].
    pub width: f64,
    /// How far lines are apart where a sign is there once, in CSS pixels: [`HATCH_SPACINGS`].
    pub spacing: f64,
}

fn number(word: &str) -> Result<f64, String> {
    let read = word.trim().parse::<f64>().ok().filter(|value| value.is_finite());
    read.ok_or_else(|| format!("`{}` is no finite number", word.trim()))
}

fn condition(text: &str) -> Result<Condition, String> {
    let text = text.trim();
    if let Some((low, high)) = text.split_once("..") {
        let (low, high) = (number(low)?, number(high)?);
        return if low < high {
            Ok(Condition::Within(low, high))
        } else {
            Err(format!("nothing is from {low} to below {high}"))
        };
    }
    let after = |sign: &str| text.strip_prefix(sign).map(number);
    let found = after(">=").map(|bound| bound.map(Condition::AtLeast));
    let found = found.or_else(|| after("<=").map(|bound| bound.map(Condition::AtMost)));
    let found = found.or_else(|| after(">").map(|bound| bound.map(Condition::Above)));
    let found = found.or_else(|| after("<").map(|bound| bound.map(Condition::Below)));
    found.unwrap_or_else(|| Err(format!("`{text}` is no condition")))
}

fn pattern(text: &str) -> Result<Pattern, String> {
    let mut counts = [0; 10];
    for sign in text.trim().chars() {
        let at = Pattern::SIGNS.iter().position(|known| *known == sign);
        let count = at.and_then(|at| counts.get_mut(at)).ok_or_else(|| format!("the pattern has `{sign}` in it"))?;
        *count += 1;
        if *count > MAX_REPEATS {
            return Err(format!("`{sign}` is there more than {MAX_REPEATS} times"));
        }
    }
    if counts == [0; 10] { Err("it has no pattern".to_owned()) } else { Ok(Pattern { counts }) }
}

fn hatch(text: &str) -> Result<Hatch, String> {
    let (first, rest) = text.split_once(':').ok_or("it has no pattern")?;
    let (second, mut rest) = rest.split_once(':').unwrap_or((rest, ""));
    let (condition, pattern) = (condition(first)?, pattern(second)?);
    // Colors may have colons themselves: numbers are read from the end.
    let mut numbers = Vec::new();
    while numbers.len() < 2 {
        let (front, last) = rest.rsplit_once(':').unwrap_or(("", rest));
        let Ok(given) = number(last) else { break };
        numbers.insert(0, given);
        rest = front;
    }
    let (width, spacing) = (numbers.first().copied().unwrap_or(USUAL.0), numbers.get(1).copied().unwrap_or(USUAL.1));
    for (what, given, bounds) in [("width", width, LINE_WIDTHS), ("spacing", spacing, HATCH_SPACINGS)] {
        if !bounds.contains(&given) {
            return Err(format!("a {what} is from {} to {} pixels", bounds.start(), bounds.end()));
        }
    }
    let color = match rest.trim() {
        "" | AUTO => None,
        word => Some(word.parse().map_err(|_| format!("`{word}` is no color"))?),
    };
    Ok(Hatch { condition, pattern, color, width, spacing })
}

impl Hatch {
    /// Rising lines, as wide and as far apart as matplotlib's, where a condition holds.
    #[must_use]
    pub fn new(condition: Condition) -> Self {
        Self { condition, pattern: Pattern::default(), color: None, width: USUAL.0, spacing: USUAL.1 }
    }
}

impl FromStr for Hatch {
    type Err = HatchError;

    fn from_str(text: &str) -> Result<Self, HatchError> {
        hatch(text).map_err(|why| HatchError { text: text.chars().take(60).collect(), why })
    }
}

impl fmt::Display for Hatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.condition, self.pattern)?;
        let (has_width, has_spacing) = (self.width != USUAL.0, self.spacing != USUAL.1);
        match self.color {
            Some(color) => write!(f, ":{color}")?,
            None if has_width || has_spacing => write!(f, ":{AUTO}")?,
            None => {}
        }
        if has_width || has_spacing {
            write!(f, ":{}", self.width)?;
        }
        if has_spacing { write!(f, ":{}", self.spacing) } else { Ok(()) }
    }
}

impl TryFrom<String> for Hatch {
    type Error = HatchError;

    fn try_from(text: String) -> Result<Self, HatchError> {
        text.parse()
    }
}

impl From<Hatch> for String {
    fn from(hatch: Hatch) -> Self {
        hatch.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hatchings_of_every_form() {
        for (text, canonical) in [
            (">30://", ">30://"),
            ("<=0:x:red", "<=0:x:#ff0000"),
            (">= -1e3 : /-/ : black : 1", ">=-1000://-:#000000"),
            ("10..20:..:tab:blue:1.5", "10..20:..:#1f77b4:1.5"),
            ("<5:\\\\|:2", "<5:\\\\|:auto:2"),
            ("1..2:o+:#0088ff80", "1..2:+o:#0088ff80"),
            ("1..2:*O:auto", "1..2:O*"),
            (">0:/:tab:red:1:8", ">0:/:#d62728:1:8"),
            (">0:/:1:8", ">0:/:auto:1:8"),
        ] {
            let hatch: Hatch = text.parse().unwrap();
            assert_eq!(hatch.to_string(), canonical, "{text}");
            assert_eq!(canonical.parse(), Ok(hatch));
        }
        for (text, why) in [
            ("", "no pattern"),
            (">3", "no pattern"),
            (">3:", "no pattern"),
            ("3:/", "`3` is no condition"),
            (">x:/", "`x` is no finite"),
            (">nan:/", "`nan` is no finite"),
            ("5..5:/", "from 5 to below 5"),
            (">3:/?", "`?` in it"),
            (">3:///////", "more than 6 times"),
            (">3:/:rde", "`rde` is no color"),
            (">3:/:red:99", "0.1 to 20"),
            (">3:/:red:1:1", "2 to 200"),
        ] {
            let message = text.parse::<Hatch>().unwrap_err().to_string();
            assert!(message.contains(why), "{text}: {message}");
        }
    }

    #[test]
    fn conditions_at_their_bounds() {
        for (text, wanted) in [
            (">1", [false, false, true, true]),
            (">=1", [false, true, true, true]),
            ("<2", [true, true, true, false]),
            ("<=1", [true, true, false, false]),
            ("1..2", [false, true, true, false]),
        ] {
            let hatch: Hatch = format!("{text}:/").parse().unwrap();
            assert_eq!([0.5, 1.0, 1.5, 2.0].map(|value| hatch.condition.holds(value)), wanted, "{text}");
            assert!(!hatch.condition.holds(f64::NAN));
        }
    }

    proptest! {
        #[test]
        fn hatchings_survive_text(
            kind in 0..5_u8,
            bounds in (-1e300..0.0_f64, 0.0..1e300_f64),
            signs in "[/\\\\|+x.oO*-]{1,6}",
            color in proptest::option::of(any::<[u8; 4]>().prop_map(Rgba)),
            (width, spacing) in (LINE_WIDTHS, HATCH_SPACINGS),
        ) {
            let condition = match kind {
                0 => Condition::Above(bounds.0),
                1 => Condition::AtLeast(bounds.1),
                2 => Condition::Below(bounds.0),
                3 => Condition::AtMost(bounds.1),
                _ => Condition::Within(bounds.0, bounds.1),
            };
            let hatch = Hatch { condition, pattern: pattern(&signs).unwrap(), color, width, spacing };
            prop_assert_eq!(String::from(hatch).parse(), Ok(hatch));
        }

        #[test]
        fn no_text_panics(text in ".{0,16}") {
            let _ = text.parse::<Hatch>();
        }
    }
}
