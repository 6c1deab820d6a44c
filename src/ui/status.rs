//! The line at the bottom: where every row went, who counted, what goes on.

use std::time::Duration;

use egui::{Align, Button, Label, Layout, ProgressBar, RichText, Ui};

use crate::workbench::Accounting;
use crate::workbench::memory::private_bytes;
use crate::workbench::session::FrameStatus;

use super::canvas::{Stage, is_in_place};
use super::filming::Filming;
use super::model::Model;
use super::panel_size;

/// 1234567 as `1 234 567`, with spaces that no line breaks at.
pub fn grouped(n: u64) -> String {
    crate::workbench::words::grouped(n, '\u{202f}')
}

/// What the badge over the plot says, if the picture is not exact.
pub fn badge(model: &Model, stage: &Stage) -> Option<String> {
    let painted = model.painted()?;
    let share = |seen: u64, rows: u64| {
        #[expect(clippy::cast_precision_loss, reason = "a percentage")]
        let percent = seen as f64 / rows.max(1) as f64 * 100.0;
        format!("preview, {} % of rows", if percent < 1.0 { format!("{percent:.1}") } else { format!("{percent:.0}") })
    };
    match painted.shown.status {
        FrameStatus::Preview { seen, rows } if is_in_place(painted, stage) => Some(share(seen, rows)),
        _ if !is_in_place(painted, stage) => Some("preview, from an earlier view".to_owned()),
        _ if !painted.is_settled => Some("preview, colors of a part of the data".to_owned()),
        _ => None,
    }
}

/// What to say where nothing is on the plot: why.
pub fn emptiness(model: &Model) -> Option<&'static str> {
    let (painted, document) = (model.painted()?, model.document()?);
    let layers = &document.figure.layers;
    if layers.len() != painted.layers.len() || layers.len() != painted.shown.layers.len() {
        // Layers have come or gone since.
        return None;
    }
    let seen = || (0..layers.len()).filter(|&i| layers[i].visible);
    if seen().any(|i| painted.layers[i].histogram.is_some()) {
        return None;
    }
    let any = |is: fn(&Accounting) -> bool| seen().any(|i| is(&painted.shown.layers[i].aggregate.accounting));
    Some(if seen().next().is_none() {
        "All layers are hidden"
    } else if any(|rows| rows.outside > 0) {
        "Nothing of the data lies in this view. F shows all of it"
    } else if any(|rows| rows.filtered > 0) {
        "The filter leaves nothing to show"
    } else {
        "There is no finite number to show"
    })
}

/// What the status line says, in the order of what is given up first where there is no room for all: the engine's
/// adapter, the engine, how long it took, the memory, and the accounting but for what is in view.
struct Words {
    accounting: [String; 2],
    time: String,
    engine: [String; 2],
    memory: String,
}

/// How often something can be given up.
const LEVELS: usize = 6;

impl Words {
    /// The words that are left when so much was given up: accounting, time, engine and memory, empty where they are gone.
    fn at(&self, level: usize) -> [&str; 4] {
        let engine = [self.engine[0].as_str(), &self.engine[1], ""][level.min(2)];
        let time = if level < 3 { self.time.as_str() } else { "" };
        let memory = if level < 4 { self.memory.as_str() } else { "" };
        [&self.accounting[usize::from(level >= 5)], time, engine, memory]
    }
}

