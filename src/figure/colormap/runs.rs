//! Tables of runs of colors, with sharp edges between them: each begins exactly where it should, and not at the nearest of 256
//! equal steps.

use super::{COLORS, Colormap};

/// Colors that go over into each other, or one of them, up to a place from 0 to 1.
pub(super) struct Run<'a> {
    /// Where it ends.
    pub to: f64,
    /// Where it ends from the other end: what lies from its beginning on. It is no difference, which would be rounded.
    pub back: f64,
    /// The color at a part of it, 0 to 1.
    pub color: &'a dyn Fn(f64) -> [u8; 4],
}

/// The map of runs, the last of which ends at 1, or the same from its other end; at most as many as it has colors.
pub(super) fn of_runs(runs: &[Run<'_>], is_reversed: bool) -> Colormap {
    let mut map = Colormap::default();
    let mut edges = Vec::with_capacity(COLORS);
    let mut from = 0.0;
    let mut cells: Vec<(&Run<'_>, usize)> = runs.iter().zip(shared_out(runs)).collect();
    if is_reversed {
        cells.reverse();
    }
    for (run, cells) in cells {
        let to = if is_reversed { run.back } else { run.to };
        for i in 0..cells {
            let place = edges.len();
            edges.push(from + (to - from) * (i as f64 / cells as f64));
            // From its first color to its last; a single one is that in the middle.
            let part = if cells == 1 { 0.5 } else { i as f64 / (cells - 1) as f64 };
            map.table[place] = (run.color)(if is_reversed { 1.0 - part } else { part });
        }
        from = to;
    }
    // The first begins where all do.
    map.edges = Some(edges.into_iter().skip(1).collect());
    map
}

/// How many colors each run gets: at least one, and else as many as it is long.
fn shared_out(runs: &[Run<'_>]) -> Vec<usize> {
    let starts = std::iter::once(0.0).chain(runs.iter().map(|run| run.to));
    let wanted: Vec<f64> = runs.iter().zip(starts).map(|(run, from)| (run.to - from) * COLORS as f64).collect();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 256")]
    let mut cells: Vec<usize> = wanted.iter().map(|wanted| (wanted.floor() as usize).max(1)).collect();
    loop {
        let lacks = |i: &usize| wanted[*i] - cells[*i] as f64;
        let all = 0..runs.len();
        let found = match cells.iter().sum::<usize>() {
            COLORS => return cells,
            less if less < COLORS => all.max_by(|a, b| lacks(a).total_cmp(&lacks(b))).map(|i| (i, cells[i] + 1)),
            _ => {
                let can_give = all.filter(|i| cells[*i] > 1);
                can_give.min_by(|a, b| lacks(a).total_cmp(&lacks(b))).map(|i| (i, cells[i] - 1))
            }
        };
        let Some((i, count)) = found else { return cells };
        cells[i] = count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_begin_where_they_should_and_have_a_color_each() {
        for ends in [&[1.0][..], &[0.001, 0.01, 1.0], &[0.1, 0.2, 0.3, 1.0], &[0.5, 0.999_999, 1.0]] {
            let color = |part: f64| [byte(part), 0, 0, 255];
            let starts = std::iter::once(0.0).chain(ends.iter().copied());
            let runs = ends.iter().zip(starts).map(|(to, from)| Run { to: *to, back: 1.0 - from, color: &color });
            let runs: Vec<Run<'_>> = runs.collect();
            let map = of_runs(&runs, false);
            let edges = map.edges.unwrap();
            assert!(edges.len() == COLORS - 1 && edges.windows(2).all(|pair| pair[0] < pair[1]), "{ends:?}");
            assert!(ends[..ends.len() - 1].iter().all(|end| edges.contains(end)), "{ends:?}");
        }
        let color = |_: f64| [1, 2, 3, 255];
        let many: Vec<Run<'_>> = (1..=256)
            .map(|i| Run { to: f64::from(i) / 256.0, back: f64::from(257 - i) / 256.0, color: &color })
            .collect();
        assert_eq!(shared_out(&many), [1; 256]);
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255")]
    fn byte(part: f64) -> u8 {
        (part * 255.0) as u8
    }
}
