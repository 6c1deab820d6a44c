//! Contour lines of a field on a grid of nodes, as contourpy's `serial` makes them for matplotlib.
//!
//! A node is above a level if its value is greater. A line crosses each side of a cell between a node above and one that is
//! not, where a straight line between both values has the level. Of a cell with two opposite corners above, the mean of all
//! four says whether the middle is. A cell of which one corner is missing is a triangle; with more missing it is none.
//!
//! Values become *ranks*, the number of levels below them, a row of nodes at a time. Cells whose four ranks are equal are
//! passed by, many at a time. Every crossing is made once, when its side is met, so that lines come out of links between
//! crossings, whole: each cell says which follows which, the greater values being to the left.

mod lines;
mod ranks;
mod together;

use crate::scene::contour::MAX_CONTOURS;

use lines::Span;
pub use lines::{Contours, Line};
use ranks::Ranks;
pub use together::trace_levels;

/// Most points of all lines together: while they are traced they take about 40 bytes each.
pub const MAX_POINTS: usize = 4_000_000;

/// The rank of what is missing.
const MISSING: u16 = u16::MAX;
/// No crossing.
const NONE: u32 = u32::MAX;
/// Where the nodes of a field are.
#[derive(Clone, Copy, Debug)]
pub enum Nodes<'a> {
    /// On columns and rows: as many `x` as columns, as many `y` as rows.
    Rectilinear {
        /// Of the columns.
        x: &'a [f64],
        /// Of the rows.
        y: &'a [f64],
    },
    /// Anywhere: `x` and `y` of every node, row by row.
    Curvilinear {
        /// Of the nodes.
        x: &'a [f64],
        /// Of the nodes.
        y: &'a [f64],
    },
}

/// Numbers on a grid of nodes. Nodes whose value or place is not finite are missing.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// Values, row by row.
    pub values: &'a [f64],
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Where the nodes are.
    pub nodes: Nodes<'a>,
}

/// Why a field has no contour lines.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TraceError {
    /// Values or coordinates do not fit the size.
    #[error(
        "tracing contour lines: a field of {width}×{height} nodes came with {values} values, {x} x and {y} y; \
         give as many values as nodes, and coordinates of columns and rows, or of all nodes"
    )]
    Size {
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
        /// Number of values.
        values: usize,
        /// Number of x coordinates.
        x: usize,
        /// Number of y coordinates.
        y: usize,
    },
    /// Levels that are not finite, do not rise, or are too many.
    #[error(
        "tracing contour lines: {0} levels are not usable; give at most {MAX_CONTOURS} finite ones, each above the one before"
    )]
    Levels(usize),
    /// More points than there may be.
    #[error(
        "tracing contour lines: they have more than {MAX_POINTS} points; ask for fewer levels, or show a smaller part or \
         means of the field"
    )]
    TooMany,
}

/// Traces the lines of a field at rising levels. The same field makes the same lines, always.
///
/// # Errors
/// [`TraceError`]: sizes that do not fit, unusable levels, more than [`MAX_POINTS`] points.
pub fn trace(field: &Field<'_>, levels: &[f64]) -> Result<Contours, TraceError> {
    trace_within(field, levels, MAX_POINTS)
}

/// As [`trace`], of so many points.
fn trace_within(field: &Field<'_>, levels: &[f64], most: usize) -> Result<Contours, TraceError> {
    check(field, levels)?;
    if field.width < 2 || field.height < 2 || levels.is_empty() {
        return Ok(Contours::default());
    }
    let mut sweep = Sweep::new(field, levels, most);
    sweep.rank_row(0);
    sweep.cross_row(0)?;
    for row in 1..field.height {
        std::mem::swap(&mut sweep.south, &mut sweep.north);
        sweep.rank_row(row);
        sweep.cross_row(row)?;
        sweep.cross_between(row)?;
        sweep.join_cells(row)?;
    }
    Ok(sweep.crossings.into_lines())
}

