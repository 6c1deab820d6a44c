//! Numbers of pictures too large for memory, put aside in an unnamed temporary file (it is gone with the process).
//!
//! Each row of pixels is kept as one bit a pixel, set where the pixel is not empty, and the numbers of these pixels in the
//! fewest bytes that hold the row's largest. Most of a very large picture is empty, and most counts are small.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;

use crate::aggregate::{ByCategory, Values, is_missing};
use crate::figure::FigureError;
use crate::figure::bands::{Band, Bands};
use crate::plan::{FramePlan, Reduce};

/// Bytes that are read at a time.
const CHUNK: u64 = 4 << 20;

/// Where a row of pixels is kept.
#[derive(Debug, Clone, Copy)]
struct Line {
    at: u64,
    /// Pixels that are not empty.
    occupied: usize,
    /// Bytes of each number: 1, 2, 4 or 8.
    width: usize,
}

impl Line {
    fn end(&self, bitmap: usize) -> u64 {
        self.at + bitmap as u64 + (self.occupied * self.width) as u64
    }
}

/// The numbers of a picture, row by row from the lowest y.
#[derive(Debug)]
pub struct Kept {
    file: File,
    counts: bool,
    /// Counts of categories in each pixel, where categories are counted.
    planes: Option<usize>,
    /// Numbers in a row.
    pixels: usize,
    lines: Vec<Line>,
    buffer: Vec<u8>,
    /// Pixels that are missing.
    missing: u64,
}

fn failed(source: &io::Error) -> FigureError {
    FigureError::Kept(format!("{source}, in {}", std::env::temp_dir().display()))
}

impl Kept {
    /// Nothing kept yet, of a picture with rows of `pixels` pixels, of counts or of real values.
    ///
    /// # Errors
    /// [`FigureError::Kept`] if there can be no temporary file.
    pub fn new(pixels: u32, counts: bool) -> Result<Self, FigureError> {
        let file = tempfile::tempfile().map_err(|e| failed(&e))?;
        Ok(Self {
            file,
            counts,
            planes: None,
            pixels: pixels as usize,
            lines: Vec::new(),
            buffer: Vec::new(),
            missing: 0,
        })
    }

    /// As [`Kept::new`], of the numbers that a plan makes.
    ///
    /// # Errors
    /// As [`Kept::new`].
    pub fn of_plan(plan: &FramePlan, counts: bool) -> Result<Self, FigureError> {
        Self::of_planes(
            plan.view.x.pixels,
            counts,
            matches!(plan.reduce, Reduce::CountBy { .. }).then(|| plan.reduce.planes()),
        )
    }

    /// As [`Kept::new`], with several counts in each pixel where categories are counted.
    ///
    /// # Errors
    /// As [`Kept::new`].
    pub fn of_planes(pixels: u32, counts: bool, planes: Option<usize>) -> Result<Self, FigureError> {
        let made = Self::new(pixels, counts)?;
        Ok(Self { planes, pixels: made.pixels * planes.unwrap_or(1), ..made })
    }

    /// Counts of categories in each pixel, where categories are counted.
    pub fn planes(&self) -> Option<usize> {
        self.planes
    }

    /// Keeps the next rows of pixels.
    ///
    /// # Errors
    /// [`FigureError::Kept`], as on a full disk.
    pub fn append(&mut self, values: &Values) -> Result<(), FigureError> {
        match values {
            Values::Count(counts) => counts.chunks_exact(self.pixels).try_for_each(|row| self.append_row(row)),
            Values::Categories(by) => by.to_counts().chunks_exact(self.pixels).try_for_each(|row| self.append_row(row)),
            Values::Real(reals) => {
                let mut keys = vec![0; self.pixels];
                reals.chunks_exact(self.pixels).try_for_each(|row| {
                    // Complemented, so that what stands for empty is 0, as with counts.
                    let bits = |v: &f64| if v.is_nan() && !is_missing(*v) { 0 } else { !v.to_bits() };
                    self.missing += row.iter().filter(|v| is_missing(**v)).count() as u64;
                    keys.iter_mut().zip(row).for_each(|(key, v)| *key = bits(v));
                    self.append_row(&keys)
                })
            }
        }?;
        self.write()
    }

