//! Functions that are off by a little, for less time than exact ones take where a product is added in one instruction.
//!
//! Polynomials are minimax fits of this file's own (Lawson's weights on Chebyshev nodes). Results are NaN where the exact ones
//! are NaN or infinite, and infinite where that, or how far off they are, is not known: such numbers need [`CARE`].

use std::f64::consts::{FRAC_1_PI, FRAC_PI_2, LN_2, LOG2_E, LOG10_2, PI};

use super::logs::parts_of;
use super::{SHIFTER, is_normal, power_of_two};

/// How far results are off at most: both together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance {
    /// In all cases.
    pub off: f64,
    /// For each unit of the exact result.
    pub share: f64,
}

/// What a function gives for numbers that it knows too little of; it stays infinite when it is scaled and shifted.
const CARE: f64 = f64::INFINITY;

/// Of logarithms.
pub const LOGS: Tolerance = Tolerance { off: 3e-10, share: 2e-15 };
/// Of exponentials.
pub const EXPONENTIALS: Tolerance = Tolerance { off: 1e-300, share: 4e-9 };
/// Of sums with exponentials, and quotients of such.
pub const HYPERBOLIC: Tolerance = Tolerance { off: 5e-9, share: 5e-9 };
/// Of sines.
pub const SINES: Tolerance = Tolerance { off: 5e-9, share: 0.0 };
/// Of angles.
pub const ANGLES: Tolerance = Tolerance { off: 1e-8, share: 0.0 };
/// Of roots.
pub const ROOTS: Tolerance = Tolerance { off: 1e-300, share: 2e-15 };

/// Sines of greater numbers lose digits.
const FAR: f64 = 262_144.0;
/// Squares of numbers between are neither subnormal nor infinite.
const LITTLE: f64 = 1e-140;
const LARGE: f64 = 1e140;

/// `p[0] + z · p[1] + …`
#[inline(always)]
fn polynomial<const N: usize>(z: f64, p: [f64; N]) -> f64 {
    let mut sum = 0.0_f64;
    for c in p.into_iter().rev() {
        sum = sum.mul_add(z, c);
    }
    sum
}

/// The binary logarithm of a positive normal number; of others anything.
#[inline(always)]
fn kernel_log2(x: f64) -> f64 {
    const P: [f64; 4] =
        [2.885_390_072_748_493, 9.618_007_604_545_445e-1, 5.765_844_401_571_255e-1, 4.342_582_316_784_067_7e-1];
    let (f, k) = parts_of(x);
    let s = f / (2.0 + f);
    s.mul_add(polynomial(s * s, P), k)
}

/// 2 to the power of a number of at most about 1000; of others anything.
#[inline(always)]
fn kernel_exp2(t: f64) -> f64 {
    const P: [f64; 7] = [
        1.000_000_000_554_167_4,
        6.931_472_057_372_6e-1,
        2.402_264_689_062_149e-1,
        5.550_328_776_972_921e-2,
        9.618_488_958_538_79e-3,
        1.339_993_121_693_590_4e-3,
        1.534_581_161_046_846_2e-4,
    ];
    let whole = t + SHIFTER - SHIFTER;
    polynomial(t - whole, P) * power_of_two(whole)
}

/// The sine of w turns, |w| ≤ ¼.
#[inline(always)]
fn kernel_sin(w: f64) -> f64 {
    const P: [f64; 5] = [
        6.283_185_160_089_464,
        -4.134_165_503_141_45e1,
        8.160_100_407_316_745e1,
        -7.654_978_229_150_747e1,
        3.953_670_604_944_567e1,
    ];
    w * polynomial(w * w, P)
}

/// The arctangent of a number from 0 to 1.
#[inline(always)]
fn kernel_arctan(t: f64) -> f64 {
    const P: [f64; 9] = [
        9.999_998_863_827_798e-1,
        -3.333_259_702_734_392_4e-1,
        1.998_590_675_719_324e-1,
        -1.416_122_914_307_050_8e-1,
        1.049_894_591_847_108e-1,
        -7.234_857_076_675_45e-2,
        3.978_122_045_849_687e-2,
        -1.440_135_613_441_790_1e-2,
        2.456_724_161_064_506e-3,
    ];
    t * polynomial(t * t, P)
}

