use proptest::prelude::*;

use super::*;
use crate::data::grid::{At, Place};
use crate::scene::axis::{Coordinate, Range, Scale, Size};
use crate::scene::layer::AxisRequest;
use crate::scene::style::{Background, CategoryColor, Limit, Limits, Norm, Per, Rgba, Special};

fn points(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    let bytes: Vec<u8> = (0..200_u16).flat_map(|i| f32::from(i).to_le_bytes()).collect();
    std::fs::write(&path, bytes).unwrap();
    path
}

fn read_text(text: &str, folder: &Path, settings: &[&str]) -> Result<FigureFile, String> {
    let path = folder.join("figure.toml");
    std::fs::write(&path, text).unwrap();
    let settings: Vec<String> = settings.iter().map(|s| (*s).to_owned()).collect();
    read(&path, &settings).and_then(|file| file.complete(&path)).map_err(|e| e.to_string())
}

#[test]
fn the_least_figure_is_all_defaults() {
    let folder = tempfile::tempdir().unwrap();
    let path = points(folder.path(), "a.f32");
    let file = read_text("scumble = 2\n[[layers]]\nfile = \"a.f32\"\n", folder.path(), &[]).unwrap();
    let sources = Sources { inputs: vec![path], ..Sources::default() };
    let size = Size { width: 1920, height: 1080 };
    assert_eq!(file.figure, FigureRequest::new(FigureLayer::new(sources), size));
    assert!(file.figure.outputs.is_empty() && file.notes.is_empty());
}

#[test]
fn grids_are_images_where_nobody_says_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/grids/classic.nc");
    std::fs::copy(fixture, folder.path().join("a.nc")).unwrap();
    let drawn = |rest: &str| {
        let text = format!("scumble = 1\n[[layers]]\nfile = \"a.nc\"\n{rest}");
        read_text(&text, folder.path(), &[]).unwrap().figure.layers.remove(0)
    };
    let image = drawn("");
    assert_eq!((image.mark.to_string(), image.reduction.to_string()), ("image".to_owned(), "mean:0".to_owned()));
    assert!(image.style == fields::style() && !image.sources.is_gridded);
    assert_eq!(drawn("reduction = \"max:t2m\"\n").mark.to_string(), "image");
    assert_eq!(drawn("reduction = \"count\"\n").mark, Mark::Points);
    // Points of columns that are variables stay what they are when they are written and read again.
    let points = drawn("mark = \"points\"\nx = \"lon\"\ny = \"lat\"\n");
    assert!(points.sources.is_gridded && points.mark == Mark::Points && points.reduction == Reduction::Count);
    let request = FigureRequest::new(points, Size { width: 300, height: 200 });
    let again = read_text(&write(&request, folder.path()).unwrap(), folder.path(), &[]).unwrap();
    assert_eq!(again.figure, request);
}

