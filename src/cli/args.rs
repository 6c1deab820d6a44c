//! The command line's contract.

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::scene::aspect::Aspect;
use crate::scene::axis::{Range, Scale, Size};
use crate::scene::layer::AxisRequest;
use crate::scene::mark::Mark;
use crate::scene::reduction::Reduction;
use crate::scene::spread::Spread;
use crate::workbench::WorkbenchError;
use crate::workbench::brief::Brief;
use crate::workbench::command_line::DEFAULT_SIZE;
use crate::workbench::figure::{FigureLayer, FigureRequest};
use crate::workbench::figure_file::is_figure_file;
use crate::workbench::sources::Sources;
use crate::workbench::{At, EngineChoice, RawSpec, Shape};

use super::look_args::LookArgs;
use super::movie::MovieArgs;
use super::render_args::RenderArgs;

/// Opens data too big to plot and shows all of it, exactly.
#[derive(Debug, Parser)]
#[command(name = "scumble", version, args_conflicts_with_subcommands = true, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub open: OpenArgs,
}

/// What the window opens with.
#[derive(Debug, Args)]
pub struct OpenArgs {
    #[command(flatten)]
    pub view: ViewArgs,
    #[command(flatten)]
    pub look: LookArgs,
    /// Read FILE anew whenever it changes, and show the newest step as it comes
    #[arg(long)]
    pub follow: bool,
    /// Film what comes, from standard input (FILE is -) or with --follow: .mp4, .webm, .mkv, .gif or frames/%05d.png
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Write how long the window's own work took, frame by frame, when it closes
    #[arg(long, value_name = "FILE.json", help_heading = "Engine")]
    pub trace_frames: Option<PathBuf>,
}

/// The options that describe raw data.
pub const RAW_OPTIONS: &str = "--dtype, --columns, --offset, --layout, --shape";

/// What `aggregate` takes.
const DATA: &str = "Files with the same columns, one after another: .npy or raw; files or Zarr folders of grids, one after another \
    or of other variables beside each other; - is standard input";

/// Heading of the options that describe raw data.
const RAW: &str = "Raw data (no header)";

const EXAMPLES: &str = "\
Examples:
  scumble points.npy                                  open a window on every point of a file of any size
  scumble stars.npy --x 'log10(flux)' --y mag --reduction by:kind --filter 'mag < 12'
  scumble demo                                        make 20 million points and open them
  scumble render points.npy -o view.png               every point of a file of any size
  scumble render big.f32 --dtype '<f4' --columns 2 -o view.png
  scumble render --x lon.npy --y lat.npy --size 4096x2048 -o map.png
  scumble aggregate points.npy --x-range=-8..8 --y-range=-8..8 -o grid.npy
  scumble info points.npy";

const DRAW_EXAMPLES: &str = "\
Examples:
  scumble render points.npy -o view.png
  scumble render points.npy --x-range=1.9..2.1 --y-range=1.9..2.1 --norm log --colormap magma -o zoom.png
  scumble render points.npy --theme light --title 'All hits' --size 3200x2400 --dpi 200 -o figure.png
  scumble render points.npy --bare --background none --size 30000x30000 -o poster.png
  scumble render table.npy --x lon --y lat --reduction mean:speed --limits=p1..p99 -o speed.png
  scumble render --x big.npy:0 --y big.npy:3 -o columns.png
  scumble render stars.npy --x 'log10(flux)' --y 'mag - 5' --filter '(mag < 12) & ~isnan(flux)' -o bright.png
  simulate | scumble render - --dtype '<f8' --columns 3 -o stream.png
  scumble render figure.toml -o figure.png             a figure that the window saved
  scumble render figure.toml --set layers.0.file=new.npy --set title='Run 7' -o run7.png";

