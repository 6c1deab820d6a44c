//! Zarr, in archives and unpacked into folders.

use std::fs;
use std::path::{Path, PathBuf};

use scumble::data::grid::{Grids, Kind, open};
use tempfile::TempDir;

use crate::kit::{all, assert_same, axis, expected_at, kind};

fn archive(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/zarr/{name}.zarr.zip"))
}

/// What a fixture's values should be: its own, or those of most of the store's arrays.
fn expected(store: &str, name: &str) -> Vec<f64> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/zarr");
    let own = folder.join(format!("{store}.{}.npy", name.replace('/', "_")));
    if own.exists() { expected_at(&own) } else { expected_at(&folder.join(format!("{store}.values.npy"))) }
}

/// A fixture as a folder.
fn unpacked(name: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = zip::ZipArchive::new(fs::File::open(archive(name)).unwrap()).unwrap();
    for i in 0..archive.len() {
        let mut bytes = Vec::new();
        let (path, is_packed) = {
            let mut file = archive.by_index_raw(i).unwrap();
            std::io::Read::read_to_end(&mut file, &mut bytes).unwrap();
            (folder.path().join(&*file.name().unwrap()), file.compression() != zip::CompressionMethod::Stored)
        };
        if is_packed {
            let mut plain = Vec::new();
            std::io::Read::read_to_end(&mut flate2::read::DeflateDecoder::new(bytes.as_slice()), &mut plain).unwrap();
            bytes = plain;
        }
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn opened(path: &Path) -> Grids {
    open(&[path.to_owned()], None).unwrap_or_else(|e| panic!("{e}"))
}

/// All variables of a fixture are as expected, from the archive and from a folder.
fn assert_store(name: &str, names: &[&str]) -> Grids {
    let folder = unpacked(name);
    for path in [archive(name), folder.path().to_owned()] {
        let grids = opened(&path);
        let found: Vec<&str> = grids.variables.iter().map(|variable| variable.name.as_str()).collect();
        if !names.is_empty() {
            assert_eq!(found, names, "{name}");
        }
        for variable in &grids.variables {
            let what = format!("{} {}", path.display(), variable.name);
            assert_same(&all(&grids, variable), &expected(name, &variable.name), &what);
        }
    }
    opened(&archive(name))
}

#[test]
fn what_a_forecast_looks_like() {
    for (name, format) in [("fields2", "Zarr v2"), ("fields3", "Zarr v3"), ("apart2", "Zarr v2"), ("apart3", "Zarr v3")]
    {
        let grids = assert_store(name, &["flag", "msl", "t2m", "z"]);
        assert_eq!(grids.format, format);
        for axis_name in ["lon", "lat", "time"] {
            assert_same(&axis(&grids, axis_name).0, &expected(name, axis_name), &format!("{name} {axis_name}"));
        }
        assert_eq!((kind(&grids, "lon"), kind(&grids, "lat")), (Kind::Longitude, Kind::Latitude));
        assert!(matches!(kind(&grids, "time"), Kind::Time(_)));
        assert_eq!(grids.notes, ["variables that hold text are left out: words"], "{name}");
        let t2m = grids.variable("t2m").unwrap();
        assert_eq!((t2m.title().as_str(), t2m.units(), t2m.dtype.as_str()), ("2 metre temperature", Some("K"), "f32"));
        assert_eq!(t2m.store.chunk(), [2, 3, 4]);
        let mut part = [0.0; 4];
        assert_eq!(t2m.read(&[1..2, 2..4, 3..5], &mut part).unwrap(), 0);
        let whole = expected(name, "t2m");
        assert_same(&part, &[whole[52], whole[53], whole[59], whole[60]], "a window");
        assert!(t2m.store.read(&[0..4, 0..1, 0..1], &mut [0.0; 4]).is_err(), "beyond the end");
    }
}

#[test]
fn numbers_of_all_types_and_orders() {
    for name in ["numbers2", "numbers3"] {
        let grids = assert_store(name, &[]);
        assert_eq!(grids.variables.len(), 24, "{name}");
        let dimensions: Vec<&str> = grids.dimensions.iter().map(|dimension| dimension.name.as_str()).collect();
        assert_eq!(dimensions, ["dim_5", "dim_6"]);
        let half = grids.variable("f2_big").unwrap();
        // Of a chunk that was never written.
        let mut part = [0.0; 2];
        assert_eq!(half.read(&[4..5, 4..6], &mut part).unwrap(), 0);
        assert_eq!(part, [1.0, 1.0]);
    }
}

#[test]
fn codecs_of_both_versions() {
    for (name, count) in [("codecs2", 40), ("codecs3", 19)] {
        let grids = assert_store(name, &[]);
        assert_eq!(grids.variables.len(), count, "{name}");
        // What is not known is named, and nothing else is left out.
        let notes = grids.notes.join("; ");
        let unknown = if name == "codecs2" { "bz2" } else { "numcodecs.bz2" };
        let wanted = format!("unknown (written with the codec \"{unknown}\", which is not known)");
        assert!(grids.notes.len() == 1 && notes.contains(&wanted), "{notes}");
    }
}

#[test]
fn a_store_of_nothing_known_says_why() {
    let folder = unpacked("codecs2");
    let alone = folder.path().join("unknown");
    let problem = open(std::slice::from_ref(&alone), None).unwrap_err().to_string();
    assert!(problem.contains("no variable that can be drawn") && problem.contains("\"bz2\""), "{problem}");
    assert!(problem.ends_with(&format!("({})", alone.display())), "{problem}");
}

#[test]
fn shards_with_chunks_that_were_never_written() {
    let grids = assert_store("shards", &["at_end", "at_start", "plain", "turned"]);
    let chunks: Vec<Vec<u64>> = grids.variables.iter().map(|variable| variable.store.chunk()).collect();
    assert_eq!(chunks, [vec![5, 10], vec![5, 10], vec![10, 5], vec![5, 10]]);
}

#[test]
fn groups_within_groups() {
    for name in ["groups2", "groups3"] {
        let grids = assert_store(name, &["model/t", "model/deep/other", "model/deep/u"]);
        let of = |name: &str| -> Vec<&str> {
            grids.dimensions_of(grids.variable(name).unwrap()).map(|dimension| dimension.name.as_str()).collect()
        };
        assert_eq!(of("model/t"), ["time", "model/x"]);
        assert_eq!(of("model/deep/u"), ["time", "model/x"]);
        assert_same(&axis(&grids, "time").0, &expected(name, "time"), "time");
        assert_same(&axis(&grids, "model/x").0, &expected(name, "model/x"), "x");
        // A group by itself is a store too.
        let folder = unpacked(name);
        let inner = opened(&folder.path().join("model"));
        assert_same(&all(&inner, inner.variable("t").unwrap()), &expected(name, "model/t"), "t");
    }
}

#[test]
fn stores_that_xarray_wrote_one_and_several() {
    for version in [2, 3] {
        let name = format!("xarray{version}");
        let grids = assert_store(&name, &["n", "p", "t"]);
        assert_same(&axis(&grids, "time").0, &expected(&name, "time"), "time");
        assert_eq!(grids.notes, [""; 0]);
        let folders = [0, 1].map(|part| unpacked(&format!("{name}_{part}")));
        for parts in [
            [1, 0].map(|part| archive(&format!("{name}_{part}"))),
            [0, 1].map(|part: usize| folders[part].path().to_owned()),
        ] {
            let joined = open(&parts, None).unwrap();
            assert_same(&axis(&joined, "time").0, &expected(&name, "time"), "time");
            for variable in ["p", "t"] {
                let found = all(&joined, joined.variable(variable).unwrap());
                assert_same(&found, &expected(&name, variable), variable);
            }
        }
    }
}

#[test]
fn a_damaged_chunk_is_a_hole_and_a_cut_shard_has_some() {
    let folder = unpacked("fields3");
    let chunk = folder.path().join("t2m/c/0/0/1");
    let bytes = fs::read(&chunk).unwrap();
    let mut damaged = bytes.clone();
    damaged[9] ^= 0x55;
    for (what, bytes) in [("changed", damaged), ("cut short", bytes[..bytes.len() / 2].to_vec()), ("empty", Vec::new())]
    {
        fs::write(&chunk, bytes).unwrap();
        let grids = opened(folder.path());
        let t2m = grids.variable("t2m").unwrap();
        let mut values = vec![0.0; 105];
        assert_eq!(t2m.read(&[0..3, 0..5, 0..7], &mut values).unwrap(), 2 * 3 * 3, "{what}");
        let mut wanted = expected("fields3", "t2m");
        for (i, value) in wanted.iter_mut().enumerate() {
            let (time, lat, lon) = (i / 35, i / 7 % 5, i % 7);
            if time < 2 && lat < 3 && lon >= 4 {
                *value = f64::NAN;
            }
        }
        assert_same(&values, &wanted, what);
        assert_eq!(t2m.store.damaged(), 2 * 3 * 3);
    }

    let folder = unpacked("shards");
    let shard = folder.path().join("at_end/c/0/0");
    let mut bytes = fs::read(&shard).unwrap();
    // The list of chunks lies at the end, with a sum over it.
    let last = bytes.len() - 6;
    bytes[last] ^= 1;
    fs::write(&shard, bytes).unwrap();
    let grids = opened(folder.path());
    let mut values = vec![0.0; 3000];
    let unread = grids.variable("at_end").unwrap().read(&[0..50, 0..60], &mut values).unwrap();
    assert_eq!(unread, 20 * 30);
    assert_same(&values[30..60], &expected("shards", "at_end")[30..60], "beside it");
}

#[test]
fn a_store_that_is_gone_is_an_error_not_fill_values() {
    let folder = unpacked("fields2");
    let grids = opened(folder.path());
    fs::remove_dir_all(folder.path()).unwrap();
    let problem = grids.variable("t2m").unwrap().read(&[0..1, 0..1, 0..1], &mut [0.0]).unwrap_err().to_string();
    assert!(problem.contains("not there any more"), "{problem}");
}

/// A description of version 3 with some of it replaced.
fn described(change: &[(&str, serde_json::Value)]) -> TempDir {
    let mut document = serde_json::json!({
        "zarr_format": 3, "node_type": "array", "shape": [1 << 20, 1 << 20], "data_type": "float32",
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [512, 512]}},
        "chunk_key_encoding": {"name": "default"}, "fill_value": 7.5,
        "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "zstd"}],
    });
    for (key, value) in change {
        document[*key] = value.clone();
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("zarr.json"), document.to_string()).unwrap();
    folder
}

