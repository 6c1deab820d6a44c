//! What is drawn for the rows, and how far numbers are spread.

use egui::{ComboBox, DragValue, Ui};

use crate::scene::mark::{HEXAGONS, MARKER_SIZES, Mark, MarkerShape, Sampling, up_for};
use crate::scene::reduction::Reduction;
use crate::scene::spread::{MAX_PX, Reach, Spread, SpreadShape};
use crate::scene::style::Rgba;

use super::super::model::Model;
use super::{hatch, row};

/// What spreading begins with: datashader's defaults.
const FIRST_PX: u32 = 1;
/// Size that markers begin with, in pixels.
const FIRST_SIZE: f64 = 5.0;
/// How many hexagons stand side by side at first.
const FIRST_HEXAGONS: u32 = 40;
/// The color that one color begins with.
const FIRST_COLOR: Rgba = Rgba([255, 64, 64, 255]);

/// The rows of the section. `names` are those of the columns there are.
pub fn ui(ui: &mut Ui, model: &mut Model, names: &[String]) {
    let Some(layer) = model.document().map(|document| document.layer().clone()) else { return };
    mark(ui, model, &layer.mark, names);
    if layer.mark.is_of_fields() {
        return;
    }
    color(ui, model, layer.color);
    if can_spread(&layer.mark, layer.color) {
        spread(ui, model, layer.spread);
    }
}

/// Whether numbers can be spread: markers of one color and hexagons are as large as they are.
fn can_spread(mark: &Mark, color: Option<Rgba>) -> bool {
    match mark {
        Mark::Points | Mark::Lines { .. } => true,
        Mark::Markers { .. } => color.is_none(),
        Mark::Hexagons { .. } | Mark::Image { .. } | Mark::Filled | Mark::Contours | Mark::Hatching => false,
    }
}

/// What a mark of rows is called here.
fn name_of(mark: &Mark) -> &'static str {
    match mark {
        Mark::Points => "points",
        Mark::Lines { .. } => "lines",
        Mark::Markers { shape: MarkerShape::Circle, .. } => "circles",
        Mark::Markers { shape: MarkerShape::Square, .. } => "squares",
        Mark::Markers { shape: MarkerShape::Cross, .. } => "crosses",
        Mark::Hexagons { .. } => "hexagons",
        Mark::Image { .. } | Mark::Filled | Mark::Contours | Mark::Hatching => "",
    }
}

fn mark(ui: &mut Ui, model: &mut Model, present: &Mark, names: &[String]) {
    if present.is_of_fields() {
        return field_mark(ui, model, present);
    }
    let mut chosen = None;
    row(ui, "draw", |ui, label| {
        let name = name_of(present);
        let size = if let Mark::Markers { size, .. } = present { *size } else { FIRST_SIZE };
        let marker = |shape| Mark::Markers { shape, size, is_solid: false };
        let hexagons = Mark::Hexagons { across: FIRST_HEXAGONS, up: up_for(FIRST_HEXAGONS), extent: None };
        let list = ComboBox::from_id_salt("mark").selected_text(name).width(84.0).show_ui(ui, |ui| {
            let choices = [
                ("points", Mark::Points),
                ("lines", Mark::Lines { series: None }),
                ("circles", marker(MarkerShape::Circle)),
                ("squares", marker(MarkerShape::Square)),
                ("crosses", marker(MarkerShape::Cross)),
                ("hexagons", hexagons),
            ];
            for (choice, mark) in choices {
                if ui.selectable_label(name == choice, choice).clicked() && name != choice {
                    chosen = Some(mark);
                }
            }
        });
        list.response.labelled_by(label);
        if let Mark::Hexagons { mut across, up, extent } = *present {
            let is_regular = up == up_for(across);
            let response = ui.add(DragValue::new(&mut across).range(HEXAGONS).speed(0.3).suffix(" across"));
            if settled(&response.on_hover_text("How many hexagons stand side by side"), model) {
                let up = if is_regular { up_for(across) } else { up };
                let mark = Mark::Hexagons { across, up, extent };
                model.edit("Hexagons", |document| document.layer_mut().mark = mark);
            }
        }
        if let Mark::Markers { shape, mut size, is_solid } = *present {
            let field = DragValue::new(&mut size).range(MARKER_SIZES).speed(0.1).max_decimals(2).suffix(" px");
            if drag(ui, model, "size", field) {
                let mark = Mark::Markers { shape, size, is_solid };
                model.edit("Size", |document| document.layer_mut().mark = mark);
            }
        }
    });
    if let Mark::Lines { series } = present {
        chosen = self::series(ui, series.as_ref(), names).or(chosen);
    }
    if let Some(mark) = extent(ui, model, present) {
        chosen = Some(mark);
    }
    if let Some(mark) = chosen.filter(|mark| mark != present) {
        model.settle();
        model.edit("Mark", |document| {
            let layer = document.layer_mut();
            // Lines have no values.
            if mark.check(&layer.reduction).is_err() {
                layer.reduction = Reduction::Count;
            }
            if !can_spread(&mark, layer.color) {
                layer.spread = Spread::default();
            }
            layer.mark = mark;
        });
        model.settle();
    }
}

