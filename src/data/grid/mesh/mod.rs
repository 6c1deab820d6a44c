//! Cells that lie anywhere: a longitude and a latitude for each of them (curvilinear grids), or longitudes and latitudes of
//! a rotated sphere. What is drawn of them is their outlines in longitude and latitude.
//!
//! | file | what it holds |
//! | --- | --- |
//! | [`mod@lattice`] | places of points in rows and columns, the formula of rotated poles |
//! | [`mod@corners`] | corners of cells: those of the file, or halfway between centers |
//! | [`mod@outline`] | cells as polygons, over the date line and at poles |
//! | [`mod@read`] | from variables to a mesh |
//! | [`mod@tiles`] | boxes around cells beside each other, and the range of them all |

mod corners;
mod lattice;
mod outline;
mod read;
mod tiles;

use std::any::Any;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use corners::Corners;
use lattice::{Lattice, Numbers};
pub use lattice::{Place, Pole};
pub use outline::{Outline, Outlines};
pub(super) use read::mesh_of;
use tiles::{Extent, Tile};
pub use tiles::{TILE_COLUMNS, TILE_ROWS};

/// Most cells of a mesh, which are numbered in 31 bits.
pub const MAX_MESH: u64 = (1 << 31) - 2;

/// Where the cells of a plane lie.
pub struct Mesh {
    centers: Lattice,
    corners: Corners,
    /// Row by row.
    tiles: Vec<Tile>,
    extent: Extent,
    is_ring: bool,
    /// What others made of it, the newest last.
    kept: Mutex<Vec<Arc<dyn Any + Send + Sync>>>,
}

impl fmt::Debug for Mesh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a mesh of {} × {} cells, {:?}", self.width(), self.height(), self.extent)
    }
}

impl Mesh {
    fn new(centers: Lattice, corners: Corners) -> Self {
        let (tiles, extent) = (Vec::new(), Extent::default());
        let mut mesh = Self { centers, corners, tiles, extent, is_ring: false, kept: Mutex::default() };
        mesh.tiles = tiles::tiles_of(&mesh);
        mesh.extent = Extent::of(&mesh.tiles);
        mesh.is_ring = is_ring(&mesh.centers);
        mesh
    }

    /// Of cells at columns `x` and rows `y` of a sphere with a rotated pole, given by their edges and centers.
    pub fn rotated(pole: &Pole, [centers_x, edges_x]: [&[f64]; 2], [centers_y, edges_y]: [&[f64]; 2]) -> Self {
        let corners = Corners::Shared(Lattice::rotated(pole, edges_x, edges_y));
        Self::new(Lattice::rotated(pole, centers_x, centers_y), corners)
    }

    /// Of cells with a longitude and a latitude each, in rows of `width`, whose corners lie halfway between centers.
    pub fn of_centers(width: usize, longitude: Vec<f64>, latitude: Vec<f64>) -> Self {
        let height = longitude.len() / width.max(1);
        let [longitude, latitude] = [longitude, latitude].map(Numbers::of);
        Self::new(Lattice::of(width, height, longitude, latitude), Corners::Halfway)
    }

    /// Number of columns of cells.
    pub fn width(&self) -> usize {
        self.centers.width
    }

    /// Number of rows.
    pub fn height(&self) -> usize {
        self.centers.height
    }

    /// Whether the first column of cells is the next one after the last, all around the Earth.
    pub fn is_ring(&self) -> bool {
        self.is_ring
    }

    /// Cells without a place: those that have no longitude or latitude.
    pub fn unplaced(&self) -> u64 {
        let cells = self.width() as u64 * self.height() as u64;
        cells - self.tiles.iter().map(|tile| u64::from(tile.placed)).sum::<u64>()
    }

    /// The range of longitudes that shows all cells together, at most once around; none where no cell has a place.
    pub fn longitudes(&self) -> Option<(f64, f64)> {
        self.extent.longitudes
    }

