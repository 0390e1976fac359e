//! The multivariant playlist: which renditions there are.

use m3u8_rs::{
    AlternativeMedia, AlternativeMediaType, ClosedCaptionGroupId, MasterPlaylist, Resolution, VariantStream,
};

use crate::media::TrackKind;

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

/// The group of all sound renditions.
const SOUND: &str = "sound";
/// Before a segment is complete nothing is measured: what a council's stream rarely exceeds.
const UNMEASURED_VIDEO: u64 = 4_000_000;
const UNMEASURED_SMALL_VIDEO: u64 = 900_000;
/// Pictures of no more lines are small.
const SMALL: u16 = 360;
const UNMEASURED_AUDIO: u64 = 160_000;

/// The text; none while there is no rendition.
pub(crate) fn multivariant(renditions: &[Variants]) -> Option<String> {
    let audio: Vec<&Variants> = renditions.iter().filter(|r| matches!(r.kind, TrackKind::Audio { .. })).collect();
    let video: Vec<&Variants> = renditions.iter().filter(|r| matches!(r.kind, TrackKind::Video { .. })).collect();
    let loudest = audio.iter().max_by_key(|r| peak(r))?;
    let mut playlist = MasterPlaylist { version: Some(9), independent_segments: true, ..MasterPlaylist::default() };
    for (index, rendition) in audio.iter().enumerate() {
        playlist.alternatives.push(alternative(rendition, index == 0));
    }
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
        closed_captions: Some(ClosedCaptionGroupId::None),
        ..VariantStream::default()
    });
    let mut text = Vec::new();
    playlist.write_to(&mut text).expect("memory takes the text");
    Some(String::from_utf8(text).expect("m3u8-rs writes what it was given, which is text"))
}

fn alternative(rendition: &Variants, first: bool) -> AlternativeMedia {
    let TrackKind::Audio { language, channels, .. } = &rendition.kind else { return AlternativeMedia::default() };
    let language = language.clone().unwrap_or_else(|| "el".to_owned());
    AlternativeMedia {
        media_type: AlternativeMediaType::Audio,
        uri: Some(format!("{}.m3u8", rendition.name)),
        group_id: SOUND.to_owned(),
        name: if first { "Αίθουσα".to_owned() } else { language.clone() },
        language: Some(language),
        default: first,
        autoselect: true,
        channels: Some(channels.to_string()),
        ..AlternativeMedia::default()
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
