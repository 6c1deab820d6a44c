//! One axis of a field on pixels: which cells each pixel sees, with what weight.

use std::ops::Range;

use crate::scene::axis::Axis;
use crate::scene::edge::EdgeRule;
use crate::scene::mark::Sampling;

/// Cells of less than this part of a pixel are smaller than pixels; what is missing to 1 is rounding.
pub const WHOLE: f64 = 1.0 - 1.0 / 1_048_576.0;
/// What a pixel has of a cell is rounding where it is less than this part of the pixel and of the cell.
pub const SLIVER: f64 = 1.0 / 1_048_576.0;

/// For each pixel along an axis the cells that it sees, which lie beside each other, and their weights.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Along {
    /// First cell of each pixel.
    first: Vec<u32>,
    /// Where the weights of each pixel end.
    ends: Vec<u32>,
    weights: Vec<f64>,
    /// For each pixel whose value lies between centers, the cell that its middle lies in.
    own: Vec<Option<u32>>,
}

/// Some pixels beside each other, with the cells that they see.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Strip {
    /// The pixels.
    pub pixels: Range<usize>,
    /// From the first to the last cell that any of them sees.
    pub cells: Range<u32>,
    /// Those that they see and earlier strips do not, in rising order.
    pub first_seen: Vec<Range<u32>>,
    /// Whether none of the pixels sees more than one.
    pub is_single: bool,
    /// Whether each of them sees the one after that of the pixel before.
    pub is_run: bool,
}

/// Where a cell or its center lies, in pixels from the start of the axis.
struct Positions {
    edges: Vec<f64>,
    centers: Vec<f64>,
    /// Whether cells come in falling order.
    is_down: bool,
}

impl Positions {
    fn new(axis: &Axis, rule: &EdgeRule, edges: &[f64], centers: &[f64]) -> Self {
        let is_down = (edges.first() > edges.last()) != axis.reversed;
        // What has no place on a log axis lies before its start.
        let at = |v: &f64| {
            let position = rule.position(*v);
            axis.mirrored(if position.is_nan() { f64::NEG_INFINITY } else { position })
        };
        let mut found =
            Self { edges: edges.iter().map(at).collect(), centers: centers.iter().map(at).collect(), is_down };
        if is_down {
            found.edges.reverse();
            found.centers.reverse();
        }
        found
    }

    fn len(&self) -> usize {
        self.centers.len().min(self.edges.len().saturating_sub(1))
    }
}

impl Along {
    /// An axis and its rule over cells with edges and centers, seen in some way.
    #[expect(clippy::cast_possible_truncation, reason = "an axis of more than 2^32 cells has no coordinates")]
    pub fn new(axis: &Axis, rule: &EdgeRule, edges: &[f64], centers: &[f64], sampling: Sampling) -> Self {
        let places = Positions::new(axis, rule, edges, centers);
        let n = places.len();
        let mut along = Self::default();
        // The first cell that may reach into a pixel, and the first center beyond its middle.
        let (mut cell, mut center) = (0, 0);
        for pixel in 0..rule.pixels() {
            let left = f64::from(pixel);
            let middle = left + 0.5;
            while cell < n && places.edges[cell + 1] <= left {
                cell += 1;
            }
            while center < n && places.centers[center] <= middle {
                center += 1;
            }
            let start = along.weights.len();
            let (first, own) = places.see(left, cell, center, sampling, &mut along.weights);
            let count = along.weights.len() - start;
            if places.is_down {
                along.weights[start..].reverse();
            }
            let first = match (count, places.is_down) {
                (0, _) => 0,
                (_, false) => first,
                (_, true) => n - first - count,
            } as u32;
            along.first.push(first);
            along.ends.push(along.weights.len() as u32);
            along.own.push(own.map(|own| if places.is_down { n - 1 - own } else { own } as u32));
        }
        along
    }

