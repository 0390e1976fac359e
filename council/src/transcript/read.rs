//! Reads what transcribers send: WebVTT (W3C) and SubRip, in UTF-8, UTF-16 or Windows-1253.
//!
//! What can be mended is mended and said; what cannot is refused with the line that is at fault.

use super::{SPEAKER_MAX, TEXT_MAX, UTTERANCES_MAX};

/// The most bytes of a file.
pub const BYTES_MAX: usize = 8 << 20;
/// The latest position within a recording: no meeting lasts two days.
const POSITION_MAX_MS: i64 = 48 * 3_600_000;
/// How long words stand whose end is not known.
const STANDS_MS: i64 = 4000;

/// Words at a position within the recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cue {
    /// Milliseconds since the recording's beginning.
    pub from_ms: i64,
    /// Milliseconds since the recording's beginning; not before `from_ms`.
    pub until_ms: i64,
    /// Who; empty where the file does not say.
    pub speaker: String,
    /// On one line.
    pub text: String,
}

/// What was mended, and how often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mended {
    /// Cues that stood after later ones.
    pub out_of_order: usize,
    /// Cues that ended before they began.
    pub backward: usize,
    /// Cues without words, left out.
    pub empty: usize,
    /// Whether the file was in Windows-1253.
    pub old_encoding: bool,
}

/// A file as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// In the order in which they begin.
    pub cues: Vec<Cue>,
    /// What was mended.
    pub mended: Mended,
}

/// Why a file cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is larger than [`BYTES_MAX`].
    #[error("the file is too large")]
    TooLarge,
    /// It is neither WebVTT nor SubRip.
    #[error("this is neither WebVTT nor SRT")]
    Unknown,
    /// A time that is none, or beyond two days.
    #[error("line {0}: a time cannot be read")]
    Time(usize),
    /// Words that are too long for one cue.
    #[error("line {0}: too many words in one cue")]
    Huge(usize),
    /// More cues than a meeting has.
    #[error("line {0}: too many cues")]
    Many(usize),
}

/// Reads a file of cues.
///
/// # Errors
/// What is wrong with it, with the line.
pub fn read(bytes: &[u8]) -> Result<Read, Fault> {
    if bytes.len() > BYTES_MAX {
        return Err(Fault::TooLarge);
    }
    let (text, old_encoding) = decoded(bytes);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let vtt = text.strip_prefix("WEBVTT").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n']));
    if !vtt && !text.contains("-->") {
        return Err(Fault::Unknown);
    }
    let mut read = Read { mended: Mended { old_encoding, ..Mended::default() }, ..Read::default() };
    let lines: Vec<&str> = text.lines().collect();
    let mut at = usize::from(vtt);
    while at < lines.len() {
        // A note may hold an arrow: it goes to the next empty line.
        if vtt && ["NOTE", "STYLE", "REGION"].iter().any(|block| is_block(lines[at], block)) {
            at += lines[at..].iter().position(|line| line.trim().is_empty()).unwrap_or(lines.len() - at);
            continue;
        }
        let Some((from, until)) = lines[at].split_once("-->") else {
            at += 1;
            continue;
        };
        let line = at + 1;
        let begins = position(from).ok_or(Fault::Time(line))?;
        let ends = position(until.split_whitespace().next().unwrap_or_default()).ok_or(Fault::Time(line))?;
        at += 1;
        let payload = payload(&lines[at..], vtt);
        at += payload.len();
        if payload.iter().map(|line| line.len()).sum::<usize>() > TEXT_MAX * 4 {
            return Err(Fault::Huge(line));
        }
        read.add(&payload.join("\n"), (begins, ends), vtt, line)?;
    }
    if read.cues.is_empty() {
        return Err(Fault::Unknown);
    }
    read.mended.out_of_order = read.cues.windows(2).filter(|pair| pair[1].from_ms < pair[0].from_ms).count();
    read.cues.sort_by_key(|cue| cue.from_ms);
    Ok(read)
}

fn is_block(line: &str, name: &str) -> bool {
    line.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
}

