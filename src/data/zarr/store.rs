//! Windows of an array, chunk by chunk.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::data::error::DataError;
use crate::data::grid::mapped::{self, Extent};
use crate::data::grid::{Damage, Store, Window, cells, pieces};

use super::cache::{Cache, Key};
use super::codec::{Codec, undo};
use super::layout::{Array, Shard};
use super::tree::{Blob, Tree};

/// Bytes of where a chunk is in a shard, and how long.
const ENTRY: usize = 16;

/// What the arrays of a store have in common.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) tree: Tree,
    pub(super) cache: Cache,
}

/// An array of numbers.
pub(super) struct ZarrStore {
    shared: Arc<Shared>,
    path: String,
    /// Tells its chunks from those of other arrays.
    id: usize,
    array: Array,
    /// Lengths and distances of a chunk's cells.
    extents: Vec<Extent>,
    bytes: usize,
    damage: Damage,
}

impl fmt::Debug for ZarrStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Array { shape, layout, .. } = &self.array;
        write!(f, "Zarr {} {shape:?} of {} in chunks of {:?}", self.path, layout.dtype, self.array.stored())
    }
}

/// A chunk.
enum Chunk {
    /// It was never written.
    Missing,
    Plain(Blob, Range<usize>),
    Unpacked(Arc<Vec<u8>>),
}

/// Why there is no chunk.
enum Problem {
    /// It is damaged, or cannot be read.
    Damaged,
    /// The whole store is gone.
    Gone(DataError),
}

impl ZarrStore {
    /// The numbers of an array that was [checked](Array::checked).
    pub(super) fn new(shared: &Arc<Shared>, path: &str, id: usize, array: Array) -> Option<Self> {
        let size = array.layout.dtype.size();
        let stored: Vec<u64> = array.layout.order.iter().map(|axis| array.stored()[*axis]).collect();
        let lying = mapped::packed(&stored, size)?;
        let mut extents = lying.clone();
        for (axis, extent) in array.layout.order.iter().zip(lying) {
            extents[*axis] = extent;
        }
        let bytes = usize::try_from(array.chunk_bytes()?).ok()?;
        Some(Self {
            shared: Arc::clone(shared),
            path: path.to_owned(),
            id,
            array,
            extents,
            bytes,
            damage: Damage::default(),
        })
    }

    fn file(&self, index: &[u64]) -> Result<Option<Blob>, Problem> {
        let key = self.array.keys.of(index);
        let name = if self.path.is_empty() { key } else { format!("{}/{key}", self.path) };
        match self.shared.tree.get(&name) {
            Ok(Some(blob)) => Ok(Some(blob)),
            found if self.shared.tree.is_there() => found.map_err(|_| Problem::Damaged),
            found => Err(Problem::Gone(found.err().unwrap_or_else(|| {
                DataError::Grid("the store is not there any more; open it again where it is now".to_owned())
            }))),
        }
    }

    /// The chunk of a number along each dimension.
    fn chunk_at(&self, index: &[u64]) -> Result<Chunk, Problem> {
        let Some(shard) = &self.array.shard else {
            let Some(file) = self.file(index)? else { return Ok(Chunk::Missing) };
            let all = 0..file.bytes().len();
            return self.unpacked(index, file, all);
        };
        let counts = shard.counts(&self.array.chunk);
        let outer: Vec<u64> = index.iter().zip(&counts).map(|(at, count)| at / count).collect();
        let Some(file) = self.file(&outer)? else { return Ok(Chunk::Missing) };
        let within = index.iter().zip(&counts).fold(0, |at, (index, count)| at * count + index % count);
        let key = Key { array: self.id, is_index: true, at: outer };
        let total = usize::try_from(counts.iter().product::<u64>()).map_err(|_| Problem::Damaged)?;
        let list = self.shared.cache.get(&key, || list_of(shard, &file, total))?;
        match place(shard, &list, within)? {
            None => Ok(Chunk::Missing),
            Some(range) => self.unpacked(index, file, range),
        }
    }

    /// A chunk of the bytes of a file.
    fn unpacked(&self, index: &[u64], file: Blob, range: Range<usize>) -> Result<Chunk, Problem> {
        if self.array.layout.codecs.is_empty() {
            return if range.len() == self.bytes { Ok(Chunk::Plain(file, range)) } else { Err(Problem::Damaged) };
        }
        let key = Key { array: self.id, is_index: false, at: index.to_vec() };
        let make = || {
            let stored = file.bytes().get(range).ok_or(Problem::Damaged)?;
            let plain = undo(&self.array.layout.codecs, stored, self.bytes).map_err(|_| Problem::Damaged)?;
            file.check().map_err(|_| Problem::Damaged)?;
            Ok(plain)
        };
        self.shared.cache.get(&key, make).map(Chunk::Unpacked)
    }

