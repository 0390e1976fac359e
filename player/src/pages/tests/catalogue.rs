//! Every word of the catalogues is used, and every word that is used is in them.

use crate::pages::words::tests::signatures;

/// The words that no literal names: elements take theirs by prefix, refusals by the server's key.
const BY_PREFIX: [&str; 20] = [
    "transcript-",
    "agenda-list-",
    "press-",
    "alarms-",
    "player-",
    "watch-",
    "monitor-",
    "copy-",
    "disk-",
    "countdown-",
    "share-",
    "sender-",
    "chat-desk-",
    "chat-",
    "asking-",
    "console-desk-",
    "error-chat-",
    "error-intervention-",
    "error-",
    "doors-",
];

/// The words that pages name by what the floor calls it.
const BY_STATE: [&str; 18] = [
    "desk-who-",
    "desk-hold-",
    "desk-state-",
    "desk-cause-",
    "desk-done-",
    "desk-caption-",
    "desk-empty-",
    "desk-chat-",
    "console-who-",
    "console-policy-",
    "console-table-",
    "console-caption-",
    "console-empty-",
    "console-done-",
    "intervention-group-",
    "intervention-own-",
    "intervention-report-",
    "intervention-said-",
];

#[test]
fn every_word_is_used_and_every_key_that_is_used_exists() {
    let keys = signatures("el");
    let sources = read_all("templates") + &read_all("src/pages");
    for key in keys.keys() {
        let prefix = BY_PREFIX.iter().chain(&BY_STATE).any(|prefix| key.starts_with(prefix));
        assert!(prefix || sources.contains(&format!("\"{key}\"")), "{key} is used nowhere");
    }
    // The browser's scripts name the same words without their prefix; some by what the server or a table says.
    let scripts = read_all("web/src");
    let computed = [
        "announce-",
        "badge-",
        "became-",
        "code-",
        "fault-",
        "hold-",
        "kind-",
        "own-",
        "policy-",
        "refused-",
        "stage-",
        "supported-",
        "who-",
    ];
    for key in keys.keys().filter(|key| !key.starts_with("error-")) {
        let Some(name) = BY_PREFIX.iter().find_map(|prefix| key.strip_prefix(prefix)) else { continue };
        let said = scripts.contains(&format!("\"{name}\"")) || sources.contains(&format!("\"{key}\""));
        assert!(said || computed.iter().any(|prefix| name.starts_with(prefix)), "{key} is said nowhere");
    }
    for call in [".get(\"", ".with(\"", ".with_two(\"", ".with_all(\""] {
        for rest in sources.split(call).skip(1) {
            let key = rest.split('"').next().unwrap();
            assert!(keys.contains_key(key) || key == "no-such-key", "{key} is in no catalogue");
        }
    }
    for call in [".element(\""] {
        for rest in sources.split(call).skip(1) {
            let prefix = format!("{}-", rest.split('"').next().unwrap());
            assert!(BY_PREFIX.contains(&prefix.as_str()), "{prefix}");
            assert!(keys.keys().any(|key| key.starts_with(&prefix)), "no word begins with {prefix}");
        }
    }
}

/// The text of every file in a folder of this crate, but the tests'.
fn read_all(folder: &str) -> String {
    fn read(folder: &std::path::Path, text: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && path.file_name().is_some_and(|name| name != "tests") {
                read(&path, text);
            } else if path.is_file() {
                text.push_str(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    let mut text = String::new();
    read(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut text);
    text
}
