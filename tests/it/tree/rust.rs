//! Rules on the Rust sources: where SQL, time, chance and tasks may be.

use super::{File, caught, none, tree};

/// Words that only the places named may hold, outside tests.
struct Rule {
    words: &'static [&'static str],
    why: &'static str,
    /// Path (or its end, after a `*`) and the reason.
    but: &'static [(&'static str, &'static str)],
}

const SQL: Rule = Rule {
    words: &["sqlx::query", "query_as(", "query_scalar(", "\"SELECT ", "\"INSERT ", "\"UPDATE ", "\"DELETE "],
    why: "SQL stands only in files named db.rs",
    but: &[("*/db.rs", "the rule")],
};

const TIME: Rule = Rule {
    words: &["Timestamp::now", "Zoned::now", "SystemTime", "Uuid::now_v7"],
    why: "time of day enters through council::Clock",
    but: &[
        ("council/src/clock.rs", "the clock itself"),
        ("council/src/id.rs", "the time in an id only sorts"),
        ("vod-store/src/films.rs", "the time in an id only sorts"),
        ("vod-store/src/take/mod.rs", "the time in an id only sorts"),
    ],
};

/// Spans are measured with tokio's clock, which a test can stop; `std`'s it cannot.
const SPANS: Rule = Rule {
    words: &["std::time::Instant"],
    why: "spans are measured with tokio::time::Instant",
    but: &[
        ("ingest/src/worker/mod.rs", "the worker process has no runtime"),
        ("ingest/src/worker/station.rs", "the worker process has no runtime"),
        ("src/commands/doctor.rs", "measures this machine's disk"),
        ("src/commands/verify.rs", "times what a person waits for"),
        ("vod-store/src/take/writer.rs", "measures the disk, on a thread without a runtime"),
        ("vod-store/src/take/backlog.rs", "what waits is looked at from that thread too"),
    ],
};

const CHANCE: Rule = Rule {
    words: &["rand::", "thread_rng", "getrandom::", "Uuid::new_v4"],
    why: "randomness enters through one place",
    but: &[
        ("council/src/random.rs", "that place"),
        ("player/src/events.rs", "spreads the viewers who come back: no secret"),
        ("player/src/security.rs", "a page's nonce: nothing that is kept"),
    ],
};

const TASKS: Rule = Rule {
    words: &["tokio::spawn", "task::spawn(", "thread::spawn", "thread::Builder"],
    why: "nobody starts a task that nobody owns: use the TaskTracker",
    but: &[
        ("ingest/src/supervisor.rs", "reads a worker's log; ends with the handle that its source's task holds"),
        ("src/commands/demo.rs", "the demonstration's encoder; awaited before the command ends"),
        ("ingest/src/worker/output.rs", "the worker process writes to its parent; joined at its end"),
        ("ingest/src/worker/rendition.rs", "stops a branch while the source goes on; ends with it or with the worker"),
        ("vod-store/src/take/writer.rs", "disk calls block; ends when the take's writer is dropped, and tells so"),
        ("vod-store/src/program/writer.rs", "disk calls block; a folder's ends when its keeper is dropped"),
    ],
};

/// A source without its comments and its tests.
fn bare(text: &str) -> Vec<(usize, &str)> {
    let mut lines = Vec::new();
    let mut all = text.lines().enumerate().peekable();
    while let Some((number, line)) = all.next() {
        let inline_tests = line.trim() == "#[cfg(test)]"
            && all.peek().is_some_and(|(_, next)| next.trim().starts_with("mod ") && next.trim().ends_with('{'));
        if inline_tests {
            break;
        }
        let code = line.split("// ").next().unwrap_or(line);
        if !code.trim_start().starts_with("//") {
            lines.push((number + 1, code));
        }
    }
    lines
}

/// The same text with each `use std::{…}` written out as far as a word of it may be forbidden.
fn spelt_out(file: &File) -> File {
    let imports_instant = file
        .text
        .split("use std::")
        .skip(1)
        .filter_map(|rest| rest.split(';').next())
        .any(|names| names.split(|c: char| !c.is_alphanumeric()).any(|name| name == "Instant"));
    let text = if imports_instant { format!("use std::time::Instant;{}", file.text) } else { file.text.clone() };
    File { path: file.path.clone(), text }
}