    /// Reads the part of a window that lies in one chunk.
    fn piece(&self, window: &Window, out: &mut [f64]) -> Result<(), Problem> {
        let lens = || window.iter().zip(self.array.stored());
        let index: Vec<u64> = lens().map(|(range, len)| range.start / len).collect();
        let local: Vec<Range<u64>> =
            lens().map(|(range, len)| range.start % len..range.start % len + (range.end - range.start)).collect();
        let read = |bytes: &[u8], out: &mut [f64]| {
            mapped::read_window(bytes, self.array.layout.dtype, 0, &self.extents, &local, out)
                .map_err(|_| Problem::Damaged)
        };
        match self.chunk_at(&index)? {
            Chunk::Missing => out.fill(self.array.fill),
            Chunk::Unpacked(bytes) => read(&bytes, out)?,
            Chunk::Plain(file, range) => {
                read(file.bytes().get(range).ok_or(Problem::Damaged)?, out)?;
                file.check().map_err(|_| Problem::Damaged)?;
            }
        }
        Ok(())
    }
}

/// Where the chunks of a shard are: pairs of offset and length.
fn list_of(shard: &Shard, file: &Blob, total: usize) -> Result<Vec<u8>, Problem> {
    let sums = shard.index_codecs.len() * size_of::<u32>();
    let stored = total * ENTRY + sums;
    let bytes = file.bytes();
    let start = if shard.is_index_first { Some(0) } else { bytes.len().checked_sub(stored) };
    let list = start.and_then(|start| bytes.get(start..start.checked_add(stored)?)).ok_or(Problem::Damaged)?;
    let list = undo(&shard.index_codecs, list, total * ENTRY).map_err(|_| Problem::Damaged)?;
    file.check().map_err(|_| Problem::Damaged)?;
    Ok(list)
}

/// Where in the shard a chunk is; none if it was never written.
fn place(shard: &Shard, list: &[u8], number: u64) -> Result<Option<Range<usize>>, Problem> {
    let (pairs, _) = list.as_chunks::<8>();
    let value = |at: u64| {
        let raw = *usize::try_from(at).ok().and_then(|at| pairs.get(at)).ok_or(Problem::Damaged)?;
        Ok(if shard.index_big_endian { u64::from_be_bytes(raw) } else { u64::from_le_bytes(raw) })
    };
    let (offset, length) = (value(number * 2)?, value(number * 2 + 1)?);
    if (offset, length) == (u64::MAX, u64::MAX) {
        return Ok(None);
    }
    let ends = (usize::try_from(offset), offset.checked_add(length).and_then(|end| usize::try_from(end).ok()));
    match ends {
        (Ok(start), Some(end)) => Ok(Some(start..end)),
        _ => Err(Problem::Damaged),
    }
}

/// Whether steps make a list of chunks only longer by sums, so that its length is known.
pub(super) fn are_sums(codecs: &[Codec]) -> bool {
    codecs.iter().all(|codec| matches!(codec, Codec::Sum { .. }))
}

impl Store for ZarrStore {
    fn read(&self, window: &Window, out: &mut [f64]) -> Result<u64, DataError> {
        let beyond = window.iter().zip(&self.array.shape).any(|(range, len)| range.end > *len);
        if beyond || window.len() != self.array.shape.len() || cells(window) != Some(out.len() as u64) {
            return Err(DataError::Grid(format!("the cells {window:?} do not lie within the array")));
        }
        if out.is_empty() {
            return Ok(0);
        }
        let mut unread = 0;
        let mut some = Vec::new();
        let all = pieces(window, self.array.stored());
        for piece in all.ok_or_else(|| DataError::Grid("an array in no chunks".to_owned()))? {
            let count = cells(&piece.window).and_then(|count| usize::try_from(count).ok()).unwrap_or(usize::MAX);
            some.resize(count.min(out.len()), f64::NAN);
            match self.piece(&piece.window, &mut some) {
                Ok(()) => {}
                Err(Problem::Damaged) => {
                    some.fill(f64::NAN);
                    unread += some.len() as u64;
                    self.damage.note(&piece.window, self.array.stored(), &self.array.shape);
                }
                Err(Problem::Gone(problem)) => return Err(problem),
            }
            piece.copy(&some, out);
        }
        Ok(unread)
    }

    fn chunk(&self) -> Vec<u64> {
        self.array.stored().iter().zip(&self.array.shape).map(|(cells, len)| (*cells).clamp(1, (*len).max(1))).collect()
    }

    fn damaged(&self) -> u64 {
        self.damage.cells()
    }
}
