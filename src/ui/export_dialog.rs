//! Export: the view as PNG at any size, and the command line that makes the identical file.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;

use egui::{DragValue, Grid, ProgressBar, RichText, ScrollArea, TextEdit, Ui, Window};

use crate::export::output::Output;
use crate::export::picture::{Notes, write_png};
use crate::scene::axis::{MAX_PIXELS, Size};
use crate::workbench::command_line::{comment, fingerprint, is_plain, render_command, shell_line, title};
use crate::workbench::figure::{DPI, FigureRequest};
use crate::workbench::session::{OpenData, Wake};
use crate::workbench::sources::reads;
use crate::workbench::{EngineChoice, Progress, Table, Workbench};

use super::canvas::Stage;
use super::dialog::{DialogOutcome, DialogRequest, Pending};
use super::model::Model;

/// A size in relation to the screen's.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Sizing {
    Times(u32),
    Custom,
}

/// A picture being written.
struct Job {
    progress: Arc<Progress>,
    rows: u64,
    done: Receiver<Result<(), String>>,
    path: PathBuf,
}

/// The dialog and what was chosen in it.
pub struct ExportDialog {
    is_open: bool,
    wake: Wake,
    sizing: Sizing,
    custom: [u32; 2],
    dpi: f64,
    axes: bool,
    path: Option<String>,
    choosing: Option<Pending>,
    job: Option<Job>,
}

impl ExportDialog {
    /// A closed dialog. `wake` asks for a new frame.
    pub fn new(wake: Wake) -> Self {
        Self {
            is_open: false,
            wake,
            sizing: Sizing::Times(1),
            custom: [3840, 2160],
            dpi: DPI,
            axes: true,
            path: None,
            choosing: None,
            job: None,
        }
    }

    /// Opens it.
    pub fn open(&mut self) {
        self.is_open = true;
    }

    /// Closes it. Says whether it was open.
    pub fn close(&mut self) -> bool {
        std::mem::take(&mut self.is_open)
    }

    /// Shows it, and goes on with what is being written.
    pub fn ui(&mut self, ui: &Ui, model: &mut Model, stage: Option<&Stage>) {
        self.follow(model);
        let (Some(document), Some(stage)) = (model.document().cloned(), stage) else {
            return;
        };
        if !self.is_open || !stage.is_known {
            return;
        }
        let mut is_open = true;
        let middle = stage.plot.center();
        Window::new("Export PNG")
            .open(&mut is_open)
            .pivot(egui::Align2::CENTER_CENTER)
            .default_pos(middle)
            .collapsible(false)
            .default_width(460.0)
            .show(ui.ctx(), |ui| {
                self.choices(ui, stage);
                let request = self.request(&document.figure, stage);
                self.place(ui, model, &document.layer().sources.inputs);
                let output = PathBuf::from(self.path.clone().unwrap_or_default());
                ui.add_space(6.0);
                ui.label(RichText::new("The same, from a terminal or a script:").weak());
                let line = shell_line(&render_command(&request, &model.figure_file(), &output));
                if !is_plain(&request) && model.saved().is_none() {
                    let text = "Several layers need a figure file: save it with Ctrl+S, and the command is complete.";
                    ui.label(RichText::new(text).weak());
                }
                ScrollArea::vertical().max_height(90.0).id_salt("command").show(ui, |ui| {
                    ui.add(egui::Label::new(RichText::new(&line).monospace().small()).wrap());
                });
                ui.horizontal(|ui| {
                    if ui.button("Copy command").clicked() {
                        ui.ctx().copy_text(line.clone());
                    }
                    self.buttons(ui, model, request, &output);
                });
            });
        self.is_open &= is_open;
    }

    fn choices(&mut self, ui: &mut Ui, stage: &Stage) {
        Grid::new("export").num_columns(2).spacing([16.0, 6.0]).show(ui, |ui| {
            ui.label("Size");
            ui.horizontal(|ui| {
                for times in [1, 2, 4] {
                    ui.radio_value(&mut self.sizing, Sizing::Times(times), format!("{times}×"));
                }
                ui.radio_value(&mut self.sizing, Sizing::Custom, "other");
            });
            ui.end_row();
            ui.label("");
            if self.sizing == Sizing::Custom {
                ui.horizontal(|ui| {
                    ui.add(DragValue::new(&mut self.custom[0]).range(1..=MAX_PIXELS).suffix(" px"));
                    ui.label("×");
                    ui.add(DragValue::new(&mut self.custom[1]).range(1..=MAX_PIXELS).suffix(" px"));
                    ui.add(DragValue::new(&mut self.dpi).range(10.0..=2400.0).suffix(" dpi"));
                });
            } else {
                let (size, dpi) = self.size(stage);
                ui.label(RichText::new(format!("{} × {} px at {dpi} dpi", size.width, size.height)).weak());
            }
            ui.end_row();
            ui.label("Axes");
            ui.checkbox(&mut self.axes, "with axes, words and color bar");
            ui.end_row();
        });
    }

    /// Size in pixels and resolution.
    fn size(&self, stage: &Stage) -> (Size, f64) {
        let shown = if self.axes { stage.layout.size } else { stage.layout.plot_size() };
        match self.sizing {
            Sizing::Times(times) => {
                let side = |pixels: u32| pixels.saturating_mul(times).min(MAX_PIXELS);
                let size = Size { width: side(shown.width), height: side(shown.height) };
                (size, DPI * stage.layout.scale * f64::from(times))
            }
            Sizing::Custom => (Size { width: self.custom[0], height: self.custom[1] }, self.dpi),
        }
    }

