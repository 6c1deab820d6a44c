//! Centers of cells in view: what contour lines are traced along.

use std::ops::Range;
use std::sync::Arc;

use crate::aggregate::{CellsInView, EngineError, NodesInView};
use crate::data::grid::mesh::Place;
use crate::data::grid::{Field, Mesh};
use crate::plan::FramePlan;

use super::super::pixel::marked;
use super::super::window::is_many;
use super::lens::Lens;

/// The cells that may lie in a view, with one more on each side; none where they are many more than pixels.
///
/// # Errors
/// Data that cannot be read.
pub fn mesh_cells(
    field: &Field,
    mesh: &Arc<Mesh>,
    step: u64,
    plan: &FramePlan,
) -> Result<Option<CellsInView>, EngineError> {
    let lens = Lens::new(plan, mesh);
    let tiles = mesh.tiles_in(0..mesh.height(), lens.longitudes, lens.latitudes);
    let hull = |axis: usize, len: usize| {
        let first = tiles.iter().map(|tile| tile[axis].start).min()?;
        let end = tiles.iter().map(|tile| tile[axis].end).max()?;
        Some(first.saturating_sub(1)..(end + 1).min(len))
    };
    let (Some(rows), Some(columns)) = (hull(0, mesh.height()), hull(1, mesh.width())) else { return Ok(None) };
    if is_many(columns.len(), rows.len(), plan) {
        return Ok(None);
    }
    let mut values = vec![f64::NAN; rows.len() * columns.len()];
    let whole = |range: &Range<usize>| range.start as u64..range.end as u64;
    field.read(step, whole(&columns), whole(&rows), &mut values)?;
    values.iter_mut().for_each(|value| *value = marked(*value, plan.special.values()));
    let mut places = Vec::with_capacity(values.len());
    let mut row = Vec::new();
    // Where columns come round to themselves, the first is the next after the last.
    let is_closed = mesh.is_ring() && columns == (0..mesh.width());
    for number in rows {
        mesh.centers(number, columns.clone(), &mut row);
        places.extend_from_slice(&row);
        places.extend(row.first().filter(|_| is_closed));
    }
    let mut width = columns.len();
    if is_closed {
        values = values.chunks(width).flat_map(|row| row.iter().chain(row.first()).copied()).collect();
        width += 1;
    }
    unwind(&mut places, width);
    let mut parts = Vec::new();
    for block in blocks(&places, width) {
        block.add(&places, &values, width, &lens, &mut parts);
    }
    Ok(Some(CellsInView { parts }))
}

/// Adds whole turns to longitudes, so that they are less than half a turn apart along rows, and along the first places of
/// rows.
fn unwind(places: &mut [Place], width: usize) {
    let near = |to: f64, longitude: f64| longitude + ((to - longitude) / 360.0).round() * 360.0;
    let mut first: Option<f64> = None;
    for row in places.chunks_mut(width.max(1)) {
        let mut before = first;
        first = None;
        for place in row.iter_mut().filter(|place| !place[0].is_nan()) {
            place[0] = before.map_or(place[0], |before| near(before, place[0]));
            before = Some(place[0]);
            first = first.or(before);
        }
        first = first.or(before);
    }
}

/// Nodes that lie together: some columns of some rows, the last row perhaps some turns off.
#[derive(Debug, PartialEq)]
struct Block {
    rows: Range<usize>,
    columns: Range<usize>,
    /// Whole turns to be taken from the longitudes of the last row.
    turns: f64,
}

