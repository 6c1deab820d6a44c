//! What goes beyond counts that are bytes.
//!
//! A count carries once in 256 rows, so carries are noted in a list, which most pictures never fill. What fills it is emptied
//! into a byte a count, and what that cannot hold into a map.

use std::collections::BTreeMap;
use std::ops::Range;

use super::pages::Pages;

/// Rows that a carry stands for.
pub const CARRY: u64 = 1 << 8;
/// Carries that are noted before they are emptied.
const NOTED: usize = 1 << 18;

/// Carries of some counts.
pub struct Carries {
    /// How many counts there are.
    len: usize,
    /// The counts that carried, each as often as it did.
    noted: Vec<u32>,
    /// How many are noted before they are emptied.
    limit: usize,
    /// Carries of each count that were emptied.
    bytes: Option<Pages<u8>>,
    /// Carries at which their byte is emptied into the map.
    full: u8,
    wide: BTreeMap<u32, u64>,
    /// The most carries that a byte ever held.
    held: u8,
}

impl Carries {
    /// None of `len` counts. They are emptied, and bytes of them, at `spill_rows` carries or before.
    pub fn new(len: usize, spill_rows: u32) -> Self {
        Self {
            len,
            noted: Vec::new(),
            limit: NOTED.min(spill_rows as usize).max(1),
            bytes: None,
            full: u8::try_from(spill_rows).unwrap_or(u8::MAX).max(1),
            wide: BTreeMap::new(),
            held: 0,
        }
    }

    /// Notes that a count went beyond its byte.
    #[cold]
    #[inline(never)]
    pub fn add(&mut self, count: u32) {
        self.noted.push(count);
        if self.noted.len() >= self.limit {
            self.empty();
        }
    }

    fn empty(&mut self) {
        let Self { len, noted, bytes, full, wide, held, .. } = self;
        let bytes = &mut **bytes.get_or_insert_with(|| Pages::zeroed(*len));
        for count in noted.drain(..) {
            let carries = &mut bytes[count as usize];
            *carries += 1;
            *held = (*held).max(*carries);
            if *carries >= *full {
                *wide.entry(count).or_default() += u64::from(std::mem::take(carries));
            }
        }
    }

    /// Readies them for [`Carries::add_to`] and [`Carries::most`].
    pub fn settle(&mut self) {
        self.noted.sort_unstable();
    }

    /// No count carried more often.
    pub fn most(&self) -> u64 {
        let noted = self.noted.chunk_by(|a, b| a == b).map(<[u32]>::len).max().unwrap_or(0) as u64;
        let emptied = self.wide.values().max().copied().unwrap_or(0);
        noted + u64::from(self.held) + emptied
    }

    /// Adds the rows that carries of some counts stand for to numbers, one for each of these.
    pub fn add_to(&self, counts: Range<usize>, rows: &mut [u64]) {
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let (start, range) = (counts.start, number(counts.start)..number(counts.end));
        let mut add = |count: u32, carries: u64| {
            if let Some(rows) = rows.get_mut(count as usize - start) {
                *rows += carries * CARRY;
            }
        };
        let first = self.noted.partition_point(|count| *count < range.start);
        self.noted[first..].iter().take_while(|count| **count < range.end).for_each(|count| add(*count, 1));
        self.wide.range(range).for_each(|(count, carries)| add(*count, *carries));
        if let Some(bytes) = self.bytes.as_ref().and_then(|bytes| bytes.get(counts)) {
            rows.iter_mut().zip(bytes).for_each(|(rows, carries)| *rows += u64::from(*carries) * CARRY);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carries_add_up_wherever_they_are() {
        for spill_rows in [1, 2, 7, 300, u32::MAX] {
            let mut carries = Carries::new(50, spill_rows);
            let mut wanted = [0; 50];
            for i in 0..5000_u32 {
                let count = if i % 3 == 0 { 17 } else { i.wrapping_mul(2_654_435_761) >> 16 } % 50;
                carries.add(count);
                wanted[count as usize] += CARRY;
            }
            carries.settle();
            for range in [0..50, 0..1, 10..30, 17..18, 49..50, 3..3] {
                let mut rows = vec![5; range.len()];
                carries.add_to(range.clone(), &mut rows);
                let wanted: Vec<u64> = wanted[range.clone()].iter().map(|rows| rows + 5).collect();
                assert_eq!(rows, wanted, "{range:?} of {spill_rows}");
            }
            assert!(carries.most() * CARRY >= wanted[17]);
        }
    }
}
