//! Made-up municipalities, meetings, sources and recordings.

use ::chat::{
    AuthorId, Code, Message, MessageId, Mode, Reason, State,
    author::Exclusion,
    event::{Appeal, Badge, Public},
    mode::{Cause, Hold},
    room::{Table, View},
};
use council::{
    AgendaItemId, AgendaMomentId, BodyId, MeetingId, MembershipId, MunicipalityId, PersonId, SourceId, SpeechId,
    agenda::{Agenda, Item, Moment},
    meeting::{Meeting, Stage},
    municipality::{Bilingual, Body, Municipality},
    person::{Member, Role},
    source::{Camera, Kind, NewAddress, Source},
    speech::Speech,
};
use vod_store::{
    intake::{Connection, Fault, Health, Level, Refusal, Refused, SourceStatus},
    media::{Track, TrackKind},
    recording::{Shows, Stretch},
};

use super::voted::{attendance, decision, votes};
use crate::pages::{
    Asked, chat as page,
    frame::{Frame, Section},
    meeting::{Floor, Kept},
};

/// Monday 23 November 2026, 18:00 in Athens.
pub(super) const NOW: i64 = 1_795_449_600_000;
pub(super) const HOUR: i64 = 3_600_000;
/// What a person could type to break out of every place that a text goes to.
pub(super) const HOSTILE: &str = "</script><script>\"'&<img src=x onerror=alert(1)>";

pub(super) fn here() -> Municipality {
    Municipality {
        id: MunicipalityId::new(),
        slug: "rethymno".into(),
        name: Bilingual { el: "Δήμος Ρεθύμνης".into(), en: "Municipality of Rethymno".into() },
        default_language: "el".into(),
        time_zone: "Europe/Athens".into(),
        accent: "#ffcc00".into(),
    }
}

pub(super) fn frame(language: &str, section: Section) -> Frame {
    Frame::new(&here(), language, "bm9uY2U=", section).at("/somewhere")
}

pub(super) fn staff(language: &str, section: Section) -> Frame {
    let frame = frame(language, section).with_script("studio.js");
    Frame { person: Some("Ελένη Παπαδάκη".into()), clerk: true, ..frame }
}

pub(super) fn body() -> Body {
    let name = Bilingual { el: "Δημοτικό Συμβούλιο".into(), en: String::new() };
    Body { id: BodyId::new(), municipality: MunicipalityId::new(), slug: "council".into(), name }
}

pub(super) fn meeting(stage: Stage) -> Meeting {
    Meeting {
        id: MeetingId::new(),
        municipality: MunicipalityId::new(),
        body: body(),
        title: format!("14η τακτική συνεδρίαση {HOSTILE}"),
        place: "Αίθουσα συνεδριάσεων".into(),
        starts_at_ms: NOW + 2 * HOUR,
        stage,
    }
}

/// Two items taken up, one withdrawn, one urgent, nested; the meeting is at the second.
pub(super) fn agenda() -> Agenda {
    let item = |level: u8, number: &str, title: &str| Item {
        id: AgendaItemId::new(),
        level,
        number: number.into(),
        title: title.into(),
        rapporteur: if level == 0 { HOSTILE.into() } else { String::new() },
        urgent_at_ms: (number == "3").then_some(NOW),
        withdrawn_at_ms: number.is_empty().then_some(NOW),
    };
    let items = vec![
        item(0, "1", "Έγκριση πρακτικών"),
        item(1, "α", HOSTILE),
        item(2, "", "Παράρτημα"),
        item(0, "3", "Έκτακτο"),
    ];
    let moment = |at: usize, at_ms: i64| Moment { id: AgendaMomentId::new(), item: items[at].id, at_ms };
    let moments = vec![moment(0, NOW - HOUR), moment(1, NOW - HOUR / 2)];
    let speech = |at: usize, at_ms: i64, name: &str, limit_ms| Speech {
        id: SpeechId::new(),
        item: items[at].id,
        person: None,
        name: name.into(),
        faction: HOSTILE.into(),
        at_ms,
        until_ms: None,
        limit_ms,
    };
    let speeches =
        vec![speech(0, NOW - HOUR, "Μαρία Δασκαλάκη", None), speech(1, NOW - HOUR / 4, HOSTILE, Some(180_000))];
    let (votes, decisions) = (votes(&items), vec![decision(items[0].id, ""), decision(items[1].id, "ΨΧ4Ω46ΜΤΛΠ-Ξ7Ω")]);
    Agenda { revision: 5, moments, items, speeches, attendance: attendance(), votes, decisions }
}

