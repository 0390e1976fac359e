//! The worker's walls stand, and it is they that hold.

use std::process::Command;

use ingest::worker::{Profile, sandbox::Reach};

fn reach(sandbox: bool) -> Reach {
    let profile = Profile { sandbox, probe: true, ..Profile::default() };
    let output = Command::new(env!("CARGO_BIN_EXE_media-worker")).arg(profile.to_string()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert_eq!(said.contains("seccomp"), sandbox, "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_worker_reaches_nothing() {
    assert_eq!(reach(true), Reach::default());
}

#[test]
fn without_its_walls_it_would() {
    let without = reach(false);
    assert!(without.write_file && without.read_file && without.open_socket && without.start_program, "{without:?}");
}