/// The lines of a cue: to the next empty line, or, in files that forget it, to the next cue.
fn payload<'a>(lines: &'a [&'a str], vtt: bool) -> &'a [&'a str] {
    let end = lines.iter().position(|line| line.trim().is_empty() || line.contains("-->")).unwrap_or(lines.len());
    let begins_next = lines.get(end).is_some_and(|line| line.contains("-->"));
    // The number of the next cue belongs to it.
    let number = begins_next && !vtt && end > 0 && lines[end - 1].trim().parse::<u32>().is_ok();
    &lines[..end - usize::from(number)]
}

impl Read {
    fn add(&mut self, payload: &str, (from_ms, ends_ms): (i64, i64), vtt: bool, line: usize) -> Result<(), Fault> {
        let voices = if vtt { voices(payload) } else { vec![signed(&plain(payload))] };
        let backward = ends_ms <= from_ms;
        self.mended.backward += usize::from(backward);
        let until_ms = if backward { from_ms + STANDS_MS } else { ends_ms };
        let mut said = false;
        for (speaker, text) in voices {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            if text.is_empty() {
                continue;
            }
            if text.chars().count() > TEXT_MAX || speaker.chars().count() > SPEAKER_MAX {
                return Err(Fault::Huge(line));
            }
            if self.cues.len() >= UTTERANCES_MAX {
                return Err(Fault::Many(line));
            }
            said = true;
            self.cues.push(Cue { from_ms, until_ms, speaker, text });
        }
        self.mended.empty += usize::from(!said);
        Ok(())
    }
}

/// UTF-8 or UTF-16 by their marks; UTF-8 unmarked; else Windows-1253, and that it was.
fn decoded(bytes: &[u8]) -> (String, bool) {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => (wide(rest, u16::from_le_bytes), false),
        [0xfe, 0xff, rest @ ..] => (wide(rest, u16::from_be_bytes), false),
        _ => {
            let rest = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
            match std::str::from_utf8(rest) {
                Ok(text) => (text.to_owned(), false),
                Err(_) => (bytes.iter().map(|byte| old_greek(*byte)).collect(), true),
            }
        }
    }
}

/// A byte of Windows-1253 (WHATWG Encoding Standard, index windows-1253).
fn old_greek(byte: u8) -> char {
    const PUNCTUATION: &str = "€\u{81}‚ƒ„…†‡\u{88}‰\u{8a}‹\u{8c}\u{8d}\u{8e}\u{8f}\u{90}‘’“”•–—\u{98}™\u{9a}›\u{9c}\u{9d}\u{9e}\u{9f}\u{a0}΅Ά£¤¥¦§¨©\u{fffd}«¬\u{ad}®―°±²³΄µ¶·ΈΉΊ»Ό½ΎΏ";
    match byte {
        0..=0x7f => char::from(byte),
        0x80..=0xbf => PUNCTUATION.chars().nth(usize::from(byte) - 0x80).unwrap_or(char::REPLACEMENT_CHARACTER),
        0xd2 | 0xff => char::REPLACEMENT_CHARACTER,
        // From capital iota with dialytika on, the letters stand as they do in Unicode.
        _ => char::from_u32(u32::from(byte) - 0xc0 + 0x390).unwrap_or(char::REPLACEMENT_CHARACTER),
    }
}

/// `[HH:]MM:SS.mmm`, with a comma too.
fn position(text: &str) -> Option<i64> {
    let (clock, thousandths) = text.trim().split_once(['.', ','])?;
    let digits = |part: &str, least: usize, most: usize| {
        let fits = (least..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| part.parse::<i64>().ok()).flatten()
    };
    let mut thousandths_ms = digits(thousandths, 1, 3)?;
    for _ in thousandths.len()..3 {
        thousandths_ms *= 10;
    }
    let parts: Vec<&str> = clock.split(':').collect();
    let (hours, minutes, seconds) = match parts.as_slice() {
        [hours, minutes, seconds] => (digits(hours, 1, 3)?, *minutes, *seconds),
        [minutes, seconds] => (0, *minutes, *seconds),
        _ => return None,
    };
    let (minutes, seconds) = (digits(minutes, 1, 2)?, digits(seconds, 1, 2)?);
    let at_ms = ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths_ms;
    (minutes < 60 && seconds < 60 && at_ms <= POSITION_MAX_MS).then_some(at_ms)
}

