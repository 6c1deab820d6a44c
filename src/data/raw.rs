//! Files of nothing but numbers, described by the person: `--dtype '<f4' --columns 2 --offset 128`.

use super::dtype::{self, Dtype, Record};
use super::error::DataError;
use super::grid::Shape;
use super::layout::{self, ColumnLayout, Layout};

/// The most columns of a raw file.
pub const MAX_COLUMNS: u32 = 4096;

/// What the person said about a raw file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RawSpec {
    /// A dtype in any notation of [`dtype::parse`]. Required by [`layout`]; `Guess::fill` supplies it.
    pub dtype: Option<String>,
    /// Columns of a plain dtype; 2 if not given. Must not be given with a record.
    pub columns: Option<u32>,
    /// Bytes to skip at the start of the file; 0 if not given.
    pub offset: Option<u64>,
    /// Whether all of column 0 comes before all of column 1 (true), or the columns alternate (false).
    pub planar: Option<bool>,
    /// Cells along each dimension, the slowest first, where the numbers are an array and no table.
    pub shape: Option<Shape>,
}

impl RawSpec {
    /// A beginning for whoever knows nothing of a file but its length: pairs of 32-bit floats that end where it does, or bytes
    /// where there is no room for one.
    pub fn of_length(bytes: u64) -> Self {
        let (dtype, columns, offset) = if bytes < 8 { ("|u1", 1, 0) } else { ("<f4", 2, bytes % 8) };
        let dtype = Some(dtype.to_owned());
        Self { dtype, columns: Some(columns), offset: Some(offset), planar: Some(false), shape: None }
    }
}

fn error<T>(problem: impl Into<String>) -> Result<T, DataError> {
    Err(DataError::Raw(problem.into()))
}

/// The columns of a raw file of `file_len` bytes. One column is named `value`, several `0`, `1` and so on;
/// a record's columns are its fields.
///
/// # Errors
/// [`DataError::Raw`] when the specification contradicts itself or the file's length, [`DataError::Empty`] when no
/// byte follows the offset, and the dtype's errors.
pub fn layout(spec: &RawSpec, file_len: u64) -> Result<Layout, DataError> {
    let Some(text) = &spec.dtype else {
        return error("no dtype is given; give one with --dtype, for instance --dtype '<f4'");
    };
    let record = dtype::parse(text)?;
    let offset = spec.offset.unwrap_or(0);
    let Some(bytes) = file_len.checked_sub(offset) else {
        return error(format!("--offset {offset} lies behind the file's {file_len} bytes; give a smaller one"));
    };
    if bytes == 0 {
        return Err(DataError::Empty);
    }
    match record.single() {
        Some(plain) => numbers(spec, plain, offset, bytes, file_len),
        None => records(spec, &record, offset, bytes, file_len),
    }
}

fn records(spec: &RawSpec, record: &Record, offset: u64, bytes: u64, file_len: u64) -> Result<Layout, DataError> {
    if spec.columns.is_some() {
        return error("a record's columns are its fields; leave out --columns");
    }
    if spec.planar == Some(true) {
        return error("a record's fields alternate by nature; leave out --layout planar");
    }
    if !bytes.is_multiple_of(record.size) {
        return Err(left_over(offset, bytes, record.size, None));
    }
    let columns = layout::record_columns(record, offset)?;
    Layout::new("raw", columns, bytes / record.size, layout::skipped_notes(record), file_len)
}

fn numbers(spec: &RawSpec, dtype: Dtype, offset: u64, bytes: u64, file_len: u64) -> Result<Layout, DataError> {
    let count = spec.columns.unwrap_or(2);
    if count == 0 || count > MAX_COLUMNS {
        return error(format!("--columns {count} is not between 1 and {MAX_COLUMNS}"));
    }
    let size = dtype.size();
    let row = size.checked_mul(u64::from(count)).ok_or_else(layout::too_far)?;
    if !bytes.is_multiple_of(row) {
        return Err(left_over(offset, bytes, row, Some(size)));
    }
    let rows = bytes / row;
    let (apart, stride) = if spec.planar == Some(true) { (rows.checked_mul(size), size) } else { (Some(size), row) };
    let mut columns = Vec::new();
    for k in 0..count {
        let start = apart.and_then(|apart| apart.checked_mul(u64::from(k))?.checked_add(offset));
        let name = if count == 1 { "value".to_owned() } else { k.to_string() };
        columns.push(ColumnLayout { name, dtype, offset: start.ok_or_else(layout::too_far)?, stride });
    }
    Layout::new("raw", columns, rows, Vec::new(), file_len)
}

