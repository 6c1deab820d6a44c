//! Statistics of one column while they are gathered.

use crate::data::column::LaneKind;
use crate::data::decode::Lane;
use crate::data::expression::Known;

use super::{ColumnStats, Number};

/// Running ends are kept in so many lanes, all in integers: so the loops become vectors.
const LANES: usize = 16;

/// Least, greatest and least positive order key in each lane.
struct Ends<K> {
    low: [K; LANES],
    high: [K; LANES],
    positive: [K; LANES],
}

/// Bits of plus infinity; those of NaN, without the sign, are above.
const INFINITE_F32: i32 = f32::INFINITY.to_bits().cast_signed();
/// See [`INFINITE_F32`].
const INFINITE_F64: i64 = f64::INFINITY.to_bits().cast_signed();

/// Signed order key of an f64: keys compare as values do, −0.0 just below +0.0 (key 0).
#[inline(always)]
pub fn f64_order(v: f64) -> i64 {
    let bits = v.to_bits().cast_signed();
    bits ^ ((bits >> 63) & i64::MAX)
}

/// The value of a key made by [`f64_order`].
pub fn f64_of_order(key: i64) -> f64 {
    f64::from_bits((key ^ ((key >> 63) & i64::MAX)).cast_unsigned())
}

/// As [`f64_of_order`], for the same kind of key of an f32.
fn f32_of_order(key: i32) -> f32 {
    f32::from_bits((key ^ ((key >> 31) & i32::MAX)).cast_unsigned())
}

/// Running statistics over lanes.
#[derive(Debug, Clone, Copy)]
pub struct Running {
    rows: u64,
    nan: u64,
    infinite: u64,
    /// Least, greatest and least positive value, as order keys for reals and as lanes for integers: the compiler makes
    /// vectors of integer minima, not of real ones.
    ends: (i64, i64, i64),
}

impl Running {
    pub const EMPTY: Self = Self { rows: 0, nan: 0, infinite: 0, ends: (i64::MAX, i64::MIN, i64::MAX) };

    #[inline(always)]
    pub fn add(&mut self, lane: Lane<'_>, kind: LaneKind) {
        match lane {
            Lane::F32(v) => self.add_f32(v),
            Lane::F64(v) => self.add_f64(v),
            Lane::I64(v) => self.add_integers(v, kind),
        }
    }

    #[inline(always)]
    fn add_f32(&mut self, values: &[f32]) {
        // Widened, each end stands for itself or for "none".
        let wide =
            |key: i32, none: i32, no: i64| if key == none { no } else { f64_order(f64::from(f32_of_order(key))) };
        let (some, rest) = values.as_chunks::<LANES>();
        let mut ends = Ends::<i32> { low: [i32::MAX; LANES], high: [i32::MIN; LANES], positive: [i32::MAX; LANES] };
        let mut largest = [0; LANES];
        // First as if all were finite, which most batches are.
        for values in some {
            for i in 0..LANES {
                let bits = values[i].to_bits().cast_signed();
                let key = bits ^ ((bits >> 31) & i32::MAX);
                largest[i] = largest[i].max(bits & i32::MAX);
                ends.low[i] = ends.low[i].min(key);
                ends.high[i] = ends.high[i].max(key);
                ends.positive[i] = ends.positive[i].min(if key > 0 { key } else { i32::MAX });
            }
        }
        let (mut nan, mut infinite) = ([0; LANES], [0; LANES]);
        if largest.into_iter().any(|size| size >= INFINITE_F32) {
            ends = Ends { low: [i32::MAX; LANES], high: [i32::MIN; LANES], positive: [i32::MAX; LANES] };
            for values in some {
                for i in 0..LANES {
                    let bits = values[i].to_bits().cast_signed();
                    let (key, size) = (bits ^ ((bits >> 31) & i32::MAX), bits & i32::MAX);
                    nan[i] += u32::from(size > INFINITE_F32);
                    infinite[i] += u32::from(size == INFINITE_F32);
                    let finite = size < INFINITE_F32;
                    let least = if finite { key } else { i32::MAX };
                    ends.low[i] = ends.low[i].min(least);
                    ends.high[i] = ends.high[i].max(if finite { key } else { i32::MIN });
                    ends.positive[i] = ends.positive[i].min(if least > 0 { least } else { i32::MAX });
                }
            }
        }
        let least = |keys: [i32; LANES]| wide(keys.into_iter().fold(i32::MAX, i32::min), i32::MAX, i64::MAX);
        let greatest = wide(ends.high.into_iter().fold(i32::MIN, i32::max), i32::MIN, i64::MIN);
        self.widen((least(ends.low), greatest, least(ends.positive)));
        self.note(some.len() * LANES, nan.iter().sum(), infinite.iter().sum());
        for v in rest {
            self.add_one(f64::from(*v));
        }
    }

