//! The device: adapter choice, limits, and errors as results instead of panics.

use std::sync::{Arc, Mutex, PoisonError};

use crate::aggregate::EngineError;

/// A device and its queue.
#[derive(Debug)]
pub struct Gpu {
    /// The device.
    pub device: wgpu::Device,
    /// Its queue.
    pub queue: wgpu::Queue,
    info: wgpu::AdapterInfo,
    limits: wgpu::Limits,
    failure: Arc<Mutex<Failure>>,
}

/// What has gone wrong on a device.
#[derive(Debug, Default)]
struct Failure {
    message: Option<String>,
    is_lost: bool,
}

impl Failure {
    /// Keeps the first message, as later ones follow from it.
    fn note(slot: &Mutex<Self>, message: String, is_lost: bool) {
        let mut failure = slot.lock().unwrap_or_else(PoisonError::into_inner);
        failure.is_lost |= is_lost;
        failure.message.get_or_insert(message);
    }
}

impl Gpu {
    /// Opens the best adapter, hardware before software, with all the limits it has and no optional feature.
    ///
    /// # Errors
    /// [`EngineError::NoAdapter`].
    pub fn new() -> Result<Self, EngineError> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
            backends: wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12,
            ..wgpu::InstanceDescriptor::new_without_display_handle()
        });
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..wgpu::RequestAdapterOptions::default()
        };
        let adapter = pollster::block_on(instance.request_adapter(&options)).map_err(|_| EngineError::NoAdapter)?;
        let (info, limits) = (adapter.get_info(), adapter.limits());
        let wanted = wgpu::DeviceDescriptor {
            label: Some("scumble"),
            required_limits: limits.clone(),
            memory_hints: wgpu::MemoryHints::MemoryUsage,
            ..wgpu::DeviceDescriptor::default()
        };
        let (device, queue) = pollster::block_on(adapter.request_device(&wanted))
            .map_err(|e| EngineError::Gpu { doing: "opening the device", what: e.to_string() })?;
        let failure = Arc::new(Mutex::new(Failure::default()));
        let (on_error, on_loss) = (Arc::clone(&failure), Arc::clone(&failure));
        device.on_uncaptured_error(Arc::new(move |e: wgpu::Error| Failure::note(&on_error, e.to_string(), false)));
        device.set_device_lost_callback(move |reason, message| {
            Failure::note(&on_loss, format!("device lost ({reason:?}): {message}"), true);
        });
        Ok(Self { device, queue, info, limits, failure })
    }

    /// Name and backend of the adapter.
    pub fn name(&self) -> String {
        format!("{} ({:?})", self.info.name, self.info.backend)
    }

    /// Whether the adapter is hardware, not a program on the CPU.
    pub fn is_hardware(&self) -> bool {
        self.info.device_type != wgpu::DeviceType::Cpu
    }

    /// Most bytes of one storage binding.
    pub fn max_binding(&self) -> u64 {
        self.limits.max_storage_buffer_binding_size.min(self.limits.max_buffer_size)
    }

    /// An error if anything has gone wrong on the device since the last call. A lost device stays lost.
    ///
    /// # Errors
    /// [`EngineError::Gpu`].
    pub fn check(&self, doing: &'static str) -> Result<(), EngineError> {
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        let found = if failure.is_lost { failure.message.clone() } else { failure.message.take() };
        found.map_or(Ok(()), |what| Err(EngineError::Gpu { doing, what }))
    }

    /// Waits until all that was submitted is done.
    ///
    /// # Errors
    /// [`EngineError::Gpu`].
    pub fn wait(&self, doing: &'static str) -> Result<(), EngineError> {
        let all = wgpu::PollType::Wait { submission_index: None, timeout: None };
        self.device.poll(all).map_err(|e| EngineError::Gpu { doing, what: e.to_string() })?;
        self.check(doing)
    }

    /// A buffer of zeros.
    pub fn buffer(&self, label: &str, size: u64, usage: wgpu::BufferUsages) -> wgpu::Buffer {
        let size = size.max(4).next_multiple_of(4);
        self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            size,
            usage,
            mapped_at_creation: false,
        })
    }

    /// A storage buffer with the given contents, a multiple of 4 bytes. Where the device has no memory left, the buffer
    /// stays empty and the next [`Gpu::check`] tells.
    pub fn filled(&self, label: &str, contents: &[u8]) -> wgpu::Buffer {
        let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST;
        let buffer = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            size: (contents.len() as u64).max(4).next_multiple_of(4),
            usage,
            mapped_at_creation: true,
        });
        if let Ok(mut view) = buffer.slice(..).get_mapped_range_mut() {
            view.slice(..contents.len()).copy_from_slice(contents);
        }
        buffer.unmap();
        buffer
    }

    /// A compute pipeline with its bind group layout taken from the shader.
    pub fn pipeline(&self, source: &str, entry: &'static str, mode: Option<u32>) -> wgpu::ComputePipeline {
        let module = self.device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(entry),
            source: wgpu::ShaderSource::Wgsl(source.into()),
        });
        let constants: Vec<(&str, f64)> = mode.map(|m| ("mode", f64::from(m))).into_iter().collect();
        self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(entry),
            layout: None,
            module: &module,
            entry_point: Some(entry),
            compilation_options: wgpu::PipelineCompilationOptions { constants: &constants, ..Default::default() },
            cache: None,
        })
    }

    /// A bind group of whole buffers at bindings 0, 1, 2 …
    pub fn bind(&self, pipeline: &wgpu::ComputePipeline, buffers: &[&wgpu::Buffer]) -> wgpu::BindGroup {
        let entries: Vec<_> = (0_u32..)
            .zip(buffers)
            .map(|(binding, buffer)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() })
            .collect();
        self.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &pipeline.get_bind_group_layout(0),
            entries: &entries,
        })
    }

    /// Reads a buffer's bytes back, waiting for all that was submitted.
    ///
    /// # Errors
    /// [`EngineError::Gpu`].
    pub fn read(&self, buffer: &wgpu::Buffer, size: u64, doing: &'static str) -> Result<Vec<u8>, EngineError> {
        let usage = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
        let reader = self.buffer("read back", size, usage);
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_buffer_to_buffer(buffer, 0, &reader, 0, size);
        self.queue.submit([encoder.finish()]);
        reader.slice(..).map_async(wgpu::MapMode::Read, |_| ());
        self.wait(doing)?;
        let view = reader.slice(..size).get_mapped_range();
        Ok(view.map_err(|e| EngineError::Gpu { doing, what: format!("{e:?}") })?.to_vec())
    }
}
