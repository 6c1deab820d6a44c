//! Arithmetic of 64-bit whole numbers.

use super::tree::Binary;

/// What is made of a whole number and another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Whole {
    Add,
    Multiply,
    /// Rounded down.
    FloorDivide,
    /// With the sign of the divisor.
    Remainder,
}

/// Most links of a chain.
const LINKS: usize = 8;

/// What is made of a column of whole numbers, exactly: one number after the other takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chain {
    /// What the lanes lack to the values.
    bias: i128,
    links: [(Whole, i128); LINKS],
    len: usize,
    /// No number that it makes is larger, or smaller than the negative of this.
    bound: i128,
}

impl Chain {
    /// The values of a column whose lanes lack `bias`.
    pub fn new(bias: i128) -> Self {
        let bound = if bias == 0 { 1 << 63 } else { (1 << 64) - 1 };
        Self { bias, links: [(Whole::Add, 0); LINKS], len: 0, bound }
    }

    /// With one more link; none where that is too much, or a division by zero.
    pub fn with(mut self, function: Whole, operand: i128) -> Option<Self> {
        let size = i128::try_from(operand.unsigned_abs()).ok()?;
        self.bound = match function {
            Whole::Add => self.bound.checked_add(size)?,
            Whole::Multiply => self.bound.checked_mul(size)?,
            Whole::FloorDivide => self.bound.checked_div(size)?.checked_add(1)?,
            Whole::Remainder => size,
        };
        let is_division = matches!(function, Whole::FloorDivide | Whole::Remainder);
        if is_division && size == 0 {
            return None;
        }
        // Two sums are one.
        if let Some((Whole::Add, last)) = self.links().last().copied().filter(|_| function == Whole::Add) {
            self.links[self.len - 1].1 = last + operand;
            return Some(self);
        }
        *self.links.get_mut(self.len)? = (function, operand);
        self.len += 1;
        Some(self)
    }

    fn links(&self) -> &[(Whole, i128)] {
        &self.links[..self.len]
    }

    /// The chain before its last link, and what numbers between two must have been between there, as far as that is simple.
    pub fn before(self, (low, high): (i128, i128)) -> Option<(Self, (i128, i128))> {
        let shorter = Self { len: self.len.checked_sub(1)?, ..self };
        // What has no end has none before.
        let less = |end: i128, operand: i128| match end {
            i128::MIN | i128::MAX => end,
            end => end.saturating_sub(operand),
        };
        match self.links().last()? {
            (Whole::Add, operand) => Some((shorter, (less(low, *operand), less(high, *operand)))),
            (Whole::Multiply, -1) => {
                Some((shorter, (high.checked_neg().unwrap_or(i128::MAX), low.checked_neg().unwrap_or(i128::MAX))))
            }
            _ => None,
        }
    }

    /// Whether nothing is made of the values.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// What becomes of a lane.
    #[inline(always)]
    pub fn of(&self, lane: i64) -> i128 {
        self.links().iter().fold(i128::from(lane) + self.bias, |v, (function, operand)| match function {
            Whole::Add => v + operand,
            Whole::Multiply => v * operand,
            Whole::FloorDivide => divided(v, *operand).0,
            Whole::Remainder => divided(v, *operand).1,
        })
    }

    /// Makes a number of each lane.
    #[inline(always)]
    pub fn each(&self, lanes: &[i64], to: &mut [f64]) {
        let values = to.iter_mut().zip(lanes);
        let by = |operand: i128| i64::try_from(operand).ok().filter(|operand| *operand > 0 && self.bias == 0);
        // Most often values and operand are no more than a register holds, and a division of these is quick.
        match *self.links() {
            [(Whole::Add, operand)] => values.for_each(|(to, v)| *to = rounded(i128::from(*v) + (self.bias + operand))),
            [(Whole::FloorDivide, operand)] if let Some(by) = by(operand) => {
                values.for_each(|(to, v)| *to = nearest(v.div_euclid(by)));
            }
            [(Whole::Remainder, operand)] if let Some(by) = by(operand) => {
                values.for_each(|(to, v)| *to = nearest(v.rem_euclid(by)));
            }
            _ => values.for_each(|(to, v)| *to = rounded(self.of(*v))),
        }
    }
}

