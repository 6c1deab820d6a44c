//! What the person is looking at: everything that undo brings back.

use crate::scene::axis::Size;
use crate::workbench::categories::ShownCategory;
use crate::workbench::figure::{FigureLayer, FigureRequest, MAX_LAYERS};
use crate::workbench::session::{LayerLook, Looks};
use crate::workbench::sources::Sources;

/// The size of a figure that has none of its own: it is saved at the window's.
const UNSIZED: Size = Size { width: 1, height: 1 };

/// One figure, and which of its layers the panels are about.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// View, layers, words and look. Its size and resolution are those of its file, if it has one; the window shows it at its
    /// own.
    pub figure: FigureRequest,
    /// The layer that the panels show and change.
    pub active: usize,
    /// Tells figures apart that were opened one after the other, whatever was changed since; it means nothing by itself.
    pub origin: u64,
    /// Which layers were seen before one of them was shown alone.
    pub before_solo: Option<Vec<bool>>,
}

impl Document {
    /// A figure of some files that shows all there is, in the default style.
    pub fn new(sources: Sources) -> Self {
        Self::of(FigureLayer::new(sources))
    }

    /// A figure of a file, its uppermost layer the active one.
    pub fn of_figure(figure: FigureRequest, origin: u64) -> Self {
        Self { active: figure.layers.len().saturating_sub(1), figure, origin, before_solo: None }
    }

    /// A figure of one layer.
    pub fn of(layer: FigureLayer) -> Self {
        Self { figure: FigureRequest::new(layer, UNSIZED), active: 0, origin: 0, before_solo: None }
    }

    /// A figure that was asked for in words.
    pub fn of_words(figure: FigureRequest, origin: u64) -> Self {
        Self::of_figure(FigureRequest { size: UNSIZED, ..figure }, origin)
    }

