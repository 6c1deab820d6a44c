//! The header of a NetCDF-3 file, as it is written.

use crate::data::dtype::Scalar;
use crate::data::error::DataError;
use crate::data::grid::raw::Attribute;

/// The most dimensions, variables, or attributes of one thing.
const MAX_ENTRIES: u64 = 1 << 16;
/// Numbers of an attribute that are kept; longer ones are tables that nothing here looks at.
const KEPT_NUMBERS: usize = 4096;
/// Bytes of a text attribute that are kept.
const KEPT_TEXT: usize = 1 << 16;
/// The longest name, in bytes.
const MAX_NAME: u64 = 4096;

/// What a header says.
#[derive(Debug)]
pub(super) struct Header {
    /// 1, 2 or 5.
    pub(super) version: u8,
    /// Number of records; none where the file was written as a stream and only its length tells.
    pub(super) records: Option<u64>,
    pub(super) dimensions: Vec<DimensionHeader>,
    pub(super) unlimited: Option<usize>,
    pub(super) variables: Vec<VariableHeader>,
}

/// A dimension; that of records has length 0.
#[derive(Debug)]
pub(super) struct DimensionHeader {
    pub(super) name: String,
    pub(super) len: u64,
}

/// A variable.
#[derive(Debug)]
pub(super) struct VariableHeader {
    pub(super) name: String,
    /// All of them exist.
    pub(super) dimensions: Vec<usize>,
    pub(super) attributes: Vec<(String, Attribute)>,
    pub(super) kind: Type,
    pub(super) offset: u64,
}

/// What a variable or attribute holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Number(Scalar),
}

fn damaged(what: impl std::fmt::Display) -> DataError {
    DataError::Grid(format!("{what}; the file is damaged, or its copy or download stopped early"))
}

/// Reads big-endian numbers one after another.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Whether counts have 64 bits (CDF-5).
    is_wide: bool,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, is_wide: false }
    }

    fn take(&mut self, count: u64) -> Result<&'a [u8], DataError> {
        let end = usize::try_from(count).ok().and_then(|count| self.at.checked_add(count));
        let taken = end.and_then(|end| self.bytes.get(self.at..end));
        let taken = taken.ok_or_else(|| {
            damaged(format_args!("the header goes on beyond the {} bytes there are", self.bytes.len()))
        })?;
        self.at += taken.len();
        Ok(taken)
    }

    /// Bytes and what fills them up to a multiple of 4.
    fn padded(&mut self, count: u64) -> Result<&'a [u8], DataError> {
        let taken = self.take(count)?;
        // The last attribute of a file without variables may lack it.
        let rest = (4 - taken.len() % 4) % 4;
        self.at = self.at.saturating_add(rest).min(self.bytes.len());
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DataError> {
        let taken = self.take(N as u64)?;
        taken.first_chunk::<N>().copied().ok_or_else(|| damaged("the header ends early"))
    }

    fn u32(&mut self) -> Result<u32, DataError> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    fn u64(&mut self) -> Result<u64, DataError> {
        Ok(u64::from_be_bytes(self.array()?))
    }

    fn count(&mut self) -> Result<u64, DataError> {
        if self.is_wide { self.u64() } else { Ok(self.u32()?.into()) }
    }

    fn name(&mut self) -> Result<String, DataError> {
        let len = self.count()?;
        if len > MAX_NAME {
            return Err(damaged(format_args!("a name is said to have {len} bytes")));
        }
        Ok(String::from_utf8_lossy(self.padded(len)?).into_owned())
    }

    /// The number of entries of a list that begins with its tag, or with zeros where there is none.
    fn entries(&mut self, tag: u32, what: &str) -> Result<u64, DataError> {
        let (found, count) = (self.u32()?, self.count()?);
        match (found, count) {
            (0, 0) => Ok(0),
            (found, count) if found == tag && count <= MAX_ENTRIES => Ok(count),
            (found, count) if found == tag => Err(damaged(format_args!("there are said to be {count} {what}"))),
            _ => Err(damaged(format_args!("the list of {what} does not begin as one"))),
        }
    }
}

impl Header {
    pub(super) fn read(cursor: &mut Cursor<'_>) -> Result<Self, DataError> {
        let [b'C', b'D', b'F', version @ (1 | 2 | 5)] = cursor.array::<4>()? else {
            return Err(DataError::Grid("the file does not begin like NetCDF-3".to_owned()));
        };
        cursor.is_wide = version == 5;
        let records = cursor.count()?;
        let streamed = if cursor.is_wide { u64::MAX } else { u32::MAX.into() };
        let mut dimensions = Vec::new();
        for _ in 0..cursor.entries(0x0a, "dimensions")? {
            dimensions.push(DimensionHeader { name: cursor.name()?, len: cursor.count()? });
        }
        let unlimited = dimensions.iter().position(|dimension| dimension.len == 0);
        // Of the whole file: nothing that a picture needs.
        attributes(cursor)?;
        let mut variables = Vec::new();
        for _ in 0..cursor.entries(0x0b, "variables")? {
            variables.push(variable(cursor, version, dimensions.len())?);
        }
        let is_inner = |variable: &VariableHeader| variable.dimensions.iter().skip(1).any(|i| Some(*i) == unlimited);
        if let Some(variable) = variables.iter().find(|variable| is_inner(variable)) {
            return Err(damaged(format_args!(
                "\"{}\" does not begin with the unlimited dimension that it has",
                variable.name
            )));
        }
        let records = (records != streamed).then_some(records);
        Ok(Self { version, records, dimensions, unlimited, variables })
    }

