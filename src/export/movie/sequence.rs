//! Numbered frames: a PNG for each step. A run that was broken off is taken up by the next.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::export::error::ExportError;
use crate::export::output::Output;
use crate::export::picture::{FIGURE, Notes, write_png};
use crate::figure::strips::Strips;

use super::{Encoder, Movie};

/// A file name with a place for a number: `frames/%05d.png`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    folder: PathBuf,
    before: String,
    digits: usize,
    after: String,
}

impl Pattern {
    /// That of a path, if there is a `%d` or `%05d` in its name.
    ///
    /// # Errors
    /// A sentence, where there is a `%` that is none, or another ending than `.png`.
    pub fn of(path: &Path) -> Result<Option<Self>, String> {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return Ok(None) };
        let Some((before, rest)) = name.split_once('%') else { return Ok(None) };
        let wrong = || "the number of a frame is %d or, of five digits, %05d: -o frames/%05d.png".to_owned();
        let (digits, after) = rest.split_once('d').ok_or_else(wrong)?;
        let digits = match digits.strip_prefix('0') {
            None if digits.is_empty() => 1,
            Some(count) => count.parse().ok().filter(|count| (1..=20).contains(count)).ok_or_else(wrong)?,
            None => return Err(wrong()),
        };
        if after.contains('%') || !after.to_ascii_lowercase().ends_with(".png") {
            return Err(wrong());
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let (before, after) = (before.to_owned(), after.to_owned());
        Ok(Some(Self { folder: folder.to_owned(), before, digits, after }))
    }

    /// The file of a frame.
    #[must_use]
    pub fn path(&self, number: u64) -> PathBuf {
        let Self { folder, before, digits, after } = self;
        folder.join(format!("{before}{number:0digits$}{after}"))
    }
}

/// Numbered frames in the making.
pub struct Sequence<'a> {
    pattern: Pattern,
    notes: &'a (dyn Fn(u64) -> Notes + Sync),
    newest: Option<SystemTime>,
    stopped: &'a (dyn Fn() -> bool + Sync),
}

impl<'a> Sequence<'a> {
    /// Makes their folder.
    ///
    /// # Errors
    /// A folder that cannot be made.
    pub fn new(pattern: &Pattern, movie: &'a Movie<'_>) -> Result<Self, ExportError> {
        std::fs::create_dir_all(&pattern.folder).map_err(|source| ExportError::Io {
            doing: "making the folder of the frames",
            source,
            path: pattern.folder.clone(),
        })?;
        let (notes, newest, stopped) = (movie.notes, movie.newest, movie.stopped);
        Ok(Self { pattern: pattern.clone(), notes, newest, stopped })
    }

    /// Whether a frame is there already: a PNG that says it was made by the same command of the same figure, of data that has
    /// not changed since.
    pub fn has(&self, step: u64) -> bool {
        let path = self.pattern.path(step);
        let is_newer = || {
            let written = path.metadata().and_then(|facts| facts.modified()).ok()?;
            Some(self.newest.is_none_or(|newest| written > newest))
        };
        let Notes { command, figure, .. } = (self.notes)(step);
        let figure = figure.map(|figure| format!("{figure:016x}"));
        let is_same = |said: [Option<String>; 2]| said == [command, figure];
        is_newer().unwrap_or(false) && said(&path, ["Comment", FIGURE]).is_some_and(is_same)
    }
}

/// What a PNG says under some keywords. Files appear whole, so that one with a header is whole.
fn said<const N: usize>(path: &Path, keywords: [&str; N]) -> Option<[Option<String>; N]> {
    let reader = png::Decoder::new(BufReader::new(File::open(path).ok()?)).read_info().ok()?;
    let info = reader.info();
    Some(keywords.map(|keyword| {
        let plain = info.uncompressed_latin1_text.iter().find(|text| text.keyword == keyword);
        let wide = || info.utf8_text.iter().find(|text| text.keyword == keyword)?.get_text().ok();
        plain.map(|text| text.text.clone()).or_else(wide)
    }))
}

impl Encoder for Sequence<'_> {
    fn write(&mut self, step: u64, picture: &(dyn Strips + Sync)) -> Result<(), ExportError> {
        let stopped = || (self.stopped)();
        let mut out = Output::create(&self.pattern.path(step), &stopped)?;
        write_png(picture, &(self.notes)(step), &mut out)?;
        out.finish()
    }

    fn finish(self: Box<Self>) -> Result<(), ExportError> {
        Ok(())
    }

    fn give_up(self: Box<Self>) -> Option<PathBuf> {
        Some(self.pattern.folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_number_frames() {
        let pattern = |text: &str| Pattern::of(Path::new(text));
        assert_eq!(pattern("a/f%05d.png").unwrap().unwrap().path(7), Path::new("a/f00007.png"));
        assert_eq!(pattern("%d.png").unwrap().unwrap().path(12), Path::new("./12.png"));
        assert_eq!(pattern("plain.png"), Ok(None));
        for text in ["%5d.png", "%x.png", "%05d.jpg", "%d%d.png", "%021d.png", "50%.png"] {
            assert!(pattern(text).unwrap_err().contains("%05d"), "{text}");
        }
    }
}
