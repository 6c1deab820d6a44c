//! `demo`: points of a Clifford attractor, made once and kept, then drawn.
//!
//! x' = sin(a·y) + c·cos(a·x), y' = sin(b·x) + d·cos(b·y) (Clifford A. Pickover, "Chaos in Wonderland", 1994).

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use anyhow::Context as _;
use etcetera::BaseStrategy as _;

use crate::export::array::npy_header;
use crate::export::output::Output;
use crate::export::picture::write_png;
use crate::scene::axis::{Coordinate, Range, Scale, Size};
use crate::scene::layer::{AxisRequest, Layer};
use crate::scene::reduction::Reduction;
use crate::scene::style::Style;
use crate::workbench::figure::FigureRequest;
use crate::workbench::sources::Sources;
use crate::workbench::{EngineChoice, Progress, Workbench};

use super::args::DemoArgs;
use super::draw::{notes, summary};
use super::terminal::{Bar, print};

const A: f64 = -1.7;
const B: f64 = 1.8;
const C: f64 = -1.9;
const D: f64 = -0.4;

/// Points of one trajectory; each starts on its own, so that the file is the same however many threads make it.
const RUN: u64 = 100_000;
/// Steps that a trajectory takes to reach the attractor before its points count.
const SETTLE: u32 = 200;

/// Makes the demo file where it is missing, draws it and says where the picture is.
pub fn demo(args: &DemoArgs, progress: &Arc<Progress>) -> anyhow::Result<()> {
    let dirs = etcetera::choose_base_strategy().context("this user has no home folder to keep the demo file in")?;
    let folder = dirs.cache_dir().join("scumble");
    std::fs::create_dir_all(&folder).with_context(|| format!("making the cache folder {} failed", folder.display()))?;
    let data = folder.join(format!("clifford-{}.npy", args.points));
    let header = npy_header("<f4", &format!("({}, 2)", args.points));
    anyhow::ensure!(args.points > 0, "--points must be at least 1");
    let bytes = args.points.checked_mul(8).and_then(|bytes| bytes.checked_add(header.len() as u64));
    let bytes = bytes.with_context(|| format!("{} points do not fit a file; ask for fewer", args.points))?;
    if std::fs::metadata(&data).map_or(0, |m| m.len()) != bytes {
        print(&format!("making {} points in {}\n", args.points, data.display()))?;
        let _bar = Bar::follow(progress, args.points, "points");
        make(&data, &header, args.points, progress)?;
    }
    let output = args.output.clone().unwrap_or_else(|| folder.join("demo.png"));
    draw(&data, &output, progress)
}

fn draw(data: &Path, output: &Path, progress: &Arc<Progress>) -> anyhow::Result<()> {
    let started = Instant::now();
    // The attractor reaches ±2.9 and −1.40 to 1.32: one unit as long on both axes, and a margin.
    let around = |middle: f64, reach: f64| AxisRequest {
        range: Some(Range { start: Coordinate::Real(middle - reach), end: Coordinate::Real(middle + reach) }),
        scale: Scale::Linear,
    };
    let layer = Layer {
        x: around(0.0, 3.2),
        y: around(-0.04, 1.8),
        size: Size { width: 1920, height: 1080 },
        reduction: Reduction::Count,
        style: Style::default(),
    };
    progress.restart();
    let sources = Sources { inputs: vec![PathBuf::from(data)], ..Sources::default() };
    let table = sources.open(progress)?.table;
    let request = FigureRequest::new(layer);
    let drawn = Workbench::new(EngineChoice::Auto, None, false)?.figure(&table, &request, progress)?;
    let stopped = || progress.is_cancelled();
    let mut out = Output::create(output, &stopped)?;
    write_png(&drawn, &notes(&sources, &request), &mut out)?;
    out.finish()?;
    print(&format!("{}\n", summary(&drawn, output, started.elapsed().as_secs_f64())))
}

fn make(path: &Path, header: &[u8], points: u64, progress: &Progress) -> anyhow::Result<()> {
    let stopped = || progress.is_cancelled();
    let mut out = Output::create(path, &stopped)?;
    out.write_all(header)?;
    let threads = thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    let runs = points.div_ceil(RUN);
    let mut first = 0;
    while first < runs {
        let last = (first + threads).min(runs);
        let made: Vec<Vec<u8>> = thread::scope(|scope| {
            let handles: Vec<_> = (first..last)
                .map(|run| {
                    let n = RUN.min(points - run * RUN);
                    thread::Builder::new()
                        .name("scumble-demo".to_owned())
                        .spawn_scoped(scope, move || trajectory(run, n))
                })
                .collect::<Result<_, _>>()?;
            let joined = handles.into_iter().map(|h| h.join().map_err(|p| std::panic::resume_unwind(p)));
            joined.collect::<Result<_, std::io::Error>>()
        })?;
        for bytes in &made {
            out.write_all(bytes)?;
            progress.add(bytes.len() as u64 / 8);
        }
        first = last;
    }
    out.finish()?;
    Ok(())
}

/// `n` points (x, y as little-endian f32) of trajectory number `run`. `libm` makes them the same on every machine.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "the file holds f32; runs are few")]
fn trajectory(run: u64, n: u64) -> Vec<u8> {
    let (mut x, mut y) = (0.1 + 1e-3 * run as f64, -0.1);
    let mut step = || {
        (x, y) = (libm::sin(A * y) + C * libm::cos(A * x), libm::sin(B * x) + D * libm::cos(B * y));
        (x as f32, y as f32)
    };
    for _ in 0..SETTLE {
        step();
    }
    let points = (0..n).flat_map(|_| {
        let (x, y) = step();
        [x, y].map(f32::to_le_bytes)
    });
    points.flatten().collect()
}
