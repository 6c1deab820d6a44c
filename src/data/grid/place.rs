//! What a person writes to say where in an array to be: `level=500`, `member=#3`, `350x800x800`.

use std::fmt;
use std::str::FromStr;

use super::Dimension;
use crate::data::error::DataError;

/// A place along a dimension.
///
/// As text: `level=500` is the cell whose coordinate is nearest (or, of a dimension without coordinates, the cell of that
/// number), `level=#3` the cell of a number, from 0; `level=#-1` is the last.
#[derive(Debug, Clone, PartialEq)]
pub struct At {
    /// The dimension's name.
    pub dimension: String,
    /// Where.
    pub place: Place,
}

/// A cell of a dimension, by its number or by its coordinate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Place {
    /// The cell of a number, from 0; negative ones count from the end.
    Number(i64),
    /// The cell whose center is nearest; the one of that number where there are no coordinates.
    Value(f64),
}

impl Place {
    /// The number of the cell.
    ///
    /// # Errors
    /// [`DataError::Grid`] if there is no such cell.
    pub(super) fn cell(self, dimension: &Dimension) -> Result<u64, DataError> {
        let (name, len) = (&dimension.name, dimension.len);
        let number = match (self, &dimension.coordinates) {
            (Self::Value(wanted), Some(coordinates)) => {
                let distance = |i: &usize| (coordinates.centers[*i] - wanted).abs();
                let nearest = (0..coordinates.centers.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)));
                let centers = coordinates.centers.iter().copied();
                let (low, high) =
                    centers.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| (low.min(at), high.max(at)));
                // As far beyond the ends as cells are wide on average; of a single cell nothing is known.
                let beyond = if len > 1 { (high - low) / (len - 1) as f64 } else { f64::INFINITY };
                if !(low - beyond..=high + beyond).contains(&wanted) {
                    return Err(DataError::Grid(format!(
                        "the dimension \"{name}\" goes from {low} to {high}; there is no cell at {wanted}"
                    )));
                }
                return Ok(nearest.unwrap_or(0) as u64);
            }
            #[expect(clippy::cast_possible_truncation, reason = "saturates, as it should")]
            (Self::Value(number), None) if number.fract() == 0.0 => number as i64,
            (Self::Value(value), None) => {
                return Err(DataError::Grid(format!(
                    "the dimension \"{name}\" has no coordinates and so no cell at {value}; give its number: {name}=#0"
                )));
            }
            (Self::Number(number), _) => number,
        };
        let from_start = if number < 0 { number.checked_add_unsigned(len) } else { Some(number) };
        let found = from_start.and_then(|number| u64::try_from(number).ok()).filter(|number| *number < len);
        found.ok_or_else(|| {
            DataError::Grid(format!("the dimension \"{name}\" has {len} cells; there is no number {number}"))
        })
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Place::Number(number) => write!(f, "{}=#{number}", self.dimension),
            Place::Value(value) => write!(f, "{}={value:?}", self.dimension),
        }
    }
}

impl FromStr for At {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "reading a place: `{text}` is none; write DIMENSION=COORDINATE or DIMENSION=#NUMBER, as level=500 or member=#3"
            )
        };
        let (dimension, place) = text.split_once('=').ok_or_else(wrong)?;
        let place = match place.trim().strip_prefix('#') {
            Some(number) => number.parse().ok().map(Place::Number),
            None => place.trim().parse().ok().filter(|value: &f64| value.is_finite()).map(Place::Value),
        };
        let dimension = dimension.trim().to_owned();
        if dimension.is_empty() {
            return Err(wrong());
        }
        Ok(Self { dimension, place: place.ok_or_else(wrong)? })
    }
}

/// Cells along each dimension, the slowest first: `350x800x800`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape(pub Vec<u64>);

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lens: Vec<String> = self.0.iter().map(u64::to_string).collect();
        f.write_str(&lens.join("x"))
    }
}

impl FromStr for Shape {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let lens: Option<Vec<u64>> = text.split(['x', ',']).map(|len| len.trim().parse().ok()).collect();
        let fits = |lens: &Vec<u64>| (2..=super::MAX_DIMENSIONS).contains(&lens.len()) && !lens.contains(&0);
        lens.filter(fits).map(Self).ok_or_else(|| {
            format!("reading the shape: `{text}` is none; write the cells along each dimension, rows before columns: 350x800x800")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_shapes_read_as_they_are_written() {
        for text in ["level=500.0", "member=#3", "t=#-1", "a b=-0.25"] {
            assert_eq!(text.parse::<At>().unwrap().to_string(), text);
        }
        for text in ["level", "=3", "level=", "level=#1.5", "level=nan", "level=high"] {
            assert!(text.parse::<At>().unwrap_err().contains("level=500"), "{text}");
        }
        assert_eq!("350x800x800".parse::<Shape>().unwrap().to_string(), "350x800x800");
        assert_eq!("4, 5".parse(), Ok(Shape(vec![4, 5])));
        for text in ["", "5", "5x", "0x4", "-1x4", "1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1"] {
            assert!(text.parse::<Shape>().is_err(), "{text}");
        }
    }
}
