//! What the cursor points at, as text: coordinates and the values of pixels.
//!
//! A coordinate gets just the digits that tell a pixel from its neighbours, always the same number of them while the
//! cursor moves along a linear axis. Integers are written in full, times as a date with as much of the time as needed.

use crate::aggregate::{ByCategory, Values, is_missing};
use crate::scene::axis::{Axis, Coordinate, Scale};
use crate::scene::edge::EdgeRule;
use crate::scene::navigate::value_at;

use super::ticks::{Quantity, TimeUnit, decimal, stamp};

/// The coordinate at a position in pixels from the start of an axis; empty on an axis that cannot be drawn.
pub fn coordinate(axis: &Axis, quantity: Quantity, position: f64) -> String {
    let at = value_at(axis, position);
    let v = at.to_f64();
    let Ok(rule) = EdgeRule::new("x", axis, quantity.integer) else {
        return String::new();
    };
    if !v.is_finite() {
        return String::new();
    }
    // How far neighbouring pixels are from this one.
    let apart = match rule.linear() {
        Some(linear) => linear.width / linear.pixels,
        None => {
            let [before, after] = [-1.0, 1.0].map(|by| value_at(axis, position + by).to_f64());
            (v - before).min(after - v)
        }
    };
    let (mut whole, mut part) = at.split();
    if quantity.integer {
        // Each integer has the room from itself to the next one; on other scales it has none.
        whole = if axis.scale == Scale::Linear { whole } else { Coordinate::Real(v.round()).split().0 };
        part = 0.0;
    }
    if let Some(unit) = quantity.time {
        // No more of the time than a column of whole units holds.
        let apart = if quantity.integer { apart.max(1.0) } else { apart };
        if let Some(text) = stamp((whole, part), apart, unit) {
            return text;
        }
    }
    if quantity.integer { decimal::plain(whole, 0, 0) } else { number(v, apart) }
}

/// The value of a pixel, divided by its area where there is one, `row` 0 being the lowest of rows of `width` pixels; empty outside the picture.
pub fn value(values: &Values, area: Option<f64>, width: u32, column: u32, row: u32) -> String {
    let index = || usize::try_from(u64::from(row) * u64::from(width) + u64::from(column)).ok();
    let index = if column < width { index() } else { None };
    match (values, index) {
        (Values::Count(counts), Some(i)) if area.is_some() => {
            // An empty pixel has no points, which is said as with sums.
            let density = |count: &u64| if *count > 0 { *count as f64 / area.unwrap_or(1.0) } else { f64::NAN };
            counts.get(i).map(|count| real(density(count)))
        }
        (Values::Count(counts), Some(i)) => counts.get(i).map(|count| decimal::plain(i128::from(*count), 0, 0)),
        (Values::Categories(by), Some(i)) => by.totals().get(i).map(|n| value(&Values::Count(vec![*n]), area, 1, 0, 0)),
        (Values::Real(reals), Some(i)) => reals.get(i).map(|v| real(*v / area.unwrap_or(1.0))),
        (_, None) => None,
    }
    .unwrap_or_default()
}

/// Categories whose rows are told one by one.
const TOLD: usize = 6;

/// The rows of each category in a pixel, those with the most first: `3: 120, 7: 4`; empty where there are none.
pub fn categories(by: &ByCategory, labels: &[&str], width: u32, column: u32, row: u32) -> String {
    let index = usize::try_from(u64::from(row) * u64::from(width) + u64::from(column)).unwrap_or(usize::MAX);
    let counts = if column < width { by.of_pixel(index) } else { Vec::new() };
    let mut found: Vec<(&str, u64)> = labels.iter().copied().zip(counts).filter(|(_, count)| *count > 0).collect();
    found.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let told = |(label, count): &(&str, u64)| format!("{label}: {}", decimal::plain(i128::from(*count), 0, 0));
    let mut words: Vec<String> = found.iter().take(TOLD).map(told).collect();
    if found.len() > TOLD {
        words.push(format!("{} more", found.len() - TOLD));
    }
    words.join(", ")
}

