//! From values and thresholds to an image, on the CPU.

use std::ops::Range;

use crate::aggregate::ordered::{f64_from_key, f64_key};
use crate::aggregate::{Values, is_missing};
use crate::figure::image::Image;
use crate::figure::norm::COLORS;
use crate::figure::parts;
use crate::figure::shading::{APART_ENDS, Shading};
use crate::scene::style::{MAX_LEVELS, MAX_SPECIAL};

/// Colours every pixel of an aggregate: exactly `shading.color(key)`, or `shading.empty`.
///
/// `values` are row-major, row 0 the lowest; the image's row 0 is the top. `shading` must be made for values of this
/// kind: thresholds are counts for counts and keys of reals for reals.
///
/// # Panics
/// If there are not `width · height` values: the aggregate then belongs to another view, which is a programmer's
/// mistake.
#[must_use]
pub fn shade(values: &Values, width: u32, height: u32, shading: &Shading, threads: usize) -> Image {
    let area = Area { width, height, threads };
    let pixels = match (values, &shading.mixing) {
        (Values::Count(counts), _) => shade_counts(counts, area, shading),
        (Values::Real(reals), _) => shade_reals(reals, area, shading),
        (Values::Categories(by), Some(mixing)) => {
            // Opacities first; empty pixels have none.
            let opacities = CountColors::new(&Shading { empty: [0; 4], ..shading.clone() });
            let totals = mixing.totals(by);
            paint(&totals, area, |lines, totals, pixels| {
                each_line(totals, pixels, area, |count| opacities.of(count));
                mixing.mix(by, lines, width as usize, pixels);
            })
        }
        (Values::Categories(by), None) => shade_counts(by.totals(), area, shading),
    };
    Image { width, height, pixels }
}

/// What is painted, and by how many threads.
#[derive(Clone, Copy)]
struct Area {
    width: u32,
    height: u32,
    threads: usize,
}

/// One colour over another: source-over on straight-alpha sRGB bytes, rounded to nearest.
///
/// Over an opaque colour that is round(top · a + bottom · (1 − a)) for each channel. Where nothing covers
/// anything the result is (0, 0, 0, 0); over a fully transparent colour it is `top` itself.
#[must_use]
pub fn over(top: [u8; 4], bottom: [u8; 4]) -> [u8; 4] {
    if bottom[3] == 0 {
        return if top[3] == 0 { [0; 4] } else { top };
    }
    over_with([top[0], top[1], top[2]].map(f64::from), f64::from(top[3]) / 255.0, bottom)
}

/// As [`over`], over one color and from the very same formula, with what follows from the opacity found beforehand.
pub(super) struct OverOne {
    bottom: [u8; 4],
    /// For each opacity: it as a share, what the color beneath adds, and the opacity of both as a share.
    parts: Box<[(f64, [f64; 3], f64); 256]>,
}

impl OverOne {
    pub(super) fn new(bottom: [u8; 4]) -> Self {
        let b = f64::from(bottom[3]) / 255.0;
        let part = |opacity: usize| {
            let a = opacity as f64 / 255.0;
            (a, [0, 1, 2].map(|i| f64::from(bottom[i]) * b * (1.0 - a)), a + b * (1.0 - a))
        };
        Self { bottom, parts: Box::new(std::array::from_fn(part)) }
    }

    #[inline(always)]
    pub(super) fn over(&self, top: [u8; 4]) -> [u8; 4] {
        let (a, add, covered) = &self.parts[usize::from(top[3])];
        if *covered != 1.0 {
            return over(top, self.bottom);
        }
        let mix = |i: usize| byte(f64::from(top[i]) * a + add[i]);
        [mix(0), mix(1), mix(2), 255]
    }
}

/// As [`over`], of a color whose channels (0 to 255) and opacity `a` (0 to 1) are no bytes; something must cover something.
pub(super) fn over_with(top: [f64; 3], a: f64, bottom: [u8; 4]) -> [u8; 4] {
    let b = f64::from(bottom[3]) / 255.0;
    let covered = a + b * (1.0 - a);
    let mixed = |i: usize| top[i] * a + f64::from(bottom[i]) * b * (1.0 - a);
    if covered == 1.0 {
        return [byte(mixed(0)), byte(mixed(1)), byte(mixed(2)), 255];
    }
    let mix = |i: usize| byte(mixed(i) / covered);
    [mix(0), mix(1), mix(2), byte(covered * 255.0)]
}

