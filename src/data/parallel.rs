//! Reading a table block by block on all cores, with progress and cancelling.

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use super::blocks::{BLOCK_BYTES, Block, Blocks};
use super::error::DataError;
use super::table::{Part, Table};

/// How far a pass has come, and whether it shall stop. Shared between the pass and whoever watches it.
#[derive(Debug, Default)]
pub struct Progress {
    rows: AtomicU64,
    cancelled: AtomicBool,
}

impl Progress {
    /// Rows read so far.
    pub fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    /// Starts again from zero rows, for the next pass.
    pub fn restart(&self) {
        self.rows.store(0, Ordering::Relaxed);
    }

    /// Asks the pass to stop at the next block.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether the pass was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Notes that more rows were read.
    pub fn add(&self, rows: u64) {
        self.rows.fetch_add(rows, Ordering::Relaxed);
    }
}

/// How many threads a pass may use, and how it cuts the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Number of threads, at least 1.
    pub threads: usize,
    /// Bytes in a block, about.
    pub block_bytes: u64,
}

impl Default for Reading {
    /// All cores, blocks of [`BLOCK_BYTES`].
    fn default() -> Self {
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        Self { threads, block_bytes: BLOCK_BYTES }
    }
}

/// Gives every block of `table` once to one of several workers, each with a state of its own, and returns the states.
///
/// A block whose bytes turn out to have vanished is an error: nothing that was made of it may be used.
///
/// # Errors
/// [`DataError::Cancelled`], or a file that shrank or could not be read.
pub fn read_blocks<S: Send>(
    table: &Table,
    reading: Reading,
    progress: &Progress,
    make: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &Part, &Block) + Sync,
) -> Result<Vec<S>, DataError> {
    try_read_blocks(table, reading, progress, make, |state, part, block| {
        work(state, part, block);
        Ok(())
    })
}

/// As [`read_blocks`], with work that can fail: the first failure ends the pass.
///
/// # Errors
/// What the work failed with, and as [`read_blocks`].
pub fn try_read_blocks<S: Send, E: From<DataError> + Send>(
    table: &Table,
    reading: Reading,
    progress: &Progress,
    make: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &Part, &Block) -> Result<(), E> + Sync,
) -> Result<Vec<S>, E> {
    let blocks = Blocks::of(table, reading.block_bytes);
    let next = AtomicU64::new(0);
    let failed = AtomicBool::new(false);
    let worker = || -> Result<S, E> {
        let mut state = make();
        while let Some(block) = blocks.get(next.fetch_add(1, Ordering::Relaxed)) {
            if progress.is_cancelled() {
                return Err(DataError::Cancelled.into());
            }
            if failed.load(Ordering::Relaxed) {
                break;
            }
            let part = &table.parts()[block.part];
            for (map, extent) in part.columns().iter().filter_map(|c| Some((c.mapping()?, c.extent(&block.rows)?))) {
                map.prefault(extent.0, extent.1);
            }
            work(&mut state, part, &block).inspect_err(|_| failed.store(true, Ordering::Relaxed))?;
            for map in part.mappings() {
                map.check().inspect_err(|_| failed.store(true, Ordering::Relaxed))?;
            }
            progress.add(block.rows.end - block.rows.start);
        }
        Ok(state)
    };
    let threads = u64::try_from(reading.threads).unwrap_or(1).clamp(1, blocks.len().max(1));
    thread::scope(|scope| {
        let spawned: Vec<_> = (1..threads)
            .map(|i| thread::Builder::new().name(format!("scumble-read-{i}")).spawn_scoped(scope, worker))
            .collect();
        // This thread works too, so that a pass goes on even where no thread can be had.
        let mut results = vec![worker()];
        for handle in spawned.into_iter().flatten() {
            results.push(handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        let states = results.into_iter().collect::<Result<_, E>>()?;
        for column in table.parts().iter().flat_map(Part::columns) {
            // Interleaved columns lead through all of the file; planar ones do not.
            if let (Some(map), Some((_, len))) = (column.mapping(), column.extent(&(0..column.rows())))
                && len >= map.len() / 10 * 9
            {
                map.note_walked();
            }
        }
        Ok(states)
    })
}
