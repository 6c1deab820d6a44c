//! The numbers: from rows to one number a pixel, on the CPU and on the GPU, with the same result to the last bit.

pub(crate) mod by_category;
pub mod cells;
pub mod cpu;
pub mod edges;
pub mod gpu;
mod mirror;
pub mod ordered;

use std::ops::Range;

use crate::data::DataError;

pub use by_category::ByCategory;
pub(crate) use by_category::scale_counts;

/// One number a pixel, row-major; row 0 is the lowest y, as in the edge rule.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Rows in each pixel; 0 means that none fell there.
    Count(Vec<u64>),
    /// A reduced value; NaN means that no row fell there, or that a field has no cell there or lacks it ([`MISSING`]).
    Real(Vec<f64>),
    /// Rows of each category in each pixel.
    Categories(ByCategory),
}

/// A pixel of a field whose cells are all missing: a NaN that can be told from that of a pixel where there is no cell at all.
pub const MISSING: f64 = f64::from_bits(0x7ff8_0000_0000_0001);

/// Whether a number is [`MISSING`].
#[inline]
#[must_use]
pub fn is_missing(number: f64) -> bool {
    number.to_bits() == MISSING.to_bits()
}

impl Values {
    /// Appends further rows of pixels of the same kind; others are left out.
    pub fn append(&mut self, further: Self) {
        match (self, further) {
            // The first are often all there are.
            (Self::Real(all), Self::Real(more)) if all.is_empty() && all.capacity() == 0 => *all = more,
            (Self::Count(all), Self::Count(more)) => all.extend(more),
            (Self::Real(all), Self::Real(more)) => all.extend(more),
            (Self::Categories(all), Self::Categories(more)) => all.append(more),
            (Self::Count(_) | Self::Real(_) | Self::Categories(_), _) => {}
        }
    }

    /// Some rows of `width` pixels, 0 being the lowest; as far as there are any.
    #[must_use]
    pub fn lines(&self, lines: Range<u32>, width: usize) -> Self {
        let of = |length: usize| {
            let at = |line: u32| (line as usize).saturating_mul(width).min(length);
            at(lines.start)..at(lines.end).max(at(lines.start))
        };
        match self {
            Self::Count(counts) => Self::Count(counts[of(counts.len())].to_vec()),
            Self::Real(reals) => Self::Real(reals[of(reals.len())].to_vec()),
            Self::Categories(by) => Self::Categories(by.part(of(by.totals().len()))),
        }
    }
}

/// Where every row went. rows = `in_view` + `outside` + `not_finite` + `filtered`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Accounting {
    /// All rows.
    pub rows: u64,
    /// Rows that fell into a pixel.
    pub in_view: u64,
    /// Rows with finite numbers outside the view.
    pub outside: u64,
    /// Rows whose x, y or value (where the reduction has one) is NaN, infinite or not a time.
    pub not_finite: u64,
    /// Rows that the filter left out, whatever their values.
    pub filtered: u64,
}

impl Accounting {
    /// The accounting of rows that fell into pixels, and of the rest.
    pub fn new(in_view: u64, rest: Rest) -> Self {
        let Rest { outside, not_finite, filtered } = rest;
        Self { rows: in_view + outside + not_finite + filtered, in_view, outside, not_finite, filtered }
    }

    /// Whether it adds up.
    pub fn adds_up(&self) -> bool {
        self.in_view + self.outside + self.not_finite + self.filtered == self.rows
    }
}

/// Rows that fell into no pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rest {
    /// Outside the view.
    pub outside: u64,
    /// Not finite.
    pub not_finite: u64,
    /// Left out by the filter.
    pub filtered: u64,
}

impl std::ops::Add for Rest {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            outside: self.outside + other.outside,
            not_finite: self.not_finite + other.not_finite,
            filtered: self.filtered + other.filtered,
        }
    }
}

/// The reduced numbers of one layer on the view's pixel grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// Pixels along x.
    pub width: u32,
    /// Pixels along y.
    pub height: u32,
    /// The numbers, `height` rows of `width`.
    pub values: Values,
    /// Where every row went.
    pub accounting: Accounting,
}

/// Cells of a field in a view, as nodes of contour lines.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CellsInView {
    /// Parts of the field; several where it comes round to itself, or is seen at several turns of the Earth.
    pub parts: Vec<NodesInView>,
}

/// Centers of cells in rows and columns.
#[derive(Debug, Clone, PartialEq)]
pub struct NodesInView {
    /// Number of columns.
    pub width: usize,
    /// Whether `x` is of columns and `y` of rows, or both are of every node, row by row.
    pub is_rectilinear: bool,
    /// Where they lie, in pixels from the left.
    pub x: Vec<f64>,
    /// Where they lie, in pixels from the bottom.
    pub y: Vec<f64>,
    /// Values, row by row; NaN where one is missing.
    pub values: Vec<f64>,
}

/// What can go wrong while aggregating.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The data could not be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// No usable GPU adapter.
    #[error(
        "no GPU adapter was found; install a Vulkan driver (on macOS and Windows: Metal or DX12), or use --engine cpu"
    )]
    NoAdapter,
    /// The adapter refused.
    #[error("the GPU engine failed while {doing}: {what}; try --engine cpu")]
    Gpu {
        /// What was being done.
        doing: &'static str,
        /// The adapter's words.
        what: String,
    },
    /// The adapter is gone: unplugged, reset, or its driver failed. The engine is of no use any more; a new one may be.
    #[error("the GPU was lost while {doing}: {what}; draw again to start it anew, or use --engine cpu")]
    DeviceLost {
        /// What was being done.
        doing: &'static str,
        /// The adapter's words.
        what: String,
    },
    /// More data than may stay on the adapter.
    #[error("the rows need {needed} MiB on the GPU, which may use {limit} MiB; use --engine cpu")]
    OverBudget {
        /// MiB needed.
        needed: u64,
        /// MiB allowed.
        limit: u64,
    },
    /// Too large a picture for memory or adapter.
    #[error(
        "a picture of {width}x{height} pixels needs {needed} MiB on this engine, which may use {limit} MiB; make it smaller"
    )]
    TooLarge {
        /// Pixels along x.
        width: u32,
        /// Pixels along y.
        height: u32,
        /// MiB needed.
        needed: u64,
        /// MiB allowed.
        limit: u64,
    },
}
