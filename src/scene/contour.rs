//! Contour lines: at which levels, and how they look.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use super::style::Rgba;

/// Most levels of a layer of contour lines.
pub const MAX_CONTOURS: usize = 300;
/// How many levels may be asked for.
pub const LEVEL_COUNTS: std::ops::RangeInclusive<u32> = 1..=250;
/// Widths that lines may have, in CSS pixels.
pub const LINE_WIDTHS: std::ops::RangeInclusive<f64> = 0.1..=20.0;
/// Sizes that labels may have, in CSS pixels.
pub const LABEL_SIZES: std::ops::RangeInclusive<f64> = 4.0..=100.0;

/// How much wider the lines are that are emphasized.
const EMPHASIS: f64 = 1.9;
/// How many levels matplotlib's contour() asks for by itself.
const USUAL_COUNT: u32 = 7;

/// Why a piece of text says nothing of contour lines.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ContourError {
    /// The levels.
    #[error(
        "reading the levels of contour lines: `{text}`: {why}; write auto, n:COUNT as n:12, step:STEP as step:4, \
         step:STEP:BASE as step:4:2, or rising numbers as 1000,1004,1010"
    )]
    Levels {
        /// The text, or its beginning.
        text: String,
        /// What is wrong.
        why: String,
    },
    /// The look of one level.
    #[error(
        "reading the look of a contour line: `{text}`: {why}; write LEVEL=COLOR[:WIDTH[:DASH]], as 0=red or 1013=#08f:2:dotted"
    )]
    Look {
        /// The text.
        text: String,
        /// What is wrong.
        why: String,
    },
    /// A width or size.
    #[error("the {what} of contour lines is {value}; give {least} to {most} pixels")]
    Size {
        /// Which.
        what: &'static str,
        /// As given.
        value: f64,
        /// The least.
        least: f64,
        /// The greatest.
        most: f64,
    },
    /// A word for dashes.
    #[error("reading the dashes of contour lines: `{0}` is not known; use solid, dashed or dotted")]
    Dash(String),
    /// The color of all lines.
    #[error(
        "reading the color of contour lines: `{0}` is not known; use auto, colormap, #rrggbb or a name such as black or tab:blue"
    )]
    Color(String),
}

/// At which levels there are contour lines.
///
/// As text: `auto`, `n:12`, `step:4`, `step:4:2`, `1000,1004,1010`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum LevelChoice {
    /// About so many, at round numbers, as matplotlib's contour() chooses them.
    Count(u32),
    /// `base` and what is a whole number of steps away from it.
    Step {
        /// From one level to the next; above 0.
        step: f64,
        /// A level.
        base: f64,
    },
    /// These: finite, each above the one before, 1 to [`MAX_CONTOURS`].
    List(Vec<f64>),
}

impl LevelChoice {
    /// What matplotlib chooses if nothing is said.
    pub const AUTO: Self = Self::Count(USUAL_COUNT);
}

impl Default for LevelChoice {
    fn default() -> Self {
        Self::AUTO
    }
}

fn number(word: &str) -> Result<f64, String> {
    let read = word.trim().parse::<f64>().ok().filter(|value| value.is_finite());
    read.ok_or_else(|| format!("`{}` is no finite number", word.trim()))
}

/// The beginning of a text, for messages.
fn beginning(text: &str) -> String {
    let mut start: String = text.chars().take(60).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    start
}

fn choice(text: &str) -> Result<LevelChoice, String> {
    let text = text.trim();
    if text == "auto" {
        return Ok(LevelChoice::AUTO);
    }
    if let Some(count) = text.strip_prefix("n:") {
        let count = count.trim().parse().ok().filter(|count| LEVEL_COUNTS.contains(count));
        return count.map(LevelChoice::Count).ok_or_else(|| {
            format!("the count is no whole number from {} to {}", LEVEL_COUNTS.start(), LEVEL_COUNTS.end())
        });
    }
    if let Some(rest) = text.strip_prefix("step:") {
        let (step, base) = rest.split_once(':').unwrap_or((rest, "0"));
        let (step, base) = (number(step)?, number(base)?);
        return if step > 0.0 {
            Ok(LevelChoice::Step { step, base })
        } else {
            Err("the step is not above 0".to_owned())
        };
    }
    let mut levels = Vec::new();
    for word in text.split(',') {
        if levels.len() == MAX_CONTOURS {
            return Err(format!("there are more than {MAX_CONTOURS} levels"));
        }
        let level = number(word)?;
        if let Some(last) = levels.last().filter(|last| **last >= level) {
            return Err(format!("{level} comes after {last}, but levels must rise"));
        }
        levels.push(level);
    }
    Ok(LevelChoice::List(levels))
}

impl FromStr for LevelChoice {
    type Err = ContourError;

