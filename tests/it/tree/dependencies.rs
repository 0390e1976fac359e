//! Foreign crates: where they come from, under which licences, in how many versions.

use std::{collections::BTreeMap, process::Command};

use serde_json::Value;

use super::{caught, none, root};

/// Licences that may be combined with the EUPL-1.2 in one binary.
const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "EUPL-1.2",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "NCSA",
    "Unlicense",
    "Zlib",
];

/// Direct dependencies of which a second version comes with another crate, with the reason.
const TWICE: &[(&str, &str)] = &[
    ("base64", "axum has 0.22, hyper-util 0.23"),
    ("rand", "rml_rtmp has 0.8, the exporter of metrics and the client of WebSockets 0.9"),
    ("sha2", "rml_rtmp has 0.9, sqlx 0.10"),
    ("thiserror", "rml_rtmp and mp4-atom have 1"),
];

fn metadata() -> Value {
    let out = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--all-features"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(out.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).unwrap()
}

/// Whether an SPDX expression can be met with the licences above: `OR` (or the old `/`) weaker than `AND`, parentheses.
fn met(expression: &str) -> bool {
    let spaced =
        expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ").replace(" WITH ", "\u{0}WITH\u{0}");
    let words: Vec<String> = spaced.split_whitespace().map(|word| word.replace('\u{0}', " ")).collect();
    let mut at = 0;
    any(&words, &mut at) && at == words.len()
}

fn any(words: &[String], at: &mut usize) -> bool {
    let mut good = all(words, at);
    while words.get(*at).is_some_and(|word| word == "OR") {
        *at += 1;
        good |= all(words, at);
    }
    good
}

fn all(words: &[String], at: &mut usize) -> bool {
    let mut good = one(words, at);
    while words.get(*at).is_some_and(|word| word == "AND") {
        *at += 1;
        good &= one(words, at);
    }
    good
}

fn one(words: &[String], at: &mut usize) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if word != "(" {
        return LICENCES.contains(&word.as_str());
    }
    let good = any(words, at);
    *at += 1;
    good
}

fn packages(metadata: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| (package["name"].as_str().unwrap(), package["version"].as_str().unwrap(), package))
}

fn bad_licences(metadata: &Value) -> Vec<String> {
    packages(metadata)
        .filter(|(.., package)| !package["license"].as_str().is_some_and(met))
        .map(|(name, version, package)| format!("{name} {version} is under {}", package["license"]))
        .collect()
}

fn strange_sources(metadata: &Value) -> Vec<String> {
    packages(metadata)
        .filter(|(.., package)| {
            package["source"].as_str().is_some_and(|it| it != "registry+https://github.com/rust-lang/crates.io-index")
        })
        .map(|(name, version, package)| format!("{name} {version} comes from {}", package["source"]))
        .collect()
}

fn second_versions(metadata: &Value) -> Vec<String> {
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut direct: Vec<&str> = Vec::new();
    for (name, version, package) in packages(metadata) {
        versions.entry(name).or_default().push(version);
        if package["source"].is_null() {
            direct.extend(package["dependencies"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()));
        }
    }
    direct.sort_unstable();
    direct.dedup();
    direct
        .into_iter()
        .filter(|name| versions.get(name).is_some_and(|all| all.len() > 1) && !TWICE.iter().any(|(it, _)| it == name))
        .map(|name| format!("{name} is there in several versions: {}", versions[name].join(", ")))
        .collect()
}

#[test]
fn every_crate_comes_from_the_registry_under_a_licence_that_fits() {
    let metadata = metadata();
    none(&bad_licences(&metadata));
    none(&strange_sources(&metadata));
}

#[test]
fn there_is_one_version_of_each_direct_dependency() {
    let metadata = metadata();
    none(&second_versions(&metadata));
    for (name, _) in TWICE {
        assert!(packages(&metadata).filter(|(it, ..)| it == name).count() > 1, "take {name} out of TWICE");
    }
}

#[test]
fn the_rules_bite() {
    for (expression, expected) in [
        ("MIT", true),
        ("MIT/Apache-2.0", true),
        ("GPL-3.0-only OR MIT", true),
        ("(MIT OR GPL-2.0-only) AND Unicode-3.0", true),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("GPL-3.0-only", false),
        ("MIT AND GPL-3.0-only", false),
        ("MIT OR (", false),
        ("", false),
    ] {
        assert_eq!(met(expression), expected, "{expression}");
    }
    let made_up = serde_json::json!({"packages": [
        {"name": "ours", "version": "1.0.0", "license": "MIT", "source": null, "dependencies": [{"name": "foreign"}]},
        {"name": "foreign", "version": "1.0.0", "license": "SSPL-1.0", "dependencies": [],
            "source": "registry+https://github.com/rust-lang/crates.io-index"},
        {"name": "foreign", "version": "2.0.0", "license": "MIT", "dependencies": [], "source": "git+https://example.org/x"},
    ]});
    caught(&bad_licences(&made_up), "foreign 1.0.0");
    caught(&strange_sources(&made_up), "foreign 2.0.0");
    caught(&second_versions(&made_up), "1.0.0, 2.0.0");
}
