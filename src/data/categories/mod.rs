//! The different values of a column: found by one streamed pass with a bounded table, and coded as small integers.

mod bytes;
mod coding;
mod keys;
mod texts;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::data::blocks::Block;
use crate::data::column::{Column, LaneKind};
use crate::data::decode::{BATCH, Kernel, Lane, LaneBuffer, each_byte, vectorized};
use crate::data::dtype::Scalar;
use crate::data::error::DataError;
use crate::data::expression::Scratch;
use crate::data::parallel::{Progress, Reading, try_read_blocks};
use crate::data::stats::{ColumnStats, Number, f64_of_order, f64_order};
use crate::data::table::{Part, Table};

use bytes::ByteCounts;
pub use coding::Coding;
use coding::{direct, slot, slots};
use keys::KeyTable;
use texts::{Texts, joined};

/// Most different values of a column of categories.
pub const MAX_CATEGORIES: usize = 65_536;

/// Slots of a table of keys: twice as many as it may hold, so that searches are short.
const SLOTS: usize = 2 * MAX_CATEGORIES;

/// Different values of a column, in their order, each with its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Categories {
    kind: LaneKind,
    /// Keys, which are ordered as the values: lanes of integers, [`f64_order`] of reals; and rows that pass the filter.
    found: Vec<(i64, u64)>,
    /// The texts themselves, where that is what values are; then these, and not keys, are in order.
    texts: Vec<String>,
}

/// The value of a category.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number.
    Number(Number),
    /// A text.
    Text(String),
}

impl Categories {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether no row has a value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// A category's value and rows.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<(Value, u64)> {
        let (key, rows) = self.found.get(index)?;
        let text = self.texts.get(index).map(|text| Value::Text(text.clone()));
        Some((text.unwrap_or_else(|| Value::Number(number(self.kind, *key))), *rows))
    }

    /// The rows of all.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.found.iter().map(|(_, rows)| rows).sum()
    }

    /// The `named` most frequent categories, in the order of their values; of equally frequent ones the smaller first.
    #[must_use]
    pub fn most_frequent(&self, named: usize) -> Vec<usize> {
        let mut chosen: Vec<usize> = (0..self.found.len()).collect();
        // Stable: of equals the smaller value stays before.
        chosen.sort_by_key(|i| std::cmp::Reverse(self.found[*i].1));
        chosen.truncate(named);
        chosen.sort_unstable();
        chosen
    }

    /// What a plan must know of them.
    #[must_use]
    pub fn stats(&self) -> ColumnStats {
        ColumnStats { categories: u32::try_from(self.found.len()).ok(), ..ColumnStats::default() }
    }

    /// The code of the `named` most frequent categories: their place among these; all others have the code `named`. What is no
    /// category has the code of some.
    #[must_use]
    pub fn coding(&self, named: usize) -> Coding {
        let keys: Vec<i64> = self.most_frequent(named).iter().map(|i| self.found[*i].0).collect();
        // Where there are no others, rows that do not count still have a code.
        let other = u32::try_from(named.min(self.found.len().saturating_sub(1))).unwrap_or(u32::MAX);
        let last = keys.len().saturating_sub(1);
        let are_consecutive = keys.len() == self.found.len() && keys.windows(2).all(|pair| pair[0] + 1 == pair[1]);
        let codes = keys.iter().zip(0..).map(|(key, code)| (*key, code));
        match (self.kind, direct(self.kind)) {
            (LaneKind::I64 { .. }, _) if are_consecutive && !keys.is_empty() => {
                Coding::Consecutive { first: keys[0], last: u32::try_from(last).unwrap_or(u32::MAX) }
            }
            (_, Some(range)) => {
                let mut table = vec![other; slots(&range)];
                codes.for_each(|(key, code)| table[slot(key, range.start)] = code);
                Coding::Direct { first: range.start, table }
            }
            (_, None) => {
                let mut table = KeyTable::new(64);
                codes.for_each(|(key, code)| {
                    if let Some(entry) = table.entry(key) {
                        *entry = u64::from(code) + 1;
                    }
                });
                Coding::Search { table, other }
            }
        }
    }
}

