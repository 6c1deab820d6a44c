//! The nine-point smoother of forecast charts, with the weights of NCL's `smth9` (p = 0.5, q = 0.25):
//! f + p/4 · (n + s + w + e − 4 f) + q/4 · (nw + ne + sw + se − 4 f).
//!
//! As in NCL, cells at the edge stay as they are, and so do those that have a missing one about them.

use std::ops::Range;

use super::super::error::DataError;
use super::{Grids, Kind, Store, Variable, Window, cells};

/// How often a variable may be smoothed: each time needs one more row of cells around what is read.
pub const MOST_ROUNDS: u64 = 1000;

/// A variable, smoothed.
#[derive(Debug)]
pub struct Smoothed {
    inner: Variable,
    /// The dimensions that are smoothed over, the slower first, and their lengths.
    over: [(usize, u64); 2],
    rounds: u64,
}

impl Smoothed {
    /// A variable smoothed so many times over latitude and longitude, or over its last two dimensions.
    pub fn new(grids: &Grids, inner: &Variable, rounds: u64) -> Self {
        let dimensions: Vec<_> = grids.dimensions_of(inner).collect();
        let is_level = |i: &usize| {
            let kind = dimensions[*i].coordinates.as_ref().map(|coordinates| &coordinates.kind);
            matches!(kind, Some(Kind::Longitude | Kind::Latitude | Kind::X | Kind::Y))
        };
        let level: Vec<usize> = (0..dimensions.len()).filter(is_level).collect();
        let count = dimensions.len();
        let over = match level.as_slice() {
            [a, b] => [*a, *b],
            _ => [count.saturating_sub(2), count.saturating_sub(1)],
        };
        Self { inner: inner.clone(), over: over.map(|i| (i, dimensions.get(i).map_or(0, |known| known.len))), rounds }
    }
}

impl Store for Smoothed {
    fn read(&self, window: &Window, out: &mut [f64]) -> Result<u64, DataError> {
        let [(slow, rows), (fast, columns)] = self.over;
        if slow == fast || window.is_empty() {
            return self.inner.read(window, out);
        }
        let wider = |range: &Range<u64>, len: u64| {
            range.start.saturating_sub(self.rounds)..range.end.saturating_add(self.rounds).min(len)
        };
        // Any further dimension a cell at a time, so that no more is held than two planes.
        let mut plane: Vec<Range<u64>> = window.to_vec();
        (plane[slow], plane[fast]) = (wider(&window[slow], rows), wider(&window[fast], columns));
        let mut unread = 0;
        let strides = strides(window);
        let mut place: Vec<u64> = window.iter().map(|range| range.start).collect();
        loop {
            for (i, range) in plane.iter_mut().enumerate() {
                if i != slow && i != fast {
                    *range = place[i]..place[i] + 1;
                }
            }
            let count = cells(&plane).and_then(|count| usize::try_from(count).ok());
            let mut values = vec![0.0; count.ok_or_else(|| DataError::Grid("a window is too large".to_owned()))?];
            unread += self.inner.read(&plane, &mut values)?;
            let width = usize::try_from(plane[fast].end - plane[fast].start).unwrap_or(1);
            for _ in 0..self.rounds {
                smooth(&mut values, width);
            }
            let base: usize = (0..window.len())
                .filter(|i| *i != slow && *i != fast)
                .map(|i| usize::try_from(place[i] - window[i].start).unwrap_or(0) * strides[i])
                .sum();
            for row in window[slow].clone() {
                for column in window[fast].clone() {
                    let at = |here: u64, range: &Range<u64>| usize::try_from(here - range.start).unwrap_or(0);
                    let from = at(row, &plane[slow]) * width + at(column, &plane[fast]);
                    let to = base + at(row, &window[slow]) * strides[slow] + at(column, &window[fast]) * strides[fast];
                    out[to] = values[from];
                }
            }
            let mut further = (0..window.len()).rev().filter(|i| *i != slow && *i != fast);
            let next = further.find(|i| {
                place[*i] += 1;
                let is_within = place[*i] < window[*i].end;
                if !is_within {
                    place[*i] = window[*i].start;
                }
                is_within
            });
            if next.is_none() {
                return Ok(unread);
            }
        }
    }

    fn chunk(&self) -> Vec<u64> {
        // What lies around a window is read with it, so windows are best much larger than that.
        let mut chunk = self.inner.store.chunk();
        for (i, len) in self.over {
            chunk[i] = chunk[i].max(self.rounds.saturating_mul(16).min(len));
        }
        chunk
    }

    fn damaged(&self) -> u64 {
        self.inner.store.damaged()
    }
}

/// How far apart cells of a window lie along each dimension.
fn strides(window: &Window) -> Vec<usize> {
    let mut apart = 1;
    let mut found: Vec<usize> = window
        .iter()
        .rev()
        .map(|range| {
            let stride = apart;
            apart *= usize::try_from(range.end - range.start).unwrap_or(1);
            stride
        })
        .collect();
    found.reverse();
    found
}

/// Smooths a plane once.
pub(super) fn smooth(values: &mut [f64], width: usize) {
    const P: f64 = 0.5;
    const Q: f64 = 0.25;
    let height = values.len() / width.max(1);
    if width < 3 || height < 3 {
        return;
    }
    // Of the rows above, as they were.
    let mut before = values[..width].to_vec();
    let mut own = vec![0.0; width];
    for row in 1..height - 1 {
        own.copy_from_slice(&values[row * width..(row + 1) * width]);
        let (upper, lower) = values.split_at_mut((row + 1) * width);
        let (out, below) = (&mut upper[row * width..], &lower[..width]);
        for i in 1..width - 1 {
            let cross = before[i] + below[i] + own[i - 1] + own[i + 1];
            let corners = before[i - 1] + before[i + 1] + below[i - 1] + below[i + 1];
            let smoothed = own[i] + P / 4.0 * (cross - 4.0 * own[i]) + Q / 4.0 * (corners - 4.0 * own[i]);
            out[i] = if smoothed.is_nan() { own[i] } else { smoothed };
        }
        std::mem::swap(&mut before, &mut own);
    }
}
