//! Blosc 1 containers: blocks, each in one stream or in one for each byte of its numbers, with shuffled bytes or bits.

use std::io::Read as _;

use super::shuffle::{unshuffle, unshuffle_bits};

/// Bytes of the header.
const HEADER: usize = 16;
/// Numbers of more bytes are never kept in streams of their own.
const MOST_STREAMS: usize = 16;
/// Blocks of fewer numbers are in one stream.
const LEAST_SPLIT: usize = 128;
/// What one byte can stand for at most in the plain formats that are unpacked into room made before (LZ4, BloscLZ, Snappy).
const MOST_EXPANSION: usize = 256;
/// How far back BloscLZ looks, but for its longest form.
const NEAR: usize = 8191;

/// Unpacks a container of at most `most` bytes.
///
/// # Errors
/// What is wrong with it, in a few words.
pub(super) fn unpack(packed: &[u8], most: usize) -> Result<Vec<u8>, String> {
    let header: &[u8; HEADER] = packed.first_chunk().ok_or("the Blosc header is cut short")?;
    let [version, _, flags, width, sizes @ ..] = *header;
    let size =
        |at: usize| sizes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |raw| u32::from_le_bytes(*raw));
    let (bytes, block, length) = (as_usize(size(0)), as_usize(size(4)), as_usize(size(8)));
    if version != 2 || flags & 0x08 != 0 {
        return Err(format!("it is of version {version} of Blosc, and only 2 is read"));
    }
    if bytes > most {
        return Err(format!("it promises {bytes} bytes, more than the {most} of a chunk"));
    }
    if bytes == 0 {
        return Ok(Vec::new());
    }
    let packed = packed.get(..length).ok_or("it is cut short")?;
    if flags & 0x02 != 0 {
        return Ok(packed.get(HEADER..HEADER + bytes).ok_or("it is cut short")?.to_vec());
    }
    let width = usize::from(width);
    if block == 0 || block > bytes || width == 0 {
        return Err("its blocks have no possible size".to_owned());
    }
    let blocks = Blocks { packed, flags, width };
    let (mut all, mut plain) = (Vec::new(), Vec::new());
    for (i, start) in (0..bytes).step_by(block).enumerate() {
        let at = blocks.number(HEADER + 4 * i)?;
        let len = block.min(bytes - start);
        plain.clear();
        blocks.unpack(at, len, len < block, &mut plain)?;
        blocks.put_in_order(&plain, &mut all);
    }
    Ok(all)
}

fn as_usize(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

/// The blocks of a container.
struct Blocks<'a> {
    packed: &'a [u8],
    flags: u8,
    /// Bytes of a number.
    width: usize,
}

impl Blocks<'_> {
    fn number(&self, at: usize) -> Result<usize, String> {
        let raw = self.packed.get(at..).and_then(|rest| rest.first_chunk());
        Ok(raw.map(|raw| as_usize(u32::from_le_bytes(*raw))).ok_or("it is cut short")?)
    }

    /// Unpacks the streams of the block at a byte, of `len` bytes.
    fn unpack(&self, mut at: usize, len: usize, is_rest: bool, plain: &mut Vec<u8>) -> Result<(), String> {
        let is_split = self.flags & 0x10 == 0 && !is_rest;
        // Older writers had no flag for it.
        let is_split = is_split && self.width <= MOST_STREAMS && len / self.width >= LEAST_SPLIT;
        let streams = if is_split { self.width } else { 1 };
        let each = len / streams;
        for _ in 0..streams {
            let length = self.number(at)?;
            let start = at + 4;
            let end = start.checked_add(length).ok_or("it is cut short")?;
            let stream = self.packed.get(start..end).ok_or("it is cut short")?;
            if length == each {
                plain.extend_from_slice(stream);
            } else {
                self.stream(stream, each, plain)?;
            }
            at = end;
        }
        if plain.len() == len { Ok(()) } else { Err("a block does not have the length that it should".to_owned()) }
    }

    /// Unpacks a stream to `len` bytes.
    fn stream(&self, packed: &[u8], len: usize, plain: &mut Vec<u8>) -> Result<(), String> {
        let damaged = |_| "a block is damaged".to_owned();
        let end = plain.len() + len;
        let format = self.flags >> 5;
        if format < 3 && len > packed.len().saturating_mul(MOST_EXPANSION) {
            return Err("a block promises more than it can hold".to_owned());
        }
        let start = plain.len();
        match format {
            0 => blosclz(packed, end, plain).ok_or("a block is damaged")?,
            1 => {
                plain.resize(end, 0);
                let read = lz4_flex::block::decompress_into(packed, &mut plain[start..]);
                let read = read.map_err(|e| format!("a block is damaged: {e}"))?;
                plain.truncate(start + read);
            }
            2 => {
                plain.resize(end, 0);
                let read = snap::raw::Decoder::new().decompress(packed, &mut plain[start..]);
                let read = read.map_err(|e| format!("a block is damaged: {e}"))?;
                plain.truncate(start + read);
            }
            3 => {
                let read = flate2::read::ZlibDecoder::new(packed).take(len as u64).read_to_end(plain);
                read.map_err(damaged)?;
            }
            4 => {
                let decoder = zstd::stream::read::Decoder::with_buffer(packed).map_err(damaged)?;
                decoder.take(len as u64).read_to_end(plain).map_err(damaged)?;
            }
            other => return Err(format!("it is packed in the format {other} of Blosc, which is not read")),
        }
        if plain.len() == end { Ok(()) } else { Err("a block is cut short".to_owned()) }
    }

    /// Appends a block, its bytes or bits put together again.
    fn put_in_order(&self, plain: &[u8], all: &mut Vec<u8>) {
        if self.flags & 0x01 != 0 && self.width > 1 {
            unshuffle(plain, self.width, all);
        } else if self.flags & 0x04 != 0 && (plain.len() / self.width).is_multiple_of(8) {
            unshuffle_bits(plain, self.width, all);
        } else {
            all.extend_from_slice(plain);
        }
    }
}

/// Appends what a BloscLZ stream holds, up to `end` bytes; none if it is damaged.
fn blosclz(packed: &[u8], end: usize, plain: &mut Vec<u8>) -> Option<()> {
    let start = plain.len();
    let mut at = 0;
    let mut next = || {
        at += 1;
        packed.get(at - 1).copied().map(usize::from)
    };
    let mut control = next()? & 31;
    loop {
        if control < 32 {
            for _ in 0..=control {
                plain.push(u8::try_from(next()?).ok()?);
            }
        } else {
            let (mut length, mut back) = ((control >> 5) - 1, (control & 31) << 8);
            if length == 6 {
                loop {
                    let more = next()?;
                    length += more;
                    if more < 255 {
                        break;
                    }
                }
            }
            let low = next()?;
            if low == 255 && back == 31 << 8 {
                back = NEAR + (next()? << 8) + next()?;
            } else {
                back += low;
            }
            let from = plain.len().checked_sub(back + 1).filter(|from| *from >= start)?;
            let length = length + 3;
            if plain.len() + length > end {
                return None;
            }
            if back + 1 >= length {
                plain.extend_from_within(from..from + length);
            } else {
                // What is copied is still in the making.
                for i in from..from + length {
                    plain.push(*plain.get(i)?);
                }
            }
        }
        if plain.len() > end {
            return None;
        }
        match next() {
            Some(next) => control = next,
            None => return Some(()),
        }
    }
}
