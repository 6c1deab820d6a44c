#![allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "generators")]

use super::super::raw;
use super::*;
use proptest::prelude::*;

struct Bytes(Vec<u8>);

impl Sample for Bytes {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read(&self, offset: u64, buf: &mut [u8]) -> Result<usize, DataError> {
        let start = usize::try_from(offset).unwrap().min(self.0.len());
        // Short reads are allowed, so give some.
        let count = buf.len().min(self.0.len() - start).min(3000);
        buf[..count].copy_from_slice(&self.0[start..start + count]);
        Ok(count)
    }
}

struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

/// The kinds of data that must be recognised.
const DATA: [&str; 12] = [
    "mixture",
    "shoreline",
    "utm",
    "seconds",
    "integers",
    "gaps",
    "uniform",
    "sorted",
    "walk",
    "drift",
    "small",
    "tracks",
];

fn rows(name: &str, count: usize, seed: u64) -> Vec<[f64; 2]> {
    let mut r = Random(seed);
    let (mut x, mut y) = (0.0, 50.0);
    let mut out = Vec::with_capacity(count);
    for i in 0..count {
        let i = i as f64;
        let n = count as f64;
        out.push(match name {
            "mixture" => {
                let (cx, cy) = [(-5.0, 2.0), (0.0, 0.0), (4.0, -6.0)][(r.bits() % 3) as usize];
                [cx + r.normal() * 0.8, cy + r.normal() * 0.5]
            }
            "shoreline" => {
                if r.uniform() < 0.002 {
                    (x, y) = (r.uniform() * 360.0 - 180.0, r.uniform() * 180.0 - 90.0);
                }
                x = (x + r.normal() * 0.001).clamp(-180.0, 180.0);
                y = (y + r.normal() * 0.001).clamp(-90.0, 90.0);
                [x, y]
            }
            "utm" => [5e5 + r.normal() * 2e3, 5.7e6 + r.normal() * 2e3],
            "seconds" => [1.6e9 + i * 0.25, 20.0 + r.normal()],
            "integers" => [(r.bits() % 1000) as f64, (r.bits() % 50) as f64],
            "gaps" if r.uniform() < 0.1 => [f64::NAN, f64::NAN],
            "gaps" => [r.normal() * 3.0, r.normal() + 10.0],
            "uniform" => [r.uniform(), r.uniform()],
            "sorted" => [-8.0 + 16.0 * i / n, r.normal()],
            "walk" => {
                x += r.normal();
                y += r.normal();
                [x + 700.0, y]
            }
            "drift" => [r.normal() + i / n * 30.0, r.normal() * 1e-3],
            "small" => [r.normal() * 1e-6, r.normal() * 1e6],
            "tracks" => [i.floor(), (i * 0.001).sin() * 100.0],
            _ => unreachable!(),
        });
    }
    out
}

fn put(out: &mut Vec<u8>, dtype: &str, value: f64) {
    match dtype {
        "<f4" => out.extend((value as f32).to_le_bytes()),
        ">f4" => out.extend((value as f32).to_be_bytes()),
        "<f8" => out.extend(value.to_le_bytes()),
        ">f8" => out.extend(value.to_be_bytes()),
        "<i2" => out.extend((value as i16).to_le_bytes()),
        ">i2" => out.extend((value as i16).to_be_bytes()),
        "<i4" => out.extend((value as i32).to_le_bytes()),
        ">i4" => out.extend((value as i32).to_be_bytes()),
        _ => unreachable!(),
    }
}

fn header(kind: &str, bytes: usize) -> Vec<u8> {
    let text = "# survey of 2019, columns: easting northing, units: m, by J. Smith\n";
    let mut out: Vec<u8> = match kind {
        "text" => text.bytes().cycle().take(bytes).collect(),
        "padded" => text.bytes().take(bytes.saturating_sub(1)).collect(),
        "zeros" => vec![],
        "mixed" => [0x4d4c_4353u32, 2, 1, 1_000_000, 0, 2, 4, 0, 1, 12, 0, 3]
            .iter()
            .flat_map(|n| n.to_le_bytes())
            .take(bytes)
            .collect(),
        _ => unreachable!(),
    };
    let fill = if kind == "padded" { b' ' } else { 0 };
    out.resize(bytes, fill);
    out
}

