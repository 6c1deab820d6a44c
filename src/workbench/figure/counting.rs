//! The numbers of a figure's layers, in as few passes over the data as there can be.

use std::sync::Arc;

use crate::aggregate::cpu;
use crate::data::{Progress, Table};
use crate::plan::FramePlan;
use crate::scene::layer::Layer;

use super::super::{Engine, Workbench, WorkbenchError};
use super::Counted;
use super::numbers::Numbers;

/// Layers that are to be counted.
pub(super) struct Wanted<'a> {
    /// The tables that they are read from, and the numbers of the layers that these are of.
    pub tables: &'a [&'a Table],
    pub hosts: &'a [usize],
    pub layers: &'a [Layer],
    pub plans: &'a [FramePlan],
    /// Numbers of the layers that are seen.
    pub visible: &'a [usize],
}

impl Workbench {
    /// The numbers of the layers that are seen. Layers of the same rows and plan share them; those that differ in the reduction
    /// alone share a pass, where memory has room for it.
    pub(super) fn count_layers(
        &self,
        wanted: &Wanted<'_>,
        progress: &Progress,
    ) -> Result<Vec<Counted>, WorkbenchError> {
        let Wanted { tables, hosts, layers, plans, visible } = *wanted;
        // Where one layer must be counted in bands, all are kept in files: memory is for one picture.
        let cells = plans[0].view.cells() as u64 * 12;
        let spare = cells.saturating_mul(visible.len().saturating_sub(1) as u64);
        let mut counted: Vec<Option<Counted>> = vec![None; visible.len()];
        for at in 0..visible.len() {
            let i = visible[at];
            let is_same = |j: &usize| plans[*j] == plans[i] && hosts[*j] == hosts[i];
            if let Some(earlier) = visible[..at].iter().position(is_same) {
                counted[at] = counted[earlier].clone().map(|earlier| Counted { passes: 0, ..earlier });
            }
            if counted[at].is_some() {
                continue;
            }
            let threads = if spare > self.picture_bytes / 2 { None } else { self.threads_for_whole(&plans[i]) };
            let Some(threads) = threads else {
                counted[at] = Some(self.kept(tables[i], &layers[i], &plans[i], progress)?);
                continue;
            };
            let group = self.group(wanted, at, &counted, threads);
            if let [_] = group.as_slice() {
                counted[at] = Some(self.whole(threads, tables[i], &plans[i], progress)?);
                continue;
            }
            let together: Vec<&FramePlan> = group.iter().map(|at| &plans[visible[*at]]).collect();
            for (place, found) in group.iter().zip(self.wholes_together(threads, tables[i], &together, progress)?) {
                counted[*place] = Some(found);
            }
        }
        Ok(counted.into_iter().flatten().collect())
    }

    /// The places, among the layers that are seen, of those that are counted in one pass with the one at a place, itself the
    /// first.
    fn group(&self, wanted: &Wanted<'_>, at: usize, counted: &[Option<Counted>], threads: usize) -> Vec<usize> {
        let Wanted { hosts, plans, visible, .. } = *wanted;
        let mut group = vec![at];
        let Engine::Cpu(_) = self.engine else { return group };
        let mut chosen = vec![&plans[visible[at]]];
        for other in at + 1..visible.len() {
            let plan = &plans[visible[other]];
            let joins = counted[other].is_none()
                && hosts[visible[other]] == hosts[visible[at]]
                && plan.shares_pass_with(chosen[0])
                && !chosen.contains(&plan);
            if !joins {
                continue;
            }
            chosen.push(plan);
            if self.fits_whole(&chosen, threads) {
                group.push(other);
            } else {
                chosen.pop();
            }
        }
        group
    }

    /// Numbers of several plans from one pass.
    fn wholes_together(
        &self,
        threads: usize,
        table: &Table,
        plans: &[&FramePlan],
        progress: &Progress,
    ) -> Result<Vec<Counted>, WorkbenchError> {
        progress.restart();
        let Engine::Cpu(mut options) = self.engine else { return Ok(Vec::new()) };
        options.reading.threads = options.reading.threads.min(threads);
        let found = cpu::aggregate_together(table, plans, options, progress)?;
        let counted = found.into_iter().enumerate().map(|(number, aggregate)| Counted {
            accounting: aggregate.accounting,
            numbers: Numbers::Whole(Arc::new(aggregate)),
            engine: self.used.clone(),
            passes: u32::from(number == 0),
            cells: None,
        });
        Ok(counted.collect())
    }
}
