//! What takes more digits than a number has: hypotenuses and remainders.

use super::careful;

/// Whether a number is 0, or its square, and what rounding takes away of it, can neither overflow nor vanish.
#[inline(always)]
pub fn is_moderate(x: f64) -> bool {
    // 2^-450 and 2^510.
    const LEAST: f64 = f64::from_bits((0x3ff - 450) << 52);
    const MOST: f64 = f64::from_bits((0x3ff + 510) << 52);
    let size = x.abs();
    ((size >= LEAST) | (size == 0.0)) & (size <= MOST)
}

/// √(a² + b²) without overflow; infinite where one is, even beside NaN. [`is_moderate`] of both may be known.
#[inline(always)]
pub fn hypot<const MODERATE: bool>(a: f64, b: f64) -> f64 {
    const MAGNITUDE: u64 = u64::MAX >> 1;
    const SPECIAL: u64 = 0x7ff;
    // 2^700 and 2^-700.
    const UP: f64 = f64::from_bits(0x6bb0_0000_0000_0000);
    const DOWN: f64 = f64::from_bits(0x1430_0000_0000_0000);
    let (a, b) = (a.to_bits() & MAGNITUDE, b.to_bits() & MAGNITUDE);
    let (large, small) = if a < b { (b, a) } else { (a, b) };
    let (x, y, x_exponent, y_exponent) = (f64::from_bits(large), f64::from_bits(small), large >> 52, small >> 52);
    if MODERATE {
        let ((x_high, x_low), (y_high, y_low)) = (square(x), square(y));
        return (y_low + x_low + y_high + x_high).sqrt();
    }
    let (is_large, is_small) = (x_exponent > 0x3ff + 510, y_exponent < 0x3ff - 450);
    let (scale, back) = if is_small { (UP, DOWN) } else { (1.0, 1.0) };
    let (scale, back) = if is_large { (DOWN, UP) } else { (scale, back) };
    let ((x_high, x_low), (y_high, y_low)) = (square(x * scale), square(y * scale));
    let value = back * (y_low + x_low + y_high + x_high).sqrt();
    let value = if x_exponent - y_exponent > 64 { x + y } else { value };
    let value = if (x_exponent == SPECIAL) | (small == 0) { x } else { value };
    if y_exponent == SPECIAL { y } else { value }
}

/// A square, and what its rounding took away.
#[inline(always)]
fn square(x: f64) -> (f64, f64) {
    let (high, low) = halves(x);
    let rounded = x * x;
    (rounded, high * high - rounded + 2.0 * high * low + low * low)
}

/// The remainder with the divisor's sign, as `numpy.remainder`.
#[inline(always)]
pub fn remainder(a: f64, b: f64) -> f64 {
    signed(a % b, b)
}

/// As [`remainder`], or [`careful`]: of huge quotients, and of numbers whose products may overflow or vanish.
#[inline(always)]
pub fn plain_remainder(a: f64, b: f64) -> f64 {
    /// Up to this, a quotient is off by one whole at most.
    const MOST: f64 = (1_u64 << 52) as f64;
    let quotient = a / b;
    let whole = quotient.trunc();
    // Exact, as the remainder itself is a number.
    let left = (-whole).mul_add(b, a);
    // A quotient that was rounded up to the next whole.
    let left = if (left < 0.0) != (a < 0.0) && left != 0.0 { left + b.abs().copysign(a) } else { left };
    let is_plain = is_moderate(a) & is_moderate(b) & (quotient.abs() < MOST);
    if is_plain { signed(left, b) } else { careful() }
}

/// The whole number of times that one goes into the other, as `numpy.floor_divide`.
#[inline(always)]
pub fn floor_divide(a: f64, b: f64) -> f64 {
    let quotient = a / b;
    if b == 0.0 {
        return quotient;
    }
    // Nearly whole, as what is left over was taken away.
    let rest = a % b;
    let whole = (a - rest) / b;
    let whole = if rest != 0.0 && (b < 0.0) != (rest < 0.0) { whole - 1.0 } else { whole };
    let floor = whole.floor();
    let nearest = if whole - floor > 0.5 { floor + 1.0 } else { floor };
    if whole == 0.0 { 0.0_f64.copysign(quotient) } else { nearest }
}

/// A remainder of either sign with that of the divisor.
#[inline(always)]
fn signed(rest: f64, b: f64) -> f64 {
    let other = if (b < 0.0) == (rest < 0.0) { rest } else { rest + b };
    if rest == 0.0 { 0.0_f64.copysign(b) } else { other }
}

