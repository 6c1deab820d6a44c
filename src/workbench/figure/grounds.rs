//! What lies beneath layers.

use crate::figure::axes::Theme;
use crate::scene::style::{Background, Rgba, Style};

/// The background that a plot has under a theme, unless another is asked for.
#[must_use]
pub fn default_background(theme: Theme) -> Background {
    Background::Color(match theme {
        Theme::Dark => Rgba([0, 0, 0, 255]),
        Theme::Light => Rgba([255, 255, 255, 255]),
    })
}

/// A background as bytes: red, green, blue, alpha.
#[must_use]
pub fn ground(background: Background) -> [u8; 4] {
    match background {
        Background::None => [0; 4],
        Background::Color(Rgba(color)) => color,
    }
}

/// What lies beneath the colors of a layer already.
pub(super) fn ground_under(style: &Style) -> Option<[u8; 4]> {
    match style.background {
        Background::None => None,
        Background::Color(Rgba(color)) => Some(color),
    }
}
