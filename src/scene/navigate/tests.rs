use super::*;
use proptest::prelude::*;

pub(super) fn real(start: f64, end: f64, pixels: u32) -> Axis {
    Axis {
        range: Range { start: Coordinate::Real(start), end: Coordinate::Real(end) },
        scale: Scale::Linear,
        pixels,
        reversed: false,
    }
}

fn whole(start: i128, end: i128, pixels: u32) -> Axis {
    let range = Range { start: Coordinate::Integer(start), end: Coordinate::Integer(end) };
    Axis { range, scale: Scale::Linear, pixels, reversed: false }
}

pub(super) fn with(axis: &Axis, range: Range) -> Axis {
    Axis { range, ..*axis }
}

fn log(start: f64, end: f64, pixels: u32) -> Axis {
    Axis { scale: Scale::Log, ..real(start, end, pixels) }
}

/// The farther one of the ways, in pixels of `a`, from its ends to those of `b`.
fn apart(a: &Axis, b: &Axis) -> f64 {
    let (start, end) = pixel_placement(b, a);
    start.abs().max((end - f64::from(a.pixels)).abs())
}

/// The same ends, whether written as integers or not.
fn same(a: &Axis, b: &Axis) -> bool {
    let ends = |axis: &Axis| (axis.range.start.to_f64(), axis.range.end.to_f64());
    ends(a) == ends(b) && (a.range == b.range || ends(a).0.abs() < 9e15)
}

fn drawable(axis: &Axis) -> bool {
    EdgeRule::new("x", axis, is_integer(axis.range)).is_ok()
}

/// The pixel of a value, whatever it is, by the rule for its kind.
pub(super) fn pixel(axis: &Axis, value: Coordinate) -> f64 {
    let integer = matches!(value, Coordinate::Integer(_));
    let rule = EdgeRule::new("x", axis, integer).unwrap();
    match value {
        Coordinate::Integer(i) => rule.position_of_integer(i).floor(),
        Coordinate::Real(_) | Coordinate::Moment(_) => rule.position(value.to_f64()).floor(),
    }
}

pub(super) fn pixels() -> impl Strategy<Value = u32> {
    prop_oneof![1_u32..10, 100_u32..4000, 16_000_u32..=16_384]
}

/// Ordinary, tiny, huge and far-off linear axes of real numbers.
fn real_axes() -> impl Strategy<Value = Axis> {
    let ends = prop_oneof![
        (-10.0..10.0, 0.001..100.0).prop_map(|(a, w): (f64, f64)| (a, a + w)),
        (-300.0..300.0, -12.0..12.0, any::<bool>()).prop_map(|(a, w, negative): (f64, f64, bool)| {
            let a = 10_f64.powf(a) * if negative { -1.0 } else { 1.0 };
            (a, a + a.abs() * 10_f64.powf(w.min(3.0)))
        }),
        (-307.0..300.0).prop_map(|a: f64| (-10_f64.powf(a), 10_f64.powf(a))),
        (any::<u64>(), 1_u64..1 << 40).prop_map(|(a, w)| {
            let a = f64::from_bits(a);
            (a, f64::from_bits(a.to_bits().saturating_add(w)))
        }),
        (0_u64..1 << 50, 1_u64..1 << 50).prop_map(|(a, w)| (f64::from_bits(a), f64::from_bits(a + w))),
        Just((-8.0, 8.0)),
        Just((5.7e6, 5.7e6 + 1e-3)),
    ];
    (ends, pixels()).prop_map(|((start, end), pixels)| real(start, end, pixels)).prop_filter("drawable", drawable)
}

fn integer_axes() -> impl Strategy<Value = Axis> {
    let width = prop_oneof![1_i128..100, 100_i128..1_000_000, 1_i128..1 << 60, Just(31_536_000_000_000_000)];
    let start = prop_oneof![
        -1000_i128..1000,
        Just(0),
        1_600_000_000_000_000_000_i128..1_800_000_000_000_000_000,
        i128::from(i64::MIN)..i128::from(u64::MAX)
    ];
    (start, width, pixels()).prop_map(|(start, width, pixels)| whole(start, start + width, pixels))
}

