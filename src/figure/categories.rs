//! Colors of categories, as datashader has them (`tf.shade` of a `count_cat`, its `_colorize`).
//!
//! A pixel's hue is the mean of its categories' colors, weighted by their rows; its opacity is what the norm makes of all its
//! rows together, from the style's least to opaque. Categories that are hidden take no part in either.

use std::borrow::Cow;
use std::ops::Range;

use crate::aggregate::ByCategory;
use crate::aggregate::by_category::{Count, Counts, of_any_width};
use crate::scene::style::{Background, Rgba, Style};

use super::bands::{Band, Bands};
use super::colorbar::Sign;
use super::colormap::Colormap;
use super::error::FigureError;
use super::norm::{COLORS, Shading};
use super::shade::OverOne;
use super::shading::{Setting, beneath, shading_with};
use super::vectors::vectorized;

/// Colors of the categories that have no other, in the order of their values: `assets/make_categories.py` makes them.
const TABLE: &[u8; 96] = include_bytes!("../../assets/categories.rgb");

/// The color of all categories that are not told apart.
pub const OTHER_COLOR: Rgba = Rgba([140, 140, 140, 255]);

/// The color that a category has by itself.
#[must_use]
pub fn usual_color(index: usize) -> Rgba {
    let [r, g, b] = TABLE.as_chunks::<3>().0[index % (TABLE.len() / 3)];
    Rgba([r, g, b, 255])
}

/// A category as it looks.
#[derive(Clone, Debug, PartialEq)]
pub struct Hue {
    /// What it is called.
    pub label: String,
    /// Its color; the opacity is not looked at.
    pub color: Rgba,
    /// Whether it is left out.
    pub is_hidden: bool,
}

impl Hue {
    fn rgb(&self) -> [f64; 3] {
        let Rgba([r, g, b, _]) = self.color;
        [r, g, b].map(f64::from)
    }
}

/// What makes colors of counts by category, beside the opacity.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixing {
    /// One for each category.
    hues: Vec<Hue>,
    /// What is taken from each count before colors are weighted: the least of all, as datashader does.
    baseline: u64,
    /// What the colors lie over.
    beneath: [u8; 4],
}

/// Numbers by category as norms look at them: how many rows of categories that are not hidden there are.
struct Totals<'a> {
    bands: &'a dyn Bands,
    hues: &'a [Hue],
}

impl Bands for Totals<'_> {
    fn are_counts(&self) -> bool {
        true
    }

    fn visit(&self, see: &mut dyn FnMut(Band<'_>)) -> Result<(), FigureError> {
        self.bands.visit_categories(&mut |by| see(Band::Count(&totals(by, self.hues))))
    }
}

/// Rows of the categories that are not hidden, in each pixel.
#[must_use]
pub fn totals<'a>(by: &'a ByCategory, hues: &[Hue]) -> Cow<'a, [u64]> {
    if hues.iter().all(|hue| !hue.is_hidden) {
        return Cow::Borrowed(by.totals());
    }
    let mut sums = vec![0; by.totals().len()];
    for plane in shown(by, hues) {
        of_any_width!(plane, counts => sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count.wide()));
    }
    Cow::Owned(sums)
}

/// The counts of the categories that are not hidden.
fn shown<'a>(by: &'a ByCategory, hues: &'a [Hue]) -> impl Iterator<Item = &'a Counts> {
    by.kept().iter().zip(hues).filter(|(_, hue)| !hue.is_hidden).map(|(counts, _)| counts)
}

/// What a legend says: the categories that are not hidden, with their colors.
#[must_use]
pub fn legend(hues: &[Hue]) -> Vec<(String, Sign)> {
    hues.iter().filter(|hue| !hue.is_hidden).map(|hue| (hue.label.clone(), Sign::Color(hue.color))).collect()
}

