//! Errors and where they point; programs against a naive evaluation; texts of any kind.

use std::io::Write;

use proptest::prelude::*;

use super::tree::{Binary, Compare, Unary};
use super::*;
use crate::data::dataset::Dataset;
use crate::data::decode::{BATCH, Lane, LaneBuffer};
use crate::data::raw::RawSpec;
use crate::data::table::{Part, Table};

/// All values of a column of f64.
pub fn numbers(column: &Column) -> Vec<f64> {
    let mut buffer = LaneBuffer::new(column.kind());
    let mut found = Vec::new();
    for start in (0..column.rows()).step_by(BATCH) {
        match buffer.decode(column, &(start..(start + BATCH as u64).min(column.rows()))) {
            Lane::F64(v) => found.extend_from_slice(v),
            Lane::F32(v) => found.extend(v.iter().map(|v| f64::from(*v))),
            Lane::I64(v) => found.extend(v.iter().map(|v| *v as f64)),
        }
    }
    found
}

/// Which rows a filter keeps.
pub fn conditions(filter: &Filter) -> Vec<bool> {
    let (mut scratch, mut keep) = (Scratch::default(), vec![false; BATCH]);
    let mut found = Vec::new();
    for start in (0..filter.rows()).step_by(BATCH) {
        let rows = start..(start + BATCH as u64).min(filter.rows());
        found.extend_from_slice(filter.keep(&mut scratch, &rows, &mut keep));
    }
    found
}

/// A file of columns of a record dtype.
pub fn dataset(dtype: &str, bytes: &[u8]) -> Dataset {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let spec = RawSpec { dtype: Some(dtype.to_owned()), ..RawSpec::default() };
    Dataset::open(file.path(), &spec).unwrap()
}

const DTYPE: &str = "[('x','<f8'),('y','<f8'),('flux','<f4'),('n','<i8'),('t','<M8[s]'),('d','<m8[ms]'),('q','<M8[M]'),\
                     ('g','<M8'),('ok','?'),('pos[0]','<f4')]";

fn row() -> Dataset {
    let mut bytes = Vec::new();
    bytes.extend(2.0_f64.to_le_bytes());
    bytes.extend(3.0_f64.to_le_bytes());
    bytes.extend(4.0_f32.to_le_bytes());
    for whole in [5_i64, 86_400, 1500, 648, 7] {
        bytes.extend(whole.to_le_bytes());
    }
    bytes.push(1);
    bytes.extend(6.0_f32.to_le_bytes());
    dataset(DTYPE, &bytes)
}

fn bind(text: &str) -> Result<Bound, DataError> {
    let data = row();
    let columns = data.columns();
    let names: Vec<String> = columns.iter().map(|c| c.name().to_owned()).collect();
    Expression::parse(text)?.bind(&names, |reference| {
        Ok(match reference.spelling {
            Spelling::Position(number) => columns.get(number).cloned(),
            Spelling::Bare | Spelling::Quoted => data.column(&reference.name).ok(),
        })
    })
}

fn value(text: &str) -> f64 {
    numbers(&bind(text).and_then(|b| b.column(1)).unwrap_or_else(|e| panic!("{e}")))[0]
}

fn holds(text: &str) -> bool {
    conditions(&bind(text).and_then(|b| b.filter(1)).unwrap_or_else(|e| panic!("{e}")))[0]
}

/// The place of an error and what it says.
fn refused(text: &str, as_filter: bool) -> (usize, String) {
    let made = bind(text).and_then(|b| if as_filter { b.filter(1).map(drop) } else { b.column(1).map(drop) });
    match made {
        Err(DataError::Expression(error)) => {
            let shown = error.to_string();
            let lines: Vec<&str> = shown.lines().collect();
            assert_eq!(lines.len(), 3, "{shown}");
            // The caret is under the character.
            if error.text.chars().count() < 50 {
                assert_eq!(lines[2].chars().count(), error.at + 2, "{shown}");
            }
            (error.at, error.what)
        }
        other => panic!("{text:?}: {other:?}"),
    }
}

