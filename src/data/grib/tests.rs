use proptest::collection::vec;
use proptest::prelude::*;

use super::scan::Scan;
use super::*;

const FILE: &[u8] = include_bytes!("../../../tests/fixtures/grids/fields.grib2");

/// Whatever the bytes: no panic, and sections lie within them.
fn check(bytes: &[u8]) -> usize {
    let mut scan = Scan::default();
    scan.add(bytes, 0);
    for field in &scan.fields {
        for section in [&field.grid, &field.product, &field.packing, &field.bitmap, &field.data] {
            assert!(section.start < section.end && section.end <= bytes.len());
        }
        let section = |range: &std::ops::Range<usize>| &bytes[range.clone()];
        let _ = Product::of(field.discipline, section(&field.identification), section(&field.product));
        if let Ok(lattice) = Lattice::of(section(&field.grid)) {
            let points = usize::try_from(lattice.nx * lattice.ny).unwrap();
            let (packing, bitmap, data) = (section(&field.packing), section(&field.bitmap), section(&field.data));
            if unpack::check(packing).is_ok() && points < 1 << 16 {
                let values = unpack::unpack(unpack::Sections { packing, bitmap, data }, points);
                assert!(values.is_err() || values.is_ok_and(|values| lattice.ordered(values).len() == points));
            }
        }
    }
    scan.fields.len()
}

#[test]
fn messages_are_found_among_other_bytes() {
    let whole = check(FILE);
    assert!(whole > 4);
    let within = [b"GRIB junk".as_slice(), FILE, b"more GRIB", FILE, b"GRI"].concat();
    assert_eq!(check(&within), 2 * whole);
    let mut scan = Scan::default();
    scan.add(&FILE[..FILE.len() - 3], 0);
    assert_eq!((scan.fields.len(), scan.damaged), (whole, 1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn damaged_bytes_are_read_or_refused(changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = FILE.to_vec();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        check(&bytes);
    }
}

/// A fuzzer's find: groups that announce thousands of millions of values in a field of 40.
#[test]
fn groups_of_more_values_than_the_field_has_are_refused() {
    let bytes: &[u8] = include_bytes!("../../../tests/fixtures/grids/many_groups.grib2");
    let mut scan = Scan::default();
    scan.add(bytes, 0);
    let section = |range: &std::ops::Range<usize>| &bytes[range.clone()];
    let refused = scan.fields.iter().filter_map(|field| {
        let [packing, bitmap, data] = [&field.packing, &field.bitmap, &field.data].map(section);
        unpack::unpack(unpack::Sections { packing, bitmap, data }, 40).err()
    });
    assert_eq!(refused.filter(|why| why.starts_with("groups of ")).count(), 1);
}
