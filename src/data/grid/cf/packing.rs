//! From CF's attributes to [`Packing`].

use std::fmt;
use std::sync::Arc;

use crate::data::dtype::Scalar;
use crate::data::error::DataError;

use super::super::packing::Packing;
use super::super::raw::{Attribute, RawVariable};
use super::super::{Store, Window};

/// What the numbers of a variable mean.
pub(super) fn packing_of(variable: &RawVariable, has_default_fill: bool) -> Packing {
    let stored = variable.scalar().unwrap_or(Scalar::F64);
    let meant = meant_type(variable);
    let of_type = |number: f64| reinterpreted(rounded(number, stored), meant);
    let mut packing = Packing {
        scale: variable.number("scale_factor").filter(|scale| scale.is_finite()).unwrap_or(1.0),
        offset: variable.number("add_offset").filter(|offset| offset.is_finite()).unwrap_or(0.0),
        ..Packing::default()
    };
    let numbers = |name: &str| variable.attribute(name).map(Attribute::numbers).unwrap_or_default();
    let mut missing: Vec<f64> =
        numbers("_FillValue").into_iter().chain(numbers("missing_value")).map(of_type).collect();
    if has_default_fill && variable.attribute("_FillValue").is_none() {
        missing.extend(default_fill(stored).map(|fill| reinterpreted(fill, meant)));
    }
    for number in missing.into_iter().filter(|number| !number.is_nan()) {
        if !packing.missing.contains(&number) {
            packing.missing.push(number);
        }
    }
    let range = numbers("valid_range");
    let ends = match *range.as_slice() {
        [low, high] => (Some(("valid_range", low)), Some(("valid_range", high))),
        _ => {
            let end = |name: &'static str| variable.number(name).map(|number| (name, number));
            (end("valid_min"), end("valid_max"))
        }
    };
    let end = |(name, number): (&str, f64)| {
        if !is_of_values(variable, name, stored) {
            return of_type(number);
        }
        (number - packing.offset) / packing.scale
    };
    let (low, high) = (ends.0.map_or(f64::NEG_INFINITY, end), ends.1.map_or(f64::INFINITY, end));
    if low <= high {
        packing.valid = (low, high);
    }
    packing
}

/// Whether limits are those of values and not of the integers that these are packed in: then they are written as reals.
fn is_of_values(variable: &RawVariable, name: &str, stored: Scalar) -> bool {
    let is_real = |scalar: Scalar| matches!(scalar, Scalar::F16 | Scalar::F32 | Scalar::F64);
    let written = matches!(variable.attribute(name), Some(Attribute::Numbers(scalar, _)) if is_real(*scalar));
    written && !is_real(stored) && variable.attribute("scale_factor").is_some()
}

/// The type that numbers are meant as: `_Unsigned` says of integers that they are, or are not.
fn meant_type(variable: &RawVariable) -> Scalar {
    let stored = variable.scalar().unwrap_or(Scalar::F64);
    match (variable.text("_Unsigned").map(str::to_ascii_lowercase).as_deref(), stored) {
        (Some("true"), Scalar::I8) => Scalar::U8,
        (Some("true"), Scalar::I16) => Scalar::U16,
        (Some("true"), Scalar::I32) => Scalar::U32,
        (Some("true"), Scalar::I64) => Scalar::U64,
        (Some("false"), Scalar::U8) => Scalar::I8,
        (Some("false"), Scalar::U16) => Scalar::I16,
        (Some("false"), Scalar::U32) => Scalar::I32,
        (Some("false"), Scalar::U64) => Scalar::I64,
        _ => stored,
    }
}

/// The store of a variable, its integers taken for what `_Unsigned` says they are.
pub(super) fn store_of(variable: &RawVariable, store: &Arc<dyn Store>) -> Arc<dyn Store> {
    let meant = meant_type(variable);
    if Some(meant) == variable.scalar() {
        return Arc::clone(store);
    }
    Arc::new(Reinterpreted { store: Arc::clone(store), meant })
}

/// Integers of the other sign than the file says.
struct Reinterpreted {
    store: Arc<dyn Store>,
    meant: Scalar,
}

impl fmt::Debug for Reinterpreted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} meant as {:?}", self.store, self.meant)
    }
}

impl Store for Reinterpreted {
    fn read(&self, window: &Window, out: &mut [f64]) -> Result<u64, DataError> {
        let unread = self.store.read(window, out)?;
        out.iter_mut().for_each(|number| *number = reinterpreted(*number, self.meant));
        Ok(unread)
    }

