use std::path::Path;
use std::sync::Condvar;
use std::time::Instant;

use super::*;
use crate::aggregate::Values;
use crate::aggregate::cpu::CpuOptions;
use crate::scene::axis::Size;
use crate::scene::mark::Mark;
use crate::scene::style::{Background, Limits, Norm, Rgba, Style};
use crate::workbench::{EngineChoice, Workbench};

mod ahead;
mod whole;

/// Rings when there is an event.
#[derive(Default)]
struct Bell(Mutex<bool>, Condvar);

/// A session that tests can wait for.
struct Waiting {
    session: Session,
    bell: Arc<Bell>,
    events: Vec<Event>,
}

impl Waiting {
    fn new() -> Self {
        Self::with(EngineChoice::Cpu)
    }

    fn with(choice: EngineChoice) -> Self {
        let bell = Arc::new(Bell::default());
        let its = Arc::clone(&bell);
        let wake: Wake = Arc::new(move || {
            *its.0.lock().unwrap() = true;
            its.1.notify_all();
        });
        Self { session: Session::new(choice, Some(2), wake).unwrap(), bell, events: Vec::new() }
    }

    fn until<T>(&mut self, wanted: impl Fn(&Event) -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            for event in self.session.poll() {
                self.events.push(event);
            }
            if let Some(i) = self.events.iter().position(|event| wanted(event).is_some()) {
                let found = wanted(&self.events[i]).unwrap();
                self.events.drain(..=i);
                return found;
            }
            assert!(started.elapsed() < Duration::from_secs(60), "waited in vain; {} events", self.events.len());
            let rung = self.bell.0.lock().unwrap();
            let (mut rung, _) = self.bell.1.wait_timeout(rung, Duration::from_millis(100)).unwrap();
            *rung = false;
        }
    }

    fn open(&mut self, path: &Path) -> Arc<OpenData> {
        let id = self.session.open(Sources { inputs: vec![path.to_owned()], ..Sources::default() });
        self.until(|event| match event {
            Event::Opened(data) if data.id == id => Some(Arc::clone(data)),
            Event::OpenFailed(_, refusal) => panic!("{refusal:?}"),
            _ => None,
        })
    }

    fn exact(&mut self, generation: Generation) -> Arc<Shown> {
        self.until(|event| match event {
            Event::Painted(painted)
                if painted.shown.generation == generation && painted.shown.status == FrameStatus::Exact =>
            {
                Some(Arc::clone(&painted.shown))
            }
            Event::Failed(_, error) => panic!("{error}"),
            _ => None,
        })
    }
}

/// f32 pairs that are sorted along x, so that a sample of the first rows would show half of them.
fn points(folder: &Path, rows: u32) -> std::path::PathBuf {
    let path = folder.join("points.f32");
    let bytes: Vec<u8> = (0..rows)
        .flat_map(|i| {
            #[expect(clippy::cast_precision_loss, reason = "any values will do")]
            let (x, y) = (i as f32 / rows as f32, (i % 1013) as f32 / 1013.0);
            [x, y]
        })
        .flat_map(f32::to_le_bytes)
        .collect();
    std::fs::write(&path, bytes).unwrap();
    path
}

fn looks(styles: &[Style]) -> Looks {
    let look = |style: &Style| LayerLook { style: style.clone(), visible: true, ..LayerLook::default() };
    Looks { layers: styles.iter().map(look).collect(), ..Looks::default() }
}

fn draw(waiting: &mut Waiting, data: &Arc<OpenData>, layer: Layer) -> Generation {
    draw_all(waiting, &[(data, layer)])
}

fn draw_all(waiting: &mut Waiting, layers: &[(&Arc<OpenData>, Layer)]) -> Generation {
    let wishes = layers.iter().map(|(data, layer)| Wish { data: Arc::clone(data), layer: layer.clone() }).collect();
    let styles: Vec<Style> = layers.iter().map(|(_, layer)| layer.style.clone()).collect();
    waiting.session.draw(wishes, &looks(&styles))
}

