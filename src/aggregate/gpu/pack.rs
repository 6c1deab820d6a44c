//! Packing: rows of any dtype become the integers that the shaders read, words in planes, one column after another.
//!
//! Axes become ordered keys, of one word (f32 and integers of up to 32 bits) or two; values become fixed-point integers
//! or ordered keys of two words. So the shaders know no dtype, no byte order and no f64.

use std::ops::Range;

use crate::aggregate::ordered::{f32_key, f64_key, i64_key};
use crate::data::column::{Column, LaneKind};
use crate::data::decode::{BATCH, Kernel, Lane, LaneBuffer, vectorized};
use crate::data::expression::Scratch;
use crate::data::table::{Part, Table};
use crate::plan::{FixedPoint, FramePlan, Reduce, VALUE, X, Y};

/// What the words of a column mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Words {
    /// Ordered keys of f32, one word; all ones: not finite.
    F32Key,
    /// Ordered keys of f64, two words; all ones: not finite.
    F64Key,
    /// Lane value above the least of its type, one word.
    NarrowInteger {
        /// Least value of the column's type.
        least: i64,
    },
    /// Ordered keys of lane values, two words; zero (i64::MIN) is "not a time" where the column has that.
    WideInteger,
    /// Fixed-point values, two words; i64::MIN: not finite.
    Fixed(FixedPoint),
    /// Ordered keys, complemented for the minimum, two words; all ones (reals): not finite.
    Extreme {
        /// Whether the greatest is wanted.
        largest: bool,
    },
}

impl Words {
    fn of_axis(column: &Column) -> Self {
        match column.kind() {
            LaneKind::F32 => Self::F32Key,
            LaneKind::F64 => Self::F64Key,
            LaneKind::I64 { bits, .. } if bits <= 32 => {
                Self::NarrowInteger { least: i64::try_from(column.integer_domain().0).unwrap_or(i64::MIN) }
            }
            LaneKind::I64 { .. } => Self::WideInteger,
        }
    }

    fn of_value(reduce: Reduce) -> Option<Self> {
        match reduce {
            Reduce::Total(_, fixed) => Some(Self::Fixed(fixed)),
            Reduce::Extreme(largest) => Some(Self::Extreme { largest }),
            // Coverage and fields never come here: such plans are refused.
            Reduce::Count | Reduce::Any | Reduce::Coverage | Reduce::Over(_) | Reduce::CountBy { .. } => None,
        }
    }

    /// Words of one value: 1 or 2.
    pub fn width(self) -> u32 {
        match self {
            Self::F32Key | Self::NarrowInteger { .. } => 1,
            _ => 2,
        }
    }

    /// The words that stand for "not finite" in a column of `kind`, if any.
    pub fn missing(self, kind: LaneKind) -> Option<u64> {
        let time = matches!(kind, LaneKind::I64 { missing: Some(_), .. });
        match self {
            Self::F32Key => Some(u64::from(u32::MAX)),
            Self::NarrowInteger { .. } => None,
            Self::WideInteger => time.then_some(0),
            Self::Fixed(_) => (time || !kind.is_integer()).then_some(1 << 63),
            Self::Extreme { largest } if kind.is_integer() => time.then_some(if largest { 0 } else { u64::MAX }),
            Self::F64Key | Self::Extreme { .. } => Some(u64::MAX),
        }
    }
}

/// Kind, words and place of a column in a tile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Packing {
    /// Which column of the table.
    pub column: usize,
    /// Kind of the column.
    pub kind: LaneKind,
    /// What its words mean.
    pub words: Words,
    /// Number of the plane with its low words; the high words, if any, are the next.
    pub plane: u32,
}

/// How rows lie in a tile: planes of `capacity` words.
#[derive(Debug, Clone, PartialEq)]
pub struct TileShape {
    /// The columns.
    pub columns: Vec<Packing>,
    /// Number of planes.
    pub planes: u32,
    /// Rows that a tile holds.
    pub capacity: u32,
}

