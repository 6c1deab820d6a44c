//! What an engine is told: which numbers get which colour, as integers to compare.

use crate::aggregate::ordered::{f64_from_key, f64_key};
use crate::figure::bands::{Bands, Ordinary};
use crate::figure::categories::Mixing;
use crate::figure::colorbar::value_of;
use crate::figure::colormap::{Colormap, colormap};
use crate::figure::composite::HALF;
use crate::figure::equalize::Shares;
use crate::figure::error::FigureError;
use crate::figure::norm::{Scale, colors_of, whole};
use crate::figure::shade::{over, over_with};
use crate::figure::survey::{Extent, Survey};
use crate::scene::style::{Background, MAX_SPECIAL, Norm, Rgba, Special, Style};

/// Ranges of keys that may have a color apart, besides special values: under, over, bad.
pub(super) const APART_ENDS: usize = 3;

/// Everything an engine needs to colour an aggregate, decided on the host.
///
/// A non-empty value has a key: a count is its own key, a real's is [`f64_key`]. Its colour index is the number of
/// thresholds at or below the key.
#[derive(Clone, Debug, PartialEq)]
pub struct Shading {
    /// One key less than there are colours, ascending (equal ones allowed): entry i − 1 is the smallest key that gets colour
    /// index i or more. `u64::MAX` means that no value does.
    pub thresholds: Vec<u64>,
    /// Red, green, blue, alpha of each colour index: straight alpha, background already beneath.
    pub palette: Vec<[u8; 4]>,
    /// The colour of pixels on which nothing fell.
    pub empty: [u8; 4],
    /// The color of pixels of a field all of whose cells are [missing](crate::aggregate::MISSING).
    pub missing: [u8; 4],
    /// Keys with a color of their own, whatever the thresholds say: later ranges lie over earlier ones.
    pub apart: Vec<Apart>,
    /// The values of the first and the last color ([`Scale::limits`]), if there is any value.
    pub limits: Option<(f64, f64)>,
    /// The colors of values below the low limit, above the high one, and bad ones, where they have some of their own.
    pub ends: [Option<[u8; 4]>; 3],
    /// What makes colors of counts by category, whose opacities the palette then has.
    pub mixing: Option<Mixing>,
    /// What numbers are divided by before they are values that limits and norms are about: the area of a pixel.
    pub area: Option<f64>,
    /// For numbers over an area, the values at which colors begin: between the quotients of counts there are others, which
    /// color bars show too.
    pub between: Vec<f64>,
    /// Where the numbers begin and end, as limits and norms look at them, if somebody has found it out.
    pub extent: Option<Extent>,
}

/// A range of keys with a color of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Apart {
    /// The first key.
    pub from: u64,
    /// The key behind the last; `u64::MAX` for all that follow.
    pub to: u64,
    /// Red, green, blue, alpha, background already beneath.
    pub color: [u8; 4],
}

impl Shading {
    /// The colour index of a key.
    #[must_use]
    pub fn index(&self, key: u64) -> usize {
        let reached = |threshold: &u64| *threshold <= key && *threshold < u64::MAX;
        self.thresholds.partition_point(reached).min(self.palette.len() - 1)
    }

    /// With the extent of the numbers that it is about.
    ///
    /// # Errors
    /// [`FigureError::Kept`] if numbers that were put aside cannot be read again.
    pub fn surveyed(mut self, values: &dyn Bands, style: &Style, threads: usize) -> Result<Self, FigureError> {
        let ordinary = Ordinary::new(values, &style.special, self.area);
        self.extent = Some(Survey::new(&ordinary, self.extent, threads).extent()?);
        Ok(self)
    }

    /// The color of a key.
    #[must_use]
    pub fn color(&self, key: u64) -> [u8; 4] {
        let apart = self.apart.iter().rev().find(|apart| apart.from <= key && key < apart.to);
        apart.map_or_else(|| self.palette[self.index(key)], |apart| apart.color)
    }

    /// All of it in the form that engines search: the keys at which the color changes, ascending and different from each
    /// other, none 0 and none `u64::MAX`, and one color more than these: that of the keys before the first, then from each on.
    #[must_use]
    pub fn stops(&self) -> (Vec<u64>, Vec<[u8; 4]>) {
        let ends = self.apart.iter().flat_map(|apart| [apart.from, apart.to]);
        let mut keys: Vec<u64> = self.thresholds.iter().copied().chain(ends).collect();
        keys.retain(|key| *key > 0 && *key < u64::MAX);
        keys.sort_unstable();
        keys.dedup();
        let colors = std::iter::once(0).chain(keys.iter().copied()).map(|key| self.color(key)).collect();
        (keys, colors)
    }

    /// Whether every color that a value may get is opaque.
    #[must_use]
    pub fn is_opaque(&self) -> bool {
        if let Some(mixing) = &self.mixing {
            return mixing.is_opaque();
        }
        let apart = self.apart.iter().map(|apart| &apart.color);
        self.palette.iter().chain(apart).all(|color| color[3] == 255)
    }
}

/// What colors depend on besides numbers and style.
#[derive(Clone, Copy, Default)]
pub struct Setting<'a> {
    /// What numbers are divided by before limits and norm look at them: the area of a pixel.
    pub area: Option<f64>,
    /// What histogram equalization between fixed limits is about, if it is known.
    pub whole: Option<&'a Shares>,
    /// Where the numbers begin and end, over their area and less special values, if it is known.
    pub extent: Option<Extent>,
    /// How many threads may look at the numbers; 0 as 1.
    pub threads: usize,
}

