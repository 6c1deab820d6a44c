//! Painting a colour bar: colours, points, ticks, swatches of special values.

use crate::scene::style::{Background, Rgba};

use super::super::axes::{ThemeColors, tick_start};
use super::super::contours::paint_swatch;
use super::super::frame::{BarPlace, Label, Layout, Role, pixels};
use super::super::painter::{PaintError, Painter, Rect};
use super::super::text;
use super::{BarTick, ColorBar, Sign};

/// Height of a swatch, and from one to the next, in CSS pixels.
const SWATCH: (f64, f64) = (12.0, 20.0);

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
        legend(painter, layout, place, bar, colors, &mut labels)?;
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
        let width = text::width(&label, size)?;
        if width <= room {
            painter.rect(i64::from(rect.right() + line), row, tick, line, colors.line);
            let baseline = f64::from(rect.bottom()) - height * f64::from(rect.height) + size * text::CAP_HEIGHT / 2.0;
            let role = Role::Tick;
            labels.push(Label { text: label, role, size, x: left, y: baseline.round(), width, turned: false });
        }
    }
    if let Some(shared) = shared {
        let width = text::width(&shared, size)?;
        let most = f64::from(layout.size.width) - width - 2.0 * layout.scale;
        let baseline = f64::from(place.rect.y) - (5.0 * layout.scale).round() - f64::from(line);
        let x = f64::from(rect.x).min(most);
        labels.push(Label { text: shared, role: Role::Shared, size, x, y: baseline, width, turned: false });
    }
    Ok(labels)
}

/// Whether a label is a bar's name, which runs upwards beside its ticks' labels.
pub(in super::super) fn is_name(layout: &Layout, label: &Label) -> bool {
    label.turned && layout.bars.first().is_some_and(|bar| label.x > f64::from(bar.rect.right()))
}

/// How far the names of bars may be set nearer to them, in whole pixels: the layout has kept room for the longest labels there
/// may be, as it is made before the values are known. Half of what is left stays at the figure's edge.
pub(in super::super) fn name_shift(layout: &Layout, ticks: &[Label]) -> f64 {
    let longest = ticks.iter().filter(|label| label.role == Role::Tick).map(|label| label.width).fold(0.0, f64::max);
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

/// What stands for what, from above; of more than there is room for, how many.
fn legend(
    painter: &mut Painter,
    layout: &Layout,
    place: BarPlace,
    bar: &ColorBar,
    colors: ThemeColors,
    labels: &mut Vec<Label>,
) -> Result<(), PaintError> {
    let (high, step) = (pixels(SWATCH.0 * layout.scale), pixels(SWATCH.1 * layout.scale).max(1));
    let size = 12.0 * layout.scale;
    let fit = ((place.rect.height + step - high) / step) as usize;
    let shown = if bar.swatches.len() > fit { fit.saturating_sub(1) } else { bar.swatches.len() };
    let mut top = place.rect.y;
    for (text, sign) in bar.swatches.iter().take(shown) {
        let text = text::shortened(text, size, place.room + 2.0 * layout.scale)?;
        swatch(painter, layout, Rect { y: top, height: high, ..place.rect }, (&text, *sign), colors, labels)?;
        top += step;
    }
    if shown < bar.swatches.len() && fit > 0 {
        let more = format!("+ {} more", bar.swatches.len() - shown);
        let rect = Rect { y: top, height: high, ..place.rect };
        let mut label = beside(layout, rect, &more)?;
        label.x = f64::from(place.rect.x);
        labels.push(label);
    }
    Ok(())
}

/// A color or a hatching with what it stands for.
fn swatch(
    painter: &mut Painter,
    layout: &Layout,
    rect: Rect,
    (text, sign): (&str, Sign),
    colors: ThemeColors,
    labels: &mut Vec<Label>,
) -> Result<(), PaintError> {
    let line = layout.line_width();
    let (x, y, frame) = (i64::from(rect.x), i64::from(rect.y), i64::from(line));
    painter.rect(x - frame, y - frame, rect.width + 2 * line, rect.height + 2 * line, colors.faint);
    painter.clear(rect);
    match sign {
        Sign::Color(color) => painter.rect(x, y, rect.width, rect.height, color),
        Sign::Hatch { hatch, inks, ground } => {
            if let Background::Color(color) = ground {
                painter.rect(x, y, rect.width, rect.height, color);
            }
            paint_swatch(painter, rect, &hatch, inks, layout.scale);
        }
    }
    if !text.is_empty() {
        labels.push(beside(layout, rect, text)?);
    }
    Ok(())
}

/// A text beside a swatch, as far from it as the labels of a bar's ticks are.
fn beside(layout: &Layout, rect: Rect, text: &str) -> Result<Label, PaintError> {
    let size = 12.0 * layout.scale;
    let x = f64::from(rect.right() + layout.line_width() + 2 * pixels(5.0 * layout.scale));
    let baseline = f64::from(rect.y) + f64::from(rect.height) / 2.0 + size * text::CAP_HEIGHT / 2.0;
    let (text, width, role) = (text.to_owned(), text::width(text, size)?, Role::Tick);
    Ok(Label { text, role, size, x, y: baseline.round(), width, turned: false })
}

fn float(value: u32) -> f32 {
    value as f32
}
