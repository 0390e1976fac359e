//! Films that clerks send: the page in every stage, and every door of the protocol.

use axum::http::{HeaderMap, Request, StatusCode, header};
use base64::Engine as _;
use council::{AccountId, BodyId, MeetingId, MunicipalityId};
use vod_store::{
    films::{About, Film, Stage},
    intake::Cause,
};

use super::{
    made_up::{HOSTILE, NOW},
    visits::{House, house},
};

/// A film in each stage.
pub(super) fn every_stage() -> Vec<Film> {
    let meeting = MeetingId::new();
    let stages = [Stage::Coming, Stage::Waiting, Stage::Reading { meeting }, Stage::Done { meeting }];
    let causes = [
        Cause::UnknownFormat,
        Cause::NoPictures,
        Cause::UnknownCodec,
        Cause::Configuration,
        Cause::Damaged,
        Cause::Stuck,
        Cause::Crashed,
        Cause::Camera,
        Cause::Server,
    ];
    let failed = causes.map(|cause| Stage::Failed { cause, what: HOSTILE.into() });
    let cut_short = causes.map(|cause| Stage::CutShort { meeting, cause, what: HOSTILE.into() });
    let film = |stage| {
        let about = About {
            municipality: MunicipalityId::new(),
            account: AccountId::new(),
            body: BodyId::new(),
            title: HOSTILE.into(),
            place: HOSTILE.into(),
            began_at_ms: NOW,
            name: HOSTILE.into(),
            size: 3 << 30,
        };
        let id = "01a20891-c83a-76a1-9b18-38710fd17a78".parse().unwrap();
        Film { id, about, stage, received: 1 << 30, thousandths: 420 }
    };
    stages.into_iter().chain(failed).chain(cut_short).map(film).collect()
}

fn described(pairs: &[(&str, &str)]) -> String {
    let pairs =
        pairs.iter().map(|(key, value)| format!("{key} {}", base64::engine::general_purpose::STANDARD.encode(value)));
    pairs.collect::<Vec<_>>().join(",")
}

/// A house with a clerk, who sends a film.
struct Sender {
    house: House,
    cookie: String,
    body: String,
}

type Answer = (StatusCode, HeaderMap, String);

impl Sender {
    async fn new() -> Self {
        let house = house().await;
        let cookie = house.log_in().await;
        let here = house.council.municipality_by_host("live.example.gr").await.unwrap().unwrap();
        let body = house.council.bodies(here.id).await.unwrap().remove(0).id.to_string();
        Self { house, cookie, body }
    }

    async fn send(&self, method: &str, path: &str, heads: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("cookie", &self.cookie);
        for (name, value) in heads {
            request = request.header(*name, *value);
        }
        self.house.ask(request, body).await
    }

    async fn announce(&self, length: &str, pairs: &[(&str, &str)]) -> Answer {
        let mut all = vec![("body", self.body.as_str()), ("title", "12η"), ("date", "2019-03-27"), ("time", "18:00")];
        all.retain(|(key, _)| !pairs.iter().any(|(other, _)| other == key));
        all.extend(pairs);
        let said = described(&all);
        let heads = [("tus-resumable", "1.0.0"), ("upload-length", length), ("upload-metadata", &said)];
        self.send("POST", "/studio/films", &[&heads[..], &[("accept", "*/*")]].concat(), "").await
    }

    async fn piece(&self, path: &str, offset: &str, piece: &str) -> Answer {
        let kind = ("content-type", "application/offset+octet-stream");
        let heads = [("tus-resumable", "1.0.0"), ("upload-offset", offset), kind, ("accept", "*/*")];
        self.send("PATCH", path, &heads, piece).await
    }
}

