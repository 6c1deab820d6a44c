//! How many bits the samples need under each reading; the fewest win.

use super::windows::Windows;

/// A way to read words of bytes as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    code: char,
    bytes: u8,
    pub big_endian: bool,
}

/// Every kind with one byte order, the likelier first: it wins a tie.
const KINDS: [(char, u8); 10] =
    [('f', 4), ('f', 8), ('i', 2), ('i', 4), ('u', 1), ('u', 2), ('u', 4), ('i', 8), ('u', 8), ('i', 1)];
/// What a value costs that no data would have, in bits.
const IMPLAUSIBLE: f64 = 12.0;
/// What a column of nothing but zeros costs, in bits per value: mostly it is half of a wider number.
const ZEROS: f64 = 8.0;
/// What integers cost more than floats, in bits per value.
const INTEGER: f64 = 2.5;

/// A word taken apart: `key` has the bits that repeat in real data, `rest` the bits that look random.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts {
    pub key: u32,
    /// Class of trailing zero bits: 4 for each.
    pub zeros: u32,
    /// Bits that are left.
    pub rest: u32,
    pub plausible: bool,
}

impl Kind {
    pub fn size(self) -> u64 {
        u64::from(self.bytes)
    }

    pub fn name(self) -> String {
        let order = match (self.bytes, self.big_endian) {
            (1, _) => '|',
            (_, true) => '>',
            (_, false) => '<',
        };
        format!("{order}{}{}", self.code, self.bytes)
    }

    pub fn is_float(self) -> bool {
        self.code == 'f'
    }

    /// The word as an unsigned number. `bytes` has the kind's size.
    pub fn word(self, bytes: &[u8]) -> u64 {
        let join = |word: u64, byte: &u8| (word << 8) | u64::from(*byte);
        if self.big_endian { bytes.iter().fold(0, join) } else { bytes.iter().rev().fold(0, join) }
    }

    fn bits(self) -> u32 {
        u32::from(self.bytes) * 8
    }

    fn signed(self, word: u64) -> i64 {
        let shift = 64 - self.bits();
        (word << shift).cast_signed() >> shift
    }

    /// The word as a number; integers beyond 2^53 are rounded.
    pub fn value(self, word: u64) -> f64 {
        match (self.code, self.bytes) {
            ('f', 4) => u32::try_from(word).map_or(f64::NAN, |bits| f64::from(f32::from_bits(bits))),
            ('f', _) => f64::from_bits(word),
            #[allow(clippy::cast_precision_loss, reason = "a statistic needs no more than 53 bits")]
            ('i', _) => self.signed(word) as f64,
            #[allow(clippy::cast_precision_loss, reason = "a statistic needs no more than 53 bits")]
            _ => word as f64,
        }
    }

    pub fn parts(self, word: u64) -> Parts {
        if self.is_float() {
            // Sign, exponent and three bits of the mantissa.
            let rest = if self.bytes == 4 { 20 } else { 49 };
            let zeros = word.trailing_zeros().min(rest) / 4;
            let key = u32::try_from(word >> rest).unwrap_or(u32::MAX);
            return Parts { key, zeros, rest: rest - 4 * zeros, plausible: self.plausible(word) };
        }
        let negative = self.code == 'i' && self.signed(word) < 0;
        let magnitude = if self.code == 'i' { self.signed(word).unsigned_abs() } else { word };
        let length = 64 - magnitude.leading_zeros();
        Parts { key: length * 2 + u32::from(negative), zeros: 0, rest: length.saturating_sub(1), plausible: true }
    }

    /// The chance of a word that the samples need not have held: anything plausible, zeros and round values more.
    fn unseen_chance(self, word: u64, parts: Parts) -> f64 {
        let power = |bits: u32| (-f64::from(bits)).exp2();
        match (parts.plausible, self.is_float()) {
            (true, true) if word == 0 => 0.02,
            (true, true) => {
                let all = if self.bytes == 4 { 20 } else { 49 };
                (0.6 * power(all) + 0.3 / 13.0 * power(parts.rest)) / 1500.0
            }
            (true, false) => power(parts.rest) / 130.0,
            (false, _) => 1e-7 * power(parts.rest),
        }
    }