/// The moment that a number of units since 1970 is, as far as it is to be told from others `apart` units from it; none of what
/// is no moment.
#[must_use]
pub fn moment(v: f64, apart: f64, unit: TimeUnit) -> Option<String> {
    let (whole, part) = Coordinate::Real(v).split();
    if v.is_finite() { stamp((whole, part), apart, unit) } else { None }
}

/// The moment that a whole number of units since 1970 is, likewise.
#[must_use]
pub fn exact_moment(v: i128, apart: f64, unit: TimeUnit) -> Option<String> {
    stamp((v, 0.0), apart, unit)
}

/// A reduced value with at most six significant digits; `missing` for what a field lacks, `no points` for any other NaN.
pub fn real(v: f64) -> String {
    real_to(v, 6)
}

/// The same with at most so many significant digits, 1 to 20.
pub fn real_to(v: f64, digits: usize) -> String {
    if is_missing(v) {
        return "missing".to_owned();
    }
    if v.is_nan() {
        return "no points".to_owned();
    }
    if v.is_infinite() {
        return if v > 0.0 { "infinite" } else { "\u{2212}infinite" }.to_owned();
    }
    let (mut number, mut exponent) = rounded(v, digits);
    while number != 0 && number % 10 == 0 {
        (number, exponent) = (number / 10, exponent + 1);
    }
    decimal::fixed(number, exponent)
}

/// A number with the digits that tell it from others that are `apart` (above 0) from it.
fn number(v: f64, apart: f64) -> String {
    // Between two numbers of f64 there is nothing to tell apart; and a little less than `apart`, as numbers that are just
    // a step of the last digit apart might be rounded to the same.
    let (next, apart) = (v.abs().next_up() - v.abs(), apart * (1.0 - 1e-9));
    let place = leading(if apart > 64.0 * next { apart } else { next });
    let digits = leading(v) - place + 1;
    let (mut number, mut exponent) = match usize::try_from(digits) {
        Ok(digits) if digits > 0 && v != 0.0 => rounded(v, digits.min(20)),
        // Less than one step from zero.
        _ if v.abs() * 2.0 >= decimal::to_f64(1, place) => (if v < 0.0 { -1 } else { 1 }, place),
        _ => (0, 0),
    };
    // Where rounding has made one digit more of it.
    while number != 0 && exponent > place {
        (number, exponent) = (number * 10, exponent - 1);
    }
    decimal::fixed(number, exponent)
}

/// The power of ten of the first digit.
fn leading(v: f64) -> i32 {
    rounded(v, 17).1 + 16
}

