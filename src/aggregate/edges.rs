//! The table of pixel edges as ordered keys: the edge rule for scales and engines that cannot evaluate it point by point.

use crate::data::column::LaneKind;
use crate::scene::edge::EdgeRule;

use super::ordered::{f32_from_key, f32_key, f64_from_key, f64_key, i64_from_key};

/// Ordered keys of e(0), e(1) … e(n), as far as the column's type has such values.
///
/// Keys are those of [`f32_key`] (widened), [`f64_key`] and [`super::ordered::i64_key`] of lane values.
/// A value lies in pixel (number of edges ≤ its key) − 1; −1 is below the view and n above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EdgeTable {
    /// The edges' keys; non-decreasing.
    pub keys: Vec<u64>,
    /// Number of pixels.
    pub pixels: u32,
}

impl EdgeTable {
    /// Finds every edge of `rule` by bisection over the keys of a lane kind.
    pub fn new(rule: &EdgeRule, kind: LaneKind) -> Self {
        let (least, greatest) = key_domain(kind);
        let position = |key: u64| match kind {
            LaneKind::F32 => rule.position(f64::from(f32_from_key(narrow(key)))),
            LaneKind::F64 => rule.position(f64_from_key(key)),
            LaneKind::I64 { bias, .. } => rule.position_of_integer(i128::from(i64_from_key(key)) + bias),
        };
        let pixels = rule.pixels();
        let mut keys = Vec::with_capacity(pixels as usize + 1);
        let mut low = least;
        for k in 0..=pixels {
            let reaches = |key: u64| position(key) >= f64::from(k);
            if !reaches(greatest) {
                break;
            }
            let mut high = greatest;
            while low < high {
                let middle = low + (high - low) / 2;
                if reaches(middle) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            keys.push(low);
        }
        Self { keys, pixels }
    }
}

/// Least and greatest key of a lane kind's finite values.
fn key_domain(kind: LaneKind) -> (u64, u64) {
    match kind {
        LaneKind::F32 => (u64::from(f32_key(f32::MIN)), u64::from(f32_key(f32::MAX))),
        LaneKind::F64 => (f64_key(f64::MIN), f64_key(f64::MAX)),
        LaneKind::I64 { .. } => (0, u64::MAX),
    }
}

/// A 32-bit key that was widened.
#[expect(clippy::cast_possible_truncation, reason = "only ever called with widened 32-bit keys")]
pub fn narrow(key: u64) -> u32 {
    key as u32
}
