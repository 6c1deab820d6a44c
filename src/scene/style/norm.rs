//! How values between the limits are spread over the colormap.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::StyleError;

/// Most levels of a boundary norm.
pub const MAX_LEVELS: usize = 300;

/// How values between the limits are spread over the colormap. As text: its name, then a colon and its numbers, if it has
/// some: `symlog:0.5`, `boundary:0,1,2,5,10:both`. Names and meanings are matplotlib's and datashader's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Norm {
    /// Proportional to the value.
    Linear,
    /// Proportional to the logarithm; values of zero and less are bad, and get the lowest colour if bad ones have none.
    Log,
    /// Proportional to the square root of the linear norm.
    Sqrt,
    /// Proportional to the cube root of the linear norm.
    Cbrt,
    /// Histogram equalisation as datashader defines it: every colour gets about the same number of pixels.
    #[default]
    EqHist,
    /// The linear norm to the power of this, which is above 0.
    Power(f64),
    /// Linear about zero and logarithmic beyond, base 10.
    SymLog {
        /// Half-width of the linear part, above 0.
        linthresh: f64,
    },
    /// Two slopes that meet in a centre, which gets the middle colour.
    TwoSlope {
        /// The value of the middle colour.
        center: f64,
    },
    /// Linear, as far above a centre as below.
    Centered {
        /// The value of the middle colour.
        center: f64,
    },
    /// One colour for each region between levels.
    Boundary(Levels),
}

/// Levels of a boundary norm.
#[derive(Clone, Debug, PartialEq)]
pub struct Levels {
    /// 2 to [`MAX_LEVELS`] finite numbers, ascending. A region owns its lower level.
    pub values: Vec<f64>,
    /// Which of what lies beyond the levels has a region of its own.
    pub extend: Extend,
    /// Whether the color bar's regions are as long as they are wide; else all are equally long.
    pub is_proportional: bool,
}

/// Which of what lies beyond some levels has a region of its own: matplotlib's words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extend {
    /// Neither.
    #[default]
    Neither,
    /// What is below the first level.
    Min,
    /// What is not below the last level.
    Max,
    /// Both.
    Both,
}

impl Levels {
    /// How many regions of one color there are: between levels, and beyond those that extend.
    #[must_use]
    pub fn regions(&self) -> usize {
        self.values.len() - 1 + self.extend.ends().into_iter().filter(|end| *end).count()
    }
}

impl Extend {
    const ALL: [(&'static str, Self); 4] =
        [("neither", Self::Neither), ("min", Self::Min), ("max", Self::Max), ("both", Self::Both)];

    /// Whether there is a region below, and above.
    #[must_use]
    pub fn ends(self) -> [bool; 2] {
        [matches!(self, Self::Min | Self::Both), matches!(self, Self::Max | Self::Both)]
    }
}

/// The word that asks for regions on the color bar as long as they are wide.
const PROPORTIONAL: &str = "proportional";

impl Norm {
    /// All norms that have no numbers, with their names.
    pub const PLAIN: [(&'static str, Self); 5] = [
        ("linear", Self::Linear),
        ("log", Self::Log),
        ("sqrt", Self::Sqrt),
        ("cbrt", Self::Cbrt),
        ("eq_hist", Self::EqHist),
    ];

    /// The names of norms that have numbers.
    pub const WITH_NUMBERS: [&'static str; 5] = ["power", "symlog", "twoslope", "centered", "boundary"];

    /// Its name, without its numbers.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Log => "log",
            Self::Sqrt => "sqrt",
            Self::Cbrt => "cbrt",
            Self::EqHist => "eq_hist",
            Self::Power(_) => "power",
            Self::SymLog { .. } => "symlog",
            Self::TwoSlope { .. } => "twoslope",
            Self::Centered { .. } => "centered",
            Self::Boundary(_) => "boundary",
        }
    }
}

impl FromStr for Norm {
    type Err = StyleError;

    fn from_str(text: &str) -> Result<Self, StyleError> {
        let text = text.trim();
        if let Some((_, norm)) = Self::PLAIN.iter().find(|(name, _)| *name == text) {
            return Ok(norm.clone());
        }
        let (name, numbers) = text.split_once(':').map_or((text, None), |(name, numbers)| (name, Some(numbers)));
        if !Self::WITH_NUMBERS.contains(&name) {
            return Err(StyleError::UnknownNorm(text.to_owned()));
        }
        let bad = |why| StyleError::BadNorm { text: text.chars().take(80).collect(), why };
        let numbers = numbers.ok_or_else(|| bad("its numbers are missing"))?;
        if name == "boundary" {
            return levels(numbers).map(Self::Boundary).map_err(bad);
        }
        let v = number(numbers).map_err(bad)?;
        match name {
            "twoslope" => Ok(Self::TwoSlope { center: v }),
            "centered" => Ok(Self::Centered { center: v }),
            _ if v <= 0.0 => Err(bad("its number must be above 0")),
            "power" => Ok(Self::Power(v)),
            _ => Ok(Self::SymLog { linthresh: v }),
        }
    }
}

fn number(text: &str) -> Result<f64, &'static str> {
    text.trim().parse().ok().filter(|v: &f64| v.is_finite()).ok_or("what follows the colon is no finite number")
}

fn levels(text: &str) -> Result<Levels, &'static str> {
    let mut parts = text.split(':');
    let mut values = Vec::new();
    for word in parts.next().unwrap_or_default().split(',') {
        let value = number(word).map_err(|_| "its levels must be finite numbers with commas between them")?;
        if values.last().is_some_and(|last| *last >= value) {
            return Err("its levels must ascend");
        }
        values.push(value);
        if values.len() > MAX_LEVELS {
            return Err("it has more than 300 levels");
        }
    }
    if values.len() < 2 {
        return Err("it needs at least two levels");
    }
    let (mut extend, mut is_proportional) = (None, false);
    for word in parts.map(str::trim) {
        match Extend::ALL.iter().find(|(name, _)| *name == word) {
            Some((_, given)) if extend.is_none() => extend = Some(*given),
            None if word == PROPORTIONAL && !is_proportional => is_proportional = true,
            _ => return Err("behind its levels there may be :min, :max or :both, and :proportional"),
        }
    }
    Ok(Levels { values, extend: extend.unwrap_or_default(), is_proportional })
}

