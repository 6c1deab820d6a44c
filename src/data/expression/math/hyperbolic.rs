//! Hyperbolic functions and their inverses, exp(x) − 1 and log(1 + x).

use super::logs::{LN2_HIGH, LN2_LOW, exp, finished, parts_of};
use super::{careful, power_of_two, size};

/// exp(x) − 1.
#[inline(always)]
pub fn expm1(x: f64) -> f64 {
    const Q: [f64; 5] = [
        -3.333_333_333_333_313e-2,
        1.587_301_587_254_814_6e-3,
        -7.936_507_578_674_88e-5,
        4.008_217_827_329_362e-6,
        -2.010_992_181_836_243_7e-7,
    ];
    const INV_LN2: f64 = std::f64::consts::LOG2_E;
    /// Beyond this the result is infinite.
    const MOST: f64 = 709.782_712_893_384;
    let size = size(x);
    // What is far below zero gives -1, and is looked at no further.
    let within = x.clamp(-60.0, 710.0);
    let far = (INV_LN2 * within + 0.5_f64.copysign(within)).trunc();
    // Up to half of ln 2, up to one and a half, and beyond.
    let k = match () {
        () if size <= 0x3fd6_2e42 => 0.0,
        () if size < 0x3ff0_a2b2 => 1.0_f64.copysign(x),
        () => far,
    };
    let (high, low) = (within - k * LN2_HIGH, k * LN2_LOW);
    let r = high - low;
    let c = (high - r) - low;
    let half = 0.5 * r;
    let square = r * half;
    let r1 = 1.0 + square * (Q[0] + square * (Q[1] + square * (Q[2] + square * (Q[3] + square * Q[4]))));
    let t = 3.0 - r1 * half;
    let e0 = square * ((r1 - t) / (6.0 - r * t));
    let e = r * (e0 - c) - c - square;
    let halved = (k * 0.5).floor();
    let scaled = |y: f64| y * power_of_two(halved) * power_of_two(k - halved);
    let one_part = power_of_two(-k.clamp(-1000.0, 1000.0));
    let value = match () {
        () if k == 0.0 => r - (r * e0 - square),
        () if k == -1.0 => 0.5 * (r - e) - 0.5,
        () if k == 1.0 && r < -0.25 => -2.0 * (e - (r + 0.5)),
        () if k == 1.0 => 1.0 + 2.0 * (r - e),
        () if !(0.0..=56.0).contains(&k) => scaled(r - e + 1.0) - 1.0,
        () if k < 20.0 => scaled(r - e + (1.0 - one_part)),
        () => scaled(r - (e + one_part) + 1.0),
    };
    match () {
        () if x.is_nan() || size < 0x3c90_0000 => x,
        () if x > MOST => f64::INFINITY,
        () if size >= 0x4043_687a && x < 0.0 => -1.0,
        () => value,
    }
}

/// log(1 + x).
#[inline(always)]
pub fn log1p(x: f64) -> f64 {
    let (f, k, c) = parts_of_1p(x);
    or_end_of_1p(x, finished(f, k, c))
}

/// f, k and c of 1 + x = 2^k · (1 + f) · (1 + c), nearly.
#[inline(always)]
fn parts_of_1p(x: f64) -> (f64, f64, f64) {
    let size = size(x);
    // 1 + x between √½ and √2.
    let is_near = if x < 0.0 { size <= 0x3fd2_bec4 } else { size < 0x3fda_827a };
    let u = 1.0 + x;
    let (f, k) = parts_of(u);
    let lost = if k >= 2.0 { 1.0 - (u - x) } else { x - (u - 1.0) };
    let c = if k < 54.0 { lost / u } else { 0.0 };
    if is_near { (x, 0.0, 0.0) } else { (f, k, c) }
}

/// What log(1 + x) is where it has no parts, else `value`.
#[inline(always)]
fn or_end_of_1p(x: f64, value: f64) -> f64 {
    match () {
        () if size(x) < 0x3ca0_0000 || x == f64::INFINITY => x,
        () if x == -1.0 => f64::NEG_INFINITY,
        () if x > -1.0 => value,
        () => f64::NAN,
    }
}

