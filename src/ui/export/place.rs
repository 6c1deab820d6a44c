//! The file to write: typed, or chosen in the system's dialog; and the question before one is replaced.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;

use egui::{Key, RichText, TextEdit, Ui};

use crate::workbench::session::Wake;

use super::super::dialog::{DialogOutcome, DialogRequest, Dialogs, Pending};
use super::super::notices::Notices;

/// The file to write: typed, or chosen in the system's dialog.
pub struct Place {
    dialogs: Dialogs,
    wake: Wake,
    text: Option<String>,
    /// The name that it began with.
    proposed: Option<PathBuf>,
    choosing: Option<Pending>,
    /// The path that the person has said may be written, whatever is there.
    meant: Option<PathBuf>,
    wish: Wish,
}

/// A wish to write the file.
enum Wish {
    /// None.
    None,
    /// It is being found out whether there is a file already.
    Looking(PathBuf, Receiver<bool>),
    /// There is one, and the person is asked.
    Asking(PathBuf),
}

impl Place {
    /// No file yet. `wake` asks for a new frame.
    pub fn new(wake: Wake, dialogs: Dialogs) -> Self {
        Self { dialogs, wake, text: None, proposed: None, choosing: None, meant: None, wish: Wish::None }
    }

    /// What was typed or chosen, once there is anything.
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// Names another file.
    pub fn rename(&mut self, path: &Path) {
        self.text = Some(path.display().to_string());
    }

    /// Has the file written once that is sure to be meant: [`Place::granted`] tells. `is_dear` says, off the window's
    /// thread, whether what is there could be lost and may be replaced.
    pub fn wish(&mut self, notices: &mut Notices, is_dear: fn(&Path) -> bool) {
        let path = self.path();
        if path.as_os_str().is_empty() {
            notices.error("no file was named to write to");
            return;
        }
        let (send, stands) = channel();
        let (place, wake) = (path.clone(), Arc::clone(&self.wake));
        let look = move || {
            // Nobody listens any more if the window is closed.
            let _ = send.send(is_dear(&place));
            wake();
        };
        match thread::Builder::new().name("scumble-place".to_owned()).spawn(look) {
            Ok(_) => self.wish = Wish::Looking(path, stands),
            Err(error) => notices.error(format!("the system gives no thread: {error}")),
        }
    }

    /// Shows the question whether to replace a file, while there is one; gives the path, once, when it may be written.
    pub fn granted(&mut self, ui: &mut Ui) -> Option<PathBuf> {
        if let Wish::Looking(path, stands) = &self.wish {
            self.wish = match stands.try_recv() {
                Err(TryRecvError::Empty) => return None,
                Ok(true) if self.meant.as_ref() != Some(path) => Wish::Asking(path.clone()),
                // Whoever writes it says what is wrong.
                Ok(_) | Err(TryRecvError::Disconnected) => {
                    // What was meant was so for this time.
                    self.meant = None;
                    return self.take();
                }
            };
        }
        let Wish::Asking(path) = &self.wish else { return None };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        ui.label(RichText::new(format!("{name} is there already.")).color(ui.visuals().warn_fg_color));
        if ui.button(RichText::new("Replace it").strong()).clicked() {
            return self.take();
        }
        if ui.button("Keep it").clicked() {
            self.wish = Wish::None;
        }
        None
    }

    /// Whether the person is asked, or about to be.
    pub fn is_asking(&self) -> bool {
        !matches!(self.wish, Wish::None)
    }

    fn take(&mut self) -> Option<PathBuf> {
        match std::mem::replace(&mut self.wish, Wish::None) {
            Wish::None => None,
            Wish::Looking(path, _) | Wish::Asking(path) => Some(path),
        }
    }

    /// The path.
    pub fn path(&self) -> PathBuf {
        PathBuf::from(self.text.clone().unwrap_or_default())
    }

    /// The row with the path, which begins as `proposed`; `title` and kinds of files are for the system's dialog. Says whether
    /// it was entered, which is to write the file.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        notices: &mut Notices,
        proposed: PathBuf,
        (title, filters): (&str, &[(&str, &[&str])]),
    ) -> bool {
        let mut is_entered = false;
        // A name that stood for other data would stand for the wrong thing.
        if self.proposed.as_ref() != Some(&proposed) {
            let text = Some(proposed.display().to_string());
            (self.text, self.proposed, self.meant, self.wish) = (text, Some(proposed), None, Wish::None);
        }
        let text = self.text.get_or_insert_default();
        match self.choosing.as_mut().and_then(Pending::poll) {
            Some(DialogOutcome::Chosen(paths)) => {
                self.choosing = None;
                if let Some(path) = paths.into_iter().next() {
                    *text = path.display().to_string();
                    // The system's dialog has asked.
                    self.meant = Some(path);
                }
            }
            Some(DialogOutcome::Cancelled) => self.choosing = None,
            Some(DialogOutcome::Unavailable(why)) => {
                self.choosing = None;
                notices.note(format!("type the file's path: the system's file dialog is not to be had ({why})"));
            }
            None => {}
        }
        ui.horizontal(|ui| {
            let label = ui.label("File").id;
            if ui.button("Choose…").clicked() && self.choosing.is_none() {
                let path = Path::new(text.as_str());
                let strings = |endings: &[&str]| endings.iter().map(|ending| (*ending).to_owned()).collect();
                let request = DialogRequest {
                    title: title.to_owned(),
                    folder: path.parent().map(Path::to_owned),
                    file_name: path.file_name().map(|name| name.to_string_lossy().into_owned()),
                    filters: filters.iter().map(|(name, endings)| ((*name).to_owned(), strings(endings))).collect(),
                };
                self.choosing = Some(self.dialogs.save_file(&request));
            }
            let field = ui.add(TextEdit::singleline(text).desired_width(f32::INFINITY)).labelled_by(label);
            if field.changed() {
                (self.meant, self.wish) = (None, Wish::None);
            }
            is_entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        });
        is_entered
    }
}
