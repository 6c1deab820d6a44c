//! The norm, by its name and its numbers, and whether it looks at numbers over an area.

use egui::{ComboBox, Ui};

use crate::scene::style::{Levels, Norm, Per, Style};

use super::super::model::Model;
use super::entry::Entry;
use super::row;

pub fn ui(ui: &mut Ui, model: &mut Model, style: &Style, entry: &mut Entry) {
    let present = &style.norm;
    let mut chosen = None;
    row(ui, "norm", |ui, label| {
        let norms = ComboBox::from_id_salt("norm").selected_text(present.name()).width(110.0);
        let shown = norms.show_ui(ui, |ui| {
            for (name, norm) in Norm::PLAIN {
                if ui.selectable_label(*present == norm, name).clicked() {
                    chosen = Some(norm);
                }
            }
            let limits = model.painted_layer().and_then(|painted| painted.limits);
            for name in Norm::WITH_NUMBERS {
                if ui.selectable_label(present.name() == name, name).clicked() && present.name() != name {
                    chosen = Some(usual(name, limits.unwrap_or((0.0, 1.0))));
                }
            }
        });
        shown.response.labelled_by(label);
        per_area(ui, model, style.per);
    });
    if Norm::WITH_NUMBERS.contains(&present.name()) {
        row(ui, "", |ui, label| {
            let shown = present.to_string();
            let (entered, _) = entry.ui(ui, &mut model.notices, &shown, ("", f32::INFINITY), label);
            match entered.map(|text| text.parse::<Norm>()) {
                Some(Ok(norm)) => {
                    entry.accept(&mut model.notices);
                    chosen = Some(norm);
                }
                Some(Err(error)) => entry.refuse(error.to_string(), &shown, &mut model.notices),
                None => {}
            }
        });
    }
    if let Some(norm) = chosen.filter(|norm| norm != present) {
        model.settle();
        model.edit("Norm", |document| document.layer_mut().style.norm = norm);
        model.settle();
    }
}

/// Numbers of a pixel, or over its area, where that makes a difference.
fn per_area(ui: &mut Ui, model: &mut Model, present: Per) {
    if model.document().is_none_or(|document| !document.layer().reduction.is_additive()) {
        return;
    }
    let mut is_over = present == Per::Area;
    let meaning = "Numbers over the pixel's area in units of the data: the same colors at any size";
    if ui.checkbox(&mut is_over, "per area").on_hover_text(meaning).changed() {
        model.settle();
        let per = if is_over { Per::Area } else { Per::Pixel };
        model.edit("Per area", |document| document.layer_mut().style.per = per);
        model.settle();
    }
}

/// A norm to begin with, for values between some limits.
fn usual(name: &str, (low, high): (f64, f64)) -> Norm {
    let center = if low < 0.0 && high > 0.0 { 0.0 } else { rounded(f64::midpoint(low, high)) };
    match name {
        "power" => Norm::Power(0.5),
        "symlog" => Norm::SymLog { linthresh: rounded(low.abs().max(high.abs()) / 1e3).max(f64::MIN_POSITIVE) },
        "twoslope" => Norm::TwoSlope { center },
        "centered" => Norm::Centered { center },
        _ => {
            let level = |i: u32| rounded(low + (high - low) * f64::from(i) / 5.0);
            let mut values: Vec<f64> = (0..=5).map(level).collect();
            values.dedup();
            if values.len() < 2 || !values.is_sorted() {
                values = vec![low, high.max(low.next_up())];
            }
            Norm::Boundary(Levels { values, extend: Default::default(), is_proportional: false })
        }
    }
}

/// Three digits are enough to begin with.
fn rounded(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}
