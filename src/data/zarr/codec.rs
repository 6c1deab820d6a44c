//! What bytes of a chunk went through when they were written, and back.

use std::io::Read;

use serde_json::Value;

use super::blosc;
use super::shuffle::unshuffle;

/// Bytes that steps in between may add to those of a chunk, besides as much as these are: headers, sums.
const SLACK: usize = 1 << 16;

/// A step from bytes to bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Codec {
    Zlib,
    Gzip,
    Zstd,
    Blosc,
    /// With the length before it, as numcodecs writes it.
    Lz4,
    /// Bytes of numbers of so many, sorted by their place in the number.
    Shuffle(usize),
    /// A sum before or behind the bytes.
    Sum {
        sum: Sum,
        is_behind: bool,
    },
}

/// A sum that tells damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sum {
    Crc32,
    Crc32c,
}

impl Sum {
    fn of(self, bytes: &[u8]) -> u32 {
        match self {
            Self::Crc32 => crc32fast::hash(bytes),
            Self::Crc32c => crc32c::crc32c(bytes),
        }
    }
}

/// A codec that is not known, by its name.
pub(super) struct Unknown(pub(super) String);

impl Codec {
    /// The codec of a name with what is set of it; none for those that leave bytes as they are. Version 2 has `numcodecs`
    /// ones, version 3 its own and those under the name `numcodecs.NAME`.
    pub(super) fn named(name: &str, settings: &Value) -> Result<Option<Self>, Unknown> {
        let number = |key: &str| settings.get(key).and_then(Value::as_u64);
        let sum = |sum| {
            let place = settings.get("location").and_then(Value::as_str);
            Ok(Some(Self::Sum { sum, is_behind: place.map_or(sum == Sum::Crc32c, |place| place == "end") }))
        };
        match name.strip_prefix("numcodecs.").unwrap_or(name) {
            "zlib" => Ok(Some(Self::Zlib)),
            "gzip" => Ok(Some(Self::Gzip)),
            "zstd" => Ok(Some(Self::Zstd)),
            "blosc" => Ok(Some(Self::Blosc)),
            "lz4" => Ok(Some(Self::Lz4)),
            "crc32" => sum(Sum::Crc32),
            "crc32c" => sum(Sum::Crc32c),
            "shuffle" => {
                let width = number("elementsize").unwrap_or(4);
                match usize::try_from(width).ok().filter(|width| (1..=256).contains(width)) {
                    Some(width) => Ok(Some(Self::Shuffle(width))),
                    None => Err(Unknown(format!("shuffle of {width} bytes"))),
                }
            }
            // Rounded when written; what was written is what there is.
            "bitround" | "quantize" => Ok(None),
            _ => Err(Unknown(name.to_owned())),
        }
    }

    /// Undoes the step; no more than `most` bytes come of it.
    fn undone(&self, bytes: &[u8], most: usize) -> Result<Vec<u8>, String> {
        match self {
            Self::Zlib => all_of(flate2::read::ZlibDecoder::new(bytes), most),
            Self::Gzip => all_of(flate2::read::MultiGzDecoder::new(bytes), most),
            Self::Zstd => all_of(zstd::stream::read::Decoder::with_buffer(bytes).map_err(|e| e.to_string())?, most),
            Self::Blosc => blosc::unpack(bytes, most),
            Self::Lz4 => lz4(bytes, most),
            Self::Shuffle(width) => {
                let mut plain = Vec::with_capacity(bytes.len());
                unshuffle(bytes, *width, &mut plain);
                Ok(plain)
            }
            Self::Sum { sum, is_behind } => {
                let parts = if *is_behind {
                    bytes.split_last_chunk::<4>()
                } else {
                    bytes.split_first_chunk::<4>().map(|(said, rest)| (rest, said))
                };
                let (plain, said) = parts.ok_or("it is cut short")?;
                if sum.of(plain) != u32::from_le_bytes(*said) {
                    return Err("its sum is another than the one written with it".to_owned());
                }
                Ok(plain.to_vec())
            }
        }
    }
}

/// Undoes steps, the last first. Just `wanted` bytes must come of it.
///
/// # Errors
/// What is wrong, in a few words.
pub(super) fn undo(codecs: &[Codec], stored: &[u8], wanted: usize) -> Result<Vec<u8>, String> {
    let most = wanted.saturating_mul(2).saturating_add(SLACK);
    let mut bytes: Option<Vec<u8>> = None;
    for (i, codec) in codecs.iter().enumerate().rev() {
        let most = if i == 0 { wanted } else { most };
        bytes = Some(codec.undone(bytes.as_deref().unwrap_or(stored), most)?);
    }
    let bytes = bytes.unwrap_or_else(|| stored.to_vec());
    match bytes.len() == wanted {
        true => Ok(bytes),
        false => Err(format!("it holds {} bytes and not {wanted}", bytes.len())),
    }
}

/// All that a reader gives, which must not be more than `most` bytes.
fn all_of(reader: impl Read, most: usize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    reader.take(most as u64 + 1).read_to_end(&mut bytes).map_err(|e| e.to_string())?;
    if bytes.len() > most { Err(format!("it holds more than {most} bytes")) } else { Ok(bytes) }
}

fn lz4(bytes: &[u8], most: usize) -> Result<Vec<u8>, String> {
    let (length, packed) = bytes.split_first_chunk::<4>().ok_or("it is cut short")?;
    let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
    // No byte stands for more than 255.
    if length > most.min(packed.len().saturating_mul(256)) {
        return Err(format!("it promises {length} bytes"));
    }
    lz4_flex::block::decompress(packed, length).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_promises_too_much_is_refused() {
        let bomb = zstd::stream::encode_all([0_u8; 1 << 20].as_slice(), 1).unwrap();
        assert_eq!(undo(&[Codec::Zstd], &bomb, 1 << 20).unwrap().len(), 1 << 20);
        assert!(undo(&[Codec::Zstd], &bomb, 1000).unwrap_err().contains("more than 1000"));
        assert!(undo(&[Codec::Lz4], &[255, 255, 255, 127, 0, 0], 1 << 30).unwrap_err().contains("promises"));
        assert!(undo(&[], &[0; 5], 4).unwrap_err().contains("5 bytes and not 4"));
    }

    #[test]
    fn a_changed_byte_is_told_by_the_sum() {
        let mut bytes = vec![1, 2, 3, 4, 5];
        bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
        let sum = Codec::named("crc32c", &serde_json::json!({})).ok().flatten().unwrap();
        assert_eq!(undo(std::slice::from_ref(&sum), &bytes, 5).unwrap(), [1, 2, 3, 4, 5]);
        bytes[2] ^= 1;
        assert!(undo(&[sum], &bytes, 5).is_err());
    }
}
