//! Variables at another step than their own: `step(v, 0)`, `diff(v)`.

use std::ops::Range;

use super::super::error::DataError;
use super::{Grids, Kind, Store, Variable, Window};

/// Which dimension of a variable holds its steps: time, else one that may grow, else the first of three or more that has no
/// coordinates.
pub fn step_dimension(grids: &Grids, variable: &Variable) -> Option<usize> {
    let dimensions: Vec<_> = grids.dimensions_of(variable).collect();
    let kind = |i: usize| dimensions[i].coordinates.as_ref().map(|coordinates| &coordinates.kind);
    let all = 0..dimensions.len();
    let is_time = |i: &usize| matches!(kind(*i), Some(Kind::Time(_)));
    let found = all.clone().find(is_time).or_else(|| all.clone().find(|i| dimensions[*i].is_unlimited));
    found.or_else(|| (dimensions.len() > 2 && kind(0).is_none()).then_some(0))
}

/// A variable whose every step is the same one.
#[derive(Debug)]
pub struct Fixed {
    /// The variable.
    pub inner: Variable,
    /// Which dimension holds the steps.
    pub at: usize,
    /// The step.
    pub step: u64,
}

/// A variable less what it was a step before.
#[derive(Debug)]
pub struct Difference {
    /// The variable.
    pub inner: Variable,
    /// Which dimension holds the steps.
    pub at: usize,
}

/// Reads a window step by step: `read` gives the cells of one, with that dimension of the window one cell long.
fn by_step(
    window: &Window,
    at: usize,
    out: &mut [f64],
    mut read: impl FnMut(&mut Vec<Range<u64>>, u64, &mut [f64]) -> Result<u64, DataError>,
) -> Result<u64, DataError> {
    let Some(range) = window.get(at).cloned().filter(|range| !range.is_empty()) else { return Ok(0) };
    let steps = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
    let mut one = window.to_vec();
    if steps == 1 {
        return read(&mut one, range.start, out);
    }
    let behind = window[at + 1..].iter().map(|range| range.end - range.start).product::<u64>();
    let behind = usize::try_from(behind).unwrap_or(usize::MAX).max(1);
    let mut part = vec![0.0; out.len() / steps];
    let mut unread = 0;
    for (number, step) in range.enumerate() {
        unread += read(&mut one, step, &mut part)?;
        for (run, values) in part.chunks_exact(behind).enumerate() {
            let start = (run * steps + number) * behind;
            out[start..start + behind].copy_from_slice(values);
        }
    }
    Ok(unread)
}

impl Store for Fixed {
    fn read(&self, window: &Window, out: &mut [f64]) -> Result<u64, DataError> {
        by_step(window, self.at, out, |one, _, part| {
            one[self.at] = self.step..self.step + 1;
            self.inner.read(one, part)
        })
    }

    fn chunk(&self) -> Vec<u64> {
        self.inner.store.chunk()
    }

    fn damaged(&self) -> u64 {
        self.inner.store.damaged()
    }
}

impl Store for Difference {
    fn read(&self, window: &Window, out: &mut [f64]) -> Result<u64, DataError> {
        by_step(window, self.at, out, |one, step, part| {
            let Some(before) = step.checked_sub(1) else {
                part.fill(f64::NAN);
                return Ok(0);
            };
            one[self.at] = before..step;
            let mut earlier = vec![0.0; part.len()];
            let mut unread = self.inner.read(one, &mut earlier)?;
            one[self.at] = step..step + 1;
            unread += self.inner.read(one, part)?;
            part.iter_mut().zip(&earlier).for_each(|(now, before)| *now -= before);
            Ok(unread)
        })
    }

    fn chunk(&self) -> Vec<u64> {
        self.inner.store.chunk()
    }

    fn damaged(&self) -> u64 {
        self.inner.store.damaged()
    }
}
