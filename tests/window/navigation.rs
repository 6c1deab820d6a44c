//! A file, a wheel, a drag, and the way back.

use super::app::Window;
use super::picture::Picture;
use super::points::cloud;
use super::screen::Screen;

/// The same marks in both plots where both show them, the second being moved by so many pixels.
fn moved_by(before: &Picture, after: &Picture, right: i32, down: i32) -> bool {
    let ((old, from), (new, to)) = (before.marks(), after.marks());
    if (from.width, from.height) != (to.width, to.height) {
        return false;
    }
    let (width, height) = (from.width as i32, from.height as i32);
    let mark = |marks: &[bool], x: i32, y: i32| marks[(y * width + x) as usize];
    let seen = |x: i32, y: i32| (0..width).contains(&(x + right)) && (0..height).contains(&(y + down));
    (0..height).all(|y| (0..width).filter(|x| seen(*x, y)).all(|x| mark(&old, x, y) == mark(&new, x + right, y + down)))
}

#[test]
fn wheel_and_drag_move_the_view_and_a_key_brings_the_fitted_one_back() {
    let screen = Screen::new();
    screen.write("a.npy", cloud(20_000, 0.0));
    let mut window = Window::open(&screen, "navigation", &["a.npy"]);
    let figure = window.shows("a.npy");
    let fitted = screen.shot().crop(figure);
    let middle = figure.at(0.45, 0.5);

    screen.point(middle);
    screen.input("click 4 click 4 click 4");
    let zoomed = window.rests("a picture that was zoomed by the wheel", figure, &fitted);
    assert!(zoomed.marks().0.iter().filter(|mark| **mark).count() > 1000, "nothing to be seen after the zoom");

    // Whole pixels go along with the pointer, and each point keeps its pixel.
    let (right, down) = (-90, 60);
    let on_the_way = |step: i32| (middle.0 + right * step / 6, middle.1 + down * step / 6);
    screen.input("mousedown 1");
    (1..=5).for_each(|step| screen.point(on_the_way(step)));
    window.differs("a picture that follows the pointer", figure, &zoomed);
    screen.point(on_the_way(6));
    screen.input("mouseup 1");
    let dragged = window.rests("a picture that was dragged", figure, &zoomed);
    assert!(moved_by(&zoomed, &dragged, right, down), "the picture did not follow the pointer");
    assert!(!moved_by(&zoomed, &dragged, right, down + 1), "this test could not fail");

    screen.point(Screen::NOWHERE);
    window.key("f");
    window.equals("the fitted picture", figure, &fitted);
    window.close();
}
