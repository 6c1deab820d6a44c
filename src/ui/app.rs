//! The window's parts, put together.

mod menu;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;

use egui::{CentralPanel, Color32, Frame, Panel, ViewportCommand};
use winit::window::Window;

use crate::workbench::brief::Brief;
use crate::workbench::figure::DPI;
use crate::workbench::recent::Recent;
use crate::workbench::session::Wake;
use crate::workbench::{EngineChoice, RawSpec, WorkbenchError};

use super::actions::{Action, ENTRIES, pressed};
use super::canvas::{Canvas, Stage};
use super::closing::Closing;
use super::dialog::Dialogs;
use super::document::Document;
use super::export::{MovieDialog, PictureDialog};
use super::model::Model;
use super::opening::{Chosen, Opening, path_of};
use super::palette::{Choice, Palette};
use super::panel::SidePanel;
use super::pointer::{Pointer, step, zoom_middle};
use super::relink::Relinking;
use super::saving::Saving;
use super::timebar::TimeBar;
use super::welcome::Wish;
use super::windows::Windows;
use super::{legend, overlays, status, welcome};

/// Scumble's window, but for the window itself.
pub struct ScumbleApp {
    model: Model,
    canvas: Canvas,
    pointer: Pointer,
    panel: SidePanel,
    time: TimeBar,
    palette: Palette,
    opening: Opening,
    saving: Saving,
    relinking: Relinking,
    export: PictureDialog,
    movie: MovieDialog,
    closing: Closing,
    recent: Option<Recent>,
    windows: Windows,
    shows_panel: bool,
    stage: Option<Stage>,
    adapter: String,
    demo: Option<PathBuf>,
    /// Figures that processes before this one left behind, the newest first.
    left_behind: Vec<PathBuf>,
    /// Whether text was being typed in the last frame.
    was_typing: bool,
    /// What the window is called.
    title: String,
}

impl ScumbleApp {
    /// A window with nothing open yet. `wake` asks for a new frame; `demo` is where the example's points are made.
    ///
    /// # Errors
    /// A system that gives no threads.
    pub fn new(
        engine: EngineChoice,
        threads: Option<usize>,
        wake: &Wake,
        demo: Option<PathBuf>,
    ) -> Result<Self, WorkbenchError> {
        let dialogs = Dialogs::new(Arc::clone(wake));
        Ok(Self {
            model: Model::new(engine, threads, Arc::clone(wake))?,
            canvas: Canvas::default(),
            pointer: Pointer::default(),
            panel: SidePanel::default(),
            time: TimeBar::default(),
            palette: Palette::default(),
            opening: Opening::new(dialogs.clone()),
            saving: Saving::new(dialogs.clone()),
            relinking: Relinking::new(dialogs.clone()),
            export: PictureDialog::new(Arc::clone(wake), dialogs.clone()),
            movie: MovieDialog::new(Arc::clone(wake), dialogs.clone()),
            closing: Closing::default(),
            recent: Recent::default_place().map(Recent::load),
            windows: Windows::new(wake),
            shows_panel: true,
            stage: None,
            adapter: String::new(),
            demo,
            left_behind: Vec::new(),
            was_typing: false,
            title: String::new(),
        })
    }

    /// Offers figures that processes before this one left behind, the newest first.
    pub fn offer_recovery(&mut self, left_behind: Vec<PathBuf>) {
        self.left_behind = left_behind;
    }

    /// Opens files as if they had been dropped.
    pub fn open(&mut self, paths: Vec<PathBuf>, raw: RawSpec) {
        self.model.open(paths, raw);
    }

    /// Shows what is asked for of data, or a figure file.
    pub fn begin(&mut self, brief: Brief) {
        self.model.begin(brief);
    }

    /// Shows planes of a stream as they come, and films them where that is asked for.
    ///
    /// # Errors
    /// A temporary directory that may not be written, a system that gives no threads.
    pub fn open_stream(
        &mut self,
        stream: impl std::io::Read + Send + 'static,
        brief: Brief,
        record: Option<PathBuf>,
    ) -> Result<(), WorkbenchError> {
        self.model.open_stream(stream, brief, record)
    }

    /// Reads files anew whenever they change, and shows the newest step.
    pub fn follow(&mut self) {
        self.model.follow(true);
    }

    /// Films the steps of files that somebody is still writing, as they come.
    ///
    /// # Errors
    /// A system that gives no threads.
    pub fn record(&mut self, brief: Brief, path: PathBuf) -> Result<(), WorkbenchError> {
        self.model.record(brief, path)
    }

    /// Has the system's dialogs belong to a window.
    pub fn belong_to(&self, window: Weak<Window>) {
        self.opening.dialogs().belong_to(window);
    }

