//! What stands beside a figure's plot: the names of color bars, and the legend.

use crate::aggregate::ordered::f64_key;
use crate::data::Table;
use crate::figure::bands::Bands;
use crate::figure::colorbar::{ColorBar, LegendLine, Sign, quantity};
use crate::figure::contours::{Inks, condition_text, level_text};
use crate::figure::frame::BarName;
use crate::figure::shading::Shading;
use crate::scene::contour::{ContourColor, Dash};
use crate::scene::hatch::{Condition, Hatch};
use crate::scene::mark::Mark;
use crate::scene::reduction::Reduction;
use crate::scene::style::{Norm, Per, Rgba};

use super::super::categories::category_labels;
use super::super::words::{bar_time, over_area, quantity_name};
use super::{FigureLayer, FigureRequest};

/// What one sign stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct LegendEntry {
    /// The layer that it is of.
    pub layer: usize,
    /// What it says.
    pub text: String,
    /// The sign.
    pub sign: Sign,
}

/// The legend as what stands beside a plot, if it says anything.
#[must_use]
pub fn legend_bar(entries: Vec<LegendEntry>) -> Option<ColorBar> {
    let entries: Vec<_> = entries.into_iter().map(|entry| (entry.text, entry.sign)).collect();
    (!entries.is_empty()).then(|| ColorBar::legend(entries))
}

/// The legend of a layer that has one color where there is any point.
pub fn presence(values: &dyn Bands, colors: &Shading) -> ColorBar {
    let one = if values.are_counts() { 1 } else { f64_key(1.0) };
    let color = Rgba(colors.color(one));
    ColorBar::legend(vec![(quantity(&Reduction::Any), Sign::Color(color))])
}

impl FigureRequest {
    /// What the color bars of the layers say, the uppermost layer's first, in a figure of some tables, one for each layer.
    #[must_use]
    pub fn bar_labels(&self, tables: &[&Table]) -> Vec<BarName> {
        let several = self.layers.len() > 1;
        let label = |(layer, table): (&FigureLayer, &&Table)| {
            let text = match &layer.label {
                Some(label) => Some(label.clone()).filter(|label| !label.is_empty()),
                // What any of its points are is said beside the color.
                None if layer.reduction == Reduction::Any => several.then(|| layer.title()),
                None if several => Some(format!("{}: {}", layer.title(), self.quantity(layer, table))),
                None => Some(self.quantity(layer, table)),
            };
            BarName { text, is_legend: matches!(layer.reduction, Reduction::By { .. } | Reduction::Any) }
        };
        let labels = self.layers.iter().zip(tables).rev().filter(|(layer, _)| layer.has_bar()).map(label);
        labels.chain((!self.legend(tables).is_empty()).then(BarName::default)).collect()
    }

    /// What the colors of a layer stand for.
    fn quantity(&self, layer: &FigureLayer, table: &Table) -> String {
        let name = quantity_name(table, layer);
        let is_over = layer.style.per == Per::Area && layer.reduction.is_additive();
        if is_over { over_area(&name, [self.x.scale, self.y.scale]) } else { name }
    }

    /// What the legend says, the uppermost layer first. Which visible layer has which one color: not where a layer is alone,
    /// as all is of it. And which lines and which hatching stand for what. `tables` are those of the layers.
    #[must_use]
    pub fn legend(&self, tables: &[&Table]) -> Vec<LegendEntry> {
        self.legend_of(tables, |condition| condition)
    }

