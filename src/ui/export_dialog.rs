//! Export.
use super::canvas::Stage;
use super::model::Model;
use egui::Ui;
/// The dialog.
#[derive(Default)]
pub struct ExportDialog {
    is_open: bool,
}
impl ExportDialog {
    /// Opens it.
    pub fn open(&mut self) {
        self.is_open = true;
    }
    /// Closes it.
    pub fn close(&mut self) -> bool {
        std::mem::take(&mut self.is_open)
    }
    /// Shows it.
    pub fn ui(&mut self, _: &Ui, _: &mut Model, _: Option<&Stage>) {}
}
