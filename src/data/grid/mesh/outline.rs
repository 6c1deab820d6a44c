//! Cells as polygons in longitude and latitude.

use std::ops::Range;

use super::Mesh;
use super::corners::{Corners, Rows};
use super::lattice::{Place, way};

/// Latitudes from which on a corner is a pole, where every longitude meets.
const POLE: f64 = 90.0 - 1e-6;

/// A cell as a polygon in longitude and latitude, its corners no more than half a turn apart from one to the next.
///
/// A corner at a pole, where all longitudes are, becomes one at the longitude of each neighbor; a cell that has a pole within
/// it reaches all around and up to it.
#[derive(Debug, Clone, Copy)]
pub struct Outline {
    len: usize,
    /// Longitudes as they are held; the same corner of two cells has the same number.
    longitude: [f64; MOST],
    /// Whole turns to be added to them.
    turns: [i32; MOST],
    latitude: [f64; MOST],
}

/// Most corners of an outline.
const MOST: usize = 8;

impl Outline {
    /// Of four corners in turn; none where they have no place.
    pub fn of(corners: &[Place; 4]) -> Option<Self> {
        if corners.iter().any(|place| !(place[0].is_finite() && place[1].is_finite())) {
            return None;
        }
        if let Some(plain) = Self::plain(corners) {
            return Some(plain);
        }
        let is_pole = |i: usize| corners[i % 4][1].abs() >= POLE;
        let first = (0..4).find(|i| !is_pole(*i))?;
        let mut outline = Self { len: 0, longitude: [0.0; MOST], turns: [0; MOST], latitude: [0.0; MOST] };
        let mut turns = 0;
        let mut before = corners[first][0];
        for i in first..first + 4 {
            let [longitude, latitude] = corners[i % 4];
            if !is_pole(i) {
                turns = nearest(before, longitude);
                before = longitude + 360.0 * f64::from(turns);
                outline.push(longitude, turns, latitude);
                continue;
            }
            let pole = latitude.signum() * 90.0;
            if !is_pole(i + 3) {
                outline.push(corners[(i + 3) % 4][0], turns, pole);
            }
            if !is_pole(i + 1) {
                let next = corners[(i + 1) % 4][0];
                outline.push(next, nearest(before, next), pole);
            }
        }
        let around = nearest(before, corners[first][0]);
        if around != 0 && !(0..4).any(is_pole) {
            let pole = if corners.iter().map(|place| place[1]).sum::<f64>() < 0.0 { -90.0 } else { 90.0 };
            let [longitude, latitude] = corners[first];
            outline.push(longitude, around, latitude);
            outline.push(longitude, around, pole);
            outline.push(longitude, 0, pole);
        }
        Some(outline)
    }

    /// Of corners that lie together as they are, as nearly all do.
    #[inline]
    fn plain([a, b, c, d]: &[Place; 4]) -> Option<Self> {
        let ends = |i: usize| (a[i].min(b[i]).min(c[i].min(d[i])), a[i].max(b[i]).max(c[i].max(d[i])));
        let ((west, east), (south, north)) = (ends(0), ends(1));
        (east - west < 180.0 && north < POLE && south > -POLE).then(|| {
            let mut outline = Self { len: 4, longitude: [0.0; MOST], turns: [0; MOST], latitude: [0.0; MOST] };
            outline.longitude[..4].copy_from_slice(&[a[0], b[0], c[0], d[0]]);
            outline.latitude[..4].copy_from_slice(&[a[1], b[1], c[1], d[1]]);
            outline
        })
    }

    fn push(&mut self, longitude: f64, turns: i32, latitude: f64) {
        if self.len < MOST {
            (self.longitude[self.len], self.turns[self.len], self.latitude[self.len]) = (longitude, turns, latitude);
            self.len += 1;
        }
    }

