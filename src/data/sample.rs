//! A sample of a column: values from blocks spread over all of it, so that they are as good as drawn at random.

use std::ops::Range;

use super::blocks::{Block, Blocks};
use super::categories::{key_of_real, number};
use super::column::LaneKind;
use super::decode::{Kernel, Lane, LaneBuffer, vectorized};
use super::dtype::{Scalar, TimeUnit};
use super::error::DataError;
use super::expression::ranges::{ColumnRange, End};
use super::expression::{Moment, Place, Step};
use super::parallel::{Progress, Reading, read_spread};
use super::stats::Number;
use super::table::{Part, Table};

/// Steps of the spread order that are read, of [`BATCH`](super::decode::BATCH) rows each: half a million rows, 4 MiB of values.
const STEPS: u64 = 256;

/// How far from the middle half of the values one is far away, in widths of that.
const FAR: f64 = 10.0;

/// Values of a column, least first.
#[derive(Debug, Clone)]
pub struct ColumnSample {
    kind: LaneKind,
    time: Option<TimeUnit>,
    /// Keys of the values that are finite, which are ordered as these: lanes of integers, order keys of reals.
    keys: Vec<i64>,
    rows: u64,
    is_whole: bool,
}

/// What a worker has of its own.
struct State {
    kind: LaneKind,
    buffer: LaneBuffer,
    keys: Vec<i64>,
    rows: u64,
}

/// One batch for one worker.
struct AddBatch<'a> {
    state: &'a mut State,
    part: &'a Part,
    rows: &'a Range<u64>,
}

impl Kernel for AddBatch<'_> {
    #[inline(always)]
    fn run(self) {
        let State { kind, buffer, keys, rows } = self.state;
        let Some(column) = self.part.columns().first() else { return };
        *rows += self.rows.end - self.rows.start;
        match (buffer.decode(column, self.rows), *kind) {
            (Lane::F32(v), _) => {
                keys.extend(v.iter().filter(|v| v.is_finite()).map(|v| key_of_real(f64::from(*v))));
            }
            (Lane::F64(v), _) => keys.extend(v.iter().filter(|v| v.is_finite()).map(|v| key_of_real(*v))),
            (Lane::I64(v), LaneKind::I64 { missing, .. }) => {
                keys.extend(v.iter().filter(|v| Some(**v) != missing));
            }
            (Lane::I64(_), _) => {}
        }
    }
}

impl ColumnSample {
    /// A sample of the first column of a table, or all of it where that is little. Filters are not looked at.
    ///
    /// # Errors
    /// As [`read_blocks`](super::parallel::read_blocks); [`DataError::Empty`] without a column.
    pub fn of(table: &Table, threads: usize, progress: &Progress) -> Result<Self, DataError> {
        let column = table.column(0).ok_or(DataError::Empty)?;
        let (kind, scalar) = (column.kind(), column.dtype().scalar);
        // Blocks of one batch: as many places as can be.
        let reading = Reading { threads, block_bytes: 1 };
        let steps = Blocks::of(table, reading.block_bytes).steps();
        let make = || State { kind, buffer: LaneBuffer::new(kind), keys: Vec::new(), rows: 0 };
        let add = |state: &mut State, part: &Part, block: &Block| {
            for rows in block.batches() {
                vectorized(pulp::Arch::new(), AddBatch { state, part, rows: &rows });
            }
        };
        let states = read_spread(table, reading, 0..steps.min(STEPS), progress, make, add)?;
        let rows = states.iter().map(|state| state.rows).sum();
        let mut keys: Vec<i64> = states.into_iter().flat_map(|state| state.keys).collect();
        keys.sort_unstable();
        let time = if let Scalar::Time(unit) = scalar { Some(unit) } else { None };
        Ok(Self { kind, time, keys, rows, is_whole: steps <= STEPS })
    }

    /// Rows that were read.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Whether these are all rows there are.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Whether the values are moments.
    #[must_use]
    pub fn is_time(&self) -> bool {
        self.time.is_some()
    }

    /// Least and greatest of the values.
    #[must_use]
    pub fn ends(&self) -> Option<(Number, Number)> {
        Some((number(self.kind, *self.keys.first()?), number(self.kind, *self.keys.last()?)))
    }