#[test]
fn wrong_files_say_what_and_where() {
    let folder = tempfile::tempdir().unwrap();
    points(folder.path(), "a.f32");
    for (text, parts) in [
        ("scumble = 1\nlayers = []\n", &["1 to 64 layers"][..]),
        ("[[layers]]\nfile = \"a.f32\"\n", &["no `scumble = 2`"]),
        ("scumble = 3\n", &["version is 3", "newer"]),
        ("scumble = 0\n", &["no version 0", "write scumble = 2"]),
        ("scumble = 1\n[[layers]]\nname = \"a\"\n", &["layers.0.file, line 2", "nothing to draw", "file = "]),
        ("scumble = 1\n[[layers]]\nfile = \"a.f32\"\n[[layers]]\nfiles = []\n", &["layers.1.file, line 5"]),
        ("scumble = 1\n[[layers]]\nfile = \"\"\n", &["layers.0.file, line 3", "empty"]),
        ("scumble = 1\n[[layers]]\nfile = \"a.f32\"\nalpha = 2\n", &["layers.0.alpha, line 4", "alpha is 2"]),
        ("scumble = 1\nx = 3\n[[layers]]\nfile = \"a.f32\"\n", &["line 2", "an axis with its range"]),
        ("scumble = 1\nlayers = [3]\n", &["line 2", "a layer with its keys"]),
        ("scumble = 1\n[[layers]]\nfile = \"a.f32\"\nalpha = \"x\"\n", &["line 4", "expected a number"]),
        ("scumble = 1\n[[layers]]\nfile = \"a.f32\"\n[[outputs]]\nfile = \"\"\n", &["outputs.0.file is empty"]),
        ("scumble = 1\ncolour = 3\n[[layers]]\nfile = \"a.f32\"\n", &["line 2", "colour"]),
        ("scumble = 1\n[[layers]]\nfile = \"a.f32\"\nalhpa = 1\n", &["line 4", "alhpa"]),
        ("scumble = 1\n[[layers]]\nfile = \"b.f32\"\n", &["b.f32 is not there", "--set layers.0.file"]),
        ("scumble = 1\n[x]\nrange = \"5\"\n[[layers]]\nfile = \"a.f32\"\n", &["line 3"]),
        ("scumble = 1\n[[layers]]\nfile = \"a.f32\"\nblend = \"plus\"\n", &["line 4", "plus"]),
        ("scumble = 1\n[[layers]]\nfile = \"a.f32\"\nfiles = [\"a.f32\"]\n", &["both"]),
        ("scumble = 1\n[[layers]]\nfile = \"a.f32\"\nover = \"rde\"\n", &["line 4", "rde"]),
        ("scumble = 1\n[[layers]]\nfile = \"a.f32\"\nspecial = [\"-1\"]\n", &["line 4", "VALUE=COLOR"]),
        ("scumble = 1\n[[layers]]\nfile = \"a.f32\"\ncolor_key = [\"3\"]\n", &["line 4", "VALUE=COLOR"]),
        ("scumble = 1\n[[layers]]\nfile = \"a.f32\"\nhide = [\"\"]\n", &["line 4", "there is none"]),
        ("scumble = 1\n[[layers]]\nfile = \"a.f32\"\nspread = \"9:round\"\n", &["line 4", "9:round", "square"]),
        ("scumble = 1\n[[layers]\n", &["line 2"]),
        ("scumble = 1\nstep = -1\n[[layers]]\nfile = \"a.f32\"\n", &["line 2"]),
        ("scumble = 1\n[[layers]]\nfile = \"a.f32\"\nshape = \"5\"\n", &["line 4", "350x800x800"]),
        ("scumble = 1\n[[layers]]\nfile = \"a.f32\"\nat = [\"level\"]\n", &["line 4", "level=500"]),
        ("scumble = 1\n[[layers]]\nfile = \"a.f32\"\nalign = \"last\"\n", &["line 4", "last"]),
        ("scumble = 1\n[[layers]]\nfile = \"a.f32\"\nmark = \"image:cubic\"\n", &["line 4", "bilinear"]),
        ("scumble = 1\n[[layers]]\nfile = \"a.f32\"\nmark = \"image\"\nreduction = \"sum:v\"\n", &["mean:VARIABLE"]),
        (
            "scumble = 1\n[[layers]]\nfile = \"a.f32\"\ncolormap = \"vridis\"\n",
            &["layers.0.colormap, line 4", "vridis"],
        ),
    ] {
        let error = read_text(text, folder.path(), &[]).unwrap_err();
        for part in parts {
            assert!(error.contains(part), "{text}: {error}");
        }
        assert!(error.ends_with("figure.toml)"), "{error}");
    }
}

