//! Rules on every file: names, sizes, leftovers.

use super::{File, MADE, caught, none, root, tree};

/// What may stand at the root.
const TOP: &[&str] = &[
    ".cargo",
    ".ci",
    ".config",
    ".gitignore",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "clippy.toml",
    "chat",
    "cmaf",
    "council",
    "docs",
    "ingest",
    "media-fixtures",
    "migrations",
    "player",
    "rustfmt.toml",
    "script",
    "search",
    "src",
    "tests",
    "vod-store",
];

/// About so many lines are read in one go; a module's own tests, at its end, do not count.
const LINES: usize = 420;

/// Kinds of file whose length is bounded.
const BOUNDED: &[&str] = &["rs", "ts", "mjs", "js", "css", "html", "py", "sql", "sh"];

/// Longer files, with the reason.
const LONGER: &[(&str, &str)] = &[];

/// Words that stand for work not done, or for where it was done.
const LEFTOVERS: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
    concat!("/wo", "rk/"),
];

fn without_tests(text: &str) -> &str {
    match text.split_once("\n#[cfg(test)]\nmod ") {
        Some((before, tests)) if tests.lines().next().is_some_and(|line| line.ends_with('{')) => before,
        _ => text,
    }
}

fn too_long(files: &[File]) -> Vec<String> {
    let mut faults = Vec::new();
    for file in files.iter().filter(|file| BOUNDED.contains(&file.extension())) {
        let lines = without_tests(&file.text).lines().count();
        let excepted = LONGER.iter().any(|(path, _)| *path == file.path);
        match (lines > LINES, excepted) {
            (true, false) => {
                faults.push(format!("{} has {lines} lines, more than {LINES}: split it by role", file.path))
            }
            (false, true) => faults.push(format!("{} has {lines} lines: take it out of LONGER", file.path)),
            _ => {}
        }
    }
    faults
}

fn leftovers(files: &[File]) -> Vec<String> {
    let mut faults = Vec::new();
    for file in files.iter().filter(|file| !["Cargo.lock", "package-lock.json"].contains(&file.name())) {
        for (number, line) in file.text.lines().enumerate() {
            for word in LEFTOVERS.iter().filter(|word| line.contains(**word)) {
                faults.push(format!("{}:{}: {word}", file.path, number + 1));
            }
        }
    }
    faults
}

fn not_runnable(files: &[File], runnable: impl Fn(&str) -> bool) -> Vec<String> {
    files
        .iter()
        .filter(|file| file.text.starts_with("#!/") && !runnable(&file.path))
        .map(|file| format!("{} begins as a script, and is not executable", file.path))
        .collect()
}

fn strangers<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    names.filter(|name| !TOP.contains(name) && !MADE.contains(name)).map(|name| format!("{name} at the root")).collect()
}

#[test]
fn files_are_short() {
    none(&too_long(&tree()));
}

#[test]
fn nothing_is_left_undone() {
    none(&leftovers(&tree()));
}

#[test]
fn scripts_can_be_run() {
    use std::os::unix::fs::PermissionsExt as _;
    none(&not_runnable(&tree(), |path| root().join(path).metadata().unwrap().permissions().mode() & 0o111 != 0));
}

#[test]
fn the_root_holds_what_it_should() {
    let names: Vec<String> =
        root().read_dir().unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    none(&strangers(names.iter().map(String::as_str).filter(|name| !name.ends_with(".log"))));
    let missing: Vec<String> = TOP
        .iter()
        .filter(|top| !names.iter().any(|name| name == *top))
        .map(|top| format!("{top} is missing"))
        .collect();
    none(&missing);
}

#[test]
fn the_rules_bite() {
    let file = |path: &str, text: String| [File { path: path.into(), text }];
    caught(&too_long(&file("src/a.rs", "x\n".repeat(LINES + 1))), &format!("src/a.rs has {} lines", LINES + 1));
    none(&too_long(&file("src/a.rs", "x\n".repeat(LINES))));
    none(&too_long(&file("src/a.rs", format!("x\n#[cfg(test)]\nmod tests {{\n{}}}\n", "x\n".repeat(LINES)))));
    caught(&too_long(&file("src/a.rs", format!("x\n#[cfg(test)]\nmod tests;\n{}", "x\n".repeat(LINES)))), "src/a.rs");
    for word in LEFTOVERS {
        caught(&leftovers(&file("src/a.rs", format!("fn a() {{}}\n// {word} x"))), "src/a.rs:2");
    }
    caught(&not_runnable(&file("script/a", "#!/bin/sh\n".into()), |_| false), "script/a");
    none(&not_runnable(&file("script/a", "plain".into()), |_| false));
    caught(&strangers(["src", "notes.txt"].into_iter()), "notes.txt");
}
