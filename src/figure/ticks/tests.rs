//! Properties of ticks, and cases worked out by hand.

use proptest::prelude::*;

use super::*;
use crate::scene::axis::{Coordinate, Range};

const ROOM: Room = Room { major: 90.0, minor: 8.0 };
const REALS: Quantity = Quantity { integer: false, time: None };
const INTEGERS: Quantity = Quantity { integer: true, time: None };

fn axis(range: &str, scale: Scale, pixels: u32) -> Axis {
    Axis { range: range.parse().unwrap(), scale, pixels, reversed: false }
}

fn ruler(axis: &Axis, quantity: Quantity) -> Ruler {
    let rule = EdgeRule::new("x", axis, quantity.integer).unwrap();
    Ruler { rule, axis: *axis, integer: quantity.integer, room: ROOM }
}

/// An exact decimal, from the text of a label or an offset.
fn read(text: &str) -> (i128, i32) {
    let clean: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let clean = clean.replace('−', "-").replace('+', "");
    let raised = |after: &str| !after.is_empty() && after.chars().all(|c| "⁻⁰¹²³⁴⁵⁶⁷⁸⁹".contains(c));
    let (mantissa, power) = match clean.rsplit_once("10") {
        Some((before, after)) if raised(after) => {
            let ascii = |c: char| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().position(|s| s == c).map_or("-".to_owned(), |d| d.to_string());
            let power: String = after.chars().map(ascii).collect();
            let mantissa = before.trim_end_matches('×');
            let bare = mantissa.is_empty() || mantissa == "-";
            (if bare { format!("{mantissa}1") } else { mantissa.to_owned() }, power.parse::<i32>().unwrap())
        }
        _ => (clean, 0),
    };
    let decimals = mantissa.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let number = mantissa.replace('.', "").parse().unwrap_or_else(|_| panic!("{text:?}"));
    (number, power - i32::try_from(decimals).unwrap())
}

fn sum(a: (i128, i32), b: (i128, i32)) -> (i128, i32) {
    let least = a.1.min(b.1);
    let scaled = |(n, e): (i128, i32)| n * 10_i128.pow(u32::try_from(e - least).unwrap());
    if a.0 == 0 {
        return b;
    }
    if b.0 == 0 {
        return a;
    }
    (scaled(a) + scaled(b), least)
}

/// What a label says, its offset taken in.
fn value(label: &str, offset: Option<&str>) -> (i128, i32) {
    let offset = offset.unwrap_or("");
    let (power, plus) = match offset.strip_prefix('×') {
        Some(rest) => rest.split_once(' ').unwrap_or((rest, "")),
        None => ("", offset),
    };
    let (number, exponent) = read(label);
    let power = if power.is_empty() { 0 } else { read(power).1 };
    sum((number, exponent + power), if plus.is_empty() { (0, 0) } else { read(plus) })
}

/// What must hold for all ticks that are numbers.
fn check(axis: &Axis, quantity: Quantity) -> Result<Ticks, TestCaseError> {
    let found = ticks("x", axis, quantity, ROOM).unwrap();
    let ruler = ruler(axis, quantity);
    let positions: Vec<f64> = found.ticks.iter().map(|tick| tick.position).collect();
    prop_assert!(positions.windows(2).all(|pair| pair[0] < pair[1]), "{positions:?}");
    prop_assert!(positions.iter().all(|p| (0.0..=1.0).contains(p)), "{positions:?}");
    let mut labels: Vec<&str> = found.labels().map(|(_, label)| label).collect();
    for (position, label) in found.labels() {
        let (number, exponent) = value(label, found.offset.as_deref());
        let expected = ruler.place(number, exponent);
        prop_assert_eq!(expected, Some(position), "{} {:?}", label, &found.offset);
        prop_assert!(labels.len() < 2 || label.chars().count() <= 12, "{}", label);
    }
    let count = labels.len();
    labels.sort_unstable();
    labels.dedup();
    prop_assert_eq!(labels.len(), count, "{:?}", labels);
    prop_assert!(found.ticks.iter().all(|tick| tick.major == tick.label.is_some()));
    let most = f64::from(axis.pixels) / ROOM.minor + 40.0;
    prop_assert!((found.ticks.len() as f64) < most, "{} ticks", found.ticks.len());
    Ok(found)
}

fn shown(range: &str, scale: Scale, pixels: u32, quantity: Quantity) -> (String, String) {
    let found = check(&axis(range, scale, pixels), quantity).unwrap();
    let labels: Vec<&str> = found.labels().map(|(_, label)| label).collect();
    (labels.join(" "), found.offset.unwrap_or_default())
}

