// Shade: from numbers to colors. Color i owns the keys from threshold i − 1 up to threshold i; the thresholds hold norm,
// limits and colors apart and are made on the host in f64, so that only integers are compared here.

struct Shade {
    // Pixels along x and y.
    width: u32,
    height: u32,
    // First pixel row of the numbers (from below) in this dispatch, and how many.
    first_row: u32,
    rows: u32,
    // Key of an empty pixel.
    empty_low: u32,
    empty_high: u32,
    // Color of an empty pixel, RGBA with red in the lowest byte.
    empty: u32,
    unused: u32,
}

@group(0) @binding(0) var<uniform> shade_params: Shade;
// Keys of the numbers: low word, high word; rows from `first_row` on.
@group(0) @binding(1) var<storage, read> keys: array<vec2<u32>>;
// Thresholds, ascending: low word, high word.
@group(0) @binding(2) var<storage, read> thresholds: array<vec2<u32>>;
// One color more than thresholds, RGBA with red in the lowest byte.
@group(0) @binding(3) var<storage, read> palette: array<u32>;
// The picture's rows, top row first.
@group(0) @binding(4) var<storage, read_write> picture: array<u32>;

fn less(a: vec2<u32>, b: vec2<u32>) -> bool {
    return a.y < b.y || (a.y == b.y && a.x < b.x);
}

@compute @workgroup_size(256)
fn shade(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let pixels = shade_params.width * shade_params.rows;
    for (var pixel = id.x; pixel < pixels; pixel += groups.x * 256u) {
        let key = keys[pixel];
        var color = shade_params.empty;
        if key.x != shade_params.empty_low || key.y != shade_params.empty_high {
            // The number of thresholds at or below the key.
            var low = 0u;
            var high = arrayLength(&thresholds);
            while low < high {
                let middle = (low + high) / 2u;
                if less(key, thresholds[middle]) {
                    high = middle;
                } else {
                    low = middle + 1u;
                }
            }
            color = palette[low];
        }
        let row = shade_params.rows - 1u - pixel / shade_params.width;
        picture[row * shade_params.width + pixel % shade_params.width] = color;
    }
}
