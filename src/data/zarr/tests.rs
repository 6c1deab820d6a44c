//! What is damaged in every place, and what no fixture has.

use std::path::Path;

use super::codec::undo;
use super::layout::Array;
use super::*;
use crate::data::grid::{cells, open};

fn fixture(name: &str) -> Tree {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/zarr/{name}.zarr.zip"));
    Tree::of_zip(&path).unwrap()
}

fn bytes_of(tree: &Tree, name: &str) -> Vec<u8> {
    tree.get(name).unwrap().unwrap_or_else(|| panic!("{name}")).bytes().to_vec()
}

/// Copies with each bit of some changed in each byte, and those cut at each byte.
fn damaged(whole: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let changed = (0..whole.len()).flat_map(move |at| {
        [0x01, 0x02, 0x10, 0x80, 0xff].map(|bits| {
            let mut bytes = whole.to_vec();
            bytes[at] ^= bits;
            bytes
        })
    });
    changed.chain((0..whole.len()).map(|len| whole[..len].to_vec()))
}

/// Numbers that look random, always the same.
fn noise(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    }
}

/// Reads something of an array, if it can be read at all.
fn touch(shared: &Arc<Shared>, array: Array) {
    assert!(array.shape.len() == array.chunk.len() && !array.chunk.contains(&0), "{array:?}");
    if array.shape.contains(&0) {
        return;
    }
    let window: Vec<_> = array.shape.iter().map(|len| len - 1..*len).collect();
    let Some(store) = ZarrStore::new(shared, "none", 0, array) else { return };
    assert_eq!(store.read(&window, &mut [0.0]).unwrap(), 0, "{store:?}");
}

#[test]
fn descriptions_that_are_damaged_anywhere_do_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("zarr.json"), b"{}").unwrap();
    let shared = Arc::new(Shared { tree: Tree::Folder(folder.path().to_owned()), cache: Cache::new(1 << 20) });
    let (v2, v3) = (fixture("apart2"), fixture("shards"));
    let (old, new) = (bytes_of(&v2, "t2m/.zarray"), bytes_of(&v3, "turned/zarr.json"));
    let (mut readable, mut all) = (0, 0);
    let mut look = |bytes: &[u8], is_v3: bool| {
        let Ok(document) = json(bytes) else { return };
        let node = if is_v3 { v3::array(&document) } else { v2::array(&document, Map::new()) };
        all += 1;
        if let Ok(Node { array: Some(array), .. }) = node {
            readable += 1;
            touch(&shared, array);
        }
    };
    damaged(&old).for_each(|bytes| look(&bytes, false));
    damaged(&new).for_each(|bytes| look(&bytes, true));
    // Digits and letters changed in several places, so that more of it is still JSON.
    let mut next = noise(7);
    for _ in 0..4000 {
        for (whole, is_v3) in [(&old, false), (&new, true)] {
            let mut bytes = whole.clone();
            for _ in 0..=next(3) {
                let at = next(bytes.len());
                match bytes[at] {
                    b'0'..=b'9' => bytes[at] = b'0' + u8::try_from(next(10)).unwrap(),
                    b'a'..=b'z' => bytes[at] = b'a' + u8::try_from(next(26)).unwrap(),
                    b',' => bytes.splice(at..at, *b"999999999999999999").for_each(drop),
                    _ => {}
                }
            }
            look(&bytes, is_v3);
        }
    }
    assert!(readable > 1000 && readable < all, "{readable} of {all}");
}

