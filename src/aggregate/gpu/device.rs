//! The device: adapter choice, limits, and errors as results instead of panics.

use std::sync::{Arc, Mutex, PoisonError};

use crate::aggregate::EngineError;

use super::memory::{Pool, budget_of};

/// A device and its queue.
#[derive(Debug)]
pub struct Gpu {
    /// The device.
    pub device: wgpu::Device,
    /// Its queue.
    pub queue: wgpu::Queue,
    /// Buffers that go from one frame to the next.
    pub pool: Pool,
    info: wgpu::AdapterInfo,
    limits: wgpu::Limits,
    has_texture_atomics: bool,
    budget: u64,
    failure: Arc<Mutex<Failure>>,
}

/// Whether the device stops loops that do not end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoopBounds {
    /// Always.
    Always,
    /// In builds with debug assertions only: all loops of the shader end.
    InDebugBuilds,
}

/// How often, and how far apart, a device is asked whether it is lost once something has failed.
const LOSS_POLLS: u32 = 20;
/// See [`LOSS_POLLS`].
const LOSS_WAIT: std::time::Duration = std::time::Duration::from_millis(10);

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
    /// Opens the best adapter, hardware before software, with all the limits it has. Of the optional features it takes
    /// texture atomics where they are.
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
        let features = adapter.features() & wgpu::Features::TEXTURE_ATOMIC;
        let counts = adapter.get_texture_format_features(wgpu::TextureFormat::R32Uint).allowed_usages;
        let has_texture_atomics = !features.is_empty() && counts.contains(wgpu::TextureUsages::STORAGE_ATOMIC);
        let wanted = wgpu::DeviceDescriptor {
            label: Some("scumble"),
            required_features: features,
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
        let budget = budget_of(&adapter, &info);
        Ok(Self { device, queue, pool: Pool::default(), info, limits, has_texture_atomics, budget, failure })
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

    /// Most pixels along a side of a texture of counts; 0 where textures have no atomics.
    pub fn max_counts_side(&self) -> u32 {
        if self.has_texture_atomics { self.limits.max_texture_dimension_2d.min(1 << 16) } else { 0 }
    }

    /// Bytes that data may take on the device; see [`budget_of`].
    pub fn budget(&self) -> u64 {
        self.budget
    }

    /// An error if anything has gone wrong on the device since the last call. A lost device stays lost.
    ///
    /// # Errors
    /// [`EngineError::DeviceLost`], [`EngineError::Gpu`].
    pub fn check(&self, doing: &'static str) -> Result<(), EngineError> {
        let take = || {
            let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
            let message = if failure.is_lost { failure.message.clone() } else { failure.message.take() };
            Some((message?, failure.is_lost))
        };
        let Some((what, is_lost)) = take() else { return Ok(()) };
        // The first error of a lost device may come before the word of its loss, which a poll brings, sooner or later.
        let is_lost = is_lost
            || (0..LOSS_POLLS).any(|poll| {
                if poll > 0 {
                    std::thread::sleep(LOSS_WAIT);
                }
                let _ = self.device.poll(wgpu::PollType::Poll);
                self.failure.lock().unwrap_or_else(PoisonError::into_inner).is_lost
            });
        Err(if is_lost { EngineError::DeviceLost { doing, what } } else { EngineError::Gpu { doing, what } })
    }

    /// Waits until a submission is done, or all that was submitted.
    ///
    /// # Errors
    /// [`EngineError::DeviceLost`], [`EngineError::Gpu`].
    pub fn wait(&self, submission: Option<wgpu::SubmissionIndex>, doing: &'static str) -> Result<(), EngineError> {
        let polled = self.device.poll(wgpu::PollType::Wait { submission_index: submission, timeout: None });
        self.check(doing)?;
        polled.map_err(|e| EngineError::Gpu { doing, what: e.to_string() }).map(|_| ())
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

    /// A buffer of at least `size` bytes with anything in it, from the pool where it has one.
    pub fn used_buffer(&self, label: &str, size: u64, usage: wgpu::BufferUsages) -> wgpu::Buffer {
        self.pool.take(size, usage).unwrap_or_else(|| self.buffer(label, size, usage))
    }

    /// A storage buffer with the given contents, a multiple of 4 bytes. Where the device has no memory left, the buffer
    /// stays empty and the next [`Gpu::check`] tells.
    pub fn filled(&self, label: &str, contents: &[u8]) -> wgpu::Buffer {
        self.filled_for(label, contents, wgpu::BufferUsages::STORAGE)
    }

    /// A buffer as [`Gpu::filled`], for another use.
    pub fn filled_for(&self, label: &str, contents: &[u8], usage: wgpu::BufferUsages) -> wgpu::Buffer {
        let usage = usage | wgpu::BufferUsages::COPY_DST;
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
    pub fn pipeline(
        &self,
        source: &str,
        entry: &'static str,
        mode: Option<u32>,
        loops: LoopBounds,
    ) -> wgpu::ComputePipeline {
        let described =
            wgpu::ShaderModuleDescriptor { label: Some(entry), source: wgpu::ShaderSource::Wgsl(source.into()) };
        let module = if loops == LoopBounds::Always || cfg!(debug_assertions) {
            self.device.create_shader_module(described)
        } else {
            let checks =
                wgpu::ShaderRuntimeChecks { force_loop_bounding: false, ..wgpu::ShaderRuntimeChecks::checked() };
            // SAFETY: only the splat is made so, a shader of ours, and all its loops end: those over rows and words count
            // to a number known before, the search halves an interval. Indices stay checked.
            #[expect(unsafe_code, reason = "loop bounding adds a counter to every loop of the hottest kernel")]
            unsafe {
                self.device.create_shader_module_trusted(described, checks)
            }
        };
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

    /// A bind group of whole buffers, and textures, at bindings 0, 1, 2 …
    pub fn bind(&self, pipeline: &wgpu::ComputePipeline, bound: &[wgpu::BindingResource<'_>]) -> wgpu::BindGroup {
        let entries: Vec<_> = (0_u32..)
            .zip(bound)
            .map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource: resource.clone() })
            .collect();
        self.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &pipeline.get_bind_group_layout(0),
            entries: &entries,
        })
    }

    /// What `take` makes of `size` bytes that `copy` puts into the buffer it is given, after all that was submitted.
    ///
    /// # Errors
    /// [`EngineError::DeviceLost`], [`EngineError::Gpu`].
    pub fn read<T>(
        &self,
        size: u64,
        doing: &'static str,
        copy: impl FnOnce(&mut wgpu::CommandEncoder, &wgpu::Buffer),
        take: impl FnOnce(&[u8]) -> T,
    ) -> Result<T, EngineError> {
        let usage = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
        let reader = self.used_buffer("read back", size, usage);
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        copy(&mut encoder, &reader);
        let submission = self.queue.submit([encoder.finish()]);
        reader.slice(..size).map_async(wgpu::MapMode::Read, |_| ());
        self.wait(Some(submission), doing)?;
        let view = reader.slice(..size).get_mapped_range();
        let taken = take(&view.map_err(|e| EngineError::Gpu { doing, what: format!("{e:?}") })?);
        reader.unmap();
        self.pool.give(reader);
        Ok(taken)
    }

    /// Loses the device, as a driver that fails would.
    #[cfg(test)]
    pub fn lose(&self) {
        self.device.destroy();
    }
}
