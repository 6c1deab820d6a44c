//! The order of rows, blocks and tiles changes no bit; nor does the engine.

use scumble::aggregate::Aggregate;
use scumble::aggregate::gpu::GpuOptions;

use super::axes::{integers, linear, reals};
use super::engines::{layer, on_cpu, on_gpu, plan, random_cpu, random_gpu};
use super::files::{Arrangement, Column, Kind, open, open_parts_by};
use super::reference::compare_bits;
use super::totals::STATISTICS;
use super::values::Random;

/// Values over 60 orders of magnitude, of both signs, or all there are of an integer type.
fn wild(kind: Kind, rows: usize, random: &mut Random) -> Column {
    let real = |random: &mut Random| (random.unit() - 0.5) * 10_f64.powf(60.0 * random.unit() - 30.0);
    let integer = |random: &mut Random| i128::from(random.word() as i64) >> random.below(64);
    let values = (0..rows).map(|_| match kind.domain() {
        Some((0, _)) => kind.of_integer(integer(random).abs()),
        Some(_) => kind.of_integer(integer(random)),
        None => kind.of_real(real(random)),
    });
    Column::new(kind, values.collect::<Vec<_>>())
}

#[test]
fn shuffled_rows_give_the_same_bits() {
    let mut random = Random(7);
    let (x, y) = (linear(reals(0.0, 5.0), 5), linear(reals(-1.0, 1.0), 2));
    for kind in Kind::ALL {
        let rows = 6000;
        let mut columns = [
            Column::integers(Kind::U1, (0..rows).map(|_| i128::from(random.below(6)))),
            Column::reals(Kind::F4, (0..rows).map(|_| 2.1 * random.unit() - 1.0)),
            wild(kind, rows, &mut random),
        ];
        let mut first: [Option<Aggregate>; STATISTICS.len()] = Default::default();
        for turn in 0..3 {
            let opened = open(&columns, Arrangement::Packed, 0);
            for (statistic, first) in STATISTICS.iter().zip(&mut first) {
                let plan = plan(&opened.table, &layer(&x, &y, &format!("{statistic}:v"))).unwrap();
                let (cpu, gpu) = (random_cpu(&mut random), random_gpu(&mut random));
                for got in [on_cpu(&opened.table, &plan, cpu), on_gpu(&opened.table, &plan, gpu)] {
                    let first = first.get_or_insert_with(|| got.clone());
                    compare_bits(&got, first)
                        .unwrap_or_else(|e| panic!("{statistic} of {kind:?}, turn {turn}: {e}; {cpu:?}; {gpu:?}"));
                }
            }
            random.shuffle(&mut columns);
        }
    }
}

#[test]
fn a_grid_too_large_for_one_binding_is_the_same_in_bands() {
    let mut random = Random(11);
    let (x, y) = (linear(reals(0.0, 1.0), 37), linear(reals(0.0, 1.0), 29));
    let rows = 20_000;
    let place = |random: &mut Random| Column::reals(Kind::F8, (0..rows).map(|_| 1.1 * random.unit()));
    let columns = [place(&mut random), place(&mut random), wild(Kind::F4, rows, &mut random)];
    let opened = open(&columns, Arrangement::Packed, 0);
    for reduction in ["count", "any", "sum:v", "mean:v", "min:v", "max:v", "std:v"] {
        let plan = plan(&opened.table, &layer(&x, &y, reduction)).unwrap();
        let cpu = on_cpu(&opened.table, &plan, random_cpu(&mut random));
        // One row of pixels a band, some rows a band with a remainder, all in one.
        for plane_bytes in [1, 4 * 37 * 9 * 8, 128 << 20] {
            let options = GpuOptions { plane_bytes, tile_bytes: 100_000, ..GpuOptions::default() };
            let gpu = on_gpu(&opened.table, &plan, options);
            compare_bits(&cpu, &gpu).unwrap_or_else(|e| panic!("{reduction}, bands of {plane_bytes} bytes: {e}"));
        }
    }
}

#[test]
fn threads_that_pack_rows_in_any_order_keep_the_numbers_of_rows() {
    // Several blocks and tiles, packed by more threads than there are cores.
    let rows = 3_000_000;
    let mut random = Random(13);
    let mut column = || Column::integers(Kind::U1, (0..rows).map(|_| i128::from(random.below(4))));
    let columns = [column(), column()];
    let opened = open_parts_by(&[&columns], Arrangement::Packed, 0, [Some("row"), None, None]);
    let (x, y) = (linear(integers(0, rows), 1000), linear(reals(-0.5, 3.5), 4));
    let plan = plan(&opened.table, &layer(&x, &y, "count")).unwrap();
    let cpu = on_cpu(&opened.table, &plan, random_cpu(&mut random));
    for threads in [1, 2, 5] {
        let options = GpuOptions { threads, tile_bytes: 3 << 20, staging_bytes: 300_000, ..GpuOptions::default() };
        let gpu = on_gpu(&opened.table, &plan, options);
        compare_bits(&cpu, &gpu).unwrap_or_else(|e| panic!("{threads} threads: {e}"));
    }
}
