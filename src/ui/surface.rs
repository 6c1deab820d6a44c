//! The graphics device of the window, and one frame on it.
//!
//! A lost device is thrown away whole and opened anew: [`open`] on a thread, then [`Painter::new`] on the window's.
//! A program that paints on the CPU keeps the last frame and paints only what changes of it.
//! Pixels come out as egui means them: an 8-bit target that is not sRGB, no dithering, no multisampling, and texels of
//! pictures fetched rather than filtered by the device's sampler, so one shown 1:1 at whole pixels is exact on the screen.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use egui::epaint::{ClippedPrimitive, ImageDelta};
use egui::{Color32, Rect, TextureId};
use winit::window::Window;

use super::damage;
use renderer::Renderer;

mod plain;
mod renderer;

use super::textures::Textures;

/// Refusals of the surface in a row after which the device counts as lost.
const MAX_REFUSALS: u32 = 5;

/// Errors of the device that are printed; what follows is most often the same again.
const MAX_REPORTS: u32 = 8;

/// What to open.
pub(super) struct Ask {
    /// Only a program on the CPU: hardware has failed before.
    software: bool,
    /// The surface that the adapter must be able to show, where the first choice could not.
    surface: Option<(wgpu::Instance, wgpu::Surface<'static>)>,
}

impl Ask {
    /// Any adapter, hardware first; or software only.
    pub(super) fn any(software: bool) -> Self {
        Self { software, surface: None }
    }
}

/// A device with egui's renderer on it, not yet bound to the window.
pub(super) struct Graphics {
    instance: wgpu::Instance,
    surface: Option<wgpu::Surface<'static>>,
    adapter: wgpu::Adapter,
    device: wgpu::Device,
    queue: wgpu::Queue,
    renderer: Renderer,
    format: wgpu::TextureFormat,
    is_lost: Arc<AtomicBool>,
}

/// Opens a device. Takes tens to hundreds of milliseconds, so not on the window's thread. `on_loss` is called when the
/// device is lost, from any thread.
///
/// # Errors
/// What is wrong, in words.
pub(super) fn open(ask: Ask, on_loss: impl Fn() + Send + 'static) -> Result<Graphics, String> {
    caught(|| open_unguarded(ask, on_loss)).unwrap_or_else(|| Err("the graphics driver failed".to_owned()))
}

fn open_unguarded(ask: Ask, on_loss: impl Fn() + Send + 'static) -> Result<Graphics, String> {
    let (instance, surface) = match ask.surface {
        Some((instance, surface)) => (instance, Some(surface)),
        None => (new_instance(), None),
    };
    let options = wgpu::RequestAdapterOptions {
        // The window only shows pictures; the adapter that drives the screen does that best.
        power_preference: wgpu::PowerPreference::LowPower,
        force_fallback_adapter: ask.software,
        compatible_surface: surface.as_ref(),
        ..wgpu::RequestAdapterOptions::default()
    };
    let adapter = pollster::block_on(instance.request_adapter(&options)).map_err(|e| e.to_string())?;
    let wanted = wgpu::DeviceDescriptor {
        label: Some("window"),
        required_limits: adapter.limits(),
        memory_hints: wgpu::MemoryHints::MemoryUsage,
        ..wgpu::DeviceDescriptor::default()
    };
    let (device, queue) = pollster::block_on(adapter.request_device(&wanted)).map_err(|e| e.to_string())?;
    let is_lost = Arc::new(AtomicBool::new(false));
    let lost = Arc::clone(&is_lost);
    device.set_device_lost_callback(move |_reason, _message| {
        lost.store(true, Ordering::Release);
        on_loss();
    });
    device.on_uncaptured_error(Arc::new(report));
    // The format that every surface has; `Painter::new` makes another renderer where that proves wrong.
    let format = wgpu::TextureFormat::Bgra8Unorm;
    let renderer = Renderer::new(&device, is_software(&adapter), format);
    Ok(Graphics { instance, surface, adapter, device, queue, renderer, format, is_lost })
}

impl Graphics {
    /// A texture to paint frames of a size into.
    fn canvas(&self, [width, height]: [u32; 2]) -> wgpu::Texture {
        self.device.create_texture(&wgpu::TextureDescriptor {
            label: Some("frame"),
            size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: self.format,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC,
            view_formats: &[],
        })
    }