    /// Number of corners.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it has no corner; it always has some.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Corner `i`, some turns further east. The same corner of neighbors is the same to the last bit.
    #[inline]
    pub fn corner(&self, i: usize, turns: i32) -> Place {
        [self.longitude[i] + 360.0 * f64::from(self.turns[i] + turns), self.latitude[i]]
    }

    /// The least and greatest longitude.
    pub fn longitudes(&self) -> (f64, f64) {
        (0..self.len)
            .map(|i| self.corner(i, 0)[0])
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), longitude| {
                (low.min(longitude), high.max(longitude))
            })
    }

    /// The least and greatest latitude.
    pub fn latitudes(&self) -> (f64, f64) {
        let latitudes = &self.latitude[..self.len];
        latitudes.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)))
    }
}

/// The turns that bring a longitude nearest to another.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "longitudes that are drawn are few turns apart")]
fn nearest(to: f64, longitude: f64) -> i32 {
    let difference = to - longitude;
    if difference.abs() <= 180.0 { 0 } else { (difference / 360.0).round() as i32 }
}

/// Reads the corners and centers of cells, row by row.
#[derive(Debug)]
pub struct Outlines<'a> {
    mesh: &'a Mesh,
    columns: Range<usize>,
    centers: Rows,
    /// Corners of a row of cells; of cells with corners of their own, four of each.
    below: Vec<Place>,
    above: Vec<Place>,
    /// Which row of corners `above` is.
    next: Option<usize>,
    row: usize,
}

impl<'a> Outlines<'a> {
    /// Of some columns of cells.
    pub fn new(mesh: &'a Mesh, columns: Range<usize>) -> Self {
        let around = columns.start.saturating_sub(2)..(columns.end + 2).min(mesh.width());
        let (below, above) = (Vec::new(), Vec::new());
        Self { mesh, columns, centers: Rows::new(around), below, above, next: None, row: 0 }
    }

    /// Goes to a row of cells.
    pub fn go_to(&mut self, row: usize) {
        self.row = row;
        match &self.mesh.corners {
            Corners::Own(vertices) => vertices.row(row, self.columns.start * 4..self.columns.end * 4, &mut self.below),
            _ => {
                if self.next == Some(row) {
                    std::mem::swap(&mut self.below, &mut self.above);
                } else {
                    corners(self.mesh, &mut self.centers, row, &self.columns, &mut self.below);
                }
                corners(self.mesh, &mut self.centers, row + 1, &self.columns, &mut self.above);
                self.next = Some(row + 1);
                if self.mesh.centers.has_holes {
                    self.centers.row(&self.mesh.centers, Some(row));
                }
            }
        }
    }

    /// The corners of a cell of the row, counterclockwise as rows and columns rise; none of cells without a place.
    #[inline]
    pub fn corners(&self, column: usize) -> Option<[Place; 4]> {
        let i = column - self.columns.start;
        let four = match &self.mesh.corners {
            Corners::Own(_) => [0, 1, 2, 3].map(|k| self.below[4 * i + k]),
            _ => [self.below[i], self.below[i + 1], self.above[i + 1], self.above[i]],
        };
        // Its neighbors may know the corners of a cell that has no place itself.
        let has_place = || !self.centers.centers(self.row % 4)[column - self.centers.first()][0].is_nan();
        if self.mesh.centers.has_holes && !matches!(self.mesh.corners, Corners::Own(_)) && !has_place() {
            return None;
        }
        // A sum is NaN if any of it is.
        let sum = four[0][0] + four[1][0] + four[2][0] + four[3][0];
        (!sum.is_nan()).then_some(four)
    }

    /// Whether its columns are all there are and come round to themselves.
    pub fn is_closed(&self) -> bool {
        self.mesh.is_ring() && self.columns == (0..self.mesh.width())
    }