#[inline(always)]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates, which is the clamp")]
fn byte(value: f64) -> u8 {
    // As round(), halves away from zero, but without a call; what is taken away is exact.
    let whole = value as u8;
    whole.saturating_add(u8::from(value - f64::from(whole) >= 0.5))
}

/// Counts below this have their own table entry.
const DIRECT: u64 = 1 << 16;

/// The colors of counts.
struct CountColors {
    stretches: KeyStretches,
    lookup: Lookup<u64, STRETCHES>,
    /// Of small counts.
    table: Vec<[u8; 4]>,
}

impl CountColors {
    fn new(shading: &Shading) -> Self {
        let (keys, colors) = shading.stops();
        let stretches = KeyStretches::new(&keys, STRETCHES);
        let lookup = Lookup::new(&keys, &colors, u64::MAX, |key| key, |key| stretches.of(key));
        let color = |count| lookup.color(stretches.of(count), count);
        // Counts from the last threshold on share a color, so the table may end there.
        let last = keys.last().copied().unwrap_or(0);
        let mut table: Vec<[u8; 4]> = (0..=last.clamp(1, DIRECT)).map(color).collect();
        table[0] = shading.empty;
        Self { stretches, lookup, table }
    }

    #[inline]
    fn of(&self, count: u64) -> [u8; 4] {
        let known = usize::try_from(count).ok().and_then(|count| self.table.get(count)).copied();
        known.unwrap_or_else(|| self.lookup.color(self.stretches.of(count), count))
    }
}

fn shade_counts(counts: &[u64], area: Area, shading: &Shading) -> Vec<u8> {
    let colors = CountColors::new(shading);
    paint(counts, area, |_, counts, pixels| each_line(counts, pixels, area, |count| colors.of(count)))
}

fn shade_reals(reals: &[f64], area: Area, shading: &Shading) -> Vec<u8> {
    let (keys, colors) = shading.stops();
    // A few stretches are all in the first-level cache; thresholds that crowd need more of them.
    let few = Ways::<FEW_STRETCHES>::new(&keys, &colors);
    if few.steps() <= 2 {
        return few.paint(reals, area, shading);
    }
    Ways::<STRETCHES>::new(&keys, &colors).paint(reals, area, shading)
}

/// Two ways to find the color of a real value: thresholds spread like logarithms are told apart best by their keys, others
/// by their values.
struct Ways<const N: usize> {
    by_key: (KeyStretches, Lookup<f64, N>),
    by_value: (ValueStretches, Lookup<f64, N>),
}

impl<const N: usize> Ways<N> {
    fn new(keys: &[u64], colors: &[[u8; 4]]) -> Self {
        let (by_key, by_value) = (KeyStretches::new(keys, N), ValueStretches::new(keys, N));
        // No value is at or above NaN.
        let key_lookup = Lookup::new(keys, colors, f64::NAN, f64_from_key, |v| by_key.of(f64_key(v)));
        let value_lookup = Lookup::new(keys, colors, f64::NAN, f64_from_key, |v| by_value.of(v));
        Self { by_key: (by_key, key_lookup), by_value: (by_value, value_lookup) }
    }

    /// Comparisons for each value.
    fn steps(&self) -> u32 {
        self.by_key.1.steps.min(self.by_value.1.steps)
    }

    fn paint(&self, reals: &[f64], area: Area, shading: &Shading) -> Vec<u8> {
        let Self { by_key: (by_key, key_lookup), by_value: (by_value, value_lookup) } = self;
        let nothing = |v| if is_missing(v) { shading.missing } else { shading.empty };
        let or_empty = |v: f64, color| if v.is_nan() { nothing(v) } else { color };
        if key_lookup.steps < value_lookup.steps {
            let color = |v: f64| or_empty(v, key_lookup.color(by_key.of(f64_key(v)), v));
            paint(reals, area, |_, reals, pixels| each_line(reals, pixels, area, color))
        } else {
            let color = |v: f64| or_empty(v, value_lookup.color(by_value.of(v), v));
            paint(reals, area, |_, reals, pixels| each_line(reals, pixels, area, color))
        }
    }
}

/// Makes the pixels of all values: `shade` is given the numbers of some lines, their values, and the pixels of these, which lie
/// upside down.
fn paint<T: Copy + Sync>(values: &[T], area: Area, shade: impl Fn(Range<usize>, &[T], &mut [u8]) + Sync) -> Vec<u8> {
    let Area { width, height, threads } = area;
    let expected = u128::from(width) * u128::from(height);
    assert_eq!(values.len() as u128, expected, "an aggregate of {width}×{height} pixels has that many values");
    let mut pixels = vec![0; values.len() * 4];
    let (width, height) = (width as usize, height as usize);
    parts::paint(&mut pixels, width, threads, |rows, pixels| {
        let lines = height - rows.end..height - rows.start;
        shade(lines.clone(), &values[lines.start * width..lines.end * width], pixels);
    });
    pixels
}

