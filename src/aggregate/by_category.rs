//! Counts of categories, as narrow as they may be: there are several for each pixel.

use std::ops::Range;

/// Counts of categories: for each pixel one of each, beside each other.
#[derive(Debug, Clone)]
pub struct ByCategory {
    planes: usize,
    counts: Counts,
    totals: Vec<u64>,
}

/// Counts, of which none is too large.
#[derive(Debug, Clone)]
pub(crate) enum Counts {
    U16(Vec<u16>),
    U32(Vec<u32>),
    U64(Vec<u64>),
}

/// A count of any width.
pub(crate) trait Count: Copy {
    /// It as the widest.
    fn wide(self) -> u64;
}

impl Count for u16 {
    #[inline(always)]
    fn wide(self) -> u64 {
        u64::from(self)
    }
}

impl Count for u32 {
    #[inline(always)]
    fn wide(self) -> u64 {
        u64::from(self)
    }
}

impl Count for u64 {
    #[inline(always)]
    fn wide(self) -> u64 {
        self
    }
}

/// Does the same with counts of any width.
macro_rules! of_any_width {
    ($counts:expr, $name:ident => $made:expr) => {
        match $counts {
            $crate::aggregate::by_category::Counts::U16($name) => $made,
            $crate::aggregate::by_category::Counts::U32($name) => $made,
            $crate::aggregate::by_category::Counts::U64($name) => $made,
        }
    };
}
pub(crate) use of_any_width;

impl Counts {
    /// So many zeros, in whose place counts up to `most` may come.
    fn zeros(len: usize, most: u64) -> Self {
        match most {
            0..=0xffff => Self::U16(vec![0; len]),
            0x1_0000..=0xffff_ffff => Self::U32(vec![0; len]),
            _ => Self::U64(vec![0; len]),
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "none is larger than the largest")]
    fn narrowest(counts: Vec<u64>) -> Self {
        match counts.iter().fold(0, |all, count| all | count) {
            0..=0xffff => Self::U16(counts.into_iter().map(|count| count as u16).collect()),
            0x1_0000..=0xffff_ffff => Self::U32(counts.into_iter().map(|count| count as u32).collect()),
            _ => Self::U64(counts),
        }
    }

    /// Bytes of a count.
    fn bytes(&self) -> usize {
        match self {
            Self::U16(_) => 2,
            Self::U32(_) => 4,
            Self::U64(_) => 8,
        }
    }

    /// Makes counts so many bytes wide, if they are narrower.
    fn widen(&mut self, bytes: usize) {
        *self = match (&mut *self, bytes) {
            (Self::U16(counts), 4) => Self::U32(counts.iter().map(|count| u32::from(*count)).collect()),
            (Self::U16(_) | Self::U32(_), 8) => Self::U64(self.to_wide()),
            _ => return,
        };
    }

    fn part(&self, range: Range<usize>) -> Self {
        match self {
            Self::U16(counts) => Self::U16(counts[range].to_vec()),
            Self::U32(counts) => Self::U32(counts[range].to_vec()),
            Self::U64(counts) => Self::U64(counts[range].to_vec()),
        }
    }

    fn to_wide(&self) -> Vec<u64> {
        of_any_width!(self, counts => counts.iter().map(|count| count.wide()).collect())
    }
}

impl ByCategory {
    /// So many counts for each pixel, at least 1.
    #[must_use]
    pub fn new(planes: usize, counts: Vec<u64>) -> Self {
        let planes = planes.max(1);
        let totals = counts.chunks_exact(planes).map(|counts| counts.iter().sum()).collect();
        Self { planes, counts: Counts::narrowest(counts), totals }
    }

    /// As [`ByCategory::new`], where the rows of all categories in each pixel are known.
    pub(crate) fn with_totals(planes: usize, counts: Vec<u64>, totals: Vec<u64>) -> Self {
        debug_assert_eq!(counts.len(), totals.len() * planes, "a total for each pixel");
        Self { planes, counts: Counts::narrowest(counts), totals }
    }

    /// Zeros for so many pixels, in whose place counts up to `most` may come.
    pub(crate) fn zeros(planes: usize, pixels: usize, most: u64) -> Self {
        Self { planes, counts: Counts::zeros(pixels * planes, most), totals: vec![0; pixels] }
    }

    /// Counts of each pixel: one for each category.
    #[must_use]
    pub fn planes(&self) -> usize {
        self.planes
    }

    /// Rows of all categories in each pixel.
    #[must_use]
    pub fn totals(&self) -> &[u64] {
        &self.totals
    }

    /// All counts, [`ByCategory::planes`] for each pixel.
    #[must_use]
    pub fn to_counts(&self) -> Vec<u64> {
        self.counts.to_wide()
    }

