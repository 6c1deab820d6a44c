//! What becomes of the rows in a pixel: how they are counted, and the column, or expression, that it is about.

use egui::{ComboBox, DragValue, Ui};

use crate::scene::mark::Mark;
use crate::scene::reduction::{MAX_NAMED, NAMED, Reduction, Statistic};
use crate::scene::style::Per;
use crate::workbench::session::OpenData;

use super::super::model::Model;
use super::entry::Entry;
use super::row;

const STATISTICS: [(&str, Statistic); 5] = [
    ("sum", Statistic::Sum),
    ("mean", Statistic::Mean),
    ("min", Statistic::Min),
    ("max", Statistic::Max),
    ("std", Statistic::Std),
];

/// What is being typed.
#[derive(Default)]
pub struct ReductionForm {
    /// The column that a reduction is of.
    of: Entry,
}

impl ReductionForm {
    /// The rows of the section. `names` are those of the columns there are.
    pub fn ui(&mut self, ui: &mut Ui, model: &mut Model, data: &OpenData, names: &[String]) {
        let Some(layer) = model.document().map(|document| document.layer().clone()) else { return };
        let present = layer.reduction;
        let mut chosen = kind(ui, &present, &layer.mark, data, names);
        if let Some(column) = present.column() {
            self.of.follow(model, column, column);
            let is_by = matches!(present, Reduction::By { .. });
            let of = if is_by { "categories" } else { "of" };
            let texts = texts(data).filter(|_| is_by);
            row(ui, of, |ui, label| {
                let look = ("a column, or log10(flux)", 150.0);
                let (typed, _) = self.of.ui(ui, &mut model.notices, column, look, label);
                if let Some(typed) = typed.filter(|typed| !typed.trim().is_empty()) {
                    self.of.ask(typed.trim().to_owned());
                    chosen = Some(present.of_column(typed.trim()));
                }
                let list = ComboBox::from_id_salt("value").selected_text("").width(16.0).show_ui(ui, |ui| {
                    for name in texts.chain(names.iter().map(String::as_str)) {
                        if ui.selectable_label(column == name, name).clicked() {
                            chosen = Some(present.of_column(name));
                        }
                    }
                });
                list.response.labelled_by(label);
            });
        }
        if let Reduction::By { column, mut most } = present.clone() {
            row(ui, "most", |ui, label| {
                let field = DragValue::new(&mut most).range(1..=MAX_NAMED).speed(0.1);
                let response = ui.add(field).labelled_by(label);
                if response.on_hover_text("So many are told apart, the most frequent; all others are one").changed() {
                    chosen = Some(Reduction::By { column, most });
                }
            });
        }
        if let Some(reduction) = chosen.filter(|chosen| *chosen != present) {
            model.settle();
            model.edit("Reduction", |document| {
                let layer = document.layer_mut();
                // What does not grow with the pixel is not counted per area.
                if !reduction.is_additive() {
                    layer.style.per = Per::Pixel;
                }
                layer.reduction = reduction;
            });
            model.settle();
        }
    }
}

/// The list of kinds; gives the one that is chosen instead.
fn kind(ui: &mut Ui, present: &Reduction, mark: &Mark, data: &OpenData, names: &[String]) -> Option<Reduction> {
    // Of text nothing is calculated.
    let column = present.column().filter(|column| !texts(data).any(|text| text == *column));
    let of = column.map(ToOwned::to_owned).or_else(|| names.get(2).or(names.last()).cloned());
    let mut chosen = None;
    row(ui, "show", |ui, label| {
        let text = match present {
            Reduction::Count => "count",
            Reduction::Any => "any",
            Reduction::By { .. } => "by category",
            Reduction::Of(statistic, _) => {
                STATISTICS.iter().find(|(_, s)| s == statistic).map_or("sum", |(name, _)| *name)
            }
        };
        let list = ComboBox::from_id_salt("reduction").selected_text(text).width(110.0).show_ui(ui, |ui| {
            let mut offer = |name: &str, reduction: Reduction| {
                if ui.selectable_label(*present == reduction, name).clicked() {
                    chosen = Some(reduction);
                }
            };
            offer("count", Reduction::Count);
            offer("any", Reduction::Any);
            for (name, statistic) in STATISTICS {
                if let Some(column) =
                    of.as_ref().filter(|column| mark.check(&Reduction::Of(statistic, (*column).clone())).is_ok())
                {
                    offer(name, Reduction::Of(statistic, column.clone()));
                }
            }
            let by = match present {
                Reduction::By { .. } => Some(present.clone()),
                _ => categories(data).or(of.clone()).map(|column| Reduction::By { column, most: NAMED }),
            };
            if let Some(by) = by.filter(|by| mark.check(by).is_ok()) {
                offer("by category", by);
            }
        });
        list.response.labelled_by(label);
    });
    chosen
}

/// The names of the columns of text.
fn texts(data: &OpenData) -> impl Iterator<Item = &str> {
    data.files.first().into_iter().flat_map(|file| &file.texts).map(|(name, _)| name.as_str())
}

/// The column that most probably holds categories: whole numbers, the narrower the better, or text, and not what is drawn along
/// x or y. None if all are real or times.
fn categories(data: &OpenData) -> Option<String> {
    const NARROW: [&str; 11] = ["b1", "i1", "u1", "S", "U", "i2", "u2", "i4", "u4", "i8", "u8"];
    let axes = data.axis_names();
    let rank = |(name, dtype): &(String, String)| {
        let dtype = dtype.trim_start_matches(['<', '>', '|', '=']);
        let kind = if dtype.starts_with(['S', 'U']) { &dtype[..1] } else { dtype };
        let width = NARROW.iter().position(|narrow| kind == *narrow)?;
        Some((axes.contains(name), width))
    };
    let file = data.files.first()?;
    let columns = file.columns.iter().chain(&file.texts);
    let ranked = columns.filter_map(|column| Some((rank(column)?, &column.0)));
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, name)| name.clone())
}