/// Applies a color function to the values of some lines, turning them upside down.
#[inline]
fn each_line<T: Copy>(values: &[T], pixels: &mut [u8], area: Area, color: impl Fn(T) -> [u8; 4]) {
    let width = (area.width as usize).max(1);
    for (from, to) in values.chunks_exact(width).rev().zip(pixels.chunks_exact_mut(width * 4)) {
        for (value, pixel) in from.iter().zip(to.as_chunks_mut::<4>().0) {
            *pixel = color(*value);
        }
    }
}

/// The number of stretches into which the range of the thresholds is cut.
const STRETCHES: usize = 1 << 16;
/// The same where thresholds lie evenly enough: the table takes 8 KiB.
const FEW_STRETCHES: usize = 1 << 12;

/// Stretches of equal numbers of keys between the first and the last threshold.
struct KeyStretches {
    first: u64,
    last: u64,
    shift: u32,
}

impl KeyStretches {
    /// At most so many, a power of two.
    fn new(keys: &[u64], most: usize) -> Self {
        let (first, last) = (keys.first().copied().unwrap_or(0), keys.last().copied().unwrap_or(0));
        let bits = u64::BITS - (last - first).leading_zeros();
        Self { first, last, shift: bits.saturating_sub(most.trailing_zeros()) }
    }

    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "below their number")]
    fn of(&self, key: u64) -> usize {
        (key.min(self.last).saturating_sub(self.first) >> self.shift) as usize
    }
}

/// Stretches of equal width between the values of the first and the last threshold.
struct ValueStretches {
    low: f64,
    per_unit: f64,
    last: u16,
}

impl ValueStretches {
    /// So many, at most 2^16.
    fn new(keys: &[u64], number: usize) -> Self {
        let [low, high] = [keys.first(), keys.last()].map(|key| key.copied().map_or(0.0, f64_from_key));
        let last = u16::try_from(number - 1).unwrap_or(u16::MAX);
        let per_unit = f64::from(last) / (high - low);
        // One stretch for all where the width overflows or vanishes.
        if per_unit.is_normal() { Self { low, per_unit, last } } else { Self { low: 0.0, per_unit: 0.0, last } }
    }

    #[inline]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and NaN gives 0")]
    fn of(&self, value: f64) -> usize {
        usize::from((((value - self.low) * self.per_unit) as u16).min(self.last))
    }
}

/// Room for all thresholds, ranges apart included, and as many steps of a search beyond the last: 512 each.
const SLOTS: usize = 4 * COLORS;
const _: () = assert!(MAX_LEVELS + 2 * (MAX_SPECIAL + APART_ENDS) <= SLOTS / 2, "a search stays within the slots");

/// The thresholds arranged for speed: a table over stretches, which grow with the values, says where to begin
/// comparing. The search takes the same few steps for every value and never branches on the data.
struct Lookup<K, const N: usize> {
    /// The different thresholds, then one that no value reaches to the end.
    thresholds: Box<[K; SLOTS]>,
    /// The color below the first threshold, and from each threshold on.
    colors: Box<[[u8; 4]; SLOTS]>,
    /// For each stretch the number of thresholds in the stretches before it.
    before: Box<[u16; N]>,
    /// The steps of a binary search over the thresholds of the fullest stretch.
    steps: u32,
}

impl<K: Copy + PartialOrd, const N: usize> Lookup<K, N> {
    fn new(keys: &[u64], stops: &[[u8; 4]], never: K, value: impl Fn(u64) -> K, stretch: impl Fn(K) -> usize) -> Self {
        let mut thresholds = Box::new([never; SLOTS]);
        let mut colors = Box::new([[0; 4]; SLOTS]);
        colors[..stops.len()].copy_from_slice(stops);
        let mut before = Box::new([0u16; N]);
        let (mut fullest, mut held, mut filled, mut passed) = (0u16, 0u16, 0, 0u16);
        for (i, key) in keys.iter().enumerate() {
            thresholds[i] = value(*key);
            let at = stretch(thresholds[i]).min(N - 1);
            if at >= filled {
                before[filled..=at].fill(passed);
                (filled, held) = (at + 1, 0);
            }
            passed = passed.saturating_add(1);
            held += 1;
            fullest = fullest.max(held);
        }
        before[filled..].fill(passed);
        Self { thresholds, colors, before, steps: u16::BITS - fullest.leading_zeros() }
    }

