//! Where the columns of a table lie in a file.

use super::dtype::{Dtype, Record};
use super::error::DataError;

/// Where one column's values lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnLayout {
    /// The column's name, unique within its table.
    pub name: String,
    /// How each value is stored.
    pub dtype: Dtype,
    /// Absolute byte offset of row 0 in the file.
    pub offset: u64,
    /// Bytes from one row to the next; at least the size of a value.
    pub stride: u64,
}

impl ColumnLayout {
    /// The byte offset just behind the last of `rows` values; `None` on overflow. 0 rows end at 0.
    #[must_use]
    pub fn end(&self, rows: u64) -> Option<u64> {
        let Some(last) = rows.checked_sub(1) else {
            return Some(0);
        };
        last.checked_mul(self.stride)?.checked_add(self.offset)?.checked_add(self.dtype.size())
    }
}

/// Where a table lies in a file. A value of this type always fits the file length it was made with:
/// `offset + (rows - 1) * stride + size <= file_len` for every column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// What the file was read as: "npy 1.0", "raw".
    pub format: String,
    /// The columns of numbers.
    pub columns: Vec<ColumnLayout>,
    /// The columns of text; where there are none, there are some of numbers.
    pub texts: Vec<ColumnLayout>,
    /// Rows of every column; at least one.
    pub rows: u64,
    /// What the person should know: skipped fields, extra bytes, how an array was turned.
    pub notes: Vec<String>,
}

impl Layout {
    /// A layout that is known to fit a file of `file_len` bytes.
    ///
    /// # Errors
    /// [`DataError::Empty`] without rows or columns, [`DataError::Layout`] when a column would reach beyond the
    /// file's end or its values would overlap.
    pub fn new(
        format: impl Into<String>,
        columns: Vec<ColumnLayout>,
        rows: u64,
        notes: Vec<String>,
        file_len: u64,
    ) -> Result<Self, DataError> {
        if rows == 0 || columns.is_empty() {
            return Err(DataError::Empty);
        }
        let (texts, columns) = columns.into_iter().partition(|column| column.dtype.scalar.is_text());
        let layout = Self { format: format.into(), columns, texts, rows, notes };
        if let Some(column) = layout.all().find(|c| !fits(c, rows, file_len)) {
            return Err(DataError::Layout(format!(
                "column \"{}\" with {rows} rows, {} bytes apart from byte {}, does not fit the file's {file_len} bytes; \
                 check dtype, columns and offset",
                column.name, column.stride, column.offset
            )));
        }
        Ok(layout)
    }

    fn all(&self) -> impl Iterator<Item = &ColumnLayout> {
        self.columns.iter().chain(&self.texts)
    }

    /// Whether every column lies within a file of `file_len` bytes.
    #[must_use]
    pub fn fits(&self, file_len: u64) -> bool {
        self.all().all(|column| fits(column, self.rows, file_len))
    }
}

fn fits(column: &ColumnLayout, rows: u64, file_len: u64) -> bool {
    column.stride >= column.dtype.size() && column.end(rows).is_some_and(|end| end <= file_len)
}

/// The columns of `records` records that follow each other from byte `offset`, one column per field.
pub(crate) fn record_columns(record: &Record, offset: u64) -> Result<Vec<ColumnLayout>, DataError> {
    let mut columns = Vec::with_capacity(record.fields.len());
    for field in &record.fields {
        let offset = offset.checked_add(field.offset).ok_or_else(too_far)?;
        columns.push(ColumnLayout { name: field.name.clone(), dtype: field.dtype, offset, stride: record.size });
    }
    Ok(columns)
}

/// The notes for the fields that cannot be drawn.
pub(crate) fn skipped_notes(record: &Record) -> Vec<String> {
    record.skipped.iter().map(|skipped| format!("skipped {skipped}")).collect()
}

/// The error for offsets beyond 64 bits.
pub(crate) fn too_far() -> DataError {
    DataError::Layout("the offsets exceed 64 bits; check dtype, columns and offset".to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::dtype;
    use super::*;
    use proptest::prelude::*;

    fn column(offset: u64, stride: u64) -> ColumnLayout {
        let record = dtype::parse("<f4").unwrap();
        ColumnLayout { name: "a".into(), dtype: record.fields[0].dtype, offset, stride }
    }

    #[test]
    fn the_last_byte_counts() {
        assert!(Layout::new("raw", vec![column(8, 8)], 3, vec![], 28).is_ok());
        assert!(Layout::new("raw", vec![column(8, 8)], 3, vec![], 27).is_err());
        assert!(Layout::new("raw", vec![column(0, 3)], 3, vec![], 27).is_err());
        assert!(matches!(Layout::new("raw", vec![], 3, vec![], 27), Err(DataError::Empty)));
        assert!(matches!(Layout::new("raw", vec![column(0, 4)], 0, vec![], 27), Err(DataError::Empty)));
    }

    proptest! {
        #[test]
        fn fits_agrees_with_wide_arithmetic(offset: u64, stride: u64, rows in 1u64.., len: u64) {
            let end = u128::from(offset) + u128::from(rows - 1) * u128::from(stride) + 4;
            let expected = stride >= 4 && end <= u128::from(len);
            prop_assert_eq!(Layout::new("raw", vec![column(offset, stride)], rows, vec![], len).is_ok(), expected);
        }
    }
}
