//! What is read under the pointer is of the pixel that it is on.

use scumble::scene::axis::Axis;
use scumble::ui::readout;
use scumble::workbench::Values;

use super::super::*;

#[test]
fn every_pixel_is_read_from_its_corner_to_the_next() {
    let folder = tempfile::tempdir().unwrap();
    for scale in [1.0, 1.5, 2.0] {
        let mut window = opened(&folder);
        window.set_pixels_per_point(scale);
        until(&mut window, "it is drawn anew", |app| {
            let (painted, stage) = (app.model().painted().unwrap(), app.stage().unwrap());
            painted.shown.view == stage.view && stage.pixels_per_point.to_bits() == scale.to_bits()
        });
        let (model, stage) = (window.state().model(), window.state().stage().unwrap());
        let painted = model.painted().unwrap();
        let Values::Count(counts) = &painted.shown.layers[0].aggregate.values else { panic!("points are counted") };
        let (width, height) = (stage.view.x.pixels, stage.view.y.pixels);
        let mut lit = 0;
        for (i, count) in (0_u32..).zip(counts.iter()).filter(|(i, count)| **count > 0 || i % 997 == 0) {
            let (column, row) = (i % width, height - 1 - i / width); // From the top, as windows count.
            lit += u32::from(*count > 0);
            for within in [vec2(0.0, 0.0), vec2(0.9, 0.9)] {
                // As it comes from a mouse: physical pixels of the window, divided.
                let corner = (stage.plot.min.to_vec2() * scale).round() + vec2(column as f32, row as f32);
                let at = ((corner + within) / scale).to_pos2();
                let text = readout::text(model, stage, Some(at)).unwrap();
                assert_eq!(
                    text.split_whitespace().last(),
                    Some(count.to_string().as_str()),
                    "{column} {row} {scale}: {text}"
                );
            }
        }
        assert!(lit > 1000, "{lit}");
    }
}

#[test]
fn a_range_that_is_typed_takes_the_place_of_the_one_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    let range = |app: &ScumbleApp| app.model().document().unwrap().figure.x.range.map(|range| range.to_string());
    for (key, wanted) in [(Key::R, "-1..1"), (Key::R, "-0.5..2")] {
        window.key_press(key);
        window.run_steps(3);
        window.event(egui::Event::Text(wanted.to_owned()));
        window.run_steps(2);
        window.key_press(Key::Enter);
        until(&mut window, wanted, |app| range(app).as_deref() == Some(wanted));
    }
}

#[test]
fn pans_from_the_fitted_view_move_whole_pixels_and_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    let counts = |window: &Window<'_>| {
        let painted = window.state().model().painted().unwrap();
        let Values::Count(counts) = &painted.shown.layers[0].aggregate.values else { panic!("points are counted") };
        (painted.shown.view, counts.clone())
    };
    let (fitted, before) = counts(&window);
    let width = fitted.x.pixels as usize;
    let way = (width + 5) / 10;
    for times in 1..4 {
        window.key_press(Key::ArrowRight);
        until(&mut window, "it has moved", |app| {
            let shown = app.model().painted().unwrap().shown.view;
            shown.x != fitted.x && shown == app.stage().unwrap().view
        });
        let (view, after) = counts(&window);
        assert_eq!(view.y, fitted.y);
        for (old, new) in before.chunks(width).zip(after.chunks(width)) {
            assert_eq!(old[way * times..], new[..width - way * times], "{:?} {:?}", fitted.x, view.x);
        }
        assert!(after.iter().sum::<u64>() > 1000 && after != before);
    }
    for _ in 0..3 {
        window.key_press(Key::ArrowLeft);
        window.run_steps(3);
    }
    until(&mut window, "it is back", |app| app.model().painted().unwrap().shown.view == fitted);
    assert_eq!(counts(&window).1, before);
}

#[test]
fn units_are_as_long_on_both_axes_and_stay_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    let is_equal = |app: &ScumbleApp| {
        let (view, stage) = (app.model().painted().unwrap().shown.view, app.stage().unwrap());
        let unit = |axis: &Axis| (axis.range.end.to_f64() - axis.range.start.to_f64()) / f64::from(axis.pixels);
        view == stage.view && (unit(&view.x) / unit(&view.y) - 1.0).abs() < 1e-5
    };
    assert!(!is_equal(window.state()));
    window.get_by_role_and_label(egui::accesskit::Role::ComboBox, "aspect").click();
    window.run_steps(3);
    window.get_by_label("equal").click();
    until(&mut window, "units are equal", is_equal);
    let before = window.state().model().painted().unwrap().shown.view;
    window.key_press(Key::Plus);
    until(&mut window, "it is nearer", |app| {
        is_equal(app) && app.model().painted().unwrap().shown.view.x.range != before.x.range
    });
    // What is typed is kept, and the other range follows.
    for (from, to) in [(0.0, 0.25), (-3.0, 4.0)] {
        window.key_press(Key::R);
        window.run_steps(3);
        window.event(egui::Event::Text(format!("{from}..{to}")));
        window.run_steps(2);
        window.key_press(Key::Enter);
        until(&mut window, "the range is there", |app| {
            let range = app.model().painted().unwrap().shown.view.x.range;
            is_equal(app) && (range.start.to_f64(), range.end.to_f64()) == (from, to)
        });
    }
    // A ratio is typed whole, also past 1.
    let ratio = |app: &ScumbleApp| app.model().document().unwrap().figure.aspect.to_string();
    for typed in ["1.25", "0.5", "1"] {
        window.get_by_role_and_label(egui::accesskit::Role::SpinButton, "aspect").focus();
        window.run_steps(2);
        window.key_press_modifiers(Modifiers::COMMAND, Key::A);
        for letter in typed.chars() {
            window.event(egui::Event::Text(letter.to_string()));
            window.run_steps(2);
        }
        window.key_press(Key::Enter);
        until(&mut window, typed, |app| ratio(app) == if typed == "1" { "equal" } else { typed });
    }
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Y);
    window.run_steps(2);
    window.set_size(vec2(900.0, 700.0));
    until(&mut window, "it is so at another size", is_equal);
}

#[test]
fn an_aspect_comes_to_rest_at_every_size() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = opened(&folder);
    window.get_by_role_and_label(egui::accesskit::Role::ComboBox, "aspect").click();
    window.run_steps(3);
    window.get_by_label("equal").click();
    // Labels of the y axis get longer and shorter as the plot does, and the range with it.
    for step in 0_u8..60 {
        window.set_size(vec2(700.0 + 3.0 * f32::from(step), 1300.0 - 11.0 * f32::from(step)));
        if step % 4 == 0 {
            window.key_press(Key::Minus);
        }
        until(&mut window, "it is at rest", |app| {
            let (painted, stage) = (app.model().painted().unwrap(), app.stage().unwrap());
            painted.shown.view == stage.view && stage.view.x.pixels == stage.layout.plot_size().width
        });
        let before = window.state().stage().unwrap().view;
        window.run_steps(3);
        assert_eq!(window.state().stage().unwrap().view, before);
    }
}
