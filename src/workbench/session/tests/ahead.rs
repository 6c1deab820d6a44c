//! Steps that are worked out before somebody asks for them.

use super::*;
use crate::scene::mark::Sampling;

/// Five steps of 40 × 60 cells, as `.npy`.
fn field(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("field.npy");
    let header = format!("{:<117}\n", "{'descr': '<f8', 'fortran_order': False, 'shape': (5, 40, 60), }");
    let values = (0..5 * 40 * 60_u32).map(|i| f64::from(i % 61) * f64::from(i / 2400 + 1));
    let bytes: Vec<u8> = values.flat_map(f64::to_le_bytes).collect();
    std::fs::write(&path, [b"\x93NUMPY\x01\x00\x76\x00", header.as_bytes(), &bytes].concat()).unwrap();
    path
}

fn opened(waiting: &mut Waiting, path: &Path) -> Arc<OpenData> {
    let sources = Sources { inputs: vec![path.to_owned()], is_field: true, ..Sources::default() };
    let id = waiting.session.open(sources);
    waiting.until(|event| match event {
        Event::Opened(data) if data.id == id => Some(Arc::clone(data)),
        Event::OpenFailed(_, refusal) => panic!("{refusal:?}"),
        _ => None,
    })
}

/// A step as an image, and as lines over it.
fn wishes(data: &Arc<OpenData>, step: u64) -> Vec<Wish> {
    let wish = |mark| Wish {
        data: Arc::clone(data),
        layer: Layer { mark, step, reduction: "mean:0".parse().unwrap(), style: Style::default(), ..layer() },
    };
    vec![wish(Mark::Image { sampling: Sampling::Cells }), wish(Mark::Contours)]
}

fn field_looks(limits: Limits) -> Looks {
    let style = Style { norm: Norm::Linear, colormap: "viridis".to_owned(), limits, ..Style::default() };
    looks(&[style.clone(), style])
}

/// The exact frame of a step, drawn by nobody else before.
fn fresh(path: &Path, step: u64, looks: &Looks) -> Image {
    let mut waiting = Waiting::new();
    let data = opened(&mut waiting, path);
    let asked = waiting.session.draw(wishes(&data, step), looks);
    painted(&mut waiting, asked, looks).0
}

fn painted(waiting: &mut Waiting, asked: Generation, looks: &Looks) -> (Image, Arc<Shown>) {
    waiting.until(|event| match event {
        Event::Painted(painted) if painted.shown.generation == asked && painted.looks == *looks => {
            Some((painted.picture.clone(), Arc::clone(&painted.shown)))
        }
        Event::Failed(_, error) => panic!("{error}"),
        _ => None,
    })
}

fn until(what: &str, holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(30), "waited in vain: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_step_that_is_expected_is_ready_when_its_turn_comes() {
    let folder = tempfile::tempdir().unwrap();
    let path = field(folder.path());
    let mut waiting = Waiting::new();
    let data = opened(&mut waiting, &path);
    let looks = field_looks(Limits::default());
    let next = vec![wishes(&data, 1), wishes(&data, 2), wishes(&data, 3)];
    waiting.session.draw_and_expect(wishes(&data, 0), next, &looks);
    let shared = Arc::clone(&waiting.session.shared);
    until("both steps are there", || shared.ahead.next().is_none() && shared.ahead.next_unpainted().is_none());
    // No more than two.
    assert_eq!(shared.ahead.claim(&wishes(&data, 3)), None);
    let key = shared.ahead.claim(&wishes(&data, 1));
    let made = shared.ahead.layers(key).expect("the numbers of step 1");
    let asked = waiting.session.draw_and_expect(wishes(&data, 1), vec![wishes(&data, 2)], &looks);
    let (picture, shown) = painted(&mut waiting, asked, &looks);
    assert!(Arc::ptr_eq(&made[0].aggregate, &shown.layers[0].aggregate), "drawn anew");
    assert!(picture == fresh(&path, 1, &looks));
    // Step 2 was kept, and other looks are no obstacle.
    let looks = field_looks(Limits { low: crate::scene::style::Limit::Value(0.0), ..Limits::default() });
    let asked = waiting.session.draw(wishes(&data, 2), &looks);
    let (picture, _) = painted(&mut waiting, asked, &looks);
    assert!(picture == fresh(&path, 2, &looks));
}

#[test]
fn limits_of_all_steps_that_come_late_are_those_of_frames_ahead_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = field(folder.path());
    let mut waiting = Waiting::new();
    let data = opened(&mut waiting, &path);
    let looks = field_looks(Limits::DATA);
    waiting.session.draw_and_expect(wishes(&data, 0), vec![wishes(&data, 1)], &looks);
    waiting.until(|event| match event {
        Event::Painted(painted) => painted.layers[0].limits.filter(|(_, high)| *high > 299.0),
        _ => None,
    });
    let asked = waiting.session.draw_and_expect(wishes(&data, 1), vec![wishes(&data, 2)], &looks);
    let limits = waiting.until(|event| match event {
        Event::Painted(painted) if painted.shown.generation == asked => Some(painted.layers[0].limits),
        _ => None,
    });
    assert_eq!(limits, Some((0.0, 300.0)));
}

#[test]
fn the_newest_step_wins() {
    let folder = tempfile::tempdir().unwrap();
    let path = field(folder.path());
    let mut waiting = Waiting::new();
    let data = opened(&mut waiting, &path);
    let looks = field_looks(Limits::default());
    let mut asked = None;
    for step in 0..200_u64 {
        let next = vec![wishes(&data, (step + 1) % 5), wishes(&data, (step + 2) % 5)];
        asked = Some(waiting.session.draw_and_expect(wishes(&data, step % 5), next, &looks));
    }
    let (picture, shown) = painted(&mut waiting, asked.unwrap(), &looks);
    assert_eq!(shown.wishes[0].layer.step, 199 % 5);
    assert!(picture == fresh(&path, 199 % 5, &looks));
    waiting.session.poll();
    thread::sleep(Duration::from_millis(50));
    // No older one comes after it.
    assert!(waiting.session.poll().iter().all(|event| !matches!(event, Event::Painted(_))));
}
