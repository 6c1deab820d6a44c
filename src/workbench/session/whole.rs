//! Limits of the whole data, found out in the background where a view does not show all of it.

use std::sync::{Arc, PoisonError};

use crate::aggregate::cpu::{self, CpuOptions};
use crate::data::Progress;
use crate::plan::{self, FramePlan};
use crate::scene::layer::Layer;
use crate::scene::spread::{Merge, Spread};
use crate::scene::style::Special;
use crate::workbench::figure::spread_aggregate;
use crate::workbench::whole::{Ends, fitted, is_wanted};
use crate::workbench::{WorkbenchError, plans_of};

use super::{DataId, FrameStatus, Looks, Shared, Shown, Wish};

/// Views of all data whose ends are remembered.
const KEPT: usize = 64;

/// What the ends of a layer's whole data depend on: the plan with all in view, how numbers are spread, and values that take
/// no part.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Basis {
    data: DataId,
    plan: FramePlan,
    spread: (Spread, Merge),
    special: Vec<Special>,
}

/// The ends of whole data that are known, the newest last.
pub(super) type Known = Vec<(Basis, Ends)>;

/// Layers of whose whole data the painter wants to know the limits, and how each looks.
pub(super) type Wanted = Vec<(Wish, (Spread, Merge), Vec<Special>)>;

/// How the numbers of a layer are spread, in looks.
fn spread(looks: &Looks, index: usize, wish: &Wish) -> (Spread, Merge) {
    let spread = looks.layers.get(index).map_or_else(Spread::default, |look| look.spread);
    (spread, spread.merge_for(&wish.layer.reduction))
}

/// The values of a layer that take no part, in looks.
fn special(looks: &Looks, index: usize) -> Vec<Special> {
    looks.layers.get(index).map_or_else(Vec::new, |look| look.style.special.clone())
}

/// The plans of layers with all of their data in view, if enough is known of it.
fn plans(wishes: &[Wish]) -> Option<Vec<FramePlan>> {
    let layers: Vec<Layer> = wishes.iter().map(|wish| fitted(&wish.layer)).collect();
    let facts: Vec<_> = wishes.iter().map(|wish| wish.data.facts(wish.data.known())).collect();
    plans_of(&layers, &facts).ok()
}

impl Shown {
    /// Whether no limits of its layers are still to be found out.
    pub(super) fn has_limits(&self, resolved: &Looks) -> bool {
        let mut layers = self.wishes.iter().zip(&resolved.layers);
        !layers.any(|(wish, look)| is_wanted(&wish.layer, look.style.limits))
    }
}

impl Shared {
    fn ends(&self, basis: &Basis) -> Option<Ends> {
        let known = self.wholes.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().rev().find(|(known, _)| known == basis).map(|(_, ends)| *ends)
    }

    fn remember(&self, basis: Basis, ends: Ends) {
        let mut known = self.wholes.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT {
            known.remove(0);
        }
        known.push((basis, ends));
    }

    /// Remembers the ends of a frame that shows all of the data, where somebody is interested.
    fn note(&self, shown: &Shown, looks: &Looks) -> Result<(), WorkbenchError> {
        // Of a field, a frame shows one step.
        let has_all = |wish: &Wish| {
            wish.layer.x.range.is_none() && wish.layer.y.range.is_none() && wish.data.table.field().is_none()
        };
        if shown.status != FrameStatus::Exact || !looks.layers.iter().any(|look| look.style.limits.has_data()) {
            return Ok(());
        }
        let layers = shown.wishes.iter().zip(&shown.layers).enumerate();
        for (i, (wish, layer)) in layers.filter(|(_, (wish, _))| has_all(wish)) {
            let (spread, special) = (spread(looks, i, wish), special(looks, i));
            let basis = Basis { data: wish.data.id, plan: layer.plan, spread, special };
            if self.ends(&basis).is_none() {
                let numbers = spread_aggregate(&layer.aggregate, spread.0, spread.1, self.reading.threads)?;
                let ends = Ends::of(&numbers.values, &basis.special)?;
                self.remember(basis, ends);
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
            let (spread, special) = (spread(&looks, i, wish), special(&looks, i));
            let style = &mut looks.layers[i].style;
            let basis = |plan: &FramePlan| Basis { data: wish.data.id, plan: *plan, spread, special: special.clone() };
            let ends = plans.as_ref().and_then(|plans| self.ends(&basis(&plans[i])));
            match ends {
                Some(ends) => {
                    let area = plans.as_ref().and_then(|plans| plans[i].area(style.per));
                    let ends = ends.over(area);
                    style.limits = ends.put_into(style.limits, &style.norm);
                }
                None => is_missing = true,
            }
        }
        // A preview is for the moment: what it lacks need not be found out.
        if is_missing && shown.status == FrameStatus::Exact {
            let wanted = |(i, wish): (usize, &Wish)| (wish.clone(), spread(&looks, i, wish), special(&looks, i));
            let wanted = shown.wishes.iter().enumerate().map(wanted).collect();
            *self.wants_whole.lock().unwrap_or_else(PoisonError::into_inner) = Some(wanted);
            self.engine.offer(super::Job::Whole);
        }
        Ok(looks)
    }

    /// Finds out what the painter lacks, unless somebody waits for a frame.
    pub(super) fn find_whole(&self, options: CpuOptions, progress: &Progress) -> Result<(), WorkbenchError> {
        let wanted = self.wants_whole.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(wanted) = wanted.filter(|_| !self.engine.has_newer()) else { return Ok(()) };
        let (wishes, kinds): (Vec<Wish>, Vec<_>) =
            wanted.into_iter().map(|(wish, spread, special)| (wish, (spread, special))).unzip();
        for wish in &wishes {
            let missing = wish.data.missing(plan::stats_needed(&fitted(&wish.layer), wish.data.kinds()));
            wish.data.learn(missing, options.reading, progress, &|| true)?;
        }
        let Some(plans) = plans(&wishes) else { return Ok(()) };
        for ((wish, plan), (spread, special)) in wishes.iter().zip(plans).zip(kinds) {
            let basis = Basis { data: wish.data.id, plan, spread, special };
            if self.ends(&basis).is_none() {
                progress.restart();
                if let Some(field) = wish.data.table.field() {
                    let ends = Ends::of_field(field, &basis.special, self.reading.threads, progress)?;
                    self.remember(basis, ends);
                    continue;
                }
                let aggregate = Arc::new(cpu::aggregate(&wish.data.table, &plan, options, progress)?);
                let numbers = spread_aggregate(&aggregate, spread.0, spread.1, self.reading.threads)?;
                let ends = Ends::of(&numbers.values, &basis.special)?;
                self.remember(basis, ends);
            }
        }
        self.ahead.forget_colors();
        self.paint.put(super::threads::PaintJob::Latest, None);
        Ok(())
    }
}
