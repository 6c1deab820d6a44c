//! The bar says what the shading does.

use super::*;
use crate::aggregate::Values;
use crate::figure::norm::shading;
use crate::figure::ticks::TimeUnit;
use crate::figure::ticks::decimal::to_f64;

const NORMS: [Norm; 9] = [
    Norm::Linear,
    Norm::Log,
    Norm::Sqrt,
    Norm::Cbrt,
    Norm::EqHist,
    Norm::Power(0.3),
    Norm::SymLog { linthresh: 0.5 },
    Norm::TwoSlope { center: 2.0 },
    Norm::Centered { center: 3.0 },
];

fn counts() -> Values {
    Values::Count((0..5000_u64).map(|i| i * i % 9973 * (i % 7)).collect())
}

fn reals(low: f64, high: f64) -> Values {
    Values::Real((0..5000_u32).map(|i| low + (high - low) * (f64::from(i) / 4999.0).powi(3)).collect())
}

fn made(values: &Values, norm: &Norm, limits: &str) -> (Shading, ColorBar) {
    let style = Style { norm: norm.clone(), limits: limits.parse().unwrap(), ..Style::default() };
    let colors = shading(values, &style).unwrap();
    let bar = ColorBar::of(values, &style, &colors).unwrap();
    (colors, bar)
}

#[test]
fn ticks_stand_at_the_color_that_their_value_gets() {
    let sets = [counts(), reals(0.001, 900.0), reals(-5.0, 40.0), reals(273.1, 273.2), reals(1e-30, 1e-20)];
    for values in &sets {
        for norm in NORMS {
            if norm == Norm::Log && matches!(values, Values::Real(v) if v[0] < 0.0) {
                continue;
            }
            let (colors, bar) = made(values, &norm, "..");
            let (ticks, _) = bar.ticks(0.04);
            assert!(ticks.len() >= 2, "{norm} {:?}: {ticks:?}", bar.limits);
            assert!(ticks.windows(2).all(|pair| pair[0].height < pair[1].height && pair[0].value < pair[1].value));
            // About a centre, a bar of counts reaches below zero.
            for tick in ticks.iter().filter(|tick| tick.value >= 0.0 || !bar.counts) {
                let key = match values {
                    Values::Count(_) | Values::Categories(_) => format!("{}", tick.value).parse().unwrap(),
                    Values::Real(_) => crate::aggregate::ordered::f64_key(tick.value),
                };
                let index = colors.index(key);
                let (low, high) = (index as f64 / 256.0, (index + 1) as f64 / 256.0);
                let fits = (low - 1e-12..=high + 1e-12).contains(&tick.height);
                assert!(fits, "{norm}: {tick:?} has color {index}");
            }
        }
    }
}

#[test]
fn thresholds_stand_at_their_colors() {
    for norm in NORMS {
        let (colors, bar) = made(&reals(1.0, 900.0), &norm, "..");
        for (i, key) in colors.thresholds.iter().enumerate() {
            let value = f64_from_key(*key);
            let index = colors.index(*key);
            if index == i + 1 && value < 900.0 {
                let height = bar.height(value).unwrap();
                assert!((height - index as f64 / 256.0).abs() < 1e-12, "{norm} {i}: {height}");
            }
        }
    }
}

#[test]
fn a_shifted_bar_is_noticed() {
    // The test above can fail: the same check against the thresholds of another norm does.
    let (colors, _) = made(&reals(1.0, 900.0), &Norm::Linear, "..");
    let (_, other) = made(&reals(1.0, 900.0), &Norm::Sqrt, "..");
    let value = f64_from_key(colors.thresholds[99]);
    assert!((other.height(value).unwrap() - 100.0 / 256.0).abs() > 0.1);
}

#[test]
fn labels_are_unique_and_read_well() {
    let (_, bar) = made(&counts(), &Norm::Log, "1..100000");
    let labels: Vec<String> = bar.ticks(0.12).0.into_iter().map(|tick| tick.label).collect();
    assert_eq!(labels, ["1", "10", "100", "1k", "10k", "100k"]);
    for values in [counts(), reals(-5.0, 40.0), reals(273.1, 273.2)] {
        for norm in [Norm::Linear, Norm::Sqrt, Norm::EqHist] {
            let labels: Vec<String> = made(&values, &norm, "..").1.ticks(0.05).0.into_iter().map(|t| t.label).collect();
            let mut unique = labels.clone();
            unique.sort();
            unique.dedup();
            assert_eq!(unique.len(), labels.len(), "{labels:?}");
        }
    }
    for (number, exponent, text) in
        [(1, 0, "1"), (25, 2, "2.5k"), (1234, 0, "1234"), (5, 5, "500k"), (2, 6, "2M"), (3, 9, "3G"), (0, 0, "0")]
    {
        assert_eq!(count_label(number, exponent), text);
        assert!(to_f64(number, exponent) >= 0.0);
    }
}

#[test]
fn labels_that_do_not_fit_share_what_is_long_about_them() {
    let fits = |label: &str| label.chars().count() <= 5;
    for (values, norm, wanted, wanted_shared) in [
        (reals(98_000.0, 104_000.0), "linear", &["98", "100", "102", "104"][..], Some("×10³")),
        (reals(101_000.0, 101_400.0), "linear", &["0", "100", "200", "300", "400"], Some("+ 101\u{2009}000")),
        (reals(0.0, 1.0), "boundary:95000,101300,102000", &["95.0", "101.3", "102.0"], Some("×10³")),
        (reals(980.0, 1040.0), "linear", &["980", "1000", "1020", "1040"], None),
    ] {
        let (ticks, shared) = made(&values, &norm.parse().unwrap(), "..").1.ticks_that(0.2, fits);
        let labels: Vec<&str> = ticks.iter().map(|tick| tick.label.as_str()).collect();
        assert_eq!((labels.as_slice(), shared.as_deref()), (wanted, wanted_shared));
    }
}

