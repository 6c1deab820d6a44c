//! From characters to tokens.

use super::error::ExpressionError;
use super::tree::Compare;

/// The longest expression, in characters.
pub const MAX_LENGTH: usize = 4096;

/// An operator between or before operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    Plus,
    Minus,
    Star,
    Slash,
    SlashSlash,
    Percent,
    Power,
    Ampersand,
    Bar,
    Tilde,
    And,
    Or,
    Not,
    Compare(Compare),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    Number(f64, Option<i128>),
    Name(String),
    Quoted(String),
    Position(usize),
    Text(String),
    Sign(Sign),
    Open,
    Close,
    Comma,
    End,
}

/// Tokens with the characters (from 1) at which they begin; the last is [`Token::End`].
pub fn tokens(text: &str) -> Result<Vec<(Token, usize)>, ExpressionError> {
    let mut lexer = Lexer { text, characters: text.chars().collect(), next: 0 };
    if lexer.characters.len() > MAX_LENGTH {
        let what = format!("an expression may have {MAX_LENGTH} characters; this has {}", lexer.characters.len());
        return Err(lexer.error(MAX_LENGTH, what));
    }
    let mut found = Vec::new();
    loop {
        while lexer.peek().is_some_and(char::is_whitespace) {
            lexer.next += 1;
        }
        let at = lexer.next;
        let token = lexer.token()?;
        let is_end = token == Token::End;
        found.push((token, at + 1));
        if is_end {
            return Ok(found);
        }
    }
}

