//! Inverse sines and cosines.

use std::f64::consts::FRAC_PI_2;

use super::{size, upper};

/// What π/2 lacks.
const PIO2_LOW: f64 = 6.123_233_995_736_766e-17;
/// Less than this is not seen beside π/2: it tells that the result is not exact.
const TINY: f64 = 7.52e-37;

#[inline(always)]
fn kernel(z: f64) -> f64 {
    const P: [f64; 6] = [
        1.666_666_666_666_666_6e-1,
        -3.255_658_186_224_009e-1,
        2.012_125_321_348_629_3e-1,
        -4.005_553_450_067_941e-2,
        7.915_349_942_898_145e-4,
        3.479_331_075_960_212e-5,
    ];
    const Q: [f64; 4] =
        [-2.403_394_911_734_414, 2.020_945_760_233_505_7, -6.882_839_716_054_533e-1, 7.703_815_055_590_194e-2];
    let p = z * (P[0] + z * (P[1] + z * (P[2] + z * (P[3] + z * (P[4] + z * P[5])))));
    let q = 1.0 + z * (Q[0] + z * (Q[1] + z * (Q[2] + z * Q[3])));
    p / q
}

/// What both angles are made of.
struct Parts {
    /// Below a half, where z is the square; else it is half of what is missing to 1.
    is_small: bool,
    /// The series of z.
    r: f64,
    /// The root of z,
    s: f64,
    /// its upper half, and what is missing to that.
    high: f64,
    c: f64,
}

#[inline(always)]
fn parts(x: f64) -> Parts {
    let is_small = size(x) < 0x3fe0_0000;
    let z = if is_small { x * x } else { (1.0 - x.abs()) * 0.5 };
    let s = z.sqrt();
    let high = upper(s);
    Parts { is_small, r: kernel(z), s, high, c: (z - high * high) / (s + high) }
}

/// The angle whose sine this is.
#[inline(always)]
pub fn arcsin(x: f64) -> f64 {
    let (v, size) = (x.abs(), size(x));
    let Parts { is_small, r, s, high, c } = parts(x);
    let near_one = FRAC_PI_2 - (2.0 * (s + s * r) - PIO2_LOW);
    let other = 0.5 * FRAC_PI_2 - (2.0 * s * r - (PIO2_LOW - 2.0 * c) - (0.5 * FRAC_PI_2 - 2.0 * high));
    match () {
        () if v > 1.0 || x.is_nan() => f64::NAN,
        () if v == 1.0 => x * FRAC_PI_2 + TINY,
        () if size < 0x3e50_0000 => x,
        () if is_small => x + x * r,
        () if size >= 0x3fef_3333 => near_one.copysign(x),
        () => other.copysign(x),
    }
}

/// The angle whose cosine this is.
#[inline(always)]
pub fn arccos(x: f64) -> f64 {
    let (v, size) = (x.abs(), size(x));
    let Parts { is_small, r, s, high, c } = parts(x);
    match () {
        () if v > 1.0 || x.is_nan() => f64::NAN,
        () if x == 1.0 => 0.0,
        () if x == -1.0 => 2.0 * FRAC_PI_2 + TINY,
        () if size <= 0x3c60_0000 => FRAC_PI_2 + TINY,
        () if is_small => FRAC_PI_2 - (x - (PIO2_LOW - x * r)),
        () if x < 0.0 => 2.0 * (FRAC_PI_2 - (s + (r * s - PIO2_LOW))),
        () => 2.0 * (high + (r * s + c)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::same;
    use super::*;
    use proptest::prelude::*;

    fn check(x: f64) {
        for (name, ours, theirs) in [("arcsin", arcsin(x), libm::asin(x)), ("arccos", arccos(x), libm::acos(x))] {
            assert!(same(ours, theirs), "{name}({x:e}) = {ours:e}, not {theirs:e}");
        }
    }

    #[test]
    fn arcs_are_libms_where_its_ways_part() {
        for upper in [0x3c60_0000_u64, 0x3e50_0000, 0x3fe0_0000, 0x3fef_3333, 0x3fef_ffff, 0x3ff0_0000] {
            for upper in [upper - 1, upper, upper + 1] {
                for lower in (0..=0xffff_ffff).step_by(0x3f_ffff).chain([0, 1, 0xffff_ffff]) {
                    let x = f64::from_bits(upper << 32 | lower);
                    check(x);
                    check(-x);
                }
            }
        }
        for x in [0.0, 5e-324, 1e-310, 1e-300, 1.0, f64::MAX, f64::INFINITY, f64::NAN] {
            [x, -x, x.next_up(), x.next_down()].into_iter().for_each(check);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn arcs_are_libms(bits: u64, x in -1.0..1.0, near in 0.9..1.0) {
            [f64::from_bits(bits), x, near, -near].into_iter().for_each(check);
        }
    }
}
