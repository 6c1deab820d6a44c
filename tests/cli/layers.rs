//! Several layers, and figure files: from the text of a figure to its bytes.

use std::fs;

use crate::kit::{Desk, cloud, pairs};

use crate::kit::{array, npy, number};

fn desk() -> Desk {
    let desk = Desk::new();
    for (name, seed) in [("a.npy", 1), ("b.npy", 2)] {
        desk.write(name, pairs(&cloud(4000, seed)));
    }
    desk
}

const VIEW: &str = "--x-range=-3..3 --y-range=-3..3 --size 120x100 --norm log";

const OVERLAY: &str = r#"
scumble = 2
size = "120x100"
bare = true
background = "white"
[x]
range = "-3..3"
[y]
range = "-3..3"
[[layers]]
file = "a.npy"
norm = "log"
colormap = "Blues"
alpha = 0.5
[[layers]]
file = "b.npy"
norm = "log"
colormap = "Reds"
alpha = 0.5
"#;

#[test]
fn every_pixel_of_an_overlay_is_what_the_formula_says() {
    let desk = desk();
    desk.write("figure.toml", OVERLAY);
    desk.run("render figure.toml -o both.png").done();
    let both = crate::kit::Picture::decode(&desk.read("both.png"));
    let blues = desk.render(&format!("a.npy {VIEW} --colormap Blues --background none"));
    let reds = desk.render(&format!("b.npy {VIEW} --colormap Reds --background none"));
    let mut covered = [0; 4];
    for ((pixel, blue), red) in both.pixels().zip(blues.pixels()).zip(reds.pixels()) {
        for channel in 0..3 {
            let over = |color: &[u8], beneath: f64| {
                if color[3] == 0 { beneath } else { 0.5 * f64::from(color[channel]) + 0.5 * beneath }
            };
            let wanted = over(red, over(blue, 255.0));
            assert!(
                (f64::from(pixel[channel]) - wanted).abs() <= 1.0,
                "{pixel:?}, not {wanted}, of {blue:?} and {red:?}"
            );
        }
        covered[usize::from(blue[3] > 0) * 2 + usize::from(red[3] > 0)] += 1;
    }
    assert!(covered.iter().all(|n| *n > 200), "nothing, one or the other, both: {covered:?}");
}

#[test]
fn a_figure_file_of_one_layer_gives_the_bytes_of_its_command() {
    let desk = desk();
    desk.write("one.toml", "scumble = 2\nsize = \"500x400\"\ntitle = \"One\"\n[y]\nscale = \"symlog:0.5\"\n[[layers]]\nfile = \"a.npy\"\ncolormap = \"magma_r\"\nlimits = \"p1..p99\"\n");
    desk.run("render one.toml -o file.png").done();
    let args = "--size 500x400 --title One --y-scale symlog:0.5 --colormap magma_r --limits=p1..p99";
    desk.run(&format!("render a.npy {args} -o flags.png")).done();
    assert!(desk.read("file.png") == desk.read("flags.png"));
    desk.run("render one.toml --set layers.0.file=b.npy -o other.png").done();
    assert!(desk.read("file.png") != desk.read("other.png"));
}

#[test]
fn a_figure_file_has_outputs_and_settings() {
    let desk = desk();
    let outputs = "[[outputs]]\nfile = \"small.png\"\nsize = \"60x50\"\n[[outputs]]\nfile = \"usual.png\"\n";
    desk.write("figure.toml", format!("{OVERLAY}{outputs}"));
    desk.run("render figure.toml").done();
    let sized = |name: &str| {
        let picture = crate::kit::Picture::decode(&desk.read(name));
        (picture.width, picture.height)
    };
    assert_eq!((sized("small.png"), sized("usual.png")), ((60, 50), (120, 100)));
    let told = desk.json("render figure.toml -o again.png --set layers.1.hidden=true");
    assert!(desk.read("usual.png") != desk.read("again.png"));
    assert_eq!(told["layers"].as_array().map(Vec::len), Some(1));
    assert_eq!(told["rows"], 4000);
    let told = desk.json("render figure.toml -o both.png");
    assert_eq!((told["rows"].as_u64(), told["layers"][1]["name"].as_str()), (Some(8000), Some("b")));
    assert!(desk.read("usual.png") == desk.read("both.png"));
}

