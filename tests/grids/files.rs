//! NetCDF, HDF5 and GRIB.

use std::path::PathBuf;

use scumble::data::grid::{Grids, Kind, Placed, open};

use crate::kit::{all, assert_same, assert_variables, axis, expected, fixture, kind, opened};

fn assert_fields(file: &str) -> Grids {
    let grids = assert_variables(file, &["t2m", "msl", "flag", "z"]);
    for name in ["lon", "lat", "time"] {
        assert_same(&axis(&grids, name).0, &expected(file, name), &format!("{file} {name}"));
    }
    assert_eq!((kind(&grids, "lon"), kind(&grids, "lat")), (Kind::Longitude, Kind::Latitude));
    assert!(grids.dimensions.iter().all(|dimension| dimension.is_unlimited == (dimension.name == "time")));
    assert_eq!(grids.notes, [""; 0], "{file}");
    let t2m = grids.variable("t2m").unwrap();
    assert_eq!((t2m.title().as_str(), t2m.units(), t2m.dtype.as_str()), ("2 metre temperature", Some("K"), "f32"));
    // Any window, not only the whole.
    let mut part = [0.0; 4];
    assert_eq!(t2m.read(&[1..2, 2..4, 3..5], &mut part).unwrap(), 0);
    let whole = expected(file, "t2m");
    assert_same(&part, &[whole[52], whole[53], whole[59], whole[60]], "a window");
    assert!(t2m.store.read(&[0..4, 0..1, 0..1], &mut [0.0; 4]).is_err(), "beyond the end");
    grids
}

#[test]
fn netcdf3_of_all_three_kinds() {
    for (file, format) in [("classic.nc", "classic"), ("offset64.nc", "64-bit offset"), ("data64.nc", "64-bit data")] {
        assert_eq!(assert_fields(file).format, format!("NetCDF-3 {format}"));
    }
}

#[test]
fn a_lone_variable_of_records_is_not_padded() {
    let grids = assert_variables("single_record.nc", &["v"]);
    assert!(grids.dimensions.iter().all(|dimension| dimension.coordinates.is_none()));
}

#[test]
fn numbers_of_all_types() {
    assert_variables("integers.nc", &["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"]);
}

#[test]
fn dates_of_all_calendars() {
    for calendar in ["standard", "proleptic_gregorian", "noleap", "all_leap", "360_day", "julian"] {
        let file = format!("calendar_{calendar}.nc");
        let grids = opened(&file);
        let (centers, edges) = axis(&grids, "time");
        let edges = edges.unwrap_or_else(|| panic!("{file}: no edges"));
        assert_same(&edges, &expected(&file, "time_edges"), &file);
        // All but the two of February, which may be squeezed.
        let rest: Vec<f64> = centers.iter().enumerate().filter(|(i, _)| i % 12 != 1).map(|(_, c)| *c).collect();
        assert_same(&rest, &expected(&file, "time"), &file);
        assert!(centers.iter().zip(edges.windows(2)).all(|(center, ends)| ends[0] < *center && *center < ends[1]));
        let is_foreign = !["standard", "proleptic_gregorian"].contains(&calendar);
        assert_eq!(grids.notes.iter().any(|note| note.contains(calendar)), is_foreign, "{:?}", grids.notes);
    }
}

#[test]
fn a_rotated_pole_and_a_single_height() {
    let grids = assert_variables("rotated.nc", &["tas"]);
    let tas = grids.variable("tas").unwrap();
    let pole = Placed::RotatedPole { latitude: 39.25, longitude: -162.0, grid_longitude: 0.0 };
    assert_eq!(format!("{:?}", tas.placed), format!("{:?}", Some(pole)));
    assert_eq!(tas.attribute("height"), Some("2 m"));
    assert_eq!(tas.title(), "air temperature");
    assert_eq!(grids.notes, ["variables that hold text are left out: station"]);
    assert_eq!((kind(&grids, "rlon"), kind(&grids, "rlat")), (Kind::Longitude, Kind::Latitude));
}

