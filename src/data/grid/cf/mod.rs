//! The conventions of CF: from what a file holds to grids with coordinates. Files that follow none open too, with cells
//! counted where no coordinates are found.

mod axis;
mod calendar;
mod packing;
mod placed;
mod time;

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::Arc;

use super::raw::{Attribute, Element, Raw, RawVariable, type_name};
use super::{Dimension, Grids, Kind, MAX_CELLS, MAX_DIMENSIONS, Variable};

pub use time::date_text;

/// The longest list of names in a note.
const NAMED: usize = 6;

/// Makes grids of a file's contents. What cannot be used is left out, and notes say so.
pub fn grids(mut raw: Raw) -> Grids {
    let mut notes = std::mem::take(&mut raw.notes);
    let roles = Roles::of(&raw);
    let dimensions = (0..raw.dimensions.len()).map(|i| dimension(&raw, i, &roles, &mut notes)).collect::<Vec<_>>();
    let mut variables = Vec::new();
    let mut skipped = Skipped::default();
    for (i, variable) in raw.variables.iter().enumerate() {
        if !roles.aside.contains(&i) && !variable.dimensions.is_empty() && skipped.is_drawn(&raw, variable) {
            variables.extend(drawn(&raw, variable, &dimensions));
        }
    }
    skipped.note(&mut notes);
    Grids { format: raw.format, dimensions, variables, notes, mappings: raw.mappings, folders: raw.folders }
}

/// What variables are there for, besides being drawn.
#[derive(Debug, Default)]
struct Roles {
    /// Variables that are no fields: coordinates, bounds, grid mappings.
    aside: HashSet<usize>,
    /// For each dimension the variable of its coordinates.
    coordinates: Vec<Option<usize>>,
}

impl Roles {
    fn of(raw: &Raw) -> Self {
        let mut roles = Self { aside: HashSet::new(), coordinates: vec![None; raw.dimensions.len()] };
        for (i, dimension) in raw.dimensions.iter().enumerate() {
            let named = raw.variables.iter().position(|variable| variable.name == dimension.name);
            let own = named.filter(|at| is_along(&raw.variables[*at], i));
            roles.coordinates[i] = own.or_else(|| of_another_name(raw, i));
            roles.aside.extend(roles.coordinates[i]);
        }
        for variable in &raw.variables {
            for name in ["bounds", "climatology", "grid_mapping"] {
                let names = variable.text(name).unwrap_or_default().split_whitespace();
                roles.aside.extend(names.filter_map(|name| raw.find(variable, name.trim_end_matches(':'))));
            }
            for name in variable.text("coordinates").unwrap_or_default().split_whitespace() {
                roles.aside.extend(raw.find(variable, name).filter(|at| placed::is_auxiliary(&raw.variables[*at])));
            }
        }
        let mappings =
            raw.variables.iter().enumerate().filter(|(_, variable)| variable.text("grid_mapping_name").is_some());
        roles.aside.extend(mappings.map(|(i, _)| i));
        let positions = raw.variables.iter().enumerate().filter(|(_, variable)| placed::is_position(variable));
        roles.aside.extend(positions.map(|(i, _)| i));
        roles
    }
}

/// Whether a variable has one number for each cell along a dimension.
fn is_along(variable: &RawVariable, dimension: usize) -> bool {
    variable.dimensions == [dimension] && variable.scalar().is_some()
}

/// The variable that says of a dimension where its cells lie under another name than its own: the only one along it that
/// is a longitude, latitude, height or time.
fn of_another_name(raw: &Raw, dimension: usize) -> Option<usize> {
    let says = |variable: &RawVariable| is_along(variable, dimension) && axis::kind_of(variable) != Kind::Other;
    let mut found = raw.variables.iter().enumerate().filter(|(_, variable)| says(variable));
    let (first, more) = (found.next(), found.next());
    first.filter(|_| more.is_none()).map(|(at, _)| at)
}