#[test]
fn what_is_wrong_with_a_figure_file_is_told_with_its_line() {
    let desk = desk();
    desk.write("figure.toml", OVERLAY.replace("alpha", "alhpa"));
    desk.run("render figure.toml -o no.png").refused(&["line 14", "alhpa", "figure.toml"]);
    desk.write("figure.toml", OVERLAY.replace("b.npy", "c.npy"));
    desk.run("render figure.toml -o no.png").refused(&["c.npy", "--set layers.1.file"]);
    desk.write("figure.toml", OVERLAY);
    desk.run("render figure.toml").refused(&["outputs", "-o FILE"]);
    desk.run("render figure.toml -o no.png --norm log").refused(&["--norm", "--set"]);
    desk.run("render a.npy -o no.png --set x.range=0..1").refused(&["--set", "figure file"]);
    desk.run("aggregate figure.toml -o no.npy").failed(&["figure files"]);
    assert!(!desk.list(".").iter().any(|name| name.starts_with("no.")));
}

#[test]
fn what_is_wrong_in_a_layer_is_told_with_its_key_and_line() {
    let desk = desk();
    let with = |line: &str| {
        desk.write("figure.toml", format!("{OVERLAY}{line}\n"));
        desk.run("render figure.toml -o no.png")
    };
    with("filter = \"$0 >\"").refused(&["layers.1.filter, line 20 of figure.toml: reading the expression, column 5"]);
    with("x = \"log10(q)\"").refused(&["layers.1.x, line 20 of figure.toml", "column 7", "\"q\""]);
    with("x = \"q\"").failed(&["layers.1.x, line 20 of figure.toml", "no column \"q\""]);
    with("reduction = \"mean:$7 + 1\"").refused(&["layers.1.reduction, line 20", "column number 7"]);
    with("mark = \"line:$7 + 1\"").refused(&["layers.1.mark, line 20", "column number 7"]);
    with("spread = \"2\"\nmark = \"hexbin:9\"").refused(&["layers.1.spread, line 20", "cannot be spread"]);
    desk.write("figure.toml", OVERLAY.replace("0.5", "2"));
    desk.run("render figure.toml -o no.png").refused(&["layers.0.alpha, line 14", "alpha is 2", "figure.toml"]);
    desk.write("figure.toml", OVERLAY);
    let set = "--set layers.0.filter=$0>";
    desk.run(&format!("render figure.toml -o no.png {set}"))
        .refused(&["--set layers.0.filter=$0>: reading the expression, column 4"]);
    // Without a figure file, the option.
    desk.run("render a.npy --filter $0> -o no.png").refused(&["--filter: reading the expression"]);
    desk.run("render a.npy --alpha 2 -o no.png").refused(&["--alpha: ", "alpha is 2"]);
    assert!(!desk.path("no.png").exists());
}

#[test]
fn settings_name_files_as_the_shell_does() {
    let desk = desk();
    fs::create_dir(desk.path("figures")).unwrap();
    desk.write("figures/a.npy", desk.read("b.npy")).write("t.rgba", "0 0 0\n1 1 1\n");
    desk.write("figures/f.toml", "scumble = 2\nsize = \"90x80\"\n[[layers]]\nfile = \"a.npy\"\n");
    let drawn = |args: &str| desk.figure(&format!("figures/f.toml {args}")).bytes;
    // Another file of the same name lies where the shell is.
    assert!(drawn("") == drawn("--set layers.0.file=b.npy"));
    assert!(drawn("") != drawn("--set layers.0.file=a.npy"));
    assert!(drawn("--set layers.0.files=['a.npy','b.npy']") != drawn(""));
    assert!(drawn("--set layers.0.colormap=t.rgba_r") != drawn(""));
    assert!(drawn("--set layers.0.x=a.npy:0") != drawn("--set layers.0.x=b.npy:0"));
    desk.run("render figures/f.toml --set layers.0.file=c.npy -o no.png").refused(&["c.npy is not there"]);
}

#[test]
fn limits_of_the_whole_data_are_those_of_the_fitted_view() {
    let desk = desk();
    let size = "--size 90x80 --norm linear";
    let part = "--x-range=0..0.5 --y-range=0..0.5";
    let whole = desk.aggregate(&format!("a.npy {}", "--size 90x80"));
    let drawn = whole.counts().iter().copied().filter(|count| *count > 0);
    let (low, high) = (drawn.clone().min().unwrap(), drawn.max().unwrap());
    let pinned = desk.render(&format!("a.npy {size} {part} --limits={low}..{high}"));
    let of_data = desk.render(&format!("a.npy {size} {part} --limits data"));
    assert_eq!(of_data.bytes, pinned.bytes);
    assert_ne!(desk.render(&format!("a.npy {size} {part}")).bytes, pinned.bytes);
}

