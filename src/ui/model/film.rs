//! Movies of what is shown.

use std::sync::Arc;

use crate::studio::Order;
use crate::workbench::follow::Following;

use super::super::filming::{Ending, Filming};
use super::Model;

impl Model {
    /// Films the figure in the background, the steps that there are or also those that come; one movie at a time.
    pub fn film(&mut self, order: Order, goes_on: bool) {
        if self.filming.is_some() {
            self.notices.note("another movie is being made; wait for its end, or cancel it");
            return;
        }
        let (wake, path) = (Arc::clone(&self.wake), order.path.clone());
        let filming = if goes_on {
            Filming::of_what_comes(path, Arc::new(Following::default()), move || Ok(order), self.threads, wake)
        } else {
            Filming::of_steps(order, self.data.clone(), self.threads, wake)
        };
        match filming {
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