    /// Nodes that values belong to: the centers of cells, and around them the middles of the outermost sides, where cells have
    /// the value of their center. Row 0 and column 0 lie before the first cells; there are two more of each than cells.
    /// `columns` are those of nodes, within two of those of the cells. Where columns come round to themselves, those before
    /// the first are the last ones.
    pub fn nodes(&mut self, row: usize, columns: Range<usize>, out: &mut Vec<Place>) {
        let (width, height) = (self.mesh.width(), self.mesh.height());
        let inner = row.clamp(1, height) - 1;
        self.go_to(inner);
        out.clear();
        let mut centers = Vec::new();
        let cells = columns.start.clamp(1, width) - 1..columns.end.saturating_sub(1).clamp(1, width);
        self.mesh.centers.row(inner, cells.clone(), &mut centers);
        let is_closed = self.is_closed();
        for column in columns {
            let column = match column {
                0 if is_closed => width,
                column if is_closed && column > width => 1,
                column => column,
            };
            let cell = column.clamp(1, width) - 1;
            let side = match (row, column) {
                (1.., 1..) if row <= height && column <= width => {
                    out.push(centers[cell - cells.start]);
                    continue;
                }
                (0, 0) => [0, 0],
                (0, _) if column <= width => [0, 1],
                (0, _) => [1, 1],
                (_, 0) if row <= height => [0, 3],
                (_, 0) => [3, 3],
                _ if row <= height => [1, 2],
                _ if column <= width => [2, 3],
                _ => [2, 2],
            };
            out.push(self.corners(cell).map_or([f64::NAN; 2], |corners| {
                let [a, b] = side.map(|i: usize| corners[i]);
                [a[0] + way(b[0] - a[0]) / 2.0, a[1] + (b[1] - a[1]) / 2.0]
            }));
        }
    }
}

/// The corners about some columns of cells in one row of corners.
fn corners(mesh: &Mesh, centers: &mut Rows, row: usize, columns: &Range<usize>, out: &mut Vec<Place>) {
    let wanted = columns.start..columns.end + 1;
    match &mesh.corners {
        Corners::Shared(corners) => corners.row(row, wanted, out),
        _ => centers.corners(&mesh.centers, row, wanted, out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(corners: [Place; 4]) -> (Vec<Place>, (f64, f64)) {
        let outline = Outline::of(&corners).unwrap();
        ((0..outline.len()).map(|i| outline.corner(i, 0)).collect(), outline.longitudes())
    }

    #[test]
    fn cells_over_the_date_line_are_not_wide() {
        let (corners, ends) = outline([[179.0, 10.0], [-179.0, 10.0], [-179.0, 12.0], [179.0, 12.0]]);
        assert_eq!(corners, [[179.0, 10.0], [181.0, 10.0], [181.0, 12.0], [179.0, 12.0]]);
        assert_eq!(ends, (179.0, 181.0));
        assert!(Outline::of(&[[0.0, f64::NAN], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]).is_none());
    }

    #[test]
    fn cells_at_a_pole_end_there() {
        let (corners, _) = outline([[30.0, 80.0], [40.0, 80.0], [40.0, 90.0], [30.0, 90.0]]);
        assert_eq!(corners, [[30.0, 80.0], [40.0, 80.0], [40.0, 90.0], [30.0, 90.0]]);
        // One corner at the pole, whose longitude says nothing.
        let (corners, ends) = outline([[30.0, 80.0], [60.0, 70.0], [90.0, 80.0], [-123.0, 90.0]]);
        assert_eq!(corners, [[30.0, 80.0], [60.0, 70.0], [90.0, 80.0], [90.0, 90.0], [30.0, 90.0]]);
        assert_eq!(ends, (30.0, 90.0));
        // The pole within the cell.
        let (corners, ends) = outline([[-135.0, 88.0], [-45.0, 88.0], [45.0, 88.0], [135.0, 88.0]]);
        assert_eq!(ends, (-135.0, 225.0));
        assert_eq!(corners[4..], [[225.0, 88.0], [225.0, 90.0], [-135.0, 90.0]]);
        let all = Outline::of(&[[0.0, 90.0]; 4]);
        assert!(all.is_none());
    }
}
