//! Exact statistics of columns, streamed.

use std::ops::Range;

use super::blocks::{Block, Blocks};
use super::column::{Column, LaneKind};
use super::decode::{BATCH, Kernel, LaneBuffer, NewEnds, vectorized};
use super::error::DataError;
use super::expression::Scratch;
use super::parallel::{Progress, Reading, note_walked, read_blocks, read_spread};
use super::table::{Part, Table};

mod running;

use running::{Kept, Running};
pub(super) use running::{f64_of_order, f64_order};

/// A value of a column, without loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// From an integer or time column.
    Integer(i128),
    /// From a real column.
    Real(f64),
}

impl Number {
    pub(super) fn is_below(self, other: Self) -> bool {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => a < b,
            _ => self.to_f64() < other.to_f64(),
        }
    }

    fn least(self, other: Self) -> Self {
        if other.is_below(self) { other } else { self }
    }

    fn greatest(self, other: Self) -> Self {
        if self.is_below(other) { other } else { self }
    }

    /// The nearest f64.
    #[expect(clippy::cast_precision_loss, reason = "the nearest f64 is what is asked for")]
    pub fn to_f64(self) -> f64 {
        match self {
            Self::Integer(i) => i as f64,
            Self::Real(r) => r,
        }
    }
}

/// What is known of a column after every row was read.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ColumnStats {
    /// Rows read, without those that a filter left out.
    pub rows: u64,
    /// Rows read that a filter left out.
    pub filtered: u64,
    /// NaN and not-a-time rows.
    pub nan: u64,
    /// Rows of plus or minus infinity.
    pub infinite: u64,
    /// Least and greatest finite value.
    pub range: Option<(Number, Number)>,
    /// Least value above zero.
    pub min_positive: Option<Number>,
    /// Number of different values, where they were looked for.
    pub categories: Option<u32>,
    /// Whether the range is that of the outer edges of cells, beyond which a fitted view shows nothing.
    pub is_extent: bool,
    /// Whether greater values are better shown at the left or at the bottom: pressure, and rows of an image.
    pub is_reversed: bool,
}

impl ColumnStats {
    /// What is known of the values of two columns together.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        let ends = |a: (Number, Number), b: (Number, Number)| (a.0.least(b.0), a.1.greatest(b.1));
        Self {
            rows: self.rows + other.rows,
            filtered: self.filtered + other.filtered,
            nan: self.nan + other.nan,
            infinite: self.infinite + other.infinite,
            range: self.range.zip(other.range).map(|(a, b)| ends(a, b)).or(self.range).or(other.range),
            min_positive: self
                .min_positive
                .zip(other.min_positive)
                .map(|(a, b)| a.least(b))
                .or(self.min_positive)
                .or(other.min_positive),
            categories: None,
            is_extent: self.is_extent && other.is_extent,
            is_reversed: self.is_reversed && other.is_reversed,
        }
    }
}

/// Statistics of every column of `table`, in its order, from one pass over all rows.
///
/// # Errors
/// As [`read_blocks`].
pub fn column_stats(table: &Table, reading: Reading, progress: &Progress) -> Result<Vec<ColumnStats>, DataError> {
    let mut gathered = Gathered::new(table);
    let states = read_blocks(table, reading, progress, || gathered.worker(), add)?;
    states.iter().for_each(|state| gathered.merge(state));
    Ok(gathered.finish())
}

/// Statistics of every column of a table, gathered step by step in the order of
/// [`Blocks::spread`](super::blocks::Blocks::spread): what was read at any time is an unbiased sample, and no row is read
/// twice.
#[derive(Debug)]
pub struct StatsPass {
    table: Table,
    reading: Reading,
    gathered: Gathered,
    next: u64,
    steps: u64,
}

impl StatsPass {
    /// A pass that has read nothing yet.
    pub fn new(table: Table, reading: Reading) -> Self {
        let steps = Blocks::of(&table, reading.block_bytes).steps();
        Self { gathered: Gathered::new(&table), table, reading, next: 0, steps }
    }

    /// Number of steps done.
    pub fn steps_done(&self) -> u64 {
        self.next
    }

    /// Whether every row was read.
    pub fn is_done(&self) -> bool {
        self.next >= self.steps
    }

