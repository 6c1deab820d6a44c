//! `info`.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::workbench::figure_file::is_figure_file;
use crate::workbench::grid_info::grids_info;
use crate::workbench::info::{ColumnInfo, DatasetInfo, Number, dataset_info, share};
use crate::workbench::sources::open_dataset;
use crate::workbench::{Progress, Reading, WorkbenchError};

use super::args::InfoArgs;
use super::grid_info;
use super::terminal::{Bar, grouped, print};

/// Says what is in a file.
pub fn info(args: &InfoArgs, progress: &Arc<Progress>) -> anyhow::Result<()> {
    if is_figure_file(&args.input) && args.raw.spec().dtype.is_none() {
        let what = "info is about data, and this is a figure file; scumble render draws it, scumble opens it";
        return Err(WorkbenchError::Request(format!("{what} ({})", args.input.display())).into());
    }
    if args.raw.spec().dtype.is_none()
        && let Some(found) = grids_info(&args.input)?
    {
        let text = || grid_info::as_text(&found);
        return print(&if args.json { format!("{}\n", grid_info::as_json(&found)) } else { text() });
    }
    let dataset = {
        let _bar = Bar::follow(progress, 0, "bytes");
        open_dataset(&args.input, &args.raw.spec(), progress)?
    };
    let found = {
        let _bar = Bar::follow(progress, dataset.rows(), "rows");
        dataset_info(&dataset, Reading::default(), progress)?
    };
    print(&if args.json { format!("{}\n", as_json(&found)) } else { as_text(&found) })
}

fn number(n: Number) -> Value {
    match n {
        Number::Real(r) => json!(r),
        // JSON readers agree on integers of 64 bits only.
        Number::Integer(i) => i64::try_from(i).map_or_else(|_| json!(u64::try_from(i).ok()), |i| json!(i)),
    }
}

fn as_json(info: &DatasetInfo) -> Value {
    let column = |c: &ColumnInfo| {
        json!({
            "name": c.name,
            "dtype": c.dtype,
            "rows": c.stats.rows,
            "min": c.stats.range.map(|r| number(r.0)),
            "max": c.stats.range.map(|r| number(r.1)),
            "nan": c.stats.nan,
            "infinite": c.stats.infinite,
            "nan_share": share(c.stats.nan, c.stats.rows),
        })
    };
    json!({
        "path": info.path,
        "format": info.format,
        "bytes": info.bytes,
        "rows": info.rows,
        "columns": info.columns.iter().map(column).collect::<Vec<_>>(),
        "texts": info.texts.iter().map(|(name, dtype)| json!({ "name": name, "dtype": dtype })).collect::<Vec<_>>(),
        "guess": info.guess.as_ref().map(|g| json!({
            "dtype": g.dtype,
            "columns": g.columns,
            "offset": g.offset,
            "layout": g.layout,
            "confidence": g.confidence,
            "why": g.why,
        })),
        "notes": info.notes,
    })
}

fn as_text(info: &DatasetInfo) -> String {
    use std::fmt::Write as _;
    let mut text = format!(
        "{}\n  {}, {} bytes, {} rows, {} columns\n",
        info.path,
        info.format,
        grouped(info.bytes),
        grouped(info.rows),
        info.columns.len() + info.texts.len()
    );
    for note in info.remarks() {
        let _ = writeln!(text, "  {note}");
    }
    let table = info.cells();
    let mut widths = [0; 6];
    for row in &table {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    for row in &table {
        let [name, dtype, numbers @ ..] = row;
        let _ = write!(text, "  {name:<w0$}  {dtype:<w1$}", w0 = widths[0], w1 = widths[1]);
        for (cell, width) in numbers.iter().zip(&widths[2..]) {
            let _ = write!(text, "  {cell:>width$}");
        }
        text.push('\n');
    }
    text
}
