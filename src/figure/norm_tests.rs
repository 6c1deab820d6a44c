//! Tests of the norms against datashader's and matplotlib's own output, and of the decisions written in `norm`.

use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::aggregate::Values;
use crate::figure::image::{Image, max_channel_difference};
use crate::figure::shade::shade;
use crate::scene::style::{Background, Style};

/// The lines of a fixture that are not comments, as numbers, and the comments' words.
fn fixture(name: &str) -> (Vec<Vec<String>>, Vec<Vec<f64>>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/shade").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{error}: {}", path.display()));
    let (comments, rows): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with('#'));
    let words = comments.iter().map(|line| line.split_whitespace().skip(1).map(str::to_owned).collect()).collect();
    let numbers = rows.iter().map(|line| line.split(' ').map(|word| word.parse().unwrap()).collect()).collect();
    (words, numbers)
}

fn column(rows: &[Vec<f64>], at: usize) -> Vec<f64> {
    rows.iter().map(|row| row[at]).collect()
}

/// The image whose RGBA bytes are four columns of a fixture, one pixel a row, the last row on top.
fn image_of(rows: &[Vec<f64>], at: usize) -> Image {
    let bytes = rows.iter().rev().flat_map(|row| row[at..at + 4].iter().map(|v| u8::try_from(whole(*v)).unwrap()));
    Image::new(1, u32::try_from(rows.len()).unwrap(), bytes.collect()).unwrap()
}

fn counts(values: &[f64]) -> Values {
    Values::Count(values.iter().map(|v| whole(*v)).collect())
}

fn style(norm: &Norm, limits: Limits) -> Style {
    let norm = norm.clone();
    Style { norm, limits, colormap: "viridis".to_owned(), background: Background::None, ..Style::default() }
}

fn picture(values: &Values, style: &Style) -> Image {
    let height = match values {
        Values::Count(v) => v.len(),
        Values::Real(v) => v.len(),
        Values::Categories(by) => by.totals().len(),
    };
    shade(values, 1, u32::try_from(height).unwrap(), &shading(values, style).unwrap(), 2)
}

fn indices(values: &Values, norm: &Norm, limits: &str) -> Vec<usize> {
    let shading = shading(values, &style(norm, limits.parse().unwrap())).unwrap();
    match values {
        Values::Count(v) => v.iter().map(|v| shading.index(*v)).collect(),
        Values::Real(v) => v.iter().map(|v| shading.index(f64_key(*v))).collect(),
        Values::Categories(by) => by.totals().iter().map(|v| shading.index(*v)).collect(),
    }
}

const ALL: [Norm; 5] = [Norm::Linear, Norm::Log, Norm::Sqrt, Norm::Cbrt, Norm::EqHist];

#[test]
fn histogram_equalisation_is_datashaders() {
    for name in
        ["counts_narrow", "counts_offset", "counts_wide", "counts_edge", "counts_over_edge", "reals", "reals_levels"]
    {
        let (_, rows) = fixture(&format!("eqhist_{name}.txt"));
        let column0 = column(&rows, 0);
        let values = if name.starts_with("counts") { counts(&column0) } else { Values::Real(column0) };
        let scale =
            Scale::new(&Survey::new(&values, None, 2), &Norm::EqHist, Limits::default(), None).unwrap().unwrap();
        let (distribution, _) = scale.distribution.as_ref().unwrap();
        let binned = matches!(**distribution, Distribution::Lines { .. });
        assert_eq!(binned, !["counts_narrow", "counts_offset", "counts_edge"].contains(&name), "{name}");
        let mut worst = 0f64;
        for row in rows.iter().filter(|row| !row[1].is_nan()) {
            worst = worst.max((distribution.share(row[0]) - row[1]).abs()).max((scale.t(row[0]) - row[2]).abs());
        }
        assert!(worst <= 1e-12, "{name}: t differs by {worst:e}");
        println!("eqhist {name}: t differs by at most {worst:e} over {} pixels", rows.len());
        let shown = picture(&values, &style(&Norm::EqHist, Limits::default()));
        assert_eq!(max_channel_difference(&shown, &image_of(&rows, 3)), Ok(0), "{name}");
    }
}

