//! Several files as one: their steps along time, or along another dimension, one after another.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::data::dtype::{TimeUnit, Unit};
use crate::data::error::DataError;

use super::merge::{self, Parts};
use super::packing::Packing;
use super::{Coordinates, Dimension, Grids, Kind, Placed, Store, Variable, Window};

/// Cells that follow each other in one file and in the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    /// The number of the file.
    part: usize,
    /// The first of them in the file.
    from: u64,
    /// The first of them in the whole.
    to: u64,
    len: u64,
}

/// Joins what files hold: those of the same variables one after another, those of others beside them.
///
/// # Errors
/// [`DataError::Grid`] for files that do not belong together, [`DataError::Empty`] for none.
pub(super) fn join(parts: Parts, along: Option<&str>) -> Result<Grids, DataError> {
    let count = parts.len();
    let format = parts.first().map(|(_, grids)| grids.format.clone()).unwrap_or_default();
    let mut joined = Vec::new();
    for set in merge::sets(parts, along) {
        let path = set.first().map(|(path, _)| path.clone()).unwrap_or_default();
        joined.push((path, one_after_another(set, along)?));
    }
    let grids = merge::merge(joined)?;
    Ok(if count < 2 { grids } else { Grids { format: format!("{format}, {count} files"), ..grids } })
}

/// Joins files of the same variables; one file stays as it is.
fn one_after_another(mut parts: Parts, along: Option<&str>) -> Result<Grids, DataError> {
    if parts.len() < 2 {
        let (path, grids) = parts.pop().ok_or(DataError::Empty)?;
        return match along {
            Some(name) => joined_dimension(&grids, Some(name)).map(|_| grids.clone()).map_err(|e| e.at(path)),
            None => Ok(grids),
        };
    }
    let (first_path, first) = &parts[0];
    let name = joined_dimension(first, along).map_err(|e| e.at(first_path))?.name.clone();
    for (path, grids) in &parts[1..] {
        check(first, first_path, grids, path, &name).map_err(|e| e.at(path))?;
    }
    let mut notes = merged_notes(&parts);
    let (order, coordinates) = order(&parts, &name, &mut notes)?;
    let runs = runs(&order);
    let total = order.len() as u64;
    let joiner = Joiner { parts: &parts, name: &name, runs: Arc::new(runs) };
    let mut variables = Vec::new();
    let mut lacking = Vec::new();
    for variable in &first.variables {
        let like = parts.iter().map(|(_, grids)| grids.variables.iter().find(|other| other.name == variable.name));
        match joiner.variable(variable, &like.collect::<Vec<_>>()) {
            Some(joined) => variables.push(joined),
            None => lacking.push(variable.name.as_str()),
        }
    }
    for other in parts[1..].iter().flat_map(|(_, grids)| &grids.variables) {
        let name = other.name.as_str();
        if !lacking.contains(&name) && !first.variables.iter().any(|variable| variable.name == name) {
            lacking.push(name);
        }
    }
    if !lacking.is_empty() {
        notes.push(format!("variables that are not the same in all files are left out: {}", lacking.join(", ")));
    }
    let dimensions = first.dimensions.iter().map(|dimension| match dimension.name == name {
        true => Dimension { len: total, coordinates: coordinates.clone(), ..dimension.clone() },
        false => dimension.clone(),
    });
    Ok(Grids {
        format: first.format.clone(),
        dimensions: dimensions.collect(),
        variables,
        notes,
        mappings: parts.iter().flat_map(|(_, grids)| grids.mappings.iter().cloned()).collect(),
        folders: parts.iter().flat_map(|(_, grids)| grids.folders.iter().cloned()).collect(),
    })
}

/// The dimension that files are joined along: the one of that name, else that of times, else the unlimited one.
pub(super) fn joined_dimension<'a>(grids: &'a Grids, along: Option<&str>) -> Result<&'a Dimension, DataError> {
    let dimensions = &grids.dimensions;
    let names = || dimensions.iter().map(|dimension| dimension.name.as_str()).collect::<Vec<_>>().join(", ");
    if let Some(name) = along {
        let found = dimensions.iter().find(|dimension| dimension.name == name);
        return found.ok_or_else(|| {
            DataError::Grid(format!("there is no dimension \"{name}\" to join files along; there are {}", names()))
        });
    }
    let is_time = |dimension: &&Dimension| {
        dimension.coordinates.as_ref().is_some_and(|coordinates| matches!(coordinates.kind, Kind::Time(_)))
    };
    let times = dimensions.iter().filter(is_time);
    let found = times.max_by_key(|dimension| {
        (dimension.is_unlimited, grids.variables.iter().filter(|v| has(grids, v, &dimension.name)).count())
    });
    found.or_else(|| dimensions.iter().find(|dimension| dimension.is_unlimited)).ok_or_else(|| {
        DataError::Grid(format!("the files have no dimension of times to join them along; name one of {}", names()))
    })
}

