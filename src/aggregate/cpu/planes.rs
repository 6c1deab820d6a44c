//! Private counts of categories.
//!
//! What counts for speed is how much memory is hit at random. So the counts of a pixel's categories lie beside each other,
//! a byte each; what carries beyond a byte goes to words that few rows touch, and what those cannot hold to a map.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::aggregate::cells::Cells;
use crate::data::categories::Coding;
use crate::data::decode::{BATCH, Lane};

use super::grid::add_up;
use super::pages::Pages;
use super::prefetch::prefetch;

/// Rows ahead for which memory is asked.
const AHEAD: usize = 64;
/// Rows that a carry stands for.
const CARRY: u64 = 1 << 8;

/// A count of each category for every counter of a private grid.
pub struct Planes {
    planes: u32,
    low: Pages<u8>,
    /// Carries of `low`.
    high: Pages<u32>,
    /// Carries in a word at which it is emptied into the map.
    full: u32,
    wide: BTreeMap<u32, u64>,
    has_carried: bool,
    codes: Box<[u32; BATCH]>,
}

impl Planes {
    /// Bytes of a category's count.
    pub const COUNTER_BYTES: u64 = 1 + 4;

    /// Zeros for `len` counters of so many categories. Words of carries are emptied at `spill_rows` carries, or before.
    pub fn new(len: usize, planes: usize, spill_rows: u32) -> Self {
        Self {
            planes: u32::try_from(planes).unwrap_or(u32::MAX),
            low: Pages::zeroed(len * planes),
            high: Pages::zeroed(len * planes),
            full: spill_rows.max(1),
            wide: BTreeMap::new(),
            has_carried: false,
            codes: Box::new([0; BATCH]),
        }
    }

    /// Adds rows to the counters `index`, each to the count of its category; the numbers of these counts are left in `index`.
    #[inline(always)]
    pub fn add(&mut self, index: &mut [u32], lane: Lane<'_>, coding: &Coding) {
        let codes = &mut self.codes[..index.len()];
        coding.code(lane, codes);
        // All private grids have a few GiB, so numbers of counts fit 32 bits.
        index.iter_mut().zip(&*codes).for_each(|(i, code)| *i = i.wrapping_mul(self.planes).wrapping_add(*code));
        let low = &mut *self.low;
        let ahead = index.iter().skip(AHEAD).chain(index.last().into_iter().cycle());
        for (i, ahead) in index.iter().zip(ahead) {
            prefetch(low, *ahead as usize);
            let count = &mut low[*i as usize];
            *count = count.wrapping_add(1);
            if *count == 0 {
                self.has_carried = true;
                carry(&mut self.high, &mut self.wide, self.full, *i);
            }
        }
    }

    /// The numbers of the counts of some counters.
    fn counts_of(&self, counters: &Range<usize>) -> Range<usize> {
        counters.start * self.planes as usize..counters.end * self.planes as usize
    }

    /// Adds the rows in some counters, of all categories, to `counts`, from `at` on.
    pub fn add_counts(&self, counters: Range<usize>, at: usize, counts: &mut Vec<u64>) {
        let mut cells = Cells::default();
        self.add_to(&counters, 0, &mut cells);
        let totals: Vec<u64> = cells.planes.chunks_exact(self.planes as usize).map(|some| some.iter().sum()).collect();
        add_up(counts, at, &totals, |a, b| a + b);
    }

    /// Adds the rows of each category in some counters to `cells`, from pixel `at` on.
    pub fn add_to(&self, counters: &Range<usize>, at: usize, cells: &mut Cells) {
        let (counts, into) = (self.counts_of(counters), at * self.planes as usize);
        add_up(&mut cells.planes, into, &self.low[counts.clone()], |a, b| a + u64::from(b));
        if self.has_carried {
            add_up(&mut cells.planes, into, &self.high[counts.clone()], |a, b| a + u64::from(b) * CARRY);
        }
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        for (count, carries) in self.wide.range(number(counts.start)..number(counts.end)) {
            cells.planes[into + *count as usize - counts.start] += carries * CARRY;
        }
    }
}

/// Notes that a count went beyond its byte.
#[cold]
#[inline(never)]
fn carry(high: &mut Pages<u32>, wide: &mut BTreeMap<u32, u64>, full: u32, i: u32) {
    let carries = &mut high[i as usize];
    *carries += 1;
    if *carries >= full {
        *wide.entry(i).or_default() += u64::from(std::mem::take(carries));
    }
}