/// The hyperbolic sine, or [`careful`].
#[inline(always)]
pub fn plain_sinh(x: f64) -> f64 {
    let size = size(x);
    let half = 0.5_f64.copysign(x);
    let t = expm1(x.abs());
    let is_small = size < 0x3ff0_0000;
    let q = (if is_small { t * t } else { t }) / (t + 1.0);
    let value = half * (if is_small { 2.0 * t - q } else { t + q });
    match () {
        () if size < 0x3ff0_0000 - (26 << 20) => x,
        () if size < 0x4086_2e42 => value,
        () => careful(),
    }
}

/// The hyperbolic cosine, or [`careful`].
#[inline(always)]
pub fn plain_cosh(x: f64) -> f64 {
    let (x, size) = (x.abs(), size(x));
    let is_small = size < 0x3fe6_2e42;
    let t = if is_small { expm1(x) } else { exp(x) };
    let q = (if is_small { t * t } else { 1.0 }) / (if is_small { 2.0 * (1.0 + t) } else { t });
    match () {
        () if size < 0x3ff0_0000 - (26 << 20) => 1.0,
        () if is_small => 1.0 + q,
        () if size < 0x4086_2e42 => 0.5 * (t + q),
        () => careful(),
    }
}

/// The hyperbolic tangent.
#[inline(always)]
pub fn tanh(x: f64) -> f64 {
    let size = size(x);
    // Beyond log(3)/2, and beyond log(5/3)/2.
    let (is_large, is_middling) = (size > 0x3fe1_93ea, size > 0x3fd0_58ae);
    let twice = 2.0 * x.abs();
    let t = expm1(if is_middling { twice } else { -twice });
    let above = match () {
        () if is_large => 2.0,
        () if is_middling => t,
        () => -t,
    };
    let q = above / (t + 2.0);
    let value = if is_large { 1.0 - q } else { q };
    let value = if size > 0x4034_0000 { 1.0 } else { value };
    if x.is_nan() { x } else { value.copysign(x) }
}

/// The exponent of a number, as it is stored.
#[inline(always)]
fn exponent(x: f64) -> u64 {
    (x.to_bits() >> 52) & 0x7ff
}

/// The inverse hyperbolic sine.
#[inline(always)]
pub fn arcsinh(x: f64) -> f64 {
    let (v, e) = (x.abs(), exponent(x));
    let (is_far, is_large) = (e >= 0x3ff + 26, e > 0x3ff);
    let square = v * v;
    let root = (square + 1.0).sqrt();
    let q = (if is_large { 1.0 } else { square }) / (root + if is_large { v } else { 1.0 });
    let of_log = if is_far { v } else { 2.0 * v + q };
    let of_1p = v + q;
    let value = either(is_large, of_log, of_1p);
    let value = if is_far { value + std::f64::consts::LN_2 } else { value };
    match () {
        () if e == 0x7ff || e < 0x3ff - 26 => x,
        () => value.copysign(x),
    }
}

/// The inverse hyperbolic cosine.
#[inline(always)]
pub fn arccosh(x: f64) -> f64 {
    let e = exponent(x);
    let (is_far, is_large) = (e >= 0x3ff + 26, e > 0x3ff);
    let less = x - 1.0;
    let root = (if is_large { x * x - 1.0 } else { less * less + 2.0 * less }).sqrt();
    let of_log = if is_far { x } else { 2.0 * x - 1.0 / (x + root) };
    let value = either(is_large, of_log, less + root);
    let value = if is_far { value + std::f64::consts::LN_2 } else { value };
    match () {
        () if x == f64::INFINITY => x,
        () if x >= 1.0 => value,
        () => f64::NAN,
    }
}

