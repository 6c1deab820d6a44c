//! Colors that users may trust: special values, beyond the limits.

use crate::kit::{Desk, array, cloud, pairs};

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
        "scumble = 2\nsize = \"700x500\"\n[[layers]]\nfile = \"a.npy\"\nreduction = \"max:2\"\nnorm = \"linear\"\n\
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
        desk.write("figure.toml", format!("scumble = 2\nsize = \"600x400\"\n{layer}"));
        desk.run("render figure.toml -o file.png").done();
        desk.run(&format!("render a.npy --size 600x400 --reduction max:2 --norm {norm} -o flags.png")).done();
        assert!(desk.read("file.png") == desk.read("flags.png"), "{norm}");
    }
    // About a centre, limits are as far above as below; the middle gets the middle color.
    let centered = desk.render(&format!("{VIEW} --norm centered:0"));
    assert_eq!(centered.bytes, desk.render(&format!("{VIEW} --norm linear --limits=-85..85")).bytes);
}

/// Points in the middles of 64 x 64 cells of 8 x 4 pixels each: every pixel has `per_cell` · 64 · 64 / its number.
fn even(per_cell: usize) -> Desk {
    let desk = Desk::new();
    let middles = (0..64 * 64).map(|i| ((i % 64) as f64 + 0.5, (i / 64) as f64 + 0.5));
    // Twice as many points on the right half.
    let points: Vec<(f64, f64)> = middles
        .flat_map(|(x, y)| std::iter::repeat_n((x, y), if x < 32.0 { per_cell } else { 2 * per_cell }))
        .collect();
    desk.write("a.npy", pairs(&points));
    desk
}

#[test]
fn numbers_over_area_have_the_same_colors_at_any_size() {
    let desk = even(3);
    let args = "a.npy --x-range=0..64 --y-range=0..64 --norm linear --limits 1..10 --colormap black,white";
    let mut colors = Vec::new();
    for size in [16, 32, 64] {
        let picture = desk.render(&format!("{args} --per area --size {size}x{size}"));
        let mut found: Vec<&[u8]> = picture.pixels().collect();
        found.sort_unstable();
        found.dedup();
        assert_eq!(found.len(), 2, "{size}: {found:?}");
        colors.push(found.concat());
    }
    assert!(colors[0] == colors[1] && colors[1] == colors[2], "{colors:?}");
    // 3 and 6 points on a unit of area.
    assert_eq!(colors[0], [56, 56, 56, 142, 142, 142]);
    let per_pixel = [16, 64].map(|size| desk.render(&format!("{args} --size {size}x{size}")).at(0, 0).to_vec());
    assert_ne!(per_pixel[0], per_pixel[1]);
}

#[test]
fn smooth_data_keep_their_colors_when_enlarged() {
    let desk = Desk::new();
    desk.write("a.npy", pairs(&cloud(400_000, 5)));
    // Sixteen pixels of the large picture have the points of one of the small one; their mean density is exactly its.
    let args =
        "a.npy --x-range=-2..2 --y-range=-2..2 --norm linear --limits 0..250000 --colormap black,white --per area";
    let small = desk.render(&format!("{args} --size 50x50 --background black"));
    let large = desk.render(&format!("{args} --size 200x200 --background black"));
    let mut brightest = 0;
    for x in 0..50 {
        for y in 0..50 {
            let sum: f64 = (0..16).map(|i| f64::from(large.at(4 * x + i % 4, 4 * y + i / 4)[0])).sum();
            let one = small.at(x, y)[0];
            assert!((sum / 16.0 - f64::from(one)).abs() <= 1.0, "({x}, {y}): {} for {one}", sum / 16.0);
            brightest = brightest.max(one);
        }
    }
    assert!(brightest > 50, "{brightest}");
}

