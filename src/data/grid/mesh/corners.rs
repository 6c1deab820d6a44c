//! Corners of cells: those that a file gives, else halfway between centers.

use std::ops::Range;

use super::lattice::{Lattice, Place, mean_on_sphere, way};

/// Where the corners of cells are.
#[derive(Debug, Clone)]
pub(super) enum Corners {
    /// Halfway between centers.
    Halfway,
    /// Shared by neighbors: one more than cells along both axes.
    Shared(Lattice),
    /// Four of each cell, counterclockwise as rows and columns rise.
    Own(Lattice),
}

/// Longitudes that differ by more than this among neighbors lie about a pole.
const ABOUT_A_POLE: f64 = 60.0;

/// Rows of centers, those used last kept.
#[derive(Debug, Default)]
pub(super) struct Rows {
    kept: [(Option<usize>, Vec<Place>); 4],
    columns: Range<usize>,
}

impl Rows {
    /// For centers of some columns.
    pub(super) fn new(columns: Range<usize>) -> Self {
        Self { columns, ..Self::default() }
    }

    /// A row of centers; none where there is none.
    pub(super) fn row(&mut self, centers: &Lattice, row: Option<usize>) -> Option<usize> {
        let row = row.filter(|row| *row < centers.height)?;
        let slot = row % 4;
        if self.kept[slot].0 != Some(row) {
            centers.row(row, self.columns.clone(), &mut self.kept[slot].1);
            self.kept[slot].0 = Some(row);
        }
        Some(slot)
    }

    /// The centers of a row that was read.
    pub(super) fn centers(&self, slot: usize) -> &[Place] {
        &self.kept[slot].1
    }

    /// The corners of some columns in row `row` of them, which lies before the cells of that row.
    pub(super) fn corners(&mut self, centers: &Lattice, row: usize, wanted: Range<usize>, out: &mut Vec<Place>) {
        let rows = [row.checked_sub(2), row.checked_sub(1), Some(row), Some(row + 1)];
        let slots = rows.map(|row| self.row(centers, row));
        let only = (centers.height == 1).then_some([0.0, if row == 0 { -0.5 } else { 0.5 }]);
        out.clear();
        let middle = |column: Option<usize>| {
            let i =
                column.and_then(|column| column.checked_sub(self.columns.start)).filter(|i| *i < self.columns.len());
            let at = |i: usize| half(slots.map(|slot| slot.map_or([f64::NAN; 2], |slot| self.kept[slot].1[i])), only);
            i.map_or([f64::NAN; 2], at)
        };
        for column in wanted {
            let around = [column.checked_sub(2), column.checked_sub(1), Some(column), Some(column + 1)];
            let around = around.map(|column| column.filter(|column| *column < centers.width));
            let corner = match (slots[1], slots[2], around[1], around[2]) {
                (Some(south), Some(north), Some(west), Some(east)) => {
                    let own = |slot: usize, column: usize| self.kept[slot].1[column - self.columns.start];
                    let four = [own(south, west), own(south, east), own(north, east), own(north, west)];
                    of_four(&four)
                }
                _ => None,
            };
            let only = (centers.width == 1).then_some([if column == 0 { -0.5 } else { 0.5 }, 0.0]);
            let [longitude, latitude] = corner.unwrap_or_else(|| half(around.map(middle), only));
            out.push([longitude, latitude.clamp(-90.0, 90.0)]);
        }
    }
}

/// The corner between four centers, if all of them are there.
fn of_four(four: &[Place; 4]) -> Option<Place> {
    if four.iter().any(|place| place[0].is_nan()) {
        return None;
    }
    let apart = [1, 2, 3].map(|i| way(four[i][0] - four[0][0]));
    let (low, high) = apart.iter().fold((0.0_f64, 0.0_f64), |(low, high), d| (low.min(*d), high.max(*d)));
    if high - low > ABOUT_A_POLE {
        return Some(mean_on_sphere(four));
    }
    let latitude = (four[0][1] + four[1][1]) + (four[2][1] + four[3][1]);
    Some([four[0][0] + ((apart[0] + apart[1]) + apart[2]) / 4.0, latitude / 4.0])
}

