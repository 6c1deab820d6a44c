//! Numbers of pixels turned around: along axes that run the other way.
//!
//! Rows of tables are counted along axes that run to the right and upwards; what becomes of a pixel depends on nothing but its
//! two edges. So a reversed axis has the same numbers in the other order.

use super::Values;

impl Values {
    /// The same, from right to left or from top to bottom, in rows of `width` pixels.
    #[must_use]
    pub fn mirrored(mut self, width: usize, [across, up]: [bool; 2]) -> Self {
        match &mut self {
            Self::Count(counts) => mirror(counts, width, [across, up]),
            Self::Real(reals) => mirror(reals, width, [across, up]),
            Self::Categories(by) => by.mirror(width, [across, up]),
        }
        self
    }
}

/// Turns numbers around.
pub(super) fn mirror<T>(numbers: &mut [T], width: usize, [across, up]: [bool; 2]) {
    let width = width.max(1);
    if across {
        numbers.chunks_exact_mut(width).for_each(<[T]>::reverse);
    }
    if up {
        let rows = numbers.len() / width;
        let (lower, upper) = numbers.split_at_mut(rows / 2 * width);
        let upper = upper.chunks_exact_mut(width).rev();
        lower.chunks_exact_mut(width).zip(upper).for_each(|(low, high)| low.swap_with_slice(high));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::ByCategory;

    #[test]
    fn numbers_are_turned_around() {
        let counts = || Values::Count(vec![1, 2, 3, 4, 5, 6]);
        for (ways, wanted) in [
            ([false, false], [1, 2, 3, 4, 5, 6]),
            ([true, false], [2, 1, 4, 3, 6, 5]),
            ([false, true], [5, 6, 3, 4, 1, 2]),
            ([true, true], [6, 5, 4, 3, 2, 1]),
        ] {
            assert_eq!(counts().mirrored(2, ways), Values::Count(wanted.to_vec()));
            assert_eq!(counts().mirrored(2, ways).mirrored(2, ways), counts());
        }
        let by = |counts: &[u64]| Values::Categories(ByCategory::new(2, counts));
        assert_eq!(by(&[1, 70_000, 2, 5, 3, 6, 4, 7]).mirrored(2, [true, true]), by(&[4, 7, 3, 6, 2, 5, 1, 70_000]));
    }
}
