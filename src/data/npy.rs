//! NumPy's `.npy` files, versions 1.0, 2.0 and 3.0: from the header to where the columns lie.

use super::dtype::{self, Dtype, Record};
use super::error::DataError;
use super::layout::{self, ColumnLayout, Layout};
use super::literal::{self, Literal};

/// The first bytes of every npy file.
pub const MAGIC: &[u8] = b"\x93NUMPY";
/// The longest header that is read, in bytes.
pub const MAX_HEADER: u64 = 1 << 20;
/// The most columns that a plain array may be taken for.
pub const MAX_COLUMNS: u64 = 4096;
/// An array of at most this many, longer rows is taken for that many columns.
const MAX_PLANES: u64 = 16;

fn error<T>(problem: impl Into<String>) -> Result<T, DataError> {
    Err(DataError::Npy(problem.into()))
}

/// How many bytes of the file to have for [`layout`]: magic, version, length and the header's text.
/// `prefix` should be the first 12 bytes of the file.
///
/// # Errors
/// [`DataError::Npy`] when this is no npy file, an unknown version, or a header beyond [`MAX_HEADER`].
pub fn header_len(prefix: &[u8]) -> Result<u64, DataError> {
    if !prefix.starts_with(MAGIC) {
        return error("the file does not start like a npy file; to read raw numbers give --dtype");
    }
    let total = match *prefix {
        [_, _, _, _, _, _, 1, 0, a, b, ..] => 10 + u64::from(u16::from_le_bytes([a, b])),
        [_, _, _, _, _, _, 2 | 3, 0, a, b, c, d, ..] => 12 + u64::from(u32::from_le_bytes([a, b, c, d])),
        [_, _, _, _, _, _, 1..=3, 0, ..] | [_, _, _, _, _, _] | [_, _, _, _, _, _, _] => {
            return error("the file ends within the header; fetch it again");
        }
        [_, _, _, _, _, _, major, minor, ..] => {
            return error(format!(
                "its format version is {major}.{minor} but only 1.0, 2.0 and 3.0 are known; save it again with numpy.save"
            ));
        }
        _ => return error("the file ends within the header; fetch it again"),
    };
    if total > MAX_HEADER {
        return error(format!(
            "the header is said to have {total} bytes but at most {MAX_HEADER} are read; the file is probably damaged"
        ));
    }
    Ok(total)
}

/// What the header's text says.
struct Header {
    record: Record,
    /// Whether the dtype is a record and not one element.
    structured: bool,
    fortran: bool,
    shape: Vec<u64>,
    /// Bytes before the data.
    data: u64,
}

/// The columns of a npy file of `file_len` bytes whose first bytes are `head`; at least [`header_len`] of them.
///
/// A 1-D array is the column `value`; a 2-D array of N rows and k columns gives `0` to `k-1`; an array of few long
/// rows is taken for columns that follow each other. Records give their fields.
///
/// # Errors
/// [`DataError::Npy`] for a header that cannot be used, the dtype's errors, [`DataError::Empty`] without rows, and
/// [`DataError::Truncated`] when the file holds less than the header promises.
pub fn layout(head: &[u8], file_len: u64) -> Result<Layout, DataError> {
    let header = read_header(head)?;
    let format = match head.get(6) {
        Some(major) => format!("npy {major}.0"),
        None => "npy".to_owned(),
    };
    let mut notes = layout::skipped_notes(&header.record);
    let table = if header.structured { records(&header)? } else { elements(&header, &mut notes)? };
    check_length(&header, &table, file_len, &mut notes)?;
    Layout::new(format, table.columns, table.rows, notes, file_len)
}

/// An array as the header describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Array {
    /// What the file is, for people.
    pub format: String,
    /// Type of the elements; none where they are records.
    pub dtype: Option<Dtype>,
    /// Bytes before the first element.
    pub offset: u64,
    /// Elements along each dimension.
    pub shape: Vec<u64>,
    /// Whether the first index runs fastest.
    pub is_fortran: bool,
}

