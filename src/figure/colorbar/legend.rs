//! Legends: which color, hatching or line stands for what.

use crate::scene::contour::Dash;
use crate::scene::hatch::Hatch;
use crate::scene::style::{Background, Norm, Rgba};

use super::super::axes::ThemeColors;
use super::super::contours::{Inks, paint_line, paint_swatch};
use super::super::frame::{BarPlace, Label, Layout, Role, pixels};
use super::super::painter::{PaintError, Painter, Rect};
use super::super::text;
use super::ColorBar;

/// Height of a swatch, and from one to the next, in CSS pixels.
pub(super) const SWATCH: (f64, f64) = (12.0, 20.0);

/// What stands for something beside its name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sign {
    /// A color.
    Color(Rgba),
    /// A hatching, over a ground.
    Hatch {
        /// The hatching.
        hatch: Hatch,
        /// What it is painted with where it has no color of its own.
        inks: Inks,
        /// What lies beneath it.
        ground: Background,
    },
    /// A line.
    Line(LegendLine),
}

/// A line in a legend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LegendLine {
    /// Its color.
    pub color: Rgba,
    /// Its width, in CSS pixels.
    pub width: f64,
    /// Its dashes.
    pub dash: Dash,
    /// What lies beneath it.
    pub ground: Background,
}

impl ColorBar {
    /// No bar, but which color or hatching stands for what.
    #[must_use]
    pub fn legend(entries: Vec<(String, Sign)>) -> Self {
        let opaque = |sign| match sign {
            Sign::Color(Rgba([r, g, b, _])) => Sign::Color(Rgba([r, g, b, 255])),
            other => other,
        };
        let swatches = entries.into_iter().map(|(text, sign)| (text, opaque(sign))).collect();
        Self {
            palette: Vec::new(),
            thresholds: Vec::new(),
            limits: None,
            counts: true,
            norm: Norm::Linear,
            extends: [false; 2],
            ends: [None; 2],
            swatches,
            is_legend: true,
            time: None,
        }
    }
}

/// The swatches of so many entries, from above, as many as there is room for: where that is not all, one less, so that
/// there is a line to say so.
#[must_use]
pub fn entry_places(layout: &Layout, place: BarPlace, entries: usize) -> Vec<Rect> {
    let (high, step) = (pixels(SWATCH.0 * layout.scale), pixels(SWATCH.1 * layout.scale).max(1));
    let fit = ((place.rect.height + step - high) / step) as usize;
    let shown = if entries > fit { fit.saturating_sub(1) } else { entries };
    let tops = (place.rect.y..).step_by(step as usize).take(shown);
    tops.map(|y| Rect { y, height: high, ..place.rect }).collect()
}

/// A legend's place with room for so many entries more above it.
#[must_use]
pub fn place_with_more(layout: &Layout, place: BarPlace, entries: usize) -> BarPlace {
    let step = pixels(SWATCH.1 * layout.scale).max(1);
    let more = step.saturating_mul(u32::try_from(entries).unwrap_or(u32::MAX)).min(place.rect.y);
    let rect = Rect { y: place.rect.y - more, height: place.rect.height + more, ..place.rect };
    BarPlace { rect, ..place }
}

/// What stands for what, from above; of more than there is room for, how many.
pub(super) fn paint(
    painter: &mut Painter,
    layout: &Layout,
    place: BarPlace,
    entries: &[(String, Sign)],
    colors: ThemeColors,
    labels: &mut Vec<Label>,
) -> Result<(), PaintError> {
    let (high, step) = (pixels(SWATCH.0 * layout.scale), pixels(SWATCH.1 * layout.scale).max(1));
    let size = 12.0 * layout.scale;
    let places = entry_places(layout, place, entries.len());
    let texts: Vec<&str> = entries.iter().take(places.len()).map(|(text, _)| text.as_str()).collect();
    let texts = told_apart(&texts, size, place.room + 2.0 * layout.scale)?;
    for ((text, (_, sign)), rect) in texts.iter().zip(entries).zip(&places) {
        swatch(painter, layout, *rect, (text, *sign), colors, labels)?;
    }
    if places.len() < entries.len() && place.rect.height >= high {
        let more = format!("+ {} more", entries.len() - places.len());
        let y = places.last().map_or(place.rect.y, |last| last.y + step);
        let rect = Rect { y, height: high, ..place.rect };
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

/// A color, a hatching or a line with what it stands for.
pub(super) fn swatch(
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
        Sign::Line(LegendLine { color, width, dash, ground }) => {
            if let Background::Color(color) = ground {
                painter.rect(x, y, rect.width, rect.height, color);
            }
            paint_line(painter, rect, color, (width, dash), layout.scale);
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
