//! What the axes of a figure are called and measured in, where the person does not say: from the columns.

use crate::data::Table;
use crate::data::column::{Column, LaneKind, ROW};
use crate::data::dtype::{Scalar, TimeUnit as Step, Unit};
use crate::data::grid::{Coordinates, Field, Kind, Placed};
use crate::figure::colorbar;
use crate::figure::frame::FigureText;
use crate::figure::ticks::{Quantity, TimeUnit};
use crate::plan::{VALUE, X, Y, in_numbers};
use crate::scene::axis::{Range, Scale, ViewError};
use crate::scene::mark::Mark;
use crate::scene::reduction::{Reduction, Statistic};

use super::fields::Moment;
use super::figure::{FigureLayer, FigureRequest};

/// The words around the plot of a table: those given, else what the columns are called. Empty ones are left out; of fields
/// over time, the title says when, and `{time}` and `{step}` in a given one are filled in.
#[must_use]
pub fn words(given: &FigureText, table: &Table, moment: &Moment) -> FigureText {
    let given = &FigureText { title: given.title.as_ref().map(|title| moment.put_into(title)), ..given.clone() };
    if let Some(field) = table.field() {
        let [x, y] = field_axes(field);
        let word = |given: &Option<String>, default| given.clone().or(default).filter(|word| !word.is_empty());
        let title = word(&given.title, moment.time.clone());
        return FigureText { title, x_label: word(&given.x_label, x), y_label: word(&given.y_label, y) };
    }
    let [x, y] = [X, Y].map(|i| table.column(i));
    let word =
        |given: &Option<String>, default: Option<String>| given.clone().or(default).filter(|word| !word.is_empty());
    FigureText {
        title: word(&given.title, None),
        x_label: word(&given.x_label, x.and_then(|x| name(x, y))),
        y_label: word(&given.y_label, y.and_then(|y| name(y, x))),
    }
}

/// The same of a figure of several tables, one for each layer: each axis has the name that the lowest layer gives it of
/// those that are seen.
#[must_use]
pub fn words_of(request: &FigureRequest, tables: &[&Table], moment: &Moment) -> FigureText {
    let mut found = FigureText::default();
    for table in seen(request, tables) {
        let FigureText { title, x_label, y_label } = words(&request.text, table, moment);
        found.title = found.title.or(title);
        found.x_label = found.x_label.or(x_label);
        found.y_label = found.y_label.or(y_label);
    }
    found
}

/// The table that the axes are about: that of the lowest layer that is seen, of the lowest at all where none is.
#[must_use]
pub fn lowest<'a>(request: &FigureRequest, tables: &[&'a Table]) -> Option<&'a Table> {
    seen(request, tables).next().or(tables.first().copied())
}

fn seen<'a>(request: &FigureRequest, tables: &[&'a Table]) -> impl Iterator<Item = &'a Table> {
    let any = request.layers.iter().any(|layer| layer.visible);
    let layers = request.layers.iter().zip(tables);
    layers.filter(move |(layer, _)| layer.visible || !any).map(|(_, table)| *table)
}

/// What a number is called and measured in, for those who read one: `t2m` and `K`. Empty is what there is nothing to say of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Measure {
    /// Its name.
    pub name: String,
    /// Its units.
    pub units: String,
}

