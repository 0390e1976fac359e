//! Every page, in both languages and in every state, on made-up data.

mod catalogue;
mod films;
mod interventions;
mod made_up;
mod people;
mod stages;
mod visits;
mod voted;
mod words;

use ::chat as chat_crate;
use askama::Template;
use axum::http::StatusCode;
use chat_crate::{AuthorId, Mode, intervention::View, room::Table};
use council::{
    SourceId,
    agenda::Agenda,
    meeting::{Listing, Meeting, Stage},
    source::Rank,
};
use made_up::{HOSTILE, HOUR, NOW, agenda, asked, body, camera, frame, kept, meeting, source, staff, stages, troubled};
use vod_store::{intake::SourceStatus, recording::State};

use super::{
    Asked, KeyShown, Typed,
    chamber::chamber_page,
    failure::failure,
    frame::{Frame, Section},
    list::list,
    login::{log_in_page, set_up_page},
    meeting::{Kept, Moment, meeting_page},
    minutes::minutes_page,
    moderation, studio,
    world::{Scope, subscribe_page},
};

/// Every page in one language, with a name for each.
fn pages(language: &'static str) -> Vec<(String, String)> {
    let mut pages = Vec::new();
    let mut add = |name: String, page: &dyn askama::DynTemplate| pages.push((name, page.dyn_render().unwrap()));
    let full = || {
        let [scheduled, live, paused, in_camera, ended, cancelled] = stages().map(meeting);
        Listing { now: vec![live, paused, in_camera], next: vec![scheduled], past: vec![ended, cancelled], more: true }
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
                (&meeting(stage.clone()), &agenda(), made_up::floor(language, &stage)),
                kept.as_ref(),
                moment,
                &asked(Some("error-invalid-span")),
            );
            add(name, &page);
        }
        for agenda in [agenda(), Agenda::default()] {
            let (frame, of) = (|| frame(language, Section::Elsewhere), meeting(stage.clone()));
            let items = agenda.items.len();
            add(
                format!("chamber, {}, {items}", stage.name()),
                &chamber_page(frame(), &of, &agenda, &View::default(), NOW),
            );
            if let Ok(page) = minutes_page(frame(), &of, &agenda, Some(NOW - 3 * HOUR), NOW) {
                add(format!("minutes, {}, {items}", stage.name()), &page);
            }
        }
        let bare = Meeting { place: String::new(), ..meeting(stage.clone()) };
        let bare = (&bare, &Agenda::default(), (None, None));
        let page = meeting_page(frame(language, Section::Elsewhere), bare, None, Moment::default(), &asked(None));
        add(format!("meeting, {}, bare", stage.name()), &page);
    }
    let address = || "https://live.example.gr/feeds/council/calendar.ics".to_owned();
    let scope = Scope {
        name: HOSTILE.into(),
        webcal: address(),
        calendar: address(),
        rss: address(),
        atom: address(),
        podcast: address(),
    };
    add("what to subscribe to".into(), &subscribe_page(frame(language, Section::Elsewhere), vec![scope]));
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
    add_moderation(language, &full(), &mut add);
    words::add(language, &mut add);
    people::add(language, &mut add);
    interventions::add(language, &mut add);
    pages
}

fn add_moderation(language: &str, full: &Listing, add: &mut dyn FnMut(String, &dyn askama::DynTemplate)) {
    let frame = || staff(language, Section::Moderation).moderated(true);
    for (listing, name) in [(&Listing::default(), "empty"), (full, "full")] {
        let error = (name == "empty").then(|| "error-chat-bad-words".to_owned());
        let looked = moderation::Looked { error, done: "words".into(), ..moderation::Looked::default() };
        add(
            format!("moderators, {name}"),
            &moderation::moderators_page(frame(), listing, NOW, (&[made_up::HOSTILE.to_owned()], &looked)),
        );
    }
    let [_, live, ..] = stages();
    for show in ["", "held", "appeals", "shown", "out", &AuthorId::new().to_string()] {
        for (table, done, error) in [
            (Table::default(), "", Some("error-chat-overtaken")),
            (made_up::table(), "remove", None),
            (Table { mode: Mode::default().guarded(), ..made_up::table() }, "refuse", None),
        ] {
            let undo = if done.is_empty() { String::new() } else { chat_crate::MessageId::new().to_string() };
            let looked =
                moderation::Looked { show: show.into(), error: error.map(str::to_owned), undo, done: done.into() };
            let page = moderation::moderation_page(frame(), &meeting(live.clone()), &table, NOW, &looked);
            add(format!("moderation, {show}, {done}"), &page);
        }
    }
}

