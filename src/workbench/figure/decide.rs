//! What colors a layer's numbers get, and what says so beside the plot.

use crate::aggregate::Values;
use crate::data::Table;
use crate::figure::bands::Bands;
use crate::figure::colorbar::{ColorBar, Sign};
use crate::figure::contours::{HatchSheet, Inks, Laid, LineSheet, condition_text, filled_style, level_text};
use crate::figure::shading::{Setting, Shading, shading_with};
use crate::figure::tint::tint;
use crate::figure::{FigureError, categories};
use crate::scene::hatch::{Condition, Hatch};
use crate::scene::mark::Mark;
use crate::scene::reduction::Reduction;
use crate::scene::style::{Norm, Style};

use super::super::WorkbenchError;
use super::super::categories::{ShownCategory, category_labels, hues};
use super::super::tables::colormap;
use super::super::words::bar_time;
use super::{Counted, FigureLayer, FigureRequest, Numbers};

/// Colors and, where one is wanted, the color bar or the legend.
pub(super) fn decide(
    values: &dyn Bands,
    style: &Style,
    mut setting: Setting<'_>,
    (layer, has_axes): (&FigureLayer, bool),
    shown: &[ShownCategory],
) -> Result<(Shading, Option<ColorBar>), FigureError> {
    if let Some(color) = layer.color {
        let is_solid = matches!(layer.mark, Mark::Markers { .. });
        return Ok((tint(is_solid, color, style.alpha, style.background)?, None));
    }
    if !shown.is_empty() {
        let hues = hues(shown, style);
        let colors = categories::shading(values, &hues, style, setting)?;
        return Ok((colors, layer.has_bar().then(|| ColorBar::legend(categories::legend(&hues)))));
    }
    let levels;
    let style = match layer.mark {
        Mark::Filled => {
            levels = filled_style(values, style, &layer.contour.levels, &mut setting)?;
            &levels
        }
        _ => style,
    };
    let colors = shading_with(values, style, &colormap(&style.colormap)?, setting)?;
    // A picture without axes has no room for it, and looking at all values takes time.
    if !has_axes || !layer.has_bar() {
        return Ok((colors, None));
    }
    let colors = colors.surveyed(values, style, setting.threads)?;
    let bar = ColorBar::of(values, style, &colors)?;
    Ok((colors, Some(bar)))
}

/// What makes pixels of a layer's numbers.
pub(super) enum LayerColors {
    /// A color for each number.
    Shading(Box<Shading>),
    /// Lines of equal value.
    Lines(Box<LineSheet>),
    /// Patterns where numbers meet conditions.
    Hatching(HatchSheet),
}

impl LayerColors {
    /// Those of a layer whose numbers were counted.
    pub(super) fn new(
        colors: Shading,
        counted: &Counted,
        layer: &FigureLayer,
        laid: Laid,
    ) -> Result<Self, WorkbenchError> {
        if layer.mark != Mark::Contours {
            return Ok(Self::Shading(Box::new(colors)));
        }
        let values = match &counted.numbers {
            Numbers::Whole(aggregate) => &aggregate.values,
            Numbers::Kept(_) if counted.cells.is_some() => &Values::Real(Vec::new()),
            Numbers::Kept(_) => {
                let what = "contour lines of so many cells need a smaller picture; give another --size";
                return Err(WorkbenchError::Request(what.to_owned()));
            }
        };
        let lines = LineSheet::new(values, counted.cells.as_deref(), &layer.contour, &colors, laid)?;
        Ok(Self::Lines(Box::new(lines)))
    }
}

impl FigureRequest {
    /// What the legend says. Which visible layer has which one color, the uppermost first: not where a layer is alone, as all
    /// is of it. And which hatching stands for what.
    #[must_use]
    pub fn legend(&self) -> Vec<(String, Sign)> {
        self.legend_of(|condition| condition)
    }

    /// The legend with other conditions than there are.
    fn legend_of(&self, condition: impl Fn(Condition) -> Condition) -> Vec<(String, Sign)> {
        let (are_several, inks) = (self.layers.len() > 1, Inks::on(self.background, self.theme));
        let visible = self.layers.iter().rev().filter(|layer| layer.visible);
        let mut entries = Vec::new();
        for layer in visible {
            if layer.mark == Mark::Hatching {
                let sign = |hatch| Sign::Hatch { hatch, inks, ground: self.background };
                let says = |hatch: &Hatch| layer.says(condition(hatch.condition));
                entries.extend(layer.hatch.iter().map(|hatch| (says(hatch), sign(*hatch))));
            } else if let Some(color) = layer.color.filter(|_| are_several) {
                let text = layer.label.clone().unwrap_or_else(|| layer.title());
                entries.push((text, Sign::Color(color)));
            }
        }
        entries.retain(|(text, _)| !text.is_empty());
        entries
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
        let entries = self.legend_of(any).into_iter().chain(self.legend());
        let mut words: Vec<String> = entries.map(|(text, _)| text).collect();
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
    use crate::scene::axis::Size;
    use crate::workbench::sources::Sources;

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
        let texts = |layers| figure(layers).legend().into_iter().map(|(text, _)| text).collect::<Vec<_>>();
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
