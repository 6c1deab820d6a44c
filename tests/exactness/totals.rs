//! Sum, mean, min, max, std and any against exact sums, within what `plan::FixedPoint` promises.

use scumble::aggregate::cpu::CpuOptions;
use scumble::aggregate::gpu::GpuOptions;

use super::axes::{linear, reals};
use super::engines::{layer, on_both, on_cpu, on_gpu, plan, random_cpu, random_gpu};
use super::files::{Arrangement, Column, Kind, Num, open};
use super::properties::check_seeds;
use super::reference::{Ruler, Sorted, compare_bits, sort};
use super::values::{Random, column_of_values, column_on_axis};

pub const STATISTICS: [&str; 5] = ["sum", "mean", "min", "max", "std"];

/// An f64 as m · 2^e with a whole m.
fn parts_of(v: f64) -> (i128, i32) {
    let bits = v.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i32;
    let fraction = i128::from(bits & ((1 << 52) - 1));
    let size = if exponent == 0 { fraction } else { fraction | 1 << 52 };
    (if v < 0.0 { -size } else { size }, exponent.max(1) - 1075)
}

/// The exact sum of finite f64s as m · 2^e, where only m is rounded.
fn exact_sum(values: impl Iterator<Item = f64>) -> (f64, i32) {
    // Digits of 32 bits from 2^-1074 on; each takes many additions before it is carried.
    let mut digits = [0_i128; 70];
    for v in values {
        let (m, e) = parts_of(v);
        let at = (e + 1074) as usize;
        digits[at / 32] += m << (at % 32);
    }
    let carry = |digits: &mut [i128; 70]| {
        for i in 0..69 {
            digits[i + 1] += digits[i] >> 32;
            digits[i] &= 0xffff_ffff;
        }
    };
    carry(&mut digits);
    let sign = if digits[69] < 0 { -1.0 } else { 1.0 };
    if sign < 0.0 {
        digits.iter_mut().for_each(|d| *d = -*d);
        carry(&mut digits);
    }
    let Some(top) = digits.iter().rposition(|d| *d != 0) else { return (0.0, 0) };
    let first = top.saturating_sub(2);
    let mut m = digits[first..=top].iter().rev().fold(0_i128, |m, d| m << 32 | d);
    // What lies below only tells whether a tie is one.
    m = m << 1 | i128::from(digits[..first].iter().any(|d| *d != 0));
    (sign * m as f64, first as i32 * 32 - 1074 - 1)
}

fn to_real(v: Num) -> f64 {
    match v {
        Num::Int(v) => v as f64,
        Num::Real(v) => v,
    }
}

fn whole(v: &Num) -> i128 {
    match v {
        Num::Int(v) => *v,
        Num::Real(v) => panic!("{v} among integers"),
    }
}

/// What the whole value column says about how exact a reduction is.
pub struct Facts {
    kind: Kind,
    /// The largest absolute finite value.
    max_abs: f64,
    /// Greatest less least integer.
    reach: i128,
}

impl Facts {
    pub fn of(column: &Column) -> Self {
        let finite = || column.values.iter().filter(|v| column.kind.is_number(**v));
        let max_abs = finite().map(|v| to_real(*v).abs()).fold(0.0, f64::max);
        let mut reach = 0;
        if column.kind.is_integer() {
            let (low, high) = (finite().map(whole).min(), finite().map(whole).max());
            reach = high.unwrap_or(0) - low.unwrap_or(0);
        }
        Self { kind: column.kind, max_abs, reach }
    }

    /// What a statistic of a pixel's rows is, and how far off it may be.
    pub fn wanted(&self, statistic: &str, rows: &[Num]) -> (f64, f64) {
        let n = rows.len() as f64;
        let reals = || rows.iter().map(|v| to_real(*v));
        match statistic {
            "min" => (reals().fold(f64::INFINITY, f64::min), 0.0),
            "max" => (reals().fold(f64::NEG_INFINITY, f64::max), 0.0),
            "sum" | "mean" if self.kind.is_integer() => {
                let sum = rows.iter().map(whole).sum::<i128>() as f64;
                if statistic == "sum" { (sum, 0.0) } else { (sum / n, (sum / n).abs() * f64::EPSILON) }
            }
            "sum" | "mean" => {
                let (m, e) = exact_sum(reals());
                let by = self.max_abs * 2_f64.powi(-60);
                let (value, by) =
                    if statistic == "sum" { (libm::ldexp(m, e), n * by) } else { (libm::ldexp(m / n, e), by) };
                (value, by + 2.0 * f64::EPSILON * value.abs() + 5e-324)
            }
            "std" if self.kind.is_integer() => {
                let least = rows.iter().map(whole).min().unwrap_or(0);
                let sum: i128 = rows.iter().map(|v| whole(v) - least).sum();
                let (mean, rest) = (sum / rows.len() as i128, (sum % rows.len() as i128) as f64 / n);
                let squares = rows.iter().map(|v| ((whole(v) - least - mean) as f64 - rest).powi(2));
                let std = (squares.sum::<f64>() / n).sqrt();
                let used = 128 - self.reach.leading_zeros();
                (std, std * 1e-12 + if used > 42 { 2_f64.powi(used as i32 - 42) } else { 0.0 })
            }
            "std" => {
                let unit = if self.max_abs > 0.0 { self.max_abs } else { 1.0 };
                let (m, e) = exact_sum(reals());
                let mean = libm::ldexp(m / n, e) / unit;
                let squares = reals().map(|v| (v / unit - mean).powi(2));
                let std = (squares.sum::<f64>() / n).sqrt();
                (std * unit, (std * 1e-12 + 2_f64.powi(-41)) * unit + 5e-324)
            }
            other => panic!("{other}"),
        }
    }
}

