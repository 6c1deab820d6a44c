//! Frames that will probably be asked for next, worked out while nobody waits: the steps that follow in the direction in
//! which a person goes through a field. Their numbers are made by the engine's thread, their colors by the painter's, so
//! that a frame is ready when its turn comes; at most [`MOST`] are kept.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::plan::FramePlan;

use super::painting::Painting;
use super::{Looks, Painted, Shown, ShownLayer, Wish};

/// Frames that are worked out ahead, at most.
pub const MOST: usize = 2;

/// Pixels of all layers up to which [`MOST`] frames are worked out ahead; up to four times as many, one is.
const PIXELS: u64 = 4 << 20;

/// What tells a frame ahead from what data is learned (see [`super::desk::Desk::put`]).
const AHEAD: u64 = 1 << 63;

/// A frame with its colors, and the painter's memory of it.
pub(super) struct Ready {
    pub painted: Painted,
    pub painter: Painting,
}

/// A frame ahead.
struct Frame {
    key: u64,
    wishes: Vec<Wish>,
    shown: Option<Arc<Shown>>,
    ready: Option<Ready>,
    /// Nothing comes of it, or not in these looks.
    is_given_up: bool,
}

/// The frames ahead, the next one first.
#[derive(Default)]
pub(super) struct Ahead(Mutex<State>);

#[derive(Default)]
struct State {
    frames: Vec<Frame>,
    /// The one that was asked for since.
    claimed: Option<u64>,
    last: u64,
}

/// How many frames may be worked out ahead.
pub fn room_for(wishes: &[Wish]) -> usize {
    let pixels = |wish: &Wish| u64::from(wish.layer.size.width) * u64::from(wish.layer.size.height);
    match wishes.iter().map(pixels).sum::<u64>() {
        pixels if pixels <= PIXELS => MOST,
        pixels if pixels <= 4 * PIXELS => 1,
        _ => 0,
    }
}

fn is_same(a: &[Wish], b: &[Wish]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.data.id == b.data.id && a.layer == b.layer)
}

impl Ahead {
    /// Every change is done with before the lock is given back.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is to be worked out from now on, the next frame first; of others nothing is kept.
    pub fn expect(&self, wanted: Vec<Vec<Wish>>) {
        let mut state = self.state();
        let mut known = std::mem::take(&mut state.frames);
        let claimed = state.claimed;
        let kept = known.extract_if(.., |frame| Some(frame.key) == claimed).collect::<Vec<_>>();
        for wishes in wanted.into_iter().take(MOST) {
            let frame = match known.iter().position(|frame| is_same(&frame.wishes, &wishes)) {
                Some(place) => Frame { is_given_up: false, ..known.swap_remove(place) },
                None => {
                    state.last += 1;
                    Frame { key: AHEAD | state.last, wishes, shown: None, ready: None, is_given_up: false }
                }
            };
            state.frames.push(frame);
        }
        state.frames.extend(kept);
    }

    /// Somebody asks for a frame: the key of it, if it is one of those ahead.
    pub fn claim(&self, wishes: &[Wish]) -> Option<u64> {
        let mut state = self.state();
        state.claimed = state.frames.iter().find(|frame| is_same(&frame.wishes, wishes)).map(|frame| frame.key);
        state.claimed
    }

    /// Forgets colors, which are to be others.
    pub fn forget_colors(&self) {
        for frame in &mut self.state().frames {
            frame.ready = None;
            frame.is_given_up = true;
        }
    }

    /// The layers of a frame, if they were worked out.
    pub fn layers(&self, key: Option<u64>) -> Option<Vec<ShownLayer>> {
        let state = self.state();
        let frame = state.frames.iter().find(|frame| Some(frame.key) == key)?;
        frame.shown.as_ref().map(|shown| shown.layers.clone())
    }

    /// A frame whose numbers are to be worked out.
    pub fn next(&self) -> Option<(u64, Vec<Wish>)> {
        let state = self.state();
        let claimed = state.claimed;
        let is_missing = |frame: &&Frame| frame.shown.is_none() && !frame.is_given_up && Some(frame.key) != claimed;
        state.frames.iter().find(is_missing).map(|frame| (frame.key, frame.wishes.clone()))
    }

    /// Takes in numbers; none, if there are none to be had.
    pub fn take_in(&self, key: u64, shown: Option<Shown>) {
        if let Some(frame) = self.state().frames.iter_mut().find(|frame| frame.key == key) {
            frame.is_given_up |= shown.is_none();
            frame.shown = shown.map(Arc::new);
        }
    }

    /// A frame that is to be given colors.
    pub fn next_unpainted(&self) -> Option<(u64, Arc<Shown>)> {
        let state = self.state();
        let claimed = state.claimed;
        let wanting = |frame: &&Frame| frame.ready.is_none() && !frame.is_given_up && Some(frame.key) != claimed;
        state.frames.iter().filter(wanting).find_map(|frame| Some((frame.key, Arc::clone(frame.shown.as_ref()?))))
    }

    /// Takes in colors; none, if there are none to be had.
    pub fn take_in_colors(&self, key: u64, ready: Option<Ready>) {
        if let Some(frame) = self.state().frames.iter_mut().find(|frame| frame.key == key) {
            frame.is_given_up |= ready.is_none();
            frame.ready = ready;
        }
    }

    /// The colors of numbers in some looks, if they were made ahead.
    pub fn ready(&self, shown: &Shown, looks: &Looks) -> Option<Ready> {
        let mut state = self.state();
        let is_it = |frame: &&mut Frame| {
            frame
                .ready
                .as_ref()
                .is_some_and(|ready| ready.painted.looks == *looks && is_of(&ready.painted.shown.layers, &shown.layers))
        };
        state.frames.iter_mut().find(is_it)?.ready.take()
    }
}

/// Whether layers have the very same numbers.
fn is_of(a: &[ShownLayer], b: &[ShownLayer]) -> bool {
    let plan = |layer: &ShownLayer| -> FramePlan { layer.plan };
    let is_same = |(a, b): (&ShownLayer, &ShownLayer)| Arc::ptr_eq(&a.aggregate, &b.aggregate) && plan(a) == plan(b);
    a.len() == b.len() && a.iter().zip(b).all(is_same)
}
