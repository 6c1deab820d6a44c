//! The part of Python's literal notation that dtypes and npy headers are written in.
//!
//! Strings, whole numbers, `True`, `False`, `None`, lists, tuples and dicts; nothing is ever evaluated.
//! Nesting is limited to [`MAX_DEPTH`], so neither parsing nor dropping a value can exhaust the stack.

use super::error::DataError;

/// How deep lists, tuples and dicts may nest.
pub const MAX_DEPTH: u32 = 32;

/// One Python value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// `None`
    None,
    /// `True` or `False`
    Bool(bool),
    /// A whole number; the `L` that Python 2 wrote behind long ones is accepted.
    Int(i64),
    /// `'x'`, `"x"`, also with the prefixes `u` and `b`
    Text(String),
    /// `[a, b]`
    List(Vec<Literal>),
    /// `(a, b)`, `(a,)` or `()`
    Tuple(Vec<Literal>),
    /// `{a: b}` in the order written
    Dict(Vec<(Literal, Literal)>),
}

impl Literal {
    /// The value under a text key of a dict; the last one counts, as in Python. `None` for anything else.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Literal> {
        let Self::Dict(pairs) = self else { return None };
        let found = pairs.iter().rev().find(|(name, _)| matches!(name, Self::Text(text) if text == key));
        found.map(|(_, value)| value)
    }

    /// The items of a list or tuple, `None` for anything else.
    #[must_use]
    pub fn items(&self) -> Option<&[Literal]> {
        match self {
            Self::List(items) | Self::Tuple(items) => Some(items),
            _ => None,
        }
    }
}

/// Parses exactly one value; spaces and line ends around it are fine.
///
/// # Errors
/// [`DataError::Literal`] with the byte position for anything that is not such a value, nests deeper than
/// [`MAX_DEPTH`], or has a number beyond 64 bits.
pub fn parse(text: &str) -> Result<Literal, DataError> {
    let mut parser = Parser { text, position: 0 };
    let value = parser.value(0)?;
    parser.skip_space();
    if parser.position < text.len() {
        return Err(parser.error("something follows the end of the value"));
    }
    Ok(value)
}

struct Parser<'a> {
    text: &'a str,
    position: usize,
}

