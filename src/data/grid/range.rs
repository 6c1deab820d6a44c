//! The least and greatest value of a field over all of its steps, streamed.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::super::error::DataError;
use super::super::parallel::Progress;
use super::Field;

/// Most cells that a thread reads at a time.
const CELLS: u64 = 1 << 19;

/// About how many cells are lost of a pass that is stopped.
const TOGETHER: u64 = 1 << 23;

/// The ends of a field's values.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Extremes {
    /// Least and greatest finite value.
    pub all: Option<(f64, f64)>,
    /// The same of values above zero.
    pub positive: Option<(f64, f64)>,
}

impl Extremes {
    fn note(&mut self, value: f64) {
        let wider = |ends: Option<(f64, f64)>| {
            Some(ends.map_or((value, value), |(low, high)| (value.min(low), value.max(high))))
        };
        self.all = wider(self.all);
        if value > 0.0 {
            self.positive = wider(self.positive);
        }
    }

    fn with(self, other: Self) -> Self {
        let join = |a: Option<(f64, f64)>, b: Option<(f64, f64)>| match (a, b) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        Self { all: join(self.all, other.all), positive: join(self.positive, other.positive) }
    }
}

/// What is known of a field already: extremes without some special values, of so many of its first steps.
#[derive(Debug, Default)]
pub(super) struct Known(Mutex<Vec<(Vec<u64>, u64, Extremes)>>);

impl Field {
    /// The extremes of all cells of all steps, but for some special values. A pass over the data, the first time; one that
    /// was stopped is gone on with.
    ///
    /// # Errors
    /// Data that cannot be read, [`DataError::Cancelled`].
    pub fn extremes(&self, special: &[f64], threads: usize, progress: &Progress) -> Result<Extremes, DataError> {
        let key: Vec<u64> = special.iter().map(|value| value.to_bits()).collect();
        let known = || self.known.0.lock().unwrap_or_else(PoisonError::into_inner);
        let begun = known().iter().find(|(special, ..)| *special == key).map(|(_, steps, found)| (*steps, *found));
        let (mut next, mut found) = begun.unwrap_or_default();
        progress.add(next.saturating_mul(self.cells()));
        let together = (TOGETHER / self.cells().max(1)).max(1);
        while next < self.steps() {
            let end = next.saturating_add(together).min(self.steps());
            found = found.with(self.extremes_of(next..end, special, threads, progress)?);
            next = end;
            let mut known = known();
            match known.iter_mut().find(|(special, ..)| *special == key) {
                Some((_, steps, extremes)) => (*steps, *extremes) = (next, found),
                None => known.push((key.clone(), next, found)),
            }
        }
        Ok(found)
    }

    /// Those of some steps.
    fn extremes_of(
        &self,
        steps: Range<u64>,
        special: &[f64],
        threads: usize,
        progress: &Progress,
    ) -> Result<Extremes, DataError> {
        let note = |found: &mut Extremes, cells: &[f64]| {
            cells.iter().filter(|value| value.is_finite()).for_each(|value| found.note(*value));
        };
        self.fold_steps(steps, special, threads, progress, (Extremes::default, note, Extremes::with))
    }

    /// What is to be gathered from all cells of all steps: begun by each thread, gathered from some cells, and joined with that
    /// of other threads. Special values are NaN. A pass over the data.
    ///
    /// # Errors
    /// Data that cannot be read, [`DataError::Cancelled`].
    pub fn fold<T: Send>(
        &self,
        special: &[f64],
        threads: usize,
        progress: &Progress,
        gather: (impl Fn() -> T + Sync, impl Fn(&mut T, &[f64]) + Sync, impl Fn(T, T) -> T),
    ) -> Result<T, DataError> {
        self.fold_steps(0..self.steps(), special, threads, progress, gather)
    }

    fn fold_steps<T: Send>(
        &self,
        steps: Range<u64>,
        special: &[f64],
        threads: usize,
        progress: &Progress,
        (start, note, join): (impl Fn() -> T + Sync, impl Fn(&mut T, &[f64]) + Sync, impl Fn(T, T) -> T),
    ) -> Result<T, DataError> {
        let [width, height] = self.shape();
        let rows = (CELLS / width.max(1)).max(self.rows_together()).clamp(1, height.max(1));
        let (across, next) = (height.div_ceil(rows), AtomicU64::new(0));
        let work = || -> Result<T, DataError> {
            let (mut found, mut cells) = (start(), Vec::new());
            loop {
                let block = next.fetch_add(1, Ordering::Relaxed);
                if block >= across.saturating_mul(steps.end - steps.start) {
                    return Ok(found);
                }
                if progress.is_cancelled() {
                    return Err(DataError::Cancelled);
                }
                let (step, first) = (steps.start + block / across, block % across * rows);
                let lines = first..(first + rows).min(height);
                let count = (lines.end - lines.start) * width;
                cells.resize(usize::try_from(count).unwrap_or(usize::MAX), 0.0);
                self.read(step, 0..width, lines, &mut cells)?;
                if !special.is_empty() {
                    cells.iter_mut().filter(|value| special.contains(value)).for_each(|value| *value = f64::NAN);
                }
                note(&mut found, &cells);
                progress.add(count);
            }
        };
        thread::scope(|scope| {
            let others: Vec<_> = (1..threads.max(1)).map(|_| scope.spawn(work)).collect();
            let failed = || DataError::Grid("a thread that read cells failed".to_owned());
            let mut found = work()?;
            for other in others {
                found = join(found, other.join().map_err(|_| failed())??);
            }
            Ok(found)
        })
    }

    /// Whether this is the same field as another, or was made of it.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.known, &other.known)
    }
}