/// A member of every role.
pub(super) fn members() -> Vec<Member> {
    let member = |role| Member {
        id: MembershipId::new(),
        person: PersonId::new(),
        name: HOSTILE.into(),
        role,
        faction: if role == Role::Mayor { String::new() } else { HOSTILE.into() },
    };
    Role::ALL.into_iter().map(member).collect()
}

pub(super) fn stages() -> [Stage; 6] {
    [
        Stage::Scheduled,
        Stage::Live { started_at_ms: NOW - HOUR },
        Stage::Paused { started_at_ms: NOW - HOUR, paused_at_ms: NOW - 60_000 },
        Stage::InCamera { started_at_ms: NOW - HOUR, since_ms: NOW - 600_000 },
        Stage::Ended { started_at_ms: NOW - 3 * HOUR, ended_at_ms: NOW - HOUR },
        Stage::Cancelled { reason: "Δεν υπήρξε απαρτία".into() },
    ]
}

pub(super) fn source(name: &str) -> Source {
    let (id, municipality) = (SourceId::new(), MunicipalityId::new());
    Source { id, municipality, name: name.into(), kind: Kind::Push { key_hint: "x7q2".into() } }
}

pub(super) fn camera(name: &str) -> Source {
    let address =
        NewAddress { url: "rtsp://10.0.0.7:8554/canary".into(), user: "canary".into(), password: "canary".into() };
    Source { kind: Kind::Pull { camera: Camera::read(&address).unwrap() }, ..source(name) }
}

pub(super) fn troubled() -> SourceStatus {
    let since_ms = NOW - 60_000;
    let refused = Refusal::Codec { got: "HEVC".into(), set: "H.264".into() };
    SourceStatus {
        connection: Some(Connection {
            protocol: "rtmp",
            remote: "192.0.2.1:5000".into(),
            encoder: HOSTILE.into(),
            since_ms,
        }),
        tracks: vec![Track {
            name: "video".parse().unwrap(),
            kind: TrackKind::Video { width: 1280, height: 720, frame_rate: Some(25.0) },
            codec: "avc1.64001f".into(),
            timescale: 90_000,
            init: Default::default(),
        }],
        health: Some(Health {
            bit_rate: 2_140_000,
            frame_rate: 24.97,
            audio_peak_db: Some(-18.2),
            languages: vec![
                Level { language: "en".parse().unwrap(), peak_db: Some(-31.0), rms_db: Some(-40.0) },
                Level { language: "fr".parse().unwrap(), peak_db: None, rms_db: None },
            ],
            ..Health::default()
        }),
        faults: vec![
            Fault::Stalled { since_ms },
            Fault::NoPicture { since_ms },
            Fault::NoSound { since_ms },
            Fault::Silence { since_ms },
            Fault::Black { since_ms },
            Fault::Frozen { since_ms },
            Fault::Keyframes { interval_ms: 10_000 },
            Fault::FramesLost { frame_rate: 11.5 },
            Fault::Drift { drift_ms: -320 },
            Fault::NoLanguage { language: "en".parse().unwrap(), since_ms },
            Fault::SilentLanguage { language: "en".parse().unwrap(), since_ms },
            Fault::NoRendition { since_ms },
        ],
        refused: Some(Refused { at_ms: NOW, remote: "192.0.2.9:1".into(), reason: refused }),
    }
}

