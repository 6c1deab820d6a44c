//! What part of the data is seen.

use std::sync::Arc;

use crate::scene::axis::{Axis, Size, View};
use crate::scene::layer::AxisRequest;
use crate::workbench::session::Painted;
use crate::workbench::words::numbers_of;

use super::Model;

impl Model {
    /// The view as far as it is known, at a plot's size: ranges that were not given come from the newest frame.
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
}
