//! Layouts hold what they should, where it should be.

use proptest::prelude::*;

use super::*;
use crate::figure::ticks::TimeUnit;
use crate::scene::axis::{Axis, Scale};

fn view(x: &str, y: &str, scale: Scale) -> View {
    let axis = |range: &str, scale| Axis { range: range.parse().unwrap(), scale, pixels: 1, reversed: false };
    View { x: axis(x, Scale::Linear), y: axis(y, scale) }
}

fn words() -> FigureText {
    FigureText {
        title: Some("All hits".to_owned()),
        x_label: Some("time".to_owned()),
        y_label: Some("charge, fC".to_owned()),
    }
}

fn named(text: &str) -> BarName {
    BarName { text: Some(text.to_owned()), is_legend: false }
}

/// One color bar with a name.
fn bar() -> &'static [BarName] {
    static BAR: std::sync::LazyLock<Vec<BarName>> = std::sync::LazyLock::new(|| vec![named("points per pixel")]);
    &BAR
}

fn request<'a>(size: (u32, u32), scale: f64, text: &'a FigureText, view: &'a View) -> FrameRequest<'a> {
    FrameRequest {
        size: Size { width: size.0, height: size.1 },
        scale,
        text,
        view,
        x: Quantity::default(),
        y: Quantity::default(),
        bars: bar(),
        legend: 0,
        beside: &[],
    }
}

fn check(made: &Layout) -> Result<(), TestCaseError> {
    let (width, height) = (made.size.width, made.size.height);
    prop_assert!(made.plot.right() <= width && made.plot.bottom() <= height);
    prop_assert!(made.plot.width > 0 && made.plot.height > 0);
    let slack = 0.6 * made.scale;
    let boxes: Vec<([f64; 4], &Label)> = made.labels.iter().map(|label| (label.bounds(), label)).collect();
    for ([left, top, right, bottom], label) in &boxes {
        let inside = *left >= -slack
            && *top >= -slack
            && *right <= f64::from(width) + slack
            && *bottom <= f64::from(height) + slack;
        prop_assert!(inside, "{label:?} leaves {:?}", made.size);
        let (plot_right, plot_bottom) = (f64::from(made.plot.right()), f64::from(made.plot.bottom()));
        let covers = *right > f64::from(made.plot.x) && *left < plot_right && *top < plot_bottom;
        prop_assert!(!(covers && *bottom > f64::from(made.plot.y)), "{label:?} covers the plot {:?}", made.plot);
    }
    for (i, (a, first)) in boxes.iter().enumerate() {
        for (b, second) in &boxes[i + 1..] {
            let apart = a[2] <= b[0] + slack || b[2] <= a[0] + slack || a[3] <= b[1] + slack || b[3] <= a[1] + slack;
            prop_assert!(apart, "{first:?} and {second:?} overlap");
        }
    }
    for pair in made.bars.windows(2) {
        let is_next = pair[0].rect.x < pair[1].rect.x && pair[1].rect.y == made.plot.y;
        prop_assert!(is_next || (pair[0].rect.x == pair[1].rect.x && pair[0].rect.bottom() < pair[1].rect.y));
    }
    if let Some(first) = made.bars.first() {
        let last = made.bars.iter().rfind(|bar| bar.rect.x == first.rect.x).unwrap();
        prop_assert_eq!((first.rect.y, last.rect.bottom()), (made.plot.y, made.plot.bottom()));
    }
    let columns = made.bars.iter().map(|bar| bar.rect.x).max().map_or(0, |x| x - made.bars[0].rect.x);
    prop_assert!(columns == 0 || made.plot.width >= made.size.width / 2);
    for bar in &made.bars {
        prop_assert!(bar.rect.x > made.plot.right() && f64::from(bar.rect.right()) + bar.room < f64::from(width));
        prop_assert!(bar.rect.y >= made.plot.y && bar.rect.bottom() <= made.plot.bottom());
    }
    Ok(())
}