fn layer() -> Layer {
    Layer {
        x: crate::scene::layer::AxisRequest::default(),
        y: crate::scene::layer::AxisRequest::default(),
        aspect: crate::scene::aspect::Aspect::AUTO,
        size: Size { width: 200, height: 100 },
        mark: Mark::Points,
        step: 0,
        reduction: Reduction::Count,
        style: Style::default(),
    }
}

#[test]
fn the_frame_at_rest_equals_the_commands() {
    let folder = tempfile::tempdir().unwrap();
    let path = points(folder.path(), 6_000_000);
    let mut waiting = Waiting::new();
    let data = waiting.open(&path);
    let generation = draw(&mut waiting, &data, layer());
    let shown = waiting.exact(generation);
    let bench = Workbench::new(EngineChoice::Cpu, None, false).unwrap();
    let drawn = bench.aggregate(&data.table, &layer(), &Progress::default()).unwrap();
    assert_eq!(shown.layers[0].plan, drawn.plan);
    assert_eq!(*shown.layers[0].aggregate, drawn.aggregate);
    assert_eq!(shown.layers[0].aggregate.accounting.rows, 6_000_000);
}

#[test]
fn a_preview_comes_first_and_is_spread_over_all_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = points(folder.path(), 12_000_000);
    let mut waiting = Waiting::new();
    let data = waiting.open(&path);
    let generation = draw(&mut waiting, &data, layer());
    let preview = waiting.until(|event| match event {
        Event::Painted(painted) if painted.shown.generation == generation => Some(Arc::clone(&painted.shown)),
        _ => None,
    });
    let FrameStatus::Preview { seen, rows } = preview.status else { panic!("12 million rows in one look") };
    assert!(seen < rows && rows == 12_000_000);
    let Values::Count(counts) = &preview.layers[0].aggregate.values else { panic!("counts") };
    let columns = (0..200).filter(|x| (0..100).any(|y| counts[y * 200 + x] > 0)).count();
    // Blocks are 4 MiB of 96 MiB: each covers 1/23 of the columns.
    assert!(columns >= 16, "{columns} columns have points");
    let all: u64 = counts.iter().sum();
    assert!(all.abs_diff(rows) < rows / 50, "{all} points of {rows} after scaling up");
    assert_eq!(waiting.exact(generation).layers[0].aggregate.accounting.rows, 12_000_000);
}

#[test]
fn only_the_newest_of_many_requests_is_the_last_word() {
    let folder = tempfile::tempdir().unwrap();
    let path = points(folder.path(), 8_000_000);
    let mut waiting = Waiting::new();
    let data = waiting.open(&path);
    let mut last = draw(&mut waiting, &data, layer());
    for i in 1..40 {
        let mut layer = layer();
        layer.size.width = 200 + i;
        last = draw(&mut waiting, &data, layer);
        thread::sleep(Duration::from_millis(2));
    }
    let shown = waiting.exact(last);
    assert_eq!(shown.layers[0].aggregate.width, 239);
    thread::sleep(Duration::from_millis(100));
    let late = waiting.session.poll();
    let older = late.iter().filter(|e| matches!(e, Event::Painted(p) if p.shown.generation < last)).count();
    assert_eq!(older, 0, "an older frame came after the newest");
}

#[test]
fn data_that_stays_on_a_gpu_gives_the_same_numbers_and_no_preview() {
    let folder = tempfile::tempdir().unwrap();
    let path = points(folder.path(), 300_000);
    let mut waiting = Waiting::with(EngineChoice::Gpu);
    let data = waiting.open(&path);
    let generation = draw(&mut waiting, &data, layer());
    assert_eq!(waiting.exact(generation).engine.name, "cpu", "nothing is on the GPU yet");
    let mut width = 150;
    let shown = loop {
        // Every request gives way to the next, so it is given time to take the rows in.
        thread::sleep(Duration::from_millis(300));
        let mut layer = layer();
        layer.size.width = width;
        let generation = draw(&mut waiting, &data, layer);
        let shown = waiting.exact(generation);
        if shown.engine.name == "gpu" {
            break shown;
        }
        width += 1;
        assert!(width < 250, "the rows never got onto the GPU");
    };
    let bench = Workbench::new(EngineChoice::Cpu, None, false).unwrap();
    let drawn = bench.aggregate(&data.table, &shown.wishes[0].layer, &Progress::default()).unwrap();
    assert_eq!(*shown.layers[0].aggregate, drawn.aggregate);
}

