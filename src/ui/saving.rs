//! Where a figure is to be saved: the system's dialog, or a path that is typed.

use std::path::{Path, PathBuf};

use egui::{Id, Key, Modal, RichText, TextEdit, Ui};

use crate::workbench::command_line::FIGURE_FILE;

use super::dialog::{DialogOutcome, DialogRequest, Dialogs, Pending};
use super::model::Model;

/// A question under way.
pub struct Saving {
    dialogs: Dialogs,
    proposed: PathBuf,
    pending: Option<Pending>,
    typed: Option<String>,
}

impl Saving {
    /// No question yet.
    pub fn new(dialogs: Dialogs) -> Self {
        Self { dialogs, proposed: PathBuf::from(FIGURE_FILE), pending: None, typed: None }
    }

    /// Whether a path is being asked for.
    pub fn is_asking(&self) -> bool {
        self.pending.is_some() || self.typed.is_some()
    }

    /// Asks where to save, with a proposal.
    pub fn ask(&mut self, proposed: Option<PathBuf>) {
        self.proposed = proposed.unwrap_or_else(|| PathBuf::from(FIGURE_FILE));
        let request = DialogRequest {
            title: "Save figure".to_owned(),
            folder: self.proposed.parent().map(Path::to_owned),
            file_name: self.proposed.file_name().map(|name| name.to_string_lossy().into_owned()),
            filters: vec![("Figure".to_owned(), vec!["toml".to_owned()])],
        };
        self.pending = Some(self.dialogs.save_file(&request));
    }

    /// Shows the question; gives the path that was chosen, and whether the person was asked about what is there already.
    pub fn ui(&mut self, ui: &Ui, model: &mut Model) -> Option<(PathBuf, bool)> {
        replacing(ui, model);
        match self.pending.as_mut().and_then(Pending::poll) {
            Some(DialogOutcome::Chosen(paths)) => {
                self.pending = None;
                return paths.into_iter().next().map(|path| (path, true));
            }
            Some(DialogOutcome::Cancelled) => self.pending = None,
            Some(DialogOutcome::Unavailable(_)) => {
                self.pending = None;
                self.typed = Some(self.proposed.display().to_string());
            }
            None if self.pending.is_some() => ui.ctx().request_repaint_after(std::time::Duration::from_millis(100)),
            None => {}
        }
        let text = self.typed.as_mut()?;
        let (mut chosen, mut is_left) = (false, false);
        let response = Modal::new(Id::unique("save figure")).show(ui.ctx(), |ui| {
            ui.set_width(520.0);
            ui.label(RichText::new("Save the figure").strong());
            let response = ui.add(TextEdit::singleline(text).desired_width(f32::INFINITY));
            let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            if !entered {
                response.request_focus();
            }
            ui.horizontal(|ui| {
                chosen = ui.button("Save").clicked() || entered;
                is_left = ui.button("Cancel").clicked();
            });
        });
        let path = text.trim().to_owned();
        if chosen || is_left || response.should_close() {
            self.typed = None;
        }
        if chosen && path.is_empty() {
            model.notices.note("no path was typed");
            return None;
        }
        chosen.then(|| (PathBuf::from(path), false))
    }
}

/// Asks whether to replace a figure, where there is one already.
fn replacing(ui: &Ui, model: &mut Model) {
    let Some(path) = model.standing().map(Path::to_owned) else { return };
    let mut answer = None;
    let response = Modal::new(Id::unique("replace figure")).show(ui.ctx(), |ui| {
        ui.set_width(420.0);
        ui.label(RichText::new("Replace the figure that is there already?").strong());
        ui.label(RichText::new(path.display().to_string()).weak());
        ui.add_space(6.0);
        ui.horizontal(|ui| {
            if ui.button("Replace").clicked() {
                answer = Some(true);
            }
            if ui.button("Cancel").clicked() {
                answer = Some(false);
            }
        });
    });
    if let Some(is_meant) = answer.or(response.should_close().then_some(false)) {
        model.replace_standing(is_meant);
    }
}
