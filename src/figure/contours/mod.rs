//! Contour lines of gridded fields: where a field passes a level.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`mod@levels`] | round numbers, steps: the levels that a range has |
//! | [`mod@trace`] | the lines, in the coordinates of the field |
//! | [`mod@paint`] | lines and labels as pixels |
//! | [`mod@labels`] | levels written on lines |
//! | [`mod@hatch`] | patterns of lines and dots where numbers meet a condition |

mod crowd;
mod filled;
pub mod hatch;
mod ink;
mod inks;
pub mod labels;
pub mod levels;
pub mod paint;
mod run;
mod sheet;
pub mod trace;

pub use filled::filled_style;
pub(super) use hatch::paint_swatch;
pub use hatch::{HatchSheet, condition_text};
pub use inks::Inks;
pub use labels::{Label, level_text};
pub use levels::{LevelError, levels};
pub(super) use paint::paint_line;
pub use paint::{Canvas, Drawing, Stroke};
pub use sheet::{Laid, LineSheet};
pub use trace::{Contours, Field, Line, Nodes, TraceError, trace};
