//! One pass: tiles splatted onto the planes of a plan's pixel grid, in bands where it is large.

use std::ops::Range;

use crate::aggregate::EngineError;
use crate::aggregate::cells::Cells;
use crate::aggregate::edges::EdgeTable;
use crate::aggregate::ordered::{i64_from_key, i64_key};
use crate::data::column::LaneKind;
use crate::plan::{FramePlan, Reduce};
use crate::scene::axis::Scale;
use crate::scene::edge::EdgeRule;
use crate::scene::reduction::Statistic;

use super::device::Gpu;
use super::pack::{Packing, TileShape, Words};
use super::params::{self, Axis, Settle, Splat};
use super::tiles::Tile;
use super::{GpuEngine, GpuOptions};

const LANES: u32 = 256;
const SPLATTING: &str = "counting points";

/// The engine's compute pipelines, one of the splat for each mode.
#[derive(Debug)]
pub struct Pipelines {
    splat: [wgpu::ComputePipeline; 5],
    settle: wgpu::ComputePipeline,
    pub(super) shade: wgpu::ComputePipeline,
}

impl Pipelines {
    pub fn new(gpu: &Gpu) -> Result<Self, EngineError> {
        let splat = concat!(include_str!("../../../shaders/common.wgsl"), include_str!("../../../shaders/splat.wgsl"));
        let modes = [params::MODE_COUNT, params::MODE_TOTAL, params::MODE_SQUARES, params::MODE_HIGH, params::MODE_LOW];
        let made = Self {
            splat: modes.map(|mode| gpu.pipeline(splat, "splat", Some(mode))),
            settle: gpu.pipeline(include_str!("../../../shaders/settle.wgsl"), "settle", None),
            shade: gpu.pipeline(include_str!("../../../shaders/shade.wgsl"), "shade", None),
        };
        gpu.check("building the shaders")?;
        Ok(made)
    }

    fn splat(&self, mode: u32) -> &wgpu::ComputePipeline {
        &self.splat[mode as usize % self.splat.len()]
    }
}

/// Planes of a band of pixel rows.
struct Band {
    first: u32,
    rows: u32,
    planes: wgpu::Buffer,
}

/// A pass in progress.
pub struct Pass<'a> {
    engine: &'a GpuEngine,
    plan: &'a FramePlan,
    options: GpuOptions,
    template: Splat,
    modes: &'static [u32],
    plane_count: u32,
    edges: wgpu::Buffer,
    rest: wgpu::Buffer,
    bands: Vec<Band>,
    since_spill: u32,
    cells: Cells,
}

impl<'a> Pass<'a> {
    /// Prepares edges and planes of zeros.
    pub fn new(
        engine: &'a GpuEngine,
        plan: &'a FramePlan,
        shape: &TileShape,
        options: GpuOptions,
    ) -> Result<Self, EngineError> {
        let gpu = &engine.gpu;
        let (modes, plane_count): (&[u32], u32) = match plan.reduce {
            Reduce::Count | Reduce::Any => (&[params::MODE_COUNT], 1),
            Reduce::Total(Statistic::Std, _) => (&[params::MODE_SQUARES], 9),
            Reduce::Total(..) => (&[params::MODE_TOTAL], 5),
            Reduce::Extreme(_) => (&[params::MODE_HIGH, params::MODE_LOW], 4),
        };
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
        let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
        let pass = Self {
            engine,
            plan,
            options,
            template,
            modes,
            plane_count,
            edges: gpu.filled("edges", bytemuck::cast_slice(&keys)),
            rest: gpu.buffer("rest", 8, usage),
            bands: bands(gpu, plan, plane_count, options, usage),
            since_spill: 0,
            cells: Cells::default(),
        };
        gpu.check("preparing the pixel grid")?;
        Ok(pass)
    }

    /// Adds rows of a tile.
    pub fn splat(&mut self, tile: &Tile, rows: Range<u32>) -> Result<(), EngineError> {
        if self.options.spill_rows.saturating_sub(self.since_spill) < rows.end - rows.start {
            self.spill()?;
        }
        self.since_spill = self.since_spill.saturating_add(rows.end - rows.start);
        let gpu = &self.engine.gpu;
        // About 50 ms at most: a software adapter does some 30 million rows a second, hardware a thousand times that.
        let rows_each = if gpu.is_hardware() { 16 } else { 4 };
        let most = if gpu.is_hardware() { 1 << 24 } else { 1 << 20 };
        let step = (self.options.workgroups.clamp(1, 65_535) * LANES * rows_each).min(most).max(LANES * rows_each);
        for first_row in rows.clone().step_by(step as usize) {
            let end_row = first_row.saturating_add(step).min(rows.end);
            for (number, band) in self.bands.iter().enumerate() {
                let part = Splat {
                    first_row,
                    end_row,
                    rows_each,
                    band_first: band.first,
                    band_rows: band.rows,
                    cells: band.rows * self.template.width,
                    count_rest: u32::from(number == 0),
                    ..self.template
                };
                // One submission a band: systems reset a device that works on one for too long.
                let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
                self.encode(&mut encoder, &part, band, tile);
                gpu.queue.submit([encoder.finish()]);
            }
        }
        gpu.check(SPLATTING)
    }