/// Decides the colours of an aggregate: thresholds, palette and colors apart.
///
/// The layer's alpha multiplies the palette's; the background, if any, is composed beneath ([`over`]).
///
/// # Errors
/// [`FigureError`] if the colormap is not known, alpha is not between 0 and 1, or the limits are not usable.
pub fn shading(values: &dyn Bands, style: &Style) -> Result<Shading, FigureError> {
    shading_with(values, style, &colormap(&style.colormap)?, Setting::default())
}

/// As [`shading`], in the colors of a map and in a setting.
///
/// # Errors
/// As [`shading`].
pub fn shading_with(
    values: &dyn Bands,
    style: &Style,
    map: &Colormap,
    setting: Setting<'_>,
) -> Result<Shading, FigureError> {
    let Setting { area, whole, extent, threads } = setting;
    if !(0.0..=1.0).contains(&style.alpha) {
        return Err(FigureError::BadAlpha(style.alpha));
    }
    if style.special.len() > MAX_SPECIAL {
        return Err(FigureError::TooManySpecial(style.special.len()));
    }
    // Tables hold numbers that were cut off to bytes, which shows where they are mixed with what lies beneath.
    let more = if style.alpha < 1.0 { f64::from(HALF) } else { 0.0 };
    let count = colors_of(&style.norm);
    let palette =
        (0..count).map(|i| laid(map.resampled(i, count), more, f64::from(style.alpha), beneath(style))).collect();
    let [under, over, bad] = [style.under.or(map.under), style.over.or(map.over), style.bad.or(map.bad)];
    let ordinary = Ordinary::new(values, &style.special, area);
    let survey = Survey::new(&ordinary, extent, threads);
    let scale = Scale::new(&survey, &style.norm, style.limits, whole)?;
    let (is_count, unit) = (values.are_counts(), area.unwrap_or(1.0));
    let thresholds = match &scale {
        None => vec![u64::MAX; count - 1],
        Some(scale) => scale.thresholds(map, is_count, unit),
    };
    let between = scale.as_ref().filter(|_| area.is_some()).map(|scale| scale.thresholds(map, false, 1.0));
    let between = between.into_iter().flatten().map(|key| value_of(key, false, 1.0)).collect();
    // What is not below the last level is above it.
    let is_open = matches!(style.norm, Norm::Boundary(_));
    let limits = scale.map(|scale| scale.limits());
    let keys = limits.map(|limits| beyond(limits, is_open, is_count, unit));
    let mut apart = Vec::new();
    let mut add = |range: Option<(u64, u64)>, color: Option<Rgba>| {
        if let (Some((from, to)), Some(color)) = (range, color) {
            apart.push(Apart { from, to, color: seen(color, style) });
        }
    };
    add(keys.map(|(least, _)| (0, least)), under);
    add(keys.map(|(_, behind)| (behind, u64::MAX)), over);
    // Zero and below have no logarithm; a count is at least 1.
    add((style.norm == Norm::Log && !is_count).then(|| (0, f64_key(0.0) + 1)), bad);
    for special in &style.special {
        add(key_of(*special, is_count).map(|key| (key, key + 1)), Some(special.color));
    }
    let ends = [under, over, bad].map(|color| color.map(|color| seen(color, style)));
    let empty = beneath(style);
    let missing = ends[2].unwrap_or(empty);
    let extent = survey.known();
    Ok(Shading { thresholds, palette, empty, missing, apart, ends, limits, mixing: None, area, between, extent })
}

pub(super) fn beneath(style: &Style) -> [u8; 4] {
    match style.background {
        Background::None => [0; 4],
        Background::Color(Rgba(color)) => color,
    }
}

/// A color as it is seen: faded by the layer's alpha, over its background.
pub(super) fn seen(Rgba([r, g, b, a]): Rgba, style: &Style) -> [u8; 4] {
    laid([r, g, b, a], 0.0, f64::from(style.alpha), beneath(style))
}

/// A color of which there is so much (0 to 1) over another, some `more` than its bytes; rounded but once.
pub(super) fn laid([r, g, b, a]: [u8; 4], more: f64, alpha: f64, beneath: [u8; 4]) -> [u8; 4] {
    if beneath[3] == 0 {
        return over([r, g, b, faded(a, alpha)], beneath);
    }
    over_with([r, g, b].map(|c| f64::from(c) + more), f64::from(a) / 255.0 * alpha, beneath)
}

/// The first key at or above the low limit, and the first one above the high limit, or at it where the range is open.
fn beyond((low, high): (f64, f64), is_open: bool, is_count: bool, unit: f64) -> (u64, u64) {
    let value = |key: u64| if is_count { key as f64 / unit } else { f64_from_key(key) / unit };
    let first = |is_reached: &dyn Fn(f64) -> bool| {
        let (mut least, mut enough) =
            if is_count { (0, u64::MAX) } else { (f64_key(f64::NEG_INFINITY), f64_key(f64::INFINITY) + 1) };
        while least < enough {
            let middle = least + (enough - least) / 2;
            if is_reached(value(middle)) {
                enough = middle;
            } else {
                least = middle + 1;
            }
        }
        least
    };
    (first(&|v| v >= low), first(&|v| v > high || (is_open && v == high)))
}

/// The key of a special value, if some value can be that: 0 is no count, it is an empty pixel.
fn key_of(special: Special, is_count: bool) -> Option<u64> {
    if !is_count {
        return Some(f64_key(special.value));
    }
    let key = whole(special.value);
    (key > 0 && key < u64::MAX && key as f64 == special.value).then_some(key)
}

/// A byte of alpha times alpha 0 to 1, rounded.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates, which is the clamp")]
pub(super) fn faded(byte: u8, alpha: f64) -> u8 {
    (f64::from(byte) * alpha).round() as u8
}

#[cfg(test)]
#[path = "shading_tests.rs"]
mod tests;
