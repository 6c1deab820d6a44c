//! Arguments of `render`: what of it becomes which picture.

use std::path::PathBuf;

use clap::Args;

use crate::scene::axis::Size;
use crate::workbench::figure::{DPI, FigureRequest, Output};
use crate::workbench::figure_file::{self, FigureFile, Places};
use crate::workbench::{Progress, WorkbenchError};

use super::args::ViewArgs;
use super::look_args::{AROUND, LookArgs};

#[derive(Debug, Args)]
pub struct RenderArgs {
    #[command(flatten)]
    pub view: ViewArgs,
    #[command(flatten)]
    pub look: LookArgs,
    /// Size of the picture in pixels [default: 1920x1080]
    #[arg(long, value_name = "WxH", allow_hyphen_values = true, help_heading = "View")]
    pub size: Option<Size>,
    /// The file to write: a PNG, - is standard output [default: the outputs that the figure file names]; or a movie
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write the figure to a file that the window opens and that is drawn again; with no -o no picture is drawn
    #[arg(long, value_name = "FILE.toml")]
    pub save: Option<PathBuf>,
    /// Set a key of the figure file: layers.0.file=new.npy (named as the shell finds it), x.range=0..1, title='Run 7'
    #[arg(long, value_name = "KEY=VALUE", allow_hyphen_values = true)]
    set: Vec<String>,
    /// Dots per inch: how large lines and words are in the picture, whose --size is in pixels [default: 96]
    #[arg(long, value_name = "DPI", help_heading = AROUND)]
    dpi: Option<f64>,
    /// Only the plot: no axes, no words, no color bar
    #[arg(long, help_heading = AROUND)]
    bare: bool,
    /// Print the accounting as JSON
    #[arg(long)]
    pub json: bool,
}

/// A figure with the pictures of it that are asked for.
#[derive(Debug)]
pub struct Asked {
    pub figure: FigureRequest,
    /// At least one, unless the figure is only to be saved.
    pub outputs: Vec<Output>,
    pub notes: Vec<String>,
    /// Where the figure file says what, if there is one.
    pub places: Option<Places>,
}

/// An error with where its cause stands: in a figure file, or in which option.
pub fn placed(error: WorkbenchError, places: Option<&Places>) -> WorkbenchError {
    let option = |_, key: &str| match key {
        "" | "file" | "contour" => String::new(),
        key => format!("--{key}"),
    };
    match places {
        Some(places) => places.locate(error),
        None => error.placed(option),
    }
}

impl RenderArgs {
    /// What is asked for: a figure file's figure, or what the options describe.
    ///
    /// # Errors
    /// A figure file that cannot be read, options that do not go together, no output.
    pub fn asked(&self, progress: &Progress) -> Result<Asked, WorkbenchError> {
        let output = |path: &PathBuf| Output { path: path.clone(), size: None, dpi: None };
        let given: Vec<Output> = self.output.iter().map(output).collect();
        self.view.check_alone()?;
        let Some(path) = self.view.figure_file() else {
            if !self.set.is_empty() {
                return Err(WorkbenchError::Request("--set is for figure files; name one (.toml)".to_owned()));
            }
            if given.is_empty() && self.save.is_none() {
                return Err(WorkbenchError::Request("name the PNG to write: -o FILE (--output FILE)".to_owned()));
            }
            return Ok(Asked { figure: self.figure(progress), outputs: given, notes: Vec::new(), places: None });
        };
        let misplaced = self.of_a_layer();
        if let Some(first) = misplaced.first() {
            return Err(WorkbenchError::Request(format!(
                "{first} does not go with a figure file, which has that for each layer; use --set, as in --set layers.0.alpha=0.5"
            )));
        }
        let FigureFile { mut figure, notes, places, .. } = figure_file::read(path, &self.set)?.complete(path)?;
        figure.size = self.size.unwrap_or(figure.size);
        figure.dpi = self.dpi.unwrap_or(figure.dpi);
        figure.x.range = self.view.x_range.or(figure.x.range);
        figure.y.range = self.view.y_range.or(figure.y.range);
        figure.step = self.view.step.unwrap_or(figure.step);
        figure.aspect = self.view.aspect.unwrap_or(figure.aspect);
        figure.axes &= !self.bare;
        self.look.reword(&mut figure);
        // What is only saved is not drawn.
        let outputs = if given.is_empty() && self.save.is_none() { figure.outputs.clone() } else { given };
        if outputs.is_empty() && self.save.is_none() {
            let what = "the figure file names no [[outputs]]; name the PNG to write: -o FILE";
            return Err(WorkbenchError::Request(what.to_owned()));
        }
        Ok(Asked { figure, outputs, notes, places: Some(places) })
    }

    /// Options that belong to a layer, or to the look that a figure file has itself.
    fn of_a_layer(&self) -> Vec<&'static str> {
        [self.view.of_a_layer(), self.look.of_a_layer()].concat()
    }

    /// The figure that the options describe.
    pub fn figure(&self, progress: &Progress) -> FigureRequest {
        let figure = self.look.dress(self.view.figure_of(self.view.brief().layer(progress)));
        FigureRequest {
            size: self.size.unwrap_or(figure.size),
            dpi: self.dpi.unwrap_or(DPI),
            axes: !self.bare,
            ..figure
        }
    }
}
