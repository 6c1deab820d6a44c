//! What `scumble info` and the window's info panel say of a file.

use crate::data::Progress;
use crate::data::Table;
use crate::data::dataset::Dataset;
use crate::data::dtype::{self, Scalar};
use crate::data::parallel::Reading;
use crate::data::stats::column_stats;
use crate::data::table::Part;

use super::WorkbenchError;
use super::categories::written;
use super::sources::guess_note;

pub use crate::data::stats::{ColumnStats, Number};

/// One column: what the file says of it and what its values say.
#[derive(Debug, Clone)]
pub struct ColumnInfo {
    /// Name.
    pub name: String,
    /// Type in NumPy notation.
    pub dtype: String,
    /// Exact statistics of all rows.
    pub stats: ColumnStats,
}

/// A number of a column as people write it: times as dates (UTC), those of f32 with the few digits that they have.
#[must_use]
pub fn number_text(number: Number, dtype: &str) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "it was an f32")]
    match number {
        Number::Integer(i) => time_text(i, dtype).unwrap_or_else(|| i.to_string()),
        Number::Real(r) if dtype.ends_with("f4") => format!("{:?}", r as f32),
        Number::Real(r) => format!("{r:?}"),
    }
}

fn time_text(value: i128, dtype: &str) -> Option<String> {
    match dtype::parse(dtype).ok()?.single()?.scalar {
        Scalar::Time(step) => written(value, step).map(|time| time.to_string()),
        _ => None,
    }
}

/// What is known of a dataset after one pass over it.
#[derive(Debug, Clone)]
pub struct DatasetInfo {
    /// Where it is.
    pub path: String,
    /// Format.
    pub format: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Number of rows.
    pub rows: u64,
    /// Columns of numbers.
    pub columns: Vec<ColumnInfo>,
    /// Columns of text: their names and types.
    pub texts: Vec<(String, String)>,
    /// What was guessed: dtype, columns, offset, layout and confidence (0 to 1), and the same as a sentence.
    pub guess: Option<GuessInfo>,
    /// What is worth knowing about the layout.
    pub notes: Vec<String>,
}

/// A guessed layout.
#[derive(Debug, Clone)]
pub struct GuessInfo {
    /// Type in NumPy notation.
    pub dtype: String,
    /// Number of columns.
    pub columns: u32,
    /// Bytes before the data.
    pub offset: u64,
    /// `interleaved` or `planar`.
    pub layout: &'static str,
    /// From 0 to 1.
    pub confidence: f64,
    /// Why.
    pub why: String,
    /// All of it as a sentence.
    pub sentence: String,
}

impl DatasetInfo {
    /// What its columns hold, a row each, under a row of headings.
    #[must_use]
    pub fn cells(&self) -> Vec<[String; 6]> {
        let headings = ["column", "dtype", "min", "max", "NaN", "infinite"].map(ToOwned::to_owned);
        let rows = self.columns.iter().map(|column| {
            let ColumnInfo { name, dtype, stats } = column;
            let ends = stats.range.map(|(low, high)| [low, high].map(|end| number_text(end, dtype)));
            let [low, high] = ends.unwrap_or_else(|| ["-", "-"].map(ToOwned::to_owned));
            let part = |n: u64| if n == 0 { "0".to_owned() } else { format!("{:.3} %", 100.0 * share(n, stats.rows)) };
            [name.clone(), dtype.clone(), low, high, part(stats.nan), part(stats.infinite)]
        });
        let texts = self.texts.iter().map(|(name, dtype)| {
            let [min, max, nan, infinite] = ["text", "-", "-", "-"].map(ToOwned::to_owned);
            [name.clone(), dtype.clone(), min, max, nan, infinite]
        });
        std::iter::once(headings).chain(rows).chain(texts).collect()
    }

    /// What is worth knowing: what was guessed, and of the layout.
    pub fn remarks(&self) -> impl Iterator<Item = &String> {
        self.guess.iter().map(|guess| &guess.sentence).chain(&self.notes)
    }
}

/// A share of rows, 0 to 1.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a share needs no more digits")]
pub fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Columns whose statistics are taken in one pass; more would not fit the caches.
const COLUMNS_A_PASS: usize = 32;

/// Reads all rows of a dataset and says what is in its columns.
///
/// # Errors
/// Data that cannot be read, a stop asked for through `progress`.
pub fn dataset_info(dataset: &Dataset, reading: Reading, progress: &Progress) -> Result<DatasetInfo, WorkbenchError> {
    let columns = dataset.columns();
    let mut infos = Vec::with_capacity(columns.len());
    for some in columns.chunks(COLUMNS_A_PASS) {
        let table = Table::new(vec![Part::new(some.to_vec())?])?;
        progress.restart();
        let stats = column_stats(&table, reading, progress)?;
        infos.extend(some.iter().zip(stats).map(|(column, stats)| ColumnInfo {
            name: column.name().to_owned(),
            dtype: column.dtype().to_string(),
            stats,
        }));
    }
    let guess = dataset.guess().map(|guess| GuessInfo {
        dtype: guess.dtype.clone(),
        columns: guess.columns,
        offset: guess.offset,
        layout: if guess.planar { "planar" } else { "interleaved" },
        confidence: guess.confidence,
        why: guess.why.clone(),
        sentence: guess_note(dataset).unwrap_or_default(),
    });
    Ok(DatasetInfo {
        path: dataset.path().display().to_string(),
        format: dataset.format().to_owned(),
        bytes: dataset.bytes(),
        rows: dataset.rows(),
        columns: infos,
        texts: dataset.texts().iter().map(|column| (column.name().to_owned(), column.dtype().to_string())).collect(),
        guess,
        notes: dataset.notes().to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_people_write_them() {
        for (number, dtype, text) in [
            (Number::Integer(1_700_000_000_735_327_316), "<i8", "1700000000735327316"),
            (Number::Integer(1_700_000_000_735_327_316), "<M8[ns]", "2023-11-14T22:13:20.735327316"),
            (Number::Integer(19_675), "<M8[D]", "2023-11-14"),
            (Number::Integer(650), "<M8[M]", "2024-03"),
            (Number::Real(f64::from(0.1_f32)), "<f4", "0.1"),
            (Number::Real(0.1), "<f8", "0.1"),
            (Number::Real(3.0), "<f8", "3.0"),
        ] {
            assert_eq!(number_text(number, dtype), text, "{dtype}");
        }
    }
}
