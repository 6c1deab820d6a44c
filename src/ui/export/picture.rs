//! The view as PNG at any size, and the command line that makes the identical file.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;

use egui::{Grid, Label, Panel, ProgressBar, RichText, Ui, Window};

use crate::export::output::Output;
use crate::export::picture::{Notes, other_ending, write_png};
use crate::studio::{Standing, notes, standing};
use crate::workbench::command_line::render_command;
use crate::workbench::figure::FigureRequest;
use crate::workbench::session::{OpenData, Wake};
use crate::workbench::sources::reads;
use crate::workbench::{EngineChoice, Progress, Table, Workbench};

use super::super::actions::Action;
use super::super::canvas::Stage;
use super::super::dialog::Dialogs;
use super::super::model::Model;
use super::super::notices::Notices;
use super::{Framing, Place, beside, command, copy_button};

/// A picture being written.
struct Job {
    progress: Arc<Progress>,
    rows: u64,
    done: Receiver<Result<(), String>>,
    path: PathBuf,
    /// The person knows that closing the window gives it up.
    is_told: bool,
}

impl Job {
    /// How far it is, and a button that ends it.
    fn ui(&self, ui: &mut Ui) {
        if ui.button("Stop").clicked() {
            self.progress.cancel();
        }
        #[expect(clippy::cast_precision_loss, reason = "a bar")]
        let share = self.progress.rows() as f32 / self.rows.max(1) as f32;
        if share < 1.0 {
            ui.add(ProgressBar::new(share).desired_width(160.0));
        } else {
            // All rows are counted; what is left is as long as the picture is large.
            ui.spinner();
            ui.label("coloring and writing");
        }
        ui.ctx().request_repaint_after(std::time::Duration::from_millis(100));
    }
}

/// The dialog and what was chosen in it.
pub struct PictureDialog {
    is_open: bool,
    wake: Wake,
    framing: Framing,
    place: Place,
    job: Option<Job>,
}

impl PictureDialog {
    /// A closed dialog. `wake` asks for a new frame.
    pub fn new(wake: Wake, dialogs: Dialogs) -> Self {
        let place = Place::new(Arc::clone(&wake), dialogs);
        Self { is_open: false, wake, framing: Framing::new([3840, 2160]), place, job: None }
    }

    /// Opens it.
    pub fn open(&mut self) {
        self.is_open = true;
    }

    /// Closes it. Says whether it was open.
    pub fn close(&mut self) -> bool {
        std::mem::take(&mut self.is_open)
    }

    /// Says in a line of its own what is being written, while the dialog does not.
    pub fn status(&self, ui: &mut Ui) {
        if let Some(job) = self.job.as_ref().filter(|_| !self.is_open) {
            Panel::bottom("picture").show(ui, |ui| {
                ui.horizontal(|ui| {
                    job.ui(ui);
                    ui.label("writing a picture");
                    ui.add(Label::new(RichText::new(job.path.display().to_string()).weak()).truncate());
                })
            });
        }
    }

    /// Gives up what is being written.
    pub fn stop(&self) {
        if let Some(job) = &self.job {
            job.progress.cancel();
        }
    }

    /// Whether the window has to stay for what is being written: the person is told once.
    pub fn holds(&mut self, notices: &mut Notices) -> bool {
        let Some(job) = self.job.as_mut().filter(|job| !job.is_told) else { return false };
        job.is_told = true;
        notices.note(format!("{} is still being written; close again to give it up", job.path.display()));
        true
    }

    /// Shows it, and goes on with what is being written. Gives what the app has to do.
    pub fn ui(&mut self, ui: &Ui, model: &mut Model, stage: Option<&Stage>) -> Option<Action> {
        self.follow(model);
        let (Some(document), Some(stage)) = (model.document().cloned(), stage) else {
            return None;
        };
        if !self.is_open || !stage.is_known {
            return None;
        }
        let mut wanted = None;
        let mut is_open = true;
        let middle = stage.plot.center();
        Window::new("Export PNG")
            .open(&mut is_open)
            .pivot(egui::Align2::CENTER_CENTER)
            .default_pos(middle)
            .collapsible(false)
            .default_width(460.0)
            .show(ui.ctx(), |ui| {
                Grid::new("export").num_columns(2).spacing([16.0, 6.0]).show(ui, |ui| self.framing.rows(ui, stage));
                let request = self.framing.request(&document.figure, stage);
                let proposed = beside(&document.layer().sources.inputs, "figure.png");
                let kinds: &[(&str, &[&str])] = &[("PNG", &["png"])];
                let is_entered = self.place.ui(ui, &mut model.notices, proposed, ("Export PNG", kinds));
                let output = self.place.path();
                let words = render_command(&request, &model.figure_file(), &output);
                let line = command(ui, model, &request, &words, &mut wanted);
                ui.horizontal(|ui| {
                    copy_button(ui, &line);
                    self.buttons(ui, model, request, is_entered);
                });
            });
        self.is_open &= is_open;
        wanted
    }

    fn buttons(&mut self, ui: &mut Ui, model: &mut Model, request: FigureRequest, is_entered: bool) {
        if let Some(path) = self.place.granted(ui) {
            self.job = Some(start(model, request, &path, Arc::clone(&self.wake)));
        } else if self.place.is_asking() {
            return;
        }
        match &self.job {
            Some(job) => job.ui(ui),
            None if ui.button(RichText::new("Export").strong()).clicked() || is_entered => {
                // What is no picture is not replaced, whatever the person says.
                self.place.wish(&mut model.notices, |path| standing(path) == Standing::Picture);
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

impl Drop for PictureDialog {
    fn drop(&mut self) {
        if let Some(job) = &self.job {
            job.progress.cancel();
        }
    }
}

/// Writes a picture off the window's thread.
fn start(model: &Model, request: FigureRequest, output: &Path, wake: Wake) -> Job {
    let (sender, done) = channel();
    let progress = Arc::new(Progress::default());
    let notes = notes(&request);
    let job =
        Job { progress: Arc::clone(&progress), rows: model.rows(), done, path: output.to_owned(), is_told: false };
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
        !data.iter().any(|data| reads(&data.table, path)) && !request.names(path),
        "the picture would replace what it is made of; name another file ({})",
        path.display()
    );
    anyhow::ensure!(
        other_ending(path).is_none(),
        "pictures are written as .png; end the file's name so ({})",
        path.display()
    );
    anyhow::ensure!(
        matches!(standing(path), Standing::Nothing | Standing::Picture),
        "the picture would replace a file that is no PNG; name another one ({})",
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
