//! What outlives the program when it fails, is killed, or the machine goes down: the present figure, as a figure file.
//!
//! Each process writes one of its own, a moment after something has changed, and removes it when it ends as it should. As
//! long as it lives it holds a lock; a file that nobody holds is one that was left behind.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{panic, process, thread};

use crate::export::output::write_whole;
use crate::scene::axis::View;
use crate::workbench::figure::FigureRequest;
use crate::workbench::figure_file;

use super::canvas::Stage;
use super::document::Document;

/// Between two writings, so that a drag writes no file for each of its frames.
const PAUSE: Duration = Duration::from_millis(800);

/// Files that are kept for a person who does not ask for them.
const KEPT: usize = 8;

/// Keeps the present figure in a file of this process.
pub struct Rescue {
    figure: Arc<Mutex<Option<Kept>>>,
    place: Option<PathBuf>,
    /// Held as long as the process lives.
    lock: Option<File>,
    writer: Option<Sender<Kept>>,
    kept: Option<(Document, View)>,
}

impl Rescue {
    /// Gets ready to write into a folder; with none, nothing is saved.
    pub fn install(folder: Option<&Path>) -> Self {
        let figure: Arc<Mutex<Option<Kept>>> = Arc::default();
        let place = folder.map(|folder| folder.join(format!("recovery-{}.toml", process::id())));
        let lock = place.as_deref().and_then(hold);
        // Without a lock it would look left behind while it is in use.
        let place = place.filter(|_| lock.is_some());
        let writer = place.clone().and_then(|place| {
            let (sender, receiver) = channel();
            let work = move || write_all(&place, &receiver);
            thread::Builder::new().name("scumble-rescue".to_owned()).spawn(work).ok().map(|_| sender)
        });
        if let Some(place) = place.clone() {
            let its = Arc::clone(&figure);
            let window = thread::current().id();
            let before = panic::take_hook();
            panic::set_hook(Box::new(move |info| {
                before(info);
                let figure = its.lock().unwrap_or_else(PoisonError::into_inner);
                // Other threads survive their faults and say so.
                let figure = figure.as_ref().filter(|_| thread::current().id() == window);
                if figure.is_some_and(|figure| write(&place, figure)) {
                    eprintln!("scumble: the figure is saved; open it with: scumble {}", place.display());
                }
            }));
        }
        Self { figure, place, lock, writer, kept: None }
    }

    /// Keeps what is shown now.
    pub fn keep(&mut self, document: Option<&Document>, stage: Option<&Stage>, file: Option<&Path>) {
        let (Some(document), Some(stage)) = (document, stage.filter(|stage| stage.is_known)) else { return };
        let is_same = self.kept.as_ref().is_some_and(|(kept, view)| kept == document && *view == stage.view);
        if is_same {
            return;
        }
        let figure = document.sized(stage.layout.size, document.figure.dpi);
        let figure = Kept { figure, file: file.map(Path::to_owned) };
        *self.figure.lock().unwrap_or_else(PoisonError::into_inner) = Some(figure.clone());
        if let Some(writer) = &self.writer {
            // The thread only ends with the program.
            let _ = writer.send(figure);
        }
        self.kept = Some((document.clone(), stage.view));
    }

    /// Where the figure is saved.
    pub fn place(&self) -> Option<&Path> {
        self.place.as_deref()
    }

    /// The program ends as it should: nothing is left behind.
    pub fn end(&mut self) {
        self.writer = None;
        *self.figure.lock().unwrap_or_else(PoisonError::into_inner) = None;
        if let Some(place) = self.place.take() {
            remove(&place);
        }
        self.lock = None;
    }
}

/// Figures that processes before this one left behind in a folder, the newest first; more than a few are removed.
pub fn left_behind(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<(std::time::SystemTime, PathBuf)> = entries
        .map(|entry| entry.path())
        .filter(|path| is_recovery(path) && is_free(path))
        .filter_map(|path| Some((fs::metadata(&path).ok()?.modified().ok()?, path)))
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    for (_, old) in found.drain(KEPT.min(found.len())..) {
        remove(&old);
    }
    found.into_iter().map(|(_, path)| path).collect()
}

/// What stands before the name of a figure's file.
const FILE: &str = "# The figure of ";

/// A figure that is kept, and the file that it was read from or saved to.
#[derive(Debug, Clone)]
struct Kept {
    figure: FigureRequest,
    file: Option<PathBuf>,
}

