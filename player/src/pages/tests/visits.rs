//! Visits to the pages through the router, on a real database and a real store.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use council::{
    Clock, Council,
    account::NewAccount,
    agenda::NewItem,
    meeting::{Act, NewMeeting},
    municipality::{Bilingual, NewMunicipality},
    permission::Clerk,
    source::Rank,
};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use vod_store::{Intake, Store};

use super::made_up::{HOUR, NOW};
use crate::{App, Config};

const PASSWORD: &str = "correct horse battery";

/// An installation with one municipality, a clerk, and a meeting that is to come.
pub(super) struct House {
    router: Router,
    pub(super) council: Council,
    clerk: Clerk,
    meeting: council::MeetingId,
    _folder: tempfile::TempDir,
}

pub(super) async fn house() -> House {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::manual(jiff::Timestamp::from_millisecond(NOW).unwrap());
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("bema.db").display());
    let council = Council::open(&url, clock.clone()).await.unwrap();
    let store = Store::open(folder.path().join("recordings"), Intake::new(clock.clone()), clock).unwrap();
    let index = search::Index::open(&folder.path().join("search")).unwrap();
    let config = Config {
        public_url: None,
        rtmp_url: None,
        mail: false,
        srt: None,
        trusted_proxies: Vec::new(),
        metrics_from: Vec::new(),
        metrics_text: Arc::new(String::new),
    };
    let token = council.setup_token().await.unwrap().unwrap();
    let new = NewMunicipality {
        slug: "rethymno".into(),
        name: Bilingual { el: "Δήμος Ρεθύμνης".into(), en: "Municipality of Rethymno".into() },
        hosts: vec!["live.example.gr".into()],
        accent: "#1f5f8b".into(),
    };
    let account = NewAccount { email: "eleni@example.gr".into(), name: "Ελένη".into(), password: PASSWORD.into() };
    let account = council.set_up(&token, new, account).await.unwrap();
    let here = council.municipality_by_host("live.example.gr").await.unwrap().unwrap();
    let clerk = Clerk::console(here.id, account.id);
    let body = council.bodies(here.id).await.unwrap().remove(0);
    let new = NewMeeting {
        body: body.id,
        title: "14η τακτική συνεδρίαση".into(),
        place: "Αίθουσα".into(),
        starts_at_ms: NOW + HOUR,
        agenda: vec![NewItem::numbered("1", "Έγκριση πρακτικών")],
    };
    let meeting = council.create_meeting(&clerk, new).await.unwrap().id;
    let (source, _) = council.create_source(&clerk, "Αίθουσα").await.unwrap();
    council.assign_source(&clerk, meeting, source.id, Rank::Primary).await.unwrap();
    let router = crate::router(App::new(council.clone(), chat::Floor::new(council.clone()), store, index, config));
    House { router, council, clerk, meeting, _folder: folder }
}

impl House {
    pub(super) async fn ask(
        &self,
        request: axum::http::request::Builder,
        body: &str,
    ) -> (StatusCode, header::HeaderMap, String) {
        let html = !request.headers_ref().unwrap().contains_key(header::ACCEPT);
        let request = request.header(header::HOST, "live.example.gr");
        let request = if html { request.header(header::ACCEPT, "text/html") } else { request };
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        (parts.status, parts.headers, text)
    }

    async fn get(&self, path: &str, cookie: &str) -> (StatusCode, String) {
        let (status, headers, text) = self.ask(Request::get(path).header(header::COOKIE, cookie), "").await;
        if status == StatusCode::OK {
            assert_eq!(headers[header::CACHE_CONTROL], "private, no-cache", "{path}");
        }
        (status, text)
    }