    /// The least and the greatest value of those that are not far away from all others, as placeholders like -9999 are: between
    /// which places are counted. What lies beyond is as if it lay at the end.
    fn usual(&self) -> Option<(Number, Number)> {
        let (low, high) = self.ends()?;
        let skipped = self.keys.len() / 4;
        let at = |place: usize| self.keys.get(place).map(|key| number(self.kind, *key).to_f64());
        let (first, last) = (at(skipped)?, at(self.keys.len() - 1 - skipped)?);
        let far = (last - first) * FAR;
        if far <= 0.0 || !far.is_finite() {
            return Some((low, high));
        }
        let value = |key: &i64| number(self.kind, *key).to_f64();
        let least = self.keys.partition_point(|key| value(key) < first - far);
        let behind = self.keys.partition_point(|key| value(key) <= last + far);
        let end = |place: usize| self.keys.get(place).map(|key| number(self.kind, *key));
        Some((end(least)?, end(behind.checked_sub(1)?)?))
    }

    /// How many of the rows have a value in a range.
    #[must_use]
    pub fn rows_within(&self, range: ColumnRange) -> u64 {
        if range == ColumnRange::default() {
            return self.rows;
        }
        let below = |end: Number| self.keys.partition_point(|key| number(self.kind, *key).is_below(end));
        let upto = |end: Number| self.keys.partition_point(|key| !end.is_below(number(self.kind, *key)));
        let first = range.low.and_then(|end| self.number(end, true)).map_or(0, below);
        let last = range.high.and_then(|end| self.number(end, false)).map_or(self.keys.len(), upto);
        last.saturating_sub(first) as u64
    }

    /// How many values lie in each of some equally wide parts between the least and the greatest usual one; whole numbers get no more
    /// parts than there are of them.
    #[must_use]
    pub fn bins(&self, most: usize) -> Vec<u64> {
        let Some((low, high)) = self.usual() else { return Vec::new() };
        let count = match (low, high) {
            (Number::Integer(low), Number::Integer(high)) => {
                usize::try_from(high - low).map_or(most, |span| most.min(span.saturating_add(1)))
            }
            _ => most,
        };
        let count = count.max(1);
        #[expect(clippy::cast_precision_loss, reason = "a few hundred parts")]
        let is_before = |key: i64, part: usize| self.place(number(self.kind, key), true) * (count as f64) < part as f64;
        let end = |part: usize| match part {
            part if part == count => self.keys.len(),
            part => self.keys.partition_point(|key| is_before(*key, part)),
        };
        (0..count).map(|part| (end(part + 1) - end(part)) as u64).collect()
    }

    /// Where a value lies between the least usual one (0) and the greatest (1); `has_room` counts whole numbers as reaching to the next.
    fn place(&self, value: Number, has_room: bool) -> f64 {
        let Some((low, high)) = self.usual() else { return 0.0 };
        let share = match (low, high, value) {
            #[expect(clippy::cast_precision_loss, reason = "a place on a screen")]
            (Number::Integer(low), Number::Integer(high), Number::Integer(value)) => {
                (value - low) as f64 / (high - low + i128::from(has_room)) as f64
            }
            _ => {
                // Halved, as the width may be more than f64 holds.
                let [low, high, value] = [low, high, value].map(|number| number.to_f64() / 2.0);
                (value - low) / (high - low)
            }
        };
        if share.is_nan() { 0.5 } else { share.clamp(0.0, 1.0) }
    }

    /// Where an end of a range lies: 0 at the least value, 1 at the greatest.
    #[must_use]
    pub fn place_of(&self, end: Option<End>, is_low: bool) -> f64 {
        match end.and_then(|end| self.number(end, is_low)) {
            Some(number) => self.place(number, false),
            None => f64::from(u8::from(!is_low)),
        }
    }

