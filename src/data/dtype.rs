//! How numbers are stored: NumPy's dtypes, as far as their values can be drawn.
//!
//! A dtype becomes a flat list of fields of numbers and of text, with byte offsets. Nested records become `a.b`, sub-arrays
//! `a[0]`, complex numbers `a.re` and `a.im`; other things keep their bytes but become no field.

use std::fmt;

use super::error::DataError;
use super::literal::{self, Literal};

mod notation;
mod parts;

/// The most fields a record may have, skipped ones included.
pub const MAX_FIELDS: u64 = 4096;
/// The longest name of a field, in bytes.
pub const MAX_NAME: usize = 1024;

/// The unit that times and durations count in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Calendar years since 1970
    Year,
    /// Calendar months since 1970-01
    Month,
    /// Weeks of 7 days
    Week,
    /// Days of 24 hours
    Day,
    /// Hours
    Hour,
    /// Minutes
    Minute,
    /// Seconds
    Second,
    /// 1e-3 seconds
    Millisecond,
    /// 1e-6 seconds
    Microsecond,
    /// 1e-9 seconds
    Nanosecond,
    /// 1e-12 seconds
    Picosecond,
    /// 1e-15 seconds
    Femtosecond,
    /// 1e-18 seconds
    Attosecond,
    /// No unit was written (`M8`): the numbers have no scale.
    Generic,
}

impl Unit {
    /// Every unit with NumPy's sign for it, empty for [`Unit::Generic`].
    pub const ALL: [(Unit, &'static str); 14] = [
        (Unit::Year, "Y"),
        (Unit::Month, "M"),
        (Unit::Week, "W"),
        (Unit::Day, "D"),
        (Unit::Hour, "h"),
        (Unit::Minute, "m"),
        (Unit::Second, "s"),
        (Unit::Millisecond, "ms"),
        (Unit::Microsecond, "us"),
        (Unit::Nanosecond, "ns"),
        (Unit::Picosecond, "ps"),
        (Unit::Femtosecond, "fs"),
        (Unit::Attosecond, "as"),
        (Unit::Generic, ""),
    ];

    /// NumPy's sign for the unit, empty for [`Unit::Generic`].
    #[must_use]
    pub fn sign(self) -> &'static str {
        Self::ALL.iter().find(|(unit, _)| *unit == self).map_or("", |(_, sign)| sign)
    }
}

/// The longest text that may be a category, in characters.
pub const MAX_TEXT: u32 = 256;

/// What one step of a time or duration means: `multiplier` units. 1970-01-01T00:00 UTC is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimeUnit {
    /// Units per step, at least 1.
    pub multiplier: u32,
    /// The unit.
    pub unit: Unit,
}

impl fmt::Display for TimeUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.unit, self.multiplier) {
            (Unit::Generic, _) => Ok(()),
            (unit, 1) => write!(f, "[{}]", unit.sign()),
            (unit, multiplier) => write!(f, "[{multiplier}{}]", unit.sign()),
        }
    }
}

/// A kind of number, or text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scalar {
    /// One byte, 0 or 1
    Bool,
    /// Signed, 1 byte
    I8,
    /// Signed, 2 bytes
    I16,
    /// Signed, 4 bytes
    I32,
    /// Signed, 8 bytes
    I64,
    /// Unsigned, 1 byte
    U8,
    /// Unsigned, 2 bytes
    U16,
    /// Unsigned, 4 bytes
    U32,
    /// Unsigned, 8 bytes
    U64,
    /// IEEE half precision, 2 bytes
    F16,
    /// IEEE single precision, 4 bytes
    F32,
    /// IEEE double precision, 8 bytes
    F64,
    /// A moment: `i64` steps since 1970; `i64::MIN` is "not a time".
    Time(TimeUnit),
    /// A length of time: `i64` steps; `i64::MIN` is "not a time".
    Duration(TimeUnit),
    /// Text, which is no number but may be a category.
    Text {
        /// Characters, at most [`MAX_TEXT`].
        length: u32,
        /// Whether a character has four bytes (`U`) and not one (`S`).
        is_wide: bool,
    },
}

impl Scalar {
    /// Bytes of one value.
    #[must_use]
    pub fn size(self) -> u64 {
        match self {
            Self::Bool | Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 | Self::F16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 | Self::Time(_) | Self::Duration(_) => 8,
            Self::Text { length, is_wide } => u64::from(length) * if is_wide { 4 } else { 1 },
        }
    }

    /// Whether it is text, no number.
    #[must_use]
    pub fn is_text(self) -> bool {
        matches!(self, Self::Text { .. })
    }
}

