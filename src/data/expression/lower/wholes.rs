//! Arithmetic of columns of 64-bit whole numbers, which f64 cannot hold: exact, and rounded once.

use crate::data::dtype::Scalar;

use super::super::error::ExpressionError;
use super::super::program::{Op, Slot};
use super::super::tree::{Binary, Compare};
use super::super::wholes::{Chain, Whole, folded, rounded};
use super::{Lowering, Value, bounds};
use crate::data::expression::time::Place;

impl Lowering<'_> {
    /// What two parts make, if one is a column of such numbers, or made of one, and the other is whole, too. Narrower ones are
    /// exact as f64.
    pub(super) fn of_wholes(
        &mut self,
        function: Binary,
        sides: (Value, Value),
        at: usize,
    ) -> Result<Option<Value>, ExpressionError> {
        if let (Value::Constant(_, Some(a)), Value::Constant(_, Some(b))) = sides {
            return Ok(folded(function, a, b).map(|made| Value::Constant(rounded(made), Some(made))));
        }
        if let (Value::Input(a), Value::Input(b)) = sides
            && (self.is_wide(a) || self.is_wide(b))
        {
            let op = match function {
                Binary::Add => Op::Sum,
                Binary::Subtract => Op::Difference,
                _ => return Ok(None),
            };
            return Ok(self.pair(a, b, at)?.map(|(pair, _)| Value::Number(self.steps.push(op(pair)))));
        }
        let (chain, operand, is_first) = match (self.chain(sides.0), self.chain(sides.1)) {
            (Some(chain), None) => (chain, whole_of(sides.1), true),
            (None, Some(chain)) => (chain, whole_of(sides.0), false),
            _ => return Ok(None),
        };
        let ((input, chain), Some(operand)) = (chain, operand) else { return Ok(None) };
        let made = match (function, is_first) {
            (Binary::Add, _) => chain.with(Whole::Add, operand),
            (Binary::Multiply, _) => chain.with(Whole::Multiply, operand),
            (Binary::Subtract, true) => chain.with(Whole::Add, -operand),
            (Binary::Subtract, false) => negated(chain).and_then(|chain| chain.with(Whole::Add, operand)),
            (Binary::FloorDivide, true) => chain.with(Whole::FloorDivide, operand),
            (Binary::Remainder, true) => chain.with(Whole::Remainder, operand),
            _ => None,
        };
        Ok(made.map(|chain| Value::Whole(input, chain)))
    }

    /// The negative of such a number, or of one that is the same in all rows.
    pub(super) fn negative(&self, of: Value) -> Option<Value> {
        if let Value::Constant(_, Some(whole)) = of {
            // That of zero is a real number's.
            return (whole != 0).then(|| Value::Constant(rounded(-whole), Some(-whole)));
        }
        let (input, chain) = self.chain(of)?;
        Some(Value::Whole(input, negated(chain)?))
    }

    /// The column that a part is made of, and how, if it is one of such numbers.
    fn chain(&self, of: Value) -> Option<(usize, Chain)> {
        match of {
            Value::Whole(input, chain) => Some((input, chain)),
            Value::Input(input) if self.is_wide(input) => {
                Some((input, Chain::new(self.whole_kind(input).map_or(0, |kind| kind.0))))
            }
            _ => None,
        }
    }

    /// Comparison of two of such numbers, of which one may be a column of narrower ones.
    pub(super) fn chains(&mut self, compare: Compare, a: Value, b: Value) -> Option<Value> {
        let (a, b) = (self.any_chain(a)?, self.any_chain(b)?);
        let [a, b] = [a, b].map(|(input, chain)| (self.steps.push(Op::Whole(input)), self.steps.chain(chain)));
        Some(Value::Condition(self.steps.push(Op::CompareChains(compare, a, b))))
    }

    /// As [`Lowering::chain`], of any column of whole numbers that are no times.
    fn any_chain(&self, of: Value) -> Option<(usize, Chain)> {
        match of {
            Value::Input(input) => match self.whole_kind(input)? {
                (bias, None) => Some((input, Chain::new(bias))),
                (_, Some(_)) => None,
            },
            other => self.chain(other),
        }
    }

    fn is_wide(&self, input: usize) -> bool {
        matches!(self.scalar(input), Scalar::I64 | Scalar::U64)
    }

    /// Such a number, rounded.
    pub(super) fn rounded(&mut self, input: usize, chain: Chain) -> Slot {
        let (whole, chain) = (self.steps.push(Op::Whole(input)), self.steps.chain(chain));
        self.steps.push(Op::OfWhole(whole, chain))
    }

    /// Comparison of such a number with something at a place among whole numbers.
    pub(super) fn chain_within(&mut self, input: usize, mut chain: Chain, compare: Compare, place: Place) -> Value {
        let (mut low, mut high) = bounds(compare, place);
        let negated = compare == Compare::NotEqual;
        if low <= high {
            while let Some((shorter, ends)) = chain.before((low, high)) {
                (chain, (low, high)) = (shorter, ends);
            }
        }
        if chain.is_empty() {
            return self.between(input, (low, high), negated);
        }
        let (whole, chain) = (self.steps.push(Op::Whole(input)), self.steps.chain(chain));
        Value::Condition(self.steps.push(Op::ChainWithin { whole, chain, low, high, negated }))
    }
}

fn negated(chain: Chain) -> Option<Chain> {
    chain.with(Whole::Multiply, -1)
}

/// The whole number that is the same in all rows, if it is one.
fn whole_of(value: Value) -> Option<i128> {
    const LEAST_INEXACT: f64 = 9_007_199_254_740_992.0;
    let whole = match value {
        Value::Constant(_, Some(whole)) => whole,
        #[expect(clippy::cast_possible_truncation, reason = "whole and small")]
        Value::Constant(value, None) if value.fract() == 0.0 && value.abs() < LEAST_INEXACT => value as i128,
        _ => return None,
    };
    (whole.unsigned_abs() <= 1 << 120).then_some(whole)
}
