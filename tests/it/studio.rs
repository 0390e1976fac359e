//! What staff may do, and nobody else: every route of the studio by every role, and a meeting run from start to end.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use council::{meeting::Stage, permission::Role};

use crate::house::{Answer, HOST, House, PASSWORD, municipality};

pub(crate) async fn send(house: &House, method: Method, path: &str, cookie: &str, form: &str) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, HOST)
        .header(header::COOKIE, cookie)
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    house.ask(request.body(Body::from(form.to_owned())).unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_of_the_studio_is_for_this_municipalitys_clerks_only() {
    let house = House::open().await;
    let chania = municipality(&house.council, "chania", "chania.test").await;
    let (meeting, source) = house.meeting().await;
    let body = house.council.bodies(house.here.id).await.unwrap().remove(0).id;
    let cookies = [
        ("nobody", house.cookie(None).await),
        ("a moderator", house.cookie(Some((Role::Moderator, &house.here))).await),
        ("another municipality's clerk", house.cookie(Some((Role::Clerk, &chania))).await),
        ("another municipality's administrator", house.cookie(Some((Role::Administrator, &chania))).await),
        ("a forged session", "bema=00000000000000000000000000000000".to_owned()),
    ];
    let clerk = house.cookie(Some((Role::Clerk, &house.here))).await;
    let routes = [
        (Method::GET, "/studio".to_owned(), ""),
        (Method::GET, "/studio/sources".to_owned(), ""),
        (Method::GET, format!("/studio/meetings/{meeting}"), ""),
        (Method::GET, format!("/studio/meetings/{meeting}/alarms.json"), ""),
        (Method::GET, format!("/studio/sources/{source}/events"), ""),
        (Method::GET, format!("/studio/sources/{source}/thumbnail.jpg"), ""),
        (Method::GET, "/studio/disk.json".to_owned(), ""),
        (Method::POST, "/studio/meetings".to_owned(), "title=x&date=2026-12-01&time=18:00&body=x"),
        (Method::POST, "/studio/sources".to_owned(), "name=x"),
        (Method::POST, format!("/studio/sources/{source}/rotate"), ""),
        (Method::POST, "/studio/cameras".to_owned(), "camera=x&url=rtsp://camera/"),
        (Method::POST, format!("/studio/cameras/{source}"), "url=rtsp://camera/"),
        (Method::POST, format!("/studio/meetings/{meeting}/sources"), "source=x&rank=primary"),
        (Method::POST, format!("/studio/meetings/{meeting}/sources/{source}/remove"), ""),
        (Method::POST, format!("/studio/meetings/{meeting}/start"), ""),
        (Method::POST, format!("/studio/meetings/{meeting}/pause"), ""),
        (Method::POST, format!("/studio/meetings/{meeting}/resume"), ""),
        (Method::POST, format!("/studio/meetings/{meeting}/close-doors"), "ground=x"),
        (Method::POST, format!("/studio/meetings/{meeting}/open-doors"), ""),
        (Method::GET, format!("/studio/meetings/{meeting}/agenda"), ""),
        (Method::GET, format!("/studio/meetings/{meeting}/words"), ""),
        (Method::GET, format!("/studio/bodies/{body}/members"), ""),
        (Method::POST, format!("/studio/meetings/{meeting}/agenda/take-up"), "item=x"),
        (Method::POST, format!("/studio/meetings/{meeting}/agenda/speak"), "speaker=x"),
        (Method::POST, format!("/studio/meetings/{meeting}/agenda/speech-end"), "speech=x"),
        (Method::POST, format!("/studio/meetings/{meeting}/votes/presence"), "person=x&presence=present"),
        (Method::POST, format!("/studio/meetings/{meeting}/votes/presence-all"), "presence=present"),
        (Method::POST, format!("/studio/meetings/{meeting}/votes/presence-undo"), "press=x"),
        (Method::POST, format!("/studio/meetings/{meeting}/votes/open"), "item=x&kind=secret&majority=present"),
        (Method::POST, format!("/studio/meetings/{meeting}/votes/ballot"), "vote=x&person=x&choice=yes"),
        (Method::POST, format!("/studio/meetings/{meeting}/votes/rest"), "vote=x&choice=yes"),
        (Method::POST, format!("/studio/meetings/{meeting}/votes/close"), "vote=x&no=0"),
        (Method::POST, format!("/studio/meetings/{meeting}/votes/reopen"), "vote=x"),
        (Method::POST, format!("/studio/meetings/{meeting}/votes/undo"), "vote=x"),
        (Method::POST, format!("/studio/meetings/{meeting}/votes/mend"), "vote=x&mend_reason=x&majority=present"),
        (Method::POST, format!("/studio/meetings/{meeting}/votes/decide"), "item=x&decision_number=1"),
        (Method::POST, format!("/studio/meetings/{meeting}/votes/decision-change"), "decision=x"),
        (Method::POST, format!("/studio/meetings/{meeting}/votes/decision-undo"), "decision=x"),
        (Method::POST, format!("/studio/meetings/{meeting}/words"), ""),
        (Method::POST, format!("/studio/meetings/{meeting}/words/undo"), "revision=1"),
        (Method::POST, format!("/studio/meetings/{meeting}/words/redo"), "revision=1"),
        (Method::POST, format!("/studio/bodies/{body}/members/add"), "members=x"),
        (Method::POST, format!("/studio/bodies/{body}/members/change"), "member=x"),
        (Method::POST, format!("/studio/bodies/{body}/members/end"), "member=x"),
        (Method::POST, format!("/studio/meetings/{meeting}/end"), ""),
        (Method::POST, format!("/studio/meetings/{meeting}/cancel"), "reason=x"),
    ];
    for (method, path, form) in &routes {
        for (who, cookie) in &cookies {
            let answer = send(&house, method.clone(), path, cookie, form).await;
            let refused = matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
            assert!(refused, "{who} got {} from {method} {path}", answer.status);
        }
        if *method == Method::POST || path.ends_with("events") {
            continue;
        }
        let answer = send(&house, method.clone(), path, &clerk, form).await;
        assert!(
            !matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN),
            "the clerk got {} from {path}",
            answer.status
        );
    }
    assert_eq!(house.council.meeting(house.here.id, meeting).await.unwrap().stage, Stage::Scheduled);
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_for_this_municipalitys_administrators_only() {
    let house = House::open().await;
    let chania = municipality(&house.council, "chania", "chania.test").await;
    let cookies = [
        ("nobody", house.cookie(None).await),
        ("a clerk", house.cookie(Some((Role::Clerk, &house.here))).await),
        ("a moderator", house.cookie(Some((Role::Moderator, &house.here))).await),
        ("another municipality's administrator", house.cookie(Some((Role::Administrator, &chania))).await),
        ("a forged session", "bema=00000000000000000000000000000000".to_owned()),
    ];
    let administrator = house.cookie(Some((Role::Administrator, &house.here))).await;
    let by = council::permission::Administrator::console(house.here.id, council::AccountId::new());
    let before: Vec<_> = house.council.staff(&by).await.unwrap().into_iter().map(|one| one.roles).collect();
    let of = house.council.staff(&by).await.unwrap()[0].account.id;
    for (method, path, form) in [
        (Method::GET, "/studio/accounts", String::new()),
        (Method::POST, "/studio/accounts/invite", "email=x%40x.test&own_language=el&clerk=on".to_owned()),
        (Method::POST, "/studio/accounts/roles", format!("account={of}&clerk=on&administrator=on")),
        (Method::POST, "/studio/accounts/disable", format!("account={of}")),
        (Method::POST, "/studio/accounts/enable", format!("account={of}")),
        (Method::POST, "/studio/accounts/end-sessions", format!("account={of}")),
        (Method::POST, "/studio/accounts/withdraw", "invitation=x".to_owned()),
    ] {
        for (who, cookie) in &cookies {
            let answer = send(&house, method.clone(), path, cookie, &form).await;
            let refused = matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
            assert!(refused, "{who} got {} from {method} {path}", answer.status);
        }
    }
    let after: Vec<_> = house.council.staff(&by).await.unwrap().into_iter().map(|one| one.roles).collect();
    assert_eq!(before, after);
    assert!(house.council.invitations(&by).await.unwrap().is_empty());
    assert_eq!(send(&house, Method::GET, "/studio/accounts", &administrator, "").await.status, StatusCode::OK);
    for (path, status) in [("/account", StatusCode::UNAUTHORIZED), ("/join", StatusCode::OK)] {
        assert_eq!(send(&house, Method::GET, path, "", "").await.status, status, "{path}");
    }
    assert_eq!(send(&house, Method::POST, "/account/end-others", "", "").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_invited_joins_by_the_link_and_only_at_the_municipality_that_invited() {
    let house = House::open().await;
    let chania = municipality(&house.council, "chania", "chania.test").await;
    let administrator = house.cookie(Some((Role::Administrator, &house.here))).await;
    let invite = "email=nikos%40rethymno.test&own_language=el&moderator=on";
    let answer = send(&house, Method::POST, "/studio/accounts/invite", &administrator, invite).await;
    assert_eq!((answer.status, answer.header(header::CACHE_CONTROL)), (StatusCode::OK, "no-store"));
    let invited: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    let (base, token) = invited["link"].as_str().unwrap().split_once('#').unwrap();
    assert_eq!(base, format!("http://{HOST}/join"));
    let elsewhere = council::permission::Administrator::console(chania.id, council::AccountId::new());
    let new = council::staff::NewInvitation {
        email: "nikos@rethymno.test".into(),
        roles: [Role::Administrator].into(),
        language: "el".into(),
    };
    let (_, theirs) = house.council.invite(&elsewhere, &new, |_, _| None).await.unwrap();
    let wrong = format!("token={}&name=x&password=a+password+of+a+test", theirs.expose());
    assert_eq!(send(&house, Method::POST, "/join", "", &wrong).await.status, StatusCode::BAD_REQUEST);
    let right = format!("token={token}&name=%CE%9D%CE%AF%CE%BA%CE%BF%CF%82&password=a+password+of+a+test");
    let joined = send(&house, Method::POST, "/join", "", &right).await;
    assert_eq!(joined.status, StatusCode::OK, "{}", joined.text());
    let cookie = joined.header(header::SET_COOKIE).split(';').next().unwrap().to_owned();
    assert_eq!(send(&house, Method::GET, "/studio/chat", &cookie, "").await.status, StatusCode::OK);
    assert_eq!(send(&house, Method::GET, "/studio", &cookie, "").await.status, StatusCode::FORBIDDEN);
    assert_eq!(send(&house, Method::POST, "/join", "", &right).await.status, StatusCode::BAD_REQUEST, "good once");
    let of = house.council.session(cookie.split_once('=').unwrap().1).await.unwrap().unwrap().account.id;
    let disabled =
        send(&house, Method::POST, "/studio/accounts/disable", &administrator, &format!("account={of}")).await;
    assert_eq!(disabled.status, StatusCode::OK);
    assert_eq!(send(&house, Method::GET, "/studio/chat", &cookie, "").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_meeting_runs_from_the_clerks_presses_and_a_second_press_is_told_so() {
    let house = House::open().await;
    let clerk = house.cookie(Some((Role::Clerk, &house.here))).await;
    let (meeting, _) = house.meeting().await;
    let mut expected = [
        ("start", 200),
        ("start", 409),
        ("pause", 200),
        ("pause", 409),
        ("resume", 200),
        ("end", 200),
        ("end", 409),
        ("start", 409),
    ]
    .into_iter();
    for (act, status) in expected.by_ref() {
        let answer = send(&house, Method::POST, &format!("/studio/meetings/{meeting}/{act}"), &clerk, "").await;
        assert_eq!(answer.status.as_u16(), status, "{act}: {}", answer.text());
        while act == "start"
            && house.get(&format!("/media/{meeting}/video.m3u8")).await.status == StatusCode::NOT_FOUND
            && status == 200
        {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }
    let stage = house.council.meeting(house.here.id, meeting).await.unwrap().stage;
    assert!(matches!(stage, Stage::Ended { .. }), "{stage:?}");
    let playlist = house.get(&format!("/media/{meeting}/video.m3u8")).await;
    assert!(playlist.text().ends_with("#EXT-X-ENDLIST\n"), "{}", playlist.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_sites_page_can_press_nothing() {
    let house = House::open().await;
    let clerk = house.cookie(Some((Role::Clerk, &house.here))).await;
    let (meeting, _) = house.meeting().await;
    for (name, value, status) in [
        ("origin", "https://evil.test", 403),
        ("origin", "null", 403),
        ("sec-fetch-site", "cross-site", 403),
        ("sec-fetch-site", "same-site", 403),
        ("origin", "http://rethymno.test", 200),
    ] {
        let request = Request::post(format!("/studio/meetings/{meeting}/start"))
            .header(header::HOST, HOST)
            .header(header::COOKIE, &clerk)
            .header(header::ACCEPT, "application/json")
            .header(name, value);
        let answer = house.ask(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status.as_u16(), status, "{name}: {value}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_works_and_a_wrong_one_says_no_more_than_that() {
    let house = House::open().await;
    house.cookie(Some((Role::Clerk, &house.here))).await;
    let right = send(
        &house,
        Method::POST,
        "/login",
        "",
        &format!("email=clerk@rethymno.test&password={}", PASSWORD.replace(' ', "+")),
    )
    .await;
    assert_eq!(right.status, StatusCode::OK);
    let cookie = right.header(header::SET_COOKIE).to_owned();
    assert!(cookie.starts_with("bema=") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let session = cookie.split(';').next().unwrap();
    assert_eq!(send(&house, Method::GET, "/studio/disk.json", session, "").await.status, StatusCode::OK);
    assert_eq!(send(&house, Method::POST, "/logout", session, "").await.status, StatusCode::OK);
    assert_eq!(send(&house, Method::GET, "/studio/disk.json", session, "").await.status, StatusCode::UNAUTHORIZED);
    let wrong = send(&house, Method::POST, "/login", "", "email=clerk@rethymno.test&password=wrong+wrong+wrong").await;
    let unknown =
        send(&house, Method::POST, "/login", "", "email=nobody@rethymno.test&password=wrong+wrong+wrong").await;
    assert_eq!((wrong.status, wrong.body), (unknown.status, unknown.body));
}
