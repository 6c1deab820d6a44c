//! Programs: steps that each fill one register, for a chunk of rows at a time.

use std::collections::HashMap;

use super::calendar::{Clock, Field};
use super::tree::{Binary, Compare, Logic, Test, Unary};
use super::wholes::Chain;

/// Number of a register, or, while a program is made, of the step that fills it.
pub type Slot = usize;

/// Number of a chain among those of a program: steps are small, as they are copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ChainId(usize);

/// Two columns of whole numbers that are brought to common steps: (a + bias) · ratio and (b + bias) · ratio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pair {
    /// Registers.
    pub slots: (Slot, Slot),
    /// What the lanes lack to the values.
    pub biases: (i128, i128),
    /// Common steps of one step of each.
    pub ratios: (i128, i128),
    /// Lanes that stand for "not a time".
    pub missing: (Option<i64>, Option<i64>),
}

/// What a step does. Registers hold real numbers, whole numbers (lanes as decoded) or conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// The bits of a real number, the same in all rows.
    Constant(u64),
    /// A condition, the same in all rows.
    Truth(bool),
    /// An input as real numbers; NaN where a time is missing.
    Real(usize),
    /// An input of whole numbers, as decoded.
    Whole(usize),
    Unary(Unary, Slot),
    Binary(Binary, Slot, Slot),
    Compare(Compare, Slot, Slot),
    Test(Test, Slot),
    Logic(Logic, Slot, Slot),
    Not(Slot),
    /// Of two real numbers the first where the condition holds.
    Select(Slot, Slot, Slot),
    /// Whether whole numbers are present and in `low..=high`; or the contrary.
    Within {
        whole: Slot,
        low: i64,
        high: i64,
        missing: Option<i64>,
        negated: bool,
    },
    /// Real number of steps since a step; NaN where missing.
    Since {
        whole: Slot,
        step: i64,
        missing: Option<i64>,
    },
    /// Comparison of what is made of two columns of whole numbers, exactly.
    CompareChains(Compare, (Slot, ChainId), (Slot, ChainId)),
    /// Comparison of two columns of whole numbers, exactly.
    ComparePair(Compare, Pair),
    /// Difference of two columns of whole numbers in common steps, rounded once.
    Difference(Pair),
    /// Their sum.
    Sum(Pair),
    /// What is made of a column of whole numbers, exactly, rounded once.
    OfWhole(Slot, ChainId),
    /// Whether what is made of a column of whole numbers is in `low..=high`; or the contrary.
    ChainWithin {
        whole: Slot,
        chain: ChainId,
        low: i128,
        high: i128,
        negated: bool,
    },
    /// A field of a time; NaN where it is missing.
    Calendar {
        field: Field,
        whole: Slot,
        clock: Clock,
        missing: Option<i64>,
    },
}

/// A kind of register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum File {
    Real,
    Whole,
    Condition,
}

impl Op {
    /// The kind of register that the step fills.
    pub fn file(self) -> File {
        match self {
            Self::Whole(_) => File::Whole,
            Self::Truth(_)
            | Self::Compare(..)
            | Self::Test(..)
            | Self::Logic(..)
            | Self::Not(_)
            | Self::Within { .. }
            | Self::ChainWithin { .. }
            | Self::CompareChains(..)
            | Self::ComparePair(..) => File::Condition,
            Self::Constant(_)
            | Self::Real(_)
            | Self::Unary(..)
            | Self::Binary(..)
            | Self::Select(..)
            | Self::Since { .. }
            | Self::Difference(_)
            | Self::Sum(_)
            | Self::OfWhole(..)
            | Self::Calendar { .. } => File::Real,
        }
    }

    /// Whether the result is the same in all rows.
    pub fn is_constant(self) -> bool {
        matches!(self, Self::Constant(_) | Self::Truth(_))
    }

    /// The same with other operands.
    fn with_operands(self, of: &mut dyn FnMut(Slot) -> Slot) -> Self {
        match self {
            Self::Constant(_) | Self::Truth(_) | Self::Real(_) | Self::Whole(_) => self,
            Self::Unary(f, a) => Self::Unary(f, of(a)),
            Self::Binary(f, a, b) => Self::Binary(f, of(a), of(b)),
            Self::Compare(f, a, b) => Self::Compare(f, of(a), of(b)),
            Self::Test(f, a) => Self::Test(f, of(a)),
            Self::Logic(f, a, b) => Self::Logic(f, of(a), of(b)),
            Self::Not(a) => Self::Not(of(a)),
            Self::Select(c, a, b) => Self::Select(of(c), of(a), of(b)),
            Self::Within { whole, low, high, missing, negated } => {
                Self::Within { whole: of(whole), low, high, missing, negated }
            }
            Self::Since { whole, step, missing } => Self::Since { whole: of(whole), step, missing },
            Self::ComparePair(f, pair) => {
                Self::ComparePair(f, Pair { slots: (of(pair.slots.0), of(pair.slots.1)), ..pair })
            }
            Self::Difference(pair) => Self::Difference(Pair { slots: (of(pair.slots.0), of(pair.slots.1)), ..pair }),
            Self::Sum(pair) => Self::Sum(Pair { slots: (of(pair.slots.0), of(pair.slots.1)), ..pair }),
            Self::OfWhole(whole, chain) => Self::OfWhole(of(whole), chain),
            Self::CompareChains(f, (a, first), (b, second)) => Self::CompareChains(f, (of(a), first), (of(b), second)),
            Self::ChainWithin { whole, chain, low, high, negated } => {
                Self::ChainWithin { whole: of(whole), chain, low, high, negated }
            }
            Self::Calendar { field, whole, clock, missing } => {
                Self::Calendar { field, whole: of(whole), clock, missing }
            }
        }
    }

