//! Grids: n-d arrays with named dimensions, as the fields of a weather model are kept.
//!
//! A file (or several, joined along a dimension) opens as [`Grids`]: dimensions with their [`Coordinates`] and variables.
//! A variable is read by [windows](Window), never whole: its [`Store`] knows where the numbers lie and how they are packed
//! in the file, its [`Packing`] what they mean. Values are f64 (integers beyond 2^53 are rounded); missing ones are NaN.

pub mod cf;
pub mod coordinates;
pub mod damage;
pub mod field;
mod formula;
mod geographic;
mod join;
pub mod mapped;
mod merge;
pub mod mesh;
pub mod open;
pub mod packing;
pub mod pieces;
pub mod place;
pub mod plain;
pub mod range;
pub mod raw;
mod smooth;
mod steps;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::error::DataError;
use super::mapping::Mapping;

pub use coordinates::{Coordinates, Kind};
pub use damage::Damage;
pub use field::{Field, FieldRequest};
pub use mesh::{Mesh, Outline, Outlines};
pub use open::{description, is_grid, leads_to_grids, open};
pub use packing::Packing;
pub use pieces::pieces;
pub use place::{At, Place, Shape};
pub use range::Extremes;
pub use raw::Folder;

/// The most cells that an array may have.
pub const MAX_CELLS: u64 = 1 << 40;
/// The most dimensions of an array.
pub const MAX_DIMENSIONS: usize = 16;

/// What one opened file offers, or several joined: n-d arrays over shared dimensions.
#[derive(Debug, Clone)]
pub struct Grids {
    /// What it was read as, for example `NetCDF-3 classic`.
    pub format: String,
    /// The dimensions, each with a name of its own.
    pub dimensions: Vec<Dimension>,
    /// The variables that can be drawn, in the order of the file; coordinate variables are not among them.
    pub variables: Vec<Variable>,
    /// What is worth telling the person: what was skipped, what is missing.
    pub notes: Vec<String>,
    /// The files behind it, where they are mapped.
    pub mappings: Vec<Arc<Mapping>>,
    /// The folders behind it.
    pub folders: Vec<Folder>,
}

/// A dimension: a name, a length, and where its cells lie.
#[derive(Debug, Clone)]
pub struct Dimension {
    /// Its name.
    pub name: String,
    /// Number of cells along it.
    pub len: u64,
    /// Whether the file may grow along it (NetCDF's unlimited dimension).
    pub is_unlimited: bool,
    /// Positions of its cells; where the file has none, cells are counted from 0.
    pub coordinates: Option<Arc<Coordinates>>,
}

/// An n-d array.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its dimensions, the slowest first: numbers of those of its [`Grids`].
    pub dimensions: Vec<usize>,
    /// Type in the file, for people: `f32`, `i16`.
    pub dtype: String,
    /// What the file says about it, as text, in its order.
    pub attributes: Vec<(String, String)>,
    /// What the numbers in the file mean.
    pub packing: Packing,
    /// Where the numbers are.
    pub store: Arc<dyn Store>,
    /// Where the cells are, if not at the coordinates of its dimensions.
    pub placed: Option<Placed>,
}

/// Where cells lie that follow no axis.
#[derive(Debug, Clone)]
pub enum Placed {
    /// Each cell of the last two dimensions has a longitude and a latitude of its own.
    Curvilinear {
        /// Degrees east, over (some of) the dimensions of the variable.
        longitude: Box<Variable>,
        /// Degrees north.
        latitude: Box<Variable>,
        /// Longitudes and latitudes of the four corners of each cell, over one dimension more, if they are given.
        bounds: Option<Box<[Variable; 2]>>,
    },
    /// The coordinates are longitudes and latitudes of a rotated sphere.
    RotatedPole {
        /// Latitude of the rotated north pole, degrees (`grid_north_pole_latitude`).
        latitude: f64,
        /// Longitude of the rotated north pole, degrees (`grid_north_pole_longitude`).
        longitude: f64,
        /// `north_pole_grid_longitude`, degrees; mostly 0.
        grid_longitude: f64,
    },
}

