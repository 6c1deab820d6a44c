//! Pictures as PNG.

use std::io::{self, Write};

use png::{BitDepth, ColorType, Compression, Encoder, EncodingError, PixelDimensions, Unit};

use crate::figure::FigureError;
use crate::figure::strips::Strips;

use super::error::ExportError;
use super::output::Output;

/// What a PNG says beside its pixels.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Notes {
    /// Dots per inch, for those who print it.
    pub dpi: Option<f64>,
    /// The figure's title.
    pub title: Option<String>,
    /// The command line that makes the same file again; kept as the PNG's comment.
    pub command: Option<String>,
}

/// Writes a picture as PNG: RGB when every pixel is opaque, else RGBA with straight alpha. The same picture with the same
/// notes gives the same bytes, however it is cut into strips. Only one strip is in memory at a time.
///
/// # Errors
/// A full disk, a stop, a strip that cannot be made.
pub fn write_png(picture: &dyn Strips, notes: &Notes, out: &mut Output<'_>) -> Result<(), ExportError> {
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

fn encode(picture: &dyn Strips, notes: &Notes, out: impl Write) -> Result<(), Trouble> {
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
    let said = [("Software", Some(&software)), ("Title", notes.title.as_ref()), ("Comment", notes.command.as_ref())];
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
    let rows = picture.strip_rows().max(1);
    for top in (0..height).step_by(rows as usize) {
        let strip = picture.strip(top..top.saturating_add(rows).min(height)).map_err(Trouble::Strip)?;
        for pixels in strip.pixels.chunks_exact(width as usize * 4) {
            if opaque {
                row.clear();
                row.extend(pixels.as_chunks::<4>().0.iter().flat_map(|p| [p[0], p[1], p[2]]));
                stream.write_all(&row)?;
            } else {
                stream.write_all(pixels)?;
            }
        }
    }
    stream.finish()?;
    Ok(writer.finish()?)
}

/// Dots per meter, rounded.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
fn per_meter(dpi: f64) -> u32 {
    (dpi / 0.0254).round() as u32
}
