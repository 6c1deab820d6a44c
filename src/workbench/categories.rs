//! The categories that a plan tells apart, for people.

use std::collections::HashMap;

use crate::data::Table;
use crate::data::categories::Value;
use crate::data::dtype::{TimeUnit as Step, Unit};
use crate::data::expression::{Moment, Step as StepOf, greatest_common_divisor};
use crate::data::stats::Number;
use crate::figure::categories::{Hue, OTHER_COLOR, usual_color};
use crate::figure::readout;
use crate::figure::ticks::TimeUnit;
use crate::plan::{FramePlan, Reduce, VALUE};
use crate::scene::reduction::Reduction;
use crate::scene::style::{Category, OTHER, Style};
use crate::scene::written::{MONTHS, Written};

use super::words::{time_unit, times};

/// A category that a plan tells apart, or all others.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownCategory {
    /// Its value; none for all others.
    pub value: Option<Value>,
    /// The time that the value is, if it is one.
    pub time: Option<Written>,
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
    let chosen = found.most_frequent(usize::from(named));
    let (values, rows): (Vec<Value>, Vec<u64>) = chosen.into_iter().filter_map(|i| found.get(i)).unzip();
    let step = times(table)[VALUE];
    let labels = labels(&values, step);
    let mut shown: Vec<ShownCategory> = values
        .into_iter()
        .zip(rows)
        .zip(labels)
        .map(|((value, rows), label)| ShownCategory { time: time(&value, step), value: Some(value), label, rows })
        .collect();
    if has_other {
        let rows = found.rows() - shown.iter().map(|category| category.rows).sum::<u64>();
        shown.push(ShownCategory { value: None, time: None, label: OTHER.to_owned(), rows });
    }
    shown
}

impl ShownCategory {
    /// What a person calls it.
    #[must_use]
    pub fn name(&self) -> Category {
        self.time.map_or_else(|| self.value.as_ref().map_or(Category::Other, name), Category::Moment)
    }

    /// Whether it is meant: by its value, by its time, or by what the legend says.
    #[must_use]
    pub fn is_meant(&self, named: &Category) -> bool {
        let is_time = |time: Written| match named {
            Category::Moment(written) => moment(*written).is_some_and(|named| Some(named) == moment(time)),
            _ => false,
        };
        let says = |label: Category| if let Category::Moment(time) = label { is_time(time) } else { label.is(named) };
        let is_value = named.is(&self.value.as_ref().map_or(Category::Other, name));
        is_value || self.time.is_some_and(is_time) || self.label.parse().is_ok_and(says)
    }
}

/// What the most frequent categories of a table are called, as far as they are known.
#[must_use]
pub fn category_labels(table: &Table, most: u8) -> Vec<String> {
    let Some(found) = table.categories() else { return Vec::new() };
    let values = found.most_frequent(usize::from(most)).into_iter().filter_map(|i| found.get(i));
    labels(&values.map(|(value, _)| value).collect::<Vec<_>>(), times(table)[VALUE])
}

/// The time that a value is, where it counts such steps.
fn time(value: &Value, step: Option<Step>) -> Option<Written> {
    let Value::Number(Number::Integer(value)) = *value else { return None };
    written(value, step?)
}

/// The time that a number of steps is.
pub(super) fn written(value: i128, step: Step) -> Option<Written> {
    let text = Moment::of(value, StepOf::of(step))?.to_string();
    // Of steps of months and years no more than counts.
    let parts = match step.unit {
        Unit::Year => text.rsplitn(3, '-').last()?,
        Unit::Month => text.rsplit_once('-')?.0,
        _ => text.as_str(),
    };
    Written::new(parts)
}

fn moment(written: Written) -> Option<Moment> {
    Moment::parse(written.text()).ok()
}

/// The value that is named, where it is named as a time of such steps.
fn in_steps(named: &Category, step: Option<Step>) -> Category {
    let place = |written| moment(written)?.among(StepOf::of(step?)).filter(|place| place.rest == 0);
    let place = if let Category::Moment(written) = named { place(*written) } else { None };
    place.map_or_else(|| named.clone(), |place| Category::Integer(place.floor))
}

/// How categories look in a style.
#[must_use]
pub fn hues(categories: &[ShownCategory], style: &Style) -> Vec<Hue> {
    let hue = |(i, category): (usize, &ShownCategory)| {
        let given = style.color_key.iter().rev().find(|entry| category.is_meant(&entry.category));
        let usual = if category.value.is_some() { usual_color(i) } else { OTHER_COLOR };
        Hue {
            label: category.label.clone(),
            color: given.map_or(usual, |entry| entry.color),
            is_hidden: style.hide.iter().any(|hidden| category.is_meant(hidden)),
        }
    };
    categories.iter().enumerate().map(hue).collect()
}

