//! Boxes around cells beside each other, so that a view looks only at cells that may be in it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::data::parallel::Reading;

use super::{Mesh, Outline, Outlines};

/// Rows of cells of a tile.
pub const TILE_ROWS: usize = 32;
/// Columns of cells of a tile.
pub const TILE_COLUMNS: usize = 64;

/// A box around the cells of a tile.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tile {
    /// From west to east, at most a turn apart.
    west: f64,
    east: f64,
    south: f64,
    north: f64,
    /// Cells that have a place.
    pub(super) placed: u32,
    /// Longitudes as they are held.
    held: (f64, f64),
}

const NOTHING: Tile = Tile {
    west: f64::INFINITY,
    east: f64::NEG_INFINITY,
    south: f64::INFINITY,
    north: f64::NEG_INFINITY,
    placed: 0,
    held: (f64::INFINITY, f64::NEG_INFINITY),
};

impl Tile {
    fn add(&mut self, outline: &Outline) {
        let (mut west, mut east) = outline.longitudes();
        self.held = (self.held.0.min(west), self.held.1.max(east));
        if self.placed > 0 {
            // By the shorter way to the others.
            let turns = (((self.west + self.east) - (west + east)) / 720.0).round() * 360.0;
            (west, east) = (west + turns, east + turns);
        }
        let (south, north) = outline.latitudes();
        (self.west, self.east) = (self.west.min(west), self.east.max(east));
        if self.east - self.west > 360.0 {
            self.east = self.west + 360.0;
        }
        (self.south, self.north) = (self.south.min(south), self.north.max(north));
        self.placed += 1;
    }

    /// Whether any of it may lie in a range of longitudes, whatever turns are between, and of latitudes.
    pub(super) fn reaches_into(&self, (west, east): (f64, f64), (south, north): (f64, f64)) -> bool {
        if self.placed == 0 || self.south > north || self.north < south {
            return false;
        }
        // The first turn that brings its east side into or beyond the range.
        let turns = ((west - self.east) / 360.0 - 1e-9).ceil();
        self.west + 360.0 * turns <= east + 1e-6
    }
}

/// The boxes of all tiles, row by row.
pub(super) fn tiles_of(mesh: &Mesh) -> Vec<Tile> {
    let (across, up) = (mesh.width().div_ceil(TILE_COLUMNS), mesh.height().div_ceil(TILE_ROWS));
    let next = AtomicUsize::new(0);
    let work = || {
        let mut made = Vec::new();
        let mut outlines = Outlines::new(mesh, 0..mesh.width());
        loop {
            let line = next.fetch_add(1, Ordering::Relaxed);
            if line >= up {
                return made;
            }
            let mut tiles = vec![NOTHING; across];
            for row in line * TILE_ROWS..((line + 1) * TILE_ROWS).min(mesh.height()) {
                outlines.go_to(row);
                for column in 0..mesh.width() {
                    if let Some(outline) = outlines.corners(column).and_then(|corners| Outline::of(&corners)) {
                        tiles[column / TILE_COLUMNS].add(&outline);
                    }
                }
            }
            made.push((line, tiles));
        }
    };
    // A thread is worth it for many cells only.
    let threads = Reading::default().threads.min(mesh.height() * mesh.width() / 65_536).max(1);
    let mut lines = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut lines = work();
        for other in others {
            lines.extend(other.join().unwrap_or_default());
        }
        lines
    });
    lines.sort_by_key(|(line, _)| *line);
    lines.into_iter().flat_map(|(_, tiles)| tiles).collect()
}

/// The range of all cells.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Extent {
    pub(super) longitudes: Option<(f64, f64)>,
    pub(super) latitudes: Option<(f64, f64)>,
}

/// A gap between cells all around that is smaller is none.
const LEAST_GAP: f64 = 1e-3;

