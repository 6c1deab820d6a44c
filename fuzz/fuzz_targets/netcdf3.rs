//! Any bytes as the head of a NetCDF-3 file of any length: no panic, and no array may reach beyond the file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scumble::data::netcdf3;

fuzz_target!(|input: (u64, u8, &[u8])| {
    let (file_len, version, bytes) = input;
    let version = [1, 2, 5][usize::from(version % 3)];
    let head = [b"CDF".as_slice(), &[version], bytes].concat();
    let Ok(layout) = netcdf3::layout(&head, file_len) else { return };
    for (variable, array) in &layout.variables {
        assert!(variable.dimensions.iter().all(|i| *i < layout.dimensions.len()));
        let Some(array) = array else { continue };
        let mut end = u128::from(array.offset) + u128::from(array.dtype.size());
        for extent in &array.extents {
            end += u128::from(extent.len - 1) * u128::from(extent.stride);
        }
        assert!(end <= u128::from(file_len), "{array:?} in {file_len} bytes");
    }
});
