//! Limits of the whole data, found out in the background where a view does not show all of it.

use std::sync::PoisonError;

use crate::aggregate::cpu::{self, CpuOptions};
use crate::data::Progress;
use crate::plan::{self, FramePlan};
use crate::scene::layer::Layer;
use crate::workbench::whole::{Ends, fitted, is_wanted};
use crate::workbench::{WorkbenchError, plans_of};

use super::{DataId, FrameStatus, Looks, Shared, Shown, Wish};

/// Views of all data whose ends are remembered.
const KEPT: usize = 64;

/// The ends of whole data that are known, the newest last.
pub(super) type Known = Vec<(DataId, FramePlan, Ends)>;

/// The plans of layers with all of their data in view, if enough is known of it.
fn plans(wishes: &[Wish]) -> Option<Vec<FramePlan>> {
    let layers: Vec<Layer> = wishes.iter().map(|wish| fitted(&wish.layer)).collect();
    let facts: Vec<_> = wishes.iter().map(|wish| wish.data.facts(wish.data.known())).collect();
    plans_of(&layers, &facts).ok()
}

impl Shared {
    fn ends(&self, data: DataId, plan: &FramePlan) -> Option<Ends> {
        let known = self.wholes.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().rev().find(|(id, known, _)| *id == data && known == plan).map(|(.., ends)| *ends)
    }

    fn remember(&self, data: DataId, plan: FramePlan, ends: Ends) {
        let mut known = self.wholes.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT {
            known.remove(0);
        }
        known.push((data, plan, ends));
    }

    /// Remembers the ends of a frame that shows all of the data, where somebody is interested.
    fn note(&self, shown: &Shown, looks: &Looks) -> Result<(), WorkbenchError> {
        let has_all = |wish: &Wish| wish.layer.x.range.is_none() && wish.layer.y.range.is_none();
        if shown.status != FrameStatus::Exact || !looks.layers.iter().any(|look| look.style.limits.has_data()) {
            return Ok(());
        }
        for (wish, layer) in shown.wishes.iter().zip(&shown.layers).filter(|(wish, _)| has_all(wish)) {
            if self.ends(wish.data.id, &layer.plan).is_none() {
                self.remember(wish.data.id, layer.plan, Ends::of(&layer.aggregate.values)?);
            }
        }
        Ok(())
    }

    /// Looks with values in the place of limits of the whole data. What is not known yet stays as it is, and is found out.
    pub(super) fn resolved(&self, shown: &Shown, mut looks: Looks) -> Result<Looks, WorkbenchError> {
        self.note(shown, &looks)?;
        let layers = shown.wishes.iter().zip(&mut looks.layers);
        let wanting: Vec<bool> = layers.map(|(wish, look)| is_wanted(&wish.layer, look.style.limits)).collect();
        if !wanting.contains(&true) {
            return Ok(looks);
        }
        let plans = plans(&shown.wishes);
        let mut is_missing = false;
        for (i, wish) in shown.wishes.iter().enumerate().filter(|(i, _)| wanting.get(*i) == Some(&true)) {
            let ends = plans.as_ref().and_then(|plans| self.ends(wish.data.id, &plans[i]));
            match ends {
                Some(ends) => {
                    let style = &mut looks.layers[i].style;
                    style.limits = ends.put_into(style.limits, style.norm);
                }
                None => is_missing = true,
            }
        }
        // A preview is for the moment: what it lacks need not be found out.
        if is_missing && shown.status == FrameStatus::Exact {
            *self.wants_whole.lock().unwrap_or_else(PoisonError::into_inner) = Some(shown.wishes.clone());
            self.engine.offer(super::Job::Whole);
        }
        Ok(looks)
    }

    /// Finds out what the painter lacks, unless somebody waits for a frame.
    pub(super) fn find_whole(&self, options: CpuOptions, progress: &Progress) -> Result<(), WorkbenchError> {
        let wanted = self.wants_whole.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(wishes) = wanted.filter(|_| !self.engine.has_newer()) else { return Ok(()) };
        for wish in &wishes {
            let missing = wish.data.missing(plan::stats_needed(&fitted(&wish.layer), wish.data.kinds()));
            wish.data.learn(missing, options.reading, progress, &|| true)?;
        }
        let Some(plans) = plans(&wishes) else { return Ok(()) };
        for (wish, plan) in wishes.iter().zip(plans) {
            if self.ends(wish.data.id, &plan).is_none() {
                progress.restart();
                let aggregate = cpu::aggregate(&wish.data.table, &plan, options, progress)?;
                self.remember(wish.data.id, plan, Ends::of(&aggregate.values)?);
            }
        }
        self.paint.put((), None);
        Ok(())
    }
}
