//! Private sums of fixed-point values.

use crate::data::decode::{BATCH, Lane};
use crate::plan::{FixedPoint, LOW_BITS};

use super::pages::Pages;

/// Rows after which the 64-bit sums must be emptied: halves are of at most 33 bits.
pub const SPILL_ROWS: u32 = 1 << 30;

/// Sums, and for std sums of squares, for every counter of a private grid.
pub struct Totals {
    fixed: FixedPoint,
    /// Sums of the high and of the low parts: two additions that do not wait for one another, in one place.
    pub parts: Pages<[i64; 2]>,
    /// What the parts were emptied into; empty as long as they were not.
    pub wide: Vec<i128>,
    /// Sums of squares; empty where they are not wanted.
    pub squares: Pages<i128>,
    high: Box<[i32; BATCH]>,
    low: Box<[i32; BATCH]>,
}

impl Totals {
    pub fn new(len: usize, fixed: FixedPoint, with_squares: bool) -> Self {
        Self {
            fixed,
            parts: Pages::zeroed(len),
            wide: Vec::new(),
            squares: Pages::zeroed(if with_squares { len } else { 0 }),
            high: Box::new([0; BATCH]),
            low: Box::new([0; BATCH]),
        }
    }

    /// Adds values to the counters `index`.
    #[inline(always)]
    pub fn add(&mut self, index: &[u32], lane: Lane<'_>) {
        match (lane, self.fixed) {
            (Lane::F32(v), FixedPoint::Real { factors, .. }) => {
                self.add_split(index, v, |v| FixedPoint::split(factors, f64::from(*v)));
            }
            (Lane::F64(v), FixedPoint::Real { factors, .. }) => {
                self.add_split(index, v, |v| FixedPoint::split(factors, *v));
            }
            (Lane::I64(v), FixedPoint::Offset { origin, shift }) => {
                self.add_whole(index, v, |v| FixedPoint::of_offset(origin, shift, v));
            }
            (Lane::I64(v), _) => self.add_whole(index, v, |v| v),
            // A fixed point is chosen from the column's kind.
            (Lane::F32(_) | Lane::F64(_), _) => {}
        }
    }

    #[inline(always)]
    fn add_split<T>(&mut self, index: &[u32], values: &[T], split: impl Fn(&T) -> (i32, i32)) {
        let n = index.len().min(BATCH);
        let (highs, lows) = (&mut self.high[..n], &mut self.low[..n]);
        for ((high, low), v) in highs.iter_mut().zip(lows.iter_mut()).zip(values) {
            (*high, *low) = split(v);
        }
        let parts = &mut *self.parts;
        for ((i, high), low) in index.iter().zip(&*highs).zip(&*lows) {
            let [a, b] = &mut parts[*i as usize];
            *a += i64::from(*high);
            *b += i64::from(*low);
        }
        if !self.squares.is_empty() {
            let whole = highs.iter().zip(&*lows).map(|(high, low)| (i64::from(*high) << LOW_BITS) + i64::from(*low));
            add_squares(&mut self.squares, index, whole);
        }
    }

    #[inline(always)]
    fn add_whole(&mut self, index: &[u32], values: &[i64], fixed: impl Fn(i64) -> i64) {
        const LOW: i64 = (1 << LOW_BITS) - 1;
        let parts = &mut *self.parts;
        for (i, v) in index.iter().zip(values) {
            let v = fixed(*v);
            let [a, b] = &mut parts[*i as usize];
            *a += v >> LOW_BITS;
            *b += v & LOW;
        }
        if !self.squares.is_empty() {
            add_squares(&mut self.squares, index, values.iter().map(|v| fixed(*v)));
        }
    }

    /// Empties the 64-bit parts into the 128-bit sums.
    pub fn spill(&mut self) {
        self.wide.resize(self.parts.len(), 0);
        for (wide, parts) in self.wide.iter_mut().zip(self.parts.iter_mut()) {
            *wide += whole(&std::mem::take(parts));
        }
    }
}

/// The sum that two sums of parts make.
pub fn whole(parts: &[i64; 2]) -> i128 {
    (i128::from(parts[0]) << LOW_BITS) + i128::from(parts[1])
}

#[inline(always)]
fn add_squares(squares: &mut [i128], index: &[u32], values: impl Iterator<Item = i64>) {
    for (i, v) in index.iter().zip(values) {
        // Rows that are not finite end in a counter nobody reads, with whatever value: it may wrap.
        let square = &mut squares[*i as usize];
        *square = square.wrapping_add(i128::from(v).wrapping_mul(i128::from(v)));
    }
}
