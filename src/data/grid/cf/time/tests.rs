use super::*;

fn moments(units: &str, calendar: &str, numbers: &[f64]) -> Result<(Vec<f64>, Unit), String> {
    let times = Times::of(units, Some(calendar))?;
    times.moments(numbers, false).map(|moments| (moments.counts, moments.unit.unit))
}

#[test]
fn units_as_people_write_them() {
    for units in [
        "hours since 1970-01-01",
        "hours since 1970-1-1 0:0:0",
        "Hours since 1970-01-01T00:00:00Z",
        "hour since 1970-01-01 00:00:0.0",
        "h since 1970-01-01 00:00:00 UTC",
        "hours since 1970-01-01 01:00 +01:00",
        "hours since 1969-12-31 22:30:00 -1:30",
        "hours since 19700101",
        "hours since 1970-01-01 0",
    ] {
        assert_eq!(moments(units, "standard", &[0.0, 1.5]), Ok((vec![0.0, 5400.0], Unit::Second)), "{units}");
    }
    for units in ["hours", "hours since", "hours since yesterday", "fortnights since 1970-01-01", "h since 1970-13-01"]
    {
        assert!(moments(units, "standard", &[0.0]).is_err(), "{units}");
    }
    assert!(moments("hours since 1970-01-01", "lunar", &[0.0]).unwrap_err().contains("lunar"));
}

#[test]
fn long_ago_is_counted_in_the_calendar_of_the_file() {
    // cftime: num2date(17522904, "hours since 1-1-1", calendar), both 2000-01-01 or two days beside it.
    assert_eq!(
        moments("hours since 1-1-1 00:00:0.0", "standard", &[17_522_904.0]),
        Ok((vec![946_684_800.0], Unit::Second))
    );
    assert_eq!(moments("days since 0001-01-01", "proleptic_gregorian", &[719_162.0]), Ok((vec![0.0], Unit::Second)));
}

#[test]
fn parts_of_days_are_as_exact_as_the_numbers() {
    // Thirds and twenty-fourths have no exact f64 but mean whole seconds.
    let hours: Vec<f64> = (0..48).map(|hour| 45_000.0 + f64::from(hour) / 24.0).collect();
    let (counts, unit) = moments("days since 1900-01-01", "standard", &hours).unwrap();
    assert_eq!(unit, Unit::Second);
    assert!(counts.windows(2).all(|pair| (pair[1] - pair[0] - 3600.0).abs() < f64::MIN_POSITIVE), "{counts:?}");
    let (counts, unit) = moments("seconds since 2000-01-01", "standard", &[0.25, 1e-6]).unwrap();
    assert_eq!((counts, unit), (vec![946_684_800_250_000.0, 946_684_800_000_001.0], Unit::Microsecond));
    let (counts, unit) = moments("milliseconds since 1970-01-01", "standard", &[1.0, 2000.0]).unwrap();
    assert_eq!((counts, unit), (vec![1.0, 2000.0], Unit::Millisecond));
}

#[test]
fn months_and_written_dates() {
    let day = 86_400.0;
    let (counts, _) = moments("months since 1970-01-15", "standard", &[0.0, 1.0, 13.0]).unwrap();
    assert_eq!(counts, [14.0 * day, 45.0 * day, (365.0 + 45.0) * day]);
    let (counts, _) = moments("years since 1970-01-01", "standard", &[0.0, 2.0]).unwrap();
    assert_eq!(counts, [0.0, 730.0 * day]);
    let (counts, _) = moments("day as %Y%m%d.%f", "proleptic_gregorian", &[19_700_102.25]).unwrap();
    assert_eq!(counts, [1.25 * day]);
    assert!(moments("day as %Y%m%d.%f", "standard", &[19_701_302.0]).unwrap_err().contains("no moment"));
}

#[test]
fn time_keeps_its_order_in_every_calendar() {
    for calendar in ["standard", "noleap", "all_leap", "360_day", "julian"] {
        let days: Vec<f64> = (0..8 * 366).map(|i| f64::from(i) / 2.0).collect();
        for units in ["days since 1999-01-01", "days since 1581-01-01"] {
            let (counts, _) = moments(units, calendar, &days).unwrap();
            assert!(counts.windows(2).all(|pair| pair[0] < pair[1]), "{calendar} {units}");
        }
    }
    // The 30th of February is the last of 30 equal parts of it.
    let (counts, _) = moments("days since 1999-02-30", "360_day", &[0.0, 1.0]).unwrap();
    assert_eq!(counts, [920_246_400.0 - 86_400.0 * 28.0 / 30.0, 920_246_400.0]);
}

#[test]
fn times_that_are_none() {
    for number in [f64::NAN, f64::INFINITY, 1e300, -1e18] {
        assert!(moments("days since 1970-01-01", "standard", &[number]).is_err(), "{number}");
    }
}
