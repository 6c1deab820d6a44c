//! The categories that a plan tells apart, for people.

use crate::data::Table;
use crate::data::stats::Number;
use crate::figure::categories::{Hue, OTHER_COLOR, usual_color};
use crate::figure::readout;
use crate::plan::{FramePlan, Reduce};
use crate::scene::style::{Category, OTHER, Style};

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

impl ShownCategory {
    /// What a person calls it.
    #[must_use]
    pub fn name(&self) -> Category {
        self.value.map_or(Category::Other, name)
    }
}

/// How categories look in a style.
#[must_use]
pub fn hues(categories: &[ShownCategory], style: &Style) -> Vec<Hue> {
    let hue = |(i, category): (usize, &ShownCategory)| {
        let given =
            style.color_key.iter().rev().find(|entry| entry.category.is(category.name())).map(|entry| entry.color);
        let usual = if category.value.is_some() { usual_color(i) } else { OTHER_COLOR };
        Hue {
            label: category.label.clone(),
            color: given.unwrap_or(usual),
            is_hidden: style.hide.iter().any(|hidden| hidden.is(category.name())),
        }
    };
    categories.iter().enumerate().map(hue).collect()
}

/// What is to be said of categories that a style names and that none of those shown is.
#[must_use]
pub fn unmet(table: &Table, categories: &[ShownCategory], style: &Style) -> Vec<String> {
    let keys = style.color_key.iter().map(|entry| ("color", entry.category));
    let hidden = style.hide.iter().map(|category| ("hide", *category));
    let is_shown = |named: Category| categories.iter().any(|category| named.is(category.name()));
    let named = keys.chain(hidden).filter(|(_, named)| !categories.is_empty() && !is_shown(*named));
    let note = |(verb, named): (&str, Category)| {
        let found = table.categories().is_some_and(|found| {
            let names = (0..found.len()).filter_map(|i| found.get(i)).map(|(value, _)| name(value));
            names.into_iter().any(|value| named.is(value))
        });
        match (named, found) {
            (Category::Other, _) => format!("there is no other category to {verb}: all values have one of their own"),
            (_, true) => format!(
                "the category {named} to {verb} is among the others; have more of them told apart: by:COLUMN:TOP"
            ),
            (_, false) => format!("there is no category {named} to {verb}: no row has that value"),
        }
    };
    named.map(note).collect()
}

/// What a person calls a value.
fn name(value: Number) -> Category {
    match value {
        Number::Integer(v) => Category::Integer(v),
        Number::Real(v) => Category::Real(v),
    }
}

fn label(value: Number) -> String {
    match value {
        Number::Integer(v) => v.to_string(),
        Number::Real(v) => readout::real(v),
    }
}
