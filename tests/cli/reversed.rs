//! Axes of tables that run the other way.

use crate::kit::{Desk, array, cloud, npy};

/// x, y and two further numbers of each row.
fn desk() -> Desk {
    let desk = Desk::new();
    let rows = cloud(3000, 5).into_iter().enumerate();
    let bytes =
        rows.flat_map(|(i, (x, y))| [x, y, (i % 5) as f64, (i * i % 97) as f64].map(f64::to_le_bytes)).flatten();
    desk.write("a.npy", array("'<f8'", "(3000, 4)", &bytes.collect::<Vec<u8>>()));
    desk
}

#[test]
fn numbers_are_those_of_the_forward_axes_turned_around() {
    let desk = desk();
    let view = "a.npy --x-range=-2..1.5 --y-range=-1..2 --size 37x23";
    for how in [
        "",
        "--reduction mean:3",
        "--reduction any",
        "--reduction by:2:3",
        "--mark line",
        "--mark circle:5",
        "--mark hexbin:12",
        "--mark hexbin:9 --reduction max:3",
        "--spread 2",
    ] {
        let numbers = |ways: &str| {
            let json = desk.json(&format!("aggregate {view} {how} {ways} -o g.npy"));
            let bytes = desk.read("g.npy");
            let data = bytes.len() - usize::from(u16::from_le_bytes([bytes[8], bytes[9]])) - 10;
            (bytes[bytes.len() - data..].to_vec(), json["in_view"].clone())
        };
        let (forward, in_view) = numbers("");
        let each = forward.len() / (37 * 23);
        let pixel = |x: usize, y: usize| &forward[(y * 37 + x) * each..][..each];
        for (ways, across, up) in
            [("--x-reversed", true, false), ("--y-reversed", false, true), ("--x-reversed --y-reversed", true, true)]
        {
            let (got, seen) = numbers(ways);
            let place = |i: usize| (if across { 36 - i % 37 } else { i % 37 }, if up { 22 - i / 37 } else { i / 37 });
            let wanted = (0..37 * 23).flat_map(|i| pixel(place(i).0, place(i).1).to_vec());
            assert!(got == wanted.collect::<Vec<u8>>() && seen == in_view, "{how} {ways}");
        }
    }
}

#[test]
fn pictures_are_turned_around_and_axes_say_so() {
    let desk = desk();
    let options = "a.npy --size 61x40 --reduction mean:3 --norm linear --spread 1";
    let forward = desk.render(options);
    let turned = desk.render(&format!("{options} --y-reversed"));
    for y in 0..40 {
        for x in 0..61 {
            assert_eq!(turned.at(x, y), forward.at(x, 39 - y), "{x} {y}");
        }
    }
    // In bands, on the other engine, in a figure file and beside a field.
    let big = "a.npy --size 300x200 --y-reversed";
    desk.run(&format!("render {big} -o cpu.png --save f.toml")).silent();
    desk.run("render f.toml -o file.png").silent();
    assert!(desk.read("cpu.png") == desk.read("file.png"));
    let json = desk.json(&format!("render {big} --engine gpu -o gpu.png"));
    assert_eq!(
        (json["engine"].as_str(), json["engine_reason"].as_str()),
        (Some("cpu"), Some("reversed axes are the CPU engine's work"))
    );
    assert!(desk.read("cpu.png") == desk.read("gpu.png"));
    desk.write("f.npy", npy(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (40, 50), }", &[0; 40 * 50 * 4]));
    let layers = "[[layers]]\nfile = 'f.npy'\n[[layers]]\nfile = 'a.npy'\n";
    desk.write("both.toml", format!("scumble = 2\ny = {{ reversed = true }}\n{layers}"));
    desk.run("render both.toml -o both.png").done();
}
