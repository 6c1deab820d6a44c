//! Ranges of columns that the filter keeps, over a histogram of each.

use std::sync::Arc;

use egui::{RichText, Ui};

use crate::workbench::ColumnSample;
use crate::workbench::info::Number;
use crate::workbench::ranges::{ColumnRange, End, Named, range, with_range};
use crate::workbench::session::OpenData;

use super::super::model::Model;
use super::super::status::grouped;
use super::entry::Entry;
use super::handles::{self, Moved};

/// Name of the column that counts the rows.
const ROW: &str = "row";

/// What the section keeps from frame to frame.
#[derive(Default)]
pub struct RangesForm {
    /// Columns that were picked; they stay when they keep all values.
    picked: Vec<Named>,
    /// The range that is being set, until the filter says the same.
    moving: Option<Moving>,
    /// The ends that are typed or wrong: of which column, and whether the low one.
    entries: Vec<(Named, bool, Entry)>,
}

/// A range that the filter does not say yet.
struct Moving {
    column: Named,
    range: ColumnRange,
    /// Whether the person is done, and the data is just being opened.
    is_asked: bool,
}

impl RangesForm {
    /// A histogram with handles for each column that the filter gives a range, or that was picked.
    pub fn ui(&mut self, ui: &mut Ui, model: &mut Model, data: &OpenData, names: &[String]) {
        if self.moving.as_ref().is_some_and(|moving| moving.is_asked) && !model.is_opening() {
            self.moving = None;
            model.settle();
        }
        let filter = data.sources.filter.clone().unwrap_or_default();
        let columns = columns(data, names);
        let mut others = Vec::new();
        for column in columns {
            let range = range(&filter, &column);
            if range == ColumnRange::default() && !self.picked.contains(&column) {
                others.push(column);
            } else {
                self.column(ui, model, (&filter, range), &column);
            }
        }
        if others.is_empty() {
            return;
        }
        let menu = ui.menu_button("+ range", |ui| {
            for column in others {
                if ui.button(column.shown()).clicked() {
                    self.picked.push(column);
                    ui.close();
                }
            }
        });
        menu.response.on_hover_text("Leave out rows by the values of a column");
    }

    /// One column. `filter` and `present` are what the filter says.
    fn column(&mut self, ui: &mut Ui, model: &mut Model, (filter, present): (&str, ColumnRange), column: &Named) {
        let moving = self.moving.as_ref().filter(|moving| moving.column == *column);
        let range = moving.map_or(present, |moving| moving.range);
        let name = column.shown();
        let mut is_freed = false;
        ui.horizontal(|ui| {
            ui.label(RichText::new(&name).strong());
            let close = ui.small_button("×").on_hover_text("Keep all values");
            let info = || egui::WidgetInfo::labeled(egui::Role::Button, true, format!("no range of {name}"));
            close.widget_info(info);
            if close.clicked() {
                self.picked.retain(|picked| picked != column);
                is_freed = true;
            }
        });
        match model.sample(&column.spelt()) {
            None => {
                ui.label(RichText::new("looking at its values…").weak());
            }
            Some(Err(error)) => {
                ui.colored_label(ui.visuals().warn_fg_color, error);
            }
            Some(Ok(sample)) if sample.ends().is_none() => {
                ui.label(RichText::new("no finite values").weak());
            }
            Some(Ok(sample)) => {
                let moved = handles::ui(ui, &name, &sample, range);
                if let Some(Moved { range, is_done }) = moved {
                    self.set(model, filter, (column, range), is_done);
                }
                if let Some(range) = self.fields(ui, model, (column, range), &sample) {
                    self.set(model, filter, (column, range), true);
                }
                ui.label(RichText::new(kept(&sample, range)).weak());
            }
        }
        if is_freed {
            self.set(model, filter, (column, ColumnRange::default()), true);
        }
    }

    /// The two ends as text; gives the range when one was entered.
    fn fields(
        &mut self,
        ui: &mut Ui,
        model: &mut Model,
        (column, range): (&Named, ColumnRange),
        sample: &Arc<ColumnSample>,
    ) -> Option<ColumnRange> {
        let mut entered = None;
        ui.horizontal(|ui| {
            let width = (ui.available_width() - 24.0) / 2.0;
            for (is_low, end) in [(true, range.low), (false, range.high)] {
                let side = if is_low { "from" } else { "to" };
                let shown = end.map_or_else(String::new, |end| end.plain());
                let entry = self.entry(column, is_low);
                let look = (&*hint(sample, is_low), width);
                let (text, response) = entry.ui(ui, &mut model.notices, &shown, look, None);
                response.widget_info(|| {
                    let mut info = egui::WidgetInfo::text_edit(true, &shown, &shown, "");
                    info.label = Some(format!("{} {side}", column.shown()));
                    info
                });
                match text.map(|text| read(&text, sample, is_low).and_then(|end| with_end(sample, range, end, is_low)))
                {
                    Some(Ok(range)) => {
                        entry.accept(&mut model.notices);
                        entered = Some(range);
                    }
                    Some(Err(error)) => {
                        let why = format!("reading where {} ends: {error}", column.shown());
                        entry.refuse(why, &shown, &mut model.notices);
                    }
                    None => {}
                }
                if is_low {
                    ui.label("…");
                }
            }
        });
        entered
    }