#[test]
fn only_what_grows_with_the_pixel_is_counted_per_area() {
    let desk = desk(|i| i as f64);
    desk.run("render a.npy -o no.png --per area --reduction mean:2").refused(&["per area", "mean:2"]);
    desk.run("render a.npy -o no.png --per square").refused(&["square", "area"]);
    let sums = "--x-range=0..8 --y-range=0..4 --norm linear --reduction sum:2 --per area --limits 0..30 --size";
    // Pixels of area 1, then of area 4 with four points each but where the last is missing.
    let one = desk.render(&format!("a.npy {sums} 8x4"));
    assert_eq!(one.bytes, desk.render(&format!("a.npy {} 8x4", sums.replace("--per area", "--per pixel"))).bytes);
    let two = desk.render(&format!("a.npy {sums} 4x2 --colormap black,white"));
    // 0 + 1 + 8 + 9 over 4.
    assert_eq!(two.at(0, 0)[0], 38);
    desk.write(
        "figure.toml",
        "scumble = 2\nsize = \"600x400\"\n[[layers]]\nfile = \"a.npy\"\nper = \"area\"\n[x]\nscale=\"symlog\"\n",
    );
    desk.run("render figure.toml -o file.png").done();
    desk.run("render a.npy --size 600x400 --per area --x-scale symlog -o flags.png").done();
    assert!(desk.read("file.png") == desk.read("flags.png"));
}

#[test]
fn limits_of_the_whole_data_are_over_the_area_of_its_pixels() {
    let desk = even(3);
    let part = "a.npy --x-range=8..24 --y-range=8..24 --size 64x64 --norm linear --per area";
    let whole = "a.npy --size 64x64 --norm linear --per area";
    let fitted = desk.aggregate("a.npy --size 64x64");
    // The fitted view is from the first to the last middle, and a little more.
    let area = (63.0_f64 / 64.0).powi(2);
    let high = *fitted.counts().iter().max().unwrap() as f64 / area;
    let near = desk.render(&format!("{part} --limits {}..{}", 3.0 / area, high));
    assert_eq!(desk.render(&format!("{part} --limits data")).bytes, near.bytes);
    assert_ne!(desk.render(whole).bytes, near.bytes);
}

#[test]
fn color_tables_come_from_files() {
    let desk = desk(|i| i as f64);
    std::fs::create_dir(desk.path("tables")).unwrap();
    desk.write("tables/two.rgba", "# low, high\n0,0,0.2,1\n1,0.4,0,1\n");
    desk.write("tables/ends.cpt", "0 black 1 white\nB 0/0/255\nF 255/0/0\n");
    let args = format!("{VIEW} --norm linear --background none");
    let two = desk.render(&format!("{args} --limits 0..30 --colormap tables/two.rgba"));
    let (low, high): (&[u8], &[u8]) = (&[0, 0, 51, 255], &[255, 102, 0, 255]);
    let at = |i: usize| if i < 15 { low } else { high };
    assert!((0..31).all(|i| two.at(i % 8, i / 8) == at(i)));
    let reversed = desk.render(&format!("{args} --limits 0..30 --colormap tables/two.rgba_r"));
    assert_eq!((reversed.at(0, 0), reversed.at(6, 3)), (high, low));
    // The table's own colors beyond the limits, unless others are asked for.
    let ends = desk.render(&format!("{args} --limits 5..20 --colormap tables/ends.cpt --over lime"));
    assert_eq!((ends.at(0, 0), ends.at(6, 3)), (&[0, 0, 255, 255][..], &[0, 255, 0, 255][..]));
    // A figure file names it as seen from itself.
    let figure = "scumble = 2\nsize = \"600x400\"\n[[layers]]\nfile = \"../a.npy\"\ncolormap = \"two.rgba\"\n";
    desk.write("tables/figure.toml", figure);
    desk.run("render tables/figure.toml -o file.png").done();
    desk.run("render a.npy --size 600x400 --colormap tables/two.rgba -o flags.png").done();
    let drawn = |name: &str| crate::kit::Picture::decode(&desk.read(name)).bytes;
    assert!(drawn("file.png") == drawn("flags.png"));
    desk.write("bad.pal", "1 2 3\n1 2\n");
    desk.run("render a.npy -o no.png --colormap bad.pal").failed(&["line 2", "bad.pal"]);
    desk.run("render a.npy -o no.png --colormap none.cpt").failed(&["No such file", "none.cpt"]);
    desk.write("long.pal", "1 2 3\n".repeat(1 << 20));
    desk.run("render a.npy -o no.png --colormap long.pal").failed(&["4 MiB", "long.pal"]);
    desk.write("binary.pal", [255_u8, 216, 0, 1]);
    desk.run("render a.npy -o no.png --colormap binary.pal").failed(&["no text", "binary.pal"]);
}

