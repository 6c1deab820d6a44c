//! What a GPU adapter does in a second with points that lie on it: uploads f32 pairs once, then counts them on pictures
//! of 1024² and 4096² pixels, with the atomics of buffers and of textures. Every picture must equal the CPU engine's, or
//! the bench fails.
//!
//!     cargo bench --no-default-features --bench gpu -- [--points N] [--runs N] [--case NAME] [--json FILE] [--folder FOLDER]
//!
//! A run is all that a frame takes but the upload: edges, planes of zeros, the count, and the picture's way back. The
//! column "fixed" is a run without points; "net" leaves that out. "cpu" is the processor time of a run over all cores
//! (Linux): on a software adapter it says more than the clock when others use the machine too.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "random data and rates may be rounded"
)]

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use scumble::aggregate::cpu::{self, CpuOptions};
use scumble::aggregate::gpu::tiles::Tiles;
use scumble::aggregate::gpu::{Atomics, GpuEngine, GpuOptions};
use scumble::data::column::LaneKind;
use scumble::data::raw::RawSpec;
use scumble::data::table::Part;
use scumble::data::{Dataset, Progress, Table};
use scumble::plan::{self, ColumnFacts, FramePlan};
use scumble::scene::axis::{Coordinate, Range, Scale, Size};
use scumble::scene::layer::{AxisRequest, Layer};
use scumble::scene::mark::Mark;
use scumble::scene::reduction::Reduction;
use scumble::scene::style::Style;

type Failure = Box<dyn std::error::Error>;

const USAGE: &str = "gpu [--points N] [--runs N] [--case NAME] [--json FILE] [--folder FOLDER]";
const PIXELS: [u32; 2] = [1024, 4096];

/// What was asked for.
struct Wanted {
    points: Option<u64>,
    runs: usize,
    case: Option<String>,
    json: Option<PathBuf>,
    folder: PathBuf,
}

impl Wanted {
    fn of(mut words: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut wanted = Self { points: None, runs: 5, case: None, json: None, folder: std::env::temp_dir() };
        while let Some(word) = words.next() {
            if word == "--bench" {
                // Cargo's own.
                continue;
            }
            let value = words.next().ok_or_else(|| format!("{word} needs a value: {USAGE}"))?;
            match word.as_str() {
                "--points" => wanted.points = Some(value.parse::<u64>()?.max(1)),
                "--runs" => wanted.runs = value.parse::<usize>()?.max(1),
                "--case" => wanted.case = Some(value),
                "--json" => wanted.json = Some(value.into()),
                "--folder" => wanted.folder = value.into(),
                _ => return Err(format!("unknown argument {word}: {USAGE}").into()),
            }
        }
        Ok(wanted)
    }
}

// ---- Data ----

/// Knuth's linear congruential generator; the upper half is random enough for points.
struct Lcg(u64);

impl Lcg {
    /// From 0 to 1, the latter not included.
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 32) as f64 / 4_294_967_296.0
    }
}

/// Where point `i` of `n` lies, from 0 to 1 on both axes.
type Place = fn(u64, u64, &mut Lcg) -> (f64, f64);

const CASES: [(&str, Place); 5] = [
    ("uniform", |_, _, random| (random.share(), random.share())),
    ("morton-sorted", |i, n, random| {
        // In the order of a Z curve through 4096 x 4096 cells.
        let cell = (u128::from(i) << 24) / u128::from(n);
        let (x, y) = (even_bits(cell as u32), even_bits((cell >> 1) as u32));
        ((f64::from(x) + random.share()) / 4096.0, (f64::from(y) + random.share()) / 4096.0)
    }),
    ("row-sorted", |i, n, random| {
        let row = i as f64 / n as f64 * 4096.0;
        (row.fract(), (row.floor() + random.share()) / 4096.0)
    }),
    ("one-hot-bin", |_, _, random| (0.3 + 1e-5 * random.share(), 0.7 + 1e-5 * random.share())),
    // Neighbouring points fall into different bins: nothing to put together before it is added.
    ("eight-hot-bins", |_, _, random| (0.01 + (8.0 * random.share()).floor() / 8.0, 0.7 + 1e-5 * random.share())),
];

/// Every second bit, from the lowest on.
fn even_bits(bits: u32) -> u32 {
    (0..16).map(|i| ((bits >> (2 * i)) & 1) << i).sum()
}

