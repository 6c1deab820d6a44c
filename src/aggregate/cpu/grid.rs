//! A worker's private grid.

use std::ops::Range;

use crate::aggregate::Rest;
use crate::aggregate::cells::Cells;
use crate::aggregate::ordered::{f64_key, i64_key};
use crate::data::categories::Coding;
use crate::data::column::LaneKind;
use crate::data::decode::Lane;
use crate::data::prefetch::prefetch;
use crate::plan::{Draw, FramePlan, Reduce};
use crate::scene::reduction::Statistic;

use super::BatchValues;
use super::locate::OUTSIDE;
use super::pages::Pages;
use super::planes::Planes;
use super::totals::{Totals, ahead};

/// Counters that take the rows outside the view, then as many for rows that are not finite, and for those that the filter
/// leaves out. Several, so that neighbouring rows do not wait for one another's counter.
const REST: u32 = 16;

/// Runs of fewer pixels are counted one by one.
const SHORT: u32 = 3;

/// The shape of a private grid: rows of pixels with a stride that shares no large power of two with the caches
/// (which would make the pixels of a column fight for the same cache set), then the counters of the rest.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    width: usize,
    stride: u32,
    rest: u32,
    has_runs: bool,
}

impl Frame {
    /// The shape for so many rows of the plan's pixels.
    pub fn new(plan: &FramePlan, lines: u32) -> Self {
        let (width, height) = match plan.draw {
            // A counter for each hexagon, whatever part of them is seen.
            Draw::Hexagons(lattice) => lattice.grid(),
            _ => (plan.view.x.pixels, lines.min(plan.view.y.pixels)),
        };
        let has_runs = matches!(plan.draw, Draw::Lines { .. } | Draw::Markers { .. });
        let padded = width.next_multiple_of(16) + 16;
        let stride = if padded.is_multiple_of(256) { padded + 16 } else { padded };
        // At most 30000 * 30032 pixels: fits u32.
        Self {
            width: width as usize,
            stride,
            rest: stride * height,
            has_runs: has_runs && plan.reduce != Reduce::Coverage,
        }
    }

    /// Rows of pixels, or of hexagons.
    pub fn lines(&self) -> usize {
        (self.rest / self.stride) as usize
    }

    /// Whether pixels that lines pass are noted as runs.
    pub fn has_runs(&self) -> bool {
        self.has_runs
    }

    fn len(&self) -> usize {
        (self.rest + 3 * REST) as usize
    }

    /// Bytes of a private grid.
    pub fn grid_bytes(&self, reduce: Reduce) -> u64 {
        let each = match reduce {
            Reduce::Count | Reduce::Any | Reduce::Over(_) => 4,
            Reduce::Extreme(_) | Reduce::Coverage => 4 + 8,
            Reduce::Total(Statistic::Std, _) => Totals::COUNTER_BYTES + 16,
            Reduce::Total(..) => Totals::COUNTER_BYTES,
            Reduce::CountBy { .. } => reduce.planes() as u64 * Planes::COUNTER_BYTES,
        };
        self.len() as u64 * (each + if self.has_runs { 4 } else { 0 })
    }

