//! What its author wrote into a figure file beside the figure stays when it is saved anew: comments, the order of keys, how
//! numbers and texts are spelled, and what is the default but stands there all the same.

use std::cell::RefCell;

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, Value};

/// Keys of defaults that are looked at one by one, which takes a reading of the file each.
const MOST: usize = 100;

/// A new text of a figure file with what an earlier one has beside the figure. `is_same` says whether a text means what the
/// new one does; where the two cannot be brought together, it is the new one.
pub(super) fn kept(earlier: &str, text: &str, is_same: &dyn Fn(&str) -> bool) -> String {
    let (Ok(earlier), Ok(new)) = (earlier.parse::<DocumentMut>(), text.parse::<DocumentMut>()) else {
        return text.to_owned();
    };
    let merged = |stays: &dyn Fn(&str) -> bool| {
        let mut document = earlier.clone();
        merge(document.as_table_mut(), new.as_table(), "", stays);
        unplace(document.as_table_mut());
        document.to_string()
    };
    let lacking = RefCell::new(Vec::new());
    merged(&|key| {
        lacking.borrow_mut().push(key.to_owned());
        false
    });
    let mut stays = lacking.into_inner();
    stays.truncate(MOST);
    stays.retain(|one| is_same(&merged(&|key| key == one)));
    let merged = merged(&|key| stays.iter().any(|one| one == key));
    if is_same(&merged) { merged } else { text.to_owned() }
}

/// Has a table say what a new one does. `stays` is asked of each key that the new one lacks, by its path in the earlier file.
fn merge(table: &mut Table, new: &Table, path: &str, stays: &dyn Fn(&str) -> bool) {
    let at = |key: &str| format!("{path}{key}.");
    let is_gone = |key: &&str| !new.contains_key(key) && !stays(&at(key));
    let gone: Vec<String> = table.iter().map(|(key, _)| key).filter(is_gone).map(ToOwned::to_owned).collect();
    for key in gone {
        table.remove(&key);
    }
    for (key, item) in new {
        match (table.get_mut(key), item) {
            (Some(Item::Table(old)), Item::Table(new)) => merge(old, new, &at(key), stays),
            (Some(Item::ArrayOfTables(old)), Item::ArrayOfTables(new)) => merge_list(old, new, &at(key), stays),
            (Some(Item::Value(old)), Item::Value(new)) => put(old, new),
            (Some(Item::Value(old @ Value::InlineTable(_))), Item::Table(new)) => {
                put(old, &Value::InlineTable(new.clone().into_inline_table()));
            }
            _ => {
                table.insert(key, item.clone());
            }
        }
    }
}

/// Has a list of tables say what a new one does, in the new order.
fn merge_list(list: &mut ArrayOfTables, new: &ArrayOfTables, path: &str, stays: &dyn Fn(&str) -> bool) {
    let mut old: Vec<Option<Table>> = list.iter().cloned().map(Some).collect();
    let is_as_long = old.len() == new.len();
    list.clear();
    for (i, table) in new.iter().enumerate() {
        let same = old.iter().position(|old| old.as_ref().is_some_and(|old| is_of_the_same(old, table)));
        let place = same.or_else(|| Some(i).filter(|_| is_as_long));
        match place.and_then(|place| Some((place, old.get_mut(place)?.take()?))) {
            Some((place, mut old)) => {
                merge(&mut old, table, &format!("{path}{place}."), stays);
                list.push(old);
            }
            None => list.push(table.clone()),
        }
    }
}

/// Whether two tables of a list are about the same: by name and files.
fn is_of_the_same(a: &Table, b: &Table) -> bool {
    ["name", "file", "files"].iter().all(|key| match (a.get(key), b.get(key)) {
        (Some(a), Some(b)) => a.as_value().zip(b.as_value()).is_some_and(|(a, b)| is_alike(a, b)),
        (a, b) => a.is_none() && b.is_none(),
    })
}

/// Puts a value in the place of another, which stays if it is the same; so does a comment behind it.
fn put(old: &mut Value, new: &Value) {
    if !is_alike(old, new) {
        let decor = old.decor().clone();
        *old = new.clone();
        *old.decor_mut() = decor;
    }
}

/// Whether two values are the same, however they are spelled.
fn is_alike(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) => a.value() == b.value(),
        (Value::Integer(a), Value::Integer(b)) => a.value() == b.value(),
        (Value::Float(a), Value::Float(b)) => a.value().to_bits() == b.value().to_bits(),
        (Value::Boolean(a), Value::Boolean(b)) => a.value() == b.value(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_alike(a, b)),
        (Value::InlineTable(a), Value::InlineTable(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| is_alike(a, b)))
        }
        _ => false,
    }
}