#[test]
fn longitudes_and_latitudes_of_each_cell() {
    let grids = opened("curvilinear.nc");
    let names: Vec<&str> = grids.variables.iter().map(|variable| variable.name.as_str()).collect();
    assert_eq!(names, ["bathymetry", "so"]);
    assert_eq!(kind(&grids, "depth"), Kind::Vertical { down: true });
    for variable in &grids.variables {
        let Some(Placed::Curvilinear { longitude, latitude, .. }) = &variable.placed else { panic!("{variable:?}") };
        assert_same(&all(&grids, longitude), &expected("curvilinear.nc", "nav_lon"), "nav_lon");
        assert_same(&all(&grids, latitude), &expected("curvilinear.nc", "nav_lat"), "nav_lat");
    }
    assert_same(&all(&grids, grids.variable("so").unwrap()), &expected("curvilinear.nc", "so"), "so");
}

#[test]
fn what_is_odd_is_told() {
    let grids = assert_variables("odd.nc", &["lists", "bytes"]);
    let (centers, edges) = axis(&grids, "time");
    assert_same(&centers, &[946_728_000.0, 946_728_000.0, 946_879_200.0], "time");
    assert_eq!(edges, None);
    let notes = grids.notes.join("\n");
    for wanted in ["cells 0 and 1 are the same", "text are left out: words", "empty are left out"] {
        assert!(notes.contains(wanted), "{wanted}: {notes}");
    }
}

#[test]
fn files_that_follow_each_other_are_one() {
    let paths: Vec<PathBuf> = [2, 0, 1].map(|k| fixture(&format!("steps_{k}.nc"))).to_vec();
    let grids = open(&paths, None).unwrap();
    let (centers, edges) = axis(&grids, "time");
    let start = 1_577_836_800.0;
    assert_same(&centers, &(0..7).map(|i| start + 43_200.0 * f64::from(i)).collect::<Vec<_>>(), "time");
    assert!(edges.is_some());
    // Where two have a step, that of the file given later is shown: 1 before 0 and 2.
    let [first, second, third] = [0, 1, 2].map(|k| expected(&format!("steps_{k}.nc"), "t"));
    let wanted = [&first[..24], &second[..24], &second[24..], &third[12..]].concat();
    let t = grids.variable("t").unwrap();
    assert_same(&all(&grids, t), &wanted, "t");
    let mut part = [0.0; 10];
    assert_eq!(t.read(&[1..6, 1..2, 2..4], &mut part).unwrap(), 0);
    let at = |step: usize| [wanted[step * 12 + 6], wanted[step * 12 + 7]];
    assert_same(&part, &[at(1), at(2), at(3), at(4), at(5)].concat(), "a window");
    assert!(grids.notes.iter().any(|note| note.contains("2 steps are in several files")), "{:?}", grids.notes);

    // The same by a pattern, in the order of names; and along a dimension that there is not.
    let all_of = open(&[fixture("steps_*.nc")], None).unwrap();
    assert_eq!(axis(&all_of, "time").0, centers);
    assert!(open(&[fixture("steps_*.nc")], Some("q")).unwrap_err().to_string().contains("no dimension \"q\""));
    assert!(open(&[fixture("none_*.nc")], None).is_err());
    let differs = open(&[fixture("steps_0.nc"), fixture("classic.nc")], None).unwrap_err().to_string();
    assert!(differs.contains("joining the files"), "{differs}");
}

/// A copy of a fixture, changed.
fn changed(name: &str, change: impl Fn(&mut Vec<u8>)) -> tempfile::NamedTempFile {
    let mut bytes = std::fs::read(fixture(name)).unwrap();
    change(&mut bytes);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    file
}

#[test]
fn a_netcdf3_file_that_ends_early_shows_its_finished_steps() {
    // The last byte fills up seven others to a multiple of 4; nobody misses it.
    let cut = changed("classic.nc", |bytes| bytes.truncate(bytes.len() - 1));
    assert_eq!(open(&[cut.path().to_owned()], None).unwrap().dimensions[0].len, 3);
    let cut = changed("classic.nc", |bytes| bytes.truncate(bytes.len() - 2));
    let grids = open(&[cut.path().to_owned()], None).unwrap();
    assert_eq!(grids.dimensions[0].len, 2);
    assert!(
        grids.notes[0].contains("promises 3 steps") && grids.notes[0].contains("hold 2 complete"),
        "{:?}",
        grids.notes
    );
    let t2m = grids.variable("t2m").unwrap();
    assert_same(&all(&grids, t2m), &expected("classic.nc", "t2m")[..70], "t2m");
    // Into the header: nothing can be shown.
    let cut = changed("classic.nc", |bytes| bytes.truncate(200));
    let problem = open(&[cut.path().to_owned()], None).unwrap_err().to_string();
    assert!(problem.contains("header goes on beyond"), "{problem}");
}

