//! Decoding: rows of a column, whatever their dtype, byte order and stride, into plain lanes that kernels read.

use std::ops::Range;

use half::f16;

use super::column::{Column, LaneKind, Rows};
use super::dtype::Scalar;
use super::expression::{Ends, Formula, Known, Scratch};
use super::text;

/// Rows that are decoded at a time: small enough that the lanes of three columns stay in the first-level cache.
pub const BATCH: usize = 2048;

/// See [`LaneBuffer::decode_nearly`].
const PATIENCE: i8 = 64;

/// Runs a kernel compiled for the widest vectors that the processor has. All that the kernel calls must be inlined into
/// it (`#[inline(always)]`), or it is compiled for the narrowest; so a kernel is a struct, as closures are inlined or not
/// at the compiler's pleasure.
pub fn vectorized<K: Kernel>(arch: pulp::Arch, kernel: K) {
    struct Op<K>(K);
    impl<K: Kernel> pulp::WithSimd for Op<K> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: pulp::Simd>(self, _: S) {
            self.0.run();
        }
    }
    arch.dispatch(Op(kernel));
}

/// Whether [`vectorized`] kernels add a product in one instruction: [`f64::mul_add`] is slow without.
pub fn fuses_products() -> bool {
    !matches!(pulp::Arch::new(), pulp::Arch::Scalar)
}

/// Work for [`vectorized`].
pub trait Kernel {
    /// Does the work; must be `#[inline(always)]`.
    fn run(self);
}

