//! Movies: frames of a formula, files that players read, runs that are taken up, and what goes wrong on the way.
//!
//! ffmpeg and ffprobe make and judge videos here; `tests/run.sh` installs them.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::kit::{Desk, Picture, Ran, array, number, wait};

const WIDTH: usize = 40;
const HEIGHT: usize = 30;
const STEPS: usize = 6;

/// ColorBrewer's Reds and Blues, as matplotlib has them.
const REDS: [[f64; 3]; 9] = [
    [1.0, 0.960_784_313_7, 0.941_176_470_6],
    [0.996_078_431_4, 0.878_431_372_5, 0.823_529_411_8],
    [0.988_235_294_1, 0.733_333_333_3, 0.631_372_549_0],
    [0.988_235_294_1, 0.572_549_019_6, 0.447_058_823_5],
    [0.984_313_725_5, 0.415_686_274_5, 0.290_196_078_4],
    [0.937_254_902_0, 0.231_372_549_0, 0.172_549_019_6],
    [0.796_078_431_4, 0.094_117_647_1, 0.113_725_490_2],
    [0.647_058_823_5, 0.058_823_529_4, 0.082_352_941_2],
    [0.403_921_568_6, 0.0, 0.050_980_392_2],
];
const BLUES: [[f64; 3]; 9] = [
    [0.968_627_451_0, 0.984_313_725_5, 1.0],
    [0.870_588_235_3, 0.921_568_627_5, 0.968_627_451_0],
    [0.776_470_588_2, 0.858_823_529_4, 0.937_254_902_0],
    [0.619_607_843_1, 0.792_156_862_7, 0.882_352_941_2],
    [0.419_607_843_1, 0.682_352_941_2, 0.839_215_686_3],
    [0.258_823_529_4, 0.572_549_019_6, 0.776_470_588_2],
    [0.129_411_764_7, 0.443_137_254_9, 0.709_803_921_6],
    [0.031_372_549_0, 0.317_647_058_8, 0.611_764_705_9],
    [0.031_372_549_0, 0.188_235_294_1, 0.419_607_843_1],
];

/// The color of a value between 1 and 1000 by the log norm: that of matplotlib's 256 entries, before it is cut off to bytes.
fn color(map: &[[f64; 3]; 9], value: f64) -> [f64; 3] {
    let entry = (value.ln() / 1000_f64.ln() * 256.0).floor().clamp(0.0, 255.0);
    let at = entry / 255.0 * 8.0;
    let (before, share) = ((at as usize).min(7), at - (at as usize).min(7) as f64);
    [0, 1, 2].map(|c| (map[before][c] * (1.0 - share) + map[before + 1][c] * share) * 255.0)
}

/// Values of a wave from 1.2 to about 900; some are missing, and of the second some are -1.
fn value(field: usize, step: usize, n: usize) -> f64 {
    let (x, y) = ((n % WIDTH) as f64, (n / WIDTH) as f64);
    let wave = (x * 0.31 + y * 0.17 + step as f64 * 0.7 + field as f64 * 1.9).sin();
    match (n + 5 * step) % 37 {
        0 => f64::NAN,
        5 if field == 1 => -1.0,
        9 if field == 1 => f64::NAN,
        _ => (3.5 + 3.3 * wave).exp(),
    }
}

fn field(field: usize) -> Vec<u8> {
    let values = (0..STEPS).flat_map(|step| (0..WIDTH * HEIGHT).map(move |n| value(field, step, n)));
    array("'<f8'", "(6, 30, 40)", &values.flat_map(f64::to_le_bytes).collect::<Vec<_>>())
}

fn figure(norm: &str) -> String {
    let layer = |file: &str, colormap: &str| {
        format!(
            "[[layers]]\nfile = \"{file}.npy\"\nmark = \"image\"\nreduction = \"mean:0\"\nnorm = \"{norm}\"\n\
             limits = \"1..1000\"\ncolormap = \"{colormap}\"\nalpha = 0.5\nspecial = [\"-1=#00ff00\"]\n"
        )
    };
    let (below, above) = (layer("a", "Blues"), layer("b", "Reds"));
    format!("scumble = 2\nsize = \"{WIDTH}x{HEIGHT}\"\ntheme = \"light\"\nbare = true\n{below}{above}")
}

