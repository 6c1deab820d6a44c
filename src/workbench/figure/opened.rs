//! The data of a figure's layers.

use std::path::Path;

use crate::data::{Progress, Table};

use super::super::WorkbenchError;
use super::super::fields::{Timeline, damage};
use super::super::sources::{Opened, Sources, VALUE, is_same_file, reads};
use super::super::tables;
use super::FigureRequest;

/// The data of a figure.
#[derive(Debug)]
pub struct OpenedFigure {
    /// One table for each layer, in their order.
    pub tables: Vec<Table>,
    /// What is worth telling about them.
    pub notes: Vec<String>,
}

impl FigureRequest {
    /// Opens the data of all layers, each once.
    ///
    /// # Errors
    /// Those of [`Sources::open`]; a step that no layer has.
    pub fn open(&self, progress: &Progress) -> Result<OpenedFigure, WorkbenchError> {
        let mut opened: Vec<(Sources, Table)> = Vec::new();
        let mut found = OpenedFigure { tables: Vec::new(), notes: Vec::new() };
        for (i, layer) in self.layers.iter().enumerate() {
            let sources = layer.all_sources();
            if let Some((_, table)) = opened.iter().find(|(known, _)| *known == sources) {
                found.tables.push(table.clone());
                continue;
            }
            let located = |error: WorkbenchError| match error.in_layer(i) {
                WorkbenchError::Of { layer: number, key: VALUE, place, error } => {
                    let key = if layer.reduction.column().is_some() { "reduction" } else { "mark" };
                    WorkbenchError::Of { layer: number, key, place, error }
                }
                error => error,
            };
            let Opened { table, notes, .. } = sources.open(progress).map_err(located)?;
            for note in notes {
                if !found.notes.contains(&note) {
                    found.notes.push(note);
                }
            }
            found.tables.push(table.clone());
            opened.push((sources, table));
        }
        let (step, steps) = (self.step, Timeline::of(&found.tables()).steps);
        if step >= steps && found.tables.iter().all(|table| table.field().is_none()) {
            let what = format!("tables have no steps, so there is no step {step}; leave out --step");
            return Err(WorkbenchError::Request(what));
        }
        if step >= steps {
            return Err(WorkbenchError::Request(format!(
                "the figure has the steps 0..{steps}, of which step {step} is none; give another --step"
            )));
        }
        Ok(found)
    }

    /// Whether a file is one that a layer names, as data or as a color table, by whatever name.
    #[must_use]
    pub fn names(&self, path: &Path) -> bool {
        let is_table = |name: &str| tables::path(name).is_some_and(|table| is_same_file(table, path));
        self.layers.iter().any(|layer| layer.sources.names(path) || is_table(&layer.style.colormap))
    }
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
