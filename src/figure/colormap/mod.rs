//! Colormaps: tables of 256 colours, the bytes that matplotlib, cmcrameri, cmocean and colorcet give.
//!
//! The tables are made and checked by `assets/make_colormaps.py`; `NOTICE` names their authors and licences.

mod cpt;
pub mod file;
mod runs;
pub mod spelled;

use crate::figure::error::FigureError;
use crate::scene::style::{Rgba, StyleError};
use spelled::Spelled;

/// The number of colours in a table.
const COLORS: usize = 256;

/// A table of 256 sRGB colours, lowest value first.
#[derive(Clone, Debug, PartialEq)]
pub struct Colormap {
    /// The name it was asked for by, with `_r` if it is reversed.
    pub name: String,
    /// Red, green, blue, alpha of each of the 256 colours.
    pub table: [[u8; 4]; COLORS],
    /// Where, from 0 to 1, the colors from the second on begin, where that is not in equal steps.
    pub edges: Option<Box<[f64]>>,
    /// The color of values below the low limit, if the table has one and the style none.
    pub under: Option<Rgba>,
    /// The color of values above the high limit.
    pub over: Option<Rgba>,
    /// The color of values for which the norm is not defined.
    pub bad: Option<Rgba>,
}

impl Default for Colormap {
    /// All black, without a name.
    fn default() -> Self {
        Self { name: String::new(), table: [[0, 0, 0, 255]; COLORS], edges: None, under: None, over: None, bad: None }
    }
}

impl Colormap {
    /// Color `index` of as many as `count`: that of the table, or where there are more than it has, mixed of its colors in equal
    /// steps, as matplotlib's `LinearSegmentedColormap.from_list` does, but rounded. Colors differ as far as the table's do.
    #[must_use]
    pub fn resampled(&self, index: usize, count: usize) -> [u8; 4] {
        let last = COLORS - 1;
        if count <= COLORS {
            return self.table[index.min(last)];
        }
        let (place, steps) = (index.min(count - 1) * last, count - 1);
        let (below, beyond) = (place / steps, place % steps);
        let (from, to) = (self.table[below], self.table[(below + 1).min(last)]);
        std::array::from_fn(|i| {
            let sum = usize::from(from[i]) * (steps - beyond) + usize::from(to[i]) * beyond;
            u8::try_from((2 * sum + steps) / (2 * steps)).unwrap_or(u8::MAX)
        })
    }
}

macro_rules! tables {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_bytes!(concat!("../../../assets/colormaps/", $name, ".rgb")))),*]
    };
}

static TABLES: [(&str, &[u8; 768]); 18] = tables![
    "viridis", "magma", "inferno", "plasma", "cividis", "turbo", "grey", "Blues", "Reds", "Greens", "batlow", "oslo",
    "vik", "thermal", "haline", "balance", "fire", "bmy",
];

/// The names of all colormaps, without their `_r` twins.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLES.iter().map(|(name, _)| *name)
}

/// The colormap of that name; `_r` at its end reverses it, and `:0.25..0.9` after that leaves a part of it. Upper and lower
/// case may be mixed, `gray` is `grey`.
///
/// Colors with commas between them, `white,#08306b`, are a map of their own: from one to the next in equal steps, straight
/// in sRGB, as matplotlib's `LinearSegmentedColormap.from_list` has it.
///
/// Files are read by `workbench::tables`.
///
/// # Errors
/// [`FigureError::UnknownColormap`], with the nearest names, if there is none; [`FigureError::BadColors`],
/// [`FigureError::BadPart`].
pub fn colormap(name: &str) -> Result<Colormap, FigureError> {
    let Spelled { base, is_reversed, part } = Spelled::read(name)?;
    if file::is_file(&base) && part != spelled::WHOLE {
        let (_, text) = name.rsplit_once(':').unwrap_or_default();
        let why = "parts are of named colormaps and lists of colors; a table in a file is used whole";
        return Err(FigureError::BadPart { text: text.to_owned(), why });
    }
    let (base, mut table) = if base.contains(',') { (base.clone(), of_colors(&base)?) } else { known(name, &base)? };
    if is_reversed {
        table.reverse();
    }
    let spelled = Spelled { base, is_reversed, part };
    if !spelled.is_whole() {
        table = spelled::cut(&table, part);
    }
    Ok(Colormap { name: spelled.to_string(), table, ..Colormap::default() })
}

/// The table of a name, and how it is written; all of what was asked for is for messages.
fn known(name: &str, base: &str) -> Result<(String, [[u8; 4]; COLORS]), FigureError> {
    let base = if base.eq_ignore_ascii_case("gray") { "grey" } else { base };
    let found = TABLES.iter().find(|(known, _)| known.eq_ignore_ascii_case(base));
    let Some((known, bytes)) = found else {
        return Err(FigureError::UnknownColormap {
            name: name.to_owned(),
            nearest: nearest(base).into_iter().map(str::to_owned).collect(),
            known: names().collect::<Vec<_>>().join(", "),
        });
    };
    let mut table = [[0; 4]; COLORS];
    for (color, [r, g, b]) in table.iter_mut().zip(bytes.as_chunks::<3>().0) {
        *color = [*r, *g, *b, 255];
    }
    Ok(((*known).to_owned(), table))
}