/// The voices of a WebVTT cue and what each says.
fn voices(payload: &str) -> Vec<(String, String)> {
    let mut said: Vec<(String, String)> = vec![(String::new(), String::new())];
    let mut rest = payload;
    while let Some(open) = rest.find('<') {
        let (before, tag) = rest.split_at(open);
        let last = said.last_mut().expect("there is always one");
        last.1.push_str(before);
        let Some(close) = tag.find('>') else {
            // A sign for "less" that begins no tag.
            last.1.push_str(tag);
            rest = "";
            break;
        };
        let inner = &tag[1..close];
        if let Some(name) = voice(inner) {
            said.push((entities(name.trim()), String::new()));
        } else if inner == "/v" {
            said.push((String::new(), String::new()));
        }
        rest = &tag[close + 1..];
    }
    said.last_mut().expect("there is always one").1.push_str(rest);
    said.into_iter()
        .map(|(speaker, text)| {
            let text = entities(&text);
            if speaker.is_empty() { signed(&text) } else { (speaker, text) }
        })
        .collect()
}

/// The name in `v Name` or `v.loud Name`.
fn voice(tag: &str) -> Option<&str> {
    let rest = tag.strip_prefix('v')?;
    if !rest.starts_with([' ', '\t', '.', '\n']) {
        return None;
    }
    rest.split_once([' ', '\t', '\n']).map(|(_, name)| name)
}

/// Without the tags that SubRip files carry: `<i>`, `<font …>`, `{\an8}`.
fn plain(payload: &str) -> String {
    let mut clean = String::with_capacity(payload.len());
    let mut rest = payload;
    while let Some(open) = rest.find(['<', '{']) {
        let (before, tag) = rest.split_at(open);
        clean.push_str(before);
        let close = if tag.starts_with('<') { '>' } else { '}' };
        let known = tag.starts_with("{\\") || tag[1..].starts_with(|c: char| c == '/' || c.is_ascii_alphabetic());
        match tag.find(close).filter(|_| known) {
            Some(end) => rest = &tag[end + 1..],
            None => {
                clean.push_str(&tag[..1]);
                rest = &tag[1..];
            }
        }
    }
    clean.push_str(rest);
    clean
}

/// Who says it, where the words begin with a name in capitals and a colon ("ΠΡΟΕΔΡΟΣ: …") or in brackets ("[Πρόεδρος] …").
fn signed(text: &str) -> (String, String) {
    let text = text.trim();
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let capitals = text.split_once(':').filter(|(name, _)| {
        name.chars().any(char::is_uppercase) && !name.chars().any(|c| c.is_lowercase() || c.is_numeric())
    });
    match bracketed.or(capitals) {
        Some((name, rest)) if (2..=60).contains(&name.trim().chars().count()) && !rest.trim().is_empty() => {
            (name.trim().to_owned(), rest.trim_start_matches(':').trim().to_owned())
        }
        _ => (String::new(), text.to_owned()),
    }
}