#[test]
fn equalized_colors_hold_still_between_fixed_limits() {
    let desk = desk();
    let views = ["", "--x-range=0..0.5 --y-range=0..0.5", "--x-range=-1..1 --y-range=-2..0.25"];
    // Every count's color, in all views.
    let colors = |look: &str| -> Vec<(u64, [u8; 3])> {
        let of_view = |view: &&str| {
            let args = format!("a.npy --size 90x80 {view}");
            let (grid, picture) = (desk.aggregate(&args), desk.render(&format!("{args} {look}")));
            let at = |i: usize| picture.at(i % 90, i / 90).try_into().unwrap();
            let counts = grid.counts().iter().enumerate();
            counts.filter(|(_, count)| **count > 0).map(|(i, count)| (*count, at(i))).collect::<Vec<_>>()
        };
        let mut seen: Vec<(u64, [u8; 3])> = views.iter().flat_map(of_view).collect();
        seen.sort_unstable();
        seen.dedup();
        seen
    };
    let is_still = |seen: &[(u64, [u8; 3])]| seen.windows(2).all(|pair| pair[0].0 < pair[1].0);
    for limits in ["1..9", "2..5", "data", "data..7"] {
        let seen = colors(&format!("--limits {limits}"));
        assert!(is_still(&seen) && seen.len() > 5, "{limits}: {seen:?}");
    }
    assert!(!is_still(&colors("")));
    // Where all is in view, limits of the data are those that are found without them.
    let size = "a.npy --size 90x80";
    assert_eq!(desk.render(&format!("{size} --limits data")).bytes, desk.render(size).bytes);
}

#[test]
fn spread_numbers_are_the_sums_around() {
    let desk = desk();
    let view = "a.npy --x-range=-3..3 --y-range=-3..3 --size 60x50";
    let plain = desk.aggregate(view);
    let counts: Vec<u64> = plain.counts().to_vec();
    let around = |x: usize, y: usize| -> u64 {
        let near = |at: usize, len: usize| at.saturating_sub(2)..(at + 3).min(len);
        near(y, 50).flat_map(|y| near(x, 60).map(move |x| y * 60 + x)).map(|i| counts[i]).sum()
    };
    let wanted: Vec<u64> = (0..50).flat_map(|y| (0..60).map(move |x| (x, y))).map(|(x, y)| around(x, y)).collect();
    assert_eq!(desk.aggregate(&format!("{view} --spread 2:square")).counts(), wanted);
    // Half of the points have a neighbour: nothing is to be spread; all of them must, up to 4 pixels.
    assert_eq!(desk.aggregate(&format!("{view} --dynspread")).counts(), counts);
    let denser = desk.aggregate(&format!("{view} --dynspread 1:2:square"));
    assert_eq!(denser.counts(), wanted);
    desk.run(&format!("render {view} --spread 2:oval -o no.png")).refused(&["oval", "square"]);
    desk.run(&format!("render {view} --spread 2 --dynspread -o no.png")).refused(&["--dynspread"]);
    let (spread, given) = (desk.render(&format!("{view} --spread 2")), desk.render(view));
    assert!(
        spread.pixels().filter(|pixel| pixel[..3] == [0, 0, 0]).count()
            < given.pixels().filter(|pixel| pixel[..3] == [0, 0, 0]).count()
    );
}

#[test]
fn lines_join_the_rows_of_a_series() {
    let desk = Desk::new();
    // A square of two series, one after the other, and a row that is nothing.
    let rows = [(0.5, 0.5, 1.0), (9.5, 0.5, 1.0), (9.5, 9.5, 2.0), (0.5, 9.5, 2.0), (f64::NAN, 0.0, 2.0)];
    let bytes: Vec<u8> = rows.iter().flat_map(|(x, y, id)| [x, y, id].map(|v| v.to_le_bytes()).concat()).collect();
    desk.write("t.npy", array("'<f8'", "(5, 3)", &bytes));
    let view = "t.npy --x-range=0..10 --y-range=0..10 --size 10x10";
    let total = |mark: &str| desk.aggregate(&format!("{view} {mark}")).counts().iter().sum::<u64>();
    assert_eq!((total(""), total("--mark line"), total("--mark line:2")), (4, 28, 20));
    let facts = desk.json(&format!("render {view} --mark line --engine auto -o a.png"));
    assert_eq!(crate::kit::accounting(&facts), (4, 0, 1));
    assert_eq!(facts["engine"], "cpu");
    let figure = "scumble = 2\nsize = \"10x10\"\nbare = true\n[x]\nrange = \"0..10\"\n[y]\nrange = \"0..10\"\n\
                  [[layers]]\nfile = \"t.npy\"\nmark = \"line:2\"\n";
    desk.write("f.toml", figure);
    desk.run("render f.toml -o b.png").done();
    let command = desk.render(&format!("{view} --mark line:2"));
    assert!(crate::kit::Picture::decode(&desk.read("b.png")).pixels().eq(command.pixels()));
    desk.run(&format!("aggregate {view} --mark line --reduction mean:2 -o no.npy"))
        .failed(&["mean:2", "use count or any"]);
    desk.run(&format!("aggregate {view} --mark dash -o no.npy")).refused(&["dash", "line:COLUMN"]);
}

