//! The grid of a GRIB2 field: its section 3.

use grib::def::grib2::{GridDefinitionTemplate, Section3};
use grib::{LatLons, TryFromSlice};

use super::scan::{be16, be32, signed32};

/// The most points of a field.
pub(super) const MAX_POINTS: u64 = 1 << 27;

/// The most Gaussian latitudes on either side of the equator.
const MAX_PAIRS: u64 = 4096;

/// Where the points of a field lie.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lattice {
    pub(super) nx: u64,
    pub(super) ny: u64,
    pub(super) scan: Scan,
    pub(super) places: Places,
}

/// In what order points follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scan {
    /// Neighbors along y follow each other.
    by_columns: bool,
    /// Every second row runs backwards.
    alternates: bool,
}

/// Positions.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Places {
    /// Longitudes and latitudes of columns and rows.
    Axes {
        x: Vec<f64>,
        y: Vec<f64>,
        /// Latitude and longitude of the rotated north pole, and the angle about it.
        pole: Option<(f64, f64, f64)>,
    },
    /// A longitude and latitude for each point.
    Points { longitude: Vec<f64>, latitude: Vec<f64> },
}

impl Lattice {
    /// Reads section 3.
    ///
    /// # Errors
    /// What is not known or contradicts itself, in words.
    pub(super) fn of(section: &[u8]) -> Result<Self, String> {
        let short = || "a grid section that ends early".to_owned();
        let template = be16(section, 12).ok_or_else(short)?;
        let points = u64::from(be32(section, 6).ok_or_else(short)?);
        let (nx, ny) = (be32(section, 30).ok_or_else(short)?, be32(section, 34).ok_or_else(short)?);
        if matches!(template, 0 | 1 | 40 | 41) && nx == u32::MAX {
            return Err("a reduced grid, whose rows differ in length; make it regular first, for example with \
                        cdo -setgridtype,regular"
                .to_owned());
        }
        let mode = match template {
            0 | 1 | 40 | 41 => 71,
            10 => 59,
            20 | 30 => 64,
            other => return Err(format!("grid template 3.{other}")),
        };
        let mode = *section.get(mode).ok_or_else(short)?;
        let (nx, ny) = (u64::from(nx), u64::from(ny));
        if nx == 0 || ny == 0 || nx * ny != points || points > MAX_POINTS {
            return Err(format!("a grid of {nx} x {ny} for {points} points (at most {MAX_POINTS} are read)"));
        }
        let scan = Scan { by_columns: mode & 0x20 != 0, alternates: mode & 0x10 != 0 };
        let places = match template {
            0 | 1 | 40 | 41 => axes(section, template, (nx, ny), mode).ok_or_else(short)?,
            _ => points_of(section)?,
        };
        let mut lattice = Self { nx, ny, scan, places };
        if let Places::Points { longitude, latitude } = &lattice.places {
            let (longitude, latitude) = (lattice.ordered(longitude.clone()), lattice.ordered(latitude.clone()));
            if longitude.len() as u64 != points || latitude.len() as u64 != points {
                return Err("a projection that cannot be computed".to_owned());
            }
            lattice.places = Places::Points { longitude, latitude };
        }
        Ok(lattice)
    }

    /// Values row by row, each row in the direction of the first.
    pub(super) fn ordered(&self, values: Vec<f64>) -> Vec<f64> {
        let (Ok(nx), Ok(ny)) = (usize::try_from(self.nx), usize::try_from(self.ny)) else { return values };
        let mut values = values;
        let run = if self.scan.by_columns { ny } else { nx };
        if self.scan.alternates {
            values.chunks_mut(run).skip(1).step_by(2).for_each(<[f64]>::reverse);
        }
        if !self.scan.by_columns || values.len() != nx * ny {
            return values;
        }
        (0..nx * ny).map(|i| values[(i % nx) * ny + i / nx]).collect()
    }
}

/// Longitudes and latitudes of templates 3.0, 3.1, 3.40 and 3.41.
fn axes(section: &[u8], template: u16, (nx, ny): (u64, u64), mode: u8) -> Option<Places> {
    let (basic, parts) = (be32(section, 38)?, be32(section, 42)?);
    #[expect(clippy::cast_precision_loss, reason = "at most 31 bits")]
    let degrees = |at: usize| -> Option<f64> {
        let raw = signed32(section, at)? as f64;
        let is_plain = basic == 0 || basic == u32::MAX || parts == 0 || parts == u32::MAX;
        Some(if is_plain { raw / 1e6 } else { raw * f64::from(basic) / f64::from(parts) })
    };
    let (first, mut last) = ((degrees(46)?, degrees(50)?), (degrees(55)?, degrees(59)?));
    // Eastwards over 0, or over the border between 180 and -180.
    if mode & 0x80 == 0 && last.1 < first.1 {
        last.1 += 360.0;
    } else if mode & 0x80 != 0 && last.1 > first.1 {
        last.1 -= 360.0;
    }
    let x = between(first.1, last.1, nx);
    let y = if template >= 40 {
        let pairs = be32(section, 67)?;
        gaussian(u64::from(pairs), first.0, last.0, ny)?
    } else {
        between(first.0, last.0, ny)
    };
    let pole = if matches!(template, 1 | 41) {
        let (latitude, longitude) = (degrees(72)?, degrees(76)?);
        let angle = f32::from_bits(be32(section, 80)?);
        // GRIB names the south pole, which lies opposite.
        Some((-latitude, (longitude + 360.0).rem_euclid(360.0) - 180.0, f64::from(angle)))
    } else {
        None
    };
    Some(Places::Axes { x, y, pole })
}

