//! What each test stands on: an empty council on one of the engines, and a town in it.

use std::time::Duration;

use council::{
    AccountId, Clock, Council, MunicipalityId,
    account::{Account, NewAccount},
    agenda::paste,
    meeting::{Meeting, NewMeeting},
    municipality::{Bilingual, Body, Municipality, NewMunicipality},
    permission::Clerk,
};

use crate::{db, postgres::Server};

/// The password of every account here.
pub const PASSWORD: &str = "ένας μακρύς κωδικός";
/// When a test's clock begins, milliseconds UTC.
pub const BEGAN_MS: i64 = 1_800_000_000_000;

/// The field that is refused after a change, and the change.
pub type Wrong<T> = (&'static str, fn(&mut T));

pub struct Bench {
    pub council: Council,
    pub clock: Clock,
    pub url: String,
}

pub struct Town {
    pub municipality: Municipality,
    pub body: Body,
    pub clerk: Clerk,
}

/// Runs the named tests on both engines.
macro_rules! on_both {
    ($($name:ident)*) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                crate::bench::on_sqlite(super::$name).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                crate::bench::on_postgres(super::$name).await;
            }
        }
    )*};
}
pub(crate) use on_both;

pub async fn on_sqlite(test: impl AsyncFnOnce(&Bench)) {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::open(format!("sqlite://{}/bema.db", folder.path().display())).await;
    test(&bench).await;
    bench.council.close().await;
}

pub async fn on_postgres(test: impl AsyncFnOnce(&Bench)) {
    let Some(server) = Server::find() else { return };
    let name = format!("test_{}", AccountId::new().to_string().replace('-', "_"));
    db::create_database(&server.url("postgres"), &name).await;
    let bench = Bench::open(server.url(&name)).await;
    test(&bench).await;
    bench.council.close().await;
    db::drop_database(&server.url("postgres"), &name).await;
}

impl Bench {
    async fn open(url: String) -> Self {
        let clock = Clock::manual(jiff::Timestamp::from_millisecond(BEGAN_MS).unwrap());
        let council = Council::open(&url, clock.clone()).await.unwrap();
        Self { council, clock, url }
    }

    pub fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub async fn town(&self, slug: &str) -> Town {
        let municipality = self.council.create_municipality(new_municipality(slug)).await.unwrap();
        let name = Bilingual { el: "Συμβούλιο".into(), en: "Council".into() };
        let body = self.council.create_body(municipality.id, "council", name).await.unwrap();
        let clerk = Clerk::console(municipality.id, AccountId::new());
        Town { municipality, body, clerk }
    }

    pub async fn account(&self, email: &str) -> Account {
        self.council.create_account(new_account(email)).await.unwrap()
    }

    /// A meeting called for so many seconds after the clock's beginning.
    pub async fn meeting(&self, town: &Town, after_s: i64) -> Meeting {
        self.council.create_meeting(&town.clerk, new_meeting(town, after_s)).await.unwrap()
    }

    /// The acts in a municipality's log, oldest first.
    pub async fn acts(&self, municipality: MunicipalityId) -> Vec<String> {
        let log = self.council.audit_log(municipality, None, 500).await.unwrap();
        log.into_iter().rev().map(|entry| entry.act).collect()
    }
}

pub fn new_municipality(slug: &str) -> NewMunicipality {
    NewMunicipality {
        slug: slug.into(),
        name: Bilingual { el: format!("Δήμος {slug}"), en: String::new() },
        hosts: vec![format!("{slug}.example")],
        accent: "#1d4f91".into(),
    }
}

pub fn new_account(email: &str) -> NewAccount {
    NewAccount { email: email.into(), name: "Μαρία".into(), password: PASSWORD.into() }
}

pub fn new_meeting(town: &Town, after_s: i64) -> NewMeeting {
    NewMeeting {
        body: town.body.id,
        title: format!("Συνεδρίαση {after_s}"),
        place: "Δημαρχείο".into(),
        starts_at_ms: BEGAN_MS + after_s * 1000,
        agenda: paste::read("Ανακοινώσεις\nΠροϋπολογισμός"),
    }
}
