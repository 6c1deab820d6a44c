//! Contour lines against contourpy's, and at the bounds.

use super::*;

struct Fixture {
    width: usize,
    height: usize,
    x: Vec<f64>,
    y: Vec<f64>,
    z: Vec<f64>,
    levels: Vec<f64>,
    /// Of every level, lines of x and y in turn.
    lines: Vec<Vec<Vec<[f64; 2]>>>,
}

impl Fixture {
    /// A field with the lines that contourpy made (see tests/fixtures/make_contour_fixtures.py).
    fn read(name: &str) -> Self {
        let path = format!("{}/tests/fixtures/contours/{name}.txt", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        let mut blocks = text.split("\n= ");
        let numbers = |line: &str| line.split_whitespace().map(|word| word.parse().unwrap()).collect::<Vec<f64>>();
        let head = blocks.next().unwrap();
        let of = |key: &str| numbers(head.lines().find_map(|line| line.strip_prefix(key)).unwrap());
        let size: Vec<usize> = head.lines().nth(1).unwrap()[5..].split(' ').map(|word| word.parse().unwrap()).collect();
        let line = |line: &str| numbers(line).as_chunks::<2>().0.to_vec();
        let lines = blocks.map(|block| block.lines().skip(1).map(line).collect()).collect();
        let (x, y, z, levels) = (of("x "), of("y "), of("z "), of("levels "));
        Self { width: size[0], height: size[1], x, y, z, levels, lines }
    }

    fn field(&self) -> Field<'_> {
        let (x, y) = (&self.x[..], &self.y[..]);
        let nodes = if x.len() == self.width { Nodes::Rectilinear { x, y } } else { Nodes::Curvilinear { x, y } };
        Field { values: &self.z, width: self.width, height: self.height, nodes }
    }

    fn scale(&self) -> f64 {
        self.x.iter().chain(&self.y).fold(0.0, |most, v| v.abs().max(most))
    }
}

fn near(a: [f64; 2], b: [f64; 2], within: f64) -> bool {
    (a[0] - b[0]).abs() <= within && (a[1] - b[1]).abs() <= within
}

/// The directed segments of lines that have any length.
fn segments<'a>(lines: impl IntoIterator<Item = &'a [[f64; 2]]>, within: f64) -> Vec<[[f64; 2]; 2]> {
    let pairs = lines.into_iter().flat_map(|line| line.windows(2).map(|pair| [pair[0], pair[1]]));
    let mut found: Vec<[[f64; 2]; 2]> = pairs.filter(|pair| !near(pair[0], pair[1], within)).collect();
    found.sort_by(|a, b| a[0][0].total_cmp(&b[0][0]));
    found
}