/// Two fields of six steps, and a figure of one over the other.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("a.npy", field(0)).write("b.npy", field(1)).write("figure.toml", figure("log"));
    desk
}

/// Frames that a player finds in a file.
fn frames(path: &Path) -> u64 {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-count_frames", "-select_streams", "v:0", "-show_entries", "stream=nb_read_frames"]);
    let output = command.args(["-of", "csv=p=0"]).arg(path).stdin(Stdio::null()).output();
    let output =
        output.unwrap_or_else(|e| panic!("these tests need ffmpeg and ffprobe, as tests/run.sh installs: {e}"));
    String::from_utf8_lossy(&output.stdout).trim().trim_end_matches(',').parse().unwrap_or(0)
}

/// A field of zeros with so many steps of 300 × 200 bytes, which takes no room.
fn sparse(desk: &Desk, steps: u64) {
    File::create(desk.path("long.raw")).unwrap().set_len(steps * 300 * 200).unwrap();
}

const SPARSE: &str = "movie long.raw --shape 200x300 --dtype |u1 --limits 0..1 --bare --size 300x200";

#[test]
fn frames_are_what_the_formula_says() {
    let desk = desk();
    desk.run("movie figure.toml -o frames/%03d.png").silent();
    assert_eq!(desk.list("frames").len(), STEPS);
    for step in 0..STEPS {
        let frame = desk.read(&format!("frames/{step:03}.png"));
        let picture = Picture::decode(&frame);
        assert_eq!((picture.width, picture.height, picture.channels), (WIDTH, HEIGHT, 3));
        for n in 0..WIDTH * HEIGHT {
            let over = |below: [f64; 3], value: f64, map| match value {
                _ if value.is_nan() => below,
                _ => {
                    let above = if value == -1.0 { [0.0, 255.0, 0.0] } else { color(map, value) };
                    [0, 1, 2].map(|c| 0.5 * above[c] + 0.5 * below[c])
                }
            };
            let below = over([255.0; 3], value(0, step, n), &BLUES);
            let wanted = over(below, value(1, step, n), &REDS);
            let got = picture.at(n % WIDTH, HEIGHT - 1 - n / WIDTH);
            let is_near = got.iter().zip(wanted).all(|(a, b)| (f64::from(*a) - b).abs() <= 1.0);
            assert!(is_near, "step {step}, cell {n}: {got:?} instead of {wanted:?}");
        }
        // Each is the picture that `render` makes, to the byte.
        desk.run(&format!("render figure.toml --step {step} -o step.png")).silent();
        assert!(desk.read("step.png") == frame, "{step}");
    }
    // In a layer that nothing shines through, special values have their color and no other cell has.
    desk.run("movie figure.toml --set layers.1.alpha=1 -o frames/%03d.png").silent();
    for step in 0..STEPS {
        let picture = Picture::decode(&desk.read(&format!("frames/{step:03}.png")));
        for n in 0..WIDTH * HEIGHT {
            let is_special = picture.at(n % WIDTH, HEIGHT - 1 - n / WIDTH) == [0, 255, 0];
            assert_eq!(is_special, value(1, step, n) == -1.0, "step {step}, cell {n}");
        }
    }
}

#[test]
fn a_cause_is_told_once() {
    let desk = desk();
    let said =
        desk.run("render a.npy -o nowhere/a.png").failed(&["creating the output failed", "nowhere"]).stderr.clone();
    assert_eq!(said.matches("there is no folder").count(), 1, "{said}");
}

