use super::*;
use proptest::prelude::*;

fn plain(text: &str) -> String {
    parse(text).unwrap_or_else(|e| panic!("{text}: {e}")).plain().unwrap_or_else(|| panic!("{text}")).to_string()
}

fn fields(text: &str) -> Vec<(String, String, u64)> {
    let record = parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
    record.fields.into_iter().map(|f| (f.name, f.dtype.to_string(), f.offset)).collect()
}

fn names(text: &str) -> Vec<String> {
    fields(text).into_iter().map(|f| f.0).collect()
}

fn message(text: &str) -> String {
    parse(text).expect_err(text).to_string()
}

#[test]
fn plain_numbers() {
    let native = [
        ("f4", "<f4"),
        ("float32", "<f4"),
        ("=f8", "<f8"),
        ("float", "<f8"),
        ("double", "<f8"),
        ("half", "<f2"),
        ("int64", "<i8"),
        ("int", "<i8"),
        ("H", "<u2"),
        ("M8[ns]", "<M8[ns]"),
        ("m8[10ms]", "<m8[10ms]"),
        ("datetime64[D]", "<M8[D]"),
        ("timedelta64", "<m8"),
        ("M8[25us]", "<M8[25us]"),
    ];
    if cfg!(target_endian = "little") {
        for (text, shown) in native {
            assert_eq!(plain(text), shown);
        }
    }
    for (text, shown) in [
        ("<f4", "<f4"),
        (">i2", ">i2"),
        ("|u1", "|u1"),
        (">u1", "|u1"),
        ("uint8", "|u1"),
        ("bool", "|b1"),
        ("?", "|b1"),
        (" <f4 ", "<f4"),
        ("'<f8'", "<f8"),
        (">M8[as]", ">M8[as]"),
        ("1<f4", "<f4"),
        ("<1f4", "<f4"),
    ] {
        assert_eq!(plain(text), shown);
    }
    assert_eq!(parse("<f4").unwrap().fields[0].name, "");
}

#[test]
fn comma_lists_and_counts() {
    let three = fields("<f4, >f8,u1");
    assert_eq!(three[1], ("f1".into(), ">f8".into(), 4));
    assert_eq!(three[2], ("f2".into(), "|u1".into(), 12));
    assert_eq!(names("3<f4"), ["[0]", "[1]", "[2]"]);
    assert_eq!(names("(2,2)<f4"), ["[0][0]", "[0][1]", "[1][0]", "[1][1]"]);
    assert_eq!(names("2<f4,(2,)u1"), ["f0[0]", "f0[1]", "f1[0]", "f1[1]"]);
    assert_eq!(names("<f4,"), ["f0"]);
    assert_eq!(fields("(2,3)<f4")[5], ("[1][2]".into(), "<f4".into(), 20));
}

#[test]
fn lists() {
    let text = "[('x','<f4'),('y','<f8',(2,)),(('A title','z'),'>i2'),('n',[('a','u1'),('b','<c8')],2)]";
    assert_eq!(
        names(text),
        ["x", "y[0]", "y[1]", "z", "n[0].a", "n[0].b.re", "n[0].b.im", "n[1].a", "n[1].b.re", "n[1].b.im"]
    );
    let all = fields(text);
    assert_eq!(all[3], ("z".into(), ">i2".into(), 20));
    assert_eq!(all[9], ("n[1].b.im".into(), "<f4".into(), 22 + 9 + 5));
    assert_eq!(parse(text).unwrap().size, 22 + 18);
    // Padding without a name is silent; another field without a name gets NumPy's.
    let padded = parse("[('x','<f4'),('','|V4'),('','<f8')]").unwrap();
    assert_eq!((padded.size, padded.skipped.len()), (16, 0));
    assert_eq!(padded.fields[1].name, "f2");
}

#[test]
fn dicts() {
    let text = "{'names':['a','b'],'formats':['<f4','<i2'],'offsets':[4,0],'itemsize':16}";
    assert_eq!(fields(text), [("a".into(), "<f4".into(), 4), ("b".into(), "<i2".into(), 0)]);
    assert_eq!(parse(text).unwrap().size, 16);
    assert_eq!(parse("{'names':['a','b'],'formats':['<f4','<i2']}").unwrap().size, 6);
    for bad in [
        "{'names':['a'],'formats':['<f4'],'offsets':[4],'itemsize':7}",
        "{'names':['a'],'formats':['<f4'],'offsets':[-4]}",
        "{'names':['a'],'formats':['<f4','<f4']}",
        "{'names':['a']}",
        "{'names':['a'],'formats':['<f4'],'offsets':[9223372036854775807],'itemsize':3}",
        "{'names':['a'],'formats':['<f4'],'aligned':True}",
    ] {
        message(bad);
    }
}

