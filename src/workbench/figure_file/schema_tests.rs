//! The schema that editors use says what the program reads and writes: neither more keys nor fewer.

use std::collections::BTreeSet;

use regex::Regex;
use serde::de::DeserializeOwned;
use serde::de::value::Error;
use serde_json::Value;

use super::*;
use crate::scene::style::Per;

/// What a schema may be made of here. Others would be passed over, so there are none.
const KEYWORDS: [&str; 18] = [
    "$defs",
    "$ref",
    "$schema",
    "additionalProperties",
    "default",
    "description",
    "enum",
    "examples",
    "items",
    "maxItems",
    "maximum",
    "minItems",
    "minimum",
    "pattern",
    "properties",
    "required",
    "title",
    "type",
];

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

/// Whether a figure file's text is what the schema says.
pub(super) fn check(text: &str) -> Result<(), String> {
    let value: Value = toml::from_str(text).map_err(|e| e.to_string())?;
    let root = schema();
    validate(&root, &root, &value, "")
}

fn validate(root: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let wrong = |what: &str| Err(format!("{at}: {value} {what}"));
    for keyword in schema.as_object().unwrap().keys() {
        assert!(KEYWORDS.contains(&keyword.as_str()), "{keyword} is not checked");
    }
    if let Some(name) = schema["$ref"].as_str() {
        let target = root.pointer(name.strip_prefix('#').unwrap()).unwrap();
        validate(root, target, value, at)?;
    }
    let is_of = |name: &Value| match name.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_u64() || value.is_i64(),
        Some("number") => value.is_number(),
        other => panic!("{other:?}"),
    };
    let is_of_type = match &schema["type"] {
        Value::Null => true,
        Value::Array(any) => any.iter().any(is_of),
        one => is_of(one),
    };
    if !is_of_type {
        return wrong("is of another type");
    }
    if schema["enum"].as_array().is_some_and(|all| !all.contains(value)) {
        return wrong("is none of those listed");
    }
    if let (Some(pattern), Some(text)) = (schema["pattern"].as_str(), value.as_str())
        && !Regex::new(pattern).unwrap().is_match(text)
    {
        return wrong("does not match");
    }
    if let Some(v) = value.as_f64() {
        let (least, most) = (schema["minimum"].as_f64(), schema["maximum"].as_f64());
        if least.is_some_and(|least| v < least) || most.is_some_and(|most| v > most) {
            return wrong("is too small or too large");
        }
    }
    if let Some(items) = value.as_array() {
        let (least, most) = (schema["minItems"].as_u64(), schema["maxItems"].as_u64());
        if least.is_some_and(|least| (items.len() as u64) < least) || most.is_some_and(|most| items.len() as u64 > most)
        {
            return wrong("has too few or too many items");
        }
        for (i, item) in items.iter().enumerate().filter(|_| schema["items"].is_object()) {
            validate(root, &schema["items"], item, &format!("{at}.{i}"))?;
        }
    }
    if let (Some(object), Some(known)) = (value.as_object(), schema["properties"].as_object()) {
        for key in schema["required"].as_array().into_iter().flatten() {
            if !object.contains_key(key.as_str().unwrap()) {
                return wrong(&format!("lacks {key}"));
            }
        }
        for (key, value) in object {
            match known.get(key) {
                Some(schema) => validate(root, schema, value, &format!("{at}.{key}"))?,
                None if schema["additionalProperties"] == false => return wrong(&format!("has no key {key}")),
                None => {}
            }
        }
    }
    Ok(())
}

/// Asks a type for the keys that it is read from.
struct Keys;

impl<'de> serde::Deserializer<'de> for Keys {
    type Error = Error;

    fn deserialize_any<V: serde::de::Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        panic!("no struct")
    }

    fn deserialize_struct<V: serde::de::Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        Err(serde::de::Error::custom(fields.join(" ")))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

fn keys_of<T: DeserializeOwned>() -> BTreeSet<String> {
    let Err(keys) = T::deserialize(Keys) else { panic!() };
    keys.to_string().split(' ').map(ToOwned::to_owned).collect()
}

