use super::*;
use crate::aggregate::Values;
use crate::scene::style::Limits;

fn color(text: &str) -> Option<Rgba> {
    Some(text.parse().unwrap())
}

fn style(norm: Norm, limits: &str) -> Style {
    let limits: Limits = limits.parse().unwrap();
    Style { norm, limits, colormap: "grey".to_owned(), background: Background::None, ..Style::default() }
}

/// Black below, red above, blue for bad, green for -1 and yellow for 7.
fn special(norm: Norm, limits: &str) -> Style {
    Style {
        under: color("black"),
        over: color("red"),
        bad: color("blue"),
        special: ["-1=lime", "7=yellow"].map(|text| text.parse().unwrap()).to_vec(),
        ..style(norm, limits)
    }
}

const BLACK: [u8; 4] = [0, 0, 0, 255];
const RED: [u8; 4] = [255, 0, 0, 255];
const BLUE: [u8; 4] = [0, 0, 255, 255];
const LIME: [u8; 4] = [0, 255, 0, 255];
const YELLOW: [u8; 4] = [255, 255, 0, 255];
const WHITE: [u8; 4] = [255; 4];

#[test]
fn values_beyond_the_limits_and_special_ones_have_their_colors_exactly() {
    let next = 10.0_f64.next_up();
    let reals = vec![-1.0, 2.0_f64.next_down(), 2.0, 7.0, 7.0_f64.next_up(), 10.0, next, f64::INFINITY];
    let made = shading(&Values::Real(reals.clone()), &special(Norm::Linear, "2..10")).unwrap();
    let colors: Vec<[u8; 4]> = reals.iter().map(|v| made.color(f64_key(*v))).collect();
    let gray = [160, 160, 160, 255];
    assert_eq!(colors, [LIME, BLACK, BLACK, YELLOW, gray, WHITE, RED, RED]);
    assert_eq!(made.color(f64_key(f64::NEG_INFINITY)), BLACK);
    // The first color and that of what lies below are the same here; without it, they are not told apart at all.
    let other = Style { under: color("navy"), ..special(Norm::Linear, "2..10") };
    let made = shading(&Values::Real(reals), &other).unwrap();
    assert_eq!(made.color(f64_key(2.0_f64.next_down())), [0, 0, 128, 255]);
    assert_eq!(made.color(f64_key(2.0)), BLACK);
}

#[test]
fn counts_have_special_colors_too() {
    let counts = Values::Count(vec![0, 1, 2, 7, 10, 11]);
    let made = shading(&counts, &special(Norm::Linear, "1.5..10.5")).unwrap();
    assert_eq!([1, 7, 11, 1 << 40].map(|count| made.color(count)), [BLACK, YELLOW, RED, RED]);
    assert!(made.color(2) != BLACK && made.color(10) != RED);
    assert_eq!(made.empty, [0; 4], "nothing is not below the limits");
    // -1 is no count.
    assert_eq!(made.apart.len(), 3);
}

#[test]
fn special_values_take_no_part_in_limits() {
    for norm in [Norm::Linear, Norm::EqHist] {
        let with = Values::Real(vec![-1.0, -1.0, 2.0, 4.0, 7.0, 9.0, f64::NAN]);
        let without = Values::Real(vec![f64::NAN, f64::NAN, 2.0, 4.0, f64::NAN, 9.0, f64::NAN]);
        let made = shading(&with, &special(norm.clone(), "..")).unwrap();
        assert_eq!(made.thresholds, shading(&without, &style(norm.clone(), "..")).unwrap().thresholds, "{norm}");
        assert_ne!(made.thresholds, shading(&with, &style(norm.clone(), "..")).unwrap().thresholds, "{norm}");
    }
}

#[test]
fn what_has_no_logarithm_is_bad() {
    let reals = [-5.0, 0.0, -0.0, 5e-324, 0.5, 1.0, 100.0];
    let made = shading(&Values::Real(reals.to_vec()), &special(Norm::Log, "1..100")).unwrap();
    let colors = reals.map(|v| made.color(f64_key(v)));
    assert_eq!(colors, [BLUE, BLUE, BLUE, BLACK, BLACK, BLACK, WHITE]);
    // As before where no color was asked for: the lowest.
    let plain = shading(&Values::Real(reals.to_vec()), &style(Norm::Log, "1..100")).unwrap();
    assert_eq!(plain.color(f64_key(-5.0)), BLACK);
    assert!(plain.apart.is_empty());
}

#[test]
fn alpha_fades_special_colors_over_the_background() {
    let style = Style {
        alpha: 0.2,
        background: "navy".parse().unwrap(),
        over: color("#ffffff80"),
        under: color("none"),
        ..style(Norm::Linear, "2..3")
    };
    let made = shading(&Values::Real(vec![2.5]), &style).unwrap();
    // Alpha 128 / 255 · 0.2 is 26 / 255.
    assert_eq!(made.color(f64_key(9.0)), [26, 26, 141, 255]);
    assert_eq!(made.color(f64_key(0.0)), [0, 0, 128, 255]);
    assert!(made.is_opaque());
    let clear = Style { background: Background::None, ..style };
    assert!(!shading(&Values::Real(vec![2.5]), &Style { alpha: 1.0, ..clear }).unwrap().is_opaque());
}

