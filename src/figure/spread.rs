//! Numbers spread onto the pixels around their own, before they become colors: datashader's `spread` and `dynspread`.
//!
//! Works on some rows of pixels at a time, with those around them, so that numbers that are kept in a file can be spread
//! as well. The result does not depend on how the rows are cut: counts are integers, and reals are joined in the order in
//! which datashader joins them, row by row from the lowest, each from the left.

use std::ops::Range;

use crate::aggregate::by_category::totals;
use crate::aggregate::{ByCategory, Values};
use crate::scene::spread::{Merge, Reach, Spread, SpreadShape};

use super::error::FigureError;
use super::parts::{each, in_parts};

/// Bytes of numbers that are worked on at a time, about.
const CHUNK_BYTES: u64 = 16 << 20;

/// Numbers whose rows of pixels can be asked for, 0 being the lowest.
pub trait Lines {
    /// Some rows of pixels, as far as there are any.
    ///
    /// # Errors
    /// [`FigureError::Kept`] if numbers that were put aside cannot be read again.
    fn lines(&self, lines: Range<u32>) -> Result<Values, FigureError>;
}

/// Numbers that are in memory, in rows of so many pixels.
pub struct InMemory<'a>(pub &'a Values, pub u32);

impl Lines for InMemory<'_> {
    fn lines(&self, lines: Range<u32>) -> Result<Values, FigureError> {
        Ok(self.0.lines(lines, self.1 as usize))
    }
}

/// A picture's numbers to be spread.
pub struct Source<'a> {
    /// The numbers.
    pub lines: &'a dyn Lines,
    /// Pixels along x.
    pub width: u32,
    /// Pixels along y.
    pub height: u32,
    /// Threads that may work.
    pub threads: usize,
}

impl Source<'_> {
    /// Hands the spread numbers to `take`, some rows of pixels at a time, the lowest first.
    ///
    /// # Errors
    /// [`FigureError::Kept`], and those of `take`.
    pub fn spread<E: From<FigureError>>(
        &self,
        spread: Spread,
        merge: Merge,
        mut take: impl FnMut(Values) -> Result<(), E>,
    ) -> Result<(), E> {
        let px = self.px(spread.reach)?;
        let stencil = Stencil::new(px, spread.shape, merge);
        self.chunks(px, |values, inner| take(stencil.apply(&values, self.width, &inner, self.threads)))
    }

    /// How many pixels that is on all sides.
    ///
    /// # Errors
    /// [`FigureError::Kept`].
    pub fn px(&self, reach: Reach) -> Result<u32, FigureError> {
        match reach {
            Reach::Fixed(px) => Ok(px),
            Reach::Dynamic { threshold, max_px } => self.pixels_for(threshold, max_px),
        }
    }

    /// All of the spread numbers.
    ///
    /// # Errors
    /// [`FigureError::Kept`].
    pub fn spread_whole(&self, spread: Spread, merge: Merge) -> Result<Values, FigureError> {
        let mut all: Option<Values> = None;
        self.spread(spread, merge, |values| -> Result<(), FigureError> {
            match &mut all {
                Some(all) => all.append(values),
                None => all = Some(values),
            }
            Ok(())
        })?;
        Ok(all.unwrap_or(Values::Count(Vec::new())))
    }

    /// Shows all rows of pixels, some at a time, with up to `halo` further ones on both sides. `see` is told which rows of
    /// those that it sees are no halo.
    fn chunks<E: From<FigureError>>(
        &self,
        halo: u32,
        mut see: impl FnMut(Values, Range<usize>) -> Result<(), E>,
    ) -> Result<(), E> {
        let fit = u32::try_from(CHUNK_BYTES / 8 / u64::from(self.width.max(1))).unwrap_or(u32::MAX);
        let rows = fit.max(halo).max(1);
        let mut first = 0;
        while first < self.height {
            let end = first.saturating_add(rows).min(self.height);
            let from = first.saturating_sub(halo);
            let values = self.lines.lines(from..end.saturating_add(halo).min(self.height))?;
            see(values, (first - from) as usize..(end - from) as usize)?;
            first = end;
        }
        Ok(())
    }

    /// By how many pixels datashader's `dynspread` would spread.
    fn pixels_for(&self, threshold: f64, max_px: u32) -> Result<u32, FigureError> {
        let mut near = vec![0; max_px as usize * 2 + 1];
        let mut occupied = 0;
        self.chunks(max_px * 2, |values, inner| -> Result<(), FigureError> {
            let found = neighbours(&occupancy(&values), self.width as usize, &inner, max_px as usize * 2, self.threads);
            occupied += found.0;
            near.iter_mut().zip(found.1).for_each(|(sum, n)| *sum += n);
            Ok(())
        })?;
        // Where all is empty, the density counts as infinite.
        for px in 1..=max_px {
            let with_neighbour: u64 = near[..=px as usize * 2].iter().sum();
            #[expect(clippy::cast_precision_loss, reason = "as datashader divides")]
            let is_dense = occupied == 0 || with_neighbour as f64 / occupied as f64 > threshold;
            if is_dense {
                return Ok(px - 1);
            }
        }
        Ok(max_px)
    }
}

