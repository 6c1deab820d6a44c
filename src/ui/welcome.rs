//! What the window shows while nothing is open.

use std::path::{Path, PathBuf};

use egui::{Align, Button, Layout, RichText, Ui, vec2};

use super::actions::{Action, entry_of, shown};

/// What the person wants.
pub enum Wish {
    /// Do this.
    Act(Action),
    /// Open this file.
    Open(PathBuf),
}

/// The welcome view.
pub fn ui(ui: &mut Ui, recent: &[PathBuf], left_behind: &[PathBuf]) -> Option<Wish> {
    let mut wish = None;
    let space = (ui.available_height() * 0.22).max(24.0);
    ui.with_layout(Layout::top_down(Align::Center), |ui| {
        ui.add_space(space);
        ui.label(RichText::new("Scumble").size(44.0).strong());
        ui.label(RichText::new("Drop a file here and see every point of it, however large it is.").size(16.0).weak());
        ui.add_space(22.0);
        for (action, name) in [(Action::Open, "Open a file…"), (Action::Demo, "Show me 20 million points")] {
            let key = entry_of(action).and_then(|entry| entry.key).map(|key| shown(ui.ctx(), &key));
            let button = Button::new(RichText::new(name).size(15.0)).min_size(vec2(280.0, 34.0));
            let button = match key {
                Some(key) => button.shortcut_text(RichText::new(key).weak()),
                None => button,
            };
            if ui.add(button).clicked() {
                wish = Some(Wish::Act(action));
            }
            ui.add_space(4.0);
        }
        if let Some(newest) = left_behind.first() {
            let button = Button::new(RichText::new("Recover the figure of last time").size(15.0));
            let hint = "Scumble did not end as it should have; this is the figure that was shown";
            if ui.add(button.min_size(vec2(280.0, 34.0))).on_hover_text(hint).clicked() {
                wish = Some(Wish::Open(newest.clone()));
            }
        }
        if !recent.is_empty() {
            ui.add_space(20.0);
            ui.label(RichText::new("Recent files").strong());
            for path in recent.iter().take(8) {
                if ui.link(short(path)).on_hover_text(path.display().to_string()).clicked() {
                    wish = Some(Wish::Open(path.clone()));
                }
            }
        }
        ui.add_space(20.0);
        let facts = ".npy, NetCDF, GRIB, Zarr, or any binary file of numbers: its layout is guessed. ? shows all keys.";
        ui.label(RichText::new(facts).weak());
    });
    wish
}

/// A path's name with the folder that it is in: names alone repeat themselves.
fn short(path: &Path) -> String {
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    match (path.parent().and_then(name), name(path)) {
        (Some(folder), Some(name)) => format!("{folder}/{name}"),
        _ => path.display().to_string(),
    }
}
