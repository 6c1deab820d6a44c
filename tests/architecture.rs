//! The rooms of the program and who may enter which (ARCHITECTURE.md), checked over the text of `src/`.
//!
//! Each check is a pure function over (path, text) that returns what is wrong; the tests below the first one plant a
//! violation for each and see it found. A path is relative to the repository, with `/` between its parts.

use std::path::Path;
use std::{fs, io};

/// Each room and the rooms whose types it may use, besides its own.
const ROOMS: &[(&str, &[&str])] = &[
    ("data", &[]),
    ("scene", &[]),
    ("plan", &["data", "scene"]),
    ("aggregate", &["plan", "data", "scene"]),
    ("figure", &["scene", "aggregate"]),
    ("workbench", &["data", "scene", "plan", "aggregate", "figure"]),
    ("export", &["figure", "aggregate"]),
    ("studio", &["workbench", "export", "scene"]),
    ("cli", &["studio", "workbench", "export", "scene"]),
    ("ui", &["studio", "workbench", "export", "scene"]),
];

/// Words of code that only some places may hold: the words, where, and why.
const WORDS: &[(&[&str], &[&str], &str)] = &[
    (&["wgpu"], &["src/aggregate/gpu", "src/ui/surface"], "the GPU is reached in aggregate/gpu and ui/surface only"),
    (&["egui", "winit", "eframe"], &["src/ui/"], "windowing belongs to ui only"),
    (
        &["unsafe"],
        &["src/data/mapping", "src/aggregate/gpu", "src/ui/wayland_drop.rs"],
        "unsafe only where mapping is, where wgpu demands it and where a Wayland connection is shared",
    ),
];

const MAX_LINES: usize = 500;
const MAX_MAIN_LINES: usize = 59;

// ---- Reading Rust well enough ----

/// The code without its comments (and, unless kept, the insides of its literals), each byte of them blanked, so that
/// lines stay where they were.
fn strip(text: &str, keep_literals: bool) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let (end, is_comment) = match bytes[at] {
            b'/' if bytes[at + 1..].starts_with(b"/") => (line_end(bytes, at), true),
            b'/' if bytes[at + 1..].starts_with(b"*") => (block_comment_end(bytes, at), true),
            b'"' => (string_end(bytes, at), false),
            b'r' if !follows_word(bytes, at) => (raw_string_end(bytes, at), false),
            b'\'' => (char_end(bytes, at), false),
            _ => (at + 1, false),
        };
        // A lone byte is code: no literal is that short.
        if is_comment || (end > at + 1 && !keep_literals) {
            for byte in &mut out[at..end] {
                if *byte != b'\n' {
                    *byte = b' ';
                }
            }
        }
        at = end;
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|&byte| byte == b'\n').map_or(bytes.len(), |n| at + n)
}

fn block_comment_end(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    bytes.len()
}

fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The end of a raw string; one byte on when this `r` begins none.
fn raw_string_end(bytes: &[u8], start: usize) -> usize {
    let hashes = bytes[start + 1..].iter().take_while(|&&byte| byte == b'#').count();
    let open = start + 1 + hashes;
    if bytes.get(open) != Some(&b'"') {
        return start + 1;
    }
    let close = [b"\"".as_slice(), &vec![b'#'; hashes]].concat();
    let body = &bytes[open + 1..];
    body.windows(close.len()).position(|window| window == close).map_or(bytes.len(), |n| open + 1 + n + close.len())
}

/// The end of a character literal; one byte on when this quote begins a lifetime.
fn char_end(bytes: &[u8], start: usize) -> usize {
    if bytes.get(start + 1) == Some(&b'\\') {
        let rest = bytes.get(start + 3..).unwrap_or_default();
        return rest.iter().position(|&byte| byte == b'\'').map_or(start + 1, |n| start + n + 4);
    }
    // One character is at most four bytes; `'a'` is a literal, `'a` a lifetime.
    let rest = bytes.get(start + 1..).unwrap_or_default();
    let width = rest.iter().skip(1).take_while(|&&byte| byte & 0xC0 == 0x80).count() + 1;
    if rest.get(width) == Some(&b'\'') { start + width + 2 } else { start + 1 }
}

