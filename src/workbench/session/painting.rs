//! From the numbers of layers to one picture, painting anew only what has changed.

use std::borrow::Cow;
use std::sync::Arc;
use std::thread;

use crate::aggregate::{Aggregate, Values};
use crate::figure::FigureError;
use crate::figure::axes::Theme;
use crate::figure::bands::ordinary;
use crate::figure::categories::{self, Hue};
use crate::figure::colorbar::ColorBar;
use crate::figure::colormap::Colormap;
use crate::figure::composite::{Joining, Sheet, composite};
use crate::figure::contours::{HatchSheet, Inks, Laid, LineSheet, filled_style};
use crate::figure::equalize::Shares;
use crate::figure::histogram::Histogram;
use crate::figure::image::Image;
use crate::figure::shade::shade;
use crate::figure::shading::{Setting, Shading, shading_with};
use crate::figure::survey::Extent;
use crate::figure::ticks::TimeUnit;
use crate::figure::tint::tint;
use crate::plan::Reduce;
use crate::scene::blend::Blend;
use crate::scene::contour::ContourStyle;
use crate::scene::hatch::Hatch;
use crate::scene::mark::Mark;
use crate::scene::reduction::Reduction;
use crate::scene::spread::{Merge, Spread};
use crate::scene::style::{Background, Norm, Rgba, Style};
use crate::workbench::WorkbenchError;
use crate::workbench::categories::{ShownCategory, hues, shown_categories};
use crate::workbench::figure::{ground, presence, spread_aggregate};
use crate::workbench::tables::colormap;
use crate::workbench::words::bar_time;

use super::{Painted, Shown, ShownLayer};

/// How layers look, the lowest first, and what is beneath them.
#[derive(Debug, Clone, PartialEq)]
pub struct Looks {
    /// One for each layer.
    pub layers: Vec<LayerLook>,
    /// Beneath all of them.
    pub background: Background,
    /// The colors around the plot.
    pub theme: Theme,
    /// Pixels to a CSS pixel: the size of lines and words.
    pub scale: f64,
}

impl Default for Looks {
    fn default() -> Self {
        Self { layers: Vec::new(), background: Background::None, theme: Theme::default(), scale: 1.0 }
    }
}

/// How a layer looks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LayerLook {
    /// How its numbers are spread.
    pub spread: Spread,
    /// Its colors; the background is not looked at.
    pub style: Style,
    /// How all of the data is distributed, where its colors are about that.
    pub whole: Option<Shares>,
    /// The one color that it has, if it has no colormap.
    pub color: Option<Rgba>,
    /// How they join with those beneath.
    pub blend: Blend,
    /// Whether it is seen.
    pub visible: bool,
    /// Levels of contours, and how their lines look.
    pub contour: ContourStyle,
    /// What is hatched, where it is drawn as hatching.
    pub hatch: Vec<Hatch>,
}

/// A layer with its colors.
#[derive(Debug, Clone)]
pub struct PaintedLayer {
    /// The numbers behind the colors: those of the frame, spread.
    pub numbers: Arc<Aggregate>,
    /// What its colors stand for.
    pub bar: ColorBar,
    /// The same in colors as they are before the layer joins others.
    own_bar: ColorBar,
    /// How often values occur among the pixels; none if no row fell on any.
    pub histogram: Option<Arc<Histogram>>,
    /// Where its values begin and end, if that is known.
    extent: Option<Extent>,
    /// The values of the first and the last color, if any row fell on a pixel.
    pub limits: Option<(f64, f64)>,
    /// The colormap, by the name that the style has for it.
    pub map: Arc<Colormap>,
    /// The levels of its contours, if it has some.
    pub levels: Vec<f64>,
    /// What its numbers were divided by, where they are counted per area.
    pub area: Option<f64>,
    /// Its categories as they look, if it has some.
    pub hues: Vec<(ShownCategory, Hue)>,
    /// Its picture over nothing, or over the figure's background where it is the only one.
    sheet: Arc<Image>,
}

/// What a layer was painted from.
#[derive(Clone)]
struct Known {
    aggregate: Arc<Aggregate>,
    way: Way,
    painted: Arc<PaintedLayer>,
}

/// The way from numbers to colors.
#[derive(Clone, PartialEq)]
struct Way {
    spread: (Spread, Merge),
    style: Style,
    whole: Option<Shares>,
    /// One color instead of a colormap, and whether the numbers are shares of pixels.
    color: Option<(Rgba, bool)>,
    /// What is drawn of a field besides its colors.
    contour: Option<Drawn>,
    /// In what its colors count time.
    time: Option<TimeUnit>,
}

/// What is drawn of a field.
#[derive(Clone, PartialEq)]
enum Drawn {
    /// Areas between levels.
    Filled(ContourStyle),
    /// Lines, at so many pixels to a CSS pixel.
    Lines(ContourStyle, f64, Inks),
    /// Hatching, at so many pixels to a CSS pixel.
    Hatching(Vec<Hatch>, f64, Inks),
}

