//! Logarithms and exponentials.

use super::{SHIFTER, power_of_two, upper};

/// log(1+f) − (f − f²/2), and f, f²/2, k of x = 2^k · (1+f) with 1+f in [√½, √2].
struct Reduced {
    f: f64,
    half_square: f64,
    rest: f64,
    k: f64,
}

/// f and k of a normal positive number 2^k · (1+f) with 1+f in [√½, √2].
#[inline(always)]
pub fn parts_of(x: f64) -> (f64, f64) {
    // In the high word: 1.0 less √½, so that the exponent steps at √½.
    let shifted = x.to_bits().wrapping_add((0x3ff0_0000 - 0x3fe6_a09e) << 32);
    // The exponent as a whole number in the low bits of a real one: a vector instruction, as no cast is.
    let k = f64::from_bits((shifted >> 52) | SHIFTER.to_bits()) - SHIFTER;
    let mantissa = f64::from_bits((shifted & 0x000f_ffff_ffff_ffff).wrapping_add(0x3fe6_a09e << 32));
    (mantissa - 1.0, k - 1023.0)
}

/// f²/2 and log(1+f) − (f − f²/2).
#[inline(always)]
fn series(f: f64) -> (f64, f64) {
    const LG: [f64; 7] = [
        6.666_666_666_666_735e-1,
        3.999_999_999_940_942e-1,
        2.857_142_874_366_239e-1,
        2.222_219_843_214_978_4e-1,
        1.818_357_216_161_805e-1,
        1.531_383_769_920_937_3e-1,
        1.479_819_860_511_658_6e-1,
    ];
    let half_square = 0.5 * f * f;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let t1 = w * (LG[1] + w * (LG[3] + w * LG[5]));
    let t2 = z * (LG[0] + w * (LG[2] + w * (LG[4] + w * LG[6])));
    (half_square, s * (half_square + (t2 + t1)))
}

/// Only for positive numbers that are normal or, scaled up before, subnormal.
#[inline(always)]
fn reduced<const NORMAL: bool>(x: f64) -> Reduced {
    const TWO_54: f64 = 18_014_398_509_481_984.0;
    let is_small = !NORMAL && x < f64::MIN_POSITIVE;
    let (f, k) = parts_of(if is_small { x * TWO_54 } else { x });
    let k = if is_small { k - 54.0 } else { k };
    let (half_square, rest) = series(f);
    Reduced { f, half_square, rest, k }
}

/// The logarithm of 2^k · (1+f) · (1+c) for a c that is lost in 1.
#[inline(always)]
pub fn finished(f: f64, k: f64, c: f64) -> f64 {
    let (half_square, rest) = series(f);
    rest + (k * LN2_LOW + c) - half_square + f + k * LN2_HIGH
}

/// ln 2 to more digits than a number has.
pub const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
pub const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// Whether logarithms of a number need no care: it is positive, and neither infinite nor subnormal.
#[inline(always)]
pub fn is_normal(x: f64) -> bool {
    (f64::MIN_POSITIVE..f64::INFINITY).contains(&x)
}

/// What logarithms make of numbers that have none, else `value`.
#[inline(always)]
fn or_special<const NORMAL: bool>(x: f64, value: f64) -> f64 {
    if NORMAL {
        return value;
    }
    let value = if x == f64::INFINITY { x } else { value };
    let value = if x == 0.0 { f64::NEG_INFINITY } else { value };
    if x >= 0.0 { value } else { f64::NAN }
}

#[inline(always)]
pub fn log<const NORMAL: bool>(x: f64) -> f64 {
    let r = reduced::<NORMAL>(x);
    or_special::<NORMAL>(x, r.rest + r.k * LN2_LOW - r.half_square + r.f + r.k * LN2_HIGH)
}

#[inline(always)]
pub fn log10<const NORMAL: bool>(x: f64) -> f64 {
    const IVLN10_HIGH: f64 = 4.342_944_818_781_689e-1;
    const IVLN10_LOW: f64 = 2.508_294_671_164_527_5e-11;
    const LOG10_2_HIGH: f64 = 3.010_299_956_636_117_7e-1;
    const LOG10_2_LOW: f64 = 3.694_239_077_158_931e-13;
    let r = reduced::<NORMAL>(x);
    let high = upper(r.f - r.half_square);
    let low = r.f - high - r.half_square + r.rest;
    let value_high = high * IVLN10_HIGH;
    let y = r.k * LOG10_2_HIGH;
    let value_low = r.k * LOG10_2_LOW + (low + high) * IVLN10_LOW + low * IVLN10_HIGH;
    let w = y + value_high;
    or_special::<NORMAL>(x, value_low + ((y - w) + value_high) + w)
}

