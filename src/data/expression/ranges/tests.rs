//! What was set is read again, what was there otherwise stays, and filters mean what they should.

use std::io::Write;

use proptest::prelude::*;

use super::super::tests::conditions;
use super::super::{Expression, MAX_LENGTH};
use super::*;
use crate::data::DataError;
use crate::data::dataset::Dataset;
use crate::data::raw::RawSpec;

fn columns() -> Vec<Named> {
    Named::all(&["x".to_owned(), "y".to_owned(), "a b".to_owned(), "y".to_owned()])
}

fn whole(low: Option<i128>, high: Option<i128>) -> ColumnRange {
    ColumnRange { low: low.map(End::Integer), high: high.map(End::Integer) }
}

#[test]
fn ranges_are_found_wherever_they_must_hold() {
    for (filter, low, high) in [
        ("x >= 1", Some(1), None),
        ("-2 <= x", Some(-2), None),
        ("(x >= 1) & (x <= 5)", Some(1), Some(5)),
        ("1 <= x <= 5", Some(1), Some(5)),
        ("5 >= $0 >= 1", Some(1), Some(5)),
        ("((x >= 1) & ((y > 3) & (`x` <= 5)))", Some(1), Some(5)),
        ("not y > 2 and x >= 1 and (y < 3) & (x <= 5)", Some(1), Some(5)),
        ("(x >= 1) & (x >= 3) & (x <= 9) & (x <= 5)", Some(3), Some(5)),
        ("x > 1", None, None),
        ("x >= 1 or y > 2", None, None),
        ("(x >= 1) | (y > 2) & (x <= 4)", None, None),
        ("~(x >= 1)", None, None),
        ("not x >= 1", None, None),
        ("not (x >= 1) & (x <= 4)", None, None),
        ("(x >= 1) == (y > 2)", None, None),
        ("1 <= x >= 5", None, None),
        ("x + 1 >= 1", None, None),
        ("abs(x) >= 1", None, None),
        ("x >= y", None, None),
        ("where(x >= 1, y, 2) > 3", None, None),
        ("y >= 1", None, None),
        ("x >=", None, None),
    ] {
        assert_eq!(range(filter, &columns()[0]), whole(low, high), "{filter}");
    }
}

#[test]
fn the_rest_of_the_text_stays_as_it_was() {
    for (filter, low, high, wanted) in [
        ("", Some(1), None, "x >= 1"),
        ("  ", Some(-1), Some(5), "(x >= -1) & (x <= 5)"),
        ("y>3", Some(1), None, "(y>3) & (x >= 1)"),
        ("(y > 3)", Some(1), Some(2), "(y > 3) & (x >= 1) & (x <= 2)"),
        ("(y > 3)  & (  x>=7 )", Some(1), Some(2), "(y > 3)  & (  x>=1 ) & (x <= 2)"),
        ("(y > 3)  & (  x>=7 )", None, None, "(y > 3)"),
        ("(x >= 7)&(y > 3)", None, None, "(y > 3)"),
        ("((x >= 7)&(y > 3))", None, None, "((y > 3))"),
        ("y > 3 and x >= 7 and y < 9", None, None, "y > 3 and y < 9"),
        ("3 <=  x  <= 7", Some(4), Some(6), "4 <=  x  <= 6"),
        ("3 <=  x  <= 7", None, Some(6), "x  <= 6"),
        ("3 <=  x  <= 7", Some(4), None, "4 <=  x"),
        ("(3 <= x <= 7) & (y > 1)", None, None, "(y > 1)"),
        ("(x >= 1) & (y > 2) & (x >= 3)", Some(5), None, "(x >= 5) & (y > 2)"),
        ("x >= 1", None, None, ""),
        ("x >= 1 or y > 2", Some(2), None, "(x >= 1 or y > 2) & (x >= 2)"),
    ] {
        assert_eq!(with_range(filter, &columns()[0], whole(low, high)).unwrap(), wanted, "{filter}");
    }
    let spelt: Vec<String> = columns().iter().map(Named::spelt).collect();
    assert_eq!(spelt, ["x", "y", "`a b`", "$3"]);
    assert_eq!(["and", "0", "a`b", "é"].map(|name| Named::only(name).spelt()), ["`and`", "`0`", "`a``b`", "é"]);
}

#[test]
fn what_is_no_filter_or_too_long_is_refused() {
    let long = format!("{}(y > 1)", " ".repeat(MAX_LENGTH - 7));
    assert!(with_range(&long, &columns()[0], ColumnRange::default()).is_ok());
    assert!(with_range(&long, &columns()[0], whole(Some(1), None)).is_err());
    assert!(with_range("y >", &columns()[0], whole(Some(1), None)).is_err());
}

#[test]
fn ends_are_read_as_people_write_them() {
    let moment = |text| End::Moment(Moment::parse(text).unwrap());
    for (text, wanted) in [
        ("12", End::Integer(12)),
        (" -3 ", End::Integer(-3)),
        ("1.5e3", End::Real(1500.0)),
        ("2024-01-02", moment("2024-01-02")),
        ("'2024-01-02T03:04'", moment("2024-01-02T03:04")),
        ("2024-01-02 03:04:05.25", moment("2024-01-02T03:04:05.25")),
    ] {
        assert_eq!(End::parse(text), Ok(wanted), "{text}");
    }
    for bad in ["", "x", "1 2", "1..2", "-", "2024-13-01", "1,5"] {
        assert!(End::parse(bad).is_err(), "{bad}");
    }
}

