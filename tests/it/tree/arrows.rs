//! Which crate may use which.

use super::{File, caught, none, tree};

/// The workspace's arrows: what each crate uses of ours, and nothing else.
const ARROWS: &[(&str, &[&str])] = &[
    ("bema", &["chat", "council", "ingest", "player", "search", "vod-store"]),
    ("chat", &["council"]),
    ("cmaf", &[]),
    ("council", &[]),
    ("fuzz", &["cmaf", "ingest", "player", "vod-store"]),
    ("ingest", &["cmaf", "vod-store"]),
    ("player", &["chat", "council", "search", "vod-store"]),
    ("search", &["council"]),
    ("vod-store", &["cmaf", "council"]),
];

/// Arrows of tests only.
const TEST_ARROWS: &[(&str, &[&str])] =
    &[("bema", &["cmaf"]), ("cmaf", &["fuzz"]), ("ingest", &["fuzz"]), ("player", &["fuzz"]), ("vod-store", &["fuzz"])];

/// Foreign crates (by the beginning of their name) that only some of ours may know, with the reason.
const OWNED: &[(&str, &[&str], &str)] = &[
    ("gst", &["ingest"], "foreign media is parsed in the worker alone"),
    ("rml_rtmp", &["ingest"], "a source's protocol is ingest's business"),
    ("srt-", &["ingest"], "a source's protocol is ingest's business"),
    ("retina", &["ingest"], "a source's protocol is ingest's business"),
    ("landlock", &["ingest"], "the worker's sandbox"),
    ("seccompiler", &["ingest"], "the worker's sandbox"),
    ("axum", &["player", "bema"], "HTTP ends at the pages"),
    ("hyper", &["player", "bema"], "HTTP ends at the pages"),
    ("askama", &["player"], "HTML is the player's"),
    ("fluent", &["player"], "the interface's words are the player's"),
    ("sqlx", &["chat", "council"], "each crate owns its tables, and only these have some"),
    ("argon2", &["council"], "passwords are the council's"),
    ("tantivy", &["search"], "the index is the search's"),
    ("anyhow", &["bema"], "libraries have typed errors"),
];

struct Manifest {
    name: String,
    uses: Vec<String>,
    tests_use: Vec<String>,
}

fn manifests(files: &[File]) -> Vec<Manifest> {
    let keys = |table: &toml::Table, section: &str| -> Vec<String> {
        table.get(section).and_then(toml::Value::as_table).map(|it| it.keys().cloned().collect()).unwrap_or_default()
    };
    files
        .iter()
        .filter(|file| file.name() == "Cargo.toml")
        .filter_map(|file| {
            let table: toml::Table = file.text.parse().unwrap();
            let name = table.get("package")?.get("name")?.as_str()?.to_owned();
            let mut uses = keys(&table, "dependencies");
            uses.extend(keys(&table, "build-dependencies"));
            Some(Manifest { name, uses, tests_use: keys(&table, "dev-dependencies") })
        })
        .collect()
}

fn allowed<'a>(table: &[(&str, &'a [&'a str])], name: &str) -> &'a [&'a str] {
    table.iter().find(|(of, _)| *of == name).map_or(&[], |(_, arrows)| arrows)
}

fn wrong_arrows(manifests: &[Manifest]) -> Vec<String> {
    let ours: Vec<&str> = manifests.iter().map(|it| it.name.as_str()).collect();
    let mut faults = Vec::new();
    for Manifest { name, uses, tests_use } in manifests {
        let arrows = allowed(ARROWS, name);
        if !ARROWS.iter().any(|(of, _)| of == name) {
            faults.push(format!("{name} is a new crate: draw its arrows in ARROWS and in docs/ARCHITECTURE.md"));
        }
        for used in uses.iter().filter(|used| ours.contains(&used.as_str())) {
            if !arrows.contains(&used.as_str()) {
                faults.push(format!("{name} must not use {used}"));
            }
        }
        for used in tests_use.iter().filter(|used| ours.contains(&used.as_str())) {
            if !arrows.contains(&used.as_str()) && !allowed(TEST_ARROWS, name).contains(&used.as_str()) {
                faults.push(format!("the tests of {name} must not use {used}"));
            }
        }
        for arrow in arrows.iter().filter(|arrow| !uses.iter().any(|used| used == *arrow)) {
            faults
                .push(format!("{name} no longer uses {arrow}: take the arrow out of ARROWS and docs/ARCHITECTURE.md"));
        }
    }
    faults
}

fn strangers(manifests: &[Manifest]) -> Vec<String> {
    let mut faults = Vec::new();
    for Manifest { name, uses, tests_use } in manifests {
        for used in uses.iter().chain(tests_use) {
            for (beginning, owners, reason) in OWNED {
                if used.starts_with(beginning) && !owners.contains(&name.as_str()) {
                    faults.push(format!("{name} must not use {used}: {reason}"));
                }
            }
        }
    }
    faults
}

/// Code names a crate also by a re-export; so the words are sought in the sources as well.
fn named_in_source(files: &[File]) -> Vec<String> {
    let mut faults = Vec::new();
    for file in files.iter().filter(|file| file.extension() == "rs") {
        let Some((folder, _)) = file.path.split_once("/src/") else { continue };
        for (word, owners) in [("gstreamer::", &["ingest"][..]), ("axum::", &["player"][..])] {
            if file.text.contains(word) && !owners.contains(&folder) {
                faults.push(format!("{} names {word}", file.path));
            }
        }
    }
    faults
}

#[test]
fn crates_use_only_what_the_graph_shows() {
    none(&wrong_arrows(&manifests(&tree())));
}

#[test]
fn foreign_crates_stay_with_their_owners() {
    let files = tree();
    none(&strangers(&manifests(&files)));
    none(&named_in_source(&files));
}

#[test]
fn the_rules_bite() {
    let broken = |name: &str, change: fn(&mut Manifest)| {
        let mut all = manifests(&tree());
        change(all.iter_mut().find(|it| it.name == name).unwrap());
        all
    };
    caught(&wrong_arrows(&broken("player", |it| it.uses.push("ingest".to_owned()))), "player must not use ingest");
    caught(&wrong_arrows(&broken("cmaf", |it| it.tests_use.push("council".to_owned()))), "tests of cmaf");
    caught(&wrong_arrows(&broken("ingest", |it| it.uses.retain(|used| used != "cmaf"))), "no longer uses cmaf");
    caught(&strangers(&broken("vod-store", |it| it.uses.push("gstreamer-app".to_owned()))), "vod-store must not use");
    let file = File { path: "council/src/lib.rs".into(), text: "use axum::Router;".into() };
    caught(&named_in_source(&[file]), "council/src/lib.rs names axum::");
}
