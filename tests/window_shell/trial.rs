//! The window under trial. It tells on its standard output what happens, and does on each line of its standard input
//! what that says.

use std::io::BufRead;
use std::sync::mpsc::{Receiver, channel};

use egui::{Color32, ColorImage, Pos2, Rect, TextureHandle, TextureOptions, Vec2, ViewportCommand};
use scumble::ui::shell::{App, FrameFacts, ShellOptions, Waker, WindowFacts, run as run_shell};

/// The variable that makes this program the window under trial: the frame after which the device is destroyed, or `-`.
pub const STAGE: &str = "SCUMBLE_SHELL_TRIAL";

/// Where the picture's first pixel lies in the window, in physical pixels.
pub const CORNER: [usize; 2] = [61, 43];

/// Pixels a side of the picture.
pub const SIDE: usize = 256;

/// The square in the window's last corner: its color, and its side in physical pixels.
pub const MARK: ([u8; 3], f32) = ([200, 30, 90], 20.0);

/// What the picture's pixel must look like: ramps of grey and of each channel, and then every pair of red and green.
pub fn pixel(x: usize, y: usize) -> [u8; 3] {
    let (across, down) = (x as u8, y as u8);
    match y / 16 {
        0 => [across, across, across],
        1 => [across, 0, 0],
        2 => [0, across, 0],
        3 => [0, 0, across],
        _ => [across, down, across.wrapping_mul(7).wrapping_add(down.wrapping_mul(13))],
    }
}

fn picture(left: usize, top: usize, width: usize, height: usize) -> ColorImage {
    let color = |i: usize| {
        let [r, g, b] = pixel(left + i % width, top + i / width);
        Color32::from_rgb(r, g, b)
    };
    ColorImage::new([width, height], (0..width * height).map(color).collect())
}

pub fn run(stage: &str) {
    let options = ShellOptions {
        title: "trial".to_owned(),
        size: [340.0, 325.0],
        icon: None,
        lose_device_after: stage.parse().ok(),
    };
    match run_shell(Trial::default(), options) {
        Ok(()) => println!("ended"),
        Err(e) => println!("error {e}"),
    }
}

#[derive(Default)]
struct Trial {
    texture: Option<TextureHandle>,
    orders: Option<Receiver<String>>,
    frames: u32,
    /// Frames still to be made without being asked.
    running: u32,
    /// Words shown; each brings new glyphs.
    words: String,
}

impl App for Trial {
    fn start(&mut self, ctx: &egui::Context, waker: Waker, window: WindowFacts) {
        // Whole at first, then changed in part: what a new device is given must be the sum of both.
        let mut texture =
            ctx.load_texture("trial", ColorImage::filled([SIDE, SIDE], Color32::RED), TextureOptions::NEAREST);
        texture.set_partial([0, 0], picture(0, 0, SIDE, 100), TextureOptions::NEAREST);
        texture.set_partial([0, 100], picture(0, 100, SIDE, SIDE - 100), TextureOptions::NEAREST);
        self.texture = Some(texture);
        let (sender, orders) = channel();
        std::thread::spawn(move || {
            for line in std::io::stdin().lock().lines().map_while(Result::ok) {
                let _ = sender.send(line);
                waker.wake();
            }
        });
        self.orders = Some(orders);
        println!("started {} software={} side={}", window.adapter, window.is_software, window.max_texture_side);
    }

    fn ui(&mut self, ui: &mut egui::Ui) {
        self.frames += 1;
        let ctx = ui.ctx().clone();
        while let Some(order) = self.orders.as_ref().and_then(|orders| orders.try_recv().ok()) {
            match order.split_once(' ') {
                Some(("run", frames)) => self.running = frames.parse().expect("a number of frames"),
                Some(("say", words)) => words.clone_into(&mut self.words),
                Some(("size", side)) => {
                    let side = side.parse().expect("points");
                    ctx.send_viewport_cmd(ViewportCommand::InnerSize(Vec2::splat(side)));
                }
                _ => ctx.send_viewport_cmd(ViewportCommand::Close),
            }
            println!("did {order}");
        }
        if self.running > 0 {
            ctx.request_repaint();
        }
        // Something new in each frame of a run: what shows nothing new is not painted.
        let step = Pos2::new(f32::from(u8::try_from(self.running % 32).expect("small")), 0.0);
        ui.painter().rect_filled(Rect::from_min_size(step, Vec2::splat(1.0)), 0.0, Color32::WHITE);
        let scale = ctx.pixels_per_point();
        ui.label(&self.words);
        let window = ctx.viewport_rect();
        let corner = Pos2::new(CORNER[0] as f32, CORNER[1] as f32) / scale;
        let place = Rect::from_min_size(corner, Vec2::splat(SIDE as f32 / scale));
        let whole = Rect::from_min_max(Pos2::ZERO, Pos2::new(1.0, 1.0));
        let texture = self.texture.as_ref().expect("started").id();
        ui.painter().image(texture, place, whole, Color32::WHITE);
        let ([r, g, b], side) = MARK;
        let mark = Rect::from_min_max(window.max - Vec2::splat(side / scale), window.max);
        ui.painter().rect_filled(mark, 0.0, Color32::from_rgb(r, g, b));
    }

    fn framed(&mut self, _ctx: &egui::Context, _facts: FrameFacts) {
        if self.running > 0 {
            self.running -= 1;
            if self.running == 0 {
                println!("ran");
            }
        }
    }

    fn graphics_restored(&mut self, _ctx: &egui::Context, window: &WindowFacts) {
        println!("restored {}", window.adapter);
    }

    fn close_requested(&mut self) -> bool {
        println!("asked to close");
        true
    }

    fn closing(&mut self) {
        println!("closing after {} frames", self.frames);
    }
}