#[test]
fn norms_are_matplotlibs_to_the_byte() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/shade");
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names: Vec<String> = names.filter(|name| name.starts_with("norm_")).collect();
    assert_eq!(names.len(), 29);
    for name in names {
        let (words, rows) = fixture(&name);
        let norm: Norm = words[0][1].parse().unwrap();
        let [low, high] = [1, 2].map(|i| words[1][i].parse::<f64>().unwrap());
        let values = column(&rows, 0);
        for row in &rows {
            let (t, expected) = (normalise(row[0], &norm, low, high), row[1].clamp(0.0, 1.0));
            assert!((t - expected).abs() <= 1e-12, "{name}: {} gives {t}, not {expected}", row[0]);
        }
        let explicit = style(&norm, Limits { low: Limit::Value(low), high: Limit::Value(high) });
        let mut styles = vec![explicit.clone()];
        if name.contains("inner") {
            styles.push(style(&norm, "p1..p99".parse().unwrap()));
        } else if !["signed", "bins", "wide"].iter().any(|part| name.contains(part)) {
            styles.push(style(&norm, Limits::default()));
        }
        for style in styles {
            let expected = image_of(&rows, 2);
            let mut kinds = vec![Values::Real(values.clone())];
            if name.contains("counts") || name.contains("powers") {
                kinds.push(counts(&values));
            }
            for values in kinds {
                let shown = picture(&values, &style);
                assert_eq!(max_channel_difference(&shown, &expected), Ok(0), "{name} with {}", style.limits);
            }
        }
    }
}

#[test]
fn boundaries_are_matplotlibs_to_the_byte() {
    for name in ["neither", "min", "max", "both", "single", "every", "many_neither", "many_both"] {
        for colored in ["", "_colored"] {
            let file = format!("boundary_{name}{colored}.txt");
            if !colored.is_empty() && ["single", "every", "many_neither", "many_both"].contains(&name) {
                continue;
            }
            let (words, rows) = fixture(&file);
            let mut style = style(&words[0][1].parse().unwrap(), "-3..2".parse().unwrap());
            [style.under, style.over] = [1, 2].map(|i| words[1][i].parse().ok().filter(|_| words[1][i] != "None"));
            let shown = picture(&Values::Real(column(&rows, 0)), &style);
            let expected = image_of(&rows, 1);
            assert_eq!(max_channel_difference(&shown, &expected), Ok(0), "{file}");
            // Can fail: the ends have other colors, the regions another number.
            style.norm = "boundary:-10,-4,-1.5,0,1,5,11".parse().unwrap();
            let other = picture(&Values::Real(column(&rows, 0)), &style);
            assert!(max_channel_difference(&other, &expected).unwrap() > 0, "{file}");
        }
    }
}

#[test]
fn counts_have_boundaries_too() {
    let norm: Norm = "boundary:1,2.5,10,100".parse().unwrap();
    let values = Values::Count(vec![0, 1, 2, 3, 9, 10, 99, 100, 5000]);
    assert_eq!(indices(&values, &norm, "..")[1..], [0, 0, 127, 127, 255, 255, 255, 255]);
    let over = Style { over: Some("red".parse().unwrap()), ..style(&norm, Limits::default()) };
    let made = shading(&values, &over).unwrap();
    assert!(made.color(99) != [255, 0, 0, 255] && made.color(100) == [255, 0, 0, 255]);
}

