//! The plot in the window: layout, textures, and where everything is on the screen.
//!
//! At rest the figure is composed by the painter that writes the PNGs, so the screen shows the same pixels. While the view
//! moves, the old picture follows under axes that are always those of the present view.

use std::sync::Arc;

use egui::{Color32, ColorImage, Pos2, Rect, TextureHandle, TextureId, TextureOptions, Ui, Vec2, pos2, vec2};

use crate::scene::aspect::Aspect;
use crate::scene::axis::{Axis, Coordinate, Range, Size, View};
use crate::scene::navigate::{for_column, pixel_placement};
use crate::scene::style::Background;
use crate::workbench::figure::{LegendEntry, legend_bar};
use crate::workbench::frame::{
    BarName, ColorBar, FigureText, FrameRequest, Image, Layout, Look, Theme, compose, layout, surroundings,
};
use crate::workbench::session::{FrameStatus, Painted};

use super::document::Document;
use super::model::Model;

/// Times that a figure whose ranges depend on its layout is laid out anew.
const LAYOUTS: usize = 4;

/// Everything that decides what the layout is.
#[derive(Debug, Clone, PartialEq)]
struct LayoutKey {
    size: Size,
    scale: f64,
    view: View,
    /// Whether the view is that of data; else nobody knows it yet.
    is_known: bool,
    text: FigureText,
    quantities: [crate::workbench::frame::Quantity; 2],
    bars: Vec<BarName>,
    /// What the legend says.
    legend: Vec<LegendEntry>,
    beside: Vec<String>,
}

/// Everything that decides what the figure's texture shows.
#[derive(Debug, Clone, PartialEq)]
struct FigureKey {
    layout: LayoutKey,
    look: Look,
    /// The picture in it, by its address; none while the view moves.
    picture: Option<usize>,
    /// Whose color bar it has.
    bar: Option<usize>,
}

/// What the canvas keeps from frame to frame.
#[derive(Default)]
pub struct Canvas {
    layout: Option<(LayoutKey, Layout)>,
    figure: Option<(FigureKey, TextureHandle)>,
    plot: Option<(Arc<Painted>, TextureHandle)>,
}

/// Where the canvas is in this frame.
#[derive(Debug, Clone)]
pub struct Stage {
    /// The whole figure, in points.
    pub rect: Rect,
    /// The plot, in points.
    pub plot: Rect,
    /// The view, at the plot's size in pixels.
    pub view: View,
    /// Whether the view is known, not only assumed for the layout.
    pub is_known: bool,
    /// Physical pixels a point.
    pub pixels_per_point: f32,
    /// The layout, in pixels.
    pub layout: Layout,
    /// Whether the columns x and y hold integers.
    pub integer: [bool; 2],
}

impl Stage {
    /// A range that x moves to, as its column can have it.
    pub fn x_range(&self, range: Range) -> Range {
        for_column(&self.view.x, range, self.integer[0])
    }

    /// A range that y moves to, as its column can have it.
    pub fn y_range(&self, range: Range) -> Range {
        for_column(&self.view.y, range, self.integer[1])
    }

    /// Position of a point along x from the plot's left edge, and along y from its lower edge, in pixels.
    pub fn position(&self, at: Pos2) -> (f64, f64) {
        let x = (at.x - self.plot.left()) * self.pixels_per_point;
        let y = (self.plot.bottom() - at.y) * self.pixels_per_point;
        (f64::from(x), f64::from(y))
    }

    /// As [`Stage::position`], of the middle of the pixel that a pointer is on: its place is that pixel's corner at the top
    /// left, or within it.
    pub fn pixel(&self, at: Pos2) -> (f64, f64) {
        // What dividing by the scale and multiplying by it rounds off, and less than pointers tell apart.
        const ROUNDING: f32 = 1.0 / 128.0;
        let along = |from: f32, to: f32| f64::from(((to - from) * self.pixels_per_point + ROUNDING).floor()) + 0.5;
        let down = along(self.plot.top(), at.y);
        (along(self.plot.left(), at.x), f64::from(self.view.y.pixels) - down)
    }
}

