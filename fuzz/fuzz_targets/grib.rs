//! Any bytes as a GRIB2 file: no panic of ours, and every field that is found can be read or is said to be damaged.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scumble::data::grib;
use scumble::data::mapping::Mapping;

fuzz_target!(|bytes: &[u8]| {
    let path = std::env::temp_dir().join(format!("scumble-fuzz-{}.grib2", std::process::id()));
    if std::fs::write(&path, bytes).is_err() {
        return;
    }
    let Ok(map) = Mapping::open(&path) else { return };
    let Ok(grids) = grib::read(vec![map]) else { return };
    for variable in &grids.variables {
        let window: Vec<_> = grids.dimensions_of(variable).map(|dimension| 0..dimension.len).collect();
        let Some(cells) = scumble::data::grid::cells(&window).filter(|cells| *cells < 1 << 20) else { continue };
        let mut values = vec![0.0; usize::try_from(cells).unwrap_or(0)];
        let unread = variable.read(&window, &mut values).expect("a window of the whole");
        assert!(unread <= cells);
    }
});
