//! Types and attributes of HDF5.

use hdf5_reader::datatype_api::H5Type;
use hdf5_reader::messages::datatype::{Datatype, VarLenKind};
use hdf5_reader::{Attribute as Stored, Dataset};

use crate::data::dtype::Scalar;
use crate::data::grid::raw::{Attribute, Element};

/// Numbers of an attribute that are kept; longer ones are tables that nothing here looks at.
const KEPT_NUMBERS: usize = 4096;
/// Attributes by which HDF5 and NetCDF keep their own books.
const INTERNAL: [&str; 9] = [
    "DIMENSION_LIST",
    "REFERENCE_LIST",
    "CLASS",
    "NAME",
    "DIMENSION_LABELS",
    "_Netcdf4Dimid",
    "_Netcdf4Coordinates",
    "_nc3_strict",
    "_NCProperties",
];

/// What the cells of a type are.
pub(super) fn element_of(datatype: &Datatype) -> Element {
    let other = |what: &str| Element::Other(what.to_owned());
    match datatype {
        Datatype::FixedPoint { .. } | Datatype::FloatingPoint { .. } => match scalar_of(datatype) {
            Some(scalar) => Element::Number(scalar),
            None => other("numbers of an unusual size"),
        },
        Datatype::String { .. } | Datatype::VarLen { kind: VarLenKind::String, .. } => Element::Text,
        Datatype::Compound { .. } => other("records"),
        Datatype::Array { .. } => other("arrays in cells"),
        Datatype::Enum { .. } => other("an enumeration"),
        Datatype::VarLen { .. } => other("lists in cells"),
        Datatype::Opaque { .. } => other("opaque bytes"),
        Datatype::Reference { .. } => other("references"),
        Datatype::Bitfield { .. } => other("bits"),
    }
}

fn scalar_of(datatype: &Datatype) -> Option<Scalar> {
    Some(match datatype {
        Datatype::FixedPoint { size: 1, signed: true, .. } => Scalar::I8,
        Datatype::FixedPoint { size: 1, signed: false, .. } => Scalar::U8,
        Datatype::FixedPoint { size: 2, signed: true, .. } => Scalar::I16,
        Datatype::FixedPoint { size: 2, signed: false, .. } => Scalar::U16,
        Datatype::FixedPoint { size: 4, signed: true, .. } => Scalar::I32,
        Datatype::FixedPoint { size: 4, signed: false, .. } => Scalar::U32,
        Datatype::FixedPoint { size: 8, signed: true, .. } => Scalar::I64,
        Datatype::FixedPoint { size: 8, signed: false, .. } => Scalar::U64,
        Datatype::FloatingPoint { size: 4, .. } => Scalar::F32,
        Datatype::FloatingPoint { size: 8, .. } => Scalar::F64,
        _ => return None,
    })
}

/// An attribute with its name, if it is the file's own and one of text or numbers.
pub(super) fn shown(stored: &Stored) -> Option<(String, Attribute)> {
    if INTERNAL.contains(&stored.name.as_str()) {
        return None;
    }
    let value = match element_of(&stored.datatype) {
        Element::Text => Attribute::Text(stored.read_strings().ok()?.join(" ")),
        Element::Number(scalar) => Attribute::Numbers(scalar, numbers(stored, scalar)?),
        Element::Other(_) => return None,
    };
    Some((stored.name.clone(), value))
}

#[expect(clippy::cast_precision_loss, reason = "values of fields are f64; integers beyond 2^53 are rounded")]
fn numbers(stored: &Stored, scalar: Scalar) -> Option<Vec<f64>> {
    fn all<T: H5Type>(stored: &Stored, value: impl Fn(T) -> f64) -> Option<Vec<f64>> {
        let count = stored.num_elements().ok()?;
        let few = usize::try_from(count).ok().filter(|count| *count <= KEPT_NUMBERS)?;
        let size = T::element_size(&stored.datatype);
        let each = stored.raw_data.chunks_exact(size.max(1)).take(few);
        each.map(|raw| T::from_bytes(raw, &stored.datatype).ok().map(&value)).collect()
    }
    match scalar {
        Scalar::I8 => all::<i8>(stored, Into::into),
        Scalar::U8 => all::<u8>(stored, Into::into),
        Scalar::I16 => all::<i16>(stored, Into::into),
        Scalar::U16 => all::<u16>(stored, Into::into),
        Scalar::I32 => all::<i32>(stored, Into::into),
        Scalar::U32 => all::<u32>(stored, Into::into),
        Scalar::I64 => all::<i64>(stored, |n| n as f64),
        Scalar::U64 => all::<u64>(stored, |n| n as f64),
        Scalar::F32 => all::<f32>(stored, Into::into),
        Scalar::F64 => all::<f64>(stored, |n| n),
        _ => None,
    }
}

/// Whether an attribute is that text.
pub(super) fn is_true_text(dataset: &Dataset, name: &str, wanted: &str) -> bool {
    let text = dataset.attribute(name).ok().and_then(|attribute| attribute.read_string().ok());
    text.is_some_and(|text| text.trim_end_matches('\0') == wanted)
}

/// The integers of an attribute; none where there is none.
pub(super) fn integers(dataset: &Dataset, name: &str) -> Vec<i64> {
    let attribute = dataset.attribute(name).ok();
    let Some((attribute, Element::Number(scalar))) = attribute.map(|found| {
        let element = element_of(&found.datatype);
        (found, element)
    }) else {
        return Vec::new();
    };
    #[expect(clippy::cast_possible_truncation, reason = "numbers of dimensions, which are few")]
    numbers(&attribute, scalar).unwrap_or_default().into_iter().map(|number| number as i64).collect()
}

/// The first object that each list of references in an attribute leads to, by its address.
pub(super) fn references(dataset: &Dataset, name: &str) -> Vec<Option<u64>> {
    let Ok(attribute) = dataset.attribute(name) else { return Vec::new() };
    let size = dataset.vlen_reference_size();
    let Some(width) = size.checked_sub(8).filter(|width| (1..=8).contains(width)) else { return Vec::new() };
    let address = |list: &[u8]| {
        let found = dataset.resolve_vlen_reference_bytes(list, width).ok()?;
        let mut raw = [0_u8; 8];
        raw.get_mut(..width)?.copy_from_slice(found.get(..width)?);
        Some(u64::from_le_bytes(raw))
    };
    attribute.raw_data.chunks_exact(size).take(64).map(address).collect()
}
