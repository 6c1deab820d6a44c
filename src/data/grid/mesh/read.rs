//! From variables to a mesh.

use std::ops::Range;

use super::super::raw::MAX_READ;
use super::super::{Coordinates, Placed, Variable};
use super::corners::{Corners, Vertices};
use super::lattice::{Lattice, Numbers, Place};
use super::{MAX_MESH, Mesh, Pole};
use crate::data::error::DataError;

/// Most cells whose corners are their own, each with four of them.
const MAX_OWN: usize = 1 << 22;
/// Cells whose vertices are read at a time.
const SOME: usize = 1 << 18;

/// Where the cells of a plane of a variable lie. `window` has the cells of each of its dimensions: those of the plane whole,
/// one of all others. `axes` are the dimensions along x and y, with their coordinates.
///
/// # Errors
/// Positions that cannot be read, that are too many to be held, or none that can be used.
pub(in super::super) fn mesh_of(
    variable: &Variable,
    window: &[Range<u64>],
    axes: [usize; 2],
    coordinates: [&Coordinates; 2],
) -> Result<Mesh, DataError> {
    let lens = axes.map(|axis| window.get(axis).map_or(0, |range| range.end - range.start));
    let cells = lens[0].saturating_mul(lens[1]);
    let mesh = match &variable.placed {
        None => return Err(DataError::Grid("its cells have no longitudes and latitudes".to_owned())),
        Some(_) if cells > MAX_MESH => return Err(too_many(cells, MAX_MESH)),
        Some(Placed::RotatedPole { latitude, longitude, grid_longitude }) => {
            let pole = Pole { latitude: *latitude, longitude: *longitude, grid_longitude: *grid_longitude };
            let [x, y] = coordinates.map(|known| Some([known.centers.as_slice(), known.edges.as_deref()?]));
            let (Some(x), Some(y)) = (x, y) else {
                return Err(DataError::Grid("its cells have no edges on the rotated axes".to_owned()));
            };
            Mesh::rotated(&pole, x, y)
        }
        Some(Placed::Curvilinear { .. }) if cells > MAX_READ => return Err(too_many(cells, MAX_READ)),
        Some(Placed::Curvilinear { longitude, latitude, bounds }) => {
            let size = lens.map(|len| usize::try_from(len).unwrap_or(usize::MAX));
            let reader = Reader { variable, window };
            // One after the other, so that only one of them is there in full.
            let longitude = Numbers::of(reader.all(longitude, size)?);
            let latitude = Numbers::of(reader.all(latitude, size)?);
            let centers = Lattice::of(size[0], size[1], longitude, latitude);
            let corners = match bounds.as_deref() {
                Some(bounds) => reader.corners(bounds, size)?.unwrap_or(Corners::Halfway),
                None => Corners::Halfway,
            };
            Mesh::new(centers, corners)
        }
    };
    if mesh.longitudes().is_none() {
        return Err(DataError::Grid("no cell has both a longitude and a latitude".to_owned()));
    }
    Ok(mesh)
}

fn too_many(cells: u64, most: u64) -> DataError {
    DataError::Grid(format!("its {cells} cells have more longitudes and latitudes than are held in memory ({most})"))
}

/// Reads what lies over the plane of a variable.
struct Reader<'a> {
    variable: &'a Variable,
    window: &'a [Range<u64>],
}