fn check(field: &Field<'_>, levels: &[f64]) -> Result<(), TraceError> {
    let (width, height, values) = (field.width, field.height, field.values.len());
    let nodes = width.checked_mul(height);
    let (x, y, fits) = match field.nodes {
        Nodes::Rectilinear { x, y } => (x.len(), y.len(), (x.len(), y.len()) == (width, height)),
        Nodes::Curvilinear { x, y } => (x.len(), y.len(), Some(x.len()) == nodes && Some(y.len()) == nodes),
    };
    if !fits || Some(values) != nodes {
        return Err(TraceError::Size { width, height, values, x, y });
    }
    let rise = levels.windows(2).all(|pair| pair[0] < pair[1]) && levels.iter().all(|level| level.is_finite());
    if rise && levels.len() <= MAX_CONTOURS { Ok(()) } else { Err(TraceError::Levels(levels.len())) }
}

impl Field<'_> {
    fn place(&self, column: usize, row: usize) -> [f64; 2] {
        match self.nodes {
            Nodes::Rectilinear { x, y } => [x[column], y[row]],
            Nodes::Curvilinear { x, y } => [x[row * self.width + column], y[row * self.width + column]],
        }
    }
}

/// A node that a side of a cell ends at.
#[derive(Clone, Copy)]
struct Node {
    column: usize,
    row: usize,
    rank: u16,
}

/// A row of nodes.
struct Row {
    ranks: Vec<u16>,
    /// Of each side to the next node, its first crossing; it has one for each rank from the smaller of its ends on.
    sides: Vec<u32>,
}

/// The state between two rows of nodes.
struct Sweep<'a> {
    field: &'a Field<'a>,
    ranks: Ranks<'a>,
    south: Row,
    north: Row,
    /// The first crossings of the sides between both rows.
    upright: Vec<u32>,
    /// What of a row must be looked at.
    marks: Vec<u8>,
    crossings: Crossings,
}

impl<'a> Sweep<'a> {
    fn new(field: &'a Field<'a>, levels: &'a [f64], most: usize) -> Self {
        let row = || Row { ranks: vec![0; field.width], sides: vec![NONE; field.width] };
        let crossings = Crossings { points: Vec::new(), levels: Vec::new(), next: Vec::new(), most };
        let (upright, marks) = (vec![NONE; field.width], vec![0; field.width]);
        Self { field, ranks: Ranks::new(levels), south: row(), north: row(), upright, marks, crossings }
    }

    /// Ranks of the northern row.
    fn rank_row(&mut self, row: usize) {
        let width = self.field.width;
        let values = &self.field.values[row * width..][..width];
        let ranks = &mut self.north.ranks;
        match self.field.nodes {
            Nodes::Rectilinear { x, y } if y[row].is_finite() => {
                self.ranks.rank(values, ranks);
                for (rank, x) in ranks.iter_mut().zip(x) {
                    *rank = if x * 0.0 == 0.0 { *rank } else { MISSING };
                }
            }
            Nodes::Rectilinear { .. } => ranks.fill(MISSING),
            Nodes::Curvilinear { x, y } => {
                self.ranks.rank(values, ranks);
                let places = x[row * width..].iter().zip(&y[row * width..]);
                for (rank, (x, y)) in ranks.iter_mut().zip(places) {
                    *rank = if (x * 0.0 + y * 0.0) == 0.0 { *rank } else { MISSING };
                }
            }
        }
    }

    /// Crossings of the sides along the northern row.
    fn cross_row(&mut self, row: usize) -> Result<(), TraceError> {
        let ranks = &self.north.ranks;
        for ((mark, a), b) in self.marks.iter_mut().zip(ranks).zip(&ranks[1..]) {
            *mark = u8::from(a != b);
        }
        let (field, ranks_of, sides) = (self.field, &self.ranks, &mut self.north.sides);
        for_each_marked(&self.marks[..field.width - 1], |column| {
            let a = Node { column, row, rank: ranks[column] };
            let b = Node { column: column + 1, row, rank: ranks[column + 1] };
            sides[column] = self.crossings.cross(field, ranks_of.levels, a, b)?;
            Ok(())
        })
    }

    /// Crossings of the sides between both rows.
    fn cross_between(&mut self, row: usize) -> Result<(), TraceError> {
        let (south, north) = (&self.south.ranks, &self.north.ranks);
        for ((mark, a), b) in self.marks.iter_mut().zip(south).zip(north) {
            *mark = u8::from(a != b);
        }
        let (field, ranks_of, upright) = (self.field, &self.ranks, &mut self.upright);
        for_each_marked(&self.marks, |column| {
            let a = Node { column, row: row - 1, rank: south[column] };
            let b = Node { column, row, rank: north[column] };
            upright[column] = self.crossings.cross(field, ranks_of.levels, a, b)?;
            Ok(())
        })
    }