    /// The legend with other conditions than there are.
    fn legend_of(&self, tables: &[&Table], condition: impl Fn(Condition) -> Condition) -> Vec<LegendEntry> {
        let (are_several, inks) = (self.layers.len() > 1, Inks::on(self.background, self.theme));
        let mut entries = Vec::new();
        for (i, layer) in self.layers.iter().enumerate().rev().filter(|(_, layer)| layer.visible) {
            let mut push = |text: String, sign: Sign| entries.push(LegendEntry { layer: i, text, sign });
            match layer.line_color(inks) {
                _ if layer.mark == Mark::Hatching => {
                    let sign = |hatch| Sign::Hatch { hatch, inks, ground: self.background };
                    let says = |hatch: &Hatch| layer.says(condition(hatch.condition));
                    layer.hatch.iter().for_each(|hatch| push(says(hatch), sign(*hatch)));
                }
                Some(color) => {
                    let (width, ground) = (layer.contour.width, self.background);
                    let line = LegendLine { color, width, dash: Dash::Solid, ground };
                    push(self.lines_are(i, tables), Sign::Line(line));
                }
                None => {
                    if let Some(color) = layer.color.filter(|_| are_several) {
                        push(layer.label.clone().unwrap_or_else(|| layer.title()), Sign::Color(color));
                    }
                }
            }
        }
        entries.retain(|entry| !entry.text.is_empty());
        entries
    }

    /// What a layer's contour lines are of: what its label says, else its name or its quantity; and of which layer that is,
    /// where others have the same.
    fn lines_are(&self, index: usize, tables: &[&Table]) -> String {
        let layer = &self.layers[index];
        let named =
            |layer: &FigureLayer| layer.label.clone().or(Some(layer.name.clone()).filter(|name| !name.is_empty()));
        if let Some(text) = named(layer) {
            return text;
        }
        let quantity = |i: usize| Some(self.quantity(&self.layers[i], tables.get(i)?));
        let Some(own) = quantity(index) else { return layer.title() };
        let is_same = |i: usize| {
            let is_of_lines = self.layers[i].mark == Mark::Contours && named(&self.layers[i]).is_none();
            i != index && self.layers[i].visible && is_of_lines && quantity(i).as_ref() == Some(&own)
        };
        if (0..self.layers.len()).any(is_same) { format!("{}: {own}", layer.title()) } else { own }
    }

    /// What will stand beside color bars and legends, as far as that is known before the numbers are; and conditions of usual
    /// numbers, so that a plot mostly keeps its size, and its numbers, while thresholds are dragged.
    #[must_use]
    pub fn words_beside(&self, tables: &[&Table]) -> Vec<String> {
        let any = |condition| match condition {
            Condition::Above(_) => Condition::Above(WIDE),
            Condition::AtLeast(_) => Condition::AtLeast(WIDE),
            Condition::Below(_) => Condition::Below(WIDE),
            Condition::AtMost(_) => Condition::AtMost(WIDE),
            Condition::Within(..) => Condition::Within(WIDE / 10.0, WIDE / 10.0),
        };
        let entries = self.legend_of(tables, any).into_iter().chain(self.legend(tables));
        let mut words: Vec<String> = entries.map(|entry| entry.text).collect();
        for (i, layer) in self.layers.iter().enumerate().filter(|(_, layer)| layer.has_bar()) {
            if let (Reduction::By { most, .. }, Some(table)) = (&layer.reduction, tables.get(i)) {
                words.extend(category_labels(table, *most));
            } else if let Some(table) = tables.get(i)
                && bar_time(table, &layer.reduction).is_some()
            {
                words.push(DATE.to_owned());
            } else if let Norm::Boundary(levels) = &layer.style.norm {
                words.extend(levels.values.iter().map(|level| level_text(*level)));
            }
        }
        words
    }
}
/// A date as wide as dates mostly are.
const DATE: &str = "28 Mar 2028";

/// A number as wide as those of conditions mostly are, at most.
const WIDE: f64 = -880.0;

impl FigureLayer {
    /// The color that its contour lines have, if they all have one.
    fn line_color(&self, inks: Inks) -> Option<Rgba> {
        match self.contour.color {
            _ if self.mark != Mark::Contours => None,
            ContourColor::Auto => Some(inks.line),
            ContourColor::One(color) => Some(color),
            ContourColor::Colormap => self.color,
        }
    }

