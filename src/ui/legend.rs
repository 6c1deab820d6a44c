//! The legends beside the plot, to be clicked: what they name is hidden, shown alone and shown again. They are part of the
//! figure; over them lies nothing but what the pointer is on, and what is hidden while the pointer is there.

use egui::{Color32, CursorIcon, Id, Rect, Response, Sense, StrokeKind, Ui, pos2, vec2};

use crate::workbench::categories::ShownCategory;
use crate::workbench::figure::LegendEntry;
use crate::workbench::frame::{BarPlace, Sign, entry_places};

use super::canvas::Stage;
use super::model::Model;

/// What an entry shows and hides.
#[derive(Debug, Clone)]
enum Target {
    /// One of the categories of a layer, which has some.
    Category { layer: usize, category: ShownCategory, all: Vec<ShownCategory> },
    /// A layer.
    Layer(usize),
}

struct Entry {
    target: Target,
    text: String,
    color: Color32,
    is_hidden: bool,
}

/// What a person wants of an entry.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Wish {
    Toggle,
    Alone,
    All,
}

/// Takes in what is clicked.
pub fn ui(ui: &mut Ui, stage: &Stage, model: &mut Model) {
    let mut wish = None;
    for (bar, (place, entries)) in legends(stage, model).into_iter().enumerate() {
        wish = legend(ui, stage, (bar, place), &entries).map(|(i, wish)| (entries[i].target.clone(), wish)).or(wish);
    }
    if let Some((target, wish)) = wish {
        fulfill(model, &target, wish);
    }
}

/// The legends that have a place, with what they say and what is hidden of it.
fn legends(stage: &Stage, model: &Model) -> Vec<(BarPlace, Vec<Entry>)> {
    let (Some(document), Some(painted)) = (model.document(), model.painted()) else { return Vec::new() };
    let layers = &document.figure.layers;
    if painted.layers.len() != layers.len() {
        return Vec::new();
    }
    let mut places = stage.layout.bars.iter();
    let mut found = Vec::new();
    for (i, layer) in layers.iter().enumerate().rev().filter(|(_, layer)| layer.has_bar()) {
        let Some(place) = places.next() else { return found };
        let hues = &painted.layers[i].hues;
        let all: Vec<ShownCategory> = hues.iter().map(|(category, _)| category.clone()).collect();
        let entries = hues.iter().map(|(category, hue)| {
            let [r, g, b, _] = hue.color.0;
            Entry {
                target: Target::Category { layer: i, category: category.clone(), all: all.clone() },
                text: hue.label.clone(),
                color: Color32::from_rgb(r, g, b),
                is_hidden: layer.style.hide.iter().any(|hidden| category.is_meant(hidden)),
            }
        });
        let entries: Vec<Entry> = entries.collect();
        if !entries.is_empty() {
            found.push((*place, entries));
        }
    }
    if let Some(place) = places.next() {
        let entry = |entry: LegendEntry| Entry {
            is_hidden: !layers[entry.layer].visible,
            target: Target::Layer(entry.layer),
            text: entry.text,
            color: color(entry.sign),
        };
        found.push((*place, model.legend_of_all().into_iter().map(entry).collect()));
    }
    found
}

/// A color that stands for a sign.
fn color(sign: Sign) -> Color32 {
    let rgb = match sign {
        Sign::Color(color) => Some(color),
        Sign::Line(line) => Some(line.color),
        Sign::Hatch { hatch, .. } => hatch.color,
    };
    rgb.map_or(Color32::GRAY, |color| Color32::from_rgb(color.0[0], color.0[1], color.0[2]))
}