/// What is wrong with lines, if not each segment is one of the wanted and the other way round, or if they are joined
/// otherwise.
fn difference(got: &[Line<'_>], wanted: &[Vec<[f64; 2]>], within: f64) -> Option<String> {
    let (ours, theirs) =
        (segments(got.iter().map(|line| line.points), within), segments(wanted.iter().map(Vec::as_slice), within));
    let mut is_taken = vec![false; theirs.len()];
    for segment in &ours {
        let from = theirs.partition_point(|other| other[0][0] < segment[0][0] - within);
        let same = |other: &[[f64; 2]; 2]| near(segment[0], other[0], within) && near(segment[1], other[1], within);
        match (from..theirs.len()).find(|i| !is_taken[*i] && same(&theirs[*i])) {
            Some(i) => is_taken[i] = true,
            None => return Some(format!("{segment:?} is not wanted")),
        }
    }
    if let Some(i) = is_taken.iter().position(|taken| !taken) {
        return Some(format!("{:?} is missing", theirs[i]));
    }
    // Lines without length come from levels that a node has exactly.
    let joined = |points: &[[f64; 2]]| {
        let length = segments([points], within).len();
        (length, points.first() == points.last())
    };
    let mut ours: Vec<(usize, bool)> = got.iter().map(|line| joined(line.points)).collect();
    let mut theirs: Vec<(usize, bool)> = wanted.iter().map(|line| joined(line)).filter(|line| line.0 > 0).collect();
    ours.sort_unstable();
    theirs.sort_unstable();
    (ours != theirs).then(|| format!("joined otherwise: {ours:?}, not {theirs:?}"))
}

const FIXTURES: [&str; 14] = [
    "smooth",
    "falling",
    "noise",
    "saddles",
    "evens",
    "plateaus",
    "terraces",
    "single",
    "blocks",
    "ragged",
    "ragged_plateaus",
    "ring",
    "far",
    "geographic",
];

#[test]
fn lines_are_those_of_contourpy() {
    for name in FIXTURES {
        let fixture = Fixture::read(name);
        let lines = trace(&fixture.field(), &fixture.levels).unwrap();
        assert_eq!(fixture.levels.len(), fixture.lines.len());
        for (level, wanted) in fixture.lines.iter().enumerate() {
            let got: Vec<Line<'_>> = lines.lines().filter(|line| line.level == level).collect();
            let wrong = difference(&got, wanted, 1e-9 * fixture.scale());
            assert_eq!(wrong, None, "{name} at {}", fixture.levels[level]);
            assert!(got.iter().all(|line| !line.is_closed || line.points.first() == line.points.last()), "{name}");
        }
    }
}

#[test]
fn every_level_alone_and_nodes_given_one_by_one_make_the_same_lines() {
    for name in FIXTURES {
        let fixture = Fixture::read(name);
        let field = fixture.field();
        let together = trace(&field, &fixture.levels).unwrap();
        let mut alone = Vec::new();
        for (i, level) in fixture.levels.iter().enumerate() {
            let made = trace(&field, &[*level]).unwrap();
            alone.extend(made.lines().map(|line| (i, line.is_closed, line.points.to_vec())));
        }
        let all: Vec<_> = together.lines().map(|line| (line.level, line.is_closed, line.points.to_vec())).collect();
        assert!(!all.is_empty() && all == alone, "{name}");
        if let Nodes::Rectilinear { x, y } = field.nodes {
            let (x, y): (Vec<f64>, Vec<f64>) = y.iter().flat_map(|y| x.iter().map(move |x| (*x, *y))).unzip();
            let spread = Field { nodes: Nodes::Curvilinear { x: &x, y: &y }, ..field };
            assert_eq!(trace(&spread, &fixture.levels).unwrap(), together, "{name}");
        }
    }
}

#[test]
fn one_point_elsewhere_one_segment_less_or_a_line_cut_is_seen() {
    let fixture = Fixture::read("noise");
    let lines = trace(&fixture.field(), &fixture.levels).unwrap();
    let got: Vec<Line<'_>> = lines.lines().filter(|line| line.level == 2).collect();
    let within = 1e-9 * fixture.scale();
    let wanted = &fixture.lines[2];
    assert_eq!(difference(&got, wanted, within), None);
    let mut moved = wanted.clone();
    moved[1][2][0] += 3.0 * within;
    let mut shorter = wanted.clone();
    shorter[0].pop();
    let mut turned = wanted.clone();
    turned[0].reverse();
    let mut cut = wanted.clone();
    let long = cut.iter().position(|line| line.len() > 4).unwrap();
    let rest = cut[long].split_off(2);
    let joint = cut[long][1];
    cut.push([vec![joint], rest].concat());
    let twice = [wanted.clone(), vec![wanted[0].clone()]].concat();
    for (other, word) in
        [(moved, "not wanted"), (shorter, "not wanted"), (turned, "not wanted"), (cut, "joined"), (twice, "missing")]
    {
        let wrong = difference(&got, &other, within);
        assert!(wrong.as_ref().is_some_and(|text| text.contains(word)), "{wrong:?}");
    }
}

#[test]
fn ranks_are_counts_of_levels_below() {
    for levels in [
        vec![0.0],
        vec![-1e308, 0.0, 1e308],
        vec![1.0, 1.0 + f64::EPSILON, 1e9],
        (0..300).map(|i| f64::from(i * i) / 7.0).collect::<Vec<f64>>(),
    ] {
        let ranks = Ranks::new(&levels);
        let near = levels.iter().flat_map(|level| [level.next_down(), *level, level.next_up()]);
        for value in near.chain([f64::MIN, -5.0, 0.3, 77.7, f64::MAX]) {
            let wanted = levels.iter().filter(|level| value > **level).count();
            assert_eq!(usize::from(ranks.of(value)), wanted, "{value}");
        }
    }
}

fn grid(width: usize, height: usize, value: impl Fn(usize, usize) -> f64) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let line = |count: usize| (0..count).map(|i| i as f64).collect::<Vec<f64>>();
    (line(width), line(height), (0..width * height).map(|i| value(i % width, i / width)).collect())
}