#[test]
fn markers_of_one_color_are_its_shares_and_grow_with_the_dpi() {
    let desk = Desk::new();
    desk.write("p.npy", pairs(&[(0.5, 0.5), (1.02, 0.25)]));
    let view = "p.npy --x-range=0..1 --y-range=0..1 --size 40x40";
    let picture = desk.render(&format!("{view} --mark circle:10 --color red --background none"));
    let opacity =
        |picture: &crate::kit::Picture| picture.pixels().map(|pixel| f64::from(pixel[3])).sum::<f64>() / 255.0;
    assert!(picture.pixels().all(|pixel| pixel[3] == 0 || pixel[..3] == [255, 0, 0]));
    // A disk, and the part that reaches in of one just outside.
    let area = opacity(&picture);
    assert!((area - 25.0 * std::f64::consts::PI - 31.3).abs() < 1.0, "{area}");
    assert!(picture.pixels().any(|pixel| (1..255).contains(&pixel[3])), "antialiased");
    let larger = desk.render(&format!("{view} --mark circle:5 --dpi 192 --color red --background none"));
    assert!(picture.pixels().eq(larger.pixels()));
    let facts = desk.json(&format!("render {view} --mark circle:10 --color red -o a.png"));
    assert_eq!(crate::kit::accounting(&facts), (1, 1, 0));
    let counts = desk.aggregate(&format!("{view} --mark square:10"));
    assert_eq!(counts.counts().iter().filter(|n| **n == 1).count(), 100 + 40);
    let large = desk.run(&format!("render {view} --mark square:199 --dpi 10 --reduction mean:0 -o no.png"));
    assert!(!large.failed(&["the mark square does not go with"]).stderr.contains("20.7"), "{large:?}");
    desk.run(&format!("aggregate {view} --mark circle -o no.npy")).refused(&["circle", "0.1 to 200"]);
    desk.run(&format!("render {view} --mark circle:5 --spread 2 --color red -o no.png")).refused(&["spread"]);
    let points = desk.render(&format!("{view} --color #00ff0080 --background none"));
    assert_eq!(points.pixels().filter(|pixel| **pixel == [0, 255, 0, 128]).count(), 1);
}

#[test]
fn hexagons_are_those_of_all_data_whatever_part_is_shown() {
    let desk = desk();
    let view = "a.npy --size 160x120 --mark hexbin:12";
    let all = desk.aggregate(&format!("{view} --x-range=-4..4 --y-range=-4..4"));
    // The same pixels, each of them cut in four.
    let part = desk.aggregate(&format!("{view} --x-range=-2..2 --y-range=-2..2"));
    let same = (0..120)
        .flat_map(|y| (0..160).map(move |x| (x, y)))
        .filter(|(x, y)| part.counts()[y * 160 + x] == all.counts()[(y / 2 + 30) * 160 + x / 2 + 40]);
    // But where the border of a hexagon passes between centers.
    assert!(same.count() > 160 * 120 * 95 / 100);
    let mut different: Vec<u64> = part.counts().to_vec();
    different.sort_unstable();
    different.dedup();
    assert!(different.len() > 10, "{different:?}");
    let facts = desk.json(&format!("aggregate {view} -o all.npy"));
    assert_eq!(crate::kit::accounting(&facts), (4000, 0, 0));
    let facts = desk.json(&format!("aggregate {view} --x-range=0..0.5 --y-range=0..0.5 -o part.npy"));
    let (in_view, outside, _) = crate::kit::accounting(&facts);
    assert!(in_view > 100 && outside > 2000, "{facts}");
    // An extent that holds nothing has no hexagons with rows.
    let none = desk.aggregate(&format!("{view}:50..60:50..60"));
    assert!(none.counts().iter().all(|n| *n == 0));
}

