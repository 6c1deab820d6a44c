//! The program in its window.

use std::fs;
use std::path::Path;
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::picture::{Area, Picture};
use super::screen::Screen;

/// How long anything may take, on slow machines too.
const DEADLINE: Duration = Duration::from_secs(60);

/// Between two looks.
const PERIOD: Duration = Duration::from_millis(60);

/// How long a screen must not change to be at rest.
const REST: Duration = Duration::from_millis(700);

/// The program, its window open and with the keyboard.
pub struct Window<'a> {
    screen: &'a Screen,
    child: Child,
    name: &'static str,
}

impl<'a> Window<'a> {
    /// Starts the program with arguments; `name` is the test's, for messages.
    pub fn open(screen: &'a Screen, name: &'static str, args: &[&str]) -> Self {
        Self::open_with(screen, name, args, &[])
    }

    /// The same with environment variables.
    pub fn open_with(screen: &'a Screen, name: &'static str, args: &[&str], variables: &[(&str, &str)]) -> Self {
        let log = fs::File::create(screen.path("stderr")).unwrap();
        let mut command = screen.scumble();
        let child = command.args(args).envs(variables.iter().copied()).stderr(log).spawn().unwrap();
        screen.point(Screen::NOWHERE);
        let mut window = Self { screen, child, name };
        let find = || screen.xdotool("search --onlyvisible --name Scumble$");
        let id = window.wait("the window", |_| {
            let found = String::from_utf8(find().stdout).unwrap();
            found.lines().next().map(str::to_owned)
        });
        // There is no window manager to give it the keyboard.
        window.wait("the keyboard", |_| screen.xdotool(&format!("windowfocus {id}")).status.success().then_some(()));
        window
    }

    /// Polls until `look` finds what it wants on the screen, and gives that. Fails after a minute or when the program
    /// ends, and leaves a picture of the screen.
    pub fn wait<T>(&mut self, what: &str, mut look: impl FnMut(&Picture) -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            let shot = self.screen.shot();
            if let Some(found) = look(&shot) {
                return found;
            }
            let ended = self.child.try_wait().unwrap();
            if ended.is_some() || start.elapsed() > DEADLINE {
                let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("window-{}.png", self.name));
                shot.save(&path);
                let state =
                    ended.map_or_else(|| "the program lives".to_owned(), |status| format!("it ended: {status}"));
                panic!(
                    "{}: waiting for {what}: {state}; see {}; it says: {}",
                    self.name,
                    path.display(),
                    self.stderr()
                );
            }
            sleep(PERIOD);
        }
    }

    /// Waits until the figure on the screen is, pixel for pixel, what `scumble render ARGS` draws at its size; says
    /// where it is.
    pub fn shows(&mut self, args: &str) -> Area {
        let screen = self.screen;
        let mut drawn: Option<Picture> = None;
        self.wait(&format!("the figure of {args}"), |shot| {
            let area = shot.figure()?;
            if drawn.as_ref().is_none_or(|drawn| (drawn.width, drawn.height) != (area.width, area.height)) {
                let output = "expected.png";
                drawn = Some(screen.render(&format!("{args} --size {}x{}", area.width, area.height), output));
            }
            drawn.as_ref().filter(|drawn| shot.crop(area) == **drawn).map(|_| area)
        })
    }

    /// Waits until an area differs from a picture.
    pub fn differs(&mut self, what: &str, area: Area, from: &Picture) {
        self.wait(what, |shot| (shot.crop(area) != *from).then_some(()));
    }

    /// Waits until an area is the same as a picture.
    pub fn equals(&mut self, what: &str, area: Area, to: &Picture) {
        self.wait(what, |shot| (shot.crop(area) == *to).then_some(()));
    }

    /// Waits until a figure differs from a picture, is no preview and does not change for a while; gives it.
    pub fn rests(&mut self, what: &str, area: Area, from: &Picture) -> Picture {
        let mut last: Option<(Picture, Instant)> = None;
        self.wait(what, |shot| {
            let now = shot.crop(area);
            match &last {
                Some((known, since)) if *known == now => {
                    (since.elapsed() > REST && now != *from && !now.is_preview()).then_some(now)
                }
                _ => {
                    last = Some((now, Instant::now()));
                    None
                }
            }
        })
    }

    /// Presses a key, named as xdotool does.
    pub fn key(&self, key: &str) {
        self.screen.input(&format!("key {key}"));
    }

    /// Types a path into the field that asks for one, once it is there.
    pub fn open_path(&mut self, path: &Path) {
        let figure = self.wait("a figure", Picture::figure);
        let corner = Area { width: 6, height: 6, ..figure };
        let before = self.screen.shot().crop(corner);
        self.key("ctrl+shift+o");
        // All else goes darker once the field is there; before that, it has no keyboard.
        self.differs("the path field", corner, &before);
        self.screen.input(&format!("type --delay 15 {}", path.display()));
        self.key("Return");
    }

    /// What the program wrote to standard error.
    pub fn stderr(&self) -> String {
        fs::read_to_string(self.screen.path("stderr")).unwrap()
    }

    /// Closes the window by its key and waits for the end, which must be a good one.
    pub fn close(mut self) {
        self.key("ctrl+q");
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(start.elapsed() < DEADLINE, "{}: the window does not close", self.name);
            sleep(PERIOD);
        };
        assert!(status.success(), "{}: {status}: {}", self.name, self.stderr());
    }
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        // Fails only for what has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
