//! Scales and exact ranges.

use egui::{ComboBox, DragValue, Ui};

use crate::scene::aspect::Aspect;
use crate::scene::axis::{Axis, Coordinate, Range, Scale};
use crate::scene::written::Written;
use crate::workbench::frame::{TimeUnit, exact_moment, moment};

use super::super::canvas::Stage;
use super::super::model::Model;
use super::entry::{Entry, select_all};
use super::row;

/// What a ratio begins with: that of degrees about 51 north.
const FIRST_RATIO: f64 = 1.6;

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
        let times = model.words().1.map(|quantity| quantity.time);
        for (i, name) in ["x", "y"].into_iter().enumerate() {
            let axis = stage.filter(|s| s.is_known).map(|s| if i == 0 { s.view.x } else { s.view.y });
            // Times are shown as they were written.
            let written = requests[i].range.filter(|range| range.has_moments());
            let ranges = axis.map(|axis| {
                let exact = written.unwrap_or(axis.range);
                (exact, in_short(exact, axis, times[i]))
            });
            self.range(ui, model, i, name, ranges.or_else(|| written.map(|range| (range, range))));
            scale(ui, model, i == 0, requests[i].scale, &mut self.thresholds[i]);
            let shown = stage.is_some_and(|s| if i == 0 { s.view.x.reversed } else { s.view.y.reversed });
            let mut reversed = requests[i].reversed.unwrap_or(shown);
            row(ui, "", |ui, _| {
                if ui.checkbox(&mut reversed, format!("{name} reversed")).changed() {
                    model.set_reversed(i == 0, reversed);
                }
            });
        }
        aspect(ui, model, document.figure.aspect, requests.iter().all(|axis| axis.scale == Scale::Linear));
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
            select_all(ui, response.id, &present);
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

/// A range on an axis with as few digits as leave each end within a hundredth of a pixel, or as dates where it counts time.
fn in_short(range: Range, Axis { range: shown, scale, pixels, .. }: Axis, time: Option<TimeUnit>) -> Range {
    let place = |at: f64| scale.transform(at);
    let near = (place(shown.end.to_f64()) - place(shown.start.to_f64())).abs() / f64::from(pixels.max(1)) / 100.0;
    let date = |end: Coordinate| {
        let text = match end {
            Coordinate::Integer(i) => exact_moment(i, near, time?),
            Coordinate::Real(v) => moment(v, near, time?),
            Coordinate::Moment(_) => None,
        };
        // Figures of long fractions stand in threes.
        Written::of_legend(&text?.replace('\u{2009}', "")).map(Coordinate::Moment)
    };
    let short = |end: Coordinate| {
        if let Some(date) = date(end) {
            return date;
        }
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

/// How long a unit of y is beside one of x.
fn aspect(ui: &mut Ui, model: &mut Model, present: Aspect, is_linear: bool) {
    row(ui, "aspect", |ui, label| {
        let name = match present {
            Aspect::AUTO => "auto",
            Aspect::EQUAL => "equal",
            _ => "ratio",
        };
        let mut chosen = None;
        ui.add_enabled_ui(is_linear, |ui| {
            let list = ComboBox::from_id_salt("aspect").selected_text(name).width(110.0).show_ui(ui, |ui| {
                let ratio = Aspect::of(FIRST_RATIO).unwrap_or_default();
                for (choice, aspect) in [("auto", Aspect::AUTO), ("equal", Aspect::EQUAL), ("ratio", ratio)] {
                    if ui.selectable_label(name == choice, choice).clicked() && name != choice {
                        chosen = Some((aspect, true));
                    }
                }
            });
            let hint = "auto: the ranges fill the plot; else a unit of y is so many times as long as one of x";
            list.response.on_hover_text(hint).on_disabled_hover_text("Both axes must be linear").labelled_by(label);
        });
        if let Some(mut ratio) = present.ratio() {
            // What a figure has stays what it is until a hand changes it.
            let number = DragValue::new(&mut ratio).range(1e-6..=1e6).clamp_existing_to_range(false);
            let number =
                number.speed(present.ratio().unwrap_or(1.0) * 0.005).max_decimals(6).update_while_editing(false);
            let response = ui.add(number).labelled_by(label);
            if response.changed() {
                chosen = Aspect::of(ratio).map(|aspect| (aspect, false));
            }
            if response.drag_stopped() || response.lost_focus() {
                model.settle();
            }
        }
        if let Some((aspect, is_over)) = chosen {
            model.edit("Aspect", |document| document.figure.aspect = aspect);
            if is_over {
                model.settle();
            }
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
            let range = range.parse().unwrap();
            in_short(range, Axis { range, scale, pixels, reversed: false }, None).to_string()
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

    #[test]
    fn ranges_of_times_are_dates_as_far_as_a_picture_tells_them() {
        let nanosecond = Some(TimeUnit { numerator: 1, denominator: 1_000_000_000 });
        let short = |range: &str, pixels| {
            let range = range.parse().unwrap();
            in_short(range, Axis { range, scale: Scale::Linear, pixels, reversed: false }, nanosecond).to_string()
        };
        let year = "1704067203000000123..1735689597000000001";
        assert_eq!(short(year, 800), "2024-01-01T00:00..2024-12-31T23:59");
        assert_eq!(short(year, 3), "2024-01-01..2024-12-31");
        assert_eq!(
            short("1704067203000000123..1704067203000123456", 100),
            "2024-01-01T00:00:03.000000123..2024-01-01T00:00:03.000123456"
        );
    }
}