#[test]
fn keys_are_set_from_outside() {
    let folder = tempfile::tempdir().unwrap();
    points(folder.path(), "a.f32");
    let other = points(folder.path(), "b.f32");
    let text = "scumble = 1\n[[layers]]\nfile = \"a.f32\"\n[[layers]]\nfiles = [\"a.f32\", \"b.f32\"]\n";
    let file = format!("layers.1.file={}", other.display());
    let settings = [file.as_str(), "layers.0.alpha=0.5", "x.range=0..1", "title=It's = 1", "size=100x50"];
    let figure = read_text(text, folder.path(), &settings).unwrap().figure;
    assert_eq!(figure.layers[1].sources.inputs, [other]);
    assert_eq!(figure.layers[0].style.alpha.to_bits(), 0.5_f32.to_bits());
    assert_eq!(figure.x.range, Some("0..1".parse().unwrap()));
    assert_eq!((figure.text.title.as_deref(), figure.size.width), (Some("It's = 1"), 100));
    for (setting, part) in [
        ("layers.2.alpha=1", "items 0 to 1"),
        ("layers.alpha=1", "number is missing"),
        ("layers.0.alhpa=1", "alhpa"),
        ("alpha", "no ="),
        ("size.width=3", "no parts"),
        ("scumble=2", "version"),
        ("layers.0.special=1=red", "expected a list, as layers.0.special=['1=red']"),
        ("x=3", "an axis with its range"),
        ("x.range=5", "`5` is not a range"),
        ("layers.0.alpha=half", "expected a number"),
        ("layers.1.columns=2.5", "whole number"),
        ("layers.1.colormap=vridis", "did you mean viridis"),
    ] {
        let text = format!("size = \"9x9\"\n{text}");
        // The one that is wrong is told, not those beside it.
        let error = read_text(&text, folder.path(), &["grid=true", setting, "dpi=90"]).unwrap_err();
        assert!(error.contains(part) && error.contains(&format!("--set {setting}: ")), "{setting}: {error}");
        assert!(!error.contains("struct") && !error.contains("f64"), "{error}");
    }
}

#[test]
fn what_wants_a_text_takes_a_number_as_one() {
    let folder = tempfile::tempdir().unwrap();
    points(folder.path(), "a.f32");
    let text = "scumble = 1\ntitle = 2024\n[[layers]]\nfile = \"a.f32\"\nx = 1\n";
    let figure = read_text(text, folder.path(), &[]).unwrap().figure;
    assert_eq!((figure.text.title.as_deref(), figure.layers[0].sources.x.as_deref()), (Some("2024"), Some("1")));
    for (value, wanted) in [
        ("2024", "2024"),
        ("1.50", "1.50"),
        ("0x10", "0x10"),
        ("true", "true"),
        ("[a]", "[a]"),
        ("\"4\"", "4"),
        ("", ""),
    ] {
        let figure = read_text(text, folder.path(), &[&format!("title={value}")]).unwrap().figure;
        assert_eq!(figure.text.title.as_deref(), Some(wanted));
    }
    let settings = ["layers.0.y=0", "layers.0.hide=['3']", "layers.0.hidden=true", "layers.0.alpha=1"];
    let layer = read_text(text, folder.path(), &settings).unwrap().figure.layers.remove(0);
    assert_eq!((layer.sources.y.as_deref(), layer.style.hide.len(), layer.visible), (Some("0"), 1, false));
}

#[test]
fn other_files_in_the_same_place_are_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = points(folder.path(), "a.f32");
    let sources = Sources { inputs: vec![path.clone()], ..Sources::default() };
    let figure = FigureRequest::new(FigureLayer::new(sources), Size { width: 9, height: 9 });
    let text = write(&figure, folder.path()).unwrap();
    assert!(text.contains("file = \"a.f32\""), "{text}");
    assert!(read_text(&text, folder.path(), &[]).unwrap().notes.is_empty());
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[1] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let notes = read_text(&text, folder.path(), &[]).unwrap().notes;
    assert!(notes.len() == 1 && notes[0].contains("other contents"), "{notes:?}");
    bytes.extend([0; 8]);
    std::fs::write(&path, &bytes).unwrap();
    let notes = read_text(&text, folder.path(), &[]).unwrap().notes;
    assert!(notes[0].contains("grown by 8 bytes"), "{notes:?}");
}

#[test]
fn paths_lead_from_the_figure_to_the_data() {
    for (path, folder, wanted) in [
        ("/data/a.npy", "/data", "a.npy"),
        ("/data/run/a.npy", "/data", "run/a.npy"),
        ("/data/a.npy", "/data/figures/one", "../../a.npy"),
        ("/other/a.npy", "/data", "/other/a.npy"),
    ] {
        assert_eq!(relative(Path::new(path), Path::new(folder)), Path::new(wanted));
    }
}