/// The status line. What does not fit is given up bit by bit, and told over the rest.
pub fn ui(ui: &mut Ui, model: &mut Model, readout: Option<&str>, adapter: &str) {
    let painted = model.painted();
    let engine = painted.map(|p| (p.shown.engine.name.to_string(), p.shown.engine.adapter.to_string()));
    let words = Words {
        accounting: accounting(model),
        time: painted.map_or_else(String::new, |painted| time_taken(painted.shown.status, painted.shown.seconds)),
        engine: engine.map_or_else(
            || [(); 2].map(|()| "no engine yet".to_owned()),
            |(name, on)| [format!("{name} engine, {on}"), format!("{name} engine")],
        ),
        memory: memory(ui),
    };
    let is_busy = model.is_opening() || (model.rows_read().is_some() && model.busy_for() >= SLOW);
    let gap = ui.spacing().item_spacing.x;
    let width = |text: &str| if text.is_empty() { 0.0 } else { text_width(ui, text) + 2.0 * gap };
    let room =
        ui.available_width() - if is_busy { PROGRESS } else { 0.0 } - readout.map_or(0.0, |text| width(text) + gap);
    let level = (0..LEVELS - 1).find(|level| words.at(*level).into_iter().map(width).sum::<f32>() <= room);
    let [accounting, time, engine, memory] = words.at(level.unwrap_or(LEVELS - 1));
    let weak = |text: &str| RichText::new(text).weak();
    ui.horizontal(|ui| {
        // The accounting and what is under the pointer come last into what is left.
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if !memory.is_empty() {
                let hint = "Private memory of this process, and the most that it takes for any file";
                ui.label(weak(memory)).on_hover_text(hint);
                ui.separator();
            }
            if !engine.is_empty() {
                let hint = format!("{}. The window is drawn by {adapter}", words.engine[0]);
                ui.label(weak(engine)).on_hover_text(hint);
            }
            progress(ui, model);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                if let Some(text) = readout {
                    ui.add(Label::new(RichText::new(text).strong()).truncate());
                    ui.separator();
                }
                let hint = [words.accounting[0].as_str(), &words.time].join("  ");
                ui.add(Label::new(weak(accounting)).truncate()).on_hover_text(hint);
                if !time.is_empty() {
                    ui.label(weak(time)).on_hover_text("From the request to the exact numbers");
                }
            });
        });
    });
}

/// Room for the button that stops and the bar, in points.
const PROGRESS: f32 = 200.0;

fn text_width(ui: &Ui, text: &str) -> f32 {
    let font = egui::TextStyle::Body.resolve(ui.style());
    ui.painter().layout_no_wrap(text.to_owned(), font, egui::Color32::WHITE).size().x
}

/// Where every row of the active layer went: all of it, and as short as it can be.
fn accounting(model: &Model) -> [String; 2] {
    let Some(painted) = model.painted() else { return Default::default() };
    let active = model.document().map_or(0, |document| document.active);
    let Some(shown) = painted.shown.layers.get(active).or(painted.shown.layers.first()) else {
        return Default::default();
    };
    let a = shown.aggregate.accounting;
    let is_field = model.data().is_some_and(|data| data.table.field().is_some());
    let name = match (is_field, painted.shown.status) {
        (true, _) => "cells",
        (false, FrameStatus::Exact) => "rows",
        (false, FrameStatus::Preview { .. }) => "rows so far",
    };
    let [rows, in_view, outside, not_finite] = [a.rows, a.in_view, a.outside, a.not_finite].map(grouped);
    let missing = if is_field { "missing" } else { "not finite" };
    let filtered = if a.filtered > 0 { format!(", {} filtered out", grouped(a.filtered)) } else { String::new() };
    // Of several layers it is that of the active one.
    let layers = model.document().map_or(&[][..], |document| &document.figure.layers);
    let of = layers.get(active).filter(|_| layers.len() > 1).map_or_else(String::new, |layer| layer.title() + ": ");
    let all = format!("{of}{rows} {name}: {in_view} in view, {outside} outside, {not_finite} {missing}{filtered}");
    [all, format!("{of}{in_view} of {rows} {name}")]
}

/// How long an exact frame took.
fn time_taken(status: FrameStatus, seconds: f64) -> String {
    match status {
        FrameStatus::Exact if seconds < 1.0 => format!("{:.0} ms", seconds * 1e3),
        FrameStatus::Exact => format!("{seconds:.2} s"),
        FrameStatus::Preview { .. } => String::new(),
    }
}

fn memory(ui: &Ui) -> String {
    // Twice a second is often enough to ask the system.
    let id = egui::Id::unique("private memory");
    let now = ui.input(|input| input.time);
    let known = ui.data(|data| data.get_temp::<(f64, Option<u64>)>(id)).filter(|(at, _)| now - at < 0.5);
    let bytes = known.map_or_else(private_bytes, |(_, bytes)| bytes);
    if known.is_none() {
        ui.data_mut(|data| data.insert_temp(id, (now, bytes)));
    }
    let cap = crate::workbench::memory::CAP;
    bytes.map_or_else(String::new, |bytes| format!("{} of {}", panel_size(bytes), panel_size(cap)))
}

