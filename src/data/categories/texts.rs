//! The different texts of a column.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::data::column::Column;
use crate::data::dtype::Dtype;
use crate::data::error::DataError;
use crate::data::text::{Rows, keys, text};

use super::keys::KeyTable;
use super::{Categories, MAX_CATEGORIES, SLOTS};

/// Texts with their rows, as a worker finds them.
pub(super) struct Texts {
    /// Where in `found` a key's text is, and one more.
    places: KeyTable,
    found: Vec<Found>,
    keys: Vec<i64>,
}

struct Found {
    key: i64,
    text: String,
    /// The bytes it was first found as, and of which type they are.
    bytes: Box<[u8]>,
    dtype: Dtype,
    rows: u64,
}

impl Texts {
    pub(super) fn new() -> Self {
        Self { places: KeyTable::new(SLOTS), found: Vec::new(), keys: Vec::new() }
    }

    /// Adds rows of a column, those that are to be kept.
    pub(super) fn add(&mut self, column: &Column, rows: &Range<u64>, keep: Option<&[bool]>) -> Result<(), DataError> {
        let Some((bytes, stride)) = column.bytes_of(rows) else { return Ok(()) };
        let dtype = column.dtype();
        let mut found = std::mem::take(&mut self.keys);
        found.resize(usize::try_from(rows.end - rows.start).unwrap_or(0), 0);
        keys(bytes, stride, dtype, &mut found);
        let rows = Rows::new(bytes, stride, dtype);
        let kept = found.iter().enumerate().filter(|(i, _)| keep.is_none_or(|keep| keep[*i]));
        let mut last: Option<(&[u8], usize)> = None;
        let outcome = kept.into_iter().try_for_each(|(i, key)| {
            let row = rows.get(i);
            // Neighbours are often equal.
            let place = match last.filter(|(known, _)| *known == row) {
                Some((_, place)) => place,
                None => self.place(*key, row, column)?,
            };
            self.found[place].rows += 1;
            last = Some((row, place));
            Ok(())
        });
        self.keys = found;
        outcome
    }

    /// Where the text of a row is.
    fn place(&mut self, key: i64, row: &[u8], column: &Column) -> Result<usize, DataError> {
        let dtype = column.dtype();
        let entry = self.places.entry(key);
        let entry = entry.ok_or_else(|| DataError::TooManyTexts(column.name().to_owned()))?;
        if *entry == 0 {
            self.found.push(Found { key, text: text(row, dtype), bytes: row.into(), dtype, rows: 0 });
            *entry = self.found.len() as u64;
            return Ok(self.found.len() - 1);
        }
        let place = usize::try_from(*entry - 1).unwrap_or(usize::MAX);
        let is_it = self
            .found
            .get(place)
            .is_some_and(|found| found.dtype == dtype && *found.bytes == *row || found.text == text(row, dtype));
        if is_it { Ok(place) } else { Err(DataError::TextsAlike(column.name().to_owned())) }
    }
}

/// All that workers have found of a column.
pub(super) fn joined(workers: impl Iterator<Item = Texts>, column: &Column) -> Result<Categories, DataError> {
    let mut all: BTreeMap<String, (i64, u64)> = BTreeMap::new();
    for found in workers.flat_map(|texts| texts.found) {
        all.entry(found.text).or_insert((found.key, 0)).1 += found.rows;
    }
    if all.len() > MAX_CATEGORIES {
        return Err(DataError::TooManyTexts(column.name().to_owned()));
    }
    let mut keys: Vec<i64> = all.values().map(|(key, _)| *key).collect();
    keys.sort_unstable();
    if keys.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(DataError::TextsAlike(column.name().to_owned()));
    }
    let (texts, found) = all.into_iter().unzip();
    Ok(Categories { kind: column.kind(), found, texts })
}
