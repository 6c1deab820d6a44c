//! Where outputs may go: no input is replaced, names say what is in the files, and each has a place of its own.

use std::path::Path;

use crate::export::movie::Format;
use crate::export::output::{STDOUT, place};
use crate::export::picture::other_ending;
use crate::workbench::WorkbenchError;
use crate::workbench::figure::FigureRequest;
use crate::workbench::sources::is_same_file;

/// Checks that a file is none of those that a figure is made of, as far as is known before they are opened. `file` is the
/// figure file, if there is one.
pub fn check_inputs(figure: &FigureRequest, file: Option<&Path>, output: &Path) -> anyhow::Result<()> {
    let is_input = file.is_some_and(|file| is_same_file(file, output)) || figure.names(output);
    keeps_inputs(!is_input, output)
}

/// Refuses an output that is an input.
pub fn keeps_inputs(keeps: bool, output: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(keeps, "the output would replace an input; name another file ({})", output.display());
    Ok(())
}

/// Checks that a picture's name is none of something else.
pub fn check_picture(output: &Path) -> Result<(), WorkbenchError> {
    let Some(ending) = other_ending(output) else { return Ok(()) };
    let movie = if Format::of(output).is_ok() { "; movies are made by scumble movie" } else { "" };
    let what = format!("Scumble writes pictures as .png, not as .{ending}; name a file that ends in .png{movie}");
    Err(WorkbenchError::Request(format!("{what} ({})", output.display())))
}

/// Checks that an array's name is none of something else.
pub fn check_array(output: &Path) -> Result<(), WorkbenchError> {
    let ending = output.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    let is_other = |ending: &str| {
        let pictures = ["png", "jpg", "jpeg", "tif", "tiff", "toml", "npz", "csv", "txt", "nc", "h5", "json"];
        pictures.contains(&ending) || Format::of(output).is_ok()
    };
    let Some(ending) = ending.filter(|ending| is_other(ending)) else { return Ok(()) };
    let what = format!("scumble aggregate writes numbers as .npy, not as .{ending}; name a file that ends in .npy");
    Err(WorkbenchError::Request(format!("{what} ({})", output.display())))
}

/// Checks that no output replaces another.
pub fn check_apart<'a>(outputs: impl Iterator<Item = &'a Path>) -> Result<(), WorkbenchError> {
    let mut places = Vec::new();
    for output in outputs {
        let place = if output == Path::new(STDOUT) { output.to_owned() } else { place(output) };
        if places.contains(&place) {
            let what = "two outputs go to the same file, where the second would replace the first; name another file";
            return Err(WorkbenchError::Request(format!("{what} ({})", output.display())));
        }
        places.push(place);
    }
    Ok(())
}
