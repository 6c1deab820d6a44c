//! Figure files: a figure as a small TOML text that the window opens and a server draws again.
//!
//! Everything is text as the command line has it (`range = "-8..8"`, `limits = "p1..p99"`). Files are named relative to the
//! figure file's folder. Keys that are not known are errors that name their line, so that a typing error draws no wrong
//! picture. `scumble = 2` is the version of the format; a later program reads earlier versions as they were meant: in
//! version 1, the colormap of tables was all of `bmy` where nothing was said of it.

mod fingerprint;
mod kept;
mod missing;
mod parts;
mod paths;
mod places;
mod settings;
mod text;

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::data::raw::RawSpec;
use crate::figure::axes::Theme;
use crate::figure::frame::FigureText;
use crate::scene::aspect::Aspect;
use crate::scene::blend::Blend;
use crate::scene::contour::ContourStyle;
use crate::scene::mark::Mark;
use crate::scene::reduction::{Reduction, Statistic};
use crate::scene::spread::Spread;
use crate::scene::style::Style;

use super::WorkbenchError;
use super::command_line::DEFAULT_SIZE;
use super::fields::{self, Align};
use super::figure::{FigureLayer, FigureRequest, Output, default_background};
use super::sources::Sources;
use fingerprint::Fingerprint;
use parts::{AxisPart, LayerPart, OutputPart, Root, Tone};
pub(super) use paths::portable;
use paths::{located, relative, with_paths};
pub use places::Places;
use settings::{for_people, set};
use text::Text;

/// The version that this program writes.
pub const VERSION: u32 = 2;

/// What a figure file may hold, as a JSON schema (draft 2020-12), for editors that check and complete TOML.
pub const SCHEMA: &str = include_str!("../../assets/figure.schema.json");

/// Bytes that a figure file may have at most.
const MAX_BYTES: u64 = 4 << 20;

/// A figure that was read from a file.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureFile {
    /// The figure; its files are named so that this process finds them.
    pub figure: FigureRequest,
    /// What is worth telling: files that are not what they were when the figure was saved.
    pub notes: Vec<String>,
    /// Where the file says what, for messages.
    pub places: Places,
    /// What the files of each layer were then.
    fingerprints: Vec<Vec<Fingerprint>>,
}

/// Whether a path is that of a figure file, by its name.
#[must_use]
pub fn is_figure_file(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"))
}

/// Writes a figure as the text of a file that will lie in `folder`. Fingerprints of the data files are taken now, which
/// reads a little of each.
///
/// # Errors
/// A request that no file can hold.
pub fn write(figure: &FigureRequest, folder: &Path) -> Result<String, WorkbenchError> {
    text_of(figure, folder, &|inputs| fingerprint::of(inputs))
}

/// As [`write`], for the file at `path`. Where that `is_own`, the figure's already, what its author wrote into it beside the
/// figure stays, such as comments.
///
/// # Errors
/// A request that no file can hold.
pub fn write_for(figure: &FigureRequest, path: &Path, is_own: bool) -> Result<String, WorkbenchError> {
    let text = write(figure, path.parent().unwrap_or(Path::new("")))?;
    if !is_own {
        return Ok(text);
    }
    let is_small = path.metadata().is_ok_and(|facts| facts.len() <= MAX_BYTES);
    let earlier = std::fs::read_to_string(path).ok().filter(|_| is_small);
    let (Some(earlier), Ok(new)) = (earlier, parse(&text, path, &[])) else {
        return Ok(text);
    };
    let is_same = |text: &str| {
        let other = parse(text, path, &[]);
        other.is_ok_and(|other| (&other.figure, &other.fingerprints) == (&new.figure, &new.fingerprints))
    };
    Ok(kept::kept(&earlier, &text, &is_same))
}

/// As [`write`], but touches no data file.
///
/// # Errors
/// A request that no file can hold.
pub fn sketch(figure: &FigureRequest, folder: &Path) -> Result<String, WorkbenchError> {
    text_of(figure, folder, &|_| Vec::new())
}