#[test]
fn a_netcdf3_file_written_as_a_stream_is_counted() {
    let streamed = changed("classic.nc", |bytes| bytes[4..8].fill(0xff));
    let grids = open(&[streamed.path().to_owned()], None).unwrap();
    assert_eq!(grids.dimensions[0].len, 3);
    assert_eq!(grids.notes, [""; 0]);
    assert_same(&all(&grids, grids.variable("msl").unwrap()), &expected("classic.nc", "msl"), "msl");
}

#[test]
fn netcdf4_in_packed_chunks() {
    let grids = assert_fields("netcdf4.nc");
    assert_eq!(grids.format, "NetCDF-4");
    assert_eq!(grids.variable("t2m").unwrap().store.chunk(), [2, 3, 4]);
    assert_variables("integers4.nc", &["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"]);
}

#[test]
fn a_damaged_chunk_is_a_hole() {
    let grids = opened("damaged.nc");
    let v = grids.variable("v").unwrap();
    assert_eq!(v.store.damaged(), 0);
    let mut values = vec![0.0; 4 * 6 * 8];
    assert_eq!(v.read(&[0..4, 0..6, 0..8], &mut values).unwrap(), 2 * 3 * 4);
    assert_same(&values, &expected("damaged.nc", "v"), "v");
    let mut part = [0.0; 4];
    assert_eq!(v.read(&[3..4, 2..4, 3..5], &mut part).unwrap(), 1);
    assert_eq!(part.map(f64::is_nan), [false, false, true, false]);
    // However often it is read, and whatever is made of it.
    assert_eq!(v.store.damaged(), 2 * 3 * 4);
    assert_eq!(grids.evaluate("v * 2 - step(v, 1)").unwrap().store.damaged(), 2 * 2 * 3 * 4);
}

#[test]
fn groups_text_and_what_was_not_written() {
    let grids = opened("groups.nc");
    let names: Vec<&str> = grids.variables.iter().map(|variable| variable.name.as_str()).collect();
    assert_eq!(names, ["short", "model/t"]);
    assert_same(&all(&grids, &grids.variables[0]), &expected("groups.nc", "short"), "short");
    assert_same(&all(&grids, &grids.variables[1]), &expected("groups.nc", "model_t"), "model/t");
    assert!(matches!(grids.variables[1].placed, Some(Placed::Curvilinear { .. })), "{:?}", grids.variables[1]);
    assert_same(&axis(&grids, "time").0, &[0.0, 60.0, 120.0], "time");
    let notes = grids.notes.join("; ");
    assert!(notes.contains("text are left out: words") && notes.contains("flags (an enumeration)"), "{notes}");
}

#[test]
fn hdf5_without_names_of_dimensions() {
    for file in ["plain.h5", "latest.h5"] {
        let grids = assert_variables(file, &["packed", "square", "unwritten", "whole"]);
        let names: Vec<&str> = grids.dimensions.iter().map(|dimension| dimension.name.as_str()).collect();
        assert_eq!(names, ["dim_2", "dim_4", "dim_5", "dim_4_2"], "{file}");
        assert_eq!(grids.variable("whole").unwrap().units(), Some("m"));
    }
}

#[test]
fn a_scale_of_another_length_is_left_aside() {
    let grids = assert_variables("misfit.h5", &["v"]);
    let dimensions: Vec<(&str, bool)> = grids
        .dimensions_of(grids.variable("v").unwrap())
        .map(|dimension| (dimension.name.as_str(), dimension.coordinates.is_some()))
        .collect();
    assert_eq!(dimensions, [("y", true), ("dim_6", false)]);
    let wanted = "the coordinates \"x\" are 5 numbers for 6 cells of \"v\"; cells along it are counted instead";
    assert_eq!(grids.notes, [wanted]);
}

#[test]
fn an_hdf5_file_that_ends_early_is_refused_or_has_holes() {
    let whole = std::fs::metadata(fixture("netcdf4.nc")).unwrap().len();
    let mut opened = 0;
    for len in (0..whole).step_by(61) {
        let cut = changed("netcdf4.nc", |bytes| bytes.truncate(usize::try_from(len).unwrap()));
        let Ok(grids) = open(&[cut.path().to_owned()], None) else { continue };
        opened += 1;
        for variable in &grids.variables {
            let window: Vec<_> = grids.dimensions_of(variable).map(|dimension| 0..dimension.len).collect();
            let mut values = vec![0.0; usize::try_from(scumble::data::grid::cells(&window).unwrap()).unwrap()];
            let unread = variable.read(&window, &mut values).unwrap_or(values.len() as u64);
            assert!(unread <= values.len() as u64);
        }
    }
    assert!(opened < whole / 61, "{opened}");
}

