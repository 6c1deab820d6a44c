//! The command that draws a figure again: in every PNG, and in the window's export dialog.

use std::path::Path;

use crate::figure::axes::Theme;
use crate::scene::aspect::Aspect;
use crate::scene::axis::Size;
use crate::scene::blend::Blend;
use crate::scene::contour::ContourStyle;
use crate::scene::layer::AxisRequest;
use crate::scene::mark::Mark;
use crate::scene::reduction::Reduction;
use crate::scene::spread::{Reach, Spread};
use crate::scene::style::{Limits, Style};

use super::fields;
use super::figure::{DPI, FigureRequest, default_background};
use super::figure_file::{portable, sketch};
use super::sources::Sources;

/// Size of a figure where none is given.
pub const DEFAULT_SIZE: Size = Size { width: 1920, height: 1080 };

/// Frames a second of a movie where nobody says.
pub const FPS: f64 = 10.0;

/// Name of the figure file in commands for figures that were not saved yet.
pub const FIGURE_FILE: &str = "figure.toml";

/// Whether options alone describe a figure: one layer, which joins nothing.
#[must_use]
pub fn is_plain(request: &FigureRequest) -> bool {
    matches!(request.layers.as_slice(), [only] if only.visible && only.blend == Blend::Normal && only.name.is_empty())
}

/// The words of the command line that draws `request` into `output`: `scumble render …`, with no options but those that
/// differ from the defaults, or with the figure file `saved` where options do not do. Paths are as given; what of them is no
/// Unicode is lost.
#[must_use]
pub fn render_command(request: &FigureRequest, saved: &Path, output: &Path) -> Vec<String> {
    let step = |words: &mut Words| words.unless("--step", &request.step.to_string(), "0");
    command("render", request, saved, output, &step)
}

/// The words of the command line that films steps of `request`, as `--steps` has them, into `output`, and goes on as the
/// files grow or does not: `scumble movie …`, else as [`render_command`].
#[must_use]
pub fn movie_command(
    request: &FigureRequest,
    saved: &Path,
    output: &Path,
    (fps, steps, follows): (f64, &str, bool),
) -> Vec<String> {
    let movie = |words: &mut Words| {
        words.unless("--fps", &fps.to_string(), &FPS.to_string());
        words.unless("--steps", steps, "..");
        words.flag("--follow", follows);
    };
    command("movie", request, saved, output, &movie)
}

/// The words of a command; `further` adds those that are its own.
fn command(
    name: &str,
    request: &FigureRequest,
    saved: &Path,
    output: &Path,
    further: &dyn Fn(&mut Words),
) -> Vec<String> {
    let mut words = Words(vec!["scumble".to_owned(), name.to_owned()]);
    let layer = match request.layers.as_slice() {
        [layer] if is_plain(request) => layer,
        _ => {
            words.0.push(saved.to_string_lossy().into_owned());
            words.size(request);
            words.unless("--dpi", &request.dpi.to_string(), &DPI.to_string());
            words.flag("--bare", !request.axes);
            words.flag("--grid", request.grid);
            // The file may have been written before these were.
            words.given("--title", request.text.title.as_deref());
            words.given("--x-label", request.text.x_label.as_deref());
            words.given("--y-label", request.text.y_label.as_deref());
            words.given("--x-range", request.x.range.map(|range| range.unmistakable().to_string()).as_deref());
            words.given("--y-range", request.y.range.map(|range| range.unmistakable().to_string()).as_deref());
            further(&mut words);
            words.output(output);
            return words.0;
        }
    };
    let sources = &layer.sources;
    let inputs: Vec<String> = sources.inputs.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    // A file called -x must not be taken for an option; standard input may.
    let behind = inputs.iter().any(|input| input.starts_with('-') && input != "-");
    if !behind {
        words.0.extend(inputs.iter().cloned());
    }
    words.given("--x", sources.x.as_deref());
    words.given("--y", sources.y.as_deref());
    words.given("--filter", sources.filter.as_deref());
    raw(&mut words, sources);
    for at in &sources.at {
        words.option("--at", &at.to_string());
    }
    further(&mut words);
    view(&mut words, request);
    // Without a mark, grids are images.
    if layer.mark != Mark::Points || sources.is_gridded || sources.raw.shape.is_some() {
        words.option("--mark", &layer.mark.to_string());
    }
    words.unless("--reduction", &layer.reduction.to_string(), &Reduction::default().to_string());
    spread(&mut words, layer.spread);
    let usual = if layer.mark.is_of_fields() { fields::style() } else { Style::default() };
    style(&mut words, &layer.style, &usual);
    contour(&mut words, &layer.contour);
    for hatch in &layer.hatch {
        words.option("--hatch", &hatch.to_string());
    }
    words.given("--color", layer.color.map(|color| color.to_string()).as_deref());
    words.unless("--background", &request.background.to_string(), &default_background(request.theme).to_string());
    figure(&mut words, request);
    words.given("--colorbar-label", layer.label.as_deref());
    words.output(output);
    if behind {
        words.0.push("--".to_owned());
        words.0.extend(inputs);
    }
    words.0
}