    fn operands(self) -> Vec<Slot> {
        let mut found = Vec::new();
        self.with_operands(&mut |slot| {
            found.push(slot);
            slot
        });
        found
    }
}

/// Steps while they are put together: each fills a register of its own, equal steps are one.
#[derive(Debug, Default)]
pub struct Steps {
    ops: Vec<Op>,
    known: HashMap<Op, Slot>,
    chains: Vec<Chain>,
}

impl Steps {
    /// The register that a step fills.
    pub fn push(&mut self, op: Op) -> Slot {
        let next = self.ops.len();
        let slot = *self.known.entry(op).or_insert(next);
        if slot == next {
            self.ops.push(op);
        }
        slot
    }

    /// The number of a chain; equal ones have the same.
    pub fn chain(&mut self, chain: Chain) -> ChainId {
        let known = self.chains.iter().position(|known| *known == chain);
        ChainId(known.unwrap_or_else(|| {
            self.chains.push(chain);
            self.chains.len() - 1
        }))
    }

    /// The real number that a step is in all rows, if so.
    pub fn constant(&self, slot: Slot) -> Option<f64> {
        match self.ops.get(slot) {
            Some(Op::Constant(bits)) => Some(f64::from_bits(*bits)),
            _ => None,
        }
    }
}

/// A step and the register that it fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    pub op: Op,
    pub to: Slot,
}

/// A flat program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// What is the same in all rows.
    pub constants: Vec<Step>,
    /// What is done for each chunk of rows.
    pub steps: Vec<Step>,
    /// Number of registers for real numbers, whole numbers and conditions.
    pub registers: [usize; 3],
    /// The register with the result.
    pub result: Slot,
    chains: Vec<Chain>,
}

impl Program {
    /// A chain that steps name.
    pub fn chain(&self, id: ChainId) -> Option<&Chain> {
        self.chains.get(id.0)
    }

    /// The program whose result is that of one of some steps. Steps that it does not need are left out; registers are used
    /// again as soon as nobody needs what is in them.
    pub fn new(steps: &Steps, result: Slot) -> Self {
        let ops = &steps.ops[..=result.min(steps.ops.len() - 1)];
        // For each step the last that needs it.
        let mut last_use: Vec<Option<usize>> = vec![None; ops.len()];
        last_use[result] = Some(usize::MAX);
        for (number, op) in ops.iter().enumerate().rev() {
            if last_use[number].is_some() {
                for operand in op.operands() {
                    last_use[operand] = last_use[operand].max(Some(number));
                }
            }
        }
        let chains = steps.chains.clone();
        let mut made = Self { constants: Vec::new(), steps: Vec::new(), registers: [0; 3], result: 0, chains };
        let mut free: [Vec<Slot>; 3] = Default::default();
        let mut places = vec![0; ops.len()];
        for constants in [true, false] {
            for (number, op) in ops.iter().enumerate() {
                if last_use[number].is_none() || op.is_constant() != constants {
                    continue;
                }
                let file = op.file() as usize;
                let to = free[file].pop().unwrap_or_else(|| {
                    made.registers[file] += 1;
                    made.registers[file] - 1
                });
                places[number] = to;
                let step = Step { op: op.with_operands(&mut |operand| places[operand]), to };
                if constants {
                    made.constants.push(step);
                } else {
                    made.steps.push(step);
                }
                // Only now: a step never writes where it reads.
                let mut operands = op.operands();
                operands.sort_unstable();
                operands.dedup();
                for operand in operands {
                    if last_use[operand] == Some(number) && !ops[operand].is_constant() {
                        free[ops[operand].file() as usize].push(places[operand]);
                    }
                }
            }
        }
        made.result = places[result];
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registers_are_used_again_and_nothing_is_done_twice() {
        let mut steps = Steps::default();
        let x = steps.push(Op::Real(0));
        let unneeded = steps.push(Op::Unary(Unary::Sin, x));
        let mut sum = steps.push(Op::Binary(Binary::Multiply, x, x));
        for _ in 0..50 {
            let again = steps.push(Op::Real(0));
            assert_eq!(again, x);
            let root = steps.push(Op::Unary(Unary::Sqrt, sum));
            sum = steps.push(Op::Binary(Binary::Add, root, x));
        }
        let program = Program::new(&steps, sum);
        assert_eq!(program.registers, [3, 0, 0]);
        assert_eq!(program.steps.len(), 2 + 100);
        assert!(unneeded > 0 && !program.steps.iter().any(|s| matches!(s.op, Op::Unary(Unary::Sin, _))));
        for step in &program.steps {
            assert!(!step.op.operands().contains(&step.to), "{step:?} writes where it reads");
        }
    }
}