    /// The field of an end.
    fn entry(&mut self, column: &Named, is_low: bool) -> &mut Entry {
        let place = self.entries.iter().position(|(of, low, _)| of == column && *low == is_low);
        let place = place.unwrap_or_else(|| {
            self.entries.push((column.clone(), is_low, Entry::default()));
            self.entries.len() - 1
        });
        &mut self.entries[place].2
    }

    /// Puts a range into the filter: one step of undo for all that is done until it is done. Data is read as it goes.
    fn set(&mut self, model: &mut Model, filter: &str, (column, range): (&Named, ColumnRange), is_done: bool) {
        let text = match with_range(filter, column, range) {
            Ok(text) => text,
            Err(error) => {
                self.moving = None;
                model.notices.error(error.to_string());
                return;
            }
        };
        if range != ColumnRange::default() && !self.picked.contains(column) {
            self.picked.push(column.clone());
        }
        self.moving = Some(Moving { column: column.clone(), range, is_asked: is_done });
        model.drag("Range filter", is_done, |document| {
            document.layer_mut().sources.filter = Some(text).filter(|text| !text.trim().is_empty());
        });
    }
}

/// The columns that the filter can name.
fn columns(data: &OpenData, names: &[String]) -> Vec<Named> {
    let sources = &data.sources;
    if sources.inputs.is_empty() {
        // Each comes from a file of its own, which is its name.
        let named = [&sources.x, &sources.y, &sources.value].into_iter().flatten();
        return named.map(|name| Named::only(name)).collect();
    }
    let mut columns = Named::all(names);
    if !names.iter().any(|name| name == ROW) {
        columns.push(Named::only(ROW));
    }
    columns
}

/// The end that a text is; none if it is empty.
fn read(text: &str, sample: &ColumnSample, is_low: bool) -> Result<Option<End>, String> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let end = match End::parse(text)? {
        // A year alone.
        End::Integer(_) if sample.is_time() => End::parse(&format!("'{}'", text.trim()))?,
        end => end,
    };
    match sample.number(end, is_low) {
        Some(_) => Ok(Some(end)),
        None if sample.is_time() => Err("write a moment, like 2024-12-31 or 2024-12-31T23:59:59.5".to_owned()),
        None => Err("write a number".to_owned()),
    }
}

/// A range with another end; the two may meet but not cross.
fn with_end(sample: &ColumnSample, range: ColumnRange, end: Option<End>, is_low: bool) -> Result<ColumnRange, String> {
    let range = if is_low { ColumnRange { low: end, ..range } } else { ColumnRange { high: end, ..range } };
    let number = |end: Option<End>, is_low| end.and_then(|end| sample.number(end, is_low)).map(Number::to_f64);
    match (number(range.low, true), number(range.high, false)) {
        (Some(low), Some(high)) if low > high => Err("the range ends before it begins; no row is in it".to_owned()),
        _ => Ok(range),
    }
}

/// The value at which a range without an end ends, about.
fn hint(sample: &ColumnSample, is_low: bool) -> String {
    let extreme = sample.ends().and_then(|(low, high)| sample.end(if is_low { low } else { high }));
    match extreme {
        Some(End::Real(v)) => format!("{v:.5e}").parse().map_or_else(|_| v.to_string(), |v: f64| v.to_string()),
        extreme => extreme.map_or_else(String::new, |end| end.plain()),
    }
}

/// How many rows have a value in the range, as far as is known.
fn kept(sample: &ColumnSample, range: ColumnRange) -> String {
    let (rows, within) = (sample.rows(), sample.rows_within(range));
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let percent = within as f64 * 100.0 / rows.max(1) as f64;
    let percent = if within == rows || percent >= 10.0 { format!("{percent:.0}") } else { format!("{percent:.2}") };
    match (range == ColumnRange::default(), sample.is_whole()) {
        (true, true) => format!("{} rows", grouped(rows)),
        (true, false) => format!("a sample of {} rows", grouped(rows)),
        (false, true) => format!("{} of {} rows, {percent} %", grouped(within), grouped(rows)),
        (false, false) => format!("about {percent} % of rows, by a sample"),
    }
}