/// Sources of the program: the crates' and the binary's, without files of tests.
fn program(files: &[File]) -> impl Iterator<Item = &File> {
    files.iter().filter(|file| {
        file.extension() == "rs"
            && (file.path.starts_with("src/") || file.path.contains("/src/"))
            && !file.path.contains("/tests/")
            && file.name() != "tests.rs"
    })
}

fn matches(place: &str, path: &str) -> bool {
    place.strip_prefix('*').map_or(place == path, |end| path.ends_with(end))
}

fn held(rule: &Rule, files: &[File]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut used = vec![false; rule.but.len()];
    for file in program(files) {
        let found: Vec<_> = bare(&file.text)
            .into_iter()
            .filter_map(|(number, code)| {
                rule.words.iter().find(|word| code.contains(**word)).map(|word| (number, word))
            })
            .collect();
        if found.is_empty() {
            continue;
        }
        if let Some(place) = rule.but.iter().position(|(place, _)| matches(place, &file.path)) {
            used[place] = true;
            continue;
        }
        faults.extend(found.into_iter().map(|(number, word)| format!("{}:{number}: {word}: {}", file.path, rule.why)));
    }
    for ((place, reason), _) in rule.but.iter().zip(used).filter(|(_, used)| !used) {
        faults.push(format!("{place} ({reason}) needs no exception: {}", rule.why));
    }
    faults
}

fn without_head(files: &[File]) -> Vec<String> {
    files
        .iter()
        .filter(|file| file.extension() == "rs" && !file.text.starts_with("//!"))
        .map(|file| format!("{} does not begin with //!: what, why, what it must not know", file.path))
        .collect()
}

#[test]
fn sql_stands_in_db_files() {
    none(&held(&SQL, &tree()));
}

#[test]
fn time_enters_through_the_clock() {
    none(&held(&TIME, &tree()));
}

#[test]
fn spans_are_measured_with_a_clock_that_tests_can_stop() {
    let files: Vec<File> = tree().iter().map(spelt_out).collect();
    none(&held(&SPANS, &files));
}

#[test]
fn chance_enters_through_one_place() {
    none(&held(&CHANCE, &tree()));
}

#[test]
fn every_task_is_owned() {
    none(&held(&TASKS, &tree()));
}

#[test]
fn every_module_says_what_it_is() {
    none(&without_head(&tree()));
}

#[test]
fn the_rules_bite() {
    let file = |path: &str, text: &str| [File { path: path.into(), text: text.into() }];
    let rule = |words| Rule { words, why: "why", but: &[("*/db.rs", "the rule")] };
    let faults = |path: &str, text: &str| {
        let mut faults = held(&rule(&["sqlx::query"]), &file(path, text));
        faults.retain(|fault| !fault.contains("needs no exception"));
        faults
    };
    caught(&faults("player/src/page.rs", "fn a() {}\nsqlx::query(\"\");"), "player/src/page.rs:2");
    caught(&faults("src/main.rs", "sqlx::query(\"\"); // x"), "src/main.rs:1");
    none(&faults("council/src/db.rs", "sqlx::query"));
    none(&faults("council/src/a.rs", "/// sqlx::query\n//! sqlx::query\nlet a = 1; // sqlx::query"));
    none(&faults("council/src/a.rs", "#[cfg(test)]\nmod tests {\n sqlx::query(); }"));
    caught(&faults("council/src/a.rs", "#[cfg(test)]\nmod tests;\nsqlx::query();"), "council/src/a.rs:3");
    caught(&held(&rule(&["sqlx::query"]), &file("council/src/db.rs", "nothing")), "needs no exception");
    let spans = |text: &str| {
        let mut faults = held(&SPANS, &[spelt_out(&file("ingest/src/a.rs", text)[0])]);
        faults.retain(|fault| !fault.contains("needs no exception"));
        faults
    };
    caught(&spans("use std::{\n    io,\n    time::{Duration, Instant},\n};"), "ingest/src/a.rs:1");
    none(&spans("use std::time::Duration;\nuse tokio::time::Instant;\nInstant::now();"));
    caught(&without_head(&file("a/src/b.rs", "use x;\n//! late")), "a/src/b.rs");
}
