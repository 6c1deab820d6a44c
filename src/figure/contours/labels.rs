//! Levels written on contour lines: where a line is straight, along it, with the line broken beneath.

use std::iter;
use std::ops::Range;

use crate::figure::painter::PaintError;
use crate::figure::parts::each;
use crate::figure::text::{self, CAP_HEIGHT};
use crate::figure::ticks::decimal;

use super::crowd::{Boxed, Crowd};
use super::paint::Canvas;
use super::run::{Run, point_at};

/// Most labels of a drawing.
const MAX_LABELS: usize = 2000;
/// From one label of a line to the next, in CSS pixels.
const SPACING: f64 = 400.0;
/// Lines shorter than so many lengths of their label have none.
const LEAST_LENGTHS: f64 = 4.0;
/// Shorter labels count as so wide, in font sizes.
const LEAST_WIDTH: f64 = 1.7;
/// Between the line and its label, as a share of the font size.
const GAP: f64 = 0.4;
/// Room around labels, as a share of the font size.
const ROOM: f64 = 0.25;
/// Places are looked for on so many pixels of lines, the longest first.
const MAX_LENGTH: f64 = 4e6;
/// Runs whose places are looked for together.
const TOGETHER: usize = 64;
/// The best places of a stretch, of which the first that nothing crosses is taken.
const TRIED: usize = 16;

/// A level written on a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Which of the levels it says.
    pub level: usize,
    /// What it says.
    pub text: String,
    /// Its middle, in pixels of the plot.
    pub middle: [f64; 2],
    /// The direction of its baseline, of length 1, x right and y down; never to the left.
    pub along: [f64; 2],
    /// Where its baseline begins.
    pub(super) start: [f64; 2],
    pub(super) line: text::Line,
}

impl Label {
    /// Whether any of it may be in some rows of the plot.
    pub(super) fn is_near(&self, rows: &Range<u32>) -> bool {
        let reach = self.line.width / 2.0 + f64::from(self.line.size);
        self.middle[1] + reach > f64::from(rows.start) && self.middle[1] - reach < f64::from(rows.end)
    }
}

/// A level in as few characters as it needs: `1012`, `−4`, `0.25`, `101 325`, `2×10⁻⁶`.
#[must_use]
pub fn level_text(level: f64) -> String {
    // At most nine digits, without the zeros behind them.
    let rounded: f64 = format!("{level:.8e}").parse().unwrap_or(level);
    let text = format!("{rounded:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let decimals = mantissa.split_once('.').map_or(0, |(_, rest)| rest.len());
    let number: i128 = mantissa.replace('.', "").parse().unwrap_or(0);
    let exponent: i32 = exponent.parse().unwrap_or(0) - i32::try_from(decimals).unwrap_or(0);
    let size = rounded.abs();
    if number == 0 || ((1e-4..1e7).contains(&size) && exponent >= -6) {
        let whole = if exponent > 0 { number * 10_i128.pow(exponent.unsigned_abs()) } else { number };
        return decimal::plain(whole, exponent.min(0), -exponent.min(0));
    }
    decimal::single(number, exponent)
}

/// A place for a label on a run.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// From the beginning of the run to the label's middle.
    at: f64,
    middle: [f64; 2],
    along: [f64; 2],
    /// The smaller, the better.
    cost: f64,
}

/// What all labels share, in pixels.
struct Setting {
    size: f64,
    spacing: f64,
    canvas: Canvas,
}

