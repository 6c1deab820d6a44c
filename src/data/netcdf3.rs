//! NetCDF-3: classic, with 64-bit offsets (CDF-2), with 64-bit data (CDF-5). Arrays are mapped where they lie.
//!
//! Nothing is believed that the file's length does not bear out: how many records there are is counted by what is there,
//! so that a file whose copy or whose model run stopped early still shows its finished steps.

use std::sync::Arc;

use super::dtype::{Dtype, Scalar};
use super::error::DataError;
use super::grid::Store;
use super::grid::mapped::{Extent, MappedArray, packed};
use super::grid::raw::{Attribute, Element, Raw, RawDimension, RawVariable};
use super::mapping::Mapping;

mod header;

#[cfg(test)]
mod tests;

use header::{Cursor, Header, Type, VariableHeader};

/// The longest header that is read, in bytes.
const MAX_HEADER: usize = 1 << 28;

/// Where an array lies in a file, and that it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrayLayout {
    /// Byte of its first number.
    pub offset: u64,
    /// Its dimensions; of a single value, one of a single cell.
    pub extents: Vec<Extent>,
    /// How its numbers are stored.
    pub dtype: Dtype,
}

/// What a header says, as far as the file bears it out.
#[derive(Debug)]
pub struct Layout {
    /// For people: which of the three kinds it is.
    pub format: String,
    /// The dimensions; the unlimited one is as long as there are complete records.
    pub dimensions: Vec<RawDimension>,
    /// The variables, with where their numbers are; those without are text, or not in the file.
    pub variables: Vec<(RawVariable, Option<ArrayLayout>)>,
    /// What is worth telling the person.
    pub notes: Vec<String>,
}

/// Whether a file that begins so is NetCDF-3.
pub fn is_netcdf3(head: &[u8]) -> bool {
    matches!(head, [b'C', b'D', b'F', 1 | 2 | 5, ..])
}

/// The layout of a file of `file_len` bytes that begins with `head`, which has at least its header.
///
/// # Errors
/// [`DataError::Grid`] for a header that is none, that the file's end cuts, or that contradicts itself.
pub fn layout(head: &[u8], file_len: u64) -> Result<Layout, DataError> {
    let header = Header::read(&mut Cursor::new(head))?;
    let mut notes = Vec::new();
    let records = Records::of(&header, file_len, &mut notes)?;
    let dimension = |(i, dimension): (usize, &header::DimensionHeader)| RawDimension {
        name: dimension.name.clone(),
        len: if Some(i) == header.unlimited { records.count } else { dimension.len },
        is_unlimited: Some(i) == header.unlimited,
    };
    let dimensions: Vec<RawDimension> = header.dimensions.iter().enumerate().map(dimension).collect();
    let mut variables = Vec::with_capacity(header.variables.len());
    let mut cut = Vec::new();
    for variable in header.variables {
        let lens: Vec<u64> = variable.dimensions.iter().map(|i| dimensions[*i].len).collect();
        let found = array(&variable, &lens, &records).filter(|array| fits(array, file_len));
        if found.is_none() && variable.kind != Type::Text && !lens.contains(&0) {
            cut.push(variable.name.clone());
        }
        variables.push((raw_variable(variable), found));
    }
    if !cut.is_empty() {
        notes.push(format!(
            "the file's {file_len} bytes end before the numbers of {} do; the copy or download probably stopped early",
            cut.join(", ")
        ));
    }
    let version = match header.version {
        1 => "classic",
        2 => "64-bit offset",
        _ => "64-bit data",
    };
    Ok(Layout { format: format!("NetCDF-3 {version}"), dimensions, variables, notes })
}

/// What a mapped NetCDF-3 file holds.
///
/// # Errors
/// Those of [`layout`], and a file that changed meanwhile.
pub fn read(map: &Arc<Mapping>) -> Result<Raw, DataError> {
    let head = map.bytes().get(..MAX_HEADER).unwrap_or(map.bytes());
    let layout = layout(head, map.len());
    // A file that shrinks while its header is read gives zeros, which may look like anything.
    map.check()?;
    let layout = layout?;
    let mut variables = Vec::with_capacity(layout.variables.len());
    for (mut variable, array) in layout.variables {
        variable.store = match array {
            Some(array) => {
                let store = MappedArray::new(map, array.dtype, array.offset, array.extents);
                store.ok().map(|store| Arc::new(store) as Arc<dyn Store>)
            }
            None => None,
        };
        variables.push(variable);
    }
    Ok(Raw {
        format: layout.format,
        dimensions: layout.dimensions,
        variables,
        has_default_fill: true,
        notes: layout.notes,
        mappings: vec![Arc::clone(map)],
        folders: Vec::new(),
    })
}

