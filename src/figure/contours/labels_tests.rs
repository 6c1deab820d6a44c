//! Where labels come to stand.

use proptest::prelude::*;

use super::*;

const CANVAS: Canvas = Canvas { width: 800, height: 500, scale: 1.0 };

/// Labels on lines through these points, with what is left of the lines.
fn placed(lines: &[Vec<[f32; 2]>]) -> (Vec<Run>, Vec<Label>) {
    let run = |(level, points): (usize, &Vec<[f32; 2]>)| Run { level, start: 0.0, points: points.clone() };
    let levels: Vec<f64> = (0..lines.len()).map(|i| 1000.0 + 4.0 * i as f64).collect();
    place(&lines.iter().enumerate().map(run).collect::<Vec<Run>>(), &levels, 11.0, CANVAS, 2).unwrap()
}

#[expect(clippy::cast_possible_truncation, reason = "pixels")]
fn curve(count: u32, at: impl Fn(f64) -> [f64; 2]) -> Vec<[f32; 2]> {
    (0..=count).map(|i| at(f64::from(i) / f64::from(count)).map(|v| v as f32)).collect()
}

fn length(runs: &[Run]) -> f64 {
    runs.iter().filter_map(|run| run.lengths().last().copied()).sum()
}

fn boxed(label: &Label) -> Boxed {
    Boxed { middle: label.middle, along: label.along, half: [label.line.width / 2.0, CAP_HEIGHT * 5.5] }
}

#[test]
fn levels_are_short() {
    for (level, text) in [
        (1012.0, "1012"),
        (-4.0, "−4"),
        (0.25, "0.25"),
        (0.0, "0"),
        (-0.0, "0"),
        (101_325.0, "101\u{2009}325"),
        (1e6, "1\u{2009}000\u{2009}000"),
        (0.1 + 0.2, "0.3"),
        (2e-6, "2×10⁻⁶"),
        (-2.5e9, "−2.5×10⁹"),
        (1e300, "10³⁰⁰"),
        (100.0, "100"),
        (0.0005, "0.0005"),
    ] {
        assert_eq!(level_text(level), text);
    }
}

#[test]
fn a_long_line_has_labels_where_it_is_straight() {
    // Waves to the left, straight to the right.
    let wavy = curve(2000, |t| {
        [10.0 + 780.0 * t, 250.0 + if t < 0.5 { 8.0 * libm::sin(150.0 * t) } else { 8.0 * libm::sin(75.0) }]
    });
    let (left, labels) = placed(std::slice::from_ref(&wavy));
    assert!((1..=4).contains(&labels.len()), "{labels:?}");
    assert!(labels.iter().all(|label| label.text == "1000" && label.level == 0));
    assert!(labels[0].middle[0] > 400.0 && labels[0].along[1].abs() < 1e-6, "{:?}", labels[0]);
    let whole = Run { level: 0, start: 0.0, points: wavy };
    let gaps = length(&[whole]) - length(&left);
    let wanted = labels.iter().map(|label| label.line.width + 2.0 * GAP * 11.0).sum::<f64>();
    assert!((gaps - wanted).abs() < 1.0, "{gaps} {wanted}");
    assert_eq!(left.len(), labels.len() + 1);
}

#[test]
fn short_lines_and_edges_have_none() {
    let width = text::line("1000", 11.0).unwrap().width;
    let line = |length: f64, y: f64| curve(1, |t| [100.0 + length * t, y]);
    assert_eq!(placed(&[line(3.9 * width, 100.0)]).1.len(), 0);
    assert_eq!(placed(&[line(4.1 * width, 100.0)]).1.len(), 1);
    assert_eq!(placed(&[line(600.0, 2.0)]).1.len(), 0, "it would stand out of the plot");
    assert_eq!(placed(&[line(200.0, 100.0), line(200.0, 104.0)]).1.len(), 2, "each breaks the other");
}

#[test]
fn text_is_never_upside_down() {
    for i in 0..48 {
        let (sin, cos) = libm::sincos(f64::from(i) * std::f64::consts::PI / 24.0);
        let (_, labels) = placed(&[curve(10, |t| [400.0 + 200.0 * (t - 0.5) * cos, 250.0 + 200.0 * (t - 0.5) * sin])]);
        assert_eq!(labels.len(), 1);
        let [x, y] = labels[0].along;
        assert!(x > -1e-9 && (x > 1e-6 || y < 0.0), "{x} {y}");
        assert!((x * sin - y * cos).abs() < 1e-4, "along the line");
        let middle = labels[0].middle;
        assert!(((middle[0] - 400.0) * sin - (middle[1] - 250.0) * cos).abs() < 0.1, "on the line");
    }
}

#[test]
fn boxes_overlap_where_they_do() {
    let one = Boxed { middle: [0.0, 0.0], along: [1.0, 0.0], half: [10.0, 3.0] };
    let half = 0.5_f64.sqrt();
    for (middle, along, wanted) in [
        ([19.9, 0.0], [1.0, 0.0], true),
        ([20.1, 0.0], [1.0, 0.0], false),
        ([0.0, 12.9], [0.0, -1.0], true),
        ([0.0, 13.1], [0.0, -1.0], false),
        ([15.0, 13.0], [half, half], false),
        ([11.0, 9.0], [half, half], true),
        ([0.0, 0.0], [half, -half], true),
    ] {
        let other = Boxed { middle, along, half: [10.0, 3.0] };
        assert_eq!((one.overlaps(&other), other.overlaps(&one)), (wanted, wanted), "{middle:?} {along:?}");
    }
}

proptest! {
    #[test]
    fn labels_neither_overlap_nor_leave_the_plot(
        waves in proptest::collection::vec((0.0..500.0_f64, 0.0..80.0_f64, 1.0..30.0_f64, -0.5..0.5_f64), 1..25),
    ) {
        let lines: Vec<_> = waves.iter().map(|(y, size, number, slope)| {
            curve(400, |t| [800.0 * t, y + size * libm::sin(number * t) + 500.0 * slope * t])
        }).collect();
        let (left, labels) = placed(&lines);
        for (i, label) in labels.iter().enumerate() {
            prop_assert!(boxed(label).is_inside(800, 500));
            for other in &labels[i + 1..] {
                prop_assert!(!boxed(label).overlaps(&boxed(other)));
            }
            // No line is left beneath.
            let crowd = Crowd::new(&left, [800, 500], 44.0);
            let lengths: Vec<Vec<f64>> = left.iter().map(Run::lengths).collect();
            let passing = crowd.crossing(&boxed(label), &left, &lengths, (usize::MAX, 0.0, 0.0), 9);
            prop_assert!(passing.is_empty(), "{:?} {:?}", label, passing);
        }
    }
}
