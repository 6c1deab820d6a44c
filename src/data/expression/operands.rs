//! Numbers that are cheap to come by, with which the results of dearer functions rise.

use std::f64::consts::FRAC_PI_2;

use super::eval::CHUNK;
use super::math;
use super::program::Op;
use super::tree::{Binary, Unary};

/// What the results of a step rise with.
#[derive(Debug)]
pub struct Operands {
    kind: Kind,
    /// They are only looked at if all are between.
    pub domain: (f64, f64),
    /// Those that are not at least this, NaN among them, have NaN for a result.
    pub least: f64,
    /// Results are above 0 for numbers above.
    pub above: f64,
    /// By so much they may be off.
    pub off: f64,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    /// A function of the number itself.
    One(Unary, usize),
    /// A power of it, or of its magnitude.
    Power { slot: usize, exponent: f64, of_magnitude: bool },
    /// A power of a constant above 1.
    Exponential(f64, usize),
    /// The root of the sum of two squares.
    Squares(usize, usize),
    /// The sine, or the cosine, by where a triangle wave of the same length is, between -1 and 1.
    Wave { slot: usize, is_cosine: bool },
    /// The angle of the point (x, y), by how far one comes around a square to it: from -2 to 2.
    Angle { y: usize, x: usize },
}

/// Waves of numbers up to this are off by less than [`WAVE_OFF`].
const FAR: f64 = 1_048_576.0;
const WAVE_OFF: f64 = 1e-9;
/// Less than this is too little to be divided exactly.
const LITTLE: f64 = 1e-280;

impl Operands {
    /// Of a step, if they are known; `constant` gives the number that a register holds in all rows.
    pub fn of(op: Op, constant: impl Fn(usize) -> Option<f64>) -> Option<Self> {
        const LEAST: f64 = f64::MIN_POSITIVE;
        const MOST: f64 = f64::MAX;
        const ANY: f64 = f64::NEG_INFINITY;
        let (kind, domain, least, above, off) = match op {
            // Beyond, squares are not what they are by themselves.
            Op::Binary(Binary::Hypot, a, b) => (Kind::Squares(a, b), (1e-280, 1e280), ANY, 0.0, 0.0),
            Op::Binary(Binary::Arctan2, y, x) => (Kind::Angle { y, x }, (-2.0, 2.0), ANY, 0.0, 0.0),
            Op::Binary(Binary::Power, base, exponent) => match (constant(base), constant(exponent)) {
                (Some(base), _) if base > 1.0 && base < MOST => {
                    let widest = 667.0 / libm::log(base);
                    (Kind::Exponential(base, exponent), (-widest, widest), ANY, ANY, 0.0)
                }
                (_, Some(exponent)) if exponent > 0.0 && exponent < MOST => {
                    let widest = libm::exp(667.0 / exponent).min(MOST);
                    let is_whole = exponent.trunc() == exponent;
                    let of_magnitude = is_whole && (exponent * 0.5).trunc() == exponent * 0.5;
                    // Of negative numbers there are whole powers alone, but of -inf it is infinite.
                    let lowest = if is_whole && !of_magnitude { -widest } else { 0.0 };
                    (Kind::Power { slot: base, exponent, of_magnitude }, (lowest, widest), ANY, 0.0, 0.0)
                }
                _ => return None,
            },
            Op::Unary(Unary::Sin | Unary::Cos, slot) => {
                let is_cosine = op == Op::Unary(Unary::Cos, slot);
                (Kind::Wave { slot, is_cosine }, (-1.0 - WAVE_OFF, 1.0 + WAVE_OFF), ANY, -WAVE_OFF, WAVE_OFF)
            }
            Op::Unary(function, a) => {
                let (domain, least, above) = match function {
                    Unary::Log | Unary::Log2 | Unary::Log10 => ((LEAST, MOST), 0.0, 1.0),
                    Unary::Sqrt => ((0.0, MOST), 0.0, 0.0),
                    Unary::Exp | Unary::Exp2 => ((-700.0, 700.0), ANY, ANY),
                    Unary::Expm1 => ((-30.0, 700.0), ANY, 0.0),
                    Unary::Log1p => ((-0.999, MOST), -1.0, 0.0),
                    Unary::Cbrt | Unary::Arctan | Unary::Tanh | Unary::Arcsinh => ((-MOST, MOST), ANY, 0.0),
                    Unary::Arccosh => ((1.0, MOST), 1.0, 1.0),
                    Unary::Arctanh => ((-0.999, 0.999), -1.0, 0.0),
                    Unary::Sinh => ((-700.0, 700.0), ANY, 0.0),
                    Unary::Arcsin => ((-1.0, 1.0), -1.0, 0.0),
                    _ => return None,
                };
                (Kind::One(function, a), domain, least, above, 0.0)
            }
            _ => return None,
        };
        Some(Self { kind, domain, least, above, off })
    }