    /// Turns pixel numbers along x and y into counter numbers, in the place of x.
    #[inline(always)]
    pub fn index<'a>(&self, x: &'a mut [u32], y: &[u32]) -> &'a mut [u32] {
        let (stride, rest) = (self.stride, self.rest);
        for (x, y) in x.chunks_mut(REST as usize).zip(y.chunks(REST as usize)) {
            for (spread, (x, y)) in (0..REST).zip(x.iter_mut().zip(y)) {
                let worst = (*x).max(*y);
                let cell = y.wrapping_mul(stride).wrapping_add(*x);
                // OUTSIDE, NOT_FINITE and FILTERED are the three largest numbers.
                let beyond = rest.wrapping_add(worst.wrapping_sub(OUTSIDE).wrapping_mul(REST)).wrapping_add(spread);
                *x = if worst < OUTSIDE { cell } else { beyond };
            }
        }
        x
    }

    /// Moves rows whose value is not finite to their counters.
    #[inline(always)]
    fn set_aside(&self, index: &mut [u32], lane: Lane<'_>, kind: LaneKind) {
        match (lane, kind) {
            (Lane::F32(v), _) => self.set_aside_where(index, v, |v| v.abs() < f32::INFINITY),
            (Lane::F64(v), _) => self.set_aside_where(index, v, |v| v.abs() < f64::INFINITY),
            (Lane::I64(v), LaneKind::I64 { missing: Some(missing), .. }) => {
                self.set_aside_where(index, v, |v| *v != missing);
            }
            (Lane::I64(_), _) => {}
        }
    }

    #[inline(always)]
    fn set_aside_where<T>(&self, index: &mut [u32], values: &[T], finite: impl Fn(&T) -> bool) {
        let first = self.rest + REST;
        for (index, values) in index.chunks_mut(REST as usize).zip(values.chunks(REST as usize)) {
            for (spread, (i, v)) in (0..REST).zip(index.iter_mut().zip(values)) {
                // The counters of rows that are filtered out lie behind these, all others before: those stay there.
                *i = if finite(v) { *i } else { (*i).max(first.wrapping_add(spread)) };
            }
        }
    }
}

/// What the pixels hold.
enum Store {
    Counts(Pages<u32>),
    Masks { counts: Pages<u32>, masks: Pages<u64> },
    Extremes { counts: Pages<u32>, largest: bool, keys: Pages<u64> },
    Totals(Totals),
    Planes(Planes),
}

/// What one worker has counted and summed up.
pub struct Grid {
    frame: Frame,
    store: Store,
    /// For each counter: how many more lines pass its pixel than the one below it. Empty where no lines are drawn.
    runs: Pages<i32>,
    wide_runs: Vec<i64>,
    /// Counts that are of no row.
    passing: u64,
    /// Whether other grids are added to in turn, so that less of this one stays near.
    has_company: bool,
    /// Where 32-bit counters are emptied before they could overflow.
    wide: Vec<u64>,
    /// Rows since then.
    since_spill: u32,
    spill_rows: u32,
}

impl Grid {
    pub fn new(frame: Frame, reduce: Reduce, value: Option<LaneKind>, spill_rows: u32) -> Self {
        let len = frame.len();
        let store = match reduce {
            Reduce::Count | Reduce::Any | Reduce::Over(_) => Store::Counts(Pages::zeroed(len)),
            Reduce::Coverage => Store::Masks { counts: Pages::zeroed(len), masks: Pages::zeroed(len) },
            Reduce::Extreme(largest) => {
                Store::Extremes { counts: Pages::zeroed(len), largest, keys: Pages::zeroed(len) }
            }
            Reduce::Total(statistic, fixed) => {
                Store::Totals(Totals::new(len, fixed, statistic == Statistic::Std, value, spill_rows))
            }
            Reduce::CountBy { .. } => Store::Planes(Planes::new(len, reduce.planes(), spill_rows)),
        };
        let runs = Pages::zeroed(if frame.has_runs { len } else { 0 });
        // A row may count twice in a pixel: as a vertex, and with the line that comes to it.
        let spill_rows = if frame.has_runs { spill_rows / 4 } else { spill_rows };
        let (wide, wide_runs) = (Vec::new(), Vec::new());
        Self { frame, store, runs, wide_runs, passing: 0, has_company: false, wide, since_spill: 0, spill_rows }
    }

    /// The same grid, to which rows are added in turn with others.
    pub fn beside(self, others: usize) -> Self {
        Self { has_company: others > 0, ..self }
    }

