//! Any text as the description of a Zarr array of version 2 or 3, any bytes as its chunk: no panic, and what can be read is
//! read or said to be damaged.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scumble::data::grid::{cells, open};

fuzz_target!(|input: (bool, &str, &[u8])| {
    let (is_v3, description, chunk) = input;
    let folder = std::env::temp_dir().join(format!("scumble-fuzz-{}.zarr", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let (name, key) = if is_v3 { ("zarr.json", "c/0/0") } else { (".zarray", "0.0") };
    let chunk_at = folder.join(key);
    let is_made = chunk_at.parent().is_some_and(|parent| std::fs::create_dir_all(parent).is_ok());
    if !is_made || std::fs::write(folder.join(name), description).is_err() || std::fs::write(chunk_at, chunk).is_err() {
        return;
    }
    let Ok(grids) = open(std::slice::from_ref(&folder), None) else { return };
    for variable in &grids.variables {
        let window: Vec<_> = grids.dimensions_of(variable).map(|dimension| 0..dimension.len.min(64)).collect();
        let Some(count) = cells(&window).filter(|count| *count < 1 << 20) else { continue };
        let mut values = vec![0.0; usize::try_from(count).unwrap_or(0)];
        let unread = variable.read(&window, &mut values).expect("a window within the array");
        assert!(unread <= count);
    }
});
