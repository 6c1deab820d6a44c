//! Exact statistics of columns, streamed.

use std::ops::Range;

use super::column::{Column, LaneKind};
use super::decode::{Kernel, Lane, LaneBuffer, vectorized};
use super::error::DataError;
use super::parallel::{Progress, Reading, read_blocks};
use super::table::Table;

/// A value of a column, without loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// From an integer or time column.
    Integer(i128),
    /// From a real column.
    Real(f64),
}

impl Number {
    /// The nearest f64.
    #[expect(clippy::cast_precision_loss, reason = "the nearest f64 is what is asked for")]
    pub fn to_f64(self) -> f64 {
        match self {
            Self::Integer(i) => i as f64,
            Self::Real(r) => r,
        }
    }
}

/// What is known of a column after every row was read.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ColumnStats {
    /// Rows read.
    pub rows: u64,
    /// NaN and not-a-time rows.
    pub nan: u64,
    /// Rows of plus or minus infinity.
    pub infinite: u64,
    /// Least and greatest finite value.
    pub range: Option<(Number, Number)>,
    /// Least value above zero.
    pub min_positive: Option<Number>,
}

impl ColumnStats {
    /// Rows with a finite value.
    pub fn finite(&self) -> u64 {
        self.rows - self.nan - self.infinite
    }

    /// The largest absolute finite value; 0 where there is none.
    pub fn max_abs(&self) -> f64 {
        self.range.map_or(0.0, |(lo, hi)| lo.to_f64().abs().max(hi.to_f64().abs()))
    }
}

/// Running statistics over lanes; integers are kept as lanes, reals as f64.
#[derive(Debug, Clone, Copy)]
struct Running {
    rows: u64,
    nan: u64,
    infinite: u64,
    real: (f64, f64, f64),
    integer: (i64, i64, i64),
}

impl Running {
    const EMPTY: Self = Self {
        rows: 0,
        nan: 0,
        infinite: 0,
        real: (f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY),
        integer: (i64::MAX, i64::MIN, i64::MAX),
    };

    #[inline(always)]
    fn add(&mut self, lane: Lane<'_>, kind: LaneKind) {
        match lane {
            Lane::F32(v) => self.add_reals(v, |v| f64::from(*v)),
            Lane::F64(v) => self.add_reals(v, |v| *v),
            Lane::I64(v) => self.add_integers(v, kind),
        }
    }

    #[inline(always)]
    fn add_reals<T>(&mut self, values: &[T], real: impl Fn(&T) -> f64) {
        let (mut low, mut high, mut positive) = self.real;
        let (mut nan, mut infinite) = (0_u32, 0_u32);
        for v in values {
            let v = real(v);
            let finite = v.abs() < f64::INFINITY;
            nan += u32::from(v.is_nan());
            infinite += u32::from(v.abs() == f64::INFINITY);
            low = if finite && v < low { v } else { low };
            high = if finite && v > high { v } else { high };
            positive = if finite && v > 0.0 && v < positive { v } else { positive };
        }
        self.real = (low, high, positive);
        self.rows += values.len() as u64;
        self.nan += u64::from(nan);
        self.infinite += u64::from(infinite);
    }

    #[inline(always)]
    fn add_integers(&mut self, values: &[i64], kind: LaneKind) {
        let LaneKind::I64 { bias, missing, .. } = kind else { return };
        // The lane that stands for zero; biased lanes (u64) start at it.
        let zero = if bias == 0 { 0 } else { i64::MIN };
        let (mut low, mut high, mut positive) = self.integer;
        let mut nan = 0_u32;
        let absent = missing.unwrap_or(0);
        for &v in values {
            let is_missing = missing.is_some() & (v == absent);
            nan += u32::from(is_missing);
            low = if !is_missing && v < low { v } else { low };
            high = if !is_missing && v > high { v } else { high };
            positive = if !is_missing && v > zero && v < positive { v } else { positive };
        }
        self.integer = (low, high, positive);
        self.rows += values.len() as u64;
        self.nan += u64::from(nan);
    }

    fn merge(&mut self, other: &Self) {
        let three = |a: (f64, f64, f64), b: (f64, f64, f64)| (a.0.min(b.0), a.1.max(b.1), a.2.min(b.2));
        self.real = three(self.real, other.real);
        let (a, b) = (self.integer, other.integer);
        self.integer = (a.0.min(b.0), a.1.max(b.1), a.2.min(b.2));
        self.rows += other.rows;
        self.nan += other.nan;
        self.infinite += other.infinite;
    }

    fn finish(&self, kind: LaneKind) -> ColumnStats {
        let (range, min_positive) = match kind {
            LaneKind::I64 { bias, .. } => {
                let number = |lane: i64| Number::Integer(i128::from(lane) + bias);
                let (low, high, positive) = self.integer;
                let any_positive = high > if bias == 0 { 0 } else { i64::MIN };
                ((low <= high).then(|| (number(low), number(high))), any_positive.then(|| number(positive)))
            }
            LaneKind::F32 | LaneKind::F64 => {
                let (low, high, positive) = self.real;
                // −0.0 and +0.0 are one value; + 0.0 makes the first the second.
                let range = (low <= high).then(|| (Number::Real(low + 0.0), Number::Real(high + 0.0)));
                (range, positive.is_finite().then_some(Number::Real(positive)))
            }
        };
        ColumnStats { rows: self.rows, nan: self.nan, infinite: self.infinite, range, min_positive }
    }
}

/// Statistics of every column of `table`, in its order, from one pass over all rows.
///
/// # Errors
/// As [`read_blocks`].
pub fn column_stats(table: &Table, reading: Reading, progress: &Progress) -> Result<Vec<ColumnStats>, DataError> {
    let columns = table.parts().first().map_or(0, |p| p.columns().len());
    let kinds: Vec<LaneKind> = (0..columns).filter_map(|i| table.kind(i)).collect();
    let arch = pulp::Arch::new();
    let make = || -> Vec<(Running, LaneBuffer)> {
        kinds.iter().map(|kind| (Running::EMPTY, LaneBuffer::new(*kind))).collect()
    };
    let states = read_blocks(table, reading, progress, make, |state, part, block| {
        for batch in block.batches() {
            for ((column, kind), (running, buffer)) in part.columns().iter().zip(&kinds).zip(state.iter_mut()) {
                vectorized(arch, AddBatch { running, buffer, column, kind: *kind, rows: &batch });
            }
        }
    })?;
    let mut totals = vec![Running::EMPTY; columns];
    for state in &states {
        for (total, (running, _)) in totals.iter_mut().zip(state) {
            total.merge(running);
        }
    }
    Ok(totals.iter().zip(&kinds).map(|(total, kind)| total.finish(*kind)).collect())
}

/// One batch of one column.
struct AddBatch<'a> {
    running: &'a mut Running,
    buffer: &'a mut LaneBuffer,
    column: &'a Column,
    kind: LaneKind,
    rows: &'a Range<u64>,
}

impl Kernel for AddBatch<'_> {
    #[inline(always)]
    fn run(self) {
        self.running.add(self.buffer.decode(self.column, self.rows), self.kind);
    }
}
