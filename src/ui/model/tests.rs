//! The document's history: any sequence of commands, taken back, gives the first figure again.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::scene::axis::{Coordinate, Range};
use crate::scene::blend::Blend;
use crate::scene::style::{Limit, Limits};
use crate::workbench::figure::FigureRequest;

/// A model with 200 rows open.
fn opened(folder: &Path) -> Model {
    let path = folder.join("a.f32");
    std::fs::write(&path, (0..400_u16).flat_map(|i| f32::from(i).to_le_bytes()).collect::<Vec<u8>>()).unwrap();
    let mut model = Model::new(EngineChoice::Cpu, Some(1), Arc::new(|| {})).unwrap();
    let raw = RawSpec { dtype: Some("<f4".to_owned()), columns: Some(2), ..RawSpec::default() };
    model.open(vec![path], raw);
    let started = Instant::now();
    while model.document().is_none() {
        assert!(started.elapsed() < Duration::from_secs(60), "it does not open");
        model.poll();
        std::thread::sleep(Duration::from_millis(1));
    }
    model
}

/// Something that the person can do.
#[derive(Debug, Clone)]
enum Command {
    Alpha(u8),
    Norm(&'static str),
    Limits(f64),
    Blend(usize),
    Hide,
    Solo(usize),
    Duplicate,
    Remove(usize),
    Reorder(usize, usize),
    Rename(String),
    Activate(usize),
    Pan(f64),
    Fit,
    Log,
    Theme,
    Travel(bool),
    Settle,
    Undo,
    Redo,
}

fn commands() -> impl Strategy<Value = Vec<Command>> {
    let command = prop_oneof![
        any::<u8>().prop_map(Command::Alpha),
        prop::sample::select(vec!["linear", "log", "eq_hist", "power:2"]).prop_map(Command::Norm),
        (0.0..9.0).prop_map(Command::Limits),
        (0..Blend::ALL.len()).prop_map(Command::Blend),
        Just(Command::Hide),
        (0..4usize).prop_map(Command::Solo),
        Just(Command::Duplicate),
        (0..4usize).prop_map(Command::Remove),
        (0..4usize, 0..4usize).prop_map(|(from, to)| Command::Reorder(from, to)),
        "[a-c]{0,2}".prop_map(Command::Rename),
        (0..4usize).prop_map(Command::Activate),
        (-5.0..5.0).prop_map(Command::Pan),
        Just(Command::Fit),
        Just(Command::Log),
        Just(Command::Theme),
        any::<bool>().prop_map(Command::Travel),
        Just(Command::Settle),
        Just(Command::Undo),
        Just(Command::Redo),
    ];
    prop::collection::vec(command, 0..40)
}

fn carry_out(model: &mut Model, command: Command) {
    match command {
        Command::Alpha(a) => model.edit("Alpha", |d| d.layer_mut().style.alpha = f32::from(a) / 255.0),
        Command::Norm(name) => model.edit("Norm", |d| d.layer_mut().style.norm = name.parse().unwrap()),
        Command::Limits(low) => model.edit("Limits", |d| {
            let (low, high) = (Limit::Value(low), Limit::Value(10.0));
            d.layer_mut().style.limits = Limits { low, high };
        }),
        Command::Blend(i) => model.edit("Blend", |d| d.layer_mut().blend = Blend::ALL[i].1),
        Command::Hide => model.edit("Show", |d| d.layer_mut().visible = !d.layer().visible),
        Command::Solo(i) => model.edit("Solo", |d| d.solo(i)),
        Command::Duplicate => model.edit("Duplicate layer", |d| d.add(d.layer().clone())),
        Command::Remove(i) => model.edit("Remove layer", |d| d.remove(i)),
        Command::Reorder(from, to) => model.edit("Reorder", |d| d.reorder(from, to)),
        Command::Rename(name) => model.edit("Rename", |d| d.layer_mut().name = name),
        Command::Activate(i) => model.activate(i),
        Command::Pan(by) => {
            let range = Range { start: Coordinate::Real(by), end: Coordinate::Real(by + 7.0) };
            model.show("Pan", Some(range), None);
        }
        Command::Fit => model.fit(),
        Command::Log => model.set_scale(true, Scale::Log),
        Command::Theme => model.toggle_theme(),
        Command::Travel(forward) => model.travel(forward),
        Command::Settle => model.settle(),
        Command::Undo => model.undo(),
        Command::Redo => model.redo(),
    }
}

fn figure(model: &Model) -> FigureRequest {
    model.document().unwrap().figure.clone()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_was_done_can_be_undone_and_done_again(commands in commands()) {
        let folder = tempfile::tempdir().unwrap();
        let mut model = opened(folder.path());
        let first = figure(&model);
        for command in commands {
            carry_out(&mut model, command);
            let document = model.document().unwrap();
            prop_assert!(document.active < document.figure.layers.len());
        }
        while model.undo_labels().1.is_some() {
            model.redo();
        }
        let last = figure(&model);
        let mut steps = 0;
        while model.undo_labels().0.is_some() {
            model.undo();
            steps += 1;
        }
        prop_assert_eq!(&figure(&model), &first);
        for _ in 0..steps {
            model.redo();
        }
        prop_assert_eq!(&figure(&model), &last);
    }
}

#[test]
fn choosing_a_layer_is_nothing_to_undo() {
    let folder = tempfile::tempdir().unwrap();
    let mut model = opened(folder.path());
    model.edit("Duplicate layer", |d| d.add(d.layer().clone()));
    model.activate(0);
    assert_eq!(model.document().unwrap().active, 0);
    assert_eq!(model.undo_labels().0, Some("Duplicate layer"));
    model.activate(7);
    assert_eq!(model.document().unwrap().active, 1, "the last there is");
}