    /// What a hatching of it stands for: the layer's label where that is the only one, else the condition.
    fn says(&self, condition: Condition) -> String {
        match (&self.label, self.hatch.as_slice()) {
            (Some(label), [_]) => label.clone(),
            (Some(label), _) if !label.is_empty() => format!("{label} {}", condition_text(condition)),
            (Some(_), _) => String::new(),
            (None, _) if !self.name.is_empty() => format!("{} {}", self.name, condition_text(condition)),
            (None, _) => condition_text(condition),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::axes::Theme;
    use crate::scene::axis::Size;
    use crate::scene::style::Background;
    use crate::workbench::sources::Sources;

    #[test]
    fn contour_lines_of_one_color_have_an_entry_each() {
        let lines = |color: &str| {
            let mut layer = FigureLayer { mark: Mark::Contours, ..FigureLayer::new(Sources::default()) };
            layer.contour.color = color.parse().unwrap();
            layer.name = color.to_owned();
            layer
        };
        let figure = |layers: Vec<FigureLayer>| FigureRequest {
            layers,
            ..FigureRequest::new(FigureLayer::new(Sources::default()), Size { width: 640, height: 480 })
        };
        let named = FigureLayer { label: Some("pressure".to_owned()), ..lines("red") };
        let silent = FigureLayer { label: Some(String::new()), ..lines("red") };
        let colored = lines("colormap");
        assert!(colored.has_bar() && !named.has_bar());
        let entries = figure(vec![lines("auto"), silent, named, colored]).legend(&[]);
        let ink = Inks::on(Background::Color(Rgba([0, 0, 0, 255])), Theme::Dark).line;
        let wanted = [(2, "pressure", "red".parse().unwrap()), (0, "auto", ink)];
        assert_eq!(entries.len(), wanted.len());
        for (entry, (layer, text, color)) in entries.iter().zip(wanted) {
            let Sign::Line(line) = entry.sign else { panic!("{entry:?}") };
            assert_eq!((entry.layer, entry.text.as_str(), line.color), (layer, text, color));
        }
    }

    #[test]
    fn hatching_has_a_legend_and_what_is_long_has_room() {
        let hatched = FigureLayer {
            mark: Mark::Hatching,
            hatch: vec![">30://".parse().unwrap(), "10..20:x".parse().unwrap()],
            ..FigureLayer::new(Sources::default())
        };
        let figure = |layers: Vec<FigureLayer>| FigureRequest {
            layers,
            ..FigureRequest::new(FigureLayer::new(Sources::default()), Size { width: 640, height: 480 })
        };
        let texts = |layers| figure(layers).legend(&[]).into_iter().map(|entry| entry.text).collect::<Vec<_>>();
        assert_eq!(texts(vec![hatched.clone()]), ["> 30", "10 to 20"], "alone, too");
        let named = FigureLayer { label: Some("rain".to_owned()), ..hatched.clone() };
        assert_eq!(texts(vec![named.clone()]), ["rain > 30", "rain 10 to 20"]);
        let single = FigureLayer { hatch: named.hatch[..1].to_vec(), ..named };
        let red = FigureLayer {
            color: Some("red".parse().unwrap()),
            name: "a".to_owned(),
            ..FigureLayer::new(Sources::default())
        };
        assert_eq!(texts(vec![red.clone(), single.clone()]), ["rain", "a"], "the uppermost first");
        assert_eq!(texts(vec![red.clone(), FigureLayer { visible: false, ..single }]), ["a"]);
        assert_eq!(texts(vec![red, FigureLayer { label: Some(String::new()), ..hatched.clone() }]), ["a"]);
        assert!(!hatched.has_bar());
        let mut filled = FigureLayer { mark: Mark::Filled, ..FigureLayer::new(Sources::default()) };
        filled.style.norm = "boundary:95000,101325".parse().unwrap();
        assert_eq!(figure(vec![filled]).words_beside(&[]), ["95\u{2009}000", "101\u{2009}325"]);
        let words = figure(vec![hatched]).words_beside(&[]);
        assert_eq!(words, ["> \u{2212}880", "\u{2212}88 to \u{2212}88", "> 30", "10 to 20"]);
    }
}