/// The entities of WebVTT as the characters that they name.
fn entities(text: &str) -> String {
    let named =
        [("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&lrm;", ""), ("&rlm;", ""), ("&quot;", "\""), ("&amp;", "&")];
    named.iter().fold(text.to_owned(), |text, (name, sign)| text.replace(name, sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<(i64, i64, String, String)> {
        let cues = read(text.as_bytes()).unwrap().cues;
        cues.into_iter().map(|cue| (cue.from_ms, cue.until_ms, cue.speaker, cue.text)).collect()
    }

    #[test]
    fn webvtt_with_voices_notes_and_styles() {
        let text = "\u{feff}WEBVTT - a title\r\nKind: captions\r\n\r\nNOTE 00:01.000 --> 00:02.000\r\nnot said\r\n\r\n\
                    STYLE\r\n::cue(b) { color: red }\r\n\r\none\r\n00:01.500 --> 00:00:04.000 line:0\r\n\
                    <v.loud Μαρία Κ.>Κύριε <b>πρόεδρε</b>,\r\nτο δίκτυο &amp; η οδός</v>\r\n\r\n\
                    01:00:00.000 --> 01:00:01.000\r\n<v Α>ναι</v> <v Β>όχι</v>\r\n";
        let one = |from, until, who: &str, what: &str| (from, until, who.to_owned(), what.to_owned());
        assert_eq!(
            said(text),
            [
                one(1500, 4000, "Μαρία Κ.", "Κύριε πρόεδρε, το δίκτυο & η οδός"),
                one(3_600_000, 3_601_000, "Α", "ναι"),
                one(3_600_000, 3_601_000, "Β", "όχι"),
            ]
        );
    }

    #[test]
    fn subrip_in_windows_1253_with_names_in_capitals() {
        let text = "1\r\n00:00:01,000 --> 00:00:02,5\r\n<i>ΠΡΟΕΔΡΟΣ:</i> Ναι {\\an8}\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\n[Γραμματέας] Ώρα: 8 < 9\r\n";
        let old: Vec<u8> = text
            .chars()
            .map(|c| (0..=255).find(|byte| old_greek(*byte) == c && c != char::REPLACEMENT_CHARACTER).unwrap())
            .collect();
        let old = read(&old).unwrap();
        assert!(old.mended.old_encoding);
        assert_eq!(old.cues, read(text.as_bytes()).unwrap().cues);
        let told: Vec<_> = old.cues.iter().map(|cue| (cue.from_ms, cue.until_ms, &*cue.speaker, &*cue.text)).collect();
        assert_eq!(told, [(1000, 2500, "ΠΡΟΕΔΡΟΣ", "Ναι"), (3000, 4000, "Γραμματέας", "Ώρα: 8 < 9")]);
    }

    #[test]
    fn utf_16_is_read_by_its_mark() {
        let text = "WEBVTT\n\n00:01.000 --> 00:02.000\nΎδρευση";
        let little: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        assert_eq!(read(&little), read(text.as_bytes()));
        assert_eq!(read(&big), read(text.as_bytes()));
    }

    #[test]
    fn what_is_crooked_is_mended_and_counted() {
        let text = "WEBVTT\n\n00:09.000 --> 00:08.000\nπίσω\n\n00:01.000 --> 00:20.000\nμακρύ\n\n00:02.000 --> 00:03.000\n<b></b>\n";
        let read = read(text.as_bytes()).unwrap();
        assert_eq!(read.mended, Mended { out_of_order: 1, backward: 1, empty: 1, old_encoding: false });
        assert_eq!(
            read.cues.iter().map(|cue| (cue.from_ms, cue.until_ms)).collect::<Vec<_>>(),
            [(1000, 20_000), (9000, 13_000)]
        );
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_its_line() {
        let cue = |time: &str, text: &str| format!("WEBVTT\n\n{time}\n{text}\n");
        let long = "α".repeat(TEXT_MAX + 1);
        for (text, fault) in [
            (String::new(), Fault::Unknown),
            ("WEBVTT\n\nNOTE nothing".into(), Fault::Unknown),
            ("Πρακτικά της συνεδρίασης".into(), Fault::Unknown),
            (cue("0:0 --> 00:01.000", "α"), Fault::Time(3)),
            (cue("00:61.000 --> 01:00.000", "α"), Fault::Time(3)),
            (cue("00:01.000 -->", "α"), Fault::Time(3)),
            (cue("99:00:00.000 --> 99:00:01.000", "α"), Fault::Time(3)),
            (cue("00:01.000 --> 00:02.000", &long), Fault::Huge(3)),
        ] {
            assert_eq!(read(text.as_bytes()), Err(fault), "{text:.60}");
        }
        assert_eq!(read(&vec![b'a'; BYTES_MAX + 1]), Err(Fault::TooLarge));
    }

    proptest::proptest! {
        #[test]
        fn whatever_comes_is_read_or_refused(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200), text in "(WEBVTT\n\n)?([0-9:.,]{0,9}|00:01.000 --> 00:02.000\n|<v [α-ω]{1,3}>|[α-ωA-Z<>&;: \n\\[\\]{}]{0,8}){0,12}") {
            let _ = read(&bytes);
            if let Ok(read) = read(text.as_bytes()) {
                proptest::prop_assert!(read.cues.windows(2).all(|pair| pair[0].from_ms <= pair[1].from_ms));
                proptest::prop_assert!(read.cues.iter().all(|cue| cue.from_ms <= cue.until_ms && !cue.text.is_empty()));
            }
        }
    }
}
