//! From a tree to a program: what each part is (a number, a condition, a time), and the steps that make it.

mod times;
mod wholes;

use crate::data::column::{Column, LaneKind};
use crate::data::dtype::Scalar;

use super::error::ExpressionError;
use super::greatest_common_divisor;
use super::math;
use super::program::{Op, Program, Slot, Steps};
use super::time::{Moment, Place, SECOND, Step};
use super::tree::{Binary, Compare, Function, Id, Kind, Logic, Node, Tree, Unary};
use super::wholes::Chain;

/// What a reference stands for.
#[derive(Debug, Clone, Copy)]
pub enum Meaning {
    /// An input, by its number.
    Input(usize),
    /// A number.
    Constant(f64),
}

/// What part of an expression is.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::large_enum_variant, reason = "an expression has few parts, and they are copied when it is read")]
enum Value {
    /// The same number in all rows; exactly, where it is whole and was written so.
    Constant(f64, Option<i128>),
    /// A real number in each row.
    Number(Slot),
    /// A stored column, by its number among the inputs.
    Input(usize),
    /// A whole number that is made of a stored column of such.
    Whole(usize, Chain),
    /// A condition in each row.
    Condition(Slot),
    /// The same condition in all rows.
    Truth(bool),
    Moment(Moment),
}

/// What a program is to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Number,
    Condition,
}

/// The program of `tree` over `inputs`; `meanings` are those of its references.
pub fn lower(
    text: &str,
    tree: &Tree,
    meanings: &[Meaning],
    inputs: &[Column],
    wanted: Wanted,
) -> Result<Program, ExpressionError> {
    let mut lowering = Lowering { text, tree, inputs, steps: Steps::default(), values: Vec::new() };
    for node in &tree.nodes {
        let value = lowering.value(node, meanings)?;
        lowering.values.push(value);
    }
    let root = tree.nodes.len().saturating_sub(1);
    let result = match wanted {
        // By itself it says of each row whether it holds, as a column of bools does.
        Wanted::Number if lowering.is_condition(root) => {
            let (holds, yes, no) = (lowering.condition(root)?, lowering.number_of(1.0), lowering.number_of(0.0));
            lowering.steps.push(Op::Select(holds, yes, no))
        }
        Wanted::Number => lowering.number(root)?,
        Wanted::Condition => lowering.condition(root)?,
    };
    Ok(Program::new(&lowering.steps, result))
}

struct Lowering<'a> {
    text: &'a str,
    tree: &'a Tree,
    inputs: &'a [Column],
    steps: Steps,
    values: Vec<Value>,
}

/// What can be done with times.
const TIMES: &str = "times can be compared with times, a time subtracted from a time, which gives seconds, and year(t), month(t), \
                     dayofweek(t), hour(t) and the like taken of them";

