//! A layer's numbers, in memory or put aside.

use std::ops::Range;
use std::sync::Arc;

use crate::aggregate::{Aggregate, Values};
use crate::figure::FigureError;
use crate::figure::bands::Bands;
use crate::figure::spread::{InMemory, Lines, Source};
use crate::scene::spread::{Merge, Reach, Spread};

use super::super::kept::Kept;

/// A layer's numbers, which layers that ask for the same share.
#[derive(Clone)]
pub(in crate::workbench) enum Numbers {
    Whole(Arc<Aggregate>),
    Kept(Arc<Kept>),
}

impl Numbers {
    pub(super) fn bands(&self) -> &dyn Bands {
        match self {
            Self::Whole(aggregate) => &aggregate.values,
            Self::Kept(kept) => kept.as_ref(),
        }
    }

    /// Pixels that have a number.
    pub(super) fn lit(&self) -> u64 {
        let lit = match self {
            Self::Kept(kept) => return kept.occupied(),
            Self::Whole(aggregate) => match &aggregate.values {
                Values::Count(counts) => counts.iter().filter(|count| **count > 0).count(),
                Values::Categories(by) => by.totals().iter().filter(|count| **count > 0).count(),
                Values::Real(reals) => reals.iter().filter(|v| !v.is_nan()).count(),
            },
        };
        lit as u64
    }

    /// Some rows of `width` pixels, 0 being the lowest.
    pub(in crate::workbench) fn lines(&self, lines: Range<u32>, width: u32) -> Result<Values, FigureError> {
        match self {
            Self::Whole(aggregate) => Ok(aggregate.values.lines(lines, width as usize)),
            Self::Kept(kept) => kept.lines(lines),
        }
    }

    /// The same numbers spread, in a picture of some size: in memory or put aside, as they are.
    pub(super) fn spread(
        self,
        spread: Spread,
        merge: Merge,
        (width, height): (u32, u32),
        threads: usize,
    ) -> Result<Self, FigureError> {
        if spread.is_none() {
            return Ok(self);
        }
        match self {
            Self::Whole(aggregate) => Ok(Self::Whole(spread_aggregate(&aggregate, spread, merge, threads)?)),
            Self::Kept(kept) => {
                let source = Source { lines: kept.as_ref(), width, height, threads };
                let spread = Spread { reach: Reach::Fixed(source.px(spread.reach)?), ..spread };
                if spread.is_none() {
                    return Ok(Self::Kept(kept));
                }
                let mut made = Kept::of_planes(width, kept.are_counts(), kept.planes())?;
                source.spread(spread, merge, |values| made.append(&values))?;
                Ok(Self::Kept(Arc::new(made)))
            }
        }
    }
}

/// The same aggregate with its numbers spread; the very same where nothing is to be spread.
pub(in crate::workbench) fn spread_aggregate(
    aggregate: &Arc<Aggregate>,
    spread: Spread,
    merge: Merge,
    threads: usize,
) -> Result<Arc<Aggregate>, FigureError> {
    if spread.is_none() {
        return Ok(Arc::clone(aggregate));
    }
    let Aggregate { width, height, accounting, ref values } = **aggregate;
    let source = Source { lines: &InMemory(values, width), width, height, threads };
    let spread = Spread { reach: Reach::Fixed(source.px(spread.reach)?), ..spread };
    if spread.is_none() {
        return Ok(Arc::clone(aggregate));
    }
    let values = source.spread_whole(spread, merge)?;
    Ok(Arc::new(Aggregate { width, height, values, accounting }))
}

impl Lines for Kept {
    fn lines(&self, lines: Range<u32>) -> Result<Values, FigureError> {
        Self::lines(self, lines)
    }
}
