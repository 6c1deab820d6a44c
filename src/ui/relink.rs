//! A figure whose files have moved: the person says where they are.

use std::path::{Path, PathBuf};

use egui::{Id, Key, Modal, RichText, ScrollArea, TextEdit, Ui};

use super::dialog::{DialogOutcome, DialogRequest, Dialogs, Pending};
use super::model::Model;

/// The question, while it is asked.
pub struct Relinking {
    dialogs: Dialogs,
    /// What was typed for each missing file.
    typed: Vec<(PathBuf, String)>,
    /// The system's dialog, and for which file.
    choosing: Option<(usize, Pending)>,
}

impl Relinking {
    /// No question yet.
    pub fn new(dialogs: Dialogs) -> Self {
        Self { dialogs, typed: Vec::new(), choosing: None }
    }

    /// Whether the person is asked.
    pub fn is_asking(&self) -> bool {
        !self.typed.is_empty()
    }

    /// Takes files that were dropped as answers: those of the same names, else the first that has none. Says whether
    /// there was a question.
    pub fn take_dropped(&mut self, paths: &[PathBuf]) -> bool {
        for path in paths {
            let same = self.typed.iter().position(|(missing, _)| missing.file_name() == path.file_name());
            let place = same.or_else(|| self.typed.iter().position(|(_, text)| text.is_empty()));
            if let Some((_, text)) = place.and_then(|place| self.typed.get_mut(place)) {
                *text = path.display().to_string();
            }
        }
        self.is_asking()
    }

    /// Asks, if the model has a figure that waits.
    pub fn ui(&mut self, ui: &Ui, model: &mut Model) {
        let Some(unlinked) = model.unlinked() else {
            // What was typed is being looked at.
            if !model.has_paperwork() {
                (self.typed, self.choosing) = (Vec::new(), None);
            }
            return;
        };
        let refused = unlinked.refused.clone();
        let mut is_new = false;
        if self.typed.iter().map(|(path, _)| path).ne(&unlinked.missing) {
            // What is said of one file, while another was found, stays.
            let known =
                |path: &PathBuf| self.typed.iter().find(|(known, _)| known == path).map(|(_, text)| text.clone());
            let typed = unlinked.missing.iter().map(|path| (path.clone(), known(path).unwrap_or_default())).collect();
            (self.typed, self.choosing, is_new) = (typed, None, true);
        }
        self.follow_dialog(ui, model);
        let mut answer = None;
        let response = Modal::new(Id::unique("relink")).show(ui.ctx(), |ui| {
            ui.set_width(560.0);
            let title = match self.typed.len() {
                1 => "A file of this figure is not there".to_owned(),
                n => format!("{n} files of this figure are not there"),
            };
            ui.label(RichText::new(title).strong());
            ui.label(RichText::new("Say where one is now; others beside it are found by their names.").weak());
            ui.add_space(6.0);
            ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
                if self.rows(ui, &refused, is_new) {
                    answer = Some(true);
                }
            });
            ui.add_space(6.0);
            let has_answer = self.typed.iter().any(|(_, text)| !text.trim().is_empty());
            ui.horizontal(|ui| {
                if ui.add_enabled(has_answer, egui::Button::new("Open figure")).clicked() {
                    answer = Some(true);
                }
                if ui.button("Cancel").clicked() {
                    answer = Some(false);
                }
            });
        });
        match answer {
            Some(true) if !self.answers().is_empty() => model.relink(self.answers()),
            Some(false) => model.leave_unlinked(),
            None if response.should_close() => model.leave_unlinked(),
            Some(true) | None => {}
        }
    }

    /// A field for each file; whether one was entered.
    fn rows(&mut self, ui: &mut Ui, refused: &[PathBuf], is_new: bool) -> bool {
        let mut is_entered = false;
        for (i, (missing, text)) in self.typed.iter_mut().enumerate() {
            let label = ui.label(missing.display().to_string()).id;
            ui.horizontal(|ui| {
                if ui.button("Choose…").labelled_by(label).clicked() {
                    let request = DialogRequest {
                        title: "Where is it now?".to_owned(),
                        folder: missing.parent().filter(|folder| *folder != Path::new("")).map(Path::to_owned),
                        ..DialogRequest::default()
                    };
                    self.choosing = Some((i, self.dialogs.open_files(&request)));
                }
                let field =
                    TextEdit::singleline(text).desired_width(f32::INFINITY).hint_text("its path; or drop it here");
                let response = ui.add(field).labelled_by(label);
                is_entered |= response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
                if is_new && i == 0 {
                    response.request_focus();
                }
            });
            let text = text.trim();
            if !text.is_empty() && refused.iter().any(|path| path == Path::new(text)) {
                ui.colored_label(ui.visuals().error_fg_color, format!("there is no file {text}"));
            }
        }
        is_entered
    }

    fn follow_dialog(&mut self, ui: &Ui, model: &mut Model) {
        let Some((place, pending)) = &mut self.choosing else { return };
        match pending.poll() {
            Some(DialogOutcome::Chosen(paths)) => {
                if let (Some((_, text)), Some(path)) = (self.typed.get_mut(*place), paths.first()) {
                    *text = path.display().to_string();
                }
                self.choosing = None;
            }
            Some(DialogOutcome::Cancelled) => self.choosing = None,
            Some(DialogOutcome::Unavailable(why)) => {
                model.notices.note(format!("the system's file dialog is not to be had ({why}); type the path"));
                self.choosing = None;
            }
            None => ui.ctx().request_repaint_after(std::time::Duration::from_millis(100)),
        }
    }

    fn answers(&self) -> Vec<(PathBuf, PathBuf)> {
        let given = self.typed.iter().filter(|(_, text)| !text.trim().is_empty());
        given.map(|(missing, text)| (missing.clone(), PathBuf::from(text.trim()))).collect()
    }
}