fn text_of(
    figure: &FigureRequest,
    folder: &Path,
    fingerprints: &dyn Fn(&[PathBuf]) -> Vec<Fingerprint>,
) -> Result<String, WorkbenchError> {
    let of_files: Vec<_> = figure.layers.iter().map(|layer| fingerprints(&layer.sources.inputs)).collect();
    let figure = &with_paths(figure, &|path| relative(path, folder));
    let layer = |(layer, fingerprints): (&FigureLayer, Vec<Fingerprint>)| {
        let usual = usual_style(&layer.mark);
        let Sources { inputs, x, y, filter, raw, at, value: _, is_field: _, is_gridded } = &layer.sources;
        let (file, files) = match inputs.as_slice() {
            [one] => (Some(one.clone()), Vec::new()),
            _ => (None, inputs.clone()),
        };
        let differs = |differs: bool| differs.then_some(());
        LayerPart {
            name: layer.name.clone(),
            file,
            files,
            x: x.clone(),
            y: y.clone(),
            filter: filter.clone(),
            dtype: raw.dtype.clone(),
            columns: raw.columns,
            offset: raw.offset,
            planar: raw.planar,
            shape: raw.shape.clone().map(Text),
            at: at.iter().cloned().map(Text).collect(),
            // Grids are drawn as images where nobody says otherwise.
            mark: Some(layer.mark.clone()).filter(|mark| *mark != Mark::Points || *is_gridded),
            reduction: Some(layer.reduction.clone()).filter(|reduction| *reduction != Reduction::Count).map(Text),
            spread: Some(layer.spread).filter(|spread| *spread != Spread::default()).map(Text),
            norm: differs(layer.style.norm != usual.norm).map(|()| layer.style.norm.clone()),
            per: Some(layer.style.per).filter(|per| *per != usual.per),
            limits: differs(layer.style.limits != usual.limits).map(|()| layer.style.limits),
            colormap: differs(layer.style.colormap != usual.colormap).map(|()| layer.style.colormap.clone()),
            color: layer.color,
            alpha: differs(layer.style.alpha.to_bits() != usual.alpha.to_bits()).map(|()| shortest(layer.style.alpha)),
            under: layer.style.under,
            over: layer.style.over,
            bad: layer.style.bad,
            special: layer.style.special.clone(),
            color_key: layer.style.color_key.clone(),
            hide: layer.style.hide.clone(),
            min_alpha: Some(layer.style.min_alpha).filter(|least| *least != usual.min_alpha),
            blend: Some(layer.blend).filter(|blend| *blend != Blend::Normal),
            hidden: !layer.visible,
            label: layer.label.clone(),
            align: Some(layer.align).filter(|align| *align != Align::default()),
            contour: Some(&layer.contour).filter(|contour| **contour != ContourStyle::default()).cloned(),
            hatch: layer.hatch.clone(),
            fingerprints,
        }
    };
    let ground = Some(figure.background).filter(|ground| *ground != default_background(figure.theme));
    let root = Root {
        scumble: VERSION,
        size: Some(Text(figure.size)),
        dpi: figure.dpi,
        theme: (figure.theme != Theme::Dark).then_some(Tone::Light),
        background: ground,
        bare: !figure.axes,
        grid: figure.grid,
        title: figure.text.title.clone(),
        x_label: figure.text.x_label.clone(),
        y_label: figure.text.y_label.clone(),
        x: AxisPart::of(figure.x),
        y: AxisPart::of(figure.y),
        aspect: Some(figure.aspect).filter(|aspect| *aspect != Aspect::AUTO).map(Text),
        step: figure.step,
        layers: figure.layers.iter().zip(of_files).map(layer).collect(),
        outputs: figure
            .outputs
            .iter()
            .map(|output| OutputPart {
                file: relative(&output.path, folder),
                size: output.size.map(Text),
                dpi: output.dpi,
            })
            .collect(),
    };
    toml::to_string(&root).map_err(|e| WorkbenchError::Request(format!("writing the figure: {e}")))
}