/// Whether the byte before ends a word: `for"x"` has no raw string, `br"x"` and `cr"x"` do.
fn follows_word(bytes: &[u8], at: usize) -> bool {
    let word = bytes[..at].iter().rev().take_while(|&&byte| is_word(byte)).count();
    word > 1 || (word == 1 && !matches!(bytes[at - 1], b'b' | b'c'))
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Each word of stripped code with the code after it.
fn words(code: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = code;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| !(c.is_alphanumeric() || c == '_'));
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        (!word.is_empty()).then_some((word, after))
    })
}

fn line_of(code: &str, after: &str) -> usize {
    code[..code.len() - after.len()].matches('\n').count() + 1
}

/// What a path goes on with after its first segment: `::a::b` gives a; `::{a::x, b}` gives a and b; `::*` gives `*`.
fn next_segments(after: &str) -> Vec<&str> {
    let Some(path) = after.trim_start().strip_prefix("::") else {
        return Vec::new();
    };
    let path = path.trim_start();
    if path.starts_with('*') {
        return vec!["*"];
    }
    let Some(group) = path.strip_prefix('{') else {
        return words(path).next().map(|(word, _)| word).into_iter().collect();
    };
    let (mut depth, mut start, mut found) = (0_usize, 0, Vec::new());
    for (at, letter) in group.char_indices() {
        if depth == 0 && matches!(letter, ',' | '}') {
            let item = group[start..at].trim();
            found.extend(if item == "*" { Some("*") } else { words(item).next().map(|(word, _)| word) });
            start = at + 1;
        }
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            _ => {}
        }
    }
    found
}

/// The room that a file of `src/` belongs to: `src/data/npy.rs` is in data, `src/plan.rs` is plan.
fn room_of(path: &str) -> &str {
    let inside = path.strip_prefix("src/").unwrap_or(path);
    let first = inside.split('/').next().unwrap_or(inside);
    first.strip_suffix(".rs").unwrap_or(first)
}

/// How many `super` lead from a file's own module to the crate's root.
fn depth_of(path: &str) -> usize {
    let inside = path.strip_prefix("src/").unwrap_or(path);
    inside.split('/').filter(|part| *part != "mod.rs").count()
}

// ---- The checks ----

/// The segments that a file names right under the crate's root, with their lines.
fn root_segments<'a>(path: &str, code: &'a str) -> Vec<(&'a str, usize)> {
    let is_room = |segment: &str| ROOMS.iter().any(|(room, _)| *room == segment);
    let mut found = Vec::new();
    let mut supers = 0;
    for (word, after) in words(code) {
        let segments = match word {
            "super" | "crate" => next_segments(after),
            _ => Vec::new(),
        };
        if word == "super" {
            supers += 1;
            // Modules written inside a file may need more `super`; only the name of a room counts then.
            let at_root = supers >= depth_of(path);
            let rooms = segments.into_iter().filter(|next| at_root && is_room(next));
            found.extend(rooms.map(|next| (next, line_of(code, after))));
        } else {
            supers = 0;
            found.extend(segments.into_iter().map(|next| (next, line_of(code, after))));
        }
    }
    found
}

/// Edges between rooms that the table does not allow.
fn check_edges(path: &str, text: &str) -> Vec<String> {
    let room = room_of(path);
    if matches!(path, "src/lib.rs" | "src/main.rs") {
        return Vec::new();
    }
    let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
        return vec![format!("{path}: `{room}` is no room: name it in the table or move the file")];
    };
    let code = strip(text, false);
    let wrong =
        root_segments(path, &code).into_iter().filter(|(target, _)| *target != room && !allowed.contains(target));
    wrong.map(|(target, line)| format!("{path}:{line}: {room} may not use {target}")).collect()
}