fn occupancy(values: &Values) -> Vec<bool> {
    match values {
        Values::Count(counts) => counts.iter().map(|n| *n > 0).collect(),
        Values::Real(reals) => reals.iter().map(|v| !v.is_nan()).collect(),
        Values::Categories(by) => by.totals().iter().map(|n| *n > 0).collect(),
    }
}

/// How many pixels of the `inner` rows are not empty, and how many of these have their nearest neighbour 1, 2, … pixels
/// away along x or along y, whichever is more, up to `most`.
fn neighbours(occupied: &[bool], width: usize, inner: &Range<usize>, most: usize, threads: usize) -> (u64, Vec<u64>) {
    let height = occupied.len() / width.max(1);
    let of_row = |row: usize, total: &mut u64, near: &mut [u64]| {
        for column in (0..width).filter(|column| occupied[row * width + column]) {
            *total += 1;
            let columns = |by: usize| column.saturating_sub(by)..(column + by + 1).min(width);
            let is_taken = |row: usize, columns: Range<usize>| {
                occupied[row * width + columns.start..row * width + columns.end].contains(&true)
            };
            let ring = |by: usize| {
                let above = (row + by < height).then(|| row + by);
                let across = row.checked_sub(by).into_iter().chain(above).any(|row| is_taken(row, columns(by)));
                let sides = [column.checked_sub(by), Some(column + by).filter(|column| *column < width)];
                let rows = (row + 1).saturating_sub(by)..(row + by).min(height);
                across || sides.into_iter().flatten().any(|side| rows.clone().any(|row| occupied[row * width + side]))
            };
            if let Some(by) = (1..=most).find(|by| ring(*by)) {
                near[by] += 1;
            }
        }
    };
    let found = each(in_parts(inner, width, threads), |rows: Range<usize>| {
        let (mut total, mut near) = (0, vec![0; most + 1]);
        rows.for_each(|row| of_row(row, &mut total, &mut near));
        (total, near)
    });
    let mut sum = (0, vec![0; most + 1]);
    for (total, near) in found {
        sum.0 += total;
        sum.1.iter_mut().zip(near).for_each(|(sum, n)| *sum += n);
    }
    sum
}

/// The pixels around a number that show it, and how numbers on the same pixel are joined.
struct Stencil {
    /// For the number's own row and those 1, 2, … rows away: how far it reaches along x, in pixels.
    reach: Vec<usize>,
    merge: Merge,
}

impl Stencil {
    fn new(px: u32, shape: SpreadShape, merge: Merge) -> Self {
        let within = |x: u32, y: u32| f64::from(x * x + y * y).sqrt() <= f64::from(px) + 0.5;
        let of_row = |y: u32| match shape {
            SpreadShape::Square => px as usize,
            SpreadShape::Circle => (0..=px).rev().find(|x| within(*x, y)).unwrap_or(0) as usize,
        };
        Self { reach: (0..=px).map(of_row).collect(), merge }
    }

    /// The spread numbers of the `inner` rows of some rows of pixels.
    fn apply(&self, values: &Values, width: u32, inner: &Range<usize>, threads: usize) -> Values {
        let frame = Frame { width: width as usize, px: self.reach.len() - 1, inner: inner.clone(), threads };
        let least = |a: u64, b: u64| if a == 0 || (b != 0 && b < a) { b } else { a };
        match (values, self.merge) {
            (Values::Count(counts), Merge::Add) => Values::Count(self.added(counts, &frame)),
            (Values::Count(counts), Merge::Max) => Values::Count(self.joined(counts, &frame, 0, Ord::max)),
            (Values::Count(counts), Merge::Min) => Values::Count(self.joined(counts, &frame, 0, least)),
            (Values::Categories(by), _) => Values::Categories(self.apply_to_each(by, width, inner, threads)),
            (Values::Real(reals), merge) => {
                let nan = f64::NAN;
                Values::Real(match merge {
                    Merge::Add => self.joined(reals, &frame, nan, either(|a, b| a + b)),
                    Merge::Max => self.joined(reals, &frame, nan, either(f64::max)),
                    Merge::Min => self.joined(reals, &frame, nan, either(f64::min)),
                })
            }
        }
    }

