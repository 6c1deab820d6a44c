//! From the files and columns that a person names to a table.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::data::column::{Column, ROW};
use crate::data::dataset::Dataset;
use crate::data::expression::{Bound, Expression, Filter, SIGNS, Spelling};
use crate::data::grid::{At, Grids};
use crate::data::mapping::Mapping;
use crate::data::raw::RawSpec;
pub use crate::data::spool::STDIN;
use crate::data::spool::spool;
use crate::data::table::Part;
use crate::data::{DataError, Progress, Table};

use super::WorkbenchError;
use super::words::has_no_name;

/// What to draw from: files one after another, or columns from files of their own.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sources {
    /// Files with the same columns, one after another; `-` is standard input.
    pub inputs: Vec<PathBuf>,
    /// The x column: `COLUMN` of the inputs, `FILE`, `FILE:COLUMN`, or an [expression](crate::data::expression) whose names
    /// are such (in backticks where they are files).
    pub x: Option<String>,
    /// The y column, as `x`.
    pub y: Option<String>,
    /// The value column, as `x`.
    pub value: Option<String>,
    /// The condition that rows must pass, an expression; all rows if none.
    pub filter: Option<String>,
    /// Description of raw data.
    pub raw: RawSpec,
    /// Whether the value is a variable of grids, whose dimensions are along x and y, and not a column.
    pub is_field: bool,
    /// Whether the files are known to be grids, so that rows of them need their mark said.
    pub is_gridded: bool,
    /// Where to be along further dimensions of a field.
    pub at: Vec<At>,
}

/// The key of errors of the value column, which is part of others.
pub(super) const VALUE: &str = "value";

/// The opened sources.
#[derive(Debug)]
pub struct Opened {
    /// Columns x, y and perhaps a value.
    pub table: Table,
    /// What is worth telling about them: guesses, notes.
    pub notes: Vec<String>,
    /// The files, each once.
    pub datasets: Vec<Dataset>,
    /// The grids, of a field.
    pub grids: Option<Arc<Grids>>,
}

/// Whether a file is one of those that a table reads, by whatever name.
pub fn reads(table: &Table, path: &Path) -> bool {
    table.mappings().into_iter().any(|map| is_same_file(map.path(), path))
}

/// Whether two paths lead to the same file, which is there.
pub fn is_same_file(a: &Path, b: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let identity = |path: &Path| std::fs::metadata(path).ok().map(|m| (m.dev(), m.ino()));
        identity(a).is_some_and(|a| Some(a) == identity(b))
    }
    #[cfg(not(unix))]
    {
        a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b))
    }
}

impl Sources {
    /// Whether x and y are of the same columns of the same files, whichever rows are left out and whatever is counted.
    #[must_use]
    pub fn has_axes_of(&self, other: &Self) -> bool {
        let of_rows = |sources: &Self| !sources.is_field;
        (self.value == other.value || (of_rows(self) && of_rows(other)))
            && (self.is_field, self.is_gridded) == (other.is_field, other.is_gridded)
            && (&self.x, &self.y, &self.raw, &self.at) == (&other.x, &other.y, &other.raw, &other.at)
            && self.inputs == other.inputs
    }

    /// Opens the files and finds the columns.
    ///
    /// # Errors
    /// Files that cannot be read, columns that are not there or differ in length, nothing to draw.
    pub fn open(&self, progress: &Progress) -> Result<Opened, WorkbenchError> {
        if self.is_field {
            let (table, grids) = self.open_field(progress)?;
            let of_field = table.field().map_or(&[][..], |field| field.notes());
            let notes = grids.notes.iter().chain(of_field).cloned().collect();
            return Ok(Opened { table, notes, datasets: Vec::new(), grids: Some(grids) });
        }
        if let Some(at) = self.at.first() {
            let what = format!("{at} is a place along a dimension, and tables have none; leave it out");
            return Err(WorkbenchError::Request(what).of("at"));
        }
        let mut shelf = Shelf { raw: &self.raw, progress, opened: Vec::new(), notes: Vec::new() };
        let named = self.x.is_some() || self.y.is_some();
        let parts = match self.inputs.as_slice() {
            [] if named => vec![self.part(None, &mut shelf)?],
            [] => {
                return Err(WorkbenchError::Request("nothing to draw: name an input file, or --x and --y".to_owned()));
            }
            inputs => {
                let mut parts = Vec::with_capacity(inputs.len());
                for input in inputs {
                    parts.push(self.part(Some(input), &mut shelf)?);
                }
                self.check_alike(inputs, &mut shelf)?;
                parts
            }
        };
        let datasets = shelf.opened.into_iter().map(|(_, dataset)| dataset).collect();
        Ok(Opened { table: Table::new(parts)?, notes: shelf.notes, datasets, grids: None })
    }

