//! Files that are shown while somebody still writes them.

use std::fs::{File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};

use scumble::workbench::Shape;

use super::super::*;

fn spec(shape: &[u64]) -> RawSpec {
    RawSpec { dtype: Some("<f4".to_owned()), shape: Some(Shape(shape.to_vec())), ..RawSpec::default() }
}

/// Planes of this shape from somewhere.
fn stream_of(shape: &[u64]) -> Brief {
    Brief::new(Sources { raw: spec(shape), ..Sources::default() }, None, None)
}

/// A plane of 8 × 10.
fn plane(step: u16) -> Vec<u8> {
    (0..80_u16).flat_map(|i| f32::from(i + 100 * (step + 1)).to_le_bytes()).collect()
}

fn step(app: &ScumbleApp) -> u64 {
    app.model().document().map_or(u64::MAX, |document| document.figure.step)
}

/// A window that follows a file with one plane.
fn following<'a>(path: &Path, shape: &[u64]) -> Window<'a> {
    let mut window = window(Vec::new(), RawSpec::default());
    window.state_mut().follow();
    window.state_mut().open(vec![path.to_owned()], spec(shape));
    until(&mut window, "the first step is drawn", |app| app.model().painted().is_some());
    window
}

#[test]
fn the_newest_step_is_shown_as_it_comes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.raw");
    std::fs::write(&path, plane(0)).unwrap();
    let append = |bytes: &[u8]| OpenOptions::new().append(true).open(&path).unwrap().write_all(bytes).unwrap();
    let mut window = following(&path, &[8, 10]);
    let shows = |wanted: u64| move |app: &ScumbleApp| app.model().timeline().steps == wanted + 1 && step(app) == wanted;
    append(&plane(1));
    until(&mut window, "step 1", shows(1));
    let values = &window.state().model().painted().unwrap().shown.layers[0].aggregate.values;
    assert!(format!("{values:?}").contains("200.0"), "the picture is of another step");
    // A piece of a step is none.
    append(&plane(2)[..100]);
    std::thread::sleep(Duration::from_millis(700));
    until(&mut window, "still step 1", shows(1));
    append(&plane(2)[100..]);
    until(&mut window, "step 2", shows(2));
    // Whoever looks at what came before is left alone.
    window.key_press(Key::Comma);
    until(&mut window, "step 1 again", |app| step(app) == 1);
    append(&plane(3));
    until(&mut window, "four steps", |app| app.model().timeline().steps == 4);
    assert_eq!(step(window.state()), 1);
    // Nothing of that is there to be undone, and no error was told.
    assert_eq!(window.state().model().undo_labels().0, None);
    assert!(window.state().model().notices.log().iter().all(|notice| !notice.is_error));
    // No longer followed, it is told of.
    window.get_by_role_and_label(egui::accesskit::Role::CheckBox, "follow").click();
    until(&mut window, "it is not followed", |app| !app.model().follows());
    append(&plane(4));
    until(&mut window, "it is told", |app| app.model().changed().is_some());
}

#[test]
fn a_file_that_was_made_as_long_as_it_will_be_is_followed_where_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.raw");
    let mut file = File::create(&path).unwrap();
    file.set_len(20 * 320).unwrap();
    let mut write = |number: u16| {
        file.seek(SeekFrom::Start(u64::from(number) * 320)).unwrap();
        file.write_all(&plane(number)).unwrap();
    };
    write(0);
    let mut window = following(&path, &[20, 8, 10]);
    for number in 1..4 {
        write(number);
        until(&mut window, "the newest step", |app| step(app) == u64::from(number));
    }
    assert_eq!(window.state().model().timeline().steps, 20);
}

#[test]
fn a_stream_that_ends_within_a_step_says_so() {
    let stream = |bytes: Vec<u8>| {
        let mut window = window(Vec::new(), RawSpec::default());
        window.state_mut().open_stream(std::io::Cursor::new(bytes), stream_of(&[8, 10]), None).unwrap();
        until(&mut window, "both steps", |app| app.model().timeline().steps == 2 && app.model().painted().is_some());
        let told = |app: &ScumbleApp| app.model().notices.log().iter().any(|notice| notice.text.contains("the stream"));
        until(&mut window, "its end is told", told);
        let log = window.state().model().notices.log();
        log.iter().find(|notice| notice.text.contains("the stream")).unwrap().clone()
    };
    let whole = [plane(0), plane(1)].concat();
    let said = stream(whole.clone());
    assert!(!said.is_error && said.text.contains("ended, with 2 steps"), "{}", said.text);
    let said = stream([whole, vec![1; 7]].concat());
    assert!(said.is_error && said.text.contains("middle of step 3, with 7 of its 320 bytes"), "{}", said.text);
}
