//! Samples of columns, for whoever wants to see how a column's values lie.

use std::path::PathBuf;
use std::sync::Arc;

use crate::data::dtype::Scalar;
use crate::data::sample::ColumnSample;
use crate::data::watch::FileFacts;
use crate::data::{Progress, Table};
use crate::workbench::{RawSpec, WorkbenchError};

use super::threads::{is_stop, survive};
use super::{Event, OpenData, Session, Shared};

/// What a sample is of: files as they were when they were opened, and a column of theirs.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleKey {
    files: Vec<(PathBuf, FileFacts)>,
    raw: RawSpec,
    /// The column, as an expression names it.
    column: String,
}

impl SampleKey {
    /// Whether both are of the same files.
    #[must_use]
    pub fn is_of_files_of(&self, other: &Self) -> bool {
        (&self.files, &self.raw) == (&other.files, &other.raw)
    }
}

/// A column to be sampled.
pub(super) struct SampleJob {
    pub(super) data: Arc<OpenData>,
    pub(super) key: SampleKey,
}

impl OpenData {
    /// What a sample of a column of its files goes by; filters and the columns that are drawn make no difference.
    #[must_use]
    pub fn sample_key(&self, column: &str) -> SampleKey {
        let files = self.datasets().iter().map(|dataset| (dataset.path(), dataset.facts())).collect();
        SampleKey { files, raw: self.sources.raw.clone(), column: column.to_owned() }
    }

    /// A column of its files, or an expression over such, as a table of its own.
    fn column(&self, text: &str, progress: &Progress) -> Result<Table, WorkbenchError> {
        let table = self.sources.column(self.datasets(), text, progress)?;
        match table.column(0).map(|column| column.dtype().scalar) {
            // Filters see lengths of time in seconds.
            Some(Scalar::Duration(_)) => self.sources.column(self.datasets(), &format!("{text} + 0"), progress),
            _ => Ok(table),
        }
    }
}

impl Session {
    /// Samples a column of open data, as an expression names it; [`Event::Sampled`] follows, unless another column is asked for
    /// before.
    pub fn sample(&mut self, data: &Arc<OpenData>, column: &str) -> SampleKey {
        let key = data.sample_key(column);
        self.shared.samples.put(SampleJob { data: Arc::clone(data), key: key.clone() }, None);
        key
    }
}

/// The sampler's thread.
pub(super) fn sample_all(shared: &Arc<Shared>) {
    super::manners::stand_back();
    while let Some((SampleJob { data, key }, progress)) = shared.samples.take() {
        let sampled = survive(|| {
            let table = data.column(&key.column, &progress)?;
            Ok(ColumnSample::of(&table, 1, &progress)?)
        });
        match sampled {
            Err(error) if is_stop(&error) => {}
            sampled => shared.send(Event::Sampled(key, sampled.map(Arc::new).map_err(|error| error.to_string()))),
        }
    }
}
