//! Mouse, touchpad and what they do to the view.

use egui::{CursorIcon, Modifiers, PointerButton, Pos2, Rect, Response, Sense, Ui, pos2};

use crate::scene::aspect::Aspect;
use crate::scene::navigate::{span, zoom};

use super::canvas::Stage;
use super::model::Model;

/// Pixels that a box must have to be meant.
const BOX: f32 = 6.0;
/// How much a point of scrolling zooms: a notch of a mouse wheel is about 50 points.
const WHEEL: f32 = 1.0 / 200.0;
/// How much of the view a key moves.
const STEP: f64 = 0.1;

/// Which axes a gesture is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Axes {
    x: bool,
    y: bool,
}

impl Axes {
    /// A way along x, if that moves.
    fn right(self, way: f32) -> Option<f64> {
        self.x.then_some(f64::from(way))
    }

    /// A way along y, if that moves.
    fn up(self, way: f32) -> Option<f64> {
        self.y.then_some(f64::from(way))
    }
}

const BOTH: Axes = Axes { x: true, y: true };

/// A drag under way.
#[derive(Debug, Clone)]
enum Drag {
    /// The view as it was when the drag began, and where that was.
    Pan { from: Pos2, stage: Box<Stage>, axes: Axes },
    /// A box from here to the pointer.
    Box { from: Pos2 },
}

/// What the pointer does and where it is.
#[derive(Default)]
pub struct Pointer {
    drag: Option<Drag>,
    /// What was held as the wheel was turned last: it goes on turning for some frames, whatever is held then.
    held: Modifiers,
    /// Over the plot, in points.
    pub hover: Option<Pos2>,
}

impl Pointer {
    /// Takes in what mouse and touchpad did over the figure.
    pub fn interact(&mut self, ui: &mut Ui, stage: &Stage, model: &mut Model) -> Response {
        let response = ui.interact(stage.rect, ui.scope_id().with("figure"), Sense::click_and_drag());
        self.hover = response.hover_pos().filter(|at| stage.plot.contains(*at));
        if !stage.is_known {
            self.drag = None;
            return response;
        }
        self.dragged(ui, &response, stage, model);
        if response.double_clicked() {
            let axes = response.interact_pointer_pos().map_or(BOTH, |at| axes_at(stage, at, Modifiers::NONE));
            fit(model, axes);
        }
        if response.hovered() {
            self.scrolled(ui, stage, model);
            let over =
                ui.input(|input| input.pointer.hover_pos()).map_or(BOTH, |at| axes_at(stage, at, Modifiers::NONE));
            ui.ctx().set_cursor_icon(match (&self.drag, over) {
                (Some(Drag::Pan { .. }), _) => CursorIcon::Grabbing,
                (_, Axes { x: true, y: false }) => CursorIcon::ResizeHorizontal,
                (_, Axes { x: false, y: true }) => CursorIcon::ResizeVertical,
                _ => CursorIcon::Crosshair,
            });
        }
        response
    }

    fn dragged(&mut self, ui: &Ui, response: &Response, stage: &Stage, model: &mut Model) {
        let modifiers = ui.input(|input| input.modifiers);
        let from = ui.input(|input| input.pointer.press_origin());
        if let Some(from) = from.filter(|_| response.drag_started()) {
            model.settle();
            let is_box = response.drag_started_by(PointerButton::Secondary) || modifiers.shift;
            self.drag = Some(if is_box && stage.plot.contains(from) {
                Drag::Box { from }
            } else {
                Drag::Pan { from, stage: Box::new(stage.clone()), axes: axes_at(stage, from, Modifiers::NONE) }
            });
        }
        let Some(at) = ui.input(|input| input.pointer.latest_pos()) else { return };
        let is_over = response.drag_stopped() || !ui.input(|input| input.pointer.any_down());
        match &self.drag {
            Some(Drag::Pan { from, stage, axes }) => {
                // From where the drag began, and by whole pixels: nothing adds up, and no bin's count moves.
                let moved = ((at - *from) * stage.pixels_per_point).round();
                model.pan(stage, axes.right(moved.x), axes.up(-moved.y));
            }
            Some(Drag::Box { from }) if is_over => {
                let area = Rect::from_two_pos(*from, at).intersect(stage.plot);
                if area.width() >= BOX && area.height() >= BOX {
                    let (left, top) = stage.position(area.min);
                    let (right, bottom) = stage.position(area.max);
                    let x = stage.x_range(span(&stage.view.x, left.round(), right.round()));
                    let y = stage.y_range(span(&stage.view.y, bottom.round(), top.round()));
                    model.show("Box zoom", Some(x), Some(y));
                }
            }
            _ => {}
        }
        if is_over && self.drag.take().is_some() {
            model.settle();
        }
    }

