//! Sines, cosines and the angles of two numbers.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

use super::{SHIFTER, careful, size, upper};

/// π/4, in the upper half.
const QUARTER_PI: u64 = 0x3fe9_21fb;

/// A number less the nearest multiple of π/2, as a number and what is missing to it.
struct Turned {
    y: [f64; 2],
    /// The multiple, in the lowest two bits.
    quadrant: u64,
    is_small: bool,
    is_plain: bool,
}

/// Cody and Waite's reduction in two steps; plain where these suffice and the multiple is no more than 2^20.
#[inline(always)]
fn turned(x: f64) -> Turned {
    const INV_PIO2: f64 = std::f64::consts::FRAC_2_PI;
    // The first 33 bits of π/2 and the rest, then the next 33 bits and the rest.
    const PIO2_1: f64 = 1.570_796_326_734_125_6;
    const PIO2_1T: f64 = 6.077_100_506_506_192e-11;
    const PIO2_2: f64 = 6.077_100_506_303_966e-11;
    const PIO2_2T: f64 = 2.022_266_248_795_950_6e-21;
    /// 9π/4 and 2^20 · π/2, in the upper half.
    const FEW: u64 = 0x401c_463b;
    const MOST: u64 = 0x4139_21fb;
    /// Bits that may be lost in a step, and in both.
    const LOST: [u64; 2] = [16, 49];
    let size = size(x);
    // Few quarters are counted as msun does, by the upper half alone.
    let nearest = (x * INV_PIO2 + SHIFTER - SHIFTER).abs();
    let n = match () {
        () if size <= QUARTER_PI => 0.0,
        () if size <= 0x4002_d97c => 1.0,
        () if size <= 0x400f_6a7a => 2.0,
        () if size <= 0x4015_fdbc => 3.0,
        () if size <= FEW => 4.0,
        () => nearest,
    };
    let n = n.copysign(x);
    let left = x - n * PIO2_1;
    let less = n * PIO2_1T;
    let once = left - less;
    // The same with more bits of π/2.
    let finer = left - n * PIO2_2;
    let finer_less = n * PIO2_2T - ((left - finer) - n * PIO2_2);
    let twice = finer - finer_less;
    let exponent = |v: f64| (v.to_bits() >> 52) & 0x7ff;
    let is_lost = |y: f64, bits: u64| exponent(x) > exponent(y) + bits;
    let is_again = is_lost(once, LOST[0]);
    let (y, rest) = if is_again { (twice, (finer - twice) - finer_less) } else { (once, (left - once) - less) };
    // Of few quarters, msun takes the second step beside a multiple alone.
    let is_safe = if size <= FEW { !is_again } else { !is_lost(twice, LOST[1]) };
    let is_special = size >= 0x7ff0_0000;
    let is_plain = is_safe & ((size < MOST) | is_special);
    Turned { y: [y, rest], quadrant: (n + SHIFTER).to_bits() & 3, is_small: size <= QUARTER_PI, is_plain }
}

/// sin(x + y) for |x| up to π/4 and a y that is lost in x.
#[inline(always)]
fn kernel_sin(x: f64, y: f64, is_alone: bool) -> f64 {
    const S: [f64; 6] = [
        -1.666_666_666_666_663_2e-1,
        8.333_333_333_322_49e-3,
        -1.984_126_982_985_795e-4,
        2.755_731_370_707_006_8e-6,
        -2.505_076_025_340_686_4e-8,
        1.589_690_995_211_55e-10,
    ];
    let z = x * x;
    let w = z * z;
    let r = S[1] + z * (S[2] + z * S[3]) + z * w * (S[4] + z * S[5]);
    let v = z * x;
    let alone = x + v * (S[0] + z * r);
    let both = x - ((z * (0.5 * y - v * r) - y) - v * S[0]);
    if is_alone { alone } else { both }
}

/// cos(x + y), as [`kernel_sin`].
#[inline(always)]
fn kernel_cos(x: f64, y: f64) -> f64 {
    const C: [f64; 6] = [
        4.166_666_666_666_66e-2,
        -1.388_888_888_887_411e-3,
        2.480_158_728_947_673e-5,
        -2.755_731_435_139_066_3e-7,
        2.087_572_321_298_175e-9,
        -1.135_964_755_778_819_5e-11,
    ];
    let z = x * x;
    let w = z * z;
    let r = z * (C[0] + z * (C[1] + z * C[2])) + w * w * (C[3] + z * (C[4] + z * C[5]));
    let half = 0.5 * z;
    let w = 1.0 - half;
    w + (((1.0 - w) - half) + (z * r - x * y))
}

/// The sine, or [`careful`].
#[inline(always)]
pub fn plain_sin(x: f64) -> f64 {
    /// 2^-26, in the upper half.
    const TINY: u64 = 0x3e50_0000;
    let Turned { y, quadrant, is_small, is_plain } = turned(x);
    let value = if quadrant & 1 == 0 { kernel_sin(y[0], y[1], is_small) } else { kernel_cos(y[0], y[1]) };
    let value = f64::from_bits(value.to_bits() ^ (quadrant >> 1 << 63));
    let value = if size(x) < TINY { x } else { value };
    if is_plain { value } else { careful() }
}