#[test]
fn limits_of_norms_with_a_center() {
    let values = Values::Real(vec![-2.0, 1.0, 5.0]);
    for (norm, limits, low, high) in [
        ("twoslope:0", "..", -2.0, 5.0),
        ("twoslope:7", "..", -2.0, 16.0),
        ("twoslope:-3", "..", -11.0, 5.0),
        ("twoslope:5", "..", -2.0, 12.0),
        ("twoslope:1", "2..4", -2.0, 4.0),
        ("centered:0", "..", -5.0, 5.0),
        ("centered:2", "..", -2.0, 6.0),
        ("centered:1", "0..", 0.0, 2.0),
        ("centered:1", "..2.5", -0.5, 2.5),
        ("centered:0", "-1..3", -3.0, 3.0),
        ("centered:0", "p50..p50", -1.0, 1.0),
        ("boundary:0,1", "5..9", 0.0, 1.0),
    ] {
        let scale = Scale::new(&Survey::new(&values, None, 2), &norm.parse().unwrap(), limits.parse().unwrap(), None)
            .unwrap()
            .unwrap();
        assert_eq!(scale.limits(), (low, high), "{norm} {limits}");
        if !norm.starts_with('b') {
            let center: f64 = norm.split_once(':').unwrap().1.parse().unwrap();
            assert_eq!(scale.t(center), 0.5, "{norm} {limits}");
        }
    }
    let wide = Values::Real(vec![f64::MIN, f64::MAX]);
    for norm in ["twoslope:-1e308", "centered:1e308", "symlog:1e300", "power:0.001", "power:900"] {
        let scale =
            Scale::new(&Survey::new(&wide, None, 2), &norm.parse().unwrap(), Limits::default(), None).unwrap().unwrap();
        let ts = [f64::MIN, -1.0, 0.0, 1.0, f64::MAX].map(|v| scale.t(v));
        assert!(ts.is_sorted() && ts[0] == 0.0 && ts[4] == 1.0, "{norm}: {ts:?}");
    }
}

#[test]
fn the_comparison_with_the_fixtures_can_fail() {
    let (_, rows) = fixture("norm_log_powers.txt");
    let values = counts(&column(&rows, 0));
    let right = image_of(&rows, 2);
    let wrong_norm = picture(&values, &style(&Norm::Linear, Limits::default()));
    assert!(max_channel_difference(&wrong_norm, &right).unwrap() > 0);
    // One threshold too high by one: the count 2 falls back by a colour.
    let mut shading = shading(&values, &style(&Norm::Log, Limits::default())).unwrap();
    let at = shading.thresholds.iter().rposition(|threshold| *threshold == 2).unwrap();
    shading.thresholds[at] += 1;
    let shown = shade(&values, 1, right.height, &shading, 2);
    assert!(max_channel_difference(&shown, &right).unwrap() > 0);
    assert!(max_channel_difference(&shown, &image_of(&rows[1..], 2)).is_err());
}

#[test]
fn percentiles_are_numpys() {
    for name in ["positive", "counts", "powers", "signed"] {
        let norm = if name == "signed" { "norm_linear_signed" } else { &format!("norm_log_{name}") };
        let data = column(&fixture(&format!("{norm}.txt")).1, 0);
        let mut kinds = vec![Values::Real([data.as_slice(), &[f64::NAN, f64::INFINITY, f64::NEG_INFINITY]].concat())];
        if name == "counts" || name == "powers" {
            kinds.push(counts(&[data.as_slice(), &[0.0, 0.0]].concat()));
        }
        for row in fixture(&format!("percentile_{name}.txt")).1 {
            for values in &kinds {
                let limits = Limits { low: Limit::Percentile(row[0]), high: Limit::Auto };
                let (low, _) = resolve(&Survey::new(values, None, 1), &Norm::Linear, limits).unwrap().unwrap();
                let tolerance = 1e-14 * row[1].abs();
                assert!((low - row[1]).abs() <= tolerance, "{name}: p{} is {low}, not {}", row[0], row[1]);
            }
        }
    }
}

