//! A window taken apart along the borders of chunks.

use std::ops::Range;

use super::{Window, cells};

/// The part of a window that lies in one chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece<'a> {
    /// The cells, as numbers in the whole array.
    pub window: Vec<Range<u64>>,
    whole: &'a Window,
}

/// The pieces of a window, one for each chunk that it touches, row-major; none where the chunk is of no cells or of
/// other dimensions.
pub fn pieces<'a>(whole: &'a Window, chunk: &[u64]) -> Option<impl Iterator<Item = Piece<'a>>> {
    if chunk.len() != whole.len() || chunk.contains(&0) || cells(whole)? == 0 {
        return None;
    }
    let chunk = chunk.to_vec();
    let first: Vec<u64> = whole.iter().zip(&chunk).map(|(range, len)| range.start / len).collect();
    let last: Vec<u64> = whole.iter().zip(&chunk).map(|(range, len)| (range.end - 1) / len).collect();
    let mut next = Some(first.clone());
    Some(std::iter::from_fn(move || {
        let at = next.take()?;
        let ends = at.iter().zip(&chunk).zip(whole);
        let window = ends.map(|((at, len), range)| {
            (at * len).max(range.start)..at.saturating_add(1).saturating_mul(*len).min(range.end)
        });
        let piece = Piece { window: window.collect(), whole };
        next = following(at, &first, &last);
        Some(piece)
    }))
}

/// The index after one, the last dimension running fastest; none after the last.
fn following(mut at: Vec<u64>, first: &[u64], last: &[u64]) -> Option<Vec<u64>> {
    for i in (0..at.len()).rev() {
        if at[i] < last[i] {
            at[i] += 1;
            return Some(at);
        }
        at[i] = first[i];
    }
    None
}

impl Piece<'_> {
    /// Puts the numbers of the piece where they belong among those of the whole window.
    pub fn copy(&self, from: &[f64], to: &mut [f64]) {
        self.rows(|row, at| {
            if let (Some(from), Some(to)) = (from.get(row.clone()), to.get_mut(at..at + row.len())) {
                to.copy_from_slice(from);
            }
        });
    }

    /// Calls with each row of the piece and where it begins in the whole window.
    pub fn rows(&self, mut row: impl FnMut(Range<usize>, usize)) {
        let Some((last, outer)) = self.window.split_last() else { return };
        let width = as_usize(last.end - last.start);
        let mut index: Vec<u64> = outer.iter().map(|range| range.start).collect();
        let mut start = 0;
        loop {
            let places = index.iter().copied().chain([last.start]).zip(self.whole);
            let at = places.fold(0_u64, |at, (i, range)| at * (range.end - range.start) + (i - range.start));
            row(start..start + width, as_usize(at));
            start += width;
            let Some(i) = (0..index.len()).rev().find(|i| index[*i] + 1 < outer[*i].end) else { return };
            index[i] += 1;
            for (i, range) in index.iter_mut().zip(outer).skip(i + 1) {
                *i = range.start;
            }
        }
    }
}

/// A number of cells of a window that somebody holds in memory.
fn as_usize(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn pieces_cover_a_window_once(
            ranges in proptest::collection::vec((0..6_u64, 1..7_u64, 1..5_u64), 1..4),
        ) {
            let window: Vec<Range<u64>> = ranges.iter().map(|(start, len, _)| *start..start + len).collect();
            let chunk: Vec<u64> = ranges.iter().map(|(_, _, chunk)| *chunk).collect();
            let mut all = vec![f64::NAN; usize::try_from(cells(&window).unwrap()).unwrap()];
            let mut copied = 0;
            for piece in pieces(&window, &chunk).unwrap() {
                for (range, len) in piece.window.iter().zip(&chunk) {
                    prop_assert!(range.start / len == (range.end - 1) / len);
                }
                // Each cell's own number: its index in a large array.
                let count = cells(&piece.window).unwrap();
                let mut numbers = Vec::new();
                for n in 0..count {
                    let (mut rest, mut number) = (n, 0.0);
                    for (i, range) in piece.window.iter().enumerate().rev() {
                        let len = range.end - range.start;
                        number += f64::from(u32::try_from(range.start + rest % len).unwrap()) * 100_f64.powi(i32::try_from(i).unwrap());
                        rest /= len;
                    }
                    numbers.push(number);
                }
                copied += numbers.len();
                piece.copy(&numbers, &mut all);
            }
            prop_assert_eq!(copied, all.len());
            let whole = pieces(&window, &vec![1000; window.len()]).unwrap().next().unwrap();
            prop_assert_eq!(&whole.window, &window);
            let mut seen = std::collections::HashSet::new();
            for value in all {
                prop_assert!(!value.is_nan() && seen.insert(value.to_bits()));
            }
        }
    }

    #[test]
    fn chunks_that_are_none() {
        assert!(pieces(&[0..4, 0..4], &[2]).is_none());
        assert!(pieces(&[0..4, 0..4], &[2, 0]).is_none());
        assert!(pieces(&[0..4, 4..4], &[2, 2]).is_none());
    }
}
