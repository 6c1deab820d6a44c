//! Where the numbers of an array are, as its description says it: in which chunks, under which keys, packed how.

use half::f16;
use serde_json::{Map, Value};

use crate::data::dtype::{Dtype, Scalar};
use crate::data::grid::raw::Element;
use crate::data::grid::{MAX_DIMENSIONS, mapped};

use super::codec::Codec;

/// The largest chunk that is unpacked, in bytes. Chunks that are not packed may have any size.
const MOST_CHUNK: u64 = 1 << 30;
/// The most chunks of a shard.
const MOST_IN_SHARD: u64 = 1 << 24;

/// An array, as its description has it.
#[derive(Debug)]
pub(super) struct Node {
    /// Cells along each dimension, the slowest first; empty for a single value.
    pub(super) shape: Vec<u64>,
    /// Names of the dimensions that have one, of version 3.
    pub(super) names: Vec<Option<String>>,
    pub(super) attributes: Map<String, Value>,
    /// What the cells are.
    pub(super) element: Element,
    /// Where they are, if they can be read.
    pub(super) array: Option<Array>,
    /// What stands for nothing, where the description says so and not an attribute.
    pub(super) missing: Option<f64>,
}

/// Where the numbers of an array are.
#[derive(Debug, Clone)]
pub(super) struct Array {
    /// Cells along each dimension; of a single value one dimension of one cell.
    pub(super) shape: Vec<u64>,
    /// Cells of the chunks that have keys, along each dimension; at least 1.
    pub(super) chunk: Vec<u64>,
    pub(super) keys: Keys,
    /// Of a chunk, or of those in a shard.
    pub(super) layout: Layout,
    /// How shards hold chunks, where chunks that have keys are shards.
    pub(super) shard: Option<Shard>,
    /// What the cells of chunks are that are not there.
    pub(super) fill: f64,
}

/// The bytes of a chunk.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) dtype: Dtype,
    /// The dimensions in the order in which they lie, the slowest first.
    pub(super) order: Vec<usize>,
    /// Steps from there to what is stored, in the order of writing.
    pub(super) codecs: Vec<Codec>,
}

/// How a shard holds chunks.
#[derive(Debug, Clone)]
pub(super) struct Shard {
    /// Cells of its chunks along each dimension, at least 1; whole numbers of them fill the shard.
    pub(super) chunk: Vec<u64>,
    /// Whether the list of where they are comes first, not last.
    pub(super) is_index_first: bool,
    pub(super) index_big_endian: bool,
    pub(super) index_codecs: Vec<Codec>,
}

/// Names of chunks.
#[derive(Debug, Clone)]
pub(super) struct Keys {
    /// What comes first: `c`, or nothing.
    pub(super) prefix: &'static str,
    pub(super) separator: char,
    /// Whether there is a single value, whose key has no numbers.
    pub(super) is_single: bool,
}

impl Keys {
    /// The name of a chunk.
    pub(super) fn of(&self, index: &[u64]) -> String {
        if self.is_single {
            return if self.prefix.is_empty() { "0" } else { self.prefix }.to_owned();
        }
        let mut key = self.prefix.to_owned();
        for number in index {
            if !key.is_empty() {
                key.push(self.separator);
            }
            key.push_str(&number.to_string());
        }
        key
    }
}

impl Array {
    /// Whether the numbers can be read at all.
    ///
    /// # Errors
    /// What is wrong, in a few words.
    pub(super) fn checked(mut self) -> Result<Self, String> {
        if self.shape.is_empty() {
            (self.shape, self.chunk, self.keys.is_single) = (vec![1], vec![1], true);
            self.layout.order = vec![0];
            if let Some(shard) = &mut self.shard {
                shard.chunk = vec![1];
            }
        }
        let count = self.shape.len();
        if count > MAX_DIMENSIONS {
            return Err(format!("of {count} dimensions, more than are read"));
        }
        let is_of_all = |lens: &[u64]| lens.len() == count && !lens.contains(&0);
        if !is_of_all(&self.chunk) || self.shard.as_ref().is_some_and(|shard| !is_of_all(&shard.chunk)) {
            return Err("in chunks of other dimensions than its own, or without cells".to_owned());
        }
        let mut order = self.layout.order.clone();
        order.sort_unstable();
        if !order.iter().copied().eq(0..count) {
            return Err("its dimensions lie in no possible order".to_owned());
        }
        if let Some(shard) = &self.shard {
            let divides = self.chunk.iter().zip(&shard.chunk).all(|(whole, part)| whole.is_multiple_of(*part));
            let chunks = shard.counts(&self.chunk).iter().try_fold(1_u64, |n, len| n.checked_mul(*len));
            if !divides || chunks.is_none_or(|chunks| chunks > MOST_IN_SHARD) {
                return Err("in shards that chunks do not fill, or too many".to_owned());
            }
        }
        let bytes = mapped::packed(self.stored(), self.layout.dtype.size()).and_then(|_| self.chunk_bytes());
        match bytes {
            Some(bytes) if bytes <= MOST_CHUNK || self.layout.codecs.is_empty() => Ok(self),
            Some(bytes) => Err(format!("in packed chunks of {bytes} bytes, more than the {MOST_CHUNK} that are read")),
            None => Err("in chunks of more bytes than there are numbers for".to_owned()),
        }
    }

