//! How long the window's own work took, frame by frame, for `--trace-frames FILE.json`.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Instant;

use serde_json::json;

use crate::workbench::memory::private_bytes;
use crate::workbench::session::FrameStatus;

use super::model::Model;
use super::shell::FrameFacts;

/// Frames that are kept: more than an hour at 60 a second. Later ones are counted only.
const KEPT: usize = 1 << 18;

/// One frame.
struct Frame {
    /// Seconds since the start.
    at: f64,
    /// Milliseconds that the window's thread worked: input, logic, layout, shapes; not what the graphics driver does.
    work_ms: f64,
    /// Of these the milliseconds that the thread really ran; as many where the system does not tell.
    cpu_ms: f64,
    /// Whether a pass was under way.
    is_busy: bool,
    /// Whether it was painted.
    is_painted: bool,
    /// Why there was this frame, as egui has it.
    why: String,
}

/// Records frames and what happened between them.
pub struct Trace {
    path: PathBuf,
    start: Instant,
    frames: Vec<Frame>,
    dropped: u64,
    events: Vec<(f64, String)>,
    /// How often files were asked for until the last frame.
    requests: u64,
    /// The newest picture that was noted: its number in order, and whether it was exact.
    seen: Option<(usize, bool)>,
}

impl Trace {
    /// A record that [`Trace::write`] puts into a file. Times count from `start`.
    pub fn new(path: PathBuf, start: Instant) -> Self {
        Self { path, start, frames: Vec::new(), dropped: 0, events: Vec::new(), requests: 0, seen: None }
    }

    /// Notes that something happened now.
    pub fn event(&mut self, what: impl Into<String>) {
        self.events.push((self.start.elapsed().as_secs_f64(), what.into()));
    }

    /// Notes a frame.
    pub fn frame(&mut self, facts: FrameFacts, model: &Model, ctx: &egui::Context) {
        if self.frames.is_empty() {
            self.event("first frame");
        }
        if std::mem::replace(&mut self.requests, model.requests()) != model.requests() {
            self.event("asked to open");
        }
        if let Some(painted) = model.painted() {
            let is_exact = painted.shown.status == FrameStatus::Exact;
            let seen = (std::sync::Arc::as_ptr(painted).addr(), is_exact);
            if self.seen != Some(seen) {
                self.seen = Some(seen);
                let (name, view) = (if is_exact { "exact" } else { "preview" }, painted.shown.view);
                let (rows, width, height) = (model.rows(), view.x.pixels, view.y.pixels);
                self.event(format!("{name} of {rows} rows on {width} x {height} pixels"));
            }
        }
        if self.frames.len() == KEPT {
            self.dropped += 1;
            return;
        }
        let at = self.start.elapsed().as_secs_f64();
        let why = ctx.repaint_causes().iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        let [work_ms, cpu_ms] = [facts.work, facts.cpu.unwrap_or(facts.work)].map(|time| time.as_secs_f64() * 1e3);
        let is_busy = model.rows_read().is_some();
        self.frames.push(Frame { at, work_ms, cpu_ms, is_busy, is_painted: facts.is_painted, why });
    }

    /// Writes the record.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn write(&self) -> std::io::Result<()> {
        let of = |time: fn(&Frame) -> f64| {
            let mut sorted: Vec<f64> = self.frames.iter().map(time).collect();
            sorted.sort_by(f64::total_cmp);
            let at = |percent: usize| sorted.get((sorted.len() * percent / 100).min(sorted.len().saturating_sub(1)));
            json!({ "p50": at(50), "p99": at(99), "max": sorted.last() })
        };
        let row = |f: &Frame| json!([f.at, f.work_ms, f.is_busy, f.why, f.is_painted, f.cpu_ms]);
        let record = json!({
            "frames": self.frames.len(),
            "frames_not_kept": self.dropped,
            "work_ms": of(|frame| frame.work_ms),
            "cpu_ms": of(|frame| frame.cpu_ms),
            "private_bytes": private_bytes(),
            "events": self.events,
            "columns": ["seconds", "work_ms", "pass under way", "why", "painted", "cpu_ms"],
            "rows": self.frames.iter().map(row).collect::<Vec<_>>(),
        });
        let mut file = std::fs::File::create(&self.path)?;
        writeln!(file, "{record}")
    }
}