    pub(super) async fn log_in(&self) -> String {
        let form = Request::post("/login").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let body = format!("email=eleni@example.gr&password={}", PASSWORD.replace(' ', "+"));
        let (status, headers, _) = self.ask(form, &body).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_citizen_finds_the_meeting_in_either_language() {
    let house = house().await;
    for (query, expected) in [("", "Η συνεδρίαση δεν έχει αρχίσει"), ("?lang=en", "The meeting has not begun")]
    {
        let (status, list) = house.get(&format!("/{query}"), "").await;
        assert_eq!(status, StatusCode::OK);
        let link = format!("/meetings/{}", house.meeting);
        assert!(list.contains(&link) && list.contains("<count-down"), "{list}");
        let (status, page) = house.get(&format!("{link}{query}"), "").await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains(expected) && page.contains("Έγκριση πρακτικών"), "{page}");
    }
    // A query that makes no sense is as none.
    for path in ["/?page=-1", "/?page=x", "/?page=1&page=2", "/?page=99999999999", "/?lang=xx"] {
        assert_eq!(house.get(path, "").await.0, StatusCode::OK, "{path}");
    }
    let (status, page) = house.get("/meetings/nonsense", "lang=en").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(page.contains("The page was not found"), "{page}");
}

#[tokio::test]
async fn another_municipalitys_agenda_is_not_found_even_while_its_own_viewers_read_it() {
    let house = house().await;
    let name = Bilingual { el: "Δήμος Χανίων".into(), en: String::new() };
    let hosts = vec!["chania.example.gr".into()];
    let other = NewMunicipality { slug: "chania".into(), name, hosts, accent: "#1f5f8b".into() };
    house.council.create_municipality(other).await.unwrap();
    let followed = crate::news::Board::default().follow(house.meeting);
    let news = async |host: &str| {
        let here = house.council.municipality_by_host(host).await.unwrap().unwrap();
        followed.news(&house.council, here.id).await.map(|news| news.stage).map_err(|error| error.status())
    };
    assert_eq!(news("chania.example.gr").await, Err(StatusCode::NOT_FOUND));
    assert_eq!(news("live.example.gr").await, Ok("scheduled"));
    assert_eq!(news("chania.example.gr").await, Err(StatusCode::NOT_FOUND), "what the others have just read");
}

#[tokio::test]
async fn a_log_in_that_is_refused_keeps_the_address_and_where_it_leads_and_no_password() {
    let house = house().await;
    let form = Request::post("/login").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let body = "email=eleni@example.gr&password=wrong+wrong+wrong&next=/studio/sources";
    let (status, headers, page) = house.ask(form, body).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(!headers.contains_key(header::SET_COOKIE));
    for there in ["value=\"eleni@example.gr\"", "value=\"/studio/sources\"", "role=\"alert\""] {
        assert!(page.contains(there), "{there}: {page}");
    }
    assert!(!page.contains("wrong"), "{page}");
}

#[tokio::test]
async fn a_clerk_sees_the_meeting_through_its_stages() {
    let house = house().await;
    let studio = format!("/studio/meetings/{}", house.meeting);
    let (status, _) = house.get(&studio, "").await;
    assert_eq!(status, StatusCode::SEE_OTHER, "a stranger is led to the log-in");
    let cookie = house.log_in().await;
    for (path, expected) in [
        ("/studio", "14η τακτική συνεδρίαση"),
        ("/studio/sources", "Δεν είναι συνδεδεμένη"),
        (&studio, "Έναρξη μετάδοσης"),
        (&studio, "rtmp://live.example.gr/live"),
        ("/studio?error=error-invalid-title", "aria-invalid=\"true\""),
    ] {
        let (status, page) = house.get(path, &cookie).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert!(page.contains(expected), "{path} lacks {expected}: {page}");
    }
    for (act, expected) in [
        (Act::Start, "Διακοπή μετάδοσης"),
        (Act::Pause, "Συνέχιση μετάδοσης"),
        (Act::Resume, "Τέλος της συνεδρίασης"),
        (Act::CloseDoors("18 υπέρ".into()), "Άνοιγμα των θυρών"),
        (Act::OpenDoors, "Κλείσιμο των θυρών"),
        (Act::End, "Η συνεδρίαση ολοκληρώθηκε"),
    ] {
        house.council.act(&house.clerk, house.meeting, act).await.unwrap();
        let (status, page) = house.get(&studio, &cookie).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains(expected), "{expected}: {page}");
        assert_eq!(house.get(&format!("/meetings/{}", house.meeting), "").await.0, StatusCode::OK);
        assert_eq!(house.get("/", "").await.0, StatusCode::OK);
    }
    let (_, page) = house.get(&format!("/meetings/{}", house.meeting), "").await;
    assert!(page.contains("Δεν υπάρχει καταγραφή"), "nothing was recorded: {page}");
}

#[tokio::test]
async fn an_installation_is_set_up_once() {
    let house = house().await;
    let (status, page) = house.get("/setup", "lang=en").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("The set-up has been done already") && !page.contains("name=\"token\""), "{page}");
}
