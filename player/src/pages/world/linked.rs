//! What search engines read of a meeting: JSON-LD in schema.org's words.

use council::{
    agenda::Agenda,
    meeting::{Meeting, Stage},
};
use serde_json::{Value, json};

use super::feeds::iso;
use crate::pages::{frame::Frame, meeting::Kept};

/// The most clips that are named, and the most letters of a name: more is no help to anybody who searches.
const CLIPS: usize = 200;
const NAME: usize = 200;

/// The page's JSON-LD as it stands in a `<script>`: no text can end it.
pub(in crate::pages) fn meeting(
    frame: &Frame,
    base: &str,
    (meeting, agenda): (&Meeting, &Agenda),
    kept: Option<&Kept>,
    plays: bool,
) -> String {
    let mut graph = vec![event(frame, base, meeting, plays)];
    if let Some(kept) = kept.filter(|_| plays) {
        graph.push(video(frame, base, (meeting, agenda), kept));
    }
    script(&json!({ "@context": "https://schema.org", "@graph": graph }))
}

/// The same of meetings that are to come, on the list.
pub(in crate::pages) fn list(frame: &Frame, base: &str, meetings: &[Meeting]) -> String {
    let graph: Vec<Value> = meetings.iter().map(|meeting| event(frame, base, meeting, false)).collect();
    script(&json!({ "@context": "https://schema.org", "@graph": graph }))
}

fn script(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('>', "\\u003e")
}

fn event(frame: &Frame, base: &str, meeting: &Meeting, plays: bool) -> Value {
    let url = format!("{base}/meetings/{}", meeting.id);
    let body = meeting.body.name.in_language(frame.t.language());
    let (from_ms, until_ms) = match meeting.stage {
        Stage::Ended { started_at_ms, ended_at_ms } => (started_at_ms, Some(ended_at_ms)),
        ref stage => (stage.in_session().unwrap_or(meeting.starts_at_ms), None),
    };
    let status = match meeting.stage {
        Stage::Cancelled { .. } => "https://schema.org/EventCancelled",
        _ => "https://schema.org/EventScheduled",
    };
    let place = if meeting.place.is_empty() { frame.name.as_str() } else { meeting.place.as_str() };
    let mut event = json!({
        "@type": "Event",
        "@id": format!("{url}#event"),
        "name": meeting.title,
        "description": format!("{body}, {}", frame.when.day(from_ms)),
        "url": url,
        "startDate": frame.when.machine(from_ms),
        "eventStatus": status,
        "eventAttendanceMode": "https://schema.org/MixedEventAttendanceMode",
        "isAccessibleForFree": true,
        "location": [
            { "@type": "Place", "name": place, "address": format!("{place}, {}", frame.name) },
            { "@type": "VirtualLocation", "url": url },
        ],
        "organizer": { "@type": "GovernmentOrganization", "name": body, "url": format!("{base}/"),
            "parentOrganization": { "@type": "GovernmentOrganization", "name": frame.name } },
    });
    if let Some(until_ms) = until_ms {
        event["endDate"] = json!(frame.when.machine(until_ms));
    }
    if plays {
        event["image"] = json!([format!("{base}/media/{}/poster.jpg", meeting.id)]);
    }
    event
}

fn video(frame: &Frame, base: &str, (meeting, agenda): (&Meeting, &Agenda), kept: &Kept) -> Value {
    let url = format!("{base}/meetings/{}", meeting.id);
    let body = meeting.body.name.in_language(frame.t.language());
    let ended_at_ms = match meeting.stage {
        Stage::Ended { ended_at_ms, .. } => Some(ended_at_ms),
        _ => None,
    };
    let file = if ended_at_ms.is_some() { "download.mp4" } else { "index.m3u8" };
    let mut broadcast = json!({
        "@type": "BroadcastEvent", "name": meeting.title, "isLiveBroadcast": true, "startDate": iso(kept.began_at_ms),
        "broadcastOfEvent": { "@id": format!("{url}#event") },
    });
    let mut video = json!({
        "@type": "VideoObject",
        "@id": format!("{url}#video"),
        "name": meeting.title,
        "description": format!("{body}, {}, {}", frame.name, frame.when.day(kept.began_at_ms)),
        "thumbnailUrl": [format!("{base}/media/{}/poster.jpg", meeting.id)],
        "uploadDate": iso(kept.began_at_ms),
        "contentUrl": format!("{base}/media/{}/{file}", meeting.id),
        "url": url,
        "potentialAction": {
            "@type": "SeekToAction",
            "target": format!("{url}?t={{seek_to_second_number}}"),
            "startOffset-input": "required name=seek_to_second_number",
        },
    });
    if let Some(ended_at_ms) = ended_at_ms {
        broadcast["endDate"] = json!(iso(ended_at_ms));
        video["duration"] = json!(format!("PT{}S", kept.duration_ms / 1000));
        video["hasPart"] = json!(clips(&url, agenda, kept, ended_at_ms));
    }
    video["publication"] = broadcast;
    video
}

/// From each moment of the agenda to the next; seconds as the page's `?t=` counts them.
fn clips(url: &str, agenda: &Agenda, kept: &Kept, ended_at_ms: i64) -> Vec<Value> {
    let seconds = |at_ms: i64| (at_ms - kept.began_at_ms).max(0) / 1000;
    let ends = agenda.moments.iter().skip(1).map(|moment| moment.at_ms).chain([ended_at_ms]);
    let clip = |(moment, until_ms): (&council::agenda::Moment, i64)| {
        let (from, until) = (seconds(moment.at_ms), seconds(until_ms));
        let name: String = agenda.item(moment.item)?.line().chars().take(NAME).collect();
        (from < until).then(|| {
            json!({ "@type": "Clip", "name": name, "startOffset": from, "endOffset": until, "url": format!("{url}?t={from}") })
        })
    };
    agenda.moments.iter().zip(ends).filter_map(clip).take(CLIPS).collect()
}
