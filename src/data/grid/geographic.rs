//! Which planes are drawn in longitude and latitude: those whose cells have both and lie on no axes of them.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::super::error::DataError;
use super::super::watch::FileFacts;
use super::field::FieldRequest;
use super::mesh::mesh_of;
use super::{Coordinates, Dimension, Grids, Kind, Mesh, Placed, Variable};

/// Whether a request wants longitude and latitude.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// It names dimensions for axes, or there are none but those.
    No,
    /// It names no axes, so that they are longitude and latitude where that can be.
    Unsaid([usize; 2]),
    /// It names them.
    Said([usize; 2]),
}

impl Wish {
    /// That of a request for a variable; with the dimensions of its plane, along columns and along rows.
    ///
    /// # Errors
    /// Only one of them as an axis, or each in the place of the other.
    pub(super) fn of(
        variable: &Variable,
        dimensions: &[&Dimension],
        request: &FieldRequest,
    ) -> Result<Self, DataError> {
        let Some(plane) = plane(variable, dimensions) else { return Ok(Self::No) };
        let [longitude, latitude] = names(variable);
        let is_dimension = |name: &str| dimensions.iter().any(|dimension| dimension.name == name);
        let is_one = |axis: &Option<String>, names: &[&str]| {
            axis.as_deref().is_some_and(|axis| names.contains(&axis) && !is_dimension(axis))
        };
        let (x, y) = (&request.x, &request.y);
        let (east_along_x, north_along_y) = (is_one(x, &longitude), is_one(y, &latitude));
        if is_one(x, &latitude)
            || is_one(y, &longitude)
            || (east_along_x != north_along_y && x.is_some() && y.is_some())
        {
            return Err(DataError::Grid(format!(
                "\"{}\" is drawn with longitude along x and latitude along y, both together, or on two of its dimensions",
                variable.name
            )));
        }
        if east_along_x || north_along_y {
            return Ok(Self::Said(plane));
        }
        let is_pinned = request.at.iter().any(|at| plane.iter().any(|i| dimensions[*i].name == at.dimension));
        Ok(if x.is_some() || y.is_some() || is_pinned { Self::No } else { Self::Unsaid(plane) })
    }
}

/// What the longitude and the latitude of a variable's cells may be called as axes.
fn names(variable: &Variable) -> [Vec<&str>; 2] {
    let own = match &variable.placed {
        Some(Placed::Curvilinear { longitude, latitude, .. }) => [longitude.name.as_str(), latitude.name.as_str()],
        _ => ["lon", "lat"],
    };
    [vec!["longitude", own[0]], vec!["latitude", own[1]]]
}

/// The dimensions of a variable, along columns and along rows, over which its cells have longitudes and latitudes.
pub(super) fn plane(variable: &Variable, dimensions: &[&Dimension]) -> Option<[usize; 2]> {
    let last = dimensions.len().checked_sub(1)?;
    match variable.placed {
        None => None,
        Some(Placed::Curvilinear { .. }) => Some([last, last.checked_sub(1)?]),
        Some(Placed::RotatedPole { .. }) => {
            let of = |kind: Kind| {
                let is_of =
                    |dimension: &&Dimension| dimension.coordinates.as_ref().is_some_and(|known| known.kind == kind);
                dimensions.iter().position(is_of)
            };
            Some([of(Kind::Longitude)?, of(Kind::Latitude)?])
        }
    }
}

/// Whether the longitudes of a variable's cells change along one of its dimensions: whether the middle row of the first and
/// of the last differ. Otherwise those of the first are those of all.
///
/// # Errors
/// Positions that cannot be read.
pub(super) fn moves(
    variable: &Variable,
    window: &[Range<u64>],
    axes: [usize; 2],
    (along, last): (usize, u64),
) -> Result<bool, DataError> {
    let Some(Placed::Curvilinear { longitude, .. }) = &variable.placed else { return Ok(false) };
    let Some(steps) = variable.dimensions.get(along).filter(|steps| longitude.dimensions.contains(steps)) else {
        return Ok(false);
    };
    let row = |step: u64| -> Result<Vec<u64>, DataError> {
        let of = |dimension: &usize| {
            let at = variable.dimensions.iter().position(|known| known == dimension);
            match at {
                _ if dimension == steps => step..step + 1,
                Some(at) if at == axes[1] => window[at].end / 2..window[at].end / 2 + 1,
                Some(at) => window[at].clone(),
                None => 0..1,
            }
        };
        let window: Vec<Range<u64>> = longitude.dimensions.iter().map(of).collect();
        let count = super::cells(&window).and_then(|count| usize::try_from(count).ok()).unwrap_or(0);
        let mut values = vec![f64::NAN; count];
        longitude.read(&window, &mut values)?;
        Ok(values.into_iter().map(f64::to_bits).collect())
    };
    Ok(last > 0 && row(0)? != row(last)?)
}