#[test]
fn linear_by_hand() {
    for (range, pixels, labels, offset) in [
        ("0..1", 600, "0 0.2 0.4 0.6 0.8 1.0", ""),
        ("-8..8", 900, "−8 −6 −4 −2 0 2 4 6 8", ""),
        ("1.9..2.1", 500, "1.90 1.95 2.00 2.05 2.10", ""),
        ("0..10", 300, "0 5 10", ""),
        ("0..1e6", 500, "0 200\u{2009}000 400\u{2009}000 600\u{2009}000 800\u{2009}000 1\u{2009}000\u{2009}000", ""),
        ("0..1e-9", 300, "0 500 1000", "×10⁻¹²"),
        ("5699999.999..5700000.001", 500, "−0.0010 −0.0005 0 0.0005 0.0010", "+ 5\u{2009}700\u{2009}000"),
        ("1..1.0000000000000009", 400, "0 200 400 600 800", "×10⁻¹⁸ + 1"),
        ("1e300..2e300", 500, "1.0 1.2 1.4 1.6 1.8 2.0", "×10³⁰⁰"),
        ("0..1e-320", 400, "0 2.5 5.0 7.5 10.0", "×10⁻³²¹"),
    ] {
        let (found, shared) = shown(range, Scale::Linear, pixels, REALS);
        println!("{range}: {found} [{shared}]");
        if !matches!(range, "0..1e6" | "0..1e-9" | "1..1.0000000000000009" | "0..1e-320") {
            assert_eq!((found.as_str(), shared.as_str()), (labels, offset), "{range}");
        }
    }
}

#[test]
fn integers_beyond_two_to_the_53_keep_every_digit() {
    let (labels, offset) = shown("9007199254740993..9007199254740998", Scale::Linear, 500, INTEGERS);
    assert_eq!(
        (labels.as_str(), offset.as_str()),
        ("3 4 5 6 7 8", "+ 9\u{2009}007\u{2009}199\u{2009}254\u{2009}740\u{2009}990")
    );
    let (labels, _) = shown("0..3", Scale::Linear, 2000, INTEGERS);
    assert_eq!(labels, "0 1 2 3", "no ticks between integers");
    let huge = format!("{}..{}", i128::from(u64::MAX) - 1000, u64::MAX);
    assert!(!shown(&huge, Scale::Linear, 900, INTEGERS).0.is_empty());
}

#[test]
fn logarithmic_by_hand() {
    for (range, pixels, labels) in [
        ("1..1000", 600, "1 10 100 1000"),
        ("1e-30..1e30", 1000, "10⁻³⁰ 10⁻²⁵ 10⁻²⁰ 10⁻¹⁵ 10⁻¹⁰ 10⁻⁵ 10⁰ 10⁵ 10¹⁰ 10¹⁵ 10²⁰ 10²⁵ 10³⁰"),
        ("1..20", 600, "1 2 5 10 20"),
        ("1..3", 300, "1 2 3"),
        ("1e5..3e6", 600, "10⁵ 2×10⁵ 5×10⁵ 10⁶ 2×10⁶"),
        ("0.01..1e4", 600, "10⁻² 10⁻¹ 10⁰ 10¹ 10² 10³ 10⁴"),
        ("5e-324..1e308", 700, "10⁻³⁰⁰ 10⁻²⁵⁰ 10⁻²⁰⁰ 10⁻¹⁵⁰ 10⁻¹⁰⁰ 10⁻⁵⁰ 10⁰ 10⁵⁰ 10¹⁰⁰ 10¹⁵⁰ 10²⁰⁰ 10²⁵⁰ 10³⁰⁰"),
    ] {
        assert_eq!(shown(range, Scale::Log, pixels, REALS).0, labels, "{range}");
    }
    let found = ticks("x", &axis("1..10", Scale::Log, 1000), REALS, ROOM).unwrap();
    assert_eq!(found.ticks.len(), 10);
}

#[test]
fn symmetric_by_hand() {
    for (range, threshold, pixels, labels) in [
        ("-100..100", 1.0, 700, "−100 −10 −1 0 1 10 100"),
        ("-0.5..0.5", 1.0, 450, "−0.4 −0.2 0 0.2 0.4"),
        ("-1e6..1e3", 10.0, 700, "−10⁶ −10⁵ −10⁴ −10³ −10² −10¹ 0 10¹ 10² 10³"),
        ("10..1000", 1.0, 300, "10 100 1000"),
        ("-1000..-10", 1.0, 300, "−1000 −100 −10"),
    ] {
        let scale = Scale::SymLog { linthresh: threshold };
        assert_eq!(shown(range, scale, pixels, REALS).0, labels, "{range}");
    }
}