const MOVIE_EXAMPLES: &str = "\
Examples:
  scumble movie forecast.npy -o forecast.mp4 --fps 10
  scumble movie figure.toml -o movie.webm --steps 0..350 --size 800x800
  scumble movie --shape 800x800 --dtype '<f8' run.raw --norm log --special=-1=#00ff00 -o run.mp4
  scumble movie figure.toml -o frames/%05d.png         numbered frames; a run that was broken off is taken up again";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Draw all points of the inputs as a PNG, with axes and a color bar
    #[command(after_help = DRAW_EXAMPLES)]
    Render(Box<RenderArgs>),
    /// Film a figure: every step of its fields, as .mp4, .webm, .mkv, .gif (by ffmpeg), .apng or numbered PNG
    #[command(after_help = MOVIE_EXAMPLES)]
    Movie(Box<MovieArgs>),
    /// Write the numbers of the pixel grid as .npy: shape (height, width), by:COL (height, width, categories); row 0 = lowest y
    #[command(
        after_help = "Example:\n  scumble aggregate points.npy --size 1000x1000 -o grid.npy",
        mut_arg("inputs", |arg| arg.help(DATA))
    )]
    Aggregate(Box<AggregateArgs>),
    /// Say what is in a file: columns, types, rows, exact ranges
    #[command(after_help = "Examples:\n  scumble info points.npy\n  scumble info big.f32 --json")]
    Info(InfoArgs),
    /// Make 20 million points of a Clifford attractor and open them (with no display: draw them as a PNG)
    #[command(after_help = "Examples:\n  scumble demo\n  scumble demo -o attractor.png")]
    Demo(DemoArgs),
    /// Print the JSON schema of figure files, with which editors check and complete them
    #[command(after_help = "Example:\n  scumble schema > figure.schema.json\n\n\
        A figure file that begins with the line `#:schema figure.schema.json` is checked while it is written.")]
    Schema,
    /// Print a completion script for a shell
    #[command(after_help = "Example:\n  scumble completions bash > ~/.local/share/bash-completion/completions/scumble")]
    Completions {
        /// Which shell
        shell: Shell,
    },
}

