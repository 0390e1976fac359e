//! How a source is, in words: what `<source-monitor>` then keeps up to date.

use council::source::{self, Rank, Source};
use vod_store::{
    Language,
    intake::{Fault, Level, Refusal, Refused, SourceStatus},
    media::TrackKind,
};

use super::{Frame, Words};

/// A source on the go-live screen.
#[derive(Clone, Debug)]
pub(super) struct Monitor {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) rank: Option<String>,
    /// Whether only its sound is taken: what is wrong with its picture is nobody's concern.
    pub(super) heard_only: bool,
    pub(super) connected: bool,
    pub(super) connection: String,
    /// What is wrong, and what to do.
    pub(super) faults: Vec<String>,
    /// The last publish that was refused, and what to do; or nothing.
    pub(super) refused: String,
    /// Whether there is a picture.
    pub(super) pictured: bool,
    /// The slot that the element fills, the label, the value now.
    pub(super) facts: Vec<(&'static str, String, String)>,
}

impl Monitor {
    pub(super) fn of(
        frame: &Frame,
        source: &Source,
        rank: Option<Rank>,
        status: &SourceStatus,
        pictured: bool,
    ) -> Self {
        let t = frame.t;
        let heard_only = rank.and_then(Rank::language).is_some();
        let faults = status.faults.iter().filter(|fault| !(heard_only && fault.is_in_picture()));
        Self {
            id: source.id.to_string(),
            name: source.name.clone(),
            rank: rank.map(|rank| rank_name(t, rank)),
            connected: status.connection.is_some(),
            connection: connection(frame, status),
            faults: faults.map(|fault| self::fault(frame, fault)).collect(),
            heard_only,
            refused: status.refused.as_ref().map(|refused| self::refused(frame, refused)).unwrap_or_default(),
            pictured,
            facts: facts(frame, source, status),
        }
    }
}

/// "Κύρια", "Εφεδρική", "Διερμηνεία: English".
pub(super) fn rank_name(t: Words, rank: Rank) -> String {
    match rank {
        Rank::Primary => t.get("rank-primary"),
        Rank::Backup => t.get("rank-backup"),
        Rank::Interpreter { language } => t.with("rank-interpreter-of", "language", language.own_name()),
    }
}

/// Whether it is connected, and since when.
pub(super) fn connection(frame: &Frame, status: &SourceStatus) -> String {
    match &status.connection {
        Some(connection) => frame.t.with("monitor-connected", "time", frame.when.time(connection.since_ms)),
        None => frame.t.get("monitor-disconnected"),
    }
}

fn facts(frame: &Frame, source: &Source, status: &SourceStatus) -> Vec<(&'static str, String, String)> {
    let t = frame.t;
    let unknown = || t.get("monitor-unknown");
    let measured = |key: &str, value: Option<f64>, places: usize| {
        value.map_or_else(unknown, |value| t.with(key, "value", decimal(t, value, places)))
    };
    let health = status.health.as_ref();
    let size = status.tracks.iter().find_map(|track| match &track.kind {
        TrackKind::Video { width, height, .. } => Some(format!("{width} × {height}")),
        TrackKind::Audio { .. } => None,
    });
    // What the encoder sends; the smaller pictures are ours.
    let sent = status.tracks.iter().filter(|track| !track.name.as_str().starts_with("video-"));
    let codecs: Vec<&str> = sent.map(|track| track.codec.as_str()).collect();
    let encoder = status.connection.as_ref().map(|connection| connection.encoder.clone());
    let protocol = match (&status.connection, &source.kind) {
        (Some(connection), _) => connection.protocol.to_ascii_uppercase(),
        (None, source::Kind::Push { .. }) => "RTMP, SRT".to_owned(),
        (None, source::Kind::Pull { .. }) => "RTSP".to_owned(),
    };
    #[expect(clippy::cast_precision_loss, reason = "for people, who read two digits")]
    let bit_rate = health.map(|health| health.bit_rate as f64 / 1e6);
    #[expect(clippy::cast_precision_loss, reason = "for people, who read a few digits")]
    let drift = health.map(|health| health.drift_ms as f64);
    let keyframes = health.map(|health| f64::from(health.keyframe_interval_ms) / 1000.0);
    vec![
        ("resolution", t.get("fact-resolution"), size.unwrap_or_else(unknown)),
        ("frame-rate", t.get("fact-frame-rate"), measured("monitor-frame-rate", health.map(|h| h.frame_rate), 1)),
        ("bit-rate", t.get("fact-bit-rate"), measured("monitor-bit-rate", bit_rate, 1)),
        ("keyframes", t.get("fact-keyframes"), measured("monitor-keyframes", keyframes, 1)),
        ("level", t.get("fact-level"), measured("monitor-level", health.and_then(|h| h.audio_peak_db), 0)),
        ("languages", t.get("fact-languages"), languages(t, status).unwrap_or_else(unknown)),
        ("drift", t.get("fact-drift"), measured("monitor-drift", drift, 0)),
        ("codec", t.get("fact-codec"), if codecs.is_empty() { unknown() } else { codecs.join(", ") }),
        ("encoder", t.get("fact-encoder"), encoder.filter(|name| !name.is_empty()).unwrap_or_else(unknown)),
        ("protocol", t.get("fact-protocol"), protocol),
    ]
}

