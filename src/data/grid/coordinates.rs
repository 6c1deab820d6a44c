//! Where the cells of a dimension lie.

use crate::data::dtype::TimeUnit;

use super::super::error::DataError;

/// What positions along a dimension are.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Degrees east.
    Longitude,
    /// Degrees north.
    Latitude,
    /// Projected or other distances to the right.
    X,
    /// Projected or other distances upwards.
    Y,
    /// Height, pressure, model level. `down` is true where values grow downwards, as pressure does.
    Vertical {
        /// Whether greater values lie lower.
        down: bool,
    },
    /// Moments: values are such units since 1970-01-01 00:00 UTC in the Gregorian calendar, whatever the file counts from.
    Time(TimeUnit),
    /// Anything else, or nobody says.
    Other,
}

/// Positions of the cells along a dimension, with their edges.
#[derive(Debug, Clone, PartialEq)]
pub struct Coordinates {
    /// What they are.
    pub kind: Kind,
    /// Units for people: `degrees_east`, `hPa`; empty for times, which are dates.
    pub units: String,
    /// What the file calls the quantity (`long_name`, or else `standard_name` in plain words).
    pub title: String,
    /// Centers of the cells, finite; one for each.
    pub centers: Vec<f64>,
    /// Edges between cells, one more than centers and strictly monotonic; none where centers are not, or where cells do not
    /// touch each other.
    pub edges: Option<Vec<f64>>,
}

impl Coordinates {
    /// Coordinates with edges halfway between centers, the outermost as far beyond as the next ones are inside. A single
    /// cell is one unit wide.
    ///
    /// # Errors
    /// [`DataError::Grid`] when a center is not finite.
    pub fn of_centers(centers: Vec<f64>) -> Result<Self, DataError> {
        if let Some(at) = centers.iter().position(|center| !center.is_finite()) {
            return Err(DataError::Grid(format!("the coordinate number {at} is {}, not a finite number", centers[at])));
        }
        let edges = halfway(&centers);
        Ok(Self { kind: Kind::Other, units: String::new(), title: String::new(), centers, edges })
    }

    /// The same with edges from bounds: for each cell its two ends, in either order. Bounds of cells that do not touch, or
    /// that are not strictly monotonic, leave the cells without edges.
    #[must_use]
    pub fn with_bounds(mut self, bounds: &[[f64; 2]]) -> Self {
        self.edges = touching(bounds).filter(|edges| edges.len() == self.centers.len() + 1);
        self
    }

    /// Numbers 0, 1, 2 and so on, for a dimension of `len` cells that has no coordinates; cell i reaches from i − 0.5 to
    /// i + 0.5.
    ///
    /// # Errors
    /// [`DataError::Grid`] for lengths beyond 2^28, whose positions are not held in memory.
    pub fn counted(len: u64) -> Result<Self, DataError> {
        if len > 1 << 28 {
            return Err(DataError::Grid(format!("a dimension of {len} cells is too long for an axis")));
        }
        #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
        let centers = (0..len).map(|i| i as f64).collect();
        Self::of_centers(centers)
    }
}

/// Edges halfway between centers; none where centers are not strictly monotonic.
fn halfway(centers: &[f64]) -> Option<Vec<f64>> {
    let mut edges = Vec::with_capacity(centers.len() + 1);
    match centers {
        [] => return None,
        [only] => edges.extend([only - 0.5, only + 0.5]),
        [first, second, ..] => {
            edges.push(first - (second - first) / 2.0);
            edges.extend(centers.windows(2).map(|pair| pair[0] + (pair[1] - pair[0]) / 2.0));
            let [before, last] = [centers[centers.len() - 2], centers[centers.len() - 1]];
            edges.push(last + (last - before) / 2.0);
        }
    }
    is_monotonic(&edges).then_some(edges)
}

/// The edges of cells whose ends are given, if each begins where the one before ends.
fn touching(bounds: &[[f64; 2]]) -> Option<Vec<f64>> {
    let (first, last) = (bounds.first()?, bounds.last()?);
    let is_up = match bounds {
        [[a, b]] => a < b,
        _ => last[0] + last[1] > first[0] + first[1],
    };
    let ends = |bound: &[f64; 2]| {
        let (low, high) = (bound[0].min(bound[1]), bound[0].max(bound[1]));
        if is_up { (low, high) } else { (high, low) }
    };
    let mut edges = vec![ends(first).0];
    for bound in bounds {
        let (start, end) = ends(bound);
        let width = (end - start).abs();
        // Written as f32, the ends of neighbors may differ in the last bits.
        let gap = (start - edges[edges.len() - 1]).abs();
        if gap > width * 1e-3 {
            return None;
        }
        edges.push(end);
    }
    is_monotonic(&edges).then_some(edges)
}

fn is_monotonic(edges: &[f64]) -> bool {
    let rises = edges.windows(2).all(|pair| pair[0] < pair[1]);
    (rises || edges.windows(2).all(|pair| pair[0] > pair[1])) && edges.iter().all(|edge| edge.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_lie_halfway() {
        let edges = |centers: &[f64]| Coordinates::of_centers(centers.to_vec()).unwrap().edges;
        assert_eq!(edges(&[0.0, 1.0, 3.0]), Some(vec![-0.5, 0.5, 2.0, 4.0]));
        assert_eq!(edges(&[3.0, 1.0, 0.0]), Some(vec![4.0, 2.0, 0.5, -0.5]));
        assert_eq!(edges(&[7.0]), Some(vec![6.5, 7.5]));
        assert_eq!(edges(&[0.0, 1.0, 1.0]), None);
        assert_eq!(edges(&[0.0, 2.0, 1.0]), None);
        assert!(Coordinates::of_centers(vec![0.0, f64::NAN]).is_err());
    }

    #[test]
    fn bounds_that_touch_are_edges() {
        let edges = |centers: &[f64], bounds: &[[f64; 2]]| {
            Coordinates::of_centers(centers.to_vec()).unwrap().with_bounds(bounds).edges
        };
        assert_eq!(edges(&[0.2, 1.1], &[[0.0, 1.0], [1.0, 2.0]]), Some(vec![0.0, 1.0, 2.0]));
        assert_eq!(edges(&[1.1, 0.2], &[[1.0, 2.0], [0.0, 1.0]]), Some(vec![2.0, 1.0, 0.0]));
        assert_eq!(edges(&[0.2], &[[0.0, 1.0]]), Some(vec![0.0, 1.0]));
        assert_eq!(edges(&[0.2, 2.1], &[[0.0, 1.0], [2.0, 3.0]]), None);
    }

    #[test]
    fn cells_without_coordinates_are_counted() {
        let counted = Coordinates::counted(3).unwrap();
        assert_eq!(counted.centers, [0.0, 1.0, 2.0]);
        assert_eq!(counted.edges, Some(vec![-0.5, 0.5, 1.5, 2.5]));
        assert!(Coordinates::counted(1 << 40).is_err());
    }
}
