//! Descriptions of version 3: `zarr.json`.

use serde_json::{Map, Value};

use crate::data::dtype::{Dtype, Scalar, TimeUnit, Unit};
use crate::data::grid::raw::Element;

use super::codec::{Codec, Unknown};
use super::layout::{Array, Keys, Layout, Node, Shard, lengths, number};
use super::store::are_sums;
use super::v2::unknown;

/// The array that a description is of.
///
/// # Errors
/// What is wrong with the description, in a few words.
pub(super) fn array(document: &Value) -> Result<Node, String> {
    let shape = lengths(document.get("shape")).ok_or("it has no shape")?;
    let names = match document.get("dimension_names") {
        Some(Value::Array(names)) => names.iter().map(|name| name.as_str().map(ToOwned::to_owned)).collect(),
        _ => Vec::new(),
    };
    let attributes = document.get("attributes").and_then(Value::as_object).cloned().unwrap_or_default();
    let (element, array) = match stored(document, &shape).and_then(|array| array.checked().map_err(Element::Other)) {
        Ok(array) => (Element::Number(array.layout.dtype.scalar), Some(array)),
        Err(element) => (element, None),
    };
    Ok(Node { shape, names, attributes, element, array, missing: None })
}

/// Name and settings of an extension point: an object, or a name alone.
fn named(value: Option<&Value>) -> Option<(&str, &Value)> {
    match value? {
        Value::String(name) => Some((name, &Value::Null)),
        value => Some((value.get("name")?.as_str()?, value.get("configuration").unwrap_or(&Value::Null))),
    }
}

fn other(what: impl Into<String>) -> Element {
    Element::Other(what.into())
}

fn stored(document: &Value, shape: &[u64]) -> Result<Array, Element> {
    let scalar = scalar_of(document.get("data_type"))?;
    let transformers = document.get("storage_transformers").and_then(Value::as_array);
    if transformers.is_some_and(|transformers| !transformers.is_empty()) {
        return Err(other("with storage transformers, which are not known"));
    }
    let chunk = match named(document.get("chunk_grid")) {
        Some(("regular", settings)) => {
            lengths(settings.get("chunk_shape")).ok_or_else(|| other("of no known chunks"))?
        }
        Some((name, _)) => return Err(other(format!("in a chunk grid \"{name}\", which is not known"))),
        None => return Err(other("of no known chunks")),
    };
    let (prefix, usual, settings) = match named(document.get("chunk_key_encoding")) {
        Some(("default", settings)) => ("c", '/', settings),
        Some(("v2", settings)) => ("", '.', settings),
        found => {
            let name = found.map_or("none", |(name, _)| name);
            return Err(other(format!("with the chunk key encoding \"{name}\", which is not known")));
        }
    };
    let separator = match settings.get("separator").and_then(Value::as_str) {
        Some("/") => '/',
        Some(".") => '.',
        _ => usual,
    };
    let listed = document.get("codecs").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let (layout, shard) = codecs(listed, scalar, shape.len(), true)?;
    let fill = document.get("fill_value").unwrap_or(&Value::Null);
    let fill = number(fill, scalar).ok_or_else(|| other("with a fill value that is no number"))?;
    let keys = Keys { prefix, separator, is_single: false };
    Ok(Array { shape: shape.to_vec(), chunk, keys, layout, shard, fill })
}

fn scalar_of(value: Option<&Value>) -> Result<Scalar, Element> {
    let Some((name, settings)) = named(value) else { return Err(other("its type is not said")) };
    Ok(match name {
        "bool" => Scalar::Bool,
        "int8" => Scalar::I8,
        "int16" => Scalar::I16,
        "int32" => Scalar::I32,
        "int64" => Scalar::I64,
        "uint8" => Scalar::U8,
        "uint16" => Scalar::U16,
        "uint32" => Scalar::U32,
        "uint64" => Scalar::U64,
        "float16" => Scalar::F16,
        "float32" => Scalar::F32,
        "float64" => Scalar::F64,
        "numpy.datetime64" | "numpy.timedelta64" => {
            let sign = settings.get("unit").and_then(Value::as_str).unwrap_or_default();
            let sign = if sign == "generic" { "" } else { sign };
            let unit = Unit::ALL.iter().find(|(_, known)| *known == sign).map(|(unit, _)| *unit);
            let multiplier = settings.get("scale_factor").and_then(Value::as_u64).unwrap_or(1);
            let multiplier = u32::try_from(multiplier).ok().filter(|multiplier| *multiplier > 0);
            let (Some(unit), Some(multiplier)) = (unit, multiplier) else {
                return Err(other(format!("times in the unit \"{sign}\"")));
            };
            let unit = TimeUnit { multiplier, unit };
            if name.ends_with("datetime64") { Scalar::Time(unit) } else { Scalar::Duration(unit) }
        }
        "string" | "fixed_length_utf32" | "null_terminated_bytes" | "fixed_length_ascii" | "variable_length_bytes" => {
            return Err(Element::Text);
        }
        "complex64" | "complex128" => return Err(other("complex numbers")),
        "struct" | "structured" => return Err(other("records")),
        _ => return Err(other(format!("of the type \"{name}\", which is not known"))),
    })
}

