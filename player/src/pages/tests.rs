//! Every page, in both languages and in every state, on made-up data.

use askama::Template;
use axum::http::StatusCode;
use council::{
    BodyId, MeetingId, MunicipalityId, SourceId,
    meeting::{Listing, Meeting, Stage},
    municipality::{Bilingual, Body, Municipality},
    source::{Protocol, Rank, Source},
};
use vod_store::{
    intake::{Connection, Fault, Health, Refusal, Refused, SourceStatus},
    media::{Track, TrackKind},
    recording::{Shows, Stretch},
};

use super::{
    Asked,
    failure::failure,
    frame::{Frame, Section},
    list::list,
    login::{log_in_page, set_up_page},
    meeting::{Kept, Moment, meeting_page},
    studio,
    words::tests::signatures,
};

/// Monday 23 November 2026, 18:00 in Athens.
const NOW: i64 = 1_795_449_600_000;
const HOUR: i64 = 3_600_000;
/// What a person could type to break out of every place that a text goes to.
const HOSTILE: &str = "</script><script>\"'&<img src=x onerror=alert(1)>";

fn here() -> Municipality {
    Municipality {
        id: MunicipalityId::new(),
        slug: "rethymno".into(),
        name: Bilingual { el: "Δήμος Ρεθύμνης".into(), en: "Municipality of Rethymno".into() },
        default_language: "el".into(),
        time_zone: "Europe/Athens".into(),
        accent: "#ffcc00".into(),
    }
}

fn frame(language: &str, section: Section) -> Frame {
    Frame::new(&here(), language, "bm9uY2U=", section).at("/somewhere")
}

fn staff(language: &str, section: Section) -> Frame {
    let frame = frame(language, section).with_script("studio.js");
    Frame { person: Some("Ελένη Παπαδάκη".into()), clerk: true, ..frame }
}

fn body() -> Body {
    let name = Bilingual { el: "Δημοτικό Συμβούλιο".into(), en: String::new() };
    Body { id: BodyId::new(), municipality: MunicipalityId::new(), slug: "council".into(), name }
}

fn meeting(stage: Stage) -> Meeting {
    Meeting {
        id: MeetingId::new(),
        municipality: MunicipalityId::new(),
        body: body(),
        title: format!("14η τακτική συνεδρίαση {HOSTILE}"),
        place: "Αίθουσα συνεδριάσεων".into(),
        starts_at_ms: NOW + 2 * HOUR,
        stage,
        agenda: vec!["Έγκριση πρακτικών".into(), HOSTILE.into()],
    }
}

fn stages() -> [Stage; 5] {
    [
        Stage::Scheduled,
        Stage::Live { started_at_ms: NOW - HOUR },
        Stage::Paused { started_at_ms: NOW - HOUR, paused_at_ms: NOW - 60_000 },
        Stage::Ended { started_at_ms: NOW - 3 * HOUR, ended_at_ms: NOW - HOUR },
        Stage::Cancelled { reason: "Δεν υπήρξε απαρτία".into() },
    ]
}

fn source(name: &str) -> Source {
    let (id, municipality) = (SourceId::new(), MunicipalityId::new());
    Source { id, municipality, name: name.into(), protocol: Protocol::Rtmp, key_hint: "x7q2".into() }
}

fn troubled() -> SourceStatus {
    let since_ms = NOW - 60_000;
    let refused = Refusal::Codec { got: "HEVC".into(), set: "H.264".into() };
    SourceStatus {
        connection: Some(Connection {
            protocol: "rtmp",
            remote: "192.0.2.1:5000".into(),
            encoder: HOSTILE.into(),
            since_ms,
        }),
        tracks: vec![Track {
            name: "video".parse().unwrap(),
            kind: TrackKind::Video { width: 1280, height: 720, frame_rate: Some(25.0) },
            codec: "avc1.64001f".into(),
            timescale: 90_000,
            init: Default::default(),
        }],
        health: Some(Health { bit_rate: 2_140_000, frame_rate: 24.97, audio_peak_db: Some(-18.2), ..Health::default() }),
        faults: vec![
            Fault::Stalled { since_ms },
            Fault::NoPicture { since_ms },
            Fault::NoSound { since_ms },
            Fault::Silence { since_ms },
            Fault::Black { since_ms },
            Fault::Frozen { since_ms },
            Fault::Keyframes { interval_ms: 10_000 },
            Fault::FramesLost { frame_rate: 11.5 },
            Fault::Drift { drift_ms: -320 },
        ],
        refused: Some(Refused { at_ms: NOW, remote: "192.0.2.9:1".into(), reason: refused }),
    }
}