#[test]
fn errors_point_at_the_place() {
    for (text, at, words) in [
        ("", 1, "nothing in it"),
        ("x +", 4, "missing at the end"),
        ("x + * y", 5, "missing before this"),
        ("(x + 1", 1, "the ) for this bracket"),
        ("sqrt(x", 5, "the ) for this bracket"),
        ("x + 1)", 6, "closes nothing"),
        ("x y", 3, "an operator is missing"),
        ("(x y)", 4, "an operator or )"),
        ("x, y", 2, "comma"),
        ("(x, y)", 3, "comma"),
        ("2x", 2, "2*"),
        ("x + 1.5.2", 8, "an operator is missing"),
        ("x ^ 2", 3, "**"),
        ("x = 2", 3, "=="),
        ("x && y", 3, "&"),
        ("!x", 1, "~"),
        ("x # y", 3, "'#'"),
        ("pos[0]", 4, "`pos[0]`"),
        ("a.b", 2, "`a.b`"),
        ("`x", 1, "backtick"),
        ("``", 1, "no name"),
        ("t > '2024", 5, "quote"),
        ("t > 'now'", 5, "no moment"),
        ("$x", 1, "$0"),
        ("x + $99", 5, "10, counted from $0"),
        ("log10(fluxx)", 7, "did you mean \"flux\"?"),
        ("x + zzzzz", 5, "the columns are x, y, flux"),
        ("1 + `X2`", 5, "\"X2\""),
        ("sqr(x)", 1, "did you mean \"sqrt\"?"),
        ("ln(x)", 1, "log("),
        ("min(x, y)", 1, "minimum"),
        ("frobnicate(x)", 1, "the functions are abs, sqrt"),
        ("1 + sqrt(x, y)", 5, "takes 1 argument, not 2"),
        ("clip(x)", 1, "takes 3 arguments, not 1"),
        ("hypot()", 1, "takes 2 arguments, not 0"),
        ("1 + (x > 2)", 8, "condition is used as a number"),
        ("log10(x > 2)", 9, "condition is used as a number"),
        ("-(x > 2)", 5, "condition is used as a number"),
        ("x + not y", 5, "not binds weaker"),
        ("(x > 2) == (y > 2)", 9, "a condition is compared"),
        ("t * 2", 1, "times are used as a number|times can be compared"),
        ("t + t", 1, "times can be compared"),
        ("t - 5", 1, "times can be compared"),
        ("sqrt(t)", 6, "times can be compared"),
        ("-t", 2, "times can be compared"),
        ("1 + '2024-01-01'", 5, "a moment is used as a number"),
        ("q - '2024-01'", 3, "no fixed length"),
        ("g - '2024-01'", 3, "no unit"),
        ("x - '2024-01'", 5, "a moment is used as a number"),
    ] {
        let (place, what) = refused(text, false);
        assert!(words.split('|').any(|words| what.contains(words)), "{text:?}: {what}");
        assert_eq!(place, at, "{text:?}: {what}");
    }
    for (text, at, words) in [
        ("x", 1, "a condition is wanted"),
        ("x + y", 3, "a condition is wanted"),
        ("x > 3 & y < 2", 7, "write (a > 3) & (b < 2)"),
        ("(x > 3) & y", 9, "right side"),
        ("x and y > 2", 3, "left side"),
        ("~x", 2, "a condition is wanted"),
        ("not n", 5, "a condition is wanted"),
        ("where(x, 1, 2) > 1", 7, "a condition is wanted"),
        ("t > 5", 3, "moments in quotes"),
        ("x > '2024-01-01'", 3, "holds no times"),
        ("x + 1 > '2024-01-01'", 7, "a moment is compared with no time"),
        ("t > q", 3, "no common measure"),
        ("g > '2024-01-01'", 3, "no unit"),
        ("t > d", 3, "a time is compared with a number"),
    ] {
        let (place, what) = refused(text, true);
        assert!(what.contains(words), "{text:?}: {what}");
        assert_eq!(place, at, "{text:?}: {what}");
    }
}

#[test]
fn length_and_depth_are_bounded() {
    let deep = |open: &str, close: &str, n: usize| format!("{}x{}", open.repeat(n), close.repeat(n));
    for (open, close) in
        [("(", ")"), ("-", ""), ("sqrt(", ")"), ("2**", ""), ("~", ""), ("not ", ""), ("where(x>0,1,", ")")]
    {
        let text = deep(open, close, 300);
        assert!(refused(&text, false).1.contains("nest deeper than 64"), "{open}");
    }
    assert_eq!(value(&deep("(", ")", 60)), 2.0);
    assert_eq!(value(&deep("-", "", 60)), 2.0);
    // As long as may be, and without nesting: not recursive.
    let long = format!("x{}", "+x".repeat(2047));
    assert_eq!(value(&long), 4096.0);
    assert!(refused(&format!("{long}+y"), false).1.contains("4096 characters"));
    let chain = format!("x{}", "<y".repeat(2047));
    assert!(!holds(&chain));
    let many = (0..800).map(|i| format!("x+{i}")).collect::<Vec<_>>().join("-");
    assert!(many.len() > 4096 || value(&many).is_finite());
}

