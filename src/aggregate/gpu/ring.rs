//! The ring of staging buffers: mapped memory that the host fills and the device copies from. Its size bounds the bytes
//! in flight; `Queue::write_buffer` would allocate a fresh buffer at each call.

use std::ops::Range;
use std::sync::mpsc;

use crate::aggregate::EngineError;

use super::GpuOptions;
use super::device::Gpu;
use super::tiles::Tile;

/// A buffer, and once it has been used the copy to wait for and the word that it is mapped again.
#[derive(Debug)]
struct Stage {
    buffer: wgpu::Buffer,
    used: Option<(wgpu::SubmissionIndex, mpsc::Receiver<Result<(), wgpu::BufferAsyncError>>)>,
}

/// Staging buffers used in turn.
#[derive(Debug)]
pub struct Ring {
    stages: Vec<Stage>,
    next: usize,
}

const DOING: &str = "handing data to the device";

fn failed(what: String) -> EngineError {
    EngineError::Gpu { doing: DOING, what }
}

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
            used: None,
        };
        Self { stages: (0..options.staging_buffers.max(1)).map(make).collect(), next: 0 }
    }

    /// Copies some rows of a packed chunk into a tile, the first to row `at`. Waits only when all stages are in flight,
    /// and then for the oldest copy alone.
    ///
    /// # Errors
    /// [`EngineError::DeviceLost`], [`EngineError::Gpu`].
    pub fn copy(
        &mut self,
        gpu: &Gpu,
        planes: &[Vec<u32>],
        rows: Range<usize>,
        tile: &Tile,
        at: u32,
    ) -> Result<(), EngineError> {
        let index = self.next;
        self.next = (index + 1) % self.stages.len();
        let stage = &mut self.stages[index];
        if let Some((copied, mapped)) = stage.used.take() {
            gpu.wait(Some(copied), DOING)?;
            let done = mapped.try_recv().map_err(|e| failed(format!("a buffer was not mapped: {e}")))?;
            done.map_err(|e| failed(e.to_string()))?;
        }
        let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let plane_bytes = 4 * rows.len();
        let mut view = stage.buffer.slice(..).get_mapped_range_mut().map_err(|e| failed(format!("{e:?}")))?;
        for (number, plane) in planes.iter().enumerate() {
            let from = number * plane_bytes;
            view.slice(from..from + plane_bytes).copy_from_slice(bytemuck::cast_slice(&plane[rows.clone()]));
            let to = 4 * (number as u64 * u64::from(tile.capacity) + u64::from(at));
            encoder.copy_buffer_to_buffer(&stage.buffer, from as u64, &tile.buffer, to, plane_bytes as u64);
        }
        drop(view);
        stage.buffer.unmap();
        let submission = gpu.queue.submit([encoder.finish()]);
        let (send, mapped) = mpsc::channel();
        stage.buffer.slice(..).map_async(wgpu::MapMode::Write, move |done| {
            // The receiver is gone when the pass has ended early.
            let _ = send.send(done);
        });
        stage.used = Some((submission, mapped));
        gpu.check(DOING)
    }
}
