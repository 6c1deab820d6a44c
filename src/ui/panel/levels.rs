//! Levels and thresholds as handles on a histogram of the values in view.

use egui::{Rect, Sense, Ui, pos2, vec2};

use crate::workbench::frame::Histogram;

use super::handles::{HEIGHTS, Move, grip_at};

/// Most levels that have a handle of their own: more would stand on one another.
const MOST: usize = 100;
/// Digits that a level has after it was dragged.
const DIGITS: usize = 4;

/// What was done with the levels.
pub enum Change {
    /// One was moved; whether that is over.
    Moved(usize, f64, bool),
    /// One was taken away.
    Removed(usize),
    /// There is to be another.
    Added(f64),
}

/// A handle for each level; they are called by `name` and their number.
pub fn ui(ui: &mut Ui, name: &str, histogram: &Histogram, levels: &[f64]) -> Option<Change> {
    let size = vec2(ui.available_width(), HEIGHTS.0 + HEIGHTS.1);
    let (whole, response) = ui.allocate_exact_size(size, Sense::click());
    let bars = Rect::from_min_size(whole.min, vec2(whole.width(), HEIGHTS.0)).shrink2(vec2(HEIGHTS.1 / 2.0, 0.0));
    paint(ui, histogram, bars);
    let mut change = None;
    let response = response.on_hover_text("Drag a level; double-click one to remove it, or a free place for another");
    if let Some(at) = response.interact_pointer_pos().filter(|_| response.double_clicked()) {
        change = Some(Change::Added(value_at(histogram, f64::from((at.x - bars.left()) / bars.width()))));
    }
    if levels.len() > MOST {
        return change;
    }
    let places: Vec<f64> = levels.iter().map(|level| histogram.position(*level)).collect();
    #[expect(clippy::cast_possible_truncation, reason = "places on the screen")]
    let x_of = |place: f64| bars.left() + place as f32 * bars.width();
    for (i, place) in places.iter().enumerate().filter(|(_, place)| (0.0..=1.0).contains(*place)) {
        let x = x_of(*place);
        // Where handles are closer than they are wide, each is taken within half the way to the next.
        let half = |other: Option<&f64>| {
            other.map_or(HEIGHTS.1 / 2.0, |other| ((x_of(*other) - x).abs() / 2.0).min(HEIGHTS.1 / 2.0))
        };
        let (left, right) = (half(i.checked_sub(1).and_then(|i| places.get(i))), half(places.get(i + 1)));
        let area = Rect::from_x_y_ranges(x - left..=x + right, whole.y_range());
        let id = ui.scope_id().with((name, i));
        let Some((moving, is_done)) = grip_at(ui, (id, &format!("{name} {}", i + 1)), area, bars, *place) else {
            continue;
        };
        change = Some(match moving {
            Move::None => Change::Moved(i, levels[i], is_done),
            Move::Free => Change::Removed(i),
            Move::To(place) => Change::Moved(i, value_at(histogram, place), is_done),
        });
    }
    change
}

/// The value at a place, with as many digits as a hand on a mouse can mean: a few more than the histogram's width tells apart.
fn value_at(histogram: &Histogram, place: f64) -> f64 {
    let value = histogram.value_at(place.clamp(0.0, 1.0));
    let unit = (histogram.high - histogram.low).abs();
    let leading = (value.abs().max(unit) / unit.max(f64::MIN_POSITIVE)).log10().ceil().clamp(0.0, 11.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 11")]
    let digits = DIGITS - 1 + leading as usize;
    format!("{value:.digits$e}").parse().unwrap_or(value)
}

fn paint(ui: &Ui, histogram: &Histogram, rect: Rect) {
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 2.0, ui.visuals().extreme_bg_color);
    let tallest = histogram.buckets.iter().copied().max().unwrap_or(0);
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "heights of bars")]
    let height = |n: u64| ((n as f64).ln_1p() / (tallest.max(1) as f64).ln_1p()) as f32 * (rect.height() - 4.0);
    #[expect(clippy::cast_precision_loss, reason = "about 256 bars")]
    let width = rect.width() / histogram.buckets.len().max(1) as f32;
    for (i, n) in histogram.buckets.iter().enumerate().filter(|(_, n)| **n > 0) {
        #[expect(clippy::cast_precision_loss, reason = "about 256 bars")]
        let left = rect.left() + i as f32 * width;
        let bar = [pos2(left, rect.bottom() - height(*n)), pos2(left + width.max(1.0), rect.bottom())];
        painter.rect_filled(Rect::from_min_max(bar[0], bar[1]), 0.0, ui.visuals().weak_text_color());
    }
}

/// A level that was moved, still above the one before and below the one behind; nothing where there is no room.
pub fn moved(levels: &[f64], index: usize, value: f64) -> Option<Vec<f64>> {
    let mut levels = levels.to_vec();
    let above = index.checked_sub(1).and_then(|i| levels.get(i)).is_none_or(|before| *before < value);
    let below = levels.get(index + 1).is_none_or(|behind| value < *behind);
    *levels.get_mut(index)? = value;
    (above && below && value.is_finite()).then_some(levels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::style::Norm;
    use crate::workbench::Values;

    #[test]
    fn levels_keep_their_order() {
        assert_eq!(moved(&[1.0, 2.0, 3.0], 1, 2.5), Some(vec![1.0, 2.5, 3.0]));
        assert_eq!(moved(&[1.0, 2.0, 3.0], 0, -9.0), Some(vec![-9.0, 2.0, 3.0]));
        for (index, value) in [(1, 3.0), (1, 1.0), (2, 1.5), (0, f64::NAN), (7, 9.0)] {
            assert_eq!(moved(&[1.0, 2.0, 3.0], index, value), None);
        }
    }

    #[test]
    fn levels_are_round_but_not_coarse() {
        let of = |low, high| Histogram::new(&Values::Real(vec![low, high]), &Norm::Linear, None).unwrap();
        assert_eq!(value_at(&of(0.0, 1.0), 0.123_456_7), 0.1235);
        assert_eq!(value_at(&of(101_000.0, 102_000.0), 0.123_456_7), 101_123.5);
        assert_eq!(value_at(&of(-5.0, 5.0), 2.0), 5.0);
    }
}
