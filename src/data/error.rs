//! The one error enum of the data room.
//!
//! Each message is complete by itself (no need to walk `source()`): what was being done, what is wrong,
//! what to do. Nothing here knows the file's path until [`DataError::at`] puts it at the end.

use std::path::PathBuf;

use thiserror::Error;

use super::expression::{ExpressionError, similar};

/// What can go wrong between a file on disk and its columns.
#[derive(Debug, Error)]
pub enum DataError {
    /// Any other problem, with the file it happened in.
    #[error("{problem} ({path})")]
    At {
        /// What went wrong.
        problem: Box<DataError>,
        /// The file it went wrong in.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("{doing}: {source}")]
    Io {
        /// What was being done, such as "opening the file".
        doing: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The file lost bytes after it was opened.
    #[error(
        "reading the data: the file became shorter while it was being read ({expected} bytes when it was opened, \
         {found} now); open it again once nothing writes to it"
    )]
    Shrunk {
        /// Length in bytes when the file was opened.
        expected: u64,
        /// Length in bytes now.
        found: u64,
    },
    /// The disk or the network failed below a mapped page.
    #[error(
        "reading the data: the disk or network failed to deliver a part of the file; \
         check the medium and the connection, or copy the file to a sound disk"
    )]
    Unreadable,
    /// A column was asked for that the file does not have.
    #[error("choosing columns: there is no column \"{name}\"; {}", available_names(.name, .available))]
    MissingColumn {
        /// The name asked for.
        name: String,
        /// The names that exist.
        available: Vec<String>,
    },
    /// A column of text was asked for where numbers are drawn.
    #[error("choosing columns: \"{0}\" is text, no numbers; it may be the categories: by:{0}")]
    TextColumn(String),
    /// Columns are to be drawn of which there are none.
    #[error(
        "choosing columns: there are no columns of numbers, only text; name x and y in other files: --x FILE --y FILE"
    )]
    NoNumbers,
    /// A column has too many texts to be categories.
    #[error("finding the categories: \"{0}\" has more than {most} different texts; name a column with fewer", most = super::categories::MAX_CATEGORIES)]
    TooManyTexts(String),
    /// Two texts have the same key.
    #[error("counting by category: two texts of \"{0}\" cannot be told apart; store numbers in the place of text")]
    TextsAlike(String),
    /// An expression that cannot be read or means nothing here.
    #[error(transparent)]
    Expression(#[from] ExpressionError),
    /// Two columns of one layer differ in length.
    #[error(
        "pairing the columns: {first} has {first_rows} rows but {other} has {other_rows}; \
         choose columns of equal length, or files that belong together"
    )]
    LengthMismatch {
        /// One column: its role and its file.
        first: String,
        /// Rows in it.
        first_rows: u64,
        /// The other column.
        other: String,
        /// Rows in that.
        other_rows: u64,
    },
    /// Files to be read one after another hold different columns.
    #[error(
        "joining the inputs: the columns are {first} but {other}; draw files of one kind at a time, or choose columns that \
         both have (--x, --y)"
    )]
    PartsDiffer {
        /// The first file's columns or their dtypes, and its name.
        first: String,
        /// The other file's, and its name.
        other: String,
    },
    /// A file that is neither regular nor a pipe.
    #[error("opening the file: this is a device; name a file or a pipe, or - for standard input")]
    Device,
    /// A folder where a file should be.
    #[error("opening the file: this is a directory and no Zarr store; name a file in it")]
    Directory,
    /// A newer request took this one's place, or the person stopped it.
    #[error("reading the data: cancelled")]
    Cancelled,
    /// A column of categories has too many different values.
    #[error(
        "finding the categories: \"{0}\" has more than {most} different values; name a column with fewer, or make fewer of \
         them with an expression, such as 'floor({name} / 100)'",
        most = super::categories::MAX_CATEGORIES,
        name = in_expression(.0)
    )]
    TooManyCategories(String),
    /// Categories were to be counted before they were looked for.
    #[error("counting by category: the categories are not known yet; find them first")]
    NoCategories,
    /// There is not a single row.
    #[error("opening the data: it holds no rows; choose a file with at least one")]
    Empty,
    /// Python notation (of a dtype or a npy header) that does not parse.
    #[error("reading Python notation: {problem} at byte {position}; check quotes, brackets and commas")]
    Literal {
        /// Byte offset in the text.
        position: usize,
        /// What is wrong there.
        problem: String,
    },
    /// A dtype that cannot be used; the detail says why and what to do.
    #[error("reading the dtype: {0}")]
    Dtype(String),
    /// A npy file that cannot be used; the detail says why and what to do.
    #[error("reading the npy header: {0}")]
    Npy(String),
    /// A file that holds fewer bytes than its header promises.
    #[error(
        "checking the file's length: the header promises {promised} bytes but the file holds {found}, \
         which makes {whole_rows} whole rows; the copy or download probably stopped early: fetch the file again{hint}"
    )]
    Truncated {
        /// Bytes that header and data should have together.
        promised: u64,
        /// Bytes the file has.
        found: u64,
        /// Rows that are complete in every column.
        whole_rows: u64,
        /// A way to open those rows nevertheless, starting with ", or"; may be empty.
        hint: String,
    },
    /// A layout whose columns would reach beyond the file's end or overflow.
    #[error("laying out the columns: {0}")]
    Layout(String),
    /// A grid that cannot be read; the detail says why and what to do.
    #[error("reading the grid: {0}")]
    Grid(String),
    /// A raw file and a specification that do not go together.
    #[error("reading raw numbers: {0}")]
    Raw(String),
    /// A file that is no raw array at all, but something known.
    #[error(
        "recognising the file: this is {kind}, which this version does not read; convert it to .npy \
         or to raw numbers, or force raw reading with --dtype (for instance --dtype '<f4' --columns 2)"
    )]
    UnsupportedKind {
        /// The kind of file with its article, such as "a PNG picture".
        kind: String,
    },
}