fn has(grids: &Grids, variable: &Variable, name: &str) -> bool {
    grids.dimensions_of(variable).any(|dimension| dimension.name == name)
}

/// Whether two files have the same dimensions, but for the one they are joined along.
fn check(first: &Grids, first_path: &Path, other: &Grids, path: &Path, name: &str) -> Result<(), DataError> {
    let names = (first_path.display(), path.display());
    for dimension in &other.dimensions {
        let Some(known) = first.dimensions.iter().find(|known| known.name == dimension.name) else { continue };
        if dimension.name == name {
            let kinds = [known, dimension].map(|d| d.coordinates.as_ref().map(|c| std::mem::discriminant(&c.kind)));
            if kinds[0] != kinds[1] {
                return Err(DataError::Grid(format!(
                    "joining the files: \"{name}\" has coordinates of different kinds in {} and {}; draw files of one kind at a time",
                    names.0, names.1
                )));
            }
            continue;
        }
        if let Some(what) = difference(known, dimension) {
            return Err(DataError::Grid(format!(
                "joining the files: \"{}\" has {what} in {} and {}; draw files of one grid at a time",
                dimension.name, names.0, names.1
            )));
        }
    }
    if !other.dimensions.iter().any(|dimension| dimension.name == name) {
        return Err(DataError::Grid(format!("joining the files: {} has no dimension \"{name}\"", names.1)));
    }
    Ok(())
}

/// What tells two dimensions of a name apart; none if they are the same.
pub(super) fn difference(a: &Dimension, b: &Dimension) -> Option<String> {
    match (&a.coordinates, &b.coordinates) {
        _ if a.len != b.len => Some(format!("{} cells and {}", a.len, b.len)),
        (Some(a), Some(b)) => (!is_same(a, b)).then(|| "other coordinates".to_owned()),
        _ => None,
    }
}

/// Whether coordinates agree but for the rounding of f32; times to the millisecond.
#[expect(clippy::cast_precision_loss, reason = "a power of ten below 2^53")]
fn is_same(a: &Coordinates, b: &Coordinates) -> bool {
    let units = (time_unit(&a.kind), time_unit(&b.kind));
    let (scale, doubt) = match units {
        (None, None) => (1.0, a.centers.iter().fold(0.0_f64, |most, center| most.max(center.abs())) * 1e-6),
        (Some(unit), Some(_)) => (scale_to(&b.kind, units.0), fineness(unit) as f64 * 5e-4),
        _ => return false,
    };
    a.centers.iter().zip(&b.centers).all(|(a, b)| (a - b * scale).abs() <= doubt)
}

/// Notes of all files, each once, with how many files say so.
fn merged_notes(parts: &[(PathBuf, Grids)]) -> Vec<String> {
    let mut merged: Vec<(&str, &Path, usize)> = Vec::new();
    for (path, grids) in parts {
        for note in &grids.notes {
            match merged.iter_mut().find(|(known, ..)| known == note) {
                Some((.., count)) => *count += 1,
                None => merged.push((note, path, 1)),
            }
        }
    }
    let said = |(note, path, count): (&str, &Path, usize)| match count {
        1 => format!("{}: {note}", path.display()),
        _ => format!("{note} ({count} files)"),
    };
    merged.into_iter().map(said).collect()
}

/// A cell along the joined dimension: file and number there.
type Cell = (usize, u64);

/// The cells of all files in the order of their coordinates, each place once, and those coordinates. Without coordinates
/// files follow each other as given.
fn order(
    parts: &[(PathBuf, Grids)],
    name: &str,
    notes: &mut Vec<String>,
) -> Result<(Vec<Cell>, Option<Arc<Coordinates>>), DataError> {
    let find = |grids: &'_ Grids| grids.dimensions.iter().find(|dimension| dimension.name == name).cloned();
    let dimensions: Vec<Dimension> = parts.iter().filter_map(|(_, grids)| find(grids)).collect();
    let coordinates: Vec<&Arc<Coordinates>> = dimensions.iter().filter_map(|d| d.coordinates.as_ref()).collect();
    if coordinates.len() < parts.len() {
        let cells =
            dimensions.iter().enumerate().flat_map(|(part, dimension)| (0..dimension.len).map(move |i| (part, i)));
        return Ok((cells.collect(), None));
    }
    let unit = coordinates.iter().filter_map(|c| time_unit(&c.kind)).max_by_key(|unit| fineness(*unit));
    let mut cells: Vec<(f64, Cell)> = Vec::new();
    for (part, coordinates) in coordinates.iter().enumerate() {
        let scale = scale_to(&coordinates.kind, unit);
        cells.extend(coordinates.centers.iter().zip(0..).map(|(center, i)| (center * scale, (part, i))));
    }
    let falls = coordinates.iter().all(|c| c.centers.len() < 2 || c.centers[0] > c.centers[1])
        && coordinates.iter().any(|c| c.centers.len() > 1);
    // Stable: of cells at the same place the one of the later file comes last.
    cells.sort_by(|a, b| if falls { b.0.total_cmp(&a.0) } else { a.0.total_cmp(&b.0) });
    let before = cells.len();
    let mut kept: Vec<(f64, Cell)> = Vec::with_capacity(before);
    for cell in cells {
        match kept.last_mut() {
            Some(last) if last.0.total_cmp(&cell.0).is_eq() => *last = cell,
            _ => kept.push(cell),
        }
    }
    if kept.len() < before {
        notes.push(format!("{} steps are in several files; those of the later files are shown", before - kept.len()));
    }
    let joined = joined_coordinates(&coordinates, &kept, unit)?;
    Ok((kept.into_iter().map(|(_, cell)| cell).collect(), Some(Arc::new(joined))))
}

