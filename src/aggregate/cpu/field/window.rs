//! The cells of a field that lie in a view, as they are: what contour lines are traced along.

use super::mesh::mesh_cells;
use super::pixel::marked;
use crate::aggregate::{CellsInView, EngineError, NodesInView};
use crate::data::Table;
use crate::plan::{Draw, FramePlan};
use crate::scene::axis::Axis;
use crate::scene::edge::EdgeRule;

/// Cells that a picture may have for each of its pixels, before lines are traced along the pixels instead.
const PER_PIXEL: f64 = 1.5;
/// Cells that are held in any case.
const MOST: usize = 8 << 20;

/// The cells whose centers lie in the view, with one more on each side; none where they are many more than pixels, or
/// where this is no field.
///
/// # Errors
/// Data that cannot be read.
pub fn field_cells(table: &Table, plan: &FramePlan) -> Result<Option<CellsInView>, EngineError> {
    let (Some(field), Draw::Field { step, .. }) = (table.field(), plan.draw) else { return Ok(None) };
    if let Some(mesh) = field.mesh() {
        return mesh_cells(field, mesh, step, plan);
    }
    let [x, y] = field.coordinates().map(|coordinates| coordinates.centers.as_slice());
    let (Some((first_x, x)), Some((first_y, y))) = (seen(&plan.view.x, &plan.x, x), seen(&plan.view.y, &plan.y, y))
    else {
        return Ok(None);
    };
    if is_many(x.len(), y.len(), plan) {
        return Ok(None);
    }
    let mut values = vec![f64::NAN; x.len() * y.len()];
    field.read(step, first_x..first_x + x.len() as u64, first_y..first_y + y.len() as u64, &mut values)?;
    values.iter_mut().for_each(|value| *value = marked(*value, plan.special.values()));
    let part = NodesInView { width: x.len(), is_rectilinear: true, x, y, values };
    Ok(Some(CellsInView { parts: vec![part] }))
}

/// Whether cells are many more than pixels.
#[expect(clippy::cast_precision_loss, reason = "compared with a share of pixels")]
pub(super) fn is_many(width: usize, height: usize, plan: &FramePlan) -> bool {
    let cells = width.saturating_mul(height);
    cells > MOST || (cells > 4096 && cells as f64 > plan.view.cells() as f64 * PER_PIXEL)
}

/// The first of the centers to be held, and their positions in pixels.
fn seen(axis: &Axis, rule: &EdgeRule, centers: &[f64]) -> Option<(u64, Vec<f64>)> {
    let end = f64::from(rule.pixels());
    let positions: Vec<f64> = centers.iter().map(|center| axis.mirrored(rule.position(*center))).collect();
    let is_seen = |position: &f64| *position >= 0.0 && *position <= end;
    let (first, last) = match (positions.iter().position(is_seen), positions.iter().rposition(is_seen)) {
        (Some(first), Some(last)) => (first, last),
        // Between two centers: both are wanted.
        _ => {
            let between = positions.windows(2).position(|pair| (pair[0] < 0.0) != (pair[1] < 0.0))?;
            (between, between + 1)
        }
    };
    let cells = first.saturating_sub(1)..(last + 2).min(positions.len());
    Some((cells.start as u64, positions[cells].to_vec()))
}
