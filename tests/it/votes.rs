//! Presence, votes and decisions through the router: pressed as forms, and read on pages without a script.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use council::{MeetingId, agenda::Agenda, person::paste};

use crate::{
    house::{Answer, HOST, House, municipality},
    studio::send,
};

const LIST: &str = "Νίκος Σταυρακάκης; Δήμαρχος; Μπροστά\nΜαρία Δασκαλάκη; Πρόεδρος; Μπροστά\n\
    Γιώργος Παπαδάκης; Σύμβουλος; Συμμαχία\nΆννα Κυριακάκη; Σύμβουλος; Συμμαχία";

/// A meeting in session at its first item, and its clerk's cookie.
async fn sitting(house: &House) -> (MeetingId, String) {
    let body = house.council.bodies(house.here.id).await.unwrap().remove(0).id;
    house.council.add_members(&house.clerk, body, paste::read(LIST)).await.unwrap();
    let (meeting, _) = house.live().await;
    let item = agenda(house, meeting).await.items[0].id;
    house.council.take_up(&house.clerk, meeting, item, None, None).await.unwrap();
    (meeting, house.cookie(Some((council::permission::Role::Clerk, &house.here))).await)
}

async fn agenda(house: &House, meeting: MeetingId) -> Agenda {
    house.council.agenda(house.here.id, meeting).await.unwrap()
}