#[test]
fn equal_limits_show_a_lone_point_at_the_top() {
    for norm in ALL {
        assert_eq!(indices(&Values::Count(vec![0, 1, 0, 1]), &norm, ".."), [0, 255, 0, 255], "{norm}");
        assert_eq!(indices(&Values::Count(vec![7]), &norm, "p1..p99"), [255], "{norm}");
        assert_eq!(indices(&Values::Real(vec![3.5, f64::NAN]), &norm, "..")[0], 255, "{norm}");
        assert_eq!(indices(&Values::Count(vec![4, 5, 6]), &norm, "5..5"), [0, 255, 255], "{norm}");
        assert_eq!((normalise(4.9, &norm, 5.0, 5.0), normalise(5.0, &norm, 5.0, 5.0)), (0.0, 1.0));
    }
}

#[test]
fn infinities_clamp_and_take_no_part_in_limits() {
    let values = Values::Real(vec![f64::NEG_INFINITY, 1.0, 2.0, 4.0, f64::INFINITY, f64::NAN]);
    for norm in ALL {
        let found = indices(&values, &norm, "..");
        assert_eq!((found[0], found[1], found[3], found[4]), (0, 0, 255, 255), "{norm}");
        assert!(found[2] > 0 && found[2] < 255, "{norm}");
        let shown = picture(&values, &style(&norm, Limits::default()));
        assert_eq!(shown.pixel(0, 0), Some([0; 4]), "NaN is empty");
        assert_eq!((shown.pixel(0, 1), shown.pixel(0, 5)), (shown.pixel(0, 2), shown.pixel(0, 4)));
    }
    let infinite = Values::Real(vec![f64::INFINITY, f64::NAN]);
    assert_eq!(indices(&infinite, &Norm::Linear, "0..1")[0], 255);
    assert_eq!(indices(&infinite, &Norm::Linear, "..")[0], 0, "no limits to be had: the lowest colour");
}

#[test]
fn the_log_norm_looks_at_positive_values() {
    let values = Values::Real(vec![-5.0, 0.0, 0.01, 1.0, 100.0]);
    assert_eq!(indices(&values, &Norm::Log, ".."), [0, 0, 0, 128, 255]);
    assert_eq!(indices(&values, &Norm::Log, "p0..p100"), [0, 0, 0, 128, 255]);
    assert_eq!(indices(&Values::Real(vec![-5.0, 0.0]), &Norm::Log, ".."), [0, 0]);
    for (limits, wrong) in [("0..5", 0.0), ("-1..", -1.0), ("..-3", -3.0)] {
        let result = shading(&values, &style(&Norm::Log, limits.parse().unwrap()));
        assert_eq!(result, Err(FigureError::LogLimit(wrong)));
    }
}

#[test]
fn limits_that_miss_the_data_still_shade() {
    let values = Values::Count(vec![1, 2, 3]);
    for norm in ALL {
        assert_eq!(indices(&values, &norm, "5.."), [0; 3], "{norm}");
        assert_eq!(indices(&values, &norm, "5..9"), [0; 3], "{norm}");
        assert_eq!(indices(&values, &norm, "..0.5"), [255; 3], "{norm}");
        assert_eq!(indices(&values, &norm, "0.25..0.5"), [255; 3], "{norm}");
        assert_eq!(indices(&Values::Count(vec![0, 0]), &norm, ".."), [0; 2], "{norm}");
        assert_eq!(indices(&Values::Real(vec![f64::NAN]), &norm, "p1..p99")[0..0], [0usize; 0], "{norm}");
    }
    assert_eq!(indices(&values, &Norm::Linear, "-1..3"), [128, 192, 255]);
    assert_eq!(indices(&values, &Norm::Linear, "0..1e30"), [0; 3]);
    assert_eq!(indices(&Values::Real(vec![f64::MIN, 0.0, f64::MAX]), &Norm::Linear, ".."), [0, 128, 255]);
}

