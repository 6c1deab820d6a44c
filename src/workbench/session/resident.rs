//! Data that stays on a GPU between frames, so that frames that follow read no file at all.

use crate::aggregate::gpu::tiles::Tiles;
use crate::aggregate::gpu::{GpuEngine, GpuOptions};
use crate::aggregate::{Aggregate, EngineError};
use crate::data::{DataError, Progress};
use crate::plan::{FramePlan, Reduce};
use crate::workbench::{EngineChoice, EngineUsed, WorkbenchError};

use super::DataId;
use super::opened::OpenData;

/// Times that a GPU may fail before it is left alone.
const FAILURES: u32 = 3;

/// The GPU of a session, if it has one, and what lies on it.
pub struct Resident {
    choice: EngineChoice,
    engine: Option<GpuEngine>,
    tiles: Option<(DataId, Reduce, Tiles)>,
    /// Data that does not fit.
    too_large: Option<DataId>,
    failures: u32,
}

impl Resident {
    /// Opens the GPU: hardware where the choice is left to us, any adapter where it is asked for.
    ///
    /// # Errors
    /// A GPU was asked for and there is none; the session then goes on without.
    pub fn open(choice: EngineChoice) -> (Self, Option<WorkbenchError>) {
        let none = Self { choice, engine: None, tiles: None, too_large: None, failures: 0 };
        if choice == EngineChoice::Cpu {
            return (none, None);
        }
        match GpuEngine::new() {
            Ok(engine) if engine.is_hardware() || choice == EngineChoice::Gpu => {
                (Self { engine: Some(engine), ..none }, None)
            }
            Ok(_) => (none, None),
            Err(error) => (none, (choice == EngineChoice::Gpu).then(|| error.into())),
        }
    }

    /// The engine of frames that are drawn here.
    pub fn used(&self) -> Option<EngineUsed> {
        let engine = self.engine.as_ref()?;
        Some(EngineUsed { name: "gpu", adapter: engine.adapter_name(), reason: "the data stays on it" })
    }

    /// Draws a frame, if its rows are here; none if they are not, or the GPU has failed and another engine must do it.
    ///
    /// # Errors
    /// A stop.
    pub fn draw(
        &mut self,
        data: &OpenData,
        plan: &FramePlan,
        progress: &Progress,
    ) -> Result<Option<Aggregate>, WorkbenchError> {
        let (Some(engine), Some((id, reduce, tiles))) = (&self.engine, &self.tiles) else { return Ok(None) };
        if *id != data.id || *reduce != plan.reduce {
            return Ok(None);
        }
        match engine.aggregate_tiles(tiles, plan, GpuOptions::default(), progress) {
            Ok(aggregate) => Ok(Some(aggregate)),
            Err(error) => self.failed(error).map(|()| None),
        }
    }

    /// Takes the rows of some data in, for frames like `plan` that follow. What was here before goes.
    ///
    /// # Errors
    /// A stop, or data that cannot be read.
    pub fn take_in(&mut self, data: &OpenData, plan: &FramePlan, progress: &Progress) -> Result<(), WorkbenchError> {
        let is_here = |tiles: &(DataId, Reduce, Tiles)| tiles.0 == data.id && tiles.1 == plan.reduce;
        let Some(engine) = &self.engine else { return Ok(()) };
        if self.too_large == Some(data.id) || self.tiles.as_ref().is_some_and(is_here) {
            return Ok(());
        }
        self.tiles = None;
        match engine.upload(&data.table, plan, GpuOptions::default(), progress) {
            Ok(tiles) => self.tiles = Some((data.id, plan.reduce, tiles)),
            Err(EngineError::OverBudget { .. }) => self.too_large = Some(data.id),
            Err(error) => self.failed(error)?,
        }
        Ok(())
    }

    /// Forgets what a failed GPU held, and opens it anew a few times. Stops and faults of the data are passed on.
    fn failed(&mut self, error: EngineError) -> Result<(), WorkbenchError> {
        if let EngineError::Data(DataError::Cancelled) = error {
            return Err(error.into());
        }
        self.tiles = None;
        if let EngineError::Data(_) = error {
            return Err(error.into());
        }
        self.failures += 1;
        self.engine = if self.failures < FAILURES { Self::open(self.choice).0.engine } else { None };
        Ok(())
    }
}