/// A file that goes away with this.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // Nothing is left to be done about a file that stays.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Writes the points of a case as f32 pairs, chunk by chunk.
fn write_points(folder: &Path, place: Place, n: u64) -> Result<Temporary, Failure> {
    let file = Temporary(folder.join(format!("scumble-gpu-bench-{}.npy", std::process::id())));
    let mut out = BufWriter::with_capacity(1 << 20, File::create(&file.0)?);
    let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({n}, 2), }}");
    out.write_all(b"\x93NUMPY\x01\x00\x76\x00")?;
    out.write_all(format!("{header:<117}\n").as_bytes())?;
    let mut random = Lcg(7);
    for i in 0..n {
        let (x, y) = place(i, n, &mut random);
        out.write_all(&(x as f32).to_le_bytes())?;
        out.write_all(&(y as f32).to_le_bytes())?;
    }
    out.flush()?;
    Ok(file)
}

/// The plan of a square picture from 0 to 1.
fn plan_of(pixels: u32) -> Result<FramePlan, Failure> {
    let range = Range { start: Coordinate::Real(0.0), end: Coordinate::Real(1.0) };
    let axis = AxisRequest { range: Some(range), scale: Scale::Linear, reversed: None };
    let size = Size { width: pixels, height: pixels };
    let layer = Layer {
        x: axis,
        y: axis,
        aspect: scumble::scene::aspect::Aspect::AUTO,
        size,
        mark: Mark::Points,
        step: 0,
        reduction: Reduction::Count,
        style: Style::default(),
    };
    let facts = ColumnFacts { kind: LaneKind::F32, stats: None, time: None, is_text: false };
    Ok(plan::frame(&layer, &facts, &facts, None)?)
}

// ---- Runs ----

/// The numbers of one case at one size; seconds.
struct Line {
    case: &'static str,
    pixels: u32,
    atomics: Atomics,
    upload: f64,
    upload_bytes: u64,
    median: f64,
    fastest: f64,
    fixed: f64,
    cpu: f64,
    exact: bool,
}

impl Line {
    fn rate(n: u64, seconds: f64) -> f64 {
        n as f64 / seconds.max(1e-9)
    }

    /// Points a second beyond what a run without points takes.
    fn net(&self, n: u64) -> f64 {
        Self::rate(n, self.median - self.fixed)
    }

    fn gigabytes(&self) -> f64 {
        self.upload_bytes as f64 / 1e9 / self.upload.max(1e-9)
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let started = Instant::now();
    let made = work();
    (made, started.elapsed().as_secs_f64())
}

/// Seconds of processor time of this process so far, in steps of 10 ms; 0 where there is no /proc.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = |i: usize| stat.rsplit(')').next()?.split_whitespace().nth(i)?.parse::<u32>().ok();
    f64::from(ticks(11).unwrap_or(0) + ticks(12).unwrap_or(0)) / 100.0
}

/// Seconds of several runs, least first.
fn seconds_of<T>(runs: usize, mut work: impl FnMut() -> Result<T, Failure>) -> Result<Vec<f64>, Failure> {
    let mut seconds = Vec::with_capacity(runs);
    for _ in 0..runs {
        let (made, took) = timed(&mut work);
        made?;
        seconds.push(took);
    }
    seconds.sort_by(f64::total_cmp);
    Ok(seconds)
}

fn measure(
    engine: &GpuEngine,
    (case, place): (&'static str, Place),
    n: u64,
    wanted: &Wanted,
) -> Result<Vec<Line>, Failure> {
    let file = write_points(&wanted.folder, place, n)?;
    let dataset = Dataset::open(&file.0, &RawSpec::default())?;
    let table = Table::new(vec![Part::new(dataset.columns())?])?;
    let (options, progress) = (GpuOptions::default(), Progress::default());
    let (tiles, upload) =
        timed(|| engine.upload(&table, &plan_of(PIXELS[0])?, options, &progress).map_err(Failure::from));
    let tiles = tiles?;
    let none = Tiles { shape: tiles.shape.clone(), tiles: Vec::new(), filtered: 0 };
    let mut lines = Vec::new();
    for pixels in PIXELS {
        let plan = plan_of(pixels)?;
        let reference = cpu::aggregate(&table, &plan, CpuOptions::default(), &progress)?;
        for atomics in [Atomics::Buffer, Atomics::Texture] {
            if atomics == Atomics::Texture && !engine.has_texture_atomics() {
                continue;
            }
            let options = GpuOptions { atomics: Some(atomics), ..options };
            let count = |tiles| Ok(engine.aggregate_tiles(tiles, &plan, options, &progress)?);
            // Also the run that warms up.
            let counted = count(&tiles)?;
            let exact = counted == reference && counted.accounting.adds_up() && counted.accounting.rows == n;
            let fixed = seconds_of(wanted.runs, || count(&none))?;
            let before = cpu_seconds();
            let seconds = seconds_of(wanted.runs, || count(&tiles))?;
            lines.push(Line {
                case,
                pixels,
                atomics,
                upload,
                upload_bytes: 8 * n,
                median: seconds[seconds.len() / 2],
                fastest: seconds[0],
                fixed: fixed[fixed.len() / 2],
                cpu: (cpu_seconds() - before) / wanted.runs as f64,
                exact,
            });
        }
    }
    Ok(lines)
}

// ---- Reports ----

fn name_of(atomics: Atomics) -> &'static str {
    match atomics {
        Atomics::Buffer => "buffer",
        Atomics::Texture => "texture",
    }
}

