//! What open files hold, all of it: what `scumble info` says, read on a thread of its own.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};

use crate::data::Progress;
use crate::data::parallel::Reading;
use crate::workbench::WorkbenchError;
use crate::workbench::grid_info::{GridsInfo, grids_info};
use crate::workbench::info::{DatasetInfo, dataset_info};

use super::threads::{is_stop, survive};
use super::{OpenData, Wake, manners, start};

/// What is in one file.
#[derive(Debug, Clone)]
pub enum FileInfo {
    /// A table: every column was read.
    Table(DatasetInfo),
    /// Grids, of which no value was read.
    Grids(GridsInfo),
}

/// A report in the making; it is given up when this is dropped.
#[derive(Debug)]
pub struct Reporting {
    told: Receiver<Result<FileInfo, String>>,
    progress: Arc<Progress>,
    is_done: bool,
}

impl OpenData {
    /// Begins to find out what its files hold, in their order; `wake` is called whenever there is news. One core at most is
    /// kept busy, and stands back for pictures.
    #[must_use]
    pub fn report(self: &Arc<Self>, wake: Wake) -> Reporting {
        let (send, told) = channel();
        let progress = Arc::new(Progress::default());
        let (data, seen, failed) = (Arc::clone(self), Arc::clone(&progress), send.clone());
        let read = move || {
            manners::stand_back();
            data.tell(&send, &seen, &wake);
            // Whoever waits learns from the end of the channel that this was all.
            drop(send);
            wake();
        };
        if let Err(error) = start("scumble-info", read) {
            let _ = failed.send(Err(error.to_string()));
        }
        Reporting { told, progress, is_done: false }
    }

    fn tell(&self, send: &Sender<Result<FileInfo, String>>, progress: &Progress, wake: &Wake) {
        let reading = Reading { threads: 1, ..Reading::default() };
        let tables = self
            .datasets()
            .iter()
            .map(|dataset| survive(|| Ok(Some(FileInfo::Table(dataset_info(dataset, reading, progress)?)))));
        let is_table = !self.datasets().is_empty();
        let grids = self
            .files
            .iter()
            .filter(|_| !is_table)
            .map(|file| survive(|| Ok(grids_info(&file.path)?.map(FileInfo::Grids))));
        for found in tables.chain(grids) {
            let told = match found {
                Ok(None) => continue,
                Ok(Some(info)) => Ok(info),
                Err(error) if is_stop(&error) => return,
                Err(error) => Err(WorkbenchError::to_string(&error)),
            };
            if send.send(told).is_err() {
                return;
            }
            wake();
        }
    }
}

impl Reporting {
    /// What has been found out of the next file, if it has.
    pub fn poll(&mut self) -> Option<Result<FileInfo, String>> {
        match self.told.try_recv() {
            Ok(told) => Some(told),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => {
                self.is_done = true;
                None
            }
        }
    }

    /// Whether all has been told.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.is_done
    }

    /// Rows read of the file that it is at.
    #[must_use]
    pub fn rows_read(&self) -> u64 {
        self.progress.rows()
    }
}

impl Drop for Reporting {
    fn drop(&mut self) {
        self.progress.cancel();
    }
}
