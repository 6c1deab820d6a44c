//! What the whole data says of colors, found out in the background where a view does not show all of it.

use std::sync::{Arc, PoisonError};

use crate::aggregate::cpu::{self, CpuOptions};
use crate::data::Progress;
use crate::plan::{self, FramePlan};
use crate::scene::layer::Layer;
use crate::scene::spread::{Merge, Spread};
use crate::scene::style::{Norm, Per, Special};
use crate::workbench::figure::spread_aggregate;
use crate::workbench::whole::{Whole, fitted, is_shown, is_wanted};
use crate::workbench::{WorkbenchError, plans_of};

use super::{DataId, FrameStatus, LayerLook, Looks, Shared, Shown, Wish};

/// Views of all data of which something is remembered.
const KEPT: usize = 64;

/// What is said by a layer's whole data depends on: the plan with all in view, how numbers are spread, and values that take
/// no part.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Basis {
    data: DataId,
    plan: FramePlan,
    spread: (Spread, Merge),
    special: Vec<Special>,
}

/// What whole data says, where that is known, the newest last.
pub(super) type Known = Vec<(Basis, Whole)>;

/// Layers of whose whole data the painter wants to know something, and how each looks.
pub(super) type Wanted = Vec<(Wish, LayerLook)>;

/// How the numbers of a layer are spread.
fn spread(look: &LayerLook, wish: &Wish) -> (Spread, Merge) {
    (look.spread, look.spread.merge_for(&wish.layer.reduction))
}

/// The plans of layers with all of their data in view, if enough is known of it.
fn plans(wishes: &[Wish]) -> Option<Vec<FramePlan>> {
    let layers: Vec<Layer> = wishes.iter().map(|wish| fitted(&wish.layer)).collect();
    let facts: Vec<_> = wishes.iter().map(|wish| wish.data.facts(wish.data.known())).collect();
    plans_of(&layers, &facts).ok()
}

impl Shown {
    /// Whether nothing about the colors of its layers is still to be found out.
    pub(super) fn has_limits(&self, resolved: &Looks) -> bool {
        !resolved.layers.iter().take(self.wishes.len()).any(|look| is_wanted(&look.style) && look.whole.is_none())
    }
}

impl Shared {
    /// What is known of the whole data, if it is enough for a norm.
    fn whole(&self, basis: &Basis, norm: &Norm) -> Option<Whole> {
        let known = self.wholes.lock().unwrap_or_else(PoisonError::into_inner);
        let is_enough = |(known, whole): &&(Basis, Whole)| known == basis && whole.suffices(norm);
        known.iter().rev().find(is_enough).map(|(_, whole)| whole.clone())
    }

    fn remember(&self, basis: Basis, whole: Whole) {
        let mut known = self.wholes.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT {
            known.remove(0);
        }
        known.push((basis, whole));
    }

    /// Remembers what a frame that shows all of the data says, where somebody is interested.
    fn note(&self, shown: &Shown, looks: &Looks) -> Result<(), WorkbenchError> {
        if shown.status != FrameStatus::Exact {
            return Ok(());
        }
        let layers = shown.wishes.iter().zip(&shown.layers).zip(&looks.layers);
        for ((wish, layer), look) in layers.filter(|((wish, _), look)| is_shown(&wish.layer) && is_wanted(&look.style))
        {
            let spread = spread(look, wish);
            let basis = Basis { data: wish.data.id, plan: layer.plan, spread, special: look.style.special.clone() };
            if self.whole(&basis, &look.style.norm).is_none() {
                let numbers = spread_aggregate(&layer.aggregate, spread.0, spread.1, self.reading.threads)?;
                let whole =
                    Whole::of(&numbers.values, &basis.special, layer.plan.area(Per::Area), true, self.reading.threads)?;
                self.remember(basis, whole);
            }
        }
        Ok(())
    }

    /// Looks with what the whole data says in the place of what is left to it. What is not known yet stays as it is, and is
    /// found out.
    pub(super) fn resolved(&self, shown: &Shown, mut looks: Looks) -> Result<Looks, WorkbenchError> {
        if !looks.layers.iter().any(|look| is_wanted(&look.style)) {
            return Ok(looks);
        }
        self.note(shown, &looks)?;
        let plans = plans(&shown.wishes);
        let mut is_missing = false;
        let layers = shown.wishes.iter().zip(&mut looks.layers).enumerate();
        for (i, (wish, look)) in layers.filter(|(_, (_, look))| is_wanted(&look.style)) {
            let (spread, special) = (spread(look, wish), look.style.special.clone());
            let basis = |plan: &FramePlan| Basis { data: wish.data.id, plan: *plan, spread, special };
            let whole = plans.as_ref().and_then(|plans| self.whole(&basis(&plans[i]), &look.style.norm));
            match whole {
                Some(whole) => {
                    let is_over_area = look.style.per == Per::Area;
                    look.whole = whole.put_into(&mut look.style, is_over_area);
                }
                None => is_missing = true,
            }
        }
        // A preview is for the moment: what it lacks need not be found out.
        if is_missing && shown.status == FrameStatus::Exact {
            let wanted = shown.wishes.iter().cloned().zip(looks.layers.iter().cloned()).collect();
            *self.wants_whole.lock().unwrap_or_else(PoisonError::into_inner) = Some(wanted);
            self.engine.offer(super::Job::Whole);
        }
        Ok(looks)
    }

    /// Finds out what the painter lacks, unless somebody waits for a frame.
    pub(super) fn find_whole(&self, options: CpuOptions, progress: &Progress) -> Result<(), WorkbenchError> {
        let wanted = self.wants_whole.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(wanted) = wanted.filter(|_| !self.engine.has_newer()) else { return Ok(()) };
        let (wishes, looks): (Vec<Wish>, Vec<LayerLook>) = wanted.into_iter().unzip();
        for wish in &wishes {
            let missing = wish.data.missing(plan::stats_needed(&fitted(&wish.layer), wish.data.kinds()));
            wish.data.learn(missing, options.reading, progress, &|| true)?;
        }
        let Some(plans) = plans(&wishes) else { return Ok(()) };
        for ((wish, plan), LayerLook { style, spread, .. }) in wishes.iter().zip(plans).zip(looks) {
            let spread = (spread, spread.merge_for(&wish.layer.reduction));
            let basis = Basis { data: wish.data.id, plan, spread, special: style.special };
            if self.whole(&basis, &style.norm).is_none() {
                progress.restart();
                if let Some(field) = wish.data.table.field() {
                    let colors = (basis.special.as_slice(), &style.norm);
                    let whole = Whole::of_field(field, colors, self.reading.threads, progress)?;
                    self.remember(basis, whole);
                    continue;
                }
                let aggregate = Arc::new(cpu::aggregate(&wish.data.table, &plan, options, progress)?);
                let numbers = spread_aggregate(&aggregate, spread.0, spread.1, self.reading.threads)?;
                let whole =
                    Whole::of(&numbers.values, &basis.special, plan.area(Per::Area), true, self.reading.threads)?;
                self.remember(basis, whole);
            }
        }
        self.ahead.forget_colors();
        self.paint.put(super::threads::PaintJob::Latest, None);
        Ok(())
    }
}
