//! Hexagons: rows are counted in the hexagons of a lattice, and pixels show the one that their center lies in.
//!
//! The private grids have a counter for each hexagon of the lattice in the place of one for each pixel; all else is as with
//! points. In view are the rows of hexagons that are seen, that is of those that own the center of a pixel.

use std::ops::Range;

use crate::aggregate::cells::Cells;
use crate::aggregate::{Accounting, ByCategory, Rest, Values};
use crate::data::column::LaneKind;
use crate::data::decode::Lane;
use crate::plan::{Draw, FramePlan};
use crate::scene::lattice::{Lattice, LatticeAxis, Place};

use super::locate::{NOT_FINITE, OUTSIDE};

/// Rows of pixels that are shown at a time.
const LINES: usize = 16;

/// Number of the hexagon of a pixel that is in none.
const NONE: u32 = u32::MAX;

/// The hexagons of a plan, and the places of its pixels' centers among them.
pub struct Hexagons {
    lattice: Lattice,
    columns: Vec<Place>,
    lines: Vec<Place>,
}

impl Hexagons {
    /// Those of a plan, if it has any.
    pub fn of(plan: &FramePlan) -> Option<Self> {
        let Draw::Hexagons(lattice) = plan.draw else { return None };
        let (columns, lines) = (lattice.x.centers(&plan.view.x), lattice.y.centers(&plan.view.y));
        Some(Self { lattice, columns, lines })
    }

    /// The lattice along x and y.
    pub fn axes(&self) -> [&LatticeAxis; 2] {
        [&self.lattice.x, &self.lattice.y]
    }

    /// Puts the cells of hexagons, which the positions of rows lie in, in the place of their pixels.
    #[inline(always)]
    pub fn settle(&self, columns: &mut [u32], lines: &mut [u32], [x, y]: [&[f64]; 2]) {
        for (((column, line), x), y) in columns.iter_mut().zip(lines).zip(x).zip(y) {
            // Not finite or filtered out.
            if (*column).max(*line) < NOT_FINITE {
                let cell = self.lattice.cell(Place::at(*x), Place::at(*y));
                (*column, *line) = cell.unwrap_or((OUTSIDE, OUTSIDE));
            }
        }
    }

    /// Hands the numbers of some rows of pixels to `take`, a few at a time, lowest first. `cells` are those of all hexagons.
    pub fn show(
        &self,
        cells: &Cells,
        plan: &FramePlan,
        value: Option<LaneKind>,
        lines: &Range<u32>,
        take: &mut dyn FnMut(Values),
    ) -> Accounting {
        let values = cells.values_so_far(plan, value);
        let mut is_seen = vec![false; cells.counts.len()];
        let places = self.lines.get(lines.start as usize..lines.end as usize).unwrap_or_default();
        for places in places.chunks(LINES) {
            let numbers: Vec<u32> =
                places.iter().flat_map(|y| self.columns.iter().map(|x| self.number(*x, *y))).collect();
            for number in &numbers {
                if let Some(is_seen) = is_seen.get_mut(*number as usize) {
                    *is_seen = true;
                }
            }
            take(match &values {
                Values::Count(counts) => Values::Count(pick(counts, &numbers, 0)),
                Values::Real(reals) => Values::Real(pick(reals, &numbers, f64::NAN)),
                Values::Categories(by) => {
                    let planes = (0..by.planes()).map(|plane| pick(&by.plane(plane), &numbers, 0)).collect();
                    Values::Categories(ByCategory::of_planes(by.planes(), planes, pick(by.totals(), &numbers, 0)))
                }
            });
        }
        let seen = cells.counts.iter().zip(&is_seen).filter(|(_, is_seen)| **is_seen);
        let in_view: u64 = seen.map(|(count, _)| count).sum();
        let unseen = cells.in_view() - in_view;
        Accounting::new(in_view, Rest { outside: cells.rest.outside + unseen, ..cells.rest })
    }

    /// The number of the cell that owns a place.
    #[inline(always)]
    fn number(&self, x: Place, y: Place) -> u32 {
        let (width, _) = self.lattice.grid();
        self.lattice.cell(x, y).map_or(NONE, |(column, line)| line * width + column)
    }
}

/// The values of some cells; `empty` for what is in none.
fn pick<T: Copy>(values: &[T], numbers: &[u32], empty: T) -> Vec<T> {
    numbers.iter().map(|number| values.get(*number as usize).copied().unwrap_or(empty)).collect()
}

/// Writes each value's position along a lattice, NaN where it has no place.
#[inline(always)]
pub fn positions(axis: &LatticeAxis, kind: LaneKind, lane: Lane<'_>, out: &mut [f64]) {
    match lane {
        Lane::F32(v) => v.iter().zip(out).for_each(|(v, out)| *out = axis.position(f64::from(*v))),
        Lane::F64(v) => v.iter().zip(out).for_each(|(v, out)| *out = axis.position(*v)),
        Lane::I64(v) => {
            let bias = if let LaneKind::I64 { bias, .. } = kind { bias } else { 0 };
            let each = |v: &i64| axis.position_of_integer(i128::from(*v) + bias);
            v.iter().zip(out).for_each(|(v, out)| *out = each(v));
        }
    }
}