#[test]
fn names_in_every_spelling() {
    assert_eq!(value("`pos[0]` + $0 + $9 + x"), 16.0);
    assert_eq!(value("`x` + 0"), 2.0);
    assert_eq!(value("pi + e + 0*x"), std::f64::consts::PI + std::f64::consts::E);
    assert!(value("nan * x").is_nan() && value("-inf + x") == f64::NEG_INFINITY);
    let expression = Expression::parse(" ((flux)) ").unwrap();
    assert_eq!((expression.text(), expression.plain().map(|r| r.name.as_str())), ("((flux))", Some("flux")));
    assert!(Expression::parse("flux + 1").unwrap().plain().is_none());
    // A plain name is the stored column, of its own type.
    for (text, dtype) in [("n", "<i8"), ("`flux`", "<f4"), ("(t)", "<M8[s]")] {
        assert_eq!(bind(text).unwrap().column(1).unwrap().dtype().to_string(), dtype);
    }
    let made = bind("flux * 2").unwrap().column(1).unwrap();
    assert_eq!((made.name(), made.dtype().to_string().as_str()), ("flux * 2", "<f8"));
    // A column called as a constant comes first.
    let data = dataset("[('e','<f8'),('x','<f8')]", &[1.0_f64, 2.0].map(f64::to_le_bytes).concat());
    let bound = Expression::parse("e + x").unwrap().bind::<DataError>(&[], |r| Ok(data.column(&r.name).ok())).unwrap();
    assert_eq!(numbers(&bound.column(1).unwrap()), [3.0]);
}

#[test]
fn precedences_and_times() {
    for (text, wanted) in [
        ("-2**2", -4.0),
        ("2**-1", 0.5),
        ("2**3**2", 512.0),
        ("-x**2*3", -12.0),
        ("1 - 2 - 3", -4.0),
        ("7 % 4 * 2", 6.0),
        ("2 + 3 * 4", 14.0),
        ("where(ok, 1, 2)", 1.0),
        ("ok + 1", 2.0),
        ("t - '1970-01-01T00:00:00.5'", 86_399.5),
        ("'1970-01-02' - t", 0.0),
        ("t - t", 0.0),
        ("d", 1500.0),
        ("d + 0", 1.5),
        ("g - g", 0.0),
    ] {
        assert_eq!(value(text), wanted, "{text}");
    }
    for text in [
        "t == '1970-01-02'",
        "'1970-01-01T23:59:59' < t <= '1970-01-02'",
        "q == '2024-01'",
        "q < '2024-01-02'",
        "not x > 2 or y > 4",
        "x > 2 or x > 1 and y > 2",
        "~(x > 2) & ok",
        "1 < x < 3 < 4",
        "1 < 2",
        "'2024-01-01' - t > 1e9",
    ] {
        assert!(holds(text), "{text}");
    }
    assert!(!holds("1 < x < 3 < 3") && !holds("~ok"));
}

// ---- A naive evaluation ----

/// An expression with its text and its value over (x, y, z), by recursion.
#[derive(Debug, Clone)]
enum Naive {
    Number(f64),
    Column(usize),
    Unary(Unary, Box<Naive>),
    Binary(Binary, Box<Naive>, Box<Naive>),
    Where(Box<Truth>, Box<Naive>, Box<Naive>),
}

#[derive(Debug, Clone)]
enum Truth {
    Compare(Compare, Naive, Naive),
    And(Box<Truth>, Box<Truth>),
    Or(Box<Truth>, Box<Truth>),
    Not(Box<Truth>),
}

const UNARY: [(Unary, &str); 6] = [
    (Unary::Negate, "-"),
    (Unary::Abs, "abs"),
    (Unary::Sqrt, "sqrt"),
    (Unary::Floor, "floor"),
    (Unary::Log10, "log10"),
    (Unary::Sign, "sign"),
];
const BINARY: [(Binary, &str); 6] = [
    (Binary::Add, "+"),
    (Binary::Subtract, "-"),
    (Binary::Multiply, "*"),
    (Binary::Divide, "/"),
    (Binary::Remainder, "%"),
    (Binary::Maximum, "maximum"),
];
const COMPARE: [(Compare, &str); 6] = [
    (Compare::Less, "<"),
    (Compare::LessEqual, "<="),
    (Compare::Greater, ">"),
    (Compare::GreaterEqual, ">="),
    (Compare::Equal, "=="),
    (Compare::NotEqual, "!="),
];