/// The inverse hyperbolic tangent.
#[inline(always)]
pub fn arctanh(x: f64) -> f64 {
    let (v, e) = (x.abs(), exponent(x));
    let is_small = e < 0x3ff - 1;
    let q = (if is_small { 2.0 * v * v } else { v }) / (1.0 - v);
    let value = 0.5 * log1p(if is_small { 2.0 * v + q } else { 2.0 * q });
    if e < 0x3ff - 32 { x } else { value.copysign(x) }
}

/// log(a), or log(1 + b): one logarithm for both ways.
#[inline(always)]
fn either(is_log: bool, a: f64, b: f64) -> f64 {
    let ((f, k), (f_1p, k_1p, c_1p)) = (parts_of(a), parts_of_1p(b));
    let (f, k, c) = if is_log { (f, k, 0.0) } else { (f_1p, k_1p, c_1p) };
    let value = finished(f, k, c);
    if is_log { value } else { or_end_of_1p(b, value) }
}

#[cfg(test)]
mod tests {
    use super::super::{is_careful, same};
    use super::*;
    use proptest::prelude::*;

    fn check(x: f64) {
        let all = [
            ("expm1", expm1(x), libm::expm1(x)),
            ("log1p", log1p(x), libm::log1p(x)),
            ("sinh", plain_sinh(x), libm::sinh(x)),
            ("cosh", plain_cosh(x), libm::cosh(x)),
            ("tanh", tanh(x), libm::tanh(x)),
            ("arcsinh", arcsinh(x), libm::asinh(x)),
            // It has none below 1, where libm gives numbers for some.
            ("arccosh", arccosh(x), if x >= 1.0 { libm::acosh(x) } else { f64::NAN }),
            ("arctanh", arctanh(x), libm::atanh(x)),
        ];
        for (name, ours, theirs) in all {
            assert!(is_careful(ours) || same(ours, theirs), "{name}({x:e}) = {ours:e}, not {theirs:e}");
        }
    }

    #[test]
    fn they_are_libms_where_its_ways_part() {
        let ways = [0x3c90_0000_u64, 0x3ca0_0000, 0x3fd0_58ae, 0x3fd2_bec4, 0x3fd6_2e42, 0x3fda_827a, 0x3fe1_93ea];
        let ways =
            ways.into_iter().chain([0x3fe0_0000, 0x3fe6_2e42, 0x3ff0_0000, 0x3ff0_a2b2, 0x4034_0000, 0x4043_687a]);
        let ways =
            ways.chain([0x4000_0000, 0x4086_2e42, 0x3de0_0000, 0x3e40_0000, 0x3e50_0000, 0x4190_0000, 0x3ff0_a000]);
        for upper in ways {
            for upper in [upper - 1, upper, upper + 1] {
                for lower in (0..=0xffff_ffff).step_by(0x3ff_ffff).chain([0, 1, 0xfefa_39ef, 0xffff_ffff]) {
                    let x = f64::from_bits(upper << 32 | lower);
                    check(x);
                    check(-x);
                }
            }
        }
        for x in [0.0, 5e-324, 1e-310, 1e-300, 1.0, 709.78, 709.79, 710.5, 745.2, f64::MAX, f64::INFINITY, f64::NAN] {
            [x, -x, x.next_up(), x.next_down()].into_iter().for_each(check);
        }
        // Every k, and its halves.
        for step in -3000..3000 {
            let x = f64::from(step) * 0.5 * std::f64::consts::LN_2;
            [x, x.next_up(), x.next_down(), x * (1.0 + 1e-6)].into_iter().for_each(check);
        }
    }

    #[test]
    fn none_needs_care_in_the_middle() {
        assert!(
            (-7000..7000)
                .all(|i| !is_careful(plain_sinh(f64::from(i) * 0.1)) && !is_careful(plain_cosh(f64::from(i) * 0.1)))
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn they_are_libms(bits: u64, x in -50.0..50.0, y in -1.5..1.5, small in -1e-6..1e-6) {
            [f64::from_bits(bits), x, y, small].into_iter().for_each(check);
        }
    }
}
