//! Arguments that say how a figure looks: colors, and what stands around the plot.

use clap::{Args, ValueEnum};

use crate::scene::contour::{ContourColor, ContourStyle, Dash, LevelChoice, LevelLook};
use crate::scene::hatch::Hatch;
use crate::scene::style::{Background, Category, CategoryColor, Limits, Norm, Per, Rgba, Special, Style};
use crate::workbench::figure::{FigureRequest, default_background};
use crate::workbench::{FigureText, Theme};

/// Heading of the options for contours of fields.
const CONTOURS: &str = "Contours";
/// Heading of the options for everything around the plot.
pub const AROUND: &str = "Around the plot";

/// How a figure looks.
#[derive(Debug, Clone, Args)]
pub struct LookArgs {
    /// How numbers are spread over the colors: linear, log, sqrt, cbrt, eq_hist, power:GAMMA, symlog:LINTHRESH,
    /// twoslope:CENTER, centered:CENTER, or one color between levels, boundary:0,1,2,5,10, with :min, :max or :both for
    /// regions beyond them and :proportional for a color bar with regions as long as they are wide [default: eq_hist]
    #[arg(long, value_name = "NORM", help_heading = "Color")]
    norm: Option<Norm>,
    /// What counts and sums are counted per: pixel, or area in units of the data (decades on log axes), which gives the same
    /// colors at any --size [default: pixel]
    #[arg(long, value_name = "UNIT", help_heading = "Color")]
    per: Option<Per>,
    /// Values of the first and last color: MIN..MAX or percentiles p1..p99; either side may be left out. data: as where
    /// all of the data is in view. With MIN..MAX or data, a value has the same color in all views
    #[arg(long, value_name = "LIMITS", allow_hyphen_values = true, help_heading = "Color")]
    limits: Option<Limits>,
    /// Colormap, a trailing _r reverses it; or colors: white,#08306b; or a file with a table of them: .rgba, .cpt,
    /// .pal [default: bmy:0.2..0.9]
    #[arg(long, value_name = "NAME", help_heading = "Color")]
    colormap: Option<String>,
    /// One color for all that is drawn, in the place of a colormap: a name or #rrggbb; markers are antialiased with it
    #[arg(long, value_name = "COLOR", help_heading = "Color")]
    color: Option<Rgba>,
    /// Opacity of the points, 0 to 1 [default: 1]
    #[arg(long, value_name = "ALPHA", help_heading = "Color")]
    alpha: Option<f32>,
    /// Color of values below the low limit: a name, #rgb, #rrggbb, #rrggbbaa or none [default: the first color]
    #[arg(long, value_name = "COLOR", help_heading = "Color")]
    under: Option<Rgba>,
    /// Color of values above the high limit [default: the last color]
    #[arg(long, value_name = "COLOR", help_heading = "Color")]
    over: Option<Rgba>,
    /// Color of values for which the norm is not defined: zero and less with the log norm [default: the first color]
    #[arg(long, value_name = "COLOR", help_heading = "Color")]
    bad: Option<Rgba>,
    /// An exact value with a color of its own, which takes no part in limits, nor in means of fields: -1=#00ff00; may be given again
    #[arg(long, value_name = "VALUE=COLOR", allow_hyphen_values = true, help_heading = "Color")]
    special: Vec<Special>,
    /// The color of a category, with --reduction by:COLUMN: 3=#ff0000, 2024-03-01=red, spiral=blue, other=gray; may be given again
    #[arg(long, value_name = "VALUE=COLOR", allow_hyphen_values = true, help_heading = "Color")]
    color_key: Vec<CategoryColor>,
    /// A category that is left out: 3, 2024-03-01, spiral, '3' in quotes for text that could be a number, or other; may be given again
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true, help_heading = "Color")]
    hide: Vec<Category>,
    /// Opacity of pixels with the fewest rows, with --reduction by:COLUMN, 0 to 255: more shows single points better [default: 40]
    #[arg(long, value_name = "N", help_heading = "Color")]
    min_alpha: Option<u8>,
    /// Levels of contours: auto, n:12 (about so many), step:4, step:4:2 (with 2 among them), or 1000,1004,1010 [default: auto]
    #[arg(long, value_name = "LEVELS", allow_hyphen_values = true, help_heading = CONTOURS)]
    levels: Option<LevelChoice>,
    /// Color of contour lines, colormap for that of each level, or auto: readable on the background, with a faint halo
    /// over other layers [default: auto]
    #[arg(long, value_name = "COLOR", help_heading = CONTOURS)]
    line_color: Option<ContourColor>,
    /// Width of contour lines, in pixels of 96 to the inch [default: 1]
    #[arg(long, value_name = "PX", help_heading = CONTOURS)]
    line_width: Option<f64>,
    /// Dashes of contour lines below zero: solid, dashed or dotted [default: dashed]
    #[arg(long, value_name = "DASH", help_heading = CONTOURS)]
    negative: Option<Dash>,
    /// A contour line that looks otherwise: 0=red, or 1013=#08f:2:dotted with width and dashes; may be given again
    #[arg(long, value_name = "LEVEL=LOOK", allow_hyphen_values = true, help_heading = CONTOURS)]
    line: Vec<LevelLook>,
    /// Every how many levels the line is wider
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = CONTOURS)]
    emphasis: Option<u32>,
    /// No labels on contour lines
    #[arg(long, help_heading = CONTOURS)]
    no_line_labels: bool,
    /// Size of the labels on contour lines, in pixels of 96 to the inch [default: 11]
    #[arg(long, value_name = "PX", help_heading = CONTOURS)]
    line_label_size: Option<f64>,
    /// What is hatched, with --mark hatching: CONDITION:PATTERN[:COLOR[:WIDTH[:SPACING]]], as '>30://', '<=0:x:red' or
    /// '10..20:..:auto:1:8'. Conditions are >N, >=N, <N, <=N and N..N (without the upper end); patterns are made of
    /// matplotlib's signs / \\ | - + x . o O *, repeated to be denser; width and spacing are in pixels of 96 to the inch; may
    /// be given again
    #[arg(long, value_name = "HATCH", allow_hyphen_values = true, help_heading = CONTOURS)]
    hatch: Vec<Hatch>,
    /// Color where no point fell: a name, #rrggbb, or none for transparent, around the plot too
    /// [default: black, white with --theme light]
    #[arg(long, value_name = "COLOR", help_heading = "Color")]
    background: Option<Background>,
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
    /// Colors of lines and words [default: dark]
    #[arg(long, value_enum, help_heading = AROUND)]
    theme: Option<ThemeArg>,
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

