//! What stands where: lines and labels that a further label should not touch.

use super::run::{Frame, Run, apart};

/// Most cells that segments are sorted into.
const MAX_CELLS: f64 = 1e6;
/// Most segments that are noted, each in every cell that it passes; labels may stand on those beyond.
const MAX_NOTED: usize = 8_000_000;

/// A turned box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Boxed {
    pub(super) middle: [f64; 2],
    /// The direction of its length, of length 1.
    pub(super) along: [f64; 2],
    /// Half its length and half its height.
    pub(super) half: [f64; 2],
}

impl Boxed {
    /// A point as seen from the box: along it and across, from its middle.
    fn local(&self, point: [f64; 2]) -> [f64; 2] {
        let (x, y) = (point[0] - self.middle[0], point[1] - self.middle[1]);
        [x * self.along[0] + y * self.along[1], y * self.along[0] - x * self.along[1]]
    }

    fn corners(&self) -> [[f64; 2]; 4] {
        [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]].map(|[a, b]: [f64; 2]| {
            let (along, across) = (a * self.half[0], b * self.half[1]);
            [
                self.middle[0] + along * self.along[0] - across * self.along[1],
                self.middle[1] + along * self.along[1] + across * self.along[0],
            ]
        })
    }

    /// The least and greatest x and y.
    fn bounds(&self) -> ([f64; 2], [f64; 2]) {
        let reach = [0, 1].map(|i| self.half[0] * self.along[i].abs() + self.half[1] * self.along[1 - i].abs());
        ([0, 1].map(|i| self.middle[i] - reach[i]), [0, 1].map(|i| self.middle[i] + reach[i]))
    }

    /// Whether it is inside a plot.
    pub(super) fn is_inside(&self, width: u32, height: u32) -> bool {
        let (width, height) = (f64::from(width), f64::from(height));
        self.corners().iter().all(|[x, y]| (0.0..=width).contains(x) && (0.0..=height).contains(y))
    }

    /// Whether two boxes have a point in common: if no side of either separates them.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        // Most are far from each other: no corner is farther from the middle than both halves together.
        let reach = self.half[0] + self.half[1] + other.half[0] + other.half[1];
        let (x, y) = (self.middle[0] - other.middle[0], self.middle[1] - other.middle[1]);
        if x * x + y * y > reach * reach {
            return false;
        }
        let is_apart = |a: &Self, b: &Self| {
            let corners = b.corners().map(|corner| a.local(corner));
            (0..2).any(|i| {
                let (low, high) = corners.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), corner| {
                    (low.min(corner[i]), high.max(corner[i]))
                });
                low > a.half[i] || high < -a.half[i]
            })
        };
        !is_apart(self, other) && !is_apart(other, self)
    }
}

/// Segments by the cells that they pass, and labels.
pub(super) struct Crowd {
    cell: f64,
    columns: usize,
    rows: usize,
    /// Where the segments of each cell begin in `segments`.
    starts: Vec<usize>,
    /// Run and segment.
    segments: Vec<(u32, u32)>,
    labels: Vec<Boxed>,
    /// The labels of each cell that boxes around them touch.
    labels_in: Vec<Vec<u32>>,
}

