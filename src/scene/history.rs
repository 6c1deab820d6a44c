//! What can be undone: states of anything, each with the name of the step that led to it.

use std::collections::VecDeque;

/// The most steps that can be undone.
pub const MOST_STEPS: usize = 500;

/// A state with its past and future.
///
/// Steps are named by what they did, as menus show it: `zoom` for "Undo zoom".
#[derive(Debug, Clone)]
pub struct History<T> {
    current: T,
    /// States before, oldest first, each with the step that left it.
    past: VecDeque<Step<T>>,
    /// States that were undone, the next one last, each with the step that leads to it.
    future: Vec<Step<T>>,
    /// The gesture that is under way.
    gesture: Option<String>,
}

#[derive(Debug, Clone)]
struct Step<T> {
    state: T,
    name: String,
}

impl<T: Clone + PartialEq> History<T> {
    /// A state without a past.
    pub fn new(state: T) -> Self {
        Self { current: state, past: VecDeque::new(), future: Vec::new(), gesture: None }
    }

    /// The state as it is now.
    pub fn current(&self) -> &T {
        &self.current
    }

    /// A new step; what had been undone is forgotten, and a gesture under way ends. Does nothing where the state is
    /// the current one.
    pub fn change(&mut self, name: impl Into<String>, state: T) {
        self.settle();
        self.push(name.into(), state);
    }

    /// One change out of a gesture, for example of a slider that is dragged: changes with the same name, one after
    /// another, are a single step until [`History::settle`], or another step, ends it.
    ///
    /// A gesture that comes back to where it began leaves no step.
    pub fn amend(&mut self, name: impl Into<String>, state: T) {
        let name = name.into();
        if self.gesture.as_ref() != Some(&name) {
            self.settle();
        }
        if self.gesture.is_none() {
            if self.push(name.clone(), state) {
                self.gesture = Some(name);
            }
            return;
        }
        self.current = state;
    }

    /// Ends the gesture under way, if there is one.
    pub fn settle(&mut self) {
        let nothing_came_of_it = self.past.back().is_some_and(|step| step.state == self.current);
        if self.gesture.take().is_some() && nothing_came_of_it {
            self.past.pop_back();
        }
    }

    /// Replaces the current state without a step: what the person did not do, such as the fit of a view to data that
    /// has just been read, or to the size of the window.
    pub fn replace(&mut self, state: T) {
        self.current = state;
    }

    /// Goes back one step; says whether there was one. Ends a gesture first.
    pub fn undo(&mut self) -> bool {
        self.settle();
        let Some(Step { state, name }) = self.past.pop_back() else {
            return false;
        };
        self.future.push(Step { state: std::mem::replace(&mut self.current, state), name });
        true
    }

    /// Does the step that was undone last again; says whether there was one. Ends a gesture first.
    pub fn redo(&mut self) -> bool {
        self.settle();
        let Some(Step { state, name }) = self.future.pop() else {
            return false;
        };
        self.past.push_back(Step { state: std::mem::replace(&mut self.current, state), name });
        true
    }

    /// The state that [`History::undo`] leads to.
    pub fn previous(&self) -> Option<&T> {
        self.past.back().map(|step| &step.state)
    }