/// The mesh of a plane of a variable, that of another variable of the same file where it is the same and still in use.
///
/// # Errors
/// Positions that cannot be read, that are too many, that change from step to step, or none that can be used.
pub(super) fn mesh(
    grids: &Grids,
    variable: &Variable,
    window: &[Range<u64>],
    axes: [usize; 2],
    coordinates: [&Coordinates; 2],
) -> Result<Arc<Mesh>, DataError> {
    let key = Key::of(grids, variable, window, axes);
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    shared.retain(|(_, mesh)| mesh.strong_count() > 0);
    if let Some(mesh) = shared.iter().find(|(known, _)| *known == key).and_then(|(_, mesh)| mesh.upgrade()) {
        return Ok(mesh);
    }
    drop(shared);
    let mesh = Arc::new(mesh_of(variable, window, axes, coordinates)?);
    if !key.files.is_empty() {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.push((key, Arc::downgrade(&mesh)));
    }
    Ok(mesh)
}

/// Meshes in use: opening another variable or another level of a file does not make the same one again.
static SHARED: Mutex<Vec<(Key, Weak<Mesh>)>> = Mutex::new(Vec::new());

/// What makes a mesh what it is.
#[derive(Debug, PartialEq)]
struct Key {
    files: Vec<(std::path::PathBuf, FileFacts)>,
    /// Positions and the cells of them, or the pole; and the dimensions of the plane.
    what: String,
}

impl Key {
    fn of(grids: &Grids, variable: &Variable, window: &[Range<u64>], axes: [usize; 2]) -> Self {
        let name = |axis: usize| variable.dimensions.get(axis).and_then(|i| grids.dimensions.get(*i)).map(|d| &d.name);
        let place = match &variable.placed {
            Some(Placed::Curvilinear { longitude, latitude, .. }) => {
                let at =
                    |i: &usize| variable.dimensions.iter().position(|known| known == i).and_then(|i| window.get(i));
                let cells: Vec<_> = longitude.dimensions.iter().chain(&latitude.dimensions).map(at).collect();
                // Of two grids of one name and size in a file, some places tell which it is.
                let some: Vec<u64> =
                    [longitude, latitude].iter().flat_map(|v| samples(variable, v, window, axes)).collect();
                format!("{} {} {cells:?} {some:?}", longitude.name, latitude.name)
            }
            other => format!("{other:?}"),
        };
        Self {
            files: grids.mappings.iter().map(|map| (map.path().to_owned(), map.facts())).collect(),
            what: format!("{place} {:?}", axes.map(name)),
        }
    }
}

/// Some numbers of a variable of positions, all over the plane, as bits.
fn samples(variable: &Variable, position: &Variable, window: &[Range<u64>], axes: [usize; 2]) -> Vec<u64> {
    let at = |len: u64, third: u64| len.saturating_sub(1) * third / 3;
    let one = |[x, y]: [u64; 2]| {
        let of = |dimension: &usize| match variable.dimensions.iter().position(|known| known == dimension) {
            Some(i) if i == axes[0] => at(window[i].end, x)..at(window[i].end, x) + 1,
            Some(i) if i == axes[1] => at(window[i].end, y)..at(window[i].end, y) + 1,
            Some(i) => window[i].clone(),
            None => 0..1,
        };
        let window: Vec<Range<u64>> = position.dimensions.iter().map(of).collect();
        let mut value = [f64::NAN];
        // What cannot be read is said by who reads all of it.
        position.read(&window, &mut value).map_or(0, |_| value[0].to_bits())
    };
    (0..4).flat_map(|y| (0..4).map(move |x| [x, y])).map(one).collect()
}
