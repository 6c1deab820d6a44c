//! How many columns alternate: values foretell those of their own column better than others.

use super::model::Kind;
use super::windows::Windows;

/// The most columns that are tried.
const MOST: u32 = 8;
/// Bins of equal counts for the distribution of a column.
const BINS: usize = 32;

/// The ranks of the sampled values among all of them: 0 is the lowest. Ranks do not care for units.
pub(super) struct Values {
    /// For each window its first value's place counted from the end of the file, and the ranks.
    windows: Vec<(u64, Vec<i32>)>,
    count: usize,
}

impl Values {
    pub fn decode(windows: &Windows, kind: Kind) -> Self {
        let size = usize::try_from(kind.size()).unwrap_or(1);
        let mut decoded: Vec<(u64, Vec<f64>)> = Vec::new();
        for window in &windows.body {
            let before_end = windows.len - window.start.min(windows.len);
            let skip = usize::try_from(before_end % kind.size()).unwrap_or(0);
            let chunks = window.bytes.get(skip..).unwrap_or(&[]).chunks_exact(size);
            decoded.push((before_end / kind.size(), chunks.map(|bytes| kind.value(kind.word(bytes))).collect()));
        }
        let mut sorted: Vec<f64> = decoded.iter().flat_map(|(_, values)| values).copied().collect();
        sorted.sort_by(f64::total_cmp);
        let rank = |value: f64| {
            let below = sorted.partition_point(|other| other.total_cmp(&value).is_lt());
            i32::try_from(below).unwrap_or(i32::MAX)
        };
        let windows = decoded.into_iter().map(|(first, values)| (first, values.into_iter().map(rank).collect()));
        Self { windows: windows.collect(), count: sorted.len() }
    }

    fn bin(&self, rank: i32) -> usize {
        (usize::try_from(rank).unwrap_or(0) * BINS / self.count.max(1)).min(BINS - 1)
    }
}

/// What the values say about the number of columns.
pub(super) struct Evidence {
    /// For each number of columns, the bits saved in all compared with two columns.
    pub bits_saved: Vec<(u32, f64)>,
    /// Whether that is more than the usual habit of two.
    pub told: bool,
}

/// Weighs 1 to 8 columns. Two is what files of points mostly have, so others must save clearly more.
pub(super) fn evidence(values: &Values) -> Evidence {
    #[allow(clippy::cast_precision_loss, reason = "at most 128 KiB of values")]
    let count = values.count as f64;
    let bits: Vec<(u32, f64)> = (1..=MOST).map(|columns| (columns, bits_per_value(values, columns))).collect();
    let of = |wanted: u32| bits.iter().find(|(columns, _)| *columns == wanted).map_or(0.0, |(_, bits)| *bits);
    let two = of(2);
    let bits_saved = bits.iter().map(|(columns, bits)| {
        // What must be saved per value to count at all, and what it costs in all if nothing speaks for or against.
        let (habit, rarer) = match columns {
            1 => (0.15, 6.0),
            2 => (0.0, 0.0),
            3 => (0.05, 5.0),
            4 => (0.05, 7.0),
            _ => (0.08, 10.0),
        };
        // Few values per column let each seem to have a pattern of its own.
        let habit = habit + f64::from(*columns) * 20.0 / count.max(1.0);
        let saved = two - bits;
        let total = if saved > habit { (saved - habit) * count } else { (saved + 0.03).min(0.0) * count };
        (*columns, total.clamp(-400.0, 400.0) - rarer)
    });
    Evidence { bits_saved: bits_saved.collect(), told: (of(1) - two).abs() > 0.1 && count >= 256.0 }
}

/// Counts of differences by sign and length in bits, and the bits below the leading one.
#[derive(Default)]
struct Differences {
    classes: Vec<u32>,
    rest: f64,
}

impl Differences {
    fn add(&mut self, a: i32, b: i32) {
        let difference = i64::from(a) - i64::from(b);
        let length = 64 - difference.unsigned_abs().leading_zeros();
        let class = usize::try_from(length * 2 + u32::from(difference < 0)).unwrap_or(0);
        self.classes.resize(130, 0);
        if let Some(n) = self.classes.get_mut(class) {
            *n += 1;
        }
        self.rest += f64::from(length.saturating_sub(1));
    }

    /// Bits per difference, infinite if there is none.
    fn bits(&self) -> f64 {
        let count: f64 = self.classes.iter().map(|n| f64::from(*n)).sum();
        if count == 0.0 { f64::INFINITY } else { (entropy_bits(&self.classes) + self.rest) / count }
    }
}

