//! Arrays that lie in a mapped file as plain numbers, a fixed number of bytes apart along each dimension: `.npy`, raw
//! numbers, NetCDF-3 with or without records.

use std::ops::Range;
use std::sync::Arc;

use half::f16;

use crate::data::dtype::{Dtype, Scalar};
use crate::data::error::DataError;
use crate::data::mapping::Mapping;

use super::{MAX_CELLS, MAX_DIMENSIONS, Store, Window};

/// A dimension of an array in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Number of cells, at least 1.
    pub len: u64,
    /// Bytes from one cell to the next.
    pub stride: u64,
}

/// An array in a mapped file.
#[derive(Debug, Clone)]
pub struct MappedArray {
    map: Arc<Mapping>,
    dtype: Dtype,
    offset: u64,
    extents: Vec<Extent>,
}

/// Dimensions of numbers that lie close together, the slowest first; none where 64 bits do not hold the bytes.
pub fn packed(shape: &[u64], size: u64) -> Option<Vec<Extent>> {
    let mut stride = size;
    let mut extents = Vec::with_capacity(shape.len());
    for len in shape.iter().rev() {
        extents.push(Extent { len: *len, stride });
        stride = stride.checked_mul(*len)?;
    }
    extents.reverse();
    Some(extents)
}

impl MappedArray {
    /// An array at a byte of a file.
    ///
    /// # Errors
    /// [`DataError::Grid`] for arrays without cells, of too many, or that reach beyond the file's end.
    pub fn new(map: &Arc<Mapping>, dtype: Dtype, offset: u64, extents: Vec<Extent>) -> Result<Self, DataError> {
        let shape: Vec<String> = extents.iter().map(|extent| extent.len.to_string()).collect();
        let shape = shape.join(" x ");
        if extents.is_empty() || extents.len() > MAX_DIMENSIONS {
            let count = extents.len();
            return Err(DataError::Grid(format!("an array has 1 to {MAX_DIMENSIONS} dimensions, not {count}")));
        }
        let cells = extents.iter().try_fold(1_u64, |n, extent| n.checked_mul(extent.len));
        match cells {
            Some(0) => return Err(DataError::Empty),
            Some(cells) if cells <= MAX_CELLS => {}
            _ => return Err(DataError::Grid(format!("an array of {shape} cells is larger than any that is read"))),
        }
        let reach = |end: u64, extent: &Extent| end.checked_add((extent.len - 1).checked_mul(extent.stride)?);
        let end = extents.iter().try_fold(offset, reach).and_then(|last| last.checked_add(dtype.size()));
        if end.is_none_or(|end| end > map.len()) {
            return Err(DataError::Grid(format!(
                "an array of {shape} cells of {} bytes from byte {offset} does not fit the file's {} bytes; \
                 the copy or download probably stopped early",
                dtype.size(),
                map.len()
            )));
        }
        Ok(Self { map: Arc::clone(map), dtype, offset, extents })
    }
}

impl Store for MappedArray {
    fn read(&self, window: &Window, out: &mut [f64]) -> Result<u64, DataError> {
        read_window(self.map.bytes(), self.dtype, self.offset, &self.extents, window, out)?;
        self.map.check()?;
        Ok(0)
    }

    fn is_written(&self, window: &Window) -> Result<bool, DataError> {
        let Some((inner, outer)) = window.split_last().filter(|_| window.len() == self.extents.len()) else {
            return Ok(true);
        };
        let stride = self.extents.last().map_or(0, |last| last.stride);
        let found = row_starts(self.offset, &self.extents, outer)
            .any(|at| run(self.map.bytes(), self.dtype, stride, at, inner).iter().any(|byte| *byte != 0));
        self.map.check()?;
        Ok(found)
    }

    fn chunk(&self) -> Vec<u64> {
        let rows = self.extents.len().saturating_sub(1);
        self.extents.iter().enumerate().map(|(i, extent)| if i < rows { 1 } else { extent.len }).collect()
    }
}

