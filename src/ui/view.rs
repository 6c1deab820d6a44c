//! The window itself: its input, its textures, and the pace of its frames.

mod system;

use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{Color32, ViewportId, ViewportInfo};
use egui_winit::{ActionRequested, State, accesskit_winit};
use winit::event::WindowEvent;
use winit::event_loop::ActiveEventLoop;
use winit::window::Window;

use super::drops::Drops;
use super::shell::{ShellOptions, WindowFacts};
use super::surface::{Graphics, Painted, Painter, Picture, Refusal};
use super::textures::Textures;
use super::wakes::Waker;
use system::{attributes, frame_period, thread_time};

/// Between frames that nobody can see: often enough to take results in, rare enough to cost nothing.
const HIDDEN_PERIOD: Duration = Duration::from_millis(250);

/// Before a surface that was not ready is asked again.
const RETRY_PERIOD: Duration = Duration::from_millis(10);

/// Between looks at whether the window is minimized while it has no focus: X11 sends no word of it.
const INFO_PERIOD: Duration = Duration::from_millis(500);

/// The window, its input and its graphics device while there is one.
pub(super) struct View {
    painter: Option<Painter>,
    state: State,
    info: ViewportInfo,
    /// The window has moved or changed since `info` was read, which takes round trips to the display.
    is_info_stale: bool,
    info_read: Instant,
    textures: Textures,
    ctx: egui::Context,
    waker: Waker,
    is_occluded: bool,
    /// It has no pixels, as minimized windows have on Windows.
    is_empty: bool,
    frame_period: Duration,
    last_frame: Option<Instant>,
    /// When the display was asked for a redraw that has not come yet.
    asked: Option<Instant>,
    painted_frames: u64,
    /// What the screen shows; none if that is not known.
    shown: Option<Shown>,
    lose_device_after: Option<u64>,
    drops: Drops,
    // Dropped last: everything above hangs on it.
    window: Arc<Window>,
}

/// What to do about the next frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// No frame is due.
    Idle,
    /// Look again then.
    At(Instant),
    /// One is due now.
    Due(Sight),
}

/// Who sees a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sight {
    /// Nobody.
    Unseen,
    /// The person, who may see the same already.
    Seen,
    /// The person, and the display may have lost what it showed.
    Exposed,
}

/// What a frame has on the screen.
struct Shown {
    shapes: Vec<egui::epaint::ClippedShape>,
    pixels_per_point: f32,
    size: [u32; 2],
    background: Color32,
}

/// Before a frame is painted by software, egui gets the further passes that it wants at once, so many at most and, while
/// the person does something, as long as no more than this has passed: a pass costs a millisecond, painting a hundred
/// times that.
const PASSES: (u32, Duration) = (3, Duration::from_millis(4));

/// What became of a frame, for whoever keeps records.
#[derive(Clone, Copy, Debug)]
pub struct FrameFacts {
    /// Time that the window's thread worked for it: input, logic, layout and shapes; not what the driver did.
    pub work: Duration,
    /// Of that the time that the thread really ran, without what others took from it; where the system tells.
    pub cpu: Option<Duration>,
    /// Whether it was painted: it could be seen, and differed from what was seen.
    pub is_painted: bool,
}

/// What a frame asked for.
pub(super) struct Wishes {
    /// The window shall close.
    pub close: bool,
    /// What became of the frame.
    pub facts: FrameFacts,
}

