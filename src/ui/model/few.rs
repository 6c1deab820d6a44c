//! Points so few that single pixels of them are hardly seen.

use crate::scene::mark::Mark;
use crate::scene::spread::Spread;
use crate::workbench::figure::{are_few, is_crowd};
use crate::workbench::session::FrameStatus;

use super::super::notices::Offer;
use super::super::status::grouped;
use super::Model;

impl Model {
    /// Offers to make points larger, once for what was opened just now, where its first exact picture has few.
    pub(super) fn tell_few(&mut self) {
        let Some(painted) = self.painted.clone() else { return };
        let is_it = painted.shown.status == FrameStatus::Exact && painted.shown.is_of_data(self.data.iter());
        if !is_it || !std::mem::take(&mut self.is_new) {
            return;
        }
        let Some(document) = self.document() else { return };
        let [layer] = document.figure.layers.as_slice() else { return };
        let [shown] = painted.shown.layers.as_slice() else { return };
        let (points, view) = (shown.aggregate.accounting.in_view, painted.shown.view);
        let lit = painted.layers.first().and_then(|layer| layer.histogram.as_ref());
        let lit: u64 = lit.map_or(0, |histogram| histogram.buckets.iter().sum());
        if layer.mark != Mark::Points || !layer.spread.is_none() || !are_few(lit, view.x.pixels, view.y.pixels) {
            return;
        }
        let text = format!("{} on {}", counted(points, "point"), counted(lit, "pixel"));
        if is_crowd(points, lit) {
            self.notices.note(format!("{text}: some far away leave little room. Zoom in, or type a range (R)."));
        } else {
            self.notices.suggest(format!("{text}: they can be made larger."), Offer::LargerPoints);
        }
    }

    /// Points as large as brings them near each other.
    pub(super) fn enlarge_points(&mut self) {
        self.settle();
        self.edit("Spread", |document| document.layer_mut().spread = Spread::BY_DENSITY);
        self.settle();
    }
}

/// A number of things.
fn counted(n: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(n), if n == 1 { "" } else { "s" })
}
