//! Last steps of programs whose results need not all be known to know their ends.
//!
//! A logarithm costs more than finding the ends of its operands. As it rises with them, the ends of its results are those of its
//! operands, and where these are nothing new, the results between need not be made. Functions here are exact to far less than
//! [`SLACK`], so that rounding cannot hide an end.

use super::eval::CHUNK;
use super::math;
use super::operands::Operands;
use super::program::{Op, Program, Step};
use super::tree::{Binary, Unary};

/// Part of a result by which it may be off.
const SLACK: f64 = 1.0 / (1_u64 << 40) as f64;

/// Lanes in which ends are kept, so that the loop becomes vectors.
const LANES: usize = 16;

/// Ends of numbers that are known already.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known {
    /// The least.
    pub low: f64,
    /// The greatest.
    pub high: f64,
    /// The least above 0; infinite where there is none.
    pub least_positive: f64,
}

/// Whether numbers tell anything new of their ends.
pub struct Ends<'a> {
    /// What is known already.
    pub known: &'a Known,
    /// So many of the first surely tell nothing new,
    pub passed: usize,
    /// and so many of these are NaN. All others of these are finite.
    pub nan: u64,
}

/// The last steps of a program: one that rises with a number, and what scales and shifts its result.
pub struct Rising<'a> {
    operands: Operands,
    /// What comes after it, with its constant.
    after: &'a [Step],
    program: &'a Program,
}

impl<'a> Rising<'a> {
    /// The last steps of a program, if they are of this kind.
    pub fn of(program: &'a Program) -> Option<Self> {
        let steps = program.steps.as_slice();
        let mut at = steps.len().checked_sub(1)?;
        while let Some(operand) = shifted(program, &steps[at]) {
            at = at.checked_sub(1).filter(|before| steps[*before].to == operand)?;
        }
        let operands = Operands::of(steps[at].op, |slot| constant(program, slot))?;
        Some(Self { operands, after: &steps[at + 1..], program })
    }

    /// How many steps these are.
    pub fn steps(&self) -> usize {
        1 + self.after.len()
    }

    /// Whether the numbers of `n` rows, for whose steps before these registers are filled, surely tell nothing new; if so, they
    /// are noted.
    #[inline(always)]
    pub fn passes(&self, reals: &[Vec<f64>], n: usize, asked: &mut Ends<'_>) -> bool {
        let mut room = [0.0; CHUNK];
        let found = ends(self.operands.take(reals, n, &mut room), (self.operands.least, self.operands.above));
        if !self.tells_nothing(&found, asked.known) || (found.nan > 0 && !self.operands.keep_nan()) {
            return false;
        }
        asked.passed += n;
        asked.nan += found.nan;
        true
    }

    fn tells_nothing(&self, found: &Found, known: &Known) -> bool {
        if found.low > found.high {
            // All of them are NaN.
            return true;
        }
        if !self.operands.holds(found.low, found.positive, found.high) {
            return false;
        }
        let of = |operand: f64, up: f64| {
            let result = self.operands.result(operand + up * self.operands.off);
            self.after(result + up * result.abs() * SLACK)
        };
        let (low, high) = (of(found.low, -1.0), of(found.high, 1.0));
        let is_falling = high < low;
        let (low, high) = if is_falling { (high, low) } else { (low, high) };
        let is_within = low >= known.low && high <= known.high && high < f64::INFINITY;
        let is_positive_known = if low > 0.0 {
            low >= known.least_positive
        } else if high <= 0.0 {
            true
        } else {
            // Scaled alone, results are above 0 where they were.
            let is_scaled = !is_falling
                && self
                    .after
                    .iter()
                    .all(|step| matches!(step.op, Op::Unary(..) | Op::Binary(Binary::Multiply | Binary::Divide, ..)));
            let positive = of(found.positive, -1.0);
            is_scaled && found.positive < f64::INFINITY && positive > 0.0 && positive >= known.least_positive
        };
        is_within && is_positive_known
    }

    /// What comes of a result afterwards.
    fn after(&self, result: f64) -> f64 {
        let constant = |slot| constant(self.program, slot);
        self.after.iter().fold(result, |v, step| match step.op {
            Op::Unary(function, _) => math::unary(function, v),
            Op::Binary(function, a, b) => match (constant(a), constant(b)) {
                (Some(a), _) => math::binary(function, a, v),
                (_, Some(b)) => math::binary(function, v, b),
                (None, None) => f64::NAN,
            },
            _ => f64::NAN,
        })
    }
}

/// The number that a register holds in all rows, if so.
fn constant(program: &Program, slot: usize) -> Option<f64> {
    program.constants.iter().find_map(|step| match step.op {
        Op::Constant(bits) if step.to == slot => Some(f64::from_bits(bits)),
        _ => None,
    })
}