#[inline(always)]
fn log2_of(x: f64, unit: f64) -> f64 {
    let value = kernel_log2(x) * unit;
    let of_others = if (x > 0.0) & (x < 1.0) { CARE } else { f64::NAN };
    if is_normal(x) { value } else { of_others }
}

#[inline(always)]
pub fn log(x: f64) -> f64 {
    log2_of(x, LN_2)
}

#[inline(always)]
pub fn log2(x: f64) -> f64 {
    log2_of(x, 1.0)
}

#[inline(always)]
pub fn log10(x: f64) -> f64 {
    log2_of(x, LOG10_2)
}

#[inline(always)]
pub fn log1p(x: f64) -> f64 {
    log(1.0 + x)
}

/// 2 to the power of x · unit.
#[inline(always)]
pub fn exponential(x: f64, unit: f64) -> f64 {
    let t = x * unit;
    let value = kernel_exp2(t);
    if t.abs() >= 1000.0 { CARE } else { value }
}

#[inline(always)]
pub fn exp(x: f64) -> f64 {
    exponential(x, LOG2_E)
}

#[inline(always)]
pub fn exp2(x: f64) -> f64 {
    exponential(x, 1.0)
}

#[inline(always)]
pub fn expm1(x: f64) -> f64 {
    let t = x * LOG2_E;
    let value = kernel_exp2(t) - 1.0;
    if t.abs() >= 1000.0 { CARE } else { value }
}

#[inline(always)]
pub fn sinh(x: f64) -> f64 {
    let t = x * LOG2_E;
    let e = kernel_exp2(t);
    if t.abs() >= 1000.0 { CARE } else { 0.5 * (e - 1.0 / e) }
}

#[inline(always)]
pub fn cosh(x: f64) -> f64 {
    let t = x * LOG2_E;
    let e = kernel_exp2(t);
    if t.abs() >= 1000.0 { CARE } else { 0.5 * (e + 1.0 / e) }
}

#[inline(always)]
pub fn tanh(x: f64) -> f64 {
    // Beyond, it is 1.
    let size = if x.abs() > 20.0 { 20.0 } else { x.abs() };
    (1.0 - 2.0 / (kernel_exp2(size * (2.0 * LOG2_E)) + 1.0)).copysign(x)
}

#[inline(always)]
pub fn arcsinh(x: f64) -> f64 {
    let size = x.abs();
    let value = (kernel_log2(size + (size * size + 1.0).sqrt()) * LN_2).copysign(x);
    let of_others = if size < f64::INFINITY { CARE } else { f64::NAN };
    if size < LARGE { value } else { of_others }
}

#[inline(always)]
pub fn arccosh(x: f64) -> f64 {
    let value = kernel_log2(x + ((x - 1.0) * (x + 1.0)).sqrt()) * LN_2;
    let of_others = if (LARGE..f64::INFINITY).contains(&x) { CARE } else { f64::NAN };
    if (1.0..LARGE).contains(&x) { value } else { of_others }
}

#[inline(always)]
pub fn arctanh(x: f64) -> f64 {
    let value = kernel_log2((1.0 + x) / (1.0 - x)) * (0.5 * LN_2);
    if x.abs() < 1.0 { value } else { f64::NAN }
}

#[inline(always)]
pub fn cbrt(x: f64) -> f64 {
    let size = x.abs();
    let value = kernel_exp2(kernel_log2(size) * (1.0 / 3.0)).copysign(x);
    let of_others = if size < 1.0 { CARE } else { f64::NAN };
    let value = if is_normal(size) { value } else { of_others };
    if size == 0.0 { x } else { value }
}

/// The part of a turn that a number is, from -½ to ½.
#[inline(always)]
fn part_of_turn(x: f64) -> f64 {
    let turns = x * (0.5 * FRAC_1_PI);
    turns - (turns + SHIFTER - SHIFTER)
}

#[inline(always)]
fn unless_far(x: f64, value: f64) -> f64 {
    let is_far = (x.abs() > FAR) & (x.abs() < f64::INFINITY);
    let value = if is_far { CARE } else { value };
    if x.abs() == f64::INFINITY { f64::NAN } else { value }
}

#[inline(always)]
pub fn sin(x: f64) -> f64 {
    let part = part_of_turn(x);
    unless_far(x, kernel_sin((0.25 - (part.abs() - 0.25).abs()).copysign(part)))
}