    /// Adds rows whose counters are `index`, with their values where the reduction has them.
    #[inline(always)]
    pub fn add(&mut self, index: &mut [u32], value: Option<(Lane<'_>, LaneKind)>) {
        if let Some((lane, kind)) = value {
            self.frame.set_aside(index, lane, kind);
        }
        match (&mut self.store, value) {
            (Store::Totals(totals), Some((lane, _))) => return totals.add(index, lane),
            (Store::Extremes { largest, keys, .. }, Some((lane, _))) => put_extremes(keys, *largest, index, lane),
            _ => {}
        }
        let rows = u32::try_from(index.len()).unwrap_or(u32::MAX);
        if self.spill_rows.saturating_sub(self.since_spill) < rows {
            self.spill();
        }
        self.since_spill = self.since_spill.saturating_add(rows);
        match &mut self.store {
            Store::Extremes { counts, .. } => count_ahead(counts, index),
            Store::Counts(counts) | Store::Masks { counts, .. } if self.has_company => count_ahead(counts, index),
            _ => {}
        }
        if let Store::Counts(counts) | Store::Masks { counts, .. } = &mut self.store
            && !self.has_company
        {
            // Borrowed once: else its place would be read again for every row.
            let counts = &mut **counts;
            for i in &*index {
                counts[*i as usize] += 1;
            }
        }
    }

    /// Adds rows whose counters are `index`, each to the count of its category.
    #[inline(always)]
    pub fn add_coded(&mut self, index: &mut [u32], values: &BatchValues<'_>, coding: &Coding) {
        if let Store::Planes(planes) = &mut self.store {
            // Bytes are all finite.
            if let BatchValues::Lane(lane, kind) = values {
                self.frame.set_aside(index, *lane, *kind);
            }
            planes.add(index, values, coding);
        }
    }

    /// Counts the pixels of a column from line `low` to line `high`, which a line passes.
    #[inline(always)]
    pub fn run(&mut self, column: u32, low: u32, high: u32) {
        let at = |line: u32| (line * self.frame.stride + column) as usize;
        if high - low < SHORT
            && let Store::Counts(counts) = &mut self.store
        {
            (low..=high).for_each(|line| counts[at(line)] += 1);
            self.passing += u64::from(high - low + 1);
            return;
        }
        self.runs[at(low)] += 1;
        // Above the uppermost line is nothing that it could be taken away from.
        let above = at(high) + self.frame.stride as usize;
        if above < self.frame.rest as usize {
            self.runs[above] -= 1;
        }
    }

    /// Covers some points of a pixel.
    #[inline(always)]
    pub fn cover(&mut self, column: u32, line: u32, mask: u64) {
        if let Store::Masks { masks, .. } = &mut self.store {
            masks[(line * self.frame.stride + column) as usize] |= mask;
        }
    }

    /// Empties the 32-bit counters into the 64-bit ones.
    #[cold]
    fn spill(&mut self) {
        if let Store::Counts(counts) | Store::Masks { counts, .. } | Store::Extremes { counts, .. } = &mut self.store {
            self.wide.resize(counts.len(), 0);
            for (wide, count) in self.wide.iter_mut().zip(counts.iter_mut()) {
                *wide += u64::from(std::mem::take(count));
            }
        }
        if !self.runs.is_empty() {
            self.wide_runs.resize(self.runs.len(), 0);
            for (wide, run) in self.wide_runs.iter_mut().zip(self.runs.iter_mut()) {
                *wide += i64::from(std::mem::take(run));
            }
        }
        self.since_spill = 0;
    }

    /// Counts that are of no row, but for those noted as runs.
    pub fn passing(&self) -> u64 {
        self.passing
    }

    /// No count of a category is larger.
    pub fn most_of_category(&self) -> u64 {
        if let Store::Planes(planes) = &self.store { planes.most() } else { 0 }
    }

    /// Readies the grid for [`Grid::add_to`].
    pub fn settle(&mut self) {
        match &mut self.store {
            Store::Totals(totals) => totals.settle(),
            Store::Planes(planes) => planes.settle(),
            Store::Counts(_) | Store::Masks { .. } | Store::Extremes { .. } => {}
        }
    }

    /// Adds the rows in some counters to `counts`, from `at` on.
    fn add_counts(&self, counters: Range<usize>, at: usize, counts: &mut Vec<u64>) {
        match &self.store {
            Store::Totals(totals) => totals.add_counts(counters, at, counts),
            Store::Planes(planes) => planes.add_counts(&counters, at, counts),
            Store::Counts(narrow) | Store::Masks { counts: narrow, .. } | Store::Extremes { counts: narrow, .. } => {
                add_up(counts, at, &narrow[counters.clone()], |a, b| a + u64::from(b));
                if let Some(wide) = self.wide.get(counters) {
                    add_up(counts, at, wide, |a, b| a + b);
                }
            }
        }
    }

    /// Rows in no pixel.
    pub fn rest(&self) -> Rest {
        let rest = |number: u32| {
            let first = self.frame.rest + number * REST;
            let mut counts = Vec::new();
            self.add_counts(first as usize..(first + REST) as usize, 0, &mut counts);
            counts.iter().sum()
        };
        Rest { outside: rest(0), not_finite: rest(1), filtered: rest(2) }
    }

    /// Adds some rows of pixels to `cells`, which are empty or hold the same rows.
    pub fn add_to(&self, lines: Range<usize>, cells: &mut Cells) {
        for (number, line) in lines.enumerate() {
            let from = line * self.frame.stride as usize;
            let counters = from..from + self.frame.width;
            let into = number * self.frame.width;
            // Those of categories are added up once all are there.
            if !matches!(self.store, Store::Planes(_)) {
                self.add_counts(counters.clone(), into, &mut cells.counts);
            }
            if let Some(runs) = self.runs.get(counters.clone()) {
                add_up(&mut cells.runs, into, runs, |a, b| a + i64::from(b));
            }
            if let Some(runs) = self.wide_runs.get(counters.clone()) {
                add_up(&mut cells.runs, into, runs, |a, b| a + b);
            }
            match &self.store {
                Store::Counts(_) => {}
                Store::Masks { masks, .. } => add_up(&mut cells.masks, into, &masks[counters], |a, b| a | b),
                Store::Extremes { keys, .. } => add_up(&mut cells.extremes, into, &keys[counters], Ord::max),
                Store::Totals(totals) => totals.add_to(&counters, into, cells),
                Store::Planes(planes) => planes.add_to(&counters, into, cells),
            }
        }
    }
}

/// Combines values with those that a vector holds from `at` on; where it ends, it counts as zeros and grows.
pub fn add_up<A: Copy + Default, B: Copy>(into: &mut Vec<A>, at: usize, values: &[B], with: impl Fn(A, B) -> A) {
    if into.len() < at + values.len() {
        into.resize(at + values.len(), A::default());
    }
    into[at..].iter_mut().zip(values).for_each(|(a, b)| *a = with(*a, *b));
}

/// Counts rows in counters of which other grids leave few near. Kept apart from the loop for one grid alone, which is slower
/// beside it.
#[inline(never)]
fn count_ahead(counts: &mut [u32], index: &[u32]) {
    for (i, ahead) in index.iter().zip(ahead(index)) {
        prefetch(counts, ahead as usize);
        counts[*i as usize] += 1;
    }
}

#[inline(always)]
fn put_extremes(keys: &mut [u64], largest: bool, index: &[u32], lane: Lane<'_>) {
    match lane {
        Lane::F32(v) => put_keys(keys, largest, index, v, |v| f64_key(f64::from(*v))),
        Lane::F64(v) => put_keys(keys, largest, index, v, |v| f64_key(*v)),
        Lane::I64(v) => put_keys(keys, largest, index, v, |v| i64_key(*v)),
    }
}

#[inline(always)]
fn put_keys<T>(keys: &mut [u64], largest: bool, index: &[u32], values: &[T], key: impl Fn(&T) -> u64) {
    let flip = if largest { 0 } else { u64::MAX };
    for ((i, v), ahead) in index.iter().zip(values).zip(ahead(index)) {
        prefetch(keys, ahead as usize);
        let slot = &mut keys[*i as usize];
        *slot = (*slot).max(key(v) ^ flip);
    }
}