/// A form as a browser without a script sends it, and the page that answers.
async fn press(house: &House, meeting: MeetingId, cookie: &str, act: &str, form: &str) -> Answer {
    let request = Request::post(format!("/studio/meetings/{meeting}/votes/{act}"))
        .header(header::HOST, HOST)
        .header(header::COOKIE, cookie)
        .header(header::ACCEPT, "text/html")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answer = house.ask(request.body(Body::from(form.to_owned())).unwrap()).await;
    if answer.status != StatusCode::SEE_OTHER {
        return answer;
    }
    let path = answer.header(header::LOCATION).to_owned();
    house.get_with(&path, &[(header::COOKIE, cookie), (header::ACCEPT, "text/html")]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vote_is_held_and_its_decision_read_without_a_script() {
    let house = House::open().await;
    let (meeting, cookie) = sitting(&house).await;
    let seated = press(&house, meeting, &cookie, "presence-all", "presence=present").await;
    assert!(seated.text().contains("Παρόντα 3 από τα 3 μέλη. Υπάρχει απαρτία."), "{}", seated.text());
    let now = agenda(&house, meeting).await;
    let who = |name: &str| now.attendance.members.iter().find(|each| each.name.starts_with(name)).unwrap().person;
    press(&house, meeting, &cookie, "presence", &format!("person={}&presence=absent", who("Άννα"))).await;

    let item = now.items[0].id;
    let form = format!("item={item}&kind=roll_call&majority=present&motion=&after=");
    let opened = press(&house, meeting, &cookie, "open", &form).await;
    assert!(opened.text().contains("Τέλος ψηφοφορίας"), "{}", opened.text());
    let vote = agenda(&house, meeting).await.votes[0].id;
    let ballot = |name: &str, choice: &str| format!("vote={vote}&person={}&choice={choice}", who(name));
    press(&house, meeting, &cookie, "ballot", &ballot("Μαρία", "yes")).await;
    let away = press(&house, meeting, &cookie, "ballot", &ballot("Άννα", "yes")).await;
    assert_eq!(away.status, StatusCode::BAD_REQUEST);
    assert!(away.text().contains("σημειωμένο ως απόν"), "{}", away.text());
    let page = house.get(&format!("/meetings/{meeting}")).await.text();
    assert!(page.contains("<b data-slot=\"yes\">1</b>") && page.contains("<b data-slot=\"waiting\">1</b>"), "{page}");
    let early = press(&house, meeting, &cookie, "close", &format!("vote={vote}")).await;
    assert!(early.text().contains("Δεν έχουν ψηφίσει όλοι"), "{}", early.text());
    press(&house, meeting, &cookie, "ballot", &ballot("Γιώργος", "no")).await;
    press(&house, meeting, &cookie, "close", &format!("vote={vote}")).await;

    let year = agenda(&house, meeting).await.votes[0].opened_at_ms;
    let year = jiff::Timestamp::from_millisecond(year).unwrap().to_zoned(jiff::tz::TimeZone::UTC).year();
    let form = |number: &str, ada: &str| {
        format!("item={item}&decision=&decision_number={number}&decision_year={year}&decision_title=%CE%A0&ada={ada}")
    };
    let refused = press(&house, meeting, &cookie, "decide", &form("7", "nonsense")).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(refused.text().contains("value=\"nonsense\""), "what was typed stands again: {}", refused.text());
    press(&house, meeting, &cookie, "decide", &form("7", "%CE%A8%CE%A74%CE%A946%CE%9C-%CE%9E7%CE%A9")).await;
    let page = house.get(&format!("/meetings/{meeting}")).await.text();
    for there in [
        "Εγκρίνεται: ισοψηφία, υπερίσχυσε η ψήφος του προέδρου",
        "Πώς ψήφισε ο καθένας",
        &format!("Απόφαση 7/{year}"),
        "href=\"https://diavgeia.gov.gr/decision/view/ΨΧ4Ω46Μ-Ξ7Ω\"",
        "Παρόντα 2 από τα 3 μέλη",
    ] {
        assert!(page.contains(there), "{there}: {page}");
    }
    for path in ["minutes", "chamber"] {
        let page = house.get(&format!("/meetings/{meeting}/{path}")).await.text();
        assert!(page.contains("Εγκρίνεται: ισοψηφία") && page.contains("μέλη"), "{path}: {page}");
    }
    let minutes = house.get(&format!("/meetings/{meeting}/minutes")).await.text();
    assert!(minutes.contains(&format!("href=\"/meetings/{meeting}?t=")), "{minutes}");
    crate::words::catch_up(&house).await;
    for (asked, found) in [(format!("7/{year}"), true), ("ψχ4ω46μ-ξ7ω".into(), true), ("ψχ4ω46μ-ξ7α".into(), false)]
    {
        let page = house
            .get(&format!(
                "/search?kind=decision&q={}",
                asked.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>()
            ))
            .await
            .text();
        assert_eq!(page.contains("hit-decision"), found, "{asked}: {page}");
    }
    let taken = press(&house, meeting, &cookie, "decide", &form("7", "")).await;
    assert_eq!(taken.status, StatusCode::CONFLICT);
    assert!(taken.text().contains("Αυτόν τον αριθμό τον έχει άλλη απόφαση"), "{}", taken.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_refused_and_another_municipality_finds_nothing() {
    let house = House::open().await;
    let (meeting, cookie) = sitting(&house).await;
    let (item, other) = (agenda(&house, meeting).await.items[0].id, MeetingId::new());
    let wrong = [
        ("presence", "person=x&presence=present", 404),
        ("presence", "presence=maybe&person=x", 400),
        ("presence-move", "press=x", 400),
        ("presence-undo", "press=x", 404),
        ("open", "item=x&kind=secret&majority=present", 404),
        ("open", &format!("item={item}&kind=show&majority=present"), 400),
        ("open", &format!("item={item}&kind=secret&majority=all"), 400),
        ("open", &format!("item={item}&kind=secret&majority=present&after=x"), 404),
        ("open", &format!("item={item}&kind=secret&majority=present&after={other}"), 409),
        ("open", &format!("item={item}&kind=secret&majority=present&ago_ms=x"), 400),
        ("ballot", &format!("vote={other}&person={other}&choice=yes"), 404),
        ("ballot", &format!("vote={other}&person={other}&choice=perhaps"), 400),
        ("close", &format!("vote={other}&no=-1"), 400),
        ("close", &format!("vote={other}&no=1"), 404),
        ("mend", &format!("vote={other}&majority=present&mend_reason=x&ballot-x=yes"), 404),
        ("decide", &format!("item={item}&decision_number=x&decision_year=2026&decision_title=x"), 400),
        ("decide", &format!("item={item}&decision_number=1&decision_year=99999&decision_title=x"), 400),
        ("nothing", "", 404),
    ];
    for (act, form, status) in wrong {
        let path = format!("/studio/meetings/{meeting}/votes/{act}");
        let answer = send(&house, Method::POST, &path, &cookie, form).await;
        assert_eq!(answer.status.as_u16(), status, "{act} {form}: {}", answer.text());
    }
    let now = agenda(&house, meeting).await;
    assert!(now.votes.is_empty() && now.decisions.is_empty() && !now.attendance.is_taken());

    // Another municipality's page of the same address, and its clerk's presses, find no such meeting.
    let chania = municipality(&house.council, "chania", "chania.test").await;
    let stranger = house.cookie(Some((council::permission::Role::Clerk, &chania))).await;
    for path in ["agenda", "events", "chamber", "minutes"] {
        let request = Request::get(format!("/meetings/{meeting}/{path}")).header(header::HOST, "chania.test");
        assert_eq!(house.ask(request.body(Body::empty()).unwrap()).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let request = Request::post(format!("/studio/meetings/{meeting}/votes/presence-all"))
        .header(header::HOST, "chania.test")
        .header(header::COOKIE, &stranger)
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answer = house.ask(request.body(Body::from("presence=present")).unwrap()).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_secret_vote_pages_show_numbers_alone() {
    let house = House::open().await;
    let (meeting, cookie) = sitting(&house).await;
    let item = agenda(&house, meeting).await.items[0].id;
    press(&house, meeting, &cookie, "open", &format!("item={item}&kind=secret&majority=members")).await;
    let vote = agenda(&house, meeting).await.votes[0].id;
    let closed =
        press(&house, meeting, &cookie, "close", &format!("vote={vote}&no=&abstain=1&yes=2&casting=yes")).await;
    assert_eq!(closed.status, StatusCode::OK, "{}", closed.text());
    let page = house.get(&format!("/meetings/{meeting}")).await.text();
    assert!(page.contains("Εγκρίνεται κατά πλειοψηφία") && page.contains("Μυστική"), "{page}");
    assert!(!page.contains("Δασκαλάκη") && !page.contains("Πώς ψήφισε ο καθένας"), "{page}");
}
