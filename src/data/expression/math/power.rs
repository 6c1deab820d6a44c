//! Powers.

use super::logs::kernel_exp;
use super::{SHIFTER, careful, is_normal, power_of_two, upper};

/// A number and what is missing to it.
type Pair = (f64, f64);

/// The binary logarithm of a positive normal number, as a number of few digits and the rest.
#[inline(always)]
fn log2(x: f64) -> Pair {
    const L: [f64; 6] = [
        5.999_999_999_999_946e-1,
        4.285_714_285_785_502e-1,
        3.333_333_298_183_774_3e-1,
        2.727_281_238_085_34e-1,
        2.306_607_457_755_617_5e-1,
        2.069_750_178_003_384_2e-1,
    ];
    // 2 / (3 ln 2), whole and in two.
    const CP: f64 = 9.617_966_939_259_756e-1;
    const CP_HIGH: f64 = 9.617_967_009_544_373e-1;
    const CP_LOW: f64 = -7.028_461_650_952_758e-9;
    let bits = x.to_bits();
    let mantissa = (bits >> 32) & 0xf_ffff;
    // Below √(3/2) beside 1, below √3 beside 3/2, else beside 2.
    let (is_beside_1, is_below) = (mantissa <= 0x3_988e, mantissa < 0xb_b67a);
    let is_beside_3_2 = !is_beside_1 & is_below;
    let near = if is_beside_3_2 { 1.5 } else { 1.0 };
    let (near_high, near_low) =
        if is_beside_3_2 { (5.849_624_872_207_642e-1, 1.350_039_202_129_749e-8) } else { (0.0, 0.0) };
    let n = f64::from_bits((bits >> 52) | SHIFTER.to_bits()) - SHIFTER - if is_below { 1023.0 } else { 1022.0 };
    let exponent: u64 = if is_below { 0x3ff } else { 0x3fe };
    let x = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | (exponent << 52));
    // (x - 1) / (x + 1), or with 3/2.
    let u = x - near;
    let v = 1.0 / (x + near);
    let s = u * v;
    let s_high = upper(s);
    let word =
        (((x.to_bits() >> 33) | 0x2000_0000) & 0x7fff_ffff) + 0x8_0000 + if is_beside_3_2 { 0x4_0000 } else { 0 };
    let sum_high = f64::from_bits(word << 32);
    let sum_low = x - (sum_high - near);
    let s_low = v * ((u - s_high * sum_high) - s_high * sum_low);
    let square = s * s;
    let r = square
        * square
        * (L[0] + square * (L[1] + square * (L[2] + square * (L[3] + square * (L[4] + square * L[5])))));
    let r = r + s_low * (s_high + s);
    let square = s_high * s_high;
    let t_high = upper(3.0 + square + r);
    let t_low = r - ((t_high - 3.0) - square);
    let u = s_high * t_high;
    let v = s_low * t_high + t_low * s;
    let p_high = upper(u + v);
    let p_low = v - (p_high - u);
    let z_high = CP_HIGH * p_high;
    let z_low = CP_LOW * p_high + p_low * CP + near_low;
    let high = upper(((z_high + z_low) + near_high) + n);
    (high, z_low - (((high - n) - near_high) - z_high))
}

/// 2 to the power of a pair of numbers, the first of at most about 1000.
#[inline(always)]
fn exp2((high, low): Pair) -> f64 {
    const LN2: f64 = std::f64::consts::LN_2;
    const LN2_HIGH: f64 = 6.931_471_824_645_996e-1;
    const LN2_LOW: f64 = -1.904_654_299_957_768e-9;
    let z = upper(low + high);
    let whole = if z.abs() > 0.5 { (z.abs() + 0.5).trunc().copysign(z) } else { 0.0 };
    let high = high - whole;
    let t = upper(low + high);
    let u = t * LN2_HIGH;
    let v = (low - (t - high)) * LN2 + t * LN2_LOW;
    let z = u + v;
    let w = v - (z - u);
    let c = kernel_exp(z);
    let r = (z * c) / (c - 2.0) - (w + z * w);
    (1.0 - (r - z)) * power_of_two(whole)
}

