//! Notices that opened files change on disk.
//!
//! One thread asks for each file's length, time and identity about twice a second. There is no inotify: it says nothing
//! about files that another machine writes on a network disk. Only that thread touches the disk, so a dead mount holds up
//! nothing else (though the files after it in the list wait for it too).

use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::thread;
use std::time::{Duration, SystemTime};

/// Time between two looks at the files.
const EVERY: Duration = Duration::from_millis(500);

/// What tells one state of a file from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileFacts {
    /// Length in bytes.
    pub len: u64,
    /// Time of the last write, where the system keeps it.
    pub modified: Option<SystemTime>,
    /// Device and inode, where there are such.
    pub identity: Option<(u64, u64)>,
}

impl FileFacts {
    /// The facts in what the system says about a file; take them from the file that was opened, as its name may belong
    /// to another file by then.
    pub fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let identity = {
            use std::os::unix::fs::MetadataExt as _;
            Some((metadata.dev(), metadata.ino()))
        };
        #[cfg(not(unix))]
        let identity = None;
        Self { len: metadata.len(), modified: metadata.modified().ok(), identity }
    }

    /// What happened to a file that had these facts and now has those of `now`.
    fn change_to(&self, now: &Self) -> Option<ChangeKind> {
        if self.identity != now.identity {
            return Some(ChangeKind::Rewritten);
        }
        match now.len.cmp(&self.len) {
            std::cmp::Ordering::Greater => Some(ChangeKind::Grown { from: self.len, to: now.len }),
            std::cmp::Ordering::Less => Some(ChangeKind::Shrunk { from: self.len, to: now.len }),
            std::cmp::Ordering::Equal => (self.modified != now.modified).then_some(ChangeKind::Rewritten),
        }
    }
}

/// One change of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The file, by the name it is watched under.
    pub path: PathBuf,
    /// What happened to it.
    pub kind: ChangeKind,
}

/// What happened to a file between two looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is longer; whether the earlier bytes are still the same cannot be told.
    Grown {
        /// Earlier length in bytes.
        from: u64,
        /// Length now, in bytes.
        to: u64,
    },
    /// It is shorter.
    Shrunk {
        /// Earlier length in bytes.
        from: u64,
        /// Length now, in bytes.
        to: u64,
    },
    /// It was written without a change of length, or another file took its name.
    Rewritten,
    /// The name leads to no file any more.
    Vanished,
    /// After it vanished, the name leads to a file again; that may be another one.
    Back,
}

/// Files being watched; dropping it ends the watch.
///
/// The drop does not wait for the thread, which may hang in a slow disk: a change that is being reported at that moment
/// may still arrive.
#[derive(Debug)]
pub struct Watch {
    /// Never sends: that it is gone tells the thread to end.
    _stop: Sender<()>,
}

impl Watch {
    /// Watches `files` for changes from the facts given with each. `report` is called on the watching thread, once for
    /// each change; the next one is told from there.
    ///
    /// # Errors
    /// The system has no thread to give.
    pub fn start(
        files: Vec<(PathBuf, FileFacts)>,
        report: impl FnMut(Change) + Send + 'static,
    ) -> Result<Self, io::Error> {
        Self::start_with(files, EVERY, |path| std::fs::metadata(path).map(|m| FileFacts::of(&m)), report)
    }

    fn start_with(
        files: Vec<(PathBuf, FileFacts)>,
        every: Duration,
        look: impl Fn(&Path) -> io::Result<FileFacts> + Send + 'static,
        mut report: impl FnMut(Change) + Send + 'static,
    ) -> Result<Self, io::Error> {
        let (stop, stopped) = channel();
        let mut files: Vec<Watched> =
            files.into_iter().map(|(path, facts)| Watched { path, facts, is_there: true }).collect();
        thread::Builder::new().name("scumble-watch".to_owned()).spawn(move || {
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(every) {
                for file in &mut files {
                    let seen = look(&file.path);
                    if is_over(&stopped) {
                        return;
                    }
                    if let Some(kind) = file.update(seen) {
                        report(Change { path: file.path.clone(), kind });
                    }
                }
            }
        })?;
        Ok(Self { _stop: stop })
    }
}

fn is_over(stopped: &Receiver<()>) -> bool {
    stopped.try_recv() == Err(TryRecvError::Disconnected)
}

struct Watched {
    path: PathBuf,
    /// As last seen.
    facts: FileFacts,
    is_there: bool,
}

impl Watched {
    fn update(&mut self, seen: io::Result<FileFacts>) -> Option<ChangeKind> {
        match seen {
            Ok(now) => {
                let kind = if self.is_there { self.facts.change_to(&now) } else { Some(ChangeKind::Back) };
                (self.facts, self.is_there) = (now, true);
                kind
            }
            Err(problem) if is_absence(&problem) && self.is_there => {
                self.is_there = false;
                Some(ChangeKind::Vanished)
            }
            // A folder closed to us, a busy network: nothing is known, so nothing is said.
            Err(_) => None,
        }
    }
}

