//! Writes cues as WebVTT, SubRip and plain text.

use std::fmt::Write as _;

use super::read::Cue;

/// WebVTT (W3C), each cue with its voice.
#[must_use]
pub fn vtt(cues: &[Cue]) -> String {
    let mut text = "WEBVTT\n".to_owned();
    for cue in cues {
        let _ =
            write!(text, "\n{} --> {}\n{}\n", position(cue.from_ms, '.'), position(cue.until_ms, '.'), vtt_words(cue));
    }
    text
}

/// The payload of a cue: the voice and the words, escaped.
#[must_use]
pub fn vtt_words(cue: &Cue) -> String {
    let words = escaped(&cue.text);
    // A line break or a closing bracket would end the name.
    let name = escaped(&cue.speaker);
    if name.is_empty() { words } else { format!("<v {name}>{words}") }
}

/// `&`, `<` and `>` as entities; an arrow in a cue would begin another.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// SubRip, the speaker's name before the words.
#[must_use]
pub fn srt(cues: &[Cue]) -> String {
    let mut text = String::new();
    for (number, cue) in (1..).zip(cues) {
        let (from, until) = (position(cue.from_ms, ','), position(cue.until_ms, ','));
        let words = cue.text.replace("-->", "→");
        let name = if cue.speaker.is_empty() { String::new() } else { format!("[{}] ", cue.speaker) };
        let _ = write!(text, "{number}\r\n{from} --> {until}\r\n{name}{words}\r\n\r\n");
    }
    text
}

/// Plain text for reading: a paragraph for each turn to speak.
#[must_use]
pub fn txt(cues: &[Cue]) -> String {
    let mut text = String::new();
    let mut speaker: Option<&str> = None;
    for cue in cues {
        if speaker == Some(&cue.speaker) {
            text.push(' ');
        } else {
            if speaker.is_some() {
                text.push_str("\n\n");
            }
            if !cue.speaker.is_empty() {
                let _ = writeln!(text, "{}:", cue.speaker);
            }
        }
        text.push_str(&cue.text);
        speaker = Some(&cue.speaker);
    }
    text.push('\n');
    text
}

/// `HH:MM:SS.mmm`, the thousandths after `point`.
#[must_use]
pub fn position(at_ms: i64, point: char) -> String {
    let at_ms = at_ms.max(0);
    let (hours, minutes, seconds) = (at_ms / 3_600_000, at_ms / 60_000 % 60, at_ms / 1000 % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}{point}{:03}", at_ms % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::read::read;

    proptest::proptest! {
        #[test]
        fn what_is_written_reads_back(cues in proptest::collection::vec((0_i64..90_000_000, 1_i64..9000, "([Α-Ω][α-ω]{1,8})?", "[α-ωa-z&<>]{1,9}( [α-ω&<>-]{1,9}){0,4}"), 1..20)) {
            let mut cues: Vec<Cue> = cues.into_iter().map(|(from_ms, lasts, speaker, text)| Cue { from_ms, until_ms: from_ms + lasts, speaker, text }).collect();
            cues.sort_by_key(|cue| cue.from_ms);
            proptest::prop_assert_eq!(read(vtt(&cues).as_bytes()).unwrap().cues, cues);
        }
    }

    #[test]
    fn subrip_and_text_are_as_people_know_them() {
        let cue = |from_ms, speaker: &str, text: &str| Cue {
            from_ms,
            until_ms: from_ms + 900,
            speaker: speaker.into(),
            text: text.into(),
        };
        let cues = [
            cue(1000, "Πρόεδρος", "Αρχίζουμε."),
            cue(2000, "Πρόεδρος", "Θέμα 1 --> ύδρευση."),
            cue(3_723_004, "", "Ναι."),
        ];
        assert_eq!(txt(&cues), "Πρόεδρος:\nΑρχίζουμε. Θέμα 1 --> ύδρευση.\n\nΝαι.\n");
        let text = srt(&cues);
        assert!(text.starts_with("1\r\n00:00:01,000 --> 00:00:01,900\r\n[Πρόεδρος] Αρχίζουμε.\r\n\r\n2\r\n"), "{text}");
        assert!(text.ends_with("3\r\n01:02:03,004 --> 01:02:03,904\r\nΝαι.\r\n\r\n"), "{text}");
        assert_eq!(read(text.as_bytes()).unwrap().cues.len(), 3);
    }
}