/// The power, or [`careful`]: of 0, ±1, subnormal and infinite numbers, with 0, ±1, ½, 2, NaN and huge exponents, and where it
/// may overflow or vanish.
#[inline(always)]
pub fn plain_power(x: f64, y: f64) -> f64 {
    /// Results are normal up to this power of two.
    const MOST: f64 = 1000.0;
    /// 2^31.
    const HUGE: f64 = 2_147_483_648.0;
    let size = x.abs();
    let (high, low) = log2(size);
    let y_high = upper(y);
    let (high, low) = (y_high * high, (y - y_high) * high + y * low);
    let value = exp2((high, low));
    // Of negative numbers there are whole powers alone, and odd ones are negative.
    let half = y * 0.5;
    let is_odd = half.trunc() != half;
    let of_negative = if is_odd { -value } else { value };
    let of_negative = if y.trunc() == y { of_negative } else { f64::NAN };
    let value = if x < 0.0 { of_negative } else { value };
    let is_usual = is_normal(size) & (size != 1.0);
    let is_plain = (y.abs() < HUGE) & (y != 0.0) & (y.abs() != 1.0) & (y != 0.5) & (y != 2.0);
    if is_usual & is_plain & ((low + high).abs() < MOST) { value } else { careful() }
}

#[cfg(test)]
mod tests {
    use super::super::{is_careful, same};
    use super::*;
    use proptest::prelude::*;

    /// Whether care was asked for.
    fn check(x: f64, y: f64) -> bool {
        let (ours, theirs) = (plain_power(x, y), libm::pow(x, y));
        assert!(is_careful(ours) || same(ours, theirs), "{x:e} ** {y:e} = {ours:e}, not {theirs:e}");
        is_careful(ours)
    }

    #[test]
    fn powers_are_libms_at_the_ends() {
        let bases =
            [0.0, 5e-324, 1e-310, f64::MIN_POSITIVE, 1e-300, 0.5, 1.0, 2.0, 10.0, 1e300, f64::MAX, f64::INFINITY];
        let near = [1.0_f64, 1.224_744_871_391_589, 1.732_050_807_568_877_2, 2.0];
        let near = near.into_iter().flat_map(|v| [v.next_down(), v, v.next_up(), v * (1.0 + 1e-6), v * (1.0 - 1e-6)]);
        let bases = bases.into_iter().chain(near).chain([f64::NAN]).flat_map(|v| [v, -v]);
        let exponents = [0.0, 1e-300, 1e-9, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 100.0, 101.0, 1023.0, 1024.0, 1074.5];
        let exponents = exponents.into_iter().chain([2e9, 3e9, 1e15, 1e300, f64::INFINITY, f64::NAN]);
        for (x, y) in bases.flat_map(|x| exponents.clone().map(move |y| (x, y))) {
            check(x, y);
            check(x, -y);
        }
        // Where the power of two is halfway between two.
        for step in -2000..=2000 {
            let y = f64::from(step) * 0.5;
            [y, y.next_up(), y.next_down(), y * (1.0 + 1e-8)].into_iter().for_each(|y| _ = check(2.0, y));
        }
    }

    #[test]
    fn little_needs_care() {
        for step in 1..100_000 {
            let x = f64::from(step) * 0.37 - 9000.003;
            assert!(!check(x.abs(), 1.5) && !check(x.abs(), -0.7) && !check(x, 3.0) && !check(x, 4.0), "{x}");
        }
        assert!(check(0.0, 3.0) && check(10.0, 305.0) && check(10.0, -305.0));
    }

    proptest! {
        #[test]
        fn powers_are_libms(a: u64, b: u64, x in 0.0..9.0, y in -30.0..30.0, whole in -40_i32..40) {
            check(f64::from_bits(a), f64::from_bits(b));
            check(f64::from_bits(a), y);
            check(x, y);
            check(x, y * 30.0);
            check(1.0 + x * 1e-6, y * 1e6);
            check(y, f64::from(whole));
        }
    }
}
