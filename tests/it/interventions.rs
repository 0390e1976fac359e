//! Interventions through their doors: forms with and without scripts, the socket, and who may do what.

use axum::http::{StatusCode, header};
use council::{meeting::Act, permission::Role};
use serde_json::{Value, json};

use crate::{
    floor::{Client, device, id, post, post_as, served},
    house::{Answer, House, municipality},
};

/// What moderators can do, and what it answers about one that waits, at its first revision.
const ACTS: [(&str, u16); 17] = [
    ("claim", 200),
    ("release", 200),
    ("unqueue", 409),
    ("show", 409),
    ("take_down", 409),
    ("spoken", 409),
    ("write", 409),
    ("defer", 409),
    ("expire", 409),
    ("uphold", 409),
    ("reopen", 409),
    ("queue", 409),
    ("raise", 409),
    ("lower", 409),
    ("merge", 404),
    ("approve", 200),
    ("run", 200),
];

fn fields<'a>(intervention: &'a str, revision: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("intervention", intervention),
        ("revision", revision),
        ("code", "abuse"),
        ("reason", ""),
        ("into", "01976d1a-0000-7000-8000-000000000009"),
        ("words", "Τον Μάιο."),
        ("days", "7"),
        ("who", "everyone"),
        ("policy", "first"),
    ]
}

async fn asked(house: &House, path: &str, cookie: &str, text: &str) -> Answer {
    post(house, path, cookie, &[("name", "Μαρία"), ("text", text), ("kind", "question")]).await
}