#[test]
fn colors_mean_the_same_in_all_frames() {
    let desk = desk();
    desk.run("movie a.npy --bare --size 40x30 -o frames/%d.png").silent();
    desk.run("render a.npy --bare --size 40x30 --limits data --step 3 -o step.png").silent();
    assert!(desk.read("step.png") == desk.read("frames/3.png"));
    desk.run("movie a.npy --bare --norm eq_hist --size 40x30 -o equal/%d.png").silent();
    desk.run("render a.npy --bare --norm eq_hist --size 40x30 --limits data --step 3 -o step.png").silent();
    assert!(desk.read("step.png") == desk.read("equal/3.png") && desk.read("step.png") != desk.read("frames/3.png"));
    // One value in two steps of which one has greater ones beside it.
    let values = [1.0_f64, 2.0, 1.0, 1.0, 2.0, 9.0, 9.0, 9.0].map(f64::to_le_bytes).concat();
    desk.write("c.npy", array("'<f8'", "(2, 2, 2)", &values));
    for norm in ["linear", "eq_hist"] {
        desk.run(&format!("movie c.npy --bare --norm {norm} --size 2x2 -o {norm}/%d.png")).silent();
        let [first, second] = [0, 1].map(|step| Picture::decode(&desk.read(&format!("{norm}/{step}.png"))));
        assert_eq!(first.at(1, 1), second.at(0, 1));
        assert_ne!(first.at(0, 1), second.at(0, 1));
    }
}

#[test]
fn every_kind_of_movie_has_all_frames() {
    let desk = desk();
    for ending in ["mp4", "m4v", "mov", "mkv", "webm", "gif"] {
        // An odd size, which most encoders do not take.
        let ran = desk.run(&format!("movie figure.toml --size 81x61 --fps 12.5 -o a.{ending} --json"));
        assert_eq!(number(&ran.done().json(), "frames"), STEPS as u64);
        assert_eq!(frames(&desk.path(&format!("a.{ending}"))), STEPS as u64, "{ending}");
    }
    desk.run("movie figure.toml --steps 2..5 -o part.mp4").silent();
    assert_eq!(frames(&desk.path("part.mp4")), 3);
    desk.run("movie figure.toml -o a.apng").silent();
    let bytes = desk.read("a.apng");
    let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
    assert_eq!(reader.info().animation_control().unwrap().num_frames, STEPS as u32);
    desk.run("movie figure.toml -o frames/%d.png").silent();
    for step in 0..STEPS {
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        assert!(pixels == Picture::decode(&desk.read(&format!("frames/{step}.png"))).bytes, "{step}");
    }
    assert!(reader.next_frame(&mut vec![0; reader.output_buffer_size().unwrap()]).is_err());
}

fn written(desk: &Desk, name: &str) -> SystemTime {
    desk.path(name).metadata().unwrap().modified().unwrap()
}

/// Makes files as old as that. Times that a test compares are set: the clock of a file system may stand still for 10 ms.
fn age(desk: &Desk, names: &[&str], seconds: u64) {
    let then = SystemTime::now() - Duration::from_secs(seconds);
    for name in names {
        File::options().write(true).open(desk.path(name)).unwrap().set_modified(then).unwrap();
    }
}

#[test]
fn numbered_frames_are_taken_up() {
    let desk = desk();
    let movie = |args: &str| {
        let json = desk.run(&format!("movie figure.toml -o f/%02d.png --json {args}")).done().json();
        assert_eq!(number(&json, "frames"), STEPS as u64);
        number(&json, "found")
    };
    age(&desk, &["a.npy", "b.npy"], 60);
    assert_eq!(movie(""), 0);
    assert_eq!(movie(""), 6);
    let whole = desk.read("f/03.png");
    let before: Vec<SystemTime> = (0..STEPS).map(|step| written(&desk, &format!("f/{step:02}.png"))).collect();
    fs::remove_file(desk.path("f/03.png")).unwrap();
    assert_eq!(movie(""), 5);
    for (step, before) in before.iter().enumerate().filter(|(step, _)| *step != 3) {
        assert_eq!(written(&desk, &format!("f/{step:02}.png")), *before, "{step}");
    }
    assert!(desk.read("f/03.png") == whole);
    // Half a frame, or any other file, is none.
    desk.write("f/03.png", &whole[..20]);
    desk.write("f/04.png", "text");
    assert_eq!(movie(""), 4);
    assert!(desk.read("f/03.png") == whole);
    // Another figure in the file of the same name, a key set to something else, another size.
    desk.write("figure.toml", figure("linear"));
    assert_eq!((movie(""), movie("")), (0, 6));
    assert_eq!(movie("--set layers.0.alpha=0.75"), 0);
    assert_eq!(movie("--size 41x30"), 0);
    assert_eq!(movie(""), 0);
    // Newer data.
    age(&desk, &["f/00.png", "f/01.png", "f/02.png", "f/03.png", "f/04.png", "f/05.png"], 30);
    assert_eq!(movie(""), 6);
    age(&desk, &["b.npy"], 10);
    assert_eq!((movie(""), movie("")), (0, 6));
}