impl DataError {
    /// Whether the file's format is the trouble, so that its bytes might be read as raw numbers all the same.
    pub fn is_about_the_format(&self) -> bool {
        match self {
            Self::At { problem, .. } => problem.is_about_the_format(),
            Self::UnsupportedKind { .. }
            | Self::Npy(_)
            | Self::Truncated { .. }
            | Self::Literal { .. }
            | Self::Dtype(_)
            | Self::Grid(_) => true,
            _ => false,
        }
    }

    /// Puts the path of the file at the end of the message. An error that has a path already keeps it.
    #[must_use]
    pub fn at(self, path: impl Into<PathBuf>) -> Self {
        match self {
            Self::At { .. } => self,
            problem => Self::At { problem: Box::new(problem), path: path.into() },
        }
    }

    /// An [`DataError::Io`]; `doing` says what was being done, such as "opening the file".
    #[must_use]
    pub fn io(doing: impl Into<String>, source: std::io::Error) -> Self {
        Self::Io { doing: doing.into(), source }
    }
}

/// A column's name as expressions have it: what is no word in quotes, and what is a number with a sign.
fn in_expression(name: &str) -> String {
    let is_word = |name: &str| name.chars().all(|c| c.is_alphanumeric() || c == '_');
    match name {
        _ if !name.is_empty() && name.chars().all(|c| c.is_ascii_digit()) => format!("${name}"),
        _ if is_word(name) && !name.starts_with(|c: char| c.is_ascii_digit()) => name.to_owned(),
        _ => format!("`{name}`"),
    }
}

/// Names that are spelt nearly so, and at most twelve names: a file may have thousands.
fn available_names(wanted: &str, names: &[String]) -> String {
    if names.is_empty() {
        return "there are none at all".to_owned();
    }
    let near: Vec<String> =
        similar(wanted, names.iter().map(String::as_str)).iter().map(|name| format!("\"{name}\"")).collect();
    let near = if near.is_empty() { String::new() } else { format!("did you mean {}? ", near.join(" or ")) };
    let shown: Vec<&str> = names.iter().take(12).map(String::as_str).collect();
    let more = names.len().saturating_sub(shown.len());
    let tail = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{near}choose one of: {}{tail}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_comes_last_and_once() {
        let error = DataError::Empty.at("/a/b.npy").at("/other");
        let text = error.to_string();
        assert!(text.ends_with("(/a/b.npy)"), "{text}");
        assert!(!text.contains("/other"));
    }

    #[test]
    fn a_name_that_is_nearly_right_is_offered() {
        let text = |name: &str| {
            DataError::MissingColumn { name: name.into(), available: vec!["ra".into(), "dec".into()] }.to_string()
        };
        assert!(text("RA").contains("did you mean \"ra\"? choose one of: ra, dec"), "{}", text("RA"));
        assert!(text("decl").contains("did you mean \"dec\"?"), "{}", text("decl"));
        assert!(!text("flux").contains("did you mean"), "{}", text("flux"));
    }

    #[test]
    fn a_missing_column_lists_few_names() {
        let available = (0..100).map(|i| format!("c{i}")).collect();
        let text = DataError::MissingColumn { name: "q".into(), available }.to_string();
        assert!(text.contains("\"q\"") && text.contains("c11 and 88 more"), "{text}");
        let text = DataError::MissingColumn { name: "q".into(), available: vec![] }.to_string();
        assert!(text.contains("none at all"), "{text}");
    }
}