    /// The figure at its own size and resolution, or at others where it has none.
    pub fn sized(&self, size: Size, dpi: f64) -> FigureRequest {
        match self.figure.size {
            UNSIZED => FigureRequest { size, dpi, ..self.figure.clone() },
            _ => self.figure.clone(),
        }
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
            whole: None,
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
            if let Some(seen) = &mut self.before_solo {
                seen.insert(at.min(seen.len()), true);
            }
            self.active = at;
        }
    }

    /// Puts the active layer over itself once more, by a name that tells the two apart.
    pub fn duplicate(&mut self) {
        let layer = self.layer().clone();
        let title = layer.title();
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let numbered = title.strip_suffix(')').and_then(|title| title.rsplit_once(" ("));
        let base = numbered.filter(|(_, number)| is_number(number)).map_or(title.as_str(), |(base, _)| base);
        let is_taken = |name: &String| self.figure.layers.iter().any(|layer| layer.title() == *name);
        let name = (2..).map(|n: usize| format!("{base} ({n})")).find(|name| !is_taken(name));
        self.add(FigureLayer { name: name.unwrap_or_default(), ..layer });
    }

    /// Takes a layer away, unless it is the only one.
    pub fn remove(&mut self, index: usize) {
        if self.figure.layers.len() > 1 && index < self.figure.layers.len() {
            self.figure.layers.remove(index);
            if let Some(seen) = self.before_solo.as_mut().filter(|seen| index < seen.len()) {
                seen.remove(index);
            }
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
        if let Some(seen) = self.before_solo.as_mut().filter(|seen| seen.len() == count) {
            let was_seen = seen.remove(from);
            seen.insert(to, was_seen);
        }
        self.active = match self.active {
            active if active == from => to,
            active if from < active && active <= to => active - 1,
            active if to <= active && active < from => active + 1,
            active => active,
        };
    }

    /// Shows a layer or hides it.
    pub fn set_visible(&mut self, index: usize, visible: bool) {
        if let Some(layer) = self.figure.layers.get_mut(index) {
            layer.visible = visible;
            self.before_solo = None;
        }
    }

    /// Hides a category of a layer, or shows it if it is hidden.
    pub fn toggle_category(&mut self, layer: usize, category: &ShownCategory) {
        let Some(layer) = self.figure.layers.get_mut(layer) else { return };
        let count = layer.style.hide.len();
        layer.style.hide.retain(|hidden| !category.is_meant(hidden));
        if layer.style.hide.len() == count {
            layer.style.hide.push(category.name());
        }
    }

    /// Hides all categories of a layer but one; if they are, shows all.
    pub fn solo_category(&mut self, layer: usize, category: &ShownCategory, all: &[ShownCategory]) {
        let Some(layer) = self.figure.layers.get_mut(layer) else { return };
        let is_hidden = |shown: &ShownCategory| layer.style.hide.iter().any(|hidden| shown.is_meant(hidden));
        let is_alone = all.iter().all(|shown| is_hidden(shown) != (shown == category));
        let others = all.iter().filter(|shown| *shown != category && !is_alone);
        layer.style.hide = others.map(ShownCategory::name).collect();
    }

    /// Shows all categories of a layer.
    pub fn show_categories(&mut self, layer: usize) {
        if let Some(layer) = self.figure.layers.get_mut(layer) {
            layer.style.hide.clear();
        }
    }

    /// Whether a layer is shown alone, with others waiting to be seen again.
    pub fn is_solo(&self, index: usize) -> bool {
        self.before_solo.is_some() && self.is_alone(index)
    }

    fn is_alone(&self, index: usize) -> bool {
        self.figure.layers.iter().enumerate().all(|(i, layer)| layer.visible == (i == index))
    }

    /// Shows one layer alone; if it already is, those that were seen before, or all.
    pub fn solo(&mut self, index: usize) {
        if self.is_alone(index) {
            let seen = self.before_solo.take().unwrap_or_default();
            for (i, layer) in self.figure.layers.iter_mut().enumerate() {
                layer.visible = seen.get(i).copied().unwrap_or(true);
            }
            return;
        }
        let seen: Vec<bool> = self.figure.layers.iter().map(|layer| layer.visible).collect();
        for (i, layer) in self.figure.layers.iter_mut().enumerate() {
            layer.visible = i == index;
        }
        self.before_solo.get_or_insert(seen);
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
    fn the_same_layer_again_has_a_name_of_its_own() {
        let mut document = named(&["a (b)"]);
        document.duplicate();
        document.duplicate();
        document.active = 0;
        document.duplicate();
        let titles: Vec<_> = document.figure.layers.iter().map(FigureLayer::title).collect();
        assert_eq!(titles, ["a (b)", "a (b) (4)", "a (b) (2)", "a (b) (3)"]);
    }

    #[test]
    fn solo_shows_one_and_then_all() {
        let mut document = named(&["a", "b", "c"]);
        document.solo(1);
        assert_eq!(document.figure.layers.iter().map(|l| l.visible).collect::<Vec<_>>(), [false, true, false]);
        document.solo(1);
        assert!(document.figure.layers.iter().all(|layer| layer.visible));
    }

    #[test]
    fn categories_are_shown_alone_and_all_again() {
        let category = |year: &str| {
            let time = crate::scene::written::Written::new(year);
            ShownCategory { value: None, time, label: year.to_owned(), rows: 1 }
        };
        let all = ["2001", "2002", "2003"].map(category);
        let hidden =
            |document: &Document| document.layer().style.hide.iter().map(ToString::to_string).collect::<String>();
        let mut document = named(&["a"]);
        document.toggle_category(0, &all[1]);
        assert_eq!(hidden(&document), "2002");
        document.solo_category(0, &all[1], &all);
        assert_eq!(hidden(&document), "20012003");
        document.toggle_category(0, &all[0]);
        assert_eq!(hidden(&document), "2003");
        document.solo_category(0, &all[0], &all);
        document.solo_category(0, &all[0], &all);
        assert_eq!(hidden(&document), "");
        document.toggle_category(0, &all[2]);
        document.show_categories(0);
        assert_eq!(hidden(&document), "");
    }

    #[test]
    fn those_hidden_before_a_solo_are_hidden_after_it() {
        let seen = |document: &Document| document.figure.layers.iter().map(|l| l.visible).collect::<Vec<_>>();
        let mut document = named(&["a", "b", "c", "d"]);
        document.set_visible(0, false);
        assert!(!document.is_solo(1));
        document.solo(1);
        document.solo(2);
        assert!(document.is_solo(2) && !document.is_solo(1));
        document.reorder(0, 3);
        document.remove(2);
        assert_eq!((names(&document).as_str(), seen(&document).as_slice()), ("bca", &[false, true, false][..]));
        document.solo(1);
        assert!(!document.is_solo(1));
        assert_eq!(seen(&document), [true, true, false]);
        document.solo(0);
        document.set_visible(1, true);
        assert!(!document.is_solo(0), "others were shown by hand");
    }
}