    fn from_str(text: &str) -> Result<Self, ContourError> {
        choice(text).map_err(|why| ContourError::Levels { text: beginning(text), why })
    }
}

impl fmt::Display for LevelChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(USUAL_COUNT) => f.write_str("auto"),
            Self::Count(count) => write!(f, "n:{count}"),
            Self::Step { step, base: 0.0 } => write!(f, "step:{step}"),
            Self::Step { step, base } => write!(f, "step:{step}:{base}"),
            Self::List(levels) => {
                let words: Vec<String> = levels.iter().map(ToString::to_string).collect();
                f.write_str(&words.join(","))
            }
        }
    }
}

/// How a line is dashed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Dash {
    /// Not at all.
    #[default]
    Solid,
    /// In strokes about four times as long as wide.
    Dashed,
    /// In dots.
    Dotted,
}

impl Dash {
    /// All of them with their names.
    pub const ALL: [(&'static str, Self); 3] =
        [("solid", Self::Solid), ("dashed", Self::Dashed), ("dotted", Self::Dotted)];
}

impl FromStr for Dash {
    type Err = ContourError;

    fn from_str(text: &str) -> Result<Self, ContourError> {
        let found = Self::ALL.iter().find(|(name, _)| *name == text.trim());
        found.map(|(_, dash)| *dash).ok_or_else(|| ContourError::Dash(text.to_owned()))
    }
}

impl fmt::Display for Dash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::ALL.iter().find(|(_, dash)| dash == self).map_or("solid", |(name, _)| name))
    }
}

/// The color of contour lines. As text: `auto`, `colormap`, or a color.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ContourColor {
    /// Readable on what lies beneath: near-black on light grounds, near-white on dark ones, with a faint halo of the other that
    /// sets lines off from layers of colors.
    #[default]
    Auto,
    /// Each level has that of its value in the layer's colormap.
    Colormap,
    /// All have this one.
    One(Rgba),
}

impl FromStr for ContourColor {
    type Err = ContourError;

    fn from_str(text: &str) -> Result<Self, ContourError> {
        match text.trim() {
            "auto" => return Ok(Self::Auto),
            "colormap" => return Ok(Self::Colormap),
            _ => {}
        }
        text.parse().map(Self::One).map_err(|_| ContourError::Color(text.to_owned()))
    }
}

impl fmt::Display for ContourColor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Colormap => f.write_str("colormap"),
            Self::One(color) => color.fmt(f),
        }
    }
}

/// A level that looks otherwise than the rest. As text: `LEVEL=COLOR[:WIDTH[:DASH]]`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LevelLook {
    /// The level; finite.
    pub level: f64,
    /// Its color.
    pub color: ContourColor,
    /// Its width in CSS pixels, if it is another than that of the rest.
    pub width: Option<f64>,
    /// Its dashes, if they are others than those of the rest.
    pub dash: Option<Dash>,
}

fn look(text: &str) -> Result<LevelLook, String> {
    let (level, rest) = text.split_once('=').ok_or("it has no `=`")?;
    let level = number(level)?;
    // Colors may have colons themselves: read from the end.
    let (mut rest, mut width, mut dash) = (rest.trim(), None, None);
    if let Some((front, word)) = rest.rsplit_once(':')
        && let Ok(given) = word.parse()
    {
        (rest, dash) = (front, Some(given));
    }
    if let Some((front, word)) = rest.rsplit_once(':')
        && let Ok(given) = number(word)
    {
        if !LINE_WIDTHS.contains(&given) {
            return Err(format!("a width is from {} to {} pixels", LINE_WIDTHS.start(), LINE_WIDTHS.end()));
        }
        (rest, width) = (front, Some(given));
    }
    if dash.is_some() && width.is_none() {
        return Err("dashes come after a width".to_owned());
    }
    let color = rest.parse().map_err(|_| format!("`{rest}` is no color"))?;
    Ok(LevelLook { level, color, width, dash })
}

impl FromStr for LevelLook {
    type Err = ContourError;

    fn from_str(text: &str) -> Result<Self, ContourError> {
        look(text).map_err(|why| ContourError::Look { text: beginning(text), why })
    }
}

impl fmt::Display for LevelLook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.level, self.color)?;
        if let Some(width) = self.width {
            write!(f, ":{width}")?;
        }
        self.dash.map_or(Ok(()), |dash| write!(f, ":{dash}"))
    }
}

macro_rules! text_in_files {
    ($($kind:ty),*) => {$(
        impl TryFrom<String> for $kind {
            type Error = ContourError;

            fn try_from(text: String) -> Result<Self, ContourError> {
                text.parse()
            }
        }

        impl From<$kind> for String {
            fn from(value: $kind) -> Self {
                value.to_string()
            }
        }
    )*};
}

