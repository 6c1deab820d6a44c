//! egui's meshes painted the cheapest way: for adapters that are programs on the CPU.
//!
//! egui-wgpu's shader filters by hand so that all GPUs agree. A CPU computes both its branches for every pixel, which made
//! a frame cost 90 ms on two cores; this takes a fraction of that, and gives the same bytes where pictures lie on whole
//! pixels.

use std::collections::HashMap;

use egui::epaint::{ImageData, ImageDelta, Primitive, Vertex};
use egui::{ClippedPrimitive, Mesh, Rect, TextureFilter, TextureId, TextureOptions, TextureWrapMode};
use wgpu::util::{BufferInitDescriptor, DeviceExt as _};

use super::Picture;

/// The renderer with egui's textures.
pub(super) struct PlainRenderer {
    fetched: wgpu::RenderPipeline,
    sampled: wgpu::RenderPipeline,
    screen_layout: wgpu::BindGroupLayout,
    image_layout: wgpu::BindGroupLayout,
    samplers: HashMap<TextureOptions, wgpu::Sampler>,
    textures: HashMap<TextureId, Image>,
}

struct Image {
    texture: wgpu::Texture,
    bound: wgpu::BindGroup,
    /// Its texels are shown as they are.
    is_fetched: bool,
}

/// A mesh among the vertices and indices of a frame.
struct Draw {
    clip: [u32; 4],
    texture: TextureId,
    indices: std::ops::Range<u32>,
    first_vertex: i32,
}