impl Crowd {
    /// Sorts segments into cells at least so wide.
    pub(super) fn new(runs: &[Run], size: [u32; 2], cell: f64) -> Self {
        let [width, height] = size.map(f64::from);
        let cell = cell.max((width * height / MAX_CELLS).sqrt()).max(8.0);
        let count = |length: f64| whole(length / cell) + 1;
        let (columns, rows) = (count(width), count(height));
        let (starts, segments, labels) = (Vec::new(), Vec::new(), Vec::new());
        let labels_in = vec![Vec::new(); columns * rows];
        let mut crowd = Self { cell, columns, rows, starts, segments, labels, labels_in };
        let mut found: Vec<(u32, (u32, u32))> = Vec::new();
        for (i, run) in (0_u32..).zip(runs) {
            for (j, pair) in (0_u32..).zip(run.points.windows(2)) {
                if found.len() < MAX_NOTED {
                    crowd.pass(pair, |cell| found.push((cell, (i, j))));
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        let cells = 0..=u32::try_from(columns * rows).unwrap_or(u32::MAX);
        crowd.starts = cells.map(|cell| found.partition_point(|(other, _)| *other < cell)).collect();
        crowd.segments = found.into_iter().map(|(_, segment)| segment).collect();
        crowd
    }

    /// Column and row of the cell of a point; those outside belong to the nearest.
    fn cell(&self, point: [f64; 2]) -> [usize; 2] {
        [whole(point[0] / self.cell).min(self.columns - 1), whole(point[1] / self.cell).min(self.rows - 1)]
    }

    /// Calls for the cells that a segment may pass: those of the boxes around pieces at most as long as a cell.
    fn pass(&self, pair: &[[f32; 2]], mut found: impl FnMut(u32)) {
        let (a, b) = (pair[0].map(f64::from), pair[1].map(f64::from));
        let pieces = (apart(pair[0], pair[1]) / self.cell).ceil().max(1.0);
        let at = |i: f64| self.cell([0, 1].map(|k| a[k] + (b[k] - a[k]) * i / pieces));
        let (mut i, mut from) = (1.0, at(0.0));
        while i <= pieces {
            let to = at(i);
            for row in from[1].min(to[1])..=from[1].max(to[1]) {
                for column in from[0].min(to[0])..=from[0].max(to[0]) {
                    found(u32::try_from(row * self.columns + column).unwrap_or(u32::MAX));
                }
            }
            from = to;
            i += 1.0;
        }
    }

    /// What passes a box, besides a stretch of one run: the runs, and from where to where on them. At most so many, as more
    /// need not be known.
    pub(super) fn crossing(
        &self,
        boxed: &Boxed,
        runs: &[Run],
        lengths: &[Vec<f64>],
        (own, from, to): (usize, f64, f64),
        most: usize,
    ) -> Vec<(usize, (f64, f64))> {
        let frame = Frame { low: boxed.half.map(|half| -half), high: boxed.half };
        let mut passing = Vec::new();
        let (low, high) = boxed.bounds();
        let is_beyond = |a: [f32; 2], b: [f32; 2]| {
            (0..2).any(|i| f64::from(a[i].max(b[i])) < low[i] || f64::from(a[i].min(b[i])) > high[i])
        };
        let ([left, top], [right, bottom]) = (self.cell(low), self.cell(high));
        for row in top..=bottom {
            let cells = row * self.columns + left..=row * self.columns + right;
            let (first, last) = (self.starts.get(*cells.start()), self.starts.get(*cells.end() + 1));
            let (Some(first), Some(last)) = (first, last) else { continue };
            for (run, segment) in self.segments.get(*first..*last).unwrap_or_default() {
                let (run, segment) = (*run as usize, *segment as usize);
                let (Some(a), Some(b)) = (runs[run].points.get(segment), runs[run].points.get(segment + 1)) else {
                    continue;
                };
                if is_beyond(*a, *b) {
                    continue;
                }
                let part = frame.part(boxed.local(a.map(f64::from)), boxed.local(b.map(f64::from)));
                let Some((enter, leave)) = part else { continue };
                let (start, length) = (lengths[run][segment], lengths[run][segment + 1] - lengths[run][segment]);
                let stretch = (start + enter * length, start + leave * length);
                if run != own || stretch.1 < from || stretch.0 > to {
                    passing.push((run, stretch));
                    if passing.len() >= most {
                        return passing;
                    }
                }
            }
        }
        passing.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.0.total_cmp(&b.1.0)));
        passing.dedup();
        passing
    }

    /// Whether no label overlaps a box.
    pub(super) fn is_free(&self, boxed: &Boxed) -> bool {
        let mut labels = self.cells_of(boxed).flat_map(|cell| self.labels_in.get(cell).into_iter().flatten());
        !labels.any(|label| self.labels.get(*label as usize).is_some_and(|label| label.overlaps(boxed)))
    }

    /// Notes a label.
    pub(super) fn take(&mut self, boxed: Boxed) {
        let number = u32::try_from(self.labels.len()).unwrap_or(u32::MAX);
        for cell in self.cells_of(&boxed) {
            if let Some(labels) = self.labels_in.get_mut(cell) {
                labels.push(number);
            }
        }
        self.labels.push(boxed);
    }

    /// The cells that the upright rectangle around a box touches.
    fn cells_of(&self, boxed: &Boxed) -> impl Iterator<Item = usize> + use<> {
        let (low, high) = boxed.bounds();
        let ([left, top], [right, bottom], columns) = (self.cell(low), self.cell(high), self.columns);
        (top..=bottom).flat_map(move |row| (left..=right).map(move |column| row * columns + column))
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates; cells are few")]
fn whole(value: f64) -> usize {
    value as usize
}
