//! What the documents name exists: paths, commands, dependencies; and both languages have every word.

use std::{collections::BTreeSet, process::Command};

use super::{File, caught, none, root, tree};

/// Folders whose files documents name by path from the root.
const NAMED: &[&str] = &[
    "script/",
    "docs/",
    "media-fixtures/",
    "migrations/",
    "src/",
    "tests/",
    "cmaf/",
    "council/",
    "ingest/",
    "player/",
    "vod-store/",
];

/// The `code` in a Markdown text: what stands between back-ticks, and the lines of fenced blocks.
fn code(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut fenced = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            found.push(line.trim());
        } else {
            found.extend(line.split('`').skip(1).step_by(2));
        }
    }
    found
}

fn documents(files: &[File]) -> impl Iterator<Item = &File> {
    files.iter().filter(|file| file.extension() == "md")
}

/// Paths that documents name as code or link to, and that are not there.
fn dead_paths(files: &[File], exists: impl Fn(&str) -> bool) -> Vec<String> {
    let mut faults = Vec::new();
    for file in documents(files) {
        let links = file.text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for link in links.filter(|link| !link.is_empty() && !link.contains("://") && !link.starts_with("mailto:")) {
            let target = match link.strip_prefix("../") {
                Some(rest) => rest.to_owned(),
                None if folder.is_empty() => link.to_owned(),
                None => format!("{folder}/{link}"),
            };
            if !exists(&target) {
                faults.push(format!("{} links to {link}, which is not there", file.path));
            }
        }
        for word in code(&file.text).into_iter().flat_map(str::split_whitespace) {
            let path = word.trim_start_matches("./").trim_matches([',', '.', ':', ';', '(', ')', '│']);
            let is_path =
                NAMED.iter().any(|folder| path.starts_with(folder)) && !path.contains(['<', '*', '…', '{', '$']);
            if is_path && !exists(path) {
                faults.push(format!("{} names {path}, which is not there", file.path));
            }
        }
    }
    faults
}

/// The subcommands of `bema` that documents name.
fn subcommands(files: &[File]) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for file in documents(files) {
        for line in code(&file.text) {
            let line = line.trim_start_matches("$ ").trim_start_matches("sudo ");
            if let Some(rest) = line.strip_prefix("bema ") {
                let command = rest.split_whitespace().next().unwrap_or_default();
                if !command.is_empty()
                    && command.chars().all(|c| c.is_ascii_lowercase() || c == '-')
                    && !command.starts_with('-')
                {
                    found.insert((file.path.clone(), command.to_owned()));
                }
            }
        }
    }
    found
}

/// Settings that documents show in a block of TOML, and that the documented defaults do not have.
fn unknown_settings(files: &[File], defaults: &str) -> Vec<String> {
    let known: toml::Table = defaults.parse().unwrap();
    let mut faults = Vec::new();
    for file in documents(files) {
        for block in file.text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()) {
            let shown: toml::Table = block.parse().unwrap_or_else(|error| panic!("{}: {error}", file.path));
            for (section, settings) in &shown {
                for name in settings.as_table().into_iter().flat_map(toml::Table::keys) {
                    if known.get(section).and_then(|it| it.get(name)).is_none() {
                        faults.push(format!("{} shows {section}.{name}, which is no setting", file.path));
                    }
                }
            }
        }
    }
    faults
}

/// Dependencies of the workspace that have no row in the table of reasons, and rows of others or of other versions.
fn unexplained(manifest: &str, architecture: &str) -> Vec<String> {
    let manifest: toml::Table = manifest.parse().unwrap();
    let entries = manifest["workspace"]["dependencies"].as_table().unwrap();
    let wanted: BTreeSet<String> = entries
        .iter()
        .filter(|(_, entry)| entry.get("path").is_none())
        .map(|(name, entry)| {
            let package = entry.get("package").and_then(toml::Value::as_str).unwrap_or(name);
            let version = entry.get("version").unwrap_or(entry).as_str().unwrap();
            format!("{package} {version}")
        })
        .collect();
    let rows: BTreeSet<String> = architecture
        .lines()
        .skip_while(|line| !line.starts_with("## Dependencies"))
        .take_while(|line| !line.starts_with("### Not taken"))
        .filter(|line| line.starts_with('|') && line.contains('`'))
        .map(|line| {
            let mut cells = line.split('|').skip(2).map(|cell| cell.trim().trim_matches('`'));
            format!("{} {}", cells.next().unwrap_or_default(), cells.next().unwrap_or_default())
        })
        .collect();
    let mut faults: Vec<String> =
        wanted.difference(&rows).map(|name| format!("{name} has no row in docs/ARCHITECTURE.md")).collect();
    faults
        .extend(rows.difference(&wanted).map(|row| format!("docs/ARCHITECTURE.md explains {row}, which is not used")));
    faults
}