#[inline(always)]
pub fn cos(x: f64) -> f64 {
    unless_far(x, kernel_sin(0.25 - part_of_turn(x).abs()))
}

#[inline(always)]
pub fn arctan(x: f64) -> f64 {
    let size = x.abs();
    let is_large = size > 1.0;
    let angle = kernel_arctan(if is_large { 1.0 / size } else { size });
    (if is_large { FRAC_PI_2 - angle } else { angle }).copysign(x)
}

/// The angle of a point whose larger coordinate is neither too large nor too little.
#[inline(always)]
fn angle(y: f64, x: f64) -> f64 {
    let (of_y, of_x) = (y.abs(), x.abs());
    let is_steep = of_y > of_x;
    let (under, over) = if is_steep { (of_y, of_x) } else { (of_x, of_y) };
    let angle = kernel_arctan(over / under);
    let angle = if is_steep { FRAC_PI_2 - angle } else { angle };
    (if x < 0.0 { PI - angle } else { angle }).copysign(y)
}

#[inline(always)]
pub fn arctan2(y: f64, x: f64) -> f64 {
    let (of_y, of_x) = (y.abs(), x.abs());
    let are_fit = (of_y < LARGE) & (of_x < LARGE) & ((of_y > LITTLE) | (of_x > LITTLE));
    let of_others = if y.is_nan() | x.is_nan() { f64::NAN } else { CARE };
    if are_fit { angle(y, x) } else { of_others }
}

#[inline(always)]
pub fn arcsin(x: f64) -> f64 {
    angle(x, ((1.0 - x) * (1.0 + x)).sqrt())
}

#[inline(always)]
pub fn arccos(x: f64) -> f64 {
    angle(((1.0 - x) * (1.0 + x)).sqrt(), x)
}

#[inline(always)]
pub fn hypot(a: f64, b: f64) -> f64 {
    let square = a * a + b * b;
    let of_others = if square.is_nan() { square } else { CARE };
    let value = if (square > LITTLE) & (square < f64::INFINITY) { square.sqrt() } else { of_others };
    if (a == 0.0) & (b == 0.0) { 0.0 } else { value }
}

/// An exponent of powers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exponent {
    value: f64,
    is_whole: bool,
    is_odd: bool,
    /// The power of 0.
    of_zero: f64,
}

impl Exponent {
    /// Of an exponent for which powers are nearly known.
    pub fn new(value: f64) -> Option<Self> {
        let is_whole = value.trunc() == value;
        let is_odd = is_whole && (value * 0.5).trunc() != value * 0.5;
        let of_zero = if value > 0.0 { 0.0 } else { f64::NAN };
        (value != 0.0 && value.abs() <= 8.0).then_some(Self { value, is_whole, is_odd, of_zero })
    }
}