/// Coordinates of the kept cells. Edges that files say (and that are not merely halfway) are kept.
fn joined_coordinates(
    parts: &[&Arc<Coordinates>],
    kept: &[(f64, Cell)],
    unit: Option<TimeUnit>,
) -> Result<Coordinates, DataError> {
    let mut joined = Coordinates::of_centers(kept.iter().map(|(center, _)| *center).collect())?;
    let first = parts[0];
    joined.units.clone_from(&first.units);
    joined.title.clone_from(&first.title);
    joined.kind = unit.map_or_else(|| first.kind.clone(), Kind::Time);
    let is_said = |coordinates: &Coordinates| {
        let guessed = Coordinates::of_centers(coordinates.centers.clone()).ok().and_then(|guessed| guessed.edges);
        coordinates.edges.is_some() && coordinates.edges != guessed
    };
    if !parts.iter().all(|coordinates| is_said(coordinates)) {
        return Ok(joined);
    }
    let bounds = kept.iter().filter_map(|(_, (part, i))| {
        let (coordinates, i) = (parts.get(*part)?, usize::try_from(*i).ok()?);
        let scale = scale_to(&coordinates.kind, unit);
        let ends = coordinates.edges.as_ref()?.get(i..i + 2)?;
        Some([ends[0] * scale, ends[1] * scale])
    });
    let bounds: Vec<[f64; 2]> = bounds.collect();
    Ok(joined.with_bounds(&bounds))
}

fn time_unit(kind: &Kind) -> Option<TimeUnit> {
    match kind {
        Kind::Time(unit) => Some(*unit),
        _ => None,
    }
}

/// Steps in a second, for the units that times are read in.
fn fineness(unit: TimeUnit) -> u64 {
    let steps = match unit.unit {
        Unit::Millisecond => 1_000,
        Unit::Microsecond => 1_000_000,
        Unit::Nanosecond => 1_000_000_000,
        _ => 1,
    };
    steps / u64::from(unit.multiplier.max(1))
}

/// What makes numbers of the wanted unit of times.
#[expect(clippy::cast_precision_loss, reason = "a power of ten below 2^53")]
fn scale_to(kind: &Kind, wanted: Option<TimeUnit>) -> f64 {
    match (time_unit(kind), wanted) {
        (Some(unit), Some(wanted)) => fineness(wanted) as f64 / fineness(unit).max(1) as f64,
        _ => 1.0,
    }
}

/// Cells that follow each other in a file, together.
fn runs(order: &[Cell]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for ((part, from), to) in order.iter().copied().zip(0..) {
        match runs.last_mut() {
            Some(run) if run.part == part && run.from + run.len == from => run.len += 1,
            _ => runs.push(Run { part, from, to, len: 1 }),
        }
    }
    runs
}

struct Joiner<'a> {
    parts: &'a [(PathBuf, Grids)],
    name: &'a str,
    runs: Arc<Vec<Run>>,
}