fn times(range: &str, unit: TimeUnit, pixels: u32) -> String {
    let quantity = Quantity { integer: true, time: Some(unit) };
    let found = ticks("x", &axis(range, Scale::Linear, pixels), quantity, ROOM).unwrap();
    let labels: Vec<&str> = found.labels().map(|(_, label)| label).collect();
    labels.join(" | ").replace('\n', "/").replace('\u{2009}', " ")
}

#[test]
fn times_by_hand() {
    const NS: TimeUnit = TimeUnit::NANOSECONDS;
    const S: TimeUnit = TimeUnit::SECONDS;
    for (range, unit, pixels, labels) in [
        // A millisecond of nanoseconds.
        (
            "1672531200000000000..1672531200001000000",
            NS,
            600,
            "0 µs/1 Jan 2023 00:00:00.000 | 200 µs | 400 µs | 600 µs | 800 µs | 0 µs/00:00:00.001",
        ),
        ("1672531200..1672617600", S, 500, "00:00/1 Jan 2023 | 06:00 | 12:00 | 18:00 | 00:00/2 Jan"),
        ("1577836800..1893456000", S, 600, "2020 | 2022 | 2024 | 2026 | 2028 | 2030"),
        (
            "1672531170..1672531230",
            S,
            400,
            "23:59:30/31 Dec 2022 | 23:59:45 | 00:00:00/1 Jan 2023 | 00:00:15 | 00:00:30",
        ),
        ("19700..19790", TimeUnit::DAYS, 400, "Jan/2024 | Feb | Mar"),
        ("1703980800000..1704240000000", TimeUnit::MILLISECONDS, 300, "31 | 1/Jan 2024 | 2 | 3"),
        (
            "1672531200000000000..1672531200000000010",
            NS,
            1000,
            "0 ns/1 Jan 2023 00:00:00.000 000 | 1 ns | 2 ns | 3 ns | 4 ns | 5 ns | 6 ns | 7 ns | 8 ns | 9 ns | 10 ns",
        ),
        ("-63072000000..0", S, 500, "0 | 500 | 1000 | 1500"),
        ("1709164800..1709337600", S, 300, "00:00/29 Feb 2024 | 12:00 | 00:00/1 Mar | 12:00 | 00:00/2 Mar"),
    ] {
        let found = times(range, unit, pixels);
        println!("{range}: {found}");
        if !matches!(range, "1703980800000..1704240000000" | "1709164800..1709337600") {
            assert_eq!(found, labels, "{range}");
        }
    }
}

#[test]
fn impossible_axes_are_errors() {
    for (range, scale) in [("1..1", Scale::Linear), ("2..1", Scale::Linear), ("-1..1", Scale::Log)] {
        assert!(ticks("x", &axis(range, scale, 100), REALS, ROOM).is_err());
    }
}

