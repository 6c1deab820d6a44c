//! From longitude and latitude to pixels.

use std::ops::RangeInclusive;

use crate::data::grid::mesh::Place;
use crate::data::grid::{Mesh, Outline};
use crate::plan::FramePlan;
use crate::scene::axis::Axis;
use crate::scene::edge::EdgeRule;

use super::polygon::{Polygon, Spot};

/// Degrees of a view from which on data is shown once, not at every turn that is in view.
const MANY_TURNS: f64 = 2880.0;

/// Where places are in a view.
#[derive(Debug, Clone, Copy)]
pub struct Lens {
    x: (Axis, EdgeRule),
    y: (Axis, EdgeRule),
    /// What of longitudes and latitudes is seen.
    pub longitudes: (f64, f64),
    pub latitudes: (f64, f64),
    /// The middle of the mesh, where the view is so wide that data is shown once.
    home: Option<f64>,
}

impl Lens {
    pub fn new(plan: &FramePlan, mesh: &Mesh) -> Self {
        let ends = |axis: &Axis| (axis.range.start.to_f64(), axis.range.end.to_f64());
        let (longitudes, latitudes) = (ends(&plan.view.x), ends(&plan.view.y));
        let is_wide = longitudes.1 - longitudes.0 > MANY_TURNS;
        let home = mesh.longitudes().filter(|_| is_wide).map(|(west, east)| f64::midpoint(west, east));
        Self { x: (plan.view.x, plan.x), y: (plan.view.y, plan.y), longitudes, latitudes, home }
    }

    /// The turns by which a polygon between two longitudes reaches into the view.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "few turns are in view")]
    pub fn turns(&self, (west, east): (f64, f64)) -> RangeInclusive<i32> {
        match self.home {
            Some(home) => {
                let turn = ((home - f64::midpoint(west, east)) / 360.0).round() as i32;
                turn..=turn
            }
            None => {
                ((self.longitudes.0 - east) / 360.0).ceil() as i32..=((self.longitudes.1 - west) / 360.0).floor() as i32
            }
        }
    }

    /// Rows of pixels of the whole view.
    pub fn height(&self) -> u32 {
        self.y.0.pixels
    }

    /// Where a place is in pixels.
    #[inline]
    pub fn spot(&self, place: Place) -> Spot {
        [self.x.0.mirrored(self.x.1.position(place[0])), self.y.0.mirrored(self.y.1.position(place[1]))]
    }

    /// An outline in pixels, some turns further east; none where the axes have no place for it.
    #[inline]
    pub fn polygon(&self, outline: &Outline, turns: i32) -> Option<Polygon> {
        let mut polygon = Polygon::new();
        for i in 0..outline.len() {
            let spot = self.spot(outline.corner(i, turns));
            if !(spot[0].is_finite() && spot[1].is_finite()) {
                return None;
            }
            polygon.push(spot);
        }
        Some(polygon)
    }
}
