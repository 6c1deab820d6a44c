//! The window's shell: the event loop, and the plumbing between the window, egui and an [`App`].
//!
//! The graphics device is opened on a thread, at the start beside the window and again whenever it is lost; textures
//! are kept (`textures`) and given to the new device, so a loss loses nothing. Frames are made on demand only.

use std::sync::Weak;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;
use std::time::{Duration, Instant};

use winit::application::ApplicationHandler;
use winit::error::EventLoopError;
use winit::event::{DeviceEvent, DeviceId, WindowEvent};
use winit::event_loop::{ActiveEventLoop, ControlFlow, EventLoop};
use winit::window::{Window, WindowId};

use super::surface::{self, Ask, Graphics, Refusal};
pub use super::view::FrameFacts;
use super::view::{Frame, Sight, View};
use super::wakes::Event;
pub use super::wakes::Waker;

/// What the shell shows.
pub trait App {
    /// Called once, when the window, its graphics device and the egui context exist. `waker` asks for a new frame from
    /// any thread.
    fn start(&mut self, ctx: &egui::Context, waker: Waker, window: WindowFacts);
    /// One pass, of which a frame may take several. Must not block.
    fn ui(&mut self, ui: &mut egui::Ui);
    /// A frame was made.
    fn framed(&mut self, ctx: &egui::Context, facts: FrameFacts);
    /// The graphics device was lost and made anew. All of egui's textures are back; nothing has to be done unless the
    /// facts matter.
    fn graphics_restored(&mut self, ctx: &egui::Context, window: &WindowFacts);
    /// Whether the window may close now; false: the app asks the person first, and later sends
    /// [`egui::ViewportCommand::Close`].
    fn close_requested(&mut self) -> bool;
    /// The window closes; called once, if [`App::start`] was.
    fn closing(&mut self);
}

/// What an [`App`] may want to know of its window.
#[derive(Clone, Debug)]
pub struct WindowFacts {
    /// The window, for dialogs that belong to it.
    pub window: Weak<Window>,
    /// Name and backend of the adapter that paints the window.
    pub adapter: String,
    /// Whether that adapter is a program on the CPU.
    pub is_software: bool,
    /// Most texels a side of a texture.
    pub max_texture_side: usize,
}

/// A window icon.
#[derive(Clone, Debug)]
pub struct WindowIcon {
    /// RGBA bytes, not premultiplied, row by row from the top: 4 · width · height.
    pub rgba: Vec<u8>,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// How the window begins.
#[derive(Clone, Debug)]
pub struct ShellOptions {
    /// The window's title.
    pub title: String,
    /// Inner width and height in points (logical pixels).
    pub size: [f32; 2],
    /// The window's icon, where the platform shows one.
    pub icon: Option<WindowIcon>,
    /// Drill: the graphics device is destroyed once after so many painted frames.
    pub lose_device_after: Option<u64>,
}

/// Why there is no window (any more).
#[derive(Debug, thiserror::Error)]
pub enum ShellError {
    /// There is no display to open a window on.
    #[error(
        "opening the window: no display ({what}). Run it inside a desktop session, forward one with `ssh -X`, or use \
         `scumble render`, which needs none"
    )]
    NoDisplay {
        /// What the system says.
        what: String,
    },
    /// The display does not give a window, or took it away.
    #[error("opening the window: {what}. Try another session (X11 or Wayland), or `scumble render`, which needs none")]
    Window {
        /// What the system says.
        what: String,
    },
    /// No graphics device works, hardware or software.
    #[error(
        "painting the window: no graphics device works ({what}). Update the graphics driver or install a software one \
         (Linux: mesa-vulkan-drivers); `scumble render` needs none"
    )]
    Graphics {
        /// What the last attempt said.
        what: String,
    },
}

