//! Scales and exact ranges.

use egui::{ComboBox, Ui};

use crate::scene::axis::{Axis, Coordinate, Range, Scale};

use super::super::canvas::Stage;
use super::super::model::Model;
use super::entry::Entry;
use super::row;

/// What is being typed as ranges.
#[derive(Default)]
pub struct RangeForm {
    /// Of x and y.
    entries: [Entry; 2],
    /// Of the thresholds of their scales.
    thresholds: [Entry; 2],
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
            let axis = stage.filter(|s| s.is_known).map(|s| if i == 0 { s.view.x } else { s.view.y });
            // Times are shown as they were written.
            let written = requests[i].range.filter(|range| range.has_moments()).map(|range| (range, range));
            self.range(ui, model, i, name, written.or_else(|| axis.map(|axis| (axis.range, in_short(axis)))));
            scale(ui, model, i == 0, requests[i].scale, &mut self.thresholds[i]);
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

    /// The field of an axis whose range is shown in short.
    fn range(&mut self, ui: &mut Ui, model: &mut Model, i: usize, name: &str, ranges: Option<(Range, Range)>) {
        let present = ranges.map_or_else(String::new, |(_, short)| short.to_string());
        let entry = &mut self.entries[i];
        let (entered, response) = row(ui, &format!("{name} range"), |ui, label| {
            entry.ui(ui, &mut model.notices, &present, ("MIN..MAX", f32::INFINITY), label)
        });
        if i == 0 && std::mem::take(&mut self.wants_focus) {
            response.request_focus();
        }
        if let Some(text) = entered {
            let shown = text.parse::<Range>().map_err(|error| error.to_string()).and_then(|mut range| {
                // An end that was left as it is stays what it is, to the last digit.
                if let Some((exact, short)) = ranges {
                    range.start = if range.start == short.start { exact.start } else { range.start };
                    range.end = if range.end == short.end { exact.end } else { range.end };
                }
                model.settle();
                let (x, y) = if i == 0 { (Some(range), None) } else { (None, Some(range)) };
                model.show_checked(x, y)
            });
            match shown {
                Ok(()) => entry.accept(&mut model.notices),
                Err(why) => entry.refuse(why, &present, &mut model.notices),
            }
            model.settle();
        }
    }
}

/// The range of an axis with as few digits as leave each end within a hundredth of a pixel.
fn in_short(Axis { range, scale, pixels, .. }: Axis) -> Range {
    let place = |at: f64| scale.transform(at);
    let near = (place(range.end.to_f64()) - place(range.start.to_f64())).abs() / f64::from(pixels.max(1)) / 100.0;
    let short = |end: Coordinate| {
        let Coordinate::Real(exact) = end else { return end };
        let with_digits = |digits: usize| format!("{exact:.digits$e}").parse::<f64>().ok();
        let is_near = |short: &f64| (place(*short) - place(exact)).abs() <= near;
        Coordinate::Real(std::iter::once(0.0).chain((0..17).filter_map(with_digits)).find(is_near).unwrap_or(exact))
    };
    Range { start: short(range.start), end: short(range.end) }
}

fn scale(ui: &mut Ui, model: &mut Model, is_x: bool, present: Scale, entry: &mut Entry) {
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
            threshold(ui, model, is_x, linthresh, entry);
        }
    });
}

/// Below which value a symlog axis is linear.
fn threshold(ui: &mut Ui, model: &mut Model, is_x: bool, present: f64, entry: &mut Entry) {
    let (label, shown) = (ui.label("±").id, present.to_string());
    let (entered, response) = entry.ui(ui, &mut model.notices, &shown, ("", f32::INFINITY), label);
    response.on_hover_text("Linear up to here, on both sides of zero");
    match entered.map(|text| format!("symlog:{}", text.trim()).parse::<Scale>()) {
        Some(Ok(scale)) => {
            model.set_scale(is_x, scale);
            entry.accept(&mut model.notices);
        }
        Some(Err(error)) => entry.refuse(error.to_string(), &shown, &mut model.notices),
        None => {}
    }
}

/// Symlog with the threshold that its name alone stands for.
fn symlog() -> Scale {
    "symlog".parse().unwrap_or(Scale::Linear)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_in_short_are_those_that_people_would_write() {
        let short = |range: &str, scale, pixels| {
            in_short(Axis { range: range.parse().unwrap(), scale, pixels, reversed: false }).to_string()
        };
        assert_eq!(short("0.5..23.500000000000004", Scale::Linear, 700), "0.5..23.5");
        assert_eq!(short("-0.00000001..6.000000000000001", Scale::Linear, 700), "0.0..6.0");
        assert_eq!(short("1.23456789..2.3456789", Scale::Linear, 1000), "1.23457..2.34568");
        assert_eq!(short("1.000000004..1.0000001", Scale::Linear, 1000), "1.000000004..1.0000001");
        assert_eq!(short("0.001000001..1000.0001", Scale::Log, 1000), "0.001..1000.0");
        assert_eq!(
            short("1700000000000000001..1700000000000000009", Scale::Linear, 10),
            "1700000000000000001..1700000000000000009"
        );
    }
}
