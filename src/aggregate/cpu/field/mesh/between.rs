//! Values between centers: bilinear within the quadrilaterals of four of them.

use std::ops::Range;

use crate::data::grid::mesh::Place;
use crate::data::grid::{Mesh, Outline, Outlines};

use super::footprint::narrow;
use super::lens::Lens;
use super::polygon::{Polygon, Spot};

/// A quadrilateral of nodes: of centers of cells and, around them, of the middles of the outermost sides, where cells have
/// the value of their center.
pub struct Quad {
    /// Its number, in the order of the file.
    pub number: u32,
    /// The cells whose values its corners have: row and column.
    pub cells: [[usize; 2]; 4],
    corners: [Spot; 4],
}

/// Quadrilaterals of some columns, row by row.
pub struct Quads<'a> {
    mesh: &'a Mesh,
    outlines: Outlines<'a>,
    columns: Range<usize>,
    below: Vec<Place>,
    above: Vec<Place>,
}

impl<'a> Quads<'a> {
    /// Those between the cells of some columns.
    pub fn new(mesh: &'a Mesh, columns: Range<usize>) -> Self {
        Self { mesh, outlines: Outlines::new(mesh, columns.clone()), columns, below: Vec::new(), above: Vec::new() }
    }

    /// Calls for those before the cells of some rows (and after the last of all), as they lie in a view.
    pub fn for_each(&mut self, rows: &Range<usize>, lens: &Lens, mut found: impl FnMut(&Quad, &Polygon)) {
        let (width, height) = (self.mesh.width(), self.mesh.height());
        if self.columns.is_empty() {
            return;
        }
        let rows = rows.start..if rows.end == height { height + 1 } else { rows.end };
        // Nodes of the columns of cells, with those before the first and after the last of all.
        let first = if self.columns.start == 0 { 0 } else { self.columns.start + 1 };
        let end = if self.columns.end == width { width + 2 } else { self.columns.end + 1 };
        let nodes = first..end;
        let is_closed = self.outlines.is_closed();
        self.outlines.nodes(rows.start, nodes.clone(), &mut self.above);
        for row in rows {
            std::mem::swap(&mut self.below, &mut self.above);
            self.outlines.nodes(row + 1, nodes.clone(), &mut self.above);
            for (i, column) in (first..end - 1).enumerate() {
                let corners = [self.below[i], self.below[i + 1], self.above[i + 1], self.above[i]];
                // One that reaches a pole has more corners, and its cells their own values.
                let Some(outline) = Outline::of(&corners).filter(|outline| outline.len() == 4) else { continue };
                let across = |column: usize| match column {
                    0 if is_closed => width - 1,
                    column if is_closed && column > width => 0,
                    column => column.clamp(1, width) - 1,
                };
                let cell = |row: usize, column: usize| [row.clamp(1, height) - 1, across(column)];
                let cells =
                    [cell(row, column), cell(row, column + 1), cell(row + 1, column + 1), cell(row + 1, column)];
                let number = narrow(row * (width + 1) + column);
                for turns in lens.turns(outline.longitudes()) {
                    if let Some(polygon) = lens.polygon(&outline, turns)
                        && let [a, b, c, d] = *polygon.corners()
                    {
                        // Outlines begin with any of the corners but a pole: with the first, where there is none.
                        found(&Quad { number, cells, corners: [a, b, c, d] }, &polygon);
                    }
                }
            }
        }
    }
}

impl Quad {
    /// What each corner has of a place within: where corners are a, b, c, d in turn, the place is
    /// a + u (b − a) + v (d − a) + u v (a − b + c − d), and v a root of a quadratic equation.
    pub fn shares(&self, place: Spot) -> [f64; 4] {
        let [a, b, c, d] = self.corners;
        let from = |p: Spot, q: Spot| [q[0] - p[0], q[1] - p[1]];
        let cross = |p: Spot, q: Spot| p[0] * q[1] - p[1] * q[0];
        let (along, up, to) = (from(a, b), from(a, d), from(a, place));
        let bend = [a[0] - b[0] + c[0] - d[0], a[1] - b[1] + c[1] - d[1]];
        let (k2, k1, k0) = (cross(bend, up), cross(along, up) + cross(to, bend), cross(to, along));
        let root = (k1 * k1 - 4.0 * k0 * k2).max(0.0).sqrt();
        let q = -(k1 + root.copysign(k1)) / 2.0;
        // The root that does not cancel, and the other by their product.
        let candidates = [k0 / q, q / k2];
        let off = |v: f64| if v.is_finite() { (v - 0.5).abs() } else { f64::INFINITY };
        let v = if off(candidates[0]) <= off(candidates[1]) { candidates[0] } else { candidates[1] };
        let v = if v.is_finite() { v.clamp(0.0, 1.0) } else { 0.5 };
        let run = [along[0] + bend[0] * v, along[1] + bend[1] * v];
        let left = [to[0] - up[0] * v, to[1] - up[1] * v];
        let i = usize::from(run[1].abs() > run[0].abs());
        let u = left[i] / run[i];
        let u = if u.is_finite() { u.clamp(0.0, 1.0) } else { 0.5 };
        [(1.0 - u) * (1.0 - v), u * (1.0 - v), u * v, (1.0 - u) * v]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn shares_bring_corners_together_at_the_place(
            off in proptest::array::uniform8(-0.3..0.3_f64), u in 0.0..1.0_f64, v in 0.0..1.0_f64, straight in 0..2,
        ) {
            let off = off.map(|off| if straight == 1 { 0.0 } else { off });
            let corners = [[off[0], off[1]], [3.0 + off[2], off[3]], [3.0 + off[4], 2.0 + off[5]], [off[6], 2.0 + off[7]]];
            let place = [0, 1].map(|i| {
                let (low, high) = (corners[0][i] * (1.0 - u) + corners[1][i] * u, corners[3][i] * (1.0 - u) + corners[2][i] * u);
                low * (1.0 - v) + high * v
            });
            let shares = Quad { number: 0, cells: [[0; 2]; 4], corners }.shares(place);
            let wanted = [(1.0 - u) * (1.0 - v), u * (1.0 - v), u * v, (1.0 - u) * v];
            prop_assert!(shares.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-9), "{shares:?} {wanted:?}");
        }
    }
}
