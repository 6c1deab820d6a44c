//! Private counts of categories.
//!
//! What counts for speed is how much memory is hit at random. So a count is a byte; what goes beyond it is noted elsewhere.
//! And the counts of each category lie together, as its rows often do.

use std::ops::Range;

use crate::aggregate::cells::Cells;
use crate::data::categories::Coding;
use crate::data::decode::{BATCH, Kernel, vectorized};
use crate::data::prefetch::prefetch;

use super::BatchValues;
use super::carries::{CARRY, Carries};
use super::pages::Pages;

/// Rows ahead for which memory is asked.
const AHEAD: usize = 64;

/// A count of each category for every counter of a private grid.
pub struct Planes {
    planes: u32,
    /// Counts of a category.
    len: u32,
    /// The counts of the first category, then those of the next.
    low: Pages<u8>,
    carries: Carries,
    codes: Box<[u32; BATCH]>,
}

impl Planes {
    /// Bytes of a category's count: its own, and that of its carries.
    pub const COUNTER_BYTES: u64 = 1 + 1;

    /// Zeros for `len` counters of so many categories; see [`Carries::new`].
    pub fn new(len: usize, planes: usize, spill_rows: u32) -> Self {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            planes: number(planes),
            len: number(len),
            low: Pages::zeroed(len * planes),
            carries: Carries::new(len * planes, spill_rows),
            codes: Box::new([0; BATCH]),
        }
    }

    /// Adds rows to the counters `index`, each to the count of its category; the numbers of these counts are left in `index`.
    #[inline(always)]
    pub fn add(&mut self, index: &mut [u32], values: &BatchValues<'_>, coding: &Coding) {
        let codes = &mut self.codes[..index.len()];
        match values {
            BatchValues::Lane(lane, _) => coding.code(*lane, codes),
            BatchValues::Bytes(column, rows) => coding.code_bytes(column, rows, codes),
            BatchValues::None => codes.fill(0),
        }
        // All private grids have a few GiB, so numbers of counts fit 32 bits.
        index.iter_mut().zip(&*codes).for_each(|(i, code)| *i = i.wrapping_add(code.wrapping_mul(self.len)));
        let Self { low, carries, .. } = self;
        let low = &mut **low;
        let mut add = |low: &mut [u8], i: u32| {
            let count = &mut low[i as usize];
            *count = count.wrapping_add(1);
            if *count == 0 {
                carries.add(i);
            }
        };
        let far = index.get(AHEAD..).unwrap_or_default();
        for (i, ahead) in index.iter().zip(far) {
            prefetch(low, *ahead as usize);
            add(low, *i);
        }
        for i in &index[far.len()..] {
            add(low, *i);
        }
    }

    /// Readies the counts to be added to others.
    pub fn settle(&mut self) {
        self.carries.settle();
    }

    /// Adds the rows in some counters, of all categories, to `counts`, from `at` on.
    pub fn add_counts(&self, counters: &Range<usize>, at: usize, counts: &mut Vec<u64>) {
        (0..self.planes as usize).for_each(|plane| self.add_plane(plane, counters, at, counts));
    }

    /// Adds the rows of each category in some counters to `cells`, from pixel `at` on.
    pub fn add_to(&self, counters: &Range<usize>, at: usize, cells: &mut Cells) {
        let planes = self.planes as usize;
        if cells.planes.len() < planes {
            cells.planes.resize(planes, Vec::new());
        }
        cells.planes.iter_mut().enumerate().for_each(|(plane, counts)| self.add_plane(plane, counters, at, counts));
    }

    /// No count is larger.
    pub fn most(&self) -> u64 {
        (self.carries.most() + 1) * CARRY
    }

    /// Adds the rows of one category in some counters to numbers, from number `at` on.
    fn add_plane(&self, plane: usize, counters: &Range<usize>, at: usize, counts: &mut Vec<u64>) {
        let end = at + counters.len();
        if counts.len() < end {
            counts.resize(end, 0);
        }
        let first = plane * self.len as usize;
        let range = first + counters.start..first + counters.end;
        let counts = &mut counts[at..end];
        vectorized(pulp::Arch::new(), AddBytes { counts, bytes: &self.low[range.clone()] });
        self.carries.add_to(range, counts);
    }
}

/// Adds bytes to numbers.
struct AddBytes<'a> {
    counts: &'a mut [u64],
    bytes: &'a [u8],
}

impl Kernel for AddBytes<'_> {
    #[inline(always)]
    fn run(self) {
        self.counts.iter_mut().zip(self.bytes).for_each(|(count, byte)| *count += u64::from(*byte));
    }
}
