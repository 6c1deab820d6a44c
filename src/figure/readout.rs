//! Placeholder until merged.
use super::ticks::Quantity;
use crate::aggregate::Values;
use crate::scene::axis::Axis;
/// Text of a coordinate.
pub fn coordinate(axis: &Axis, _: Quantity, position: f64) -> String {
    format!("{}", crate::scene::navigate::value_at(axis, position))
}
/// Text of a value.
pub fn value(values: &Values, width: u32, column: u32, row: u32) -> String {
    let at = row as usize * width as usize + column as usize;
    match values {
        Values::Count(v) => format!("{} points", v.get(at).copied().unwrap_or(0)),
        Values::Real(v) => format!("{}", v.get(at).copied().unwrap_or(f64::NAN)),
    }
}
