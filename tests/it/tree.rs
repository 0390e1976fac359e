//! The tree's invariants: what ARCHITECTURE.md states as absences is held here.
//!
//! Each rule is a function from texts to faults, so that a made-up text can show that it bites.

mod arrows;
mod dependencies;
mod documents;
mod files;
mod rust;

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A file of the tree: its path from the root, with `/`, and what is in it.
#[derive(Debug)]
struct File {
    path: String,
    text: String,
}

impl File {
    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    fn extension(&self) -> &str {
        self.name().rsplit_once('.').map_or("", |(_, extension)| extension)
    }
}

/// Folders that hold what tools make.
const MADE: &[&str] = &[".git", "target", "data", "demo-data", "node_modules", "dist", "test-results", "__pycache__"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every text file of the tree, but for what tools make.
fn tree() -> Vec<File> {
    let mut files = Vec::new();
    collect(&root(), &root(), &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(files.iter().any(|file| file.path == "src/main.rs"), "the tree was not found");
    files
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<File>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if MADE.contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, files);
        } else if let Ok(text) = fs::read_to_string(&path) {
            let path = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            files.push(File { path, text });
        }
    }
}

/// Fails with all faults at once.
#[track_caller]
fn none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// Fails unless exactly one fault names what was broken on purpose.
#[track_caller]
fn caught(faults: &[String], what: &str) {
    assert!(matches!(faults, [one] if one.contains(what)), "one fault that names {what:?} was expected: {faults:?}");
}
