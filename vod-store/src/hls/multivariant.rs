//! The multivariant playlist: which renditions there are.

use m3u8_rs::{
    AlternativeMedia, AlternativeMediaType, ClosedCaptionGroupId, MasterPlaylist, Resolution, VariantStream,
};

use crate::{
    Language,
    media::{TrackKind, language_of},
};

/// A rendition as the multivariant playlist describes it.
pub(crate) struct Variants {
    /// Name.
    pub(crate) name: String,
    /// What it carries.
    pub(crate) kind: TrackKind,
    /// RFC 6381.
    pub(crate) codec: String,
    /// Bits a second of its most demanding segment.
    pub(crate) peak: u64,
    /// Bits a second of the whole.
    pub(crate) average: u64,
}

/// The words that the multivariant playlist offers beside pictures and sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Captions {
    /// Of what was said.
    pub language: Language,
}

/// The group of all sound renditions.
const SOUND: &str = "sound";
/// The group of all captions.
const WORDS: &str = "words";
/// The name of the rendition of captions.
pub(crate) const CAPTIONS: &str = "captions";
/// Who speaks is told, and what is said; other sounds are not described (Apple's authoring specification).
const SPOKEN: &str = "public.accessibility.transcribes-spoken-dialog";
/// The floor's name where its language is not known.
const CHAMBER: &str = "Αίθουσα";
/// Before a segment is complete nothing is measured: what a council's stream rarely exceeds.
const UNMEASURED_VIDEO: u64 = 4_000_000;
const UNMEASURED_SMALL_VIDEO: u64 = 900_000;
/// Pictures of no more lines are small.
const SMALL: u16 = 360;
const UNMEASURED_AUDIO: u64 = 160_000;

/// The text; none while there is no rendition.
pub(crate) fn multivariant(renditions: &[Variants], captions: Option<Captions>) -> Option<String> {
    let mut audio: Vec<&Variants> = renditions.iter().filter(|r| matches!(r.kind, TrackKind::Audio { .. })).collect();
    audio.sort_by_key(|rendition| language_of(&rendition.name));
    let video: Vec<&Variants> = renditions.iter().filter(|r| matches!(r.kind, TrackKind::Video { .. })).collect();
    let loudest = audio.iter().max_by_key(|r| peak(r))?;
    let mut playlist = MasterPlaylist { version: Some(9), independent_segments: true, ..MasterPlaylist::default() };
    playlist.alternatives = audio.iter().map(|rendition| alternative(rendition, &audio)).collect();
    playlist.alternatives.extend(captions.map(words));
    let subtitles = captions.map(|_| WORDS.to_owned());
    for rendition in video {
        let TrackKind::Video { width, height, frame_rate } = rendition.kind else { continue };
        playlist.variants.push(VariantStream {
            uri: format!("{}.m3u8", rendition.name),
            bandwidth: peak(rendition) + peak(loudest),
            average_bandwidth: (rendition.average > 0).then_some(rendition.average + loudest.average),
            codecs: Some(format!("{},{}", rendition.codec, loudest.codec)),
            resolution: Some(Resolution { width: width.into(), height: height.into() }),
            frame_rate,
            audio: Some(SOUND.to_owned()),
            subtitles: subtitles.clone(),
            // Said, lest players fetch segments to look for captions within the pictures.
            closed_captions: Some(ClosedCaptionGroupId::None),
            ..VariantStream::default()
        });
    }
    // Sound alone: for the ear, and for a poor line (Apple's authoring specification asks for it).
    playlist.variants.push(VariantStream {
        uri: format!("{}.m3u8", audio[0].name),
        bandwidth: peak(audio[0]),
        average_bandwidth: (audio[0].average > 0).then_some(audio[0].average),
        codecs: Some(audio[0].codec.clone()),
        audio: Some(SOUND.to_owned()),
        subtitles,
        closed_captions: Some(ClosedCaptionGroupId::None),
        ..VariantStream::default()
    });
    let mut text = Vec::new();
    playlist.write_to(&mut text).expect("memory takes the text");
    Some(String::from_utf8(text).expect("m3u8-rs writes what it was given, which is text"))
}

