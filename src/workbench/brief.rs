//! What is asked for of data that nobody has looked at yet.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::data::parallel::Progress;
use crate::scene::mark::Mark;
use crate::scene::reduction::Reduction;

use super::fields::suited;
use super::figure::{FigureLayer, FigureRequest};
use super::sources::Sources;

/// Makes a figure of a layer.
type Dress = dyn Fn(FigureLayer) -> FigureRequest + Send + Sync;

/// A figure of one layer, with what the person says of it: what is not said depends on the data.
#[derive(Clone)]
pub struct Brief {
    /// The data.
    pub sources: Sources,
    mark: Option<Mark>,
    reduction: Option<Reduction>,
    /// What more is said of the figure, if anything is.
    dress: Option<Arc<Dress>>,
}

impl Brief {
    /// Of these sources this mark and reduction, where they are said.
    #[must_use]
    pub fn new(sources: Sources, mark: Option<Mark>, reduction: Option<Reduction>) -> Self {
        Self { sources, mark, reduction, dress: None }
    }

    /// Files as they are.
    #[must_use]
    pub fn of_files(inputs: Vec<PathBuf>) -> Self {
        Self::new(Sources { inputs, ..Sources::default() }, None, None)
    }

    /// With more that is said of the figure.
    #[must_use]
    pub fn dressed(mut self, dress: impl Fn(FigureLayer) -> FigureRequest + Send + Sync + 'static) -> Self {
        self.dress = Some(Arc::new(dress));
        self
    }

    /// Whether nothing is said but which data.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.dress.is_none()
    }

    /// With a reduction where none is said.
    #[must_use]
    pub fn or_reduction(mut self, reduction: Reduction) -> Self {
        self.reduction.get_or_insert(reduction);
        self
    }

    /// The layer, as it suits the data: looks at files of grids.
    #[must_use]
    pub fn layer(&self, progress: &Progress) -> FigureLayer {
        suited(self.sources.clone(), self.mark.clone(), self.reduction.clone(), progress)
    }

    /// The figure, as it suits the data: looks at files of grids.
    #[must_use]
    pub fn figure(&self, progress: &Progress) -> FigureRequest {
        self.dressed_in(self.layer(progress))
    }

    /// The figure as far as it can be known without looking at the data, to be checked.
    #[must_use]
    pub fn sketch(&self) -> FigureRequest {
        let layer = FigureLayer::new(self.sources.clone());
        let (mark, reduction) = (self.mark.clone(), self.reduction.clone());
        self.dressed_in(FigureLayer {
            mark: mark.unwrap_or_default(),
            reduction: reduction.unwrap_or_default(),
            ..layer
        })
    }

    fn dressed_in(&self, layer: FigureLayer) -> FigureRequest {
        match &self.dress {
            Some(dress) => dress(layer),
            None => FigureRequest::new(layer, super::command_line::DEFAULT_SIZE),
        }
    }
}

impl fmt::Debug for Brief {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Brief")
            .field("sources", &self.sources)
            .field("is_plain", &self.is_plain())
            .finish_non_exhaustive()
    }
}
