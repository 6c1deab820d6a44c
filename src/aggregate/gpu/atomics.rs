//! Which atomics count faster, those of a storage buffer or those of a texture: adapters differ, so it is measured.

use std::time::Instant;

use crate::aggregate::EngineError;
use crate::aggregate::ordered::f32_key;
use crate::data::Progress;
use crate::data::column::LaneKind;
use crate::plan::{self, ColumnFacts, FramePlan, X, Y};
use crate::scene::axis::{Coordinate, Range, Scale, Size};
use crate::scene::layer::{AxisRequest, Layer};
use crate::scene::mark::Mark;
use crate::scene::reduction::Reduction;
use crate::scene::style::Style;

use super::pack::{Packing, TileShape, Words};
use super::pass::Pass;
use super::tiles::Tile;
use super::{Atomics, GpuEngine, GpuOptions};

const ROWS: u32 = 1 << 20;
const PIXELS: u32 = 1024;
const DOING: &str = "measuring the adapter";

/// How often a trial counts its rows, and how many trials there are; the fastest tells.
const REPEATS: u32 = 2;
const TRIALS: u32 = 3;

/// Pairs of f32 all over the view, as keys.
fn shape() -> TileShape {
    let packing = |column: usize, plane| Packing { column, kind: LaneKind::F32, words: Words::F32Key, plane };
    TileShape { columns: vec![packing(X, 0), packing(Y, 1)], planes: 2, capacity: ROWS }
}

fn plan() -> Option<FramePlan> {
    let range = Range { start: Coordinate::Real(0.0), end: Coordinate::Real(1.0) };
    let axis = AxisRequest { range: Some(range), scale: Scale::Linear, reversed: None };
    let size = Size { width: PIXELS, height: PIXELS };
    let layer = Layer {
        x: axis,
        y: axis,
        aspect: crate::scene::aspect::Aspect::AUTO,
        size,
        mark: Mark::Points,
        step: 0,
        reduction: Reduction::Count,
        style: Style::default(),
    };
    let facts = ColumnFacts { kind: LaneKind::F32, stats: None, time: None, is_text: false };
    plan::frame(&layer, &facts, &facts, None).ok()
}

/// Random keys from 0 to 1, by Knuth's linear congruential generator.
#[expect(clippy::cast_precision_loss, reason = "24 bits are exact in f32")]
fn keys() -> Vec<u32> {
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f32_key((state >> 40) as f32 / 16_777_216.0)
    };
    (0..2 * ROWS).map(|_| next()).collect()
}

/// Measures both; texture atomics must be at least a tenth faster to be taken.
///
/// # Errors
/// An adapter that fails.
pub fn measured(engine: &GpuEngine) -> Result<Atomics, EngineError> {
    let Some(plan) = plan() else { return Ok(Atomics::Buffer) };
    let (shape, options, never) = (shape(), GpuOptions::default(), Progress::default());
    let buffer = engine.gpu.filled("synthetic points", bytemuck::cast_slice(&keys()));
    let tile = Tile { buffer, capacity: ROWS };
    let mut fastest = [f64::INFINITY; 2];
    // The first run of each warms up.
    for trial in 0..=TRIALS {
        for (atomics, fastest) in [Atomics::Buffer, Atomics::Texture].into_iter().zip(&mut fastest) {
            let mut pass = Pass::new(engine, &plan, &shape, atomics, options)?;
            engine.gpu.wait(None, DOING)?;
            let started = Instant::now();
            for _ in 0..REPEATS {
                pass.splat(&tile, ROWS, &never)?;
            }
            pass.wait()?;
            if trial > 0 {
                *fastest = fastest.min(started.elapsed().as_secs_f64());
            }
        }
    }
    Ok(if fastest[1] < 0.9 * fastest[0] { Atomics::Texture } else { Atomics::Buffer })
}
