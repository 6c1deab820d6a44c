//! What the person is looking at: everything that undo brings back.

use crate::scene::axis::Size;
use crate::workbench::figure::{FigureLayer, FigureRequest, MAX_LAYERS};
use crate::workbench::session::{LayerLook, Looks};
use crate::workbench::sources::Sources;

/// One figure, and which of its layers the panels are about.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// View, layers, words and look. Its size and resolution are not used: the window's are.
    pub figure: FigureRequest,
    /// The layer that the panels show and change.
    pub active: usize,
}

impl Document {
    /// A figure of some files that shows all there is, in the default style.
    pub fn new(sources: Sources) -> Self {
        Self::of(FigureLayer::new(sources))
    }

    /// A figure of one layer.
    pub fn of(layer: FigureLayer) -> Self {
        Self { figure: FigureRequest::new(layer, Size { width: 1, height: 1 }), active: 0 }
    }

    /// The layer that the panels are about.
    ///
    /// # Panics
    /// Never: a figure has at least one layer.
    pub fn layer(&self) -> &FigureLayer {
        &self.figure.layers[self.active.min(self.figure.layers.len() - 1)]
    }

    /// As [`Document::layer`], to change it.
    ///
    /// # Panics
    /// Never: a figure has at least one layer.
    pub fn layer_mut(&mut self) -> &mut FigureLayer {
        let last = self.figure.layers.len() - 1;
        &mut self.figure.layers[self.active.min(last)]
    }

    /// What the layers are drawn from, in their order.
    pub fn sources(&self) -> Vec<Sources> {
        self.figure.layers.iter().map(FigureLayer::all_sources).collect()
    }

    /// How the layers look.
    pub fn looks(&self) -> Looks {
        let look = |layer: &FigureLayer| LayerLook {
            spread: layer.spread,
            style: layer.style.clone(),
            color: layer.color,
            blend: layer.blend,
            visible: layer.visible,
            contour: layer.contour.clone(),
            hatch: layer.hatch.clone(),
        };
        let FigureRequest { background, theme, .. } = self.figure;
        Looks { layers: self.figure.layers.iter().map(look).collect(), background, theme, scale: 1.0 }
    }

    /// Whether another layer may be added.
    pub fn has_room(&self) -> bool {
        self.figure.layers.len() < MAX_LAYERS
    }

    /// Puts a layer over the active one, and makes it the active one.
    pub fn add(&mut self, layer: FigureLayer) {
        if self.has_room() {
            let at = (self.active + 1).min(self.figure.layers.len());
            self.figure.layers.insert(at, layer);
            self.active = at;
        }
    }

    /// Takes a layer away, unless it is the only one.
    pub fn remove(&mut self, index: usize) {
        if self.figure.layers.len() > 1 && index < self.figure.layers.len() {
            self.figure.layers.remove(index);
            if self.active > index || self.active == self.figure.layers.len() {
                self.active -= 1;
            }
        }
    }

    /// Moves a layer to another place in the order; the active one stays the active one.
    pub fn reorder(&mut self, from: usize, to: usize) {
        let count = self.figure.layers.len();
        if from >= count || to >= count || from == to {
            return;
        }
        let layer = self.figure.layers.remove(from);
        self.figure.layers.insert(to, layer);
        self.active = match self.active {
            active if active == from => to,
            active if from < active && active <= to => active - 1,
            active if to <= active && active < from => active + 1,
            active => active,
        };
    }

    /// Shows one layer alone, or all again if it already is alone.
    pub fn solo(&mut self, index: usize) {
        let is_alone = self.figure.layers.iter().enumerate().all(|(i, layer)| layer.visible == (i == index));
        for (i, layer) in self.figure.layers.iter_mut().enumerate() {
            layer.visible = is_alone || i == index;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: &[&str]) -> Document {
        let mut document = Document::new(Sources::default());
        document.figure.layers = names
            .iter()
            .map(|name| FigureLayer { name: (*name).to_owned(), ..FigureLayer::new(Sources::default()) })
            .collect();
        document
    }

    fn names(document: &Document) -> String {
        document.figure.layers.iter().map(FigureLayer::title).collect()
    }

    #[test]
    fn the_active_layer_stays_itself_when_the_order_changes() {
        for active in 0..4 {
            for from in 0..4 {
                for to in 0..4 {
                    let mut document = named(&["a", "b", "c", "d"]);
                    document.active = active;
                    let before = document.layer().title();
                    document.reorder(from, to);
                    assert_eq!(document.layer().title(), before, "{from} to {to}");
                    assert_eq!(document.figure.layers[to].title(), ["a", "b", "c", "d"][from]);
                }
            }
        }
    }

    #[test]
    fn layers_come_and_go() {
        let mut document = named(&["a", "b", "c"]);
        document.active = 1;
        document.add(FigureLayer { name: "n".to_owned(), ..FigureLayer::new(Sources::default()) });
        assert_eq!((names(&document).as_str(), document.active), ("abnc", 2));
        document.remove(0);
        assert_eq!((names(&document).as_str(), document.layer().title().as_str()), ("bnc", "n"));
        document.remove(2);
        document.remove(1);
        assert_eq!((names(&document).as_str(), document.active), ("b", 0));
        document.remove(0);
        assert_eq!(names(&document), "b");
    }

    #[test]
    fn solo_shows_one_and_then_all() {
        let mut document = named(&["a", "b", "c"]);
        document.solo(1);
        assert_eq!(document.figure.layers.iter().map(|l| l.visible).collect::<Vec<_>>(), [false, true, false]);
        document.solo(1);
        assert!(document.figure.layers.iter().all(|layer| layer.visible));
    }
}
