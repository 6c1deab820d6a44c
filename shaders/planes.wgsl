// The pixel grid in a storage buffer, for every reduction; counts.wgsl is its sister. Between common.wgsl and splat.wgsl.
//
// Planes, each `cells` words, one after another:
//   0            rows in each pixel
//   1..=4        MODE_TOTAL, MODE_SQUARES: sum of the values, 128 bits, lowest word first
//   5..=8        MODE_SQUARES: sum of their squares, likewise
//   1, 2, 3      MODE_HIGH, MODE_LOW: greatest value's high word, its low word, and the high word in the making

@group(0) @binding(3) var<storage, read_write> planes: array<atomic<u32>>;

// Adds 128 bits to four planes from `at` on, carrying from word to word.
fn add_wide(at: u32, words: vec4<u32>) {
    var carry = 0u;
    for (var i = 0u; i < 4u; i++) {
        let word = words[i] + carry;
        // All ones and a carry make zero and a carry; otherwise there is none yet.
        carry = select(0u, 1u, word < carry);
        if word != 0u {
            let before = atomicAdd(&planes[at + i * params.cells], word);
            carry |= select(0u, 1u, before + word < before);
        }
    }
}

// The 64 bits of a · b.
fn times(a: u32, b: u32) -> vec2<u32> {
    let low = (a & 0xffffu) * (b & 0xffffu);
    let middle_0 = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
    let middle_1 = (a & 0xffffu) * (b >> 16u) + (middle_0 & 0xffffu);
    let high = (a >> 16u) * (b >> 16u) + (middle_0 >> 16u) + (middle_1 >> 16u);
    return vec2<u32>((middle_1 << 16u) | (low & 0xffffu), high);
}

// The square of a signed 64-bit value below 2^63 in size, as 128 bits.
fn square(value: vec2<u32>) -> vec4<u32> {
    let negative = (value.y & 0x80000000u) != 0u;
    let size = select(value, minus(vec2<u32>(0u, 0u), value), negative);
    let low = times(size.x, size.x);
    let cross = times(size.x, size.y);
    let high = times(size.y, size.y);
    // low + cross · 2^33 + high · 2^64
    let doubled = vec3<u32>(cross.x << 1u, (cross.y << 1u) | (cross.x >> 31u), cross.y >> 31u);
    let w1 = low.y + doubled.x;
    let c1 = select(0u, 1u, w1 < low.y);
    let s2 = high.x + doubled.y;
    let c2 = select(0u, 1u, s2 < high.x);
    let w2 = s2 + c1;
    let c3 = select(0u, 1u, w2 < s2);
    return vec4<u32>(low.x, w1, w2, high.y + doubled.z + c2 + c3);
}

// The number of a pixel of the band.
fn cell_of(x: u32, band_row: u32) -> u32 {
    return band_row * params.width + x;
}

// Adds `rows` rows to a pixel's count.
fn add_rows(cell: u32, rows: u32) {
    if rows != 0u {
        atomicAdd(&planes[cell], rows);
    }
}

fn add_value(cell: u32, value: vec2<u32>) {
    let cells = params.cells;
    switch mode {
        case MODE_TOTAL, MODE_SQUARES: {
            let sign = select(0u, 0xffffffffu, (value.y & 0x80000000u) != 0u);
            add_wide(cells + cell, vec4<u32>(value.x, value.y, sign, sign));
            if mode == MODE_SQUARES {
                add_wide(5u * cells + cell, square(value));
            }
        }
        case MODE_HIGH: {
            atomicMax(&planes[3u * cells + cell], value.y);
        }
        case MODE_LOW: {
            if value.y == atomicLoad(&planes[cells + cell]) {
                atomicMax(&planes[2u * cells + cell], value.x);
            }
        }
        default: {}
    }
}
