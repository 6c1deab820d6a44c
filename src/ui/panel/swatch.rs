//! Buttons with a color, to choose another.

use egui::Ui;
use egui::color_picker::{Alpha, color_edit_button_srgba};

use crate::scene::style::Rgba;

/// A button with a color that may be translucent; the color that it was changed to.
pub fn translucent(ui: &mut Ui, color: Rgba) -> Option<Rgba> {
    picked(ui, color, Alpha::OnlyBlend)
}

/// The same with an opaque color.
pub fn opaque(ui: &mut Ui, Rgba([r, g, b, _]): Rgba) -> Option<Rgba> {
    picked(ui, Rgba([r, g, b, 255]), Alpha::Opaque)
}

fn picked(ui: &mut Ui, Rgba([r, g, b, a]): Rgba, alpha: Alpha) -> Option<Rgba> {
    let mut color = egui::Color32::from_rgba_unmultiplied(r, g, b, a);
    let response = color_edit_button_srgba(ui, &mut color, alpha);
    response.changed().then(|| Rgba(color.to_srgba_unmultiplied()))
}
