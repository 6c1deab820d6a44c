//! Merging: the private grids of all workers become one number a pixel, on all cores.

use std::ops::Range;
use std::thread;

use crate::aggregate::by_category::Counts;
use crate::aggregate::cells::Cells;
use crate::aggregate::{Accounting, Aggregate, ByCategory, Rest, Values};
use crate::plan::{FramePlan, Reduce};

use super::grid::Grid;
use super::{Counting, Pass, Worker};

/// Counters that are merged at a time: few enough for the caches, and no second grid is ever whole in memory.
const COUNTERS: usize = 1 << 17;
/// Fewer counters than this are not worth another thread.
const FEW: usize = 1 << 16;

/// Adds up all private grids of one of the pass's reductions.
pub fn whole(workers: &[Worker], pass: &Pass<'_>, number: usize) -> Aggregate {
    let Some(Counting { plan, .. }) = pass.countings.get(number) else { return nothing() };
    let (width, height) = (plan.view.x.pixels, plan.view.y.pixels);
    let merging = Merging { workers, pass, number };
    let (mut values, accounting);
    if merging.is_in_order() {
        values = zeros(plan, 0, 0);
        accounting = merging.in_order(&mut |lines| values.append(lines));
    } else {
        values = zeros(plan, plan.view.cells(), merging.most());
        accounting = merging.at_once(Room::of(&mut values));
    }
    let values = values.mirrored(width as usize, plan.mirrored());
    Aggregate { width, height, values, accounting }
}

/// As [`whole`], handed to `take` a few rows of pixels at a time, lowest first.
pub fn lines(workers: &[Worker], pass: &Pass<'_>, number: usize, take: &mut dyn FnMut(Values)) -> Accounting {
    let merging = Merging { workers, pass, number };
    let Some(Counting { plan, .. }) = pass.countings.get(number) else { return merging.in_order(take) };
    let (width, [across, up]) = (plan.view.x.pixels as usize, plan.mirrored());
    if !up {
        return merging.in_order(&mut |values| take(values.mirrored(width, [across, false])));
    }
    // The last come first.
    let mut all = zeros(plan, 0, 0);
    let accounting = merging.in_order(&mut |values| all.append(values));
    take(all.mirrored(width, [across, true]));
    accounting
}

fn nothing() -> Aggregate {
    Aggregate { width: 0, height: 0, values: Values::Count(Vec::new()), accounting: Accounting::default() }
}

/// Room for the numbers of so many pixels; counts of categories are `most` at most.
fn zeros(plan: &FramePlan, cells: usize, most: u64) -> Values {
    match plan.reduce {
        Reduce::Count => Values::Count(vec![0; cells]),
        reduce @ Reduce::CountBy { .. } => Values::Categories(ByCategory::zeros(reduce.planes(), cells, most)),
        _ => Values::Real(vec![0.0; cells]),
    }
}

