//! Pictures made in bands of pixel rows are those made at once, to the byte of the file.

use std::path::Path;

use scumble::data::{Progress, Table};
use scumble::export::output::Output;
use scumble::export::picture::{Notes, write_png};
use scumble::plan;
use scumble::scene::axis::Size;
use scumble::scene::style::{Rgba, Style};
use scumble::workbench::figure::{DrawnFigure, FigureLayer, FigureRequest};
use scumble::workbench::sources::Sources;
use scumble::workbench::{EngineChoice, FigureText, Strips as _, Workbench};

const THREADS: u64 = 2;

/// Rows of x, y and a value: a cloud with far outliers, heaps, NaN and infinities.
fn table(dir: &Path) -> Table {
    table_of(dir, "v")
}

/// As [`table`], with some value of it.
fn table_of(dir: &Path, value: &str) -> Table {
    let path = dir.join("a.bin");
    let mut bytes = Vec::new();
    let mut state = 1_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from((state >> 32) as u32) / f64::from(u32::MAX)
    };
    for i in 0..40_000 {
        let (mut x, mut y) = (uniform() + uniform() - 1.0, uniform() * uniform() * 40.0 - 9.0);
        let mut value = (uniform() - 0.4) * 1e3;
        match i % 500 {
            0..200 => (x, y) = (0.25, 3.0 + f64::from(i % 7) * 4.0),
            200 => x = f64::NAN,
            201 => y = f64::INFINITY,
            202 => value = f64::NAN,
            203 => (x, y) = (1.9, 60.0),
            _ => {}
        }
        bytes.extend([x, y, value].map(f64::to_le_bytes).concat());
    }
    std::fs::write(&path, bytes).unwrap();
    let dtype = "[('x','<f8'),('y','<f8'),('v','<f8')]".to_owned();
    let raw = scumble::data::raw::RawSpec { dtype: Some(dtype), ..Default::default() };
    let sources = Sources { inputs: vec![path], value: Some(value.to_owned()), raw, ..Sources::default() };
    sources.open(&Progress::default()).unwrap().table
}

fn request(reduction: &str, norm: &str, limits: &str, axes: bool) -> FigureRequest {
    let style = Style { norm: norm.parse().unwrap(), limits: limits.parse().unwrap(), ..Style::default() };
    let size = Size { width: 500, height: 400 };
    let layer = FigureLayer { reduction: reduction.parse().unwrap(), style, ..FigureLayer::new(Sources::default()) };
    let text = FigureText { title: Some("Ågpy in bands".to_owned()), ..FigureText::default() };
    FigureRequest { axes, grid: axes, text, ..FigureRequest::new(layer, size) }
}

fn draw(table: &Table, request: &FigureRequest, bytes: u64) -> DrawnFigure {
    let threads = Some(usize::try_from(THREADS).unwrap());
    let workbench = Workbench::new(EngineChoice::Cpu, threads, false).unwrap().with_picture_bytes(bytes);
    let tables = vec![table; request.layers.len()];
    workbench.figure(&tables, request, &Progress::default()).unwrap()
}

fn file(drawn: &DrawnFigure, dir: &Path) -> Vec<u8> {
    let path = dir.join("a.png");
    let mut out = Output::create(&path, &|| false).unwrap();
    write_png(drawn, &Notes::default(), &mut out).unwrap();
    out.finish().unwrap();
    std::fs::read(path).unwrap()
}

/// So many bytes that a band has so many rows of pixels, and a strip few.
fn bytes_for(request: &FigureRequest, drawn: &DrawnFigure, lines: u64) -> u64 {
    let row = match request.layers[0].reduction.to_string().as_str() {
        "count" | "any" => 4,
        "min:v" | "max:v" => 12,
        "std:v" => 32,
        by if by.starts_with("by:") => 4 * 2,
        _ => 16,
    };
    // A grid's row is padded; the counters of what lies outside add a little.
    (u64::from(drawn.plot().width) + 80) * row * THREADS * lines * 4
}