fn file(name: &str, dtype: &str, head: &[u8], count: usize) -> Bytes {
    let mut out = head.to_vec();
    for value in rows(name, count, 7).into_iter().flatten() {
        put(&mut out, dtype, value);
    }
    Bytes(out)
}

/// What is wrong with the guess of a file of pairs, if anything.
fn wrong(name: &str, dtype: &str, head: &[u8], count: usize) -> Option<String> {
    let guess = guess(&file(name, dtype, head, count)).unwrap();
    let right = guess.dtype == dtype && guess.columns == 2 && guess.offset == head.len() as u64 && !guess.planar;
    let sure = guess.confidence >= 0.5;
    (!right || !sure).then(|| format!("{name} {dtype} behind {} × {count}: {guess:?}", head.len()))
}

fn assert_none(wrongs: &[String]) {
    assert!(wrongs.is_empty(), "{} wrong:\n{}", wrongs.len(), wrongs.join("\n"));
}

#[test]
fn plain_pairs_of_floats() {
    let mut wrongs = Vec::new();
    for name in DATA {
        for dtype in ["<f4", ">f4", "<f8", ">f8"] {
            for count in [500, 3001, 40_000] {
                wrongs.extend(wrong(name, dtype, &[], count));
            }
        }
    }
    assert_none(&wrongs);
}

#[test]
fn pairs_behind_headers() {
    let sizes = [16, 80, 100, 128, 256, 512, 1024, 4096];
    let mut turn = 0;
    let mut wrongs = Vec::new();
    for name in DATA {
        for dtype in ["<f4", ">f4", "<f8", ">f8"] {
            for kind in ["text", "padded", "zeros", "mixed"] {
                // Two sizes each in turn: all of them take a minute.
                turn += 1;
                for bytes in [sizes[turn % 8], sizes[(turn * 3 + 1) % 8]] {
                    wrongs.extend(wrong(name, dtype, &header(kind, bytes), 20_000).map(|w| format!("{kind} {w}")));
                }
            }
        }
    }
    assert_none(&wrongs);
}

#[test]
fn other_numbers_of_columns() {
    let mut out = Vec::new();
    let mut r = Random(3);
    for i in 0..20_000 {
        for value in [f64::from(i), 100.0 + r.normal(), r.uniform() * 1e-3] {
            put(&mut out, "<f8", value);
        }
    }
    let found = guess(&Bytes(out)).unwrap();
    assert_eq!((found.dtype.as_str(), found.columns, found.offset), ("<f8", 3, 0));
    let mut out = Vec::new();
    for i in 0..20_000 {
        put(&mut out, ">f4", (f64::from(i) * 0.01).sin() * 10.0 + r.normal() * 0.001);
    }
    let found = guess(&Bytes(out)).unwrap();
    assert_eq!((found.dtype.as_str(), found.columns, found.offset), (">f4", 1, 0));
    // Three columns without any pattern: only the length tells.
    let out: Vec<u8> = (0..3 * 20_001).flat_map(|_| r.uniform().to_le_bytes()).collect();
    let found = guess(&Bytes(out)).unwrap();
    assert_eq!((found.columns % 2, found.offset), (1, 0));
}

#[test]
fn blocks_of_x_and_y() {
    for (name, count) in [("utm", 40_000), ("mixture", 40_000), ("small", 20_000), ("utm", 100_000)] {
        let rows = rows(name, count, 9);
        for head in [0, 128] {
            let mut out = vec![0; head];
            rows.iter().for_each(|row| put(&mut out, "<f4", row[0]));
            rows.iter().for_each(|row| put(&mut out, "<f4", row[1]));
            let found = guess(&Bytes(out)).unwrap();
            assert!(found.planar && found.columns == 2 && found.offset == head as u64, "{name} {found:?}");
        }
    }
}