/// Reads a figure file, with some of its keys set to other values: `layers.0.file=new.npy`, `x.range="0..1"`.
///
/// # Errors
/// What is wrong, with its line. Files that are not there are no error yet: [`FigureFile::complete`].
pub fn read(path: &Path, settings: &[String]) -> Result<FigureFile, WorkbenchError> {
    let at = |what: String| WorkbenchError::Request(format!("reading the figure file: {what} ({})", path.display()));
    let bytes = std::fs::metadata(path).map_err(|e| at(e.to_string()))?.len();
    if bytes > MAX_BYTES {
        return Err(at(format!("{bytes} bytes are too many for a figure; this is no figure file")));
    }
    let text = std::fs::read_to_string(path).map_err(|e| at(e.to_string()))?;
    parse(&text, path, settings).map_err(at)
}

/// Reads a figure from the text of a file.
fn parse(text: &str, path: &Path, settings: &[String]) -> Result<FigureFile, String> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let places = Places::new(path, text, settings);
    let told = |error: toml::de::Error| for_people(&error.to_string());
    #[derive(Deserialize)]
    struct Version {
        scumble: Option<u32>,
    }
    let found: Version = toml::from_str(text).map_err(told)?;
    let version = match found.scumble {
        Some(version @ 1..=VERSION) => version,
        Some(0) => return Err(format!("there is no version 0 of figure files; write scumble = {VERSION}")),
        Some(later) => {
            return Err(format!("its version is {later}, this program reads up to {VERSION}; use a newer Scumble"));
        }
        None => return Err(format!("there is no `scumble = {VERSION}` in it; this is no figure file")),
    };
    // Errors of the file itself are told with their lines first.
    let mut root: Root = toml::from_str(text).map_err(told)?;
    if !settings.is_empty() {
        let mut table: toml::Table = toml::from_str(text).map_err(told)?;
        for setting in settings {
            set(&mut table, setting, folder)?;
        }
        root = table.try_into().map_err(|e: toml::de::Error| for_people(e.message()))?;
    }
    let theme = if root.theme == Some(Tone::Light) { Theme::Light } else { Theme::Dark };
    let size = root.size.map_or(DEFAULT_SIZE, |size| size.0);
    let (mut layers, mut notes) = (Vec::new(), Vec::new());
    let fingerprints = root.layers.iter().map(|part| part.fingerprints.clone()).collect();
    for (i, part) in root.layers.into_iter().enumerate() {
        layers.push(layer(part, folder, (version, i, &places), &mut notes)?);
    }
    if let Some(i) = root.outputs.iter().position(|part| part.file.as_os_str().is_empty()) {
        return Err(format!("outputs.{i}.file is empty; name the PNG to write, or leave the output out"));
    }
    let output =
        |part: OutputPart| Output { path: folder.join(part.file), size: part.size.map(|size| size.0), dpi: part.dpi };
    let figure = FigureRequest {
        x: root.x.request(),
        y: root.y.request(),
        aspect: root.aspect.map(|text| text.0).unwrap_or_default(),
        size,
        background: root.background.unwrap_or_else(|| default_background(theme)),
        layers,
        step: root.step,
        text: FigureText { title: root.title, x_label: root.x_label, y_label: root.y_label },
        theme,
        dpi: root.dpi,
        axes: !root.bare,
        grid: root.grid,
        outputs: root.outputs.into_iter().map(output).collect(),
    };
    // The inputs are named as this process finds them already.
    let inputs: Vec<_> = figure.layers.iter().map(|layer| layer.sources.inputs.clone()).collect();
    let mut figure = with_paths(&figure, &|path| located(path, folder));
    figure.layers.iter_mut().zip(inputs).for_each(|(layer, inputs)| layer.sources.inputs = inputs);
    figure
        .check()
        .map_err(|error| error.placed(|i, key| i.map_or_else(String::new, |i| places.of(i, key))).to_string())?;
    Ok(FigureFile { figure, notes, places, fingerprints })
}