/// The cosine, or [`careful`].
#[inline(always)]
pub fn plain_cos(x: f64) -> f64 {
    let Turned { y, quadrant, is_plain, .. } = turned(x);
    let value = if quadrant & 1 == 0 { kernel_cos(y[0], y[1]) } else { kernel_sin(y[0], y[1], false) };
    let value = f64::from_bits(value.to_bits() ^ ((quadrant + 1) >> 1 << 63));
    if is_plain { value } else { careful() }
}

/// The tangent, or [`careful`].
#[inline(always)]
pub fn plain_tan(x: f64) -> f64 {
    const T: [f64; 13] = [
        3.333_333_333_333_341e-1,
        1.333_333_333_332_012_4e-1,
        5.396_825_397_622_605e-2,
        2.186_948_829_485_954_2e-2,
        8.863_239_823_599_3e-3,
        3.592_079_107_591_312_4e-3,
        1.456_209_454_325_290_3e-3,
        5.880_412_408_202_641e-4,
        2.464_631_348_184_699_e-4,
        7.817_944_429_395_571e-5,
        7.140_724_913_826_082e-5,
        -1.855_863_748_552_754_6e-5,
        2.590_730_518_636_337_e-5,
    ];
    /// What π/4 lacks.
    const LOW: f64 = 3.061_616_997_868_383e-17;
    let Turned { y: [y, rest], quadrant, is_plain, .. } = turned(x);
    let (is_large, is_odd) = (size(y) >= 0x3fe5_9428, quadrant & 1 == 1);
    // Near π/4 what is left to it.
    let (near, near_rest) = ((FRAC_PI_4 - y.abs()) + (LOW - rest * 1.0_f64.copysign(y)), 0.0);
    let (v, rest) = if is_large { (near, near_rest) } else { (y, rest) };
    let z = v * v;
    let w = z * z;
    let r = T[1] + w * (T[3] + w * (T[5] + w * (T[7] + w * (T[9] + w * T[11]))));
    let even = z * (T[2] + w * (T[4] + w * (T[6] + w * (T[8] + w * (T[10] + w * T[12])))));
    let s = z * v;
    let r = rest + z * (s * (r + even) + rest) + s * T[0];
    let w = v + r;
    let one = if is_odd { -1.0 } else { 1.0 };
    let quotient = (if is_large { w * w } else { -1.0 }) / (if is_large { w + one } else { w });
    let of_large = one - 2.0 * (v + (r - quotient));
    // -1/(v + r), with more digits.
    let (high, inverse_high) = (upper(w), upper(quotient));
    let missing = r - (high - v);
    let inverse = inverse_high + quotient * (1.0 + inverse_high * high + inverse_high * missing);
    let value = match () {
        () if is_large => of_large * 1.0_f64.copysign(y),
        () if is_odd => inverse,
        () => w,
    };
    let value = if size(x) < 0x3e40_0000 { x } else { value };
    if is_plain { value } else { careful() }
}

/// The arctangent of a number that is not negative.
#[inline(always)]
fn kernel_arctan(x: f64) -> f64 {
    const A: [f64; 11] = [
        3.333_333_333_333_293e-1,
        -1.999_999_999_987_648_3e-1,
        1.428_571_427_250_346_6e-1,
        -1.111_111_040_546_235_6e-1,
        9.090_887_133_436_507e-2,
        -7.691_876_205_044_83e-2,
        6.661_073_137_387_531e-2,
        -5.833_570_133_790_573_5e-2,
        4.976_877_994_615_932e-2,
        -3.653_157_274_421_691_6e-2,
        1.628_582_011_536_578_2e-2,
    ];
    let size = size(x);
    // arctan(x) is a known angle and that of a quotient.
    let [over, under, high, low] = match () {
        () if size < 0x3fdc_0000 => [x, 1.0, 0.0, 0.0],
        () if size < 0x3fe6_0000 => [2.0 * x - 1.0, 2.0 + x, 4.636_476_090_008_061e-1, 2.269_877_745_296_168_7e-17],
        () if size < 0x3ff3_0000 => [x - 1.0, x + 1.0, FRAC_PI_4, 3.061_616_997_868_383e-17],
        () if size < 0x4003_8000 => [x - 1.5, 1.0 + 1.5 * x, 9.827_937_232_473_29e-1, 1.390_331_103_123_099_8e-17],
        () => [-1.0, x, FRAC_PI_2, 6.123_233_995_736_766e-17],
    };
    let x = over / under;
    let z = x * x;
    let w = z * z;
    let s1 = z * (A[0] + w * (A[2] + w * (A[4] + w * (A[6] + w * (A[8] + w * A[10])))));
    let s2 = w * (A[1] + w * (A[3] + w * (A[5] + w * (A[7] + w * A[9]))));
    high - (x * (s1 + s2) - low - x)
}

