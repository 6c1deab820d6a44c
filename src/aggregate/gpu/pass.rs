//! One pass: tiles splatted onto a plan's pixel grid.

use crate::aggregate::EngineError;
use crate::aggregate::cells::Cells;
use crate::data::{DataError, Progress};
use crate::plan::{FramePlan, Reduce};
use crate::scene::reduction::Statistic;

use super::axis::{axis, words};
use super::device::{Gpu, LoopBounds};
use super::grid::{Band, NUMBERS, bands};
use super::pace::{InFlight, Pace};
use super::pack::TileShape;
use super::params::{self, Settle, Splat};
use super::tiles::Tile;
use super::{Atomics, GpuEngine, GpuOptions};

const LANES: u32 = 256;
const SPLATTING: &str = "counting points";

/// A splat, and how many rows a dispatch of it takes.
#[derive(Debug)]
struct Kernel {
    pipeline: wgpu::ComputePipeline,
    pace: Pace,
}

/// The engine's compute pipelines.
#[derive(Debug)]
pub struct Pipelines {
    /// For each mode, into buffers.
    splat: [Kernel; 5],
    /// Counts, into a texture.
    counts: Option<Kernel>,
    settle: wgpu::ComputePipeline,
    pub(super) shade: wgpu::ComputePipeline,
}

impl Pipelines {
    pub fn new(gpu: &Gpu) -> Result<Self, EngineError> {
        let splat = concat!(
            include_str!("../../../shaders/common.wgsl"),
            include_str!("../../../shaders/planes.wgsl"),
            include_str!("../../../shaders/splat.wgsl")
        );
        let counts = concat!(
            include_str!("../../../shaders/common.wgsl"),
            include_str!("../../../shaders/counts.wgsl"),
            include_str!("../../../shaders/splat.wgsl")
        );
        let modes = [params::MODE_COUNT, params::MODE_TOTAL, params::MODE_SQUARES, params::MODE_HIGH, params::MODE_LOW];
        let kernel = |source, mode| Kernel {
            pipeline: gpu.pipeline(source, "splat", Some(mode), LoopBounds::InDebugBuilds),
            pace: Pace::new(gpu.is_hardware()),
        };
        let whole = |source, entry: &'static str| -> wgpu::ComputePipeline {
            gpu.pipeline(source, entry, None, LoopBounds::Always)
        };
        let made = Self {
            splat: modes.map(|mode| kernel(splat, mode)),
            counts: (gpu.max_counts_side() > 0).then(|| kernel(counts, params::MODE_COUNT)),
            settle: whole(include_str!("../../../shaders/settle.wgsl"), "settle"),
            shade: whole(include_str!("../../../shaders/shade.wgsl"), "shade"),
        };
        gpu.check("building the shaders")?;
        Ok(made)
    }

    fn kernel(&self, mode: u32, atomics: Atomics) -> &Kernel {
        match (&self.counts, atomics) {
            (Some(counts), Atomics::Texture) => counts,
            _ => &self.splat[mode as usize % self.splat.len()],
        }
    }
}

/// A pass in progress.
pub struct Pass<'a> {
    engine: &'a GpuEngine,
    plan: &'a FramePlan,
    options: GpuOptions,
    atomics: Atomics,
    template: Splat,
    modes: &'static [u32],
    plane_count: u32,
    parameters: wgpu::Buffer,
    edges: wgpu::Buffer,
    rest: wgpu::Buffer,
    bands: Vec<Band>,
    in_flight: InFlight,
    since_spill: u32,
    cells: Cells,
}