/// Reads a window of an array whose first cell begins at byte `offset`.
///
/// # Errors
/// [`DataError::Grid`] for a window that does not lie within the array.
pub fn read_window(
    bytes: &[u8],
    dtype: Dtype,
    offset: u64,
    extents: &[Extent],
    window: &Window,
    out: &mut [f64],
) -> Result<(), DataError> {
    let (Some((inner, outer)), Some(last)) = (window.split_last(), extents.last()) else { return Ok(()) };
    let beyond = window.iter().zip(extents).any(|(range, extent)| range.end > extent.len);
    if beyond || window.len() != extents.len() {
        return Err(DataError::Grid(format!("the cells {window:?} do not lie within the array")));
    }
    let width = usize::try_from(inner.end.saturating_sub(inner.start)).unwrap_or(usize::MAX);
    if width == 0 || outer.iter().any(Range::is_empty) {
        return Ok(());
    }
    let stride = usize::try_from(last.stride).unwrap_or(usize::MAX);
    for (row, at) in out.chunks_exact_mut(width).zip(row_starts(offset, extents, outer)) {
        decode(dtype, run(bytes, dtype, last.stride, at, inner), stride, row);
    }
    Ok(())
}

/// Where the rows of a window begin, but for where it begins along the last dimension.
fn row_starts<'a>(offset: u64, extents: &'a [Extent], outer: &'a [Range<u64>]) -> impl Iterator<Item = u64> + 'a {
    let lens = outer.iter().map(|range| range.end.saturating_sub(range.start));
    (0..lens.fold(1_u64, u64::saturating_mul)).map(move |mut number| {
        let mut at = offset;
        for (range, extent) in outer.iter().zip(extents).rev() {
            let len = range.end - range.start;
            at += (range.start + number % len) * extent.stride;
            number /= len;
        }
        at
    })
}

/// The bytes of a run of cells along the last dimension, from the first to the end of the last.
fn run<'a>(bytes: &'a [u8], dtype: Dtype, stride: u64, at: u64, cells: &Range<u64>) -> &'a [u8] {
    let start = at + cells.start * stride;
    let end = start + (cells.end - cells.start).saturating_sub(1) * stride + dtype.size();
    let ends = (usize::try_from(start), usize::try_from(end));
    let (Ok(start), Ok(end)) = ends else { return &[] };
    bytes.get(start..end).unwrap_or_default()
}