    /// The pixels that see any cell, in strips that see at most so many cells, or are a single pixel.
    pub fn strips(&self, most: u32) -> Vec<Strip> {
        let mut strips: Vec<Strip> = Vec::new();
        let mut earlier = 0..0;
        for (pixel, cells) in
            (0..self.len()).map(|pixel| (pixel, self.of(pixel))).filter(|(_, cells)| !cells.is_empty())
        {
            let joined = |strip: &Strip| strip.cells.start.min(cells.start)..strip.cells.end.max(cells.end);
            match strips.last_mut().filter(|strip| joined(strip).len() <= most as usize) {
                Some(strip) => (strip.pixels.end, strip.cells) = (pixel + 1, joined(strip)),
                None => {
                    earlier = strips.last().map_or(0..0, |strip| strip.cells.clone());
                    let pixels = pixel..pixel + 1;
                    strips.push(Strip { pixels, cells: cells.clone(), ..Strip::default() });
                }
            }
            // Cells come in rising or in falling order.
            let is_known = |cell: &u32| earlier.contains(cell);
            let new = cells.clone().find(|cell| !is_known(cell)).unwrap_or(cells.end)
                ..cells.clone().rev().find(|cell| !is_known(cell)).map_or(cells.end, |cell| cell + 1);
            if let Some(strip) = strips.last_mut() {
                strip.first_seen.push(new);
            }
        }
        for strip in &mut strips {
            strip.first_seen = merged(std::mem::take(&mut strip.first_seen));
            strip.is_single = strip.pixels.clone().all(|pixel| self.of(pixel).len() <= 1);
            let mut pairs = strip.pixels.clone().zip(strip.cells.clone());
            strip.is_run = strip.is_single
                && strip.pixels.len() == strip.cells.len()
                && pairs.all(|(pixel, cell)| self.of(pixel).contains(&cell));
        }
        strips
    }

    /// Number of cells that any pixel sees.
    pub fn seen(&self) -> u64 {
        let cells = (0..self.len()).map(|pixel| self.of(pixel)).collect();
        merged(cells).iter().map(|cells| cells.len() as u64).sum()
    }

    /// Of a pixel whose value lies between centers, the cell that its middle lies in.
    #[inline]
    pub fn own(&self, pixel: usize) -> Option<u32> {
        self.own[pixel]
    }

    /// Number of pixels.
    pub fn len(&self) -> usize {
        self.first.len()
    }

    /// The cells that a pixel sees.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "an axis of more than 2^32 cells has no coordinates")]
    pub fn of(&self, pixel: usize) -> Range<u32> {
        self.first[pixel]..self.first[pixel] + self.weights_of(pixel).len() as u32
    }

    /// Their weights.
    #[inline]
    pub fn weights_of(&self, pixel: usize) -> &[f64] {
        let start = if pixel == 0 { 0 } else { self.ends[pixel - 1] };
        &self.weights[start as usize..self.ends[pixel] as usize]
    }
}

/// Ranges in rising order, those that touch joined, without those that are empty.
fn merged(mut ranges: Vec<Range<u32>>) -> Vec<Range<u32>> {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let mut found: Vec<Range<u32>> = Vec::new();
    for range in ranges {
        match found.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => found.push(range),
        }
    }
    found
}

impl Positions {
    /// Appends the weights of the cells that the pixel from `left` sees; gives the first of them and, where they are two
    /// centers about its middle, the cell that this lies in.
    fn see(
        &self,
        left: f64,
        cell: usize,
        center: usize,
        sampling: Sampling,
        weights: &mut Vec<f64>,
    ) -> (usize, Option<usize>) {
        let n = self.len();
        let (right, middle) = (left + 1.0, left + 0.5);
        // The cell that the middle lies in.
        let own = (cell..n).take_while(|i| self.edges[*i] <= middle).find(|i| middle < self.edges[*i + 1]);
        let is_wide = |i: usize| self.edges[i + 1] - self.edges[i] >= WHOLE;
        match own {
            Some(own) if sampling == Sampling::Nearest => {
                weights.push(1.0);
                return (own, None);
            }
            None if sampling == Sampling::Nearest => return (0, None),
            Some(own) if is_wide(own) && sampling == Sampling::Cells => {
                weights.push(1.0);
                return (own, None);
            }
            Some(own) if is_wide(own) => return (self.between(middle, own, center, weights), Some(own)),
            _ => {}
        }
        // Cells smaller than the pixel: the part of it that each of them covers. A margin that the middle does not lie in
        // stays empty, so that the bounds of wide cells are as sharp.
        if own.is_none() && (cell..n).take_while(|i| self.edges[*i] < right).all(is_wide) {
            return (0, None);
        }
        let start = weights.len();
        let mut first = cell;
        for i in cell..n {
            if self.edges[i] >= right {
                break;
            }
            let part = self.edges[i + 1].min(right) - self.edges[i].max(left);
            // Only the first and the last may be cut, so that weights are those of cells beside each other.
            if part >= SLIVER * (self.edges[i + 1] - self.edges[i]).min(1.0) {
                weights.push(part);
            } else if weights.len() == start {
                first = i + 1;
            }
        }
        (first, None)
    }