    /// Cells of a chunk that is unpacked, along each dimension.
    pub(super) fn stored(&self) -> &[u64] {
        self.shard.as_ref().map_or(&self.chunk, |shard| &shard.chunk)
    }

    /// Bytes of such a chunk.
    pub(super) fn chunk_bytes(&self) -> Option<u64> {
        self.stored().iter().try_fold(self.layout.dtype.size(), |n, len| n.checked_mul(*len))
    }
}

impl Shard {
    /// Chunks along each dimension of a shard of so many cells.
    pub(super) fn counts(&self, shard: &[u64]) -> Vec<u64> {
        shard.iter().zip(&self.chunk).map(|(whole, part)| whole / part).collect()
    }
}

/// Lengths in a description.
pub(super) fn lengths(value: Option<&Value>) -> Option<Vec<u64>> {
    value?.as_array()?.iter().map(Value::as_u64).collect()
}

/// A number in a description, as a type holds it: reals may be the text `NaN`, `Infinity`, `-Infinity`, or their bits after
/// `0x`.
pub(super) fn number(value: &Value, scalar: Scalar) -> Option<f64> {
    let found = match value {
        Value::Number(number) => whole(number).or_else(|| number.as_f64())?,
        Value::Bool(is_true) => f64::from(u8::from(*is_true)),
        Value::String(text) => match (text.as_str(), text.strip_prefix("0x")) {
            ("NaN" | "NaT", _) => f64::NAN,
            ("Infinity", _) => f64::INFINITY,
            ("-Infinity", _) => f64::NEG_INFINITY,
            (_, Some(digits)) => of_bits(u64::from_str_radix(digits, 16).ok()?, scalar)?,
            (text, None) => text.parse().ok()?,
        },
        _ => return None,
    };
    #[expect(clippy::cast_possible_truncation, reason = "rounding is what is wanted")]
    Some(match scalar {
        Scalar::F16 => f64::from(f16::from_f64(found)),
        Scalar::F32 => f64::from(found as f32),
        #[expect(clippy::cast_precision_loss, reason = "the one number that means no time")]
        Scalar::Time(_) | Scalar::Duration(_) if found <= i64::MIN as f64 => f64::NAN,
        _ => found,
    })
}

#[expect(clippy::cast_precision_loss, reason = "values of fields are f64; integers beyond 2^53 are rounded")]
fn whole(number: &serde_json::Number) -> Option<f64> {
    number.as_i64().map(|n| n as f64).or_else(|| number.as_u64().map(|n| n as f64))
}

fn of_bits(bits: u64, scalar: Scalar) -> Option<f64> {
    Some(match scalar {
        Scalar::F16 => f64::from(f16::from_bits(u16::try_from(bits).ok()?)),
        Scalar::F32 => f64::from(f32::from_bits(u32::try_from(bits).ok()?)),
        Scalar::F64 => f64::from_bits(bits),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_of_descriptions() {
        let same = |value: Value, scalar, wanted: f64| {
            let found = number(&value, scalar).unwrap();
            assert!(found.total_cmp(&wanted).is_eq() || (found.is_nan() && wanted.is_nan()), "{value}: {found}");
        };
        same(json!(0.1), Scalar::F32, f64::from(0.1_f32));
        same(json!(1e20), Scalar::F32, f64::from(1e20_f32));
        same(json!("NaN"), Scalar::F64, f64::NAN);
        same(json!("-Infinity"), Scalar::F16, f64::NEG_INFINITY);
        same(json!("0x7fc00000"), Scalar::F32, f64::NAN);
        same(json!("0x3ff0000000000000"), Scalar::F64, 1.0);
        same(json!(18_446_744_073_709_551_615_u64), Scalar::U64, 18_446_744_073_709_551_615.0);
        same(json!(true), Scalar::Bool, 1.0);
        assert_eq!(number(&json!([1]), Scalar::F32), None);
        assert_eq!(number(&json!("0x1"), Scalar::I8), None);
    }

    #[test]
    fn keys_of_both_versions() {
        let keys = |prefix, separator, is_single| Keys { prefix, separator, is_single };
        assert_eq!(keys("", '.', false).of(&[1, 20]), "1.20");
        assert_eq!(keys("", '/', false).of(&[1, 20]), "1/20");
        assert_eq!(keys("c", '/', false).of(&[1, 20]), "c/1/20");
        assert_eq!(keys("c", '.', false).of(&[0]), "c.0");
        assert_eq!(keys("", '.', true).of(&[0]), "0");
        assert_eq!(keys("c", '/', true).of(&[0]), "c");
    }
}
