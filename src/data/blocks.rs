//! Blocks: the unit of reading, about 4 MiB of consecutive rows.

use std::ops::Range;
use std::sync::Arc;

use super::decode::BATCH;
use super::table::Table;

/// Bytes in a block, about.
pub const BLOCK_BYTES: u64 = 4 << 20;

/// The digital shift of [`Blocks::spread`]: fractional bits of the golden ratio, folded.
const SHIFT: u64 = 0x9e37_79b9_7f4a_7c15;

/// Some consecutive rows of one part of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Which part.
    pub part: usize,
    /// Rows within the part.
    pub rows: Range<u64>,
}

impl Block {
    /// The block's rows in batches of at most [`BATCH`].
    pub fn batches(&self) -> impl Iterator<Item = Range<u64>> + use<> {
        let end = self.rows.end;
        self.rows.clone().step_by(BATCH).map(move |start| start..(start + BATCH as u64).min(end))
    }
}

/// How a table is cut into blocks. Takes room for the parts only, however many blocks there are.
#[derive(Debug, Clone)]
pub struct Blocks {
    /// For each part: number of the first block after it, rows a block, rows.
    parts: Vec<(u64, u64, u64)>,
}

impl Blocks {
    /// Blocks of about `bytes` bytes, each a whole number of batches but for the last of a part.
    pub fn of(table: &Table, bytes: u64) -> Self {
        let mut end = 0;
        let parts = table.parts().iter().map(|part| {
            // Columns of one record share its bytes: the widest row of each file counts once.
            let stored = part.stored();
            let row_bytes: u64 = part
                .mappings()
                .iter()
                .map(|map| {
                    let of_map = stored.iter().filter(|c| c.mapping().is_some_and(|m| Arc::ptr_eq(m, map)));
                    of_map.map(|column| column.row_bytes()).max().unwrap_or(1)
                })
                .sum();
            let batch = BATCH as u64;
            let rows = (bytes / row_bytes.max(1)).max(1).next_multiple_of(batch);
            end += part.rows().div_ceil(rows);
            (end, rows, part.rows())
        });
        Self { parts: parts.collect() }
    }

    /// Number of blocks.
    pub fn len(&self) -> u64 {
        self.parts.last().map_or(0, |p| p.0)
    }

    /// Whether there is no block.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of steps of [`Blocks::spread`]: the least power of two that is no less than the number of blocks.
    pub fn steps(&self) -> u64 {
        self.len().next_power_of_two()
    }

    /// The block of a step in an order that is spread over the whole table; every block comes once, some steps have none.
    ///
    /// The van der Corput sequence (J. G. van der Corput, 1935: the step's bits reversed) under a digital shift: any
    /// first 2^k steps are spread evenly, and as the shift is as good as random, a block is as likely to be among them as
    /// any other. So the first steps are an unbiased sample of the blocks, also where rows are sorted.
    pub fn spread(&self, step: u64) -> Option<Block> {
        let steps = self.steps();
        if step >= steps {
            return None;
        }
        let bits = steps.trailing_zeros();
        let reversed = if bits == 0 { 0 } else { step.reverse_bits() >> (u64::BITS - bits) };
        self.get(reversed ^ (SHIFT & (steps - 1)))
    }

    /// Block number `index`, if there are so many.
    pub fn get(&self, index: u64) -> Option<Block> {
        let part = self.parts.partition_point(|p| p.0 <= index);
        let (_, block_rows, rows) = *self.parts.get(part)?;
        let first = part.checked_sub(1).map_or(0, |p| self.parts[p].0);
        let start = (index - first) * block_rows;
        Some(Block { part, rows: start..(start + block_rows).min(rows) })
    }
}