    #[inline(always)]
    fn add_f64(&mut self, values: &[f64]) {
        let (some, rest) = values.as_chunks::<LANES>();
        let mut ends = Ends::<i64> { low: [i64::MAX; LANES], high: [i64::MIN; LANES], positive: [i64::MAX; LANES] };
        let mut largest = [0; LANES];
        for values in some {
            for i in 0..LANES {
                let key = f64_order(values[i]);
                largest[i] = largest[i].max(values[i].to_bits().cast_signed() & i64::MAX);
                ends.low[i] = ends.low[i].min(key);
                ends.high[i] = ends.high[i].max(key);
                ends.positive[i] = ends.positive[i].min(if key > 0 { key } else { i64::MAX });
            }
        }
        let (mut nan, mut infinite) = ([0; LANES], [0; LANES]);
        if largest.into_iter().any(|size| size >= INFINITE_F64) {
            ends = Ends { low: [i64::MAX; LANES], high: [i64::MIN; LANES], positive: [i64::MAX; LANES] };
            for values in some {
                for i in 0..LANES {
                    let (key, size) = (f64_order(values[i]), values[i].to_bits().cast_signed() & i64::MAX);
                    nan[i] += u32::from(size > INFINITE_F64);
                    infinite[i] += u32::from(size == INFINITE_F64);
                    let finite = size < INFINITE_F64;
                    let least = if finite { key } else { i64::MAX };
                    ends.low[i] = ends.low[i].min(least);
                    ends.high[i] = ends.high[i].max(if finite { key } else { i64::MIN });
                    ends.positive[i] = ends.positive[i].min(if least > 0 { least } else { i64::MAX });
                }
            }
        }
        let least = |keys: [i64; LANES]| keys.into_iter().fold(i64::MAX, i64::min);
        self.widen((least(ends.low), ends.high.into_iter().fold(i64::MIN, i64::max), least(ends.positive)));
        self.note(some.len() * LANES, nan.iter().sum(), infinite.iter().sum());
        for v in rest {
            self.add_one(*v);
        }
    }

    /// One value: what is left over of a batch.
    fn add_one(&mut self, v: f64) {
        if v.is_finite() {
            let key = f64_order(v);
            self.widen((key, key, if key > 0 { key } else { i64::MAX }));
        }
        self.note(1, u32::from(v.is_nan()), u32::from(v.is_infinite()));
    }

    #[inline(always)]
    fn widen(&mut self, ends: (i64, i64, i64)) {
        let (a, b) = (self.ends, ends);
        self.ends = (a.0.min(b.0), a.1.max(b.1), a.2.min(b.2));
    }

    /// Notes rows whose values change no end.
    #[inline(always)]
    pub fn note(&mut self, rows: usize, nan: u32, infinite: u32) {
        self.rows += rows as u64;
        self.nan += u64::from(nan);
        self.infinite += u64::from(infinite);
    }

    #[inline(always)]
    fn add_integers(&mut self, values: &[i64], kind: LaneKind) {
        let LaneKind::I64 { bias, missing, .. } = kind else { return };
        // The lane that stands for zero; biased lanes (u64) start at it.
        let zero = if bias == 0 { 0 } else { i64::MIN };
        let (mut low, mut high, mut positive) = (i64::MAX, i64::MIN, i64::MAX);
        let mut nan = 0_u32;
        let absent = missing.unwrap_or(0);
        for &v in values {
            let is_missing = missing.is_some() & (v == absent);
            nan += u32::from(is_missing);
            low = if !is_missing && v < low { v } else { low };
            high = if !is_missing && v > high { v } else { high };
            positive = if !is_missing && v > zero && v < positive { v } else { positive };
        }
        self.widen((low, high, positive));
        self.note(values.len(), nan, 0);
    }

