//! When a certificate is renewed, how long is waited after a failure, and who may read what is kept.

use std::{os::unix::fs::PermissionsExt as _, time::Duration};

use super::*;

const DAY_MS: i64 = 86_400_000;

fn settings(folder: &std::path::Path) -> Settings {
    Settings {
        folder: folder.join("acme"),
        directory: "https://ca.example.gr/directory".into(),
        roots: None,
        names: vec!["council.example.gr".into()],
        email: None,
    }
}

/// A certificate signed by itself, from a day to a day of 2030.
fn held(settings: &Settings) -> Held {
    let mut params = rcgen::CertificateParams::new(settings.names.clone()).unwrap();
    params.not_before = rcgen::date_time_ymd(2030, 1, 1);
    params.not_after = rcgen::date_time_ymd(2030, 4, 1);
    params.distinguished_name.push(rcgen::DnType::OrganizationName, "A Test");
    let key = rcgen::KeyPair::generate().unwrap();
    let chain_pem = params.self_signed(&key).unwrap().pem();
    let (directory, names) = (settings.directory.clone(), settings.names.clone());
    Held { directory, names, chain_pem, key_pem: key.serialize_pem() }
}

fn clock(at: &str) -> Clock {
    Clock::manual(at.parse().unwrap())
}

#[test]
fn it_is_renewed_in_the_last_third_of_its_time_and_for_other_names_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    Kept::open(&settings.folder).unwrap().keep_certificate(&held(&settings)).unwrap();
    let due_in = |settings: Settings, at: &str| Acme::open(settings, clock(at)).unwrap().due_in();
    assert_eq!(due_in(settings.clone(), "2030-01-01T00:00:00Z"), Duration::from_secs(60 * 86_400));
    assert_eq!(due_in(settings.clone(), "2030-03-02T00:00:00Z"), Duration::ZERO);
    assert_eq!(due_in(settings.clone(), "2031-01-01T00:00:00Z"), Duration::ZERO);
    let other = Settings { names: vec!["other.example.gr".into()], ..settings.clone() };
    assert_eq!(due_in(other, "2030-01-01T00:00:00Z"), Duration::ZERO);
    let elsewhere = Settings { directory: "https://other.example.gr/".into(), ..settings };
    assert_eq!(due_in(elsewhere, "2030-01-01T00:00:00Z"), Duration::ZERO);
}

#[test]
fn pauses_grow_to_a_bound_and_spare_the_limits_of_the_authority() {
    let away = Failure::Away(String::new());
    let pauses: Vec<u64> = [1, 2, 3, 4, 40].map(|tries| away.pause(tries).as_secs()).into();
    assert_eq!(pauses, [5, 10, 20, 40, 3600]);
    let refused = Failure::Refused(String::new());
    let pauses: Vec<u64> = [1, 2, 3, 40].map(|tries| refused.pause(tries).as_secs() / 60).into();
    assert_eq!(pauses, [15, 30, 60, 360]);
    assert!(Failure::Limited(String::new()).pause(1) >= Duration::from_secs(3600));
}

#[test]
fn a_restart_owes_the_pause_unless_other_names_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let at = clock("2030-01-01T00:00:00Z");
    let kept = Kept::open(&settings.folder).unwrap();
    let failed = |costs, pause_ms| Failed {
        at_ms: at.now_ms(),
        again_ms: at.now_ms() + pause_ms,
        costs,
        words: "it was refused".into(),
        directory: settings.directory.clone(),
        names: settings.names.clone(),
    };
    let rest =
        |settings: &Settings, at: &str| Acme::open(settings.clone(), clock(at)).unwrap().rest_of_pause().as_secs();
    kept.keep_failure(&failed(true, DAY_MS)).unwrap();
    assert_eq!(rest(&settings, "2030-01-01T00:05:00Z"), 600);
    assert_eq!(rest(&settings, "2030-01-01T00:15:00Z"), 0);
    assert_eq!(rest(&settings, "2020-01-01T00:00:00Z"), 900, "a clock that was set back");
    let other = Settings { names: vec!["other.example.gr".into()], ..settings.clone() };
    assert_eq!(rest(&other, "2030-01-01T00:05:00Z"), 0);
    kept.keep_failure(&failed(false, DAY_MS)).unwrap();
    assert_eq!(rest(&settings, "2030-01-01T00:00:01Z"), 0, "nobody was asked");
}

#[test]
fn what_is_kept_is_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    std::fs::create_dir(&settings.folder).unwrap();
    let kept = Kept::open(&settings.folder).unwrap();
    kept.try_to_write().unwrap();
    kept.keep_certificate(&held(&settings)).unwrap();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&settings.folder), 0o700);
    let files: Vec<_> = settings.folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files, [settings.folder.join("certificate.json")]);
    assert_eq!(mode(&files[0]), 0o600);
    assert!(!format!("{:?}", kept.certificate().unwrap()).contains("PRIVATE"));
}

#[test]
fn how_it_stands_is_said_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let said = |at: &str| look(&settings, &clock(at));
    assert!(said("2030-01-02T00:00:00Z").unwrap_err().contains("none yet"));
    let kept = Kept::open(&settings.folder).unwrap();
    kept.keep_certificate(&held(&settings)).unwrap();
    let fine = said("2030-01-02T00:00:00Z").unwrap();
    assert!(fine.starts_with("from A Test") && fine.contains("until 2030-04-01T00:00:00Z"), "{fine}");
    assert!(fine.ends_with("renewed from 2030-03-02T00:00:00Z on"), "{fine}");
    assert!(said("2030-05-01T00:00:00Z").unwrap_err().contains("which is past"));
    let words = Failure::Refused("council.example.gr: connection refused".into()).to_string();
    let (directory, names) = (settings.directory.clone(), settings.names.clone());
    kept.keep_failure(&Failed { at_ms: 0, again_ms: 0, costs: true, words, directory, names }).unwrap();
    let wrong = said("2030-03-05T00:00:00Z").unwrap_err();
    assert!(wrong.contains("connection refused; each name of the certificate must lead to this machine"), "{wrong}");
}
