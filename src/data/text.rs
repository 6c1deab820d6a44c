//! Text of a fixed width, as NumPy stores it: `S8` has a byte to a character, `U8` four; zeros at the end are no part of it.
//!
//! Columns of text are no numbers. They are told apart by a key: the text itself where that has at most 8 bytes, else a hash of
//! it. Whoever looks for the categories of a column sees all texts and finds out whether two have the same key.

use super::dtype::{Dtype, Scalar};

/// The keys of texts that lie `stride` apart. Never inlined: decoding is, everywhere, and mostly of numbers.
#[inline(never)]
pub fn keys(bytes: &[u8], stride: usize, dtype: Dtype, out: &mut [i64]) {
    let rows = Rows::new(bytes, stride, dtype);
    match dtype.scalar {
        Scalar::Text { is_wide: true, .. } => {
            let big = dtype.big_endian;
            out.iter_mut().enumerate().for_each(|(i, key)| *key = key_of_wide(rows.get(i), big));
        }
        _ => out.iter_mut().enumerate().for_each(|(i, key)| *key = key_of_narrow(rows.get(i))),
    }
}

/// The bytes of texts, row by row.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    bytes: &'a [u8],
    stride: usize,
    size: usize,
}

impl<'a> Rows<'a> {
    /// Rows that lie `stride` apart.
    pub fn new(bytes: &'a [u8], stride: usize, dtype: Dtype) -> Self {
        Self { bytes, stride, size: usize::try_from(dtype.size()).unwrap_or(usize::MAX) }
    }

    /// The bytes of a row, none where they are missing.
    #[inline(always)]
    pub fn get(&self, row: usize) -> &'a [u8] {
        let start = row.saturating_mul(self.stride);
        self.bytes.get(start..start.saturating_add(self.size)).unwrap_or_default()
    }
}

const SEEDS: [u64; 3] = [0x9E37_79B9_7F4A_7C15, 0xD6E8_FEB8_6659_FD93, 0xA076_1D64_78BD_642F];

/// Both halves of a product, one over the other: each bit of both factors has a say in each bit of it.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "the lower half")]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

#[inline(always)]
fn hash(len: usize, words: impl Iterator<Item = u64>) -> i64 {
    let start = fold(len as u64 ^ SEEDS[0], SEEDS[1]);
    fold(words.fold(start, |hash, word| fold(hash ^ word, SEEDS[2])), SEEDS[1]).cast_signed()
}

/// Up to 8 bytes as one number.
#[inline(always)]
fn word(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    word[..bytes.len().min(8)].copy_from_slice(&bytes[..bytes.len().min(8)]);
    u64::from_le_bytes(word)
}

#[inline(always)]
fn key_of_narrow(row: &[u8]) -> i64 {
    let text = trimmed(row);
    if text.len() <= 8 {
        return word(text).cast_signed();
    }
    let (words, rest) = text.as_chunks::<8>();
    hash(text.len(), words.iter().map(|word| u64::from_le_bytes(*word)).chain(std::iter::once(word(rest))))
}

#[inline(always)]
fn key_of_wide(row: &[u8], big: bool) -> i64 {
    let chars = characters(row);
    let pairs = chars.chunks(2).map(|pair| {
        let [first, second] =
            [pair.first(), pair.get(1)].map(|char| char.map_or(0, |char| u64::from(code(*char, big))));
        first | second << 32
    });
    hash(chars.len(), pairs)
}

/// Without the zeros at the end.
#[inline(always)]
fn trimmed(row: &[u8]) -> &[u8] {
    let end = row.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    &row[..end]
}

/// The characters without the zeros at the end.
#[inline(always)]
fn characters(row: &[u8]) -> &[[u8; 4]] {
    let chars = row.as_chunks::<4>().0;
    let end = chars.iter().rposition(|char| *char != [0; 4]).map_or(0, |last| last + 1);
    &chars[..end]
}

#[inline(always)]
fn code(char: [u8; 4], big: bool) -> u32 {
    if big { u32::from_be_bytes(char) } else { u32::from_le_bytes(char) }
}

/// A row as a text: bytes as UTF-8, or as Latin-1 where they are none; what is no character is `\u{FFFD}`.
pub fn text(row: &[u8], dtype: Dtype) -> String {
    if let Scalar::Text { is_wide: true, .. } = dtype.scalar {
        let chars = characters(row).iter().map(|char| code(*char, dtype.big_endian));
        return chars.map(|code| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    }
    let bytes = trimmed(row);
    std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().map(|byte| char::from(*byte)).collect(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(text: &str, length: usize, big: bool) -> Vec<u8> {
        let codes = text.chars().map(u32::from).chain(std::iter::repeat(0)).take(length);
        codes.flat_map(|code| if big { code.to_be_bytes() } else { code.to_le_bytes() }).collect()
    }

    fn dtype(length: u32, is_wide: bool, big_endian: bool) -> Dtype {
        Dtype { scalar: Scalar::Text { length, is_wide }, big_endian }
    }

    #[test]
    fn equal_texts_have_equal_keys_whatever_their_width_and_order() {
        let texts = ["", "a", "b", "ab", "ba", "12345678", "123456789", "123456780", "Straße", "a b", "ab\0c"];
        let mut seen = Vec::new();
        for text in texts {
            let narrow = |length: usize| {
                let mut bytes = text.as_bytes().to_vec();
                bytes.resize(length, 0);
                let mut key = [0];
                keys(&bytes, length, dtype(u32::try_from(length).unwrap(), false, false), &mut key);
                assert_eq!(super::text(&bytes, dtype(9, false, false)), text);
                key[0]
            };
            assert_eq!(narrow(12), narrow(40), "{text}");
            let of_wide = |length: usize, big: bool| {
                let bytes = wide(text, length, big);
                let dtype = dtype(u32::try_from(length).unwrap(), true, big);
                let mut key = [0];
                keys(&bytes, bytes.len(), dtype, &mut key);
                assert_eq!(super::text(&bytes, dtype), text);
                key[0]
            };
            assert!(of_wide(12, false) == of_wide(12, true) && of_wide(12, false) == of_wide(31, true), "{text}");
            for key in [narrow(12), of_wide(12, false)] {
                assert!(!seen.contains(&key), "{text}");
                seen.push(key);
            }
        }
    }

    #[test]
    fn rows_lie_a_stride_apart_and_bytes_that_are_no_utf8_are_latin1() {
        let bytes = b"..ab...cd\xe9";
        let dtype = dtype(2, false, false);
        let mut found = [0; 2];
        keys(&bytes[2..], 5, dtype, &mut found);
        assert_eq!(found, [word(b"ab").cast_signed(), word(b"cd").cast_signed()]);
        assert_eq!(text(&bytes[7..], self::dtype(3, false, false)), "cd\u{e9}");
        assert_eq!(text(&[0, 0, 0xd8, 0xff], self::dtype(1, true, false)), "\u{fffd}");
    }
}
