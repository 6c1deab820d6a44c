//! What the positions along a dimension are, by what CF lets a file say: `axis`, `standard_name`, `units`, `positive`; by
//! name where it says none of that.

use crate::data::dtype::{Scalar, TimeUnit, Unit};
use crate::data::error::DataError;

use super::super::coordinates::{Coordinates, Kind};
use super::super::raw::{Raw, RawVariable};
use super::packing::packing_of;
use super::time::{Times, is_time};

/// Units of pressure, which falls upwards.
const PRESSURES: [&str; 10] = ["pa", "hpa", "kpa", "mbar", "millibar", "millibars", "mb", "bar", "dbar", "decibar"];

/// What a variable's numbers are as positions. Times are all said to be in seconds until they are read.
pub(super) fn kind_of(variable: &RawVariable) -> Kind {
    let text = |name: &str| variable.text(name).unwrap_or_default();
    let (units, standard) = (text("units"), text("standard_name"));
    let lower = units.to_ascii_lowercase();
    if is_time(units) || matches!(variable.scalar(), Some(Scalar::Time(_))) {
        return Kind::Time(TimeUnit { multiplier: 1, unit: Unit::Second });
    }
    let degrees = |way: &str| {
        let rest = lower.strip_prefix("degrees").or_else(|| lower.strip_prefix("degree"));
        rest.is_some_and(|rest| {
            let rest = rest.trim_start_matches(['_', ' ']);
            rest == way || way.strip_prefix(rest).is_some_and(|_| rest.len() == 1)
        })
    };
    match standard {
        "longitude" | "grid_longitude" => return Kind::Longitude,
        "latitude" | "grid_latitude" => return Kind::Latitude,
        "projection_x_coordinate" | "projection_x_angular_coordinate" => return Kind::X,
        "projection_y_coordinate" | "projection_y_angular_coordinate" => return Kind::Y,
        _ => {}
    }
    if degrees("east") {
        return Kind::Longitude;
    }
    if degrees("north") {
        return Kind::Latitude;
    }
    if let Some(down) = vertical(variable, &lower, standard) {
        return Kind::Vertical { down };
    }
    match text("axis").to_ascii_uppercase().as_str() {
        "X" => Kind::X,
        "Y" => Kind::Y,
        _ if !lower.is_empty() && !lower.starts_with("degree") => Kind::Other,
        _ => by_name(&variable.name),
    }
}

/// Whether a vertical axis points down; none where it is no vertical one.
fn vertical(variable: &RawVariable, units: &str, standard: &str) -> Option<bool> {
    const UP: [&str; 4] = ["altitude", "height", "geopotential_height", "height_above_reference_ellipsoid"];
    const DOWN: [&str; 6] =
        ["depth", "air_pressure", "sea_water_pressure", "depth_below_geoid", "ocean_sigma_coordinate", "pressure"];
    let said = variable.text("positive").map(str::to_ascii_lowercase);
    let is_pressure = PRESSURES.contains(&units);
    let is_down = is_pressure
        || DOWN.contains(&standard)
        || standard.starts_with("atmosphere_")
        || variable.name.to_ascii_lowercase().starts_with("depth");
    let is_axis = variable.text("axis").is_some_and(|axis| axis.eq_ignore_ascii_case("z"));
    match said.as_deref() {
        Some("down") => Some(true),
        Some("up") => Some(false),
        _ if is_axis || is_pressure || UP.contains(&standard) || DOWN.contains(&standard) => Some(is_down),
        _ => None,
    }
}

fn by_name(name: &str) -> Kind {
    match name.to_ascii_lowercase().as_str() {
        "lon" | "long" | "longitude" | "rlon" | "nav_lon" => Kind::Longitude,
        "lat" | "latitude" | "rlat" | "nav_lat" => Kind::Latitude,
        "x" => Kind::X,
        "y" => Kind::Y,
        "depth" | "plev" | "pressure" => Kind::Vertical { down: true },
        "height" | "altitude" => Kind::Vertical { down: false },
        _ => Kind::Other,
    }
}