/// What a player offers of a sound rendition. The floor comes first, and is what plays where nobody has chosen;
/// a player may choose another by the language that its device is set to.
fn alternative(rendition: &Variants, audio: &[&Variants]) -> AlternativeMedia {
    let TrackKind::Audio { channels, .. } = &rendition.kind else { return AlternativeMedia::default() };
    let (floor, language) = (language_of(&rendition.name).is_none(), language(rendition));
    // Names within a group differ: a take's floor may have been in the language that another take's interpreter spoke.
    let twice = floor && audio.iter().filter(|other| self::language(other) == language).count() > 1;
    AlternativeMedia {
        media_type: AlternativeMediaType::Audio,
        uri: Some(format!("{}.m3u8", rendition.name)),
        group_id: SOUND.to_owned(),
        name: language.filter(|_| !twice).map_or_else(|| CHAMBER.to_owned(), |language| language.own_name().to_owned()),
        language: Some(language.unwrap_or(Language::GREEK).to_string()),
        default: floor,
        autoselect: true,
        channels: Some(channels.to_string()),
        ..AlternativeMedia::default()
    }
}

/// Captions as a player offers them: by themselves to who has asked the device for captions, to others when chosen.
fn words(captions: Captions) -> AlternativeMedia {
    AlternativeMedia {
        media_type: AlternativeMediaType::Subtitles,
        uri: Some(format!("{CAPTIONS}.m3u8")),
        group_id: WORDS.to_owned(),
        name: captions.language.own_name().to_owned(),
        language: Some(captions.language.to_string()),
        autoselect: true,
        characteristics: Some(SPOKEN.to_owned()),
        ..AlternativeMedia::default()
    }
}

/// A further language is what the rendition's name says, whatever stands in for it now.
fn language(rendition: &Variants) -> Option<Language> {
    match rendition.kind {
        TrackKind::Audio { language, .. } => language_of(&rendition.name).or(language),
        TrackKind::Video { .. } => None,
    }
}

fn peak(rendition: &Variants) -> u64 {
    match (rendition.peak, &rendition.kind) {
        (0, TrackKind::Video { height: ..=SMALL, .. }) => UNMEASURED_SMALL_VIDEO,
        (0, TrackKind::Video { .. }) => UNMEASURED_VIDEO,
        (0, TrackKind::Audio { .. }) => UNMEASURED_AUDIO,
        (measured, _) => measured,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(name: &str, language: Option<&str>, peak: u64) -> Variants {
        let language = language.map(|code| code.parse().unwrap());
        let kind = TrackKind::Audio { sample_rate: 48_000, channels: 2, language };
        Variants { name: name.into(), kind, codec: "mp4a.40.2".into(), peak, average: peak }
    }

    fn pictures() -> Variants {
        let kind = TrackKind::Video { width: 1280, height: 720, frame_rate: Some(25.0) };
        Variants { name: "video".into(), kind, codec: "avc1.64001f".into(), peak: 2_000_000, average: 1_500_000 }
    }

    #[test]
    fn the_languages_of_a_meeting_are_offered_by_their_own_names_and_the_floor_first() {
        let renditions = [
            pictures(),
            sound("audio-fr", Some("fr"), 96_000),
            sound("audio", Some("el"), 128_000),
            sound("audio-en", None, 64_000),
        ];
        insta::assert_snapshot!(multivariant(&renditions, None).unwrap());
    }

    #[test]
    fn captions_are_offered_with_pictures_and_with_sound_alone() {
        let captions = Some(Captions { language: Language::GREEK });
        let text = multivariant(&[pictures(), sound("audio", Some("el"), 128_000)], captions).unwrap();
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_floor_of_no_known_language_alone_is_the_chamber() {
        insta::assert_snapshot!(multivariant(&[pictures(), sound("audio", None, 128_000)], None).unwrap());
    }

    #[test]
    fn names_differ_where_the_floor_came_to_be_in_an_interpreters_language() {
        let renditions = [sound("audio", Some("en"), 0), sound("audio-en", Some("en"), 0), sound("audio-el", None, 0)];
        let text = multivariant(&renditions, None).unwrap();
        let names = text.split("NAME=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        assert_eq!(names.collect::<Vec<_>>(), ["Αίθουσα", "Ελληνικά", "English"]);
    }
}
