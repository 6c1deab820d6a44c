//! Last steps whose results need not all be known to know their ends.
//!
//! A logarithm costs more than finding the ends of its operands. As it rises with them, the ends of its results are those of its
//! operands, and where these are nothing new, the results between need not be made. Functions here are exact to far less than
//! [`SLACK`], so that rounding cannot hide an end.

use super::math;
use super::program::{Op, Step};
use super::tree::{Binary, Unary};
use crate::data::stats::{f64_of_order, f64_order};

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

/// A step that rises with one number.
#[derive(Debug, Clone, Copy)]
pub struct Rising {
    function: Unary,
    /// It is only looked at for numbers between.
    domain: (f64, f64),
    /// Its results are above 0 for numbers above.
    zero: f64,
    operands: Operands,
}

/// What the step rises with.
#[derive(Debug, Clone, Copy)]
enum Operands {
    One(usize),
    /// The sum of two squares.
    Squares(usize, usize),
}

impl Rising {
    /// The step, if it is of this kind.
    pub fn of(step: &Step) -> Option<Self> {
        const LEAST: f64 = f64::MIN_POSITIVE;
        const MOST: f64 = f64::MAX;
        // Beyond, squares are not what they are by themselves.
        let squares = (1e-280, 1e280);
        let (function, domain, zero, operands) = match step.op {
            Op::Binary(Binary::Hypot, a, b) => (Unary::Sqrt, squares, 0.0, Operands::Squares(a, b)),
            Op::Unary(function, a) => {
                let (domain, zero) = match function {
                    Unary::Log | Unary::Log2 | Unary::Log10 => ((LEAST, MOST), 1.0),
                    Unary::Sqrt => ((0.0, MOST), 0.0),
                    Unary::Exp | Unary::Exp2 => ((-700.0, 700.0), f64::NEG_INFINITY),
                    Unary::Expm1 => ((-30.0, 700.0), 0.0),
                    Unary::Log1p => ((-0.999, MOST), 0.0),
                    Unary::Cbrt | Unary::Arctan | Unary::Tanh => ((-MOST, MOST), 0.0),
                    Unary::Sinh => ((-700.0, 700.0), 0.0),
                    Unary::Arcsin => ((-1.0, 1.0), 0.0),
                    _ => return None,
                };
                (function, domain, zero, Operands::One(a))
            }
            _ => return None,
        };
        Some(Self { function, domain, zero, operands })
    }

    /// Whether the results of `n` rows, of registers as they are, surely tell nothing new.
    #[inline(always)]
    pub fn is_known(&self, reals: &[Vec<f64>], n: usize, known: &Known) -> bool {
        let above = f64_order(self.zero);
        let (low, high, positive) = match self.operands {
            Operands::One(a) => {
                let (a, rest) = reals[a][..n].as_chunks();
                ends(a, &[], rest.iter().copied(), |v, _| v, above)
            }
            Operands::Squares(a, b) => {
                let ((a, a_rest), (b, b_rest)) = (reals[a][..n].as_chunks(), reals[b][..n].as_chunks());
                let squares = |a: f64, b: f64| a * a + b * b;
                ends(a, b, a_rest.iter().zip(b_rest).map(|(a, b)| squares(*a, *b)), squares, above)
            }
        };
        // NaN and infinities are beyond; so is what has no result.
        if low > high || low < f64_order(self.domain.0) || high > f64_order(self.domain.1) {
            return false;
        }
        let result = |key: i64| self.result(f64_of_order(key));
        let (low, high) = (result(low), result(high));
        let least = if positive == i64::MAX { f64::INFINITY } else { result(positive) };
        low - low.abs() * SLACK >= known.low
            && high + high.abs() * SLACK <= known.high
            && least > 0.0
            && (least == f64::INFINITY || least - least * SLACK >= known.least_positive)
    }

    fn result(&self, operand: f64) -> f64 {
        math::unary(self.function, operand)
    }
}

/// Order keys of the least, the greatest and the least number above a key.
#[inline(always)]
fn ends(
    a: &[[f64; LANES]],
    b: &[[f64; LANES]],
    rest: impl Iterator<Item = f64>,
    number: impl Fn(f64, f64) -> f64,
    above: i64,
) -> (i64, i64, i64) {
    let (mut low, mut high, mut positive) = ([i64::MAX; LANES], [i64::MIN; LANES], [i64::MAX; LANES]);
    let none = [0.0; LANES];
    for (at, a) in a.iter().enumerate() {
        let b = b.get(at).unwrap_or(&none);
        for i in 0..LANES {
            let key = f64_order(number(a[i], b[i]));
            low[i] = low[i].min(key);
            high[i] = high[i].max(key);
            positive[i] = positive[i].min(if key > above { key } else { i64::MAX });
        }
    }
    for v in rest {
        let key = f64_order(v);
        (low[0], high[0]) = (low[0].min(key), high[0].max(key));
        positive[0] = positive[0].min(if key > above { key } else { i64::MAX });
    }
    let least = |keys: [i64; LANES]| keys.into_iter().fold(i64::MAX, i64::min);
    (least(low), high.into_iter().fold(i64::MIN, i64::max), least(positive))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::tests::numbers;
    use super::super::{Expression, Scratch, eval};
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

    const TEXTS: [&str; 16] = [
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
        "hypot(x, y)",
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
        for text in TEXTS {
            let column = derived(&columns, text);
            let crate::data::column::Rows::Derived(formula) = column.rows_in(&(0..600)) else { panic!("{text}") };
            let all = &numbers(&column)[..600];
            let wider = Known { low: -99.0, high: 99.0, least_positive: 1e-9 };
            let mut out = vec![0.0; 600];
            formula.ends(&mut Scratch::default(), &(0..600), &wider, &mut out);
            assert!(out.iter().all(|v| *v == wider.low), "{text}");
            let as_wide = Known { low: all.iter().copied().fold(f64::INFINITY, f64::min), ..wider };
            for narrow in [Known { high: all[5], ..wider }, Known { low: all[5], ..wider }, as_wide] {
                formula.ends(&mut Scratch::default(), &(0..512), &narrow, &mut out[..512]);
                assert_eq!(out[..512], all[..512], "{text}");
            }
            eval::run(
                &formula.program,
                formula.inputs(),
                &mut Scratch::default(),
                &(0..600),
                eval::Out::Numbers(&mut out),
            );
            assert_eq!(out, all, "{text}");
        }
    }
}