impl Measure {
    /// A number with both: `t2m 281.4 K`.
    #[must_use]
    pub fn of(&self, number: &str) -> String {
        [self.name.as_str(), number, self.units.as_str()]
            .into_iter()
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// What places along x and y are called and measured in: as the person calls them, else as the data does.
#[must_use]
pub fn measures(given: &FigureText, table: &Table) -> [Measure; 2] {
    let named = |name: &str, units: &str| Measure { name: name.to_owned(), units: units.to_owned() };
    let own = match table.field() {
        Some(field) if field.mesh().is_some() => [named("longitude", "°E"), named("latitude", "°N")],
        Some(field) => {
            let is_rotated = matches!(field.variable().placed, Some(Placed::RotatedPole { .. }));
            let [x, y] = field.coordinates();
            let [along_x, along_y] = field.dimensions();
            [(x, along_x), (y, along_y)].map(|(coordinates, dimension)| {
                let dimension = dimension.map_or("", |dimension| dimension.name.as_str());
                match coordinates.kind {
                    Kind::Longitude | Kind::Latitude if is_rotated => named(dimension, "°"),
                    Kind::Longitude => named("longitude", "°E"),
                    Kind::Latitude => named("latitude", "°N"),
                    Kind::Time(_) => named(dimension, ""),
                    _ if coordinates.units == "1" => named(dimension, ""),
                    _ => named(dimension, &coordinates.units),
                }
            })
        }
        None => {
            let [x, y] = [X, Y].map(|i| table.column(i));
            [x.and_then(|x| name(x, y)), y.and_then(|y| name(y, x))]
                .map(|name| Measure { name: name.unwrap_or_default(), units: String::new() })
        }
    };
    let mut named = [&given.x_label, &given.y_label].into_iter().zip(["x", "y"]);
    own.map(|own| match named.next() {
        Some((Some(label), _)) if !label.is_empty() => Measure { name: label.clone(), units: String::new() },
        Some((_, short)) if own.name.is_empty() => Measure { name: short.to_owned(), ..own },
        _ => own,
    })
}

/// What the values of a field are called and measured in; none for tables.
#[must_use]
pub fn value_measure(table: &Table) -> Option<Measure> {
    let variable = table.field()?.variable();
    Some(Measure { name: variable.name.clone(), units: variable.units().unwrap_or_default().to_owned() })
}

/// What the colors of a layer of a table stand for: `points per pixel`, `mean of speed`, `lines per pixel`.
#[must_use]
pub fn quantity_name(table: &Table, layer: &FigureLayer) -> String {
    if let Some(field) = table.field() {
        let variable = field.variable();
        return variable.units().map_or_else(|| variable.title(), |units| format!("{} ({units})", variable.title()));
    }
    let [y, value] = [Y, VALUE].map(|i| table.column(i));
    match (&layer.mark, &layer.reduction, value) {
        (_, Reduction::Of(statistic, _), Some(column)) => {
            colorbar::quantity(&Reduction::Of(*statistic, value_name(column, y)))
        }
        (_, Reduction::By { .. }, Some(column)) => value_name(column, y),
        (Mark::Lines { .. }, Reduction::Count, _) => "lines per pixel".to_owned(),
        (Mark::Markers { .. }, Reduction::Count, _) => "markers per pixel".to_owned(),
        (Mark::Hexagons { .. }, Reduction::Count, _) => "points per hexagon".to_owned(),
        (_, reduction, _) => colorbar::quantity(reduction),
    }
}

/// What such colors stand for where numbers are divided by the pixel's area: `points per unit area`.
#[must_use]
pub fn over_area(name: &str, scales: [Scale; 2]) -> String {
    let name = [" per pixel", " per hexagon"].iter().find_map(|per| name.strip_suffix(per)).unwrap_or(name);
    let lengths = ["x", "y"].into_iter().zip(scales).filter_map(|(axis, scale)| match scale {
        Scale::Linear => None,
        Scale::Log => Some(format!("{axis} in decades")),
        Scale::SymLog { .. } => Some(format!("{axis} along its symlog axis")),
    });
    let lengths: Vec<String> = lengths.collect();
    let lengths = if lengths.is_empty() { String::new() } else { format!(" ({})", lengths.join(", ")) };
    format!("{name} per unit area{lengths}")
}

/// What the numbers along x and y are.
#[must_use]
pub fn quantities(table: &Table) -> [Quantity; 2] {
    if let Some(field) = table.field() {
        if field.mesh().is_some() {
            return [Quantity::default(); 2];
        }
        return field.coordinates().map(|coordinates| match coordinates.kind {
            Kind::Time(unit) => Quantity { integer: false, time: time_unit(unit) },
            _ => Quantity { integer: false, time: None },
        });
    }
    [X, Y].map(|i| table.column(i).map_or_else(Quantity::default, quantity))
}

/// Degrees east.
const LONGITUDE: &str = "longitude (°E)";
/// Degrees north.
const LATITUDE: &str = "latitude (°N)";

/// What the axes of a field are called: the title of a coordinate with its units, else the dimension's name. Dates speak
/// for themselves, and so do the units of longitudes and latitudes.
fn field_axes(field: &Field) -> [Option<String>; 2] {
    if field.mesh().is_some() {
        return [LONGITUDE, LATITUDE].map(|title| Some(title.to_owned()));
    }
    // Those of a rotated sphere are no longitudes and latitudes of the Earth.
    let is_rotated = matches!(field.variable().placed, Some(Placed::RotatedPole { .. }));
    let [x, y] = field.coordinates();
    let [along_x, along_y] = field.dimensions();
    [(x, along_x), (y, along_y)].map(|(coordinates, dimension)| {
        let Coordinates { kind, units, title, .. } = coordinates;
        let title = if title.is_empty() { dimension.map_or("", |dimension| dimension.name.as_str()) } else { title };
        match kind {
            Kind::Longitude if is_rotated => Some("rotated longitude (°)".to_owned()),
            Kind::Latitude if is_rotated => Some("rotated latitude (°)".to_owned()),
            Kind::Longitude => Some(LONGITUDE.to_owned()),
            Kind::Latitude => Some(LATITUDE.to_owned()),
            Kind::Time(_) => None,
            _ if title.is_empty() => None,
            _ if units.is_empty() || units == "1" => Some(title.to_owned()),
            _ => Some(format!("{title} ({units})")),
        }
    })
}

/// A number in groups of three digits.
#[must_use]
pub fn grouped(n: u64, between: char) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(between);
        }
        text.push(digit);
    }
    text
}