/// Which lines there are. Gives the mark that is chosen instead, if one is.
fn series(ui: &mut Ui, present: Option<&String>, names: &[String]) -> Option<Mark> {
    let mut chosen = None;
    row(ui, "by", |ui, label| {
        let shown = present.map_or("one series", String::as_str);
        let list = ComboBox::from_id_salt("series").selected_text(shown).width(84.0).show_ui(ui, |ui| {
            if ui.selectable_label(present.is_none(), "one series").clicked() {
                chosen = Some(Mark::Lines { series: None });
            }
            for column in names {
                if ui.selectable_label(present == Some(column), column).clicked() {
                    chosen = Some(Mark::Lines { series: Some(column.clone()) });
                }
            }
        });
        list.response.on_hover_text("The column that says which series a row belongs to").labelled_by(label);
    });
    chosen
}

/// How a field is drawn.
fn field_mark(ui: &mut Ui, model: &mut Model, present: &Mark) {
    let image = |sampling| Mark::Image { sampling };
    let choices = [
        ("cells", image(Sampling::Cells), "each cell fills its bounds; smaller ones are averaged"),
        ("smooth", image(Sampling::Bilinear), "values change evenly from center to center"),
        ("nearest", image(Sampling::Nearest), "each pixel has the value of one cell, whatever their size"),
        ("filled contours", Mark::Filled, "one color between two levels"),
        ("contour lines", Mark::Contours, "lines of equal value"),
        ("hatching", Mark::Hatching, "patterns where values meet conditions"),
    ];
    let mut chosen = None;
    row(ui, "draw", |ui, label| {
        let name = choices.iter().find(|(_, mark, _)| mark == present).map_or("", |(name, ..)| name);
        let list = ComboBox::from_id_salt("mark").selected_text(name).width(120.0).show_ui(ui, |ui| {
            for (choice, mark, what) in &choices {
                if ui.selectable_label(mark == present, *choice).on_hover_text(*what).clicked() && mark != present {
                    chosen = Some(mark.clone());
                }
            }
        });
        list.response.labelled_by(label);
    });
    if let Some(mark) = chosen {
        model.settle();
        let first = hatch::first(model);
        model.edit("Mark", |document| {
            let layer = document.layer_mut();
            if mark == Mark::Hatching && layer.hatch.is_empty() {
                layer.hatch.push(first);
            }
            layer.mark = mark;
        });
        model.settle();
    }
}

/// What hexagons lie over. Gives the mark that is chosen instead, if one is.
fn extent(ui: &mut Ui, model: &Model, present: &Mark) -> Option<Mark> {
    let Mark::Hexagons { across, up, extent } = *present else { return None };
    let mut chosen = None;
    row(ui, "over", |ui, label| {
        let name = if extent.is_some() { "an extent" } else { "whole data" };
        let list = ComboBox::from_id_salt("extent").selected_text(name).width(84.0).show_ui(ui, |ui| {
            if ui.selectable_label(extent.is_none(), "whole data").clicked() {
                chosen = Some(Mark::Hexagons { across, up, extent: None });
            }
            if let Some(painted) = model.painted()
                && ui.selectable_label(false, "this view").clicked()
            {
                let view = painted.shown.view;
                chosen = Some(Mark::Hexagons { across, up, extent: Some([view.x.range, view.y.range]) });
            }
        });
        let shown = extent.map_or_else(String::new, |[x, y]| format!(": {x}, {y}"));
        list.response.on_hover_text(format!("What the hexagons lie over{shown}")).labelled_by(label);
    });
    chosen
}