/// Forgets where in a file tables were: they stand as they are listed.
fn unplace(table: &mut Table) {
    table.set_position(None);
    for (_, item) in table.iter_mut() {
        match item {
            Item::Table(table) => unplace(table),
            Item::ArrayOfTables(list) => list.iter_mut().for_each(unplace),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text means what another does if both hold the same, but for `alpha = 1.0`, which is the default.
    fn is_same(a: &str, b: &str) -> bool {
        let read = |text: &str| {
            let mut table: toml::Table = text.parse().unwrap();
            for layer in table.get_mut("layers").and_then(toml::Value::as_array_mut).into_iter().flatten() {
                let layer = layer.as_table_mut().unwrap();
                if layer.get("alpha").and_then(toml::Value::as_float) == Some(1.0) {
                    layer.remove("alpha");
                }
            }
            table
        };
        read(a) == read(b)
    }

    fn check(earlier: &str, new: &str, wanted: &str) {
        let got = kept(earlier, new, &|text| is_same(text, new));
        assert_eq!(got, wanted);
    }

    const EARLIER: &str = r#"#:schema figure.schema.json
scumble = 1
# For the paper.
size = '800x600' # two columns

[[layers]]
# Measured in May.
file = "a.npy"
alpha = 1.0 # opaque
colormap = "Blues"

# Simulated.
[[layers]]
file = "b.npy"
colormap = "Reds"
[layers.contour]
width = 2.0 # CSS pixels

[x]
range = "0..1"
"#;

    #[test]
    fn what_is_not_changed_stays_as_it_is() {
        let new = "scumble = 1\nsize = \"800x600\"\n\n[x]\nrange = \"0..1\"\n\n[[layers]]\nfile = \"a.npy\"\ncolormap = \
                   \"Blues\"\n\n[[layers]]\nfile = \"b.npy\"\ncolormap = \"Reds\"\n\n[layers.contour]\nwidth = 2.0\n";
        check(EARLIER, new, EARLIER);
    }

    #[test]
    fn what_is_changed_keeps_its_comments() {
        let new = "scumble = 1\nsize = \"900x600\"\ntitle = \"Both\"\n\n[[layers]]\nfile = \"a.npy\"\nalpha = 0.5\ncolormap \
                   = \"Greens\"\n\n[[layers]]\nfile = \"b.npy\"\ncolormap = \"Reds\"\n";
        let wanted = r#"#:schema figure.schema.json
scumble = 1
# For the paper.
size = "900x600" # two columns
title = "Both"

[[layers]]
# Measured in May.
file = "a.npy"
alpha = 0.5 # opaque
colormap = "Greens"

# Simulated.
[[layers]]
file = "b.npy"
colormap = "Reds"
"#;
        check(EARLIER, new, wanted);
    }

    #[test]
    fn layers_take_their_comments_along() {
        let new = "scumble = 1\nsize = \"800x600\"\n\n[x]\nrange = \"0..1\"\n\n[[layers]]\nfile = \"c.npy\"\n\n[[layers]]\nfile \
                   = \"b.npy\"\ncolormap = \"Reds\"\n\n[[layers]]\nfile = \"a.npy\"\ncolormap = \"Blues\"\n";
        let wanted = r#"#:schema figure.schema.json
scumble = 1
# For the paper.
size = '800x600' # two columns

[[layers]]
file = "c.npy"

# Simulated.
[[layers]]
file = "b.npy"
colormap = "Reds"

[[layers]]
# Measured in May.
file = "a.npy"
alpha = 1.0 # opaque
colormap = "Blues"

[x]
range = "0..1"
"#;
        check(EARLIER, new, wanted);
    }

    #[test]
    fn a_default_that_stood_there_is_no_longer_said_where_it_would_be_wrong() {
        let (earlier, new) = ("[[layers]]\nalpha = 0.5\n", "[[layers]]\n");
        check(earlier, new, "[[layers]]\n");
    }

    #[test]
    fn what_is_no_toml_is_replaced() {
        check("[[", "scumble = 1\n", "scumble = 1\n");
    }

    #[test]
    fn inline_tables_and_dotted_keys_stay() {
        let earlier = "scumble = 1\nx = { range = '0..1' } # all\ny.range = \"0..2\"\n";
        let new = "scumble = 1\n\n[x]\nrange = \"0..1\"\n\n[y]\nrange = \"0..3\"\n";
        check(earlier, new, "scumble = 1\nx = { range = '0..1' } # all\ny.range = \"0..3\"\n");
    }
}
