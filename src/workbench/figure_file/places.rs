//! Where a figure file says something, for messages.

use std::path::{Path, PathBuf};

use toml::de::DeTable;

use crate::workbench::WorkbenchError;

/// The text of a figure file, with what was set from outside.
#[derive(Debug, Clone, PartialEq)]
pub struct Places {
    path: PathBuf,
    text: String,
    settings: Vec<String>,
}

impl Places {
    pub(super) fn new(path: &Path, text: &str, settings: &[String]) -> Self {
        Self { path: path.to_owned(), text: text.to_owned(), settings: settings.to_vec() }
    }

    /// Whether anything was set from outside.
    pub(super) fn has_settings(&self) -> bool {
        !self.settings.is_empty()
    }

    /// An error with the layer, the key and the line that it is about, as far as these are known.
    #[must_use]
    pub fn locate(&self, error: WorkbenchError) -> WorkbenchError {
        let path = self.path.display();
        error.placed(|layer, key| match layer {
            Some(layer) if self.setting(layer, key).is_some() => self.of(layer, key),
            Some(layer) => format!("{} of {path}", self.of(layer, key)),
            None => String::new(),
        })
    }

    /// A layer's key (or the layer itself) with its line: `layers.3.filter, line 17`; or how it was set.
    pub(super) fn of(&self, layer: usize, key: &str) -> String {
        if let Some(setting) = self.setting(layer, key) {
            return format!("--set {setting}");
        }
        let line = self.line(layer, key).map_or_else(String::new, |line| format!(", line {line}"));
        if key.is_empty() { format!("layers.{layer}{line}") } else { format!("layers.{layer}.{key}{line}") }
    }

    /// What set a layer's key from outside, if anything did.
    fn setting(&self, layer: usize, key: &str) -> Option<&String> {
        let name = format!("layers.{layer}.{key}");
        let is_it = |setting: &&String| setting.split_once('=').is_some_and(|(found, _)| found.trim() == name);
        self.settings.iter().rfind(is_it)
    }

    /// The line of a layer's key, or of the layer where it has no such key.
    fn line(&self, layer: usize, key: &str) -> Option<usize> {
        let root = DeTable::parse(&self.text).ok()?;
        let (_, layers) = root.get_ref().iter().find(|(name, _)| name.get_ref() == "layers")?;
        let layer = layers.get_ref().as_array()?.get(layer)?;
        let mut keys = layer.get_ref().as_table()?.iter();
        // A file may be one of several.
        let is_it = |name: &str| name == key || (key == "file" && name == "files");
        let found = keys.find(|(name, _)| is_it(name.get_ref())).map(|(name, _)| name.span());
        let start = found.unwrap_or_else(|| layer.span()).start;
        Some(self.text.get(..start)?.matches('\n').count() + 1)
    }
}
