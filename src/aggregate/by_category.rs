//! Counts of categories, as narrow as they may be: there are several for each pixel.

use std::ops::Range;

use super::mirror::mirror;

/// Counts of categories: one of each for each pixel. Those of a category lie together.
#[derive(Debug, Clone)]
pub struct ByCategory {
    planes: Vec<Counts>,
    totals: Vec<u64>,
}

/// The counts of one category, of which none is too large.
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
    /// It less another, or nothing where that is more, as a real number.
    fn beyond(self, other: u64) -> f64;
}

impl Count for u16 {
    #[inline(always)]
    fn wide(self) -> u64 {
        u64::from(self)
    }

    #[inline(always)]
    fn beyond(self, other: u64) -> f64 {
        f64::from(self.saturating_sub(u16::try_from(other).unwrap_or(u16::MAX)))
    }
}

impl Count for u32 {
    #[inline(always)]
    fn wide(self) -> u64 {
        u64::from(self)
    }

    #[inline(always)]
    fn beyond(self, other: u64) -> f64 {
        f64::from(self.saturating_sub(u32::try_from(other).unwrap_or(u32::MAX)))
    }
}

impl Count for u64 {
    #[inline(always)]
    fn wide(self) -> u64 {
        self
    }

    #[inline(always)]
    #[expect(clippy::cast_precision_loss, reason = "shares of colors need no more")]
    fn beyond(self, other: u64) -> f64 {
        self.saturating_sub(other) as f64
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

    fn append(&mut self, further: Self) {
        self.widen(further.bytes());
        match (self, further) {
            (Self::U16(all), Self::U16(more)) => all.extend(more),
            (Self::U32(all), Self::U16(more)) => all.extend(more.into_iter().map(u32::from)),
            (Self::U32(all), Self::U32(more)) => all.extend(more),
            (Self::U64(all), more) => all.extend(more.to_wide()),
            // They are as wide by now.
            (Self::U16(_), Self::U32(_) | Self::U64(_)) | (Self::U32(_), Self::U64(_)) => {}
        }
    }

    fn get(&self, pixel: usize) -> Option<u64> {
        of_any_width!(self, counts => counts.get(pixel).map(|count| count.wide()))
    }

    fn to_wide(&self) -> Vec<u64> {
        of_any_width!(self, counts => counts.iter().map(|count| count.wide()).collect())
    }
}

impl ByCategory {
    /// So many counts for each pixel, at least 1; those of a pixel beside each other.
    #[must_use]
    pub fn new(planes: usize, counts: &[u64]) -> Self {
        let planes = planes.max(1);
        let pixels = counts.len() / planes;
        let plane = |plane| counts.iter().skip(plane).step_by(planes).copied().take(pixels).collect();
        let planes: Vec<Vec<u64>> = (0..planes).map(plane).collect();
        let totals = totals(&planes);
        Self::of_planes(planes.len(), planes, totals)
    }

    /// The counts of so many categories, of which the last may be left out where they are 0; and the rows of all categories in
    /// each pixel.
    pub(crate) fn of_planes(planes: usize, mut counts: Vec<Vec<u64>>, totals: Vec<u64>) -> Self {
        counts.resize_with(planes.max(1), || vec![0; totals.len()]);
        debug_assert!(counts.iter().all(|counts| counts.len() == totals.len()), "a count for each pixel");
        Self { planes: counts.into_iter().map(Counts::narrowest).collect(), totals }
    }

    /// Turns all counts around.
    pub(super) fn mirror(&mut self, width: usize, ways: [bool; 2]) {
        for plane in &mut self.planes {
            of_any_width!(plane, counts => mirror(counts, width, ways));
        }
        mirror(&mut self.totals, width, ways);
    }

    /// Zeros for so many pixels, in whose place counts up to `most` may come.
    pub(crate) fn zeros(planes: usize, pixels: usize, most: u64) -> Self {
        let planes = (0..planes.max(1)).map(|_| Counts::zeros(pixels, most)).collect();
        Self { planes, totals: vec![0; pixels] }
    }

    /// Counts of each pixel: one for each category.
    #[must_use]
    pub fn planes(&self) -> usize {
        self.planes.len()
    }

    /// Rows of all categories in each pixel.
    #[must_use]
    pub fn totals(&self) -> &[u64] {
        &self.totals
    }

    /// All counts, [`ByCategory::planes`] for each pixel.
    #[must_use]
    pub fn to_counts(&self) -> Vec<u64> {
        let mut all = vec![0; self.totals.len() * self.planes.len()];
        for (number, plane) in self.planes.iter().enumerate() {
            let to = all.iter_mut().skip(number).step_by(self.planes.len());
            of_any_width!(plane, counts => to.zip(counts).for_each(|(to, count)| *to = count.wide()));
        }
        all
    }