/// `main.rs` starts `scumble::cli` and `scumble::ui` and nothing else; `lib.rs` is the module map and nothing else.
fn check_roots(path: &str, text: &str) -> Vec<String> {
    let code = strip(text, false);
    match path {
        "src/main.rs" => {
            let paths = words(&code).filter(|(word, _)| matches!(*word, "scumble" | "crate" | "mod"));
            paths
                .filter(|(word, after)| {
                    *word != "scumble" || next_segments(after).iter().any(|next| !matches!(*next, "cli" | "ui"))
                })
                .map(|(word, after)| {
                    format!("{path}:{}: main uses scumble::cli and scumble::ui only (`{word}`)", line_of(&code, after))
                })
                .collect()
        }
        "src/lib.rs" => without_attributes(&code)
            .split(';')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .filter(|item| {
                let name = item.strip_prefix("pub ").unwrap_or(item).strip_prefix("mod ").map(str::trim);
                !ROOMS.iter().any(|(room, _)| name == Some(*room))
            })
            .map(|item| format!("{path}: only `mod ROOM;` belongs here, not `{item}`"))
            .collect(),
        _ => Vec::new(),
    }
}

/// Stripped code without `#[…]` and `#![…]`.
fn without_attributes(code: &str) -> String {
    let (mut out, mut rest) = (String::new(), code);
    while let Some(at) = rest.find('#') {
        out.push_str(&rest[..at]);
        let mut depth = 0_usize;
        let end = rest[at..].char_indices().find_map(|(n, letter)| {
            match letter {
                '[' => depth += 1,
                ']' => depth -= 1,
                _ => return None,
            }
            (depth == 0).then_some(at + n + 1)
        });
        rest = &rest[end.unwrap_or(rest.len())..];
    }
    out + rest
}

/// Words of code in places where they may not stand; `wgpu` also stands for `wgpu_core` and its like.
fn check_words(path: &str, text: &str) -> Vec<String> {
    let code = strip(text, false);
    let mut problems = Vec::new();
    for (word, after) in words(&code) {
        for (kept, places, why) in WORDS {
            let is_kept = kept.iter().any(|name| {
                let family = word.strip_prefix(name);
                family == Some("") || (*name != "unsafe" && family.is_some_and(|rest| rest.starts_with('_')))
            });
            if is_kept && !places.iter().any(|place| path.starts_with(place)) {
                problems.push(format!("{path}:{}: `{word}`: {why}", line_of(&code, after)));
            }
        }
    }
    problems
}

fn check_length(path: &str, text: &str) -> Vec<String> {
    let limit = if path == "src/main.rs" { MAX_MAIN_LINES } else { MAX_LINES };
    let lines = text.lines().count();
    if lines > limit { vec![format!("{path}: {lines} lines, at most {limit}: split it")] } else { Vec::new() }
}

/// The shaders, by file name, that no `include_str!` of the sources names.
fn check_shaders(shaders: &[String], sources: &[(String, String)]) -> Vec<String> {
    let mut included = Vec::new();
    for (_, text) in sources {
        let code = strip(text, true);
        for (_, call) in words(&code).filter(|(word, after)| *word == "include_str" && after.starts_with('!')) {
            let statement = call.split(';').next().unwrap_or(call);
            included.extend(statement.split('"').skip(1).step_by(2).map(ToOwned::to_owned));
        }
    }
    let names = |literal: &String, shader: &String| literal.rsplit('/').next() == Some(shader.as_str());
    let unused = shaders.iter().filter(|shader| !included.iter().any(|literal| names(literal, shader)));
    unused.map(|shader| format!("shaders/{shader}: no include_str! names it")).collect()
}

fn check_file(path: &str, text: &str) -> Vec<String> {
    [check_edges, check_roots, check_words, check_length].iter().flat_map(|check| check(path, text)).collect()
}

// ---- The repository ----

fn read_sources(folder: &Path, name: &str, found: &mut Vec<(String, String)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{name}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            read_sources(&entry.path(), &path, found)?;
        } else if path.ends_with(".rs") {
            found.push((path, fs::read_to_string(entry.path())?));
        }
    }
    Ok(())
}

fn shader_names(folder: &Path) -> io::Result<Vec<String>> {
    let names = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    Ok(names.collect::<io::Result<Vec<_>>>()?.into_iter().filter(|name| name.ends_with(".wgsl")).collect())
}