fn layer(
    part: LayerPart,
    folder: &Path,
    (version, index, places): (u32, usize, &Places),
    notes: &mut Vec<String>,
) -> Result<FigureLayer, String> {
    let at = |key: &str| places.of(index, key);
    if part.file.is_some() && !part.files.is_empty() {
        return Err(format!("{}: there are both `file` and `files`; keep one of them", at("file")));
    }
    if part.file.iter().chain(&part.files).any(|file| file.as_os_str().is_empty()) {
        return Err(format!("{}: the name of the file is empty; name a data file", at("file")));
    }
    if part.file.is_none() && part.files.is_empty() && part.x.is_none() && part.y.is_none() {
        let what =
            "there is nothing to draw; name a data file, as file = \"points.npy\", or columns of files as x and y";
        return Err(format!("{}: {what}", at("file")));
    }
    let inputs: Vec<PathBuf> = part.file.into_iter().chain(part.files).map(|path| located(&path, folder)).collect();
    // What was set to another file on purpose is not what it was.
    if !places.has_settings() {
        notes.extend(fingerprint::changes(&inputs, &part.fingerprints));
    }
    let raw = RawSpec {
        dtype: part.dtype,
        columns: part.columns,
        offset: part.offset,
        planar: part.planar,
        shape: part.shape.map(|text| text.0),
    };
    let reduction = part.reduction.map(|text| text.0);
    let is_said = part.mark.is_some();
    let mark = part.mark.unwrap_or_else(|| fields::usual_mark(&inputs, &raw, reduction.as_ref()));
    // Of a field, its first variable.
    let usual = if mark.is_of_fields() { Reduction::Of(Statistic::Mean, "0".to_owned()) } else { Reduction::Count };
    let reduction = reduction.unwrap_or(usual);
    let mut usual = usual_style(&mark);
    if version == 1 && !mark.is_of_fields() {
        "bmy".clone_into(&mut usual.colormap);
    }
    let is_gridded = is_said && !mark.is_of_fields() && raw.shape.is_none() && fields::are_grids(&inputs, &raw);
    #[expect(clippy::cast_possible_truncation, reason = "0 to 1")]
    let alpha = part.alpha.map_or(usual.alpha, |alpha| alpha as f32);
    Ok(FigureLayer {
        name: part.name,
        sources: Sources {
            inputs,
            x: part.x,
            y: part.y,
            value: None,
            filter: part.filter,
            raw,
            is_field: false,
            is_gridded,
            at: part.at.into_iter().map(|text| text.0).collect(),
        },
        spread: part.spread.map(|text| text.0).unwrap_or_default(),
        mark,
        reduction,
        style: Style {
            norm: part.norm.unwrap_or(usual.norm),
            per: part.per.unwrap_or_default(),
            limits: part.limits.unwrap_or(usual.limits),
            colormap: part.colormap.unwrap_or(usual.colormap),
            alpha,
            under: part.under,
            over: part.over,
            bad: part.bad,
            special: part.special,
            color_key: part.color_key,
            hide: part.hide,
            min_alpha: part.min_alpha.unwrap_or(usual.min_alpha),
            ..Style::default()
        },
        color: part.color,
        blend: part.blend.unwrap_or_default(),
        visible: !part.hidden,
        label: part.label,
        align: part.align.unwrap_or_default(),
        contour: part.contour.unwrap_or_default(),
        hatch: part.hatch,
    })
}

/// The style of a layer of which nothing is said.
fn usual_style(mark: &Mark) -> Style {
    if mark.is_of_fields() { fields::style() } else { Style::default() }
}

/// The f64 that is written as an f32 is: 0.3, not 0.30000001192….
fn shortest(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::from(value))
}

#[cfg(test)]
mod older_tests;
#[cfg(test)]
mod schema_tests;
#[cfg(test)]
mod tests;
