//! Windows of GRIB2 variables: a field is unpacked whole, and the last few are kept.

use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use crate::data::error::DataError;
use crate::data::grid::{Damage, Store, Window, cells};
use crate::data::mapping::Mapping;

use super::lattice::Lattice;
use super::scan::Field;
use super::unpack::{Sections, unpack};

/// Bytes of unpacked fields that are kept for all variables of a dataset.
const CACHE: usize = 64 << 20;

/// An unpacked field.
type Values = Arc<Vec<f64>>;

/// The files, their fields, and those unpacked last.
pub(super) struct Fields {
    pub(super) maps: Vec<Arc<Mapping>>,
    pub(super) fields: Vec<Field>,
    recent: Mutex<VecDeque<(usize, Option<Values>)>>,
}

impl Fields {
    pub(super) fn new(maps: Vec<Arc<Mapping>>, fields: Vec<Field>) -> Self {
        Self { maps, fields, recent: Mutex::default() }
    }

    /// The values of a field, row by row; none where they are damaged.
    fn values(&self, number: usize, lattice: &Lattice) -> Result<Option<Values>, DataError> {
        let known = |recent: &VecDeque<(usize, Option<Values>)>| {
            recent.iter().find(|(kept, _)| *kept == number).map(|(_, values)| values.clone())
        };
        if let Some(values) = known(&self.recent.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(values);
        }
        let Some((field, map)) = self.fields.get(number).and_then(|field| Some((field, self.maps.get(field.part)?)))
        else {
            return Ok(None);
        };
        let section = |range: &Range<usize>| map.bytes().get(range.clone()).unwrap_or_default();
        let sections =
            Sections { packing: section(&field.packing), bitmap: section(&field.bitmap), data: section(&field.data) };
        let points = usize::try_from(lattice.nx * lattice.ny).unwrap_or(usize::MAX);
        let values = unpack(sections, points).ok().map(|values| Arc::new(lattice.ordered(values)));
        map.check()?;
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let most = (CACHE / (points * 8).max(1)).max(2);
        recent.push_front((number, values.clone()));
        recent.truncate(most);
        Ok(values)
    }
}

/// A variable: fields along its outer dimensions.
pub(super) struct GribStore {
    pub(super) all: Arc<Fields>,
    pub(super) lattice: Arc<Lattice>,
    /// Lengths of the dimensions outside of the fields.
    pub(super) outer: Vec<u64>,
    /// For each cell of those, the number of a field; there need not be one.
    pub(super) table: Vec<Option<usize>>,
    pub(super) damage: Damage,
}

impl fmt::Debug for GribStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GRIB2 fields of {} x {} along {:?}", self.lattice.nx, self.lattice.ny, self.outer)
    }
}

impl Store for GribStore {
    fn read(&self, window: &Window, out: &mut [f64]) -> Result<u64, DataError> {
        let shape: Vec<u64> = self.outer.iter().copied().chain([self.lattice.ny, self.lattice.nx]).collect();
        let beyond = window.len() != shape.len() || window.iter().zip(&shape).any(|(range, len)| range.end > *len);
        if beyond || cells(window) != Some(out.len() as u64) {
            return Err(DataError::Grid(format!("the cells {window:?} do not lie within the array")));
        }
        let [outer @ .., rows, columns] = window else { return Ok(0) };
        let plane = cells(&[rows.clone(), columns.clone()]).and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        if plane == 0 || out.is_empty() {
            return Ok(0);
        }
        let mut unread = 0;
        let mut index: Vec<u64> = outer.iter().map(|range| range.start).collect();
        for out in out.chunks_exact_mut(plane) {
            let at = index.iter().zip(&self.outer).fold(0, |at, (i, len)| at * len + i);
            let field = usize::try_from(at).ok().and_then(|at| self.table.get(at).copied().flatten());
            match field.map(|field| self.all.values(field, &self.lattice)).transpose()? {
                None => out.fill(f64::NAN),
                Some(None) => {
                    out.fill(f64::NAN);
                    unread += plane as u64;
                    let point: Vec<Range<u64>> = index.iter().map(|at| *at..*at).chain([0..0, 0..0]).collect();
                    self.damage.note(&point, &self.chunk(), &shape);
                }
                Some(Some(values)) => self.copy(&values, rows, columns, out),
            }
            for (i, range) in index.iter_mut().zip(outer).rev() {
                *i += 1;
                if *i < range.end {
                    break;
                }
                *i = range.start;
            }
        }
        Ok(unread)
    }

    fn chunk(&self) -> Vec<u64> {
        self.outer.iter().map(|_| 1).chain([self.lattice.ny, self.lattice.nx]).collect()
    }

    fn damaged(&self) -> u64 {
        self.damage.cells()
    }
}

impl GribStore {
    fn copy(&self, values: &[f64], rows: &Range<u64>, columns: &Range<u64>, out: &mut [f64]) {
        let width = usize::try_from(columns.end - columns.start).unwrap_or(1).max(1);
        for (row, out) in rows.clone().zip(out.chunks_exact_mut(width)) {
            let start = usize::try_from(row * self.lattice.nx + columns.start).unwrap_or(usize::MAX);
            if let Some(from) = start.checked_add(width).and_then(|end| values.get(start..end)) {
                out.copy_from_slice(from);
            }
        }
    }
}

/// Numbers in memory, of dimensions y and x.
#[derive(Debug)]
pub(super) struct Plane {
    pub(super) nx: u64,
    pub(super) ny: u64,
    pub(super) values: Vec<f64>,
}

impl Store for Plane {
    fn read(&self, window: &Window, out: &mut [f64]) -> Result<u64, DataError> {
        let [rows, columns] = window else {
            return Err(DataError::Grid(format!("the cells {window:?} do not lie within the array")));
        };
        if rows.end > self.ny || columns.end > self.nx || cells(window) != Some(out.len() as u64) {
            return Err(DataError::Grid(format!("the cells {window:?} do not lie within the array")));
        }
        let width = usize::try_from(columns.end.saturating_sub(columns.start)).unwrap_or(0);
        if width == 0 {
            return Ok(0);
        }
        for (row, out) in rows.clone().zip(out.chunks_exact_mut(width)) {
            let start = usize::try_from(row * self.nx + columns.start).unwrap_or(usize::MAX);
            if let Some(from) = start.checked_add(width).and_then(|end| self.values.get(start..end)) {
                out.copy_from_slice(from);
            }
        }
        Ok(0)
    }

    fn chunk(&self) -> Vec<u64> {
        vec![self.ny, self.nx]
    }
}