fn begins_name(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

fn continues_name(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

struct Lexer<'a> {
    text: &'a str,
    characters: Vec<char>,
    next: usize,
}

impl Lexer<'_> {
    fn error(&self, place: usize, what: impl Into<String>) -> ExpressionError {
        ExpressionError { text: self.text.to_owned(), at: place + 1, what: what.into() }
    }

    fn peek(&self) -> Option<char> {
        self.characters.get(self.next).copied()
    }

    fn peek_behind(&self) -> Option<char> {
        self.characters.get(self.next + 1).copied()
    }

    /// The characters from here on that fit.
    fn take_while(&mut self, fits: impl Fn(char) -> bool) -> String {
        let rest = self.characters.get(self.next..).unwrap_or_default();
        let taken: String = rest.iter().copied().take_while(|c| fits(*c)).collect();
        self.next += taken.chars().count();
        taken
    }

    fn token(&mut self) -> Result<Token, ExpressionError> {
        let Some(c) = self.peek() else { return Ok(Token::End) };
        match c {
            '`' => self.quoted().map(Token::Quoted),
            '\'' | '"' => self.string(c).map(Token::Text),
            '$' => self.position(),
            '.' | '0'..='9' => self.number(),
            c if begins_name(c) => Ok(match self.take_while(continues_name).as_str() {
                "and" => Token::Sign(Sign::And),
                "or" => Token::Sign(Sign::Or),
                "not" => Token::Sign(Sign::Not),
                name => Token::Name(name.to_owned()),
            }),
            _ => self.sign(c),
        }
    }

    fn sign(&mut self, c: char) -> Result<Token, ExpressionError> {
        let place = self.next;
        let two = self.peek_behind();
        let (token, length) = match (c, two) {
            ('(', _) => (Token::Open, 1),
            (')', _) => (Token::Close, 1),
            (',', _) => (Token::Comma, 1),
            ('*', Some('*')) => (Token::Sign(Sign::Power), 2),
            ('<', Some('=')) => (Token::Sign(Sign::Compare(Compare::LessEqual)), 2),
            ('>', Some('=')) => (Token::Sign(Sign::Compare(Compare::GreaterEqual)), 2),
            ('=', Some('=')) => (Token::Sign(Sign::Compare(Compare::Equal)), 2),
            ('!', Some('=')) => (Token::Sign(Sign::Compare(Compare::NotEqual)), 2),
            ('/', Some('/')) => (Token::Sign(Sign::SlashSlash), 2),
            ('&', Some('&')) => return Err(self.error(place, "there is no &&; write & or and")),
            ('|', Some('|')) => return Err(self.error(place, "there is no ||; write | or or")),
            ('<', _) => (Token::Sign(Sign::Compare(Compare::Less)), 1),
            ('>', _) => (Token::Sign(Sign::Compare(Compare::Greater)), 1),
            ('+', _) => (Token::Sign(Sign::Plus), 1),
            ('-', _) => (Token::Sign(Sign::Minus), 1),
            ('*', _) => (Token::Sign(Sign::Star), 1),
            ('/', _) => (Token::Sign(Sign::Slash), 1),
            ('%', _) => (Token::Sign(Sign::Percent), 1),
            ('&', _) => (Token::Sign(Sign::Ampersand), 1),
            ('|', _) => (Token::Sign(Sign::Bar), 1),
            ('~', _) => (Token::Sign(Sign::Tilde), 1),
            ('=', _) => return Err(self.error(place, "a single = compares nothing; write ==")),
            ('!', _) => return Err(self.error(place, "there is no !; write ~(…) or not, and != for unequal")),
            ('^', _) => return Err(self.error(place, "there is no ^; write ** for powers")),
            ('[', _) => {
                return Err(self.error(
                    place,
                    "brackets have no meaning here; a column whose name has them stands in backticks: `pos[0]`",
                ));
            }
            _ => return Err(self.error(place, format!("the character {c:?} has no meaning here"))),
        };
        self.next += length;
        Ok(token)
    }

    /// A name in backticks; two backticks stand for one.
    fn quoted(&mut self) -> Result<String, ExpressionError> {
        let place = self.next;
        self.next += 1;
        let mut name = String::new();
        loop {
            match (self.peek(), self.peek_behind()) {
                (Some('`'), Some('`')) => {
                    name.push('`');
                    self.next += 2;
                }
                (Some('`'), _) if name.is_empty() => return Err(self.error(place, "there is no name in the backticks")),
                (Some('`'), _) => {
                    self.next += 1;
                    return Ok(name);
                }
                (Some(c), _) => {
                    name.push(c);
                    self.next += 1;
                }
                (None, _) => return Err(self.error(place, "the backtick that ends this name is missing")),
            }
        }
    }

    fn string(&mut self, quote: char) -> Result<String, ExpressionError> {
        let place = self.next;
        self.next += 1;
        let text = self.take_while(|c| c != quote);
        if self.peek() != Some(quote) {
            return Err(self.error(place, "the quote that ends this text is missing"));
        }
        self.next += 1;
        Ok(text)
    }

    fn position(&mut self) -> Result<Token, ExpressionError> {
        let place = self.next;
        self.next += 1;
        let digits = self.take_while(|c| c.is_ascii_digit());
        let number =
            digits.parse().map_err(|_| self.error(place, "write $0 for the first column, $1 for the second"))?;
        Ok(Token::Position(number))
    }

    fn number(&mut self) -> Result<Token, ExpressionError> {
        let place = self.next;
        let mut text = self.take_while(|c| c.is_ascii_digit());
        let mut is_whole = true;
        if self.peek() == Some('.') {
            is_whole = false;
            self.next += 1;
            text.push('.');
            text += &self.take_while(|c| c.is_ascii_digit());
        }
        if text == "." {
            return Err(
                self.error(place, "a point without digits; a column whose name has a point stands in backticks: `a.b`")
            );
        }
        let has_sign = matches!(self.peek_behind(), Some('+' | '-'));
        let digit = self.characters.get(self.next + 1 + usize::from(has_sign));
        if matches!(self.peek(), Some('e' | 'E')) && digit.is_some_and(char::is_ascii_digit) {
            is_whole = false;
            text.push('e');
            text.extend(self.peek_behind().filter(|_| has_sign));
            self.next += 1 + usize::from(has_sign);
            text += &self.take_while(|c| c.is_ascii_digit());
        }
        if self.peek().is_some_and(begins_name) {
            // Names such as 10u and 2t, which weather services use.
            if is_whole {
                return Ok(Token::Name(text + &self.take_while(continues_name)));
            }
            let what =
                format!("{text} is followed by a letter; write {text}*… to multiply, `…` around a name that begins so");
            return Err(self.error(self.next, what));
        }
        let value = text.parse().map_err(|_| self.error(place, format!("{text} is not a number")))?;
        Ok(Token::Number(value, if is_whole { text.parse().ok() } else { None }))
    }
}