    /// The end of a range at a place, with no more digits than a hand can mean; none where it would leave nothing out.
    #[must_use]
    pub fn end_at(&self, place: f64, is_low: bool) -> Option<End> {
        let (low, high) = self.usual()?;
        if (is_low && place <= 0.0) || (!is_low && place >= 1.0) || !(0.0..=1.0).contains(&place) {
            return None;
        }
        match (low, high) {
            (Number::Integer(low), Number::Integer(high)) => {
                #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "casts saturate")]
                let value = low + ((high - low) as f64 * place).round() as i128;
                let coarse = self.coarse((high - low) / 500);
                let value = (value + coarse / 2).div_euclid(coarse) * coarse;
                self.end(Number::Integer(value.clamp(low, high)))
            }
            _ => {
                let (low, high) = (low.to_f64(), high.to_f64());
                let value = low * (1.0 - place) + high * place;
                Some(End::Real(rounded(value, (high / 2.0 - low / 2.0) / 250.0).clamp(low, high)))
            }
        }
    }

    /// The largest step, among round ones, that is no larger than so many.
    fn coarse(&self, most: i128) -> i128 {
        const SECOND: i128 = 1_000_000_000_000_000_000;
        const PARTS: [i128; 8] = [86_400, 43_200, 21_600, 3600, 1800, 600, 60, 10];
        if let Some(Step::Attoseconds(each)) = self.time.map(Step::of) {
            let parts =
                PARTS.into_iter().map(|seconds| seconds * SECOND).chain((0..19).map(|n| SECOND / 10_i128.pow(n)));
            let mut steps = parts.filter(|part| part % each == 0).map(|part| part / each);
            return steps.find(|step| *step <= most).unwrap_or(1);
        }
        (0..38).map(|n| 10_i128.pow(n)).take_while(|step| *step <= most).last().unwrap_or(1)
    }

    /// A value of the column as an end of a range; none for times that cannot be written.
    #[must_use]
    pub fn end(&self, value: Number) -> Option<End> {
        match (value, self.time) {
            (Number::Integer(steps), Some(unit)) => Moment::of(steps, Step::of(unit)).map(End::Moment),
            (Number::Integer(v), None) => Some(End::Integer(v)),
            (Number::Real(v), _) => Some(End::Real(v)),
        }
    }

    /// The first value of the column in a range that begins with an end, or the last in one that ends with it; none for what
    /// is no end of values of this kind.
    #[must_use]
    pub fn number(&self, end: End, is_low: bool) -> Option<Number> {
        match (end, self.time) {
            (End::Moment(moment), Some(unit)) => {
                let Place { floor, rest } = moment.among(Step::of(unit))?;
                Some(Number::Integer(floor + i128::from(is_low && rest != 0)))
            }
            (End::Integer(v), None) => Some(Number::Integer(v)),
            (End::Real(v), None) => Some(Number::Real(v)),
            (End::Integer(_) | End::Real(_), Some(_)) | (End::Moment(_), None) => None,
        }
    }
}

