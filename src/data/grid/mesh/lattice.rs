//! Longitudes and latitudes of points in rows and columns, held as they are in the file or computed where they are needed.

use std::ops::Range;

/// A longitude and a latitude, in degrees.
pub type Place = [f64; 2];

/// Points in `height` rows of `width`.
#[derive(Debug, Clone)]
pub(super) struct Lattice {
    pub(super) width: usize,
    pub(super) height: usize,
    /// Whether some points have no place.
    pub(super) has_holes: bool,
    held: Held,
}

#[derive(Debug, Clone)]
enum Held {
    Given { longitude: Numbers, latitude: Numbers },
    Rotated(Rotated),
}

/// Numbers as f32 where they lose nothing, as those of nearly all files.
#[derive(Debug, Clone)]
pub(super) enum Numbers {
    Singles(Vec<f32>),
    Doubles(Vec<f64>),
}

impl Numbers {
    pub(super) fn of(values: Vec<f64>) -> Self {
        let is_single = |v: &f64| f64::from(single(*v)).to_bits() == v.to_bits() || v.is_nan();
        if values.iter().all(is_single) {
            return Self::Singles(values.into_iter().map(single).collect());
        }
        Self::Doubles(values)
    }

    fn all(&self) -> Box<dyn Iterator<Item = f64> + '_> {
        match self {
            Self::Singles(values) => Box::new(values.iter().map(|v| f64::from(*v))),
            Self::Doubles(values) => Box::new(values.iter().copied()),
        }
    }

    /// Calls for some of them.
    #[inline]
    fn each(&self, some: Range<usize>, mut take: impl FnMut(usize, f64)) {
        match self {
            Self::Singles(values) => values[some].iter().enumerate().for_each(|(i, v)| take(i, f64::from(*v))),
            Self::Doubles(values) => values[some].iter().enumerate().for_each(|(i, v)| take(i, *v)),
        }
    }
}

impl Lattice {
    /// Of longitudes and latitudes, row by row.
    pub(super) fn of(width: usize, height: usize, longitude: Numbers, latitude: Numbers) -> Self {
        let has_holes = longitude.all().zip(latitude.all()).any(|(x, y)| place(x, y)[0].is_nan());
        Self { width, height, has_holes, held: Held::Given { longitude, latitude } }
    }

    /// The points of a rotated sphere at columns `x` and rows `y`.
    pub(super) fn rotated(pole: &Pole, x: &[f64], y: &[f64]) -> Self {
        let held = Held::Rotated(Rotated::new(pole, x, y));
        Self { width: x.len(), height: y.len(), has_holes: false, held }
    }

    /// Some points of a row; what is not finite is NaN.
    pub(super) fn row(&self, row: usize, columns: Range<usize>, out: &mut Vec<Place>) {
        out.clear();
        let at = row * self.width + columns.start..row * self.width + columns.end;
        match &self.held {
            Held::Given { longitude, latitude } => {
                out.resize(at.len(), [0.0; 2]);
                longitude.each(at.clone(), |i, v| out[i][0] = v);
                latitude.each(at, |i, v| out[i] = place(out[i][0], v));
            }
            Held::Rotated(rotated) => out.extend(columns.map(|column| rotated.place(column, row))),
        }
    }
}

/// What is a place on the Earth; NaN where it is none.
#[inline]
fn place(longitude: f64, latitude: f64) -> Place {
    if longitude.is_finite() && latitude.abs() <= 90.0 + 1e-3 {
        [longitude, latitude.clamp(-90.0, 90.0)]
    } else {
        [f64::NAN; 2]
    }
}

#[expect(clippy::cast_possible_truncation, reason = "compared with what it was")]
fn single(v: f64) -> f32 {
    v as f32
}

/// A rotated pole: where the north pole of a sphere lies whose longitudes and latitudes are those of a grid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pole {
    /// Latitude of the rotated north pole, degrees (`grid_north_pole_latitude`).
    pub latitude: f64,
    /// Longitude of the rotated north pole, degrees (`grid_north_pole_longitude`).
    pub longitude: f64,
    /// Longitude of the true north pole in the rotated grid, degrees (`north_pole_grid_longitude`); mostly 0.
    pub grid_longitude: f64,
}

