//! The bar under the plot that leads through the steps of fields: a slider, and what plays them.

use std::time::{Duration, Instant};

use egui::{Button, DragValue, Slider, Ui};

use crate::export::movie::RATES;

use super::model::Model;

/// How steps are played.
#[derive(Debug)]
pub struct TimeBar {
    /// When the last step was shown, while they play.
    playing: Option<Instant>,
    /// Steps a second, at most.
    rate: f64,
    /// Whether the first follows the last.
    loops: bool,
}

impl Default for TimeBar {
    fn default() -> Self {
        Self { playing: None, rate: 10.0, loops: true }
    }
}

impl TimeBar {
    /// Lets steps follow each other, from the first one where the last is shown; or stops that.
    pub fn play_or_pause(&mut self, model: &mut Model) {
        self.playing = match self.playing {
            Some(_) => None,
            None => Some(Instant::now()),
        };
        let last = model.timeline().steps.saturating_sub(1);
        if self.playing.is_some() && !self.loops && now(model) == last {
            model.go_to_step(0);
        }
    }

    /// Goes one step on or back; with looping, around the ends.
    pub fn step(&mut self, model: &mut Model, forward: bool) {
        self.playing = None;
        self.go(model, forward);
    }

    fn go(&self, model: &mut Model, forward: bool) {
        let last = model.timeline().steps.saturating_sub(1);
        let step = match (now(model), forward) {
            (0, false) if self.loops => last,
            (step, false) => step.saturating_sub(1),
            (step, true) if step >= last && self.loops => 0,
            (step, true) => step + 1,
        };
        model.go_to_step(step);
    }

    /// Shows the next step when it is time, and never before the one before was seen.
    fn play(&mut self, ui: &Ui, model: &mut Model) {
        let Some(since) = self.playing else { return };
        let last = model.timeline().steps.saturating_sub(1);
        if !self.loops && now(model) >= last {
            self.playing = None;
            return;
        }
        let wait = Duration::from_secs_f64(1.0 / self.rate.clamp(*RATES.start(), *RATES.end()));
        match wait.checked_sub(since.elapsed()) {
            Some(left) if !left.is_zero() => ui.ctx().request_repaint_after(left),
            // A frame that is ready wakes the window.
            _ if !model.has_caught_up() => {}
            _ => {
                // Even beats: what was late is not made up for, but a little does not add up.
                let due = since + wait;
                let late = due.elapsed() > wait;
                self.playing = Some(if late { Instant::now() } else { due });
                self.go(model, true);
                ui.ctx().request_repaint_after(wait);
            }
        }
    }

    /// The bar.
    pub fn ui(&mut self, ui: &mut Ui, model: &mut Model) {
        self.play(ui, model);
        ui.horizontal(|ui| {
            let small = |ui: &mut Ui, text: &str, name: &str, hint: &str| {
                let response = ui.add(Button::new(text).min_size(egui::vec2(28.0, 0.0))).on_hover_text(hint);
                response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, name));
                response.clicked()
            };
            if small(ui, "|<", "First step", "First step") {
                self.playing = None;
                model.go_to_step(0);
            }
            if small(ui, "<", "Step back", "Step back  ,") {
                self.step(model, false);
            }
            let (sign, name) = if self.playing.is_some() { ("pause", "Pause") } else { ("play", "Play") };
            if small(ui, sign, name, "Play or pause  Space") {
                self.play_or_pause(model);
            }
            if small(ui, ">", "Step on", "Step on  .") {
                self.step(model, true);
            }
            let last = model.timeline().steps.saturating_sub(1);
            let mut step = now(model);
            let moment = model.timeline().moment(step);
            let label = match &moment.time {
                Some(time) => format!("{time}   {} / {}", step + 1, last + 1),
                None => format!("{} {} / {}", model.timeline().name, step + 1, last + 1),
            };
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let mut loops = self.loops;
                ui.checkbox(&mut loops, "loop");
                self.loops = loops;
                let mut follows = model.follows();
                let mut hint =
                    "Read the files anew whenever they change, and show the newest step as it comes".to_owned();
                if let Some(quiet) = model.quiet_for() {
                    hint = format!("{hint}; something came {} s ago", quiet.as_secs());
                    // What is told when nothing comes for a while is told by a frame.
                    ui.ctx().request_repaint_after(Duration::from_secs(1));
                }
                if ui.checkbox(&mut follows, "follow").on_hover_text(hint).changed() {
                    model.follow(follows);
                }
                let rate = DragValue::new(&mut self.rate).range(0.1..=60.0).speed(0.2).max_decimals(1).suffix(" /s");
                ui.add(rate).on_hover_text("Steps a second");
                ui.add_sized([230.0, 18.0], egui::Label::new(label).selectable(false));
                let width = (ui.available_width() - 4.0).max(40.0);
                ui.spacing_mut().slider_width = width;
                let slider = ui.add(Slider::new(&mut step, 0..=last).show_value(false));
                slider.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Slider, true, "Step"));
                if slider.changed() {
                    self.playing = None;
                    model.go_to_step(step);
                }
            });
        });
    }
}

fn now(model: &Model) -> u64 {
    model.document().map_or(0, |document| document.figure.step)
}
