//! A histogram with a handle at each end of a range.

use egui::{Color32, CursorIcon, EventFilter, Key, Rect, Response, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::workbench::ColumnSample;
use crate::workbench::ranges::ColumnRange;

/// Height of the histogram and of the handles below it, in points.
pub(super) const HEIGHTS: (f32, f32) = (44.0, 12.0);
/// Width of a bar, in points.
const BAR: f32 = 3.0;
/// How far a key moves a handle, as a share of the whole.
const STEP: f64 = 0.01;

/// A range whose handles were moved.
pub struct Moved {
    /// The range.
    pub range: ColumnRange,
    /// Whether the move is over.
    pub is_done: bool,
}

/// The histogram and its handles, which go by the column's name.
pub fn ui(ui: &mut Ui, name: &str, sample: &ColumnSample, range: ColumnRange) -> Option<Moved> {
    let size = vec2(ui.available_width(), HEIGHTS.0 + HEIGHTS.1);
    let (whole, response) = ui.allocate_exact_size(size, Sense::hover());
    // Handles at the ends have room beside the bars.
    let bars = Rect::from_min_size(whole.min, vec2(whole.width(), HEIGHTS.0)).shrink2(vec2(HEIGHTS.1 / 2.0, 0.0));
    let places = [sample.place_of(range.low, true), sample.place_of(range.high, false)];
    #[expect(clippy::cast_possible_truncation, reason = "a place on the screen")]
    let xs = places.map(|place| bars.left() + place as f32 * bars.width());
    paint_bars(ui, sample, bars, xs);
    let hint = "Drag the ends to leave out rows beyond; double-click one to free it";
    response.on_hover_text(hint);
    let mut moved = None;
    for (i, is_low) in [true, false].into_iter().enumerate() {
        let id = ui.scope_id().with(("range handle", name, is_low));
        let grip = Rect::from_center_size(pos2(xs[i], whole.center().y), vec2(HEIGHTS.1, whole.height()));
        // Where both are at one place, each can still be taken: the lower from its left, the upper from its right.
        let half = if is_low { (grip.left(), xs[i]) } else { (xs[i], grip.right()) };
        let is_close = (xs[1] - xs[0]).abs() < HEIGHTS.1;
        let area = if is_close { Rect::from_x_y_ranges(half.0..=half.1, grip.y_range()) } else { grip };
        let label = format!("{name} {}", if is_low { "least" } else { "greatest" });
        let Some((moving, is_done)) = grip_at(ui, (id, &label), area, bars, places[i]) else { continue };
        let end = match moving {
            Move::None => {
                if is_low {
                    range.low
                } else {
                    range.high
                }
            }
            Move::Free => None,
            // The ends may meet but not cross.
            Move::To(place) => {
                let place = if is_low { place.min(places[1]) } else { place.max(places[0]) };
                let end = sample.end_at(place, is_low);
                // Rounding may lead beyond the other end, whose value then does.
                let (other, found) = (if is_low { range.high } else { range.low }, sample.place_of(end, is_low));
                let is_beyond = if is_low { found > places[1] } else { found < places[0] };
                if is_beyond { other.or(end) } else { end }
            }
        };
        let range = if is_low { ColumnRange { low: end, ..range } } else { ColumnRange { high: end, ..range } };
        moved = Some(Moved { range, is_done });
    }
    moved
}

/// One handle on bars, at a place from 0 to 1 of these, taken within an area; what is done with it, if anything, and whether
/// that is over.
pub(super) fn grip_at(
    ui: &Ui,
    (id, label): (egui::Id, &str),
    area: Rect,
    bars: Rect,
    place: f64,
) -> Option<(Move, bool)> {
    let handle = ui.interact(area, id, Sense::click_and_drag()).on_hover_cursor(CursorIcon::ResizeHorizontal);
    #[expect(clippy::cast_possible_truncation, reason = "a place on the screen")]
    paint_handle(ui, &handle, bars, bars.left() + place as f32 * bars.width());
    declare(ui, &handle, label, place);
    moved_to(ui, &handle, place, bars)
}

/// What is done with a handle.
pub(super) enum Move {
    /// Nothing more.
    None,
    /// It goes back to the end.
    Free,
    /// It goes to a place between the ends (0 and 1).
    To(f64),
}

/// What is done with a handle, if anything, and whether that is over.
fn moved_to(ui: &Ui, handle: &Response, place: f64, bars: Rect) -> Option<(Move, bool)> {
    if handle.double_clicked() {
        return Some((Move::Free, true));
    }
    if handle.drag_stopped() {
        return Some((Move::None, true));
    }
    if let Some(at) = handle.interact_pointer_pos().filter(|_| handle.dragged()) {
        let place = f64::from((at.x - bars.left()) / bars.width().max(1.0)).clamp(0.0, 1.0);
        return Some((Move::To(place), false));
    }
    if handle.clicked() {
        handle.request_focus();
    }
    if !handle.has_focus() {
        return None;
    }
    let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(handle.id, filter));
    let (steps, is_over) = ui.input(|input| {
        let times = |key, action| input.num_presses(key) + input.num_accesskit_action_requests(handle.id, action);
        let up = times(Key::ArrowRight, egui::accesskit::Action::Increment);
        let down = times(Key::ArrowLeft, egui::accesskit::Action::Decrement);
        let is_held = input.key_down(Key::ArrowRight) || input.key_down(Key::ArrowLeft);
        let is_let_go = input.key_released(Key::ArrowRight) || input.key_released(Key::ArrowLeft);
        #[expect(clippy::cast_precision_loss, reason = "a few presses")]
        let steps = up as f64 - down as f64;
        (steps, !is_held && (is_let_go || up + down > 0))
    });
    match steps {
        0.0 => is_over.then_some((Move::None, true)),
        steps => Some((Move::To((place + steps * STEP).clamp(0.0, 1.0)), is_over)),
    }
}

