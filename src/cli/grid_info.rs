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
    table(&mut text, info.dimension_cells(grouped));
    table(&mut text, info.variable_cells());
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
