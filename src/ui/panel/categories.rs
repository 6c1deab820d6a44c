//! The categories of a layer: which are seen, and their colors.

use egui::{Slider, Ui};

use crate::scene::style::{CategoryColor, Style};

use super::super::model::Model;
use super::swatch;

/// A line for each category; says whether there are any.
pub fn ui(ui: &mut Ui, model: &mut Model, style: &Style) -> bool {
    let Some(painted) = model.painted_layer().cloned() else { return false };
    for (category, hue) in &painted.hues {
        ui.horizontal(|ui| {
            let is_hidden = style.hide.iter().any(|hidden| category.is_meant(hidden));
            let given = style.color_key.iter().rev().find(|entry| category.is_meant(&entry.category));
            let present = given.map_or(hue.color, |entry| entry.color);
            // One under the other, as names are not of one width.
            if let Some(color) = swatch::opaque(ui, present) {
                model.edit("Color of a category", |document| {
                    let key = &mut document.layer_mut().style.color_key;
                    key.retain(|entry| !category.is_meant(&entry.category));
                    key.push(CategoryColor { category: category.name(), color });
                });
            }
            let mut is_shown = !is_hidden;
            let toggled = ui.checkbox(&mut is_shown, hue.label.as_str()).on_hover_text("Whether it is seen").changed();
            if toggled {
                model.settle();
                model.edit("Categories", |document| document.toggle_category(document.active, category));
                model.settle();
            }
        });
    }
    if painted.hues.is_empty() {
        return false;
    }
    let mut least = style.min_alpha;
    let slider = ui.add(Slider::new(&mut least, 0..=255).text("least opacity"));
    if slider.on_hover_text("Opacity of pixels with the fewest rows: more shows single points better").changed() {
        model.edit("Least opacity", |document| document.layer_mut().style.min_alpha = least);
    }
    true
}
