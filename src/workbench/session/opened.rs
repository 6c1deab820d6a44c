//! Data that a session has open.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::data::column::{Column, LaneKind};
use crate::data::dataset::Dataset;
use crate::data::grid::{Grids, Variable};
use crate::data::parallel::Reading;
use crate::data::raw::RawSpec;
use crate::data::stats::{ColumnStats, StatsPass};
use crate::data::{Progress, Table};
use crate::plan::{self, ColumnFacts, VALUE, X, Y};
use crate::scene::layer::Layer;
use crate::scene::reduction::Reduction;
use crate::workbench::WorkbenchError;
use crate::workbench::sources::{Opened, Sources, guess_note};
use crate::workbench::words::{texts, times};

use super::DataId;

/// One opened file, for people.
#[derive(Debug, Clone)]
pub struct FileFacts {
    /// Where it is.
    pub path: PathBuf,
    /// Format, for example `npy 1.0`.
    pub format: String,
    /// Size in bytes; not known of a folder, whose files nobody has counted.
    pub bytes: Option<u64>,
    /// Number of rows.
    pub rows: u64,
    /// Names and types of its columns of numbers.
    pub columns: Vec<(String, String)>,
    /// Names and types of its columns of text.
    pub texts: Vec<(String, String)>,
    /// What was guessed, as a sentence.
    pub guess: Option<String>,
    /// How sure the guess is, 0 to 1.
    pub confidence: Option<f64>,
    /// The description in use, where the file does not describe itself.
    pub layout: Option<RawSpec>,
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
    /// Steps that something was written to, of a field that is still being written.
    pub written_steps: Option<u64>,
    datasets: Vec<Dataset>,
    stats: Mutex<[Option<ColumnStats>; 3]>,
    learning: Mutex<Option<Learning>>,
}

/// Statistics in the making.
#[derive(Debug)]
struct Learning {
    wanted: [bool; 3],
    pass: StatsPass,
}

/// Why files could not be opened.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// A sentence: what is wrong and what to do.
    pub why: String,
    /// How the one file could be read as raw numbers all the same; the person would go on from there.
    pub as_raw: Option<RawSpec>,
}

impl Refusal {
    /// What an error says of files.
    pub fn of(error: &WorkbenchError, paths: &[PathBuf]) -> Self {
        let as_raw = match paths {
            [path] if error.is_about_the_format() => fs::metadata(path).ok().filter(fs::Metadata::is_file),
            _ => None,
        };
        Self { why: error.to_string(), as_raw: as_raw.map(|file| RawSpec::of_length(file.len())) }
    }
}

/// Steps between two looks at whether to go on.
const STEPS: u64 = 32;

/// Attempts to open files that are still being written, and the time between two.
const ATTEMPTS: u32 = 6;
const PAUSE: Duration = Duration::from_millis(250);

/// Opens files, several times if somebody may be just writing what is not understood.
pub(super) fn open(sources: &Sources, is_growing: bool, progress: &Progress) -> Result<Opened, WorkbenchError> {
    for _ in 1..if is_growing { ATTEMPTS } else { 1 } {
        let opened = sources.open(progress);
        if opened.is_ok() || progress.is_cancelled() {
            return opened;
        }
        thread::sleep(PAUSE);
    }
    sources.open(progress)
}

impl OpenData {
    pub(super) fn new(id: DataId, sources: Sources, opened: Opened, is_growing: bool) -> Self {
        let field = opened.table.field().filter(|_| is_growing);
        // A field that cannot be read says so when it is drawn.
        let written_steps = field.map(|field| field.written_steps().unwrap_or_else(|_| field.steps()));
        let grids = opened.grids.iter().flat_map(|grids| facts_of_grids(grids));
        let files = opened.datasets.iter().map(facts_of).chain(grids).collect();
        // Where cells are is known without reading any.
        let stats = opened.table.field().map_or([None; 3], |field| {
            let [x, y] = field.extents();
            [Some(x), Some(y), None]
        });
        Self {
            id,
            sources,
            table: opened.table,
            notes: opened.notes,
            files,
            written_steps,
            datasets: opened.datasets,
            stats: Mutex::new(stats),
            learning: Mutex::default(),
        }
    }

    /// The files, each once.
    pub(super) fn datasets(&self) -> &[Dataset] {
        &self.datasets
    }

    /// What stands for "all that must be read of these columns first".
    pub(super) fn key(&self) -> u64 {
        self.id.0
    }

    /// What must be found out before `layer` can be drawn, if anything.
    pub(super) fn needs(&self, layer: &Layer) -> Option<u64> {
        let missing = self.missing(plan::stats_needed(layer, self.kinds()));
        let categories = matches!(layer.reduction, Reduction::By { .. }) && self.table.categories().is_none();
        (categories || missing != [false; 3]).then_some(self.key())
    }

    /// How the three columns are held; no value column if there is none.
    pub fn kinds(&self) -> [Option<LaneKind>; 3] {
        [self.table.kind(X), self.table.kind(Y), self.table.kind(VALUE)]
    }

    /// Names of the columns x and y.
    pub fn axis_names(&self) -> [String; 2] {
        if let Some(field) = self.table.field() {
            if field.mesh().is_some() {
                return ["longitude", "latitude"].map(ToOwned::to_owned);
            }
            return field
                .dimensions()
                .map(|dimension| dimension.map_or_else(String::new, |dimension| dimension.name.clone()));
        }
        [X, Y].map(|i| self.table.column(i).map_or_else(String::new, |column| column.name().to_owned()))
    }