/// A kind of number and the order of its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Dtype {
    /// The kind of number.
    pub scalar: Scalar,
    /// Whether the most significant byte comes first; always false for one byte.
    pub big_endian: bool,
}

impl Dtype {
    /// Bytes of one value.
    #[must_use]
    pub fn size(self) -> u64 {
        self.scalar.size()
    }
}

/// NumPy's notation: `<f4`, `|u1`, `>M8[ns]`.
impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order = match (self.scalar, self.size(), self.big_endian) {
            (Scalar::Text { is_wide: false, .. }, ..) | (_, 1, _) => '|',
            (_, _, true) => '>',
            (_, _, false) => '<',
        };
        let (code, unit) = match self.scalar {
            Scalar::Bool => ("b1", None),
            Scalar::I8 => ("i1", None),
            Scalar::I16 => ("i2", None),
            Scalar::I32 => ("i4", None),
            Scalar::I64 => ("i8", None),
            Scalar::U8 => ("u1", None),
            Scalar::U16 => ("u2", None),
            Scalar::U32 => ("u4", None),
            Scalar::U64 => ("u8", None),
            Scalar::F16 => ("f2", None),
            Scalar::F32 => ("f4", None),
            Scalar::F64 => ("f8", None),
            Scalar::Time(unit) => ("M8", Some(unit)),
            Scalar::Duration(unit) => ("m8", Some(unit)),
            Scalar::Text { length, is_wide } => {
                return write!(f, "{order}{}{length}", if is_wide { 'U' } else { 'S' });
            }
        };
        write!(f, "{order}{code}")?;
        unit.map_or(Ok(()), |unit| unit.fmt(f))
    }
}

/// One field of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its flattened name; empty if the dtype is a plain number.
    pub name: String,
    /// How its values are stored.
    pub dtype: Dtype,
    /// Bytes from the start of the record.
    pub offset: u64,
}

/// A dtype, flattened. Every field lies within `size` bytes; names are unique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The fields of numbers and of text, at least one.
    pub fields: Vec<Field>,
    /// Bytes from one record to the next.
    pub size: u64,
    /// What takes bytes but is neither, as "name: why".
    pub skipped: Vec<String>,
}

impl Record {
    /// The dtype if this is one plain number and not a record.
    #[must_use]
    pub fn plain(&self) -> Option<Dtype> {
        self.single().filter(|dtype| !dtype.scalar.is_text())
    }

    /// The dtype if this is one plain number or text and not a record.
    #[must_use]
    pub fn single(&self) -> Option<Dtype> {
        match self.fields.as_slice() {
            [field] if field.name.is_empty() && field.dtype.size() == self.size => Some(field.dtype),
            _ => None,
        }
    }
}

/// Reads a dtype in any of NumPy's notations: `<f4`, `float32`, `M8[ns]`, `<f4,<f4,u1`, `3f4`, `(2,3)f4`,
/// `[('x','<f4'),('y','<f8',(2,))]`, `{'names': …, 'formats': …, 'offsets': …, 'itemsize': …}`.
/// `int`, `long` and `uint` mean 8 bytes, as in NumPy 2.
///
/// # Errors
/// [`DataError::Dtype`] or [`DataError::Literal`] for notation that is not understood, object dtypes, duplicate
/// names, more than [`MAX_FIELDS`] fields, and dtypes without any number that can be drawn.
pub fn parse(text: &str) -> Result<Record, DataError> {
    let text = text.trim();
    let inner = text.strip_prefix('(').map(str::trim_start);
    // "(2,3)f4" starts like a tuple but is none.
    let tuple = inner.is_some_and(|rest| rest.starts_with(['\'', '"', '[', '{', '(']));
    if tuple || text.starts_with(['[', '{', '\'', '"']) {
        return from_literal(&literal::parse(text)?);
    }
    finish(notation::comma_list(text)?)
}

/// Reads a dtype from Python notation that is parsed already, as a npy header's `descr`.
///
/// # Errors
/// The same as [`parse`].
pub fn from_literal(literal: &Literal) -> Result<Record, DataError> {
    finish(notation::of_literal(literal, 0)?)
}

fn finish(parts: parts::Parts) -> Result<Record, DataError> {
    let skipped: Vec<String> = parts
        .skipped
        .iter()
        .map(|(name, why)| if name.is_empty() { why.clone() } else { format!("{name}: {why}") })
        .collect();
    if parts.fields.is_empty() {
        let found = skipped.first().map_or("it is empty", String::as_str);
        return Err(DataError::Dtype(format!(
            "there is no number in it that can be drawn, and no text ({found}); convert to float64 or another plain number"
        )));
    }
    Ok(Record { fields: parts.fields, size: parts.size, skipped })
}

#[cfg(test)]
mod tests;