    /// Weights of the two centers about a place.
    fn between(&self, middle: f64, own: usize, center: usize, weights: &mut Vec<f64>) -> usize {
        // Beyond the outermost centers, and where a center has no place on the axis, cells have one value.
        let (Some(before), true) = (center.checked_sub(1), center < self.len()) else {
            weights.push(1.0);
            return own;
        };
        let (a, b) = (self.centers[before], self.centers[center]);
        let share = (middle - a) / (b - a);
        // Centers may lie anywhere in bounds that the file gives, and have no place on a log axis.
        if !(share > 0.0 && share <= 1.0) || (own != before && own != center) {
            weights.push(1.0);
            return own;
        }
        weights.extend([1.0 - share, share]);
        before
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::axis::{Coordinate, Range as Ends, Scale};

    fn along(start: f64, end: f64, pixels: u32, edges: &[f64], centers: &[f64], sampling: Sampling) -> Along {
        let range = Ends { start: Coordinate::Real(start), end: Coordinate::Real(end) };
        let axis = Axis { range, scale: Scale::Linear, pixels, reversed: false };
        let rule = EdgeRule::new("x", &axis, false).unwrap();
        // Reversed twice is not reversed at all.
        let [mut up, mut down] = [edges, centers].map(<[f64]>::to_vec);
        up.iter_mut().chain(&mut down).for_each(|v| *v = start + end - *v);
        let mirrored = Along::new(&Axis { reversed: true, ..axis }, &rule, &up, &down, sampling);
        let plain = Along::new(&axis, &rule, edges, centers, sampling);
        let close = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-12;
        assert_eq!((&mirrored.first, &mirrored.ends), (&plain.first, &plain.ends));
        assert!(mirrored.weights.iter().zip(&plain.weights).all(close));
        plain
    }

    fn seen(along: &Along) -> Vec<(u32, Vec<f64>)> {
        (0..along.len()).map(|pixel| (along.of(pixel).start, along.weights_of(pixel).to_vec())).collect()
    }

    const EDGES: [f64; 4] = [0.0, 1.0, 2.0, 4.0];
    const CENTERS: [f64; 3] = [0.5, 1.5, 3.0];

    #[test]
    fn wide_cells_fill_their_bounds() {
        let seen_along = along(-1.0, 5.0, 6, &EDGES, &CENTERS, Sampling::Cells);
        let cells: Vec<_> = (0..6).map(|pixel| seen_along.of(pixel)).collect();
        assert_eq!(cells, [0..0, 0..1, 1..2, 2..3, 2..3, 0..0]);
        assert_eq!(seen_along.seen(), 3);
        let alone = along(1.0, 2.0, 4, &EDGES, &CENTERS, Sampling::Cells);
        assert_eq!((seen(&alone), alone.seen()), (vec![(1, vec![1.0]); 4], 1));
    }

    #[test]
    fn falling_coordinates_are_mirrored() {
        let (mut edges, mut centers) = (EDGES, CENTERS);
        edges.reverse();
        centers.reverse();
        for sampling in [Sampling::Cells, Sampling::Nearest, Sampling::Bilinear] {
            for (start, end, pixels) in [(-1.0, 5.0, 6), (0.0, 4.0, 2), (0.3, 3.9, 50)] {
                let up = along(start, end, pixels, &EDGES, &CENTERS, sampling);
                let down = along(start, end, pixels, &edges, &centers, sampling);
                for pixel in 0..up.len() {
                    let mut weights = down.weights_of(pixel).to_vec();
                    weights.reverse();
                    assert_eq!(up.weights_of(pixel), weights);
                    if !weights.is_empty() {
                        assert_eq!(up.of(pixel).start, 3 - down.of(pixel).end);
                    }
                }
            }
        }
    }

    #[test]
    fn small_cells_have_the_weight_of_their_area() {
        let seen_along = along(0.0, 4.0, 1, &EDGES, &CENTERS, Sampling::Cells);
        assert_eq!(seen(&seen_along), [(0, vec![0.25, 0.25, 0.5])]);
        // However small: none is left out, and each has its own weight.
        let edges: Vec<f64> = (0..5_000_000_u32).map(|i| f64::from(i) + if i % 3 == 2 { 0.999 } else { 0.0 }).collect();
        let centers: Vec<f64> = edges.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0).collect();
        let many = along(0.0, 4_999_999.0, 1, &edges, &centers, Sampling::Cells);
        assert_eq!(many.of(0), 0..4_999_999);
        for (weight, pair) in many.weights_of(0).iter().zip(edges.windows(2)) {
            assert!((weight * 4_999_999.0 - (pair[1] - pair[0])).abs() < 1e-6, "{pair:?}");
        }
        let seen_along = along(0.5, 3.5, 2, &EDGES, &CENTERS, Sampling::Cells);
        let half = 1.0 / 1.5;
        let wanted = [(0, vec![0.5 * half, half]), (2, vec![1.0])];
        for ((first, weights), (wanted_first, wanted)) in seen(&seen_along).iter().zip(&wanted) {
            assert_eq!(first, wanted_first);
            assert!(weights.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-12), "{weights:?}");
        }
    }

    #[test]
    fn strips_see_each_cell_for_the_first_time_once() {
        let edges: Vec<f64> = (0..=100).map(f64::from).collect();
        let centers: Vec<f64> = (0..100).map(|i| f64::from(i) + 0.5).collect();
        let (down, back): (Vec<f64>, Vec<f64>) =
            (edges.iter().rev().copied().collect(), centers.iter().rev().copied().collect());
        for (edges, centers) in [(&edges, &centers), (&down, &back)] {
            for sampling in [Sampling::Cells, Sampling::Nearest, Sampling::Bilinear] {
                for pixels in [1, 7, 33, 250] {
                    let along = along(2.3, 90.1, pixels, edges, centers, sampling);
                    let mut wanted: Vec<u32> = (0..along.len()).flat_map(|pixel| along.of(pixel)).collect();
                    wanted.sort_unstable();
                    wanted.dedup();
                    assert_eq!(along.seen(), wanted.len() as u64);
                    for most in [1, 2, 10, 1000] {
                        let strips = along.strips(most);
                        assert!(strips.iter().all(|s| s.pixels.len() == 1 || s.cells.len() <= most as usize));
                        let pixels: Vec<usize> = strips.iter().flat_map(|strip| strip.pixels.clone()).collect();
                        assert_eq!(pixels, (0..along.len()).collect::<Vec<_>>());
                        let mut first: Vec<u32> =
                            strips.iter().flat_map(|s| &s.first_seen).flat_map(Clone::clone).collect();
                        first.sort_unstable();
                        assert_eq!(first, wanted, "{sampling:?} {pixels:?} {most}");
                    }
                }
            }
        }
    }

    #[test]
    fn nearest_never_mixes() {
        let seen_along = along(0.0, 4.0, 3, &EDGES, &CENTERS, Sampling::Nearest);
        assert_eq!(seen(&seen_along), [(0, vec![1.0]), (2, vec![1.0]), (2, vec![1.0])]);
    }

    #[test]
    fn bilinear_values_change_evenly_between_centers() {
        let seen_along = along(0.0, 4.0, 8, &EDGES, &CENTERS, Sampling::Bilinear);
        let wanted = [
            (0, vec![1.0]),
            (0, vec![0.75, 0.25]),
            (0, vec![0.25, 0.75]),
            (1, vec![1.0 - 0.25 / 1.5, 0.25 / 1.5]),
            (1, vec![0.5, 0.5]),
            (1, vec![1.0 - 1.25 / 1.5, 1.25 / 1.5]),
            (2, vec![1.0]),
            (2, vec![1.0]),
        ];
        for ((first, weights), (wanted_first, wanted)) in seen(&seen_along).iter().zip(&wanted) {
            assert_eq!(first, wanted_first);
            assert!(weights.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-12), "{weights:?} {wanted:?}");
        }
    }
}
