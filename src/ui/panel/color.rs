//! Colormap, norm, limits, alpha, background.

use std::collections::HashMap;
use std::sync::Arc;

use egui::{
    Color32, ColorImage, ComboBox, DragValue, Pos2, Rect, Response, Sense, Slider, TextureHandle, TextureOptions, Ui,
    pos2, vec2,
};

use crate::scene::style::{Background, Limit, Limits, Rgba};
use crate::workbench::session::PaintedLayer;
use crate::workbench::tables::is_file;
use crate::workbench::{Colormap, Spelled, WHOLE, colormap, colormap_names};

use super::super::model::Model;
use super::entry::Entry;
use super::{categories, norm, row, special};

/// Height of the histogram, in points.
const HEIGHT: f32 = 72.0;
/// Strips of colormaps that are kept.
const STRIPS: usize = 256;
/// How near the pointer must be to a limit to take it, in points.
const NEAR: f32 = 8.0;

/// What the section keeps from frame to frame.
#[derive(Default)]
pub struct ColorState {
    strips: HashMap<String, TextureHandle>,
    /// Which limit is being dragged: the low or the high one.
    dragged: Option<bool>,
    limits: Entry,
    norm: Entry,
    special_text: String,
}

impl ColorState {
    pub fn forget_textures(&mut self) {
        self.strips.clear();
    }

    /// Keeps the colors of a map, which may come from a file.
    fn know(&mut self, ui: &Ui, map: &Colormap) {
        if !self.strips.contains_key(&map.name) {
            // Each part of a map that is dragged over is one more.
            if self.strips.len() >= STRIPS {
                self.strips.clear();
            }
            let color = |[r, g, b, a]: &[u8; 4]| Color32::from_rgba_unmultiplied(*r, *g, *b, *a);
            let image = ColorImage::new([256, 1], map.table.iter().map(color).collect());
            let texture = ui.ctx().load_texture(format!("colormap {}", map.name), image, TextureOptions::LINEAR);
            self.strips.insert(map.name.clone(), texture);
        }
    }
}

/// The section; whether a file with colors is to be chosen.
pub fn ui(ui: &mut Ui, model: &mut Model, state: &mut ColorState) -> bool {
    let Some(style) = model.document().map(|d| d.layer().style.clone()) else {
        ui.label("Nothing is open.");
        return false;
    };
    if let Some(painted) = model.painted_layer() {
        state.know(ui, &painted.map);
    }
    // What has one color has it whatever its numbers are.
    let is_colored = model.document().is_some_and(|document| document.layer().color.is_none());
    let numbers = |ui: &mut Ui| {
        // Categories have colors of their own.
        let wants_file = !categories::ui(ui, model, &style) && maps(ui, model, &style.colormap, state);
        norm::ui(ui, model, &style, &mut state.norm);
        if let Some(painted) = model.painted_layer().cloned() {
            histogram(ui, model, &painted, style.limits, state);
        }
        limits(ui, model, style.limits, state);
        special::ui(ui, model, &style, &mut state.special_text);
        wants_file
    };
    let wants_file = ui.add_enabled_ui(is_colored, numbers).inner;
    row(ui, "alpha", |ui, label| {
        let mut alpha = style.alpha;
        let slid = ui.add(Slider::new(&mut alpha, 0.0..=1.0).show_value(false)).labelled_by(label);
        let number = DragValue::new(&mut alpha).range(0.0..=1.0).speed(0.01).max_decimals(2);
        let response = slid | ui.add(number).labelled_by(label);
        if response.changed() {
            model.edit("Alpha", |document| document.layer_mut().style.alpha = alpha);
        }
        if response.drag_stopped() || response.lost_focus() {
            model.settle();
        }
    });
    let ground = model.document().map(|document| document.figure.background);
    background(ui, model, ground.unwrap_or(Background::None));
    wants_file
}

fn maps(ui: &mut Ui, model: &mut Model, present: &str, state: &mut ColorState) -> bool {
    let spelled = Spelled::read(present).unwrap_or_else(|_| Spelled::whole(present));
    let (base, is_reversed) = (spelled.base.as_str(), spelled.is_reversed);
    let (mut chosen, mut wants_file) = (None, false);
    row(ui, "colormap", |ui, label| {
        // Of a file its name alone.
        let shown = if is_file(base) { base.rsplit(['/', '\\']).next().unwrap_or(base) } else { base };
        let maps = ComboBox::from_id_salt("colormap").selected_text(shown).width(110.0).height(420.0);
        let shown = maps.show_ui(ui, |ui| {
            wants_file = ui.selectable_label(is_file(base), "from file…").on_hover_text(".rgba, .cpt, .pal").clicked();
            for name in colormap_names() {
                let shown = if is_reversed { format!("{name}_r") } else { name.to_owned() };
                ui.horizontal(|ui| {
                    let is_strip_clicked = strip(ui, &shown, state, vec2(96.0, 14.0)).clicked();
                    if ui.selectable_label(base == name, name).clicked() || is_strip_clicked {
                        chosen = Some(shown);
                    }
                });
            }
        });
        shown.response.labelled_by(label);
        let mut reversed = is_reversed;
        if ui.checkbox(&mut reversed, "reversed").changed() {
            chosen = Some(spelled.turned().to_string());
        }
    });
    let width = ui.available_width();
    strip(ui, present, state, vec2(width, 12.0));
    if !is_file(base) {
        part(ui, model, &spelled);
    }
    if let Some(name) = chosen.filter(|name| name != present) {
        model.settle();
        model.edit("Colormap", |document| document.layer_mut().style.colormap = name);
        model.settle();
    }
    wants_file
}