/// What is to be said of categories that a style names and that none of those shown is.
#[must_use]
pub fn unmet(
    table: &Table,
    categories: &[ShownCategory],
    (reduction, is_of_one_color): (&Reduction, bool),
    style: &Style,
) -> Vec<String> {
    if is_of_one_color && matches!(reduction, Reduction::By { .. }) {
        return vec!["a layer of one color shows no categories: leave out its color".to_owned()];
    }
    let names_some = !style.color_key.is_empty() || !style.hide.is_empty();
    if names_some && !matches!(reduction, Reduction::By { .. }) {
        return vec!["no categories are counted, so none is hidden or colored: use --reduction by:COLUMN".to_owned()];
    }
    let keys = style.color_key.iter().map(|entry| ("color", &entry.category));
    let hidden = style.hide.iter().map(|category| ("hide", category));
    let is_shown = |named: &Category| categories.iter().any(|shown| shown.is_meant(named));
    let named = keys.chain(hidden).filter(|(_, named)| !categories.is_empty() && !is_shown(named));
    let note = |(verb, named): (&str, &Category)| {
        let found = table.categories().is_some_and(|found| {
            let names = (0..found.len()).filter_map(|i| found.get(i)).map(|(value, _)| name(&value));
            let named = in_steps(named, times(table)[VALUE]);
            names.into_iter().any(|value| named.is(&value))
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
fn name(value: &Value) -> Category {
    match value {
        Value::Number(Number::Integer(v)) => Category::Integer(*v),
        Value::Number(Number::Real(v)) => Category::Real(*v),
        Value::Text(text) => Category::Text(text.clone()),
    }
}

/// What values are called: texts by themselves, numbers short, but no two alike. Times are dates.
fn labels(values: &[Value], step: Option<Step>) -> Vec<String> {
    let numbers = values.iter().map(|value| if let Value::Number(number) = value { Some(*number) } else { None });
    if let Some(numbers) = numbers.collect::<Option<Vec<Number>>>() {
        return labels_of_numbers(&numbers, step);
    }
    let label = |value: &Value| match value {
        Value::Text(text) if text.trim().is_empty() => "(empty)".to_owned(),
        Value::Text(text) => text.trim().replace(char::is_control, " "),
        Value::Number(_) => String::new(),
    };
    values.iter().map(label).collect()
}

fn labels_of_numbers(values: &[Number], step: Option<Step>) -> Vec<String> {
    if let Some(dates) =
        step.and_then(|step| time_unit(step).map_or_else(|| months(values, step), |unit| dates(values, unit)))
    {
        return dates;
    }
    let label = |value: Number, digits| match value {
        Number::Integer(v) => v.to_string(),
        Number::Real(v) => readout::real_to(v, digits),
    };
    let mut told: Vec<Option<String>> = vec![None; values.len()];
    // With 17 digits no two numbers are alike.
    for digits in 6..=17 {
        let texts: Vec<String> = values.iter().map(|value| label(*value, digits)).collect();
        let mut times: HashMap<&str, u32> = HashMap::new();
        texts.iter().for_each(|text| *times.entry(text.as_str()).or_default() += 1);
        let is_apart = |text: &String| digits == 17 || times[text.as_str()] == 1;
        for (told, text) in told.iter_mut().zip(&texts).filter(|(told, text)| told.is_none() && is_apart(text)) {
            *told = Some(text.clone());
        }
        if told.iter().all(Option::is_some) {
            break;
        }
    }
    told.into_iter().flatten().collect()
}

/// Years, or months of them.
fn months(values: &[Number], step: Step) -> Option<Vec<String>> {
    let StepOf::Months(months) = StepOf::of(step) else { return None };
    let month = |value: &Number| {
        let Number::Integer(value) = value else { return None };
        let months = value.checked_mul(months)?;
        let (year, month) = (months.div_euclid(12).checked_add(1970)?, usize::try_from(months.rem_euclid(12)).ok()?);
        Some(if step.unit == Unit::Year { year.to_string() } else { format!("{} {year}", MONTHS.get(month)?) })
    };
    values.iter().map(month).collect()
}

/// As much of the moments as tells them apart.
fn dates(values: &[Number], unit: TimeUnit) -> Option<Vec<String>> {
    let whole = |value: &Number| if let Number::Integer(v) = value { Some(*v) } else { None };
    let instants: Vec<i128> = values.iter().map(whole).collect::<Option<_>>()?;
    // All are multiples of this: no more of the time is of interest, but the day always is.
    let common = instants.iter().fold(0, |common, v| greatest_common_divisor(common, *v)).max(1);
    #[expect(clippy::cast_precision_loss, reason = "what tells apart need not be exact")]
    let apart = [(common as f64).min(86_400.0 * unit.denominator as f64 / unit.numerator as f64), 1.0];
    apart.into_iter().find_map(|apart| {
        let texts: Vec<String> =
            instants.iter().map(|v| readout::exact_moment(*v, apart, unit)).collect::<Option<_>>()?;
        let differ = (1..texts.len()).all(|i| !texts[..i].contains(&texts[i]));
        differ.then_some(texts)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_dates() {
        let of = |values: &[i128], unit| {
            labels_of_numbers(&values.iter().map(|v| Number::Integer(*v)).collect::<Vec<_>>(), Some(unit))
        };
        let seconds = Step { unit: Unit::Second, multiplier: 1 };
        assert_eq!(of(&[0, 86_400, 172_800], seconds), ["1 Jan 1970", "2 Jan 1970", "3 Jan 1970"]);
        assert_eq!(of(&[0, 3600], seconds), ["1 Jan 1970 00:00", "1 Jan 1970 01:00"]);
        assert_eq!(of(&[0, 650], Step { unit: Unit::Month, multiplier: 1 }), ["Jan 1970", "Mar 2024"]);
        assert_eq!(of(&[-1, 54], Step { unit: Unit::Year, multiplier: 1 }), ["1969", "2024"]);
        assert_eq!(of(&[i128::from(i64::MAX)], seconds), ["4 Dec 292277026596"]);
    }

    #[test]
    fn labels_have_as_many_digits_as_tell_them_apart() {
        let real =
            |values: &[f64]| labels_of_numbers(&values.iter().map(|v| Number::Real(*v)).collect::<Vec<_>>(), None);
        assert_eq!(real(&[1.0, 1.0 + 1e-9, 1.0 + 2e-9]), ["1", "1.000000001", "1.000000002"]);
        assert_eq!(real(&[0.1_f32.into(), 0.2, 1.0 / 3.0]), ["0.1", "0.2", "0.333333"]);
        assert_eq!(real(&[1.0, 1.0_f64.next_up()]), ["1", "1.0000000000000002"]);
        let large = [4_620_691_234_567_890_123, 4_620_691_234_567_890_124].map(Number::Integer);
        assert_eq!(labels_of_numbers(&large, None), ["4620691234567890123", "4620691234567890124"]);
    }

    #[test]
    fn a_category_is_meant_by_its_value_by_its_time_and_by_what_the_legend_says() {
        let shown = |value: Option<Number>, step: Option<Step>, label: &str| {
            let value = value.map(Value::Number);
            let time = value.as_ref().and_then(|value| time(value, step));
            ShownCategory { value, time, label: label.to_owned(), rows: 1 }
        };
        let means = |shown: &ShownCategory, text: &str| shown.is_meant(&text.parse().unwrap());
        let real = shown(Some(Number::Real(0.1_f32.into())), None, "0.1");
        for (named, is) in [("0.1", true), ("0.10000000149011612", true), ("0.2", false), ("other", false)] {
            assert_eq!(means(&real, named), is, "{named}");
        }
        assert!(means(&shown(Some(Number::Real(-2.0)), None, "\u{2212}2"), "-2"));
        let other = shown(None, None, OTHER);
        assert!(means(&other, OTHER) && !means(&other, "0"));
        let step = |unit| Some(Step { unit, multiplier: 1 });
        for (value, unit, label, name, names) in [
            (
                1_709_274_600,
                Unit::Second,
                "1 Mar 2024 06:30",
                "2024-03-01T06:30",
                &["1709274600", "2024-03-01 06:30:00"][..],
            ),
            // What the legend leaves out is no matter.
            (1_709_274_630, Unit::Second, "1 Mar 2024 06:30", "2024-03-01T06:30:30", &["2024-03-01T06:30"]),
            (650, Unit::Month, "Mar 2024", "2024-03", &["650", "2024-03-01"]),
            (54, Unit::Year, "2024", "2024", &["54", "2024-01"]),
            (-2000, Unit::Year, "-30", "-2000", &[]),
        ] {
            let shown = shown(Some(Number::Integer(value)), step(unit), label);
            assert_eq!(shown.name().to_string(), name);
            assert!(names.iter().chain([&label, &name]).all(|named| means(&shown, named)), "{label}");
            assert!(["2023-03-01", "1", OTHER].iter().all(|named| !means(&shown, named)), "{label}");
        }
        let minutes = step(Unit::Minute);
        assert_eq!(in_steps(&"1970-01-02".parse().unwrap(), minutes), Category::Integer(1440));
        let between: Category = "1970-01-02T00:00:01".parse().unwrap();
        assert_eq!(in_steps(&between, minutes), between);
    }
}