/// What is made of two whole numbers that are the same in all rows; none where that is no whole number, or a very large one.
pub fn folded(function: Binary, a: i128, b: i128) -> Option<i128> {
    let made = match function {
        Binary::Add => a.checked_add(b),
        Binary::Subtract => a.checked_sub(b),
        Binary::Multiply => a.checked_mul(b),
        Binary::FloorDivide if b != 0 => Some(divided(a, b).0),
        Binary::Remainder if b != 0 => Some(divided(a, b).1),
        Binary::Power => a.checked_pow(u32::try_from(b).ok()?),
        _ => None,
    };
    made.filter(|made| made.unsigned_abs() <= 1 << 100)
}

/// Quotient, rounded down, and what is left; of a divisor that is not 0.
#[inline(always)]
fn divided(v: i128, by: i128) -> (i128, i128) {
    let (quotient, rest) = (v / by, v % by);
    if rest != 0 && (rest < 0) != (by < 0) { (quotient - 1, rest + by) } else { (quotient, rest) }
}

/// The nearest f64.
#[inline(always)]
#[expect(clippy::cast_precision_loss, reason = "the one rounding of an exact number")]
pub fn rounded(v: i128) -> f64 {
    // The machine knows how to round 64 bits.
    match i64::try_from(v) {
        Ok(v) => v as f64,
        Err(_) => v as f64,
    }
}

#[inline(always)]
#[expect(clippy::cast_precision_loss, reason = "the one rounding of an exact number")]
fn nearest(v: i64) -> f64 {
    v as f64
}

#[cfg(test)]
mod tests {
    use super::super::tests::{dataset, numbers};
    use super::super::{DataError, Expression};
    use super::*;

    /// What an expression makes of the columns i (i64), u (u64) and n (i32).
    fn values(text: &str, rows: &[(i64, u64, i32)]) -> Vec<f64> {
        let bytes = rows.iter().flat_map(|(i, u, n)| {
            let parts = [i.to_le_bytes().as_slice(), &u.to_le_bytes(), &n.to_le_bytes()].concat();
            parts.into_iter()
        });
        let data = dataset("[('i','<i8'),('u','<u8'),('n','<i4')]", &bytes.collect::<Vec<u8>>());
        let bound = Expression::parse(text).unwrap();
        let bound = bound.bind::<DataError>(&[], |reference| Ok(data.column(&reference.name).ok())).unwrap();
        numbers(&bound.column(data.rows()).unwrap())
    }

    #[test]
    fn wide_columns_are_exact_where_f64_is_not() {
        // A source of Gaia's, whose number begins with its place in the sky.
        let rows = [(4_611_686_018_427_387_905, u64::MAX, 3), (-4_611_686_018_427_387_907, (1 << 63) + 1, -3)];
        for (text, wanted) in [
            ("i % 2", [1.0, 1.0]),
            ("i % -4", [-3.0, -3.0]),
            ("u % 10", [5.0, 9.0]),
            ("i // 34359738368", [134_217_728.0, -134_217_729.0]),
            ("(i // 2**35) % 7", [1.0, 5.0]),
            ("u // -9223372036854775808", [-2.0, -2.0]),
            ("i - 4611686018427387904", [1.0, -9_223_372_036_854_775_808.0]),
            ("u - 18446744073709551615", [0.0, -9_223_372_036_854_775_808.0]),
            ("18446744073709551615 - u", [0.0, 9_223_372_036_854_775_808.0]),
            ("4611686018427387903 - i + 2", [0.0, 9_223_372_036_854_775_808.0]),
            ("-4611686018427387904 + i", [1.0, -9_223_372_036_854_775_808.0]),
            ("u - u", [0.0, 0.0]),
            ("u - i - u + i", [0.0, 0.0]),
            ("i - n - 4611686018427387902", [0.0, -9_223_372_036_854_775_808.0]),
            ("n % 2", [1.0, 1.0]),
            // However they are nested.
            ("i // 2 % 2", [0.0, 0.0]),
            ("(i - 5) // 2 % 4", [2.0, 0.0]),
            ("(i + 1) % 7", [6.0, 1.0]),
            ("-i % 7", [2.0, 0.0]),
            ("-(u // 3) % 10", [5.0, 7.0]),
            ("(u * 3 - 1) % 1000", [844.0, 426.0]),
            ("100 - (i + 7) % 10", [98.0, 100.0]),
            ("where(i + 1 == 4611686018427387906, 1, 0)", [1.0, 0.0]),
            ("where(i - 2**62 == 1, 1, 0)", [1.0, 0.0]),
            ("where(i == 2**62 + 1, 1, 0)", [1.0, 0.0]),
            ("where(u == 2**64 - 1, 1, 0)", [1.0, 0.0]),
            ("where(-i > 4611686018427387906, 1, 0)", [0.0, 1.0]),
            ("where(2**62 + 2 > 1 + i, 1, 0)", [0.0, 1.0]),
            ("where(u // 2 % 2 != 0, 1, 0)", [1.0, 0.0]),
            ("where((i - 1) % 4 < 0.5, 1, 0)", [1.0, 1.0]),
            ("2**62 + 1 - 2**62", [1.0, 1.0]),
            ("where(u - 1 < u, 1, 0)", [1.0, 1.0]),
            ("where(u + 1 <= u, 1, 0)", [0.0, 0.0]),
            ("where(i // 2 * 2 == i, 1, 0)", [0.0, 0.0]),
            ("where(-i == -1 * i, 1, 0)", [1.0, 1.0]),
            ("u * 6364136223846793005 % 2**64 // 2**60", [10.0, 13.0]),
            ("(i + 2**100) % 10", [1.0, 9.0]),
            // Not whole: as of reals.
            ("i % 0", [f64::NAN, f64::NAN]),
            ("i + 0.5", [4_611_686_018_427_387_904.0, -4_611_686_018_427_387_904.0]),
        ] {
            let got = values(text, &rows);
            let same = |(a, b): (&f64, &f64)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
            assert!(got.iter().zip(&wanted).all(same), "{text}: {got:?}, not {wanted:?}");
        }
    }

