//! Scales and exact ranges.

use egui::{ComboBox, TextEdit, Ui};

use crate::scene::axis::{Range, Scale};

use super::super::canvas::Stage;
use super::super::model::Model;
use super::row;

/// What is being typed as ranges.
#[derive(Default)]
pub struct RangeForm {
    /// For x and y: the text, while the field has the focus.
    texts: [Option<String>; 2],
    /// Whether the first field is to get the focus.
    pub wants_focus: bool,
}

impl RangeForm {
    /// The section.
    pub fn ui(&mut self, ui: &mut Ui, model: &mut Model, stage: Option<&Stage>) {
        let Some(document) = model.document().cloned() else {
            ui.label("Nothing is open.");
            return;
        };
        let requests = [document.figure.x, document.figure.y];
        for (i, name) in ["x", "y"].into_iter().enumerate() {
            let shown = stage.filter(|s| s.is_known).map(|s| if i == 0 { s.view.x.range } else { s.view.y.range });
            // Times are shown as they were written.
            let shown = requests[i].range.filter(|range| range.has_moments()).or(shown);
            self.range(ui, model, i, name, shown);
            scale(ui, model, i == 0, requests[i].scale);
            if document.figure.layers.iter().all(|layer| layer.mark.is_of_fields()) {
                let shown = stage.is_some_and(|s| if i == 0 { s.view.x.reversed } else { s.view.y.reversed });
                let mut reversed = requests[i].reversed.unwrap_or(shown);
                row(ui, "", |ui, _| {
                    if ui.checkbox(&mut reversed, format!("{name} reversed")).changed() {
                        model.set_reversed(i == 0, reversed);
                    }
                });
            }
        }
        ui.horizontal(|ui| {
            if ui.button("Fit all data").clicked() {
                model.fit();
            }
            let mut grid = document.figure.grid;
            if ui.checkbox(&mut grid, "grid lines").changed() {
                model.settle();
                model.edit("Grid", |document| document.figure.grid = grid);
                model.settle();
            }
        });
    }

    fn range(&mut self, ui: &mut Ui, model: &mut Model, i: usize, name: &str, shown: Option<Range>) {
        let present = shown.map_or_else(String::new, |range| range.to_string());
        let mut text = self.texts[i].clone().unwrap_or_else(|| present.clone());
        let id = ui.scope_id().with(("range", i));
        let response = row(ui, &format!("{name} range"), |ui, label| {
            let field = TextEdit::singleline(&mut text).id(id).desired_width(f32::INFINITY).hint_text("MIN..MAX");
            ui.add(field).labelled_by(label)
        });
        if i == 0 && std::mem::take(&mut self.wants_focus) {
            response.request_focus();
        }
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        if entered && text != present {
            match text.parse::<Range>() {
                Ok(range) => {
                    model.settle();
                    let (x, y) = if i == 0 { (Some(range), None) } else { (None, Some(range)) };
                    model.show_checked(x, y);
                    model.settle();
                }
                Err(error) => model.notices.error(error.to_string()),
            }
        }
        self.texts[i] = response.has_focus().then_some(text);
    }
}

fn scale(ui: &mut Ui, model: &mut Model, is_x: bool, present: Scale) {
    row(ui, if is_x { "x scale" } else { "y scale" }, |ui, label| {
        let text = present.to_string();
        let scales = ComboBox::from_id_salt(("scale", is_x)).selected_text(text).width(110.0);
        let list = scales.show_ui(ui, |ui| {
            let symlog = if matches!(present, Scale::SymLog { .. }) { present } else { symlog() };
            for (name, scale) in [("linear", Scale::Linear), ("log", Scale::Log), ("symlog", symlog)] {
                if ui.selectable_label(present == scale, name).clicked() && present != scale {
                    model.set_scale(is_x, scale);
                }
            }
        });
        list.response.labelled_by(label);
        if let Scale::SymLog { linthresh } = present {
            threshold(ui, model, is_x, linthresh);
        }
    });
}

/// Below which value a symlog axis is linear.
fn threshold(ui: &mut Ui, model: &mut Model, is_x: bool, present: f64) {
    let label = ui.label("±").id;
    let id = ui.scope_id().with(("threshold", is_x));
    let typed = ui.data(|data| data.get_temp::<String>(id));
    let mut text = typed.unwrap_or_else(|| present.to_string());
    let response = ui.add(TextEdit::singleline(&mut text).desired_width(f32::INFINITY)).labelled_by(label);
    let response = response.on_hover_text("Linear up to here, on both sides of zero");
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    if entered {
        match format!("symlog:{}", text.trim()).parse::<Scale>() {
            Ok(scale) => model.set_scale(is_x, scale),
            Err(error) => model.notices.error(error.to_string()),
        }
    }
    ui.data_mut(|data| {
        if response.has_focus() {
            data.insert_temp(id, text);
        } else {
            data.remove::<String>(id);
        }
    });
}

/// Symlog with the threshold that its name alone stands for.
fn symlog() -> Scale {
    "symlog".parse().unwrap_or(Scale::Linear)
}