/// Bars, in the color of what is chosen between the handles.
fn paint_bars(ui: &Ui, sample: &ColumnSample, rect: Rect, [low, high]: [f32; 2]) {
    let painter = ui.painter_at(rect);
    let visuals = ui.visuals();
    painter.rect_filled(rect, 2.0, visuals.extreme_bg_color);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundred bars")]
    let bins = sample.bins((rect.width() / BAR).max(1.0) as usize);
    let tallest = bins.iter().copied().max().unwrap_or(0).max(1);
    #[expect(clippy::cast_precision_loss, reason = "a few hundred bars")]
    let width = rect.width() / bins.len().max(1) as f32;
    let dim: Color32 = visuals.weak_text_color().gamma_multiply(0.6);
    for (i, n) in bins.into_iter().enumerate().filter(|(_, n)| *n > 0) {
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a height on the screen")]
        let (left, height) =
            (rect.left() + i as f32 * width, (n as f64 / tallest as f64) as f32 * (rect.height() - 3.0));
        let middle = left + width / 2.0;
        let color = if (low..=high).contains(&middle) { visuals.selection.bg_fill } else { dim };
        let gap = if width > 6.0 { 1.0 } else { 0.0 };
        let bar = [pos2(left, rect.bottom() - height.max(1.0)), pos2(left + width - gap, rect.bottom())];
        painter.rect_filled(Rect::from_min_max(bar[0], bar[1]), 0.0, color);
    }
}

/// A line through the histogram with a grip below it.
fn paint_handle(ui: &Ui, handle: &Response, bars: Rect, x: f32) {
    let visuals = ui.style().interact(handle);
    let stroke = Stroke::new(if handle.has_focus() { 2.0 } else { 1.5 }, ui.visuals().selection.stroke.color);
    ui.painter().vline(x, bars.y_range(), stroke);
    let top = pos2(x, bars.bottom());
    let half = HEIGHTS.1 / 2.0 - 1.0;
    let corners = vec![
        top,
        top + vec2(half, half),
        top + vec2(half, 2.0 * half),
        top + vec2(-half, 2.0 * half),
        top + vec2(-half, half),
    ];
    let outline = if handle.has_focus() { stroke } else { visuals.fg_stroke };
    ui.painter().add(egui::Shape::convex_polygon(corners, visuals.bg_fill, outline));
}

/// Tells accessibility tools of a handle.
fn declare(ui: &Ui, handle: &Response, label: &str, place: f64) {
    use egui::accesskit::Action;
    handle.widget_info(|| WidgetInfo::slider(ui.is_enabled(), place, label));
    ui.ctx().accesskit_node_builder(handle.id, |node| {
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(1.0);
        node.set_numeric_value_step(STEP);
        node.add_action(Action::Increment);
        node.add_action(Action::Decrement);
    });
}
