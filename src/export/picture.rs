//! Pictures as PNG.

use std::io::Write;

use png::{BitDepth, ColorType, Compression, Encoder, EncodingError};

use crate::figure::image::Image;

use super::error::ExportError;
use super::output::Output;

/// Writes a picture as PNG: RGB when every pixel is opaque, else RGBA with straight alpha. The same picture gives the
/// same bytes.
///
/// # Errors
/// A full disk, a stop.
pub fn write_png(image: &Image, out: &mut Output<'_>) -> Result<(), ExportError> {
    encode(image, &mut *out).map_err(|e| match e {
        EncodingError::IoError(source) => out.error(source),
        source => ExportError::Png { source, path: out.path().to_owned() },
    })
}

fn encode(image: &Image, out: impl Write) -> Result<(), EncodingError> {
    let opaque = image.pixels.chunks_exact(4).all(|p| p[3] == 255);
    let mut encoder = Encoder::new(out, image.width, image.height);
    encoder.set_color(if opaque { ColorType::Rgb } else { ColorType::Rgba });
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Fast);
    encoder.add_text_chunk("Software".to_owned(), concat!("Scumble ", env!("CARGO_PKG_VERSION")).to_owned())?;
    let mut writer = encoder.write_header()?;
    let mut stream = writer.stream_writer()?;
    let row_bytes = image.width as usize * 4;
    let mut row = Vec::with_capacity(row_bytes);
    for pixels in image.pixels.chunks_exact(row_bytes) {
        if opaque {
            row.clear();
            row.extend(pixels.chunks_exact(4).flat_map(|p| &p[..3]));
            stream.write_all(&row)?;
        } else {
            stream.write_all(pixels)?;
        }
    }
    stream.finish()?;
    writer.finish()
}
