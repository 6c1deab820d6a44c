//! Figures: the plot is the bare picture, axes stand around it, and the PNG says how to make it again.

use std::process::Command;

use serde_json::Value;

use crate::kit::{Desk, Picture, Ran, array, cloud, column, number, pairs};

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("a.npy", pairs(&cloud(5000, 1)));
    desk
}

/// Left, top, width and height of the plot.
fn plot(json: &Value) -> [usize; 4] {
    ["x", "y", "width", "height"].map(|key| number(&json["plot"], key) as usize)
}

fn pixels(picture: &Picture, [x, y, width, height]: [usize; 4]) -> Vec<u8> {
    let row = |row: usize| {
        let first = (row * picture.width + x) * picture.channels;
        &picture.bytes[first..first + width * picture.channels]
    };
    (y..y + height).flat_map(row).copied().collect()
}

#[test]
fn the_schema_of_figure_files_is_printed() {
    let ran = Desk::new().run("schema");
    ran.silent();
    let schema: Value = serde_json::from_str(&ran.text()).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["$defs"]["layer"]["additionalProperties"], false);
}

#[test]
fn the_plot_of_a_figure_is_the_bare_picture() {
    let desk = desk();
    for args in [
        "--size 640x480",
        "--size 640x480 --x-range=-1..2 --norm log --colormap viridis --background #123456",
        "--size 501x399 --theme light --title T --reduction mean:1 --limits=p1..p99",
        "--size 500x400 --y-scale symlog:0.5 --background none --dpi 120",
    ] {
        let json = desk.json(&format!("render a.npy {args} -o figure.png"));
        let figure = Picture::decode(&desk.read("figure.png"));
        assert_eq!((figure.width as u64, figure.height as u64), (number(&json, "width"), number(&json, "height")));
        let place = plot(&json);
        assert!(place[0] > 20 && place[2] < figure.width - 60, "{json}");
        let text = |key: &str| json[key].as_str().unwrap().to_owned();
        // The same ranges on as many pixels; options given twice would be refused.
        let rest: Vec<&str> = args.split(' ').skip(2).filter(|word| !word.starts_with("--x-range")).collect();
        let bare = desk.render(&format!(
            "a.npy --size {}x{} --x-range={} --y-range={} {}",
            place[2],
            place[3],
            text("x_range"),
            text("y_range"),
            rest.join(" ")
        ));
        assert_eq!(bare.channels, figure.channels, "{args}");
        assert!(pixels(&figure, place) == bare.bytes, "{args}");
        // Something stands around it.
        let margin = pixels(&figure, [0, 0, place[0], figure.height]);
        assert!(margin.chunks(figure.channels).any(|pixel| pixel != &margin[..figure.channels]), "{args}");
    }
}

#[test]
fn the_corner_has_the_color_of_the_theme() {
    let desk = desk();
    let corner = |args: &str| desk.figure(&format!("a.npy --size 400x300 {args}")).bytes[..4].to_vec();
    let (dark, light) = (corner(""), corner("--theme light"));
    assert!(dark[..3].iter().all(|v| *v < 32), "{dark:?}");
    assert_eq!(light, [255; 4]);
    // A color is the plot's; none is the whole figure's.
    assert_eq!(corner("--background red"), dark);
    assert_eq!(corner("--background none"), [0; 4]);
    assert_eq!(corner("--theme light --background none"), [0; 4]);
    assert_eq!(desk.figure("a.npy --size 400x300").channels, 3);
    // Bare, the theme still says what empty pixels are.
    let view = "a.npy --size 40x30 --x-range=50..60 --y-range=0..1";
    assert!(desk.render(&format!("{view} --theme light")).bytes.iter().all(|byte| *byte == 255));
    assert!(desk.render(view).bytes.iter().all(|byte| *byte == 0));
}

