//! Where color bars go: beside the plot, one above the other, in as many columns as they need and the plot can spare.

use super::super::painter::Rect;
use super::BarPlace;

/// Lengths in whole pixels that decide where bars go.
#[derive(Clone, Copy)]
pub(super) struct Bars {
    /// How many bars are wanted, without the legend.
    pub wanted: u32,
    /// Height of the legend that comes last; 0 if there is none.
    pub legend: u32,
    /// Height of the plot.
    pub height: u32,
    /// The least height of a bar.
    pub least: u32,
    /// From one bar to the next.
    pub apart: u32,
}

/// How bars are shared out among columns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Columns {
    /// How many there are.
    pub count: u32,
    /// How many bars are in each but the last.
    each: u32,
    /// How many are in the last.
    last: u32,
    has_legend: bool,
}

impl Bars {
    /// As many columns as all bars need, at most some; where these do not suffice, as many bars as fit, and no legend: what is
    /// not the last bar's place would be taken for another's.
    pub fn columns(self, most: u32) -> Columns {
        let above = self.above();
        let (full, last) = (self.fitting(self.height), if self.legend > 0 { self.fitting(above) } else { 0 });
        for count in 1..=most.max(1) {
            let before = full.saturating_mul(count - 1);
            let room = if self.legend > 0 { last } else { full };
            if self.wanted <= before.saturating_add(room) {
                let even = self.wanted.div_ceil(count);
                // The last column may have less room than others.
                let each = if count == 1 { 0 } else { even.max(self.wanted.saturating_sub(room).div_ceil(count - 1)) };
                let last = self.wanted.saturating_sub(each * (count - 1));
                return Columns { count, each, last, has_legend: self.legend > 0 };
            }
        }
        let count = most.max(1);
        Columns { count, each: full, last: full, has_legend: false }
    }

    /// The height of bars above a legend.
    fn above(self) -> u32 {
        self.height.saturating_sub(self.legend + self.apart)
    }

    /// How many bars have room one above the other; one always has.
    fn fitting(self, height: u32) -> u32 {
        ((height + self.apart) / (self.least + self.apart)).max(1)
    }

    /// The places, column by column, each from above; the first column begins at `x`, the others follow at a distance.
    pub fn places(self, columns: Columns, plot: Rect, (x, width, step): (u32, u32, u32), room: f64) -> Vec<BarPlace> {
        let mut places = Vec::new();
        for column in 0..columns.count {
            let is_last = column + 1 == columns.count;
            let count = if is_last { columns.last } else { columns.each };
            let has_legend = is_last && columns.has_legend;
            let height = if has_legend { self.above() } else { self.height };
            // Bars beside each other are equally high, unless the legend takes its part.
            let slots = if has_legend { count } else { count.max(columns.each) };
            let at = |y: u32, height: u32| BarPlace { rect: Rect { x: x + column * step, y, width, height }, room };
            let edge = |i: u32| plot.y + (height + self.apart) * i / slots;
            places.extend((0..count).map(|i| at(edge(i), edge(i + 1) - self.apart - edge(i))));
            if has_legend {
                places.push(at(if count == 0 { plot.y } else { plot.bottom() - self.legend }, self.legend));
            }
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLOT: Rect = Rect { x: 50, y: 10, width: 400, height: 600 };

    fn counts(wanted: u32, legend: u32, most: u32) -> Vec<usize> {
        let bars = Bars { wanted, legend, height: 600, least: 80, apart: 26 };
        let columns = bars.columns(most);
        let places = bars.places(columns, PLOT, (500, 14, 120), 50.0);
        let column = |i: u32| places.iter().filter(|place| place.rect.x == 500 + 120 * i).count();
        assert!(places.iter().all(|place| place.rect.height >= 40 && place.rect.bottom() <= PLOT.bottom()));
        (0..columns.count).map(column).collect()
    }

    #[test]
    fn bars_take_the_columns_that_they_need() {
        assert_eq!(counts(5, 0, 3), [5]);
        assert_eq!(counts(6, 0, 3), [3, 3]);
        assert_eq!(counts(10, 0, 3), [5, 5]);
        assert_eq!(counts(11, 0, 3), [4, 4, 3]);
        assert_eq!(counts(40, 0, 3), [5, 5, 5]);
        assert_eq!(counts(0, 40, 3), [1]);
        assert_eq!(counts(5, 40, 3), [6]);
        assert_eq!(counts(5, 140, 3), [3, 3]);
        assert_eq!(counts(7, 300, 3), [5, 3]);
        assert_eq!(counts(8, 300, 3), [3, 3, 3]);
        assert_eq!(counts(40, 40, 3), [5, 5, 5], "the legend is left out");
    }
}
