//! A colormap's name taken apart: which one, which way round, and what part of it.

use std::fmt;

use crate::figure::error::FigureError;

/// All of a colormap.
pub const WHOLE: (f64, f64) = (0.0, 1.0);

/// What a colormap's name says: `bmy`, `bmy_r`, `bmy:0.2..0.9`, `bmy_r:0.25..0.9`.
#[derive(Clone, Debug, PartialEq)]
pub struct Spelled {
    /// The name, the list of colors or the file.
    pub base: String,
    /// Whether the highest value has its first color.
    pub is_reversed: bool,
    /// From where to where its colors are used, 0 being the color of the lowest value and 1 that of the highest (of the reversed map,
    /// if it is reversed); rising.
    pub part: (f64, f64),
}

impl Spelled {
    /// Takes a name apart. What follows a colon is a part if it has two dots; else it belongs to the name.
    ///
    /// # Errors
    /// [`FigureError::BadPart`].
    pub fn read(name: &str) -> Result<Self, FigureError> {
        let (whole, part) = match name.rsplit_once(':').filter(|(_, tail)| tail.contains("..")) {
            Some((whole, text)) => (whole, part(text)?),
            None => (name, WHOLE),
        };
        let (base, is_reversed) = whole.strip_suffix("_r").map_or((whole, false), |base| (base, true));
        Ok(Self { base: base.to_owned(), is_reversed, part })
    }

    /// A name that is one as it stands.
    #[must_use]
    pub fn whole(name: &str) -> Self {
        Self { base: name.to_owned(), is_reversed: false, part: WHOLE }
    }

    /// The other way round, with the same colors.
    #[must_use]
    pub fn turned(&self) -> Self {
        // 1 − 0.9 is not quite 0.1; no part is given in more digits.
        let other = |end: f64| ((1.0 - end) * 1e9).round() / 1e9;
        let (from, to) = self.part;
        Self { base: self.base.clone(), is_reversed: !self.is_reversed, part: (other(to), other(from)) }
    }

    /// Whether all of the colormap is used.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.part == WHOLE
    }
}

impl fmt::Display for Spelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.base)?;
        if self.is_reversed {
            f.write_str("_r")?;
        }
        let (from, to) = self.part;
        if self.is_whole() { Ok(()) } else { write!(f, ":{from}..{to}") }
    }
}

fn part(text: &str) -> Result<(f64, f64), FigureError> {
    let ends = text.split_once("..").and_then(|(from, to)| {
        let end = |text: &str, open: f64| if text.trim().is_empty() { Some(open) } else { text.trim().parse().ok() };
        Some((end(from, WHOLE.0)?, end(to, WHOLE.1)?))
    });
    let why = "it must be two numbers from 0 to 1, the second greater; write NAME:FROM..TO, as bmy:0.2..0.9";
    let is_part = |(from, to): &(f64, f64)| 0.0 <= *from && from < to && *to <= 1.0;
    ends.filter(is_part).ok_or_else(|| FigureError::BadPart { text: text.to_owned(), why })
}

/// The colors of a part of a table, in equal steps from its one end to its other, mixed straight in sRGB and rounded.
pub(super) fn cut<const N: usize>(table: &[[u8; 4]; N], (from, to): (f64, f64)) -> [[u8; 4]; N] {
    let last = N - 1;
    std::array::from_fn(|i| {
        let place = (from + (to - from) * i as f64 / last as f64) * last as f64;
        let below = (0..last).rev().find(|k| *k as f64 <= place).unwrap_or(0);
        let share = place - below as f64;
        std::array::from_fn(|channel| {
            let [a, b] = [below, below + 1].map(|k| f64::from(table[k][channel]));
            super::byte((a + (b - a) * share) / 255.0)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::colormap;
    use super::*;

    #[test]
    fn names_are_taken_apart_and_put_together() {
        for (text, base, is_reversed, part) in [
            ("bmy", "bmy", false, WHOLE),
            ("bmy_r", "bmy", true, WHOLE),
            ("bmy:0.2..0.9", "bmy", false, (0.2, 0.9)),
            ("bmy_r:0.25..1", "bmy", true, (0.25, 1.0)),
            ("white,#08306b:0..0.5", "white,#08306b", false, (0.0, 0.5)),
            ("C:/a.b/table.cpt_r", "C:/a.b/table.cpt", true, WHOLE),
        ] {
            let spelled = Spelled::read(text).unwrap();
            assert_eq!(spelled, Spelled { base: base.to_owned(), is_reversed, part });
            assert_eq!(spelled.to_string(), text);
        }
        assert_eq!(Spelled::read("bmy:0.2..0.9").unwrap().turned().to_string(), "bmy_r:0.1..0.8");
        assert_eq!(Spelled::read("bmy: .. 0.5").unwrap().part, (0.0, 0.5));
        assert_eq!(Spelled::read("bmy:0.5..").unwrap().part, (0.5, 1.0));
        for wrong in
            ["bmy:0.5..0.5", "bmy:0.6..0.5", "bmy:-1..0.5", "bmy:0..2", "bmy:a..b", "bmy:NaN..1", "bmy:0..1..2"]
        {
            let error = Spelled::read(wrong).unwrap_err();
            assert!(matches!(&error, FigureError::BadPart { text, .. } if wrong.ends_with(text)), "{wrong}: {error}");
            assert!(error.is_usage());
        }
        let of_file = colormap("a.cpt:0..0.5").unwrap_err().to_string();
        assert!(of_file.contains("named colormaps"), "{of_file}");
    }

    #[test]
    fn a_part_runs_from_its_one_color_to_its_other() {
        let (whole, part) = (colormap("bmy").unwrap(), colormap("bmy:0.2..0.8").unwrap());
        // 0.2 · 255 and 0.8 · 255 are whole.
        assert_eq!((part.table[0], part.table[255]), (whole.table[51], whole.table[204]));
        assert_eq!(part.table[85], whole.table[102]);
        assert_eq!(part.name, "bmy:0.2..0.8");
        let reversed = colormap("bmy_r:0.2..0.8").unwrap();
        assert_eq!((reversed.table[0], reversed.table[255]), (whole.table[204], whole.table[51]));
        assert_eq!(cut(&whole.table, WHOLE), whole.table);
        // Between two colors of a list: a quarter of the way from black to white.
        assert_eq!(colormap("black,white:0.25..0.5").unwrap().table[0], [64, 64, 64, 255]);
        assert_eq!(colormap("black,white_r").unwrap().table[0], [255; 4]);
    }
}