/// The key of a finite value; −0.0 and +0.0 are one.
#[inline(always)]
pub(super) fn key_of_real(v: f64) -> i64 {
    f64_order(v + 0.0)
}

pub(super) fn number(kind: LaneKind, key: i64) -> Number {
    match kind {
        LaneKind::I64 { bias, .. } => Number::Integer(i128::from(key) + bias),
        LaneKind::F32 | LaneKind::F64 => Number::Real(f64_of_order(key)),
    }
}

/// What a worker has found.
enum Found {
    /// Rows of each value of a small type, in four tables: one would wait for itself where neighbours are equal.
    Direct { first: i64, rows: Vec<[u64; 4]> },
    /// Rows by key.
    Keys(KeyTable),
    /// Rows by text.
    Texts(Texts),
}

/// What a worker has of its own.
struct Finder {
    kind: LaneKind,
    found: Found,
    /// Rows of columns of single bytes that no filter looks at: unsigned and signed ones.
    bytes: [ByteCounts; 2],
    gathered: Box<[u8; BATCH]>,
    buffer: LaneBuffer,
    keep: Vec<bool>,
    scratch: Scratch,
    is_full: bool,
}

impl Finder {
    fn new(column: &Column) -> Self {
        let kind = column.kind();
        let found = match direct(kind) {
            _ if column.is_text() => Found::Texts(Texts::new()),
            Some(range) => Found::Direct { first: range.start, rows: vec![[0; 4]; slots(&range)] },
            None => Found::Keys(KeyTable::new(SLOTS)),
        };
        Self {
            kind,
            found,
            bytes: [ByteCounts::new(), ByteCounts::new()],
            gathered: Box::new([0; BATCH]),
            buffer: LaneBuffer::new(kind),
            keep: vec![false; BATCH],
            scratch: Scratch::default(),
            is_full: false,
        }
    }

    fn add_block(&mut self, part: &Part, block: &Block) -> Result<(), DataError> {
        let Some(column) = part.columns().first() else { return Ok(()) };
        if let (None, Found::Direct { .. }) = (part.filter(), &self.found)
            && self.count_bytes(column, block)
        {
            return Ok(());
        }
        let arch = pulp::Arch::new();
        for rows in block.batches() {
            let keep = part.filter().map(|filter| filter.keep(&mut self.scratch, &rows, &mut self.keep));
            if let Found::Texts(texts) = &mut self.found {
                texts.add(column, &rows, keep)?;
                continue;
            }
            let Self { kind, found, buffer, is_full, .. } = self;
            vectorized(arch, AddBatch { kind: *kind, found, buffer, is_full, column, rows: &rows, keep });
            if self.is_full {
                return Err(DataError::TooManyCategories(column.name().to_owned()));
            }
        }
        Ok(())
    }

    /// Counts a column of single bytes; false, and nothing done, for any other.
    fn count_bytes(&mut self, column: &Column, block: &Block) -> bool {
        if let Some(bytes) = column.single_bytes(&block.rows) {
            self.bytes[usize::from(column.dtype().scalar == Scalar::I8)].add(bytes);
            return true;
        }
        if !column.is_bytes() {
            return false;
        }
        let arch = pulp::Arch::new();
        for rows in block.batches() {
            let n = usize::try_from(rows.end - rows.start).unwrap_or(BATCH).min(BATCH);
            let into = &mut self.gathered[..n];
            vectorized(arch, Gather { column, rows: &rows, into });
            self.bytes[0].add(into);
        }
        true
    }

    /// Moves what was counted as bytes to what was found.
    fn settle(&mut self) {
        let Found::Direct { first, rows } = &mut self.found else { return };
        let [unsigned, signed] = self.bytes.each_ref().map(ByteCounts::counts);
        for (byte, (unsigned, signed)) in (0..=u8::MAX).zip(unsigned.iter().zip(signed)) {
            rows[slot(i64::from(byte), *first)][0] += unsigned;
            rows[slot(i64::from(byte.cast_signed()), *first)][0] += signed;
        }
    }
}