impl Lowering<'_> {
    fn error<T>(&self, at: usize, what: impl Into<String>) -> Result<T, ExpressionError> {
        Err(ExpressionError { text: self.text.to_owned(), at, what: what.into() })
    }

    fn of(&self, id: Id) -> Value {
        self.values.get(id).copied().unwrap_or(Value::Constant(f64::NAN, None))
    }

    /// The character (from 1) at which a part stands.
    fn at(&self, id: Id) -> usize {
        self.tree.nodes.get(id).map_or(1, |node| node.at)
    }

    fn scalar(&self, input: usize) -> Scalar {
        self.inputs.get(input).map_or(Scalar::F64, |column| column.dtype().scalar)
    }

    /// Bias and missing lane of a column of whole numbers or times.
    fn whole_kind(&self, input: usize) -> Option<(i128, Option<i64>)> {
        match self.inputs.get(input)?.kind() {
            LaneKind::I64 { bias, missing, .. } => Some((bias, missing)),
            LaneKind::F32 | LaneKind::F64 => None,
        }
    }

    fn value(&mut self, node: &Node, meanings: &[Meaning]) -> Result<Value, ExpressionError> {
        let at = node.at;
        Ok(match &node.kind {
            Kind::Number(value, whole) => Value::Constant(*value, *whole),
            Kind::Moment(moment) => Value::Moment(*moment),
            Kind::Name(reference) => match meanings.get(*reference) {
                Some(Meaning::Input(input)) => Value::Input(*input),
                Some(Meaning::Constant(value)) => Value::Constant(*value, None),
                None => return self.error(at, "this name has no meaning"),
            },
            Kind::Unary(function, a) => {
                let negative = if *function == Unary::Negate { self.negative(self.of(*a)) } else { None };
                if let Some(negative) = negative {
                    negative
                } else {
                    let a = self.number(*a)?;
                    self.unary(*function, a)
                }
            }
            Kind::Binary(function, a, b) => {
                if let Some(seconds) = self.difference(*function, (*a, *b), at)? {
                    seconds
                } else if let Some(exact) = self.of_wholes(*function, (self.of(*a), self.of(*b)), at)? {
                    exact
                } else {
                    let (a, b) = (self.number(*a)?, self.number(*b)?);
                    self.binary(*function, a, b)
                }
            }
            Kind::Compare(operands, signs) => {
                let mut all = Value::Truth(true);
                for (pair, sign) in operands.windows(2).zip(signs) {
                    let holds = self.compare(*sign, (pair[0], pair[1]), at)?;
                    all = self.logic(Logic::And, all, holds);
                }
                all
            }
            Kind::Logic(logic, a, b) => {
                for (side, operand) in [("left", *a), ("right", *b)] {
                    if !self.is_condition(operand) {
                        return self.error(
                            at,
                            format!(
                                "this joins conditions, but its {side} side is none; & and | bind tighter than \
                                 comparisons: write (a > 3) & (b < 2), or use and, or"
                            ),
                        );
                    }
                }
                let (a, b) = (self.as_condition(*a)?, self.as_condition(*b)?);
                self.logic(*logic, a, b)
            }
            Kind::Not(a) => match self.as_condition(*a)? {
                Value::Truth(truth) => Value::Truth(!truth),
                Value::Condition(slot) => Value::Condition(self.steps.push(Op::Not(slot))),
                other => other,
            },
            Kind::Call(function, arguments) => self.call(*function, arguments, at)?,
        })
    }

    fn call(&mut self, function: Function, arguments: &[Id], at: usize) -> Result<Value, ExpressionError> {
        Ok(match (function, arguments) {
            (Function::Test(test), [a]) => {
                let a = self.number(*a)?;
                Value::Condition(self.steps.push(Op::Test(test, a)))
            }
            (Function::Calendar(field), [a]) => Value::Number(self.field(*a, field)?),
            (Function::Clip, [v, low, high]) => {
                let (v, low, high) = (self.number(*v)?, self.number(*low)?, self.number(*high)?);
                let raised = match self.binary(Binary::Maximum, v, low) {
                    Value::Constant(raised, _) => self.number_of(raised),
                    Value::Number(raised) => raised,
                    other => return Ok(other),
                };
                self.binary(Binary::Minimum, raised, high)
            }
            (Function::Where, [condition, a, b]) => {
                let condition = self.as_condition(*condition)?;
                let (a, b) = (self.number(*a)?, self.number(*b)?);
                match condition {
                    Value::Condition(condition) => Value::Number(self.steps.push(Op::Select(condition, a, b))),
                    Value::Truth(false) => self.named(b),
                    _ => self.named(a),
                }
            }
            _ => return self.error(at, "this function takes other arguments"),
        })
    }

    // ---- Numbers ----

    /// The value that a register of real numbers holds.
    fn named(&self, slot: Slot) -> Value {
        self.steps.constant(slot).map_or(Value::Number(slot), |value| Value::Constant(value, None))
    }

    fn number_of(&mut self, constant: f64) -> Slot {
        self.steps.push(Op::Constant(constant.to_bits()))
    }

    fn unary(&mut self, function: Unary, a: Slot) -> Value {
        match self.steps.constant(a) {
            Some(a) => Value::Constant(math::unary(function, a), None),
            None => Value::Number(self.steps.push(Op::Unary(function, a))),
        }
    }

    fn binary(&mut self, function: Binary, a: Slot, b: Slot) -> Value {
        let op = match (function, self.steps.constant(a), self.steps.constant(b)) {
            (_, Some(a), Some(b)) => return Value::Constant(math::binary(function, a, b), None),
            // As NumPy's ** does with these exponents.
            (Binary::Power, _, Some(2.0)) => Op::Binary(Binary::Multiply, a, a),
            (Binary::Power, _, Some(0.5)) => Op::Unary(Unary::Sqrt, a),
            (Binary::Add, _, Some(zero)) if zero.to_bits() == (-0.0_f64).to_bits() => return Value::Number(a),
            _ => Op::Binary(function, a, b),
        };
        Value::Number(self.steps.push(op))
    }

    /// A part as real numbers.
    fn number(&mut self, id: Id) -> Result<Slot, ExpressionError> {
        let at = self.at(id);
        match self.of(id) {
            Value::Constant(value, _) => Ok(self.number_of(value)),
            Value::Number(slot) => Ok(slot),
            Value::Whole(input, chain) => Ok(self.rounded(input, chain)),
            Value::Input(input) => match self.scalar(input) {
                Scalar::Time(_) => self.error(at, format!("a column of times is used as a number; {TIMES}")),
                Scalar::Duration(unit) => match Step::of(unit) {
                    Step::Months(_) => self.error(at, "months and years have no fixed length in seconds"),
                    Step::Unknown => Ok(self.steps.push(Op::Real(input))),
                    Step::Attoseconds(step) => {
                        let steps = self.steps.push(Op::Real(input));
                        Ok(self.seconds(steps, step))
                    }
                },
                _ => Ok(self.steps.push(Op::Real(input))),
            },
            Value::Condition(_) | Value::Truth(_) => {
                self.error(at, "a condition is used as a number; where(condition, 1, 0) makes a number of it")
            }
            Value::Moment(_) => self.error(at, format!("a moment is used as a number; {TIMES}")),
        }
    }

    /// Seconds of a number of steps of so many attoseconds.
    fn seconds(&mut self, steps: Slot, step: i128) -> Slot {
        let common = greatest_common_divisor(step, SECOND);
        let (times, parts) = (real(step / common), real(SECOND / common));
        let (times, parts) = (self.number_of(times), self.number_of(parts));
        let mut seconds = steps;
        if self.steps.constant(times) != Some(1.0) {
            seconds = self.steps.push(Op::Binary(Binary::Multiply, seconds, times));
        }
        if self.steps.constant(parts) != Some(1.0) {
            seconds = self.steps.push(Op::Binary(Binary::Divide, seconds, parts));
        }
        seconds
    }

    // ---- Conditions ----

    fn is_condition(&self, id: Id) -> bool {
        match self.of(id) {
            Value::Condition(_) | Value::Truth(_) => true,
            Value::Input(input) => self.scalar(input) == Scalar::Bool,
            _ => false,
        }
    }

    fn as_condition(&mut self, id: Id) -> Result<Value, ExpressionError> {
        match self.of(id) {
            found @ (Value::Condition(_) | Value::Truth(_)) => Ok(found),
            Value::Input(input) if self.scalar(input) == Scalar::Bool => {
                let zero = Place { floor: 0, rest: 0 };
                Ok(self.within(input, Compare::NotEqual, zero))
            }
            _ => self.error(self.at(id), "a condition is wanted here, such as a comparison: x > 0"),
        }
    }

    fn condition(&mut self, id: Id) -> Result<Slot, ExpressionError> {
        Ok(match self.as_condition(id)? {
            Value::Condition(slot) => slot,
            Value::Truth(truth) => self.steps.push(Op::Truth(truth)),
            _ => self.steps.push(Op::Truth(false)),
        })
    }

    fn logic(&mut self, logic: Logic, a: Value, b: Value) -> Value {
        match (a, b) {
            (Value::Truth(truth), other) | (other, Value::Truth(truth)) => match (logic, truth) {
                (Logic::And, true) | (Logic::Or, false) => other,
                (Logic::And, false) | (Logic::Or, true) => Value::Truth(truth),
            },
            (Value::Condition(a), Value::Condition(b)) => Value::Condition(self.steps.push(Op::Logic(logic, a, b))),
            (other, _) => other,
        }
    }

    fn compare(&mut self, compare: Compare, (a, b): (Id, Id), at: usize) -> Result<Value, ExpressionError> {
        let (left, right) = (self.of(a), self.of(b));
        match (left, right) {
            (Value::Constant(a, _), Value::Constant(b, _)) => return Ok(Value::Truth(math::compare(compare, a, b))),
            (Value::Input(input), Value::Constant(value, whole)) => {
                if let Some(place) = self.place_of(input, value, whole) {
                    return Ok(self.within(input, compare, place));
                }
            }
            (Value::Constant(value, whole), Value::Input(input)) => {
                if let Some(place) = self.place_of(input, value, whole) {
                    return Ok(self.within(input, compare.mirrored(), place));
                }
            }
            (Value::Whole(input, chain), Value::Constant(value, whole)) => {
                if let Some(place) = self.place_of(input, value, whole) {
                    return Ok(self.chain_within(input, chain, compare, place));
                }
            }
            (Value::Constant(value, whole), Value::Whole(input, chain)) => {
                if let Some(place) = self.place_of(input, value, whole) {
                    return Ok(self.chain_within(input, chain, compare.mirrored(), place));
                }
            }
            (Value::Whole(..), Value::Whole(..) | Value::Input(_)) | (Value::Input(_), Value::Whole(..)) => {
                if let Some(compared) = self.chains(compare, left, right) {
                    return Ok(compared);
                }
            }
            (Value::Input(a), Value::Input(b)) => {
                if let Some((pair, _)) = self.pair(a, b, at)? {
                    return Ok(Value::Condition(self.steps.push(Op::ComparePair(compare, pair))));
                }
            }
            (Value::Input(input), Value::Moment(moment)) => {
                let place = self.moment_among(input, moment, at)?.0;
                return Ok(self.within(input, compare, place));
            }
            (Value::Moment(moment), Value::Input(input)) => {
                let place = self.moment_among(input, moment, at)?.0;
                return Ok(self.within(input, compare.mirrored(), place));
            }
            _ => {}
        }
        for side in [a, b] {
            match self.of(side) {
                Value::Condition(_) | Value::Truth(_) => {
                    return self.error(at, "a condition is compared; join conditions with &, | and ~");
                }
                Value::Moment(_) => return self.error(at, format!("a moment is compared with no time; {TIMES}")),
                Value::Input(input) if matches!(self.scalar(input), Scalar::Time(_)) => {
                    return self
                        .error(at, "a time is compared with a number; write moments in quotes: '2024-12-31T12:00:00'");
                }
                _ => {}
            }
        }
        let (a, b) = (self.number(a)?, self.number(b)?);
        Ok(Value::Condition(self.steps.push(Op::Compare(compare, a, b))))
    }

    /// Where a number lies among the values of a column of whole numbers (no times); `None` for other columns and NaN.
    #[expect(clippy::cast_possible_truncation, reason = "casts saturate, far beyond any column's values")]
    fn place_of(&self, input: usize, value: f64, whole: Option<i128>) -> Option<Place> {
        if matches!(self.scalar(input), Scalar::Time(_) | Scalar::Duration(_)) {
            return None;
        }
        self.whole_kind(input)?;
        match whole {
            _ if value.is_nan() => None,
            Some(whole) => Some(Place { floor: whole, rest: 0 }),
            None => {
                let floor = value.floor();
                let is_whole = value.is_finite() && floor.total_cmp(&value).is_eq();
                Some(Place { floor: floor as i128, rest: i128::from(!is_whole) })
            }
        }
    }

    /// Comparison of a column of whole numbers with something at a place among them.
    fn within(&mut self, input: usize, compare: Compare, place: Place) -> Value {
        self.between(input, bounds(compare, place), compare == Compare::NotEqual)
    }

    /// Whether values of a column of whole numbers are from one to another; or the contrary.
    fn between(&mut self, input: usize, (low, high): (i128, i128), negated: bool) -> Value {
        let (bias, missing) = self.whole_kind(input).unwrap_or((0, None));
        let lanes = i128::from(i64::MIN)..=i128::from(i64::MAX);
        let (low, high) = (low.saturating_sub(bias).max(*lanes.start()), high.saturating_sub(bias).min(*lanes.end()));
        let (low, high) = match (i64::try_from(low), i64::try_from(high)) {
            (Ok(low), Ok(high)) if low <= high => (low, high),
            // No value is both.
            _ => (1, 0),
        };
        let whole = self.steps.push(Op::Whole(input));
        Value::Condition(self.steps.push(Op::Within { whole, low, high, missing, negated }))
    }
}

/// The least and the greatest whole number that a comparison with a place holds for; for "not equal" those it does not hold for.
fn bounds(compare: Compare, place: Place) -> (i128, i128) {
    let (floor, is_between) = (place.floor, place.rest != 0);
    let above = floor.saturating_add(1);
    match compare {
        Compare::Less => (i128::MIN, if is_between { floor } else { floor.saturating_sub(1) }),
        Compare::LessEqual => (i128::MIN, floor),
        Compare::Greater => (above, i128::MAX),
        Compare::GreaterEqual => (if is_between { above } else { floor }, i128::MAX),
        Compare::Equal | Compare::NotEqual if is_between => (1, 0),
        Compare::Equal | Compare::NotEqual => (floor, floor),
    }
}

#[expect(clippy::cast_precision_loss, reason = "the nearest f64 is what is wanted")]
fn real(v: i128) -> f64 {
    v as f64
}
