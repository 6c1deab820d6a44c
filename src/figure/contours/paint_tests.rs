//! Painted contour lines, pixel by pixel and strip by strip.

use super::super::levels::levels;
use super::super::trace::{Field, Nodes, trace};
use super::*;

const INK: Rgba = Rgba([10, 20, 30, 255]);
const INKS: Inks = Inks { line: Rgba([250, 240, 230, 255]), halo: Rgba([1, 2, 3, 100]) };

fn canvas(width: u32, height: u32) -> Canvas {
    Canvas { width, height, scale: 1.0 }
}

/// Waves over a plot, with their lines in its pixels.
fn waves(width: u32, height: u32, choice: &str) -> (Contours, Vec<f64>) {
    let (columns, rows) = (97, 61);
    let place = |i: usize, count: usize| i as f64 / (count - 1) as f64;
    let (x, y): (Vec<f64>, Vec<f64>) =
        ((0..columns).map(|i| place(i, columns)).collect(), (0..rows).map(|i| place(i, rows)).collect());
    let value =
        |x: f64, y: f64| 9.0 * libm::sin(5.0 * x + 2.0 * y) * libm::cos(4.0 * y) + 3.0 * libm::sin(13.0 * x - 9.0 * y);
    let values: Vec<f64> = y.iter().flat_map(|y| x.iter().map(move |x| value(*x, *y))).collect();
    let field = Field { values: &values, width: columns, height: rows, nodes: Nodes::Rectilinear { x: &x, y: &y } };
    let levels = levels(&choice.parse().unwrap(), -12.0, 12.0).unwrap();
    let size = [width, height].map(f64::from);
    let lines = trace(&field, &levels).unwrap().map(|[x, y]| [x * size[0], (1.0 - y) * size[1]]);
    (lines, levels)
}

/// One straight line at level 0, in pixels.
fn straight(style: &ContourStyle, a: [f64; 2], b: [f64; 2]) -> Image {
    let nodes = [[-1.0, 1.0], [-1.0, 1.0]].concat();
    let field =
        Field { values: &nodes, width: 2, height: 2, nodes: Nodes::Rectilinear { x: &[-1.0, 1.0], y: &[0.0, 1.0] } };
    let lines = trace(&field, &[0.0]).unwrap().map(|[_, y]| [0, 1].map(|i| a[i] + (b[i] - a[i]) * y));
    Drawing::new(&lines, &[0.0], style, canvas(60, 40), INKS, 2, |_| INK).unwrap().image().unwrap()
}

fn plain(width: f64) -> ContourStyle {
    ContourStyle { color: ContourColor::One(INK), width, labels: false, ..ContourStyle::default() }
}

fn area(image: &Image) -> f64 {
    image.pixels.chunks(4).map(|pixel| f64::from(pixel[3]) / 255.0).sum()
}

#[test]
fn straight_lines_are_as_wide_as_asked() {
    let level = straight(&plain(2.0), [-5.0, 20.0], [65.0, 20.0]);
    for y in 0..40 {
        let wanted = if (19..21).contains(&y) { [10, 20, 30, 255] } else { [0; 4] };
        assert!((0..60).all(|x| level.pixel(x, y) == Some(wanted)), "{y}");
    }
    for width in [0.4, 1.0, 1.7, 5.0] {
        for (a, b) in [([10.0, 10.0], [50.0, 30.0]), ([30.3, 5.2], [30.3, 35.2]), ([50.0, 31.0], [11.0, 7.0])] {
            let length = libm::hypot(b[0] - a[0], b[1] - a[1]);
            // With half a disk at each end.
            let wanted = length * width + width.max(1.0) * width * std::f64::consts::FRAC_PI_4;
            let painted = area(&straight(&plain(width), a, b));
            assert!((painted / wanted - 1.0).abs() < 0.05, "{width} {a:?}: {painted}, not {wanted}");
        }
    }
}

#[test]
fn dashes_cover_their_share_and_dots_are_round() {
    let look =
        |dash: &str| ContourStyle { overrides: vec![format!("0=#0a141e:2:{dash}").parse().unwrap()], ..plain(2.0) };
    let whole = area(&straight(&look("solid"), [-50.0, 20.5], [110.0, 20.5]));
    let dashed = straight(&look("dashed"), [-50.0, 20.5], [110.0, 20.5]);
    let share = area(&dashed) / whole;
    assert!((0.55..0.75).contains(&share), "{share}");
    let dotted = straight(&look("dotted"), [-50.0, 20.5], [110.0, 20.5]);
    let dots = area(&dotted) / std::f64::consts::PI;
    assert!((10.5..13.5).contains(&dots), "{dots}: one every 5 pixels");
    // The beginning of the line is outside; a line that begins elsewhere has its dashes elsewhere.
    assert_ne!(dashed, straight(&look("dashed"), [-53.0, 20.5], [107.0, 20.5]));
    assert_eq!(dashed, straight(&look("dashed"), [-50.0 - 75.0, 20.5], [110.0, 20.5]), "ten whole periods of 7.5 px");
}

