//! Files, columns, and the layout of raw data.

use egui::{ComboBox, RichText, TextEdit, Ui};

use crate::workbench::RawSpec;
use crate::workbench::session::{FileFacts, OpenData};

use super::super::model::Model;
use super::super::status::grouped;
use super::columns::ColumnsForm;
use super::contour::ContourForm;
use super::field;
use super::mark;
use super::ranges::RangesForm;
use super::reduction::ReductionForm;
use super::row;

/// Types that the layout of raw data offers; others can be typed.
const DTYPES: [&str; 16] = [
    "<f4", "<f8", ">f4", ">f8", "<f2", "<i4", "<i8", "<u4", "<u8", "<i2", "<u2", "|i1", "|u1", ">i4", ">i2", "<M8[ns]",
];

/// What was typed of a raw layout.
#[derive(Default)]
struct RawForm {
    /// The data that the text belongs to.
    of: Option<RawSpec>,
    dtype: String,
    columns: String,
    offset: String,
    is_planar: bool,
}

/// What the section keeps from frame to frame.
#[derive(Default)]
pub struct DataForm {
    raw: RawForm,
    columns: ColumnsForm,
    contour: ContourForm,
    ranges: RangesForm,
    reduction: ReductionForm,
}

pub fn ui(ui: &mut Ui, model: &mut Model, form: &mut DataForm) {
    let DataForm { raw, columns, contour, ranges, reduction } = form;
    let Some(data) = model.data().cloned() else {
        ui.label("Nothing is open.");
        return;
    };
    for file in data.files.iter().take(6) {
        let name =
            file.path.file_name().map_or_else(|| file.path.display().to_string(), |n| n.to_string_lossy().into());
        ui.add(egui::Label::new(RichText::new(name).strong()).truncate())
            .on_hover_text(file.path.display().to_string());
        ui.label(RichText::new(facts(&data, file)).weak());
    }
    if data.files.len() > 6 {
        ui.label(RichText::new(format!("and {} more files", data.files.len() - 6)).weak());
    }
    ui.add_space(4.0);
    if let Some(field) = data.table.field() {
        field::ui(ui, model, &data, field);
        mark::ui(ui, model, &[]);
        contour.ui(ui, model);
        return;
    }
    columns.ui(ui, model, &data, &names(&data));
    ranges.ui(ui, model, &data, &names(&data));
    reduction.ui(ui, model, &data, &names(&data));
    mark::ui(ui, model, &names(&data));
    if let Some(file) = data.files.iter().find(|file| file.format.starts_with("raw")) {
        raw.ui(ui, model, &data, file);
    }
}

/// Rows (of tables), size (where it is known) and format of a file.
pub fn facts(data: &OpenData, file: &FileFacts) -> String {
    let rows = data.table.field().is_none().then(|| format!("{} rows", grouped(file.rows)));
    rows.into_iter().chain(file.bytes.map(size)).chain([file.format.clone()]).collect::<Vec<_>>().join(", ")
}

/// Bytes with a unit: `800 MB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["bytes", "kB", "MB", "GB", "TB"];
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let digits = usize::from(unit > 0 && value < 99.95);
    format!("{value:.digits$} {}", UNITS[unit])
}

fn names(data: &OpenData) -> Vec<String> {
    data.files.first().map_or_else(Vec::new, |f| f.columns.iter().map(|(name, _)| name.clone()).collect())
}

impl RawForm {
    /// What the bytes mean, with the picture following every change.
    fn ui(&mut self, ui: &mut Ui, model: &mut Model, data: &OpenData, file: &FileFacts) {
        let Some(used) = &file.layout else { return };
        if self.of.as_ref() != Some(used) {
            self.dtype = used.dtype.clone().unwrap_or_default();
            self.columns = used.columns.unwrap_or(2).to_string();
            self.offset = used.offset.unwrap_or(0).to_string();
            self.is_planar = used.planar.unwrap_or(false);
            self.of = Some(used.clone());
        }
        ui.add_space(6.0);
        ui.label(RichText::new("Layout of the bytes").strong());
        // Always a line, so that nothing moves under the pointer.
        let source = file.confidence.map(|confidence| format!("guessed, {:.0} % sure", confidence * 100.0));
        ui.label(RichText::new(source.unwrap_or_else(|| "as it is set here".to_owned())).weak());
        let mut changed = false;
        row(ui, "dtype", |ui, label| {
            changed |= ui.add(TextEdit::singleline(&mut self.dtype).desired_width(84.0)).labelled_by(label).changed();
            let list = ComboBox::from_id_salt("dtype").selected_text("").width(16.0).show_ui(ui, |ui| {
                for dtype in DTYPES {
                    if ui.selectable_label(self.dtype == dtype, dtype).clicked() {
                        dtype.clone_into(&mut self.dtype);
                        changed = true;
                    }
                }
            });
            list.response.labelled_by(label);
        });
        changed |= number(ui, "columns", &mut self.columns, 1);
        changed |= number(ui, "offset", &mut self.offset, 1);
        row(ui, "", |ui, _| {
            changed |= ui.radio_value(&mut self.is_planar, false, "interleaved").changed();
            changed |= ui.radio_value(&mut self.is_planar, true, "planar").changed();
        });
        row(ui, "", |ui, _| {
            if ui.button("Swap byte order").clicked() {
                self.dtype = swapped(&self.dtype);
                changed = true;
            }
            if data.sources.raw != RawSpec::default() && ui.button("Guess").clicked() {
                model.settle();
                model.edit("Layout", |document| document.layer_mut().sources.raw = RawSpec::default());
            }
        });
        if changed {
            match self.spec() {
                Some(spec) => model.edit("Layout", |document| {
                    document.layer_mut().sources.raw = spec;
                    let sources = &mut document.layer_mut().sources;
                    (sources.x, sources.y) = (None, None);
                    (document.figure.x.range, document.figure.y.range) = (None, None);
                }),
                None => ui.ctx().request_repaint(),
            }
        }
        if self.spec().is_none() {
            ui.colored_label(ui.visuals().warn_fg_color, "columns and offset are whole numbers");
        }
    }

    fn spec(&self) -> Option<RawSpec> {
        Some(RawSpec {
            dtype: Some(self.dtype.trim().to_owned()).filter(|dtype| !dtype.is_empty()),
            columns: Some(self.columns.trim().parse().ok()?),
            offset: Some(self.offset.trim().parse().ok()?),
            planar: Some(self.is_planar),
            shape: None,
        })
    }
}

/// A field for a whole number, with buttons for less and more.
fn number(ui: &mut Ui, name: &str, text: &mut String, step: u64) -> bool {
    row(ui, name, |ui, label| {
        let mut changed = ui.add(TextEdit::singleline(text).desired_width(84.0)).labelled_by(label).changed();
        let value: Option<u64> = text.trim().parse().ok();
        for (sign, next) in
            [("−", value.and_then(|v| v.checked_sub(step))), ("+", value.and_then(|v| v.checked_add(step)))]
        {
            if ui.add_enabled(next.is_some(), egui::Button::new(sign).small()).clicked()
                && let Some(next) = next
            {
                *text = next.to_string();
                changed = true;
            }
        }
        changed
    })
}

/// The dtype in the other byte order.
fn swapped(dtype: &str) -> String {
    match dtype.split_at_checked(1) {
        Some((">", rest)) => format!("<{rest}"),
        Some(("<" | "=" | "|", rest)) => format!(">{rest}"),
        _ => format!(">{dtype}"),
    }
}
