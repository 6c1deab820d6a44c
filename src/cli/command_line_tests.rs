//! The command that a figure is described by, read again, asks for the same figure.

use std::path::{Path, PathBuf};

use clap::Parser as _;
use proptest::prelude::*;

use super::args::{Cli, Command, OpenArgs};
use crate::scene::axis::{Coordinate, Range, Scale, Size};
use crate::scene::layer::AxisRequest;
use crate::scene::mark::Mark;
use crate::scene::reduction::{Reduction, Statistic};
use crate::scene::style::{Background, Category, CategoryColor, Limit, Limits, Norm, Per, Rgba, Special, Style};
use crate::scene::written::Written;
use crate::workbench::command_line::{DEFAULT_SIZE, render_command};
use crate::workbench::fields;
use crate::workbench::figure::{FigureLayer, FigureRequest, default_background};
use crate::workbench::figure_file::is_figure_file;
use crate::workbench::sources::Sources;
use crate::workbench::{At, FigureText, Place, Progress, RawSpec, Theme};

fn read(words: &[String]) -> (FigureRequest, PathBuf) {
    match Cli::try_parse_from(words).unwrap_or_else(|e| panic!("{words:?}: {e}")).command {
        Some(Command::Render(args)) => (args.figure(&Progress::default()), args.output.unwrap()),
        other => panic!("{other:?}"),
    }
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~äλ\n]{1,12}",
        Just("-".to_owned()),
        Just("--".to_owned()),
        Just("--title".to_owned()),
        Just("=x".to_owned()),
        Just("-5..3".to_owned())
    ]
}

fn real() -> impl Strategy<Value = f64> {
    any::<f64>().prop_filter("a number", |v| v.is_finite())
}

fn axis() -> impl Strategy<Value = AxisRequest> {
    let coordinate = || prop_oneof![any::<i128>().prop_map(Coordinate::Integer), real().prop_map(Coordinate::Real)];
    let range = (coordinate(), coordinate()).prop_map(|(start, end)| Range { start, end });
    let scale = prop_oneof![
        Just(Scale::Linear),
        Just(Scale::Log),
        real().prop_map(|v| Scale::SymLog { linthresh: v.abs().max(5e-324) })
    ];
    (prop::option::of(range), scale).prop_map(|(range, scale)| AxisRequest { range, scale, reversed: None })
}

fn style() -> impl Strategy<Value = Style> {
    let limit = || {
        prop_oneof![
            real().prop_map(Limit::Value),
            (0.0..=100.0).prop_map(Limit::Percentile),
            Just(Limit::Auto),
            Just(Limit::Data)
        ]
    };
    let limits = (limit(), limit()).prop_map(|(low, high)| Limits { low, high });
    let readable = limits.prop_filter("low ≤ high", |limits| limits.to_string().parse::<Limits>().is_ok());
    let plain = prop::sample::select(Norm::PLAIN.map(|(_, norm)| norm).to_vec());
    let levels = prop::collection::vec(real(), 2..6).prop_map(|mut levels| {
        levels.sort_by(f64::total_cmp);
        levels.dedup();
        levels.extend((levels.len() < 2).then_some(f64::MAX));
        levels.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    });
    let ends = prop::sample::select(vec!["", ":min", ":max:proportional", ":proportional", ":both"]);
    let with_levels = (levels, ends).prop_map(|(levels, ends)| format!("boundary:{levels}{ends}"));
    let centered = real().prop_map(|center| Norm::Centered { center });
    let norm = prop_oneof![plain, centered, with_levels.prop_map(|text| text.parse().unwrap_or_default())];
    let alpha = prop_oneof![Just(1.0_f32), 0.0_f32..=1.0];
    let color = || any::<[u8; 4]>().prop_map(Rgba);
    let ends = [(); 3].map(|()| prop::option::of(color()));
    let special = (real(), color()).prop_map(|(value, color)| Special { value, color });
    let special = prop::collection::vec(special, 0..3);
    let category = || {
        let moment = Written::new("2024-03-01T06:30").unwrap();
        prop_oneof![
            any::<i128>().prop_map(Category::Integer),
            real().prop_map(Category::Real),
            Just(Category::Moment(moment)),
            Just(Category::Other)
        ]
    };
    let key = (category(), color()).prop_map(|(category, color)| CategoryColor { category, color });
    let categories = (prop::collection::vec(key, 0..3), prop::collection::vec(category(), 0..3));
    (norm, readable, word(), alpha, ends, special, categories).prop_map(
        |(norm, limits, colormap, alpha, [under, over, bad], special, (color_key, hide))| Style {
            color_key,
            hide,
            norm,
            per: if alpha < 0.5 { Per::Area } else { Per::Pixel },
            limits,
            colormap,
            alpha,
            under,
            over,
            bad,
            special,
            ..Style::default()
        },
    )
}

