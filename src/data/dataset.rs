//! A dataset: what one opened file offers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::column::{Column, ROW};
use super::error::DataError;
use super::guess::{Guess, Sample, guess};
use super::layout::Layout;
use super::mapping::Mapping;
use super::npy;
use super::raw::{self, RawSpec};
use super::watch::FileFacts;

/// The first bytes of every `.npy` file.
const NPY_MAGIC: &[u8] = b"\x93NUMPY";

/// One opened file: its mapped bytes and the columns in them.
#[derive(Debug, Clone)]
pub struct Dataset {
    mapping: Arc<Mapping>,
    layout: Layout,
    guess: Option<(Guess, RawSpec)>,
    /// The description of raw data that was given.
    given: Option<RawSpec>,
}

impl Dataset {
    /// Opens the file at `path`. `spec` describes raw data; with no dtype in it, `.npy` files describe themselves and the
    /// layout of others is guessed.
    ///
    /// # Errors
    /// Anything wrong with the file or the description, with the path.
    pub fn open(path: &Path, spec: &RawSpec) -> Result<Self, DataError> {
        Self::of_mapping(Mapping::open(path)?, spec)
    }

    /// As [`Dataset::open`], for bytes that are mapped already.
    ///
    /// # Errors
    /// As [`Dataset::open`].
    pub fn of_mapping(mapping: Arc<Mapping>, spec: &RawSpec) -> Result<Self, DataError> {
        let described = describe(&mapping, spec).map_err(|e| e.at(mapping.path()));
        // A file that shrinks while its header is read gives zeros, which may look like anything.
        mapping.check()?;
        let (layout, guess) = described?;
        let given = spec.dtype.is_some().then(|| spec.clone());
        Ok(Self { mapping, layout, guess, given })
    }

    /// Where the file is.
    pub fn path(&self) -> PathBuf {
        self.mapping.path().to_owned()
    }

    /// What tells the file, as it was opened, from a later state of it.
    pub fn facts(&self) -> FileFacts {
        self.mapping.facts()
    }

    /// Size of the file in bytes.
    pub fn bytes(&self) -> u64 {
        self.mapping.len()
    }

    /// Format, for example `npy 1.0` or `raw`.
    pub fn format(&self) -> &str {
        &self.layout.format
    }

    /// Number of rows.
    pub fn rows(&self) -> u64 {
        self.layout.rows
    }

    /// What is worth telling the person about the layout.
    pub fn notes(&self) -> &[String] {
        &self.layout.notes
    }

    /// The guess that the layout rests on, if it was guessed.
    pub fn guess(&self) -> Option<&Guess> {
        self.guess.as_ref().map(|(guess, _)| guess)
    }

    /// The description in use, where some of it was guessed.
    pub fn guessed_spec(&self) -> Option<&RawSpec> {
        self.guess.as_ref().map(|(_, spec)| spec)
    }

    /// The description in use, given or guessed, where the file does not describe itself.
    pub fn spec(&self) -> Option<&RawSpec> {
        self.given.as_ref().or_else(|| self.guessed_spec())
    }

    /// All columns of numbers.
    pub fn columns(&self) -> Vec<Column> {
        self.layout.columns.iter().map(|c| Column::mapped(&self.mapping, c, self.layout.rows)).collect()
    }

    /// All columns of text, which may be categories.
    pub fn texts(&self) -> Vec<Column> {
        self.layout.texts.iter().map(|c| Column::mapped(&self.mapping, c, self.layout.rows)).collect()
    }

    /// The column of text with a name.
    pub fn text(&self, wanted: &str) -> Option<Column> {
        self.texts().into_iter().find(|column| column.name() == wanted)
    }

