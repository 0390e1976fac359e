//! A source's further languages on their way through the station.

use vod_store::{Language, intake::Level};

use super::{Wall, cast::Piece, station::Station};
use crate::{
    Result,
    flv::{self, Body, Tag},
    packager::{AudioFrame, config::Aac},
};

impl Station<'_> {
    /// One piece of what the source sends.
    pub(super) fn take(&mut self, piece: Piece) -> Result<()> {
        match piece {
            Piece::Tag(tag) => self.tag(&tag),
            Piece::Floor(language) => {
                self.packager.floor_language(language);
                Ok(())
            }
            Piece::Expect(language) => {
                self.packager.expect_language(language);
                Ok(())
            }
            Piece::Further(language, tag) => {
                self.further(language, &tag);
                self.take_coded()?;
                self.drain();
                Ok(())
            }
        }
    }

    fn further(&mut self, language: Language, tag: &Tag) {
        let arrived_ms = self.wall.now_ms();
        self.meter.bytes += tag.data.len() as u64;
        let pts = self.stamps.ticks(tag.timestamp);
        match flv::audio(&tag.data) {
            Body::Configuration(config) => {
                let known = self.packager.language_configuration(language, config.clone());
                match known.and_then(|new| if new { Aac::read(config).map(Some) } else { Ok(None) }) {
                    Ok(Some(aac)) => self.hear(language, &aac),
                    Ok(None) => {}
                    // The floor and the pictures go on without it.
                    Err(error) => eprintln!("the sound in {language} is left out: {error}"),
                }
            }
            Body::Frame { data, .. } => {
                self.meter.heard_ms.insert(language, arrived_ms);
                if let (Some(analysis), Wall::Now { .. }) = (&mut self.analysis, self.wall) {
                    analysis.sound(Some(language), &data, pts);
                }
                self.give_sound(Some(language), AudioFrame { pts, data, arrived_ms });
            }
            Body::Nothing | Body::Foreign(_) => {}
        }
    }

    fn hear(&mut self, language: Language, aac: &Aac) {
        if let Some(analysis) = &mut self.analysis
            && let Err(error) = analysis.audio(Some(language), aac)
        {
            eprintln!("the sound in {language} is not measured: {error}");
        }
    }

    /// A frame goes to the packager, or waits for a film's pictures.
    pub(super) fn give_sound(&mut self, language: Option<Language>, frame: AudioFrame) {
        match self.wall {
            Wall::Film { .. } if self.transcoder.is_some() => self.sound.push_back((language, frame)),
            _ => self.pass_sound(language, frame),
        }
    }

    fn pass_sound(&mut self, language: Option<Language>, frame: AudioFrame) {
        match language {
            None => self.packager.audio(frame),
            Some(language) => self.packager.language(language, frame),
        }
    }

    /// The waiting sound up to this stamp goes its way.
    pub(super) fn release_sound(&mut self, until: i64) {
        while let Some((language, frame)) = self.sound.pop_front_if(|(_, frame)| frame.pts <= until) {
            self.pass_sound(language, frame);
        }
    }

    /// How loud each further language is.
    pub(super) fn levels(&self) -> Vec<Level> {
        let level = |&language: &Language| {
            let heard = self.analysis.as_ref().and_then(|analysis| analysis.heard(Some(language)));
            let (peak_db, rms_db) = heard.unzip();
            Level { language, peak_db, rms_db }
        };
        self.meter.heard_ms.keys().map(level).collect()
    }
}
