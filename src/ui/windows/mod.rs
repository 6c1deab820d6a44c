//! Windows within the window: keys, the log, what is in the files.

mod help;
mod information;
mod log;

use std::sync::Arc;

use egui::Ui;

use crate::workbench::session::Wake;

use super::actions::Action;
use super::model::Model;
use information::Information;

/// Which of them are open, and what they keep from frame to frame.
pub struct Windows {
    help: bool,
    log: bool,
    information: Information,
    /// Where the room for them begins.
    top: f32,
}

impl Windows {
    /// None is open. `wake` asks for a new frame.
    pub fn new(wake: &Wake) -> Self {
        Self { help: false, log: false, information: Information::new(Arc::clone(wake)), top: 0.0 }
    }

    /// Keeps them off what lies above a height.
    pub fn stay_below(&mut self, top: f32) {
        self.top = top;
    }

    /// Opens or closes the one that an action is about, if it is about any.
    pub fn toggle(&mut self, action: Action) {
        match action {
            Action::Help => self.help = !self.help,
            Action::Log => self.log = !self.log,
            Action::Info => self.information.is_open = !self.information.is_open,
            _ => {}
        }
    }

    /// Closes one. Says whether any was open.
    pub fn close_one(&mut self) -> bool {
        std::mem::take(&mut self.help) || std::mem::take(&mut self.log) || std::mem::take(&mut self.information.is_open)
    }

    /// Shows those that are open.
    pub fn ui(&mut self, ui: &Ui, model: &Model) {
        let mut room = ui.ctx().content_rect();
        room.min.y = self.top.min(room.max.y);
        help::ui(ui, room, &mut self.help);
        log::ui(ui, room, model, &mut self.log);
        self.information.ui(ui, room, model.data());
    }
}
