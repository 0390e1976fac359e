//! What was said as captions: pieces that fit on a picture and can be read in the time in which they are said. Pure.

use super::{Utterance, read::Cue};

/// The most characters of a caption: two lines of 42, as broadcasters have them. Who speaks comes before them.
pub const CHARACTERS_MAX: usize = 84;
/// No caption is shown for less, milliseconds.
pub const LEAST_MS: i64 = 1000;

/// A caption, on the meeting's wall clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caption {
    /// The place of its utterance in the transcript, and which piece of it this is: a name that stays.
    pub of: (usize, usize),
    /// Times (milliseconds UTC), who speaks, and the words; where another than before begins to speak, after their name.
    pub cue: Cue,
}

/// The captions of a transcript, in its order.
#[must_use]
pub fn captions(utterances: &[Utterance]) -> Vec<Caption> {
    let mut captions = Vec::with_capacity(utterances.len());
    let mut before = "";
    for (place, said) in utterances.iter().enumerate() {
        let whole = i64::try_from(said.text.chars().count().max(1)).unwrap_or(i64::MAX);
        let lasts = (said.until_ms - said.from_ms).max(LEAST_MS);
        let at = |characters: i64| said.from_ms + lasts * characters / whole;
        let mut passed = 0;
        for (piece, text) in pieces(&said.text).into_iter().enumerate() {
            let from_ms = at(passed);
            // The blank at which it was parted counts to it.
            passed = (passed + i64::try_from(text.chars().count() + 1).unwrap_or(i64::MAX)).min(whole);
            let named = piece == 0 && said.speaker != before && !said.speaker.is_empty();
            let text = if named { format!("{}: {text}", said.speaker) } else { text.to_owned() };
            let cue = Cue { from_ms, until_ms: at(passed).max(from_ms + 1), speaker: said.speaker.clone(), text };
            captions.push(Caption { of: (place, piece), cue });
        }
        before = &said.speaker;
    }
    captions
}

/// A text in pieces of at most [`CHARACTERS_MAX`], parted after a sentence or a clause where one ends in the second half
/// of a piece, else between words; a word that is longer than a piece is cut.
fn pieces(text: &str) -> Vec<&str> {
    let (mut pieces, mut rest) = (Vec::new(), text.trim());
    while let Some((most, _)) = rest.char_indices().nth(CHARACTERS_MAX) {
        let half = rest.char_indices().nth(CHARACTERS_MAX / 2).map_or(0, |(at, _)| at);
        let blanks = || rest.match_indices(' ').map(|(at, _)| at).take_while(|at| *at <= most);
        let ends = |at: &usize| *at > half && rest[..*at].ends_with(['.', ',', ';', '·', '!', ':']);
        let last = |blank: usize, at: usize| blank.max(at);
        let clause = blanks().filter(ends).reduce(last);
        let at = clause.or_else(|| blanks().reduce(last)).unwrap_or(most);
        pieces.push(rest[..at].trim_end());
        rest = rest[at..].trim_start();
    }
    if !rest.is_empty() {
        pieces.push(rest);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(from_ms: i64, until_ms: i64, speaker: &str, text: &str) -> Utterance {
        Utterance { from_ms, until_ms, speaker: speaker.into(), text: text.into() }
    }

    #[test]
    fn who_begins_to_speak_is_named_once_and_long_words_are_parted_where_a_clause_ends() {
        let long = "Κυρίες και κύριοι, η πρόταση για το δίκτυο της ύδρευσης είναι στα χέρια σας, και ζητώ να τη δείτε \
                    με προσοχή πριν από την ψηφοφορία.";
        let captions = captions(&[
            said(0, 8000, "Μαρία Πετράκη", long),
            said(8000, 8000, "Μαρία Πετράκη", "Ευχαριστώ."),
            said(9000, 10_000, "Νίκος Βλάχος", "Σύμφωνοι."),
        ]);
        let shown: Vec<_> = captions.iter().map(|caption| (caption.of, caption.cue.text.as_str())).collect();
        assert_eq!(
            shown,
            [
                ((0, 0), "Μαρία Πετράκη: Κυρίες και κύριοι, η πρόταση για το δίκτυο της ύδρευσης είναι στα χέρια σας,"),
                ((0, 1), "και ζητώ να τη δείτε με προσοχή πριν από την ψηφοφορία."),
                ((1, 0), "Ευχαριστώ."),
                ((2, 0), "Νίκος Βλάχος: Σύμφωνοι."),
            ]
        );
        let times: Vec<_> = captions.iter().map(|caption| (caption.cue.from_ms, caption.cue.until_ms)).collect();
        assert_eq!((times[0].0, times[0].1, times[1].1), (0, times[1].0, 8000));
        assert_eq!(times[2], (8000, 9000), "what lasts no time is shown long enough to be read");
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_every_piece_fits(text in "[α-ω]{1,100}([ ,.]{1,2}[α-ω]{1,20}){0,40}", lasts in 0_i64..60_000) {
            let captions = captions(&[said(5000, 5000 + lasts, "", &text)]);
            let joined: String = captions.iter().flat_map(|caption| caption.cue.text.chars()).filter(|c| *c != ' ').collect();
            prop_assert_eq!(joined, text.replace(' ', ""));
            for pair in captions.windows(2) {
                prop_assert!(pair[0].cue.until_ms <= pair[1].cue.from_ms + 1);
            }
            for caption in &captions {
                prop_assert!(caption.cue.text.chars().count() <= CHARACTERS_MAX);
                prop_assert!(caption.cue.from_ms < caption.cue.until_ms);
            }
        }
    }
}