impl TileShape {
    /// The shape for a table and plan; `None` where a column is missing.
    pub fn new(table: &Table, plan: &FramePlan, bytes: u64) -> Option<Self> {
        let mut wanted = vec![(X, Words::of_axis(table.column(X)?)), (Y, Words::of_axis(table.column(Y)?))];
        wanted.extend(Words::of_value(plan.reduce).map(|words| (VALUE, words)));
        let mut planes = 0;
        let mut columns = Vec::new();
        for (column, words) in wanted {
            columns.push(Packing { column, kind: table.kind(column)?, words, plane: planes });
            planes += words.width();
        }
        // A whole number of batches, at least one; never more than the table needs.
        let batch = BATCH as u64;
        let rows = (bytes / (4 * u64::from(planes))) / batch * batch;
        let rows = rows.min(table.rows().next_multiple_of(batch)).max(batch);
        Some(Self { columns, planes, capacity: u32::try_from(rows).ok()? })
    }

    /// Bytes of a tile.
    pub fn bytes(&self) -> u64 {
        4 * u64::from(self.planes) * u64::from(self.capacity)
    }

    /// Bytes on the device for so many rows.
    pub fn bytes_for(&self, rows: u64) -> u64 {
        rows.div_ceil(u64::from(self.capacity)).saturating_mul(self.bytes())
    }

    /// Kind of the value column, if there is one.
    pub fn value_kind(&self) -> Option<LaneKind> {
        self.columns.iter().find(|c| c.column == VALUE).map(|c| c.kind)
    }
}

/// Rows packed since the last flush; one for each thread.
#[derive(Debug)]
pub struct Packer {
    columns: Vec<Packing>,
    buffers: Vec<LaneBuffer>,
    planes: Vec<Vec<u32>>,
    chunk: usize,
    keep: Box<[bool; BATCH]>,
    scratch: Scratch,
    filtered: u64,
}

impl Packer {
    /// A packer whose chunks take at most about `bytes`.
    pub fn new(shape: &TileShape, bytes: u64) -> Self {
        let rows = bytes / (4 * u64::from(shape.planes)) / BATCH as u64 * BATCH as u64;
        let chunk = usize::try_from(rows).unwrap_or(BATCH).clamp(BATCH, (shape.capacity as usize).max(BATCH));
        Self {
            columns: shape.columns.clone(),
            buffers: shape.columns.iter().map(|c| LaneBuffer::new(c.kind)).collect(),
            planes: vec![Vec::with_capacity(chunk); shape.planes as usize],
            chunk,
            keep: Box::new([false; BATCH]),
            scratch: Scratch::default(),
            filtered: 0,
        }
    }

    /// Packs a batch of rows, without those that the part's filter leaves out.
    pub fn add(&mut self, part: &Part, rows: &Range<u64>) {
        let arch = pulp::Arch::new();
        let packed = self.rows();
        for (packing, buffer) in self.columns.iter().zip(&mut self.buffers) {
            let column = &part.columns()[packing.column];
            let planes = &mut self.planes[packing.plane as usize..];
            vectorized(arch, PackBatch { packing, buffer, column, rows, planes });
        }
        if let Some(filter) = part.filter() {
            let keep = filter.keep(&mut self.scratch, rows, &mut *self.keep);
            self.planes.iter_mut().for_each(|plane| keep_only(plane, packed, keep));
            self.filtered += keep.iter().filter(|keep| !**keep).count() as u64;
        }
    }

    /// Rows that were left out by a filter since the packer was made.
    pub fn filtered(&self) -> u64 {
        self.filtered
    }

    /// Number of rows packed.
    fn rows(&self) -> usize {
        self.planes.first().map_or(0, Vec::len)
    }

    /// Whether no further batch fits the chunk.
    pub fn is_full(&self) -> bool {
        self.rows() + BATCH > self.chunk
    }

    /// Words of each plane, as many as rows were packed.
    pub fn planes(&self) -> &[Vec<u32>] {
        &self.planes
    }

    /// Forgets the packed rows.
    pub fn clear(&mut self) {
        self.planes.iter_mut().for_each(Vec::clear);
    }
}

