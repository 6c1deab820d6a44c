//! Small expressions over columns: `log10(flux)`, `sqrt(u*u + v*v)`, `t2m - 273.15`, `(y > 3) & (mag < 12)`.
//!
//! # What can be written
//!
//! | what | how |
//! | --- | --- |
//! | numbers | `1`, `2.5`, `.5`, `1.5e-3` |
//! | columns | `flux` (letters, digits, `_`); any other name in backticks: `` `0` ``, `` `pos[0]` ``; by position: `$0`, `$1` |
//! | constants | `pi`, `e`, `nan`, `inf`, where no column has that name |
//! | moments | `'2024-12-31'`, `'2024-12-31T23:59:59.5'` (UTC) |
//! | arithmetic | `+ - * / // % **`; `//` rounds down, `%` has the sign of the divisor; `-2**2` is -4 |
//! | comparisons | `< <= > >= == !=`, also chained: `0 < x <= 1` |
//! | conditions | `&`, `\|`, `~`, or the words `and`, `or`, `not` |
//! | choice | `where(condition, a, b)` |
//! | functions | `abs sqrt cbrt exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan arctan2 sinh cosh tanh arcsinh arccosh arctanh hypot square floor ceil round rint trunc sign radians degrees deg2rad rad2deg minimum maximum mod remainder fmod floor_divide power clip isnan isfinite isinf`, and NumPy 2's `asin acos atan atan2 asinh acosh atanh pow` |
//!
//! Precedences are Python's, weakest first: `or`, `and`, `not`, comparisons, `|`, `&`, `+ -`, `* / // %`, signs and `~`, `**`
//! (from the right). So `a > 3 & b < 2` is an error that says to write `(a > 3) & (b < 2)`.
//!
//! # What comes out
//!
//! Numbers are f64, results are NumPy's for float64: division by zero gives infinities, comparisons with NaN are false and
//! `nan != nan` true. Whole numbers become f64, rounded beyond 2^53; but a column of whole numbers is compared with another,
//! or with a number, exactly. What `+`, `-`, `*`, `//` and `%` make of a 64-bit one and whole numbers, up to four, one after the other,
//! is exact, is compared with a number as it is, and is rounded once at the end; so are sums and differences of two columns. A column of bools is a condition and, in arithmetic, 0 or 1;
//! so is a condition that is a column by itself.
//!
//! Times are compared with moments and with other times exactly, whatever their units. The difference of two times is a number
//! of seconds, and so is a column of durations. Nothing else can be done with times. "Not a time" is NaN.
//!
//! An expression that is just a column is that column as it is stored, of its own type.
//!
//! Logarithms, exponentials and trigonometry are those of msun (the crate `libm`), the same on every platform, within about an
//! ulp of the true value.

mod calendar;
mod error;
mod eval;
mod lex;
mod loops;
mod lower;
mod math;
mod near;
mod operands;
mod parse;
mod program;
pub mod ranges;
mod rising;
mod tail;
mod time;
mod tree;
mod units;
mod wholes;

#[cfg(test)]
mod numpy_tests;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

use super::column::Column;
use super::decode::fuses_products;
use super::dtype::Scalar;
use super::error::DataError;
pub use error::ExpressionError;
pub(super) use error::similar;
pub use eval::Scratch;
pub use lex::MAX_LENGTH;
use lower::{Meaning, Wanted, lower};
pub use math::nearly::Tolerance;
use near::Near;
pub use parse::MAX_DEPTH;
use program::Program;
pub use rising::{Ends, Known};
pub use time::{Moment, Place, Step};
use tree::{Kind, Tree};
pub use tree::{Reference, Spelling};
pub use units::Counted;
use units::SECONDS;

/// Characters that make an expression of a text.
pub const SIGNS: &[char] =
    &['+', '-', '*', '/', '%', '(', ')', '<', '>', '=', '!', '&', '|', '~', '`', '\'', '"', '$', '^'];