fn request() -> impl Strategy<Value = FigureRequest> {
    let size = (any::<u32>(), any::<u32>()).prop_map(|(width, height)| Size { width, height });
    let size = prop_oneof![size, Just(Size { width: 1920, height: 1080 })];
    let reduction = prop_oneof![
        Just("count".to_owned()),
        Just("any".to_owned()),
        (word(), 1..33_u8).prop_map(|(column, most)| Reduction::By { column, most }.to_string()),
        ("(sum|mean|min|max|std):", word()).prop_map(|(name, column)| name + &column)
    ];
    let label = || prop::option::of(prop_oneof![word(), Just(String::new())]);
    let spread = prop::sample::select(vec!["0", "3", "2:square:min", "dynamic:0.5:3", "dynamic:0:9:square"]);
    let mark = prop_oneof![
        Just("points".to_owned()),
        Just("line".to_owned()),
        prop::sample::select(vec!["image", "image:nearest", "image:bilinear", "filled", "contours", "hatching"])
            .prop_map(str::to_owned),
        (0.1..=200.0_f64).prop_map(|size| format!("square:{size}")),
        word().prop_filter("a column", |word| !word.trim().is_empty()).prop_map(|column| format!("line:{column}"))
    ];
    let color = prop::option::of(any::<[u8; 4]>().prop_map(Rgba));
    let style = prop_oneof![4 => style(), 1 => Just(Style::default()), 1 => Just(fields::style())];
    let layer = (sources(), mark, reduction, spread, (style, color), label());
    let layer = layer.prop_map(|(sources, mark, reduction, spread, (style, color), label)| FigureLayer {
        color,
        mark: mark.parse().unwrap(),
        reduction: reduction.parse().unwrap(),
        spread: spread.parse().unwrap(),
        style,
        label,
        ..FigureLayer::new(sources)
    });
    // Of fields, there is but the mean, the least and the greatest of a variable.
    let layer = layer.prop_map(|mut layer| {
        if layer.mark.check(&layer.reduction).is_err() && layer.mark.is_of_fields() {
            layer.reduction = Reduction::Of(Statistic::Max, "v".to_owned());
        }
        if layer.mark == Mark::Hatching {
            layer.hatch = vec!["<=-2.5:-x:#01020304:1.5".parse().unwrap(), ">0:O:auto:1:8".parse().unwrap()];
        }
        layer
    });
    let text = (label(), label(), label()).prop_map(|(title, x_label, y_label)| FigureText { title, x_label, y_label });
    let theme = prop_oneof![Just(Theme::Dark), Just(Theme::Light)];
    let dpi = prop_oneof![Just(96.0), 10.0..2400.0];
    let around = (text, theme, dpi, any::<[bool; 2]>(), background());
    let step = prop_oneof![Just(0), any::<u64>()];
    (layer, axis(), axis(), (size, step), around).prop_map(
        |(layer, x, y, (size, step), (text, theme, dpi, [axes, grid], background))| FigureRequest {
            x,
            y,
            step,
            text,
            theme,
            dpi,
            axes,
            grid,
            background,
            ..FigureRequest::new(layer, size)
        },
    )
}

fn background() -> impl Strategy<Value = Background> {
    prop_oneof![
        Just(Background::None),
        Just(default_background(Theme::Dark)),
        Just(default_background(Theme::Light)),
        any::<[u8; 4]>().prop_map(|rgba| Background::Color(Rgba(rgba)))
    ]
}

