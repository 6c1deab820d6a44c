//! NumPy's notations of a dtype, flattened while they are read.

use super::super::error::DataError;
use super::super::literal::{Literal, MAX_DEPTH};
use super::parts::{Parts, error, shown, too_big};
use super::{MAX_FIELDS, MAX_TEXT, Scalar, TimeUnit, Unit};

/// `<f4,<f4,u1`, `3f4`, `(2,3)f4` or a single type.
pub(super) fn comma_list(text: &str) -> Result<Parts, DataError> {
    let mut items = split_commas(text)?;
    let is_list = items.len() > 1;
    // A comma at the end is allowed, and makes a record of one field.
    if is_list && items.last().is_some_and(|last| last.trim().is_empty()) {
        items.pop();
    }
    if let ([item], false) = (items.as_slice(), is_list) {
        return counted(item);
    }
    let mut parts = Parts::default();
    for (i, item) in items.iter().enumerate() {
        let offset = parts.size;
        parts.add(&format!("f{i}"), counted(item)?, offset)?;
    }
    parts.check_names()?;
    Ok(parts)
}

fn split_commas(text: &str) -> Result<Vec<&str>, DataError> {
    let mut items = Vec::new();
    let (mut start, mut inside) = (0, false);
    for (i, byte) in text.bytes().enumerate() {
        match byte {
            b'(' if !inside => inside = true,
            b')' if inside => inside = false,
            b'(' | b')' => {
                return error(format!("brackets do not match at byte {i} of '{}'", shown(text)));
            }
            b',' if !inside => {
                items.push(text.get(start..i).unwrap_or(""));
                start = i + 1;
            }
            _ => {}
        }
        if items.len() > usize::try_from(MAX_FIELDS).unwrap_or(usize::MAX) {
            return error(format!("it has more than {MAX_FIELDS} fields; store fewer, or save an array instead"));
        }
    }
    if inside {
        return error(format!("a bracket is not closed in '{}'", shown(text)));
    }
    items.push(text.get(start..).unwrap_or(""));
    Ok(items)
}

/// One item of a comma list: an optional byte order, an optional count, a type.
fn counted(item: &str) -> Result<Parts, DataError> {
    let text = item.trim();
    let (order, rest) = split_order(text);
    let rest = rest.trim_start();
    let (dims, name) = if let Some(inner) = rest.strip_prefix('(') {
        let (inside, name) = inner.split_once(')').unwrap_or((inner, ""));
        let dims = inside.split(',').map(str::trim).filter(|d| !d.is_empty()).map(|d| dimension(d, text));
        (dims.collect::<Result<Vec<u64>, _>>()?, name)
    } else {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (count, name) = rest.split_at_checked(digits).unwrap_or(("", rest));
        // "1f4" is a plain number, as in NumPy; only "(1,)f4" is an array of one.
        let dims = if matches!(count, "" | "1") { vec![] } else { vec![dimension(count, text)?] };
        (dims, name)
    };
    let (inner_order, name) = split_order(name.trim_start());
    let element = simple(inner_order.or(order), name.trim(), text)?;
    if dims.is_empty() { Ok(element) } else { element.repeated(&dims) }
}

fn dimension(text: &str, whole: &str) -> Result<u64, DataError> {
    let number = text.parse::<u64>();
    number.map_err(|_| DataError::Dtype(format!("'{}' in '{}' is not a count", shown(text), shown(whole))))
}

fn split_order(text: &str) -> (Option<char>, &str) {
    match text.chars().next() {
        Some(c @ ('<' | '>' | '=' | '|')) => (Some(c), text.get(1..).unwrap_or("")),
        _ => (None, text),
    }
}

/// A single type: a code such as `f4` or a name such as `float32`.
fn simple(order: Option<char>, name: &str, whole: &str) -> Result<Parts, DataError> {
    let big = match order {
        Some('<') => false,
        Some('>') => true,
        _ => cfg!(target_endian = "big"),
    };
    if let Some(scalar) = plain_scalar(name) {
        return Ok(Parts::one(scalar, big));
    }
    match name {
        "c8" | "F" | "complex64" | "csingle" | "singlecomplex" => {
            return Ok(Parts::complex(Scalar::F32, big));
        }
        "c16" | "D" | "complex" | "complex128" | "cdouble" | "complex_" | "cfloat" => {
            return Ok(Parts::complex(Scalar::F64, big));
        }
        "O" | "O4" | "O8" | "object" | "object_" => {
            return error(
                "object arrays ('O') hold Python objects, not numbers; convert with .astype('float64') and save again",
            );
        }
        _ => {}
    }
    if let Some(time) = time(name)? {
        return Ok(Parts::one(time, big));
    }
    opaque(name, big)?.map_or_else(
        || {
            error(format!(
                "'{}' is not a type that NumPy knows; write for instance '<f4', '>f8' or 'int32'",
                shown(whole)
            ))
        },
        Ok,
    )
}

