//! What the whole data says of colors, whatever part of it is seen.

use super::*;

/// The least and greatest count with all in view.
fn extent_of_all(data: &OpenData) -> (f64, f64) {
    let bench = Workbench::new(EngineChoice::Cpu, None, false).unwrap();
    let drawn = bench.aggregate(&data.table, &layer(), &Progress::default()).unwrap();
    let Values::Count(counts) = &drawn.aggregate.values else { panic!("counts") };
    let drawn = counts.iter().copied().filter(|count| *count > 0);
    (drawn.clone().min().unwrap() as f64, drawn.max().unwrap() as f64)
}

#[test]
fn limits_of_the_whole_data_do_not_move_with_the_view() {
    let folder = tempfile::tempdir().unwrap();
    let path = points(folder.path(), 200_000);
    let mut waiting = Waiting::new();
    let data = waiting.open(&path);
    let style = Style { limits: Limits::DATA, norm: Norm::Linear, ..Style::default() };
    let whole = extent_of_all(&data);
    // Parts in which no pixel holds as much as in the whole, before and after that was seen.
    for range in [Some("0..10000"), None, Some("50..60")] {
        let mut layer = layer();
        (layer.x.range, layer.y.range) = (range.map(|r| r.parse().unwrap()), range.map(|_| "-2..2".parse().unwrap()));
        let wish = Wish { data: Arc::clone(&data), layer };
        let generation = waiting.session.draw(vec![wish], &looks(std::slice::from_ref(&style)));
        // The first picture of a part may come before the whole is known, and says so.
        waiting.until(|event| match event {
            Event::Painted(painted) if painted.shown.generation == generation => {
                let is_exact = painted.shown.status == FrameStatus::Exact;
                assert!(!is_exact || !painted.is_settled || painted.layers[0].limits == Some(whole));
                (is_exact && painted.is_settled).then_some(())
            }
            Event::Failed(_, error) => panic!("{error}"),
            _ => None,
        });
    }
}

#[test]
fn until_the_whole_is_known_the_first_part_stands_in() {
    let folder = tempfile::tempdir().unwrap();
    let path = points(folder.path(), 200_000);
    let mut waiting = Waiting::new();
    let data = waiting.open(&path);
    let style = Style { limits: Limits::DATA, norm: Norm::Linear, ..Style::default() };
    let whole = Some(extent_of_all(&data));
    let mut first = None;
    // Parts with other limits each.
    for range in ["0..10000", "50..60", "0..3000", "70..71"] {
        let mut layer = layer();
        (layer.x.range, layer.y.range) = (Some(range.parse().unwrap()), Some("-2..2".parse().unwrap()));
        let wish = Wish { data: Arc::clone(&data), layer };
        let generation = waiting.session.draw(vec![wish], &looks(std::slice::from_ref(&style)));
        let limits = waiting.until(|event| match event {
            Event::Painted(painted) if painted.shown.generation == generation => {
                let is_exact = painted.shown.status == FrameStatus::Exact;
                is_exact.then(|| (painted.layers[0].limits, painted.is_settled))
            }
            Event::Failed(_, error) => panic!("{error}"),
            _ => None,
        });
        // Nothing but one change, to what stays.
        let wanted = if limits.1 { whole } else { *first.get_or_insert(limits.0) };
        assert_eq!(limits.0, wanted, "{range}");
    }
}

#[test]
fn equalized_colors_between_fixed_limits_do_not_move_with_the_view() {
    let folder = tempfile::tempdir().unwrap();
    let path = points(folder.path(), 200_000);
    let mut waiting = Waiting::new();
    let data = waiting.open(&path);
    let limits = "2..18".parse().unwrap();
    let style = Style { limits, norm: Norm::EqHist, background: "black".parse().unwrap(), ..Style::default() };
    let bench = Workbench::new(EngineChoice::Cpu, None, false).unwrap();
    let drawn = bench.aggregate(&data.table, &layer(), &Progress::default()).unwrap();
    let whole = crate::figure::norm::shading(&drawn.aggregate.values, &style).unwrap();
    for range in [Some("0..0.75"), None, Some("0.5..0.6")] {
        let mut layer = layer();
        (layer.x.range, layer.y.range) = (range.map(|r| r.parse().unwrap()), range.map(|_| "0..0.9".parse().unwrap()));
        let wish = Wish { data: Arc::clone(&data), layer };
        let looks = Looks { background: style.background, ..looks(std::slice::from_ref(&style)) };
        let generation = waiting.session.draw(vec![wish], &looks);
        // The first picture of a part may come before the whole is known, and says so.
        waiting.until(|event| match event {
            Event::Painted(painted) if painted.shown.generation == generation => {
                let (numbers, size) = (&painted.layers[0].numbers.values, 200);
                let Values::Count(counts) = numbers else { panic!("counts") };
                let rows = counts.chunks(size).rev().flatten();
                let pixels = painted.picture.pixels.as_chunks::<4>().0.iter();
                let mut pairs = rows.zip(pixels).filter(|(count, _)| **count > 0);
                let is_exact = painted.shown.status == FrameStatus::Exact;
                let is_whole = pairs.all(|(count, pixel)| whole.color(*count) == *pixel);
                assert!(!is_exact || !painted.is_settled || is_whole);
                (is_exact && painted.is_settled).then_some(())
            }
            Event::Failed(_, error) => panic!("{error}"),
            _ => None,
        });
    }
}
