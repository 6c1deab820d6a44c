//! The menus, and what of them can be chosen.

use egui::Panel;

use super::super::actions::{Action, ENTRIES, shown};
use super::super::document::Document;
use super::ScumbleApp;
use crate::workbench::RawSpec;
use crate::workbench::recent::Recent;

impl ScumbleApp {
    pub(super) fn menu(&mut self, ui: &mut egui::Ui) {
        let mut chosen = None;
        let bar = Panel::top("menu").show(ui, |ui| {
            egui::MenuBar::new().ui(ui, |ui| {
                for group in ["File", "Edit", "View", "Window"] {
                    ui.menu_button(group, |ui| {
                        for entry in ENTRIES.iter().filter(|entry| entry.group == group) {
                            let key = entry.key.map(|key| shown(ui.ctx(), &key)).unwrap_or_default();
                            let button = egui::Button::new(self.name_of(entry.action, entry.name)).shortcut_text(key);
                            if ui.add_enabled(self.can(entry.action), button).clicked() {
                                chosen = Some(entry.action);
                                ui.close();
                            }
                        }
                        self.recent_menu(ui, group);
                    });
                }
                if let [path, rest @ ..] = self.model.paths().as_slice() {
                    let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
                    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                        ui.label(egui::RichText::new(format!("{}{more}", path.display())).weak());
                    });
                }
            });
        });
        self.windows.stay_below(bar.response.rect.bottom());
        if let Some(action) = chosen {
            self.act(ui, action);
        }
    }

    fn recent_menu(&mut self, ui: &mut egui::Ui, group: &str) {
        let recent = self.recent.as_ref().map_or(&[][..], Recent::paths).to_vec();
        if group == "File" && !recent.is_empty() {
            ui.separator();
            for path in recent.iter().take(10) {
                if ui.button(path.display().to_string()).clicked() {
                    self.model.open(vec![path.clone()], RawSpec::default());
                    ui.close();
                }
            }
        }
    }

    /// Undo and redo say what they would do.
    fn name_of(&self, action: Action, name: &str) -> String {
        let (undo, redo) = self.model.undo_labels();
        match (action, undo, redo) {
            (Action::Undo, Some(label), _) | (Action::Redo, _, Some(label)) => {
                format!("{name} {}", label.to_lowercase())
            }
            _ => name.to_owned(),
        }
    }

    /// Whether an action would do anything now.
    pub(super) fn can(&self, action: Action) -> bool {
        let (undo, redo) = self.model.undo_labels();
        let of = |document: &Document| (document.active, document.figure.layers.len());
        let (active, layers) = self.model.document().map_or((0, 0), of);
        match action {
            Action::Undo => undo.is_some(),
            Action::Redo => redo.is_some(),
            Action::Open
            | Action::AddLayer
            | Action::OpenPath
            | Action::Demo
            | Action::Quit
            | Action::Stop
            | Action::Log
            | Action::Palette
            | Action::Help => true,
            Action::RemoveLayer => layers > 1,
            Action::RaiseLayer => active + 1 < layers,
            Action::LowerLayer => active > 0,
            Action::Movie | Action::Play | Action::StepBack | Action::StepForward => self.model.timeline().steps > 1,
            _ => self.model.document().is_some(),
        }
    }
}
