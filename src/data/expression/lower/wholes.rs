//! Arithmetic of columns of 64-bit whole numbers, which f64 cannot hold: exact, and rounded once.

use crate::data::dtype::Scalar;

use super::super::error::ExpressionError;
use super::super::program::{Op, Whole};
use super::super::tree::Binary;
use super::{Lowering, Value};

impl Lowering<'_> {
    /// What two parts make, if one is a column of such numbers and the other is whole, too. Narrower ones are exact as f64.
    pub(super) fn of_wholes(
        &mut self,
        function: Binary,
        sides: (Value, Value),
        at: usize,
    ) -> Result<Option<Value>, ExpressionError> {
        match sides {
            (Value::Input(a), Value::Input(b)) if self.is_wide(a) || self.is_wide(b) => {
                let op = match function {
                    Binary::Add => Op::Sum,
                    Binary::Subtract => Op::Difference,
                    _ => return Ok(None),
                };
                Ok(self.pair(a, b, at)?.map(|(pair, _)| Value::Number(self.steps.push(op(pair)))))
            }
            (Value::Input(input), other) if self.is_wide(input) => {
                let Some(operand) = whole_of(other) else { return Ok(None) };
                let (function, operand) = match function {
                    Binary::Add => (Whole::Add, operand),
                    Binary::Subtract => (Whole::Add, -operand),
                    Binary::FloorDivide if operand != 0 => (Whole::FloorDivide, operand),
                    Binary::Remainder if operand != 0 => (Whole::Remainder, operand),
                    _ => return Ok(None),
                };
                Ok(Some(Value::Number(self.with_constant(function, input, operand))))
            }
            (other, Value::Input(input)) if self.is_wide(input) => {
                let Some(operand) = whole_of(other) else { return Ok(None) };
                Ok(match function {
                    Binary::Add => Some(Value::Number(self.with_constant(Whole::Add, input, operand))),
                    Binary::Subtract => {
                        let less = self.with_constant(Whole::Add, input, -operand);
                        // From zero, so that no zero is negative.
                        let zero = self.number_of(0.0);
                        Some(self.binary(Binary::Subtract, zero, less))
                    }
                    _ => None,
                })
            }
            _ => Ok(None),
        }
    }

    fn is_wide(&self, input: usize) -> bool {
        matches!(self.scalar(input), Scalar::I64 | Scalar::U64)
    }

    fn with_constant(&mut self, function: Whole, input: usize, operand: i128) -> usize {
        let bias = self.whole_kind(input).map_or(0, |kind| kind.0);
        let whole = self.steps.push(Op::Whole(input));
        self.steps.push(Op::OfWhole { function, whole, bias, operand })
    }
}

/// The whole number that is the same in all rows, if it is one that columns may hold.
fn whole_of(value: Value) -> Option<i128> {
    const LEAST_INEXACT: f64 = 9_007_199_254_740_992.0;
    let whole = match value {
        Value::Constant(_, Some(whole)) => whole,
        #[expect(clippy::cast_possible_truncation, reason = "whole and small")]
        Value::Constant(value, None) if value.fract() == 0.0 && value.abs() < LEAST_INEXACT => value as i128,
        _ => return None,
    };
    (whole.unsigned_abs() <= 1 << 64).then_some(whole)
}
