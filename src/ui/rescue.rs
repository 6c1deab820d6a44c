//! What is saved when the program fails: the command line that draws the figure again.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::{fs, panic, thread};

use crate::workbench::command_line::{render_command, shell_line};

use super::canvas::Stage;
use super::document::Document;

/// Keeps the present figure's command line, and writes it to a file when the window's thread panics.
pub struct Rescue {
    line: Arc<Mutex<String>>,
    place: Option<PathBuf>,
    kept: Option<(Document, crate::scene::axis::View)>,
}

impl Rescue {
    /// Gets ready to write into a folder; with none, nothing is saved.
    pub fn install(folder: Option<&Path>) -> Self {
        let line: Arc<Mutex<String>> = Arc::default();
        let place = folder.map(|folder| folder.join("rescued-figure.sh"));
        if let Some(place) = place.clone() {
            let its = Arc::clone(&line);
            let window = thread::current().id();
            let before = panic::take_hook();
            panic::set_hook(Box::new(move |info| {
                before(info);
                let line = its.lock().unwrap_or_else(PoisonError::into_inner);
                // Other threads survive their faults and say so.
                if thread::current().id() == window && !line.is_empty() && write(&place, &line).is_ok() {
                    eprintln!("scumble: the figure is saved as a command ({})", place.display());
                }
            }));
        }
        Self { line, place, kept: None }
    }

    /// Keeps what is shown now.
    pub fn keep(&mut self, document: Option<&Document>, stage: Option<&Stage>) {
        let (Some(document), Some(stage)) = (document, stage.filter(|stage| stage.is_known)) else { return };
        let is_same = self.kept.as_ref().is_some_and(|(kept, view)| kept == document && *view == stage.view);
        if is_same {
            return;
        }
        let mut request = document.figure.clone();
        request.size = stage.layout.size;
        request.x.range = Some(stage.view.x.range);
        request.y.range = Some(stage.view.y.range);
        let words = render_command(&request, Path::new("rescued-figure.toml"), Path::new("rescued.png"));
        *self.line.lock().unwrap_or_else(PoisonError::into_inner) = shell_line(&words);
        self.kept = Some((document.clone(), stage.view));
    }

    /// Where the figure is saved.
    pub fn place(&self) -> Option<&Path> {
        self.place.as_deref()
    }
}

fn write(place: &Path, line: &str) -> std::io::Result<()> {
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = fs::File::create(place)?;
    writeln!(file, "#!/bin/sh\n# The figure that was shown when Scumble failed.\n{line}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_the_windows_thread_saves_the_figure_and_others_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("rescued-figure.sh");
        let rescue = Rescue::install(Some(folder.path()));
        *rescue.line.lock().unwrap() = "scumble render a.npy -o rescued.png".to_owned();
        assert!(thread::spawn(|| panic!("on purpose, elsewhere")).join().is_err());
        assert!(!place.exists());
        assert!(panic::catch_unwind(|| panic!("on purpose")).is_err());
        let saved = fs::read_to_string(&place).unwrap();
        assert!(saved.ends_with("scumble render a.npy -o rescued.png\n"), "{saved}");
    }
}
