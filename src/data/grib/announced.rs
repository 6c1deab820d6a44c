//! What packed data announce of their own size, which must fit the field before the library makes room for it: a few damaged
//! bytes could else ask for all memory.

use super::scan::{be16, be32};
use super::unpack::Sections;

/// Bytes before the data in section 7.
const HEAD: usize = 5;

/// Checks that data packed by a template hold no more than `count` values.
///
/// # Errors
/// What does not fit, in words.
pub(super) fn check(sections: Sections<'_>, template: u16, count: usize) -> Result<(), String> {
    let data = sections.data.get(HEAD..).unwrap_or_default();
    match template {
        2 | 3 => groups(sections.packing, data, template == 3, count),
        40 => picture(jpeg_2000(data), count),
        41 => picture(png(data), count),
        // The library makes room for as many as the field has.
        _ => Ok(()),
    }
}

/// Values of a picture, of which each pixel is one.
fn picture(values: Option<u64>, count: usize) -> Result<(), String> {
    match values {
        // What is no picture is refused by who reads it.
        Some(values) if values > count as u64 => Err(format!("a picture of {values} values for {count}")),
        _ => Ok(()),
    }
}

/// Values in a PNG file, by its header.
fn png(data: &[u8]) -> Option<u64> {
    // Eight bytes that all begin with, length and name of the first chunk, width, height.
    Some(u64::from(be32(data, 16)?) * u64::from(be32(data, 20)?))
}

/// Values in a JPEG 2000 code stream, of all its components, by the marker SIZ that it begins with.
fn jpeg_2000(data: &[u8]) -> Option<u64> {
    let side = |end: usize, start: usize| Some(u64::from(be32(data, end)?.saturating_sub(be32(data, start)?)));
    let area = side(8, 16)?.saturating_mul(side(12, 20)?);
    Some(area.saturating_mul(be16(data, 40)?.into()))
}

/// Complex packing (templates 5.2 and 5.3): the groups have as many values as are encoded, and the bits of these are there.
fn groups(packing: &[u8], data: &[u8], has_differences: bool, count: usize) -> Result<(), String> {
    let short = || "a packing section that ends early".to_owned();
    let byte = |at: usize| packing.get(at).copied().map(u64::from).ok_or_else(short);
    let word = |at: usize| be32(packing, at).map(u64::from).ok_or_else(short);
    let (number, bits) = (word(31)?, byte(19)?);
    let (width_from, width_bits) = (byte(35)?, byte(36)?);
    let (length_from, length_step, last, length_bits) = (word(37)?, byte(41)?, word(42)?, byte(46)?);
    if number > count as u64 {
        return Err(format!("{number} groups of {count} values"));
    }
    if width_bits > 32 || length_bits > 32 {
        return Err(format!("groups whose sizes have {} bits", width_bits.max(length_bits)));
    }
    let differences = if has_differences { (byte(47)? + 1) * byte(48)? } else { 0 };
    // References, widths and lengths of all groups follow each other, each from a whole byte on.
    let widths = differences + (number * bits).div_ceil(8);
    let lengths = widths + (number * width_bits).div_ceil(8);
    let values = lengths + (number * length_bits).div_ceil(8);
    let len = data.len() as u64;
    if values > len {
        return Err(format!("{number} groups in {len} bytes"));
    }
    let (mut held, mut needed) = (0_u64, 0_u64);
    for group in 0..number {
        let width = width_from + number_at(data, widths * 8 + group * width_bits, width_bits);
        let length = match group + 1 == number {
            true => last,
            false => length_from + length_step * number_at(data, lengths * 8 + group * length_bits, length_bits),
        };
        held = held.saturating_add(length);
        needed = needed.saturating_add(width.saturating_mul(length));
    }
    if held != count as u64 {
        return Err(format!("groups of {held} values for {count}"));
    }
    if needed.div_ceil(8) > len - values {
        return Err(format!("{needed} bits of values in {} bytes", len - values));
    }
    Ok(())
}

/// The big-endian number of so many bits, at most 32, that begins at a bit.
fn number_at(data: &[u8], at: u64, bits: u64) -> u64 {
    let bit = |i: u64| {
        let byte = usize::try_from(i / 8).ok().and_then(|byte| data.get(byte)).copied().unwrap_or(0);
        u64::from(byte >> (7 - i % 8) & 1)
    };
    (at..at + bits).fold(0, |number, i| number << 1 | bit(i))
}
