// Splat: adds the rows of a tile to a band of pixels. Follows common.wgsl and one of planes.wgsl (a buffer, every mode) and
// counts.wgsl (a texture, MODE_COUNT).

// Rows outside the view; rows not finite.
@group(0) @binding(4) var<storage, read_write> rest: array<atomic<u32>, 2>;

var<workgroup> outside: atomic<u32>;
var<workgroup> not_finite: atomic<u32>;

// Neighbouring rows often fall into one pixel: what one invocation sees of a pixel in a row is added at once.
var<private> run_cell: u32;
var<private> run_rows: u32;
var<private> rows_outside: u32;
var<private> rows_not_finite: u32;

// Adds the rows seen last to their pixel.
fn end_run() {
    if mode != MODE_LOW {
        add_rows(run_cell, run_rows);
    }
}

fn take(x_key: vec2<u32>, y_key: vec2<u32>, value: vec2<u32>) {
    let x = locate(params.x, x_key);
    let y = locate(params.y, y_key);
    var worst = max(x, y);
    if mode != MODE_COUNT && params.value_has_missing != 0u && value.x == params.value_missing_low
        && value.y == params.value_missing_high {
        worst = NOT_FINITE;
    }
    if worst >= OUTSIDE {
        rows_not_finite += select(0u, 1u, worst == NOT_FINITE);
        rows_outside += select(0u, 1u, worst == OUTSIDE);
        return;
    }
    // Wraps to a large number below the band.
    let band_row = y - params.band_first;
    if band_row >= params.band_rows {
        return;
    }
    let cell = cell_of(x, band_row);
    if mode != MODE_COUNT {
        add_value(cell, value);
    }
    if cell != run_cell {
        end_run();
        run_cell = cell;
        run_rows = 0u;
    }
    run_rows += 1u;
}

@compute @workgroup_size(256)
fn splat(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    // Lanes next to one another read rows next to one another: each load of a workgroup is one run of memory. (Four rows at
    // once for each lane took a quarter longer on llvmpipe.)
    let first = params.first_row + group.x * 256u * params.rows_each;
    for (var i = 0u; i < params.rows_each; i++) {
        let row = first + i * 256u + lane;
        if row >= params.end_row {
            break;
        }
        var value = vec2<u32>(0u, 0u);
        if mode != MODE_COUNT {
            value = vec2<u32>(tile[params.value_low_at + row], tile[params.value_high_at + row]);
        }
        take(key_of(params.x, row), key_of(params.y, row), value);
    }
    end_run();
    atomicAdd(&outside, rows_outside);
    atomicAdd(&not_finite, rows_not_finite);
    workgroupBarrier();
    if lane == 0u && params.count_rest != 0u && mode != MODE_LOW {
        atomicAdd(&rest[0], atomicLoad(&outside));
        atomicAdd(&rest[1], atomicLoad(&not_finite));
    }
}