    /// What is known of the three columns.
    pub(super) fn known(&self) -> [Option<ColumnStats>; 3] {
        *self.stats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes over what is known of x and y of data that has the same.
    pub(super) fn adopt(&self, other: &Self) {
        let found = other.known();
        let mut stats = self.stats.lock().unwrap_or_else(PoisonError::into_inner);
        for axis in [X, Y] {
            stats[axis] = stats[axis].or(found[axis]);
        }
    }

    /// Which of the needed columns nothing is known of yet.
    pub(super) fn missing(&self, needed: [bool; 3]) -> [bool; 3] {
        let known = self.known();
        std::array::from_fn(|i| needed[i] && known[i].is_none() && self.table.column(i).is_some())
    }

    /// Reads rows of some columns until all are read and what was found is remembered, or `goes_on` says no; the next
    /// call goes on from there. Says whether all is known.
    pub(super) fn learn(
        &self,
        wanted: [bool; 3],
        reading: Reading,
        progress: &Progress,
        goes_on: &dyn Fn() -> bool,
    ) -> Result<bool, WorkbenchError> {
        let mut learning = self.learning(wanted, reading)?;
        let Some(Learning { wanted, pass }) = learning.as_mut() else { return Ok(true) };
        progress.restart();
        progress.add(pass.rows());
        while !pass.is_done() {
            pass.advance(STEPS, progress)?;
            if !pass.is_done() && !goes_on() {
                return Ok(false);
            }
        }
        let found = in_their_places(*wanted, &pass.so_far());
        let mut stats = self.stats.lock().unwrap_or_else(PoisonError::into_inner);
        for (known, found) in stats.iter_mut().zip(found) {
            *known = found.or(*known);
        }
        *learning = None;
        Ok(true)
    }

    /// What a sample of at least so many steps says of some columns. The rows need not be read again.
    pub(super) fn sample(
        &self,
        wanted: [bool; 3],
        reading: Reading,
        steps: u64,
        progress: &Progress,
    ) -> Result<[Option<ColumnStats>; 3], WorkbenchError> {
        let mut learning = self.learning(wanted, reading)?;
        let known = self.known();
        let Some(Learning { wanted, pass }) = learning.as_mut() else { return Ok(known) };
        pass.advance(steps.saturating_sub(pass.steps_done()), progress)?;
        let found = in_their_places(*wanted, &pass.so_far());
        Ok(std::array::from_fn(|i| known[i].or(found[i])))
    }

    /// The statistics in the making that will tell of the wanted columns; begun where there are none. None if no column
    /// is wanted.
    fn learning(
        &self,
        wanted: [bool; 3],
        reading: Reading,
    ) -> Result<MutexGuard<'_, Option<Learning>>, WorkbenchError> {
        let mut learning = self.learning.lock().unwrap_or_else(PoisonError::into_inner);
        let tells = |known: &Learning| (0..3).all(|i| known.wanted[i] || !wanted[i]);
        if wanted != [false; 3] && !learning.as_ref().is_some_and(tells) {
            let numbers: Vec<usize> = (0..3).filter(|i| wanted[*i]).collect();
            let narrow = self.table.select(&numbers)?;
            *learning = Some(Learning { wanted, pass: StatsPass::new(narrow, reading) });
        }
        Ok(learning)
    }

    /// Facts for a plan, from statistics of the three columns.
    pub(super) fn facts(&self, stats: [Option<ColumnStats>; 3]) -> [Option<ColumnFacts>; 3] {
        let kinds = self.kinds();
        let categories = self.table.categories().map(|found| found.stats());
        let stats = [stats[X], stats[Y], categories.or(stats[VALUE])];
        let (times, texts) = (times(&self.table), texts(&self.table));
        std::array::from_fn(|i| {
            Some(ColumnFacts { kind: kinds[i]?, stats: stats[i], time: times[i], is_text: texts[i] })
        })
    }
}

/// What was found of the wanted columns, each in its place among the three.
fn in_their_places(wanted: [bool; 3], found: &[ColumnStats]) -> [Option<ColumnStats>; 3] {
    let mut found = found.iter();
    wanted.map(|is_wanted| if is_wanted { found.next().copied() } else { None })
}

/// The files of grids: their variables stand for columns.
fn facts_of_grids(grids: &Grids) -> Vec<FileFacts> {
    let named = |variable: &Variable| {
        let shape: Vec<String> = grids.dimensions_of(variable).map(|dimension| dimension.len.to_string()).collect();
        (variable.name.clone(), format!("{} {}", variable.dtype, shape.join("×")))
    };
    let facts = |path: &Path, bytes: Option<u64>| FileFacts {
        path: path.to_owned(),
        format: grids.format.clone(),
        bytes,
        rows: 0,
        columns: grids.variables.iter().map(named).collect(),
        texts: Vec::new(),
        guess: None,
        confidence: None,
        layout: None,
    };
    let files = grids.mappings.iter().map(|map| facts(map.path(), Some(map.len())));
    files.chain(grids.folders.iter().map(|folder| facts(&folder.path, None))).collect()
}

fn facts_of(dataset: &Dataset) -> FileFacts {
    let named = |column: &Column| (column.name().to_owned(), column.dtype().to_string());
    FileFacts {
        path: dataset.path(),
        format: dataset.format().to_owned(),
        bytes: Some(dataset.bytes()),
        rows: dataset.rows(),
        columns: dataset.columns().iter().map(named).collect(),
        texts: dataset.texts().iter().map(named).collect(),
        guess: guess_note(dataset),
        confidence: dataset.guess().map(|guess| guess.confidence),
        layout: dataset.spec().cloned(),
    }
}
