//! Files that cannot be opened, cannot be opened as one, or change: what the window says and offers.

use super::super::*;

/// Rows of two 32-bit floats.
fn pairs(path: &Path, rows: u16) {
    let bytes: Vec<u8> = (0..rows).flat_map(|i| [f32::from(i), f32::from(i % 7)]).flat_map(f32::to_le_bytes).collect();
    std::fs::write(path, bytes).unwrap();
}

fn told(window: &Window<'_>) -> Vec<String> {
    window.state().model().notices.log().iter().map(|notice| notice.text.clone()).collect()
}

fn rows(app: &ScumbleApp) -> u64 {
    app.model().rows()
}

#[test]
fn what_is_not_read_can_be_read_as_raw_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("picture.png");
    std::fs::write(&path, [b"\x89PNG\r\n\x1a\n".as_slice(), &[7; 95]].concat()).unwrap();
    let mut window = window(vec![path], RawSpec::default());
    until(&mut window, "it is refused", |app| !app.model().notices.log().is_empty());
    let text = told(&window).concat();
    assert!(text.contains("PNG") && text.contains("read it as raw numbers") && !text.contains("--"), "{text}");
    window.run_steps(3);
    window.get_by_label("Read as raw numbers").click();
    // 103 bytes are 12 pairs behind 7 bytes.
    until(&mut window, "it is drawn", |app| app.model().painted().is_some() && rows(app) == 12);
    let notices = &window.state().model().notices;
    assert!(!notices.toasts().into_iter().any(|i| notices.log()[i].is_error));
    assert!(window.query_by_label("Layout of the bytes").is_some());
    assert!(window.query_by_label("Swap byte order").is_some());
}

#[test]
fn few_points_can_be_made_larger() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("few.raw");
    pairs(&path, 50);
    let raw = RawSpec { dtype: Some("<f4".to_owned()), columns: Some(2), ..RawSpec::default() };
    let mut window = window(vec![path.clone()], raw.clone());
    until(&mut window, "it is drawn", |app| app.model().painted().is_some());
    window.run_steps(3);
    assert!(told(&window).concat().contains("50 points on 50 pixels"), "{:?}", told(&window));
    let lit = |app: &ScumbleApp| -> u64 {
        let histogram = app.model().painted().unwrap().layers[0].histogram.clone();
        histogram.unwrap().buckets.iter().sum()
    };
    assert_eq!(lit(window.state()), 50);
    window.get_by_label("Make points larger").click();
    until(&mut window, "they are larger", |app| lit(app) > 500);
    assert!(window.query_by_label("Make points larger").is_none());
    // The bins are what they were.
    let painted = window.state().model().painted().unwrap().clone();
    let scumble::workbench::Values::Count(counts) = &painted.shown.layers[0].aggregate.values else { panic!() };
    assert_eq!(counts.iter().filter(|n| **n > 0).count(), 50);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    until(&mut window, "that is taken back", |app| lit(app) == 50);
    // Many need none of it.
    pairs(&path, 40_000);
    let mut window = self::window(vec![path], raw);
    until(&mut window, "it is drawn", |app| app.model().painted().is_some());
    window.run_steps(3);
    assert!(lit(window.state()) > 2000 && window.query_by_label("Make points larger").is_none());
}

#[test]
fn the_sound_ones_of_several_files_open_and_the_others_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let [a, b, bad] = ["a.raw", "b.raw", "bad.npy"].map(|name| folder.path().join(name));
    pairs(&a, 1000);
    pairs(&b, 500);
    std::fs::write(&bad, "no array").unwrap();
    let mut window = window(vec![a, bad, b], RawSpec::default());
    until(&mut window, "the sound ones are drawn", |app| app.model().painted().is_some());
    // One table, as if the bad one had not been there.
    assert_eq!((document(&window).figure.layers.len(), rows(window.state())), (1, 1500));
    let notices = &window.state().model().notices;
    let errors: Vec<_> = notices.toasts().into_iter().map(|i| &notices.log()[i]).filter(|told| told.is_error).collect();
    assert_eq!(errors.len(), 1);
    assert!(errors[0].offer.is_some());
    assert!(errors[0].text.contains("bad.npy"), "{}", errors[0].text);
}

#[test]
fn files_of_which_none_opens_leave_the_picture() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    let bad = ["c.npy", "d.npy"].map(|name| folder.path().join(name));
    bad.iter().for_each(|path| std::fs::write(path, "no array").unwrap());
    window.state_mut().open(bad.to_vec(), RawSpec::default());
    until(&mut window, "they are refused", |app| app.model().notices.log().iter().any(|notice| notice.is_error));
    assert!(
        document(&window).layer().sources.inputs[0].ends_with("points.f32"),
        "{:?}",
        document(&window).layer().sources
    );
}

#[test]
fn information_is_of_all_columns_also_of_those_not_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    let path = document(&window).layer().sources.inputs[0].clone();
    let bytes = std::fs::read(path).unwrap();
    let third = bytes.chunks_exact(4).skip(2).step_by(3).map(|b| f32::from_le_bytes(b.try_into().unwrap()));
    let greatest = third.filter(|v| v.is_finite()).fold(f32::MIN, f32::max);
    window.key_press(Key::I);
    let started = Instant::now();
    while window.query_by_label(&format!("{greatest:?}")).is_none() {
        assert!(
            started.elapsed() < Duration::from_secs(60),
            "the greatest value of the third column, {greatest:?}, never came"
        );
        window.step();
    }
    assert!(window.query_by_label("infinite").is_some());
}

#[test]
fn an_export_says_that_the_file_has_changed_since() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.raw");
    pairs(&path, 1000);
    let raw = RawSpec { dtype: Some("<f4".to_owned()), ..RawSpec::default() };
    let mut window = window(vec![path.clone()], raw);
    until(&mut window, "it is drawn", |app| app.model().painted().is_some());
    window.key_press_modifiers(Modifiers::COMMAND, Key::E);
    window.run_steps(3);
    let warning = "has changed since it was opened";
    assert!(window.query_by_label_contains(warning).is_none());
    pairs(&path, 2000);
    until(&mut window, "the change is seen", |app| app.model().changed().is_some());
    window.run_steps(3);
    assert!(window.query_by_label_contains(warning).is_some());
    // Also after the person has chosen to stay.
    window.get_by_label("Leave").click();
    window.run_steps(3);
    assert!(window.state().model().changed().is_none() && window.query_by_label_contains(warning).is_some());
    std::fs::remove_file(&path).unwrap();
    until(&mut window, "it is gone", |app| app.model().changed().is_some());
    window.run_steps(3);
    assert!(window.query_by_label_contains("is gone; the command needs it back").is_some());
}
