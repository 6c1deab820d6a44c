//! What bars say: steps on the sides of a centre, times, numbers that have little room.

use super::*;
use crate::aggregate::Values;
use crate::figure::axes::Theme;
use crate::figure::frame::{BarName, FigureText, FrameRequest, Layout, Role, layout};
use crate::figure::norm::shading;
use crate::figure::painter::Painter;
use crate::figure::ticks::Quantity;
use crate::scene::axis::{Axis, Scale as AxisScale, Size, View};

pub(super) fn bar(values: &[f64], norm: &str) -> ColorBar {
    let values = Values::Real(values.to_vec());
    let style = Style { norm: norm.parse().unwrap(), ..Style::default() };
    ColorBar::of(&values, &style, &shading(&values, &style).unwrap()).unwrap()
}

pub(super) fn labels(bar: &ColorBar, apart: f64) -> Vec<String> {
    bar.ticks(apart).0.into_iter().map(|tick| tick.label).collect()
}

/// A figure without a title, in which bars begin near the upper edge.
fn untitled() -> Layout {
    let axis = Axis { range: "0..1".parse().unwrap(), scale: AxisScale::Linear, pixels: 1, reversed: false };
    let bars = [BarName { text: Some("mean of t".to_owned()), is_legend: false }];
    let request = FrameRequest {
        size: Size { width: 600, height: 300 },
        scale: 1.0,
        text: &FigureText::default(),
        view: &View { x: axis, y: axis },
        x: Quantity::default(),
        y: Quantity::default(),
        bars: &bars,
        legend: 0,
        beside: &[],
    };
    layout(&request).unwrap()
}

fn painted(bar: &ColorBar) -> Vec<crate::figure::frame::Label> {
    let layout = untitled();
    let mut painter = Painter::of_rows(600, 0..300, Rgba([0; 4])).unwrap();
    paint(&mut painter, &layout, layout.bars[0], bar, Theme::Dark.colors()).unwrap()
}

#[test]
fn each_side_of_a_centre_has_one_step() {
    let values: Vec<f64> = (0..=30).map(f64::from).collect();
    for (norm, apart) in [("twoslope:0", 0.05), ("twoslope:0", 0.09), ("twoslope:10", 0.05), ("twoslope:7", 0.11)] {
        let bar = bar(&values, norm);
        let Norm::TwoSlope { center } = bar.norm else { unreachable!() };
        let at: Vec<f64> = bar.ticks(apart).0.iter().map(|tick| tick.value).collect();
        assert!(at.contains(&center) && at.len() > 4, "{norm}: {at:?}");
        for side in
            [at.iter().filter(|v| **v < center).collect::<Vec<_>>(), at.iter().filter(|v| **v > center).collect()]
        {
            let steps: Vec<f64> = side.windows(2).map(|pair| pair[1] - pair[0]).collect();
            assert!(steps.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 1e-9), "{norm}: {at:?}");
        }
    }
    assert_eq!(labels(&bar(&values, "twoslope:0"), 0.08)[6..], ["0", "5", "10", "15", "20", "25", "30"]);
}

#[test]
fn what_labels_share_stays_in_the_figure() {
    let shared = painted(&bar(&[1e18, 1.2e18, 9e18], "linear")).into_iter().find(|label| label.role == Role::Shared);
    let shared = shared.unwrap();
    assert!(shared.text.contains("10¹⁸") && shared.bounds()[1] >= 1.0, "{shared:?}");
}

#[test]
fn large_numbers_that_are_close_have_labels() {
    let id = 4_620_693_217_682_128_896.0_f64;
    for values in [vec![id], vec![id, id.next_up()], vec![id, id + 1e6], vec![1e15, 1e15 + 3.5]] {
        let found = painted(&bar(&values, "linear"));
        assert!(found.iter().any(|label| label.role == Role::Tick), "{values:?}: {found:?}");
    }
}

#[test]
fn times_are_dates() {
    let nanoseconds = |day: f64| (19_723.0 + day) * 86_400e9;
    let values: Vec<f64> = (0..3660).map(|i| nanoseconds(f64::from(i) / 10.0)).collect();
    let dated =
        |norm: &str, values: &[f64], apart| labels(&bar(values, norm).counting(Some(TimeUnit::NANOSECONDS)), apart);
    assert_eq!(dated("linear", &values, 0.2), ["Jan\n2024", "Apr", "Jul", "Oct"]);
    let few: Vec<f64> = values.iter().copied().take(10).collect();
    assert_eq!(dated("linear", &few, 0.3)[..2], ["00:00\n1 Jan 2024", "12:00"]);
    for norm in ["eq_hist", "power:0.5"] {
        let found = dated(norm, &values, 0.15);
        assert!(found.len() > 3 && found.iter().all(|label| !label.contains("10")), "{norm}: {found:?}");
    }
    // No second line leaves the figure, and what stands beside the bar is no number.
    let found = painted(&bar(&values, "linear").counting(Some(TimeUnit::NANOSECONDS)));
    let place = untitled().bars[0].rect;
    for label in &found {
        let [_, top, _, bottom] = label.bounds();
        assert!(top >= f64::from(place.y) - 6.0 && bottom <= f64::from(place.bottom()) + 8.0, "{label:?}");
    }
    assert!(found.iter().any(|label| label.text == "2024" && label.role == Role::Shared));
    // Sums of times are no times, and the calendar has an end.
    assert!(labels(&bar(&[1e40, 3e40], "linear").counting(Some(TimeUnit::DAYS)), 0.2).len() > 1);
}

#[test]
fn what_labels_share_and_the_topmost_of_them_do_not_lie_on_each_other() {
    // The last one has a tick at the very top, under what all share.
    for top in [0.031, 0.04] {
        let found = painted(&bar(&[1_234_567_890.0, 1_234_567_890.0 - 0.04, 1_234_567_890.0 + top], "linear"));
        let shared = found.iter().find(|label| label.role == Role::Shared).unwrap();
        assert!(shared.text.contains('+'), "{found:?}");
        let ticks: Vec<_> = found.iter().filter(|label| label.role == Role::Tick).collect();
        assert!(ticks.len() > 3, "{found:?}");
        for tick in ticks {
            let top = tick.y - tick.size * crate::figure::text::CAP_HEIGHT;
            assert!(top > shared.y || shared.x + shared.width < tick.x, "{tick:?} {shared:?}");
        }
    }
}
