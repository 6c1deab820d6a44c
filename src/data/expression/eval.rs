//! Running programs: a step at a time over a chunk of rows, each step a plain loop that becomes vector instructions.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use crate::data::column::{Column, LaneKind};
use crate::data::decode::{Kernel, Lane, LaneBuffer, vectorized};

use super::calendar;
use super::loops::{binary, both, compare, each, unary};
use super::near::Near;
use super::program::{File, Op, Pair, Program, Step};
use super::rising::{Ends, Rising};
use super::tree::{Compare, Logic, Test};
use super::wholes;

/// Rows that a step works on at a time: few enough for several registers to stay in the first-level cache.
pub const CHUNK: usize = 512;

/// Registers, and room for the inputs; one for each worker. What it holds between two runs is of no meaning.
#[derive(Debug, Default)]
pub struct Scratch {
    prepared: Option<Arc<Program>>,
    buffers: Vec<LaneBuffer>,
    reals: Vec<Vec<f64>>,
    wholes: Vec<Vec<i64>>,
    conditions: Vec<Vec<bool>>,
    /// What the program's last steps are, once that was asked for.
    rising: OnceLock<Option<Arc<Rising>>>,
    near: OnceLock<Option<Arc<Near>>>,
}

impl Scratch {
    /// Makes ready for a program: registers, with constants where they belong.
    fn prepare(&mut self, program: &Arc<Program>, inputs: &[Column]) {
        if self.prepared.as_ref().is_some_and(|known| Arc::ptr_eq(known, program)) {
            return;
        }
        let [reals, wholes, conditions] = program.registers;
        self.buffers = inputs.iter().map(|input| LaneBuffer::new(input.kind())).collect();
        self.reals = vec![vec![0.0; CHUNK]; reals];
        self.wholes = vec![vec![0; CHUNK]; wholes];
        self.conditions = vec![vec![false; CHUNK]; conditions];
        for step in &program.constants {
            match step.op {
                Op::Constant(bits) => self.reals[step.to].fill(f64::from_bits(bits)),
                Op::Truth(truth) => self.conditions[step.to].fill(truth),
                _ => {}
            }
        }
        (self.rising, self.near) = (OnceLock::new(), OnceLock::new());
        self.prepared = Some(Arc::clone(program));
    }
}

