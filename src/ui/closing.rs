//! Closing the window while something would be lost: the person is asked. A movie in the making ends in order; a figure
//! that was not saved can be.

use egui::{Id, Modal, RichText, Ui, ViewportCommand};

use super::filming::Filming;
use super::model::Model;
use super::status::movie_text;

/// Whether the window is on its way to be closed.
#[derive(Debug, Default, PartialEq, Eq)]
pub enum Closing {
    /// It stays open.
    #[default]
    Not,
    /// The person is asked what is to become of the movie; the window closes when that ends meanwhile.
    Asks,
    /// It closes as soon as the movie has ended.
    Waits,
    /// The person is asked what is to become of the figure.
    AsksForFigure,
    /// It closes as soon as the figure is saved, and stays open if it is not.
    Saves,
    /// Nothing stands in the way any more.
    Goes,
}

impl Closing {
    /// Somebody wants to close the window: whether it may be closed at once.
    pub fn asks(&mut self, model: &Model) -> bool {
        if let Some(filming) = model.filming() {
            if *self == Self::Not {
                *self = Self::Asks;
                // Of what still comes, nobody waits for the end.
                if filming.is_recording() {
                    filming.stop();
                    *self = Self::Waits;
                }
            }
            return false;
        }
        let is_free = *self == Self::Goes || !model.has_unsaved_work();
        if !is_free && *self != Self::Saves {
            *self = Self::AsksForFigure;
        }
        is_free
    }

    /// The question, while there is one; whether the figure is to be saved. `is_asking_where` says whether the person
    /// is asked where to save it.
    pub fn ui(&mut self, ui: &Ui, model: &Model, is_asking_where: bool) -> bool {
        match self {
            Self::Not | Self::Goes => false,
            Self::Asks | Self::Waits => {
                self.of_movie(ui, model);
                false
            }
            Self::AsksForFigure => self.of_figure(ui, model),
            Self::Saves => {
                if !model.has_unsaved_work() {
                    self.go(ui);
                } else if !is_asking_where && !model.has_paperwork() {
                    // It was not saved after all; why, a toast says.
                    *self = Self::Not;
                }
                false
            }
        }
    }

    fn go(&mut self, ui: &Ui) {
        *self = Self::Goes;
        ui.ctx().send_viewport_cmd(ViewportCommand::Close);
    }

    fn of_figure(&mut self, ui: &Ui, model: &Model) -> bool {
        let mut saves = false;
        let response = Modal::new(Id::unique("closing figure")).show(ui.ctx(), |ui| {
            ui.set_width(380.0);
            let (title, text) = match model.saved() {
                Some(path) => ("The figure was changed since it was saved", path.display().to_string()),
                None => ("The figure was not saved", "Its layers and words would be lost; the data stays.".to_owned()),
            };
            ui.label(RichText::new(title).strong());
            ui.label(RichText::new(text).weak());
            ui.add_space(6.0);
            ui.horizontal(|ui| {
                if ui.button("Save").clicked() {
                    *self = Self::Saves;
                    saves = true;
                }
                if ui.button("Discard").on_hover_text("Close without saving").clicked() {
                    self.go(ui);
                }
                if ui.button("Cancel").clicked() {
                    *self = Self::Not;
                }
            });
        });
        if response.should_close() && *self == Self::AsksForFigure {
            *self = Self::Not;
        }
        saves
    }

    fn of_movie(&mut self, ui: &Ui, model: &Model) {
        let Some(filming) = model.filming() else {
            // Nothing stands in the way any more, whether or not the person has answered; what else does is asked then.
            *self = Self::Not;
            ui.ctx().send_viewport_cmd(ViewportCommand::Close);
            return;
        };
        let response = Modal::new(Id::unique("closing")).show(ui.ctx(), |ui| {
            ui.set_width(340.0);
            if *self == Self::Waits {
                ui.horizontal(|ui| {
                    ui.spinner();
                    ui.label("The movie is being ended with the frames there are…");
                });
                return;
            }
            self.question(ui, filming);
        });
        if response.should_close() && *self == Self::Asks {
            *self = Self::Not;
        }
    }

    fn question(&mut self, ui: &mut Ui, filming: &Filming) {
        ui.label(RichText::new("A movie is being made").strong());
        ui.label(movie_text(filming));
        let text = "With no answer, the window closes when the movie is done. One that is stopped ends where it is; numbered \
                    frames are taken up by the next run.";
        ui.label(RichText::new(text).weak());
        ui.add_space(6.0);
        ui.horizontal(|ui| {
            if ui.button("Keep filming").clicked() {
                *self = Self::Not;
            }
            if ui.button("Stop and close").clicked() {
                filming.stop();
                *self = Self::Waits;
            }
        });
    }
}
