//! Ranges of columns in filters: `(x >= 1) & (x <= 2)`. They are read out of a filter's text and put into it, while all else
//! in it stays as it was written, byte for byte.

use std::fmt;
use std::ops::Range;

use super::error::ExpressionError;
use super::lex::{Sign, Token, tokens};
use super::parse::parse;
use super::time::Moment;
use super::tree::Compare;

/// An end of a range, which belongs to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum End {
    /// A whole number.
    Integer(i128),
    /// A number.
    Real(f64),
    /// A moment.
    Moment(Moment),
}

impl End {
    /// Reads an end as it stands in a filter; a moment needs no quotes.
    ///
    /// # Errors
    /// A sentence on what it could be.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text} is neither a number nor a moment like 2024-12-31T23:59:59.5");
        let found = tokens(text).map_err(|_| wrong()).and_then(|tokens| {
            let tokens: Vec<Token> = tokens.into_iter().map(|(token, _)| token).collect();
            let (end, length) = end(&tokens).ok_or_else(wrong)?;
            if tokens.get(length) == Some(&Token::End) { Ok(end) } else { Err(wrong()) }
        });
        // `2024` alone is a number.
        found.or_else(|wrong| Moment::parse(text).map(Self::Moment).map_err(|_| wrong))
    }

    /// As people write it: moments without quotes.
    #[must_use]
    pub fn plain(&self) -> String {
        match self {
            Self::Moment(moment) => moment.to_string(),
            number => number.to_string(),
        }
    }

    fn is_below(self, other: Self) -> bool {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => a < b,
            (Self::Moment(a), Self::Moment(b)) => a.is_before(b),
            (a, b) => a.to_f64().zip(b.to_f64()).is_some_and(|(a, b)| a < b),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "compared with what is an f64")]
    fn to_f64(self) -> Option<f64> {
        match self {
            Self::Integer(v) => Some(v as f64),
            Self::Real(v) => Some(v),
            Self::Moment(_) => None,
        }
    }
}

impl fmt::Display for End {
    /// As it stands in a filter, from which the same value is read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(v) => write!(f, "{v}"),
            Self::Real(v) if *v == 0.0 => write!(f, "0.0"),
            Self::Real(v) if (1e-4..1e15).contains(&v.abs()) => write!(f, "{v:?}"),
            Self::Real(v) => write!(f, "{v:e}"),
            Self::Moment(moment) => write!(f, "'{moment}'"),
        }
    }
}

/// The values that a filter keeps of a column, as far as it says so by `>=` and `<=` in conditions that must hold.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ColumnRange {
    /// The least of them.
    pub low: Option<End>,
    /// The greatest of them.
    pub high: Option<End>,
}

/// A column as filters name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its name, if no column before it has the same.
    name: Option<String>,
    /// Its place among the columns, from 0, if it has one.
    position: Option<usize>,
}

impl Named {
    /// Columns with their names, in their order.
    #[must_use]
    pub fn all(names: &[String]) -> Vec<Self> {
        let is_first = |i: usize, name: &String| names.iter().position(|other| other == name) == Some(i);
        let named = |(i, name): (usize, &String)| Self {
            name: Some(name.clone()).filter(|name| is_first(i, name) && !name.is_empty()),
            position: Some(i),
        };
        names.iter().enumerate().map(named).collect()
    }

    /// What is found by a name alone: the number of the row, or a column of a file.
    #[must_use]
    pub fn only(name: &str) -> Self {
        Self { name: Some(name.to_owned()), position: None }
    }