/// The register that a step scales or shifts by a constant.
fn shifted(program: &Program, step: &Step) -> Option<usize> {
    let scales = |slot| constant(program, slot).is_some_and(|v| v.is_finite() && v != 0.0);
    let shifts = |slot| constant(program, slot).is_some_and(f64::is_finite);
    match step.op {
        Op::Unary(Unary::Negate | Unary::Degrees | Unary::Radians, a) => Some(a),
        Op::Binary(Binary::Multiply, a, b) if scales(b) => Some(a),
        Op::Binary(Binary::Multiply, a, b) if scales(a) => Some(b),
        Op::Binary(Binary::Divide, a, b) if scales(b) => Some(a),
        Op::Binary(Binary::Add | Binary::Subtract, a, b) if shifts(b) => Some(a),
        Op::Binary(Binary::Add | Binary::Subtract, a, b) if shifts(a) => Some(b),
        _ => None,
    }
}

/// The least, the greatest and the least number above another, of those that are at least a number; infinite where there is none.
/// And how many others there are.
struct Found {
    low: f64,
    high: f64,
    positive: f64,
    nan: u64,
}

#[inline(always)]
fn ends(operands: &[f64], (least, above): (f64, f64)) -> Found {
    const NONE: f64 = f64::INFINITY;
    let (mut low, mut high, mut positive) = ([NONE; LANES], [-NONE; LANES], [NONE; LANES]);
    let mut nan = [0_u64; LANES];
    // Comparisons, as they are what vectors have one instruction for.
    let lesser = |a: f64, b: f64| if a < b { a } else { b };
    let greater = |a: f64, b: f64| if a > b { a } else { b };
    let (some, rest) = operands.as_chunks::<LANES>();
    for v in some {
        for i in 0..LANES {
            let is_number = v[i] >= least;
            low[i] = lesser(if is_number { v[i] } else { NONE }, low[i]);
            high[i] = greater(if is_number { v[i] } else { -NONE }, high[i]);
            positive[i] = lesser(if is_number & (v[i] > above) { v[i] } else { NONE }, positive[i]);
            nan[i] += u64::from(!is_number);
        }
    }
    for &v in rest {
        let is_number = v >= least;
        low[0] = lesser(if is_number { v } else { NONE }, low[0]);
        high[0] = greater(if is_number { v } else { -NONE }, high[0]);
        positive[0] = lesser(if is_number & (v > above) { v } else { NONE }, positive[0]);
        nan[0] += u64::from(!is_number);
    }
    Found {
        low: low.into_iter().fold(NONE, f64::min),
        high: high.into_iter().fold(-NONE, f64::max),
        positive: positive.into_iter().fold(NONE, f64::min),
        nan: nan.iter().sum(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::tests::numbers;
    use super::super::{Expression, Scratch};
    use super::*;
    use crate::data::column::Column;
    use crate::data::dataset::Dataset;
    use crate::data::error::DataError;
    use crate::data::parallel::{Progress, Reading};
    use crate::data::raw::RawSpec;
    use crate::data::stats::{Number, column_stats};
    use crate::data::table::{Part, Table};

    const ROWS: u64 = 40_003;

    /// A number of a row and of a random one.
    type Source<'a> = &'a dyn Fn(u64, f64) -> f64;

    /// Columns of two numbers made of row numbers and random bits.
    fn columns(of: impl Fn(u64, f64) -> f64) -> Vec<Column> {
        let mut random = 88_172_645_463_325_252_u64;
        let mut file = tempfile::NamedTempFile::new().unwrap();
        for row in 0..2 * ROWS {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let v = of(row, (random >> 11) as f64 / (1_u64 << 53) as f64);
            file.write_all(&v.to_le_bytes()).unwrap();
        }
        let spec = RawSpec { dtype: Some("[('x','<f8'),('y','<f8')]".to_owned()), ..RawSpec::default() };
        Dataset::open(file.path(), &spec).unwrap().columns().to_vec()
    }

    fn derived(columns: &[Column], text: &str) -> Column {
        let names = ["x".to_owned(), "y".to_owned()];
        let column = |name: &str| columns.iter().find(|column| column.name() == name).cloned();
        let bound =
            Expression::parse(text).unwrap().bind(&names, |reference| Ok::<_, DataError>(column(&reference.name)));
        bound.unwrap().column(ROWS).unwrap()
    }

    const TEXTS: [&str; 35] = [
        "log(x)",
        "log2(x)",
        "log10(x)",
        "log10(abs(x))",
        "sqrt(x)",
        "sqrt(x*x + y*y)",
        "exp(x)",
        "exp2(x)",
        "expm1(x)",
        "log1p(x)",
        "cbrt(x)",
        "arctan(x)",
        "tanh(x)",
        "sinh(x)",
        "arcsin(x)",
        "arcsinh(x)",
        "arccosh(x + 1)",
        "arctanh(x)",
        "hypot(x, y)",
        "hypot(x, y) * 3.6",
        "-2.5*log10(x) + 25",
        "10 * log10(x)",
        "log(x) / 2.302585092994046",
        "1 - exp(x)",
        "-sqrt(x)",
        "sin(x)",
        "cos(40*x) - 2",
        "arctan2(y, x)",
        "radians(arctan2(-x, -y))",
        "x**1.5",
        "x**3",
        "2 * x**0.1 + 1",
        "abs(x)**0.001",
        "3 + arctan(x) * 1e300 / 1e-300",
        "log10(x) * 0",
    ];

    #[test]
    fn ends_are_those_of_all_numbers() {
        let sources: [(&str, Source); 8] = [
            ("around zero", &|_, v| (v - 0.5) * 9.0),
            ("around one", &|_, v| 1.0 + (v - 0.5) * 1e-9),
            ("neighbours", &|_, v| if v < 0.5 { 1.0_f64.next_down() } else { 1.0_f64.next_up() }),
            ("rising", &|row, v| row as f64 * 1e-3 + v),
            ("wide", &|_, v| ((v - 0.5) * 1400.0).exp()),
            ("few", &|_, v| (v * 4.0).floor()),
            ("special", &|row, v| match row % 10_007 {
                0 => f64::NAN,
                1 => f64::INFINITY,
                2 => -f64::INFINITY,
                3 => -0.0,
                4 => 0.0,
                5 => 5e-324,
                6 => -f64::NAN,
                _ => v,
            }),
            ("nothing", &|_, _| f64::NAN),
        ];
        for (source, of) in sources {
            let columns = columns(of);
            for text in TEXTS {
                let column = derived(&columns, text);
                let all = numbers(&column);
                let table = Table::new(vec![Part::new(vec![column]).unwrap()]).unwrap();
                let got =
                    column_stats(&table, Reading { threads: 2, block_bytes: 1 << 16 }, &Progress::default()).unwrap();
                let finite = all.iter().copied().filter(|v| v.is_finite());
                let end = |v: f64| v.is_finite().then_some(Number::Real(v + 0.0));
                let (low, high) =
                    (finite.clone().fold(f64::INFINITY, f64::min), finite.clone().fold(-f64::INFINITY, f64::max));
                let positive = finite.filter(|v| *v > 0.0).fold(f64::INFINITY, f64::min);
                assert_eq!(got[0].range, end(low).zip(end(high)), "{text}, {source}");
                assert_eq!(got[0].min_positive, end(positive), "{text}, {source}");
                let count = |is: fn(f64) -> bool| all.iter().filter(|v| is(**v)).count() as u64;
                assert_eq!((got[0].rows, got[0].nan), (ROWS, count(f64::is_nan)), "{text}, {source}");
                assert_eq!(got[0].infinite, count(f64::is_infinite), "{text}, {source}");
            }
        }
    }

    #[test]
    fn what_tells_nothing_new_is_not_made() {
        let columns = columns(|_, v| 0.1 + 0.8 * v);
        for text in &TEXTS[..TEXTS.len() - 2] {
            let column = derived(&columns, text);
            let crate::data::column::Rows::Derived(formula) = column.rows_in(&(0..600)) else { panic!("{text}") };
            let all = &numbers(&column)[..600];
            let passed = |known: Known| {
                let mut asked = Ends { known: &known, passed: 0, nan: 0 };
                formula.ends(&mut Scratch::default(), &(0..600), &mut asked);
                (asked.passed, asked.nan)
            };
            let wider = Known { low: -99.0, high: 99.0, least_positive: 1e-9 };
            assert_eq!(passed(wider), (600, 0), "{text}");
            for narrow in [Known { high: all[5], ..wider }, Known { low: all[5], ..wider }] {
                assert_eq!(passed(narrow), (0, 0), "{text}");
            }
            // What only might be new is made as well.
            let greatest = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let at = all.iter().position(|v| *v == greatest).unwrap();
            assert!(passed(Known { high: greatest, ..wider }).0 <= at, "{text}");
        }
    }

    #[test]
    fn what_is_nan_is_counted() {
        let columns = columns(|row, v| if row % 7 == 0 { -v } else { 0.1 + v });
        for text in ["log10(x)", "sqrt(x)", "3 * log(x) - 1"] {
            let column = derived(&columns, text);
            let crate::data::column::Rows::Derived(formula) = column.rows_in(&(0..600)) else { panic!("{text}") };
            let all = &numbers(&column)[..600];
            let nan = all.iter().filter(|v| v.is_nan()).count() as u64;
            assert!(nan > 10);
            let known = Known { low: -99.0, high: 99.0, least_positive: 1e-9 };
            let mut asked = Ends { known: &known, passed: 0, nan: 0 };
            formula.ends(&mut Scratch::default(), &(0..600), &mut asked);
            assert_eq!((asked.passed, asked.nan), (600, nan), "{text}");
        }
    }
}
