//! The command palette: every action and colormap by name.

use egui::{Align2, Id, Key, Modal, RichText, ScrollArea, TextEdit, Ui};

use crate::workbench::colormap_names;

use super::actions::{Action, ENTRIES, shown};

/// What was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Do this.
    Action(Action),
    /// Use this colormap.
    Colormap(String),
}

/// The palette's text and place, while it is open.
#[derive(Default)]
pub struct Palette {
    is_open: bool,
    text: String,
    selected: usize,
}

impl Palette {
    /// Opens it, empty.
    pub fn open(&mut self) {
        *self = Self { is_open: true, ..Self::default() };
    }

    /// Shows it, if it is open; `possible` are the actions that would do anything now.
    pub fn ui(&mut self, ui: &Ui, possible: &[Action]) -> Option<Choice> {
        if !self.is_open {
            return None;
        }
        let found = matches(&self.text);
        let mut chosen = None;
        let id = Id::unique("palette");
        let area = Modal::default_area(id).anchor(Align2::CENTER_TOP, [0.0, 80.0]);
        let response = Modal::new(id).area(area).show(ui.ctx(), |ui| {
            ui.set_width(440.0);
            let (up, down, enter) = ui.input_mut(|input| {
                let none = egui::Modifiers::NONE;
                let mut pressed = |key| input.consume_key(none, key);
                (pressed(Key::ArrowUp), pressed(Key::ArrowDown), pressed(Key::Enter))
            });
            let field =
                TextEdit::singleline(&mut self.text).hint_text("Command or colormap").desired_width(f32::INFINITY);
            let response = ui.add(field);
            response.request_focus();
            if response.changed() {
                self.selected = 0;
            }
            let last = found.len().saturating_sub(1);
            self.selected = if up {
                self.selected.saturating_sub(1)
            } else if down {
                (self.selected + 1).min(last)
            } else {
                self.selected.min(last)
            };
            ScrollArea::vertical().max_height(360.0).show(ui, |ui| {
                for (i, (name, key, choice)) in found.iter().enumerate() {
                    let key = key.map(|key| shown(ui.ctx(), &key)).unwrap_or_default();
                    let button = egui::Button::selectable(i == self.selected, name.as_str())
                        .shortcut_text(RichText::new(key).weak());
                    let is_possible = !matches!(choice, Choice::Action(action) if !possible.contains(action));
                    let size = egui::vec2(ui.available_width(), 22.0);
                    let response = ui.add_enabled_ui(is_possible, |ui| ui.add_sized(size, button)).inner;
                    if i == self.selected && (up || down) {
                        response.scroll_to_me(None);
                    }
                    if is_possible && (response.clicked() || (enter && i == self.selected)) {
                        chosen = Some(choice.clone());
                    }
                }
                if found.is_empty() {
                    ui.label(RichText::new("No command of that name.").weak());
                }
            });
        });
        if chosen.is_some() || response.should_close() {
            self.is_open = false;
        }
        chosen
    }

    /// Whether it is shown.
    pub fn is_open(&self) -> bool {
        self.is_open
    }
}

type Found = (String, Option<egui::KeyboardShortcut>, Choice);

/// What a text may mean: names that hold all of its words.
fn matches(text: &str) -> Vec<Found> {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let fits = |name: &str| {
        let name = name.to_lowercase();
        words.iter().all(|word| name.contains(word.as_str()))
    };
    let actions = ENTRIES.iter().map(|e| (format!("{}: {}", e.group, e.name), e.key, Choice::Action(e.action)));
    let maps = colormap_names().map(|name| (format!("Colormap: {name}"), None, Choice::Colormap(name.to_owned())));
    actions.chain(maps).filter(|(name, ..)| fits(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_words_must_fit_in_any_order() {
        let found = matches("grid view");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].2, Choice::Action(Action::ToggleGrid));
        assert!(matches("colormap magma").iter().any(|f| f.2 == Choice::Colormap("magma".to_owned())));
        assert!(matches("no such thing").is_empty());
        assert!(matches("").len() > ENTRIES.len());
    }
}