    /// Each category's counts spread for themselves, as datashader does.
    fn apply_to_each(&self, by: &ByCategory, width: u32, inner: &Range<usize>, threads: usize) -> ByCategory {
        let spread = |category| match self.apply(&Values::Count(by.plane(category)), width, inner, threads) {
            Values::Count(spread) => spread,
            _ => Vec::new(),
        };
        let planes: Vec<Vec<u64>> = (0..by.planes()).map(spread).collect();
        let totals = totals(&planes);
        ByCategory::of_planes(planes.len(), planes, totals)
    }

    /// Counts added up: whole numbers, so that differences of running sums do, whatever the reach.
    fn added(&self, counts: &[u64], frame: &Frame) -> Vec<u64> {
        let px = frame.px;
        let mut sums = Vec::with_capacity(frame.padded(counts.len()));
        for row in counts.chunks_exact(frame.width) {
            let mut sum = 0_u64;
            sums.resize(sums.len() + px + 1, 0);
            sums.extend(row.iter().map(|n| {
                sum = sum.wrapping_add(*n);
                sum
            }));
            sums.resize(sums.len() + px, sum);
        }
        self.rows(&sums, frame, 0, |row, reach, out| {
            let (from, to) = (&row[px - reach..], &row[px + reach + 1..]);
            for ((sum, from), to) in out.iter_mut().zip(from).zip(to) {
                *sum = sum.wrapping_add(to.wrapping_sub(*from));
            }
        })
    }

    /// Numbers joined one by one, in datashader's order.
    fn joined<T: Copy + Send + Sync>(
        &self,
        values: &[T],
        frame: &Frame,
        empty: T,
        join: impl Fn(T, T) -> T + Sync,
    ) -> Vec<T> {
        let px = frame.px;
        let mut padded = Vec::with_capacity(frame.padded(values.len()));
        for row in values.chunks_exact(frame.width) {
            padded.resize(padded.len() + px, empty);
            padded.extend_from_slice(row);
            padded.resize(padded.len() + px + 1, empty);
        }
        self.rows(&padded, frame, empty, |row, reach, out| {
            for shift in px - reach..=px + reach {
                for (sum, v) in out.iter_mut().zip(&row[shift..]) {
                    *sum = join(*v, *sum);
                }
            }
        })
    }

    /// The rows that are no halo. `add` adds what a padded row holds within a reach to a row.
    fn rows<T: Copy + Send + Sync>(
        &self,
        padded: &[T],
        frame: &Frame,
        empty: T,
        add: impl Fn(&[T], usize, &mut [T]) + Sync,
    ) -> Vec<T> {
        let Frame { width, px, inner, threads } = frame;
        let stride = frame.padded(*width);
        let height = padded.len() / stride;
        let mut out = vec![empty; inner.len() * width];
        let (mut rest, mut parts) = (out.as_mut_slice(), Vec::new());
        for rows in in_parts(inner, *width, *threads) {
            let (mine, others) = rest.split_at_mut(rows.len() * width);
            rest = others;
            parts.push((rows, mine));
        }
        each(parts, |(rows, out)| {
            for (row, out) in rows.zip(out.chunks_exact_mut(*width)) {
                for from in row.saturating_sub(*px)..(row + px + 1).min(height) {
                    add(&padded[from * stride..(from + 1) * stride], self.reach[row.abs_diff(from)], out);
                }
            }
        });
        out
    }
}

/// Rows of pixels at work.
struct Frame {
    width: usize,
    /// How far the stencil reaches.
    px: usize,
    /// The rows that are no halo.
    inner: Range<usize>,
    threads: usize,
}

impl Frame {
    /// Numbers that so many take where each row has room for what lies beyond its ends.
    fn padded(&self, numbers: usize) -> usize {
        numbers / self.width * (self.width + 2 * self.px + 1)
    }
}

/// Joins two numbers of which either may be none (NaN).
fn either(join: impl Fn(f64, f64) -> f64 + Sync + Copy) -> impl Fn(f64, f64) -> f64 + Sync + Copy {
    move |a, b| {
        if a.is_nan() {
            b
        } else if b.is_nan() {
            a
        } else {
            join(a, b)
        }
    }
}

#[cfg(test)]
#[path = "spread_tests.rs"]
mod tests;