impl Joiner<'_> {
    /// A variable of the first file with its steps in all; none where a file has none like it. `found` has those of all
    /// files.
    fn variable(&self, variable: &Variable, found: &[Option<&Variable>]) -> Option<Variable> {
        let names = |(grids, variable): (&Grids, &Variable)| -> Vec<String> {
            grids.dimensions_of(variable).map(|dimension| dimension.name.clone()).collect()
        };
        let own = names((&self.parts[0].1, variable));
        let is_like = |(grids, other)| Some(names((grids, other))) == Some(own.clone());
        let with_files = self.parts.iter().map(|(_, grids)| grids).zip(found);
        let alike: Vec<&Variable> =
            with_files.filter_map(|(grids, other)| other.filter(|other| is_like((grids, other)))).collect();
        if alike.len() < self.parts.len() {
            return None;
        }
        let placed = match &variable.placed {
            Some(placed) => Some(self.placed(placed, &alike)?),
            None => None,
        };
        let Some(axis) = own.iter().position(|name| name == self.name) else {
            return Some(Variable { placed, ..variable.clone() });
        };
        let parts = alike.into_iter().cloned().collect();
        let store = Joined { parts, runs: Arc::clone(&self.runs), axis };
        // Files may be packed differently, so each makes values of its own numbers.
        Some(Variable { packing: Packing::default(), store: Arc::new(store), placed, ..variable.clone() })
    }

    fn placed(&self, placed: &Placed, found: &[&Variable]) -> Option<Placed> {
        let Placed::Curvilinear { longitude, latitude, bounds } = placed else { return Some(placed.clone()) };
        let of = |which: usize, own: &Variable| {
            let parts = found.iter().map(|v| v.placed.as_ref().and_then(|placed| place(placed, which)));
            self.variable(own, &parts.collect::<Vec<_>>())
        };
        let (longitude, latitude) = (of(0, longitude)?, of(1, latitude)?);
        let bounds = bounds.as_deref().and_then(|[x, y]| Some(Box::new([of(2, x)?, of(3, y)?])));
        Some(Placed::Curvilinear { longitude: Box::new(longitude), latitude: Box::new(latitude), bounds })
    }
}

/// Of the variables that say where cells are: longitude, latitude, and the bounds of both.
fn place(placed: &Placed, which: usize) -> Option<&Variable> {
    let Placed::Curvilinear { longitude, latitude, bounds } = placed else { return None };
    match which {
        0 => Some(longitude),
        1 => Some(latitude),
        _ => bounds.as_deref()?.get(which - 2),
    }
}

/// A variable whose steps lie in several files.
struct Joined {
    parts: Vec<Variable>,
    runs: Arc<Vec<Run>>,
    /// Which of its dimensions goes through the files.
    axis: usize,
}

impl fmt::Debug for Joined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} files along dimension {}", self.parts.len(), self.axis)
    }
}

impl Store for Joined {
    fn read(&self, window: &Window, out: &mut [f64]) -> Result<u64, DataError> {
        let beyond = || DataError::Grid(format!("the cells {window:?} do not lie within the array"));
        let (Some(wanted), Some(last)) = (window.get(self.axis).cloned(), self.runs.last()) else {
            return Err(beyond());
        };
        if wanted.end > last.to + last.len {
            return Err(beyond());
        }
        if out.is_empty() {
            return Ok(0);
        }
        let lens = |ranges: &Window| super::cells(ranges).and_then(|n| usize::try_from(n).ok()).ok_or_else(beyond);
        let (outer, inner) = (lens(&window[..self.axis])?, lens(&window[self.axis + 1..])?);
        let steps = usize::try_from(wanted.end.saturating_sub(wanted.start)).map_err(|_| beyond())?;
        let mut unread = 0;
        let mut some = Vec::new();
        let start = self.runs.partition_point(|run| run.to + run.len <= wanted.start);
        for run in self.runs[start..].iter().take_while(|run| run.to < wanted.end) {
            let (from, to) = (wanted.start.max(run.to), wanted.end.min(run.to + run.len));
            let mut part = window.to_vec();
            part[self.axis] = from - run.to + run.from..to - run.to + run.from;
            let (Ok(at), Ok(count)) = (usize::try_from(from - wanted.start), usize::try_from(to - from)) else {
                return Err(beyond());
            };
            let variable = &self.parts[run.part];
            // With nothing outside the joined dimension the cells lie together.
            if outer == 1 {
                let out = out.get_mut(at * inner..(at + count) * inner).ok_or_else(beyond)?;
                unread += variable.read(&part, out)?;
                continue;
            }
            some.resize(outer * count * inner, f64::NAN);
            unread += variable.read(&part, &mut some)?;
            for (read, all) in some.chunks_exact(count * inner).zip(out.chunks_exact_mut(steps * inner)) {
                all.get_mut(at * inner..(at + count) * inner).ok_or_else(beyond)?.copy_from_slice(read);
            }
        }
        Ok(unread)
    }

    fn chunk(&self) -> Vec<u64> {
        self.parts.first().map(|variable| variable.store.chunk()).unwrap_or_default()
    }

    fn damaged(&self) -> u64 {
        self.parts.iter().map(|variable| variable.store.damaged()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_follow_each_other_make_runs() {
        let run = |part, from, to, len| Run { part, from, to, len };
        let order = [(0, 0), (0, 1), (1, 0), (0, 2), (0, 3), (1, 7)];
        assert_eq!(runs(&order), [run(0, 0, 0, 2), run(1, 0, 2, 1), run(0, 2, 3, 2), run(1, 7, 5, 1)]);
        assert_eq!(runs(&[]), []);
    }
}
