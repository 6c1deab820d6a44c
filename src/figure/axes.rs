//! The whole figure: background, plot, axes, ticks, words, colour bar.
//!
//! Nothing is ever painted onto the plot (but the grid, where somebody asks for it): axis lines run around it and ticks
//! point outwards, and the plot's pixels are those of the picture, byte for byte.

use std::ops::Range;

use crate::scene::style::{Background, Rgba};

use super::colorbar::{self, ColorBar};
use super::frame::{Label, Layout, Role};
use super::image::Image;
use super::painter::{PaintError, Painter};
use super::shade::over;
use super::text;
use super::ticks::Ticks;

/// The colours around a plot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Light on near-black.
    #[default]
    Dark,
    /// Dark on white.
    Light,
}

/// The colours of a theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThemeColors {
    /// Beneath everything.
    pub background: Rgba,
    /// Axis lines and major ticks.
    pub line: Rgba,
    /// Minor ticks.
    pub faint: Rgba,
    /// Lines of the grid, over the plot.
    pub grid: Rgba,
    /// The title.
    pub title: Rgba,
    /// Names of axes.
    pub name: Rgba,
    /// Tick labels.
    pub tick: Rgba,
    /// Dates and offsets.
    pub shared: Rgba,
}

impl Theme {
    /// Its colours.
    #[must_use]
    pub const fn colors(self) -> ThemeColors {
        const fn grey(r: u8, g: u8, b: u8) -> Rgba {
            Rgba([r, g, b, 255])
        }
        match self {
            Self::Dark => ThemeColors {
                background: grey(14, 15, 19),
                line: grey(92, 97, 108),
                faint: grey(66, 70, 80),
                grid: Rgba([255, 255, 255, 28]),
                title: grey(232, 234, 238),
                name: grey(188, 192, 200),
                tick: grey(170, 175, 184),
                shared: grey(128, 133, 143),
            },
            Self::Light => ThemeColors {
                background: grey(255, 255, 255),
                line: grey(120, 125, 136),
                faint: grey(170, 174, 182),
                grid: Rgba([0, 0, 0, 28]),
                title: grey(22, 24, 29),
                name: grey(52, 56, 64),
                tick: grey(72, 77, 87),
                shared: grey(112, 117, 127),
            },
        }
    }
}

/// How a figure looks around its plot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Colours of lines and text.
    pub theme: Theme,
    /// Beneath everything: the theme's own colour if none is given, nothing for [`Background::None`].
    pub background: Option<Background>,
    /// Whether faint lines are drawn over the plot at the major ticks.
    pub grid: bool,
}

impl Look {
    /// What lies beneath everything.
    #[must_use]
    pub fn background(self) -> Rgba {
        match self.background {
            None => self.theme.colors().background,
            Some(Background::None) => Rgba([0; 4]),
            Some(Background::Color(color)) => color,
        }
    }
}

/// The figure: the picture of the data in its place, and everything around it.
///
/// # Errors
/// [`PaintError::PictureSize`] if the picture was not made at the layout's plot size.
pub fn compose(plot: &Image, layout: &Layout, look: Look, bars: &[ColorBar]) -> Result<Image, PaintError> {
    let place = layout.plot;
    if (plot.width, plot.height) != (place.width, place.height) {
        let picture = (plot.width, plot.height);
        return Err(PaintError::PictureSize { picture, place: (place.width, place.height) });
    }
    compose_rows(&plot.pixels, 0..layout.size.height, layout, look, bars)
}

/// Some rows of the figure (0 is the top one). `plot` holds the pixels of those rows of the picture of the data that lie
/// in them ([`plot_rows`]). Rows composed apart are those of the whole figure.
///
/// # Errors
/// [`PaintError::PictureSize`] if `plot` has another number of pixels.
pub fn compose_rows(
    plot: &[u8],
    rows: Range<u32>,
    layout: &Layout,
    look: Look,
    bars: &[ColorBar],
) -> Result<Image, PaintError> {
    let place = layout.plot;
    let within = plot_rows(layout, &rows);
    let bytes = u128::from(place.width) * within.len() as u128 * 4;
    if plot.len() as u128 != bytes {
        let height = u32::try_from(plot.len() / 4 / place.width.max(1) as usize).unwrap_or(u32::MAX);
        let place = (place.width, within.end - within.start);
        return Err(PaintError::PictureSize { picture: (layout.plot.width, height), place });
    }
    if !layout.axes && (place.width, place.height) == (layout.size.width, layout.size.height) {
        return Ok(Image { width: place.width, height: rows.end - rows.start, pixels: plot.to_vec() });
    }
    let mut figure = surroundings_rows(layout, rows.clone(), look, bars)?;
    let (from, to) = (place.width as usize * 4, figure.width as usize * 4);
    let left = place.x as usize * 4;
    let first = (place.y + within.start).saturating_sub(rows.start);
    for (row, source) in figure.pixels.chunks_exact_mut(to).skip(first as usize).zip(plot.chunks_exact(from)) {
        if let Some(row) = row.get_mut(left..left + from) {
            row.copy_from_slice(source);
        }
    }
    if look.grid {
        grid(&mut figure, &rows, layout, look.theme.colors().grid);
    }
    Ok(figure)
}

/// The rows of the picture of the data (0 is the top one) that lie in some rows of the figure.
#[must_use]
pub fn plot_rows(layout: &Layout, rows: &Range<u32>) -> Range<u32> {
    let within = |row: u32| row.clamp(layout.plot.y, layout.plot.bottom()) - layout.plot.y;
    within(rows.start)..within(rows.end)
}

