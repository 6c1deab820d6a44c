//! Shading on the device, with the thresholds and palette that the CPU engine uses too.

use crate::aggregate::ordered::f64_key;
use crate::aggregate::{Aggregate, EngineError, Values};

use super::GpuEngine;
use super::params::Shade;

const SHADING: &str = "coloring the picture";
/// Key of NaN, which no finite or infinite number has.
const EMPTY_REAL: u64 = u64::MAX;

/// What the device needs to know to color numbers.
#[derive(Debug, Clone, Copy)]
pub struct Coloring<'a> {
    /// Ordered keys, ascending, at least one: color i owns keys from threshold i − 1 (inclusive) up to threshold i.
    pub thresholds: &'a [u64],
    /// One color more than thresholds, RGBA.
    pub palette: &'a [[u8; 4]],
    /// Color of empty pixels, RGBA.
    pub empty: [u8; 4],
}

impl GpuEngine {
    /// Colors an aggregate; returns RGBA bytes, top row first. Equal to the CPU's shading.
    ///
    /// # Errors
    /// [`EngineError::Gpu`].
    pub fn shade(&self, aggregate: &Aggregate, coloring: Coloring<'_>) -> Result<Vec<u8>, EngineError> {
        let (width, height) = (aggregate.width, aggregate.height);
        let row_bytes = 8 * u64::from(width);
        let fit = u32::try_from(self.gpu.max_binding().min(64 << 20) / row_bytes).unwrap_or(height).clamp(1, height);
        let thresholds = self.gpu.filled("thresholds", bytemuck::cast_slice(coloring.thresholds));
        let palette = self.gpu.filled("palette", bytemuck::cast_slice(coloring.palette));
        let mut picture = Vec::with_capacity(4 * aggregate.width as usize * aggregate.height as usize);
        // From the top down, so that the bands come out in the picture's order.
        let mut end = height;
        while end > 0 {
            let first_row = end.saturating_sub(fit);
            let rows = end - first_row;
            let cells = first_row as usize * width as usize..end as usize * width as usize;
            let (keys, empty): (Vec<u64>, u64) = match &aggregate.values {
                Values::Count(v) => (v[cells].to_vec(), 0),
                Values::Categories(by) => {
                    (by.totals().iter().skip(cells.start).take(cells.len()).copied().collect(), 0)
                }
                Values::Real(v) => {
                    (v[cells].iter().map(|v| if v.is_nan() { EMPTY_REAL } else { f64_key(*v) }).collect(), EMPTY_REAL)
                }
            };
            let [empty_low, empty_high]: [u32; 2] = bytemuck::cast(empty);
            let color = u32::from_le_bytes(coloring.empty);
            let params = Shade { width, height, first_row, rows, empty_low, empty_high, empty: color, unused: 0 };
            picture.extend(self.shade_band(&params, &keys, &thresholds, &palette)?);
            end = first_row;
        }
        Ok(picture)
    }

    fn shade_band(
        &self,
        params: &Shade,
        keys: &[u64],
        thresholds: &wgpu::Buffer,
        palette: &wgpu::Buffer,
    ) -> Result<Vec<u8>, EngineError> {
        let gpu = &self.gpu;
        let bytes = 4 * keys.len() as u64;
        let parameters = gpu.filled_for("shade parameters", bytemuck::bytes_of(params), wgpu::BufferUsages::UNIFORM);
        let numbers = gpu.filled("numbers", bytemuck::cast_slice(keys));
        let out = gpu.buffer("picture", bytes, wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC);
        let pipeline = &self.pipelines.shade;
        let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let mut compute = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            compute.set_pipeline(pipeline);
            let bound = [&parameters, &numbers, thresholds, palette, &out].map(wgpu::Buffer::as_entire_binding);
            compute.set_bind_group(0, &gpu.bind(pipeline, &bound), &[]);
            let groups = u32::try_from(keys.len().div_ceil(256)).unwrap_or(u32::MAX);
            compute.dispatch_workgroups(groups.min(65_535), 1, 1);
        }
        gpu.queue.submit([encoder.finish()]);
        let copy = |encoder: &mut wgpu::CommandEncoder, to: &wgpu::Buffer| {
            encoder.copy_buffer_to_buffer(&out, 0, to, 0, bytes);
        };
        gpu.read(bytes, SHADING, copy, <[u8]>::to_vec)
    }
}
