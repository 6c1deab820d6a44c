//! A column: where the numbers of one variable lie in a mapped file.

use std::ops::Range;
use std::sync::Arc;

use super::dtype::{Dtype, Scalar};
use super::expression::{Formula, Tolerance};
use super::layout::ColumnLayout;
use super::mapping::Mapping;
use super::prefetch::prefetch;

/// How a column's values are held once decoded. Every numeric dtype decodes into one of these without loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LaneKind {
    /// f32, and f16 widened.
    F32,
    /// f64.
    F64,
    /// Integers and times: the true value is lane + `bias` (2^63 for u64, else 0).
    I64 {
        /// What to add to a lane value to get the column's value.
        bias: i128,
        /// The lane value that stands for "not a time", if any.
        missing: Option<i64>,
        /// Bits of the column's own type.
        bits: u8,
    },
}

impl LaneKind {
    /// Whether values are integers or times.
    pub fn is_integer(self) -> bool {
        matches!(self, Self::I64 { .. })
    }
}

#[derive(Debug, Clone)]
enum Source {
    Mapped {
        map: Arc<Mapping>,
        offset: u64,
        stride: u64,
    },
    /// The row's own number, counted from `first`.
    RowNumber {
        first: u64,
    },
    /// What an expression makes of other columns.
    Derived(Formula),
    /// Values that were read already: of a window of a grid.
    Memory(Arc<Vec<f64>>),
}

/// One column of `rows` numbers, or texts.
#[derive(Debug, Clone)]
pub struct Column {
    name: String,
    dtype: Dtype,
    rows: u64,
    source: Source,
    /// Whether it is known to count seconds.
    is_seconds: bool,
}

/// Name of the column that counts the rows.
pub const ROW: &str = "row";

impl Column {
    /// A column of a mapped file. The layout has been checked against the file's length by its maker.
    pub(super) fn mapped(map: &Arc<Mapping>, layout: &ColumnLayout, rows: u64) -> Self {
        let source = Source::Mapped { map: Arc::clone(map), offset: layout.offset, stride: layout.stride };
        Self { name: layout.name.clone(), dtype: layout.dtype, rows, source, is_seconds: false }
    }

    /// The column that holds each row's number, from 0.
    pub fn row_number(rows: u64) -> Self {
        let dtype = Dtype { scalar: Scalar::I64, big_endian: false };
        Self { name: ROW.to_owned(), dtype, rows, source: Source::RowNumber { first: 0 }, is_seconds: false }
    }

    /// The same, of which it is known that it counts seconds.
    pub(super) fn of_seconds(mut self) -> Self {
        self.is_seconds = true;
        self
    }

    /// Whether it is known to count seconds: a difference of times.
    pub fn is_seconds(&self) -> bool {
        self.is_seconds
    }

    /// A column of f64 that an expression makes of others; `text` is its name.
    pub(super) fn derived(text: &str, formula: Formula, rows: u64) -> Self {
        let dtype = Dtype { scalar: Scalar::F64, big_endian: false };
        Self { name: text.to_owned(), dtype, rows, source: Source::Derived(formula), is_seconds: false }
    }

    /// A column of values in memory.
    pub(super) fn of_memory(name: &str, values: Arc<Vec<f64>>) -> Self {
        let dtype = Dtype { scalar: Scalar::F64, big_endian: false };
        Self {
            name: name.to_owned(),
            dtype,
            rows: values.len() as u64,
            source: Source::Memory(values),
            is_seconds: false,
        }
    }

    /// The same column with row numbers that continue after `first` rows of earlier parts.
    #[must_use]
    pub fn continued_at(mut self, first: u64) -> Self {
        match &mut self.source {
            Source::RowNumber { first: f } => *f = first,
            Source::Derived(formula) => *formula = formula.continued_at(first),
            Source::Mapped { .. } | Source::Memory(_) => {}
        }
        self
    }

    /// Name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Type in the file.
    pub fn dtype(&self) -> Dtype {
        self.dtype
    }

    /// Number of values.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Bytes that one row takes from the file, at least 1; 1 for a derived column, whose inputs have theirs.
    pub fn row_bytes(&self) -> u64 {
        match &self.source {
            Source::Mapped { stride, .. } => (*stride).max(1),
            Source::RowNumber { .. } | Source::Derived(_) | Source::Memory(_) => 1,
        }
    }

    /// The columns whose bytes are read for this one: itself, or what its expression names.
    pub(super) fn stored(&self) -> Vec<&Self> {
        match &self.source {
            Source::Derived(formula) => formula.inputs().iter().flat_map(Self::stored).collect(),
            Source::Mapped { .. } | Source::RowNumber { .. } | Source::Memory(_) => vec![self],
        }
    }