    /// A column of the files, which are open already, or an expression over such, as a table of its own without the filter.
    ///
    /// # Errors
    /// As [`Sources::open`].
    pub fn column(&self, opened: &[Dataset], text: &str, progress: &Progress) -> Result<Table, WorkbenchError> {
        let opened = opened.iter().map(|dataset| (dataset.path(), dataset.clone())).collect();
        let mut shelf = Shelf { raw: &self.raw, progress, opened, notes: Vec::new() };
        let mut parts = Vec::with_capacity(self.inputs.len().max(1));
        if self.inputs.is_empty() {
            parts.push(Part::new(vec![shelf.expression(text, None)?.column(0)?])?);
        }
        for input in &self.inputs {
            let input = shelf.open(input)?;
            parts.push(Part::new(vec![shelf.expression(text, Some(&input))?.column(input.rows())?])?);
        }
        Ok(Table::new(parts)?)
    }

    /// Whether a file is one that is named, as an input or with a column, by whatever name.
    #[must_use]
    pub fn names(&self, path: &Path) -> bool {
        let of_column = |text: &String| {
            let file =
                if Path::new(text).is_file() { text } else { text.rsplit_once(':').map_or("", |(file, _)| file) };
            is_same_file(Path::new(file), path)
        };
        self.inputs.iter().any(|input| is_same_file(input, path))
            || self.x.iter().chain(&self.y).chain(&self.value).any(of_column)
    }

    /// Checks that columns that nobody names are the same ones in all inputs: places in one file are not names in another.
    fn check_alike(&self, inputs: &[PathBuf], shelf: &mut Shelf<'_>) -> Result<(), WorkbenchError> {
        let [first, others @ ..] = inputs else { return Ok(()) };
        if others.is_empty() || (self.x.is_some() && self.y.is_some()) {
            return Ok(());
        }
        let first = shelf.open(first)?;
        for other in others {
            let other = shelf.open(other)?;
            let ((x, y), (other_x, other_y)) = (first.default_xy()?, other.default_xy()?);
            let count = |dataset: &Dataset| dataset.columns().len();
            let are_alike = |a: &Column, b: &Column| match (has_no_name(a), has_no_name(b)) {
                (true, true) => count(&first) == count(&other),
                _ => a.name() == b.name(),
            };
            if (self.x.is_none() && !are_alike(&x, &other_x)) || (self.y.is_none() && !are_alike(&y, &other_y)) {
                let list = |dataset: &Dataset| format!("{} in {}", names_of(dataset), dataset.path().display());
                return Err(DataError::PartsDiffer { first: list(&first), other: list(&other) }.into());
            }
        }
        Ok(())
    }

    fn part(&self, input: Option<&Path>, shelf: &mut Shelf<'_>) -> Result<Part, WorkbenchError> {
        let input = input.map(|path| shelf.open(path)).transpose().map_err(|error| error.of("file"))?;
        let input = input.as_ref();
        // The number of a row is that of a file's rows; without an input, of the other column's.
        let is_row = |text: &str| input.is_none() && text == ROW && !Path::new(ROW).is_file();
        let mut named = |key, text: &str| shelf.column(text, input).map_err(|error| error.of(key));
        let (x, y) = match (&self.x, &self.y) {
            (Some(x), Some(y)) if is_row(y) && !is_row(x) => {
                let x = named("x", x)?;
                (x.clone(), Column::row_number(x.rows()))
            }
            (Some(x), Some(y)) if is_row(x) && !is_row(y) => {
                let y = named("y", y)?;
                (Column::row_number(y.rows()), y)
            }
            (Some(x), Some(y)) => (named("x", x)?, named("y", y)?),
            (Some(x), None) => (named("x", x)?, default_xy(input)?.1),
            (None, Some(y)) => {
                let y = named("y", y)?;
                match input {
                    Some(input) => (input.default_xy()?.0, y),
                    None => (Column::row_number(y.rows()), y),
                }
            }
            (None, None) => default_xy(input)?,
        };
        let mut columns = vec![x, y];
        if let Some(value) = &self.value {
            let rows = columns[0].rows();
            columns.push(if is_row(value) {
                Column::row_number(rows)
            } else {
                shelf.value(value, input).map_err(|error| error.of(VALUE))?
            });
        }
        let part = Part::new(columns)?;
        let filter = |text: &String| shelf.filter(text, input, part.rows()).map_err(|error| error.of("filter"));
        let filter = self.filter.as_ref().map(filter).transpose()?;
        Ok(part.with_filter(filter)?)
    }
}