fn any_norm() -> impl Strategy<Value = Norm> {
    let numbers = ["power:0.3", "symlog:1e-3", "twoslope:-1.5", "centered:0", "boundary:-1,0,0.1,5:both:proportional"];
    let all = Norm::PLAIN.map(|(name, _)| name).into_iter().chain(numbers);
    prop::sample::select(all.map(|text| text.parse().unwrap()).collect::<Vec<Norm>>())
}

fn any_layer(files: Vec<PathBuf>) -> impl Strategy<Value = FigureLayer> {
    let color = || prop::option::of(any::<[u8; 4]>().prop_map(Rgba));
    let special = (any::<f64>(), any::<[u8; 4]>())
        .prop_filter("finite", |(value, _)| value.is_finite())
        .prop_map(|(value, color)| Special { value, color: Rgba(color) });
    let key = prop::sample::select(vec![
        "3=red",
        "-2.5=#01020304",
        "other=gray",
        "18446744073709551615=none",
        "2024-03-01=red",
        "spiral b=red",
        "'3'=red",
    ]);
    let key = prop::collection::vec(key.prop_map(|text| text.parse::<CategoryColor>().unwrap()), 0..3);
    let special = (color(), color(), color(), prop::collection::vec(special, 0..4), key);
    let style = (any_norm(), prop::option::of((-1e9..1e9, 0.0..1e12)), 0.0..1.0_f32, special).prop_map(
        |(norm, limits, alpha, (under, over, bad, special, color_key))| {
            let hide = color_key.iter().map(|entry| entry.category.clone()).collect();
            let limits = limits.map_or(Limits::default(), |(low, width): (f64, f64)| Limits {
                low: Limit::Value(low),
                high: Limit::Value(low + width),
            });
            let colormap = "magma_r".to_owned();
            let min_alpha = u8::try_from(special.len()).unwrap_or(0) * 60;
            Style {
                min_alpha,
                norm,
                limits,
                alpha,
                colormap,
                under,
                over,
                bad,
                special,
                color_key,
                hide,
                ..Style::default()
            }
        },
    );
    let file = prop::sample::select(files);
    let word = prop::option::of("\\PC{0,12}");
    let spread = prop::sample::select(vec!["0", "2:square", "dynamic:0.25:4:max"]);
    (file, style, 0..6_usize, any::<bool>(), word, "\\PC{0,8}", (any::<bool>(), spread)).prop_map(
        |(file, style, blend, visible, label, name, (sums, spread))| FigureLayer {
            name,
            sources: Sources {
                inputs: vec![file],
                x: Some("0".to_owned()),
                raw: RawSpec {
                    dtype: Some("<f4".to_owned()),
                    columns: Some(2),
                    planar: Some(false),
                    ..RawSpec::default()
                },
                ..Sources::default()
            },
            mark: match blend {
                3 if !sums => "line:1".parse().unwrap(),
                4 if !sums && spread == "0" => "cross:4.5".parse().unwrap(),
                5 if spread == "0" => "hexbin:30:0..1e-3:0.5..7".parse().unwrap(),
                2 if spread == "0" => "hexbin:30x7".parse().unwrap(),
                _ => Mark::Points,
            },
            color: (blend > 2).then_some(Rgba([1, 2, 3, 200])),
            reduction: match blend {
                _ if sums => "sum:1".parse().unwrap(),
                0 => "by:1:3".parse().unwrap(),
                _ => Reduction::Count,
            },
            spread: spread.parse().unwrap(),
            style: Style { per: if visible == sums { Per::Area } else { Per::Pixel }, ..style },
            blend: Blend::ALL[blend].1,
            visible,
            label,
            align: Align::default(),
            contour: ContourStyle::default(),
            hatch: Vec::new(),
        },
    )
}

