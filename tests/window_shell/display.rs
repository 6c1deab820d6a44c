//! A virtual display, and what is to be seen on it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// Pixels of the virtual screen.
pub const SCREEN: [usize; 2] = [1000, 800];

/// An X server of our own. It ends with this value.
pub struct Display {
    server: Child,
    folder: tempfile::TempDir,
    pub name: String,
}

impl Display {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let [width, height] = SCREEN;
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0", &format!("{width}x{height}x24"), "-fbdir"])
            .arg(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb (install xvfb): this test needs it");
        let mut number = String::new();
        let stdout = server.stdout.take().expect("its output");
        BufReader::new(stdout).read_line(&mut number).expect("the display's number");
        assert!(!number.trim().is_empty(), "Xvfb did not start");
        Self { server, folder, name: format!(":{}", number.trim()) }
    }

    /// What the screen shows now.
    pub fn look(&self) -> Picture {
        let bytes = fs::read(self.folder.path().join("Xvfb_screen0")).expect("the screen's file");
        let word = |at: usize| {
            let word = bytes[4 * at..4 * at + 4].try_into().expect("four bytes");
            u32::from_be_bytes(word) as usize
        };
        // XWD: size of the header, …, width 4, height 5, bits a pixel 11, bytes a line 12, colors 19.
        let (width, height, stride) = (word(4), word(5), word(12));
        assert_eq!(([width, height], word(11)), (SCREEN, 32), "not the screen that was asked for");
        let start = word(0) + 12 * word(19);
        let line = |y: usize| bytes[start + y * stride..][..4 * width].chunks_exact(4);
        let pixels = (0..height).flat_map(line).map(|bgrx| [bgrx[2], bgrx[1], bgrx[0]]).collect();
        Picture { width, pixels }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Red, green and blue, row by row from the top.
#[derive(Clone)]
pub struct Picture {
    pub width: usize,
    pub pixels: Vec<[u8; 3]>,
}

impl Picture {
    pub fn at(&self, x: usize, y: usize) -> [u8; 3] {
        self.pixels[y * self.width + x]
    }

    /// The pixels of a square in which this differs from what it should be, and the first of them in words.
    pub fn differences(
        &self,
        [left, top]: [usize; 2],
        side: usize,
        wanted: impl Fn(usize, usize) -> [u8; 3],
    ) -> Result<(), String> {
        let all = (0..side * side).map(|i| (i % side, i / side));
        let mut wrong = all.filter(|&(x, y)| self.at(left + x, top + y) != wanted(x, y)).peekable();
        let Some(&(x, y)) = wrong.peek() else {
            return Ok(());
        };
        let (found, wanted) = (self.at(left + x, top + y), wanted(x, y));
        Err(format!("{} pixels differ; at {x}, {y} {found:?} instead of {wanted:?}", wrong.count()))
    }
}
