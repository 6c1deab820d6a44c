//! The steps of the figure as a movie, and the command line that makes the identical one.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use egui::{ComboBox, DragValue, Grid, RichText, Ui, Window};

use crate::export::ExportError;
use crate::export::movie::{Format, RATES};
use crate::scene::style::Limits;
use crate::studio::{Order, Standing, Steps, standing, steady};
use crate::workbench::command_line::{FPS, is_plain, movie_command};
use crate::workbench::fields::Timeline;
use crate::workbench::figure::FigureRequest;
use crate::workbench::session::Wake;

use super::super::actions::Action;
use super::super::canvas::Stage;
use super::super::dialog::Dialogs;
use super::super::model::Model;
use super::{Framing, Place, beside, command, copy_button};

/// Kinds of movies: what a person calls them, and how a file's name tells them. The numbered frames are in a folder.
const KINDS: [(&str, &str); 7] = [
    ("MP4 video (H.264)", "mp4"),
    ("WebM video (VP9)", "webm"),
    ("Matroska video (H.264)", "mkv"),
    ("QuickTime video (H.264)", "mov"),
    ("GIF", "gif"),
    ("animated PNG", "apng"),
    ("numbered PNG files", NUMBERED),
];

/// The name of numbered frames, in a folder of their own.
const NUMBERED: &str = "%05d.png";

/// Kinds of files for the system's dialog.
const FILTERS: &[(&str, &[&str])] = &[("Movies", &["mp4", "webm", "mkv", "mov", "m4v", "gif", "apng"])];

/// What is known of the program that makes videos.
enum Encoder {
    Unknown,
    Asked(Receiver<Result<(), String>>),
    Known(Result<(), String>),
}

/// The dialog and what was chosen in it.
pub struct MovieDialog {
    is_open: bool,
    wake: Wake,
    framing: Framing,
    place: Place,
    fps: f64,
    /// First and last step, counted from 1 as in the bar under the plot.
    steps: [u64; 2],
    /// Whether it goes on as further steps come, where files are followed.
    goes_on: bool,
    /// How many steps there were when they were chosen.
    of: u64,
    encoder: Encoder,
}

impl MovieDialog {
    /// A closed dialog. `wake` asks for a new frame.
    pub fn new(wake: Wake, dialogs: Dialogs) -> Self {
        Self {
            is_open: false,
            framing: Framing::new([1920, 1080]),
            place: Place::new(Arc::clone(&wake), dialogs),
            wake,
            fps: FPS,
            steps: [1, 1],
            goes_on: true,
            of: 0,
            encoder: Encoder::Unknown,
        }
    }

    /// Opens it.
    pub fn open(&mut self) {
        self.is_open = true;
        // It may have been installed since.
        self.encoder = Encoder::Unknown;
    }

    /// Closes it. Says whether it was open.
    pub fn close(&mut self) -> bool {
        std::mem::take(&mut self.is_open)
    }

    /// Shows it.
    pub fn ui(&mut self, ui: &Ui, model: &mut Model, stage: Option<&Stage>) -> Option<Action> {
        let (Some(document), Some(stage)) = (model.document().cloned(), stage) else {
            return None;
        };
        if !self.is_open || !stage.is_known {
            return None;
        }
        let mut wanted = None;
        let (mut is_open, mut is_started) = (true, false);
        Window::new("Export movie")
            .open(&mut is_open)
            .pivot(egui::Align2::CENTER_CENTER)
            .default_pos(stage.plot.center())
            .collapsible(false)
            .default_width(460.0)
            .show(ui.ctx(), |ui| {
                let inputs = document.layer().sources.inputs.clone();
                let proposed = beside(&inputs, "figure.mp4");
                let wrong = self.wrong();
                Grid::new("movie").num_columns(2).spacing([16.0, 6.0]).show(ui, |ui| {
                    self.kind(ui, &inputs);
                    self.framing.rows(ui, stage);
                    self.pace(ui, model.timeline());
                    if model.follows() {
                        ui.label("");
                        ui.checkbox(&mut self.goes_on, "go on as further steps come");
                        ui.end_row();
                    }
                });
                let is_entered = self.place.ui(ui, &mut model.notices, proposed, ("Export movie", FILTERS));
                if let Some(wrong) = &wrong {
                    ui.label(RichText::new(wrong).color(ui.visuals().error_fg_color));
                }
                let request = self.framing.request(&document.figure, stage);
                let goes_on = self.goes_on && model.follows();
                remarks(ui, &request, goes_on);
                let (output, steps) = (self.place.path(), self.chosen(goes_on));
                let further = (self.fps, &*steps.to_string(), goes_on);
                let words = movie_command(&request, &model.figure_file(), &output, further);
                let line = command(ui, model, &request, &words, &mut wanted);
                ui.horizontal(|ui| {
                    copy_button(ui, &line);
                    if let Some(output) = self.place.granted(ui) {
                        model.film(order(request, output, (self.fps, steps), goes_on), goes_on);
                        is_started = true;
                    }
                    if self.place.is_asking() {
                        return;
                    }
                    let is_busy = model.filming().is_some();
                    let button = egui::Button::new(RichText::new("Film").strong());
                    let response = ui.add_enabled(wrong.is_none() && !is_busy, button);
                    let hint = if is_busy { "Another movie is being made" } else { "There is something to mend first" };
                    if response.on_disabled_hover_text(hint).clicked() || is_entered && wrong.is_none() && !is_busy {
                        self.place.wish(&mut model.notices, |path| standing(path) != Standing::Nothing);
                    }
                });
            });
        // How far it is, the status line says.
        self.is_open &= is_open && !is_started;
        wanted
    }

