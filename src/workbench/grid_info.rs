//! What `scumble info` says of files of grids.

use std::path::{Path, PathBuf};

use crate::data::grid::{self, Dimension, Grids, Kind, Placed, Variable};

use super::WorkbenchError;

/// What is known of a dataset of grids without reading a value.
#[derive(Debug, Clone)]
pub struct GridsInfo {
    /// Where it is.
    pub path: String,
    /// Format.
    pub format: String,
    /// Size in bytes of the files; not known of folders, whose files nobody has counted.
    pub bytes: Option<u64>,
    /// Dimensions.
    pub dimensions: Vec<DimensionInfo>,
    /// Variables that can be drawn.
    pub variables: Vec<VariableInfo>,
    /// What is worth knowing: what was left out, what is missing.
    pub notes: Vec<String>,
}

/// A dimension.
#[derive(Debug, Clone)]
pub struct DimensionInfo {
    /// Name.
    pub name: String,
    /// Number of cells.
    pub len: u64,
    /// Whether the file may grow along it.
    pub is_unlimited: bool,
    /// What its positions are: `time`, `longitude`; `index` where cells are only counted.
    pub kind: &'static str,
    /// The first and the last position for people: dates for times.
    pub ends: Option<(String, String)>,
    /// How far cells are apart; none where that differs.
    pub step: Option<String>,
}

/// A variable.
#[derive(Debug, Clone)]
pub struct VariableInfo {
    /// Name.
    pub name: String,
    /// Names of its dimensions, the slowest first.
    pub dimensions: Vec<String>,
    /// Type in the file.
    pub dtype: String,
    /// Units; may be empty.
    pub units: String,
    /// What it is called for people.
    pub title: String,
    /// Where its cells are, if not on its axes: `curvilinear`, `rotated pole`.
    pub placed: Option<&'static str>,
}

impl GridsInfo {
    /// Its dimensions, a row each, under a row of headings; `grouped` writes numbers of many digits.
    #[must_use]
    pub fn dimension_cells(&self, grouped: impl Fn(u64) -> String) -> Vec<[String; 6]> {
        let headings = ["dimension", "length", "kind", "first", "last", "step"].map(ToOwned::to_owned);
        let dash = || "-".to_owned();
        let rows = self.dimensions.iter().map(|d| {
            let len = if d.is_unlimited { format!("{} (unlimited)", grouped(d.len)) } else { grouped(d.len) };
            let (first, last) = d.ends.clone().unwrap_or_else(|| (dash(), dash()));
            [d.name.clone(), len, d.kind.to_owned(), first, last, d.step.clone().unwrap_or_else(dash)]
        });
        std::iter::once(headings).chain(rows).collect()
    }

    /// Its variables, a row each, under a row of headings.
    #[must_use]
    pub fn variable_cells(&self) -> Vec<[String; 5]> {
        let headings = ["variable", "dimensions", "dtype", "units", "title"].map(ToOwned::to_owned);
        let rows = self.variables.iter().map(|v| {
            let placed = v.placed.map_or_else(String::new, |placed| format!(" ({placed})"));
            let units = if v.units.is_empty() { "-".to_owned() } else { v.units.clone() };
            [v.name.clone(), v.dimensions.join(" "), v.dtype.clone(), units, format!("{}{placed}", v.title)]
        });
        std::iter::once(headings).chain(rows).collect()
    }
}

/// Says what is in a dataset of grids; none where the path leads to something else.
///
/// # Errors
/// Files of grids that cannot be read.
pub fn grids_info(path: &Path) -> Result<Option<GridsInfo>, WorkbenchError> {
    if !grid::leads_to_grids(path) {
        return Ok(None);
    }
    let grids = grid::open(&[PathBuf::from(path)], None)?;
    Ok(Some(GridsInfo {
        path: path.display().to_string(),
        format: grids.format.clone(),
        bytes: grids.folders.is_empty().then(|| grids.mappings.iter().map(|map| map.len()).sum()),
        dimensions: grids.dimensions.iter().map(dimension_info).collect(),
        variables: grids.variables.iter().map(|variable| variable_info(&grids, variable)).collect(),
        notes: grids.notes,
    }))
}

fn dimension_info(dimension: &Dimension) -> DimensionInfo {
    let coordinates = dimension.coordinates.as_ref();
    let kind = match coordinates.map(|coordinates| &coordinates.kind) {
        Some(Kind::Longitude) => "longitude",
        Some(Kind::Latitude) => "latitude",
        Some(Kind::X) => "x",
        Some(Kind::Y) => "y",
        Some(Kind::Vertical { .. }) => "vertical",
        Some(Kind::Time(_)) => "time",
        Some(Kind::Other) => "other",
        None => "index",
    };
    let ends = coordinates.and_then(|coordinates| {
        let (first, last) = (coordinates.centers.first()?, coordinates.centers.last()?);
        Some((coordinates.shown(*first), coordinates.shown(*last)))
    });
    DimensionInfo {
        name: dimension.name.clone(),
        len: dimension.len,
        is_unlimited: dimension.is_unlimited,
        kind,
        ends,
        step: coordinates.and_then(|coordinates| coordinates.step()),
    }
}

fn variable_info(grids: &Grids, variable: &Variable) -> VariableInfo {
    VariableInfo {
        name: variable.name.clone(),
        dimensions: grids.dimensions_of(variable).map(|dimension| dimension.name.clone()).collect(),
        dtype: variable.dtype.clone(),
        units: variable.units().unwrap_or_default().to_owned(),
        title: variable.title(),
        placed: variable.placed.as_ref().map(|placed| match placed {
            Placed::Curvilinear { .. } => "curvilinear",
            Placed::RotatedPole { .. } => "rotated pole",
        }),
    }
}
