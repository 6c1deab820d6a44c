//! Files of different variables over the same grid as one dataset.

use std::path::{Path, PathBuf};

use crate::data::error::DataError;

use super::join::{difference, joined_dimension};
use super::{Grids, Placed, Variable};

/// Files with what each holds.
pub(super) type Parts = Vec<(PathBuf, Grids)>;

/// Takes files apart into sets: those of a set have a variable in common that goes on from file to file. What stays the same,
/// such as a mask of land, may be in all.
pub(super) fn sets(parts: Parts, along: Option<&str>) -> Vec<Parts> {
    let mut sets: Vec<(Vec<String>, Parts)> = Vec::new();
    for (path, grids) in parts {
        let mut names = moving(&grids, along);
        let mut set = Vec::new();
        // A file may bring sets together.
        for (known, parts) in std::mem::take(&mut sets) {
            if known.iter().any(|name| names.contains(name)) {
                names.extend(known);
                set.extend(parts);
            } else {
                sets.push((known, parts));
            }
        }
        set.push((path, grids));
        sets.push((names, set));
    }
    sets.into_iter().map(|(_, set)| set).collect()
}

/// The variables that go on in further files: those over the dimension that files are joined along, or else all.
fn moving(grids: &Grids, along: Option<&str>) -> Vec<String> {
    let joined = joined_dimension(grids, along).ok().map(|dimension| dimension.name.as_str());
    let is_moving = |variable: &&Variable| {
        joined.is_none_or(|name| grids.dimensions_of(variable).any(|dimension| dimension.name == name))
    };
    let found: Vec<String> = grids.variables.iter().filter(is_moving).map(|variable| variable.name.clone()).collect();
    if found.is_empty() { grids.variables.iter().map(|variable| variable.name.clone()).collect() } else { found }
}

/// Puts the variables of all parts beside each other.
///
/// # Errors
/// [`DataError::Grid`] for parts over different grids.
pub(super) fn merge(parts: Parts) -> Result<Grids, DataError> {
    let mut parts = parts.into_iter();
    let (first_path, mut all) = parts.next().ok_or(DataError::Empty)?;
    let mut lacking = Vec::new();
    // Where each dimension was seen first.
    let mut seen = vec![first_path; all.dimensions.len()];
    for (path, grids) in parts {
        let numbers = places(&mut all, &mut seen, &grids, &path)?;
        for variable in &grids.variables {
            let Some(moved) = moved(variable, &numbers) else { continue };
            match all.variables.iter().find(|known| known.name == moved.name) {
                None => all.variables.push(moved),
                // The same in all files.
                Some(known) if known.dimensions == moved.dimensions => {}
                Some(_) => lacking.push(moved.name),
            }
        }
        all.notes.extend(grids.notes);
        all.mappings.extend(grids.mappings);
        all.folders.extend(grids.folders);
    }
    if !lacking.is_empty() {
        all.notes.push(format!(
            "variables that have other dimensions in other files are shown of one: {}",
            lacking.join(", ")
        ));
    }
    Ok(all)
}

/// For each dimension that the variables of a part have, its number among all; new ones are added.
fn places(
    all: &mut Grids,
    seen: &mut Vec<PathBuf>,
    grids: &Grids,
    path: &Path,
) -> Result<Vec<Option<usize>>, DataError> {
    let mut numbers = vec![None; grids.dimensions.len()];
    let used = |number: &usize| grids.variables.iter().any(|variable| uses(variable, *number));
    let is_shared = |number: usize| all.dimensions.iter().any(|known| known.name == grids.dimensions[number].name);
    if let Some(first) = seen.first()
        && !(0..grids.dimensions.len()).filter(used).any(is_shared)
    {
        let names = |grids: &Grids| grids.dimensions.iter().map(|d| d.name.as_str()).collect::<Vec<_>>().join(", ");
        return Err(DataError::Grid(format!(
            "joining the files: they have no dimension in common: {} in {}, and {} in {}; draw them as layers",
            names(all),
            first.display(),
            names(grids),
            path.display()
        ))
        .at(path));
    }
    for number in (0..grids.dimensions.len()).filter(used) {
        let dimension = &grids.dimensions[number];
        let Some(at) = all.dimensions.iter().position(|known| known.name == dimension.name) else {
            all.dimensions.push(dimension.clone());
            seen.push(path.to_owned());
            numbers[number] = Some(all.dimensions.len() - 1);
            continue;
        };
        let known = &mut all.dimensions[at];
        if let Some(what) = difference(known, dimension) {
            return Err(DataError::Grid(format!(
                "joining the files: \"{}\" has {what} in {} and {}; draw variables over one grid and the same steps \
                 together, others as layers",
                dimension.name,
                seen[at].display(),
                path.display()
            ))
            .at(path));
        }
        if known.coordinates.is_none() {
            known.coordinates.clone_from(&dimension.coordinates);
        }
        known.is_unlimited |= dimension.is_unlimited;
        numbers[number] = Some(at);
    }
    Ok(numbers)
}

fn uses(variable: &Variable, number: usize) -> bool {
    let placed = match &variable.placed {
        Some(Placed::Curvilinear { longitude, latitude, bounds }) => {
            let all =
                [longitude.as_ref(), latitude.as_ref()].into_iter().chain(bounds.iter().flat_map(|both| both.iter()));
            { all }.any(|position| uses(position, number))
        }
        _ => false,
    };
    placed || variable.dimensions.contains(&number)
}

/// A variable over the dimensions of all.
fn moved(variable: &Variable, numbers: &[Option<usize>]) -> Option<Variable> {
    let dimensions = variable.dimensions.iter().map(|number| *numbers.get(*number)?).collect::<Option<Vec<_>>>()?;
    let placed = match &variable.placed {
        Some(Placed::Curvilinear { longitude, latitude, bounds }) => Some(Placed::Curvilinear {
            longitude: Box::new(moved(longitude, numbers)?),
            latitude: Box::new(moved(latitude, numbers)?),
            bounds: bounds.as_deref().and_then(|[x, y]| Some(Box::new([moved(x, numbers)?, moved(y, numbers)?]))),
        }),
        placed => placed.clone(),
    };
    Some(Variable { dimensions, placed, ..variable.clone() })
}