    /// Paints a picture, or an area of it, in points; what is outside the area stays as it was.
    fn render(&mut self, target: &wgpu::Texture, picture: &Picture, area: Option<Rect>) {
        let part = area.map(|area| damage::confined(&picture.primitives, area, picture.background));
        let primitives = part.as_deref().unwrap_or(&picture.primitives);
        let view = target.create_view(&wgpu::TextureViewDescriptor::default());
        let [r, g, b, a] = picture.background.to_normalized_gamma_f32().map(f64::from);
        let whole = wgpu::LoadOp::Clear(wgpu::Color { r, g, b, a });
        let attachment = wgpu::RenderPassColorAttachment {
            view: &view,
            resolve_target: None,
            depth_slice: None,
            ops: wgpu::Operations {
                load: if area.is_some() { wgpu::LoadOp::Load } else { whole },
                store: wgpu::StoreOp::Store,
            },
        };
        self.renderer.render(&self.device, &self.queue, attachment, primitives, picture);
    }

    /// Copies a frame as it is.
    fn copy(&self, from: &wgpu::Texture, to: &wgpu::Texture) {
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("copy") });
        encoder.copy_texture_to_texture(from.as_image_copy(), to.as_image_copy(), from.size());
        self.queue.submit([encoder.finish()]);
    }
}

fn new_instance() -> wgpu::Instance {
    wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends: wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12,
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    })
}

/// Whether an adapter is a program on the CPU.
fn is_software(adapter: &wgpu::Adapter) -> bool {
    adapter.get_info().device_type == wgpu::DeviceType::Cpu
}

/// Runs what may panic inside a driver or its bindings when a device dies at a bad moment (egui-wgpu does when it gets
/// no staging memory); `None` then. What was touched must be thrown away.
fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

/// Errors that no call returned: printed, never a panic.
#[expect(clippy::needless_pass_by_value, reason = "wgpu hands it over")]
fn report(error: wgpu::Error) {
    static REPORTED: AtomicU32 = AtomicU32::new(0);
    if REPORTED.fetch_add(1, Ordering::Relaxed) < MAX_REPORTS {
        eprintln!("scumble: the graphics device reports: {error}");
    }
}

/// Why a device cannot show the window.
pub(super) enum Refusal {
    /// Its adapter cannot reach this screen; another might.
    Adapter(Ask),
    /// What is wrong, in words.
    Broken(String),
}

/// One frame.
pub(super) struct Picture {
    pub primitives: Vec<ClippedPrimitive>,
    pub pixels_per_point: f32,
    /// Physical pixels.
    pub size: [u32; 2],
    pub background: Color32,
}

/// What became of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Painted {
    /// It is on its way to the screen.
    Yes,
    /// The surface was not ready; try again soon.
    Later,
    /// Nobody can see the window; try again rarely.
    Hidden,
    /// The device or the surface is gone: all must be made anew.
    Lost,
}

/// A device bound to the window.
pub(super) struct Painter {
    // Dropped first: the surface must go before its device and its instance.
    surface: wgpu::Surface<'static>,
    config: wgpu::SurfaceConfiguration,
    graphics: Graphics,
    is_stale: bool,
    /// A surface may stay suboptimal whatever is configured; it is configured anew once a size.
    is_suboptimal: bool,
    refusals: u32,
    /// Whether frames are kept, and only what changes is painted: worth it where a program on the CPU paints.
    keeps_frames: bool,
    kept: Option<Kept>,
}

/// The last frame with its pixels.
struct Kept {
    texture: wgpu::Texture,
    picture: Picture,
    /// Textures with another image than the one that was painted.
    touched: HashSet<TextureId>,
}

impl Painter {
    /// Binds a device to the window and gives it all textures.
    ///
    /// # Errors
    /// [`Refusal`].
    pub(super) fn new(graphics: Graphics, window: &Arc<Window>, textures: &Textures) -> Result<Self, Refusal> {
        caught(|| Self::new_unguarded(graphics, window, textures))
            .unwrap_or_else(|| Err(Refusal::Broken("the graphics driver failed".to_owned())))
    }