/// Parts whose nodes lie together. Where rows come to lie turns apart, as they do around a pole, the two of them are taken in
/// parts by themselves.
fn blocks(places: &[Place], width: usize) -> Vec<Block> {
    let height = places.len() / width.max(1);
    let (mut found, mut first) = (Vec::new(), 0);
    for row in 1..height {
        let (below, above) = (&places[(row - 1) * width..row * width], &places[row * width..(row + 1) * width]);
        let turns = |i: usize| Some(((above[i][0] - below[i][0]) / 360.0).round()).filter(|turns| !turns.is_nan());
        if (0..width).all(|i| turns(i).is_none_or(|turns| turns.abs() < 0.5)) {
            continue;
        }
        found.push(Block { rows: first..row, columns: 0..width, turns: 0.0 });
        first = row;
        let mut run: Option<Block> = None;
        for i in 0..width {
            match (turns(i), &mut run) {
                (Some(turns), Some(run)) if (turns - run.turns).abs() < 0.5 => run.columns.end = i + 1,
                (Some(turns), _) => {
                    found.extend(run.replace(Block { rows: row - 1..row + 1, columns: i..i + 1, turns }));
                }
                (None, _) => {}
            }
        }
        found.extend(run);
    }
    found.push(Block { rows: first..height, columns: 0..width, turns: 0.0 });
    found.retain(|block| block.rows.len() > 1 && block.columns.len() > 1);
    found
}

impl Block {
    /// Adds its nodes at each turn that is in view.
    fn add(&self, places: &[Place], values: &[f64], width: usize, lens: &Lens, parts: &mut Vec<NodesInView>) {
        let rows = || self.rows.clone().map(|row| row * width + self.columns.start..row * width + self.columns.end);
        let mut own: Vec<Place> = rows().flat_map(|row| places[row].iter().copied()).collect();
        let across = self.columns.len();
        let last = own.len() - across;
        own[last..].iter_mut().for_each(|place| place[0] -= 360.0 * self.turns);
        let ends = own
            .iter()
            .filter(|place| !place[0].is_nan())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |ends, place| (ends.0.min(place[0]), ends.1.max(place[0])));
        if ends.0 > ends.1 {
            return;
        }
        for turns in lens.turns(ends) {
            let spot = |place: &Place| lens.spot([place[0] + 360.0 * f64::from(turns), place[1]]);
            let (x, y) = own.iter().map(spot).map(|[x, y]| (x, y)).unzip();
            let values = rows().flat_map(|row| values[row].iter().copied()).collect();
            parts.push(NodesInView { width: across, is_rectilinear: false, x, y, values });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_over_the_date_line_lie_together() {
        let mut places: Vec<Place> = [170.0, 178.0, -174.0, -166.0, -178.0, -170.0, 179.0, -173.0]
            .iter()
            .map(|longitude| [*longitude, 0.0])
            .collect();
        unwind(&mut places, 4);
        let longitudes: Vec<f64> = places.iter().map(|place| place[0]).collect();
        assert_eq!(longitudes, [170.0, 178.0, 186.0, 194.0, 182.0, 190.0, 179.0, 187.0]);
        assert_eq!(blocks(&places, 4), [Block { rows: 0..2, columns: 0..4, turns: 0.0 }]);
    }

    #[test]
    fn around_a_pole_nothing_goes_across() {
        // A flat grid of 6 x 6 nodes with the pole in its middle.
        let at = |i: usize| (f64::from(u8::try_from(i).unwrap()) - 2.5) * 100.0;
        let mut places: Vec<Place> = (0..36)
            .map(|n| (at(n % 6), at(n / 6)))
            .map(|(x, y)| [libm::atan2(y, x).to_degrees(), 90.0 - libm::hypot(x, y) / 10.0])
            .collect();
        unwind(&mut places, 6);
        let found = blocks(&places, 6);
        let mut quads = 0;
        for block in &found {
            for row in block.rows.start..block.rows.end - 1 {
                for column in block.columns.start..block.columns.end - 1 {
                    let node = |row: usize, column: usize| {
                        let turns = if row + 1 == block.rows.end { block.turns } else { 0.0 };
                        places[row * 6 + column][0] - 360.0 * turns
                    };
                    let four =
                        [node(row, column), node(row, column + 1), node(row + 1, column + 1), node(row + 1, column)];
                    assert!((0..4).all(|i| (four[i] - four[(i + 1) % 4]).abs() < 180.0), "{block:?} {four:?}");
                    quads += 1;
                }
            }
        }
        // All but the one with the pole in it.
        assert_eq!(quads, 24, "{found:?}");
    }
}
