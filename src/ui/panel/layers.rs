//! The layers: order, sight, names, blending.

use egui::{Align, Color32, ComboBox, CursorIcon, Layout, Rect, RichText, Sense, TextEdit, Ui, pos2, vec2};

use crate::scene::blend::Blend;
use crate::scene::reduction::Reduction;
use crate::scene::style::Rgba;
use crate::workbench::figure::FigureLayer;
use crate::workbench::session::PaintedLayer;

use super::super::actions::Action;
use super::super::document::Document;
use super::super::model::Model;
use super::color::{ColorState, strip};
use super::row;

/// What the section keeps from frame to frame.
#[derive(Default)]
pub struct LayersForm {
    /// The name that is being typed, and whose it is.
    name: Option<(usize, String)>,
}

/// Something to be done to the layers.
enum Wish {
    Activate(usize),
    Show(usize, bool),
    Solo(usize),
    Move(usize, usize),
}

impl LayersForm {
    /// The section; gives what the app has to do.
    pub fn ui(&mut self, ui: &mut Ui, model: &mut Model, colors: &mut ColorState) -> Option<Action> {
        let Some(document) = model.document().cloned() else {
            ui.label("Nothing is open.");
            return None;
        };
        // One layer alone needs no list, no name and nothing to blend with.
        if document.figure.layers.len() < 2 {
            return buttons(ui, &document);
        }
        let mut wish = None;
        // The uppermost first, as they lie.
        for index in (0..document.figure.layers.len()).rev() {
            let painted = model.painted().and_then(|painted| painted.layers.get(index)).map(AsRef::as_ref);
            wish = layer(ui, &document, (index, painted), colors).or(wish);
        }
        match wish {
            Some(Wish::Activate(index)) => model.activate(index),
            Some(Wish::Show(index, visible)) => change(model, if visible { "Show layer" } else { "Hide layer" }, |d| {
                d.set_visible(index, visible);
            }),
            Some(Wish::Solo(index)) => change(model, "Solo", |d| d.solo(index)),
            Some(Wish::Move(from, to)) => change(model, "Reorder layers", |d| d.reorder(from, to)),
            None => {}
        }
        let action = buttons(ui, &document);
        self.of_active(ui, model, &document);
        action
    }

    /// Name and blend mode of the active layer.
    fn of_active(&mut self, ui: &mut Ui, model: &mut Model, document: &Document) {
        let layer = document.layer();
        row(ui, "name", |ui, label| {
            let typed = self.name.take().filter(|(of, _)| *of == document.active);
            let mut text = typed.map_or_else(|| layer.name.clone(), |(_, text)| text);
            let unnamed = FigureLayer { name: String::new(), ..layer.clone() };
            let field = TextEdit::singleline(&mut text).desired_width(f32::INFINITY).hint_text(unnamed.title());
            let response = ui.add(field).labelled_by(label);
            if response.changed() {
                model.edit("Rename layer", |document| document.layer_mut().name.clone_from(&text));
            }
            if response.lost_focus() {
                model.settle();
            }
            self.name = response.has_focus().then_some((document.active, text));
        });
        row(ui, "blend", |ui, label| {
            let list = ComboBox::from_id_salt("blend").selected_text(layer.blend.to_string()).width(110.0);
            let shown = list.show_ui(ui, |ui| {
                for (name, blend) in Blend::ALL {
                    if ui.selectable_label(layer.blend == blend, name).clicked() && layer.blend != blend {
                        change(model, "Blend", |document| document.layer_mut().blend = blend);
                    }
                }
            });
            shown.response.labelled_by(label);
        });
    }
}

fn change(model: &mut Model, label: &'static str, what: impl FnOnce(&mut Document)) {
    model.settle();
    model.edit(label, what);
    model.settle();
}

