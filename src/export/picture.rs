//! Pictures as PNG.

use std::io::{self, Write};
use std::path::Path;
use std::sync::mpsc;
use std::thread;

use png::{BitDepth, ColorType, Compression, Encoder, EncodingError, PixelDimensions, Unit};

use crate::figure::FigureError;
use crate::figure::image::Image;
use crate::figure::strips::Strips;

use super::error::ExportError;
use super::output::Output;

/// Endings that are other formats' names: pictures, documents, movies, numbers, and figure files.
const OTHERS: &[&str] = &[
    "apng", "avi", "avif", "bmp", "csv", "emf", "eps", "exr", "gif", "heic", "html", "ico", "jp2", "jpeg", "jpg",
    "json", "jxl", "m4v", "mkv", "mov", "mp4", "nc", "npy", "npz", "pdf", "ppm", "ps", "svg", "svgz", "tga", "tif",
    "tiff", "toml", "txt", "webm", "webp",
];

/// The ending of a name that promises something else than a PNG. Devices and pipes may be called anything.
#[must_use]
pub fn other_ending(path: &Path) -> Option<&str> {
    let ending = path.extension()?.to_str()?;
    let is_other = OTHERS.iter().any(|other| ending.eq_ignore_ascii_case(other));
    let is_special = || path.metadata().is_ok_and(|facts| !facts.is_file());
    (is_other && !is_special()).then_some(ending)
}

/// What a PNG says beside its pixels.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Notes {
    /// Dots per inch, for those who print it.
    pub dpi: Option<f64>,
    /// The figure's title.
    pub title: Option<String>,
    /// The command line that makes the same file again; kept as the PNG's comment.
    pub command: Option<String>,
    /// A number of all that the figure is made of, which changes with any of it: the command may name a figure file.
    pub figure: Option<u64>,
}

/// The keyword of [`Notes::figure`].
pub(super) const FIGURE: &str = "Figure";

/// Writes a picture as PNG: RGB when every pixel is opaque, else RGBA with straight alpha. The same picture with the same
/// notes gives the same bytes, however it is cut into strips. Never more than a few strips are in memory.
///
/// # Errors
/// A full disk, a stop, a strip that cannot be made.
pub fn write_png(picture: &(dyn Strips + Sync), notes: &Notes, out: &mut Output<'_>) -> Result<(), ExportError> {
    encode(picture, notes, &mut *out).map_err(|trouble| match trouble {
        Trouble::Png(EncodingError::IoError(source)) => out.error(source),
        Trouble::Png(source) => ExportError::Png { source, path: out.path().to_owned() },
        Trouble::Strip(source) => ExportError::Strip { source, path: out.path().to_owned() },
    })
}

enum Trouble {
    Png(EncodingError),
    Strip(FigureError),
}

impl From<EncodingError> for Trouble {
    fn from(error: EncodingError) -> Self {
        Self::Png(error)
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Png(EncodingError::IoError(error))
    }
}

fn encode(picture: &(dyn Strips + Sync), notes: &Notes, out: impl Write) -> Result<(), Trouble> {
    let (opaque, (width, height)) = (picture.is_opaque(), picture.size());
    let mut encoder = Encoder::new(out, width, height);
    encoder.set_color(if opaque { ColorType::Rgb } else { ColorType::Rgba });
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Fast);
    encoder.set_pixel_dims(notes.dpi.map(|dpi| {
        let per_meter = per_meter(dpi);
        PixelDimensions { xppu: per_meter, yppu: per_meter, unit: Unit::Meter }
    }));
    let software = concat!("Scumble ", env!("CARGO_PKG_VERSION")).to_owned();
    let figure = notes.figure.map(|figure| format!("{figure:016x}"));
    let said = [
        ("Software", Some(&software)),
        ("Title", notes.title.as_ref()),
        ("Comment", notes.command.as_ref()),
        (FIGURE, figure.as_ref()),
    ];
    for (keyword, text) in said {
        match text {
            None => {}
            // tEXt holds Latin-1 only, and its readers expect no control characters but line feeds.
            Some(text) if text.bytes().all(|byte| matches!(byte, b'\n' | b' '..=b'~')) => {
                encoder.add_text_chunk(keyword.to_owned(), text.clone())?;
            }
            Some(text) => encoder.add_itxt_chunk(keyword.to_owned(), text.replace('\0', " "))?,
        }
    }
    let mut writer = encoder.write_header()?;
    let mut stream = writer.stream_writer()?;
    let mut row = Vec::with_capacity(width as usize * 3);
    each_strip(picture, |strip| {
        for pixels in strip.pixels.chunks_exact(width as usize * 4) {
            if opaque {
                row.clear();
                row.extend(pixels.as_chunks::<4>().0.iter().flat_map(|p| [p[0], p[1], p[2]]));
                stream.write_all(&row)?;
            } else {
                stream.write_all(pixels)?;
            }
        }
        Ok(())
    })?;
    stream.finish()?;
    Ok(writer.finish()?)
}

/// Hands over the strips of a picture from the top on; the next one is made while one is worked on.
fn each_strip(
    picture: &(dyn Strips + Sync),
    mut work: impl FnMut(Image) -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    let (height, rows) = (picture.size().1, picture.strip_rows().max(1));
    let strip = |top: u32| picture.strip(top..top.saturating_add(rows).min(height)).map_err(Trouble::Strip);
    if rows >= height {
        return work(strip(0)?);
    }
    thread::scope(|scope| {
        let (send, strips) = mpsc::sync_channel(1);
        let make = move || {
            for top in (0..height).step_by(rows as usize) {
                let made = strip(top);
                let is_over = made.is_err();
                if send.send(made).is_err() || is_over {
                    return;
                }
            }
        };
        thread::Builder::new().name("scumble-strips".to_owned()).spawn_scoped(scope, make)?;
        strips.into_iter().try_for_each(|strip| work(strip?))
    })
}

/// Dots per meter, rounded.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
fn per_meter(dpi: f64) -> u32 {
    (dpi / 0.0254).round() as u32
}