    /// The view that is shown, at the chosen size.
    fn request(&self, figure: &FigureRequest, stage: &Stage) -> FigureRequest {
        let (size, dpi) = self.size(stage);
        let mut request = FigureRequest { dpi, axes: self.axes, ..figure.clone() };
        request.size = size;
        request.x.range = Some(stage.view.x.range);
        request.y.range = Some(stage.view.y.range);
        request
    }

    fn place(&mut self, ui: &mut Ui, model: &mut Model, inputs: &[PathBuf]) {
        let text = self.path.get_or_insert_with(|| beside(inputs).display().to_string());
        match self.choosing.as_mut().and_then(Pending::poll) {
            Some(DialogOutcome::Chosen(paths)) => {
                self.choosing = None;
                if let Some(path) = paths.first() {
                    *text = path.display().to_string();
                }
            }
            Some(DialogOutcome::Cancelled) => self.choosing = None,
            Some(DialogOutcome::Unavailable(why)) => {
                self.choosing = None;
                model.notices.note(format!("type the file's path: the system's file dialog is not to be had ({why})"));
            }
            None => {}
        }
        ui.horizontal(|ui| {
            ui.label("File");
            if ui.button("Choose…").clicked() && self.choosing.is_none() {
                let path = Path::new(text.as_str());
                let request = DialogRequest {
                    title: "Export PNG".to_owned(),
                    folder: path.parent().map(Path::to_owned),
                    file_name: path.file_name().map(|name| name.to_string_lossy().into_owned()),
                    filters: vec![("PNG".to_owned(), vec!["png".to_owned()])],
                };
                self.choosing = Some(Pending::save_file(&request, Arc::clone(&self.wake)));
            }
            ui.add(TextEdit::singleline(text).desired_width(f32::INFINITY));
        });
    }

    fn buttons(&mut self, ui: &mut Ui, model: &mut Model, request: FigureRequest, output: &Path) {
        match &self.job {
            Some(job) => {
                if ui.button("Stop").clicked() {
                    job.progress.cancel();
                }
                #[expect(clippy::cast_precision_loss, reason = "a bar")]
                let share = job.progress.rows() as f32 / job.rows.max(1) as f32;
                ui.add(ProgressBar::new(share.min(1.0)).desired_width(160.0));
                ui.ctx().request_repaint_after(std::time::Duration::from_millis(100));
            }
            None if ui.button(RichText::new("Export").strong()).clicked() => {
                if output.as_os_str().is_empty() {
                    model.notices.error("no file was named to write the picture to");
                } else {
                    let job = start(model, request, output, Arc::clone(&self.wake));
                    self.job = Some(job);
                }
            }
            None => {}
        }
    }

    /// Takes in what became of a picture.
    fn follow(&mut self, model: &mut Model) {
        let Some(job) = &self.job else { return };
        match job.done.try_recv() {
            Ok(Ok(())) => model.notices.note(format!("wrote {}", job.path.display())),
            Ok(Err(error)) => model.notices.error(error),
            Err(TryRecvError::Disconnected) => model.notices.error("an internal error; no picture was written"),
            Err(TryRecvError::Empty) => return,
        }
        self.job = None;
    }
}

impl Drop for ExportDialog {
    fn drop(&mut self) {
        if let Some(job) = &self.job {
            job.progress.cancel();
        }
    }
}

/// A name beside the first input.
fn beside(inputs: &[PathBuf]) -> PathBuf {
    inputs.first().map_or_else(|| PathBuf::from("figure.png"), |input| input.with_extension("png"))
}

/// Writes a picture off the window's thread.
fn start(model: &Model, request: FigureRequest, output: &Path, wake: Wake) -> Job {
    let (sender, done) = channel();
    let progress = Arc::new(Progress::default());
    let (title, command, figure) = (title(&request), Some(comment(&request)), fingerprint(&request));
    let notes = Notes { dpi: Some(request.dpi), title, command, figure };
    let job = Job { progress: Arc::clone(&progress), rows: model.rows(), done, path: output.to_owned() };
    let (data, threads) = (model.all_data().to_vec(), model.threads());
    let (path, failed) = (output.to_owned(), sender.clone());
    let work = move || {
        let result = write(&data, &request, &path, &notes, threads, &progress);
        // Nobody listens any more if the window is closed.
        let _ = sender.send(result.map_err(|error| error.to_string()));
        wake();
    };
    if let Err(error) = thread::Builder::new().name("scumble-export".to_owned()).spawn(work) {
        let _ = failed.send(Err(format!("the system gives no thread: {error}")));
    }
    job
}

fn write(
    data: &[Arc<OpenData>],
    request: &FigureRequest,
    path: &Path,
    notes: &Notes,
    threads: Option<usize>,
    progress: &Progress,
) -> anyhow::Result<()> {
    anyhow::ensure!(
        !data.iter().any(|data| reads(&data.table, path)),
        "the picture would replace the data; name another file ({})",
        path.display()
    );
    let tables: Vec<&Table> = data.iter().map(|data| &data.table).collect();
    let stopped = || progress.is_cancelled();
    let mut out = Output::create(path, &stopped)?;
    let drawn = Workbench::new(EngineChoice::Auto, threads, false)?.figure(&tables, request, progress)?;
    write_png(&drawn, notes, &mut out)?;
    out.finish()?;
    Ok(())
}