#[tokio::test]
async fn a_citizen_asks_with_a_form_alone_and_keeps_what_was_refused() {
    let house = House::open().await;
    let (meeting, _) = house.live().await;
    let (page, html) = (format!("/meetings/{meeting}"), "text/html");
    let path = format!("{page}/interventions");
    let text = [("name", "Μαρία"), ("text", "Πότε <b>αρχίζει</b>;"), ("kind", "proposal")];
    let sent = post_as(&house, &path, "", &text, html).await;
    assert_eq!(sent.header(header::LOCATION), format!("{page}?asked=submitted#interventions"));
    let device = device(&sent);
    let own = house.get_with(&page, &[(header::ACCEPT, html), (header::COOKIE, &device)]).await.text();
    assert!(own.contains("Πότε &#60;b&#62;αρχίζει&#60;/b&#62;;") && own.contains("Περιμένει έλεγχο"), "{own}");
    let others = house.get_with(&page, &[(header::ACCEPT, html)]).await.text();
    assert!(!others.contains("αρχίζει"), "nobody else sees what waits");
    let long = "α".repeat(601);
    let wrong = [("name", "Δήμαρχος"), ("text", "Ψηφίστε με"), ("kind", "comment"), ("back", "all")];
    let refused = post_as(&house, &path, &device, &wrong, html).await;
    let back = refused.header(header::LOCATION).to_owned();
    assert!(back.starts_with(&path) && back.contains("error-intervention-name-taken"), "{back}");
    let again = house.get_with(back.split('#').next().unwrap(), &[(header::ACCEPT, html)]).await.text();
    assert!(again.contains("Ψηφίστε με</textarea>") && again.contains("value=\"comment\" selected"), "{again}");
    for (fields, status, key) in [
        (vec![("text", "")], 400, "bad-text"),
        (vec![("text", long.as_str())], 400, "bad-text"),
        (vec![("text", "Τι;"), ("kind", "nonsense")], 400, "error-invalid"),
        (vec![("text", "Τι;"), ("item", "nonsense")], 400, "no-item"),
        (vec![("text", "Τι;"), ("item", "01976d1a-0000-7000-8000-000000000009")], 400, "no-item"),
        (vec![("text", "Τι;"), ("id", "nonsense")], 400, "error-invalid"),
        (vec![("text", "πότε <b>ΑΡΧΙΖΕΙ</b>;")], 409, "repeated"),
        (vec![("text", "Κι άλλη;")], 429, "slow"),
    ] {
        let answer = post(&house, &path, &device, &fields).await;
        assert_eq!(answer.status.as_u16(), status, "{fields:?}: {}", answer.text());
        assert!(answer.text().contains(key), "{fields:?}: {}", answer.text());
    }
    let nowhere = format!("/meetings/{}/interventions", council::MeetingId::new());
    assert_eq!(asked(&house, &nowhere, "", "Τι;").await.status, StatusCode::NOT_FOUND);
    house.council.act(&house.clerk, meeting, Act::End).await.unwrap();
    let closed = asked(&house, &path, "", "Αργά;").await;
    assert!(closed.status == StatusCode::FORBIDDEN && closed.text().contains("closed"), "{}", closed.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_act_is_for_moderators_of_this_municipality_alone() {
    let house = House::open().await;
    let other = municipality(&house.council, "chania", "chania.test").await;
    let (meeting, _) = house.live().await;
    let path = format!("/meetings/{meeting}/interventions");
    let console = format!("/studio{path}");
    let roles = [
        (None, 401),
        (Some((Role::Clerk, &house.here)), 403),
        (Some((Role::Moderator, &other)), 403),
        (Some((Role::Administrator, &other)), 403),
        (Some((Role::Moderator, &house.here)), 200),
        (Some((Role::Administrator, &house.here)), 200),
    ];
    let mut moderator = String::new();
    for (at, (role, status)) in roles.into_iter().enumerate() {
        let cookie = house.cookie(role).await;
        let about = id(&asked(&house, &path, "", &format!("Ερώτηση του ρόλου {at};")).await);
        let seen = house.get_with(&console, &[(header::COOKIE, &cookie)]).await;
        assert_eq!((seen.status.as_u16(), seen.text().contains(&about)), (status, status == 200), "{role:?}");
        for (act, expected) in ACTS {
            let answer = post(&house, &format!("{console}/{act}"), &cookie, &fields(&about, "1")).await;
            let expected = if status == 200 { expected } else { status };
            assert_eq!(answer.status.as_u16(), expected, "{role:?} {act}: {}", answer.text());
        }
        let undone = post(&house, &format!("{console}/undo"), &cookie, &fields(&about, "2")).await;
        let rejected = post(&house, &format!("{console}/reject"), &cookie, &fields(&about, "3")).await;
        assert_eq!((undone.status.as_u16(), rejected.status.as_u16()), (status, status), "{role:?}");
        moderator = cookie;
    }
    let about = id(&asked(&house, &path, "", "Με λάθος στοιχεία;").await);
    for (act, wrong, status) in [
        ("approve", ("revision", "x"), 400),
        ("approve", ("revision", "9"), 409),
        ("approve", ("intervention", "x"), 404),
        ("reject", ("code", "nonsense"), 400),
        ("reject", ("code", "other"), 400),
        ("defer", ("days", "-1"), 400),
        ("run", ("policy", "hand"), 400),
        ("run", ("who", "x"), 400),
        ("spoken", ("at", "nonsense"), 400),
        ("nonsense", ("at", ""), 404),
        ("claim", ("intervention", "01976d1a-0000-7000-8000-000000000009"), 404),
    ] {
        let mut fields = fields(&about, "1");
        fields.retain(|(name, _)| *name != wrong.0);
        fields.push(wrong);
        let answer = post(&house, &format!("{console}/{act}"), &moderator, &fields).await;
        assert_eq!(answer.status.as_u16(), status, "{act} {wrong:?}: {}", answer.text());
    }
    for query in ["show=nonsense", "item=nonsense"] {
        let seen = house.get_with(&format!("{console}?{query}"), &[(header::COOKIE, &moderator)]).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{query}");
    }
    let seen = house.get_with(&format!("{console}?page=999&into=x&item=none"), &[(header::COOKIE, &moderator)]).await;
    assert_eq!(seen.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_becomes_of_one_is_told_to_everybody_whom_it_concerns() {
    let house = House::open().await;
    let (meeting, _) = house.live().await;
    let (address, _stopping) = served(&house).await;
    let path = format!("/meetings/{meeting}/interventions");
    let channel = format!("meeting/{meeting}");
    let moderator = house.cookie(Some((Role::Moderator, &house.here))).await;
    let decide = async |act: &str, about: &str, revision: &str| {
        post(&house, &format!("/studio{path}/{act}"), &moderator, &fields(about, revision)).await.status.as_u16()
    };
    let sent = asked(&house, &path, "", "Πότε τελειώνει το έργο;").await;
    let (about, author) = (id(&sent), device(&sent));
    let mut mine = Client::connect(address, &[(header::COOKIE, &author)]).await.unwrap();
    mine.say(&json!({ "do": "subscribe", "channel": format!("{channel}/me") })).await;
    mine.hear("subscribed").await;
    let mut public = Client::connect(address, &[]).await.unwrap();
    public.say(&json!({ "do": "subscribe", "channel": format!("{channel}/interventions") })).await;
    assert_eq!(public.hear("snapshot").await["interventions"], json!([]));
    let mut desk = Client::connect(address, &[(header::COOKIE, &moderator)]).await.unwrap();
    desk.say(&json!({ "do": "subscribe", "channel": format!("{channel}/moderation") })).await;
    desk.hear("subscribed").await;

    assert_eq!(decide("claim", &about, "1").await, 200);
    assert_eq!(desk.hear("claimed").await["by"], "Δοκιμή");
    assert_eq!(decide("approve", &about, "1").await, 200);
    assert_eq!(desk.hear("interventions").await["pending"], 0);
    assert_eq!(mine.hear("became").await["state"], "approved");
    assert_eq!(public.hear("intervention").await["intervention"]["text"], "Πότε τελειώνει το έργο;");
    let supported = post(&house, &format!("{path}/{about}/support"), "", &[]).await;
    assert_eq!(serde_json::from_slice::<Value>(&supported.body).unwrap()["supports"], 2);
    assert_eq!(public.hear("supported").await["supports"], 2);
    for (act, revision, state) in [("queue", "2", "queued"), ("show", "3", "on_screen"), ("spoken", "4", "answered")] {
        assert_eq!(decide(act, &about, revision).await, 200, "{act}");
        assert_eq!(mine.hear("became").await["state"], state);
    }
    let list = house.get(&format!("{path}.json")).await;
    let list: Value = serde_json::from_slice(&list.body).unwrap();
    assert_eq!(list["interventions"][0]["answer"], "spoken", "{list}");
    for (act, cookie, status) in [
        ("support", "", 409),
        ("withdraw", author.as_str(), 409),
        ("withdraw", "", 404),
        ("appeal", author.as_str(), 409),
        ("nonsense", "", 404),
    ] {
        let answer = post(&house, &format!("{path}/{about}/{act}"), cookie, &[("text", "γιατί;")]).await;
        assert_eq!(answer.status.as_u16(), status, "{act}: {}", answer.text());
    }
    let own = house.get_with(&format!("{path}/own"), &[(header::COOKIE, &author)]).await.text();
    assert!(own.contains("Απαντήθηκε στη συνεδρίαση"), "{own}");
    let report = house.get(&path).await.text();
    assert!(report.contains("Απολογισμός") && report.contains("Διάμεσος χρόνος"), "{report}");
    for page in ["chamber", "overlay"] {
        assert_eq!(house.get(&format!("/meetings/{meeting}/{page}")).await.status, StatusCode::OK, "{page}");
        let nowhere = format!("/meetings/{}/{page}", council::MeetingId::new());
        assert_eq!(house.get(&nowhere).await.status, StatusCode::NOT_FOUND, "{page}");
    }
    let stream = format!("/meetings/{meeting}/floor/events?channel=nonsense");
    assert_eq!(house.get(&stream).await.status, StatusCode::NOT_FOUND);
}

/// Two moderators press through the same two hundred: each is decided once, and whoever was slower is told.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_moderators_at_once_decide_all_and_lose_nothing() {
    let house = House::open().await;
    let (meeting, _) = house.live().await;
    let room = {
        let floor = chat::Floor::new(house.council.clone());
        floor.room(house.here.id, meeting).await.unwrap()
    };
    let mut all = Vec::new();
    for n in 0..200 {
        let asker = chat::command::Asker {
            account: None,
            badge: None,
            name: None,
            device: Some(format!("a device of the hall, number {n}")),
            network: format!("network {n}"),
        };
        let ask = json!({ "id": chat::InterventionId::new(), "text": format!("Ερώτηση με αριθμό {n};") });
        all.push(room.ask(&asker, serde_json::from_value(ask).unwrap()).await.unwrap().id.to_string());
    }
    let console = format!("/studio/meetings/{meeting}/interventions");
    let cookies = [
        house.cookie(Some((Role::Moderator, &house.here))).await,
        house.cookie(Some((Role::Administrator, &house.here))).await,
    ];
    let press = async |cookie: &str, act: &str, all: Vec<&String>| {
        let mut statuses = Vec::new();
        for about in all {
            let answer = post(&house, &format!("{console}/{act}"), cookie, &fields(about, "1")).await;
            statuses.push((about.clone(), answer.status.as_u16()));
        }
        statuses
    };
    let (approved, rejected) = tokio::join!(
        press(&cookies[0], "approve", all.iter().collect()),
        press(&cookies[1], "reject", all.iter().rev().collect())
    );
    let won = |statuses: &[(String, u16)]| statuses.iter().filter(|(_, status)| *status == 200).count();
    assert!(approved.iter().chain(&rejected).all(|(_, status)| [200, 409].contains(status)));
    assert_eq!(won(&approved) + won(&rejected), 200, "each is decided, and once");
    let list = house.get(&format!("/meetings/{meeting}/interventions.json")).await;
    let list: Value = serde_json::from_slice(&list.body).unwrap();
    assert_eq!(list["interventions"].as_array().unwrap().len(), won(&approved), "what was approved is shown");
}