/// What part of a map is used.
fn part(ui: &mut Ui, model: &mut Model, present: &Spelled) {
    row(ui, "part", |ui, label| {
        let (mut from, mut to) = present.part;
        // What a figure has stays what it is until a hand changes it.
        let number = |value, range| {
            let number = DragValue::new(value).range(range).speed(0.005).max_decimals(2);
            number.clamp_existing_to_range(false).update_while_editing(false)
        };
        let (least, most) = (from, to);
        let low = ui.add(number(&mut from, 0.0..=(most - 0.01).max(0.0))).labelled_by(label);
        ui.label("to");
        let high = ui.add(number(&mut to, (least + 0.01).min(1.0)..=1.0)).labelled_by(label);
        let is_whole =
            ui.add_enabled(!present.is_whole(), egui::Button::selectable(present.is_whole(), "whole")).clicked();
        if low.changed() || high.changed() || is_whole {
            let end = |response: &Response, now, before| if response.changed() { hundredths(now) } else { before };
            let part = if is_whole { WHOLE } else { (end(&low, from, least), end(&high, to, most)) };
            let name = Spelled { part, ..present.clone() }.to_string();
            model.edit("Colormap", |document| document.layer_mut().style.colormap = name);
        }
        if is_whole || [low, high].iter().any(|response| response.drag_stopped() || response.lost_focus()) {
            model.settle();
        }
    });
}

/// Two digits: as fine as a hand drags, and short to write.
fn hundredths(share: f64) -> f64 {
    (share * 100.0).round() / 100.0
}

/// The colors of a map from low to high.
pub(super) fn strip(ui: &mut Ui, name: &str, state: &mut ColorState, size: egui::Vec2) -> Response {
    // Those of files are known once they were painted.
    if !state.strips.contains_key(name)
        && let Ok(map) = colormap(name)
    {
        state.know(ui, &Colormap { name: name.to_owned(), ..map });
    }
    // The keyboard has the name beside it.
    let (rect, response) = ui.allocate_exact_size(size, Sense::CLICK);
    if let Some(texture) = state.strips.get(name) {
        let whole = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
        ui.painter().image(texture.id(), rect, whole, Color32::WHITE);
    }
    response
}

/// How often values occur among the pixels, with the limits as handles.
fn histogram(ui: &mut Ui, model: &mut Model, painted: &Arc<PaintedLayer>, limits: Limits, state: &mut ColorState) {
    let Some(histogram) = &painted.histogram else { return };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::click_and_drag());
    let visuals = ui.visuals().clone();
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 3.0, visuals.extreme_bg_color);
    let tallest = histogram.buckets.iter().copied().max().unwrap_or(0);
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "heights of bars")]
    let height = |n: u64| ((n as f64).ln_1p() / (tallest.max(1) as f64).ln_1p()) as f32 * (HEIGHT - 6.0);
    #[expect(clippy::cast_precision_loss, reason = "about 256 bars")]
    let width = rect.width() / histogram.buckets.len().max(1) as f32;
    for (i, n) in histogram.buckets.iter().enumerate().filter(|(_, n)| **n > 0) {
        #[expect(clippy::cast_precision_loss, reason = "about 256 bars")]
        let left = rect.left() + i as f32 * width;
        let bar =
            Rect::from_min_max(pos2(left, rect.bottom() - height(*n)), pos2(left + width.max(1.0), rect.bottom()));
        painter.rect_filled(bar, 0.0, visuals.weak_text_color());
    }
    let (low, high) = painted.limits.unwrap_or((histogram.low, histogram.high));
    #[expect(clippy::cast_possible_truncation, reason = "a place on the screen")]
    let x_of = |value: f64| rect.left() + (histogram.position(value) as f32).clamp(0.0, 1.0) * rect.width();
    for (value, limit) in [(low, limits.low), (high, limits.high)] {
        let x = x_of(value).clamp(rect.left() + 1.0, rect.right() - 1.0);
        let color = if limit == Limit::Auto { visuals.weak_text_color() } else { visuals.selection.stroke.color };
        painter.vline(x, rect.y_range(), (2.0, color));
    }
    let hinted = response.clone().on_hover_cursor(egui::CursorIcon::ResizeHorizontal);
    // Who drags sees what is dragged.
    if !response.dragged() {
        hinted.on_hover_text("Drag an end to pin the limits; double-click to free them");
    }
    let at = response.interact_pointer_pos();
    if let Some(at) = at.filter(|_| response.drag_started()) {
        let (to_low, to_high) = ((at.x - x_of(low)).abs(), (at.x - x_of(high)).abs());
        state.dragged = (to_low.min(to_high) < NEAR || response.dragged()).then_some(to_low < to_high);
        model.settle();
    }
    if let (Some(at), Some(is_low)) = (at.filter(|_| response.dragged()), state.dragged) {
        let value = rounded(histogram.value_at(f64::from((at.x - rect.left()) / rect.width()).clamp(0.0, 1.0)));
        let pinned = if is_low {
            Limits { low: Limit::Value(value.min(high)), high: limits.high }
        } else {
            Limits { low: limits.low, high: Limit::Value(value.max(low)) }
        };
        model.edit("Limits", |document| document.layer_mut().style.limits = pinned);
    }
    if response.drag_stopped() {
        state.dragged = None;
        model.settle();
    }
    if response.double_clicked() {
        set_limits(model, Limits::default());
    }
}

