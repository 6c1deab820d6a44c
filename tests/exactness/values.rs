//! Random values with all the nasty ones among them, from a seed alone.

use super::axes::inverse;
use super::files::{Arrangement, Column, Kind, Num};
use super::reference::Ruler;

/// `SplitMix64`.
pub struct Random(pub u64);

impl Random {
    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A whole number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.word() % end
    }

    /// A real number of [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.word() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }

    pub fn coin(&mut self) -> bool {
        self.below(2) == 1
    }

    /// Puts the rows of columns into another order.
    pub fn shuffle(&mut self, columns: &mut [Column]) {
        for i in (1..columns[0].values.len()).rev() {
            let j = self.below(i as u64 + 1) as usize;
            columns.iter_mut().for_each(|c| c.values.swap(i, j));
        }
    }

    pub fn arrangement(&mut self) -> Arrangement {
        self.pick(&[Arrangement::Interleaved, Arrangement::Planar, Arrangement::Packed, Arrangement::Npy])
    }
}

const REALS: [f64; 22] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    f64::MIN_POSITIVE,
    5e-324,
    -5e-324,
    1e-310,
    f64::MAX,
    f64::MIN,
    f32::MAX as f64,
    f32::MIN as f64,
    1e-45,
    -1e-45,
    1e-39,
    65_504.0,
    6e-8,
    9_007_199_254_740_993.0,
    0.1,
    1e15,
    -1e-15,
    1e38,
];

const INTEGERS: [i128; 14] = [
    0,
    1,
    -1,
    i64::MIN as i128,
    i64::MIN as i128 + 1,
    i64::MAX as i128,
    i64::MAX as i128 - 1,
    u64::MAX as i128,
    u64::MAX as i128 - 1,
    1 << 53,
    (1 << 53) + 1,
    1 << 63,
    1_672_531_200_000_000_001,
    i32::MIN as i128,
];

/// A value that has broken programs before, finite or not.
pub fn poison(kind: Kind, random: &mut Random) -> Num {
    if kind.is_integer() {
        return kind.of_integer(random.pick(&INTEGERS));
    }
    match random.below(6) {
        0 => Num::Real(f64::NAN),
        1 => Num::Real(f64::INFINITY),
        2 => Num::Real(f64::NEG_INFINITY),
        _ => kind.of_real(random.pick(&REALS)),
    }
}

/// A value on or beside an edge of an axis, inside it, outside it, poison, or the one before again.
pub fn on_axis(kind: Kind, ruler: &Ruler, random: &mut Random, before: Num) -> Num {
    let near = |at: f64, random: &mut Random| {
        let mut v = inverse(ruler, kind, at);
        for _ in 0..random.below(3) {
            v = kind.next(v, true);
        }
        for _ in 0..random.below(3) {
            v = kind.next(v, false);
        }
        v
    };
    match random.below(16) {
        0..=5 => near(random.below(u64::from(ruler.pixels) + 1) as f64 / f64::from(ruler.pixels), random),
        6 => near(random.pick(&[0.0, 1.0]), random),
        7..=10 => inverse(ruler, kind, random.unit()),
        11 => inverse(ruler, kind, 3.0 * random.unit() - 1.0),
        12 => poison(kind, random),
        13 => before,
        _ => inverse(ruler, kind, random.unit() * random.unit()),
    }
}

/// A column of values on an axis.
pub fn column_on_axis(kind: Kind, ruler: &Ruler, rows: usize, random: &mut Random) -> Column {
    let mut before = kind.of_integer(0);
    let values = (0..rows).map(|_| {
        before = on_axis(kind, ruler, random, before);
        before
    });
    let values = values.collect();
    Column { kind, big: random.coin(), values }
}

/// A column of values to be reduced: of one scale, or of all, with poison if so wanted.
pub fn column_of_values(kind: Kind, rows: usize, random: &mut Random) -> Column {
    let style = random.below(4);
    let center = random.pick(&[0.0, 1.0, 1e9, -273.15, 1e12]);
    let values = (0..rows).map(|_| match (style, kind.domain()) {
        (_, None) if random.below(50) == 0 => Num::Real(f64::NAN),
        (_, Some(_)) if random.below(50) == 0 => kind.of_integer(i64::MIN.into()),
        (0, Some(_)) => kind.of_integer(i128::from(random.word() as i64) + i128::from(random.word() as i64)),
        (1, Some(_)) | (1, None) if random.below(8) == 0 => poison(kind, random),
        (_, Some((low, high))) => {
            let middle = random.pick(&[low, high, 0]);
            kind.of_integer(middle + i128::from(random.below(300)) - 150)
        }
        (0, None) => kind.of_real((random.unit() - 0.5) * 10_f64.powf(40.0 * random.unit() - 20.0)),
        (2, None) => kind.of_real(center + random.unit()),
        _ => kind.of_real((random.unit() - 0.25) * 100.0),
    });
    let values = values.collect();
    Column { kind, big: random.coin(), values }
}
