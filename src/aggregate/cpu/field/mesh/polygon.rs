//! Polygons on pixels: which pixel centers lie in one, and how much of each pixel it covers.

use std::ops::Range;

/// A place in pixels, from the left and from below.
pub type Spot = [f64; 2];

/// Most corners: an outline has up to eight, and each side of a box that it is clipped to adds one.
const MOST: usize = 14;

/// Corners in turn.
#[derive(Debug, Clone, Copy)]
pub struct Polygon {
    len: usize,
    corners: [Spot; MOST],
}

/// A box of pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    pub columns: Range<u32>,
    pub rows: Range<u32>,
}

impl Polygon {
    pub fn new() -> Self {
        Self { len: 0, corners: [[0.0; 2]; MOST] }
    }

    /// Of some corners.
    #[cfg(test)]
    pub fn of(corners: &[Spot]) -> Self {
        let mut polygon = Self::new();
        corners.iter().for_each(|corner| polygon.push(*corner));
        polygon
    }

    #[inline]
    pub fn push(&mut self, corner: Spot) {
        if self.len < MOST {
            self.corners[self.len] = corner;
            self.len += 1;
        }
    }

    #[inline]
    pub fn corners(&self) -> &[Spot] {
        &self.corners[..self.len]
    }

    /// Its sides, each with both ends.
    #[inline]
    fn sides(&self) -> impl Iterator<Item = (Spot, Spot)> + '_ {
        let corners = self.corners();
        let before = corners.last().copied().unwrap_or([0.0; 2]);
        corners.iter().scan(before, |before, corner| Some((std::mem::replace(before, *corner), *corner)))
    }

    /// The least and the greatest place along both axes.
    #[inline]
    pub fn ends(&self) -> [Spot; 2] {
        let mut ends = [[f64::INFINITY; 2], [f64::NEG_INFINITY; 2]];
        for corner in self.corners() {
            for i in 0..2 {
                ends[0][i] = ends[0][i].min(corner[i]);
                ends[1][i] = ends[1][i].max(corner[i]);
            }
        }
        ends
    }

    /// Twice its area, positive if corners go round counterclockwise.
    #[inline]
    fn turned_area(&self) -> f64 {
        let [x, y] = self.corners[0];
        self.sides().map(|(a, b)| (a[0] - x) * (b[1] - y) - (b[0] - x) * (a[1] - y)).sum()
    }

    /// Its area, in pixels.
    #[inline]
    pub fn area(&self) -> f64 {
        (self.turned_area() / 2.0).abs()
    }

    /// Whether it is so wide that about a pixel fits in, whichever way it is turned, so that the center of one lies in it:
    /// whether opposite sides are as far apart as a pixel reaches across them.
    #[inline]
    pub fn is_wide(&self, whole: f64) -> bool {
        let longest = self.sides().map(|(a, b)| (b[0] - a[0]).abs() + (b[1] - a[1]).abs()).fold(0.0, f64::max);
        self.area() >= whole * longest && longest > 0.0
    }

    /// The part of it within a box.
    pub fn within(&self, low: Spot, high: Spot) -> Self {
        let mut kept = *self;
        for (axis, at, is_high) in [(0, low[0], false), (0, high[0], true), (1, low[1], false), (1, high[1], true)] {
            let inside = |corner: Spot| if is_high { corner[axis] <= at } else { corner[axis] >= at };
            if kept.corners().iter().all(|corner| inside(*corner)) {
                continue;
            }
            let mut clipped = Self::new();
            for (a, b) in kept.sides() {
                if inside(a) != inside(b) {
                    let share = (at - a[axis]) / (b[axis] - a[axis]);
                    let other = 1 - axis;
                    let mut cut = [at; 2];
                    cut[other] = a[other] + (b[other] - a[other]) * share;
                    clipped.push(cut);
                }
                if inside(b) {
                    clipped.push(b);
                }
            }
            kept = clipped;
        }
        kept
    }

    /// Calls for each pixel of a box whose center lies in it: on its left or lower side is in it, on its right or upper side
    /// is not, so that of cells that share a side just one has the center.
    pub fn centers(&self, pixels: &Pixels, mut found: impl FnMut(u32, u32)) {
        let [low, high] = self.ends();
        let rows = first_center(low[1]).max(pixels.rows.start)..first_center(high[1]).min(pixels.rows.end);
        if rows.is_empty()
            || first_center(low[0]).max(pixels.columns.start) >= first_center(high[0]).min(pixels.columns.end)
        {
            return;
        }
        for row in rows {
            let middle = f64::from(row) + 0.5;
            let mut crossings = [0.0; MOST];
            let mut count = 0;
            for (a, b) in self.sides() {
                if (a[1] <= middle) != (b[1] <= middle) {
                    // From the lower end, whichever cell asks, so that neighbors get the same number.
                    let (a, b) = if a[1] < b[1] { (a, b) } else { (b, a) };
                    crossings[count] = a[0] + (b[0] - a[0]) * ((middle - a[1]) / (b[1] - a[1]));
                    count += 1;
                }
            }
            let crossings = &mut crossings[..count];
            crossings.sort_unstable_by(f64::total_cmp);
            for pair in crossings.chunks_exact(2) {
                let from = first_center(pair[0]).max(pixels.columns.start);
                for column in from..first_center(pair[1]).min(pixels.columns.end) {
                    found(column, row);
                }
            }
        }
    }

    /// Calls for each pixel of a box with the area that it covers of it, in pixels; may leave out pixels of which it covers
    /// none. `sums` is room for a row.
    pub fn cover(&self, pixels: &Pixels, sums: &mut Vec<f64>, mut found: impl FnMut(u32, u32, f64)) {
        let [low, high] = self.ends();
        let columns = floor(low[0]).max(pixels.columns.start)..ceil(high[0]).min(pixels.columns.end);
        let rows = floor(low[1]).max(pixels.rows.start)..ceil(high[1]).min(pixels.rows.end);
        if columns.is_empty() || rows.is_empty() {
            return;
        }
        if columns.len() == 1 && rows.len() == 1 && self.is_in(columns.start, rows.start) {
            found(columns.start, rows.start, self.area());
            return;
        }
        let sign = if self.turned_area() < 0.0 { -1.0 } else { 1.0 };
        for row in rows {
            sums.clear();
            sums.resize(columns.len() + 2, 0.0);
            for (a, b) in self.sides() {
                add_side(a, b, row, &columns, sums);
            }
            let mut covered = 0.0;
            for (column, part) in columns.clone().zip(sums.iter()) {
                covered += part;
                let area = covered * sign;
                if area > 0.0 {
                    found(column, row, area);
                }
            }
        }
    }

    /// Whether it lies within a pixel.
    fn is_in(&self, column: u32, row: u32) -> bool {
        let [low, high] = self.ends();
        let (x, y) = (f64::from(column), f64::from(row));
        low[0] >= x && high[0] <= x + 1.0 && low[1] >= y && high[1] <= y + 1.0
    }
}