/// An expression that was read, whose names have no meaning yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    text: String,
    tree: Tree,
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// What is wrong with it and where; also more than [`MAX_LENGTH`] characters, and nesting deeper than [`MAX_DEPTH`].
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        let text = text.trim();
        Ok(Self { text: text.to_owned(), tree: parse::parse(text)? })
    }

    /// The expression, as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names in it, each as often as it stands there.
    pub(super) fn references(&self) -> Vec<&str> {
        self.tree.references.iter().map(|reference| reference.name.as_str()).collect()
    }

    /// The column that the whole expression is, if it is nothing more.
    #[must_use]
    pub fn plain(&self) -> Option<&Reference> {
        match self.tree.nodes.as_slice() {
            [tree::Node { kind: Kind::Name(number), .. }] => self.tree.references.get(*number),
            _ => None,
        }
    }

    /// Gives the names their meaning: `find` looks a column up, and says `None` where there is none; the names in `available`
    /// are then offered instead.
    ///
    /// # Errors
    /// Names that mean nothing, columns of different lengths, and those of `find`.
    pub fn bind<E: From<DataError>>(
        &self,
        available: &[String],
        mut find: impl FnMut(&Reference) -> Result<Option<Column>, E>,
    ) -> Result<Bound, E> {
        let mut inputs: Vec<Column> = Vec::new();
        let mut meanings = Vec::with_capacity(self.tree.references.len());
        for reference in &self.tree.references {
            let meaning = match (find(reference)?, reference.constant()) {
                (Some(column), _) => {
                    let known = inputs.iter().position(|input| input.is_same(&column));
                    Meaning::Input(known.unwrap_or_else(|| {
                        inputs.push(column);
                        inputs.len() - 1
                    }))
                }
                (None, Some(constant)) => Meaning::Constant(constant),
                (None, None) => return Err(DataError::from(self.unknown(reference, available)).into()),
            };
            meanings.push(meaning);
        }
        if let [first, others @ ..] = inputs.as_slice()
            && let Some(other) = others.iter().find(|other| other.rows() != first.rows())
        {
            let named = |column: &Column| format!("\"{}\" in the expression{}", column.name(), column.origin());
            let (first_rows, other_rows) = (first.rows(), other.rows());
            let mismatch =
                DataError::LengthMismatch { first: named(first), first_rows, other: named(other), other_rows };
            return Err(mismatch.into());
        }
        Ok(Bound { expression: self.clone(), meanings, inputs })
    }

    fn unknown(&self, reference: &Reference, available: &[String]) -> ExpressionError {
        let names: Vec<&str> = available.iter().map(String::as_str).collect();
        let mut at = reference.at;
        let what = match reference.spelling {
            Spelling::Position(number) => {
                format!("there is no column number {number}; there are {}, counted from $0", names.len())
            }
            Spelling::Bare if reference.name.starts_with(|c: char| c.is_ascii_digit()) => {
                let name = &reference.name;
                let digits = name.chars().take_while(char::is_ascii_digit).count();
                at += digits;
                let (number, letters) = name.split_at(digits);
                format!(
                    "there is no column \"{name}\"; {}; write {number}*{letters} to multiply",
                    error::alternatives(name, &names, "columns")
                )
            }
            Spelling::Bare | Spelling::Quoted => {
                let name = &reference.name;
                format!("there is no column \"{name}\"; {}", error::alternatives(name, &names, "columns"))
            }
        };
        ExpressionError { text: self.text.clone(), at, what }
    }
}

/// An expression over columns.
#[derive(Debug, Clone)]
pub struct Bound {
    expression: Expression,
    meanings: Vec<Meaning>,
    inputs: Vec<Column>,
}

impl Bound {
    /// The expression as a column: the stored one, if it is no more than that, else one of f64. `rows` is its length where it
    /// names no column.
    ///
    /// # Errors
    /// [`DataError::Expression`] for conditions, and for parts that do not go together.
    pub fn column(&self, rows: u64) -> Result<Column, DataError> {
        if let ([_], [only]) = (self.expression.tree.nodes.as_slice(), self.inputs.as_slice()) {
            return Ok(only.clone());
        }
        let formula = self.formula(Wanted::Number)?;
        let column = Column::derived(&self.expression.text, formula, self.rows().unwrap_or(rows));
        Ok(if self.units().as_deref() == Some(SECONDS) { column.of_seconds() } else { column })
    }

    /// What its results count: seconds, of times.
    fn units(&self) -> Option<String> {
        let Expression { tree, .. } = &self.expression;
        self.expression.units(|reference| {
            let place = tree.references.iter().position(|known| known == reference)?;
            let Meaning::Input(input) = self.meanings.get(place)? else { return None };
            match self.inputs.get(*input)?.dtype().scalar {
                Scalar::Time(_) => Some(Counted::Moments),
                Scalar::Duration(_) => Some(Counted::Units(SECONDS.to_owned())),
                _ => None,
            }
        })
    }

    /// The expression as a condition on rows. `rows` is their number where it names no column.
    ///
    /// # Errors
    /// [`DataError::Expression`] for numbers, and for parts that do not go together.
    pub fn filter(&self, rows: u64) -> Result<Filter, DataError> {
        let formula = self.formula(Wanted::Condition)?;
        Ok(Filter { text: self.expression.text.clone(), formula, rows: self.rows().unwrap_or(rows) })
    }

    /// Checks that there is a column in it: all rows have the same number otherwise, which hardly anybody means.
    ///
    /// # Errors
    /// [`DataError::Expression`], which says how columns without a name are written.
    pub fn check_columns(&self) -> Result<(), DataError> {
        if !self.inputs.is_empty() {
            return Ok(());
        }
        let Expression { text, tree } = &self.expression;
        let whole = tree.nodes.iter().find_map(|node| match node.kind {
            Kind::Number(_, Some(number)) => Some((node.at, number)),
            _ => None,
        });
        let (at, number) = whole.unwrap_or((1, 0));
        let what = format!("there is no column in it; the column in place {number} is written ${number} or `{number}`");
        Err(ExpressionError { text: text.clone(), at, what }.into())
    }

