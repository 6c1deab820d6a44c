//! Both engines, planned as the program plans.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use scumble::aggregate::Aggregate;
use scumble::aggregate::cpu::{self, CpuOptions};
use scumble::aggregate::gpu::{Atomics, GpuEngine, GpuOptions};
use scumble::data::parallel::Reading;
use scumble::data::stats::column_stats;
use scumble::data::{Progress, Table};
use scumble::plan::{self, ColumnFacts, FramePlan};
use scumble::scene::axis::{Size, ViewError};
use scumble::scene::layer::{AxisRequest, Layer};
use scumble::scene::mark::Mark;
use scumble::scene::style::Style;

use super::reference::Ruler;
use super::values::Random;

/// The one GPU engine of this test, for one user at a time.
pub fn gpu() -> MutexGuard<'static, GpuEngine> {
    static ENGINE: OnceLock<Mutex<GpuEngine>> = OnceLock::new();
    let make = || {
        Mutex::new(GpuEngine::new().unwrap_or_else(|e| {
            panic!("these tests need a GPU adapter, if only the software one of mesa-vulkan-drivers: {e}")
        }))
    };
    ENGINE.get_or_init(make).lock().unwrap_or_else(PoisonError::into_inner)
}

/// A layer with a known view.
pub fn layer(x: &Ruler, y: &Ruler, reduction: &str) -> Layer {
    let request = |ruler: &Ruler| AxisRequest { range: Some(ruler.range), scale: ruler.scale, reversed: None };
    Layer {
        x: request(x),
        y: request(y),
        aspect: scumble::scene::aspect::Aspect::AUTO,
        size: Size { width: x.pixels, height: y.pixels },
        mark: Mark::Points,
        step: 0,
        reduction: reduction.parse().unwrap(),
        style: Style::default(),
    }
}

/// The plan of a layer, with statistics where it needs them.
pub fn plan(table: &Table, layer: &Layer) -> Result<FramePlan, ViewError> {
    let kinds = [table.kind(0), table.kind(1), table.kind(2)];
    let needed = plan::stats_needed(layer, kinds);
    let stats = match needed.contains(&true) {
        true => column_stats(table, Reading::default(), &Progress::default()).unwrap(),
        false => Vec::new(),
    };
    let facts = |i: usize| {
        Some(ColumnFacts {
            kind: kinds[i]?,
            stats: if needed[i] { Some(stats[i]) } else { None },
            time: None,
            is_text: false,
        })
    };
    plan::frame(layer, &facts(0).unwrap(), &facts(1).unwrap(), facts(2).as_ref())
}

pub fn on_cpu(table: &Table, plan: &FramePlan, options: CpuOptions) -> Aggregate {
    let progress = Progress::default();
    let got = cpu::aggregate(table, plan, options, &progress).unwrap();
    assert_eq!(progress.rows(), table.rows());
    got
}

pub fn on_gpu(table: &Table, plan: &FramePlan, options: GpuOptions) -> Aggregate {
    let progress = Progress::default();
    let got = gpu().aggregate(table, plan, options, &progress).unwrap();
    assert_eq!(progress.rows(), table.rows());
    got
}

/// From tiles that stay on the device.
pub fn on_gpu_from_tiles(table: &Table, plan: &FramePlan, options: GpuOptions) -> Aggregate {
    let engine = gpu();
    let tiles = engine.upload(table, plan, options, &Progress::default()).unwrap();
    let progress = Progress::default();
    let got = engine.aggregate_tiles(&tiles, plan, options, &progress).unwrap();
    assert_eq!(progress.rows(), table.rows());
    got
}

/// The aggregate on the CPU and then on the GPU with everyday settings.
pub fn on_both(table: &Table, plan: &FramePlan) -> impl Iterator<Item = (&'static str, Aggregate)> {
    ["cpu", "gpu"].into_iter().map(move |engine| match engine {
        "cpu" => (engine, on_cpu(table, plan, CpuOptions::default())),
        _ => (engine, on_gpu(table, plan, GpuOptions { tile_bytes: 1 << 20, ..GpuOptions::default() })),
    })
}

/// Settings of all sorts, mostly small, so that a few thousand rows see every path.
pub fn random_cpu(random: &mut Random) -> CpuOptions {
    let reading =
        Reading { threads: random.pick(&[1, 2, 3]), block_bytes: random.pick(&[1, 100, 20_000, 100_000, 4 << 20]) };
    CpuOptions { reading, spill_rows: random.pick(&[2048, 2049, 5000, u32::MAX]) }
}

/// See [`random_cpu`].
pub fn random_gpu(random: &mut Random) -> GpuOptions {
    GpuOptions {
        tile_bytes: random.pick(&[1, 30_000, 100_000, 1 << 20]),
        staging_bytes: random.pick(&[1, 40_000, 70_000, 1 << 20]),
        staging_buffers: random.pick(&[1, 2, 3]),
        workgroups: random.pick(&[1, 2, 5, 65_535]),
        spill_rows: random.pick(&[1, 2048, 3000, u32::MAX]),
        plane_bytes: random.pick(&[1, 400, 4096, 128 << 20]),
        threads: random.pick(&[1, 2, 3]),
        atomics: random.pick(&[None, Some(Atomics::Buffer), Some(Atomics::Texture)]),
        budget_bytes: u64::MAX,
    }
}
