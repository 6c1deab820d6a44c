//! What of a field is hatched, and with what.

use egui::{ComboBox, DragValue, Key, Response, TextEdit, Ui};

use crate::scene::contour::LINE_WIDTHS;
use crate::scene::hatch::{Condition, HATCH_SPACINGS, Hatch, MAX_HATCHES, Pattern};
use crate::scene::style::Rgba;

use super::super::model::Model;
use super::levels::{self, Change};
use super::{row, swatch};

/// The color that hatching of one color begins with.
const FIRST_COLOR: Rgba = Rgba([24, 28, 36, 255]);

/// The pattern that is being typed.
#[derive(Default)]
pub struct HatchForm {
    typed: Option<(usize, String)>,
    wrong: Option<String>,
}

/// The rows of the section.
pub fn ui(ui: &mut Ui, model: &mut Model, present: &[Hatch], form: &mut HatchForm) {
    handles(ui, model, present);
    let mut changed = present.to_vec();
    let (mut is_over, mut removed) = (false, None);
    for (i, hatch) in changed.iter_mut().enumerate() {
        ui.push_id(i, |ui| {
            is_over |= condition(ui, &mut hatch.condition);
            is_over |= pattern(ui, hatch, (i, form));
            row(ui, "", |ui, _| {
                let width =
                    DragValue::new(&mut hatch.width).range(LINE_WIDTHS).speed(0.05).max_decimals(1).suffix(" px");
                is_over |= ended(&ui.add(width).on_hover_text("How wide lines are"));
                let spacing = DragValue::new(&mut hatch.spacing).range(HATCH_SPACINGS).speed(0.1).prefix("every ");
                let hint = "How far lines are apart where a sign is there once";
                is_over |= ended(&ui.add(spacing.max_decimals(1).suffix(" px")).on_hover_text(hint));
                let can_go = present.len() > 1;
                if ui.add_enabled(can_go, egui::Button::new("remove")).on_hover_text("Remove this hatching").clicked() {
                    removed = Some(i);
                }
            });
        });
    }
    if let Some(index) = removed {
        changed.remove(index);
        is_over = true;
    }
    let can_come = present.len() < MAX_HATCHES;
    if ui.add_enabled(can_come, egui::Button::new("add hatching")).clicked() {
        changed.push(first(model));
        is_over = true;
    }
    if let Some(wrong) = &form.wrong {
        ui.colored_label(ui.visuals().warn_fg_color, wrong);
    }
    if changed != present {
        edit(model, changed);
    }
    if is_over {
        model.settle();
    }
}

/// What is hatched first: the upper third of what is in view.
pub fn first(model: &Model) -> Hatch {
    let limits = model.painted_layer().and_then(|painted| painted.limits);
    let bound = limits.map_or(0.0, |(low, high)| low + (high - low) * 2.0 / 3.0);
    let bound = format!("{bound:.2e}").parse().unwrap_or(bound);
    Hatch { pattern: "//".parse().unwrap_or_default(), ..Hatch::new(Condition::Above(bound)) }
}

/// A handle for each threshold, over the values in view.
fn handles(ui: &mut Ui, model: &mut Model, present: &[Hatch]) {
    let Some(painted) = model.painted_layer().cloned() else { return };
    let Some(histogram) = &painted.histogram else { return };
    let bounds = |condition: Condition| match condition {
        Condition::Within(low, high) => vec![low, high],
        Condition::Above(bound) | Condition::AtLeast(bound) | Condition::Below(bound) | Condition::AtMost(bound) => {
            vec![bound]
        }
    };
    let owned = |(i, hatch): (usize, &Hatch)| bounds(hatch.condition).into_iter().map(move |bound| (bound, i));
    let thresholds: Vec<(f64, usize)> = present.iter().enumerate().flat_map(owned).collect();
    let values: Vec<f64> = thresholds.iter().map(|(bound, _)| *bound).collect();
    let Some(Change::Moved(index, value, is_done)) = levels::ui(ui, "threshold", histogram, &values) else { return };
    let (before, owner) = thresholds[index];
    let mut changed = present.to_vec();
    if let Some(hatch) = changed.get_mut(owner)
        && value != before
    {
        hatch.condition = match hatch.condition {
            Condition::Above(_) => Condition::Above(value),
            Condition::AtLeast(_) => Condition::AtLeast(value),
            Condition::Below(_) => Condition::Below(value),
            Condition::AtMost(_) => Condition::AtMost(value),
            Condition::Within(low, high) if low == before && value < high => Condition::Within(value, high),
            Condition::Within(low, high) if high == before && low < value => Condition::Within(low, value),
            within @ Condition::Within(..) => within,
        };
        edit(model, changed);
    }
    if is_done {
        model.settle();
    }
}

