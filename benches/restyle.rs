//! How long a change of looks takes in a figure of ten layers at 1920 × 1080, from the order to the picture, as a window's session
//! takes it: no data is read.
//!
//!     cargo bench --no-default-features --bench restyle -- [FILE.npy of columns x, y, value]
//!
//! Five layers are counts and five are means, all under histogram equalization, the costliest norm. Without a file, 4 million rows are
//! made in the temporary folder. The limit for each is 16 ms.
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
use scumble::scene::blend::Blend;
use scumble::scene::layer::{AxisRequest, Layer};
use scumble::scene::mark::Mark;
use scumble::scene::style::{Norm, Style};
use scumble::workbench::session::{Event, LayerLook, Looks, OpenData, Wish};
use scumble::workbench::sources::Sources;

const SIZE: Size = Size { width: 1920, height: 1080 };
const LAYERS: usize = 10;
const LIMIT: f64 = 16.0;
/// Times that each change is made.
const RUNS: usize = 31;

/// Rows of three columns whose points lie about several centers.
fn table(path: &Path) {
    const ROWS: u32 = 4_000_000;
    let mut out = BufWriter::new(std::fs::File::create(path).unwrap());
    let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({ROWS}, 3), }}");
    out.write_all(b"\x93NUMPY\x01\x00\x76\x00").unwrap();
    out.write_all(format!("{header:<117}\n").as_bytes()).unwrap();
    let mut state = 1_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1 << 24) as f32
    };
    for row in 0..ROWS {
        let center = (row % 7) as f32;
        let mut about = |at: f32| at + uniform() + uniform() + uniform() - 1.5;
        let (x, y) = (about(center), about((center * 1.7).sin() * 2.0));
        for number in [x, y, x * y + center] {
            out.write_all(&number.to_le_bytes()).unwrap();
        }
    }
    out.flush().unwrap();
}

fn wishes(data: &Arc<OpenData>) -> Vec<Wish> {
    let layer = |i: usize| Layer {
        x: AxisRequest::default(),
        y: AxisRequest::default(),
        aspect: scumble::scene::aspect::Aspect::AUTO,
        size: SIZE,
        mark: Mark::Points,
        step: 0,
        reduction: if i < LAYERS / 2 { "count" } else { "mean:2" }.parse().unwrap(),
        style: Style::default(),
    };
    (0..LAYERS).map(|i| Wish { data: Arc::clone(data), layer: layer(i) }).collect()
}

/// Milliseconds until a picture in these looks is there.
fn restyled(desk: &mut Desk, looks: &Looks) -> f64 {
    let started = Instant::now();
    desk.session.restyle(looks);
    loop {
        for event in desk.events(Duration::from_secs(1)) {
            match event {
                Event::Painted(painted) if painted.looks == *looks => return started.elapsed().as_secs_f64() * 1e3,
                Event::Failed(_, error) => panic!("{error}"),
                _ => {}
            }
        }
    }
}

fn main() {
    let file = std::env::args().skip(1).find(|arg| arg != "--bench");
    let path = file.map_or_else(
        || {
            let path = std::env::temp_dir().join("scumble-restyle.npy");
            if !path.exists() {
                table(&path);
            }
            path
        },
        PathBuf::from,
    );
    let mut desk = Desk::new();
    let data = desk.open(Sources { inputs: vec![path], ..Sources::default() });
    let style = Style { norm: Norm::EqHist, alpha: 0.7, ..Style::default() };
    let look = LayerLook { style, visible: true, ..LayerLook::default() };
    let mut looks = Looks { layers: vec![look; LAYERS], ..Looks::default() };
    let asked = desk.session.draw(wishes(&data), &looks);
    while desk.shown(Duration::from_secs(60)).is_none_or(|shown| shown < asked) {}

    type Change = fn(&mut LayerLook, bool);
    let changes: [(&str, Change); 7] = [
        ("alpha", |look, odd| look.style.alpha = if odd { 0.4 } else { 0.7 }),
        ("blend", |look, odd| look.blend = if odd { Blend::Multiply } else { Blend::Normal }),
        ("visible", |look, odd| look.visible = !odd),
        ("colormap", |look, odd| look.style.colormap = if odd { "magma" } else { "viridis" }.to_owned()),
        ("norm", |look, odd| look.style.norm = if odd { Norm::Log } else { Norm::EqHist }),
        ("limits", |look, odd| look.style.limits = if odd { "1..5" } else { "auto" }.parse().unwrap()),
        ("percentiles", |look, odd| look.style.limits = if odd { "p2..p98" } else { "auto" }.parse().unwrap()),
    ];
    println!("{LAYERS} layers at {}x{}, milliseconds: median, worst of {RUNS}", SIZE.width, SIZE.height);
    let mut is_met = true;
    for (kind, at) in [("counts", 0), ("means", LAYERS - 1)] {
        for (name, change) in changes {
            let mut taken: Vec<f64> = (1..=RUNS + RUNS % 2)
                .map(|run| {
                    change(&mut looks.layers[at], run % 2 == 1);
                    restyled(&mut desk, &looks)
                })
                .collect();
            taken.sort_by(f64::total_cmp);
            let (median, worst) = (taken[taken.len() / 2], taken[taken.len() - 1]);
            is_met &= median <= LIMIT;
            println!(
                "{kind:7} {name:12} {median:5.1} {worst:6.1}{}",
                if median > LIMIT { "  over the limit" } else { "" }
            );
        }
    }
    if !is_met {
        std::process::exit(1);
    }
}
