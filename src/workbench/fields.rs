//! Fields as layers: opening grids, what a layer of a grid looks like where nobody says, and the steps of several layers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::data::dtype::{self, TimeUnit as Step};
use crate::data::grid::{self, Field, FieldRequest, Grids, plain};
use crate::data::mapping::Mapping;
use crate::data::npy;
use crate::data::raw::RawSpec;
use crate::data::spool::STDIN;
use crate::data::{DataError, Progress, Table};
use crate::figure::ticks::moment;
use crate::scene::mark::{Mark, Sampling};
use crate::scene::reduction::{Reduction, Statistic};
use crate::scene::style::{Norm, Style};

use super::WorkbenchError;
use super::figure::FigureLayer;
use super::sources::{Sources, is_stream, map};
use super::words::time_unit;

/// Rows and columns from which a plain array of two dimensions is a field and not a table.
const IMAGE_SIDE: u64 = 33;

/// Bytes of one plane of raw numbers whose shape is that of a plane.
#[must_use]
pub fn plane_bytes(raw: &RawSpec) -> Option<u64> {
    let [rows, columns] = raw.shape.as_ref()?.0.as_slice() else { return None };
    let size = dtype::parse(raw.dtype.as_ref()?).ok()?.plain()?.size();
    rows.checked_mul(*columns)?.checked_mul(size).filter(|bytes| *bytes > 0)
}

/// Opens gridded files, several of them joined.
///
/// # Errors
/// Anything wrong with the files or their description.
pub fn open_grids(inputs: &[PathBuf], raw: &RawSpec, progress: &Progress) -> Result<Grids, WorkbenchError> {
    let is_raw = raw.dtype.is_some() || raw.shape.is_some();
    let is_array = inputs.first().is_some_and(|path| is_npy(path));
    if !is_raw && !is_array {
        return Ok(grid::open(inputs, None)?);
    }
    let [input] = inputs else {
        let what = "several plain arrays do not join by themselves; add them as layers, or name one file";
        return Err(WorkbenchError::Request(what.to_owned()));
    };
    let mapping = map(input, progress)?;
    let opened = if is_raw { plain::of_raw(&mapping, raw) } else { plain::of_npy(&mapping) };
    let grids = opened.map_err(|error| error.at(mapping.path()))?;
    mapping.check()?;
    Ok(grids)
}

fn is_npy(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("npy"))
}

/// Whether files may be grids; what it takes to find out is no work for a window's thread.
#[must_use]
pub fn may_be_grids(raw: &RawSpec) -> bool {
    raw.dtype.is_none() || raw.shape.is_some()
}

/// Whether files are grids rather than tables, where nobody says.
#[must_use]
pub fn are_grids(inputs: &[PathBuf], raw: &RawSpec) -> bool {
    if raw.shape.is_some() || raw.dtype.is_some() {
        return raw.shape.is_some();
    }
    let first = inputs.first().filter(|path| *path != Path::new(STDIN));
    // Of a pattern, the first file that it stands for.
    let Some(first) = first.and_then(|path| grid::open::expand(path).ok()?.into_iter().next()) else { return false };
    if is_npy(&first) { is_image(&first).unwrap_or(false) } else { grid::leads_to_grids(&first) }
}

/// What a figure file's layer draws where it does not say: of grids an image, unless rows are counted; of all else, `.npy` files
/// and those of a given shape among it, points.
#[must_use]
pub fn usual_mark(inputs: &[PathBuf], raw: &RawSpec, reduction: Option<&Reduction>) -> Mark {
    let is_counted = matches!(reduction, Some(Reduction::Count | Reduction::Any | Reduction::By { .. }));
    let is_npy = inputs.first().is_some_and(|path| is_npy(path));
    if !is_counted && !is_npy && raw.shape.is_none() && are_grids(inputs, raw) {
        return Mark::Image { sampling: Sampling::Cells };
    }
    Mark::default()
}

/// Whether a `.npy` file holds an array of three dimensions or more, or of two and many rows and columns.
fn is_image(path: &Path) -> Result<bool, DataError> {
    let mapping = Mapping::open(path)?;
    let array = npy::array(mapping.bytes())?;
    let is_plane = array.shape.len() == 2 && array.shape.iter().all(|len| *len >= IMAGE_SIDE);
    Ok(array.dtype.is_some() && (array.shape.len() > 2 || is_plane))
}

/// The layer of some sources, with what the person does not say of it: of grids an image of the first variable in the
/// colors of fields, of tables points.
#[must_use]
pub fn suited(sources: Sources, mark: Option<Mark>, reduction: Option<Reduction>, progress: &Progress) -> FigureLayer {
    let mut layer = FigureLayer::new(sources);
    let has_variable = !matches!(reduction, Some(Reduction::Count | Reduction::Any | Reduction::By { .. }));
    let is_said = mark.as_ref().map(Mark::is_of_fields);
    let is_gridded = is_said != Some(true) && are_grids(&layer.sources.inputs, &layer.sources.raw);
    if !is_said.unwrap_or(has_variable && is_gridded) {
        layer.sources.is_gridded = is_gridded && layer.sources.raw.shape.is_none();
        return FigureLayer { mark: mark.unwrap_or_default(), reduction: reduction.unwrap_or_default(), ..layer };
    }
    let reduction = reduction.unwrap_or_else(|| Reduction::Of(Statistic::Mean, first_variable(&layer, progress)));
    let mark = mark.unwrap_or(Mark::Image { sampling: Sampling::Cells });
    FigureLayer { mark, reduction, style: style(), ..layer }
}

