//! Reading a table block by block on all cores, with progress and cancelling.

use std::num::NonZero;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use super::blocks::{BLOCK_BYTES, Block, Blocks};
use super::error::DataError;
use super::table::{Part, Table};

/// How far a pass has come, and whether it shall stop. Shared between the pass and whoever watches it.
#[derive(Debug)]
pub struct Progress {
    rows: AtomicU64,
    /// Passes over the same rows that follow one another, less one.
    further: AtomicU64,
    /// When to stop, in nanoseconds since `made`; 0 is at once.
    end: AtomicU64,
    made: Instant,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            rows: AtomicU64::new(0),
            further: AtomicU64::new(0),
            end: AtomicU64::new(u64::MAX),
            made: Instant::now(),
        }
    }
}

impl Progress {
    /// Rows read so far; where work takes several passes, each counts for its share of it.
    pub fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed) / (self.further.load(Ordering::Relaxed) + 1)
    }

    /// Starts again from zero rows, for the next pass.
    pub fn restart(&self) {
        self.restart_for(1);
    }

    /// Starts again from zero rows, for work that reads the same rows in so many passes.
    pub fn restart_for(&self, passes: u32) {
        self.further.store(u64::from(passes).saturating_sub(1), Ordering::Relaxed);
        self.rows.store(0, Ordering::Relaxed);
    }

    /// Asks the pass to stop at the next block.
    pub fn cancel(&self) {
        self.end.store(0, Ordering::Relaxed);
    }

    /// Asks the pass to stop at the first block after a moment.
    pub fn cancel_at(&self, moment: Instant) {
        let after = moment.saturating_duration_since(self.made).as_nanos();
        self.end.fetch_min(u64::try_from(after).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Whether the pass was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        match self.end.load(Ordering::Relaxed) {
            0 => true,
            u64::MAX => false,
            end => self.made.elapsed().as_nanos() >= u128::from(end),
        }
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
    let states = read((table, reading, progress), 0..blocks.len(), |i| blocks.get(i), make, work)?;
    note_walked(table);
    Ok(states)
}

/// Notes that all rows of a table were read, so that nobody asks for their pages again.
pub fn note_walked(table: &Table) {
    for column in table.parts().iter().flat_map(Part::stored) {
        // Interleaved columns lead through all of the file; planar ones do not.
        if let (Some(map), Some((_, len))) = (column.mapping(), column.extent(&(0..column.rows())))
            && len >= map.len() / 10 * 9
        {
            map.note_walked();
        }
    }
}

/// As [`read_blocks`], for the blocks of some steps of [`Blocks::spread`] only.
///
/// # Errors
/// As [`read_blocks`].
pub fn read_spread<S: Send>(
    table: &Table,
    reading: Reading,
    steps: Range<u64>,
    progress: &Progress,
    make: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &Part, &Block) + Sync,
) -> Result<Vec<S>, DataError> {
    let blocks = Blocks::of(table, reading.block_bytes);
    let work = |state: &mut S, part: &Part, block: &Block| {
        work(state, part, block);
        Ok(())
    };
    read((table, reading, progress), steps, |step| blocks.spread(step), make, work)
}

fn read<S: Send, E: From<DataError> + Send>(
    (table, reading, progress): (&Table, Reading, &Progress),
    steps: Range<u64>,
    block_of: impl Fn(u64) -> Option<Block> + Sync,
    make: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &Part, &Block) -> Result<(), E> + Sync,
) -> Result<Vec<S>, E> {
    let next = AtomicU64::new(steps.start);
    let failed = AtomicBool::new(false);
    let worker = || -> Result<S, E> {
        let mut state = make();
        loop {
            let step = next.fetch_add(1, Ordering::Relaxed);
            if step >= steps.end || failed.load(Ordering::Relaxed) {
                return Ok(state);
            }
            if progress.is_cancelled() {
                return Err(DataError::Cancelled.into());
            }
            let Some(block) = block_of(step) else { continue };
            let part = &table.parts()[block.part];
            for (map, extent) in part.stored().iter().filter_map(|c| Some((c.mapping()?, c.extent(&block.rows)?))) {
                map.prefault(extent.0, extent.1);
            }
            work(&mut state, part, &block).inspect_err(|_| failed.store(true, Ordering::Relaxed))?;
            for map in part.mappings() {
                map.check().inspect_err(|_| failed.store(true, Ordering::Relaxed))?;
            }
            progress.add(block.rows.end - block.rows.start);
        }
    };
    let threads = u64::try_from(reading.threads).unwrap_or(1).clamp(1, (steps.end - steps.start).max(1));
    thread::scope(|scope| {
        let spawned: Vec<_> = (1..threads)
            .map(|i| thread::Builder::new().name(format!("scumble-read-{i}")).spawn_scoped(scope, worker))
            .collect();
        // This thread works too, so that a pass goes on even where no thread can be had.
        let mut results = vec![worker()];
        for handle in spawned.into_iter().flatten() {
            results.push(handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        results.into_iter().collect()
    })
}
