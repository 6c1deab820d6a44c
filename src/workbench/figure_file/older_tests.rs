//! Figure files as earlier versions wrote them still mean what they meant.
//!
//! `tests/fixtures/figures/v1-*.toml` are such files. Beside each lies what it says in full, with all defaults of its day: if
//! one of these changes, older files must be told apart by their version and keep theirs.

use std::fmt::Display;

use super::*;
use crate::scene::axis::Range;
use crate::scene::style::Rgba;

/// Everything about a figure of a file in `folder`, a line each.
fn in_full(file: &FigureFile, folder: &Path) -> String {
    let FigureFile { figure, notes, places: _, fingerprints } = file;
    let mut lines = Vec::new();
    let mut line = |key: &str, value: &dyn Display| lines.push(format!("{key} = {value}"));
    let quoted = |text: &Option<String>| format!("{text:?}");
    let range = |range: Option<Range>| range.map_or_else(|| "all".to_owned(), |range| range.to_string());
    let color = |color: Option<Rgba>| color.map_or_else(|| "as the colormap".to_owned(), |color| color.to_string());
    let path = |path: &Path| path.strip_prefix(folder).unwrap_or(path).to_string_lossy().replace('\\', "/");
    line("size", &format!("{}x{}", figure.size.width, figure.size.height));
    line("dpi", &figure.dpi);
    line("theme", &format!("{:?}", figure.theme));
    line("background", &figure.background);
    line("axes", &figure.axes);
    line("grid", &figure.grid);
    line("title", &quoted(&figure.text.title));
    line("x label", &quoted(&figure.text.x_label));
    line("y label", &quoted(&figure.text.y_label));
    line("x", &format!("{} {}", range(figure.x.range), figure.x.scale));
    line("y", &format!("{} {}", range(figure.y.range), figure.y.scale));
    for (layer, fingerprints) in figure.layers.iter().zip(fingerprints) {
        let Sources { inputs, x, y, filter, raw, .. } = &layer.sources;
        let style = &layer.style;
        line("\nlayer", &format!("{:?}", layer.name));
        line("files", &inputs.iter().map(|input| path(input)).collect::<Vec<_>>().join(", "));
        line("x", &quoted(x));
        line("y", &quoted(y));
        line("filter", &quoted(filter));
        line("raw", &format!("{:?} {:?} {:?} {:?}", raw.dtype, raw.columns, raw.offset, raw.planar));
        line("mark", &layer.mark);
        line("reduction", &layer.reduction);
        line("spread", &layer.spread);
        line("norm", &style.norm);
        line("per", &style.per);
        line("limits", &style.limits);
        line("colormap", &path(Path::new(&style.colormap)));
        line("color", &color(layer.color));
        line("alpha", &style.alpha);
        line("under", &color(style.under));
        line("over", &color(style.over));
        line("bad", &color(style.bad));
        line("special", &style.special.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
        line("blend", &layer.blend);
        line("visible", &layer.visible);
        line("label", &quoted(&layer.label));
        line("fingerprints", &format!("{fingerprints:?}"));
    }
    for output in &figure.outputs {
        let size = output.size.map(|size| format!("{}x{}", size.width, size.height));
        line("\noutput", &format!("{} {size:?} {:?}", path(&output.path), output.dpi));
    }
    for note in notes {
        line("\nnote", note);
    }
    lines.join("\n") + "\n"
}

#[test]
fn files_of_earlier_versions_mean_what_they_meant() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/figures");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    names.sort();
    assert_eq!(
        names,
        ["v1-expressions", "v1-first", "v1-least", "v1-marks", "v1-norms", "v2-least"].map(|n| format!("{n}.toml"))
    );
    let mut wrong = String::new();
    for name in names {
        let text = std::fs::read_to_string(folder.join(&name)).unwrap();
        // The data is not there, and need not be.
        let file = parse(&text, &folder.join(&name), &[]).unwrap_or_else(|e| panic!("{name}: {e}"));
        let (expected, got) = (folder.join(name.replace(".toml", ".txt")), in_full(&file, &folder));
        if std::fs::read_to_string(&expected).ok().as_deref() != Some(&got) {
            wrong += &format!("--- {} is now\n{got}", expected.display());
        }
        // It is still in the schema, and saved anew it is the same.
        assert_eq!(schema_tests::check(&text), Ok(()), "{name}");
        let again = text_of(&file.figure, &folder, &|_| Vec::new()).unwrap();
        let again = parse(&again, &folder.join(&name), &[]).unwrap();
        assert_eq!(again.figure, file.figure, "{name}");
    }
    assert!(wrong.is_empty(), "{wrong}");
}
