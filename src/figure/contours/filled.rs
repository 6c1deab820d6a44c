//! Filled contours: one color between two levels, which is what a boundary norm gives of values that change evenly from
//! cell to cell.

use crate::figure::bands::{Bands, Ordinary};
use crate::figure::error::FigureError;
use crate::figure::norm::Scale;
use crate::figure::shading::Setting;
use crate::figure::survey::Survey;
use crate::scene::contour::LevelChoice;
use crate::scene::style::{Extend, Levels, MAX_LEVELS, Norm, Style};

use super::levels;

/// The style of a layer with its levels in the place of its norm. What lies beyond the outermost levels has colors of its
/// own. A style whose norm has levels already stays as it is, and so does one of a field without two levels.
///
/// The extent of the numbers is put into the setting.
///
/// # Errors
/// Limits that no levels lie between.
pub fn filled_style(
    values: &dyn Bands,
    style: &Style,
    choice: &LevelChoice,
    setting: &mut Setting<'_>,
) -> Result<Style, FigureError> {
    if let Norm::Boundary(_) = style.norm {
        return Ok(style.clone());
    }
    let ordinary = Ordinary::new(values, &style.special, setting.area);
    let survey = Survey::new(&ordinary, setting.extent, setting.threads);
    let scale = Scale::new(&survey, &Norm::Linear, style.limits, None)?;
    setting.extent = survey.known();
    let Some(scale) = scale else { return Ok(style.clone()) };
    let (low, high) = scale.limits();
    let mut values = levels(choice, low, high)?;
    if values.len() < 2 {
        return Ok(style.clone());
    }
    values.truncate(MAX_LEVELS);
    let levels = Levels { values, extend: Extend::Both, is_proportional: false };
    Ok(Style { norm: Norm::Boundary(levels), limits: crate::scene::style::Limits::default(), ..style.clone() })
}
