//! Which layers are read together: those of the same rows, whatever becomes of these.

use crate::data::table::Part;
use crate::data::{Progress, Table};
use crate::plan::{self, ColumnFacts, VALUE, X, Y};
use crate::scene::layer::Layer;
use crate::scene::reduction::Reduction;

use super::sources::Sources;
use super::words::{texts, times};
use super::{Facts, Workbench, WorkbenchError};

/// For each layer the number of the one whose table it is read from: its own, an earlier one of the same sources, or, where it
/// needs no value column, one that has such a column besides.
pub(super) fn hosts(layers: &[(&Sources, &Table)]) -> Vec<usize> {
    let holds = |host: usize, guest: usize| {
        let ((host, its), (guest, own)) = (layers[host], layers[guest]);
        let is_same =
            host == guest || (guest.value.is_none() && *host == Sources { value: host.value.clone(), ..guest.clone() });
        is_same && are_of_same_files(its, own)
    };
    let of = |guest: usize| {
        let mut others = (0..layers.len()).filter(|host| holds(*host, guest));
        let first = others.clone().next();
        others.find(|host| layers[*host].0.value.is_some()).or(first).unwrap_or(guest)
    };
    (0..layers.len()).map(of).collect()
}

/// Whether all files of `own` are, in the state in which they were opened, among those of `its`.
fn are_of_same_files(its: &Table, own: &Table) -> bool {
    let files = |table: &Table| -> Vec<_> {
        let mappings = table.parts().iter().flat_map(Part::mappings);
        mappings.map(|map| (map.path().to_owned(), map.facts())).collect()
    };
    let its = files(its);
    files(own).iter().all(|file| its.contains(file))
}

impl Workbench {
    /// What must be known of the columns of layers, each read from the table of its host: one pass for each host.
    pub(super) fn facts_together(
        &self,
        tables: &[&Table],
        layers: &[Layer],
        hosts: &[usize],
        progress: &Progress,
    ) -> Result<Vec<Facts>, WorkbenchError> {
        let mut facts: Vec<Facts> = vec![[None; 3]; layers.len()];
        for host in (0..layers.len()).filter(|i| hosts.contains(i)) {
            let table = tables[host];
            let guests = || (0..layers.len()).filter(|i| hosts[*i] == host);
            let kinds_of = |i: usize| [table.kind(X), table.kind(Y), tables[i].kind(VALUE)];
            let mut needed = [false; 3];
            for i in guests() {
                let its = plan::stats_needed(&layers[i], kinds_of(i));
                needed.iter_mut().zip(its).for_each(|(all, this)| *all |= this);
            }
            let stats = self.stats(table, needed, progress)?;
            for i in guests() {
                let mut stats = stats;
                if let Reduction::By { .. } = layers[i].reduction {
                    progress.restart();
                    stats[VALUE] = Some(table.find_categories(self.reading, progress)?.stats());
                }
                let (kinds, times, texts) = (kinds_of(i), times(tables[i]), texts(tables[i]));
                let facts_of = |c: usize| {
                    Some(ColumnFacts { kind: kinds[c]?, stats: stats[c], time: times[c], is_text: texts[c] })
                };
                facts[i] = std::array::from_fn(facts_of);
            }
        }
        Ok(facts)
    }
}
