use std::path::Path;
use std::sync::Condvar;
use std::time::Duration;

use super::*;
use crate::aggregate::Values;
use crate::scene::axis::Size;
use crate::workbench::{EngineChoice, Workbench};

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
            Event::OpenFailed(_, error) => panic!("{error}"),
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

fn layer() -> Layer {
    Layer {
        x: crate::scene::layer::AxisRequest::default(),
        y: crate::scene::layer::AxisRequest::default(),
        size: Size { width: 200, height: 100 },
        reduction: crate::scene::reduction::Reduction::Count,
        style: Style::default(),
    }
}

#[test]
fn the_frame_at_rest_equals_the_commands() {
    let folder = tempfile::tempdir().unwrap();
    let path = points(folder.path(), 6_000_000);
    let mut waiting = Waiting::new();
    let data = waiting.open(&path);
    let generation = waiting.session.draw(&data, layer());
    let shown = waiting.exact(generation);
    let bench = Workbench::new(EngineChoice::Cpu, None, false).unwrap();
    let drawn = bench.aggregate(&data.table, &layer(), &Progress::default()).unwrap();
    assert_eq!(shown.plan, drawn.plan);
    assert_eq!(shown.aggregate, drawn.aggregate);
    assert_eq!(shown.aggregate.accounting.rows, 6_000_000);
}

#[test]
fn a_preview_comes_first_and_is_spread_over_all_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = points(folder.path(), 12_000_000);
    let mut waiting = Waiting::new();
    let data = waiting.open(&path);
    let generation = waiting.session.draw(&data, layer());
    let preview = waiting.until(|event| match event {
        Event::Painted(painted) if painted.shown.generation == generation => Some(Arc::clone(&painted.shown)),
        _ => None,
    });
    let FrameStatus::Preview { seen, rows } = preview.status else { panic!("12 million rows in one look") };
    assert!(seen < rows && rows == 12_000_000);
    let Values::Count(counts) = &preview.aggregate.values else { panic!("counts") };
    let columns = (0..200).filter(|x| (0..100).any(|y| counts[y * 200 + x] > 0)).count();
    // Blocks are 4 MiB of 96 MiB: each covers 1/23 of the columns.
    assert!(columns >= 16, "{columns} columns have points");
    let all: u64 = counts.iter().sum();
    assert!(all.abs_diff(rows) < rows / 50, "{all} points of {rows} after scaling up");
    assert_eq!(waiting.exact(generation).aggregate.accounting.rows, 12_000_000);
}

#[test]
fn only_the_newest_of_many_requests_is_the_last_word() {
    let folder = tempfile::tempdir().unwrap();
    let path = points(folder.path(), 8_000_000);
    let mut waiting = Waiting::new();
    let data = waiting.open(&path);
    let mut last = waiting.session.draw(&data, layer());
    for i in 1..40 {
        let mut layer = layer();
        layer.size.width = 200 + i;
        last = waiting.session.draw(&data, layer);
        thread::sleep(Duration::from_millis(2));
    }
    let shown = waiting.exact(last);
    assert_eq!(shown.aggregate.width, 239);
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
    let generation = waiting.session.draw(&data, layer());
    assert_eq!(waiting.exact(generation).engine.name, "cpu", "nothing is on the GPU yet");
    let mut width = 150;
    let shown = loop {
        // Every request gives way to the next, so it is given time to take the rows in.
        thread::sleep(Duration::from_millis(300));
        let mut layer = layer();
        layer.size.width = width;
        let generation = waiting.session.draw(&data, layer);
        let shown = waiting.exact(generation);
        if shown.engine.name == "gpu" {
            break shown;
        }
        width += 1;
        assert!(width < 250, "the rows never got onto the GPU");
    };
    let bench = Workbench::new(EngineChoice::Cpu, None, false).unwrap();
    let drawn = bench.aggregate(&data.table, &shown.layer, &Progress::default()).unwrap();
    assert_eq!(shown.aggregate, drawn.aggregate);
}

#[test]
fn a_new_style_reads_no_row() {
    let folder = tempfile::tempdir().unwrap();
    let path = points(folder.path(), 100_000);
    let mut waiting = Waiting::new();
    let data = waiting.open(&path);
    let generation = waiting.session.draw(&data, layer());
    let shown = waiting.exact(generation);
    // With the file gone, reading it would fail.
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(0).unwrap();
    let style = Style { colormap: "magma".to_owned(), ..Style::default() };
    waiting.session.restyle(&style);
    let again = waiting.until(|event| match event {
        Event::Painted(painted) if painted.style.colormap == "magma" => Some(Arc::clone(&painted.shown)),
        _ => None,
    });
    assert!(Arc::ptr_eq(&shown, &again));
}

#[test]
fn a_file_cut_short_while_open_fails_and_keeps_the_session() {
    let folder = tempfile::tempdir().unwrap();
    let path = points(folder.path(), 100_000);
    let mut waiting = Waiting::new();
    let data = waiting.open(&path);
    let generation = waiting.session.draw(&data, layer());
    waiting.exact(generation);
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(1000).unwrap();
    let mut narrow = layer();
    narrow.size.width = 100;
    let failed = waiting.session.draw(&data, narrow);
    let error = waiting.until(|event| match event {
        Event::Failed(generation, error) if *generation == failed => Some(error.clone()),
        _ => None,
    });
    assert!(error.contains("points.f32"), "{error}");
    let other = points(tempfile::tempdir().unwrap().keep().as_path(), 1000);
    let data = waiting.open(&other);
    let generation = waiting.session.draw(&data, layer());
    waiting.exact(generation);
}
