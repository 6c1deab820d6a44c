//! Files that took the place of a figure, and could have been a layer of it.

use std::path::PathBuf;
use std::time::Duration;

use super::Model;

/// How long a file that took the place of a figure is offered as a layer of it instead.
const OFFER: Duration = Duration::from_secs(7);

impl Model {
    /// Files that took the place of another figure a moment ago, and could be a layer of that instead; and how long that
    /// will still be offered.
    pub fn replaced(&self) -> Option<(&[PathBuf], Duration)> {
        let (paths, since) = self.replaced.as_ref()?;
        let left = OFFER.checked_sub(since.elapsed())?;
        Some((paths.as_slice(), left))
    }

    /// Leaves things as they are.
    pub fn keep_replaced(&mut self) {
        self.replaced = None;
    }

    /// Goes back to the figure before, and adds the files to it.
    pub fn add_to_replaced(&mut self) {
        let Some((paths, _)) = self.replaced.take() else { return };
        let raw = self.document().map(|document| document.layer().sources.raw.clone()).unwrap_or_default();
        self.undo();
        self.add_layer(paths, raw);
    }
}