impl View {
    /// Opens the window, shown but not painted yet.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn new(
        event_loop: &ActiveEventLoop,
        options: &ShellOptions,
        ctx: &egui::Context,
        waker: Waker,
    ) -> Result<Self, String> {
        let drops = Drops::listen(event_loop.owned_display_handle(), waker.clone());
        let window = Arc::new(event_loop.create_window(attributes(event_loop, options)).map_err(|e| e.to_string())?);
        let (scale, theme) = (window.scale_factor(), window.theme());
        #[expect(clippy::cast_possible_truncation, reason = "a scale factor is a small number")]
        let mut state = State::new(ctx.clone(), ViewportId::ROOT, &window, Some(scale as f32), theme, None);
        // AccessKit must know the window before it is shown.
        state.init_accesskit(event_loop, &window, waker.proxy());
        window.set_visible(true);
        let mut info = ViewportInfo::default();
        egui_winit::update_viewport_info(&mut info, ctx, &window, true);
        let frame_period = frame_period(&window);
        Ok(Self {
            painter: None,
            state,
            info,
            is_info_stale: false,
            info_read: Instant::now(),
            textures: Textures::default(),
            ctx: ctx.clone(),
            waker,
            is_occluded: false,
            is_empty: false,
            frame_period,
            last_frame: None,
            asked: None,
            painted_frames: 0,
            shown: None,
            lose_device_after: options.lose_device_after,
            drops,
            window,
        })
    }

    /// Binds a device to the window.
    ///
    /// # Errors
    /// [`Refusal`].
    pub(super) fn adopt(&mut self, graphics: Graphics) -> Result<WindowFacts, Refusal> {
        let painter = Painter::new(graphics, &self.window, &self.textures)?;
        let facts = WindowFacts {
            window: Arc::downgrade(&self.window),
            adapter: painter.adapter_name(),
            is_software: painter.is_software(),
            max_texture_side: painter.max_texture_side(),
        };
        self.state.set_max_texture_side(facts.max_texture_side);
        self.painter = Some(painter);
        self.shown = None;
        // The clipboard has been there for long by now.
        self.drops.listen_last();
        Ok(facts)
    }

    /// Lets go of the device, if it is lost. Says whether it did.
    pub(super) fn drop_lost(&mut self) -> bool {
        let is_lost = self.painter.as_ref().is_some_and(Painter::is_lost);
        if is_lost {
            self.painter = None;
        }
        is_lost
    }

    /// Whether there is a device to paint with.
    pub(super) fn has_graphics(&self) -> bool {
        self.painter.is_some()
    }

    /// Brings the window's news to egui.
    pub(super) fn take_in(&mut self, event: &WindowEvent) {
        match event {
            WindowEvent::Occluded(is_occluded) => self.is_occluded = *is_occluded,
            WindowEvent::Resized(size) => self.is_empty = size.width == 0 || size.height == 0,
            WindowEvent::ScaleFactorChanged { .. } => self.frame_period = frame_period(&self.window),
            _ => {}
        }
        self.is_info_stale |= matches!(
            event,
            WindowEvent::Occluded(_)
                | WindowEvent::ScaleFactorChanged { .. }
                | WindowEvent::Resized(_)
                | WindowEvent::Moved(_)
                | WindowEvent::Focused(_)
        );
        if self.state.on_window_event(&self.window, event).repaint && *event != WindowEvent::RedrawRequested {
            self.waker.wake();
        }
    }

    /// Brings the mouse's own motion to egui, for dragging with a locked pointer.
    pub(super) fn take_in_motion(&mut self, delta: (f64, f64)) {
        if self.state.on_mouse_motion(delta) {
            self.waker.wake();
        }
    }

    /// Brings the news of an accessibility tool to egui.
    pub(super) fn take_in_accesskit(&mut self, event: accesskit_winit::WindowEvent) {
        match event {
            accesskit_winit::WindowEvent::InitialTreeRequested => self.ctx.enable_accesskit(),
            accesskit_winit::WindowEvent::ActionRequested(request) => self.state.on_accesskit_action_request(request),
            accesskit_winit::WindowEvent::AccessibilityDeactivated => self.ctx.disable_accesskit(),
        }
        self.waker.wake();
    }

    /// What to do about the next frame; asks the display for a redraw when one is due.
    pub(super) fn next_frame(&mut self, now: Instant) -> Frame {
        let Some(due) = self.waker.due() else {
            return Frame::Idle;
        };
        let is_hidden = self.is_occluded || self.is_empty || self.info.minimized == Some(true);
        let period = match &self.painter {
            _ if is_hidden => HIDDEN_PERIOD,
            Some(painter) if painter.waits_for_screen() => Duration::ZERO,
            _ => self.frame_period,
        };
        let earliest = self.last_frame.map_or(due, |last| due.max(last + period));
        if now < earliest {
            return Frame::At(earliest);
        }
        if is_hidden {
            return Frame::Due(Sight::Unseen);
        }
        // X11 asks for redraws in one case only: it has lost what it showed. Elsewhere the display keeps that, and
        // may hold the redraw back as long as nobody sees the window (Wayland does).
        if self.is_x11() {
            return Frame::Due(Sight::Seen);
        }
        let asked = *self.asked.get_or_insert_with(|| {
            self.window.request_redraw();
            now
        });
        if now < asked + HIDDEN_PERIOD { Frame::At(asked + HIDDEN_PERIOD) } else { Frame::Due(Sight::Unseen) }
    }

    /// Who sees a frame that the display asks for now.
    pub(super) fn sight_of_redraw(&self) -> Sight {
        if self.asked.is_some() { Sight::Seen } else { Sight::Exposed }
    }

    fn is_x11(&self) -> bool {
        use winit::raw_window_handle::{HasDisplayHandle as _, RawDisplayHandle};
        let handle = self.window.display_handle().map(|handle| handle.as_raw());
        matches!(handle, Ok(RawDisplayHandle::Xlib(_) | RawDisplayHandle::Xcb(_)))
    }

    /// Makes a frame and, where it can be seen and shows anything new, paints it.
    pub(super) fn frame(
        &mut self,
        event_loop: &ActiveEventLoop,
        sight: Sight,
        mut ui: impl FnMut(&mut egui::Ui),
    ) -> Wishes {
        let started = Instant::now();
        let ran = thread_time();
        self.last_frame = Some(started);
        self.asked = None;
        let may_have_changed = self.info.focused == Some(false) && self.info_read.elapsed() > INFO_PERIOD;
        if std::mem::take(&mut self.is_info_stale) || may_have_changed {
            self.info_read = Instant::now();
            egui_winit::update_viewport_info(&mut self.info, &self.ctx, &self.window, false);
        }
        if sight == Sight::Exposed {
            self.shown = None;
        }
        let passes = if self.painter.as_ref().is_some_and(Painter::is_software) { PASSES.0 } else { 1 };
        let mut close = false;
        let mut changes = Changes::default();
        let is_gesture = !self.state.egui_input().events.is_empty();
        let mut last = self.pass(event_loop, &mut ui, &mut changes, &mut close);
        for _ in 1..passes {
            if last.is_settled || close || (is_gesture && started.elapsed() > PASSES.1) {
                break;
            }
            last = self.pass(event_loop, &mut ui, &mut changes, &mut close);
        }
        if !changes.set.is_empty() {
            self.shown = None;
        }
        for (id, delta) in changes.set {
            if let Some(painter) = &mut self.painter {
                painter.set_texture(id, &delta);
            }
        }
        let shown = Shown {
            shapes: last.shapes,
            pixels_per_point: last.pixels_per_point,
            size: self.window.inner_size().into(),
            background: background(&self.ctx),
        };
        let is_painted = sight != Sight::Unseen && self.shown.as_ref().is_none_or(|known| !known.is(&shown));
        let primitives = is_painted.then(|| self.ctx.tessellate(shown.shapes.clone(), shown.pixels_per_point));
        let work = started.elapsed();
        let cpu = thread_time().zip(ran).map(|(now, then)| now.saturating_sub(then));
        if let Some(primitives) = primitives {
            self.paint(primitives, shown);
        }
        for id in changes.freed {
            if let Some(painter) = &mut self.painter {
                painter.free_texture(id);
            }
        }
        Wishes { close, facts: FrameFacts { work, cpu, is_painted } }
    }

    /// Runs the app once.
    fn pass(
        &mut self,
        event_loop: &ActiveEventLoop,
        ui: &mut impl FnMut(&mut egui::Ui),
        changes: &mut Changes,
        close: &mut bool,
    ) -> Pass {
        self.waker.begin_frame();
        for event in self.drops.events() {
            let _ = self.state.on_window_event(&self.window, &event);
        }
        let mut input = self.state.take_egui_input(&self.window);
        input.viewports.insert(ViewportId::ROOT, self.info.clone());
        self.info.events.clear();
        let mut output = self.ctx.run_ui(input, ui);
        self.state.handle_platform_output_with_event_loop(&self.window, event_loop, output.platform_output);
        for (id, delta) in
            output.textures_delta.set.drain().flat_map(|(id, deltas)| deltas.into_iter().map(move |d| (id, d)))
        {
            let is_whole = delta.is_whole();
            let delta = self.textures.apply(id, delta);
            // What a whole image replaces need not reach the device, if only the device's texture keeps its size.
            if is_whole && !delta.is_whole() {
                changes.set.retain(|(other, earlier)| *other != id || earlier.is_whole());
            }
            changes.set.push((id, delta));
        }
        for id in output.textures_delta.free.drain() {
            self.textures.free(id);
            changes.freed.push(id);
        }
        let mut is_settled = true;
        if let Some(viewport) = output.viewport_output.remove(&ViewportId::ROOT) {
            is_settled = !viewport.repaint_delay.is_zero();
            self.waker.wake_after(viewport.repaint_delay);
            *close |= self.obey(viewport.commands);
        }
        Pass { shapes: output.shapes, pixels_per_point: output.pixels_per_point, is_settled }
    }

    fn paint(&mut self, primitives: Vec<egui::ClippedPrimitive>, shown: Shown) {
        self.shown = None;
        let Some(painter) = &mut self.painter else {
            return;
        };
        // A window larger than a texture can be: what lies beyond stays empty.
        let most = u32::try_from(painter.max_texture_side()).unwrap_or(u32::MAX);
        let picture = Picture {
            primitives,
            pixels_per_point: shown.pixels_per_point,
            size: shown.size.map(|side| side.min(most)),
            background: shown.background,
        };
        match painter.paint(picture, || self.window.pre_present_notify()) {
            Painted::Yes => {
                self.painted_frames += 1;
                self.shown = Some(shown);
                if self.lose_device_after.is_some_and(|frames| self.painted_frames >= frames) {
                    self.lose_device_after = None;
                    painter.drill();
                }
            }
            Painted::Later => self.waker.wake_after(RETRY_PERIOD),
            Painted::Hidden => self.waker.wake_after(HIDDEN_PERIOD),
            // The event loop looks after it.
            Painted::Lost => self.waker.wake(),
        }
    }

    /// Carries out what the app asked of the window. Says whether it shall close.
    fn obey(&mut self, commands: Vec<egui::ViewportCommand>) -> bool {
        if commands.is_empty() {
            return false;
        }
        let close = commands.contains(&egui::ViewportCommand::Close);
        let mut actions = Vec::new();
        egui_winit::process_viewport_commands(&self.ctx, &mut self.info, commands, &self.window, &mut actions);
        self.is_info_stale = true;
        for action in actions {
            let event = match action {
                ActionRequested::Cut => Some(egui::Event::Cut),
                ActionRequested::Copy => Some(egui::Event::Copy),
                ActionRequested::Paste => self.state.clipboard_text().map(egui::Event::Paste),
                ActionRequested::Screenshot(_) | ActionRequested::PaintWhileHidden => None,
            };
            self.state.egui_input_mut().events.extend(event);
        }
        self.waker.wake();
        close
    }
}

/// What passes do to textures.
#[derive(Default)]
struct Changes {
    set: Vec<(egui::TextureId, egui::epaint::ImageDelta)>,
    /// Freed on the device only when the frame that may still show them is painted.
    freed: Vec<egui::TextureId>,
}

/// What one pass of the app leaves.
struct Pass {
    shapes: Vec<egui::epaint::ClippedShape>,
    pixels_per_point: f32,
    /// It does not want another pass at once.
    is_settled: bool,
}

impl Shown {
    /// Whether the screen shows the same. (Textures that changed have made what is shown unknown.)
    fn is(&self, other: &Self) -> bool {
        (self.size, self.background) == (other.size, other.background)
            && self.pixels_per_point.to_bits() == other.pixels_per_point.to_bits()
            && self.shapes == other.shapes
    }
}

fn background(ctx: &egui::Context) -> Color32 {
    ctx.global_style().visuals.panel_fill
}