/// Four digits are as many as a hand on a mouse can mean.
fn rounded(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}

fn set_limits(model: &mut Model, limits: Limits) {
    model.settle();
    model.edit("Limits", |document| document.layer_mut().style.limits = limits);
    model.settle();
}

fn limits(ui: &mut Ui, model: &mut Model, present: Limits, state: &mut ColorState) {
    row(ui, "limits", |ui, label| {
        let shown = if present == Limits::default() { String::new() } else { present.to_string() };
        let entry = &mut state.limits;
        let look = ("auto, MIN..MAX, p1..p99, data", f32::INFINITY);
        let (entered, _) = entry.ui(ui, &mut model.notices, &shown, look, label);
        let Some(text) = entered else { return };
        let given = if text.trim().is_empty() { "auto" } else { text.as_str() };
        match given.parse::<Limits>() {
            Ok(limits) => {
                entry.accept(&mut model.notices);
                set_limits(model, limits);
            }
            Err(error) => entry.refuse(error.to_string(), &shown, &mut model.notices),
        }
    });
    // As wide as the panel: what is wider than it would widen it.
    ui.horizontal(|ui| {
        let percentiles = Limits { low: Limit::Percentile(1.0), high: Limit::Percentile(99.0) };
        if ui.selectable_label(present == Limits::default(), "view").on_hover_text("From least to greatest").clicked() {
            set_limits(model, Limits::default());
        }
        if ui.selectable_label(present == percentiles, "p1–p99").on_hover_text("Between percentiles").clicked() {
            set_limits(model, percentiles);
        }
        let of_data = ui.selectable_label(present == Limits::DATA, "all data");
        if of_data.on_hover_text("As where all of the data is in view: the same while the view moves").clicked() {
            set_limits(model, Limits::DATA);
        }
        let is_pinned = matches!((present.low, present.high), (Limit::Value(_), Limit::Value(_)));
        let now = model.painted_layer().and_then(|painted| painted.limits);
        let pin = ui.add_enabled(now.is_some(), egui::Button::selectable(is_pinned, "pinned"));
        if pin.on_hover_text("Keep these limits while the view moves").clicked()
            && let Some((low, high)) = now
        {
            set_limits(model, Limits { low: Limit::Value(low), high: Limit::Value(high) });
        }
    });
}

fn background(ui: &mut Ui, model: &mut Model, present: Background) {
    row(ui, "background", |ui, label| {
        let mut is_transparent = present == Background::None;
        let color = match present {
            Background::Color(Rgba([r, g, b, _])) => [r, g, b],
            Background::None => [0; 3],
        };
        let mut rgb = color;
        if ui
            .add_enabled_ui(!is_transparent, |ui| ui.color_edit_button_srgb(&mut rgb))
            .inner
            .labelled_by(label)
            .changed()
        {
            let [r, g, b] = rgb;
            model.edit("Background", |document| {
                document.figure.background = Background::Color(Rgba([r, g, b, 255]));
            });
        }
        if ui.checkbox(&mut is_transparent, "transparent").changed() {
            let [r, g, b] = rgb;
            let next = if is_transparent { Background::None } else { Background::Color(Rgba([r, g, b, 255])) };
            model.settle();
            model.edit("Background", |document| document.figure.background = next);
            model.settle();
        }
    });
}
