//! Whole figures: the plot is untouched, the rest is where the layout says.

use super::*;
use crate::aggregate::Values;
use crate::figure::frame::{BarName, FigureText, FrameRequest, layout};
use crate::figure::norm::shading;
use crate::figure::shade::shade;
use crate::figure::ticks::Quantity;
use crate::scene::axis::{Axis, Scale, Size, View};
use crate::scene::style::Style;

fn laid(size: (u32, u32), scale: f64) -> Layout {
    let axis = |range: &str, scale| Axis { range: range.parse().unwrap(), scale, pixels: 1, reversed: false };
    let view = View { x: axis("-8..8", Scale::Linear), y: axis("0.1..1e4", Scale::Log) };
    let name = |text: &str| Some(text.to_owned());
    let text = FigureText { title: name("Every point"), x_label: name("x"), y_label: name("frequency, Hz") };
    let quantity = Quantity::default();
    let size = Size { width: size.0, height: size.1 };
    layout(&FrameRequest {
        size,
        scale,
        text: &text,
        view: &view,
        x: quantity,
        y: quantity,
        bars: &[BarName { text: name("points per pixel"), is_legend: false }],
        legend: 0,
        beside: &[],
    })
    .unwrap()
}

fn drawn(layout: &Layout, background: Background) -> (Image, ColorBar) {
    let (width, height) = (layout.plot.width, layout.plot.height);
    let values = Values::Count((0..u64::from(width) * u64::from(height)).map(|i| i * i % 1009).collect());
    let style = Style { background, alpha: 0.7, ..Style::default() };
    let colors = shading(&values, &style).unwrap();
    (shade(&values, width, height, &colors, 2), ColorBar::of(&values, &style, &colors).unwrap())
}

/// FNV-1a.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

fn plot_of(figure: &Image, layout: &Layout) -> Vec<u8> {
    let plot = layout.plot;
    let rows = plot.y..plot.bottom();
    rows.flat_map(|y| (plot.x..plot.right()).flat_map(move |x| figure.pixel(x, y).unwrap())).collect()
}

#[test]
fn the_plot_is_the_picture_byte_for_byte() {
    for (size, scale) in [((640, 480), 1.0), ((961, 541), 1.5), ((1200, 900), 2.0), ((100, 50), 1.0)] {
        let layout = laid(size, scale);
        for background in [Background::None, Background::Color(Rgba([0, 0, 0, 255]))] {
            let (picture, bar) = drawn(&layout, background);
            for theme in [Theme::Dark, Theme::Light] {
                let look = Look { theme, background: Some(background), grid: false };
                let figure = compose(&picture, &layout, look, std::slice::from_ref(&bar)).unwrap();
                assert_eq!((figure.width, figure.height), size);
                assert!(plot_of(&figure, &layout) == picture.pixels, "{size:?}");
            }
        }
    }
}

#[test]
fn rows_composed_apart_are_those_of_the_whole() {
    let opaque = Background::Color(Rgba([0, 0, 0, 255]));
    for (size, scale) in [((500, 400), 1.0), ((961, 541), 1.5), ((100, 50), 1.0)] {
        let layout = laid(size, scale);
        for (background, theme, grid) in [(opaque, Theme::Dark, true), (Background::None, Theme::Light, false)] {
            let (picture, mut bar) = drawn(&layout, background);
            bar.extends = [true, true];
            let look = Look { theme, background: Some(background), grid };
            let whole = compose(&picture, &layout, look, std::slice::from_ref(&bar)).unwrap();
            for height in [1, 7, 64, 399] {
                let mut pixels = Vec::new();
                for top in (0..size.1).step_by(height) {
                    let rows = top..(top + u32::try_from(height).unwrap()).min(size.1);
                    let within = plot_rows(&layout, &rows);
                    let at = |row: u32| row as usize * layout.plot.width as usize * 4;
                    let plot = &picture.pixels[at(within.start)..at(within.end)];
                    pixels.extend(compose_rows(plot, rows, &layout, look, std::slice::from_ref(&bar)).unwrap().pixels);
                }
                assert!(pixels == whole.pixels, "{size:?} {height}");
            }
        }
    }
}

