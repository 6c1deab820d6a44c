//! The ring of staging buffers: mapped memory that the host fills and the device copies from. Its size bounds the bytes
//! in flight; `Queue::write_buffer` would allocate a fresh buffer at each call.

use std::sync::mpsc;

use crate::aggregate::EngineError;

use super::GpuOptions;
use super::device::Gpu;
use super::pack::Packed;
use super::tiles::Tile;

/// A buffer, and the word that it is mapped again.
#[derive(Debug)]
struct Stage {
    buffer: wgpu::Buffer,
    mapped: Option<mpsc::Receiver<Result<(), wgpu::BufferAsyncError>>>,
}

/// Staging buffers used in turn.
#[derive(Debug)]
pub struct Ring {
    stages: Vec<Stage>,
    next: usize,
}

const DOING: &str = "handing data to the device";

impl Ring {
    /// A ring of mapped buffers.
    pub fn new(gpu: &Gpu, options: GpuOptions) -> Self {
        // A chunk holds at least one batch, whatever the staging size.
        let size = options.staging_bytes.max(1 << 16).next_multiple_of(8);
        let make = |_| Stage {
            buffer: gpu.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("staging"),
                size,
                usage: wgpu::BufferUsages::MAP_WRITE | wgpu::BufferUsages::COPY_SRC,
                mapped_at_creation: true,
            }),
            mapped: None,
        };
        Self { stages: (0..options.staging_buffers.max(1)).map(make).collect(), next: 0 }
    }

    /// Copies a chunk into a tile, its first row at row `at`. Waits only when all stages are in flight.
    ///
    /// # Errors
    /// [`EngineError::Gpu`].
    pub fn copy(&mut self, gpu: &Gpu, packed: &Packed<'_>, tile: &Tile, at: u32) -> Result<(), EngineError> {
        let index = self.next;
        self.next = (index + 1) % self.stages.len();
        let stage = &mut self.stages[index];
        let failed = |what: String| EngineError::Gpu { doing: DOING, what };
        if let Some(mapped) = stage.mapped.take() {
            // Mostly it has come already; else all that was submitted is waited for, its mapping included.
            let done = match mapped.try_recv() {
                Err(mpsc::TryRecvError::Empty) => {
                    gpu.wait(DOING)?;
                    mapped.try_recv()
                }
                done => done,
            };
            done.map_err(|e| failed(format!("a buffer was not mapped: {e}")))?.map_err(|e| failed(e.to_string()))?;
        }
        let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let plane_bytes = 4 * u64::from(packed.rows);
        let mut view = stage.buffer.slice(..).get_mapped_range_mut().map_err(|e| failed(format!("{e:?}")))?;
        for (number, plane) in (0_u64..).zip(packed.planes) {
            let from = number * plane_bytes;
            let (Ok(start), Ok(end)) = (usize::try_from(from), usize::try_from(from + plane_bytes)) else {
                return Err(failed("a chunk larger than memory".to_owned()));
            };
            view.slice(start..end).copy_from_slice(bytemuck::cast_slice(plane));
            let to = 4 * (number * u64::from(tile.capacity) + u64::from(at));
            encoder.copy_buffer_to_buffer(&stage.buffer, from, &tile.buffer, to, plane_bytes);
        }
        drop(view);
        stage.buffer.unmap();
        gpu.queue.submit([encoder.finish()]);
        let (send, mapped) = mpsc::channel();
        stage.buffer.slice(..).map_async(wgpu::MapMode::Write, move |done| {
            // The receiver is gone when the pass has ended early.
            let _ = send.send(done);
        });
        stage.mapped = Some(mapped);
        gpu.check(DOING)
    }
}
