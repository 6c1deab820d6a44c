//! A function over the numbers of a chunk: a plain loop that becomes vector instructions.

use super::math::{self, with_binary, with_compare, with_unary};
use super::tree::{Binary, Compare, Unary};

/// What `function`, a small one, makes of each value.
#[inline(always)]
pub fn each<A: Copy, B>(values: &[A], to: &mut [B], function: impl Fn(A) -> B) {
    for (to, v) in to.iter_mut().zip(values) {
        *to = function(*v);
    }
}

/// What `function`, a small one, makes of each pair.
#[inline(always)]
pub fn both<A: Copy, B>(a: &[A], b: &[A], to: &mut [B], function: impl Fn(A, A) -> B) {
    for (to, (a, b)) in to.iter_mut().zip(a.iter().zip(b)) {
        *to = function(*a, *b);
    }
}

/// A function of one number. It is called by its name: passed on, a large one would not become part of the loop.
#[inline(always)]
pub fn unary(function: Unary, a: &[f64], to: &mut [f64]) {
    macro_rules! loop_of {
        ($f:expr) => {
            for (to, a) in to.iter_mut().zip(a) {
                *to = $f(*a);
            }
        };
        ($plain:path, or $other:path) => {{
            loop_of!($plain);
            mend(to, |i| $other(a[i]));
        }};
    }
    match function {
        Unary::Log | Unary::Log2 | Unary::Log10 if are_normal(a) => match function {
            Unary::Log => loop_of!(math::log::<true>),
            Unary::Log2 => loop_of!(math::log2::<true>),
            _ => loop_of!(math::log10::<true>),
        },
        Unary::Sin => loop_of!(math::plain_sin, or libm::sin),
        Unary::Cos => loop_of!(math::plain_cos, or libm::cos),
        Unary::Tan => loop_of!(math::plain_tan, or libm::tan),
        Unary::Sinh => loop_of!(math::plain_sinh, or libm::sinh),
        Unary::Cosh => loop_of!(math::plain_cosh, or libm::cosh),
        Unary::Cbrt => loop_of!(math::plain_cbrt, or libm::cbrt),
        _ => with_unary!(function, loop_of),
    }
}

/// A function of two numbers, as [`unary`].
#[inline(always)]
pub fn binary(function: Binary, a: &[f64], b: &[f64], to: &mut [f64]) {
    macro_rules! loop_of {
        ($f:expr) => {
            for (to, (a, b)) in to.iter_mut().zip(a.iter().zip(b)) {
                *to = $f(*a, *b);
            }
        };
        ($plain:path, or $other:path) => {{
            loop_of!($plain);
            mend(to, |i| $other(a[i], b[i]));
        }};
    }
    match function {
        Binary::Remainder => loop_of!(math::plain_remainder, or math::remainder),
        Binary::Power => loop_of!(math::plain_power, or libm::pow),
        Binary::Arctan2 => loop_of!(math::plain_arctan2, or libm::atan2),
        Binary::Hypot if are_moderate(a, b) => loop_of!(math::hypot::<true>),
        _ => with_binary!(function, loop_of),
    }
}

/// A comparison of two numbers.
#[inline(always)]
pub fn compare(function: Compare, a: &[f64], b: &[f64], to: &mut [bool]) {
    macro_rules! loop_of {
        ($f:expr) => {
            both(a, b, to, $f)
        };
    }
    with_compare!(function, loop_of);
}

/// Has results for which a plain function asked for care made once more.
#[inline(always)]
fn mend(to: &mut [f64], function: impl Fn(usize) -> f64) {
    if to.iter().fold(false, |any, v| any | math::is_careful(*v)) {
        for (i, to) in to.iter_mut().enumerate().filter(|(_, to)| math::is_careful(**to)) {
            *to = function(i);
        }
    }
}

/// Whether logarithms of all numbers need no care.
#[inline(always)]
fn are_normal(numbers: &[f64]) -> bool {
    numbers.iter().fold(true, |all, v| all & math::is_normal(*v))
}

/// Whether hypotenuses over all pairs need no care.
#[inline(always)]
fn are_moderate(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).fold(true, |all, (a, b)| all & math::is_moderate(*a) & math::is_moderate(*b))
}
