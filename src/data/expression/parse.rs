//! From tokens to a tree, by precedence (V. R. Pratt, "Top down operator precedence", 1973), with Python's precedences.

use super::error::{ExpressionError, alternatives};
use super::lex::{Sign, Token, tokens};
use super::time::Moment;
use super::tree::{Binary, Compare, FUNCTIONS, Function, Id, Kind, Logic, Node, Reference, Spelling, Tree, Unary};

/// How deep brackets, signs and powers may nest.
pub const MAX_DEPTH: u32 = 64;

// Precedences, weakest first.
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARE: u8 = 4;
const BAR: u8 = 5;
const AMPERSAND: u8 = 6;
const SUM: u8 = 7;
const PRODUCT: u8 = 8;
const SIGNED: u8 = 9;

/// Takes an expression apart.
pub fn parse(text: &str) -> Result<Tree, ExpressionError> {
    let mut parser = Parser { text, tokens: tokens(text)?, next: 0, depth: 0, tree: Tree::default() };
    parser.expression(OR)?;
    match parser.peek() {
        Token::End => Ok(parser.tree),
        Token::Close => Err(parser.error("this ) closes nothing")),
        Token::Comma => Err(parser.error("a comma stands between the arguments of a function only")),
        _ => Err(parser.error("an operator is missing before this")),
    }
}

/// What an operator between two operands makes of them, and how strongly it binds.
enum Between {
    Binary(Binary),
    Logic(Logic),
    Compare,
}

fn between(sign: Sign) -> Option<(Between, u8)> {
    Some(match sign {
        Sign::Or => (Between::Logic(Logic::Or), OR),
        Sign::And => (Between::Logic(Logic::And), AND),
        Sign::Compare(_) => (Between::Compare, COMPARE),
        Sign::Bar => (Between::Logic(Logic::Or), BAR),
        Sign::Ampersand => (Between::Logic(Logic::And), AMPERSAND),
        Sign::Plus => (Between::Binary(Binary::Add), SUM),
        Sign::Minus => (Between::Binary(Binary::Subtract), SUM),
        Sign::Star => (Between::Binary(Binary::Multiply), PRODUCT),
        Sign::Slash => (Between::Binary(Binary::Divide), PRODUCT),
        Sign::SlashSlash => (Between::Binary(Binary::FloorDivide), PRODUCT),
        Sign::Percent => (Between::Binary(Binary::Remainder), PRODUCT),
        // Powers are a matter of their left operand; the others stand before one.
        Sign::Power | Sign::Tilde | Sign::Not => return None,
    })
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<(Token, usize)>,
    next: usize,
    depth: u32,
    tree: Tree,
}

