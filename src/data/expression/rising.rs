//! Last steps of programs whose results need not all be known to know their ends.
//!
//! A logarithm costs more than finding the ends of its operands. As it rises with them, the ends of its results are those of its
//! operands, and where these are nothing new, the results between need not be made. Functions here are exact to far less than
//! [`SLACK`], so that rounding cannot hide an end.

use super::eval::CHUNK;
use super::operands::Operands;
use super::program::Program;
use super::tail::{Tail, constant};
use crate::data::stats::{f64_of_order, f64_order};

/// Part of a result by which it may be off.
const SLACK: f64 = 1.0 / (1_u64 << 40) as f64;

/// Of results below, too many digits may be missing.
const LITTLE: f64 = 1e-280;

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
#[derive(Debug)]
pub struct Rising {
    operands: Operands,
    tail: Tail,
    /// Whether what comes of it all falls while the number rises.
    is_falling: bool,
    /// For numbers up to this, or from this on if it is falling, what comes of it is surely not above 0.
    never_positive: f64,
}

impl Rising {
    /// The last steps of a program, if they are of this kind.
    pub fn of(program: &Program) -> Option<Self> {
        let tail = Tail::of(program)?;
        let operands = Operands::of(tail.op, |slot| constant(program, slot))?;
        let is_falling = tail.is_falling();
        let mut made = Self { operands, tail, is_falling, never_positive: f64::NEG_INFINITY };
        made.never_positive = made.threshold();
        Some(made)
    }

    /// Number of the first of them.
    pub fn at(&self) -> usize {
        self.tail.at
    }

    /// The last number that surely comes to nothing above 0, on the way to those that do; none is infinite.
    fn threshold(&self) -> f64 {
        let (above, off) = (self.operands.above, self.operands.off);
        if self.tail.shifts.iter().all(|shift| shift.sizes().1 == 0.0) {
            return if self.is_falling { above + 2.0 * off } else { above };
        }
        let never = |operand: f64| self.ends_of(operand, operand).1 <= 0.0;
        let (low, high) = self.operands.domain;
        let (nothing, from, to) =
            if self.is_falling { (f64::INFINITY, high, low) } else { (f64::NEG_INFINITY, low, high) };
        if !never(from) {
            return nothing;
        }
        let (mut is_never, mut may) = (f64_order(from), f64_order(to));
        while is_never.abs_diff(may) > 1 {
            let middle = is_never.midpoint(may);
            if never(f64_of_order(middle)) { is_never = middle } else { may = middle }
        }
        f64_of_order(is_never)
    }

    /// Whether the numbers of `n` rows, for whose steps before these registers are filled, surely tell nothing new; if so, they
    /// are noted.
    #[inline(always)]
    pub fn passes(&self, reals: &[Vec<f64>], n: usize, asked: &mut Ends<'_>) -> bool {
        let mut room = [0.0; CHUNK];
        let operands = self.operands.take(reals, n, &mut room);
        let (least, never) = (self.operands.least, self.never_positive);
        let found = match (self.is_falling, least == f64::NEG_INFINITY) {
            (false, true) => ends::<false, true>(operands, least, never),
            (false, false) => ends::<false, false>(operands, least, never),
            (true, true) => ends::<true, true>(operands, least, never),
            (true, false) => ends::<true, false>(operands, least, never),
        };
        if !self.tells_nothing(&found, asked.known) || (found.nan > 0 && !self.operands.keep_nan()) {
            return false;
        }
        asked.passed += n;
        asked.nan += found.nan;
        true
    }

    #[inline(never)]
    fn tells_nothing(&self, found: &Found, known: &Known) -> bool {
        if found.low > found.high {
            // All of them are NaN.
            return true;
        }
        if !self.operands.holds(found.low, found.high) {
            return false;
        }
        let (low, high) = self.ends_of(found.low, found.high);
        let is_within = low >= known.low && high <= known.high && high < f64::INFINITY;
        let has_positive = found.positive.is_finite();
        let is_positive_known = !has_positive || {
            let (positive, _) = self.ends_of(found.positive, found.positive);
            positive > 0.0 && positive >= known.least_positive
        };
        is_within && is_positive_known
    }

    /// Ends of what comes of numbers between two.
    fn ends_of(&self, low: f64, high: f64) -> (f64, f64) {
        let of = |operand: f64, up: f64| {
            let result = self.operands.result(operand + up * self.operands.off);
            let slack = if result.abs() < LITTLE && operand != 0.0 { LITTLE } else { result.abs() * SLACK };
            self.tail.after(result + up * slack)
        };
        let (low, high) = (of(low, -1.0), of(high, 1.0));
        if self.is_falling { (high, low) } else { (low, high) }
    }
}

/// The least and the greatest of the numbers that are at least one; the least above another of these, or the greatest below;
/// infinite where there is none. And how many others there are.
struct Found {
    low: f64,
    high: f64,
    positive: f64,
    nan: u64,
}

/// Those of operands; the nearest is `BELOW` the other number, or above. `ALL`: `least` is below all numbers.
#[inline(always)]
fn ends<const BELOW: bool, const ALL: bool>(operands: &[f64], least: f64, other: f64) -> Found {
    const NONE: f64 = f64::INFINITY;
    let no_positive = if BELOW { -NONE } else { NONE };
    let (mut low, mut high, mut positive) = ([NONE; LANES], [-NONE; LANES], [no_positive; LANES]);
    let mut nan = [0_u64; LANES];
    // Comparisons, as they are what vectors have one instruction for; they leave NaN out by themselves.
    let lesser = |a: f64, b: f64| if a < b { a } else { b };
    let greater = |a: f64, b: f64| if a > b { a } else { b };
    macro_rules! note {
        ($v:expr, $i:expr) => {
            let (v, i): (f64, usize) = ($v, $i);
            let is_number = if ALL { !v.is_nan() } else { v >= least };
            low[i] = lesser(if ALL | is_number { v } else { NONE }, low[i]);
            high[i] = greater(if ALL | is_number { v } else { -NONE }, high[i]);
            let is_beyond = (ALL | is_number) & if BELOW { v < other } else { v > other };
            let beyond = if is_beyond { v } else { no_positive };
            positive[i] = if BELOW { greater(beyond, positive[i]) } else { lesser(beyond, positive[i]) };
            nan[i] += u64::from(!is_number);
        };
    }
    let (some, rest) = operands.as_chunks::<LANES>();
    for v in some {
        for i in 0..LANES {
            note!(v[i], i);
        }
    }
    for v in rest {
        note!(*v, 0);
    }
    Found {
        low: low.into_iter().fold(NONE, f64::min),
        high: high.into_iter().fold(-NONE, f64::max),
        positive: positive.into_iter().fold(no_positive, if BELOW { f64::max } else { f64::min }),
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

    const TEXTS: [&str; 42] = [
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
        "x**4 - 1",
        "-(x**5)",
        "10**x",
        "1 - 2.5**x",
        "5 - 2.5*log10(x)",
        "3 - sin(x)*2",
        "-cbrt(x) / 3 + 1",
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
