//! An expression, taken apart: nodes in one list, operands before what uses them, so that nothing walks it recursively.

use super::calendar::Field;
use super::time::Moment;

/// Number of a node.
pub type Id = usize;

/// A function or operator of one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unary {
    Negate,
    Abs,
    Sqrt,
    Cbrt,
    Exp,
    Exp2,
    Expm1,
    Log,
    Log2,
    Log10,
    Log1p,
    Sin,
    Cos,
    Tan,
    Arcsin,
    Arccos,
    Arctan,
    Sinh,
    Cosh,
    Tanh,
    Arcsinh,
    Arccosh,
    Arctanh,
    Square,
    Floor,
    Ceil,
    Round,
    Trunc,
    Sign,
    Radians,
    Degrees,
}

/// A function or operator of two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Remainder,
    Fmod,
    Power,
    Arctan2,
    Hypot,
    Minimum,
    Maximum,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Compare {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
}

impl Compare {
    /// The comparison with its sides exchanged.
    pub fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessEqual => Self::GreaterEqual,
            Self::Greater => Self::Less,
            Self::GreaterEqual => Self::LessEqual,
            Self::Equal | Self::NotEqual => self,
        }
    }
}

/// A question about one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Test {
    Nan,
    Finite,
    Infinite,
}

/// How two conditions become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Logic {
    And,
    Or,
}

/// What a function does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    Unary(Unary),
    Binary(Binary),
    Test(Test),
    /// What a calendar says of a time.
    Calendar(Field),
    Clip,
    Where,
}

impl Function {
    /// Number of arguments.
    pub fn arguments(self) -> usize {
        match self {
            Self::Unary(_) | Self::Test(_) | Self::Calendar(_) => 1,
            Self::Binary(_) => 2,
            Self::Clip | Self::Where => 3,
        }
    }
}

/// Every function, with NumPy's name for it; those of times with pandas'.
pub const FUNCTIONS: [(&str, Function); 64] = [
    ("abs", Function::Unary(Unary::Abs)),
    ("sqrt", Function::Unary(Unary::Sqrt)),
    ("cbrt", Function::Unary(Unary::Cbrt)),
    ("exp", Function::Unary(Unary::Exp)),
    ("exp2", Function::Unary(Unary::Exp2)),
    ("expm1", Function::Unary(Unary::Expm1)),
    ("log", Function::Unary(Unary::Log)),
    ("log2", Function::Unary(Unary::Log2)),
    ("log10", Function::Unary(Unary::Log10)),
    ("log1p", Function::Unary(Unary::Log1p)),
    ("sin", Function::Unary(Unary::Sin)),
    ("cos", Function::Unary(Unary::Cos)),
    ("tan", Function::Unary(Unary::Tan)),
    ("arcsin", Function::Unary(Unary::Arcsin)),
    ("arccos", Function::Unary(Unary::Arccos)),
    ("arctan", Function::Unary(Unary::Arctan)),
    ("arctan2", Function::Binary(Binary::Arctan2)),
    ("sinh", Function::Unary(Unary::Sinh)),
    ("cosh", Function::Unary(Unary::Cosh)),
    ("tanh", Function::Unary(Unary::Tanh)),
    ("arcsinh", Function::Unary(Unary::Arcsinh)),
    ("arccosh", Function::Unary(Unary::Arccosh)),
    ("arctanh", Function::Unary(Unary::Arctanh)),
    ("square", Function::Unary(Unary::Square)),
    ("hypot", Function::Binary(Binary::Hypot)),
    ("floor", Function::Unary(Unary::Floor)),
    ("ceil", Function::Unary(Unary::Ceil)),
    ("round", Function::Unary(Unary::Round)),
    ("rint", Function::Unary(Unary::Round)),
    ("trunc", Function::Unary(Unary::Trunc)),
    ("sign", Function::Unary(Unary::Sign)),
    ("radians", Function::Unary(Unary::Radians)),
    ("degrees", Function::Unary(Unary::Degrees)),
    ("deg2rad", Function::Unary(Unary::Radians)),
    ("rad2deg", Function::Unary(Unary::Degrees)),
    ("minimum", Function::Binary(Binary::Minimum)),
    ("maximum", Function::Binary(Binary::Maximum)),
    ("mod", Function::Binary(Binary::Remainder)),
    ("remainder", Function::Binary(Binary::Remainder)),
    ("fmod", Function::Binary(Binary::Fmod)),
    ("floor_divide", Function::Binary(Binary::FloorDivide)),
    ("power", Function::Binary(Binary::Power)),
    ("clip", Function::Clip),
    ("where", Function::Where),
    ("isnan", Function::Test(Test::Nan)),
    ("isfinite", Function::Test(Test::Finite)),
    ("isinf", Function::Test(Test::Infinite)),
    ("year", Function::Calendar(Field::Year)),
    ("month", Function::Calendar(Field::Month)),
    ("day", Function::Calendar(Field::Day)),
    ("dayofyear", Function::Calendar(Field::DayOfYear)),
    ("dayofweek", Function::Calendar(Field::DayOfWeek)),
    ("weekday", Function::Calendar(Field::DayOfWeek)),
    ("hour", Function::Calendar(Field::Hour)),
    ("minute", Function::Calendar(Field::Minute)),
    ("second", Function::Calendar(Field::Second)),
    // NumPy 2 has these names too.
    ("asin", Function::Unary(Unary::Arcsin)),
    ("acos", Function::Unary(Unary::Arccos)),
    ("atan", Function::Unary(Unary::Arctan)),
    ("atan2", Function::Binary(Binary::Arctan2)),
    ("asinh", Function::Unary(Unary::Arcsinh)),
    ("acosh", Function::Unary(Unary::Arccosh)),
    ("atanh", Function::Unary(Unary::Arctanh)),
    ("pow", Function::Binary(Binary::Power)),
];

/// How a column was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// A plain name.
    Bare,
    /// A name in backticks.
    Quoted,
    /// `$` and the column's number, from 0.
    Position(usize),
}

/// A column that an expression names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The name, without backticks; of a position its digits.
    pub name: String,
    /// How it was written.
    pub spelling: Spelling,
    /// The character (from 1) at which it stands first.
    pub at: usize,
}

impl Reference {
    /// The number that a bare name stands for where no column has it.
    pub fn constant(&self) -> Option<f64> {
        match (self.spelling, self.name.as_str()) {
            (Spelling::Bare, "pi") => Some(std::f64::consts::PI),
            (Spelling::Bare, "e") => Some(std::f64::consts::E),
            (Spelling::Bare, "nan") => Some(f64::NAN),
            (Spelling::Bare, "inf") => Some(f64::INFINITY),
            _ => None,
        }
    }
}

/// A step of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A number; exactly, where it was written without point and exponent.
    Number(f64, Option<i128>),
    /// A moment in quotes.
    Moment(Moment),
    /// A column or constant: its number among the references.
    Name(usize),
    Unary(Unary, Id),
    Binary(Binary, Id, Id),
    /// Operands and what stands between them: `a < b <= c`.
    Compare(Vec<Id>, Vec<Compare>),
    Logic(Logic, Id, Id),
    Not(Id),
    Call(Function, Vec<Id>),
}

/// A step and where it stands: the character (from 1) of its operator, or of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub kind: Kind,
    pub at: usize,
}

/// An expression, taken apart. The last node is the whole.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tree {
    pub nodes: Vec<Node>,
    pub references: Vec<Reference>,
}