    /// What people call it.
    #[must_use]
    pub fn shown(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.spelt())
    }

    /// What it is in an expression.
    #[must_use]
    pub fn spelt(&self) -> String {
        match (&self.name, self.position) {
            (Some(name), _) => {
                let is_bare = matches!(tokens(name).as_deref(), Ok([(Token::Name(token), 1), _]) if token == name);
                if is_bare { name.clone() } else { format!("`{}`", name.replace('`', "``")) }
            }
            (None, position) => format!("${}", position.unwrap_or(0)),
        }
    }

    fn is(&self, token: &Token) -> bool {
        match token {
            Token::Name(name) | Token::Quoted(name) => self.name.as_ref() == Some(name),
            Token::Position(position) => self.position == Some(*position),
            _ => false,
        }
    }
}

/// The range of a column in a filter; of several the part that they share. Nothing is found in what is no filter.
#[must_use]
pub fn range(filter: &str, column: &Named) -> ColumnRange {
    let mut found = ColumnRange::default();
    let Ok(text) = Text::read(filter) else { return found };
    for side in text.sides(column) {
        let (kept, is_tighter): (_, fn(End, End) -> bool) =
            if side.is_low { (&mut found.low, |new, old| old.is_below(new)) } else { (&mut found.high, End::is_below) };
        if kept.is_none_or(|old| is_tighter(side.end, old)) {
            *kept = Some(side.end);
        }
    }
    found
}

/// A filter that keeps just this range of a column, and else what it kept; the empty one keeps all.
///
/// # Errors
/// A text that is no filter, or would become too long or too deep.
pub fn with_range(filter: &str, column: &Named, range: ColumnRange) -> Result<String, ExpressionError> {
    if !filter.trim().is_empty() {
        parse(filter)?;
    }
    let mut text = filter.to_owned();
    let mut added = Vec::new();
    for (is_low, end) in [(true, range.low), (false, range.high)] {
        let end = end.filter(|end| end.to_f64().is_none_or(f64::is_finite));
        // The first is replaced, all others are taken away.
        let mut kept = end.is_none();
        let mut passed = 0;
        while let Ok(read) = Text::read(&text)
            && let Some(side) = read.sides(column).into_iter().filter(|side| side.is_low == is_low).nth(passed)
        {
            text = match end {
                Some(end) if !kept => read.replaced(&side.value, &end.to_string()),
                _ => read.without(&side),
            };
            passed = usize::from(end.is_some());
            kept = true;
        }
        if let Some(end) = end.filter(|_| !kept) {
            added.push(format!("{} {} {end}", column.spelt(), if is_low { ">=" } else { "<=" }));
        }
    }
    let text = joined(text, &added);
    if !text.trim().is_empty() {
        parse(&text)?;
    }
    Ok(text)
}

/// A filter and further conditions.
fn joined(text: String, added: &[String]) -> String {
    let bracketed: Vec<String> = added.iter().map(|condition| format!("({condition})")).collect();
    match (Text::read(&text), added) {
        (_, []) => text,
        (Err(_), [only]) => only.clone(),
        (Err(_), _) => bracketed.join(" & "),
        (Ok(read), _) if read.binds_weakly() => format!("({text}) & {}", bracketed.join(" & ")),
        (Ok(_), _) => format!("{text} & {}", bracketed.join(" & ")),
    }
}

/// An end at the beginning of some tokens, and how many of them it is.
fn end(tokens: &[Token]) -> Option<(End, usize)> {
    match tokens {
        [Token::Number(v, whole), ..] => Some((whole.map_or(End::Real(*v), End::Integer), 1)),
        [Token::Sign(Sign::Minus), Token::Number(v, whole), ..] => {
            Some((whole.map_or(End::Real(-*v), |whole| End::Integer(-whole)), 2))
        }
        [Token::Text(text), ..] => Some((End::Moment(Moment::parse(text).ok()?), 1)),
        _ => None,
    }
}

/// A filter's text with its tokens.
struct Text<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    /// The byte at which each token begins; the last is the text's end.
    starts: Vec<usize>,
}

/// A condition that must hold for the whole to hold.
struct Condition {
    /// Its tokens, with all brackets around it alone.
    span: Range<usize>,
    /// The conditions that it is joined with, in their order and with itself among them; just itself where it is the whole.
    siblings: Vec<Range<usize>>,
}

