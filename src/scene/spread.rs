//! Spreading: every number of an aggregate shown on the pixels around its own as well, so that lone points can be seen.
//! What datashader calls `spread` and `dynspread`.

use std::fmt;
use std::str::FromStr;

use super::reduction::{Reduction, Statistic};

/// Most pixels that a number is spread on either side.
pub const MAX_PX: u32 = 64;

/// datashader's defaults for spreading by density.
const USUAL: (f64, u32) = (0.5, 3);

/// How far numbers are spread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reach {
    /// So many pixels on all sides; 0 is not at all.
    Fixed(u32),
    /// The fewest pixels that bring neighbours near enough, as datashader's `dynspread`: one more, from 0 on, as long as
    /// at most the share `threshold` (0 to 1) of all pixels that are not empty has another within twice as many.
    Dynamic {
        /// Share of pixels with a neighbour above which it is enough.
        threshold: f64,
        /// Most pixels on all sides.
        max_px: u32,
    },
}

/// The pixels around a number that show it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SpreadShape {
    /// Those whose centers are within the reach and half a pixel.
    #[default]
    Circle,
    /// Those within the reach along x and along y.
    Square,
}

/// How numbers that come to lie on the same pixel are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Merge {
    /// Their sum.
    Add,
    /// The largest.
    Max,
    /// The smallest.
    Min,
}

/// How an aggregate's numbers are spread before they become colors.
///
/// As text: `2`, `2:square`, `2:circle:max`, `dynamic`, `dynamic:0.5:3`, `dynamic:0.5:3:square:add`; `0` is not at all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// How far.
    pub reach: Reach,
    /// Onto which pixels.
    pub shape: SpreadShape,
    /// How numbers are joined; where nothing is given, as [`Spread::merge_for`] says.
    pub merge: Option<Merge>,
}

impl Default for Spread {
    fn default() -> Self {
        Self { reach: Reach::Fixed(0), shape: SpreadShape::Circle, merge: None }
    }
}

/// Why a text is no spread.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "reading the spread: `{text}`: {why}; write PIXELS[:SHAPE[:HOW]], as 2 or 2:square, or dynamic[:THRESHOLD:PIXELS], as \
     dynamic:0.5:3; shapes are circle and square, HOW is add, max or min"
)]
pub struct SpreadError {
    text: String,
    why: String,
}

impl Spread {
    /// By density until four fifths of the points are near another: few are seen as well as many.
    pub const BY_DENSITY: Self =
        Self { reach: Reach::Dynamic { threshold: 0.8, max_px: USUAL.1 }, shape: SpreadShape::Circle, merge: None };

    /// Whether nothing is spread.
    #[must_use]
    pub fn is_none(self) -> bool {
        matches!(self.reach, Reach::Fixed(0) | Reach::Dynamic { max_px: 0, .. })
    }

    /// Most pixels that a number may be spread on either side.
    #[must_use]
    pub fn max_px(self) -> u32 {
        match self.reach {
            Reach::Fixed(px) | Reach::Dynamic { max_px: px, .. } => px,
        }
    }

    /// How numbers of a reduction are joined. What counts and sums is added, as in datashader; numbers of other reductions
    /// stay such as the data has: sums of means would say what is nowhere.
    #[must_use]
    pub fn merge_for(self, reduction: &Reduction) -> Merge {
        self.merge.unwrap_or(match reduction.statistic() {
            Some(Statistic::Min) => Merge::Min,
            Some(Statistic::Sum) => Merge::Add,
            None if matches!(reduction, Reduction::Count | Reduction::By { .. }) => Merge::Add,
            Some(Statistic::Mean | Statistic::Max | Statistic::Std) | None => Merge::Max,
        })
    }

    /// Reads what follows `dynamic:`, as the command line has it.
    ///
    /// # Errors
    /// Texts that are no spread.
    pub fn dynamic(text: &str) -> Result<Self, SpreadError> {
        format!("dynamic:{text}").parse()
    }
}

impl FromStr for Spread {
    type Err = SpreadError;