/// v, finite, rounded to a number of significant digits (1 to 20), correctly: an integer of that many digits and its
/// power of ten.
fn rounded(v: f64, digits: usize) -> (i128, i32) {
    let text = format!("{v:.*e}", digits.saturating_sub(1));
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let number = mantissa.replace('.', "").parse().unwrap_or(0);
    let behind = i32::try_from(digits).unwrap_or(1) - 1;
    (number, exponent.parse().unwrap_or(0) - behind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::ticks::TimeUnit;
    use crate::scene::axis::Range;
    use proptest::prelude::*;

    const REAL: Quantity = Quantity { integer: false, time: None };
    const INTEGER: Quantity = Quantity { integer: true, time: None };

    fn axis(range: &str, scale: &str, pixels: u32) -> Axis {
        Axis { range: range.parse().unwrap(), scale: scale.parse().unwrap(), pixels, reversed: false }
    }

    fn plainly(text: &str) -> String {
        text.replace('\u{2009}', "_").replace('\u{2212}', "-")
    }

    #[test]
    fn numbers_have_just_enough_digits() {
        for (range, scale, pixels, position, text) in [
            ("-8.0..8.0", "linear", 1600, 800.0, "0"),
            ("-8.0..8.0", "linear", 1600, 801.0, "0.010"),
            ("-8.0..8.0", "linear", 1600, 10.0, "-7.900"),
            ("-8.0..8.0", "linear", 1000, 999.0, "7.98"),
            ("0.0..1e6", "linear", 1000, 123.0, "123_000"),
            ("0.0..3e6", "linear", 1000, 123.0, "369_000"),
            ("5.7e6..5700000.001", "linear", 1000, 500.0, "5_700_000.000500"),
            ("1e-300..2e-300", "linear", 1000, 500.0, "1.5000×10⁻³⁰⁰"),
            ("0.0..1e300", "linear", 1000, 500.0, "5.000×10²⁹⁹"),
            ("1e-3..1e3", "log", 600, 300.0, "1.00"),
            ("1e-3..1e3", "log", 600, 599.0, "980"),
            ("1e-3..1e3", "log", 600, 0.0, "0.00100"),
            ("-100.0..100.0", "symlog:1", 601, 300.5, "0"),
        ] {
            let got = coordinate(&axis(range, scale, pixels), REAL, position);
            assert_eq!(plainly(&got), text, "{range} {scale} {position}");
        }
    }

    #[test]
    fn integers_are_exact() {
        let ns = axis("1672531200000000001..1672531200000001001", "linear", 1000);
        assert_eq!(plainly(&coordinate(&ns, INTEGER, 7.9)), "1_672_531_200_000_000_008");
        let few = axis("0..5", "linear", 1000);
        assert_eq!(coordinate(&few, INTEGER, 399.9), "1");
        assert_eq!(coordinate(&few, INTEGER, 400.0), "2");
        assert_eq!(coordinate(&axis("1..1000", "log", 300), INTEGER, 100.0), "10");
    }

    #[test]
    fn times_are_dates() {
        let time = |unit| Quantity { integer: true, time: Some(unit) };
        let ns = time(TimeUnit::NANOSECONDS);
        for (range, position, text) in [
            ("1672531200000000000..1672531200000001000", 17.0, "1 Jan 2023 00:00:00.000_000_017"),
            ("1672531200000000000..1672531200001000000", 17.0, "1 Jan 2023 00:00:00.000_017"),
            ("1672531200000000000..1672531201000000000", 17.0, "1 Jan 2023 00:00:00.017"),
            ("1672531200000000000..1672532200000000000", 17.0, "1 Jan 2023 00:00:17"),
            ("1672531200000000000..1672631200000000000", 17.0, "1 Jan 2023 00:28"),
            ("1672531200000000000..1772531200000000000", 17.0, "20 Jan 2023"),
            ("0..9000000000000000000", 500.0, "Aug 2112"),
        ] {
            assert_eq!(plainly(&coordinate(&axis(range, "linear", 1000), ns, position)), text, "{range}");
        }
        let days = time(TimeUnit::DAYS);
        assert_eq!(coordinate(&axis("19358..19368", "linear", 1000), days, 150.0), "2 Jan 2023");
        let real = Quantity { integer: false, time: Some(TimeUnit::DAYS) };
        assert_eq!(coordinate(&axis("19358.0..19368.0", "linear", 1000), real, 150.0), "2 Jan 2023 12:00");
        assert_eq!(plainly(&coordinate(&axis("-1e9..0.0", "linear", 1000), real, 1.0)), "-2733200");
        // Far beyond any calendar: the number itself.
        assert_eq!(coordinate(&axis("0.0..1e40", "linear", 1000), real, 1.0), "1.0×10³⁷");
    }

    #[test]
    fn values_of_pixels() {
        let counts = Values::Count(vec![0, 1, 12_345, u64::MAX]);
        let text = |values: &Values, column, row| plainly(&value(values, None, 2, column, row));
        assert_eq!(text(&counts, 0, 0), "0");
        assert_eq!(text(&counts, 0, 1), "12_345");
        assert_eq!(text(&counts, 1, 1), "18_446_744_073_709_551_615");
        for (column, row) in [(2, 0), (0, 2), (u32::MAX, u32::MAX)] {
            assert_eq!(text(&counts, column, row), "");
        }
        for (v, wanted) in [
            (f64::NAN, "no points"),
            (1.0 / 3.0, "0.333333"),
            (-273.15, "-273.15"),
            (1e6, "1_000_000"),
            (1_234_567.8, "1_234_570"),
            (f64::MIN, "-1.79769×10³⁰⁸"),
            (5e-324, "4.94066×10⁻³²⁴"),
            (0.0, "0"),
            (-0.0, "0"),
            (f64::NEG_INFINITY, "-infinite"),
            (0.001, "0.001"),
            (99_999.96, "100_000"),
        ] {
            assert_eq!(text(&Values::Real(vec![v; 2]), 0, 0), wanted);
        }
    }

    #[test]
    fn categories_of_pixels() {
        let by = ByCategory::new(
            8,
            &std::array::from_fn::<u64, 16, _>(|i| if i < 8 { i as u64 % 2 * 9 } else { i as u64 * 1000 }),
        );
        let labels = ["0", "1", "2", "3", "4", "5", "6", "other"];
        let text = |column, row| plainly(&categories(&by, &labels, 1, column, row));
        assert_eq!(text(0, 0), "1: 9, 3: 9, 5: 9, other: 9");
        assert_eq!(text(0, 1), "other: 15_000, 6: 14_000, 5: 13_000, 4: 12_000, 3: 11_000, 2: 10_000, 2 more");
        assert_eq!((text(1, 0), text(0, 2)), (String::new(), String::new()));
    }

    fn ends() -> impl Strategy<Value = (f64, f64)> {
        prop_oneof![
            (-1e3..1e3, 1e-3..1e3).prop_map(|(a, w): (f64, f64)| (a, a + w)),
            (-300.0..300.0, -9.0..3.0).prop_map(|(a, w): (f64, f64)| {
                let a = 10_f64.powf(a);
                (a, a + a * 10_f64.powf(w))
            }),
            (-307.0..300.0).prop_map(|a: f64| (-10_f64.powf(a), 10_f64.powf(a))),
            any::<(f64, f64)>(),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn neighbours_are_told_apart((start, end) in ends(), pixels in 2_u32..5000, at in 0.0..1.0, scale in 0..3) {
            let range = Range { start: Coordinate::Real(start), end: Coordinate::Real(end) };
            let scale = [Scale::Linear, Scale::Log, Scale::SymLog { linthresh: 1.0 }][usize::try_from(scale).unwrap()];
            let axis = Axis { range, scale, pixels, reversed: false };
            let at = f64::floor(at * f64::from(pixels - 1));
            let (a, b) = (coordinate(&axis, REAL, at), coordinate(&axis, REAL, at + 1.0));
            if EdgeRule::new("x", &axis, false).is_err() {
                prop_assert_eq!(a, "");
            } else if value_at(&axis, at) != value_at(&axis, at + 1.0) {
                prop_assert_ne!(&a, &b, "{:?}", axis);
                prop_assert!(a.chars().count() < 45, "{}", a);
            }
        }

        #[test]
        fn no_position_and_no_axis_panics(
            range in any::<(i64, i64)>(),
            position in any::<f64>(),
            pixels in any::<u32>(),
            unit in 0..3,
        ) {
            let range = Range { start: Coordinate::Integer(range.0.into()), end: Coordinate::Integer(range.1.into()) };
            let unit = [None, Some(TimeUnit::NANOSECONDS), Some(TimeUnit::DAYS)][usize::try_from(unit).unwrap()];
            for scale in [Scale::Linear, Scale::Log, Scale::SymLog { linthresh: 1e-3 }] {
                let axis = Axis { range, scale, pixels, reversed: false };
                let text = coordinate(&axis, Quantity { integer: true, time: unit }, position);
                prop_assert!(text.chars().count() < 60);
            }
        }
    }
}