    /// Whether both have the same values, from the same place.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let same_source = match (&self.source, &other.source) {
            (Source::Mapped { map: a, offset: x, stride: s }, Source::Mapped { map: b, offset: y, stride: t }) => {
                Arc::ptr_eq(a, b) && (x, s) == (y, t)
            }
            (Source::RowNumber { first: a }, Source::RowNumber { first: b }) => a == b,
            (Source::Derived(a), Source::Derived(b)) => a.is_same(b),
            (Source::Memory(a), Source::Memory(b)) => Arc::ptr_eq(a, b),
            _ => false,
        };
        same_source && (self.dtype, self.rows) == (other.dtype, other.rows)
    }

    /// The first file behind the column in brackets, with a blank before; nothing where there is none.
    pub(super) fn origin(&self) -> String {
        let stored = self.stored();
        let map = stored.iter().find_map(|column| column.mapping());
        map.map_or_else(String::new, |map| format!(" ({})", map.path().display()))
    }

    /// Whether this column only counts rows.
    pub fn is_row_number(&self) -> bool {
        matches!(self.source, Source::RowNumber { .. })
    }

    /// How values are held once decoded.
    pub fn kind(&self) -> LaneKind {
        let signed = |bits| LaneKind::I64 { bias: 0, missing: None, bits };
        match self.dtype.scalar {
            Scalar::F16 | Scalar::F32 => LaneKind::F32,
            Scalar::F64 => LaneKind::F64,
            Scalar::Bool | Scalar::I8 | Scalar::U8 => signed(8),
            Scalar::I16 | Scalar::U16 => signed(16),
            Scalar::I32 | Scalar::U32 => signed(32),
            // Texts are keys.
            Scalar::I64 | Scalar::Text { .. } => signed(64),
            Scalar::U64 => LaneKind::I64 { bias: 1 << 63, missing: None, bits: 64 },
            Scalar::Time(_) | Scalar::Duration(_) => LaneKind::I64 { bias: 0, missing: Some(i64::MIN), bits: 64 },
        }
    }

    /// Least and greatest value that the column's own type holds, for integers and times.
    pub fn integer_domain(&self) -> (i128, i128) {
        match self.dtype.scalar {
            Scalar::Bool | Scalar::U8 => (0, 255),
            Scalar::I8 => (-128, 127),
            Scalar::I16 => (i16::MIN.into(), i16::MAX.into()),
            Scalar::U16 => (0, u16::MAX.into()),
            Scalar::I32 => (i32::MIN.into(), i32::MAX.into()),
            Scalar::U32 => (0, u32::MAX.into()),
            Scalar::U64 => (0, u64::MAX.into()),
            Scalar::Time(_) | Scalar::Duration(_) => (i128::from(i64::MIN) + 1, i64::MAX.into()),
            Scalar::I64 | Scalar::F16 | Scalar::F32 | Scalar::F64 | Scalar::Text { .. } => {
                (i64::MIN.into(), i64::MAX.into())
            }
        }
    }

    /// The file that the column is stored in; `None` for row numbers and derived columns.
    pub fn mapping(&self) -> Option<&Arc<Mapping>> {
        match &self.source {
            Source::Mapped { map, .. } => Some(map),
            Source::RowNumber { .. } | Source::Derived(_) | Source::Memory(_) => None,
        }
    }

    /// The byte range of some rows in the file of a stored column: its offset and length.
    pub fn extent(&self, rows: &Range<u64>) -> Option<(u64, u64)> {
        match &self.source {
            Source::Mapped { offset, stride, .. } if rows.start < rows.end => {
                let len = (rows.end - 1 - rows.start) * stride + self.dtype.size();
                Some((offset + rows.start * stride, len))
            }
            _ => None,
        }
    }

    /// How far [nearly decoded](super::decode::LaneBuffer::decode_nearly) values are off at most. None where they would be no
    /// cheaper.
    pub fn nearness(&self) -> Option<Tolerance> {
        match &self.source {
            Source::Derived(formula) => formula.nearness(),
            _ => None,
        }
    }

    /// Whether values are unsigned bytes of a file.
    pub fn is_bytes(&self) -> bool {
        let is_stored = matches!(self.source, Source::Mapped { .. });
        is_stored && matches!(self.dtype.scalar, Scalar::U8 | Scalar::Bool)
    }

    /// The values of some rows as bytes, where each is a byte beside the next.
    pub(super) fn single_bytes(&self, rows: &Range<u64>) -> Option<&[u8]> {
        match self.rows_in(rows) {
            Rows::Bytes { bytes, stride: 1 } if self.dtype.size() == 1 => Some(bytes),
            _ => None,
        }
    }

    /// The bytes of some rows of a stored column, and how far apart these are.
    pub(super) fn bytes_of(&self, rows: &Range<u64>) -> Option<(&[u8], usize)> {
        match self.rows_in(rows) {
            Rows::Bytes { bytes, stride } => Some((bytes, stride)),
            _ => None,
        }
    }

    /// Whether it is of text, which is no number but may be a category.
    pub fn is_text(&self) -> bool {
        self.dtype.scalar.is_text()
    }

    /// Where rows come from; for bytes, with the stride between them.
    pub(super) fn rows_in(&self, rows: &Range<u64>) -> Rows<'_> {
        debug_assert!(rows.end <= self.rows);
        match &self.source {
            Source::RowNumber { first } => Rows::Numbers(first + rows.start),
            Source::Derived(formula) => Rows::Derived(formula),
            Source::Memory(values) => Rows::Memory(values),
            Source::Mapped { map, stride, .. } => {
                let bytes = self.extent(rows).and_then(|(at, len)| {
                    let start = usize::try_from(at).ok()?;
                    map.bytes().get(start..start + usize::try_from(len).ok()?)
                });
                let stride = usize::try_from(*stride).unwrap_or(usize::MAX);
                Rows::Bytes { bytes: bytes.unwrap_or_default(), stride }
            }
        }
    }

    /// Asks for the memory of rows that are read soon.
    #[inline(always)]
    pub(super) fn bring_near(&self, rows: &Range<u64>) {
        const LINE: usize = 64;
        let rows = rows.start.min(self.rows)..rows.end.min(self.rows);
        if let Rows::Bytes { bytes, stride } = self.rows_in(&rows) {
            for at in (0..bytes.len()).step_by(stride.max(LINE)) {
                prefetch(bytes, at);
            }
        }
    }
}

/// Where the rows to decode come from.
pub(super) enum Rows<'a> {
    Bytes {
        bytes: &'a [u8],
        stride: usize,
    },
    Numbers(u64),
    Derived(&'a Formula),
    /// All values, of which the rows are a part.
    Memory(&'a [f64]),
}