/// Message ids of a Fluent catalogue.
fn words(text: &str) -> BTreeSet<&str> {
    text.lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()))
        .filter_map(|line| line.split_once('=').map(|(id, _)| id.trim()))
        .collect()
}

fn untranslated(greek: &str, english: &str) -> Vec<String> {
    let (greek, english) = (words(greek), words(english));
    greek
        .symmetric_difference(&english)
        .map(|id| format!("{id} is missing in {}", if greek.contains(id) { "English" } else { "Greek" }))
        .collect()
}

fn catalogue(files: &[File], language: &str) -> String {
    let place = format!("player/locales/{language}");
    let texts: Vec<&str> = files
        .iter()
        .filter(|file| file.extension() == "ftl" && file.path.starts_with(&place))
        .map(|file| file.text.as_str())
        .collect();
    assert!(!texts.is_empty(), "there is no catalogue under {place}");
    texts.join("\n")
}

#[test]
fn documents_name_only_what_exists() {
    none(&dead_paths(&tree(), |path| root().join(path).exists()));
}

#[test]
fn documents_name_only_commands_of_the_program() {
    let found = subcommands(&tree());
    assert!(found.iter().any(|(_, command)| command == "rebuild"), "the documents name no command: {found:?}");
    let faults: Vec<String> = found
        .into_iter()
        .filter(|(_, command)| {
            let help = Command::new(env!("CARGO_BIN_EXE_bema")).args([command, "--help"]).output().unwrap();
            !help.status.success()
        })
        .map(|(path, command)| format!("{path} names bema {command}, which the program does not know"))
        .collect();
    none(&faults);
}

#[test]
fn documents_show_only_settings_that_exist() {
    let files = tree();
    let defaults = files.iter().find(|file| file.path == "src/config.toml").unwrap();
    none(&unknown_settings(&files, &defaults.text));
}

#[test]
fn every_dependency_has_its_reason() {
    let read = |path: &str| std::fs::read_to_string(root().join(path)).unwrap();
    none(&unexplained(&read("Cargo.toml"), &read("docs/ARCHITECTURE.md")));
}

#[test]
fn both_languages_have_every_word() {
    let files = tree();
    none(&untranslated(&catalogue(&files, "el"), &catalogue(&files, "en")));
}

#[test]
fn the_rules_bite() {
    let file = |text: &str| [File { path: "docs/A.md".into(), text: text.into() }];
    let dead = |text: &str| dead_paths(&file(text), |path| path == "script/demo" || path == "docs/B.md");
    caught(&dead("Run `script/nothing --now`."), "script/nothing");
    caught(&dead("```\n$ script/nothing\n```"), "script/nothing");
    caught(&dead("See [that](C.md#x)."), "C.md");
    none(&dead(
        "Run `script/demo`, see [B](B.md#x), [B](../docs/B.md) and [web](https://example.org); script/nothing.",
    ));
    let commands = subcommands(&file("`bema serve --x`, `bema <cmd>`, bema text\n```\nsudo bema dig\n```"));
    assert_eq!(commands.into_iter().map(|(_, it)| it).collect::<Vec<_>>(), ["dig", "serve"]);
    let manifest =
        "[workspace.dependencies]\nours = { path = \"ours\" }\nlast = { package = \"other\", version = \"2\" }\n";
    none(&unexplained(manifest, "## Dependencies\n| job | crate |\n| job | `other` | 2 | why |\n"));
    caught(&unexplained(manifest, "## Dependencies\n"), "other 2 has no row");
    caught(&unexplained(manifest, "## Dependencies\n| j | `other` | 2 | w |\n| j | `gone` | 1 | w |\n"), "gone");
    assert_eq!(unexplained(manifest, "## Dependencies\n| j | `other` | 1 | why |\n").len(), 2);
    caught(&untranslated("a = α\nb = β\n    .label = γ", "a = a\n"), "b is missing in English");
}
