//! The whole figure: background, plot, axes, ticks, words, colour bar.
//!
//! Nothing is ever painted onto the plot (but the grid, where somebody asks for it): axis lines run around it and ticks
//! point outwards, and the plot's pixels are those of the picture, byte for byte.

use crate::scene::style::{Background, Rgba};

use super::colorbar::{self, ColorBar};
use super::frame::{Layout, Role};
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
    fn background(self) -> Rgba {
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
pub fn compose(plot: &Image, layout: &Layout, look: Look, bar: Option<&ColorBar>) -> Result<Image, PaintError> {
    let place = layout.plot;
    let fits = (plot.width, plot.height) == (place.width, place.height);
    let bytes = u128::from(place.width) * u128::from(place.height) * 4;
    if !fits || plot.pixels.len() as u128 != bytes {
        let picture = (plot.width, plot.height);
        return Err(PaintError::PictureSize { picture, place: (place.width, place.height) });
    }
    if !layout.axes && (place.width, place.height) == (layout.size.width, layout.size.height) {
        return Ok(plot.clone());
    }
    let mut figure = surroundings(layout, look, bar)?;
    let (from, to) = (place.width as usize * 4, figure.width as usize * 4);
    let left = place.x as usize * 4;
    let rows = figure.pixels.chunks_exact_mut(to).skip(place.y as usize);
    for (row, source) in rows.zip(plot.pixels.chunks_exact(from)) {
        if let Some(row) = row.get_mut(left..left + from) {
            row.copy_from_slice(source);
        }
    }
    if look.grid {
        grid(&mut figure, layout, look.theme.colors().grid);
    }
    Ok(figure)
}

/// Everything but the plot, whose place shows the background: what a window lays around its canvas.
///
/// # Errors
/// [`PaintError`] if the figure is too large.
pub fn surroundings(layout: &Layout, look: Look, bar: Option<&ColorBar>) -> Result<Image, PaintError> {
    let colors = look.theme.colors();
    let mut painter = Painter::new(layout.size.width, layout.size.height, look.background())?;
    if layout.axes {
        frame(&mut painter, layout, colors);
        ticks_along(&mut painter, layout, &layout.x_ticks, true, colors);
        ticks_along(&mut painter, layout, &layout.y_ticks, false, colors);
    }
    let mut labels = Vec::new();
    if let (Some(place), Some(bar)) = (layout.bar, bar) {
        labels = colorbar::paint(&mut painter, layout, place, bar, colors)?;
    }
    for label in layout.labels.iter().chain(&labels) {
        let color = match label.role {
            Role::Title => colors.title,
            Role::Name => colors.name,
            Role::Tick => colors.tick,
            Role::Shared => colors.shared,
        };
        painter.text(&text::line(&label.text, label.size)?, label.x, label.y, label.turned, color)?;
    }
    Ok(painter.finish())
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

/// Faint lines over the plot at the major ticks.
fn grid(figure: &mut Image, layout: &Layout, color: Rgba) {
    let (plot, line) = (layout.plot, layout.line_width());
    let width = figure.width as usize;
    let mut mix = |x: i64, y: i64| {
        let inside = (i64::from(plot.x)..i64::from(plot.right())).contains(&x)
            && (i64::from(plot.y)..i64::from(plot.bottom())).contains(&y);
        if let (true, Ok(x), Ok(y)) = (inside, usize::try_from(x), usize::try_from(y))
            && let Some(pixel) = figure.pixels.as_chunks_mut::<4>().0.get_mut(y * width + x)
        {
            *pixel = over(color.0, *pixel);
        }
    };
    for tick in layout.x_ticks.ticks.iter().filter(|tick| tick.major) {
        let x = i64::from(plot.x) + tick_start(tick.position, plot.width, line);
        (x..x + i64::from(line)).for_each(|x| (plot.y..plot.bottom()).for_each(|y| mix(x, i64::from(y))));
    }
    for tick in layout.y_ticks.ticks.iter().filter(|tick| tick.major) {
        let y = i64::from(plot.bottom()) - i64::from(line) - tick_start(tick.position, plot.height, line);
        (y..y + i64::from(line)).for_each(|y| (plot.x..plot.right()).for_each(|x| mix(i64::from(x), y)));
    }
}

#[cfg(test)]
#[path = "axes_tests.rs"]
mod tests;
