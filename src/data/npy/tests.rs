use super::*;
use proptest::prelude::*;

fn head(version: u8, dict: &str) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    out.extend([version, 0]);
    if version == 1 {
        out.extend(u16::try_from(dict.len()).unwrap().to_le_bytes());
    } else {
        out.extend(u32::try_from(dict.len()).unwrap().to_le_bytes());
    }
    out.extend(dict.bytes());
    out
}

fn dict(descr: &str, fortran: bool, shape: &str) -> String {
    let fortran = if fortran { "True" } else { "False" };
    format!("{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}")
}

/// The layout of a file with exactly `bytes` of data behind the header, and the header's length.
fn open(descr: &str, fortran: bool, shape: &str, bytes: u64) -> (Result<Layout, DataError>, u64) {
    let head = head(1, &dict(descr, fortran, shape));
    let len = head.len() as u64;
    assert_eq!(header_len(&head).unwrap(), len);
    (layout(&head, len + bytes), len)
}

fn geometry(found: (Result<Layout, DataError>, u64)) -> (u64, Vec<(String, u64, u64)>) {
    let (layout, start) = (found.0.unwrap(), found.1);
    (layout.rows, layout.columns.into_iter().map(|c| (c.name, c.offset - start, c.stride)).collect())
}

fn message(found: (Result<Layout, DataError>, u64)) -> String {
    found.0.unwrap_err().to_string()
}

fn column(name: &str, offset: u64, stride: u64) -> (String, u64, u64) {
    (name.to_owned(), offset, stride)
}

#[test]
fn plain_arrays() {
    assert_eq!(geometry(open("'<f4'", false, "(10,)", 40)), (10, vec![column("value", 0, 4)]));
    let xy = (10, vec![column("0", 0, 16), column("1", 8, 16)]);
    assert_eq!(geometry(open("'<f8'", false, "(10, 2)", 160)), xy);
    let fortran = (10, vec![column("0", 0, 8), column("1", 80, 8)]);
    assert_eq!(geometry(open("'<f8'", true, "(10, 2)", 160)), fortran);
    let planar = (100, vec![column("0", 0, 4), column("1", 400, 4)]);
    assert_eq!(geometry(open("'>f4'", false, "(2, 100)", 800)), planar);
    let turned = (100, vec![column("0", 0, 8), column("1", 4, 8)]);
    assert_eq!(geometry(open("'>f4'", true, "(2, 100)", 800)), turned);
    assert_eq!(geometry(open("'|u1'", false, "(10, 16)", 160)).0, 10);
    assert_eq!(geometry(open("'|u1'", false, "(17, 18)", 306)).0, 17);
    let complex = (3, vec![column("re", 0, 8), column("im", 4, 8)]);
    assert_eq!(geometry(open("'<c8'", false, "(3,)", 24)), complex);
    assert_eq!(geometry(open("'<c8'", false, "(3, 2)", 48)).1[2], column("1.re", 8, 16));
}

#[test]
fn records_and_versions() {
    let descr = "[('x', '<f4'), ('s', 'S3'), ('y', '<f8', (2,))]";
    let three = vec![column("x", 0, 23), column("y[0]", 7, 23), column("y[1]", 15, 23)];
    assert_eq!(geometry(open(descr, false, "(4,)", 92)), (4, three.clone()));
    assert_eq!(geometry(open(descr, false, "(2, 2)", 92)), (4, three));
    assert!(message(open(descr, true, "(2, 2)", 92)).contains("Fortran"));
    let (made, start) = open(descr, false, "(4,)", 92);
    let texts = made.unwrap().texts;
    assert_eq!((texts.len(), texts[0].name.as_str(), texts[0].offset - start, texts[0].stride), (1, "s", 4, 23));
    for version in [1, 2, 3] {
        let head = head(version, &dict("[('x', '<f4'), ('y', '<f4')]", false, "(1L,)"));
        let layout = layout(&head, head.len() as u64 + 8).unwrap();
        assert_eq!(layout.format, format!("npy {version}.0"));
    }
    let utf8 = dict("[('é', '<f4')]", false, "(1,)");
    let three = head(3, &utf8);
    assert_eq!(layout(&three, three.len() as u64 + 4).unwrap().columns[0].name, "é");
    let one = head(1, &utf8);
    assert_eq!(layout(&one, one.len() as u64 + 4).unwrap().columns[0].name, "Ã©");
    let mut broken = three.clone();
    let at = broken.iter().position(|b| *b == 0xc3).unwrap();
    broken[at] = 0xff;
    assert!(layout(&broken, 1000).unwrap_err().to_string().contains("UTF-8"));
}