/// One layer: a handle to drag it by, whether it is seen, its colors, its name.
fn layer(
    ui: &mut Ui,
    document: &Document,
    (index, painted): (usize, Option<&PaintedLayer>),
    colors: &mut ColorState,
) -> Option<Wish> {
    let layer = &document.figure.layers[index];
    let title = layer.title();
    let mut wish = None;
    let response = ui
        .horizontal(|ui| {
            let (rect, handle) = ui.allocate_exact_size(vec2(9.0, ui.spacing().interact_size.y), Sense::drag());
            let stroke = ui.style().interact(&handle).fg_stroke;
            for y in [-3.0, 0.0, 3.0] {
                ui.painter().hline(rect.x_range(), rect.center().y + y, stroke);
            }
            handle.dnd_set_drag_payload(index);
            handle.on_hover_text("Drag to reorder").on_hover_cursor(CursorIcon::Grab);
            let mut visible = layer.visible;
            let seen = ui.checkbox(&mut visible, "").on_hover_text("Whether it is seen");
            let said = format!("show {title}");
            seen.widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, true, visible, said.clone()));
            if seen.changed() {
                wish = Some(Wish::Show(index, visible));
            }
            swatch(ui, layer, painted, colors);
            // From the right, so that a long name takes what the rest leaves.
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let is_solo = document.is_solo(index);
                let solo = egui::Button::selectable(is_solo, RichText::new("solo").small()).small();
                let hint = if is_solo { "Show what was seen before" } else { "Show it alone" };
                let solo = ui.add(solo).on_hover_text(hint);
                solo.widget_info(|| {
                    egui::WidgetInfo::selected(egui::Role::Button, true, is_solo, format!("solo {title}"))
                });
                if solo.clicked() {
                    wish = Some(Wish::Solo(index));
                }
                ui.with_layout(Layout::top_down_justified(Align::Min), |ui| {
                    let text = if layer.visible { RichText::new(&title) } else { RichText::new(&title).weak() };
                    let name = egui::Button::selectable(index == document.active, text).truncate();
                    if ui.add(name).clicked() {
                        wish = Some(Wish::Activate(index));
                    }
                });
            });
        })
        .response;
    if response.dnd_hover_payload::<usize>().is_some_and(|from| *from != index) {
        let stroke = ui.visuals().selection.stroke;
        ui.painter().rect_stroke(response.rect, 3.0, stroke, egui::StrokeKind::Outside);
    }
    if let Some(from) = response.dnd_release_payload::<usize>().filter(|from| **from != index) {
        wish = Some(Wish::Move(*from, index));
    }
    wish
}

/// The colors that a layer has: one, those of its categories, or its colormap.
fn swatch(ui: &mut Ui, layer: &FigureLayer, painted: Option<&PaintedLayer>, colors: &mut ColorState) {
    let size = vec2(30.0, 12.0);
    let hues: Vec<Rgba> = match (&layer.reduction, layer.color) {
        (_, Some(color)) => vec![color],
        (Reduction::By { .. }, None) => {
            painted.into_iter().flat_map(|painted| painted.hues.iter().map(|(_, hue)| hue.color)).collect()
        }
        _ => Vec::new(),
    };
    if hues.is_empty() {
        strip(ui, &layer.style.colormap, colors, size);
        return;
    }
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    #[expect(clippy::cast_precision_loss, reason = "a few colors")]
    let (count, place) = (hues.len() as f32, |i: usize| i as f32);
    for (i, Rgba([r, g, b, _])) in hues.into_iter().enumerate() {
        let left = rect.left() + rect.width() * place(i) / count;
        let part = Rect::from_min_size(pos2(left, rect.top()), vec2(rect.width() / count, rect.height()));
        ui.painter().rect_filled(part, 0.0, Color32::from_rgb(r, g, b));
    }
}

fn buttons(ui: &mut Ui, document: &Document) -> Option<Action> {
    let mut action = None;
    ui.horizontal_wrapped(|ui| {
        let mut offer = |name: &str, hint: &str, can: bool, what: Action| {
            if ui.add_enabled(can, egui::Button::new(name).small()).on_hover_text(hint).clicked() {
                action = Some(what);
            }
        };
        let (count, active) = (document.figure.layers.len(), document.active);
        offer("Add…", "Add files as a layer", document.has_room(), Action::AddLayer);
        offer("Duplicate", "The same again, to be shown in another way", document.has_room(), Action::DuplicateLayer);
        if count < 2 {
            return;
        }
        offer("Remove", "Take the layer away", true, Action::RemoveLayer);
        offer("Up", "Move it up", active + 1 < count, Action::RaiseLayer);
        offer("Down", "Move it down", active > 0, Action::LowerLayer);
    });
    action
}
