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
    /// Whether it was tried to open one.
    is_opened: bool,
    engine: Option<GpuEngine>,
    tiles: Option<(DataId, Reduce, Tiles)>,
    /// Data that does not fit.
    too_large: Option<DataId>,
    failures: u32,
}

impl Resident {
    /// Nothing yet: drivers take their time, and the first picture shall not wait for one.
    pub fn new(choice: EngineChoice) -> Self {
        Self { choice, is_opened: false, engine: None, tiles: None, too_large: None, failures: 0 }
    }

    /// Opens the GPU: hardware where the choice is left to us, any adapter where it is asked for.
    ///
    /// # Errors
    /// A GPU was asked for and there is none; the session then goes on without.
    fn open(&mut self) -> Result<(), WorkbenchError> {
        self.is_opened = true;
        if self.choice == EngineChoice::Cpu {
            return Ok(());
        }
        match GpuEngine::new() {
            Ok(engine) if engine.is_hardware() || self.choice == EngineChoice::Gpu => self.engine = Some(engine),
            Err(error) if self.choice == EngineChoice::Gpu => return Err(error.into()),
            _ => {}
        }
        Ok(())
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
        if *id != data.id || *reduce != plan.reduce || plan.not_for_gpu().is_some() {
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
    /// A stop, data that cannot be read, or, once, that a GPU was asked for and there is none.
    pub fn take_in(&mut self, data: &OpenData, plan: &FramePlan, progress: &Progress) -> Result<(), WorkbenchError> {
        let is_here = |tiles: &(DataId, Reduce, Tiles)| tiles.0 == data.id && tiles.1 == plan.reduce;
        if plan.not_for_gpu().is_some() {
            return Ok(());
        }
        if !self.is_opened {
            self.open()?;
        }
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
        self.engine = None;
        // Made anew when rows are next taken in.
        self.is_opened = self.failures >= FAILURES;
        Ok(())
    }
}
