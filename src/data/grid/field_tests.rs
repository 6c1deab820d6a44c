use super::super::Place;
use super::super::mapped::{MappedArray, packed};
use super::super::packing::Packing;
use super::*;
use crate::data::dtype::Unit;
use crate::data::mapping::Mapping;
use std::io::Write as _;

fn dimension(name: &str, len: u64, kind: Option<Kind>) -> Dimension {
    let coordinates = kind.map(|kind| Arc::new(Coordinates { kind, ..Coordinates::counted(len).unwrap() }));
    Dimension { name: name.to_owned(), len, is_unlimited: false, coordinates }
}

/// A variable of 0, 1, 2 and so on.
fn grids(dimensions: Vec<Dimension>) -> Arc<Grids> {
    let shape: Vec<u64> = dimensions.iter().map(|dimension| dimension.len).collect();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let count: u32 = shape.iter().product::<u64>().try_into().unwrap();
    for number in 0..count {
        file.write_all(&f64::from(number).to_le_bytes()).unwrap();
    }
    let map = Mapping::open(file.path()).unwrap();
    let dtype = crate::data::dtype::parse("<f8").unwrap().plain().unwrap();
    let store = MappedArray::new(&map, dtype, 0, packed(&shape, 8).unwrap()).unwrap();
    let variable = Variable {
        name: "v".to_owned(),
        dimensions: (0..shape.len()).collect(),
        dtype: "f64".to_owned(),
        attributes: Vec::new(),
        packing: Packing::default(),
        store: Arc::new(store),
        placed: None,
    };
    let (format, notes) = ("test".to_owned(), Vec::new());
    Arc::new(Grids { format, dimensions, variables: vec![variable], notes, mappings: vec![map], folders: Vec::new() })
}

fn time() -> Option<Kind> {
    Some(Kind::Time(TimeUnit { multiplier: 1, unit: Unit::Hour }))
}

fn read(field: &Field, step: u64, x: Range<u64>, y: Range<u64>) -> Vec<f64> {
    let mut out = vec![0.0; usize::try_from((x.end - x.start) * (y.end - y.start)).unwrap()];
    field.read(step, x, y, &mut out).unwrap();
    out
}

#[test]
fn longitude_and_latitude_are_the_axes() {
    let level = Some(Kind::Vertical { down: true });
    let (lon, lat) = (Some(Kind::Longitude), Some(Kind::Latitude));
    let all = vec![
        dimension("time", 3, time()),
        dimension("lon", 4, lon),
        dimension("level", 2, level),
        dimension("lat", 5, lat),
    ];
    let grids = grids(all);
    let at = |place| vec![At { dimension: "level".to_owned(), place }];
    let field = Field::new(&grids, &FieldRequest { at: at(Place::Number(-1)), ..FieldRequest::default() }).unwrap();
    assert_eq!((field.shape(), field.steps(), field.cells()), ([4, 5], 3, 20));
    // Number of the cell (time 1, lon i, level 1, lat j): 40 + 10 i + 5 + j.
    assert_eq!(read(&field, 1, 2..4, 0..2), [65.0, 75.0, 66.0, 76.0]);
    assert_eq!(
        field.places().iter().map(|(dimension, at)| (dimension.name.as_str(), *at)).collect::<Vec<_>>(),
        [("level", 1)]
    );
    let nearest = FieldRequest { at: at(Place::Value(0.6)), ..FieldRequest::default() };
    assert_eq!(Field::new(&grids, &nearest).unwrap().at[2], 1);
    for place in [Place::Number(2), Place::Number(-3), Place::Value(9.0), Place::Value(-9.0)] {
        assert!(Field::new(&grids, &FieldRequest { at: at(place), ..FieldRequest::default() }).is_err());
    }
}

#[test]
fn steps_are_written_one_after_another() {
    for written in 0..=7_usize {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&[vec![9; written * 12], vec![0; (7 - written) * 12]].concat()).unwrap();
        let map = Mapping::open(file.path()).unwrap();
        let spec = crate::data::raw::RawSpec {
            dtype: Some("|u1".to_owned()),
            shape: Some(crate::data::grid::Shape(vec![7, 3, 4])),
            ..Default::default()
        };
        let grids = Arc::new(crate::data::grid::plain::of_raw(&map, &spec).unwrap());
        let field = Field::new(&grids, &FieldRequest::default()).unwrap();
        assert_eq!((field.steps(), field.written_steps().unwrap()), (7, written as u64));
    }
}

#[test]
fn any_two_dimensions_can_be_the_axes() {
    let grids = grids(vec![dimension("time", 3, time()), dimension("y", 4, None), dimension("x", 5, None)]);
    let section = |x: &str, y: &str| {
        let request = FieldRequest { x: Some(x.to_owned()), y: Some(y.to_owned()), ..FieldRequest::default() };
        Field::new(&grids, &request)
    };
    let field = section("time", "y").unwrap();
    assert_eq!((field.shape(), field.steps()), ([3, 4], 5));
    assert_eq!(read(&field, 2, 0..3, 1..2), [7.0, 27.0, 47.0]);
    assert!(section("time", "time").is_err());
    assert!(section("time", "z").unwrap_err().to_string().contains("time, y, x"));
    let plain = Field::new(&grids, &FieldRequest::default()).unwrap();
    assert_eq!((plain.shape(), plain.steps()), ([5, 4], 3));
    assert_eq!(plain.times().map(|(times, _)| times.len()), Some(3));
}
