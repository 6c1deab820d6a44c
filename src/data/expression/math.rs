//! The arithmetic of expressions, number by number; results are NumPy's for float64.
//!
//! What has a loop of plain arithmetic (logarithms, exponentials, hypotenuses) is written so that the compiler makes vectors of it:
//! the algorithms and constants are those of FreeBSD's msun, as in the crate `libm`, whose results these are to the last
//! bit; branches became selections. The rest is `libm`'s own, the same on every platform.

use super::tree::{Binary, Compare, Unary};

/// Adds to a number whose result is then a whole one in the low bits: 1.5 · 2^52.
const SHIFTER: f64 = 6_755_399_441_055_744.0;

/// log(1+f) − (f − f²/2), and f, f²/2, k of x = 2^k · (1+f) with 1+f in [√½, √2]. Only for normal positive numbers and,
/// scaled up before, subnormal ones.
struct Reduced {
    f: f64,
    half_square: f64,
    rest: f64,
    k: f64,
}

#[inline(always)]
fn reduced<const NORMAL: bool>(x: f64) -> Reduced {
    const LG: [f64; 7] = [
        6.666_666_666_666_735e-1,
        3.999_999_999_940_942e-1,
        2.857_142_874_366_239e-1,
        2.222_219_843_214_978_4e-1,
        1.818_357_216_161_805e-1,
        1.531_383_769_920_937_3e-1,
        1.479_819_860_511_658_6e-1,
    ];
    const TWO_54: f64 = 18_014_398_509_481_984.0;
    let is_small = !NORMAL && x < f64::MIN_POSITIVE;
    let bits = (if is_small { x * TWO_54 } else { x }).to_bits();
    // In the high word: 1.0 less √½, so that the exponent steps at √½.
    let shifted = bits.wrapping_add((0x3ff0_0000 - 0x3fe6_a09e) << 32);
    // The exponent as a whole number in the low bits of a real one: a vector instruction, as no cast is.
    let k = f64::from_bits((shifted >> 52) | SHIFTER.to_bits()) - SHIFTER;
    let k = k - if is_small { 1023.0 + 54.0 } else { 1023.0 };
    let mantissa = f64::from_bits((shifted & 0x000f_ffff_ffff_ffff).wrapping_add(0x3fe6_a09e << 32));
    let f = mantissa - 1.0;
    let half_square = 0.5 * f * f;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let t1 = w * (LG[1] + w * (LG[3] + w * LG[5]));
    let t2 = z * (LG[0] + w * (LG[2] + w * (LG[4] + w * LG[6])));
    Reduced { f, half_square, rest: s * (half_square + (t2 + t1)), k }
}

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

/// The upper half of a number's bits.
#[inline(always)]
fn upper(x: f64) -> f64 {
    f64::from_bits(x.to_bits() & 0xffff_ffff_0000_0000)
}

#[inline(always)]
pub fn log<const NORMAL: bool>(x: f64) -> f64 {
    const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
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

#[inline(always)]
pub fn exp(x: f64) -> f64 {
    const INV_LN2: f64 = std::f64::consts::LOG2_E;
    const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const HALF_LN2: u64 = 0x3fd6_2e42;
    /// Of 2^-28.
    const TINY: u64 = 0x3e30_0000;
    const P: [f64; 5] = [
        1.666_666_666_666_660_2e-1,
        -2.777_777_777_701_559_3e-3,
        6.613_756_321_437_934e-5,
        -1.653_390_220_546_525_2e-6,
        4.138_136_797_057_238_5e-8,
    ];
    // Beyond these the result is 0 or infinite; NaN stays what it is.
    let within = x.clamp(-746.0, 710.0);
    // As libm looks at them: the upper half of the magnitude.
    let magnitude = (x.to_bits() >> 32) & 0x7fff_ffff;
    let k = (INV_LN2 * within + 0.5_f64.copysign(within)).trunc();
    let k = if magnitude <= HALF_LN2 { 0.0 } else { k };
    let (high, low) = (within - k * LN2_HIGH, k * LN2_LOW);
    let r = high - low;
    let square = r * r;
    let c = r - square * (P[0] + square * (P[1] + square * (P[2] + square * (P[3] + square * P[4]))));
    let y = 1.0 + (r * c / (2.0 - c) - low + high);
    // Two powers of two, as one alone may leave the range.
    let half = (k * 0.5).floor();
    let value = y * power_of_two(half) * power_of_two(k - half);
    if magnitude <= TINY { 1.0 + x } else { value }
}

/// 2^k for a whole k of at most about 1000.
#[inline(always)]
fn power_of_two(k: f64) -> f64 {
    let exponent = (k + SHIFTER).to_bits().wrapping_sub(SHIFTER.to_bits()).wrapping_add(1023);
    f64::from_bits(exponent << 52)
}

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
    const SPLIT: f64 = 134_217_729.0;
    let split = x * SPLIT;
    let high = x - split + split;
    let low = x - high;
    let rounded = x * x;
    (rounded, high * high - rounded + 2.0 * high * low + low * low)
}

