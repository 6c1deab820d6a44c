//! Headers with any byte changed, cut anywhere, or changed at random in many places: what is laid out fits the file, and
//! nothing panics. The changes are always the same; fuzz/ looks further.

use std::fs;

use scumble::data::error::DataError;
use scumble::data::grid::{cells, open};
use scumble::data::guess::{self, Sample};
use scumble::data::raw::{self, RawSpec};
use scumble::data::{dtype, netcdf3, npy};

use crate::kit::fixture;

/// Numbers that look random.
struct Noise(u64);

impl Noise {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n
    }

    fn byte(&mut self) -> u8 {
        // What matters in headers: no bits, all bits, small numbers, digits, anything.
        match self.below(5) {
            0 => [0, 0xff, 0x7f, 0x80][self.below(4)],
            1 => u8::try_from(self.below(16)).unwrap(),
            2 => b"0123456789"[self.below(10)],
            3 => b"()[]{}'\",:<>|=fiuSVO"[self.below(20)],
            _ => u8::try_from(self.below(256)).unwrap(),
        }
    }

    /// A copy with up to five changes: bytes replaced, left out, put in, or a stretch of them repeated.
    fn changed(&mut self, whole: &[u8]) -> Vec<u8> {
        let mut bytes = whole.to_vec();
        for _ in 0..=self.below(5) {
            let at = self.below(bytes.len().max(1)).min(bytes.len().saturating_sub(1));
            match self.below(6) {
                0 if !bytes.is_empty() => drop(bytes.remove(at)),
                1 => bytes.insert(at, self.byte()),
                2 => {
                    let end = (at + self.below(9)).min(bytes.len());
                    bytes.extend_from_within(at..end);
                }
                _ if !bytes.is_empty() => bytes[at] = self.byte(),
                _ => {}
            }
        }
        bytes
    }
}

/// Each byte changed in several ways, the whole cut at each length, and as many random changes as are asked for.
fn all_changes(whole: &[u8], seed: u64, random: usize, mut look: impl FnMut(&[u8])) {
    for at in 0..whole.len() {
        let mut bytes = whole.to_vec();
        for value in [0, 0xff, 0x7f, 0x80, whole[at] ^ 1, whole[at].wrapping_add(1), whole[at].wrapping_sub(1)] {
            bytes[at] = value;
            look(&bytes);
        }
        look(&whole[..at]);
    }
    let mut noise = Noise(seed);
    for _ in 0..random {
        look(&noise.changed(whole));
    }
}

/// Opens what is in a file and reads something of each variable.
fn touch(path: &std::path::Path) {
    let Ok(grids) = open(&[path.to_owned()], None) else { return };
    for variable in &grids.variables {
        let window: Vec<_> = grids.dimensions_of(variable).map(|dimension| 0..dimension.len.min(9)).collect();
        let count = cells(&window).filter(|count| *count < 1 << 16).unwrap_or(0);
        let mut values = vec![0.0; usize::try_from(count).unwrap()];
        if count > 0 {
            assert!(variable.read(&window, &mut values).unwrap() <= count);
        }
    }
}

#[test]
fn netcdf3_headers() {
    for (file, seed) in [("classic.nc", 1), ("data64.nc", 2), ("single_record.nc", 3)] {
        let whole = fs::read(fixture(file)).unwrap();
        let len = whole.len() as u64;
        let (mut laid_out, mut refused) = (0, 0);
        all_changes(&whole[..whole.len().min(2200)], seed, 6000, |head| {
            let Ok(layout) = netcdf3::layout(head, len) else {
                refused += 1;
                return;
            };
            laid_out += 1;
            for (variable, array) in &layout.variables {
                assert!(variable.dimensions.iter().all(|i| *i < layout.dimensions.len()));
                let Some(array) = array else { continue };
                let reach = |extent: &scumble::data::grid::mapped::Extent| {
                    u128::from(extent.len - 1) * u128::from(extent.stride)
                };
                let end = u128::from(array.offset)
                    + u128::from(array.dtype.size())
                    + array.extents.iter().map(reach).sum::<u128>();
                assert!(end <= u128::from(len), "{array:?} in {len} bytes");
            }
        });
        assert!(laid_out > 100 && refused > 100, "{file}: {laid_out} {refused}");
    }
}

#[test]
fn npy_headers_and_dtypes() {
    let header =
        "{'descr': [('a', '<f4'), ('b', '>i2', (2, 3)), ('t', '<M8[us]')], 'fortran_order': False, 'shape': (3, 4), }";
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    let whole = [b"\x93NUMPY\x01\x00".as_slice(), &length, header.as_bytes()].concat();
    let (mut laid_out, mut refused) = (0, 0);
    all_changes(&whole, 4, 20_000, |head| match npy::layout(head, 1 << 14) {
        Ok(layout) => {
            laid_out += 1;
            assert!(layout.rows > 0 && !layout.columns.is_empty());
            for column in &layout.columns {
                let end = u128::from(column.offset)
                    + u128::from(layout.rows - 1) * u128::from(column.stride)
                    + u128::from(column.dtype.size());
                assert!(end <= 1 << 14, "{column:?}");
            }
        }
        Err(_) => refused += 1,
    });
    assert!(laid_out > 100 && refused > 100, "{laid_out} {refused}");
    for (text, seed) in [
        ("[('a', '<f4'), ('b', [('c', '|u1', 3), ('d', '>M8[25ms]')])]", 5),
        ("{'names': ['x'], 'formats': ['<f8'], 'offsets': [16], 'itemsize': 40}", 6),
    ] {
        all_changes(text.as_bytes(), seed, 10_000, |bytes| {
            let Ok(record) = dtype::parse(&String::from_utf8_lossy(bytes)) else { return };
            for field in &record.fields {
                assert!(u128::from(field.offset) + u128::from(field.dtype.size()) <= u128::from(record.size));
            }
        });
    }
}

struct Bytes<'a>(&'a [u8]);

impl Sample for Bytes<'_> {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read(&self, offset: u64, buf: &mut [u8]) -> Result<usize, DataError> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.0.len());
        let count = buf.len().min(self.0.len() - start);
        buf[..count].copy_from_slice(&self.0[start..start + count]);
        Ok(count)
    }
}

#[test]
fn raw_bytes() {
    let pairs: Vec<u8> = (0..40_u16).flat_map(|i| (f32::from(i).sin() * 100.0).to_le_bytes()).collect();
    all_changes(&pairs, 7, 1500, |bytes| {
        let Ok(guess) = guess::guess(&Bytes(bytes)) else { return };
        assert!((0.0..=1.0).contains(&guess.confidence), "{guess:?}");
        let layout =
            raw::layout(&guess.fill(&RawSpec::default()), bytes.len() as u64).expect("a guess must be readable");
        assert!(layout.fits(bytes.len() as u64));
    });
}

#[test]
fn grib2_messages_and_hdf5() {
    let folder = tempfile::tempdir().unwrap();
    for (file, seed, count) in [("members.grib2", 8, 500), ("orders.grib2", 9, 300), ("latest.h5", 10, 300)] {
        let whole = fs::read(fixture(file)).unwrap();
        let path = folder.path().join(file);
        let mut noise = Noise(seed);
        for i in 0..count {
            let mut bytes = noise.changed(&whole);
            if i % 10 == 0 {
                bytes.truncate(noise.below(whole.len()));
            }
            fs::write(&path, bytes).unwrap();
            touch(&path);
        }
    }
}