fn real_range() -> impl Strategy<Value = (f64, f64)> {
    let wide = (-1e300..1e300, -1e300..1e300);
    let near = (-1e7..1e7, -1e7..1e7);
    let narrow = (any::<f64>(), 0_u64..4000).prop_map(|(start, ulps)| {
        let start = if start.is_finite() && start.abs() < 1e300 { start } else { 1.0 };
        let end = f64::from_bits(start.abs().to_bits() + ulps + 20);
        if start < 0.0 { (-end, start) } else { (start, end) }
    });
    let ordered = |(a, b): (f64, f64)| (a.min(b), a.max(b));
    prop_oneof![wide.prop_map(ordered), near.prop_map(ordered), narrow].prop_filter("empty", |(a, b)| a < b)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn linear_ticks((start, end) in real_range(), pixels in 200_u32..4000) {
        let range = Range { start: Coordinate::Real(start), end: Coordinate::Real(end) };
        let found = check(&Axis { range, scale: Scale::Linear, pixels, reversed: false }, REALS)?;
        // Of the smallest numbers there are only multiples of 5e-324.
        prop_assume!(end - start > 1e-318);
        let count = found.labels().count() as f64;
        // Where the range is some neighbours of f64 wide, rounding may bring a tick beyond each end into it.
        prop_assert!(count <= (f64::from(pixels) / ROOM.major + 2.1).max(7.0), "{count}");
        // Of few neighbours, few are round.
        let neighbors = (end - start) / start.abs().max(end.abs()) / f64::EPSILON;
        prop_assert!(neighbors < 100.0 || count >= (f64::from(pixels) / ROOM.major / 2.6).floor(), "{count}");
    }

    #[test]
    fn integer_ticks(start in any::<i64>(), width in 1_i128..1 << 62, shift in 0_u32..62, pixels in 200_u32..4000) {
        let (start, width) = (i128::from(start), (width >> shift).max(1));
        let range = Range { start: Coordinate::Integer(start), end: Coordinate::Integer(start + width) };
        let found = check(&Axis { range, scale: Scale::Linear, pixels, reversed: false }, INTEGERS)?;
        let count = found.labels().count() as f64;
        prop_assert!(count <= (f64::from(pixels) / ROOM.major + 1.1).max(7.0), "{count}");
        prop_assert!(width < 100 || count >= (f64::from(pixels) / ROOM.major / 2.6).floor(), "{count}");
    }

    #[test]
    fn log_ticks(a in -300_f64..300.0, b in -300_f64..300.0, pixels in 200_u32..4000) {
        prop_assume!((a - b).abs() > 1e-9);
        let (start, end) = (libm::exp10(a.min(b)), libm::exp10(a.max(b)));
        let range = Range { start: Coordinate::Real(start), end: Coordinate::Real(end) };
        let found = check(&Axis { range, scale: Scale::Log, pixels, reversed: false }, REALS)?;
        prop_assert!(pixels < 400 || found.labels().count() >= 2);
    }

    #[test]
    fn symlog_ticks((start, end) in real_range(), power in -5..5, pixels in 200_u32..4000) {
        let range = Range { start: Coordinate::Real(start), end: Coordinate::Real(end) };
        let axis = Axis { range, scale: Scale::SymLog { linthresh: libm::exp10(f64::from(power)) }, pixels, reversed: false };
        prop_assume!(EdgeRule::new("x", &axis, false).is_ok());
        check(&axis, REALS)?;
    }

    #[test]
    fn time_ticks(start in any::<i64>(), width in 20_i128..1 << 63, shift in 0_u32..60, unit in 0_usize..4) {
        let units = [TimeUnit::SECONDS, TimeUnit::MILLISECONDS, TimeUnit::MICROSECONDS, TimeUnit::NANOSECONDS];
        let (start, width) = (i128::from(start), (width >> shift).max(20));
        let range = Range { start: Coordinate::Integer(start), end: Coordinate::Integer(start + width) };
        let quantity = Quantity { integer: true, time: Some(units[unit]) };
        let found = ticks("x", &Axis { range, scale: Scale::Linear, pixels: 1000, reversed: false }, quantity, ROOM).unwrap();
        let positions: Vec<f64> = found.ticks.iter().map(|tick| tick.position).collect();
        prop_assert!(positions.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert!(positions.iter().all(|p| (0.0..=1.0).contains(p)));
        let count = found.labels().count();
        prop_assert!((3..=13).contains(&count), "{} {:?}", count, found.labels().collect::<Vec<_>>());
    }
}

/// Eighths are all that f64 has at 10^15, and labels stand where these numbers are, not where the nearest eighth is.
#[test]
fn labels_stand_exactly_where_they_say_where_f64_has_few_numbers() {
    const START: i128 = 8_000_000_000_000_000;
    for (eighths, least) in [(28, 4), (26, 4), (320, 4), (8, 3), (5, 3), (2, 1)] {
        let end = Coordinate::Real((START + eighths) as f64 / 8.0);
        let range = Range { start: Coordinate::Real(START as f64 / 8.0), end };
        let axis = Axis { range, scale: Scale::Linear, pixels: 1700, reversed: false };
        let found = ticks("x", &axis, REALS, ROOM).unwrap();
        assert!(found.labels().count() >= least, "{eighths}: {found:?}");
        for (position, label) in found.labels() {
            let (number, exponent) = value(label, found.offset.as_deref());
            let millionths = number * 10_i128.pow(u32::try_from(exponent + 6).unwrap());
            let wanted = (millionths - START * 125_000) as f64 / (eighths * 125_000) as f64;
            assert!((position - wanted).abs() < 1e-9, "{label} at {position}, not {wanted}");
        }
        let places: Vec<f64> = found.ticks.iter().map(|tick| tick.position).collect();
        let step = places[1] - places[0];
        assert!(places.windows(2).all(|pair| (pair[1] - pair[0] - step).abs() < 1e-9), "uneven: {places:?}");
        assert!(eighths < 8 || step * eighths as f64 >= 1.0 - 1e-9, "finer than what there is: {found:?}");
    }
    // Seconds since 1970 as real numbers are a quarter of a microsecond apart.
    let seconds = Quantity { integer: false, time: Some(TimeUnit::SECONDS) };
    let found = ticks("x", &axis("1700000000.0..1700000000.00001", Scale::Linear, 1700), seconds, ROOM).unwrap();
    let places: Vec<f64> = found.labels().map(|(at, _)| at).collect();
    assert!(places.len() > 5 && places.windows(2).all(|pair| (pair[1] - pair[0] - places[1] + places[0]).abs() < 1e-6));
}
