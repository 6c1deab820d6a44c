//! Painting a colour bar: colours, points, ticks, swatches of special values.

use crate::scene::style::Rgba;

use super::super::axes::{ThemeColors, tick_start};
use super::super::frame::{BarPlace, Label, Layout, Role, pixels};
use super::super::painter::{PaintError, Painter, Rect};
use super::super::text;
use super::legend::{SWATCH, swatch};
use super::{BarTick, ColorBar, legend};

/// Least height of the colors above swatches, in CSS pixels.
const LEAST: f64 = 80.0;

/// Paints the bar; returns its labels, which are set with all others.
pub(in super::super) fn paint(
    painter: &mut Painter,
    layout: &Layout,
    place: BarPlace,
    bar: &ColorBar,
    colors: ThemeColors,
) -> Result<Vec<Label>, PaintError> {
    let line = layout.line_width();
    let mut labels = Vec::new();
    if bar.is_legend {
        legend::paint(painter, layout, place, &bar.swatches, colors, &mut labels)?;
        return Ok(labels);
    }
    let above = swatches(painter, layout, place, bar, colors, &mut labels)?;
    let rect = points(painter, above, bar, colors);
    let (x, y) = (i64::from(rect.x), i64::from(rect.y));
    painter.rect(x - i64::from(line), y - i64::from(line), rect.width + 2 * line, rect.height + 2 * line, colors.faint);
    // The palette may be translucent: what lies beneath it must not be the line's colour.
    painter.clear(rect);
    for row in 0..rect.height {
        let from_below = u64::from(rect.height - 1 - row) * 2 + 1;
        let color = bar.color_at(from_below as f64 / (2 * u64::from(rect.height)) as f64);
        painter.rect(x, y + i64::from(row), rect.width, 1, Rgba(color));
    }
    let size = 12.0 * layout.scale;
    let (tick, gap) = (pixels(5.0 * layout.scale), pixels(5.0 * layout.scale));
    let room = place.room + 2.0 * layout.scale;
    let fits = |label: &str| text::width(label, size).is_ok_and(|width| width <= room);
    let (ticks, shared) = bar.ticks_that(38.0 * layout.scale / f64::from(rect.height.max(1)), fits);
    let left = f64::from(rect.right() + line + tick + gap);
    for BarTick { height, label, .. } in ticks {
        let row = i64::from(rect.bottom()) - i64::from(line) - tick_start(height, rect.height, line);
        let lines: Vec<&str> = label.split('\n').collect();
        // Two lines stay beside the bar.
        let second = 16.0 * layout.scale;
        let (top, bottom) = (f64::from(rect.y), f64::from(rect.bottom()));
        let reach = if lines.len() > 1 { (second / 2.0).min((bottom - top) / 2.0) } else { 0.0 };
        let center = (bottom - height * (bottom - top)).clamp(top + reach, bottom - reach);
        for (i, text) in lines.iter().enumerate() {
            let width = text::width(text, size)?;
            if width > room {
                break;
            }
            let shift = if lines.len() < 2 { 0.0 } else { second * (i as f64 - 0.5) };
            let role = if i == 0 { Role::Tick } else { Role::Shared };
            if i == 0 {
                painter.rect(i64::from(rect.right() + line), row, tick, line, colors.line);
            }
            let (text, y) = ((*text).to_owned(), (center + shift + size * text::CAP_HEIGHT / 2.0).round());
            labels.push(Label { text, role, size, x: left, y, width, turned: false });
        }
    }
    if let Some(shared) = shared {
        let width = text::width(&shared, size)?;
        let most = f64::from(layout.size.width) - width - 2.0 * layout.scale;
        // Nearer to the bar where it would leave the figure: there is no more room than that without a title.
        let least = (size * text::CAP_HEIGHT + 2.0 * layout.scale).ceil();
        let baseline = (f64::from(place.rect.y) - (5.0 * layout.scale).round() - f64::from(line)).max(least);
        let x = f64::from(rect.x).min(most);
        // What the labels share matters more than the topmost of them, where both have no room.
        let is_below = |label: &Label| label.y - size * text::CAP_HEIGHT > baseline + 2.0 * layout.scale;
        labels.retain(|label| x + width < label.x || is_below(label));
        labels.push(Label { text: shared, role: Role::Shared, size, x, y: baseline, width, turned: false });
    }
    Ok(labels)
}

