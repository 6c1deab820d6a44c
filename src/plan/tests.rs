use super::*;
use crate::data::dtype::Unit;

#[test]
fn moments_become_what_the_column_counts() {
    let nanoseconds = LaneKind::I64 { bias: 0, missing: None, bits: 64 };
    let read = |text: &str, unit: Option<Unit>, kind| {
        let time = unit.map(|unit| TimeUnit { multiplier: 1, unit });
        in_numbers("x", text.parse().unwrap(), time, kind).map(|range| range.to_string())
    };
    for (text, unit, kind, wanted) in [
        ("2024-03-01..2024-04", Unit::Day, nanoseconds, "19783..19814"),
        ("2024..2025", Unit::Second, nanoseconds, "1704067200..1735689600"),
        ("2024-03-01T12:00..2025", Unit::Day, nanoseconds, "19783.5..20089"),
        (
            "1970-01-01T00:00:00.000000001..2024-01-01T00:00:00.0000000001",
            Unit::Nanosecond,
            nanoseconds,
            "1..1704067200000000001",
        ),
        ("2024-03-15..2024-05-01", Unit::Month, nanoseconds, "651..652"),
        ("2024-01-01T06:00..2024-01-02", Unit::Day, LaneKind::F64, "19723.25..19724"),
        ("5..1e3", Unit::Day, LaneKind::F64, "5..1000.0"),
    ] {
        assert_eq!(read(text, Some(unit), kind), Ok(wanted.to_owned()), "{text}");
    }
    assert_eq!(read("2000..3000", None, LaneKind::F32), Ok("2000..3000".to_owned()), "no years");
    let message = read("2024-03-01..2025", None, LaneKind::F64).unwrap_err().to_string();
    assert!(message.contains("the x axis counts no time, so 2024-03-01"), "{message}");
    for (text, is_fine) in [("2024-13..2025", false), ("2024-02-30..2025", false), ("2024-02-29..2025", true)] {
        assert_eq!(check_moments(text.parse().unwrap()).is_ok(), is_fine, "{text}");
    }
}