    fn plausible(self, word: u64) -> bool {
        let value = self.value(word);
        if value.is_nan() {
            // Computers write one NaN, perhaps with a sign; random bits give any.
            return match self.bytes {
                4 => word & 0x003f_ffff == 0,
                _ => word & 0x0007_ffff_ffff_ffff == 0,
            };
        }
        // 9.97e36 and 1e20 stand for missing values in much data from the earth sciences.
        value == 0.0 || (1e-12..1e15).contains(&value.abs()) || matches!(value.abs(), 9.8e36..1e37 | 0.99e20..1.01e20)
    }
}

/// The words of the body with their column: words are counted from the end of the file, where the last row ends.
pub(super) fn words(windows: &Windows, kind: Kind, columns: u64) -> impl Iterator<Item = (usize, u64)> + '_ {
    let size = kind.size();
    windows.body.iter().flat_map(move |window| {
        let before_end = windows.len - window.start.min(windows.len);
        let skip = usize::try_from(before_end % size).unwrap_or(0);
        let first = before_end / size;
        let aligned = window.bytes.get(skip..).unwrap_or(&[]);
        let chunks = aligned.chunks_exact(usize::from(kind.bytes));
        (0u64..).zip(chunks).map(move |(i, bytes)| {
            let from_end = first.saturating_sub(i);
            (usize::try_from(from_end % columns).unwrap_or(0), kind.word(bytes))
        })
    })
}

/// How often each key and each class of trailing zeros occurs in one column.
pub(super) struct Histogram {
    keys: Vec<u32>,
    /// The keys that occur, in the order in which they came.
    used: Vec<u32>,
    zeros: [u32; 16],
    pub count: u32,
    rest: f64,
    implausible: u32,
    all_zero: bool,
    /// Values whose key is that of the row before though the value is another.
    staying: u32,
    last: Option<(u64, u32)>,
}

impl Histogram {
    fn new(kind: Kind) -> Self {
        let keys = match (kind.code, kind.bytes) {
            ('f', 4) => 1 << 12,
            ('f', _) => 1 << 15,
            _ => 256,
        };
        Self {
            keys: vec![0; keys],
            used: Vec::new(),
            zeros: [0; 16],
            count: 0,
            rest: 0.0,
            implausible: 0,
            all_zero: true,
            staying: 0,
            last: None,
        }
    }

    fn add(&mut self, parts: Parts, word: u64) {
        let slot = |index: u32| usize::try_from(index).unwrap_or(usize::MAX);
        if let Some(n) = self.keys.get_mut(slot(parts.key)) {
            if *n == 0 {
                self.used.push(parts.key);
            }
            *n += 1;
        }
        if let Some(n) = self.zeros.get_mut(slot(parts.zeros)) {
            *n += 1;
        }
        self.count += 1;
        self.rest += f64::from(parts.rest);
        self.implausible += u32::from(!parts.plausible);
        self.all_zero &= word == 0;
        self.staying += u32::from(self.last.is_some_and(|(last, key)| last != word && key == parts.key));
        self.last = Some((word, parts.key));
    }

    /// Bits that all values of the column need.
    fn total_bits(&self) -> f64 {
        let implausible = f64::from(self.implausible) * IMPLAUSIBLE;
        let zeros = if self.all_zero { f64::from(self.count) * ZEROS } else { 0.0 };
        let count = |key: &u32| usize::try_from(*key).ok().and_then(|key| self.keys.get(key)).copied().unwrap_or(0);
        let keys: Vec<u32> = self.used.iter().map(count).collect();
        entropy_bits(&keys) + entropy_bits(&self.zeros) + self.rest + implausible + zeros
    }