/// Opens a window on `app` and returns when it is closed. To be called on the main thread, once a process.
///
/// # Errors
/// [`ShellError`].
pub fn run(app: impl App, options: ShellOptions) -> Result<(), ShellError> {
    let event_loop = EventLoop::with_user_event().build().map_err(|e| match e {
        EventLoopError::Os(_) | EventLoopError::NotSupported(_) => {
            // Before what the system says stands where in the library that was noticed.
            let what = e.to_string();
            let said = what.rsplit_once(": ").map_or(what.as_str(), |(_, said)| said.trim_end_matches('.'));
            ShellError::NoDisplay { what: said.to_owned() }
        }
        EventLoopError::RecreationAttempt | EventLoopError::ExitFailure(_) => {
            ShellError::Window { what: e.to_string() }
        }
    })?;
    let mut shell = Shell::new(app, options, Waker::new(event_loop.create_proxy()));
    shell.open_graphics(Ask::any(false));
    let ended = event_loop.run_app(&mut shell);
    match shell.error.take() {
        Some(error) => Err(error),
        None => ended.map_err(|e| ShellError::Window { what: said(&e) }),
    }
}

/// What an error of winit says, without the line of winit's source that it begins with.
fn said(error: &EventLoopError) -> String {
    let text = error.to_string();
    let words =
        text.split_once(".rs:").and_then(|(_, rest)| rest.split_once(": ")).map_or(text.as_str(), |(_, words)| words);
    words.trim_end_matches('.').to_owned()
}

/// Attempts in a row to get a graphics device before giving up.
const MAX_ATTEMPTS: u32 = 5;

/// Attempts in a row that may still take hardware.
const HARDWARE_ATTEMPTS: u32 = 2;

/// How long a device must have lived for its loss to be a new story.
const STABLE_AFTER: Duration = Duration::from_secs(10);

/// How long the end of the program waits for a device that is being opened.
const PATIENCE: Duration = Duration::from_secs(2);

/// The event loop's state.
struct Shell<A: App> {
    app: A,
    is_started: bool,
    options: ShellOptions,
    ctx: egui::Context,
    waker: Waker,
    view: Option<View>,
    opening: Option<Receiver<Result<Graphics, String>>>,
    /// Devices opened, or tried, since one was stable.
    attempts: u32,
    adopted: Option<Instant>,
    error: Option<ShellError>,
}

impl<A: App> Shell<A> {
    fn new(app: A, options: ShellOptions, waker: Waker) -> Self {
        let ctx = egui::Context::default();
        let repainter = waker.clone();
        ctx.set_request_repaint_callback(move |info| repainter.wake_after(info.delay));
        Self {
            app,
            is_started: false,
            options,
            ctx,
            waker,
            view: None,
            opening: None,
            attempts: 0,
            adopted: None,
            error: None,
        }
    }

    /// Opens a graphics device on a thread of its own, which pokes the event loop when it is done.
    fn open_graphics(&mut self, ask: Ask) {
        self.attempts += 1;
        let (sender, receiver) = channel();
        let (waker, on_loss) = (self.waker.clone(), self.waker.clone());
        // A driver that is being reset needs time; a device lost for the first time is replaced at once.
        let pause = Duration::from_millis(200) * self.attempts.saturating_sub(2);
        let work = move || {
            thread::sleep(pause);
            // Nobody listens any more when the window is gone.
            let _ = sender.send(surface::open(ask, move || on_loss.poke()));
            waker.poke();
        };
        self.opening = Some(receiver);
        if let Err(e) = thread::Builder::new().name("graphics".to_owned()).spawn(work) {
            self.error = Some(ShellError::Graphics { what: format!("no thread: {e}") });
        }
    }

    /// Tries again, on software after some attempts, unless there were too many.
    fn reopen_graphics(&mut self, what: String) {
        if self.attempts >= MAX_ATTEMPTS {
            self.error = Some(ShellError::Graphics { what });
            return;
        }
        self.open_graphics(Ask::any(self.attempts >= HARDWARE_ATTEMPTS));
    }

    /// Looks after the device: takes a new one in, and replaces one that is lost.
    fn tend_graphics(&mut self, event_loop: &ActiveEventLoop) {
        let Some(view) = &mut self.view else {
            return;
        };
        if view.drop_lost() {
            if self.adopted.is_some_and(|adopted| adopted.elapsed() > STABLE_AFTER) {
                self.attempts = 0;
            }
            eprintln!("scumble: the graphics device was lost; opening another");
            self.reopen_graphics("each device was lost again".to_owned());
            return;
        }
        let opened = match self.opening.as_ref().map(Receiver::try_recv) {
            None | Some(Err(TryRecvError::Empty)) => return,
            Some(Ok(opened)) => opened,
            Some(Err(TryRecvError::Disconnected)) => Err("its thread ended".to_owned()),
        };
        self.opening = None;
        let facts = match opened.map(|graphics| view.adopt(graphics)) {
            Ok(Ok(facts)) => facts,
            Ok(Err(Refusal::Adapter(ask))) => return self.open_graphics(ask),
            Ok(Err(Refusal::Broken(what))) | Err(what) => return self.reopen_graphics(what),
        };
        self.adopted = Some(Instant::now());
        if self.is_started {
            self.app.graphics_restored(&self.ctx, &facts);
        } else {
            self.is_started = true;
            self.app.start(&self.ctx, self.waker.clone(), facts);
        }
        self.frame(event_loop, Sight::Exposed);
    }

