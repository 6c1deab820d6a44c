//! Times and durations.

use crate::data::dtype::Scalar;

use super::super::calendar::{Clock, Field};
use super::super::error::ExpressionError;
use super::super::greatest_common_divisor;
use super::super::program::{Op, Pair, Slot};
use super::super::time::{Moment, Place, SECOND, Step};
use super::super::tree::{Binary, Id, Unary};
use super::{Lowering, Value, real};

impl Lowering<'_> {
    /// Where a moment lies among the steps of a column, and these.
    pub(super) fn moment_among(
        &self,
        input: usize,
        moment: Moment,
        at: usize,
    ) -> Result<(Place, Step), ExpressionError> {
        let Scalar::Time(unit) = self.scalar(input) else {
            return self.error(at, "a moment stands beside a column that holds no times");
        };
        let step = Step::of(unit);
        match moment.among(step) {
            Some(place) => Ok((place, step)),
            None => self.error(at, "the times of this column have no unit"),
        }
    }

    /// Two columns of whole numbers, two of times or two of durations, with what their common steps are.
    pub(super) fn pair(&mut self, a: usize, b: usize, at: usize) -> Result<Option<(Pair, Step)>, ExpressionError> {
        let (Some((bias_a, missing_a)), Some((bias_b, missing_b))) = (self.whole_kind(a), self.whole_kind(b)) else {
            return Ok(None);
        };
        let (ratios, step) = match (self.scalar(a), self.scalar(b)) {
            (Scalar::Time(a), Scalar::Time(b)) | (Scalar::Duration(a), Scalar::Duration(b)) => {
                let common = |a: i128, b: i128, of: fn(i128) -> Step| {
                    let step = greatest_common_divisor(a, b);
                    ((a / step, b / step), of(step))
                };
                match (Step::of(a), Step::of(b)) {
                    (Step::Months(a), Step::Months(b)) => common(a, b, Step::Months),
                    (Step::Attoseconds(a), Step::Attoseconds(b)) => common(a, b, Step::Attoseconds),
                    (Step::Unknown, Step::Unknown) => ((1, 1), Step::Unknown),
                    _ => return self.error(at, "these times count in units that have no common measure"),
                }
            }
            (Scalar::Time(_) | Scalar::Duration(_), _) | (_, Scalar::Time(_) | Scalar::Duration(_)) => return Ok(None),
            _ => ((1, 1), Step::Unknown),
        };
        let slots = (self.steps.push(Op::Whole(a)), self.steps.push(Op::Whole(b)));
        let pair = Pair { slots, biases: (bias_a, bias_b), ratios, missing: (missing_a, missing_b) };
        Ok(Some((pair, step)))
    }

    /// Seconds between times; `None` where this is no difference of times.
    pub(super) fn difference(
        &mut self,
        function: Binary,
        (a, b): (Id, Id),
        at: usize,
    ) -> Result<Option<Value>, ExpressionError> {
        let is_time = |this: &Self, input: usize| matches!(this.scalar(input), Scalar::Time(_));
        if function != Binary::Subtract {
            return Ok(None);
        }
        match (self.of(a), self.of(b)) {
            (Value::Input(a), Value::Input(b)) if is_time(self, a) && is_time(self, b) => {
                let Some((pair, step)) = self.pair(a, b, at)? else { return Ok(None) };
                let steps = self.steps.push(Op::Difference(pair));
                match step {
                    Step::Attoseconds(step) => Ok(Some(Value::Number(self.seconds(steps, step)))),
                    Step::Unknown => Ok(Some(Value::Number(steps))),
                    Step::Months(_) => self.error(at, "months and years have no fixed length in seconds"),
                }
            }
            (Value::Input(input), Value::Moment(moment)) if is_time(self, input) => {
                self.since(input, moment, at).map(|seconds| Some(Value::Number(seconds)))
            }
            (Value::Moment(moment), Value::Input(input)) if is_time(self, input) => {
                let seconds = self.since(input, moment, at)?;
                Ok(Some(Value::Number(self.steps.push(Op::Unary(Unary::Negate, seconds)))))
            }
            _ => Ok(None),
        }
    }

    /// What a calendar says of a column of times.
    pub(super) fn field(&mut self, time: Id, field: Field) -> Result<Slot, ExpressionError> {
        let at = self.at(time);
        let Value::Input(input) = self.of(time) else {
            return self.error(at, "a column of times is wanted here");
        };
        let Scalar::Time(unit) = self.scalar(input) else {
            return self.error(at, "this column holds no times");
        };
        let missing = self.whole_kind(input).and_then(|kind| kind.1);
        let Some(clock) = Clock::new(Step::of(unit), field) else {
            return self.error(at, "the times of this column have no unit");
        };
        let whole = self.steps.push(Op::Whole(input));
        Ok(self.steps.push(Op::Calendar { field, whole, clock, missing }))
    }

    /// Seconds since a moment.
    fn since(&mut self, input: usize, moment: Moment, at: usize) -> Result<Slot, ExpressionError> {
        let missing = self.whole_kind(input).and_then(|kind| kind.1);
        let (place, Step::Attoseconds(step)) = self.moment_among(input, moment, at)? else {
            return self.error(at, "months and years have no fixed length in seconds");
        };
        let Ok(floor) = i64::try_from(place.floor) else {
            return self.error(at, "the moment lies beyond what the column can hold");
        };
        let whole = self.steps.push(Op::Whole(input));
        let steps = self.steps.push(Op::Since { whole, step: floor, missing });
        let seconds = self.seconds(steps, step);
        if place.rest == 0 {
            return Ok(seconds);
        }
        let rest = self.number_of(real(place.rest) / real(SECOND));
        Ok(self.steps.push(Op::Binary(Binary::Subtract, seconds, rest)))
    }
}
