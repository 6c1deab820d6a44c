//! The device: adapter choice, limits, and errors as results instead of panics.

use std::sync::{Arc, Mutex, PoisonError};

use wgpu::util::DeviceExt as _;

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
    failure: Arc<Mutex<Option<String>>>,
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
        let none = |e: &dyn std::fmt::Display| EngineError::NoAdapter(e.to_string());
        let adapter = pollster::block_on(instance.request_adapter(&options)).map_err(|e| none(&e))?;
        let (info, limits) = (adapter.get_info(), adapter.limits());
        let wanted = wgpu::DeviceDescriptor {
            label: Some("scumble"),
            required_limits: limits.clone(),
            memory_hints: wgpu::MemoryHints::MemoryUsage,
            ..wgpu::DeviceDescriptor::default()
        };
        let (device, queue) = pollster::block_on(adapter.request_device(&wanted)).map_err(|e| none(&e))?;
        let failure = Arc::new(Mutex::new(None));
        let (on_error, on_loss) = (Arc::clone(&failure), Arc::clone(&failure));
        device.on_uncaptured_error(Arc::new(move |e: wgpu::Error| keep(&on_error, e.to_string())));
        device.set_device_lost_callback(move |reason, message| {
            keep(&on_loss, format!("device lost ({reason:?}): {message}"));
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

    /// An error if anything has gone wrong on the device since the last call.
    ///
    /// # Errors
    /// [`EngineError::Gpu`].
    pub fn check(&self, doing: &'static str) -> Result<(), EngineError> {
        let found = self.failure.lock().unwrap_or_else(PoisonError::into_inner).take();
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

    /// A storage buffer with the given contents.
    pub fn filled(&self, label: &str, contents: &[u8]) -> wgpu::Buffer {
        self.device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
            label: Some(label),
            contents,
            usage: wgpu::BufferUsages::STORAGE,
        })
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

fn keep(slot: &Mutex<Option<String>>, message: String) {
    slot.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(message);
}
