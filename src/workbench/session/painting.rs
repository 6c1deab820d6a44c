//! From the numbers of layers to one picture, painting anew only what has changed.

use std::sync::Arc;

use crate::aggregate::Aggregate;
use crate::figure::bands::ordinary;
use crate::figure::colorbar::ColorBar;
use crate::figure::colormap::Colormap;
use crate::figure::composite::{Sheet, composite};
use crate::figure::histogram::Histogram;
use crate::figure::image::Image;
use crate::figure::norm::Scale;
use crate::figure::shade::shade;
use crate::figure::shading::shading_with;
use crate::scene::blend::Blend;
use crate::scene::style::{Background, Style};
use crate::workbench::WorkbenchError;
use crate::workbench::figure::ground;
use crate::workbench::tables::colormap;

use super::{Painted, Shown, ShownLayer};

/// How layers look, the lowest first, and what is beneath them.
#[derive(Debug, Clone, PartialEq)]
pub struct Looks {
    /// One for each layer.
    pub layers: Vec<LayerLook>,
    /// Beneath all of them.
    pub background: Background,
}

impl Default for Looks {
    fn default() -> Self {
        Self { layers: Vec::new(), background: Background::None }
    }
}

/// How a layer looks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LayerLook {
    /// Its colors; the background is not looked at.
    pub style: Style,
    /// How they join with those beneath.
    pub blend: Blend,
    /// Whether it is seen.
    pub visible: bool,
}

/// A layer with its colors.
#[derive(Debug)]
pub struct PaintedLayer {
    /// What its colors stand for.
    pub bar: ColorBar,
    /// How often values occur among the pixels; none if no row fell on any.
    pub histogram: Option<Arc<Histogram>>,
    /// The values of the first and the last color, if any row fell on a pixel.
    pub limits: Option<(f64, f64)>,
    /// The colormap, by the name that the style has for it.
    pub map: Arc<Colormap>,
    /// What its numbers were divided by, where they are counted per area.
    pub area: Option<f64>,
    /// Its picture over nothing, or over the figure's background where it is the only one.
    sheet: Image,
}

/// What a layer was painted from.
struct Known {
    aggregate: Arc<Aggregate>,
    style: Style,
    painted: Arc<PaintedLayer>,
}

/// The painter's memory: the layers of the last picture.
pub struct Painting {
    known: Vec<Known>,
    threads: usize,
}

impl Painting {
    /// Nothing painted yet. At most so many threads work on a picture.
    pub fn new(threads: usize) -> Self {
        Self { known: Vec::new(), threads }
    }

    /// The picture of a frame in some looks.
    ///
    /// # Errors
    /// Unknown colormaps, limits that a norm cannot use.
    pub fn paint(&mut self, shown: Arc<Shown>, looks: Looks) -> Result<Painted, WorkbenchError> {
        // While a layer comes or goes, looks may be those of the next frame already.
        let visible = shown.layers.iter().zip(&looks.layers).filter(|(_, look)| look.visible).count();
        let mut known = Vec::with_capacity(shown.layers.len());
        for (i, layer) in shown.layers.iter().enumerate() {
            let look = looks.layers.get(i).cloned().unwrap_or_default();
            let is_alone = visible == 1 && look.visible;
            let background = if is_alone { looks.background } else { Background::None };
            known.push(self.layer(layer, Style { background, ..look.style })?);
        }
        self.known = known;
        let layers: Vec<Arc<PaintedLayer>> = self.known.iter().map(|known| Arc::clone(&known.painted)).collect();
        let seen: Vec<(&Image, Blend)> = layers
            .iter()
            .zip(&looks.layers)
            .filter(|(_, look)| look.visible)
            .map(|(layer, look)| (&layer.sheet, look.blend))
            .collect();
        let (width, height) = (shown.view.x.pixels, shown.view.y.pixels);
        let picture = match seen.as_slice() {
            [(only, _)] => (*only).clone(),
            _ => {
                let sheets: Vec<Sheet<'_>> =
                    seen.iter().map(|(image, blend)| Sheet { pixels: &image.pixels, blend: *blend }).collect();
                composite(&sheets, ground(looks.background), width, height, self.threads)
            }
        };
        Ok(Painted { shown, looks, picture, layers })
    }

    /// A layer, as it was if nothing about it has changed.
    fn layer(&self, shown: &ShownLayer, style: Style) -> Result<Known, WorkbenchError> {
        let aggregate = &shown.aggregate;
        let same = |known: &&Known| Arc::ptr_eq(&known.aggregate, aggregate);
        if let Some(known) = self.known.iter().filter(same).find(|known| known.style == style) {
            return Ok(Known { aggregate: Arc::clone(aggregate), style, painted: Arc::clone(&known.painted) });
        }
        let Aggregate { width, height, values, .. } = aggregate.as_ref();
        let area = shown.plan.area(style.per);
        // A file with a color table is read once, not whenever a limit is dragged.
        let map = match self.known.iter().find(|known| known.painted.map.name == style.colormap) {
            Some(known) => Arc::clone(&known.painted.map),
            None => Arc::new(Colormap { name: style.colormap.clone(), ..colormap(&style.colormap)? }),
        };
        let colors = shading_with(values, &style, &map, area)?;
        let ordinary = ordinary(values, &style.special, area);
        let ordinary = ordinary.as_ref();
        // How values are spread depends on them and on the norm only.
        let basis = |style: &Style| (style.norm.clone(), style.special.clone(), style.per);
        let alike = |known: &&Known| basis(&known.style) == basis(&style);
        let histogram = match self.known.iter().filter(same).find(alike) {
            Some(known) => known.painted.histogram.clone(),
            None => Histogram::new(ordinary, &style.norm).map(Arc::new),
        };
        let painted = PaintedLayer {
            bar: ColorBar::of(values, &style, &colors)?,
            histogram,
            limits: Scale::new(ordinary, &style.norm, style.limits)?.map(|scale| scale.limits()),
            area,
            map,
            sheet: shade(values, *width, *height, &colors),
        };
        Ok(Known { aggregate: Arc::clone(aggregate), style, painted: Arc::new(painted) })
    }
}