fn sources() -> impl Strategy<Value = Sources> {
    let raw = (
        prop::option::of(word()),
        prop::option::of(any::<u32>()),
        prop::option::of(any::<u64>()),
        prop::option::of(any::<bool>()),
    )
        .prop_map(|(dtype, columns, offset, planar)| RawSpec { dtype, columns, offset, planar, shape: None });
    let shape = prop::option::of(prop::sample::select(vec!["2x3", "350x800x800", "1x18446744073709551615"]));
    let raw = (raw, shape).prop_map(|(raw, shape)| RawSpec { shape: shape.and_then(|text| text.parse().ok()), ..raw });
    let place = prop_oneof![any::<i64>().prop_map(Place::Number), real().prop_map(Place::Value)];
    let at = ("[-aλ ]{0,4}[a-z]", place);
    let at = at.prop_map(|(dimension, place)| At { dimension: dimension.trim().to_owned(), place });
    let inputs = prop::collection::vec(prop_oneof![word(), Just("a.npy".to_owned())].prop_map(PathBuf::from), 0..4);
    let names = prop::array::uniform3(prop::option::of(word()));
    (inputs, names, raw, prop::collection::vec(at, 0..3)).prop_map(|(inputs, [x, y, filter], raw, at)| Sources {
        inputs,
        x,
        y,
        filter,
        raw,
        at,
        ..Sources::default()
    })
}

proptest! {
    #[test]
    fn a_command_asks_for_the_figure_it_describes(request in request(), output in word()) {
        // What is a figure file is drawn as it says itself.
        prop_assume!(request.layers[0].sources.inputs.iter().all(|path| !is_figure_file(path)));
        let words = render_command(&request, Path::new("figure.toml"), Path::new(&output));
        let (read_request, read_output) = read(&words);
        prop_assert_eq!(&read_request, &request, "{:?}", words);
        prop_assert_eq!(read_output, PathBuf::from(output), "{:?}", words);
    }

    /// The window takes the same words, but for what only pictures have.
    #[test]
    fn the_window_shows_the_figure_that_a_command_describes(request in request()) {
        prop_assume!(request.layers[0].sources.inputs.iter().all(|path| !is_figure_file(path)));
        let usual = FigureRequest::new(request.layers[0].clone(), DEFAULT_SIZE);
        let request = FigureRequest { size: usual.size, dpi: usual.dpi, axes: true, ..request };
        let mut words = render_command(&request, Path::new("figure.toml"), Path::new("w.png"));
        let output = words.windows(2).position(|pair| pair == ["-o", "w.png"]).unwrap();
        words.drain(output..output + 2);
        prop_assert_eq!(words.remove(1), "render");
        let OpenArgs { view, look, .. } = Cli::try_parse_from(&words).unwrap_or_else(|e| panic!("{words:?}: {e}")).open;
        let shown = look.dress(view.figure_of(view.brief().layer(&Progress::default())));
        prop_assert_eq!(&shown, &request, "{:?}", words);
    }
}

#[test]
fn a_usual_command_is_short() {
    let sources = Sources { inputs: vec!["a b.npy".into()], ..Sources::default() };
    let mut request = FigureRequest::new(FigureLayer::new(sources), Size { width: 1920, height: 1080 });
    let saved = Path::new("/tmp/two.toml");
    assert_eq!(
        render_command(&request, saved, Path::new("view.png")),
        ["scumble", "render", "a b.npy", "-o", "view.png"]
    );
    // Rows of a file that holds a field are points by name only.
    let folder = tempfile::tempdir().unwrap();
    let grid = folder.path().join("a.npy");
    std::fs::write(&grid, b"\x93NUMPY\x01\x00\x3a\x00{'descr': '|u1', 'fortran_order': False, 'shape': (1,1,2)}.a")
        .unwrap();
    request.layers[0].sources.inputs = vec![grid.clone()];
    request.layers[0].sources.is_gridded = true;
    let words = render_command(&request, saved, Path::new("view.png"));
    assert_eq!(words[3..], ["--mark", "points", "-o", "view.png"]);
    let field = FigureLayer {
        mark: "image".parse().unwrap(),
        reduction: "mean:a".parse().unwrap(),
        style: fields::style(),
        ..request.layers[0].clone()
    };
    request.layers[0] = field;
    request.step = 3;
    let words = render_command(&request, saved, Path::new("view.png"));
    let wanted = "--step 3 --mark image --reduction mean:a -o view.png";
    assert_eq!(words[3..], wanted.split(' ').collect::<Vec<_>>());
    // What no options describe, a figure file does.
    request.layers.push(request.layers[0].clone());
    assert_eq!(
        render_command(&request, saved, Path::new("v.png")),
        ["scumble", "render", "/tmp/two.toml", "--step", "3", "-o", "v.png"]
    );
}