/// Names of the columns of a file, at most twelve.
fn names_of(dataset: &Dataset) -> String {
    let columns = dataset.columns();
    let more = if columns.len() > 12 { ", …" } else { "" };
    columns.iter().take(12).map(Column::name).collect::<Vec<_>>().join(", ") + more
}

fn default_xy(input: Option<&Dataset>) -> Result<(Column, Column), WorkbenchError> {
    match input {
        Some(input) => Ok(input.default_xy()?),
        None => Err(WorkbenchError::Request("the y column is missing: add --y FILE:COLUMN".to_owned())),
    }
}

/// Opens one file as a dataset; `-` reads standard input to its end first.
///
/// # Errors
/// Anything wrong with the file or its description.
pub fn open_dataset(path: &Path, raw: &RawSpec, progress: &Progress) -> Result<Dataset, WorkbenchError> {
    if !is_stream(path) {
        return Ok(Dataset::open(path, raw)?);
    }
    Ok(Dataset::of_mapping(map(path, progress)?, raw)?)
}

/// Maps a file; `-` and pipes are read to their end first.
///
/// # Errors
/// A file that cannot be opened.
pub fn map(path: &Path, progress: &Progress) -> Result<Arc<Mapping>, WorkbenchError> {
    let stream: Box<dyn Read + Send> = if path == Path::new(STDIN) {
        Box::new(std::io::stdin())
    } else if is_pipe(path) {
        Box::new(Pipe { path: path.to_owned(), opened: None })
    } else {
        return Ok(Mapping::open(path)?);
    };
    let mapping = spool(stream, path, progress)?;
    progress.restart();
    Ok(mapping)
}

/// A pipe that is opened where it is read: that waits for somebody who writes, and whoever asked for it may not want to.
struct Pipe {
    path: PathBuf,
    opened: Option<File>,
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let file = match &mut self.opened {
            Some(file) => file,
            none => none.insert(File::open(&self.path)?),
        };
        file.read(buffer)
    }
}

/// Whether a path leads to a stream: standard input, or a pipe.
pub fn is_stream(path: &Path) -> bool {
    path == Path::new(STDIN) || is_pipe(path)
}

/// Whether a path leads to a pipe, as the shell's `<(command)` gives.
fn is_pipe(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        std::fs::metadata(path).is_ok_and(|m| m.file_type().is_fifo() || m.file_type().is_socket())
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

/// A sentence on what was guessed of a dataset, if anything.
pub fn guess_note(dataset: &Dataset) -> Option<String> {
    let (guess, used) = (dataset.guess()?, dataset.guessed_spec()?);
    let layout = if used.planar == Some(true) { "planar" } else { "interleaved" };
    Some(format!(
        "{}: guessed --dtype '{}' --columns {} --offset {} --layout {layout}, {:.0} % sure ({}); give --dtype to overrule it",
        dataset.path().display(),
        used.dtype.as_deref().unwrap_or(&guess.dtype),
        used.columns.unwrap_or(guess.columns),
        used.offset.unwrap_or(guess.offset),
        guess.confidence * 100.0,
        guess.why,
    ))
}

/// Files opened so far, each once.
struct Shelf<'a> {
    raw: &'a RawSpec,
    progress: &'a Progress,
    opened: Vec<(PathBuf, Dataset)>,
    notes: Vec<String>,
}