/// What is hatched; says whether a change is over.
fn condition(ui: &mut Ui, condition: &mut Condition) -> bool {
    let mut is_over = false;
    row(ui, "hatch", |ui, label| {
        let (low, high) = match *condition {
            Condition::Within(low, high) => (low, high),
            Condition::Above(b) | Condition::AtLeast(b) | Condition::Below(b) | Condition::AtMost(b) => (b, b),
        };
        let above = if high > low { high } else { low + low.abs().max(1.0) * 0.1 };
        let choices = [
            (">", Condition::Above(low)),
            ("≥", Condition::AtLeast(low)),
            ("<", Condition::Below(low)),
            ("≤", Condition::AtMost(low)),
            ("from", Condition::Within(low, above)),
        ];
        let is_same = |other: &Condition| std::mem::discriminant(other) == std::mem::discriminant(condition);
        let shown = choices.iter().find(|(_, other)| is_same(other)).map_or("", |(name, _)| name);
        let mut chosen = None;
        let list = ComboBox::from_id_salt("condition").selected_text(shown).width(48.0).show_ui(ui, |ui| {
            for (name, other) in choices {
                if ui.selectable_label(is_same(&other), name).clicked() {
                    chosen = Some(other);
                }
            }
        });
        list.response.labelled_by(label);
        is_over |= chosen.is_some();
        *condition = chosen.unwrap_or(*condition);
        let speed = low.abs().max(high.abs()).max(1e-6) * 0.002;
        let mut bound = |ui: &mut Ui, value: &mut f64| {
            is_over |= ended(&ui.add(DragValue::new(value).speed(speed).max_decimals(6)));
        };
        match condition {
            Condition::Above(value)
            | Condition::AtLeast(value)
            | Condition::Below(value)
            | Condition::AtMost(value) => {
                bound(ui, value);
            }
            Condition::Within(low, high) => {
                let (mut from, mut to) = (*low, *high);
                bound(ui, &mut from);
                ui.label("to");
                bound(ui, &mut to);
                if from < to {
                    (*low, *high) = (from, to);
                }
            }
        }
    });
    is_over
}

/// With what; says whether a change is over.
fn pattern(ui: &mut Ui, hatch: &mut Hatch, (index, form): (usize, &mut HatchForm)) -> bool {
    let mut is_over = false;
    row(ui, "pattern", |ui, label| {
        let typed = form.typed.take_if(|(at, _)| *at == index).map(|(_, text)| text);
        let mut text = typed.unwrap_or_else(|| hatch.pattern.to_string());
        let field = TextEdit::singleline(&mut text).desired_width(52.0);
        let hint = "/ \\ | - + x . o O *, repeated to be denser";
        let response = ui.add(field).labelled_by(label).on_hover_text(hint);
        if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
            match text.parse::<Pattern>() {
                Ok(pattern) => (hatch.pattern, form.wrong, is_over) = (pattern, None, true),
                Err(error) => form.wrong = Some(error.to_string()),
            }
        } else if response.has_focus() {
            form.typed = Some((index, text));
        }
        let mut is_readable = hatch.color.is_none();
        let hint = "Dark on light grounds, light on dark ones, with a faint halo";
        if ui.checkbox(&mut is_readable, "readable").on_hover_text(hint).changed() {
            hatch.color = (!is_readable).then_some(FIRST_COLOR);
            is_over = true;
        }
        if let Some(color) = hatch.color.and_then(|color| swatch::translucent(ui, color)) {
            hatch.color = Some(color);
        }
    });
    is_over
}

fn ended(response: &Response) -> bool {
    response.drag_stopped() || response.lost_focus()
}

fn edit(model: &mut Model, hatch: Vec<Hatch>) {
    model.edit("Hatching", |document| document.layer_mut().hatch = hatch);
}