fn other_axes() -> impl Strategy<Value = Axis> {
    let log_axis = (-300.0..300.0, 1e-9..300.0, pixels())
        .prop_map(|(a, w, n): (f64, f64, u32)| log(10_f64.powf(a), 10_f64.powf((a + w).min(302.0)), n));
    let symlog = (real_axes(), -20.0..20.0).prop_map(|(axis, linthresh): (Axis, f64)| Axis {
        scale: Scale::SymLog { linthresh: 10_f64.powf(linthresh) },
        ..axis
    });
    prop_oneof![log_axis, symlog].prop_filter("drawable", drawable)
}

fn axes() -> impl Strategy<Value = Axis> {
    prop_oneof![2 => real_axes(), 2 => integer_axes(), 1 => other_axes()]
}

#[derive(Clone, Debug)]
enum Move {
    Pan(f64),
    Zoom(f64, f64),
    Span(f64, f64),
    Resize(u32),
}

fn moves() -> impl Strategy<Value = Move> {
    let at = || prop_oneof![0.0..1.0, Just(0.5), -0.5..1.5];
    let odd = prop_oneof![
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(0.0),
        Just(-1.0),
        Just(1e300),
        Just(5e-324),
        any::<f64>()
    ];
    prop_oneof![
        8 => (-3000.0..3000.0).prop_map(|d: f64| Move::Pan(d.round())),
        4 => (-30.0..30.0).prop_map(Move::Pan),
        8 => (at(), prop_oneof![0.5..2.0, 0.001..1000.0]).prop_map(|(a, f)| Move::Zoom(a, f)),
        4 => (at(), at()).prop_map(|(a, b)| Move::Span(a, b)),
        2 => pixels().prop_map(Move::Resize),
        1 => (odd.clone(), odd.clone(), 0..3).prop_map(|(a, b, kind)| match kind {
            0 => Move::Pan(a),
            1 => Move::Zoom(a, b),
            _ => Move::Span(a, b),
        }),
    ]
}