    /// Those of `n` rows.
    #[inline(always)]
    pub fn take<'a>(&self, reals: &'a [Vec<f64>], n: usize, room: &'a mut [f64; CHUNK]) -> &'a [f64] {
        match self.kind {
            Kind::One(_, a) | Kind::Exponential(_, a) | Kind::Power { slot: a, of_magnitude: false, .. } => {
                return &reals[a][..n];
            }
            Kind::Power { slot, of_magnitude: true, .. } => {
                for (to, v) in room.iter_mut().zip(&reals[slot][..n]) {
                    *to = v.abs();
                }
            }
            Kind::Squares(a, b) => {
                for (to, (a, b)) in room.iter_mut().zip(reals[a][..n].iter().zip(&reals[b][..n])) {
                    *to = a * a + b * b;
                }
            }
            Kind::Wave { slot, is_cosine: false } => {
                for (to, x) in room.iter_mut().zip(&reals[slot][..n]) {
                    *to = wave::<false>(*x);
                }
            }
            Kind::Wave { slot, is_cosine: true } => {
                for (to, x) in room.iter_mut().zip(&reals[slot][..n]) {
                    *to = wave::<true>(*x);
                }
            }
            Kind::Angle { y, x } => {
                for (to, (y, x)) in room.iter_mut().zip(reals[y][..n].iter().zip(&reals[x][..n])) {
                    *to = around(*y, *x);
                }
            }
        }
        &room[..n]
    }

    /// Whether NaN among them is NaN among the results; hypot(inf, NaN) is infinite, and of some angles they tell nothing.
    pub fn keep_nan(&self) -> bool {
        !matches!(self.kind, Kind::Squares(..) | Kind::Angle { .. })
    }

    /// Whether results are known for all between these ends.
    pub fn holds(&self, low: f64, high: f64) -> bool {
        low >= self.domain.0 && high <= self.domain.1
    }

    /// What comes of one.
    pub fn result(&self, operand: f64) -> f64 {
        match self.kind {
            Kind::One(function, _) => math::unary(function, operand),
            Kind::Power { exponent, .. } => libm::pow(operand, exponent),
            Kind::Exponential(base, _) => libm::pow(base, operand),
            Kind::Squares(..) => operand.sqrt(),
            Kind::Wave { .. } => libm::sin(FRAC_PI_2 * operand.clamp(-1.0, 1.0)),
            Kind::Angle { .. } => {
                let size = operand.abs();
                let angle =
                    if size > 1.0 { libm::atan2(2.0 - size, 1.0 - size) } else { libm::atan2(size, 1.0 - size) };
                angle.copysign(operand)
            }
        }
    }
}

/// A triangle wave between -1 and 1 that rises and falls with the sine, or the cosine; 9 where it is too far off.
#[inline(always)]
fn wave<const COSINE: bool>(x: f64) -> f64 {
    const TURNS: f64 = 0.5 * std::f64::consts::FRAC_1_PI;
    let turns = x * TURNS;
    let part = turns - (turns + math::SHIFTER - math::SHIFTER);
    let from_top = 4.0 * part.abs() - 1.0;
    let wave = if COSINE { -from_top } else { (1.0 - from_top.abs()).copysign(part) };
    let is_far = (x.abs() > FAR) & (x.abs() < f64::INFINITY);
    if is_far { 9.0 } else { wave }
}

/// How far one comes around a square to a point; NaN where that is not exact.
#[inline(always)]
fn around(y: f64, x: f64) -> f64 {
    let sum = x.abs() + y.abs();
    let share = y / sum;
    let is_exact = (sum < f64::INFINITY) & (sum > LITTLE) & ((share.abs() > LITTLE) | (y == 0.0));
    let around = if x < 0.0 { 2.0_f64.copysign(y) - share } else { share };
    if is_exact { around } else { f64::NAN }
}
