//! A table: columns of equal length that are read together, in one or more parts (files).

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::categories::{Categories, categories};
use super::column::{Column, LaneKind};
use super::dtype::Scalar;
use super::error::DataError;
use super::expression::Filter;
use super::grid::Field;
use super::mapping::Mapping;
use super::parallel::{Progress, Reading};
use super::watch::FileFacts;

/// What the columns of a layer's table are, for messages.
const ROLES: [&str; 3] = ["x", "y", "value"];

/// Columns of equal length that are read together, perhaps with a condition on rows.
#[derive(Debug, Clone)]
pub struct Part {
    columns: Vec<Column>,
    rows: u64,
    filter: Option<Filter>,
}

impl Part {
    /// A part with the given columns, at least one.
    ///
    /// # Errors
    /// [`DataError::LengthMismatch`] when they differ in length, [`DataError::Empty`] when there is none.
    pub fn new(columns: Vec<Column>) -> Result<Self, DataError> {
        let first = columns.first().ok_or(DataError::Empty)?;
        let rows = first.rows();
        if let Some(other) = columns.iter().find(|c| c.rows() != rows) {
            let named = |column: &Column| {
                let role = columns.iter().position(|c| std::ptr::eq(c, column)).and_then(|i| ROLES.get(i));
                format!("{}{}", role.unwrap_or(&column.name()), column.origin())
            };
            return Err(DataError::LengthMismatch {
                first: named(first),
                first_rows: rows,
                other: named(other),
                other_rows: other.rows(),
            });
        }
        Ok(Self { columns, rows, filter: None })
    }

    /// The same part, of which only the rows count that pass a filter.
    ///
    /// # Errors
    /// [`DataError::LengthMismatch`] when the filter is for another number of rows.
    pub fn with_filter(self, filter: Option<Filter>) -> Result<Self, DataError> {
        if let Some(filter) = filter.as_ref().filter(|filter| filter.rows() != self.rows) {
            let origin = filter.inputs().first().map_or_else(String::new, Column::origin);
            return Err(DataError::LengthMismatch {
                first: format!("x{}", self.columns.first().map_or_else(String::new, Column::origin)),
                first_rows: self.rows,
                other: format!("the filter{origin}"),
                other_rows: filter.rows(),
            });
        }
        Ok(Self { filter, ..self })
    }

    /// The same rows, with some of the columns only.
    ///
    /// # Errors
    /// [`DataError::Empty`] when none is left.
    pub fn select(&self, columns: &[usize]) -> Result<Self, DataError> {
        let columns = columns.iter().filter_map(|i| self.columns.get(*i).cloned()).collect();
        Self::new(columns)?.with_filter(self.filter.clone())
    }

    /// The condition that rows must pass to count, if there is one.
    pub fn filter(&self) -> Option<&Filter> {
        self.filter.as_ref()
    }

    /// The columns whose bytes are read, each once: the columns, or what their expressions and the filter name.
    pub fn stored(&self) -> Vec<&Column> {
        let filtered = self.filter.iter().flat_map(Filter::inputs);
        let mut found: Vec<&Column> = Vec::new();
        for column in self.columns.iter().chain(filtered).flat_map(Column::stored) {
            if !found.iter().any(|known| known.is_same(column)) {
                found.push(column);
            }
        }
        found
    }

    /// The columns, in the table's order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Number of rows.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The files that are read, each once.
    pub fn mappings(&self) -> Vec<&Arc<Mapping>> {
        let mut found: Vec<&Arc<Mapping>> = Vec::new();
        for map in self.stored().into_iter().filter_map(Column::mapping) {
            if !found.iter().any(|m| Arc::ptr_eq(m, map)) {
                found.push(map);
            }
        }
        found
    }
}

/// Parts with the same columns, one after another; or a field, whose rows are the cells of one step.
#[derive(Debug, Clone)]
pub struct Table {
    parts: Vec<Part>,
    rows: u64,
    /// The field that it is, if it is one; then there are no parts.
    field: Option<Arc<Field>>,
    /// The categories of the value column, once they were found; clones share them.
    categories: Arc<OnceLock<Arc<Categories>>>,
}

/// Texts are the same however much room there is for them.
fn of_any_length(scalar: Scalar) -> Scalar {
    match scalar {
        Scalar::Text { is_wide, .. } => Scalar::Text { length: 0, is_wide },
        other => other,
    }
}