/// What makes a layer's picture of its numbers, besides colors.
enum DrawnSheet {
    Lines(Box<LineSheet>),
    Hatching(HatchSheet),
}

impl Way {
    /// What makes the picture of a layer of lines or hatching.
    fn sheet(
        &self,
        values: &Values,
        shown: &ShownLayer,
        size: (u32, u32),
        colors: &Shading,
        threads: usize,
    ) -> Result<Option<DrawnSheet>, WorkbenchError> {
        let ground = match self.style.background {
            Background::None => None,
            Background::Color(Rgba(color)) => Some(color),
        };
        let laid = |scale, inks| Laid { size, scale, alpha: self.style.alpha, ground, inks, threads };
        Ok(match &self.contour {
            Some(Drawn::Lines(contour, scale, inks)) => {
                let (cells, laid) = (shown.cells.as_deref(), laid(*scale, *inks));
                Some(DrawnSheet::Lines(Box::new(LineSheet::new(values, cells, contour, colors, laid)?)))
            }
            Some(Drawn::Hatching(hatch, scale, inks)) => {
                Some(DrawnSheet::Hatching(HatchSheet::new(hatch, laid(*scale, *inks))))
            }
            Some(Drawn::Filled(_)) | None => None,
        })
    }
}

impl Known {
    /// Has the color bar say what a layer of some opacity looks like.
    fn fade(&mut self, alpha: f32) {
        let bar = self.painted.own_bar.clone().faded(alpha);
        if bar != self.painted.bar {
            self.painted = Arc::new(PaintedLayer { bar, ..PaintedLayer::clone(&self.painted) });
        }
    }
}

