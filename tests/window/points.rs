//! Files to look at.

/// An npy file of version 1.0 with this header, padded as numpy does, and data.
pub fn npy(header: &str, data: &[u8]) -> Vec<u8> {
    let length = (10 + header.len() + 1).next_multiple_of(64) - 10;
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(u16::try_from(length).unwrap().to_le_bytes());
    bytes.extend(format!("{header:<width$}\n", width = length - 1).bytes());
    bytes.extend(data);
    bytes
}

/// Rows of x and y as f32: a round cloud, its middle at (`middle`, 3); the same for the same arguments.
pub fn cloud(rows: usize, middle: f32) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1_u32 << 24) as f32
    };
    let mut normal = || (0..12).map(|_| uniform()).sum::<f32>() - 6.0;
    let data: Vec<u8> =
        (0..rows).flat_map(|_| [normal() + middle, 3.0 + 2.0 * normal()]).flat_map(f32::to_le_bytes).collect();
    npy(&format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, 2), }}"), &data)
}
