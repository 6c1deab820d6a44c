//! What is written around and over the plot.

use std::sync::Arc;

use crate::workbench::Table;
use crate::workbench::figure::{FigureLayer, LegendEntry};
use crate::workbench::frame::{BarName, FigureText, Quantity};
use crate::workbench::session::PaintedLayer;
use crate::workbench::words::{Measure, lowest, measures, quantities, value_measure, words_of};

use super::Model;

impl Model {
    /// The words around the plot, with names of columns where the person gave none, and what the axes count.
    pub fn words(&self) -> (FigureText, [Quantity; 2]) {
        let tables = self.tables();
        match self.document().and_then(|document| Some((document, lowest(&document.figure, &tables)?))) {
            Some((document, first)) => {
                let moment = self.timeline.moment(document.figure.step);
                (words_of(&document.figure, &tables, &moment), quantities(first))
            }
            None => Default::default(),
        }
    }

    fn tables(&self) -> Vec<&Table> {
        self.data.iter().map(|data| &data.table).collect()
    }

    /// The active layer with its colors.
    pub fn painted_layer(&self) -> Option<&Arc<PaintedLayer>> {
        let layers = &self.painted.as_ref()?.layers;
        layers.get(self.document()?.active).or(layers.first())
    }

    /// What the active layer's color bar says where the person says nothing.
    pub fn default_bar_label(&self) -> Option<String> {
        let mut figure = self.document()?.figure.clone();
        let active = self.document()?.active.min(figure.layers.len() - 1);
        let layer = FigureLayer { label: None, visible: true, ..figure.layers.swap_remove(active) };
        figure.layers = vec![layer];
        figure.bar_labels(&[&self.data()?.table]).into_iter().next()?.text
    }

    /// What the color bars say, the uppermost layer's first.
    pub fn bar_labels(&self) -> Vec<BarName> {
        self.document().map_or_else(Vec::new, |document| document.figure.bar_labels(&self.tables()))
    }

    /// What the legend says.
    pub fn legend(&self) -> Vec<LegendEntry> {
        self.document().map_or_else(Vec::new, |document| document.figure.legend(&self.tables()))
    }

    /// What the legend would say if all layers were seen.
    pub fn legend_of_all(&self) -> Vec<LegendEntry> {
        let Some(document) = self.document() else { return Vec::new() };
        let mut figure = document.figure.clone();
        figure.layers.iter_mut().for_each(|layer| layer.visible = true);
        figure.legend(&self.tables())
    }

    /// What stands beside color bars and legends.
    pub fn words_beside(&self) -> Vec<String> {
        self.document().map_or_else(Vec::new, |document| document.figure.words_beside(&self.tables()))
    }

    /// What a place along x and along y is called and measured in, for those who read it.
    pub fn measures(&self) -> [Measure; 2] {
        let first = self.document().and_then(|document| Some((document, lowest(&document.figure, &self.tables())?)));
        first.map_or_else(Default::default, |(document, first)| measures(&document.figure.text, first))
    }

    /// The same of the active layer's values, where they are those of a field.
    pub fn value_measure(&self) -> Option<Measure> {
        value_measure(&self.data()?.table)
    }
}
