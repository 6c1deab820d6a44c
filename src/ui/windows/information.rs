//! What is in the files: what `scumble info` says.

use std::sync::Arc;

use egui::{Grid, ProgressBar, Rect, RichText, ScrollArea, Ui, Window};

use crate::workbench::info::{DatasetInfo, share};
use crate::workbench::session::{DataId, FileInfo, OpenData, Reporting, Wake};

use super::super::file_facts;
use super::super::status::grouped;

/// Rows of a table that are shown.
const SHOWN: usize = 500;

/// The window, and what has been found out for it.
pub struct Information {
    pub is_open: bool,
    wake: Wake,
    /// The data that the report is of.
    of: Option<DataId>,
    found: Vec<Result<FileInfo, String>>,
    reporting: Option<Reporting>,
}

impl Information {
    pub fn new(wake: Wake) -> Self {
        Self { is_open: false, wake, of: None, found: Vec::new(), reporting: None }
    }

    /// Shows what is known so far, and has the rest found out while the window is open.
    pub fn ui(&mut self, ui: &Ui, room: Rect, data: Option<&Arc<OpenData>>) {
        if !self.is_open {
            if self.reporting.take().is_some() {
                self.of = None;
            }
            return;
        }
        self.follow(data);
        let mut is_open = true;
        Window::new("File information")
            .open(&mut is_open)
            .constrain_to(room)
            .default_size([780.0_f32.min(room.width() - 40.0), 420.0_f32.min(room.height() - 80.0)])
            .show(ui.ctx(), |ui| {
                let Some(data) = data else {
                    ui.label("Nothing is open.");
                    return;
                };
                ScrollArea::both().auto_shrink([false, true]).show(ui, |ui| self.files(ui, data));
            });
        self.is_open = is_open;
    }

    /// Begins anew where other data is shown, and takes in what has been found out.
    fn follow(&mut self, data: Option<&Arc<OpenData>>) {
        let id = data.map(|data| data.id);
        if self.of != id {
            (self.of, self.found) = (id, Vec::new());
            self.reporting = data.map(|data| data.report(Arc::clone(&self.wake)));
        }
        if let Some(reporting) = &mut self.reporting {
            while let Some(found) = reporting.poll() {
                self.found.push(found);
            }
        }
        self.reporting.take_if(|reporting| reporting.is_done());
    }

    fn files(&self, ui: &mut Ui, data: &OpenData) {
        for (i, file) in data.files.iter().enumerate() {
            ui.label(RichText::new(file.path.display().to_string()).strong());
            ui.label(file_facts(data, file));
            match self.found.get(i) {
                Some(Ok(FileInfo::Table(info))) => table(ui, info, i),
                Some(Ok(FileInfo::Grids(info))) => {
                    info.notes.iter().for_each(|note| remark(ui, note));
                    cells(ui, ("dimensions", i), &info.dimension_cells(grouped));
                    ui.add_space(6.0);
                    cells(ui, ("variables", i), &info.variable_cells());
                }
                Some(Err(error)) => {
                    ui.label(RichText::new(error).color(ui.visuals().error_fg_color));
                }
                None => {
                    let names = file.columns.iter().chain(&file.texts);
                    let heading = ["column", "dtype"].map(ToOwned::to_owned);
                    let known: Vec<_> = std::iter::once(heading)
                        .chain(names.map(|(name, dtype)| [name.clone(), dtype.clone()]))
                        .collect();
                    if let Some(reporting) = self.reporting.as_ref().filter(|_| i == self.found.len()) {
                        #[expect(clippy::cast_possible_truncation, reason = "a bar")]
                        let done = share(reporting.rows_read(), file.rows).min(1.0) as f32;
                        let text = format!("reading the columns, {:.0} %", done * 100.0);
                        ui.add(ProgressBar::new(done).desired_width(260.0).text(text));
                        ui.ctx().request_repaint_after(std::time::Duration::from_millis(100));
                    }
                    cells(ui, ("columns", i), &known);
                }
            }
            ui.add_space(10.0);
        }
    }
}

fn table(ui: &mut Ui, info: &DatasetInfo, i: usize) {
    info.remarks().for_each(|note| remark(ui, note));
    cells(ui, ("columns", i), &info.cells());
}

fn remark(ui: &mut Ui, text: &str) {
    ui.add(egui::Label::new(RichText::new(text).weak()).wrap());
}

/// Rows under headings.
fn cells<const N: usize>(ui: &mut Ui, id: (&str, usize), rows: &[[String; N]]) {
    ui.add_space(3.0);
    Grid::new(id).num_columns(N).striped(true).spacing([18.0, 3.0]).show(ui, |ui| {
        for (i, row) in rows.iter().take(SHOWN + 1).enumerate() {
            for cell in row {
                let text = RichText::new(cell);
                ui.label(if i == 0 { text.weak() } else { text });
            }
            ui.end_row();
        }
    });
    if rows.len() > SHOWN + 1 {
        ui.label(RichText::new(format!("and {} more", grouped((rows.len() - SHOWN - 1) as u64))).weak());
    }
}