impl Reader<'_> {
    /// The window of a variable over some of the dimensions of this one, and perhaps one more.
    fn window_of(&self, position: &Variable) -> Vec<Range<u64>> {
        let of = |dimension: &usize| {
            let at = self.variable.dimensions.iter().position(|known| known == dimension);
            at.and_then(|at| self.window.get(at)).cloned().unwrap_or(0..4)
        };
        position.dimensions.iter().map(of).collect()
    }

    fn all(&self, position: &Variable, [width, height]: [usize; 2]) -> Result<Vec<f64>, DataError> {
        let window = self.window_of(position);
        let mut values = vec![f64::NAN; width.saturating_mul(height)];
        position.read(&window, &mut values)?;
        Ok(values)
    }

    /// Corners by the vertices of cells; none where those are not held.
    fn corners(&self, bounds: &[Variable; 2], size: [usize; 2]) -> Result<Option<Corners>, DataError> {
        let [width, height] = size;
        let windows = bounds.each_ref().map(|bound| self.window_of(bound));
        let read = |rows: Range<usize>| -> Result<Vec<[Place; 4]>, DataError> {
            let count = rows.len() * width * 4;
            let mut found = [vec![f64::NAN; count], vec![f64::NAN; count]];
            for ((bound, window), values) in bounds.iter().zip(&windows).zip(&mut found) {
                let mut window = window.clone();
                let Some(at) = window.len().checked_sub(3) else {
                    return Err(DataError::Grid(format!("\"{}\" has no vertices of cells", bound.name)));
                };
                window[at] = rows.start as u64..rows.end as u64;
                bound.read(&window, values)?;
            }
            let place = |i: usize| match [found[0][i], found[1][i]] {
                place if place.iter().all(|v| v.is_finite()) => place,
                _ => [f64::NAN; 2],
            };
            Ok((0..count / 4).map(|cell| [0, 1, 2, 3].map(|i| place(cell * 4 + i))).collect())
        };
        let together = (SOME / width.max(1)).max(1);
        let blocks = || (0..height).step_by(together).map(|row| row..(row + together).min(height));
        // The first rows tell the order of vertices.
        let first = read(0..together.min(height).max(height.min(2)))?;
        let known = first.len() / width.max(1);
        let order = Vertices::new(width, known, |row, column| Some(first[row * width + column]).filter(is_placed));
        let order = order.over(height);
        let mut corners = vec![[f64::NAN; 2]; (width + 1) * (height + 1)];
        let mut is_shared = true;
        for rows in blocks() {
            for (row, cells) in rows.clone().zip(read(rows)?.chunks(width.max(1))) {
                is_shared &= order.share(row, cells, &mut corners);
            }
            if !is_shared {
                break;
            }
        }
        if is_shared {
            let [longitude, latitude] =
                [0, 1].map(|axis| Numbers::of(corners.iter().map(|corner: &Place| corner[axis]).collect()));
            return Ok(Some(Corners::Shared(Lattice::of(width + 1, height + 1, longitude, latitude))));
        }
        drop(corners);
        if width * height > MAX_OWN {
            return Ok(None);
        }
        let mut own = (Vec::with_capacity(width * height * 4), Vec::with_capacity(width * height * 4));
        for rows in blocks() {
            for cell in read(rows)? {
                for [longitude, latitude] in order.own(&cell) {
                    own.0.push(longitude);
                    own.1.push(latitude);
                }
            }
        }
        Ok(Some(Corners::Own(Lattice::of(width * 4, height, Numbers::of(own.0), Numbers::of(own.1)))))
    }
}

fn is_placed(cell: &[Place; 4]) -> bool {
    cell.iter().all(|place| place[0].is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vertices of a turned grid of cells, in some order.
    fn vertices(row: usize, column: usize, order: [usize; 4], gap: f64) -> [Place; 4] {
        let at = |up: f64, right: f64| {
            let (x, y) = (column as f64 + right, row as f64 + up);
            [170.0 + 2.0 * x - 0.5 * y, 0.3 * x + 1.5 * y]
        };
        let round = [at(gap, gap), at(gap, 1.0 - gap), at(1.0 - gap, 1.0 - gap), at(1.0 - gap, gap)];
        let mut cell = [[0.0; 2]; 4];
        for (place, i) in round.into_iter().zip(order) {
            cell[i] = [(place[0] + 180.0_f64).rem_euclid(360.0) - 180.0, place[1]];
        }
        cell
    }

    #[test]
    fn vertices_in_any_order_become_shared_corners() {
        for order in [[0, 1, 2, 3], [2, 3, 0, 1], [1, 0, 3, 2], [3, 2, 1, 0]] {
            let found = Vertices::new(5, 4, |row, column| Some(vertices(row, column, order, 0.0)));
            let mut corners = vec![[f64::NAN; 2]; 6 * 5];
            for row in 0..4 {
                let cells: Vec<_> = (0..5).map(|column| vertices(row, column, order, 0.0)).collect();
                assert!(found.share(row, &cells, &mut corners), "{order:?}");
            }
            let wanted = vertices(2, 3, [0, 1, 2, 3], 0.0)[0];
            let got = corners[2 * 6 + 3];
            assert!((got[0] - wanted[0]).abs() < 1e-9 && (got[1] - wanted[1]).abs() < 1e-9, "{order:?}");
            // Cells that do not touch share none.
            let cells: Vec<_> = (0..5).map(|column| vertices(0, column, order, 0.1)).collect();
            assert!(!found.share(0, &cells, &mut vec![[f64::NAN; 2]; 6 * 5]));
        }
    }
}
