//! Closing the window while a movie is being made: the person is asked, and the movie ends in order.

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
}

impl Closing {
    /// Somebody wants to close the window: whether it may be closed at once.
    pub fn asks(&mut self, model: &Model) -> bool {
        let is_free = model.filming().is_none();
        if !is_free && *self == Self::Not {
            *self = Self::Asks;
            // Of what still comes, nobody waits for the end.
            if let Some(filming) = model.filming().filter(|filming| filming.is_recording()) {
                filming.stop();
                *self = Self::Waits;
            }
        }
        is_free
    }

    /// The question, while there is one.
    pub fn ui(&mut self, ui: &Ui, model: &Model) {
        if *self == Self::Not {
            return;
        }
        let Some(filming) = model.filming() else {
            // Nothing stands in the way any more, whether or not the person has answered.
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
