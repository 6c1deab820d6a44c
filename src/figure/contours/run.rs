//! Lines as they are painted: clipped to the plot, with no more points than pixels show.

use crate::figure::parts::each;

use super::trace::{Contours, Line};

/// Fewer points are not worth another thread.
const FEW: usize = 4096;
/// How far a line that is painted may be from the one that was traced, in pixels. The rest to 0.1 is for the rounding to f32.
const TOLERANCE: f64 = 0.095;

/// A rectangle that lines are clipped to, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    pub(super) low: [f64; 2],
    pub(super) high: [f64; 2],
}

impl Frame {
    fn contains(&self, point: [f64; 2]) -> bool {
        (0..2).all(|i| self.low[i] <= point[i] && point[i] <= self.high[i])
    }

    /// The part of a segment that is inside, as shares of its length (Liang and Barsky).
    pub(super) fn part(&self, a: [f64; 2], b: [f64; 2]) -> Option<(f64, f64)> {
        if self.contains(a) && self.contains(b) {
            return Some((0.0, 1.0));
        }
        let (mut first, mut last) = (0.0_f64, 1.0_f64);
        for i in 0..2 {
            let along = b[i] - a[i];
            if !along.is_finite() {
                return None;
            }
            if along == 0.0 {
                if a[i] < self.low[i] || a[i] > self.high[i] {
                    return None;
                }
                continue;
            }
            let (near, far) = ((self.low[i] - a[i]) / along, (self.high[i] - a[i]) / along);
            first = first.max(near.min(far));
            last = last.min(near.max(far));
        }
        (first < last).then_some((first, last))
    }
}

/// A stretch of a contour line inside the frame.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Run {
    /// Which of the levels it is of.
    pub(super) level: usize,
    /// How far from the beginning of the line it begins, so that dashes go on.
    pub(super) start: f64,
    /// Its points, x right and y down, in pixels.
    pub(super) points: Vec<[f32; 2]>,
}

fn between(a: [f64; 2], b: [f64; 2], share: f64) -> [f64; 2] {
    [0, 1].map(|i| a[i] + (b[i] - a[i]) * share)
}

/// The stretches of all lines that are inside the frame, in the order of the lines; made by so many threads.
pub(super) fn all_runs(lines: &Contours, frame: &Frame, threads: usize) -> Vec<Run> {
    let lines: Vec<Line<'_>> = lines.lines().collect();
    let made = |lines: &[Line<'_>]| {
        let mut found = Vec::new();
        lines.iter().for_each(|line| runs(line.level, line.points, frame, &mut found));
        found
    };
    let points: usize = lines.iter().map(|line| line.points.len()).sum();
    if points < FEW {
        return made(&lines);
    }
    let (mut rest, mut parts) = (lines.as_slice(), Vec::new());
    for _ in 1..threads {
        let mut left = points / threads;
        let last = rest.iter().position(|line| {
            left = left.saturating_sub(line.points.len());
            left == 0
        });
        let (some, others) = rest.split_at(last.map_or(rest.len(), |last| last + 1));
        parts.push(some);
        rest = others;
    }
    parts.push(rest);
    each(parts, made).into_iter().flatten().collect()
}

/// The stretches of a line that are inside the frame. A line breaks at points that are not finite.
pub(super) fn runs(level: usize, line: &[[f64; 2]], frame: &Frame, found: &mut Vec<Run>) {
    let (mut along, mut start) = (0.0, 0.0);
    let mut points: Vec<[f64; 2]> = Vec::new();
    let mut end = |points: &mut Vec<[f64; 2]>, start: f64| {
        if points.len() > 1 {
            found.push(Run { level, start, points: simplified(points) });
        }
        points.clear();
    };
    for pair in line.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let length = libm::hypot(b[0] - a[0], b[1] - a[1]);
        match frame.part(a, b) {
            Some((first, last)) => {
                if points.is_empty() || first > 0.0 {
                    end(&mut points, start);
                    start = along + first * length;
                    points.push(between(a, b, first));
                }
                points.push(if last < 1.0 { between(a, b, last) } else { b });
                if last < 1.0 {
                    end(&mut points, start);
                }
            }
            None => end(&mut points, start),
        }
        along += if length.is_finite() { length } else { 0.0 };
    }
    end(&mut points, start);
}

