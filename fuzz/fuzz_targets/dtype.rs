//! Any text as a dtype: no panic, and every field lies within the record under its own name.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scumble::data::dtype;

fuzz_target!(|text: &str| {
    let Ok(record) = dtype::parse(text) else { return };
    let mut names = std::collections::HashSet::new();
    assert!(!record.fields.is_empty());
    for field in &record.fields {
        assert!(u128::from(field.offset) + u128::from(field.dtype.size()) <= u128::from(record.size));
        assert!(names.insert(&field.name), "{} twice", field.name);
        assert_eq!(dtype::parse(&field.dtype.to_string()).ok().and_then(|r| r.plain()), Some(field.dtype));
    }
});
