//! Cells that lie on no axis of their own: 2-D longitudes and latitudes, a rotated pole; and coordinates of a single value.

use super::super::raw::{Raw, RawVariable};
use super::super::{Dimension, Kind, Placed, Variable};
use super::axis::kind_of;
use super::time::Times;

/// Whether a variable that a field names among its `coordinates` says where cells are, so that nobody draws it: a position,
/// one number a cell of an axis, or a single one. Heights over a plane are fields in their own right.
pub(super) fn is_auxiliary(variable: &RawVariable) -> bool {
    variable.dimensions.len() < 2 || is_position(variable)
}

/// Whether a variable has longitudes or latitudes of cells, as its units or its `standard_name` say.
pub(super) fn is_position(variable: &RawVariable) -> bool {
    let is_named = matches!(variable.text("standard_name"), Some("longitude" | "latitude"));
    let says_units = variable.text("units").is_some_and(|units| {
        let units = units.to_ascii_lowercase();
        units.starts_with("degree") && units.len() > "degrees".len()
    });
    variable.scalar().is_some()
        && (is_named || says_units)
        && matches!(kind_of(variable), Kind::Longitude | Kind::Latitude)
}

/// Where the cells of a field are, if not on its axes.
pub(super) fn placed(raw: &Raw, variable: &RawVariable, dimensions: &[Dimension]) -> Option<Placed> {
    let plane = variable.dimensions.len().checked_sub(2).and_then(|rest| variable.dimensions.get(rest..))?;
    let has_axis = |wanted: Kind| {
        let kinds = plane.iter().filter_map(|i| dimensions.get(*i)?.coordinates.as_ref());
        kinds.into_iter().any(|coordinates| coordinates.kind == wanted)
    };
    let on_axes = has_axis(Kind::Longitude) && has_axis(Kind::Latitude);
    if on_axes {
        return rotated(raw, variable);
    }
    curvilinear(raw, variable, plane)
}

fn find<'a>(raw: &'a Raw, from: &RawVariable, name: &str) -> Option<&'a RawVariable> {
    raw.variables.get(raw.find(from, name)?)
}

/// The rotated pole that a field's grid mapping names.
fn rotated(raw: &Raw, variable: &RawVariable) -> Option<Placed> {
    let names = variable.text("grid_mapping")?.split_whitespace();
    let mut mappings = names.filter_map(|name| find(raw, variable, name.trim_end_matches(':')));
    let mapping = mappings.find(|mapping| mapping.text("grid_mapping_name") == Some("rotated_latitude_longitude"))?;
    let degrees = |name: &str| mapping.number(name).filter(|degrees| degrees.is_finite() && degrees.abs() <= 720.0);
    Some(Placed::RotatedPole {
        latitude: degrees("grid_north_pole_latitude")?,
        longitude: degrees("grid_north_pole_longitude")?,
        grid_longitude: degrees("north_pole_grid_longitude").unwrap_or(0.0),
    })
}

/// The longitudes and latitudes over the plane of a field: those that it names, else the only ones there are.
fn curvilinear(raw: &Raw, variable: &RawVariable, plane: &[usize]) -> Option<Placed> {
    let named: Vec<&str> = variable.text("coordinates").unwrap_or_default().split_whitespace().collect();
    let over = |candidate: &&RawVariable| {
        candidate.dimensions.ends_with(plane)
            && candidate.dimensions.iter().all(|i| variable.dimensions.contains(i))
            && candidate.name != variable.name
    };
    let only = |kind: Kind| {
        let of_kind = |candidate: &&RawVariable| is_position(candidate) && kind_of(candidate) == kind;
        let mut all = raw.variables.iter().filter(over).filter(of_kind);
        let is_named = |candidate: &&RawVariable| {
            named.iter().any(|name| find(raw, variable, name).is_some_and(|found| std::ptr::eq(found, *candidate)))
        };
        let mut said =
            raw.variables.iter().filter(over).filter(is_named).filter(|v| v.scalar().is_some() && kind_of(v) == kind);
        let (first, second) = (all.next(), all.next());
        said.next().or(first.filter(|_| second.is_none()))
    };
    let (longitude, latitude) = (only(Kind::Longitude)?, only(Kind::Latitude)?);
    let bounds = vertices(raw, longitude).zip(vertices(raw, latitude)).map(|(x, y)| Box::new([x, y]));
    Some(Placed::Curvilinear {
        longitude: Box::new(super::plain(raw, longitude)?),
        latitude: Box::new(super::plain(raw, latitude)?),
        bounds,
    })
}

/// The corners of cells that positions name as their bounds: four of each, over one dimension more.
fn vertices(raw: &Raw, position: &RawVariable) -> Option<Variable> {
    let bounds = find(raw, position, position.text("bounds")?)?;
    let (last, cells) = bounds.dimensions.split_last()?;
    let has_four = raw.dimensions.get(*last).is_some_and(|dimension| dimension.len == 4);
    if cells == position.dimensions && has_four { super::plain(raw, bounds) } else { None }
}

/// The single values that a field names among its `coordinates`, as text: a height, a moment.
pub(super) fn scalars(raw: &Raw, variable: &RawVariable) -> Vec<(String, String)> {
    let names = variable.text("coordinates").unwrap_or_default().split_whitespace();
    names
        .filter_map(|name| find(raw, variable, name))
        .filter_map(|known| Some((known.name.clone(), scalar(raw, known)?)))
        .collect()
}

fn scalar(raw: &Raw, variable: &RawVariable) -> Option<String> {
    if !variable.dimensions.is_empty() {
        return None;
    }
    let value = *variable.read_all(&raw.dimensions).ok()?.first()?;
    let units = variable.text("units").unwrap_or_default();
    if matches!(kind_of(variable), Kind::Time(_)) {
        let times = Times::of(units, variable.text("calendar")).ok()?;
        return times.shown(value);
    }
    let units = if units == "1" { "" } else { units };
    Some(format!("{value} {units}").trim_end().to_owned())
}