impl Parser<'_> {
    fn peek(&self) -> &Token {
        self.tokens.get(self.next).map_or(&Token::End, |(token, _)| token)
    }

    /// The character (from 1) of the next token.
    fn at(&self) -> usize {
        self.tokens.get(self.next).or(self.tokens.last()).map_or(1, |(_, at)| *at)
    }

    fn error_at(&self, at: usize, what: impl Into<String>) -> ExpressionError {
        ExpressionError { text: self.text.to_owned(), at, what: what.into() }
    }

    fn error(&self, what: impl Into<String>) -> ExpressionError {
        self.error_at(self.at(), what)
    }

    fn push(&mut self, kind: Kind, at: usize) -> Id {
        self.tree.nodes.push(Node { kind, at });
        self.tree.nodes.len() - 1
    }

    /// Operands and the operators between them that bind at least as strongly as `least`.
    fn expression(&mut self, least: u8) -> Result<Id, ExpressionError> {
        let mut left = self.operand(least)?;
        while let Token::Sign(sign) = *self.peek() {
            let Some((kind, strength)) = between(sign).filter(|(_, strength)| *strength >= least) else { break };
            if let Between::Compare = kind {
                left = self.comparison(left)?;
                continue;
            }
            let at = self.at();
            self.next += 1;
            let right = self.expression(strength + 1)?;
            let kind = match kind {
                Between::Binary(operator) => Kind::Binary(operator, left, right),
                Between::Logic(logic) => Kind::Logic(logic, left, right),
                Between::Compare => break,
            };
            left = self.push(kind, at);
        }
        Ok(left)
    }

    /// `a < b`, `a < b <= c` and so on.
    fn comparison(&mut self, first: Id) -> Result<Id, ExpressionError> {
        let at = self.at();
        let (mut operands, mut signs): (Vec<Id>, Vec<Compare>) = (vec![first], Vec::new());
        while let Token::Sign(Sign::Compare(sign)) = *self.peek() {
            self.next += 1;
            signs.push(sign);
            operands.push(self.expression(COMPARE + 1)?);
        }
        Ok(self.push(Kind::Compare(operands, signs), at))
    }

    /// An operand with the signs before it and the power behind it; every recursion comes by here.
    fn operand(&mut self, least: u8) -> Result<Id, ExpressionError> {
        if self.depth >= MAX_DEPTH {
            return Err(self.error(format!("brackets, signs and powers nest deeper than {MAX_DEPTH}")));
        }
        self.depth += 1;
        let made = self.signed(least)?;
        self.depth -= 1;
        Ok(made)
    }

    fn signed(&mut self, least: u8) -> Result<Id, ExpressionError> {
        let at = self.at();
        match *self.peek() {
            Token::Sign(Sign::Minus) => {
                self.next += 1;
                // So that the least whole number can be written.
                if let Token::Number(value, whole) = *self.peek()
                    && !matches!(self.tokens.get(self.next + 1), Some((Token::Sign(Sign::Power), _)))
                {
                    self.next += 1;
                    return Ok(self.push(Kind::Number(-value, whole.filter(|n| *n != 0).map(|n| -n)), at));
                }
                let operand = self.operand(SIGNED)?;
                Ok(self.push(Kind::Unary(Unary::Negate, operand), at))
            }
            Token::Sign(Sign::Plus) => {
                self.next += 1;
                let operand = self.operand(SIGNED)?;
                // Adding -0.0 leaves every number as it is, and makes a number of what is written: + is for numbers.
                let zero = self.push(Kind::Number(-0.0, None), at);
                Ok(self.push(Kind::Binary(Binary::Add, operand, zero), at))
            }
            Token::Sign(Sign::Tilde) => {
                self.next += 1;
                let operand = self.operand(SIGNED)?;
                Ok(self.push(Kind::Not(operand), at))
            }
            Token::Sign(Sign::Not) if least <= NOT => {
                self.next += 1;
                let operand = self.expression(NOT)?;
                Ok(self.push(Kind::Not(operand), at))
            }
            Token::Sign(Sign::Not) => {
                Err(self.error("not binds weaker than what stands before it; write (not …) or ~"))
            }
            _ => {
                let base = self.atom()?;
                if *self.peek() != Token::Sign(Sign::Power) {
                    return Ok(base);
                }
                let at = self.at();
                self.next += 1;
                let exponent = self.operand(SIGNED)?;
                Ok(self.push(Kind::Binary(Binary::Power, base, exponent), at))
            }
        }
    }

    fn atom(&mut self) -> Result<Id, ExpressionError> {
        let at = self.at();
        let token = self.peek().clone();
        match token {
            Token::Number(value, whole) => {
                self.next += 1;
                Ok(self.push(Kind::Number(value, whole), at))
            }
            Token::Text(text) => {
                let moment = Moment::parse(&text).map_err(|what| self.error(what))?;
                self.next += 1;
                Ok(self.push(Kind::Moment(moment), at))
            }
            Token::Name(name) => {
                self.next += 1;
                if *self.peek() == Token::Open {
                    return self.call(&name, at);
                }
                Ok(self.reference(name, Spelling::Bare, at))
            }
            Token::Quoted(name) => {
                self.next += 1;
                Ok(self.reference(name, Spelling::Quoted, at))
            }
            Token::Position(number) => {
                self.next += 1;
                Ok(self.reference(number.to_string(), Spelling::Position(number), at))
            }
            Token::Open => {
                self.next += 1;
                let inner = self.expression(OR)?;
                self.close(at)?;
                Ok(inner)
            }
            Token::End if self.next == 0 => Err(self.error("there is nothing in it")),
            Token::End => Err(self.error("something is missing at the end")),
            Token::Close | Token::Comma | Token::Sign(_) => {
                Err(self.error("a number, a column or a bracket is missing before this"))
            }
        }
    }

    fn close(&mut self, opened_at: usize) -> Result<(), ExpressionError> {
        match self.peek() {
            Token::Close => {
                self.next += 1;
                Ok(())
            }
            Token::End => Err(self.error_at(opened_at, "the ) for this bracket is missing")),
            Token::Comma => Err(self.error("a comma stands between the arguments of a function only")),
            _ => Err(self.error("an operator or ) is missing before this")),
        }
    }

    fn reference(&mut self, name: String, spelling: Spelling, at: usize) -> Id {
        let known = self.tree.references.iter().position(|r| r.name == name && r.spelling == spelling);
        let number = known.unwrap_or_else(|| {
            self.tree.references.push(Reference { name, spelling, at });
            self.tree.references.len() - 1
        });
        self.push(Kind::Name(number), at)
    }

    fn call(&mut self, name: &str, at: usize) -> Result<Id, ExpressionError> {
        let Some((_, function)) = FUNCTIONS.iter().find(|(known, _)| *known == name) else {
            let names = FUNCTIONS.map(|(name, _)| name);
            let near = super::error::similar(name, names.iter().copied());
            let hint = match name {
                "ln" => "write log(…) for the natural logarithm".to_owned(),
                "min" => "write minimum(a, b)".to_owned(),
                "max" => "write maximum(a, b)".to_owned(),
                _ if near.is_empty() => format!("the functions are {}", names.join(", ")),
                _ => alternatives(name, &names, "functions"),
            };
            return Err(self.error_at(at, format!("there is no function \"{name}\"; {hint}")));
        };
        let opened_at = self.at();
        self.next += 1;
        let mut arguments = Vec::new();
        if *self.peek() != Token::Close {
            arguments.push(self.expression(OR)?);
            while *self.peek() == Token::Comma {
                self.next += 1;
                arguments.push(self.expression(OR)?);
            }
        }
        self.close(opened_at)?;
        let wanted = function.arguments();
        if arguments.len() != wanted {
            let plural = if wanted == 1 { "argument" } else { "arguments" };
            let given = arguments.len();
            return Err(self.error_at(at, format!("{name}() takes {wanted} {plural}, not {given}")));
        }
        let kind = match (*function, arguments.as_slice()) {
            (Function::Unary(unary), [a]) => Kind::Unary(unary, *a),
            (Function::Binary(binary), [a, b]) => Kind::Binary(binary, *a, *b),
            (function, _) => Kind::Call(function, arguments),
        };
        Ok(self.push(kind, at))
    }
}