/// The positions that a variable of one dimension gives, with notes on what is odd about them.
///
/// # Errors
/// Positions that cannot be read or are none.
pub(super) fn coordinates_of(
    raw: &Raw,
    variable: &RawVariable,
    notes: &mut Vec<String>,
) -> Result<Coordinates, DataError> {
    let mut kind = kind_of(variable);
    let centers = values_of(raw, variable, variable, &mut kind)?;
    let mut coordinates = Coordinates::of_centers(centers)?;
    coordinates.kind = kind;
    coordinates.units = match coordinates.kind {
        Kind::Time(_) => String::new(),
        _ => variable.text("units").filter(|units| *units != "1").unwrap_or_default().to_owned(),
    };
    let standard = || variable.text("standard_name").map(|name| name.replace('_', " "));
    coordinates.title = variable.text("long_name").map(ToOwned::to_owned).or_else(standard).unwrap_or_default();
    if coordinates.edges.is_none() {
        notes.push(disorder(&variable.name, &coordinates.centers));
    }
    match bounds_of(raw, variable, &coordinates.kind) {
        Ok(Some(bounds)) => coordinates = coordinates.with_bounds(&bounds),
        Ok(None) => {}
        Err(problem) => notes.push(format!("the bounds of \"{}\" are left aside: {problem}", variable.name)),
    }
    Ok(coordinates)
}

/// The values of a variable of positions or of their bounds, which mean what those of `parent` do. Times tell `kind` their
/// unit, or take it from there where `variable` is not the parent.
fn values_of(raw: &Raw, variable: &RawVariable, parent: &RawVariable, kind: &mut Kind) -> Result<Vec<f64>, DataError> {
    let mut values = variable.read_all(&raw.dimensions)?;
    packing_of(variable, raw.has_default_fill).unpack(&mut values);
    let Kind::Time(wanted) = *kind else { return Ok(values) };
    if let Some(Scalar::Time(unit)) = variable.scalar() {
        *kind = Kind::Time(unit);
        return Ok(values);
    }
    let said = |name: &str| variable.text(name).or_else(|| parent.text(name));
    let problem = |problem| DataError::Grid(format!("the times of \"{}\": {problem}", variable.name));
    let times = Times::of(said("units").unwrap_or_default(), said("calendar")).map_err(problem)?;
    let is_f32 = variable.scalar() == Some(Scalar::F32);
    let moments = times.moments(&values, is_f32).map_err(problem)?;
    if std::ptr::eq(variable, parent) {
        *kind = Kind::Time(moments.unit);
        return Ok(moments.counts);
    }
    let scale = a_second(wanted) / a_second(moments.unit);
    Ok(moments.counts.iter().map(|count| count * scale).collect())
}

/// Steps of a second, among the units that times are read in.
fn a_second(unit: TimeUnit) -> f64 {
    match unit.unit {
        Unit::Millisecond => 1e3,
        Unit::Microsecond => 1e6,
        _ => 1.0,
    }
}

/// Whether dates of a variable of times are mapped from another calendar, and which.
pub(super) fn foreign_calendar(variable: &RawVariable) -> Option<&str> {
    let calendar = variable.text("calendar")?;
    let times = Times::of(variable.text("units")?, Some(calendar)).ok()?;
    times.is_foreign().then_some(calendar)
}

/// The bounds of a variable's cells, by `bounds` or `climatology`.
fn bounds_of(raw: &Raw, variable: &RawVariable, kind: &Kind) -> Result<Option<Vec<[f64; 2]>>, DataError> {
    let Some(name) = variable.text("bounds").or_else(|| variable.text("climatology")) else { return Ok(None) };
    let Some(bounds) = raw.find(variable, name).and_then(|at| raw.variables.get(at)) else {
        return Err(DataError::Grid(format!("there is no variable \"{name}\"")));
    };
    let is_pairs = match *bounds.dimensions.as_slice() {
        [cells, ends] => {
            variable.dimensions == [cells] && raw.dimensions.get(ends).is_some_and(|dimension| dimension.len == 2)
        }
        _ => false,
    };
    if !is_pairs {
        return Err(DataError::Grid(format!("\"{name}\" does not have two numbers for each cell")));
    }
    let values = values_of(raw, bounds, variable, &mut kind.clone())?;
    let (pairs, _) = values.as_chunks::<2>();
    Ok(Some(pairs.to_vec()))
}

/// What is wrong with centers that are not monotonic.
fn disorder(name: &str, centers: &[f64]) -> String {
    let repeats = centers.windows(2).position(|pair| pair[0].total_cmp(&pair[1]).is_eq());
    match repeats {
        Some(at) => {
            format!("\"{name}\": the values of cells {at} and {} are the same; cells have no edges along it", at + 1)
        }
        None => format!("\"{name}\": the values neither rise nor fall all along; cells have no edges along it"),
    }
}