#[test]
fn the_sources_keep_to_their_rooms() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    read_sources(&root.join("src"), "src", &mut sources).expect("the sources");
    assert!(sources.iter().any(|(path, _)| path == "src/main.rs"), "no sources found: nothing was checked");
    let shaders = shader_names(&root.join("shaders")).expect("the shaders");
    let mut problems: Vec<String> = sources.iter().flat_map(|(path, text)| check_file(path, text)).collect();
    problems.extend(check_shaders(&shaders, &sources));
    problems.sort();
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn the_table_of_rooms_has_no_cycle() {
    let mut done: Vec<&str> = Vec::new();
    while done.len() < ROOMS.len() {
        let next =
            ROOMS.iter().find(|(room, uses)| !done.contains(room) && uses.iter().all(|used| done.contains(used)));
        let (room, _) = next.expect("a room that uses only rooms already placed");
        done.push(room);
    }
}

#[test]
fn a_planted_edge_is_found() {
    for (path, text, target) in [
        ("src/data/npy.rs", "use crate::scene::View;", "scene"),
        ("src/scene/mod.rs", "fn f(_: &crate::data::Column) {}", "data"),
        ("src/plan.rs", "use crate::{data::x, scene, aggregate::{Values, cpu}};", "aggregate"),
        ("src/figure/ticks.rs", "use crate::{\n    scene::{axis::{Axis, Range}, view},\n    data,\n};", "data"),
        ("src/cli/mod.rs", "use crate :: data :: Column;", "data"),
        ("src/ui/mod.rs", "#[cfg(test)] mod tests { use crate::plan::FramePlan; }", "plan"),
        ("src/export/png.rs", "macro_rules! m { () => { $crate::workbench::x() } }", "workbench"),
        ("src/data/mod.rs", "use super::scene::View;", "scene"),
        ("src/data/npy/header.rs", "use super::super::super::{scene::View};", "scene"),
        ("src/plan.rs", "use crate::*;", "*"),
        ("src/plan.rs", "use crate::util::clamp;", "util"),
    ] {
        let problems = check_edges(path, text);
        assert_eq!(problems.len(), 1, "{path}: {text}: {problems:?}");
        assert!(problems[0].ends_with(&format!("may not use {target}")), "{problems:?}");
    }
    assert_eq!(check_edges("src/util/mod.rs", "").len(), 1, "a folder that is no room passed");
    assert_eq!(check_edges("src/plan.rs", "\n\nuse crate::ui::A;")[0], "src/plan.rs:3: plan may not use ui");
}

