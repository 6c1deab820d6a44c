//! What the whole data says of the colors of a figure's layers.

use std::sync::PoisonError;

use crate::data::grid::Field;
use crate::data::{Progress, Table};
use crate::figure::FigureError;
use crate::figure::bands::Bands;
use crate::figure::equalize::Shares;
use crate::figure::frame::Layout;
use crate::scene::layer::Layer;
use crate::scene::style::{Norm, Special, Style};

use super::super::whole::{Whole, fitted, is_shown, is_wanted};
use super::super::{Facts, Workbench, WorkbenchError, plans_of};
use super::{FigureLayer, FigureRequest, MAX_LAYERS};

/// What is known of a field of so many steps, less some special values.
pub(in crate::workbench) struct KnownField {
    field: Field,
    steps: u64,
    special: Vec<Special>,
    whole: Whole,
}

/// Puts into a layer's style what the whole data says, which is what is in view where that is all there is.
pub(super) fn resolve(
    style: &mut Style,
    whole: Option<Whole>,
    (layer, area): (&Layer, Option<f64>),
    numbers: &dyn Bands,
    threads: usize,
) -> Result<Option<Shares>, FigureError> {
    let whole = match whole {
        None if is_wanted(style) && is_shown(layer) => {
            Some(Whole::of(numbers, &style.special, area, style.norm == Norm::EqHist, threads)?)
        }
        whole => whole,
    };
    Ok(whole.and_then(|whole| whole.put_into(style, area.is_some())))
}

impl Workbench {
    /// What the whole data says of those layers whose colors depend on it, where that is not in view: a pass for each.
    pub(super) fn wholes(
        &self,
        tables: &[&Table],
        request: &FigureRequest,
        layout: &Layout,
        progress: &Progress,
    ) -> Result<Vec<Option<Whole>>, WorkbenchError> {
        let layers = request.layers_of(tables, layout.plot_size());
        let wanted = |i: usize| request.layers[i].visible && is_wanted(&layers[i].style) && !is_shown(&layers[i]);
        let mut found = vec![None; layers.len()];
        if !(0..layers.len()).any(wanted) {
            return Ok(found);
        }
        let fitted: Vec<Layer> = layers.iter().map(fitted).collect();
        let pairs = tables.iter().zip(&fitted);
        let facts: Vec<Facts> =
            pairs.map(|(table, layer)| self.facts(table, layer, progress)).collect::<Result<_, _>>()?;
        let plans = plans_of(&fitted, &facts)?;
        for i in (0..layers.len()).filter(|i| wanted(*i)) {
            if let Some(field) = tables[i].field() {
                found[i] = Some(self.whole_field(field, &request.layers[i].style, progress)?);
                continue;
            }
            let counted = match self.threads_for_whole(&plans[i]) {
                Some(threads) => self.whole(threads, tables[i], &plans[i], progress)?,
                None => self.kept(tables[i], &fitted[i], &plans[i], progress)?,
            };
            let FigureLayer { spread, reduction, style, .. } = &request.layers[i];
            let numbers = self.spread(counted.numbers, *spread, reduction, (layout.plot.width, layout.plot.height))?;
            let (area, is_equalized) = (plans[i].area(style.per), style.norm == Norm::EqHist);
            found[i] = Some(Whole::of(numbers.bands(), &style.special, area, is_equalized, self.reading.threads)?);
        }
        Ok(found)
    }

    /// What is known of a field that steps are drawn of, found out if it is not: a pass or two over all steps.
    fn whole_field(&self, field: &Field, style: &Style, progress: &Progress) -> Result<Whole, WorkbenchError> {
        let special = &style.special;
        let known = || self.whole_fields.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known = |known: &&KnownField| {
            let is_same = known.field.is(field) && known.steps == field.steps() && known.special == *special;
            is_same && known.whole.suffices(&style.norm)
        };
        if let Some(known) = known().iter().find(is_known) {
            return Ok(known.whole.clone());
        }
        let whole = Whole::of_field(field, (special, &style.norm), self.reading.threads, progress)?;
        let (field, steps, special) = (field.clone(), field.steps(), special.clone());
        let mut known = known();
        known.truncate(MAX_LAYERS);
        known.insert(0, KnownField { field, steps, special, whole: whole.clone() });
        Ok(whole)
    }
}
