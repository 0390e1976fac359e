//! A whole Bema without network or encoder: a real database and a real disk in a folder that goes away, and its router.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use council::{
    AccountId, Clock, Council, MeetingId, SourceId,
    account::NewAccount,
    meeting::{Act, NewMeeting},
    municipality::{Bilingual, Municipality, NewMunicipality},
    permission::{Clerk, Role},
    source::Rank,
};
use tower::ServiceExt;
use vod_store::{Intake, Store};

use crate::camera::about;

/// The parts, and the folder that they lie in.
pub(crate) struct House {
    pub(crate) council: Council,
    pub(crate) store: Store,
    pub(crate) index: search::Index,
    pub(crate) router: Router,
    pub(crate) here: Municipality,
    pub(crate) clerk: Clerk,
    _folder: tempfile::TempDir,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub(crate) const HOST: &str = "rethymno.test";
pub(crate) const PASSPHRASE: &str = "a-passphrase-of-a-test";
pub(crate) const PASSWORD: &str = "a password of a test";

impl House {
    pub(crate) async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("bema.sqlite").display());
        let council = Council::open(&url, Clock::system()).await.unwrap();
        let here = municipality(&council, "rethymno", HOST).await;
        let store =
            Store::open(folder.path().join("recordings"), Intake::new(Clock::system()), Clock::system()).unwrap();
        let config = player::Config {
            public_url: None,
            rtmp_url: None,
            mail: false,
            srt: Some(player::Srt { url: None, port: 10080, passphrase: Some(PASSPHRASE.into()) }),
            trusted_proxies: Vec::new(),
            metrics_from: vec!["127.0.0.0/8".parse().unwrap()],
            metrics_text: Arc::new(String::new),
        };
        let index = search::Index::open(&folder.path().join("search")).unwrap();
        let floor = chat::Floor::new(council.clone());
        tokio::spawn(floor.clone().run(tokio_util::sync::CancellationToken::new()));
        let router = player::router(player::App::new(council.clone(), floor, store.clone(), index.clone(), config));
        let clerk = Clerk::console(here.id, AccountId::new());
        Self { council, store, index, router, here, clerk, _folder: folder }
    }

    /// A meeting with a source, not begun.
    pub(crate) async fn meeting(&self) -> (MeetingId, SourceId) {
        let body = self.council.bodies(self.here.id).await.unwrap().remove(0).id;
        let about = about();
        let new = NewMeeting {
            body,
            title: about.title,
            place: about.place,
            starts_at_ms: about.starts_at_ms,
            agenda: council::agenda::paste::read_lines(&about.agenda),
        };
        let meeting = self.council.create_meeting(&self.clerk, new).await.unwrap();
        let (source, _) = self.council.create_source(&self.clerk, "Αίθουσα").await.unwrap();
        self.council.assign_source(&self.clerk, meeting.id, source.id, Rank::Primary).await.unwrap();
        (meeting.id, source.id)
    }

    /// A meeting in session.
    pub(crate) async fn live(&self) -> (MeetingId, SourceId) {
        let (meeting, source) = self.meeting().await;
        self.store.begin(meeting, &about(), &[source]).await.unwrap();
        self.council.act(&self.clerk, meeting, Act::Start).await.unwrap();
        (meeting, source)
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 64 << 20).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    pub(crate) async fn get_with(&self, path: &str, headers: &[(header::HeaderName, &str)]) -> Answer {
        let mut request = Request::get(path).header(header::HOST, HOST);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        self.ask(request.body(Body::empty()).unwrap()).await
    }

    /// The cookie of an account with a role at a municipality; none for the anonymous.
    pub(crate) async fn cookie(&self, role: Option<(Role, &Municipality)>) -> String {
        let Some((role, here)) = role else { return String::new() };
        let email = format!("{}@{}.test", role.name(), here.slug);
        let new = NewAccount { email: email.clone(), name: "Δοκιμή".into(), password: PASSWORD.into() };
        let account = self.council.create_account(new).await.unwrap();
        self.council.grant(account.id, here.id, role).await.unwrap();
        let token = self.council.log_in(&email, PASSWORD, "192.0.2.1").await.unwrap();
        format!("bema={}", token.expose())
    }
}

pub(crate) async fn municipality(council: &Council, slug: &str, host: &str) -> Municipality {
    let name = Bilingual { el: format!("Δήμος {slug}"), en: format!("Municipality of {slug}") };
    let new =
        NewMunicipality { slug: slug.into(), name: name.clone(), hosts: vec![host.into()], accent: "#1f5f8b".into() };
    let here = council.create_municipality(new).await.unwrap();
    council.create_body(here.id, "council", name).await.unwrap();
    here
}