    fn encode(&self, encoder: &mut wgpu::CommandEncoder, part: &Splat, band: &Band, tile: &Tile) {
        let (gpu, pipelines) = (&self.engine.gpu, &self.engine.pipelines);
        let parameters = gpu.filled("splat parameters", bytemuck::bytes_of(part));
        let groups = (part.end_row - part.first_row).div_ceil(LANES * part.rows_each);
        let mut compute = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        for (look, mode) in self.modes.iter().enumerate() {
            if look > 0 {
                let cells = gpu.filled("settle parameters", bytemuck::bytes_of(&Settle { cells: part.cells }));
                compute.set_pipeline(&pipelines.settle);
                compute.set_bind_group(0, &gpu.bind(&pipelines.settle, &[&cells, &band.planes]), &[]);
                compute.dispatch_workgroups(part.cells.div_ceil(LANES).min(65_535), 1, 1);
            }
            let pipeline = pipelines.splat(*mode);
            let bound = [&parameters, &tile.buffer, &self.edges, &band.planes, &self.rest];
            compute.set_pipeline(pipeline);
            compute.set_bind_group(0, &gpu.bind(pipeline, &bound), &[]);
            compute.dispatch_workgroups(groups, 1, 1);
        }
    }

    /// Empties the 32-bit counters into 64-bit ones on the host.
    fn spill(&mut self) -> Result<(), EngineError> {
        let gpu = &self.engine.gpu;
        let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut counts = Vec::with_capacity(self.plan.view.cells());
        for band in &self.bands {
            let bytes = 4 * u64::from(band.rows) * u64::from(self.template.width);
            let plane = gpu.read(&band.planes, bytes, SPLATTING)?;
            counts.extend(plane.chunks_exact(4).map(|b| u64::from(word(b))));
            encoder.clear_buffer(&band.planes, 0, Some(bytes));
        }
        let rest = gpu.read(&self.rest, 8, SPLATTING)?;
        encoder.clear_buffer(&self.rest, 0, None);
        gpu.queue.submit([encoder.finish()]);
        self.cells.outside += u64::from(word(&rest[..4]));
        self.cells.not_finite += u64::from(word(&rest[4..]));
        if self.cells.counts.is_empty() {
            self.cells.counts = counts;
        } else {
            self.cells.counts.iter_mut().zip(counts).for_each(|(a, b)| *a += b);
        }
        self.since_spill = 0;
        Ok(())
    }

    /// Reads the result.
    pub fn finish(mut self) -> Result<Cells, EngineError> {
        self.spill()?;
        let mut cells = std::mem::take(&mut self.cells);
        if self.plane_count == 1 {
            return Ok(cells);
        }
        let planes = self.plane_count as usize;
        for band in &self.bands {
            let n = band.rows as usize * self.template.width as usize;
            let bytes = self.engine.gpu.read(&band.planes, 4 * (n * planes) as u64, SPLATTING)?;
            let at = |plane: usize, cell: usize| word(&bytes[4 * (plane * n + cell)..]);
            let four = |plane: usize, cell: usize| {
                (0..4).rev().fold(0_u128, |sum, i| sum << 32 | u128::from(at(plane + i, cell)))
            };
            match self.plan.reduce {
                Reduce::Extreme(_) => {
                    cells.extremes.extend((0..n).map(|c| u64::from(at(1, c)) << 32 | u64::from(at(2, c))));
                }
                Reduce::Total(..) => {
                    cells.sums.extend((0..n).map(|c| four(1, c).cast_signed()));
                    if planes > 5 {
                        cells.squares.extend((0..n).map(|c| four(5, c).cast_signed()));
                    }
                }
                Reduce::Count | Reduce::Any => {}
            }
        }
        Ok(cells)
    }
}

fn word(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |b| u32::from_ne_bytes(*b))
}