    /// Wheel and pinch zoom about the pointer; two fingers on a touchpad move the view.
    fn scrolled(&mut self, ui: &Ui, stage: &Stage, model: &mut Model) {
        self.held = ui.input(|input| {
            let held = |event: &egui::Event| match event {
                egui::Event::MouseWheel { modifiers, .. } => Some(*modifiers),
                egui::Event::Zoom(_) => Some(input.modifiers),
                _ => None,
            };
            input.events.iter().rev().find_map(held).unwrap_or(self.held)
        });
        let modifiers = self.held;
        let Some(at) = ui.input(|input| input.pointer.hover_pos()) else { return };
        let (scroll, pinch, source) =
            ui.input(|input| (input.smooth_scroll_delta(), input.zoom_delta(), input.scroll_source()));
        let axes = axes_at(stage, at, modifiers);
        let (about_x, about_y) = stage.position(at);
        let mut zoom_by = f64::from(pinch);
        if source == Some(egui::MouseWheelSource::Trackpad) && modifiers == Modifiers::NONE {
            let moved = (scroll * stage.pixels_per_point).round();
            if moved != egui::Vec2::ZERO {
                model.pan(stage, axes.right(moved.x), axes.up(-moved.y));
            }
        } else {
            // With shift held, some systems turn the wheel sideways.
            let turned = if scroll.y == 0.0 && modifiers.shift { scroll.x } else { scroll.y };
            zoom_by *= f64::from(turned * WHEEL).exp();
            // A wheel that tilts.
            let aside = (scroll.x * stage.pixels_per_point).round();
            if aside != 0.0 && scroll.y == 0.0 && !modifiers.shift && axes.x {
                model.pan(stage, axes.right(aside), None);
            }
        }
        if (zoom_by - 1.0).abs() > 1e-9 {
            // Of units that belong together neither gets longer alone.
            let is_free = model.document().is_none_or(|document| document.figure.aspect == Aspect::AUTO);
            let (about_x, about_y) = match axes {
                Axes { x: true, y: false } if !is_free => (about_x, f64::from(stage.view.y.pixels) / 2.0),
                Axes { x: false, y: true } if !is_free => (f64::from(stage.view.x.pixels) / 2.0, about_y),
                _ => (about_x, about_y),
            };
            let axes = if is_free { axes } else { BOTH };
            let x = axes.x.then(|| stage.x_range(zoom(&stage.view.x, about_x, zoom_by)));
            let y = axes.y.then(|| stage.y_range(zoom(&stage.view.y, about_y, zoom_by)));
            model.show("Zoom", x, y);
        }
    }

    /// The box that is being drawn.
    pub fn paint(&self, ui: &Ui, stage: &Stage) {
        let (Some(Drag::Box { from }), Some(at)) = (&self.drag, ui.input(|input| input.pointer.latest_pos())) else {
            return;
        };
        let area = Rect::from_two_pos(*from, at).intersect(stage.plot);
        let color = ui.visuals().selection.stroke.color;
        let painter = ui.painter_at(stage.plot);
        painter.rect_filled(area, 0.0, color.gamma_multiply(0.15));
        painter.rect_stroke(area, 0.0, (1.5, color), egui::StrokeKind::Inside);
    }

    /// Whether a drag is under way.
    pub fn is_dragging(&self) -> bool {
        self.drag.is_some()
    }
}

/// Which axes a pointer is about: over an axis that one, with a modifier the one that it stands for, else both.
fn axes_at(stage: &Stage, at: Pos2, modifiers: Modifiers) -> Axes {
    if stage.plot.contains(at) {
        return Axes { x: !modifiers.alt || modifiers.shift, y: !modifiers.shift || modifiers.alt };
    }
    let below =
        Rect::from_min_max(pos2(stage.plot.left(), stage.plot.bottom()), pos2(stage.plot.right(), stage.rect.bottom()));
    let beside = Rect::from_min_max(stage.rect.min, stage.plot.left_bottom());
    if below.contains(at) {
        Axes { x: true, y: false }
    } else if beside.contains(at) {
        Axes { x: false, y: true }
    } else {
        BOTH
    }
}

fn fit(model: &mut Model, axes: Axes) {
    model.settle();
    model.edit("Fit", |document| {
        if axes.x {
            document.figure.x.range = None;
        }
        if axes.y {
            document.figure.y.range = None;
        }
    });
    model.settle();
}

/// Moves the view by a share of itself: a tenth, with `far` a half.
pub fn step(model: &mut Model, stage: &Stage, right: f64, up: f64, far: bool) {
    let share = if far { 0.5 } else { STEP };
    let moved = |along: f64, pixels: u32| (along != 0.0).then(|| -(along * share * f64::from(pixels)).round());
    let view = &stage.view;
    model.settle();
    model.pan(stage, moved(right, view.x.pixels), moved(up, view.y.pixels));
}

/// Zooms about the middle.
pub fn zoom_middle(model: &mut Model, stage: &Stage, factor: f64) {
    let about = |pixels: u32| f64::from(pixels) / 2.0;
    let (x, y) = (&stage.view.x, &stage.view.y);
    model.settle();
    let (x, y) = (zoom(x, about(x.pixels), factor), zoom(y, about(y.pixels), factor));
    model.show("Zoom", Some(stage.x_range(x)), Some(stage.y_range(y)));
}
