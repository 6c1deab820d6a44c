//! `info` of files of grids.

use serde_json::{Value, json};

use crate::workbench::grid_info::{DimensionInfo, GridsInfo, VariableInfo};

use super::terminal::grouped;

/// All of it as JSON.
pub fn as_json(info: &GridsInfo) -> Value {
    let dimension = |d: &DimensionInfo| {
        json!({
            "name": d.name,
            "length": d.len,
            "unlimited": d.is_unlimited,
            "kind": d.kind,
            "first": d.ends.as_ref().map(|ends| &ends.0),
            "last": d.ends.as_ref().map(|ends| &ends.1),
            "step": d.step,
        })
    };
    let variable = |v: &VariableInfo| {
        json!({
            "name": v.name,
            "dimensions": v.dimensions,
            "dtype": v.dtype,
            "units": v.units,
            "title": v.title,
            "placed": v.placed,
        })
    };
    json!({
        "path": info.path,
        "format": info.format,
        "bytes": info.bytes,
        "dimensions": info.dimensions.iter().map(dimension).collect::<Vec<_>>(),
        "variables": info.variables.iter().map(variable).collect::<Vec<_>>(),
        "notes": info.notes,
    })
}

/// All of it as tables.
pub fn as_text(info: &GridsInfo) -> String {
    let mut text = format!(
        "{}\n  {}{}, {} dimensions, {} variables\n",
        info.path,
        info.format,
        info.bytes.map_or_else(String::new, |bytes| format!(", {} bytes", grouped(bytes))),
        info.dimensions.len(),
        info.variables.len()
    );
    text.extend(info.notes.iter().map(|note| format!("  {note}\n")));
    let heading = ["dimension", "length", "kind", "first", "last", "step"].map(ToOwned::to_owned);
    let row = |d: &DimensionInfo| {
        let len = if d.is_unlimited { format!("{} (unlimited)", grouped(d.len)) } else { grouped(d.len) };
        let (first, last) = d.ends.clone().unwrap_or_else(|| ("-".to_owned(), "-".to_owned()));
        [d.name.clone(), len, d.kind.to_owned(), first, last, d.step.clone().unwrap_or_else(|| "-".to_owned())]
    };
    table(&mut text, std::iter::once(heading).chain(info.dimensions.iter().map(row)).collect());
    let heading = ["variable", "dimensions", "dtype", "units", "title"].map(ToOwned::to_owned);
    let row = |v: &VariableInfo| {
        let placed = v.placed.map_or_else(String::new, |placed| format!(" ({placed})"));
        let units = if v.units.is_empty() { "-".to_owned() } else { v.units.clone() };
        [v.name.clone(), v.dimensions.join(" "), v.dtype.clone(), units, format!("{}{placed}", v.title)]
    };
    table(&mut text, std::iter::once(heading).chain(info.variables.iter().map(row)).collect());
    text
}

/// Rows in columns that are as wide as they must be.
fn table<const N: usize>(text: &mut String, rows: Vec<[String; N]>) {
    let mut widths = [0; N];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    for row in rows {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("  {cell:<width$}"));
        let line: String = cells.collect();
        text.push_str(line.trim_end());
        text.push('\n');
    }
}
