//! The command that a figure is described by, read again, asks for the same figure.

use std::path::{Path, PathBuf};

use clap::Parser as _;
use proptest::prelude::*;

use super::args::{Cli, Command};
use crate::scene::axis::{Coordinate, Range, Scale, Size};
use crate::scene::layer::{AxisRequest, Layer};
use crate::scene::style::{Background, Limit, Limits, Norm, Rgba, Style};
use crate::workbench::command_line::render_command;
use crate::workbench::figure::{FigureRequest, default_background};
use crate::workbench::sources::Sources;
use crate::workbench::{FigureText, RawSpec, Theme};

fn read(words: &[String]) -> (Sources, FigureRequest, PathBuf) {
    match Cli::try_parse_from(words).unwrap_or_else(|e| panic!("{words:?}: {e}")).command {
        Some(Command::Render(args)) => (args.view.sources(), args.figure(), args.output),
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
    (prop::option::of(range), scale).prop_map(|(range, scale)| AxisRequest { range, scale })
}

fn style() -> impl Strategy<Value = Style> {
    let limit =
        || prop_oneof![real().prop_map(Limit::Value), (0.0..=100.0).prop_map(Limit::Percentile), Just(Limit::Auto)];
    let limits = (limit(), limit()).prop_map(|(low, high)| Limits { low, high });
    let readable = limits.prop_filter("low ≤ high", |limits| limits.to_string().parse::<Limits>().is_ok());
    let background = prop_oneof![
        Just(Background::None),
        Just(default_background(Theme::Dark)),
        Just(default_background(Theme::Light)),
        any::<[u8; 4]>().prop_map(|rgba| Background::Color(Rgba(rgba)))
    ];
    let norm = prop::sample::select(Norm::ALL.map(|(_, norm)| norm).to_vec());
    let alpha = prop_oneof![Just(1.0_f32), 0.0_f32..=1.0];
    (norm, readable, word(), alpha, background).prop_map(|(norm, limits, colormap, alpha, background)| Style {
        norm,
        limits,
        colormap,
        alpha,
        background,
    })
}

fn request() -> impl Strategy<Value = FigureRequest> {
    let size = (any::<u32>(), any::<u32>()).prop_map(|(width, height)| Size { width, height });
    let size = prop_oneof![size, Just(Size { width: 1920, height: 1080 })];
    let reduction = prop_oneof![
        Just("count".to_owned()),
        Just("any".to_owned()),
        ("(sum|mean|min|max|std):", word()).prop_map(|(name, column)| name + &column)
    ];
    let layer = (axis(), axis(), size, reduction, style()).prop_map(|(x, y, size, reduction, style)| Layer {
        x,
        y,
        size,
        reduction: reduction.parse().unwrap(),
        style,
    });
    let label = || prop::option::of(prop_oneof![word(), Just(String::new())]);
    let text = (label(), label(), label(), label()).prop_map(|(title, x_label, y_label, colorbar_label)| FigureText {
        title,
        x_label,
        y_label,
        colorbar_label,
    });
    let theme = prop_oneof![Just(Theme::Dark), Just(Theme::Light)];
    let dpi = prop_oneof![Just(96.0), 10.0..2400.0];
    (layer, text, theme, dpi, any::<[bool; 2]>()).prop_map(|(layer, text, theme, dpi, [axes, grid])| FigureRequest {
        layer,
        text,
        theme,
        dpi,
        axes,
        grid,
    })
}

fn sources() -> impl Strategy<Value = Sources> {
    let raw = (
        prop::option::of(word()),
        prop::option::of(any::<u32>()),
        prop::option::of(any::<u64>()),
        prop::option::of(any::<bool>()),
    )
        .prop_map(|(dtype, columns, offset, planar)| RawSpec { dtype, columns, offset, planar });
    let inputs = prop::collection::vec(word().prop_map(PathBuf::from), 0..4);
    let names = prop::array::uniform3(prop::option::of(word()));
    (inputs, names, raw).prop_map(|(inputs, [x, y, filter], raw)| Sources { inputs, x, y, value: None, filter, raw })
}

proptest! {
    #[test]
    fn a_command_asks_for_the_figure_it_describes(sources in sources(), request in request(), output in word()) {
        let words = render_command(&sources, &request, Path::new(&output));
        let (read_sources, read_request, read_output) = read(&words);
        prop_assert_eq!(&read_request, &request, "{:?}", words);
        prop_assert_eq!(read_output, PathBuf::from(output), "{:?}", words);
        let value = request.layer.reduction.column().map(ToOwned::to_owned);
        let wanted = (&sources.inputs, &sources.x, &sources.y, &value, &sources.filter, &sources.raw);
        let got = &read_sources;
        prop_assert_eq!((&got.inputs, &got.x, &got.y, &got.value, &got.filter, &got.raw), wanted, "{:?}", words);
    }
}

#[test]
fn a_usual_command_is_short() {
    let sources = Sources { inputs: vec!["a b.npy".into()], ..Sources::default() };
    let layer = Layer {
        x: AxisRequest::default(),
        y: AxisRequest::default(),
        size: Size { width: 1920, height: 1080 },
        reduction: "count".parse().unwrap(),
        style: Style::default(),
    };
    let words = render_command(&sources, &FigureRequest::new(layer), Path::new("view.png"));
    assert_eq!(words, ["scumble", "render", "a b.npy", "-o", "view.png"]);
}