pub(super) fn kept() -> Kept {
    let stretch = |from: i64, duration_ms: u64, shows: Shows| Stretch {
        starts_at_ms: NOW - 3 * HOUR + from,
        position_ms: u64::try_from(from).unwrap(),
        duration_ms,
        shows,
    };
    Kept {
        began_at_ms: NOW - 3 * HOUR,
        duration_ms: 7_200_000,
        words: true,
        stretches: vec![
            stretch(0, 1_920_000, Shows::Source { source: SourceId::new() }),
            stretch(1_920_000, 180_000, Shows::Gap),
            stretch(2_100_000, 7_000, Shows::Pause),
            stretch(2_107_000, 60_000, Shows::Source { source: SourceId::new() }),
            stretch(2_167_000, 1_500_000, Shows::InCamera),
            // The server was away for ten minutes of it.
            stretch(4_267_000, 60_000, Shows::Source { source: SourceId::new() }),
        ],
    }
}

pub(super) fn asked(error: Option<&str>) -> Asked {
    Asked { error: error.map(str::to_owned), next: Some("/studio?a=\"b".into()), ..Asked::default() }
}

fn said(state: State, badge: Option<Badge>) -> Message {
    Message {
        id: MessageId::new(),
        author: AuthorId::new(),
        name: if badge.is_some() { "Συντονισμός διαλόγου".into() } else { HOSTILE[..40].into() },
        badge,
        text: format!("Πότε θα γίνει το έργο; {HOSTILE}"),
        reply: None,
        at_ms: NOW + HOUR,
        appeal: state
            .reason()
            .map(|reason| Appeal { text: HOSTILE.into(), upheld_at_ms: reason.words.is_empty().then_some(NOW) }),
        state,
    }
}

fn because(words: &str) -> Reason {
    Reason { code: Code::PersonalData, words: words.into() }
}

/// A chat with messages of every kind, its visitor's own too.
pub(super) fn chat(language: &str, stage: &Stage) -> Option<page::Shown> {
    let first = said(State::Shown, None);
    let answer = Message { reply: Some(first.id), ..said(State::Shown, Some(Badge::Moderator)) };
    let messages: Vec<Public> = [first, answer].iter().filter_map(Message::public).collect();
    let own = [
        State::Held { cause: Cause::Links },
        State::Refused { reason: because("") },
        State::Removed { reason: because(HOSTILE) },
    ];
    let view = View {
        mode: Mode { slow_ms: 30_000, hold: Hold::First, ..Mode::default() },
        pinned: messages.first().cloned(),
        messages,
        own: own.map(|state| said(state, None)).into(),
        excluded: Some((NOW + HOUR, because(HOSTILE))),
    };
    let asked = page::Asked::typed("error-chat-slow", HOSTILE);
    page::Shown::of(&frame(language, Section::Elsewhere), stage, &view, (None, true), Some(NOW), &asked)
}

/// The floor beside a meeting: its chat, and its interventions.
pub(super) fn floor(language: &str, stage: &Stage) -> Floor {
    (chat(language, stage), super::interventions::beside(language, stage))
}

/// A moderators' table with a message in each state.
pub(super) fn table() -> Table {
    let states = [
        State::Held { cause: Cause::Network },
        State::Shown,
        State::Refused { reason: because("") },
        State::Removed { reason: because(HOSTILE) },
    ];
    let messages: Vec<Message> =
        states.map(|state| said(state, None)).into_iter().chain([said(State::Shown, Some(Badge::Clerk))]).collect();
    let exclusion = Exclusion {
        id: ::chat::ExclusionId::new(),
        author: AuthorId::new(),
        name: HOSTILE.into(),
        reason: because(""),
        until_ms: NOW + HOUR,
    };
    Table {
        mode: Mode { slow_ms: 45_000, ..Mode::default() },
        held: 1,
        appeals: 1,
        pinned: Some(messages[1].id),
        messages,
        exclusions: vec![exclusion],
    }
}