fn fancy() -> ContourStyle {
    ContourStyle {
        overrides: vec!["3=tab:red:3".parse().unwrap(), "6=#00f8:2:dotted".parse().unwrap()],
        emphasis: Some(3),
        ..ContourStyle::default()
    }
}

#[test]
fn strips_are_those_of_the_whole() {
    let (lines, levels) = waves(330, 210, "step:1");
    for style in [fancy(), ContourStyle { color: ContourColor::Colormap, ..fancy() }] {
        let canvas = Canvas { width: 330, height: 210, scale: 1.3 };
        let color_of = |level: f64| Rgba([if level > 0.0 { 200 } else { 20 }, 90, 60, 210]);
        let drawing = Drawing::new(&lines, &levels, &style, canvas, INKS, 3, color_of).unwrap();
        assert!(drawing.labels().len() > 3, "{}", drawing.labels().len());
        let whole = drawing.image().unwrap();
        for height in [1, 7, 64, 209] {
            let mut pixels = Vec::new();
            for top in (0..210).step_by(height) {
                let rows = top..(top + u32::try_from(height).unwrap()).min(210);
                pixels.extend(drawing.rows(rows).unwrap().pixels);
            }
            assert!(pixels == whole.pixels, "{height}");
        }
    }
}

#[test]
fn unusual_places_and_scales_neither_panic_nor_hang() {
    let (lines, levels) = waves(100, 100, "auto");
    for factor in [1e-9, 1e9, 1e300, f64::NAN, f64::INFINITY] {
        let lines = lines.clone().map(|[x, y]| [(x - 50.0) * factor, (y - 50.0) * factor]);
        for scale in [1e-9, 25.0] {
            let canvas = Canvas { width: 100, height: 100, scale };
            let drawing = Drawing::new(&lines, &levels, &fancy(), canvas, INKS, 2, |_| INK).unwrap();
            assert_eq!(drawing.image().unwrap().pixels.len(), 40_000);
        }
    }
    for scale in [0.0, -1.0, f64::NAN] {
        let canvas = Canvas { width: 100, height: 100, scale };
        let made = Drawing::new(&lines, &levels, &fancy(), canvas, INKS, 2, |_| INK);
        assert!(matches!(made.err(), Some(PaintError::Scale(_))));
    }
}

#[test]
fn colors_come_from_the_colormap_where_asked() {
    let style = ContourStyle { color: ContourColor::Colormap, overrides: vec!["3=red".parse().unwrap()], ..plain(1.0) };
    let made = strokes(&style, &[0.0, 3.0, 6.0], 2.0, INKS, |level| if level > 5.0 { INK } else { Rgba([9; 4]) });
    let colors: Vec<[u8; 4]> = made.iter().map(|stroke| stroke.color.0).collect();
    assert_eq!(colors, [[9; 4], [255, 0, 0, 255], INK.0]);
    assert!(made.iter().all(|stroke| stroke.width.to_bits() == 2f64.to_bits()));
}

#[test]
fn lines_without_a_color_have_the_ink_and_a_halo_that_dashes_share() {
    let auto = ContourStyle { color: ContourColor::Auto, ..plain(2.0) };
    let made = straight(&auto, [-5.0, 20.0], [65.0, 20.0]);
    assert_eq!(made.pixel(30, 19), Some(INKS.line.0));
    assert_eq!(made.pixel(30, 18).map(|pixel| pixel[3]), Some(INKS.halo.0[3]), "1.2 pixels beyond the line");
    assert_eq!(made.pixel(30, 15), Some([0; 4]));
    let one = straight(&plain(2.0), [-5.0, 20.0], [65.0, 20.0]);
    assert_eq!(one.pixel(30, 18), Some([0; 4]), "a color of its own is left as it is");
    let look = ContourStyle { overrides: vec!["0=auto:2:dashed".parse().unwrap()], ..auto };
    let dashed = straight(&look, [-50.0, 20.5], [110.0, 20.5]);
    assert!((0..60).any(|x| dashed.pixel(x, 18) == Some([0; 4])), "a halo goes along dashes, not between them");
}

#[test]
fn a_line_in_a_legend_fills_its_swatch_and_nothing_else() {
    for (dash, gaps) in [(Dash::Solid, false), (Dash::Dotted, true)] {
        let mut painter = Painter::of_rows(40, 0..20, Rgba([0; 4])).unwrap();
        let rect = Rect { x: 10, y: 4, width: 20, height: 12 };
        paint_line(&mut painter, rect, INK, (2.0, dash), 1.0);
        let made = painter.finish();
        let is_covered = |x, y| made.pixel(x, y).is_some_and(|pixel| pixel[3] > 0);
        for y in 0..20 {
            for x in (0..10).chain(30..40) {
                assert!(!is_covered(x, y), "{x} {y}");
            }
        }
        assert_eq!((10..30).any(|x| !is_covered(x, 9)), gaps, "{dash}");
        assert!((10..30).any(|x| made.pixel(x, 9).is_some_and(|pixel| pixel[3] > 100)), "{dash}");
    }
}
