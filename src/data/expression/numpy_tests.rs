//! Expressions against NumPy: tests/fixtures/make_expression_fixtures.py.

use std::path::PathBuf;

use super::tests::{conditions, numbers};
use super::*;
use crate::data::dataset::Dataset;
use crate::data::raw::RawSpec;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/expressions")
}

/// NumPy's results, expression by expression.
fn results(rows: usize) -> Vec<Vec<f64>> {
    let bytes = std::fs::read(folder().join("results.npy")).unwrap();
    let data = &bytes[10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]))..];
    let all: Vec<f64> = data.as_chunks().0.iter().map(|b| f64::from_le_bytes(*b)).collect();
    all.chunks(rows).map(<[f64]>::to_vec).collect()
}

/// Units in the last place between two numbers.
fn apart(a: f64, b: f64) -> u64 {
    let key = |v: f64| {
        let bits = v.to_bits().cast_signed();
        if bits < 0 { i128::from(i64::MIN) - i128::from(bits) } else { i128::from(bits) }
    };
    u64::try_from((key(a) - key(b)).abs()).unwrap_or(u64::MAX)
}

#[test]
fn every_operator_and_function_is_numpys() {
    let data = Dataset::open(&folder().join("inputs.npy"), &RawSpec::default()).unwrap();
    let rows = usize::try_from(data.rows()).unwrap();
    let text = std::fs::read_to_string(folder().join("expressions.txt")).unwrap();
    let results = results(rows);
    assert_eq!(text.lines().count(), results.len());
    let mut wrong = Vec::new();
    for (line, wanted) in text.lines().zip(results) {
        let mut fields = line.split('\t');
        let (ulp, expression) = (fields.next().unwrap().parse::<u64>().unwrap(), fields.next().unwrap());
        let bound = Expression::parse(expression)
            .unwrap_or_else(|e| panic!("{e}"))
            .bind::<DataError>(&[], |reference| Ok(data.column(&reference.name).ok()))
            .unwrap();
        let got = match bound.filter(data.rows()) {
            Ok(filter) => conditions(&filter).into_iter().map(|keep| if keep { 1.0 } else { 0.0 }).collect(),
            Err(_) => numbers(&bound.column(data.rows()).unwrap_or_else(|e| panic!("{e}"))),
        };
        assert_eq!(got.len(), rows);
        for (row, (got, wanted)) in got.into_iter().zip(wanted).enumerate() {
            // Which of two zeros is the lesser, NumPy leaves open.
            let zeros = got == 0.0 && wanted == 0.0 && expression.contains("m(a, b)");
            if !(apart(got, wanted) <= ulp || zeros || (got.is_nan() && wanted.is_nan())) {
                wrong.push(format!("{expression}, row {row}: {got:?}, not {wanted:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong[..wrong.len().min(60)].join("\n"));
}

#[test]
fn every_function_is_compared() {
    let text = std::fs::read_to_string(folder().join("expressions.txt")).unwrap();
    for (name, _) in tree::FUNCTIONS {
        assert!(text.contains(&format!("{name}(")), "{name}");
    }
}
