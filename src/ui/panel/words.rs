//! Title, names of the axes, theme.

use egui::{TextEdit, Ui};

use crate::workbench::frame::Theme;

use super::super::model::Model;
use super::row;

/// The texts in the fields.
#[derive(Default)]
pub struct WordsForm;

impl WordsForm {
    pub fn ui(&mut self, ui: &mut Ui, model: &mut Model) {
        let Some(document) = model.document().cloned() else {
            ui.label("Nothing is open.");
            return;
        };
        let (shown, _) = model.words();
        let mut words = document.figure.text.clone();
        let mut theme = document.figure.theme;
        let mut label = document.layer().label.clone();
        let field = |ui: &mut Ui, name: &str, word: &mut Option<String>, hint: Option<&String>| {
            row(ui, name, |ui, label| {
                let mut text = word.clone().unwrap_or_default();
                let hint = hint.map_or("", String::as_str);
                let field = TextEdit::singleline(&mut text).desired_width(f32::INFINITY).hint_text(hint);
                if ui.add(field).labelled_by(label).changed() {
                    *word = Some(text).filter(|text| !text.is_empty());
                }
            });
        };
        field(ui, "title", &mut words.title, None);
        field(ui, "x label", &mut words.x_label, shown.x_label.as_ref());
        field(ui, "y label", &mut words.y_label, shown.y_label.as_ref());
        let bar = model.default_bar_label();
        field(ui, "color bar", &mut label, bar.as_ref());
        row(ui, "theme", |ui, _| {
            ui.radio_value(&mut theme, Theme::Dark, "dark");
            ui.radio_value(&mut theme, Theme::Light, "light");
        });
        if words != document.figure.text {
            model.edit("Words", |document| document.figure.text = words);
        }
        if label != document.layer().label {
            model.edit("Words", |document| document.layer_mut().label = label);
        }
        if theme != document.figure.theme {
            model.set_theme(theme);
        }
    }
}
