//! Ways to name a file: the system's dialog, a path that is typed, a drop.

use std::path::PathBuf;

use egui::{Id, Key, Modal, RichText, TextEdit, Ui};

use super::dialog::{DialogOutcome, DialogRequest, Dialogs, Pending};
use super::notices::Notices;

/// Files that were chosen, and what for.
pub struct Chosen {
    /// Where they are.
    pub paths: Vec<PathBuf>,
    /// Whether they are to be a layer of the present figure, not a figure of their own.
    pub as_layer: bool,
}

/// Dialogs under way.
pub struct Opening {
    dialogs: Dialogs,
    as_layer: bool,
    pending: Option<Pending>,
    /// The text of the path field, while it is open, and why it is.
    typed: Option<(String, Option<String>)>,
}

impl Opening {
    /// Nothing under way.
    pub fn new(dialogs: Dialogs) -> Self {
        Self { dialogs, as_layer: false, pending: None, typed: None }
    }

    /// What opens the system's dialogs.
    pub fn dialogs(&self) -> &Dialogs {
        &self.dialogs
    }

    /// Asks the system for its dialog, for a figure of its own or a layer of the present one.
    pub fn choose(&mut self, as_layer: bool) {
        if self.pending.is_none() {
            self.as_layer = as_layer;
            let title = if as_layer { "Add files as a layer" } else { "Open files" };
            let request = DialogRequest { title: title.to_owned(), ..DialogRequest::default() };
            self.pending = Some(self.dialogs.open_files(&request));
        }
    }

    /// Shows a field to type a path in.
    pub fn type_path(&mut self) {
        self.as_layer = false;
        self.typed = Some((String::new(), None));
    }

    /// Whether a path is being asked for.
    pub fn is_asking(&self) -> bool {
        self.pending.is_some() || self.typed.is_some()
    }

    /// Shows what is open. Gives the files that were chosen.
    pub fn ui(&mut self, ui: &Ui, notices: &mut Notices) -> Option<Chosen> {
        let as_layer = self.as_layer;
        self.chosen(ui, notices).map(|paths| Chosen { paths, as_layer })
    }

    fn chosen(&mut self, ui: &Ui, notices: &mut Notices) -> Option<Vec<PathBuf>> {
        match self.pending.as_mut().and_then(Pending::poll) {
            Some(DialogOutcome::Chosen(paths)) => {
                self.pending = None;
                return Some(paths);
            }
            Some(DialogOutcome::Cancelled) => self.pending = None,
            Some(DialogOutcome::Unavailable(why)) => {
                self.pending = None;
                self.typed = Some((String::new(), Some(why)));
            }
            None if self.pending.is_some() => ui.ctx().request_repaint_after(std::time::Duration::from_millis(100)),
            None => {}
        }
        self.path_field(ui, notices)
    }

    fn path_field(&mut self, ui: &Ui, notices: &mut Notices) -> Option<Vec<PathBuf>> {
        let as_layer = self.as_layer;
        let (text, why) = self.typed.as_mut()?;
        let (mut chosen, mut is_left) = (None, false);
        let response = Modal::new(Id::unique("path")).show(ui.ctx(), |ui| {
            ui.set_width(520.0);
            let title = if as_layer { "Add a file as a layer, by its path" } else { "Open a file by its path" };
            ui.label(RichText::new(title).strong());
            if let Some(why) = why {
                ui.label(RichText::new(format!("The system's file dialog is not to be had: {why}")).weak());
            }
            let field = TextEdit::singleline(text).desired_width(f32::INFINITY).hint_text("/data/points.npy");
            let response = ui.add(field);
            let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            if !entered {
                response.request_focus();
            }
            ui.horizontal(|ui| {
                if ui.button("Open").clicked() || entered {
                    chosen = Some(path_of(text));
                }
                is_left = ui.button("Cancel").clicked();
            });
        });
        if chosen.is_some() || is_left || response.should_close() {
            self.typed = None;
        }
        let path = chosen?;
        if path.as_os_str().is_empty() {
            notices.note("no path was typed");
            return None;
        }
        Some(vec![path])
    }
}

/// The path that a text means, as it comes from shells and file managers: in quotes perhaps, as a `file:` URI, or from the
/// home folder (`~/`).
pub fn path_of(text: &str) -> PathBuf {
    let text = text.trim();
    let bare = ['"', '\''].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote)).unwrap_or(text);
    if let Some(path) = path_of_uri(bare) {
        return path;
    }
    let of_home = bare.strip_prefix("~/").and_then(|rest| Some(etcetera::home_dir().ok()?.join(rest)));
    of_home.unwrap_or_else(|| PathBuf::from(bare))
}

#[cfg(all(unix, not(target_os = "macos")))]
fn path_of_uri(text: &str) -> Option<PathBuf> {
    super::uri_list::paths_of_uris(text.as_bytes(), "").pop()
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn path_of_uri(text: &str) -> Option<PathBuf> {
    text.strip_prefix(if cfg!(windows) { "file:///" } else { "file://" }).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_understood_as_people_have_them() {
        for text in ["/a b.npy", " /a b.npy\n", "'/a b.npy'", "\"/a b.npy\""] {
            assert_eq!(path_of(text), PathBuf::from("/a b.npy"), "{text:?}");
        }
        assert_eq!(path_of("~/a.npy"), etcetera::home_dir().unwrap().join("a.npy"));
        assert_eq!(path_of("it's.npy"), PathBuf::from("it's.npy"));
        assert_eq!(path_of("'"), PathBuf::from("'"));
        #[cfg(all(unix, not(target_os = "macos")))]
        assert_eq!(path_of("file:///a%20b.npy"), PathBuf::from("/a b.npy"));
    }
}
