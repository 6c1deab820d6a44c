//! Which columns, or expressions over them, are x and y, and which rows are left out.

use egui::{ComboBox, Key, TextEdit, Ui};

use crate::workbench::session::OpenData;

use super::super::model::Model;
use super::row;

/// The texts that are being typed.
#[derive(Default)]
pub struct ColumnsForm {
    /// Of x, y and the filter, while their fields have the focus.
    typed: [Option<String>; 3],
}

impl ColumnsForm {
    /// The rows of the section. `names` are those of the columns there are.
    pub fn ui(&mut self, ui: &mut Ui, model: &mut Model, data: &OpenData, names: &[String]) {
        let shown = data.axis_names();
        for (i, axis) in ["x", "y"].into_iter().enumerate() {
            let chosen = row(ui, axis, |ui, label| {
                let typed = self.field(ui, i, &shown[i], "a column, or log10(flux)", label, 150.0);
                let list = ComboBox::from_id_salt(("column", i)).selected_text("").width(16.0);
                let mut picked = None;
                let list = list.show_ui(ui, |ui| {
                    for name in names.iter().map(String::as_str).chain(["row"]) {
                        if ui.selectable_label(shown[i] == name, name).clicked() {
                            picked = Some(name.to_owned());
                        }
                    }
                });
                list.response.labelled_by(label);
                picked.or(typed)
            });
            if let Some(name) = chosen.filter(|name| *name != shown[i] && !name.trim().is_empty()) {
                model.settle();
                // Both are named, so that the choice of one does not change the other.
                model.edit("Column", |document| {
                    let [x, y] = shown.clone();
                    let sources = &mut document.layer_mut().sources;
                    sources.x = Some(if i == 0 { name.clone() } else { x });
                    sources.y = Some(if i == 1 { name } else { y });
                    let axis = if i == 0 { &mut document.figure.x } else { &mut document.figure.y };
                    axis.range = None;
                });
            }
        }
        self.filter(ui, model, data);
        if names.len() > 1 && ui.small_button("Swap x and y").clicked() {
            model.settle();
            model.edit("Swap", |document| {
                let [x, y] = shown.clone();
                let sources = &mut document.layer_mut().sources;
                (sources.x, sources.y) = (Some(y), Some(x));
                std::mem::swap(&mut document.figure.x, &mut document.figure.y);
            });
        }
    }

    fn filter(&mut self, ui: &mut Ui, model: &mut Model, data: &OpenData) {
        let present = data.sources.filter.clone().unwrap_or_default();
        let typed = row(ui, "only rows", |ui, label| {
            self.field(ui, 2, &present, "all; or (y > 3) & (mag < 12)", label, f32::INFINITY)
        });
        if let Some(text) = typed.filter(|text| *text != present) {
            model.settle();
            model.edit("Filter", |document| {
                document.layer_mut().sources.filter = Some(text).filter(|text| !text.trim().is_empty());
            });
        }
    }

    /// A field whose text counts when it is entered.
    fn field(&mut self, ui: &mut Ui, i: usize, shown: &str, hint: &str, label: egui::Id, width: f32) -> Option<String> {
        let mut text = self.typed[i].take().unwrap_or_else(|| shown.to_owned());
        let field = TextEdit::singleline(&mut text).desired_width(width).hint_text(hint);
        let response = ui.add(field).labelled_by(label);
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if response.has_focus() {
            self.typed[i] = Some(text.clone());
        }
        entered.then_some(text)
    }
}