    /// Whether a step can be undone.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether an undone step can be done again.
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }

    /// The name of the step that [`History::undo`] takes back.
    pub fn undo_name(&self) -> Option<&str> {
        self.past.back().map(|step| step.name.as_str())
    }

    /// The name of the step that [`History::redo`] does again.
    pub fn redo_name(&self) -> Option<&str> {
        self.future.last().map(|step| step.name.as_str())
    }

    /// Names of the steps that can be undone, the latest first.
    pub fn undo_names(&self) -> impl Iterator<Item = &str> {
        self.past.iter().rev().map(|step| step.name.as_str())
    }

    /// Whether the state changed.
    fn push(&mut self, name: String, state: T) -> bool {
        if state == self.current {
            return false;
        }
        if self.past.len() >= MOST_STEPS {
            self.past.pop_front();
        }
        self.past.push_back(Step { state: std::mem::replace(&mut self.current, state), name });
        self.future.clear();
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn steps_are_undone_and_done_again() {
        let mut history = History::new(0);
        assert!(!history.undo() && !history.redo() && !history.can_undo() && !history.can_redo());
        history.change("zoom", 1);
        history.change("color map", 2);
        history.change("nothing", 2);
        assert_eq!(history.undo_names().collect::<Vec<_>>(), ["color map", "zoom"]);
        assert!(history.undo());
        assert_eq!(
            (*history.current(), history.undo_name(), history.redo_name()),
            (1, Some("zoom"), Some("color map"))
        );
        assert!(history.redo());
        assert_eq!((*history.current(), history.redo_name()), (2, None));
        assert!(history.undo() && history.undo());
        assert_eq!((*history.current(), history.can_undo()), (0, false));
        history.change("pan", 9);
        assert!(!history.can_redo());
        assert!(history.undo());
        assert_eq!(*history.current(), 0);
    }

    #[test]
    fn a_gesture_is_one_step() {
        let mut history = History::new(0);
        for v in 1..=100 {
            history.amend("alpha", v);
        }
        history.settle();
        history.amend("alpha", 200);
        history.amend("pan", 300);
        history.amend("pan", 301);
        history.change("fit", 5);
        assert_eq!(history.undo_names().collect::<Vec<_>>(), ["fit", "pan", "alpha", "alpha"]);
        let mut seen = Vec::new();
        while history.undo() {
            seen.push(*history.current());
        }
        assert_eq!(seen, [301, 200, 100, 0]);
    }

    #[test]
    fn a_gesture_that_comes_back_leaves_nothing() {
        let mut history = History::new(0);
        history.change("zoom", 1);
        history.amend("pan", 2);
        history.amend("pan", 1);
        history.settle();
        assert_eq!((history.undo_name(), *history.current()), (Some("zoom"), 1));
        history.amend("pan", 1);
        assert_eq!(history.undo_name(), Some("zoom"));
        // Two like states from ordinary steps stay apart.
        history.change("there", 2);
        history.change("back", 1);
        history.settle();
        assert_eq!(history.undo_names().count(), 3);
    }

    #[test]
    fn an_undo_within_a_gesture_takes_back_all_of_it() {
        let mut history = History::new(0);
        history.amend("pan", 1);
        history.amend("pan", 2);
        assert!(history.undo());
        assert_eq!(*history.current(), 0);
        history.amend("pan", 7);
        assert_eq!((*history.current(), history.undo_names().count(), history.can_redo()), (7, 1, false));
    }

    #[test]
    fn memory_is_bounded() {
        let mut history = History::new(0);
        for v in 1..=3 * MOST_STEPS {
            history.change("step", v);
        }
        let mut steps = 0;
        while history.undo() {
            steps += 1;
        }
        assert_eq!((steps, *history.current()), (MOST_STEPS, 2 * MOST_STEPS));
        while history.redo() {}
        assert_eq!(*history.current(), 3 * MOST_STEPS);
    }

    proptest! {
        /// Against a plain list of states with a place in it.
        #[test]
        fn it_is_a_list_with_a_place(moves in prop::collection::vec((0..4, 0..5), 0..200)) {
            let (mut history, mut list, mut place) = (History::new(0), vec![0], 0);
            for (kind, v) in moves {
                match kind {
                    0 => {
                        let undone = history.undo();
                        prop_assert_eq!(undone, place > 0);
                        place -= usize::from(undone);
                    }
                    1 => {
                        let redone = history.redo();
                        prop_assert_eq!(redone, place + 1 < list.len());
                        place += usize::from(redone);
                    }
                    _ => {
                        history.change("x", v);
                        if list[place] != v {
                            list.truncate(place + 1);
                            list.push(v);
                            place += 1;
                        }
                    }
                }
                prop_assert_eq!(*history.current(), list[place]);
                prop_assert_eq!((history.can_undo(), history.can_redo()), (place > 0, place + 1 < list.len()));
            }
        }
    }
}
