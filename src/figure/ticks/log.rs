//! Decades, and what lies between them.

use super::{Ruler, Ticks, decimal, in_order, linear, major, minor};

/// Strides between labelled decades.
const STRIDES: [i32; 12] = [1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 300, 500];

/// Powers of ten that f64 holds.
const POWERS: (i32, i32) = (-324, 308);

#[expect(clippy::cast_possible_truncation, reason = "f64's exponents are below 400")]
fn floor(value: f64) -> i32 {
    value.floor() as i32
}

/// Ticks of a logarithmic axis.
pub(super) fn ticks(ruler: &Ruler) -> Ticks {
    let (start, end) = ruler.ends();
    let (low, high) = (libm::log10(start), libm::log10(end));
    let decade = ruler.pixels() / (high - low);
    if high - low < 0.7 {
        return linear::ticks(ruler);
    }
    let powers = (floor(low).max(POWERS.0), (floor(high) + 1).min(POWERS.1));
    let found = decades(ruler, decade, powers, &[1], high - low);
    if found.labels().count() < 2 { linear::ticks(ruler) } else { found }
}

/// Ticks of a symmetric logarithmic axis.
pub(super) fn symmetric(ruler: &Ruler, linthresh: f64) -> Ticks {
    let (start, end) = ruler.ends();
    let reach = start.abs().max(end.abs());
    // The axis is logarithmic beyond the threshold, a decade being `linthresh` wide there.
    let decade = linthresh * ruler.pixels() / ruler.rule.span().1;
    let first = floor(libm::log10(linthresh) - 1e-9) + 1;
    let last = (floor(libm::log10(reach)) + 1).min(POWERS.1);
    if reach <= linthresh || last < first {
        return linear::ticks(ruler);
    }
    let visible = ruler.pixels() / decade;
    let mut found = decades(ruler, decade, (first, last), &[1, -1], visible);
    if let Some(zero) = ruler.place(0, 0) {
        found.ticks.push(major(zero, "0".to_owned()));
        found.ticks = in_order(found.ticks);
    }
    if found.labels().count() < 2 { linear::ticks(ruler) } else { found }
}

/// Decades from 10^`powers.0` on; `decade` pixels each, of which about `visible` are in view.
fn decades(ruler: &Ruler, decade: f64, powers: (i32, i32), signs: &[i128], visible: f64) -> Ticks {
    let room = ruler.room;
    let stride = STRIDES.into_iter().find(|s| f64::from(*s) * decade >= room.major * 0.6).unwrap_or(1000);
    // 1, 2, 5 are about a third of a decade apart.
    let figures: &[i128] = match visible {
        _ if stride > 1 => &[1],
        _ if decade >= room.major * 3.0 => &[1, 2, 5],
        v if v < 1.99 && decade >= room.major * 1.5 => &[1, 2, 5],
        v if v < 1.99 && decade >= room.major => &[1, 3],
        _ => &[1],
    };
    // The narrowest gap, between 9 and 10, has 4.6 % of a decade.
    let minors: &[i128] = match decade / room.minor {
        _ if stride > 1 => &[1],
        gap if gap >= 9.0 => &[2, 3, 4, 5, 6, 7, 8, 9],
        gap if gap >= 3.0 => &[2, 5],
        _ => &[],
    };
    let mut all = Vec::new();
    for power in powers.0..=powers.1 {
        for sign in signs {
            for figure in figures {
                if let Some(at) = ruler.place(sign * figure, power).filter(|_| power % stride == 0) {
                    all.push(major(at, decimal::single(sign * figure, power)));
                }
            }
            if stride > 1 && decade < room.minor {
                continue;
            }
            all.extend(minors.iter().filter_map(|figure| ruler.place(sign * figure, power)).map(minor));
        }
    }
    let mut ticks = Ticks { ticks: in_order(all), offset: None };
    unify(&mut ticks);
    ticks
}

/// Powers are all written as such, or none of them.
fn unify(ticks: &mut Ticks) {
    let raised = |label: &str| label.chars().any(|c| "⁰¹²³⁴⁵⁶⁷⁸⁹".contains(c));
    if !ticks.labels().any(|(_, label)| raised(label)) {
        return;
    }
    for label in ticks.ticks.iter_mut().filter_map(|tick| tick.label.as_mut()) {
        if raised(label) || label == "0" {
            continue;
        }
        let (sign, size) = label.strip_prefix('−').map_or(("", label.as_str()), |rest| ("−", rest));
        let Some(figure) = size.chars().find(|c| ('1'..='9').contains(c)) else { continue };
        let whole = size.split('.').next().unwrap_or("");
        let power = match (whole, size.split_once('.')) {
            ("0", Some((_, fraction))) => {
                -i32::try_from(fraction.chars().take_while(|c| *c == '0').count()).unwrap_or(0) - 1
            }
            _ => i32::try_from(whole.len()).unwrap_or(1) - 1,
        };
        let mantissa = if figure == '1' { String::new() } else { format!("{figure}×") };
        *label = format!("{sign}{mantissa}10{}", decimal::superscript(power));
    }
}
