//! Fields of cells that lie anywhere in longitude and latitude, on pixels, by the same words as on axes: a cell so wide that
//! about a pixel fits into it has the pixels whose middle lies in it; a pixel whose middle lies in a smaller one, or in none,
//! has of each of those that it sees the share that they cover (in none: of the small ones).
//!
//! What a pixel sees depends on grid and view, not on the step: the [`Footprint`] is found once, forward from the cells, and
//! stays with the mesh. Of each step, slabs of cells are read, in the order of the file; the cells of a slab are added to
//! bands of pixels, each by one thread, so that sums come about in the same order whatever the number of threads.
//!
//! | file | what it holds |
//! | --- | --- |
//! | [`mod@lens`] | from longitude and latitude to pixels, at every turn that is in view |
//! | [`mod@polygon`] | which pixel centers lie in a polygon, and how much of each pixel it covers |
//! | [`mod@footprint`] | the cells that each pixel sees, with their weights |
//! | [`mod@between`] | bilinear values between centers |
//! | [`mod@nodes`] | centers in view, along which contour lines are traced |

mod between;
mod footprint;
mod lens;
mod nodes;
mod polygon;

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::aggregate::{Accounting, EngineError, MISSING, Rest, Values, is_missing};
use crate::data::DataError;
use crate::data::grid::mesh::TILE_ROWS;
use crate::data::grid::{Field, Mesh};
use crate::data::parallel::Progress;
use crate::plan::FramePlan;
use crate::scene::mark::Sampling;
use crate::scene::reduction::Statistic;
use crate::scene::style::SpecialValues;

use super::pixel::{Pixel, Share, marked};
use footprint::{Entries, Footprint, Key, Slab};
pub use nodes::mesh_cells;

/// Cells of a slab, about.
const CELLS: u64 = 1 << 17;
/// Most cells of a slab where a file keeps them in larger chunks.
const CHUNKS: u64 = 1 << 22;
/// Cells of slabs that are worked on together.
const TOGETHER: usize = 1 << 18;
/// Most pixels that are worked out at a time.
const PIXELS: usize = 1 << 21;
/// Footprints that are kept of a mesh.
const KEPT: usize = 4;

/// A step of a field and what is made of it.
pub struct Shown<'a> {
    pub field: &'a Field,
    pub mesh: &'a Arc<Mesh>,
    pub step: u64,
    pub sampling: Sampling,
    pub statistic: Statistic,
    pub threads: usize,
    pub special: SpecialValues,
}

/// Some rows of pixels, the lowest first, handed to `take` a few at a time.
pub fn mesh_lines(
    shown: &Shown<'_>,
    plan: &FramePlan,
    lines: Range<u32>,
    progress: &Progress,
    take: &mut dyn FnMut(Values),
) -> Result<Accounting, EngineError> {
    let width = plan.view.x.pixels.max(1);
    let lines = lines.start..lines.end.min(plan.view.y.pixels);
    let most = u32::try_from(PIXELS).unwrap_or(u32::MAX) / width;
    let (mut seen, mut missing) = (0, 0);
    for first in lines.clone().step_by(most.max(1) as usize) {
        let band = first..lines.end.min(first.saturating_add(most.max(1)));
        let (values, counted) = shown.band(plan, band, progress)?;
        (seen, missing) = (seen + counted[0], missing + counted[1]);
        take(Values::Real(values));
    }
    // Cells without a place are in no view, and not finite, as rows of tables are.
    let unplaced = if lines.start == 0 { shown.mesh.unplaced() } else { 0 };
    let outside = shown.field.cells().saturating_sub(seen + unplaced);
    let rest = Rest { outside, not_finite: missing + unplaced, filtered: 0 };
    Ok(Accounting::new(seen - missing, rest))
}

/// A slab that was read, with what pixels see of it.
struct Read {
    cells: Vec<f64>,
    entries: Arc<Entries>,
    /// Cells that are seen, and how many of them are missing.
    counted: [u64; 2],
}