/// Where the numbers of some rows of pixels go.
enum Room<'a> {
    Count(&'a mut [u64]),
    Real(&'a mut [f64]),
    /// For each category its counts; and all rows.
    Categories {
        planes: Vec<CountsRoom<'a>>,
        totals: &'a mut [u64],
    },
}

/// Where the counts of a category go.
enum CountsRoom<'a> {
    U16(&'a mut [u16]),
    U32(&'a mut [u32]),
    U64(&'a mut [u64]),
}

impl<'a> CountsRoom<'a> {
    fn of(counts: &'a mut Counts) -> Self {
        match counts {
            Counts::U16(counts) => Self::U16(counts),
            Counts::U32(counts) => Self::U32(counts),
            Counts::U64(counts) => Self::U64(counts),
        }
    }

    fn split(self, at: usize) -> (Self, Self) {
        match self {
            Self::U16(counts) => {
                let (first, rest) = halves(counts, at);
                (Self::U16(first), Self::U16(rest))
            }
            Self::U32(counts) => {
                let (first, rest) = halves(counts, at);
                (Self::U32(first), Self::U32(rest))
            }
            Self::U64(counts) => {
                let (first, rest) = halves(counts, at);
                (Self::U64(first), Self::U64(rest))
            }
        }
    }

    fn fill(self, from: &[u64]) {
        #[expect(clippy::cast_possible_truncation, reason = "there is room for the largest")]
        match self {
            Self::U16(to) => to.iter_mut().zip(from).for_each(|(to, from)| *to = *from as u16),
            Self::U32(to) => to.iter_mut().zip(from).for_each(|(to, from)| *to = *from as u32),
            Self::U64(to) => to.iter_mut().zip(from).for_each(|(to, from)| *to = *from),
        }
    }
}

impl<'a> Room<'a> {
    fn of(values: &'a mut Values) -> Self {
        match values {
            Values::Count(counts) => Self::Count(counts),
            Values::Real(reals) => Self::Real(reals),
            Values::Categories(by) => {
                let (planes, totals) = by.parts_mut();
                Self::Categories { planes: planes.iter_mut().map(CountsRoom::of).collect(), totals }
            }
        }
    }

    /// The first so many pixels, and all others.
    fn split(self, pixels: usize) -> (Self, Self) {
        match self {
            Self::Count(counts) => {
                let (first, rest) = halves(counts, pixels);
                (Self::Count(first), Self::Count(rest))
            }
            Self::Real(reals) => {
                let (first, rest) = halves(reals, pixels);
                (Self::Real(first), Self::Real(rest))
            }
            Self::Categories { planes, totals } => {
                let (first, rest) = planes.into_iter().map(|counts| counts.split(pixels)).unzip();
                let totals = halves(totals, pixels);
                let part = |planes, totals| Self::Categories { planes, totals };
                (part(first, totals.0), part(rest, totals.1))
            }
        }
    }

    /// Puts the numbers of the first pixels in their place; what is left is the room of the others.
    fn fill(self, cells: &Cells, counting: &Counting<'_>) -> Self {
        let (first, rest) = self.split(cells.counts.len());
        match first {
            Room::Count(to) => to.copy_from_slice(&cells.counts),
            Room::Categories { planes, totals } => {
                planes.into_iter().zip(&cells.planes).for_each(|(to, counts)| to.fill(counts));
                totals.copy_from_slice(&cells.counts);
            }
            Room::Real(to) => {
                if let Values::Real(from) = cells.values_so_far(counting.plan, counting.value) {
                    to.copy_from_slice(&from);
                }
            }
        }
        rest
    }
}

fn halves<T>(values: &mut [T], at: usize) -> (&mut [T], &mut [T]) {
    values.split_at_mut(at.min(values.len()))
}

/// The grids of one of the pass's reductions.
#[derive(Clone, Copy)]
struct Merging<'a> {
    workers: &'a [Worker],
    pass: &'a Pass<'a>,
    number: usize,
}

impl Merging<'_> {
    fn grids(&self) -> impl Iterator<Item = &Grid> {
        self.workers.iter().filter_map(|worker| worker.grids.get(self.number))
    }

    fn counting(&self) -> Option<&Counting<'_>> {
        self.pass.countings.get(self.number)
    }

    /// Whether rows of pixels depend on those below them, or on counters that are no pixels.
    fn is_in_order(&self) -> bool {
        self.pass.hexagons.is_some() || self.pass.frame.has_runs()
    }

    /// All grids' counters of some rows of pixels.
    fn cells(&self, lines: Range<usize>) -> Cells {
        let mut cells = Cells::default();
        self.gather(lines, &mut cells);
        cells
    }

    /// As [`Merging::cells`], in the place of others.
    fn gather(&self, lines: Range<usize>, cells: &mut Cells) {
        cells.clear();
        self.grids().for_each(|grid| grid.add_to(lines.clone(), cells));
        cells.sum_planes(self.counting().map_or(Reduce::Count, |counting| counting.plan.reduce));
    }

    /// No count of a category is larger.
    fn most(&self) -> u64 {
        self.grids().map(Grid::most_of_category).sum()
    }

    /// Counters of a row of pixels.
    fn counters(&self) -> usize {
        let each = self.counting().map_or(1, |counting| counting.plan.reduce.planes());
        (self.pass.plan.view.x.pixels as usize * each).max(1)
    }

    /// Rows of pixels that are merged at a time.
    fn step(&self) -> usize {
        (COUNTERS / self.counters()).clamp(1, 64)
    }

    /// Rows in pixels, less what is counted in `cells` but of no row.
    fn accounting(&self, in_cells: u64) -> Accounting {
        let in_view = in_cells - self.grids().map(Grid::passing).sum::<u64>();
        let rest = self.grids().map(Grid::rest).fold(Rest::default(), |sum, rest| sum + rest);
        Accounting::new(in_view, rest)
    }

    fn in_order(&self, take: &mut dyn FnMut(Values)) -> Accounting {
        let Some(Counting { plan, value, .. }) = self.counting() else { return Accounting::default() };
        if let Some(hexagons) = &self.pass.hexagons {
            let mut cells = self.cells(0..self.pass.frame.lines());
            cells.rest = self.grids().map(Grid::rest).fold(Rest::default(), |sum, rest| sum + rest);
            return hexagons.show(&cells, plan, *value, &self.pass.lines, take);
        }
        let (height, width, step) = (self.pass.lines.len(), plan.view.x.pixels as usize, self.step());
        let (mut in_cells, mut below) = (0_u64, Vec::new());
        for first in (0..height).step_by(step) {
            let cells = self.cells(first..(first + step).min(height));
            in_cells += cells.counts.iter().sum::<u64>();
            let cells = if cells.runs.is_empty() { cells } else { cells.with_runs(width, &mut below) };
            take(cells.values(plan, *value));
        }
        self.accounting(in_cells)
    }

    /// Fills the room of all rows of pixels.
    fn at_once(&self, room: Room<'_>) -> Accounting {
        let (height, width) = (self.pass.lines.len(), self.pass.plan.view.x.pixels as usize);
        let most = if height * self.counters() < FEW { 1 } else { self.pass.reading.threads };
        let each = height.div_ceil(most.max(1)).max(1);
        let part = |first: usize| first..(first + each).min(height);
        let mut parts: Vec<Range<usize>> = (0..height).step_by(each).map(part).collect();
        let last = parts.pop().unwrap_or(0..0);
        let in_cells = thread::scope(|scope| {
            let mut rest = room;
            let mut others = Vec::new();
            for lines in parts {
                let (mine, further) = rest.split(lines.len() * width);
                rest = further;
                others.push(scope.spawn(move || self.fill(lines, mine)));
            }
            let own = self.fill(last, rest);
            let joined = others.into_iter().map(|other| match other.join() {
                Ok(in_cells) => in_cells,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            own + joined.sum::<u64>()
        });
        self.accounting(in_cells)
    }

    /// Fills the room of some rows of pixels; gives the rows counted in them.
    fn fill(&self, lines: Range<usize>, mut room: Room<'_>) -> u64 {
        let Some(counting) = self.counting() else { return 0 };
        let step = self.step();
        // Memory that is touched for the first time costs more than what is done with it.
        let (mut in_cells, mut cells) = (0, Cells::default());
        for first in lines.clone().step_by(step) {
            self.gather(first..(first + step).min(lines.end), &mut cells);
            in_cells += cells.counts.iter().sum::<u64>();
            room = room.fill(&cells, counting);
        }
        in_cells
    }
}