fn check(table: &Table, dir: &Path, request: &FigureRequest) {
    let whole = draw(table, request, 1 << 30);
    let visible = request.layers.iter().filter(|layer| layer.visible).count();
    // Layers that differ in their reductions share one.
    assert!((1..=visible).contains(&(whole.passes() as usize)));
    let expected = file(&whole, dir);
    for lines in [7, 24] {
        let bytes = bytes_for(request, &whole, lines);
        let banded = draw(table, request, bytes);
        let height = u64::from(whole.plot().height);
        assert!(u64::from(banded.passes()) >= height / lines && banded.passes() > 3, "{} {lines}", banded.passes());
        assert!(banded.strip_rows() < 120, "{}", banded.strip_rows());
        assert_eq!((banded.accountings(), banded.view()), (whole.accountings(), whole.view()));
        assert!(file(&banded, dir) == expected, "{lines}: {request:?}");
    }
}

#[test]
fn bands_make_the_same_file_for_every_reduction_and_norm() {
    let dir = tempfile::tempdir().unwrap();
    let table = table(dir.path());
    for reduction in ["count", "any", "sum:v", "mean:v", "min:v", "max:v", "std:v"] {
        check(&table, dir.path(), &request(reduction, "eq_hist", "..", true));
        check(&table, dir.path(), &request(reduction, "linear", "p3..p98.5", false));
    }
    for (reduction, [x, y]) in [("count", [true, true]), ("mean:v", [false, true]), ("max:v", [true, false])] {
        let mut request = request(reduction, "eq_hist", "..", true);
        (request.x.reversed, request.y.reversed) = (Some(x), Some(y));
        check(&table, dir.path(), &request);
    }
    for norm in ["linear", "log", "sqrt", "cbrt", "eq_hist"] {
        for (limits, axes) in [("..", true), ("2..p99", false), ("p10..50", true)] {
            check(&table, dir.path(), &request("count", norm, limits, axes));
            check(&table, dir.path(), &request("max:v", norm, limits, axes));
        }
    }
}

#[test]
fn bands_make_the_same_file_with_special_values() {
    let dir = tempfile::tempdir().unwrap();
    let table = table(dir.path());
    for (reduction, norm, special) in [("count", "eq_hist", "2=lime"), ("max:v", "log", "0=#ff000080")] {
        let mut request = request(reduction, norm, "1..p90", true);
        let style = &mut request.layers[0].style;
        style.special = vec![special.parse().unwrap()];
        (style.under, style.over, style.bad) =
            (Some("none".parse().unwrap()), Some("red".parse().unwrap()), Some("gray".parse().unwrap()));
        check(&table, dir.path(), &request);
        request.background = "none".parse().unwrap();
        request.axes = false;
        check(&table, dir.path(), &request);
    }
    for (reduction, norm) in [("count", "eq_hist"), ("count", "boundary:0,9,100:max"), ("sum:v", "symlog:10")] {
        let mut request = request(reduction, norm, "..p90", true);
        request.layers[0].style.per = "area".parse().unwrap();
        check(&table, dir.path(), &request);
    }
}

#[test]
fn bands_make_the_same_transparent_and_the_same_empty_file() {
    let dir = tempfile::tempdir().unwrap();
    let table = table(dir.path());
    for (background, alpha) in [("none", 1.0), ("none", 0.5), ("#10203040", 0.3), ("white", 0.3)] {
        for axes in [true, false] {
            let mut request = request("count", "eq_hist", "..", axes);
            (request.background, request.layers[0].style.alpha) = (background.parse().unwrap(), alpha);
            check(&table, dir.path(), &request);
            // No row at all in view, then a row in every pixel.
            request.x.range = Some("100..101".parse().unwrap());
            request.y.range = Some("100..101".parse().unwrap());
            check(&table, dir.path(), &request);
            request.x.range = Some("0.2..0.3".parse().unwrap());
            request.y.range = Some("3..4".parse().unwrap());
            check(&table, dir.path(), &request);
        }
    }
}

#[test]
fn bands_follow_the_edges_of_other_scales() {
    let dir = tempfile::tempdir().unwrap();
    let table = table(dir.path());
    for scale in ["log", "symlog:0.1"] {
        let mut request = request("count", "eq_hist", "..", true);
        request.y.scale = scale.parse().unwrap();
        check(&table, dir.path(), &request);
    }
    assert_eq!(table.kind(plan::VALUE), table.kind(plan::X));
}

