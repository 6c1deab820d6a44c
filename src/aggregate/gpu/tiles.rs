//! Tiles: rows on the device.

use super::device::Gpu;
use super::pack::TileShape;

/// A storage buffer with the planes of up to `capacity` rows.
#[derive(Debug)]
pub struct Tile {
    /// The buffer.
    pub buffer: wgpu::Buffer,
    /// Words between the planes.
    pub capacity: u32,
}

impl Tile {
    /// An empty tile.
    pub fn new(gpu: &Gpu, shape: &TileShape) -> Self {
        let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST;
        Self { buffer: gpu.buffer("tile", shape.bytes(), usage), capacity: shape.capacity }
    }
}

/// All rows of a table that its filter keeps, on the device.
#[derive(Debug)]
pub struct Tiles {
    /// How rows lie in each tile.
    pub shape: TileShape,
    /// The tiles with their number of rows.
    pub tiles: Vec<(Tile, u32)>,
    /// Rows that the filter left out.
    pub filtered: u64,
}

impl Tiles {
    /// Bytes on the device.
    pub fn bytes(&self) -> u64 {
        self.shape.bytes() * self.tiles.len() as u64
    }
}
