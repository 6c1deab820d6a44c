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
    let texts: Vec<&str> = bar.swatches.iter().take(shown).map(|(text, _)| text.as_str()).collect();
    let texts = told_apart(&texts, size, place.room + 2.0 * layout.scale)?;
    for (text, (_, sign)) in texts.iter().zip(&bar.swatches) {
        swatch(painter, layout, Rect { y: top, height: high, ..place.rect }, (text, *sign), colors, labels)?;
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

/// Texts no longer than there is room: the ends of those that are too long are left out, or their beginnings where only
/// their ends differ.
fn told_apart(texts: &[&str], size: f64, room: f64) -> Result<Vec<String>, PaintError> {
    let mut is_long = Vec::with_capacity(texts.len());
    for text in texts {
        is_long.push(text::width(text, size)? > room);
    }
    let long = || texts.iter().zip(&is_long).filter(|(_, is_long)| **is_long).map(|(text, _)| *text);
    let each = |short: &dyn Fn(&str) -> Result<String, PaintError>| {
        let made = texts
            .iter()
            .zip(&is_long)
            .map(|(text, is_long)| if *is_long { short(text) } else { Ok((*text).to_owned()) });
        made.collect::<Result<Vec<String>, PaintError>>()
    };
    let differ = |made: &[String]| (1..made.len()).all(|i| !made[..i].contains(&made[i]));
    let begun = each(&|text| text::shortened(text, size, room))?;
    if differ(&begun) {
        return Ok(begun);
    }
    // As much of the end as there is room for.
    let ended = each(&|text| {
        let mut rest = text.chars();
        while rest.next().is_some() {
            let tail = format!("…{}", rest.as_str());
            if text::width(&tail, size)? <= room {
                return Ok(tail);
            }
        }
        Ok(String::new())
    })?;
    if differ(&ended) {
        return Ok(ended);
    }
    // What comes behind all that they share.
    let first = long().next().unwrap_or("");
    let shared =
        long().map(|text| first.chars().zip(text.chars()).take_while(|(a, b)| a == b).count()).min().unwrap_or(0);
    each(&|text| text::shortened(&format!("…{}", text.chars().skip(shared).collect::<String>()), size, room))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_room_is_shortened_where_it_does_not_differ() {
        let made = |texts: &[&str], room: f64| told_apart(texts, 12.0, room).unwrap();
        let ids = ["4620691234567890123", "4620691234567890124", "other"];
        assert_eq!(made(&ids, 200.0), ids);
        let short = made(&ids, 60.0);
        assert!(short[0].starts_with('…') && short[0].ends_with("0123") && short[1].ends_with("0124"), "{short:?}");
        assert_eq!(short[2], "other");
        assert!(short.iter().all(|text| text::width(text, 12.0).unwrap() <= 60.0));
        let early = made(&["1234000000000000", "9876000000000000"], 60.0);
        assert!(early[0].starts_with("1234") && early[0].ends_with('…'), "{early:?}");
        let between = made(&["462069111111100000000000", "462069222222200000000000"], 60.0);
        assert!(between[0].starts_with("…1111") && between[1].starts_with("…2222"), "{between:?}");
        assert_eq!(made(&["abc", "abd"], 0.0), ["", ""]);
    }
}
