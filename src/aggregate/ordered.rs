//! Ordered keys: unsigned integers that compare as the values they stand for, exact on every engine.

/// Key of a finite f64: keys compare as the values do. −0.0 has the key of +0.0.
#[inline(always)]
pub fn f64_key(v: f64) -> u64 {
    let bits = (v + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

/// The value of a key made by [`f64_key`].
#[inline(always)]
pub fn f64_from_key(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key ^ 1 << 63 } else { !key })
}

/// Key of a finite f32, as [`f64_key`].
#[inline(always)]
pub fn f32_key(v: f32) -> u32 {
    let bits = (v + 0.0).to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

/// The value of a key made by [`f32_key`].
#[inline(always)]
pub fn f32_from_key(key: u32) -> f32 {
    f32::from_bits(if key >> 31 == 1 { key ^ 1 << 31 } else { !key })
}

/// Key of an i64.
#[inline(always)]
#[expect(clippy::cast_sign_loss, reason = "the bits are what is wanted")]
pub fn i64_key(v: i64) -> u64 {
    v as u64 ^ 1 << 63
}

/// The value of a key made by [`i64_key`].
#[inline(always)]
#[expect(clippy::cast_possible_wrap, reason = "the bits are what is wanted")]
pub fn i64_from_key(key: u64) -> i64 {
    (key ^ 1 << 63) as i64
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, reason = "tests know their numbers")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_compare_as_values(a in proptest::num::f64::ANY, b in proptest::num::f64::ANY, i: i64, j: i64) {
            prop_assume!(!a.is_nan() && !b.is_nan());
            prop_assert_eq!(f64_key(a).cmp(&f64_key(b)), a.partial_cmp(&b).unwrap());
            prop_assert_eq!(f64_from_key(f64_key(a)), a);
            let (a, b) = (a as f32, b as f32);
            prop_assert_eq!(f32_key(a).cmp(&f32_key(b)), a.partial_cmp(&b).unwrap());
            prop_assert_eq!(f32_from_key(f32_key(a)), a);
            prop_assert_eq!(i64_key(i).cmp(&i64_key(j)), i.cmp(&j));
            prop_assert_eq!(i64_from_key(i64_key(i)), i);
        }
    }

    #[test]
    fn the_zeros_are_one() {
        assert_eq!(f64_key(-0.0), f64_key(0.0));
        assert_eq!(f32_key(-0.0), f32_key(0.0));
    }
}
