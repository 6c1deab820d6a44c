//! Units of what expressions make: those of their columns, where that is plain. Nothing is converted: where a factor may or
//! may not stand for other units, there are none.

use super::Expression;
use super::math;
use super::tree::{Binary, Function, Kind, Reference, Unary};

/// What the difference of two moments counts.
pub const SECONDS: &str = "s";

/// 0 °C in kelvin.
const FREEZING: f64 = 273.15;

/// What a column counts.
#[derive(Debug, Clone, PartialEq)]
pub enum Counted {
    /// Units of this name.
    Units(String),
    /// Time since some moment.
    Moments,
}

/// What is known of a part.
#[derive(Debug, Clone, PartialEq)]
enum Measure {
    /// A number.
    Plain(f64),
    Units(String),
    Moments,
    Unknown,
}

impl Measure {
    /// The units of two parts that are compared, added or chosen from; a number takes those of the other.
    fn common(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Units(a), Self::Units(b)) if a == b => self.clone(),
            (Self::Units(_), Self::Plain(_)) => self.clone(),
            (Self::Plain(_), Self::Units(_)) => other.clone(),
            _ => Self::Unknown,
        }
    }

    /// The units of temperatures that are shifted from one scale to the other, else as they are.
    fn shifted(self, by: f64) -> Self {
        let Self::Units(units) = &self else { return self };
        let is_kelvin = ["K", "kelvin", "Kelvin", "degK", "degrees_K"].contains(&units.as_str());
        let is_celsius = ["degC", "°C", "celsius", "Celsius", "degree_Celsius", "degrees_C"].contains(&units.as_str());
        match () {
            () if is_kelvin && by == -FREEZING => Self::Units("°C".to_owned()),
            () if is_celsius && by == FREEZING => Self::Units("K".to_owned()),
            () => self,
        }
    }
}

impl Expression {
    /// The units of its results, from those of the columns that it names; none where they are not plain to see.
    #[must_use]
    pub fn units(&self, of: impl Fn(&Reference) -> Option<Counted>) -> Option<String> {
        let mut known: Vec<Measure> = Vec::with_capacity(self.tree.nodes.len());
        for node in &self.tree.nodes {
            let part = |id: &usize| known.get(*id).cloned().unwrap_or(Measure::Unknown);
            let measure = match &node.kind {
                Kind::Number(value, _) => Measure::Plain(*value),
                Kind::Name(number) => self.tree.references.get(*number).map_or(Measure::Unknown, |reference| {
                    match (of(reference), reference.constant()) {
                        (Some(Counted::Units(units)), _) => Measure::Units(units),
                        (Some(Counted::Moments), _) => Measure::Moments,
                        (None, Some(value)) => Measure::Plain(value),
                        (None, None) => Measure::Unknown,
                    }
                }),
                Kind::Unary(function, a) => unary(*function, part(a)),
                Kind::Binary(function, a, b) => binary(*function, &part(a), &part(b)),
                Kind::Call(function, arguments) => {
                    let parts: Vec<Measure> = arguments.iter().map(part).collect();
                    match (function, parts.as_slice()) {
                        (Function::Unary(function), [a]) => unary(*function, a.clone()),
                        (Function::Binary(function), [a, b]) => binary(*function, a, b),
                        (Function::Clip, [a, low, high]) => a.common(low).common(high),
                        (Function::Where, [_, a, b]) => a.common(b),
                        _ => Measure::Unknown,
                    }
                }
                _ => Measure::Unknown,
            };
            known.push(measure);
        }
        match known.pop() {
            Some(Measure::Units(units)) => Some(units),
            _ => None,
        }
    }
}

fn unary(function: Unary, a: Measure) -> Measure {
    match (function, a) {
        (_, Measure::Plain(a)) => Measure::Plain(math::unary(function, a)),
        (Unary::Negate | Unary::Abs | Unary::Floor | Unary::Ceil | Unary::Round | Unary::Trunc, a) => a,
        _ => Measure::Unknown,
    }
}

fn binary(function: Binary, a: &Measure, b: &Measure) -> Measure {
    match (function, a, b) {
        (_, Measure::Plain(a), Measure::Plain(b)) => Measure::Plain(math::binary(function, *a, *b)),
        (Binary::Subtract, Measure::Moments, Measure::Moments) => Measure::Units(SECONDS.to_owned()),
        (Binary::Add, a, Measure::Plain(by)) | (Binary::Add, Measure::Plain(by), a) => a.clone().shifted(*by),
        (Binary::Subtract, a, Measure::Plain(by)) => a.clone().shifted(-by),
        (Binary::Add | Binary::Subtract | Binary::Minimum | Binary::Maximum | Binary::Remainder, a, b) => a.common(b),
        // Of a length and a number there is none.
        (Binary::Hypot, Measure::Units(_), Measure::Units(_)) => a.common(b),
        _ => Measure::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_passed_on_where_they_are_plain() {
        let of = |reference: &Reference| match reference.name.as_str() {
            "t" | "td" => Some(Counted::Units("K".to_owned())),
            "c" => Some(Counted::Units("degC".to_owned())),
            "u" | "v" => Some(Counted::Units("m s-1".to_owned())),
            "begin" | "end" => Some(Counted::Moments),
            _ => None,
        };
        for (text, units) in [
            ("t", Some("K")),
            ("t - 273.15", Some("°C")),
            ("-273.15 + t", Some("°C")),
            ("c + 273.15", Some("K")),
            ("t - 200", Some("K")),
            ("t - td", Some("K")),
            ("-abs(u)", Some("m s-1")),
            ("hypot(u, v)", Some("m s-1")),
            ("clip(u, 0, 2*3)", Some("m s-1")),
            ("where(u > 3, u, nan)", Some("m s-1")),
            ("maximum(u, v) - minimum(u, v)", Some("m s-1")),
            ("hypot(u, v) * 3.6", None),
            ("u * v", None),
            ("u / v", None),
            ("t + u", None),
            ("t - x", None),
            ("sqrt(u*u + v*v)", None),
            ("3 + 4", None),
            ("end - begin", Some("s")),
            ("abs(end - begin) + 3", Some("s")),
            ("(end - begin) / 60", None),
            ("begin", None),
            ("hour(begin)", None),
            ("minimum(begin, end)", None),
        ] {
            assert_eq!(Expression::parse(text).unwrap().units(of).as_deref(), units, "{text}");
        }
    }
}