/// A program that is killed where a test leaves it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until something is so.
fn until(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(60), "not in a minute: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn size(path: &Path) -> u64 {
    path.metadata().map_or(0, |facts| facts.len())
}

#[test]
fn a_run_that_is_killed_leaves_a_movie_that_plays() {
    let desk = Desk::new();
    sparse(&desk, 1_000_000);
    let movie = desk.path("a.mp4");
    let child = Running(desk.command(&format!("{SPARSE} -o a.mp4")).spawn().unwrap());
    until("pieces of the movie", || size(&movie) > 20_000);
    drop(child);
    until("a movie that plays", || frames(&movie) > 0);
}

#[test]
fn numbered_frames_of_a_run_that_is_killed_are_whole() {
    let desk = Desk::new();
    sparse(&desk, 1_000_000);
    let child = Running(desk.command(&format!("{SPARSE} -o f/%06d.png")).spawn().unwrap());
    until("some frames", || desk.path("f/000009.png").exists());
    drop(child);
    let made = desk.list("f").into_iter().filter(|name| !name.starts_with('.'));
    let made = made.inspect(|name| assert_eq!(Picture::decode(&desk.read(&format!("f/{name}"))).width, 300)).count();
    let steps = made + 5;
    let json = desk.run(&format!("{SPARSE} --steps 0..{steps} -o f/%06d.png --json")).done().json();
    assert_eq!((number(&json, "found"), number(&json, "frames")), (made as u64, steps as u64));
}

#[test]
fn ctrl_c_ends_a_movie_in_order() {
    for (output, is_video) in [("a.mp4", true), ("a.mkv", true), ("f/%06d.png", false), ("a.apng", false)] {
        let desk = Desk::new();
        sparse(&desk, 1_000_000);
        fs::create_dir(desk.path("f")).unwrap();
        let mut command = desk.command(&format!("{SPARSE} -o {output}"));
        let mut child = Running(command.stderr(Stdio::piped()).spawn().unwrap());
        match output {
            // Nothing of these is seen so soon.
            "a.apng" | "a.mkv" => thread::sleep(Duration::from_secs(2)),
            "f/%06d.png" => until("some frames", || desk.path("f/000009.png").exists()),
            _ => until("pieces of the movie", || size(&desk.path(output)) > 1000),
        }
        assert!(Command::new("kill").args(["-INT", &child.0.id().to_string()]).status().unwrap().success());
        let status = wait(&mut child.0, Duration::from_secs(20)).expect("it ends");
        let mut stderr = String::new();
        child.0.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!(status.code(), Some(1), "{output}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{output}: {stderr}");
        assert!(stderr.contains("stopped after ") && stderr.contains(" of 1000000 frames"), "{output}: {stderr}");
        assert_eq!(stderr.contains("they are kept"), output != "a.apng", "{output}: {stderr}");
        if is_video {
            assert!(frames(&desk.path(output)) > 0, "{output}");
        }
        // What is not whole is not there.
        assert!(!desk.path("a.apng").exists());
        assert!(desk.list(".").iter().chain(&desk.list("f")).all(|name| !name.starts_with(".scumble")), "{output}");
    }
}

