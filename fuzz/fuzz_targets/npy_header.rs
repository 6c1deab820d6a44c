//! Any bytes as the head of a npy file of any length: no panic, and no column may reach beyond the file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scumble::data::npy;

/// A head around the bytes: as they are, as the header's text, or as dtype and shape split by a `|`.
fn head(mode: u8, bytes: &[u8]) -> Vec<u8> {
    let text = if mode & 4 == 0 {
        bytes.to_vec()
    } else {
        let split = bytes.iter().position(|b| *b == b'|').unwrap_or(bytes.len());
        let (descr, shape) = bytes.split_at(split);
        let order: &[u8] = if mode & 8 == 0 { b"False" } else { b"True" };
        let shape = shape.get(1..).unwrap_or(b"(9,)");
        [b"{'descr': ", descr, b", 'fortran_order': ", order, b", 'shape': ", shape, b"}"].concat()
    };
    let version = mode & 3;
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes();
    let length = if version == 1 { &length[..2] } else { &length[..] };
    match version {
        0 => bytes.to_vec(),
        _ => [npy::MAGIC, &[version, 0], length, &text].concat(),
    }
}

fuzz_target!(|input: (u64, u8, &[u8])| {
    let (file_len, mode, bytes) = input;
    let head = head(mode, bytes);
    if let Ok(len) = npy::header_len(&head) {
        assert!((10..=npy::MAX_HEADER).contains(&len));
    }
    if let Ok(layout) = npy::layout(&head, file_len) {
        assert!(layout.rows > 0 && !layout.columns.is_empty());
        for column in &layout.columns {
            let end = u128::from(column.offset)
                + u128::from(layout.rows - 1) * u128::from(column.stride)
                + u128::from(column.dtype.size());
            assert!(end <= u128::from(file_len), "{column:?} of {} rows in {file_len} bytes", layout.rows);
        }
    }
});
