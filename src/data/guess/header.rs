//! Where the header ends: before that point the bytes look like a header's, behind it like the data's.

use super::model::{self, Histogram, Kind};
use super::windows::Windows;

/// The longest header that is looked for, in bytes.
const LONGEST: usize = 16 << 10;
/// How far the first rows are looked at, in bytes.
const REACH: usize = 20 << 10;

/// How much more likely each beginning of the file is as a header than as data.
pub(super) struct Curve<'a> {
    windows: &'a Windows,
    kind: Kind,
    /// Byte offsets and the logarithm of the odds that all before is header.
    odds: Vec<(usize, f64)>,
}

impl<'a> Curve<'a> {
    /// Weighs the first words of the file against the body's, which has `columns` columns.
    pub fn new(windows: &'a Windows, kind: Kind, columns: u32) -> Self {
        let size = usize::try_from(kind.size()).unwrap_or(1);
        let row = size * usize::try_from(columns).unwrap_or(1);
        let phase = usize::try_from(windows.len % kind.size()).unwrap_or(0);
        let histograms = model::histograms(windows, kind, columns);
        let head = windows.head.get(..windows.head.len().min(REACH)).unwrap_or(&[]);
        let lead = head.get(..phase).unwrap_or(&[]);
        let mut sum: f64 = lead.iter().zip(previous(lead)).map(|(byte, last)| byte_chance(*byte, last).ln()).sum();
        let mut odds = vec![(phase, sum)];
        let mut from_end = windows.len / kind.size();
        let mut at = phase;
        for bytes in head.get(phase..).unwrap_or(&[]).chunks_exact(size) {
            let last = at.checked_sub(1).and_then(|j| head.get(j)).copied();
            let column = usize::try_from(from_end % u64::from(columns.max(1))).unwrap_or(0);
            let next = head.get(at + row..at + row + size).map(|bytes| kind.word(bytes));
            let as_data = |h: &Histogram| h.ln_chance(kind, kind.word(bytes), next);
            sum += header_chance(bytes, last) - histograms.get(column).map_or(-100.0, as_data);
            at += size;
            from_end = from_end.saturating_sub(1);
            odds.push((at, sum));
        }
        Self { windows, kind, odds }
    }

    /// The likeliest offset for a number of columns and its score (natural logarithm). `None` if not even one row
    /// fits. The offset leaves a whole number of rows.
    pub fn best(&self, columns: u32) -> Option<(f64, u64)> {
        let len = self.windows.len;
        let row_bytes = self.kind.size().checked_mul(u64::from(columns))?;
        let last_start = usize::try_from(len.checked_sub(row_bytes)?).unwrap_or(usize::MAX).min(LONGEST);
        let row = usize::try_from(row_bytes).ok()?;
        let first = usize::try_from(len % row_bytes).ok()?;
        // Many zeros are data that has not begun yet, rather than a header.
        let zeros = self.windows.head.iter().take_while(|byte| **byte == 0).count();
        let allowed = |at: usize| {
            at >= first && (at - first).is_multiple_of(row) && at <= last_start && (at <= 4096 || zeros < at)
        };
        let scores = self.odds.iter().filter(|(at, _)| allowed(*at)).map(|(at, odds)| (odds + prior(*at), *at));
        let (score, mut at) = scores.reduce(|best, other| if other.0 > best.0 { other } else { best })?;
        while at >= first + row && continues(self.windows, self.kind, at, row) {
            at -= row;
        }
        Some((score, u64::try_from(at).ok()?))
    }
}

/// Whether the row before byte `at` is one step of smooth data away from the row there, which a header hardly is
/// but a track that starts at zero is. The steps of the following rows say what a step is.
fn continues(windows: &Windows, kind: Kind, at: usize, row: usize) -> bool {
    let size = usize::try_from(kind.size()).unwrap_or(1);
    let word = |at: usize| windows.head.get(at..at + size).map(|bytes| kind.word(bytes));
    let Some(above) = at.checked_sub(row) else {
        return false;
    };
    let mut smooth = 0;
    for column in (0..row).step_by(size) {
        let Some(before) = word(above + column).filter(|word| kind.parts(*word).plausible) else {
            return false;
        };
        let rows: Vec<f64> = (0..64).map_while(|i| word(at + column + i * row)).map(|word| kind.value(word)).collect();
        let mut steps: Vec<f64> = rows.iter().zip(rows.iter().skip(1)).map(|(a, b)| (b - a).abs()).collect();
        steps.sort_by(f64::total_cmp);
        let (Some(typical), Some(start), Some(end)) = (steps.get(steps.len() / 2), rows.first(), rows.last()) else {
            return false;
        };
        let step = (start - kind.value(before)).abs();
        if rows.len() < 32 || step > 4.0 * typical {
            return false;
        }
        if (end - start).abs() >= 20.0 * typical && step >= 0.1 * typical {
            smooth += 1;
        }
    }
    smooth > 0
}

/// How likely a header of so many bytes is, beforehand (natural logarithm).
fn prior(bytes: usize) -> f64 {
    if bytes == 0 {
        return 0.0;
    }
    let short = if bytes < 16 { -8.0 } else { 0.0 };
    let round = match bytes {
        80 | 100 | 2880 => 1.0,
        n if n % 128 == 0 => 0.0,
        n if n % 64 == 0 => 0.5,
        n if n % 16 == 0 => 1.0,
        n if n % 4 == 0 => 3.0,
        _ => 6.0,
    };
    short - 4.0 - round
}

fn previous(bytes: &[u8]) -> impl Iterator<Item = Option<u8>> + '_ {
    std::iter::once(None).chain(bytes.iter().copied().map(Some))
}

/// The logarithm of the chance that a header has this word behind a byte `last`.
fn header_chance(bytes: &[u8], last: Option<u8>) -> f64 {
    let mut chance = 0.97;
    let mut random = 0.03;
    let mut last = last;
    for byte in bytes {
        chance *= byte_chance(*byte, last);
        random /= 256.0;
        last = Some(*byte);
    }
    f64::ln(chance + random)
}

/// The chance of a byte of a header: text, zeros, small binary numbers, runs of filling.
fn byte_chance(byte: u8, last: Option<u8>) -> f64 {
    let letters = match byte {
        b' ' => 0.12,
        b'a'..=b'z' | b'0'..=b'9' => 0.018,
        b'A'..=b'Z' => 0.005,
        b'\n' | b',' | b'.' | b'=' | b':' | b'_' | b'-' | b'#' => 0.01,
        b'!'..=b'~' | b'\r' | b'\t' => 0.001,
        _ => 0.0,
    };
    let zero = if byte == 0 { 0.2 } else { 0.0 };
    let base = 0.55 * letters / 1.05 + zero + 0.25 / 256.0;
    let repeat = match last {
        Some(0) => 0.85,
        Some(b' ' | b'-' | b'=' | b'#' | b'.') => 0.5,
        Some(_) => 0.1,
        None => 0.0,
    };
    repeat * f64::from(u8::from(last == Some(byte))) + (1.0 - repeat) * base
}