fn table_of(lines: &[Line], n: u64) -> String {
    let mut text = format!(
        "{:<15}{:>6} {:<8}{:>11}{:>11}{:>11}{:>10}{:>9}{:>11}{:>10}  {}\n",
        "points",
        "pixels",
        "atomics",
        "upload GB/s",
        "median ms",
        "fastest ms",
        "fixed ms",
        "cpu ms",
        "Mpoints/s",
        "net Mp/s",
        "equals CPU"
    );
    for line in lines {
        let pixels = format!("{}²", line.pixels);
        let _ = writeln!(
            text,
            "{:<15}{pixels:>6} {:<8}{:>11.2}{:>11.2}{:>11.2}{:>10.2}{:>9.0}{:>11.1}{:>10.1}  {}",
            line.case,
            name_of(line.atomics),
            line.gigabytes(),
            1e3 * line.median,
            1e3 * line.fastest,
            1e3 * line.fixed,
            1e3 * line.cpu,
            Line::rate(n, line.median) / 1e6,
            line.net(n) / 1e6,
            if line.exact { "yes" } else { "NO" }
        );
    }
    text
}

fn json_of(lines: &[Line], engine: &GpuEngine, n: u64, runs: usize) -> String {
    let name = engine.adapter_name().replace(['"', '\\'], "'");
    let one = |line: &Line| {
        format!(
            concat!(
                "    {{\"case\": \"{}\", \"pixels\": {}, \"atomics\": \"{}\", \"upload_seconds\": {:e}, \"upload_bytes\": {}, ",
                "\"median_seconds\": {:e}, \"fastest_seconds\": {:e}, \"fixed_seconds\": {:e}, ",
                "\"points_per_second\": {:e}, \"exact\": {}}}"
            ),
            line.case,
            line.pixels,
            name_of(line.atomics),
            line.upload,
            line.upload_bytes,
            line.median,
            line.fastest,
            line.fixed,
            Line::rate(n, line.median),
            line.exact
        )
    };
    format!(
        "{{\n  \"adapter\": \"{name}\",\n  \"hardware\": {},\n  \"points\": {n},\n  \"runs\": {runs},\n  \"results\": [\n{}\n  ]\n}}\n",
        engine.is_hardware(),
        lines.iter().map(one).collect::<Vec<_>>().join(",\n")
    )
}

/// Whether all pictures were equal.
fn run() -> Result<bool, Failure> {
    let wanted = Wanted::of(std::env::args().skip(1))?;
    let engine = GpuEngine::new()?;
    let n = wanted.points.unwrap_or(if engine.is_hardware() { 100_000_000 } else { 4_000_000 });
    let kind = if engine.is_hardware() { "hardware" } else { "software, on the CPU" };
    println!("adapter: {} ({kind}); {n} points, {} runs", engine.adapter_name(), wanted.runs);
    let (measured, took) = timed(|| engine.measure_atomics());
    println!("faster atomics: {} (found in {:.1} ms)", name_of(measured?), 1e3 * took);
    let mut lines = Vec::new();
    let asked = |name: &str| wanted.case.as_deref().is_none_or(|asked| asked == name);
    for case in CASES.into_iter().filter(|case| asked(case.0)) {
        eprintln!("{} …", case.0);
        lines.extend(measure(&engine, case, n, &wanted)?);
    }
    print!("{}", table_of(&lines, n));
    if let Some(path) = &wanted.json {
        std::fs::write(path, json_of(&lines, &engine, n, wanted.runs))?;
    }
    Ok(lines.iter().all(|line| line.exact))
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("error: a picture differs from the CPU engine's");
            ExitCode::FAILURE
        }
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}