fn kept() -> Kept {
    let stretch = |from: i64, duration_ms: u64, shows: Shows| Stretch {
        starts_at_ms: NOW - 3 * HOUR + from,
        position_ms: u64::try_from(from).unwrap(),
        duration_ms,
        shows,
    };
    Kept {
        began_at_ms: NOW - 3 * HOUR,
        duration_ms: 7_200_000,
        stretches: vec![
            stretch(0, 1_920_000, Shows::Source { source: SourceId::new() }),
            stretch(1_920_000, 180_000, Shows::Gap),
            stretch(2_100_000, 7_000, Shows::Pause),
        ],
    }
}

fn asked(error: Option<&str>) -> Asked {
    Asked { error: error.map(str::to_owned), next: Some("/studio?a=\"b".into()), ..Asked::default() }
}

/// Every page in one language, with a name for each.
fn pages(language: &'static str) -> Vec<(String, String)> {
    let mut pages = Vec::new();
    let mut add = |name: String, page: &dyn askama::DynTemplate| pages.push((name, page.dyn_render().unwrap()));
    let full = || {
        let [scheduled, live, paused, ended, cancelled] = stages().map(meeting);
        Listing { now: vec![live, paused], next: vec![scheduled], past: vec![ended, cancelled], more: true }
    };
    add("list, empty".into(), &list(frame(language, Section::Meetings), &Listing::default(), 1, NOW));
    for page in 1..4 {
        add(format!("list, page {page}"), &list(frame(language, Section::Meetings), &full(), page, NOW));
    }
    let moment = Moment { now_ms: NOW, viewers: 12, base: "https://live.example.gr" };
    for stage in stages() {
        for (kept, name) in [(Some(kept()), "kept"), (None, "nothing kept"), (Some(Kept::default()), "empty")] {
            let name = format!("meeting, {}, {name}", stage.name());
            let page = meeting_page(
                staff(language, Section::Elsewhere),
                &meeting(stage.clone()),
                kept.as_ref(),
                moment,
                &asked(Some("error-invalid-span")),
            );
            add(name, &page);
        }
        let bare = Meeting { agenda: vec![], place: String::new(), ..meeting(stage.clone()) };
        let page = meeting_page(frame(language, Section::Elsewhere), &bare, None, Moment::default(), &asked(None));
        add(format!("meeting, {}, bare", stage.name()), &page);
    }
    for error in [None, Some("error-credentials"), Some("error-nonsense")] {
        add(format!("log-in, {error:?}"), &log_in_page(frame(language, Section::LogIn), &asked(error)));
        for done in [false, true] {
            let page = set_up_page(Frame::bare(language), done, "live.example.gr:8080", &asked(error));
            add(format!("set-up, {error:?}, {done}"), &page);
        }
    }
    for status in [400, 401, 403, 404, 409, 413, 429, 500, 501, 502, 503, 504] {
        for what in ["error-unknown", "error-stage", "nonsense"] {
            add(format!("{status}, {what}"), &failure(language, StatusCode::from_u16(status).unwrap(), what));
        }
    }
    add_studio(language, &full(), &mut add);
    pages
}

