//! The system's dialogs to open and to save files, on a thread of their own.
//!
//! On Linux and its like they come from the desktop portal over D-Bus. `rfd` tells neither a portal that is missing from one
//! that is slow, nor gives it up, so the portal is asked first, within a time limit, whether it has dialogs at all. The
//! choosing itself takes the person's time and has no limit.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::sync::{Arc, OnceLock, Weak};
use std::thread;
use std::time::{Duration, Instant};

use winit::window::Window;

/// How long the portal may take to answer; the first call of a session starts it.
const REACH: Duration = Duration::from_secs(4);
/// No person sees and closes a dialog in less: an answer without a file before that means that there was no dialog.
const TOO_SOON: Duration = Duration::from_millis(250);

/// Called from another thread when there is something to poll.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// What a dialog shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DialogRequest {
    /// The dialog's title.
    pub title: String,
    /// Where to begin; else where the system likes.
    pub folder: Option<PathBuf>,
    /// The name to begin with, in dialogs that save.
    pub file_name: Option<String>,
    /// Kinds of files to choose among: a name for people, and extensions without the dot (`*` for all).
    pub filters: Vec<(String, Vec<String>)>,
}

/// What became of a dialog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DialogOutcome {
    /// The files chosen, at least one; exactly one from a dialog that saves.
    Chosen(Vec<PathBuf>),
    /// The person closed it.
    Cancelled,
    /// There is no dialog here, and why: offer a field for the path.
    Unavailable(String),
}

/// Opens dialogs. Clones share the window that the dialogs belong to.
#[derive(Clone)]
pub struct Dialogs {
    wake: Wake,
    owner: Arc<OnceLock<Weak<Window>>>,
}

impl Dialogs {
    /// Dialogs that belong to no window yet. `wake` asks for a new frame.
    pub fn new(wake: Wake) -> Self {
        Self { wake, owner: Arc::default() }
    }

    /// Has further dialogs stay in front of a window, and be closed with it, where the system knows how.
    pub fn belong_to(&self, owner: Weak<Window>) {
        // There is one window.
        let _ = self.owner.set(owner);
    }

    /// Lets the person choose one file or several.
    pub fn open_files(&self, request: &DialogRequest) -> Pending {
        let dialog = self.dialog(request);
        // A portal that says "closed by the person" gives an empty list; only its failure gives none.
        let none_is_failure = HAS_PORTALS;
        self.start(move || timed(none_is_failure, || dialog.pick_files()))
    }

    /// Lets the person name a file to write; the dialog asks before a file is replaced.
    pub fn save_file(&self, request: &DialogRequest) -> Pending {
        let dialog = self.dialog(request);
        self.start(move || timed(false, || dialog.save_file().map(|path| vec![path])))
    }

    fn dialog(&self, request: &DialogRequest) -> rfd::FileDialog {
        let dialog = dialog(request);
        match self.owner.get().and_then(Weak::upgrade) {
            Some(window) => dialog.set_parent(&window),
            None => dialog,
        }
    }

    fn start(&self, choose: impl FnOnce() -> DialogOutcome + Send + 'static) -> Pending {
        Pending::start(|| reach(&REACH), choose, Arc::clone(&self.wake))
    }
}

/// A dialog that is being opened or open. Dropping it leaves the dialog to itself; what is chosen in it is then ignored.
#[derive(Debug)]
pub struct Pending {
    outcome: Receiver<DialogOutcome>,
}

impl Pending {
    /// What became of it, once; none as long as it is open. Never waits.
    pub fn poll(&mut self) -> Option<DialogOutcome> {
        match self.outcome.try_recv() {
            Ok(outcome) => Some(outcome),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(failed("the thread of the dialog ended early")),
        }
    }

    fn start(
        reach: impl FnOnce() -> Result<(), String> + Send + 'static,
        choose: impl FnOnce() -> DialogOutcome + Send + 'static,
        wake: Wake,
    ) -> Self {
        let (tell, outcome) = channel();
        let told = tell.clone();
        let run = move || {
            // Dropped last, also when a panic ends the thread: whoever is woken then finds the outcome, or its sender gone.
            let _woken = WakeOnDrop(wake);
            let tell = tell;
            let outcome = match reach() {
                Ok(()) => choose(),
                Err(why) => DialogOutcome::Unavailable(why),
            };
            // Nobody may be waiting any more.
            let _ = tell.send(outcome);
        };
        if let Err(problem) = thread::Builder::new().name("scumble-dialog".to_owned()).spawn(run) {
            let _ = told.send(failed(&format!("no thread to run the dialog: {problem}")));
        }
        Self { outcome }
    }
}