/// The sum of reals as the documentation of `FixedPoint` has it: floor(v · 2^shift), added up as integers. A value that lies
/// less than 2^-26 of a step below a whole number may count as that number.
fn documented(facts: &Facts, rows: &[Num]) -> (f64, f64) {
    let mut exponent = -1074;
    while facts.max_abs >= libm::ldexp(1.0, exponent) && exponent < 1024 {
        exponent += 1;
    }
    let shift = 61 - exponent;
    let (mut sum, mut near) = (0_i128, 0.0);
    for v in rows {
        let (m, e) = parts_of(to_real(*v));
        match e + shift {
            by @ 0.. => sum += m << by,
            by => {
                let by = (-by).min(120);
                sum += m >> by;
                let below = (-m).rem_euclid(1 << by);
                near += f64::from(below > 0 && below < (1 << by) >> 26);
            }
        }
    }
    let wanted = libm::ldexp(sum as f64, -shift);
    (wanted, if near > 0.0 { libm::ldexp(near, -shift) + wanted.abs() * f64::EPSILON } else { 0.0 })
}

/// A table of three columns on a small grid, with values of a kind.
fn random_table(kind: Kind, rows: usize, random: &mut Random) -> ([Column; 3], Ruler, Ruler) {
    let (x, y) = (linear(reals(-2.0, 2.0), 1 + random.below(6) as u32), linear(reals(0.0, 9.0), 3));
    let place = random.pick(&[Kind::F4, Kind::F8, Kind::I2]);
    let columns = [
        column_on_axis(place, &x, rows, random),
        column_on_axis(Kind::U1, &y, rows, random),
        column_of_values(kind, rows, random),
    ];
    (columns, x, y)
}

fn check(sorted: &Sorted, facts: &Facts, statistic: &str, got: &scumble::aggregate::Aggregate) -> Result<(), String> {
    sorted.check_reals(got, |rows| facts.wanted(statistic, rows))?;
    if statistic == "sum" && !facts.kind.is_integer() {
        sorted.check_reals(got, |rows| documented(facts, rows)).map_err(|e| format!("floor(v * 2^shift): {e}"))?;
    }
    Ok(())
}

fn reductions_agree(kind: Kind, seed: u64, rows: usize) -> Result<(), String> {
    let mut random = Random(seed);
    let (columns, x, y) = random_table(kind, rows, &mut random);
    let opened = open(&columns, random.pick(&[Arrangement::Packed, Arrangement::Npy]), 3);
    let (sorted, facts) = (sort(&columns, &x, &y, true), Facts::of(&columns[2]));
    for statistic in STATISTICS {
        let plan = plan(&opened.table, &layer(&x, &y, &format!("{statistic}:v"))).unwrap();
        let (cpu_options, gpu_options) = (random_cpu(&mut random), random_gpu(&mut random));
        let (cpu, gpu) = (on_cpu(&opened.table, &plan, cpu_options), on_gpu(&opened.table, &plan, gpu_options));
        let what = || format!("{statistic} of {}; {cpu_options:?}; {gpu_options:?}", columns[2].dtype());
        compare_bits(&cpu, &gpu).map_err(|e| format!("CPU and GPU: {e}; {}", what()))?;
        check(&sorted, &facts, statistic, &cpu).map_err(|e| format!("{e}; {}", what()))?;
    }
    let plan = plan(&opened.table, &layer(&x, &y, "any")).unwrap();
    let sorted = sort(&columns, &x, &y, false);
    for (engine, got) in on_both(&opened.table, &plan) {
        sorted.check_reals(&got, |_| (1.0, 0.0)).map_err(|e| format!("any on the {engine}: {e}"))?;
    }
    Ok(())
}

macro_rules! for_kinds {
    ($($name:ident: $kind:ident, $seed:literal;)*) => {$(
        #[test]
        fn $name() {
            check_seeds(32, $seed, 3000, |seed, rows| reductions_agree(Kind::$kind, seed, rows));
        }
    )*};
}

for_kinds! {
    values_of_f2: F2, 2;
    values_of_f4: F4, 4;
    values_of_f8: F8, 8;
    values_of_i1: I1, 11;
    values_of_i2: I2, 12;
    values_of_i4: I4, 14;
    values_of_i8: I8, 18;
    values_of_u1: U1, 21;
    values_of_u2: U2, 22;
    values_of_u4: U4, 24;
    values_of_u8: U8, 28;
    values_of_bool: Bool, 31;
    values_of_times: Time, 38;
}

