//! Private counts of categories.
//!
//! What counts for speed is how much memory is hit at random. So a count is a byte; what carries beyond it goes to a second
//! byte that few rows touch, and what that cannot hold to a map. And the counts of each category lie together, as its rows often do.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::aggregate::cells::Cells;
use crate::data::categories::Coding;
use crate::data::decode::BATCH;

use super::BatchValues;
use super::pages::Pages;
use super::prefetch::prefetch;

/// Rows ahead for which memory is asked.
const AHEAD: usize = 64;
/// Rows that a carry stands for.
const CARRY: u64 = 1 << 8;

/// A count of each category for every counter of a private grid.
pub struct Planes {
    planes: u32,
    /// Counts of a category.
    len: u32,
    /// The counts of the first category, then those of the next.
    low: Pages<u8>,
    /// Carries of `low`.
    high: Pages<u8>,
    /// Carries at which their byte is emptied into the map.
    full: u8,
    wide: BTreeMap<u32, u64>,
    /// The most carries that their byte ever held.
    carried: u8,
    codes: Box<[u32; BATCH]>,
}

impl Planes {
    /// Bytes of a category's count.
    pub const COUNTER_BYTES: u64 = 1 + 1;

    /// Zeros for `len` counters of so many categories. Carries are emptied into the map at `spill_rows` of them, or before.
    pub fn new(len: usize, planes: usize, spill_rows: u32) -> Self {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            planes: number(planes),
            len: number(len),
            low: Pages::zeroed(len * planes),
            high: Pages::zeroed(len * planes),
            full: u8::try_from(spill_rows).unwrap_or(u8::MAX).max(1),
            wide: BTreeMap::new(),
            carried: 0,
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
        let Self { low, high, wide, full, carried, .. } = self;
        let low = &mut **low;
        let mut add = |low: &mut [u8], i: u32| {
            let count = &mut low[i as usize];
            *count = count.wrapping_add(1);
            if *count == 0 {
                *carried = (*carried).max(carry(high, wide, *full, i));
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

    /// Adds the rows in some counters, of all categories, to `counts`, from `at` on.
    pub fn add_counts(&self, counters: &Range<usize>, at: usize, counts: &mut Vec<u64>) {
        if counts.len() < at + counters.len() {
            counts.resize(at + counters.len(), 0);
        }
        (0..self.planes as usize).for_each(|plane| self.add_plane(plane, counters, counts[at..].iter_mut()));
    }

    /// Adds the rows of each category in some counters to `cells`, from pixel `at` on.
    pub fn add_to(&self, counters: &Range<usize>, at: usize, cells: &mut Cells) {
        let (planes, counts) = (self.planes as usize, &mut cells.planes);
        let end = (at + counters.len()) * planes;
        if counts.len() < end {
            counts.resize(end, 0);
        }
        for plane in 0..planes {
            self.add_plane(plane, counters, counts[at * planes + plane..].iter_mut().step_by(planes));
        }
    }

    /// No count is larger.
    pub fn most(&self) -> u64 {
        let emptied = self.wide.values().max().copied().unwrap_or(0);
        (emptied + u64::from(self.carried) + 1) * CARRY
    }

    /// Adds the rows of one category in some counters to numbers.
    fn add_plane<'a>(
        &self,
        plane: usize,
        counters: &Range<usize>,
        mut counts: impl ExactSizeIterator<Item = &'a mut u64>,
    ) {
        let first = plane * self.len as usize;
        let range = first + counters.start..first + counters.end;
        let (low, high) = (&self.low[range.clone()], &self.high[range.clone()]);
        if self.carried == 0 {
            counts.zip(low).for_each(|(count, low)| *count += u64::from(*low));
            return;
        }
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let mut wide = self.wide.range(number(range.start)..number(range.end)).peekable();
        if wide.peek().is_none() {
            let carried = low.iter().zip(high).map(|(low, high)| u64::from(*low) + u64::from(*high) * CARRY);
            counts.zip(carried).for_each(|(count, rows)| *count += rows);
            return;
        }
        for ((i, low), high) in range.zip(low).zip(high) {
            let emptied = wide.next_if(|(at, _)| **at as usize == i).map_or(0, |(_, carries)| *carries);
            if let Some(count) = counts.next() {
                *count += u64::from(*low) + (u64::from(*high) + emptied) * CARRY;
            }
        }
    }
}

/// Notes that a count went beyond its byte; gives how often that is known to have been.
#[cold]
#[inline(never)]
fn carry(high: &mut Pages<u8>, wide: &mut BTreeMap<u32, u64>, full: u8, i: u32) -> u8 {
    let carries = &mut high[i as usize];
    *carries += 1;
    let known = *carries;
    if known >= full {
        *wide.entry(i).or_default() += u64::from(std::mem::take(carries));
    }
    known
}
