//! Cells that have a longitude and a latitude each (tests/fixtures/make_place_fixtures.py).

use std::sync::Arc;

use scumble::data::grid::mesh::Pole;
use scumble::data::grid::{Field, FieldRequest, Grids, Mesh, Outlines};

use crate::kit::{expected, fixture, opened};

#[test]
fn places_of_rotated_poles_are_those_of_proj() {
    let text = std::fs::read_to_string(fixture("rotated_poles.txt")).unwrap();
    let lines: Vec<Vec<f64>> =
        text.lines().skip(1).map(|line| line.split(' ').map(|word| word.parse().unwrap()).collect()).collect();
    assert_eq!(lines.len(), 54);
    for line in lines {
        let [latitude, longitude, grid_longitude, x, y, wanted_x, wanted_y] = line[..] else { panic!("{line:?}") };
        let pole = Pole { latitude, longitude, grid_longitude };
        let mesh = Mesh::rotated(&pole, [&[x], &[x - 1.0, x + 1.0]], [&[y], &[y - 1.0, y + 1.0]]);
        let mut found = Vec::new();
        mesh.centers(0, 0..1, &mut found);
        let off = (found[0][0] - wanted_x + 180.0).rem_euclid(360.0) - 180.0;
        assert!(off.abs() < 1e-9 && (found[0][1] - wanted_y).abs() < 1e-9, "{line:?} {found:?}");
    }
}

fn field(grids: &Arc<Grids>, variable: &str, axes: [Option<&str>; 2]) -> Result<Field, String> {
    let [x, y] = axes.map(|axis| axis.map(ToOwned::to_owned));
    let request = FieldRequest { variable: Some(variable.to_owned()), x, y, at: Vec::new() };
    Field::new(grids, &request).map_err(|error| error.to_string())
}

#[test]
fn corners_are_those_of_the_file_or_halfway() {
    let grids = Arc::new(opened("places.nc"));
    for (name, wanted) in [("with_bounds", "vertices"), ("without", "corners")] {
        let wanted = expected("places.nc", wanted);
        let field = field(&grids, name, [None, None]).unwrap();
        let mesh = field.mesh().unwrap();
        let mut outlines = Outlines::new(mesh, 0..6);
        for row in 0..5 {
            outlines.go_to(row);
            for column in 0..6 {
                let corners = outlines.corners(column).unwrap();
                for (corner, [up, right]) in corners.iter().zip([[0, 0], [0, 1], [1, 1], [1, 0]]) {
                    let at = ((row + up) * 7 + column + right) * 2;
                    let off = (corner[0] - wanted[at] + 180.0).rem_euclid(360.0) - 180.0;
                    let fits = off.abs() < 1e-9 && (corner[1] - wanted[at + 1]).abs() < 1e-9;
                    assert!(fits, "{name} {row} {column}: {corner:?} {:?}", &wanted[at..at + 2]);
                }
            }
        }
        // Over the date line, in one piece.
        let (west, east) = mesh.longitudes().unwrap();
        assert!(west > 160.0 && east < 200.0 && mesh.unplaced() == 0, "{west} {east}");
    }
}

#[test]
fn longitude_and_latitude_are_the_axes_unless_dimensions_are_named() {
    let grids = Arc::new(opened("places.nc"));
    let has_mesh = |axes| field(&grids, "with_bounds", axes).map(|field| field.mesh().is_some());
    for axes in [[None, None], [Some("lon"), Some("lat")], [Some("longitude"), None], [None, Some("lat")]] {
        assert_eq!(has_mesh(axes), Ok(true), "{axes:?}");
    }
    for axes in [[Some("x"), Some("y")], [Some("x"), None], [None, Some("y")], [Some("time"), Some("y")]] {
        assert_eq!(has_mesh(axes), Ok(false), "{axes:?}");
    }
    for axes in [[Some("lat"), Some("lon")], [Some("lon"), Some("y")], [Some("x"), Some("latitude")]] {
        assert!(has_mesh(axes).unwrap_err().contains("both together"), "{axes:?}");
    }
    let rotated = Arc::new(opened("rotated.nc"));
    assert!(field(&rotated, "tas", [None, None]).unwrap().mesh().is_some());
    assert!(field(&rotated, "tas", [Some("rlon"), Some("rlat")]).unwrap().mesh().is_none());
    // Another variable of the file has the same mesh, not another one.
    let (one, other) = (field(&grids, "with_bounds", [None; 2]), field(&grids, "with_bounds", [None; 2]));
    assert!(Arc::ptr_eq(one.unwrap().mesh().unwrap(), other.unwrap().mesh().unwrap()));
}