struct WakeOnDrop(Wake);

impl Drop for WakeOnDrop {
    fn drop(&mut self) {
        (self.0)();
    }
}

fn failed(why: &str) -> DialogOutcome {
    DialogOutcome::Unavailable(why.to_owned())
}

fn dialog(request: &DialogRequest) -> rfd::FileDialog {
    // `rfd` panics on names that no C string can hold.
    let clean = |text: &str| text.replace('\0', "");
    let mut dialog = rfd::FileDialog::new().set_title(clean(&request.title));
    if let Some(folder) = &request.folder {
        dialog = dialog.set_directory(folder);
    }
    if let Some(name) = &request.file_name {
        dialog = dialog.set_file_name(clean(name));
    }
    for (name, extensions) in &request.filters {
        let extensions: Vec<String> = extensions.iter().map(|extension| clean(extension)).collect();
        dialog = dialog.add_filter(clean(name), &extensions);
    }
    dialog
}

/// Runs a dialog. None and an empty list both mean that nothing was chosen; why must be told from what `rfd` leaves to see.
fn timed(none_is_failure: bool, choose: impl FnOnce() -> Option<Vec<PathBuf>>) -> DialogOutcome {
    let started = Instant::now();
    match choose() {
        Some(paths) if !paths.is_empty() => DialogOutcome::Chosen(paths),
        _ if started.elapsed() < TOO_SOON => failed("the system closed the file dialog before it was shown"),
        None if none_is_failure => failed("the desktop portal failed to show its file dialog"),
        _ => DialogOutcome::Cancelled,
    }
}

/// Whether file dialogs come from a portal, which may be missing.
const HAS_PORTALS: bool = cfg!(all(unix, not(target_os = "macos")));

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn reach(_limit: &Duration) -> Result<(), String> {
    Ok(())
}

#[cfg(all(unix, not(target_os = "macos")))]
use portal::reach;

#[cfg(all(unix, not(target_os = "macos")))]
mod portal {
    use std::sync::mpsc::{RecvTimeoutError, channel};
    use std::thread;
    use std::time::Duration;

    use zbus::connection::Builder;

    /// Whether the session's portal has file dialogs; an answer comes within `limit`.
    pub fn reach(limit: &Duration) -> Result<(), String> {
        within(*limit, Builder::session)
    }

