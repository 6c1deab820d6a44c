//! The graphics device is lost in the middle of things.

use super::app::Window;
use super::points::cloud;
use super::screen::Screen;

#[test]
fn after_the_device_is_lost_the_same_pixels_are_back_and_new_ones_follow() {
    let screen = Screen::new();
    screen.write("a.npy", cloud(20_000, 0.0));
    let drill = [("SCUMBLE_LOSE_DEVICE_AFTER", "30")];
    let mut window = Window::open_with(&screen, "device_loss", &["a.npy"], &drill);
    let figure = window.shows("a.npy");
    let before = screen.shot().crop(figure);
    // A frame is made when something happens.
    let (x, y) = figure.at(0.4, 0.5);
    let mut step = 0;
    window.wait("the device's loss", |_| {
        step += 1;
        screen.point((x + step % 50, y));
        let said = std::fs::read_to_string(screen.path("stderr")).unwrap();
        said.contains("the graphics device was lost").then_some(())
    });
    screen.point(Screen::NOWHERE);
    // The display may still hold the old picture: another one shows that the new device paints.
    window.key("g");
    let with_grid = window.shows("a.npy --grid");
    assert_eq!(with_grid, figure);
    assert!(screen.shot().crop(figure) != before);
    window.key("g");
    window.equals("the picture from before the loss", figure, &before);
    assert_eq!(window.stderr().matches("was lost").count(), 1, "{}", window.stderr());
    window.close();
}
