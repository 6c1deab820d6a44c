//! Cube roots.

use super::{SHIFTER, careful, power_of_two, upper};

/// Up to 2^1023, as powers of two are made of whole exponents.
const BIAS: f64 = 1023.0;

/// The cube root, rounded to the nearest; or [`careful`], where that is not certain, and for what is subnormal or not finite.
///
/// The root of what lies between 1 and 8 is guessed by a polynomial, and made better twice by Newton's way. How far the last
/// guess is from the root is known to twice as many digits as a number has, so that the rounding is certain, but for what lies
/// in the middle between two numbers, nearly.
#[inline(always)]
pub fn plain_cbrt(x: f64) -> f64 {
    const THIRD: f64 = 1.0 / 3.0;
    const TWO_NINTHS: f64 = 2.0 / 9.0;
    const C: [f64; 4] =
        [5.528_234_184_016_472e-1, 5.871_142_918_266_982e-1, -1.629_696_719_498_790_5e-1, 2.310_496_411_078_147e-2];
    /// 1, 2^(1/3) and 2^(2/3).
    const ROOTS: [f64; 3] = [1.0, 1.259_921_049_894_873_2, 1.587_401_051_968_199_4];
    let bits = x.to_bits();
    let stored = f64::from_bits(((bits >> 52) & 0x7ff) | SHIFTER.to_bits()) - SHIFTER;
    // x = 2^(3k) · 2^rest · z, with 1 ≤ z < 2.
    let z = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | (1023 << 52));
    let k = ((stored - BIAS + 0.5) * THIRD).floor();
    let rest = stored - BIAS - 3.0 * k;
    let (root, scale) = match () {
        () if rest == 0.0 => (ROOTS[0], 1.0),
        () if rest == 1.0 => (ROOTS[1], 2.0),
        () => (ROOTS[2], 4.0),
    };
    let (whole, inverse) = (z * scale, 1.0 / z);
    let guess = (C[0] + z * C[1]) + z * z * (C[2] + z * C[3]);
    let error = guess * guess * (guess * inverse) - 1.0;
    let y = (guess - error * guess * (THIRD - TWO_NINTHS * error)) * root;
    // y³ = cube + missing, to some 106 bits.
    let (high, square) = (upper(y), y * y);
    let low = y - high;
    let of_square = ((high * high - square) + 2.0 * high * low) + low * low;
    let (square_high, cube) = (upper(square), square * y);
    let square_low = square - square_high;
    let missing = ((square_high * high - cube) + square_high * low + square_low * high) + square_low * low;
    let missing = missing + of_square * y;
    let off = ((cube - whole) + missing) * (inverse / scale) * (y * THIRD);
    let nearest = y - off;
    let left = (y - nearest) - off;
    // Half of the distance to the next number.
    let half = 0.5 * f64::EPSILON;
    let is_certain = (left.abs() - half).abs() > half * 1e-5;
    let is_plain = (stored > 0.0) & (stored < 2047.0) & is_certain;
    let value = (nearest * power_of_two(k)).copysign(x);
    let value = if x == 0.0 || !x.is_finite() { x } else { value };
    if is_plain || x == 0.0 || !x.is_finite() { value } else { careful() }
}

#[cfg(test)]
mod tests {
    use super::super::{is_careful, same};
    use super::*;
    use proptest::prelude::*;

    fn check(x: f64) -> bool {
        let (ours, theirs) = (plain_cbrt(x), libm::cbrt(x));
        assert!(is_careful(ours) || same(ours, theirs), "cbrt({x:e}) = {ours:e}, not {theirs:e}");
        is_careful(ours)
    }

    #[test]
    fn cube_roots_are_libms_at_the_ends() {
        for x in [0.0, 5e-324, 1e-310, f64::MIN_POSITIVE, 1.0, 7.999_999_999_999_999, f64::MAX, f64::INFINITY, f64::NAN]
        {
            [x, -x, x.next_up(), x.next_down()].into_iter().for_each(|x| _ = check(x));
        }
        // Cubes, what is beside them, and powers of two.
        for i in 1..3000 {
            let cube = f64::from(i).powi(3);
            [cube, cube.next_up(), cube.next_down(), -cube, 2_f64.powi(i % 2000 - 1000)]
                .into_iter()
                .for_each(|x| _ = check(x));
        }
        // What libm itself takes care of.
        for bits in [0x4009_b782_23aa_307c_u64, 0x401a_202b_fc89_ddff] {
            (0..3).for_each(|n| _ = check(f64::from_bits(bits) * 8_f64.powi(n)));
        }
    }

    #[test]
    fn little_needs_care() {
        let asked = (1..200_000).filter(|i| check(f64::from(*i) * 0.377)).count();
        assert!(asked < 20, "{asked}");
        assert!(!check(0.0) && !check(f64::NAN) && !check(f64::INFINITY) && !check(8.0) && check(1e-310));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn cube_roots_are_libms(bits: u64, x in -50.0..50.0, y in 0.9..9.0) {
            [f64::from_bits(bits), x, y].into_iter().for_each(|x| _ = check(x));
        }
    }
}