/// Two numbers of half the digits whose sum a number is.
#[inline(always)]
fn halves(x: f64) -> (f64, f64) {
    const SPLIT: f64 = 134_217_729.0;
    let split = x * SPLIT;
    let high = x - split + split;
    (high, x - high)
}

#[cfg(test)]
mod tests {
    use super::super::{is_careful, same};
    use super::*;
    use proptest::prelude::*;

    fn check_hypot(a: f64, b: f64) {
        let (ours, theirs) = (hypot::<false>(a, b), libm::hypot(a, b));
        assert!(same(ours, theirs), "hypot({a:e}, {b:e}) = {ours:e}, not {theirs:e}");
        if is_moderate(a) && is_moderate(b) {
            let plain = hypot::<true>(a, b);
            assert!(same(plain, theirs), "hypot({a:e}, {b:e}) = {plain:e}, not {theirs:e}");
        }
    }

    #[test]
    fn hypotenuses_are_libms_at_the_ends() {
        let specials =
            [0.0, 1.0, 3.0, 4.0, 5e-324, 1e-310, 1e-200, 1e-140, 1e-135, 1e150, 1e154, 1e160, f64::MAX, f64::INFINITY];
        // The last is one whose square is halfway between two numbers.
        let (least, most) = (2_f64.powi(-450), 2_f64.powi(510));
        let limits = [least.next_down(), least, most, most.next_up(), 134_217_727.0];
        let specials: Vec<f64> = specials.into_iter().chain(limits).chain([f64::NAN]).flat_map(|v| [v, -v]).collect();
        specials.iter().for_each(|a| specials.iter().for_each(|b| check_hypot(*a, *b)));
    }

    proptest! {
        #[test]
        fn hypotenuses_are_libms(a: u64, b: u64, x in -1e6..1e6, y in -1e3..1e3, near in 0_u64..(80 << 52)) {
            check_hypot(f64::from_bits(a), f64::from_bits(b));
            check_hypot(x, y);
            check_hypot(f64::from_bits(a), f64::from_bits(a ^ near));
        }
    }

    #[test]
    fn remainders_have_the_sign_of_the_divisor() {
        for (a, b, wanted) in [
            (5.0, 3.0, 2.0),
            (-5.0, 3.0, 1.0),
            (5.0, -3.0, -1.0),
            (-5.0, -3.0, -2.0),
            (6.0, -3.0, -0.0),
            (-6.0, 3.0, 0.0),
            (5.0, f64::INFINITY, 5.0),
            (-5.0, f64::INFINITY, f64::INFINITY),
        ] {
            assert!(same(remainder(a, b), wanted), "{a} % {b} = {}", remainder(a, b));
        }
        assert!(remainder(1.0, 0.0).is_nan() && remainder(f64::INFINITY, 2.0).is_nan());
    }

    /// Whether care was asked for.
    fn check_remainder(a: f64, b: f64) -> bool {
        let (plain, wanted) = (plain_remainder(a, b), remainder(a, b));
        assert!(is_careful(plain) || same(plain, wanted), "{a:e} % {b:e} = {plain:e}, not {wanted:e}");
        is_careful(plain)
    }

    #[test]
    fn plain_remainders_are_exact_beside_multiples() {
        for step in 1..10_000 {
            for b in [1.0 / 3.0, 0.1, 86_400.0, 3.0, 1e-9, 1.234_567_890_123_456_7] {
                let a = f64::from(step) * b;
                for a in [a, a.next_up(), a.next_down(), a * 1e9, a + 0.5 * b] {
                    for (a, b) in [(a, b), (-a, b), (a, -b), (-a, -b)] {
                        assert!(!check_remainder(a, b), "{a:e} % {b:e}");
                    }
                }
            }
        }
    }

    #[test]
    fn remainders_are_right_at_the_ends() {
        let some = [0.0, 5e-324, 1e-310, 1e-140, 1e-135, 1.0, 3.0, 1e15, 1e16, 1e20, 1e150, 1e160, f64::MAX];
        let some = some.into_iter().chain([f64::INFINITY, f64::NAN]).flat_map(|v| [v, -v]);
        for (a, b) in some.clone().flat_map(|a| some.clone().map(move |b| (a, b))) {
            check_remainder(a, b);
        }
    }

    proptest! {
        #[test]
        fn plain_remainders_are_exact(a: u64, b: u64, x in -1e6..1e6, y in -1e3..1e3, near in 0_u64..(54 << 52)) {
            check_remainder(f64::from_bits(a), f64::from_bits(b));
            check_remainder(f64::from_bits(a), f64::from_bits(a ^ near));
            check_remainder(x, y);
            check_remainder(x * 1e9, y * 1e-3);
        }
    }
}