/// What a list of codecs makes of numbers of a type and as many dimensions.
fn codecs(
    listed: &[Value],
    scalar: Scalar,
    dimensions: usize,
    may_be_shard: bool,
) -> Result<(Layout, Option<Shard>), Element> {
    let little = Dtype { scalar, big_endian: false };
    let mut layout = Layout { dtype: little, order: (0..dimensions).collect(), codecs: Vec::new() };
    let mut is_in_bytes = false;
    for value in listed {
        let Some((name, settings)) = named(Some(value)) else { return Err(unknown("without a name")) };
        match name {
            "transpose" if !is_in_bytes => {
                let order =
                    transposition(settings, dimensions).ok_or_else(|| other("its dimensions lie in no order"))?;
                layout.order = order.iter().map(|axis| layout.order[*axis]).collect();
            }
            "bytes" if !is_in_bytes => {
                is_in_bytes = true;
                let is_big = settings.get("endian").and_then(Value::as_str) == Some("big");
                layout.dtype.big_endian = is_big && scalar.size() > 1;
            }
            "sharding_indexed" if may_be_shard && listed.len() == 1 => {
                let (layout, shard) = sharded(settings, scalar, dimensions)?;
                return Ok((layout, Some(shard)));
            }
            "sharding_indexed" => return Err(unknown("sharding_indexed within or beside other codecs")),
            _ => match Codec::named(name, settings) {
                Ok(None) => {}
                Ok(Some(codec)) if is_in_bytes => layout.codecs.push(codec),
                Ok(Some(_)) | Err(Unknown(_)) => return Err(unknown(name)),
            },
        }
    }
    if is_in_bytes { Ok((layout, None)) } else { Err(other("its codecs make no bytes of numbers")) }
}

/// Which axis of an array each one in a file is.
fn transposition(settings: &Value, dimensions: usize) -> Option<Vec<usize>> {
    let order: Vec<usize> = match settings.get("order")? {
        Value::String(order) if order == "C" => (0..dimensions).collect(),
        Value::String(order) if order == "F" => (0..dimensions).rev().collect(),
        order => lengths(Some(order))?.into_iter().map(usize::try_from).collect::<Result<_, _>>().ok()?,
    };
    let mut sorted = order.clone();
    sorted.sort_unstable();
    sorted.into_iter().eq(0..dimensions).then_some(order)
}

fn sharded(settings: &Value, scalar: Scalar, dimensions: usize) -> Result<(Layout, Shard), Element> {
    let list = |key: &str| settings.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let (layout, _) = codecs(list("codecs"), scalar, dimensions, false)?;
    let (index, _) = codecs(list("index_codecs"), Scalar::U64, 0, false)?;
    if !are_sums(&index.codecs) {
        return Err(other("in shards whose lists of chunks are packed"));
    }
    let shard = Shard {
        chunk: lengths(settings.get("chunk_shape")).ok_or_else(|| other("in shards of no known chunks"))?,
        is_index_first: settings.get("index_location").and_then(Value::as_str) == Some("start"),
        index_big_endian: index.dtype.big_endian,
        index_codecs: index.codecs,
    };
    Ok((layout, shard))
}

/// The descriptions of all members that that of a group holds already, with their paths.
pub(super) fn consolidated(document: &Value) -> Option<&Map<String, Value>> {
    document.get("consolidated_metadata")?.get("metadata")?.as_object()
}