fn raw(words: &mut Words, sources: &Sources) {
    let raw = &sources.raw;
    words.given("--dtype", raw.dtype.as_deref());
    words.given("--columns", raw.columns.map(|n| n.to_string()).as_deref());
    words.given("--offset", raw.offset.map(|n| n.to_string()).as_deref());
    words.given("--shape", raw.shape.as_ref().map(ToString::to_string).as_deref());
    words.given("--layout", raw.planar.map(|planar| if planar { "planar" } else { "interleaved" }));
}

fn view(words: &mut Words, request: &FigureRequest) {
    words.size(request);
    words.given("--x-range", request.x.range.map(|range| range.unmistakable().to_string()).as_deref());
    words.given("--y-range", request.y.range.map(|range| range.unmistakable().to_string()).as_deref());
    let linear = AxisRequest::default().scale.to_string();
    words.unless("--x-scale", &request.x.scale.to_string(), &linear);
    words.unless("--y-scale", &request.y.scale.to_string(), &linear);
    words.unless("--aspect", &request.aspect.to_string(), &Aspect::AUTO.to_string());
    for (name, axis) in [("--x-reversed", request.x), ("--y-reversed", request.y)] {
        words.given(name, axis.reversed.map(|reversed| reversed.to_string()).as_deref());
    }
}

fn spread(words: &mut Words, spread: Spread) {
    let text = spread.to_string();
    match (spread.reach, text.strip_prefix("dynamic:")) {
        (Reach::Dynamic { .. }, Some(rest)) => words.option("--dynspread", rest),
        _ => words.unless("--spread", &text, &Spread::default().to_string()),
    }
}

fn style(words: &mut Words, style: &Style, usual: &Style) {
    words.unless("--norm", &style.norm.to_string(), &usual.norm.to_string());
    words.unless("--per", &style.per.to_string(), &usual.per.to_string());
    words.unless("--limits", &style.limits.to_string(), &Limits::default().to_string());
    words.unless("--colormap", &style.colormap, &usual.colormap);
    words.unless("--alpha", &style.alpha.to_string(), &usual.alpha.to_string());
    for (name, color) in [("--under", style.under), ("--over", style.over), ("--bad", style.bad)] {
        words.given(name, color.map(|color| color.to_string()).as_deref());
    }
    for special in &style.special {
        words.option("--special", &special.to_string());
    }
    for color in &style.color_key {
        words.option("--color-key", &color.to_string());
    }
    for hidden in &style.hide {
        words.option("--hide", &hidden.to_string());
    }
    words.unless("--min-alpha", &style.min_alpha.to_string(), &usual.min_alpha.to_string());
}

fn contour(words: &mut Words, contour: &ContourStyle) {
    let usual = ContourStyle::default();
    let ContourStyle { levels, color, width, negative, overrides, emphasis, labels, label_size } = contour;
    words.unless("--levels", &levels.to_string(), &usual.levels.to_string());
    words.unless("--line-color", &color.to_string(), &usual.color.to_string());
    words.unless("--line-width", &width.to_string(), &usual.width.to_string());
    words.unless("--negative", &negative.to_string(), &usual.negative.to_string());
    for look in overrides {
        words.option("--line", &look.to_string());
    }
    words.given("--emphasis", emphasis.map(|every| every.to_string()).as_deref());
    words.flag("--no-line-labels", !labels);
    words.unless("--line-label-size", &label_size.to_string(), &usual.label_size.to_string());
}

fn figure(words: &mut Words, request: &FigureRequest) {
    words.unless("--theme", theme_name(request.theme), theme_name(Theme::default()));
    words.given("--title", request.text.title.as_deref());
    words.given("--x-label", request.text.x_label.as_deref());
    words.given("--y-label", request.text.y_label.as_deref());
    words.unless("--dpi", &request.dpi.to_string(), &DPI.to_string());
    words.flag("--grid", request.grid);
    words.flag("--bare", !request.axes);
}

