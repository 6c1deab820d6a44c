//! HDF5, and NetCDF-4 which is kept in it: groups, dimension scales, chunks.
//!
//! Chunks are unpacked when a window needs them, and few are kept. One that is damaged is a hole in the field.

use std::collections::HashMap;
use std::sync::Arc;

use hdf5_reader::{Dataset, Hdf5File, OpenOptions};

use super::error::DataError;
use super::grid::Store;
use super::grid::raw::{Element, Nameless, Raw, RawDimension, RawVariable};
use super::mapping::Mapping;

mod attributes;
mod store;

use attributes::{element_of, integers, is_true_text, references, shown};
use store::HdfStore;

/// The first bytes of the format, at the file's beginning or at 512, 1024 or 2048.
const MAGIC: &[u8] = b"\x89HDF\r\n\x1a\n";
/// How deep groups are looked into.
const MAX_DEPTH: usize = 32;
/// The most datasets and groups that are looked at.
const MAX_MEMBERS: usize = 1 << 16;
/// What begins the `NAME` of a NetCDF dimension that has no coordinates.
const NO_VARIABLE: &str = "This is a netCDF dimension but not a netCDF variable";
/// What NetCDF puts before the name of a variable that is called like a dimension but is not its coordinates.
const NO_COORDINATE: &str = "_nc4_non_coord_";

/// Whether a file that begins so is HDF5.
pub fn is_hdf5(head: &[u8]) -> bool {
    [0, 512, 1024, 2048].iter().any(|at| head.get(*at..).is_some_and(|rest| rest.starts_with(MAGIC)))
}

/// The bytes of a mapped file, for the library.
struct Bytes(Arc<Mapping>);

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        self.0.bytes()
    }
}

/// An error of the library, in the words of this program.
fn problem(doing: &str, error: &hdf5_reader::error::Error) -> DataError {
    DataError::Grid(format!("{doing}: {error}; the file may be damaged, or its copy or download stopped early"))
}

/// What a mapped HDF5 or NetCDF-4 file holds. At most `cache` bytes of unpacked chunks are kept.
///
/// # Errors
/// A file that is damaged where it says what it holds.
pub fn read(map: &Arc<Mapping>, cache: usize) -> Result<Raw, DataError> {
    let options = OpenOptions::default().with_chunk_cache_bytes(cache);
    let file = Hdf5File::from_owner(Bytes(Arc::clone(map)), options).map_err(|e| problem("opening HDF5", &e))?;
    let root = file.root_group().map_err(|e| problem("reading the root group", &e))?;
    let is_netcdf = root.attribute("_NCProperties").is_ok();
    let mut members = Members::default();
    members.gather(root, String::new(), 0)?;
    map.check()?;
    let is_netcdf = is_netcdf || members.datasets.iter().any(|(_, dataset)| dataset.attribute("_Netcdf4Dimid").is_ok());
    let mut shape = Dimensions::of(&members.datasets);
    let mut variables = Vec::new();
    for (name, dataset) in members.datasets {
        variables.extend(variable(map, &name, dataset, &mut shape, &mut members.notes));
    }
    // Lists of dimensions are addresses in the file, which may be gone.
    map.check()?;
    Ok(Raw {
        format: if is_netcdf { "NetCDF-4" } else { "HDF5" }.to_owned(),
        dimensions: shape.all,
        variables,
        has_default_fill: is_netcdf,
        notes: members.notes,
        mappings: vec![Arc::clone(map)],
        folders: Vec::new(),
    })
}

/// The datasets of a file with their paths.
#[derive(Default)]
struct Members {
    datasets: Vec<(String, Dataset)>,
    notes: Vec<String>,
    looked_at: usize,
}

impl Members {
    fn gather(&mut self, group: hdf5_reader::group::Group, path: String, depth: usize) -> Result<(), DataError> {
        let mut waiting = vec![(group, path, depth)];
        while let Some((group, path, depth)) = waiting.pop() {
            let (groups, datasets) = match group.members() {
                Ok(members) => members,
                Err(error) if depth > 0 => {
                    self.notes.push(format!("the group \"{path}\" cannot be read and is left out: {error}"));
                    continue;
                }
                Err(error) => return Err(problem("reading the root group", &error)),
            };
            self.looked_at += groups.len() + datasets.len();
            if depth > MAX_DEPTH || self.looked_at > MAX_MEMBERS {
                return Err(DataError::Grid(format!(
                    "the file has more than {MAX_MEMBERS} datasets, or groups too deep"
                )));
            }
            let within = |name: &str| {
                let leaf = name.rsplit('/').next().unwrap_or(name);
                if path.is_empty() { leaf.to_owned() } else { format!("{path}/{leaf}") }
            };
            self.datasets.extend(datasets.into_iter().map(|dataset| (within(dataset.name()), dataset)));
            // The first group is looked at first.
            waiting.extend(groups.into_iter().rev().map(|group| {
                let path = within(group.name());
                (group, path, depth + 1)
            }));
        }
        Ok(())
    }
}

/// The dimensions that datasets share.
#[derive(Default)]
struct Dimensions {
    all: Vec<RawDimension>,
    by_address: HashMap<u64, usize>,
    by_id: HashMap<i64, usize>,
    nameless: Nameless,
}

