//! The steps of the fields that are shown.

use std::sync::Arc;

use crate::workbench::fields::Timeline;
use crate::workbench::figure::FigureRequest;
use crate::workbench::session::OpenData;

use super::{Document, Model};

impl Model {
    /// Shows other data.
    pub(super) fn set_data(&mut self, data: Vec<Arc<OpenData>>) {
        self.session.watch(&data);
        // What grows is followed at its newest step.
        let was_last = self.document().is_some_and(|document| document.figure.step + 1 >= self.timeline.steps);
        self.timeline = Timeline::of(&data.iter().map(|data| &data.table).collect::<Vec<_>>());
        self.data = data;
        let step = self.document().map_or(0, |document| document.figure.step);
        self.go_to_step(if was_last && self.follows { u64::MAX } else { step });
    }

    /// The steps of the fields that are shown.
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// Shows a step, or the last one there is. No step to undo: looking around changes nothing of the figure.
    pub fn go_to_step(&mut self, step: u64) {
        let step = step.min(self.timeline.steps.saturating_sub(1));
        if let Some(document) = self.document().filter(|document| document.figure.step != step) {
            let figure = FigureRequest { step, ..document.figure.clone() };
            let document = Document { figure, ..document.clone() };
            self.history.replace(Some(document));
        }
    }

    /// Whether the picture is of the step, the view and the data that were asked for last.
    pub fn has_caught_up(&self) -> bool {
        self.painted.as_ref().is_some_and(|painted| Some(painted.shown.generation) == self.generation)
    }
}
