//! The legends beside the plot, to be clicked: what they name is hidden, shown alone and shown again. They are part of the
//! figure; over them lies nothing but a frame about what the pointer is on, and, while it is there and something is hidden, all
//! there is, each in its place.

use egui::{Color32, CursorIcon, Id, Pos2, Rect, Response, Sense, StrokeKind, TextureId, Ui, pos2, vec2};

use crate::workbench::categories::ShownCategory;
use crate::workbench::figure::LegendEntry;
use crate::workbench::frame::{BarPlace, Sign, entry_places, place_with_more};

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
pub fn ui(ui: &mut Ui, stage: &Stage, model: &mut Model, paper: &Paper) {
    let mut wish = None;
    for (bar, (places, entries)) in legends(stage, model).into_iter().enumerate() {
        wish = legend(ui, (stage, paper), (bar, places), &entries)
            .map(|(i, wish)| (entries[i].target.clone(), wish))
            .or(wish);
    }
    if let Some((target, wish)) = wish {
        fulfill(model, &target, wish);
    }
}

/// The legends that have a place, with what they say and what is hidden of it.
fn legends(stage: &Stage, model: &Model) -> Vec<(Places, Vec<Entry>)> {
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
            found.push((Places { shown: *place, all: *place }, entries));
        }
    }
    if let Some(place) = places.next() {
        let entry = |entry: LegendEntry| Entry {
            is_hidden: !layers[entry.layer].visible,
            target: Target::Layer(entry.layer),
            text: entry.text,
            color: color(entry.sign),
        };
        let entries: Vec<Entry> = model.legend_of_all().into_iter().map(entry).collect();
        let hidden = entries.iter().filter(|entry| entry.is_hidden).count();
        found.push((Places { shown: *place, all: place_with_more(&stage.layout, *place, hidden) }, entries));
    }
    found
}

/// Where a legend is.
#[derive(Clone, Copy)]
struct Places {
    /// As it is painted.
    shown: BarPlace,
    /// As it would be if nothing were hidden.
    all: BarPlace,
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
fn legend(
    ui: &mut Ui,
    (stage, paper): (&Stage, &Paper),
    (bar, places): (usize, Places),
    entries: &[Entry],
) -> Option<(usize, Wish)> {
    let shown: Vec<usize> = (0..entries.len()).filter(|i| !entries[*i].is_hidden).collect();
    let place = places.shown;
    let rows = |place: BarPlace, count: usize| -> Vec<Rect> {
        let swatches = entry_places(&stage.layout, place, count);
        swatches
            .into_iter()
            .map(|swatch| stage.row([swatch.x, swatch.y, swatch.width, swatch.height], place.room))
            .collect()
    };
    let (painted, all) = (rows(place, shown.len()), rows(places.all, entries.len()));
    let near = all.iter().chain(&painted).fold(Rect::NOTHING, |near, row| near.union(*row));
    let has_focus = |i: usize| ui.ctx().memory(|memory| memory.has_focus(id(bar, i)));
    let is_near = ui.rect_contains_pointer(near.expand(6.0)) || (0..entries.len()).any(has_focus);
    // All have their places while somebody looks for what is hidden, so that a second click takes a first one back.
    let are_all = is_near && shown.len() < entries.len();
    if are_all {
        ui.painter().rect_filled(near, 0.0, paper.ground);
    }
    let mut wish = None;
    for (i, this) in entries.iter().enumerate() {
        let own = shown.iter().position(|shown| *shown == i).and_then(|k| painted.get(k));
        let Some(row) = (if are_all { all.get(i) } else { own }) else { continue };
        let response = entry(ui, *row, (bar, i), this);
        match own {
            Some(own) if are_all => paper.copy(ui, stage, *own, *row),
            Some(_) => {}
            None => faint(ui, *row, (stage, place), this, &response),
        }
        if response.hovered() || response.has_focus() {
            let color = ui.visuals().selection.stroke.color;
            ui.painter().rect_stroke(row.shrink2(vec2(0.0, 1.0)), 3.0, (1.0, color), StrokeKind::Inside);
        }
        wish = wished(ui, &response, this).map(|wish| (i, wish)).or(wish);
    }
    wish
}

/// The figure as it is on the screen, and what lies beneath its words.
pub struct Paper {
    /// All of it.
    pub figure: Option<TextureId>,
    /// Its ground.
    pub ground: Color32,
}

impl Paper {
    /// Shows a part of the figure in another place.
    fn copy(&self, ui: &Ui, stage: &Stage, from: Rect, to: Rect) {
        let part = |at: Pos2| ((at - stage.rect.min) / stage.rect.size()).to_pos2();
        if let Some(figure) = self.figure {
            let uv = Rect::from_min_max(part(from.min), part(from.max));
            ui.painter().image(figure, to, uv, Color32::WHITE);
        }
    }
}

impl Stage {
    /// Where an entry with its name is on the screen, by the pixels of its swatch.
    fn row(&self, swatch: [u32; 4], room: f64) -> Rect {
        let [x, y, width, height] = swatch.map(pixels);
        // The name belongs to it, and half of the way to its neighbors.
        let (before, beside) = (vec2(3.0, 4.0) * self.pixels_per_point, vec2(15.0, 4.0) * self.pixels_per_point);
        let (before, beside) = (before.round(), beside.round());
        let size = vec2(width + pixels_of(room), height) + before + beside;
        let corner = self.rect.min + (vec2(x, y) - before) / self.pixels_per_point;
        Rect::from_min_size(corner, size / self.pixels_per_point).intersect(self.rect)
    }
}

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
fn faint(ui: &Ui, row: Rect, (stage, place): (&Stage, BarPlace), entry: &Entry, response: &Response) {
    let strength = if response.hovered() || response.has_focus() { 1.0 } else { 0.55 };
    let width = pixels(place.rect.width) / stage.pixels_per_point;
    let swatch = Rect::from_min_size(pos2(row.left() + 3.0, row.center().y - 6.0), vec2(width, 12.0));
    let painter = ui.painter();
    painter.rect_stroke(swatch, 0.0, (1.5, entry.color.gamma_multiply(strength)), StrokeKind::Inside);
    let color = ui.visuals().text_color().gamma_multiply(strength);
    let font = egui::FontId::proportional(12.0);
    let left = pos2(swatch.right() + 10.0, row.center().y);
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
    if matches!(target, Target::Layer(_)) && model.legend().is_empty() {
        model.notices.note("the legend is empty now; show layers again in their list, or take it back with Ctrl+Z");
    }
}

#[expect(clippy::cast_precision_loss, reason = "at most 30000")]
fn pixels(n: u32) -> f32 {
    n as f32
}

#[expect(clippy::cast_possible_truncation, reason = "at most 30000")]
fn pixels_of(length: f64) -> f32 {
    length as f32
}