#[test]
fn bands_of_categories_make_the_same_file() {
    let dir = tempfile::tempdir().unwrap();
    let table = table_of(dir.path(), "floor(v / 150)");
    for (norm, background, hide) in
        [("eq_hist", "black", ""), ("log", "none", "-1 other"), ("linear", "#12345680", "2")]
    {
        let mut request = request("by:v:3", norm, "..p99", true);
        request.background = background.parse().unwrap();
        request.layers[0].style.hide = hide.split_whitespace().map(|word| word.parse().unwrap()).collect();
        check(&table, dir.path(), &request);
        request.layers[0].spread = "2:square".parse().unwrap();
        check(&table, dir.path(), &request);
        // Counted together, in one color.
        request.layers[0].color = Some(Rgba([200, 100, 0, 255]));
        check(&table, dir.path(), &request);
    }
}

#[test]
fn bands_are_spread_as_one_picture() {
    let dir = tempfile::tempdir().unwrap();
    let table = table(dir.path());
    for spread in ["1", "9:square", "dynamic:0.9:4", "30:max"] {
        for reduction in ["count", "any", "sum:v", "min:v"] {
            let mut request = request(reduction, "log", "..", false);
            request.layers[0].spread = spread.parse().unwrap();
            check(&table, dir.path(), &request);
        }
    }
}

#[test]
fn bands_hold_whole_lines_and_markers() {
    let dir = tempfile::tempdir().unwrap();
    let table = table(dir.path());
    for (mark, color) in [("line", None), ("circle:7.5", None), ("circle:7.5", Some("red")), ("cross:30", Some("blue"))]
    {
        let mut request = request("count", "log", "..", true);
        request.layers[0].mark = mark.parse().unwrap();
        request.layers[0].color = color.map(|color| color.parse().unwrap());
        request.background = "white".parse().unwrap();
        request.layers[0].style.alpha = 0.8;
        let whole = draw(&table, &request, 1 << 30);
        let expected = file(&whole, dir.path());
        for bytes in [1 << 20, 1 << 18] {
            let banded = draw(&table, &request, bytes);
            assert!(banded.passes() > 3, "{}", banded.passes());
            assert_eq!((banded.accountings(), banded.view()), (whole.accountings(), whole.view()));
            assert!(file(&banded, dir.path()) == expected, "{mark} {color:?}");
        }
    }
}

#[test]
fn hexagons_are_counted_in_one_pass_whatever_the_memory() {
    let dir = tempfile::tempdir().unwrap();
    let table = table(dir.path());
    for (reduction, mark) in [("count", "hexbin:20"), ("mean:v", "hexbin:9x30:-0.5..0.5:0..20"), ("any", "hexbin:50")] {
        let mut request = request(reduction, "linear", "..", true);
        request.layers[0].mark = mark.parse().unwrap();
        let whole = draw(&table, &request, 1 << 30);
        let banded = draw(&table, &request, 1 << 18);
        assert_eq!((whole.passes(), banded.passes()), (1, 1));
        assert_eq!((banded.accountings(), banded.view()), (whole.accountings(), whole.view()));
        assert!(file(&banded, dir.path()) == file(&whole, dir.path()), "{mark}");
    }
}

#[test]
fn bands_of_several_layers_make_the_same_file() {
    let dir = tempfile::tempdir().unwrap();
    let table = table(dir.path());
    for background in ["none", "#20304080", "white"] {
        let mut request = request("count", "log", "..", true);
        request.background = background.parse().unwrap();
        let further = |reduction: &str, colormap: &str, blend: &str, alpha| {
            let style =
                Style { colormap: colormap.to_owned(), alpha, norm: "linear".parse().unwrap(), ..Style::default() };
            let (reduction, blend) = (reduction.parse().unwrap(), blend.parse().unwrap());
            FigureLayer { reduction, style, blend, ..FigureLayer::new(Sources::default()) }
        };
        request.layers.push(further("max:v", "Reds", "normal", 0.5));
        request.layers.push(further("any", "Blues", "multiply", 0.7));
        check(&table, dir.path(), &request);
        request.layers[1].visible = false;
        check(&table, dir.path(), &request);
        request.layers[0].visible = false;
        request.axes = false;
        check(&table, dir.path(), &request);
    }
}