fn raw_variable(variable: VariableHeader) -> RawVariable {
    let element = match variable.kind {
        Type::Number(scalar) => Element::Number(scalar),
        Type::Text => Element::Text,
    };
    let attributes: Vec<(String, Attribute)> = variable.attributes;
    RawVariable { name: variable.name, dimensions: variable.dimensions, element, attributes, store: None }
}

/// The records of a file: pieces of all variables along the unlimited dimension, one after another.
#[derive(Debug)]
struct Records {
    unlimited: Option<usize>,
    /// Bytes from one to the next.
    size: u64,
    /// Those that the header counts and that are complete.
    count: u64,
}

impl Records {
    fn of(header: &Header, file_len: u64, notes: &mut Vec<String>) -> Result<Self, DataError> {
        let too_large = || DataError::Grid("the records exceed 64 bits; the file is damaged".to_owned());
        let mut pieces = Vec::new();
        for variable in header.variables.iter().filter(|variable| header.is_record(variable)) {
            let inner = variable.dimensions.iter().skip(1).map(|i| header.dimensions[*i].len);
            let bytes = inner.into_iter().try_fold(variable.kind.size(), u64::checked_mul).ok_or_else(too_large)?;
            pieces.push((variable.offset, bytes));
        }
        // A lone variable is not padded to 4 bytes.
        let padded = |bytes: u64| if pieces.len() == 1 { Some(bytes) } else { bytes.checked_next_multiple_of(4) };
        let size =
            pieces.iter().try_fold(0_u64, |n, (_, bytes)| n.checked_add(padded(*bytes)?)).ok_or_else(too_large)?;
        let whole =
            |(offset, bytes): &(u64, u64)| match file_len.checked_sub(*offset).and_then(|n| n.checked_sub(*bytes)) {
                None => 0,
                Some(rest) => rest.checked_div(size).map_or(0, |n| n + 1),
            };
        let complete = pieces.iter().map(whole).min().unwrap_or(0);
        let count = header.records.map_or(complete, |records| records.min(complete));
        if let Some(promised) = header.records.filter(|records| *records > complete && !pieces.is_empty()) {
            notes.push(format!(
                "the header promises {promised} steps but the file's {file_len} bytes hold {complete} complete ones, \
                 which are shown; the copy or download probably stopped early"
            ));
        }
        Ok(Self { unlimited: header.unlimited, size, count })
    }
}

/// Where a variable's numbers lie; none without any.
fn array(variable: &VariableHeader, lens: &[u64], records: &Records) -> Option<ArrayLayout> {
    let Type::Number(scalar) = variable.kind else { return None };
    let is_record = variable.dimensions.first().is_some_and(|first| Some(*first) == records.unlimited);
    let extents = match lens.split_first() {
        _ if lens.contains(&0) => return None,
        None => packed(&[1], scalar.size())?,
        Some((count, inner)) if is_record => {
            let mut extents = vec![Extent { len: *count, stride: records.size }];
            extents.extend(packed(inner, scalar.size())?);
            extents
        }
        Some(_) => packed(lens, scalar.size())?,
    };
    let dtype = Dtype { scalar, big_endian: scalar.size() > 1 };
    Some(ArrayLayout { offset: variable.offset, extents, dtype })
}

/// Whether all of an array lies in a file of so many bytes.
fn fits(array: &ArrayLayout, file_len: u64) -> bool {
    let reach = |end: u64, extent: &Extent| end.checked_add((extent.len - 1).checked_mul(extent.stride)?);
    let last = array.extents.iter().try_fold(array.offset, reach);
    last.and_then(|last| last.checked_add(array.dtype.size())).is_some_and(|end| end <= file_len)
}

impl Type {
    fn size(self) -> u64 {
        match self {
            Self::Text => 1,
            Self::Number(scalar) => Scalar::size(scalar),
        }
    }
}
