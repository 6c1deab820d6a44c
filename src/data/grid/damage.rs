//! What was found damaged while a variable was read.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::Window;

/// The most chunks that are remembered; of more, nobody wants to know the number.
const MOST: usize = 1 << 16;

/// Damaged chunks, each counted once however often it is read.
#[derive(Debug, Default)]
pub struct Damage(Mutex<HashMap<Vec<u64>, u64>>);

impl Damage {
    /// Notes the chunk that a window lies in, of an array of a shape in chunks of so many cells.
    pub fn note(&self, window: &Window, chunk: &[u64], shape: &[u64]) {
        let index: Vec<u64> = window.iter().zip(chunk).map(|(range, len)| range.start / (*len).max(1)).collect();
        let lens = index.iter().zip(chunk).zip(shape).map(|((at, len), all)| (*len).min(all.saturating_sub(at * len)));
        let cells = lens.fold(1, u64::saturating_mul);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() < MOST {
            known.insert(index, cells);
        }
    }

    /// Cells of the chunks that were noted.
    pub fn cells(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }
}
