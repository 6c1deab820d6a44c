//! What is under the pointer.

use egui::Pos2;

use crate::workbench::Values;
use crate::workbench::frame::{categories_text, coordinate_text, value_text};

use super::canvas::{Stage, is_exact};
use super::model::Model;

/// Coordinates and the value of the bin under the pointer, as the shown frame has it.
pub fn text(model: &Model, stage: &Stage, at: Option<Pos2>) -> Option<String> {
    let at = at?;
    if !stage.is_known {
        return None;
    }
    let (quantities, measures) = (model.words().1, model.measures());
    let (x, y) = stage.pixel(at);
    let mut text = format!(
        "{}   {}",
        measures[0].of(&coordinate_text(&stage.view.x, quantities[0], x)),
        measures[1].of(&coordinate_text(&stage.view.y, quantities[1], y)),
    );
    if let Some(painted) = model.painted() {
        // The bin of the frame that is shown, which may be of an earlier view.
        let shown = &painted.shown.view;
        let x = in_frame(&stage.view.x, &shown.x, x);
        let y = in_frame(&stage.view.y, &shown.y, y);
        if let (Some(column), Some(row)) = (bin(x, shown.x.pixels), bin(y, shown.y.pixels)) {
            let about = if is_exact(painted, stage) { "" } else { "≈ " };
            let active = model.document().map_or(0, |document| document.active);
            if let Some(layer) = painted.layers.get(active).or(painted.layers.first()) {
                let value = real_at(&layer.numbers.values, shown.x.pixels, column, row)
                    .and_then(|value| layer.bar.moment(value))
                    .unwrap_or_else(|| value_text(&layer.numbers.values, layer.area, shown.x.pixels, column, row));
                let value = match model.value_measure() {
                    Some(measure) if is_missing(&layer.numbers.values, shown.x.pixels, column, row) => {
                        format!("{} no value", measure.name)
                    }
                    Some(measure) => measure.of(&format!("{about}{value}")),
                    None => format!("{about}{value}"),
                };
                text = format!("{text}   {value}");
                if let Values::Categories(by) = &layer.numbers.values {
                    let labels: Vec<&str> = layer.hues.iter().map(|(_, hue)| hue.label.as_str()).collect();
                    let each = categories_text(by, &labels, shown.x.pixels, column, row);
                    if !each.is_empty() {
                        text = format!("{text} ({each})");
                    }
                }
            }
        }
    }
    Some(text)
}

/// Whether a pixel of a field has no value.
fn is_missing(values: &Values, width: u32, column: u32, row: u32) -> bool {
    real_at(values, width, column, row).is_some_and(f64::is_nan)
}

/// The real value of a pixel.
fn real_at(values: &Values, width: u32, column: u32, row: u32) -> Option<f64> {
    let Values::Real(values) = values else { return None };
    values.get(row as usize * width as usize + column as usize).copied()
}

fn in_frame(now: &crate::scene::axis::Axis, shown: &crate::scene::axis::Axis, position: f64) -> f64 {
    if now == shown {
        return position;
    }
    crate::scene::navigate::position_of(shown, crate::scene::navigate::value_at(now, position))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be within")]
fn bin(position: f64, pixels: u32) -> Option<u32> {
    (position >= 0.0 && position < f64::from(pixels)).then_some(position as u32)
}