#[inline(always)]
pub fn power(x: f64, exponent: Exponent) -> f64 {
    let size = x.abs();
    let t = kernel_log2(size) * exponent.value;
    let value = kernel_exp2(t);
    let of_negative = if exponent.is_odd { -value } else { value };
    let of_negative = if exponent.is_whole { of_negative } else { f64::NAN };
    let value = if x < 0.0 { of_negative } else { value };
    let is_plain = is_normal(size) & (t.abs() < 1000.0);
    let of_others = if size == 0.0 { exponent.of_zero } else { CARE };
    let of_others = if size.is_nan() { f64::NAN } else { of_others };
    if is_plain { value } else { of_others }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Near<'a> = &'a dyn Fn(f64) -> f64;

    /// Whether care was asked for.
    fn check(name: &str, x: f64, (near, exact): (f64, f64), Tolerance { off, share }: Tolerance) -> bool {
        let is_so = match exact.is_finite() {
            true => (near - exact).abs() <= off + share * exact.abs(),
            false => near.is_nan(),
        };
        assert!(near.is_infinite() || is_so, "{name}({x:e}) = {near:e}, not {exact:e}");
        near.is_infinite()
    }

    /// How many functions ask for care.
    fn check_all(x: f64) -> usize {
        let all: [(&str, Near, Near, Tolerance); 19] = [
            ("log", &log, &libm::log, LOGS),
            ("log2", &log2, &libm::log2, LOGS),
            ("log10", &log10, &libm::log10, LOGS),
            ("log1p", &log1p, &libm::log1p, LOGS),
            ("exp", &exp, &libm::exp, EXPONENTIALS),
            ("exp2", &exp2, &libm::exp2, EXPONENTIALS),
            ("expm1", &expm1, &libm::expm1, HYPERBOLIC),
            ("cbrt", &cbrt, &libm::cbrt, EXPONENTIALS),
            ("sinh", &sinh, &libm::sinh, HYPERBOLIC),
            ("cosh", &cosh, &libm::cosh, HYPERBOLIC),
            ("tanh", &tanh, &libm::tanh, HYPERBOLIC),
            ("arcsinh", &arcsinh, &libm::asinh, LOGS),
            ("arccosh", &arccosh, &super::super::arccosh, LOGS),
            ("arctanh", &arctanh, &libm::atanh, LOGS),
            ("sin", &sin, &libm::sin, SINES),
            ("cos", &cos, &libm::cos, SINES),
            ("arctan", &arctan, &libm::atan, ANGLES),
            ("arcsin", &arcsin, &libm::asin, ANGLES),
            ("arccos", &arccos, &libm::acos, ANGLES),
        ];
        let asked = all.iter().filter(|(name, near, exact, off)| check(name, x, (near(x), exact(x)), *off)).count();
        let exponents = [-8.0, -3.0, -2.5, -1.0, 0.01, 0.25, 1.0, 1.5, 3.0, 7.999];
        let of_powers = exponents.iter().filter(|exponent| {
            let near = power(x, Exponent::new(**exponent).unwrap());
            check(&format!("**{exponent}"), x, (near, libm::pow(x, **exponent)), EXPONENTIALS)
        });
        let of_bases = [0.3, 0.999, 1.5, 10.0, 700.0].into_iter().filter(|base| {
            let near = exponential(x, libm::log2(*base));
            check(&format!("{base}**"), x, (near, libm::pow(*base, x)), EXPONENTIALS)
        });
        asked + of_powers.count() + of_bases.count()
    }

    fn check_two(a: f64, b: f64) -> bool {
        let angle = check("arctan2", a, (arctan2(a, b), libm::atan2(a, b)), ANGLES);
        let root = check("hypot", a, (hypot(a, b), libm::hypot(a, b)), ROOTS);
        angle | root
    }

    #[test]
    fn all_are_near_where_ways_part() {
        let uppers = [0x3fe6_a09e_u64, 0x3ff0_0000, 0x3ff6_a09e, 0x3fd0_0000, 0x3ff9_21fb, 0x4009_21fb, 0x4034_0000];
        let uppers = uppers.into_iter().chain([0x4110_0000, 0x408f_4000, 0x0010_0000, 0x7fe0_0000]);
        for upper in uppers.flat_map(|upper| [upper - 1, upper, upper + 1]) {
            for lower in (0..=0xffff_ffff).step_by(0x1f_ffff).chain([0, 1, 0xffff_ffff]) {
                let x = f64::from_bits(upper << 32 | lower);
                check_all(x);
                check_all(-x);
            }
        }
        let some = [0.0, 5e-324, 1e-310, 1e-300, 1e-141, 1e-17, 1e-9, 1.0, 1e139, 1e141, f64::MAX, f64::INFINITY];
        let some = some.into_iter().chain([f64::NAN]).flat_map(|v| [v, -v, v.next_up(), v.next_down()]);
        for (a, b) in some.clone().flat_map(|a| some.clone().map(move |b| (a, b))) {
            check_all(a);
            check_two(a, b);
        }
    }

    #[test]
    fn little_needs_care() {
        for step in 0..100_000 {
            let x = f64::from(step) * 0.002 - 99.9991;
            assert_eq!(check_all(x), 0, "{x}");
            assert!(!check_two(x, 7.0 - x));
        }
        // NaN and 0 are common.
        assert_eq!(check_all(f64::NAN), 0);
        assert_eq!(check_all(0.0), 0);
        assert!(check_all(1e9) > 0 && check_two(1e200, 1.0));
    }

    proptest! {
        #[test]
        fn all_are_near(bits: u64, other: u64, x in -2e5..2e5, y in -9.0..9.0, z in -1.0..1.0) {
            for x in [f64::from_bits(bits), x, y, z] {
                check_all(x);
            }
            check_two(f64::from_bits(bits), f64::from_bits(other));
            check_two(x, y);
            check_two(z, y);
        }
    }
}