#[test]
fn integers() {
    let mut r = Random(5);
    for dtype in ["<i2", ">i2", "<i4", ">i4"] {
        let mut out = Vec::new();
        for _ in 0..20_000 {
            put(&mut out, dtype, (r.normal() * 900.0).round());
            put(&mut out, dtype, (r.normal() * 300.0 + 2000.0).round());
        }
        let found = guess(&Bytes(out)).unwrap();
        assert_eq!((found.dtype.as_str(), found.columns, found.offset), (dtype, 2, 0), "{found:?}");
    }
    let noise: Vec<u8> = (0..100_000).map(|_| (r.bits() >> 20) as u8).collect();
    let found = guess(&Bytes(noise)).unwrap();
    assert!(found.confidence < 0.5, "{found:?}");
}

#[test]
fn other_formats_are_named() {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    let hdf = [b"\x89HDF\r\n\x1a\n".to_vec(), vec![0; 100]].concat();
    let fits = b"SIMPLE  =                    T".to_vec();
    let csv: Vec<u8> = (0..9000).flat_map(|i| format!("{i},{}.5\n", i * 7).into_bytes()).collect();
    let tar = [vec![0; 257], b"ustar\0".to_vec(), vec![0; 300]].concat();
    let cases = [
        (png, "PNG"),
        (hdf, "HDF5"),
        (fits, "FITS"),
        (csv, "text"),
        (tar, "tar"),
        (b"\x1f\x8b\x08\0\0".to_vec(), "gzip"),
        (b"PK\x03\x04....".to_vec(), "zip"),
        (b"CDF\x01\0\0".to_vec(), "NetCDF"),
        (b"PAR1\x15".to_vec(), "Parquet"),
    ];
    for (bytes, name) in cases {
        let error = guess(&Bytes(bytes)).unwrap_err();
        let text = error.to_string();
        assert!(
            matches!(error, DataError::UnsupportedKind { .. } | DataError::Grid(_))
                && text.contains(name)
                && text.contains("--dtype")
                && text.contains("mean:NAME") == ["HDF5", "NetCDF"].contains(&name),
            "{text}"
        );
    }
    assert!(matches!(guess(&Bytes(vec![])), Err(DataError::Empty)));
}

#[test]
fn a_file_that_shrinks_is_an_error() {
    struct Short;
    impl Sample for Short {
        fn len(&self) -> u64 {
            1 << 60
        }
        fn read(&self, offset: u64, buf: &mut [u8]) -> Result<usize, DataError> {
            buf.fill(1);
            Ok(if offset < 1 << 40 { buf.len() } else { 0 })
        }
    }
    assert!(matches!(guess(&Short), Err(DataError::Shrunk { .. })));
}

#[test]
fn what_the_person_said_counts_more() {
    let found = guess(&file("utm", "<f4", &[], 5000)).unwrap();
    let whole = found.fill(&RawSpec::default());
    assert_eq!((whole.dtype.as_deref(), whole.columns, whole.offset), (Some("<f4"), Some(2), Some(0)));
    let other = RawSpec { dtype: Some("<i2".into()), ..RawSpec::default() };
    assert_eq!(found.fill(&other), other);
    let offset = RawSpec { offset: Some(8), ..RawSpec::default() };
    assert_eq!(found.fill(&offset).offset, Some(8));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_bytes_give_a_guess_that_can_be_laid_out(bytes in prop::collection::vec(any::<u8>(), 1..600)) {
        let len = bytes.len() as u64;
        if let Ok(found) = guess(&Bytes(bytes)) {
            prop_assert!((0.0..=1.0).contains(&found.confidence));
            prop_assert!(raw::layout(&found.fill(&RawSpec::default()), len).unwrap().fits(len));
        }
    }

    #[test]
    fn pairs_of_any_length_behind_any_header(
        name in prop::sample::select(DATA.to_vec()), dtype in prop::sample::select(vec!["<f4", ">f4", "<f8", ">f8"]),
        kind in prop::sample::select(vec!["text", "padded", "zeros", "mixed"]), words in 4usize..500, count in 1000usize..30_000,
    ) {
        prop_assert_eq!(wrong(name, dtype, &header(kind, words * 4), count), None);
    }
}