fn plain_scalar(name: &str) -> Option<Scalar> {
    Some(match name {
        "?" | "b1" | "bool" | "bool_" | "bool8" => Scalar::Bool,
        "b" | "i1" | "int8" | "byte" => Scalar::I8,
        "h" | "i2" | "int16" | "short" => Scalar::I16,
        "i" | "i4" | "int32" | "intc" => Scalar::I32,
        "l" | "q" | "p" | "n" | "i8" | "int64" | "int" | "int_" | "long" | "longlong" | "intp" => Scalar::I64,
        "B" | "u1" | "uint8" | "ubyte" => Scalar::U8,
        "H" | "u2" | "uint16" | "ushort" => Scalar::U16,
        "I" | "u4" | "uint32" | "uintc" => Scalar::U32,
        "L" | "Q" | "P" | "N" | "u8" | "uint64" | "uint" | "ulong" | "ulonglong" | "uintp" => Scalar::U64,
        "e" | "f2" | "float16" | "half" => Scalar::F16,
        "f" | "f4" | "float32" | "single" => Scalar::F32,
        "d" | "f8" | "float64" | "float" | "double" | "float_" => Scalar::F64,
        _ => return None,
    })
}

/// `M8[ns]`, `m8[10ms]`, `datetime64[D]`, `timedelta64`; `None` if it is no time at all.
fn time(name: &str) -> Result<Option<Scalar>, DataError> {
    let (base, unit) = name.split_once('[').unwrap_or((name, "]"));
    let make: fn(TimeUnit) -> Scalar = match base {
        "M8" | "M" | "datetime64" => Scalar::Time,
        "m8" | "m" | "timedelta64" => Scalar::Duration,
        _ => return Ok(None),
    };
    let unknown = || {
        DataError::Dtype(format!("'{}' has no time unit that NumPy knows; write for instance 'M8[ns]'", shown(name)))
    };
    let unit = unit.strip_suffix(']').ok_or_else(unknown)?;
    let digits = unit.bytes().take_while(u8::is_ascii_digit).count();
    let (count, sign) = unit.split_at_checked(digits).ok_or_else(unknown)?;
    let multiplier = if count.is_empty() { 1 } else { count.parse::<u32>().map_err(|_| unknown())? };
    let sign = match sign {
        "μs" | "µs" => "us",
        "generic" => "",
        sign => sign,
    };
    let unit = Unit::ALL.iter().find(|(_, known)| *known == sign).map(|(unit, _)| *unit).ok_or_else(unknown)?;
    if multiplier == 0 || (unit == Unit::Generic && !count.is_empty()) {
        return Err(unknown());
    }
    Ok(Some(make(TimeUnit { multiplier, unit })))
}

/// Text, and types that take bytes but are no numbers to draw; `None` if the name is unknown.
fn opaque(name: &str, big: bool) -> Result<Option<Parts>, DataError> {
    const LONG: &str = "long double, which differs between machines; convert to float64";
    let long = match name {
        "f12" | "float96" => Some(12),
        "f16" | "g" | "float128" | "longdouble" | "longfloat" => Some(16),
        "c24" | "complex192" => Some(24),
        "c32" | "G" | "complex256" | "clongdouble" => Some(32),
        _ => None,
    };
    if let Some(size) = long {
        return Ok(Some(Parts::opaque(size, LONG, false)));
    }
    if let "str" | "str_" | "unicode" | "bytes" | "bytes_" | "void" = name {
        return error(format!("'{name}' has no length; write it with its length, for instance 'S8'"));
    }
    let Some(kind) = name.chars().next() else {
        return error("a type is missing; write for instance '<f4'");
    };
    let digits = name.get(1..).unwrap_or("");
    let length = if digits.is_empty() { 0 } else { dimension(digits, name)? };
    match kind {
        'S' | 'a' => text(length, false, big).map(Some),
        'c' if name.len() == 1 => text(1, false, big).map(Some),
        'U' => text(length, true, big).map(Some),
        'V' => Ok(Some(Parts::opaque(length, "bytes without a meaning", true))),
        _ => Ok(None),
    }
}

/// Text of so many characters.
fn text(length: u64, is_wide: bool, big: bool) -> Result<Parts, DataError> {
    let size = length.checked_mul(if is_wide { 4 } else { 1 }).ok_or_else(too_big)?;
    Ok(match u32::try_from(length).ok().filter(|length| (1..=MAX_TEXT).contains(length)) {
        Some(length) => Parts::one(Scalar::Text { length, is_wide }, big && is_wide),
        None if length == 0 => Parts::opaque(size, "text without characters", false),
        None => Parts::opaque(size, &format!("text of more than {MAX_TEXT} characters"), false),
    })
}

