//! The words of a meeting: given by a clerk, found by a citizen, read and taken along; and what is no transcript.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use council::{MeetingId, meeting::Act, permission::Role};
use tokio_util::sync::CancellationToken;

use crate::house::{Answer, HOST, House, municipality};

const WORDS: &str = "WEBVTT\n\n00:00.000 --> 00:00.400\n<v Πρόεδρος>Αρχίζει η συνεδρίαση.\n\n\
                     00:00.400 --> 00:00.900\n<v Εισηγήτρια>Το δίκτυο της ύδρευσης <b>χάνει</b> νερό.\n";

/// A meeting that is over, with a recording of the slate.
async fn ended(house: &House) -> MeetingId {
    let (meeting, _) = house.live().await;
    while house.store.recording(meeting).await.unwrap().is_none_or(|recording| recording.duration_ms() < 1000) {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    house.store.end(meeting).await.unwrap();
    house.council.act(&house.clerk, meeting, Act::End).await.unwrap();
    meeting
}

async fn give(house: &House, meeting: MeetingId, cookie: &str, words: &[u8]) -> Answer {
    let mut form = b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.vtt\"\r\n\r\n".to_vec();
    form.extend_from_slice(words);
    form.extend_from_slice(b"\r\n--x--\r\n");
    let request = Request::post(format!("/studio/meetings/{meeting}/words"))
        .header(header::HOST, HOST)
        .header(header::COOKIE, cookie)
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    house.ask(request.body(Body::from(form)).unwrap()).await
}

pub(crate) async fn catch_up(house: &House) {
    house.index.catch_up(&house.council, &CancellationToken::new()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_a_clerk_gives_are_found_to_the_second() {
    let house = House::open().await;
    let clerk = house.cookie(Some((Role::Clerk, &house.here))).await;
    let meeting = ended(&house).await;
    for extension in ["vtt", "srt", "txt", "json"] {
        let none = house.get(&format!("/meetings/{meeting}/words.{extension}")).await;
        assert_eq!(none.status, StatusCode::NOT_FOUND, "{extension}");
    }
    let given = give(&house, meeting, &clerk, WORDS.as_bytes()).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.text());
    catch_up(&house).await;
    let href = format!("/meetings/{meeting}?t=0&#38;q=");
    for query in ["%CF%8D%CE%B4%CF%81%CE%B5%CF%85%CF%83%CE%B7", "ydreusi", "ydreysi"] {
        let page = house.get(&format!("/search?q={query}")).await.text();
        assert!(page.contains("<mark>ύδρευσης</mark>"), "{query}: {page}");
        assert!(page.contains(&href) && page.contains("Εισηγήτρια"), "{query}: {page}");
    }
    let text = house.get(&format!("/meetings/{meeting}/words.vtt")).await;
    assert!(text.text().contains("<v Εισηγήτρια>Το δίκτυο της ύδρευσης χάνει νερό."), "{}", text.text());
    assert!(text.header(header::CONTENT_TYPE).starts_with("text/vtt"));
    let again = council::transcript::read::read(&text.body).unwrap().cues;
    assert_eq!(again.iter().map(|cue| (cue.from_ms, cue.until_ms)).collect::<Vec<_>>(), [(0, 400), (400, 900)]);
    for extension in ["", ".srt", ".txt", ".json"] {
        let answer = house.get(&format!("/meetings/{meeting}/words{extension}")).await;
        assert!(answer.text().contains("Αρχίζει η συνεδρίαση."), "{extension}: {}", answer.text());
    }
    let undo = format!("/studio/meetings/{meeting}/words/undo");
    let undone = crate::studio::send(&house, axum::http::Method::POST, &undo, &clerk, "revision=1");
    assert_eq!(undone.await.status, StatusCode::OK);
    catch_up(&house).await;
    let page = house.get("/search?q=ydreusi").await.text();
    assert!(!page.contains("<mark>ύδρευσης</mark>"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_transcript_is_refused_in_words_and_changes_nothing() {
    let house = House::open().await;
    let clerk = house.cookie(Some((Role::Clerk, &house.here))).await;
    let meeting = ended(&house).await;
    let beyond = b"WEBVTT\n\n09:00:00.000 --> 09:00:01.000\nlate\n".to_vec();
    let large = vec![b'a'; council::transcript::read::BYTES_MAX + 2];
    for (words, key) in [
        (b"".to_vec(), "error-invalid-words"),
        (b"minutes of the meeting".to_vec(), "error-words-unknown"),
        (b"WEBVTT\n\n00:0x.000 --> 00:01.000\na\n".to_vec(), "error-words-time"),
        (beyond, "error-invalid-words_beyond"),
        (large, "error-words-large"),
    ] {
        let answer = give(&house, meeting, &clerk, &words).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{key}: {}", answer.text());
        assert!(answer.text().contains(key), "{key}: {}", answer.text());
    }
    let (scheduled, _) = house.meeting().await;
    let early = give(&house, scheduled, &clerk, WORDS.as_bytes()).await;
    assert!(early.status.is_client_error(), "{}", early.text());
    let chania = municipality(&house.council, "chania", "chania.test").await;
    for (who, cookie) in [
        ("nobody", String::new()),
        ("a moderator", house.cookie(Some((Role::Moderator, &house.here))).await),
        ("another municipality's clerk", house.cookie(Some((Role::Clerk, &chania))).await),
    ] {
        let answer = give(&house, meeting, &cookie, WORDS.as_bytes()).await;
        assert!(matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN), "{who}: {}", answer.status);
    }
    assert_eq!(house.council.transcript_revision(meeting).await.unwrap(), 0);
    for query in ["%22", "-", "a".repeat(5000).as_str(), "***", "-%22x%22", "&kind=x&year=x&page=-1"] {
        let answer = house.get(&format!("/search?q={query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{query:.20}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_was_deleted_is_built_anew_from_the_council() {
    let house = House::open().await;
    let clerk = house.cookie(Some((Role::Clerk, &house.here))).await;
    let meeting = ended(&house).await;
    give(&house, meeting, &clerk, WORDS.as_bytes()).await;
    catch_up(&house).await;
    let folder = tempfile::tempdir().unwrap();
    let open = || search::Index::open(&folder.path().join("search")).unwrap();
    let index = open();
    assert_eq!(index.moments(), 0);
    index.catch_up(&house.council, &CancellationToken::new()).await.unwrap();
    assert_eq!(index.moments(), house.index.moments());
    drop(index);
    let again = open();
    assert_eq!(again.moments(), house.index.moments(), "what was committed stays");
    assert_eq!(again.catch_up(&house.council, &CancellationToken::new()).await.unwrap(), 0, "nothing is done twice");
}