/// A dimension with its coordinates.
fn dimension(raw: &Raw, i: usize, roles: &Roles, notes: &mut Vec<String>) -> Dimension {
    let plain = &raw.dimensions[i];
    let from = roles.coordinates[i].map(|at| &raw.variables[at]).filter(|_| plain.len > 0);
    let unusable = raw.variables.iter().find(|variable| variable.name == plain.name && from.is_none());
    let coordinates = match (from, unusable) {
        (Some(variable), _) => match axis::coordinates_of(raw, variable, notes) {
            Ok(coordinates) if coordinates.centers.len() as u64 == plain.len => Some(coordinates),
            Ok(coordinates) => {
                notes.push(misfit(&plain.name, coordinates.centers.len() as u64, plain.len));
                None
            }
            Err(problem) => {
                notes.push(format!("the cells along \"{}\" are counted, as: {problem}", plain.name));
                None
            }
        },
        (None, Some(variable)) if plain.len > 0 => {
            let own = variable.dimensions.first().and_then(|at| raw.dimensions.get(*at));
            match (variable.dimensions.as_slice(), own) {
                ([_], Some(own)) if own.len != plain.len => notes.push(misfit(&plain.name, own.len, plain.len)),
                _ => {}
            }
            None
        }
        _ => None,
    };
    if let Some(calendar) = from.and_then(axis::foreign_calendar) {
        let squeezed = "months with days that ours have not are squeezed into them";
        notes.push(format!(
            "\"{}\": dates of the calendar {calendar} are shown as they are named; {squeezed}",
            plain.name
        ));
    }
    Dimension {
        name: plain.name.clone(),
        len: plain.len,
        is_unlimited: plain.is_unlimited,
        coordinates: coordinates.map(Arc::new),
    }
}

fn misfit(name: &str, found: u64, wanted: u64) -> String {
    format!("the coordinates of \"{name}\" are {found} numbers for {wanted} cells; cells along it are counted instead")
}

/// A variable to draw.
fn drawn(raw: &Raw, variable: &RawVariable, dimensions: &[Dimension]) -> Option<Variable> {
    let mut drawn = plain(raw, variable)?;
    drawn.attributes.extend(placed::scalars(raw, variable));
    drawn.placed = placed::placed(raw, variable, dimensions);
    Some(drawn)
}

/// A variable as it is, without a place.
fn plain(raw: &Raw, variable: &RawVariable) -> Option<Variable> {
    let scalar = variable.scalar()?;
    let attributes = variable.attributes.iter().map(|(name, value)| (name.clone(), Attribute::shown(value))).collect();
    Some(Variable {
        name: variable.name.clone(),
        dimensions: variable.dimensions.clone(),
        dtype: type_name(scalar).to_owned(),
        attributes,
        packing: packing::packing_of(variable, raw.has_default_fill),
        store: packing::store_of(variable, variable.store.as_ref()?),
        placed: None,
    })
}

/// Variables that cannot be drawn.
#[derive(Debug, Default)]
struct Skipped {
    text: Vec<String>,
    empty: Vec<String>,
    other: Vec<String>,
}

impl Skipped {
    /// Whether a variable can be drawn; one that cannot is kept in mind.
    fn is_drawn(&mut self, raw: &Raw, variable: &RawVariable) -> bool {
        let name = || variable.name.clone();
        let mut lens = variable.dimensions.iter().map(|i| raw.dimensions.get(*i).map_or(0, |dimension| dimension.len));
        let cells = lens.try_fold(1_u64, u64::checked_mul);
        match (&variable.element, cells) {
            (Element::Text, _) => self.text.push(name()),
            (Element::Other(what), _) => self.other.push(format!("{} ({what})", variable.name)),
            (_, Some(0)) => self.empty.push(name()),
            (_, Some(cells)) if cells <= MAX_CELLS && variable.dimensions.len() <= MAX_DIMENSIONS => {
                if variable.store.is_some() {
                    return true;
                }
                self.other.push(format!("{} (its numbers are not in the file)", variable.name));
            }
            _ => self.other.push(format!("{} (more cells or dimensions than are read)", variable.name)),
        }
        false
    }

    fn note(self, notes: &mut Vec<String>) {
        let kinds = [("hold text", self.text), ("are empty", self.empty), ("cannot be read", self.other)];
        for (what, names) in kinds.into_iter().filter(|(_, names)| !names.is_empty()) {
            let shown = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
            let more = names.len().saturating_sub(NAMED);
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            notes.push(format!("variables that {what} are left out: {shown}{more}"));
        }
    }
}