/// A dtype in Python notation. `depth` bounds the recursion even for values that no parser made.
pub(super) fn of_literal(literal: &Literal, depth: u32) -> Result<Parts, DataError> {
    if depth > MAX_DEPTH {
        return error(format!("it nests deeper than {MAX_DEPTH}"));
    }
    match literal {
        Literal::Text(text) => comma_list(text),
        Literal::List(items) => record(items, depth),
        Literal::Dict(_) => dict(literal, depth),
        Literal::Tuple(items) => match items.as_slice() {
            [element, shape] => of_literal(element, depth + 1)?.repeated(&dims(shape)?),
            _ => error("a tuple must be (type, shape)"),
        },
        Literal::None | Literal::Bool(_) | Literal::Int(_) => {
            error("a number or None stands where a type should be; write for instance '<f4'")
        }
    }
}

fn dims(shape: &Literal) -> Result<Vec<u64>, DataError> {
    let one = |item: &Literal| match item {
        Literal::Int(n) => u64::try_from(*n).map_err(|_| DataError::Dtype("a shape has a negative length".to_owned())),
        _ => error("a shape must be whole numbers, for instance (3,)"),
    };
    let dims = shape
        .items()
        .map_or_else(|| Ok(vec![one(shape)?]), |items| items.iter().map(one).collect::<Result<Vec<_>, _>>())?;
    if dims.len() > 64 {
        return error("a shape has more than 64 dimensions");
    }
    Ok(dims)
}

/// `[('x','<f4'), ('y','<f8',(2,)), (('title','z'),'i4')]`
fn record(items: &[Literal], depth: u32) -> Result<Parts, DataError> {
    let mut parts = Parts::default();
    for (i, item) in items.iter().enumerate() {
        let Literal::Tuple(member) = item else {
            return error(format!("field {i} of a list must be a tuple such as ('x', '<f4')"));
        };
        let (name, kind, shape) = match member.as_slice() {
            [name, kind] => (name, kind, None),
            [name, kind, shape] => (name, kind, Some(shape)),
            _ => {
                return error(format!("field {i} must be (name, type) or (name, type, shape)"));
            }
        };
        let name = field_name(name)?;
        let mut element = of_literal(kind, depth + 1)?;
        if let Some(shape) = shape {
            element = element.repeated(&dims(shape)?)?;
        }
        let offset = parts.size;
        if name.is_empty() && element.is_void {
            parts.size = offset.checked_add(element.size).ok_or_else(too_big)?;
        } else if name.is_empty() {
            parts.add(&format!("f{i}"), element, offset)?;
        } else {
            parts.add(name, element, offset)?;
        }
    }
    parts.check_names()?;
    Ok(parts)
}

fn field_name(name: &Literal) -> Result<&str, DataError> {
    match name {
        Literal::Text(name) => Ok(name),
        Literal::Tuple(pair) => match pair.as_slice() {
            [_, Literal::Text(name)] => Ok(name),
            _ => error("a field's name must be a text or (title, name)"),
        },
        _ => error("a field's name must be a text or (title, name)"),
    }
}

/// `{'names': [...], 'formats': [...], 'offsets': [...], 'itemsize': n}`
fn dict(literal: &Literal, depth: u32) -> Result<Parts, DataError> {
    let list = |key: &str| literal.get(key).and_then(Literal::items);
    let (Some(names), Some(formats)) = (list("names"), list("formats")) else {
        return error("a dict must have the lists 'names' and 'formats'");
    };
    let offsets = list("offsets");
    if formats.len() != names.len() || offsets.is_some_and(|offsets| offsets.len() != names.len()) {
        return error("the lists 'names', 'formats' and 'offsets' must be equally long");
    }
    if offsets.is_none() && literal.get("aligned") == Some(&Literal::Bool(true)) {
        return error("'aligned' depends on the machine that wrote it; give 'offsets' and 'itemsize'");
    }
    let mut parts = Parts::default();
    for (i, (name, format)) in names.iter().zip(formats).enumerate() {
        let element = of_literal(format, depth + 1)?;
        let offset = match offsets.map(|offsets| offsets.get(i)) {
            None => parts.size,
            Some(Some(Literal::Int(offset))) => u64::try_from(*offset).map_err(|_| too_big())?,
            Some(_) => return error("'offsets' must be whole numbers"),
        };
        let name = field_name(name)?;
        if name.is_empty() {
            return error("a field has no name; give each one its own");
        }
        parts.add(name, element, offset)?;
    }
    match literal.get("itemsize") {
        None => {}
        Some(Literal::Int(size)) => {
            let size = u64::try_from(*size).map_err(|_| too_big())?;
            if size < parts.size {
                return error(format!("'itemsize' is {size} but the fields need {} bytes", parts.size));
            }
            parts.size = size;
        }
        Some(_) => return error("'itemsize' must be a whole number"),
    }
    parts.check_names()?;
    Ok(parts)
}