impl<'a> Pass<'a> {
    /// Prepares edges and planes of zeros. `atomics` is what counts are made with where it can be.
    pub fn new(
        engine: &'a GpuEngine,
        plan: &'a FramePlan,
        shape: &TileShape,
        atomics: Atomics,
        options: GpuOptions,
    ) -> Result<Self, EngineError> {
        let gpu = &engine.gpu;
        if let Some(why) = plan.not_for_gpu() {
            return Err(EngineError::Gpu { doing: SPLATTING, what: why.to_owned() });
        }
        let (modes, plane_count): (&[u32], u32) = match plan.reduce {
            Reduce::Count | Reduce::Any | Reduce::Coverage | Reduce::Over(_) | Reduce::CountBy { .. } => {
                (&[params::MODE_COUNT], 1)
            }
            Reduce::Total(Statistic::Std, _) => (&[params::MODE_SQUARES], 9),
            Reduce::Total(..) => (&[params::MODE_TOTAL], 5),
            Reduce::Extreme(_) => (&[params::MODE_HIGH, params::MODE_LOW], 4),
        };
        let fits = plane_count == 1 && plan.view.x.pixels <= gpu.max_counts_side();
        let atomics = if fits { atomics } else { Atomics::Buffer };
        let (mut keys, mut axes) = (Vec::new(), Vec::new());
        for (rule, packing) in [&plan.x, &plan.y].into_iter().zip(&shape.columns) {
            axes.push(axis(rule, packing, shape.capacity, &mut keys));
        }
        let [x, y] = axes.as_slice() else {
            return Err(EngineError::Gpu { doing: SPLATTING, what: "a tile without axes".to_owned() });
        };
        let mut template = Splat { x: *x, y: *y, width: plan.view.x.pixels, ..bytemuck::Zeroable::zeroed() };
        if let Some(value) = shape.columns.get(2) {
            let missing = value.words.missing(value.kind);
            let [low, high] = words(missing.unwrap_or(0));
            template.value_low_at = value.plane * shape.capacity;
            template.value_high_at = (value.plane + 1) * shape.capacity;
            template.value_has_missing = missing.is_some().into();
            (template.value_missing_low, template.value_missing_high) = (low, high);
        }
        let pass = Self {
            engine,
            plan,
            options,
            atomics,
            template,
            modes,
            plane_count,
            parameters: gpu.filled_for("parameters", bytemuck::bytes_of(&template), wgpu::BufferUsages::UNIFORM),
            edges: gpu.filled("edges", bytemuck::cast_slice(&keys)),
            rest: gpu.buffer("rest", 8, NUMBERS),
            bands: bands(gpu, plan, plane_count, atomics, options),
            in_flight: InFlight::default(),
            since_spill: 0,
            cells: Cells::default(),
        };
        gpu.check("preparing the pixel grid")?;
        Ok(pass)
    }

    /// Adds the first `rows` rows of a tile. Looks at `progress` before each dispatch, but adds nothing to it.
    pub fn splat(&mut self, tile: &Tile, rows: u32, progress: &Progress) -> Result<(), EngineError> {
        let rows = rows.min(tile.capacity);
        if self.options.spill_rows.saturating_sub(self.since_spill) < rows {
            self.spill()?;
        }
        self.since_spill = self.since_spill.saturating_add(rows);
        let engine = self.engine;
        let gpu = &engine.gpu;
        let pace = &engine.pipelines.kernel(self.modes[0], self.atomics).pace;
        let rows_each: u32 = if gpu.is_hardware() { 16 } else { 4 };
        let group = LANES * rows_each;
        let bound: Vec<Vec<wgpu::BindGroup>> = self.bands.iter().map(|band| self.bind(band, tile)).collect();
        let mut first_row = 0;
        while first_row < rows {
            let groups = (pace.rows() / group).clamp(1, self.options.workgroups.clamp(1, 65_535));
            let end_row = rows.min(first_row.saturating_add(groups * group));
            for (number, (band, bound)) in self.bands.iter().zip(&bound).enumerate() {
                if progress.is_cancelled() {
                    return Err(DataError::Cancelled.into());
                }
                let part = Splat {
                    first_row,
                    end_row,
                    rows_each,
                    band_first: band.first,
                    band_rows: band.rows,
                    cells: band.cells(),
                    count_rest: u32::from(number == 0),
                    ..self.template
                };
                gpu.queue.write_buffer(&self.parameters, 0, bytemuck::bytes_of(&part));
                // One submission a band: systems reset a device that works on one for too long.
                let commands = self.encode(&part, bound);
                self.in_flight.submit(gpu, commands, end_row - first_row, pace, SPLATTING)?;
            }
            first_row = end_row;
        }
        gpu.check(SPLATTING)
    }

    /// The bind groups of a band and a tile: one for each mode and, between two, the settling.
    fn bind(&self, band: &Band, tile: &Tile) -> Vec<wgpu::BindGroup> {
        let (gpu, pipelines) = (&self.engine.gpu, &self.engine.pipelines);
        let mut made = Vec::new();
        for (look, mode) in self.modes.iter().enumerate() {
            if look > 0 {
                let settle = Settle { cells: band.cells() };
                let settle = bytemuck::bytes_of(&settle);
                let cells = gpu.filled_for("settle parameters", settle, wgpu::BufferUsages::UNIFORM);
                made.push(gpu.bind(&pipelines.settle, &[cells.as_entire_binding(), band.resource()]));
            }
            let [parameters, tile, edges, rest] =
                [&self.parameters, &tile.buffer, &self.edges, &self.rest].map(|b| b.as_entire_binding());
            let pipeline = &pipelines.kernel(*mode, self.atomics).pipeline;
            made.push(gpu.bind(pipeline, &[parameters, tile, edges, band.resource(), rest]));
        }
        made
    }