impl Canvas {
    /// Lays out the figure of the model's document in all of `ui` and has drawn what is missing.
    pub fn stage(&mut self, ui: &Ui, model: &mut Model) -> Option<Stage> {
        let pixels_per_point = ui.ctx().pixels_per_point();
        let (rect, size) = whole_pixels(ui.max_rect(), pixels_per_point)?;
        let document = model.document()?.clone();
        let known = model.view(size);
        let view = known.unwrap_or_else(|| assumed(&document, size));
        let resized = |size: Size| {
            let axis = |axis: Axis, pixels| Axis { pixels, ..axis };
            let given = [document.figure.x.range.is_some(), document.figure.y.range.is_some()];
            let view = View { x: axis(view.x, size.width), y: axis(view.y, size.height) };
            document.figure.aspect.applied(view, given)
        };
        // The ranges may depend on the size of the plot, and that on what the axes say: it mostly is what it was.
        let is_free = document.figure.aspect == Aspect::AUTO;
        let before = self.layout.as_ref().filter(|(key, _)| key.size == size && !is_free);
        let mut plot_size = before.map_or(size, |(_, layout)| layout.plot_size());
        let mut layout = self.laid_out(model, (resized(plot_size), known.is_some()), size, pixels_per_point)?;
        let mut least = layout.clone();
        for _ in 0..LAYOUTS {
            if is_free || layout.plot_size() == plot_size {
                break;
            }
            plot_size = layout.plot_size();
            layout = self.laid_out(model, (resized(plot_size), known.is_some()), size, pixels_per_point)?;
            let extent = |layout: &Layout| (layout.plot_size().width, layout.plot_size().height);
            if extent(&layout) < extent(&least) {
                least = layout.clone();
            }
        }
        // Two sizes may ask for each other's labels: the smaller plot has room for both.
        if !is_free && layout.plot_size() != plot_size {
            layout = least;
        }
        let plot_size = layout.plot_size();
        model.sync(plot_size, f64::from(pixels_per_point));
        let corner = vec2(pixels(layout.plot.x), pixels(layout.plot.y)) / pixels_per_point;
        let extent = vec2(pixels(layout.plot.width), pixels(layout.plot.height)) / pixels_per_point;
        Some(Stage {
            rect,
            plot: Rect::from_min_size(rect.min + corner, extent),
            view: resized(plot_size),
            is_known: known.is_some(),
            pixels_per_point,
            layout,
            integer: model.words().1.map(|quantity| quantity.integer),
        })
    }

    fn laid_out(
        &mut self,
        model: &Model,
        (view, is_known): (View, bool),
        size: Size,
        pixels_per_point: f32,
    ) -> Option<Layout> {
        let (text, quantities) = model.words();
        let bars = model.bar_labels();
        let legend = model.legend();
        let beside = model.words_beside();
        let scale = f64::from(pixels_per_point);
        let key = LayoutKey { size, scale, view, is_known, text, quantities, bars, legend, beside };
        if let Some((known, layout)) = &self.layout
            && *known == key
        {
            return Some(layout.clone());
        }
        let request = FrameRequest {
            size,
            scale: key.scale,
            text: &key.text,
            view: &key.view,
            x: key.quantities[0],
            y: key.quantities[1],
            bars: &key.bars,
            legend: u32::try_from(key.legend.len()).unwrap_or(u32::MAX),
            beside: &key.beside,
        };
        // What cannot be laid out with axes is all plot.
        let mut layout = layout(&request).unwrap_or_else(|_| Layout::bare(size, key.scale));
        if !is_known {
            layout.forget_ticks();
        }
        self.layout = Some((key, layout.clone()));
        Some(layout)
    }

