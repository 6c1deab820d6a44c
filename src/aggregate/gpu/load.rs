//! Loading: rows packed on all cores and put into tiles, one tile after another. Which row goes where is chance; no result
//! depends on it.

use std::sync::{Mutex, PoisonError};

use crate::aggregate::EngineError;
use crate::data::blocks::BLOCK_BYTES;
use crate::data::parallel::{Progress, Reading, try_read_blocks};
use crate::data::table::Table;

use super::GpuOptions;
use super::device::Gpu;
use super::pack::{Packer, TileShape};
use super::ring::Ring;
use super::tiles::Tile;

/// The tile being filled, and what becomes of full ones.
struct Loader<'a, F> {
    gpu: &'a Gpu,
    shape: &'a TileShape,
    ring: Ring,
    tile: Option<Tile>,
    rows: u32,
    full: F,
}

impl<F: FnMut(Tile, u32) -> Result<Option<Tile>, EngineError>> Loader<'_, F> {
    /// Puts the rows of a chunk into the tile, and into the next where it is full.
    fn add(&mut self, packer: &mut Packer) -> Result<(), EngineError> {
        let planes = packer.planes();
        let count = planes.first().map_or(0, Vec::len);
        let mut from = 0;
        while from < count {
            let tile = self.tile.get_or_insert_with(|| Tile::new(self.gpu, self.shape));
            let room = (self.shape.capacity - self.rows) as usize;
            let end = count.min(from + room);
            self.ring.copy(self.gpu, planes, from..end, tile, self.rows)?;
            self.rows += u32::try_from(end - from).unwrap_or(0);
            from = end;
            if self.rows == self.shape.capacity {
                self.end_tile()?;
            }
        }
        packer.clear();
        Ok(())
    }

    fn end_tile(&mut self) -> Result<(), EngineError> {
        if self.rows > 0
            && let Some(tile) = self.tile.take()
        {
            self.tile = (self.full)(tile, self.rows)?;
        }
        self.rows = 0;
        Ok(())
    }
}

/// Packs all rows of `table` that its filter keeps into tiles, and says how many it leaves out. Each tile, with its number
/// of rows, goes to `full`, which may give back a tile that is to be filled next.
///
/// # Errors
/// Data that cannot be read, a cancelled pass, an adapter that fails, and those of `full`.
pub fn load(
    gpu: &Gpu,
    table: &Table,
    shape: &TileShape,
    options: GpuOptions,
    progress: &Progress,
    full: impl FnMut(Tile, u32) -> Result<Option<Tile>, EngineError> + Send,
) -> Result<u64, EngineError> {
    let loader = Mutex::new(Loader { gpu, shape, ring: Ring::new(gpu, options), tile: None, rows: 0, full });
    let reading = Reading { threads: options.threads.max(1), block_bytes: BLOCK_BYTES };
    let make = || Packer::new(shape, options.staging_bytes);
    let packers = try_read_blocks(table, reading, progress, make, |packer, part, block| {
        for batch in block.batches() {
            packer.add(part, &batch);
            if packer.is_full() {
                loader.lock().unwrap_or_else(PoisonError::into_inner).add(packer)?;
            }
        }
        Ok::<_, EngineError>(())
    })?;
    let mut loader = loader.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut filtered = 0;
    for mut packer in packers {
        filtered += packer.filtered();
        loader.add(&mut packer)?;
    }
    loader.end_tile()?;
    Ok(filtered)
}