/// Places labels on runs; gives what is left of the runs, and the labels by level.
pub(super) fn place(
    runs: &[Run],
    levels: &[f64],
    css_size: f64,
    canvas: Canvas,
    threads: usize,
) -> Result<(Vec<Run>, Vec<Label>), PaintError> {
    let setting = Setting { size: css_size * canvas.scale, spacing: SPACING * canvas.scale, canvas };
    let texts: Vec<String> = levels.iter().map(|level| level_text(*level)).collect();
    let lines: Result<Vec<text::Line>, _> = texts.iter().map(|text| text::line(text, setting.size)).collect();
    let lines = lines?;
    let lengths: Vec<Vec<f64>> = runs.iter().map(Run::lengths).collect();
    let mut crowd = Crowd::new(runs, [canvas.width, canvas.height], 2.0 * setting.size);
    let mut labels = Vec::new();
    let mut cuts: Vec<Vec<(f64, f64)>> = vec![Vec::new(); runs.len()];
    // Long lines first: they are those that one looks for.
    let whole = |i: &usize| lengths[*i].last().copied().unwrap_or(0.0);
    let mut order: Vec<usize> = (0..runs.len()).collect();
    order.sort_by(|a, b| whole(b).total_cmp(&whole(a)));
    order.retain(|index| {
        lines.get(runs[*index].level).is_some_and(|line| {
            whole(index) >= LEAST_LENGTHS * line.width.max(LEAST_WIDTH * setting.size)
                && extent(&runs[*index]) >= 1.5 * line.width.max(setting.size)
        })
    });
    let mut searched = 0.0;
    'all: for some in order.chunks(TOGETHER) {
        let candidates = |index: &usize| {
            let stretches = setting.stretches(whole(index));
            let half = setting.half(lines[runs[*index].level].width);
            let of = |stretch| setting.candidates(&runs[*index], &lengths[*index], stretch, half, false);
            stretches.map(of).collect::<Vec<_>>()
        };
        for (index, first) in some.iter().zip(by_threads(some, threads, candidates)) {
            let (index, line) = (*index, &lines[runs[*index].level]);
            for (place, cut) in setting.places(index, (runs, &lengths), (line.width, &first), &mut crowd, &mut cuts) {
                cuts[index].push(cut);
                labels.push(setting.label(runs[index].level, &texts, line, place));
            }
            searched += whole(&index);
            if labels.len() >= MAX_LABELS || searched > MAX_LENGTH {
                break 'all;
            }
        }
    }
    labels.sort_by_key(|label| label.level);
    let left = runs.iter().zip(&lengths).zip(cuts).flat_map(|((run, lengths), cuts)| {
        if cuts.is_empty() { vec![run.clone()] } else { run.without(lengths, &joined(cuts)) }
    });
    Ok((left.collect(), labels))
}

/// What is made of each item, by so many threads.
fn by_threads<T: Sync, R: Send>(items: &[T], threads: usize, make: impl Fn(&T) -> R + Sync) -> Vec<R> {
    // The first are the longest: who has them has fewer.
    let (first, others) = items.split_at(items.len().div_ceil(2 * threads.max(1)));
    let share = others.len().div_ceil(threads.saturating_sub(1).max(1)).max(1);
    let parts = if threads < 2 { vec![items] } else { iter::once(first).chain(others.chunks(share)).collect() };
    each(parts, |items| items.iter().map(&make).collect::<Vec<R>>()).into_iter().flatten().collect()
}

/// The width or height of a run, whichever is greater.
fn extent(run: &Run) -> f64 {
    let side = |i: usize| {
        let ends = run
            .points
            .iter()
            .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), point| (low.min(point[i]), high.max(point[i])));
        f64::from(ends.1 - ends.0)
    };
    side(0).max(side(1))
}

/// Cuts in order, those that overlap as one.
fn joined(mut cuts: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    cuts.sort_by(|a, b| a.0.total_cmp(&b.0));
    cuts.dedup_by(|next, kept| {
        let overlaps = next.0 <= kept.1;
        if overlaps {
            kept.1 = kept.1.max(next.1);
        }
        overlaps
    });
    cuts
}

impl Setting {
    fn label(&self, level: usize, texts: &[String], line: &text::Line, place: Place) -> Label {
        let ([x, y], down) = (place.along, CAP_HEIGHT * self.size / 2.0);
        let start =
            [place.middle[0] - x * line.width / 2.0 - y * down, place.middle[1] - y * line.width / 2.0 + x * down];
        let text = texts.get(level).cloned().unwrap_or_default();
        Label { level, text, middle: place.middle, along: place.along, start, line: line.clone() }
    }

    /// The box that a label takes up with the room around it.
    fn boxed(&self, place: &Place, width: f64) -> Boxed {
        let room = ROOM * self.size;
        Boxed {
            middle: place.middle,
            along: place.along,
            half: [width / 2.0 + room, CAP_HEIGHT * self.size / 2.0 + room],
        }
    }

    /// Half of what a label of some width takes of its line.
    fn half(&self, width: f64) -> f64 {
        width / 2.0 + GAP * self.size
    }

    /// The stretches of a run of some length that have a label each.
    fn stretches(&self, whole: f64) -> impl Iterator<Item = (f64, f64)> + use<> {
        let share = whole / (whole / self.spacing).round().clamp(1.0, 1000.0);
        let next = move |from: &f64| Some(from + share).filter(|from| from + share / 2.0 < whole);
        iter::successors(Some(0.0).filter(|_| share / 2.0 < whole), next).map(move |from| (from, from + share))
    }