#[test]
fn a_legend_takes_the_room_that_it_needs() {
    let (text, view) = (words(), view("0..10", "0..10", Scale::Linear));
    let both = [named("points per pixel"), BarName::default()];
    let made = layout(&FrameRequest { bars: &both, legend: 2, ..request((800, 600), 1.0, &text, &view) }).unwrap();
    check(&made).unwrap();
    assert_eq!((made.bars.len(), made.bars[1].rect.height), (2, 40));
    let alone =
        layout(&FrameRequest { bars: &both[1..], legend: 2, ..request((800, 600), 1.0, &text, &view) }).unwrap();
    assert_eq!((alone.bars.len(), alone.bars[0].rect.y, alone.bars[0].rect.height), (1, alone.plot.y, 40));
    // Where there is no room for all bars, it is left out.
    let many = vec![BarName::default(); 40];
    let crowded = layout(&FrameRequest { bars: &many, legend: 1, ..request((800, 600), 1.0, &text, &view) }).unwrap();
    assert!(crowded.bars.len() < 39 && crowded.bars.iter().all(|bar| bar.rect.height > 20));
    check(&crowded).unwrap();
    let more = format!("+ {} more", 40 - crowded.bars.len());
    assert!(crowded.labels.iter().any(|label| label.text == more), "how many are missing is said");
    assert!(!made.labels.iter().any(|label| label.text.contains("more")));
}

#[test]
fn the_name_of_a_legend_stands_above_its_colors() {
    let (text, view) = (words(), view("0..10", "0..10", Scale::Linear));
    let legend = [BarName { text: Some("species".to_owned()), is_legend: true }];
    let beside = ["4620691234567890123".to_owned()];
    let made =
        layout(&FrameRequest { bars: &legend, beside: &beside, ..request((1200, 800), 1.0, &text, &view) }).unwrap();
    let (name, bar) = (made.labels.iter().find(|label| label.text == "species").unwrap(), made.bars[0]);
    assert!(!name.turned && name.x == f64::from(bar.rect.x), "{name:?}");
    assert!(name.bounds()[1] >= f64::from(made.plot.y) - 1.0 && name.bounds()[3] <= f64::from(bar.rect.y));
    assert!(bar.room >= crate::figure::text::width(&beside[0], 12.0).unwrap());
    // It takes less width than one that stands beside, which is what small figures lack.
    let small =
        layout(&FrameRequest { bars: &legend, ..request((320, 240), 1.0, &FigureText::default(), &view) }).unwrap();
    assert_eq!(small.bars.len(), 1);
    // Long words do not push it out.
    let text = FigureText { y_label: Some("dec".to_owned()), ..FigureText::default() };
    let request = request((320, 240), 1.0, &text, &view);
    let small = layout(&FrameRequest { bars: &legend, beside: &beside, ..request }).unwrap();
    assert_eq!(small.bars.len(), 1);
}

#[test]
fn a_usual_figure_has_everything() {
    let (text, view) = (words(), view("0..10", "1e-3..1e5", Scale::Log));
    for scale in [1.0, 1.5, 2.0] {
        let made = layout(&request((1920, 1080), scale, &text, &view)).unwrap();
        check(&made).unwrap();
        assert!(made.axes && !made.bars.is_empty());
        for text in ["All hits", "time", "charge, fC", "points per pixel", "10⁵", "0"] {
            assert!(made.labels.iter().any(|label| label.text == text), "{text}");
        }
        let share = f64::from(made.plot.width) * f64::from(made.plot.height) / (1920.0 * 1080.0);
        assert!(share > if scale < 2.0 { 0.65 } else { 0.5 }, "{share}");
    }
}

#[test]
fn a_view_that_nobody_knows_says_no_numbers() {
    let (text, view) = (words(), view("1..10", "1..10", Scale::Linear));
    let said = layout(&request((800, 600), 1.0, &text, &view)).unwrap();
    let mut made = said.clone();
    made.forget_ticks();
    assert!(made.x_ticks.ticks.is_empty() && made.y_ticks.ticks.is_empty() && !said.x_ticks.ticks.is_empty());
    assert!(made.labels.iter().all(|label| matches!(label.role, Role::Title | Role::Name)) && made.labels.len() > 2);
    assert_eq!((made.plot, made.bars), (said.plot, said.bars));
}