/// Where a result goes.
pub enum Out<'a, 'b> {
    Numbers(&'a mut [f64]),
    /// No numbers, but whether they tell anything new of their ends.
    Ends(&'a mut Ends<'b>),
    Conditions(&'a mut [bool]),
    /// Numbers that are off by no more than [`Near::tolerance`]: see [`Near::take`].
    Near(&'a mut [f64]),
}

/// Runs a program for some rows of its inputs.
pub fn run(program: &Arc<Program>, inputs: &[Column], scratch: &mut Scratch, rows: &Range<u64>, out: Out<'_, '_>) {
    scratch.prepare(program, inputs);
    vectorized(pulp::Arch::new(), Run { program, inputs, scratch, rows, out });
}

struct Run<'a, 'b> {
    program: &'a Program,
    inputs: &'a [Column],
    scratch: &'a mut Scratch,
    rows: &'a Range<u64>,
    out: Out<'a, 'b>,
}

impl Kernel for Run<'_, '_> {
    #[inline(always)]
    fn run(mut self) {
        let steps = self.program.steps.as_slice();
        let rising = matches!(self.out, Out::Ends(_)).then(|| self.scratch.rising(self.program)).flatten();
        let near = matches!(self.out, Out::Near(_)).then(|| self.scratch.near(self.program)).flatten();
        let result = self.program.result;
        let before = match (&self.out, &rising) {
            (Out::Ends(_), Some(rising)) => rising.at(),
            (Out::Ends(_), None) => return,
            // The last number goes to its place at once.
            (Out::Numbers(_) | Out::Near(_), _) => steps.len().saturating_sub(1),
            (Out::Conditions(_), _) => steps.len(),
        };
        let (before, last) = steps.split_at(before);
        let mut done = 0;
        for start in self.rows.clone().step_by(CHUNK) {
            let rows = start..(start + CHUNK as u64).min(self.rows.end);
            let n = usize::try_from(rows.end - rows.start).unwrap_or(CHUNK).min(CHUNK);
            for input in self.inputs {
                input.bring_near(&(rows.end..rows.end + CHUNK as u64));
            }
            for (number, step) in before.iter().enumerate() {
                match &near {
                    Some(near) if near.at() == number => self.scratch.take_nearly(near, step, n),
                    _ => self.scratch.take(step, self.inputs, &rows, n),
                }
            }
            // No closures: they would not be compiled for the vectors that this is.
            match &mut self.out {
                Out::Numbers(numbers) | Out::Near(numbers) => {
                    let numbers = &mut numbers[done..done + n];
                    match (&near, last) {
                        (Some(near), [_]) if near.at() == before.len() => near.take(&self.scratch.reals, numbers),
                        (_, [step]) => self.scratch.real(step.op, self.inputs, &rows, numbers),
                        _ => numbers.copy_from_slice(&self.scratch.reals[result][..n]),
                    }
                }
                Out::Conditions(out) => out[done..done + n].copy_from_slice(&self.scratch.conditions[result][..n]),
                Out::Ends(asked) => match &rising {
                    Some(rising) if rising.passes(&self.scratch.reals, n, asked) => {}
                    _ => return,
                },
            }
            done += n;
        }
    }
}

impl Scratch {
    fn rising(&self, program: &Program) -> Option<Arc<Rising>> {
        self.rising.get_or_init(|| Rising::of(program).map(Arc::new)).clone()
    }

    fn near(&self, program: &Program) -> Option<Arc<Near>> {
        self.near.get_or_init(|| Near::of(program).map(Arc::new)).clone()
    }

    /// Does one step for `n` rows.
    #[inline(always)]
    fn take(&mut self, step: &Step, inputs: &[Column], rows: &Range<u64>, n: usize) {
        match step.op.file() {
            File::Real => {
                // Its own register is taken out, so that the others can be read.
                let mut to = std::mem::take(&mut self.reals[step.to]);
                self.real(step.op, inputs, rows, &mut to[..n]);
                self.reals[step.to] = to;
            }
            File::Whole => {
                if let Op::Whole(input) = step.op
                    && let Lane::I64(lane) = self.buffers[input].decode(&inputs[input], rows)
                {
                    self.wholes[step.to][..n].copy_from_slice(lane);
                }
            }
            File::Condition => {
                let mut to = std::mem::take(&mut self.conditions[step.to]);
                self.condition(step.op, &mut to[..n]);
                self.conditions[step.to] = to;
            }
        }
    }

    /// Nearly does one step for `n` rows.
    #[inline(always)]
    fn take_nearly(&mut self, near: &Near, step: &Step, n: usize) {
        let mut to = std::mem::take(&mut self.reals[step.to]);
        near.take(&self.reals, &mut to[..n]);
        self.reals[step.to] = to;
    }

    #[inline(always)]
    fn real(&mut self, op: Op, inputs: &[Column], rows: &Range<u64>, to: &mut [f64]) {
        let n = to.len();
        match op {
            Op::Real(input) => load(self.buffers[input].decode(&inputs[input], rows), inputs[input].kind(), to),
            Op::Unary(function, a) => unary(function, &self.reals[a][..n], to),
            Op::Binary(function, a, b) => binary(function, &self.reals[a][..n], &self.reals[b][..n], to),
            Op::Select(condition, a, b) => {
                let (a, b) = (&self.reals[a][..n], &self.reals[b][..n]);
                let chosen = self.conditions[condition][..n].iter().zip(a.iter().zip(b));
                for (to, (holds, (a, b))) in to.iter_mut().zip(chosen) {
                    *to = if *holds { *a } else { *b };
                }
            }
            Op::Since { whole, step, missing } => {
                for (to, v) in to.iter_mut().zip(&self.wholes[whole][..n]) {
                    *to = real_or_nan(v.saturating_sub(step), missing == Some(*v));
                }
            }
            Op::Difference(pair) | Op::Sum(pair) => {
                let is_sum = matches!(op, Op::Sum(_));
                let (a, b) = (&self.wholes[pair.slots.0][..n], &self.wholes[pair.slots.1][..n]);
                for (to, (a, b)) in to.iter_mut().zip(a.iter().zip(b)) {
                    *to = joined(&pair, *a, *b, is_sum);
                }
            }
            Op::OfWhole(whole, chain) => {
                if let Some(chain) = self.prepared.as_ref().and_then(|program| program.chain(chain)) {
                    chain.each(&self.wholes[whole][..n], to);
                }
            }
            Op::Calendar { field, whole, clock, missing } => {
                calendar::each(field, clock, missing, &self.wholes[whole][..n], to);
            }
            // The others fill registers of other kinds, or are done already.
            _ => {}
        }
    }

    #[inline(always)]
    fn condition(&mut self, op: Op, to: &mut [bool]) {
        let n = to.len();
        match op {
            Op::Compare(function, a, b) => compare(function, &self.reals[a][..n], &self.reals[b][..n], to),
            Op::Test(Test::Nan, a) => each(&self.reals[a][..n], to, f64::is_nan),
            Op::Test(Test::Infinite, a) => each(&self.reals[a][..n], to, |v: f64| v.abs() == f64::INFINITY),
            Op::Test(Test::Finite, a) => each(&self.reals[a][..n], to, |v| v.abs() < f64::INFINITY),
            Op::Logic(Logic::And, a, b) => both(&self.conditions[a][..n], &self.conditions[b][..n], to, |a, b| a & b),
            Op::Logic(Logic::Or, a, b) => both(&self.conditions[a][..n], &self.conditions[b][..n], to, |a, b| a | b),
            Op::Not(a) => each(&self.conditions[a][..n], to, |v: bool| !v),
            Op::Within { whole, low, high, missing, negated } => {
                let (has_missing, missing) = (missing.is_some(), missing.unwrap_or(0));
                each(&self.wholes[whole][..n], to, |v: i64| {
                    ((v >= low) & (v <= high) & !(has_missing & (v == missing))) != negated
                });
            }
            Op::ChainWithin { whole, chain, low, high, negated } => {
                if let Some(chain) = self.prepared.as_ref().and_then(|program| program.chain(chain)) {
                    each(&self.wholes[whole][..n], to, |v: i64| (low..=high).contains(&chain.of(v)) != negated);
                }
            }
            Op::CompareChains(function, (a, first), (b, second)) => {
                let (a, b) = (&self.wholes[a][..n], &self.wholes[b][..n]);
                let chain = |id| self.prepared.as_ref().and_then(|program| program.chain(id));
                if let (Some(first), Some(second)) = (chain(first), chain(second)) {
                    both(a, b, to, |a, b| holds(function, first.of(a), second.of(b)));
                }
            }
            Op::ComparePair(function, pair) => {
                let (a, b) = (&self.wholes[pair.slots.0][..n], &self.wholes[pair.slots.1][..n]);
                both(a, b, to, |a, b| compare_pair(function, &pair, a, b));
            }
            _ => {}
        }
    }
}

/// Decoded values as real numbers.
#[inline(always)]
#[expect(clippy::cast_precision_loss, reason = "whole numbers beyond 2^53 are rounded, as NumPy does")]
fn load(lane: Lane<'_>, kind: LaneKind, to: &mut [f64]) {
    match (lane, kind) {
        (Lane::F32(lane), _) => each(lane, to, f64::from),
        (Lane::F64(lane), _) => each(lane, to, |v: f64| v),
        (Lane::I64(lane), LaneKind::I64 { missing: Some(missing), .. }) => {
            each(lane, to, |v: i64| real_or_nan(v, v == missing));
        }
        // Lanes of u64 lack 2^63: the sign bit flipped.
        (Lane::I64(lane), LaneKind::I64 { bias, .. }) if bias != 0 => {
            each(lane, to, |v: i64| (v.cast_unsigned() ^ (1 << 63)) as f64);
        }
        (Lane::I64(lane), _) => each(lane, to, |v: i64| v as f64),
    }
}

#[inline(always)]
#[expect(clippy::cast_precision_loss, reason = "whole numbers beyond 2^53 are rounded, as NumPy does")]
fn real_or_nan(v: i64, is_missing: bool) -> f64 {
    let v = v as f64;
    if is_missing { f64::NAN } else { v }
}

/// Both values in common steps. At most one of the ratios is large, so that a product that saturates is on its right side
/// of the other.
#[inline(always)]
fn in_common_steps(pair: &Pair, a: i64, b: i64) -> (i128, i128) {
    let a = (i128::from(a) + pair.biases.0).saturating_mul(pair.ratios.0);
    let b = (i128::from(b) + pair.biases.1).saturating_mul(pair.ratios.1);
    (a, b)
}

#[inline(always)]
fn is_missing(pair: &Pair, a: i64, b: i64) -> bool {
    pair.missing.0 == Some(a) || pair.missing.1 == Some(b)
}

#[inline(always)]
fn compare_pair(function: Compare, pair: &Pair, a: i64, b: i64) -> bool {
    if is_missing(pair, a, b) {
        return function == Compare::NotEqual;
    }
    let (a, b) = in_common_steps(pair, a, b);
    holds(function, a, b)
}

#[inline(always)]
fn holds(function: Compare, a: i128, b: i128) -> bool {
    match function {
        Compare::Less => a < b,
        Compare::LessEqual => a <= b,
        Compare::Greater => a > b,
        Compare::GreaterEqual => a >= b,
        Compare::Equal => a == b,
        Compare::NotEqual => a != b,
    }
}

/// Difference or sum of both values in common steps.
#[inline(always)]
fn joined(pair: &Pair, a: i64, b: i64, is_sum: bool) -> f64 {
    if is_missing(pair, a, b) {
        return f64::NAN;
    }
    let (a, b) = in_common_steps(pair, a, b);
    wholes::rounded(if is_sum { a.saturating_add(b) } else { a.saturating_sub(b) })
}