fn add_studio(language: &str, full: &Listing, add: &mut dyn FnMut(String, &dyn askama::DynTemplate)) {
    for error in [None, Some("error-invalid-title")] {
        for (listing, bodies, sources) in [(&Listing::default(), vec![], 0), (full, vec![body(), body()], 2)] {
            let frame = staff(language, Section::Studio);
            let page = studio::desk_page(frame, listing, &bodies, sources, NOW, &asked(error));
            add(format!("desk, {error:?}, {sources} sources"), &page);
        }
    }
    for error in [None, Some("error-invalid-past")] {
        for (films, bodies) in [(vec![], vec![]), (films::every_stage(), vec![body(), body()])] {
            let page = studio::films_page(staff(language, Section::Studio), &films, &bodies, &asked(error));
            add(format!("films, {error:?}, {}", films.len()), &page);
        }
    }
    let (hall, camera) = ((source("Αίθουσα"), troubled()), (camera(HOSTILE), SourceStatus::default()));
    let typed = Typed::of(&std::collections::BTreeMap::from([("camera", HOSTILE), ("url", HOSTILE)]));
    let of_camera = |error| Asked { typed: typed.clone().with_password("password"), ..asked(Some(error)) };
    for (name, asked) in [
        ("as it is", asked(None)),
        ("a source refused", asked(Some("error-invalid-name"))),
        ("a camera's name refused", of_camera("error-invalid-name")),
        ("a camera's address refused", of_camera("error-invalid-url")),
        ("a camera's new address", Asked { camera: Some(camera.0.id.to_string()), ..of_camera("error-invalid-user") }),
    ] {
        for sources in [vec![], vec![hall.clone(), camera.clone()]] {
            let page = studio::sources_page(staff(language, Section::Sources), &sources, &asked);
            add(format!("{} sources, {name}", sources.len()), &page);
        }
    }
    let busy = studio::Going {
        sources: vec![
            (source("Αίθουσα"), Rank::Primary, troubled(), true),
            (source(HOSTILE), Rank::Backup, SourceStatus::default(), false),
            (source("Διερμηνεία"), Rank::Interpreter { language: "en".parse().unwrap() }, troubled(), false),
        ],
        doors: studio::Seen { state: None, sources: vec![("s".into(), false), ("t".into(), true)] },
        all: vec![source("Αίθουσα"), source(HOSTILE)],
        rtmp_url: "rtmp://live.example.gr/live".into(),
        srt: true,
        room_left: Some(123_400_000_000),
        viewers: 5,
    };
    for stage in stages() {
        for (going, errors) in [
            (&studio::Going::default(), [None, Some("error-stage")]),
            (&busy, [Some("error-invalid-reason"), Some("error-invalid-source")]),
        ] {
            for error in errors {
                let meeting = meeting(stage.clone());
                let page = studio::live_page(
                    staff(language, Section::Studio),
                    (&meeting, &agenda()),
                    going,
                    NOW,
                    &asked(error),
                );
                add(format!("live, {}, {} sources, {error:?}", stage.name(), going.all.len()), &page);
            }
        }
    }
    let meeting_now = meeting(Stage::Live { started_at_ms: NOW - HOUR });
    for state in [State::Opening { since_ms: NOW }, State::InCamera { since_ms: NOW - HOUR / 2 }] {
        let going =
            studio::Going { doors: studio::Seen { state: Some(state.clone()), ..Default::default() }, ..busy.clone() };
        let of = (&meeting_now, &agenda());
        add(
            format!("live, {state:?}"),
            &studio::live_page(staff(language, Section::Studio), of, &going, NOW, &asked(None)),
        );
    }
    for stage in stages() {
        for (agenda, asked) in [
            (Agenda::default(), asked(Some("error-invalid-agenda"))),
            (agenda(), Asked { undone: Some(SourceId::new().to_string()), ..asked(Some("error-overtaken")) }),
            (voted::counting(), Asked { unvoted: Some(SourceId::new().to_string()), ..asked(Some("error-vote-open")) }),
            (Agenda { votes: Vec::new(), ..agenda() }, undone()),
        ] {
            let meeting = meeting(stage.clone());
            let frame = staff(language, Section::Studio);
            let page = studio::agenda_page(
                frame,
                (&meeting, &agenda, &made_up::members()),
                (&studio::Seen::default(), (124, 2026)),
                NOW,
                &asked,
            );
            let (items, votes) = (agenda.items.len(), agenda.votes.len());
            add(format!("clerk's desk, {}, {items} items, {votes} votes", stage.name()), &page);
        }
    }
    for (members, asked) in [
        (Vec::new(), asked(Some("error-invalid-members"))),
        (made_up::members(), Asked { undone: Some(SourceId::new().to_string()), ..asked(None) }),
    ] {
        let page = studio::members_page(staff(language, Section::Studio), &body(), &members, &asked);
        add(format!("members, {}", members.len()), &page);
    }
    for (name, srt_url) in [("key", None), ("key with SRT", Some("srt://live.example.gr:10080?streamid=bema-aaaa"))] {
        let rtmp_url = "rtmp://live.example.gr/live";
        let shown = KeyShown { source: HOSTILE, key: "bema-aaaa", rtmp_url, srt_url };
        add(name.into(), &studio::key(frame(language, Section::Sources), shown));
    }
}

