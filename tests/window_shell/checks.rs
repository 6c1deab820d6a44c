//! What must hold of the window under trial.

use std::cell::RefCell;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::display::{Display, Picture};
use crate::trial::{CORNER, MARK, SIDE, STAGE, pixel};

/// Long enough for a slow machine under load.
const PATIENCE: Duration = Duration::from_secs(60);

pub fn run() {
    the_comparer_can_fail();
    no_display_is_told_at_once();
    for scale in ["1", "1.5", "2"] {
        bytes_reach_the_screen_unchanged(scale);
    }
    a_lost_device_loses_nothing();
    an_idle_window_costs_nothing();
    a_new_size_is_painted_whole();
    println!("window_shell: all checks passed");
}

/// The window under trial, in a process of its own.
struct Window {
    process: Child,
    lines: Receiver<String>,
    heard: RefCell<Vec<String>>,
    began: Instant,
}

impl Window {
    fn open(display: Option<&str>, stage: &str, scale: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.env(STAGE, stage).env("WINIT_X11_SCALE_FACTOR", scale);
        command.env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET").env_remove("DISPLAY");
        command.envs(display.map(|name| ("DISPLAY", name)));
        let began = Instant::now();
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("this program again");
        let stdout = BufReader::new(process.stdout.take().expect("its output"));
        let (sender, lines) = channel();
        std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { process, lines, heard: RefCell::default(), began }
    }

    /// Waits for a line that begins so.
    fn hear(&self, beginning: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left);
            let line = line.unwrap_or_else(|_| panic!("waiting for `{beginning}`; heard {:?}", self.heard.borrow()));
            self.heard.borrow_mut().push(line.clone());
            if line.starts_with(beginning) {
                return line;
            }
        }
    }

    fn tell(&mut self, order: &str) {
        let stdin = self.process.stdin.as_mut().expect("its input");
        writeln!(stdin, "{order}").expect("it listens");
        self.hear(&format!("did {order}"));
    }

    fn close(mut self) {
        self.tell("close");
        self.hear("closing");
        self.hear("ended");
        assert!(self.process.wait().expect("its end").success());
    }

    /// Processor time used so far, in ticks of 10 ms.
    fn ticks(&self) -> u64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id())).expect("its statistics");
        let fields: Vec<&str> = stat.rsplit(')').next().expect("fields").split_whitespace().collect();
        fields[11].parse::<u64>().expect("user") + fields[12].parse::<u64>().expect("system")
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Looks until what is seen is right; the last complaint where it never is.
fn see(display: &Display, is_right: impl Fn(&Picture) -> Result<(), String>) -> Picture {
    let end = Instant::now() + PATIENCE;
    loop {
        let picture = display.look();
        match is_right(&picture) {
            Ok(()) => return picture,
            Err(complaint) => assert!(Instant::now() < end, "{complaint}"),
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn shows_the_picture(screen: &Picture) -> Result<(), String> {
    screen.differences(CORNER, SIDE, pixel)
}

/// The mark ends in this pixel, and nothing of the window lies beyond.
fn shows_the_mark(screen: &Picture, [width, height]: [usize; 2]) -> Result<(), String> {
    let side = MARK.1 as usize;
    screen.differences([width - side, height - side], side, |_, _| MARK.0)?;
    let beyond = [screen.at(width, height - 1), screen.at(width - 1, height)];
    if beyond.contains(&MARK.0) { Err(format!("painted beyond {width} × {height}")) } else { Ok(()) }
}

fn the_comparer_can_fail() {
    let mut screen = Picture { width: 400, pixels: vec![[1, 2, 3]; 400 * 400] };
    let wanted = |_, _| [1, 2, 3];
    assert_eq!(screen.differences(CORNER, SIDE, wanted), Ok(()));
    let last = (CORNER[1] + SIDE - 1) * 400 + CORNER[0] + SIDE - 1;
    screen.pixels[last][2] += 1;
    let complaint = screen.differences(CORNER, SIDE, wanted).expect_err("one byte is wrong");
    assert!(complaint.starts_with("1 pixels differ; at 255, 255"), "{complaint}");
}

fn no_display_is_told_at_once() {
    for display in [None, Some(":32123")] {
        let window = Window::open(display, "-", "1");
        let error = window.hear("error");
        let took = window.began.elapsed();
        assert!(error.contains("no display"), "{error}");
        assert!(error.contains("scumble render"), "says nothing to do: {error}");
        assert!(!error.contains(".rs:"), "says where in which source: {error}");
        assert!(took < Duration::from_secs(5), "{took:?}");
        println!("no display {display:?}: told after {took:?}");
    }
}

fn bytes_reach_the_screen_unchanged(scale: &str) {
    let display = Display::start();
    let window = Window::open(Some(&display.name), "-", scale);
    see(&display, shows_the_picture);
    println!("scale {scale}: {SIDE} × {SIDE} pixels exact, seen after {:?}", window.began.elapsed());
    println!("{}", window.hear("started"));
    window.close();
}

fn a_lost_device_loses_nothing() {
    let display = Display::start();
    let mut window = Window::open(Some(&display.name), "60", "1.5");
    see(&display, shows_the_picture);
    // Words bring glyphs to the font's texture piece by piece; all must be back after the loss.
    for words in ["How vexingly", "quick daft zebras jump", "How vexingly quick daft zebras jump: 0123456789"] {
        window.tell(&format!("say {words}"));
        window.tell("run 3");
        window.hear("ran");
    }
    std::thread::sleep(Duration::from_millis(300));
    let before = see(&display, shows_the_picture);
    assert!(window.heard.borrow().iter().all(|line| !line.starts_with("restored")), "lost too early");
    window.tell("run 100");
    let began = Instant::now();
    window.hear("restored");
    window.hear("ran");
    println!("device lost and back, and 100 frames: {:?}", began.elapsed());
    std::thread::sleep(Duration::from_millis(300));
    let after = display.look();
    let wrong = before.pixels.iter().zip(&after.pixels).filter(|(before, after)| before != after).count();
    assert_eq!(wrong, 0, "pixels that a lost device changed");
    let first = before.pixels[0];
    assert!(before.pixels.iter().filter(|&&pixel| pixel != first).count() > 65_000, "an empty screen");
    window.close();
}

fn an_idle_window_costs_nothing() {
    let display = Display::start();
    let window = Window::open(Some(&display.name), "-", "1");
    see(&display, shows_the_picture);
    std::thread::sleep(Duration::from_secs(1));
    let before = window.ticks();
    std::thread::sleep(Duration::from_secs(2));
    let used = window.ticks() - before;
    println!("idle for two seconds: {} ms of processor time", 10 * used);
    assert!(used <= 4, "{used} ticks");
    window.close();
}

fn a_new_size_is_painted_whole() {
    let display = Display::start();
    let mut window = Window::open(Some(&display.name), "-", "1");
    see(&display, |screen| shows_the_mark(screen, [340, 325]));
    for side in [700, 345, 640] {
        let began = Instant::now();
        window.tell(&format!("size {side}"));
        see(&display, |screen| shows_the_mark(screen, [side, side]).and_then(|()| shows_the_picture(screen)));
        println!("{side} × {side}: whole after {:?}", began.elapsed());
    }
    window.close();
}
