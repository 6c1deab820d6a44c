//! Keys and mouse.

use egui::{Grid, Rect, RichText, ScrollArea, Ui, Window};

use super::super::actions::{ENTRIES, shown};

/// Every key and gesture.
pub fn ui(ui: &Ui, room: Rect, is_open: &mut bool) {
    const MOUSE: [(&str, &str); 9] = [
        ("Drag", "move the view"),
        ("Wheel, pinch", "zoom about the pointer"),
        ("Two fingers on a touchpad", "move the view"),
        ("Shift + wheel, wheel over the x axis", "zoom x only"),
        ("Alt + wheel, wheel over the y axis", "zoom y only"),
        ("Right drag, Shift + drag", "zoom into a box"),
        ("Double click", "fit all data; over an axis, that axis"),
        ("Shift + arrow keys", "move by half a view"),
        ("Drag in the histogram", "pin the limits of the colors"),
    ];
    Window::new("Keys and mouse").open(is_open).constrain_to(room).collapsible(false).default_width(520.0).show(
        ui.ctx(),
        |ui| {
            ScrollArea::vertical().max_height(room.height() - 110.0).show(ui, |ui| {
                let mut group = "";
                Grid::new("keys").num_columns(2).striped(true).spacing([24.0, 4.0]).show(ui, |ui| {
                    for entry in ENTRIES {
                        if entry.group != group {
                            group = entry.group;
                            ui.label(RichText::new(group).strong());
                            ui.end_row();
                        }
                        ui.label(entry.name);
                        let keys: Vec<String> =
                            entry.key.iter().chain(entry.also).map(|key| shown(ui.ctx(), key)).collect();
                        ui.label(RichText::new(keys.join("  or  ")).monospace());
                        ui.end_row();
                    }
                    ui.label(RichText::new("Mouse and touchpad").strong());
                    ui.end_row();
                    for (gesture, what) in MOUSE {
                        ui.label(what);
                        ui.label(RichText::new(gesture).monospace());
                        ui.end_row();
                    }
                });
            });
        },
    );
}