/// Presses about presence and decisions that were taken back just now.
fn undone() -> Asked {
    let id = || Some(SourceId::new().to_string());
    Asked { unnoted: id(), undecided: id(), ..asked(Some("error-invalid-count")) }
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
    let visitor = meeting_page(
        frame("en", Section::Elsewhere),
        (&meeting(Stage::Scheduled), &agenda(), (None, None)),
        None,
        Moment::default(),
        &asked(None),
    );
    let visitor = visitor.render().unwrap();
    assert!(!visitor.contains("/studio") && visitor.contains("href=\"/login\""));
    let key = pages("en").into_iter().find(|(name, _)| name == "key").unwrap().1;
    // The answer to a press of a button: there is no address to come back to.
    assert!(!key.contains("action=\"/language\"") && key.contains("bema-aaaa"));
}

#[test]
fn what_was_refused_of_a_camera_is_marked_in_its_own_form() {
    let page = |name: &str| pages("en").into_iter().find(|(it, _)| it == name).unwrap().1;
    let html = page("2 sources, a camera's name refused");
    let errors: Vec<&str> = values(&html, "id").into_iter().filter(|id| id.ends_with("-error")).collect();
    assert_eq!(errors, ["camera-error", "password-error"]);
    assert!(html.contains("href=\"#camera\"") && html.contains("value=\"&#60;/script&#62;"));
    let html = page("2 sources, a camera's new address");
    let errors: Vec<&str> = values(&html, "id").into_iter().filter(|id| id.ends_with("-error")).collect();
    assert_eq!(errors, ["user-error", "password-error"]);
    assert!(!html.contains("action=\"/studio/cameras\"") && html.contains("action=\"/studio/cameras/"));
    // Of the address only the host is shown.
    let html = page("2 sources, as it is");
    assert!(html.contains("10.0.0.7:8554") && !html.contains("canary"), "{html}");
}

#[test]
fn greek_on_an_english_page_says_so() {
    let (_, html) = pages("en").into_iter().find(|(name, _)| name.starts_with("meeting, live, kept")).unwrap();
    assert!(html.contains("<p class=\"agenda-title\" lang=\"el\">Έγκριση πρακτικών</p>"));
    let (_, html) = pages("el").into_iter().find(|(name, _)| name.starts_with("meeting, live, kept")).unwrap();
    assert!(html.contains("<p class=\"agenda-title\">Έγκριση πρακτικών</p>"));
}