#[test]
fn the_schema_has_the_keys_of_the_program_and_no_others() {
    let schema = schema();
    for (place, keys) in [
        ("", keys_of::<Root>()),
        ("/$defs/axis", keys_of::<AxisPart>()),
        ("/$defs/layer", keys_of::<LayerPart>()),
        ("/$defs/contour", keys_of::<ContourStyle>()),
        ("/$defs/output", keys_of::<OutputPart>()),
        ("/$defs/fingerprint", keys_of::<Fingerprint>()),
    ] {
        let part = schema.pointer(place).unwrap();
        let known: BTreeSet<String> = part["properties"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(known, keys, "{place}");
        assert_eq!(part["additionalProperties"], false, "{place}");
        for (key, property) in part["properties"].as_object().unwrap() {
            let words = property["description"].as_str().unwrap_or_default();
            assert!(words.len() > 8 && words.ends_with('.'), "{place} {key}: {words}");
        }
    }
    let names = |all: &[&str]| all.iter().map(|name| Value::from(*name)).collect::<Vec<_>>();
    let layer = &schema["$defs"]["layer"]["properties"];
    assert_eq!(layer["blend"]["enum"], Value::from(names(&Blend::ALL.map(|(name, _)| name))));
    assert_eq!(layer["per"]["enum"], Value::from(names(&Per::ALL.map(|(name, _)| name))));
    assert_eq!(layer["special"]["maxItems"], crate::scene::style::MAX_SPECIAL);
    let layers = &schema["properties"]["layers"];
    assert_eq!(layers["maxItems"], crate::workbench::figure::MAX_LAYERS);
}

const LEAST: &str = "scumble = 2\n[[layers]]\nfile = \"a.f32\"\n";

#[test]
fn what_the_program_refuses_the_schema_refuses() {
    assert_eq!(check(LEAST), Ok(()));
    let least = LEAST;
    for text in [
        "scumble = 1\n".to_owned(),
        "scumble = 1\nlayers = []\n".to_owned(),
        format!("colour = 3\n{least}"),
        format!("{least}alhpa = 1\n"),
        format!("{least}[x]\nfrom = 1\n"),
        format!("{least}[[outputs]]\nfile = \"a.png\"\nwidth = 1\n"),
        format!("{least}[[layers.fingerprints]]\nbytes = 1\nmodified = 1\ncrc32 = 1\nmd5 = 1\n"),
        format!("size = \"9\"\n{least}"),
        format!("dpi = \"96\"\n{least}"),
        format!("dpi = 9\n{least}"),
        format!("theme = \"dim\"\n{least}"),
        format!("background = \"#12\"\n{least}"),
        format!("{least}[x]\nrange = \"5\"\n"),
        format!("{least}[x]\nrange = \"2024-3-1..2025\"\n"),
        format!("{least}[x]\nrange = \"2024-03-01..now\"\n"),
        format!("{least}[x]\nscale = \"logarithmic\"\n"),
        format!("{least}mark = \"dots\"\n"),
        format!("{least}mark = \"hexbin:a\"\n"),
        format!("{least}mark = \"hexbin:9:0..1\"\n"),
        format!("{least}mark = \"hexbin:1\"\n"),
        format!("{least}mark = \"hexbin:1001\"\n"),
        format!("{least}mark = \"hexbin:9x0\"\n"),
        format!("{least}mark = \"circle:0\"\n"),
        format!("{least}mark = \"square:200.5\"\n"),
        format!("{least}mark = \"cross:-5\"\n"),
        format!("{least}norm = \"power:-1\"\n"),
        format!("{least}norm = \"power:0\"\n"),
        format!("{least}norm = \"symlog:0\"\n"),
        format!("{least}norm = \"symlog:-0.0e5\"\n"),
        format!("{least}[x]\nscale = \"symlog:0\"\n"),
        format!("{least}[x]\nscale = \"symlog:-2\"\n"),
        format!("{least}alpha = 2\n"),
        format!("{least}color = \"#12345\"\n"),
        format!("{least}title = 1.5\n"),
        format!("{least}x = true\n"),
        format!("{least}reduction = \"sum\"\n"),
        format!("{least}spread = \"9:round\"\n"),
        format!("{least}norm = \"logg\"\n"),
        format!("{least}norm = \"power\"\n"),
        format!("{least}per = \"metre\"\n"),
        format!("{least}limits = \"5\"\n"),
        format!("{least}color = \"#1\"\n"),
        format!("{least}special = [\"-1\"]\n"),
        format!("{least}blend = \"plus\"\n"),
        format!("{least}hidden = \"yes\"\n"),
        format!("{least}columns = 1.5\n"),
        format!("{least}files = \"a.f32\"\n"),
        format!("step = -1\n{least}"),
        format!("{least}shape = \"5\"\n"),
        format!("{least}shape = \"0x5\"\n"),
        format!("{least}shape = \"5 5\"\n"),
        format!("{least}at = \"level=5\"\n"),
        format!("{least}at = [\"level\"]\n"),
        format!("{least}at = [\" =5\"]\n"),
        format!("{least}at = [\"level=#1.5\"]\n"),
        format!("{least}align = \"last\"\n"),
        format!("{least}mark = \"image:cubic\"\nreduction = \"mean:v\"\n"),
        format!("{least}mark = \"filled:5\"\nreduction = \"mean:v\"\n"),
    ] {
        assert!(check(&text).is_err(), "the schema takes {text}");
        assert!(parse(&text, Path::new("figure.toml"), &[]).is_err(), "the program takes {text}");
    }
}

fn is_of_fields(mark: &str) -> bool {
    mark.parse::<Mark>().unwrap().is_of_fields()
}

/// Defaults and examples, and texts with all that the program's own notations allow.
#[test]
fn what_the_schema_offers_the_program_reads() {
    let schema = schema();
    let mut offered = 0;
    let layer = schema["$defs"]["layer"]["properties"].as_object().unwrap();
    let axis = schema["$defs"]["axis"]["properties"].as_object().unwrap();
    let places = [(&schema["properties"], ""), (&schema["$defs"]["layer"]["properties"], "layer")];
    assert!(layer.len() > 20 && axis.len() == 3);
    let mut texts = Vec::new();
    for (properties, place) in places {
        for (key, property) in properties.as_object().unwrap() {
            let examples = property["examples"].as_array().cloned().unwrap_or_default();
            let values = examples.into_iter().chain(property.get("default").cloned());
            for value in values.chain(property["enum"].as_array().cloned().unwrap_or_default()) {
                offered += 1;
                texts.push(match (place, key.as_str()) {
                    (_, "scumble") => LEAST.to_owned(),
                    // Fields have no counts, which are the usual reduction.
                    ("layer", "mark") if value.as_str().is_some_and(is_of_fields) => {
                        format!("{LEAST}mark = {value}\nreduction = \"mean:v\"\n")
                    }
                    ("layer", "file") => format!("scumble = 1\n[[layers]]\nfile = {value}\n"),
                    ("layer", _) => format!("{LEAST}{key} = {value}\n"),
                    _ => format!("{key} = {value}\n{LEAST}"),
                });
            }
        }
    }
    assert!(offered > 40, "{offered}");
    for (key, value) in [
        ("mark", "line:a b + 1"),
        ("mark", "cross:0.5"),
        ("mark", "cross:0.1"),
        ("mark", "circle:200"),
        ("mark", "circle:199.75"),
        ("mark", "square:+5e-1"),
        ("mark", "hexbin:2x1000"),
        ("mark", "hexbin:1000x1"),
        ("color", "#1234"),
        ("under", "#12345678"),
        ("norm", "power:.5"),
        ("norm", "power:+2e-1"),
        ("mark", "hexbin:9:-1e-3..1.5:1672531200000000001..1672531200001000001"),
        ("norm", "boundary:-1e300,0:proportional"),
        ("norm", "symlog:1e-5"),
        ("limits", "..p99.5"),
        ("limits", "-1e-7.."),
        ("limits", "data..5"),
        ("spread", "dynamic:0.5:square"),
        ("spread", "3:circle:min"),
        ("color", "#abc"),
        ("reduction", "mean:a:b"),
        ("shape", "4, 5 , 6"),
        ("shape", "1x18446744073709551615"),
    ] {
        texts.push(format!("{LEAST}{key} = \"{value}\"\n"));
    }
    texts.push(format!("{LEAST}at = [\"a b = -1e-3\", \"t=#-1\"]\n"));
    for text in texts {
        assert_eq!(check(&text), Ok(()), "{text}");
        // Numbers of an area go with counts, other combinations are not offered.
        parse(&text, Path::new("figure.toml"), &[]).unwrap_or_else(|e| panic!("{text}: {e}"));
    }
}
