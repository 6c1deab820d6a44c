//! What the numbers of a file mean: CF's `scale_factor`, `add_offset`, `_FillValue`, `missing_value`, `valid_range`.

/// From a number in the file to a value: value = number · scale + offset, unless the number says that it is missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Packing {
    /// `scale_factor`.
    pub scale: f64,
    /// `add_offset`.
    pub offset: f64,
    /// Numbers that stand for nothing: `_FillValue` and `missing_value`, as the file's own type holds them.
    pub missing: Vec<f64>,
    /// Numbers below and above stand for nothing: `valid_min` and `valid_max`, or `valid_range`.
    pub valid: (f64, f64),
}

impl Default for Packing {
    fn default() -> Self {
        Self { scale: 1.0, offset: 0.0, missing: Vec::new(), valid: (f64::NEG_INFINITY, f64::INFINITY) }
    }
}

impl Packing {
    /// Makes values of numbers, in their place.
    pub fn unpack(&self, numbers: &mut [f64]) {
        for missing in &self.missing {
            // NaN is missing anyway.
            for number in numbers.iter_mut() {
                *number = if *number == *missing { f64::NAN } else { *number };
            }
        }
        let (low, high) = self.valid;
        if low > f64::NEG_INFINITY || high < f64::INFINITY {
            for number in numbers.iter_mut() {
                *number = if *number < low || *number > high { f64::NAN } else { *number };
            }
        }
        if (self.scale, self.offset) != (1.0, 0.0) {
            for number in numbers.iter_mut() {
                // Two roundings, as netCDF4-python and xarray do it: not fused.
                *number = *number * self.scale + self.offset;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_numbers_are_told_before_they_are_scaled() {
        let packing = Packing { scale: 0.5, offset: 10.0, missing: vec![-32767.0, 7.0], valid: (0.0, 100.0) };
        let mut numbers = [0.0, 7.0, -32767.0, 100.0, 101.0, -1.0, 8.0];
        packing.unpack(&mut numbers);
        let nan = f64::NAN;
        for (number, wanted) in numbers.iter().zip([10.0, nan, nan, 60.0, nan, nan, 14.0]) {
            assert!(number.total_cmp(&wanted).is_eq() || (number.is_nan() && wanted.is_nan()), "{number} {wanted}");
        }
    }
}
