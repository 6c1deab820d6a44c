//! The GPU engine: rows streamed through a fixed ring of staging buffers into tiles, splatted by compute shaders with
//! atomic adds. It needs no optional feature of the adapter, and its result equals the CPU engine's to the last bit.

pub mod device;
pub mod pack;
pub mod params;
mod pass;
mod ring;
mod shade;
pub mod tiles;

use std::ops::Range;

use crate::data::DataError;
use crate::data::blocks::{BLOCK_BYTES, Blocks};
use crate::data::parallel::Progress;
use crate::data::table::Table;
use crate::plan::{FramePlan, VALUE};

use super::{Aggregate, EngineError};
use device::Gpu;
use pack::{Packer, TileShape};
use pass::{Pass, Pipelines};
use ring::Ring;
pub use shade::Coloring;
use tiles::{Tile, Tiles};

/// How the engine works; the default is right but for tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GpuOptions {
    /// Bytes of a tile, at most 128 MiB and what the adapter binds.
    pub tile_bytes: u64,
    /// Bytes of one staging buffer.
    pub staging_bytes: u64,
    /// Number of staging buffers: bytes in flight are bounded by their product.
    pub staging_buffers: usize,
    /// Most workgroups of one dispatch along x; WebGPU allows 65,535.
    pub workgroups: u32,
    /// Rows after which the 32-bit counters are emptied into 64-bit ones.
    pub spill_rows: u32,
    /// Most bytes of a pixel grid in one binding; a larger grid is worked on in bands of pixel rows.
    pub plane_bytes: u64,
}

impl Default for GpuOptions {
    fn default() -> Self {
        Self {
            tile_bytes: 64 << 20,
            staging_bytes: 8 << 20,
            staging_buffers: 3,
            workgroups: 65_535,
            spill_rows: u32::MAX,
            plane_bytes: 128 << 20,
        }
    }
}

/// A device with the engine's pipelines.
#[derive(Debug)]
pub struct GpuEngine {
    gpu: Gpu,
    pipelines: Pipelines,
}

impl GpuEngine {
    /// Takes the best adapter there is: hardware before software.
    ///
    /// # Errors
    /// [`EngineError::NoAdapter`].
    pub fn new() -> Result<Self, EngineError> {
        let gpu = Gpu::new()?;
        let pipelines = Pipelines::new(&gpu)?;
        Ok(Self { gpu, pipelines })
    }

    /// Name and backend of the adapter in use.
    pub fn adapter_name(&self) -> String {
        self.gpu.name()
    }

    /// Whether the adapter is hardware, not a program on the CPU.
    pub fn is_hardware(&self) -> bool {
        self.gpu.is_hardware()
    }

    /// Reduces all rows of `table` onto the plan's pixel grid, streaming them once. Equal to the CPU engine's result.
    ///
    /// # Errors
    /// Data that cannot be read, a cancelled pass, an adapter that fails.
    pub fn aggregate(
        &self,
        table: &Table,
        plan: &FramePlan,
        options: GpuOptions,
        progress: &Progress,
    ) -> Result<Aggregate, EngineError> {
        let shape = self.shape(table, plan, options)?;
        let tile = Tile::new(&self.gpu, &shape);
        let mut pass = Pass::new(self, plan, &shape, options)?;
        self.stream(table, &shape, options, progress, |packed, ring, at| {
            ring.copy(&self.gpu, packed, &tile, at)?;
            if packed.ends_tile {
                pass.splat(&tile, 0..packed.end_of(at))?;
            }
            Ok(())
        })?;
        Ok(pass.finish()?.finish(plan, plan.reduce.has_value().then(|| table.kind(VALUE)).flatten()))
    }

    /// Packs all rows of `table` for `plan` into tiles that stay on the device, for frames that follow.
    ///
    /// # Errors
    /// As [`GpuEngine::aggregate`].
    pub fn upload(
        &self,
        table: &Table,
        plan: &FramePlan,
        options: GpuOptions,
        progress: &Progress,
    ) -> Result<Tiles, EngineError> {
        let shape = self.shape(table, plan, options)?;
        let mut tiles: Vec<(Tile, u32)> = Vec::new();
        self.stream(table, &shape, options, progress, |packed, ring, at| {
            if at == 0 {
                tiles.push((Tile::new(&self.gpu, &shape), 0));
            }
            if let Some((tile, rows)) = tiles.last_mut() {
                ring.copy(&self.gpu, packed, tile, at)?;
                *rows = packed.end_of(at);
            }
            Ok(())
        })?;
        self.gpu.wait("uploading the data")?;
        Ok(Tiles { shape, tiles })
    }

    /// Reduces uploaded tiles onto a plan's pixel grid; the plan must be of the same reduction as at the upload.
    ///
    /// # Errors
    /// An adapter that fails.
    pub fn aggregate_tiles(
        &self,
        tiles: &Tiles,
        plan: &FramePlan,
        options: GpuOptions,
    ) -> Result<Aggregate, EngineError> {
        let mut pass = Pass::new(self, plan, &tiles.shape, options)?;
        for (tile, rows) in &tiles.tiles {
            pass.splat(tile, 0..*rows)?;
        }
        Ok(pass.finish()?.finish(plan, tiles.shape.value_kind()))
    }

    fn shape(&self, table: &Table, plan: &FramePlan, options: GpuOptions) -> Result<TileShape, EngineError> {
        let bytes = options.tile_bytes.min(128 << 20).min(self.gpu.max_binding());
        TileShape::new(table, plan, bytes).ok_or(EngineError::Data(DataError::Empty))
    }

    /// Packs the table's rows chunk by chunk and hands each to `take` with the row of the tile where it belongs.
    fn stream(
        &self,
        table: &Table,
        shape: &TileShape,
        options: GpuOptions,
        progress: &Progress,
        mut take: impl FnMut(&pack::Packed<'_>, &mut Ring, u32) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        let mut ring = Ring::new(&self.gpu, options);
        let mut packer = Packer::new(table, shape, options.staging_bytes);
        let blocks = Blocks::of(table, BLOCK_BYTES);
        let mut at = 0;
        let mut left = table.rows();
        let mut flush = |packer: &mut Packer, ring: &mut Ring, left: u64| -> Result<(), EngineError> {
            let packed = packer.packed(at, left == 0);
            take(&packed, ring, at)?;
            at = if packed.ends_tile { 0 } else { packed.end_of(at) };
            packer.clear();
            Ok(())
        };
        for block in (0..blocks.len()).filter_map(|i| blocks.get(i)) {
            if progress.is_cancelled() {
                return Err(DataError::Cancelled.into());
            }
            let part = &table.parts()[block.part];
            for (map, extent) in part.columns().iter().filter_map(|c| Some((c.mapping()?, c.extent(&block.rows)?))) {
                map.prefault(extent.0, extent.1);
            }
            for batch in block.batches() {
                let rows: Range<u64> = batch.clone();
                packer.add(part, &rows);
                left -= rows.end - rows.start;
                if packer.is_full() || left == 0 {
                    for map in part.mappings() {
                        map.check()?;
                    }
                    flush(&mut packer, &mut ring, left)?;
                }
            }
            for map in part.mappings() {
                map.check()?;
            }
            progress.add(block.rows.end - block.rows.start);
        }
        Ok(())
    }
}