    /// The range of latitudes.
    pub fn latitudes(&self) -> Option<(f64, f64)> {
        self.extent.latitudes
    }

    /// Centers of some cells of a row.
    pub fn centers(&self, row: usize, columns: Range<usize>, out: &mut Vec<Place>) {
        self.centers.row(row, columns, out);
    }

    /// Calls for the columns of each tile among some rows of cells that may reach into a box of longitudes (whatever turns are
    /// between) and latitudes, with the rows that the tile has of them.
    pub fn tiles_in(
        &self,
        rows: Range<usize>,
        longitudes: (f64, f64),
        latitudes: (f64, f64),
    ) -> Vec<[Range<usize>; 2]> {
        let across = self.width().div_ceil(TILE_COLUMNS).max(1);
        let mut found = Vec::new();
        for line in rows.start / TILE_ROWS..rows.end.div_ceil(TILE_ROWS) {
            let some = (line * TILE_ROWS).max(rows.start)..((line + 1) * TILE_ROWS).min(rows.end);
            for (i, tile) in self.tiles.iter().skip(line * across).take(across).enumerate() {
                if !some.is_empty() && tile.reaches_into(longitudes, latitudes) {
                    found.push([some.clone(), i * TILE_COLUMNS..((i + 1) * TILE_COLUMNS).min(self.width())]);
                }
            }
        }
        found
    }

    /// What was made of it before and is still kept, if it is as `is_wanted` says.
    pub fn kept<T: Any + Send + Sync>(&self, is_wanted: impl Fn(&T) -> bool) -> Option<Arc<T>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().rev().filter_map(|one| Arc::clone(one).downcast::<T>().ok()).find(|one| is_wanted(one))
    }

    /// Keeps what was made of it; of each kind at most `most`, those made last.
    pub fn keep<T: Any + Send + Sync>(&self, made: Arc<T>, most: usize) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(made);
        while kept.iter().filter(|one| one.is::<T>()).count() > most.max(1) {
            if let Some(oldest) = kept.iter().position(|one| one.is::<T>()) {
                kept.remove(oldest);
            }
        }
    }
}

/// Whether in some rows all over a grid the first center is about as far after the last as the last is after the one before.
fn is_ring(centers: &Lattice) -> bool {
    let width = centers.width;
    if width < 4 {
        return false;
    }
    let mut row = Vec::new();
    let mut is_next = |number: usize| {
        centers.row(number, 0..width, &mut row);
        let step = |a: usize, b: usize| [lattice::way(row[b][0] - row[a][0]), row[b][1] - row[a][1]];
        let (before, over, after) = (step(width - 2, width - 1), step(width - 1, 0), step(0, 1));
        let size = |step: [f64; 2]| libm::hypot(step[0], step[1]);
        let most = 1.5 * size(before).max(size(after));
        // In the same direction, which that of a column that is there twice is not.
        let is_onward = over[0] * (before[0] + after[0]) + over[1] * (before[1] + after[1]) > 0.0;
        (is_onward && size(over) <= most, !(size(over) + most).is_nan())
    };
    let step = (centers.height / 16).max(1);
    let known: Vec<bool> =
        (0..centers.height).step_by(step).map(&mut is_next).filter(|(_, known)| *known).map(|(next, _)| next).collect();
    !known.is_empty() && known.iter().all(|next| *next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rings_close_and_columns_that_are_there_twice_do_not() {
        let mesh = |columns: usize, step: f64| {
            let place = |n: usize| ((n % columns) as f64 * step + 73.0, (n / columns) as f64);
            let (longitude, latitude) = (0..columns * 5).map(place).unzip();
            Mesh::of_centers(columns, longitude, latitude)
        };
        assert!(mesh(36, 10.0).is_ring());
        assert!(!mesh(35, 10.0).is_ring() && !mesh(38, 10.0).is_ring() && !mesh(36, 2.0).is_ring());
    }
}
