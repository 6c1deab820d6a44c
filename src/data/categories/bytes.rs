//! How often each byte occurs.

use crate::data::decode::{Kernel, vectorized};

/// Bytes that are looked through at a time: they stay in the first-level cache.
const RUN: usize = 16 << 10;
/// Bytes that say which values to expect.
const SAMPLE: usize = 4096;
/// Most values that are each searched for: beyond that, looking every byte up is as fast.
const FEW: usize = 24;

/// How often each byte occurs.
///
/// Columns of categories mostly have few values. So those of the first bytes are searched for one by one, many bytes at a time,
/// and only where they do not account for all bytes is every byte looked up.
#[derive(Debug, Clone)]
pub struct ByteCounts {
    counts: [u64; 256],
    /// The values to search for; none where every byte is looked up.
    expected: Vec<u8>,
    is_begun: bool,
}

impl ByteCounts {
    /// No bytes yet.
    pub fn new() -> Self {
        Self { counts: [0; 256], expected: Vec::new(), is_begun: false }
    }

    /// Counts further bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        if !self.is_begun {
            let sample = look_up(&bytes[..bytes.len().min(SAMPLE)]);
            self.expected = (0..=u8::MAX).zip(sample).filter(|(_, count)| *count > 0).map(|(byte, _)| byte).collect();
            self.is_begun = !bytes.is_empty();
        }
        let arch = pulp::Arch::new();
        for run in bytes.chunks(RUN) {
            let mut found = [0; FEW];
            if self.expected.len() <= FEW {
                vectorized(arch, Search { run, expected: &self.expected, found: &mut found });
            }
            if found.iter().sum::<u64>() == run.len() as u64 {
                self.expected.iter().zip(found).for_each(|(byte, count)| self.counts[usize::from(*byte)] += count);
            } else {
                self.counts.iter_mut().zip(look_up(run)).for_each(|(sum, count)| *sum += count);
            }
        }
    }

    /// How often each byte occurred.
    pub fn counts(&self) -> &[u64; 256] {
        &self.counts
    }
}

/// How often some bytes occur in a run.
struct Search<'a> {
    run: &'a [u8],
    expected: &'a [u8],
    found: &'a mut [u64; FEW],
}

impl Kernel for Search<'_> {
    #[inline(always)]
    fn run(self) {
        for (byte, found) in self.expected.iter().zip(self.found) {
            *found = occurrences(self.run, *byte);
        }
    }
}

/// How often a byte occurs in a run.
#[inline(always)]
fn occurrences(run: &[u8], byte: u8) -> u64 {
    const LANES: usize = 64;
    let (lines, rest) = run.as_chunks::<LANES>();
    let mut found = rest.iter().filter(|other| **other == byte).count() as u64;
    // A lane counts no further than a byte does.
    for lines in lines.chunks(usize::from(u8::MAX)) {
        let mut lanes = [0_u8; LANES];
        for line in lines {
            // Made anew, they stay in registers.
            lanes = std::array::from_fn(|i| lanes[i] + u8::from(line[i] == byte));
        }
        found += lanes.iter().map(|lane| u64::from(*lane)).sum::<u64>();
    }
    found
}

/// How often each byte occurs; in four tables, as one would wait for itself where neighbours are equal.
fn look_up(bytes: &[u8]) -> [u64; 256] {
    let mut tables = [[0_u64; 256]; 4];
    let (some, rest) = bytes.as_chunks::<8>();
    for eight in some {
        for (i, byte) in eight.iter().enumerate() {
            tables[i % 4][usize::from(*byte)] += 1;
        }
    }
    for byte in rest {
        tables[0][usize::from(*byte)] += 1;
    }
    std::array::from_fn(|byte| tables.iter().map(|table| table[byte]).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_counted_whatever_comes_first() {
        let hash = |i: u32| u8::try_from((i.wrapping_mul(2_654_435_761) >> 13) % 251).unwrap();
        let few = |most: u8| move |i: u32| hash(i) % most;
        let late = |i: u32| if i == 77_777 { 200 } else { hash(i) % 8 };
        let rising = |i: u32| u8::try_from(i / 4096 % 256).unwrap();
        let ways: [&dyn Fn(u32) -> u8; 7] = [&hash, &few(1), &few(8), &few(24), &few(25), &late, &rising];
        for (number, way) in ways.iter().enumerate() {
            for len in [0, 1, 63, 64, 4096, 4097, 16_383, 16_385, 64 * 255 + 1, 100_001] {
                let bytes: Vec<u8> = (0..len).map(way).collect();
                let mut wanted = [0; 256];
                bytes.iter().for_each(|byte| wanted[usize::from(*byte)] += 1);
                for step in [1 << 20, 2048] {
                    let mut counts = ByteCounts::new();
                    bytes.chunks(step).for_each(|some| counts.add(some));
                    assert_eq!(*counts.counts(), wanted, "way {number}, {len} bytes, {step} at a time");
                }
            }
        }
    }
}
