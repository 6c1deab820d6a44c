//! A program to drag files from: the source's side of the XDND protocol, version 5, with a window of its own.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode, SELECTION_NOTIFY_EVENT,
    SelectionNotifyEvent, SelectionRequestEvent, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

const DEADLINE: Duration = Duration::from_secs(60);
const VERSION: u32 = 5;

x11rb::atom_manager! {
    Atoms: AtomsCookie {
        XdndAware,
        XdndEnter,
        XdndPosition,
        XdndStatus,
        XdndLeave,
        XdndDrop,
        XdndFinished,
        XdndSelection,
        XdndActionCopy,
        TARGETS,
        TEXT_URI_LIST: b"text/uri-list",
    }
}

/// What became of a drag.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The target would take it.
    pub is_accepted: bool,
    /// The target asked for the list of files and got it.
    pub is_given: bool,
    /// The target said that it is done.
    pub is_finished: bool,
}

/// A window to drag from, on a thread of its own.
pub struct Source {
    thread: JoinHandle<Outcome>,
}

impl Source {
    /// Opens the window, 200 × 200 pixels at (`x`, `y`), and waits until it is there.
    pub fn open(display: &str, x: i16, y: i16, files: Vec<PathBuf>) -> Self {
        let (tell, told): (_, Receiver<()>) = channel();
        let display = display.to_owned();
        let thread = spawn(move || {
            let mut drag = Drag::open(&display, x, y, &files);
            tell.send(()).unwrap();
            drag.run();
            drag.outcome
        });
        told.recv_timeout(DEADLINE).expect("no window to drag from");
        Self { thread }
    }

    /// Waits for the drag's end.
    pub fn outcome(self) -> Outcome {
        self.thread.join().expect("the source of the drag failed")
    }
}

/// The target that the pointer is over.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Target {
    window: Window,
    version: u32,
}

struct Drag {
    x11: RustConnection,
    atoms: Atoms,
    root: Window,
    window: Window,
    /// The list of files, as `text/uri-list`.
    list: Vec<u8>,
    is_dragging: bool,
    target: Option<Target>,
    /// The answer to the last position is still to come.
    is_asking: bool,
    /// The button was let go; time of that.
    released: Option<u32>,
    is_dropped: bool,
    outcome: Outcome,
}

impl Drag {
    fn open(display: &str, x: i16, y: i16, files: &[PathBuf]) -> Self {
        let (x11, number) = x11rb::connect(Some(display)).unwrap();
        let atoms = Atoms::new(&x11).unwrap().reply().unwrap();
        let screen = &x11.setup().roots[number];
        let (root, window) = (screen.root, x11.generate_id().unwrap());
        let events = EventMask::BUTTON_PRESS | EventMask::BUTTON_RELEASE | EventMask::POINTER_MOTION;
        let look = CreateWindowAux::new().event_mask(events).background_pixel(screen.white_pixel);
        let class = WindowClass::INPUT_OUTPUT;
        x11.create_window(screen.root_depth, window, root, x, y, 200, 200, 0, class, 0, &look).unwrap();
        x11.map_window(window).unwrap();
        x11.sync().unwrap();
        let list = files.iter().flat_map(|file| format!("file://{}\r\n", escaped(file)).into_bytes()).collect();
        let (is_dragging, is_asking, is_dropped) = (false, false, false);
        let (target, released, outcome) = (None, None, Outcome::default());
        Self { x11, atoms, root, window, list, is_dragging, target, is_asking, released, is_dropped, outcome }
    }

    /// Goes on until the drag has ended, or for a minute.
    fn run(&mut self) {
        let start = Instant::now();
        while start.elapsed() < DEADLINE {
            while let Some(event) = self.x11.poll_for_event().unwrap() {
                self.take_in(&event);
            }
            self.x11.flush().unwrap();
            if self.outcome.is_finished || (self.released.is_some() && !self.is_asking && !self.is_dropped) {
                return;
            }
            sleep(Duration::from_millis(3));
        }
    }

