//! What the person asked to see: axes, views, marks, reductions and styles.
//!
//! Nothing here knows of files, engines or windows; everything can be saved.

pub mod aspect;
pub mod axis;
pub mod blend;
pub mod contour;
pub mod edge;
pub mod hatch;
pub mod history;
pub mod lattice;
pub mod layer;
pub mod mark;
pub mod navigate;
pub mod reduction;
pub mod spread;
pub mod style;
mod view_error;
pub mod written;