#[expect(clippy::cast_possible_truncation, reason = "the words are what is wanted")]
fn words(v: u64) -> [u32; 2] {
    [v as u32, (v >> 32) as u32]
}

fn bands(gpu: &Gpu, plan: &FramePlan, planes: u32, options: GpuOptions, usage: wgpu::BufferUsages) -> Vec<Band> {
    let (width, height) = (plan.view.x.pixels, plan.view.y.pixels);
    let row_bytes = 4 * u64::from(planes) * u64::from(width);
    let fit = options.plane_bytes.min(gpu.max_binding()) / row_bytes;
    let rows = u32::try_from(fit).unwrap_or(height).clamp(1, height);
    let band = |first: u32| {
        let rows = rows.min(height - first);
        Band { first, rows, planes: gpu.buffer("planes", row_bytes * u64::from(rows), usage) }
    };
    (0..height).step_by(rows as usize).map(band).collect()
}

/// The shader's axis for a rule and a packed column; appends the edges to `keys`.
fn axis(rule: &EdgeRule, packing: &Packing, capacity: u32, keys: &mut Vec<[u32; 2]>) -> Axis {
    let edges_at = u32::try_from(keys.len()).unwrap_or(0);
    let table = EdgeTable::new(rule, packing.kind);
    match packing.words {
        Words::NarrowInteger { least } => {
            let above = |key: &u64| u32::try_from(i64_from_key(*key).saturating_sub(least).max(0)).ok();
            keys.extend(table.keys.iter().map_while(above).map(|key| [key, 0]));
        }
        _ => keys.extend(table.keys.iter().map(|key| words(*key))),
    }
    let edge_count = u32::try_from(keys.len()).unwrap_or(0) - edges_at;
    // A binding may not be empty.
    if keys.is_empty() {
        keys.push([0, 0]);
    }
    let missing = packing.words.missing(packing.kind);
    let [missing_low, missing_high] = words(missing.unwrap_or(0));
    let low_at = packing.plane * capacity;
    let mut made = Axis {
        edges_at,
        edge_count,
        pixels: rule.pixels(),
        form: match packing.words {
            Words::F32Key => params::FORM_F32,
            Words::NarrowInteger { .. } => params::FORM_NARROW_INTEGER,
            Words::WideInteger => params::FORM_WIDE_INTEGER,
            _ => params::FORM_F64,
        },
        low_at,
        high_at: low_at + (packing.words.width() - 1) * capacity,
        has_missing: missing.is_some().into(),
        missing_low,
        missing_high,
        guess: params::GUESS_NONE,
        ..bytemuck::Zeroable::zeroed()
    };
    guess(&mut made, rule, packing);
    made
}

/// Fills in how the shader guesses.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a guess may be rough")]
fn guess(axis: &mut Axis, rule: &EdgeRule, packing: &Packing) {
    let (origin, width) = rule.span();
    let pixels = f64::from(rule.pixels());
    let mut set = |kind: u32, origin: f64, scale: f64| {
        axis.guess = kind;
        axis.origin_high = origin as f32;
        axis.origin_low = (origin - f64::from(axis.origin_high)) as f32;
        axis.scale = scale as f32;
        // Beyond the range of f32 a guess would be NaN, which no integer is.
        if ![axis.origin_high, axis.origin_low, axis.scale].iter().all(|v| v.is_finite()) {
            axis.guess = params::GUESS_NONE;
        }
    };
    match (rule.scale(), rule.linear(), packing.kind) {
        (Scale::Linear, Some(linear), LaneKind::I64 { bias, .. }) => {
            // The lane value from which the shader subtracts, as near to the start as the type allows.
            let wanted = linear.whole.saturating_sub(bias);
            let lane = i64::try_from(wanted).unwrap_or(if wanted < 0 { i64::MIN } else { i64::MAX });
            let lane = if let Words::NarrowInteger { least } = packing.words { lane.max(least) } else { lane };
            set(params::GUESS_LINEAR, linear.origin - (i128::from(lane) - wanted) as f64, pixels / linear.width);
            let key = match packing.words {
                Words::NarrowInteger { least } => u64::try_from(lane.saturating_sub(least)).unwrap_or(0),
                _ => i64_key(lane),
            };
            [axis.key_low, axis.key_high] = words(key);
        }
        (Scale::Linear, _, _) => set(params::GUESS_LINEAR, origin, pixels / width),
        (Scale::Log, _, LaneKind::F32 | LaneKind::F64) => {
            let ln2 = std::f64::consts::LN_2;
            set(params::GUESS_LOG, origin / ln2, pixels / (width / ln2));
        }
        _ => {}
    }
}