#[test]
fn chunks_that_are_damaged_anywhere_have_their_length_or_are_refused() {
    let tree = fixture("codecs2");
    for name in
        ["blosc_blosclz_1_1024", "blosc_lz4_2_0", "blosc_zlib_0_1024", "blosc_zstd_1_0", "lz4", "zlib", "summed"]
    {
        let document = json(&bytes_of(&tree, &format!("{name}/.zarray"))).unwrap();
        let array = v2::array(&document, Map::new()).unwrap().array.unwrap();
        let wanted = usize::try_from(array.chunk_bytes().unwrap()).unwrap();
        let whole = bytes_of(&tree, &format!("{name}/0/0"));
        assert_eq!(undo(&array.layout.codecs, &whole, wanted).unwrap().len(), wanted, "{name}");
        let mut refused = 0;
        for bytes in damaged(&whole[..whole.len().min(700)]) {
            // What comes after stays as it is, where nothing is cut.
            let rest = if bytes.len() == whole.len().min(700) { &whole[bytes.len()..] } else { &[] };
            match undo(&array.layout.codecs, &[&bytes, rest].concat(), wanted) {
                Ok(plain) => assert_eq!(plain.len(), wanted),
                Err(_) => refused += 1,
            }
        }
        assert!(refused > 100, "{name}: {refused}");
    }
}

#[test]
fn archives_that_are_damaged_do_no_harm() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/zarr/xarray3_0.zarr.zip");
    let whole = std::fs::read(path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let damaged = folder.path().join("x.zarr.zip");
    let mut next = noise(3);
    // Mostly in the directory, which is at the end.
    let begins = whole.windows(4).position(|at| at == b"PK\x01\x02").unwrap();
    for i in 0..400 {
        let mut bytes = whole.clone();
        let at = if i % 4 == 0 { next(whole.len()) } else { begins + next(whole.len() - begins) };
        bytes[at] ^= 1 << next(8);
        if i % 10 == 0 {
            bytes.truncate(at);
        }
        std::fs::write(&damaged, bytes).unwrap();
        let Ok(grids) = open(std::slice::from_ref(&damaged), None) else { continue };
        for variable in &grids.variables {
            let window: Vec<_> = grids.dimensions_of(variable).map(|dimension| 0..dimension.len).collect();
            let count = cells(&window).filter(|count| *count < 1 << 16).unwrap_or(0);
            let mut values = vec![0.0; usize::try_from(count).unwrap()];
            if count > 0 {
                assert!(variable.read(&window, &mut values).unwrap() <= count);
            }
        }
    }
}

#[test]
fn names_that_lead_out_of_the_store_are_left_out() {
    for (name, is_kept) in
        [("a/b", true), ("..", false), ("a/../b", false), ("/etc", false), ("a//b", false), ("", false)]
    {
        assert_eq!(is_within(name), is_kept, "{name}");
    }
    let folder = tempfile::tempdir().unwrap();
    let array = r#"{"zarr_format": 2, "shape": [2], "chunks": [2], "dtype": "|u1", "order": "C", "compressor": null,
        "filters": null, "fill_value": 0}"#;
    let all = format!(r#"{{"metadata": {{"../secret/.zarray": {array}, "v/.zarray": {array}}}}}"#);
    std::fs::write(folder.path().join(".zmetadata"), all).unwrap();
    let raw = read(folder.path(), 1 << 20).unwrap();
    let names: Vec<&str> = raw.variables.iter().map(|variable| variable.name.as_str()).collect();
    assert_eq!(names, ["v"]);
    assert!(raw.notes[0].contains("leads out of the store: ../secret"), "{:?}", raw.notes);
}

#[test]
fn snappy_in_blosc() {
    // numcodecs is built without it, older stores have it.
    let plain: Vec<u8> = (0..4000_u32).map(|i| u8::try_from(i / 40 % 200).unwrap()).collect();
    let stream = snap::raw::Encoder::new().compress_vec(&plain).unwrap();
    let length = |n: usize| u32::try_from(n).unwrap().to_le_bytes();
    let header = [2, 1, 2 << 5 | 0x10, 4];
    let total = 16 + 4 + 4 + stream.len();
    let sizes = [length(plain.len()), length(plain.len()), length(total), length(20), length(stream.len())].concat();
    let packed = [header.as_slice(), &sizes, &stream].concat();
    assert_eq!(undo(&[codec::Codec::Blosc], &packed, plain.len()).unwrap(), plain);
}
