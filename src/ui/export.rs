//! Export: what is shown, written into files, as a picture or all its steps as a movie; and the command lines that make
//! identical files.

mod movie;
mod picture;
mod place;

use std::path::{Path, PathBuf};

use egui::{DragValue, RichText, ScrollArea, Ui};

use crate::scene::axis::{MAX_PIXELS, Size};
use crate::workbench::ChangeKind;
use crate::workbench::command_line::{is_plain, shell_line};
use crate::workbench::figure::{DPI, FigureRequest};

use super::actions::Action;
use super::canvas::Stage;
use super::model::Model;

use place::Place;

pub use movie::MovieDialog;
pub use picture::PictureDialog;

/// A size in relation to the screen's.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Sizing {
    Times(u32),
    Custom,
}

/// How large what is written is, and whether there are axes around the plot.
struct Framing {
    sizing: Sizing,
    custom: [u32; 2],
    dpi: f64,
    axes: bool,
}

impl Framing {
    /// As on the screen; `custom` is the size to begin with where another one is wanted.
    fn new(custom: [u32; 2]) -> Self {
        Self { sizing: Sizing::Times(1), custom, dpi: DPI, axes: true }
    }

    /// The rows of a grid of two columns.
    fn rows(&mut self, ui: &mut Ui, stage: &Stage) {
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
}

/// Shows the command line that makes the same file; gives it for the button that copies it. Where it
/// needs the figure file, and that lacks something, the person is told and may have it saved.
fn command(
    ui: &mut Ui,
    model: &Model,
    request: &FigureRequest,
    words: &[String],
    wanted: &mut Option<Action>,
) -> String {
    ui.add_space(6.0);
    let line = shell_line(words);
    if let Some(change) = model.stale() {
        let name = change.path.file_name().unwrap_or_default().to_string_lossy();
        let text = match change.kind {
            ChangeKind::Vanished => format!("{name} is gone; the command needs it back."),
            _ => format!("{name} has changed since it was opened; the command would draw what it is now."),
        };
        ui.label(RichText::new(text).color(ui.visuals().warn_fg_color));
    }
    if is_plain(request) || !model.differs_from_file() {
        ui.label(RichText::new("The same, from a terminal or a script:").weak());
    } else {
        let text = match model.saved() {
            Some(_) => "The figure's file lacks the latest changes. Once it is saved, this makes the same:",
            None => "Several layers need a figure file. Once it is saved, this makes the same:",
        };
        ui.label(RichText::new(text).color(ui.visuals().warn_fg_color));
        if ui.button("Save figure").clicked() {
            *wanted = Some(Action::Save);
        }
    }
    ScrollArea::vertical().max_height(90.0).id_salt("command").show(ui, |ui| {
        ui.add(egui::Label::new(RichText::new(&line).monospace().size(11.0)).wrap());
    });
    line
}

/// A button that copies a command line.
fn copy_button(ui: &mut Ui, line: &str) {
    if ui.button("Copy command").clicked() {
        ui.ctx().copy_text(line.to_owned());
    }
}

/// A name beside the first input.
fn beside(inputs: &[PathBuf], name: &str) -> PathBuf {
    match (inputs.first(), Path::new(name).extension()) {
        (Some(input), Some(ending)) => input.with_extension(ending),
        _ => PathBuf::from(name),
    }
}