    /// Goes on by so many steps, of about a block each. A pass that was cancelled can go on later.
    ///
    /// # Errors
    /// As [`read_blocks`].
    pub fn advance(&mut self, steps: u64, progress: &Progress) -> Result<(), DataError> {
        let end = self.next.saturating_add(steps).min(self.steps);
        let make = || self.gathered.worker();
        let states = read_spread(&self.table, self.reading, self.next..end, progress, make, add)?;
        states.iter().for_each(|state| self.gathered.merge(state));
        self.next = end;
        if self.is_done() {
            note_walked(&self.table);
        }
        Ok(())
    }

    /// Rows read so far, with those that a filter left out.
    pub fn rows(&self) -> u64 {
        self.gathered.rows
    }

    /// Statistics of the rows read so far.
    pub fn so_far(&self) -> Vec<ColumnStats> {
        self.gathered.finish()
    }
}

/// What a worker has of its own.
struct State {
    columns: Vec<(Running, LaneBuffer, LaneKind)>,
    /// Rows read.
    rows: u64,
    /// Which rows of a batch a filter keeps.
    keep: Vec<bool>,
    scratch: Scratch,
    kept: Kept,
}

/// What was found out, for each column.
#[derive(Debug)]
struct Gathered {
    kinds: Vec<LaneKind>,
    totals: Vec<Running>,
    /// Rows read, with those that a filter left out.
    rows: u64,
}

impl Gathered {
    fn new(table: &Table) -> Self {
        let columns = table.parts().first().map_or(0, |p| p.columns().len());
        let kinds: Vec<LaneKind> = (0..columns).filter_map(|i| table.kind(i)).collect();
        Self { totals: vec![Running::EMPTY; kinds.len()], kinds, rows: 0 }
    }

    fn worker(&self) -> State {
        let columns = self.kinds.iter().map(|kind| (Running::EMPTY, LaneBuffer::new(*kind), *kind)).collect();
        State { columns, rows: 0, keep: vec![false; BATCH], scratch: Scratch::default(), kept: Kept::default() }
    }

    fn merge(&mut self, state: &State) {
        self.rows += state.rows;
        for (total, (running, ..)) in self.totals.iter_mut().zip(&state.columns) {
            total.merge(running);
        }
    }

    fn finish(&self) -> Vec<ColumnStats> {
        let stats = |(total, kind): (&Running, &LaneKind)| {
            let kept = total.finish(*kind);
            ColumnStats { filtered: self.rows.saturating_sub(kept.rows), ..kept }
        };
        self.totals.iter().zip(&self.kinds).map(stats).collect()
    }
}

/// Adds a block to what a worker has.
fn add(state: &mut State, part: &Part, block: &Block) {
    let arch = pulp::Arch::new();
    let State { columns, rows: read, keep, scratch, kept } = state;
    *read += block.rows.end - block.rows.start;
    for rows in block.batches() {
        let keep = part.filter().map(|filter| filter.keep(scratch, &rows, keep));
        for (column, (running, buffer, kind)) in part.columns().iter().zip(columns.iter_mut()) {
            vectorized(arch, AddBatch { running, buffer, column, kind: *kind, rows: &rows, keep, kept });
        }
    }
}

/// One batch of one column.
struct AddBatch<'a> {
    running: &'a mut Running,
    buffer: &'a mut LaneBuffer,
    column: &'a Column,
    kind: LaneKind,
    rows: &'a Range<u64>,
    keep: Option<&'a [bool]>,
    kept: &'a mut Kept,
}

impl Kernel for AddBatch<'_> {
    #[inline(always)]
    fn run(self) {
        let known = self.running.known(self.kind);
        let lane = match (self.buffer.decode_ends(self.column, self.rows, known), self.keep) {
            (NewEnds::Among(lane), _) => lane,
            (NewEnds::None { nan }, None) => return self.running.note(self.rows.clone().count(), nan, 0),
            (NewEnds::None { nan: 0 }, Some(keep)) => {
                return self.running.note(keep.iter().filter(|keep| **keep).count(), 0, 0);
            }
            // Which of them are NaN is to be known.
            (NewEnds::None { .. }, Some(_)) => self.buffer.decode(self.column, self.rows),
        };
        match self.keep {
            Some(keep) => self.running.add_kept(lane, self.kind, keep, self.kept),
            None => self.running.add(lane, self.kind),
        }
    }
}