/// The arctangent.
#[inline(always)]
pub fn arctan(x: f64) -> f64 {
    kernel_arctan(x.abs()).copysign(x)
}

/// The angle of the point (x, y), or [`careful`]: where one is 0 or not finite, or lost beside the other.
#[inline(always)]
pub fn plain_arctan2(y: f64, x: f64) -> f64 {
    const PI_LOW: f64 = 1.224_646_799_147_353_2e-16;
    /// Exponents that are this far from one another.
    const FAR: u64 = 64;
    let angle = kernel_arctan((y / x).abs());
    let angle = if x < 0.0 { PI - (angle - PI_LOW) } else { angle };
    let (of_x, of_y) = (size(x) >> 20, size(y) >> 20);
    let are_near = (of_x < of_y + FAR) & (of_y < of_x + FAR);
    let are_plain = are_near & (x != 0.0) & (y != 0.0) & (of_x < 0x7ff) & (of_y < 0x7ff);
    if are_plain { angle.copysign(y) } else { careful() }
}

#[cfg(test)]
mod tests {
    use super::super::{is_careful, same};
    use super::*;
    use proptest::prelude::*;

    /// Whether care was asked for.
    fn check(x: f64) -> bool {
        let all = [
            ("sin", plain_sin(x), libm::sin(x)),
            ("cos", plain_cos(x), libm::cos(x)),
            ("tan", plain_tan(x), libm::tan(x)),
            ("arctan", arctan(x), libm::atan(x)),
        ];
        for (name, ours, theirs) in all {
            assert!(is_careful(ours) || same(ours, theirs), "{name}({x:e}) = {ours:e}, not {theirs:e}");
        }
        is_careful(all[0].1)
    }

    fn check_angle(y: f64, x: f64) -> bool {
        let (ours, theirs) = (plain_arctan2(y, x), libm::atan2(y, x));
        assert!(is_careful(ours) || same(ours, theirs), "arctan2({y:e}, {x:e}) = {ours:e}, not {theirs:e}");
        is_careful(ours)
    }

    #[test]
    fn angles_are_libms_where_its_ways_part() {
        let sines = [0x3e50_0000_u64, 0x3e46_a09e, QUARTER_PI, 0x3ff9_21fb, 0x4002_d97c, 0x4009_21fb, 0x400f_6a7a];
        let sines = sines.into_iter().chain([0x4012_d97c, 0x4015_fdbc, 0x4019_21fb, 0x401c_463b, 0x4139_21fb]);
        let arctans = [0x3e40_0000, 0x3fdc_0000, 0x3fe6_0000, 0x3ff3_0000, 0x4003_8000, 0x4410_0000, 0x7ff0_0000];
        for upper in sines.chain(arctans) {
            for upper in [upper - 1, upper, upper + 1] {
                for lower in (0..=0xffff_ffff).step_by(0x1f_ffff).chain([0, 1, 0x5444_2d18, 0xffff_ffff]) {
                    let x = f64::from_bits(upper << 32 | lower);
                    check(x);
                    check(-x);
                }
            }
        }
        for x in [0.0, 5e-324, 1e-310, 1e-300, f64::MAX, f64::INFINITY, f64::NAN] {
            check(x);
            check(-x);
        }
        // Near multiples of π/2, where digits are lost.
        for step in 0..200_000 {
            let x = f64::from(step) * FRAC_PI_2;
            [x, x.next_up(), x.next_down(), x * (1.0 + 1e-5), -x].into_iter().for_each(|x| _ = check(x));
        }
    }

    #[test]
    fn little_needs_care() {
        let asked = (0..100_000).filter(|step| check(f64::from(*step) * 0.37 - 9000.0)).count();
        assert!(asked < 20, "{asked}");
        let asked = |step: i32| check_angle(f64::from(step % 331) - 7.5, f64::from(step) * 0.01 - 400.005);
        assert!(!(0..100_000).any(asked));
        assert!(!check(f64::NAN) && !check(f64::INFINITY) && !check(0.0));
        assert!(check(1e7) && check_angle(0.0, -1.0) && check_angle(1.0, 1e30));
    }

    proptest! {
        #[test]
        fn angles_are_libms(bits: u64, other: u64, x in -2e6..2e6, y in -9.0..9.0, near in 0_u64..(140 << 52)) {
            check(f64::from_bits(bits));
            check(x);
            check(y);
            check_angle(f64::from_bits(bits), f64::from_bits(other));
            check_angle(f64::from_bits(bits), f64::from_bits(bits ^ near));
            check_angle(x, y);
            check_angle(y, x);
        }
    }

    #[test]
    fn angles_are_libms_at_the_ends() {
        let some = [0.0, 5e-324, 1e-310, 1e-300, 1.0, 2_f64.powi(63), 2_f64.powi(64), 2_f64.powi(65), f64::MAX];
        let some = some.into_iter().chain([f64::INFINITY, f64::NAN]).flat_map(|v| [v, -v]);
        for (y, x) in some.clone().flat_map(|y| some.clone().map(move |x| (y, x))) {
            check_angle(y, x);
        }
    }
}
