//! The GPU engine: rows streamed through a fixed ring of staging buffers into tiles, splatted by compute shaders with
//! atomic adds. It needs no optional feature of the adapter, and its result equals the CPU engine's to the last bit.
//!
//! An engine may move between threads and be used by several. Once its device is lost every call says so
//! ([`EngineError::DeviceLost`]); a new engine takes its place, and tiles are uploaded again.

mod atomics;
mod axis;
pub mod device;
mod grid;
mod load;
mod memory;
mod pace;
pub mod pack;
pub mod params;
mod pass;
mod ring;
mod shade;
#[cfg(test)]
mod tests;
pub mod tiles;

use std::num::NonZero;
use std::sync::OnceLock;
use std::thread;

use crate::data::DataError;
use crate::data::parallel::Progress;
use crate::data::table::Table;
use crate::plan::{Draw, FramePlan, VALUE};

use super::{Aggregate, EngineError};
use device::Gpu;
use pack::TileShape;
use pass::{Pass, Pipelines};
pub use shade::Coloring;
use tiles::{Tile, Tiles};

/// Atomics that rows are counted with. Reductions with values, and adapters without texture atomics, use buffers always.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Atomics {
    /// Those of storage buffers, which every adapter has.
    Buffer,
    /// Those of textures of r32uint.
    Texture,
}

/// How the engine works; the default is right but for tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GpuOptions {
    /// Bytes of a tile, at most 128 MiB and what the adapter binds.
    pub tile_bytes: u64,
    /// Bytes of one staging buffer.
    pub staging_bytes: u64,
    /// Number of staging buffers: bytes in flight are bounded by their product.
    pub staging_buffers: usize,
    /// Threads that pack rows, each with a chunk of `staging_bytes`.
    pub threads: usize,
    /// Most workgroups of one dispatch along x; WebGPU allows 65,535.
    pub workgroups: u32,
    /// Rows after which the 32-bit counters are emptied into 64-bit ones.
    pub spill_rows: u32,
    /// Most bytes of a pixel grid in one binding; a larger grid is worked on in bands of pixel rows.
    pub plane_bytes: u64,
    /// Atomics to count with, where the adapter has them; `None`: the faster ones, see [`GpuEngine::atomics`].
    pub atomics: Option<Atomics>,
    /// Most bytes of uploaded tiles, where the adapter has more; see [`GpuEngine::budget_bytes`].
    pub budget_bytes: u64,
}

impl Default for GpuOptions {
    fn default() -> Self {
        Self {
            tile_bytes: 64 << 20,
            staging_bytes: 4 << 20,
            staging_buffers: 4,
            threads: thread::available_parallelism().map_or(1, NonZero::get),
            workgroups: 65_535,
            spill_rows: u32::MAX,
            plane_bytes: 128 << 20,
            atomics: None,
            budget_bytes: u64::MAX,
        }
    }
}

/// A device with the engine's pipelines.
#[derive(Debug)]
pub struct GpuEngine {
    gpu: Gpu,
    pipelines: Pipelines,
    atomics: OnceLock<Atomics>,
}

impl GpuEngine {
    /// Takes the best adapter there is: hardware before software.
    ///
    /// # Errors
    /// [`EngineError::NoAdapter`].
    pub fn new() -> Result<Self, EngineError> {
        let gpu = Gpu::new()?;
        let pipelines = Pipelines::new(&gpu)?;
        Ok(Self { gpu, pipelines, atomics: OnceLock::new() })
    }

    /// Name and backend of the adapter in use.
    pub fn adapter_name(&self) -> String {
        self.gpu.name()
    }

    /// Whether the adapter is hardware, not a program on the CPU.
    pub fn is_hardware(&self) -> bool {
        self.gpu.is_hardware()
    }