    fn append_row(&mut self, row: &[u64]) -> Result<(), FigureError> {
        let largest = row.iter().copied().max().unwrap_or(0);
        let width = match largest {
            0..=0xff => 1,
            0x100..=0xffff => 2,
            0x1_0000..=0xffff_ffff => 4,
            _ => 8,
        };
        let at = self.lines.last().map_or(0, |line| line.end(self.bitmap()));
        for some in row.chunks(8) {
            let bits = some.iter().enumerate().fold(0, |bits, (i, v)| bits | (u8::from(*v > 0) << i));
            self.buffer.push(bits);
        }
        let before = self.buffer.len();
        for v in row.iter().filter(|v| **v > 0) {
            self.buffer.extend_from_slice(&v.to_le_bytes()[..width]);
        }
        let occupied = (self.buffer.len() - before) / width;
        self.lines.push(Line { at, occupied, width });
        if self.buffer.len() as u64 >= CHUNK { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), FigureError> {
        self.file.write_all(&self.buffer).map_err(|e| failed(&e))?;
        self.buffer.clear();
        Ok(())
    }

    /// Bytes of a row's bits.
    fn bitmap(&self) -> usize {
        self.pixels.div_ceil(8)
    }

    /// Pixels that have a number.
    pub fn occupied(&self) -> u64 {
        self.lines.iter().map(|line| line.occupied as u64).sum::<u64>() - self.missing
    }

    /// Pixels that are [missing](crate::aggregate::MISSING).
    pub fn missing(&self) -> u64 {
        self.missing
    }

    /// Some rows of pixels, 0 being the lowest.
    ///
    /// # Errors
    /// [`FigureError::Kept`].
    pub fn lines(&self, lines: Range<u32>) -> Result<Values, FigureError> {
        let lines = self.lines.get(lines.start as usize..lines.end as usize).unwrap_or_default();
        let bytes = self.read(lines)?;
        let first = lines.first().map_or(0, |line| line.at);
        let mut found = Vec::with_capacity(lines.len() * self.pixels);
        for line in lines {
            let (bits, numbers) = self.parts(&bytes, first, line);
            let mut numbers = numbers.chunks_exact(line.width).map(number);
            let end = found.len() + self.pixels;
            for bits in bits {
                let left = (end - found.len()).min(8);
                match bits {
                    0 => found.resize(found.len() + left, 0),
                    _ => found
                        .extend((0..left).map(|i| if bits >> i & 1 == 1 { numbers.next().unwrap_or(0) } else { 0 })),
                }
            }
        }
        Ok(self.values(found))
    }

    fn values(&self, keys: Vec<u64>) -> Values {
        match self.planes {
            Some(planes) => return Values::Categories(ByCategory::new(planes, &keys)),
            None if self.counts => return Values::Count(keys),
            None => {}
        }
        let real = |key: u64| if key == 0 { f64::NAN } else { f64::from_bits(!key) };
        Values::Real(keys.into_iter().map(real).collect())
    }

    fn read(&self, lines: &[Line]) -> Result<Vec<u8>, FigureError> {
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return Ok(Vec::new()) };
        let mut bytes = vec![0; usize::try_from(last.end(self.bitmap()) - first.at).unwrap_or(usize::MAX)];
        let mut file = &self.file;
        file.seek(SeekFrom::Start(first.at)).and_then(|_| file.read_exact(&mut bytes)).map_err(|e| failed(&e))?;
        Ok(bytes)
    }

    /// A row's bits and numbers among the bytes from offset `first` on.
    fn parts<'a>(&self, bytes: &'a [u8], first: u64, line: &Line) -> (&'a [u8], &'a [u8]) {
        let start = usize::try_from(line.at - first).unwrap_or(usize::MAX);
        let row = bytes.get(start..).unwrap_or_default();
        let (bits, rest) = row.split_at_checked(self.bitmap()).unwrap_or_default();
        (bits, rest.get(..line.occupied * line.width).unwrap_or_default())
    }
}

