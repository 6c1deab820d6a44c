// Settle: between the two looks at a tile for extremes of 64 bits. Where a greater high word was found, it becomes the
// pixel's, and the low word starts again.

struct Settle {
    // Pixels of the band: the length of a plane.
    cells: u32,
}

@group(0) @binding(0) var<uniform> settle_params: Settle;
// As in splat.wgsl: 1 high word, 2 low word, 3 high word in the making.
@group(0) @binding(1) var<storage, read_write> planes: array<u32>;

@compute @workgroup_size(256)
fn settle(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let cells = settle_params.cells;
    for (var cell = id.x; cell < cells; cell += groups.x * 256u) {
        let found = planes[3u * cells + cell];
        if found > planes[cells + cell] {
            planes[cells + cell] = found;
            planes[2u * cells + cell] = 0u;
        }
    }
}