#[tokio::test]
async fn a_film_is_announced_sent_in_pieces_and_shown() {
    let sender = Sender::new().await;
    let (status, heads, _) = sender.announce("10", &[("filename", "παλιά.mp4"), ("place", "Αίθουσα")]).await;
    assert_eq!((status, heads["tus-resumable"].to_str().unwrap()), (StatusCode::CREATED, "1.0.0"));
    let path = heads[header::LOCATION].to_str().unwrap().to_owned();
    let (status, heads, _) = sender.piece(&path, "0", "abcd").await;
    assert_eq!((status, heads["upload-offset"].to_str().unwrap()), (StatusCode::NO_CONTENT, "4"));
    let (status, heads, _) = sender.piece(&path, "0", "abcd").await;
    assert_eq!((status, heads["upload-offset"].to_str().unwrap()), (StatusCode::CONFLICT, "4"), "the same piece again");
    let (status, heads, _) = sender.send("HEAD", &path, &[("tus-resumable", "1.0.0")], "").await;
    assert_eq!((status, heads["upload-offset"].to_str().unwrap()), (StatusCode::OK, "4"));
    assert_eq!(
        (heads["upload-length"].to_str().unwrap(), &heads[header::CACHE_CONTROL]),
        ("10", &"no-store".parse().unwrap())
    );
    let (_, _, page) = sender.send("GET", "/studio/films?lang=en", &[], "").await;
    assert!(page.contains("40 % has arrived") && page.contains("data-name=\"παλιά.mp4\""), "{page}");
    assert_eq!(sender.piece(&path, "4", "efghijk").await.0, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(sender.piece(&path, "4", "efghij").await.0, StatusCode::NO_CONTENT);
    let (_, _, page) = sender.send("GET", "/studio/films?lang=en", &[], "").await;
    assert!(page.contains("All of it has arrived"), "{page}");
    let log = sender
        .house
        .council
        .audit_log(sender.house.council.municipality_by_host("live.example.gr").await.unwrap().unwrap().id, None, 5)
        .await
        .unwrap();
    assert_eq!(log[0].act, "film.announce");
}

#[tokio::test]
async fn what_is_wrong_with_a_film_is_said_before_it_is_sent() {
    let sender = Sender::new().await;
    for (length, pair, status, key) in [
        ("10", ("title", "  "), StatusCode::BAD_REQUEST, "error-invalid-title"),
        ("10", ("date", "27/3/2019"), StatusCode::BAD_REQUEST, "error-invalid-date"),
        ("10", ("time", "25:00"), StatusCode::BAD_REQUEST, "error-invalid-time"),
        ("10", ("date", "2219-03-27"), StatusCode::BAD_REQUEST, "error-invalid-past"),
        ("10", ("body", "council"), StatusCode::BAD_REQUEST, "error-invalid-body"),
        ("0", ("place", ""), StatusCode::PAYLOAD_TOO_LARGE, "error-film-too-large"),
        ("99999999999999", ("place", ""), StatusCode::PAYLOAD_TOO_LARGE, "error-film-too-large"),
        ("many", ("place", ""), StatusCode::BAD_REQUEST, "error-invalid"),
        ("-1", ("place", ""), StatusCode::BAD_REQUEST, "error-invalid"),
    ] {
        let (got, _, text) = sender.announce(length, &[pair]).await;
        assert_eq!(got, status, "{length} {pair:?}: {text}");
        let problem: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(problem["key"], key, "{text}");
    }
    let (status, _, _) = sender.send("POST", "/studio/films", &[("upload-length", "10")], "").await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "without the protocol's version");
    let heads = [("tus-resumable", "1.0.0"), ("upload-length", "10"), ("upload-metadata", "title ***")];
    assert_eq!(sender.send("POST", "/studio/films", &heads, "").await.0, StatusCode::BAD_REQUEST);
    let (status, heads, _) = sender.send("OPTIONS", "/studio/films", &[], "").await;
    assert_eq!((status, heads["tus-extension"].to_str().unwrap()), (StatusCode::NO_CONTENT, "creation,termination"));
}

#[tokio::test]
async fn only_clerks_send_films_and_only_from_here() {
    let mut sender = Sender::new().await;
    let (_, heads, _) = sender.announce("10", &[]).await;
    let path = heads[header::LOCATION].to_str().unwrap().to_owned();
    let foreign = [("tus-resumable", "1.0.0"), ("origin", "https://evil.example")];
    assert_eq!(sender.send("DELETE", &path, &foreign, "").await.0, StatusCode::FORBIDDEN);
    for wrong in ["/studio/films/nonsense", "/studio/films/01a20891-c83a-76a1-9b18-38710fd17a78"] {
        assert_eq!(sender.piece(wrong, "0", "a").await.0, StatusCode::NOT_FOUND);
        assert_eq!(sender.send("HEAD", wrong, &[], "").await.0, StatusCode::NOT_FOUND);
    }
    let kind = [("tus-resumable", "1.0.0"), ("upload-offset", "0"), ("content-type", "text/plain")];
    assert_eq!(sender.send("PATCH", &path, &kind, "a").await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let clerk = std::mem::take(&mut sender.cookie);
    assert_eq!(sender.announce("10", &[]).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(sender.piece(&path, "0", "a").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(sender.send("HEAD", &path, &[], "").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(sender.send("DELETE", &path, &[], "").await.0, StatusCode::UNAUTHORIZED);
    sender.cookie = clerk;
    assert_eq!(sender.send("DELETE", &path, &[("tus-resumable", "1.0.0")], "").await.0, StatusCode::NO_CONTENT);
    assert_eq!(sender.send("HEAD", &path, &[], "").await.0, StatusCode::NOT_FOUND);
    let (status, heads, _) = sender.send("POST", &format!("{path}/remove"), &[], "").await;
    let back = header::HeaderValue::from_static("/studio/films?error=error-not-found");
    assert_eq!((status, &heads[header::LOCATION]), (StatusCode::SEE_OTHER, &back));
}