/// Halfway between the two in the middle of four places in a row. Where one is missing, as far beyond the other as that is
/// from the next one; where there is but one at all, `only` beside it.
fn half([before2, before, after, after2]: [Place; 4], only: Option<Place>) -> Place {
    let beyond = |own: Place, next: Place| {
        if next[0].is_nan() {
            return only.map_or([f64::NAN; 2], |only| [own[0] + only[0], own[1] + only[1]]);
        }
        [own[0] - way(next[0] - own[0]) / 2.0, own[1] - (next[1] - own[1]) / 2.0]
    };
    match (before[0].is_nan(), after[0].is_nan()) {
        (false, false) => [before[0] + way(after[0] - before[0]) / 2.0, before[1] + (after[1] - before[1]) / 2.0],
        (true, false) => beyond(after, after2),
        (false, true) => beyond(before, before2),
        (true, true) => [f64::NAN; 2],
    }
}

/// Corners are the same if they are so much of a cell apart.
const SAME: f64 = 1e-3;

/// From the four vertices of each cell, in the order of the file, to corners: shared ones where cells touch.
#[derive(Debug)]
pub(super) struct Vertices {
    width: usize,
    height: usize,
    order: [usize; 4],
}

impl Vertices {
    /// Finds out in what order vertices follow each other: `sample` gives those of some cell.
    pub(super) fn new(width: usize, height: usize, sample: impl Fn(usize, usize) -> Option<[Place; 4]>) -> Self {
        let mut best = ([0, 1, 2, 3], f64::INFINITY);
        for order in ORDERS {
            let (mut sum, mut count) = (0.0, 0_u32);
            for (row, column) in samples(width, height) {
                let cell = |row: usize, column: usize| sample(row, column).map(|cell| order.map(|i| cell[i]));
                let Some(own) = cell(row, column) else { continue };
                if let Some(east) = (column + 1 < width).then(|| cell(row, column + 1)).flatten() {
                    sum += apart(own[1], east[0], &own) + apart(own[2], east[3], &own);
                    count += 1;
                }
                if let Some(north) = (row + 1 < height).then(|| cell(row + 1, column)).flatten() {
                    sum += apart(own[3], north[0], &own) + apart(own[2], north[1], &own);
                    count += 1;
                }
            }
            let mean = sum / f64::from(count.max(1));
            if mean < best.1 {
                best = (order, mean);
            }
        }
        Self { width, height, order: best.0 }
    }

    /// The same order, of a grid of more rows.
    pub(super) fn over(self, height: usize) -> Self {
        Self { height, ..self }
    }

    /// Lays the vertices of a row of cells into the corners that they share; whether they do.
    pub(super) fn share(&self, row: usize, cells: &[[Place; 4]], corners: &mut [Place]) -> bool {
        debug_assert!(row < self.height && corners.len() == (self.width + 1) * (self.height + 1));
        for (column, cell) in cells.iter().enumerate() {
            let own = self.order.map(|i| cell[i]);
            if own.iter().any(|place| place[0].is_nan()) {
                continue;
            }
            for (place, [up, right]) in own.iter().zip([[0, 0], [0, 1], [1, 1], [1, 0]]) {
                let corner = &mut corners[(row + up) * (self.width + 1) + column + right];
                if corner[0].is_nan() {
                    *corner = *place;
                } else if apart(*corner, *place, &own) > SAME {
                    return false;
                }
            }
        }
        true
    }

    /// The vertices of a cell in the order of corners.
    pub(super) fn own(&self, cell: &[Place; 4]) -> [Place; 4] {
        self.order.map(|i| cell[i])
    }
}

/// The orders of vertices in which they go round.
const ORDERS: [[usize; 4]; 8] =
    [[0, 1, 2, 3], [1, 2, 3, 0], [2, 3, 0, 1], [3, 0, 1, 2], [0, 3, 2, 1], [3, 2, 1, 0], [2, 1, 0, 3], [1, 0, 3, 2]];

/// Some cells all over a grid.
fn samples(width: usize, height: usize) -> impl Iterator<Item = (usize, usize)> {
    let some = |len: usize| (0..len).step_by((len / 12).max(1));
    some(height).flat_map(move |row| some(width).map(move |column| (row, column)))
}

/// How far two vertices are apart, as a share of a cell's size. At a pole all longitudes are the same.
fn apart(a: Place, b: Place, cell: &[Place; 4]) -> f64 {
    let distance = |a: Place, b: Place| {
        let longitude = if a[1].abs().min(b[1].abs()) > 90.0 - 1e-4 { 0.0 } else { way(b[0] - a[0]) };
        libm::hypot(longitude, b[1] - a[1])
    };
    let size = distance(cell[0], cell[2]).max(distance(cell[1], cell[3]));
    let distance = distance(a, b);
    if distance > 0.0 { distance / size } else { 0.0 }
}

impl Rows {
    /// The first of its columns.
    pub(super) fn first(&self) -> usize {
        self.columns.start
    }
}