/// The points without those that are not seen to be left out: none is farther from the new line than the tolerance.
///
/// From the last point kept, those that follow may be left out as long as one direction passes all of them closely enough;
/// the directions that do are a cone, which becomes narrower with every point.
fn simplified(points: &[[f64; 2]]) -> Vec<[f32; 2]> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    let cross = |a: [f64; 2], b: [f64; 2]| a[0] * b[1] - a[1] * b[0];
    let mut kept = vec![narrow(*first)];
    let mut anchor = *first;
    let mut before = *first;
    let (mut cone, mut reach): (Option<[[f64; 2]; 2]>, f64) = (None, 0.0);
    for point in &points[1..] {
        let mut to = [point[0] - anchor[0], point[1] - anchor[1]];
        let mut distance = (to[0] * to[0] + to[1] * to[1]).sqrt();
        let fits = match cone {
            Some([right, left]) => distance >= reach && cross(right, to) >= 0.0 && cross(to, left) >= 0.0,
            // So near that the direction does not matter.
            None => true,
        };
        if !fits {
            kept.push(narrow(before));
            anchor = before;
            to = [point[0] - anchor[0], point[1] - anchor[1]];
            distance = (to[0] * to[0] + to[1] * to[1]).sqrt();
            (cone, reach) = (None, 0.0);
        }
        before = *point;
        if distance > TOLERANCE {
            let aside = [-to[1] * TOLERANCE / distance, to[0] * TOLERANCE / distance];
            let (right, left) = ([to[0] - aside[0], to[1] - aside[1]], [to[0] + aside[0], to[1] + aside[1]]);
            cone = Some(match cone {
                Some([old_right, old_left]) => [
                    if cross(old_right, right) > 0.0 { right } else { old_right },
                    if cross(left, old_left) > 0.0 { left } else { old_left },
                ],
                None => [right, left],
            });
            reach = distance;
        }
    }
    kept.push(narrow(*last));
    kept
}

#[expect(clippy::cast_possible_truncation, reason = "inside the frame")]
fn narrow(point: [f64; 2]) -> [f32; 2] {
    point.map(|v| v as f32)
}

impl Run {
    /// Distances of the points from the first, along the line.
    pub(super) fn lengths(&self) -> Vec<f64> {
        let mut along = 0.0;
        let steps = self.points.windows(2).map(|pair| {
            along += apart(pair[0], pair[1]);
            along
        });
        std::iter::once(0.0).chain(steps.collect::<Vec<f64>>()).collect()
    }

    /// What is left of it without some stretches, given as distances from its beginning, in order and apart.
    pub(super) fn without(&self, lengths: &[f64], cuts: &[(f64, f64)]) -> Vec<Self> {
        let end = lengths.last().copied().unwrap_or(0.0);
        let starts = std::iter::once(0.0).chain(cuts.iter().map(|cut| cut.1));
        let ends = cuts.iter().map(|cut| cut.0).chain([end]);
        starts.zip(ends).filter(|(from, to)| from < to).map(|(from, to)| self.stretch(lengths, from, to)).collect()
    }

    fn stretch(&self, lengths: &[f64], from: f64, to: f64) -> Self {
        let inside = lengths.partition_point(|at| *at <= from)..lengths.partition_point(|at| *at < to);
        let mut points = vec![point_at(&self.points, lengths, from)];
        points.extend_from_slice(self.points.get(inside).unwrap_or_default());
        points.push(point_at(&self.points, lengths, to));
        Self { level: self.level, start: self.start + from, points }
    }
}

/// The distance of two points.
pub(super) fn apart(a: [f32; 2], b: [f32; 2]) -> f64 {
    let (x, y) = (f64::from(b[0]) - f64::from(a[0]), f64::from(b[1]) - f64::from(a[1]));
    (x * x + y * y).sqrt()
}

