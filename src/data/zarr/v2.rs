//! Descriptions of version 2: `.zarray`, with attributes in `.zattrs`.

use serde_json::{Map, Value};

use crate::data::dtype;
use crate::data::grid::raw::Element;

use super::codec::{Codec, Unknown};
use super::layout::{Array, Keys, Layout, Node, lengths, number};

/// The attribute that names the dimensions, by the convention of xarray.
pub(super) const DIMENSIONS: &str = "_ARRAY_DIMENSIONS";

/// The array that a description is of.
///
/// # Errors
/// What is wrong with the description, in a few words.
pub(super) fn array(document: &Value, attributes: Map<String, Value>) -> Result<Node, String> {
    let shape = lengths(document.get("shape")).ok_or("it has no shape")?;
    let names = match attributes.get(DIMENSIONS) {
        Some(Value::Array(names)) => names.iter().map(|name| name.as_str().map(ToOwned::to_owned)).collect(),
        _ => Vec::new(),
    };
    let mut node = Node { shape, names, attributes, element: Element::Text, array: None, missing: None };
    let array = match dtype_of(document).and_then(|dtype| Ok((dtype, codecs(document)?))) {
        Ok((dtype, codecs)) => stored(document, &node.shape, dtype, codecs).and_then(Array::checked),
        Err(element) => {
            node.element = element;
            return Ok(node);
        }
    };
    match array {
        Ok(array) => {
            let scalar = array.layout.dtype.scalar;
            node.element = Element::Number(scalar);
            // By the convention that names dimensions, the fill value stands for nothing. But 0 is what is written where
            // nobody asked for any.
            node.missing = (!node.names.is_empty()).then_some(array.fill).filter(|fill| *fill != 0.0);
            node.array = Some(array);
        }
        Err(what) => node.element = Element::Other(what),
    }
    Ok(node)
}

fn dtype_of(document: &Value) -> Result<dtype::Dtype, Element> {
    let other = |what: &str| Err(Element::Other(what.to_owned()));
    let text = match document.get("dtype") {
        Some(Value::String(text)) => text,
        Some(Value::Array(_)) => return other("records"),
        _ => return other("its type is not said"),
    };
    match text.get(1..2) {
        Some("S" | "U") => return Err(Element::Text),
        Some("O") => {
            let filters = document.get("filters").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let is_text = filters.iter().any(|filter| filter.get("id").and_then(Value::as_str) == Some("vlen-utf8"));
            return if is_text { Err(Element::Text) } else { other("objects") };
        }
        Some("V") => return other("opaque bytes"),
        Some("c") => return other("complex numbers"),
        _ => {}
    }
    match dtype::parse(text).ok().and_then(|record| record.plain()) {
        Some(dtype) => Ok(dtype),
        None => other(&format!("of the type {text}")),
    }
}

/// Filters and compressor in the order of writing.
fn codecs(document: &Value) -> Result<Vec<Codec>, Element> {
    let filters = document.get("filters").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let compressor = document.get("compressor").filter(|compressor| !compressor.is_null());
    let mut codecs = Vec::new();
    for settings in filters.iter().chain(compressor) {
        let name = settings.get("id").and_then(Value::as_str).unwrap_or("without a name");
        match Codec::named(name, settings) {
            Ok(codec) => codecs.extend(codec),
            Err(Unknown(name)) => return Err(unknown(&name)),
        }
    }
    Ok(codecs)
}

/// What a variable is called whose codec is not known.
pub(super) fn unknown(codec: &str) -> Element {
    Element::Other(format!("written with the codec \"{codec}\", which is not known"))
}

fn stored(document: &Value, shape: &[u64], dtype: dtype::Dtype, codecs: Vec<Codec>) -> Result<Array, String> {
    let order = match document.get("order").and_then(Value::as_str) {
        Some("F") => (0..shape.len()).rev().collect(),
        _ => (0..shape.len()).collect(),
    };
    let fill = document.get("fill_value").filter(|fill| !fill.is_null());
    Ok(Array {
        shape: shape.to_vec(),
        chunk: lengths(document.get("chunks")).ok_or("its chunks are not said")?,
        keys: Keys {
            prefix: "",
            separator: match document.get("dimension_separator").and_then(Value::as_str) {
                Some("/") => '/',
                _ => '.',
            },
            is_single: false,
        },
        layout: Layout { dtype, order, codecs },
        shard: None,
        fill: match fill {
            Some(fill) => number(fill, dtype.scalar).ok_or("its fill value is no number")?,
            None => 0.0,
        },
    })
}
