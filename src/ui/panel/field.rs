//! What of a gridded file is shown: the variable, the dimensions along the axes, and where to be along others.

use egui::{ComboBox, RichText, Slider, Ui};

use crate::scene::reduction::{Reduction, Statistic};
use crate::workbench::session::OpenData;
use crate::workbench::{At, GridField, Place};

use super::super::model::Model;
use super::row;

/// What a pixel has of the cells within it.
const STATISTICS: [(&str, Statistic, &str); 3] = [
    ("mean", Statistic::Mean, "where cells are smaller than pixels, their mean by area"),
    ("min", Statistic::Min, "where cells are smaller than pixels, the least of them"),
    ("max", Statistic::Max, "where cells are smaller than pixels, the greatest of them"),
];

/// The rows of the section.
pub fn ui(ui: &mut Ui, model: &mut Model, data: &OpenData, field: &GridField) {
    let [width, height] = field.shape();
    let steps = field.steps();
    let over = if steps > 1 { format!(", {steps} steps") } else { String::new() };
    ui.label(RichText::new(format!("{width} × {height} cells{over}")).weak());
    variable(ui, model, data, field);
    axes(ui, model, field);
    places(ui, model, field);
}

fn variable(ui: &mut Ui, model: &mut Model, data: &OpenData, field: &GridField) {
    let Some(present) = model.document().map(|document| document.layer().reduction.clone()) else { return };
    let (Some(statistic), Some(name)) = (present.statistic(), present.column()) else { return };
    let mut chosen = None;
    row(ui, "show", |ui, label| {
        let shown = STATISTICS.iter().find(|(_, known, _)| *known == statistic).map_or("mean", |(name, ..)| name);
        let list = ComboBox::from_id_salt("reduction").selected_text(shown).width(60.0).show_ui(ui, |ui| {
            for (text, choice, hint) in STATISTICS {
                if ui.selectable_label(choice == statistic, text).on_hover_text(hint).clicked() {
                    chosen = Some(Reduction::Of(choice, name.to_owned()));
                }
            }
        });
        list.response.labelled_by(label);
        let of = ui.label("of").id;
        // One that is chosen by its place, as is usual in figure files, has a name too.
        let name = if name.parse::<usize>().is_ok() { &field.variable().name } else { name };
        let list = ComboBox::from_id_salt("value").selected_text(name).width(100.0).show_ui(ui, |ui| {
            for (variable, kind) in data.files.first().map_or(&[][..], |file| file.columns.as_slice()) {
                if ui.selectable_label(name == variable, variable).on_hover_text(kind).clicked() {
                    chosen = Some(present.of_column(variable));
                }
            }
        });
        list.response.on_hover_text(field.variable().title()).labelled_by(of);
    });
    if let Some(reduction) = chosen.filter(|chosen| *chosen != present) {
        model.settle();
        model.edit("Variable", |document| document.layer_mut().reduction = reduction);
        model.settle();
    }
}

/// What the axes are called where cells have a longitude and a latitude each.
const GEOGRAPHIC: [&str; 2] = ["longitude", "latitude"];

fn axes(ui: &mut Ui, model: &mut Model, field: &GridField) {
    let own = field.dimensions().map(|dimension| dimension.map_or_else(String::new, |known| known.name.clone()));
    let shown = if field.mesh().is_some() { GEOGRAPHIC.map(ToOwned::to_owned) } else { own.clone() };
    let names: Vec<String> = field.all_dimensions().map(|dimension| dimension.name.clone()).collect();
    for (i, axis) in ["x", "y"].into_iter().enumerate() {
        let mut chosen = None;
        row(ui, axis, |ui, label| {
            let list = ComboBox::from_id_salt(("dimension", i)).selected_text(&shown[i]).width(150.0);
            let list = list.show_ui(ui, |ui| {
                let placed = field.placed_over().map(|_| GEOGRAPHIC[i]);
                for name in placed.into_iter().chain(names.iter().map(String::as_str)) {
                    if ui.selectable_label(shown[i] == name, name).clicked() && shown[i] != name {
                        chosen = Some(name.to_owned());
                    }
                }
            });
            list.response.labelled_by(label);
        });
        let Some(name) = chosen else { continue };
        let plane = field.placed_over().filter(|_| name == GEOGRAPHIC[i] && !names.contains(&name));
        model.settle();
        model.edit("Axis", |document| {
            // The other way round, if the other axis has it.
            let other = if own[1 - i] == name { own[i].clone() } else { own[1 - i].clone() };
            let [x, y] = if i == 0 { [name, other] } else { [other, name] };
            let sources = &mut document.layer_mut().sources;
            if let Some(plane) = plane {
                sources.at.retain(|at| plane.iter().all(|dimension| at.dimension != dimension.name));
                (sources.x, sources.y) = (None, None);
            } else {
                sources.at.retain(|at| at.dimension != x && at.dimension != y);
                (sources.x, sources.y) = (Some(x), Some(y));
            }
            (document.figure.x.range, document.figure.y.range) = (None, None);
        });
    }
}

/// Units in as few letters as people write them with.
fn short(units: &str) -> &str {
    match units {
        "degrees_east" | "degree_east" => "°E",
        "degrees_north" | "degree_north" => "°N",
        "degrees" | "degree" => "°",
        units => units,
    }
}

fn places(ui: &mut Ui, model: &mut Model, field: &GridField) {
    for (dimension, at) in field.places().into_iter().filter(|(dimension, _)| dimension.len > 1) {
        let coordinates = dimension.coordinates.as_deref();
        let center = |at: u64| coordinates.and_then(|known| known.centers.get(usize::try_from(at).ok()?).copied());
        let mut chosen = at;
        row(ui, &dimension.name, |ui, label| {
            ui.spacing_mut().slider_width = 110.0;
            let slider = Slider::new(&mut chosen, 0..=dimension.len - 1).show_value(false);
            ui.add(slider).labelled_by(label);
            let units = coordinates.map_or("", |known| short(&known.units));
            let text = center(at).map_or_else(|| format!("#{at}"), |center| format!("{center} {units}"));
            ui.add(egui::Label::new(text).truncate());
        });
        if chosen != at {
            let place = match (center(chosen), i64::try_from(chosen)) {
                (Some(center), _) => Place::Value(center),
                (None, Ok(number)) => Place::Number(number),
                (None, Err(_)) => continue,
            };
            model.edit("Place", |document| {
                let places = &mut document.layer_mut().sources.at;
                places.retain(|known| known.dimension != dimension.name);
                places.push(At { dimension: dimension.name.clone(), place });
            });
        }
    }
}
