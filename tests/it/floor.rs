//! The floor through its doors: forms, the socket, its fallback, and who may do what.

use std::{net::SocketAddr, time::Duration};

use axum::{
    body::Body,
    http::{HeaderValue, Request, StatusCode, header},
};
use council::{MeetingId, meeting::Act, permission::Role};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _},
};
use tokio_util::sync::CancellationToken;

use crate::house::{Answer, HOST, House, municipality};

pub(crate) fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// Sends a form as a program does.
pub(crate) async fn post(house: &House, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
    post_as(house, path, cookie, fields, "application/json").await
}

pub(crate) async fn post_as(house: &House, path: &str, cookie: &str, fields: &[(&str, &str)], accept: &str) -> Answer {
    let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
    let request = Request::post(path)
        .header(header::HOST, HOST)
        .header(header::COOKIE, cookie)
        .header(header::ACCEPT, accept)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    house.ask(request.body(Body::from(body.join("&"))).unwrap()).await
}

pub(crate) fn device(answer: &Answer) -> String {
    answer.header(header::SET_COOKIE).split(';').next().unwrap().to_owned()
}

pub(crate) fn id(answer: &Answer) -> String {
    serde_json::from_slice::<Value>(&answer.body).unwrap()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_citizen_writes_with_a_form_alone_and_keeps_what_was_refused() {
    let house = House::open().await;
    let (meeting, _) = house.live().await;
    let page = format!("/meetings/{meeting}");
    let chat = format!("{page}/chat");
    let html = "text/html";
    let said = post_as(&house, &chat, "", &[("name", "Μαρία"), ("text", "Καλησπέρα <b>σας</b>")], html).await;
    assert_eq!(
        (said.status, said.header(header::LOCATION)),
        (StatusCode::SEE_OTHER, format!("{page}?said=shown#chat").as_str())
    );
    let device = device(&said);
    assert!(said.header(header::SET_COOKIE).contains("HttpOnly; SameSite=Lax"), "{:?}", said.headers);
    let shown = house.get_with(&page, &[(header::ACCEPT, html)]).await.text();
    assert!(shown.contains("Καλησπέρα &#60;b&#62;σας&#60;/b&#62;"), "{shown}");
    let refused = post_as(&house, &chat, &device, &[("name", "Δήμαρχος"), ("text", "Ψηφίστε με")], html).await;
    let back = refused.header(header::LOCATION).to_owned();
    assert!(refused.status == StatusCode::SEE_OTHER && back.contains("error=error-chat-name-taken"), "{back}");
    let again = house.get_with(back.split('#').next().unwrap(), &[(header::ACCEPT, html)]).await.text();
    assert!(again.contains("Ψηφίστε με</textarea>") && again.contains("value=\"Δήμαρχος\""), "{again}");
    let held = post_as(&house, &chat, &device, &[("name", "Μαρία"), ("text", "www.example.gr")], html).await;
    assert!(held.header(header::LOCATION).contains("said=held"));
    let own = house.get_with(&page, &[(header::ACCEPT, html), (header::COOKIE, &device)]).await.text();
    assert!(own.contains("<q>www.example.gr</q>"), "its author sees that it waits");
    let others = house.get_with(&page, &[(header::ACCEPT, html)]).await.text();
    assert!(!others.contains("example.gr"));
}

#[tokio::test]
async fn what_is_wrong_is_refused_in_plain_codes() {
    let house = House::open().await;
    let (meeting, _) = house.live().await;
    let chat = format!("/meetings/{meeting}/chat");
    let long = "α".repeat(501);
    let uuid = chat::MessageId::new().to_string();
    let device = device(&post(&house, &chat, "", &[("id", &uuid), ("name", "Μαρία"), ("text", "πρώτο")]).await);
    for (cookie, fields, status, key) in [
        (&device, vec![("name", "Μαρία"), ("text", "")], 400, "error-chat-bad-text"),
        (&device, vec![("name", "Μαρία"), ("text", &long)], 400, "error-chat-bad-text"),
        (&device, vec![("name", ""), ("text", "χωρίς όνομα")], 400, "error-chat-bad-name"),
        (&device, vec![("name", "Admin"), ("text", "x")], 400, "error-chat-name-taken"),
        (&device, vec![("id", "no uuid"), ("name", "Μαρία"), ("text", "x")], 400, "error-invalid"),
        (&String::new(), vec![("id", &uuid), ("name", "Άλλη"), ("text", "x")], 409, "error-chat-id-taken"),
        (&device, vec![("name", "Μαρία"), ("text", "x"), ("reply", &uuid), ("id", "")], 201, ""),
        (&device, vec![("name", "Μαρία"), ("text", "y"), ("reply", "z")], 404, "error-not-found"),
    ] {
        let answer = post(&house, &chat, cookie, &fields).await;
        assert_eq!(answer.status.as_u16(), status, "{fields:?}: {}", answer.text());
        assert!(answer.text().contains(key), "{fields:?}: {}", answer.text());
    }
    let twice = post(&house, &chat, &device, &[("id", &uuid), ("name", "Μαρία"), ("text", "πρώτο")]).await;
    assert_eq!((twice.status, id(&twice)), (StatusCode::CREATED, uuid), "sent twice, it is one");
    for n in 0..4 {
        let answer = post(&house, &chat, &device, &[("name", "Μαρία"), ("text", &format!("γρήγορα {n}"))]).await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            assert!(!answer.header(header::RETRY_AFTER).is_empty());
            let whole = house.get(&format!("/meetings/{meeting}/chat.json?from_ms=0&until_ms=9999999999999")).await;
            let texts: Vec<Value> = serde_json::from_slice(&whole.body).unwrap();
            assert_eq!(texts.len(), 2 + n, "{texts:?}");
            return;
        }
    }
    panic!("who writes too fast is told to wait");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_act_is_for_moderators_of_this_municipality_alone() {
    let house = House::open().await;
    let other = municipality(&house.council, "chania", "chania.test").await;
    let (meeting, _) = house.live().await;
    let said = post(&house, &format!("/meetings/{meeting}/chat"), "", &[("name", "Μαρία"), ("text", "λόγια")]).await;
    let message = id(&said);
    let fields = [
        ("message", message.as_str()),
        ("code", "abuse"),
        ("reason", ""),
        ("minutes", "10"),
        ("who", "nobody"),
        ("hold", "all"),
        ("slow_s", "5"),
    ];
    let roles = [
        (None, 401),
        (Some((Role::Clerk, &house.here)), 403),
        (Some((Role::Moderator, &other)), 403),
        (Some((Role::Administrator, &other)), 403),
        (Some((Role::Moderator, &house.here)), 200),
    ];
    for (role, status) in roles {
        let cookie = house.cookie(role).await;
        let desk = format!("/studio/meetings/{meeting}/chat");
        let seen = house.get_with(&format!("{desk}?show=shown"), &[(header::COOKIE, &cookie)]).await;
        assert_eq!(seen.status.as_u16(), status, "{role:?}");
        assert_eq!(seen.text().contains("λόγια"), status == 200);
        assert_eq!(house.get_with("/studio/chat", &[(header::COOKIE, &cookie)]).await.status.as_u16(), status);
        for act in
            ["remove", "restore", "pin", "unpin", "guard", "run", "approve", "refuse", "uphold", "exclude", "admit"]
        {
            let answer = post(&house, &format!("{desk}/{act}"), &cookie, &fields).await;
            let expected: &[u16] = match act {
                _ if status != 200 => &[status],
                // Not what is to be decided so, or of nobody.
                "approve" | "refuse" | "uphold" => &[409],
                "exclude" | "admit" => &[404],
                _ => &[200],
            };
            assert!(expected.contains(&answer.status.as_u16()), "{role:?} {act}: {} {}", answer.status, answer.text());
        }
    }
    let cookie = house.cookie(Some((Role::Administrator, &house.here))).await;
    for (who, words, status) in
        [("", "α", 401), (cookie.as_str(), "α".repeat(61).as_str(), 400), (cookie.as_str(), "α\nβ*", 200)]
    {
        assert_eq!(post(&house, "/studio/chat/words", who, &[("words", words)]).await.status.as_u16(), status);
    }
    for (act, fields) in [
        ("remove", vec![("message", message.as_str()), ("code", "nonsense")]),
        ("remove", vec![("message", message.as_str()), ("code", "other"), ("reason", " ")]),
        ("run", vec![("who", "x"), ("hold", "all"), ("slow_s", "0")]),
        ("run", vec![("who", "nobody"), ("hold", "all"), ("slow_s", "-1")]),
        ("exclude", vec![("author", "x"), ("code", "abuse"), ("minutes", "1")]),
        ("nonsense", vec![]),
    ] {
        let answer = post(&house, &format!("/studio/meetings/{meeting}/chat/{act}"), &cookie, &fields).await;
        assert!(matches!(answer.status.as_u16(), 400 | 404), "{act} {fields:?}: {}", answer.status);
    }
    let foreign = Request::post(format!("/studio/meetings/{meeting}/chat/unpin"))
        .header(header::HOST, HOST)
        .header(header::COOKIE, &cookie)
        .header(header::ORIGIN, "https://evil.example")
        .body(Body::empty());
    assert_eq!(house.ask(foreign.unwrap()).await.status, StatusCode::FORBIDDEN);
    assert_eq!(
        house.get(&format!("/studio/meetings/{}/chat", MeetingId::new())).await.status,
        StatusCode::UNAUTHORIZED
    );
}

/// A server on a port of its own, and what stops it.
pub(crate) async fn served(house: &House) -> (SocketAddr, CancellationToken) {
    let listener = player::server::listen("127.0.0.1:0".parse().unwrap()).unwrap();
    let (address, stopping) = (listener.local_addr().unwrap(), CancellationToken::new());
    tokio::spawn(player::server::serve(listener, None, house.router.clone(), stopping.clone()));
    (address, stopping)
}

pub(crate) struct Client(WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>, std::collections::VecDeque<Value>);

impl Client {
    pub(crate) async fn connect(address: SocketAddr, headers: &[(header::HeaderName, &str)]) -> Result<Self, u16> {
        let mut request = format!("ws://{address}/floor").into_client_request().unwrap();
        request.headers_mut().insert(header::HOST, HeaderValue::from_static(HOST));
        request.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static("bema.v1"));
        for (name, value) in headers {
            request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Self(socket, std::collections::VecDeque::new())),
            Err(tokio_tungstenite::tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) async fn say(&mut self, line: &Value) {
        self.0.send(Message::Text(line.to_string().into())).await.unwrap();
    }

    /// The next line of this type.
    pub(crate) async fn hear(&mut self, kind: &str) -> Value {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
        loop {
            while let Some(line) = self.1.pop_front() {
                if line["type"] == kind {
                    return line;
                }
            }
            let next = tokio::time::timeout_at(deadline, self.0.next()).await;
            match next.unwrap_or_else(|_| panic!("no {kind} came")) {
                Some(Ok(Message::Text(text))) => {
                    self.1.extend(text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("no {kind} came, but {other:?}"),
            }
        }
    }

    /// The code with which the server closes.
    async fn end(&mut self) -> u16 {
        loop {
            match tokio::time::timeout(Duration::from_secs(10), self.0.next()).await.expect("the socket is closed") {
                Some(Ok(Message::Close(frame))) => return frame.map_or(0, |frame| frame.code.into()),
                Some(Ok(_)) => {}
                _ => return 0,
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_socket_follows_goes_on_and_is_told_to_come_back() {
    let house = House::open().await;
    let (meeting, _) = house.live().await;
    let (address, stopping) = served(&house).await;
    let channel = format!("meeting/{meeting}");
    let chat = format!("/meetings/{meeting}/chat");
    let mut client = Client::connect(address, &[]).await.unwrap();
    assert_eq!(client.hear("hello").await["protocol"], "bema.v1");
    client.say(&json!({ "do": "subscribe", "channel": channel })).await;
    let position = client.hear("subscribed").await;
    assert_eq!(client.hear("snapshot").await["messages"], json!([]));
    let said = post(&house, &chat, "", &[("name", "Μαρία"), ("text", "πρώτο")]).await;
    let first = client.hear("said").await;
    assert_eq!((first["message"]["text"].as_str(), first["offset"].as_u64()), (Some("πρώτο"), Some(1)));
    drop(client);

    let cookie = device(&said);
    let mut again = Client::connect(address, &[(header::COOKIE, &cookie)]).await.unwrap();
    post(&house, &chat, "", &[("name", "Νίκος"), ("text", "δεύτερο")]).await;
    let after = json!({ "epoch": position["epoch"], "offset": 1 });
    again.say(&json!({ "do": "subscribe", "channel": channel, "after": after })).await;
    let missed = again.hear("said").await;
    assert_eq!((missed["message"]["text"].as_str(), missed["offset"].as_u64()), (Some("δεύτερο"), Some(2)));
    let uuid = chat::MessageId::new();
    again.say(&json!({ "do": "say", "channel": channel, "id": uuid, "name": "Μαρία", "text": "τρίτο" })).await;
    again.say(&json!({ "do": "say", "channel": channel, "id": uuid, "name": "Μαρία", "text": "τρίτο" })).await;
    for _ in 0..2 {
        let taken = again.hear("taken").await;
        assert_eq!((taken["id"].as_str(), taken["state"].as_str()), (Some(uuid.to_string().as_str()), Some("shown")));
    }
    let whole = house.get(&format!("{chat}.json?from_ms=0&until_ms=9999999999999")).await;
    assert_eq!(serde_json::from_slice::<Vec<Value>>(&whole.body).unwrap().len(), 3);

    let own = format!("{channel}/me");
    again.say(&json!({ "do": "subscribe", "channel": own })).await;
    assert_eq!(again.hear("subscribed").await["channel"], own);
    let link = post(&house, &chat, &cookie, &[("name", "Μαρία"), ("text", "www.example.gr")]).await;
    let moderator = house.cookie(Some((Role::Moderator, &house.here))).await;
    let refuse = [("message", id(&link)), ("code", "advertising".into())];
    let refuse: Vec<(&str, &str)> = refuse.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(
        post(&house, &format!("/studio/meetings/{meeting}/chat/refuse"), &moderator, &refuse).await.status,
        StatusCode::OK
    );
    let told = again.hear("decided").await;
    assert_eq!((told["state"].as_str(), told["reason"]["code"].as_str()), (Some("refused"), Some("advertising")));

    let appeal = format!("/meetings/{meeting}/chat/appeal");
    let (about, another) = (id(&link), chat::MessageId::new().to_string());
    for (cookie, message, text, status) in [
        ("", about.as_str(), "γιατί;", 404),
        (&cookie, &another, "γιατί;", 404),
        (&cookie, &about, "", 400),
        (&cookie, &about, "Δεν είναι διαφήμιση", 200),
        (&cookie, &about, "Δεν είναι διαφήμιση", 409),
    ] {
        let answer = post(&house, &appeal, cookie, &[("message", message), ("text", text)]).await;
        assert_eq!(answer.status.as_u16(), status, "{text}: {}", answer.text());
    }
    let uphold =
        post(&house, &format!("/studio/meetings/{meeting}/chat/uphold"), &moderator, &[("message", &about)]).await;
    assert_eq!(uphold.status, StatusCode::OK);
    assert_eq!(again.hear("upheld").await["message"], about);

    stopping.cancel();
    assert!(again.hear("bye").await["after_ms"].as_u64().unwrap() <= 2500);
    assert_eq!(again.end().await, 1012);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_socket_refuses_in_plain_codes_and_lets_go_who_says_too_much() {
    let house = House::open().await;
    municipality(&house.council, "chania", "chania.test").await;
    let (meeting, _) = house.live().await;
    let (address, _stopping) = served(&house).await;
    let channel = format!("meeting/{meeting}");
    assert_eq!(Client::connect(address, &[(header::ORIGIN, "https://evil.example")]).await.err(), Some(403));
    assert_eq!(Client::connect(address, &[(header::SEC_WEBSOCKET_PROTOCOL, "bema.v0")]).await.err(), Some(400));
    assert_eq!(Client::connect(address, &[(header::HOST, "nowhere.example")]).await.err(), Some(404));
    let mut client = Client::connect(address, &[(header::ORIGIN, &format!("http://{HOST}"))]).await.unwrap();
    let message = chat::MessageId::new();
    for (line, code) in [
        (json!("text"), "bad_line"),
        (json!({ "do": "nothing" }), "bad_line"),
        (json!({ "do": "subscribe" }), "bad_line"),
        (json!({ "do": "subscribe", "channel": "everything" }), "no_channel"),
        (json!({ "do": "subscribe", "channel": format!("meeting/{}", MeetingId::new()) }), "not_found"),
        (json!({ "do": "subscribe", "channel": format!("{channel}/moderation") }), "forbidden"),
        (json!({ "do": "subscribe", "channel": format!("{channel}/me") }), "nobody"),
        (json!({ "do": "say", "channel": channel, "id": message, "name": "Μ", "text": "x" }), "registered"),
        (json!({ "do": "say", "channel": channel, "id": message, "name": "Μ", "text": "" }), "bad_text"),
        (
            json!({ "do": "say", "channel": format!("{channel}/me"), "id": message, "name": "Μ", "text": "x" }),
            "no_channel",
        ),
        (json!({ "do": "say", "channel": channel, "id": "x", "name": "Μ", "text": "x" }), "bad_line"),
    ] {
        client.say(&line).await;
        assert_eq!(client.hear("refused").await["code"], code, "{line}");
    }
    let future = json!({ "epoch": "another", "offset": 99 });
    client.say(&json!({ "do": "subscribe", "channel": channel, "after": future })).await;
    client.hear("snapshot").await;
    client.0.send(Message::Binary(vec![0; 8].into())).await.unwrap();
    assert_eq!(client.hear("refused").await["code"], "bad_line");

    let mut long = Client::connect(address, &[]).await.unwrap();
    long.0.send(Message::Text("x".repeat(5000).into())).await.unwrap();
    long.end().await;
    let mut chatty = Client::connect(address, &[]).await.unwrap();
    let lines = vec!["{}"; 60].join("\n");
    chatty.0.send(Message::Text(lines.into())).await.unwrap();
    assert_eq!(chatty.end().await, 4002);
    client.say(&json!({ "do": "unsubscribe", "channel": channel })).await;
    client.hear("unsubscribed").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_moderator_hears_of_what_waits_and_the_stream_tells_the_same_as_the_socket() {
    let house = House::open().await;
    let (meeting, _) = house.live().await;
    let (address, _stopping) = served(&house).await;
    let cookie = house.cookie(Some((Role::Moderator, &house.here))).await;
    let mut moderator = Client::connect(address, &[(header::COOKIE, &cookie)]).await.unwrap();
    moderator.say(&json!({ "do": "subscribe", "channel": format!("meeting/{meeting}/moderation") })).await;
    moderator.hear("subscribed").await;
    let chat = format!("/meetings/{meeting}/chat");
    post(&house, &chat, "", &[("name", "Μαρία"), ("text", "www.example.gr")]).await;
    assert_eq!(moderator.hear("changed").await["held"], 1);
    post(&house, &chat, "", &[("name", "Νίκος"), ("text", "καλησπέρα")]).await;

    let client = reqwest::Client::new();
    let url = format!("http://{address}/meetings/{meeting}/floor/events");
    let read = async |last: Option<&str>, until: &str| {
        let mut request = client.get(&url).header("host", HOST);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let mut stream = request.send().await.unwrap().bytes_stream();
        let mut text = String::new();
        while !text.contains(until) {
            let next = tokio::time::timeout(Duration::from_secs(10), stream.next()).await;
            text.push_str(&String::from_utf8_lossy(&next.expect(&text).unwrap().unwrap()));
        }
        text
    };
    let first = read(None, "καλησπέρα").await;
    assert!(first.contains("event: floor") && first.contains("snapshot") && !first.contains("example.gr"), "{first}");
    let last = first.lines().find_map(|line| line.strip_prefix("id: ")).expect(&first).to_owned();
    assert!(last.ends_with(":1"), "{last}");
    post(&house, &chat, "", &[("name", "Άννα"), ("text", "συνέχεια")]).await;
    let missed = read(Some(&last), "συνέχεια").await;
    assert!(!missed.contains("snapshot") && !missed.contains("καλησπέρα"), "{missed}");
    house.council.act(&house.clerk, meeting, Act::End).await.unwrap();
    let closed = post(&house, &chat, "", &[("name", "Μαρία"), ("text", "αργά")]).await;
    assert!(closed.status == StatusCode::FORBIDDEN && closed.text().contains("error-chat-closed"), "{}", closed.text());
}
