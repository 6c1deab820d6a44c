//! From values to the small integers that stand for categories.

use std::ops::Range;

use crate::data::column::{Column, LaneKind};
use crate::data::decode::{Lane, each_byte};

use super::key_of_real;
use super::keys::KeyTable;

/// From values to small integers.
#[derive(Debug, Clone)]
pub enum Coding {
    /// All categories are consecutive integers.
    Consecutive {
        /// The lane of the first.
        first: i64,
        /// The code of the last.
        last: u32,
    },
    /// A table of the codes of all values of a small type.
    Direct {
        /// The lane of the first.
        first: i64,
        /// Codes.
        table: Vec<u32>,
    },
    /// A table to search.
    Search {
        /// Codes, each more by one.
        table: KeyTable,
        /// The code of all that is not in it.
        other: u32,
    },
}

impl Coding {
    /// Whether [`Coding::code_bytes`] does its work.
    #[must_use]
    pub fn takes_bytes(&self) -> bool {
        match self {
            Self::Consecutive { first, .. } => *first >= 0,
            Self::Direct { .. } => true,
            Self::Search { .. } => false,
        }
    }

    /// As [`Coding::code`], straight from the rows of a column of unsigned bytes.
    #[inline(always)]
    pub fn code_bytes(&self, column: &Column, rows: &Range<u64>, out: &mut [u32]) {
        match self {
            Self::Consecutive { first, last } => {
                let first = u32::try_from(*first).unwrap_or(0);
                each_byte(column, rows, out, |byte| u32::from(byte).wrapping_sub(first).min(*last));
            }
            Self::Direct { first, table } => {
                let from = slot(0, *first);
                let table = table.get(from..from + 256).unwrap_or_default();
                each_byte(column, rows, out, |byte| table.get(usize::from(byte)).copied().unwrap_or(0));
            }
            Self::Search { .. } => {}
        }
    }

    /// Codes of a batch; values that are not finite have some code.
    #[inline(always)]
    pub fn code(&self, lane: Lane<'_>, out: &mut [u32]) {
        match (self, lane) {
            (Self::Consecutive { first, last }, Lane::I64(v)) => {
                let (first, last) = (*first, *last);
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "what is no category has some code"
                )]
                out.iter_mut().zip(v).for_each(|(code, v)| *code = (v.wrapping_sub(first) as u32).min(last));
            }
            (Self::Direct { first, table }, Lane::I64(v)) => {
                let most = table.len() - 1;
                out.iter_mut().zip(v).for_each(|(code, v)| *code = table[slot(*v, *first).min(most)]);
            }
            (Self::Search { table, other }, Lane::I64(v)) => search(table, *other, v, out, |v| *v),
            (Self::Search { table, other }, Lane::F64(v)) => search(table, *other, v, out, |v| key_of_real(*v)),
            (Self::Search { table, other }, Lane::F32(v)) => {
                search(table, *other, v, out, |v| key_of_real(f64::from(*v)));
            }
            // A coding is made for the column's kind.
            (Self::Consecutive { .. } | Self::Direct { .. }, Lane::F32(_) | Lane::F64(_)) => out.fill(0),
        }
    }
}

#[inline(always)]
fn search<T>(table: &KeyTable, other: u32, values: &[T], out: &mut [u32], key: impl Fn(&T) -> i64) {
    // Neighbouring rows are often of one category.
    let mut last = (0, table.get(0));
    for (code, v) in out.iter_mut().zip(values) {
        let key = key(v);
        if key != last.0 {
            last = (key, table.get(key));
        }
        *code = last.1.map_or(other, |found| u32::try_from(found - 1).unwrap_or(other));
    }
}

/// The lanes of a small integer type.
pub(super) fn direct(kind: LaneKind) -> Option<Range<i64>> {
    match kind {
        LaneKind::I64 { bits: 8, .. } => Some(-128..256),
        LaneKind::I64 { bits: 16, .. } => Some(-32_768..65_536),
        _ => None,
    }
}

pub(super) fn slots(range: &Range<i64>) -> usize {
    usize::try_from(range.end - range.start).unwrap_or(0)
}

#[inline(always)]
pub(super) fn slot(lane: i64, first: i64) -> usize {
    usize::try_from(lane.wrapping_sub(first)).unwrap_or(0)
}