/// Bits to name each of the values, corrected for few values: the same on average however they are shared out.
fn entropy_bits(counts: &[u32]) -> f64 {
    let total: f64 = counts.iter().map(|n| f64::from(*n)).sum();
    let used = counts.iter().filter(|n| **n > 0).map(|n| f64::from(*n));
    let bits: f64 = used.map(|n| 0.5 * std::f64::consts::LOG2_E - n * (n / total).log2()).sum();
    if total == 0.0 { 0.0 } else { bits - 0.5 * std::f64::consts::LOG2_E }
}

/// Bits per value if the values alternate between `columns` columns, each told in the cheapest of three ways: by its
/// distribution, by the step from the row before, or by the step from its neighbour in the row.
fn bits_per_value(values: &Values, columns: u32) -> f64 {
    let k = usize::try_from(columns).unwrap_or(1).max(1);
    let mut bins = vec![vec![0u32; BINS]; k];
    let mut steps: Vec<Differences> = (0..k).map(|_| Differences::default()).collect();
    let mut across: Vec<Differences> = (0..k).map(|_| Differences::default()).collect();
    for (first, ranks) in &values.windows {
        let mut from_end = *first;
        for (i, rank) in ranks.iter().enumerate() {
            let column = usize::try_from(from_end % u64::from(columns.max(1))).unwrap_or(0);
            from_end = from_end.saturating_sub(1);
            if let Some(n) = bins.get_mut(column).and_then(|bins| bins.get_mut(values.bin(*rank))) {
                *n += 1;
            }
            let earlier = |lag: usize| i.checked_sub(lag).and_then(|j| ranks.get(j));
            if let (Some(before), Some(steps)) = (earlier(k), steps.get_mut(column)) {
                steps.add(*rank, *before);
            }
            // Counted from the end, column 0 is the first of its row.
            if let (true, Some(before), Some(across)) = (column > 0, earlier(1), across.get_mut(column)) {
                across.add(*rank, *before);
            }
        }
    }
    #[allow(clippy::cast_precision_loss, reason = "at most 128 KiB of values")]
    let below_bins = (values.count as f64 / 32.0).max(1.0).log2();
    let mut total = 0.0;
    let mut count = 0.0;
    for ((bins, steps), across) in bins.iter().zip(&steps).zip(&across) {
        let n: f64 = bins.iter().map(|n| f64::from(*n)).sum();
        if n > 0.0 {
            let marginal = entropy_bits(bins) / n + below_bins;
            total += n * marginal.min(steps.bits()).min(across.bits());
            count += n;
        }
    }
    if count == 0.0 { 0.0 } else { total / count }
}

/// Whether the file is one block of x and then one of y: the values' distribution changes at the half, and within
/// neither half. `rows` is the number of values in each half.
pub(super) fn is_planar(values: &Values, rows: u64) -> bool {
    let mut quarters = vec![vec![0u32; BINS]; 4];
    for (first, ranks) in &values.windows {
        let mut from_end = *first;
        for rank in ranks {
            // Values are counted from the end, starting at 1.
            let quarter = from_end.saturating_sub(1).saturating_mul(2).checked_div(rows.max(1)).unwrap_or(0);
            from_end = from_end.saturating_sub(1);
            let quarter = usize::try_from(quarter).ok().and_then(|quarter| quarters.get_mut(quarter));
            if let Some(n) = quarter.and_then(|bins| bins.get_mut(values.bin(*rank))) {
                *n += 1;
            }
        }
    }
    let [a, b, c, d] = quarters.as_slice() else {
        return false;
    };
    let join = |a: &[u32], b: &[u32]| a.iter().zip(b).map(|(a, b)| a + b).collect::<Vec<u32>>();
    let enough = [a, b, c, d].iter().all(|bins| bins.iter().sum::<u32>() >= 100);
    enough && gain(&join(a, b), &join(c, d)) > 0.3 && gain(a, b) < 0.05 && gain(c, d) < 0.05
}

/// Bits per value that are saved by telling two groups apart.
fn gain(a: &[u32], b: &[u32]) -> f64 {
    let both: Vec<u32> = a.iter().zip(b).map(|(a, b)| a + b).collect();
    let count: f64 = both.iter().map(|n| f64::from(*n)).sum();
    (entropy_bits(&both) - entropy_bits(a) - entropy_bits(b)) / count.max(1.0)
}
