//! Variables that are made of others: `t2m - 273.15`, `hypot(u10, v10) * 3.6`, `tp - step(tp, 0)`, `smooth9(msl, 10)`.
//!
//! An expression is read as those over columns are ([`crate::data::expression`]), with these functions more, which look at
//! other cells than their own:
//!
//! | function | value |
//! | --- | --- |
//! | `step(v, k)` | `v` at step `k`, from 0; `step(k)` is of the one variable that the expression names, or else of the first there is |
//! | `diff(v)` | `v` less what it was a step before; missing at the first |
//! | `smooth9(v, n)` | `v` smoothed `n` times over its nine neighbours ([`smooth`](super::smooth)) |
//!
//! A variable that lacks a dimension of another is the same all along it.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::super::column::Column;
use super::super::error::DataError;
use super::super::expression::{
    Bound, Counted, Expression, ExpressionError, Formula, Reference, SIGNS, Scratch, Spelling,
};
use super::packing::Packing;
use super::smooth::{MOST_ROUNDS, Smoothed};
use super::steps::{Difference, Fixed, step_dimension};
use super::{Grids, Store, Variable, Window, cells};

/// How deep calls may lie within calls.
const MAX_DEPTH: usize = 16;

impl Grids {
    /// The variable of a name or a number, or what an expression makes of variables.
    ///
    /// # Errors
    /// [`DataError::MissingColumn`] and [`DataError::Expression`]; [`DataError::Grid`] for variables that do not go together.
    pub fn evaluate(&self, text: &str) -> Result<Variable, DataError> {
        match self.variable(text) {
            Ok(variable) => Ok(variable.clone()),
            Err(missing) if !text.contains(SIGNS) => Err(missing),
            Err(_) => self.formula(text, 0),
        }
    }

    /// What an expression makes of variables.
    fn formula(&self, text: &str, depth: usize) -> Result<Variable, DataError> {
        if depth > MAX_DEPTH {
            return Err(wrong(text, "calls lie too deep within each other"));
        }
        let (plain, calls) = without_calls(text)?;
        let expression = Expression::parse(&plain).map_err(DataError::from)?;
        let names: Vec<String> = self.variables.iter().map(|variable| variable.name.clone()).collect();
        // Whether a call names its variable or not, the others are known first.
        let mut inputs: Vec<(Column, Variable)> = Vec::new();
        let mut measured: Vec<(Reference, String)> = Vec::new();
        let mut bind = |unnamed: Option<&Variable>| {
            expression.bind(&names, |reference| -> Result<Option<Column>, DataError> {
                let call =
                    reference.name.strip_prefix(CALL).and_then(|number| calls.get(number.parse::<usize>().ok()?));
                let variable = match (call, reference.spelling) {
                    (Some(call), _) => Some(self.call(call, unnamed, depth)?),
                    (None, Spelling::Position(number)) => self.variables.get(number).cloned(),
                    (None, _) => self.variables.iter().find(|variable| variable.name == reference.name).cloned(),
                };
                let units = variable.as_ref().and_then(|variable| variable.units());
                measured.extend(units.map(|units| (reference.clone(), units.to_owned())));
                Ok(variable.map(|variable| {
                    let known =
                        inputs.iter().find(|(_, known)| is_same(known, &variable)).map(|(column, _)| column.clone());
                    known.unwrap_or_else(|| {
                        let column = Column::of_memory(&reference.name, Arc::default());
                        inputs.push((column.clone(), variable));
                        column
                    })
                }))
            })
        };
        let unnamed = self.only_named(&expression);
        let bound: Bound = bind(unnamed.as_ref())?;
        let variables: Vec<Variable> = inputs.into_iter().map(|(_, variable)| variable).collect();
        if let ([only], None) = (variables.as_slice(), bound.more_than_a_column()) {
            return Ok(only.clone());
        }
        let units = expression.units(|reference| {
            let known = measured.iter().find(|(known, _)| known == reference);
            known.map(|(_, units)| Counted::Units(units.clone()))
        });
        made_of(text.trim(), &bound, variables, units)
    }

    /// The one variable that an expression names, or else the first.
    fn only_named(&self, expression: &Expression) -> Option<Variable> {
        let is_named = |variable: &&Variable| expression.references().iter().any(|name| *name == variable.name);
        self.variables.iter().find(is_named).or_else(|| self.variables.first()).cloned()
    }