#[test]
fn without_ffmpeg_it_is_said_before_anything_is_read() {
    let desk = desk();
    fs::create_dir(desk.path("bin")).unwrap();
    // Data that cannot be read either: the program must not get so far.
    desk.write("b.npy", "no array");
    let output = desk.command("movie figure.toml -o a.mp4").env("PATH", desk.path("bin")).output().unwrap();
    Ran::of("", &output).failed(&["ffmpeg", "none on the PATH", "%05d.png", "a.mp4"]);
    assert!(!desk.path("a.mp4").exists());
    desk.write("b.npy", field(1));
    let output = desk.command("movie figure.toml -o a.apng").env("PATH", desk.path("bin")).output().unwrap();
    Ran::of("", &output).silent();
}

#[test]
#[cfg(unix)]
fn an_ffmpeg_that_dies_has_the_last_word() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = desk();
    fs::create_dir(desk.path("bin")).unwrap();
    let script = "#!/bin/sh\n[ \"$1\" = -version ] && exit 0\nhead -c 5000 >/dev/null\n\
                  echo 'first of all' >&2\necho 'Conversion failed: no bits left' >&2\nexit 1\n";
    desk.write("bin/ffmpeg", script);
    fs::set_permissions(desk.path("bin/ffmpeg"), fs::Permissions::from_mode(0o755)).unwrap();
    sparse(&desk, 5000);
    let path = std::env::join_paths([desk.path("bin"), "/usr/bin".into(), "/bin".into()]).unwrap();
    for args in ["movie figure.toml -o a.mp4", &format!("{SPARSE} -o a.webm")] {
        let output = desk.command(args).env("PATH", &path).output().unwrap();
        Ran::of(args, &output).failed(&["ffmpeg ended", "no bits left", "first of all", "exit status: 1"]);
    }
}

#[test]
fn movies_that_cannot_be_are_refused() {
    let desk = desk();
    fs::create_dir(desk.path("folder.mp4")).unwrap();
    for (args, words) in [
        ("-o none/a.mp4", &["creating the movie", "none/a.mp4"][..]),
        ("-o none/a.apng", &["creating the movie"]),
        ("-o folder.mp4", &["folder.mp4"]),
        ("-o a.png", &["one picture", "%05d.png", ".apng"]),
        ("-o a.avi", &[".avi", ".mp4"]),
        ("-o a", &["no movie"]),
        ("-o f/%5d.png", &["%05d.png"]),
        ("-o f/%05d.jpg", &["%05d.png"]),
        ("-o figure.toml/%05d.png", &["folder of the frames"]),
        ("-o a.mp4 --fps 0", &["0.01", "--fps"]),
        ("-o a.mp4 --fps NaN", &["--fps"]),
    ] {
        desk.run(&format!("movie figure.toml {args}")).failed(words);
    }
    for (args, words) in [
        ("figure.toml", &["-o FILE"][..]),
        ("figure.toml -o a.mp4 --steps 3..7", &["0..6"]),
        ("figure.toml -o a.mp4 --steps 3..3", &["0..6"]),
        ("figure.toml -o a.mp4 --steps 3", &["FIRST..END"]),
        ("a.npy --at step=#0 -o a.mp4 --steps 1..2", &["0..1"]),
    ] {
        desk.run(&format!("movie {args}")).refused(words);
    }
    assert!(!desk.path("a.mp4").exists());
    let error = desk.run("movie a.npy -o a.npy");
    assert_eq!(error.code, Some(1));
    assert!(desk.read("a.npy") == field(0));
}

#[test]
#[cfg(target_os = "linux")]
fn long_movies_take_no_more_memory_than_short_ones() {
    let desk = Desk::new();
    sparse(&desk, 200);
    for output in ["a.mp4", "a.apng", "f/%d.png"] {
        let peak = |steps: u64| {
            let json = desk.run(&format!("{SPARSE} --steps 0..{steps} --threads 2 -o {output} --json")).done().json();
            assert_eq!(number(&json, "frames") - number(&json, "found"), steps, "{json}");
            fs::remove_dir_all(desk.path("f")).ok();
            number(&json, "peak_private_bytes")
        };
        let (short, long) = (peak(20), peak(200));
        assert!(long < short + short / 10 + (1 << 20), "{output}: {short} and {long}");
        assert!(long < 256 << 20, "{output}: {long}");
    }
}
