//! No secret is kept as it is, and none is printed.

use council::{account::NewAccount, permission::Role, source::NewAddress, stream_key::KeyHash};

use crate::{
    bench::{Bench, PASSWORD, on_both},
    db,
};

on_both! {
    secrets_are_nowhere_in_the_database
    secrets_are_in_no_debug_and_no_error
}

async fn secrets_are_nowhere_in_the_database(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let account = bench.account("clerk@rethymno.example").await;
    council.grant(account.id, town.municipality.id, Role::Clerk).await.unwrap();
    let token = council.log_in("clerk@rethymno.example", PASSWORD, "p").await.unwrap();
    assert!(council.log_in("clerk@rethymno.example", "canary-of-a-password", "p").await.is_err());
    let (source, first) = council.create_source(&town.clerk, "Αίθουσα").await.unwrap();
    let second = council.rotate_key(&town.clerk, source.id).await.unwrap();
    let kept = db::every_text(&bench.url).await;
    assert!(kept.contains(&second.expose()[36..]), "the hint is there, so the search does find what there is");
    for secret in [token.expose(), first.expose(), second.expose(), PASSWORD, "canary-of-a-password"] {
        assert!(!kept.contains(secret), "{secret}");
    }
    assert!(!kept.contains("bema-"));
}

async fn secrets_are_in_no_debug_and_no_error(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let set_up = council.setup_token().await.unwrap().unwrap();
    let camera =
        |url: &str| NewAddress { url: url.into(), user: "canary-camera".into(), password: "canary-camera".into() };
    let new = NewAccount { email: "a@b.example".into(), name: "A".into(), password: "canary-password".into() };
    let new_printed = format!("{new:?}");
    council.create_account(new.clone()).await.unwrap();
    let token = council.log_in("a@b.example", "canary-password", "p").await.unwrap();
    let session = council.session(token.expose()).await.unwrap();
    let (source, key) = council.create_source(&town.clerk, "s").await.unwrap();
    let taken = council.create_account(new).await.unwrap_err();
    let pulled = council.create_camera(&town.clerk, "s", &camera("rtsp://camera.example/canary-camera")).await.unwrap();
    let wrong = council.create_camera(&town.clerk, "s", &camera("canary-camera")).await.unwrap_err();
    let printed = [
        format!(
            "{council:?} {source:?} {pulled:?} {key:?} {session:?} {:?} {token:?}",
            council.sources(source.municipality).await
        ),
        format!("{:?} {:?} {:?}", council.keys().await, KeyHash::of(key.expose()), council.cameras().await),
        format!("{:?}", camera("rtsp://canary-camera@camera.example/")),
        format!("{taken:?} {taken} {wrong:?} {wrong} {new_printed}"),
        format!(
            "{:?} {:?}",
            council.set_up("x", crate::bench::new_municipality("x"), crate::bench::new_account("x")).await,
            town.clerk
        ),
        format!("{:?}", council.audit_log(town.municipality.id, None, 100).await),
    ]
    .join("\n");
    let hash = KeyHash::of(key.expose()).0.map(|byte| format!("{byte:02x}")).concat();
    for secret in [key.expose(), &hash, token.expose(), &set_up, "canary-camera", "canary-password"] {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
    assert!(printed.contains("KeyHash(hidden)") && printed.contains("a@b.example"));
}