    #[inline]
    fn color(&self, stretch: usize, value: K) -> [u8; 4] {
        let mut at = usize::from(self.before[stretch % N]);
        // All thresholds in later stretches lie above the value, so a search that runs into them goes no further.
        for step in (0..self.steps).rev() {
            let ahead = 1 << step;
            at += ahead * usize::from(self.thresholds[(at + ahead - 1) % SLOTS] <= value);
        }
        self.colors[at % SLOTS]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::aggregate::MISSING;
    use crate::figure::shading::{Apart, shading};
    use crate::scene::style::{Background, Style};

    /// A palette in which each index can be told, and thresholds as given (the rest never reached).
    fn marked(thresholds: &[u64]) -> Shading {
        let mut all = thresholds.to_vec();
        all.sort_unstable();
        all.resize(COLORS - 1, u64::MAX);
        let palette = (0..COLORS).map(|i| [byte(i as f64), 1, 2, 3]).collect();
        Shading {
            between: Vec::new(),
            thresholds: all,
            palette,
            empty: [9, 9, 9, 9],
            missing: [8, 8, 8, 8],
            apart: Vec::new(),
            ends: [None; 3],
            limits: None,
            mixing: None,
            extent: None,
            area: None,
        }
    }

    /// Ranges with colors apart, of which each can be told.
    fn marked_apart(ranges: &[(u64, u64)]) -> Vec<Apart> {
        let apart = ranges.iter().enumerate();
        apart.map(|(i, (a, b))| Apart { from: *a.min(b), to: *a.max(b), color: [byte(i as f64), 7, 7, 7] }).collect()
    }

    #[test]
    fn over_one_color_is_the_same_formula() {
        for bottom in [[255, 255, 255, 255], [0, 10, 200, 255], [7, 250, 31, 128], [9, 9, 9, 0]] {
            let one = OverOne::new(bottom);
            for (opacity, shade) in (0..=255).flat_map(|a| [(a, 0), (a, 131), (a, 255)]) {
                let top = [shade, 255 - shade, 77, opacity];
                assert_eq!(one.over(top), over(top, bottom), "{top:?} over {bottom:?}");
            }
        }
    }

    #[test]
    fn rows_are_turned_and_empties_kept_apart() {
        let image = shade(&Values::Count(vec![0, 1, 2, 3, 4, 5]), 3, 2, &marked(&[2, 2, 5]), 2);
        let reds: Vec<u8> = image.pixels.iter().step_by(4).copied().collect();
        assert_eq!((image.width, image.height, reds), (3, 2, vec![2, 2, 3, 9, 0, 2]));
        let reals = Values::Real(vec![f64::NAN, f64::NEG_INFINITY, -0.0, 0.0, MISSING, f64::INFINITY]);
        let image = shade(&reals, 2, 3, &marked(&[f64_key(0.0), f64_key(1.5)]), 2);
        let reds: Vec<u8> = image.pixels.iter().step_by(4).copied().collect();
        assert_eq!(reds, vec![8, 2, 1, 1, 9, 0]);
    }

    #[test]
    fn nothing_to_shade() {
        for (width, height) in [(0, 0), (0, 7), (7, 0)] {
            assert!(shade(&Values::Count(Vec::new()), width, height, &marked(&[]), 2).pixels.is_empty());
        }
    }

    #[test]
    #[should_panic(expected = "2×2 pixels")]
    fn values_of_another_size_are_a_mistake() {
        let _ = shade(&Values::Count(vec![1; 3]), 2, 2, &marked(&[]), 2);
    }

    #[test]
    fn composing_by_hand() {
        assert_eq!(over([200, 100, 0, 255], [1, 2, 3, 255]), [200, 100, 0, 255]);
        assert_eq!(over([200, 100, 0, 0], [1, 2, 3, 255]), [1, 2, 3, 255]);
        assert_eq!(over([200, 100, 0, 51], [0, 50, 255, 255]), [40, 60, 204, 255]);
        assert_eq!(over([200, 100, 0, 51], [0; 4]), [200, 100, 0, 51]);
        assert_eq!(over([200, 100, 0, 0], [0; 4]), [0; 4]);
        // Half over half: 3/4 covered, 2/3 of it by the upper one.
        assert_eq!(over([255, 0, 0, 128], [0, 0, 255, 128]), [170, 0, 85, 192]);
    }

    #[test]
    fn alpha_and_background_reach_the_pixels() {
        let values = Values::Count(vec![0, 1]);
        let mut style = Style { colormap: "grey".into(), alpha: 0.2, ..Style::default() };
        let pixels = |style: &Style| shade(&values, 2, 1, &shading(&values, style).unwrap(), 2).pixels;
        style.background = Background::None;
        assert_eq!(pixels(&style), [0, 0, 0, 0, 255, 255, 255, 51]);
        style.background = "navy".parse().unwrap();
        assert_eq!(pixels(&style), [0, 0, 128, 255, 51, 51, 153, 255]);
        style.alpha = 1.0;
        assert_eq!(pixels(&style), [0, 0, 128, 255, 255, 255, 255, 255]);
    }

    fn thresholds() -> impl Strategy<Value = Vec<u64>> {
        let few = prop::collection::vec(0u64..40, 0..255);
        let direct = prop::collection::vec(1u64..70_000, 0..255);
        let any = prop::collection::vec(any::<u64>(), 0..255);
        let crowded = prop::collection::vec((1u64 << 40)..(1 << 40) + 500, 1..255).prop_map(|mut v| {
            v[0] = 3;
            v
        });
        prop_oneof![few, direct, any, crowded]
    }

    /// Thresholds that suit a search by value, by key, and neither.
    fn real_thresholds() -> impl Strategy<Value = Vec<f64>> {
        let any = prop::collection::vec(any::<f64>(), 0..255);
        let even = prop::collection::vec(-5.0..5.0, 0..255);
        let crowded = prop::collection::vec(273.15..273.150_001, 1..255).prop_map(|mut v| {
            v[0] = -1e9;
            v
        });
        let tiny = prop::collection::vec(0.0..1e-308, 0..255);
        prop_oneof![any, even, crowded, tiny].prop_map(|v: Vec<f64>| v.into_iter().filter(|v| !v.is_nan()).collect())
    }

    proptest! {
        #[test]
        fn shading_is_the_definition(
            thresholds in thresholds(),
            ranges in prop::collection::vec((0..400_u64, any::<u64>()), 0..MAX_SPECIAL),
            points in prop::collection::vec(1..70_000_u64, 0..3),
            extra in prop::collection::vec(any::<u64>(), 0..20),
        ) {
            let mut shading = marked(&thresholds);
            let points = points.into_iter().map(|key| (key, key + 1));
            shading.apart = marked_apart(&ranges.into_iter().chain(points).collect::<Vec<_>>());
            let ends: Vec<u64> = shading.apart.iter().flat_map(|apart| [apart.from, apart.to]).collect();
            let near = thresholds.iter().chain(&ends).flat_map(|t| [t.saturating_sub(1), *t, t.saturating_add(1)]);
            let keys: Vec<u64> = near.chain(extra).chain([0, 1, u64::MAX - 1]).collect();
            let height = u32::try_from(keys.len()).unwrap();
            let image = shade(&Values::Count(keys.clone()), 1, height, &shading, 2);
            for (key, pixel) in keys.iter().rev().zip(image.pixels.as_chunks::<4>().0) {
                let expected = if *key == 0 { shading.empty } else { shading.color(*key) };
                prop_assert_eq!(*pixel, expected, "count {}", key);
            }
        }

        #[test]
        fn shading_reals_is_the_definition(
            thresholds in real_thresholds(),
            points in prop::collection::vec(prop_oneof![-10.0..10.0, any::<f64>()], 0..MAX_SPECIAL),
            extra in prop::collection::vec(any::<f64>(), 0..20),
        ) {
            let mut shading = marked(&thresholds.iter().map(|v| f64_key(*v)).collect::<Vec<_>>());
            let points: Vec<f64> = points.into_iter().filter(|v: &f64| v.is_finite()).collect();
            let ranges = points.iter().map(|v| (f64_key(*v), f64_key(*v) + 1));
            shading.apart = marked_apart(&ranges.collect::<Vec<_>>());
            let near = thresholds.iter().chain(&points).flat_map(|v| [v.next_down(), *v, v.next_up()]);
            let ends = [0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MIN, f64::MAX];
            let reals: Vec<f64> = near.chain(extra).chain(ends).collect();
            let height = u32::try_from(reals.len()).unwrap();
            let image = shade(&Values::Real(reals.clone()), 1, height, &shading, 2);
            for (v, pixel) in reals.iter().rev().zip(image.pixels.as_chunks::<4>().0) {
                let expected = if v.is_nan() { shading.empty } else { shading.color(f64_key(*v)) };
                prop_assert_eq!(*pixel, expected, "real {}", v);
            }
        }
    }
}