#[test]
fn equalisation_within_limits_is_that_of_the_values_within() {
    let near = |a: &[usize], b: &[usize]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.abs_diff(*b) <= 1);
    let all = Values::Count(vec![1, 2, 2, 3, 9, 50, 1000]);
    let inner = indices(&Values::Count(vec![2, 2, 3, 9]), &Norm::EqHist, "..");
    assert!(near(&indices(&all, &Norm::EqHist, "2..49.5"), &[&[0], inner.as_slice(), &[255, 255]].concat()));
    assert!(near(&indices(&all, &Norm::EqHist, "2.."), &indices(&all, &Norm::EqHist, "2..1000")));
    let all = Values::Real(vec![-9.0, 0.5, 0.75, 2.0, 8.0]);
    let inner = indices(&Values::Real(vec![0.5, 0.75, 2.0]), &Norm::EqHist, "..");
    assert_eq!(indices(&all, &Norm::EqHist, "0.5.."), [0, 0, 85, 170, 255]);
    assert!(near(&indices(&all, &Norm::EqHist, "0.5..2"), &[&[0], inner.as_slice(), &[255]].concat()));
}

#[test]
fn equalisation_between_fixed_limits_is_that_of_the_whole() {
    let counts = Values::Count((0..500).map(|i| i * i % 97).collect());
    let reals = Values::Real((0..500).map(|i| f64::from(i * i % 97) - 30.0).collect());
    for (all, part, limits) in
        [(&counts, Values::Count(vec![3, 20, 96]), "3..90"), (&reals, Values::Real(vec![-27.0, 3.5, 66.0]), "-27..60")]
    {
        let limits: Limits = limits.parse().unwrap();
        let scale = |values: &Values, whole| {
            Scale::new(&Survey::new(values, None, 2), &Norm::EqHist, limits, whole).unwrap().unwrap()
        };
        let whole = Shares::of(&Survey::new(all, None, 2)).unwrap();
        let (near, far) = (scale(&part, Some(&whole)), scale(all, None));
        for i in -400..1000 {
            let v = f64::from(i) / 10.0;
            let [near, far] = [near.t(v), far.t(v)];
            assert!(near == far && (0.0..=1.0).contains(&near), "{v}: {near} is not {far}");
        }
        assert_ne!(scale(&part, None).t(20.0), far.t(20.0));
    }
    // Where the whole has nothing between the limits, a part may have.
    let whole = Shares::of(&Survey::new(&Values::Count(vec![1, 100, 1000]), None, 1)).unwrap();
    let limits = "20..60".parse().unwrap();
    let scale = Scale::new(&Survey::new(&Values::Count(vec![30, 50]), None, 1), &Norm::EqHist, limits, Some(&whole))
        .unwrap()
        .unwrap();
    assert_eq!([10.0, 30.0, 50.0, 60.0].map(|v| scale.t(v)), [0.0, 0.25, 0.75, 1.0]);
}

#[test]
fn what_cannot_be_done_is_an_error() {
    let values = Values::Count(vec![1, 2]);
    let with = |low, high| shading(&values, &style(&Norm::Linear, Limits { low, high })).unwrap_err();
    use Limit::{Auto, Percentile, Value};
    assert_eq!(with(Value(2.0), Value(1.0)), FigureError::InvertedLimits { low: 2.0, high: 1.0 });
    assert_eq!(with(Percentile(9.0), Percentile(1.0)), FigureError::InvertedLimits { low: 9.0, high: 1.0 });
    assert_eq!(with(Value(f64::NAN), Auto), FigureError::BadLimit("NaN".into()));
    assert_eq!(with(Auto, Percentile(101.0)), FigureError::BadLimit("p101".into()));
    for alpha in [-0.1, 1.1, f32::NAN] {
        let result = shading(&values, &Style { alpha, ..Style::default() });
        assert!(matches!(result, Err(FigureError::BadAlpha(_))));
    }
    let result = shading(&values, &Style { colormap: "virids".into(), ..Style::default() });
    assert!(result.unwrap_err().to_string().contains("did you mean viridis?"));
}

