//! More rows than 32 bits count, and more than one dispatch, one tile or one binding holds.

use std::fs::File;
use std::io::Write as _;

use scumble::aggregate::cpu::CpuOptions;
use scumble::aggregate::gpu::GpuOptions;
use scumble::aggregate::{Accounting, Aggregate, Values};
use scumble::data::parallel::Reading;
use scumble::data::raw::RawSpec;

use super::axes::{integers, linear, reals};
use super::engines::{layer, on_cpu, on_gpu, on_gpu_from_tiles, plan};
use super::files::{Arrangement, Column, Kind, Opened, open, open_sources};
use super::reference::{compare_accounting, compare_counts, sort};

/// A raw file that `write` fills, with columns of one dtype of which x and y are named.
fn open_raw(dtype: &str, columns: u32, [x, y]: [&str; 2], write: impl FnOnce(&mut File)) -> Opened {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.bin");
    write(&mut File::create(&path).unwrap());
    let raw = RawSpec { dtype: Some(dtype.to_owned()), columns: Some(columns), ..RawSpec::default() };
    open_sources(folder, vec![path], [Some(x.to_owned()), Some(y.to_owned()), None], raw)
}

fn all_in(rows: u64) -> Accounting {
    Accounting { rows, in_view: rows, ..Accounting::default() }
}

#[test]
fn counters_are_emptied_in_time() {
    // 50 thousand rows in one pixel, emptied every so many: as 2^32 rows are with the default.
    let rows = 50_000;
    let columns = [
        Column::integers(Kind::U1, (0..rows).map(|i| i128::from(i % 100 == 0))),
        Column::reals(Kind::F4, (0..rows).map(|i| if i % 1000 == 7 { f64::NAN } else { 0.5 })),
    ];
    let (x, y) = (linear(reals(-0.5, 0.5), 1), linear(reals(0.0, 2.0), 2));
    let opened = open(&columns, Arrangement::Packed, 0);
    let plan = plan(&opened.table, &layer(&x, &y, "count")).unwrap();
    let sorted = sort(&columns, &x, &y, false);
    for spill_rows in [2048, 2049, 4095, 4096, 10_000, 1 << 20] {
        for threads in 1..=3 {
            let options = CpuOptions { reading: Reading { threads, block_bytes: 30_000 }, spill_rows };
            sorted.check_counts(&on_cpu(&opened.table, &plan, options)).unwrap_or_else(|e| panic!("{options:?}: {e}"));
        }
        let options = GpuOptions { spill_rows, tile_bytes: 40_000, ..GpuOptions::default() };
        sorted.check_counts(&on_gpu(&opened.table, &plan, options)).unwrap_or_else(|e| panic!("{options:?}: {e}"));
    }
}

#[test]
fn counters_may_be_emptied_more_often_than_rows_come_in() {
    let columns = [Column::integers(Kind::U1, (0..5000).map(|_| 0)), Column::integers(Kind::U1, (0..5000).map(|_| 0))];
    let one = linear(reals(-0.5, 0.5), 1);
    let opened = open(&columns, Arrangement::Packed, 0);
    let plan = plan(&opened.table, &layer(&one, &one, "count")).unwrap();
    let sorted = sort(&columns, &one, &one, false);
    for spill_rows in [1, 100, 2047] {
        let gpu = GpuOptions { spill_rows, ..GpuOptions::default() };
        sorted.check_counts(&on_gpu(&opened.table, &plan, gpu)).unwrap();
        let cpu = CpuOptions { spill_rows, ..CpuOptions::default() };
        sorted.check_counts(&on_cpu(&opened.table, &plan, cpu)).unwrap();
    }
}

#[test]
fn more_rows_than_32_bits_count_in_one_pixel() {
    const ROWS: u64 = (1 << 32) + 123_456;
    // A file of nothing but a hole takes no room on the disk. Row numbers are cheaper than a second column.
    let opened = open_raw("u1", 1, ["0", "row"], |file| file.set_len(ROWS).unwrap());
    let (x, y) = (linear(reals(-0.5, 255.5), 2), linear(integers(0, 1 << 34), 2));
    let plan = plan(&opened.table, &layer(&x, &y, "count")).unwrap();
    let got = on_cpu(&opened.table, &plan, CpuOptions::default());
    compare_counts(&got, (2, 2), &[ROWS, 0, 0, 0]).unwrap();
    compare_accounting(&got, all_in(ROWS)).unwrap();
}

/// `rows` bytes 0, 1, … 250, 0, 1, …; how often each comes.
fn write_bytes(file: &mut File, rows: u64) -> Vec<u64> {
    let piece: Vec<u8> = (0..251_u32 * 4000).map(|i| (i % 251) as u8).collect();
    let mut left = rows;
    while left > 0 {
        let now = left.min(piece.len() as u64);
        file.write_all(&piece[..now as usize]).unwrap();
        left -= now;
    }
    (0..251).map(|v| rows / 251 + u64::from(v < rows % 251)).collect()
}

#[test]
fn more_workgroups_than_one_dispatch_may_have() {
    // 256 invocations a workgroup, of 4 rows each on software adapters.
    const ROWS: u64 = 65_535 * 256 * 4 + 999;
    let mut wanted = Vec::new();
    let opened = open_raw("u1", 1, ["0", "0"], |file| wanted = write_bytes(file, ROWS));
    let (x, y) = (linear(reals(-0.5, 250.5), 251), linear(reals(-0.5, 255.5), 1));
    let plan = plan(&opened.table, &layer(&x, &y, "count")).unwrap();
    // Some 20 thousand dispatches.
    let options = GpuOptions { workgroups: 3, tile_bytes: 128 << 20, ..GpuOptions::default() };
    let got = on_gpu(&opened.table, &plan, options);
    compare_counts(&got, (251, 1), &wanted).unwrap();
    compare_accounting(&got, all_in(ROWS)).unwrap();
}

#[test]
fn a_tile_of_all_that_a_binding_holds() {
    // Pairs of f32: 128 MiB hold 2^24 rows, and one more needs a second tile.
    const TILE: u64 = 1 << 24;
    let write = |file: &mut File, rows: u64| {
        let mut out = Vec::with_capacity(1 << 20);
        for row in 0..rows {
            out.extend(((row % 4096) as f32).to_le_bytes());
            out.extend(((row / 4096) as f32).to_le_bytes());
            if out.len() == 1 << 20 || row == rows - 1 {
                file.write_all(&out).unwrap();
                out.clear();
            }
        }
    };
    let axis = linear(reals(0.0, 4096.0), 64);
    let check = |got: &Aggregate, rows: u64, what: &str| {
        let Values::Count(counts) = &got.values else { panic!("counts were asked for") };
        // Each pixel has 64 · 64 rows; the one too many lies above the view.
        assert!(counts.iter().all(|n| *n == 4096), "{what}: {:?}", counts.iter().find(|n| **n != 4096));
        let wanted = Accounting { rows, in_view: TILE, outside: rows - TILE, ..Accounting::default() };
        compare_accounting(got, wanted).unwrap_or_else(|e| panic!("{what}: {e}"));
    };
    for rows in [TILE, TILE + 1] {
        let opened = open_raw("<f4", 2, ["0", "1"], |file| write(file, rows));
        let plan = plan(&opened.table, &layer(&axis, &axis, "count")).unwrap();
        let options = GpuOptions { tile_bytes: 128 << 20, ..GpuOptions::default() };
        check(&on_gpu(&opened.table, &plan, options), rows, "streamed");
        if rows > TILE {
            check(&on_gpu_from_tiles(&opened.table, &plan, options), rows, "kept");
        }
    }
}
