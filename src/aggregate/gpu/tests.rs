//! What a window needs of the engine: threads, a stop, a budget, a lost device, both kinds of atomics.

use std::io::Write as _;
use std::time::{Duration, Instant};

use super::*;
use crate::data::column::LaneKind;
use crate::data::raw::RawSpec;
use crate::data::table::Part;
use crate::data::{DataError, Dataset};
use crate::plan::{self, ColumnFacts};
use crate::scene::axis::{Coordinate, Range, Scale, Size};
use crate::scene::layer::{AxisRequest, Layer};
use crate::scene::mark::Mark;
use crate::scene::reduction::Reduction;
use crate::scene::style::Style;

fn plan(pixels: u32) -> FramePlan {
    let range = Range { start: Coordinate::Real(0.0), end: Coordinate::Real(1.0) };
    let axis = AxisRequest { range: Some(range), scale: Scale::Linear, reversed: None };
    let size = Size { width: pixels, height: pixels };
    let layer = Layer {
        x: axis,
        y: axis,
        aspect: crate::scene::aspect::Aspect::AUTO,
        size,
        mark: Mark::Points,
        step: 0,
        reduction: Reduction::Count,
        style: Style::default(),
    };
    let facts = ColumnFacts { kind: LaneKind::F32, stats: None, time: None, is_text: false };
    plan::frame(&layer, &facts, &facts, None).unwrap()
}

/// Pairs of f32 on a line, `rows` of them, a tenth of which lies outside the view.
fn table(rows: u32) -> (tempfile::TempDir, Table) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.f32");
    let mut bytes = Vec::new();
    for i in 0..rows {
        let v = 1.1 * f64::from(i.wrapping_mul(2_654_435_761)) / 4_294_967_296.0;
        #[expect(clippy::cast_possible_truncation, reason = "any number will do")]
        [v as f32, 1.0 - v as f32].iter().for_each(|v| bytes.extend(v.to_le_bytes()));
    }
    std::fs::File::create(&path).unwrap().write_all(&bytes).unwrap();
    let raw = RawSpec { dtype: Some("<f4".to_owned()), columns: Some(2), ..RawSpec::default() };
    let dataset = Dataset::open(&path, &raw).unwrap();
    (folder, Table::new(vec![Part::new(dataset.columns()).unwrap()]).unwrap())
}

fn engine() -> GpuEngine {
    GpuEngine::new().unwrap_or_else(|e| panic!("these tests need a GPU adapter, if only a software one: {e}"))
}

#[test]
fn an_engine_may_go_to_another_thread_and_be_shared() {
    fn goes<T: Send + Sync>() {}
    goes::<GpuEngine>();
    goes::<Tiles>();
    let (engine, (_folder, table)) = (engine(), table(10_000));
    let worker = thread::spawn(move || {
        engine.aggregate(&table, &plan(16), GpuOptions::default(), &Progress::default()).unwrap().accounting.rows
    });
    assert_eq!(worker.join().unwrap(), 10_000);
}

#[test]
fn a_newer_frame_stops_an_older_one_at_once() {
    let (engine, (_folder, table)) = (engine(), table(1 << 20));
    let (plan, options) = (plan(1024), GpuOptions::default());
    let once = engine.upload(&table, &plan, options, &Progress::default()).unwrap();
    // Much more work than the time that it may take: a run first, so that the engine knows its pace.
    engine.aggregate_tiles(&once, &plan, options, &Progress::default()).unwrap();
    let many = engine.upload(&table, &plan, options, &Progress::default()).unwrap();
    let repeats = if engine.is_hardware() { 4000 } else { 100 };
    let tile =
        |tiles: &Tiles| (Tile { buffer: tiles.tiles[0].0.buffer.clone(), capacity: tiles.shape.capacity }, 1 << 20);
    let many = Tiles { shape: many.shape.clone(), tiles: (0..repeats).map(|_| tile(&many)).collect(), filtered: 0 };
    let progress = Progress::default();
    let took = thread::scope(|scope| {
        let run = scope.spawn(|| engine.aggregate_tiles(&many, &plan, options, &progress).map(|_| ()));
        thread::sleep(Duration::from_millis(150));
        let asked = Instant::now();
        progress.cancel();
        let ended = run.join().unwrap();
        assert!(matches!(ended, Err(EngineError::Data(DataError::Cancelled))), "{ended:?}");
        asked.elapsed()
    });
    eprintln!("stopped after {took:?}");
    // Some 35 ms on an idle machine; one where all cores are taken may need longer.
    assert!(took < Duration::from_millis(400), "{took:?}");
    // The engine goes on.
    let next = engine.aggregate_tiles(&once, &plan, options, &Progress::default()).unwrap();
    assert_eq!(next.accounting.rows, 1 << 20);
}

