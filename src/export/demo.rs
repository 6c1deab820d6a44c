//! The example: points of a Clifford attractor, made once and kept.
//!
//! x' = sin(a·y) + c·cos(a·x), y' = sin(b·x) + d·cos(b·y) (Clifford A. Pickover, "Chaos in Wonderland", 1994).

use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread;

use etcetera::BaseStrategy as _;

use super::array::npy_header;
use super::error::ExportError;
use super::output::Output;

const A: f64 = -1.7;
const B: f64 = 1.8;
const C: f64 = -1.9;
const D: f64 = -0.4;

/// Points of one trajectory; each starts on its own, so that the file is the same however many threads make it.
const RUN: u64 = 100_000;
/// Steps that a trajectory takes to reach the attractor before its points count.
const SETTLE: u32 = 200;
/// Number of points where nobody asks for another.
pub const POINTS: u64 = 20_000_000;

/// Where the example's files are kept; none if this user has no home folder.
pub fn folder() -> Option<PathBuf> {
    etcetera::choose_base_strategy().ok().map(|dirs| dirs.cache_dir().join("scumble"))
}

/// Where a file of so many points is kept.
pub fn points_file(folder: &Path, points: u64) -> PathBuf {
    folder.join(format!("clifford-{points}.npy"))
}

fn header(points: u64) -> Vec<u8> {
    npy_header("<f4", &format!("({points}, 2)"))
}

/// Whether a file of so many points is there, whole.
pub fn is_made(path: &Path, points: u64) -> bool {
    let bytes = points.checked_mul(8).and_then(|bytes| bytes.checked_add(header(points).len() as u64));
    std::fs::metadata(path).is_ok_and(|facts| Some(facts.len()) == bytes)
}

/// Makes a file of so many points, f32 pairs. `report` hears of points made, `stopped` is asked whether to give up.
///
/// # Errors
/// A folder that may not be written, a full disk, a stop.
pub fn make(path: &Path, points: u64, report: &dyn Fn(u64), stopped: &dyn Fn() -> bool) -> Result<(), ExportError> {
    let failed = |doing, source| ExportError::Io { doing, source, path: path.to_owned() };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|e| failed("making the cache folder", e))?;
    }
    let mut out = Output::create(path, stopped)?;
    out.write_all(&header(points)).map_err(|e| out.error(e))?;
    let threads = thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    let runs = points.div_ceil(RUN);
    let mut first = 0;
    while first < runs {
        let last = (first + threads).min(runs);
        let made = trajectories(first..last, points).map_err(|e| failed("making the points", e))?;
        for bytes in &made {
            out.write_all(bytes).map_err(|e| out.error(e))?;
            report(bytes.len() as u64 / 8);
        }
        first = last;
    }
    out.finish()
}

fn trajectories(runs: std::ops::Range<u64>, points: u64) -> std::io::Result<Vec<Vec<u8>>> {
    thread::scope(|scope| {
        let start = |run| {
            let n = RUN.min(points - run * RUN);
            thread::Builder::new().name("scumble-demo".to_owned()).spawn_scoped(scope, move || trajectory(run, n))
        };
        let handles: Vec<_> = runs.map(start).collect::<Result<_, _>>()?;
        let joined = handles.into_iter().map(|h| h.join().map_err(|p| std::panic::resume_unwind(p)));
        joined.collect()
    })
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
