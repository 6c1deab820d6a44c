//! Where the cells of a dimension lie.

use crate::data::dtype::{TimeUnit, Unit};

use super::super::error::DataError;
use super::cf::date_text;

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

    /// A position for people: a date for times, else the number with its units.
    pub fn shown(&self, position: f64) -> String {
        match self.kind {
            Kind::Time(unit) => microseconds(unit)
                .map_or_else(|| format!("{position} {unit}"), |step| date_text(nearest(position * step))),
            _ => format!("{position} {}", self.units).trim_end().to_owned(),
        }
    }

    /// How far cells are apart, for people: `6 h`, `0.25 degrees_east`, `1 month`; none where that differs, and for one
    /// cell.
    pub fn step(&self) -> Option<String> {
        let (first, last) = (self.centers.first()?, self.centers.last()?);
        let count = self.centers.len().checked_sub(1).filter(|count| *count > 0)?;
        #[expect(clippy::cast_precision_loss, reason = "positions are at most 2^28")]
        let step = (last - first) / count as f64;
        let gaps = || self.centers.windows(2).map(|pair| pair[1] - pair[0]);
        let is_even = gaps().all(|gap| (gap - step).abs() <= step.abs() * 1e-3);
        let Kind::Time(unit) = self.kind else {
            let rounded = format!("{step:.6}");
            let rounded = rounded.trim_end_matches('0').trim_end_matches('.');
            return is_even.then(|| format!("{rounded} {}", self.units).trim_end().to_owned());
        };
        let second = 1e6 / microseconds(unit)?;
        let day = 86_400.0 * second;
        let within = |low: f64, high: f64| gaps().all(|gap| gap >= low * day && gap <= high * day);
        if !is_even {
            let known = [(28.0, 31.0, "1 month"), (365.0, 366.0, "1 year")];
            return known.iter().find(|(low, high, _)| within(*low, *high)).map(|(_, _, name)| (*name).to_owned());
        }
        let units =
            [(day, "days"), (3600.0 * second, "h"), (60.0 * second, "min"), (second, "s"), (second / 1e3, "ms")];
        let is_whole = |size: f64| step / size >= 1.0 - 1e-9 && (step / size - (step / size).round()).abs() < 1e-6;
        let (size, name) = units.iter().find(|(size, _)| is_whole(*size)).copied().unwrap_or((second, "s"));
        let count = step / size;
        Some(if (count - 1.0).abs() < 1e-9 && name == "days" { "1 day".to_owned() } else { format!("{count} {name}") })
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

/// Microseconds of a unit of time of a fixed length.
fn microseconds(unit: TimeUnit) -> Option<f64> {
    let one = match unit.unit {
        Unit::Week => 7.0 * 86_400e6,
        Unit::Day => 86_400e6,
        Unit::Hour => 3600e6,
        Unit::Minute => 60e6,
        Unit::Second => 1e6,
        Unit::Millisecond => 1e3,
        Unit::Microsecond => 1.0,
        Unit::Nanosecond => 1e-3,
        _ => return None,
    };
    Some(one * f64::from(unit.multiplier))
}

#[expect(clippy::cast_possible_truncation, reason = "far beyond, dates end anyway")]
fn nearest(number: f64) -> i128 {
    number.round() as i128
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
    fn positions_and_steps_for_people() {
        let of = |centers: &[f64], kind: Kind, units: &str| {
            let plain = Coordinates::of_centers(centers.to_vec()).unwrap();
            Coordinates { kind, units: units.to_owned(), ..plain }
        };
        let seconds = Kind::Time(TimeUnit { multiplier: 1, unit: Unit::Second });
        let times = of(&[0.0, 21_600.0, 43_200.0], seconds.clone(), "");
        assert_eq!((times.shown(21_600.0), times.step()), ("1970-01-01 06:00".to_owned(), Some("6 h".to_owned())));
        assert_eq!(times.shown(-86_400.0), "1969-12-31");
        assert_eq!(times.shown(1.25), "1970-01-01 00:00:01.250000");
        let months = of(&[0.0, 31.0 * 86_400.0, 59.0 * 86_400.0], seconds.clone(), "");
        assert_eq!(months.step().as_deref(), Some("1 month"));
        assert_eq!(of(&[0.0, 1.0, 86_400.0], seconds.clone(), "").step(), None);
        assert_eq!(of(&[0.0, 86_400.0], seconds, "").step().as_deref(), Some("1 day"));
        let east = of(&[0.0, 0.25, 0.5], Kind::Longitude, "degrees_east");
        assert_eq!(east.step().as_deref(), Some("0.25 degrees_east"));
        assert_eq!(east.shown(0.25), "0.25 degrees_east");
        assert_eq!(of(&[1.0], Kind::Other, "").step(), None);
    }

    #[test]
    fn cells_without_coordinates_are_counted() {
        let counted = Coordinates::counted(3).unwrap();
        assert_eq!(counted.centers, [0.0, 1.0, 2.0]);
        assert_eq!(counted.edges, Some(vec![-0.5, 0.5, 1.5, 2.5]));
        assert!(Coordinates::counted(1 << 40).is_err());
    }
}
