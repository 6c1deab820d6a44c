//! The last steps of programs: a function, and what scales and shifts its result.

use super::math;
use super::program::{Op, Program, Step};
use super::tree::{Binary, Unary};

/// A step, and those after it, which do nothing but scale and shift its result.
#[derive(Debug, Clone, PartialEq)]
pub struct Tail {
    /// Number of the step.
    pub at: usize,
    /// What it does.
    pub op: Op,
    /// Those after it.
    pub shifts: Vec<Shift>,
}

/// What scales or shifts a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shift {
    /// A function of it alone.
    One(Unary),
    /// A function of it and a constant.
    Before(Binary, f64),
    /// A function of a constant and it.
    After(f64, Binary),
}

impl Shift {
    /// What comes of a number.
    pub fn of(self, v: f64) -> f64 {
        match self {
            Self::One(function) => math::unary(function, v),
            Self::Before(function, constant) => math::binary(function, v, constant),
            Self::After(constant, function) => math::binary(function, constant, v),
        }
    }

    /// The number by which it scales, and what it adds, both without their signs.
    pub fn sizes(self) -> (f64, f64) {
        match self {
            Self::One(Unary::Degrees) => (math::DEGREES, 0.0),
            Self::One(Unary::Radians) => (math::RADIANS, 0.0),
            Self::One(_) => (1.0, 0.0),
            Self::Before(Binary::Divide, constant) => (1.0 / constant.abs(), 0.0),
            Self::Before(Binary::Multiply, constant) | Self::After(constant, Binary::Multiply) => (constant.abs(), 0.0),
            Self::Before(_, constant) | Self::After(constant, _) => (1.0, constant.abs()),
        }
    }

    /// Whether results fall while the number rises.
    pub fn is_falling(self) -> bool {
        match self {
            Self::One(function) => function == Unary::Negate,
            Self::Before(Binary::Multiply | Binary::Divide, constant) | Self::After(constant, Binary::Multiply) => {
                constant < 0.0
            }
            Self::Before(..) => false,
            Self::After(_, function) => function == Binary::Subtract,
        }
    }
}

impl Tail {
    /// Of a program that has steps.
    pub fn of(program: &Program) -> Option<Self> {
        let steps = program.steps.as_slice();
        let mut at = steps.len().checked_sub(1)?;
        let mut shifts = Vec::new();
        while let Some((shift, operand)) = shifted(program, &steps[at]) {
            shifts.insert(0, shift);
            at = at.checked_sub(1).filter(|before| steps[*before].to == operand)?;
        }
        Some(Self { at, op: steps[at].op, shifts })
    }

    /// What comes of a result of the step.
    pub fn after(&self, result: f64) -> f64 {
        self.shifts.iter().fold(result, |v, shift| shift.of(v))
    }

    /// Whether that falls while the result rises.
    pub fn is_falling(&self) -> bool {
        self.shifts.iter().fold(false, |is_falling, shift| is_falling != shift.is_falling())
    }
}

/// The number that a register holds in all rows, if so.
pub fn constant(program: &Program, slot: usize) -> Option<f64> {
    program.constants.iter().find_map(|step| match step.op {
        Op::Constant(bits) if step.to == slot => Some(f64::from_bits(bits)),
        _ => None,
    })
}

/// How a step scales or shifts a register by a constant, if it does.
fn shifted(program: &Program, step: &Step) -> Option<(Shift, usize)> {
    let finite = |slot| constant(program, slot).filter(|v| v.is_finite());
    match step.op {
        Op::Unary(function @ (Unary::Negate | Unary::Degrees | Unary::Radians), a) => Some((Shift::One(function), a)),
        Op::Binary(function @ (Binary::Multiply | Binary::Divide | Binary::Add | Binary::Subtract), a, b) => {
            let is_sum = matches!(function, Binary::Add | Binary::Subtract);
            let fit = |v: &f64| is_sum || *v != 0.0;
            let before = finite(b).filter(fit).map(|v| (Shift::Before(function, v), a));
            let after = || finite(a).filter(fit).map(|v| (Shift::After(v, function), b));
            before.or_else(|| if function == Binary::Divide { None } else { after() })
        }
        _ => None,
    }
}