/// Cells along each dimension of a variable, the slowest first.
pub type Window = [Range<u64>];

/// Number of cells in a window; none where 64 bits do not hold it.
pub fn cells(window: &Window) -> Option<u64> {
    window.iter().try_fold(1_u64, |n, range| n.checked_mul(range.end.checked_sub(range.start)?))
}

/// Where the numbers of a variable are, in whatever form.
pub trait Store: fmt::Debug + Send + Sync {
    /// Reads the numbers of a window as the file holds them (neither scaled nor told from missing ones), row-major.
    /// `out` has just as many as the window has cells. Gives the number of cells that could not be read (such as those of
    /// a damaged chunk), which are NaN.
    ///
    /// # Errors
    /// A file that is gone, changed or cannot be understood.
    fn read(&self, window: &Window, out: &mut [f64]) -> Result<u64, DataError>;

    /// How many cells along each dimension are best read together: chunks, or rows of a mapped array.
    fn chunk(&self) -> Vec<u64>;

    /// Whether anything was written to a window yet, as far as can be told: files that are made as long as they will be
    /// hold zeros until then.
    ///
    /// # Errors
    /// A file that is gone or changed.
    fn is_written(&self, _window: &Window) -> Result<bool, DataError> {
        Ok(true)
    }

    /// Cells of all chunks that were found damaged until now.
    fn damaged(&self) -> u64 {
        0
    }
}

impl Grids {
    /// The variable of a name or else a number (from 0).
    ///
    /// # Errors
    /// [`DataError::MissingColumn`], which lists those there are.
    pub fn variable(&self, wanted: &str) -> Result<&Variable, DataError> {
        let by_number = || wanted.parse::<usize>().ok().and_then(|i| self.variables.get(i));
        let found = self.variables.iter().find(|variable| variable.name == wanted).or_else(by_number);
        found.ok_or_else(|| {
            let available = self.variables.iter().map(|variable| variable.name.clone()).collect();
            DataError::MissingColumn { name: wanted.to_owned(), available }
        })
    }

    /// The dimensions of a variable.
    pub fn dimensions_of<'a>(&'a self, variable: &'a Variable) -> impl Iterator<Item = &'a Dimension> {
        variable.dimensions.iter().filter_map(|i| self.dimensions.get(*i))
    }
}

impl Variable {
    /// The text of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str())
    }

    /// Units as the file has them; none where they are not given or are `1`.
    pub fn units(&self) -> Option<&str> {
        self.attribute("units").map(str::trim).filter(|units| !units.is_empty() && *units != "1")
    }

    /// What it is called for people: its `long_name`, else its `standard_name` in plain words, else its name.
    pub fn title(&self) -> String {
        let given = |name| self.attribute(name).map(str::trim).filter(|text| !text.is_empty());
        match (given("long_name"), given("standard_name")) {
            (Some(long), _) => long.to_owned(),
            (None, Some(standard)) => standard.replace('_', " "),
            (None, None) => self.name.clone(),
        }
    }

    /// Reads a window: what the numbers mean, NaN for what is missing. `out` has as many as the window has cells. Gives the
    /// number of cells that could not be read.
    ///
    /// # Errors
    /// Those of [`Store::read`].
    pub fn read(&self, window: &Window, out: &mut [f64]) -> Result<u64, DataError> {
        if window.len() != self.dimensions.len() || cells(window) != Some(out.len() as u64) {
            let asked = format!("{window:?} of {} dimensions into {} cells", self.dimensions.len(), out.len());
            return Err(DataError::Grid(format!("a window does not go with the variable \"{}\": {asked}", self.name)));
        }
        let unread = self.store.read(window, out)?;
        self.packing.unpack(out);
        Ok(unread)
    }
}