    /// Tells of a fault in a frame, and keeps what would bring the figure back.
    pub fn report_fault(&mut self, saved: Option<&Path>) {
        let place = saved.map_or_else(String::new, |place| format!("; the figure is saved ({})", place.display()));
        self.model.notices.error(format!("an internal error was survived{place}"));
    }

    /// The state, for tests.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Where the plot was in the last frame.
    pub fn stage(&self) -> Option<&Stage> {
        self.stage.as_ref()
    }

    /// Says which adapter draws the window.
    pub fn set_adapter(&mut self, adapter: String, is_software: bool) {
        if is_software {
            let note = format!("the window is drawn by software ({adapter}); a GPU driver would make it smoother");
            self.model.notices.remember(note);
        }
        self.adapter = adapter;
    }

    /// Forgets all textures: the device is a new one.
    pub fn forget_textures(&mut self) {
        self.canvas.forget_textures();
        self.panel.forget_textures();
    }

    /// One frame.
    pub fn ui(&mut self, ui: &mut egui::Ui) {
        self.model.poll();
        self.take_files(ui);
        self.remember_opened();
        theme(ui.ctx(), self.model.document());
        for action in pressed(ui.ctx(), self.is_asking(), self.was_typing) {
            self.act(ui, action);
        }
        self.menu(ui);
        let readout =
            self.stage.as_ref().and_then(|stage| super::readout::text(&self.model, stage, self.pointer.hover));
        Panel::bottom("status").show(ui, |ui| status::ui(ui, &mut self.model, readout.as_deref(), &self.adapter));
        if let Some(filming) = self.model.filming() {
            Panel::bottom("movie").show(ui, |ui| status::movie(ui, filming));
        }
        self.export.status(ui);
        let has_time = self.model.timeline().steps > 1 || self.model.quiet_for().is_some();
        if self.model.document().is_some() && has_time {
            Panel::bottom("time").show(ui, |ui| self.time.ui(ui, &mut self.model));
        }
        if self.shows_panel && self.model.document().is_some() {
            let stage = self.stage.take();
            let mut wanted = None;
            // In a small window the plot gets the larger part.
            let most = (ui.available_width() * 0.45).clamp(200.0, 420.0);
            let panel = Panel::right("panel").default_size(most.min(356.0)).size_range(most.min(240.0)..=most);
            panel.show(ui, |ui| {
                wanted = self.panel.ui(ui, &mut self.model, stage.as_ref());
            });
            self.stage = stage;
            if let Some(action) = wanted {
                self.act(ui, action);
            }
        }
        CentralPanel::default().frame(Frame::NONE).show(ui, |ui| self.center(ui));
        self.over(ui);
        self.was_typing = ui.ctx().text_edit_focused();
        let title = self.model.title();
        if title != self.title {
            ui.ctx().send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    fn center(&mut self, ui: &mut egui::Ui) {
        if self.model.document().is_none() {
            self.stage = None;
            let recent = self.recent.as_ref().map_or(&[][..], Recent::paths).to_vec();
            match welcome::ui(ui, &recent, &self.left_behind) {
                Some(Wish::Act(action)) => self.act(ui, action),
                Some(Wish::Open(path)) => self.recover(path),
                None => {}
            }
            return;
        }
        // The gestures of this frame come first, so that the axes follow at once.
        if let Some(stage) = self.canvas.stage(ui, &mut self.model) {
            let response = self.pointer.interact(ui, &stage, &mut self.model);
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, "Plot"));
        }
        let seen = |stage: &Option<Stage>| stage.as_ref().map(|stage| (stage.is_known, stage.view));
        let before = seen(&self.stage);
        self.stage = self.canvas.stage(ui, &mut self.model);
        // The panel of this frame still says what the view was; with no input there would be no other frame.
        if seen(&self.stage) != before {
            ui.ctx().request_repaint();
        }
        if let Some(stage) = &self.stage {
            self.canvas.paint(ui, stage, &self.model);
            self.pointer.paint(ui, stage);
            let [r, g, b, _] =
                self.model.document().map_or([0; 4], |document| document.figure.theme.colors().background.0);
            let paper = legend::Paper { figure: self.canvas.figure_texture(), ground: Color32::from_rgb(r, g, b) };
            legend::ui(ui, stage, &mut self.model, &paper);
            if let Some(text) = status::badge(&self.model, stage) {
                overlays::badge(ui, stage, &text);
            } else if let Some(text) = status::emptiness(&self.model) {
                overlays::emptiness(ui, stage, text);
            }
            overlays::changed(ui, stage, &mut self.model);
            overlays::replaced(ui, stage, &mut self.model);
            if let Some(path) = overlays::left_behind(ui, stage, &self.model, &mut self.left_behind) {
                self.recover(path);
            }
        }
    }

    /// Opens a file; one that was left behind is then offered no more.
    fn recover(&mut self, path: PathBuf) {
        self.left_behind.retain(|left| *left != path);
        self.model.open(vec![path], RawSpec::default());
    }

