//! Colour tables of files: lists of colours (`.rgba`, `.pal`) and GMT's `.cpt`.
//!
//! A table of other than 256 colours gives each an equal stretch of the map, as matplotlib's `ListedColormap` does: colours
//! are never mixed. A `.cpt` is sampled at 256 equal steps from its least to its greatest z, as GMT interpolates.

use crate::figure::error::FigureError;
use crate::scene::style::Rgba;

use super::runs::{Run, of_runs};
use super::{COLORS, Colormap, byte, cpt};

/// Most bytes of a file with a colour table.
pub const MAX_BYTES: u64 = 4 << 20;

/// Most colours, or slices, of a table.
pub(super) const MAX_COLORS: usize = 1 << 16;

/// The kinds of files with colour tables, as their names end.
pub const ENDINGS: [&str; 3] = ["rgba", "cpt", "pal"];

/// What is wrong with a line, counted from 1; 0 for the file as a whole.
pub(super) struct Fault {
    pub(super) line: usize,
    pub(super) why: String,
}

impl Fault {
    pub(super) fn new(line: usize, why: impl Into<String>) -> Self {
        Self { line, why: why.into() }
    }
}

/// Whether a colormap's name, with or without `_r`, is that of a file with a colour table.
#[must_use]
pub fn is_file(name: &str) -> bool {
    let name = name.strip_suffix("_r").unwrap_or(name);
    !name.contains(',') && name.rsplit_once('.').is_some_and(|(_, ending)| has_ending(ending))
}

fn has_ending(ending: &str) -> bool {
    ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(ending))
}

/// The colormap of a file's text, by the name of the file; `_r` at the end of that reverses it.
///
/// # Errors
/// [`FigureError::BadTable`], with the line.
pub fn parse(name: &str, text: &str) -> Result<Colormap, FigureError> {
    let (path, is_reversed) = name.strip_suffix("_r").map_or((name, false), |path| (path, true));
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    let made = match ending.as_str() {
        "cpt" => cpt::parse(text, is_reversed),
        "pal" => pal(text).and_then(|colors| listed(&colors, is_reversed)),
        _ => rgba(text).and_then(|colors| listed(&colors, is_reversed)),
    };
    let mut map = made.map_err(|Fault { line, why }| FigureError::BadTable { name: path.to_owned(), line, why })?;
    name.clone_into(&mut map.name);
    if is_reversed {
        // Those with edges are made from their other end.
        if map.edges.is_none() {
            map.table.reverse();
        }
        std::mem::swap(&mut map.under, &mut map.over);
    }
    Ok(map)
}

/// A map that gives each colour an equal stretch.
fn listed(colors: &[[u8; 4]], is_reversed: bool) -> Result<Colormap, Fault> {
    if colors.is_empty() {
        return Err(Fault::new(0, "it has no colors"));
    }
    let count = colors.len();
    if count > COLORS {
        let at = |i: usize| colors[(2 * i + 1) * count / (2 * COLORS)];
        return Ok(Colormap { table: std::array::from_fn(at), ..Colormap::default() });
    }
    let each: Vec<_> = colors.iter().map(|color| move |_: f64| *color).collect();
    let share = |i: usize| i as f64 / count as f64;
    let runs = each.iter().enumerate().map(|(i, color)| Run { to: share(i + 1), back: share(count - i), color });
    Ok(of_runs(&runs.collect::<Vec<_>>(), is_reversed))
}

/// Lines that say something, counted from 1, without comments.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.lines().enumerate().map(|(i, line)| (i + 1, line.trim()));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// Words with commas or blanks between them.
fn words(line: &str) -> Vec<&str> {
    line.split([',', ' ', '\t', ';']).filter(|word| !word.is_empty()).collect()
}

/// Lines of red, green, blue and perhaps alpha, 0 to 1.
fn rgba(text: &str) -> Result<Vec<[u8; 4]>, Fault> {
    let mut colors = Vec::new();
    for (line, words) in lines(text).map(|(line, text)| (line, words(text))) {
        let wrong = || Fault::new(line, "it is not red, green, blue, alpha from 0 to 1, with commas between them");
        if !(3..=4).contains(&words.len()) {
            return Err(wrong());
        }
        let mut color = [255; 4];
        for (channel, word) in color.iter_mut().zip(words) {
            let value = word.parse::<f64>().ok().filter(|v| (0.0..=1.0).contains(v));
            *channel = byte(value.ok_or_else(wrong)?);
        }
        push(&mut colors, color, line)?;
    }
    Ok(colors)
}

/// Lines of red, green, blue, 0 to 255, plain or as JASC has them: three lines of its own first.
fn pal(text: &str) -> Result<Vec<[u8; 4]>, Fault> {
    let mut found = lines(text).peekable();
    let mut announced = None;
    if let Some((line, _)) = found.next_if(|(_, line)| line.eq_ignore_ascii_case("JASC-PAL")) {
        if found.next().is_none_or(|(_, version)| version != "0100") {
            return Err(Fault::new(line + 1, "it is not the version 0100 of a JASC palette"));
        }
        let count = found.next().and_then(|(line, count)| Some((line, count.parse::<usize>().ok()?)));
        announced = Some(count.ok_or_else(|| Fault::new(line + 2, "it does not say how many colors there are"))?);
    }
    let mut colors = Vec::new();
    for (line, text) in found.filter(|(_, line)| !line.starts_with(';')) {
        let wrong = || Fault::new(line, "it is not red, green, blue from 0 to 255");
        let bytes: Option<Vec<u8>> = words(text).into_iter().map(|word| word.parse::<u8>().ok()).collect();
        let [r, g, b] = bytes.ok_or_else(wrong)?[..] else { return Err(wrong()) };
        push(&mut colors, [r, g, b, 255], line)?;
    }
    match announced {
        Some((line, count)) if count != colors.len() => {
            Err(Fault::new(line, format!("it announces {count} colors, and {} follow", colors.len())))
        }
        _ => Ok(colors),
    }
}

fn push(colors: &mut Vec<[u8; 4]>, color: [u8; 4], line: usize) -> Result<(), Fault> {
    if colors.len() >= MAX_COLORS {
        return Err(Fault::new(line, format!("it has more than {MAX_COLORS} colors")));
    }
    colors.push(color);
    Ok(())
}

/// A colour of four channels, 0 to 1, as bytes.
pub(super) fn bytes(color: [f64; 4]) -> Rgba {
    Rgba(color.map(byte))
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