/// A layer, or one of a field in the same colors.
fn any_layer_or_field(files: Vec<PathBuf>) -> impl Strategy<Value = FigureLayer> {
    let marks =
        prop::sample::select(vec!["image", "image:nearest", "image:bilinear", "filled", "contours", "hatching"]);
    let shape = prop::option::of(prop::sample::select(vec!["5x20", "2x1x100", "4294967296x1"]));
    let place = prop_oneof![
        any::<i64>().prop_map(Place::Number),
        any::<f64>().prop_filter("finite", |value| value.is_finite()).prop_map(Place::Value)
    ];
    let at = ("[a-z_][a-z 0-9]{0,3}[a-z]", place).prop_map(|(dimension, place)| At { dimension, place });
    let at = prop::collection::vec(at, 0..3);
    let aligns = prop::sample::select(vec![Align::Nearest, Align::Hold]);
    let reduction = prop::sample::select(vec!["mean:v", "min:a b", "max:0"]);
    let field = prop::option::of((marks, shape, at, aligns, reduction));
    (any_layer(files), field).prop_map(|(layer, field)| {
        let Some((mark, shape, at, align, reduction)) = field else { return layer };
        let shape = shape.map(|shape| shape.parse().unwrap());
        let raw = RawSpec { shape, columns: None, planar: None, ..layer.sources.raw };
        FigureLayer {
            sources: Sources { raw, at, x: Some("lon".to_owned()), ..layer.sources },
            mark: mark.parse().unwrap(),
            reduction: reduction.parse().unwrap(),
            style: Style { per: Per::Pixel, ..layer.style },
            align,
            contour: ContourStyle {
                levels: ["auto", "n:12", "step:4:2", "-1,0,2.5"]
                    [usize::from(layer.visible) + 2 * usize::from(layer.name.is_empty())]
                .parse()
                .unwrap(),
                overrides: vec!["0=red:2:dotted".parse().unwrap()],
                emphasis: Some(5).filter(|_| layer.visible),
                labels: !layer.visible,
                ..ContourStyle::default()
            },
            hatch: vec![">30://".parse().unwrap(), "-1.5..2e7:*:tab:blue:1.5:8".parse().unwrap()],
            ..layer
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn figures_come_back_as_they_were_saved(
        layers in prop::collection::vec(any_layer_or_field(vec!["a.f32".into(), "b c.f32".into()]), 1..5),
        range in prop::option::of((any::<f64>(), any::<f64>()).prop_filter("a range", |(a, b)| {
            a.is_finite() && b.is_finite() && a < b && (b - a).is_finite() && (b - a) > 1e-300
        })),
        title in prop::option::of("\\PC{0,20}"),
        flags in any::<[bool; 4]>(),
        dpi in 10.0..2400.0,
        step in prop_oneof![Just(0), 0..=i64::MAX.cast_unsigned()],
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut layers = layers;
        for layer in &mut layers {
            let name = layer.sources.inputs[0].display().to_string();
            layer.sources.inputs = vec![points(folder.path(), &name)];
        }
        let theme = if flags[0] { Theme::Light } else { Theme::Dark };
        let range = range.map(|(a, b)| Range { start: Coordinate::Real(a), end: Coordinate::Real(b) });
        let size = Size { width: 640, height: 480 };
        let figure = FigureRequest {
            x: AxisRequest { range, scale: Scale::Linear, reversed: None },
            y: AxisRequest { range: None, scale: Scale::Log, reversed: Some(true) },
            background: if flags[1] { Background::None } else { Background::Color(Rgba([1, 2, 3, 255])) },
            layers,
            step,
            text: FigureText { title, x_label: None, y_label: Some("y".to_owned()) },
            theme,
            dpi,
            axes: flags[2],
            grid: flags[3],
            outputs: vec![Output { path: folder.path().join("o.png"), size: Some(size), dpi: Some(300.0) }],
            ..FigureRequest::new(FigureLayer::new(Sources::default()), size)
        };
        // Ranges narrower than the pixels can tell apart are refused, saved or not.
        prop_assume!(figure.check().is_ok());
        let text = write(&figure, folder.path()).unwrap();
        prop_assert_eq!(schema_tests::check(&text), Ok(()));
        let read = read_text(&text, folder.path(), &[]).unwrap();
        prop_assert_eq!(&read.figure, &figure);
        prop_assert!(read.notes.is_empty());
        prop_assert_eq!(write(&read.figure, folder.path()).unwrap(), text);
    }
}
