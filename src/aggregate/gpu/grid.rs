//! The pixel grid on the device: bands of pixel rows, each in a buffer of planes or, for counts alone, in a texture.

use crate::aggregate::EngineError;
use crate::plan::FramePlan;

use super::device::Gpu;
use super::{Atomics, GpuOptions};

/// Where a band's numbers are.
enum Place {
    Planes(wgpu::Buffer),
    Counts(wgpu::Texture, wgpu::TextureView),
}

/// A band of pixel rows.
pub struct Band {
    /// First pixel row.
    pub first: u32,
    /// Number of pixel rows.
    pub rows: u32,
    /// Pixels of a row.
    pub width: u32,
    planes: u32,
    place: Place,
}

/// Uses of a buffer that holds numbers.
pub const NUMBERS: wgpu::BufferUsages =
    wgpu::BufferUsages::STORAGE.union(wgpu::BufferUsages::COPY_SRC).union(wgpu::BufferUsages::COPY_DST);

/// The bands of a plan's grid, full of zeros.
pub fn bands(gpu: &Gpu, plan: &FramePlan, planes: u32, atomics: Atomics, options: GpuOptions) -> Vec<Band> {
    let (width, height) = (plan.view.x.pixels, plan.view.y.pixels);
    let row_bytes = 4 * u64::from(planes) * u64::from(width);
    let mut fit = options.plane_bytes.min(gpu.max_binding()) / row_bytes;
    if atomics == Atomics::Texture {
        fit = fit.min(gpu.max_counts_side().into());
    }
    let rows = u32::try_from(fit).unwrap_or(height).clamp(1, height);
    let band = |first: u32| {
        let rows = rows.min(height - first);
        let place = match atomics {
            Atomics::Texture => counts(gpu, width, rows),
            Atomics::Buffer => Place::Planes(gpu.used_buffer("planes", row_bytes * u64::from(rows), NUMBERS)),
        };
        Band { first, rows, width, planes, place }
    };
    let bands: Vec<Band> = (0..height).step_by(rows as usize).map(band).collect();
    let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    for band in &bands {
        if let Place::Planes(buffer) = &band.place {
            encoder.clear_buffer(buffer, 0, Some(band.bytes(planes)));
        }
    }
    gpu.queue.submit([encoder.finish()]);
    bands
}

/// A texture of zeros: wgpu clears what nobody has written.
fn counts(gpu: &Gpu, width: u32, height: u32) -> Place {
    let texture = gpu.device.create_texture(&wgpu::TextureDescriptor {
        label: Some("counts"),
        size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: wgpu::TextureFormat::R32Uint,
        usage: wgpu::TextureUsages::STORAGE_BINDING
            | wgpu::TextureUsages::STORAGE_ATOMIC
            | wgpu::TextureUsages::COPY_SRC,
        view_formats: &[],
    });
    let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
    Place::Counts(texture, view)
}

impl Band {
    /// Pixels.
    pub fn cells(&self) -> u32 {
        self.rows * self.width
    }

    /// Bytes of the first so many planes.
    fn bytes(&self, planes: u32) -> u64 {
        4 * u64::from(planes) * u64::from(self.cells())
    }

    /// What the shaders bind.
    pub fn resource(&self) -> wgpu::BindingResource<'_> {
        match &self.place {
            Place::Planes(buffer) => buffer.as_entire_binding(),
            Place::Counts(_, view) => wgpu::BindingResource::TextureView(view),
        }
    }

    /// Hands the count of each pixel to `take`, pixel by pixel.
    pub fn read_counts(&self, gpu: &Gpu, doing: &'static str, take: impl FnMut(u32)) -> Result<(), EngineError> {
        let row = 4 * self.width;
        match &self.place {
            Place::Planes(buffer) => {
                let bytes = self.bytes(1);
                let copy = |encoder: &mut wgpu::CommandEncoder, to: &wgpu::Buffer| {
                    encoder.copy_buffer_to_buffer(buffer, 0, to, 0, bytes);
                };
                gpu.read(bytes, doing, copy, |bytes| words(bytes).for_each(take))
            }
            Place::Counts(texture, _) => {
                let stride = row.next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT);
                let copy = |encoder: &mut wgpu::CommandEncoder, to: &wgpu::Buffer| {
                    let layout =
                        wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(stride), rows_per_image: None };
                    let to = wgpu::TexelCopyBufferInfo { buffer: to, layout };
                    encoder.copy_texture_to_buffer(texture.as_image_copy(), to, texture.size());
                };
                let size = u64::from(stride) * u64::from(self.rows);
                gpu.read(size, doing, copy, |bytes| {
                    bytes.chunks(stride as usize).flat_map(|line| words(&line[..row as usize])).for_each(take);
                })
            }
        }
    }

    /// What `take` makes of all planes, plane by plane.
    pub fn read_planes<T>(
        &self,
        gpu: &Gpu,
        doing: &'static str,
        take: impl FnOnce(&[u8]) -> T,
    ) -> Result<Option<T>, EngineError> {
        let Place::Planes(buffer) = &self.place else { return Ok(None) };
        let bytes = self.bytes(self.planes);
        let copy = |encoder: &mut wgpu::CommandEncoder, to: &wgpu::Buffer| {
            encoder.copy_buffer_to_buffer(buffer, 0, to, 0, bytes);
        };
        gpu.read(bytes, doing, copy, take).map(Some)
    }

    /// Sets all counts to zero.
    pub fn clear_counts(&mut self, gpu: &Gpu, encoder: &mut wgpu::CommandEncoder) {
        match &self.place {
            Place::Planes(buffer) => encoder.clear_buffer(buffer, 0, Some(self.bytes(1))),
            Place::Counts(..) => self.place = counts(gpu, self.width, self.rows),
        }
    }

    /// Leaves the memory for the next frame.
    pub fn recycle(self, gpu: &Gpu) {
        if let Place::Planes(buffer) = self.place {
            gpu.pool.give(buffer);
        }
    }
}

/// The words of some bytes.
fn words(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    bytes.as_chunks().0.iter().map(|b| u32::from_ne_bytes(*b))
}