/// Evenly from the first to the last.
#[expect(clippy::cast_precision_loss, reason = "below 2^53")]
fn between(first: f64, last: f64, count: u64) -> Vec<f64> {
    let steps = count.saturating_sub(1).max(1) as f64;
    (0..count).map(|i| first + (last - first) * (i as f64 / steps)).collect()
}

/// Gaussian latitudes, those of `pairs` rows on either side of the equator, from the row next to `first` on.
fn gaussian(pairs: u64, first: f64, last: f64, count: u64) -> Option<Vec<f64>> {
    if pairs == 0 || pairs > MAX_PAIRS || count > 2 * pairs {
        return None;
    }
    let rows = 2 * pairs;
    let mut all: Vec<f64> = (0..pairs).map(|k| gaussian_latitude(k, rows)).collect();
    let south: Vec<f64> = all.iter().rev().map(|latitude| -latitude).collect();
    all.extend(south);
    if last > first {
        all.reverse();
    }
    let distance = |latitude: &f64| (latitude - first).abs();
    let start = (0..all.len()).min_by(|a, b| distance(&all[*a]).total_cmp(&distance(&all[*b])))?;
    let end = start.checked_add(usize::try_from(count).ok()?)?;
    all.get(start..end).map(<[f64]>::to_vec)
}

/// The latitude of a root of the Legendre polynomial of degree `rows`, the northernmost being number 0.
#[expect(clippy::cast_precision_loss, reason = "at most 2^15")]
fn gaussian_latitude(k: u64, rows: u64) -> f64 {
    let n = rows as f64;
    let mut x = (std::f64::consts::PI * (k as f64 + 0.75) / (n + 0.5)).cos();
    // Newton's method from a good guess.
    for _ in 0..20 {
        let (mut before, mut at) = (1.0, x);
        for degree in 2..=rows {
            let d = degree as f64;
            (before, at) = (at, ((2.0 * d - 1.0) * x * at - (d - 1.0) * before) / d);
        }
        let slope = n * (before - x * at) / (1.0 - x * x);
        let step = at / slope;
        x -= step;
        if step.abs() < 1e-16 {
            break;
        }
    }
    x.asin().to_degrees()
}

/// Longitudes and latitudes of the points of a projection.
fn points_of(section: &[u8]) -> Result<Places, String> {
    let section =
        Section3::try_from_slice(section, &mut 0).map_err(|e| format!("a grid section that is damaged: {e}"))?;
    let computed = |result: Result<Vec<(f64, f64)>, grib::GribError>| result.map_err(|e| format!("a projection: {e}"));
    let places = match &section.payload.template {
        GridDefinitionTemplate::_3_10(t) => computed(t.latlons().map(Iterator::collect))?,
        GridDefinitionTemplate::_3_20(t) => computed(t.latlons().map(Iterator::collect))?,
        GridDefinitionTemplate::_3_30(t) => computed(t.latlons().map(Iterator::collect))?,
        _ => return Err("an unknown projection".to_owned()),
    };
    let (latitude, longitude) = places.into_iter().unzip();
    Ok(Places::Points { longitude, latitude })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaussian_latitudes_are_those_of_the_tables() {
        // The first of N32 and of N320, as ECMWF publishes them.
        for (pairs, wanted) in [(32, [87.863_799, 85.096_527, 82.312_913]), (320, [89.784_877, 89.506_203, 89.225_883])]
        {
            let all = gaussian(pairs, 90.0, -90.0, 3).unwrap();
            assert!(all.iter().zip(wanted).all(|(found, wanted)| (found - wanted).abs() < 1e-6), "{all:?}");
        }
        assert!(gaussian(0, 90.0, -90.0, 3).is_none());
        assert!(gaussian(2, 90.0, -90.0, 5).is_none());
    }

    #[test]
    fn points_in_other_orders_come_out_row_by_row() {
        let lattice = |by_columns, alternates| Lattice {
            nx: 3,
            ny: 2,
            scan: Scan { by_columns, alternates },
            places: Places::Points { longitude: Vec::new(), latitude: Vec::new() },
        };
        let given: Vec<f64> = (0..6).map(f64::from).collect();
        assert_eq!(lattice(false, false).ordered(given.clone()), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(lattice(false, true).ordered(given.clone()), [0.0, 1.0, 2.0, 5.0, 4.0, 3.0]);
        assert_eq!(lattice(true, false).ordered(given.clone()), [0.0, 2.0, 4.0, 1.0, 3.0, 5.0]);
        assert_eq!(lattice(true, true).ordered(given), [0.0, 3.0, 4.0, 1.0, 2.0, 5.0]);
    }
}
