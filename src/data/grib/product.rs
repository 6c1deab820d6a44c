//! What a GRIB2 field is: quantity, level, moment, member of an ensemble.

use super::scan::{be16, be32, signed32};

/// What a field is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Product {
    /// Discipline, category and number of the quantity.
    pub(super) quantity: (u8, u8, u8),
    /// Type of level, and of the lower end of a layer (255 without).
    pub(super) levels: (u8, u8),
    /// The level; the upper one of a layer's two.
    pub(super) level: f64,
    /// Code table 4.10, where the field is of a stretch of time.
    pub(super) statistic: Option<u8>,
    /// Member of an ensemble.
    pub(super) member: Option<u8>,
    /// Seconds since 1970 that it is valid at; the end of a stretch of time.
    pub(super) time: i64,
}

/// Days from 1970-01-01 in the Gregorian calendar; none where there is no such date.
fn days(year: u16, month: u8, day: u8) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Years that begin in March put the leap day last.
    let (month, day) = (i64::from(month), i64::from(day));
    let year = i64::from(year) - i64::from(month <= 2);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year - 719_468)
}

/// Seconds since 1970 of seven bytes: year, month, day, hour, minute, second.
fn moment(bytes: &[u8], at: usize) -> Option<i64> {
    let rest = bytes.get(at + 2..at + 7)?;
    let [month, day, hour, minute, second] = rest.first_chunk::<5>()?;
    let clock = i64::from(*hour) * 3600 + i64::from(*minute) * 60 + i64::from(*second);
    Some(days(be16(bytes, at)?, *month, *day)? * 86_400 + clock)
}

/// Seconds of a unit of code table 4.4; months and years are not of one length.
fn unit(code: u8) -> Option<i64> {
    Some(match code {
        0 => 60,
        1 => 3600,
        2 => 86_400,
        10 => 3 * 3600,
        11 => 6 * 3600,
        12 => 12 * 3600,
        13 => 1,
        _ => return None,
    })
}

/// A surface's value: a number with so many decimal places.
fn surface(bytes: &[u8], at: usize) -> Option<f64> {
    let scale = *bytes.get(at)?;
    let raw = be32(bytes, at + 1)?;
    if scale == 255 || raw == u32::MAX {
        return Some(0.0);
    }
    let places = i32::from(scale & 0x7f) * if scale & 0x80 == 0 { 1 } else { -1 };
    #[expect(clippy::cast_precision_loss, reason = "at most 31 bits")]
    let value = signed32(bytes, at + 1)? as f64;
    // Dividing is exact where multiplying with a tenth is not.
    Some(if places >= 0 { value / 10_f64.powi(places) } else { value * 10_f64.powi(-places) })
}

impl Product {
    /// Reads sections 1 and 4.
    ///
    /// # Errors
    /// What is not known, in words.
    pub(super) fn of(discipline: u8, identification: &[u8], product: &[u8]) -> Result<Self, String> {
        let short = || "a section that ends early".to_owned();
        let template = be16(product, 7).ok_or_else(short)?;
        // Where the end of the stretch of time stands, and the member.
        let (end, has_member) = match template {
            0 | 2 => (None, false),
            1 => (None, true),
            8 => (Some(34), false),
            11 => (Some(37), true),
            12 => (Some(36), false),
            other => return Err(format!("product template 4.{other}")),
        };
        let read = || {
            let reference = moment(identification, 12)?;
            let time = match end {
                Some(end) => moment(product, end)?,
                None => {
                    let step = unit(*product.get(17)?)?;
                    reference.checked_add(signed32(product, 18)?.checked_mul(step)?)?
                }
            };
            let statistic = match end {
                Some(end) => Some(*product.get(end + 12)?),
                None => None,
            };
            Some(Self {
                quantity: (discipline, *product.get(9)?, *product.get(10)?),
                levels: (*product.get(22)?, *product.get(28)?),
                level: surface(product, 23)?,
                statistic,
                member: if has_member { Some(*product.get(35)?) } else { None },
                time,
            })
        };
        read().ok_or_else(|| "a moment that is none, or a section that ends early".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_dates() {
        assert_eq!(days(1970, 1, 1), Some(0));
        assert_eq!(days(2000, 3, 1), Some(11_017));
        assert_eq!(days(1900, 2, 28), Some(-25_509));
        assert_eq!(days(2024, 0, 1), None);
    }

    #[test]
    fn levels_have_decimal_places() {
        assert_eq!(surface(&[1, 0, 0, 0, 25], 0), Some(2.5));
        assert_eq!(surface(&[0x82, 0, 0, 0, 5], 0), Some(500.0));
        assert_eq!(surface(&[255, 255, 255, 255, 255], 0), Some(0.0));
        assert_eq!(surface(&[0], 0), None);
    }
}