fn add_studio(language: &str, full: &Listing, add: &mut dyn FnMut(String, &dyn askama::DynTemplate)) {
    for error in [None, Some("error-invalid-title")] {
        for (listing, bodies, sources) in [(&Listing::default(), vec![], 0), (full, vec![body(), body()], 2)] {
            let frame = staff(language, Section::Studio);
            let page = studio::desk_page(frame, listing, &bodies, sources, NOW, &asked(error));
            add(format!("desk, {error:?}, {sources} sources"), &page);
        }
    }
    for error in [None, Some("error-invalid-name")] {
        for sources in [vec![], vec![(source("Αίθουσα"), troubled()), (source(HOSTILE), SourceStatus::default())]] {
            let page = studio::sources_page(staff(language, Section::Sources), &sources, &asked(error));
            add(format!("{} sources, {error:?}", sources.len()), &page);
        }
    }
    let busy = studio::Going {
        sources: vec![
            (source("Αίθουσα"), Rank::Primary, troubled(), true),
            (source(HOSTILE), Rank::Backup, SourceStatus::default(), false),
        ],
        all: vec![source("Αίθουσα"), source(HOSTILE)],
        rtmp_url: "rtmp://live.example.gr/live".into(),
        room_left: Some(123_400_000_000),
        viewers: 5,
    };
    for stage in stages() {
        for (going, errors) in [(&studio::Going::default(), [None, Some("error-stage")]), (&busy, [Some("error-invalid-reason"), Some("error-invalid-source")])] {
            for error in errors {
                let meeting = meeting(stage.clone());
                let page = studio::live_page(staff(language, Section::Studio), &meeting, going, NOW, &asked(error));
                add(format!("live, {}, {} sources, {error:?}", stage.name(), going.all.len()), &page);
            }
        }
    }
    let key = studio::key(frame(language, Section::Sources), HOSTILE, "bema-aaaa", "rtmp://live.example.gr/live");
    add("key".into(), &key);
}

/// The attribute's values, in order.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let begin = format!(" {attribute}=\"");
    html.split(&begin).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn every_page_is_whole_in_both_languages() {
    for language in ["el", "en"] {
        for (name, html) in pages(language) {
            let name = format!("{name}, {language}");
            assert!(!html.contains('⟦'), "{name} lacks a word: {}", around(&html, "⟦"));
            assert!(html.contains(&format!("<html lang=\"{language}\">")), "{name}: language");
            assert_eq!(html.matches("<h1").count(), 1, "{name}: one main heading");
            assert_eq!(html.matches("<main").count(), 1, "{name}: one main landmark");
            assert!(html.contains("href=\"#main\"") && html.contains("id=\"main\""), "{name}: skip link");
            let title = html.split("<title>").nth(1).unwrap().split("</title>").next().unwrap();
            assert!(title.trim() == title && !title.starts_with('–'), "{name}: title {title:?}");
        }
    }
}

fn around(html: &str, what: &str) -> String {
    html.split(what).nth(1).unwrap_or_default().chars().take(60).collect()
}

#[test]
fn every_field_has_a_label_and_every_reference_a_target() {
    for (name, html) in pages("en") {
        let ids = values(&html, "id");
        for (index, id) in ids.iter().enumerate() {
            assert!(!ids[..index].contains(id), "{name}: id {id} stands twice");
        }
        let references = ["for", "aria-describedby", "aria-labelledby"].map(|name| values(&html, name)).concat();
        let anchors = values(&html, "href").into_iter().filter_map(|href| href.strip_prefix('#'));
        for id in references.into_iter().flat_map(str::split_whitespace).chain(anchors) {
            assert!(ids.contains(&id), "{name}: nothing has the id {id}");
        }
        let labelled = values(&html, "for");
        for tag in html.split('<').filter(|tag| ["input ", "select ", "textarea "].iter().any(|n| tag.starts_with(n))) {
            let hidden = tag.contains("type=\"hidden\"");
            let id = values(tag, "id").first().copied().unwrap_or_default();
            assert!(hidden || labelled.contains(&id), "{name}: a field without a label: {tag}");
        }
        for image in html.split("<img ").skip(1) {
            assert!(image.split('>').next().unwrap().contains("alt="), "{name}: an image without alt");
        }
    }
}

#[test]
fn headings_leave_out_no_level() {
    for (name, html) in pages("el") {
        let main = html.split("<main").nth(1).unwrap();
        let mut last = 1;
        for heading in main.split("<h").skip(1) {
            let Some(level) = heading.chars().next().and_then(|c| c.to_digit(10)) else { continue };
            assert!(level <= last + 1, "{name}: h{level} after h{last}");
            last = level;
        }
    }
}

#[test]
fn what_people_typed_stays_text() {
    for (name, html) in pages("en") {
        assert!(!html.contains("<img src=x"), "{name}");
        assert!(!html.contains("<script>"), "{name}: a script without nonce or address");
        for attribute in [" onclick=", " onerror=alert(1)>", " style=\"", "javascript:"] {
            assert!(!html.contains(attribute), "{name}: {attribute}");
        }
        for style in html.split("<style").skip(1) {
            assert!(style.starts_with(" nonce=\"bm9uY2U=\""), "{name}: a style without the nonce");
        }
        for words in html.split("class=\"words\">").skip(1) {
            let json = words.split("</script>").next().unwrap();
            let words: std::collections::BTreeMap<String, String> = serde_json::from_str(json).unwrap();
            assert!(!words.is_empty(), "{name}: an element without words");
        }
    }
}