/// One color in the place of a colormap.
fn color(ui: &mut Ui, model: &mut Model, present: Option<Rgba>) {
    row(ui, "one color", |ui, label| {
        let mut is_one = present.is_some();
        let Rgba([r, g, b, a]) = present.unwrap_or(FIRST_COLOR);
        let mut rgb = [r, g, b];
        if ui.checkbox(&mut is_one, "").labelled_by(label).changed() {
            set_color(model, is_one.then_some(Rgba([r, g, b, a])));
            model.settle();
        }
        if present.is_some() && ui.color_edit_button_srgb(&mut rgb).changed() {
            let [r, g, b] = rgb;
            set_color(model, Some(Rgba([r, g, b, a])));
        }
    });
}

fn set_color(model: &mut Model, color: Option<Rgba>) {
    model.edit("One color", |document| {
        let layer = document.layer_mut();
        layer.color = color;
        if !can_spread(&layer.mark, color) {
            layer.spread = Spread::default();
        }
    });
}

fn spread(ui: &mut Ui, model: &mut Model, present: Spread) {
    let usual = Spread::BY_DENSITY;
    row(ui, "spread", |ui, label| {
        let name = match present.reach {
            _ if present.is_none() => "none",
            Reach::Fixed(_) => "pixels",
            Reach::Dynamic { .. } => "by density",
        };
        let list = ComboBox::from_id_salt("spread").selected_text(name).width(84.0).show_ui(ui, |ui| {
            let choices = [
                ("none", Reach::Fixed(0)),
                ("pixels", Reach::Fixed(present.max_px().max(FIRST_PX))),
                ("by density", usual.reach),
            ];
            for (choice, reach) in choices {
                if ui.selectable_label(name == choice, choice).clicked() && name != choice {
                    set(model, Spread { reach, ..present });
                    model.settle();
                }
            }
        });
        list.response.on_hover_text("Show every number on the pixels around its own too").labelled_by(label);
        match present.reach {
            Reach::Fixed(0) => {}
            Reach::Fixed(mut px) => {
                if drag(ui, model, "spread by", DragValue::new(&mut px).range(1..=MAX_PX).speed(0.05).suffix(" px")) {
                    set(model, Spread { reach: Reach::Fixed(px), ..present });
                }
            }
            Reach::Dynamic { mut threshold, mut max_px } => {
                let share = DragValue::new(&mut threshold).range(0.0..=1.0).speed(0.01).max_decimals(2);
                let changed = drag(ui, model, "share that is near others", share);
                let px = DragValue::new(&mut max_px).range(1..=MAX_PX).clamp_existing_to_range(false);
                let px = px.speed(0.05).prefix("≤ ").suffix(" px");
                if drag(ui, model, "spread by at most", px) || changed {
                    set(model, Spread { reach: Reach::Dynamic { threshold, max_px }, ..present });
                }
            }
        }
    });
    if !present.is_none() {
        row(ui, "", |ui, _| {
            for (name, shape) in [("circle", SpreadShape::Circle), ("square", SpreadShape::Square)] {
                if ui.radio(present.shape == shape, name).clicked() {
                    set(model, Spread { shape, ..present });
                    model.settle();
                }
            }
        });
    }
}

/// A number that is dragged or typed; says whether it has changed.
fn drag(ui: &mut Ui, model: &mut Model, name: &str, value: DragValue<'_>) -> bool {
    let response = ui.add(value);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::SpinButton, true, name));
    settled(&response, model)
}

/// Ends a change with the drag or the typing that makes it; says whether there is one.
fn settled(response: &egui::Response, model: &mut Model) -> bool {
    if response.drag_stopped() || response.lost_focus() {
        model.settle();
    }
    response.changed()
}

fn set(model: &mut Model, spread: Spread) {
    model.edit("Spread", |document| document.layer_mut().spread = spread);
}