/// Whether a file is one of those that processes leave behind.
pub fn is_recovery(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.strip_prefix("recovery-")
        .and_then(|rest| rest.strip_suffix(".toml"))
        .is_some_and(|id| id.parse::<u32>().is_ok())
}

/// Removes a figure that was left behind, with its lock.
pub fn remove(place: &Path) {
    // What is gone already need not be removed.
    let _ = fs::remove_file(place);
    let _ = fs::remove_file(lock_of(place));
}

fn lock_of(place: &Path) -> PathBuf {
    place.with_extension("lock")
}

fn hold(place: &Path) -> Option<File> {
    fs::create_dir_all(place.parent()?).ok()?;
    let file = File::options().create(true).truncate(false).write(true).open(lock_of(place)).ok()?;
    file.try_lock().ok().map(|()| file)
}

/// Whether no living process holds a file's lock.
fn is_free(place: &Path) -> bool {
    match File::options().write(true).open(lock_of(place)) {
        Ok(file) => file.try_lock().is_ok(),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}

/// Writes a figure; a full disk is no reason to bother the person, as it is a precaution only.
fn write(place: &Path, Kept { figure, file }: &Kept) -> bool {
    let folder = place.parent().unwrap_or(Path::new(""));
    // A name with a line break in it is none that is read again.
    let file = file.as_ref().map_or_else(String::new, |file| format!("{FILE}{}\n", file.display()));
    let write = |text: String| write_whole(place, (file + &text).as_bytes());
    figure_file::sketch(figure, folder).is_ok_and(|text| write(text).is_ok())
}

/// The file that a figure that was left behind was read from or saved to.
pub fn file_of(place: &Path) -> Option<PathBuf> {
    let text = fs::read_to_string(place).ok()?;
    Some(PathBuf::from(text.lines().next()?.strip_prefix(FILE)?))
}

/// Writes the newest of the figures that come, with pauses.
fn write_all(place: &Path, figures: &Receiver<Kept>) {
    while let Ok(mut newest) = figures.recv() {
        let is_over = loop {
            match figures.recv_timeout(PAUSE) {
                Ok(newer) => newest = newer,
                Err(RecvTimeoutError::Timeout) => break false,
                Err(RecvTimeoutError::Disconnected) => break true,
            }
        };
        if is_over {
            return;
        }
        write(place, &newest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::axis::Size;
    use crate::workbench::figure::FigureLayer;
    use crate::workbench::sources::Sources;

    #[test]
    fn a_panic_of_the_windows_thread_saves_the_figure_and_others_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let mut rescue = Rescue::install(Some(folder.path()));
        let place = rescue.place().unwrap().to_owned();
        let layer = FigureLayer::new(Sources { inputs: vec!["/data/a.npy".into()], ..Sources::default() });
        let figure = FigureRequest::new(layer, Size { width: 30, height: 20 });
        let file = PathBuf::from("/work/my figure.toml");
        *rescue.figure.lock().unwrap() = Some(Kept { figure, file: Some(file.clone()) });
        assert!(thread::spawn(|| panic!("on purpose, elsewhere")).join().is_err());
        assert!(!place.exists());
        assert!(panic::catch_unwind(|| panic!("on purpose")).is_err());
        let saved = fs::read_to_string(&place).unwrap();
        assert!(saved.contains("30x20") && saved.contains("a.npy"), "{saved}");
        assert_eq!(file_of(&place), Some(file));
        assert!(figure_file::read(&place, &[]).is_ok());
        assert!(left_behind(folder.path()).is_empty(), "this process lives");
        rescue.end();
        assert!(!place.exists());
    }

    #[test]
    fn what_nobody_holds_was_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = |id: u32| folder.path().join(format!("recovery-{id}.toml"));
        for id in 1..12 {
            fs::write(path(id), "scumble = 1\n").unwrap();
        }
        fs::write(folder.path().join("recovery-x.toml"), "").unwrap();
        let held = hold(&path(3)).unwrap();
        let found = left_behind(folder.path());
        assert_eq!(found.len(), KEPT);
        assert!(!found.contains(&path(3)) && path(3).exists());
        drop(held);
        assert_eq!((1..12).filter(|id| path(*id).exists()).count(), KEPT + 1);
    }
}