/// Adds what is to the right of a side in a row of pixels, by which it goes up or down: of each pixel its own part and
/// what the ones before it have passed on. Where a polygon's sides come round, just what it covers is left.
fn add_side(a: Spot, b: Spot, row: u32, columns: &Range<u32>, sums: &mut [f64]) {
    let (bottom, top) = (f64::from(row), f64::from(row) + 1.0);
    let (lower, upper, sign) = if a[1] < b[1] { (a, b, -1.0) } else { (b, a, 1.0) };
    let (from, to) = (lower[1].max(bottom), upper[1].min(top));
    // Also of sides that are level.
    if from >= to {
        return;
    }
    let at = |y: f64| {
        let share = (y - lower[1]) / (upper[1] - lower[1]);
        let x = lower[0] + (upper[0] - lower[0]) * share;
        x.clamp(lower[0].min(upper[0]), lower[0].max(upper[0]))
    };
    let (first, width) = (f64::from(columns.start), f64::from(columns.end - columns.start));
    let (x, y) = (at(from) - first, at(to) - first);
    let (left, right) = (x.min(y), x.max(y));
    let height = (to - from) * sign;
    // What lies before the first pixel counts for all of them, what lies beyond the last for none.
    let run = right - left;
    let part = |low: f64, high: f64| if run > 0.0 { (high - low).max(0.0) / run } else { 0.0 };
    if run <= 0.0 {
        if left < width {
            straight(left.max(0.0), height, sums);
        }
        return;
    }
    if left < 0.0 {
        sums[0] += height * part(left, right.min(0.0));
    }
    let (left, right) = (left.max(0.0), right.min(width));
    let mut at = left;
    while at < right {
        let next = (at.floor() + 1.0).min(right);
        straight((at + next) / 2.0, height * part(at, next), sums);
        at = next;
    }
}

/// A side of some height about a place, within one pixel.
#[inline]
fn straight(x: f64, height: f64, sums: &mut [f64]) {
    let column = x.floor();
    let share = x - column;
    let i = whole(column);
    sums[i] += height * (1.0 - share);
    sums[i + 1] += height * share;
}

/// The first pixel whose center is not before a place.
#[inline]
fn first_center(at: f64) -> u32 {
    ceil(at - 0.5)
}