    /// The atomics that count rows, by name: `texture`, `buffer`, or `buffer (not measured)` before the first count and
    /// on software adapters, where nothing is measured.
    pub fn atomics(&self) -> &'static str {
        match self.atomics.get() {
            Some(Atomics::Texture) => "texture",
            Some(Atomics::Buffer) => "buffer",
            None => "buffer (not measured)",
        }
    }

    /// Whether the adapter has atomics on textures.
    pub fn has_texture_atomics(&self) -> bool {
        self.gpu.max_counts_side() > 0
    }

    /// Measures which atomics are faster here, a few milliseconds on hardware, and keeps to them from then on. The first
    /// count on a hardware adapter does this by itself.
    ///
    /// # Errors
    /// [`EngineError::DeviceLost`], [`EngineError::Gpu`].
    pub fn measure_atomics(&self) -> Result<Atomics, EngineError> {
        if let Some(known) = self.atomics.get() {
            return Ok(*known);
        }
        let found = if self.has_texture_atomics() { atomics::measured(self)? } else { Atomics::Buffer };
        Ok(*self.atomics.get_or_init(|| found))
    }

    /// Bytes of tiles that this adapter may hold: a share of its own memory where that is known, else 1 GiB.
    pub fn budget_bytes(&self) -> u64 {
        self.gpu.budget()
    }

    /// Bytes that [`GpuEngine::upload`] would take on the device.
    ///
    /// # Errors
    /// A table without the columns of the plan.
    pub fn upload_bytes(&self, table: &Table, plan: &FramePlan, options: GpuOptions) -> Result<u64, EngineError> {
        Ok(self.shape(table, plan, options)?.bytes_for(table.rows()))
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
        let mut pass = Pass::new(self, plan, &shape, self.atomics_for(plan, options)?, options)?;
        let filtered = load::load(&self.gpu, table, &shape, options, progress, |tile, rows| {
            pass.splat(&tile, rows, progress)?;
            Ok(Some(tile))
        })?;
        let mut cells = pass.finish()?;
        cells.rest.filtered = filtered;
        Ok(cells.finish(plan, plan.reduce.has_value().then(|| table.kind(VALUE)).flatten()))
    }

    /// Packs all rows of `table` for `plan` into tiles that stay on the device, for frames that follow.
    ///
    /// # Errors
    /// [`EngineError::OverBudget`] before anything is read or uploaded, and as [`GpuEngine::aggregate`].
    pub fn upload(
        &self,
        table: &Table,
        plan: &FramePlan,
        options: GpuOptions,
        progress: &Progress,
    ) -> Result<Tiles, EngineError> {
        let shape = self.shape(table, plan, options)?;
        let (needed, limit) = (shape.bytes_for(table.rows()), self.budget_bytes().min(options.budget_bytes));
        if needed > limit {
            return Err(EngineError::OverBudget { needed: needed.div_ceil(1 << 20), limit: limit >> 20 });
        }
        let mut tiles: Vec<(Tile, u32)> = Vec::new();
        let filtered = load::load(&self.gpu, table, &shape, options, progress, |tile, rows| {
            tiles.push((tile, rows));
            Ok(None)
        })?;
        self.gpu.wait(None, "uploading the data")?;
        Ok(Tiles { shape, tiles, filtered })
    }

    /// Reduces uploaded tiles onto a plan's pixel grid; the plan must be of the same reduction as at the upload. Rows are
    /// added to `progress`, which is asked before each dispatch whether to stop: within about 50 ms.
    ///
    /// # Errors
    /// A cancelled pass, an adapter that fails.
    pub fn aggregate_tiles(
        &self,
        tiles: &Tiles,
        plan: &FramePlan,
        options: GpuOptions,
        progress: &Progress,
    ) -> Result<Aggregate, EngineError> {
        refuse_marks(plan)?;
        let mut pass = Pass::new(self, plan, &tiles.shape, self.atomics_for(plan, options)?, options)?;
        for (tile, rows) in &tiles.tiles {
            pass.splat(tile, *rows, progress)?;
            progress.add(u64::from(*rows));
        }
        if progress.is_cancelled() {
            return Err(DataError::Cancelled.into());
        }
        progress.add(tiles.filtered);
        let mut cells = pass.finish()?;
        cells.rest.filtered = tiles.filtered;
        Ok(cells.finish(plan, tiles.shape.value_kind()))
    }

    /// The atomics for a plan, measured first where that is worth while.
    fn atomics_for(&self, plan: &FramePlan, options: GpuOptions) -> Result<Atomics, EngineError> {
        match options.atomics {
            _ if plan.reduce.has_value() => Ok(Atomics::Buffer),
            Some(asked) => Ok(asked),
            None if self.is_hardware() => self.measure_atomics(),
            None => Ok(self.atomics.get().copied().unwrap_or(Atomics::Buffer)),
        }
    }

    fn shape(&self, table: &Table, plan: &FramePlan, options: GpuOptions) -> Result<TileShape, EngineError> {
        refuse_marks(plan)?;
        let bytes = options.tile_bytes.min(128 << 20).min(self.gpu.max_binding());
        TileShape::new(table, plan, bytes).ok_or(EngineError::Data(DataError::Empty))
    }
}

/// The shaders know points only.
fn refuse_marks(plan: &FramePlan) -> Result<(), EngineError> {
    match plan.draw {
        Draw::Points => Ok(()),
        Draw::Lines { .. } | Draw::Markers { .. } | Draw::Hexagons(_) | Draw::Field { .. } => {
            Err(EngineError::Gpu { doing: "reading the plan", what: "it draws points only".to_owned() })
        }
    }
}