    /// Links the crossings of the cells between both rows. `marks` are those of [`Self::cross_between`].
    fn join_cells(&mut self, row: usize) -> Result<(), TraceError> {
        let width = self.field.width;
        let (south, north) = (&self.south.ranks, &self.north.ranks);
        for (column, pair) in south.windows(2).enumerate() {
            let upright = self.marks[column] | self.marks[column + 1];
            self.marks[column] = upright | u8::from(pair[0] != pair[1]);
        }
        let (field, levels) = (self.field, self.ranks.levels);
        for_each_marked(&self.marks[..width - 1], |column| {
            // Counterclockwise, each corner with the side to the next.
            let corners = [
                (column, row - 1, south[column], self.south.sides[column]),
                (column + 1, row - 1, south[column + 1], self.upright[column + 1]),
                (column + 1, row, north[column + 1], self.north.sides[column]),
                (column, row, north[column], self.upright[column]),
            ]
            .map(|(column, row, rank, side)| Corner { node: Node { column, row, rank }, side });
            if corners.iter().all(|corner| corner.node.rank != MISSING) {
                self.crossings.join_square(field, levels, &corners);
                return Ok(());
            }
            self.crossings.join_triangle(field, levels, &corners)
        })
    }
}

/// Calls for each mark that is not 0, passing by eight zeros at a time.
fn for_each_marked(marks: &[u8], mut found: impl FnMut(usize) -> Result<(), TraceError>) -> Result<(), TraceError> {
    let (groups, rest) = marks.as_chunks::<8>();
    for (i, group) in groups.iter().enumerate() {
        let mut bits = u64::from_le_bytes(*group);
        while bits != 0 {
            let at = bits.trailing_zeros() / 8;
            found(i * 8 + at as usize)?;
            bits &= !(0xff << (at * 8));
        }
    }
    for (i, mark) in rest.iter().enumerate() {
        if *mark != 0 {
            found(groups.len() * 8 + i)?;
        }
    }
    Ok(())
}

/// A corner of a cell with the first crossing of the side to the next corner.
#[derive(Clone, Copy)]
struct Corner {
    node: Node,
    side: u32,
}

/// The crossing of the side between two corners at a level between them.
fn crossing(side: u32, a: u16, b: u16, level: u16) -> u32 {
    side + u32::from(level - a.min(b))
}

/// Points where lines cross sides, with the level and the crossing that follows on the line.
struct Crossings {
    points: Vec<[f64; 2]>,
    levels: Vec<u16>,
    next: Vec<u32>,
    /// How many there may be.
    most: usize,
}

impl Crossings {
    /// Makes the crossings of a side, lowest level first; gives the first of them.
    fn cross(&mut self, field: &Field<'_>, levels: &[f64], a: Node, b: Node) -> Result<u32, TraceError> {
        if a.rank == MISSING || b.rank == MISSING {
            return Ok(NONE);
        }
        let first = u32::try_from(self.points.len()).unwrap_or(NONE);
        let (low, high) = (a.rank.min(b.rank), a.rank.max(b.rank));
        let value = |node: Node| field.values[node.row * field.width + node.column];
        let (from, to) = (value(a), value(b));
        let (start, end) = (field.place(a.column, a.row), field.place(b.column, b.row));
        let whole = to - from;
        for level in low..high {
            let at = levels[usize::from(level)];
            // Differences of the greatest numbers are infinite.
            let share =
                if whole.is_finite() { (to - at) / whole } else { (to / 2.0 - at / 2.0) / (to / 2.0 - from / 2.0) };
            self.points.push([0, 1].map(|i| start[i] * share + end[i] * (1.0 - share)));
            self.levels.push(level);
            self.next.push(NONE);
        }
        if self.points.len() > self.most { Err(TraceError::TooMany) } else { Ok(first) }
    }

    fn follow(&mut self, from: u32, to: u32) {
        self.next[from as usize] = to;
    }

