//! What was told so far.

use egui::{Rect, RichText, ScrollArea, Ui, Window};

use super::super::model::Model;

/// All that was told, oldest first.
pub fn ui(ui: &Ui, room: Rect, model: &Model, is_open: &mut bool) {
    Window::new("Log").open(is_open).constrain_to(room).default_size([560.0, 300.0]).show(ui.ctx(), |ui| {
        ScrollArea::both().stick_to_bottom(true).auto_shrink(false).show(ui, |ui| {
            if model.notices.log().is_empty() {
                ui.label(RichText::new("Nothing has happened that is worth telling.").weak());
            }
            for notice in model.notices.log() {
                let color = if notice.is_error { ui.visuals().error_fg_color } else { ui.visuals().text_color() };
                let ago = notice.at.elapsed().as_secs();
                ui.label(RichText::new(format!("{ago:>5} s ago  {}", notice.text)).color(color).monospace());
            }
        });
    });
}