/// Decoded values of up to [`BATCH`] rows.
#[derive(Debug, Clone, Copy)]
pub enum Lane<'a> {
    /// Values of [`LaneKind::F32`].
    F32(&'a [f32]),
    /// Values of [`LaneKind::F64`].
    F64(&'a [f64]),
    /// Values of [`LaneKind::I64`], less the bias.
    I64(&'a [i64]),
}

/// Where the ends of some values may be new.
pub enum NewEnds<'a> {
    /// Among these.
    Among(Lane<'a>),
    /// Nowhere: so many are NaN, and all others finite.
    None {
        /// How many are NaN.
        nan: u32,
    },
}

/// Room for the decoded rows of one column.
#[derive(Debug)]
pub struct LaneBuffer {
    f32: Vec<f32>,
    f64: Vec<f64>,
    i64: Vec<i64>,
    /// For derived columns.
    scratch: Option<Box<Scratch>>,
    /// Whether to try what may not suffice: it rises where that did, and falls, by more, where it did not.
    patience: i8,
}

impl LaneBuffer {
    /// Room for [`BATCH`] values of a kind.
    pub fn new(kind: LaneKind) -> Self {
        let mut made = Self { f32: Vec::new(), f64: Vec::new(), i64: Vec::new(), scratch: None, patience: PATIENCE };
        match kind {
            LaneKind::F32 => made.f32.resize(BATCH, 0.0),
            LaneKind::F64 => made.f64.resize(BATCH, 0.0),
            LaneKind::I64 { .. } => made.i64.resize(BATCH, 0),
        }
        made
    }

    /// Decodes up to [`BATCH`] rows of `column`, which must be of the kind that the buffer was made for.
    #[inline(always)]
    pub fn decode<'a>(&'a mut self, column: &'a Column, rows: &Range<u64>) -> Lane<'a> {
        let count = usize::try_from(rows.end - rows.start).unwrap_or(BATCH).min(BATCH);
        let (bytes, stride) = match column.rows_in(rows) {
            Rows::Bytes { bytes, stride } => (bytes, stride),
            Rows::Numbers(first) => {
                let out = &mut self.i64[..count];
                let first = i64::try_from(first).unwrap_or(i64::MAX);
                for (number, out) in (first..).zip(out.iter_mut()) {
                    *out = number;
                }
                return Lane::I64(out);
            }
            Rows::Derived(formula) => return self.derive(formula, rows, count),
            Rows::Memory(values) => {
                let start = usize::try_from(rows.start).unwrap_or(usize::MAX);
                return Lane::F64(values.get(start..start.saturating_add(count)).unwrap_or_default());
            }
        };
        if column.dtype().big_endian {
            self.fill::<true>(column, bytes, stride, count)
        } else {
            self.fill::<false>(column, bytes, stride, count)
        }
    }

    /// Never inlined: decoding lies within it, and it within decoding.
    #[inline(never)]
    fn derive(&mut self, formula: &Formula, rows: &Range<u64>, count: usize) -> Lane<'_> {
        let out = &mut self.f64[..count];
        formula.numbers(self.scratch.get_or_insert_default(), rows, out);
        Lane::F64(out)
    }

    /// As [`LaneBuffer::decode`], for the ends of derived values alone, beside those that are known.
    #[inline(always)]
    pub fn decode_ends<'a>(&'a mut self, column: &'a Column, rows: &Range<u64>, known: Option<Known>) -> NewEnds<'a> {
        if let (Rows::Derived(formula), Some(known)) = (column.rows_in(rows), known)
            && let Some(nan) = self.nothing_new(formula, rows, &known)
        {
            return NewEnds::None { nan };
        }
        NewEnds::Among(self.decode(column, rows))
    }

    /// As [`LaneBuffer::decode`], for derived values that may be off by as much as [`Column::nearness`] says. They are NaN where
    /// the exact ones are NaN or infinite, and infinite where only these can tell. Nothing where they are no cheaper to come by,
    /// or did [not suffice](Self::note_nearly) too often.
    #[inline(always)]
    pub fn decode_nearly(&mut self, column: &Column, rows: &Range<u64>) -> Option<&[f64]> {
        let Rows::Derived(formula) = column.rows_in(rows) else { return None };
        if self.patience <= 0 {
            return None;
        }
        let count = usize::try_from(rows.end - rows.start).unwrap_or(BATCH).min(BATCH);
        self.derive_nearly(formula, rows, count);
        Some(&self.f64[..count])
    }

    /// Says whether values that were decoded nearly did suffice.
    pub fn note_nearly(&mut self, did_suffice: bool) {
        self.patience = if did_suffice { (self.patience + 1).min(PATIENCE) } else { self.patience - 4 };
    }

    #[inline(never)]
    fn derive_nearly(&mut self, formula: &Formula, rows: &Range<u64>, count: usize) {
        formula.nearly(self.scratch.get_or_insert_default(), rows, &mut self.f64[..count]);
    }

    /// How many values are NaN, if surely none of the others is a new end.
    #[inline(never)]
    fn nothing_new(&mut self, formula: &Formula, rows: &Range<u64>, known: &Known) -> Option<u32> {
        let count = usize::try_from(rows.end - rows.start).unwrap_or(BATCH).min(BATCH);
        let mut asked = Ends { known, passed: 0, nan: 0 };
        formula.ends(self.scratch.get_or_insert_default(), rows, &mut asked);
        u32::try_from(asked.nan).ok().filter(|_| asked.passed == count)
    }

    #[inline(always)]
    fn fill<'a, const BIG: bool>(&'a mut self, column: &Column, bytes: &'a [u8], stride: usize, n: usize) -> Lane<'a> {
        // Values that lie as the machine wants them are used where they are.
        let native = BIG == cfg!(target_endian = "big");
        match column.dtype().scalar {
            Scalar::F32 if native && stride == 4 => {
                if let Ok(values) = bytemuck::try_cast_slice(bytes) {
                    return Lane::F32(values);
                }
            }
            Scalar::F64 if native && stride == 8 => {
                if let Ok(values) = bytemuck::try_cast_slice(bytes) {
                    return Lane::F64(values);
                }
            }
            _ => {}
        }
        macro_rules! take {
            ($out:expr, $lane:ident, $size:literal, |$b:ident| $value:expr) => {{
                let out = &mut $out[..n];
                gather(bytes, stride, out, |raw: [u8; $size]| {
                    let $b = if BIG { reversed(raw) } else { raw };
                    $value
                });
                Lane::$lane(out)
            }};
        }
        match column.dtype().scalar {
            Scalar::F16 => take!(self.f32, F32, 2, |b| f16::from_le_bytes(b).to_f32()),
            Scalar::F32 => take!(self.f32, F32, 4, |b| f32::from_le_bytes(b)),
            Scalar::F64 => take!(self.f64, F64, 8, |b| f64::from_le_bytes(b)),
            Scalar::Bool | Scalar::U8 => take!(self.i64, I64, 1, |b| i64::from(b[0])),
            Scalar::I8 => take!(self.i64, I64, 1, |b| i64::from(i8::from_le_bytes(b))),
            Scalar::I16 => take!(self.i64, I64, 2, |b| i64::from(i16::from_le_bytes(b))),
            Scalar::U16 => take!(self.i64, I64, 2, |b| i64::from(u16::from_le_bytes(b))),
            Scalar::I32 => take!(self.i64, I64, 4, |b| i64::from(i32::from_le_bytes(b))),
            Scalar::U32 => take!(self.i64, I64, 4, |b| i64::from(u32::from_le_bytes(b))),
            Scalar::I64 | Scalar::Time(_) | Scalar::Duration(_) => take!(self.i64, I64, 8, |b| i64::from_le_bytes(b)),
            // Flipping the top bit subtracts 2^63.
            Scalar::U64 => take!(self.i64, I64, 8, |b| i64::from_le_bytes(b) ^ i64::MIN),
            Scalar::Text { .. } => {
                let out = &mut self.i64[..n];
                text::keys(bytes, stride, column.dtype(), out);
                Lane::I64(out)
            }
        }
    }
}

/// What `value` makes of the bytes of some rows, where [these are bytes](Column::is_bytes); else nothing is done.
#[inline(always)]
pub fn each_byte<T>(column: &Column, rows: &Range<u64>, out: &mut [T], value: impl Fn(u8) -> T) {
    if let (Rows::Bytes { bytes, stride }, true) = (column.rows_in(rows), column.is_bytes()) {
        gather(bytes, stride, out, |[byte]: [u8; 1]| value(byte));
    }
}

#[inline(always)]
fn reversed<const N: usize>(mut bytes: [u8; N]) -> [u8; N] {
    bytes.reverse();
    bytes
}

/// Reads `out.len()` values of `N` bytes that lie `stride` apart. Missing bytes give no value.
#[inline(always)]
fn gather<const N: usize, T>(bytes: &[u8], stride: usize, out: &mut [T], value: impl Fn([u8; N]) -> T) {
    // Strides that are known when compiling let the compiler use vector shuffles.
    match stride / N {
        _ if !stride.is_multiple_of(N) => gather_by(bytes, stride, out, value),
        1 => gather_by(bytes, N, out, value),
        2 => gather_by(bytes, 2 * N, out, value),
        3 => gather_by(bytes, 3 * N, out, value),
        4 => gather_by(bytes, 4 * N, out, value),
        _ => gather_by(bytes, stride, out, value),
    }
}

#[inline(always)]
fn gather_by<const N: usize, T>(bytes: &[u8], stride: usize, out: &mut [T], value: impl Fn([u8; N]) -> T) {
    let Some((last, most)) = out.split_last_mut() else { return };
    for (out, row) in most.iter_mut().zip(bytes.chunks_exact(stride.max(1))) {
        let mut raw = [0; N];
        raw.copy_from_slice(&row[..N]);
        *out = value(raw);
    }
    // The last row may end before a whole stride does.
    if let Some(row) = bytes.get(most.len() * stride..)
        && let Some(raw) = row.first_chunk::<N>()
    {
        *last = value(*raw);
    }
}