#[test]
fn grib2_of_all_packings_and_levels() {
    let grids = opened("fields.grib2");
    let names: Vec<&str> = grids.variables.iter().map(|variable| variable.name.as_str()).collect();
    // The six packings are under six parameters of category 0, in this order.
    assert_eq!(names, ["t", "t2m", "param0_0_1", "pt", "param0_0_3", "mx2t", "mn2t", "tp", "u", "u10", "z"]);
    let packed = ["t", "param0_0_1", "pt", "param0_0_3", "mx2t", "mn2t"];
    for (name, number) in packed.iter().zip(0..) {
        let found = all(&grids, grids.variable(name).unwrap());
        assert_same(&found, &expected("fields.grib2", &format!("q{number}")), &format!("packing {number}"));
    }
    for (name, file) in [("t2m", "h2"), ("u10", "h10"), ("z", "constant"), ("tp", "tp"), ("u", "u")] {
        assert_same(&all(&grids, grids.variable(name).unwrap()), &expected("fields.grib2", file), name);
    }
    let u = grids.variable("u").unwrap();
    let dimensions: Vec<(&str, u64)> = grids.dimensions_of(u).map(|d| (d.name.as_str(), d.len)).collect();
    assert_eq!(dimensions, [("time_3", 2), ("pressure", 3), ("latitude", 5), ("longitude", 8)]);
    assert_same(&axis(&grids, "time_3").0, &[1_706_702_400.0, 1_706_724_000.0], "times");
    assert_same(&axis(&grids, "pressure").0, &[1000.0, 850.0, 500.0], "levels");
    assert_same(&axis(&grids, "latitude").0, &[90.0, 45.0, 0.0, -45.0, -90.0], "latitudes");
    assert_same(&axis(&grids, "longitude").0, &[0.0, 45.0, 90.0, 135.0, 180.0, 225.0, 270.0, 315.0], "longitudes");
    assert_eq!(kind(&grids, "pressure"), Kind::Vertical { down: true });
    let tp = grids.variable("tp").unwrap();
    assert_eq!((tp.attribute("statistic"), tp.units()), (Some("accumulation"), Some("kg m-2")));
    assert_eq!(grids.variable("t2m").unwrap().attribute("height"), Some("2 m"));
    assert_eq!(grids.notes, [""; 0]);
}

#[test]
fn grib2_members_other_orders_and_several_files() {
    let members = assert_variables("members.grib2", &["t"]);
    assert_same(&axis(&members, "member").0, &[1.0, 2.0], "members");
    let orders = opened("orders.grib2");
    assert_same(&all(&orders, &orders.variables[0]), &expected("orders.grib2", "columns"), "by columns");
    assert_same(&axis(&orders, "latitude").0, &[-90.0, -45.0, 0.0, 45.0, 90.0], "northwards");
    let both = open(&[fixture("fields.grib2"), fixture("members.grib2")], None).unwrap();
    assert_eq!((both.format.as_str(), both.variables.len()), ("GRIB2, 2 files", 12));
}

#[test]
fn grib2_that_cannot_be_read_says_why() {
    let edition1 = changed("orders.grib2", |bytes| bytes[7] = 1);
    let problem = open(&[edition1.path().to_owned()], None).unwrap_err().to_string();
    assert!(problem.contains("GRIB 1") && problem.contains("cdo"), "{problem}");
    // Section 5 follows "packing template 5.0"; make it 5.53.
    let spectral = changed("orders.grib2", |bytes| {
        let at = bytes.windows(5).position(|five| five == [0, 0, 0, 21, 5]).unwrap();
        bytes[at + 10] = 53;
    });
    let problem = open(&[spectral.path().to_owned()], None).unwrap_err().to_string();
    assert!(problem.contains("packing template 5.53"), "{problem}");
    let cut = changed("fields.grib2", |bytes| bytes.truncate(bytes.len() - 10));
    let grids = open(&[cut.path().to_owned()], None).unwrap();
    assert!(grids.notes[0].contains("1 messages end early"), "{:?}", grids.notes);
}