/// The remainder with the divisor's sign, as `numpy.remainder`.
#[inline(always)]
pub fn remainder(a: f64, b: f64) -> f64 {
    let rest = a % b;
    if rest == 0.0 {
        0.0_f64.copysign(b)
    } else if (b < 0.0) == (rest < 0.0) {
        rest
    } else {
        rest + b
    }
}

#[inline(always)]
pub fn minimum(a: f64, b: f64) -> f64 {
    let least = if a < b { a } else { b };
    if a.is_nan() { a } else { least }
}

#[inline(always)]
pub fn maximum(a: f64, b: f64) -> f64 {
    let greatest = if a > b { a } else { b };
    if a.is_nan() { a } else { greatest }
}

#[inline(always)]
pub fn sign(v: f64) -> f64 {
    let positive = if v > 0.0 { 1.0 } else { 0.0 };
    let signed = if v < 0.0 { -1.0 } else { positive };
    if v.is_nan() { v } else { signed }
}

/// Degrees of a radian.
const DEGREES: f64 = 180.0 / std::f64::consts::PI;
/// Radians of a degree.
const RADIANS: f64 = std::f64::consts::PI / 180.0;

/// Does `$with!` with the function of one number that `$unary` is.
macro_rules! with_unary {
    ($unary:expr, $with:ident) => {
        match $unary {
            Unary::Negate => $with!(|v: f64| -v),
            Unary::Abs => $with!(f64::abs),
            Unary::Sqrt => $with!(f64::sqrt),
            Unary::Cbrt => $with!(libm::cbrt),
            Unary::Exp => $with!(math::exp),
            Unary::Exp2 => $with!(libm::exp2),
            Unary::Expm1 => $with!(libm::expm1),
            Unary::Log => $with!(math::log::<false>),
            Unary::Log2 => $with!(math::log2::<false>),
            Unary::Log10 => $with!(math::log10::<false>),
            Unary::Log1p => $with!(libm::log1p),
            Unary::Sin => $with!(libm::sin),
            Unary::Cos => $with!(libm::cos),
            Unary::Tan => $with!(libm::tan),
            Unary::Arcsin => $with!(libm::asin),
            Unary::Arccos => $with!(libm::acos),
            Unary::Arctan => $with!(libm::atan),
            Unary::Sinh => $with!(libm::sinh),
            Unary::Cosh => $with!(libm::cosh),
            Unary::Tanh => $with!(libm::tanh),
            Unary::Floor => $with!(f64::floor),
            Unary::Ceil => $with!(f64::ceil),
            Unary::Round => $with!(f64::round_ties_even),
            Unary::Trunc => $with!(f64::trunc),
            Unary::Sign => $with!(math::sign),
            Unary::Radians => $with!(math::radians),
            Unary::Degrees => $with!(math::degrees),
        }
    };
}

/// Does `$with!` with the function of two numbers that `$binary` is.
macro_rules! with_binary {
    ($binary:expr, $with:ident) => {
        match $binary {
            Binary::Add => $with!(|a: f64, b: f64| a + b),
            Binary::Subtract => $with!(|a: f64, b: f64| a - b),
            Binary::Multiply => $with!(|a: f64, b: f64| a * b),
            Binary::Divide => $with!(|a: f64, b: f64| a / b),
            Binary::Remainder => $with!(math::remainder),
            Binary::Power => $with!(libm::pow),
            Binary::Arctan2 => $with!(libm::atan2),
            Binary::Hypot => $with!(math::hypot::<false>),
            Binary::Minimum => $with!(math::minimum),
            Binary::Maximum => $with!(math::maximum),
        }
    };
}

/// Does `$with!` with a comparison.
macro_rules! with_compare {
    ($compare:expr, $with:ident) => {
        match $compare {
            Compare::Less => $with!(|a, b| a < b),
            Compare::LessEqual => $with!(|a, b| a <= b),
            Compare::Greater => $with!(|a, b| a > b),
            Compare::GreaterEqual => $with!(|a, b| a >= b),
            Compare::Equal => $with!(|a, b| a == b),
            Compare::NotEqual => $with!(|a, b| a != b),
        }
    };
}

pub(super) use {with_binary, with_compare, with_unary};

#[inline(always)]
pub fn radians(v: f64) -> f64 {
    v * RADIANS
}

#[inline(always)]
pub fn degrees(v: f64) -> f64 {
    v * DEGREES
}

use super::math;

/// One number of a function of one.
pub fn unary(function: Unary, v: f64) -> f64 {
    macro_rules! call {
        ($f:expr) => {
            $f(v)
        };
    }
    with_unary!(function, call)
}

/// One number of a function of two.
pub fn binary(function: Binary, a: f64, b: f64) -> f64 {
    macro_rules! call {
        ($f:expr) => {
            $f(a, b)
        };
    }
    with_binary!(function, call)
}

/// Whether a comparison holds.
pub fn compare(compare: Compare, a: f64, b: f64) -> bool {
    macro_rules! call {
        ($f:expr) => {{
            let holds: fn(f64, f64) -> bool = $f;
            holds(a, b)
        }};
    }
    with_compare!(compare, call)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn same(a: f64, b: f64) -> bool {
        a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
    }

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
}