    /// The counts of one pixel; none where there is no such pixel.
    #[must_use]
    pub fn of_pixel(&self, pixel: usize) -> Vec<u64> {
        let range = pixel.saturating_mul(self.planes)..pixel.saturating_add(1).saturating_mul(self.planes);
        of_any_width!(&self.counts, counts => {
            counts.get(range).unwrap_or_default().iter().map(|count| count.wide()).collect()
        })
    }

    /// The counts of one category.
    #[must_use]
    pub fn plane(&self, category: usize) -> Vec<u64> {
        of_any_width!(&self.counts, counts => {
            counts.iter().skip(category).step_by(self.planes).map(|count| count.wide()).collect()
        })
    }

    /// Rows of each category in all pixels.
    #[must_use]
    pub fn by_category(&self) -> Vec<u64> {
        let mut sums = vec![0; self.planes];
        of_any_width!(&self.counts, counts => {
            for counts in counts.chunks_exact(self.planes) {
                sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count.wide());
            }
        });
        sums
    }

    /// The counts as they are kept.
    pub(crate) fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Room for counts, and for totals.
    pub(crate) fn parts_mut(&mut self) -> (&mut Counts, &mut [u64]) {
        (&mut self.counts, &mut self.totals)
    }

    /// Some pixels; as far as there are any.
    pub(crate) fn part(&self, pixels: Range<usize>) -> Self {
        let counts = self.counts.part(pixels.start * self.planes..pixels.end * self.planes);
        Self { planes: self.planes, counts, totals: self.totals[pixels].to_vec() }
    }

    /// Appends further pixels; none with another number of categories.
    pub(crate) fn append(&mut self, further: Self) {
        if self.planes != further.planes {
            return;
        }
        self.counts.widen(further.counts.bytes());
        match (&mut self.counts, further.counts) {
            (Counts::U16(all), Counts::U16(more)) => all.extend(more),
            (Counts::U32(all), Counts::U16(more)) => all.extend(more.into_iter().map(u32::from)),
            (Counts::U32(all), Counts::U32(more)) => all.extend(more),
            (Counts::U64(all), more) => all.extend(more.to_wide()),
            // They are as wide by now.
            (Counts::U16(_), Counts::U32(_) | Counts::U64(_)) | (Counts::U32(_), Counts::U64(_)) => {}
        }
        self.totals.extend(further.totals);
    }

    /// Multiplies every count, rounded to the nearest: what a sample says of all rows.
    pub(crate) fn scale(&mut self, factor: f64) {
        let mut counts = self.counts.to_wide();
        scale_counts(&mut counts, factor);
        *self = Self::new(self.planes, counts);
    }
}

/// Equal numbers are equal, however wide.
impl PartialEq for ByCategory {
    fn eq(&self, other: &Self) -> bool {
        self.planes == other.planes && self.totals == other.totals && self.counts.to_wide() == other.counts.to_wide()
    }
}

impl Eq for ByCategory {}

/// Multiplies counts, rounded to the nearest.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an estimate, and none below 0"
)]
pub(crate) fn scale_counts(counts: &mut [u64], factor: f64) {
    for count in counts.iter_mut().filter(|count| **count > 0) {
        *count = (*count as f64 * factor).round() as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_what_they_were_however_wide() {
        for most in [9, 0xffff, 0x1_0000, 0xffff_ffff, 0x1_0000_0000, u64::MAX / 8] {
            let counts = vec![0, 1, most, 3, 5, 0, 7, 7];
            let by = ByCategory::new(2, counts.clone());
            assert_eq!(by.to_counts(), counts);
            assert_eq!(by.totals(), [1, most + 3, 5, 14]);
            assert_eq!((by.plane(0), by.plane(1)), (vec![0, most, 5, 7], vec![1, 3, 0, 7]));
            assert_eq!(by.by_category(), [most + 12, 11]);
            assert_eq!((by.of_pixel(1), by.of_pixel(4)), (vec![most, 3], vec![]));
            let (mut first, rest) = (by.part(0..1), by.part(1..4));
            assert_eq!(rest, ByCategory::new(2, counts[2..].to_vec()));
            first.append(rest);
            assert_eq!(first, by);
            first.append(ByCategory::new(3, vec![1, 2, 3]));
            assert_eq!(first, by);
        }
    }

    #[test]
    fn counts_of_several_widths_are_joined() {
        let mut all = ByCategory::new(1, vec![1, 2]);
        all.append(ByCategory::new(1, vec![70_000]));
        all.append(ByCategory::new(1, vec![3]));
        all.append(ByCategory::new(1, vec![1 << 40]));
        assert_eq!(all, ByCategory::new(1, vec![1, 2, 70_000, 3, 1 << 40]));
        all.scale(0.5);
        assert_eq!(all.to_counts(), [1, 1, 35_000, 2, 1 << 39]);
    }
}