impl Naive {
    fn text(&self) -> String {
        match self {
            Self::Number(v) => format!("({v:?})"),
            Self::Column(i) => ["x", "y", "z"][*i].to_owned(),
            Self::Unary(f, a) => format!("{}({})", UNARY.iter().find(|u| u.0 == *f).unwrap().1, a.text()),
            Self::Binary(f, a, b) => match BINARY.iter().find(|u| u.0 == *f).unwrap().1 {
                name if name.len() > 1 => format!("{name}({}, {})", a.text(), b.text()),
                sign => format!("({}{sign}{})", a.text(), b.text()),
            },
            Self::Where(c, a, b) => format!("where({}, {}, {})", c.text(), a.text(), b.text()),
        }
    }

    fn value(&self, row: [f64; 3]) -> f64 {
        match self {
            Self::Number(v) => *v,
            Self::Column(i) => row[*i],
            Self::Unary(f, a) => {
                let a = a.value(row);
                match f {
                    Unary::Negate => -a,
                    Unary::Abs => a.abs(),
                    Unary::Sqrt => a.sqrt(),
                    Unary::Floor => a.floor(),
                    Unary::Log10 => libm::log10(a),
                    _ if a.is_nan() || a == 0.0 => a + 0.0,
                    _ => a.signum(),
                }
            }
            Self::Binary(f, a, b) => {
                let (a, b) = (a.value(row), b.value(row));
                match f {
                    Binary::Add => a + b,
                    Binary::Subtract => a - b,
                    Binary::Multiply => a * b,
                    Binary::Divide => a / b,
                    Binary::Remainder => math::remainder(a, b),
                    _ if a.is_nan() || b.is_nan() => f64::NAN,
                    _ => {
                        if a > b {
                            a
                        } else {
                            b
                        }
                    }
                }
            }
            Self::Where(c, a, b) => {
                if c.holds(row) {
                    a.value(row)
                } else {
                    b.value(row)
                }
            }
        }
    }
}

impl Truth {
    fn text(&self) -> String {
        match self {
            Self::Compare(f, a, b) => {
                format!("({} {} {})", a.text(), COMPARE.iter().find(|u| u.0 == *f).unwrap().1, b.text())
            }
            Self::And(a, b) => format!("({} & {})", a.text(), b.text()),
            Self::Or(a, b) => format!("({} | {})", a.text(), b.text()),
            Self::Not(a) => format!("~{}", a.text()),
        }
    }

    fn holds(&self, row: [f64; 3]) -> bool {
        match self {
            Self::Compare(f, a, b) => {
                let (a, b) = (a.value(row), b.value(row));
                match f {
                    Compare::Less => a < b,
                    Compare::LessEqual => a <= b,
                    Compare::Greater => a > b,
                    Compare::GreaterEqual => a >= b,
                    Compare::Equal => a == b,
                    Compare::NotEqual => a != b,
                }
            }
            Self::And(a, b) => a.holds(row) && b.holds(row),
            Self::Or(a, b) => a.holds(row) || b.holds(row),
            Self::Not(a) => !a.holds(row),
        }
    }
}

fn naive() -> impl Strategy<Value = Naive> {
    let number = prop_oneof![(-5.0..5.0).prop_map(|v: f64| v.abs()), Just(0.0), Just(2.0), Just(1e300)];
    let leaf = prop_oneof![number.prop_map(Naive::Number), (0..3_usize).prop_map(Naive::Column)];
    leaf.prop_recursive(5, 40, 3, |inner| {
        let truth = (prop::sample::select(COMPARE.to_vec()), inner.clone(), inner.clone())
            .prop_map(|(f, a, b)| Truth::Compare(f.0, a, b));
        let truth = truth.prop_recursive(2, 6, 2, |inner| {
            prop_oneof![
                (inner.clone(), inner.clone()).prop_map(|(a, b)| Truth::And(Box::new(a), Box::new(b))),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| Truth::Or(Box::new(a), Box::new(b))),
                inner.prop_map(|a| Truth::Not(Box::new(a))),
            ]
        });
        prop_oneof![
            (prop::sample::select(UNARY.to_vec()), inner.clone()).prop_map(|(f, a)| Naive::Unary(f.0, Box::new(a))),
            (prop::sample::select(BINARY.to_vec()), inner.clone(), inner.clone()).prop_map(|(f, a, b)| Naive::Binary(
                f.0,
                Box::new(a),
                Box::new(b)
            )),
            (truth, inner.clone(), inner).prop_map(|(c, a, b)| Naive::Where(Box::new(c), Box::new(a), Box::new(b))),
        ]
    })
}

