//! Levels of contours, and how their lines look.

use egui::{Color32, DragValue, Key, Slider, TextEdit, Ui};

use crate::scene::contour::{ContourColor, ContourStyle, LINE_WIDTHS, LevelChoice};
use crate::scene::mark::Mark;
use crate::scene::style::Rgba;

use super::super::model::Model;
use super::row;

/// The text of the levels that is being typed, and what is wrong with it.
#[derive(Default)]
pub struct ContourForm {
    typed: Option<String>,
    wrong: Option<String>,
}

impl ContourForm {
    /// The rows of the section, for a layer of contours.
    pub fn ui(&mut self, ui: &mut Ui, model: &mut Model) {
        let Some(layer) = model.document().map(|document| document.layer().clone()) else { return };
        let is_lines = layer.mark == Mark::Contours;
        if !is_lines && layer.mark != Mark::Filled {
            return;
        }
        self.levels(ui, model, &layer.contour);
        if is_lines {
            lines(ui, model, &layer.contour);
        }
    }

    fn levels(&mut self, ui: &mut Ui, model: &mut Model, present: &ContourStyle) {
        let mut chosen = None;
        row(ui, "levels", |ui, label| {
            let mut text = self.typed.take().unwrap_or_else(|| present.levels.to_string());
            let field =
                TextEdit::singleline(&mut text).desired_width(f32::INFINITY).hint_text("auto, n:12, step:4, 0,1,5");
            let response = ui.add(field).labelled_by(label);
            if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
                match text.parse::<LevelChoice>() {
                    Ok(levels) => (chosen, self.wrong) = (Some(levels), None),
                    Err(error) => self.wrong = Some(error.to_string()),
                }
            } else if response.has_focus() {
                self.typed = Some(text);
            }
        });
        if let Some(wrong) = &self.wrong {
            ui.colored_label(ui.visuals().warn_fg_color, wrong);
        }
        if let LevelChoice::Step { mut step, mut base } = present.levels {
            let mut changed = false;
            row(ui, "step", |ui, label| {
                let speed = step.abs() * 0.01;
                changed |= ui.add(DragValue::new(&mut step).speed(speed)).labelled_by(label).changed();
                ui.label("from");
                changed |= ui.add(DragValue::new(&mut base).speed(speed)).on_hover_text("A level").changed();
            });
            if changed && step > 0.0 {
                chosen = Some(LevelChoice::Step { step, base });
            }
        }
        if let Some(levels) = chosen {
            edit(model, |contour| contour.levels = levels);
        }
    }
}

fn lines(ui: &mut Ui, model: &mut Model, present: &ContourStyle) {
    row(ui, "lines", |ui, label| {
        let mut by_colormap = present.color == ContourColor::Colormap;
        if let ContourColor::One(Rgba([r, g, b, a])) = present.color {
            let mut color = Color32::from_rgba_unmultiplied(r, g, b, a);
            if ui.color_edit_button_srgba(&mut color).labelled_by(label).changed() {
                let color = ContourColor::One(Rgba(color.to_srgba_unmultiplied()));
                edit(model, |contour| contour.color = color);
            }
        }
        if ui.checkbox(&mut by_colormap, "by colormap").changed() {
            let color = if by_colormap { ContourColor::Colormap } else { ContourStyle::default().color };
            edit(model, |contour| contour.color = color);
        }
    });
    row(ui, "width", |ui, label| {
        let mut width = present.width;
        ui.spacing_mut().slider_width = 100.0;
        let slider = Slider::new(&mut width, *LINE_WIDTHS.start()..=6.0).max_decimals(1).suffix(" px");
        if ui.add(slider).labelled_by(label).changed() {
            edit(model, |contour| contour.width = width);
        }
    });
    row(ui, "labels", |ui, label| {
        let mut labels = present.labels;
        if ui.checkbox(&mut labels, "").labelled_by(label).changed() {
            edit(model, |contour| contour.labels = labels);
        }
        let mut every = present.emphasis.unwrap_or(0);
        let field = DragValue::new(&mut every).range(0..=20).speed(0.05).prefix("thicker every ");
        if ui.add(field).on_hover_text("Every how many levels the line is wider; 0 for none").changed() {
            edit(model, |contour| contour.emphasis = Some(every).filter(|every| *every > 0));
        }
    });
}

fn edit(model: &mut Model, change: impl FnOnce(&mut ContourStyle)) {
    model.edit("Contours", |document| change(&mut document.layer_mut().contour));
}