#[test]
fn a_new_style_reads_no_row() {
    let folder = tempfile::tempdir().unwrap();
    let path = points(folder.path(), 100_000);
    let mut waiting = Waiting::new();
    let data = waiting.open(&path);
    let generation = draw(&mut waiting, &data, layer());
    let shown = waiting.exact(generation);
    // With the file gone, reading it would fail.
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(0).unwrap();
    let style = Style { colormap: "magma".to_owned(), ..Style::default() };
    waiting.session.restyle(&looks(&[style]));
    let again = waiting.until(|event| match event {
        Event::Painted(painted) if painted.looks.layers[0].style.colormap == "magma" => {
            Some(Arc::clone(&painted.shown))
        }
        _ => None,
    });
    assert!(Arc::ptr_eq(&shown, &again));
    let mut spread = looks(&[Style::default()]);
    spread.layers[0].spread = "2:square".parse().unwrap();
    waiting.session.restyle(&spread);
    let (again, numbers) = waiting.until(|event| match event {
        Event::Painted(painted) if painted.looks == spread => {
            Some((Arc::clone(&painted.shown), Arc::clone(&painted.layers[0].numbers)))
        }
        _ => None,
    });
    assert!(Arc::ptr_eq(&shown, &again));
    let total = |aggregate: &Aggregate| match &aggregate.values {
        Values::Count(counts) => counts.iter().sum::<u64>(),
        Values::Categories(by) => by.totals().iter().sum(),
        Values::Real(_) => 0,
    };
    // Each number is shown on 25 pixels, but at the edges.
    assert!(total(&numbers) > 20 * total(&shown.layers[0].aggregate));
    assert!(total(&numbers) < 25 * total(&shown.layers[0].aggregate));
}

#[test]
fn a_file_cut_short_while_open_fails_and_keeps_the_session() {
    let folder = tempfile::tempdir().unwrap();
    let path = points(folder.path(), 100_000);
    let mut waiting = Waiting::new();
    let data = waiting.open(&path);
    let generation = draw(&mut waiting, &data, layer());
    waiting.exact(generation);
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(1000).unwrap();
    let mut narrow = layer();
    narrow.size.width = 100;
    let failed = draw(&mut waiting, &data, narrow);
    let error = waiting.until(|event| match event {
        Event::Failed(generation, error) if *generation == failed => Some(error.clone()),
        _ => None,
    });
    assert!(error.contains("points.f32"), "{error}");
    let other = points(tempfile::tempdir().unwrap().keep().as_path(), 1000);
    let data = waiting.open(&other);
    let generation = draw(&mut waiting, &data, layer());
    waiting.exact(generation);
}