text_in_files!(LevelChoice, Dash, ContourColor, LevelLook);

/// How contour lines look.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ContourStyle {
    /// Where there are lines.
    pub levels: LevelChoice,
    /// Their color.
    pub color: ContourColor,
    /// Their width, in CSS pixels: [`LINE_WIDTHS`].
    #[serde(deserialize_with = "width")]
    pub width: f64,
    /// The dashes of lines at levels below zero, where all have one color.
    pub negative: Dash,
    /// Levels that look otherwise; the last of several for one counts.
    pub overrides: Vec<LevelLook>,
    /// Every which level, counted from the base of steps, has a wider line.
    #[serde(deserialize_with = "emphasis")]
    pub emphasis: Option<u32>,
    /// Whether lines have their levels written on them.
    pub labels: bool,
    /// The size of these labels, in CSS pixels: [`LABEL_SIZES`].
    #[serde(deserialize_with = "label_size")]
    pub label_size: f64,
}

impl Default for ContourStyle {
    fn default() -> Self {
        Self {
            levels: LevelChoice::AUTO,
            color: ContourColor::Auto,
            width: 1.0,
            negative: Dash::Dashed,
            overrides: Vec::new(),
            emphasis: None,
            labels: true,
            label_size: 11.0,
        }
    }
}

fn within<'de, D: Deserializer<'de>>(
    deserializer: D,
    bounds: &std::ops::RangeInclusive<f64>,
    what: &str,
) -> Result<f64, D::Error> {
    let value = f64::deserialize(deserializer)?;
    let wrong = || {
        let (low, high) = (bounds.start(), bounds.end());
        serde::de::Error::custom(format_args!("{what} of contour lines is {value}; give {low} to {high} pixels"))
    };
    if bounds.contains(&value) { Ok(value) } else { Err(wrong()) }
}

fn width<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    within(deserializer, &LINE_WIDTHS, "the width")
}

fn label_size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    within(deserializer, &LABEL_SIZES, "the label size")
}

fn emphasis<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    match Option::<u32>::deserialize(deserializer)? {
        Some(0) => {
            Err(serde::de::Error::custom("the emphasis of contour lines is 0; give every how many levels, from 1 on"))
        }
        every => Ok(every),
    }
}

/// How one line looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LineLook {
    /// Its color.
    pub color: ContourColor,
    /// Its width, in CSS pixels.
    pub width: f64,
    /// Its dashes.
    pub dash: Dash,
}

impl ContourStyle {
    /// Checks the sizes.
    ///
    /// # Errors
    /// [`ContourError::Size`].
    pub fn check(&self) -> Result<(), ContourError> {
        for (what, value, bounds) in [("width", self.width, LINE_WIDTHS), ("label size", self.label_size, LABEL_SIZES)]
        {
            if !bounds.contains(&value) {
                return Err(ContourError::Size { what, value, least: *bounds.start(), most: *bounds.end() });
            }
        }
        Ok(())
    }

    /// How the line at one of the levels looks.
    #[must_use]
    pub fn look(&self, levels: &[f64], index: usize) -> LineLook {
        let level = levels.get(index).copied().unwrap_or(f64::NAN);
        let is_dashed = level < 0.0 && self.color != ContourColor::Colormap;
        let dash = if is_dashed { self.negative } else { Dash::Solid };
        let wider = if self.is_emphasized(levels, index) { EMPHASIS } else { 1.0 };
        let width = (self.width * wider).clamp(*LINE_WIDTHS.start(), *LINE_WIDTHS.end());
        let usual = LineLook { color: self.color, width, dash };
        let same = |other: &&LevelLook| (other.level - level).abs() <= 1e-12 * level.abs();
        self.overrides.iter().rev().find(same).map_or(usual, |given| LineLook {
            color: given.color,
            width: given.width.unwrap_or(usual.width),
            dash: given.dash.unwrap_or(usual.dash),
        })
    }

    /// Whether a level is an `emphasis`-th one: of evenly spaced ones by its number from the base (so that it stays when the
    /// range changes), else by its place among them.
    fn is_emphasized(&self, levels: &[f64], index: usize) -> bool {
        let Some(every) = self.emphasis.filter(|every| *every > 0) else { return false };
        let (step, base) = match (&self.levels, levels) {
            (LevelChoice::Step { step, base }, _) => (*step, *base),
            (LevelChoice::Count(_), [first, second, ..]) => (second - first, 0.0),
            (LevelChoice::Count(_) | LevelChoice::List(_), _) => return index.is_multiple_of(every as usize),
        };
        let number = (levels.get(index).copied().unwrap_or(base) - base) / step;
        number.round().rem_euclid(f64::from(every)) == 0.0
    }
}

#[cfg(test)]
#[path = "contour_tests.rs"]
mod tests;
