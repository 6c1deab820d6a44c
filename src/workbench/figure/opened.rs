//! The data of a figure's layers.

use std::path::Path;

use crate::data::Table;

use super::super::fields::damage;
use super::super::sources::reads;

/// The data of a figure.
#[derive(Debug)]
pub struct OpenedFigure {
    /// One table for each layer, in their order.
    pub tables: Vec<Table>,
    /// What is worth telling about them.
    pub notes: Vec<String>,
}

impl OpenedFigure {
    /// The tables, as [`Workbench::figure`] takes them.
    #[must_use]
    pub fn tables(&self) -> Vec<&Table> {
        self.tables.iter().collect()
    }

    /// What was found damaged in the data so far, each once.
    #[must_use]
    pub fn damage(&self) -> Vec<String> {
        let mut found: Vec<String> = self.tables.iter().filter_map(damage).collect();
        found.dedup();
        found
    }

    /// Rows of all layers.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(Table::rows).sum()
    }

    /// Whether a file is one of those that are read, by whatever name.
    #[must_use]
    pub fn reads(&self, path: &Path) -> bool {
        self.tables.iter().any(|table| reads(table, path))
    }
}