#[test]
fn refusals() {
    assert!(message(open("'<f4'", false, "()", 4)).contains("shape ()"));
    assert!(message(open("'<f4'", false, "(2, 3, 4)", 96)).contains("1-D and 2-D"));
    assert!(message(open("'<f4'", false, "(100, 5000)", 2_000_000)).contains("5000 columns"));
    assert!(message(open("'|O'", false, "(4,)", 100)).contains("astype"));
    for shape in ["(0,)", "(0, 2)", "(2, 0)"] {
        assert!(matches!(open("'<f4'", false, shape, 0).0, Err(DataError::Empty)), "{shape}");
    }
    for shape in ["(4611686018427387904, 4)", "(9223372036854775807,)", "(2305843009213693951,)"] {
        assert!(message(open("'<f8'", false, shape, 100)).contains("exceeds 64 bits"), "{shape}");
    }
    assert!(matches!(
        open("'<f8'", false, "(1152921504606846976,)", 100).0,
        Err(DataError::Truncated { whole_rows: 12, .. })
    ));
    for shape in ["(-1,)", "3", "(1.0,)", "('a',)", "None"] {
        message(open("'<f4'", false, shape, 100));
    }
    assert!(layout(&head(1, "[]"), 100).is_err());
}

#[test]
fn truncated_and_longer_files() {
    let (found, start) = open("'<f8'", false, "(10, 2)", 100);
    let text = found.unwrap_err().to_string();
    let parts = [
        format!("{} bytes", start + 160),
        format!("holds {}", start + 100),
        "6 whole rows".into(),
        format!("--offset {start}"),
    ];
    for part in parts {
        assert!(text.contains(&part), "{text}: {part}");
    }
    // Planar: rows exist only as far as the last column reaches.
    assert!(message(open("'<f4'", false, "(2, 100)", 500)).contains("25 whole rows"));
    assert!(message(open("'<f4'", false, "(2, 100)", 300)).contains("makes 0 whole rows"));
    assert!(open("'<f4'", false, "(10,)", 47).0.unwrap().notes[0].starts_with("7 bytes"));
    let head = head(1, &dict("'<f4'", false, "(10,)"));
    assert!(matches!(layout(&head, 3), Err(DataError::Truncated { found: 3, whole_rows: 0, .. })));
}

#[test]
fn header_lengths() {
    for prefix in [
        &b""[..],
        b"\x93NUMP",
        b"\x93NUMPY",
        b"\x93NUMPY\x01",
        b"\x93NUMPY\x01\0\0",
        b"\x93NUMPY\x02\0\0\0\0",
        b"PK\x03\x04aaaaaaaa",
    ] {
        assert!(header_len(prefix).is_err(), "{prefix:?}");
    }
    assert!(header_len(b"\x93NUMPY\x04\0\0\0\0\0").unwrap_err().to_string().contains("4.0"));
    assert!(header_len(b"\x93NUMPY\x01\x01\0\0\0\0").unwrap_err().to_string().contains("1.1"));
    assert!(header_len(b"\x93NUMPY\x02\0\xff\xff\xff\xff").unwrap_err().to_string().contains("damaged"));
    assert_eq!(header_len(b"\x93NUMPY\x01\0\x76\x00").unwrap(), 128);
    assert!(layout(b"\x93NUMPY\x01\0\x76\x00{", 5000).is_err());
}

proptest! {
    #[test]
    fn any_bytes(tail in prop::collection::vec(any::<u8>(), 0..80), version in 0u8..5, len: u64) {
        let mut head = MAGIC.to_vec();
        head.extend([version, 0]);
        head.extend(tail);
        let _ = header_len(&head);
        if let Ok(layout) = layout(&head, len) { prop_assert!(layout.fits(len)); }
    }

    #[test]
    fn every_layout_fits(
        descr in prop::sample::select(vec!["'<f4'", "'>f8'", "'<c16'", "[('a','u1'),('b','<M8[ns]')]", "[('a','<i2',(3,))]"]),
        shape in prop::collection::vec(prop_oneof![0u64..40, 0..u64::MAX / 2], 0..3), fortran: bool, len in prop_oneof![0u64..20_000, any::<u64>()],
    ) {
        let shape = format!("({})", shape.iter().map(|n| format!("{n},")).collect::<String>());
        if let Ok(layout) = layout(&head(2, &dict(descr, fortran, &shape)), len) {
            prop_assert!(layout.fits(len) && layout.rows > 0);
        }
    }
}