/// One end of a range.
struct Side {
    is_low: bool,
    end: End,
    /// The tokens of the end.
    value: Range<usize>,
    /// The tokens to take away with it where the other end stays.
    chained: Option<Range<usize>>,
    condition: Condition,
}

impl<'a> Text<'a> {
    fn read(text: &'a str) -> Result<Self, ExpressionError> {
        parse(text)?;
        let bytes: Vec<usize> = text.char_indices().map(|(byte, _)| byte).chain([text.len()]).collect();
        let (tokens, places): (Vec<Token>, Vec<usize>) = tokens(text)?.into_iter().unzip();
        let starts = places.into_iter().map(|place| bytes.get(place - 1).copied().unwrap_or(text.len())).collect();
        Ok(Self { text, tokens, starts })
    }

    /// The bytes of some tokens, without the blanks around them.
    fn bytes(&self, span: &Range<usize>) -> Range<usize> {
        let (start, end) = (self.starts[span.start], self.starts[span.end]);
        start..start + self.text[start..end].trim_end().len()
    }

    /// The text with other bytes in the place of some.
    fn spliced(&self, bytes: Range<usize>, by: &str) -> String {
        format!("{}{by}{}", &self.text[..bytes.start], &self.text[bytes.end..])
    }

    fn replaced(&self, span: &Range<usize>, by: &str) -> String {
        self.spliced(self.bytes(span), by)
    }

    /// The text without an end of a range.
    fn without(&self, side: &Side) -> String {
        if let Some(chained) = &side.chained {
            // Up to what stays behind it, or from what stays before it.
            let (first, last) = (chained.start, chained.end);
            let bytes = self.bytes(chained);
            let is_before = side.value.start == first;
            let taken =
                if is_before { bytes.start..self.starts[last] } else { self.bytes(&(first - 1..first)).end..bytes.end };
            return self.spliced(taken, "");
        }
        let Condition { span, siblings } = &side.condition;
        let bytes = |span: &Range<usize>| self.bytes(span);
        match siblings.iter().position(|sibling| sibling == span) {
            Some(0) if siblings.len() > 1 => self.spliced(bytes(span).start..bytes(&siblings[1]).start, ""),
            Some(i) if i > 0 => self.spliced(bytes(&siblings[i - 1]).end..bytes(span).end, ""),
            // It is the whole.
            _ => String::new(),
        }
    }

    /// Whether something in it, outside of brackets, binds more weakly than `&`.
    fn binds_weakly(&self) -> bool {
        let signs = self.outer_signs(&(0..self.tokens.len()));
        signs.iter().any(|(sign, _)| matches!(sign, Sign::Or | Sign::And | Sign::Not | Sign::Bar | Sign::Compare(_)))
    }

    /// The signs outside of brackets among some tokens, with their places.
    fn outer_signs(&self, span: &Range<usize>) -> Vec<(Sign, usize)> {
        let (mut depth, mut found) = (0_usize, Vec::new());
        for at in span.clone() {
            match &self.tokens[at] {
                Token::Open => depth += 1,
                Token::Close => depth = depth.saturating_sub(1),
                Token::Sign(sign) if depth == 0 => found.push((*sign, at)),
                _ => {}
            }
        }
        found
    }

    /// Some tokens without the brackets around all of them.
    fn unwrapped(&self, mut span: Range<usize>) -> Range<usize> {
        while span.len() > 2 && self.tokens[span.start] == Token::Open {
            let mut depth = 0_usize;
            let close = span.clone().find(|at| {
                match self.tokens[*at] {
                    Token::Open => depth += 1,
                    Token::Close => depth -= 1,
                    _ => {}
                }
                depth == 0
            });
            if close != Some(span.end - 1) {
                break;
            }
            span = span.start + 1..span.end - 1;
        }
        span
    }