    fn take_in(&mut self, event: &Event) {
        match event {
            Event::ButtonPress(press) => {
                self.is_dragging = true;
                self.x11.set_selection_owner(self.window, self.atoms.XdndSelection, press.time).unwrap();
            }
            Event::MotionNotify(motion) if self.is_dragging => self.moved(motion.root_x, motion.root_y, motion.time),
            Event::ButtonRelease(release) if self.is_dragging => {
                self.is_dragging = false;
                self.released = Some(release.time);
                self.end();
            }
            Event::ClientMessage(message) if message.type_ == self.atoms.XdndStatus => {
                self.is_asking = false;
                self.outcome.is_accepted = message.data.as_data32()[1] & 1 == 1;
                self.end();
            }
            Event::ClientMessage(message) if message.type_ == self.atoms.XdndFinished => {
                self.outcome.is_finished = message.data.as_data32()[1] & 1 == 1;
            }
            Event::SelectionRequest(request) => self.give(request),
            _ => {}
        }
    }

    fn moved(&mut self, x: i16, y: i16, time: u32) {
        let target = self.target_below();
        if target != self.target {
            if let Some(old) = self.target {
                self.send(old, self.atoms.XdndLeave, [0; 4]);
            }
            self.target = target;
            self.is_asking = false;
            self.outcome.is_accepted = false;
            if let Some(new) = target {
                self.send(new, self.atoms.XdndEnter, [new.version << 24, self.atoms.TEXT_URI_LIST, 0, 0]);
            }
        }
        // One question at a time.
        if let Some(target) = target.filter(|_| !self.is_asking) {
            let place = (u32::from(x.cast_unsigned()) << 16) | u32::from(y.cast_unsigned());
            self.send(target, self.atoms.XdndPosition, [0, place, time, self.atoms.XdndActionCopy]);
            self.is_asking = true;
        }
    }

    /// Drops, or leaves, once the button is let go and the last question is answered.
    fn end(&mut self) {
        let (Some(time), Some(target), false) = (self.released, self.target, self.is_asking || self.is_dropped) else {
            return;
        };
        if self.outcome.is_accepted {
            self.send(target, self.atoms.XdndDrop, [0, time, 0, 0]);
            self.is_dropped = true;
        } else {
            self.send(target, self.atoms.XdndLeave, [0; 4]);
        }
    }

    /// The window below the pointer that takes drops; window managers put frames around it.
    fn target_below(&self) -> Option<Target> {
        let mut window = self.root;
        loop {
            window = self.x11.query_pointer(window).unwrap().reply().ok()?.child;
            if window == x11rb::NONE {
                return None;
            }
            let aware = self.x11.get_property(false, window, self.atoms.XdndAware, AtomEnum::ATOM, 0, 1).unwrap();
            if let Some(version) = aware.reply().ok().and_then(|aware| aware.value32()?.next()) {
                return Some(Target { window, version: version.min(VERSION) });
            }
        }
    }

    fn send(&self, target: Target, kind: u32, [a, b, c, d]: [u32; 4]) {
        let message = ClientMessageEvent::new(32, target.window, kind, [self.window, a, b, c, d]);
        self.x11.send_event(false, target.window, EventMask::NO_EVENT, message).unwrap();
    }

    /// Gives the files to whom asks for them.
    fn give(&mut self, request: &SelectionRequestEvent) {
        let (requestor, property) = (request.requestor, request.property);
        let mut answered = property;
        if request.target == self.atoms.TEXT_URI_LIST {
            let (mode, kind) = (PropMode::REPLACE, self.atoms.TEXT_URI_LIST);
            self.x11.change_property8(mode, requestor, property, kind, &self.list).unwrap();
            self.outcome.is_given = true;
        } else if request.target == self.atoms.TARGETS {
            let targets = [self.atoms.TARGETS, self.atoms.TEXT_URI_LIST];
            self.x11.change_property32(PropMode::REPLACE, requestor, property, AtomEnum::ATOM, &targets).unwrap();
        } else {
            answered = x11rb::NONE;
        }
        let (response_type, sequence) = (SELECTION_NOTIFY_EVENT, 0);
        let (time, selection, target, property) = (request.time, request.selection, request.target, answered);
        let notice = SelectionNotifyEvent { response_type, sequence, time, requestor, selection, target, property };
        self.x11.send_event(false, requestor, EventMask::NO_EVENT, notice).unwrap();
    }
}

/// A path as in a URI.
fn escaped(path: &std::path::Path) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    let escape = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    path.to_str().unwrap().bytes().map(escape).collect()
}