    pub fn merge(&mut self, other: &Self) {
        self.widen(other.ends);
        self.rows += other.rows;
        self.nan += other.nan;
        self.infinite += other.infinite;
    }

    pub fn finish(&self, kind: LaneKind) -> ColumnStats {
        let (low, high, positive) = self.ends;
        let number = |end: i64| match kind {
            LaneKind::I64 { bias, .. } => Number::Integer(i128::from(end) + bias),
            // −0.0 and +0.0 are one value; + 0.0 makes the first the second.
            LaneKind::F32 | LaneKind::F64 => Number::Real(f64_of_order(end) + 0.0),
        };
        let range = (low <= high).then(|| (number(low), number(high)));
        let zero = if matches!(kind, LaneKind::I64 { bias, .. } if bias != 0) { i64::MIN } else { 0 };
        let min_positive = (low <= high && high > zero).then(|| number(positive));
        let (rows, nan, infinite) = (self.rows, self.nan, self.infinite);
        ColumnStats { rows, nan, infinite, range, min_positive, ..ColumnStats::default() }
    }
}

impl Running {
    /// The ends of real numbers so far.
    pub fn known(&self, kind: LaneKind) -> Option<Known> {
        let (low, high, positive) = self.ends;
        let least_positive = if positive == i64::MAX { f64::INFINITY } else { f64_of_order(positive) };
        let known = Known { low: f64_of_order(low), high: f64_of_order(high), least_positive };
        (low <= high && kind == LaneKind::F64).then_some(known)
    }

    /// Adds the values whose row is kept.
    #[inline(always)]
    pub fn add_kept(&mut self, lane: Lane<'_>, kind: LaneKind, keep: &[bool], kept: &mut Kept) {
        let missing = match kind {
            LaneKind::I64 { missing, .. } => missing,
            LaneKind::F32 | LaneKind::F64 => None,
        };
        let (lane, left_out) = match lane {
            Lane::F32(v) => {
                let (v, left_out) = covered(v, keep, |v| v.is_finite(), &mut kept.f32);
                (Lane::F32(v), left_out)
            }
            Lane::F64(v) => {
                let (v, left_out) = covered(v, keep, |v| v.is_finite(), &mut kept.f64);
                (Lane::F64(v), left_out)
            }
            Lane::I64(v) => {
                let (v, left_out) = covered(v, keep, |v| missing != Some(*v), &mut kept.i64);
                (Lane::I64(v), left_out)
            }
        };
        self.add(lane, kind);
        self.rows -= left_out;
    }
}

/// Room for the values of a batch that a filter keeps.
#[derive(Default)]
pub struct Kept {
    f32: Vec<f32>,
    f64: Vec<f64>,
    i64: Vec<i64>,
}

/// The values with those that are not kept replaced by one that is, which changes no end; and how many were replaced.
#[inline(always)]
fn covered<'a, T: Copy>(
    values: &[T],
    keep: &[bool],
    is_finite: impl Fn(&T) -> bool,
    into: &'a mut Vec<T>,
) -> (&'a [T], u64) {
    into.clear();
    let pairs = values.iter().zip(keep);
    match pairs.clone().find(|(v, keep)| **keep && is_finite(v)) {
        Some((cover, _)) => {
            // Copied: else the compiler chooses between places, and gathers what is there.
            let cover = *cover;
            into.extend(pairs.clone().map(|(v, keep)| {
                let v = *v;
                if *keep { v } else { cover }
            }));
            let left_out: u32 = keep.iter().map(|keep| u32::from(!*keep)).sum();
            (into, left_out.into())
        }
        // Nothing to cover with: only what is not finite, if anything, is kept.
        None => {
            into.extend(pairs.filter(|(_, keep)| **keep).map(|(v, _)| *v));
            (into, 0)
        }
    }
}