#[test]
fn what_is_not_for_the_visitor_is_not_offered() {
    let visitor = meeting_page(frame("en", Section::Elsewhere), &meeting(Stage::Scheduled), None, Moment::default(), &asked(None));
    let visitor = visitor.render().unwrap();
    assert!(!visitor.contains("/studio") && visitor.contains("href=\"/login\""));
    let key = pages("en").into_iter().find(|(name, _)| name == "key").unwrap().1;
    // The answer to a press of a button: there is no address to come back to.
    assert!(!key.contains("action=\"/language\"") && key.contains("bema-aaaa"));
}

#[test]
fn a_live_page_offers_what_the_stage_allows() {
    for (stage, there, not) in [
        ("scheduled", &["/start\"", "/cancel\""][..], &["/pause\"", "/end\"", "/resume\""][..]),
        ("live", &["/pause\"", "/end\""], &["/start\"", "/cancel\"", "/resume\""]),
        ("paused", &["/resume\"", "/end\""], &["/start\"", "/cancel\"", "/pause\""]),
        ("ended", &[], &["/start\"", "/cancel\"", "/resume\"", "/end\"", "/pause\"", "/sources\""]),
        ("cancelled", &["Δεν υπήρξε απαρτία"], &["/start\"", "/cancel\"", "/end\"", "/pause\""]),
    ] {
        let (_, html) = pages("en").into_iter().find(|(name, _)| name.starts_with(&format!("live, {stage}, 2"))).unwrap();
        let main = html.split("<main").nth(1).unwrap().replace("href=\"/studio/sources\"", "");
        assert!(there.iter().all(|what| main.contains(what)), "{stage} lacks one of {there:?}");
        assert!(!not.iter().any(|what| main.contains(what)), "{stage} has one of {not:?}");
    }
}

#[test]
fn interruptions_are_told_with_their_times() {
    for (language, gap, pause) in [
        ("el", "Διακοπή σήματος 15:32–15:35", "Διακοπή μετάδοσης από το προεδρείο 15:35:00–15:35:07"),
        ("en", "Signal lost 15:32–15:35", "Broadcast paused by the chair 15:35:00–15:35:07"),
    ] {
        let meeting = meeting(Stage::Ended { started_at_ms: NOW - 3 * HOUR, ended_at_ms: NOW - HOUR });
        let moment = Moment { now_ms: NOW, ..Moment::default() };
        let page = meeting_page(frame(language, Section::Elsewhere), &meeting, Some(&kept()), moment, &asked(None));
        let html = page.render().unwrap();
        assert!(html.contains(gap) && html.contains(pause) && html.contains("href=\"?t=1920\""), "{language}");
    }
}

#[test]
fn greek_on_an_english_page_says_so() {
    let (_, html) = pages("en").into_iter().find(|(name, _)| name.starts_with("meeting, live, kept")).unwrap();
    assert!(html.contains("<li lang=\"el\">Έγκριση πρακτικών</li>"));
    let (_, html) = pages("el").into_iter().find(|(name, _)| name.starts_with("meeting, live, kept")).unwrap();
    assert!(html.contains("<li>Έγκριση πρακτικών</li>"));
}

/// The words that no literal names: elements take theirs by prefix, refusals by the server's key.
const BY_PREFIX: [&str; 8] =
    ["player-", "watch-", "monitor-", "copy-", "disk-", "countdown-", "share-", "error-"];

#[test]
fn every_word_is_used_and_every_key_that_is_used_exists() {
    let keys = signatures("el");
    let sources = everything();
    for key in keys.keys() {
        let prefix = BY_PREFIX.iter().any(|prefix| key.starts_with(prefix));
        assert!(prefix || sources.contains(&format!("\"{key}\"")), "{key} is used nowhere");
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

/// The text of every template and of every file of this module.
fn everything() -> String {
    fn read(folder: &std::path::Path, text: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(&path, text);
            } else if !path.ends_with("tests.rs") {
                text.push_str(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    read(&root.join("templates"), &mut text);
    read(&root.join("src/pages"), &mut text);
    text
}