    fn new_unguarded(mut graphics: Graphics, window: &Arc<Window>, textures: &Textures) -> Result<Self, Refusal> {
        let was_asked = graphics.surface.is_some();
        let surface = match graphics.surface.take() {
            Some(surface) => surface,
            None => graphics.instance.create_surface(Arc::clone(window)).map_err(|e| Refusal::Broken(e.to_string()))?,
        };
        let capabilities = surface.get_capabilities(&graphics.adapter);
        let Some(format) = choose_format(&capabilities.formats) else {
            if was_asked {
                return Err(Refusal::Broken("no adapter can draw on this screen".to_owned()));
            }
            let software = is_software(&graphics.adapter);
            return Err(Refusal::Adapter(Ask { software, surface: Some((graphics.instance, surface)) }));
        };
        if format != graphics.format {
            graphics.renderer = Renderer::new(&graphics.device, is_software(&graphics.adapter), format);
            graphics.format = format;
        }
        let low_latency = capabilities.present_modes.contains(&wgpu::PresentMode::Mailbox);
        let keeps_frames =
            is_software(&graphics.adapter) && capabilities.usages.contains(wgpu::TextureUsages::COPY_DST);
        let copied = if keeps_frames { wgpu::TextureUsages::COPY_DST } else { wgpu::TextureUsages::empty() };
        let config = wgpu::SurfaceConfiguration {
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT | copied,
            format,
            color_space: wgpu::SurfaceColorSpace::Auto,
            // The size comes with the first frame.
            width: 0,
            height: 0,
            desired_maximum_frame_latency: if low_latency { 2 } else { 1 },
            present_mode: if low_latency { wgpu::PresentMode::Mailbox } else { wgpu::PresentMode::Fifo },
            alpha_mode: wgpu::CompositeAlphaMode::Auto,
            view_formats: Vec::new(),
        };
        let mut painter = Self {
            surface,
            config,
            graphics,
            is_stale: true,
            is_suboptimal: false,
            refusals: 0,
            keeps_frames,
            kept: None,
        };
        for (id, delta) in textures.all() {
            painter.set_texture_unguarded(id, &delta);
        }
        Ok(painter)
    }

    /// Name and backend of the adapter.
    pub(super) fn adapter_name(&self) -> String {
        let info = self.graphics.adapter.get_info();
        format!("{} ({:?})", info.name, info.backend)
    }

    /// Whether the adapter is a program on the CPU.
    pub(super) fn is_software(&self) -> bool {
        is_software(&self.graphics.adapter)
    }

    /// Most texels a side of a texture.
    pub(super) fn max_texture_side(&self) -> usize {
        self.graphics.device.limits().max_texture_dimension_2d as usize
    }

    /// Whether presenting waits for the screen, so that nobody else needs to hold frames back.
    pub(super) fn waits_for_screen(&self) -> bool {
        self.config.present_mode == wgpu::PresentMode::Fifo
    }

    /// Whether the device is known to be lost.
    pub(super) fn is_lost(&self) -> bool {
        self.graphics.is_lost.load(Ordering::Acquire)
    }

    /// Brings a change of a texture to the device.
    pub(super) fn set_texture(&mut self, id: TextureId, delta: &ImageDelta) {
        if !self.is_lost() && caught(|| self.set_texture_unguarded(id, delta)).is_none() {
            self.lose();
        }
    }

    fn set_texture_unguarded(&mut self, id: TextureId, delta: &ImageDelta) {
        let [width, height] = delta.image.size();
        // egui's font texture begins empty; a texture of no texels would be an error.
        if width > 0 && height > 0 {
            // A patch of the glyphs' texture brings new glyphs and leaves the old ones as they are.
            let is_whole = delta.pos.is_none_or(|corner| corner == [0, 0]);
            if let Some(kept) = self.kept.as_mut().filter(|_| is_whole || id != TextureId::default()) {
                kept.touched.insert(id);
            }
            self.graphics.renderer.update_texture(&self.graphics.device, &self.graphics.queue, id, delta);
        }
    }

    /// Frees a texture, once the frame that shows it last was painted.
    pub(super) fn free_texture(&mut self, id: TextureId) {
        self.graphics.renderer.free_texture(id);
    }

    /// Paints one frame. `before_present` is called when it is about to go out.
    pub(super) fn paint(&mut self, picture: Picture, before_present: impl FnOnce()) -> Painted {
        let painted = caught(|| self.paint_unguarded(picture, before_present));
        let painted = painted.unwrap_or(Painted::Lost);
        if painted == Painted::Lost || self.is_lost() {
            self.lose();
            return Painted::Lost;
        }
        painted
    }

    fn paint_unguarded(&mut self, picture: Picture, before_present: impl FnOnce()) -> Painted {
        if picture.size.contains(&0) {
            return Painted::Hidden;
        }
        if [self.config.width, self.config.height] != picture.size {
            [self.config.width, self.config.height] = picture.size;
            (self.is_stale, self.is_suboptimal) = (true, false);
        }
        let target = match self.acquire() {
            Ok(target) => target,
            Err(painted) => return painted,
        };
        if self.keeps_frames {
            let texture = self.paint_changes(picture);
            self.graphics.copy(&texture, &target.texture);
        } else {
            self.graphics.render(&target.texture, &picture, None);
        }
        before_present();
        self.graphics.queue.present(target);
        Painted::Yes
    }

