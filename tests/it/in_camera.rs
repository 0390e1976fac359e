//! A meeting in camera through the router: the presses, what each role is told, and that nobody is given a byte of it.

use axum::http::{Method, StatusCode};
use council::{
    meeting::{Act, Stage},
    permission::Role,
};
use vod_store::{intake::Thumbnail, recording::State};

use crate::{
    camera::{Camera, payload},
    house::{Answer, House, municipality},
    studio::send,
};

async fn press(house: &House, cookie: &str, meeting: impl std::fmt::Display, act: &str, form: &str) -> Answer {
    send(house, Method::POST, &format!("/studio/meetings/{meeting}/{act}"), cookie, form).await
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_clerks_the_second_is_told_and_a_press_counts_whatever_is_noted_with_it() {
    let house = House::open().await;
    let clerk = house.cookie(Some((Role::Clerk, &house.here))).await;
    let (meeting, _) = house.meeting().await;
    let early = press(&house, &clerk, meeting, "close-doors", "").await;
    assert_eq!(early.status, StatusCode::CONFLICT, "before the meeting there are no doors");
    assert_eq!(press(&house, &clerk, meeting, "start", "").await.status, StatusCode::OK);
    let ground = format!("ground={}", "%CE%B1".repeat(600));
    let closed = press(&house, &clerk, meeting, "close-doors", &ground).await;
    assert_eq!(closed.status, StatusCode::OK, "{}", closed.text());
    let recording = house.store.recording(meeting).await.unwrap().unwrap();
    assert!(matches!(*recording.state().borrow(), State::InCamera { .. }));
    for (act, key) in [
        ("close-doors", "error-doors-closed"),
        ("pause", "error-stage"),
        ("resume", "error-stage"),
        ("start", "error-stage"),
        ("cancel", "error-stage"),
    ] {
        let refused = press(&house, &clerk, meeting, act, "reason=x").await;
        assert!(refused.status == StatusCode::CONFLICT && refused.text().contains(key), "{act}: {}", refused.text());
        assert!(matches!(*recording.state().borrow(), State::InCamera { .. }), "after {act}");
    }
    let stage = house.council.meeting(house.here.id, meeting).await.unwrap().stage;
    assert!(matches!(stage, Stage::InCamera { .. }), "{stage:?}");
    let log = house.council.audit_log(house.here.id, None, 10).await.unwrap();
    let noted = log.iter().find(|entry| entry.act == "meeting.close-doors").unwrap();
    assert_eq!(noted.detail.matches('α').count(), 500, "{}", noted.detail);
    for (page, lang, says) in [
        (format!("/meetings/{meeting}"), "en", "meeting in camera since"),
        (format!("/meetings/{meeting}"), "el", "κεκλεισμένων των θυρών από τις"),
        ("/".into(), "el", "Κεκλεισμένων των θυρών"),
    ] {
        let page = house.get(&format!("{page}?lang={lang}")).await.text();
        assert!(page.contains(says) && !page.contains("αααα"), "{page}");
    }
    assert!(house.get(&format!("/meetings/{meeting}")).await.text().contains("Έγκριση πρακτικών"), "the agenda stays");

    assert_eq!(press(&house, &clerk, meeting, "open-doors", "").await.status, StatusCode::OK);
    let again = press(&house, &clerk, meeting, "open-doors", "").await;
    assert!(again.status == StatusCode::CONFLICT && again.text().contains("error-doors-open"), "{}", again.text());
    // Where the press reached the record and not the database, the clerk's page says that they are closed, and opens them.
    house.store.close_doors(meeting).await.unwrap();
    let page = send(&house, Method::GET, &format!("/studio/meetings/{meeting}"), &clerk, "").await.text();
    assert!(page.contains("/open-doors\"") && !page.contains("/close-doors\""), "{page}");
    assert_eq!(press(&house, &clerk, meeting, "open-doors", "").await.status, StatusCode::OK);
    assert!(!matches!(*recording.state().borrow(), State::InCamera { .. }));

    assert_eq!(press(&house, &clerk, meeting, "close-doors", "").await.status, StatusCode::OK);
    assert_eq!(press(&house, &clerk, meeting, "end", "").await.status, StatusCode::OK);
    assert!(press(&house, &clerk, meeting, "open-doors", "").await.text().contains("error-doors-open"));
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_doors_are_closed_no_route_gives_anybody_a_byte_of_what_is_said() {
    let house = House::open().await;
    let chania = municipality(&house.council, "chania", "chania.test").await;
    let (meeting, source) = house.live().await;
    let mut camera = Camera::connect(&house.store, source).await;
    let jpeg = |text: &'static str| Thumbnail { at_ms: 1_763_000_000_000, jpeg: text.into() };
    camera.send(12).await;
    let recording = house.store.recording(meeting).await.unwrap().unwrap();
    recording.state().wait_for(|state| *state == State::Running).await.unwrap();
    house.store.close_doors(meeting).await.unwrap();
    house.council.act(&house.clerk, meeting, Act::CloseDoors("[ground]".into())).await.unwrap();
    camera.send(30).await;
    camera.thumbnail(jpeg("[picture]")).await;
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;

    let mut paths =
        vec![format!("/meetings/{meeting}"), format!("/meetings/{meeting}/download?from=0:00:00&to=1:00:00")];
    paths.extend(["/", "/studio", "/studio/sources", "/metrics", "/healthz"].map(str::to_owned));
    paths.extend(["", "/agenda", "/alarms.json"].map(|rest| format!("/studio/meetings/{meeting}{rest}")));
    paths.push(format!("/studio/sources/{source}/thumbnail.jpg"));
    let media = ["index.m3u8", "poster.jpg", "thumbnails.json", "stretches.json", "download.mp4"];
    paths.extend(media.map(|name| format!("/media/{meeting}/{name}")));
    for track in ["video", "audio", "video-360p", "audio-en"] {
        paths.push(format!("/media/{meeting}/{track}.m3u8"));
        for number in 0..8 {
            paths.push(format!("/media/{meeting}/{track}/init-{number}.mp4"));
            paths.push(format!("/media/{meeting}/{track}/{number}.m4s"));
            paths.extend((0..6).map(|part| format!("/media/{meeting}/{track}/{number}.{part}.m4s")));
        }
    }
    let mut seen = 0;
    for role in [
        None,
        Some((Role::Moderator, &house.here)),
        Some((Role::Clerk, &house.here)),
        Some((Role::Administrator, &house.here)),
        Some((Role::Clerk, &chania)),
    ] {
        let cookie = house.cookie(role).await;
        for path in &paths {
            let asked = send(&house, Method::GET, path, &cookie, "");
            // Of what comes next there may be nothing for a while.
            let Ok(answer) = tokio::time::timeout(std::time::Duration::from_millis(900), asked).await else { continue };
            let text = answer.text();
            seen += usize::from(text.contains("[video 3]"));
            for number in 12..42 {
                for track in ["video", "audio"] {
                    let forbidden = payload(track, number);
                    let there = answer.body.windows(forbidden.len()).any(|window| window == forbidden);
                    assert!(!there, "{role:?} was given {forbidden:?} by {path}");
                }
            }
            assert!(!text.contains("[picture]") && !text.contains("[ground]"), "{role:?} {path}: {text}");
        }
    }
    assert!(seen >= 5, "the search finds what may be seen");
}
