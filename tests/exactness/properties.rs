//! Counts equal the reference for every dtype, byte order, layout, scale and setting of the engines.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};
use scumble::scene::axis::Scale;

use super::axes::random_axis;
use super::engines::{layer, on_cpu, on_gpu, on_gpu_from_tiles, plan, random_cpu, random_gpu};
use super::files::{Kind, open};
use super::reference::sort;
use super::values::{Random, column_on_axis};

/// Runs `check` on seeds and numbers of rows that are the same at every run; shrinking takes rows away.
pub fn check_seeds(cases: u32, seed: u64, most_rows: usize, check: impl Fn(u64, usize) -> Result<(), String>) {
    let config = Config { cases, rng_seed: RngSeed::Fixed(seed), failure_persistence: None, ..Config::default() };
    let strategy = (any::<u64>(), 1..most_rows);
    let test = |(seed, rows): (u64, usize)| check(seed, rows).map_err(TestCaseError::fail);
    if let Err(e) = TestRunner::new(config).run(&strategy, test) {
        panic!("{e}");
    }
}

fn random_scale(random: &mut Random) -> Scale {
    match random.below(5) {
        0 | 1 => Scale::Linear,
        2 | 3 => Scale::Log,
        _ => Scale::SymLog { linthresh: random.pick(&[1.0, 1e-3, 40.0]) },
    }
}

/// One random file with x of a kind, counted by everybody.
fn counts_agree(kind: Kind, seed: u64, rows: usize) -> Result<(), String> {
    let mut random = Random(seed);
    let alike = random.coin();
    let other = if alike { kind } else { random.pick(&Kind::ALL) };
    let (scale, other_scale) = (random_scale(&mut random), random_scale(&mut random));
    let x = random_axis(kind, scale, &mut random);
    let y = random_axis(other, other_scale, &mut random);
    let mut columns = vec![column_on_axis(kind, &x, rows, &mut random), column_on_axis(other, &y, rows, &mut random)];
    if alike {
        columns[1].big = columns[0].big;
    }
    let (arrangement, offset) = (random.arrangement(), random.pick(&[0, 1, 7, 128]));
    let opened = open(&columns, arrangement, offset);
    let plan = plan(&opened.table, &layer(&x, &y, "count")).map_err(|e| format!("{x:?} {y:?}: {e}"))?;
    let sorted = sort(&columns, &x, &y, false);
    let what =
        format!("{} by {} as {arrangement:?} from byte {offset}, {x:?}, {y:?}", columns[0].dtype(), columns[1].dtype());
    let cpu = random_cpu(&mut random);
    sorted.check_counts(&on_cpu(&opened.table, &plan, cpu)).map_err(|e| format!("{e}; {cpu:?}; {what}"))?;
    let gpu = random_gpu(&mut random);
    let got = if random.below(4) == 0 {
        on_gpu_from_tiles(&opened.table, &plan, gpu)
    } else {
        on_gpu(&opened.table, &plan, gpu)
    };
    sorted.check_counts(&got).map_err(|e| format!("{e}; {gpu:?}; {what}"))
}

macro_rules! for_kinds {
    ($($name:ident: $kind:ident, $seed:literal;)*) => {$(
        #[test]
        fn $name() {
            check_seeds(CASES, $seed, 3000, |seed, rows| counts_agree(Kind::$kind, seed, rows));
        }
    )*};
}

const CASES: u32 = 150;

for_kinds! {
    counts_of_f2: F2, 2;
    counts_of_f4: F4, 4;
    counts_of_f8: F8, 8;
    counts_of_i1: I1, 11;
    counts_of_i2: I2, 12;
    counts_of_i4: I4, 14;
    counts_of_i8: I8, 18;
    counts_of_u1: U1, 21;
    counts_of_u2: U2, 22;
    counts_of_u4: U4, 24;
    counts_of_u8: U8, 28;
    counts_of_bool: Bool, 31;
    counts_of_times: Time, 38;
}