#[test]
fn layers_share_a_view_that_shows_all_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let near = points(folder.path(), 50_000);
    std::fs::rename(&near, folder.path().join("near.f32")).unwrap();
    let far = folder.path().join("far.f32");
    std::fs::write(&far, [-5.0_f32, 3.0, 7.0, 40.0].iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>()).unwrap();
    let mut waiting = Waiting::new();
    let raw = crate::data::raw::RawSpec { dtype: Some("<f4".to_owned()), ..Default::default() };
    let mut open = |path: &Path| {
        let id =
            waiting.session.open(Sources { inputs: vec![path.to_owned()], raw: raw.clone(), ..Sources::default() });
        waiting.until(|event| match event {
            Event::Opened(data) if data.id == id => Some(Arc::clone(data)),
            Event::OpenFailed(_, refusal) => panic!("{refusal:?}"),
            _ => None,
        })
    };
    let (near, far) = (open(&folder.path().join("near.f32")), open(&far));
    let generation = draw_all(&mut waiting, &[(&near, layer()), (&far, layer())]);
    let shown = waiting.exact(generation);
    let accountings: Vec<_> = shown.layers.iter().map(|layer| layer.aggregate.accounting).collect();
    assert_eq!((accountings[0].rows, accountings[0].in_view), (50_000, 50_000));
    assert_eq!((accountings[1].rows, accountings[1].in_view), (2, 2));
    assert_eq!(shown.layers[0].plan.view, shown.layers[1].plan.view);
    assert_eq!(shown.view.x.range.start.to_f64().to_bits(), (-5.0_f64).to_bits());
}

#[test]
fn what_was_counted_is_not_counted_again_for_a_further_layer_or_another_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = points(folder.path(), 100_000);
    let mut waiting = Waiting::new();
    let data = waiting.open(&path);
    let mut whole = layer();
    whole.x.range = Some("0..1000".parse().unwrap());
    whole.y.range = Some("-1..1".parse().unwrap());
    let first = draw(&mut waiting, &data, whole.clone());
    let first = waiting.exact(first);
    // With the file gone, reading it would fail.
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(0).unwrap();
    let twice = draw_all(&mut waiting, &[(&data, whole.clone()), (&data, whole)]);
    let twice = waiting.exact(twice);
    for layer in &twice.layers {
        assert!(Arc::ptr_eq(&layer.aggregate, &first.layers[0].aggregate));
    }
}

#[test]
fn a_picture_of_layers_is_their_composition() {
    let folder = tempfile::tempdir().unwrap();
    let path = points(folder.path(), 100_000);
    let mut waiting = Waiting::new();
    let data = waiting.open(&path);
    let wish = Wish { data, layer: layer() };
    let style = |name: &str| Style { colormap: name.to_owned(), alpha: 0.5, ..Style::default() };
    let white = Background::Color(Rgba([255; 4]));
    let seen = Looks { background: white, ..looks(&[style("Blues"), style("Reds")]) };
    waiting.session.draw(vec![wish.clone(), wish], &seen);
    let painted = |event: &Event, wanted: &Looks| match event {
        Event::Painted(painted) if painted.shown.status == FrameStatus::Exact && painted.looks == *wanted => {
            Some((painted.picture.clone(), Arc::clone(&painted.shown)))
        }
        Event::Failed(_, error) => panic!("{error}"),
        _ => None,
    };
    let (both, shown) = waiting.until(|event| painted(event, &seen));
    let alone = |name: &str| {
        let opaque = Style { background: Background::None, ..Style { alpha: 1.0, ..style(name) } };
        let values = &shown.layers[0].aggregate.values;
        let colors = crate::figure::norm::shading(values, &opaque).unwrap();
        crate::figure::shade::shade(values, 200, 100, &colors, 1)
    };
    let (blues, reds) = (alone("Blues"), alone("Reds"));
    let mut covered = 0;
    for (i, pixel) in both.pixels.as_chunks::<4>().0.iter().enumerate() {
        let (blue, red) = (blues.pixels.as_chunks::<4>().0[i], reds.pixels.as_chunks::<4>().0[i]);
        for channel in 0..3 {
            let of = |color: [u8; 4]| f64::from(color[channel]);
            let wanted = if blue[3] == 0 { 255.0 } else { 0.5 * of(red) + 0.25 * of(blue) + 0.25 * 255.0 };
            assert!((f64::from(pixel[channel]) - wanted).abs() <= 1.0, "{pixel:?} for {wanted}");
        }
        covered += usize::from(blue[3] > 0);
    }
    assert!(covered > 1000, "{covered} pixels");
    // Hidden, shown, in another order: no row is read.
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(0).unwrap();
    let mut hidden = seen.clone();
    hidden.layers[1].visible = false;
    waiting.session.restyle(&hidden);
    let (one, _) = waiting.until(|event| painted(event, &hidden));
    assert_ne!(one, both);
    waiting.session.restyle(&seen);
    assert_eq!(waiting.until(|event| painted(event, &seen)).0, both);
}

