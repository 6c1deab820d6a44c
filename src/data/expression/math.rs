//! The arithmetic of expressions, number by number; results are NumPy's for float64.
//!
//! What many formulas need is written so that the compiler makes vectors of it: the algorithms and constants are those of
//! FreeBSD's msun, as in the crate `libm`, whose results these are to the last bit; branches became selections. The rest is
//! `libm`'s own, the same on every platform.
//!
//! A *plain* function leaves out what is rare: for such numbers it gives [`careful`], and `libm` is asked.

mod angles;
mod arcs;
mod hyperbolic;
mod logs;
pub mod nearly;
mod pairs;
mod power;
mod roots;

use super::tree::{Binary, Compare, Unary};

pub use angles::{arctan, plain_arctan2, plain_cos, plain_sin, plain_tan};
pub use arcs::{arccos, arcsin};
pub use hyperbolic::{arccosh, arcsinh, arctanh, expm1, log1p, plain_cosh, plain_sinh, tanh};
pub use logs::{exp, is_normal, log, log2, log10};
pub use pairs::{floor_divide, hypot, is_moderate, plain_remainder, remainder};
pub use power::plain_power;
pub use roots::plain_cbrt;

/// Adds to a number whose result is then a whole one in the low bits: 1.5 · 2^52.
pub const SHIFTER: f64 = 6_755_399_441_055_744.0;

/// One of the many NaNs, of no other meaning.
const CAREFUL: u64 = 0x7ff8_5ca1_ab1e_0001;

/// What a plain function gives for numbers that need more care.
#[inline(always)]
fn careful() -> f64 {
    f64::from_bits(CAREFUL)
}

/// Whether a plain function asks for care.
#[inline(always)]
pub fn is_careful(result: f64) -> bool {
    result.to_bits() == CAREFUL
}

/// The upper half of a number's bits.
#[inline(always)]
fn upper(x: f64) -> f64 {
    f64::from_bits(x.to_bits() & 0xffff_ffff_0000_0000)
}

/// The upper half of a number's magnitude, by which the ways to go are chosen.
#[inline(always)]
fn size(x: f64) -> u64 {
    (x.to_bits() >> 32) & 0x7fff_ffff
}

/// 2^k for a whole k of at most about 1000.
#[inline(always)]
fn power_of_two(k: f64) -> f64 {
    let exponent = (k + SHIFTER).to_bits().wrapping_sub(SHIFTER.to_bits()).wrapping_add(1023);
    f64::from_bits(exponent << 52)
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
pub const DEGREES: f64 = 180.0 / std::f64::consts::PI;
/// Radians of a degree.
pub const RADIANS: f64 = std::f64::consts::PI / 180.0;

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
            Unary::Expm1 => $with!(math::expm1),
            Unary::Log => $with!(math::log::<false>),
            Unary::Log2 => $with!(math::log2::<false>),
            Unary::Log10 => $with!(math::log10::<false>),
            Unary::Log1p => $with!(math::log1p),
            Unary::Sin => $with!(libm::sin),
            Unary::Cos => $with!(libm::cos),
            Unary::Tan => $with!(libm::tan),
            Unary::Arcsin => $with!(math::arcsin),
            Unary::Arccos => $with!(math::arccos),
            Unary::Arctan => $with!(math::arctan),
            Unary::Sinh => $with!(libm::sinh),
            Unary::Cosh => $with!(libm::cosh),
            Unary::Tanh => $with!(math::tanh),
            Unary::Arcsinh => $with!(math::arcsinh),
            Unary::Arccosh => $with!(math::arccosh),
            Unary::Arctanh => $with!(math::arctanh),
            Unary::Square => $with!(|v: f64| v * v),
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
            Binary::FloorDivide => $with!(math::floor_divide),
            Binary::Remainder => $with!(math::remainder),
            Binary::Fmod => $with!(|a: f64, b: f64| a % b),
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

/// Whether both are the same to the last bit, or NaN.
#[cfg(test)]
fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}