    /// Paints the figure.
    pub fn paint(&mut self, ui: &Ui, stage: &Stage, model: &Model) {
        let (Some(document), Some((layout_key, _))) = (model.document(), &self.layout) else { return };
        let painted = model.painted().filter(|painted| model.is_current(painted));
        let at_rest = painted.filter(|painted| is_in_place(painted, stage));
        let look = document.figure.look();
        let key =
            FigureKey { layout: layout_key.clone(), look, picture: at_rest.map(address), bar: painted.map(address) };
        if self.figure.as_ref().is_none_or(|(known, _)| *known != key)
            && let Some(image) = figure(stage, look, at_rest, &bars(document, painted, &layout_key.legend))
        {
            let texture = self.figure.take().map(|(_, texture)| texture);
            self.figure = Some((key, upload(ui, "figure", texture, &image)));
        }
        let painter = ui.painter_at(stage.rect);
        if look.background == Some(Background::None) {
            checkerboard(&painter, stage.rect, document.figure.theme);
        }
        if let Some((_, texture)) = &self.figure {
            painter.image(texture.id(), stage.rect, whole(), Color32::WHITE);
        }
        if at_rest.is_none()
            && let Some(painted) = model.painted()
        {
            self.paint_moving(ui, stage, painted);
        }
    }

    /// The newest picture where its data now belongs.
    fn paint_moving(&mut self, ui: &Ui, stage: &Stage, painted: &Arc<Painted>) {
        if self.plot.as_ref().is_none_or(|(known, _)| !Arc::ptr_eq(known, painted)) {
            let texture = self.plot.take().map(|(_, texture)| texture);
            self.plot = Some((Arc::clone(painted), upload(ui, "plot", texture, &painted.picture)));
        }
        let Some((_, texture)) = &self.plot else { return };
        let shown = painted.shown.view;
        let (left, right) = placed(&shown.x, &stage.view.x);
        let (bottom, top) = placed(&shown.y, &stage.view.y);
        let unit = stage.pixels_per_point;
        let place = Rect::from_min_max(
            pos2(stage.plot.left() + left / unit, stage.plot.bottom() - top / unit),
            pos2(stage.plot.left() + right / unit, stage.plot.bottom() - bottom / unit),
        );
        // Only what is in sight: far zooms would else ask for coordinates that f32 cannot tell apart.
        let seen = place.intersect(stage.plot);
        if seen.is_positive() && place.is_finite() {
            let uv = Rect::from_min_max(
                pos2((seen.left() - place.left()) / place.width(), (seen.top() - place.top()) / place.height()),
                pos2((seen.right() - place.left()) / place.width(), (seen.bottom() - place.top()) / place.height()),
            );
            ui.painter_at(stage.plot).image(texture.id(), seen, uv, Color32::WHITE);
        }
    }

    /// The figure as it was painted last.
    pub fn figure_texture(&self) -> Option<TextureId> {
        self.figure.as_ref().map(|(_, texture)| texture.id())
    }

    /// Forgets textures, for instance because the device is a new one.
    pub fn forget_textures(&mut self) {
        (self.figure, self.plot) = (None, None);
    }
}

/// Whether a frame's pixels belong exactly where the plot is.
pub fn is_in_place(painted: &Painted, stage: &Stage) -> bool {
    painted.shown.view == stage.view && stage.is_known
}

/// Whether what is shown is what all rows say.
pub fn is_exact(painted: &Painted, stage: &Stage) -> bool {
    is_in_place(painted, stage) && painted.shown.status == FrameStatus::Exact
}

/// The color bars of a frame, the uppermost layer's first.
fn bars(document: &Document, painted: Option<&Arc<Painted>>, legend: &[LegendEntry]) -> Vec<ColorBar> {
    let Some(painted) = painted else { return Vec::new() };
    let layers = document.figure.layers.iter().zip(&painted.layers).rev();
    let bars = layers.filter(|(layer, _)| layer.has_bar()).map(|(_, painted)| painted.bar.clone());
    bars.chain(legend_bar(legend.to_vec())).collect()
}

fn figure(stage: &Stage, look: Look, at_rest: Option<&Arc<Painted>>, bars: &[ColorBar]) -> Option<Image> {
    match at_rest {
        Some(painted) => compose(&painted.picture, &stage.layout, look, bars),
        None => surroundings(&stage.layout, look, bars),
    }
    .ok()
}

fn address(painted: &Arc<Painted>) -> usize {
    Arc::as_ptr(painted).addr()
}