fn rows() -> impl Strategy<Value = Vec<[f64; 3]>> {
    let number = prop_oneof![
        4 => -10.0..10.0,
        1 => prop::sample::select(vec![0.0, -0.0, 1.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e-310])
    ];
    prop::collection::vec(prop::array::uniform3(number), 1..40)
}

proptest! {
    #[test]
    fn programs_do_what_a_naive_evaluation_does(naive in naive(), rows in rows(), times in 1_usize..60) {
        // Often more than a chunk, sometimes more than a batch.
        let rows = rows.repeat(times);
        let bytes: Vec<u8> = rows.iter().flatten().flat_map(|v| v.to_le_bytes()).collect();
        let data = dataset("[('x','<f8'),('y','<f8'),('z','<f8')]", &bytes);
        let bound = Expression::parse(&naive.text()).unwrap();
        let bound = bound.bind::<DataError>(&[], |r| Ok(data.column(&r.name).ok())).unwrap();
        let got = numbers(&bound.column(data.rows()).unwrap());
        prop_assert_eq!(got.len(), rows.len());
        for (got, row) in got.into_iter().zip(rows) {
            let wanted = naive.value(row);
            prop_assert!(got == wanted || (got.is_nan() && wanted.is_nan()), "{} of {row:?}: {got}, not {wanted}", naive.text());
        }
    }

    #[test]
    fn texts_of_any_kind_are_read_or_refused(text in "\\PC{0,40}") {
        let _ = bind(&text).map(|b| (b.column(1).is_ok(), b.filter(1).is_ok()));
    }

    #[test]
    fn texts_of_signs_and_names_are_read_or_refused(
        parts in prop::collection::vec(prop::sample::select(vec![
            "x", "y", "n", "t", "q", "d", "ok", "$1", "`x`", "1", "2.5", "'2024-01-01'", "(", ")", ",", "+", "-", "*", "/", "%",
            "**", "<", "<=", "==", "!=", "&", "|", "~", "and", "or", "not", "where(", "sqrt(", "clip(", " ", "nan", "`", "é",
        ]), 0..30)
    ) {
        let text = parts.concat();
        let made = bind(&text).and_then(|b| b.column(1).or_else(|_| b.filter(1).map(|f| { conditions(&f); row().columns().remove(0) })));
        match made {
            Ok(column) => { numbers(&column); }
            Err(DataError::Expression(error)) => {
                prop_assert!(error.at >= 1 && error.at <= error.text.chars().count() + 1, "{error}");
            }
            Err(other) => prop_assert!(false, "{other}"),
        }
    }
}

// ---- Tables ----

#[test]
fn inputs_of_derived_columns_are_read_and_row_numbers_run_on() {
    let part = |first: f64| {
        let bytes: Vec<u8> = (0..3_u8).flat_map(|i| (first + f64::from(i)).to_le_bytes()).collect();
        let data = dataset("[('x','<f8')]", &bytes);
        let bound = |text: &str| {
            Expression::parse(text).unwrap().bind::<DataError>(&[], |r| Ok(data.column(&r.name).ok())).unwrap()
        };
        let (x, y) = (bound("row * 10").column(3).unwrap(), bound("x + row").column(3).unwrap());
        let filter = bound("row != 4").filter(3).unwrap();
        assert_eq!((x.mapping().is_none(), y.stored().len()), (true, 2));
        Part::new(vec![x, y]).unwrap().with_filter(Some(filter)).unwrap()
    };
    let table = Table::new(vec![part(0.0), part(100.0)]).unwrap();
    let [first, second] = table.parts() else { panic!() };
    assert_eq!(numbers(&second.columns()[0]), [30.0, 40.0, 50.0]);
    assert_eq!(numbers(&second.columns()[1]), [103.0, 105.0, 107.0]);
    assert_eq!(conditions(second.filter().unwrap()), [true, false, true]);
    assert_eq!(conditions(first.filter().unwrap()), [true; 3]);
    assert_eq!(second.mappings().len(), 1);
    assert_eq!(table.filter(), Some("row != 4"));
    let narrow = table.select(&[1]).unwrap();
    let stats = crate::data::stats::column_stats(&narrow, Default::default(), &Default::default()).unwrap();
    assert_eq!(stats[0].rows, 5);
    assert_eq!(stats[0].range.map(|r| (r.0.to_f64(), r.1.to_f64())), Some((0.0, 107.0)));
}
