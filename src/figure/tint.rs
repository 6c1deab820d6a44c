//! Layers of one color.

use crate::aggregate::ordered::f64_key;
use crate::scene::style::{Background, Rgba};

use super::error::FigureError;
use super::norm::{COLORS, Shading};
use super::shading::laid;

/// The colors of a layer that has but one. Counts have all of it wherever anything fell; reals are the share (0 to 1) of
/// it that a pixel gets.
///
/// # Errors
/// [`FigureError::BadAlpha`].
pub fn tint(are_shares: bool, Rgba(color): Rgba, alpha: f32, background: Background) -> Result<Shading, FigureError> {
    if !(0.0..=1.0).contains(&alpha) {
        return Err(FigureError::BadAlpha(alpha));
    }
    let beneath = match background {
        Background::None => [0; 4],
        Background::Color(Rgba(color)) => color,
    };
    let shade = |share: f64| laid(color, 0.0, f64::from(alpha) * share, beneath);
    let last = COLORS - 1;
    if !are_shares {
        return Ok(plain(vec![u64::MAX; last], vec![shade(1.0); COLORS], beneath));
    }
    // Color i stands for shares that are rounded to i of 255.
    #[expect(clippy::cast_precision_loss, reason = "at most 255")]
    let share = |i: usize| i as f64 / last as f64;
    let thresholds = (1..COLORS).map(|i| f64_key((share(i) + share(i - 1)) / 2.0)).collect();
    Ok(plain(thresholds, (0..COLORS).map(|i| shade(share(i))).collect(), beneath))
}

fn plain(thresholds: Vec<u64>, palette: Vec<[u8; 4]>, empty: [u8; 4]) -> Shading {
    let missing = empty;
    Shading {
        between: Vec::new(),
        thresholds,
        palette,
        empty,
        missing,
        apart: Vec::new(),
        ends: [None; 3],
        limits: None,
        mixing: None,
        extent: None,
        area: None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::shade::shade;
    use super::*;
    use crate::aggregate::Values;

    #[test]
    fn a_pixel_gets_its_share_of_the_color() {
        let (red, white) = (Rgba([255, 0, 0, 255]), Background::Color(Rgba([255; 4])));
        let colors = tint(true, red, 1.0, white).unwrap();
        let values = Values::Real(vec![f64::NAN, 1.0 / 64.0, 0.25, 0.5, 63.0 / 64.0, 1.0]);
        let picture = shade(&values, 6, 1, &colors, 2);
        let greens: Vec<u8> = picture.pixels.chunks(4).map(|pixel| pixel[1]).collect();
        assert_eq!(greens, [255, 251, 191, 127, 4, 0]);
        let faint = tint(true, red, 0.5, Background::None).unwrap();
        let alphas: Vec<u8> = shade(&values, 6, 1, &faint, 2).pixels.chunks(4).map(|pixel| pixel[3]).collect();
        assert_eq!(alphas, [0, 2, 32, 64, 126, 128]);
        let counts = shade(&Values::Count(vec![0, 1, 9999]), 3, 1, &tint(false, red, 1.0, white).unwrap(), 2);
        assert_eq!(counts.pixels, [255, 255, 255, 255, 255, 0, 0, 255, 255, 0, 0, 255]);
        assert!(tint(false, red, 1.5, white).is_err());
    }
}