/// The point of a line at a distance from its beginning.
pub(super) fn point_at(points: &[[f32; 2]], lengths: &[f64], at: f64) -> [f32; 2] {
    let next = lengths.partition_point(|length| *length <= at).clamp(1, points.len().max(2) - 1);
    let (Some(a), Some(b)) = (points.get(next - 1), points.get(next)) else { return [0.0; 2] };
    let step = lengths[next] - lengths[next - 1];
    let share = if step > 0.0 { ((at - lengths[next - 1]) / step).clamp(0.0, 1.0) } else { 0.0 };
    narrow(between(a.map(f64::from), b.map(f64::from), share))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FRAME: Frame = Frame { low: [0.0, 0.0], high: [100.0, 50.0] };

    fn clipped(line: &[[f64; 2]]) -> Vec<Run> {
        let mut found = Vec::new();
        runs(0, line, &FRAME, &mut found);
        found
    }

    #[test]
    fn lines_are_clipped_and_know_how_far_they_have_come() {
        let line = [[-10.0, 10.0], [30.0, 10.0], [30.0, 90.0], [60.0, 90.0], [60.0, 20.0], [60.0, 5.0]];
        let found = clipped(&line);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].start, &found[0].points[..]), (10.0, &[[0.0, 10.0], [30.0, 10.0], [30.0, 50.0]][..]));
        assert_eq!((found[1].start, &found[1].points[..]), (190.0, &[[60.0, 50.0], [60.0, 5.0]][..]));
        assert!(clipped(&[[-5.0, 60.0], [105.0, 60.0]]).is_empty());
        assert_eq!(clipped(&[[-1e12, -0.5e12], [1e12, 0.5e12]])[0].points, [[0.0, 0.0], [100.0, 50.0]]);
        let broken = clipped(&[[1.0, 1.0], [5.0, 1.0], [f64::NAN, 1.0], [9.0, 1.0], [15.0, 1.0], [f64::INFINITY, 2.0]]);
        assert_eq!(broken.len(), 2, "{broken:?}");
    }

    #[test]
    fn stretches_are_cut_out() {
        let run = Run { level: 3, start: 7.0, points: vec![[0.0, 0.0], [10.0, 0.0], [10.0, 10.0]] };
        let left = run.without(&run.lengths(), &[(2.0, 4.0), (9.0, 12.0)]);
        let of = |start: f64, points: &[[f32; 2]]| Run { level: 3, start, points: points.to_vec() };
        assert_eq!(
            left,
            [
                of(7.0, &[[0.0, 0.0], [2.0, 0.0]]),
                of(11.0, &[[4.0, 0.0], [9.0, 0.0]]),
                of(19.0, &[[10.0, 2.0], [10.0, 10.0]]),
            ]
        );
        assert_eq!(run.without(&run.lengths(), &[(0.0, 20.0)]), []);
    }

    fn distance(p: [f64; 2], a: [f32; 2], b: [f32; 2]) -> f64 {
        let (a, b) = (a.map(f64::from), b.map(f64::from));
        let (along, to) = ([b[0] - a[0], b[1] - a[1]], [p[0] - a[0], p[1] - a[1]]);
        let square = along[0] * along[0] + along[1] * along[1];
        let share = if square > 0.0 { ((to[0] * along[0] + to[1] * along[1]) / square).clamp(0.0, 1.0) } else { 0.0 };
        libm::hypot(to[0] - share * along[0], to[1] - share * along[1])
    }

    #[test]
    fn points_that_nobody_sees_are_left_out() {
        let circle: Vec<[f64; 2]> = (0..=10_000)
            .map(|i| libm::sincos(f64::from(i) * 6.3e-4))
            .map(|(s, c)| [50.0 + 20.0 * c, 25.0 + 20.0 * s])
            .collect();
        let found = clipped(&circle);
        assert!((20..60).contains(&found[0].points.len()), "{}", found[0].points.len());
        let straight: Vec<[f64; 2]> = (0..90).map(|i| [f64::from(i), f64::from(i) / 3.0]).collect();
        assert_eq!(clipped(&straight)[0].points.len(), 2);
    }

    proptest! {
        #[test]
        fn no_point_is_farther_off_than_a_tenth_of_a_pixel(
            steps in proptest::collection::vec((-1.0..1.0_f64, -1.0..1.0_f64), 2..200),
            size in 0.01..2.0_f64,
        ) {
            let mut at = [50.0, 25.0];
            let line: Vec<[f64; 2]> = steps.iter().map(|(x, y)| {
                at = [(at[0] + x * size).clamp(0.0, 100.0), (at[1] + y * size).clamp(0.0, 50.0)];
                at
            }).collect();
            let points = simplified(&line);
            prop_assert!(points.len() <= line.len());
            for point in &line {
                let off = points.windows(2).map(|pair| distance(*point, pair[0], pair[1])).fold(f64::INFINITY, f64::min);
                prop_assert!(off <= 0.1, "{} off", off);
            }
        }
    }
}
