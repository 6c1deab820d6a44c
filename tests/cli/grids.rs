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

#[test]
fn damaged_chunks_are_told_and_counted() {
    let desk = desk(&["damaged.nc"]);
    for command in ["render damaged.nc --size 200x150 -o a.png", "aggregate damaged.nc --size 8x6 -o a.npy"] {
        // The chunk goes over two steps, of which one is drawn.
        let text = desk.run(&format!("{command} --step 2")).stderr.clone();
        assert!(text.contains("24 cells of \"v\" are damaged in the file and shown as missing"), "{text}");
        assert!(text.trim_end().ends_with("(damaged.nc)"), "{text}");
        assert!(!desk.run(&format!("{command} --step 0")).stderr.contains("damaged in the file"));
    }
    assert_eq!(desk.json("render damaged.nc --step 2 --size 200x150 -o a.png")["damaged"], 24);
    let text = desk.run("movie damaged.nc --size 200x150 -o a.apng").stderr.clone();
    assert!(text.contains("24 cells of \"v\""), "{text}");
}

/// A store of version 3 in a folder of a desk: a plane of 4 rows and 6 columns, in two chunks.
fn store(desk: &Desk, name: &str, variable: &str, times: [f64; 2]) {
    let array = |shape: &[u64], dimensions: &[&str], attributes: serde_json::Value| {
        let codecs = serde_json::json!([{"name": "bytes", "configuration": {"endian": "little"}}]);
        serde_json::json!({
            "zarr_format": 3, "node_type": "array", "shape": shape, "data_type": "float64", "fill_value": 0,
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": shape}},
            "chunk_key_encoding": {"name": "default"}, "codecs": codecs,
            "dimension_names": dimensions, "attributes": attributes,
        })
    };
    let folder = desk.path(name);
    let write = |path: &str, bytes: &[u8]| {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    let bytes = |numbers: &[f64]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    write("zarr.json", br#"{"zarr_format": 3, "node_type": "group", "attributes": {}}"#);
    let since = serde_json::json!({"units": "days since 2020-01-01"});
    write("time/zarr.json", array(&[2], &["time"], since).to_string().as_bytes());
    write("time/c/0", &bytes(&times));
    let shape = array(&[2, 4, 6], &["time", "y", "x"], serde_json::json!({}));
    write(&format!("{variable}/zarr.json"), shape.to_string().as_bytes());
    let values: Vec<f64> = (0..48).map(|i| f64::from(i) + 100.0 * times[0]).collect();
    write(&format!("{variable}/c/0/0/0"), &bytes(&values));
}

#[test]
fn folders_of_zarr_are_data_as_files_are() {
    let desk = Desk::new();
    store(&desk, "a.zarr", "2t", [0.0, 1.0]);
    store(&desk, "b.zarr", "2t", [2.0, 3.0]);
    store(&desk, "c.zarr", "10u", [0.0, 1.0]);
    let info = desk.json("info a.zarr/");
    assert_eq!((&info["format"], &info["bytes"]), (&"Zarr v3".into(), &serde_json::Value::Null));
    assert_eq!(info["variables"][0]["name"], "2t");
    // Step 3 of two stores is step 1 of the second.
    desk.run("aggregate a.zarr b.zarr --reduction mean:2t --step 3 --size 6x4 -o joined.npy").done();
    desk.run("aggregate b.zarr --reduction mean:2t --step 1 --size 6x4 -o alone.npy").done();
    assert_eq!(desk.read("joined.npy"), desk.read("alone.npy"));
    // Variables of two stores, in a figure file too.
    desk.run("render a.zarr c.zarr --reduction mean:2t-10u+1 --step 1 --size 300x200 -o a.png").done();
    let figure = "scumble = 2\nsize = \"300x200\"\nstep = 1\n\n[[layers]]\nfiles = [\"a.zarr\", \"c.zarr\"]\n\
                  mark = \"image\"\nreduction = \"mean:2t-10u+1\"\n";
    desk.write("f.toml", figure);
    desk.run("render f.toml -o b.png").done();
    assert_eq!(desk.json("info a.zarr")["dimensions"][0]["length"], 2);
    desk.run("movie a.zarr b.zarr --reduction mean:2t --size 200x150 -o m.apng").done();
    desk.run("render a.zarr b.zarr c.zarr --reduction mean:10u -o x.png")
        .failed(&["\"time\" has 4 cells and 2", "c.zarr"]);
    // Other folders are still refused.
    desk.run("render . -o x.png").failed(&["this is a directory"]);
    desk.run("info .").failed(&["this is a directory"]);
    std::fs::remove_file(desk.path("a.zarr/2t/zarr.json")).unwrap();
    desk.run("render a.zarr -o x.png").failed(&["no variable that can be drawn", "a.zarr"]);
    desk.write("a.zarr/zarr.json", "{\"zarr");
    desk.run("info a.zarr").failed(&["reading zarr.json", "stopped early", "a.zarr"]);
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