/// A number with no more digits than tell it from others that are so far away.
fn rounded(value: f64, apart: f64) -> f64 {
    if !(apart.is_normal() && apart > 0.0 && value.is_finite()) {
        return value;
    }
    #[expect(clippy::cast_possible_truncation, reason = "the digits of an f64")]
    let place = apart.log10().floor() as i32;
    let digits = if value == 0.0 { 0.0 } else { value.abs().log10().floor() };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 17")]
    let digits = (digits - f64::from(place)).clamp(0.0, 17.0) as usize;
    let near = format!("{value:.digits$e}").parse().unwrap_or(value);
    // Less than a step from zero.
    if value.abs() < apart / 2.0 { 0.0 } else { near }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;
    use crate::data::dataset::Dataset;
    use crate::data::decode::BATCH;
    use crate::data::raw::RawSpec;

    fn sample(dtype: &str, bytes: &[u8]) -> ColumnSample {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let spec = RawSpec { dtype: Some(dtype.to_owned()), columns: Some(1), ..RawSpec::default() };
        let column = Dataset::open(file.path(), &spec).unwrap().columns().remove(0);
        let table = Table::new(vec![Part::new(vec![column]).unwrap()]).unwrap();
        ColumnSample::of(&table, 2, &Progress::default()).unwrap()
    }

    #[test]
    fn few_rows_are_read_in_full_and_counted_exactly() {
        let values = [3.0, f64::NAN, -1.0, 2.0, f64::INFINITY, 2.0, 0.0];
        let sample = sample("<f8", &values.into_iter().flat_map(f64::to_le_bytes).collect::<Vec<u8>>());
        assert!(sample.is_whole());
        assert_eq!(sample.ends(), Some((Number::Real(-1.0), Number::Real(3.0))));
        assert_eq!(sample.bins(4), [1, 1, 0, 3]);
        let within = |low: Option<f64>, high: Option<f64>| {
            sample.rows_within(ColumnRange { low: low.map(End::Real), high: high.map(End::Real) })
        };
        assert_eq!((within(None, None), within(Some(2.0), None), within(None, Some(2.0))), (7, 3, 4));
        assert_eq!((within(Some(-1.0), Some(3.0)), within(Some(2.5), Some(2.4))), (5, 0));
    }

    #[test]
    fn a_sorted_column_is_sampled_all_over() {
        let rows = 3_000_000_i32;
        let sample = sample("<i4", &(0..rows).flat_map(i32::to_le_bytes).collect::<Vec<u8>>());
        assert!(!sample.is_whole() && sample.rows() > 300_000 && sample.rows() <= STEPS * BATCH as u64);
        let bins = sample.bins(8);
        let fair = sample.rows() / 8;
        assert!(bins.iter().all(|n| n.abs_diff(fair) < fair / 10), "{bins:?}");
        let half = ColumnRange { low: None, high: Some(End::Integer(i128::from(rows / 2))) };
        assert!(sample.rows_within(half).abs_diff(sample.rows() / 2) < fair / 5);
    }

    #[test]
    fn times_get_moments_and_whole_numbers_whole_ends() {
        let day = 86_400_i64;
        let times: Vec<u8> = [i64::MIN, 0, 10 * day, 3000 * day].into_iter().flat_map(i64::to_le_bytes).collect();
        let sample = sample("<M8[s]", &times);
        let end = sample.end_at(0.5, true).unwrap();
        assert_eq!(end.to_string(), "'1974-02-09'");
        assert!((sample.place_of(Some(end), true) - 0.5).abs() < 1e-3);
        assert_eq!((sample.end_at(0.0, true), sample.end_at(1.0, false)), (None, None));
        assert_eq!(sample.number(End::parse("1970-01-01T00:00:00.5").unwrap(), true), Some(Number::Integer(1)));
        assert_eq!(sample.number(End::Integer(1), true), None);
        assert_eq!(sample.rows_within(ColumnRange { low: Some(end), high: None }), 1);
        let sample = self::sample("|u1", &[0, 7, 7, 9]);
        assert_eq!(sample.bins(100), [1, 0, 0, 0, 0, 0, 0, 2, 0, 1]);
        assert_eq!(sample.end_at(0.34, true), Some(End::Integer(3)));
    }

    #[test]
    fn placeholders_do_not_squeeze_the_others() {
        let bytes = |values: &[f64]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
        let with = |missing: i32| -> Vec<f64> {
            (0..1000).map(|i| if i < missing { -9999.0 } else { f64::from(i % 50) / 10.0 }).collect()
        };
        for missing in [5_u16, 200] {
            let found = sample("<f8", &bytes(&with(missing.into())));
            let missing = u64::from(missing);
            assert_eq!(found.ends(), Some((Number::Real(-9999.0), Number::Real(4.9))));
            let bins = found.bins(5);
            assert!(bins[0] >= missing + 150 && bins[1..].iter().all(|n| *n >= 150), "{bins:?}");
            let Some(End::Real(middle)) = found.end_at(0.5, true) else { panic!("an end") };
            assert!((middle - 2.45).abs() < 0.03, "{middle}");
            let of_end = |low| found.rows_within(ColumnRange { low, high: None });
            assert_eq!((of_end(found.end_at(0.0, true)), of_end(found.end_at(1e-9, true))), (1000, 1000 - missing));
        }
        // What is frequent is usual.
        assert_eq!(sample("<f8", &bytes(&with(400))).bins(5), [400, 0, 0, 0, 600]);
    }

    proptest! {
        #[test]
        fn ends_lie_where_they_were_put(low in -1e12..1e12, width in 1e-3..1e12, place in 0.01..0.99) {
            let sample = sample("<f8", &[low, low + width].into_iter().flat_map(f64::to_le_bytes).collect::<Vec<u8>>());
            let end = sample.end_at(place, true);
            prop_assert!((sample.place_of(end, true) - place).abs() < 0.01);
            prop_assert_eq!(end.map(|end| End::parse(&end.to_string()).unwrap()), end);
        }
    }
}
