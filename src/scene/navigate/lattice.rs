//! Pans that return: each is counted from the range that a run of pans began with.

use super::{for_column, pan, pixel_placement};
use crate::scene::axis::{Axis, Range};

/// The pixels that an axis had when a run of pans began.
///
/// A range that is on no grid, as fitted ones are, has ends that are rounded with every pan. Counted from where the run
/// began, they are rounded once, however many pans there were, and the way back ends where it began.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lattice {
    base: Option<Axis>,
}

impl Lattice {
    /// The range after the content has moved by `pixels`, as [`pan`] has it, for a column of integers or of real numbers.
    pub fn pan(&mut self, axis: &Axis, pixels: f64, integer: bool) -> Range {
        let from = |base: &Axis, by: f64| for_column(base, pan(base, by), integer);
        if let Some(base) = self.base
            && (Axis { range: axis.range, ..base }) == *axis
        {
            let way = pixel_placement(&base, axis).0.round();
            if from(&base, way) == axis.range {
                let range = from(&base, way + pixels);
                // What cannot be moved to stays, and does not go home.
                let is_refused = range == base.range && way + pixels != 0.0;
                return if is_refused { axis.range } else { range };
            }
        }
        self.base = Some(*axis);
        from(axis, pixels)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::position_of;
    use super::super::tests::{pixel, pixels, position_width, real, with};
    use super::*;
    use crate::scene::axis::{Coordinate, Scale};
    use crate::scene::edge::fit_real;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

        #[test]
        fn bins_of_fitted_views_keep_their_counts(
            values in prop::collection::vec(prop_oneof![-10.0..10.0, -1e7..1e7, -1e-7..1e-7_f64], 2..60),
            n in pixels(),
            by in prop::collection::vec(-500..500, 1..8),
        ) {
            let (min, max) = values.iter().fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(*v), b.max(*v)));
            prop_assume!(min < max);
            let axis = with(&real(0.0, 1.0, n), fit_real("x", min, max, Scale::Linear, n).unwrap());
            let (mut lattice, mut at, mut way) = (Lattice::default(), axis, 0);
            for by in by {
                at = with(&at, lattice.pan(&at, f64::from(by), false));
                way += by;
                // All but what lies within some units in the last place of an edge; the least and the greatest always.
                let unit = at.range.start.to_f64().abs().max(at.range.end.to_f64().abs()) * f64::EPSILON;
                let step = position_width(&axis) / f64::from(n);
                for value in values.iter().map(|v| Coordinate::Real(*v)) {
                    let (before, after) = (pixel(&axis, value), pixel(&at, value));
                    let from_edge = (position_of(&axis, value) + 0.5).fract() - 0.5;
                    let is_near = from_edge.abs() * step < 4.0 * unit || from_edge.abs() < 1e-9;
                    let in_view = |k: f64| k >= 0.0 && k < f64::from(n);
                    if !(in_view(after) || in_view(before + f64::from(way))) {
                        continue;
                    }
                    if !is_near || value.to_f64() == min || value.to_f64() == max {
                        prop_assert_eq!(after, before + f64::from(way), "{:?} {:?} {:?}", value, axis, at);
                    }
                }
            }
            at = with(&at, lattice.pan(&at, f64::from(-way), false));
            prop_assert_eq!(at, axis);
        }
    }
}
