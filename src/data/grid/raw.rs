//! What every format of grids gives before conventions are looked at: dimensions, variables and their attributes, as the
//! file has them. [`super::cf`] makes [`super::Grids`] of it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::data::dtype::Scalar;
use crate::data::error::DataError;
use crate::data::mapping::Mapping;
use crate::data::watch::FileFacts;

use super::{Store, cells};

/// The most cells of an array that is read whole: coordinates, bounds.
pub const MAX_READ: u64 = 1 << 24;

/// A file's contents.
#[derive(Debug, Clone, Default)]
pub struct Raw {
    /// What it was read as.
    pub format: String,
    /// The dimensions, each with a name of its own.
    pub dimensions: Vec<RawDimension>,
    /// All variables, in the order of the file.
    pub variables: Vec<RawVariable>,
    /// Whether numbers that were never written hold NetCDF's default fill values.
    pub has_default_fill: bool,
    /// What is worth telling the person already.
    pub notes: Vec<String>,
    /// The files behind it, where they are mapped.
    pub mappings: Vec<Arc<Mapping>>,
    /// The folders behind it.
    pub folders: Vec<Folder>,
}

/// A folder that holds grids, whose files are mapped only while they are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Where it is.
    pub path: PathBuf,
    /// The file in it that says what it holds.
    pub description: PathBuf,
    /// What was known of that file when the folder was opened, to tell later whether it changed since.
    pub facts: FileFacts,
}

/// A dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawDimension {
    /// Its name.
    pub name: String,
    /// Number of cells; may be 0.
    pub len: u64,
    /// Whether the file may grow along it.
    pub is_unlimited: bool,
}

/// A variable.
#[derive(Debug, Clone)]
pub struct RawVariable {
    /// Its name.
    pub name: String,
    /// Its dimensions, the slowest first: numbers of those of its [`Raw`]; none for a single value.
    pub dimensions: Vec<usize>,
    /// What it holds.
    pub element: Element,
    /// Attributes, in the order of the file.
    pub attributes: Vec<(String, Attribute)>,
    /// Where the numbers are. That of a variable without dimensions has one of a single cell. None where there is nothing
    /// to read: no cells, text.
    pub store: Option<Arc<dyn Store>>,
}

/// What the cells of a variable are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Element {
    /// Numbers.
    Number(Scalar),
    /// Text, single characters or whole.
    Text,
    /// Anything else, in plain words.
    Other(String),
}

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Attribute {
    /// Text.
    Text(String),
    /// Numbers, and the type that the file holds them in.
    Numbers(Scalar, Vec<f64>),
}

impl Attribute {
    /// The text, without what often surrounds it; none for numbers.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.trim_matches(|c: char| c.is_whitespace() || c == '\0')),
            Self::Numbers(..) => None,
        }
    }

    /// The numbers; those written as text are taken too.
    pub fn numbers(&self) -> Vec<f64> {
        match self {
            Self::Text(_) => self.text().and_then(|text| text.parse().ok()).into_iter().collect(),
            Self::Numbers(_, numbers) => numbers.clone(),
        }
    }

    /// As text for people.
    pub fn shown(&self) -> String {
        match self {
            Self::Text(_) => self.text().unwrap_or_default().to_owned(),
            Self::Numbers(scalar, numbers) => {
                let few = numbers.iter().take(16).map(|number| shown(*scalar, *number));
                let rest = (numbers.len() > 16).then(|| "...".to_owned());
                few.chain(rest).collect::<Vec<_>>().join(", ")
            }
        }
    }
}

/// A number with no more digits than its type has.
#[expect(clippy::cast_possible_truncation, reason = "it was an f32")]
fn shown(scalar: Scalar, number: f64) -> String {
    match scalar {
        Scalar::F16 | Scalar::F32 if number.abs() >= 1e-4 && number.abs() < 1e7 => (number as f32).to_string(),
        Scalar::F16 | Scalar::F32 => format!("{:?}", number as f32),
        _ if number.abs() >= 1e16 => format!("{number:e}"),
        _ => number.to_string(),
    }
}

impl Raw {
    /// The number of the variable that another one names: in its own group, else in those around it.
    pub fn find(&self, from: &RawVariable, name: &str) -> Option<usize> {
        let own = |path: &str| self.variables.iter().position(|variable| variable.name == path);
        let mut group = from.name.as_str();
        while let Some((outer, _)) = group.rsplit_once('/') {
            group = outer;
            if let Some(found) = own(&format!("{group}/{name}")) {
                return Some(found);
            }
        }
        own(name)
    }
}

impl RawVariable {
    /// An attribute.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The text of an attribute; none where there is none, or nothing in it.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.attribute(name).and_then(Attribute::text).filter(|text| !text.is_empty())
    }

    /// The first number of an attribute.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.attribute(name).and_then(|attribute| attribute.numbers().first().copied())
    }

    /// The type of its numbers.
    pub fn scalar(&self) -> Option<Scalar> {
        match self.element {
            Element::Number(scalar) => Some(scalar),
            Element::Text | Element::Other(_) => None,
        }
    }

    /// Reads all of its numbers as the file has them.
    ///
    /// # Errors
    /// [`DataError::Grid`] for more than [`MAX_READ`] cells, for none, and for those that cannot be read.
    pub fn read_all(&self, dimensions: &[RawDimension]) -> Result<Vec<f64>, DataError> {
        let lens = self.dimensions.iter().filter_map(|i| dimensions.get(*i)).map(|dimension| 0..dimension.len);
        let mut window: Vec<_> = lens.collect();
        if window.is_empty() {
            window.push(0..1);
        }
        let name = &self.name;
        let count = cells(&window).filter(|count| *count <= MAX_READ);
        let Some(count) = count.and_then(|count| usize::try_from(count).ok()) else {
            return Err(DataError::Grid(format!(
                "\"{name}\" has more than {MAX_READ} cells, too many to be read whole"
            )));
        };
        let Some(store) = self.store.as_ref().filter(|_| count > 0) else {
            return Err(DataError::Grid(format!("\"{name}\" holds no numbers")));
        };
        let mut numbers = vec![f64::NAN; count];
        match store.read(&window, &mut numbers)? {
            0 => Ok(numbers),
            unread => Err(DataError::Grid(format!("{unread} cells of \"{name}\" cannot be read"))),
        }
    }
}

/// Dimensions that only a length tells.
#[derive(Debug, Default)]
pub struct Nameless {
    /// By length, and by how often an array has had it already.
    known: HashMap<(u64, usize), usize>,
}

impl Nameless {
    /// The number of the dimension of a length that an array has had `times` before, added to `all` where it is new.
    pub fn dimension(&mut self, len: u64, times: usize, all: &mut Vec<RawDimension>) -> usize {
        *self.known.entry((len, times)).or_insert_with(|| {
            let name = match times {
                0 => format!("dim_{len}"),
                again => format!("dim_{len}_{}", again + 1),
            };
            all.push(RawDimension { name, len, is_unlimited: false });
            all.len() - 1
        })
    }
}

/// The name of a type for people.
pub fn type_name(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Bool => "bool",
        Scalar::I8 => "i8",
        Scalar::I16 => "i16",
        Scalar::I32 => "i32",
        Scalar::I64 => "i64",
        Scalar::U8 => "u8",
        Scalar::U16 => "u16",
        Scalar::U32 => "u32",
        Scalar::U64 => "u64",
        Scalar::F16 => "f16",
        Scalar::F32 => "f32",
        Scalar::F64 => "f64",
        Scalar::Time(_) => "time",
        Scalar::Duration(_) => "duration",
        Scalar::Text { .. } => "text",
    }
}
