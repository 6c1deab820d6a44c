//! Which columns, or expressions over them, are x and y, and which rows are left out.

use egui::{ComboBox, Ui};

use crate::workbench::session::OpenData;

use super::super::model::Model;
use super::entry::Entry;
use super::row;

/// The texts that are being typed.
#[derive(Default)]
pub struct ColumnsForm {
    /// Of x, y and the filter.
    entries: [Entry; 3],
}

impl ColumnsForm {
    /// The rows of the section. `names` are those of the columns there are.
    pub fn ui(&mut self, ui: &mut Ui, model: &mut Model, data: &OpenData, names: &[String]) {
        let shown = data.axis_names();
        for (i, axis) in ["x", "y"].into_iter().enumerate() {
            let entry = &mut self.entries[i];
            let present = if i == 0 { &data.sources.x } else { &data.sources.y }.clone().unwrap_or_default();
            entry.follow(model, &present, &shown[i]);
            let chosen = row(ui, axis, |ui, label| {
                let look = ("a column, or log10(flux)", 150.0);
                let (typed, _) = entry.ui(ui, &mut model.notices, &shown[i], look, label);
                if let Some(typed) = &typed {
                    entry.ask(typed.clone());
                }
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
        let entry = &mut self.entries[2];
        entry.follow(model, &present, &present);
        let typed = row(ui, "only rows", |ui, label| {
            let look = ("all; or (y > 3) & (mag < 12)", f32::INFINITY);
            entry.ui(ui, &mut model.notices, &present, look, label).0
        });
        if let Some(text) = typed {
            entry.ask(text.trim().to_owned());
            model.settle();
            model.edit("Filter", |document| {
                document.layer_mut().sources.filter = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
            });
        }
    }
}