#[test]
fn a_column_is_sampled_whatever_is_drawn_and_filtered() {
    let folder = tempfile::tempdir().unwrap();
    let path = points(folder.path(), 3_000_000);
    let mut waiting = Waiting::new();
    let sources = |filter: Option<&str>| Sources {
        inputs: vec![path.clone()],
        filter: filter.map(ToOwned::to_owned),
        raw: crate::workbench::RawSpec { dtype: Some("<f4".to_owned()), columns: Some(2), ..Default::default() },
        ..Sources::default()
    };
    let mut open = |filter| {
        let id = waiting.session.open(sources(filter));
        waiting.until(|event| match event {
            Event::Opened(data) if data.id == id => Some(Arc::clone(data)),
            _ => None,
        })
    };
    let (all, some) = (open(None), open(Some("`1` > 0.5")));
    assert_eq!(all.sample_key("`0`"), some.sample_key("`0`"));
    assert!(all.sample_key("`0`") != all.sample_key("`1`"));
    // The first is not waited for: the second takes its place, or comes after it.
    waiting.session.sample(&all, "`1`");
    let key = waiting.session.sample(&some, "`0`");
    let sampled = waiting.until(|event| match event {
        Event::Sampled(of, sampled) if *of == key => Some(sampled.clone()),
        _ => None,
    });
    let sample = sampled.unwrap();
    assert!(!sample.is_whole() && sample.rows() > 300_000, "{}", sample.rows());
    // The column is sorted: the sample comes from all over it.
    let bins = sample.bins(10);
    let fair = sample.rows() / 10;
    assert!(bins.iter().all(|n| n.abs_diff(fair) < fair / 8), "{bins:?}");
    waiting.session.sample(&all, "nothing");
    let refused = waiting.until(|event| match event {
        Event::Sampled(_, Err(why)) => Some(why.clone()),
        _ => None,
    });
    assert!(refused.contains("there is no column \"nothing\""), "{refused}");
}

#[test]
fn layers_that_differ_in_their_reductions_are_exact_together() {
    let folder = tempfile::tempdir().unwrap();
    let path = points(folder.path(), 2_500_000);
    let mut waiting = Waiting::new();
    let mut open = |value: Option<&str>| {
        let raw = crate::data::raw::RawSpec { dtype: Some("<f4".to_owned()), columns: Some(2), ..Default::default() };
        let sources =
            Sources { inputs: vec![path.clone()], raw, value: value.map(ToOwned::to_owned), ..Sources::default() };
        let id = waiting.session.open(sources);
        waiting.until(|event| match event {
            Event::Opened(data) if data.id == id => Some(Arc::clone(data)),
            Event::OpenFailed(_, refusal) => panic!("{refusal:?}"),
            _ => None,
        })
    };
    let (plain, valued) = (open(None), open(Some("1")));
    let of = |reduction: &str| Layer { reduction: reduction.parse().unwrap(), ..layer() };
    let layers = [(&plain, of("count")), (&valued, of("mean:1")), (&valued, of("max:1")), (&plain, of("any"))];
    let generation = draw_all(&mut waiting, &layers);
    let shown = waiting.exact(generation);
    for (layer, (data, _)) in shown.layers.iter().zip(&layers) {
        let options = CpuOptions::default();
        let wanted = crate::aggregate::cpu::aggregate(&data.table, &layer.plan, options, &Progress::default()).unwrap();
        assert_eq!(layer.aggregate.accounting, wanted.accounting);
        match (&layer.aggregate.values, &wanted.values) {
            (Values::Real(a), Values::Real(b)) => assert!(a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())),
            (a, b) => assert_eq!(a, b),
        }
    }
}