#[test]
fn wrong_norms_are_refused() {
    let desk = desk(|i| i as f64);
    for (norm, part) in
        [("boundary:1", "two levels"), ("boundary:2,1", "ascend"), ("symlog:0", "above 0"), ("cubic", "boundary:")]
    {
        desk.run(&format!("render a.npy -o no.png --norm {norm}")).refused(&[part]);
    }
    desk.write("figure.toml", "scumble = 2\n[[layers]]\nfile = \"a.npy\"\nnorm = \"twoslope\"\n");
    desk.run("render figure.toml -o no.png").refused(&["line 4", "twoslope", "missing"]);
}

#[test]
fn wrong_colors_are_refused() {
    let desk = desk(|i| i as f64);
    desk.run("render a.npy -o no.png --special 5").refused(&["VALUE=COLOR"]);
    desk.run("render a.npy -o no.png --special inf=red").refused(&["inf"]);
    desk.run("render a.npy -o no.png --over rde").refused(&["rde", "steelblue"]);
    let many: String = (0..65).map(|i| format!(" --special {i}=red")).collect();
    desk.run(&format!("render a.npy -o no.png{many}")).refused(&["65", "at most 64"]);
    desk.run("render a.npy -o no.png --special=-1=red --set x=1").refused(&["--set"]);
}

#[test]
fn the_legend_of_presence_has_the_color_of_its_points() {
    let desk = desk(|i| i as f64);
    for colors in
        ["--colormap viridis", "--colormap red,blue --norm eq_hist", "--colormap grey --limits 0..2 --norm linear"]
    {
        let picture = desk.figure(&format!("a.npy --reduction any {colors} --size 400x300"));
        // A point fills at least its pixel: what is not the ground is its color.
        let bare = desk.render(&format!("a.npy --x-range=0..8 --y-range=0..4 --size 8x4 --reduction any {colors}"));
        let color = bare.at(0, 0);
        let is_beside = |x: usize, y: usize| x > 280 && picture.at(x, y) == color;
        let count = (0..400 * 300).filter(|i| is_beside(i % 400, i / 400)).count();
        assert!(count >= 100, "{count} pixels of {color:?} with {colors}");
    }
}

#[test]
fn tables_change_their_colors_where_they_say_so() {
    // Values at the edges, just below them, and between.
    const VALUES: [f64; 12] = [0.0, 0.999_999, 1.0, 2.0, 9.999_999, 10.0, 500.0, 999.0, -1.0, 1001.0, 1.000_001, 0.5];
    let desk = desk(|i| VALUES.get(i).copied().unwrap_or(0.0));
    desk.write("sharp.cpt", "0 red 1 red\n1 lime 10 lime\n10 blue 1000 blue\nB black\nF white\n");
    desk.write("ten.pal", (0..10).map(|i| format!("{} 0 0\n", i * 20)).collect::<String>());
    let color = |v: f64| match v {
        v if v < 0.0 => [0, 0, 0],
        v if v < 1.0 => [255, 0, 0],
        v if v < 10.0 => [0, 255, 0],
        v if v <= 1000.0 => [0, 0, 255],
        _ => [255, 255, 255],
    };
    let picture = desk.render(&format!("{VIEW} --norm linear --limits 0..1000 --colormap sharp.cpt"));
    for (i, value) in VALUES.into_iter().enumerate() {
        assert_eq!(picture.at(i % 8, i / 8)[..3], color(value), "{value}");
    }
    let listed = desk.render(&format!("{VIEW} --norm linear --limits 0..10 --colormap ten.pal"));
    for (i, value) in VALUES.into_iter().enumerate().filter(|(_, value)| (0.0..10.0).contains(value)) {
        assert_eq!(listed.at(i % 8, i / 8)[0], (value.floor() * 20.0) as u8, "{value}");
    }
}
