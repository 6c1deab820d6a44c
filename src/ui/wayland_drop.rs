//! Files dropped on the window under Wayland, where winit 0.30 reports none.
//!
//! Further `wl_data_device`s are bound for each seat, on the window's own connection but with an event queue and a thread of
//! its own. Sway tells all of a program's data devices about a drag, KWin 5 only the one bound first, Weston only the one
//! bound last. So there are two: start this before whatever else binds one, such as egui-winit's clipboard, and have the
//! other bound after it ([`WaylandDrop::bind_last`]). A drag that both are told of is one drag.

mod drags;
mod transfer;

use std::io::{self, ErrorKind, PipeReader, PipeWriter, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use raw_window_handle::{HasDisplayHandle, RawDisplayHandle};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use wayland_backend::client::{Backend, ReadEventsGuard, WaylandError};
use wayland_client::{Connection, EventQueue};

use drags::Drags;

/// How long the end waits for the thread, which needs a moment only, before it leaves it to itself.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long the start waits until the first devices are bound, which takes one answer of the compositor.
const BINDING: Duration = Duration::from_millis(300);

/// Called from the listening thread when there is something to poll.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// What a drag does over the windows of this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DropEvent {
    /// Files are held over a window. Comes first as soon as the drag enters, and again once their number is known.
    Hover {
        /// How many files, where that is known.
        count: Option<usize>,
    },
    /// The drag left, or ended, without a drop.
    Leave,
    /// Files were dropped: absolute paths, in the order of the drag. Empty when the program that they come from delivered
    /// no list of local files within five seconds and a mebibyte.
    Drop(Vec<PathBuf>),
}

/// Listens for drags over the windows of this program, until it is dropped.
#[derive(Debug)]
pub struct WaylandDrop {
    events: Receiver<DropEvent>,
    /// A byte asks for the last devices; closed to end the thread.
    orders: Option<PipeWriter>,
    /// Disconnects when the thread is done with the display.
    done: Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl WaylandDrop {
    /// Starts to listen; none when the display is no Wayland display.
    ///
    /// `display` owns a share in the connection (winit's `OwnedDisplayHandle` does), so that it lives as long as the thread
    /// may use it.
    ///
    /// # Errors
    /// The system has no thread or pipe to give.
    pub fn start(display: impl HasDisplayHandle + Send + 'static, wake: Wake) -> io::Result<Option<Self>> {
        if !matches!(display.display_handle().map(|handle| handle.as_raw()), Ok(RawDisplayHandle::Wayland(_))) {
            return Ok(None);
        }
        let (orders, order) = io::pipe()?;
        let (tell, events) = channel();
        let (alive, done) = channel::<()>();
        let (bound, is_bound) = channel::<()>();
        let thread = thread::Builder::new().name("scumble-drop".to_owned()).spawn(move || {
            // When the connection fails, the window learns of it too, and there are no more drops to report.
            let _ = listen(&display, Drags::new(tell, wake), orders, bound);
            drop(display);
            drop(alive);
        })?;
        // A compositor that takes longer may deliver no drops before the last devices are bound.
        let _ = is_bound.recv_timeout(BINDING);
        Ok(Some(Self { events, orders: Some(order), done, thread: Some(thread) }))
    }

    /// Binds a further device for each seat, once, after those that others have bound by now.
    pub fn bind_last(&mut self) {
        if let Some(orders) = &mut self.orders {
            // A thread that has ended has no use for it.
            let _ = orders.write(&[0]);
        }
    }

    /// The next event, if there is one. Never waits.
    pub fn poll(&self) -> Option<DropEvent> {
        self.events.try_recv().ok()
    }
}

impl Drop for WaylandDrop {
    /// Ends the thread and waits for it, at most two seconds. Should it hang longer, in a `Wake`, then it still holds its
    /// share in the display, which therefore outlives it.
    fn drop(&mut self) {
        drop(self.orders.take());
        if self.done.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Disconnected)
            && let Some(thread) = self.thread.take()
        {
            // A panic there has been printed; there is nothing to add.
            let _ = thread.join();
        }
    }
}

/// Why the listening ended early.
#[derive(Debug)]
struct Broken;

impl From<WaylandError> for Broken {
    fn from(_: WaylandError) -> Self {
        Self
    }
}

