//! Arithmetic of 64-bit whole numbers.

use super::program::Whole;

/// Makes a number of each lane, which lacks `bias` to its value, and of an operand.
#[inline(always)]
pub fn each(function: Whole, lanes: &[i64], (bias, operand): (i128, i128), to: &mut [f64]) {
    let values = to.iter_mut().zip(lanes);
    // Most often values and operand are no more than a register holds, and a division of these is quick.
    let small = i64::try_from(operand).ok().filter(|operand| *operand > 0 && bias == 0);
    match (function, small) {
        (Whole::Add, _) => values.for_each(|(to, v)| *to = rounded(i128::from(*v) + (bias + operand))),
        (Whole::FloorDivide, Some(by)) => values.for_each(|(to, v)| *to = nearest(v.div_euclid(by))),
        (Whole::Remainder, Some(by)) => values.for_each(|(to, v)| *to = nearest(v.rem_euclid(by))),
        (Whole::FloorDivide, None) => values.for_each(|(to, v)| *to = rounded(divided(*v, bias, operand).0)),
        (Whole::Remainder, None) => values.for_each(|(to, v)| *to = rounded(divided(*v, bias, operand).1)),
    }
}

/// Quotient, rounded down, and what is left; of a divisor that is not 0.
fn divided(lane: i64, bias: i128, by: i128) -> (i128, i128) {
    let v = i128::from(lane) + bias;
    let (quotient, rest) = (v / by, v % by);
    if rest != 0 && (rest < 0) != (by < 0) { (quotient - 1, rest + by) } else { (quotient, rest) }
}

/// The nearest f64.
#[inline(always)]
#[expect(clippy::cast_precision_loss, reason = "the one rounding of an exact number")]
pub fn rounded(v: i128) -> f64 {
    // The machine knows how to round 64 bits.
    match i64::try_from(v) {
        Ok(v) => v as f64,
        Err(_) => v as f64,
    }
}

#[inline(always)]
#[expect(clippy::cast_precision_loss, reason = "the one rounding of an exact number")]
fn nearest(v: i64) -> f64 {
    v as f64
}

#[cfg(test)]
mod tests {
    use super::super::tests::{dataset, numbers};
    use super::super::{DataError, Expression};
    use super::*;

    /// What an expression makes of the columns i (i64), u (u64) and n (i32).
    fn values(text: &str, rows: &[(i64, u64, i32)]) -> Vec<f64> {
        let bytes = rows.iter().flat_map(|(i, u, n)| {
            let parts = [i.to_le_bytes().as_slice(), &u.to_le_bytes(), &n.to_le_bytes()].concat();
            parts.into_iter()
        });
        let data = dataset("[('i','<i8'),('u','<u8'),('n','<i4')]", &bytes.collect::<Vec<u8>>());
        let bound = Expression::parse(text).unwrap();
        let bound = bound.bind::<DataError>(&[], |reference| Ok(data.column(&reference.name).ok())).unwrap();
        numbers(&bound.column(data.rows()).unwrap())
    }

    #[test]
    fn wide_columns_are_exact_where_f64_is_not() {
        // A source of Gaia's, whose number begins with its place in the sky.
        let rows = [(4_611_686_018_427_387_905, u64::MAX, 3), (-4_611_686_018_427_387_907, (1 << 63) + 1, -3)];
        for (text, wanted) in [
            ("i % 2", [1.0, 1.0]),
            ("i % -4", [-3.0, -3.0]),
            ("u % 10", [5.0, 9.0]),
            ("i // 34359738368", [134_217_728.0, -134_217_729.0]),
            ("(i // 2**35) % 7", [1.0, 5.0]),
            ("u // -9223372036854775808", [-2.0, -2.0]),
            ("i - 4611686018427387904", [1.0, -9_223_372_036_854_775_808.0]),
            ("u - 18446744073709551615", [0.0, -9_223_372_036_854_775_808.0]),
            ("18446744073709551615 - u", [0.0, 9_223_372_036_854_775_808.0]),
            ("4611686018427387903 - i + 2", [0.0, 9_223_372_036_854_775_808.0]),
            ("-4611686018427387904 + i", [1.0, -9_223_372_036_854_775_808.0]),
            ("u - u", [0.0, 0.0]),
            ("u - i - u + i", [0.0, 0.0]),
            ("i - n - 4611686018427387902", [0.0, -9_223_372_036_854_775_808.0]),
            ("n % 2", [1.0, 1.0]),
            // Not whole: as of reals.
            ("i % 0", [f64::NAN, f64::NAN]),
            ("i + 0.5", [4_611_686_018_427_387_904.0, -4_611_686_018_427_387_904.0]),
        ] {
            let got = values(text, &rows);
            let same = |(a, b): (&f64, &f64)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
            assert!(got.iter().zip(&wanted).all(same), "{text}: {got:?}, not {wanted:?}");
        }
    }

    fn made(function: Whole, lanes: &[i64], bias: i128, operand: i128) -> Vec<f64> {
        let mut to = vec![0.0; lanes.len()];
        each(function, lanes, (bias, operand), &mut to);
        to
    }

    #[test]
    fn quotients_are_pythons() {
        let lanes = [i64::MIN, -7, -1, 0, 1, 7, i64::MAX];
        for bias in [0, 1 << 63] {
            for by in [1, 2, 3, -1, -3, 1 << 40, i128::from(i64::MAX), 1 << 63, 1 << 64, -(1 << 63)] {
                let quotients = made(Whole::FloorDivide, &lanes, bias, by);
                let rests = made(Whole::Remainder, &lanes, bias, by);
                for ((lane, quotient), rest) in lanes.iter().zip(quotients).zip(rests) {
                    let v = i128::from(*lane) + bias;
                    let wanted = v.div_euclid(by) - i128::from(by < 0 && v.rem_euclid(by) != 0);
                    assert_eq!((quotient, rest), (rounded(wanted), rounded(v - wanted * by)), "{v} by {by}");
                }
            }
        }
    }

    #[test]
    fn sums_are_rounded_once() {
        let odd = (1 << 53) + 1;
        assert_eq!(made(Whole::Add, &[odd, odd + 1, -odd], 0, -(1 << 53)), [1.0, 2.0, -18_014_398_509_481_984.0]);
        assert_eq!(
            made(Whole::Add, &[i64::MAX, i64::MIN], 1 << 63, -(1 << 64) + 1),
            [0.0, -18_446_744_073_709_551_615.0]
        );
    }
}
