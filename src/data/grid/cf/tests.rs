use super::*;
use crate::data::dtype::Scalar;
use crate::data::grid::raw::RawDimension;

fn dimension(name: &str, len: u64) -> RawDimension {
    RawDimension { name: name.into(), len, is_unlimited: false }
}

/// A variable of text attributes, without numbers.
fn variable(name: &str, dimensions: &[usize], attributes: &[(&str, &str)]) -> RawVariable {
    let text = |(name, value): &(&str, &str)| ((*name).to_owned(), Attribute::Text((*value).to_owned()));
    RawVariable {
        name: name.into(),
        dimensions: dimensions.to_vec(),
        element: Element::Number(Scalar::F32),
        attributes: attributes.iter().map(text).collect(),
        store: None,
    }
}

fn kind(name: &str, attributes: &[(&str, &str)]) -> Kind {
    axis::kind_of(&variable(name, &[0], attributes))
}

#[test]
fn axes_are_known_by_what_is_said_of_them() {
    for units in ["degrees_east", "degree_east", "degrees_E", "degreeE", "degree_E", "Degrees_East", "degrees east"] {
        assert_eq!(kind("a", &[("units", units)]), Kind::Longitude, "{units}");
    }
    for units in ["degrees_north", "degree_N", "degreesN"] {
        assert_eq!(kind("a", &[("units", units)]), Kind::Latitude, "{units}");
    }
    assert_eq!(kind("a", &[("standard_name", "grid_longitude"), ("units", "degrees")]), Kind::Longitude);
    assert_eq!(kind("x", &[("standard_name", "projection_x_coordinate"), ("units", "m")]), Kind::X);
    assert_eq!(kind("yc", &[("axis", "Y"), ("units", "km")]), Kind::Y);
    assert_eq!(kind("lev", &[("positive", "down")]), Kind::Vertical { down: true });
    assert_eq!(kind("lev", &[("positive", "up"), ("units", "hPa")]), Kind::Vertical { down: false });
    assert_eq!(kind("plev", &[("units", "Pa")]), Kind::Vertical { down: true });
    assert_eq!(kind("z", &[("axis", "Z"), ("units", "m")]), Kind::Vertical { down: false });
    assert_eq!(kind("z", &[("standard_name", "altitude"), ("units", "m")]), Kind::Vertical { down: false });
    assert!(matches!(kind("t", &[("units", "days since 1850-01-01")]), Kind::Time(_)));
    assert_eq!(kind("lon", &[]), Kind::Longitude);
    assert_eq!(kind("lon", &[("units", "kg")]), Kind::Other);
    assert_eq!(kind("member", &[("standard_name", "realization")]), Kind::Other);
}

#[test]
fn a_coordinate_of_another_length_leaves_cells_counted() {
    let raw = Raw {
        dimensions: vec![dimension("x", 4), dimension("other", 3)],
        variables: vec![variable("x", &[1], &[("units", "degrees_east")])],
        ..Raw::default()
    };
    let grids = grids(raw);
    assert!(grids.dimensions[0].coordinates.is_none());
    assert_eq!(
        grids.notes,
        [
            "the coordinates of \"x\" are 3 numbers for 4 cells; cells along it are counted instead",
            "the cells along \"other\" are counted, as: reading the grid: \"x\" holds no numbers",
        ]
    );
}

#[test]
fn what_cannot_be_drawn_is_told() {
    let mut text = variable("names", &[0], &[]);
    text.element = Element::Text;
    let mut compound = variable("records", &[0], &[]);
    compound.element = Element::Other("compound".into());
    let huge = variable("huge", &[1, 1], &[]);
    let raw = Raw {
        dimensions: vec![dimension("x", 4), dimension("n", 1 << 30)],
        variables: vec![text, compound, huge, variable("void", &[0], &[])],
        ..Raw::default()
    };
    let grids = grids(raw);
    assert!(grids.variables.is_empty());
    assert_eq!(
        grids.notes,
        [
            "variables that hold text are left out: names",
            "variables that cannot be read are left out: records (compound), huge (more cells or dimensions than are read), \
         void (its numbers are not in the file)",
        ]
    );
}