#[test]
fn color_indices() {
    for (t, index) in [(0.0, 0), (1.0, 255), (0.5, 128), (0.003_906_25, 1), (0.003_906, 0), (-3.0, 0), (9.0, 255)] {
        assert_eq!(color_index(t), index, "{t}");
    }
    assert_eq!(color_index(f64::NAN), 0);
}

/// All norms, those with numbers too.
fn all() -> Vec<Norm> {
    let further =
        ["power:0.3", "power:4", "symlog:0.1", "symlog:40", "twoslope:3", "centered:-2", "boundary:1,2,30,1e4:max"];
    ALL.into_iter().chain(further.map(|text| text.parse().unwrap())).collect()
}

fn any_limits() -> impl Strategy<Value = Limits> {
    let text = prop::sample::select(vec!["..", "p1..p99", "p10..", "..p90", "2..30", "2..p90", "..30", "0.5..1e6"]);
    text.prop_map(|text| text.parse().unwrap())
}

fn index(scale: &Scale, v: f64) -> usize {
    usize::from(color(scale.place(v)))
}

proptest! {
    /// The thresholds say of every value what the formula says.
    #[test]
    fn thresholds_are_the_formula(
        small in prop::collection::vec(0u64..50, 1..60),
        large in prop::collection::vec(0u64..1 << 40, 0..20),
        reals in prop::collection::vec(prop_oneof![Just(f64::NAN), -1e3..1e3, any::<f64>()], 1..60),
        norm in prop::sample::select(all()),
        limits in any_limits(),
    ) {
        for values in [Values::Count([small, large].concat()), Values::Real(reals)] {
            let shading = shading(&values, &style(&norm, limits)).unwrap();
            prop_assert_eq!(shading.thresholds.len(), COLORS - 1);
            prop_assert!(shading.thresholds.is_sorted());
            let Some(scale) = Scale::new(&Survey::new(&values, None, 2), &norm, limits, None).unwrap() else { continue };
            match &values {
                Values::Count(v) => for v in v.iter().filter(|v| **v > 0) {
                    prop_assert_eq!(shading.index(*v), index(&scale, *v as f64), "{} of {:?}", v, scale.limits());
                },
                Values::Real(v) => for v in v.iter().filter(|v| !v.is_nan()) {
                    prop_assert_eq!(shading.index(f64_key(*v)), index(&scale, *v), "{} of {:?}", v, scale.limits());
                },
                Values::Categories(_) => prop_assert!(false),
            }
        }
    }
}

proptest! {
    /// Whatever way places grow, in steps or smoothly, what is found is what looking at all keys finds; and soon.
    #[test]
    fn thresholds_are_the_first_keys(
        steps in prop::collection::vec((0u64..5000, 0.0..40.0), 0..30),
        (bend, low, span) in (0.05..20.0, 1u64..1 << 52, 1u64..5000),
        smooth in 0.0..1.0,
    ) {
        let tried = std::cell::Cell::new(0);
        let place = |key: u64| {
            tried.set(tried.get() + 1);
            let along = (key - low) as f64 / span as f64;
            let stepped: f64 = steps.iter().filter(|(at, _)| *at <= key - low).map(|(_, height)| height).sum();
            smooth * 256.0 * along.powf(bend) + stepped
        };
        let found = thresholds(COLORS, |i| i as f64, (low, low + span), place);
        let most = (COLORS - 1) * 4 * 13;
        prop_assert!(tried.get() <= most, "{}", tried.get());
        let places: Vec<f64> = (low..=low + span).map(place).collect();
        for (i, key) in found.iter().enumerate() {
            let first = places.iter().position(|place| *place >= (i + 1) as f64);
            prop_assert_eq!(*key, first.map_or(u64::MAX, |first| low + first as u64), "color {}", i + 1);
        }
    }
}