/// Puts bytes of a batch that do not lie beside each other there.
struct Gather<'a> {
    column: &'a Column,
    rows: &'a Range<u64>,
    into: &'a mut [u8],
}

impl Kernel for Gather<'_> {
    #[inline(always)]
    fn run(self) {
        each_byte(self.column, self.rows, self.into, |byte| byte);
    }
}

/// One batch for one worker.
struct AddBatch<'a> {
    kind: LaneKind,
    found: &'a mut Found,
    buffer: &'a mut LaneBuffer,
    is_full: &'a mut bool,
    column: &'a Column,
    rows: &'a Range<u64>,
    keep: Option<&'a [bool]>,
}

impl Kernel for AddBatch<'_> {
    #[inline(always)]
    fn run(self) {
        let lane = self.buffer.decode(self.column, self.rows);
        let missing = match self.kind {
            LaneKind::I64 { missing, .. } => missing,
            LaneKind::F32 | LaneKind::F64 => None,
        };
        let key = |v: &f64| v.is_finite().then(|| key_of_real(*v));
        let is_full = match (lane, self.found) {
            (Lane::I64(v), Found::Direct { first, rows }) => {
                let rows = rows.as_mut_slice();
                let most = rows.len() - 1;
                match self.keep {
                    None => v.iter().enumerate().for_each(|(i, v)| rows[slot(*v, *first).min(most)][i % 4] += 1),
                    Some(keep) => {
                        let kept = v.iter().zip(keep).filter(|(_, keep)| **keep);
                        kept.for_each(|(v, _)| rows[slot(*v, *first).min(most)][0] += 1);
                    }
                }
                false
            }
            (Lane::I64(v), Found::Keys(table)) => !add(table, v, self.keep, |v| (Some(*v) != missing).then_some(*v)),
            (Lane::F64(v), Found::Keys(table)) => !add(table, v, self.keep, key),
            (Lane::F32(v), Found::Keys(table)) => !add(table, v, self.keep, |v| key(&f64::from(*v))),
            // Small types are integers, and texts have no lanes.
            (Lane::F32(_) | Lane::F64(_), Found::Direct { .. }) | (_, Found::Texts(_)) => false,
        };
        *self.is_full |= is_full;
    }
}

/// Adds rows by key, runs of equal ones at once; says whether there was room for all.
#[inline(always)]
fn add<T>(table: &mut KeyTable, values: &[T], keep: Option<&[bool]>, key: impl Fn(&T) -> Option<i64>) -> bool {
    let mut run: (Option<i64>, u64) = (None, 0);
    let mut has_room = true;
    let mut end = |(key, rows): (Option<i64>, u64)| {
        if let Some(key) = key {
            match table.entry(key) {
                Some(entry) => *entry += rows,
                None => has_room = false,
            }
        }
    };
    for (i, v) in values.iter().enumerate() {
        let key = if keep.is_none_or(|keep| keep[i]) { key(v) } else { None };
        if key == run.0 {
            run.1 += 1;
        } else {
            end(run);
            run = (key, 1);
        }
    }
    end(run);
    has_room
}