impl From<wayland_client::DispatchError> for Broken {
    fn from(_: wayland_client::DispatchError) -> Self {
        Self
    }
}

fn listen(
    display: &impl HasDisplayHandle,
    mut drags: Drags,
    orders: PipeReader,
    bound: Sender<()>,
) -> Result<(), Broken> {
    let handle = display.display_handle().map_err(|_| Broken)?;
    let RawDisplayHandle::Wayland(raw) = handle.as_raw() else {
        return Err(Broken);
    };
    // SAFETY: the pointer is that of a live `wl_display`, by the contract of `DisplayHandle`, and stays so while `handle`
    // borrows from `display`. The backend and all that holds it (connection, queue, proxies) end within this function.
    #[expect(unsafe_code, reason = "there is no safe way to share a connection")]
    let backend = unsafe { Backend::from_foreign_display(raw.display.as_ptr().cast()) };
    let connection = Connection::from_backend(backend);
    let mut queue = connection.new_event_queue();
    connection.display().get_registry(&queue.handle(), ());
    // What there is to bind is told, then the requests to bind it are sent.
    queue.roundtrip(&mut drags)?;
    is_done(queue.flush())?;
    drop(bound);
    serve(&mut queue, &mut drags, orders)?;
    drags.release();
    queue.flush()?;
    Ok(())
}

/// Dispatches events until `orders` closes or nobody listens any more.
fn serve(queue: &mut EventQueue<Drags>, drags: &mut Drags, mut orders: PipeReader) -> Result<(), Broken> {
    while !drags.is_over() {
        queue.dispatch_pending(drags)?;
        drags.give_up(Instant::now());
        let is_unsent = !is_done(queue.flush())?;
        let Some(guard) = queue.prepare_read() else {
            continue;
        };
        let ready = wait(&guard, &orders, drags, is_unsent);
        // The main thread's own reads wait until this guard is used or dropped: nothing slow may come before.
        if ready.can_read {
            is_done(guard.read().map(drop))?;
        } else {
            drop(guard);
        }
        if ready.has_order {
            match orders.read(&mut [0]) {
                Ok(0) => return Ok(()),
                Ok(_) => drags.bind_last(&queue.handle()),
                Err(problem) if problem.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Err(Broken),
            }
        }
        drags.receive(&ready.transfers);
    }
    Ok(())
}

/// Whether it was done, or must be tried again later.
fn is_done(result: Result<(), WaylandError>) -> Result<bool, Broken> {
    match result {
        Ok(()) => Ok(true),
        Err(WaylandError::Io(problem)) if problem.kind() == ErrorKind::WouldBlock => Ok(false),
        Err(_) => Err(Broken),
    }
}

struct Ready {
    can_read: bool,
    has_order: bool,
    /// For each transfer in its order, whether there is something to read.
    transfers: Vec<bool>,
}

/// Sleeps until the connection, an order or a transfer has something, or a transfer's time is up.
fn wait(guard: &ReadEventsGuard, orders: &PipeReader, drags: &Drags, is_unsent: bool) -> Ready {
    let display = guard.connection_fd();
    let interest = if is_unsent { PollFlags::IN | PollFlags::OUT } else { PollFlags::IN };
    let mut fds = vec![PollFd::new(&display, interest), PollFd::new(orders, PollFlags::IN)];
    let pipes: Vec<_> = drags.pipes().map(|pipe| pipe.as_fd()).collect();
    fds.extend(pipes.iter().map(|pipe| PollFd::new(pipe, PollFlags::IN)));
    let left = drags.deadline().map(|deadline| deadline.saturating_duration_since(Instant::now()));
    let timeout = left.and_then(|left| Timespec::try_from(left).ok());
    // A signal may interrupt it; then nothing is ready and the loop comes round again.
    let _ = poll(&mut fds, timeout.as_ref());
    let is_ready = |fd: &PollFd<'_>| !fd.revents().is_empty();
    Ready {
        can_read: fds[0].revents().intersects(PollFlags::IN | PollFlags::ERR | PollFlags::HUP | PollFlags::NVAL),
        has_order: is_ready(&fds[1]),
        transfers: fds[2..].iter().map(is_ready).collect(),
    }
}
