//! What the tests share: a folder to work in, runs of the binary, `.npy` and PNG by hand, points, and counting again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// A folder in which the program runs and finds its files.
pub struct Desk {
    dir: TempDir,
}

impl Desk {
    /// An empty folder.
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    /// Path of a file in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Self {
        fs::write(self.path(name), bytes).unwrap();
        self
    }

    /// Reads a file.
    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// Names of all files in a folder within the folder, sorted.
    pub fn list(&self, folder: &str) -> Vec<String> {
        list(&self.path(folder))
    }

    /// The binary with arguments, as yet not started: no standard input, no backtraces, caches in the folder.
    pub fn command(&self, args: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scumble"));
        self.dress(&mut command).args(args.split_whitespace());
        command
    }

    /// Makes a command run as this folder's programs do.
    pub fn dress<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .current_dir(self.dir.path())
            .stdin(Stdio::null())
            .env("XDG_CACHE_HOME", self.dir.path())
            // Mesa complains on standard error where it has none.
            .env("XDG_RUNTIME_DIR", self.dir.path())
            // No window shall open on the desktop of whoever runs the tests.
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("WAYLAND_SOCKET")
            .env_remove("RUST_BACKTRACE")
    }

    /// Runs the binary to its end; arguments are split at blanks.
    pub fn run(&self, args: &str) -> Ran {
        Ran::of(args, &self.command(args).output().unwrap())
    }

    /// Runs `aggregate`, which must succeed, and reads the grid.
    pub fn aggregate(&self, args: &str) -> Grid {
        let ran = self.run(&format!("aggregate {args} -o grid.npy"));
        ran.done();
        assert!(ran.stdout.is_empty(), "{ran:?}");
        Grid::parse(&self.read("grid.npy"))
    }

    /// Runs `render --bare`, which must succeed, and decodes the picture: the pixels of the data and nothing else.
    pub fn render(&self, args: &str) -> Picture {
        self.figure(&format!("{args} --bare"))
    }

    /// Runs `render`, which must succeed, and decodes the figure.
    pub fn figure(&self, args: &str) -> Picture {
        let ran = self.run(&format!("render {args} -o view.png"));
        ran.done();
        assert!(ran.stdout.is_empty(), "{ran:?}");
        Picture::decode(&self.read("view.png"))
    }

    /// Runs a command with `--json`, which must succeed, and reads the one object on standard output.
    pub fn json(&self, args: &str) -> Value {
        self.run(&format!("{args} --json")).done().json()
    }
}

/// Names in a folder, sorted.
pub fn list(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = entries.collect();
    names.sort();
    names
}

/// A run that has ended.
#[derive(Debug)]
#[allow(dead_code, reason = "the arguments are for messages")]
pub struct Ran {
    pub args: String,
    pub code: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Ran {
    pub fn of(args: &str, output: &Output) -> Self {
        let stderr = String::from_utf8(output.stderr.clone()).unwrap();
        Self { args: args.to_owned(), code: output.status.code(), stdout: output.stdout.clone(), stderr }
    }

    /// It succeeded, and standard error holds nothing but whole notes.
    pub fn done(&self) -> &Self {
        assert_eq!(self.code, Some(0), "{self:?}");
        for line in self.stderr.lines() {
            assert!(line.starts_with("scumble: ") && !line.contains('\r'), "{self:?}");
        }
        self
    }

    /// It succeeded without a word on standard error.
    pub fn silent(&self) -> &Self {
        self.done();
        assert_eq!(self.stderr, "", "{self:?}");
        self
    }

    /// It failed as a program should: code 1, nothing on standard output, one line that holds all `words`, no panic.
    pub fn failed(&self, words: &[&str]) -> &Self {
        assert_eq!(self.code, Some(1), "{self:?}");
        self.one_message(words);
        assert!(self.stdout.is_empty(), "{self:?}");
        self
    }

    /// It refused the usage: code 2.
    pub fn refused(&self, words: &[&str]) -> &Self {
        assert_eq!(self.code, Some(2), "{self:?}");
        for word in words {
            assert!(self.stderr.contains(word), "{word:?} missing: {self:?}");
        }
        assert!(self.stdout.is_empty(), "{self:?}");
        self
    }

    fn one_message(&self, words: &[&str]) {
        assert!(self.stderr.starts_with("scumble: ") && self.stderr.ends_with('\n'), "{self:?}");
        assert_eq!(self.stderr.lines().count(), 1, "{self:?}");
        assert!(!self.stderr.contains("panicked"), "{self:?}");
        for word in words {
            assert!(self.stderr.contains(word), "{word:?} missing: {self:?}");
        }
    }

    /// The one JSON object on standard output, one line.
    pub fn json(&self) -> Value {
        let text = std::str::from_utf8(&self.stdout).unwrap();
        assert!(text.ends_with('\n') && text.lines().count() == 1, "{self:?}");
        let value: Value = serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {self:?}"));
        assert!(value.is_object(), "{self:?}");
        value
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.stdout.clone()).unwrap()
    }
}

/// A whole number of a JSON object.
pub fn number(object: &Value, key: &str) -> u64 {
    object[key].as_u64().unwrap_or_else(|| panic!("{key} is no whole number in {object}"))
}

/// The accounting of `--json`: in view, outside, not finite; adds up to the rows and has no filtered ones.
pub fn accounting(object: &Value) -> (u64, u64, u64) {
    let parts = (number(object, "in_view"), number(object, "outside"), number(object, "not_finite"));
    assert_eq!(number(object, "filtered"), 0, "{object}");
    assert_eq!(parts.0 + parts.1 + parts.2, number(object, "rows"), "{object}");
    parts
}

