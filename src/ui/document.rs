//! What the person is looking at: everything that undo brings back.

use crate::scene::axis::Size;
use crate::scene::layer::{AxisRequest, Layer};
use crate::scene::reduction::Reduction;
use crate::scene::style::Style;
use crate::workbench::frame::{FigureText, Theme};
use crate::workbench::sources::Sources;

/// Data, view, style and words of one figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The files and the columns x and y; the value column is the reduction's.
    pub sources: Sources,
    /// View, reduction and style. Its size is not used: the window's is.
    pub layer: Layer,
    /// Words that the person gave; where there are none, the names of the columns stand.
    pub words: FigureText,
    /// Light or dark.
    pub theme: Theme,
    /// Whether there are grid lines.
    pub grid: bool,
}

impl Document {
    /// A figure of some files that shows all there is, in the default style.
    pub fn new(sources: Sources) -> Self {
        let layer = Layer {
            x: AxisRequest::default(),
            y: AxisRequest::default(),
            size: Size { width: 1, height: 1 },
            reduction: Reduction::Count,
            style: Style::default(),
        };
        Self { sources, layer, words: FigureText::default(), theme: Theme::default(), grid: false }
    }

    /// The sources with the column that the reduction needs.
    pub fn sources(&self) -> Sources {
        Sources { value: self.layer.reduction.column().map(ToOwned::to_owned), ..self.sources.clone() }
    }
}
