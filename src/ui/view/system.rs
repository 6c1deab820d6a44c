//! What the window asks of the system, and what the system tells of itself.

use std::time::Duration;

use winit::dpi::LogicalSize;
use winit::event_loop::ActiveEventLoop;
use winit::window::{Icon, Window, WindowAttributes};

use super::super::shell::ShellOptions;

/// Between frames on a screen that does not tell its rate.
const DEFAULT_PERIOD: Duration = Duration::from_millis(8);
/// How much of a screen's width and height a new window takes at most: its frame and the desktop's bars need some, too.
const ROOM: [f32; 2] = [0.96, 0.88];

/// How long this thread has run on a processor.
#[cfg(all(unix, not(target_os = "macos")))]
pub fn thread_time() -> Option<Duration> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).ok()
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
pub fn thread_time() -> Option<Duration> {
    None
}

/// How long a frame of the window's screen lasts.
pub fn frame_period(window: &Window) -> Duration {
    let rate = window.current_monitor().and_then(|monitor| monitor.refresh_rate_millihertz()).filter(|&rate| rate > 0);
    rate.map_or(DEFAULT_PERIOD, |rate| Duration::from_secs_f64(1000.0 / f64::from(rate)))
        .clamp(Duration::from_millis(2), Duration::from_millis(20))
}

/// The window as it is asked for: invisible, as AccessKit must know it first.
pub fn attributes(event_loop: &ActiveEventLoop, options: &ShellOptions) -> WindowAttributes {
    let icon = options.icon.as_ref().and_then(|icon| Icon::from_rgba(icon.rgba.clone(), icon.width, icon.height).ok());
    let screen = event_loop.primary_monitor().or_else(|| event_loop.available_monitors().next());
    let [width, height] = match screen {
        Some(screen) => fitting(options.size, screen.size().to_logical(screen.scale_factor())),
        None => options.size,
    };
    let attributes = Window::default_attributes()
        .with_title(options.title.clone())
        .with_inner_size(LogicalSize::new(width, height))
        .with_window_icon(icon)
        .with_visible(false);
    named(attributes)
}

/// A size, made smaller where a screen has no room for it. A screen that says it has no size is not asked.
fn fitting(wanted: [f32; 2], screen: LogicalSize<f32>) -> [f32; 2] {
    let fit = |wanted: f32, room: f32| if room > 0.0 { wanted.min(room.floor()) } else { wanted };
    [fit(wanted[0], screen.width * ROOM[0]), fit(wanted[1], screen.height * ROOM[1])]
}

/// The name by which desktops find the program's entry and group its windows.
#[cfg(all(unix, not(target_os = "macos")))]
fn named(attributes: WindowAttributes) -> WindowAttributes {
    use winit::platform::{wayland::WindowAttributesExtWayland, x11::WindowAttributesExtX11};
    let attributes = WindowAttributesExtX11::with_name(attributes, "scumble", "scumble");
    WindowAttributesExtWayland::with_name(attributes, "scumble", "scumble")
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn named(attributes: WindowAttributes) -> WindowAttributes {
    attributes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_fits_its_screen() {
        let wanted = [1280.0, 800.0];
        assert_eq!(fitting(wanted, LogicalSize::new(1920.0, 1080.0)), wanted);
        assert_eq!(fitting(wanted, LogicalSize::new(1280.0, 800.0)), [1228.0, 704.0]);
        assert_eq!(fitting(wanted, LogicalSize::new(0.0, 0.0)), wanted);
    }
}