/// How loud each further language is, by its own name; none where there is none.
fn languages(t: Words, status: &SourceStatus) -> Option<String> {
    let level = |level: &Level| {
        let value = level.peak_db.map(|peak| t.with("monitor-level", "value", decimal(t, peak, 0)));
        let value = value.unwrap_or_else(|| t.get("monitor-unknown"));
        t.with_two("monitor-language", ("language", level.language.own_name()), ("value", value))
    };
    let levels: Vec<String> = status.health.as_ref()?.languages.iter().map(level).collect();
    (!levels.is_empty()).then(|| levels.join(", "))
}

fn fault(frame: &Frame, fault: &Fault) -> String {
    let t = frame.t;
    let since = |key: &str, since_ms: i64| t.with(key, "since", frame.when.time(since_ms));
    let of = |key: &str, language: Language, since_ms: i64| {
        t.with_two(key, ("language", language.own_name()), ("since", frame.when.time(since_ms)))
    };
    match *fault {
        Fault::Stalled { since_ms } => since("monitor-fault-stalled", since_ms),
        Fault::NoPicture { since_ms } => since("monitor-fault-no-picture", since_ms),
        Fault::NoSound { since_ms } => since("monitor-fault-no-sound", since_ms),
        Fault::Silence { since_ms } => since("monitor-fault-silence", since_ms),
        Fault::NoLanguage { language, since_ms } => of("monitor-fault-no-language", language, since_ms),
        Fault::SilentLanguage { language, since_ms } => of("monitor-fault-silent-language", language, since_ms),
        Fault::Black { since_ms } => since("monitor-fault-black", since_ms),
        Fault::Frozen { since_ms } => since("monitor-fault-frozen", since_ms),
        Fault::Keyframes { interval_ms } => {
            t.with("monitor-fault-keyframes", "interval", decimal(t, f64::from(interval_ms) / 1000.0, 1))
        }
        Fault::FramesLost { frame_rate } => t.with("monitor-fault-frames-lost", "rate", decimal(t, frame_rate, 1)),
        Fault::Drift { drift_ms } => t.with("monitor-fault-drift", "drift", drift_ms),
        Fault::NoRendition { since_ms } => since("monitor-fault-no-rendition", since_ms),
    }
}

fn refused(frame: &Frame, refused: &Refused) -> String {
    let time = frame.when.time(refused.at_ms);
    let mut arguments = vec![("time", time), ("remote", refused.remote.clone())];
    let key = match &refused.reason {
        Refusal::Busy => "monitor-refused-busy",
        Refusal::Codec { got, set } => {
            arguments.extend([("got", got.clone()), ("set", set.clone())]);
            "monitor-refused-codec"
        }
        Refusal::Unreachable => "monitor-refused-unreachable",
        Refusal::Denied => "monitor-refused-denied",
        Refusal::Unreadable { what, .. } => {
            arguments.push(("what", what.clone()));
            "monitor-refused-unreadable"
        }
    };
    frame.t.with_all(key, arguments)
}

/// A number with so many places after the comma (Greek) or the point (English).
pub(super) fn decimal(t: Words, value: f64, places: usize) -> String {
    let text = format!("{value:.places$}").replace('-', "−");
    if t.language() == "el" { text.replace('.', ",") } else { text }
}

/// "12,3 GB": units of a thousand, as disks are sold.
pub(super) fn bytes(t: Words, bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    #[expect(clippy::cast_precision_loss, reason = "for people, who read three digits")]
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let places = usize::from(unit > 0 && value < 100.0);
    format!("{} {}", decimal(t, value, places), UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_the_language() {
        assert_eq!(decimal(Words::of("el"), 2.14, 1), "2,1");
        assert_eq!(decimal(Words::of("en"), -18.4, 0), "−18");
        for (size, greek, english) in [
            (0, "0 B", "0 B"),
            (999, "999 B", "999 B"),
            (1_500, "1,5 kB", "1.5 kB"),
            (123_456_789_000, "123 GB", "123 GB"),
            (2_000_000_000_000_000, "2000 TB", "2000 TB"),
        ] {
            assert_eq!(bytes(Words::of("el"), size), greek);
            assert_eq!(bytes(Words::of("en"), size), english);
        }
    }
}