fn apply(axis: &Axis, step: &Move) -> Axis {
    let n = f64::from(axis.pixels);
    match step {
        Move::Pan(by) => with(axis, pan(axis, *by)),
        Move::Zoom(about, factor) => with(axis, zoom(axis, about * n, *factor)),
        Move::Span(from, to) => with(axis, span(axis, from * n, to * n)),
        Move::Resize(pixels) => Axis { pixels: *pixels, range: resize(axis, *pixels), ..*axis },
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, max_global_rejects: 50_000, ..ProptestConfig::default() })]

    #[test]
    fn no_movement_leaves_what_can_be_drawn(axis in axes(), moves in prop::collection::vec(moves(), 1..40)) {
        let integer = is_integer(axis.range);
        let mut at = axis;
        for step in &moves {
            let next = apply(&at, step);
            prop_assert!(drawable(&next), "{at:?} {step:?} {next:?}");
            if integer && at.scale == Scale::Linear && is_integer(at.range) && next.range.start.to_f64().abs() >= 1e16 {
                prop_assert!(
                    matches!((next.range.start, next.range.end), (Coordinate::Integer(_), Coordinate::Integer(_))),
                    "{at:?} {step:?} {next:?}"
                );
            }
            at = next;
        }
    }

    #[test]
    fn positions_and_values_agree(axis in axes(), a in -0.2..1.2, b in -0.2..1.2) {
        let n = f64::from(axis.pixels);
        let (a, b) = (f64::min(a, b) * n, f64::max(a, b) * n);
        let (va, vb) = (value_at(&axis, a), value_at(&axis, b));
        prop_assert!(va.to_f64() <= vb.to_f64(), "{va} {vb}");
        prop_assert_eq!(value_at(&axis, 0.0), axis.range.start);
        prop_assert_eq!(value_at(&axis, n), axis.range.end);
        // The way back: to what a coordinate resolves.
        prop_assume!(axis.scale == Scale::Linear || digits(&axis) > 16);
        let inside = a.clamp(0.0, n);
        let v = value_at(&axis, inside);
        let (below, above) = match v {
            Coordinate::Integer(i) => (Coordinate::Integer(i - 1), Coordinate::Integer(i + 1)),
            Coordinate::Moment(_) => panic!("views have no moments"),
            Coordinate::Real(r) => {
                let (mut low, mut high) = (r, r);
                for _ in 0..40 {
                    (low, high) = (low.next_down(), high.next_up());
                }
                (Coordinate::Real(low), Coordinate::Real(high))
            }
        };
        let (low, high) = (position_of(&axis, below), position_of(&axis, above));
        prop_assert!(low.is_nan() || low <= inside + 1e-3, "{v} {low} {inside}");
        prop_assert!(high.is_nan() || high >= inside - 1e-3, "{v} {high} {inside}");
    }

    #[test]
    fn zoom_keeps_what_is_under_the_cursor(axis in axes(), about in 0.0..1.0, factor in prop_oneof![0.2..5.0, 0.9..1.1]) {
        let about = f64::round(about * f64::from(axis.pixels));
        let near = with(&axis, zoom(&axis, about, factor));
        prop_assume!(near != axis && digits(&axis) > 2 && digits(&near) > 1);
        // Both ends, seen from the old axis, lie where the zoom puts them (to a pixel of the new one).
        let (start, end) = pixel_placement(&near, &axis);
        let n = f64::from(axis.pixels);
        let real_factor = n / (end - start);
        prop_assert!((start - (about - about / real_factor)).abs() * real_factor <= 1.0, "{near:?} {start} {about} {real_factor}");
        if factor > 1.0 { prop_assert!(real_factor >= 1.0) } else { prop_assert!(real_factor <= 1.0) }
    }

    #[test]
    fn zooms_return(axis in axes(), about in 0.0..1.0, factor in 0.25..4.0) {
        let about = about * f64::from(axis.pixels);
        // Away from the last bits, where a pixel has many digits.
        prop_assume!(digits(&axis) > 24 && axis.range.end.to_f64().abs() < 1e300);
        let there = with(&axis, zoom(&axis, about, factor));
        let back = with(&axis, zoom(&there, about, 1.0 / factor));
        prop_assume!(there != axis);
        prop_assert!(apart(&axis, &back) < 0.1, "{there:?} {back:?} {}", apart(&axis, &back));
        // From then on they return exactly.
        let (mut at, mut once) = (back, back);
        for i in 0..50 {
            at = with(&at, zoom(&at, about, factor));
            at = with(&at, zoom(&at, about, 1.0 / factor));
            if i == 1 {
                once = at;
            }
        }
        prop_assert!(same(&at, &once));
        prop_assert!(apart(&axis, &at) < 0.1);
    }

    #[test]
    fn pans_return(axis in axes(), by in 1..2000_i32, times in 1..50_i32) {
        let by = f64::from(by);
        let home = with(&axis, zoom(&axis, 0.0, 1.25));
        prop_assume!(home != axis && axis.range.end.to_f64().abs() < 1e300);
        let mut at = home;
        for _ in 0..times {
            at = with(&at, pan(&at, by));
        }
        let far = at;
        for _ in 0..times {
            at = with(&at, pan(&at, -by));
        }
        // Unless numbers lie farther apart where it has been, or it came to where no pan goes on.
        prop_assume!(digits(&far) > 21 && digits(&home) > 21 && with(&far, pan(&far, by)) != far);
        prop_assert!(same(&at, &home), "{home:?} {at:?}");
    }

    #[test]
    fn sizes_return(axis in axes(), sizes in prop::collection::vec(1_u32..4000, 1..20)) {
        prop_assume!(digits(&axis) > 33 && axis.range.end.to_f64().abs() < 1e300);
        let first = with(&axis, zoom(&axis, 0.0, 1.25));
        prop_assume!(first != axis);
        let mut at = first;
        for pixels in sizes.into_iter().chain([first.pixels]) {
            at = Axis { pixels, range: resize(&at, pixels), ..at };
        }
        prop_assert!(same(&at, &first) || at.scale != Scale::Linear, "{first:?} {at:?}");
    }
}

