//! A table of integers by key, for passes over many rows.

/// Integers from 1 on by key, in a table that is searched from the key's own slot on.
#[derive(Debug, Clone)]
pub struct KeyTable {
    /// Keys with their integer; 0 where the slot is free. A power of two of them.
    slots: Vec<(i64, u64)>,
    len: usize,
}

impl KeyTable {
    /// Room for half as many keys; `slots` is a power of two.
    pub(super) fn new(slots: usize) -> Self {
        Self { slots: vec![(0, 0); slots], len: 0 }
    }

    #[inline(always)]
    fn slot_of(&self, key: i64) -> usize {
        // Fibonacci hashing: the upper bits of the product.
        let bits = self.slots.len().trailing_zeros();
        let product = key.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15);
        usize::try_from(product >> (u64::BITS - bits)).unwrap_or(0)
    }

    #[inline(always)]
    fn find(&self, key: i64) -> usize {
        let mut slot = self.slot_of(key);
        loop {
            let (known, integer) = self.slots[slot];
            if integer == 0 || known == key {
                return slot;
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }

    /// The integer of a key.
    #[inline(always)]
    pub(super) fn get(&self, key: i64) -> Option<u64> {
        let (_, integer) = self.slots[self.find(key)];
        (integer > 0).then_some(integer)
    }

    /// The integer of a key, to be set above 0; none if the table is full.
    #[inline(always)]
    pub(super) fn entry(&mut self, key: i64) -> Option<&mut u64> {
        let slot = self.find(key);
        if self.slots[slot].1 == 0 {
            if self.len >= self.slots.len() / 2 {
                return None;
            }
            self.len += 1;
            self.slots[slot].0 = key;
        }
        Some(&mut self.slots[slot].1)
    }

    /// All keys with their integers.
    pub(super) fn found(&self) -> impl Iterator<Item = &(i64, u64)> {
        self.slots.iter().filter(|(_, integer)| *integer > 0)
    }
}
