// What the splat passes share: their parameters, the columns of a tile, and the edge rule.
//
// The edge rule, the only place where it is written in WGSL: a value lies in pixel (number of edges ≤ its key) − 1 of its
// axis. Keys and edges are unsigned integers that compare as the values do, so the result is exact on every GPU; floating
// point only guesses where to look first.

// One axis: its table of edges, its column in the tile, and how to guess a pixel.
struct Axis {
    // First edge in `edges`.
    edges_at: u32,
    // Edges that the column's type has values for: pixels + 1 or fewer.
    edge_count: u32,
    pixels: u32,
    // What the keys stand for: FORM_*.
    form: u32,
    // Where the low and the high words of the column's keys start in the tile; equal for keys of one word.
    low_at: u32,
    high_at: u32,
    // Whether one key stands for "not finite", and which.
    has_missing: u32,
    missing_low: u32,
    missing_high: u32,
    // How to guess: GUESS_*.
    guess: u32,
    // Start of the axis as the sum of two f32 (a logarithm to base 2 for GUESS_LOG), pixels by unit.
    origin_high: f32,
    origin_low: f32,
    scale: f32,
    // Key of the start of the axis, for integers.
    key_low: u32,
    key_high: u32,
    unused: u32,
}

struct Splat {
    x: Axis,
    y: Axis,
    // Rows of the tile that this dispatch takes.
    first_row: u32,
    end_row: u32,
    // Rows that each invocation takes.
    rows_each: u32,
    // Pixels along x.
    width: u32,
    // The band of pixel rows that the planes hold.
    band_first: u32,
    band_rows: u32,
    // Pixels of the band: the length of a plane.
    cells: u32,
    // Whether to count the rows outside the view and those not finite (in one band only).
    count_rest: u32,
    // Where the low and high words of the values start in the tile.
    value_low_at: u32,
    value_high_at: u32,
    // Whether one value stands for "not finite", and which.
    value_has_missing: u32,
    value_missing_low: u32,
    value_missing_high: u32,
    unused_0: u32,
    unused_1: u32,
    unused_2: u32,
}

const FORM_F32: u32 = 0u;
const FORM_F64: u32 = 1u;
const FORM_NARROW_INTEGER: u32 = 2u;
const FORM_WIDE_INTEGER: u32 = 3u;

const GUESS_NONE: u32 = 0u;
const GUESS_LINEAR: u32 = 1u;
const GUESS_LOG: u32 = 2u;

const OUTSIDE: u32 = 0xfffffffeu;
const NOT_FINITE: u32 = 0xffffffffu;

@group(0) @binding(0) var<uniform> params: Splat;
@group(0) @binding(1) var<storage, read> tile: array<u32>;
// Keys of the edges: low word, high word.
@group(0) @binding(2) var<storage, read> edges: array<vec2<u32>>;

const MODE_COUNT: u32 = 0u;
const MODE_TOTAL: u32 = 1u;
const MODE_SQUARES: u32 = 2u;
// Extremes of 64 bits take two looks at a tile: the greatest high word first, then the greatest low word among those.
const MODE_HIGH: u32 = 3u;
const MODE_LOW: u32 = 4u;

override mode: u32 = MODE_COUNT;

fn less(a: vec2<u32>, b: vec2<u32>) -> bool {
    return a.y < b.y || (a.y == b.y && a.x < b.x);
}

// a − b modulo 2^64.
fn minus(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
    return vec2<u32>(a.x - b.x, a.y - b.y - select(0u, 1u, a.x < b.x));
}

// The key of a row: low word, high word.
fn key_of(axis: Axis, row: u32) -> vec2<u32> {
    let low = tile[axis.low_at + row];
    if axis.low_at == axis.high_at {
        return vec2<u32>(low, 0u);
    }
    return vec2<u32>(low, tile[axis.high_at + row]);
}

// An f32 from its key.
fn real_of_narrow(key: u32) -> f32 {
    return bitcast<f32>(select(~key, key ^ 0x80000000u, (key & 0x80000000u) != 0u));
}

// About the value of an f64 key, as the sum of two f32; nonsense beyond the range of f32, which a guess may be.
fn real_of_wide(key: vec2<u32>) -> vec2<f32> {
    let positive = (key.y & 0x80000000u) != 0u;
    let high = select(~key.y, key.y ^ 0x80000000u, positive);
    let low = select(~key.x, key.x, positive);
    let exponent = i32((high >> 20u) & 0x7ffu) - 1023;
    if exponent < -60 || exponent > 126 {
        return vec2<f32>(0.0, 0.0);
    }
    let sign = high & 0x80000000u;
    let first = bitcast<f32>(sign | (u32(exponent + 127) << 23u) | ((high & 0xfffffu) << 3u) | (low >> 29u));
    let rest = f32(low & 0x1fffffffu) * exp2(f32(exponent - 52));
    return vec2<f32>(first, select(rest, -rest, sign != 0u));
}

// A pixel that is probably the key's, or next to it.
fn guess_pixel(axis: Axis, key: vec2<u32>) -> u32 {
    var value = vec2<f32>(0.0, 0.0);
    switch axis.form {
        case FORM_F32: {
            value.x = real_of_narrow(key.x);
        }
        case FORM_F64: {
            value = real_of_wide(key);
        }
        default: {
            let above = minus(key, vec2<u32>(axis.key_low, axis.key_high));
            value = vec2<f32>(f32(above.y) * 4294967296.0, f32(above.x));
        }
    }
    var position: f32;
    if axis.guess == GUESS_LOG {
        position = (log2(value.x) - axis.origin_high) * axis.scale;
    } else {
        position = ((value.x - axis.origin_high) + (value.y - axis.origin_low)) * axis.scale;
    }
    return u32(clamp(position, 0.0, f32(axis.pixels - 1u)));
}

// The pixel of a key: the edge rule.
fn locate(axis: Axis, key: vec2<u32>) -> u32 {
    if axis.has_missing != 0u && key.x == axis.missing_low && key.y == axis.missing_high {
        return NOT_FINITE;
    }
    let count = axis.edge_count;
    let at = axis.edges_at;
    if axis.guess != GUESS_NONE && count > 1u {
        // Mostly the guess is right, which two comparisons tell.
        let guess = min(guess_pixel(axis, key), count - 2u);
        if !less(key, edges[at + guess]) && less(key, edges[at + guess + 1u]) {
            return guess;
        }
    }
    return search(axis, key);
}

// The pixel of a key that no guess found: one outside, or next to an edge.
fn search(axis: Axis, key: vec2<u32>) -> u32 {
    let count = axis.edge_count;
    let at = axis.edges_at;
    if count == 0u || less(key, edges[at]) {
        return OUTSIDE;
    }
    if count == axis.pixels + 1u && !less(key, edges[at + count - 1u]) {
        return OUTSIDE;
    }
    // From here on: edge[low] ≤ key, and key < edge[high] (or high == count). The guess narrows both where it is good.
    var low = 0u;
    var high = min(count, axis.pixels);
    if axis.guess != GUESS_NONE {
        let guess = min(guess_pixel(axis, key), high - 1u);
        let below = select(0u, guess - 1u, guess > 0u);
        if !less(key, edges[at + below]) {
            low = below;
            let above = guess + 2u;
            if above < high && less(key, edges[at + above]) {
                high = above;
            }
        } else {
            high = max(below, 1u);
        }
    }
    while high - low > 1u {
        let middle = low + (high - low) / 2u;
        if less(key, edges[at + middle]) {
            high = middle;
        } else {
            low = middle;
        }
    }
    return low;
}
