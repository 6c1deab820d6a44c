// The pixel grid in a texture, for counts alone: planes.wgsl is its sister. Between common.wgsl and splat.wgsl.

@group(0) @binding(3) var counts: texture_storage_2d<r32uint, atomic>;

// The number of a pixel of the band: a picture has at most 16,384 pixels a side.
fn cell_of(x: u32, band_row: u32) -> u32 {
    return (band_row << 16u) | x;
}

// Adds `rows` rows to a pixel's count.
fn add_rows(cell: u32, rows: u32) {
    if rows != 0u {
        textureAtomicAdd(counts, vec2<u32>(cell & 0xffffu, cell >> 16u), rows);
    }
}

// Counts know no values.
fn add_value(cell: u32, value: vec2<u32>) {}
