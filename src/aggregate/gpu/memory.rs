//! Memory on the device: how much data may lie there, and buffers kept from one frame to the next.

use std::sync::{Mutex, PoisonError};

/// Bytes for data where the device does not tell what it has.
const UNKNOWN_BYTES: u64 = 1 << 30;

/// Most bytes, and buffers, that wait for the next frame.
const POOL_BYTES: u64 = 256 << 20;
const POOL_BUFFERS: usize = 8;

/// Bytes that data may take on a device: three quarters of a discrete adapter's own memory, half of what an integrated one
/// shares with everybody, and [`UNKNOWN_BYTES`] where only the driver knows (Metal, DX12) or the memory is the host's own.
///
/// wgpu tells no memory sizes; Vulkan does, through the handle below it.
pub fn budget_of(adapter: &wgpu::Adapter, info: &wgpu::AdapterInfo) -> u64 {
    let of_heap = |share: fn(u64) -> u64| device_heap(adapter).map_or(UNKNOWN_BYTES, share);
    match info.device_type {
        wgpu::DeviceType::DiscreteGpu => of_heap(|bytes| bytes / 4 * 3),
        wgpu::DeviceType::IntegratedGpu | wgpu::DeviceType::VirtualGpu => of_heap(|bytes| bytes / 2),
        wgpu::DeviceType::Cpu | wgpu::DeviceType::Other => UNKNOWN_BYTES,
    }
}

/// Bytes of the largest heap that belongs to the device.
#[cfg(any(windows, all(unix, not(target_vendor = "apple"))))]
fn device_heap(adapter: &wgpu::Adapter) -> Option<u64> {
    // SAFETY: the handle is only asked for properties, while the adapter lives.
    #[expect(unsafe_code, reason = "wgpu tells no memory sizes")]
    let properties = unsafe {
        let vulkan = adapter.as_hal::<wgpu::hal::api::Vulkan>()?;
        let instance = vulkan.shared_instance().raw_instance();
        instance.get_physical_device_memory_properties(vulkan.raw_physical_device())
    };
    // Some heaps are a window of 256 MiB onto another; the largest is the memory itself.
    let own = properties.memory_types_as_slice().iter().filter(|kind| kind.property_flags.as_raw() & 1 != 0);
    own.filter_map(|kind| properties.memory_heaps_as_slice().get(kind.heap_index as usize)).map(|heap| heap.size).max()
}

#[cfg(not(any(windows, all(unix, not(target_vendor = "apple")))))]
fn device_heap(_: &wgpu::Adapter) -> Option<u64> {
    None
}

/// Buffers that a frame has done with: making one anew costs its pages and their zeros.
#[derive(Debug, Default)]
pub struct Pool(Mutex<Vec<wgpu::Buffer>>);

impl Pool {
    /// A buffer of these uses with at least `size` bytes, and not many more. It holds what its last user left.
    pub fn take(&self, size: u64, usage: wgpu::BufferUsages) -> Option<wgpu::Buffer> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |b: &wgpu::Buffer| b.usage() == usage && b.size() >= size && b.size() / 2 <= size;
        let found = kept.iter().position(fits)?;
        Some(kept.remove(found))
    }

    /// Keeps an unmapped buffer for the next frame; the oldest go when there are too many.
    pub fn give(&self, buffer: wgpu::Buffer) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(buffer);
        while kept.len() > POOL_BUFFERS || kept.iter().map(wgpu::Buffer::size).sum::<u64>() > POOL_BYTES {
            kept.remove(0);
        }
    }
}