    /// The conditions, outside of brackets, that must all hold for some tokens to hold.
    fn parts(&self, span: &Range<usize>) -> Vec<Range<usize>> {
        let signs = self.outer_signs(span);
        let has = |wanted: &dyn Fn(Sign) -> bool| signs.iter().any(|(sign, _)| wanted(*sign));
        let joins = if has(&|sign| sign == Sign::Or) {
            None
        } else if has(&|sign| sign == Sign::And) {
            Some(Sign::And)
        } else if has(&|sign| matches!(sign, Sign::Not | Sign::Bar | Sign::Compare(_))) {
            None
        } else {
            Some(Sign::Ampersand)
        };
        let mut start = span.start;
        let mut parts = Vec::new();
        for (_, at) in signs.into_iter().filter(|(sign, _)| Some(*sign) == joins) {
            parts.push(start..at);
            start = at + 1;
        }
        parts.push(start..span.end);
        parts
    }

    /// All ends of ranges of a column.
    fn sides(&self, column: &Named) -> Vec<Side> {
        let all = 0..self.tokens.len() - 1;
        let mut waiting = vec![Condition { span: all.clone(), siblings: vec![all] }];
        let mut found = Vec::new();
        // The first is the last of those that wait, so that ends come in their order.
        while let Some(condition) = waiting.pop() {
            let inner = self.unwrapped(condition.span.clone());
            let parts = self.parts(&inner);
            if parts.len() == 1 {
                self.add_sides(column, &inner, &condition, &mut found);
                continue;
            }
            let joined = parts.iter().rev().map(|part| Condition { span: part.clone(), siblings: parts.clone() });
            waiting.extend(joined);
        }
        found
    }

    /// The ends of a range that a condition without its brackets is: `x >= 1`, `1 <= x`, `1 <= x <= 2`.
    fn add_sides(&self, column: &Named, inner: &Range<usize>, condition: &Condition, found: &mut Vec<Side>) {
        let signs: Vec<(Compare, usize)> = self
            .outer_signs(inner)
            .into_iter()
            .filter_map(|(sign, at)| if let Sign::Compare(compare) = sign { Some((compare, at)) } else { None })
            .collect();
        let is_column = |span: &Range<usize>| span.len() == 1 && column.is(&self.tokens[span.start]);
        let value = |span: Range<usize>| {
            let (end, length) = end(&self.tokens[span.clone()])?;
            (length == span.len()).then_some((end, span))
        };
        let is_low = |compare: Compare| match compare {
            Compare::GreaterEqual => Some(true),
            Compare::LessEqual => Some(false),
            _ => None,
        };
        let made = |(end, value): (End, Range<usize>), is_low: bool, chained: Option<Range<usize>>| {
            let condition = Condition { span: condition.span.clone(), siblings: condition.siblings.clone() };
            Side { is_low, end, value, chained, condition }
        };
        match signs.as_slice() {
            [(compare, at)] => {
                let (left, right) = (inner.start..*at, at + 1..inner.end);
                let side = if is_column(&left) {
                    is_low(*compare).zip(value(right))
                } else if is_column(&right) {
                    is_low(compare.mirrored()).zip(value(left))
                } else {
                    None
                };
                found.extend(side.map(|(is_low, value)| made(value, is_low, None)));
            }
            [(first, before), (second, behind)] if is_column(&(before + 1..*behind)) => {
                let (left, right) = (inner.start..*before, behind + 1..inner.end);
                let (of_left, of_right) = (is_low(first.mirrored()), is_low(*second));
                // Only as both ends of a range.
                if let (Some(a), Some(b), Some(left), Some(right)) = (of_left, of_right, value(left), value(right))
                    && a != b
                {
                    found.push(made(left, a, Some(inner.start..before + 1)));
                    found.push(made(right, b, Some(*behind..inner.end)));
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
