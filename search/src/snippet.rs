//! A piece of a text around what was found in it, with the found words marked. Pure.

use std::{collections::HashSet, ops::Range};

use crate::{
    greek::{fold, stem},
    words::words,
};

/// About how many characters of a text are shown.
const SHOWN: usize = 240;

/// The words by which moments were found.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    pub(crate) exact: HashSet<String>,
    pub(crate) stems: HashSet<String>,
}

/// A piece of a snippet: its words, and whether they were found.
pub type Piece = (String, bool);

impl Marks {
    #[cfg(test)]
    fn add(&mut self, word: &str) {
        self.exact.insert(word.to_owned());
        self.stems.insert(stem(word));
    }

    fn has(&self, word: &str) -> bool {
        let folded = fold(word);
        self.exact.contains(&folded) || self.stems.contains(&stem(&folded))
    }

    /// The text around its first marked word.
    #[must_use]
    pub fn snippet(&self, text: &str) -> Vec<Piece> {
        let found: Vec<Range<usize>> = words(text).filter(|range| self.has(&text[range.clone()])).collect();
        let shown = window(text, found.first().map_or(0, |first| first.start));
        let mut pieces = Vec::new();
        let mut at = shown.start;
        for range in found.into_iter().filter(|range| range.start >= shown.start && range.end <= shown.end) {
            if at < range.start {
                pieces.push((text[at..range.start].to_owned(), false));
            }
            pieces.push((text[range.clone()].to_owned(), true));
            at = range.end;
        }
        if at < shown.end {
            pieces.push((text[at..shown.end].to_owned(), false));
        }
        if shown.start > 0 {
            pieces.insert(0, ("… ".to_owned(), false));
        }
        if shown.end < text.len() {
            pieces.push((" …".to_owned(), false));
        }
        pieces
    }
}

/// About [`SHOWN`] characters around a place, from a word's beginning to a word's end.
fn window(text: &str, around: usize) -> Range<usize> {
    let before = text[..around].char_indices().rev().nth(SHOWN / 3).map_or(0, |(at, _)| at);
    let from = if before == 0 { 0 } else { text[before..around].find(' ').map_or(around, |space| before + space + 1) };
    let far = text[from..].char_indices().nth(SHOWN).map_or(text.len(), |(at, _)| from + at);
    let until = if far == text.len() { far } else { text[from..far].rfind(' ').map_or(far, |space| from + space) };
    from..until.max(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inflections_are_marked_and_the_text_is_cut_at_words() {
        let mut marks = Marks::default();
        marks.add("υδρευση");
        let text = format!("{}το δίκτυο της Ύδρευσης, στην Παλιά Πόλη {}", "λέξη ".repeat(60), "τέλος ".repeat(60));
        let pieces = marks.snippet(&text);
        assert_eq!(
            pieces.iter().filter(|(_, found)| *found).map(|(word, _)| word.as_str()).collect::<Vec<_>>(),
            ["Ύδρευσης"]
        );
        let whole: String = pieces.iter().map(|(words, _)| words.as_str()).collect();
        assert!(whole.starts_with("… λέξη") && whole.ends_with("τέλος …"), "{whole}");
        assert_eq!(marks.snippet("Τίποτε"), [("Τίποτε".to_owned(), false)]);
        assert_eq!(marks.snippet(""), []);
    }

    proptest::proptest! {
        #[test]
        fn a_snippet_is_a_piece_of_its_text(text in "([α-ωά-ώ]{1,12}[ ,.]{1,2}){0,90}", word in "[α-ω]{1,4}") {
            let mut marks = Marks::default();
            marks.add(&word);
            let whole: String = marks.snippet(&text).into_iter().map(|(words, _)| words).collect();
            proptest::prop_assert!(text.contains(whole.trim_start_matches("… ").trim_end_matches(" …")));
        }
    }
}