    /// The places of a run's labels, of which `first` are candidates for each stretch, with the stretches to cut out of it. Other runs that pass beneath are cut as well.
    fn places(
        &self,
        index: usize,
        (runs, lengths): (&[Run], &[Vec<f64>]),
        (width, first): (f64, &[Vec<Place>]),
        crowd: &mut Crowd,
        cuts: &mut [Vec<(f64, f64)>],
    ) -> Vec<(Place, (f64, f64))> {
        let whole = lengths[index].last().copied().unwrap_or(0.0);
        let half = self.half(width);
        let mut found: Vec<(Place, (f64, f64))> = Vec::new();
        // The second time, less straight and crowded places do, if there is no label yet.
        for is_last in [false, true] {
            let most = if is_last { usize::MAX } else { 1 };
            for (stretch, first) in self.stretches(whole).zip(first) {
                if is_last && !found.is_empty() {
                    break;
                }
                let candidates = if is_last {
                    self.candidates(&runs[index], &lengths[index], stretch, half, true)
                } else {
                    first.clone()
                };
                let is_apart = |place: &Place| found.last().is_none_or(|last| place.at - last.0.at > 3.0 * half);
                let mut usable = candidates.into_iter().filter(is_apart).filter_map(|place| {
                    let boxed = self.boxed(&place, width);
                    if !(boxed.is_inside(self.canvas.width, self.canvas.height) && crowd.is_free(&boxed)) {
                        return None;
                    }
                    let crossed =
                        crowd.crossing(&boxed, runs, lengths, (index, place.at - half, place.at + half), most);
                    (is_last || crossed.is_empty()).then_some((place, boxed, crossed))
                });
                // Where all places are crowded, the least crowded.
                let best = if is_last { usable.min_by_key(|usable| usable.2.len()) } else { usable.next() };
                if let Some((place, boxed, crossed)) = best {
                    crowd.take(boxed);
                    crossed.into_iter().for_each(|(run, cut)| cuts[run].push(cut));
                    found.push((place, (place.at - half, place.at + half)));
                }
            }
        }
        found
    }

    /// The best places in a stretch of a run, best first.
    fn candidates(&self, run: &Run, lengths: &[f64], (from, to): (f64, f64), half: f64, is_last: bool) -> Vec<Place> {
        let whole = lengths.last().copied().unwrap_or(0.0);
        let (first, last) = (from.max(half), to.min(whole - half));
        let step = (half / 4.0).max(2.0);
        let bent = if is_last { 1.5 } else { 0.3 };
        let mut places = Vec::new();
        let mut at = first;
        while at <= last {
            let off = (2.0 * at - from - to).abs() / (to - from);
            places.extend(self.place_at(run, lengths, at, half).filter(|place| place.cost < bent).map(|mut place| {
                // Level and in the middle of its stretch a label reads best.
                place.cost += 0.15 * place.along[1].abs() + 0.1 * off;
                place
            }));
            at += step;
        }
        places.sort_by(|a, b| a.cost.total_cmp(&b.cost));
        places.truncate(if is_last { 4 * TRIED } else { TRIED });
        places
    }

    /// A label's place around a point of a run; its cost is how far the line bends away from it, in font sizes.
    fn place_at(&self, run: &Run, lengths: &[f64], at: f64, half: f64) -> Option<Place> {
        let point = |along: f64| point_at(&run.points, lengths, along).map(f64::from);
        let (a, b) = (point(at - half), point(at + half));
        let chord = [b[0] - a[0], b[1] - a[1]];
        let length = libm::hypot(chord[0], chord[1]);
        // It turns back.
        if length < 1.5 * half {
            return None;
        }
        let along = chord.map(|part| part / length);
        let aside = (-3..=3).map(|i| {
            let p = point(at + f64::from(i) * half / 4.0);
            (p[0] - a[0]) * -along[1] + (p[1] - a[1]) * along[0]
        });
        let (low, high) = aside.fold((0.0_f64, 0.0_f64), |(low, high), off| (low.min(off), high.max(off)));
        let off = (low + high) / 2.0;
        let middle = [(a[0] + b[0]) / 2.0 - along[1] * off, (a[1] + b[1]) / 2.0 + along[0] * off];
        // Never upside down; upright, it reads upwards.
        let is_turned = along[0] < -1e-9 || (along[0] <= 1e-9 && along[1] > 0.0);
        let along = if is_turned { along.map(|part| -part) } else { along };
        Some(Place { at, middle, along, cost: (high - low) / self.size })
    }
}

#[cfg(test)]
#[path = "labels_tests.rs"]
mod tests;
