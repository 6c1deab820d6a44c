//! Keys of a figure file that are set from outside: `layers.0.alpha=0.5`.

use std::path::Path;

use toml::{Table, Value};

use super::parts::Root;
use super::paths::{reduced, relative, renamed, table};

/// Sets a key of a figure file in `folder`. A value is read as the command line has it, else as TOML has it: what wants a
/// text takes `2024` as one. Files are named as the shell finds them.
pub(super) fn set(figure: &mut Table, setting: &str, folder: &Path) -> Result<(), String> {
    let wrong = |what: &str| format!("--set {setting}: {what}");
    let usage = |what: &str| wrong(&format!("{what}; write KEY=VALUE, as layers.0.file=new.npy"));
    let (keys, text) = setting.split_once('=').ok_or_else(|| usage("there is no ="))?;
    let keys: Vec<&str> = keys.split('.').map(str::trim).collect();
    let last = *keys.last().filter(|key| !key.is_empty()).ok_or_else(|| usage("there is no key"))?;
    if keys == ["scumble"] {
        return Err(wrong("that is the version of the file's notation, which cannot be set"));
    }
    let typed = format!("v = {text}").parse::<Table>().ok().and_then(|mut table| table.remove("v"));
    let plain = Value::String(text.to_owned());
    let readings = match typed {
        Some(quoted @ Value::String(_)) => vec![quoted],
        Some(list @ (Value::Array(_) | Value::Table(_))) => vec![list, plain],
        Some(other) => vec![plain, other],
        None => vec![plain],
    };
    let mut problems: Vec<String> = Vec::new();
    for value in readings {
        let mut trial = figure.clone();
        put(&mut trial, &keys, from_shell(value, last, folder)).map_err(|what| usage(&what))?;
        match trial.clone().try_into::<Root>() {
            Ok(_) => {
                *figure = trial;
                return Ok(());
            }
            Err(error) => problems.push(for_people(error.message())),
        }
    }
    // What is said of a value says more than that it is of another type.
    let problem = problems.iter().find(|problem| !problem.starts_with("invalid type")).or(problems.last());
    let hint = match problem {
        Some(problem) if problem.ends_with(LIST) => format!(", as {}=['{text}']", keys.join(".")),
        _ => String::new(),
    };
    Err(wrong(&format!("{}{hint}", problem.map_or("", String::as_str))))
}

/// What a list is called.
const LIST: &str = "a list";

/// Words of the reader of TOML, without names of types that mean nothing to people.
pub(super) fn for_people(message: &str) -> String {
    let number = "expected a number";
    let whole = "expected a whole number";
    let words = [("expected a sequence", "expected a list"), ("expected f64", number), ("expected f32", number)];
    let wholes = ["expected u32", "expected u64", "expected i64", "expected usize"].map(|found| (found, whole));
    words.into_iter().chain(wholes).fold(message.to_owned(), |text, (found, said)| text.replace(found, said))
}

/// A value whose files are named from the figure's folder, not from the shell's.
fn from_shell(value: Value, key: &str, folder: &Path) -> Value {
    let moved = |path: &Path| relative(path, folder);
    let text = |path: &Path| Value::String(path.display().to_string());
    match (key, value) {
        ("file" | "files", Value::String(path)) => text(&moved(Path::new(&path))),
        ("files", Value::Array(paths)) => {
            paths.into_iter().map(|path| from_shell(path, key, folder)).collect::<Vec<_>>().into()
        }
        ("colormap", Value::String(name)) => Value::String(table(&name, &moved)),
        ("x" | "y" | "filter", Value::String(column)) => Value::String(renamed(&column, &moved)),
        ("reduction", Value::String(text)) => {
            Value::String(text.parse().map_or(text, |reduction| reduced(&reduction, &moved).to_string()))
        }
        (_, value) => value,
    }
}

/// Puts a value in its place.
fn put(figure: &mut Table, keys: &[&str], value: Value) -> Result<(), String> {
    let [keys @ .., last] = keys else { return Ok(()) };
    let mut place = figure;
    let mut rest = keys;
    while let [key, further @ ..] = rest {
        rest = further;
        // A number stands behind a list only.
        let is_number = further.first().is_some_and(|next| next.parse::<usize>().is_ok());
        if is_number && !place.contains_key(*key) {
            return Err(format!("the figure has no {key}, so there is none with a number"));
        }
        let entry = place.entry((*key).to_owned()).or_insert_with(|| Value::Table(Table::new()));
        place = match entry {
            Value::Table(inner) => inner,
            Value::Array(items) => {
                let [number, further @ ..] = rest else { return Err("the item's number is missing".to_owned()) };
                rest = further;
                let count = items.len();
                let item = number.parse::<usize>().ok().and_then(|i| items.get_mut(i));
                match item {
                    Some(Value::Table(inner)) => inner,
                    _ => return Err(format!("{key} has the items 0 to {}", count.saturating_sub(1))),
                }
            }
            _ => return Err(format!("{key} has no parts")),
        };
    }
    // One file takes the place of several, and the other way round.
    match *last {
        "file" => drop(place.remove("files")),
        "files" => drop(place.remove("file")),
        _ => {}
    }
    place.insert((*last).to_owned(), value);
    Ok(())
}