/// Everything but the plot, whose place shows the background: what a window lays around its canvas.
///
/// # Errors
/// [`PaintError`] if the figure is too large.
pub fn surroundings(layout: &Layout, look: Look, bars: &[ColorBar]) -> Result<Image, PaintError> {
    surroundings_rows(layout, 0..layout.size.height, look, bars)
}

fn surroundings_rows(layout: &Layout, rows: Range<u32>, look: Look, bars: &[ColorBar]) -> Result<Image, PaintError> {
    let colors = look.theme.colors();
    let mut painter = Painter::of_rows(layout.size.width, rows.clone(), look.background())?;
    if layout.axes {
        frame(&mut painter, layout, colors);
        ticks_along(&mut painter, layout, &layout.x_ticks, true, colors);
        ticks_along(&mut painter, layout, &layout.y_ticks, false, colors);
    }
    let mut labels = Vec::new();
    for (place, bar) in layout.bars.iter().zip(bars) {
        labels.extend(colorbar::paint(&mut painter, layout, *place, bar, colors)?);
    }
    let nearer = colorbar::name_shift(layout, &labels);
    let shift = |label: &Label| if colorbar::is_name(layout, label) { nearer } else { 0.0 };
    for label in layout.labels.iter().chain(&labels).filter(|label| stands_in(label, &rows)) {
        let color = match label.role {
            Role::Title => colors.title,
            Role::Name => colors.name,
            Role::Tick => colors.tick,
            Role::Shared => colors.shared,
        };
        painter.text(&text::line(&label.text, label.size)?, label.x - shift(label), label.y, label.turned, color)?;
    }
    Ok(painter.finish())
}

/// Whether a label may have pixels in some rows; accents and long strokes reach beyond its bounds.
fn stands_in(label: &Label, rows: &Range<u32>) -> bool {
    let [_, top, _, bottom] = label.bounds();
    top - label.size < f64::from(rows.end) && bottom + label.size > f64::from(rows.start)
}

/// Lines around the plot: strong along the axes, faint opposite.
fn frame(painter: &mut Painter, layout: &Layout, colors: ThemeColors) {
    let (plot, line) = (layout.plot, layout.line_width());
    let (x, y, thick) = (i64::from(plot.x), i64::from(plot.y), i64::from(line));
    let (right, bottom) = (i64::from(plot.right()), i64::from(plot.bottom()));
    painter.rect(x - thick, y - thick, plot.width + 2 * line, line, colors.faint);
    painter.rect(right, y - thick, line, plot.height + 2 * line, colors.faint);
    painter.rect(x - thick, y - thick, line, plot.height + 2 * line, colors.line);
    painter.rect(x - thick, bottom, plot.width + 2 * line, line, colors.line);
}

/// The columns (or rows from below) of a tick's line, relative to the plot: centred on its position, flush with the
/// axis lines at both ends.
pub(super) fn tick_start(position: f64, length: u32, line: u32) -> i64 {
    let (at, length, line) = (position * f64::from(length), f64::from(length), f64::from(line));
    if at < 0.5 {
        return whole(-line);
    }
    if at > length - 0.5 {
        return whole(length);
    }
    whole((at - (line - 1.0) / 2.0).floor().clamp(0.0, (length - line).max(0.0)))
}

#[expect(clippy::cast_possible_truncation, reason = "within a picture")]
fn whole(value: f64) -> i64 {
    value as i64
}

fn ticks_along(painter: &mut Painter, layout: &Layout, ticks: &Ticks, horizontal: bool, colors: ThemeColors) {
    let (plot, line) = (layout.plot, layout.line_width());
    let thick = i64::from(line);
    for tick in &ticks.ticks {
        let css = if tick.major { 5.0 } else { 3.0 };
        let length = super::frame::pixels(css * layout.scale).max(1);
        let color = if tick.major { colors.line } else { colors.faint };
        if horizontal {
            let x = i64::from(plot.x) + tick_start(tick.position, plot.width, line);
            painter.rect(x, i64::from(plot.bottom()) + thick, line, length, color);
        } else {
            let y = i64::from(plot.bottom()) - thick - tick_start(tick.position, plot.height, line);
            painter.rect(i64::from(plot.x) - thick - i64::from(length), y, length, line, color);
        }
    }
}

/// Faint lines over the plot at the major ticks, in some rows of the figure.
fn grid(figure: &mut Image, rows: &Range<u32>, layout: &Layout, color: Rgba) {
    let (plot, line) = (layout.plot, layout.line_width());
    let width = figure.width as usize;
    let (top, bottom) = (rows.start.max(plot.y), rows.end.min(plot.bottom()));
    let mut mix = |x: i64, y: i64| {
        let inside = (i64::from(plot.x)..i64::from(plot.right())).contains(&x)
            && (i64::from(top)..i64::from(bottom)).contains(&y);
        if let (true, Ok(x), Ok(y)) = (inside, usize::try_from(x), usize::try_from(y - i64::from(rows.start)))
            && let Some(pixel) = figure.pixels.as_chunks_mut::<4>().0.get_mut(y * width + x)
        {
            *pixel = over(color.0, *pixel);
        }
    };
    for tick in layout.x_ticks.ticks.iter().filter(|tick| tick.major) {
        let x = i64::from(plot.x) + tick_start(tick.position, plot.width, line);
        (x..x + i64::from(line)).for_each(|x| (top..bottom).for_each(|y| mix(x, i64::from(y))));
    }
    for tick in layout.y_ticks.ticks.iter().filter(|tick| tick.major) {
        let y = i64::from(plot.bottom()) - i64::from(line) - tick_start(tick.position, plot.height, line);
        (y..y + i64::from(line)).for_each(|y| (plot.x..plot.right()).for_each(|x| mix(i64::from(x), y)));
    }
}

#[cfg(test)]
#[path = "axes_tests.rs"]
mod tests;
