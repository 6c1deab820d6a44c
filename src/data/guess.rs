//! Guesses what a file of nothing but numbers holds, from bounded samples.
//!
//! The best reading is the one that needs the fewest bits: a float read as what it is has few different
//! exponents, read as anything else its bytes look random. Known other formats are refused by their magic bytes.

use super::error::DataError;
use super::raw::RawSpec;

mod columns;
mod header;
mod magic;
mod model;
mod windows;

use model::Ranked;
use windows::Windows;

/// A file, or anything else that can be read at any place.
pub trait Sample {
    /// Length in bytes.
    fn len(&self) -> u64;

    /// Whether there is no byte at all.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads bytes from `offset` into `buf` and says how many; fewer than asked only at the end.
    ///
    /// # Errors
    /// Whatever reading can meet, such as [`DataError::Io`].
    fn read(&self, offset: u64, buf: &mut [u8]) -> Result<usize, DataError>;
}

/// What a raw file probably holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Guess {
    /// The numbers' dtype in NumPy's notation.
    pub dtype: String,
    /// Columns, at least 1.
    pub columns: u32,
    /// Bytes before the first row.
    pub offset: u64,
    /// Whether whole columns follow each other.
    pub planar: bool,
    /// From 0, a blind guess, to 1, certain. Below 0.5 the person should be asked.
    pub confidence: f64,
    /// One sentence for the person.
    pub why: String,
    /// Other readings and how likely they are, 0 to 1, the likeliest first.
    pub runners_up: Vec<(String, f64)>,
}

impl Guess {
    /// The specification with what the person left open taken from the guess. With a dtype of the person's own
    /// the guessed columns and offset are taken only if it is the guessed dtype.
    #[must_use]
    pub fn fill(&self, spec: &RawSpec) -> RawSpec {
        if spec.dtype.as_ref().is_some_and(|dtype| *dtype != self.dtype) {
            return spec.clone();
        }
        let untouched = spec.columns.is_none() && spec.offset.is_none();
        RawSpec {
            dtype: Some(self.dtype.clone()),
            columns: spec.columns.or(Some(self.columns)),
            offset: spec.offset.or(Some(self.offset)),
            planar: spec.planar.or(Some(untouched && self.planar)),
            shape: None,
        }
    }
}

/// Guesses dtype, columns and offset. Reads at most 64 KiB at the start and 128 KiB spread over the file; the result
/// depends on nothing but the bytes. Rows are assumed to reach the end of the file.
///
/// # Errors
/// [`DataError::Empty`] without bytes, [`DataError::UnsupportedKind`] for known formats and text, [`DataError::Grid`] for those of
/// grids, reading errors.
pub fn guess(sample: &dyn Sample) -> Result<Guess, DataError> {
    if sample.is_empty() {
        return Err(DataError::Empty);
    }
    let windows = Windows::read(sample)?;
    if let Some(kind) = magic::kind(&windows).filter(|kind| magic::holds_grids(kind)) {
        return Err(DataError::Grid(format!(
            "this is {kind}, whose grids have no rows to count or to plot; show a variable of it with mean:NAME, min:NAME or \
             max:NAME (scumble info lists them), or force raw reading with --dtype"
        )));
    }
    if let Some(kind) = magic::kind(&windows) {
        return Err(DataError::UnsupportedKind { kind: kind.to_owned() });
    }
    let ranking = model::rank(&windows);
    let Some(best) = ranking.first() else {
        return Err(DataError::Empty);
    };
    let values = columns::Values::decode(&windows, best.kind);
    let mut choice = choose_columns(&windows, &values, best);
    let bytes = windows.len - choice.offset.min(windows.len);
    let pair = best.kind.size() * 2;
    // Blocks of x and y look like pairs of no pattern, or like one column.
    if choice.columns <= 2 && bytes.is_multiple_of(pair) && (!choice.told || choice.columns == 1) {
        choice.planar = columns::is_planar(&values, bytes / pair);
        choice.columns = if choice.planar { 2 } else { choice.columns };
    }
    Ok(describe(&windows, &ranking, best, &choice))
}

/// The columns and the offset that explain the file best together.
struct Choice {
    columns: u32,
    offset: u64,
    planar: bool,
    /// Whether the values themselves tell the number of columns.
    told: bool,
}

fn choose_columns(windows: &Windows, values: &columns::Values, best: &Ranked) -> Choice {
    let evidence = columns::evidence(values);
    let likeliest = evidence.bits_saved.iter().copied().reduce(|a, b| if b.1 > a.1 { b } else { a });
    let curve = header::Curve::new(windows, best.kind, likeliest.map_or(2, |(columns, _)| columns));
    let mut found: Option<(f64, Choice)> = None;
    for (columns, bits) in evidence.bits_saved.iter().copied() {
        let Some((score, offset)) = curve.best(columns) else {
            continue;
        };
        let score = score + bits * std::f64::consts::LN_2;
        if found.as_ref().is_none_or(|(other, _)| score > *other) {
            found = Some((score, Choice { columns, offset, planar: false, told: evidence.told }));
        }
    }
    // One column always fits some offset below its size, unless the file is shorter than one value.
    let blind = Choice { columns: 1, offset: windows.len % best.kind.size(), planar: false, told: false };
    found.map_or(blind, |(_, choice)| choice)
}

fn describe(windows: &Windows, ranking: &[Ranked], best: &Ranked, choice: &Choice) -> Guess {
    let weight = |ranked: &Ranked| (-(ranked.bits - best.bits) * 8.0 / 1.5).exp();
    let second = ranking.get(1).map_or(0.0, weight);
    let mut confidence = (1.0 - second) * (1.0 - best.implausible).powi(2);
    confidence *= if choice.told { 0.97 } else { 0.75 };
    if best.bits > 7.8 {
        // Every reading looks like noise: compressed or encrypted, perhaps.
        confidence *= 0.3;
    }
    let rows = (windows.len - choice.offset.min(windows.len)) / (best.kind.size() * u64::from(choice.columns));
    if rows < 64 {
        confidence *= 0.6;
    }
    let runners_up = ranking.iter().skip(1).map(|ranked| (ranked.kind.name(), weight(ranked) * 0.5));
    let columns = choice.columns;
    let why = format!(
        "its bytes are most regular as {} ({:.1} bits per byte), {}{}",
        best.kind.name(),
        best.bits,
        match (choice.planar, choice.told) {
            (true, _) => "the second half differs from the first".to_owned(),
            (false, true) => format!("neighbouring values repeat every {columns}"),
            (false, false) => format!("{columns} columns are assumed"),
        },
        if choice.offset == 0 {
            String::new()
        } else {
            format!(", the first {} bytes look like a header", choice.offset)
        },
    );
    Guess {
        dtype: best.kind.name(),
        columns,
        offset: choice.offset,
        planar: choice.planar,
        confidence: confidence.clamp(0.0, 1.0),
        why,
        runners_up: runners_up.filter(|(_, share)| *share > 0.01).take(3).collect(),
    }
}

#[cfg(test)]
mod tests;
