//! The figure around a plot, for those who show or write it: what the painter offers, under one roof.

pub use crate::figure::axes::{Look, Theme, ThemeColors, compose, surroundings};
pub use crate::figure::colorbar::{ColorBar, Sign, entry_places, place_with_more, quantity as bar_label};
pub use crate::figure::frame::{BarName, BarPlace, FigureText, FrameRequest, Layout, layout};
pub use crate::figure::histogram::Histogram;
pub use crate::figure::image::Image;
pub use crate::figure::readout::{categories as categories_text, coordinate as coordinate_text, value as value_text};
pub use crate::figure::readout::{exact_moment, moment};
pub use crate::figure::text::FONT;
pub use crate::figure::ticks::{Quantity, TimeUnit};
