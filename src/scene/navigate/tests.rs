use super::*;

fn real(start: f64, end: f64, pixels: u32) -> Axis {
    Axis { range: Range { start: Coordinate::Real(start), end: Coordinate::Real(end) }, scale: Scale::Linear, pixels }
}

fn whole(start: i128, end: i128, pixels: u32) -> Axis {
    let range = Range { start: Coordinate::Integer(start), end: Coordinate::Integer(end) };
    Axis { range, scale: Scale::Linear, pixels }
}

fn with(axis: &Axis, range: Range) -> Axis {
    Axis { range, ..*axis }
}

/// How far, in pixels of `a`, the ends of `b` are from those of `a`.
fn apart(a: &Axis, b: &Axis) -> f64 {
    let (start, end) = pixel_placement(b, a);
    start.abs().max((end - f64::from(a.pixels)).abs())
}

#[test]
fn first_pan_is_unseen() {
    for axis in [real(-8.0, 8.0, 1920), real(0.1, 1000.0, 16_383), real(5.7e6, 5.7e6 + 1e-3, 1000)] {
        let there = with(&axis, pan(&axis, 7.0));
        let (start, end) = pixel_placement(&axis, &there);
        assert!((start - 7.0).abs() < 0.01 && (end - 7.0 - f64::from(axis.pixels)).abs() < 0.01);
        assert_eq!(pan(&axis, 0.0), axis.range);
    }
}

#[test]
fn nanoseconds_stay_integers() {
    let axis = whole(1_700_000_000_000_000_001, 1_700_000_000_001_000_001, 1920);
    let mut at = axis;
    for _ in 0..200 {
        at = with(&at, zoom(&at, 333.0, 1.2));
    }
    let Range { start: Coordinate::Integer(start), end: Coordinate::Integer(end) } = at.range else {
        panic!("{:?}", at.range)
    };
    assert_eq!(end - start, 1920);
    let Coordinate::Integer(under) = value_at(&axis, 333.0) else { panic!() };
    assert!((start + 333 - under).abs() < 100, "{start} {under}");
    assert_eq!(zoom(&at, 5.0, 2.0), at.range);
}