impl PlainRenderer {
    /// A renderer for targets of a format.
    pub(super) fn new(device: &wgpu::Device, format: wgpu::TextureFormat) -> Self {
        let source = wgpu::ShaderSource::Wgsl(include_str!("../../../shaders/window.wgsl").into());
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor { label: Some("window"), source });
        let screen_layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("screen"),
            entries: &[wgpu::BindGroupLayoutEntry {
                binding: 0,
                visibility: wgpu::ShaderStages::VERTEX,
                ty: wgpu::BindingType::Buffer {
                    ty: wgpu::BufferBindingType::Uniform,
                    has_dynamic_offset: false,
                    min_binding_size: None,
                },
                count: None,
            }],
        });
        let in_fragments = |binding, ty| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::FRAGMENT,
            ty,
            count: None,
        };
        let texture = wgpu::BindingType::Texture {
            sample_type: wgpu::TextureSampleType::Float { filterable: true },
            view_dimension: wgpu::TextureViewDimension::D2,
            multisampled: false,
        };
        let sampler = wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering);
        let image_layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("image"),
            entries: &[in_fragments(0, texture), in_fragments(1, sampler)],
        });
        let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("window"),
            bind_group_layouts: &[Some(&screen_layout), Some(&image_layout)],
            immediate_size: 0,
        });
        let pipeline = |entry| pipeline(device, &module, &layout, format, entry);
        Self {
            fetched: pipeline("fetched"),
            sampled: pipeline("sampled"),
            screen_layout,
            image_layout,
            samplers: HashMap::new(),
            textures: HashMap::new(),
        }
    }

    /// Brings a change of a texture to the device; `delta` has texels.
    pub(super) fn update_texture(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        id: TextureId,
        delta: &ImageDelta,
    ) {
        let ImageData::Color(patch) = &delta.image;
        let [width, height] = patch.size.map(|side| u32::try_from(side).unwrap_or(u32::MAX));
        let size = wgpu::Extent3d { width, height, depth_or_array_layers: 1 };
        if delta.pos.is_none() {
            let image = self.image(device, size, delta.options);
            self.textures.insert(id, image);
        }
        let Some(image) = self.textures.get(&id) else { return };
        let [x, y] = delta.pos.unwrap_or_default().map(|place| u32::try_from(place).unwrap_or(u32::MAX));
        let place =
            wgpu::TexelCopyTextureInfo { origin: wgpu::Origin3d { x, y, z: 0 }, ..image.texture.as_image_copy() };
        let rows = wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(4 * width), rows_per_image: None };
        queue.write_texture(place, bytemuck::cast_slice(&patch.pixels), rows, size);
    }

    fn image(&mut self, device: &wgpu::Device, size: wgpu::Extent3d, options: TextureOptions) -> Image {
        let texture = device.create_texture(&wgpu::TextureDescriptor {
            label: Some("egui"),
            size,
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: wgpu::TextureFormat::Rgba8Unorm,
            usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
            view_formats: &[],
        });
        let sampler = self.samplers.entry(options).or_insert_with(|| sampler(device, options));
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        let bound = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("egui"),
            layout: &self.image_layout,
            entries: &[
                wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::TextureView(&view) },
                wgpu::BindGroupEntry { binding: 1, resource: wgpu::BindingResource::Sampler(sampler) },
            ],
        });
        let is_fetched = options.magnification == TextureFilter::Nearest
            && options.minification == TextureFilter::Nearest
            && options.wrap_mode == TextureWrapMode::ClampToEdge;
        Image { texture, bound, is_fetched }
    }

    /// Forgets a texture.
    pub(super) fn free_texture(&mut self, id: TextureId) {
        self.textures.remove(&id);
    }

    /// Records what paints meshes, over what the target holds, in `load`'s way.
    pub(super) fn render(
        &self,
        device: &wgpu::Device,
        encoder: &mut wgpu::CommandEncoder,
        attachment: wgpu::RenderPassColorAttachment<'_>,
        primitives: &[ClippedPrimitive],
        picture: &Picture,
    ) {
        let (draws, vertices, indices) = gather(primitives, picture);
        let buffer = |label, contents: &[u8], usage| {
            device.create_buffer_init(&BufferInitDescriptor { label: Some(label), contents, usage })
        };
        let vertices = buffer("vertices", bytemuck::cast_slice(&vertices), wgpu::BufferUsages::VERTEX);
        let indices = buffer("indices", bytemuck::cast_slice(&indices), wgpu::BufferUsages::INDEX);
        #[expect(clippy::cast_precision_loss, reason = "a window's size")]
        let [width, height] = picture.size.map(|side| side as f32 / picture.pixels_per_point);
        let screen: [f32; 4] = [width, height, 0.0, 0.0];
        let screen = buffer("screen", bytemuck::cast_slice(&screen), wgpu::BufferUsages::UNIFORM);
        let bound = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("screen"),
            layout: &self.screen_layout,
            entries: &[wgpu::BindGroupEntry { binding: 0, resource: screen.as_entire_binding() }],
        });
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("window"),
            color_attachments: &[Some(attachment)],
            ..wgpu::RenderPassDescriptor::default()
        });
        if draws.is_empty() {
            return;
        }
        pass.set_bind_group(0, &bound, &[]);
        pass.set_vertex_buffer(0, vertices.slice(..));
        pass.set_index_buffer(indices.slice(..), wgpu::IndexFormat::Uint32);
        for Draw { clip: [x, y, width, height], texture, indices, first_vertex } in draws {
            let Some(image) = self.textures.get(&texture) else { continue };
            pass.set_pipeline(if image.is_fetched { &self.fetched } else { &self.sampled });
            pass.set_scissor_rect(x, y, width, height);
            pass.set_bind_group(1, &image.bound, &[]);
            pass.draw_indexed(indices, first_vertex, 0..1);
        }
    }
}

fn pipeline(
    device: &wgpu::Device,
    module: &wgpu::ShaderModule,
    layout: &wgpu::PipelineLayout,
    format: wgpu::TextureFormat,
    entry: &str,
) -> wgpu::RenderPipeline {
    let over = wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING;
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(entry),
        layout: Some(layout),
        vertex: wgpu::VertexState {
            module,
            entry_point: Some("corner"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            buffers: &[Some(wgpu::VertexBufferLayout {
                array_stride: size_of::<Vertex>() as u64,
                step_mode: wgpu::VertexStepMode::Vertex,
                attributes: &wgpu::vertex_attr_array![0 => Float32x2, 1 => Float32x2, 2 => Unorm8x4],
            })],
        },
        primitive: wgpu::PrimitiveState::default(),
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        fragment: Some(wgpu::FragmentState {
            module,
            entry_point: Some(entry),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            targets: &[Some(wgpu::ColorTargetState { format, blend: Some(over), write_mask: wgpu::ColorWrites::ALL })],
        }),
        multiview_mask: None,
        cache: None,
    })
}