    fn from_str(text: &str) -> Result<Self, SpreadError> {
        let wrong = |why: String| SpreadError { text: text.to_owned(), why };
        let pixels = |word: &str| match word.parse::<u32>() {
            Ok(px) if px <= MAX_PX => Ok(px),
            _ => Err(wrong(format!("`{word}` is no whole number of pixels from 0 to {MAX_PX}"))),
        };
        let mut words: &[&str] = &text.trim().split(':').map(str::trim).collect::<Vec<_>>();
        let is_number = |word: &str| word.parse::<f64>().is_ok();
        let reach = match words {
            ["dynamic", rest @ ..] => {
                let (mut threshold, mut max_px) = USUAL;
                words = rest;
                if let [word, rest @ ..] = words
                    && is_number(word)
                {
                    let share = word.parse().ok().filter(|share| (0.0..=1.0).contains(share));
                    threshold = share.ok_or_else(|| wrong(format!("the threshold `{word}` is not from 0 to 1")))?;
                    words = rest;
                    if let [word, rest @ ..] = words
                        && is_number(word)
                    {
                        max_px = pixels(word)?;
                        words = rest;
                    }
                }
                Reach::Dynamic { threshold, max_px }
            }
            [word, rest @ ..] => {
                words = rest;
                Reach::Fixed(pixels(word)?)
            }
            [] => Reach::Fixed(0),
        };
        let mut spread = Self { reach, ..Self::default() };
        if let [word @ ("circle" | "square"), rest @ ..] = words {
            spread.shape = if *word == "square" { SpreadShape::Square } else { SpreadShape::Circle };
            words = rest;
        }
        if let [word @ ("add" | "max" | "min"), rest @ ..] = words {
            spread.merge = Some(match *word {
                "add" => Merge::Add,
                "max" => Merge::Max,
                _ => Merge::Min,
            });
            words = rest;
        }
        match words {
            [] => Ok(spread),
            [word, ..] => Err(wrong(format!("`{word}` has no place there"))),
        }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reach {
            Reach::Fixed(px) => write!(f, "{px}")?,
            Reach::Dynamic { threshold, max_px } => write!(f, "dynamic:{threshold}:{max_px}")?,
        }
        if self.shape == SpreadShape::Square {
            f.write_str(":square")?;
        }
        f.write_str(match self.merge {
            None => "",
            Some(Merge::Add) => ":add",
            Some(Merge::Max) => ":max",
            Some(Merge::Min) => ":min",
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spreads_of_every_form() {
        for (text, canonical) in [
            ("2", "2"),
            (" 0 ", "0"),
            ("2:circle", "2"),
            ("64:square", "64:square"),
            ("1:square:max", "1:square:max"),
            ("1:add", "1:add"),
            ("dynamic", "dynamic:0.5:3"),
            ("dynamic:0.25", "dynamic:0.25:3"),
            ("dynamic:1:9:square:min", "dynamic:1:9:square:min"),
            ("dynamic:square", "dynamic:0.5:3:square"),
        ] {
            assert_eq!(text.parse::<Spread>().unwrap().to_string(), canonical, "{text}");
        }
        assert_eq!(Spread::dynamic("0.3:4"), "dynamic:0.3:4".parse());
        for (text, why) in [
            ("", "no whole number"),
            ("65", "0 to 64"),
            ("-1", "no whole number"),
            ("2.5", "no whole number"),
            ("2:round", "`round`"),
            ("2:max:square", "`square`"),
            ("dynamic:2", "not from 0 to 1"),
            ("dynamic:nan", "not from 0 to 1"),
            ("dynamic:0.5:99", "0 to 64"),
        ] {
            let message = text.parse::<Spread>().unwrap_err().to_string();
            assert!(message.contains(why), "{text}: {message}");
        }
    }

    #[test]
    fn numbers_that_do_not_add_up_are_not_added() {
        let spread: Spread = "2".parse().unwrap();
        let merges = ["count", "any", "sum:v", "mean:v", "min:v", "max:v", "std:v"]
            .map(|text| spread.merge_for(&text.parse().unwrap()));
        assert_eq!(merges, [Merge::Add, Merge::Max, Merge::Add, Merge::Max, Merge::Min, Merge::Max, Merge::Max]);
        let added: Spread = "2:add".parse().unwrap();
        assert_eq!(added.merge_for(&"mean:v".parse().unwrap()), Merge::Add);
    }

    proptest! {
        #[test]
        fn spreads_survive_text(px in 0..=MAX_PX, threshold in 0.0..=1.0_f64, kind in 0..16_usize) {
            let reach = if kind & 1 == 0 { Reach::Fixed(px) } else { Reach::Dynamic { threshold, max_px: px } };
            let shape = if kind & 2 == 0 { SpreadShape::Circle } else { SpreadShape::Square };
            let merge = [None, Some(Merge::Add), Some(Merge::Max), Some(Merge::Min)][kind / 4];
            let spread = Spread { reach, shape, merge };
            prop_assert_eq!(spread.to_string().parse(), Ok(spread));
        }

        #[test]
        fn no_text_panics(text in ".{0,16}") {
            let _ = text.parse::<Spread>();
        }
    }
}