/// The variable of a layer's grids that is shown where none is named. What is wrong with the files is said when they are
/// opened to be drawn.
fn first_variable(layer: &FigureLayer, progress: &Progress) -> String {
    let Sources { inputs, raw, .. } = &layer.sources;
    // A stream can be read only once.
    if inputs.iter().any(|path| is_stream(path)) {
        return "0".to_owned();
    }
    let named = || Some(Field::first_name(&open_grids(inputs, raw, progress).ok()?)?.to_owned());
    named().unwrap_or_else(|| "0".to_owned())
}

/// What is to be said of a field some of whose cells were found damaged.
#[must_use]
pub fn damage(table: &Table) -> Option<String> {
    let field = table.field().filter(|field| field.damaged() > 0)?;
    let (name, cells) = (&field.variable().name, field.damaged());
    let Grids { mappings, folders, .. } = field.grids().as_ref();
    let paths = mappings.iter().map(|map| map.path()).chain(folders.iter().map(|folder| folder.path.as_path()));
    let place = match paths.collect::<Vec<_>>().as_slice() {
        [path] => format!(" ({})", path.display()),
        _ => String::new(),
    };
    Some(format!("{cells} cells of \"{name}\" are damaged in the file and shown as missing; fetch it again{place}"))
}

/// The colors of a field where nobody says.
#[must_use]
pub fn style() -> Style {
    Style { norm: Norm::Linear, colormap: "viridis".to_owned(), ..Style::default() }
}

impl Sources {
    /// Opens a field.
    pub(super) fn open_field(&self, progress: &Progress) -> Result<(Table, Arc<Grids>), WorkbenchError> {
        if self.filter.is_some() {
            let what = "a filter is for rows of tables; leave it out, or make cells missing in an expression";
            return Err(WorkbenchError::Request(what.to_owned()));
        }
        let grids = Arc::new(open_grids(&self.inputs, &self.raw, progress)?);
        let request =
            FieldRequest { variable: self.value.clone(), x: self.x.clone(), y: self.y.clone(), at: self.at.clone() };
        let field = Field::new(&grids, &request).map_err(|error| match self.inputs.first() {
            Some(path) => error.at(path),
            None => error,
        })?;
        Ok((Table::of_field(field), grids))
    }
}

/// Which step of a layer goes with a moment of the figure that none of its own has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Align {
    /// The nearest in time.
    #[default]
    Nearest,
    /// The last before.
    Hold,
}

/// A step of a figure, for people.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Moment {
    /// Its number, from 0.
    pub step: u64,
    /// Its date and time.
    pub time: Option<String>,
}

impl Moment {
    /// A text with what stands in the place of `{time}` and `{step}`.
    #[must_use]
    pub fn put_into(&self, text: &str) -> String {
        let time = self.time.clone().unwrap_or_else(|| self.step.to_string());
        text.replace("{time}", &time).replace("{step}", &self.step.to_string())
    }
}

/// The steps of a figure: those of the field that has most of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Timeline {
    /// How many; at least 1.
    pub steps: u64,
    /// Seconds since 1970 of each, where they are known.
    pub seconds: Option<Vec<f64>>,
    /// What the dimension is called.
    pub name: String,
}

impl Timeline {
    /// The steps of the layers of a figure.
    #[must_use]
    pub fn of(tables: &[&Table]) -> Self {
        let fields = tables.iter().filter_map(|table| table.field());
        let Some(field) = fields.rev().max_by_key(|field| field.steps()) else {
            return Self { steps: 1, ..Self::default() };
        };
        let name = field.step_dimension().map_or_else(String::new, |dimension| dimension.name.clone());
        Self { steps: field.steps(), seconds: seconds(field), name }
    }

    /// What a step is called: its moment, where that is known.
    #[must_use]
    pub fn moment(&self, step: u64) -> Moment {
        let at = usize::try_from(step).ok().and_then(|step| self.seconds.as_ref()?.get(step).copied());
        Moment { step, time: at.map(moment) }
    }

    /// The step of a layer at a step of the figure.
    #[must_use]
    pub fn step_of(&self, table: &Table, step: u64, align: Align) -> u64 {
        let Some(field) = table.field() else { return 0 };
        let last = field.steps() - 1;
        let at = usize::try_from(step).ok().and_then(|step| self.seconds.as_ref()?.get(step).copied());
        let (Some(at), Some(own)) = (at, seconds(field)) else { return step.min(last) };
        let found = match align {
            Align::Nearest => {
                let distance = |i: &usize| (own[*i] - at).abs();
                (0..own.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)))
            }
            Align::Hold => (0..own.len()).filter(|i| own[*i] <= at).max_by(|a, b| own[*a].total_cmp(&own[*b])),
        };
        (found.unwrap_or(0) as u64).min(last)
    }
}

/// Moments of a field's steps in seconds since 1970.
fn seconds(field: &Field) -> Option<Vec<f64>> {
    let (times, unit): (&[f64], Step) = field.times()?;
    let unit = time_unit(unit)?;
    #[expect(clippy::cast_precision_loss, reason = "units are small numbers of seconds, or small parts of one")]
    let seconds = |time: &f64| time * unit.numerator as f64 / unit.denominator as f64;
    Some(times.iter().map(seconds).collect())
}