impl LookArgs {
    /// Options that belong to a layer, or to the look that a figure file has itself.
    pub fn of_a_layer(&self) -> Vec<&'static str> {
        let given = [
            ("--norm", self.norm.is_some()),
            ("--per", self.per.is_some()),
            ("--limits", self.limits.is_some()),
            ("--colormap", self.colormap.is_some()),
            ("--color", self.color.is_some()),
            ("--alpha", self.alpha.is_some()),
            ("--under", self.under.is_some()),
            ("--over", self.over.is_some()),
            ("--bad", self.bad.is_some()),
            ("--special", !self.special.is_empty()),
            ("--color-key", !self.color_key.is_empty()),
            ("--hide", !self.hide.is_empty()),
            ("--min-alpha", self.min_alpha.is_some()),
            ("--levels", self.levels.is_some()),
            (
                "--line-color, --line-width, --line-label-size, --no-line-labels",
                self.contour() != ContourStyle::default(),
            ),
            ("--hatch", !self.hatch.is_empty()),
            ("--background", self.background.is_some()),
            ("--theme", self.theme.is_some()),
            ("--colorbar-label", self.colorbar_label.is_some()),
        ];
        let given = given.into_iter().filter(|(_, is_given)| *is_given).map(|(name, _)| name);
        given.collect()
    }

    /// Options that describe the words and lines around the plot.
    pub fn of_the_words(&self) -> Vec<&'static str> {
        let given = [
            ("--title", self.title.is_some()),
            ("--x-label", self.x_label.is_some()),
            ("--y-label", self.y_label.is_some()),
            ("--grid", self.grid),
        ];
        given.into_iter().filter(|(_, is_given)| *is_given).map(|(name, _)| name).collect()
    }

    /// Puts these in the place of a figure's words and lines.
    pub fn reword(&self, figure: &mut FigureRequest) {
        figure.grid |= self.grid;
        let words = [
            (&self.title, &mut figure.text.title),
            (&self.x_label, &mut figure.text.x_label),
            (&self.y_label, &mut figure.text.y_label),
        ];
        for (given, word) in words {
            *word = given.clone().or(word.take());
        }
    }

    /// A figure in these looks.
    pub fn dress(&self, figure: FigureRequest) -> FigureRequest {
        let theme = match self.theme {
            Some(ThemeArg::Light) => Theme::Light,
            Some(ThemeArg::Dark) | None => Theme::Dark,
        };
        let text =
            FigureText { title: self.title.clone(), x_label: self.x_label.clone(), y_label: self.y_label.clone() };
        let background = self.background.unwrap_or_else(|| default_background(theme));
        let mut figure = FigureRequest { background, text, theme, grid: self.grid, ..figure };
        for layer in &mut figure.layers {
            self.put_on(&mut layer.style);
            layer.color = self.color;
            layer.label.clone_from(&self.colorbar_label);
            layer.contour = self.contour();
            layer.hatch.clone_from(&self.hatch);
        }
        figure
    }

    /// Contours, with what is said of them.
    fn contour(&self) -> ContourStyle {
        let usual = ContourStyle::default();
        ContourStyle {
            levels: self.levels.clone().unwrap_or_default(),
            color: self.line_color.unwrap_or(usual.color),
            width: self.line_width.unwrap_or(usual.width),
            negative: self.negative.unwrap_or(usual.negative),
            overrides: self.line.clone(),
            emphasis: self.emphasis,
            labels: !self.no_line_labels,
            label_size: self.line_label_size.unwrap_or(usual.label_size),
        }
    }

    /// Puts what is said of colors in the place of what is usual.
    fn put_on(&self, style: &mut Style) {
        let usual = std::mem::take(style);
        *style = Style {
            norm: self.norm.clone().unwrap_or(usual.norm),
            per: self.per.unwrap_or_default(),
            limits: self.limits.unwrap_or_default(),
            colormap: self.colormap.clone().unwrap_or(usual.colormap),
            alpha: self.alpha.unwrap_or(usual.alpha),
            under: self.under,
            over: self.over,
            bad: self.bad,
            special: self.special.clone(),
            color_key: self.color_key.clone(),
            hide: self.hide.clone(),
            min_alpha: self.min_alpha.unwrap_or(usual.min_alpha),
            ..usual
        };
    }
}