/// Number of the column whose categories are looked for.
const VALUE: usize = 2;

impl Table {
    /// A table of parts whose columns agree in number and kind; row numbers run on from part to part.
    ///
    /// # Errors
    /// [`DataError::PartsDiffer`] when a later part's column is of another type than the first's.
    pub fn new(parts: Vec<Part>) -> Result<Self, DataError> {
        let first = parts.first().ok_or(DataError::Empty)?;
        let dtypes = |part: &Part| part.columns.iter().map(|c| of_any_length(c.dtype().scalar)).collect::<Vec<_>>();
        let wanted = dtypes(first);
        if let Some(other) = parts.iter().find(|p| dtypes(p) != wanted) {
            let list = |p: &Part| {
                let dtypes = p.columns.iter().map(|c| c.dtype().to_string()).collect::<Vec<_>>().join(", ");
                let files = p.mappings().iter().map(|m| m.path().display().to_string()).collect::<Vec<_>>().join(", ");
                format!("{dtypes} in {files}")
            };
            return Err(DataError::PartsDiffer { first: list(first), other: list(other) });
        }
        let mut rows = 0_u64;
        let mut placed = Vec::with_capacity(parts.len());
        for part in parts {
            let columns = part.columns.into_iter().map(|c| c.continued_at(rows)).collect();
            let filter = part.filter.map(|filter| filter.continued_at(rows));
            placed.push(Part { columns, rows: part.rows, filter });
            rows = rows.saturating_add(part.rows);
        }
        Ok(Self { parts: placed, rows, field: None, categories: Arc::default() })
    }

    /// The cells of a field, with their coordinates as x and y.
    pub fn of_field(field: Field) -> Self {
        Self { parts: Vec::new(), rows: field.cells(), field: Some(Arc::new(field)), categories: Arc::default() }
    }

    /// The field that it is, if it is one.
    pub fn field(&self) -> Option<&Arc<Field>> {
        self.field.as_ref()
    }

    /// The parts.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The files that are read, those of each part.
    pub fn mappings(&self) -> Vec<&Arc<Mapping>> {
        let grids = self.field.iter().flat_map(|field| field.grids().mappings.iter());
        self.parts.iter().flat_map(Part::mappings).chain(grids).collect()
    }

    /// The files whose changes are changes of the data, as they were when they were opened; of a folder of grids the one that
    /// says what it holds.
    pub fn files(&self) -> Vec<(PathBuf, FileFacts)> {
        let folders = self.field.iter().flat_map(|field| &field.grids().folders);
        let described = folders.map(|folder| (folder.description.clone(), folder.facts));
        self.mappings().into_iter().map(|map| (map.path().to_owned(), map.facts())).chain(described).collect()
    }

    /// Rows of all parts.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Kind of column `index`, the same in all parts.
    pub fn kind(&self, index: usize) -> Option<LaneKind> {
        match self.field {
            Some(_) => (index <= VALUE).then_some(LaneKind::F64),
            None => self.column(index).map(Column::kind),
        }
    }

    /// The same rows, with some of the columns only.
    ///
    /// # Errors
    /// [`DataError::Empty`] when none is left.
    pub fn select(&self, columns: &[usize]) -> Result<Self, DataError> {
        Self::new(self.parts.iter().map(|part| part.select(columns)).collect::<Result<_, _>>()?)
    }

    /// The categories of the value column, if they were found before.
    pub fn categories(&self) -> Option<&Arc<Categories>> {
        self.categories.get()
    }

    /// The categories of the value column: its different values. One pass over it, the first time.
    ///
    /// # Errors
    /// As [`categories`]; [`DataError::Empty`] without a value column.
    pub fn find_categories(&self, reading: Reading, progress: &Progress) -> Result<&Arc<Categories>, DataError> {
        if let Some(known) = self.categories() {
            return Ok(known);
        }
        let found = Arc::new(categories(&self.select(&[VALUE])?, reading, progress)?);
        Ok(self.categories.get_or_init(|| found))
    }

    /// The condition that rows must pass to count, if there is one, as it was written.
    pub fn filter(&self) -> Option<&str> {
        self.parts.first()?.filter().map(Filter::text)
    }

    /// Column `index` of the first part.
    pub fn column(&self, index: usize) -> Option<&Column> {
        self.parts.first()?.columns.get(index)
    }
}