#[test]
fn words_move_the_plot_and_empty_ones_do_not() {
    let desk = Desk::new();
    let data: Vec<u8> =
        (0..100).flat_map(|i| [f64::from(i), f64::from(i * i % 37)]).flat_map(f64::to_le_bytes).collect();
    desk.write("a.npy", array("[('speed','<f8'),('height','<f8')]", "(100,)", &data));
    let place = |args: &str| plot(&desk.json(&format!("render a.npy --size 640x480 -o a.png {args}")));
    let [x, y, width, height] = place("");
    let nameless = place("--x-label= --y-label= --colorbar-label=");
    assert!(nameless[0] < x && nameless[3] > height && nameless[2] > width);
    assert!(place("--title T")[1] > y + 15);
    assert_eq!(place("--title="), [x, y, width, height]);
    assert!(place("--dpi 144")[0] > x + x / 3);
    assert_eq!(place("--bare"), [0, 0, 640, 480]);
    // Too small for axes.
    assert_eq!(plot(&desk.json("render a.npy --size 90x60 -o a.png")), [0, 0, 90, 60]);
    desk.run("render a.npy -o no.png --dpi 5").failed(&["5", "10 to 2400"]);
    desk.run("render a.npy -o no.png --dpi many").refused(&["many"]);
}

/// The chunks before the pixels: dots per meter, and text by keyword.
fn notes(bytes: &[u8]) -> (u32, Vec<(String, String)>) {
    let reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
    let info = reader.info();
    let dims = info.pixel_dims.unwrap();
    assert_eq!((dims.xppu, dims.unit), (dims.yppu, png::Unit::Meter));
    let latin = info.uncompressed_latin1_text.iter().map(|chunk| (chunk.keyword.clone(), chunk.text.clone()));
    let unicode = info.utf8_text.iter().map(|chunk| (chunk.keyword.clone(), chunk.get_text().unwrap()));
    (dims.xppu, latin.chain(unicode).collect())
}

#[test]
fn the_picture_says_what_it_is() {
    let desk = desk();
    let said = |args: &str| {
        desk.run(&format!("render a.npy --size 50x40 -o a.png {args}")).done();
        let (dots, notes) = notes(&desk.read("a.png"));
        let of = |key: &str| notes.iter().find(|(keyword, _)| keyword == key).map(|(_, text)| text.clone());
        assert_eq!(of("Software").unwrap(), format!("Scumble {}", env!("CARGO_PKG_VERSION")));
        (dots, of("Title"), of("Comment").unwrap())
    };
    let command = "scumble render a.npy --size 50x40";
    assert_eq!(said(""), (3780, None, format!("{command} -o figure.png")));
    assert_eq!(
        said("--title Ähren --dpi 300 --norm eq_hist --background #000"),
        (11811, Some("Ähren".to_owned()), format!("{command} --title 'Ähren' --dpi 300 -o figure.png"))
    );
    // Where the picture is written leaves no trace in it.
    desk.run("render a.npy --size 50x40 -o b.png").silent();
    desk.run("render a.npy --size 50x40 -o c.png --threads 1").silent();
    assert_eq!(desk.read("b.png"), desk.read("c.png"));
}