#[test]
fn the_grid_is_what_covers_data_and_only_when_asked_for() {
    let layout = laid((640, 480), 1.0);
    let (picture, bar) = drawn(&layout, Background::Color(Rgba([0, 0, 0, 255])));
    let figure =
        compose(&picture, &layout, Look { grid: true, ..Look::default() }, std::slice::from_ref(&bar)).unwrap();
    let covered = plot_of(&figure, &layout);
    assert!(covered != picture.pixels);
    let changed = covered.chunks_exact(4).zip(picture.pixels.chunks_exact(4)).filter(|(a, b)| a != b).count();
    let lines = layout.x_ticks.labels().count() * 480 + layout.y_ticks.labels().count() * 640;
    assert!(changed > 0 && changed <= lines, "{changed} {lines}");
}

#[test]
fn nothing_is_painted_on_the_place_of_the_plot() {
    let layout = laid((800, 600), 1.5);
    let (_, bar) = drawn(&layout, Background::None);
    for theme in [Theme::Dark, Theme::Light] {
        let around = surroundings(&layout, Look { theme, ..Look::default() }, std::slice::from_ref(&bar)).unwrap();
        let background = theme.colors().background.0;
        assert!(plot_of(&around, &layout).chunks_exact(4).all(|pixel| pixel == background));
    }
}

#[test]
fn figures_are_the_same_each_time_and_differ_where_they_should() {
    let layout = laid((960, 540), 1.0);
    let (picture, bar) = drawn(&layout, Background::Color(Rgba([0, 0, 0, 255])));
    let figure = |look| hash(&compose(&picture, &layout, look, std::slice::from_ref(&bar)).unwrap().pixels);
    let dark = Look::default();
    let light = Look { theme: Theme::Light, ..dark };
    assert_eq!(figure(dark), figure(dark));
    assert_ne!(figure(dark), figure(light));
}

#[test]
fn transparent_figures_are_transparent_but_for_lines_and_words() {
    let layout = laid((640, 480), 1.0);
    let (picture, bar) = drawn(&layout, Background::None);
    let look = Look { background: Some(Background::None), ..Look::default() };
    let figure = compose(&picture, &layout, look, std::slice::from_ref(&bar)).unwrap();
    assert_eq!(figure.pixel(0, 0), Some([0; 4]));
    let text = Theme::Dark.colors();
    let clear = figure.pixels.chunks_exact(4).filter(|pixel| pixel[3] == 0).count();
    assert!(clear > 20_000, "{clear}");
    let line = figure.pixel(layout.plot.x - 1, layout.plot.y + 5).unwrap();
    assert_eq!(line, text.line.0);
}

#[test]
fn ticks_touch_the_pixel_that_owns_their_value() {
    for (position, length, line, start) in [
        (0.0, 100, 1, -1),
        (1.0, 100, 1, 100),
        (0.5, 100, 1, 50),
        (0.509, 100, 1, 50),
        (0.5, 100, 2, 49),
        (0.994, 100, 1, 99),
        (0.006, 100, 1, 0),
        (0.5, 101, 1, 50),
    ] {
        assert_eq!(tick_start(position, length, line), start, "{position}");
    }
}

#[test]
fn pictures_of_another_size_are_refused() {
    let layout = laid((640, 480), 1.0);
    let (picture, _) = drawn(&layout, Background::None);
    let wider = Image { width: picture.width + 1, ..picture.clone() };
    let short = Image { pixels: Vec::new(), ..picture };
    for wrong in [wider, short] {
        let made = compose(&wrong, &layout, Look::default(), &[]);
        assert!(matches!(made, Err(PaintError::PictureSize { .. })));
    }
}
