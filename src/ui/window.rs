//! The app in its window.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use crate::workbench::brief::Brief;
use crate::workbench::recent::Recent;
use crate::workbench::session::Wake;
use crate::workbench::sources::STDIN;
use crate::workbench::{EngineChoice, WorkbenchError};

use super::app::ScumbleApp;
use super::rescue::{Rescue, left_behind};
use super::shell::{App, FrameFacts, ShellError, ShellOptions, Waker, WindowFacts, WindowIcon, run as run_shell};
use super::trace::Trace;

/// Frames in a row that may fail before the window gives up.
const FAULTS: u32 = 3;

/// Why the window ended.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// There is none.
    #[error(transparent)]
    Shell(#[from] ShellError),
    /// What stands behind it did not start.
    #[error(transparent)]
    Workbench(#[from] WorkbenchError),
}

/// What the window does besides showing files.
#[derive(Debug, Clone, Default)]
pub struct Errands {
    /// Where times of frames are written.
    pub trace: Option<PathBuf>,
    /// Where what comes is filmed to.
    pub record: Option<PathBuf>,
    /// Whether files are read anew whenever they change.
    pub follows: bool,
}

/// Opens the window, with a figure, a figure file or a stream of planes, and returns when it is closed.
///
/// # Errors
/// No display, no graphics device at all, no threads.
pub fn run(
    brief: Option<Brief>,
    (engine, threads): (EngineChoice, Option<usize>),
    Errands { trace, record, follows }: Errands,
) -> Result<(), WindowError> {
    let start = Instant::now();
    let waker: Arc<OnceLock<Waker>> = Arc::default();
    let its = Arc::clone(&waker);
    // Before the window exists, it will ask by itself.
    let wake: Wake = Arc::new(move || {
        if let Some(waker) = its.get() {
            waker.wake();
        }
    });
    let demo = crate::export::demo::folder()
        .map(|folder| crate::export::demo::points_file(&folder, crate::export::demo::POINTS));
    let mut app = ScumbleApp::new(engine, threads, &wake, demo)?;
    // Data is read while the window opens.
    if follows {
        app.follow();
    }
    match brief {
        Some(brief) if brief.sources.inputs == [Path::new(STDIN)] => {
            app.open_stream(std::io::stdin(), brief, record)?;
        }
        Some(brief) => {
            if let Some(path) = record {
                app.record(brief.clone(), path)?;
            }
            app.begin(brief);
        }
        None => {}
    }
    let options = ShellOptions {
        title: "Scumble".to_owned(),
        size: [1280.0, 800.0],
        icon: icon(),
        lose_device_after: drill("SCUMBLE_LOSE_DEVICE_AFTER"),
    };
    let folder = Recent::default_place().and_then(|place| place.parent().map(Path::to_owned));
    app.offer_recovery(folder.as_deref().map(left_behind).unwrap_or_default());
    let rescue = Rescue::install(folder.as_deref());
    let trace = trace.map(|path| Trace::new(path, start));
    run_shell(Window { app, waker, faults: 0, trace, rescue }, options)?;
    Ok(())
}

/// A number from the environment, for drills.
fn drill(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// The program's sign: a picture of the demo's points.
fn icon() -> Option<WindowIcon> {
    let mut reader = png::Decoder::new(Cursor::new(include_bytes!("../../assets/icon.png"))).read_info().ok()?;
    let mut rgba = vec![0; reader.output_buffer_size()?];
    let facts = reader.next_frame(&mut rgba).ok()?;
    Some(WindowIcon { rgba, width: facts.width, height: facts.height })
}

/// The figures' font before egui's own, which has what it lacks.
fn fonts() -> egui::FontDefinitions {
    let mut fonts = egui::FontDefinitions::default();
    let name = "Inter".to_owned();
    fonts.font_data.insert(name.clone(), Arc::new(egui::FontData::from_static(crate::workbench::frame::FONT)));
    if let Some(family) = fonts.families.get_mut(&egui::FontFamily::Proportional) {
        family.insert(0, name);
    }
    fonts
}

struct Window {
    app: ScumbleApp,
    waker: Arc<OnceLock<Waker>>,
    faults: u32,
    trace: Option<Trace>,
    rescue: Rescue,
}

impl App for Window {
    fn start(&mut self, ctx: &egui::Context, waker: Waker, window: WindowFacts) {
        ctx.set_fonts(fonts());
        // Only the first window of a process gets here.
        let _ = self.waker.set(waker);
        self.app.belong_to(window.window);
        pace_animations(ctx, window.is_software);
        self.app.set_adapter(window.adapter, window.is_software);
    }

    fn ui(&mut self, ui: &mut egui::Ui) {
        // A fault in one frame shall not cost the person the figure.
        match catch_unwind(AssertUnwindSafe(|| self.app.ui(ui))) {
            Ok(()) => {
                self.faults = 0;
                let model = self.app.model();
                self.rescue.keep(model.document(), self.app.stage(), model.saved());
            }
            Err(fault) => {
                self.faults += 1;
                self.app.report_fault(self.rescue.place());
                if self.faults >= FAULTS {
                    std::panic::resume_unwind(fault);
                }
            }
        }
    }

    fn framed(&mut self, ctx: &egui::Context, facts: FrameFacts) {
        if let Some(trace) = &mut self.trace {
            trace.frame(facts, self.app.model(), ctx);
        }
    }

    fn graphics_restored(&mut self, ctx: &egui::Context, window: &WindowFacts) {
        pace_animations(ctx, window.is_software);
        self.app.set_adapter(window.adapter.clone(), window.is_software);
    }

    fn close_requested(&mut self) -> bool {
        self.app.may_close()
    }

    fn closing(&mut self) {
        if let Some(Err(error)) = self.trace.as_ref().map(Trace::write) {
            eprintln!("scumble: the record of frames could not be written: {error}");
        }
        self.rescue.end();
    }
}

/// Things fade in and out where a GPU paints; a program on the CPU has the data to work on.
fn pace_animations(ctx: &egui::Context, is_software: bool) {
    let seconds = if is_software { 0.0 } else { egui::Style::default().animation_time };
    ctx.all_styles_mut(|style| style.animation_time = seconds);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_an_icon() {
        let icon = icon().unwrap();
        assert_eq!(icon.rgba.len(), icon.width as usize * icon.height as usize * 4);
        // Its corners are round.
        assert_eq!(icon.rgba[3], 0);
    }
}