/// 400 rows of the columns x, y, `a b` and a second y.
fn rows() -> Dataset {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    for i in 0..400_i32 {
        for v in [i % 21 - 10, i % 19 - 9, i % 13 - 6, i % 7] {
            file.write_all(&f64::from(v).to_le_bytes()).unwrap();
        }
    }
    let dtype = "[('x','<f8'),('y','<f8'),('a b','<f8'),('z','<f8')]";
    Dataset::open(file.path(), &RawSpec { dtype: Some(dtype.to_owned()), ..RawSpec::default() }).unwrap()
}

/// Which rows a filter keeps.
fn kept(filter: &str, rows: &Dataset) -> Vec<bool> {
    if filter.trim().is_empty() {
        return vec![true; 400];
    }
    let columns = rows.columns();
    let find = |reference: &super::super::Reference| -> Result<_, DataError> {
        Ok(match reference.spelling {
            super::super::Spelling::Position(i) => columns.get(i).cloned(),
            _ => rows.column(&reference.name).ok(),
        })
    };
    conditions(&Expression::parse(filter).unwrap().bind(&[], find).unwrap().filter(400).unwrap())
}

/// Conditions that have no range of x in them.
const OTHERS: [&str; 10] = [
    "y > 3",
    "(y >= -2) | (x <= 2)",
    "~(x >= 0)",
    "`a b` <= 4",
    "x > -5",
    "not (x <= -7)",
    "1 <= y + 2 <= 9",
    "(y < 7) & (`a b`>=-3)",
    "where(x >= y, 1, 0) >= y",
    "where(x >= 1, y, 3) >= -4",
];
/// Conditions that are ranges of x.
const OWN: [&str; 6] = ["x >= -4", "$0<=6", "-6 <= x", "-8 <= x <= 8", "9 >= x", "( `x`  >= -9.5 )"];

/// A filter, the conditions in it that are none of x's ranges, and whether some are joined by the word.
fn filters() -> impl Strategy<Value = (String, Vec<&'static str>)> {
    let condition = prop_oneof![
        prop::sample::select(OTHERS.to_vec()).prop_map(|text| (text, false)),
        prop::sample::select(OWN.to_vec()).prop_map(|text| (text, true)),
    ];
    (prop::collection::vec(condition, 0..6), any::<u8>(), any::<bool>()).prop_map(|(conditions, joins, is_wrapped)| {
        let mut text = String::new();
        for (i, (condition, _)) in conditions.iter().enumerate() {
            let join = match (i, joins >> i & 1) {
                (0, _) => "",
                (_, 0) => " & ",
                _ => "  and ",
            };
            text = format!("{text}{join}({condition})");
            if i == 2 && is_wrapped {
                text = format!("( {text} )");
            }
        }
        (text, conditions.into_iter().filter(|(_, is_own)| !is_own).map(|(text, _)| text).collect())
    })
}

fn ends() -> impl Strategy<Value = Option<End>> {
    let number = prop_oneof![(-12..12_i128).prop_map(End::Integer), (-12.0..12.0).prop_map(End::Real)];
    prop::option::of(number)
}

proptest! {
    #[test]
    fn a_range_that_was_set_is_read_and_all_else_stays((filter, others) in filters(), low in ends(), high in ends()) {
        let (columns, rows) = (columns(), rows());
        let wanted = ColumnRange { low, high };
        let made = with_range(&filter, &columns[0], wanted).unwrap();
        prop_assert_eq!(range(&made, &columns[0]), wanted, "{}", made);
        prop_assert_eq!(range(&made, &columns[1]), range(&filter, &columns[1]));
        let mut rest = made.as_str();
        for other in &others {
            let at = rest.find(other);
            prop_assert!(at.is_some(), "{} lacks {}", made, other);
            rest = &rest[at.unwrap() + other.len()..];
        }
        // Meaning: the others, and the range.
        let mut meant = vec![true; 400];
        let own = [low.map(|end| format!("x >= {end}")), high.map(|end| format!("x <= {end}"))];
        for condition in others.iter().map(|other| (*other).to_owned()).chain(own.into_iter().flatten()) {
            meant.iter_mut().zip(kept(&condition, &rows)).for_each(|(all, this)| *all &= this);
        }
        prop_assert_eq!(kept(&made, &rows), meant, "{}", made);
        // Taken away again, nothing but the others is left.
        let bare = with_range(&made, &columns[0], ColumnRange::default()).unwrap();
        prop_assert_eq!(&with_range(&bare, &columns[0], ColumnRange::default()).unwrap(), &bare);
        prop_assert_eq!(range(&bare, &columns[0]), ColumnRange::default());
        let meant = others.iter().fold(vec![true; 400], |all, other| {
            all.into_iter().zip(kept(other, &rows)).map(|(a, b)| a & b).collect()
        });
        prop_assert_eq!(kept(&bare, &rows), meant, "{}", bare);
    }

    #[test]
    fn numbers_are_written_so_that_they_are_read_again(bits in any::<u64>(), whole in any::<i64>()) {
        let real = f64::from_bits(bits);
        if real.is_finite() {
            prop_assert_eq!(End::parse(&End::Real(real).to_string()), Ok(End::Real(real + 0.0)));
        }
        prop_assert_eq!(End::parse(&End::Integer(whole.into()).to_string()), Ok(End::Integer(whole.into())));
    }

    #[test]
    fn no_text_is_a_reason_to_panic(filter in "[-xy0-9.<>=&|~() a]{0,24}") {
        let column = &columns()[0];
        let _ = range(&filter, column);
        if let Ok(made) = with_range(&filter, column, whole(Some(1), None)) {
            prop_assert_eq!(range(&made, column), whole(Some(1), None), "{} of {}", made, filter);
        }
    }
}