/// A number of up to eight bytes, little-endian.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

impl Bands for Kept {
    fn are_counts(&self) -> bool {
        self.counts
    }

    fn visit_categories(&self, see: &mut dyn FnMut(&ByCategory)) -> Result<(), FigureError> {
        let height = u32::try_from(self.lines.len()).unwrap_or(u32::MAX);
        let some = u32::try_from(CHUNK / 8 / (self.pixels.max(1) as u64)).unwrap_or(u32::MAX).max(1);
        for first in (0..height).step_by(some as usize) {
            if let Values::Categories(by) = self.lines(first..first.saturating_add(some).min(height))? {
                see(&by);
            }
        }
        Ok(())
    }

    fn visit(&self, see: &mut dyn FnMut(Band<'_>)) -> Result<(), FigureError> {
        if self.planes.is_some() {
            return self.visit_categories(&mut |by| see(Band::Count(by.totals())));
        }
        let mut rest = self.lines.as_slice();
        while let Some(first) = rest.first() {
            let some = rest.iter().take_while(|line| line.end(self.bitmap()) - first.at <= CHUNK).count().max(1);
            let (lines, further) = rest.split_at(some);
            let bytes = self.read(lines)?;
            let mut numbers = Vec::with_capacity(lines.iter().map(|line| line.occupied).sum());
            for line in lines {
                numbers.extend(self.parts(&bytes, first.at, line).1.chunks_exact(line.width).map(number));
            }
            see(Band::of(&self.values(numbers)));
            rest = further;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::MISSING;

    fn bits(values: &Values) -> Vec<u64> {
        match values {
            Values::Count(counts) => counts.clone(),
            Values::Real(reals) => reals.iter().map(|v| v.to_bits()).collect(),
            Values::Categories(by) => by.to_counts(),
        }
    }

    fn check(rows: &[Values], pixels: u32) {
        let mut kept = Kept::new(pixels, matches!(rows[0], Values::Count(_))).unwrap();
        rows.iter().for_each(|row| kept.append(row).unwrap());
        let all: Vec<u64> = rows.iter().flat_map(bits).collect();
        let height = u32::try_from(all.len()).unwrap() / pixels;
        assert_eq!(bits(&kept.lines(0..height).unwrap()), all);
        let by_rows: Vec<u64> = (0..height).flat_map(|row| bits(&kept.lines(row..row + 1).unwrap())).collect();
        assert_eq!(by_rows, all);
        let empty = if kept.are_counts() { 0 } else { f64::NAN.to_bits() };
        let full: Vec<u64> = all.iter().copied().filter(|v| *v != empty).collect();
        let mut seen = Vec::new();
        kept.visit(&mut |band| match band {
            Band::Count(counts) => seen.extend_from_slice(counts),
            Band::Real(reals) => seen.extend(reals.iter().map(|v| v.to_bits())),
        })
        .unwrap();
        let missing = full.iter().filter(|v| **v == MISSING.to_bits()).count() as u64;
        assert_eq!((kept.occupied(), kept.missing(), &seen), (full.len() as u64 - missing, missing, &full));
    }

    #[test]
    fn what_is_kept_comes_back() {
        let counts = |scale: u64| Values::Count((0..39).map(|i| (i % 5) * scale * i).collect());
        check(&[counts(0), counts(1), counts(70), counts(90_000), counts(u64::MAX >> 9)], 13);
        let ends = [0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 5e-324, -1.5, f64::MAX];
        check(&[Values::Real(ends.to_vec()), Values::Real(vec![f64::NAN; 16]), Values::Real(ends.to_vec())], 8);
        check(&[Values::Real(vec![1.0, MISSING, f64::NAN, MISSING]), Values::Real(vec![MISSING; 4])], 4);
        check(&[Values::Real(ends.to_vec())], 1);
        check(&[Values::Count((0..2_000_000).map(|i| i * i % 301).collect())], 1000);
    }
}
