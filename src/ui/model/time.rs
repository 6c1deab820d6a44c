//! The steps of the fields that are shown.

use std::sync::Arc;

use crate::scene::axis::Size;
use crate::scene::layer::Layer;
use crate::workbench::fields::Timeline;
use crate::workbench::figure::FigureRequest;
use crate::workbench::session::{DataId, MOST_AHEAD, OpenData, Wish};

use super::{Asked, Document, Model, asked, wishes};

impl Model {
    /// Shows other data.
    pub(super) fn set_data(&mut self, data: Vec<Arc<OpenData>>) {
        self.session.watch(&data);
        // What grows is followed at its newest step.
        let was_last = self.document().is_some_and(|document| document.figure.step >= self.newest_step());
        self.timeline = Timeline::of(&data.iter().map(|data| &data.table).collect::<Vec<_>>());
        self.data = data;
        let step = self.document().map_or(0, |document| document.figure.step);
        self.go_to_step(if was_last && self.follows() { self.newest_step() } else { step });
    }

    /// The last step, or the last one that something was written to where files are followed.
    pub fn newest_step(&self) -> u64 {
        let written = self.data.iter().filter_map(|data| data.written_steps).max();
        written
            .filter(|_| self.follows())
            .map_or(self.timeline.steps, |written| written.min(self.timeline.steps))
            .saturating_sub(1)
    }

    /// The steps of the fields that are shown.
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// Shows a step, or the last one there is. No step to undo: looking around changes nothing of the figure.
    pub fn go_to_step(&mut self, step: u64) {
        let step = step.min(self.timeline.steps.saturating_sub(1));
        if let Some(document) = self.document().filter(|document| document.figure.step != step) {
            let before = document.figure.step;
            let figure = FigureRequest { step, ..document.figure.clone() };
            let document = Document { figure, ..document.clone() };
            self.history.replace(Some(document));
            self.stride = stride(before, step, self.timeline.steps);
        }
    }

    /// What will be drawn next, if the person goes on through the steps as before: for the session to be ahead. Nothing,
    /// if something else than the step was changed.
    pub(super) fn next_steps(
        &self,
        now: &Asked,
        figure: &FigureRequest,
        data: &[Arc<OpenData>],
        size: Size,
    ) -> Vec<Vec<Wish>> {
        let at_step = |(id, layer): &(DataId, Layer)| (*id, Layer { step: 0, ..layer.clone() });
        let is_of_step =
            self.asked.as_ref().is_some_and(|before| before.iter().map(at_step).eq(now.iter().map(at_step)));
        if self.stride == 0 || !is_of_step {
            return Vec::new();
        }
        // Around the ends, as a loop goes.
        let place =
            |n: i128| (i128::from(figure.step) + n * i128::from(self.stride)).rem_euclid(self.timeline.steps.into());
        let next = (1..).take(MOST_AHEAD).filter_map(|n| u64::try_from(place(n)).ok());
        let wishes_at = |step| wishes(data, &asked(&FigureRequest { step, ..figure.clone() }, data, size));
        next.filter(|step| *step != figure.step).map(wishes_at).collect()
    }

    /// Whether the picture is of the step, the view and the data that were asked for last.
    pub fn has_caught_up(&self) -> bool {
        self.painted.as_ref().is_some_and(|painted| Some(painted.shown.generation) == self.generation)
    }
}

/// How far a step is from the one before; from the last to the first, and back, it is one.
fn stride(before: u64, now: u64, steps: u64) -> i64 {
    let stride = i64::try_from(now.abs_diff(before)).unwrap_or(0) * if now < before { -1 } else { 1 };
    match i64::try_from(steps).unwrap_or(i64::MAX) - 1 {
        whole if whole > 1 && stride == whole => -1,
        whole if whole > 1 && stride == -whole => 1,
        _ => stride,
    }
}

#[cfg(test)]
mod tests {
    use super::stride;

    #[test]
    fn a_loop_goes_on_around_its_ends() {
        for (before, now, steps, wanted) in [
            (3, 4, 93, 1),
            (4, 3, 93, -1),
            (92, 0, 93, 1),
            (0, 92, 93, -1),
            (10, 15, 93, 5),
            (0, 1, 2, 1),
            (1, 0, 2, -1),
        ] {
            assert_eq!(stride(before, now, steps), wanted, "{before} {now}");
        }
    }
}