impl Parser<'_> {
    fn error(&self, problem: impl Into<String>) -> DataError {
        DataError::Literal { position: self.position, problem: problem.into() }
    }

    fn rest(&self) -> &str {
        self.text.get(self.position..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.position += next.len_utf8();
        Some(next)
    }

    fn take_if(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.position += wanted.len_utf8();
        }
        found
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|c| c.is_ascii_whitespace() || c == '\0') {
            self.position += 1;
        }
    }

    fn value(&mut self, depth: u32) -> Result<Literal, DataError> {
        self.skip_space();
        if depth >= MAX_DEPTH {
            return Err(self.error(format!("brackets nest deeper than {MAX_DEPTH}")));
        }
        match self.peek() {
            None => Err(self.error("the text ends where a value should be")),
            Some('[') => Ok(Literal::List(self.sequence(']', depth)?.0)),
            Some('(') => {
                let (mut items, comma) = self.sequence(')', depth)?;
                // "(a)" is just a in brackets; only a comma makes a tuple of one.
                match (items.len(), comma) {
                    (1, false) => items.pop().ok_or_else(|| self.error("empty brackets")),
                    _ => Ok(Literal::Tuple(items)),
                }
            }
            Some('{') => self.dict(depth),
            Some('\'' | '"') => Ok(Literal::Text(self.string()?)),
            Some(c) if c.is_ascii_digit() || c == '-' || c == '+' => self.number(),
            Some(c) if c.is_ascii_alphabetic() => self.word(),
            Some(c) => Err(self.error(format!("unexpected character {c:?}"))),
        }
    }

    /// Items up to `close`, and whether a comma stood behind the last one.
    fn sequence(&mut self, close: char, depth: u32) -> Result<(Vec<Literal>, bool), DataError> {
        self.take();
        let mut items = Vec::new();
        let mut comma = false;
        loop {
            self.skip_space();
            if self.take_if(close) {
                return Ok((items, comma));
            }
            if !items.is_empty() && !comma {
                return Err(self.error(format!("expected ',' or '{close}'")));
            }
            items.push(self.value(depth + 1)?);
            self.skip_space();
            comma = self.take_if(',');
        }
    }

    fn dict(&mut self, depth: u32) -> Result<Literal, DataError> {
        self.take();
        let mut pairs = Vec::new();
        let mut comma = true;
        loop {
            self.skip_space();
            if self.take_if('}') {
                return Ok(Literal::Dict(pairs));
            }
            if !comma {
                return Err(self.error("expected ',' or '}'"));
            }
            let key = self.value(depth + 1)?;
            self.skip_space();
            if !self.take_if(':') {
                return Err(self.error("expected ':' between a key and its value"));
            }
            let value = self.value(depth + 1)?;
            pairs.push((key, value));
            self.skip_space();
            comma = self.take_if(',');
        }
    }

    fn number(&mut self) -> Result<Literal, DataError> {
        let rest = self.rest();
        let sign = usize::from(rest.starts_with(['-', '+']));
        let digits = rest.bytes().skip(sign).take_while(u8::is_ascii_digit).count();
        let shown = rest.get(..sign + digits).unwrap_or("");
        let number = shown.parse::<i64>();
        let number = number.map_err(|_| self.error("this is not a whole number of at most 64 bits"))?;
        self.position += sign + digits;
        self.take_if('L');
        if self.peek().is_some_and(|c| c.is_ascii_alphanumeric() || c == '.' || c == '_') {
            return Err(self.error("only plain whole numbers can stand here"));
        }
        Ok(Literal::Int(number))
    }

    fn word(&mut self) -> Result<Literal, DataError> {
        let rest = self.rest();
        if rest.starts_with(['u', 'b', 'U', 'B']) && rest.get(1..).is_some_and(|r| r.starts_with(['\'', '"'])) {
            self.position += 1;
            return Ok(Literal::Text(self.string()?));
        }
        let length = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        let literal = match rest.get(..length).unwrap_or("") {
            "True" => Literal::Bool(true),
            "False" => Literal::Bool(false),
            "None" => Literal::None,
            _ => return Err(self.error("a word without quotes that is not True, False or None")),
        };
        self.position += length;
        Ok(literal)
    }

    fn string(&mut self) -> Result<String, DataError> {
        let quote = self.take();
        let mut out = String::new();
        loop {
            match self.take() {
                None | Some('\n') => return Err(self.error("a quoted text does not end")),
                c if c == quote => return Ok(out),
                Some('\\') => out.extend(self.escape()?),
                Some(c) => out.push(c),
            }
        }
    }

    fn escape(&mut self) -> Result<Option<char>, DataError> {
        let c = match self.take() {
            Some('\n') => return Ok(None),
            Some(c @ ('\\' | '\'' | '"')) => c,
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('x') => self.code_point(2)?,
            Some('u') => self.code_point(4)?,
            Some('U') => self.code_point(8)?,
            _ => return Err(self.error("an escape in a quoted text that is not known")),
        };
        Ok(Some(c))
    }

    fn code_point(&mut self, digits: usize) -> Result<char, DataError> {
        let hex = self.rest().get(..digits).filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = hex.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32);
        let code = code.ok_or_else(|| self.error("an escape that names no character"))?;
        self.position += digits;
        Ok(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(s: &str) -> Literal {
        Literal::Text(s.to_owned())
    }

    #[test]
    fn reads_a_npy_header() {
        let header = "{'descr': [('x', '<f4'), ('y', '<f8', (2, 3L))], 'fortran_order': False, 'shape': (10L,), } \n";
        let parsed = parse(header).unwrap();
        assert_eq!(parsed.get("fortran_order"), Some(&Literal::Bool(false)));
        assert_eq!(parsed.get("shape"), Some(&Literal::Tuple(vec![Literal::Int(10)])));
        assert_eq!(parsed.get("descr").unwrap().items().unwrap().len(), 2);
        assert_eq!(parsed.get("nothing"), None);
    }

    #[test]
    fn brackets_and_commas_as_in_python() {
        assert_eq!(parse("(3)").unwrap(), Literal::Int(3));
        assert_eq!(parse("(3,)").unwrap(), Literal::Tuple(vec![Literal::Int(3)]));
        assert_eq!(parse("()").unwrap(), Literal::Tuple(vec![]));
        assert_eq!(parse("[ 1 , -2 , ]").unwrap(), Literal::List(vec![Literal::Int(1), Literal::Int(-2)]));
        assert_eq!(parse("{}").unwrap(), Literal::Dict(vec![]));
        assert_eq!(parse("None").unwrap(), Literal::None);
    }

    #[test]
    fn strings_and_escapes() {
        assert_eq!(parse(r#"'it\'s \x41\u00e9\U0001F600 "q" \\'"#).unwrap(), text("it's Aé😀 \"q\" \\"));
        assert_eq!(parse("u'é'").unwrap(), text("é"));
        assert_eq!(parse("b\"x\"").unwrap(), text("x"));
        for bad in ["'abc", "'a\nb'", r"'\x4'", r"'\ud800'", r"'\q'", "'\\"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn errors_carry_the_position() {
        for (bad, at) in [("[1, 2 3]", 6), ("{'a' 1}", 5), ("foo", 0), ("", 0), ("1 2", 2), ("[,]", 1), ("1.5", 1)] {
            match parse(bad) {
                Err(DataError::Literal { position, .. }) => assert_eq!(position, at, "{bad}"),
                other => panic!("{bad}: {other:?}"),
            }
        }
        assert!(parse("99999999999999999999").is_err());
        assert!(parse("-").is_err());
    }

    #[test]
    fn depth_is_limited() {
        let fine = format!("{}{}", "[".repeat(32), "]".repeat(32));
        assert!(parse(&fine).is_ok());
        for open in ["[", "(", "{1:", "[("] {
            assert!(parse(&open.repeat(100_000)).is_err());
        }
    }

    proptest! {
        #[test]
        fn never_panics(s in "\\PC*") {
            let _ = parse(&s);
        }

        #[test]
        fn never_panics_on_likely_characters(s in "[\\[\\](){}'\",:0-9a-zA-Z\\\\ \n-]{0,60}") {
            let _ = parse(&s);
        }

        #[test]
        fn reads_back_what_debug_wrote(s in "[ -~]{0,20}") {
            let quoted = format!("'{}'", s.replace('\\', "\\\\").replace('\'', "\\'"));
            prop_assert_eq!(parse(&quoted).unwrap(), text(&s));
        }
    }
}