impl fmt::Display for Norm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::Linear | Self::Log | Self::Sqrt | Self::Cbrt | Self::EqHist => Ok(()),
            Self::Power(v)
            | Self::SymLog { linthresh: v }
            | Self::TwoSlope { center: v }
            | Self::Centered { center: v } => {
                write!(f, ":{v}")
            }
            Self::Boundary(Levels { values, extend, is_proportional }) => {
                for (i, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if i == 0 { ':' } else { ',' })?;
                }
                if let Some((name, _)) = Extend::ALL.iter().skip(1).find(|(_, known)| known == extend) {
                    write!(f, ":{name}")?;
                }
                if *is_proportional { write!(f, ":{PROPORTIONAL}") } else { Ok(()) }
            }
        }
    }
}

impl TryFrom<String> for Norm {
    type Error = StyleError;

    fn try_from(text: String) -> Result<Self, StyleError> {
        text.parse()
    }
}

impl From<Norm> for String {
    fn from(norm: Norm) -> Self {
        norm.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn norms_read_as_they_are_written() {
        for (name, norm) in Norm::PLAIN {
            assert_eq!((name.parse(), norm.to_string().as_str()), (Ok(norm.clone()), name));
        }
        for text in [
            "power:0.3",
            "symlog:0.03",
            "twoslope:-1.5",
            "centered:0",
            "boundary:0,1,2,5,10",
            "boundary:-1,1:both",
            "boundary:-1,1:min:proportional",
            "boundary:-1e300,0:proportional",
        ] {
            let norm: Norm = text.parse().unwrap();
            assert!(norm.to_string().parse() == Ok(norm.clone()) && text.starts_with(norm.name()), "{text}");
        }
        let Ok(Norm::Boundary(levels)) = " boundary: 0, 1 ,2.5 : max".parse() else { panic!() };
        assert_eq!(levels, Levels { values: vec![0.0, 1.0, 2.5], extend: Extend::Max, is_proportional: false });
    }

    #[test]
    fn wrong_norms_say_what_is_wrong() {
        let many = |n: u32| (0..n).map(|i| i.to_string()).collect::<Vec<_>>().join(",");
        for (text, part) in [
            ("cubic", "eq_hist"),
            ("log:3", "`log:3` is not known"),
            ("symlog", "numbers are missing"),
            ("symlog:0", "above 0"),
            ("power:-1", "above 0"),
            ("twoslope:nan", "finite"),
            ("centered:", "finite"),
            ("boundary:1", "two levels"),
            ("boundary:1,1", "ascend"),
            ("boundary:1,inf", "finite"),
            ("boundary:1,2:left", ":both"),
            ("boundary:1,2:min:max", ":both"),
            (&format!("boundary:{}", many(301)), "300 levels"),
        ] {
            let message = text.parse::<Norm>().unwrap_err().to_string();
            assert!(message.contains(part) && message.len() < 400, "{text}: {message}");
        }
        let most = format!("boundary:{}:both", many(300)).parse();
        assert!(matches!(most, Ok(Norm::Boundary(levels)) if levels.regions() == 301));
    }
}