    /// The list of kinds, which change the name of the file.
    fn kind(&mut self, ui: &mut Ui, inputs: &[PathBuf]) {
        let label = ui.label("Kind").id;
        let path = self.place.text().map_or_else(|| beside(inputs, "figure.mp4"), PathBuf::from);
        let shown = KINDS.iter().find(|(_, ending)| is_kind(&path, ending)).map_or("by the file's name", |kind| kind.0);
        let list = ComboBox::from_id_salt("kind").selected_text(shown).width(200.0).show_ui(ui, |ui| {
            for (name, ending) in KINDS {
                if ui.selectable_label(shown == name, name).clicked() {
                    self.place.rename(&named(&path, ending));
                    self.encoder = Encoder::Unknown;
                }
            }
        });
        list.response.labelled_by(label);
        ui.end_row();
    }

    /// Frames a second, and which steps.
    fn pace(&mut self, ui: &mut Ui, timeline: &Timeline) {
        if self.of != timeline.steps {
            // What was all of them still is.
            let was_all = self.of == 0 || self.steps[1] == self.of;
            self.steps[1] = if was_all { timeline.steps } else { self.steps[1].min(timeline.steps) };
            self.steps[0] = self.steps[0].min(self.steps[1]);
            self.of = timeline.steps;
        }
        let label = ui.label("Pace").id;
        ui.horizontal(|ui| {
            let rate = DragValue::new(&mut self.fps).range(RATES).speed(0.2).max_decimals(2);
            ui.add(rate).labelled_by(label);
            ui.label("frames a second");
            let frames = self.steps[1] + 1 - self.steps[0];
            ui.label(RichText::new(duration_text(frames, self.fps)).weak());
        });
        ui.end_row();
        ui.label("Steps");
        ui.horizontal(|ui| {
            let [first, last] = &mut self.steps;
            let named = |ui: &mut Ui, value: &mut u64, range, name: &str| {
                let response = ui.add(DragValue::new(value).range(range).speed(0.2));
                let shown = *value;
                response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::SpinButton, true, name));
                response.on_hover_text(time_of(timeline, shown));
            };
            named(ui, first, 1..=*last, "First step");
            ui.label("to");
            named(ui, last, *first..=timeline.steps, "Last step");
            ui.label(RichText::new(format!("of {}", timeline.steps)).weak());
            let [first, last] = self.steps.map(|step| time_of(timeline, step));
            if !first.is_empty() {
                ui.label(RichText::new(format!("{first} – {last}")).weak());
            }
        });
        ui.end_row();
    }

    /// The steps as commands have them; of a movie that goes on there is no last one.
    fn chosen(&self, goes_on: bool) -> Steps {
        let end = (self.steps[1] < self.of && !goes_on).then_some(self.steps[1]);
        Steps { first: self.steps[0] - 1, end }
    }

    /// What stands in the way of the movie, in words with what to do.
    fn wrong(&mut self) -> Option<String> {
        let path = self.place.text().map(PathBuf::from)?;
        let format = match Format::of(&path) {
            Ok(format) => format,
            Err(error) => return Some(words(error)),
        };
        if !matches!(format, Format::Video(_)) {
            return None;
        }
        if let Encoder::Unknown = self.encoder {
            self.encoder = Encoder::Asked(ask(format, path, Arc::clone(&self.wake)));
        }
        if let Encoder::Asked(answer) = &self.encoder
            && let Ok(answer) = answer.try_recv()
        {
            self.encoder = Encoder::Known(answer);
        }
        match &self.encoder {
            Encoder::Known(Err(wrong)) => Some(wrong.clone()),
            _ => None,
        }
    }
}