    /// What a call stands for.
    fn call(&self, call: &Call, unnamed: Option<&Variable>, depth: usize) -> Result<Variable, DataError> {
        let usage = match call.function {
            "step" => "write step(variable, 0), or step(0)",
            "diff" => "write diff(variable)",
            _ => "write smooth9(variable, 10)",
        };
        let refused = || wrong(&call.text, usage);
        let whole = |text: &str| text.trim().parse::<u64>().ok();
        let arguments: Vec<&str> = call.arguments.iter().map(String::as_str).collect();
        let of = |text: &str| self.formula(text, depth + 1);
        let (inner, number) = match (call.function, arguments.as_slice()) {
            ("step", [number]) if whole(number).is_some() => (unnamed.cloned().ok_or_else(refused)?, whole(number)),
            ("step" | "smooth9", [inner, number]) if whole(number).is_some() => (of(inner)?, whole(number)),
            ("diff", [inner]) => (of(inner)?, Some(0)),
            _ => return Err(refused()),
        };
        let number = number.unwrap_or(0);
        let store: Arc<dyn Store> = match call.function {
            "smooth9" if number <= MOST_ROUNDS => Arc::new(Smoothed::new(self, &inner, number)),
            "smooth9" => return Err(wrong(&call.text, "it can be smoothed at most 1000 times")),
            function => {
                let at = step_dimension(self, &inner).ok_or_else(|| wrong(&call.text, "the variable has no steps"))?;
                let steps = inner.dimensions.get(at).and_then(|i| self.dimensions.get(*i)).map_or(0, |known| known.len);
                match function {
                    "step" if number >= steps => {
                        return Err(wrong(&call.text, &format!("there are {steps} steps, counted from 0")));
                    }
                    "step" => Arc::new(Fixed { inner: inner.clone(), at, step: number }),
                    _ => Arc::new(Difference { inner: inner.clone(), at }),
                }
            }
        };
        Ok(Variable { name: call.text.clone(), packing: Packing::default(), store, ..inner })
    }
}

fn is_same(a: &Variable, b: &Variable) -> bool {
    a.name == b.name && a.dimensions == b.dimensions
}

fn wrong(text: &str, what: &str) -> DataError {
    ExpressionError { text: text.to_owned(), at: 0, what: what.to_owned() }.into()
}

/// The beginning of names that stand for calls: no variable's.
const CALL: &str = "\u{1}";
/// Functions that look at other cells.
const FUNCTIONS: [&str; 3] = ["step", "diff", "smooth9"];

/// A call of one of [`FUNCTIONS`].
#[derive(Debug, PartialEq)]
struct Call {
    function: &'static str,
    arguments: Vec<String>,
    text: String,
}

/// A text with names in the place of calls of [`FUNCTIONS`], and these calls.
fn without_calls(text: &str) -> Result<(String, Vec<Call>), DataError> {
    let (mut plain, mut calls, mut rest) = (String::new(), Vec::new(), text);
    let mut before = ' ';
    while let Some(character) = rest.chars().next() {
        let starts_word = !(before.is_alphanumeric() || before == '_');
        let called = FUNCTIONS.iter().filter(|_| starts_word).find_map(|name| {
            let behind = rest.strip_prefix(name)?.trim_start();
            behind.starts_with('(').then_some((*name, behind))
        });
        if let Some((function, behind)) = called {
            let (arguments, length) = arguments(behind).ok_or_else(|| wrong(text, "a bracket is not closed"))?;
            let end = rest.len() - behind.len() + length;
            plain.push_str(&format!("`{CALL}{}`", calls.len()));
            calls.push(Call { function, arguments, text: rest[..end].to_owned() });
            rest = &rest[end..];
            before = ')';
            continue;
        }
        // A name in backticks is taken as it is.
        let length = match character {
            '`' => rest[1..].find('`').map_or(rest.len(), |end| end + 2),
            _ => character.len_utf8(),
        };
        plain.push_str(&rest[..length]);
        rest = &rest[length..];
        before = character;
    }
    Ok((plain, calls))
}

/// What stands in the brackets that a text begins with, between commas; and how long they are.
fn arguments(text: &str) -> Option<(Vec<String>, usize)> {
    let (mut depth, mut start, mut found, mut is_quoted) = (0_usize, 1, Vec::new(), false);
    for (i, character) in text.char_indices() {
        match character {
            '`' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '(' => depth += 1,
            ')' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    found.push(text[start..i].trim().to_owned());
                    return Some((found, i + 1));
                }
            }
            ',' if depth == 1 => {
                found.push(text[start..i].trim().to_owned());
                start = i + 1;
            }
            _ => {}
        }
    }
    None
}