/// Sines and cosines of the columns and rows of a rotated grid.
///
/// With rotated longitude λ (less `north_pole_grid_longitude`) and latitude φ, and the rotated north pole at (λp, φp):
///
/// ```text
/// a = cos φp · sin φ − sin φp · cos λ · cos φ
/// b = sin λ · cos φ
/// latitude  = asin(sin φp · sin φ + cos φp · cos λ · cos φ)
/// longitude = λp + atan2(−b, a)
/// ```
///
/// These are the formulas of COSMO (`phirot2phi` and `rlarot2rla`; Doms and Baldauf, *A Description of the Nonhydrostatic
/// Regional COSMO-Model*, part I, section 3.3) and what PROJ's `ob_tran` does for the attributes of CF's appendix F:
/// `+proj=ob_tran +o_proj=longlat +o_lat_p=φp +o_lon_p=north_pole_grid_longitude +lon_0=180+λp`.
#[derive(Debug, Clone)]
struct Rotated {
    /// Sine and cosine of φp.
    pole: (f64, f64),
    longitude: f64,
    columns: Vec<(f64, f64)>,
    rows: Vec<(f64, f64)>,
}

impl Rotated {
    fn new(pole: &Pole, x: &[f64], y: &[f64]) -> Self {
        let angle = |degrees: f64| libm::sincos(degrees.to_radians());
        Self {
            pole: angle(pole.latitude),
            longitude: pole.longitude,
            columns: x.iter().map(|x| angle(x - pole.grid_longitude)).collect(),
            // Beyond a pole, where edges halfway between centers may lie, there is nothing.
            rows: y.iter().map(|y| angle(y.clamp(-90.0, 90.0))).collect(),
        }
    }

    fn place(&self, column: usize, row: usize) -> Place {
        let ((sin_pole, cos_pole), (sin_x, cos_x), (sin_y, cos_y)) = (self.pole, self.columns[column], self.rows[row]);
        let (along, across) = (cos_pole * sin_y - sin_pole * cos_x * cos_y, sin_x * cos_y);
        let sine = sin_pole * sin_y + cos_pole * cos_x * cos_y;
        // Near a pole the sine says little of the latitude.
        let latitude = libm::atan2(sine, libm::hypot(along, across)).to_degrees();
        [self.longitude + libm::atan2(-across, along).to_degrees(), latitude]
    }
}

/// A difference of longitudes by the shorter way round, -180 to 180.
#[inline]
pub(super) fn way(difference: f64) -> f64 {
    if difference.abs() <= 180.0 { difference } else { difference - 360.0 * (difference / 360.0).round() }
}

/// The mean of places on the sphere: of the directions from its middle.
pub(super) fn mean_on_sphere(places: &[Place]) -> Place {
    let mut sum = [0.0; 3];
    for [longitude, latitude] in places {
        let ((sin_x, cos_x), (sin_y, cos_y)) =
            (libm::sincos(longitude.to_radians()), libm::sincos(latitude.to_radians()));
        for (sum, part) in sum.iter_mut().zip([cos_x * cos_y, sin_x * cos_y, sin_y]) {
            *sum += part;
        }
    }
    let flat = libm::hypot(sum[0], sum[1]);
    [libm::atan2(sum[1], sum[0]).to_degrees(), libm::atan2(sum[2], flat).to_degrees()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pole_that_is_not_turned_changes_nothing_and_others_are_undone() {
        let row = |pole: Pole, x: &[f64], y: f64| {
            let mut out = Vec::new();
            Lattice::rotated(&pole, x, &[y]).row(0, 0..x.len(), &mut out);
            out
        };
        let pole = |latitude, longitude, grid_longitude| Pole { latitude, longitude, grid_longitude };
        for [longitude, latitude] in row(pole(90.0, 180.0, 0.0), &[-100.0, 0.0, 35.0], 20.0) {
            assert!(
                [-100.0, 0.0, 35.0].iter().any(|x| way(x - longitude).abs() < 1e-12) && (latitude - 20.0).abs() < 1e-12
            );
        }
        // COSMO-EU: the middle of the rotated grid is at 50 degrees north, 10 east.
        let middle = row(pole(40.0, -170.0, 0.0), &[0.0], 0.0)[0];
        assert!(way(middle[0] - 10.0).abs() < 1e-12 && (middle[1] - 50.0).abs() < 1e-12);
        // The true pole lies where the file says.
        let north = row(pole(40.0, -170.0, 12.0), &[12.0], 40.0)[0];
        assert!((north[1] - 90.0).abs() < 1e-6, "{north:?}");
    }

    #[test]
    fn means_around_a_pole_are_the_pole() {
        let mean = mean_on_sphere(&[[45.0, 89.0], [135.0, 89.0], [225.0, 89.0], [315.0, 89.0]]);
        assert!((mean[1] - 90.0).abs() < 1e-9);
        assert_eq!((way(359.0), way(-190.0), way(180.0)), (-1.0, 170.0, 180.0));
    }
}
