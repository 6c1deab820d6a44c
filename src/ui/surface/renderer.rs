//! What paints egui's meshes: egui's own renderer on GPUs, a plainer one where a program on the CPU paints.

use egui::epaint::ImageDelta;
use egui::{ClippedPrimitive, TextureId};
use egui_wgpu::{RendererOptions, ScreenDescriptor};

use super::Picture;
use super::plain::PlainRenderer;

/// One of the two, with egui's textures.
pub(super) enum Renderer {
    Egui(Box<egui_wgpu::Renderer>),
    Plain(PlainRenderer),
}

impl Renderer {
    /// The renderer for targets of a format on a kind of adapter.
    pub(super) fn new(device: &wgpu::Device, is_software: bool, format: wgpu::TextureFormat) -> Self {
        if is_software {
            return Self::Plain(PlainRenderer::new(device, format));
        }
        Self::Egui(Box::new(egui_wgpu::Renderer::new(device, format, RendererOptions::PREDICTABLE)))
    }

    /// Brings a change of a texture to the device; `delta` has texels.
    pub(super) fn update_texture(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        id: TextureId,
        delta: &ImageDelta,
    ) {
        match self {
            Self::Egui(renderer) => renderer.update_texture(device, queue, id, delta),
            Self::Plain(renderer) => renderer.update_texture(device, queue, id, delta),
        }
    }

    /// Forgets a texture.
    pub(super) fn free_texture(&mut self, id: TextureId) {
        match self {
            Self::Egui(renderer) => renderer.free_texture(&id),
            Self::Plain(renderer) => renderer.free_texture(id),
        }
    }

    /// Paints meshes: those of a picture, or what stands for them.
    pub(super) fn render(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        attachment: wgpu::RenderPassColorAttachment<'_>,
        primitives: &[ClippedPrimitive],
        picture: &Picture,
    ) {
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("frame") });
        let mut commands = Vec::new();
        match self {
            Self::Egui(renderer) => {
                let screen =
                    ScreenDescriptor { size_in_pixels: picture.size, pixels_per_point: picture.pixels_per_point };
                commands = renderer.update_buffers(device, queue, &mut encoder, primitives, &screen);
                let pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
                    label: Some("egui"),
                    color_attachments: &[Some(attachment)],
                    ..wgpu::RenderPassDescriptor::default()
                });
                renderer.render(&mut pass.forget_lifetime(), primitives, &screen);
            }
            Self::Plain(renderer) => renderer.render(device, &mut encoder, attachment, primitives, picture),
        }
        commands.push(encoder.finish());
        queue.submit(commands);
    }
}