/// Decides the colors of counts by category. Of the style its colormap, and colors of values beyond limits, bad or special,
/// are not looked at.
///
/// # Errors
/// As [`shading_with`].
pub fn shading(values: &dyn Bands, hues: &[Hue], style: &Style, setting: Setting<'_>) -> Result<Shading, FigureError> {
    // Opacities alone, as the alpha of white; what is mixed comes over the ground later.
    let least = style.min_alpha;
    let alpha = |i: usize| least + u8::try_from(usize::from(255 - least) * i / (COLORS - 1)).unwrap_or(u8::MAX);
    let table = std::array::from_fn(|i| [255, 255, 255, alpha(i)]);
    let map = Colormap { name: String::new(), table, edges: None, under: None, over: None, bad: None };
    let plain = Style {
        norm: style.norm.clone(),
        limits: style.limits,
        per: style.per,
        alpha: style.alpha,
        background: Background::None,
        ..Style::default()
    };
    let mut made = shading_with(&Totals { bands: values, hues }, &plain, &map, setting)?;
    // Between fixed limits, colors hold still whatever is in view.
    let mut baseline = if style.limits.are_fixed() { 0 } else { u64::MAX };
    values.visit_categories(&mut |by| {
        // Most pictures have a pixel without rows of some category, and soon.
        for plane in shown(by, hues) {
            of_any_width!(plane, counts => {
                let mut pixels = counts.iter();
                while baseline > 0 && let Some(count) = pixels.next() {
                    baseline = baseline.min(count.wide());
                }
            });
        }
    })?;
    let baseline = if baseline == u64::MAX { 0 } else { baseline };
    made.empty = beneath(style);
    made.mixing = Some(Mixing { hues: hues.to_vec(), baseline, beneath: beneath(style) });
    Ok(made)
}

impl Mixing {
    /// Rows of the categories that are not hidden, in each pixel.
    pub(super) fn totals<'a>(&self, by: &'a ByCategory) -> Cow<'a, [u64]> {
        totals(by, &self.hues)
    }

    /// Colors the pixels of some lines, which lie upside down and have their opacities.
    pub(super) fn mix(&self, by: &ByCategory, lines: Range<usize>, width: usize, pixels: &mut [u8]) {
        let colors: Vec<[f64; 3]> = self.hues.iter().filter(|hue| !hue.is_hidden).map(Hue::rgb).collect();
        let even = |i: usize| colors.iter().map(|color| color[i]).sum::<f64>();
        let mean = [0, 1, 2].map(|i| floor(even(i) / colors.len().max(1) as f64));
        let ground = OverOne::new(self.beneath);
        let planes: Vec<(&Counts, [f64; 3])> = shown(by, &self.hues).zip(colors).collect();
        for (line, pixels) in lines.rev().zip(pixels.chunks_exact_mut(width.max(1) * 4)) {
            for (number, pixels) in pixels.chunks_mut(RUN * 4).enumerate() {
                let first = line * width + number * RUN;
                let mut run = Run { sums: [[0.0; RUN]; 3], weights: [0.0; RUN] };
                for (counts, color) in &planes {
                    of_any_width!(counts, counts => {
                        let counts = counts.get(first..first + pixels.len() / 4).unwrap_or_default();
                        vectorized(Weigh { run: &mut run, counts, baseline: self.baseline, color });
                    });
                }
                vectorized(MixRun { run: &mut run, pixels, mean, ground: &ground, beneath: self.beneath });
            }
        }
    }

    /// Whether colors lie over something opaque.
    pub(crate) fn is_opaque(&self) -> bool {
        self.beneath[3] == 255
    }
}

/// Pixels that are mixed at a time: their sums stay in the first-level cache.
const RUN: usize = 256;

/// Sums of some pixels' colors, weighted by rows.
struct Run {
    /// Of red, green and blue.
    sums: [[f64; RUN]; 3],
    weights: [f64; RUN],
}

/// Adds the color of one category. Whole numbers all of them, so that the order does not matter.
struct Weigh<'a, T> {
    run: &'a mut Run,
    counts: &'a [T],
    baseline: u64,
    color: &'a [f64; 3],
}

impl<T: Count> pulp::NullaryFnOnce for Weigh<'_, T> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { run: Run { sums: [r, g, b], weights }, counts, baseline, color } = self;
        let sums = r.iter_mut().zip(g).zip(b).zip(weights);
        for ((((r, g), b), sum), count) in sums.zip(counts) {
            let weight = count.beyond(baseline);
            *r += weight * color[0];
            *g += weight * color[1];
            *b += weight * color[2];
            *sum += weight;
        }
    }
}

/// Colors pixels whose opacities are there.
struct MixRun<'a> {
    run: &'a mut Run,
    pixels: &'a mut [u8],
    /// The color where no category weighs anything.
    mean: [u8; 3],
    ground: &'a OverOne,
    beneath: [u8; 4],
}

impl pulp::NullaryFnOnce for MixRun<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { run: Run { sums, weights }, pixels, mean, ground, beneath } = self;
        for sums in &mut *sums {
            sums.iter_mut().zip(&*weights).for_each(|(sum, weight)| *sum /= weight);
        }
        for (i, pixel) in pixels.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let [.., alpha] = *pixel;
            if alpha == 0 {
                *pixel = beneath;
                continue;
            }
            let [r, g, b] = if weights[i] > 0.0 { [0, 1, 2].map(|c| floor(sums[c][i])) } else { mean };
            *pixel = ground.over([r, g, b, alpha]);
        }
    }
}