/// The variable that a formula makes of others, over all of their dimensions.
fn made_of(text: &str, bound: &Bound, inputs: Vec<Variable>, units: Option<String>) -> Result<Variable, DataError> {
    let widest = inputs
        .iter()
        .max_by_key(|variable| variable.dimensions.len())
        .ok_or_else(|| wrong(text, "it names no variable"))?;
    let dimensions = widest.dimensions.clone();
    for input in &inputs {
        // In the same order, so that what lacks some is spread along them.
        let mut left = dimensions.iter();
        if !input.dimensions.iter().all(|dimension| left.any(|known| known == dimension)) {
            return Err(DataError::Grid(format!(
                "the variables \"{}\" and \"{}\" have different dimensions, so nothing can be made of both",
                widest.name, input.name
            )));
        }
    }
    let (dtype, placed) = ("f64".to_owned(), widest.placed.clone());
    let formula = bound.numbers()?;
    let store = Calculated { formula, inputs, dimensions: dimensions.clone(), desks: Mutex::default() };
    let (name, attributes) = (text.to_owned(), units.map(|units| ("units".to_owned(), units)).into_iter().collect());
    Ok(Variable { name, dimensions, dtype, attributes, packing: Packing::default(), store: Arc::new(store), placed })
}

/// What a formula makes of variables.
#[derive(Debug)]
struct Calculated {
    formula: Formula,
    inputs: Vec<Variable>,
    dimensions: Vec<usize>,
    /// Room for workers, as many as were at work at a time.
    desks: Mutex<Vec<Scratch>>,
}

impl Store for Calculated {
    fn read(&self, window: &Window, out: &mut [f64]) -> Result<u64, DataError> {
        let mut unread = 0;
        let mut columns = Vec::with_capacity(self.inputs.len());
        for input in &self.inputs {
            let mut values = vec![0.0; out.len()];
            unread += read_spread(input, &self.dimensions, window, &mut values)?;
            columns.push(Column::of_memory(&input.name, Arc::new(values)));
        }
        let desk = self.desks.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut desk = desk.unwrap_or_default();
        self.formula.numbers_of(&columns, &mut desk, &(0..out.len() as u64), out);
        self.desks.lock().unwrap_or_else(PoisonError::into_inner).push(desk);
        Ok(unread)
    }

    fn chunk(&self) -> Vec<u64> {
        let widest = self.inputs.iter().find(|input| input.dimensions == self.dimensions);
        widest.map_or_else(|| vec![1; self.dimensions.len()], |input| input.store.chunk())
    }

    fn damaged(&self) -> u64 {
        self.inputs.iter().map(|input| input.store.damaged()).sum()
    }
}

/// Reads a window over `dimensions` of a variable that may lack some of them, along which it is the same.
fn read_spread(variable: &Variable, dimensions: &[usize], window: &Window, out: &mut [f64]) -> Result<u64, DataError> {
    if variable.dimensions == dimensions {
        return variable.read(window, out);
    }
    let own: Vec<Range<u64>> = dimensions
        .iter()
        .zip(window)
        .filter(|(dimension, _)| variable.dimensions.contains(dimension))
        .map(|(_, range)| range.clone())
        .collect();
    let too_large = || DataError::Grid("a window is too large".to_owned());
    let count = cells(&own).and_then(|count| usize::try_from(count).ok()).ok_or_else(too_large)?;
    let mut values = vec![0.0; count];
    let unread = variable.read(&own, &mut values)?;
    // For each dimension of the window: its length, and how far apart its cells are among the variable's.
    let (mut apart, mut strides) = (1_usize, Vec::new());
    for (dimension, range) in dimensions.iter().zip(window).rev() {
        let len = usize::try_from(range.end - range.start).map_err(|_| too_large())?;
        let is_own = variable.dimensions.contains(dimension);
        strides.push((len, if is_own { apart } else { 0 }));
        apart *= if is_own { len } else { 1 };
    }
    for (i, out) in out.iter_mut().enumerate() {
        let (mut left, mut at) = (i, 0);
        for (len, stride) in &strides {
            at += left % len * stride;
            left /= len;
        }
        *out = values.get(at).copied().unwrap_or(f64::NAN);
    }
    Ok(unread)
}

#[cfg(test)]
#[path = "formula_tests.rs"]
mod tests;