/// One legend; which of its entries somebody wants something of.
fn legend(ui: &mut Ui, stage: &Stage, (bar, place): (usize, BarPlace), entries: &[Entry]) -> Option<(usize, Wish)> {
    let (shown, hidden): (Vec<usize>, Vec<usize>) = (0..entries.len()).partition(|i| !entries[*i].is_hidden);
    let row = |rect: [u32; 4]| {
        let [x, y, width, height] = rect.map(pixels);
        // The name belongs to it.
        let width = width + pixels_of(place.room) + 12.0 * stage.pixels_per_point;
        let corner = stage.rect.min + vec2(x, y) / stage.pixels_per_point;
        Rect::from_min_size(corner, vec2(width, height) / stage.pixels_per_point).intersect(stage.rect)
    };
    let mut wish = None;
    let swatches = entry_places(&stage.layout, place, shown.len());
    let mut below = row([place.rect.x, place.rect.y, place.rect.width, 0]).min;
    for (i, swatch) in shown.iter().zip(&swatches) {
        let rect = row([swatch.x, swatch.y, swatch.width, swatch.height]).expand2(vec2(3.0, 4.0));
        let response = entry(ui, rect, (bar, *i), &entries[*i]);
        if response.hovered() || response.has_focus() {
            let color = ui.visuals().selection.stroke.color;
            ui.painter().rect_stroke(rect.shrink2(vec2(0.0, 1.0)), 3.0, (1.0, color), StrokeKind::Inside);
        }
        wish = wished(ui, &response, &entries[*i]).map(|wish| (*i, wish)).or(wish);
        below.y = rect.bottom();
    }
    let area = row([place.rect.x, place.rect.y, place.rect.width, place.rect.height]);
    let reach = Rect::from_min_max(area.min, pos2(area.right(), area.bottom().max(below.y + ROW))).expand(6.0);
    let is_near = ui.rect_contains_pointer(reach)
        || ui.ctx().memory(|memory| hidden.iter().any(|i| memory.has_focus(id(bar, *i))));
    if is_near && shown.len() == swatches.len() {
        for i in &hidden {
            let rect = Rect::from_min_max(pos2(area.left(), below.y + 4.0), pos2(area.right(), below.y + ROW));
            if rect.bottom() > stage.rect.bottom() {
                break;
            }
            let response = entry(ui, rect, (bar, *i), &entries[*i]);
            faint(ui, rect, pixels(place.rect.width) / stage.pixels_per_point, &entries[*i], &response);
            wish = wished(ui, &response, &entries[*i]).map(|wish| (*i, wish)).or(wish);
            below.y += ROW;
        }
    }
    wish
}

/// From one hidden entry to the next, in points.
const ROW: f32 = 20.0;

fn id(bar: usize, entry: usize) -> Id {
    Id::unique("legend").with((bar, entry))
}

fn entry(ui: &Ui, rect: Rect, (bar, i): (usize, usize), entry: &Entry) -> Response {
    let response = ui.interact(rect, id(bar, i), Sense::click());
    let label = format!("{} {} in the legend", if entry.is_hidden { "Show" } else { "Hide" }, entry.text);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, label.clone()));
    response.on_hover_cursor(CursorIcon::PointingHand)
}

/// A hidden entry: an empty swatch and a faint name.
fn faint(ui: &Ui, rect: Rect, width: f32, entry: &Entry, response: &Response) {
    let strength = if response.hovered() || response.has_focus() { 1.0 } else { 0.55 };
    let swatch = Rect::from_center_size(pos2(rect.left() + width / 2.0, rect.center().y), vec2(width, 12.0));
    let painter = ui.painter();
    painter.rect_stroke(swatch, 0.0, (1.5, entry.color.gamma_multiply(strength)), StrokeKind::Inside);
    let color = ui.visuals().text_color().gamma_multiply(strength);
    let font = egui::FontId::proportional(12.0);
    let left = pos2(swatch.right() + 10.0, rect.center().y);
    painter.text(left, egui::Align2::LEFT_CENTER, &entry.text, font, color);
}

/// What is wanted of an entry, by click, key or menu.
fn wished(ui: &Ui, response: &Response, entry: &Entry) -> Option<Wish> {
    let mut wish = None;
    if response.clicked() {
        let is_alone = ui.input(|input| input.modifiers.shift);
        wish = Some(if is_alone { Wish::Alone } else { Wish::Toggle });
    }
    response.context_menu(|ui| {
        let toggle = if entry.is_hidden { "Show" } else { "Hide" };
        for (name, wanted) in [(toggle, Wish::Toggle), ("Show it alone", Wish::Alone), ("Show all", Wish::All)] {
            if ui.button(name).clicked() {
                wish = Some(wanted);
                ui.close();
            }
        }
    });
    let verb = if entry.is_hidden { "shows" } else { "hides" };
    let hint = format!("{}: a click {verb} it, with Shift it is shown alone", entry.text);
    response.clone().on_hover_text(hint);
    wish
}

fn fulfill(model: &mut Model, target: &Target, wish: Wish) {
    model.settle();
    match target {
        Target::Category { layer, category, all } => model.edit("Categories", |document| match wish {
            Wish::Toggle => document.toggle_category(*layer, category),
            Wish::Alone => document.solo_category(*layer, category, all),
            Wish::All => document.show_categories(*layer),
        }),
        Target::Layer(layer) => model.edit("Layers shown", |document| match wish {
            Wish::Toggle => {
                let is_visible = document.figure.layers.get(*layer).is_some_and(|layer| layer.visible);
                document.set_visible(*layer, !is_visible);
            }
            Wish::Alone => document.solo(*layer),
            Wish::All => (0..document.figure.layers.len()).for_each(|i| document.set_visible(i, true)),
        }),
    }
    model.settle();
}

#[expect(clippy::cast_precision_loss, reason = "at most 30000")]
fn pixels(n: u32) -> f32 {
    n as f32
}

#[expect(clippy::cast_possible_truncation, reason = "at most 30000")]
fn pixels_of(length: f64) -> f32 {
    length as f32
}
