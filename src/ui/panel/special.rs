//! Colors of values beyond the limits, of bad ones and of special ones.

use egui::{CollapsingHeader, TextEdit, Ui};

use crate::scene::style::{MAX_SPECIAL, Rgba, Special, Style};

use super::super::model::Model;
use super::{row, swatch};

/// A new color of its own is one that no colormap has, so that it is seen.
const NEW: Rgba = Rgba([255, 0, 255, 255]);

/// What each end is called, what it means, and where a style has it.
type End = (&'static str, &'static str, fn(&mut Style) -> &mut Option<Rgba>);

const ENDS: [End; 3] = [
    ("under", "Values below the low limit", |style| &mut style.under),
    ("over", "Values above the high limit", |style| &mut style.over),
    ("bad", "Values for which the norm is not defined, as zero and less with log", |style| &mut style.bad),
];

pub fn ui(ui: &mut Ui, model: &mut Model, style: &Style, text: &mut String) {
    CollapsingHeader::new("Special values").show(ui, |ui| {
        for (name, meaning, of) in ENDS {
            let present = *of(&mut style.clone());
            row(ui, name, |ui, label| {
                let mut has = present.is_some();
                let toggled = ui.checkbox(&mut has, "").on_hover_text(meaning).labelled_by(label).changed();
                if toggled {
                    change(model, |style| *of(style) = has.then_some(NEW));
                }
                if let Some(color) = present
                    && let Some(next) = swatch::translucent(ui, color)
                {
                    model.edit("Special values", |document| *of(&mut document.layer_mut().style) = Some(next));
                }
            });
        }
        for (i, special) in style.special.iter().enumerate() {
            row(ui, &special.value.to_string(), |ui, label| {
                if let Some(color) = swatch::translucent(ui, special.color) {
                    model.edit("Special values", |document| {
                        if let Some(special) = document.layer_mut().style.special.get_mut(i) {
                            special.color = color;
                        }
                    });
                }
                if ui.small_button("remove").labelled_by(label).clicked() {
                    change(model, |style| style.special.retain(|kept| kept != special));
                }
            });
        }
        row(ui, "value", |ui, label| {
            let field = TextEdit::singleline(text).desired_width(f32::INFINITY).hint_text("-1 or -1=#00ff00");
            let response = ui.add(field).labelled_by(label);
            let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            if entered && !text.trim().is_empty() {
                add(model, style, text);
            }
        });
    });
}

/// Adds what was typed, a value alone in a color of its own.
fn add(model: &mut Model, style: &Style, text: &mut String) {
    let full = if text.contains('=') { text.clone() } else { format!("{text}={NEW}") };
    match full.parse::<Special>() {
        Ok(_) if style.special.len() >= MAX_SPECIAL => {
            model.notices.error(format!("a layer has at most {MAX_SPECIAL} special values"));
        }
        Ok(special) => {
            change(model, |style| style.special.push(special));
            text.clear();
        }
        Err(error) => model.notices.error(error.to_string()),
    }
}

fn change(model: &mut Model, edit: impl FnOnce(&mut Style)) {
    model.settle();
    model.edit("Special values", |document| edit(&mut document.layer_mut().style));
    model.settle();
}