/// Whether a label is a bar's name, which runs upwards beside its ticks' labels.
pub(in super::super) fn is_name(layout: &Layout, label: &Label) -> bool {
    label.turned && layout.bars.first().is_some_and(|bar| label.x > f64::from(bar.rect.right()))
}

/// Whether a label is a second line beside a bar, which what its ticks share, above it, is not.
fn is_beside(layout: &Layout, label: &Label) -> bool {
    let near = 20.0 * layout.scale;
    layout.bars.iter().any(|bar| (0.0..near).contains(&(label.x - f64::from(bar.rect.right()))))
}

/// How far the names of bars may be set nearer to them, in whole pixels: the layout has kept room for the longest labels there
/// may be, as it is made before the values are known. Half of what is left stays at the figure's edge.
pub(in super::super) fn name_shift(layout: &Layout, ticks: &[Label]) -> f64 {
    let longest = ticks
        .iter()
        .filter(|label| label.role == Role::Tick || is_beside(layout, label))
        .map(|label| label.width)
        .fold(0.0, f64::max);
    layout.bars.first().map_or(0.0, |bar| ((bar.room - longest) * 0.6).max(0.0).round())
}

/// Points at the ends beyond which there are values; returns what is left for the colours.
fn points(painter: &mut Painter, place: Rect, bar: &ColorBar, colors: ThemeColors) -> Rect {
    let point = (place.width * 2 / 3).min(place.height / 8);
    let [below, above] = bar.extends.map(|extends| if extends { point } else { 0 });
    let rect = Rect { y: place.y + above, height: place.height - above - below, ..place };
    let (left, right) = (float(place.x), float(place.right()));
    let middle = f32::midpoint(left, right);
    let mut triangle = |base: u32, tip: u32, color: [u8; 4]| {
        let (base, tip) = (float(base), float(tip));
        painter.polygon(&[(left, base), (middle, tip), (right, base)], Rgba(color));
        painter.polyline(&[(left, base), (middle, tip), (right, base)], 1.0, colors.faint);
    };
    if below > 0 {
        triangle(rect.bottom(), place.bottom(), bar.ends[0].or(bar.palette.first().copied()).unwrap_or_default());
    }
    if above > 0 {
        triangle(rect.y, place.y, bar.ends[1].or(bar.palette.last().copied()).unwrap_or_default());
    }
    rect
}

/// Special values beneath the colors, as many as leave these enough room; returns what is left for the colours.
fn swatches(
    painter: &mut Painter,
    layout: &Layout,
    place: BarPlace,
    bar: &ColorBar,
    colors: ThemeColors,
    labels: &mut Vec<Label>,
) -> Result<Rect, PaintError> {
    let (high, step) = (pixels(SWATCH.0 * layout.scale), pixels(SWATCH.1 * layout.scale).max(1));
    let spare = place.rect.height.saturating_sub(pixels(LEAST * layout.scale));
    let count = bar.swatches.len().min((spare / step) as usize);
    let taken = u32::try_from(count).unwrap_or(0) * step;
    let size = 12.0 * layout.scale;
    let mut top = place.rect.bottom() - taken + step - high;
    for (text, sign) in bar.swatches.iter().take(count) {
        let width = text::width(text, size)?;
        let text = if width <= place.room + 2.0 * layout.scale { text } else { "" };
        swatch(painter, layout, Rect { y: top, height: high, ..place.rect }, (text, *sign), colors, labels)?;
        top += step;
    }
    Ok(Rect { height: place.rect.height - taken, ..place.rect })
}

fn float(value: u32) -> f32 {
    value as f32
}
