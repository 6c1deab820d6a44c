//! Samples of columns that the panels show.

use std::sync::Arc;

use crate::workbench::ColumnSample;
use crate::workbench::session::SampleKey;

use super::Model;

/// Samples that are kept, the newest last: 4 MiB each at most.
const KEPT: usize = 16;

/// What became of a sample.
pub type Sampled = Result<Arc<ColumnSample>, String>;

/// The samples there are, and the one in the making.
#[derive(Default)]
pub(super) struct Samples {
    known: Vec<(SampleKey, Sampled)>,
    pending: Option<SampleKey>,
}

impl Samples {
    /// Keeps what came.
    pub(super) fn take(&mut self, key: SampleKey, sampled: Sampled) {
        self.pending.take_if(|pending| *pending == key);
        if self.known.len() >= KEPT {
            self.known.drain(..1);
        }
        self.known.push((key, sampled));
    }
}

impl Model {
    /// A sample of a column of the active layer's files, as an expression names it. Where there is none yet it is asked for,
    /// one at a time.
    pub fn sample(&mut self, column: &str) -> Option<Sampled> {
        let data = Arc::clone(self.data()?);
        let key = data.sample_key(column);
        if let Some(place) = self.samples.known.iter().position(|(known, _)| *known == key) {
            // What is looked at is the last to be forgotten.
            let found = self.samples.known.remove(place);
            let sampled = found.1.clone();
            self.samples.known.push(found);
            return Some(sampled);
        }
        // One of other files is of no more use.
        if self.samples.pending.as_ref().is_none_or(|pending| !pending.is_of_files_of(&key)) {
            self.samples.pending = Some(self.session.sample(&data, column));
        }
        None
    }
}