/// Bits that tell places within a pixel apart, about.
fn digits(axis: &Axis) -> i32 {
    let [a, b] = [axis.range.start, axis.range.end].map(|c| axis.scale.transform(c.to_f64()).abs());
    let (magnitude, width) = (a.max(b), position_width(axis) / f64::from(axis.pixels));
    let unit = if is_integer(axis.range) && axis.scale == Scale::Linear {
        (magnitude * f64::EPSILON).min(1.0)
    } else {
        (magnitude * f64::EPSILON).max(if axis.scale == Scale::Linear { 5e-324 } else { 1e-15 })
    };
    libm::frexp(width / unit).1
}

pub(super) fn position_width(axis: &Axis) -> f64 {
    EdgeRule::new("x", axis, is_integer(axis.range)).unwrap().span().1
}

#[expect(clippy::cast_possible_truncation, reason = "f32 is what is wanted")]
fn narrow(v: f64) -> f32 {
    v as f32
}

/// Values of a column's own type in a view, many of them at pixel edges or right beside.
fn f32_values(axis: &Axis, seeds: &[(f64, u32, bool)]) -> Vec<Coordinate> {
    let n = f64::from(axis.pixels);
    let mut found = Vec::new();
    for (at, k, edge) in seeds {
        let at = if *edge { f64::from(k % axis.pixels) } else { at * n };
        let v = narrow(value_at(axis, at).to_f64());
        found.extend([v.next_down(), v, v.next_up()].map(|v| Coordinate::Real(f64::from(v))));
    }
    found
}

fn check_bins(old: &Axis, by: i32, values: &[Coordinate]) -> Result<(), TestCaseError> {
    let (n, by) = (f64::from(old.pixels), f64::from(by));
    let new = with(old, pan(old, by));
    if new == *old {
        return Ok(());
    }
    for value in values {
        let (before, after) = (pixel(old, *value), pixel(&new, *value));
        let inside = |k: f64| k >= 0.0 && k < n;
        if inside(before) && inside(before + by) || inside(after) && inside(after - by) {
            prop_assert_eq!(after, before + by, "{} {:?} {:?}", value, old, new);
        }
    }
    Ok(())
}

fn seeds() -> impl Strategy<Value = Vec<(f64, u32, bool)>> {
    prop::collection::vec((0.0..1.0, any::<u32>(), any::<bool>()), 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, max_global_rejects: 50_000, ..ProptestConfig::default() })]

    #[test]
    fn bins_of_f32_keep_their_counts(
        start in prop_oneof![-10.0..10.0, -1e7..1e7],
        width in prop_oneof![1e-3..100.0, 1e3..1e8],
        n in pixels(),
        by in prop::collection::vec(-500..500, 1..8),
        zooms in prop::collection::vec((0.0..1.0, 0.5..3.0), 0..4),
        seeds in seeds(),
    ) {
        let mut axis = real(start, start + width, n);
        for (about, factor) in zooms {
            axis = with(&axis, zoom(&axis, about * f64::from(n), factor));
        }
        // Onto the grid.
        axis = with(&axis, zoom(&axis, 0.0, 1.25));
        for by in by {
            // Next to zero f32 has digits that no difference keeps.
            let values = f32_values(&axis, &seeds);
            let least = position_width(&axis) / f64::from(n) / 8.0;
            let values: Vec<_> = values.into_iter().filter(|v| v.to_f64().abs() >= least || v.to_f64() == 0.0).collect();
            check_bins(&axis, by, &values)?;
            axis = with(&axis, pan(&axis, f64::from(by)));
        }
    }

    #[test]
    fn bins_of_integers_keep_their_counts(
        start in prop_oneof![-1000_i128..1000, 1_600_000_000_000_000_000_i128..1_800_000_000_000_000_000],
        width in prop_oneof![5_000_000_i128..10_000_000_000, 10_000_000_000_i128..8_000_000_000_000_000],
        n in pixels(),
        by in prop::collection::vec(-500..500, 1..8),
        seeds in seeds(),
    ) {
        let mut axis = whole(start, start + width, n);
        axis = with(&axis, zoom(&axis, f64::from(n) / 3.0, 1.5));
        for by in by {
            let near = |(at, k, edge): &(f64, u32, bool)| {
                let at = if *edge { f64::from(k % n) } else { at * f64::from(n) };
                let v = value_at(&axis, at).split().0;
                [v - 1, v, v + 1].map(Coordinate::Integer)
            };
            let values: Vec<_> = seeds.iter().flat_map(near).collect();
            check_bins(&axis, by, &values)?;
            axis = with(&axis, pan(&axis, f64::from(by)));
        }
    }
}

