//! Every crate that is linked or built must carry a permissive licence: the resolve graph of `cargo metadata`,
//! for all platforms and features, against one list.

use std::error::Error;
use std::process::Command;

use serde_json::Value;
use spdx::{Expression, LicenseReq, ParseMode};

/// Licences that ask for no more than their notice. A crate passes when its expression can be satisfied with these.
const PERMISSIVE: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "NCSA",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Zlib",
];

/// Crates that carry fonts, whose licences ask that a changed font keeps its licence; a program that embeds a font may be
/// licensed as it likes. Fit for these crates' fonts, never for code.
const FONT_CRATES: &[&str] = &["epaint_default_fonts"];
const FONT_LICENCES: &[&str] = &["OFL-1.1", "Ubuntu-font-1.0"];

/// The old crates.io syntax `MIT/Apache-2.0` and deprecated names (`GPL-3.0`) are read, never guessed at.
const SYNTAX: ParseMode = ParseMode { allow_slash_as_or_operator: true, allow_deprecated: true, ..ParseMode::STRICT };

fn is_permissive(name: &str, requirement: &LicenseReq) -> bool {
    let licence = requirement.to_string();
    let is_font = FONT_CRATES.contains(&name) && FONT_LICENCES.contains(&licence.as_str());
    is_font || PERMISSIVE.contains(&licence.as_str())
}

/// What is wrong with the `license` field of the crate `name`; nothing when it is permissive.
fn licence_problem(name: &str, licence: Option<&str>) -> Option<String> {
    let Some(licence) = licence else {
        return Some("states no licence".to_owned());
    };
    match Expression::parse_mode(licence, SYNTAX) {
        Err(problem) => Some(format!("`{licence}` is no SPDX expression: {}", problem.reason)),
        Ok(expression) if !expression.evaluate(|requirement| is_permissive(name, requirement)) => {
            Some(format!("`{licence}` is not permissive"))
        }
        Ok(_) => None,
    }
}

/// The packages of the resolve graph with a problem, and how many packages were looked at.
fn graph_problems(metadata: &Value) -> Result<(Vec<String>, usize), Box<dyn Error>> {
    let packages = metadata["packages"].as_array().ok_or("the metadata list no packages")?;
    let nodes = metadata["resolve"]["nodes"].as_array().ok_or("the metadata hold no resolve graph")?;
    let mut problems = Vec::new();
    for node in nodes {
        let id = node["id"].as_str().ok_or("a node of the graph has no id")?;
        let Some(package) = packages.iter().find(|package| package["id"] == id) else {
            problems.push(format!("{id}: in the graph but not among the packages"));
            continue;
        };
        let name = package["name"].as_str().unwrap_or(id);
        if let Some(problem) = licence_problem(name, package["license"].as_str()) {
            let version = package["version"].as_str().unwrap_or("?");
            problems.push(format!("{name} {version}: {problem}"));
        }
    }
    Ok((problems, nodes.len()))
}

fn cargo_metadata() -> Result<Value, Box<dyn Error>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--all-features"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

#[test]
fn every_dependency_is_permissive() {
    let metadata = cargo_metadata().expect("cargo metadata");
    let (problems, looked_at) = graph_problems(&metadata).expect("the metadata in the form that cargo documents");
    assert!(looked_at > 1, "the graph holds this crate alone: nothing was checked");
    assert!(problems.is_empty(), "licences to settle:\n{}", problems.join("\n"));
}

#[test]
fn copyleft_is_refused() {
    for licence in [
        "GPL-3.0",
        "GPL-3.0-only",
        "AGPL-3.0 AND MIT",
        "LGPL-2.1-or-later",
        "MPL-2.0",
        "MIT AND GPL-2.0",
        "Apache-2.0 WITH Classpath-exception-2.0",
    ] {
        assert!(licence_problem("a", Some(licence)).is_some(), "{licence} passed");
    }
}

#[test]
fn font_licences_are_for_fonts_only() {
    let licence = Some("(MIT OR Apache-2.0) AND OFL-1.1 AND Ubuntu-font-1.0");
    assert_eq!(licence_problem("epaint_default_fonts", licence), None);
    assert!(licence_problem("epaint", licence).is_some());
    assert!(licence_problem("epaint_default_fonts", Some("MIT AND OFL-1.1 AND GPL-3.0-only")).is_some());
}

#[test]
fn a_permissive_choice_is_enough() {
    for licence in [
        "MIT",
        "GPL-2.0 OR MIT",
        "MIT/Apache-2.0",
        "Unlicense/MIT",
        "Apache-2.0 WITH LLVM-exception",
        "(MIT OR Apache-2.0) AND Unicode-3.0",
        "MIT OR Apache-2.0 OR LGPL-2.1-or-later",
    ] {
        assert_eq!(licence_problem("a", Some(licence)), None, "{licence}");
    }
}

#[test]
fn a_missing_or_unreadable_licence_is_refused() {
    assert!(licence_problem("a", None).is_some());
    for licence in ["", "see LICENSE", "MIT AND", "Apache 2"] {
        assert!(licence_problem("a", Some(licence)).is_some(), "{licence:?} passed");
    }
}

#[test]
fn a_planted_package_is_found_in_the_graph() {
    let metadata = serde_json::json!({
        "packages": [
            { "id": "a 1", "name": "a", "version": "1.0.0", "license": "MIT" },
            { "id": "b 1", "name": "b", "version": "2.0.0", "license": "AGPL-3.0-only" },
            { "id": "c 1", "name": "c", "version": "3.0.0", "license": null },
            { "id": "d 1", "name": "d", "version": "4.0.0", "license": "GPL-3.0-only" }
        ],
        // d is known to cargo but resolved by nobody.
        "resolve": { "nodes": [{ "id": "a 1" }, { "id": "b 1" }, { "id": "c 1" }, { "id": "e 1" }] }
    });
    let (problems, looked_at) = graph_problems(&metadata).expect("well-formed metadata");
    assert_eq!(looked_at, 4);
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert!(
        problems[0].starts_with("b 2.0.0:") && problems[1].starts_with("c 3.0.0:") && problems[2].starts_with("e 1:")
    );
    assert!(graph_problems(&serde_json::json!({ "packages": [] })).is_err());
}