    /// Makes a frame, if there is a device; else it stays due.
    fn frame(&mut self, event_loop: &ActiveEventLoop, sight: Sight) {
        let Some(view) = self.view.as_mut().filter(|view| view.has_graphics()) else {
            return;
        };
        let app = &mut self.app;
        let wishes = view.frame(event_loop, sight, |ui| app.ui(ui));
        app.framed(&self.ctx, wishes.facts);
        if wishes.close {
            self.close(event_loop);
        }
    }

    fn close(&mut self, event_loop: &ActiveEventLoop) {
        if !self.is_started || self.app.close_requested() {
            event_loop.exit();
        } else {
            self.waker.wake();
        }
    }
}

impl<A: App> ApplicationHandler<Event> for Shell<A> {
    fn resumed(&mut self, event_loop: &ActiveEventLoop) {
        if self.view.is_some() {
            return;
        }
        match View::new(event_loop, &self.options, &self.ctx, self.waker.clone()) {
            Ok(view) => self.view = Some(view),
            Err(what) => {
                self.error = Some(ShellError::Window { what });
                event_loop.exit();
            }
        }
    }

    fn user_event(&mut self, _event_loop: &ActiveEventLoop, event: Event) {
        match (event, &mut self.view) {
            (Event::Wake, _) => self.waker.received(),
            (Event::AccessKit(event), Some(view)) => view.take_in_accesskit(event.window_event),
            (Event::AccessKit(_), None) => {}
        }
    }

    fn window_event(&mut self, event_loop: &ActiveEventLoop, _id: WindowId, event: WindowEvent) {
        let Some(view) = &mut self.view else {
            return;
        };
        if event == WindowEvent::Destroyed {
            // Somebody else did that. Nothing may be asked of the window any more.
            event_loop.exit();
            return;
        }
        view.take_in(&event);
        match event {
            WindowEvent::CloseRequested => self.close(event_loop),
            WindowEvent::RedrawRequested => {
                let sight = view.sight_of_redraw();
                self.frame(event_loop, sight);
            }
            _ => {}
        }
    }

    fn device_event(&mut self, _event_loop: &ActiveEventLoop, _id: DeviceId, event: DeviceEvent) {
        if let (DeviceEvent::MouseMotion { delta }, Some(view)) = (event, &mut self.view) {
            view.take_in_motion(delta);
        }
    }

    fn about_to_wait(&mut self, event_loop: &ActiveEventLoop) {
        self.tend_graphics(event_loop);
        if self.error.is_some() {
            event_loop.exit();
            return;
        }
        let mut next = Frame::Idle;
        if let Some(view) = self.view.as_mut().filter(|view| view.has_graphics()) {
            next = view.next_frame(Instant::now());
            if let Frame::Due(sight) = next {
                self.frame(event_loop, sight);
                next = self.view.as_mut().map_or(Frame::Idle, |view| view.next_frame(Instant::now()));
            }
        }
        event_loop.set_control_flow(match next {
            Frame::At(at) => ControlFlow::WaitUntil(at),
            Frame::Idle => ControlFlow::Wait,
            // It was just made, and another is due already.
            Frame::Due(_) => ControlFlow::Poll,
        });
    }

    fn exiting(&mut self, _event_loop: &ActiveEventLoop) {
        if self.is_started {
            self.app.closing();
        }
        // A driver that is still being opened while the process ends may crash it.
        if let Some(opening) = self.opening.take() {
            let _ = opening.recv_timeout(PATIENCE);
        }
        // The clipboard and the surface hang on the display's connection, which ends with the event loop.
        self.view = None;
    }
}
