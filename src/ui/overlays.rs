//! What lies over the figure: badge, questions, toasts, the drop target.

use std::path::PathBuf;

use egui::{Align2, Area, Color32, Frame, Id, Order, Pos2, RichText, Ui, vec2};

use crate::workbench::ChangeKind;

use super::canvas::Stage;
use super::model::Model;
use super::panel_size;

/// Says that the picture is a preview.
pub fn badge(ui: &Ui, stage: &Stage, text: &str) {
    plate(ui, stage, text, 12.0, (Align2::RIGHT_TOP, stage.plot.right_top() + vec2(-10.0, 10.0)));
}

/// Says why there is nothing on the plot.
pub fn emptiness(ui: &Ui, stage: &Stage, text: &str) {
    plate(ui, stage, text, 14.0, (Align2::CENTER_CENTER, stage.plot.center()));
}

/// Words on a dark ground, which is readable over any picture.
fn plate(ui: &Ui, stage: &Stage, text: &str, size: f32, (pivot, at): (Align2, Pos2)) {
    let painter = ui.painter_at(stage.rect);
    let (ink, width) = (Color32::from_gray(235), (stage.plot.width() - 36.0).max(0.0));
    let galley = painter.layout(text.to_owned(), egui::FontId::proportional(size), ink, width);
    let rect = pivot.anchor_size(at, galley.size() + vec2(16.0, 8.0));
    painter.rect_filled(rect, 4.0, Color32::from_black_alpha(170));
    painter.galley(rect.min + vec2(8.0, 4.0), galley, ink);
}

/// A line of words and buttons over the plot.
fn bar(ui: &Ui, name: &str, at: Pos2, contents: impl FnOnce(&mut Ui)) {
    let area = Area::new(Id::unique(name)).order(Order::Middle).pivot(Align2::CENTER_TOP).fixed_pos(at);
    area.show(ui.ctx(), |ui| Frame::popup(ui.style()).show(ui, |ui| ui.horizontal(contents)));
}

/// Says that a file has changed, and asks what to do.
pub fn changed(ui: &Ui, stage: &Stage, model: &mut Model) {
    let Some(change) = model.changed().cloned() else { return };
    let name = change.path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let (text, can_reload) = match change.kind {
        ChangeKind::Grown { from, to } => (format!("{name} has grown by {}", panel_size(to - from)), true),
        ChangeKind::Shrunk { from, to } => {
            (format!("{name} has shrunk by {}; the picture is of what it was", panel_size(from - to)), true)
        }
        ChangeKind::Rewritten => (format!("{name} was rewritten; the picture is of what it was"), true),
        ChangeKind::Vanished => (format!("{name} is gone; the last picture stays"), false),
        ChangeKind::Back => (format!("{name} is back"), true),
    };
    let at = stage.plot.center_top() + vec2(0.0, 10.0);
    bar(ui, "changed", at, |ui| {
        ui.label(text);
        if can_reload && ui.button("Reload").on_hover_text("Read it anew, once").clicked() {
            model.reload();
        }
        if can_reload && ui.button("Follow").on_hover_text("Read it anew whenever it changes").clicked() {
            model.follow(true);
        }
        if ui.button("Leave").on_hover_text("Keep the picture").clicked() {
            model.ignore_change();
        }
    });
}

/// Offers the figure that a process before this one left behind; gives its file when it is wanted.
pub fn left_behind(ui: &Ui, stage: &Stage, model: &Model, left_behind: &mut Vec<PathBuf>) -> Option<PathBuf> {
    let is_free = model.changed().is_none() && model.replaced().is_none();
    let newest = left_behind.first().filter(|_| is_free).cloned()?;
    let mut wanted = None;
    let at = stage.plot.center_top() + vec2(0.0, 10.0);
    bar(ui, "left behind", at, |ui| {
        ui.label("Scumble did not end as it should have last time");
        let hint = "Open the figure that was shown then, in the place of this one";
        if ui.button("Recover its figure").on_hover_text(hint).clicked() {
            wanted = Some(newest);
        }
        let hint = "Stay here; it is offered again when the window opens with no file";
        if ui.button("Not now").on_hover_text(hint).clicked() {
            left_behind.clear();
        }
    });
    wanted
}

/// What took the place of another figure could be a layer of it instead.
pub fn replaced(ui: &Ui, stage: &Stage, model: &mut Model) {
    let Some((paths, left)) = model.replaced() else { return };
    ui.ctx().request_repaint_after(left);
    let name = paths.first().and_then(|path| path.file_name());
    let name = name.map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    // Below what asks about a change; toasts come at the bottom.
    let at = stage.plot.center_top() + vec2(0.0, if model.changed().is_some() { 54.0 } else { 10.0 });
    bar(ui, "replaced", at, |ui| {
        ui.label(format!("{name} took the place of the figure before"));
        let hint = "Go back, and show the file as a layer of that figure";
        if ui.button("Overlay instead").on_hover_text(hint).clicked() {
            model.add_to_replaced();
        } else if ui.button("Keep").clicked() {
            model.keep_replaced();
        }
    });
}