impl Dimensions {
    /// Those that are declared by dimension scales.
    fn of(datasets: &[(String, Dataset)]) -> Self {
        let mut found = Self::default();
        let is_scale = |dataset: &Dataset| is_true_text(dataset, "CLASS", "DIMENSION_SCALE");
        let mut scales: Vec<(i64, &(String, Dataset))> = datasets
            .iter()
            .filter(|(_, dataset)| is_scale(dataset))
            .map(|named| (integers(&named.1, "_Netcdf4Dimid").first().copied().unwrap_or(i64::MAX), named))
            .collect();
        scales.sort_by_key(|(id, _)| *id);
        for (id, (name, dataset)) in scales {
            let number = found.all.len();
            let is_unlimited = dataset.max_dims().and_then(|most| most.first()) == Some(&u64::MAX);
            let len = dataset.shape().first().copied().unwrap_or(1);
            found.all.push(RawDimension { name: without_prefix(name), len, is_unlimited });
            found.by_address.insert(dataset.address(), number);
            found.by_id.insert(id, number);
        }
        // Of an unlimited dimension, the longest dataset tells the length.
        for (_, dataset) in datasets {
            for (number, len) in found.declared(dataset).unwrap_or_default().into_iter().zip(dataset.shape()) {
                let dimension = &mut found.all[number];
                if dimension.is_unlimited {
                    dimension.len = dimension.len.max(*len);
                }
            }
        }
        found
    }

    /// The dimensions of a dataset, if it says which: one for each of its axes.
    fn declared(&self, dataset: &Dataset) -> Option<Vec<usize>> {
        let ndim = dataset.ndim();
        let all = |found: Vec<usize>| (found.len() == ndim && ndim > 0).then_some(found);
        let listed = references(dataset, "DIMENSION_LIST").into_iter();
        let listed = listed.map_while(|address| self.by_address.get(&address?).copied()).collect();
        let by_id = || {
            let ids = integers(dataset, "_Netcdf4Coordinates").into_iter();
            all(ids.map_while(|id| self.by_id.get(&id).copied()).collect())
        };
        let itself = || self.by_address.get(&dataset.address()).filter(|_| ndim == 1).map(|number| vec![*number]);
        all(listed).or_else(by_id).or_else(itself)
    }

    /// The dimensions of a dataset; those it does not name go by their lengths, as do those whose scale has another one.
    fn of_dataset(&mut self, name: &str, dataset: &Dataset, notes: &mut Vec<String>) -> Vec<usize> {
        let declared = self.declared(dataset).unwrap_or_default();
        let mut had: HashMap<u64, usize> = HashMap::new();
        let mut found = Vec::with_capacity(dataset.ndim());
        for (axis, len) in dataset.shape().iter().enumerate() {
            if let Some(number) = declared.get(axis) {
                let known = &self.all[*number];
                if known.len == *len || (known.is_unlimited && known.len > *len) {
                    found.push(*number);
                    continue;
                }
                notes.push(format!(
                    "the coordinates \"{}\" are {} numbers for {len} cells of \"{name}\"; cells along it are counted instead",
                    known.name, known.len
                ));
            }
            let times = had.entry(*len).or_insert(0);
            found.push(self.nameless.dimension(*len, *times, &mut self.all));
            *times += 1;
        }
        found
    }
}

/// A path without what NetCDF puts before the last name.
fn without_prefix(path: &str) -> String {
    match path.rsplit_once('/') {
        Some((group, name)) => format!("{group}/{}", name.strip_prefix(NO_COORDINATE).unwrap_or(name)),
        None => path.strip_prefix(NO_COORDINATE).unwrap_or(path).to_owned(),
    }
}

/// A dataset as a variable; none for what only declares a dimension.
fn variable(
    map: &Arc<Mapping>,
    name: &str,
    dataset: Dataset,
    shape: &mut Dimensions,
    notes: &mut Vec<String>,
) -> Option<RawVariable> {
    let has_name = dataset.attribute("NAME").ok().and_then(|attribute| attribute.read_string().ok());
    if has_name.is_some_and(|name| name.starts_with(NO_VARIABLE)) {
        return None;
    }
    let dimensions = shape.of_dataset(name, &dataset, notes);
    let element = element_of(dataset.dtype());
    let attributes = dataset.attributes().iter().filter_map(shown).collect();
    let lens: Vec<u64> = dimensions.iter().map(|number| shape.all[*number].len).collect();
    let store = match &element {
        Element::Number(scalar) if !lens.contains(&0) => {
            // Along an unlimited dimension others may be longer: there is nothing there yet.
            let padded = if lens == dataset.shape() { Some(dataset) } else { dataset.with_padded_shape(&lens).ok() };
            padded.map(|dataset| Arc::new(HdfStore::new(map, dataset, *scalar)) as Arc<dyn Store>)
        }
        _ => None,
    };
    let own = without_prefix(name);
    // Of the same name as a dimension, but not its coordinates.
    let name =
        if own != name && shape.all.iter().any(|dimension| dimension.name == own) { own + " (variable)" } else { own };
    Some(RawVariable { name, dimensions, element, attributes, store })
}
