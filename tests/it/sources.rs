//! Sources in the studio: what a clerk is shown of them and when, and what is said of a form that is refused.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use council::{permission::Role, source::NewAddress};

use crate::{
    house::{Answer, HOST, House, PASSPHRASE, municipality},
    studio::send,
};

/// Sends a form as a browser does.
async fn submit(house: &House, path: &str, cookie: &str, form: &str) -> Answer {
    let request = Request::post(path)
        .header(header::HOST, HOST)
        .header(header::COOKIE, cookie)
        .header(header::ACCEPT, "text/html")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    house.ask(request.body(Body::from(form.to_owned())).unwrap()).await
}

async fn page(house: &House, path: &str, cookie: &str) -> String {
    let headers = [(header::COOKIE, cookie), (header::ACCEPT, "text/html")];
    let answer = house.get_with(path, &headers).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}");
    answer.text()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_is_shown_once_with_both_addresses() {
    let house = House::open().await;
    let clerk = house.cookie(Some((Role::Clerk, &house.here))).await;
    let made = submit(&house, "/studio/sources", &clerk, "name=OBS").await;
    assert_eq!((made.status, made.header(header::CACHE_CONTROL)), (StatusCode::OK, "no-store"));
    let html = made.text();
    let (_, rest) = html.split_once("<code>bema-").expect("the key");
    let key = format!("bema-{}", rest.split('<').next().unwrap());
    let srt = format!("srt://{HOST}:10080?streamid={key}&#38;passphrase={PASSPHRASE}");
    for shown in [format!("<code>rtmp://{HOST}/live</code>"), format!("<code>{srt}</code>")] {
        assert!(html.contains(&shown), "{shown} is not in {html}");
    }
    let source = house.council.sources(house.here.id).await.unwrap().remove(0).id;
    let later = page(&house, "/studio/sources", &clerk).await;
    let hint = &key[key.len() - 4..];
    assert!(later.contains(&format!("…{hint}<")) && !later.contains(&key) && !later.contains(PASSPHRASE), "{later}");

    let rotated = send(&house, Method::POST, &format!("/studio/sources/{source}/rotate"), &clerk, "").await;
    let rotated: serde_json::Value = serde_json::from_slice(&rotated.body).unwrap();
    let next = rotated["key"].as_str().unwrap();
    assert_ne!(next, key);
    assert_eq!(rotated["srt_url"], format!("srt://{HOST}:10080?streamid={next}&passphrase={PASSPHRASE}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cameras_password_is_shown_nowhere() {
    let house = House::open().await;
    let clerk = house.cookie(Some((Role::Clerk, &house.here))).await;
    let form = "camera=Chair&url=rtsp://10.0.0.7:8554/canary-path&user=canary-user&password=canary-word";
    let added = submit(&house, "/studio/cameras", &clerk, form).await;
    assert_eq!((added.status, added.header(header::LOCATION)), (StatusCode::SEE_OTHER, "/studio/sources"));
    let (source, camera) = house.council.cameras().await.unwrap().remove(0);
    assert_eq!(camera.expose(), "rtsp://canary-user:canary-word@10.0.0.7:8554/canary-path");
    let (meeting, _) = house.meeting().await;
    let assigned = format!("source={source}&rank=backup");
    send(&house, Method::POST, &format!("/studio/meetings/{meeting}/sources"), &clerk, &assigned).await;
    for path in ["/studio/sources", &format!("/studio/sources?camera={source}"), &format!("/studio/meetings/{meeting}")]
    {
        let html = page(&house, path, &clerk).await;
        assert!(html.contains("Chair") && !html.contains("canary"), "{path}: {html}");
    }
    let path = format!("/studio/cameras/{source}");
    let moved = submit(&house, &path, &clerk, "url=rtsp://10.0.0.8/&user=&password=").await;
    assert_eq!(moved.status, StatusCode::SEE_OTHER);
    assert_eq!(house.council.cameras().await.unwrap()[0].1.expose(), "rtsp://10.0.0.8/");
    let refused = submit(&house, &path, &clerk, "url=http://a:canary@b&user=me&password=canary").await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let html = refused.text();
    assert!(html.contains("value=\"http://a@b\"") && html.contains("value=\"me\""), "{html}");
    assert!(html.contains(&format!("action=\"{path}\"")) && !html.contains("canary"), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_said_at_the_field_and_what_was_typed_stands() {
    let house = House::open().await;
    let clerk = house.cookie(Some((Role::Clerk, &house.here))).await;
    let (meeting, _) = house.meeting().await;
    let body = house.council.bodies(house.here.id).await.unwrap().remove(0).id;
    let long = "x".repeat(501);
    for (path, form, field, kept) in [
        (
            "/studio/cameras".to_owned(),
            "camera=Chair&url=10.0.0.7&user=me&password=canary".to_owned(),
            "url",
            "10.0.0.7",
        ),
        ("/studio/cameras".into(), "camera=Chair&url=http://10.0.0.7/&user=&password=".into(), "url", "Chair"),
        ("/studio/cameras".into(), "camera=Chair&url=rtsp://10.0.0.7/&user=&password=canary".into(), "user", "Chair"),
        ("/studio/cameras".into(), "camera=&url=rtsp://me:canary@10.0.0.7/".into(), "camera", "rtsp://me@10.0.0.7/"),
        ("/studio/sources".into(), format!("name={long}"), "name", &long),
        (
            "/studio/meetings".into(),
            format!("title=&place=Odeon&date=2027-01-02&time=10:30&body={body}&agenda=First%0ASecond"),
            "title",
            "First\nSecond</textarea>",
        ),
        (
            "/studio/meetings".into(),
            format!("title=Fifteenth&place=&date=2027-01-02&time=25:30&body={body}&agenda="),
            "time",
            "Fifteenth",
        ),
        (format!("/studio/meetings/{meeting}/cancel"), format!("reason={long}"), "reason", &long),
        (
            format!("/studio/meetings/{meeting}/sources"),
            "source=none&rank=backup".into(),
            "source",
            "\"backup\" selected",
        ),
        (
            format!("/studio/meetings/{meeting}/sources"),
            format!("source={}&rank=interpreter&language=english", council::SourceId::new()),
            "language",
            "\"interpreter\" selected",
        ),
    ] {
        let refused = submit(&house, &path, &clerk, &form).await;
        let html = refused.text();
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{path} {form}: {html}");
        assert!(html.contains(&format!("href=\"#{field}\"")), "{path} {form}: no way to {field} in {html}");
        assert!(html.contains(&format!("id=\"{field}-error\"")), "{path} {form}: {field} is not marked in {html}");
        assert!(html.contains(kept), "{path} {form}: {kept} is gone from {html}");
        assert!(!html.contains("canary"), "{path} {form}: a password stands in {html}");
        assert_eq!(form.contains("canary"), html.contains("id=\"password-error\""), "{path} {form}: {html}");
        let program = send(&house, Method::POST, &path, &clerk, &form).await;
        assert_eq!(program.status, StatusCode::BAD_REQUEST);
        assert!(program.header(header::CONTENT_TYPE).contains("problem+json"));
    }
    assert!(house.council.cameras().await.unwrap().is_empty());
    assert_eq!(house.council.sources(house.here.id).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_municipalitys_sources_are_not_there() {
    let house = House::open().await;
    let clerk = house.cookie(Some((Role::Clerk, &house.here))).await;
    let (meeting, _) = house.meeting().await;
    let chania = municipality(&house.council, "chania", "chania.test").await;
    let theirs = council::permission::Clerk::console(chania.id, council::AccountId::new());
    let address = NewAddress { url: "rtsp://10.9.9.9/1".into(), user: String::new(), password: String::new() };
    let camera = house.council.create_camera(&theirs, "Foreign", &address).await.unwrap().id;
    let (encoder, key) = house.council.create_source(&theirs, "Foreign").await.unwrap();
    for (path, form) in [
        (format!("/studio/cameras/{camera}"), "url=rtsp://10.0.0.7/".to_owned()),
        (format!("/studio/sources/{}/rotate", encoder.id), String::new()),
        (format!("/studio/meetings/{meeting}/sources"), format!("source={camera}&rank=primary")),
    ] {
        let answer = send(&house, Method::POST, &path, &clerk, &form).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        let answer = submit(&house, &path, &clerk, &form).await;
        assert!(matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::SEE_OTHER), "{path}: {}", answer.status);
        assert!(!answer.text().contains("Foreign") && !answer.text().contains("10.9.9.9"), "{path}");
    }
    let html = page(&house, &format!("/studio/sources?camera={camera}"), &clerk).await;
    assert!(!html.contains("Foreign") && html.contains("action=\"/studio/cameras\""), "{html}");
    assert_eq!(house.council.cameras().await.unwrap()[0].1.expose(), "rtsp://10.9.9.9/1");
    let hash = council::stream_key::KeyHash::of(key.expose());
    assert!(house.council.keys().await.unwrap().contains(&(encoder.id, hash)), "the key still opens");
}
