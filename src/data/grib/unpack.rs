//! The values of a GRIB2 field.
//!
//! The library makes f32 of packed integers, scale and all. Here it is asked for the integers alone, by taking the scale out
//! of section 5, and they are scaled in f64: values are then those that ecCodes gives.

use std::panic::{AssertUnwindSafe, catch_unwind};

use grib::Grib2SubmessageDecoder;

use super::announced;
use super::scan::{be16, be32, signed16};

/// The sections that hold a field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sections<'a> {
    pub(super) packing: &'a [u8],
    pub(super) bitmap: &'a [u8],
    pub(super) data: &'a [u8],
}

/// Whether values packed so can be read.
///
/// # Errors
/// The template that is not known, in words.
pub(super) fn check(packing: &[u8]) -> Result<(), String> {
    match be16(packing, 9) {
        Some(0 | 2 | 3 | 4 | 40 | 41 | 42) => Ok(()),
        Some(template @ 50..=53) => Err(format!(
            "packing template 5.{template} (spherical harmonics; make a grid of \
                                                 them first, for example with cdo -sp2gpl)"
        )),
        Some(template) => Err(format!("packing template 5.{template}")),
        None => Err("a packing section that ends early".to_owned()),
    }
}

/// All values of a field in the order of the file, NaN where it has none.
///
/// # Errors
/// Data that are damaged, in words.
pub(super) fn unpack(sections: Sections<'_>, points: usize) -> Result<Vec<f64>, String> {
    let short = || "a packing section that ends early".to_owned();
    let template = be16(sections.packing, 9).ok_or_else(short)?;
    if template == 4 {
        let width = match sections.packing.get(11) {
            Some(1) => 4,
            Some(2) => 8,
            _ => return Err("packing template 5.4 with numbers of 128 bits".to_owned()),
        };
        return spread(&reals(sections.data.get(5..).unwrap_or_default(), width), sections.bitmap, points);
    }
    let reference = f64::from(f32::from_bits(be32(sections.packing, 11).ok_or_else(short)?));
    let binary = signed16(sections.packing, 15).ok_or_else(short)?;
    let decimal = signed16(sections.packing, 17).ok_or_else(short)?;
    let bits = *sections.packing.get(19).ok_or_else(short)?;
    if bits == 0 && !matches!(template, 2 | 3) {
        // As wgrib2 and ecCodes do: the reference alone, not scaled.
        return spread(&vec![reference; encoded(sections.packing, points)?], sections.bitmap, points);
    }
    let integers = if template == 0 {
        spread(
            &simple(sections.data.get(5..).unwrap_or_default(), bits, encoded(sections.packing, points)?)?,
            sections.bitmap,
            points,
        )?
    } else {
        if bits > 24 {
            return Err(format!("packing template 5.{template} with {bits} bits a value (at most 24 are read)"));
        }
        announced::check(sections, template, encoded(sections.packing, points)?)?;
        library(sections, points)?
    };
    // Divided step by step, as ecCodes does it.
    let tens = (0..decimal.unsigned_abs().min(400)).fold(1.0, |n, _| if decimal > 0 { n / 10.0 } else { n * 10.0 });
    let (scale, tenth) = (2_f64.powi(binary), tens);
    Ok(integers.into_iter().map(|n| (n * scale + reference) * tenth).collect())
}

/// Values that the packing section counts, which are no more than there are points.
fn encoded(packing: &[u8], points: usize) -> Result<usize, String> {
    let count = be32(packing, 5).and_then(|count| usize::try_from(count).ok());
    count.filter(|count| *count <= points).ok_or_else(|| "more values than points".to_owned())
}

/// Simple packing: integers of so many bits, one after another.
fn simple(data: &[u8], bits: u8, count: usize) -> Result<Vec<f64>, String> {
    let wanted = (count as u64).saturating_mul(bits.into()).div_ceil(8);
    if bits > 53 || wanted > data.len() as u64 {
        return Err(format!("{count} values of {bits} bits in {} bytes", data.len()));
    }
    let mut values = Vec::with_capacity(count);
    let (mut held, mut has) = (0_u64, 0_u8);
    let mut bytes = data.iter();
    for _ in 0..count {
        while has < bits {
            held = held << 8 | u64::from(*bytes.next().ok_or("data that end early")?);
            has += 8;
        }
        has -= bits;
        #[expect(clippy::cast_precision_loss, reason = "at most 53 bits")]
        values.push((held >> has) as f64);
        held &= (1 << has) - 1;
    }
    Ok(values)
}

/// Big-endian reals of 4 or 8 bytes.
fn reals(data: &[u8], width: usize) -> Vec<f64> {
    if width == 4 {
        data.as_chunks::<4>().0.iter().map(|raw| f32::from_be_bytes(*raw).into()).collect()
    } else {
        data.as_chunks::<8>().0.iter().map(|raw| f64::from_be_bytes(*raw)).collect()
    }
}

/// Values where the bitmap says that there are any; NaN elsewhere.
fn spread(values: &[f64], bitmap: &[u8], points: usize) -> Result<Vec<f64>, String> {
    let few = || format!("{} values for {points} points", values.len());
    match bitmap.get(5) {
        Some(255) if values.len() >= points => Ok(values[..points].to_vec()),
        Some(255) => Err(few()),
        Some(0) => {
            let bits = bitmap.get(6..).unwrap_or_default();
            if (bits.len() as u64) * 8 < points as u64 {
                return Err("a bitmap that ends early".to_owned());
            }
            let mut values = values.iter();
            let has = |i: usize| bits[i / 8] >> (7 - i % 8) & 1 == 1;
            let all = (0..points).map(|i| if has(i) { values.next().copied() } else { Some(f64::NAN) });
            all.collect::<Option<Vec<f64>>>().ok_or("a bitmap with more points than values".to_owned())
        }
        _ => Err("a bitmap that is not in the file".to_owned()),
    }
}

/// The integers of other packings, by the library.
fn library(sections: Sections<'_>, points: usize) -> Result<Vec<f64>, String> {
    let mut packing = sections.packing.to_vec();
    // Reference 0, scales 1: what comes out are the integers, which f32 holds up to 24 bits.
    if let Some(scale) = packing.get_mut(11..19) {
        scale.fill(0);
    }
    let decode = || {
        let decoder = Grib2SubmessageDecoder::new(points, packing, sections.bitmap.to_vec(), sections.data.to_vec());
        let decoder = decoder.map_err(|e| e.to_string())?;
        let values = decoder.dispatch().map_err(|e| e.to_string())?;
        Ok::<Vec<f64>, String>(values.take(points).map(f64::from).collect())
    };
    // Damaged data may make the library stop short; that costs this field, not the program.
    let decoded = catch_unwind(AssertUnwindSafe(decode)).map_err(|_| "damaged data".to_owned())??;
    if decoded.len() == points { Ok(decoded) } else { Err(format!("{} values for {points} points", decoded.len())) }
}