/// Looks for the program that makes videos, which is no work for the window's thread.
fn ask(format: Format, path: PathBuf, wake: Wake) -> Receiver<Result<(), String>> {
    let (send, answer) = channel();
    let work = move || {
        let _ = send.send(format.has_encoder(&path).map_err(words));
        wake();
    };
    // Without a thread, the movie itself will say what is wrong.
    let _ = thread::Builder::new().name("scumble-encoder".to_owned()).spawn(work);
    answer
}

/// What is wrong; the path stands beside it.
fn words(error: ExportError) -> String {
    match error {
        ExportError::Movie { what, .. } => what,
        other => other.to_string(),
    }
}

/// What the movie will be like that one might not expect.
fn remarks(ui: &mut Ui, request: &FigureRequest, goes_on: bool) {
    let changes = |layer: &crate::workbench::figure::FigureLayer| {
        layer.visible && layer.mark.is_of_fields() && layer.style.limits == Limits::default()
    };
    let text = match (is_plain(request) && !goes_on, request.layers.iter().any(changes)) {
        (_, false) => return,
        (true, true) => "Colors have the limits of all steps, so that they mean the same in every frame.",
        (false, true) => {
            "Colors have the limits of each step; pin the limits to have them mean the same in every frame."
        }
    };
    ui.label(RichText::new(text).weak());
}

/// What is to be filmed: what the command line that is shown makes.
fn order(mut request: FigureRequest, path: PathBuf, (fps, steps): (f64, Steps), goes_on: bool) -> Order {
    if is_plain(&request) && !goes_on {
        steady(&mut request);
    }
    request.step = 0;
    Order { figure: request, path, fps, steps }
}

/// Whether a path is of a kind.
fn is_kind(path: &Path, ending: &str) -> bool {
    let has = |ending: &str| path.extension().is_some_and(|own| own.eq_ignore_ascii_case(ending));
    match ending {
        NUMBERED => matches!(Format::of(path), Ok(Format::Sequence(_))),
        "mp4" => has("mp4") || has("m4v"),
        ending => has(ending),
    }
}

/// The path of a movie of another kind.
fn named(path: &Path, ending: &str) -> PathBuf {
    let is_numbered = is_kind(path, NUMBERED);
    match (is_numbered, ending) {
        (true, NUMBERED) => path.to_owned(),
        (false, NUMBERED) => path.with_extension("").join(NUMBERED),
        (true, ending) => path.parent().unwrap_or(path).with_extension(ending),
        (false, ending) => path.with_extension(ending),
    }
}

/// How long a movie is.
#[expect(clippy::cast_precision_loss, reason = "for people")]
fn duration_text(frames: u64, fps: f64) -> String {
    let seconds = frames as f64 / fps;
    let frames = if frames == 1 { "1 frame".to_owned() } else { format!("{frames} frames") };
    match seconds {
        _ if seconds < 60.0 => format!("{frames}, {seconds:.1} s"),
        _ => format!("{frames}, {:.0} min {:.0} s", (seconds / 60.0).floor(), (seconds % 60.0).floor()),
    }
}

/// When a step is, counted from 1; empty where that is not known.
fn time_of(timeline: &Timeline, step: u64) -> String {
    timeline.moment(step.saturating_sub(1)).time.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_in_the_name() {
        for (path, ending, wanted) in [
            ("a/b.nc", "mp4", "a/b.mp4"),
            ("a/b.mp4", NUMBERED, "a/b/%05d.png"),
            ("a/b/%05d.png", "webm", "a/b.webm"),
            ("a/b/f%03d.png", NUMBERED, "a/b/f%03d.png"),
            ("b.webm", "apng", "b.apng"),
        ] {
            let made = named(Path::new(path), ending);
            assert_eq!(made, Path::new(wanted));
            assert!(is_kind(&made, ending), "{wanted}");
        }
        for (_, ending) in KINDS {
            assert!(Format::of(&named(Path::new("a"), ending)).is_ok(), "{ending}");
        }
        assert!(is_kind(Path::new("a.M4V"), "mp4"));
    }

    #[test]
    fn lengths_are_for_people() {
        assert_eq!(duration_text(93, 10.0), "93 frames, 9.3 s");
        assert_eq!(duration_text(1, 10.0), "1 frame, 0.1 s");
        assert_eq!(duration_text(3500, 25.0), "3500 frames, 2 min 20 s");
    }
}