/// The weight of a pixel that sees no cell. To add 0 for a missing cell makes a plain zero of it.
const UNSEEN: f64 = -0.0;

/// Pixels, and what of them is special, if anything may be.
struct Sums {
    pixels: Vec<Pixel>,
    shares: Vec<Share>,
}

impl Shown<'_> {
    /// Rows of cells that are read together.
    fn rows(&self) -> usize {
        let [width, height] = self.field.shape();
        let width = width.max(1);
        let rows = (CELLS / width).max(self.field.rows_together().min(CHUNKS / width)).clamp(1, height.max(1));
        let rows = usize::try_from(rows).unwrap_or(usize::MAX);
        // Whole tiles, unless they are very long.
        if width * (TILE_ROWS as u64) <= CHUNKS { rows.next_multiple_of(TILE_ROWS) } else { rows }
    }

    /// What pixels see, as it is known from an earlier step, or found now.
    fn footprint(
        &self,
        plan: &FramePlan,
        lines: Range<u32>,
        progress: &Progress,
    ) -> Result<Arc<Footprint>, EngineError> {
        let key = Key::new(plan, self.sampling, lines, self.rows());
        if let Some(known) = self.mesh.kept(|known: &Footprint| known.key == key) {
            return Ok(known);
        }
        let each = |count: usize, work: &(dyn Fn(usize) + Sync)| self.each(count, progress, work);
        let made = Arc::new(Footprint::new(self.mesh, plan, key, &each)?);
        self.mesh.keep(Arc::clone(&made), KEPT);
        Ok(made)
    }

    /// Does work for all numbers up to some count, on all threads.
    fn each(&self, count: usize, progress: &Progress, work: &(dyn Fn(usize) + Sync)) -> Result<(), DataError> {
        let next = AtomicUsize::new(0);
        let run = || {
            while let Some(i) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|i| *i < count) {
                if progress.is_cancelled() {
                    return;
                }
                work(i);
            }
        };
        let threads = self.threads.clamp(1, 256).min(count);
        let is_sound = thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(run)).collect();
            run();
            others.into_iter().all(|other| other.join().is_ok())
        });
        match (is_sound, progress.is_cancelled()) {
            (false, _) => Err(DataError::Grid("a thread that worked on cells failed".to_owned())),
            (true, true) => Err(DataError::Cancelled),
            (true, false) => Ok(()),
        }
    }

    /// Some rows of pixels, with how many cells are seen and how many of them are missing.
    fn band(
        &self,
        plan: &FramePlan,
        lines: Range<u32>,
        progress: &Progress,
    ) -> Result<(Vec<f64>, [u64; 2]), EngineError> {
        let footprint = self.footprint(plan, lines.clone(), progress)?;
        let pixels = plan.view.x.pixels as usize * lines.len();
        let of_a_band = (footprint.rows_of_a_band() * plan.view.x.pixels as usize).max(1);
        let shares = if self.special.values().is_empty() { 0 } else { pixels };
        let mut sums = Sums { pixels: vec![Pixel::new(UNSEEN); pixels], shares: vec![Share::default(); shares] };
        let mut counted = [0, 0];
        let mut first = 0;
        while first < footprint.slabs.len() {
            let mut end = first + 1;
            let mut cells = footprint.slabs[first].cells();
            while footprint.slabs.get(end).is_some_and(|slab| cells + slab.cells() <= TOGETHER) {
                cells += footprint.slabs[end].cells();
                end += 1;
            }
            let read = self.read_all(&footprint, first..end, progress)?;
            for one in &read {
                counted = [counted[0] + one.counted[0], counted[1] + one.counted[1]];
            }
            // Each band of pixels takes the cells of one slab after the other.
            let shares = sums.shares.chunks_mut(of_a_band).chain(std::iter::repeat_with(|| &mut [][..]));
            let bands: Vec<Mutex<(&mut [Pixel], &mut [Share])>> =
                sums.pixels.chunks_mut(of_a_band).zip(shares).map(Mutex::new).collect();
            self.each(bands.len(), progress, &|i| {
                let mut band = bands[i].lock().unwrap_or_else(PoisonError::into_inner);
                let (pixels, shares) = &mut *band;
                for one in &read {
                    self.add(one, i, i * of_a_band, pixels, shares);
                }
            })?;
            first = end;
        }
        Ok((self.finished(sums), counted))
    }

    /// Reads some slabs.
    fn read_all(
        &self,
        footprint: &Footprint,
        slabs: Range<usize>,
        progress: &Progress,
    ) -> Result<Vec<Read>, EngineError> {
        let read: Vec<Mutex<Option<Result<Read, DataError>>>> = slabs.clone().map(|_| Mutex::new(None)).collect();
        self.each(slabs.len(), progress, &|i| {
            let found = self.read(footprint, slabs.start + i);
            if let Ok(found) = &found {
                progress.add(found.cells.len() as u64);
            }
            *read[i].lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
        })?;
        let found = read.into_iter().filter_map(|one| one.into_inner().unwrap_or_else(PoisonError::into_inner));
        Ok(found.collect::<Result<_, _>>()?)
    }

    fn read(&self, footprint: &Footprint, slab: usize) -> Result<Read, DataError> {
        let entries = footprint.entries(self.mesh, slab);
        let slab: &Slab = &footprint.slabs[slab];
        let mut cells = vec![f64::NAN; slab.cells()];
        let whole = |range: &Range<usize>| range.start as u64..range.end as u64;
        self.field.read(self.step, whole(&slab.columns()), whole(&slab.read), &mut cells)?;
        for value in &mut cells {
            *value = marked(*value, self.special.values());
        }
        let mut counted = [0, 0];
        for cell in entries.seen() {
            counted[0] += 1;
            counted[1] += u64::from(is_missing(cells[cell]));
        }
        Ok(Read { cells, entries, counted })
    }

    /// Adds the cells of a slab to a band of pixels, of which `first` is the first.
    fn add(
        &self,
        Read { cells, entries, .. }: &Read,
        band: usize,
        first: usize,
        pixels: &mut [Pixel],
        shares: &mut [Share],
    ) {
        let some = entries.of(band);
        let places = entries.pixels[some.clone()].iter().zip(&entries.cells[some.clone()]);
        let all = places.map(|(pixel, cell)| (*pixel as usize - first, cells[*cell as usize]));
        for ((place, value), weight) in all.zip(&entries.weights[some]) {
            let pixel = &mut pixels[place];
            if *weight > 0.0 {
                pixel.add(value, *weight);
            } else {
                // The own cell of a pixel whose value lies between others: without it there is none.
                pixel.weight += if is_missing(value) { f64::NAN } else { *weight };
                if self.is_extreme() {
                    pixel.widen(value);
                }
            }
            if let Some(share) = shares.get_mut(place) {
                share.add(value, *weight, &self.special);
            }
        }
    }

    fn is_extreme(&self) -> bool {
        matches!(self.statistic, Statistic::Min | Statistic::Max)
    }

    fn finished(&self, Sums { pixels, shares }: Sums) -> Vec<f64> {
        let value = |pixel: &Pixel| {
            let found = if self.is_extreme() { pixel.extreme(self.statistic == Statistic::Max) } else { pixel.mean() };
            match found.is_nan() || pixel.weight.is_nan() {
                // A weight is NaN where the own cell of a pixel is missing.
                true if pixel.weight.to_bits() != UNSEEN.to_bits() => MISSING,
                true => f64::NAN,
                false => found,
            }
        };
        let mut values: Vec<f64> = pixels.iter().map(value).collect();
        for ((value, pixel), share) in values.iter_mut().zip(&pixels).zip(&shares) {
            *value = share.value(pixel.weight, &self.special).unwrap_or(*value);
        }
        values
    }
}