/// Makes f64 of numbers that lie `stride` bytes apart.
fn decode(dtype: Dtype, bytes: &[u8], stride: usize, out: &mut [f64]) {
    /// A number of `N` bytes, which lie as `big` says.
    fn all<const N: usize>(bytes: &[u8], stride: usize, big: bool, out: &mut [f64], value: impl Fn([u8; N]) -> f64) {
        let turned = |mut raw: [u8; N]| {
            raw.reverse();
            raw
        };
        if stride == N {
            let (raws, _) = bytes.as_chunks::<N>();
            match big {
                true => out.iter_mut().zip(raws).for_each(|(out, raw)| *out = value(turned(*raw))),
                false => out.iter_mut().zip(raws).for_each(|(out, raw)| *out = value(*raw)),
            }
            return;
        }
        // The last cell may end before a whole stride does.
        for (out, row) in out.iter_mut().zip(bytes.chunks(stride.max(1))) {
            if let Some(raw) = row.first_chunk::<N>() {
                *out = value(if big { turned(*raw) } else { *raw });
            }
        }
    }
    let big = dtype.big_endian;
    #[expect(clippy::cast_precision_loss, reason = "values of fields are f64; integers beyond 2^53 are rounded")]
    match dtype.scalar {
        Scalar::F16 => all(bytes, stride, big, out, |raw| f64::from(f16::from_le_bytes(raw).to_f32())),
        Scalar::F32 => all(bytes, stride, big, out, |raw| f64::from(f32::from_le_bytes(raw))),
        Scalar::F64 => all(bytes, stride, big, out, f64::from_le_bytes),
        Scalar::Bool | Scalar::U8 => all(bytes, stride, big, out, |[byte]: [u8; 1]| f64::from(byte)),
        Scalar::I8 => all(bytes, stride, big, out, |raw| f64::from(i8::from_le_bytes(raw))),
        Scalar::I16 => all(bytes, stride, big, out, |raw| f64::from(i16::from_le_bytes(raw))),
        Scalar::U16 => all(bytes, stride, big, out, |raw| f64::from(u16::from_le_bytes(raw))),
        Scalar::I32 => all(bytes, stride, big, out, |raw| f64::from(i32::from_le_bytes(raw))),
        Scalar::U32 => all(bytes, stride, big, out, |raw| f64::from(u32::from_le_bytes(raw))),
        Scalar::I64 => all(bytes, stride, big, out, |raw| i64::from_le_bytes(raw) as f64),
        Scalar::U64 => all(bytes, stride, big, out, |raw| u64::from_le_bytes(raw) as f64),
        // No array of numbers is made of it.
        Scalar::Text { .. } => out.fill(f64::NAN),
        Scalar::Time(_) | Scalar::Duration(_) => all(bytes, stride, big, out, |raw| match i64::from_le_bytes(raw) {
            i64::MIN => f64::NAN,
            steps => steps as f64,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn mapped(bytes: &[u8]) -> Arc<Mapping> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        Mapping::open(file.path()).unwrap()
    }

    fn dtype(text: &str) -> Dtype {
        crate::data::dtype::parse(text).unwrap().plain().unwrap()
    }

    fn read(array: &MappedArray, window: &Window) -> Vec<f64> {
        let mut out = vec![f64::NAN; usize::try_from(super::super::cells(window).unwrap()).unwrap()];
        assert_eq!(array.read(window, &mut out).unwrap(), 0);
        out
    }

    #[test]
    fn windows_of_all_types_and_orders() {
        let numbers: Vec<i16> = (0..24).collect();
        let little: Vec<u8> = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
        let big: Vec<u8> = numbers.iter().flat_map(|n| n.to_be_bytes()).collect();
        let floats: Vec<u8> = numbers.iter().flat_map(|n| f32::from(*n).to_be_bytes()).collect();
        for (bytes, name) in [(little, "<i2"), (big, ">i2"), (floats, ">f4")] {
            let (map, dtype) = (mapped(&bytes), dtype(name));
            let array = MappedArray::new(&map, dtype, 0, packed(&[2, 3, 4], dtype.size()).unwrap()).unwrap();
            assert_eq!(read(&array, &[1..2, 0..3, 1..3]), [13.0, 14.0, 17.0, 18.0, 21.0, 22.0], "{name}");
            assert_eq!(read(&array, &[0..2, 2..3, 3..4]), [11.0, 23.0]);
            assert_eq!(read(&array, &[0..2, 2..2, 3..4]), [0.0; 0]);
            assert!(array.read(&[0..2, 0..3, 0..5], &mut [0.0; 30]).is_err());
        }
    }

    #[test]
    fn the_fastest_dimension_may_lie_apart() {
        // Fortran order: the first index runs fastest.
        let bytes: Vec<u8> = (0..6).flat_map(|n| f64::from(n).to_le_bytes()).collect();
        let extents = vec![Extent { len: 2, stride: 8 }, Extent { len: 3, stride: 16 }];
        let array = MappedArray::new(&mapped(&bytes), dtype("<f8"), 0, extents).unwrap();
        assert_eq!(read(&array, &[0..2, 0..3]), [0.0, 2.0, 4.0, 1.0, 3.0, 5.0]);
    }

    #[test]
    fn what_was_written_is_told_from_what_was_not() {
        let mut bytes = vec![0; 3 * 4 * 5 * 2];
        bytes[40 + 2 * 10 + 3 * 2] = 7;
        let array = MappedArray::new(&mapped(&bytes), dtype("<u2"), 0, packed(&[3, 4, 5], 2).unwrap()).unwrap();
        let is_written = |window: &Window| array.is_written(window).unwrap();
        assert_eq!([0, 1, 2].map(|step| is_written(&[step..step + 1, 0..4, 0..5])), [false, true, false]);
        assert!(is_written(&[0..3, 0..4, 0..5]) && is_written(&[1..2, 2..3, 3..4]));
        assert!(
            !is_written(&[1..2, 2..3, 0..3]) && !is_written(&[1..2, 0..2, 0..5]) && !is_written(&[1..1, 0..4, 0..5])
        );
    }

    #[test]
    fn arrays_that_do_not_fit_are_refused() {
        let map = mapped(&[0; 100]);
        let fits = |shape: &[u64], offset| {
            let extents = packed(shape, 4)?;
            MappedArray::new(&map, dtype("<f4"), offset, extents).ok()
        };
        assert!(fits(&[25], 0).is_some());
        assert!(fits(&[26], 0).is_none());
        assert!(fits(&[25], 1).is_none());
        assert!(fits(&[5, 0], 0).is_none());
        assert!(fits(&[1 << 20, 1 << 21], 0).is_none());
        assert!(fits(&[u64::MAX, u64::MAX], 0).is_none());
        assert!(fits(&[1], u64::MAX).is_none());
    }
}
