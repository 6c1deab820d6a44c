//! A virtual display with a folder to work in.

use std::fs;
use std::io::{BufRead as _, BufReader, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::TempDir;

use super::picture::Picture;

const INSTALL: &str = "Debian, Ubuntu: apt-get install xvfb xdotool libx11-xcb1 libxcursor1 libxi6 libxkbcommon-x11-0 \
                       mesa-vulkan-drivers libvulkan1";

/// Tests take turns: windows that are drawn by software share the cores badly.
static TURN: Mutex<()> = Mutex::new(());

/// An X server and a folder; both are gone when it is dropped, also by a failed test.
pub struct Screen {
    server: Child,
    display: String,
    folder: TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Screen {
    /// Width and height: the window opens at the upper left, and there is room beside it to drag from.
    pub const SIZE: (u32, u32) = (1600, 820);

    /// Where the pointer touches nothing.
    pub const NOWHERE: (i32, i32) = (1590, 810);

    /// Starts an X server on a free display.
    pub fn new() -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        // Short and plain, as paths in it are typed.
        let folder = tempfile::Builder::new().prefix("scumble-window-").tempdir().unwrap();
        for name in ["frame", "home", "run"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let (width, height) = Self::SIZE;
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", &format!("{width}x{height}x24"), "-nocursor", "-noreset"]);
        command.args(["-nolisten", "tcp", "-fbdir"]).arg(folder.path().join("frame"));
        let log = fs::File::create(folder.path().join("xvfb.log")).unwrap();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut server = command.spawn().unwrap_or_else(|e| missing("Xvfb", &e));
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut number).unwrap();
        let log = || fs::read_to_string(folder.path().join("xvfb.log")).unwrap();
        assert!(!number.is_empty(), "Xvfb gives no display: {}\n{INSTALL}", log());
        Self { server, display: format!(":{}", number.trim()), folder, _turn: turn }
    }

    /// The display's name, as in `DISPLAY`.
    pub fn display(&self) -> &str {
        &self.display
    }

    /// Path of a file in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Self {
        fs::write(self.path(name), bytes).unwrap();
        self
    }

    /// What is on the screen.
    pub fn shot(&self) -> Picture {
        Picture::of_dump(&fs::read(self.path("frame/Xvfb_screen0")).unwrap())
    }

    /// The binary with the folder for its home and current folder, on this display.
    pub fn scumble(&self) -> Command {
        let mut command = scumble(self.folder.path());
        command.env("DISPLAY", &self.display);
        command
    }

    /// Draws a PNG of files in the folder by the command line; arguments are split at blanks.
    pub fn render(&self, args: &str, output: &str) -> Picture {
        let mut command = self.scumble();
        command.arg("render").args(args.split_whitespace()).args(["-o", output]);
        succeeded(&command.output().unwrap());
        Picture::read(&self.path(output)).0
    }

    /// Does something with mouse or keyboard, or asks for windows; arguments are split at blanks.
    pub fn xdotool(&self, args: &str) -> Output {
        let mut command = Command::new("xdotool");
        command.env("DISPLAY", &self.display).args(args.split_whitespace()).stdin(Stdio::null());
        command.output().unwrap_or_else(|e| missing("xdotool", &e))
    }

    /// The same, which must succeed.
    pub fn input(&self, args: &str) {
        succeeded(&self.xdotool(args));
    }

    pub fn point(&self, (x, y): (i32, i32)) {
        self.input(&format!("mousemove {x} {y}"));
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Fails only for what has ended already.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The binary in a folder that is its home too, with no display and the software driver.
pub fn scumble(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scumble"));
    command.current_dir(folder).stdin(Stdio::null());
    for name in ["HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"] {
        command.env(name, folder.join("home"));
    }
    command.env("XDG_RUNTIME_DIR", folder.join("run")).env("WINIT_X11_SCALE_FACTOR", "1").env("LC_ALL", "C.UTF-8");
    command.env("VK_DRIVER_FILES", software_driver()).env("VK_ICD_FILENAMES", software_driver());
    let others = ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET", "DBUS_SESSION_BUS_ADDRESS", "XMODIFIERS"];
    for name in others.iter().chain(&["RUST_BACKTRACE"]) {
        command.env_remove(name);
    }
    command
}

/// The description of Mesa's software driver (lavapipe).
fn software_driver() -> PathBuf {
    let named = std::env::var("VK_DRIVER_FILES").or_else(|_| std::env::var("VK_ICD_FILENAMES")).unwrap_or_default();
    let folders = ["/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d"];
    let entries = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten();
    let paths = named.split(':').map(PathBuf::from).chain(entries.map(|entry| entry.unwrap().path()));
    let is_lavapipe =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("lvp_icd"));
    let mut drivers = paths.filter(is_lavapipe);
    drivers.next().unwrap_or_else(|| panic!("Mesa's software Vulkan driver is not installed. {INSTALL}"))
}

fn missing(tool: &str, error: &std::io::Error) -> ! {
    assert_eq!(error.kind(), ErrorKind::NotFound, "{tool}: {error}");
    panic!("{tool} is not installed. {INSTALL}")
}

fn succeeded(output: &Output) {
    assert!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
}