impl Shelf<'_> {
    fn open(&mut self, path: &Path) -> Result<Dataset, WorkbenchError> {
        if let Some((_, dataset)) = self.opened.iter().find(|(p, _)| p == path) {
            return Ok(dataset.clone());
        }
        let dataset = open_dataset(path, self.raw, self.progress)?;
        let is_npy = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("npy"));
        if is_npy && self.raw.dtype.is_some() && dataset.format().starts_with("raw") {
            self.notes.push(format!(
                "--dtype has this .npy file read as raw numbers, its header among them; leave it out ({})",
                path.display()
            ));
        }
        self.notes.extend(guess_note(&dataset));
        self.notes.extend(dataset.notes().iter().map(|n| format!("{n} ({})", path.display())));
        self.opened.push((path.to_owned(), dataset.clone()));
        Ok(dataset)
    }

    /// The column that a text names: `FILE`, `FILE:COLUMN`, a column of the input, or an expression over such.
    fn column(&mut self, text: &str, input: Option<&Dataset>) -> Result<Column, WorkbenchError> {
        if let Some(column) = self.of_file(text)? {
            return Ok(column);
        }
        match input {
            Some(input) => match input.column(text) {
                Ok(column) => Ok(column),
                // What cannot be an expression is a name that does not exist.
                Err(missing) if !text.contains(SIGNS) => Err(missing.into()),
                Err(_) => self.expression(text, Some(input))?.column(input.rows()).map_err(Into::into),
            },
            None if text.contains('`') => Ok(self.expression(text, None)?.column(0)?),
            None if text == ROW => {
                let what = "row counts the rows of a file; name an input, or a column of a file for x or y";
                Err(WorkbenchError::Request(what.to_owned()))
            }
            None => self.named_file(text),
        }
    }

    /// As [`Shelf::column`], of which a text may be categories too: then it may be a column of text.
    fn value(&mut self, text: &str, input: Option<&Dataset>) -> Result<Column, WorkbenchError> {
        if let Some(column) = input.and_then(|input| input.text(text)) {
            return Ok(column);
        }
        if Path::new(text).is_file() {
            let dataset = self.open(Path::new(text))?;
            if let (Some(column), []) = (dataset.texts().pop(), dataset.columns().as_slice()) {
                return Ok(column);
            }
        }
        if let Some((file, name)) = text.rsplit_once(':').filter(|(file, _)| Path::new(file).is_file())
            && let Some(column) = self.open(Path::new(file))?.text(name)
        {
            return Ok(column);
        }
        self.column(text, input)
    }

    /// The condition that a text is, on so many rows.
    fn filter(&mut self, text: &str, input: Option<&Dataset>, rows: u64) -> Result<Filter, WorkbenchError> {
        Ok(self.expression(text, input)?.filter(rows)?)
    }

    fn expression(&mut self, text: &str, input: Option<&Dataset>) -> Result<Bound, WorkbenchError> {
        let expression = Expression::parse(text).map_err(DataError::from)?;
        let columns = input.map(Dataset::columns).unwrap_or_default();
        let names: Vec<String> = columns.iter().map(|column| column.name().to_owned()).collect();
        let bound = expression.bind(&names, |reference| {
            let name = reference.name.as_str();
            Ok(match (reference.spelling, input) {
                (Spelling::Position(number), _) => columns.get(number).cloned(),
                (Spelling::Bare | Spelling::Quoted, Some(input)) if input.text(name).is_some() => {
                    Some(input.column(name)?)
                }
                (Spelling::Bare, Some(input)) => input.column(name).ok(),
                (Spelling::Quoted, Some(input)) => match self.of_file(name)? {
                    Some(column) => Some(column),
                    None => input.column(name).ok(),
                },
                (Spelling::Quoted, None) => match self.of_file(name)? {
                    Some(column) => Some(column),
                    None => Some(self.named_file(name)?),
                },
                (Spelling::Bare, None) if reference.constant().is_some() => None,
                (Spelling::Bare, None) => {
                    return Err(WorkbenchError::Request(format!(
                        "reading the expression: there is no input that could have a column \"{name}\"; \
                         name files in backticks: `FILE` or `FILE:COLUMN`"
                    )));
                }
            })
        })?;
        bound.check_columns()?;
        Ok(bound)
    }

    /// The column that `FILE` or `FILE:COLUMN` names, if there is such a file.
    fn of_file(&mut self, text: &str) -> Result<Option<Column>, WorkbenchError> {
        if Path::new(text).is_file() {
            let dataset = self.open(Path::new(text))?;
            return match dataset.columns().as_slice() {
                [only] => Ok(Some(only.clone())),
                columns => Err(WorkbenchError::Request(format!(
                    "{text} holds {} columns ({}); say which one: {text}:{}",
                    columns.len(),
                    names_of(&dataset),
                    columns.first().map_or("0", |c| c.name())
                ))),
            };
        }
        match text.rsplit_once(':') {
            Some((file, column)) if file == STDIN || Path::new(file).exists() => {
                Ok(Some(self.open(Path::new(file))?.column(column)?))
            }
            _ => Ok(None),
        }
    }

    /// As [`Shelf::of_file`], where the text can be nothing else: the attempt to open the file says what is wrong.
    fn named_file(&mut self, text: &str) -> Result<Column, WorkbenchError> {
        let (file, column) = text.rsplit_once(':').unwrap_or((text, "0"));
        let is_plain = file.chars().all(|c| c.is_alphanumeric() || c == '_');
        if is_plain && !Path::new(file).exists() {
            return Err(WorkbenchError::Request(format!(
                "there is no input that could have a column \"{text}\", and no file of that name; name an input, or a column of a \
                 file: FILE:COLUMN"
            )));
        }
        Ok(self.open(Path::new(file))?.column(column)?)
    }
}
