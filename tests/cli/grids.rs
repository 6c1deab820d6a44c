//! `info` of files of grids.

use std::path::Path;

use crate::kit::Desk;

/// A desk with copies of fixtures.
fn desk(names: &[&str]) -> Desk {
    let desk = Desk::new();
    for name in names {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/grids").join(name);
        desk.write(name, std::fs::read(from).unwrap());
    }
    desk
}

#[test]
fn info_of_every_format() {
    let desk = desk(&["classic.nc", "netcdf4.nc", "fields.grib2"]);
    for (name, format, variables) in
        [("classic.nc", "NetCDF-3 classic", 4), ("netcdf4.nc", "NetCDF-4", 4), ("fields.grib2", "GRIB2", 11)]
    {
        let info = desk.json(&format!("info {name}"));
        assert_eq!(info["format"], format);
        assert_eq!(info["bytes"], desk.read(name).len());
        assert_eq!(info["variables"].as_array().unwrap().len(), variables);
    }
    let info = desk.json("info classic.nc");
    let time = &info["dimensions"].as_array().unwrap().iter().find(|d| d["name"] == "time").unwrap();
    assert_eq!(time["kind"], "time");
    assert_eq!((&time["length"], &time["unlimited"]), (&3.into(), &true.into()));
    assert_eq!((&time["first"], &time["last"]), (&"2014-01-29 15:30".into(), &"2014-01-30 03:30".into()));
    assert_eq!(time["step"], "6 h");
    let t2m = &info["variables"][0];
    assert_eq!((&t2m["name"], &t2m["units"], &t2m["dtype"]), (&"t2m".into(), &"K".into(), &"f32".into()));
    assert_eq!(t2m["dimensions"], serde_json::json!(["time", "lat", "lon"]));

    let text = desk.run("info classic.nc").text();
    for wanted in ["NetCDF-3 classic", "3 (unlimited)", "degrees_east", "2 metre temperature", "2014-01-29 15:30"] {
        assert!(text.contains(wanted), "{wanted}:\n{text}");
    }
}

#[test]
fn info_of_many_files_and_of_broken_ones() {
    let desk = desk(&["steps_0.nc", "steps_1.nc", "steps_2.nc", "classic.nc"]);
    let info = desk.json("info steps_*.nc");
    assert_eq!(info["format"], "NetCDF-3 classic, 3 files");
    assert_eq!(info["dimensions"][0]["length"], 7);
    let whole = desk.read("classic.nc");
    desk.write("cut.nc", &whole[..whole.len() - 2]);
    let info = desk.json("info cut.nc");
    assert!(info["notes"][0].as_str().unwrap().contains("hold 2 complete ones"), "{info}");
    desk.write("header.nc", &whole[..100]);
    desk.run("info header.nc").failed(&["header goes on beyond", "header.nc"]);
    desk.run("info none_*.nc").failed(&["none_"]);
}

/// Cells with longitudes and latitudes lie there, at every turn of the Earth, unless dimensions are named as axes.
#[test]
fn cells_with_places_are_drawn_there() {
    let desk = desk(&["places.nc"]);
    let drawn = "places.nc --reduction mean:with_bounds";
    for range in ["178.4..178.6", "-181.6..-181.4"] {
        // Within cell 15.
        let grid = desk.aggregate(&format!("{drawn} --x-range={range} --y-range=18.8..18.9 --size 8x6 --step 1"));
        assert_eq!(grid.reals(), [45.0; 48], "{range}");
    }
    let whole = desk.aggregate(&format!("{drawn} --size 60x50")).reals();
    let empty = whole.iter().filter(|value| value.is_nan()).count();
    assert!(empty > 300 && empty < 2000, "{empty} pixels are outside of a turned grid");
    let own = desk.aggregate(&format!("{drawn} --x x --y y --size 6x5")).reals();
    assert!(own.into_iter().eq((0..30).map(f64::from)));
    for mark in ["image", "filled", "contours"] {
        desk.run(&format!("render {drawn} --mark {mark} --size 400x300 -o {mark}.png")).text();
        assert!(desk.read(&format!("{mark}.png")).starts_with(b"\x89PNG"));
    }
    desk.run("render places.nc --x lat --y lon -o a.png").failed(&["both together", "places.nc"]);
}