    /// What lies over everything.
    fn over(&mut self, ui: &mut egui::Ui) {
        let possible: Vec<Action> = if self.palette.is_open() {
            ENTRIES.iter().map(|entry| entry.action).filter(|action| self.can(*action)).collect()
        } else {
            Vec::new()
        };
        if let Some(choice) = self.palette.ui(ui, &possible) {
            match choice {
                Choice::Action(action) => self.act(ui, action),
                Choice::Colormap(name) => {
                    self.model.settle();
                    self.model.edit("Colormap", |document| document.layer_mut().style.colormap = name);
                    self.model.settle();
                }
            }
        }
        match self.opening.ui(ui, &mut self.model.notices) {
            Some(Chosen { paths, as_layer: true }) => self.model.add_layer(paths, RawSpec::default()),
            Some(Chosen { paths, as_layer: false }) => self.model.open(paths, RawSpec::default()),
            None => {}
        }
        if let Some((path, replaces)) = self.saving.ui(ui, &mut self.model) {
            self.write_figure(path, replaces);
        }
        self.relinking.ui(ui, &mut self.model);
        let of_picture = self.export.ui(ui, &mut self.model, self.stage.as_ref());
        let of_movie = self.movie.ui(ui, &mut self.model, self.stage.as_ref());
        for action in of_picture.into_iter().chain(of_movie) {
            self.act(ui, action);
        }
        self.windows.ui(ui, &self.model);
        overlays::toasts(ui, &mut self.model);
        overlays::focus(ui);
        if self.closing.ui(ui, &self.model, self.saving.is_asking()) {
            self.save(false);
        }
        let hovered = ui.input(|input| input.raw.hovered_files.len());
        if hovered > 0 {
            overlays::drop_target(ui, hovered);
        }
    }

