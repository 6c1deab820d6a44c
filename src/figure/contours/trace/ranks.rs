//! How many levels values are above.

use super::MISSING;

/// Equal parts of the range of levels for which the rank is looked up.
const PARTS: usize = 2048;
/// Up to so many levels, comparing with all of them is faster.
const FEW: usize = 24;
/// Values that are compared at a time.
const LANES: usize = 32;

/// Finds how many levels a value is above.
pub(super) struct Ranks<'a> {
    pub(super) levels: &'a [f64],
    low: f64,
    per: f64,
    /// The rank at the beginning of each part of the range: near the right one, if not it.
    table: Vec<u16>,
}

impl<'a> Ranks<'a> {
    pub(super) fn new(levels: &'a [f64]) -> Self {
        let (low, high) = (levels[0], levels[levels.len() - 1]);
        let per = PARTS as f64 / (high - low);
        let mut ranks = Self { levels, low, per: if per.is_finite() { per } else { 0.0 }, table: vec![0; PARTS + 1] };
        for level in levels {
            let part = ranks.part(*level);
            ranks.table[part + 1..].iter_mut().for_each(|rank| *rank += 1);
        }
        ranks
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    fn part(&self, value: f64) -> usize {
        (((value - self.low) * self.per) as usize).min(PARTS - 1)
    }

    pub(super) fn of(&self, value: f64) -> u16 {
        let mut rank = self.table[self.part(value)];
        while self.levels.get(usize::from(rank)).is_some_and(|level| value > *level) {
            rank += 1;
        }
        while rank > 0 && value <= self.levels[usize::from(rank) - 1] {
            rank -= 1;
        }
        rank
    }

    /// Writes the ranks of values, [`MISSING`] where these are not finite.
    pub(super) fn rank(&self, values: &[f64], ranks: &mut [u16]) {
        if self.levels.len() <= FEW {
            pulp::Arch::new().dispatch(Compare { levels: self.levels, values, ranks });
            return;
        }
        for (rank, value) in ranks.iter_mut().zip(values) {
            *rank = if value * 0.0 == 0.0 { self.of(*value) } else { MISSING };
        }
    }
}

/// Ranks by a comparison with every level, compiled for the widest vectors that the processor has.
struct Compare<'a> {
    levels: &'a [f64],
    values: &'a [f64],
    ranks: &'a mut [u16],
}

impl pulp::WithSimd for Compare<'_> {
    type Output = ();

    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "there are few levels")]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        let (values, further) = self.values.as_chunks::<LANES>();
        let (ranks, last) = self.ranks.as_chunks_mut::<LANES>();
        for (values, ranks) in values.iter().zip(ranks) {
            let mut above = [0_u64; LANES];
            for level in self.levels {
                // Made anew, they stay in registers.
                above = std::array::from_fn(|i| above[i] + u64::from(values[i] > *level));
            }
            *ranks = std::array::from_fn(|i| if values[i] * 0.0 == 0.0 { above[i] as u16 } else { MISSING });
        }
        for (value, rank) in further.iter().zip(last) {
            let above = self.levels.iter().filter(|level| value > level).count();
            *rank = if value * 0.0 == 0.0 { above as u16 } else { MISSING };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_the_number_of_levels_below() {
        let values: Vec<f64> = (0..1001)
            .map(|i| f64::from(i) * 0.01 - 5.0)
            .chain([f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e300])
            .collect();
        for count in [1, 2, 24, 25, 300] {
            let levels: Vec<f64> = (0..count).map(|i| f64::from(i) * 8.0 / f64::from(count) - 4.0).collect();
            let mut ranks = vec![7; values.len()];
            Ranks::new(&levels).rank(&values, &mut ranks);
            for (value, rank) in values.iter().zip(ranks) {
                let below = levels.iter().filter(|level| value > level).count();
                let wanted = if value.is_finite() { u16::try_from(below).unwrap() } else { MISSING };
                assert_eq!(rank, wanted, "{value} of {count} levels");
            }
        }
    }
}