#[test]
fn hexagons_are_the_same_from_options_and_from_a_figure_file() {
    let desk = desk();
    let extent = "hexbin:9x7:-2.0..2.0:-3..3";
    let figure = format!(
        "scumble = 2\nsize = \"300x200\"\n[[layers]]\nfile = \"a.npy\"\nmark = \"{extent}\"\nper = \"area\"\nnorm = \"log\"\n"
    );
    desk.write("f.toml", figure);
    desk.run("render f.toml -o a.png").done();
    let told = desk.json(&format!("render a.npy --size 300x200 --mark {extent} --per area --norm log -o b.png"));
    assert_eq!(told["engine"], "cpu");
    assert!(desk.read("a.png") == desk.read("b.png"));
    // The command in the picture draws it again.
    let text = String::from_utf8_lossy(&desk.read("b.png")).into_owned();
    assert!(text.contains(&format!("--mark={extent}")) || text.contains(&format!("--mark {extent}")), "{text}");
    desk.run("render a.npy --mark hexbin:9 --spread 2 -o no.png").refused(&["hexagons cannot be spread"]);
    desk.run("render a.npy --mark hexbin -o no.png").refused(&["hexbin:40", "2 to 1000"]);
    desk.run("render a.npy --mark hexbin:9:1..0:0..1 -o no.png").failed(&["hexbin:9:1..0:0..1", "empty or inverted"]);
    desk.run("render a.npy --mark hexbin:9:0..1:0..1 --x-scale log -o no.png").failed(&["0..1", "log scale"]);
}

/// The same moments in nanoseconds, seconds and days lie in the same pixels, whichever layer comes first.
#[test]
fn layers_count_time_in_units_of_their_own() {
    let desk = Desk::new();
    let days = [19_000_i64, 19_010, 19_055, 19_099];
    for (name, unit, per_day) in [("ns", "ns", 86_400_000_000_000_i64), ("s", "s", 86_400), ("day", "D", 1)] {
        let header = format!("[('t', '<M8[{unit}]'), ('v', '<f8')]");
        let rows = days
            .iter()
            .zip(1_u8..)
            .flat_map(|(day, v)| [(day * per_day).to_le_bytes(), f64::from(v).to_le_bytes()].concat());
        let shape = format!("{{'descr': {header}, 'fortran_order': False, 'shape': ({},), }}", days.len());
        desk.write(&format!("{name}.npy"), npy(1, &shape, &rows.collect::<Vec<u8>>()));
    }
    let figure = |first: &str, second: &str, hidden: &str, range: &str| {
        let layer = |name: &str| {
            let hidden = name == hidden;
            format!("[[layers]]\nfile = \"{name}.npy\"\nx = \"t\"\ny = \"v\"\nhidden = {hidden}\n")
        };
        let axis = if range.is_empty() { String::new() } else { format!("[x]\nrange = \"{range}\"\n") };
        let text = format!("scumble = 2\nsize = \"200x40\"\nbare = true\n{axis}{}{}", layer(first), layer(second));
        desk.write("f.toml", text);
        let facts = desk.run("render f.toml -o f.png --json").silent().json();
        assert_eq!(
            (number(&facts, "outside"), number(&facts, "not_finite")),
            (0, 0),
            "{first} under {second}: {facts}"
        );
        let picture = crate::kit::Picture::decode(&desk.read("f.png"));
        let dark = picture.pixels().next().unwrap();
        picture.pixels().map(|pixel| pixel != dark).collect::<Vec<bool>>()
    };
    for (first, second) in [("ns", "s"), ("s", "ns"), ("day", "ns"), ("ns", "day"), ("day", "s")] {
        for range in ["", "2022-01-01..2022-05-01"] {
            let both = figure(first, second, "", range);
            assert_eq!(both.iter().filter(|is_lit| **is_lit).count(), days.len());
            for hidden in [first, second] {
                assert_eq!(
                    figure(first, second, hidden, range),
                    both,
                    "{first} under {second}, {hidden} hidden, {range}"
                );
            }
        }
    }
    // Months are no number of days.
    let shape = "{'descr': [('t', '<M8[M]'), ('v', '<f8')], 'fortran_order': False, 'shape': (1,), }";
    desk.write("month.npy", npy(1, shape, &[600_i64.to_le_bytes(), 1_f64.to_le_bytes()].concat()));
    let layer = |name: &str| format!("[[layers]]\nfile = \"{name}.npy\"\nx = \"t\"\ny = \"v\"\n");
    desk.write("m.toml", format!("scumble = 2\n{}{}", layer("month"), layer("s")));
    desk.run("render m.toml -o m.png").failed(&["[M]", "[s]", "x axis"]);
}