#[test]
fn margins_follow_the_labels() {
    let text = FigureText::default();
    let plot = |y: &str| {
        let view = view("0..1", y, Scale::Linear);
        layout(&request((800, 600), 1.0, &text, &view)).unwrap().plot
    };
    assert!(plot("-900000..-1").x > plot("0..1").x + 10);
    assert!(plot("5700000..5700001").y > plot("0..1").y, "an offset needs a row");
}

#[test]
fn too_small_a_figure_drops_what_does_not_fit() {
    let (text, view) = (words(), view("0..1", "0..1", Scale::Linear));
    let made = |width, height| layout(&request((width, height), 1.0, &text, &view)).unwrap();
    let all = made(400, 300);
    assert!(all.axes && !all.bars.is_empty());
    let no_bar = made(240, 300);
    assert!(no_bar.axes && no_bar.bars.is_empty() && no_bar.labels.iter().any(|label| label.role == Role::Title));
    let wordless = made(190, 140);
    assert!(wordless.axes && wordless.labels.iter().all(|label| label.role == Role::Tick));
    for (width, height) in [(1, 1), (100, 100), (16_384, 40)] {
        let bare = made(width, height);
        assert!(!bare.axes && bare.labels.is_empty());
        assert_eq!(bare.plot, Rect { x: 0, y: 0, width, height });
    }
}

#[test]
fn impossible_requests_are_refused() {
    let (text, good) = (words(), view("0..1", "0..1", Scale::Linear));
    for scale in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let made = layout(&request((800, 600), scale, &text, &good));
        assert!(matches!(made, Err(PaintError::Scale(_))), "{scale}");
    }
    assert!(matches!(layout(&request((0, 600), 1.0, &text, &good)), Err(PaintError::View(_))));
    let inverted = view("1..0", "0..1", Scale::Linear);
    assert!(matches!(layout(&request((800, 600), 1.0, &text, &inverted)), Err(PaintError::View(_))));
}

#[test]
fn times_have_their_second_line() {
    let (text, view) = (words(), view("1672531200..1672617600", "1672531200..1672617600", Scale::Linear));
    let time = Quantity { integer: true, time: Some(TimeUnit::SECONDS) };
    let made = layout(&FrameRequest { x: time, y: time, ..request((800, 600), 1.0, &text, &view) }).unwrap();
    check(&made).unwrap();
    let dates = made.labels.iter().filter(|label| label.role == Role::Shared && label.text == "1 Jan 2023").count();
    assert_eq!(dates, 2);
}

fn range() -> impl Strategy<Value = String> {
    prop_oneof![
        (-1e9..1e9, 1e-6..1e9).prop_map(|(start, width): (f64, f64)| format!("{start:?}..{:?}", start + width)),
        (0..1_i64 << 60, 1..1_i64 << 60).prop_map(|(start, width)| format!("{start}..{}", start + width)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_overlaps_or_leaves_the_figure(
        x in range(),
        y in range(),
        size in (1_u32..2500, 1_u32..1600),
        scale in prop::sample::select(vec![0.75, 1.0, 1.25, 1.5, 2.0, 3.0]),
        time in any::<[bool; 2]>(),
        word in prop::option::of(".{0,80}"),
        bars in 0..14_usize,
    ) {
        let text = FigureText { title: word.clone(), x_label: word.clone(), y_label: word.clone() };
        let bars = vec![BarName { text: word, is_legend: false }; bars];
        let view = view(&x, &y, Scale::Linear);
        let quantity = |time: bool| Quantity { integer: time, time: time.then_some(TimeUnit::NANOSECONDS) };
        let request = request(size, scale, &text, &view);
        let made = layout(&FrameRequest { x: quantity(time[0]), y: quantity(time[1]), bars: &bars, ..request })?;
        check(&made)?;
        prop_assert_eq!(&made, &layout(&FrameRequest { x: quantity(time[0]), y: quantity(time[1]), bars: &bars, ..request })?);
    }
}
