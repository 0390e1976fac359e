//! Out to the world: calendars, feeds and the podcast, with readers that are not ours as the judges.

use std::{
    path::PathBuf,
    process::Command,
    time::{Duration, Instant},
};

use axum::http::{StatusCode, header};
use council::{
    MeetingId,
    agenda::NewItem,
    meeting::{Act, NewMeeting},
};
use serde_json::Value;

use crate::{
    house::{HOST, House, municipality},
    server::{Encoder, Server, free_ports},
    ways::Clerk,
};

/// What a text could hold to break out of every format.
const HOSTILE: &str = "Ύδρευση; <b>&amp;</b>, \\n \"]]>";

/// What a reader that is not ours finds in a text.
fn read(what: &str, text: &[u8]) -> Value {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("text");
    std::fs::write(&file, text).unwrap();
    let out = Command::new(target.join("readers/bin/python"))
        .arg(root.join("tests/it/world.py"))
        .arg(what)
        .arg(&file)
        .output()
        .expect("the readers are installed (script/setup tests)");
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(out.status.success(), "{said}\n{}", String::from_utf8_lossy(text));
    serde_json::from_slice(&out.stdout).unwrap()
}

/// A meeting that is called for an instant (RFC 3339).
async fn call(house: &House, title: &str, at: &str) -> MeetingId {
    let body = house.council.bodies(house.here.id).await.unwrap().remove(0).id;
    let starts_at_ms = at.parse::<jiff::Timestamp>().unwrap().as_millisecond();
    let agenda = vec![NewItem::numbered("1", HOSTILE)];
    let new = NewMeeting { body, title: title.into(), place: HOSTILE.into(), starts_at_ms, agenda };
    house.council.create_meeting(&house.clerk, new).await.unwrap().id
}

fn of<'a>(read: &'a Value, list: &str, key: &str, id: &str) -> &'a Value {
    let all = read[list].as_array().unwrap();
    all.iter().find(|one| one[key] == id).unwrap_or_else(|| panic!("{id} is not in {read}"))
}