fn is_absence(problem: &io::Error) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound, StaleNetworkFileHandle};
    matches!(problem.kind(), NotFound | NotADirectory | StaleNetworkFileHandle)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, OpenOptions};
    use std::io::Write as _;
    use std::time::Instant;

    use super::*;

    const TICK: Duration = Duration::from_millis(5);
    const PATIENCE: Duration = Duration::from_secs(10);

    struct Trial {
        _dir: tempfile::TempDir,
        path: PathBuf,
        changes: Receiver<Change>,
        _watch: Watch,
    }

    /// A watched file that holds `abc`.
    fn trial() -> Trial {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.bin");
        fs::write(&path, "abc").unwrap();
        let facts = FileFacts::of(&fs::metadata(&path).unwrap());
        let (tell, changes) = channel();
        let look = |path: &Path| fs::metadata(path).map(|m| FileFacts::of(&m));
        let report = move |change| drop(tell.send(change));
        let watch = Watch::start_with(vec![(path.clone(), facts)], TICK, look, report).unwrap();
        Trial { _dir: dir, path, changes, _watch: watch }
    }

    impl Trial {
        /// The next change, which must be of this file.
        fn next(&self) -> ChangeKind {
            let change = self.changes.recv_timeout(PATIENCE).unwrap();
            assert_eq!(change.path, self.path);
            change.kind
        }

        fn assert_quiet(&self) {
            assert_eq!(self.changes.recv_timeout(TICK * 20), Err(RecvTimeoutError::Timeout));
        }

        fn rewrite(&self, text: &str, seconds: u64) {
            // A time that is certainly another one, however coarse the file system's clock.
            let mut file = OpenOptions::new().write(true).open(&self.path).unwrap();
            file.write_all(text.as_bytes()).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
        }
    }

    #[test]
    fn a_file_left_alone_is_not_reported() {
        trial().assert_quiet();
    }

    #[test]
    fn growing_is_reported_once() {
        let trial = trial();
        OpenOptions::new().append(true).open(&trial.path).unwrap().write_all(b"de").unwrap();
        assert_eq!(trial.next(), ChangeKind::Grown { from: 3, to: 5 });
        trial.assert_quiet();
        OpenOptions::new().append(true).open(&trial.path).unwrap().write_all(b"f").unwrap();
        assert_eq!(trial.next(), ChangeKind::Grown { from: 5, to: 6 });
    }

    #[test]
    fn shrinking_is_reported_once() {
        let trial = trial();
        OpenOptions::new().write(true).open(&trial.path).unwrap().set_len(1).unwrap();
        assert_eq!(trial.next(), ChangeKind::Shrunk { from: 3, to: 1 });
        trial.assert_quiet();
    }

    #[test]
    fn other_bytes_of_the_same_length_are_reported() {
        let trial = trial();
        trial.rewrite("xyz", 1_000_000_000);
        assert_eq!(trial.next(), ChangeKind::Rewritten);
        // The write and the time set after it may have been seen apart.
        while let Ok(change) = trial.changes.recv_timeout(TICK * 20) {
            assert_eq!(change.kind, ChangeKind::Rewritten);
        }
        trial.assert_quiet();
    }

    #[cfg(unix)]
    #[test]
    fn a_file_put_in_its_place_is_rewritten_even_if_longer() {
        let trial = trial();
        let other = trial.path.with_extension("new");
        fs::write(&other, "longer than before").unwrap();
        fs::rename(&other, &trial.path).unwrap();
        assert_eq!(trial.next(), ChangeKind::Rewritten);
        trial.assert_quiet();
    }

    #[test]
    fn vanishing_and_coming_back_are_reported_once_each() {
        let trial = trial();
        fs::remove_file(&trial.path).unwrap();
        assert_eq!(trial.next(), ChangeKind::Vanished);
        trial.assert_quiet();
        let other = trial.path.with_extension("new");
        fs::write(&other, "abcdef").unwrap();
        fs::rename(&other, &trial.path).unwrap();
        assert_eq!(trial.next(), ChangeKind::Back);
        trial.assert_quiet();
    }

    #[test]
    fn a_change_before_the_watch_began_is_reported() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        fs::write(&path, "abc").unwrap();
        let facts = FileFacts { len: 2, ..FileFacts::of(&fs::metadata(&path).unwrap()) };
        let (tell, changes) = channel();
        let _watch = Watch::start(vec![(path, facts)], move |change| drop(tell.send(change))).unwrap();
        assert_eq!(changes.recv_timeout(PATIENCE).unwrap().kind, ChangeKind::Grown { from: 2, to: 3 });
    }

    #[test]
    fn what_cannot_be_looked_at_is_not_gone() {
        let facts = FileFacts { len: 1, modified: None, identity: None };
        let mut file = Watched { path: PathBuf::new(), facts, is_there: true };
        assert_eq!(file.update(Err(io::ErrorKind::PermissionDenied.into())), None);
        assert_eq!(file.update(Ok(facts)), None);
        assert_eq!(file.update(Err(io::ErrorKind::NotFound.into())), Some(ChangeKind::Vanished));
        assert_eq!(file.update(Err(io::ErrorKind::NotFound.into())), None);
    }

    #[test]
    fn the_dropper_does_not_wait_for_a_dead_disk() {
        let (hang, hanging) = channel::<()>();
        let (arrived, arrives) = channel();
        let (tell, changes) = channel();
        let look = move |_: &Path| {
            arrived.send(()).unwrap();
            let _ = hanging.recv();
            Err(io::ErrorKind::NotFound.into())
        };
        let facts = FileFacts { len: 1, modified: None, identity: None };
        let files = vec![(PathBuf::from("/dead"), facts)];
        let watch = Watch::start_with(files, TICK, look, move |change| drop(tell.send(change))).unwrap();
        arrives.recv_timeout(PATIENCE).unwrap();
        let started = Instant::now();
        drop(watch);
        assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
        // The disk answers after all: the thread ends without a word.
        drop(hang);
        assert_eq!(changes.recv_timeout(PATIENCE), Err(RecvTimeoutError::Disconnected));
    }

    #[test]
    fn a_dropped_watch_ends_its_thread_at_once() {
        let (tell, changes) = channel::<Change>();
        let watch = Watch::start(Vec::new(), move |change| drop(tell.send(change))).unwrap();
        drop(watch);
        // The thread owned the sender; it did not sleep its interval to the end.
        assert_eq!(changes.recv_timeout(Duration::from_millis(400)), Err(RecvTimeoutError::Disconnected));
    }
}
