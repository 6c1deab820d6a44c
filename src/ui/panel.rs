//! The side panel: data, view, colors, words.

mod categories;
mod color;
mod columns;
mod contour;
mod data;
mod entry;
mod field;
mod handles;
mod hatch;
mod layers;
mod levels;
mod mark;
mod norm;
mod ranges;
mod reduction;
mod special;
mod swatch;
mod view;
mod words;

use egui::{CollapsingHeader, Id, ScrollArea, Ui};

use super::actions::Action;
use super::canvas::Stage;
use super::model::Model;

pub use data::{facts, size};
pub use view::RangeForm;

/// What the panel keeps from frame to frame.
#[derive(Default)]
pub struct SidePanel {
    data: data::DataForm,
    ranges: RangeForm,
    color: color::ColorState,
    layers: layers::LayersForm,
    words: words::WordsForm,
    /// What had the focus in the last frame.
    focused: Option<Id>,
}

impl SidePanel {
    /// The panel's contents; gives what the app has to do.
    pub fn ui(&mut self, ui: &mut Ui, model: &mut Model, stage: Option<&Stage>) -> Option<Action> {
        let mut action = None;
        // As wide as the person has made it: what is wider is cut off, and the plot stays as it is.
        let place = ui.available_rect_before_wrap();
        let mut inside = ui.new_child(egui::UiBuilder::new().max_rect(place));
        inside.set_clip_rect(place.expand(ui.spacing().item_spacing.x).intersect(ui.clip_rect()));
        ScrollArea::vertical().auto_shrink(false).show(&mut inside, |ui| {
            // The scroll bar floats over the contents; what is dragged at their right end stays out from under it.
            let bar = ui.spacing().scroll;
            ui.set_max_width(ui.available_width() - bar.bar_width - bar.bar_outer_margin);
            ui.add_space(4.0);
            section(ui, "Layers", |ui| action = self.layers.ui(ui, model, &mut self.color));
            section(ui, "Data", |ui| data::ui(ui, model, &mut self.data));
            section(ui, "Color", |ui| {
                if color::ui(ui, model, &mut self.color) {
                    // A file with a color table that is opened is taken for a colormap.
                    action = Some(Action::Open);
                }
            });
            section(ui, "View", |ui| self.ranges.ui(ui, model, stage));
            section(ui, "Words", |ui| self.words.ui(ui, model));
            ui.add_space(8.0);
            self.show_focused(ui, place);
        });
        ui.allocate_rect(place, egui::Sense::hover());
        action
    }

    /// Scrolls to what has just got the focus, as by Tab.
    fn show_focused(&mut self, ui: &Ui, place: egui::Rect) {
        let focused = ui.memory(egui::Memory::focused);
        if std::mem::replace(&mut self.focused, focused) == focused {
            return;
        }
        let response = focused.and_then(|id| ui.ctx().read_response(id));
        let is_ours = |response: &egui::Response| {
            response.layer_id == ui.layer_id() && place.x_range().contains(response.rect.center().x)
        };
        if let Some(response) = response.filter(is_ours) {
            ui.scroll_to_rect(response.rect.expand2(egui::vec2(0.0, ui.spacing().interact_size.y)), None);
        }
    }

    /// Puts the cursor into the first range.
    pub fn type_range(&mut self) {
        self.ranges.wants_focus = true;
    }

    /// Forgets what belonged to the device before.
    pub fn forget_textures(&mut self) {
        self.color.forget_textures();
    }
}

fn section(ui: &mut Ui, name: &str, contents: impl FnOnce(&mut Ui)) {
    CollapsingHeader::new(egui::RichText::new(name).strong()).default_open(true).show(ui, |ui| {
        contents(ui);
        ui.add_space(6.0);
    });
}

/// A row with a name at its left; what is in it may be labelled by it.
fn row<R>(ui: &mut Ui, name: &str, contents: impl FnOnce(&mut Ui, Id) -> R) -> R {
    ui.horizontal(|ui| {
        let size = egui::vec2(78.0, ui.spacing().interact_size.y);
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        let label = ui.allocate_ui_with_layout(size, layout, |ui| {
            ui.set_min_size(size);
            ui.label(name).id
        });
        contents(ui, label.inner)
    })
    .inner
}
