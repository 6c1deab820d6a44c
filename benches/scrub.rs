//! How many frames a second a session shows that goes through the steps of a field with contours, as a window does while
//! the time bar plays or is dragged.
//!
//!     cargo bench --no-default-features --bench scrub -- [FILE [VARIABLE]]
//!
//! Filled contours with contour lines and labels of the same variable over them, at 1000 × 600 pixels. Without a file, 93
//! steps of 657 × 1377 cells are made (336 MB in the temporary folder).
#![allow(clippy::unwrap_used, clippy::panic, reason = "a bench that cannot go on stops")]
#![allow(clippy::cast_precision_loss, reason = "numbers for people")]

#[path = "kit/desk.rs"]
mod desk;

use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use desk::Desk;
use scumble::scene::axis::Size;
use scumble::scene::layer::{AxisRequest, Layer};
use scumble::scene::mark::{Mark, Sampling};
use scumble::scene::reduction::Reduction;
use scumble::scene::style::{Limits, Style};
use scumble::workbench::Progress;
use scumble::workbench::fields::suited;
use scumble::workbench::figure::FigureLayer;
use scumble::workbench::session::{LayerLook, Looks, OpenData, Wish};
use scumble::workbench::sources::Sources;

const SIZE: Size = Size { width: 1000, height: 600 };
const SHAPE: [usize; 3] = [93, 657, 1377];

/// The field with filled contours, and lines over them.
struct Figure {
    layers: [FigureLayer; 2],
    data: [Arc<OpenData>; 2],
    steps: u64,
}

impl Figure {
    fn wishes(&self, step: u64) -> Vec<Wish> {
        let wish = |(data, layer): (&Arc<OpenData>, &FigureLayer)| Wish {
            data: Arc::clone(data),
            layer: Layer {
                x: AxisRequest::default(),
                y: AxisRequest::default(),
                aspect: scumble::scene::aspect::Aspect::AUTO,
                size: SIZE,
                mark: layer.mark.clone(),
                step: step % self.steps,
                reduction: layer.reduction.clone(),
                style: Style::default(),
            },
        };
        self.data.iter().zip(&self.layers).map(wish).collect()
    }

    fn looks(&self) -> Looks {
        let look = |layer: &FigureLayer| LayerLook {
            style: layer.style.clone(),
            visible: true,
            contour: layer.contour.clone(),
            ..LayerLook::default()
        };
        Looks { layers: self.layers.iter().map(look).collect(), ..Looks::default() }
    }
}

/// A field as smooth as weather is.
fn field(path: &Path) {
    let [steps, height, width] = SHAPE;
    let mut out = BufWriter::new(std::fs::File::create(path).unwrap());
    let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({steps}, {height}, {width}), }}");
    let header = format!("{header:<117}\n");
    out.write_all(b"\x93NUMPY\x01\x00\x76\x00").unwrap();
    out.write_all(header.as_bytes()).unwrap();
    for step in 0..steps {
        for y in 0..height {
            let row = (0..width).flat_map(|x| {
                let (x, y, t) = (x as f32 / 200.0, y as f32 / 200.0, step as f32 / 15.0);
                let value =
                    (x + t).sin() * (1.3 * y).cos() + 0.5 * (2.1 * x - y + 1.7 * t).sin() + 0.1 * (9.0 * x * y).sin();
                (101_325.0 + 1500.0 * value).to_le_bytes()
            });
            out.write_all(&row.collect::<Vec<u8>>()).unwrap();
        }
    }
    out.flush().unwrap();
}

/// Frames a second of a play that shows every step, twice around.
fn play(desk: &mut Desk, figure: &Figure, ahead: u64) -> f64 {
    let looks = figure.looks();
    let frames = 2 * figure.steps;
    let mut started = Instant::now();
    for step in 0..=frames {
        let next = (1..=ahead).map(|n| figure.wishes(step + n)).collect();
        let asked = desk.session.draw_and_expect(figure.wishes(step), next, &looks);
        while desk.shown(Duration::from_secs(1)).is_none_or(|shown| shown < asked) {}
        if step == 0 {
            started = Instant::now();
        }
    }
    frames as f64 / started.elapsed().as_secs_f64()
}

/// Frames a second that are seen while a slider is dragged faster than they can be drawn; the last must be there in the end.
fn drag(desk: &mut Desk, figure: &Figure) -> (f64, f64) {
    let looks = figure.looks();
    let (mut seen, mut last) = (0, None);
    let (started, time) = (Instant::now(), Duration::from_secs(3));
    let mut step = 0;
    while started.elapsed() < time {
        last = Some(desk.session.draw_and_expect(figure.wishes(step), vec![figure.wishes(step + 2)], &looks));
        step += 2;
        seen += u32::from(desk.shown(Duration::ZERO).is_some());
        std::thread::sleep(Duration::from_millis(8));
    }
    let stopped = Instant::now();
    while desk.shown(Duration::from_secs(1)) < last {}
    (f64::from(seen) / time.as_secs_f64(), stopped.elapsed().as_secs_f64())
}

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let path = args.next().map_or_else(
        || {
            let path = std::env::temp_dir().join("scumble-scrub.npy");
            if !path.exists() {
                field(&path);
            }
            path
        },
        PathBuf::from,
    );
    let sources = Sources { inputs: vec![path], ..Sources::default() };
    let reduction = args.next().map(|variable| format!("mean:{variable}").parse::<Reduction>().unwrap());
    let filled = suited(sources, None, reduction, &Progress::default());
    assert!(matches!(filled.mark, Mark::Image { sampling: Sampling::Cells }), "the file holds no field");
    let mut desk = Desk::new();
    for limits in [Limits::default(), Limits::DATA] {
        let style = Style { limits, colormap: "turbo".to_owned(), ..filled.style.clone() };
        let layers =
            [Mark::Filled, Mark::Contours].map(|mark| FigureLayer { mark, style: style.clone(), ..filled.clone() });
        // Both are of the same variable.
        let data = desk.open(layers[0].all_sources());
        let data = [Arc::clone(&data), data];
        let steps = data[0].table.field().unwrap().steps();
        let figure = Figure { layers, data, steps };
        for ahead in [0, 1, 2] {
            println!("limits {limits}: play, {ahead} steps ahead: {:.1} frames/s", play(&mut desk, &figure, ahead));
        }
        let (seen, late) = drag(&mut desk, &figure);
        println!("limits {limits}: dragged at 120/s: {seen:.1} frames/s seen, the last {:.0} ms after", late * 1e3);
    }
}
