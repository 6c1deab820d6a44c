//! JSON as Python writes it, and attributes in it.

use serde_json::{Map, Value};

use crate::data::dtype::Scalar;
use crate::data::grid::raw::Attribute;

use super::layout::number;
use super::v2::DIMENSIONS;

/// Numbers of an attribute that are kept; longer ones are tables that nothing here looks at.
const KEPT_NUMBERS: usize = 4096;

/// Reads JSON, with the bare `NaN` and `Infinity` that Python writes as texts.
///
/// # Errors
/// What is wrong with it.
pub(super) fn json(bytes: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(bytes)
        .or_else(|problem| serde_json::from_slice(&without_bare_numbers(bytes)).map_err(|_| problem.to_string()))
}

/// JSON with `NaN`, `Infinity` and `-Infinity` in quotes where they stand outside of any.
fn without_bare_numbers(bytes: &[u8]) -> Vec<u8> {
    const BARE: [&[u8]; 3] = [b"NaN", b"-Infinity", b"Infinity"];
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 16);
    let (mut at, mut is_text) = (0, false);
    while let Some(byte) = bytes.get(at) {
        let rest = &bytes[at..];
        let bare = BARE.iter().find(|word| !is_text && rest.starts_with(word));
        if let Some(word) = bare {
            out.push(b'"');
            out.extend_from_slice(word);
            out.push(b'"');
            at += word.len();
            continue;
        }
        // What is escaped ends no text.
        let length = if is_text && *byte == b'\\' { 2 } else { 1 };
        is_text ^= *byte == b'"';
        out.extend_from_slice(&rest[..length.min(rest.len())]);
        at += length;
    }
    out
}

/// Attributes of text and numbers, for an array of numbers of a type.
pub(super) fn attributes(found: &Map<String, Value>, scalar: Option<Scalar>) -> Vec<(String, Attribute)> {
    let is_internal = |name: &str| name == DIMENSIONS || name.to_ascii_lowercase().starts_with("_nczarr");
    found
        .iter()
        .filter(|(name, _)| !is_internal(name))
        .filter_map(|(name, value)| {
            let is_missing = name == "_FillValue" || name == "missing_value";
            let missing = scalar.filter(|_| is_missing).and_then(|scalar| missing(value, scalar));
            Some((name.clone(), missing.or_else(|| attribute(value))?))
        })
        .collect()
}

/// What stands for nothing: a number, also as text or, as xarray writes reals, by its bytes in base 64.
fn missing(value: &Value, scalar: Scalar) -> Option<Attribute> {
    let packed = || match (value, scalar) {
        (Value::String(text), Scalar::F16 | Scalar::F32 | Scalar::F64) => of_base64(text),
        _ => None,
    };
    let found = packed().or_else(|| number(value, scalar))?;
    Some(Attribute::Numbers(scalar, vec![found]))
}

/// The f64 whose bytes a text of base 64 stands for.
fn of_base64(text: &str) -> Option<f64> {
    let digits = text.strip_suffix('=').filter(|digits| digits.len() == 11)?;
    let mut bits = 0_u128;
    for digit in digits.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u128::from(value);
    }
    // Eleven digits are 66 bits, the last two of no meaning.
    let bytes = u64::try_from(bits >> 2).ok()?.to_be_bytes();
    Some(f64::from_le_bytes(bytes))
}

fn attribute(value: &Value) -> Option<Attribute> {
    Some(match value {
        Value::String(text) => Attribute::Text(text.clone()),
        Value::Bool(is_true) => Attribute::Text(is_true.to_string()),
        Value::Number(_) => numbers(std::slice::from_ref(value))?,
        Value::Array(values) if values.iter().all(Value::is_string) => {
            let texts: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
            Attribute::Text(texts.join(" "))
        }
        Value::Array(values) => numbers(values)?,
        Value::Null | Value::Object(_) => return None,
    })
}

fn numbers(values: &[Value]) -> Option<Attribute> {
    let is_whole = values.iter().all(|value| value.is_i64() || value.is_u64());
    let scalar = if is_whole { Scalar::I64 } else { Scalar::F64 };
    let found = values.iter().map(|value| number(value, scalar)).collect::<Option<Vec<f64>>>()?;
    (!found.is_empty() && found.len() <= KEPT_NUMBERS).then_some(Attribute::Numbers(scalar, found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_of_python() {
        let text = br#"{"a": NaN, "b": [-Infinity, Infinity, 1], "c": "NaN \" NaN \\", "NaN": 1}"#;
        let value = json(text).unwrap();
        assert_eq!(value["a"], "NaN");
        assert_eq!(value["b"][0], "-Infinity");
        assert_eq!(value["c"], "NaN \" NaN \\");
        assert_eq!(value["NaN"], 1);
        assert!(json(b"{\"a\": NaN").is_err());
        assert!(json(b"{\"a\\").is_err());
    }

    #[test]
    fn fill_values_as_xarray_writes_them() {
        let of = |text: &str, scalar| missing(&Value::String(text.to_owned()), scalar);
        // base64.standard_b64encode(struct.pack("<d", x)).decode()
        assert_eq!(of("AAAAAAAA8L8=", Scalar::F32), Some(Attribute::Numbers(Scalar::F32, vec![-1.0])));
        assert_eq!(of("QIy1eB2vFUQ=", Scalar::F64), Some(Attribute::Numbers(Scalar::F64, vec![1e20])));
        assert!(matches!(of("AAAAAAAA+H8=", Scalar::F64), Some(Attribute::Numbers(_, n)) if n[0].is_nan()));
        assert!(matches!(of("NaN", Scalar::F32), Some(Attribute::Numbers(_, n)) if n[0].is_nan()));
        assert_eq!(of("nothing", Scalar::I16), None);
    }

    #[test]
    fn attributes_are_text_or_numbers() {
        let found: Map<String, Value> = serde_json::from_str(
            r#"{"units": "K", "_ARRAY_DIMENSIONS": ["x"], "n": 3, "r": 0.5, "list": [1, 2.5], "words": ["a", "b"],
                "nothing": null, "object": {}, "yes": true, "_FillValue": -9}"#,
        )
        .unwrap();
        let all = attributes(&found, Some(Scalar::I16));
        let of = |name: &str| all.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        assert_eq!(of("units"), Some(Attribute::Text("K".into())));
        assert_eq!(of("n"), Some(Attribute::Numbers(Scalar::I64, vec![3.0])));
        assert_eq!(of("r"), Some(Attribute::Numbers(Scalar::F64, vec![0.5])));
        assert_eq!(of("list"), Some(Attribute::Numbers(Scalar::F64, vec![1.0, 2.5])));
        assert_eq!(of("words"), Some(Attribute::Text("a b".into())));
        assert_eq!(of("yes"), Some(Attribute::Text("true".into())));
        assert_eq!(of("_FillValue"), Some(Attribute::Numbers(Scalar::I16, vec![-9.0])));
        assert_eq!([of("nothing"), of("object"), of("_ARRAY_DIMENSIONS")], [None, None, None]);
    }
}