    proptest::proptest! {
        /// Links of chains and comparisons with what comes out, one by one in i128.
        #[test]
        fn chains_are_what_their_links_make(
            lane: i64,
            links in proptest::collection::vec((0..5_u8, -9_i64..10, 0..40_u32), 0..4),
            near in -2_i128..3,
            sign in 0..6_usize,
        ) {
            let (mut text, mut wanted) = ("i".to_owned(), i128::from(lane));
            for (kind, small, shift) in links {
                let operand = i128::from(small) << shift;
                let by = if operand == 0 { 7 } else { operand };
                (text, wanted) = match kind {
                    0 => (format!("({text} + {operand})"), wanted + operand),
                    1 => (format!("({operand} - {text})"), operand - wanted),
                    2 => (format!("({text} * {small})"), wanted * i128::from(small)),
                    3 => (format!("({text} // {by})"), divided(wanted, by).0),
                    _ => (format!("({text} % {by})"), divided(wanted, by).1),
                };
            }
            let row = [(lane, 0, 0)];
            proptest::prop_assert_eq!(values(&text, &row), [rounded(wanted)], "{}", text);
            let other = wanted + near;
            let (word, holds) = [
                ("<", wanted < other),
                ("<=", wanted <= other),
                (">", wanted > other),
                (">=", wanted >= other),
                ("==", wanted == other),
                ("!=", wanted != other),
            ][sign];
            let compared = format!("where({text} {word} {other}, 1, 0)");
            proptest::prop_assert_eq!(values(&compared, &row), [f64::from(u8::from(holds))], "{}", compared);
        }
    }

    fn made(function: Whole, lanes: &[i64], bias: i128, operand: i128) -> Vec<f64> {
        let mut to = vec![0.0; lanes.len()];
        Chain::new(bias).with(function, operand).unwrap().each(lanes, &mut to);
        to
    }

    #[test]
    fn quotients_are_pythons() {
        let lanes = [i64::MIN, -7, -1, 0, 1, 7, i64::MAX];
        for bias in [0, 1 << 63] {
            for by in [1, 2, 3, -1, -3, 1 << 40, i128::from(i64::MAX), 1 << 63, 1 << 64, -(1 << 63)] {
                let quotients = made(Whole::FloorDivide, &lanes, bias, by);
                let rests = made(Whole::Remainder, &lanes, bias, by);
                for ((lane, quotient), rest) in lanes.iter().zip(quotients).zip(rests) {
                    let v = i128::from(*lane) + bias;
                    let wanted = v.div_euclid(by) - i128::from(by < 0 && v.rem_euclid(by) != 0);
                    assert_eq!((quotient, rest), (rounded(wanted), rounded(v - wanted * by)), "{v} by {by}");
                }
            }
        }
    }

    #[test]
    fn sums_are_rounded_once() {
        let odd = (1 << 53) + 1;
        assert_eq!(made(Whole::Add, &[odd, odd + 1, -odd], 0, -(1 << 53)), [1.0, 2.0, -18_014_398_509_481_984.0]);
        assert_eq!(
            made(Whole::Add, &[i64::MAX, i64::MIN], 1 << 63, -(1 << 64) + 1),
            [0.0, -18_446_744_073_709_551_615.0]
        );
    }
}
