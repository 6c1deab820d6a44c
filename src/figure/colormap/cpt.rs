//! GMT's colour palette tables: slices from z to z with colours at both ends, and B, F, N for below, above and NaN.

use crate::scene::style::Rgba;

use super::file::{Fault, MAX_COLORS, bytes, lines};
use super::runs::{Run, of_runs};
use super::{COLORS, Colormap};

/// A stretch of z with the colours at its ends: channels of the model, alpha; 0 to 1, a hue 0 to 360.
struct Slice {
    from: f64,
    to: f64,
    colors: [[f64; 4]; 2],
}

/// How colours are written, and in what they are mixed.
#[derive(Clone, Copy, Default)]
struct Model {
    is_hsv: bool,
    mixes_hsv: bool,
}

pub(super) fn parse(text: &str, is_reversed: bool) -> Result<Colormap, Fault> {
    let model = model(text)?;
    let mut slices: Vec<Slice> = Vec::new();
    let mut map = Colormap::default();
    for (line, text) in lines(text) {
        // What follows a semicolon is a label.
        let text = text.split(';').next().unwrap_or_default();
        let words: Vec<&str> = text.split_whitespace().collect();
        let end = match words.first().copied() {
            Some("B") => Some(&mut map.under),
            Some("F") => Some(&mut map.over),
            Some("N") => Some(&mut map.bad),
            _ => None,
        };
        if let Some(end) = end {
            let color = color(&words[1..], model, line)?;
            *end = Some(bytes(mixed(color, color, 0.0, model)));
            continue;
        }
        let slice = slice(&words, model, line)?;
        if slices.last().is_some_and(|last| last.to != slice.from) {
            return Err(Fault::new(line, "it does not begin where the line before it ends"));
        }
        if slices.len() >= MAX_COLORS {
            return Err(Fault::new(line, format!("it has more than {MAX_COLORS} slices")));
        }
        slices.push(slice);
    }
    let (Some(first), Some(last)) = (slices.first(), slices.last()) else {
        return Err(Fault::new(0, "it has no slices: lines of z, color, z, color"));
    };
    let (low, high) = (first.from, last.to);
    // Slices that go over into each other are one.
    let joined: Vec<&[Slice]> = slices.chunk_by(|a, b| a.colors[1] == b.colors[0]).collect();
    if let [all] = joined.as_slice() {
        map.table = std::array::from_fn(|i| along(all, i as f64 / (COLORS - 1) as f64, model));
    } else if joined.len() <= COLORS {
        let each: Vec<_> = joined.iter().map(|joined| |part: f64| along(joined, part, model)).collect();
        let runs = joined.iter().zip(&each).map(|(joined, color)| {
            let (from, to) =
                (joined.first().map_or(low, |first| first.from), joined.last().map_or(high, |last| last.to));
            Run { to: (to - low) / (high - low), back: (high - from) / (high - low), color }
        });
        let Colormap { table, edges, .. } = of_runs(&runs.collect::<Vec<_>>(), is_reversed);
        (map.table, map.edges) = (table, edges);
    } else {
        map.table = std::array::from_fn(|i| along(&slices, i as f64 / (COLORS - 1) as f64, model));
    }
    Ok(map)
}

/// The color of slices at a share of all of them.
fn along(slices: &[Slice], share: f64, model: Model) -> [u8; 4] {
    let (Some(first), Some(last)) = (slices.first(), slices.last()) else { return [0; 4] };
    let z = first.from * (1.0 - share) + last.to * share;
    let at = slices.partition_point(|slice| slice.from <= z).saturating_sub(1);
    let Slice { from, to, colors } = &slices[at];
    let part = ((z - from) / (to - from)).clamp(0.0, 1.0);
    bytes(mixed(colors[0], colors[1], part, model)).0
}

/// The model that a comment names; RGB if none does.
fn model(text: &str) -> Result<Model, Fault> {
    for (i, line) in text.lines().enumerate() {
        let Some((key, value)) = line.trim_start_matches(['#', ' ', '\t']).split_once('=') else { continue };
        if !line.trim_start().starts_with('#') || !key.trim().eq_ignore_ascii_case("COLOR_MODEL") {
            continue;
        }
        let (name, is_mixed) = value.trim().strip_prefix('+').map_or((value.trim(), false), |name| (name, true));
        return match name.to_ascii_uppercase().as_str() {
            "RGB" => Ok(Model::default()),
            "HSV" => Ok(Model { is_hsv: true, mixes_hsv: is_mixed }),
            // Its colors have four parts, which tells them from others.
            "CMYK" if !is_mixed => Ok(Model::default()),
            _ => Err(Fault::new(i + 1, format!("the color model `{name}` is not known; use RGB, HSV or CMYK"))),
        };
    }
    Ok(Model::default())
}

/// A line of z, color, z, color; each color is one word, or three or four numbers.
fn slice(words: &[&str], model: Model, line: usize) -> Result<Slice, Fault> {
    // Which of its z are annotated is of no matter here.
    let words = match words {
        [rest @ .., "L" | "U" | "B"] => rest,
        all => all,
    };
    let half = words.len() / 2;
    if words.len() % 2 == 1 || ![2, 4, 5].contains(&half) {
        let why = "it is not z, color, z, color (categories have no place on a scale), or B, F, N and a color";
        return Err(Fault::new(line, why));
    }
    let z = |word: &str| {
        let number = word.parse().ok().filter(|z: &f64| z.is_finite());
        number.ok_or_else(|| Fault::new(line, format!("`{word}` is no finite z")))
    };
    let (from, to) = (z(words[0])?, z(words[half])?);
    if from >= to {
        return Err(Fault::new(line, "its z do not ascend"));
    }
    let colors = [color(&words[1..half], model, line)?, color(&words[half + 1..], model, line)?];
    Ok(Slice { from, to, colors })
}

