//! Exact decimals and how they are written.

/// A typographic minus, as wide as a plus.
const MINUS: char = '\u{2212}';
/// Between groups of three digits.
const GROUP: char = '\u{2009}';

/// The f64 nearest to `number` · 10^`exponent`.
pub(in crate::figure) fn to_f64(number: i128, exponent: i32) -> f64 {
    // Reading decimal text is the one correctly rounded conversion at hand.
    format!("{number}e{exponent}").parse().unwrap_or(f64::NAN)
}

/// How much `number` · 10^`exponent` lies beyond the f64 nearest to it.
pub(super) fn beyond(number: i128, exponent: i32, nearest: f64) -> f64 {
    // As many digits as i128 holds, twice those of f64.
    let text = format!("{nearest:.34e}");
    let parts = text.split_once('e').and_then(|(mantissa, power)| {
        let power = power.parse::<i32>().ok()? - 34;
        // What is left of the number beyond those digits is smaller than anybody sees.
        let scaled = number.checked_mul(ten(exponent.checked_sub(power)?)?)?;
        Some((scaled.checked_sub(mantissa.replace('.', "").parse().ok()?)?, power))
    });
    parts.map_or(0.0, |(rest, power)| to_f64(rest, power))
}

/// Most figures before the point of a label, unless fewer are asked for.
const MOST_FIGURES: i32 = 6;

/// The number of decimal digits; 1 for zero.
fn digits(number: i128) -> i32 {
    number.unsigned_abs().checked_ilog10().and_then(|log| i32::try_from(log).ok()).unwrap_or(0) + 1
}

/// 10^`power`, if it fits.
fn ten(power: i32) -> Option<i128> {
    10_i128.checked_pow(u32::try_from(power).ok()?)
}

/// An integer in superscript figures: `⁻³`.
pub(in crate::figure) fn superscript(number: i32) -> String {
    const FIGURES: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raise = |c: char| c.to_digit(10).and_then(|d| FIGURES.get(d as usize).copied()).unwrap_or('⁻');
    number.to_string().chars().map(raise).collect()
}