impl Extent {
    /// The range that boxes take together: of longitudes all around but for the widest gap between them, at the turn that
    /// the file has them, if they lie within one.
    pub(super) fn of(tiles: &[Tile]) -> Self {
        let placed = || tiles.iter().filter(|tile| tile.placed > 0);
        let ends = |low: fn(&Tile) -> f64, high: fn(&Tile) -> f64| {
            placed()
                .fold((f64::INFINITY, f64::NEG_INFINITY), |ends, tile| (ends.0.min(low(tile)), ends.1.max(high(tile))))
        };
        if placed().next().is_none() {
            return Self::default();
        }
        let held = ends(|tile| tile.held.0, |tile| tile.held.1);
        // From the start of a box, how far around boxes reach without a gap.
        let mut arcs: Vec<(f64, f64)> = placed()
            .map(|tile| {
                let start = tile.west.rem_euclid(360.0);
                (start, start + (tile.east - tile.west))
            })
            .collect();
        arcs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (first, mut reached) = (arcs[0].0, arcs.iter().fold(0.0_f64, |far, arc| far.max(arc.1 - 360.0)));
        let mut widest = (0.0, first);
        for (start, end) in &arcs {
            if start - reached > widest.0 && reached > 0.0 {
                widest = (start - reached, *start);
            }
            reached = reached.max(*end);
        }
        // Where nothing reaches beyond a whole turn, there is a gap before the first.
        if first + 360.0 - reached > widest.0 {
            widest = (first + 360.0 - reached, first);
        }
        let longitudes = if widest.0 < LEAST_GAP {
            if held.0 > -90.0 && held.1 > 270.0 { (0.0, 360.0) } else { (-180.0, 180.0) }
        } else {
            at_home((widest.1, widest.1 + 360.0 - widest.0), held)
        };
        Self { longitudes: Some(longitudes), latitudes: Some(ends(|tile| tile.south, |tile| tile.north)) }
    }
}

/// A range of longitudes at the turn where people expect it: that of the file, unless it goes over the border there.
fn at_home((west, east): (f64, f64), held: (f64, f64)) -> (f64, f64) {
    // The file's own numbers, where they lie together as they are.
    let turns = ((held.0 - west) / 360.0).round() * 360.0;
    if ((west + turns) - held.0).abs() < 1e-6
        && ((east + turns) - held.1).abs() < 1e-6
        && held.0 >= -360.0
        && held.1 <= 540.0
    {
        return held;
    }
    let within = |low: f64, high: f64| {
        let turns = ((low - west) / 360.0 - 1e-9).ceil() * 360.0;
        (east + turns <= high + 1e-6).then_some((west + turns, east + turns))
    };
    let turns = ((-180.0 - west) / 360.0 - 1e-9).ceil() * 360.0;
    within(-180.0, 180.0).or_else(|| within(0.0, 360.0)).unwrap_or((west + turns, east + turns))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(longitudes: &[f64]) -> (f64, f64) {
        let width = longitudes.len();
        let longitude: Vec<f64> = longitudes.iter().chain(longitudes).copied().collect();
        let latitude = (0..2 * width).map(|i| if i < width { 0.0 } else { 1.0 }).collect();
        Mesh::of_centers(width, longitude, latitude).longitudes().unwrap()
    }

    #[test]
    fn ranges_lie_together() {
        let every = |from: i32, to: i32| (from..to).map(f64::from).collect::<Vec<_>>();
        assert_eq!(range(&every(5, 20)), (4.5, 19.5));
        assert_eq!(range(&every(185, 300)), (184.5, 299.5));
        // Over the date line, over Greenwich.
        let around = |from: i32, to: i32| {
            every(from, to).iter().map(|v| (v + 180.0).rem_euclid(360.0) - 180.0).collect::<Vec<_>>()
        };
        assert_eq!(range(&around(150, 220)), (149.5, 219.5));
        assert_eq!(range(&every(-30, 40).iter().map(|v| v.rem_euclid(360.0)).collect::<Vec<_>>()), (-30.5, 39.5));
        // All around, in both ways of counting.
        assert_eq!(range(&every(-180, 180)), (-180.0, 180.0));
        assert_eq!(range(&every(0, 360)), (0.0, 360.0));
        assert_eq!(range(&around(73, 433)), (-180.0, 180.0));
        // All but a part.
        assert_eq!(range(&every(-180, 100)), (-180.5, 99.5));
        assert!(Mesh::of_centers(2, vec![f64::NAN; 4], vec![0.0; 4]).longitudes().is_none());
    }

    #[test]
    fn tiles_out_of_view_are_passed_by() {
        let (width, height) = (200, 100);
        let place = |i: usize| ((i % width) as f64 / 2.0 + 300.0, (i / width) as f64 / 2.0);
        let (longitude, latitude) = (0..width * height).map(place).unzip();
        let mesh = Mesh::of_centers(width, longitude, latitude);
        assert_eq!(mesh.unplaced(), 0);
        let found = |longitudes, latitudes| mesh.tiles_in(0..height, longitudes, latitudes).len();
        assert_eq!(found((299.0, 401.0), (-1.0, 60.0)), 16);
        assert_eq!(found((-61.0, -45.0), (-1.0, 5.0)), 1);
        assert_eq!(found((41.0, 50.0), (-1.0, 5.0)), 0);
        assert_eq!(found((299.0, 401.0), (60.0, 70.0)), 0);
        assert_eq!(found((-1e4, 1e4), (-90.0, 90.0)), 16);
    }
}
