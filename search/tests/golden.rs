//! The golden list: what people type, and the moment that must be among the first three.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

use std::{collections::BTreeMap, path::Path};

use council::{MeetingId, MunicipalityId};
use search::{Asked, Index, Moment, Place, Query};

const CORPUS: &str = include_str!("golden/corpus.txt");
const SCRIPT: &str = include_str!("../../media-fixtures/agenda-el.txt");
const QUERIES: &str = include_str!("golden/queries.txt");

/// What was said, a text a line: the made-up corpus, and the demonstration's script without its speakers.
fn texts() -> Vec<String> {
    let said = |line: &str| {
        let words = line.strip_prefix("ΘΕΜΑ ").or_else(|| line.split_once(": ").map(|(_, words)| words));
        words.unwrap_or(line).to_owned()
    };
    let lines = |text: &'static str| text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines(CORPUS).map(str::to_owned).chain(lines(SCRIPT).map(said)).collect()
}

fn indexed(folder: &Path, texts: &[String]) -> (Index, MunicipalityId) {
    let index = Index::open(folder).unwrap();
    let (here, meeting) = (MunicipalityId::new(), MeetingId::new());
    for (place, text) in (0..).zip(texts) {
        let at_ms = 1_790_000_000_000 + place * 10_000;
        let place = Place::Utterance { revision: 1, place };
        index.add(here, "body", meeting, &Moment { place, at_ms, speaker: "", text }).unwrap();
    }
    index.commit(&BTreeMap::new()).unwrap();
    (index, here)
}

#[test]
fn the_right_moment_is_among_the_first_three() {
    let (folder, texts) = (tempfile::tempdir().unwrap(), texts());
    let (index, here) = indexed(folder.path(), &texts);
    let mut scores: BTreeMap<&str, (usize, Vec<String>)> = BTreeMap::new();
    let mut language = "";
    for line in QUERIES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[') {
            language = name.trim_end_matches(']');
            continue;
        }
        let (asked, expected) = line.rsplit_once(" = ").unwrap();
        assert!(texts.iter().any(|text| text.contains(expected)), "nobody says {expected}");
        let found = index.find(&Query::read(asked).unwrap(), &Asked::of(here)).unwrap();
        let shown = found.hits.iter().take(3).map(|hit| {
            let Place::Utterance { place, .. } = hit.place else { panic!("{hit:?}") };
            texts[usize::try_from(place).unwrap()].as_str()
        });
        let shown: Vec<&str> = shown.collect();
        let (asked_of, misses) = scores.entry(language).or_default();
        *asked_of += 1;
        if !shown.iter().any(|text| text.contains(expected)) {
            misses.push(format!("{asked} -> {shown:?}"));
        }
    }
    let total: usize = scores.values().map(|(asked, _)| asked).sum();
    assert!(total >= 150, "{total} queries");
    for (language, (asked, misses)) in &scores {
        eprintln!("{language}: {} of {asked}; missed: {misses:#?}", asked - misses.len());
    }
    for (language, (asked, misses)) in &scores {
        let least = if *language == "english" { 98 } else { 95 };
        assert!((asked - misses.len()) * 100 >= asked * least, "{language}");
    }
}

#[test]
fn another_municipalitys_moments_are_not_found_and_filters_hold() {
    let (folder, texts) = (tempfile::tempdir().unwrap(), texts());
    let (index, here) = indexed(folder.path(), &texts);
    let query = Query::read("ύδρευση").unwrap();
    let total = |asked: &Asked<'_>| index.find(&query, asked).unwrap().total;
    assert!(total(&Asked::of(here)) > 0);
    assert_eq!(total(&Asked::of(MunicipalityId::new())), 0);
    assert_eq!(total(&Asked { year: Some(1999), ..Asked::of(here) }), 0);
    assert!(total(&Asked { year: Some(2026), ..Asked::of(here) }) > 0);
    assert_eq!(total(&Asked { kind: Some(search::Kind::Item), ..Asked::of(here) }), 0);
    assert_eq!(total(&Asked { speaker: Some("κανείς"), ..Asked::of(here) }), 0);
    let found = index.find(&query, &Asked { sort: search::Sort::Newest, ..Asked::of(here) }).unwrap();
    assert!(found.hits.windows(2).all(|pair| pair[0].at_ms >= pair[1].at_ms));
    let none = index.find(&Query::read("ζζζζζζζ").unwrap(), &Asked::of(here)).unwrap();
    assert_eq!((none.total, none.hits.len()), (0, 0));
}
