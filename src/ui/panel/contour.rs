//! Levels of contours, how their lines look, and hatching.

use egui::{ComboBox, DragValue, Slider, SliderClamping, Ui};

use crate::scene::contour::{ContourColor, ContourStyle, LINE_WIDTHS, LevelChoice, MAX_CONTOURS};
use crate::scene::mark::Mark;
use crate::scene::style::Rgba;

use super::super::model::Model;
use super::entry::Entry;
use super::levels::{self, Change};
use super::{hatch, row, swatch};

/// The color that lines of one color begin with.
const FIRST_COLOR: Rgba = Rgba([24, 28, 36, 255]);

/// What is being typed.
#[derive(Default)]
pub struct ContourForm {
    levels: Entry,
    hatch: hatch::HatchForm,
}

impl ContourForm {
    /// The rows of the section, for a layer of contours.
    pub fn ui(&mut self, ui: &mut Ui, model: &mut Model) {
        let Some(layer) = model.document().map(|document| document.layer().clone()) else { return };
        if layer.mark == Mark::Hatching {
            return hatch::ui(ui, model, &layer.hatch, &mut self.hatch);
        }
        let is_lines = layer.mark == Mark::Contours;
        if !is_lines && layer.mark != Mark::Filled {
            return;
        }
        self.choose_levels(ui, model, &layer.contour);
        handles(ui, model, &layer.contour);
        if is_lines {
            lines(ui, model, &layer.contour);
        }
    }

    fn choose_levels(&mut self, ui: &mut Ui, model: &mut Model, present: &ContourStyle) {
        let mut chosen = None;
        row(ui, "levels", |ui, label| {
            let shown = present.levels.to_string();
            let look = ("auto, n:12, step:4, 0,1,5", f32::INFINITY);
            let (entered, _) = self.levels.ui(ui, &mut model.notices, &shown, look, label);
            match entered.map(|text| text.parse::<LevelChoice>()) {
                Some(Ok(levels)) => {
                    self.levels.accept(&mut model.notices);
                    chosen = Some(levels);
                }
                Some(Err(error)) => self.levels.refuse(error.to_string(), &shown, &mut model.notices),
                None => {}
            }
        });
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

/// A handle for each level, over the values in view.
fn handles(ui: &mut Ui, model: &mut Model, present: &ContourStyle) {
    let Some(painted) = model.painted_layer().cloned() else { return };
    let Some(histogram) = &painted.histogram else { return };
    // What is being dragged is known before it is painted.
    let levels = if let LevelChoice::List(levels) = &present.levels { levels } else { &painted.levels };
    let Some(change) = levels::ui(ui, "level", histogram, levels) else { return };
    let mut changed = levels.clone();
    let is_done = match change {
        Change::Moved(index, value, is_done) => {
            changed = levels::moved(levels, index, value).unwrap_or(changed);
            is_done
        }
        Change::Removed(index) if changed.len() > 1 => {
            changed.remove(index);
            true
        }
        Change::Added(value) if changed.len() < MAX_CONTOURS && !changed.contains(&value) => {
            changed.push(value);
            changed.sort_by(f64::total_cmp);
            true
        }
        Change::Removed(_) | Change::Added(_) => true,
    };
    if changed != *levels {
        edit(model, |contour| contour.levels = LevelChoice::List(changed));
    }
    if is_done {
        model.settle();
    }
}

fn lines(ui: &mut Ui, model: &mut Model, present: &ContourStyle) {
    row(ui, "lines", |ui, label| {
        let one = if let ContourColor::One(color) = present.color { color } else { FIRST_COLOR };
        let choices = [
            ("readable", ContourColor::Auto, "dark on light grounds, light on dark ones, with a faint halo"),
            ("one color", ContourColor::One(one), "the same for all levels"),
            ("by colormap", ContourColor::Colormap, "each level has the color of its value"),
        ];
        let shown = choices.iter().find(|(_, color, _)| *color == present.color).map_or("", |(name, ..)| name);
        let list = ComboBox::from_id_salt("line color").selected_text(shown).width(110.0).show_ui(ui, |ui| {
            for (name, color, what) in choices {
                if ui.selectable_label(color == present.color, name).on_hover_text(what).clicked() {
                    edit(model, |contour| contour.color = color);
                    model.settle();
                }
            }
        });
        list.response.labelled_by(label);
        if let ContourColor::One(color) = present.color
            && let Some(color) = swatch::translucent(ui, color)
        {
            edit(model, |contour| contour.color = ContourColor::One(color));
        }
    });
    row(ui, "width", |ui, label| {
        let mut width = present.width;
        ui.spacing_mut().slider_width = 100.0;
        // Wider ones, as files may have, stay as they are.
        let slider = Slider::new(&mut width, *LINE_WIDTHS.start()..=6.0).clamping(SliderClamping::Edits);
        let slider = slider.max_decimals(1).suffix(" px");
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
        let field = DragValue::new(&mut every).range(0..=20).clamp_existing_to_range(false);
        let field = field.speed(0.05).prefix("thicker every ");
        if ui.add(field).on_hover_text("Every how many levels the line is wider; 0 for none").changed() {
            edit(model, |contour| contour.emphasis = Some(every).filter(|every| *every > 0));
        }
    });
}

fn edit(model: &mut Model, change: impl FnOnce(&mut ContourStyle)) {
    model.edit("Contours", |document| change(&mut document.layer_mut().contour));
}