#[inline(always)]
pub fn log2<const NORMAL: bool>(x: f64) -> f64 {
    const IVLN2_HIGH: f64 = 1.442_695_040_721_446_3;
    const IVLN2_LOW: f64 = 1.675_171_316_488_651_2e-10;
    let r = reduced::<NORMAL>(x);
    let high = upper(r.f - r.half_square);
    let low = r.f - high - r.half_square + r.rest;
    let value_high = high * IVLN2_HIGH;
    let value_low = (low + high) * IVLN2_LOW + low * IVLN2_HIGH;
    let w = r.k + value_high;
    or_special::<NORMAL>(x, value_low + ((r.k - w) + value_high) + w)
}

/// The c of exp(r) = 1 + r + r·c / (2 − c), for |r| up to ln 2 / 2.
#[inline(always)]
pub fn kernel_exp(r: f64) -> f64 {
    const P: [f64; 5] = [
        1.666_666_666_666_660_2e-1,
        -2.777_777_777_701_559_3e-3,
        6.613_756_321_437_934e-5,
        -1.653_390_220_546_525_2e-6,
        4.138_136_797_057_238_5e-8,
    ];
    let square = r * r;
    r - square * (P[0] + square * (P[1] + square * (P[2] + square * (P[3] + square * P[4]))))
}

#[inline(always)]
pub fn exp(x: f64) -> f64 {
    const INV_LN2: f64 = std::f64::consts::LOG2_E;
    const HALF_LN2: u64 = 0x3fd6_2e42;
    /// Of 2^-28.
    const TINY: u64 = 0x3e30_0000;
    // Beyond these the result is 0 or infinite; NaN stays what it is.
    let within = x.clamp(-746.0, 710.0);
    // As libm looks at them: the upper half of the magnitude.
    let magnitude = (x.to_bits() >> 32) & 0x7fff_ffff;
    let k = (INV_LN2 * within + 0.5_f64.copysign(within)).trunc();
    let k = if magnitude <= HALF_LN2 { 0.0 } else { k };
    let (high, low) = (within - k * LN2_HIGH, k * LN2_LOW);
    let r = high - low;
    let c = kernel_exp(r);
    let y = 1.0 + (r * c / (2.0 - c) - low + high);
    // Two powers of two, as one alone may leave the range.
    let half = (k * 0.5).floor();
    let value = y * power_of_two(half) * power_of_two(k - half);
    if magnitude <= TINY { 1.0 + x } else { value }
}

#[cfg(test)]
mod tests {
    use super::super::same;
    use super::*;
    use proptest::prelude::*;

    fn check(x: f64) {
        let any = [
            ("log", log::<false>(x), libm::log(x)),
            ("log10", log10::<false>(x), libm::log10(x)),
            ("log2", log2::<false>(x), libm::log2(x)),
            ("exp", exp(x), libm::exp(x)),
        ];
        let normal = [
            ("log", log::<true>(x), libm::log(x)),
            ("log10", log10::<true>(x), libm::log10(x)),
            ("log2", log2::<true>(x), libm::log2(x)),
        ];
        for (name, ours, theirs) in any.into_iter().chain(normal.into_iter().filter(|_| is_normal(x))) {
            assert!(same(ours, theirs), "{name}({x:e}) = {ours:e}, not {theirs:e}");
        }
    }

    #[test]
    fn logarithms_and_exponentials_are_libms_at_the_ends() {
        let specials = [0.0, 1.0, 0.5, 2.0, 10.0, 1e-310, 5e-324, f64::MIN_POSITIVE, f64::MAX, f64::INFINITY, f64::NAN];
        let ends = [709.0, 709.782, 709.783, 710.0, 708.3, 708.4, 744.0, 745.13, 745.14, 746.0];
        // Where libm's exponential changes its way: 2^-28, ln 2 / 2 and 3 ln 2 / 2, and what is near.
        let ways = [0x3e30_0000_u64, 0x3fd6_2e42, 0x3ff0_a2b2].map(|upper| upper << 32);
        let steps = [0, 1, 0x7fff_ffff, 0xfefa_39ee, 0xfefa_39ef, 0xfefa_39f0, 0xffff_ffff, 1 << 32, 1 << 50];
        let near = ways.into_iter().flat_map(|way| steps.map(|step| f64::from_bits(way + step)));
        let small = (0..1000).map(|i| 1e-12 * 1.03_f64.powi(i));
        for x in specials.into_iter().chain(ends).chain(near).chain(small) {
            for x in [x, -x, x.next_up(), x.next_down()] {
                check(x);
            }
        }
        for step in 0..=2000 {
            check(f64::from(step) * 0.001_732_9);
            check(-f64::from(step) * 0.375);
            check(f64::from(step) * 0.375);
        }
    }

    proptest! {
        #[test]
        fn logarithms_and_exponentials_are_libms(bits: u64, small in -750.0..750.0) {
            check(f64::from_bits(bits));
            check(small);
        }
    }
}
