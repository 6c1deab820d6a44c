//! Several files as one dataset: one after another, and beside each other.

use std::path::PathBuf;

use scumble::data::grid::{Grids, Variable, open};

use crate::kit::{all, assert_same, axis, fixture};

fn paths(names: &[&str]) -> Vec<PathBuf> {
    names.iter().map(|name| fixture(&format!("beside_{name}.nc"))).collect()
}

fn opened(names: &[&str]) -> Grids {
    open(&paths(names), None).unwrap_or_else(|e| panic!("{names:?}: {e}"))
}

fn names(variables: &[Variable]) -> Vec<&str> {
    variables.iter().map(|variable| variable.name.as_str()).collect()
}

/// What `10u` is at an hour and a cell; `10v` is 7 more.
fn u(hour: u32, cell: u32) -> f64 {
    f64::from(100 * hour + cell)
}

#[test]
fn variables_in_files_of_their_own_are_one_dataset() {
    // Whatever the order: 10u in two files that follow each other, 10v in one with times and places of other types.
    for order in [["u_0", "u_1", "v"], ["v", "u_1", "u_0"], ["u_1", "v", "u_0"]] {
        let grids = opened(&order);
        let mut found = names(&grids.variables);
        found.sort_unstable();
        assert_eq!(found, ["10u", "10v", "mask"], "{order:?}");
        assert_eq!(grids.dimensions.iter().map(|d| d.len).collect::<Vec<_>>().iter().product::<u64>(), 8 * 3 * 4);
        assert_same(
            &axis(&grids, "time").0,
            &(0..8).map(|h| 1_577_836_800.0 + 3600.0 * f64::from(h)).collect::<Vec<_>>(),
            "time",
        );
        let wanted: Vec<f64> = (0..8).flat_map(|hour| (0..12).map(move |cell| u(hour, cell))).collect();
        assert_same(&all(&grids, grids.variable("10u").unwrap()), &wanted, "10u");
        let wanted: Vec<f64> = wanted.iter().map(|value| value + 7.0).collect();
        assert_same(&all(&grids, grids.variable("10v").unwrap()), &wanted, "10v");
        assert_same(&all(&grids, grids.variable("mask").unwrap()), &(0..12).map(f64::from).collect::<Vec<_>>(), "mask");
        assert!(grids.format.ends_with(", 3 files"), "{}", grids.format);
        assert_eq!(grids.notes, [""; 0]);
    }
}

#[test]
fn names_that_begin_with_digits_stand_in_expressions() {
    let grids = opened(&["u_0", "u_1", "v"]);
    for text in ["10v - 10u", "`10v` - `10u`", "10v-10u", "2*10v - 10u - 10v"] {
        let made = grids.evaluate(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_same(&all(&grids, &made), &[7.0; 96], text);
    }
    let made = grids.evaluate("hypot(10u, 10v)").unwrap();
    let mut part = [0.0];
    assert_eq!(made.read(&[2..3, 1..2, 1..2], &mut part).unwrap(), 0);
    assert_same(&part, &[u(2, 5).hypot(u(2, 5) + 7.0)], "hypot");
    let problem = grids.evaluate("hypot(10u, 2x)").unwrap_err().to_string();
    assert!(problem.contains("there is no column \"2x\"") && problem.contains("write 2*x to multiply"), "{problem}");
    let problem = grids.evaluate("1.5x + 1").unwrap_err().to_string();
    assert!(problem.contains("write 1.5*…"), "{problem}");
}

#[test]
fn files_over_other_grids_or_steps_are_refused() {
    for (others, wanted) in [
        (["u_0", "v"], "\"time\" has 4 cells and 8"),
        (["v", "other"], "\"lon\" has other coordinates"),
        (["v", "late"], "\"time\" has other coordinates"),
    ] {
        let problem = open(&paths(&others), None).unwrap_err().to_string();
        assert!(problem.contains("joining the files") && problem.contains(wanted), "{others:?}: {problem}");
        assert!(problem.contains("beside_v.nc"), "{problem}");
    }
}

#[test]
fn a_file_without_steps_comes_beside_others() {
    let grids = opened(&["v", "height"]);
    assert_eq!(names(&grids.variables), ["mask", "10v", "height"]);
    // It has no coordinates; those of the other file are its own too.
    let height = grids.variable("height").unwrap();
    assert!(grids.dimensions_of(height).all(|dimension| dimension.coordinates.is_some()));
    let made = grids.evaluate("10v - height").unwrap();
    let mut part = [0.0; 2];
    assert_eq!(made.read(&[2..3, 1..2, 1..3], &mut part).unwrap(), 0);
    assert_same(&part, &[207.0; 2], "a field less one without steps");

    let mut apart = paths(&["v"]);
    apart.push(fixture("plain.h5"));
    let problem = open(&apart, None).unwrap_err().to_string();
    assert!(problem.contains("no dimension in common: time, lat, lon in"), "{problem}");
}