    /// The counts of one pixel; none where there is no such pixel.
    #[must_use]
    pub fn of_pixel(&self, pixel: usize) -> Vec<u64> {
        self.planes.iter().filter_map(|counts| counts.get(pixel)).collect()
    }

    /// The counts of one category; none where there is no such category.
    #[must_use]
    pub fn plane(&self, category: usize) -> Vec<u64> {
        self.planes.get(category).map(Counts::to_wide).unwrap_or_default()
    }

    /// Rows of each category in all pixels.
    #[must_use]
    pub fn by_category(&self) -> Vec<u64> {
        let sum = |plane: &Counts| of_any_width!(plane, counts => counts.iter().map(|count| count.wide()).sum());
        self.planes.iter().map(sum).collect()
    }

    /// The counts of each category as they are kept.
    pub(crate) fn kept(&self) -> &[Counts] {
        &self.planes
    }

    /// Room for the counts of each category, and for totals.
    pub(crate) fn parts_mut(&mut self) -> (&mut [Counts], &mut [u64]) {
        (&mut self.planes, &mut self.totals)
    }

    /// Some pixels; as far as there are any.
    pub(crate) fn part(&self, pixels: Range<usize>) -> Self {
        let planes = self.planes.iter().map(|counts| counts.part(pixels.clone())).collect();
        Self { planes, totals: self.totals[pixels].to_vec() }
    }

    /// Appends further pixels; none with another number of categories.
    pub(crate) fn append(&mut self, further: Self) {
        if self.planes() == further.planes() {
            self.planes.iter_mut().zip(further.planes).for_each(|(counts, further)| counts.append(further));
            self.totals.extend(further.totals);
        }
    }

    /// Multiplies every count, rounded to the nearest: what a sample says of all rows.
    pub(crate) fn scale(&mut self, factor: f64) {
        let scaled = |counts: &Counts| {
            let mut counts = counts.to_wide();
            scale_counts(&mut counts, factor);
            counts
        };
        let planes: Vec<Vec<u64>> = self.planes.iter().map(scaled).collect();
        let totals = totals(&planes);
        *self = Self::of_planes(planes.len(), planes, totals);
    }
}

/// Equal numbers are equal, however wide.
impl PartialEq for ByCategory {
    fn eq(&self, other: &Self) -> bool {
        self.planes() == other.planes()
            && self.totals == other.totals
            && self.planes.iter().zip(&other.planes).all(|(a, b)| a.to_wide() == b.to_wide())
    }
}

impl Eq for ByCategory {}

/// Rows of all categories in each pixel.
pub(crate) fn totals(planes: &[Vec<u64>]) -> Vec<u64> {
    let mut totals = Vec::new();
    add_up_planes(planes, &mut totals);
    totals
}

/// As [`totals`], in the place of other numbers.
pub(crate) fn add_up_planes(planes: &[Vec<u64>], totals: &mut Vec<u64>) {
    totals.clear();
    let Some((first, others)) = planes.split_first() else { return };
    totals.extend_from_slice(first);
    for counts in others {
        totals.iter_mut().zip(counts).for_each(|(total, count)| *total += count);
    }
}

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
            let by = ByCategory::new(2, &counts);
            assert_eq!(by.to_counts(), counts);
            assert_eq!(by.totals(), [1, most + 3, 5, 14]);
            assert_eq!((by.plane(0), by.plane(1)), (vec![0, most, 5, 7], vec![1, 3, 0, 7]));
            assert_eq!(by.by_category(), [most + 12, 11]);
            assert_eq!((by.of_pixel(1), by.of_pixel(4)), (vec![most, 3], vec![]));
            let (mut first, rest) = (by.part(0..1), by.part(1..4));
            assert_eq!(rest, ByCategory::new(2, &counts[2..]));
            first.append(rest);
            assert_eq!(first, by);
            first.append(ByCategory::new(3, &[1, 2, 3]));
            assert_eq!(first, by);
        }
    }

    #[test]
    fn counts_of_several_widths_are_joined() {
        let mut all = ByCategory::new(1, &[1, 2]);
        all.append(ByCategory::new(1, &[70_000]));
        all.append(ByCategory::new(1, &[3]));
        all.append(ByCategory::new(1, &[1 << 40]));
        assert_eq!(all, ByCategory::new(1, &[1, 2, 70_000, 3, 1 << 40]));
        all.scale(0.5);
        assert_eq!(all.to_counts(), [1, 1, 35_000, 2, 1 << 39]);
    }
}
