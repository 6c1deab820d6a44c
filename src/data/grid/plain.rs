//! Grids of files that hold one array and say nothing of it: `.npy`, and raw numbers whose shape the person gives.

use std::sync::Arc;

use super::super::dtype::Dtype;
use super::super::error::DataError;
use super::super::mapping::Mapping;
use super::super::npy;
use super::super::raw::RawSpec;
use super::mapped::{Extent, MappedArray, packed};
use super::packing::Packing;
use super::{Dimension, Grids, Variable};

/// Names of the last dimensions, the last one first.
const NAMES: [&str; 4] = ["x", "y", "step", "level"];

/// The array of a `.npy` file of two dimensions or more; its dimensions are called `step`, `y` and `x`, or numbered.
///
/// # Errors
/// A header that cannot be used, [`DataError::Grid`] for records and for arrays of fewer dimensions.
pub fn of_npy(map: &Arc<Mapping>) -> Result<Grids, DataError> {
    let array = npy::array(map.bytes())?;
    let dtype = array.dtype.ok_or_else(|| {
        DataError::Grid("the array holds records, which make no field; save one of its fields alone".to_owned())
    })?;
    let size = dtype.size();
    let mut shape = array.shape.clone();
    if array.is_fortran {
        shape.reverse();
    }
    let mut extents = packed(&shape, size).ok_or_else(|| too_large(&array.shape))?;
    if array.is_fortran {
        extents.reverse();
    }
    one(map, &array.format, dtype, array.offset, extents)
}

/// An array of raw numbers. Of a shape that the file holds several times, there is a further dimension of steps before:
/// as many as are whole.
///
/// # Errors
/// [`DataError::Raw`] without dtype or shape, [`DataError::Grid`] for shapes that do not fit.
pub fn of_raw(map: &Arc<Mapping>, spec: &RawSpec) -> Result<Grids, DataError> {
    let shape = spec.shape.as_ref().map_or(&[][..], |shape| &shape.0);
    let Some(text) = &spec.dtype else {
        return Err(DataError::Raw(
            "a shape needs the type of the numbers: give --dtype, for instance '<f4'".to_owned(),
        ));
    };
    let dtype = super::super::dtype::parse(text)?.plain().ok_or_else(|| {
        DataError::Raw(format!("the dtype `{text}` is a record, which makes no field; give the type of one number"))
    })?;
    let offset = spec.offset.unwrap_or(0);
    let cells = shape.iter().try_fold(1_u64, |n, len| n.checked_mul(*len)).filter(|cells| *cells > 0);
    let bytes = cells.and_then(|cells| cells.checked_mul(dtype.size())).ok_or_else(|| too_large(shape))?;
    let available = map.len().saturating_sub(offset);
    let steps = available / bytes;
    let mut all = shape.to_vec();
    if steps > 1 || shape.len() == 2 {
        all.insert(0, steps.max(1));
    }
    let extents = packed(&all, dtype.size()).ok_or_else(|| too_large(shape))?;
    let mut grids = one(map, "raw", dtype, offset, extents)?;
    let over = available % bytes;
    if over > 0 {
        grids.notes.push(format!("{over} bytes at the end make no whole step and are not read"));
    }
    Ok(grids)
}

fn too_large(shape: &[u64]) -> DataError {
    let shape: Vec<String> = shape.iter().map(u64::to_string).collect();
    DataError::Grid(format!("an array of the shape {} is larger than any that is read", shape.join(" x ")))
}

/// Grids of one array.
fn one(map: &Arc<Mapping>, format: &str, dtype: Dtype, offset: u64, extents: Vec<Extent>) -> Result<Grids, DataError> {
    let count = extents.len();
    if count < 2 {
        return Err(DataError::Grid("an array of one dimension makes no image; two are needed".to_owned()));
    }
    let name = |i: usize| NAMES.get(count - 1 - i).map_or_else(|| format!("dim{i}"), |name| (*name).to_owned());
    let is_steps = |i: usize| count >= 3 && i == count - 3;
    let dimension = |(i, extent): (usize, &Extent)| Dimension {
        name: name(i),
        len: extent.len,
        is_unlimited: is_steps(i),
        coordinates: None,
    };
    let dimensions = extents.iter().enumerate().map(dimension).collect();
    let stem = map.path().file_stem().map(|stem| stem.to_string_lossy().into_owned());
    // Standard input has no name that says anything.
    let stem = stem.filter(|stem| stem != "-").unwrap_or_else(|| "value".to_owned());
    let variable = Variable {
        name: stem,
        dimensions: (0..count).collect(),
        dtype: dtype.to_string(),
        attributes: Vec::new(),
        packing: Packing::default(),
        store: Arc::new(MappedArray::new(map, dtype, offset, extents)?),
        placed: None,
    };
    let (variables, mappings) = (vec![variable], vec![Arc::clone(map)]);
    Ok(Grids { format: format.to_owned(), dimensions, variables, notes: Vec::new(), mappings, folders: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::grid::{Field, FieldRequest, Shape};
    use std::io::Write as _;

    fn mapped(bytes: &[u8]) -> Arc<Mapping> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        Mapping::open(file.path()).unwrap()
    }

    fn npy(header: &str, bytes: &[u8]) -> Arc<Mapping> {
        let mut file = b"\x93NUMPY\x01\x00".to_vec();
        file.extend(u16::try_from(header.len()).unwrap().to_le_bytes());
        file.extend(header.as_bytes());
        file.extend(bytes);
        mapped(&file)
    }

    fn numbers(n: u16) -> Vec<u8> {
        (0..n).flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn npy_arrays_of_both_orders() {
        let header = |order| format!("{{'descr': '<u2', 'fortran_order': {order}, 'shape': (2, 3, 4), }}");
        for (order, wanted) in [("False", [17.0, 18.0]), ("True", [9.0, 15.0])] {
            let grids = Arc::new(of_npy(&npy(&header(order), &numbers(24))).unwrap());
            let field = Field::new(&grids, &FieldRequest::default()).unwrap();
            assert_eq!((field.shape(), field.steps()), ([4, 3], 2));
            let mut out = [0.0; 2];
            field.read(1, 1..3, 1..2, &mut out).unwrap();
            assert_eq!(out, wanted, "{order}");
        }
        let short = of_npy(&npy(&header("False"), &numbers(23))).unwrap_err().to_string();
        assert!(short.contains("stopped early"), "{short}");
        let flat = "{'descr': '<u2', 'fortran_order': False, 'shape': (24,), }";
        assert!(of_npy(&npy(flat, &numbers(24))).is_err());
    }

    #[test]
    fn raw_steps_are_as_many_as_are_whole() {
        let spec = |shape: &[u64]| RawSpec {
            dtype: Some("<u2".to_owned()),
            shape: Some(Shape(shape.to_vec())),
            offset: Some(2),
            ..RawSpec::default()
        };
        let map = mapped(&numbers(24));
        let grids = Arc::new(of_raw(&map, &spec(&[2, 3])).unwrap());
        assert!(grids.notes[0].contains("10 bytes"), "{:?}", grids.notes);
        let field = Field::new(&grids, &FieldRequest::default()).unwrap();
        assert_eq!((field.shape(), field.steps()), ([3, 2], 3));
        assert!(of_raw(&map, &spec(&[5, 5])).is_err());
        assert!(of_raw(&map, &spec(&[0, 5])).is_err());
        assert!(of_raw(&map, &spec(&[1 << 40, 1 << 40])).is_err());
    }
}
