//! Colors that users may trust: special values, beyond the limits.

use crate::kit::{Desk, array};

/// A grid of 8 x 4 pixels, each with one point whose third number is its value; the last pixel is empty.
const VIEW: &str = "a.npy --x-range=0..8 --y-range=0..4 --size 8x4 --reduction max:2";

fn desk(value: impl Fn(usize) -> f64) -> Desk {
    let desk = Desk::new();
    let rows = (0..31).flat_map(|i| [(i % 8) as f64 + 0.5, (i / 8) as f64 + 0.5, value(i)]);
    desk.write("a.npy", array("'<f8'", "(31, 3)", &rows.flat_map(f64::to_le_bytes).collect::<Vec<u8>>()));
    desk
}

#[test]
fn special_values_have_exactly_their_color() {
    // Values 1 to 31, but for two that mean something else and one beside it.
    let value = |i: usize| match i {
        3 | 20 => -1.0,
        4 => -0.999_999,
        _ => i as f64 + 1.0,
    };
    let desk = desk(value);
    let colors = "--under #102030 --over red --special=-1=#00ff00 --background #808080 --colormap white,blue";
    let picture = desk.render(&format!("{VIEW} --norm linear --limits 1..30 {colors}"));
    for i in 0..32 {
        let wanted: Option<&[u8]> = match i {
            3 | 20 => Some(&[0, 255, 0]),
            4 => Some(&[0x10, 0x20, 0x30]),
            30 => Some(&[255, 0, 0]),
            31 => Some(&[128, 128, 128]),
            0 => Some(&[255, 255, 255]),
            29 => Some(&[0, 0, 255]),
            _ => None,
        };
        let pixel = picture.at(i % 8, i / 8);
        match wanted {
            Some(wanted) => assert_eq!(pixel, wanted, "pixel {i}"),
            // Between the first and the last color, and none of those above.
            None => assert!(pixel[0] == pixel[1] && pixel[2] == 255 && pixel[0] > 0 && pixel[0] < 255, "{pixel:?}"),
        }
    }
    // Limits of the view are those without special values.
    let alone = desk.render(&format!("{VIEW} --norm linear --special=-1=#00ff00 --special=-0.999999=#00ff00"));
    let pinned =
        desk.render(&format!("{VIEW} --norm linear --special=-1=lime --special=-0.999999=lime --limits 1..31"));
    assert_eq!(alone.bytes, pinned.bytes);
    assert_ne!(alone.bytes, desk.render(&format!("{VIEW} --norm linear")).bytes);
}

#[test]
fn limits_of_the_whole_data_leave_special_values_out() {
    let desk = desk(|i| if i == 0 { -9999.0 } else { i as f64 });
    let part = "a.npy --x-range=2..6 --y-range=1..3 --size 40x20 --reduction max:2 --norm linear --special=-9999=red";
    let of_data = desk.render(&format!("{part} --limits data"));
    assert_eq!(of_data.bytes, desk.render(&format!("{part} --limits 1..30")).bytes);
    assert_ne!(of_data.bytes, desk.render(part).bytes);
}

#[test]
fn zero_and_less_are_bad_for_logarithms() {
    let desk = desk(|i| i as f64 - 2.0);
    let picture = desk.render(&format!("{VIEW} --norm log --bad gray --under blue --limits 2.. --background none"));
    let at = |i: usize| picture.at(i % 8, i / 8).to_vec();
    assert_eq!([at(0), at(2), at(3), at(31)], [[128, 128, 128, 255], [128, 128, 128, 255], [0, 0, 255, 255], [0; 4]]);
}

#[test]
fn figure_files_have_special_values_too() {
    let desk = desk(|i| i as f64);
    desk.write(
        "figure.toml",
        "scumble = 1\nsize = \"700x500\"\n[[layers]]\nfile = \"a.npy\"\nreduction = \"max:2\"\nnorm = \"linear\"\n\
         limits = \"5..20\"\nunder = \"blue\"\nover = \"#ff0000\"\nbad = \"gray\"\nspecial = [\"7=lime\", \"8=none\"]\n",
    );
    desk.run("render figure.toml -o file.png").done();
    let colors = "--under blue --over red --bad gray --special 7=lime --special 8=none";
    desk.run(&format!(
        "render a.npy --size 700x500 --reduction max:2 --norm linear --limits 5..20 {colors} -o flags.png"
    ))
    .done();
    assert!(desk.read("file.png") == desk.read("flags.png"));
}

#[test]
fn levels_have_one_color_each() {
    let desk = desk(|i| i as f64);
    let colors = "--colormap black,white --over red --background none";
    let picture = desk.render(&format!("{VIEW} --norm boundary:0,5,10,20 {colors}"));
    for i in 0..31 {
        // The last level is above, as matplotlib has it.
        let wanted: &[u8] = match i {
            0..5 => &[0, 0, 0, 255],
            5..10 => &[127, 127, 127, 255],
            10..20 => &[255, 255, 255, 255],
            _ => &[255, 0, 0, 255],
        };
        assert_eq!(picture.at(i % 8, i / 8), wanted, "{i}");
    }
    assert_eq!(picture.at(7, 3), [0; 4]);
}

#[test]
fn norms_with_numbers_are_the_same_by_every_way() {
    let desk = desk(|i| i as f64 * 3.5 - 20.0);
    for norm in ["power:0.4", "symlog:2", "twoslope:5", "centered:0", "boundary:-9,-1,0,1e1,40:both:proportional"] {
        let layer = format!("[[layers]]\nfile = \"a.npy\"\nreduction = \"max:2\"\nnorm = \"{norm}\"\n");
        desk.write("figure.toml", format!("scumble = 1\nsize = \"600x400\"\n{layer}"));
        desk.run("render figure.toml -o file.png").done();
        desk.run(&format!("render a.npy --size 600x400 --reduction max:2 --norm {norm} -o flags.png")).done();
        assert!(desk.read("file.png") == desk.read("flags.png"), "{norm}");
    }
    // About a centre, limits are as far above as below; the middle gets the middle color.
    let centered = desk.render(&format!("{VIEW} --norm centered:0"));
    assert_eq!(centered.bytes, desk.render(&format!("{VIEW} --norm linear --limits=-85..85")).bytes);
}

#[test]
fn wrong_norms_are_refused() {
    let desk = desk(|i| i as f64);
    for (norm, part) in
        [("boundary:1", "two levels"), ("boundary:2,1", "ascend"), ("symlog:0", "above 0"), ("cubic", "boundary:")]
    {
        desk.run(&format!("render a.npy -o no.png --norm {norm}")).refused(&[part]);
    }
    desk.write("figure.toml", "scumble = 1\n[[layers]]\nfile = \"a.npy\"\nnorm = \"twoslope\"\n");
    desk.run("render figure.toml -o no.png").refused(&["line 4", "twoslope", "missing"]);
}

#[test]
fn wrong_colors_are_refused() {
    let desk = desk(|i| i as f64);
    desk.run("render a.npy -o no.png --special 5").refused(&["VALUE=COLOR"]);
    desk.run("render a.npy -o no.png --special inf=red").refused(&["inf"]);
    desk.run("render a.npy -o no.png --over rde").refused(&["rde", "navy"]);
    let many: String = (0..65).map(|i| format!(" --special {i}=red")).collect();
    desk.run(&format!("render a.npy -o no.png{many}")).failed(&["65", "at most 64"]);
    desk.run("render a.npy -o no.png --special=-1=red --set x=1").refused(&["--set"]);
}
