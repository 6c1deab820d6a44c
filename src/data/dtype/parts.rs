//! A dtype while it is read: flat from the start, so nothing has to be flattened later.

use std::collections::HashSet;

use super::super::error::DataError;
use super::{Dtype, Field, MAX_FIELDS, MAX_NAME, Scalar};

/// A dtype on its way to a record: it may still be without any field.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub fields: Vec<Field>,
    pub size: u64,
    /// Name and reason.
    pub skipped: Vec<(String, String)>,
    /// Plain void without fields: NumPy's padding, if it has no name.
    pub is_void: bool,
}

pub(super) fn error<T>(problem: impl Into<String>) -> Result<T, DataError> {
    Err(DataError::Dtype(problem.into()))
}

pub(super) fn too_big() -> DataError {
    DataError::Dtype("its size exceeds 64 bits; check the counts".to_owned())
}

/// At most 40 characters of what the person wrote.
pub(super) fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

impl Parts {
    pub fn one(scalar: Scalar, big_endian: bool) -> Self {
        let dtype = Dtype { scalar, big_endian: big_endian && scalar.size() > 1 };
        let field = Field { name: String::new(), dtype, offset: 0 };
        Self { fields: vec![field], size: scalar.size(), ..Self::default() }
    }

    pub fn complex(scalar: Scalar, big_endian: bool) -> Self {
        let dtype = Dtype { scalar, big_endian };
        let half = scalar.size();
        let re = Field { name: "re".to_owned(), dtype, offset: 0 };
        let im = Field { name: "im".to_owned(), dtype, offset: half };
        Self { fields: vec![re, im], size: half * 2, ..Self::default() }
    }

    pub fn opaque(size: u64, why: &str, is_void: bool) -> Self {
        Self { size, skipped: vec![(String::new(), why.to_owned())], is_void, ..Self::default() }
    }

    fn count(&self) -> u64 {
        let skipped = u64::try_from(self.skipped.len()).unwrap_or(u64::MAX);
        u64::try_from(self.fields.len()).unwrap_or(u64::MAX).saturating_add(skipped)
    }

    /// The same dtype `dims` times, `[i][j]` behind each name. Skipped parts are named once.
    pub fn repeated(self, dims: &[u64]) -> Result<Self, DataError> {
        let count = dims.iter().try_fold(1u64, |n, d| n.checked_mul(*d)).ok_or_else(too_big)?;
        let size = self.size.checked_mul(count).ok_or_else(too_big)?;
        let fields = self.fields.len();
        let mut out = Self { size, skipped: self.skipped, ..Self::default() };
        if fields == 0 || count == 0 {
            return Ok(out);
        }
        let total = u64::try_from(fields).ok().and_then(|n| n.checked_mul(count));
        if total.is_none_or(|n| n > MAX_FIELDS) {
            return error(format!("it has more than {MAX_FIELDS} fields; store fewer, or save an array instead"));
        }
        for i in 0..count {
            let index = index_name(i, dims);
            for field in &self.fields {
                let offset = self.size.checked_mul(i).and_then(|o| o.checked_add(field.offset)).ok_or_else(too_big)?;
                out.fields.push(Field { name: joined(&index, &field.name)?, dtype: field.dtype, offset });
            }
        }
        Ok(out)
    }

    /// Adds a member of a record at `offset`.
    pub fn add(&mut self, name: &str, member: Parts, offset: u64) -> Result<(), DataError> {
        if self.count().saturating_add(member.count()) > MAX_FIELDS {
            return error(format!("it has more than {MAX_FIELDS} fields; store fewer, or save an array instead"));
        }
        for field in member.fields {
            let offset = offset.checked_add(field.offset).ok_or_else(too_big)?;
            self.fields.push(Field { name: joined(name, &field.name)?, dtype: field.dtype, offset });
        }
        for (inner, why) in member.skipped {
            self.skipped.push((joined(name, &inner)?, why));
        }
        let end = offset.checked_add(member.size).ok_or_else(too_big)?;
        self.size = self.size.max(end);
        Ok(())
    }

    pub fn check_names(&self) -> Result<(), DataError> {
        let mut seen = HashSet::new();
        let skipped = self.skipped.iter().map(|(name, _)| name);
        for name in self.fields.iter().map(|field| &field.name).chain(skipped) {
            if !seen.insert(name) {
                return error(format!("the name '{}' occurs twice; give each field its own", shown(name)));
            }
        }
        Ok(())
    }
}

fn index_name(mut i: u64, dims: &[u64]) -> String {
    let mut parts = Vec::with_capacity(dims.len());
    for dim in dims.iter().rev() {
        let dim = (*dim).max(1);
        parts.push(format!("[{}]", i % dim));
        i /= dim;
    }
    parts.reverse();
    parts.concat()
}

fn joined(outer: &str, inner: &str) -> Result<String, DataError> {
    let name = match (outer, inner) {
        (name, "") | ("", name) => name.to_owned(),
        _ if inner.starts_with('[') => format!("{outer}{inner}"),
        _ => format!("{outer}.{inner}"),
    };
    if name.len() > MAX_NAME {
        return error(format!("a field's name is longer than {MAX_NAME} bytes; rename it"));
    }
    Ok(name)
}