    /// The column of numbers with a name or else a number (from 0); `row` counts the rows.
    ///
    /// # Errors
    /// [`DataError::TextColumn`]; [`DataError::MissingColumn`], which lists the columns there are.
    pub fn column(&self, wanted: &str) -> Result<Column, DataError> {
        let columns = &self.layout.columns;
        let by_name = columns.iter().find(|c| c.name == wanted);
        let by_number = || wanted.parse::<usize>().ok().and_then(|i| columns.get(i));
        if let Some(layout) = by_name.or_else(by_number) {
            return Ok(Column::mapped(&self.mapping, layout, self.layout.rows));
        }
        if wanted == ROW {
            return Ok(Column::row_number(self.layout.rows));
        }
        if self.text(wanted).is_some() {
            return Err(DataError::TextColumn(wanted.to_owned()).at(self.mapping.path()));
        }
        let available = columns.iter().chain(&self.layout.texts).map(|c| c.name.clone()).collect();
        Err(DataError::MissingColumn { name: wanted.to_owned(), available }.at(self.mapping.path()))
    }

    /// The columns to plot when none was named: x and y, longitude and latitude and the like by name, else the first two;
    /// a single column is plotted against the row number.
    ///
    /// # Errors
    /// [`DataError::NoNumbers`] when there is no column of numbers at all.
    pub fn default_xy(&self) -> Result<(Column, Column), DataError> {
        const PAIRS: [(&str, &str); 9] = [
            ("x", "y"),
            ("lon", "lat"),
            ("longitude", "latitude"),
            ("lng", "lat"),
            ("ra", "dec"),
            ("l", "b"),
            ("easting", "northing"),
            ("pos[0]", "pos[1]"),
            ("u", "v"),
        ];
        let columns = &self.layout.columns;
        let named = |wanted: &str| columns.iter().find(|c| c.name.eq_ignore_ascii_case(wanted));
        let mapped = |c| Column::mapped(&self.mapping, c, self.layout.rows);
        for (x, y) in PAIRS {
            if let (Some(x), Some(y)) = (named(x), named(y)) {
                return Ok((mapped(x), mapped(y)));
            }
        }
        match columns.as_slice() {
            [] => Err(DataError::NoNumbers.at(self.mapping.path())),
            [only] => Ok((Column::row_number(self.layout.rows), mapped(only))),
            [x, y, ..] => Ok((mapped(x), mapped(y))),
        }
    }
}

fn describe(mapping: &Arc<Mapping>, spec: &RawSpec) -> Result<(Layout, Option<(Guess, RawSpec)>), DataError> {
    let bytes = mapping.bytes();
    if spec.dtype.is_some() {
        return Ok((raw::layout(spec, mapping.len())?, None));
    }
    let named_npy = mapping.path().extension().is_some_and(|e| e.eq_ignore_ascii_case("npy"));
    if bytes.starts_with(NPY_MAGIC) || named_npy {
        if *spec != RawSpec::default() {
            let told = "the file describes itself, so --columns, --offset and --layout have no say; leave them out, \
                        or give --dtype too to read it as raw numbers";
            return Err(DataError::Npy(told.to_owned()));
        }
        let wanted = npy::header_len(&bytes[..bytes.len().min(12)])?;
        let head = usize::try_from(wanted).unwrap_or(usize::MAX).min(bytes.len());
        return Ok((npy::layout(&bytes[..head], mapping.len())?, None));
    }
    let guessed = guess(&Mapped(mapping))?;
    let used = guessed.fill(spec);
    Ok((raw::layout(&used, mapping.len())?, Some((guessed, used))))
}

/// The guesser's view of a mapped file.
struct Mapped<'a>(&'a Mapping);

impl Sample for Mapped<'_> {
    fn len(&self) -> u64 {
        self.0.len()
    }

    fn read(&self, offset: u64, buf: &mut [u8]) -> Result<usize, DataError> {
        let bytes = self.0.bytes();
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
        let n = buf.len().min(bytes.len() - start);
        buf[..n].copy_from_slice(&bytes[start..start + n]);
        Ok(n)
    }
}
