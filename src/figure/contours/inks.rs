//! Colors of lines that are read on whatever lies beneath: the ink of a ground, and a halo that sets it off from layers of
//! colors.

use crate::figure::axes::Theme;
use crate::scene::style::{Background, Rgba};

/// How far a halo reaches beyond a line, in CSS pixels.
pub(super) const HALO: f64 = 1.2;

/// What lines are painted with where they have no color of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inks {
    /// The lines.
    pub line: Rgba,
    /// Beneath them, wider: the opposite of the ink, and translucent.
    pub halo: Rgba,
}

/// Near-black on light, and near-white on dark.
const ON_LIGHT: Inks = Inks { line: Rgba([24, 28, 36, 255]), halo: Rgba([255, 255, 255, 150]) };
const ON_DARK: Inks = Inks { line: Rgba([240, 243, 248, 255]), halo: Rgba([10, 12, 16, 130]) };

impl Inks {
    /// Those for a ground, or where there is none, for a theme's.
    #[must_use]
    pub fn on(ground: Background, theme: Theme) -> Self {
        let is_dark = match ground {
            Background::Color(color) if color.0[3] >= 128 => is_dark(color),
            _ => theme == Theme::Dark,
        };
        if is_dark { ON_DARK } else { ON_LIGHT }
    }

    /// The halo of lines and labels of a color of their own.
    #[must_use]
    pub fn around(color: Rgba) -> Rgba {
        if is_dark(color) { ON_LIGHT.halo } else { ON_DARK.halo }
    }
}

/// Whether white has more contrast with it than black: by the relative luminance of WCAG 2, where both have the same at 0.179.
fn is_dark(Rgba([r, g, b, _]): Rgba) -> bool {
    let linear = |byte: u8| {
        let share = f64::from(byte) / 255.0;
        if share <= 0.040_45 { share / 12.92 } else { libm::pow((share + 0.055) / 1.055, 2.4) }
    };
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) < 0.179
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ink_is_that_of_the_ground() {
        let ground = |text: &str| -> Background { text.parse().unwrap() };
        for (text, theme, wanted) in [
            ("black", Theme::Light, ON_DARK),
            ("white", Theme::Dark, ON_LIGHT),
            ("none", Theme::Dark, ON_DARK),
            ("none", Theme::Light, ON_LIGHT),
            ("#ffffff20", Theme::Dark, ON_DARK),
            ("navy", Theme::Light, ON_DARK),
            ("#757575", Theme::Light, ON_DARK),
            ("#777777", Theme::Dark, ON_LIGHT),
        ] {
            assert_eq!(Inks::on(ground(text), theme), wanted, "{text}");
        }
        assert_eq!(Inks::around(ON_LIGHT.line), ON_LIGHT.halo);
        assert_eq!(Inks::around(ON_DARK.line), ON_DARK.halo);
    }
}
