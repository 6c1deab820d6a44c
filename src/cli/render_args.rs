//! Arguments of `render`: colors, and what stands around the plot.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::scene::style::{Background, Limits, Norm, Style};
use crate::workbench::figure::{FigureRequest, default_background};
use crate::workbench::{FigureText, Theme};

use super::args::ViewArgs;

/// Heading of the options for everything around the plot.
const AROUND: &str = "Around the plot";

#[derive(Debug, Args)]
pub struct RenderArgs {
    #[command(flatten)]
    pub view: ViewArgs,
    /// The PNG to write; - is standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// How numbers are spread over the colors: linear, log, sqrt, cbrt or eq_hist
    #[arg(long, value_name = "NORM", default_value_t = Style::default().norm, help_heading = "Color")]
    norm: Norm,
    /// Values of the first and last color: MIN..MAX or percentiles p1..p99; either side may be left out
    #[arg(long, value_name = "LIMITS", allow_hyphen_values = true, help_heading = "Color")]
    limits: Option<Limits>,
    /// Colormap; a trailing _r reverses it
    #[arg(long, value_name = "NAME", default_value_t = Style::default().colormap, help_heading = "Color")]
    colormap: String,
    /// Opacity of the points, 0 to 1
    #[arg(long, value_name = "ALPHA", default_value_t = Style::default().alpha, help_heading = "Color")]
    alpha: f32,
    /// Color where no point fell: a name, #rrggbb, or none for transparent, around the plot too
    /// [default: black, white with --theme light]
    #[arg(long, value_name = "COLOR", help_heading = "Color")]
    background: Option<Background>,
    /// Only the plot: no axes, no words, no color bar
    #[arg(long, help_heading = AROUND)]
    bare: bool,
    /// Title
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, help_heading = AROUND)]
    title: Option<String>,
    /// What the x axis shows; '' for nothing [default: the column's name]
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, help_heading = AROUND)]
    x_label: Option<String>,
    /// What the y axis shows; '' for nothing [default: the column's name]
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, help_heading = AROUND)]
    y_label: Option<String>,
    /// What the colors stand for; '' for nothing [default: the reduction]
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, help_heading = AROUND)]
    colorbar_label: Option<String>,
    /// Colors of lines and words
    #[arg(long, value_enum, default_value_t = ThemeArg::Dark, help_heading = AROUND)]
    theme: ThemeArg,
    /// Dots per inch: how large lines and words are in the picture, whose --size is in pixels
    #[arg(long, value_name = "DPI", default_value_t = 96.0, help_heading = AROUND)]
    dpi: f64,
    /// Faint lines over the plot
    #[arg(long, help_heading = AROUND)]
    grid: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ThemeArg {
    /// Light on near-black
    Dark,
    /// Dark on white
    Light,
}

impl RenderArgs {
    /// The figure that is asked for.
    pub fn figure(&self) -> FigureRequest {
        let theme = match self.theme {
            ThemeArg::Dark => Theme::Dark,
            ThemeArg::Light => Theme::Light,
        };
        let style = Style {
            norm: self.norm,
            limits: self.limits.unwrap_or_default(),
            colormap: self.colormap.clone(),
            alpha: self.alpha,
            background: self.background.unwrap_or_else(|| default_background(theme)),
        };
        let text = FigureText {
            title: self.title.clone(),
            x_label: self.x_label.clone(),
            y_label: self.y_label.clone(),
            colorbar_label: self.colorbar_label.clone(),
        };
        let layer = self.view.layer(style);
        FigureRequest { layer, text, theme, dpi: self.dpi, axes: !self.bare, grid: self.grid }
    }
}