    fn chunk(&self) -> Vec<u64> {
        self.store.chunk()
    }

    fn damaged(&self) -> u64 {
        self.store.damaged()
    }
}

/// An integer of the other sign's range, wrapped into that of the type.
fn reinterpreted(number: f64, meant: Scalar) -> f64 {
    let span = match meant {
        Scalar::I8 | Scalar::U8 => 256.0,
        Scalar::I16 | Scalar::U16 => 65_536.0,
        Scalar::I32 | Scalar::U32 => 4_294_967_296.0,
        Scalar::I64 | Scalar::U64 => 18_446_744_073_709_551_616.0,
        _ => return number,
    };
    let is_signed = matches!(meant, Scalar::I8 | Scalar::I16 | Scalar::I32 | Scalar::I64);
    match number {
        n if is_signed && n >= span / 2.0 => n - span,
        n if !is_signed && n < 0.0 => n + span,
        n => n,
    }
}

/// A number as a type holds it: files write 1e20 in f64 and mean the f32.
#[expect(clippy::cast_possible_truncation, reason = "rounding is what is wanted")]
fn rounded(number: f64, scalar: Scalar) -> f64 {
    match scalar {
        Scalar::F32 => f64::from(number as f32),
        _ => number,
    }
}

/// What the NetCDF library fills with where nothing was written; none for bytes, all of which may be data.
fn default_fill(scalar: Scalar) -> Option<f64> {
    Some(match scalar {
        Scalar::I16 => -32_767.0,
        Scalar::U16 => 65_535.0,
        Scalar::I32 => -2_147_483_647.0,
        Scalar::U32 => 4_294_967_295.0,
        Scalar::I64 => -9_223_372_036_854_775_806.0,
        Scalar::U64 => 18_446_744_073_709_551_614.0,
        Scalar::F32 | Scalar::F64 => 9.969_209_968_386_869e36,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::grid::raw::Element;

    fn variable(scalar: Scalar, attributes: &[(&str, Attribute)]) -> RawVariable {
        let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let dimensions = Vec::new();
        RawVariable { name: "v".into(), dimensions, element: Element::Number(scalar), attributes, store: None }
    }

    fn numbers(scalar: Scalar, numbers: &[f64]) -> Attribute {
        Attribute::Numbers(scalar, numbers.to_vec())
    }

    #[test]
    fn missing_numbers_are_of_the_type_of_the_file() {
        let both =
            [("_FillValue", numbers(Scalar::F64, &[1e20])), ("missing_value", numbers(Scalar::F32, &[-9.0, 7.0]))];
        let packing = packing_of(&variable(Scalar::F32, &both), true);
        assert_eq!(packing.missing, [f64::from(1e20_f32), -9.0, 7.0]);
        assert_eq!(packing_of(&variable(Scalar::F32, &[]), true).missing, [f64::from(9.969_21e36_f32)]);
        assert_eq!(packing_of(&variable(Scalar::I8, &[]), true).missing, [0.0; 0]);
        assert_eq!(packing_of(&variable(Scalar::F32, &[]), false).missing, [0.0; 0]);
    }

    #[test]
    fn limits_are_of_numbers_or_of_values() {
        let scale = ("scale_factor", numbers(Scalar::F64, &[0.5]));
        let of_numbers = [scale.clone(), ("valid_range", numbers(Scalar::I16, &[0.0, 100.0]))];
        assert_eq!(packing_of(&variable(Scalar::I16, &of_numbers), true).valid, (0.0, 100.0));
        let of_values = [scale, ("valid_max", numbers(Scalar::F32, &[100.0]))];
        assert_eq!(packing_of(&variable(Scalar::I16, &of_values), true).valid, (f64::NEG_INFINITY, 200.0));
    }

    #[test]
    fn signs_that_the_file_does_not_mean() {
        let unsigned = ("_Unsigned", Attribute::Text("true".into()));
        let bytes = variable(Scalar::I8, &[unsigned, ("_FillValue", numbers(Scalar::I8, &[-1.0]))]);
        assert_eq!(packing_of(&bytes, true).missing, [255.0]);
        assert_eq!([-1.0, 5.0].map(|n| reinterpreted(n, Scalar::U8)).to_vec(), [255.0, 5.0]);
        assert_eq!([255.0, 5.0].map(|n| reinterpreted(n, Scalar::I8)).to_vec(), [-1.0, 5.0]);
    }
}