#[test]
fn skipped_fields_take_their_bytes() {
    let record = parse("[('s','S5'),('u','<U2'),('v','V3'),('g','<f16',(2,)),('x','<f4')]").unwrap();
    assert_eq!(record.fields[2].offset, 5 + 8 + 3 + 32);
    assert_eq!(record.skipped.len(), 2);
    assert!(record.skipped[0].starts_with("v: bytes"), "{:?}", record.skipped);
    assert!(record.skipped[1].starts_with("g: long double"), "{:?}", record.skipped);
    assert_eq!(record.fields[..2].iter().map(|f| f.dtype.to_string()).collect::<Vec<_>>(), ["|S5", "<U2"]);
    let long = parse("[('s','S257'),('u','U257'),('n','S0'),('t','S256'),('x','<f4')]").unwrap();
    assert_eq!((long.fields.len(), long.fields[1].offset, long.skipped.len()), (2, 257 + 257 * 4 + 256, 3));
    assert!(long.skipped[1].starts_with("u: text of more than 256 characters"), "{:?}", long.skipped);
}

#[test]
fn text_is_read_as_it_is_written() {
    for text in ["|S1", "|S256", "<U7", ">U256"] {
        let dtype = parse(text).unwrap().single().unwrap();
        assert!(dtype.scalar.is_text() && dtype.to_string() == text, "{dtype}");
        assert!(parse(text).unwrap().plain().is_none(), "no number");
    }
    assert_eq!(parse(">S4").unwrap().single().unwrap().to_string(), "|S4");
    assert_eq!(parse("c").unwrap().single().unwrap().to_string(), "|S1");
}

#[test]
fn refusals_say_what_to_do() {
    assert!(message("O").contains("astype"));
    assert!(message("[('x','<f4'),('o','|O')]").contains("object"));
    assert!(message("longdouble").contains("float64"));
    assert!(message("V8").contains("no number"));
    assert!(message("[('x','f4'),('x','f4')]").contains("twice"));
    assert!(message("[('a.b','f4'),('a',[('b','f4')])]").contains("twice"));
    assert!(message("4097f4").contains("4096"));
    assert!(message("(100000,100000,100000,100000)f4").contains("64 bits"));
    assert!(message(&"f4,".repeat(5000)).contains("4096"));
    assert!(message("f5").contains("'f5'"));
    assert!(message("M8[parsec]").contains("unit"));
    assert!(message(&format!("[('{}','f4')]", "n".repeat(2000))).contains("1024"));
    for bad in [
        "", ",", "f4,,f4", "(2", "2)", "(2,x)f4", "<", "M8[0s]", "M8[s", "[]", "[('x',)]", "{}", "[3]", "str",
        "M8[s/3]", "(-1,)f4",
    ] {
        message(bad);
    }
}

#[test]
fn nesting_is_bounded() {
    let deep = format!("{}'<f4'{}", "[('a',".repeat(40), ")]".repeat(40));
    assert!(parse(&deep).is_err());
    let many = format!("{}'<f4'{}", "[('a',".repeat(10), ",(9,))]".repeat(10));
    assert!(message(&many).contains("4096"));
    assert_eq!(parse(&format!("{}'<f4'{}", "[('a',".repeat(10), ")]".repeat(10))).unwrap().fields.len(), 1);
}

fn check(record: &Record) {
    let mut seen = std::collections::HashSet::new();
    assert!(!record.fields.is_empty() && record.fields.len() <= 4096);
    for field in &record.fields {
        assert!(field.offset.checked_add(field.dtype.size()).unwrap() <= record.size);
        assert!(seen.insert(&field.name));
    }
}

proptest! {
    #[test]
    fn any_text(s in "\\PC*") {
        if let Ok(record) = parse(&s) { check(&record); }
    }

    #[test]
    fn likely_text(s in "[\\[\\](){}'<>|=,0-9fiuSVMm8]{0,40}") {
        if let Ok(record) = parse(&s) { check(&record); }
    }

    #[test]
    fn display_reads_back(big: bool, scalar in 0usize..12, unit in 0usize..14, multiplier in 1u32..) {
        let (unit, _) = Unit::ALL[unit];
        let multiplier = if unit == Unit::Generic { 1 } else { multiplier };
        let time = TimeUnit { multiplier, unit };
        let all = [Scalar::Bool, Scalar::I8, Scalar::I16, Scalar::I32, Scalar::I64, Scalar::U16, Scalar::U32,
            Scalar::U64, Scalar::F16, Scalar::F64, Scalar::Time(time), Scalar::Duration(time)];
        let dtype = Dtype { scalar: all[scalar], big_endian: big && all[scalar].size() > 1 };
        prop_assert_eq!(parse(&dtype.to_string()).unwrap().plain(), Some(dtype));
    }

    #[test]
    fn record_sizes_add_up(kinds in prop::collection::vec(prop::sample::select(vec!["<f4", ">f8", "|u1", "<i2", "S3", "<c16"]), 1..20)) {
        let list: Vec<String> = kinds.iter().enumerate().map(|(i, k)| format!("('c{i}','{k}')")).collect();
        let size: u64 = kinds.iter().map(|k| match *k { "<f4" => 4, ">f8" => 8, "|u1" => 1, "<i2" => 2, "S3" => 3, _ => 16 }).sum();
        match parse(&format!("[{}]", list.join(","))) {
            Ok(record) => { prop_assert_eq!(record.size, size); check(&record); }
            Err(_) => prop_assert!(kinds.iter().all(|k| *k == "S3")),
        }
    }
}