fn quantity(column: &Column) -> Quantity {
    let time = match column.dtype().scalar {
        Scalar::Time(step) => time_unit(step),
        _ => None,
    };
    Quantity { integer: column.kind().is_integer(), time }
}

/// What the columns x, y and value count, where they count time.
pub(in crate::workbench) fn times(table: &Table) -> [Option<Step>; 3] {
    if let Some(field) = table.field() {
        if field.mesh().is_some() {
            return [None; 3];
        }
        let [x, y] = field.coordinates().map(|coordinates| match coordinates.kind {
            Kind::Time(unit) => Some(unit),
            _ => None,
        });
        return [x, y, None];
    }
    [X, Y, VALUE].map(|i| match table.column(i)?.dtype().scalar {
        Scalar::Time(step) => Some(step),
        _ => None,
    })
}

/// Which of the columns x, y and value are of text.
pub(in crate::workbench) fn texts(table: &Table) -> [bool; 3] {
    [X, Y, VALUE].map(|i| table.column(i).is_some_and(Column::is_text))
}

/// In what the colors of a layer count time: where they stand for times.
#[must_use]
pub fn bar_time(table: &Table, reduction: &Reduction) -> Option<TimeUnit> {
    let are_values = matches!(reduction, Reduction::Of(Statistic::Mean | Statistic::Min | Statistic::Max, _));
    let column = table.column(VALUE).filter(|_| are_values && table.field().is_none())?;
    quantity(column).time
}

/// A range along x (0) or y (1) of a table with numbers in the place of moments.
///
/// # Errors
/// Those of [`in_numbers`].
pub fn numbers_of(range: Range, table: &Table, axis: usize) -> Result<Range, ViewError> {
    let (name, kind) = (if axis == X { "x" } else { "y" }, table.kind(axis).unwrap_or(LaneKind::F64));
    in_numbers(name, range, times(table)[axis.min(Y)], kind)
}

/// Steps of fixed length; months and years have none.
pub(super) fn time_unit(step: Step) -> Option<TimeUnit> {
    let (seconds, parts) = match step.unit {
        Unit::Week => (7 * 86_400, 1),
        Unit::Day => (86_400, 1),
        Unit::Hour => (3600, 1),
        Unit::Minute => (60, 1),
        Unit::Second => (1, 1),
        Unit::Millisecond => (1, 1000),
        Unit::Microsecond => (1, 1_000_000),
        Unit::Nanosecond => (1, 1_000_000_000),
        Unit::Picosecond => (1, 1_000_000_000_000),
        Unit::Femtosecond => (1, 1_000_000_000_000_000),
        Unit::Attosecond => (1, 1_000_000_000_000_000_000),
        Unit::Year | Unit::Month | Unit::Generic => return None,
    };
    Some(TimeUnit { numerator: seconds * u64::from(step.multiplier), denominator: parts })
}

/// What a column is called, if its name says something: a field's name, the name of a file of its own, or its number where
/// it is not the one expected.
fn name(column: &Column, other: Option<&Column>) -> Option<String> {
    if !has_no_name(column) {
        return Some(with_unit(column.name(), column));
    }
    let path = |column: &Column| column.mapping().map(|map| map.path().to_owned());
    // What an expression makes is of no file.
    let has_place = |other: &Column| other.name() == ROW || path(other).is_some();
    if let Some(stem) = file_name(column)
        && other.is_none_or(has_place)
        && other.and_then(path) != path(column)
    {
        return Some(with_unit(&stem, column));
    }
    let usual = match (column.name(), other.map_or("", Column::name)) {
        ("0", "1") | ("1", "0") | (UNNAMED, _) => true,
        (name, ROW) => name == "0",
        _ => false,
    };
    (!usual).then(|| format!("column {}", column.name()))
}

/// Name of the single column of a raw file.
const UNNAMED: &str = "value";

/// Whether a column has nothing but a place in its file.
pub(super) fn has_no_name(column: &Column) -> bool {
    is_number(column.name()) || column.name() == UNNAMED
}

fn is_number(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_digit())
}

/// The name of the file that a column comes from, without its ending; none for streams.
fn file_name(column: &Column) -> Option<String> {
    let path = column.mapping()?.path();
    path.extension()?;
    Some(path.file_stem()?.to_string_lossy().into_owned())
}

/// What a value column is called.
fn value_name(column: &Column, y: Option<&Column>) -> String {
    name(column, y).unwrap_or_else(|| format!("column {}", column.name()))
}

/// Lengths of time say in what they are measured.
fn with_unit(name: &str, column: &Column) -> String {
    match column.dtype().scalar {
        Scalar::Duration(step) if step.unit != Unit::Generic && step.multiplier == 1 => {
            format!("{name}, {}", step.unit.sign())
        }
        _ if column.is_seconds() => format!("{name}, s"),
        _ => name.to_owned(),
    }
}
