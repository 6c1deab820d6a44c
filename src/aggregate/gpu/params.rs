//! The parameter structs of the shaders; `tests/shaders.rs` compares them with the WGSL, field by field.

use bytemuck::{Pod, Zeroable};

/// `FORM_F32` … of common.wgsl.
pub const FORM_F32: u32 = 0;
/// See [`FORM_F32`].
pub const FORM_F64: u32 = 1;
/// See [`FORM_F32`].
pub const FORM_NARROW_INTEGER: u32 = 2;
/// See [`FORM_F32`].
pub const FORM_WIDE_INTEGER: u32 = 3;

/// `GUESS_NONE` … of common.wgsl.
pub const GUESS_NONE: u32 = 0;
/// See [`GUESS_NONE`].
pub const GUESS_LINEAR: u32 = 1;
/// See [`GUESS_NONE`].
pub const GUESS_LOG: u32 = 2;

/// `MODE_COUNT` … of splat.wgsl.
pub const MODE_COUNT: u32 = 0;
/// See [`MODE_COUNT`].
pub const MODE_TOTAL: u32 = 1;
/// See [`MODE_COUNT`].
pub const MODE_SQUARES: u32 = 2;
/// See [`MODE_COUNT`].
pub const MODE_HIGH: u32 = 3;
/// See [`MODE_COUNT`].
pub const MODE_LOW: u32 = 4;

/// `Axis` of common.wgsl.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable, PartialEq)]
pub struct Axis {
    /// First edge in the buffer of edges.
    pub edges_at: u32,
    /// Number of edges.
    pub edge_count: u32,
    /// Number of pixels.
    pub pixels: u32,
    /// `FORM_*`.
    pub form: u32,
    /// First low word of the column in the tile.
    pub low_at: u32,
    /// First high word; equal to `low_at` for keys of one word.
    pub high_at: u32,
    /// 1 where a key stands for "not finite".
    pub has_missing: u32,
    /// Low word of that key.
    pub missing_low: u32,
    /// High word of that key.
    pub missing_high: u32,
    /// `GUESS_*`.
    pub guess: u32,
    /// Start of the axis, first part.
    pub origin_high: f32,
    /// Start of the axis, second part.
    pub origin_low: f32,
    /// Pixels by unit.
    pub scale: f32,
    /// Key of the start, low word (integers).
    pub key_low: u32,
    /// Key of the start, high word.
    pub key_high: u32,
    /// Nothing.
    pub unused: u32,
}

/// `Splat` of common.wgsl.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable, PartialEq)]
pub struct Splat {
    /// The x axis.
    pub x: Axis,
    /// The y axis.
    pub y: Axis,
    /// First row of the dispatch.
    pub first_row: u32,
    /// Row after its last.
    pub end_row: u32,
    /// Rows of one invocation.
    pub rows_each: u32,
    /// Pixels along x.
    pub width: u32,
    /// First pixel row of the band.
    pub band_first: u32,
    /// Pixel rows of the band.
    pub band_rows: u32,
    /// Pixels of the band.
    pub cells: u32,
    /// 1 in the band that counts the rest.
    pub count_rest: u32,
    /// First low word of the values in the tile.
    pub value_low_at: u32,
    /// First high word.
    pub value_high_at: u32,
    /// 1 where a value stands for "not finite".
    pub value_has_missing: u32,
    /// Low word of that value.
    pub value_missing_low: u32,
    /// High word of that value.
    pub value_missing_high: u32,
    /// Nothing.
    pub unused_0: u32,
    /// Nothing.
    pub unused_1: u32,
    /// Nothing.
    pub unused_2: u32,
}

/// `Settle` of settle.wgsl.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable, PartialEq)]
pub struct Settle {
    /// Pixels of the band.
    pub cells: u32,
}

/// `Shade` of shade.wgsl.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable, PartialEq)]
pub struct Shade {
    /// Pixels along x.
    pub width: u32,
    /// Pixels along y.
    pub height: u32,
    /// First pixel row, from below.
    pub first_row: u32,
    /// Number of pixel rows.
    pub rows: u32,
    /// Key of an empty pixel, low word.
    pub empty_low: u32,
    /// Key of an empty pixel, high word.
    pub empty_high: u32,
    /// Color of an empty pixel.
    pub empty: u32,
    /// Nothing.
    pub unused: u32,
}