/// The painter's memory: the layers of the last picture.
#[derive(Clone)]
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
        let inks = Inks::on(looks.background, looks.theme);
        let mut known = Vec::with_capacity(shown.layers.len());
        for (i, layer) in shown.layers.iter().enumerate() {
            let look = looks.layers.get(i).cloned().unwrap_or_default();
            let is_alone = visible == 1 && look.visible;
            let background = if is_alone { looks.background } else { Background::None };
            let reduction = shown.wishes.get(i).map_or(&Reduction::Count, |wish| &wish.layer.reduction);
            // Shares of pixels are what markers of one color have; they are no numbers to be spread.
            let are_shares = layer.plan.reduce == Reduce::Coverage;
            let spread = if are_shares { Spread::default() } else { look.spread };
            let spread = (spread, spread.merge_for(reduction));
            let color = look.color.map(|color| (color, are_shares));
            let found = shown.wishes.get(i).map(|wish| shown_categories(&wish.data.table, &layer.plan));
            let contour = match shown.wishes.get(i).map(|wish| &wish.layer.mark) {
                Some(Mark::Contours) => Some(Drawn::Lines(look.contour, looks.scale, inks)),
                Some(Mark::Hatching) => Some(Drawn::Hatching(look.hatch, looks.scale, inks)),
                Some(Mark::Filled) => Some(Drawn::Filled(look.contour)),
                _ => None,
            };
            let time = shown.wishes.get(i).and_then(|wish| bar_time(&wish.data.table, reduction));
            // Opacity is for those who join layers, where there are some.
            let faint = look.style.alpha;
            let alpha = if is_alone { faint } else { 1.0 };
            let (style, whole) = (Style { background, alpha, ..look.style }, look.whole);
            let way = Way { spread, style, whole, color, contour, time };
            let mut layer = self.layer(layer, way, &found.unwrap_or_default())?;
            if !is_alone {
                layer.fade(faint);
            }
            known.push(layer);
        }
        self.known = known;
        let layers: Vec<Arc<PaintedLayer>> = self.known.iter().map(|known| Arc::clone(&known.painted)).collect();
        let seen = self.known.iter().zip(&looks.layers).filter(|(_, look)| look.visible);
        let seen: Vec<(&Arc<Image>, Joining)> = seen
            .map(|(known, look)| {
                let joining = Joining::new(look.style.alpha, look.blend)?;
                let is_table = known.way.color.is_none()
                    && !matches!(known.way.contour, Some(Drawn::Lines(..) | Drawn::Hatching(..)));
                Ok((&known.painted.sheet, if is_table { joining.of_table() } else { joining }))
            })
            .collect::<Result<_, FigureError>>()?;
        let (width, height) = (shown.view.x.pixels, shown.view.y.pixels);
        let picture = match seen.as_slice() {
            [(only, _)] => only.as_ref().clone(),
            _ => {
                let sheets: Vec<Sheet<'_>> =
                    seen.iter().map(|(image, joining)| Sheet { pixels: &image.pixels, joining: *joining }).collect();
                composite(&sheets, ground(looks.background), width, height, self.threads)
            }
        };
        Ok(Painted { shown, looks, is_settled: true, picture, layers })
    }

    /// A layer, as it was if nothing about it has changed.
    fn layer(&self, shown: &ShownLayer, way: Way, found: &[ShownCategory]) -> Result<Known, WorkbenchError> {
        let aggregate = &shown.aggregate;
        let same = |known: &&Known| Arc::ptr_eq(&known.aggregate, aggregate) && known.way.spread == way.spread;
        if let Some(known) = self.known.iter().filter(same).find(|known| known.way == way) {
            return Ok(Known { aggregate: Arc::clone(aggregate), way, painted: Arc::clone(&known.painted) });
        }
        let Way { spread, style, whole, color, contour, time } = &way;
        let numbers = match self.known.iter().find(same) {
            Some(known) => Arc::clone(&known.painted.numbers),
            None => spread_aggregate(aggregate, spread.0, spread.1, self.threads)?,
        };
        let Aggregate { width, height, values, .. } = numbers.as_ref();
        let area = shown.plan.area(style.per);
        // A file with a color table is read once, not whenever a limit is dragged.
        let map = match self.known.iter().find(|known| known.painted.map.name == style.colormap) {
            Some(known) => Arc::clone(&known.painted.map),
            None => Arc::new(Colormap { name: style.colormap.clone(), ..colormap(&style.colormap)? }),
        };
        let hues = hues(found, style);
        // How values are spread depends on them and on the norm only: not on levels, which are dragged. And where they end does
        // not even depend on the norm.
        let own = style;
        let numbers_of = |style: &Style| (style.special.clone(), style.per, style.hide.clone());
        let same_numbers: Vec<&Known> =
            self.known.iter().filter(same).filter(|known| numbers_of(&known.way.style) == numbers_of(own)).collect();
        let extent = same_numbers.iter().find_map(|known| known.painted.extent);
        let mut setting = Setting { area, whole: whole.as_ref(), extent, threads: self.threads };
        let levels;
        let style = match contour {
            Some(Drawn::Filled(contour)) => {
                levels = filled_style(values, style, &contour.levels, &mut setting)?;
                &levels
            }
            _ => style,
        };
        let colors = match color {
            Some((color, are_shares)) => tint(*are_shares, *color, style.alpha, style.background)?,
            None if !hues.is_empty() => categories::shading(values, &hues, style, setting)?,
            None => shading_with(values, style, &map, setting)?.surveyed(values, style, self.threads)?,
        };
        let seen = match values {
            Values::Categories(by) => Cow::Owned(Values::Count(categories::totals(by, &hues).into_owned())),
            _ => Cow::Borrowed(values),
        };
        let special = if hues.is_empty() { style.special.as_slice() } else { &[] };
        let ordinary = ordinary(&seen, special, area);
        let alike = |known: &&&Known| known.way.style.norm == own.norm;
        let known = same_numbers.iter().find(alike).map(|known| known.painted.histogram.clone());
        let drawn = way.sheet(values, shown, (*width, *height), &colors, self.threads)?;
        let levels = match (&drawn, contour, &style.norm) {
            (Some(DrawnSheet::Lines(lines)), ..) => lines.levels().to_vec(),
            (_, Some(Drawn::Filled(_)), Norm::Boundary(levels)) => levels.values.clone(),
            _ => Vec::new(),
        };
        // Two things that wait for nothing of each other, and a core for each.
        let (histogram, (bar, sheet)) = thread::scope(|scope| {
            let find = || Histogram::new(ordinary.as_ref(), &own.norm, colors.extent).map(Arc::new);
            let found = known.is_none().then(|| scope.spawn(find));
            let bar = match hues.as_slice() {
                [] if shown.plan.reduce == Reduce::Any => Ok(presence(values, &colors)),
                [] => ColorBar::of(values, style, &colors).map(|bar| bar.counting(*time)),
                hues => Ok(ColorBar::legend(categories::legend(hues))),
            };
            let sheet = match &drawn {
                Some(DrawnSheet::Lines(lines)) => lines.rows(0..*height),
                Some(DrawnSheet::Hatching(hatching)) => hatching.rows(values, 0..*height),
                None => Ok(shade(values, *width, *height, &colors, self.threads)),
            };
            (known.or_else(|| found?.join().ok()).flatten(), (bar, sheet))
        });
        let (limits, extent) = (colors.limits, colors.extent);
        let hues = found.iter().cloned().zip(hues).collect();
        let numbers = Arc::clone(&numbers);
        let (bar, sheet) = (bar?, Arc::new(sheet?));
        let own_bar = bar.clone();
        let painted = PaintedLayer { numbers, bar, own_bar, histogram, extent, limits, levels, area, map, hues, sheet };
        Ok(Known { aggregate: Arc::clone(aggregate), way, painted: Arc::new(painted) })
    }
}