/// A page's JSON-LD.
fn linked(page: &str) -> Value {
    let text = page.split("<script type=\"application/ld+json\">").nth(1).unwrap().split("</script>").next().unwrap();
    serde_json::from_str(text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn search_engines_are_told_what_is_public_here_and_no_text_breaks_out() {
    let house = House::open().await;
    let hostile = format!("{HOSTILE}</script><script>");
    let meeting = call(&house, &hostile, "2096-10-24T15:00:00Z").await;
    for path in ["/".to_owned(), format!("/meetings/{meeting}")] {
        let linked = linked(&house.get(&path).await.text());
        let event = &linked["@graph"][0];
        assert_eq!(event["name"], hostile, "{path}");
        assert_eq!(event["startDate"], "2096-10-24T18:00:00+03:00");
        assert_eq!(event["eventStatus"], "https://schema.org/EventScheduled");
        assert!(linked["@graph"][1].is_null(), "there is no video yet: {linked}");
    }
    house.council.act(&house.clerk, meeting, Act::Cancel("Δεν υπήρξε απαρτία".into())).await.unwrap();
    let told = linked(&house.get(&format!("/meetings/{meeting}")).await.text());
    assert_eq!(told["@graph"][0]["eventStatus"], "https://schema.org/EventCancelled");
    municipality(&house.council, "chania", "chania.test").await;
    for (host, told) in [(HOST, true), ("chania.test", false)] {
        let request = axum::http::Request::get("/sitemap.xml").header(header::HOST, host);
        let map = house.ask(request.body(axum::body::Body::empty()).unwrap()).await;
        assert!(map.status == StatusCode::OK && map.text().contains(&format!("http://{host}/feeds")));
        assert_eq!(map.text().contains(&meeting.to_string()), told, "{host}");
    }
    let robots = house.get("/robots.txt").await.text();
    assert!(robots.contains("Disallow: /studio") && robots.contains(&format!("http://{HOST}/sitemap.xml")), "{robots}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_keeps_the_hour_over_a_change_of_clocks_and_tells_of_changes() {
    let house = House::open().await;
    // Six in the evening in Athens, before and after the clocks are changed.
    let summer = call(&house, HOSTILE, "2096-10-24T15:00:00Z").await;
    let winter = call(&house, &"Συνεδρίαση ".repeat(15), "2096-10-31T16:00:00Z").await;
    let answer = house.get("/feeds/calendar.ics").await;
    assert_eq!(answer.header(header::CONTENT_TYPE), "text/calendar; charset=utf-8");
    let before = read("calendar", &answer.body);
    for (meeting, day) in [(summer, "2096-10-24"), (winter, "2096-10-31")] {
        let event = of(&before, "events", "uid", &meeting.to_string());
        assert_eq!(event["start"], format!("{day} 18:00"));
        assert_eq!((&event["status"], &event["sequence"]), (&"CONFIRMED".into(), &0.into()));
        assert_eq!(event["url"], format!("http://{HOST}/meetings/{meeting}"));
    }
    assert!(of(&before, "events", "uid", &summer.to_string())["summary"].as_str().unwrap().starts_with(HOSTILE));
    let tag = answer.header(header::ETAG).to_owned();
    let same = house.get_with("/feeds/calendar.ics", &[(header::IF_NONE_MATCH, &tag)]).await;
    assert_eq!((same.status, same.body.len()), (StatusCode::NOT_MODIFIED, 0));

    tokio::time::sleep(Duration::from_millis(1100)).await;
    house.council.act(&house.clerk, winter, Act::Cancel("Δεν υπήρξε απαρτία".into())).await.unwrap();
    let answer = house.get_with("/feeds/calendar.ics", &[(header::IF_NONE_MATCH, &tag)]).await;
    assert_eq!(answer.status, StatusCode::OK);
    let after = read("calendar", &answer.body);
    let (was, is) = (|read| of(read, "events", "uid", &winter.to_string()).clone(), &after);
    let (was, is) = (was(&before), was(is));
    assert_eq!((&is["status"], &is["sequence"]), (&"CANCELLED".into(), &1.into()));
    assert!(is["modified"].as_str() > was["modified"].as_str(), "{was} {is}");
    assert!(is["description"].as_str().unwrap().starts_with("Ματαιώθηκε: Δεν υπήρξε απαρτία"), "{is}");
    let unmoved = of(&after, "events", "uid", &summer.to_string());
    assert_eq!(unmoved, of(&before, "events", "uid", &summer.to_string()));
}

#[tokio::test(flavor = "multi_thread")]
async fn feeds_are_read_by_their_readers_in_both_languages_and_keep_to_their_municipality() {
    let house = House::open().await;
    let meeting = call(&house, HOSTILE, "2096-10-24T15:00:00Z").await;
    municipality(&house.council, "chania", "chania.test").await;
    for (query, says) in [("", "24 Οκτωβρίου 2096"), ("?lang=en", "24 October 2096")] {
        for (file, version) in [("meetings.rss", "rss20"), ("meetings.atom", "atom10"), ("podcast.rss", "rss20")] {
            for scope in ["", "council/"] {
                let path = format!("/feeds/{scope}{file}{query}");
                let answer = house.get_with(&path, &[(header::ACCEPT_LANGUAGE, "en")]).await;
                assert_eq!(answer.status, StatusCode::OK, "{path}");
                let read = read("feed", &answer.body);
                assert_eq!(read["version"], version, "{path}");
                let own = Value::from(format!("http://{HOST}{path}"));
                assert!(read["links"].as_array().unwrap().contains(&own), "{path}: {read}");
                if file.starts_with("podcast") {
                    assert!(read["entries"].as_array().unwrap().is_empty(), "nothing was recorded: {read}");
                    assert!(answer.text().contains("status=\"pending\"") || !answer.text().contains("liveItem"));
                    continue;
                }
                let entry = of(&read, "entries", "id", &format!("urn:uuid:{meeting}"));
                assert_eq!(entry["link"], format!("http://{HOST}/meetings/{meeting}"));
                assert_eq!(entry["title"].as_str().unwrap().trim(), HOSTILE);
                let said = entry["said"].as_str().unwrap();
                assert!(said.contains(says) && said.contains("<li>1. Ύδρευση; &#60;b&#62;"), "{path}: {said}");
            }
        }
    }
    let elsewhere = |path: &str| {
        let request = axum::http::Request::get(path.to_owned()).header(header::HOST, "chania.test");
        house.ask(request.body(axum::body::Body::empty()).unwrap())
    };
    for file in ["calendar.ics", "meetings.rss", "meetings.atom", "podcast.rss"] {
        let answer = elsewhere(&format!("/feeds/{file}")).await;
        assert!(answer.status == StatusCode::OK && !answer.text().contains(&meeting.to_string()), "{file}");
    }
    for path in ["/feeds/nothing.rss", "/feeds/nobody/meetings.rss", "/feeds/council/nothing"] {
        assert_eq!(house.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    // What is not over has no sound to tell of, at home or elsewhere.
    for file in ["chapters.json", "words.vtt", "words.srt"] {
        let path = format!("/meetings/{meeting}/podcast/{file}");
        assert_eq!(house.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(elsewhere(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for (lang, says) in [("el", "Προσθήκη στο ημερολόγιό σας"), ("en", "Add to your calendar")]
    {
        for (path, calendar) in [("/", "/feeds/calendar.ics"), ("/feeds", "/feeds/council/calendar.ics")] {
            let page = house.get(&format!("{path}?lang={lang}")).await.text();
            assert!(page.contains(says) && page.contains(&format!("webcal://{HOST}{calendar}")), "{page}");
            let found = "type=\"application/atom+xml\" title=";
            assert!(page.contains(found) && page.contains(&format!("/feeds/meetings.atom?lang={lang}")), "{page}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_podcast_carries_the_whole_sound_with_its_true_length_and_chapters() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), free_ports());
    let clerk = Clerk::log_in(&server).await;
    let encoder = Encoder::start(folder.path(), server.rtmp);
    let began = Instant::now();
    let shows_source =
        async || clerk.text(&server.media("stretches.json")).await.is_some_and(|it| it.contains("\"source\""));
    while !shows_source().await {
        assert!(began.elapsed() < Duration::from_secs(20), "no source");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let meeting = &server.meeting;
    let agenda = clerk.text(&server.url(&format!("/meetings/{meeting}/agenda"))).await.unwrap();
    let item = agenda.split("data-item=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let live = clerk.text(&server.url("/feeds/podcast.rss")).await.unwrap();
    assert!(live.contains("<podcast:liveItem status=\"live\"") && live.contains("index.m3u8"), "{live}");
    clerk.send(&format!("/studio/meetings/{meeting}/agenda/take-up"), format!("item={item}")).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    drop(encoder);
    clerk.send(&format!("/studio/meetings/{meeting}/end"), String::new()).await;

    let feed = clerk.text(&server.url("/feeds/podcast.rss")).await.unwrap();
    assert!(!feed.contains(&format!("{meeting}:live")), "{feed}");
    let read = read("feed", feed.as_bytes());
    let episode = of(&read, "entries", "id", &format!("urn:uuid:{meeting}"));
    let enclosure = &episode["enclosures"][0];
    assert_eq!(enclosure["type"], "audio/mp4");
    let url = enclosure["href"].as_str().unwrap();
    let answer = clerk.client.get(url).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "audio/mp4");
    let bytes = answer.bytes().await.unwrap();
    assert_eq!(enclosure["length"], bytes.len().to_string());
    let part = clerk.client.get(url).header("range", "bytes=100-199").send().await.unwrap();
    assert_eq!(part.status(), 206);
    assert_eq!(part.bytes().await.unwrap(), bytes.slice(100..200));

    let file = folder.path().join("sound.m4a");
    std::fs::write(&file, &bytes).unwrap();
    let decoded = Command::new("ffmpeg").args(["-v", "warning", "-i"]).arg(&file).args(["-f", "null", "-"]).output();
    assert_eq!(String::from_utf8_lossy(&decoded.unwrap().stderr), "", "ffmpeg complains of the sound");
    let entries = ["-v", "error", "-show_entries", "stream=codec_type,duration", "-of", "csv=p=0"];
    let probe = Command::new("ffprobe").args(entries).arg(&file).output().unwrap();
    let probe = String::from_utf8_lossy(&probe.stdout).trim().to_owned();
    let seconds: f64 = probe.strip_prefix("audio,").expect("sound alone").parse().unwrap();
    assert!(seconds > 4.0, "{seconds}");
    let told =
        episode["duration"].as_str().unwrap().split(':').fold(0.0, |sum, it| sum * 60.0 + it.parse::<f64>().unwrap());
    assert!((told - seconds).abs() < 1.1, "{told} is told of {seconds}");
    let at = |kind: &[u8]| bytes.windows(4).position(|window| window == kind).unwrap();
    assert!(at(b"moov") < at(b"mdat"), "it does not play while it loads");

    // What search engines are told of the same recording.
    let page = clerk.text(&server.url(&format!("/meetings/{meeting}"))).await.unwrap();
    let linked = linked(&page);
    let url = server.url(&format!("/meetings/{meeting}"));
    let (event, video) = (&linked["@graph"][0], &linked["@graph"][1]);
    assert_eq!((&event["@type"], &event["url"]), (&"Event".into(), &url.clone().into()));
    for required in ["name", "startDate", "endDate", "location", "eventStatus", "organizer"] {
        assert!(!event[required].is_null(), "{required}: {event}");
    }
    for required in ["name", "description", "thumbnailUrl", "uploadDate", "duration", "contentUrl", "publication"] {
        assert!(!video[required].is_null(), "{required}: {video}");
    }
    let clip = &video["hasPart"][0];
    assert!(clip["startOffset"].as_i64() < clip["endOffset"].as_i64(), "{clip}");
    assert_eq!(clip["url"], format!("{url}?t={}", clip["startOffset"]));
    assert_eq!(video["potentialAction"]["target"], format!("{url}?t={{seek_to_second_number}}"));
    let film = clerk.client.head(video["contentUrl"].as_str().unwrap()).send().await.unwrap();
    assert!(film.status().is_success());
    let map = clerk.text(&server.url("/sitemap.xml")).await.unwrap();
    assert!(map.contains(&format!("<loc>{url}</loc>")), "{map}");
    let robots = clerk.text(&server.url("/robots.txt")).await.unwrap();
    assert!(robots.contains(&format!("Sitemap: {}", server.url("/sitemap.xml"))), "{robots}");

    let chapters = clerk.text(episode["chapters"]["url"].as_str().unwrap()).await.unwrap();
    let chapters: Value = serde_json::from_str(&chapters).unwrap();
    let start = chapters["chapters"][0]["startTime"].as_f64().unwrap();
    // The slate before the source is not in the file: the chapter stands where the sound does.
    assert!((1.0..seconds).contains(&start), "{chapters}");
}