#[inline]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, as it should")]
fn floor(at: f64) -> u32 {
    at.max(0.0) as u32
}

#[inline]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, as it should")]
fn ceil(at: f64) -> u32 {
    at.ceil() as u32
}

#[inline]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within a row of pixels")]
fn whole(at: f64) -> usize {
    at as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn covered(polygon: &Polygon, width: u32, height: u32) -> Vec<f64> {
        let mut all = vec![0.0; (width * height) as usize];
        let pixels = Pixels { columns: 0..width, rows: 0..height };
        polygon.cover(&pixels, &mut Vec::new(), |column, row, area| all[(row * width + column) as usize] = area);
        all
    }

    #[test]
    fn areas_of_shapes_that_are_known() {
        let all = covered(&Polygon::of(&[[0.5, 0.5], [2.5, 0.5], [2.5, 1.25], [0.5, 1.25]]), 4, 2);
        assert_eq!(all, [0.25, 0.5, 0.25, 0.0, 0.125, 0.25, 0.125, 0.0]);
        let triangle = Polygon::of(&[[0.0, 0.0], [3.0, 3.0], [0.0, 3.0]]);
        assert_eq!(covered(&triangle, 3, 3), [0.5, 0.0, 0.0, 1.0, 0.5, 0.0, 1.0, 1.0, 0.5]);
        // Partly outside, on all sides.
        let all = covered(&Polygon::of(&[[-5.0, -5.0], [9.0, -5.0], [9.0, 7.0], [-5.0, 7.0]]), 2, 2);
        assert!(all.iter().all(|area| (area - 1.0).abs() < 1e-12), "{all:?}");
        assert!(!Polygon::of(&[[0.0, 0.0], [0.9, 0.0], [0.9, 3.0], [0.0, 3.0]]).is_wide(1.0));
        assert!(Polygon::of(&[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]).is_wide(1.0));
        assert!(!Polygon::of(&[[0.0, 0.0], [0.9, 0.9], [0.0, 1.8], [-0.9, 0.9]]).is_wide(1.0));
        assert!(Polygon::of(&[[0.0, 0.0], [1.0, 1.0], [0.0, 2.0], [-1.0, 1.0]]).is_wide(1.0));
    }

    proptest! {
        #[test]
        fn covers_are_what_clipping_leaves(corners in proptest::collection::vec((-3.0..9.0_f64, -3.0..9.0_f64), 3..5)) {
            let polygon = Polygon::of(&corners.iter().map(|(x, y)| [*x, *y]).collect::<Vec<_>>());
            // A polygon that crosses itself has parts that count against each other.
            let is_plain = corners.len() == 3;
            let all = covered(&polygon, 6, 6);
            for row in 0..6_u32 {
                for column in 0..6_u32 {
                    let (x, y) = (f64::from(column), f64::from(row));
                    let area = polygon.within([x, y], [x + 1.0, y + 1.0]).turned_area() / 2.0;
                    let signed = area * if polygon.turned_area() < 0.0 { -1.0 } else { 1.0 };
                    let got = all[(row * 6 + column) as usize];
                    prop_assert!((got - signed.max(0.0)).abs() < 1e-12, "{column} {row}: {got}, not {signed}");
                    prop_assert!(!is_plain || signed > -1e-12);
                }
            }
        }

        #[test]
        fn each_center_lies_in_one_part_of_a_polygon_that_is_cut(
            corners in proptest::collection::vec((0.0..8.0_f64, 0.0..8.0_f64), 3), cut in 0.0..1.0_f64, whole in 0..2,
        ) {
            // Whole numbers and a half put corners and sides on centers.
            let snap = |v: f64| if whole == 1 { v.round() + 0.5 } else { v };
            let corners: Vec<Spot> = corners.iter().map(|(x, y)| [snap(*x), snap(*y)]).collect();
            let [a, b, c] = [corners[0], corners[1], corners[2]];
            let cut = [0, 1].map(|i| snap(a[i] + (b[i] - a[i]) * cut));
            let pixels = Pixels { columns: 0..10, rows: 0..10 };
            let count = |polygons: &[[Spot; 3]]| {
                let mut all = [0_i32; 100];
                for polygon in polygons {
                    Polygon::of(polygon).centers(&pixels, |column, row| all[(row * 10 + column) as usize] += 1);
                }
                all
            };
            // Around the middle: the three parts make the whole where they do not overlap.
            let parts = count(&[[a, cut, c], [cut, b, c], [a, b, cut]]);
            let all = count(&[[a, b, c]]);
            prop_assert!(parts.iter().zip(&all).all(|(parts, all)| parts % 2 == all % 2));
        }
    }
}
