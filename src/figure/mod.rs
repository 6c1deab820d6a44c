//! Pixels for people: from an aggregate's numbers to colours.
//!
//! The colour step is exact and the same on every engine, because it is decided once, on the host, in f64:
//! [`norm::shading`] turns values and a style into 255 integer thresholds and a palette of 256 colours. An engine,
//! CPU ([`shade::shade`]) or GPU, then only compares integers and copies four bytes.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`mod@colormap`] | the tables of 256 colours, by name |
//! | [`mod@norm`] | norms, limits, thresholds: which value gets which colour |
//! | [`mod@shade`] | values and thresholds to an image; composing one colour over another |
//! | [`mod@spread`] | numbers spread onto the pixels around their own, before they become colours |
//! | [`mod@histogram`] | how an aggregate's values are spread, for dragging limits on |
//! | [`mod@readout`] | what the cursor points at, as text |
//! | [`mod@image`] | RGBA images and their comparer |
//! | [`mod@error`] | what can go wrong here |

pub mod axes;
pub mod bands;
pub mod colorbar;
pub mod colormap;
pub mod composite;
mod coverage;
mod equalize;
pub mod error;
pub mod frame;
pub mod histogram;
pub mod image;
pub mod norm;
pub mod painter;
pub mod readout;
pub mod shade;
pub mod spread;
mod stats;
pub mod strips;
pub mod text;
pub mod ticks;
pub mod tint;

pub use colormap::{Colormap, colormap};
pub use error::FigureError;
pub use image::{Image, max_channel_difference};
pub use norm::{Shading, shading};
pub use shade::shade;