#[test]
fn two_to_the_forty_cells_open_at_once() {
    let folder = described(&[]);
    let started = std::time::Instant::now();
    let grids = opened(folder.path());
    let mut part = [0.0; 6];
    let far = (1 << 20) - 3;
    assert_eq!(grids.variables[0].read(&[far..far + 2, 0..3], &mut part).unwrap(), 0);
    assert_eq!(part, [7.5; 6]);
    assert!(started.elapsed().as_secs() < 5);
    // One more row is too many; so are chunks that no memory holds.
    for change in [
        ("shape", serde_json::json!([(1 << 20) + 1, 1 << 20])),
        ("shape", serde_json::json!([u64::MAX, u64::MAX])),
        ("chunk_grid", serde_json::json!({"name": "regular", "configuration": {"chunk_shape": [1 << 20, 1 << 20]}})),
        ("chunk_grid", serde_json::json!({"name": "regular", "configuration": {"chunk_shape": [u64::MAX, 2]}})),
        ("chunk_grid", serde_json::json!({"name": "regular", "configuration": {"chunk_shape": [0, 2]}})),
        ("chunk_grid", serde_json::json!({"name": "regular", "configuration": {"chunk_shape": [2]}})),
        ("chunk_grid", serde_json::json!({"name": "rectangular"})),
        ("data_type", serde_json::json!("complex64")),
        ("fill_value", serde_json::json!({})),
        ("codecs", serde_json::json!([])),
    ] {
        let folder = described(std::slice::from_ref(&change));
        let problem = open(&[folder.path().to_owned()], None).unwrap_err().to_string();
        assert!(
            problem.contains("no variable that can be drawn: variables that cannot be read"),
            "{change:?} {problem}"
        );
    }
}

#[test]
fn coordinates_of_the_wrong_length_are_left_aside() {
    let folder = unpacked("apart2");
    let path = folder.path().join("lon/.zarray");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen('7', "6", 1)).unwrap();
    let grids = opened(folder.path());
    let lon = grids.dimensions.iter().find(|dimension| dimension.name == "lon").unwrap();
    assert_eq!((lon.len, lon.coordinates.is_none()), (7, true));
    let notes = grids.notes.join("; ");
    assert!(notes.contains("the coordinates of \"lon\" are 6 numbers for 7 cells"), "{notes}");
}

#[test]
fn folders_that_are_no_stores_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let named = folder.path().join("x.zarr");
    fs::create_dir(&named).unwrap();
    let problem = open(&[named], None).unwrap_err().to_string();
    assert!(problem.contains("this is a directory"), "{problem}");
}