/// Of the words from `from` on keeps those whose row is kept.
fn keep_only(plane: &mut Vec<u32>, from: usize, keep: &[bool]) {
    let mut next = from;
    for (at, keep) in (from..plane.len()).zip(keep) {
        // No branch that could be guessed wrong.
        plane[next] = plane[at];
        next += usize::from(*keep);
    }
    plane.truncate(next);
}

/// One batch of one column.
struct PackBatch<'a> {
    packing: &'a Packing,
    buffer: &'a mut LaneBuffer,
    column: &'a Column,
    rows: &'a Range<u64>,
    planes: &'a mut [Vec<u32>],
}

impl Kernel for PackBatch<'_> {
    #[inline(always)]
    fn run(self) {
        pack(self.packing, self.buffer.decode(self.column, self.rows), self.planes);
    }
}

#[inline(always)]
fn pack(packing: &Packing, lane: Lane<'_>, planes: &mut [Vec<u32>]) {
    let missing = match packing.kind {
        LaneKind::I64 { missing, .. } => missing,
        LaneKind::F32 | LaneKind::F64 => None,
    };
    match (packing.words, lane) {
        (Words::F32Key, Lane::F32(v)) => {
            planes[0].extend(v.iter().map(|v| if v.is_finite() { f32_key(*v) } else { u32::MAX }));
        }
        (Words::NarrowInteger { least }, Lane::I64(v)) => {
            planes[0].extend(v.iter().map(|v| low(v.wrapping_sub(least))));
        }
        (Words::F64Key, Lane::F64(v)) => wide(planes, v, |v| if v.is_finite() { f64_key(*v) } else { u64::MAX }),
        (Words::WideInteger, Lane::I64(v)) => wide(planes, v, |v| i64_key(*v)),
        (Words::Fixed(FixedPoint::Real { factors, .. }), Lane::F32(v)) => {
            wide(
                planes,
                v,
                |v| if v.is_finite() { bits(FixedPoint::of_real(factors, f64::from(*v))) } else { 1 << 63 },
            );
        }
        (Words::Fixed(FixedPoint::Real { factors, .. }), Lane::F64(v)) => {
            wide(planes, v, |v| if v.is_finite() { bits(FixedPoint::of_real(factors, *v)) } else { 1 << 63 });
        }
        (Words::Fixed(FixedPoint::Offset { origin, shift }), Lane::I64(v)) => {
            wide(
                planes,
                v,
                |v| {
                    if missing == Some(*v) { 1 << 63 } else { bits(FixedPoint::of_offset(origin, shift, *v)) }
                },
            );
        }
        (Words::Fixed(_), Lane::I64(v)) => wide(planes, v, |v| bits(*v)),
        (Words::Extreme { largest }, lane) => {
            let flip = if largest { 0 } else { u64::MAX };
            match lane {
                Lane::F32(v) => {
                    wide(planes, v, |v| if v.is_finite() { f64_key(f64::from(*v)) ^ flip } else { u64::MAX });
                }
                Lane::F64(v) => wide(planes, v, |v| if v.is_finite() { f64_key(*v) ^ flip } else { u64::MAX }),
                Lane::I64(v) => wide(planes, v, |v| i64_key(*v) ^ flip),
            }
        }
        // Words are chosen from the column's kind; other pairs do not come about.
        _ => {}
    }
}

#[inline(always)]
#[expect(clippy::cast_sign_loss, reason = "the bits are what is wanted")]
fn bits(v: i64) -> u64 {
    v as u64
}

#[inline(always)]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the low word is what is wanted")]
fn low(v: i64) -> u32 {
    v as u32
}

#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "the words are what is wanted")]
fn wide<T>(planes: &mut [Vec<u32>], values: &[T], word: impl Fn(&T) -> u64) {
    let [lows, highs, ..] = planes else { return };
    lows.extend(values.iter().map(|v| word(v) as u32));
    highs.extend(values.iter().map(|v| (word(v) >> 32) as u32));
}