    /// Nothing, where the expression is just a column.
    pub(super) fn more_than_a_column(&self) -> Option<&Self> {
        (self.expression.tree.nodes.len() > 1).then_some(self)
    }

    /// The program that makes numbers of such columns.
    ///
    /// # Errors
    /// [`DataError::Expression`] for conditions, and for parts that do not go together.
    pub(super) fn numbers(&self) -> Result<Formula, DataError> {
        self.formula(Wanted::Number)
    }

    fn rows(&self) -> Option<u64> {
        self.inputs.first().map(Column::rows)
    }

    fn formula(&self, wanted: Wanted) -> Result<Formula, DataError> {
        let Expression { text, tree } = &self.expression;
        let program = lower(text, tree, &self.meanings, &self.inputs, wanted)?;
        Ok(Formula { program: Arc::new(program), inputs: self.inputs.clone().into() })
    }
}

/// A program with the columns that it reads.
#[derive(Debug, Clone)]
pub struct Formula {
    program: Arc<Program>,
    inputs: Arc<[Column]>,
}

impl Formula {
    /// The columns that are read.
    pub(super) fn inputs(&self) -> &[Column] {
        &self.inputs
    }

    /// The same with row numbers that continue after `first` rows of earlier parts.
    pub(super) fn continued_at(&self, first: u64) -> Self {
        let inputs = self.inputs.iter().map(|input| input.clone().continued_at(first)).collect();
        Self { program: Arc::clone(&self.program), inputs }
    }

    /// Whether both do the same with the same columns.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let alike = self.inputs.len() == other.inputs.len() && self.program == other.program;
        alike && self.inputs.iter().zip(&*other.inputs).all(|(a, b)| a.is_same(b))
    }

    /// As [`Formula::numbers`], of other columns of the same kinds.
    pub(super) fn numbers_of(&self, inputs: &[Column], scratch: &mut Scratch, rows: &Range<u64>, out: &mut [f64]) {
        eval::run(&self.program, inputs, scratch, rows, eval::Out::Numbers(out));
    }

    /// The numbers of some rows, as many as `out` has room for.
    pub(super) fn numbers(&self, scratch: &mut Scratch, rows: &Range<u64>, out: &mut [f64]) {
        eval::run(&self.program, &self.inputs, scratch, rows, eval::Out::Numbers(out));
    }

    /// How far [`Formula::nearly`] is off at most. None where that would be no cheaper than the numbers themselves.
    pub(super) fn nearness(&self) -> Option<Tolerance> {
        fuses_products().then(|| Near::of(&self.program).map(|near| near.tolerance())).flatten()
    }

    /// As [`Formula::numbers`], nearly. They are NaN where the exact ones are NaN or infinite, and infinite where only these can
    /// tell.
    pub(super) fn nearly(&self, scratch: &mut Scratch, rows: &Range<u64>, out: &mut [f64]) {
        eval::run(&self.program, &self.inputs, scratch, rows, eval::Out::Near(out));
    }

    /// As [`Formula::numbers`], for their ends alone.
    pub(super) fn ends(&self, scratch: &mut Scratch, rows: &Range<u64>, asked: &mut Ends<'_>) {
        eval::run(&self.program, &self.inputs, scratch, rows, eval::Out::Ends(asked));
    }
}

/// The greatest whole number that divides both; 0 where both are 0.
#[must_use]
pub fn greatest_common_divisor(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.abs()
}

/// A condition on rows: those that fail it are drawn nowhere.
#[derive(Debug, Clone)]
pub struct Filter {
    text: String,
    formula: Formula,
    rows: u64,
}

impl Filter {
    /// The condition, as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The columns that are read.
    pub(super) fn inputs(&self) -> &[Column] {
        self.formula.inputs()
    }

    /// The same with row numbers that continue after `first` rows of earlier parts.
    pub(super) fn continued_at(&self, first: u64) -> Self {
        Self { formula: self.formula.continued_at(first), ..self.clone() }
    }

    /// Says of each of some rows whether it is kept; `keep` has room for at least as many.
    pub fn keep<'a>(&self, scratch: &mut Scratch, rows: &Range<u64>, keep: &'a mut [bool]) -> &'a [bool] {
        let n = usize::try_from(rows.end - rows.start).unwrap_or(keep.len()).min(keep.len());
        let keep = &mut keep[..n];
        eval::run(&self.formula.program, self.formula.inputs(), scratch, rows, eval::Out::Conditions(keep));
        keep
    }
}