#[inline(always)]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255; as numpy does")]
fn floor(value: f64) -> u8 {
    value as u8
}

#[cfg(test)]
mod tests {
    use super::super::shade::shade;
    use super::*;
    use crate::aggregate::Values;
    use crate::scene::style::Norm;

    #[test]
    fn no_two_categories_have_one_color() {
        let mut colors: Vec<Rgba> = (0..32).map(usual_color).chain([OTHER_COLOR]).collect();
        assert_eq!(colors[0], Rgba([0x1f, 0x77, 0xb4, 255]));
        colors.sort_by_key(|color| color.0);
        colors.dedup();
        assert_eq!(colors.len(), 33);
        assert_eq!(usual_color(32), usual_color(0));
    }

    fn hues(colors: &[[u8; 3]]) -> Vec<Hue> {
        let hue = |[r, g, b]: &[u8; 3]| Hue { label: String::new(), color: Rgba([*r, *g, *b, 255]), is_hidden: false };
        colors.iter().map(hue).collect()
    }

    /// A fixture: its norm, the colors of its categories, and its pixels: counts, then red, green, blue, alpha.
    fn fixture(text: &str) -> (Norm, Vec<Hue>, usize, ByCategory, Vec<u8>) {
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        let numbers = |line: &str| line.split(' ').map(|word| word.parse::<u64>().unwrap()).collect::<Vec<_>>();
        let norm = lines.next().unwrap().parse().unwrap();
        let head = numbers(lines.next().unwrap());
        let colors: Vec<[u8; 3]> = numbers(lines.next().unwrap())
            .as_chunks::<3>()
            .0
            .iter()
            .map(|c| c.map(|c| u8::try_from(c).unwrap()))
            .collect();
        let (mut counts, mut pixels) = (Vec::new(), Vec::new());
        for line in lines {
            let words = numbers(line);
            let (of, color) = words.split_at(colors.len());
            counts.extend(of);
            pixels.extend(color.iter().map(|c| u8::try_from(*c).unwrap()));
        }
        let width = usize::try_from(head[0]).unwrap();
        (norm, hues(&colors), width, ByCategory::new(colors.len(), &counts), pixels)
    }

    fn drawn(norm: &Norm, hues: &[Hue], width: usize, by: &ByCategory) -> Vec<u8> {
        let height = by.totals().len() / width;
        let style = Style { norm: norm.clone(), background: Background::None, ..Style::default() };
        let values = Values::Categories(by.clone());
        let shading = shading(&values, hues, &style, Setting::default()).unwrap();
        let size = [width, height].map(|n| u32::try_from(n).unwrap());
        shade(&values, size[0], size[1], &shading, 3).pixels
    }

    #[test]
    fn colors_are_datashaders() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/categories");
        let mut seen = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let (norm, hues, width, by, wanted) = fixture(&std::fs::read_to_string(&path).unwrap());
            let got = drawn(&norm, &hues, width, &by);
            // The fixture has the lowest row first.
            let rows: Vec<u8> = got.chunks(width * 4).rev().flatten().copied().collect();
            assert_eq!(rows.len(), wanted.len());
            for (i, (got, wanted)) in rows.as_chunks::<4>().0.iter().zip(wanted.as_chunks::<4>().0).enumerate() {
                let off = got.iter().zip(wanted).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
                // Of a pixel without rows, datashader keeps a color that nobody sees.
                assert!(off <= 1 || (got[3] == 0 && wanted[3] == 0), "{path:?} {i}: {got:?} for {wanted:?}");
            }
            seen += 1;
        }
        assert!(seen >= 5);
    }

    #[test]
    fn hidden_categories_take_no_part() {
        let by = ByCategory::new(3, &[5, 0, 9, 0, 2, 0, 1, 1, 1, 0, 0, 4]);
        let without = ByCategory::new(2, &[5, 0, 0, 2, 1, 1, 0, 0]);
        let mut all = hues(&[[255, 0, 0], [0, 255, 0], [0, 0, 255]]);
        let two = all[..2].to_vec();
        assert_ne!(drawn(&Norm::Linear, &all, 2, &by), drawn(&Norm::Linear, &two, 2, &without));
        all[2].is_hidden = true;
        assert_eq!(drawn(&Norm::Linear, &all, 2, &by), drawn(&Norm::Linear, &two, 2, &without));
        assert_eq!(*totals(&by, &all), [5, 2, 2, 0]);
    }
}