/// The categories of the only column of a table.
///
/// # Errors
/// As [`read_blocks`](super::parallel::read_blocks); [`DataError::TooManyCategories`].
pub fn categories(table: &Table, reading: Reading, progress: &Progress) -> Result<Categories, DataError> {
    let column = table.column(0).ok_or(DataError::Empty)?;
    let kind = column.kind();
    let finders = try_read_blocks(table, reading, progress, || Finder::new(column), Finder::add_block)?;
    if column.is_text() {
        let texts = |finder: Finder| if let Found::Texts(texts) = finder.found { Some(texts) } else { None };
        return joined(finders.into_iter().filter_map(texts), column);
    }
    let mut all: BTreeMap<i64, u64> = BTreeMap::new();
    for mut finder in finders {
        finder.settle();
        match finder.found {
            Found::Direct { first, rows } => {
                for (lane, rows) in (first..).zip(&rows).map(|(lane, rows)| (lane, rows.iter().sum::<u64>())) {
                    if rows > 0 {
                        *all.entry(lane).or_default() += rows;
                    }
                }
            }
            Found::Keys(table) => {
                for (key, rows) in table.found() {
                    *all.entry(*key).or_default() += rows;
                }
            }
            Found::Texts(_) => {}
        }
    }
    if all.len() > MAX_CATEGORIES {
        return Err(DataError::TooManyCategories(column.name().to_owned()));
    }
    Ok(Categories { kind, found: all.into_iter().collect(), texts: Vec::new() })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::data::dataset::Dataset;
    use crate::data::raw::RawSpec;

    fn found(values: &[(i64, u64)]) -> Categories {
        Categories {
            kind: LaneKind::I64 { bias: 0, missing: None, bits: 32 },
            found: values.to_vec(),
            texts: Vec::new(),
        }
    }

    fn codes(coding: &Coding, values: &[i64]) -> Vec<u32> {
        let mut out = vec![9; values.len()];
        coding.code(Lane::I64(values), &mut out);
        out
    }

    #[test]
    fn the_most_frequent_have_a_code_each() {
        let all = found(&[(-5, 10), (0, 3), (7, 10), (8, 1), (1_000_000, 20)]);
        assert_eq!(all.most_frequent(2), [0, 4]);
        assert_eq!(codes(&all.coding(2), &[1_000_000, -5, -5, 7, 8, 0, -5]), [1, 0, 0, 2, 2, 2, 0]);
        assert_eq!(codes(&all.coding(5), &[-5, 0, 7, 8, 1_000_000]), [0, 1, 2, 3, 4]);
        let consecutive = found(&[(3, 1), (4, 1), (5, 9)]);
        assert!(matches!(consecutive.coding(3), Coding::Consecutive { .. }));
        assert_eq!(codes(&consecutive.coding(3), &[5, 4, 3]), [2, 1, 0]);
        assert_eq!(codes(&consecutive.coding(1), &[5, 4, 3]), [0, 1, 1]);
    }

    #[test]
    fn bytes_beside_each_other_are_found_as_other_columns_are() {
        let bytes: Vec<u8> = (0..10_007_u32).map(|i| u8::try_from(i * i % 251 / 3 * 3).unwrap()).collect();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&bytes).unwrap();
        for dtype in ["|u1", "|i1", "?"] {
            let spec = |dtype: &str| RawSpec { dtype: Some(dtype.to_owned()), columns: Some(1), ..RawSpec::default() };
            let column = Dataset::open(file.path(), &spec(dtype)).unwrap().columns().remove(0);
            let table = Table::new(vec![Part::new(vec![column]).unwrap()]).unwrap();
            let mut wanted: BTreeMap<i64, u64> = BTreeMap::new();
            for byte in &bytes {
                let lane = if dtype == "|i1" { i64::from(byte.cast_signed()) } else { i64::from(*byte) };
                *wanted.entry(lane).or_default() += 1;
            }
            for (threads, block_bytes) in [(1, 1), (3, 4000), (2, 4 << 20)] {
                let got = categories(&table, Reading { threads, block_bytes }, &Progress::default()).unwrap();
                assert_eq!(got.found, wanted.clone().into_iter().collect::<Vec<_>>(), "{dtype}");
            }
        }
    }

    #[test]
    fn a_full_table_says_so() {
        let mut table = KeyTable::new(64);
        let keys: Vec<i64> = (0..32).map(|i| i * 64).collect();
        assert!(add(&mut table, &keys, None, |v| Some(*v)) && add(&mut table, &keys, None, |v| Some(*v)));
        assert!(keys.iter().all(|key| table.get(*key) == Some(2)));
        assert!(table.get(5).is_none() && !add(&mut table, &[5], None, |v| Some(*v)));
    }
}