/// One pixel that holds all values.
fn in_one_pixel(values: Column, statistic: &str) -> Result<(), String> {
    let rows = values.values.len();
    let place = || Column::integers(Kind::U1, (0..rows).map(|_| 0));
    let columns = [place(), place(), values];
    let one = linear(reals(-0.5, 0.5), 1);
    let opened = open(&columns, Arrangement::Packed, 0);
    let plan = plan(&opened.table, &layer(&one, &one, &format!("{statistic}:v"))).unwrap();
    let (sorted, facts) = (sort(&columns, &one, &one, true), Facts::of(&columns[2]));
    for (engine, got) in on_both(&opened.table, &plan) {
        check(&sorted, &facts, statistic, &got).map_err(|e| format!("{statistic} on the {engine}: {e}"))?;
    }
    Ok(())
}

#[test]
fn a_tiny_negative_value_changes_no_sum() {
    for tiny in [-1e-30, -1e-18, -1e-17, -5e-324, -2_f64.powi(-85), -2_f64.powi(-60)] {
        in_one_pixel(Column::reals(Kind::F8, [1.0, tiny]), "sum").unwrap_or_else(|e| panic!("1 + {tiny:e}: {e}"));
        in_one_pixel(Column::reals(Kind::F8, [1.0, tiny]), "std").unwrap_or_else(|e| panic!("1, {tiny:e}: {e}"));
    }
}

#[test]
fn a_huge_dynamic_range_is_summed_as_documented() {
    let powers = (-1074..1020).map(|e| libm::ldexp(if e % 3 == 0 { -1.0 } else { 1.0 }, e));
    in_one_pixel(Column::reals(Kind::F8, powers), "sum").unwrap();
    in_one_pixel(Column::reals(Kind::F8, [1e16, 1.0, -1e16, 1.0, 1e-3]), "sum").unwrap();
    in_one_pixel(Column::reals(Kind::F4, [3e38, 3e38, -3e38, 1e-45, 2.0]), "sum").unwrap();
    in_one_pixel(Column::reals(Kind::F8, [5e-324, 1e-323, 1e-310]), "sum").unwrap();
    in_one_pixel(Column::reals(Kind::F8, [0.0, -0.0]), "sum").unwrap();
}

#[test]
fn the_mean_of_the_largest_values_is_finite() {
    in_one_pixel(Column::reals(Kind::F4, [f64::from(f32::MAX); 5]), "mean").unwrap();
    in_one_pixel(Column::reals(Kind::F8, [1.5e308, 1.7e308]), "mean").unwrap();
}

#[test]
fn the_std_of_near_equal_large_numbers() {
    let near = |center: i128, kind| Column::integers(kind, (0..300).map(move |i| center + i % 3));
    for (center, kind) in [
        (1_000_000_000_000, Kind::I8),
        (1_672_531_200_000_000_001, Kind::I8),
        (1_672_531_200_000_000_001, Kind::Time),
        (i64::MAX as i128 - 2, Kind::I8),
        (u64::MAX as i128 - 2, Kind::U8),
        (i32::MAX as i128 - 2, Kind::I4),
        (u32::MAX as i128 - 2, Kind::U4),
    ] {
        in_one_pixel(near(center, kind), "std").unwrap_or_else(|e| panic!("{center} {kind:?}: {e}"));
    }
    // Reals that 42 bits hold, and reals that they do not.
    for center in [1e6, 1e11, 1e12, 1e15] {
        let values = (0..300).map(|i| center + f64::from(i % 3));
        in_one_pixel(Column::reals(Kind::F8, values), "std").unwrap_or_else(|e| panic!("{center:e}: {e}"));
    }
    in_one_pixel(Column::reals(Kind::F8, [0.1; 1000]), "std").unwrap();
}

#[test]
fn the_comparer_sees_one_value_off() {
    let columns =
        [Column::integers(Kind::U1, [0, 0]), Column::integers(Kind::U1, [0, 0]), Column::reals(Kind::F8, [1.0, 2.0])];
    let one = linear(reals(-0.5, 0.5), 1);
    let opened = open(&columns, Arrangement::Packed, 0);
    let mut other = columns.clone();
    other[2].values[1] = Num::Real(2.0 + 1e-12);
    let facts = Facts::of(&columns[2]);
    for statistic in STATISTICS {
        let plan = plan(&opened.table, &layer(&one, &one, &format!("{statistic}:v"))).unwrap();
        let got = on_cpu(&opened.table, &plan, CpuOptions::default());
        compare_bits(&got, &on_gpu(&opened.table, &plan, GpuOptions::default())).unwrap();
        check(&sort(&columns, &one, &one, true), &facts, statistic, &got).unwrap();
        let seen = check(&sort(&other, &one, &one, true), &facts, statistic, &got).is_err();
        // The smallest value is not the one changed, and 1e-12 lies below the last bit that std keeps.
        assert_eq!(seen, !matches!(statistic, "min" | "std"), "{statistic}");
    }
}
