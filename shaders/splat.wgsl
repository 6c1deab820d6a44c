// Splat: adds the rows of a tile to the planes of a band of pixels. Follows common.wgsl.
//
// Planes, each `cells` words, one after another:
//   0            rows in each pixel
//   1..=4        MODE_TOTAL, MODE_SQUARES: sum of the values, 128 bits, lowest word first
//   5..=8        MODE_SQUARES: sum of their squares, likewise
//   1, 2, 3      MODE_HIGH, MODE_LOW: greatest value's high word, its low word, and the high word in the making

const MODE_COUNT: u32 = 0u;
const MODE_TOTAL: u32 = 1u;
const MODE_SQUARES: u32 = 2u;
// Extremes of 64 bits take two looks at a tile: the greatest high word first, then the greatest low word among those.
const MODE_HIGH: u32 = 3u;
const MODE_LOW: u32 = 4u;

override mode: u32 = MODE_COUNT;

@group(0) @binding(3) var<storage, read_write> planes: array<atomic<u32>>;
// Rows outside the view; rows not finite.
@group(0) @binding(4) var<storage, read_write> rest: array<atomic<u32>, 2>;

var<workgroup> outside: atomic<u32>;
var<workgroup> not_finite: atomic<u32>;

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

@compute @workgroup_size(256)
fn splat(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let first = params.first_row + group.x * 256u * params.rows_each;
    // Neighbouring rows often fall into one pixel: what one invocation sees of a pixel in a row is added at once.
    var run_cell = 0u;
    var run_rows = 0u;
    var rows_outside = 0u;
    var rows_not_finite = 0u;
    for (var i = 0u; i < params.rows_each; i++) {
        let row = first + i * 256u + lane;
        if row >= params.end_row {
            break;
        }
        let x = locate(params.x, key_of(params.x, row));
        let y = locate(params.y, key_of(params.y, row));
        var value = vec2<u32>(0u, 0u);
        var worst = max(x, y);
        if mode != MODE_COUNT {
            value = vec2<u32>(tile[params.value_low_at + row], tile[params.value_high_at + row]);
            if params.value_has_missing != 0u && value.x == params.value_missing_low
                && value.y == params.value_missing_high {
                worst = NOT_FINITE;
            }
        }
        if worst >= OUTSIDE {
            rows_not_finite += select(0u, 1u, worst == NOT_FINITE);
            rows_outside += select(0u, 1u, worst == OUTSIDE);
            continue;
        }
        // Wraps to a large number below the band.
        let band_row = y - params.band_first;
        if band_row >= params.band_rows {
            continue;
        }
        let cell = band_row * params.width + x;
        if mode != MODE_COUNT {
            add_value(cell, value);
        }
        if cell != run_cell {
            if mode != MODE_LOW {
                add_rows(run_cell, run_rows);
            }
            run_cell = cell;
            run_rows = 0u;
        }
        run_rows += 1u;
    }
    if mode != MODE_LOW {
        add_rows(run_cell, run_rows);
    }
    atomicAdd(&outside, rows_outside);
    atomicAdd(&not_finite, rows_not_finite);
    workgroupBarrier();
    if lane == 0u && params.count_rest != 0u && mode != MODE_LOW {
        atomicAdd(&rest[0], atomicLoad(&outside));
        atomicAdd(&rest[1], atomicLoad(&not_finite));
    }
}
