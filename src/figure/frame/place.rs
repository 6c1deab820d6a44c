//! One attempt at a layout with all that is asked for.

use crate::scene::axis::Axis;

use super::super::painter::{PaintError, Rect};
use super::super::text::{CAP_HEIGHT, shortened, width};
use super::super::ticks::{Quantity, Room, Ticks, ticks};
use super::bars::{Bars, Columns};
use super::{BarName, BarPlace, FrameRequest, LEAST, Label, Layout, Role, pixels};

/// Font sizes, in CSS pixels.
const TICK_SIZE: f64 = 12.0;
const NAME_SIZE: f64 = 13.0;
const TITLE_SIZE: f64 = 17.0;
/// Distances, in CSS pixels.
const PAD: f64 = 14.0;
const TICK: f64 = 5.0;
const GAP: f64 = 5.0;
const TICK_LINE: f64 = 16.0;
const NAME_LINE: f64 = 24.0;
const LABEL_STEP: f64 = 16.0;
/// Width from which on a figure is not cramped, in CSS pixels.
const ROOMY: f64 = 400.0;
/// Colour bar: distance from the plot, width, room for its labels in cramped figures.
const BAR: (f64, f64, f64) = (18.0, 14.0, 46.0);
/// Room for the labels of colour bars: six figures and a sign, and the most that words get.
const BAR_ROOM: (f64, f64) = (56.0, 160.0);
/// Distance between colour bars, in CSS pixels: room for what labels of the lower share.
const BARS_APART: f64 = 26.0;

/// Height of a legend's entry, in CSS pixels.
const LEGEND_STEP: f64 = 20.0;

/// What was found out about the axes, so that room is made for it.
#[derive(Clone, Copy, Default, PartialEq)]
struct Needs {
    second_line: bool,
    x_offset: bool,
    y_offset: bool,
}

/// Ticks of an axis with the lengths of their labels: position in pixels along the axis, first line, second line.
struct Measured {
    ticks: Ticks,
    lines: Vec<(f64, Vec<(String, f64)>)>,
}

struct Attempt<'a> {
    request: &'a FrameRequest<'a>,
    needs: Needs,
}

/// The layout with all that is asked for, or none if too little is left for the plot.
pub(super) fn attempt(request: &FrameRequest<'_>) -> Result<Option<Layout>, PaintError> {
    let mut needs = Needs::default();
    // Needs only ever grow, so this ends.
    loop {
        let Some((layout, found)) = (Attempt { request, needs }).place()? else {
            return Ok(None);
        };
        let grown = Needs {
            second_line: needs.second_line || found.second_line,
            x_offset: needs.x_offset || found.x_offset,
            y_offset: needs.y_offset || found.y_offset,
        };
        if grown == needs {
            return Ok(Some(layout));
        }
        needs = grown;
    }
}

