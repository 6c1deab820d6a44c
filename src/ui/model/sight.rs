//! What part of the data is seen.

use std::sync::Arc;

use crate::scene::aspect::Aspect;
use crate::scene::axis::{Axis, Range, Size, View};
use crate::scene::layer::AxisRequest;
use crate::workbench::session::Painted;
use crate::workbench::words::numbers_of;

use super::Model;
use crate::ui::canvas::Stage;

impl Model {
    /// The view as far as it is known, at a plot's size: ranges that were not given come from the newest frame. Its aspect is
    /// not yet that of the figure.
    pub fn view(&self, size: Size) -> Option<View> {
        let document = self.document()?;
        // Layers that came or went leave the view as it is, and so does what leaves out rows or counts others.
        let is_ours = |painted: &&Arc<Painted>| {
            let mut wishes = painted.shown.wishes.iter();
            wishes.any(|wish| self.data.iter().any(|data| data.sources.has_axes_of(&wish.data.sources)))
        };
        let newest = self.painted.as_ref().filter(is_ours);
        let axis = |i, request: &AxisRequest, shown: Option<Axis>, pixels| {
            let reversed = request.reversed.unwrap_or(shown.is_some_and(|axis| axis.reversed));
            let shown = shown.filter(|axis| axis.scale == request.scale).map(|axis| axis.range);
            let given = request.range.and_then(|range| numbers_of(range, &self.data.first()?.table, i).ok());
            Some(Axis { range: given.or(shown)?, scale: request.scale, pixels, reversed })
        };
        Some(View {
            x: axis(0, &document.figure.x, newest.map(|p| p.shown.view.x), size.width)?,
            y: axis(1, &document.figure.y, newest.map(|p| p.shown.view.y), size.height)?,
        })
    }

    /// The view `from`, its content moved by whole pixels to the right and upwards; an axis that nothing is said of keeps
    /// what it has.
    pub fn pan(&mut self, from: &Stage, right: Option<f64>, up: Option<f64>) {
        let [across, along] = &mut self.lattices;
        let x = right.map(|pixels| across.pan(&from.view.x, pixels, from.integer[0]));
        let y = up.map(|pixels| along.pan(&from.view.y, pixels, from.integer[1]));
        self.show("Pan", x, y);
    }

    /// Shows other ranges.
    pub fn show(&mut self, label: &'static str, x: Option<Range>, y: Option<Range>) {
        self.edit(label, |document| {
            document.figure.x.range = x.or(document.figure.x.range);
            document.figure.y.range = y.or(document.figure.y.range);
        });
    }

    /// Shows all there is.
    pub fn fit(&mut self) {
        self.settle();
        self.edit("Fit", |document| {
            document.figure.x.range = None;
            document.figure.y.range = None;
        });
        self.settle();
    }

    /// Shows typed ranges.
    ///
    /// # Errors
    /// Why they cannot be drawn.
    pub fn show_checked(&mut self, x: Option<Range>, y: Option<Range>) -> Result<(), String> {
        let Some(document) = self.document() else { return Ok(()) };
        let mut layer = document.figure.layer(document.active, Size { width: 100, height: 100 });
        // Moments are shown as they were written, but must have a place on the axis.
        let table = self.data.first().map(|data| &data.table);
        let number = |i, range: Option<Range>| match (range, table) {
            (Some(range), Some(table)) => numbers_of(range, table, i).map(Some),
            _ => Ok(range),
        };
        let checked = number(0, x.or(layer.x.range)).and_then(|x_range| {
            (layer.x.range, layer.y.range) = (x_range, number(1, y.or(layer.y.range))?);
            layer.check()
        });
        checked.map_err(|error| error.to_string())?;
        // With an aspect, what was typed is kept and the other range follows.
        let aspect = self.document().map_or(Aspect::AUTO, |document| document.figure.aspect);
        let known = |(i, range): (usize, Range)| numbers_of(range, &self.data.first()?.table, i).ok();
        let typed = match (x, y) {
            (Some(x), None) => known((0, x)).map(|range| (true, range)),
            (None, Some(y)) => known((1, y)).map(|range| (false, range)),
            _ => None,
        };
        let (mut x, mut y) = (x, y);
        if let (Some((is_x, range)), Some(painted), true) = (typed, &self.painted, aspect != Aspect::AUTO) {
            let mut view = painted.shown.view;
            if is_x {
                view.x.range = range;
            } else {
                view.y.range = range;
            }
            let view = aspect.applied(view, [is_x, !is_x]);
            (x, y) = (x.or(Some(view.x.range)), y.or(Some(view.y.range)));
        }
        self.show("Range", x, y);
        Ok(())
    }
}
