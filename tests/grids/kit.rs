//! What the tests of grids have in common: fixtures, and what should come of them.

use std::path::{Path, PathBuf};

use scumble::data::grid::{Grids, Kind, Variable, open};
use scumble::data::npy;

pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/grids").join(name)
}

pub fn opened(name: &str) -> Grids {
    open(&[fixture(name)], None).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// What a fixture's values should be, row-major.
pub fn expected(file: &str, name: &str) -> Vec<f64> {
    expected_at(&fixture(&format!("{file}.{name}.npy")))
}

/// The numbers of an array of f64.
pub fn expected_at(path: &Path) -> Vec<f64> {
    let bytes = std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let data = usize::try_from(npy::header_len(&bytes).unwrap()).unwrap();
    bytes[data..].as_chunks::<8>().0.iter().map(|raw| f64::from_le_bytes(*raw)).collect()
}

pub fn all(grids: &Grids, variable: &Variable) -> Vec<f64> {
    let window: Vec<_> = grids.dimensions_of(variable).map(|dimension| 0..dimension.len).collect();
    let count = scumble::data::grid::cells(&window).unwrap();
    let mut values = vec![0.0; usize::try_from(count).unwrap()];
    assert_eq!(variable.read(&window, &mut values).unwrap(), 0, "{}", variable.name);
    values
}

/// Numbers as the same bits, any NaN being one.
pub fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() }).collect()
}

pub fn assert_same(found: &[f64], wanted: &[f64], what: &str) {
    assert_eq!(found.len(), wanted.len(), "{what}: how many");
    assert!(bits(found) == bits(wanted), "{what}:\n{found:?}\n{wanted:?}");
}

pub fn assert_variables(file: &str, names: &[&str]) -> Grids {
    let grids = opened(file);
    let found: Vec<&str> = grids.variables.iter().map(|variable| variable.name.as_str()).collect();
    assert_eq!(found, names, "{file}");
    for variable in &grids.variables {
        assert_same(&all(&grids, variable), &expected(file, &variable.name), &format!("{file} {}", variable.name));
    }
    grids
}

/// Centers and edges of a dimension; times in seconds.
pub fn axis(grids: &Grids, name: &str) -> (Vec<f64>, Option<Vec<f64>>) {
    let dimension = grids.dimensions.iter().find(|dimension| dimension.name == name).unwrap();
    let coordinates = dimension.coordinates.as_ref().unwrap_or_else(|| panic!("{name}: no coordinates"));
    let scale = match coordinates.kind {
        Kind::Time(unit) => match unit.to_string().as_str() {
            "[s]" => 1.0,
            "[ms]" => 1e-3,
            "[us]" => 1e-6,
            other => panic!("{other}"),
        },
        _ => 1.0,
    };
    let scaled = |values: &[f64]| values.iter().map(|value| value * scale).collect();
    (scaled(&coordinates.centers), coordinates.edges.as_deref().map(scaled))
}

pub fn kind(grids: &Grids, name: &str) -> Kind {
    let dimension = grids.dimensions.iter().find(|dimension| dimension.name == name).unwrap();
    dimension.coordinates.as_ref().map_or(Kind::Other, |coordinates| coordinates.kind.clone())
}