#[test]
fn the_command_in_a_picture_makes_the_same_file() {
    let desk = desk();
    let raw: Vec<u8> =
        cloud(3000, 2).iter().flat_map(|(x, y)| [*x as f32, *y as f32]).flat_map(f32::to_le_bytes).collect();
    desk.write("it's raw.bin", [&[0; 24][..], &raw].concat()).write("-odd.npy", pairs(&cloud(700, 3)));
    for args in [
        &["a.npy"][..],
        &["a.npy", "a.npy", "--size", "333x222", "--bare", "--alpha", "0.3", "--background", "none"],
        &["a.npy", "--x-range=-1.2345678901234567..0.1", "--y-range=-1e-3..1e300", "--y-scale", "symlog:1e-4"],
        &["--x", "a.npy:1", "--y", "a.npy:0", "--reduction", "std:a.npy:1", "--norm", "linear", "--limits=-5..p99.9"],
        &["it's raw.bin", "--dtype", "<f4", "--columns", "2", "--offset", "24", "--layout", "interleaved"],
        &["a.npy", "--title", "-- $HOME `x` \"q\" 'é'", "--x-label", "", "--y-label", "- y -", "--grid"],
        &["a.npy", "--theme", "light", "--colormap", "Blues_r", "--dpi", "192.5", "--colorbar-label", "# per\\pixel"],
        &["--", "-odd.npy"],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scumble"));
        // Options before the inputs, which may come after `--`.
        desk.dress(&mut command).args(["render", "-o", "first.png"]).args(args);
        Ran::of("first", &command.output().unwrap()).done();
        let (_, notes) = notes(&desk.read("first.png"));
        let line = &notes.iter().find(|(keyword, _)| keyword == "Comment").unwrap().1;
        let line = line.strip_prefix("scumble ").unwrap();
        let mut shell = Command::new("sh");
        desk.dress(&mut shell).arg("-c").arg(format!("\"$0\" {line}")).arg(env!("CARGO_BIN_EXE_scumble"));
        Ran::of(line, &shell.output().unwrap()).done();
        assert!(desk.read("first.png") == desk.read("figure.png"), "{line}");
    }
}

#[test]
fn options_become_a_figure_file_that_draws_the_same() {
    let desk = Desk::new();
    desk.write("a.npy", pairs(&cloud(4000, 3)));
    let options = "a.npy --x-range=-2..2 --size 300x200 --norm log --colormap magma --filter $0>0 --title Half";
    desk.run(&format!("render {options} --save f.toml")).silent().done();
    assert_eq!(desk.list("."), ["a.npy", "f.toml"]);
    desk.run(&format!("render {options} -o a.png --save g.toml")).silent().done();
    desk.run("render f.toml -o f.png").silent().done();
    assert_eq!(desk.read("a.png"), desk.read("f.png"));
    assert_eq!(desk.read("f.toml"), desk.read("g.toml"));
    // A figure may become another one, and nothing else may.
    desk.run("render f.toml --set title=Other --save f.toml").silent().done();
    assert!(String::from_utf8(desk.read("f.toml")).unwrap().contains("Other"));
    let before = desk.read("a.npy");
    desk.write("notes.toml", "mine = 1\n");
    for (place, word) in [("a.npy", ".toml"), ("x.png", ".toml"), ("notes.toml", "no figure")] {
        desk.run(&format!("render {options} --save {place}")).refused(&[word]);
    }
    assert_eq!((desk.read("a.npy"), desk.read("notes.toml")), (before, b"mine = 1\n".to_vec()));
    // What a file says besides the figure is kept.
    let outputs = "[[outputs]]\nfile = \"x.png\"\n[[outputs]]\nfile = \"sub/y.png\"\nsize = \"30x20\"\n";
    let text = String::from_utf8(desk.read("f.toml")).unwrap();
    desk.write("with.toml", format!("{text}\n{outputs}"));
    std::fs::create_dir_all(desk.path("sub")).unwrap();
    desk.run("render with.toml --set title=New --save with.toml").silent();
    desk.run("render with.toml --save sub/moved.toml").silent();
    for (file, x, y) in [("with.toml", "x.png", "sub/y.png"), ("sub/moved.toml", "../x.png", "y.png")] {
        let text = String::from_utf8(desk.read(file)).unwrap();
        assert!([x, y].iter().all(|name| text.contains(&format!("file = \"{name}\""))), "{text}");
    }
    assert!(!desk.path("x.png").exists(), "what is only saved is not drawn");
    desk.run("render sub/moved.toml").silent();
    assert!(desk.path("x.png").exists() && desk.path("sub/y.png").exists());
    desk.run("movie f.toml --save h.toml -o h.mp4").refused(&["--save"]);
    // The data that it was saved with is told from other data.
    desk.write("a.npy", pairs(&cloud(5000, 4)));
    let told = desk.run("render f.toml -o f.png").done().stderr.clone();
    assert!(told.contains("a.npy"), "{told}");
}