    fn encode(&self, part: &Splat, bound: &[wgpu::BindGroup]) -> wgpu::CommandBuffer {
        let (gpu, pipelines) = (&self.engine.gpu, &self.engine.pipelines);
        let groups = (part.end_row - part.first_row).div_ceil(LANES * part.rows_each);
        let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut compute = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        let mut bound = bound.iter();
        for (look, mode) in self.modes.iter().enumerate() {
            if look > 0 {
                compute.set_pipeline(&pipelines.settle);
                compute.set_bind_group(0, bound.next(), &[]);
                compute.dispatch_workgroups(part.cells.div_ceil(LANES).min(65_535), 1, 1);
            }
            compute.set_pipeline(&pipelines.kernel(*mode, self.atomics).pipeline);
            compute.set_bind_group(0, bound.next(), &[]);
            compute.dispatch_workgroups(groups, 1, 1);
        }
        drop(compute);
        encoder.finish()
    }

    /// Empties the 32-bit counters into 64-bit ones on the host.
    fn spill(&mut self) -> Result<(), EngineError> {
        let gpu = &self.engine.gpu;
        let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        if self.cells.counts.is_empty() {
            self.cells.counts.resize(self.plan.view.cells(), 0);
        }
        let mut counts = self.cells.counts.iter_mut();
        for band in &mut self.bands {
            band.read_counts(gpu, SPLATTING, |rows| {
                if let Some(count) = counts.next() {
                    *count += u64::from(rows);
                }
            })?;
            band.clear_counts(gpu, &mut encoder);
        }
        let copy = |encoder: &mut wgpu::CommandEncoder, to: &wgpu::Buffer| {
            encoder.copy_buffer_to_buffer(&self.rest, 0, to, 0, 8);
        };
        let [outside, not_finite] = gpu.read(8, SPLATTING, copy, |bytes| [word(bytes), word(&bytes[4..])])?;
        encoder.clear_buffer(&self.rest, 0, None);
        gpu.queue.submit([encoder.finish()]);
        self.cells.rest.outside += u64::from(outside);
        self.cells.rest.not_finite += u64::from(not_finite);
        self.since_spill = 0;
        Ok(())
    }

    /// Waits until all tiles are counted.
    pub fn wait(&self) -> Result<(), EngineError> {
        self.engine.gpu.wait(None, SPLATTING)
    }

    /// Reads the result.
    pub fn finish(mut self) -> Result<Cells, EngineError> {
        self.spill()?;
        let mut cells = std::mem::take(&mut self.cells);
        if self.plane_count > 1 {
            for band in &self.bands {
                let n = band.cells() as usize;
                band.read_planes(&self.engine.gpu, SPLATTING, |bytes| self.take_planes(bytes, n, &mut cells))?;
            }
        }
        self.bands.into_iter().for_each(|band| band.recycle(&self.engine.gpu));
        Ok(cells)
    }

    /// Sums or extremes from the planes of a band of `n` pixels.
    fn take_planes(&self, bytes: &[u8], n: usize, cells: &mut Cells) {
        let at = |plane: usize, cell: usize| word(&bytes[4 * (plane * n + cell)..]);
        let four =
            |plane: usize, cell: usize| (0..4).rev().fold(0_u128, |sum, i| sum << 32 | u128::from(at(plane + i, cell)));
        match self.plan.reduce {
            Reduce::Extreme(_) => {
                cells.extremes.extend((0..n).map(|c| u64::from(at(1, c)) << 32 | u64::from(at(2, c))));
            }
            Reduce::Total(..) => {
                cells.sums.extend((0..n).map(|c| four(1, c).cast_signed()));
                if self.plane_count > 5 {
                    cells.squares.extend((0..n).map(|c| four(5, c).cast_signed()));
                }
            }
            Reduce::Count | Reduce::Any | Reduce::Coverage | Reduce::Over(_) | Reduce::CountBy { .. } => {}
        }
    }
}

fn word(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |b| u32::from_ne_bytes(*b))
}