#[test]
fn an_allowed_edge_passes() {
    for (path, text) in [
        ("src/plan.rs", "use crate::{data::{x, y}, scene}; pub(crate) fn f() {}"),
        ("src/data/npy.rs", "use crate::data::Column; use super::scene_like;"),
        ("src/data/npy.rs", "// crate::scene\n/* crate::ui /* crate::cli */ crate::plan */ /// crate::figure\n"),
        (
            "src/data/npy.rs",
            r##"const A: &str = "crate::scene"; const B: &str = r#"" crate::ui"#; const C: &[u8] = br"\";"##,
        ),
        ("src/data/npy.rs", r#"const Q: char = '"'; fn f<'a>(x: &'a str) { g('\'', '\\', "\" crate::scene") }"#),
        ("src/data/npy.rs", "mod tests { use super::super::Column; use super::*; }"),
        ("src/workbench/info.rs", "use crate::figure::Figure; use crate::aggregate::Values;"),
    ] {
        assert_eq!(check_edges(path, text), Vec::<String>::new(), "{path}: {text}");
    }
}

#[test]
fn literals_do_not_hide_code() {
    for text in [
        "const Q: char = '\"'; use crate::scene;",
        "fn f<'a>() {} use crate::scene; // 'a",
        "const R: &str = r\"\\\"; use crate::scene;",
        "const R: &str = br#\"\"\"#; use crate::scene;",
        "for x in ['é', '\\u{1F600}', '\\''] {} use crate::scene;",
        "/* /* */ */ use crate::scene;",
    ] {
        assert_eq!(check_edges("src/data/a.rs", text).len(), 1, "{text}");
    }
}

#[test]
fn a_planted_root_violation_is_found() {
    assert!(check_roots("src/main.rs", "use scumble::cli; fn main() { scumble::cli::run() }").is_empty());
    assert_eq!(check_roots("src/main.rs", "fn main() { scumble::data::open() }").len(), 1);
    assert_eq!(check_roots("src/main.rs", "use scumble::{cli, scene};").len(), 1);
    assert_eq!(check_roots("src/main.rs", "mod extra;").len(), 1);
    let map =
        "//! The map.\n#![warn(missing_docs)]\npub mod data;\n/// Window.\n#[cfg(feature = \"gui\")]\npub mod ui;\n";
    assert!(check_roots("src/lib.rs", map).is_empty(), "{:?}", check_roots("src/lib.rs", map));
    for planted in ["pub fn f() {}", "pub use data::Column;", "mod util;", "pub mod plan { fn f() {} }"] {
        assert_eq!(check_roots("src/lib.rs", &format!("{map}{planted}")).len(), 1, "{planted}");
    }
}

#[test]
fn a_planted_word_is_found() {
    for (path, text) in [
        ("src/figure/paint.rs", "use wgpu::Texture;"),
        ("src/aggregate/cpu/mod.rs", "fn f(d: &wgpu::Device) {}"),
        ("src/export/png.rs", "use {png, wgpu as w};"),
        ("src/cli/mod.rs", "use wgpu_types::Limits;"),
        ("src/workbench.rs", "use egui_wgpu::Renderer;"),
        ("src/ui/canvas.rs", "use wgpu::Texture;"),
        ("src/main.rs", "use winit::event_loop::EventLoop;"),
        ("src/data/npy.rs", "let x = unsafe { *p };"),
        ("src/ui/mod.rs", "unsafe impl Send for A {}"),
        ("src/ui/wayland_drop/drags.rs", "fn f() { unsafe { g() } }"),
    ] {
        assert_eq!(check_words(path, text).len(), 1, "{path}: {text}");
    }
    for (path, text) in [
        ("src/aggregate/gpu/device.rs", "use wgpu::Device; // SAFETY\nunsafe { f() }"),
        ("src/ui/surface.rs", "use egui::Ui; use wgpu::Surface; use winit::window::Window;"),
        ("src/data/mapping.rs", "unsafe { Mmap::map(&file) }"),
        ("src/ui/wayland_drop.rs", "unsafe { Backend::from_foreign_display(display) }"),
        ("src/figure/paint.rs", "#![deny(unsafe_code)] // no wgpu, no unsafe\nconst A: &str = \"wgpu::unsafe\";"),
    ] {
        assert_eq!(check_words(path, text), Vec::<String>::new(), "{path}: {text}");
    }
}

#[test]
fn a_file_that_is_too_long_is_found() {
    assert!(check_length("src/data/npy.rs", &"\n".repeat(500)).is_empty());
    assert_eq!(check_length("src/data/npy.rs", &"\n".repeat(501)).len(), 1);
    assert!(check_length("src/main.rs", &"\n".repeat(59)).is_empty());
    assert_eq!(check_length("src/main.rs", &"\n".repeat(60)).len(), 1);
}

#[test]
fn a_shader_that_nobody_includes_is_found() {
    let shaders = ["common.wgsl".to_owned(), "splat.wgsl".to_owned()];
    let source = |text: &str| vec![("src/aggregate/gpu/a.rs".to_owned(), text.to_owned())];
    let both = "const A: &str = include_str!(\"../../../shaders/common.wgsl\");\n\
                const B: &str = concat!(include_str!(\"a/common.wgsl\"), include_str!(\"../shaders/splat.wgsl\"));";
    assert!(check_shaders(&shaders, &source(both)).is_empty());
    let one = "const A: &str = include_str!(\"common.wgsl\"); // include_str!(\"splat.wgsl\")\nconst B: &str = \"splat.wgsl\";";
    assert_eq!(check_shaders(&shaders, &source(one)), ["shaders/splat.wgsl: no include_str! names it"]);
    assert_eq!(check_shaders(&shaders, &source("include_str!(\"resplat.wgsl\");")).len(), 2);
}