/// Says what does not divide, and what would.
fn left_over(offset: u64, bytes: u64, row: u64, size: Option<u64>) -> DataError {
    let extra = bytes % row;
    let mut ways = Vec::new();
    if bytes > extra {
        ways.push(format!("--offset {}", offset.saturating_add(extra)));
    }
    let dividing: Vec<String> = (1..=8u64)
        .filter(|k| size.and_then(|size| size.checked_mul(*k)).is_some_and(|row| bytes.is_multiple_of(row)))
        .map(|k| k.to_string())
        .collect();
    if !dividing.is_empty() {
        ways.push(format!("--columns {}", dividing.join(" or ")));
    }
    let ways = if ways.is_empty() { "another --dtype".to_owned() } else { ways.join(", or ") };
    DataError::Raw(format!(
        "{bytes} bytes from byte {offset} do not divide into rows of {row} bytes: {extra} are left over; \
         these would divide: {ways}, unless the copy or download stopped early"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_beginning_suits_files_of_any_length() {
        for bytes in 1..100 {
            let (rows, _) = geometry(&RawSpec::of_length(bytes), bytes);
            assert!(rows > 0, "{bytes}");
        }
    }

    fn spec(dtype: &str, columns: Option<u32>, offset: Option<u64>, planar: bool) -> RawSpec {
        RawSpec { dtype: Some(dtype.to_owned()), columns, offset, planar: Some(planar), shape: None }
    }

    fn geometry(spec: &RawSpec, len: u64) -> (u64, Vec<(String, u64, u64)>) {
        let layout = layout(spec, len).unwrap();
        (layout.rows, layout.columns.into_iter().map(|c| (c.name, c.offset, c.stride)).collect())
    }

    fn message(spec: &RawSpec, len: u64) -> String {
        layout(spec, len).unwrap_err().to_string()
    }

    #[test]
    fn two_columns_unless_told_otherwise() {
        let xy = (4, vec![("0".into(), 128, 8), ("1".into(), 132, 8)]);
        assert_eq!(geometry(&spec("<f4", None, Some(128), false), 160), xy);
        let planar = (4, vec![("0".into(), 0, 4), ("1".into(), 16, 4)]);
        assert_eq!(geometry(&spec("<f4", Some(2), None, true), 32), planar);
        assert_eq!(geometry(&spec(">f8", Some(1), None, false), 32), (4, vec![("value".into(), 0, 8)]));
        let record = (3, vec![("a".into(), 1, 6), ("b".into(), 5, 6)]);
        assert_eq!(geometry(&spec("[('a','<f4'),('b','<i2')]", None, Some(1), false), 19), record);
        assert_eq!(geometry(&spec("<c8", None, None, false), 16).1[1], ("im".into(), 4, 8));
        assert_eq!(geometry(&spec("3<f4", None, None, false), 24).0, 2);
    }

    #[test]
    fn refusals_say_what_would_work() {
        let text = message(&spec("<f4", None, None, false), 4 * 9 + 2);
        assert!(text.contains("6 are left over") && text.contains("--offset 6"), "{text}");
        let text = message(&spec("<f4", None, None, false), 36);
        assert!(text.contains("--columns 1 or 3"), "{text}");
        assert!(message(&spec("<f4", None, None, false), 3).contains("another --dtype"));
        assert!(message(&spec("f4,f4", Some(2), None, false), 16).contains("leave out --columns"));
        assert!(message(&spec("f4,f4", None, None, true), 16).contains("planar"));
        assert!(message(&spec("f4", None, Some(17), false), 16).contains("--offset 17"));
        assert!(message(&spec("f4", Some(0), None, false), 16).contains("--columns 0"));
        assert!(message(&spec("f4", Some(5000), None, false), 16).contains("--columns 5000"));
        assert!(message(&RawSpec::default(), 16).contains("--dtype"));
        assert!(matches!(layout(&spec("f4", None, Some(16), false), 16), Err(DataError::Empty)));
    }

    proptest! {
        #[test]
        fn every_layout_fits(
            dtype in prop::sample::select(vec!["<f4", ">f8", "u1", "<f4,S3", "<c16", "3f4"]),
            columns in prop::option::of(0u32..6), offset in prop::option::of(any::<u64>()), planar: bool, len: u64,
        ) {
            let spec = spec(dtype, columns, offset, planar);
            if let Ok(layout) = layout(&spec, len) { prop_assert!(layout.fits(len)); }
        }

        #[test]
        fn the_suggested_offset_works(columns in 1u32..9, offset in 0u64..100, len in 100u64..10_000) {
            let first = spec("<f8", Some(columns), Some(offset), false);
            let row = u64::from(columns) * 8;
            if layout(&first, len).is_err() && len - offset > row {
                let second = spec("<f8", Some(columns), Some(offset + (len - offset) % row), false);
                prop_assert!(layout(&second, len).is_ok());
            }
        }
    }
}
