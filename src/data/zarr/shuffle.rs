//! Bytes and bits of numbers that were sorted by their place in the number, put together again.

/// Appends numbers of `width` bytes of which all first bytes come first, then all second ones; bytes behind the last whole
/// number stay as they are.
pub(super) fn unshuffle(shuffled: &[u8], width: usize, out: &mut Vec<u8>) {
    let count = shuffled.len() / width.max(1);
    let start = out.len();
    out.resize(start + count * width, 0);
    let plain = &mut out[start..];
    match width {
        2 => by_width::<2>(shuffled, count, plain),
        4 => by_width::<4>(shuffled, count, plain),
        8 => by_width::<8>(shuffled, count, plain),
        _ if count == 0 => {}
        _ => {
            for (place, bytes) in shuffled.chunks_exact(count).take(width).enumerate() {
                for (number, byte) in plain.chunks_exact_mut(width).zip(bytes) {
                    number[place] = *byte;
                }
            }
        }
    }
    out.extend_from_slice(&shuffled[count * width..]);
}

/// Number by number, so that what is written lies together.
fn by_width<const N: usize>(shuffled: &[u8], count: usize, plain: &mut [u8]) {
    let planes: [&[u8]; N] = std::array::from_fn(|place| &shuffled[place * count..(place + 1) * count]);
    let (numbers, _) = plain.as_chunks_mut::<N>();
    for (i, number) in numbers.iter_mut().enumerate() {
        *number = std::array::from_fn(|place| planes[place][i]);
    }
}

/// Appends numbers of `width` bytes, a multiple of 8 of them, of which the lowest bits of all first bytes come first. Bytes
/// behind the last whole number stay as they are.
pub(super) fn unshuffle_bits(shuffled: &[u8], width: usize, out: &mut Vec<u8>) {
    let count = shuffled.len() / width.max(1);
    let row = count / 8;
    let start = out.len();
    out.resize(start + count * width, 0);
    let plain = &mut out[start..];
    for place in 0..width {
        for eight in 0..row {
            // Eight bits of each of eight numbers, turned round their diagonal.
            let bits = std::array::from_fn(|bit| shuffled[(place * 8 + bit) * row + eight]);
            let bytes = transposed(u64::from_le_bytes(bits)).to_le_bytes();
            for (i, byte) in bytes.into_iter().enumerate() {
                plain[(eight * 8 + i) * width + place] = byte;
            }
        }
    }
    out.extend_from_slice(&shuffled[count * width..]);
}

/// A matrix of 8 × 8 bits turned round its diagonal.
fn transposed(matrix: u64) -> u64 {
    let swap = |m: u64, distance: u32, mask: u64| {
        let t = (m ^ (m >> distance)) & mask;
        m ^ t ^ (t << distance)
    };
    let m = swap(matrix, 7, 0x00AA_00AA_00AA_00AA);
    let m = swap(m, 14, 0x0000_CCCC_0000_CCCC);
    swap(m, 28, 0x0000_0000_F0F0_F0F0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_of_bits_is_turned() {
        for row in 0..8 {
            for column in 0..8 {
                assert_eq!(transposed(1 << (row * 8 + column)), 1 << (column * 8 + row));
            }
        }
    }

    #[test]
    fn bytes_of_any_width_come_together() {
        for width in [1_usize, 2, 3, 4, 8, 16] {
            let plain: Vec<u8> = (0..width * 5).map(|i| u8::try_from(i).unwrap()).collect();
            let mut shuffled: Vec<u8> =
                (0..width).flat_map(|place| plain.iter().skip(place).step_by(width).copied()).collect();
            // Less than a number is left as it is.
            let rest = vec![7; width - 1];
            shuffled.extend(&rest);
            let mut out = vec![9];
            unshuffle(&shuffled, width, &mut out);
            assert_eq!(out, [[9].as_slice(), &plain, &rest].concat(), "{width}");
        }
    }
}