#[test]
fn data_over_the_budget_is_refused_before_it_is_read() {
    let (engine, (_folder, table)) = (engine(), table(100_000));
    assert!(engine.budget_bytes() >= 256 << 20, "{}", engine.budget_bytes());
    let (plan, progress) = (plan(16), Progress::default());
    let options = GpuOptions { tile_bytes: 100_000, ..GpuOptions::default() };
    let needed = engine.upload_bytes(&table, &plan, options).unwrap();
    assert!((800_000..1_000_000).contains(&needed), "{needed}");
    let exactly = GpuOptions { budget_bytes: needed, ..options };
    let tiles = engine.upload(&table, &plan, exactly, &progress).unwrap();
    assert_eq!(tiles.bytes(), needed);
    progress.restart();
    let less = GpuOptions { budget_bytes: needed - 1, ..options };
    let refused = engine.upload(&table, &plan, less, &progress).unwrap_err();
    assert!(matches!(refused, EngineError::OverBudget { needed: 1, limit: 0 }), "{refused}");
    assert_eq!(progress.rows(), 0);
}

#[test]
fn a_lost_device_is_an_error_and_a_new_engine_works() {
    let (lost, (_folder, table)) = (engine(), table(50_000));
    let (plan, options, progress) = (plan(16), GpuOptions::default(), Progress::default());
    let tiles = lost.upload(&table, &plan, options, &progress).unwrap();
    let before = lost.aggregate_tiles(&tiles, &plan, options, &progress).unwrap();
    lost.gpu.lose();
    for _ in 0..2 {
        let errors = [
            lost.aggregate_tiles(&tiles, &plan, options, &progress).unwrap_err(),
            lost.aggregate(&table, &plan, options, &progress).unwrap_err(),
            lost.upload(&table, &plan, options, &progress).unwrap_err(),
        ];
        for e in errors {
            // What follows from the loss, an invalid buffer, may be told before the loss itself.
            assert!(matches!(e, EngineError::DeviceLost { .. } | EngineError::Gpu { .. }), "{e}");
        }
    }
    drop((tiles, lost));
    assert_eq!(engine().aggregate(&table, &plan, options, &progress).unwrap(), before);
}

#[test]
fn atomics_are_measured_when_asked_and_count_alike() {
    let (engine, (_folder, table)) = (engine(), table(200_000));
    // Wider than a row of texels is aligned to, and in bands.
    let (plan, progress) = (plan(333), Progress::default());
    let count = |atomics, spill_rows| {
        let options =
            GpuOptions { atomics, spill_rows, plane_bytes: 100_000, tile_bytes: 300_000, ..GpuOptions::default() };
        engine.aggregate(&table, &plan, options, &progress).unwrap()
    };
    let buffer = count(Some(Atomics::Buffer), u32::MAX);
    assert!(buffer.accounting.adds_up() && buffer.accounting.outside > 0);
    if !engine.is_hardware() {
        assert_eq!(engine.atomics(), "buffer (not measured)");
    }
    // Emptied after each tile, too.
    for spill_rows in [u32::MAX, 40_000] {
        assert_eq!(count(Some(Atomics::Texture), spill_rows), buffer);
    }
    let found = engine.measure_atomics().unwrap();
    assert_eq!(engine.measure_atomics().unwrap(), found);
    assert!(["buffer", "texture"].contains(&engine.atomics()));
    assert_eq!(count(None, u32::MAX), buffer);
    eprintln!(
        "{}: texture atomics: {}, used: {}",
        engine.adapter_name(),
        engine.has_texture_atomics(),
        engine.atomics()
    );
}
