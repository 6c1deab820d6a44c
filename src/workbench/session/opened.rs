//! Data that a session has open.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::data::column::{Column, LaneKind};
use crate::data::dataset::Dataset;
use crate::data::dtype::{Scalar, Unit};
use crate::data::parallel::Reading;
use crate::data::raw::RawSpec;
use crate::data::stats::{ColumnStats, column_stats, sample_stats};
use crate::data::table::Part;
use crate::data::{Progress, Table};
use crate::figure::ticks::{Quantity, TimeUnit};
use crate::plan::{ColumnFacts, VALUE, X, Y};
use crate::workbench::WorkbenchError;
use crate::workbench::sources::{Opened, Sources, guess_note};

use super::DataId;

/// One opened file, for people.
#[derive(Debug, Clone)]
pub struct FileFacts {
    /// Where it is.
    pub path: PathBuf,
    /// Format, for example `npy 1.0`.
    pub format: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Number of rows.
    pub rows: u64,
    /// Names and types of its columns.
    pub columns: Vec<(String, String)>,
    /// What was guessed, as a sentence.
    pub guess: Option<String>,
    /// How sure the guess is, 0 to 1.
    pub confidence: Option<f64>,
    /// The description in use, where the file does not describe itself.
    pub layout: Option<RawSpec>,
}

/// What an axis shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AxisFacts {
    /// The column's name.
    pub name: String,
    /// What its numbers are.
    pub quantity: Quantity,
}

impl AxisFacts {
    fn of(column: &Column) -> Self {
        let quantity = Quantity { integer: column.kind().is_integer(), time: time_unit(column.dtype().scalar) };
        Self { name: column.name().to_owned(), quantity }
    }

    /// The name as an axis label: none if it is only a number.
    pub fn label(&self) -> Option<String> {
        (!self.name.is_empty() && !self.name.bytes().all(|b| b.is_ascii_digit())).then(|| self.name.clone())
    }
}

/// The unit of a column of moments, where it has a fixed length.
fn time_unit(scalar: Scalar) -> Option<TimeUnit> {
    let Scalar::Time(unit) = scalar else { return None };
    let (numerator, denominator) = match unit.unit {
        Unit::Week => (604_800, 1),
        Unit::Day => (86_400, 1),
        Unit::Hour => (3600, 1),
        Unit::Minute => (60, 1),
        Unit::Second => (1, 1),
        Unit::Millisecond => (1, 1000),
        Unit::Microsecond => (1, 1_000_000),
        Unit::Nanosecond => (1, 1_000_000_000),
        Unit::Picosecond => (1, 1_000_000_000_000),
        Unit::Femtosecond => (1, 1_000_000_000_000_000),
        Unit::Attosecond => (1, 1_000_000_000_000_000_000),
        Unit::Year | Unit::Month | Unit::Generic => return None,
    };
    Some(TimeUnit { numerator: numerator * u64::from(unit.multiplier), denominator })
}

/// Opened data: a table with what is known of it so far.
#[derive(Debug)]
pub struct OpenData {
    /// Which data.
    pub id: DataId,
    /// What it was opened from.
    pub sources: Sources,
    /// Columns x, y and perhaps a value.
    pub table: Table,
    /// What is worth telling.
    pub notes: Vec<String>,
    /// The files.
    pub files: Vec<FileFacts>,
    stats: Mutex<[Option<ColumnStats>; 3]>,
}

impl OpenData {
    pub(super) fn new(id: DataId, sources: Sources, opened: Opened) -> Self {
        let files = opened.datasets.iter().map(facts_of).collect();
        Self { id, sources, table: opened.table, notes: opened.notes, files, stats: Mutex::new([None; 3]) }
    }

    /// How the three columns are held; no value column if there is none.
    pub fn kinds(&self) -> [Option<LaneKind>; 3] {
        [self.table.kind(X), self.table.kind(Y), self.table.kind(VALUE)]
    }

    /// What the axes x and y show.
    pub fn axis_facts(&self) -> [AxisFacts; 2] {
        [X, Y].map(|i| match self.table.column(i) {
            Some(column) => AxisFacts::of(column),
            None => AxisFacts { name: String::new(), quantity: Quantity::default() },
        })
    }

    /// What is known of columns so far, with their names.
    pub fn stats_by_name(&self) -> Vec<(String, ColumnStats)> {
        let known = self.known();
        let named = |i: usize| Some((self.table.column(i)?.name().to_owned(), known[i]?));
        (0..3).filter_map(named).collect()
    }

    /// What is known of the three columns.
    pub(super) fn known(&self) -> [Option<ColumnStats>; 3] {
        *self.stats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Which of the needed columns nothing is known of yet.
    pub(super) fn missing(&self, needed: [bool; 3]) -> [bool; 3] {
        let known = self.known();
        std::array::from_fn(|i| needed[i] && known[i].is_none() && self.table.column(i).is_some())
    }

    /// Reads all rows of some columns, and remembers what was found.
    pub(super) fn learn(&self, wanted: [bool; 3], reading: Reading, progress: &Progress) -> Result<(), WorkbenchError> {
        let found = self.of_columns(wanted, |table| Ok(column_stats(table, reading, progress)?))?;
        let mut stats = self.stats.lock().unwrap_or_else(PoisonError::into_inner);
        for (known, found) in stats.iter_mut().zip(found) {
            *known = found.or(*known);
        }
        Ok(())
    }

    /// What a sample of the rows says of some columns; nothing is remembered.
    pub(super) fn sample(
        &self,
        wanted: [bool; 3],
        reading: Reading,
        steps: u64,
        progress: &Progress,
    ) -> Result<[Option<ColumnStats>; 3], WorkbenchError> {
        let found = self.of_columns(wanted, |table| Ok(sample_stats(table, reading, steps, progress)?))?;
        let known = self.known();
        Ok(std::array::from_fn(|i| found[i].or(known[i])))
    }

    fn of_columns(
        &self,
        wanted: [bool; 3],
        read: impl FnOnce(&Table) -> Result<Vec<ColumnStats>, WorkbenchError>,
    ) -> Result<[Option<ColumnStats>; 3], WorkbenchError> {
        let mut found = [None; 3];
        let numbers: Vec<usize> = (0..3).filter(|i| wanted[*i]).collect();
        if numbers.is_empty() {
            return Ok(found);
        }
        let of_part = |part: &Part| Part::new(numbers.iter().filter_map(|i| part.columns().get(*i).cloned()).collect());
        let narrow = Table::new(self.table.parts().iter().map(of_part).collect::<Result<_, _>>()?)?;
        for (i, stats) in numbers.into_iter().zip(read(&narrow)?) {
            found[i] = Some(stats);
        }
        Ok(found)
    }

    /// Facts for a plan, from statistics of the three columns.
    pub(super) fn facts(&self, stats: [Option<ColumnStats>; 3]) -> [Option<ColumnFacts>; 3] {
        let kinds = self.kinds();
        std::array::from_fn(|i| Some(ColumnFacts { kind: kinds[i]?, stats: stats[i] }))
    }
}

fn facts_of(dataset: &Dataset) -> FileFacts {
    let named = |column: &Column| (column.name().to_owned(), column.dtype().to_string());
    FileFacts {
        path: dataset.path(),
        format: dataset.format().to_owned(),
        bytes: dataset.bytes(),
        rows: dataset.rows(),
        columns: dataset.columns().iter().map(named).collect(),
        guess: guess_note(dataset),
        confidence: dataset.guess().map(|guess| guess.confidence),
        layout: dataset.spec().cloned(),
    }
}
