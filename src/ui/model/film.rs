//! Movies of what is shown.

use std::sync::Arc;

use crate::studio::Order;

use super::super::filming::{Ending, Filming};
use super::Model;

impl Model {
    /// Films the figure in the background; one movie at a time.
    pub fn film(&mut self, order: Order) {
        if self.filming.is_some() {
            self.notices.note("another movie is being made; wait for its end, or cancel it");
            return;
        }
        match Filming::of_steps(order, self.data.clone(), self.threads, Arc::clone(&self.wake)) {
            Ok(filming) => self.filming = Some(filming),
            Err(error) => self.notices.error(error.to_string()),
        }
    }

    /// The movie in the making.
    pub fn filming(&self) -> Option<&Filming> {
        self.filming.as_ref()
    }

    /// Tells how a movie ended.
    pub(super) fn take_movie(&mut self) {
        match self.filming.as_ref().and_then(Filming::poll) {
            Some(Ending::Well(said)) => self.notices.note(said),
            Some(Ending::Badly(said)) => self.notices.error(said),
            None => return,
        }
        self.filming = None;
    }
}

impl Drop for Model {
    /// A movie is made whole before the window is gone.
    fn drop(&mut self) {
        if let Some(filming) = &self.filming {
            filming.finish();
        }
    }
}