/// How raw binary data is laid out.
#[derive(Debug, Clone, Args)]
pub struct RawArgs {
    /// Type of the values in NumPy notation: '<f4', 'int16', "[('x','<f4'),('id','<u8')]"; guessed where absent
    #[arg(long, value_name = "DTYPE", help_heading = RAW)]
    dtype: Option<String>,
    /// Number of columns [default: 2]
    #[arg(long, value_name = "N", help_heading = RAW)]
    columns: Option<u32>,
    /// Bytes before the data
    #[arg(long, value_name = "BYTES", help_heading = RAW)]
    offset: Option<u64>,
    /// Whether values of a row, or of a column, lie together [default: interleaved]
    #[arg(long, value_enum, help_heading = RAW)]
    layout: Option<LayoutArg>,
    /// Cells along each dimension of an array of numbers, rows before columns: 350x800x800; of a plane, 800x800, there are
    /// as many steps as the file holds
    #[arg(long, value_name = "NxN", help_heading = RAW)]
    shape: Option<Shape>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LayoutArg {
    Interleaved,
    Planar,
}

impl RawArgs {
    pub fn spec(&self) -> RawSpec {
        RawSpec {
            dtype: self.dtype.clone(),
            columns: self.columns,
            offset: self.offset,
            planar: self.layout.map(|layout| layout == LayoutArg::Planar),
            shape: self.shape.clone(),
        }
    }
}

/// What to draw, and which part of it.
#[derive(Debug, Clone, Args)]
pub struct ViewArgs {
    /// Files with the same columns, one after another: .npy or raw; files or Zarr folders of grids, one after another or of
    /// other variables beside each other; - is standard input; or one figure file (.toml)
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// The x column: COLUMN (name or number) of the input, FILE, FILE:COLUMN, or an expression: 'log10(flux)'; `row` counts
    /// the rows
    #[arg(long, value_name = "COLUMN", allow_hyphen_values = true)]
    x: Option<String>,
    /// The y column, as --x
    #[arg(long, value_name = "COLUMN", allow_hyphen_values = true)]
    y: Option<String>,
    /// Only rows for which a condition holds: '(y > 3) & (mag < 12)'
    #[arg(long, value_name = "CONDITION", allow_hyphen_values = true)]
    filter: Option<String>,
    #[command(flatten)]
    pub raw: RawArgs,
    /// Which step of a field, from 0 [default: 0]
    #[arg(long, value_name = "N", help_heading = "Fields")]
    pub step: Option<u64>,
    /// Where to be along a further dimension: level=500 (the nearest coordinate) or member=#3 (the cell's number, from 0);
    /// may be given again
    #[arg(long, value_name = "DIM=PLACE", help_heading = "Fields")]
    at: Vec<At>,
    /// Part of the x axis to show [default: all of the data]; of times as --x-range=2024-03-01..2024-04-01T12:30
    #[arg(long, value_name = "MIN..MAX", allow_hyphen_values = true, help_heading = "View")]
    pub x_range: Option<Range>,
    /// Part of the y axis to show, as --x-range [default: all of the data]
    #[arg(long, value_name = "MIN..MAX", allow_hyphen_values = true, help_heading = "View")]
    pub y_range: Option<Range>,
    /// linear, log, symlog or symlog:THRESHOLD [default: linear]
    #[arg(long, value_name = "SCALE", help_heading = "View")]
    x_scale: Option<Scale>,
    /// linear, log, symlog or symlog:THRESHOLD [default: linear]
    #[arg(long, value_name = "SCALE", help_heading = "View")]
    y_scale: Option<Scale>,
    /// Whether the x axis runs from right to left
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", help_heading = "View")]
    x_reversed: Option<bool>,
    /// Whether the y axis runs downwards, as magnitudes do [default: in figures of fields, as pressure and the rows of plain arrays do]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", help_heading = "View")]
    y_reversed: Option<bool>,
    /// How long a unit of y is beside one of x: auto (the ranges fill the plot), equal, or a number. A range that is given
    /// alone is kept, and the other one follows; else one of them gets wider [default: auto]
    #[arg(long, value_name = "ASPECT", help_heading = "View")]
    pub aspect: Option<Aspect>,
    /// What is drawn for the rows: points, line (straight from row to row; NaN breaks it), line:COLUMN, where COLUMN says
    /// which series a row belongs to, a marker of a size in pixels: circle:5, square:5, cross:5, or hexagons over all of the
    /// data, so many side by side: hexbin:40, hexbin:40x20, or over an extent: hexbin:40:0..1:0..1 [default: points]
    #[arg(long, value_name = "MARK", help_heading = "View")]
    mark: Option<Mark>,
    /// count, any, sum:COL, mean:COL, min:COL, max:COL, std:COL, or by:COL[:TOP], which counts each of the TOP most frequent
    /// values of COL (10, at most 32) and all others; COL may be an expression [default: count]
    #[arg(long, value_name = "REDUCTION", help_heading = "View")]
    reduction: Option<Reduction>,
    /// Show every number on the pixels around its own too, so that lone points can be seen: PIXELS[:SHAPE[:HOW]]; SHAPE is
    /// circle or square, HOW (add, max or min) joins numbers
    #[arg(long, value_name = "SPREAD", help_heading = "View")]
    spread: Option<Spread>,
    /// As --spread, by the fewest pixels (3 at most) that bring half of the points near another: THRESHOLD[:PIXELS[:SHAPE[:HOW]]]
    #[arg(
        long,
        value_name = "SPREAD",
        value_parser = Spread::dynamic,
        num_args = 0..=1,
        default_missing_value = "0.5:3",
        conflicts_with = "spread",
        help_heading = "View"
    )]
    dynspread: Option<Spread>,
    /// Which engine counts
    #[arg(long, value_enum, default_value_t = EngineArg::Auto, help_heading = "Engine")]
    engine: EngineArg,
    /// Threads to use [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Engine")]
    threads: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EngineArg {
    Auto,
    Cpu,
    Gpu,
}

impl From<EngineArg> for EngineChoice {
    fn from(engine: EngineArg) -> Self {
        match engine {
            EngineArg::Auto => Self::Auto,
            EngineArg::Cpu => Self::Cpu,
            EngineArg::Gpu => Self::Gpu,
        }
    }
}

impl ViewArgs {
    pub fn sources(&self) -> Sources {
        Sources {
            inputs: self.inputs.clone(),
            x: self.x.clone(),
            y: self.y.clone(),
            value: None,
            filter: self.filter.clone(),
            raw: self.raw.spec(),
            is_field: false,
            is_gridded: false,
            at: self.at.clone(),
        }
    }

