//! Lines of several parts of a field.

use super::{Contours, MAX_POINTS, Span, TraceError};

impl Contours {
    /// Adds the lines of another part of a field at the same levels.
    ///
    /// # Errors
    /// [`TraceError::TooMany`] points of both together.
    pub fn join(&mut self, mut other: Self) -> Result<(), TraceError> {
        let first = self.points.len();
        if first + other.points.len() > MAX_POINTS {
            return Err(TraceError::TooMany);
        }
        self.points.append(&mut other.points);
        let moved = |span: Span| Span { first: span.first + first, end: span.end + first, ..span };
        self.spans.extend(other.spans.into_iter().map(moved));
        self.spans.sort_by_key(|span| span.level);
        Ok(())
    }
}
