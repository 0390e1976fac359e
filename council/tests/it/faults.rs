//! A database that is missing, broken, locked or away is an error, soon, and never a panic.

use std::time::{Duration, Instant};

use council::{Clock, Council, Error};

use crate::{
    bench::{self, Bench, new_municipality},
    db,
};

async fn refused(url: &str) -> String {
    let began = Instant::now();
    let error = Council::open(url, Clock::system()).await.expect_err(url);
    assert!(began.elapsed() < Duration::from_secs(2), "{url}: {:?}", began.elapsed());
    assert!(matches!(error, Error::Database(_) | Error::Migration(_)), "{error:?}");
    error.to_string()
}

#[tokio::test]
async fn what_cannot_be_opened_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let at = |file: &str| format!("sqlite://{}/{file}", folder.path().display());
    refused(&at("no/such/folder/a.db")).await;
    refused(&at("missing.db?mode=rw")).await;
    refused(&format!("sqlite://{}", folder.path().display())).await;
    std::fs::write(folder.path().join("text.db"), "this is no database ".repeat(1000)).unwrap();
    assert!(refused(&at("text.db")).await.contains("not a database"), "the error says what is wrong");
    for url in ["", "nonsense", "mysql://localhost/x", "sqlite://x?mode=what"] {
        refused(url).await;
    }
}

#[tokio::test]
async fn a_server_that_is_away_is_an_error_soon() {
    // Port 1 of this machine: nobody listens.
    refused("postgres://bema@127.0.0.1:1/bema").await;
}

#[tokio::test]
async fn a_file_that_another_program_locks_is_waited_for_and_then_an_error() {
    bench::on_sqlite(async |bench: &Bench| {
        let town = bench.town("rethymno").await;
        bench.account("clerk@rethymno.example").await;
        let token = bench.council.log_in("clerk@rethymno.example", bench::PASSWORD, "p").await.unwrap();
        bench.pass(120);
        let lock = db::lock(&bench.url).await;
        let began = Instant::now();
        assert_eq!(bench.council.municipalities().await.unwrap().len(), 1, "readers do not wait");
        assert!(began.elapsed() < Duration::from_secs(2));
        // They wait at once, so none waits for another's time to run out and then for its own.
        let (session, first, second) = tokio::join!(
            bench.council.session(token.expose()),
            bench.council.create_municipality(new_municipality("amari")),
            bench.council.create_municipality(new_municipality("sfakia")),
        );
        assert!(matches!(first, Err(Error::Database(_))) && matches!(second, Err(Error::Database(_))));
        assert!(session.unwrap().is_some(), "a use that cannot be written down shows nobody the door");
        let waited = began.elapsed();
        assert!((Duration::from_secs(4)..Duration::from_secs(12)).contains(&waited), "{waited:?}");
        drop(lock);
        bench.meeting(&town, 0).await;
    })
    .await;
}

#[tokio::test]
async fn a_lock_that_is_let_go_in_time_is_waited_out() {
    bench::on_sqlite(async |bench: &Bench| {
        let lock = db::lock(&bench.url).await;
        let letting_go = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            drop(lock);
        };
        let (made, ()) = tokio::join!(bench.council.create_municipality(new_municipality("amari")), letting_go);
        made.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_closed_council_answers_errors() {
    bench::on_sqlite(async |bench: &Bench| {
        bench.town("rethymno").await;
        bench.council.close().await;
        assert!(matches!(bench.council.ping().await, Err(Error::Database(_))));
        assert!(bench.council.municipality_by_host("x").await.is_err());
        assert!(bench.council.log_in("a@b.example", "a password, any", "p").await.is_err());
    })
    .await;
}

#[tokio::test]
async fn what_was_committed_is_there_when_it_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/bema.db", folder.path().display());
    let council = Council::open(&url, Clock::system()).await.unwrap();
    council.create_municipality(new_municipality("rethymno")).await.unwrap();
    // Not closed, as after a fall: the second reads the write-ahead log.
    let again = Council::open(&url, Clock::system()).await.unwrap();
    assert_eq!(again.municipalities().await.unwrap().len(), 1);
    assert_eq!(again.verify_audit().await.unwrap(), None);
}