    /// The natural logarithm of the chance that the column has this word. `next` is the word a row later: where the
    /// data changes slowly, a key that stays tells more than how often it occurs in the whole file.
    pub fn ln_chance(&self, kind: Kind, word: u64, next: Option<u64>) -> f64 {
        let at = |counts: &[u32], i: u32| {
            f64::from(usize::try_from(i).ok().and_then(|i| counts.get(i)).copied().unwrap_or(0))
        };
        let parts = kind.parts(word);
        let count = f64::from(self.count.max(1));
        let staying = f64::from(self.staying) / count * 0.95;
        let stays = next.is_some_and(|next| next != word && kind.parts(next).key == parts.key);
        let seen = (1.0 - staying) * at(&self.keys, parts.key) / count + if stays { staying } else { 0.0 };
        let zeros = (at(&self.zeros, parts.zeros) + 0.5) / (count + 8.0);
        let known = seen * zeros * (-f64::from(parts.rest)).exp2();
        (0.8 * known + 0.2 * kind.unseen_chance(word, parts)).ln()
    }
}

/// Bits to name each of the values, once their counts are told.
fn entropy_bits(counts: &[u32]) -> f64 {
    let total = f64::from(counts.iter().sum::<u32>());
    if total == 0.0 {
        return 0.0;
    }
    let used = counts.iter().filter(|n| **n > 0);
    let (bits, kinds) = used.fold((0.0, 0.0), |(bits, kinds), n| {
        let n = f64::from(*n);
        (bits - n * (n / total).log2(), kinds + 1.0)
    });
    bits + (kinds - 1.0) * 0.5 * total.log2()
}

/// The histograms of each column.
pub(super) fn histograms(windows: &Windows, kind: Kind, columns: u32) -> Vec<Histogram> {
    let mut all: Vec<Histogram> = (0..columns).map(|_| Histogram::new(kind)).collect();
    for (column, word) in words(windows, kind, u64::from(columns.max(1))) {
        if let Some(histogram) = all.get_mut(column) {
            histogram.add(kind.parts(word), word);
        }
    }
    all
}

/// A reading and what it costs.
#[derive(Debug, Clone)]
pub(super) struct Ranked {
    pub kind: Kind,
    /// Bits per byte, best at most 8.
    pub bits: f64,
    /// Share of values that no data would have, 0 to 1.
    pub implausible: f64,
}

/// All readings, the best first.
pub(super) fn rank(windows: &Windows) -> Vec<Ranked> {
    let mut all: Vec<Ranked> = Vec::new();
    for (code, bytes) in KINDS {
        for big_endian in [false, true] {
            let kind = Kind { code, bytes, big_endian };
            if (bytes == 1 && big_endian) || kind.size() > windows.len {
                continue;
            }
            // With a column for each byte, bytes could tell as much about wider numbers as those themselves.
            let most = match bytes {
                1 => 1,
                2 => 2,
                _ => 4,
            };
            let costs = (1..=most).map(|columns| cost(windows, kind, columns));
            all.extend(costs.min_by(|a, b| a.bits.total_cmp(&b.bits)));
        }
    }
    all.sort_by(|a, b| a.bits.total_cmp(&b.bits));
    all
}

fn cost(windows: &Windows, kind: Kind, columns: u32) -> Ranked {
    let all = histograms(windows, kind, columns);
    let count: f64 = all.iter().map(|h| f64::from(h.count)).sum::<f64>().max(1.0);
    let total: f64 = all.iter().map(Histogram::total_bits).sum();
    let implausible: f64 = all.iter().map(|h| f64::from(h.implausible)).sum();
    let extra = if kind.is_float() { 0.0 } else { INTEGER } + 0.03 * f64::from(columns);
    Ranked { kind, bits: (total / count + extra) / f64::from(kind.bytes), implausible: implausible / count }
}