/// The array of a npy file that begins with `head` (at least [`header_len`] bytes of it).
///
/// # Errors
/// [`DataError::Npy`] for a header that cannot be used, the dtype's errors.
pub fn array(head: &[u8]) -> Result<Array, DataError> {
    let header = read_header(head)?;
    let format = head.get(6).map_or_else(|| "npy".to_owned(), |major| format!("npy {major}.0"));
    let dtype = if header.structured { None } else { header.record.plain() };
    Ok(Array { format, dtype, offset: header.data, shape: header.shape, is_fortran: header.fortran })
}

fn read_header(head: &[u8]) -> Result<Header, DataError> {
    let data = header_len(head)?;
    let start = if head.get(6) == Some(&1) { 10 } else { 12 };
    let Some(bytes) = usize::try_from(data).ok().and_then(|end| head.get(start..end)) else {
        return error(format!("the file ends within the header of {data} bytes; fetch it again"));
    };
    let text: String = if head.get(6) == Some(&3) {
        let text = std::str::from_utf8(bytes);
        text.map_err(|_| DataError::Npy("the header is not valid UTF-8; the file is damaged".to_owned()))?.to_owned()
    } else {
        // Versions 1 and 2 are Latin-1, whose bytes are Unicode's first 256 characters.
        bytes.iter().map(|byte| char::from(*byte)).collect()
    };
    let dict = literal::parse(&text)?;
    let (Some(descr), Some(order), Some(shape)) = (dict.get("descr"), dict.get("fortran_order"), dict.get("shape"))
    else {
        return error("the header must name 'descr', 'fortran_order' and 'shape'; the file is damaged");
    };
    let Literal::Bool(fortran) = *order else {
        return error("'fortran_order' must be True or False; the file is damaged");
    };
    let shape = shape.items().and_then(|items| items.iter().map(length).collect::<Option<Vec<u64>>>());
    let Some(shape) = shape else {
        return error("'shape' must be a tuple of lengths; the file is damaged");
    };
    let structured = !matches!(descr, Literal::Text(_));
    Ok(Header { record: dtype::from_literal(descr)?, structured, fortran, shape, data })
}

fn length(item: &Literal) -> Option<u64> {
    match item {
        Literal::Int(n) => u64::try_from(*n).ok(),
        _ => None,
    }
}

struct Table {
    columns: Vec<ColumnLayout>,
    rows: u64,
    /// Bytes from the start of the last column to its first value's end, for counting whole rows in a cut file:
    /// rows = (available - lead) / step.
    lead: u64,
    step: u64,
}

/// The bytes of all elements.
fn data_bytes(header: &Header) -> Result<u64, DataError> {
    let bytes = header.shape.iter().try_fold(header.record.size, |n, length| n.checked_mul(*length));
    bytes.and_then(|n| n.checked_add(header.data).map(|_| n)).ok_or_else(|| {
        DataError::Npy(format!("an array of shape {} exceeds 64 bits; the file is damaged", shown(&header.shape)))
    })
}

fn shown(shape: &[u64]) -> String {
    let lengths: Vec<String> = shape.iter().take(8).map(u64::to_string).collect();
    match lengths.as_slice() {
        [one] => format!("({one},)"),
        _ => format!("({})", lengths.join(", ")),
    }
}

fn scalar_error<T>() -> Result<T, DataError> {
    error("the array has shape (), a single value; a table needs at least one dimension")
}

/// An array of records: one row each.
fn records(header: &Header) -> Result<Table, DataError> {
    if header.shape.is_empty() {
        return scalar_error();
    }
    if header.fortran && header.shape.len() > 1 {
        return error(format!(
            "records of shape {} in Fortran order have no single order of rows; save numpy.ravel(array) instead",
            shown(&header.shape)
        ));
    }
    if data_bytes(header)? == 0 {
        return Err(DataError::Empty);
    }
    let rows = header.shape.iter().try_fold(1u64, |n, length| n.checked_mul(*length)).ok_or_else(layout::too_far)?;
    let columns = layout::record_columns(&header.record, header.data)?;
    Ok(Table { columns, rows, lead: 0, step: header.record.size })
}

