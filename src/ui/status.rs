//! The line at the bottom: where every row went, who counted, what goes on.

use std::time::Duration;

use egui::{Align, Button, Layout, ProgressBar, RichText, Ui};

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
        _ => None,
    }
}

/// The status line.
pub fn ui(ui: &mut Ui, model: &mut Model, readout: Option<&str>, adapter: &str) {
    ui.horizontal(|ui| {
        if let Some(text) = readout {
            ui.label(RichText::new(text).strong());
            ui.separator();
        }
        accounting(ui, model);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            memory(ui);
            ui.separator();
            let engine = model.painted().map(|p| format!("{} engine, {}", p.shown.engine.name, p.shown.engine.adapter));
            let engine = engine.unwrap_or_else(|| "no engine yet".to_owned());
            ui.label(RichText::new(engine).weak()).on_hover_text(format!("The window is drawn by {adapter}"));
            progress(ui, model);
        });
    });
}

fn accounting(ui: &mut Ui, model: &Model) {
    let Some(painted) = model.painted() else { return };
    let active = model.document().map_or(0, |document| document.active);
    let Some(shown) = painted.shown.layers.get(active).or(painted.shown.layers.first()) else { return };
    let a = shown.aggregate.accounting;
    let part = |ui: &mut Ui, n: u64, name: &str| {
        ui.label(RichText::new(format!("{} {name}", grouped(n))).weak());
    };
    let is_field = model.data().is_some_and(|data| data.table.field().is_some());
    let name = match (is_field, painted.shown.status) {
        (true, _) => "cells:",
        (false, FrameStatus::Exact) => "rows:",
        (false, FrameStatus::Preview { .. }) => "rows so far:",
    };
    part(ui, a.rows, name);
    part(ui, a.in_view, "in view,");
    part(ui, a.outside, "outside,");
    if a.filtered > 0 {
        part(ui, a.not_finite, "not finite,");
        part(ui, a.filtered, "filtered out");
    } else {
        part(ui, a.not_finite, if is_field { "missing" } else { "not finite" });
    }
    if painted.shown.status == FrameStatus::Exact {
        let seconds = painted.shown.seconds;
        let time = if seconds < 1.0 { format!("{:.0} ms", seconds * 1e3) } else { format!("{seconds:.2} s") };
        ui.label(RichText::new(time).weak()).on_hover_text("From the request to the exact numbers");
    }
}

fn memory(ui: &mut Ui) {
    // Twice a second is often enough to ask the system.
    let id = egui::Id::unique("private memory");
    let now = ui.input(|input| input.time);
    let known = ui.data(|data| data.get_temp::<(f64, Option<u64>)>(id)).filter(|(at, _)| now - at < 0.5);
    let bytes = known.map_or_else(private_bytes, |(_, bytes)| bytes);
    if known.is_none() {
        ui.data_mut(|data| data.insert_temp(id, (now, bytes)));
    }
    if let Some(bytes) = bytes {
        let cap = crate::workbench::memory::CAP;
        ui.label(RichText::new(format!("{} of {}", panel_size(bytes), panel_size(cap))).weak())
            .on_hover_text("Private memory of this process, and the most that it takes for any file");
    }
}

fn progress(ui: &mut Ui, model: &mut Model) {
    if model.is_opening() {
        ui.separator();
        if ui.small_button("Stop").clicked() {
            model.stop();
        }
        ui.spinner();
        ui.label("opening");
        return;
    }
    let Some(rows) = model.rows_read() else { return };
    let all = model.data().map_or(0, |data| data.table.rows());
    // What is done within a moment needs no bar, and a bar that moves costs frames.
    const SLOW: Duration = Duration::from_millis(400);
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
        ui.add(egui::Label::new(path).truncate());
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
    fn digits_come_in_threes() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
    }
}
