//! Pace: how many rows a dispatch takes, so that none is long and the device never waits for the host.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::aggregate::EngineError;

use super::device::Gpu;

/// How long a dispatch shall take. Two are in flight, so that a frame that is cancelled leaves the device within 50 ms.
const TARGET: Duration = Duration::from_millis(16);
const IN_FLIGHT: usize = 2;

/// Fewest rows of a dispatch: it costs the host some 50 µs.
const LEAST_ROWS: u32 = 1 << 14;

/// Rows of a dispatch of one kind, as measured so far; kept by the engine from frame to frame.
#[derive(Debug)]
pub struct Pace(AtomicU32);

impl Pace {
    /// A cautious beginning: hardware does some 10⁹ rows a second, a program on the CPU 10⁷.
    pub fn new(is_hardware: bool) -> Self {
        Self(AtomicU32::new(if is_hardware { 1 << 22 } else { 1 << 16 }))
    }

    /// Rows that the next dispatch should take.
    pub fn rows(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    /// Learns from a dispatch.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate may be rounded, and is clamped"
    )]
    fn note(&self, rows: u32, took: Duration) {
        let now = self.rows();
        // A remainder tells more of what a dispatch costs than of its rows.
        if rows < now / 2 {
            return;
        }
        let factor = (TARGET.as_secs_f64() / took.as_secs_f64().max(1e-6)).clamp(0.25, 2.0);
        let next = (f64::from(rows) * factor) as u32;
        self.0.store(next.clamp(LEAST_ROWS, 1 << 30), Ordering::Relaxed);
    }
}

/// A dispatch that was submitted.
#[derive(Debug)]
struct Sent {
    submission: wgpu::SubmissionIndex,
    rows: u32,
    at: Instant,
}

/// Dispatches on their way.
#[derive(Debug, Default)]
pub struct InFlight {
    sent: VecDeque<Sent>,
    last_done: Option<Instant>,
}

impl InFlight {
    /// Submits a dispatch of `rows` rows, waiting for the oldest where too many are in flight.
    ///
    /// # Errors
    /// [`EngineError::DeviceLost`], [`EngineError::Gpu`].
    pub fn submit(
        &mut self,
        gpu: &Gpu,
        commands: wgpu::CommandBuffer,
        rows: u32,
        pace: &Pace,
        doing: &'static str,
    ) -> Result<(), EngineError> {
        while self.sent.len() >= IN_FLIGHT
            && let Some(oldest) = self.sent.pop_front()
        {
            gpu.wait(Some(oldest.submission), doing)?;
            let done = Instant::now();
            // It began when it was sent, or when the one before it was done.
            let began = self.last_done.map_or(oldest.at, |last| last.max(oldest.at));
            pace.note(oldest.rows, done - began);
            self.last_done = Some(done);
        }
        let submission = gpu.queue.submit([commands]);
        self.sent.push_back(Sent { submission, rows, at: Instant::now() });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dispatches_come_to_take_the_time_wanted() {
        let pace = Pace::new(false);
        // 10 million rows a second, then 100 times as many, then as before.
        for rate in [1e7, 1e9, 1e7] {
            for _ in 0..40 {
                let rows = pace.rows();
                pace.note(rows, Duration::from_secs_f64(f64::from(rows) / rate));
            }
            let took = f64::from(pace.rows()) / rate;
            assert!((took / TARGET.as_secs_f64() - 1.0).abs() < 0.03, "{took} s at {rate} rows a second");
        }
    }

    #[test]
    fn remainders_and_hiccups_do_not_stop_the_pace() {
        let pace = Pace::new(false);
        let before = pace.rows();
        pace.note(before / 3, Duration::from_secs(5));
        assert_eq!(pace.rows(), before);
        pace.note(before, Duration::from_secs(5));
        assert_eq!(pace.rows(), LEAST_ROWS.max(before / 4));
        pace.note(pace.rows(), Duration::ZERO);
        assert!(pace.rows() > LEAST_ROWS);
    }
}
