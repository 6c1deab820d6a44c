//! Contour lines, and those of several parts of a field.

use super::{MAX_POINTS, TraceError};

/// Contour lines, those of the lowest level first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contours {
    pub(super) points: Vec<[f64; 2]>,
    pub(super) spans: Vec<Span>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span {
    pub(super) level: u16,
    pub(super) is_closed: bool,
    pub(super) first: usize,
    pub(super) end: usize,
}

/// One contour line; greater values are to its left where x rises along rows and y from row to row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line<'a> {
    /// Which of the levels it is of, counted from 0.
    pub level: usize,
    /// Whether it comes back to where it begins; then its last point is the first again.
    pub is_closed: bool,
    /// Its points, x and y: at least two, no two in a row equal.
    pub points: &'a [[f64; 2]],
}

impl Contours {
    /// The lines, in the order of levels.
    pub fn lines(&self) -> impl ExactSizeIterator<Item = Line<'_>> {
        self.spans.iter().map(|span| Line {
            level: usize::from(span.level),
            is_closed: span.is_closed,
            points: self.points.get(span.first..span.end).unwrap_or_default(),
        })
    }

    /// The number of points of all lines.
    #[must_use]
    pub fn point_count(&self) -> usize {
        self.points.len()
    }

    /// The same lines with every point elsewhere, such as on the pixels of a view or on a map.
    #[must_use]
    pub fn map(mut self, place: impl Fn([f64; 2]) -> [f64; 2]) -> Self {
        self.points.iter_mut().for_each(|point| *point = place(*point));
        self
    }

    /// The same lines of levels that are so many further.
    pub(super) fn raised(mut self, by: usize) -> Self {
        let by = u16::try_from(by).unwrap_or(u16::MAX);
        self.spans.iter_mut().for_each(|span| span.level = span.level.saturating_add(by));
        self
    }

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
