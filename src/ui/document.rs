//! What the person is looking at: everything that undo brings back.

use crate::scene::axis::Size;
use crate::scene::layer::{AxisRequest, Layer};
use crate::scene::reduction::Reduction;
use crate::scene::style::Style;
use crate::workbench::figure::FigureRequest;
use crate::workbench::sources::Sources;

/// Data, view, style and words of one figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The files and the columns x and y; the value column is the reduction's.
    pub sources: Sources,
    /// View, reduction, style, words and look. Its size and resolution are not used: the window's are.
    pub figure: FigureRequest,
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
        Self { sources, figure: FigureRequest::new(layer) }
    }

    /// The sources with the column that the reduction needs.
    pub fn sources(&self) -> Sources {
        Sources { value: self.figure.layer.reduction.column().map(ToOwned::to_owned), ..self.sources.clone() }
    }
}