    /// Asks on a further thread: connecting to a bus that takes connections but never answers has no limit of its own.
    pub fn within(
        limit: Duration,
        bus: impl FnOnce() -> zbus::Result<Builder<'static>> + Send + 'static,
    ) -> Result<(), String> {
        let (tell, answer) = channel();
        let ask = move || drop(tell.send(pollster::block_on(version(bus, limit))));
        let thread = thread::Builder::new().name("scumble-portal".to_owned());
        thread.spawn(ask).map_err(|problem| format!("no thread to ask the desktop portal: {problem}"))?;
        match answer.recv_timeout(limit) {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(problem)) => Err(format!("no desktop portal with file dialogs: {problem}")),
            Err(RecvTimeoutError::Timeout) => {
                Err(format!("the desktop portal did not answer within {} s", limit.as_secs_f32()))
            }
            Err(RecvTimeoutError::Disconnected) => Err("asking the desktop portal failed".to_owned()),
        }
    }

    /// The version of the portal's dialogs for files; starts the portal where it is installed but not yet running.
    async fn version(bus: impl FnOnce() -> zbus::Result<Builder<'static>>, limit: Duration) -> zbus::Result<u32> {
        let bus = bus()?.method_timeout(limit).build().await?;
        let reply = bus
            .call_method(
                Some("org.freedesktop.portal.Desktop"),
                "/org/freedesktop/portal/desktop",
                Some("org.freedesktop.DBus.Properties"),
                "Get",
                &("org.freedesktop.portal.FileChooser", "version"),
            )
            .await?;
        Ok(u32::try_from(reply.body().deserialize::<zbus::zvariant::Value<'_>>()?)?)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(10);

    fn counter() -> (Wake, Arc<AtomicUsize>) {
        let count = Arc::new(AtomicUsize::new(0));
        let counted = count.clone();
        let wake = move || {
            counted.fetch_add(1, Ordering::SeqCst);
        };
        (Arc::new(wake), count)
    }

    fn wait(pending: &mut Pending) -> DialogOutcome {
        let started = Instant::now();
        loop {
            if let Some(outcome) = pending.poll() {
                return outcome;
            }
            assert!(started.elapsed() < PATIENCE, "no outcome");
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn wait_for_one(woken: &AtomicUsize) {
        let started = Instant::now();
        while woken.load(Ordering::SeqCst) != 1 {
            assert!(started.elapsed() < PATIENCE, "not woken");
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn a_dialog_that_stays_open_is_waited_for_without_blocking() {
        let (close, closed) = channel();
        let (wake, woken) = counter();
        let chosen = DialogOutcome::Chosen(vec!["/a".into()]);
        let mut pending = Pending::start(|| Ok(()), move || closed.recv().unwrap(), wake);
        assert_eq!(pending.poll(), None);
        close.send(chosen.clone()).unwrap();
        assert_eq!(wait(&mut pending), chosen);
        wait_for_one(&woken);
    }

    #[test]
    fn without_a_portal_no_dialog_is_opened() {
        let (wake, _) = counter();
        let choose = || unreachable!("there is no portal");
        let mut pending = Pending::start(|| Err("none here".to_owned()), choose, wake);
        assert_eq!(wait(&mut pending), DialogOutcome::Unavailable("none here".to_owned()));
    }

    #[test]
    fn a_dialog_that_dies_is_unavailable() {
        let (wake, woken) = counter();
        let mut pending = Pending::start(|| Ok(()), || panic!("planted"), wake);
        assert!(matches!(wait(&mut pending), DialogOutcome::Unavailable(_)));
        wait_for_one(&woken);
    }

    #[test]
    fn cancelling_and_failing_are_told_apart() {
        let slowly = |found| {
            move || {
                thread::sleep(TOO_SOON + Duration::from_millis(10));
                found
            }
        };
        let chosen = vec![PathBuf::from("/a")];
        assert_eq!(timed(true, || Some(chosen.clone())), DialogOutcome::Chosen(chosen));
        assert!(matches!(timed(false, || None), DialogOutcome::Unavailable(_)));
        assert!(matches!(timed(true, || Some(Vec::new())), DialogOutcome::Unavailable(_)));
        assert!(matches!(timed(true, slowly(None)), DialogOutcome::Unavailable(_)));
        assert_eq!(timed(true, slowly(Some(Vec::new()))), DialogOutcome::Cancelled);
        assert_eq!(timed(false, slowly(None)), DialogOutcome::Cancelled);
    }

    #[test]
    fn a_request_that_no_c_string_can_hold_does_no_harm() {
        let filters = vec![("a\0".to_owned(), vec!["n\0py".to_owned()])];
        let request =
            DialogRequest { title: "\0".to_owned(), file_name: Some("\0a".to_owned()), filters, folder: None };
        let shown = format!("{:?}", dialog(&request));
        assert!(shown.contains("npy") && !shown.contains("\\0"), "{shown}");
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    #[test]
    fn no_bus_is_told_within_a_second() {
        let dir = tempfile::tempdir().unwrap();
        let address = format!("unix:path={}", dir.path().join("bus").display());
        let started = Instant::now();
        let problem = portal::within(REACH, move || zbus::connection::Builder::address(address.as_str()));
        assert!(problem.is_err());
        assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    #[test]
    fn a_bus_that_never_answers_is_given_up() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("bus");
        let _silent = std::os::unix::net::UnixListener::bind(&path).unwrap();
        let address = format!("unix:path={}", path.display());
        let started = Instant::now();
        let limit = Duration::from_millis(200);
        let problem = portal::within(limit, move || zbus::connection::Builder::address(address.as_str()));
        assert!(problem.unwrap_err().contains("within 0.2 s"));
        assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    }
}