/// The table of a list of colors.
fn of_colors(list: &str) -> Result<[[u8; 4]; COLORS], FigureError> {
    let bad = |why: String| FigureError::BadColors { list: list.chars().take(80).collect(), why };
    let mut colors = Vec::new();
    for text in list.split(',') {
        let Rgba([r, g, b, a]) = text.parse().map_err(|e: StyleError| bad(e.to_string()))?;
        if a != 255 {
            return Err(bad(format!("`{}` is translucent; give the layer an alpha instead", text.trim())));
        }
        colors.push([r, g, b].map(|byte| f64::from(byte) / 255.0));
        if colors.len() > 256 {
            return Err(bad("these are more than 256 colors".to_owned()));
        }
    }
    let mut table = [[255; 4]; COLORS];
    let last = colors.len() - 1;
    for (i, color) in table.iter_mut().enumerate() {
        let place = i as f64 / 255.0 * last as f64;
        let below = (0..last).rev().find(|k| *k as f64 <= place).unwrap_or(0);
        let (from, to) = (colors[below], colors[(below + 1).min(last)]);
        let share = place - below as f64;
        for ((channel, from), to) in color.iter_mut().zip(from).zip(to) {
            *channel = byte(from + (to - from) * share);
        }
    }
    Ok(table)
}

/// A channel from 0 to 1 as a byte, rounded. (matplotlib rounds down, by the last bits of its sums, so that now and then
/// it is one below.)
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255")]
fn byte(channel: f64) -> u8 {
    (channel * 255.0).round() as u8
}

/// Known names within a small edit distance (a third of the length, at least 1) or that begin like this, nearest first.
fn nearest(name: &str) -> Vec<&'static str> {
    let name = name.to_lowercase();
    let length = name.chars().count();
    // A name far longer than any of ours resembles none, and must not cost quadratic time.
    if length > 32 {
        return Vec::new();
    }
    let rank = |known: &'static str| {
        let lower = known.to_lowercase();
        // The beginning of a name, as somebody still typing it writes, is nearer than any misspelling.
        let far = if length > 1 && lower.starts_with(&name) { 0 } else { distance(&name, &lower) };
        (far <= (length / 3).max(1)).then_some((far, known))
    };
    let mut candidates: Vec<(usize, &'static str)> = names().filter_map(rank).collect();
    candidates.sort_by_key(|(far, _)| *far);
    candidates.into_iter().map(|(_, known)| known).take(3).collect()
}

/// The number of insertions, deletions and replacements between two words (Levenshtein's distance).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (diagonal + usize::from(x != *y)).min(above + 1).min(row[j] + 1);
            diagonal = above;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rgb([r, g, b, a]: [u8; 4]) -> [u8; 3] {
        assert_eq!(a, 255);
        [r, g, b]
    }

    #[test]
    fn every_name_has_a_table_and_a_reverse() {
        for name in names() {
            let forward = colormap(name).unwrap();
            let mut backward = colormap(&format!("{name}_r")).unwrap();
            assert_eq!((forward.name.as_str(), backward.name), (name, format!("{name}_r")));
            assert_ne!(forward.table, backward.table);
            backward.table.reverse();
            assert_eq!(forward.table, backward.table);
        }
        assert_eq!(names().count(), 18);
    }

    #[test]
    fn every_table_file_has_a_name() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/colormaps");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut files: Vec<String> = files.collect();
        let mut expected: Vec<String> = names().map(|name| format!("{name}.rgb")).collect();
        files.sort();
        expected.sort();
        assert_eq!(files, expected);
    }

    #[test]
    fn well_known_colors() {
        let ends = |name: &str| {
            let table = colormap(name).unwrap().table;
            (rgb(table[0]), rgb(table[255]))
        };
        assert_eq!(ends("viridis"), ([68, 1, 84], [253, 231, 36]));
        assert_eq!(ends("gray_r"), ([255; 3], [0; 3]));
        assert_eq!(ends("FIRE"), ([0; 3], [255; 3]));
        assert_eq!(colormap("VIRIDIS").unwrap().name, "viridis");
    }

    #[test]
    fn lists_of_colors_are_maps() {
        let table = colormap("white,#ff0000, black").unwrap().table;
        // Those of matplotlib 3.11, but for one channel that it rounds down from 0.9999… (127).
        for (i, color) in
            [(0, [255, 255, 255]), (64, [255, 127, 127]), (127, [255, 1, 1]), (128, [254, 0, 0]), (255, [0; 3])]
        {
            assert_eq!(rgb(table[i]), color, "{i}");
        }
        let two = colormap("black,white").unwrap().table;
        assert!((0..=255_u8).all(|i| rgb(two[usize::from(i)]) == [i; 3]));
        for (list, part) in [("white,", "``"), ("white,rde", "rde"), ("#00000080,white", "translucent")] {
            let message = colormap(list).unwrap_err().to_string();
            assert!(message.contains(part) && message.contains(list), "{message}");
        }
        assert!(colormap(&"red,".repeat(300)).is_err());
    }

    #[test]
    fn unknown_names_get_suggestions() {
        for (name, suggestion) in [("virids", "viridis"), ("Oranges", ""), ("thermel_r", "thermal"), ("vir", "viridis")]
        {
            let error = colormap(name).unwrap_err();
            let message = error.to_string();
            let FigureError::UnknownColormap { nearest, known, .. } = error else { panic!("{error}") };
            assert_eq!(nearest.first().map_or("", String::as_str), suggestion, "{message}");
            assert_eq!(message.contains("did you mean"), !suggestion.is_empty(), "{message}");
            assert!(message.contains(name) && message.contains(&known) && known.contains("batlow"));
        }
        assert!(colormap("").is_err() && colormap("_r").is_err() && colormap(&"v".repeat(1 << 20)).is_err());
    }

    #[test]
    fn edit_distance() {
        for (a, b, far) in [("", "", 0), ("abc", "", 3), ("kitten", "sitting", 3), ("flaw", "lawn", 2), ("é", "e", 1)]
        {
            assert_eq!((distance(a, b), distance(b, a)), (far, far));
        }
    }
}