#[test]
fn more_special_values_than_there_may_be_are_refused() {
    let one = "1=red".parse().unwrap();
    let style = Style { special: vec![one; MAX_SPECIAL + 1], ..Style::default() };
    let message = shading(&Values::Count(vec![1]), &style).unwrap_err().to_string();
    assert!(message.contains("65") && message.contains("64"), "{message}");
}

fn over(values: &Values, style: &Style, area: f64) -> Result<Shading, FigureError> {
    shading_with(values, style, &colormap(&style.colormap).unwrap(), Setting { area: Some(area), ..Setting::default() })
}

#[test]
fn a_table_brings_colors_for_the_ends_which_a_style_overrules() {
    let text = "0 black 1 white\nB navy\nF red\nN gray\n";
    let map = crate::figure::colormap::file::parse("a.cpt", text).unwrap();
    let values = Values::Real(vec![-1.0, 2.0, 50.0, 500.0]);
    let plain = style(Norm::Log, "2..50");
    let made = shading_with(&values, &plain, &map, Setting::default()).unwrap();
    let colors = [-1.0, 1.0, 2.0, 50.0, 500.0].map(|v| made.color(f64_key(v)));
    assert_eq!(colors, [[128, 128, 128, 255], [0, 0, 128, 255], BLACK, WHITE, RED]);
    let own = Style { over: color("lime"), ..plain };
    let made = shading_with(&values, &own, &map, Setting::default()).unwrap();
    assert_eq!((made.color(f64_key(500.0)), made.ends[1]), (LIME, Some(LIME)));
}

#[test]
fn numbers_over_an_area_are_compared_as_such() {
    // Four times the pixels, a quarter of the area, and of the counts: the same colors.
    let (large, small) = (Values::Count(vec![0, 4, 8, 40, 400, 4000]), Values::Count(vec![0, 1, 2, 10, 100, 1000]));
    for norm in [Norm::Linear, Norm::Log, Norm::EqHist, Norm::SymLog { linthresh: 3.0 }] {
        for limits in ["..", "20..700", "p10..p90", "8.."] {
            let style = special(norm.clone(), limits);
            let style = Style { special: Vec::new(), ..style };
            let made = [(&large, 0.5), (&small, 0.125)].map(|(values, area)| over(values, &style, area).unwrap());
            for count in [1, 2, 10, 100, 1000] {
                assert_eq!(made[0].color(count * 4), made[1].color(count), "{norm} {limits}: {count}");
            }
        }
    }
    let style = special(Norm::Linear, "16..700");
    let per_pixel = shading(&large, &style).unwrap();
    let per_area = over(&large, &style, 0.5).unwrap();
    assert_eq!((per_pixel.color(8), per_area.color(8)), (BLACK, per_pixel.color(16)));
    assert_eq!((per_area.color(7), per_area.color(350), per_area.color(351)), (YELLOW, WHITE, RED));
    let sums = Values::Real(vec![8.0, 350.0, 350.0_f64.next_up()]);
    let per_area = over(&sums, &style, 0.5).unwrap();
    let of = |v: f64| per_area.color(f64_key(v));
    assert_eq!((of(8.0_f64.next_down()), of(350.0), of(350.0_f64.next_up())), (BLACK, WHITE, RED));
}

proptest::proptest! {
    /// The thresholds say of every number what its quotient says.
    #[test]
    fn areas_are_divided_by_exactly(
        counts in proptest::collection::vec(1..1_u64 << 50, 1..40),
        reals in proptest::collection::vec(-1e6..1e6, 1..40),
        area in 1e-9..1e9,
        log in proptest::prelude::any::<bool>(),
    ) {
        for values in [Values::Count(counts), Values::Real(reals)] {
            let style = style(if log { Norm::Log } else { Norm::Linear }, "p10..p95");
            let style = Style { over: color("red"), under: color("lime"), ..style };
            let made = over(&values, &style, area).unwrap();
            let Some(scale) = Scale::new(&Survey::new(&Ordinary::new(&values, &[], Some(area)), None, 1), &style.norm, style.limits, None).unwrap() else {
                continue;
            };
            let (low, high) = scale.limits();
            let keys: Vec<(u64, f64)> = match &values {
                Values::Count(counts) => counts.iter().map(|n| (*n, *n as f64)).collect(),
                Values::Real(reals) => reals.iter().map(|v| (f64_key(*v), *v)).collect(),
                Values::Categories(by) => by.totals().iter().map(|n| (*n, *n as f64)).collect(),
            };
            for (key, number) in keys {
                let v = number / area;
                let wanted = match v {
                    v if v < low => LIME,
                    v if v > high => RED,
                    v => made.palette[usize::from(crate::figure::norm::color_index(scale.t(v)))],
                };
                proptest::prop_assert_eq!(made.color(key), wanted, "{} of {:?}", v, (low, high));
            }
        }
    }
}
