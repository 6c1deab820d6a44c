//! What is known of a pixel while its cells are added up.

use crate::aggregate::MISSING;
use crate::scene::style::SpecialValues;

/// Sums of value · weight and of weights, with the ends of the values: a mean is never beyond them, whatever rounding does,
/// and of equal cells it is their value.
#[derive(Debug, Clone, Copy)]
pub struct Pixel {
    sum: f64,
    pub weight: f64,
    /// Least and greatest value.
    low: f64,
    high: f64,
}

impl Pixel {
    /// Of no cell, with the weight to start from.
    pub fn new(weight: f64) -> Self {
        Self { sum: 0.0, weight, low: f64::INFINITY, high: f64::NEG_INFINITY }
    }

    /// Adds a cell, which changes nothing if it is missing.
    #[inline(always)]
    pub fn add(&mut self, value: f64, weight: f64) {
        let is_missing = value.is_nan();
        let weight = if is_missing { 0.0 } else { weight };
        self.sum += if is_missing { 0.0 } else { value } * weight;
        self.weight += weight;
        self.widen(value);
    }

    /// Notes the value of a cell, for extremes.
    #[inline(always)]
    pub fn widen(&mut self, value: f64) {
        // NaN is neither less nor greater than anything.
        self.low = if value < self.low { value } else { self.low };
        self.high = if value > self.high { value } else { self.high };
    }

    /// The mean; NaN without any weight.
    pub fn mean(&self) -> f64 {
        let mean = self.sum / self.weight;
        if mean.is_nan() { mean } else { mean.max(self.low).min(self.high) }
    }

    /// The least or the greatest value; NaN without any.
    pub fn extreme(&self, is_max: bool) -> f64 {
        match self.low <= self.high {
            true if is_max => self.high,
            true => self.low,
            false => f64::NAN,
        }
    }
}

/// Bits of the cells that hold a special value: a NaN, so that it takes no part in anything, and its number.
const MARK: u64 = 0x7ff8_0000_0001_0000;

/// A cell as it is added up: what is infinite has no mean with others, and is missing in tables, too.
pub fn marked(value: f64, special: &[f64]) -> f64 {
    match special.iter().position(|known| *known == value) {
        Some(number) => f64::from_bits(MARK + number as u64),
        None if value.is_finite() => value,
        None => MISSING,
    }
}

/// What a pixel of special cells has for a value.
#[inline(always)]
pub fn shown(value: f64, special: &SpecialValues) -> f64 {
    if special.are_shown() { value } else { MISSING }
}

/// The special value that a cell holds.
#[inline(always)]
pub fn special_of(cell: f64, special: &SpecialValues) -> Option<f64> {
    let number = cell.to_bits().wrapping_sub(MARK);
    special.values().get(usize::try_from(number).ok()?).copied()
}

/// Half and half is not more than half, whatever rounding makes of it.
const MORE: f64 = 1.0 + 1.0 / 1_048_576.0;

/// Pixels more than half of whose cells, by weight, are special show the first of their values.
#[derive(Debug, Clone, Copy, Default)]
pub struct Share {
    weight: f64,
    value: f64,
}

impl Share {
    /// Adds a cell, if it is special.
    pub fn add(&mut self, cell: f64, weight: f64, special: &SpecialValues) {
        if let Some(value) = special_of(cell, special) {
            self.value = if self.weight > 0.0 { self.value } else { value };
            self.weight += weight;
        }
    }

    /// The special value of a pixel, whose other cells have some weight.
    pub fn value(&self, other: f64, special: &SpecialValues) -> Option<f64> {
        (self.weight > 0.0 && self.weight > other * MORE).then(|| shown(self.value, special))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_within_their_cells() {
        for value in [10.0, 0.1, -9999.0, 1e300, 5e-324] {
            let mut pixel = Pixel::new(0.0);
            for i in 1..50 {
                pixel.add(value, 1.0 / f64::from(i));
                pixel.add(f64::NAN, 0.7);
                assert_eq!(pixel.mean().to_bits(), value.to_bits());
            }
        }
        assert!(Pixel::new(0.0).mean().is_nan() && Pixel::new(0.0).extreme(true).is_nan());
    }

    #[test]
    fn special_cells_are_told_from_missing_ones() {
        let all: Vec<_> = ["-9999=red", "7=blue"].iter().map(|text| text.parse().unwrap()).collect();
        let special = SpecialValues::of(&all, true);
        let cells = [-9999.0, 7.0, 7.5, f64::NAN, f64::INFINITY].map(|value| marked(value, special.values()));
        assert_eq!(cells.map(|cell| special_of(cell, &special)), [Some(-9999.0), Some(7.0), None, None, None]);
        assert_eq!(cells.map(f64::is_nan), [true, true, false, true, true]);
        let mut share = Share::default();
        cells.iter().for_each(|cell| share.add(*cell, 0.25, &special));
        assert_eq!([0.4, 0.5].map(|other| share.value(other, &special)), [Some(-9999.0), None]);
        assert!(share.value(0.0, &SpecialValues::of(&all, false)).unwrap().is_nan());
    }
}
