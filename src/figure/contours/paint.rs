//! Contour lines as pixels.
//!
//! Lines are painted by `ink`, not by the painter's strokes: 4×4 samples show as steps in the long, gentle slopes that contour
//! lines consist of, and what is painted here is the same in whichever rows it is painted.

use std::ops::Range;

use crate::figure::image::Image;
use crate::figure::painter::{PaintError, Painter, Rect};
use crate::scene::contour::{ContourColor, ContourStyle, Dash};
use crate::scene::style::Rgba;

use super::ink::{Ink, Pen};
use super::inks::{HALO, Inks};
use super::labels::{self, Label};
use super::run::{Frame, Run, all_runs, apart};
use super::trace::Contours;

/// How far the halo of a label reaches, as a share of its font size.
const LABEL_HALO: f64 = 0.18;

/// The plot that lines are painted in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Canvas {
    /// Columns of pixels.
    pub width: u32,
    /// Rows of pixels.
    pub height: u32,
    /// Pixels to a CSS pixel.
    pub scale: f64,
}

/// How lines of one level are painted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    /// Their color.
    pub color: Rgba,
    /// The color of their halo, if they have one.
    pub halo: Option<Rgba>,
    /// Their width, in pixels.
    pub width: f64,
    /// Their dashes.
    pub dash: Dash,
    /// The width that lengths of dashes are multiples of: at least a CSS pixel, and a pixel.
    pub unit: f64,
}

/// How the lines of each level are painted at a number of pixels to a CSS pixel, with the colors that values have in a
/// colormap.
pub fn strokes(
    style: &ContourStyle,
    levels: &[f64],
    scale: f64,
    inks: Inks,
    color_of: impl Fn(f64) -> Rgba,
) -> Vec<Stroke> {
    let stroke = |(index, level): (usize, &f64)| {
        let look = style.look(levels, index);
        let (color, halo) = match look.color {
            ContourColor::Auto => (inks.line, Some(inks.halo)),
            ContourColor::One(color) => (color, None),
            ContourColor::Colormap => (color_of(*level), None),
        };
        let unit = (look.width.max(1.0) * scale).max(1.0);
        Stroke { color, halo, width: look.width * scale, dash: look.dash, unit }
    };
    levels.iter().enumerate().map(stroke).collect()
}

/// Lengths of a dash and of the gap after it between the middles of round ends, in widths.
fn pattern(dash: Dash) -> Option<[f64; 2]> {
    match dash {
        Dash::Solid => None,
        Dash::Dashed => Some([4.0, 3.5]),
        Dash::Dotted => Some([0.0, 2.5]),
    }
}

/// Contour lines made ready for painting: clipped to the plot, as few points as show, labels placed.
#[derive(Clone, Debug)]
pub struct Drawing {
    canvas: Canvas,
    strokes: Vec<Stroke>,
    runs: Vec<Run>,
    labels: Vec<Label>,
}

impl Drawing {
    /// Makes lines ready. Their points are pixels of the plot, x right and y down from its upper left corner (see
    /// [`Contours::map`]); `color_of` says which color a level has in the layer's colormap.
    ///
    /// # Errors
    /// [`PaintError::Scale`] if the scale is not a positive number, [`PaintError::Font`] if labels cannot be set.
    pub fn new(
        lines: &Contours,
        levels: &[f64],
        style: &ContourStyle,
        canvas: Canvas,
        inks: Inks,
        threads: usize,
        color_of: impl Fn(f64) -> Rgba,
    ) -> Result<Self, PaintError> {
        if !(canvas.scale.is_finite() && canvas.scale > 0.0) {
            return Err(PaintError::Scale(canvas.scale));
        }
        let strokes = strokes(style, levels, canvas.scale, inks, color_of);
        let halo = 2.0 * HALO * canvas.scale;
        let widest = strokes.iter().map(|stroke| stroke.width + halo).fold(1.0, f64::max);
        let (margin, size) = (widest / 2.0 + 2.0, [canvas.width, canvas.height].map(f64::from));
        let frame = Frame { low: [-margin; 2], high: size.map(|length| length + margin) };
        let found = all_runs(lines, &frame, threads);
        let (runs, labels) = if style.labels {
            labels::place(&found, levels, style.label_size, canvas, threads)?
        } else {
            (found, Vec::new())
        };
        Ok(Self { canvas, strokes, runs, labels })
    }

    /// The labels, in the order of levels.
    #[must_use]
    pub fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// The whole plot, transparent where no line is.
    ///
    /// # Errors
    /// As [`Self::rows`].
    pub fn image(&self) -> Result<Image, PaintError> {
        self.rows(0..self.canvas.height)
    }