#[test]
fn the_bin_check_can_fail() {
    // A start off the grid by a third of a pixel, as a careless pan would make it.
    let old = real(0.0, 1000.0, 1000);
    let new = real(-1.33, 998.67, 1000);
    let value = Coordinate::Real(10.9);
    assert_ne!(pixel(&new, value), pixel(&old, value) + 1.0);
    let exact = with(&old, pan(&old, 1.0));
    assert_eq!(pixel(&exact, value), pixel(&old, value) + 1.0);
}

#[test]
fn first_pan_is_unseen() {
    for axis in [
        real(-8.0, 8.0, 1920),
        real(0.1, 1000.0, 16_383),
        real(5.7e6, 5.7e6 + 1e-3, 1000),
        whole(1_672_531_200_000_000_001, 1_704_067_200_000_000_002, 1923),
        whole(1_672_531_200_000_000_001, 1_672_531_200_000_002_001, 1923),
        log(1e-3, 17.0, 999),
    ] {
        let there = with(&axis, pan(&axis, 7.0));
        let (start, end) = pixel_placement(&axis, &there);
        let apart = (start - 7.0).abs().max((end - 7.0 - f64::from(axis.pixels)).abs());
        // A few nanoseconds to the pixel: whole ones only, but the scale stays.
        let (unseen, integer) = (if position_width(&axis) == 2000.0 { 0.5 } else { 0.01 }, is_integer(axis.range));
        assert!(apart < unseen, "{axis:?} {there:?} {apart}");
        assert!(!integer || position_width(&axis) != 2000.0 || position_width(&there) == 2000.0);
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
    assert!((start + 333 - under).abs() < 20, "{start} {under}");
    assert_eq!(zoom(&at, 5.0, 2.0), at.range);
    assert_eq!(value_at(&at, 17.25), Coordinate::Integer(start + 17));
}

#[test]
fn zooms_end_at_the_last_bit_and_at_the_largest_numbers() {
    for (axis, about) in [
        (real(-8.0, 8.0, 1920), 960.0),
        (real(-8.0, 8.0, 1920), 100.3),
        (real(5.7e6, 5.7e6 + 1e-3, 1000), 10.0),
        (real(1e-310, 2e-310, 1000), 500.0),
        (real(1.7e18, 1.8e18, 1000), 500.0),
        (log(1e-300, 1e300, 1000), 500.3),
        (log(1e300, 1e301, 1000), 500.0),
        (Axis { scale: Scale::SymLog { linthresh: 2.0 }, ..real(-1e6, 1e6, 1000) }, 500.0),
        (Axis { scale: Scale::SymLog { linthresh: 2.0 }, ..real(-1e6, 1e6, 1000) }, 100.0),
    ] {
        let mut at = axis;
        let mut steps = 0;
        loop {
            let next = with(&at, zoom(&at, about, 1.25));
            if next == at {
                break;
            }
            assert!(drawable(&next), "{next:?}");
            (at, steps) = (next, steps + 1);
            assert!(steps < 10_000, "{at:?}");
        }
        // Some tens of bits at most are left between neighbouring pixels.
        let (low, high) = (value_at(&at, about.floor()).to_f64(), value_at(&at, about.floor() + 1.0).to_f64());
        let apart = if (low > 0.0) == (high > 0.0) { high.to_bits().abs_diff(low.to_bits()) } else { 1 };
        let scale = if axis.scale == Scale::Linear { 2 } else { 4096 };
        assert!(apart <= scale || low.abs() < 1e-300, "{at:?}: {apart} numbers a pixel");
        loop {
            let next = with(&at, zoom(&at, about, 0.8));
            if next == at {
                break;
            }
            assert!(drawable(&next), "{next:?}");
            (at, steps) = (next, steps + 1);
            assert!(steps < 30_000, "{at:?}");
        }
        assert!(at.range.end.to_f64() > 1e240, "{at:?}");
    }
}

#[test]
fn boxes() {
    let axis = real(0.0, 1000.0, 1000);
    assert_eq!(span(&axis, 1000.0, 0.0), axis.range);
    assert_eq!(span(&axis, 500.0, 250.0), real(250.0, 500.0, 1000).range);
    assert_eq!(span(&axis, 250.0, 500.0), real(250.0, 500.0, 1000).range);
    assert_eq!(span(&axis, -1000.0, 1000.0), real(-1000.0, 1000.0, 1000).range);
    assert_eq!(span(&axis, 100.0, 1100.0), real(100.0, 1100.0, 1000).range);
    for nothing in [(5.0, 5.0), (f64::NAN, 1.0), (0.0, f64::INFINITY)] {
        assert_eq!(span(&axis, nothing.0, nothing.1), axis.range);
    }
}

#[test]
fn placements_between_scales() {
    let (linear, decades) = (real(1.0, 100.0, 99), log(1.0, 100.0, 200));
    assert_eq!(pixel_placement(&decades, &linear), (0.0, 99.0));
    let (start, end) = pixel_placement(&real(10.0, 1000.0, 5), &decades);
    assert!((start - 100.0).abs() < 1e-9 && (end - 300.0).abs() < 1e-9);
    assert_eq!(pixel_placement(&real(-1.0, 100.0, 5), &decades).0, -16_777_216.0);
    let far = real(1e300, 1.1e300, 7);
    assert_eq!(pixel_placement(&far, &linear), (16_777_216.0, 16_777_216.0));
}

#[test]
fn axes_that_cannot_be_drawn_stay_as_they_are() {
    for axis in [real(1.0, 1.0, 10), real(2.0, 1.0, 10), real(f64::NAN, 1.0, 10), log(-1.0, 1.0, 10), real(0.0, 1.0, 0)]
    {
        let same = |range: Range| format!("{range:?}") == format!("{:?}", axis.range);
        assert!(same(pan(&axis, 5.0)) && same(zoom(&axis, 2.0, 2.0)) && same(span(&axis, 1.0, 2.0)));
        assert!(same(resize(&axis, 20)));
        assert!(position_of(&axis, Coordinate::Integer(1)).is_nan());
        assert!(value_at(&axis, 1.0).to_f64().is_nan());
    }
}

#[test]
fn columns_get_ranges_of_their_kind() {
    let axis = real(0.0, 1920.0, 1920);
    let range = |a, b| Range { start: a, end: b };
    let (i, r) = (Coordinate::Integer, Coordinate::Real);
    assert_eq!(for_column(&axis, range(i(1), r(2.5)), false), range(r(1.0), r(2.5)));
    assert_eq!(for_column(&axis, range(r(1.0), r(2.5)), true), range(i(1), r(2.5)));
    assert_eq!(for_column(&axis, range(r(1e18), r(2e18)), true), range(i(10_i128.pow(18)), i(2 * 10_i128.pow(18))));
    assert_eq!(for_column(&axis, range(r(0.25), r(0.250_000_1)), true), axis.range);
}
