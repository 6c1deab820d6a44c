//! The categories that a plan tells apart, for people.

use crate::data::Table;
use crate::data::stats::Number;
use crate::figure::readout;
use crate::plan::{FramePlan, Reduce};

/// What all categories are called that are not told apart.
pub const OTHER: &str = "other";

/// A category that a plan tells apart, or all others.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownCategory {
    /// Its value; none for all others.
    pub value: Option<Number>,
    /// What it is called.
    pub label: String,
    /// Its rows that pass the filter.
    pub rows: u64,
}

/// The categories of a plan's planes, in their order; none where no categories are counted, or they are not known.
#[must_use]
pub fn shown_categories(table: &Table, plan: &FramePlan) -> Vec<ShownCategory> {
    let (Reduce::CountBy { named, has_other }, Some(found)) = (plan.reduce, table.categories()) else {
        return Vec::new();
    };
    let all: u64 = (0..found.len()).filter_map(|i| found.get(i)).map(|(_, rows)| rows).sum();
    let chosen = found.most_frequent(usize::from(named));
    let named = chosen.into_iter().filter_map(|i| found.get(i));
    let mut shown: Vec<ShownCategory> =
        named.map(|(value, rows)| ShownCategory { value: Some(value), label: label(value), rows }).collect();
    if has_other {
        let rows = all - shown.iter().map(|category| category.rows).sum::<u64>();
        shown.push(ShownCategory { value: None, label: OTHER.to_owned(), rows });
    }
    shown
}

fn label(value: Number) -> String {
    match value {
        Number::Integer(v) => v.to_string(),
        Number::Real(v) => readout::real(v),
    }
}