    /// Takes files that were dropped, and a path that was pasted.
    fn take_files(&mut self, ui: &egui::Ui) {
        let mut paths: Vec<PathBuf> =
            ui.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect());
        if !ui.ctx().egui_wants_keyboard_input() {
            paths.extend(ui.input(|input| pasted_path(&input.events)));
        }
        if !self.relinking.take_dropped(&paths) {
            self.model.open(paths, RawSpec::default());
        }
    }

    /// Whether a question is open that text is typed into.
    fn is_asking(&self) -> bool {
        self.opening.is_asking() || self.saving.is_asking() || self.relinking.is_asking()
    }

    fn remember_opened(&mut self) {
        if let (Some(paths), Some(recent)) = (self.model.take_opened(), &mut self.recent) {
            for path in paths.iter().rev() {
                recent.add(path);
            }
        }
    }

    fn act(&mut self, ui: &egui::Ui, action: Action) {
        if !self.can(action) {
            return;
        }
        let far = ui.input(|input| input.modifiers.shift);
        let stage = self.stage.clone().filter(|stage| stage.is_known);
        match (action, &stage) {
            (Action::Open, _) => self.opening.choose(false),
            (Action::AddLayer, _) => self.opening.choose(true),
            (Action::DuplicateLayer, _) => self.change_layers("Duplicate layer", Document::duplicate),
            (Action::RemoveLayer, _) => {
                self.change_layers("Remove layer", |document| document.remove(document.active));
            }
            (Action::RaiseLayer, _) => {
                self.change_layers("Reorder layers", |document| document.reorder(document.active, document.active + 1));
            }
            (Action::LowerLayer, _) => self.change_layers("Reorder layers", |document| {
                document.reorder(document.active, document.active.wrapping_sub(1));
            }),
            (Action::Save, _) => self.save(false),
            (Action::SaveAs, _) => self.save(true),
            (Action::OpenPath, _) => self.opening.type_path(),
            (Action::Demo, _) => self.open_demo(),
            (Action::Reload, _) => self.model.reload(),
            (Action::Export, _) => self.export.open(),
            (Action::Movie, _) => self.movie.open(),
            (Action::Quit, _) => ui.ctx().send_viewport_cmd(ViewportCommand::Close),
            (Action::Undo, _) => self.model.undo(),
            (Action::Redo, _) => self.model.redo(),
            (Action::Fit, _) => self.model.fit(),
            (Action::ZoomIn, Some(stage)) => zoom_middle(&mut self.model, stage, 1.25),
            (Action::ZoomOut, Some(stage)) => zoom_middle(&mut self.model, stage, 0.8),
            (Action::PanLeft, Some(stage)) => step(&mut self.model, stage, -1.0, 0.0, far),
            (Action::PanRight, Some(stage)) => step(&mut self.model, stage, 1.0, 0.0, far),
            (Action::PanUp, Some(stage)) => step(&mut self.model, stage, 0.0, 1.0, far),
            (Action::PanDown, Some(stage)) => step(&mut self.model, stage, 0.0, -1.0, far),
            (Action::Back, _) => self.model.travel(false),
            (Action::Forward, _) => self.model.travel(true),
            (Action::TypeRange, _) => {
                self.shows_panel = true;
                self.panel.type_range();
            }
            (Action::Play, _) => self.time.play_or_pause(&mut self.model),
            (Action::StepBack, _) => self.time.step(&mut self.model, false),
            (Action::StepForward, _) => self.time.step(&mut self.model, true),
            (Action::TogglePanel, _) => self.shows_panel = !self.shows_panel,
            (Action::ToggleGrid, _) => {
                self.model.settle();
                self.model.edit("Grid", |document| document.figure.grid = !document.figure.grid);
                self.model.settle();
            }
            (Action::ToggleTheme, _) => self.model.toggle_theme(),
            (Action::Info | Action::Log | Action::Help, _) => self.windows.toggle(action),
            (Action::Stop, _) => self.escape(),
            (Action::Palette, _) => self.palette.open(),
            (
                Action::ZoomIn | Action::ZoomOut | Action::PanLeft | Action::PanRight | Action::PanUp | Action::PanDown,
                None,
            ) => {}
        }
    }

    /// Escape puts away one thing: what is on top, toasts, at last the work in the background.
    fn escape(&mut self) {
        if self.windows.close_one() || self.export.close() || self.movie.close() || self.model.notices.put_all_away() {
            return;
        }
        self.model.stop();
        self.export.stop();
    }

    fn change_layers(&mut self, label: &'static str, change: impl FnOnce(&mut Document)) {
        self.model.settle();
        self.model.edit(label, change);
        self.model.settle();
    }

    /// Saves the figure where it was saved before, or asks where.
    fn save(&mut self, elsewhere: bool) {
        match self.model.saved().map(Path::to_owned) {
            Some(path) if !elsewhere => self.write_figure(path, true),
            saved => {
                let data = self.model.document().and_then(|document| document.layer().sources.inputs.first().cloned());
                self.saving.ask(saved.or_else(|| data.map(|data| data.with_extension("toml"))));
            }
        }
    }

    /// Saves the figure, as it is shown, in a file. The person is asked about a figure that is there already.
    pub fn save_figure(&mut self, path: PathBuf) {
        self.write_figure(path, false);
    }

    fn write_figure(&mut self, path: PathBuf, replaces: bool) {
        let (Some(document), Some(stage)) = (self.model.document(), &self.stage) else { return };
        let figure = document.sized(stage.layout.size, DPI * stage.layout.scale);
        self.model.save(path, figure, replaces);
    }

    fn open_demo(&mut self) {
        match &self.demo {
            Some(path) => self.model.open_demo(path.clone()),
            None => {
                self.model.notices.error("this user has no cache folder to make the demo in; run scumble demo -o FILE");
            }
        }
    }

    /// Whether the window may close now; else the person is asked what is to become of a movie in the making, of work
    /// that was not saved, or of a picture that is being written.
    pub fn may_close(&mut self) -> bool {
        self.closing.asks(&self.model) && !self.export.holds(&mut self.model.notices)
    }

    /// Keeps the window alive while something moves by itself.
    pub fn next_frame(&self) -> Option<Duration> {
        self.model.rows_read().map(|_| Duration::from_millis(100))
    }
}

/// A text that was pasted, if it is the path of something.
fn pasted_path(events: &[egui::Event]) -> Vec<PathBuf> {
    let texts = events.iter().filter_map(|event| match event {
        egui::Event::Paste(text) => Some(text.trim()),
        _ => None,
    });
    // Whether it exists is for the loader to say: this thread asks no disk.
    texts.flat_map(str::lines).map(path_of).take(100).collect()
}

/// Colors of the controls, as the figure's theme has them.
fn theme(ctx: &egui::Context, document: Option<&Document>) {
    use crate::workbench::frame::Theme;
    let is_dark = document.is_none_or(|document| document.figure.theme == Theme::Dark);
    if ctx.global_style().visuals.dark_mode == is_dark
        && ctx.data(|data| data.get_temp::<bool>(egui::Id::unique("themed")) == Some(is_dark))
    {
        return;
    }
    ctx.data_mut(|data| data.insert_temp(egui::Id::unique("themed"), is_dark));
    let mut visuals = if is_dark { egui::Visuals::dark() } else { egui::Visuals::light() };
    // Words that are less important can be read all the same: at least 5 to 1 on their ground.
    visuals.weak_text_color = Some(Color32::from_gray(if is_dark { 150 } else { 96 }));
    if is_dark {
        visuals.panel_fill = Color32::from_rgb(22, 23, 28);
        visuals.window_fill = Color32::from_rgb(28, 29, 35);
    }
    ctx.set_visuals(visuals);
}
