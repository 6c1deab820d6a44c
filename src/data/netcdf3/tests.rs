use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const CLASSIC: &[u8] = include_bytes!("../../../tests/fixtures/grids/classic.nc");
const WIDE: &[u8] = include_bytes!("../../../tests/fixtures/grids/integers.nc");

/// Every array that a layout gives lies within the file.
fn check(head: &[u8], file_len: u64) -> Option<Layout> {
    let layout = layout(head, file_len).ok()?;
    for (variable, array) in &layout.variables {
        assert!(variable.dimensions.iter().all(|i| *i < layout.dimensions.len()));
        let Some(array) = array else { continue };
        assert_eq!(array.extents.len(), variable.dimensions.len().max(1));
        let reach = |end: u128, extent: &Extent| end + u128::from(extent.len - 1) * u128::from(extent.stride);
        let end = array.extents.iter().fold(u128::from(array.offset), reach) + u128::from(array.dtype.size());
        assert!(end <= u128::from(file_len), "{array:?} in {file_len} bytes");
    }
    Some(layout)
}

#[test]
fn a_header_that_is_cut_anywhere_is_refused() {
    let end = (0..CLASSIC.len()).find(|len| check(&CLASSIC[..*len], CLASSIC.len() as u64).is_some()).unwrap();
    assert!((500..CLASSIC.len() - 500).contains(&end), "{end}");
    assert!((end..CLASSIC.len()).all(|len| check(&CLASSIC[..len], CLASSIC.len() as u64).is_some()));
}

#[test]
fn steps_are_those_that_are_there() {
    let mut before = 0;
    for len in 0..=CLASSIC.len() {
        let Some(layout) = check(CLASSIC, len as u64) else { continue };
        let steps = layout.dimensions[0].len;
        assert!(steps >= before);
        before = steps;
    }
    assert_eq!(before, 3);
}

#[test]
fn shapes_beyond_the_file_cost_nothing() {
    // The length of the dimension n, made 2^40 and more.
    for len in [1_u64 << 40, u64::MAX, u64::MAX / 8] {
        let mut bytes = WIDE.to_vec();
        let at = bytes.windows(12).position(|w| w == [0, 0, 0, 0, 0, 0, 0, 1, b'n', 0, 0, 0]).unwrap() + 12;
        bytes[at..at + 8].copy_from_slice(&len.to_be_bytes());
        let layout = check(&bytes, bytes.len() as u64).unwrap();
        assert!(layout.variables.iter().all(|(_, array)| array.is_none()));
        assert!(layout.notes[0].contains("end before the numbers of i1, u1"), "{:?}", layout.notes);
    }
}

proptest! {
    #[test]
    fn damaged_bytes_never_lead_beyond_the_file(
        changes in vec((0..1200_usize, any::<u8>()), 1..8), is_wide in any::<bool>(), file_len in 0..4000_u64,
    ) {
        let mut bytes = if is_wide { WIDE } else { CLASSIC }.to_vec();
        for (at, byte) in changes {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        check(&bytes, file_len);
        check(&bytes, u64::MAX);
    }

    #[test]
    fn any_bytes_are_read_or_refused(version in prop_oneof![Just(1_u8), Just(2), Just(5)], rest in vec(0..16_u8, 0..400)) {
        let mut bytes = vec![b'C', b'D', b'F', version];
        bytes.extend(rest);
        check(&bytes, bytes.len() as u64);
    }
}