    /// What is to be drawn, before its data is looked at.
    pub fn brief(&self) -> Brief {
        Brief::new(self.sources(), self.mark.clone(), self.reduction.clone())
    }

    /// A figure of one layer, all around it as by default.
    pub fn figure_of(&self, layer: FigureLayer) -> FigureRequest {
        let spread = self.spread.or(self.dynspread).unwrap_or_default();
        let layer = FigureLayer { spread, ..layer };
        FigureRequest {
            step: self.step.unwrap_or(0),
            x: AxisRequest { range: self.x_range, scale: self.x_scale.unwrap_or_default(), reversed: self.x_reversed },
            y: AxisRequest { range: self.y_range, scale: self.y_scale.unwrap_or_default(), reversed: self.y_reversed },
            aspect: self.aspect.unwrap_or_default(),
            ..FigureRequest::new(layer, DEFAULT_SIZE)
        }
    }

    /// Checks that no figure file is among other inputs.
    ///
    /// # Errors
    /// That it is.
    pub fn check_alone(&self) -> Result<(), WorkbenchError> {
        let figure = self.inputs.iter().find(|input| is_figure_file(input)).filter(|_| self.inputs.len() > 1);
        figure.map_or(Ok(()), |figure| {
            let what = "a figure file is drawn by itself; name its data files in it, as further [[layers]]";
            Err(WorkbenchError::Request(format!("{what} ({})", figure.display())))
        })
    }

    /// The figure file, if the only input is one.
    pub fn figure_file(&self) -> Option<&Path> {
        match self.inputs.as_slice() {
            [input] if is_figure_file(input) => Some(input),
            _ => None,
        }
    }

    /// Options that describe which part is shown.
    pub fn of_the_view(&self) -> Vec<&'static str> {
        let given = [
            ("--x-range", self.x_range.is_some()),
            ("--y-range", self.y_range.is_some()),
            ("--step", self.step.is_some()),
            ("--aspect", self.aspect.is_some()),
        ];
        given.into_iter().filter(|(_, is_given)| *is_given).map(|(name, _)| name).collect()
    }

    /// Options that describe a layer or its data, and so have no place beside a figure file.
    pub fn of_a_layer(&self) -> Vec<&'static str> {
        let given = [
            ("--x", self.x.is_some()),
            ("--y", self.y.is_some()),
            ("--filter", self.filter.is_some()),
            (RAW_OPTIONS, self.raw.spec() != RawSpec::default()),
            ("--x-scale", self.x_scale.is_some()),
            ("--y-scale", self.y_scale.is_some()),
            ("--x-reversed, --y-reversed", self.x_reversed.is_some() || self.y_reversed.is_some()),
            ("--mark", self.mark.is_some()),
            ("--reduction", self.reduction.is_some()),
            ("--at", !self.at.is_empty()),
            ("--spread", self.spread.is_some()),
            ("--dynspread", self.dynspread.is_some()),
        ];
        given.into_iter().filter(|(_, is_given)| *is_given).map(|(name, _)| name).collect()
    }

    pub fn engine(&self) -> EngineChoice {
        self.engine.into()
    }

    pub fn threads(&self) -> Option<usize> {
        self.threads.map(usize::from)
    }
}

#[derive(Debug, Args)]
pub struct AggregateArgs {
    #[command(flatten)]
    pub view: ViewArgs,
    /// Size of the pixel grid [default: 1920x1080]
    #[arg(long, value_name = "WxH", allow_hyphen_values = true, help_heading = "View")]
    pub size: Option<Size>,
    /// Print the accounting as JSON
    #[arg(long)]
    pub json: bool,
    /// The .npy file to write; - is standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

#[derive(Debug, Args)]
pub struct InfoArgs {
    /// The file; - is standard input. For files of grids (NetCDF, HDF5, GRIB2, Zarr) a pattern such as 'out/*.nc' will do
    #[arg(value_name = "INPUT")]
    pub input: PathBuf,
    #[command(flatten)]
    pub raw: RawArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Write a picture instead of opening the window
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Number of points
    #[arg(long, value_name = "N", default_value_t = 20_000_000)]
    pub points: u64,
}
