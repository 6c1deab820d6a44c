//! Programs whose results can nearly be had for less.
//!
//! A sine costs more than finding the pixel that it falls into, and the pixel is the same for all numbers near it. So a result is
//! made that is off by a little, and whoever asks for it knows by how much at most; where that might matter, the exact one is made.

use super::math;
use super::math::nearly::{self, ANGLES, EXPONENTIALS, Exponent, HYPERBOLIC, LOGS, ROOTS, SINES, Tolerance};
use super::program::{Op, Program};
use super::tail::{Tail, constant};
use super::tree::{Binary, Unary};

/// The last steps of a program: a function that can nearly be had for less, and what scales and shifts its result.
#[derive(Debug)]
pub struct Near {
    kind: Kind,
    tolerance: Tolerance,
    tail: Tail,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    /// A function of one number.
    One(Unary, usize),
    /// A power of it.
    Power(usize, Exponent),
    /// A power of a constant, by its binary logarithm.
    Exponential(f64, usize),
    /// Arctan2 or hypot.
    Two(Binary, usize, usize),
}

impl Near {
    /// The last steps of a program, if they are of this kind.
    pub fn of(program: &Program) -> Option<Self> {
        let tail = Tail::of(program)?;
        let (kind, tolerance) = match tail.op {
            Op::Unary(function, a) => (Kind::One(function, a), tolerance_of(function)?),
            Op::Binary(Binary::Arctan2, y, x) => (Kind::Two(Binary::Arctan2, y, x), ANGLES),
            Op::Binary(Binary::Hypot, a, b) => (Kind::Two(Binary::Hypot, a, b), ROOTS),
            Op::Binary(Binary::Power, a, b) => match (constant(program, a), constant(program, b)) {
                (Some(base), _) if math::is_normal(base) && base != 1.0 => {
                    (Kind::Exponential(libm::log2(base), b), EXPONENTIALS)
                }
                (_, Some(exponent)) => (Kind::Power(a, Exponent::new(exponent)?), EXPONENTIALS),
                _ => return None,
            },
            _ => return None,
        };
        Some(Self { kind, tolerance, tail })
    }

    /// Number of the first of the steps.
    pub fn at(&self) -> usize {
        self.tail.at
    }

    /// How far results are off at most.
    pub fn tolerance(&self) -> Tolerance {
        // The size of what a shift makes is at most so much for each unit of the result, and so much more.
        let (mut each, mut more, mut scale) = (1.0, 0.0, 1.0);
        let (mut off, mut share) = (f64::MIN_POSITIVE, 0.0);
        let mut add = |of: f64, each: f64, more: f64| {
            off += of * more;
            share += of * each;
        };
        for shift in self.tail.shifts.iter().rev() {
            // Theirs is rounded, and ours.
            add(2.0 * f64::EPSILON * scale, each, more);
            let (times, plus) = shift.sizes();
            scale *= times;
            (each, more) = (each / times, (more + plus) / times);
        }
        add(scale * self.tolerance.share, each, more);
        Tolerance { off: off + scale * self.tolerance.off, share }
    }

    /// Makes the function's results for as many rows as there is room for, for whose steps before these registers are filled.
    /// They are NaN where the exact ones are NaN or infinite, and infinite where only these can tell.
    #[inline(always)]
    pub fn take(&self, reals: &[Vec<f64>], to: &mut [f64]) {
        let n = to.len();
        // Functions are called by their names, without closures: see `loops`.
        macro_rules! loop_of {
            ($f:path, $a:expr $(, $more:expr)?) => {
                for (to, a) in to.iter_mut().zip(&reals[$a][..n]) {
                    *to = $f(*a $(, $more)?);
                }
            };
        }
        macro_rules! loop_of_two {
            ($f:path, $a:expr, $b:expr) => {
                for (to, (a, b)) in to.iter_mut().zip(reals[$a][..n].iter().zip(&reals[$b][..n])) {
                    *to = $f(*a, *b);
                }
            };
        }
        macro_rules! choose {
            ($function:expr, $a:expr, $($name:ident => $f:path),*) => {
                match $function {
                    $(Unary::$name => loop_of!($f, $a),)*
                    // For others there is no such thing.
                    _ => {}
                }
            };
        }
        match self.kind {
            Kind::One(function, a) => choose!(
                function, a, Log => nearly::log, Log2 => nearly::log2, Log10 => nearly::log10, Log1p => nearly::log1p,
                Exp => nearly::exp, Exp2 => nearly::exp2, Expm1 => nearly::expm1, Cbrt => nearly::cbrt,
                Sinh => nearly::sinh, Cosh => nearly::cosh, Tanh => nearly::tanh, Arcsinh => nearly::arcsinh,
                Arccosh => nearly::arccosh, Arctanh => nearly::arctanh, Sin => nearly::sin, Cos => nearly::cos,
                Arctan => nearly::arctan, Arcsin => nearly::arcsin, Arccos => nearly::arccos
            ),
            Kind::Power(a, exponent) => loop_of!(nearly::power, a, exponent),
            Kind::Exponential(unit, a) => loop_of!(nearly::exponential, a, unit),
            Kind::Two(Binary::Arctan2, y, x) => loop_of_two!(nearly::arctan2, y, x),
            Kind::Two(_, a, b) => loop_of_two!(nearly::hypot, a, b),
        }
    }
}

/// How far off a function's results are, if it can nearly be had for less.
fn tolerance_of(function: Unary) -> Option<Tolerance> {
    match function {
        Unary::Log | Unary::Log2 | Unary::Log10 | Unary::Log1p | Unary::Arcsinh | Unary::Arccosh | Unary::Arctanh => {
            Some(LOGS)
        }
        Unary::Exp | Unary::Exp2 | Unary::Cbrt => Some(EXPONENTIALS),
        Unary::Expm1 | Unary::Sinh | Unary::Cosh | Unary::Tanh => Some(HYPERBOLIC),
        Unary::Sin | Unary::Cos => Some(SINES),
        Unary::Arctan | Unary::Arcsin | Unary::Arccos => Some(ANGLES),
        _ => None,
    }
}