/// What is done within a moment needs no bar, and a bar that moves costs frames.
const SLOW: Duration = Duration::from_millis(400);

fn progress(ui: &mut Ui, model: &mut Model) {
    if let Some(name) = model.opening() {
        ui.separator();
        if ui.small_button("Stop").clicked() {
            model.stop();
        }
        ui.spinner();
        ui.add(Label::new(format!("opening {name}")).truncate());
        return;
    }
    let Some(rows) = model.rows_read() else { return };
    let all = model.data().map_or(0, |data| data.table.rows());
    ui.ctx().request_repaint_after(SLOW);
    if model.busy_for() < SLOW {
        return;
    }
    ui.separator();
    if ui.small_button("Stop").on_hover_text("Esc").clicked() {
        model.stop();
    }
    #[expect(clippy::cast_precision_loss, reason = "a bar")]
    let share = rows as f32 / all.max(1) as f32;
    ui.add(ProgressBar::new(share.min(1.0)).desired_width(120.0).show_percentage());
}

/// How far a movie is, for people: `movie: 34 of 93 frames, 12 s left`.
pub fn movie_text(filming: &Filming) -> String {
    let frames = filming.frames();
    let done = grouped(frames.done());
    match (filming.is_stopping(), frames.total(), frames.left()) {
        (true, ..) => "movie: ending…".to_owned(),
        (_, Some(total), Some(left)) => {
            format!("movie: {done} of {} frames, {} left", grouped(total), time_text(left))
        }
        (_, Some(total), None) => format!("movie: {done} of {} frames", grouped(total)),
        (_, None, _) if filming.is_recording() => format!("recording: {done} frames"),
        (_, None, _) => "movie: beginning…".to_owned(),
    }
}

/// A time to wait for, in the two greatest units of it: `8 s`, `2 min 5 s`, `3 h 20 min`.
fn time_text(time: Duration) -> String {
    match time.as_secs_f64().ceil() {
        seconds if seconds < 60.0 => format!("{seconds} s"),
        seconds if seconds < 3600.0 => format!("{} min {} s", (seconds / 60.0).floor(), seconds % 60.0),
        seconds => format!("{} h {} min", (seconds / 3600.0).floor(), (seconds % 3600.0 / 60.0).floor()),
    }
}

/// The movie in the making, in a line of its own, with a button that ends it.
pub fn movie(ui: &mut Ui, filming: &Filming) {
    ui.horizontal(|ui| {
        let hint = "End the movie with the frames there are";
        let name = if filming.is_recording() { "Stop" } else { "Cancel" };
        if ui.add_enabled(!filming.is_stopping(), Button::new(name).small()).on_hover_text(hint).clicked() {
            filming.stop();
        }
        let frames = filming.frames();
        if let Some(total) = frames.total() {
            #[expect(clippy::cast_precision_loss, reason = "a bar")]
            let share = frames.done() as f32 / total as f32;
            ui.add(ProgressBar::new(share.min(1.0)).desired_width(160.0));
        } else {
            ui.spinner();
        }
        ui.label(movie_text(filming));
        let path = RichText::new(filming.path().display().to_string()).weak();
        ui.add(Label::new(path).truncate());
    });
    ui.ctx().request_repaint_after(Duration::from_millis(250));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_two_units() {
        for (seconds, text) in [(0, "0 s"), (59, "59 s"), (60, "1 min 0 s"), (125, "2 min 5 s"), (12_000, "3 h 20 min")]
        {
            assert_eq!(time_text(Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn what_is_least_wanted_is_given_up_first() {
        let text = |text: &str| text.to_owned();
        let words = Words {
            accounting: [text("all"), text("short")],
            time: text("time"),
            engine: [text("engine and adapter"), text("engine")],
            memory: text("memory"),
        };
        assert_eq!(words.at(0), ["all", "time", "engine and adapter", "memory"]);
        assert_eq!(words.at(2), ["all", "time", "", "memory"]);
        assert_eq!(words.at(4), ["all", "", "", ""]);
        assert_eq!(words.at(LEVELS - 1), ["short", "", "", ""]);
    }

    #[test]
    fn digits_come_in_threes() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
    }
}