    /// Some rows of the plot (0 = top): those of the whole, pixel for pixel.
    ///
    /// # Errors
    /// [`PaintError::Size`] without pixels or with too many, [`PaintError::Font`].
    pub fn rows(&self, rows: Range<u32>) -> Result<Image, PaintError> {
        let mut painter = Painter::of_rows(self.canvas.width, rows.clone(), Rgba([0; 4]))?;
        let mut ink = Ink::new(self.canvas.width, rows.clone());
        // All halos first: none lies over a line.
        let reach = HALO * self.canvas.scale;
        let halos = |stroke: &Stroke| Some((stroke.halo?, Pen::new(stroke.width + 2.0 * reach)));
        self.lines(&mut painter, &mut ink, halos);
        self.lines(&mut painter, &mut ink, |stroke| Some((stroke.color, Pen::new(stroke.width))));
        for label in self.labels.iter().filter(|label| label.is_near(&rows)) {
            let color = self.strokes.get(label.level).map_or(Rgba([0, 0, 0, 255]), |stroke| stroke.color);
            let reach = LABEL_HALO * f64::from(label.line.size);
            painter.halo_along(&label.line, label.start, label.along, reach, Inks::around(color))?;
            painter.text_along(&label.line, label.start[0], label.start[1], label.along, color)?;
        }
        Ok(painter.finish())
    }

    /// All lines with the colors and pens that their strokes have.
    fn lines(&self, painter: &mut Painter, ink: &mut Ink, look: impl Fn(&Stroke) -> Option<(Rgba, Pen)>) {
        let mut color = None;
        for run in &self.runs {
            let Some(stroke) = self.strokes.get(run.level) else { continue };
            let Some((own, pen)) = look(stroke) else { continue };
            // Neighbouring levels of one color are painted at once.
            if let Some(before) = color.replace(own).filter(|before| *before != own) {
                ink.paint(painter, before);
            }
            draw(ink, run, stroke, pen);
        }
        if let Some(last) = color {
            ink.paint(painter, last);
        }
    }
}

/// Covers what a run has of a stroke.
fn draw(ink: &mut Ink, run: &Run, stroke: &Stroke, pen: Pen) {
    let Some([dash, gap]) = pattern(stroke.dash).map(|lengths| lengths.map(|length| length * stroke.unit)) else {
        for pair in run.points.windows(2) {
            if ink.is_near(pair[0], pair[1], pen) {
                ink.segment(pair[0], pair[1], pen);
            }
        }
        return;
    };
    let mut along = run.start;
    for pair in run.points.windows(2) {
        let length = apart(pair[0], pair[1]);
        if ink.is_near(pair[0], pair[1], pen) {
            dashes(along, length, [dash, gap], |from, to| {
                ink.segment(between(pair[0], pair[1], from / length), between(pair[0], pair[1], to / length), pen);
            });
        }
        along += length;
    }
}

/// Paints a line from left to right through a rectangle, as one of its color, width and dashes is painted.
pub(in crate::figure) fn paint_line(
    painter: &mut Painter,
    rect: Rect,
    color: Rgba,
    (width, dash): (f64, Dash),
    scale: f64,
) {
    let middle = rect.y as f32 + rect.height as f32 / 2.0;
    let points = [rect.x, rect.right()].map(|x| [x as f32, middle]);
    let run = Run { level: 0, start: 0.0, points: points.to_vec() };
    let pen = Pen::new((width * scale).min(f64::from(rect.height)));
    let stroke = Stroke { color, halo: None, width: width * scale, dash, unit: (width.max(1.0) * scale).max(1.0) };
    let mut ink = Ink::new(rect.right(), rect.y..rect.bottom());
    draw(&mut ink, &run, &stroke, pen);
    // Its round ends reach beyond.
    ink.leave_out(rect.x);
    ink.paint(painter, color);
}

/// The parts of a segment that are dashes: it begins `along` from the beginning of its line.
fn dashes(along: f64, length: f64, [dash, gap]: [f64; 2], mut found: impl FnMut(f64, f64)) {
    let period = dash + gap;
    let mut start = (along / period).floor() * period - along;
    while start < length {
        let (from, to) = (start.max(0.0), (start + dash).min(length));
        // A dot belongs to the segment that it begins in.
        if to > from || (dash == 0.0 && start >= 0.0) {
            found(from, to);
        }
        start += period;
    }
}

#[expect(clippy::cast_possible_truncation, reason = "places in an image need no more than f32")]
fn between(a: [f32; 2], b: [f32; 2], share: f64) -> [f32; 2] {
    [0, 1].map(|i| (f64::from(a[i]) + (f64::from(b[i]) - f64::from(a[i])) * share) as f32)
}

#[cfg(test)]
#[path = "paint_tests.rs"]
mod tests;