/// An array of numbers: 1-D, or 2-D as rows and columns.
fn elements(header: &Header, notes: &mut Vec<String>) -> Result<Table, DataError> {
    let size = header.record.size;
    let (first, second) = match *header.shape.as_slice() {
        [] => return scalar_error(),
        [rows] => (rows, None),
        [first, second] => (first, Some(second)),
        _ => {
            return error(format!(
                "an array of shape {} is no table: only 1-D and 2-D arrays are; draw it as a field (--mark image, in figure \
                 files mark = \"image\"), or save array.reshape(-1, k) with k columns",
                shown(&header.shape)
            ));
        }
    };
    if data_bytes(header)? == 0 {
        return Err(DataError::Empty);
    }
    let Some(second) = second else {
        let mut columns = layout::record_columns(&header.record, header.data)?;
        if let [column] = columns.as_mut_slice() {
            column.name = "value".to_owned();
        }
        return Ok(Table { columns, rows: first, lead: 0, step: size });
    };
    let wide = first <= MAX_PLANES && second > MAX_PLANES && second > first;
    let (count, rows) = if wide { (first, second) } else { (second, first) };
    if wide {
        notes.push(format!(
            "shape {}: each of the {count} rows of the array is taken for a column of {rows} values",
            shown(&header.shape)
        ));
    }
    if count > MAX_COLUMNS {
        return error(format!(
            "shape {} means {count} columns but at most {MAX_COLUMNS} are read; save fewer columns, \
             or array.reshape(-1, k) with k columns",
            shown(&header.shape)
        ));
    }
    // Columns lie one after the other if the index that counts rows runs fastest.
    let planar = wide != header.fortran;
    let (apart, stride) =
        if planar { (rows.checked_mul(size), Some(size)) } else { (Some(size), count.checked_mul(size)) };
    let (Some(apart), Some(stride)) = (apart, stride) else {
        return Err(layout::too_far());
    };
    Ok(Table {
        columns: element_columns(header, count, apart, stride)?,
        rows,
        lead: if planar { (count - 1).checked_mul(apart).ok_or_else(layout::too_far)? } else { 0 },
        step: stride,
    })
}

fn element_columns(header: &Header, count: u64, apart: u64, stride: u64) -> Result<Vec<ColumnLayout>, DataError> {
    let fields = u64::try_from(header.record.fields.len()).unwrap_or(u64::MAX);
    if count.checked_mul(fields).is_none_or(|n| n > MAX_COLUMNS) {
        return error(format!("more than {MAX_COLUMNS} columns; save fewer"));
    }
    let mut columns = Vec::new();
    for k in 0..count {
        for field in &header.record.fields {
            let offset = k.checked_mul(apart).and_then(|o| o.checked_add(header.data)?.checked_add(field.offset));
            let offset = offset.ok_or_else(layout::too_far)?;
            let name = if field.name.is_empty() { k.to_string() } else { format!("{k}.{}", field.name) };
            columns.push(ColumnLayout { name, dtype: field.dtype, offset, stride });
        }
    }
    Ok(columns)
}

fn check_length(header: &Header, table: &Table, file_len: u64, notes: &mut Vec<String>) -> Result<(), DataError> {
    let promised = data_bytes(header)?.checked_add(header.data).ok_or_else(layout::too_far)?;
    if file_len >= promised {
        if file_len > promised {
            notes.push(format!("{} bytes after the array are not read", file_len - promised));
        }
        return Ok(());
    }
    let available = file_len.saturating_sub(header.data).saturating_sub(table.lead);
    let whole_rows = available.checked_div(table.step).unwrap_or(0);
    let hint = match (header.record.plain(), table.lead) {
        (Some(plain), 0) if whole_rows > 0 && !header.structured => format!(
            ", or cut it to {} bytes and open those rows with --dtype '{plain}' --columns {} --offset {}",
            header.data.saturating_add(whole_rows.saturating_mul(table.step)),
            table.columns.len(),
            header.data
        ),
        _ => String::new(),
    };
    Err(DataError::Truncated { promised, found: file_len, whole_rows, hint })
}

#[cfg(test)]
mod tests;
