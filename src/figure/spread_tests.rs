//! Spreading against datashader's, and against itself however it is cut.

use super::*;

type Spreads = Vec<(Spread, Vec<f64>)>;

/// Rows of numbers and, for each spread, what datashader made of them (see tests/fixtures/make_spread_fixtures.py).
fn fixture(name: &str) -> (u32, Vec<f64>, Spreads) {
    let path = format!("{}/tests/fixtures/spread/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let mut blocks = text.split("\n= ");
    let numbers = |lines: &mut dyn Iterator<Item = &str>| -> Vec<f64> {
        lines.flat_map(str::split_whitespace).map(|word| word.parse().unwrap()).collect()
    };
    let first = blocks.next().unwrap();
    let width = first.lines().nth(1).unwrap().split_whitespace().count();
    let values = numbers(&mut first.lines().skip(1));
    let made = blocks.map(|block| {
        let mut lines = block.lines();
        (lines.next().unwrap().parse().unwrap(), numbers(&mut lines))
    });
    (u32::try_from(width).unwrap(), values, made.collect())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of fixtures")]
fn values(numbers: &[f64], are_counts: bool) -> Values {
    if are_counts { Values::Count(numbers.iter().map(|v| *v as u64).collect()) } else { Values::Real(numbers.to_vec()) }
}

fn source<'a>(lines: &'a dyn Lines, width: u32, all: &Values, threads: usize) -> Source<'a> {
    let len = match all {
        Values::Count(counts) => counts.len(),
        Values::Real(reals) => reals.len(),
        Values::Categories(by) => by.totals().len(),
    };
    Source { lines, width, height: u32::try_from(len).unwrap() / width, threads }
}

fn bits(values: &Values) -> Vec<u64> {
    match values {
        Values::Count(counts) => counts.clone(),
        Values::Real(reals) => reals.iter().map(|v| if v.is_nan() { u64::MAX } else { v.to_bits() }).collect(),
        Values::Categories(by) => by.to_counts(),
    }
}

#[test]
fn numbers_are_spread_as_datashader_spreads_them() {
    for name in ["counts_sparse", "counts_some", "counts_dense", "counts_none", "reals_some"] {
        let (width, numbers, made) = fixture(&format!("{name}.txt"));
        let are_counts = name.starts_with("counts");
        let given = values(&numbers, are_counts);
        assert_eq!(made.len(), 24 + 15);
        for (spread, wanted) in made {
            let lines = InMemory(&given, width);
            let got = source(&lines, width, &given, 1).spread_whole(spread, spread.merge.unwrap()).unwrap();
            assert_eq!(bits(&got), bits(&values(&wanted, are_counts)), "{name} {spread}");
        }
    }
}

/// Rows that do not come all at once, and one at a time.
struct Cut<'a>(&'a Values, u32, std::cell::Cell<u32>);

impl Lines for Cut<'_> {
    fn lines(&self, lines: Range<u32>) -> Result<Values, FigureError> {
        self.2.set(self.2.get() + 1);
        InMemory(self.0, self.1).lines(lines)
    }
}

/// A wide picture whose chunks have few rows, with lone points and heaps of many sizes.
fn large(width: usize, height: usize) -> Values {
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    Values::Count((0..width * height).map(|_| if next() % 300 == 0 { next() } else { 0 }).collect())
}

#[test]
fn chunks_and_threads_change_nothing() {
    let (width, height) = (30_000, 80);
    let counts = large(width, height);
    let reals = match &counts {
        Values::Count(counts) => {
            Values::Real(counts.iter().map(|n| if *n == 0 { f64::NAN } else { 1e9 / (*n as f64) }).collect())
        }
        Values::Real(_) | Values::Categories(_) => panic!(),
    };
    for text in ["5:square", "4:max", "dynamic:0.9:5"] {
        let spread: Spread = text.parse().unwrap();
        let merge = spread.merge.unwrap_or(Merge::Add);
        for given in [&counts, &reals] {
            let cut = Cut(given, 30_000, std::cell::Cell::new(0));
            let got = source(&cut, 30_000, given, 3).spread_whole(spread, merge).unwrap();
            assert!(cut.2.get() > 1, "in chunks");
            let px = match spread.reach {
                Reach::Fixed(px) => px,
                Reach::Dynamic { threshold, max_px } => {
                    source(&cut, 30_000, given, 1).pixels_for(threshold, max_px).unwrap()
                }
            };
            assert!(px > 1, "{text}: {px}");
            let whole = Stencil::new(px, spread.shape, merge).apply(given, 30_000, &(0..height), 1);
            assert!(bits(&got) == bits(&whole), "{text}");
        }
    }
}

#[test]
fn one_more_pixel_is_seen() {
    let given = values(&[0.0, 0.0, 0.0, 0.0, 7.0, 0.0, 0.0, 0.0, 0.0], true);
    let lines = InMemory(&given, 3);
    let spread = |text: &str| {
        let spread: Spread = text.parse().unwrap();
        source(&lines, 3, &given, 1).spread_whole(spread, Merge::Add).unwrap()
    };
    assert_eq!(spread("0"), given);
    assert_eq!(bits(&spread("1:square")), [7; 9]);
    assert_eq!(bits(&spread("1")), [7; 9], "datashader's circle of one pixel is all eight neighbours");
    assert_ne!(spread("2"), spread("0"));
}