/// A ring around what has the keys, where it got them by a key: also around what egui marks faintly or not at all.
pub fn focus(ui: &Ui) {
    let id = Id::unique("focus by keys");
    let (by_pointer, by_key) = ui.input(|input| (input.pointer.any_pressed(), input.key_pressed(egui::Key::Tab)));
    let was = ui.data(|data| data.get_temp::<bool>(id)).unwrap_or_default();
    let is_by_key = (was || by_key) && !by_pointer;
    if is_by_key != was {
        ui.data_mut(|data| data.insert_temp(id, is_by_key));
    }
    let focused = ui.memory(egui::Memory::focused).filter(|_| is_by_key);
    if let Some(response) = focused.and_then(|focused| ui.ctx().read_response(focused)) {
        let painter = ui.ctx().layer_painter(egui::LayerId::new(Order::Tooltip, id));
        let stroke = (1.5, ui.visuals().selection.stroke.color);
        painter.rect_stroke(response.interact_rect.expand(1.5), 3.0, stroke, egui::StrokeKind::Outside);
    }
}

/// Toasts, newest at the bottom.
pub fn toasts(ui: &Ui, model: &mut Model) {
    let toasts = model.notices.toasts();
    if toasts.is_empty() {
        return;
    }
    let (mut closed, mut taken) = (None, None);
    Area::new(Id::unique("toasts")).order(Order::Foreground).anchor(Align2::CENTER_BOTTOM, vec2(0.0, -64.0)).show(
        ui.ctx(),
        |ui| {
            for number in toasts {
                let Some(notice) = model.notices.log().get(number) else { continue };
                Frame::popup(ui.style()).show(ui, |ui| {
                    // A caret under an expression points at the right letter only if all are equally wide and in one line.
                    let has_caret = has_caret(&notice.text);
                    ui.set_max_width(if has_caret { ui.ctx().content_rect().width() - 80.0 } else { 480.0 });
                    ui.horizontal(|ui| {
                        let color =
                            if notice.is_error { ui.visuals().error_fg_color } else { ui.visuals().text_color() };
                        if ui.small_button("×").on_hover_text("Put away").clicked() {
                            closed = Some(number);
                        }
                        let text = RichText::new(&notice.text).color(color);
                        let text = if has_caret { text.monospace() } else { text };
                        ui.add(egui::Label::new(text).wrap());
                    });
                    if let Some(offer) = &notice.offer
                        && ui.button(offer.label()).clicked()
                    {
                        (closed, taken) = (Some(number), Some(offer.clone()));
                    }
                });
            }
        },
    );
    if let Some(number) = closed {
        model.notices.put_away(number);
    }
    if let Some(offer) = taken {
        model.take_offer(offer);
    }
    if let Some(time) = model.notices.next_change() {
        ui.ctx().request_repaint_after(time);
    }
}

/// Whether a line of a text points at a place in the one above.
fn has_caret(text: &str) -> bool {
    // TOML's errors have a bar before it.
    let marks = |line: &str| line.trim_start_matches([' ', '|']).trim_end().to_owned();
    text.lines().map(marks).any(|marks| !marks.is_empty() && marks.chars().all(|c| c == '^'))
}

/// Where files may be dropped.
pub fn drop_target(ui: &Ui, files: usize) {
    let rect = ui.ctx().content_rect().shrink(12.0);
    let painter = ui.ctx().layer_painter(egui::LayerId::new(Order::Foreground, Id::unique("drop")));
    painter.rect_filled(rect, 8.0, Color32::from_black_alpha(150));
    painter.rect_stroke(rect, 8.0, (3.0, ui.visuals().selection.stroke.color), egui::StrokeKind::Inside);
    let text = if files > 1 { format!("Drop to open {files} files as one") } else { "Drop to open".to_owned() };
    let font = egui::FontId::proportional(28.0);
    let galley = painter.layout_no_wrap(text, font, Color32::WHITE);
    let place = Align2::CENTER_CENTER.anchor_size(rect.center(), galley.size());
    // What lies beneath shall not be read through it.
    painter.rect_filled(place.expand2(vec2(28.0, 16.0)), 10.0, Color32::from_gray(24));
    painter.galley(place.min, galley, Color32::WHITE);
}

#[cfg(test)]
mod tests {
    use super::has_caret;

    #[test]
    fn a_caret_alone_in_its_line_points() {
        assert!(has_caret("this is no number:\n  log10(flux\n        ^\nwrite )"));
        assert!(has_caret("  |\n4 | colormapp = \"magma\"\n  | ^^^^^^^^^\nunknown field"));
        assert!(!has_caret("x ^ 2 is written x ** 2\n\nno caret"));
    }
}