/// `number` · 10^`exponent` with exactly `decimals` places (at least −`exponent` of them are needed), digits in groups of
/// three from 10 000 on.
pub(in crate::figure) fn plain(number: i128, exponent: i32, decimals: i32) -> String {
    if number == 0 {
        return "0".to_owned();
    }
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
    let mut text = number.unsigned_abs().to_string() + &zeros(exponent + decimals);
    let decimals = usize::try_from(decimals).unwrap_or(0);
    while text.len() <= decimals {
        text.insert(0, '0');
    }
    let (whole, fraction) = text.split_at(text.len() - decimals);
    let mut out = String::new();
    if number < 0 {
        out.push(MINUS);
    }
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && whole.len() > 4 && (whole.len() - i) % 3 == 0 {
            out.push(GROUP);
        }
        out.push(c);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// One number by itself, short: plain where that is short, else as 2.5×10⁷.
pub(in crate::figure) fn single(mut number: i128, mut exponent: i32) -> String {
    while number != 0 && number % 10 == 0 {
        number /= 10;
        exponent += 1;
    }
    let top = digits(number) + exponent;
    if number == 0 || ((-2..=4).contains(&top) && digits(number).max(top) <= 6) {
        return plain(number, exponent, (-exponent).max(0));
    }
    let power = top - 1;
    let mantissa = match number {
        1 => String::new(),
        -1 => MINUS.to_string(),
        _ => plain(number, exponent - power, power - exponent) + "×",
    };
    format!("{mantissa}10{}", superscript(power))
}

/// All digits of a number, zeros at the end too: plain from thousandths to 10^15, else as 2.50×10⁷.
pub(in crate::figure) fn fixed(number: i128, exponent: i32) -> String {
    let top = digits(number) + exponent;
    if number == 0 || ((-2..=15).contains(&top) && exponent > -20) {
        return plain(number, exponent, (-exponent).max(0));
    }
    let power = top - 1;
    format!("{}×10{}", plain(number, exponent - power, power - exponent), superscript(power))
}

/// A number in full where it has at most 24 digits, else as [`single`].
fn full(number: i128, exponent: i32) -> String {
    if (0..=24).contains(&(digits(number) + exponent)) && exponent >= -20 {
        let (mut number, mut exponent) = (number, exponent);
        while number != 0 && number % 10 == 0 && exponent < 0 {
            number /= 10;
            exponent += 1;
        }
        return plain(number, exponent, (-exponent).max(0));
    }
    single(number, exponent)
}

/// Labels for the numbers, which share the exponent, and what is to be added to all of them.
pub(in crate::figure) fn labels(numbers: &[i128], exponent: i32) -> (Vec<String>, Option<String>) {
    labels_of(numbers, exponent, MOST_FIGURES)
}

/// As [`labels`], with other than so many figures before the point only where nothing shorter tells the numbers apart.
pub(in crate::figure) fn labels_of(numbers: &[i128], exponent: i32, most: i32) -> (Vec<String>, Option<String>) {
    let (mut numbers, mut exponent) = (numbers.to_vec(), exponent);
    while numbers.iter().any(|n| *n != 0) && numbers.iter().all(|n| n % 10 == 0) {
        numbers.iter_mut().for_each(|n| *n /= 10);
        exponent += 1;
    }
    if let Some(labels) = short(&numbers, exponent, most) {
        return (labels, None);
    }
    if let [only] = numbers[..] {
        return (vec![full(only, exponent)], None);
    }
    let offset = offset(&numbers).unwrap_or(0);
    let rest: Vec<i128> = numbers.iter().map(|n| n - offset).collect();
    let (labels, power) = match short(&rest, exponent, most) {
        Some(labels) => (labels, 0),
        None => {
            let power = (largest(&rest) + exponent - 1).div_euclid(3) * 3;
            let decimals = (power - exponent).max(0);
            (rest.iter().map(|n| plain(*n, exponent - power, decimals)).collect(), power)
        }
    };
    let mut shared = Vec::new();
    if power != 0 {
        shared.push(format!("×10{}", superscript(power)));
    }
    if offset != 0 {
        let sign = if offset < 0 { MINUS } else { '+' };
        shared.push(format!("{sign} {}", full(offset.abs(), exponent)));
    }
    (labels, (!shared.is_empty()).then(|| shared.join(" ")))
}

/// The digits of the largest number.
fn largest(numbers: &[i128]) -> i32 {
    numbers.iter().map(|n| digits(*n)).max().unwrap_or(1)
}

/// Plain labels, if all of them are short.
fn short(numbers: &[i128], exponent: i32, most: i32) -> Option<Vec<String>> {
    let whole = (largest(numbers) + exponent).max(1);
    let decimals = (-exponent).max(0);
    let fits = whole <= most && decimals <= 4 && whole + decimals <= most + 1;
    fits.then(|| numbers.iter().map(|n| plain(*n, exponent, decimals)).collect())
}

/// A round number to subtract where all numbers begin with the same three digits or more.
fn offset(numbers: &[i128]) -> Option<i128> {
    let (least, greatest) = (*numbers.iter().min()?, *numbers.iter().max()?);
    let span = digits(greatest.checked_sub(least)?);
    if largest(numbers) - span < 3 {
        return None;
    }
    let unit = ten(span)?;
    let below = greatest.div_euclid(unit).checked_mul(unit)?;
    // A round number in view is best; else the one below all.
    Some(if below >= least { below } else { least.div_euclid(unit).checked_mul(unit)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(numbers: &[i128], exponent: i32) -> (String, String) {
        let (labels, offset) = labels(numbers, exponent);
        let text = labels.join(" ").replace(GROUP, "_").replace(MINUS, "-");
        (text, offset.unwrap_or_default().replace(GROUP, "_").replace(MINUS, "-"))
    }

    #[test]
    fn labels_by_hand() {
        for (numbers, exponent, text, offset) in [
            (&[0, 2, 4, 6, 8, 10][..], -1, "0 0.2 0.4 0.6 0.8 1.0", ""),
            (&[-8, -4, 0, 4, 8], 0, "-8 -4 0 4 8", ""),
            (&[0, 25, 50], 0, "0 25 50", ""),
            (&[0, 25, 50], 3, "0 25_000 50_000", ""),
            (&[0, 5, 10], 6, "0 5 10", "×10⁶"),
            (&[0, 5, 10, 15], -9, "0 5 10 15", "×10⁻⁹"),
            (&[16_725_312_002, 16_725_312_004], -1, "0.2 0.4", "+ 1_672_531_200"),
            (&[56_999_999_990, 57_000_000_000, 57_000_000_010], -4, "-0.001 0 0.001", "+ 5_700_000"),
            (&[1_000_000_000_000_002, 1_000_000_000_000_004], -15, "2 4", "×10⁻¹⁵ + 1"),
            (&[-1_000_003, -1_000_001], 0, "7 9", "- 1_000_010"),
        ] {
            assert_eq!(written(numbers, exponent), (text.to_owned(), offset.to_owned()));
        }
    }

    #[test]
    fn labels_of_fewer_figures_share_what_they_can() {
        for (numbers, exponent, most, text, offset) in [
            (&[1000, 1002, 1004][..], 2, 4, "0 200 400", "+ 100_000"),
            (&[500, 1000, 1500], 2, 4, "50 100 150", "×10³"),
            (&[98, 101, 104], 3, 4, "98 101 104", "×10³"),
            (&[0, 25, 50], 3, 4, "0 25 50", "×10³"),
            (&[995, 1010, 1025], 0, 4, "995 1010 1025", ""),
        ] {
            let (labels, shared) = labels_of(numbers, exponent, most);
            let shared = shared.unwrap_or_default().replace(GROUP, "_");
            assert_eq!((labels.join(" ").replace(GROUP, "_").as_str(), shared.as_str()), (text, offset));
        }
    }

    #[test]
    fn what_f64_cannot_hold_is_known() {
        for (number, exponent, rest) in [
            (10_000_000_000_000_002, -1, -0.05),
            (10_000_000_000_000_004, -1, 0.025),
            (10_000_000_000_000_005, -1, 0.0),
            (-10_000_000_000_000_002, -1, 0.05),
            (1_000_000_000_000_000_001, 0, 1.0),
            (1, -1, -5.551_115_123_125_783e-18),
            (0, 5, 0.0),
            (1, 300, -5.250_476_025_520_442e283),
        ] {
            assert_eq!(beyond(number, exponent, to_f64(number, exponent)), rest, "{number}e{exponent}");
        }
    }

    #[test]
    fn single_numbers() {
        for (number, exponent, text) in [
            (1, 0, "1"),
            (1, 3, "1000"),
            (1, 4, "10⁴"),
            (2, 5, "2×10⁵"),
            (-1, 30, "−10³⁰"),
            (25, -1, "2.5"),
            (5, -3, "0.005"),
            (1, -4, "10⁻⁴"),
            (25, -7, "2.5×10⁻⁶"),
            (0, 9, "0"),
        ] {
            assert_eq!(single(number, exponent), text);
        }
    }
}