#[test]
fn the_greatest_numbers_and_places_that_are_none() {
    let (x, y, values) = grid(4, 2, |column, _| if column % 2 == 0 { -1.7e308 } else { 1.7e308 });
    let field = Field { values: &values, width: 4, height: 2, nodes: Nodes::Rectilinear { x: &x, y: &y } };
    let lines = trace(&field, &[0.0]).unwrap();
    let mut at: Vec<f64> = lines.lines().map(|line| line.points[0][0]).collect();
    at.sort_by(f64::total_cmp);
    assert_eq!(at, [0.5, 1.5, 2.5]);
    let x = [x[0], x[1], x[2], f64::NAN];
    let field = Field { nodes: Nodes::Rectilinear { x: &x, y: &y }, ..field };
    assert_eq!(trace(&field, &[0.0]).unwrap().lines().len(), 2);
}

#[test]
fn broken_fields_and_levels_are_refused() {
    let (x, y, values) = grid(3, 3, |column, _| column as f64);
    let field = Field { values: &values, width: 3, height: 3, nodes: Nodes::Rectilinear { x: &x, y: &y } };
    assert!(trace(&field, &[0.5]).is_ok());
    for wrong in [
        Field { values: &values[1..], ..field },
        Field { width: 2, ..field },
        Field { width: usize::MAX, height: usize::MAX, ..field },
        Field { nodes: Nodes::Curvilinear { x: &x, y: &y }, ..field },
        Field { nodes: Nodes::Rectilinear { x: &x[1..], y: &y }, ..field },
    ] {
        assert!(matches!(trace(&wrong, &[0.5]), Err(TraceError::Size { .. })));
    }
    let many: Vec<f64> = (0..301).map(f64::from).collect();
    assert!(trace(&field, &many[..300]).is_ok());
    for levels in [&many[..], &[1.0, 1.0], &[2.0, 1.0], &[f64::NAN], &[0.0, f64::INFINITY]] {
        assert_eq!(trace(&field, levels), Err(TraceError::Levels(levels.len())));
    }
    let line = Field { values: &values[..3], width: 3, height: 1, nodes: Nodes::Rectilinear { x: &x, y: &y[..1] } };
    assert_eq!(trace(&line, &[0.5]), Ok(Contours::default()));
    assert_eq!(trace(&field, &[]), Ok(Contours::default()));
}

#[test]
fn noise_with_many_levels_ends_in_words_not_in_memory() {
    let (x, y, values) = grid(200, 300, |column, row| if (column + row) % 2 == 0 { 0.0 } else { 1000.0 });
    let field = Field { values: &values, width: 200, height: 300, nodes: Nodes::Rectilinear { x: &x, y: &y } };
    let levels: Vec<f64> = (0..300).map(|i| f64::from(i) + 0.5).collect();
    let error = trace(&field, &levels).unwrap_err();
    assert!(error.to_string().contains("fewer levels"), "{error}");
}
