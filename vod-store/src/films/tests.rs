//! Films in pieces, refused and tried again, on a real folder.

use bytes::Bytes;

use super::*;

const FREE: u64 = 1 << 40;

fn about(municipality: MunicipalityId, size: u64) -> About {
    About {
        municipality,
        account: AccountId::new(),
        body: BodyId::new(),
        title: "12η τακτική".into(),
        place: String::new(),
        began_at_ms: 1_553_700_000_000,
        name: "../../etc/passwd".into(),
        size,
    }
}

async fn send(
    films: &Films,
    here: MunicipalityId,
    id: FilmId,
    offset: u64,
    bytes: &'static [u8],
) -> Result<u64, Error> {
    let mut receiving = films.receive(here, id, offset).await?;
    receiving.write(Bytes::from_static(bytes)).await?;
    receiving.finish().await
}

#[tokio::test]
async fn a_film_comes_in_pieces_and_goes_on_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let here = MunicipalityId::new();
    let films = Films::new(folder.path().join("films"));
    let id = films.announce(about(here, 10), FREE).await.unwrap();
    assert_eq!(send(&films, here, id, 0, b"abcd").await.unwrap(), 4);
    let films = Films::new(folder.path().join("films"));
    assert_eq!(films.film(here, id).await.unwrap().received, 4);
    assert!(matches!(send(&films, here, id, 0, b"abcd").await, Err(Error::Offset(4))), "the same piece again");
    assert!(matches!(send(&films, here, id, 6, b"gh").await, Err(Error::Offset(4))), "a hole");
    assert!(matches!(send(&films, here, id, 4, b"efghijk").await, Err(Error::TooLarge)));
    let mut whole = films.whole();
    assert_eq!(send(&films, here, id, 4, b"efghij").await.unwrap(), 10);
    assert!(whole.has_changed().unwrap());
    whole.mark_unchanged();
    assert_eq!(films.film(here, id).await.unwrap().stage, Stage::Waiting);
    assert_eq!(std::fs::read(films.path(id)).unwrap(), b"abcdefghij");
    assert!(matches!(send(&films, here, id, 10, b"").await, Err(Error::Stage)));
}

#[tokio::test]
async fn what_came_before_a_request_broke_off_is_kept_and_one_sends_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let here = MunicipalityId::new();
    let films = Films::new(folder.path().to_owned());
    let id = films.announce(about(here, 10), FREE).await.unwrap();
    let mut broken = films.receive(here, id, 0).await.unwrap();
    broken.write(Bytes::from_static(b"abc")).await.unwrap();
    assert!(matches!(films.receive(here, id, 0).await, Err(Error::Busy)));
    assert!(matches!(films.remove(here, id).await, Err(Error::Busy)));
    assert_eq!(broken.finish().await.unwrap(), 3);
    assert_eq!(send(&films, here, id, 3, b"d").await.unwrap(), 4);
}

#[tokio::test]
async fn a_film_is_its_municipalitys_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (here, elsewhere) = (MunicipalityId::new(), MunicipalityId::new());
    let films = Films::new(folder.path().to_owned());
    let id = films.announce(about(here, 10), FREE).await.unwrap();
    assert!(matches!(films.film(elsewhere, id).await, Err(Error::NotFound)));
    assert!(matches!(films.receive(elsewhere, id, 0).await, Err(Error::NotFound)));
    assert!(matches!(films.remove(elsewhere, id).await, Err(Error::NotFound)));
    films.remove(here, id).await.unwrap();
    assert!(matches!(films.film(here, id).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn what_cannot_fit_is_refused_before_it_begins() {
    let folder = tempfile::tempdir().unwrap();
    let here = MunicipalityId::new();
    let films = Films::new(folder.path().to_owned());
    assert!(matches!(films.announce(about(here, 0), FREE).await, Err(Error::TooLarge)));
    assert!(matches!(films.announce(about(here, MAX_BYTES + 1), u64::MAX).await, Err(Error::TooLarge)));
    films.announce(about(here, 3 << 30), 8 << 30).await.unwrap();
    let refused = films.announce(about(here, 3 << 30), 8 << 30).await;
    assert!(matches!(refused, Err(Error::NoRoom { needs, has }) if needs == 7 << 30 && has == 2 << 30), "{refused:?}");
    for _ in 1..MAX_FILMS {
        films.announce(about(here, 1), FREE).await.unwrap();
    }
    assert!(matches!(films.announce(about(here, 1), FREE).await, Err(Error::TooMany)));
    films.announce(about(MunicipalityId::new(), 1), FREE).await.unwrap();
}

#[tokio::test]
async fn a_film_that_failed_is_tried_again_and_one_that_is_done_leaves_its_bytes_no_longer() {
    let folder = tempfile::tempdir().unwrap();
    let here = MunicipalityId::new();
    let films = Films::new(folder.path().to_owned());
    let id = films.announce(about(here, 1), FREE).await.unwrap();
    assert!(matches!(films.again(here, id).await, Err(Error::Stage)));
    send(&films, here, id, 0, b"x").await.unwrap();
    let film = films.film(here, id).await.unwrap();
    films.moved(&film, Stage::Failed { cause: Cause::UnknownFormat, what: "it is no film".into() }).await.unwrap();
    films.again(here, id).await.unwrap();
    let meeting = MeetingId::new();
    films.moved(&film, Stage::Reading { meeting }).await.unwrap();
    films.progress(id, 500);
    assert_eq!(films.film(here, id).await.unwrap().thousandths, 500);
    assert!(matches!(films.remove(here, id).await, Err(Error::Busy)));
    films.moved(&film, Stage::Done { meeting }).await.unwrap();
    assert!(!films.path(id).exists());
    assert_eq!(films.film(here, id).await.unwrap().received, 1);
    films.remove(here, id).await.unwrap();
}