/// Waits for a child, at most so long; a child that stays is killed and `None`.
pub fn wait(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let started = Instant::now();
    while started.elapsed() < limit {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    None
}

/// A `.npy` file from a header's text; the length field is as wide as the version says.
pub fn npy(version: u8, header: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY".to_vec();
    bytes.extend([version, 0]);
    let width = if version == 1 { 2 } else { 4 };
    let mut text = header.to_owned();
    while !(bytes.len() + width + text.len() + 1).is_multiple_of(64) {
        text.push(' ');
    }
    text.push('\n');
    bytes.extend(&(text.len() as u32).to_le_bytes()[..width]);
    bytes.extend(text.as_bytes());
    bytes.extend(data);
    bytes
}

/// A `.npy` 1.0 file in C order; `descr` and `shape` as Python writes them.
pub fn array(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    npy(1, &format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}"), data)
}

/// A `.npy` file of f64, (N,).
pub fn column(values: impl IntoIterator<Item = f64>) -> Vec<u8> {
    let data: Vec<u8> = values.into_iter().flat_map(f64::to_le_bytes).collect();
    array("'<f8'", &format!("({},)", data.len() / 8), &data)
}

/// A `.npy` file of f64, (N, 2).
pub fn pairs(points: &[(f64, f64)]) -> Vec<u8> {
    let data: Vec<u8> = points.iter().flat_map(|(x, y)| [*x, *y]).flat_map(f64::to_le_bytes).collect();
    array("'<f8'", &format!("({}, 2)", points.len()), &data)
}

/// Points of a round cloud about the origin, spread about 1, each number an exact f32. The same for the same seed.
pub fn cloud(n: usize, seed: u64) -> Vec<(f64, f64)> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut uniform = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from((state >> 32) as u32) / f64::from(u32::MAX)
    };
    // The sum of uniform numbers is near a bell curve.
    let mut bell = move || f64::from(((0..6).map(|_| uniform()).sum::<f64>() - 3.0) as f32 * 1.4);
    (0..n).map(|_| (bell(), bell())).collect()
}

/// The pixel of an axis that owns a value: the edge rule for f64.
pub fn pixel(v: f64, (start, end): (f64, f64), pixels: usize) -> Option<usize> {
    let position = ((v - start) * pixels as f64 / (end - start)).floor();
    (position >= 0.0 && position < pixels as f64).then_some(position as usize)
}

/// Counts points on a grid, row 0 at the bottom.
pub fn counted(points: &[(f64, f64)], x: (f64, f64), y: (f64, f64), (width, height): (usize, usize)) -> Vec<u64> {
    let mut grid = vec![0; width * height];
    for (px, py) in points {
        if let (Some(i), Some(j)) = (pixel(*px, x, width), pixel(*py, y, height)) {
            grid[j * width + i] += 1;
        }
    }
    grid
}

/// The numbers that `aggregate` wrote.
#[derive(Debug)]
pub struct Grid {
    pub dtype: String,
    pub width: usize,
    pub height: usize,
    data: Vec<u64>,
}

impl Grid {
    /// Reads `.npy` 1.0 of two dimensions and 8-byte numbers in C order.
    pub fn parse(bytes: &[u8]) -> Self {
        assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
        let end = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
        assert_eq!(end % 64, 0);
        let header = std::str::from_utf8(&bytes[10..end]).unwrap();
        assert!(header.contains("'fortran_order': False") && header.ends_with('\n'), "{header}");
        let after = |key: &str| header.split_once(key).unwrap().1;
        let dtype = after("'descr': '").split_once('\'').unwrap().0.to_owned();
        let shape = after("'shape': (").split_once(')').unwrap().0;
        let (height, width) = shape.split_once(", ").unwrap();
        let data: Vec<u64> = bytes[end..].chunks(8).map(|b| u64::from_le_bytes(b.try_into().unwrap())).collect();
        let (width, height) = (width.parse().unwrap(), height.parse().unwrap());
        assert_eq!(data.len(), width * height);
        Self { dtype, width, height, data }
    }

    pub fn counts(&self) -> &[u64] {
        assert_eq!(self.dtype, "<u8");
        &self.data
    }

    pub fn reals(&self) -> Vec<f64> {
        assert_eq!(self.dtype, "<f8");
        self.data.iter().map(|bits| f64::from_bits(*bits)).collect()
    }
}

/// A decoded PNG.
pub struct Picture {
    pub width: usize,
    pub height: usize,
    /// 3 (RGB) or 4 (RGBA).
    pub channels: usize,
    pub bytes: Vec<u8>,
}

impl Picture {
    pub fn decode(bytes: &[u8]) -> Self {
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let mut buffer = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut buffer).unwrap();
        buffer.truncate(info.buffer_size());
        assert_eq!(info.bit_depth, png::BitDepth::Eight);
        let channels = match info.color_type {
            png::ColorType::Rgb => 3,
            png::ColorType::Rgba => 4,
            other => panic!("{other:?}"),
        };
        Self { width: info.width as usize, height: info.height as usize, channels, bytes: buffer }
    }

    /// Pixels, top row first.
    pub fn pixels(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes.chunks(self.channels)
    }

    /// The pixel in column `x` and row `y`, with row 0 at the bottom as in an aggregate.
    pub fn at(&self, x: usize, y: usize) -> &[u8] {
        let first = ((self.height - 1 - y) * self.width + x) * self.channels;
        &self.bytes[first..first + self.channels]
    }
}