/// The command line that a picture says was its own, in the folder of its data: the picture depends neither on where it lies
/// nor on where or on which system it was drawn.
#[must_use]
pub fn comment(request: &FigureRequest) -> String {
    line(&render_command(&portable(request), Path::new(FIGURE_FILE), Path::new("figure.png")), Shell::Posix)
}

/// A number that two figures share only if they are the same, but for the contents of their files; none of a figure that no
/// figure file can hold.
#[must_use]
pub fn fingerprint(request: &FigureRequest) -> Option<u64> {
    let text = sketch(&portable(request), Path::new("")).ok()?;
    // FNV-1a.
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    Some(text.bytes().fold(0xcbf2_9ce4_8422_2325, mix))
}

/// The title that a picture says it has, if any.
#[must_use]
pub fn title(request: &FigureRequest) -> Option<String> {
    request.text.title.clone().filter(|title| !title.is_empty())
}

/// A theme's name on the command line.
#[must_use]
pub fn theme_name(theme: Theme) -> &'static str {
    match theme {
        Theme::Dark => "dark",
        Theme::Light => "light",
    }
}

/// The words as one line that this system's shell takes apart into the same words: PowerShell (from 7.3 on) on Windows, a
/// POSIX shell elsewhere.
#[must_use]
pub fn shell_line(words: &[String]) -> String {
    line(words, if cfg!(windows) { Shell::Power } else { Shell::Posix })
}

/// Who takes a line apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shell {
    Posix,
    Power,
}

fn line(words: &[String], shell: Shell) -> String {
    words.iter().map(|word| quoted(word, shell)).collect::<Vec<_>>().join(" ")
}

/// A word as a shell reads it: plain where nothing in it means anything to the shell, else in single quotes.
fn quoted(word: &str, shell: Shell) -> String {
    let (marks, quote) = match shell {
        Shell::Posix => ("_@%+=:,./-", r"'\''"),
        Shell::Power => ("_+=:./\\-", "''"),
    };
    let is_plain = word.chars().all(|c| c.is_ascii_alphanumeric() || marks.contains(c));
    // PowerShell takes such a word apart.
    let is_split = shell == Shell::Power && word.starts_with('-') && word.contains(['.', ':']);
    if is_plain && !is_split && !word.is_empty() {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', quote))
}

/// Words of a command line in the making.
struct Words(Vec<String>);

impl Words {
    /// An option with its value; joined where the value could be taken for an option.
    fn option(&mut self, name: &str, value: &str) {
        if value.starts_with('-') {
            self.0.push(format!("{name}={value}"));
        } else {
            self.0.extend([name.to_owned(), value.to_owned()]);
        }
    }

    fn size(&mut self, request: &FigureRequest) {
        self.unless("--size", &request.size.to_string(), &DEFAULT_SIZE.to_string());
    }

    fn output(&mut self, path: &Path) {
        match path.to_string_lossy().as_ref() {
            "-" => self.0.extend(["-o", "-"].map(ToOwned::to_owned)),
            path => self.option(if path.starts_with('-') { "--output" } else { "-o" }, path),
        }
    }

    fn given(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.option(name, value);
        }
    }

    fn unless(&mut self, name: &str, value: &str, usual: &str) {
        if value != usual {
            self.option(name, value);
        }
    }

    fn flag(&mut self, name: &str, set: bool) {
        if set {
            self.0.push(name.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_take_them_apart() {
        for (word, line) in [
            ("plain-1.5/a_b.npy", "plain-1.5/a_b.npy"),
            ("", "''"),
            ("two words", "'two words'"),
            ("<f4", "'<f4'"),
            ("it's", r"'it'\''s'"),
            ("$HOME", "'$HOME'"),
            ("~/a", "'~/a'"),
            ("#fff", "'#fff'"),
            ("a\nb", "'a\nb'"),
            ("ä", "'ä'"),
        ] {
            assert_eq!(quoted(word, Shell::Posix), line);
        }
        for (word, line) in [
            (r"C:\data\a-1.npy", r"C:\data\a-1.npy"),
            ("--size=3x4", "--size=3x4"),
            ("--x-range=1.5..2", "'--x-range=1.5..2'"),
            ("it's", "'it''s'"),
            ("1,2", "'1,2'"),
            ("@a", "'@a'"),
            ("(`2` > 3)", "'(`2` > 3)'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(word, Shell::Power), line);
        }
    }
}
