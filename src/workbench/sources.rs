//! From the files and columns that a person names to a table.

use std::path::{Path, PathBuf};

use crate::data::column::Column;
use crate::data::dataset::Dataset;
use crate::data::raw::RawSpec;
use crate::data::spool::{STDIN, spool};
use crate::data::table::Part;
use crate::data::{Progress, Table};

use super::WorkbenchError;

/// What to draw from: files one after another, or columns from files of their own.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Files with the same columns, one after another; `-` is standard input.
    pub inputs: Vec<PathBuf>,
    /// The x column: `COLUMN` of the inputs, `FILE` or `FILE:COLUMN`.
    pub x: Option<String>,
    /// The y column, as `x`.
    pub y: Option<String>,
    /// The value column, as `x`.
    pub value: Option<String>,
    /// Description of raw data.
    pub raw: RawSpec,
}

/// The opened sources.
#[derive(Debug)]
pub struct Opened {
    /// Columns x, y and perhaps a value.
    pub table: Table,
    /// What is worth telling about them: guesses, notes.
    pub notes: Vec<String>,
}

impl Sources {
    /// Opens the files and finds the columns.
    ///
    /// # Errors
    /// Files that cannot be read, columns that are not there or differ in length, nothing to draw.
    pub fn open(&self, progress: &Progress) -> Result<Opened, WorkbenchError> {
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
                parts
            }
        };
        Ok(Opened { table: Table::new(parts)?, notes: shelf.notes })
    }

    fn part(&self, input: Option<&Path>, shelf: &mut Shelf<'_>) -> Result<Part, WorkbenchError> {
        let input = input.map(|path| shelf.open(path)).transpose()?;
        let input = input.as_ref();
        let (x, y) = match (&self.x, &self.y) {
            (Some(x), Some(y)) => (shelf.column(x, input)?, shelf.column(y, input)?),
            (Some(x), None) => (shelf.column(x, input)?, default_xy(input)?.1),
            (None, Some(y)) => {
                let y = shelf.column(y, input)?;
                match input {
                    Some(input) => (input.default_xy()?.0, y),
                    None => (Column::row_number(y.rows()), y),
                }
            }
            (None, None) => default_xy(input)?,
        };
        let mut columns = vec![x, y];
        if let Some(value) = &self.value {
            columns.push(shelf.column(value, input)?);
        }
        Ok(Part::new(columns)?)
    }
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
    Ok(if path == Path::new(STDIN) {
        let mapping = spool(std::io::stdin().lock(), progress)?;
        progress.restart();
        Dataset::of_mapping(mapping, raw)?
    } else {
        Dataset::open(path, raw)?
    })
}

/// A sentence on what was guessed of a dataset, if anything.
pub fn guess_note(dataset: &Dataset) -> Option<String> {
    let guess = dataset.guess()?;
    let layout = if guess.planar { "planar" } else { "interleaved" };
    let sure = (guess.confidence * 100.0).round();
    Some(format!(
        "guessed --dtype '{}' --columns {} --offset {} --layout {layout} ({sure} % sure: {}); give --dtype to overrule it ({})",
        guess.dtype,
        guess.columns,
        guess.offset,
        guess.why,
        dataset.path().display()
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
        self.notes.extend(guess_note(&dataset));
        self.notes.extend(dataset.notes().iter().map(|n| format!("{n} ({})", path.display())));
        self.opened.push((path.to_owned(), dataset.clone()));
        Ok(dataset)
    }

    /// The column that a text names: `FILE`, `FILE:COLUMN`, or a column of the input.
    fn column(&mut self, text: &str, input: Option<&Dataset>) -> Result<Column, WorkbenchError> {
        if Path::new(text).is_file() {
            let dataset = self.open(Path::new(text))?;
            return match dataset.columns().as_slice() {
                [only] => Ok(only.clone()),
                columns => {
                    let names = columns.iter().take(12).map(Column::name).collect::<Vec<_>>().join(", ");
                    Err(WorkbenchError::Request(format!(
                        "{text} holds {} columns ({names}); say which one: {text}:{}",
                        columns.len(),
                        columns.first().map_or("0", |c| c.name())
                    )))
                }
            };
        }
        if let Some((file, column)) = text.rsplit_once(':')
            && (file == STDIN || Path::new(file).exists() || input.is_none())
        {
            return Ok(self.open(Path::new(file))?.column(column)?);
        }
        match input {
            Some(input) => Ok(input.column(text)?),
            // Not a file that can be opened either: the attempt says why.
            None => Ok(self.open(Path::new(text))?.column("0")?),
        }
    }
}