    /// Paints into the last frame what is another in this one.
    fn paint_changes(&mut self, picture: Picture) -> wgpu::Texture {
        let is_alike = |kept: &Kept| {
            (kept.picture.size, kept.picture.background) == (picture.size, picture.background)
                && kept.picture.pixels_per_point.to_bits() == picture.pixels_per_point.to_bits()
        };
        let texture = match self.kept.take().filter(is_alike) {
            Some(kept) => {
                let area = damage::changed(&kept.picture.primitives, &picture.primitives, &kept.touched);
                if area.is_positive() {
                    let area = damage::in_whole_pixels(area, picture.pixels_per_point, picture.size);
                    self.graphics.render(&kept.texture, &picture, Some(area));
                }
                kept.texture
            }
            None => {
                let texture = self.graphics.canvas(picture.size);
                self.graphics.render(&texture, &picture, None);
                texture
            }
        };
        self.kept = Some(Kept { texture: texture.clone(), picture, touched: HashSet::new() });
        texture
    }

    /// The surface's next texture, configuring the surface where it is out of date.
    fn acquire(&mut self) -> Result<wgpu::SurfaceTexture, Painted> {
        for _ in 0..2 {
            if self.is_lost() {
                return Err(Painted::Lost);
            }
            if self.is_stale {
                self.surface.configure(&self.graphics.device, &self.config);
                self.is_stale = false;
            }
            match self.surface.get_current_texture() {
                wgpu::CurrentSurfaceTexture::Success(texture) => {
                    self.refusals = 0;
                    return Ok(texture);
                }
                wgpu::CurrentSurfaceTexture::Suboptimal(texture) => {
                    self.refusals = 0;
                    self.is_stale = !std::mem::replace(&mut self.is_suboptimal, true);
                    return Ok(texture);
                }
                wgpu::CurrentSurfaceTexture::Timeout => return Err(Painted::Later),
                wgpu::CurrentSurfaceTexture::Occluded => return Err(Painted::Hidden),
                wgpu::CurrentSurfaceTexture::Lost => return Err(Painted::Lost),
                wgpu::CurrentSurfaceTexture::Outdated | wgpu::CurrentSurfaceTexture::Validation => {
                    self.refusals += 1;
                    self.is_stale = true;
                    self.hear_of_loss();
                }
            }
        }
        Err(if self.refusals > MAX_REFUSALS { Painted::Lost } else { Painted::Later })
    }

    /// A device that was lost tells so only when somebody asks it for news.
    fn hear_of_loss(&self) {
        // Errors of polling are told by the callbacks, too.
        let _ = self.graphics.device.poll(wgpu::PollType::Poll);
    }

    fn lose(&self) {
        self.graphics.is_lost.store(true, Ordering::Release);
    }

    /// Destroys the device, as a drill: the loss is then noticed the way any loss is.
    pub(super) fn drill(&self) {
        self.graphics.device.destroy();
        let _ = self.graphics.device.poll(wgpu::PollType::wait_indefinitely());
    }
}

/// A format of 8 bits a channel that shows bytes as they are. `None` where the surface has no format at all.
fn choose_format(formats: &[wgpu::TextureFormat]) -> Option<wgpu::TextureFormat> {
    let wanted = [wgpu::TextureFormat::Bgra8Unorm, wgpu::TextureFormat::Rgba8Unorm];
    let exact = wanted.into_iter().find(|format| formats.contains(format));
    exact.or_else(|| formats.iter().copied().find(|format| !format.is_srgb())).or_else(|| formats.first().copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use wgpu::TextureFormat::{Bgra8Unorm, Bgra8UnormSrgb, Rgb10a2Unorm, Rgba8Unorm, Rgba8UnormSrgb};

    #[test]
    fn a_format_that_shows_bytes_as_they_are_is_preferred() {
        assert_eq!(choose_format(&[Bgra8UnormSrgb, Rgb10a2Unorm, Rgba8Unorm, Bgra8Unorm]), Some(Bgra8Unorm));
        assert_eq!(choose_format(&[Rgba8UnormSrgb, Rgb10a2Unorm, Rgba8Unorm]), Some(Rgba8Unorm));
        assert_eq!(choose_format(&[Bgra8UnormSrgb, Rgb10a2Unorm]), Some(Rgb10a2Unorm));
        assert_eq!(choose_format(&[Bgra8UnormSrgb]), Some(Bgra8UnormSrgb));
        assert_eq!(choose_format(&[]), None);
    }

    #[test]
    fn a_panic_inside_the_driver_is_a_loss() {
        assert_eq!(caught(|| 3), Some(3));
        assert_eq!(caught(|| -> u8 { panic!("as a driver might") }), None);
    }
}