#[test]
fn a_picture_is_the_same_from_wherever_its_figure_is_named() {
    let desk = Desk::new();
    for folder in ["data", "other", "other/deep"] {
        std::fs::create_dir_all(desk.path(folder)).unwrap();
    }
    desk.write("data/a.npy", pairs(&cloud(4000, 3)))
        .write("data/kind.npy", column((0..4000).map(|i| f64::from(i % 3))));
    let layers = "[[layers]]\nfile = 'a.npy'\nreduction = 'by:kind.npy'\n[[layers]]\nfile = 'a.npy'\nfilter = '`kind.npy` > 1'\n";
    desk.write("data/two.toml", format!("scumble = 2\nsize = '300x200'\n{layers}"));
    let from = |folder: &str, args: &str, out: &str| {
        let mut command = desk.command(args);
        command.current_dir(desk.path(folder)).arg("-o").arg(desk.path(out));
        Ran::of(args, &command.output().unwrap()).done();
        desk.read(out)
    };
    let first = from("data", "render two.toml", "1.png");
    for (folder, name) in [("data", "./two.toml"), (".", "data/two.toml"), ("other/deep", "../../data/two.toml")] {
        assert!(from(folder, &format!("render {name}"), "2.png") == first, "{folder} {name}");
    }
    let options = "--size 300x200 --reduction by:../data/kind.npy --filter `../data/kind.npy`>0";
    let flags = from("other", &format!("render ../data/a.npy {options} --save deep/f.toml"), "3.png");
    assert!(from(".", "render other/deep/f.toml", "4.png") == flags);
    // What the picture says of itself holds in the folder of its data.
    let (_, notes) = notes(&flags);
    let line = &notes.iter().find(|(keyword, _)| keyword == "Comment").unwrap().1;
    let line = line.strip_prefix("scumble ").unwrap();
    let mut shell = Command::new("sh");
    desk.dress(&mut shell).current_dir(desk.path("data"));
    shell.arg("-c").arg(format!("\"$0\" {line}")).arg(env!("CARGO_BIN_EXE_scumble"));
    Ran::of(line, &shell.output().unwrap()).done();
    assert!(desk.read("data/figure.png") == flags, "{line}");
    // A copy of the folder draws the same.
    std::fs::rename(desk.path("data"), desk.path("other/copy")).unwrap();
    assert!(from(".", "render other/copy/two.toml", "5.png") == first);
}

#[test]
fn a_figure_saved_over_itself_keeps_its_comments() {
    let desk = desk();
    let text = "#:schema figure.schema.json\nscumble = 2 # first\nsize = '400x300'\n\n# Measured.\n[[layers]]\nfile = \"a.npy\" # \
                May\nalpha = 1.0\n";
    desk.write("f.toml", text);
    desk.run("render f.toml --set layers.0.colormap=magma --save f.toml").silent();
    let saved = std::fs::read_to_string(desk.path("f.toml")).unwrap();
    let added = "colormap = \"magma\"\n";
    assert!(saved.starts_with(&format!("{text}{added}")), "{saved}");
    // Elsewhere it is a figure without a history.
    desk.run("render f.toml --save g.toml").silent();
    assert!(!std::fs::read_to_string(desk.path("g.toml")).unwrap().contains('#'));
}

#[test]
fn a_figure_file_is_no_data() {
    let desk = desk();
    desk.run("render a.npy --save f.toml").silent();
    for args in ["render f.toml a.npy -o no.png", "render a.npy f.toml -o no.png", "f.toml a.npy", "info f.toml"] {
        desk.run(args).refused(&["figure file", "f.toml"]);
    }
    assert_eq!(desk.list("."), ["a.npy", "f.toml"]);
    desk.run("render a.npy --step 1 -o no.png").refused(&["tables have no steps"]);
    desk.run("render a.npy --at level=3 -o no.png").refused(&["level=3", "tables have none"]);
    desk.run("render a.npy --dpi 2400 --size 300x200 -o a.png").done();
}