#[test]
fn values_that_count_time_are_moments() {
    let (_, bar) = made(&reals(0.0, 256.0 * 60.0), &Norm::Linear, "0..15360");
    assert_eq!(bar.moment(90.0), None);
    let bar = bar.counting(Some(TimeUnit::SECONDS));
    assert_eq!(bar.moment(90.25).as_deref(), Some("1 Jan 1970 00:01"));
    assert_eq!((bar.moment(f64::NAN), bar.moment(1e300)), (None, None));
}

#[test]
fn odd_data_have_bars_too() {
    for values in [Values::Count(vec![0; 9]), Values::Real(vec![f64::NAN; 9])] {
        let (_, bar) = made(&values, &Norm::EqHist, "..");
        assert!(bar.ticks(0.05).0.is_empty() && bar.height(1.0).is_none());
    }
    for values in [Values::Count(vec![0, 7, 7]), Values::Real(vec![7.0, f64::NAN])] {
        for norm in NORMS.into_iter().filter(|norm| !matches!(norm.name(), "twoslope" | "centered")) {
            let (ticks, _) = made(&values, &norm, "..").1.ticks(0.05);
            let shown: Vec<(&str, f64)> = ticks.iter().map(|tick| (tick.label.as_str(), tick.height)).collect();
            assert_eq!(shown, [("7", 1.0)], "{norm}");
        }
    }
}

#[test]
fn values_beyond_the_limits_point_the_ends() {
    let extends = |limits: &str| made(&reals(0.0, 10.0), &Norm::Linear, limits).1.extends;
    assert_eq!(extends(".."), [false, false]);
    assert_eq!(extends("1.."), [true, false]);
    assert_eq!(extends("..9"), [false, true]);
    assert_eq!(extends("-5..20"), [false, false]);
}

#[test]
fn quantities_are_named() {
    assert_eq!(quantity(&Reduction::Count), "points per pixel");
    assert_eq!(quantity(&Reduction::Of(Statistic::Mean, "speed".to_owned())), "mean of speed");
}

#[test]
fn colors_of_their_own_point_the_ends_and_have_swatches() {
    let style = Style {
        norm: Norm::Linear,
        over: Some("red".parse().unwrap()),
        special: vec!["-1=lime".parse().unwrap()],
        ..Style::default()
    };
    // No value lies above, and the special one is not below.
    let Values::Real(mut values) = reals(0.0, 10.0) else { panic!() };
    values[3] = -1.0;
    let values = Values::Real(values);
    let bar = ColorBar::of(&values, &style, &shading(&values, &style).unwrap()).unwrap();
    assert_eq!((bar.extends, bar.limits), ([false, true], Some((0.0, 10.0))));
    assert_eq!(bar.ends, [None, Some([255, 0, 0, 255])]);
    assert_eq!(bar.swatches, [("\u{2212}1".to_owned(), Sign::Color(Rgba([0, 255, 0, 255])))]);
}

#[test]
fn levels_are_the_ticks_and_their_regions_the_bar() {
    let values = reals(-3.0, 12.0);
    let shown = |text: &str, apart: f64| {
        let (_, bar) = made(&values, &text.parse().unwrap(), "..");
        let (ticks, _) = bar.ticks(apart);
        let ticks: Vec<(String, f64)> = ticks.into_iter().map(|tick| (tick.label, tick.height)).collect();
        (ticks, bar)
    };
    let (ticks, bar) = shown("boundary:0,0.5,2,10", 0.05);
    let wanted = [("0", 0.0), ("0.5", 1.0 / 3.0), ("2", 2.0 / 3.0), ("10", 1.0)];
    assert_eq!(ticks, wanted.map(|(label, height)| (label.to_owned(), height)));
    assert_eq!(bar.extends, [true, true]);
    assert_eq!([0.1, 0.3, 0.4, 0.9].map(|height| bar.color_at(height)), [0, 0, 127, 255].map(|i| bar.palette[i]));
    for (v, height) in [(0.25, 1.0 / 6.0), (1.25, 0.5), (6.0, 5.0 / 6.0)] {
        assert!((bar.height(v).unwrap() - height).abs() < 1e-12, "{v}");
    }
    let (ticks, bar) = shown("boundary:0,0.5,2,10:both:proportional", 0.1);
    assert_eq!(ticks.iter().map(|(label, _)| label.as_str()).collect::<Vec<_>>(), ["0", "2", "10"]);
    assert_eq!([0.01, 0.1, 0.5].map(|height| bar.color_at(height)), [63, 127, 191].map(|i| bar.palette[i]));
    // Each color of the bar is that of the values that stand there.
    for text in ["boundary:0,0.5,2,10:min", "boundary:0,0.5,2,10:max:proportional"] {
        let (colors, bar) = made(&values, &text.parse().unwrap(), "..");
        for i in 0..100 {
            let v = 0.05 + f64::from(i) / 10.0;
            let at = bar.height(v).unwrap_or(2.0);
            if at < 1.0 {
                let key = crate::aggregate::ordered::f64_key(v);
                assert_eq!(bar.color_at(at), colors.color(key), "{text} {v}");
            }
        }
    }
}
