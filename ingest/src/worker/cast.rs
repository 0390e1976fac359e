//! Which of a source's sounds is the floor, and which are further languages.

use gstreamer::{self as gst, prelude::*};
use vod_store::Language;

use super::Profile;
use crate::{flv::Tag, packager::MOST_LANGUAGES};

/// What a reader has cut out of its input.
#[derive(Debug)]
pub(super) enum Piece {
    /// Pictures, or sound of the floor.
    Tag(Tag),
    /// The floor is spoken in this language, as far as the source says.
    Floor(Option<Language>),
    /// Sound in a further language will come.
    Expect(Language),
    /// Some of it.
    Further(Language, Tag),
}

/// What a sound is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// What is heard in the chamber.
    Floor,
    /// An interpreter's language.
    Further(Language),
    /// It is not taken: its language is not said, or is that of another.
    LeftOut,
}

/// What is known of a source's languages before it says anything.
#[derive(Clone, Debug)]
pub(super) struct Languages {
    chamber: Language,
    untold: Vec<Language>,
}

impl Languages {
    pub(super) fn of(profile: &Profile) -> Self {
        Self { chamber: profile.chamber, untold: profile.untold.clone() }
    }

    /// The language of the sound of this number, which has said this of itself.
    pub(super) fn of_sound(&self, number: usize, told: Option<Language>) -> Option<Language> {
        told.or_else(|| self.untold.get(number).copied())
    }

    /// Gives parts to the sounds that have none yet; see [`cast`].
    pub(super) fn cast(&self, sounds: &[(Option<Language>, Option<Part>)]) -> Vec<(usize, Part)> {
        cast(self.chamber, sounds)
    }
}

/// Gives parts to the sounds of these languages, of which some may have theirs already; answers the others'.
/// The floor is the first, or else the first in the chamber's language.
fn cast(chamber: Language, sounds: &[(Option<Language>, Option<Part>)]) -> Vec<(usize, Part)> {
    let has_floor = sounds.iter().any(|(_, part)| *part == Some(Part::Floor));
    let in_chamber = sounds.iter().position(|(language, part)| *language == Some(chamber) && part.is_none());
    let first = || sounds.iter().position(|(_, part)| part.is_none());
    let mut all: Vec<Option<Part>> = sounds.iter().map(|(_, part)| *part).collect();
    let mut given = Vec::new();
    if let Some(floor) = in_chamber.or_else(first).filter(|_| !has_floor) {
        all[floor] = Some(Part::Floor);
        given.push((floor, Part::Floor));
    }
    for (index, (language, _)) in sounds.iter().enumerate() {
        if all[index].is_some() {
            continue;
        }
        let spoken = |language: Language| {
            let by_floor = |(other, part): (&(Option<Language>, _), &Option<Part>)| {
                *part == Some(Part::Floor) && other.0 == Some(language)
            };
            all.contains(&Some(Part::Further(language))) || sounds.iter().zip(&all).any(by_floor)
        };
        let room = all.iter().filter(|part| matches!(part, Some(Part::Further(_)))).count() < MOST_LANGUAGES;
        let part = match language {
            Some(language) if room && !spoken(*language) => Part::Further(*language),
            _ => Part::LeftOut,
        };
        all[index] = Some(part);
        given.push((index, part));
    }
    given
}

/// What a source is told of the parts that were given.
pub(super) fn announce(language: Option<Language>, part: Part) -> Option<Piece> {
    match part {
        Part::Floor => Some(Piece::Floor(language)),
        Part::Further(language) => Some(Piece::Expect(language)),
        Part::LeftOut => {
            let said = language.map_or_else(|| "no language".to_owned(), |language| language.to_string());
            eprintln!("a further sound of the source ({said}) is left out: each must have a language of its own");
            None
        }
    }
}

/// The language that a demuxer has told of a stream.
pub(super) fn language_of(pad: &gst::Pad) -> Option<Language> {
    let events = (0..).map_while(|index| pad.sticky_event::<gst::event::Tag>(index));
    let mut told = events.filter_map(|event| {
        let code = event.tag().get::<gst::tags::LanguageCode>()?;
        code.get().parse().ok()
    });
    told.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(code: &str) -> Option<Language> {
        code.parse().ok()
    }

    #[track_caller]
    fn check(languages: &[&str], expected: &[&str]) {
        let sounds: Vec<_> = languages.iter().map(|code| (language(code), None)).collect();
        let mut given = cast(Language::GREEK, &sounds);
        given.sort_by_key(|(index, _)| *index);
        let said: Vec<String> = given
            .iter()
            .map(|(_, part)| match part {
                Part::Floor => "floor".to_owned(),
                Part::Further(language) => language.to_string(),
                Part::LeftOut => "-".to_owned(),
            })
            .collect();
        assert_eq!(said, expected, "{languages:?}");
    }

    #[test]
    fn the_chambers_language_is_the_floor_and_else_the_first() {
        check(&[""], &["floor"]);
        check(&["en"], &["floor"]);
        check(&["en", "el"], &["en", "floor"]);
        check(&["en", "fr"], &["floor", "fr"]);
        check(&["", "en"], &["floor", "en"]);
    }

    #[test]
    fn each_further_sound_has_a_language_of_its_own() {
        check(&["el", "el", "en", "", "en", "fr"], &["floor", "-", "en", "-", "-", "fr"]);
        let many = ["el", "en", "fr", "de", "it", "es", "pt", "nl", "tr", "sq"];
        check(&many, &["floor", "en", "fr", "de", "it", "es", "pt", "nl", "tr", "-"]);
    }

    #[test]
    fn what_comes_later_takes_nobodys_part() {
        let sounds = [(language("en"), Some(Part::Floor)), (language("el"), None), (language("en"), None)];
        let further = Part::Further(Language::GREEK);
        assert_eq!(cast(Language::GREEK, &sounds), [(1, further), (2, Part::LeftOut)]);
    }
}
