//! Windows of an HDF5 dataset.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use hdf5_reader::datatype_api::H5Type;
use hdf5_reader::{Dataset, SliceInfo, SliceInfoElem};

use crate::data::dtype::Scalar;
use crate::data::error::DataError;
use crate::data::grid::{Damage, Store, Window, cells, pieces};
use crate::data::mapping::Mapping;

/// A dataset of numbers.
pub(super) struct HdfStore {
    map: Arc<Mapping>,
    dataset: Dataset,
    scalar: Scalar,
    chunk: Vec<u64>,
    damage: Damage,
}

impl fmt::Debug for HdfStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HDF5 {} {:?} in chunks of {:?}", self.dataset.name(), self.dataset.shape(), self.chunk)
    }
}

impl HdfStore {
    pub(super) fn new(map: &Arc<Mapping>, dataset: Dataset, scalar: Scalar) -> Self {
        let shape = dataset.shape();
        let chunk = match dataset.chunks() {
            Some(chunk) => {
                chunk.iter().zip(shape).map(|(cells, len)| u64::from(*cells).clamp(1, (*len).max(1))).collect()
            }
            // Rows, of what lies in one piece.
            None => shape.iter().enumerate().map(|(i, len)| if i + 1 < shape.len() { 1 } else { *len }).collect(),
        };
        Self { map: Arc::clone(map), dataset, scalar, chunk, damage: Damage::default() }
    }

    /// Reads a window at once, or not at all.
    fn at_once(&self, window: &Window, out: &mut [f64]) -> Result<(), hdf5_reader::error::Error> {
        #[expect(clippy::cast_precision_loss, reason = "values of fields are f64; integers beyond 2^53 are rounded")]
        match self.scalar {
            Scalar::I8 => self.all::<i8>(window, out, Into::into),
            Scalar::U8 => self.all::<u8>(window, out, Into::into),
            Scalar::I16 => self.all::<i16>(window, out, Into::into),
            Scalar::U16 => self.all::<u16>(window, out, Into::into),
            Scalar::I32 => self.all::<i32>(window, out, Into::into),
            Scalar::U32 => self.all::<u32>(window, out, Into::into),
            Scalar::I64 => self.all::<i64>(window, out, |n| n as f64),
            Scalar::U64 => self.all::<u64>(window, out, |n| n as f64),
            Scalar::F32 => self.all::<f32>(window, out, Into::into),
            _ => self.all::<f64>(window, out, |n| n),
        }
    }

    fn all<T: H5Type>(
        &self,
        window: &Window,
        out: &mut [f64],
        value: impl Fn(T) -> f64,
    ) -> Result<(), hdf5_reader::error::Error> {
        let slice = |range: &Range<u64>| SliceInfoElem::Slice { start: range.start, end: range.end, step: 1 };
        // A single value has no dimensions there.
        let selections = if self.dataset.ndim() == 0 { Vec::new() } else { window.iter().map(slice).collect() };
        let read = self.dataset.read_slice::<T>(&SliceInfo { selections })?;
        for (out, number) in out.iter_mut().zip(read) {
            *out = value(number);
        }
        Ok(())
    }
}

impl Store for HdfStore {
    fn read(&self, window: &Window, out: &mut [f64]) -> Result<u64, DataError> {
        let shape = self.dataset.shape();
        let shape = if shape.is_empty() { &[1] } else { shape };
        let beyond = window.iter().zip(shape).any(|(range, len)| range.end > *len);
        if beyond || window.len() != shape.len() || cells(window) != Some(out.len() as u64) {
            return Err(DataError::Grid(format!("the cells {window:?} do not lie within the array")));
        }
        if out.is_empty() {
            return Ok(0);
        }
        let all = self.at_once(window, out);
        self.map.check()?;
        let Err(problem) = all else { return Ok(0) };
        // Some chunk is damaged: the others are read one by one.
        let name = self.dataset.name();
        let damaged = || DataError::Grid(format!("reading \"{name}\": {problem}"));
        let mut unread = 0;
        let mut some = Vec::new();
        for piece in pieces(window, &self.chunk).ok_or_else(damaged)? {
            let count = cells(&piece.window).and_then(|count| usize::try_from(count).ok()).ok_or_else(damaged)?;
            some.clear();
            some.resize(count, f64::NAN);
            if self.at_once(&piece.window, &mut some).is_err() {
                some.fill(f64::NAN);
                unread += count as u64;
                self.damage.note(&piece.window, &self.chunk, shape);
            }
            piece.copy(&some, out);
        }
        self.map.check()?;
        Ok(unread)
    }

    fn chunk(&self) -> Vec<u64> {
        self.chunk.clone()
    }

    fn damaged(&self) -> u64 {
        self.damage.cells()
    }
}