    /// Links the crossings of a whole cell.
    fn join_square(&mut self, field: &Field<'_>, levels: &[f64], corners: &[Corner; 4]) {
        let ranks = corners.map(|corner| corner.node.rank);
        let (low, high) = ranks.iter().fold((MISSING, 0), |(low, high), rank| (low.min(*rank), high.max(*rank)));
        let of =
            |side: usize, level: u16| crossing(corners[side & 3].side, ranks[side & 3], ranks[(side + 1) & 3], level);
        for level in low..high {
            let above = ranks.map(|rank| rank > level);
            // A line enters where, counterclockwise, above comes before below, and leaves where above comes again.
            let enters = |side: usize| above[side] && !above[(side + 1) & 3];
            let Some(enter) = (0..4).find(|side| enters(*side)) else { continue };
            if above[0] != above[2] || above[1] != above[3] {
                let leave = (0..4).find(|side| !above[*side] && above[(side + 1) & 3]).unwrap_or(enter);
                self.follow(of(enter, level), of(leave, level));
                continue;
            }
            let value = |i: usize| field.values[corners[i].node.row * field.width + corners[i].node.column];
            let mean = 0.25 * (value(0) + value(1) + value(3) + value(2));
            // The corners that differ from the middle are cut off, each by a line of its own.
            let turn = if mean > levels[usize::from(level)] { 1 } else { 3 };
            for side in [enter, enter + 2] {
                self.follow(of(side, level), of(side + turn, level));
            }
        }
    }

    /// Links the crossings of a cell of which one corner is missing; of more, none.
    fn join_triangle(&mut self, field: &Field<'_>, levels: &[f64], corners: &[Corner; 4]) -> Result<(), TraceError> {
        let is_missing = |corner: &Corner| corner.node.rank == MISSING;
        let Some(missing) = corners.iter().position(is_missing) else { return Ok(()) };
        let mut three = [1, 2, 3].map(|i| corners[(missing + i) & 3]);
        if three.iter().any(is_missing) {
            return Ok(());
        }
        three[2].side = self.cross(field, levels, three[2].node, three[0].node)?;
        let ranks = three.map(|corner| corner.node.rank);
        let (low, high) = ranks.iter().fold((MISSING, 0), |(low, high), rank| (low.min(*rank), high.max(*rank)));
        for level in low..high {
            let changes = |side: &usize, down: bool| {
                let (a, b) = (ranks[*side] > level, ranks[(side + 1) % 3] > level);
                a == down && b != down
            };
            let of = |side: usize| crossing(three[side].side, ranks[side], ranks[(side + 1) % 3], level);
            if let (Some(enter), Some(leave)) = ((0..3).find(|s| changes(s, true)), (0..3).find(|s| changes(s, false)))
            {
                self.follow(of(enter), of(leave));
            }
        }
        Ok(())
    }

    /// Follows the links: open lines first, then closed ones, in the order of their first crossings, by level.
    fn into_lines(self) -> Contours {
        let mut is_begun = vec![false; self.next.len()];
        for next in self.next.iter().filter(|next| **next != NONE) {
            is_begun[*next as usize] = true;
        }
        let mut lines = Contours { points: Vec::with_capacity(self.points.len()), spans: Vec::new() };
        let mut is_done = is_begun.iter().map(|begun| !begun).collect::<Vec<_>>();
        for (first, _) in is_begun.iter().enumerate().filter(|(_, begun)| !**begun) {
            self.line(first, false, &mut is_done, &mut lines);
        }
        for first in 0..self.next.len() {
            if !is_done[first] {
                self.line(first, true, &mut is_done, &mut lines);
            }
        }
        lines.spans.sort_by_key(|span| span.level);
        lines
    }

    /// Adds the line that begins at a crossing, if it has any length.
    fn line(&self, start: usize, is_closed: bool, is_done: &mut [bool], lines: &mut Contours) {
        let first = lines.points.len();
        let mut at = start;
        loop {
            is_done[at] = true;
            if lines.points.len() == first || lines.points.last() != Some(&self.points[at]) {
                lines.points.push(self.points[at]);
            }
            at = self.next[at] as usize;
            if at >= is_done.len() || at == start {
                break;
            }
        }
        if is_closed && lines.points.last() != Some(&self.points[start]) {
            lines.points.push(self.points[start]);
        }
        if lines.points.len() < first + 2 {
            lines.points.truncate(first);
            return;
        }
        lines.spans.push(Span { level: self.levels[start], is_closed, first, end: lines.points.len() });
    }
}

#[cfg(test)]
#[path = "trace_tests.rs"]
mod tests;