fn sampler(device: &wgpu::Device, options: TextureOptions) -> wgpu::Sampler {
    let filter = |filter| match filter {
        TextureFilter::Nearest => wgpu::FilterMode::Nearest,
        TextureFilter::Linear => wgpu::FilterMode::Linear,
    };
    let wrap = match options.wrap_mode {
        TextureWrapMode::ClampToEdge => wgpu::AddressMode::ClampToEdge,
        TextureWrapMode::Repeat => wgpu::AddressMode::Repeat,
        TextureWrapMode::MirroredRepeat => wgpu::AddressMode::MirrorRepeat,
    };
    device.create_sampler(&wgpu::SamplerDescriptor {
        label: Some("egui"),
        mag_filter: filter(options.magnification),
        min_filter: filter(options.minification),
        address_mode_u: wrap,
        address_mode_v: wrap,
        ..wgpu::SamplerDescriptor::default()
    })
}

/// All meshes of a frame one after another.
fn gather(primitives: &[ClippedPrimitive], picture: &Picture) -> (Vec<Draw>, Vec<Vertex>, Vec<u32>) {
    let (mut draws, mut vertices, mut indices) = (Vec::new(), Vec::new(), Vec::new());
    for ClippedPrimitive { clip_rect, primitive } in primitives {
        // Nothing in the window paints by itself.
        let Primitive::Mesh(mesh) = primitive else { continue };
        let Some(draw) = draw(mesh, *clip_rect, picture, vertices.len(), indices.len()) else { continue };
        draws.push(draw);
        vertices.extend_from_slice(&mesh.vertices);
        indices.extend_from_slice(&mesh.indices);
    }
    (draws, vertices, indices)
}

fn draw(mesh: &Mesh, clip: Rect, picture: &Picture, vertices: usize, indices: usize) -> Option<Draw> {
    let clip = in_pixels(clip, picture);
    let first = u32::try_from(indices).ok()?;
    let count = u32::try_from(mesh.indices.len()).ok()?;
    let is_seen = clip[2] > 0 && clip[3] > 0 && count > 0;
    is_seen.then_some(())?;
    let indices = first..first.checked_add(count)?;
    Some(Draw { clip, texture: mesh.texture_id, indices, first_vertex: i32::try_from(vertices).ok()? })
}

/// Left, top, width, height of a part of the window, in pixels, rounded as egui-wgpu rounds.
fn in_pixels(rect: Rect, picture: &Picture) -> [u32; 4] {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
    let pixel = |at: f32, most: u32| ((at * picture.pixels_per_point).round() as u32).min(most);
    let [width, height] = picture.size;
    let (left, right) = (pixel(rect.min.x, width), pixel(rect.max.x, width));
    let (top, bottom) = (pixel(rect.min.y, height), pixel(rect.max.y, height));
    [left, top, right.saturating_sub(left), bottom.saturating_sub(top)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{Color32, pos2};

    fn picture() -> Picture {
        Picture { primitives: Vec::new(), pixels_per_point: 1.5, size: [150, 90], background: Color32::BLACK }
    }

    #[test]
    fn clips_are_whole_pixels_within_the_window() {
        let rect = Rect::from_min_max(pos2(-3.0, 10.1), pos2(20.2, 400.0));
        assert_eq!(in_pixels(rect, &picture()), [0, 15, 30, 75]);
        let nowhere = Rect::from_min_max(pos2(300.0, 10.0), pos2(400.0, 5.0));
        assert_eq!(in_pixels(nowhere, &picture())[2..], [0, 0]);
    }

    #[test]
    fn meshes_that_are_seen_follow_one_another() {
        let quad = |x: f32| {
            let mut mesh = Mesh::default();
            mesh.add_colored_rect(Rect::from_min_max(pos2(x, 0.0), pos2(x + 4.0, 4.0)), Color32::RED);
            mesh
        };
        let clipped = |x: f32, clip_rect| ClippedPrimitive { clip_rect, primitive: Primitive::Mesh(quad(x)) };
        let window = Rect::from_min_max(pos2(0.0, 0.0), pos2(100.0, 60.0));
        let frame = [clipped(0.0, window), clipped(8.0, Rect::NOTHING), clipped(16.0, window)];
        let (draws, vertices, indices) = gather(&frame, &picture());
        let found: Vec<_> = draws.iter().map(|draw| (draw.indices.clone(), draw.first_vertex)).collect();
        assert_eq!(found, [(0..6, 0), (6..12, 4)]);
        assert_eq!((vertices.len(), indices.len()), (8, 12));
        assert_eq!(vertices[4].pos, pos2(16.0, 0.0));
    }
}