/// The largest rectangle of whole pixels, with its size.
fn whole_pixels(rect: Rect, pixels_per_point: f32) -> Option<(Rect, Size)> {
    let min = (rect.min.to_vec2() * pixels_per_point).ceil();
    let extent = ((rect.max.to_vec2() * pixels_per_point).floor() - min).max(Vec2::ZERO);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, not negative; casts saturate")]
    let size = Size { width: extent.x as u32, height: extent.y as u32 };
    size.check().ok()?;
    Some((Rect::from_min_size((min / pixels_per_point).to_pos2(), extent / pixels_per_point), size))
}

/// A view to lay out by while none is known.
fn assumed(document: &Document, size: Size) -> View {
    let unit = Range { start: Coordinate::Real(1.0), end: Coordinate::Real(10.0) };
    let axis = |request: &crate::scene::layer::AxisRequest, pixels| Axis {
        range: request.range.filter(|range| !range.has_moments()).unwrap_or(unit),
        scale: request.scale,
        pixels,
        reversed: request.reversed.unwrap_or(false),
    };
    View { x: axis(&document.figure.x, size.width), y: axis(&document.figure.y, size.height) }
}

fn placed(shown: &Axis, now: &Axis) -> (f32, f32) {
    let (start, end) = pixel_placement(shown, now);
    #[expect(clippy::cast_possible_truncation, reason = "for the screen, and only while the view moves")]
    let ends = (start as f32, end as f32);
    ends
}

fn whole() -> Rect {
    Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0))
}

#[expect(clippy::cast_precision_loss, reason = "at most 30000")]
fn pixels(n: u32) -> f32 {
    n as f32
}

fn upload(ui: &Ui, name: &str, texture: Option<TextureHandle>, image: &Image) -> TextureHandle {
    let size = [image.width as usize, image.height as usize];
    // Of all pixels at once, so that the compiler makes vectors of it.
    let common = image.pixels.as_chunks().0.iter().fold(u32::MAX, |common, pixel| common & u32::from_ne_bytes(*pixel));
    let image = if common.to_ne_bytes()[3] == 255 {
        ColorImage::new(size, bytemuck::pod_collect_to_vec(&image.pixels))
    } else {
        ColorImage::from_rgba_unmultiplied(size, &image.pixels)
    };
    match texture {
        Some(mut texture) => {
            texture.set(image, TextureOptions::NEAREST);
            texture
        }
        None => ui.ctx().load_texture(name, image, TextureOptions::NEAREST),
    }
}

/// The two grays that show through a transparent figure: the theme's words can be read on both.
fn ground(theme: Theme) -> [Color32; 2] {
    let grays = match theme {
        Theme::Dark => [70, 86],
        Theme::Light => [255, 232],
    };
    grays.map(Color32::from_gray)
}

/// What shows through a transparent figure.
fn checkerboard(painter: &egui::Painter, rect: Rect, theme: Theme) {
    const CELL: f32 = 12.0;
    let [even, odd] = ground(theme);
    painter.rect_filled(rect, 0.0, even);
    let mut shapes = Vec::new();
    let mut y = rect.top();
    let mut is_odd_row = false;
    while y < rect.bottom() {
        let mut x = rect.left() + if is_odd_row { CELL } else { 0.0 };
        while x < rect.right() {
            let cell = Rect::from_min_size(pos2(x, y), vec2(CELL, CELL));
            shapes.push(egui::Shape::rect_filled(cell, 0.0, odd));
            x += 2.0 * CELL;
        }
        y += CELL;
        is_odd_row = !is_odd_row;
    }
    painter.extend(shapes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workbench::frame::ThemeColors;

    #[test]
    fn words_can_be_read_on_what_shows_through() {
        for theme in [Theme::Dark, Theme::Light] {
            let ThemeColors { title, tick, .. } = theme.colors();
            for ground in ground(theme) {
                for word in [title, tick] {
                    assert!(word.0[0].abs_diff(ground.r()) > 60, "{theme:?}: {word:?} on {ground:?}");
                }
            }
        }
    }
}