    /// Whether a variable grows with the file.
    pub(super) fn is_record(&self, variable: &VariableHeader) -> bool {
        variable.dimensions.first().is_some_and(|first| Some(*first) == self.unlimited)
    }
}

fn variable(cursor: &mut Cursor<'_>, version: u8, dimensions: usize) -> Result<VariableHeader, DataError> {
    let name = cursor.name()?;
    let mut own = Vec::new();
    let count = cursor.count()?;
    if count > 1024 {
        return Err(damaged(format_args!("\"{name}\" is said to have {count} dimensions")));
    }
    for _ in 0..count {
        let id = cursor.count()?;
        let known = usize::try_from(id).ok().filter(|id| *id < dimensions);
        own.push(
            known.ok_or_else(|| damaged(format_args!("\"{name}\" has a dimension number {id}, which there is not")))?,
        );
    }
    let attributes = attributes(cursor)?;
    let kind = kind(cursor.u32()?)?;
    // The bytes of the variable: wrong in large files, so they are counted anew.
    cursor.count()?;
    let offset = if version == 1 { cursor.u32()?.into() } else { cursor.u64()? };
    Ok(VariableHeader { name, dimensions: own, attributes, kind, offset })
}

fn attributes(cursor: &mut Cursor<'_>) -> Result<Vec<(String, Attribute)>, DataError> {
    let mut found = Vec::new();
    for _ in 0..cursor.entries(0x0c, "attributes")? {
        let name = cursor.name()?;
        let kind = kind(cursor.u32()?)?;
        let count = cursor.count()?;
        let bytes =
            count.checked_mul(kind.size()).ok_or_else(|| damaged(format_args!("\"{name}\" exceeds 64 bits")))?;
        let bytes = cursor.padded(bytes)?;
        let value = match kind {
            Type::Text => Attribute::Text(String::from_utf8_lossy(&bytes[..bytes.len().min(KEPT_TEXT)]).into_owned()),
            Type::Number(scalar) => Attribute::Numbers(scalar, numbers(scalar, bytes)),
        };
        found.push((name, value));
    }
    Ok(found)
}

fn kind(code: u32) -> Result<Type, DataError> {
    Ok(Type::Number(match code {
        1 => Scalar::I8,
        2 => return Ok(Type::Text),
        3 => Scalar::I16,
        4 => Scalar::I32,
        5 => Scalar::F32,
        6 => Scalar::F64,
        7 => Scalar::U8,
        8 => Scalar::U16,
        9 => Scalar::U32,
        10 => Scalar::I64,
        11 => Scalar::U64,
        _ => return Err(damaged(format_args!("there is no type number {code}"))),
    }))
}

/// The first numbers of an attribute.
fn numbers(scalar: Scalar, bytes: &[u8]) -> Vec<f64> {
    fn all<const N: usize>(bytes: &[u8], value: impl Fn([u8; N]) -> f64) -> Vec<f64> {
        bytes.as_chunks::<N>().0.iter().take(KEPT_NUMBERS).map(|raw| value(*raw)).collect()
    }
    #[expect(clippy::cast_precision_loss, reason = "values of fields are f64; integers beyond 2^53 are rounded")]
    match scalar {
        Scalar::I8 => all(bytes, |raw| i8::from_be_bytes(raw).into()),
        Scalar::U8 => all(bytes, |raw| u8::from_be_bytes(raw).into()),
        Scalar::I16 => all(bytes, |raw| i16::from_be_bytes(raw).into()),
        Scalar::U16 => all(bytes, |raw| u16::from_be_bytes(raw).into()),
        Scalar::I32 => all(bytes, |raw| i32::from_be_bytes(raw).into()),
        Scalar::U32 => all(bytes, |raw| u32::from_be_bytes(raw).into()),
        Scalar::I64 => all(bytes, |raw| i64::from_be_bytes(raw) as f64),
        Scalar::U64 => all(bytes, |raw| u64::from_be_bytes(raw) as f64),
        Scalar::F32 => all(bytes, |raw| f32::from_be_bytes(raw).into()),
        Scalar::F64 => all(bytes, f64::from_be_bytes),
        _ => Vec::new(),
    }
}
