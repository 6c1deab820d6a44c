//! What the shaders know of an axis: its edges as keys, where its column lies in a tile, and how to guess a pixel.

use crate::aggregate::edges::EdgeTable;
use crate::aggregate::ordered::{i64_from_key, i64_key};
use crate::data::column::LaneKind;
use crate::scene::axis::Scale;
use crate::scene::edge::EdgeRule;

use super::pack::{Packing, Words};
use super::params::{self, Axis};

/// Low word, high word.
#[expect(clippy::cast_possible_truncation, reason = "the words are what is wanted")]
pub fn words(v: u64) -> [u32; 2] {
    [v as u32, (v >> 32) as u32]
}

/// The shader's axis for a rule and a packed column; appends the edges to `keys`.
pub fn axis(rule: &EdgeRule, packing: &Packing, capacity: u32, keys: &mut Vec<[u32; 2]>) -> Axis {
    let edges_at = u32::try_from(keys.len()).unwrap_or(0);
    let table = EdgeTable::new(rule, packing.kind);
    match packing.words {
        Words::NarrowInteger { least } => {
            let above = |key: &u64| u32::try_from(i64_from_key(*key).saturating_sub(least).max(0)).ok();
            keys.extend(table.keys.iter().map_while(above).map(|key| [key, 0]));
        }
        _ => keys.extend(table.keys.iter().map(|key| words(*key))),
    }
    let edge_count = u32::try_from(keys.len()).unwrap_or(0) - edges_at;
    // A binding may not be empty.
    if keys.is_empty() {
        keys.push([0, 0]);
    }
    let missing = packing.words.missing(packing.kind);
    let [missing_low, missing_high] = words(missing.unwrap_or(0));
    let low_at = packing.plane * capacity;
    let mut made = Axis {
        edges_at,
        edge_count,
        pixels: rule.pixels(),
        form: match packing.words {
            Words::F32Key => params::FORM_F32,
            Words::NarrowInteger { .. } => params::FORM_NARROW_INTEGER,
            Words::WideInteger => params::FORM_WIDE_INTEGER,
            _ => params::FORM_F64,
        },
        low_at,
        high_at: low_at + (packing.words.width() - 1) * capacity,
        has_missing: missing.is_some().into(),
        missing_low,
        missing_high,
        guess: params::GUESS_NONE,
        ..bytemuck::Zeroable::zeroed()
    };
    guess(&mut made, rule, packing);
    made
}

/// Fills in how the shader guesses.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a guess may be rough")]
fn guess(axis: &mut Axis, rule: &EdgeRule, packing: &Packing) {
    let (origin, width) = rule.span();
    let pixels = f64::from(rule.pixels());
    let mut set = |kind: u32, origin: f64, scale: f64| {
        axis.guess = kind;
        axis.origin_high = origin as f32;
        axis.origin_low = (origin - f64::from(axis.origin_high)) as f32;
        axis.scale = scale as f32;
        // Beyond the range of f32 a guess would be NaN, which no integer is.
        if ![axis.origin_high, axis.origin_low, axis.scale].iter().all(|v| v.is_finite()) {
            axis.guess = params::GUESS_NONE;
        }
    };
    match (rule.scale(), rule.linear(), packing.kind) {
        (Scale::Linear, Some(linear), LaneKind::I64 { bias, .. }) => {
            // The lane value from which the shader subtracts, as near to the start as the type allows.
            let wanted = linear.whole.saturating_sub(bias);
            let lane = i64::try_from(wanted).unwrap_or(if wanted < 0 { i64::MIN } else { i64::MAX });
            let lane = if let Words::NarrowInteger { least } = packing.words { lane.max(least) } else { lane };
            set(params::GUESS_LINEAR, linear.origin - (i128::from(lane) - wanted) as f64, pixels / linear.width);
            let key = match packing.words {
                Words::NarrowInteger { least } => u64::try_from(lane.saturating_sub(least)).unwrap_or(0),
                _ => i64_key(lane),
            };
            [axis.key_low, axis.key_high] = words(key);
        }
        (Scale::Linear, _, _) => set(params::GUESS_LINEAR, origin, pixels / width),
        (Scale::Log, _, LaneKind::F32 | LaneKind::F64) => {
            let ln2 = std::f64::consts::LN_2;
            set(params::GUESS_LOG, origin / ln2, pixels / (width / ln2));
        }
        _ => {}
    }
}
