//! Aggregates as `.npy` arrays.

use std::io::Write;

use crate::aggregate::Values;

use super::error::ExportError;
use super::output::Output;

/// Writes the header of an aggregate's `.npy` 1.0 file of shape (height, width), C order, row 0 = lowest y: `<u8` for
/// counts, `<f8` for others; of categories (height, width, planes). The numbers follow with [`write_npy_values`].
///
/// # Errors
/// A full disk, a stop.
pub fn write_npy_header(values: &Values, (width, height): (u32, u32), out: &mut Output<'_>) -> Result<(), ExportError> {
    let (dtype, shape) = match values {
        Values::Count(_) => ("<u8", format!("({height}, {width})")),
        Values::Real(_) => ("<f8", format!("({height}, {width})")),
        Values::Categories(by) => ("<u8", format!("({height}, {width}, {})", by.planes())),
    };
    let header = npy_header(dtype, &shape);
    out.write_all(&header).map_err(|e| out.error(e))
}

/// Writes the next rows of an aggregate whose header is written.
///
/// # Errors
/// A full disk, a stop.
pub fn write_npy_values(values: &Values, out: &mut Output<'_>) -> Result<(), ExportError> {
    let written = match values {
        Values::Count(v) => eight_bytes(out, v.iter().map(|v| v.to_le_bytes())),
        Values::Real(v) => eight_bytes(out, v.iter().map(|v| v.to_le_bytes())),
        Values::Categories(by) => eight_bytes(out, by.to_counts().iter().map(|v| v.to_le_bytes())),
    };
    written.map_err(|e| out.error(e))
}

fn eight_bytes(out: &mut impl Write, values: impl Iterator<Item = [u8; 8]>) -> std::io::Result<()> {
    let mut buffer = Vec::with_capacity(1 << 16);
    for value in values {
        buffer.extend_from_slice(&value);
        if buffer.len() >= 1 << 16 {
            out.write_all(&buffer)?;
            buffer.clear();
        }
    }
    out.write_all(&buffer)
}

/// The header of a `.npy` 1.0 file in C order, padded so that the data starts at a multiple of 64 bytes.
pub fn npy_header(dtype: &str, shape: &str) -> Vec<u8> {
    let mut text = format!("{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}");
    while (10 + text.len() + 1) % 64 != 0 {
        text.push(' ');
    }
    text.push('\n');
    let mut header = b"\x93NUMPY\x01\x00".to_vec();
    header.extend_from_slice(&u16::try_from(text.len()).unwrap_or(0).to_le_bytes());
    header.extend_from_slice(text.as_bytes());
    header
}