impl Attempt<'_> {
    /// A length in CSS pixels as whole pixels.
    fn px(&self, css: f64) -> u32 {
        pixels(css * self.request.scale)
    }

    fn len(&self, css: f64) -> f64 {
        css * self.request.scale
    }

    /// Room for labels of a length: in steps and, where there is room, never less than most labels need, so that a plot
    /// keeps its size while labels come and go.
    fn stepped(&self, widest: f64) -> u32 {
        let step = self.len(LABEL_STEP);
        let least = if f64::from(self.request.size.width) < self.len(ROOMY) { 0.0 } else { 3.0 };
        pixels(((widest / step).ceil().max(least) * step).ceil())
    }

    fn line(&self) -> u32 {
        self.px(1.0).max(1)
    }

    /// From the plot to the nearest edge of tick labels, in pixels.
    fn reach(&self) -> u32 {
        self.line() + self.px(TICK) + self.px(GAP)
    }

    fn place(&self) -> Result<Option<(Layout, Needs)>, PaintError> {
        let request = self.request;
        let (size, text) = (request.size, request.text);
        let title = if text.title.is_some() { self.px(TITLE_SIZE + 14.0) } else { 0 };
        let top = self.px(PAD) + title + if self.needs.y_offset { self.px(TICK_LINE + 6.0) } else { 0 };
        let named = text.x_label.is_some() || self.needs.x_offset;
        let tick_lines = if self.needs.second_line { 2.0 } else { 1.0 };
        let bottom = self.reach()
            + self.px(TICK_LINE * tick_lines)
            + if named { self.px(NAME_LINE) } else { 0 }
            + self.px(if named { 8.0 } else { 6.0 });
        let Some(height) = size.height.checked_sub(top + bottom).filter(|h| *h >= self.px(LEAST.1)) else {
            return Ok(None);
        };
        let y = self.measured("y", request.view.y, request.y, height)?;
        let widest = y.lines.iter().flat_map(|(_, lines)| lines).map(|(_, width)| *width).fold(0.0, f64::max);
        let name = if text.y_label.is_some() { self.px(NAME_LINE) } else { 0 };
        let left = self.px(PAD) + name + self.stepped(widest) + self.reach();
        let has_bars = !request.bars.is_empty();
        let beside =
            if request.bars.iter().any(|bar| bar.text.is_some() && !bar.is_legend) { self.px(NAME_LINE) } else { 0 };
        let room = self.room_beside_bars()?;
        let bar = self.px(BAR.0) + self.px(BAR.1) + self.reach() + pixels(room) + beside;
        // More columns of bars leave the plot at least half of the figure.
        let spare = (size.width / 2).saturating_sub(left + self.px(PAD));
        let columns = self.wanted_bars(height).columns(spare / bar.max(1));
        let right = if has_bars { bar * columns.count + self.px(PAD) } else { self.px(PAD + 10.0) };
        let Some(width) = size.width.checked_sub(left + right).filter(|w| *w >= self.px(LEAST.0)) else {
            return Ok(None);
        };
        let plot = Rect { x: left, y: top, width, height };
        let x = self.measured("x", request.view.x, request.x, width)?;
        let needs = Needs {
            second_line: x.lines.iter().any(|(_, lines)| lines.len() > 1),
            x_offset: x.ticks.offset.is_some(),
            y_offset: y.ticks.offset.is_some(),
        };
        let bars = self.bars(plot, columns, bar, room);
        let mut labels = self.x_labels(&x, plot, has_bars);
        labels.extend(self.y_labels(&y, plot));
        labels.extend(self.names(plot, &bars, [&x.ticks, &y.ticks])?);
        labels.extend(self.missing_bars(plot, bars.len(), &labels)?);
        let layout =
            Layout { size, scale: request.scale, plot, axes: true, x_ticks: x.ticks, y_ticks: y.ticks, labels, bars };
        Ok(Some((layout, needs)))
    }

    /// Room for the labels of bars, in pixels: the same whatever the numbers are, so that a plot keeps its size while they
    /// change, and more where longer ones are known to come.
    fn room_beside_bars(&self) -> Result<f64, PaintError> {
        let mut widest = 0.0_f64;
        for text in self.request.beside {
            widest = widest.max(width(text, self.len(TICK_SIZE))?);
        }
        // The name of a legend stands above its colors and their labels; it is shortened where words are.
        let legends = self.request.bars.iter().filter(|bar| bar.is_legend && !self.request.beside.is_empty());
        for name in legends.filter_map(|bar| bar.text.as_deref()) {
            widest = widest.max(width(name, self.len(NAME_SIZE))? - f64::from(self.px(BAR.1) + self.reach()));
        }
        let most = (f64::from(self.request.size.width) / 5.0).min(self.len(BAR_ROOM.1));
        let is_roomy = f64::from(self.request.size.width) >= self.len(ROOMY);
        let least = self.len(if is_roomy { BAR_ROOM.0 } else { BAR.2 });
        // In steps, so that words that change a little leave the plot as it is.
        let step = self.len(2.0 * LABEL_STEP);
        let stepped = least + ((widest - least) / step).ceil().max(0.0) * step;
        Ok(stepped.min(most).max(least))
    }

    /// What decides where bars go.
    fn wanted_bars(&self, height: u32) -> Bars {
        let bars = u32::try_from(self.request.bars.len()).unwrap_or(u32::MAX);
        let legend = if bars > 0 { self.px(LEGEND_STEP * f64::from(self.request.legend)).min(height / 2) } else { 0 };
        let (least, apart) = (self.px(LEAST.1), self.px(BARS_APART));
        Bars { wanted: bars - u32::from(legend > 0), legend, height, least, apart }
    }

    /// Color bars beside the plot in columns that are `step` apart.
    fn bars(&self, plot: Rect, columns: Columns, step: u32, room: f64) -> Vec<BarPlace> {
        let across = (plot.right() + self.px(BAR.0), self.px(BAR.1), step);
        let mut places = self.wanted_bars(plot.height).places(columns, plot, across, room);
        for (place, name) in places.iter_mut().zip(self.request.bars) {
            if name.is_legend && name.text.is_some() {
                let line = self.px(NAME_LINE).min(place.rect.height);
                place.rect = Rect { y: place.rect.y + line, height: place.rect.height - line, ..place.rect };
            }
        }
        places
    }

    /// Ticks as many as have room for their labels.
    fn measured(
        &self,
        name: &'static str,
        axis: Axis,
        quantity: Quantity,
        pixels: u32,
    ) -> Result<Measured, PaintError> {
        let horizontal = name == "x";
        let axis = Axis { pixels, ..axis };
        let minor = self.len(if horizontal { 9.0 } else { 8.0 });
        let mut major = self.len(if horizontal { 92.0 } else { 50.0 });
        let mut found = self.measure(ticks(name, &axis, quantity, Room { major, minor })?, axis)?;
        for _ in 0..6 {
            if !self.crowded(&found, horizontal) {
                break;
            }
            major *= 1.3;
            found = self.measure(ticks(name, &axis, quantity, Room { major, minor })?, axis)?;
        }
        self.thin(&mut found, horizontal);
        Ok(found)
    }

    fn measure(&self, ticks: Ticks, axis: Axis) -> Result<Measured, PaintError> {
        let mut lines = Vec::new();
        for (position, label) in ticks.labels() {
            let parts = label.split('\n').map(|part| Ok((part.to_owned(), width(part, self.len(TICK_SIZE))?)));
            lines.push((position * f64::from(axis.pixels), parts.collect::<Result<_, PaintError>>()?));
        }
        Ok(Measured { ticks, lines })
    }

    /// How far a label reaches to both sides of its tick, for one of its lines.
    fn half(&self, lines: &[(String, f64)], horizontal: bool, line: usize) -> Option<f64> {
        if horizontal {
            return lines.get(line).map(|(_, width)| width / 2.0 + self.len(6.0));
        }
        (line == 0).then(|| self.len(TICK_LINE) * 0.5 * if lines.len() > 1 { 2.0 } else { 1.0 })
    }

    fn crowded(&self, found: &Measured, horizontal: bool) -> bool {
        (0..2).any(|line| {
            let boxes = found.lines.iter().filter_map(|(at, lines)| Some((*at, self.half(lines, horizontal, line)?)));
            let boxes: Vec<(f64, f64)> = boxes.collect();
            boxes.windows(2).any(|pair| pair[0].0 + pair[0].1 > pair[1].0 - pair[1].1)
        })
    }

    /// Takes away what still overlaps: of second lines the later, of labels on curved scales the one before a rounder one.
    fn thin(&self, found: &mut Measured, horizontal: bool) {
        for line in [1, 0] {
            let mut free = f64::NEG_INFINITY;
            found.lines.retain_mut(|(at, lines)| {
                let Some(half) = self.half(lines, horizontal, line) else { return true };
                if *at - half >= free {
                    free = *at + half;
                    return true;
                }
                lines.truncate(line);
                line > 0
            });
        }
    }

    fn label(&self, text: &str, role: Role, place: (f64, f64), width: f64) -> Label {
        let size = self.len(match role {
            Role::Title => TITLE_SIZE,
            Role::Name => NAME_SIZE,
            Role::Tick | Role::Shared => TICK_SIZE,
        });
        Label { text: text.to_owned(), role, size, x: place.0, y: place.1.round(), width, turned: false }
    }

    fn x_labels(&self, x: &Measured, plot: Rect, bar: bool) -> Vec<Label> {
        let first = f64::from(plot.bottom() + self.reach()) + self.len(TICK_SIZE * CAP_HEIGHT);
        // Labels may reach beyond the plot, not beyond the figure or under the colour bar's labels.
        let most = if bar { plot.right() + self.px(BAR.0 + BAR.1) } else { self.request.size.width - self.px(2.0) };
        let mut labels = Vec::new();
        let mut free = [f64::NEG_INFINITY; 2];
        for (at, lines) in &x.lines {
            for (i, (text, width)) in lines.iter().enumerate() {
                let left = f64::from(plot.x) + at - width / 2.0;
                let left = left.min(f64::from(most) - width).max(self.len(2.0));
                if left < free[i.min(1)] {
                    continue;
                }
                free[i.min(1)] = left + width + self.len(4.0);
                let below = if i == 0 { 0.0 } else { self.len(TICK_LINE) };
                let role = if i == 0 { Role::Tick } else { Role::Shared };
                labels.push(self.label(text, role, (left, first + below), *width));
            }
        }
        labels
    }

    fn y_labels(&self, y: &Measured, plot: Rect) -> Vec<Label> {
        let right = f64::from(plot.x - self.reach());
        let middle = self.len(TICK_SIZE * CAP_HEIGHT) / 2.0;
        let mut labels = Vec::new();
        for (at, lines) in &y.lines {
            // Two lines stay beside the plot, clear of what stands above and below it.
            let two = if lines.len() > 1 { self.len(TICK_LINE) / 2.0 } else { 0.0 };
            let center =
                (f64::from(plot.bottom()) - at).min(f64::from(plot.bottom()) - two).max(f64::from(plot.y) + two);
            let second = self.len(TICK_LINE);
            for (i, (text, width)) in lines.iter().enumerate() {
                let shift = if lines.len() < 2 { 0.0 } else { second * (if i == 0 { -0.5 } else { 0.5 }) };
                let role = if i == 0 { Role::Tick } else { Role::Shared };
                let baseline = (center + shift + middle).min(f64::from(self.request.size.height) - self.len(4.0));
                labels.push(self.label(text, role, (right - width, baseline), *width));
            }
        }
        labels
    }

    /// Title, names of the axes, offsets.
    fn names(&self, plot: Rect, bars: &[BarPlace], [x, y]: [&Ticks; 2]) -> Result<Vec<Label>, PaintError> {
        let text = self.request.text;
        let (figure_width, figure_height) = (f64::from(self.request.size.width), f64::from(self.request.size.height));
        let mut labels = Vec::new();
        let edge = f64::from(plot.x);
        if let Some(title) = &text.title {
            let size = self.len(TITLE_SIZE);
            let title = shortened(title, size, figure_width - edge - self.len(PAD))?;
            let baseline = f64::from(self.px(PAD)) + size * CAP_HEIGHT;
            labels.push(self.label(&title, Role::Title, (edge, baseline), width(&title, size)?));
        }
        if let Some(offset) = &y.offset {
            let size = self.len(TICK_SIZE);
            let length = width(offset, size)?;
            let left = (f64::from(plot.x - self.reach()) - length).max(self.len(PAD));
            let above = f64::from(plot.y) - self.len(12.0);
            labels.push(self.label(offset, Role::Shared, (left, above), length));
        }
        let baseline = figure_height - self.len(13.0);
        let mut room = f64::from(plot.width);
        if let Some(offset) = &x.offset {
            let length = width(offset, self.len(TICK_SIZE))?;
            let left = (f64::from(plot.right()) - length).max(self.len(2.0));
            labels.push(self.label(offset, Role::Shared, (left, baseline), length));
            room = (left - edge - self.len(16.0)).max(0.0);
        }
        if let Some(name) = &text.x_label {
            let size = self.len(NAME_SIZE);
            let name = shortened(name, size, room)?;
            let length = width(&name, size)?;
            let middle = edge + f64::from(plot.width) / 2.0 - length / 2.0;
            labels.push(self.label(&name, Role::Name, (middle.min(edge + room - length), baseline), length));
        }
        let cap = self.len(NAME_SIZE * CAP_HEIGHT);
        if let Some(name) = &text.y_label {
            labels.push(self.upright(name, self.len(PAD) + cap, plot)?);
        }
        for (bar, BarName { text, is_legend }) in bars.iter().zip(self.request.bars) {
            let Some(name) = text else { continue };
            if *is_legend {
                let size = self.len(NAME_SIZE);
                let room = f64::from(bar.rect.width + self.reach()) + bar.room;
                let baseline = f64::from(bar.rect.y) - self.len(NAME_LINE) + size * CAP_HEIGHT;
                let name = shortened(name, size, room)?;
                labels.push(self.label(&name, Role::Name, (f64::from(bar.rect.x), baseline), width(&name, size)?));
                continue;
            }
            let side = f64::from(bar.rect.right() + self.reach()) + bar.room;
            labels.push(self.upright(name, side + self.len(NAME_LINE) - self.len(NAME_SIZE * 0.21), bar.rect)?);
        }
        // Where there is no room, nothing is left of a name.
        labels.retain(|label| !label.text.is_empty());
        Ok(labels)
    }

    /// How many bars have no place, beneath those that have one: colors without a bar shall not look as if there were none.
    fn missing_bars(&self, plot: Rect, shown: usize, labels: &[Label]) -> Result<Option<Label>, PaintError> {
        let missing = self.request.bars.len().saturating_sub(shown);
        if missing == 0 || shown == 0 {
            return Ok(None);
        }
        let (size, baseline) = (self.len(TICK_SIZE), f64::from(self.request.size.height) - self.len(13.0));
        let line = [baseline - size, baseline + size];
        let on_line = labels.iter().map(Label::bounds).filter(|of| of[1] < line[1] && of[3] > line[0]);
        let taken = on_line.fold(0.0_f64, |right, of| right.max(of[2] + self.len(8.0)));
        let left = f64::from(plot.right() + self.px(BAR.0)).max(taken);
        let room = f64::from(self.request.size.width) - left - self.len(2.0);
        let text = shortened(&format!("+ {missing} more"), size, room)?;
        let length = width(&text, size)?;
        Ok(Some(self.label(&text, Role::Tick, (left, baseline), length)).filter(|label| !label.text.is_empty()))
    }

    /// A name that runs upwards along the middle of something.
    fn upright(&self, name: &str, x: f64, plot: Rect) -> Result<Label, PaintError> {
        let size = self.len(NAME_SIZE);
        let name = shortened(name, size, f64::from(plot.height))?;
        let length = width(&name, size)?;
        let bottom = f64::from(plot.y) + f64::from(plot.height) / 2.0 + length / 2.0;
        Ok(Label { turned: true, x: x.round(), ..self.label(&name, Role::Name, (x, bottom), length) })
    }
}
