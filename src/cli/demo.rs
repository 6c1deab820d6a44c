//! `demo`: points of a Clifford attractor, made once and kept, then drawn.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;

use crate::export::demo::{folder, is_made, make, points_file};
use crate::export::output::Output;
use crate::export::picture::write_png;
use crate::scene::axis::{Coordinate, Range, Scale, Size};
use crate::scene::layer::AxisRequest;
use crate::studio::notes;
use crate::workbench::figure::{FigureLayer, FigureRequest};
use crate::workbench::sources::Sources;
use crate::workbench::{EngineChoice, Progress, Workbench};

use super::args::DemoArgs;
use super::draw::summary;
use super::outputs::check_picture;
use super::terminal::{Bar, print};

/// Makes the points where they are missing; says where they are.
pub fn points(args: &DemoArgs, progress: &Arc<Progress>) -> anyhow::Result<PathBuf> {
    // Before minutes go into points.
    args.output.as_deref().map_or(Ok(()), check_picture)?;
    let data = points_file(&place()?, args.points);
    anyhow::ensure!(args.points > 0, "--points must be at least 1");
    anyhow::ensure!(args.points < u64::MAX / 16, "{} points do not fit a file; ask for fewer", args.points);
    if !is_made(&data, args.points) {
        print(&format!("making {} points in {}\n", args.points, data.display()))?;
        let _bar = Bar::follow(progress, args.points, "points");
        make(&data, args.points, &|points| progress.add(points), &|| progress.is_cancelled())?;
    }
    Ok(data)
}

fn place() -> anyhow::Result<PathBuf> {
    folder().context("this user has no home folder to keep the demo file in")
}

/// Draws the points and says where the picture is: where asked for, else beside the points' usual place.
pub fn draw(data: &Path, output: Option<&Path>, progress: &Arc<Progress>) -> anyhow::Result<()> {
    let started = Instant::now();
    let output = &output.map_or_else(|| Ok(place()?.join("demo.png")), |output| anyhow::Ok(output.to_owned()))?;
    // The attractor reaches ±2.9 and −1.40 to 1.32: one unit as long on both axes, and a margin.
    let around = |middle: f64, reach: f64| AxisRequest {
        range: Some(Range { start: Coordinate::Real(middle - reach), end: Coordinate::Real(middle + reach) }),
        scale: Scale::Linear,
        reversed: None,
    };
    let layer = FigureLayer::new(Sources { inputs: vec![PathBuf::from(data)], ..Sources::default() });
    let request = FigureRequest {
        x: around(0.0, 3.2),
        y: around(-0.04, 1.8),
        ..FigureRequest::new(layer, Size { width: 1920, height: 1080 })
    };
    progress.restart();
    let opened = request.open(progress)?;
    let drawn = Workbench::new(EngineChoice::Auto, None, false)?.figure(&opened.tables(), &request, progress)?;
    let stopped = || progress.is_cancelled();
    let mut out = Output::create(output, &stopped)?;
    write_png(&drawn, &notes(&request), &mut out)?;
    out.finish()?;
    print(&format!("{}\n", summary(&drawn, output, started.elapsed().as_secs_f64())))
}