/// A colour: one word (`r/g/b`, `h-s-v`, `c/m/y/k`, a gray or a name, with `@` and its transparency in percent behind it), or
/// its numbers.
fn color(words: &[&str], model: Model, line: usize) -> Result<[f64; 4], Fault> {
    let wrong = || Fault::new(line, format!("`{}` is no color", words.join(" ")));
    let numbers = |parts: &[&str]| -> Option<Vec<f64>> {
        parts.iter().map(|part| part.parse().ok().filter(|v: &f64| v.is_finite())).collect()
    };
    let [word] = words else {
        return numbers(words).and_then(|parts| of_parts(&parts, model.is_hsv)).ok_or_else(wrong);
    };
    let (text, alpha) = match word.split_once('@') {
        Some((text, percent)) => {
            let percent = percent.parse().ok().filter(|v: &f64| (0.0..=100.0).contains(v));
            (text, 1.0 - percent.ok_or_else(wrong)? / 100.0)
        }
        None => (*word, 1.0),
    };
    let parts: Vec<&str> = text.split('/').collect();
    let hsv: Vec<&str> = text.split('-').collect();
    let found = match (parts.as_slice(), hsv.as_slice()) {
        ([_], [_, _, _]) => {
            // Written so, it is a hue whatever the model.
            let parts = numbers(&hsv).and_then(|parts| of_parts(&parts, true));
            parts.map(|color| if model.is_hsv { color } else { from_hsv(color) })
        }
        ([_], _) => numbers(&parts)
            .map_or_else(|| named(text), |gray| of_parts(&gray, false))
            .map(|color| in_model(color, model)),
        ([_, _, _], _) => numbers(&parts).and_then(|parts| of_parts(&parts, model.is_hsv)),
        _ => numbers(&parts).and_then(|parts| of_parts(&parts, false)).map(|color| in_model(color, model)),
    };
    let mut color = found.ok_or_else(wrong)?;
    color[3] *= alpha;
    Ok(color)
}

/// Channels from numbers: gray or red, green, blue of 0 to 255; hue of 0 to 360, saturation and value of 0 to 1; or cyan,
/// magenta, yellow, black in percent.
fn of_parts(parts: &[f64], is_hsv: bool) -> Option<[f64; 4]> {
    let fits = |most: f64| parts.iter().all(|v| (0.0..=most).contains(v));
    match *parts {
        [gray] if fits(255.0) => Some([gray / 255.0, gray / 255.0, gray / 255.0, 1.0]),
        [h, s, v] if is_hsv => (fits(360.0) && s <= 1.0 && v <= 1.0).then_some([h, s, v, 1.0]),
        [r, g, b] if fits(255.0) => Some([r / 255.0, g / 255.0, b / 255.0, 1.0]),
        [c, m, y, k] if fits(100.0) => {
            let channel = |ink: f64| (1.0 - ink / 100.0) * (1.0 - k / 100.0);
            Some([channel(c), channel(m), channel(y), 1.0])
        }
        _ => None,
    }
}

/// The colour of a name: those that are known everywhere here, `#rrggbb`, and `gray0` to `gray100`.
fn named(name: &str) -> Option<[f64; 4]> {
    let lower = name.to_ascii_lowercase();
    let percent = lower.strip_prefix("gray").or(lower.strip_prefix("grey")).and_then(|n| n.parse::<u8>().ok());
    if let Some(percent) = percent.filter(|percent| *percent <= 100) {
        let gray = (f64::from(percent) * 2.55).round() / 255.0;
        return Some([gray, gray, gray, 1.0]);
    }
    let Rgba(color) = lower.parse().ok()?;
    Some(color.map(|byte| f64::from(byte) / 255.0))
}

/// A colour of red, green, blue in the model of the file.
fn in_model(color: [f64; 4], model: Model) -> [f64; 4] {
    if model.is_hsv { to_hsv(color) } else { color }
}

/// Red, green, blue, alpha on the way from one colour of the model to another.
fn mixed(from: [f64; 4], to: [f64; 4], part: f64, model: Model) -> [f64; 4] {
    let mix = |a: [f64; 4], b: [f64; 4]| -> [f64; 4] { std::array::from_fn(|i| a[i] * (1.0 - part) + b[i] * part) };
    match model {
        Model { mixes_hsv: true, .. } => from_hsv(mix(from, to)),
        Model { is_hsv: true, .. } => mix(from_hsv(from), from_hsv(to)),
        Model { .. } => mix(from, to),
    }
}

fn from_hsv([h, s, v, a]: [f64; 4]) -> [f64; 4] {
    let channel = |n: f64| {
        let k = (n + h / 60.0) % 6.0;
        v - v * s * k.min(4.0 - k).clamp(0.0, 1.0)
    };
    [channel(5.0), channel(3.0), channel(1.0), a]
}

fn to_hsv([r, g, b, a]: [f64; 4]) -> [f64; 4] {
    let (most, least) = (r.max(g).max(b), r.min(g).min(b));
    let span = most - least;
    let sixth = match most {
        _ if span == 0.0 => 0.0,
        most if most == r => ((g - b) / span).rem_euclid(6.0),
        most if most == g => (b - r) / span + 2.0,
        _ => (r - g) / span + 4.0,
    };
    [sixth * 60.0, if most > 0.0 { span / most } else { 0.0 }, most, a]
}
