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

use super::{DataId, FrameStatus, LayerLook, Looks, Shared, Shown, ShownLayer, Wish};

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

/// What whole data says, the newest last.
#[derive(Default)]
pub(super) struct Known {
    found: Vec<(Basis, Whole)>,
    /// What the first exact frame says that was shown before the whole was known. It stands in until then, so that colors
    /// do not move with every view.
    stand_ins: Vec<(StandInFor, Whole)>,
}

/// For what a frame stands in: the data, the layer with all in view, and how its numbers are spread.
#[derive(Debug, Clone, PartialEq)]
struct StandInFor {
    data: DataId,
    layer: Layer,
    spread: (Spread, Merge),
    special: Vec<Special>,
}

/// Looks with what the whole data says in the place of what is left to it.
pub(super) struct Resolved {
    pub looks: Looks,
    /// Whether all of that is known. Else the colors are those of a preview.
    pub is_settled: bool,
}

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

/// Adds to what is remembered, and forgets the oldest where that gets too much.
fn push<T>(known: &mut Vec<T>, new: T) {
    if known.len() >= KEPT {
        known.remove(0);
    }
    known.push(new);
}

impl Shared {
    /// What is known of the whole data, if it is enough for a norm.
    fn whole(&self, basis: &Basis, norm: &Norm) -> Option<Whole> {
        let known = self.wholes.lock().unwrap_or_else(PoisonError::into_inner);
        let is_enough = |(known, whole): &&(Basis, Whole)| known == basis && whole.suffices(norm);
        known.found.iter().rev().find(is_enough).map(|(_, whole)| whole.clone())
    }

    /// What stands in for what is not known yet: what the first exact frame says.
    fn stand_in(
        &self,
        (wish, layer): (&Wish, &ShownLayer),
        look: &LayerLook,
        status: FrameStatus,
    ) -> Result<Option<Whole>, WorkbenchError> {
        let (spread, special) = (spread(look, wish), look.style.special.clone());
        let what = StandInFor { data: wish.data.id, layer: fitted(&wish.layer).without_colors(), spread, special };
        let known = || self.wholes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, whole)) = known().stand_ins.iter().find(|(known, _)| *known == what) {
            return Ok(Some(whole.clone()));
        }
        if status != FrameStatus::Exact {
            return Ok(None);
        }
        let whole = self.of_frame(layer, spread, &what.special)?;
        push(&mut known().stand_ins, (what, whole.clone()));
        Ok(Some(whole))
    }

    /// What the numbers of a frame say.
    fn of_frame(
        &self,
        layer: &ShownLayer,
        spread: (Spread, Merge),
        special: &[Special],
    ) -> Result<Whole, WorkbenchError> {
        let threads = self.reading.threads;
        let numbers = spread_aggregate(&layer.aggregate, spread.0, spread.1, threads)?;
        Ok(Whole::of(&numbers.values, special, layer.plan.area(Per::Area), true, threads)?)
    }

    fn remember(&self, basis: Basis, whole: Whole) {
        push(&mut self.wholes.lock().unwrap_or_else(PoisonError::into_inner).found, (basis, whole));
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
                let whole = self.of_frame(layer, spread, &basis.special)?;
                self.remember(basis, whole);
            }
        }
        Ok(())
    }

    /// Looks with what the whole data says in the place of what is left to it. What is not known yet is found out; a frame
    /// stands in for it until then.
    pub(super) fn resolved(&self, shown: &Shown, mut looks: Looks) -> Result<Resolved, WorkbenchError> {
        let is_seen = |look: &LayerLook| look.visible && is_wanted(&look.style);
        if !looks.layers.iter().any(is_seen) {
            return Ok(Resolved { looks, is_settled: true });
        }
        self.note(shown, &looks)?;
        let plans = plans(&shown.wishes);
        let wanted = looks.layers.clone();
        let mut is_missing = false;
        let layers = shown.wishes.iter().zip(&shown.layers).zip(&mut looks.layers).enumerate();
        for (i, ((wish, layer), look)) in layers.filter(|(_, (_, look))| is_seen(look)) {
            let (spread, special) = (spread(look, wish), look.style.special.clone());
            let basis = |plan: &FramePlan| Basis { data: wish.data.id, plan: *plan, spread, special };
            let whole = plans.as_ref().and_then(|plans| self.whole(&basis(&plans[i]), &look.style.norm));
            is_missing |= whole.is_none();
            let whole = match whole {
                Some(whole) => Some(whole),
                None => self.stand_in((wish, layer), look, shown.status)?,
            };
            if let Some(whole) = whole {
                let is_over_area = look.style.per == Per::Area;
                look.whole = whole.put_into(&mut look.style, is_over_area);
            }
        }
        // A preview is for the moment: what it lacks need not be found out.
        if is_missing && shown.status == FrameStatus::Exact {
            let wanted = shown.wishes.iter().cloned().zip(wanted).collect();
            *self.wants_whole.lock().unwrap_or_else(PoisonError::into_inner) = Some(wanted);
            self.engine.offer(super::Job::Whole);
        }
        Ok(Resolved { looks, is_settled: !is_missing })
    }

    /// What the painter lacks, unless somebody waits for a frame.
    pub(super) fn wanted(&self) -> Option<Wanted> {
        let wanted = self.wants_whole.lock().unwrap_or_else(PoisonError::into_inner).take();
        wanted.filter(|_| !self.engine.has_newer())
    }

    /// Finds out what the painter lacks.
    pub(super) fn find_whole(
        &self,
        wanted: Wanted,
        options: CpuOptions,
        progress: &Progress,
    ) -> Result<(), WorkbenchError> {
        let (wishes, looks): (Vec<Wish>, Vec<LayerLook>) = wanted.into_iter().unzip();
        for wish in &wishes {
            let missing = wish.data.missing(plan::stats_needed(&fitted(&wish.layer), wish.data.kinds()));
            wish.data.learn(missing, options.reading, progress, &|| true)?;
        }
        let Some(plans) = plans(&wishes) else { return Ok(()) };
        let mut is_news = false;
        let looks = looks.into_iter().zip(wishes.iter().zip(plans));
        for (LayerLook { style, spread, .. }, (wish, plan)) in
            looks.filter(|(look, _)| look.visible && is_wanted(&look.style))
        {
            let spread = (spread, spread.merge_for(&wish.layer.reduction));
            let basis = Basis { data: wish.data.id, plan, spread, special: style.special };
            if self.whole(&basis, &style.norm).is_none() {
                is_news = true;
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
        if is_news {
            self.ahead.forget_colors();
            self.paint.put(super::threads::PaintJob::Latest, None);
        }
        Ok(())
    }
}
