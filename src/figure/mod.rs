//! Pixels for people: from an aggregate's numbers to colours.
//!
//! The colour step is exact and the same on every engine, because it is decided once, on the host, in f64:
//! [`shading::shading`] turns values and a style into integer thresholds and a palette (256 colours, or one for each region of
//! levels), with colors apart for what lies beyond the limits and for special values. An engine, CPU ([`shade::shade`]) or GPU, then only compares integers and copies four bytes.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`mod@colormap`] | the tables of 256 colours, by name and from the text of files |
//! | [`mod@norm`] | norms and limits: where a value stands between the first and the last colour |
//! | [`mod@shading`] | thresholds and palette: which number gets which colour |
//! | [`mod@survey`] | the ends of an aggregate's numbers, found out once |
//! | [`mod@shade`] | values and thresholds to an image; composing one colour over another |
//! | [`mod@spread`] | numbers spread onto the pixels around their own, before they become colours |
//! | [`mod@histogram`] | how an aggregate's values are spread, for dragging limits on |
//! | [`mod@readout`] | what the cursor points at, as text |
//! | [`mod@image`] | RGBA images and their comparer |
//! | [`mod@error`] | what can go wrong here |

pub mod axes;
pub mod bands;
pub mod categories;
pub mod colorbar;
pub mod colormap;
pub mod composite;
pub mod contours;
mod coverage;
pub mod equalize;
pub mod error;
pub mod frame;
pub mod histogram;
pub mod image;
pub mod norm;
pub mod painter;
mod parts;
pub mod readout;
pub mod shade;
pub mod shading;
pub mod spread;
mod stats;
pub mod strips;
pub mod survey;
pub mod text;
pub mod ticks;
pub mod tint;
mod vectors;

pub use colormap::{Colormap, colormap};
pub use error::FigureError;
pub use image::{Image, max_channel_difference};
pub use shade::shade;
pub use shading::{Shading, shading, shading_with};
